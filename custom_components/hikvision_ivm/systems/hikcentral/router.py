"""From events to what Home Assistant knows: values, occurrences, and whom to ask next (hikcentral §3.7, §7.2, §7.3).

Pushes and records end in the same function. Nothing here waits; what has to be asked of the platform is asked behind
it, by those who are told here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from ..background import Background
from ..base import Runtime, Sink
from ..growth import Growth
from ..kinds import Kind
from ..model import Inventory, Occurrence, Phase, Report, Unknown, Value
from ..settings import HOLD_PULSE, PULSE_DEFAULT
from .dedupe import Delivered
from .event_types import NORMAL, Category, EventType, Role
from .feature_rows import Wishes
from .happening import EventRecord, Happening, of_push, of_record
from .push import ENDED, PICTURE, STARTED, UPDATED, PushEvent
from .push_data import PLATES, Detail, Told, told_of
from .records import Facts
from .routes import Route, Routes, image_id, is_polled, reading_id, sensor_id
from .running import BOUND_SECONDS, Running, Turn
from .seen import remember, with_seen
from .strangers import Strangers

LATE: Final = timedelta(minutes=10)
PLAUSIBLE: Final = timedelta(days=1)
REORDERED: Final = timedelta(minutes=2)
"""What is older than the newest by more came from a clock that was set, not in the wrong order."""
MOST_TOLD: Final = 20_000
MOST_RECENT: Final = 1_000


class PictureHandler(Protocol):
    """Who fetches the pictures of events."""

    def expect(
        self, image: str, occurrence: Occurrence, happening: Happening, told: Told, sink: Sink, *, now: bool
    ) -> None:
        """Take note that an image may get the picture of an occurrence, `now` or in a while."""


@dataclass(slots=True)
class _Collected:
    """What a few events led to, until it is reported."""

    sink: Sink
    received: datetime
    values: dict[str, Value | Unknown] = field(default_factory=dict)
    available: dict[str, bool] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    turned: dict[str, bool] = field(default_factory=dict)
    stale: dict[tuple[str, str], None] = field(default_factory=dict)

    def turn(self, feature_id: str, on: bool) -> None:
        """Report before something turns the other way within one report: nobody would see how it was."""
        if self.turned.setdefault(feature_id, on) is not on:
            self.flush()
            self.turned[feature_id] = on

    def flush(self) -> None:
        """Report."""
        if self.values or self.available or self.occurrences:
            report = Report(values=self.values, available=self.available, occurrences=self.occurrences)
            self.values, self.available, self.occurrences, self.turned = {}, {}, [], {}
            self.sink.report(report)


class EventRouter:
    """Routes the events of one platform.

    `counts`: `pushes`, `records`, `occurrences`, `late`, `not_imported`, `unknown_sources`, `unknown_codes`,
    `implausible_times`. `wanted`: ids of the features somebody looks at. `last_alarm`: id of the newest alarm, None
    before the first. `recent`: id → the last of what happened, for who wants to know more of it. `on_stale(kind, id)`: the state of a record (`door`) is to be read; `on_stranger()`: something is
    not in the inventory, so it is to be read. `reader_name(door, reader)`: the name of a card reader that is told by its
    id only.
    """

    def __init__(
        self,
        uid: str,
        runtime: Runtime,
        options: Mapping[str, Any],
        delivered: Delivered,
        background: Background,
        *,
        adopt: Callable[[Inventory], None] = lambda inventory: None,
        on_stale: Callable[[str, str], None] = lambda kind, id_: None,
        on_stranger: Callable[[], None] = lambda: None,
        skew: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`adopt` takes over an inventory that grew here. `skew`: seconds by which the platform's clock is ahead."""
        self.counts: Counter[str] = Counter()
        self.last_alarm: str | None = None
        self.delivered = delivered
        self.pictures: PictureHandler | None = None
        self.wanted: Collection[str] = ()
        self.personal = Wishes.of(options).personal
        self.on_stale = on_stale
        self.reader_name: Callable[[str, str], str | None] = lambda door, reader: None
        self.facts = Facts()
        self.recent: dict[str, Happening] = {}
        self.strangers = Strangers(runtime, on_stranger)
        self._runtime = runtime
        self._hold = float(options.get(HOLD_PULSE) or PULSE_DEFAULT)
        self._routes = Routes(uid)
        self._running = Running()
        self._told: dict[str, datetime] = {}
        self._take_over = adopt
        self._options = options
        self._growth = Growth[Kind](runtime, self._grow, self._adopt, background)
        self._skew = skew

    @property
    def inventory(self) -> Inventory:
        """What exists, as devices and features."""
        return self._growth.inventory

    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Return what is imported, by type of source as the platform writes it."""
        return self._routes.sources()

    def update(self, facts: Facts, inventory: Inventory) -> None:
        """Take over another inventory."""
        self.facts = facts
        self._growth.update(inventory)
        self._routes.update(facts, inventory)

    def _grow(self, inventory: Inventory, rows: Collection[tuple[str, Kind]]) -> Inventory:
        """Remember what was seen, and return the inventory with it."""
        remember(self._runtime, rows, inventory.devices)
        return with_seen(inventory, self.facts, self._options, self._runtime.memory)

    def _adopt(self, inventory: Inventory) -> None:
        """Take over an inventory that grew here."""
        self._routes.update(self.facts, inventory)
        self._take_over(inventory)

    def told(self, feature_id: str) -> datetime | None:
        """Return from when the value is that a feature was given here last; None if it was given none."""
        return self._told.get(feature_id)

    # what comes

    def take(self, event: PushEvent, sink: Sink) -> None:
        """Take in one pushed event."""
        self.take_all((event,), sink)

    def take_all(self, events: Iterable[PushEvent], sink: Sink) -> None:
        """Take in pushed events, in their order, as one report where that hides nothing."""
        collected = _Collected(sink, self._runtime.now())
        for event in events:
            self.counts["pushes"] += 1
            if self.delivered.is_new_push(event):
                self._push(event, collected)
        self._finish(collected)

    def take_records(self, records: Iterable[EventRecord], sink: Sink, *, late: bool = True) -> int:
        """Take in records, in their order; returns how many told something new.

        `late`: they tell what was missed. Otherwise they stand for pushes that do not come, and only what is older than
        ten minutes is late.
        """
        collected = _Collected(sink, self._runtime.now())
        new = 0
        for record in records:
            begins, ends = self.delivered.is_new_record(
                record.key, record.start, over=record.stop is not None, who=record.who, found_in=record.found_in
            )
            if begins or ends:
                new += 1
                self.counts["records"] += 1
                self._record(record, collected, begins=begins, ends=ends, late=late)
            elif record.stop is None and not late:
                self._goes_on(record, collected)
        self._finish(collected)
        return new

    def _finish(self, collected: _Collected) -> None:
        """Report, and let be read what moved: doors, and the cameras of devices that came or went."""
        collected.flush()
        for key, id_ in collected.stale:
            self.on_stale(key, id_)

    def _push(self, event: PushEvent, collected: _Collected) -> None:
        """Take in a push that is new."""
        told = told_of(event.data, self.personal)
        if (route := self._route(event.code, event.type, event.source_type, event.source, told)) is None:
            return
        time, late = self._when(event.time, collected.received)
        happening = of_push(event, time, late=late)
        if told.who is not None and event.time is not None:
            self.delivered.note_who(happening.key, event.time, told.who)
        if event.status in {UPDATED, PICTURE}:
            self._retell(route, happening, told, collected)
            return
        phase = Phase.START if event.status == STARTED else Phase.END if event.status == ENDED else Phase.PULSE
        # A status that nobody documented tells that something is, not whether it is on.
        self._tell(route, happening, told, phase, collected, switches=event.status is not None)

    def _record(self, record: EventRecord, collected: _Collected, *, begins: bool, ends: bool, late: bool) -> None:
        """Take in what is new of a record."""
        told = told_of(record.data, self.personal)
        if told.reference is None:
            told.reference = record.picture
        if (route := self._route(record.code, record.type, record.source_type, record.source, told)) is None:
            return
        start, old = self._when(record.start, collected.received)
        lasts = record.type is not None and record.type.role is Role.LASTS
        # What is over when it is found in place of a push shows for a while, like what happens at a moment.
        brief = record.stop is not None and not late
        if begins:
            phase = Phase.START if lasts and not brief else Phase.PULSE
            happening = of_record(record, start, phase, late=late or old)
            bound = BOUND_SECONDS if phase is Phase.START else None
            self._tell(route, happening, told, phase, collected, hold=bound)
        if ends and lasts and not (begins and brief):
            stop, old = self._when(record.stop, collected.received)
            happening = of_record(record, stop, Phase.END, late=late or old)
            self._tell(route, happening, told, Phase.END, collected)

    def _goes_on(self, record: EventRecord, collected: _Collected) -> None:
        """Prolong what was told by a record and still has no end."""
        told = told_of(record.data, self.personal)
        route = self._routes.find(record.code, record.type, record.source_type, record.source, told.room, told.bed)
        if route.sensor is None or not self._running.is_open(route.sensor) or not self._growth.has(route.sensor):
            return
        happening = of_record(record, record.start, Phase.ONGOING, late=False)
        occurrence = self._occurrence(
            route, happening, told, Phase.ONGOING, collected.received, (route.sensor,), BOUND_SECONDS
        )
        collected.occurrences.append(occurrence)

    # where it goes

    def _route(self, code: str, row: EventType | None, source_type: str, source: str, told: Told) -> Route | None:
        """Return the route of an event; None if its source is not imported."""
        route = self._routes.find(code, row, source_type, source, told.room, told.bed)
        if not route.imported:
            self.counts["not_imported"] += 1
            return None
        if not route.known:
            self.counts["unknown_sources"] += 1
            self.strangers.source(source_type, source)
        if row is None:
            self.counts["unknown_codes"] += 1
            self.strangers.code(code)
        return route

    def _when(self, time: datetime | None, received: datetime) -> tuple[datetime | None, bool]:
        """Return the moment something happened, None if it is not plausible, and whether that is long ago."""
        if time is None:
            return None, False
        age = received - time
        if (skew := self._skew()) is not None:
            age += timedelta(seconds=skew)
        if abs(age) > PLAUSIBLE:
            self.counts["implausible_times"] += 1
            return None, False
        if age > LATE:
            self.counts["late"] += 1
            return time, True
        return time, False

    # what is told

    def _tell(
        self,
        route: Route,
        happening: Happening,
        told: Told,
        phase: Phase,
        collected: _Collected,
        *,
        switches: bool = True,
        hold: float | None = None,
    ) -> None:
        """Tell a happening: to its event entity, its sensor, and whatever shows what it says."""
        features: tuple[str, ...] = () if route.event is None else (route.event,)
        sensor, row = route.sensor, route.row
        if sensor is not None and row is not None and switches:
            if row.role is Role.SETS:
                self._set(route, row, happening, phase, collected)
            else:
                turn = self._turn(sensor, happening, phase)
                hold = self._hold if phase is Phase.PULSE else BOUND_SECONDS if turn is Turn.BOUNDED else hold
                if turn is Turn.BOUNDED and phase is Phase.END:
                    # Over, says the event; something else goes on, says the sensor.
                    self._drive(route, happening, told, Phase.ONGOING, collected, hold)
                elif turn is not Turn.NONE and self._drive(route, happening, told, phase, collected, hold, alone=False):
                    features = (sensor, *features)
        occurrence = self._occurrence(route, happening, told, phase, collected.received, features, hold)
        collected.occurrences.append(occurrence)
        self.counts["occurrences"] += 1
        if phase is not Phase.END:
            self._aside(route, occurrence, happening, told, collected)

    def _aside(
        self, route: Route, occurrence: Occurrence, happening: Happening, told: Told, collected: _Collected
    ) -> None:
        """Show what a happening says besides that it happened, and begin what follows from it."""
        moment = happening.time or collected.received
        for feature_id in route.last_event:
            self._show(feature_id, moment, moment, collected)
        for kind, value in told.readings.items():
            self._show(reading_id(route.device_id, kind), value, moment, collected)
        row = route.row
        if row is not None and row.category is Category.CARE and row.sensor is not Kind.RADAR_OFFLINE:
            # No code tells that a radar is back; whatever else it says does.
            self._show(sensor_id(route.device_id, Kind.RADAR_OFFLINE), False, moment, collected)
        self._keep(happening)
        if happening.late:
            return
        if row is None or row.sensor is not None or row.category is Category.GENERIC:
            self.last_alarm = happening.id
        if route.door is not None:
            collected.stale["door", route.door] = None
        if route.kind is Kind.FACE_COMPARED and not self._growth.has(reading_id(route.device_id, Kind.LAST_FACE)):
            self._growth.want(route.device_id, Kind.FACE_PICTURE, collected.sink)
        now = told.reference is not None or told.encoded is not None
        self._picture(route, occurrence, happening, told, collected.sink, now=now)

    def _keep(self, happening: Happening) -> None:
        """Keep what happened last."""
        if len(self.recent) >= MOST_RECENT:
            del self.recent[next(iter(self.recent))]
        self.recent[happening.id] = happening

    def _retell(self, route: Route, happening: Happening, told: Told, collected: _Collected) -> None:
        """Tell what became known later of something: its event entity is not told that it happened again."""
        features = () if route.event is None else (route.event,)
        occurrence = self._occurrence(route, happening, told, Phase.ONGOING, collected.received, features, None)
        collected.occurrences.append(occurrence)
        if happening.status == "picture" and not happening.late:
            if route.known and not self._growth.has(image_id(route.device_id, Kind.EVENT_PICTURE)):
                self._growth.want(route.device_id, Kind.EVENT_PICTURE, collected.sink)
            self._picture(route, occurrence, happening, told, collected.sink, now=True)

    def _occurrence(
        self,
        route: Route,
        happening: Happening,
        told: Told,
        phase: Phase,
        received: datetime,
        features: tuple[str, ...],
        hold: float | None,
    ) -> Occurrence:
        """Make the record."""
        return Occurrence(
            device_id=route.device_id,
            kind=route.kind,
            phase=phase,
            code=happening.code,
            received=received,
            features=features,
            time=happening.time,
            plate=told.plate,
            person=told.person,
            late=happening.late,
            hold=hold,
            details=self._details(happening, told),
        )

    def _details(self, happening: Happening, told: Told) -> dict[str, Detail]:
        """Return the facts for automations."""
        details = happening.details() | told.details
        if PLATES not in self.personal and happening.is_of_vehicle:
            details.pop("source_name", None)
        reader = details.get("reader_id")
        if isinstance(reader, str) and "reader" not in details:
            name = self.reader_name(happening.source, reader)
            if name is not None:
                details["reader"] = name
        return details

    # sensors

    def _turn(self, sensor: str, happening: Happening, phase: Phase) -> Turn:
        """Return what a happening does to its sensor."""
        if phase is Phase.END:
            return self._running.ends(sensor, happening.id, happening.time, late=happening.late)
        if happening.late:
            return Turn.ON
        if phase is Phase.PULSE:
            return self._running.pulses(sensor, happening.time)
        return self._running.begins(sensor, happening.id, happening.time)

    def _drive(
        self,
        route: Route,
        happening: Happening,
        told: Told,
        phase: Phase,
        collected: _Collected,
        hold: float | None,
        *,
        alone: bool = True,
    ) -> bool:
        """Let a sensor be told, later if it is not there yet; returns whether it is there.

        `alone`: in an occurrence of its own. Otherwise the caller tells it together with the event entity.
        """
        sensor = route.sensor or ""
        if not self._there(route, sensor, collected):
            held = self._occurrence(route, happening, told, phase, collected.received, (sensor,), hold)
            self._growth.hold(sensor, held)
            return False
        if not happening.late:
            collected.turn(sensor, phase is not Phase.END)
        if alone:
            occurrence = self._occurrence(route, happening, told, phase, collected.received, (sensor,), hold)
            collected.occurrences.append(occurrence)
        return True

    def _there(self, route: Route, sensor: str, collected: _Collected) -> bool:
        """Whether a sensor is in the inventory; if not, it is on its way."""
        if self._growth.has(sensor):
            return True
        row = route.row
        if row is not None and row.sensor is not None and route.known:
            self._growth.want(route.device_id, row.sensor, collected.sink)
        return self._growth.has(sensor)

    def _set(self, route: Route, row: EventType, happening: Happening, phase: Phase, collected: _Collected) -> None:
        """Set the value of the sensor of one of a pair of codes, and of what is linked to its device."""
        kind, value = row.sensor, row.value
        if kind is None or value is None or (happening.late and is_polled(row)):
            return
        if phase is Phase.END:
            # The end of an alarm is the end of what it tells; the end of its opposite tells nothing.
            if value is NORMAL[kind]:
                return
            value = not value
        if route.cameras is not None:
            collected.stale[route.cameras] = None
        moment = happening.time or collected.received
        for device_id in (route.device_id, *route.linked):
            sensor = sensor_id(device_id, kind)
            if device_id == route.device_id and not self._there(route, sensor, collected):
                self._growth.hold_value(sensor, value)
            elif self._show(sensor, value, moment, collected) and kind is Kind.ONLINE:
                collected.available[device_id] = value

    def _show(self, feature_id: str, value: Value, moment: datetime, collected: _Collected) -> bool:
        """Give a feature a value, unless a newer one was told, or nobody may see it or wants to."""
        feature = self._growth.inventory.features.get(feature_id)
        if feature is None or not (feature.enabled or feature_id in self.wanted):
            return False
        moment = min(moment, collected.received)
        if (known := self._told.pop(feature_id, None)) is not None and moment < known <= moment + REORDERED:
            self._told[feature_id] = known
            return False
        if len(self._told) >= MOST_TOLD:
            del self._told[next(iter(self._told))]
        self._told[feature_id] = moment
        if isinstance(value, bool):
            collected.turn(feature_id, value)
        collected.values[feature_id] = value
        return True

    # pictures

    def _picture(
        self, route: Route, occurrence: Occurrence, happening: Happening, told: Told, sink: Sink, *, now: bool
    ) -> None:
        """Let the picture of an occurrence come, where an image is looked at."""
        if self.pictures is None or not route.known:
            return
        for kind in dict.fromkeys((told.picture_kind, Kind.EVENT_PICTURE)):
            image = image_id(route.device_id, kind)
            if image in self.wanted:
                self.pictures.expect(image, occurrence, happening, told, sink, now=now)
                return
