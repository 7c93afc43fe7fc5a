"""JSON that is none, read all the same (ip-receiver §6 T20, T44).

Half of the printed messages lack commas, have some too many, write full-width punctuation, forget a quotation mark, put
a member into a list or leave a value out. Should the wire be as sloppy, an alarm must not be lost for it. What is cut
off is not read: half a number is another number.
"""

from collections.abc import Iterator
import json
import re
from typing import Any, Final

LIMIT: Final = 256 * 1024
"""Characters; a message has a few thousand."""
DEPTH: Final = 64

_TOKEN: Final = re.compile(
    r"""
    "(?P<text>(?:[^"\\\r\n]|\\.)*)(?P<closed>"?)
    | [“”](?P<typed>[^“”"\r\n]*)[“”"]?
    | (?P<mark>[{}\[\],:，：｛｝［］])
    | (?P<word>[^\s"“”{}\[\],:，：｛｝［］]+)
    """,
    re.VERBOSE,
)
_MARKS: Final = str.maketrans("，：｛｝［］", ",:{}[]")
_WORDS: Final = {"true": True, "false": False, "null": None}
_CLOSES: Final = {"}": dict, "]": list}

type _Open = dict[str, Any] | list[Any]


class _Builder:
    """Puts objects together out of tokens. `found`: objects whose last brace came."""

    def __init__(self) -> None:
        """Begin outside of everything."""
        self.found: list[dict[str, Any]] = []
        self._open: list[_Open] = []
        self._key: str | None = None
        self._colon = False
        self._skips = False

    def mark(self, sign: str) -> None:
        """Take a brace, bracket, comma or colon. Raises ValueError when it goes too deep."""
        if sign in "{[":
            self._begin({} if sign == "{" else [])
        elif sign in "}]":
            self._end(_CLOSES[sign])
        elif sign == ",":
            self._no_value()
        elif self._open and isinstance(self._open[-1], list):
            # A member of an object in a list: neither its name nor its value is an item.
            if self._open[-1] and isinstance(self._open[-1][-1], str):
                self._open[-1].pop()
            self._skips = True
        else:
            self._colon = self._key is not None

    def text(self, value: str, *, closed: bool) -> None:
        """Take text in quotation marks."""
        if not closed and not value.strip():
            return
        self._take(value, named=True)

    def word(self, value: str) -> None:
        """Take what stands without quotation marks: a number, a flag, a name, an ellipsis."""
        key = (self._key or "").rstrip()
        if not self._colon and key.endswith(":"):
            # The mark that ends the name is missing: what follows is the value.
            self._key, self._colon = key[:-1], True
        self._take(_value(value), named=False)

    def _take(self, value: Any, *, named: bool) -> None:
        """Take a name or a value."""
        if not self._open:
            return
        owner = self._open[-1]
        if isinstance(owner, list):
            if not self._skips:
                owner.append(value)
            self._skips = False
        elif self._colon and self._key is not None:
            owner[self._key] = value
            self._key, self._colon = None, False
        else:
            self._key = value if isinstance(value, str) else None if named else str(value)

    def _begin(self, inner: _Open) -> None:
        """Enter an object or a list."""
        if len(self._open) >= DEPTH:
            raise ValueError("too deep")
        if not self._open and isinstance(inner, list):
            return
        if self._open:
            self._take(inner, named=False)
        self._open.append(inner)
        self._key, self._colon, self._skips = None, False, False

    def _end(self, kind: type) -> None:
        """Leave the innermost object or list of a kind; a brace too many is overlooked."""
        self._no_value()
        if not any(type(each) is kind for each in self._open):
            return
        while self._open:
            inner = self._open.pop()
            if not self._open and isinstance(inner, dict):
                self.found.append(inner)
            if type(inner) is kind:
                return

    def _no_value(self) -> None:
        """Forget a name that got no value; in a list, go on to the next item."""
        if self._open and isinstance(self._open[-1], dict) and self._colon and self._key is not None:
            self._open[-1][self._key] = None
        self._key, self._colon, self._skips = None, False, False


def _value(word: str) -> Any:
    """Return what a bare word stands for."""
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    try:
        return json.loads(word)
    except ValueError:
        return word


def _unescaped(text: str) -> str:
    """Return text without escapes; those that are none stay."""
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the objects in a text, in order, as far as their last brace came. Raises ValueError for what is no message."""
    if len(text) > LIMIT:
        raise ValueError("too large")
    builder = _Builder()
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "closed":
                builder.text(_unescaped(token["text"]), closed=bool(token["closed"]))
            case "typed":
                builder.text(token["typed"], closed=True)
            case "mark":
                builder.mark(token["mark"].translate(_MARKS))
            case _:
                builder.word(token["word"])
    return iter(builder.found)
