"""The search of events and alarms, and their acknowledgement (hikcentral §3.8)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, number, text, time
from simulators.hikcentral.times import stamp

from .checks import BAD_FORMAT, INCORRECT, MISSING, NO_SUCH, either, period, words

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator
    from simulators.hikcentral.state import EventRecord

SOURCE_TYPES = ("region", "acsDevice", "door", "encodeDevice", "camera", "ioIn", "ioOut", "generalEventRule")
"""What can be searched; mobile vehicles and radars are not among them."""
CONDITIONS = ("eventTypes", "srcType", "srcIndexs")
PLATE_CODES = frozenset({130, 131})
REPORTED, LINKED = 1, 2
"""Pictures: the device's own, and those that linked cameras took."""
PUBLIC_ID = ("eventIndexCode", "eventIndexCodes")
"""Spelling of the table, and of the sample."""
ACKNOWLEDGE = 1


@endpoint(
    "eventService/v1/eventRecords/page",
    *PAGE,
    text("eventIndexCode", longest=64),
    words("eventTypes"),
    text("srcType", longest=64, among=SOURCE_TYPES),
    words("srcIndexs"),
    text("subSrcType", longest=64),
    words("subSrcIndexs"),
    time("startTime", required=True),
    time("endTime", required=True),
)
def search(platform: HikCentralSimulator, call: Call) -> Any:
    """Records by id, or by type and source; newest first, in the hostile profile in no order."""
    given = [name for name in CONDITIONS if call.text(name)]
    if len(given) < len(CONDITIONS) and (platform.state.search_needs_all or not call.text("eventIndexCode")):
        raise Refuse(MISSING, f"{', '.join(name for name in CONDITIONS if name not in given)}: required")
    codes = call.words("eventTypes")
    if not all(code.isdecimal() for code in codes):
        raise Refuse(BAD_FORMAT, "eventTypes are no numbers")
    _check_subscribed(platform, call, {int(code) for code in codes})
    fits = _condition(call, {int(code) for code in codes})
    found = [record for record in reversed(platform.state.records) if record.found and fits(record)]
    if platform.profile == "hostile":
        found.sort(key=lambda record: record.event_id)
    return paged(platform, call, found, _row)


def _check_subscribed(platform: HikCentralSimulator, call: Call, codes: set[int]) -> None:
    """Refuse types that the caller has not subscribed, where the platform wants that (L1683)."""
    if not platform.state.search_needs_subscription:
        return
    subscribed = {code for item in platform.subscriptions if item.app_key == call.app_key for code in item.types}
    if not codes <= subscribed:
        raise Refuse(INCORRECT, "event type is not subscribed")


def _condition(call: Call, codes: set[int]) -> Callable[[EventRecord], bool]:
    """Return what a record must be like."""
    span, event_id, kind = period(call), call.text("eventIndexCode"), call.text("srcType")
    sources, groups = set(call.words("srcIndexs")), set(call.words("subSrcIndexs"))

    def fits(record: EventRecord) -> bool:
        return (
            record.start in span
            and event_id in ("", record.event_id)
            and (not codes or record.code in codes)
            and kind in ("", record.source_type)
            and (not sources or record.source in sources)
            and (not groups or str(record.data.get("vehicleGroupIndexCode", "")) in groups)
        )

    return fits


def _row(record: EventRecord) -> dict[str, Any]:
    """Return an EventRecord; the type is text here."""
    row: dict[str, Any] = {
        "eventIndexCode": record.event_id,
        "eventType": str(record.code),
        "srcType": record.source_type,
        "srcIndex": record.source,
        "description": record.description,
        "startTime": stamp(record.start),
    }
    if record.code in PLATE_CODES and (group := record.data.get("vehicleGroupIndexCode")):
        row |= {"subSrcType": "vehicleGroup", "subSrcIndex": str(group)}
    if record.stop is not None:
        row["stopTime"] = stamp(record.stop)
    if record.pictures:
        row["eventPicUri"] = record.pictures[0]
        row["eventPicList"] = [
            {"eventPicUri": uri, "picType": LINKED if place else REPORTED} for place, uri in enumerate(record.pictures)
        ]
    if record.link_cameras:
        row["linkCameraIndexCode"] = ",".join(record.link_cameras)
    return row


@endpoint(
    "eventService/v1/eventRecords/controlling",
    either(*PUBLIC_ID),
    number("controlType", required=True, among=(ACKNOWLEDGE,)),
)
def acknowledge(platform: HikCentralSimulator, call: Call) -> Any:
    """Acknowledge an alarm, by the name of the table, by that of the sample, or by both as they contradict."""
    spelling = {"table": PUBLIC_ID[:1], "sample": PUBLIC_ID[1:]}.get(platform.profile, PUBLIC_ID)
    event_id = next((call.text(name) for name in spelling if call.text(name)), "")
    if not event_id:
        raise Refuse(MISSING, f"{spelling[0]} is required")
    records = [record for record in platform.state.records if record.event_id == event_id]
    if not records:
        raise Refuse(NO_SUCH)
    for record in records:
        record.acknowledged = True
    return ""
