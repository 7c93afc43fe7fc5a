"""Vehicles with devices on board: where they are, and what happened to them (hikcentral §3.18)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, override

from ..background import together
from ..kinds import Kind
from ..model import Feature, Report
from ..times import format_time, parse_time
from ..transport.json import EMPTY, Fields, fields
from ..values import PositionValue
from .client import HikCentralClient
from .polled import Domain, Values, by_record, forget, in_batches, merged, put
from .positions import position_of
from .records import Vehicle

if TYPE_CHECKING:
    from .context import Context

__all__ = ["DrivingEvent", "Vehicles", "driving_events", "picture_addresses", "position_of"]

TRACK: Final = "mobilesurveillance/v1/gpsdetails"
EVENTS: Final = "mobilesurveillance/v1/recordOverview"
EVENT: Final = "mobilesurveillance/v1/single/record"

PERIOD_SECONDS: Final = 30.0
WINDOW: Final = timedelta(minutes=10)
"""A vehicle that told nothing for so long is not on the way."""
LOOK_BACK: Final = (timedelta(hours=2), timedelta(hours=24))
"""How far back a first position is looked for, one vehicle at a time."""
LOOKS_AT_ONCE: Final = 2
_AHEAD: Final = timedelta(minutes=2)
"""Clocks on board may be ahead of the platform's."""
_LONGEST_IDS: Final = 64
"""Characters of the ids that a search for events takes."""
_RECORDS_PER_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivingEvent:
    """A record of something that happened to a vehicle.

    `plate` and `owner` are personal data. `data`: what a push of it would carry (hikcentral §3.7).
    """

    event_id: str
    code: int | None
    vehicle: str
    time: datetime | None
    position: PositionValue | None = None
    area: str | None = None
    plate: str | None = field(default=None, repr=False)
    owner: str | None = field(default=None, repr=False)
    data: Fields = field(default_factory=lambda: EMPTY, repr=False, compare=False)


class Vehicles(Domain):
    """Where vehicles are. Values: `PositionValue`, km/h, degrees.

    The position stays when a vehicle falls silent; its speed and heading do not.
    """

    kinds = frozenset({Kind.POSITION, Kind.SPEED, Kind.HEADING})

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        super().__init__(context)
        self._latest: dict[str, datetime] = {}
        self._looked: dict[str, int] = {}

    @override
    def takes(self, feature: Feature) -> bool:
        return isinstance(feature.address, Vehicle)

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        vehicles = by_record(self.wanted(wanted), Vehicle)
        due = self.rhythm.due("gps", PERIOD_SECONDS, vehicles)
        recent = await together(
            self._read({one: vehicles[one] for one in batch}, self._start(batch)) for batch in in_batches(due)
        )
        silent = [one for one in due if one not in self._latest and self._looked.get(one, 0) < len(LOOK_BACK)]
        earlier = [await self._look_back(one, vehicles[one]) for one in silent[:LOOKS_AT_ONCE]]
        return merged([*recent, *earlier])

    def _start(self, vehicles: Iterable[str]) -> datetime:
        """Return from when on the points of some vehicles are new."""
        earliest = self.platform_now() - WINDOW
        known = [self._latest.get(one, earliest) for one in vehicles]
        return max(earliest, min(known, default=earliest))

    async def _read(self, vehicles: Mapping[str, Sequence[Feature]], start: datetime) -> Report:
        """Read the points of some vehicles since a moment."""
        values: Values = {}
        rows = await self.attempt("gps", PERIOD_SECONDS, vehicles, self._track(vehicles, start))
        tracks = {row.text("mobilevehicleIndexCode"): row for row in rows or ()}
        for one, features in vehicles.items():
            if rows is None:
                if self.lost("gps", one):
                    forget(values, features)
            else:
                track = tracks.get(one)
                points = track.children("gps_info_list", "list") if track is not None else []
                self._take_points(values, one, features, points)
        return Report(values=values)

    async def _look_back(self, vehicle: str, features: Sequence[Feature]) -> Report:
        """Look for the last position of a vehicle that has been silent since before we came."""
        step = self._looked.get(vehicle, 0)
        report = await self._read({vehicle: features}, self.platform_now() - LOOK_BACK[step])
        self._looked[vehicle] = step + 1
        return report

    async def _track(self, vehicles: Collection[str], start: datetime) -> list[Fields]:
        """Ask for the points of some vehicles."""
        body = {
            "mobilevehicleIndexCodes": ",".join(vehicles),
            "startTime": format_time(start),
            "endTime": format_time(self.platform_now() + _AHEAD),
        }
        return await self.client.pages(TRACK, body)

    def _take_points(self, values: Values, vehicle: str, features: Sequence[Feature], points: Sequence[Fields]) -> None:
        """Take in the latest point, if it is later than what is known."""
        known = self._known(vehicle, features)
        timed = ((moment, position_of(point)) for point in points if (moment := self._time(point)) is not None)
        new = sorted((one for one in timed if known is None or one[0] > known), key=lambda one: one[0])
        if new:
            known, position = new[-1]
            self._latest[vehicle] = known
            _put_motion(values, features, position)
            placed = [place for _, place in new if place is not None]
            for feature in features:
                # Without satellites a vehicle is where it was seen last.
                if feature.kind is Kind.POSITION and placed:
                    values[feature.id] = placed[-1]
        if known is None or self.platform_now() - known > WINDOW:
            _put_motion(values, features, None)

    def _known(self, vehicle: str, features: Sequence[Feature]) -> datetime | None:
        """Return the moment of the latest point, whether it was asked for or pushed: a poll does not go back in time."""
        told = [self.context.router().told(one.id) for one in features if one.kind is Kind.POSITION]
        moments = [moment for moment in (self._latest.get(vehicle), *told) if moment is not None]
        return max(moments, default=None)

    def _time(self, point: Fields) -> datetime | None:
        """Return when a point was; one of the future is none."""
        moment = parse_time(point.text("occurTime"), self.runtime.zone)
        return moment if moment is not None and moment <= self.platform_now() + _AHEAD else None


def _put_motion(values: Values, features: Iterable[Feature], position: PositionValue | None) -> None:
    """Take in speed and heading; both are unknown without a position."""
    for feature in features:
        if feature.kind is Kind.SPEED:
            put(values, feature, position.speed if position is not None else None)
        elif feature.kind is Kind.HEADING:
            put(values, feature, position.heading if position is not None else None)


# what happened on the way


async def driving_events(
    client: HikCentralClient, vehicles: Iterable[str], start: datetime, end: datetime, codes: Iterable[int] = ()
) -> list[DrivingEvent]:
    """Search what happened to vehicles, oldest first; at most 31 days. Raises `SystemFailure`.

    `codes`: only these; samples have codes that are in no table (T31), so none asks for all.
    """
    found: list[DrivingEvent] = []
    wanted = ",".join(str(code) for code in codes)
    for ids in _joined(vehicles):
        body = {
            "mobilevehicleIndexCodes": ids,
            **({"eventTypes": wanted} if wanted else {}),
            "beginTime": format_time(start),
            "endTime": format_time(end),
        }
        rows = await client.pages(EVENTS, body, size=_RECORDS_PER_PAGE, page="pageIndex")
        found += [event for row in rows if (event := _event_of(row, client.runtime.zone)) is not None]
    return sorted(found, key=lambda event: event.time.timestamp() if event.time is not None else 0.0)


def _joined(ids: Iterable[str]) -> Iterator[str]:
    """Join ids by commas, each text short enough for one call."""
    text = ""
    for one in ids:
        if text and len(text) + 1 + len(one) > _LONGEST_IDS:
            yield text
            text = ""
        text = f"{text},{one}" if text else one
    if text:
        yield text


def _event_of(row: Fields, zone: tzinfo) -> DrivingEvent | None:
    """Read a RecordOverview; None without ids."""
    event_id, vehicle = row.text("eventIndexCode"), row.text("mobilevehicleIndexCode")
    if event_id is None or vehicle is None:
        return None
    return DrivingEvent(
        event_id=event_id,
        code=row.integer("eventType"),
        vehicle=vehicle,
        time=parse_time(row.text("occurTime"), zone),
        position=position_of(row),
        area=row.text("regionName"),
        plate=row.text("plateNo"),
        owner=row.text("ownerName"),
        data=Fields({"gps": row.raw, "vehicle": {"plateNo": row.text("plateNo"), "ownerName": row.text("ownerName")}}),
    )


async def picture_addresses(client: HikCentralClient, vehicle: str, event_id: str) -> list[str]:
    """Return the addresses of the pictures of an event of a vehicle. Raises `SystemFailure`."""
    # The table puts the ids into headers, the sample into the body (L15140, L15150).
    data = await client.call(EVENT, {"mobilevehicleIndexCode": vehicle, "eventIndexCode": event_id})
    pictures = fields(data).children("image_url_list")
    return [address for one in pictures if (address := one.text("image_url")) is not None]
