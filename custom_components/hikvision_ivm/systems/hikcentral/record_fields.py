"""Making and reading the fields of records."""

from dataclasses import field
from types import MappingProxyType
from typing import Any, Final

from ..transport.json import Fields

ENCODER: Final = "encodeDevice"
CONTROLLER: Final = "acsDevice"
MOBILE: Final = "mobileDevice"
ALARM_DEVICE: Final = "alarmDevice"
"""No call lists these; their inputs and outputs hang on the hub."""

NO_ID: Final = frozenset({"-1", "null"})
"""What stands for "none" where an id is expected."""
_PARENT_TYPES: Final = {word.casefold(): word for word in (ENCODER, CONTROLLER, MOBILE, ALARM_DEVICE)}


def state() -> Any:
    """Make a field that is no part of what a thing is."""
    return field(default=None, compare=False)


def personal() -> Any:
    """Make a field that is shown nowhere by accident."""
    return field(default=None, repr=False)


def count(fields: Fields, *names: str) -> int | None:
    """Read a number of things; negative means not configured."""
    found = fields.integer(*names)
    return None if found is None or found < 0 else found


def parent_of(fields: Fields) -> tuple[str | None, str | None]:
    """Read which device something hangs on: (resource type, id); the type is None if it is not told."""
    parent = fields.text("devIndexCode")
    kind = fields.text("devResourceType")
    if parent is None or parent in NO_ID:
        return None, None
    return _PARENT_TYPES.get(kind.casefold(), kind) if kind is not None else None, parent


def nothing() -> Any:
    """Make a mapping that is empty unless given."""
    return field(default=MappingProxyType({}))
