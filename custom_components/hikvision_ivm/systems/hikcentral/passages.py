"""Who drove into parking lots and out, and where vehicles stood (hikcentral §3.14).

Nothing of it is pushed: each lot is asked for what is new, from a little before the last known passage on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, override

from .. import arguments as given
from ..background import together
from ..base import Sink
from ..errors import InvalidArgumentError
from ..kinds import Kind
from ..model import Feature, Occurrence, Phase, Report
from ..times import format_time, parse_time
from ..transport.json import Fields
from .lookups import chosen
from .polled import Domain, Values, by_record, forget, merged, put
from .record_fields import count
from .records import ParkingLot
from .words import ALLOWED_BY, CAR_TYPES, DIRECTIONS, STAYS, named, number_of, told

if TYPE_CHECKING:
    from .context import Context

PASSAGES: Final = "vehicle/v1/parkinglot/passageway/record"
PARKED: Final = "vehicle/v1/parkingspace/record"

PERIOD_SECONDS: Final = 30.0
LOTS_AT_ONCE: Final = 20
OVERLAP: Final = timedelta(minutes=2)
"""Records may be written late."""
LOOK_BACK: Final = timedelta(hours=24)
"""How far a reading goes back at most, at the first time and after an outage."""
LATE: Final = timedelta(minutes=5)
"""What is told later than this is no news to act on."""
_AHEAD: Final = timedelta(minutes=1)
_MEMORY: Final = "passages"
"""Key in the runtime's memory: id of a lot → times of its last `passage`, `entry` and `exit`."""
_ANY: Final = "passage"
_WORDS: Final[Mapping[Kind, str]] = {Kind.LAST_ENTRY: "entry", Kind.LAST_EXIT: "exit"}
_NEVER: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
_ENTRY: Final = 1
_EXIT: Final = 2
_ALL: Final = -1
_ALLOWED: Final = 1
_PER_PAGE: Final = 500
_UNREAD: Final = "unknown"
"""Plate of a vehicle whose plate could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A PassingRecordInfo. `direction`: 1 entry, 2 exit; `allowed`: the barrier opened. What names people is personal."""

    id: str
    lot: str | None
    time: datetime | None
    direction: int | None
    allowed: bool | None
    entered: datetime | None = None
    left: datetime | None = None
    lot_name: str | None = None
    passageway: str | None = None
    lane: str | None = None
    allowed_by: str | None = None
    vehicle_type: str | None = None
    plate: str | None = field(default=None, repr=False)
    owner: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    card: str | None = field(default=None, repr=False)
    picture: str | None = field(default=None, repr=False)


def passage_of(row: Fields, zone: tzinfo) -> Passage | None:
    """Read a record; None without an id. `zone`: of times that come without one."""
    if (guid := row.text("guid")) is None:
        return None
    lot, way, lane = row.child("parkingLotInfo"), row.child("passagewayInfo"), row.child("laneInfo")
    car, person = row.child("carInfo"), row.child("personInfo")
    entered, left = parse_time(car.text("EnterTime"), zone), parse_time(car.text("ExitTime"), zone)
    direction = lane.integer("direction")
    if direction not in DIRECTIONS:
        direction = None if entered is None and left is None else _EXIT if left is not None else _ENTRY
    allowed = row.integer("allowResult")
    card = person.text("cardNum")
    return Passage(
        id=guid,
        lot=lot.text("parkingLotIndexCode"),
        lot_name=lot.text("parkingLotName"),
        time=(left or entered) if direction == _EXIT else (entered or left),
        direction=direction,
        allowed=None if allowed is None else allowed == _ALLOWED,
        entered=entered,
        left=left,
        passageway=way.text("passagewayName"),
        lane=lane.text("laneName"),
        allowed_by=named(ALLOWED_BY, row.integer("allowType")),
        vehicle_type=named(CAR_TYPES, car.integer("carType")),
        plate=plate_of(car.text("plateLicense")),
        owner=person.text("ownerName"),
        phone=person.text("ownerPhoneNum"),
        card=None if card == "0" else card,
        picture=car.text("ImageUrl"),
    )


def plate_of(text: str | None) -> str | None:
    """Return a plate; None for one that could not be read."""
    return None if text is None or text.casefold() == _UNREAD else text


class Passages(Domain):
    """Who drove in and out. Values: moments; occurrences: `PASSAGE_ENTRY` and `PASSAGE_EXIT`."""

    kinds = frozenset({Kind.PASSAGE, Kind.LAST_ENTRY, Kind.LAST_EXIT})

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        super().__init__(context)
        self._known: dict[str, Mapping[str, datetime]] = {}
        """Lot → id of a passage → its time, as far back as the next reading goes."""

    @override
    def takes(self, feature: Feature) -> bool:
        return isinstance(feature.address, ParkingLot)

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        lots = by_record(self.wanted(wanted), ParkingLot)
        due = self.rhythm.due("passages", PERIOD_SECONDS, lots, most=LOTS_AT_ONCE)
        return merged(await together(self._read(lot, lots[lot]) for lot in due))

    async def _read(self, lot: str, features: Sequence[Feature]) -> Report:
        """Read what is new at a lot."""
        now, first, since = self.platform_now(), lot not in self._known, self._last(lot, _ANY)
        start = max(now - LOOK_BACK, since - OVERLAP) if since is not None else now - LOOK_BACK
        call = self.client.pages(PASSAGES, query(lot, start, now + _AHEAD), size=_PER_PAGE, page="pageIndex")
        rows = await self.attempt("passages", PERIOD_SECONDS, (lot,), call)
        values: Values = {}
        if rows is None:
            if self.lost("passages", lot):
                forget(values, features)
            return Report(values=values)
        read = (passage_of(row, self.runtime.zone) for row in rows)
        timed = [(one.time, one) for one in read if one is not None and one.time is not None]
        known = self._known.get(lot, {})
        # What was told before a restart is known by its time only. At first, and after a long rest, nothing was awaited.
        awaited = not first or (since is not None and since >= now - LOOK_BACK)
        told_until = since if first and since is not None else _NEVER
        new = {one.id: (time, one) for time, one in timed if awaited and one.id not in known and time > told_until}
        self._note(lot, timed)
        occurrences = [
            self._occurrence(one, features, late=now - time > LATE)
            for time, one in sorted(new.values(), key=lambda one: one[0])
        ]
        for feature in features:
            if (word := _WORDS.get(feature.kind)) is not None:
                put(values, feature, self._last(lot, word))
        return Report(values=values, occurrences=tuple(one for one in occurrences if one is not None))

    def _note(self, lot: str, found: Sequence[tuple[datetime, Passage]]) -> None:
        """Keep what may be read again, and the latest times, which outlive a restart."""
        latest: dict[str, datetime] = {}
        for time, one in found:
            went = named(DIRECTIONS, one.direction) if one.allowed is not False else None
            for word in (_ANY, went):
                if word is not None and time > latest.get(word, self._last(lot, word) or _NEVER):
                    latest[word] = time
        if latest:
            everything = self.runtime.memory.get(_MEMORY)
            lots = everything if isinstance(everything, Mapping) else {}
            times = lots.get(lot)
            before = times if isinstance(times, Mapping) else {}
            fresh = {word: time.isoformat() for word, time in latest.items()}
            self.runtime.memory[_MEMORY] = {**lots, lot: {**before, **fresh}}
            self.runtime.remember()
        horizon = (self._last(lot, _ANY) or _NEVER) - OVERLAP
        known = {**self._known.get(lot, {}), **{one.id: time for time, one in found}}
        self._known[lot] = {id_: time for id_, time in known.items() if time >= horizon.replace(microsecond=0)}

    def _last(self, lot: str, word: str) -> datetime | None:
        """Return when somebody last passed, entered or left, also before a restart."""
        everything = self.runtime.memory.get(_MEMORY)
        times = everything.get(lot) if isinstance(everything, Mapping) else None
        text = times.get(word) if isinstance(times, Mapping) else None
        return parse_time(text, self.runtime.zone) if isinstance(text, str) else None

    def _occurrence(self, passage: Passage, features: Sequence[Feature], *, late: bool) -> Occurrence | None:
        """Tell a passage; None if nobody listens, or if nobody knows which way it went."""
        told_by = tuple(one.id for one in features if one.kind is Kind.PASSAGE)
        if not told_by or passage.direction is None:
            return None
        kind = Kind.PASSAGE_ENTRY if passage.direction == _ENTRY else Kind.PASSAGE_EXIT
        persons, plates = self.shows("persons"), self.shows("plates")
        facts = told(
            event=kind.value,
            event_id=passage.id,
            passageway=passage.passageway,
            lane=passage.lane,
            allowed=passage.allowed,
            allowed_by=passage.allowed_by,
            vehicle_type=passage.vehicle_type,
            entered=None if passage.entered is None else passage.entered.isoformat(),
            owner=passage.owner if persons else None,
            card=passage.card if persons else None,
            picture=passage.picture if plates else None,
        )
        return Occurrence(
            device_id=features[0].device_id,
            kind=kind,
            phase=Phase.PULSE,
            code=kind.value,
            received=self.runtime.now(),
            features=told_by,
            time=passage.time,
            plate=passage.plate if plates else None,
            person=passage.owner if persons else None,
            late=late,
            details={name: fact for name, fact in facts.items() if isinstance(fact, (str, int, float, bool))},
        )


def query(lot: str, start: datetime, end: datetime, **more: str | int) -> dict[str, Any]:
    """Make the body of a search for the passages of a lot."""
    return {
        "queryInfo": {
            "parkingLotIndexCode": lot,
            "beginTime": format_time(start),
            "endTime": format_time(end),
            "directionType": _ALL,
            "allowResult": _ALL,
            **more,
        }
    }


# the action


async def search_parking_records(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Search who passed the barriers of a lot, or who stood on a floor.

    `lot` and `floor`: id or name; with a floor or a space the records are those of spaces. `start`, `end`; `plate`,
    `owner`, `direction` (entry, exit), `space` (serial number).
    """
    facts = context.facts()
    start, end = given.span(arguments)
    lot = given.text(arguments, "lot", 64, required=False)
    floor = given.text(arguments, "floor", 64, required=False)
    lot = lot and chosen("lot", lot, {one: known.name for one, known in facts.lots.items()})
    floor = floor and chosen("floor", floor, {one: known.name for one, known in facts.floors.items()})
    plate = given.text(arguments, "plate", 32, required=False)
    owner = given.text(arguments, "owner", 32, required=False)
    space = given.text(arguments, "space", 32, required=False)
    direction = given.word(arguments, "direction", (*DIRECTIONS.values(), ""), default="")
    if not floor and not space:
        if not lot:
            raise InvalidArgumentError(field="lot", reason="is missing; give a lot or a floor")
        more: dict[str, str | int] = {"plateLicense": plate, "ownerName": owner}
        if direction:
            more["directionType"] = number_of(DIRECTIONS, direction)
        body = query(lot, start, end, **{name: value for name, value in more.items() if value})
        rows = await context.client.pages(PASSAGES, body, size=_PER_PAGE, page="pageIndex")
        read = (passage_of(row, context.runtime.zone) for row in rows)
        return {"records": _ordered([_passage_result(one) for one in read if one is not None])}
    for name, value in (("owner", owner), ("direction", direction)):
        if value:
            raise InvalidArgumentError(field=name, reason="is known of passages of a lot only, not of spaces")
    asked = {
        "parkingLotIndexCode": lot,
        "floorIndexCode": floor,
        "spaceSerial": space,
        "plateLicense": plate,
    }
    body = {
        "queryInfo": {
            **{name: value for name, value in asked.items() if value},
            "beginTime": format_time(start),
            "endTime": format_time(end),
            "statusType": _ALL,
        }
    }
    rows = await context.client.pages(PARKED, body, size=_PER_PAGE, page="pageIndex")
    return {"records": _ordered([_stay_result(row, context) for row in rows if row.text("guid") is not None])}


def _ordered(records: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return records with the oldest first; the platform promises no order."""
    return sorted(records, key=lambda one: str(one.get("time", "")))


def _passage_result(passage: Passage) -> dict[str, object]:
    """Return a passage as JSON."""
    return told(
        id=passage.id,
        time=None if passage.time is None else passage.time.isoformat(),
        direction=named(DIRECTIONS, passage.direction),
        allowed=passage.allowed,
        allowed_by=passage.allowed_by,
        lot=passage.lot,
        lot_name=passage.lot_name,
        passageway=passage.passageway,
        lane=passage.lane,
        plate=passage.plate,
        vehicle_type=passage.vehicle_type,
        owner=passage.owner,
        phone=passage.phone,
        card=passage.card,
        entered=None if passage.entered is None else passage.entered.isoformat(),
        left=None if passage.left is None else passage.left.isoformat(),
        picture=passage.picture,
    )


def _stay_result(row: Fields, context: Context) -> dict[str, object]:
    """Return a ParkingRecordInfo as JSON; `duration` in seconds."""
    time = parse_time(row.text("occurTime"), context.runtime.zone)
    return told(
        id=row.text("guid"),
        time=None if time is None else time.isoformat(),
        status=named(STAYS, row.integer("parkingStatusType")),
        lot=row.text("parkingLotIndexCode"),
        lot_name=row.text("parkingLotName"),
        floor=row.text("floorIndexCode"),
        floor_name=row.text("floorName"),
        space=row.text("parkingSpaceSerial"),
        plate=plate_of(row.text("plateLicense")),
        duration=count(row, "duration"),
    )


ACTIONS: Final = {"search_parking_records": search_parking_records}
