"""Which partitions a panel has, and which zones belong to which (ip-receiver §5.2, §5.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from . import places
from .arm_modes import ArmModes
from .partitions import Effect, Partition
from .records import ALL_PARTITIONS, PanelEvent, PanelFacts, PartitionRecord, ZoneRecord


class PartitionSet:
    """The partitions in use of one panel, by number."""

    def __init__(self, modes: ArmModes) -> None:
        """None yet. `modes`: how they were armed before a restart."""
        self.by_number: dict[int, Partition] = {}
        self._modes = modes
        self._zones: dict[int, tuple[int, ...]] = {}
        self._members: dict[int, frozenset[int]] = {}
        self._reported: set[int] = set()
        self._early: float | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """Their numbers, in order."""
        return tuple(self.by_number)

    @property
    def single(self) -> bool:
        """Whether the panel has no more than one, as far as is known."""
        return len(self.by_number) <= 1

    def known(self, numbers: Iterable[int]) -> list[Partition]:
        """Return those of these numbers."""
        return [self.by_number[number] for number in numbers if number in self.by_number]

    def zone_ids(self, number: int) -> tuple[int, ...]:
        """Return the ids of the zones of a partition."""
        return self._zones.get(number, ())

    def members(self, number: int) -> frozenset[int]:
        """Return the same as a set."""
        return self._members.get(number, frozenset())

    def of(self, zone: ZoneRecord) -> tuple[int, ...]:
        """Return the partitions that a zone belongs to; a single one has all zones that name none."""
        if found := tuple(number for number in zone.partitions if number in self.by_number):
            return found
        return self.numbers if len(self.by_number) == 1 and not any(zone.partitions) else ()

    def arrange(self, facts: PanelFacts, zones: Mapping[int, ZoneRecord]) -> list[int]:
        """Find out anew which there are, and what belongs to which. Return the numbers of those that are gone."""
        before, numbers = self.by_number, places.partition_ids(facts)
        self.by_number = {number: before.get(number) or self._new(number) for number in numbers}
        belonging: dict[int, list[int]] = {number: [] for number in numbers}
        for zone in zones.values():
            for number in self.of(zone):
                belonging[number].append(zone.id)
        self._zones = {number: tuple(ids) for number, ids in belonging.items()}
        self._members = {number: frozenset(ids) for number, ids in belonging.items()}
        return [number for number in before if number not in self.by_number]

    def note(self, event: PanelEvent) -> None:
        """Take note of a report: which partition it names, and that it came before anything was read."""
        if event.partition:
            self._reported.add(event.partition)
        if not self.by_number:
            self._early = event.moment

    def concerned(self, effect: Effect, event: PanelEvent, of_zone: Collection[int] | None) -> Collection[int]:
        """Return the numbers of those a report is about; `of_zone`: those of the zone it names, if it is known."""
        if (
            event.partition
            and self.numbers == (ALL_PARTITIONS,)
            and (effect is Effect.ALARM or self._reported == {event.partition})
        ):
            # Nobody told which partitions there are, and the panel never named another one.
            return self.numbers
        return concerned(
            effect,
            event.partition,
            self.numbers,
            zonal=event.number is not None or event.zone is not None,
            zone_partitions=of_zone,
        )

    def _new(self, number: int) -> Partition:
        """Make one of which nothing is known but what a report left behind."""
        part = Partition(number, self._modes.get(number))
        if self._early is not None:
            part.touch(self._early)
        return part


def concerned(
    effect: Effect,
    partition: int | None,
    known: Collection[int],
    *,
    zonal: bool,
    zone_partitions: Collection[int] | None,
) -> Collection[int]:
    """Return the partitions a report is about; none where only asking the panel can tell.

    `partition` as it was reported: 0 is all, None was not said. `known`: the partitions in use. `zonal`: the report
    names a zone; `zone_partitions`: those of the zone, None if nobody knows which one is meant. A zone's own partitions
    count instead of 0 (ip-receiver T42).
    """
    if partition:
        return (partition,) if partition in known else ()
    if effect not in {Effect.ALARM, Effect.RESTORED}:
        return known if partition == 0 else ()
    if not zonal:
        return known if partition == 0 else ()
    if zone_partitions:
        return [number for number in zone_partitions if number in known]
    return known if len(known) == 1 else ()


def structure(records: Sequence[PartitionRecord] | None) -> list[tuple[int, bool | None]] | None:
    """Return which partitions there are, and which are in use; None: none are listed."""
    return None if records is None else [(record.id, record.enabled) for record in records]
