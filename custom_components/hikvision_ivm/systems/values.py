"""Compound values of features: what a lock, a partition, a camera, a vehicle is now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class StateValue:
    """Base of compound values (a lock, a partition, a recording camera): frozen dataclasses with equality."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraValue(StateValue):
    """What is known of a camera besides its picture; None is unknown."""

    recording: bool | None = None
    motion_detection: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockValue(StateValue):
    """State of a lock or door; None is unknown."""

    locked: bool | None = None
    open: bool | None = None
    changing: str | None = None
    """`locking`, `unlocking`, `opening` or None."""
    changed_by: str | None = None


class ArmState(StrEnum):
    """State of a partition. There is no word for unknown: an unknown partition has no value."""

    DISARMED = "disarmed"
    ARMING = "arming"
    ARMED_HOME = "armed_home"
    ARMED_AWAY = "armed_away"
    ARMED_NIGHT = "armed_night"
    PENDING = "pending"
    TRIGGERED = "triggered"


class ArmMode(StrEnum):
    """How a partition can be armed."""

    HOME = "home"
    AWAY = "away"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPanelValue(StateValue):
    """State of a partition and who caused it. `state` None: unknown, although something else is known.

    `open_zones` hold names of zones that stand against arming: open, offline, tampered or broken. `alarm_zones` are in
    alarm, `bypassed_zones` are left out while armed.
    """

    state: ArmState | None = None
    changed_by: str | None = None
    open_zones: tuple[str, ...] = ()
    alarm_zones: tuple[str, ...] = ()
    bypassed_zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateValue(StateValue):
    """Firmware: what runs, what is on offer (None: unknown), progress in percent while installing."""

    installed: str
    latest: str | None = None
    notes: str | None = None
    progress: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionValue(StateValue):
    """A place: degrees north and east, accuracy in metres, speed in km/h, heading in degrees."""

    latitude: float
    longitude: float
    accuracy: float = 0.0
    speed: float | None = None
    heading: float | None = None


@dataclass(frozen=True, slots=True)
class Unlimited(StateValue):
    """What a number is that has no end, such as the days for which something is kept."""


UNLIMITED = Unlimited()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry(StateValue):
    """Something with a begin and an end, such as the reservation of a visitor.

    `uid` stays the same over edits; empty for an entry that is to be made. `details` are further facts.
    """

    start: datetime
    end: datetime
    summary: str
    uid: str = ""
    description: str = ""
    location: str = ""
    details: Mapping[str, str | int | float | bool] = field(default=MappingProxyType({}), compare=False, repr=False)
