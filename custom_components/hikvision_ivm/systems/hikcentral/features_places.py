"""Features of groups, parking, vehicles and rooms (hikcentral §3.14, 3.15, 3.18, 3.19, 7.3)."""

from typing import Final

from ..kinds import Kind
from ..model import BinarySensorFeature, EventFeature, ImageFeature, SensorFeature, Source, TrackerFeature
from .event_types import EVENT_KINDS
from .feature_rows import Row
from .parking import SPACE_STATES
from .records import Bed, CountingGroup, Floor, ParkingLot, Room, Space, Vehicle

_LIVE: Final = "aiapplication/v1/people/resourceGroupRealTimeCount"
_TRACK: Final = "mobilesurveillance/v1/gpsdetails"
_PASSAGE: Final = "vehicle/v1/parkinglot/passageway/record"
_RATES: Final = "healthcareradar/v1/heartbreath"
_LIVING: Final = "healthcareradar/v1/livefeature"
_SLEEP: Final = "healthcareradar/v1/sleepQuality"


def _people(kind: Kind) -> Row[CountingGroup]:
    return Row(make=SensorFeature, kind=kind, rank=1, path=_LIVE)


def _lot(kind: Kind) -> Row[ParkingLot]:
    return Row(make=SensorFeature, kind=kind, rank=1)


def _health(kind: Kind, path: str) -> Row[Bed]:
    return Row(make=SensorFeature, kind=kind, rank=1, personal="health", path=path)


GROUP: Final[tuple[Row[CountingGroup], ...]] = (
    *map(_people, (Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED, Kind.OCCUPANCY, Kind.OCCUPANCY_LIMIT)),
    Row(make=BinarySensorFeature, kind=Kind.OVER_LIMIT, rank=1, path=_LIVE),
)

VEHICLE: Final[tuple[Row[Vehicle], ...]] = (
    Row(make=TrackerFeature, kind=Kind.POSITION, rank=1, source=Source.BOTH, path=_TRACK),
    Row(make=SensorFeature, kind=Kind.SPEED, rank=2, source=Source.BOTH, path=_TRACK),
    Row(make=SensorFeature, kind=Kind.HEADING, rank=2, source=Source.BOTH, path=_TRACK),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=2, source=Source.BOTH),
    Row(
        make=EventFeature,
        kind=Kind.VEHICLE_EVENT,
        rank=1,
        source=Source.BOTH,
        more={"event_types": EVENT_KINDS[Kind.VEHICLE_EVENT]},
    ),
)

LOT: Final[tuple[Row[ParkingLot], ...]] = (
    _lot(Kind.SPACES_TOTAL),
    _lot(Kind.SPACES_FREE),
    Row(make=SensorFeature, kind=Kind.SPACES_REGISTERED, rank=1, when=lambda lot: lot.registered is not None),
    Row(make=SensorFeature, kind=Kind.SPACES_REGISTERED_FREE, rank=1, when=lambda lot: lot.registered is not None),
    Row(make=SensorFeature, kind=Kind.MAX_PARKING_TIME, rank=1, when=lambda lot: lot.max_hours is not None),
    Row(
        make=EventFeature,
        kind=Kind.PASSAGE,
        rank=1,
        more={"event_types": (Kind.PASSAGE_ENTRY, Kind.PASSAGE_EXIT)},
        path=_PASSAGE,
    ),
    Row(make=SensorFeature, kind=Kind.LAST_ENTRY, rank=1, path=_PASSAGE),
    Row(make=SensorFeature, kind=Kind.LAST_EXIT, rank=1, path=_PASSAGE),
)

FLOOR: Final[tuple[Row[Floor], ...]] = (
    Row(make=SensorFeature, kind=Kind.SPACES_TOTAL, rank=1),
    Row(make=SensorFeature, kind=Kind.SPACES_FREE, rank=1),
)
"""Of a floor, and with a `part` of each type of spaces on it."""

SPACE: Final[tuple[Row[Space], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.PARKING_SPACE, rank=2),
    Row(
        make=SensorFeature,
        kind=Kind.PARKING_SPACE,
        enabled=False,
        more={"options": tuple(SPACE_STATES.values())},
    ),
    Row(make=ImageFeature, kind=Kind.SPACE_PICTURE, rank=5, personal="plates"),
)

ROOM: Final[tuple[Row[Room], ...]] = (
    Row(
        make=EventFeature,
        kind=Kind.CARE_EVENT,
        rank=1,
        source=Source.BOTH,
        personal="health",
        more={"event_types": EVENT_KINDS[Kind.CARE_EVENT]},
    ),
)

BED: Final[tuple[Row[Bed], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.IN_BED, rank=1, source=Source.BOTH, personal="health"),
    Row(
        make=EventFeature,
        kind=Kind.CARE_EVENT,
        rank=1,
        source=Source.BOTH,
        personal="health",
        more={"event_types": EVENT_KINDS[Kind.CARE_EVENT]},
    ),
    _health(Kind.HEART_RATE, _RATES),
    _health(Kind.BREATHING_RATE, _RATES),
    *(
        _health(kind, _LIVING)
        for kind in (
            Kind.IN_BED_TIME,
            Kind.OUT_OF_BED_TIME,
            Kind.GETTING_UP_COUNT,
            Kind.ROLL_OVER_COUNT,
        )
    ),
    *(
        _health(kind, _SLEEP)
        for kind in (
            Kind.SLEEP_TIME,
            Kind.DEEP_SLEEP_TIME,
            Kind.LIGHT_SLEEP_TIME,
            Kind.AWAKE_TIME,
            Kind.SLEEP_START,
        )
    ),
)

BED_AREA: Final[tuple[Row[Bed], ...]] = (_health(Kind.AREA_TIME, _LIVING), _health(Kind.AREA_ENTRIES, _LIVING))
"""Of a bed, with a `part` for each sort of area."""
