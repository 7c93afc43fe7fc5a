"""Records of plates that cameras read (hikcentral §3.13)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, after_event, endpoint, text, time
from simulators.hikcentral.times import stamp

from .checks import contains, period
from .common import remember, reprinted, token

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator
    from simulators.hikcentral.state import EventRecord

PLATE_READ = 131622
PLATE_EVENTS = frozenset({PLATE_READ, 130, 131})
"""Read, and found in a list of vehicles or in none: one passing makes one record."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle passed a camera. `color` and `type` None: not recognised."""

    id: str
    camera: str
    plate: str
    moment: datetime
    owner: str = ""
    contact: str = ""
    color: int | None = None
    type: int | None = 1
    country: int | None = None
    picture: str = ""


@after_event
def record_crossing(platform: HikCentralSimulator, record: EventRecord) -> None:
    """Keep a record of each plate that a camera reported."""
    plate = record.data.get("plateNo")
    if record.code != PLATE_READ or not plate:
        return
    state = platform.state
    known = next((vehicle for vehicle in state.vehicles.values() if vehicle.plate == plate), None)
    remember(
        state.crossings,
        Crossing(
            id=str(int(token(f"crossing{record.event_id}{len(state.crossings)}")[:14], 16)),
            camera=record.source,
            plate=plate,
            moment=record.start,
            owner=known.owner if known else "",
            contact=known.phone if known else "",
            color=known.color if known else None,
            picture=record.pictures[0] if record.pictures else "",
        ),
    )


def _row(crossing: Crossing) -> dict[str, Any]:
    row: dict[str, Any] = {
        "crossRecordSyscode": crossing.id,
        "cameraIndexCode": crossing.camera,
        "plateNo": crossing.plate,
        "ownerName": crossing.owner,
        "contact": crossing.contact,
        "vehicleColor": crossing.color,
        "vehicleType": crossing.type,
        "country": crossing.country,
        "vehiclePicUri": crossing.picture,
        "crossTime": stamp(crossing.moment),
        "createTime": stamp(crossing.moment),
    }
    return {name: value for name, value in row.items() if value is not None}


@endpoint(
    "pms/v1/crossRecords/page",
    *PAGE,
    text("cameraIndexCode", required=True, longest=64),
    text("plateNo", longest=16),
    text("ownerName", longest=64),
    text("contact", longest=32),
    time("startTime", required=True),
    time("endTime", required=True),
    sample=lambda data: reprinted(data, {"contact": int}, drop=("vehicleColor", "country")),
)
def records(platform: HikCentralSimulator, call: Call) -> Any:
    """Plates that one camera read, newest first."""
    span = period(call)
    found = [
        crossing
        for crossing in reversed(platform.state.crossings)
        if crossing.camera == call.text("cameraIndexCode")
        and crossing.moment in span
        and contains(call.text("plateNo"), crossing.plate)
        and contains(call.text("ownerName"), crossing.owner)
        and contains(call.text("contact"), crossing.contact)
    ]
    return paged(platform, call, found, _row)
