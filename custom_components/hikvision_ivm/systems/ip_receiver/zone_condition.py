"""What the condition of a zone means for arming (ip-receiver §5.4)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ..values import ArmMode
from .detectors import has_contact
from .records import ZoneRecord
from .zone_values import NOT_RELATED, status_of

TRIGGER: Final = "trigger"
DELAY: Final = "delay"
ENTIRELY: Final = "entirely"

_CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {TRIGGER: "open", "offline": "offline", "breakdown": "broken", "heartbeatabnormal": "no heartbeat"}
)
"""Status of a zone that stands against arming, in lower case → in words."""


def zone_name(zone: ZoneRecord) -> str:
    """Return what a zone is called."""
    return zone.name or f"Zone {zone.id}"


def is_related(zone: ZoneRecord) -> bool:
    """Whether a detector is assigned to it."""
    return status_of(zone) != NOT_RELATED


def is_triggered(zone: ZoneRecord) -> bool:
    """Whether its detector reports something, or its contact is open."""
    return status_of(zone) == TRIGGER or (zone.magnet_open is True and has_contact(zone))


def is_left_out(zone: ZoneRecord) -> bool:
    """Whether it is bypassed, or deactivated so that it reports nothing."""
    deactivated = (zone.deactivated_once or "", zone.deactivated or "")
    return zone.bypassed is True or ENTIRELY in map(str.casefold, deactivated)


def causes(zone: ZoneRecord) -> tuple[str, ...]:
    """Return in words what about a zone stands against arming; nothing if it is left out anyway."""
    if is_left_out(zone):
        return ()
    found = [word] if (word := _CAUSES.get(status_of(zone))) else []
    if is_triggered(zone):
        found.append("open")
    if zone.tampered is True:
        found.append("tampered")
    return tuple(dict.fromkeys(found))


def stands_against(zone: ZoneRecord, mode: ArmMode | None = None) -> bool:
    """Whether a zone stands against arming; one that is left out at home does not stand against that."""
    return bool(causes(zone)) and not (mode is ArmMode.HOME and zone.stay_away is True)


def described(zones: Iterable[ZoneRecord]) -> list[str]:
    """Return zones that stand against arming, by name and cause, such as `Front door (open)`."""
    return [f"{zone_name(zone)} ({', '.join(found)})" for zone in zones if (found := causes(zone))]


def was_entered(old: ZoneRecord, new: ZoneRecord) -> bool:
    """Whether somebody came in by a delay zone that is watched: what is open or seen now was not before."""
    if (new.type or "").casefold() != DELAY or is_left_out(new) or new.armed is False:
        return False
    return is_triggered(new) and not is_triggered(old)
