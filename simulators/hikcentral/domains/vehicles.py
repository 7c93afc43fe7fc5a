"""Vehicles that are known, and their groups (hikcentral §3.13)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, number, text
from simulators.hikcentral.shaping import renamed

from .checks import EXISTS, INCORRECT, NO_SUCH, contains, either, plain, whole

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

GROUP = ("vehicleGroupIndexcode", "vehicleGroupIndexCode")
"""Spelling of the tables, and of the samples."""
_sample = renamed(vehicleGroupIndexcode="vehicleGroupIndexCode")


@dataclass(slots=True)
class VehicleGroup:
    """A list of vehicles."""

    id: str
    name: str
    description: str = ""


@dataclass(slots=True)
class Vehicle:
    """A vehicle and its owner."""

    id: str
    plate: str
    group: str
    given_name: str = ""
    family_name: str = ""
    phone: str = ""
    color: int = 0
    person: str = ""

    @property
    def owner(self) -> str:
        """Name of the owner."""
        return f"{self.given_name} {self.family_name}".strip()


def vehicle_row(vehicle: Vehicle) -> dict[str, Any]:
    """Return a VehicleInfo."""
    return {
        "vehicleId": vehicle.id,
        "plateNo": vehicle.plate,
        "personName": vehicle.owner,
        "personFamilyName": vehicle.family_name,
        "personGivenName": vehicle.given_name,
        "phoneNo": vehicle.phone,
        "vehicleColor": vehicle.color,
        "vehicleGroupIndexcode": vehicle.group,
    }


def _group_row(group: VehicleGroup) -> dict[str, Any]:
    return {
        "vehicleGroupIndexCode": group.id,
        "vehicleGroupName": group.name,
        "description": group.description,
    }


@endpoint("resource/v1/vehicleGroup/vehicleGroupList", *PAGE)
def group_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All groups."""
    return paged(platform, call, list(platform.state.vehicle_groups.values()), _group_row)


@endpoint(
    "resource/v1/vehicle/vehicleList",
    *PAGE,
    text("vehicleGroupIndexCode", required=True, longest=32),
    sample=_sample,
)
def vehicle_list(platform: HikCentralSimulator, call: Call) -> Any:
    """Vehicles of one group; the group is required."""
    group = call.text("vehicleGroupIndexCode")
    if group not in platform.state.vehicle_groups:
        raise Refuse(NO_SUCH)
    found = [vehicle for vehicle in platform.state.vehicles.values() if vehicle.group == group]
    return paged(platform, call, found, vehicle_row)


@endpoint(
    "resource/v1/vehicle/advance/vehicleList",
    *PAGE,
    text("vehicleGroupIndexCode", required=True, longest=64),
    text("plateNo", longest=64),
    text("personName", longest=64),
    text("phoneNo", longest=64),
    sample=_sample,
)
def search(platform: HikCentralSimulator, call: Call) -> Any:
    """Vehicles of a group by plate, owner or phone: one of them only."""
    plate, owner, phone = call.text("plateNo"), call.text("personName"), call.text("phoneNo")
    if sum(map(bool, (plate, owner, phone))) > 1:
        raise Refuse(INCORRECT, "plateNo, personName and phoneNo are mutually exclusive")
    found = [
        vehicle
        for vehicle in platform.state.vehicles.values()
        if vehicle.group == call.text("vehicleGroupIndexCode")
        and contains(plate, vehicle.plate)
        and contains(owner, vehicle.owner)
        and contains(phone, vehicle.phone)
    ]
    return paged(platform, call, found, vehicle_row)


@endpoint(
    "resource/v1/vehicle/indexCode/vehicleInfo",
    text("vehicleIndexCode", required=True, longest=32),
    named=False,
    sample=_sample,
)
def info(platform: HikCentralSimulator, call: Call) -> Any:
    """One vehicle."""
    return vehicle_row(_vehicle(platform, call.text("vehicleIndexCode")))


def _vehicle(platform: HikCentralSimulator, vehicle_id: str) -> Vehicle:
    try:
        return platform.state.vehicles[vehicle_id]
    except KeyError:
        raise Refuse(NO_SUCH) from None


OF_VEHICLE = (
    plain("plateNo", required=True, longest=32),
    either(*GROUP),
    text("personId", longest=128),
    plain("personGivenName", longest=256),
    plain("personFamilyName", longest=256),
    plain("phoneNo", longest=32),
    number("vehicleColor", 0, 14),
)


def _take(platform: HikCentralSimulator, call: Call, vehicle: Vehicle) -> Vehicle:
    """Write the fields of a request into a vehicle. Raises Refuse for an unknown group and a plate that is taken."""
    state = platform.state
    group, plate = call.text(GROUP[0]) or call.text(GROUP[1]), call.text("plateNo")
    if group not in state.vehicle_groups:
        raise Refuse(NO_SUCH, "no such vehicle group")
    if any(other.plate == plate and other.id != vehicle.id for other in state.vehicles.values()):
        raise Refuse(EXISTS)
    vehicle.plate, vehicle.group = plate, group
    vehicle.given_name, vehicle.family_name = call.text("personGivenName"), call.text("personFamilyName")
    vehicle.phone, vehicle.color = call.text("phoneNo"), whole(call, "vehicleColor")
    if person := state.persons.get(call.text("personId")):
        vehicle.person = person.id
        vehicle.given_name = vehicle.given_name or person.given_name
        vehicle.family_name = vehicle.family_name or person.family_name
        vehicle.phone = vehicle.phone or person.phone
    return vehicle


@endpoint("resource/v1/vehicle/single/add", *OF_VEHICLE, sample=_sample, since=(1, 7, 0))
def add(platform: HikCentralSimulator, call: Call) -> Any:
    """Add a vehicle and return it."""
    state = platform.state
    vehicle = _take(platform, call, Vehicle("", "", ""))
    vehicle.id = state.next_id("vehicle", *state.vehicles)
    state.vehicles[vehicle.id] = vehicle
    return vehicle_row(vehicle)


@endpoint(
    "resource/v1/vehicle/single/update",
    text("vehicleId", required=True, longest=65),
    *OF_VEHICLE,
    since=(1, 7, 0),
)
def update(platform: HikCentralSimulator, call: Call) -> Any:
    """Change a vehicle."""
    _take(platform, call, _vehicle(platform, call.text("vehicleId")))
    return ""


@endpoint("resource/v1/vehicle/single/delete", text("vehicleId", required=True, longest=65), since=(1, 7, 0))
def delete(platform: HikCentralSimulator, call: Call) -> Any:
    """Forget a vehicle."""
    del platform.state.vehicles[_vehicle(platform, call.text("vehicleId")).id]
    return ""
