"""Which calls the platform has: a table filled by the modules that answer them, and what a request's fields must be."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import re
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .platform import HikCentralSimulator
    from .state import EventRecord

type Json = Any
type Handler = Callable[[HikCentralSimulator, Call], Json | Awaitable[Json]]
type Shaper = Callable[[Json], Json]
type Builder = Callable[[HikCentralSimulator], None]
type EventHook = Callable[[HikCentralSimulator, EventRecord], None]

HIGHEST_NUMBER = 2147483647
LARGEST_PAGE = 500
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?[+-]\d\d:\d\d")


class Refuse(Exception):  # reads as what it does: `raise Refuse("129")`
    """The call is answered with an error code (§1.10) instead of data; without a text the code's own is sent."""

    def __init__(self, code: str, msg: str | None = None) -> None:
        """`code` as printed: hex or decimal text."""
        super().__init__(code, msg)
        self.code = code
        self.msg = msg


class NoData:
    """What a handler returns when the envelope has no `data` at all."""


NO_DATA = NoData()


@dataclass(frozen=True, slots=True)
class Raw:
    """What a handler returns when the whole body is no envelope: a picture, or text with a picture in it."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted; the first page is 1."""

    number: int
    size: int

    @property
    def start(self) -> int:
        """Place of its first row."""
        return (self.number - 1) * self.size


@dataclass(slots=True)
class Call:
    """A request that passed every check of the gateway."""

    path: str
    """Without `/artemis/api/`."""
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Case-insensitive."""
    app_key: str = ""
    host: str = ""
    """Address the client used, for URLs in answers."""

    @property
    def page(self) -> Page:
        """The page asked for, by `pageNo` or `pageIndex`; page 1 of 500 where nothing was said."""
        number = self.body.get("pageNo", self.body.get("pageIndex", 1))
        return Page(max(1, int(number)), int(self.body.get("pageSize", LARGEST_PAGE)) or LARGEST_PAGE)

    def text(self, name: str) -> str:
        """A field as text; empty when it is missing or null."""
        value = self.body.get(name)
        return "" if value is None else str(value)

    def words(self, name: str) -> list[str]:
        """A comma list or an array as texts, without blanks and empty ones."""
        value = self.body.get(name)
        parts = value if isinstance(value, list) else str("" if value is None else value).split(",")
        return [text for part in parts if (text := str(part).strip())]

    def time(self, name: str) -> datetime | None:
        """A moment, aware; None when it is missing. Raises Refuse for what is no time."""
        if not (value := self.text(name)):
            return None
        return parse_moment(value)


def parse_moment(text: str) -> datetime:
    """Read a request's time. Raises Refuse (0x00072003) unless it has the documented form (§1.8)."""
    if TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise Refuse("0x00072003", f"time {text!r} is not yyyy-MM-ddTHH:mm:ss+HH:MM")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of a request table."""

    name: str
    kind: Literal["text", "number", "list", "object", "time"]
    required: bool = False
    low: float | None = None
    high: float | None = None
    longest: int | None = None
    """Characters of a text, elements of a list."""
    among: frozenset[str] | None = None
    lenient: bool = False
    """Table and sample disagree about number or text: both are taken."""

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise Refuse when the body breaks the row: missing 0x00072001, range 0x00072002, format 0x00072003."""
        value = body.get(self.name)
        if value is None or (self.required and value in ("", [])):
            if self.required:
                raise Refuse("0x00072001", f"{self.name} is required")
            return
        match self.kind:
            case "number":
                self._check_number(value)
            case "text":
                self._check_text(value)
            case "time":
                if not isinstance(value, str):
                    raise Refuse("0x00072003", f"{self.name} is no text")
                if value:
                    parse_moment(value)
            case "list":
                if not isinstance(value, list):
                    raise Refuse("0x00072003", f"{self.name} is no array")
                if self.longest is not None and len(value) > self.longest:
                    raise Refuse("0x00072002", f"{self.name} has more than {self.longest} elements")
            case "object":
                if not isinstance(value, dict):
                    raise Refuse("0x00072003", f"{self.name} is no object")

    def _check_number(self, value: object) -> None:
        if self.lenient and isinstance(value, str):
            if value == "" and not self.required:
                return
            try:
                value = float(value)
            except ValueError:
                raise Refuse("0x00072003", f"{self.name} is no number") from None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refuse("0x00072003", f"{self.name} is no number")
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise Refuse("0x00072002", f"{self.name} is not between {self.low} and {self.high}")
        if self.among is not None and f"{value:g}" not in self.among:
            raise Refuse("0x00072002", f"{self.name} is none of {', '.join(sorted(self.among))}")

    def _check_text(self, value: object) -> None:
        if self.lenient and isinstance(value, int | float) and not isinstance(value, bool):
            value = f"{value:g}"
        if not isinstance(value, str):
            raise Refuse("0x00072003", f"{self.name} is no text")
        if self.longest is not None and len(value) > self.longest:
            raise Refuse("0x00072002", f"{self.name} is longer than {self.longest} characters")
        if self.among is not None and value and value not in self.among:
            raise Refuse("0x00072002", f"{self.name} is none of {', '.join(sorted(self.among))}")


def text(name: str, *, required: bool = False, longest: int | None = None, among: Sequence[str] = (),
         lenient: bool = False) -> Parameter:  # fmt: skip
    """Row `S` of a request table."""
    return Parameter(name, "text", required, longest=longest, among=frozenset(among) or None, lenient=lenient)


def number(name: str, low: float | None = None, high: float | None = None, *, required: bool = False,
           among: Sequence[int] = (), lenient: bool = False) -> Parameter:  # fmt: skip
    """Row `N` of a request table, with its range or its values."""
    values = frozenset(str(value) for value in among) or None
    return Parameter(name, "number", required, low, high, among=values, lenient=lenient)


def array(name: str, *, required: bool = False, longest: int | None = None) -> Parameter:
    """Row `A` of a request table."""
    return Parameter(name, "list", required, longest=longest)


def thing(name: str, *, required: bool = False) -> Parameter:
    """Row of an object."""
    return Parameter(name, "object", required)


def time(name: str, *, required: bool = False) -> Parameter:
    """Row of an ISO 8601 time with a numeric offset."""
    return Parameter(name, "time", required)


PAGE = (
    number("pageNo", 1, HIGHEST_NUMBER, required=True),
    number("pageSize", 1, LARGEST_PAGE, required=True),
)
PAGE_INDEX = (
    number("pageIndex", 1, HIGHEST_NUMBER, required=True),
    number("pageSize", 1, LARGEST_PAGE, required=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A call the platform has."""

    path: str
    handler: Handler
    parameters: Sequence[Parameter]
    named: bool
    """Takes the `userId` header."""
    cached: bool
    """The answer depends on the state and the body alone."""
    sample: Shaper | None
    """Turns the data of the tables into what the printed sample shows."""
    since: tuple[int, ...]
    """Version of the platform that introduced it."""


ENDPOINTS: dict[str, Endpoint] = {}
BUILDERS: list[Builder] = []
EVENT_HOOKS: list[EventHook] = []


def endpoint(
    path: str,
    *parameters: Parameter,
    named: bool = True,
    cached: bool = False,
    sample: Shaper | None = None,
    since: tuple[int, ...] = (1, 5, 0),
) -> Callable[[Handler], Handler]:
    """Register a handler `(platform, call) -> data` for a path; it may be stacked for several paths.

    The parameters are checked before the handler is called. The handler may be a coroutine function, and may raise
    `Refuse`, return `NO_DATA` (no `data` in the envelope) or `Raw` (a body that is no envelope).
    """

    def register(handler: Handler) -> Handler:
        ENDPOINTS[path] = Endpoint(
            path=path, handler=handler, parameters=parameters, named=named, cached=cached, sample=sample, since=since
        )
        return handler

    return register


def builds(builder: Builder) -> Builder:
    """Register a function that fills `platform.state` from `platform.plan` when a platform is made."""
    BUILDERS.append(builder)
    return builder


def after_event(hook: EventHook) -> EventHook:
    """Register a function that is called with each new event record."""
    EVENT_HOOKS.append(hook)
    return hook
