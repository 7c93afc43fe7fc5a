"""What a report in the words of Contact ID says, for automations (ip-receiver §4.3)."""

from collections.abc import Mapping
from typing import Final

from ..kinds import Kind
from .alerts import Cid
from .device_details import Facts
from .event_codes import EVENT_CODES
from .latched import is_latched
from .records import ZoneRecord

CATEGORIES: Final[Mapping[int, str]] = {
    1: "zone_alarm",
    2: "video_alarm",
    3: "virtual_zone_alarm",
    4: "duress",
    5: "exception",
    6: "operation",
}
"""Words of `CIDType`."""
_OF_A_ZONE: Final = frozenset({1, 2, 3})
ZONE_ALARMS: Final = frozenset(
    {
        Kind.BURGLARY, Kind.FIRE, Kind.GAS, Kind.MEDICAL, Kind.PANIC, Kind.TEMPERATURE, Kind.VIDEO_ANALYTICS, Kind.WATER,
    }
)  # fmt: skip
"""Functions whose codes put the zone in alarm that they name."""
_ZONE_ZERO: Final = ZONE_ALARMS | {Kind.BYPASS, Kind.ZONE_FAULT, Kind.TAMPER}
"""Functions in whose codes the number 0 is a zone. Elsewhere it fills a field that has to be there."""


def zone_number(cid: Cid, kind: Kind) -> int | None:
    """Return the number of the zone a report is about; None: of none."""
    if cid.number is None or is_latched(cid.code):
        return None
    if cid.number == 0 and cid.category not in _OF_A_ZONE and kind not in _ZONE_ZERO:
        return None
    return cid.number


def report_facts(cid: Cid, zone: ZoneRecord | None) -> Facts:
    """Return what a report says; `zone` is the id by which commands name it, if that is known."""
    row = EVENT_CODES.get(cid.code)
    partition = cid.partition
    if not partition and zone is not None and zone.partition is not None:
        partition = zone.partition  # T42
    facts: dict[str, str | int | float | bool | None] = {
        "hik_code": cid.code,
        "cid": None if row is None else row.cid,
        "sia": None if row is None else row.sia,
        "description": cid.told if row is None else row.description,
        "restored": row is not None and row.restored,
        "partition": partition,
        "zone": cid.number if zone is None else zone.id,
        "zone_name": None if zone is None else zone.name,
        "user": cid.user,
        "uuid": cid.uuid,
        "has_video": None if cid.video is None else cid.video > 0,
        "category": None if cid.category is None else CATEGORIES.get(cid.category, str(cid.category)),
        "triggered": cid.triggered,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}
