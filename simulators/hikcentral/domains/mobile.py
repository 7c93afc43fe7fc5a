"""Vehicles with devices on board: where they drive, and what happens to them (hikcentral §3.18)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, PAGE_INDEX, Call, Refuse, after_event, endpoint, number, text, time
from simulators.hikcentral.times import plain_stamp, stamp

from .checks import NO_SUCH, contains, period, plain, words
from .common import remember, reprinted, stored_picture

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator
    from simulators.hikcentral.state import EventRecord

type Coordinates = Literal["scaled", "degrees", "hidden"]
"""How positions are written: hundredths of seconds, degrees, or -1 with the place in the display text only."""

ONLINE = 1
WINDS = ("North", "Northeast", "East", "Southeast", "South", "Southwest", "West", "Northwest")
SCALE = 360_000
NOWHERE = "E0,0,0;N0,0,0"
METRES_PER_DEGREE = 111_320.0


@dataclass(slots=True)
class MobileVehicle:
    """A vehicle and the device on board. `kind` and the others -1: unknown."""

    id: str
    name: str
    device: str
    region: str = "1"
    status: int = ONLINE
    plate: str = ""
    given_name: str = ""
    family_name: str = ""
    phone: str = ""
    color: int = 1
    kind: int = 1
    brand: int = -1

    @property
    def owner(self) -> str:
        """Name of the owner."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Point:
    """Where a vehicle was: degrees, km/h, degrees clockwise from north. No place: no fix by satellites."""

    moment: datetime
    latitude: float | None
    longitude: float | None
    speed: int = 0
    heading: float = 0.0

    @property
    def display(self) -> str:
        """Place as the platform shows it to people."""
        if self.latitude is None or self.longitude is None:
            return NOWHERE
        return f"{_sexagesimal(self.longitude, 'EW')};{_sexagesimal(self.latitude, 'NS')}"

    @property
    def wind(self) -> str:
        """Heading in words."""
        return WINDS[round(self.heading / 45) % 8]

    def coordinates(self, form: Coordinates) -> tuple[float, float]:
        """Longitude and latitude as numbers; 0 and 0 without a place."""
        if self.latitude is None or self.longitude is None:
            return 0, 0
        if form == "hidden":
            return -1, -1
        if form == "degrees":
            return round(self.longitude, 6), round(self.latitude, 6)
        return round(self.longitude * SCALE), round(self.latitude * SCALE)


@dataclass(frozen=True, slots=True)
class MobileEvent:
    """Something that happened to a vehicle, where, and how fast it was."""

    id: str
    code: int
    vehicle: str
    point: Point
    limit: int = 80
    pictures: tuple[str, ...] = ()


def _sexagesimal(value: float, letters: str) -> str:
    seconds = round(abs(value) * 3600)
    return f"{letters[value < 0]}{seconds // 3600},{seconds // 60 % 60},{seconds % 60}"


def gps_data(point: Point, form: Coordinates) -> dict[str, Any]:
    """Return the `gps` part of a pushed event."""
    longitude, latitude = point.coordinates(form)
    return {
        "occurTime": stamp(point.moment),
        "longitude": str(longitude),
        "latitude": str(latitude),
        "direction": round(point.heading),
        "speed": point.speed,
        "speedUnit": 0,
        "displayInfo": point.display,
        "directionInfo": point.wind,
    }


@after_event
def record_event(platform: HikCentralSimulator, record: EventRecord) -> None:
    """Keep a record of each event of a vehicle, with its last position."""
    state = platform.state
    if record.source_type != "mobileVehicle" or record.source not in state.mobile_vehicles:
        return
    points = state.points.get(record.source)
    point = points[-1] if points else Point(record.start, None, None)
    pictures = tuple(record.pictures) or (stored_picture(record.start, len(state.mobile_events)),)
    remember(state.mobile_events, MobileEvent(record.event_id, record.code, record.source, point, pictures=pictures))


def _vehicle_row(vehicle: MobileVehicle) -> dict[str, Any]:
    return {
        "mobilevehicleIndexCode": vehicle.id,
        "mobilevehicleName": vehicle.name,
        "DevIndexCode": vehicle.device,
        "regionIndexCode": vehicle.region,
        "status": vehicle.status,
        "plateNo": vehicle.plate,
        "personName": vehicle.owner,
        "personFamilyName": vehicle.family_name,
        "personGivenName": vehicle.given_name,
        "phoneNo": vehicle.phone,
        "vehicleColor": vehicle.color,
        "vehicleType": vehicle.kind,
        "vehicleBrand": vehicle.brand,
    }


def _list_sample(data: Any) -> Any:
    """Numbers of the list samples are texts."""
    return reprinted(data, dict.fromkeys(("status", "vehicleColor", "vehicleType", "vehicleBrand"), str))


@endpoint("resource/v1/mobilevehicle/mobilevehicleList", *PAGE, sample=_list_sample, since=(2, 2, 1))
def vehicle_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All such vehicles."""
    return paged(platform, call, list(platform.state.mobile_vehicles.values()), _vehicle_row)


@endpoint(
    "resource/v1/mobileVehicle/indexCode/mobileVehicleInfo",
    text("mobilevehicleIndexCode", required=True, longest=256),
    since=(2, 2, 1),
)
def info(platform: HikCentralSimulator, call: Call) -> Any:
    """One such vehicle."""
    vehicle = platform.state.mobile_vehicles.get(call.text("mobilevehicleIndexCode"))
    if vehicle is None:
        raise Refuse(NO_SUCH)
    return _vehicle_row(vehicle)


@endpoint(
    "resource/v1/mobilevehicle/advanced/mobilevehicleList",
    *PAGE,
    plain("mobilevehicleName", longest=32),
    text("devIndexCode", longest=64),
    text("regionIndexCode", longest=64),
    sample=_list_sample,
    since=(2, 2, 1),
)
def search(platform: HikCentralSimulator, call: Call) -> Any:
    """Such vehicles by name, device or area."""
    found = [
        vehicle
        for vehicle in platform.state.mobile_vehicles.values()
        if contains(call.text("mobilevehicleName"), vehicle.name)
        and call.text("devIndexCode") in ("", vehicle.device)
        and call.text("regionIndexCode") in ("", vehicle.region)
    ]
    return paged(platform, call, found, _vehicle_row)


def _gps_sample(data: Any) -> Any:
    """The sample is an object with `gps_info_list` and bare times; the table has a list of pages and `list`."""
    page = data[0]
    rows = [
        {("gps_info_list" if name == "list" else name): value for name, value in row.items()} for row in page["list"]
    ]
    for row in rows:
        row["gps_info_list"] = [
            {**point, "occurTime": plain_stamp(datetime.fromisoformat(point["occurTime"]))}
            for point in row["gps_info_list"]
        ]
    renamed = {("pageIndex" if name == "pageNo" else name): value for name, value in page.items()}
    return {**renamed, "list": rows}


@endpoint(
    "mobilesurveillance/v1/gpsdetails",
    *PAGE,
    words("mobilevehicleIndexCodes", required=True),
    time("startTime", required=True),
    time("endTime", required=True),
    sample=_gps_sample,
    since=(2, 2, 1),
)
def positions(platform: HikCentralSimulator, call: Call) -> Any:
    """Tracks of vehicles, oldest point first; the page counts vehicles."""
    span, state = period(call), platform.state
    vehicles = [
        state.mobile_vehicles[key] for key in call.words("mobilevehicleIndexCodes") if key in state.mobile_vehicles
    ]

    def point_row(point: Point) -> dict[str, Any]:
        longitude, latitude = point.coordinates(state.coordinates)
        return {
            "occurTime": stamp(point.moment),
            "longitude": longitude,
            "latitude": latitude,
            "direction": round(point.heading * state.heading_scale),
            "gpsDisplay": point.display,
            "directionDisplay": point.wind,
            "speed": point.speed,
        }

    def row(vehicle: MobileVehicle) -> dict[str, Any]:
        points = [point for point in state.points.get(vehicle.id, ()) if point.moment in span]
        return {
            "mobilevehicleIndexCode": vehicle.id,
            "plateNo": vehicle.plate,
            "regionIndexCode": vehicle.region,
            "list": [point_row(point) for point in points],
        }

    return [paged(platform, call, vehicles, row)]


def _placed(point: Point, form: Coordinates, scale: int) -> dict[str, Any]:
    longitude, latitude = point.coordinates(form)
    return {
        "occurTime": stamp(point.moment),
        "longitude": str(longitude),
        "latitude": str(latitude),
        "direction": round(point.heading * scale),
        "speed": point.speed,
        "displayInfo": point.display,
        "directionInfo": point.wind,
    }


def _region_name(platform: HikCentralSimulator, vehicle: MobileVehicle) -> str:
    region = platform.state.regions.get(("0", vehicle.region))
    return region.name if region else ""


def _overview_sample(data: Any) -> Any:
    """Everything but the speed is text in the sample."""
    answer = reprinted(data, {"eventType": str, "direction": str})
    return {**answer, **{name: str(answer[name]) for name in ("total", "pageNo", "pageSize")}}


@endpoint(
    "mobilesurveillance/v1/recordOverview",
    *PAGE_INDEX,
    words("mobilevehicleIndexCodes", required=True, longest=64),
    words("eventTypes"),
    time("beginTime", required=True),
    time("endTime", required=True),
    text("centerLongitude", longest=16),
    text("centerLatitude", longest=16),
    number("radius", 0),
    sample=_overview_sample,
    since=(2, 2, 1),
)
def overview(platform: HikCentralSimulator, call: Call) -> Any:
    """Events of vehicles, newest first; around a place when a radius (m) is given."""
    state, span = platform.state, period(call, "beginTime", "endTime")
    vehicles, codes = call.words("mobilevehicleIndexCodes"), call.words("eventTypes")
    found = [
        event
        for event in reversed(state.mobile_events)
        if event.vehicle in vehicles
        and (not codes or str(event.code) in codes)
        and event.point.moment in span
        and _near(call, event.point)
    ]

    def row(event: MobileEvent) -> dict[str, Any]:
        vehicle = state.mobile_vehicles[event.vehicle]
        return {
            "eventIndexCode": event.id,
            "eventType": event.code,
            "mobilevehicleIndexCode": vehicle.id,
            "plateNo": vehicle.plate,
            "ownerName": vehicle.owner,
            "regionName": _region_name(platform, vehicle),
            **_placed(event.point, state.coordinates, state.heading_scale),
        }

    return paged(platform, call, found, row)


def _near(call: Call, point: Point) -> bool:
    """Tell whether a point lies in the circle of a request, where it has one."""
    radius = float(call.body.get("radius") or 0)
    if not radius:
        return True
    if point.latitude is None or point.longitude is None:
        return False
    north = point.latitude - float(call.text("centerLatitude") or 0)
    east = point.longitude - float(call.text("centerLongitude") or 0)
    return bool((north**2 + east**2) ** 0.5 * METRES_PER_DEGREE <= radius)


@endpoint(
    "mobilesurveillance/v1/single/record",
    text("mobilevehicleIndexCode", required=True, longest=64),
    text("eventIndexCode", required=True, longest=64),
    since=(2, 2, 1),
)
def single(platform: HikCentralSimulator, call: Call) -> Any:
    """One event of a vehicle with its pictures; ids in the body, as the sample has them."""
    state = platform.state
    wanted = call.text("mobilevehicleIndexCode"), call.text("eventIndexCode")
    event = next((event for event in state.mobile_events if (event.vehicle, event.id) == wanted), None)
    if event is None:
        raise Refuse(NO_SUCH)
    vehicle = state.mobile_vehicles[event.vehicle]
    return {
        "eventType": event.code,
        "mobilevehicleIndexCode": vehicle.id,
        "plateNo": vehicle.plate,
        "regionName": _region_name(platform, vehicle),
        "ownerName": vehicle.owner,
        "phoneNo": vehicle.phone,
        **_placed(event.point, state.coordinates, state.heading_scale),
        "speedLimit": str(event.limit),
        "image_url_list": [{"image_url": picture} for picture in event.pictures],
    }
