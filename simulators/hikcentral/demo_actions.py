"""What can be done to the platform on the control page: a table of actions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from simulators.control import Action

from .state import CLOSED, DOOR_OFFLINE, HELD_CLOSED, HELD_OPEN, OPEN

if TYPE_CHECKING:
    from .platform import HikCentralSimulator

type Fields = Mapping[str, str]
PULSE, STARTED = 3, 1
CAMERA_EVENTS = {
    "motion": 131331,
    "line crossing": 131585,
    "intrusion": 131588,
    "tampering": 131330,
    "video loss": 131329,
    "fire": 192515,
    "temperature": 192517,
}
ACCESS_EVENTS = {
    "granted by card": 198914,
    "granted by face": 196893,
    "denied": 197128,
    "duress": 721678,
}
DOOR_STATES = {
    "closed": CLOSED,
    "open": OPEN,
    "held open": HELD_OPEN,
    "held closed": HELD_CLOSED,
    "offline": DOOR_OFFLINE,
}
DOOR_ALARMS = {"forced": 198657, "open too long": 198400, "abnormally open": 198658, "reader tampered": 199608}
BED = {"lies down": "lie_down", "rolls over": "roll_over", "gets up": "get_up", "falls": "fall"}
LINKED = ("encodeDevice", "acsDevice", "mobileDevice", "camera")
ON_OFF = ("on", "off")
UNKNOWN_EVENT = 330203
AWAY_SECONDS = 30.0


def make_actions(platform: HikCentralSimulator) -> list[Action]:
    """Return the actions that this platform's things allow."""
    state, acts = platform.state, Acts(platform)
    devices = [f"{kind} {key}" for kind in LINKED for key in state.sources(kind)]
    beds = [f"{room.id}/{bed}" for room in state.rooms.values() for bed in room.beds]
    rows: Sequence[tuple[str, str, Callable[[Fields], None], Mapping[str, Iterable[str]]]] = (
        ("event", "Send camera event", acts.camera_event,
         {"event": CAMERA_EVENTS, "camera": state.cameras, "state": ("pulse", "start", "end")}),
        ("access", "Let somebody pass a door", acts.access,
         {"door": state.doors, "result": ACCESS_EVENTS, "person": ["", *state.persons]}),
        ("door", "Set door", acts.door, {"door": state.doors, "state": DOOR_STATES}),
        ("door_alarm", "Send door alarm", acts.door_alarm, {"door": state.doors, "alarm": DOOR_ALARMS}),
        ("input", "Set input", acts.input, {"input": state.inputs, "state": ON_OFF}),
        ("face", "Recognise a face", acts.face, {"camera": state.cameras, "person": state.faces}),
        ("people", "Let people pass", acts.people, {"group": state.counting.groups, "direction": ("in", "out")}),
        ("vehicle", "Let a vehicle come", acts.vehicle,
         {"plate": [*(car.plate for car in state.vehicles.values()), "X ZZ 999"], "direction": ("entry", "exit")}),
        ("space", "Set parking space", acts.space, {"space": state.parking.spaces, "state": ("occupied", "vacant")}),
        ("bed", "Let somebody in a bed", acts.bed, {"bed": beds, "deed": BED}),
        ("speed", "Drive too fast", acts.speed, {"vehicle": state.mobile_vehicles}),
        ("online", "Device", acts.online, {"device": devices, "state": ON_OFF}),
        ("pushes", "Let pushes get out", acts.pushes, {"state": ON_OFF}),
        ("answers", "Answer with an error", acts.answers, {"fault": ("bad_gateway", "overloaded", "quota", "none")}),
    )  # fmt: skip
    chosen = [
        Action(name=name, title=title, run=run, fields={field: list(values) for field, values in fields.items()})
        for name, title, run, fields in rows
        if all(list(values) for values in fields.values())
    ]
    return [
        *chosen,
        Action(name="unknown", title="Send an event nobody knows", run=lambda _: acts.unknown()),
        Action(name="restart", title="Restart the platform", run=lambda _: acts.restart()),
    ]


class Acts:
    """Carries actions out."""

    def __init__(self, platform: HikCentralSimulator) -> None:
        """`platform`: started."""
        self._platform = platform

    def camera_event(self, fields: Fields) -> None:
        """Something happens before a camera, begins or ends."""
        code, camera = CAMERA_EVENTS[fields["event"]], fields["camera"]
        if fields["state"] == "end":
            self._platform.end_newest(code, camera)
        else:
            status = STARTED if fields["state"] == "start" else PULSE
            self._platform.happen(code, "camera", camera, status=status, picture=True)

    def access(self, fields: Fields) -> None:
        """Somebody is at a door."""
        self._platform.door_event(fields["door"], ACCESS_EVENTS[fields["result"]], fields["person"], picture=True)

    def door(self, fields: Fields) -> None:
        """A door comes into a state."""
        self._platform.move_door(fields["door"], DOOR_STATES[fields["state"]])

    def door_alarm(self, fields: Fields) -> None:
        """Something is wrong with a door."""
        self._platform.happen(DOOR_ALARMS[fields["alarm"]], "door", fields["door"], data={})

    def input(self, fields: Fields) -> None:
        """An input is triggered or let go."""
        self._platform.set_input(fields["input"], fields["state"] == "on")

    def face(self, fields: Fields) -> None:
        """A camera recognises somebody."""
        self._platform.face_match(fields["camera"], fields["person"])

    def people(self, fields: Fields) -> None:
        """Somebody enters or leaves."""
        inside = fields["direction"] == "in"
        self._platform.people_pass(fields["group"], int(inside), int(not inside))

    def vehicle(self, fields: Fields) -> None:
        """A plate is read at the barrier."""
        self._platform.plate_record(plate=fields["plate"], match=True)
        lot = next(iter(self._platform.state.parking.lots))
        known = any(car.plate == fields["plate"] for car in self._platform.state.vehicles.values())
        self._platform.drive(lot, fields["plate"], "exit" if fields["direction"] == "exit" else "entry", allowed=known)

    def space(self, fields: Fields) -> None:
        """A parking space is taken or left."""
        if fields["state"] == "vacant":
            self._platform.leave(fields["space"])
        else:
            self._platform.park(fields["space"], "B AB 1234")

    def bed(self, fields: Fields) -> None:
        """Somebody does something in a bed."""
        room, _, bed = fields["bed"].partition("/")
        getattr(self._platform, BED[fields["deed"]])(bed, int(room))

    def speed(self, fields: Fields) -> None:
        """A vehicle is too fast."""
        self._platform.mobile_event(fields["vehicle"])

    def online(self, fields: Fields) -> None:
        """A device goes away or comes back."""
        kind, _, key = fields["device"].partition(" ")
        self._platform.set_online(kind, key, fields["state"] == "on")

    def pushes(self, fields: Fields) -> None:
        """Pushes get lost, or get out again."""
        self._platform.reachable = fields["state"] == "on"

    def answers(self, fields: Fields) -> None:
        """Every call is answered with an error, or rightly again."""
        self._platform.heal()
        if fields["fault"] != "none":
            self._platform.inject(fields["fault"])

    def unknown(self) -> None:
        """An event that is in no table."""
        self._platform.happen(UNKNOWN_EVENT, "camera")

    def restart(self) -> None:
        """The platform goes away for a while and forgets its subscriptions."""
        self._platform.spawn(self._platform.restart(AWAY_SECONDS, forget_subscriptions=True), "simulated restart")
