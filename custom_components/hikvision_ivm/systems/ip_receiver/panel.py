"""All that is known of the state of one panel, from answers, events and commands (ip-receiver §5.2 to §5.4).

Whatever is told of a panel ends here, and leaves as a report of what it changed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from .. import settings
from ..background import Background
from ..base import Runtime
from ..model import Problem, Report, Unknown, Value
from ..values import ArmMode, ArmState
from . import otap
from .arm_failures import ArmFailures
from .arm_modes import ArmModes
from .book import Book, Change
from .lately import HOLD_SECONDS, Lately, Once
from .panel_values import NOTHING, PanelValues, Told
from .partition_set import PartitionSet, structure
from .partitions import OVERLAY_SECONDS, PENDING_SECONDS, STAY, Effect, Partition, effect_of
from .records import (
    ALL_PARTITIONS,
    DeviceRecord,
    PanelEvent,
    PanelFacts,
    PartitionRecord,
    PeripheralAddress,
    PeripheralKind,
    PeripheralRecord,
    ZoneRecord,
)
from .refresh import What
from .zone_condition import described, stands_against, was_entered, zone_name
from .zone_values import ZONE_CHANGES, event_values

_RECENT: Final = 64
"""So many reports are remembered, so that one that is delivered twice counts once."""
_UNPLACED_SECONDS: Final = 3.0
"""For so long a report is remembered of which nobody knows whom it means: answers to the next look may be too early."""
_TOLD_OF_ZONES: Final = ("alarm", "armed", "arming", "bypassed", "deactivated", "deactivated_once")
"""What events and commands tell of zones, too; the rest is told by answers alone."""
_ARM_CHANGES: Final = frozenset({Effect.AWAY, Effect.HOME, Effect.ARMED, Effect.DISARMED})
_PARTITION_EFFECTS: Final = frozenset({*_ARM_CHANGES, Effect.CLEARED, Effect.FAILED, Effect.ALARM})


class PanelState:
    """One panel. Moments (`asked_at`, `PanelEvent.moment`) are monotonic seconds.

    `on_disarmed` is called with the number of a partition that turned out to be disarmed and did not show so before;
    `on_problems` when `problems` changed.
    """

    def __init__(
        self,
        uid: str,
        device: DeviceRecord,
        options: Mapping[str, Any],
        runtime: Runtime,
        background: Background,
        deliver: Callable[[Report], None],
    ) -> None:
        """`deliver` takes what changes by itself or by a command. Does no I/O."""
        self.device = device
        self.on_disarmed: Callable[[int], None] = lambda number: None
        self.on_problems: Callable[[], None] = lambda: None
        self._uid = uid
        self._runtime = runtime
        self._background = background
        self._deliver = deliver
        self._silent_alarms = options.get(settings.SILENT_ALARMS) is True
        self._entry_delay = options.get(settings.ENTRY_DELAY) is True
        self._records: tuple[PartitionRecord, ...] | None = None
        self._zones = Book[int, ZoneRecord]()
        self._zones_lost = False
        self._peripherals = Book[tuple[PeripheralKind, str], PeripheralRecord]()
        self._once = Once(_RECENT)
        self._told_alarms = Lately[int]()
        self._unplaced = float("-inf")
        self._failures = ArmFailures(device)
        self._modes = ArmModes(device.id, runtime)
        self._parts = PartitionSet(self._modes)
        self._values = PanelValues(uid, device.id)
        self._shown: dict[int, ArmState | None] = {}

    # what is known

    @property
    def facts(self) -> PanelFacts:
        """The latest records, as events changed them; each part is the same object while nothing changes."""
        if self._records is not None:
            current = tuple(map(self._current, self._records))
            self._records = self._records if current == self._records else current
        return PanelFacts(
            device=self.device,
            partitions=self._records,
            zones=self._zones.records,
            peripherals=self._peripherals.records,
        )

    @property
    def partitions(self) -> tuple[int, ...]:
        """Numbers of the partitions in use."""
        return self._parts.numbers

    @property
    def unsettled(self) -> bool:
        """Whether a command or an event of the last seconds still waits to be confirmed by an answer."""
        now = self._runtime.monotonic()
        return (
            any(part.unsettled(now) for part in self._parts.by_number.values())
            or self._zones.unsettled(now)
            or self._told_alarms.waits(now, OVERLAY_SECONDS)
            or self._peripherals.unsettled(now)
            or now - self._unplaced <= _UNPLACED_SECONDS
        )

    @property
    def reported_armed(self) -> bool:
        """Whether a report of the last seconds told that a partition was armed: an answer may not know of it yet."""
        now = self._runtime.monotonic()
        return any(part.reported_armed(now) for part in self._parts.by_number.values())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Partitions that could not be armed, until they are armed or disarmed."""
        return self._failures.problems(single=self._parts.single)

    def state(self, number: int) -> ArmState | None:
        """Return what a partition shows, None: unknown."""
        part = self._parts.by_number.get(number)
        return None if part is None else part.state

    def zone(self, number: int) -> ZoneRecord | None:
        """Return a zone by its id."""
        return self._zones.items.get(number)

    def peripheral(self, address: PeripheralAddress) -> PeripheralRecord | None:
        """Return a peripheral by its address."""
        return self._peripherals.items.get((address.kind, address.key))

    @property
    def in_alarm(self) -> frozenset[int] | None:
        """Ids of the zones in alarm; None: zones were never read."""
        return self._values.in_alarm if self._zones.known else None

    def zones_in(self, number: int | None) -> list[ZoneRecord]:
        """Return the zones of a partition, None: of the panel."""
        zones = self._zones.items
        return list(zones.values()) if number is None else [zones[one] for one in self._parts.zone_ids(number)]

    def partitions_of(self, zone: ZoneRecord) -> tuple[int, ...]:
        """Return the partitions in use that a zone belongs to."""
        return self._parts.of(zone)

    def standing_against(self, number: int | None, mode: ArmMode | None = None) -> list[ZoneRecord]:
        """Return the zones of a partition (None: of the panel) that stand against arming it."""
        return [zone for zone in self.zones_in(number) if stands_against(zone, mode)]

    def blockers(self, number: int | None, mode: ArmMode | None = None) -> list[str]:
        """Return the same in words, such as `Front door (open)`."""
        return described(self.standing_against(number, mode))

    def partition_name(self, number: int) -> str:
        """Return what a partition is called in messages: the interface knows no names of partitions."""
        return self._failures.name(number, single=self._parts.single)

    def targets(self, number: int | None) -> tuple[int, ...]:
        """Return the partitions that a command to one of them, or to all (None), goes to."""
        return (number,) if number is not None else self.partitions or (ALL_PARTITIONS,)

    def everything(self) -> Report:
        """Report all of it, after the inventory was replaced."""
        self._values.forget()
        told = Told(self._partition_values(self.partitions))
        for zone in self._zones.items.values():
            told.add_zone(self._uid, self.device.id, (None, zone))
        for peripheral in self._peripherals.items.values():
            told.add_peripheral(self._uid, self.device.id, (None, peripheral))
        return told.report

    # what is told

    def use(self, device: DeviceRecord) -> Report:
        """Take over what the list of devices says of the panel.

        One that is connected by OTAP from now on lists no partitions any more, unless it turns out that it does. One
        that went offline does not carry out what was sent to it a moment ago.
        """
        before, self.device = self.device, device
        self._failures.device = device
        if device.is_otap and not before.is_otap and self._records is not None:
            self._records = None
            self._restructure()
        if device.online is False and before.online is not False:
            for part in self._parts.by_number.values():
                part.arm_failed(self._runtime.monotonic())
        return self._report(self.partitions)

    def missed(self) -> None:
        """Reports may have been missed: what nothing but a report told does not hold against the next answer."""
        self._told_alarms.clear()
        for part in self._parts.by_number.values():
            part.missed()

    def lose(self, *, partitions: bool, zones: bool) -> Report:
        """No answer tells of partitions or zones any more: what answers told of them is unknown until one does."""
        self._zones_lost |= zones
        for part in self._parts.by_number.values() if partitions else ():
            part.lose()
        return self._report(self.partitions)

    def take_partitions(self, records: Iterable[PartitionRecord], asked_at: float) -> Report:
        """Take in an answer of E13, `asked_at` when its request began. An empty one is that of a panel that lists none."""
        before = self.facts.partitions
        self._records = listed = tuple(records) or None
        if structure(before) != structure(listed):
            self._restructure()
        for record in listed or ():
            if (part := self._parts.by_number.get(record.id)) is not None and part.take(
                record.arming, record.alarm, asked_at
            ):
                self._solve_if_armed(part)
        if before is not None and self.facts.partitions == before:
            self._records = before
        return self._report(self.partitions)

    def take_zones(self, records: Iterable[ZoneRecord], asked_at: float) -> Report:
        """Take in an answer of E14 as a whole, `asked_at` when its first request began."""
        known, before = self._zones.known, self._zones.items
        self._zones_lost = False

        def merged(old: ZoneRecord, new: ZoneRecord, touched: bool) -> ZoneRecord:
            """Something was told of the zone or its partitions meanwhile: what the answer says of that is over."""
            parts = self._parts.known(self._parts.of(old))
            if self._told_alarms.denies(old.id, new.alarm, asked_at):
                if any(part.ended_since(asked_at - HOLD_SECONDS) for part in parts):
                    self._told_alarms.forget(old.id)
                else:
                    new = replace(new, alarm=old.alarm)
            if touched:
                new = replace(new, **{name: getattr(old, name) for name in _TOLD_OF_ZONES})
            if any(part.armed_since(asked_at) for part in parts):
                new = replace(new, armed=old.armed, arming=old.arming)
            if new.alarm and any(part.ended_since(asked_at) for part in parts):
                new = replace(new, alarm=old.alarm)
            return new

        changes = self._zones.take(((record.id, record) for record in records), asked_at, merged)
        if changes is None:
            return NOTHING
        moved = not known or before.keys() != self._zones.items.keys()
        if moved:
            self._values.arrange(self._zones.items.values())
        else:
            for _, new in changes:
                self._values.note(new)
        if moved or any(old is None or old.partitions != new.partitions for old, new in changes):
            moved = True
            self._restructure()
        for change in changes:
            self._entered(change)
        numbers: Collection[int] = self.partitions
        if self._records is None:
            self._take_computed(asked_at)
        elif not moved:
            numbers = {number for _, zone in changes for number in self._parts.of(zone)}
        if self._failures.explain(asked_at, self.blockers):
            self.on_problems()
        told = Told(self._partition_values(numbers, whole=bool(changes)))
        for change in changes:
            told.add_zone(self._uid, self.device.id, change)
        return told.report

    def take_peripherals(self, records: Iterable[PeripheralRecord], asked_at: float) -> Report:
        """Take in an answer of E12, `asked_at` when its request began."""
        told = Told({})
        for change in self._peripherals.take((((one.kind, one.key), one) for one in records), asked_at) or ():
            told.add_peripheral(self._uid, self.device.id, change)
        return told.report

    def drop(self, what: What) -> Report:
        """Something is not listed any more. Partitions are what zones tell then, and unknown until they do (§5.3)."""
        match what:
            case What.PARTITIONS:
                self._records = None
            case What.ZONES:
                self._zones.drop()
                self._values.arrange(())
            case What.PERIPHERALS:
                self._peripherals.drop()
        self._restructure()
        self._values.forget()
        for part in self._parts.by_number.values() if self._records is None else ():
            part.take(None, None, self._runtime.monotonic())
        return self._report(self.partitions)

    def take_event(self, event: PanelEvent) -> Report:
        """Take in a report of the panel. Whatever it says, the panel is to be asked soon after."""
        self._parts.note(event)
        effect = effect_of(event.code, event.category, silent_alarms=self._silent_alarms)
        if effect is None or self._once.is_repeated(event.uuid, event.code, event.partition, event.number):
            return NOTHING
        zone = None if event.zone is None else self.zone(event.zone)
        changes = self._zone_event(zone, effect, event.moment) if zone is not None and effect in ZONE_CHANGES else None
        of_zone = None if zone is None else self._parts.of(zone)
        numbers = self._parts.concerned(effect, event, of_zone)
        if effect in _PARTITION_EFFECTS:
            if not numbers:
                self._unplaced = event.moment
            self._partition_event(effect, event, zone, numbers)
        elif effect is Effect.RESTORED and self._records is None:
            # The partition is computed from its zones, and does not end its alarm with one of them.
            for part in self._parts.known(numbers):
                part.touch(event.moment)
        values = self._partition_values({*numbers, *of_zone} if of_zone else numbers, whole=bool(changes))
        if zone is not None and changes:
            values |= event_values(self._uid, self.device.id, zone.id, changes)
        return Report(values=values) if values else NOTHING

    def renumber(self, zones: Iterable[int]) -> None:
        """What numbers of zones mean turned out only now: these gave alarm, in this order, not those they were taken for."""
        self._told_alarms.clear()
        for part in self._parts.by_number.values():
            part.doubt_alarm()
        for zone in [found for number in zones if (found := self.zone(number)) is not None]:
            for part in self._parts.known(self._parts.of(zone)):
                part.last_alarm_zone = zone_name(zone)
                self._deliver_partition(part)

    # what is commanded

    def arming(self, numbers: Iterable[int], mode: ArmMode) -> None:
        """Partitions are about to be told to arm: they show arming until the panel says what became of it."""
        for part in self._parts.known(numbers):
            part.command_arm(mode, self._runtime.monotonic())
            self._solve(part.number)
            self._expire_later(part, OVERLAY_SECONDS)
            self._deliver_partition(part)

    def arm_accepted(self, number: int) -> None:
        """The panel accepted to be armed, which does not mean that it will be."""
        for part in self._parts.known((number,)):
            part.arm_accepted(self._runtime.monotonic())
            self._expire_later(part, OVERLAY_SECONDS)

    def arming_failed(self, number: int) -> None:
        """A command to arm was refused, or nobody knows what became of it; whoever gave it is told."""
        for part in self._parts.known((number,)):
            part.arm_failed(self._runtime.monotonic())
            self._failures.told(number, self._runtime.monotonic())
            self.on_problems()
            self._deliver_partition(part)

    def disarm_accepted(self, number: int) -> None:
        """The panel accepted to be disarmed. It shows so when it says so."""
        for part in self._parts.known((number,)):
            part.disarm_accepted(self._runtime.monotonic())
            self._solve(number)
            self._deliver_partition(part)

    def clear_accepted(self, number: int) -> None:
        """The panel accepted to clear an alarm, the same."""
        for part in self._parts.known((number,)):
            part.clear_accepted(self._runtime.monotonic())

    def arm_failures(self, number: int) -> int:
        """Return how often the panel reported that a partition could not be armed."""
        return self._failures.count(number)

    def touch_zones(self, numbers: Iterable[int]) -> None:
        """Zones are being commanded: answers to requests that began before do not count for them."""
        for number in numbers:
            self._zones.touch(number, self._runtime.monotonic())

    def touch_peripheral(self, address: PeripheralAddress) -> None:
        """The same for a peripheral."""
        self._peripherals.touch((address.kind, address.key), self._runtime.monotonic())

    # inside: events

    def _partition_event(
        self, effect: Effect, event: PanelEvent, zone: ZoneRecord | None, numbers: Collection[int]
    ) -> None:
        """Let a report change partitions."""
        if effect is Effect.FAILED:
            waiting = [number for number in numbers if self.state(number) is ArmState.ARMING]
            numbers = waiting or numbers
        for part in self._parts.known(numbers):
            counted = part.report(effect, event.moment, time=event.time, user=event.user)
            if not counted:
                continue
            if effect is Effect.FAILED:
                self._failures.add(part.number, event.moment, self.blockers(part.number))
                self.on_problems()
            elif effect is Effect.ALARM and zone is not None:
                part.last_alarm_zone = zone_name(zone)
            elif effect in _ARM_CHANGES:
                self._solve(part.number)

    def _zone_event(self, zone: ZoneRecord, effect: Effect, moment: float) -> Mapping[str, bool]:
        """Let a report change the zone it names, unless an answer has overtaken it. Return the fields that it changed."""
        if self._zones.overtaken(moment):
            return {}
        self._zones.touch(zone.id, moment)
        if (alarm := ZONE_CHANGES[effect].get("alarm")) is not None:
            self._told_alarms.tell(zone.id, (alarm,), moment)
        new = {name: value for name, value in ZONE_CHANGES[effect].items() if getattr(zone, name) is not value}
        if new:
            changed = zone.but(new)
            self._zones.change(zone.id, changed)
            self._values.note(changed, only_alarm="bypassed" not in new)
        return new

    # inside: partitions and zones

    def _current(self, record: PartitionRecord) -> PartitionRecord:
        """Return the record of a partition as it is now."""
        part = self._parts.by_number.get(record.id)
        if part is None or (part.arming, part.alarm) == (record.arming, record.alarm):
            return record
        return replace(record, arming=part.arming, alarm=part.alarm)

    def _restructure(self) -> None:
        """Find out which partitions there are, and which zones belong to which."""
        facts = PanelFacts(device=self.device, partitions=self._records, zones=self._zones.records)
        for number in self._parts.arrange(facts, self._zones.items):
            self._shown.pop(number, None)
            self._solve(number)

    def _take_computed(self, asked_at: float) -> None:
        """Let zones tell of partitions that are not listed."""
        for number, part in self._parts.by_number.items():
            zones = self.zones_in(number)
            if part.take(otap.arming_of(zones, part.sent or part.mode), otap.alarm_of(zones), asked_at):
                self._solve_if_armed(part)

    def _entered(self, change: Change[ZoneRecord]) -> None:
        """Assume an entry delay where a delay zone was opened while it was armed."""
        old, new = change
        if not self._entry_delay or old is None or not was_entered(old, new):
            return
        for part in self._parts.known(self._parts.of(new)):
            if not (part.arming == STAY and new.stay_away) and part.entry(self._runtime.monotonic()):
                self._expire_later(part, PENDING_SECONDS)

    def _expire_later(self, part: Partition, seconds: float) -> None:
        """End after a while what a partition shows for want of better knowledge."""
        self._background.start(self._expire(part, seconds))

    async def _expire(self, part: Partition, seconds: float) -> None:
        """Wait and end it, unless it was renewed meanwhile."""
        await self._runtime.sleep(seconds)
        if part.expire(self._runtime.monotonic()):
            self._deliver_partition(part)

    def _solve(self, number: int) -> None:
        """A failure to arm a partition is history."""
        if self._failures.solve(number):
            self.on_problems()

    def _solve_if_armed(self, part: Partition) -> None:
        """The same if it turned out to be armed."""
        if part.armed:
            self._solve(part.number)

    # inside: reports

    def _deliver_partition(self, part: Partition) -> None:
        """Deliver what changed about a partition."""
        report = self._report((part.number,))
        if report.values:
            self._deliver(report)

    def _report(self, numbers: Iterable[int]) -> Report:
        """Report what changed about partitions."""
        return Told(self._partition_values(numbers)).report

    def _partition_values(self, numbers: Iterable[int], *, whole: bool = False) -> dict[str, Value | Unknown]:
        """Return the values of partitions and of the panel as far as they changed, and tell who waits for it.

        `whole`: something may have changed for the panel although for none of the partitions.
        """
        touched = self._parts.known(numbers)
        if not touched and not whole:
            return {}
        values = self._values.of(
            [(part, self._parts.members(part.number)) for part in touched],
            self._parts.by_number.values(),
            zones_known=self._zones.known and not self._zones_lost,
        )
        for part in touched:
            before, state = self._shown.get(part.number), part.state
            self._shown[part.number] = state
            if self._records is None:
                self._modes.keep(part.number, part.mode)
            if state is ArmState.DISARMED and before is not state:
                self.on_disarmed(part.number)
        return values
