"""Parking lots, floors and spaces, and who drove in, parked and left (hikcentral §3.14)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged, unpaged
from simulators.hikcentral.registry import PAGE_INDEX, Call, endpoint, number, text, time
from simulators.hikcentral.times import stamp

from .checks import contains, inner, nested, period, whole, words
from .common import remember, reprinted, rows_of, stored_picture, token

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

ENTRY, EXIT = 1, 2
UNKNOWN, VACANT, OCCUPIED, OVERTIME, VIOLATION = 0, 1, 2, 3, 4
PARKED, LEFT = 0, 1
BY_HAND, BY_ITSELF, NOT_ALLOWED = 1, 2, 3
SPACE_TYPES = {
    1: ("general", "#FFFF00"),
    2: ("allow", "#00FF00"),
    3: ("forbid", "#0000FF"),
    4: ("charging", "#00FFFF"),
    5: ("private", "#FF00FF"),
    6: ("registered", "#808080"),
    7: ("temporary", "#FF8000"),
}
"""Name and colour by type."""
UNREAD = "unknown"
"""Plate of a car whose plate could not be read."""


@dataclass(slots=True)
class Space:
    """A parking space. `since`: start of its status."""

    id: str
    floor: str
    serial: str
    since: datetime
    type: int = 1
    status: int = VACANT
    plate: str = ""
    picture: str = ""

    @property
    def free(self) -> bool:
        """Whether a car fits in."""
        return self.status == VACANT


@dataclass(slots=True)
class Floor:
    """A floor of a lot."""

    id: str
    name: str
    lot: str


@dataclass(slots=True)
class Lot:
    """A parking lot. Totals of -1 are not configured; `inside`: plate → whether the vehicle is registered."""

    id: str
    name: str
    total: int
    parent: str = "-1"
    permanent: int = -1
    hours: int = -1
    inside: dict[str, bool] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """Vacant spaces."""
        return -1 if self.total < 0 else max(0, self.total - len(self.inside))

    @property
    def free_permanent(self) -> int:
        """Vacant spaces for registered vehicles."""
        return -1 if self.permanent < 0 else max(0, self.permanent - sum(self.inside.values()))


@dataclass(frozen=True, slots=True)
class Passing:
    """A vehicle passed an entrance or exit."""

    id: str
    lot: str
    moment: datetime
    plate: str
    direction: int
    allow_type: int
    owner: str
    phone: str
    entered: datetime | None
    picture: str
    type: int

    @property
    def allowed(self) -> bool:
        """Whether it was let through."""
        return self.allow_type != NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class Stay:
    """A vehicle took or left a space. `duration` in s, for those that left."""

    id: int
    space: str
    moment: datetime
    plate: str
    status: int
    duration: int | None = None


@dataclass(slots=True)
class Parking:
    """All lots, and what happened in them."""

    lots: dict[str, Lot] = field(default_factory=dict)
    floors: dict[str, Floor] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    passings: list[Passing] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    entered: dict[tuple[str, str], datetime] = field(default_factory=dict)

    numbers: Iterator[int] = field(default_factory=lambda: count(30721))

    def on_floor(self, floor: str) -> list[Space]:
        """Return the spaces of a floor."""
        return [space for space in self.spaces.values() if space.floor == floor]

    def drive(
        self,
        lot: str,
        plate: str,
        direction: int,
        now: datetime,
        *,
        allow_type: int = BY_ITSELF,
        registered: bool = False,
        owner: str = "",
        phone: str = "",
        type: int = 5,
    ) -> Passing:
        """Let a vehicle in or out, or stop it before the barrier."""
        place = self.lots[lot]
        entered = now if direction == ENTRY else self.entered.get((lot, plate))
        if allow_type != NOT_ALLOWED:
            if direction == ENTRY:
                place.inside[plate] = registered
                self.entered[lot, plate] = now
            else:
                place.inside.pop(plate, None)
                self.entered.pop((lot, plate), None)
        count_of = next(self.numbers)
        passing = Passing(
            id=token(f"passing{lot}{plate}{count_of}").upper(),
            lot=lot,
            moment=now,
            plate=plate,
            direction=direction,
            allow_type=allow_type,
            owner=owner,
            phone=phone,
            entered=entered,
            picture=stored_picture(now, count_of),
            type=type,
        )
        remember(self.passings, passing)
        return passing

    def park(self, space: str, plate: str, now: datetime, status: int = OCCUPIED) -> None:
        """Put a vehicle into a space; it then is inside the lot as well."""
        place = self.spaces[space]
        place.status, place.plate, place.since = status, plate, now
        place.picture = stored_picture(now, next(self.numbers))
        self.lots[self.floors[place.floor].lot].inside.setdefault(self._sign(place), False)
        remember(self.stays, Stay(next(self.numbers), space, now, plate or UNREAD, PARKED))

    def leave(self, space: str, now: datetime) -> None:
        """Take the vehicle out of a space and, when no exit saw it enter, out of the lot."""
        place = self.spaces[space]
        lot = self.floors[place.floor].lot
        if (lot, place.plate) not in self.entered:
            self.lots[lot].inside.pop(self._sign(place), None)
        seconds = int((now - place.since).total_seconds())
        remember(self.stays, Stay(next(self.numbers), space, now, place.plate or UNREAD, LEFT, seconds))
        place.status, place.plate, place.since = VACANT, "", now

    @staticmethod
    def _sign(space: Space) -> str:
        """Return what a vehicle is known by inside: its plate, or its space."""
        return space.plate or f"{UNREAD} {space.id}"


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "parkingLotIndexCode": lot.id,
        "parkingLotName": lot.name,
        "parentParkingLotIndexCode": lot.parent,
        "totalSpaceNum": lot.total,
        "freeSpaceNum": lot.free,
        "totalPermanentSpaceNum": lot.permanent,
        "freePermanentSpaceNum": lot.free_permanent,
        "maxParkingTime": lot.hours,
    }


@endpoint("vehicle/v1/parkinglot/list", since=(2, 2, 0))
def lot_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All lots, unpaged."""
    return unpaged(list(platform.state.parking.lots.values()), _lot)


@endpoint("vehicle/v1/floor/list", words("parkingLotIndexCode"), since=(2, 2, 0))
def floor_list(platform: HikCentralSimulator, call: Call) -> Any:
    """Floors of a lot, or of all."""
    parking, wanted = platform.state.parking, call.words("parkingLotIndexCode")

    def row(floor: Floor) -> dict[str, Any]:
        return {
            "floorIndexCode": floor.id,
            "floorName": floor.name,
            "parkingLotIndexCode": floor.lot,
            "parkingLotName": parking.lots[floor.lot].name,
        }

    return unpaged([floor for floor in parking.floors.values() if not wanted or floor.lot in wanted], row)


def _types(spaces: list[Space]) -> list[dict[str, Any]]:
    """Figures of a floor by type of space."""
    rows = []
    for type_id in sorted({space.type for space in spaces}):
        of_type = [space for space in spaces if space.type == type_id]
        name, colour = SPACE_TYPES[type_id]
        rows.append(
            {
                "typeIndexCode": str(type_id),
                "typeName": name,
                "typeColor": colour,
                "totalSpaceNum": len(of_type),
                "freeSpaceNum": sum(space.free for space in of_type),
            }
        )
    return rows


@endpoint(
    "vehicle/v1/floor/overview",
    words("parkingLotIndexCode"),
    words("floorIndexCode"),
    sample=lambda data: reprinted(data, {"parkingLotIndexCode": int}),
    since=(2, 2, 0),
)
def overview(platform: HikCentralSimulator, call: Call) -> Any:
    """Occupancy of floors."""
    parking = platform.state.parking
    lots, floors = call.words("parkingLotIndexCode"), call.words("floorIndexCode")

    def row(floor: Floor) -> dict[str, Any]:
        spaces = parking.on_floor(floor.id)
        return {
            "floorIndexCode": floor.id,
            "floorName": floor.name,
            "parkingLotIndexCode": floor.lot,
            "totalSpaceNum": len(spaces),
            "freeSpaceNum": sum(space.free for space in spaces),
            "spaceTypeOverView": _types(spaces),
        }

    wanted = [
        floor
        for floor in parking.floors.values()
        if (not lots or floor.lot in lots) and (not floors or floor.id in floors)
    ]
    answer = unpaged(wanted, row)
    for name in ("totalSpaceNum", "freeSpaceNum"):
        answer[name] = sum(floor[name] for floor in rows_of(answer))
    return answer


@endpoint("vehicle/v1/floor/parkingspace/status", words("floorIndexCode", required=True), since=(2, 2, 0))
def space_status(platform: HikCentralSimulator, call: Call) -> Any:
    """Every space of a floor; `creatTime` is the spelling of table and sample."""
    wanted, now = call.words("floorIndexCode"), platform.now()

    def row(space: Space) -> dict[str, Any]:
        return {
            "spaceIndexCode": space.id,
            "floorIndexCode": space.floor,
            "spaceType": space.type,
            "serial": space.serial,
            "status": space.status,
            "plateNumber": space.plate,
            "creatTime": stamp(space.since),
            "duration": int((now - space.since).total_seconds()),
            "parkingImageUrl": space.picture,
            "platenumberImageUrl": space.picture if space.plate else "",
        }

    return unpaged([space for floor in wanted for space in platform.state.parking.on_floor(floor)], row)


def _without_card(data: Any) -> Any:
    """The sample's card number is an empty text, not a number."""
    for row in rows_of(data):
        row["personInfo"] = {**row["personInfo"], "cardNum": ""}
    return data


@endpoint(
    "vehicle/v1/parkinglot/passageway/record",
    *PAGE_INDEX,
    nested(
        "queryInfo",
        words("parkingLotIndexCode", required=True),
        time("beginTime", required=True),
        time("endTime", required=True),
        text("ownerName", longest=32),
        text("plateLicense", longest=32),
        number("directionType", among=(-1, ENTRY, EXIT)),
        number("allowResult", among=(-1, 1, 2)),
        required=True,
    ),
    sample=_without_card,
    since=(2, 2, 0),
)
def passing_records(platform: HikCentralSimulator, call: Call) -> Any:
    """Records of entrances and exits, newest first."""
    query, parking = inner(call, "queryInfo"), platform.state.parking
    span = period(query, "beginTime", "endTime", None)
    lots = query.words("parkingLotIndexCode")
    found = [
        passing
        for passing in reversed(parking.passings)
        if passing.lot in lots
        and passing.moment in span
        and whole(query, "directionType", -1) in (-1, passing.direction)
        and whole(query, "allowResult", -1) in (-1, 1 if passing.allowed else 2)
        and contains(query.text("plateLicense"), passing.plate)
        and contains(query.text("ownerName"), passing.owner)
    ]

    def row(passing: Passing) -> dict[str, Any]:
        entry = passing.direction == ENTRY
        return {
            "guid": passing.id,
            "parkingLotInfo": {
                "parkingLotIndexCode": passing.lot,
                "parkingLotName": parking.lots[passing.lot].name,
            },
            "passagewayInfo": {"passagewayIndexCode": "1", "passagewayName": "Default Entrance & Exit01"},
            "laneInfo": {
                "laneIndexCode": "1" if entry else "2",
                "laneName": "entrance 1" if entry else "exit 1",
                "direction": passing.direction,
            },
            "personInfo": {"cardNum": 0, "ownerName": passing.owner, "ownerPhoneNum": passing.phone},
            "carInfo": {
                "plateLicense": passing.plate,
                "carType": passing.type,
                "ImageUrl": passing.picture,
                "EnterTime": stamp(passing.entered) if passing.entered else "",
                "ExitTime": "" if entry else stamp(passing.moment),
            },
            "allowType": passing.allow_type,
            "allowResult": 1 if passing.allowed else 2,
        }

    return paged(platform, call, found, row, index="pageIndex")


@endpoint(
    "vehicle/v1/parkingspace/record",
    *PAGE_INDEX,
    nested(
        "queryInfo",
        words("parkingLotIndexCode"),
        words("floorIndexCode"),
        time("beginTime", required=True),
        time("endTime", required=True),
        text("spaceSerial", longest=32),
        text("plateLicense", longest=32),
        number("statusType", among=(-1, PARKED, LEFT)),
        required=True,
    ),
    since=(2, 2, 0),
)
def stay_records(platform: HikCentralSimulator, call: Call) -> Any:
    """Records of spaces, newest first."""
    query, parking = inner(call, "queryInfo"), platform.state.parking
    span = period(query, "beginTime", "endTime", None)
    lots, floors = query.words("parkingLotIndexCode"), query.words("floorIndexCode")

    def fits(stay: Stay) -> bool:
        space = parking.spaces[stay.space]
        return (
            stay.moment in span
            and (not floors or space.floor in floors)
            and (not lots or parking.floors[space.floor].lot in lots)
            and query.text("spaceSerial") in ("", space.serial)
            and contains(query.text("plateLicense"), stay.plate)
            and whole(query, "statusType", -1) in (-1, stay.status)
        )

    def row(stay: Stay) -> dict[str, Any]:
        space = parking.spaces[stay.space]
        floor = parking.floors[space.floor]
        record: dict[str, Any] = {
            "guid": stay.id,
            "parkingLotIndexCode": floor.lot,
            "parkingLotName": parking.lots[floor.lot].name,
            "floorIndexCode": floor.id,
            "floorName": floor.name,
            "parkingSpaceSerial": space.serial,
            "plateLicense": stay.plate,
            "parkingStatusType": stay.status,
            "occurTime": stamp(stay.moment),
        }
        return record if stay.duration is None else {**record, "duration": stay.duration}

    found = [stay for stay in reversed(parking.stays) if fits(stay)]
    return paged(platform, call, found, row, index="pageIndex")
