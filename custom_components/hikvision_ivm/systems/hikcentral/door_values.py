"""What the state of a door means for its features (hikcentral §4, `doorState`)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, BinarySensorFeature, Feature, LockFeature, SelectFeature, Unknown, Value
from ..values import LockValue

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
_STAYS: Final[Mapping[Kind, int]] = MappingProxyType({Kind.REMAIN_OPEN: REMAIN_OPEN, Kind.REMAIN_CLOSED: REMAIN_CLOSED})


def door_value(feature: Feature, state: int | None) -> Value | Unknown | None:
    """Return the value of a door's feature in a state; None: the state says nothing about this feature.

    Lock and contact are not told apart in it, so that the sensors of either are left to events.
    """
    if isinstance(feature, LockFeature):
        return _LOCKS.get(state, UNKNOWN) if state is not None else UNKNOWN
    if isinstance(feature, SelectFeature) and feature.kind is Kind.DOOR_MODE:
        return _MODES.get(state, UNKNOWN) if state is not None else UNKNOWN
    if isinstance(feature, BinarySensorFeature) and feature.kind in _STAYS:
        return state == _STAYS[feature.kind] if state in _MODES else UNKNOWN
    return None
