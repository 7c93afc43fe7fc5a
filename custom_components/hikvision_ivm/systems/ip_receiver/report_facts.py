"""What a report in the words of Contact ID says, for automations (ip-receiver §4.3)."""

from collections.abc import Mapping
from typing import Final

from ..kinds import Kind
from .alerts import Cid
from .device_details import Facts
from .event_codes import EVENT_CODES, is_restored
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
    facts = dict(_of_code(cid.code))
    if cid.told is not None:
        facts.setdefault("description", cid.told)
    partition = cid.partition
    if not partition and zone is not None and zone.partition is not None:
        partition = zone.partition  # T42
    if partition is not None:
        facts["partition"] = partition
    if zone is not None:
        facts["zone"] = zone.id
        if zone.name is not None:
            facts["zone_name"] = zone.name
    elif cid.number is not None:
        facts["zone"] = cid.number
    if cid.user is not None:
        facts["user"] = cid.user
    if cid.uuid is not None:
        facts["uuid"] = cid.uuid
    if cid.video is not None:
        facts["has_video"] = cid.video > 0
    if cid.category is not None:
        facts["category"] = CATEGORIES.get(cid.category) or str(cid.category)
    if cid.triggered is not None:
        facts["triggered"] = cid.triggered
    return facts


def _of_code(code: str) -> Facts:
    """Return what is said by the code alone."""
    return {"hik_code": code, "restored": is_restored(code)} if (known := _OF_CODE.get(code)) is None else known


_OF_CODE: Final[Mapping[str, Facts]] = {
    code: {"hik_code": code, "cid": row.cid, "sia": row.sia, "description": row.description, "restored": row.restored}
    for code, row in EVENT_CODES.items()
}
