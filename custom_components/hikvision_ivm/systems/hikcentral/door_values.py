"""What the state of a door means for its features (hikcentral §4, `doorState`)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, Feature, LockFeature, LockValue, SelectFeature, Unknown, Value

REMAIN_OPEN: Final = 0
CLOSED: Final = 1
OPEN: Final = 2
REMAIN_CLOSED: Final = 3
OFFLINE: Final = 4

STATES: Final[Mapping[int, str]] = MappingProxyType(
    {REMAIN_OPEN: "remain_open", CLOSED: "closed", OPEN: "open", REMAIN_CLOSED: "remain_closed", OFFLINE: "offline"}
)
MODES: Final = ("remain_open", "normal", "remain_closed")
"""Options of a door's mode."""

_LOCKS: Final[Mapping[int, LockValue]] = MappingProxyType(
    {
        REMAIN_OPEN: LockValue(locked=False, open=True),
        CLOSED: LockValue(locked=True, open=False),
        OPEN: LockValue(locked=False, open=True),
        REMAIN_CLOSED: LockValue(locked=True, open=False),
    }
)
_MODES: Final[Mapping[int, str]] = MappingProxyType(
    {REMAIN_OPEN: "remain_open", CLOSED: "normal", OPEN: "normal", REMAIN_CLOSED: "remain_closed"}
)


def door_value(feature: Feature, state: int | None) -> Value | Unknown | None:
    """Return the value of a door's feature in a state; None: the state says nothing about this feature."""
    if isinstance(feature, LockFeature):
        return _LOCKS.get(state, UNKNOWN) if state is not None else UNKNOWN
    if isinstance(feature, SelectFeature) and feature.kind is Kind.DOOR_MODE:
        return _MODES.get(state, UNKNOWN) if state is not None else UNKNOWN
    return None
