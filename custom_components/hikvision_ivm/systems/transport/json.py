"""Tolerant reading of JSON that platforms answer and push (hikcentral §5, ip-receiver §6).

Printed samples carry blanks in keys, change the case of names, write numbers and flags as text, and give one object
where a list was announced. Everything is read through `Fields`, so that no other module knows about it.
"""

from collections.abc import Iterator, Mapping
import json
from typing import Any, Final, override

import orjson

from ..errors import ProtocolError

NOTHING: Final = frozenset({"", "null", "none", "undefined"})
"""Texts that stand for "not there", in lower case."""
_LONGEST_NOTHING: Final = max(map(len, NOTHING))
_EXACT: Final = 2**53
"""Whole numbers below this are the same as floating point numbers."""


_MOST_SPELLINGS: Final = 512
_LONGEST_SPELLING: Final = 2_000
"""Characters of the names of an object whose spelling is kept."""
_spellings: dict[tuple[str, ...], Mapping[str, str]] = {}


def _spelled(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return names as they came, by what they are looked up by. Objects of one sort share it."""
    if (found := _spellings.get(names)) is None:
        found = {str(name).strip().lower(): name for name in names}
        if sum(map(len, found)) <= _LONGEST_SPELLING:
            if len(_spellings) >= _MOST_SPELLINGS:
                _spellings.clear()
            _spellings[names] = found
    return found


class Fields(Mapping[str, Any]):
    """One JSON object; names are looked up without blanks around them and in any letter case."""

    __slots__ = ("_names", "_raw")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """`raw`: the object as it was decoded."""
        self._raw = raw
        self._names: Mapping[str, str] | None = None

    @property
    def raw(self) -> Mapping[str, Any]:
        """The object as it came."""
        return self._raw

    def _found(self, name: str) -> Any:
        """Return a value, None if there is none. The spelling of the documentation is tried first: it is usual."""
        raw = self._raw
        if name in raw:
            return raw[name]
        spelling = self._spellings.get(name.lower())
        return None if spelling is None else raw[spelling]

    @property
    def _spellings(self) -> Mapping[str, str]:
        """How names are spelled here."""
        if self._names is None:
            self._names = _spelled(tuple(self._raw))
        return self._names

    @override
    def __getitem__(self, name: str) -> Any:
        """Return a value as it came. Raises KeyError."""
        if name in self:
            return self._found(name)
        raise KeyError(name)

    @override
    def __contains__(self, name: object) -> bool:
        """Whether the object has the name, whatever its value."""
        if name in self._raw:
            return True
        return isinstance(name, str) and name.lower() in self._spellings

    @override
    def __iter__(self) -> Iterator[str]:
        """Yield the names as they came, without blanks around them."""
        return (str(key).strip() for key in self._raw)

    @override
    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._raw)

    def text(self, *names: str) -> str | None:
        """Return the first of these that says something, as text without blanks around it."""
        raw = self._raw
        for name in names:
            value = raw[name] if name in raw else self._found(name)
            if type(value) is str and value.isascii():  # as nearly everything is
                text = value.strip()
                if len(text) > _LONGEST_NOTHING or text.lower() not in NOTHING:
                    return text
            elif value is not None and (found := as_text(value)) is not None:
                return found
        return None

    def number(self, *names: str) -> float | None:
        """Return the first of these that is a finite number, or text of one."""
        for name in names:
            if (found := as_number(self._found(name))) is not None:
                return found
        return None

    def integer(self, *names: str) -> int | None:
        """Return the first of these that is a whole number, or text of one."""
        raw = self._raw
        for name in names:
            value = raw[name] if name in raw else self._found(name)
            if value is None:
                continue
            if type(value) is int and -_EXACT < value < _EXACT:
                return value
            found = as_number(value)
            if found is not None and found.is_integer():
                return int(found)
        return None

    def flag(self, *names: str) -> bool | None:
        """Return the first of these that is true or false, 1 or 0, yes or no, or text of that."""
        for name in names:
            value = self._found(name)
            if isinstance(value, bool):
                return value
            word = str(value).strip().lower()
            if word in {"1", "true", "yes"}:
                return True
            if word in {"0", "false", "no"}:
                return False
        return None

    def child(self, *names: str) -> Fields:
        """Return the first of these that is an object or a list of such, its first; else an empty object."""
        for name in names:
            value = self._found(name)
            if type(value) is dict:
                return Fields(value)
            if found := listed(value):
                return found[0]
        return EMPTY

    def children(self, *names: str) -> list[Fields]:
        """Return the objects of the first of these that has any; a single object counts as a list of one."""
        for name in names:
            if found := listed(self._found(name)):
                return found
        return []

    def items_of(self, *names: str) -> list[str]:
        """Return the texts of a list, of text separated by commas, or of a single value."""
        for name in names:
            value = self._found(name)
            parts = value if isinstance(value, (list, tuple)) else str(value).split(",") if value is not None else ()
            if found := [text for part in parts if (text := as_text(part)) is not None]:
                return found
        return []


EMPTY: Final = Fields({})


def decode(body: bytes) -> Any:
    """Return the JSON value of a body. Raises `ProtocolError`.

    Half characters, a byte order mark and what is not UTF-8 cost a character, not the message.
    """
    try:
        return orjson.loads(body)
    except ValueError:
        try:
            return json.loads(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
        except (ValueError, RecursionError) as err:
            raise ProtocolError(reason=_what(body)) from err


def _what(body: bytes) -> str:
    """Say what a body is that is no JSON."""
    start = body.lstrip()[:1]
    if not start:
        return "the answer is empty"
    return "the answer is a web page, not JSON" if start == b"<" else "the answer is not valid JSON, or was cut off"


def fields(value: Any) -> Fields:
    """Return an object as `Fields`; anything else is an empty one."""
    if type(value) is dict:  # as JSON is decoded; asking for an abstract class costs more than all the rest
        return Fields(value)
    return Fields(value) if isinstance(value, Mapping) else EMPTY


def listed(value: Any) -> list[Fields]:
    """Return the objects of a list, however deep the list is nested (door control answers `[[{…}]]`)."""
    if isinstance(value, Fields):
        return [value]
    if type(value) is dict:
        return [Fields(value)]
    if isinstance(value, Mapping):
        return [Fields(value)]
    found: list[Fields] = []
    waiting = [value] if isinstance(value, (list, tuple)) else []
    while waiting:
        for item in waiting.pop(0):
            if type(item) is dict or isinstance(item, Mapping):
                found.append(Fields(item))
            elif isinstance(item, (list, tuple)):
                waiting.append(item)
    return found


def as_text(value: Any) -> str | None:
    """Return text or a number as text without blanks around it; None for what says nothing."""
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode()  # half characters are not storable
        return None if len(text) <= _LONGEST_NOTHING and text.lower() in NOTHING else text
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float):
        if value - value != 0:  # neither infinite nor no number
            return None
        if value.is_integer():
            return str(int(value))
    return str(value)


def as_number(value: Any) -> float | None:
    """Return a finite number; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError, OverflowError:
        return None
    return number if number - number == 0 else None
