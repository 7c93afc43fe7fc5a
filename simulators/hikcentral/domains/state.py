"""What the platform keeps beside devices. Everything by id."""

from dataclasses import dataclass, field

from .access import AccessLevel, Failure
from .care import Room
from .counting import Counting
from .crossings import Crossing
from .door_events import Access
from .faces import Face, FaceGroup, FaceMatch
from .mobile import Coordinates, MobileEvent, MobileVehicle, Point
from .parking import Parking
from .persons import Org, Person
from .rules import Rule, Trigger
from .vehicles import Vehicle, VehicleGroup
from .visitors import Appointment, Visitor, VisitorGroup


@dataclass(kw_only=True)
class DomainState:
    """People, vehicles, lots, beds, rules, and what happened to them."""

    counting: Counting = field(default_factory=Counting)
    parking: Parking = field(default_factory=Parking)
    vehicle_groups: dict[str, VehicleGroup] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    crossings: list[Crossing] = field(default_factory=list)
    mobile_vehicles: dict[str, MobileVehicle] = field(default_factory=dict)
    points: dict[str, list[Point]] = field(default_factory=dict)
    """Positions by vehicle, oldest first."""
    coordinates: Coordinates = "scaled"
    """How positions are written."""
    heading_scale: int = 1
    """100: headings are told in hundredths of a degree, as a sample suggests."""
    mobile_events: list[MobileEvent] = field(default_factory=list)
    orgs: dict[str, Org] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    face_groups: dict[str, FaceGroup] = field(default_factory=dict)
    faces: dict[str, Face] = field(default_factory=dict)
    face_matches: list[FaceMatch] = field(default_factory=list)
    access_levels: dict[str, AccessLevel] = field(default_factory=dict)
    pending: set[tuple[int, str]] = field(default_factory=set)
    """(type of level, person or visitor) whose rights wait to be applied to devices."""
    failures: list[Failure] = field(default_factory=list)
    """What could not be applied."""
    accesses: list[Access] = field(default_factory=list)
    """Records of doors."""
    visitors: dict[str, Visitor] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    visitor_groups: dict[str, VisitorGroup] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    triggers: list[Trigger] = field(default_factory=list)
    """Calls of triggerAlarm."""
    search_needs_all: bool = False
    """The search of events wants types and sources next to an id, as its table says."""
    search_needs_subscription: bool = False
    """The search of events refuses types that the caller has not subscribed."""
    trigger_enables_only: bool = False
    """triggerAlarm makes no event, as its text says."""
    rooms: dict[int, Room] = field(default_factory=dict)
    used_ids: dict[str, int] = field(default_factory=dict)
    """Highest number handed out by kind: ids are never used twice."""

    def next_id(self, kind: str, *taken: str) -> str:
        """Return a new id of a kind; `taken` are those that exist."""
        highest = max([self.used_ids.get(kind, 0), *(int(key) for key in taken if key.isdecimal())])
        self.used_ids[kind] = highest + 1
        return str(highest + 1)
