"""Rows of the request tables: what a field must be, and the code it is refused with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import re
from typing import Any, Literal

from .errors import PARAMETER, RefusedError

type FieldKind = Literal["text", "integer", "number", "boolean", "either", "list", "object"]
"""`either`: an integer, as such or as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row. `low` and `high` are a range, or the length of a text or list."""

    name: str
    kind: FieldKind = "text"
    required: bool = False
    low: float | None = None
    high: float | None = None
    among: frozenset[str] | None = None
    listed: bool = False
    """A comma-separated text of values (ivm §1.4)."""
    pattern: str | None = None
    items: FieldKind | None = None
    fields: Sequence[Field] = ()
    """Of an object, or of each object of a list."""
    code: str = PARAMETER
    missing: str | None = None
    default: Any = None
    upper: bool = False
    """Case does not matter."""

    def refuse(self, why: str) -> RefusedError:
        """Return the refusal of a wrong value."""
        return RefusedError(self.code, f"{self.name} {why}")

    def check(self, value: Any, *, strict: bool) -> Any:
        """Return the value. Raises RefusedError."""
        match self.kind:
            case "text":
                return self._text(value)
            case "integer" | "number" | "either":
                return self._number(value)
            case "boolean":
                if not isinstance(value, bool):
                    raise self.refuse("is no truth")
            case "list":
                return self._list(value, strict=strict)
            case "object":
                if not isinstance(value, dict):
                    raise self.refuse("is no object")
                return read(self.fields, value, strict=strict) if self.fields else value
        return value

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.refuse("is no text")
        given: str = value.upper() if self.upper else value
        if not (self.low or 0) <= len(given) <= (self.high if self.high is not None else len(given)):
            raise self.refuse("has a wrong length")
        if self.among is not None:
            words = given.split(",") if self.listed else [given]
            if not set(words) <= self.among:
                raise self.refuse(f"is none of {', '.join(sorted(self.among))}")
        if self.pattern is not None and re.fullmatch(self.pattern, given) is None:
            raise self.refuse("is not formed so")
        return given

    def _number(self, value: Any) -> int | float:
        if self.kind == "either" and isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
            value = int(value)
        allowed = int | float if self.kind == "number" else int
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise self.refuse("is no number")
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise self.refuse(f"is not between {self.low} and {self.high}")
        return value

    def _list(self, value: Any, *, strict: bool) -> list[Any]:
        if not isinstance(value, list):
            raise self.refuse("is no array")
        if not (self.low or 0) <= len(value) <= (self.high if self.high is not None else len(value)):
            raise self.refuse("has a wrong length")
        if self.fields:
            if not all(isinstance(item, dict) for item in value):
                raise self.refuse("holds something that is no object")
            return [read(self.fields, item, strict=strict) for item in value]
        if self.items is not None:
            row = Field(name=self.name, kind=self.items, code=self.code)
            return [row.check(item, strict=strict) for item in value]
        return value

    def check_query(self, value: str) -> Any:
        """Return the value of a text of a query. Raises RefusedError."""
        if self.kind == "boolean":
            if value not in {"true", "false"}:
                raise self.refuse("is no truth")
            return value == "true"
        if self.kind in {"integer", "either"}:
            if re.fullmatch(r"-?\d{1,18}", value) is None:
                raise self.refuse("is no number")
            return self._number(int(value))
        return self._text(value)


def read(fields: Sequence[Field], given: Mapping[str, Any], *, strict: bool, query: bool = False) -> dict[str, Any]:
    """Return all fields, defaults included; None where nothing is given. Raises RefusedError for the first wrong one."""
    known = {field.name for field in fields}
    if strict and (surplus := set(given) - known):
        raise RefusedError(PARAMETER, f"{min(surplus)} is not known")
    found: dict[str, Any] = {}
    for field in fields:
        value = given.get(field.name)
        if value is None or (query and value == ""):
            if field.required:
                raise RefusedError(field.missing or field.code, f"{field.name} is missing")
            found[field.name] = field.default
        elif query:
            found[field.name] = field.check_query(value)
        else:
            found[field.name] = field.check(value, strict=strict)
    return found


def text(name: str, low: int = 0, high: int | None = None, **more: Any) -> Field:
    """Row of a String."""
    return Field(name=name, low=low, high=high, **more)


def word(name: str, *among: str, **more: Any) -> Field:
    """Row of an enumeration."""
    return Field(name=name, among=frozenset(among), **more)


def integer(name: str, low: int | None = None, high: int | None = None, **more: Any) -> Field:
    """Row of an Integer."""
    return Field(name=name, kind="integer", low=low, high=high, **more)


def either(name: str, low: int | None = None, high: int | None = None, **more: Any) -> Field:
    """Row of an Integer that the documentation also prints as text."""
    return Field(name=name, kind="either", low=low, high=high, **more)


def truth(name: str, **more: Any) -> Field:
    """Row of a Boolean."""
    return Field(name=name, kind="boolean", **more)


def array(name: str, low: int = 0, high: int | None = None, **more: Any) -> Field:
    """Row of an Array."""
    return Field(name=name, kind="list", low=low, high=high, **more)


DEVICE_ID = text("device_id", required=True, pattern=r"[A-Za-z0-9]{8,32}", code="IVM.10022000")
CHANNEL_ID = text("channel_id", required=True, pattern=r"-1|\d{1,3}|\d{20}", code="IVM.10022001")
ADDRESS = (DEVICE_ID, CHANNEL_ID)
ORG_ID = r"\d{1,25}"
RECORD_PAGE = (
    integer("limit", 1, 1000, default=10, code="IVM.10020009"),
    integer("offset", 0, 1_000_000, default=0, code="IVM.10020010"),
)
SPAN = (
    text("start_time", required=True, missing="IVM.10020017", code="IVM.10020005"),
    text("end_time", required=True, missing="IVM.10020018", code="IVM.10020006"),
)
PROTOCOL = word("access_protocol", "HOLO", "GB28181", listed=True, code="IVM.10022013")
STREAMS = ("PRIMARY_STREAM", "SECONDARY_STREAM_1", "SECONDARY_STREAM_2")
STREAM = word("stream_type", *STREAMS, code="IVM.10026000")
DIRECTION = word("direction", "ASC", "DESC", upper=True, code="IVM.10020011")
PACKAGES = word(
    "channel_resource_state",
    *(f"{family}_{state}" for family in ("MANAGEMENT", "EVENT_RECORD", "FULL_RECORD", "INDUSTRY_DATA", "CUSTOMER_GROUP")
      for state in ("GRANT", "ARREAR", "CLOSED")),
    listed=True, code="IVM.10022022",
)  # fmt: skip
DEVICE_SYSTEM = word("device_system_state", "NORMAL", "UNAVAILABLE_FROZEN", listed=True, code="IVM.10022015")
CHANNEL_SYSTEM = word("channel_system_state", "NORMAL", "UNAVAILABLE_FROZEN", code="IVM.10022021")
DEVICE_STATE = word("device_state", "ONLINE", "OFFLINE", "UNREGISTERED", listed=True, code="IVM.10022011")
DEVICE_KIND = word("device_type", "IPC", "NVR", "MEdge", listed=True, code="IVM.10022014")
DETAIL = (text("ability"), truth("need_cloud_ability", default=False), truth("need_specification", default=False))
