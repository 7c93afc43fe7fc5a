"""Which features an event of a type at a place concerns (isapi-events §2.5).

Everything is looked up in dictionaries that are built once per inventory, so an event costs the same on a device with
one channel and on one with a thousand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ..base import Runtime
from ..kinds import Kind
from ..model import BinarySensorFeature, EventFeature, Feature, ImageFeature, Inventory, SensorFeature, Source, Target
from .event_types import EVENT_TYPES, EventType
from .places import LOST, Place
from .records import Facts
from .seen import SEEN, Seen

type Grow = Callable[[], Inventory]
"""Builds the inventory anew, with what is in the memory under `SEEN` (see `with_seen`)."""

PULSE_HOLD: Final = 5.0
"""Seconds for which a repeat of something momentary is the same happening."""
ENDLESS_HOLD: Final = 600.0
"""Seconds after which something whose end was never told may begin anew. A hold as long waits for that end, too."""
_SEEN_LIMIT: Final = 512

_LATCHED: Final = frozenset(row.kind for row in EVENT_TYPES.values() if row.binary) - {Kind.ALARM_INPUT}
_TARGET_PARTS: Final = {target.value: target for target in Target}


@dataclass(frozen=True, slots=True)
class Route:
    """What an event concerns. `key` is what its state is kept under; `hold` in seconds.

    `sensor`: the binary sensor. `by_target`: binary sensors for one target only. `events`, `moments`: event entities and
    the sensors that tell when something happened last. `level`: the sensor follows a terminal and takes plain values.
    `endless`: only an end that is told ends it. `imported`: the user wants this device.
    """

    key: tuple[str, Place]
    device_id: str
    kind: Kind
    channel: str | None
    sensor: str | None
    by_target: Mapping[Target, str]
    events: tuple[str, ...]
    moments: tuple[str, ...]
    hold: float
    lasting: bool
    level: bool
    endless: bool
    imported: bool


class Routes:
    """The features of one inventory by what makes them change."""

    def __init__(self, facts: Facts, inventory: Inventory, runtime: Runtime, grow: Grow | None) -> None:
        """`grow`: how to get features for what nobody listed; without it nothing is created."""
        self._runtime = runtime
        self._grow = grow
        self._tried: set[Seen] = set()
        self.grown: Inventory | None = None
        self.replace(facts, inventory)

    def replace(self, facts: Facts, inventory: Inventory) -> None:
        """Take over another inventory."""
        self._facts = facts
        self._devices = inventory.devices
        self._known: dict[tuple[str, Place], Route] = {}
        self._sensors: dict[tuple[str, Kind], dict[str, BinarySensorFeature]] = {}
        self._terminals: dict[tuple[Kind, str], BinarySensorFeature] = {}
        self._events: dict[str, list[EventFeature]] = {}
        self._moments: dict[str, str] = {}
        self._images: dict[str, str] = {}
        for feature in inventory.features.values():
            self._index(feature)

    def _index(self, feature: Feature) -> None:
        """Note what a feature is fed by."""
        if isinstance(feature, BinarySensorFeature):
            self._sensors.setdefault((feature.device_id, feature.kind), {})[feature.part] = feature
            if feature.kind in {Kind.ALARM_INPUT, Kind.SOFTWARE_INPUT}:
                self._terminals[feature.kind, feature.part] = feature
        elif isinstance(feature, EventFeature):
            self._events.setdefault(feature.device_id, []).append(feature)
        elif isinstance(feature, SensorFeature):
            if feature.kind is Kind.LAST_EVENT:
                self._moments[feature.device_id] = feature.id
        elif isinstance(feature, ImageFeature) and feature.kind is Kind.EVENT_PICTURE:
            self._images[feature.device_id] = feature.id

    def __len__(self) -> int:
        """Return how many routes were needed so far."""
        return len(self._known)

    @property
    def latched(self) -> list[str]:
        """Binary sensors that only events switch."""
        return [
            feature.id
            for (_, kind), parts in self._sensors.items()
            if kind in _LATCHED
            for feature in parts.values()
            if feature.source is not Source.POLL
        ]

    def find(self, event_type: str, row: EventType | None, place: Place, *, began: bool) -> Route:
        """Return the route. If something `began` for which there is no entity yet, one is created."""
        # Codes nobody knows share one route: a device can invent any number of them.
        key = (event_type if row is not None else "", place)
        route = self._known.get(key)
        if route is None:
            route = self._known[key] = self._build(key, row, place)
            if began and row is not None and self._lacks(route, row, place) and self._learn((event_type, place.number)):
                route = self._known[key] = self._build(key, row, place)
            elif not began:
                del self._known[key]
        return route

    def image(self, place: Place) -> str | None:
        """Return the image feature for a picture from a place, created if there is none."""
        device_id = self._device(place)
        if device_id not in self._images and device_id in self._devices and place.scope in {"channel", "device"}:
            self._learn((Kind.EVENT_PICTURE.value, place.number))
        return self._images.get(device_id)

    def _device(self, place: Place) -> str:
        """Return the id of the device a place belongs to; terminals belong to the device of their feature."""
        channel = self._facts.channels.get(place.number) if isinstance(place.number, int) else None
        return channel.device_id if channel is not None else self._facts.device_id

    def _build(self, key: tuple[str, Place], row: EventType | None, place: Place) -> Route:
        """Look up the features once."""
        kind = row.kind if row is not None else Kind.UNKNOWN_EVENT
        device_id = self._device(place)
        sensor: BinarySensorFeature | None = None
        by_target: dict[Target, str] = {}
        if place.scope == "port":
            sensor = self._terminals.get((kind, str(place.number)))
        elif row is not None and row.binary and place is not LOST:
            # A detector of the unit itself, such as its PIR, at times names channel 1.
            parts = self._sensors.get((device_id, kind)) or self._sensors.get((self._facts.device_id, kind), {})
            sensor = parts.get("")
            by_target = {_TARGET_PARTS[part]: one.id for part, one in parts.items() if part in _TARGET_PARTS}
        device_id = sensor.device_id if sensor is not None else device_id
        events, kind = self._tellers(device_id, place, kind, has_sensor=sensor is not None)
        root = self._facts.device_id
        moments = dict.fromkeys(self._moments[one] for one in (device_id, root) if one in self._moments)
        return Route(
            key=key,
            device_id=device_id,
            kind=kind,
            channel=str(place.number) if place.scope == "channel" else None,
            sensor=sensor.id if sensor is not None else None,
            by_target=by_target,
            events=events,
            moments=tuple(moments),
            hold=_hold(sensor, lasting=row is not None and row.binary),
            lasting=row is not None and row.binary,
            level=sensor is not None and sensor.kind is Kind.ALARM_INPUT,
            endless=sensor is not None and (sensor.hold is None or sensor.hold >= ENDLESS_HOLD),
            imported=device_id in self._devices,
        )

    def _tellers(self, device_id: str, place: Place, kind: Kind, *, has_sensor: bool) -> tuple[tuple[str, ...], Kind]:
        """Return the event entity that can tell `kind`, and the kind it can tell it as.

        The channel's comes first for what happened there, else the device's. What neither an event entity nor a binary
        sensor knows is told as unknown, as is a bell that is rung elsewhere.
        """
        first = Kind.DETECTION if place.scope == "channel" else Kind.DEVICE_EVENT
        candidates = self._events.get(device_id) or self._events.get(self._facts.device_id, [])
        candidates = sorted(candidates, key=lambda feature: feature.kind is not first)
        if place is LOST:
            candidates = [feature for feature in candidates if feature.kind is not Kind.DOORBELL]
        for told in (kind,) if has_sensor else (kind, Kind.UNKNOWN_EVENT):
            for feature in candidates:
                if told in feature.event_types:
                    return (feature.id,), told
        return (), kind

    def _lacks(self, route: Route, row: EventType, place: Place) -> bool:
        """Whether an entity is missing for something the device does send."""
        if place is LOST or row.kind is Kind.UNKNOWN_EVENT or not route.imported:
            return False
        return (row.binary and route.sensor is None) or (not row.binary and route.kind is not row.kind)

    def _learn(self, seen: Seen) -> bool:
        """Remember what nobody listed and build the inventory anew. Returns whether that was done."""
        if self._grow is None or seen in self._tried or len(self._tried) >= _SEEN_LIMIT:
            return False
        self._tried.add(seen)
        stored = self._runtime.memory.get(SEEN)
        rows = [*stored] if isinstance(stored, list) else []
        if list(seen) not in rows:
            self._runtime.memory[SEEN] = [*rows, list(seen)]
            self._runtime.remember()
        self.grown = self._grow()
        self.replace(self._facts, self.grown)
        return True


def _hold(sensor: BinarySensorFeature | None, *, lasting: bool) -> float:
    """Return for how many seconds a repeat is the same happening."""
    if sensor is None:
        return PULSE_HOLD
    if sensor.hold is not None:
        return sensor.hold
    return ENDLESS_HOLD if lasting else PULSE_HOLD
