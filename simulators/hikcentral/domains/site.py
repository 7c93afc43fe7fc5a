"""Fills a new platform from its plan with everything that is no device."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulators.hikcentral.registry import builds

from .access import PERSONS, VISITORS, AccessLevel
from .care import Bed, Room
from .counting import CAMERA, Group, Member
from .faces import Face, FaceGroup
from .mobile import MobileVehicle, Point
from .parking import Floor, Lot, Space
from .persons import ROOT, Org, Person
from .rules import Rule
from .vehicles import Vehicle, VehicleGroup
from .visitors import VisitorGroup

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

PEOPLE = (
    ("Ada", "Lovelace", 2),
    ("Alan", "Turing", 1),
    ("Grace", "Hopper", 2),
    ("Konrad", "Zuse", 1),
    ("Hedy", "Lamarr", 2),
    ("Edsger", "Dijkstra", 1),
)
"""Given name, family name and gender; the first one is who events are about unless said otherwise."""
PLATES = ("B AB 1234", "B CD 5678", "HH XY 99", "M OP 4711", "K LN 2020", "S TU 808")
ORGS = ("Research", "Facility", "Sales", "Board")
FLOORS = ("Level -1", "Level -2", "Deck")
SPACE_TYPES = (1, 1, 1, 4, 6, 7)
HOME = (52.520008, 13.404954)
"""Latitude and longitude where vehicles start."""
YEARS_VALID = 10


def nth(names: tuple[str, ...], number: int) -> str:
    """Return the name of the thing with a number; numbers start at 1 and names repeat with a count."""
    around, place = divmod(number - 1, len(names))
    return names[place] + (f" {around + 1}" if around else "")


@builds
def fill(platform: HikCentralSimulator) -> None:
    """Make everything the plan has."""
    _people(platform)
    _levels(platform)
    _vehicles(platform)
    _counting(platform)
    _parking(platform)
    _mobile(platform)
    _care(platform)
    for number in range(1, platform.plan.rules + 1):
        title = nth(("Doorbell pressed", "Till opened", "Lift stuck"), number)
        platform.state.rules[str(number)] = Rule(str(number), title, pattern=f"({title})", expression=f'"{title}"')


def _people(platform: HikCentralSimulator) -> None:
    state, plan, now = platform.state, platform.plan, platform.now()
    state.orgs[ROOT] = Org(ROOT, "All Departments", "0")
    for number in range(2, plan.orgs + 2):
        state.orgs[str(number)] = Org(str(number), nth(ORGS, number - 1))
    for number in range(1, plan.face_groups + 1):
        title = nth(("Staff", "VIP", "Banned"), number)
        state.face_groups[str(number)] = FaceGroup(str(number), title, f"{title} faces")
    for number in range(1, plan.persons + 1):
        _person(platform, number, now)
    for number in range(1, plan.visitor_groups + 1):
        state.visitor_groups[str(number)] = VisitorGroup(str(number), nth(("Visitors", "Contractors"), number))


def _person(platform: HikCentralSimulator, number: int, now: datetime) -> None:
    state, plan = platform.state, platform.plan
    around, place = divmod(number - 1, len(PEOPLE))
    given, family, gender = PEOPLE[place]
    person = Person(
        id=str(number),
        code=f"E{number:04d}",
        given_name=given + (f" {around + 1}" if around else ""),
        family_name=family,
        begin=now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0),
        end=now.replace(year=now.year + YEARS_VALID, month=1, day=1, hour=0, minute=0, second=0, microsecond=0),
        org=str(number % (plan.orgs + 1) + 1),
        gender=gender,
        phone=f"55501{number:02d}",
        email=f"{given.lower()}@example.com",
        cards=[str(1234567889 + number)],
        picture=platform.pictures.add("access", f"{given} {family}"),
    )
    state.persons[person.id] = person
    if plan.face_groups:
        state.faces[person.id] = Face(
            person.id,
            "1",
            person.given_name,
            family,
            gender,
            platform.pictures.add("face", person.name),
        )


def _levels(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    for number in range(1, plan.access_levels + plan.visitor_levels + 1):
        own = number <= plan.access_levels
        title = (
            nth(("All doors", "Laboratory"), number) if own else nth(("Visitors: lobby",), number - plan.access_levels)
        )
        state.access_levels[str(number)] = AccessLevel(str(number), title, PERSONS if own else VISITORS)
    if plan.access_levels:
        state.access_levels["1"].members.update(state.persons)


def _vehicles(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    for number in range(1, plan.vehicle_groups + 1):
        title = nth(("Staff", "Blocklist", "Suppliers"), number)
        state.vehicle_groups[str(number)] = VehicleGroup(str(number), title)
    persons = list(state.persons.values())
    for number in range(1, plan.vehicles + 1 if plan.vehicle_groups else 1):
        vehicle = Vehicle(
            id=str(number),
            plate=nth(PLATES, number),
            group=str((number - 1) % plan.vehicle_groups + 1),
            color=number % 15,
        )
        if persons:
            owner = persons[(number - 1) % len(persons)]
            vehicle.given_name, vehicle.family_name = owner.given_name, owner.family_name
            vehicle.phone, vehicle.person = owner.phone, owner.id
        state.vehicles[vehicle.id] = vehicle


def _counting(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    counters = [camera for camera in state.cameras.values() if "event_pdc" in camera.capabilities.split(",")]
    for number in range(1, plan.counting_groups + 1):
        members = [
            Member(camera.id, camera.name, CAMERA)
            for place, camera in enumerate(counters)
            if place % plan.counting_groups == number - 1
        ]
        title = nth(("Lobby", "Canteen", "Hall"), number)
        state.counting.groups[str(number)] = Group(str(number), title, "0", members, plan.group_limit)


def _parking(platform: HikCentralSimulator) -> None:
    parking, plan, now = platform.state.parking, platform.plan, platform.now()
    for number in range(1, plan.parking_lots + 1):
        spaces = plan.floors * plan.spaces
        lot = Lot(str(number), nth(("Main car park", "Guest car park"), number), spaces or 20)
        if spaces:
            kinds = [SPACE_TYPES[place % len(SPACE_TYPES)] for place in range(plan.spaces)]
            lot.permanent, lot.hours = kinds.count(6) * plan.floors, 9
        parking.lots[lot.id] = lot
        for _ in range(plan.floors):
            floor_id = str(len(parking.floors) + 1)
            title = nth(FLOORS, len(parking.floors) + 1)
            parking.floors[floor_id] = Floor(floor_id, title, lot.id)
            for place in range(plan.spaces):
                space_id = str(len(parking.spaces) + 1)
                kind = SPACE_TYPES[place % len(SPACE_TYPES)]
                parking.spaces[space_id] = Space(space_id, floor_id, str(place + 1), now, kind)


def _mobile(platform: HikCentralSimulator) -> None:
    state, now = platform.state, platform.now()
    devices = list(state.mobile_devices.values())
    for number in range(1, platform.plan.mobile_vehicles + 1):
        device = devices[(number - 1) % len(devices)].id if devices else str(number)
        vehicle = MobileVehicle(str(number), f"Bus {number}", device, plate=f"B MV {number}", phone="5550100")
        if person := state.persons.get("1"):
            vehicle.given_name, vehicle.family_name = person.given_name, person.family_name
        state.mobile_vehicles[vehicle.id] = vehicle
        latitude, longitude = HOME[0] + number / 1000, HOME[1] + number / 1000
        state.points[vehicle.id] = [Point(now - timedelta(minutes=1), latitude, longitude)]


def _care(platform: HikCentralSimulator) -> None:
    state, plan, now = platform.state, platform.plan, platform.now()
    names = [person.name for person in state.persons.values()] or ["Ada Lovelace"]
    lying = 0
    for number in range(1, plan.rooms + 1):
        room = Room(number, str(100 + number), f"Room {number}")
        for bed in range(1, plan.beds + 1):
            lying += 1
            room.beds[str(bed)] = Bed(str(bed), lying, names[(lying - 1) % len(names)])
            room.beds[str(bed)].become(0, now)
        state.rooms[number] = room
