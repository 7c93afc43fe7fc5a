"""Reading the arguments of actions: strict, so that what cannot be used is found before anything is sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from .errors import InvalidArgumentError
from .model import Feature

_MISSING: Final = "is missing"


def number(arguments: Mapping[str, Any], field: str, low: float, high: float) -> float | None:
    """Return a number between two bounds, None where none was given."""
    value = arguments.get(field)
    return None if value is None else bounded(value, field, low, high)


def bounded(value: object, field: str, low: float, high: float) -> float:
    """Return a value as a number between two bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InvalidArgumentError(field=field, reason="is not a number")
    try:
        found = float(value)
    except ValueError, OverflowError:
        raise InvalidArgumentError(field=field, reason="is not a number") from None
    if not low <= found <= high:
        raise InvalidArgumentError(field=field, reason=f"{found:g} is not between {low:g} and {high:g}")
    return found


def whole(arguments: Mapping[str, Any], field: str, low: int, high: int) -> int | None:
    """Return a whole number between two bounds, None where none was given."""
    value = number(arguments, field, low, high)
    if value is not None and not value.is_integer():
        raise InvalidArgumentError(field=field, reason=f"{value:g} is not a whole number")
    return None if value is None else int(value)


def text(arguments: Mapping[str, Any], field: str, longest: int, *, required: bool = True, forbidden: str = "") -> str:
    """Return text without blanks around it; empty where none was given and none is required.

    `longest` in characters; `forbidden`: characters that the platform takes in no such text.
    """
    value = arguments.get(field)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (str, int, float))):
        raise InvalidArgumentError(field=field, reason="is not text")
    found = "" if value is None else str(value).strip()
    if not found and required:
        raise InvalidArgumentError(field=field, reason=_MISSING)
    if len(found) > longest:
        raise InvalidArgumentError(field=field, reason=f"has {len(found)} characters; the limit is {longest}")
    if bad := sorted(set(forbidden).intersection(found)):
        raise InvalidArgumentError(field=field, reason=f"may not contain {' '.join(bad)}")
    return found


def word(arguments: Mapping[str, Any], field: str, words: Collection[str], *, default: str | None = None) -> str:
    """Return one of some words."""
    value = arguments.get(field)
    if value is None:
        value = default
    if value is None:
        raise InvalidArgumentError(field=field, reason=_MISSING)
    if not isinstance(value, str) or value not in words:
        raise InvalidArgumentError(field=field, reason=f"is none of {', '.join(words)}")
    return value


def flag(arguments: Mapping[str, Any], field: str, *, default: bool) -> bool:
    """Return true or false."""
    value = arguments.get(field)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InvalidArgumentError(field=field, reason="is neither true nor false")
    return value


def texts(arguments: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return the texts of a list, or of a single text, each once."""
    value = arguments.get(field)
    items = value if isinstance(value, (list, tuple)) else () if value is None else (value,)
    found = []
    for item in items:
        if isinstance(item, bool) or not isinstance(item, (str, int)) or not str(item).strip():
            raise InvalidArgumentError(field=field, reason="is not a list of texts")
        found.append(str(item).strip())
    return tuple(dict.fromkeys(found))


def span(arguments: Mapping[str, Any], *, longest_days: int | None = None) -> tuple[datetime, datetime]:
    """Return the moments `start` and `end`, with time zones, the first before the second."""
    start, end = (_moment(arguments, field) for field in ("start", "end"))
    if end <= start:
        raise InvalidArgumentError(field="end", reason="is not after the start")
    if longest_days is not None and (end - start).total_seconds() > longest_days * 86400:
        raise InvalidArgumentError(field="end", reason=f"is more than {longest_days} days after the start")
    return start, end


def _moment(arguments: Mapping[str, Any], field: str) -> datetime:
    """Return a moment with a time zone."""
    value = arguments.get(field)
    if value is None:
        raise InvalidArgumentError(field=field, reason=_MISSING)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise InvalidArgumentError(field=field, reason="is not a time") from None
    if not isinstance(value, datetime):
        raise InvalidArgumentError(field=field, reason="is not a time")
    if value.utcoffset() is None:
        raise InvalidArgumentError(field=field, reason="has no time zone")
    return value


def targets[R](features: Sequence[Feature], record: type[R], what: str) -> tuple[R, ...]:
    """Return the records that features stand for, each once, in their order.

    `what` names them in words. Raises `InvalidArgumentError` where there is none, or for a feature of anything else.
    """
    found: dict[object, R] = {}
    for feature in features:
        address = feature.address
        if not isinstance(address, record):
            raise InvalidArgumentError(field="entity_id", reason=f"{feature.id} is not {what}")
        found.setdefault(getattr(address, "id", feature.id), address)
    if not found:
        raise InvalidArgumentError(field="entity_id", reason=f"names no entity that is {what}")
    return tuple(found.values())


def target[R](features: Sequence[Feature], record: type[R], what: str) -> R:
    """Return the one record that features stand for."""
    found = targets(features, record, what)
    if len(found) > 1:
        raise InvalidArgumentError(field="entity_id", reason="names more than one; give one at a time")
    return found[0]
