"""A day at a simulated platform: people come and go, cars park, a bus drives its round, somebody sleeps.

A step is one row of a table with its weight; `living` picks steps at random, as its seed decides.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, pi, sin
from random import Random
from typing import TYPE_CHECKING

from .care import IN
from .mobile import ONLINE
from .visitors import ARRIVED, EXPECTED, INVALID

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

SHORTEST, LONGEST = 2.0, 8.0
"""Seconds between steps."""
MOTION, LINE_CROSSING = 131331, 131585
GRANTED_BY_CARD, GRANTED_BY_FACE, DENIED = 198914, 196893, 197128
CLOSED, OPEN = 1, 2
"""doorState."""
OVERSPEED = 648
STRANGER_PLATE = "X ZZ 999"
ROUND = 60
"""Stops of a bus on its round."""
RADIUS = 0.01
"""Of the round, in degrees."""
BUS_SPEED = 38


@dataclass(frozen=True, slots=True)
class Step:
    """Something that may happen: how often, whether it can, and what it does."""

    weight: int
    possible: Callable[[HikCentralSimulator], bool]
    run: Callable[[HikCentralSimulator, Random], None]


def _motion(platform: HikCentralSimulator, chance: Random) -> None:
    """Something moves before a camera for a while."""
    camera = chance.choice(list(platform.state.cameras))
    code = chance.choice((MOTION, MOTION, MOTION, LINE_CROSSING))
    event = platform.happen(code, "camera", camera, status=1, picture=chance.random() < 0.3)
    platform.later(chance.uniform(2, 6), lambda: platform.events.end(event))


def _input(platform: HikCentralSimulator, chance: Random) -> None:
    """An alarm input is on for a while."""
    terminal = chance.choice(list(platform.state.inputs))
    platform.set_input(terminal, on=True)
    platform.later(chance.uniform(2, 5), lambda: _calm(platform, terminal))


def _calm(platform: HikCentralSimulator, terminal: str) -> None:
    platform.set_input(terminal, on=False)


def _access(platform: HikCentralSimulator, chance: Random) -> None:
    """Somebody passes a door, or is not let through."""
    door, person = chance.choice(list(platform.state.doors)), chance.choice(list(platform.state.persons))
    code = chance.choice((GRANTED_BY_CARD, GRANTED_BY_CARD, GRANTED_BY_FACE, DENIED))
    platform.door_event(door, code, person, temperature=round(chance.uniform(36.0, 37.2), 1), picture=True)
    if code != DENIED and platform.state.doors[door].state == CLOSED:
        platform.move_door(door, OPEN)
        platform.later(chance.uniform(1, 3), lambda: _close(platform, door))


def _close(platform: HikCentralSimulator, door: str) -> None:
    """The door falls shut, unless somebody holds it meanwhile."""
    if platform.state.doors[door].state == OPEN:
        platform.move_door(door, CLOSED)


def _people(platform: HikCentralSimulator, chance: Random) -> None:
    """People pass the camera of a group; more come than go while there is room."""
    counting = platform.state.counting
    group = chance.choice([group for group in counting.groups.values() if group.members])
    entered, exited = counting.now(group, platform.now())
    inside = entered - exited
    if inside <= 0 or (chance.random() < 0.5 and inside < (group.limit or 10) + 3):
        platform.people_pass(group.id, chance.randint(1, 3), 0)
    else:
        platform.people_pass(group.id, 0, chance.randint(1, min(3, inside)))


def _car(platform: HikCentralSimulator, chance: Random) -> None:
    """A car comes and takes a space, or one leaves its space and the lot."""
    parking = platform.state.parking
    lot = chance.choice(list(parking.lots))
    floors = {floor.id for floor in parking.floors.values() if floor.lot == lot}
    spaces = [space for space in parking.spaces.values() if space.floor in floors]
    taken = [space for space in spaces if not space.free]
    if taken and (len(taken) == len(spaces) or chance.random() < 0.5):
        space = chance.choice(taken)
        plate = space.plate
        platform.leave(space.id)
        platform.drive(lot, plate or STRANGER_PLATE, "exit")
        return
    inside = {space.plate for space in taken}
    plates = [vehicle.plate for vehicle in platform.state.vehicles.values() if vehicle.plate not in inside]
    plate = chance.choice([*plates, STRANGER_PLATE])
    platform.plate_record(plate=plate, match=True)
    if plate == STRANGER_PLATE:
        platform.drive(lot, plate, "entry", allowed=False)
        return
    platform.drive(lot, plate, "entry")
    if free := [space for space in spaces if space.free]:
        platform.park(chance.choice(free).id, plate)


def _bus(platform: HikCentralSimulator, chance: Random) -> None:
    """Every bus goes on by one stop of its round."""
    state = platform.state
    for vehicle in state.mobile_vehicles.values():
        if vehicle.status != ONLINE:
            continue
        points = state.points.setdefault(vehicle.id, [])
        stop = len(points) % ROUND * 2 * pi / ROUND
        north, east = RADIUS * cos(stop), RADIUS * sin(stop)
        heading = degrees(atan2(cos(stop), -sin(stop))) % 360
        platform.move(vehicle.id, 52.52 + north, 13.405 + east, BUS_SPEED + chance.randint(-8, 20), heading, push=True)
        if chance.random() < 0.1:
            platform.mobile_event(vehicle.id, OVERSPEED)


def _bed(platform: HikCentralSimulator, chance: Random) -> None:
    """Somebody lies down, sleeps, turns over or gets up."""
    room = chance.choice(list(platform.state.rooms.values()))
    bed = chance.choice(list(room.beds.values()))
    if bed.state != IN:
        platform.lie_down(bed.number, room.id)
    elif chance.random() < 0.2:
        platform.get_up(bed.number, room.id)
    else:
        platform.measure(bed.number, room.id, heart=chance.uniform(58, 76), breath=chance.uniform(11, 17))
        if chance.random() < 0.3:
            platform.roll_over(bed.number, room.id)


def _face(platform: HikCentralSimulator, chance: Random) -> None:
    """A camera recognises somebody."""
    camera, face = chance.choice(list(platform.state.cameras)), chance.choice(list(platform.state.faces))
    platform.face_match(camera, face, similarity=round(chance.uniform(0.82, 0.99), 2))


def _visit(platform: HikCentralSimulator, chance: Random) -> None:
    """A visitor is announced, comes, or goes."""
    state, now = platform.state, platform.now()
    here = [visit for visit in state.appointments.values() if visit.status == ARRIVED]
    expected = [visit for visit in state.appointments.values() if visit.status_at(now) == EXPECTED]
    if here and chance.random() < 0.4:
        visit = chance.choice(here)
        visit.status, visit.left, visit.end = INVALID, True, now
    elif expected and chance.random() < 0.6:
        chance.choice(expected).status = ARRIVED
    elif len(expected) < 3:
        name = chance.choice((("Charles", "Babbage"), ("Emmy", "Noether"), ("Carl", "Gauss")))
        platform.expect_visitor(hours=chance.randint(1, 4), given_name=name[0], family_name=name[1])


def _text(platform: HikCentralSimulator, chance: Random) -> None:
    """A text arrives that is the one of a rule."""
    platform.receive_text(chance.choice(list(platform.state.rules.values())).name)


STEPS: Sequence[Step] = (
    Step(8, lambda platform: bool(platform.state.cameras), _motion),
    Step(3, lambda platform: bool(platform.state.inputs), _input),
    Step(6, lambda platform: bool(platform.state.doors and platform.state.persons), _access),
    Step(6, lambda platform: any(group.members for group in platform.state.counting.groups.values()), _people),
    Step(4, lambda platform: bool(platform.state.parking.lots), _car),
    Step(8, lambda platform: bool(platform.state.mobile_vehicles), _bus),
    Step(4, lambda platform: any(room.beds for room in platform.state.rooms.values()), _bed),
    Step(2, lambda platform: bool(platform.state.cameras and platform.state.faces), _face),
    Step(1, lambda platform: bool(platform.state.persons), _visit),
    Step(1, lambda platform: bool(platform.state.rules), _text),
)


def step(platform: HikCentralSimulator, chance: Random) -> None:
    """Let one thing happen, of those that can."""
    possible = [row for row in STEPS if row.possible(platform)]
    if possible:
        chance.choices(possible, [row.weight for row in possible])[0].run(platform, chance)


async def living(platform: HikCentralSimulator, seed: int = 1, pace: float = 1.0) -> None:
    """Let one thing after the other happen, for ever."""
    chance = Random(seed)
    while True:
        await asyncio.sleep(chance.uniform(SHORTEST, LONGEST) / pace)
        step(platform, chance)
