"""What tests and the demonstration let happen: people pass, vehicles drive, doors open, somebody lies down.

Mixed into the platform, so that it reads `platform.park("3", "B AB 1234")`.
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from . import parking
from .access import PERSONS, Failure
from .care import IN, NOT_KNOWN, OUT, Bed, Span
from .common import remember
from .counting import CAMERA, DOOR, EXITS
from .crossings import PLATE_READ
from .door_events import PUSH_UNKNOWN
from .faces import FACE_MATCH, RECT
from .mobile import Point, gps_data
from .pictures import PictureForm
from .rules import TCP, receive
from .scenario import living
from .visitors import ARRIVED, Appointment, Visitor

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

CARD_GRANTED = 198914
GPS_REPORT = 643
PLATE_MATCHED, PLATE_MISMATCHED = 130, 131
IN_BED, GETTING_UP, ROLLING_OVER, OUT_OF_BED = 500048, 500049, 500050, 500051
FALL = 500041


class DomainActs:
    """Everything beside devices that can happen. Times are now unless `at` says otherwise."""

    picture_form: PictureForm | None = None
    """How pictures are answered; None: each call as its own sample."""

    @property
    def _platform(self) -> HikCentralSimulator:
        return cast("HikCentralSimulator", self)

    # People

    def people_pass(
        self,
        group: str = "1",
        entered: int = 1,
        exited: int = 0,
        *,
        camera: str | None = None,
        door: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Let people into a counting group and out of it, or past one camera or door in its own directions."""
        counting, moment = self._platform.state.counting, at or self._platform.now()
        if camera is not None or door is not None:
            counting.count(DOOR if camera is None else CAMERA, camera or door or "", moment, entered, exited)
            return
        member = counting.groups[group].members[0]
        if member.direction == EXITS:
            entered, exited = exited, entered
        counting.count(member.type, member.id, moment, entered, exited)

    def door_event(
        self,
        door: str = "1",
        code: int = CARD_GRANTED,
        person: str = "1",
        card: str | None = None,
        *,
        temperature: float | None = None,
        mask: int = 0,
        attendance: int = PUSH_UNKNOWN,
        picture: bytes | bool | None = None,
        at: datetime | None = None,
        push: bool = True,
    ) -> str:
        """Somebody is at a door; `person` "" is a stranger. Returns the id of the event."""
        platform = self._platform
        known = platform.state.persons.get(person)
        reader = next((reader for reader in platform.state.readers.values() if reader.door == door), None)
        uri = ""
        if picture:
            title = known.name if known else "Stranger"
            uri = platform.pictures.add("access", title, data=None if picture is True else picture)
        data: dict[str, Any] = {
            "personId": person,
            "personCode": known.code if known else "",
            "cardNo": card if card is not None else known.cards[0] if known and known.cards else "",
            "checkInAndOutType": attendance,
            "picUri": uri,
            "temperatureStatus": 0 if temperature is None else 1 if temperature < 37.5 else 2,
            "wearMaskStatus": mask,
            "readerIndexCode": reader.id if reader else "",
            "readerName": reader.name if reader else "",
        }
        if temperature is not None:
            data["temperatureData"] = temperature
        return platform.happen(code, "door", door, data=data, at=at, push=push)

    def face_match(
        self,
        camera: str = "1",
        person: str = "1",
        *,
        similarity: float = 0.93,
        temperature: float | None = None,
        mask: int = 0,
        at: datetime | None = None,
        push: bool = True,
    ) -> str:
        """A camera recognises a face of a group. Returns the id of the event."""
        platform, moment = self._platform, at or self._platform.now()
        face = platform.state.faces[person]
        name = f"{face.given_name} {face.family_name}".strip()
        captured = platform.pictures.add("face", f"{name} at {camera}")
        seen: dict[str, Any] = {
            "URL": captured,
            "age": {"ageGroup": "MIDDLE"},
            "faceRect": RECT,
            "gender": {"value": str(face.gender)},
            "mask": {"wearMaskStatus": mask},
            "identify": [
                {
                    "candidate": [
                        {
                            "blacklist_id": face.group,
                            "human_data": {"face_picurl": face.picture},
                            "human_id": face.id,
                            "reserve_field": {"name": name},
                            "similarity": similarity,
                        }
                    ]
                }
            ],
        }
        if temperature is not None:
            status = 1 if temperature < 37.5 else 2
            seen["temperature"] = {"temperatureData": temperature, "temperatureStatus": status}
        target = {"cameraIndexCode": camera, "faceTime": moment.isoformat(timespec="seconds")}
        data = {"alarmResult": {"faces": [seen], "targetAttrs": target}, "dataType": "faceMatch"}
        return platform.happen(FACE_MATCH, "camera", camera, data=data, at=at, push=push)

    def fail_application(self, person: str = "1", device: str = "Controller 1", items: str = "1", type: int = PERSONS
                         ) -> None:  # fmt: skip
        """A device does not take the rights of somebody."""
        state = self._platform.state
        known = state.persons.get(person) if type == PERSONS else state.visitors.get(person)
        state.failures.append(Failure(type, device, known.name if known else person, device, items))

    def expect_visitor(
        self,
        start: datetime | None = None,
        hours: float = 1.0,
        *,
        given_name: str = "Charles",
        family_name: str = "Babbage",
        receptionist: str = "1",
        reason: int = 2,
        company: str = "",
        plate: str = "",
        arrived: bool = False,
    ) -> Appointment:
        """Somebody at the platform makes a reservation for a visitor. Returns it."""
        platform, begin = self._platform, start or self._platform.now()
        state = platform.state
        visitor = Visitor(state.next_id("visitor", *state.visitors), given_name, family_name)
        visitor.company, visitor.plate = company, plate
        visitor.picture = platform.pictures.add("path", visitor.name)
        state.visitors[visitor.id] = visitor
        visit = Appointment(
            id=state.next_id("appointment", *state.appointments),
            visitor=visitor.id,
            code=f"{platform.random.randrange(10_000):04d}",
            start=begin,
            end=begin + timedelta(hours=hours),
            reason=reason,
            receptionist=receptionist if receptionist in state.persons else "",
        )
        if arrived:
            visit.status = ARRIVED
        state.appointments[visit.id] = visit
        return visit

    # Vehicles

    def park(self, space: str = "1", plate: str = "", status: int = parking.OCCUPIED) -> None:
        """A vehicle takes a space; no plate: it could not be read."""
        self._platform.state.parking.park(space, plate, self._platform.now(), status)

    def leave(self, space: str = "1") -> None:
        """The vehicle leaves its space."""
        self._platform.state.parking.leave(space, self._platform.now())

    def drive(
        self,
        lot: str = "1",
        plate: str = "B AB 1234",
        direction: Literal["entry", "exit"] = "entry",
        *,
        allowed: bool = True,
        by_hand: bool = False,
    ) -> parking.Passing:
        """A vehicle comes to the barrier of a lot, and through unless it is not allowed."""
        platform = self._platform
        known = next((vehicle for vehicle in platform.state.vehicles.values() if vehicle.plate == plate), None)
        allow_type = parking.BY_HAND if by_hand else parking.BY_ITSELF if allowed else parking.NOT_ALLOWED
        return platform.state.parking.drive(
            lot,
            plate,
            parking.ENTRY if direction == "entry" else parking.EXIT,
            platform.now(),
            allow_type=allow_type,
            registered=known is not None,
            owner=known.owner if known else "",
            phone=known.phone if known else "",
        )

    def plate_record(
        self,
        camera: str | None = None,
        plate: str = "B AB 1234",
        *,
        match: bool = False,
        picture: bool = True,
        at: datetime | None = None,
        push: bool = True,
    ) -> str:
        """A camera reads a plate; `match`: it compares it with the lists, too. Returns the id of the event."""
        platform = self._platform
        place = camera or next(
            (one.id for one in platform.state.cameras.values() if "event_veh" in one.capabilities.split(",")), "1"
        )
        event = platform.happen(PLATE_READ, "camera", place, data={"plateNo": plate}, picture=picture, at=at, push=push)
        if match:
            known = next((vehicle for vehicle in platform.state.vehicles.values() if vehicle.plate == plate), None)
            group = known.group if known else next(iter(platform.state.vehicle_groups), "")
            data = {"plateNo": plate, "vehicleGroupIndexCode": group}
            code = PLATE_MATCHED if known else PLATE_MISMATCHED
            platform.happen(code, "camera", place, data=data, at=at, push=push)
        return event

    def move(
        self,
        vehicle: str = "1",
        latitude: float | None = None,
        longitude: float | None = None,
        speed: int = 0,
        heading: float = 0.0,
        *,
        at: datetime | None = None,
        push: bool = False,
    ) -> Point:
        """A vehicle tells where it is (degrees, km/h, degrees from north); no place: no satellites.

        `push`: it is reported as an event as well.
        """
        platform = self._platform
        point = Point(at or platform.now(), latitude, longitude, speed, heading)
        remember(platform.state.points.setdefault(vehicle, []), point)
        if push:
            self.mobile_event(vehicle, GPS_REPORT, at=at)
        return point

    def mobile_event(self, vehicle: str = "1", code: int = 648, *, status: int = 3, at: datetime | None = None,
                     push: bool = True) -> str:  # fmt: skip
        """Something happens to a vehicle where it is. Returns the id of the event."""
        platform = self._platform
        state, bus = platform.state, platform.state.mobile_vehicles[vehicle]
        moment = at or platform.now()
        points = state.points.get(vehicle)
        data = {
            "gps": gps_data(points[-1] if points else Point(moment, None, None), state.coordinates),
            "vehicle": {
                "plateNo": bus.plate,
                "ownerName": bus.owner,
                "phoneNo": bus.phone,
                "vehicleBrand": bus.brand,
                "vehicleColor": bus.color,
                "vehicleType": str(bus.kind),
            },
        }
        return platform.happen(code, "mobileVehicle", vehicle, status=status, data=data, at=at, push=push)

    # Care

    def lie_down(self, bed: str = "1", room: int = 1, *, push: bool = True) -> None:
        """Somebody lies down."""
        self._bed(room, bed).become(IN, self._platform.now())
        self._care(IN_BED, room, bed, push=push)

    def get_up(self, bed: str = "1", room: int = 1, *, push: bool = True) -> None:
        """Somebody gets up and out of bed."""
        self._bed(room, bed).become(OUT, self._platform.now())
        self._care(GETTING_UP, room, bed, push=push)
        self._care(OUT_OF_BED, room, bed, push=push)

    def roll_over(self, bed: str = "1", room: int = 1, *, push: bool = True) -> None:
        """Somebody rolls over."""
        now = self._platform.now()
        self._bed(room, bed).rolled.append(Span(now - timedelta(seconds=5), now))
        self._care(ROLLING_OVER, room, bed, push=push)

    def lose_sight(self, bed: str = "1", room: int = 1) -> None:
        """The radar does not know any more."""
        self._bed(room, bed).become(NOT_KNOWN, self._platform.now())

    def measure(self, bed: str = "1", room: int = 1, *, heart: float | None = None, breath: float | None = None,
                at: datetime | None = None) -> None:  # fmt: skip
        """The radar measures beats and breaths per minute."""
        place, moment = self._bed(room, bed), at or self._platform.now()
        if heart is not None:
            remember(place.hearts, (moment, heart))
        if breath is not None:
            remember(place.breaths, (moment, breath))

    def sleep(self, bed: str, depth: Literal["deep", "light", "awake"], start: datetime, end: datetime, room: int = 1
              ) -> None:  # fmt: skip
        """Somebody slept like that for a while."""
        self._bed(room, bed).sleep.append((depth, Span(start, end)))

    def visit_area(self, bed: str, area: int, start: datetime, end: datetime, room: int = 1) -> None:
        """Somebody was elsewhere for a while: 1 restroom, 2 bathroom, 10 outside."""
        self._bed(room, bed).areas.append((area, Span(start, end)))

    def fall(self, bed: str = "1", room: int = 1, *, code: int = FALL, push: bool = True) -> str:
        """Somebody falls, or `code` happens. Returns the id of the event."""
        return self._care(code, room, bed, push=push)

    def _bed(self, room: int, bed: str) -> Bed:
        return self._platform.state.rooms[room].beds[bed]

    def _care(self, code: int, room: int, bed: str, *, push: bool) -> str:
        place = self._platform.state.rooms[room]
        data = {"RoomNo": place.number, "BedNo": bed, "PersonName": place.beds[bed].name}
        return self._platform.happen(code, data=data, source=str(room), push=push)

    # Network

    def live(self, seed: int = 1, pace: float = 1.0) -> asyncio.Task[None]:
        """Let life go on by itself until the platform stops; a higher `pace` is faster."""
        return self._platform.spawn(living(self._platform, seed, pace), "life of a simulated platform")

    def receive_text(self, text: str, transport: int = TCP) -> list[str]:
        """A text reaches the port for generic events. Returns the ids of the events that its rules make."""
        return receive(self._platform, text, transport)
