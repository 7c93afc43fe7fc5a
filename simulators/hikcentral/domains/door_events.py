"""Who passed which door: records of access points (hikcentral §3.11)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, after_event, endpoint, number, time
from simulators.hikcentral.times import plain_stamp, stamp

from .checks import MISSING, contains, period, plain, words
from .common import remember

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator
    from simulators.hikcentral.state import EventRecord

MOST_DOORS = 10
PUSH_UNKNOWN, RECORD_UNKNOWN = -1, 0
"""checkInAndOutType for nothing known: pushes and records differ."""


@dataclass(frozen=True, slots=True)
class Access:
    """One access: the event, who it was, and what the reader saw."""

    event: str
    code: int
    moment: datetime
    door: str
    person: str = ""
    card: str = ""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    attendance: int = RECORD_UNKNOWN
    picture: str = ""
    temperature: float | None = None
    temperature_status: int = 0
    mask: int = 0
    reader: str = ""
    reader_name: str = ""


@after_event
def record_access(platform: HikCentralSimulator, record: EventRecord) -> None:
    """Keep a record of each event of a door."""
    if record.source_type != "door":
        return
    data, state = record.data, platform.state
    person = state.persons.get(str(data.get("personId", "")))
    attendance = data.get("checkInAndOutType", PUSH_UNKNOWN)
    temperature = data.get("temperatureData")
    remember(
        state.accesses,
        Access(
            event=record.event_id,
            code=record.code,
            moment=record.start,
            door=record.source,
            person=str(data.get("personId", "")),
            card=str(data.get("cardNo", "")),
            name=person.name if person else "",
            given_name=person.given_name if person else "",
            family_name=person.family_name if person else "",
            attendance=RECORD_UNKNOWN if attendance == PUSH_UNKNOWN else attendance,
            picture=str(data.get("picUri", "")),
            temperature=temperature,
            temperature_status=data.get("temperatureStatus", 0),
            mask=data.get("wearMaskStatus", 0),
            reader=str(data.get("readerIndexCode", "")),
            reader_name=str(data.get("readerName", "")),
        ),
    )


def _as_printed(data: Any) -> Any:
    """The sample has the type as text, a time without an offset, and hardly a field."""
    kept = ("eventId", "eventType", "eventTime", "personId", "personName", "doorName", "doorIndexCode")
    rows = []
    for row in data["list"]:
        small = {name: row[name] for name in kept}
        small["eventType"] = str(row["eventType"])
        small["eventTime"] = plain_stamp(datetime.fromisoformat(row["eventTime"]))
        rows.append(small)
    return {**data, "list": rows}


@endpoint(
    "acs/v1/door/events",
    *PAGE,
    number("eventType", 1),
    plain("personName", longest=32),
    words("doorIndexCodes", most=MOST_DOORS, required=True, arrays=True),
    time("startTime", required=True),
    time("endTime", required=True),
    number("temperatureStatus", among=(0, 1, 2)),
    number("wearMaskStatus", among=(0, 1, 2)),
    sample=_as_printed,
)
def events(platform: HikCentralSimulator, call: Call) -> Any:
    """Records of up to ten doors, of one event type or one name, newest first."""
    code, name = call.body.get("eventType"), call.text("personName")
    if code is None and not name:
        raise Refuse(MISSING, "eventType or personName is required")
    span, doors = period(call), call.words("doorIndexCodes")
    found = [
        access
        for access in reversed(platform.state.accesses)
        if access.door in doors
        and access.moment in span
        and code in (None, access.code)
        and contains(name, access.name)
        and call.body.get("temperatureStatus") in (None, access.temperature_status)
        and call.body.get("wearMaskStatus") in (None, access.mask)
    ]

    def row(access: Access) -> dict[str, Any]:
        door = platform.state.doors.get(access.door)
        return {
            "eventId": access.event,
            "eventType": access.code,
            "eventTime": stamp(access.moment),
            "deviceTime": stamp(access.moment),
            "personId": access.person,
            "personName": access.name,
            "personFamilyName": access.family_name,
            "personGivenName": access.given_name,
            "doorName": door.name if door else "",
            "doorIndexCode": access.door,
            "cardNo": access.card,
            "checkInAndOutType": access.attendance,
            "picUri": access.picture,
            "temperatureData": "" if access.temperature is None else f"{access.temperature:.1f}",
            "temperatureStatus": access.temperature_status,
            "wearMaskStatus": access.mask,
            "readerIndexCode": access.reader,
            "readerName": access.reader_name,
        }

    return paged(platform, call, found, row)
