"""What the features of a zone are now (ip-receiver §5.5). Pure: from a record to values by feature id."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, Unknown, Value
from .detectors import has_contact, is_open_ended, shape_of
from .partitions import Effect
from .places import feature_id, zone_id
from .records import ZoneRecord

DEACTIVATION_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"off": "off", "lidonly": "lid_only", "entirely": "entirely"}
)
"""Deactivation as the receiver says it, in lower case → our word for it."""
DEACTIVATIONS: Final = tuple(DEACTIVATION_WORDS.values())

_CONNECTED: Final[Mapping[str, bool]] = MappingProxyType(
    {"online": True, "trigger": True, "breakdown": True, "offline": False, "heartbeatabnormal": False}
)
_BROKEN: Final[Mapping[str, bool]] = MappingProxyType(
    {"online": False, "trigger": False, "offline": False, "heartbeatabnormal": False, "breakdown": True}
)
_TRIGGERED: Final[Mapping[str, bool]] = MappingProxyType({"online": False, "trigger": True})
_EXCEEDED: Final[Mapping[str, bool]] = MappingProxyType({"yes": True, "no": False})
_HEALTH: Final[Mapping[str, bool]] = MappingProxyType({"normal": False, "fault": True})
_FAULTS: Final[Mapping[str, bool]] = MappingProxyType({"yes": False, "no": False, "fault": True})
ZONE_CHANGES: Final[Mapping[Effect, Mapping[str, bool]]] = {
    Effect.ALARM: {"alarm": True},
    Effect.RESTORED: {"alarm": False},
    Effect.ZONE_CLEARED: {"alarm": False},
    Effect.BYPASSED: {"bypassed": True},
    Effect.UNBYPASSED: {"bypassed": False},
    Effect.ZONE_CHANGED: {},
}
"""What a report makes of the zone it names."""
NOT_RELATED: Final = "notrelated"
OFFLINE: Final = "offline"


def status_of(zone: ZoneRecord) -> str:
    """Return the status of a zone in lower case, empty if it was not said."""
    return (zone.status or "").lower()


def is_open(zone: ZoneRecord) -> bool | None:
    """Whether the detector of a zone reports what it is there for; None: it is not known."""
    status = status_of(zone)
    if status in {OFFLINE, NOT_RELATED}:
        return None
    triggered = _TRIGGERED.get(status)
    if has_contact(zone):
        # A contact decides; only where nobody knows the detector, it may have reported something else.
        return True if is_open_ended(zone) and triggered else zone.magnet_open
    analysed = _analysed(zone)
    if analysed == "fault":
        return triggered or None  # it cannot tell that there is nothing
    exceeded = _EXCEEDED.get(analysed or "")
    return triggered if exceeded is None else exceeded


def _analysed(zone: ZoneRecord) -> str | None:
    """Return what a zone says of the one thing that its detector measures: `yes`, `no`, `fault`."""
    match shape_of(zone):
        case "smoke":
            return zone.smoke
        case "moisture":
            return zone.water
        case "heat":
            return zone.heat
    return None


def has_problem(zone: ZoneRecord) -> bool | None:
    """Whether a zone is broken; None if nothing was said about it."""
    said = [_BROKEN.get(status_of(zone)), _HEALTH.get((zone.health or "").lower())]
    said += [_FAULTS.get(word or "") for word in (zone.water, zone.smoke, zone.heat)]
    known = [one for one in said if one is not None]
    return any(known) if known else None


type _Reader = Callable[[ZoneRecord], Value | None]

_ROWS: Final[tuple[tuple[str, Kind, _Reader], ...]] = (
    ("binary_sensor", Kind.ZONE, is_open),
    ("binary_sensor", Kind.ZONE_ALARM, lambda zone: zone.alarm),
    ("binary_sensor", Kind.TAMPER, lambda zone: zone.tampered),
    ("binary_sensor", Kind.BATTERY_LOW, lambda zone: zone.battery_low),
    ("binary_sensor", Kind.ONLINE, lambda zone: _CONNECTED.get(status_of(zone))),
    ("binary_sensor", Kind.PROBLEM, has_problem),
    ("binary_sensor", Kind.SHIELDED, lambda zone: zone.shielded),
    ("binary_sensor", Kind.ZONE_ARMED, lambda zone: zone.armed),
    ("binary_sensor", Kind.SHOCK, lambda zone: zone.shock),
    ("binary_sensor", Kind.TILT, lambda zone: zone.tilt),
    ("binary_sensor", Kind.PIRCAM_LINK, lambda zone: zone.pircam),
    ("sensor", Kind.TEMPERATURE, lambda zone: zone.temperature),
    ("sensor", Kind.HUMIDITY, lambda zone: zone.humidity),
    ("sensor", Kind.SIGNAL, lambda zone: zone.signal),
    ("sensor", Kind.BATTERY_LEVEL, lambda zone: zone.battery_level),
    ("switch", Kind.ZONE_BYPASS, lambda zone: zone.bypassed),
    ("select", Kind.DEACTIVATION_ONCE, lambda zone: DEACTIVATION_WORDS.get((zone.deactivated_once or "").lower())),
    ("select", Kind.DEACTIVATION, lambda zone: DEACTIVATION_WORDS.get((zone.deactivated or "").lower())),
)
"""Type and kind of a feature, and what of a zone is its value."""
_READ: Final[tuple[tuple[str, str, _Reader], ...]] = tuple((type_, kind.value, read) for type_, kind, read in _ROWS)


def zone_values(uid: str, device: str, zone: ZoneRecord) -> dict[str, Value | Unknown]:
    """Return the values of everything a zone could have, by feature id, whether it has the feature or not."""
    own = zone_id(uid, device, zone.id)
    return {
        feature_id(own, type_, kind): UNKNOWN if (value := read(zone)) is None else value for type_, kind, read in _READ
    }


def changed_values(uid: str, device: str, old: ZoneRecord, new: ZoneRecord) -> dict[str, Value | Unknown]:
    """Return the values that differ between two records of a zone."""
    changed = [(type_, kind, value) for type_, kind, read in _READ if (value := read(new)) != read(old)]
    own = zone_id(uid, device, new.id)
    return {feature_id(own, type_, kind): UNKNOWN if value is None else value for type_, kind, value in changed}


_OF_EVENTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"alarm": ("binary_sensor", Kind.ZONE_ALARM.value), "bypassed": ("switch", Kind.ZONE_BYPASS.value)}
)
"""Field that events change → type and kind of the only feature that shows it."""


def event_values(uid: str, device: str, zone: int, changes: Mapping[str, bool]) -> dict[str, Value | Unknown]:
    """Return the values that differ after an event changed some fields of a zone."""
    own = zone_id(uid, device, zone)
    return {feature_id(own, *_OF_EVENTS[name]): value for name, value in changes.items()}


def zone_available(zone: ZoneRecord) -> bool:
    """Whether a zone can be reached by its panel; one that does not say so counts as reached."""
    return status_of(zone) != OFFLINE
