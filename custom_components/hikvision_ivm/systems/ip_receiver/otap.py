"""The state of a partition that is not listed: computed from its zones (ip-receiver §5.3).

Panels connected by OTAP do not tell of partitions. All of this is inferred.
"""

from collections.abc import Collection, Iterable
from typing import Final

from ..values import ArmMode
from .partitions import ARMING, AWAY, DISARM, STAY, WORDS
from .records import ZoneRecord
from .zone_condition import is_left_out, is_related

ALWAYS_ON: Final[Collection[str]] = frozenset(
    {"24hnosound", "24hsound", "fire", "gas", "medical", "emergency", "key", "non-alarm"}
)
"""Types of zones, in lower case, that say nothing of whether a partition is armed."""


def arming_of(zones: Iterable[ZoneRecord], mode: ArmMode | None) -> str | None:
    """Return the word for how a partition is armed, None: unknown. `mode`: how it was armed last, if that is known."""
    telling = [zone for zone in zones if _tells(zone)]
    if any(zone.arming for zone in telling):
        return ARMING
    if any(zone.armed for zone in telling):
        if mode is not None:
            return WORDS[mode]
        unarmed = [zone for zone in telling if zone.armed is False]
        return STAY if unarmed and all(zone.stay_away for zone in unarmed) else AWAY
    return DISARM if any(zone.armed is False for zone in telling) else None


def alarm_of(zones: Iterable[ZoneRecord]) -> bool | None:
    """Return whether any zone is in alarm, those that are always on included; None: no zone says."""
    told = [zone.alarm for zone in zones if zone.alarm is not None]
    return any(told) if told else None


def _tells(zone: ZoneRecord) -> bool:
    """Whether a zone says something of its partition: it is in use, and armed with it."""
    return is_related(zone) and not is_left_out(zone) and (zone.type or "").casefold() not in ALWAYS_ON
