"""Which device and which features an event concerns (hikcentral §3.7, §4: ids are unique within their type only)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..kinds import Kind
from ..model import BinarySensorFeature, EventFeature, Feature, ImageFeature, Inventory, SensorFeature, TrackerFeature
from .event_types import Category, EventType, Role
from .places import device_id
from .records import Facts
from .watched import CAMERAS_OF

MOST_ROUTES: Final = 20_000

_CAMERAS_OF: Final[Mapping[str, str]] = {type_.lower(): key for key, type_ in CAMERAS_OF.items()}
"""Type of source → the key under which its cameras are doubtful."""

ONLINE_OFTEN_POLLED: Final = frozenset({Kind.ONLINE, Kind.IN_BED})
"""Sensors whose polled value is better than an event of an hour ago."""


@dataclass(frozen=True, slots=True)
class _Namespace:
    """A type of source: the records it names, the prefix of their devices, the kind of their event entities."""

    records: Callable[[Facts], Mapping[str, object]]
    prefix: str
    told_as: Kind


_NAMESPACES: Final[Mapping[str, _Namespace]] = {
    "camera": _Namespace(lambda facts: facts.cameras, "cam", Kind.DETECTION),
    "door": _Namespace(lambda facts: facts.doors, "door", Kind.ACCESS),
    "encodedevice": _Namespace(lambda facts: facts.encoders, "enc", Kind.DEVICE_EVENT),
    "acsdevice": _Namespace(lambda facts: facts.controllers, "acs", Kind.DEVICE_EVENT),
    "mobiledevice": _Namespace(lambda facts: facts.mobile_devices, "mob", Kind.DEVICE_EVENT),
    "mobilevehicle": _Namespace(lambda facts: facts.vehicles, "mveh", Kind.VEHICLE_EVENT),
}
_SEARCHED: Final = ("camera", "door", "encodeDevice", "acsDevice", "mobileVehicle")
_INPUTS: Final = frozenset({"ioin", "alarminput"})
_RULES: Final = "generaleventrule"


@dataclass(frozen=True, slots=True)
class Route:
    """Where an event of one code and source goes.

    `event`: the event entity that tells it. `sensor`: the binary sensor it drives, in `sensor_kind`, also where the
    inventory does not have it yet. `linked`: further devices it tells the same of (the vehicle of a mobile device).
    `cameras`: key and id of a device that is there or gone, and its cameras with it. `known`: the source is in the
    inventory. `imported`: the owner chose to see it.
    """

    device_id: str
    event: str | None
    row: EventType | None
    sensor: str | None = None
    last_event: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    door: str | None = None
    cameras: tuple[str, str] | None = None
    known: bool = True
    imported: bool = True

    @property
    def kind(self) -> Kind:
        """The event type."""
        return Kind.UNKNOWN_EVENT if self.row is None else self.row.kind


def sensor_id(device: str, kind: Kind, part: str = "") -> str:
    """Return the id of a binary sensor, as `Feature` makes it; asked for with every event."""
    plain = f"{device}_{BinarySensorFeature.type}_{kind}"
    return f"{plain}_{part}" if part else plain


def image_id(device: str, kind: Kind) -> str:
    """Return the id of an image."""
    return f"{device}_{ImageFeature.type}_{kind}"


def reading_id(device: str, kind: Kind) -> str:
    """Return the id of the feature that shows a reading."""
    made = TrackerFeature if kind is Kind.POSITION else SensorFeature
    return f"{device}_{made.type}_{kind}"


@dataclass(slots=True)
class _Index:
    """What cannot be told from an id alone: where inputs are, rooms and beds by the numbers on their doors."""

    inputs: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    vehicles: dict[str, list[str]] = field(default_factory=dict)


class Routes:
    """The ways of one inventory. Looked up when an event comes, and remembered."""

    def __init__(self, uid: str) -> None:
        """`uid`: id of the system, which is the id of its hub."""
        self._uid = uid
        self._facts = Facts()
        self._features: Mapping[str, Feature] = {}
        self._devices: Mapping[str, object] = {}
        self._index = _Index()
        self._known: dict[tuple[str, ...], Route] = {}
        self._sources: Mapping[str, tuple[str, ...]] | None = None

    def update(self, facts: Facts, inventory: Inventory) -> None:
        """Take over another inventory."""
        self._facts, self._features, self._devices = facts, inventory.features, inventory.devices
        self._known.clear()
        self._sources = None
        index = self._index = _Index()
        for feature in inventory.features.values():
            if feature.kind is Kind.ALARM_INPUT and feature.part:
                index.inputs[feature.part] = feature.device_id
        for room in facts.rooms.values():
            index.rooms.setdefault(room.id, room.id)
        for room in facts.rooms.values():
            if room.number is not None:
                index.rooms[room.number] = room.id
        for vehicle in facts.vehicles.values():
            if vehicle.device is not None:
                index.vehicles.setdefault(vehicle.device, []).append(vehicle.id)

    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Return what is imported of each type of source, as the platform writes these types."""
        if self._sources is None:
            found: dict[str, tuple[str, ...]] = {}
            for source_type in _SEARCHED:
                space = _NAMESPACES[source_type.lower()]
                ids = space.records(self._facts)
                found[source_type] = tuple(
                    each for each in ids if device_id(self._uid, space.prefix, each) in self._devices
                )
            found["ioIn"] = tuple(each for each in self._facts.inputs if each in self._index.inputs)
            found["generalEventRule"] = tuple(self._facts.rules)
            self._sources = found
        return self._sources

    def find(
        self, code: str, row: EventType | None, source_type: str, source: str, room: str | None, bed: str | None
    ) -> Route:
        """Return the route of an event; `room` and `bed`: numbers on their doors, where it names them."""
        key = (source_type, source, code, room or "", bed or "")
        if (route := self._known.get(key)) is None:
            if len(self._known) >= MOST_ROUTES:
                self._known.clear()
            route = self._known[key] = self._find(row, source_type.lower(), source, room, bed)
        return route

    def _find(self, row: EventType | None, source_type: str, source: str, room: str | None, bed: str | None) -> Route:
        """Make the route of an event."""
        if room is not None and (found := self._care(row, room, bed)) is not None:
            return found
        # A type that is not told follows from the code.
        types = [source_type] if source_type or row is None else [each.lower() for each in row.sources]
        for each in types:
            if (found := self._source(row, each, source)) is not None:
                return found
        return self._route(self._uid, Kind.DEVICE_EVENT, row, sensor=False, known=False)

    def _care(self, row: EventType | None, room: str, bed: str | None) -> Route | None:
        """Return the route to a bed, or to its room."""
        if (id_ := self._index.rooms.get(room)) is None:
            return None
        for device in (device_id(self._uid, "bed", id_, bed or ""), device_id(self._uid, "room", id_)):
            if device in self._devices:
                return self._route(device, Kind.CARE_EVENT, row)
        return Route(self._uid, None, row, imported=False)

    def _source(self, row: EventType | None, source_type: str, source: str) -> Route | None:
        """Return the route to a source of a type; None if there is no such source."""
        if source_type in _INPUTS:
            return self._input(row, source)
        if source_type == _RULES:
            rule = source if source in self._facts.rules else None
            return None if rule is None else self._route(self._uid, Kind.GENERIC_EVENT, row, part=rule, sensor=False)
        namespace = _NAMESPACES.get(source_type)
        if namespace is None or source not in namespace.records(self._facts):
            return None
        device = device_id(self._uid, namespace.prefix, source)
        if device not in self._devices:
            return Route(self._uid, None, row, imported=False)
        linked: tuple[str, ...] = ()
        if source_type == "mobiledevice":
            vehicles = (device_id(self._uid, "mveh", one) for one in self._index.vehicles.get(source, ()))
            linked = tuple(one for one in vehicles if one in self._devices)
        door = source if source_type == "door" and row is not None and _moves(row) else None
        cameras = _cameras(row, source_type, source)
        return self._route(device, namespace.told_as, row, linked=linked, door=door, cameras=cameras)

    def _input(self, row: EventType | None, source: str) -> Route | None:
        """Return the route to an alarm input, a part of the device it hangs on."""
        if source not in self._facts.inputs:
            return None
        if (device := self._index.inputs.get(source)) is None:
            return Route(self._uid, None, row, imported=False)
        return self._route(device, Kind.ALARM_INPUT, row, part=source)

    def _route(
        self,
        device: str,
        told_as: Kind,
        row: EventType | None,
        *,
        part: str = "",
        sensor: bool = True,
        linked: tuple[str, ...] = (),
        door: str | None = None,
        cameras: tuple[str, str] | None = None,
        known: bool = True,
    ) -> Route:
        """Make a route to a device."""
        event = EventFeature(device_id=device, kind=told_as, part=part).id
        kind = row.sensor if row is not None and sensor else None
        last = (reading_id(place, Kind.LAST_EVENT) for place in dict.fromkeys((device, self._uid)))
        return Route(
            device_id=device,
            event=event if event in self._features else None,
            row=row,
            sensor=None if kind is None else sensor_id(device, kind, part),
            last_event=tuple(each for each in last if each in self._features),
            linked=linked,
            door=door,
            cameras=cameras,
            known=known,
        )


def _moves(row: EventType) -> bool:
    """Whether a code tells that a door or its lock is in another state than before."""
    return row.category is Category.DOOR and row.kind is not Kind.READER_TAMPER


def _cameras(row: EventType | None, source_type: str, source: str) -> tuple[str, str] | None:
    """Return key and id of the device whose cameras come and go with what a code tells."""
    key = _CAMERAS_OF.get(source_type)
    return (key, source) if key is not None and row is not None and row.sensor is Kind.ONLINE else None


def is_polled(row: EventType) -> bool:
    """Whether the sensor of a pair is polled, too, so that what came late says nothing of it."""
    return row.role is Role.SETS and row.sensor in ONLINE_OFTEN_POLLED
