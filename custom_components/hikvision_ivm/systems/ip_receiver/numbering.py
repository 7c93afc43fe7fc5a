"""Which zone a report means: what its number counts is nowhere said (ip-receiver §6 T9).

Zones of lists and commands count from 0; the number in a report may be that id, the id plus one, or the number that is
reported to the alarm receiving centre. It is learned by comparing what a zone alarm named with the zone that is in
alarm a moment later, and remembered for each panel.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

from .. import settings
from ..base import Runtime
from ..kinds import Kind
from .alerts import Cid
from .partitions import Effect, effect_of
from .records import DeviceRecord, PanelFacts, ZoneRecord
from .report_facts import ZONE_ALARMS


class Panel(Protocol):
    """The panel whose zones are numbered."""

    device: DeviceRecord

    @property
    def facts(self) -> PanelFacts:
        """The latest records."""

    @property
    def in_alarm(self) -> frozenset[int] | None:
        """Ids of the zones in alarm; None: zones were never read."""

    def zone(self, number: int) -> ZoneRecord | None:
        """Return a zone by its id."""


class Meaning(StrEnum):
    """What a number is. The first two are words of the option `zone_numbers`."""

    SAME = "same"
    ONE_MORE = "one_more"
    NUMBER = "number"
    """`deviceNo`, the number that is reported."""


MEMORY: Final = "ip_receiver_numbers"
"""Key in the runtime's memory: device → what its numbers mean."""
WAIT_SECONDS: Final = 60.0
"""A zone that is not in alarm by then was in alarm for too short to be seen."""
MOST_WAITING: Final = 16
DOUBTS: Final = 2
"""So often in a row another meaning has to show before one that was learned is given up."""
_FROM_DEVICE: Final = "deviceNo"


class _Waiting:
    """Numbers of a panel that are to be explained, with the moments at which they were told.

    `before`: ids of the zones that were in alarm already.
    """

    __slots__ = ("before", "numbers", "since")

    def __init__(self, before: frozenset[int], now: float) -> None:
        """Begin with what was in alarm before."""
        self.before = before
        self.numbers: dict[int, float] = {}
        self.since = now


class Numbering:
    """What numbers mean, panel by panel. `learned`: device → meaning."""

    def __init__(self, runtime: Runtime, options: Mapping[str, Any]) -> None:
        """Take over what is remembered, unless the user says what numbers mean."""
        self._runtime = runtime
        word = options.get(settings.ZONE_NUMBERS)
        self._fixed = Meaning(word) if word in {Meaning.SAME, Meaning.ONE_MORE} else None
        self.learned: dict[str, Meaning] = dict(_rows(runtime.memory.get(MEMORY)))
        self._doubts: dict[str, tuple[Meaning, int]] = {}
        self._waiting: dict[str, _Waiting] = {}

    def zone_of(self, panel: Panel, number: int, partition: int | None = None) -> ZoneRecord | None:
        """Return the zone that a number of a report means; None: there is no such zone, no list yet, or nobody knows.

        `partition`: which one the report names, if it does. Before anything was learned the number may be an id or one
        more; where these are zones of different partitions, none is guessed, or another partition would give alarm.
        """
        if self._fixed is not None:
            return _zone(panel, self._fixed, number)
        if panel.device.numbers == _FROM_DEVICE and (found := _zone(panel, Meaning.NUMBER, number)) is not None:
            return found
        if (learned := self.learned.get(panel.device.id)) is not None:
            return _zone(panel, learned, number)
        if (found := panel.zone(number)) is not None:
            before = panel.zone(number - 1)
            if before is None or (found.partition, found.linked_partitions) == (
                before.partition,
                before.linked_partitions,
            ):
                return found
            named = [zone for zone in (found, before) if partition in zone.partitions]
            return named[0] if len(named) == 1 else None
        # A number right behind the last id can only have been counted from 1.
        found = panel.zone(number - 1)
        return found if found is not None and found.id == max(zone.id for zone in panel.facts.zones or ()) else None

    # learning

    def note(self, panel: Panel, cid: Cid, kind: Kind, number: int | None) -> None:
        """Take note of a report before the panel does: there is something to learn from, or it is over."""
        if number is not None and kind in ZONE_ALARMS and cid.code[:1] == "1":
            self.expect(panel, number)
            return
        if panel.device.id not in self._waiting:
            return
        effect = effect_of(cid.code, cid.category, silent_alarms=True)
        if effect in {Effect.DISARMED, Effect.CLEARED}:
            self.over(panel.device.id, None)
        elif number is not None and effect in {Effect.RESTORED, Effect.ZONE_CLEARED}:
            self.over(panel.device.id, number)

    def expect(self, panel: Panel, number: int) -> None:
        """A zone alarm named a number: the zone that turns out to be in alarm is the one it means.

        To be called before the panel itself takes the alarm in.
        """
        device, now = panel.device.id, self._runtime.monotonic()
        waiting = self._waiting.get(device)
        if waiting is None or now - waiting.since > WAIT_SECONDS:
            before = panel.in_alarm
            if self._fixed is not None or before is None:
                return
            waiting = self._waiting[device] = _Waiting(before, now)
        if len(waiting.numbers) < MOST_WAITING:
            waiting.numbers[number] = now

    def over(self, device: str, number: int | None) -> None:
        """The alarm of a number is over, or all are (None): no zone that is in alarm later has to do with it."""
        waiting = self._waiting.get(device)
        if waiting is None:
            return
        if number is not None:
            waiting.numbers.pop(number, None)
        if number is None or not waiting.numbers:
            del self._waiting[device]

    def missed(self) -> None:
        """Events may have been missed, alarms and their ends: what waits is explained by nothing any more."""
        self._waiting.clear()

    def compare(self, device: str, zones: Sequence[ZoneRecord], asked_at: float) -> Collection[int]:
        """Zones were read, `asked_at` when the request began: look whether they explain a number.

        Return the ids of the zones that gave alarm, in order, if they show something that was not known before.
        """
        waiting = self._waiting.get(device)
        if waiting is None:
            return ()
        if asked_at - waiting.since > WAIT_SECONDS:
            del self._waiting[device]
            return ()
        new = _in_alarm(zones) - waiting.before
        told = [number for number, moment in waiting.numbers.items() if asked_at >= moment]
        found, known = _meaning(zones, told, new), self.learned.get(device)
        if found is not None:
            meaning, explained = found
            for number in explained:
                del waiting.numbers[number]
                self._show(device, meaning)
        if not waiting.numbers:
            del self._waiting[device]
        if found is None or self.learned.get(device) is known:
            return ()
        return tuple(found[1].values())

    def _show(self, device: str, meaning: Meaning) -> None:
        """Something showed what numbers mean."""
        known = self.learned.get(device)
        if known is meaning:
            self._doubts.pop(device, None)
            return
        if known is not None:
            doubted, times = self._doubts.get(device, (meaning, 0))
            times = times + 1 if doubted is meaning else 1
            self._doubts[device] = meaning, times
            if times < DOUBTS:
                return
        self._doubts.pop(device, None)
        self.learned[device] = meaning
        self._runtime.memory[MEMORY] = {name: each.value for name, each in self.learned.items()}
        self._runtime.remember()


def _zone(panel: Panel, meaning: Meaning, number: int) -> ZoneRecord | None:
    """Return the zone of a panel that a number means."""
    if meaning is Meaning.NUMBER:
        found = _found(meaning, panel.facts.zones or (), number)
        return None if found is None else panel.zone(found)
    return panel.zone(number if meaning is Meaning.SAME else number - 1)


def _found(meaning: Meaning, zones: Sequence[ZoneRecord], number: int) -> int | None:
    """Return the id of the zone of a number; None if there is none, or more than one."""
    if meaning is Meaning.NUMBER:
        numbered = [zone.id for zone in zones if zone.number == number]
        return numbered[0] if len(numbered) == 1 else None
    wanted = number if meaning is Meaning.SAME else number - 1
    return next((zone.id for zone in zones if zone.id == wanted), None)


def _meaning(
    zones: Sequence[ZoneRecord], numbers: Collection[int], new: frozenset[int]
) -> tuple[Meaning, Mapping[int, int]] | None:
    """Return the meaning that explains most of the zones newly in alarm, and the numbers → zones it explains them by.

    None: nothing is explained, or another meaning explains as much by other numbers. An alarm that is over already may
    have been that of a neighbour of the zone that is in alarm now.
    """
    found: list[tuple[Meaning, dict[int, int]]] = []
    for meaning in Meaning:
        meant = ((number, _found(meaning, zones, number)) for number in numbers)
        found.append((meaning, {number: zone for number, zone in meant if zone in new}))
    most = max(len(set(explained.values())) for _, explained in found)
    best = [(meaning, explained) for meaning, explained in found if len(set(explained.values())) == most]
    if most == 0 or any(explained != best[0][1] for _, explained in best):
        return None
    # Where the reported number is also the id, or one more, the simpler explanation holds for zones without it, too.
    return best[0]


def _in_alarm(zones: Sequence[ZoneRecord]) -> frozenset[int]:
    """Return the ids of zones in alarm."""
    return frozenset(zone.id for zone in zones if zone.alarm)


def _rows(stored: object) -> Iterator[tuple[str, Meaning]]:
    """Yield what is remembered."""
    for device, word in stored.items() if isinstance(stored, Mapping) else ():
        if isinstance(word, str) and word in Meaning:
            yield str(device), Meaning(word)
