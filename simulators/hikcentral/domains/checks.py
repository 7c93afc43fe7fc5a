"""Rows of request tables that the common ones do not say: lists of ids, nested objects, periods (hikcentral §1.9)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.hikcentral.registry import ENDPOINTS, Call, Parameter, Refuse

MISSING, OUT_OF_RANGE, BAD_FORMAT = "0x00072001", "0x00072002", "0x00072003"
INCORRECT, NO_SUCH, EXISTS, FULL, OCCUPIED = "2", "0x00072202", "131", "132", "133"
"""Codes of refusals (hikcentral §1.10)."""

SPECIAL = frozenset("'/\\:*?\"<>|")
MONTH = timedelta(days=31)
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Words(Parameter):
    """Ids joined by commas in one text. `most`: how many; `arrays`: a JSON list will do as well."""

    most: int | None = None
    arrays: bool = False

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when the body breaks the row."""
        value = body.get(self.name)
        if self.arrays and isinstance(value, list):
            if not all(isinstance(word, str) for word in value):
                raise Refuse(BAD_FORMAT, f"{self.name} is no array of texts")
            words: Sequence[str] = value
        else:
            Parameter.check(self, body)
            words = [word for word in str(value or "").split(",") if word.strip()]
        if self.required and not words:
            raise Refuse(MISSING, f"{self.name} is required")
        if self.most is not None and len(words) > self.most:
            raise Refuse(OUT_OF_RANGE, f"{self.name} has more than {self.most} elements")


@dataclass(frozen=True, slots=True)
class Plain(Parameter):
    """Text without special characters."""

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when the body breaks the row."""
        Parameter.check(self, body)
        if SPECIAL & set(str(body.get(self.name) or "")):
            raise Refuse(OUT_OF_RANGE, f"{self.name} has special characters")


@dataclass(frozen=True, slots=True)
class Nested(Parameter):
    """Object with rows of its own."""

    rows: Sequence[Parameter] = ()

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when the body breaks the row."""
        Parameter.check(self, body)
        if (value := body.get(self.name)) is not None:
            for row in self.rows:
                row.check(value)


@dataclass(frozen=True, slots=True)
class Objects(Parameter):
    """List of objects with rows of their own. `wrapper`: each stands below this name, as the samples print it."""

    rows: Sequence[Parameter] = ()
    wrapper: str = ""
    exactly: int | None = None

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when the body breaks the row."""
        Parameter.check(self, body)
        items = body.get(self.name) or []
        if items and self.exactly is not None and len(items) != self.exactly:
            raise Refuse(OUT_OF_RANGE, f"{self.name} must have {self.exactly} elements")
        for item in items:
            inner = item.get(self.wrapper, item) if self.wrapper and isinstance(item, dict) else item
            if not isinstance(inner, dict):
                raise Refuse(BAD_FORMAT, f"{self.name} is no array of objects")
            for row in self.rows:
                row.check(inner)


@dataclass(frozen=True, slots=True)
class Either(Parameter):
    """A field with two spellings, of which one must be there."""

    names: tuple[str, ...] = field(default=())

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when the body breaks the row."""
        given = [name for name in self.names if body.get(name) not in (None, "")]
        Parameter.check(self, {self.name: body[given[0]]} if given else {})


def words(
    name: str, *, most: int | None = None, required: bool = False, longest: int = 1024, arrays: bool = False
) -> Words:
    """Row of a comma list."""
    return Words(name, "text", required, longest=longest, most=most, arrays=arrays)


def plain(name: str, *, required: bool = False, longest: int | None = None) -> Plain:
    """Row of a text without special characters."""
    return Plain(name, "text", required, longest=longest)


def nested(name: str, *rows: Parameter, required: bool = False) -> Nested:
    """Row of an object."""
    return Nested(name, "object", required, rows=rows)


def objects(
    name: str, *rows: Parameter, required: bool = False, wrapper: str = "", exactly: int | None = None
) -> Objects:
    """Row of a list of objects."""
    return Objects(name, "list", required, rows=rows, wrapper=wrapper, exactly=exactly)


@dataclass(frozen=True, slots=True)
class Anything(Parameter):
    """Field whose form the handler reads."""

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when it must be there and is not."""
        if self.required and body.get(self.name) is None:
            raise Refuse(MISSING, f"{self.name} is required")


def anything(name: str, *, required: bool = False) -> Anything:
    """Row of a field that table and sample describe differently."""
    return Anything(name, "object", required)


def either(*names: str, required: bool = True, longest: int = 64) -> Either:
    """Row of a text with several spellings."""
    return Either(names[0], "text", required, longest=longest, names=names)


def inner(call: Call, name: str) -> Call:
    """Return a nested object as if it were the body."""
    value = call.body.get(name)
    return Call(call.path, value if isinstance(value, dict) else {}, call.headers, call.app_key, call.host)


def whole(call: Call, name: str, default: int = 0) -> int:
    """Return a field as a whole number."""
    value = call.body.get(name)
    return default if value in (None, "") else int(float(value))


def moment(call: Call, name: str) -> datetime:
    """Return a time that must be there."""
    found = call.time(name)
    if found is None:
        raise Refuse(MISSING, f"{name} is required")
    return found


@dataclass(frozen=True, slots=True)
class Period:
    """Stretch of time asked for, with both ends, to the second."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.start.replace(microsecond=0) <= at.replace(microsecond=0) <= self.end


def period(call: Call, start: str = "startTime", end: str = "endTime", longest: timedelta | None = MONTH) -> Period:
    """Return the period of a request; raises Refuse for one that runs backwards or is too long."""
    found = Period(moment(call, start), moment(call, end))
    span = found.end - found.start
    if span < timedelta(0) or (longest is not None and span > longest):
        raise Refuse(OUT_OF_RANGE, f"{start} to {end} is not allowed")
    return found


def contains(part: str, *texts: str) -> bool:
    """Tell whether one of the texts has a part in it, as fuzzy searches do; an empty part is in everything."""
    return not part or any(part.lower() in text.lower() for text in texts)


def named(rows: Iterable[Parameter]) -> set[str]:
    """Return all spellings of the fields of a table."""
    return {name for row in rows for name in (row.names if isinstance(row, Either) else (row.name,))}


def strange_fields(requests: Iterable[Any]) -> Counter[str]:
    """Count the fields of requests that no table has: a real server takes no notice of them, a test should.

    `requests`: the platform's record of them, with `path` (without `/artemis/api/`) and `body`.
    """
    found: Counter[str] = Counter()
    for request in requests:
        if request.path in ENDPOINTS and isinstance(request.body, dict):
            known = named(ENDPOINTS[request.path].parameters)
            found.update(f"{request.path} {name}" for name in request.body if name not in known)
    return found
