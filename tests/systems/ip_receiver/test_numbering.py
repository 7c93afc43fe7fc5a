"""Which zone a number in a report means (ip-receiver §6 T9)."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver.alerts import Cid
from custom_components.hikvision_ivm.systems.ip_receiver.event_codes import EVENT_CODES
from custom_components.hikvision_ivm.systems.ip_receiver.numbering import MEMORY, WAIT_SECONDS, Meaning, Numbering
from custom_components.hikvision_ivm.systems.ip_receiver.records import ZoneRecord
from custom_components.hikvision_ivm.systems.kinds import Kind
from tests.systems.transport.clock import Clock

from .event_bench import PANEL, ZONES, FakePanel


class Bench:
    """A panel of three zones, 0 to 2, reported as 11 to 13."""

    def __init__(self, options: Mapping[str, Any] | None = None, memory: dict[str, Any] | None = None) -> None:
        """`memory` of a time before."""
        self.clock = Clock()
        self.panel = FakePanel()
        self.saved = 0
        self.shown: Collection[int] = ()
        self.memory: dict[str, Any] = {} if memory is None else memory
        runtime = Runtime(monotonic=self.clock.runtime.monotonic, memory=self.memory, remember=self._save)
        self.numbering = Numbering(runtime, options or {})

    def _save(self) -> None:
        self.saved += 1

    def zone(self, number: int) -> int | None:
        """Return the id of the zone of a number."""
        found = self.numbering.zone_of(self.panel, number)
        return None if found is None else found.id

    def alarm(self, number: int, *zones: int) -> None:
        """Tell an alarm, and read afterwards that zones are in alarm."""
        self.numbering.expect(self.panel, number)
        self.clock.passes(1)
        self.read(*zones)

    def read(self, *zones: int, asked_at: float | None = None) -> None:
        """Read that some zones are in alarm."""
        assert self.panel.zones is not None
        self.panel.zones = tuple(replace(zone, alarm=zone.id in zones) for zone in self.panel.zones)
        moment = self.clock.time if asked_at is None else asked_at
        self.shown = self.numbering.compare(PANEL.id, self.panel.zones, moment)

    @property
    def learned(self) -> Meaning | None:
        """Return what was learned."""
        return self.numbering.learned.get(PANEL.id)


def test_nothing_is_learned_yet() -> None:
    """A number is an id, if there is one; right behind the last it can only be one more."""
    bench = Bench()
    assert [bench.zone(number) for number in (0, 2, 3, 4, 11, -1)] == [0, 2, 2, None, None, None]
    assert bench.zone(1) is None  # zone 0 of partition 1, or zone 1 of partition 2
    for partition, found in ((1, 0), (2, 1), (3, None), (0, None)):
        zone = bench.numbering.zone_of(bench.panel, 1, partition)
        assert (None if zone is None else zone.id) == found
    bench.panel.zones = (ZONES[0], ZONES[2])
    assert bench.zone(1) is None
    for zones in (None, ()):
        bench.panel.zones = zones
        assert bench.zone(0) is None


@pytest.mark.parametrize(
    ("word", "found"), [("same", [0, 1, 2, None]), ("one_more", [None, 0, 1, 2]), ("learn", [0, None, 2, 2])]
)
def test_what_the_user_says(word: str, found: list[int | None]) -> None:
    """Holds, whatever the panel does."""
    bench = Bench({"zone_numbers": word})
    assert [bench.zone(number) for number in range(4)] == found
    bench.alarm(1, 0 if word == "same" else 1)
    assert (bench.learned is None) is (word != "learn")


@pytest.mark.parametrize(
    ("number", "zone", "meaning"), [(1, 1, Meaning.SAME), (1, 0, Meaning.ONE_MORE), (12, 1, Meaning.NUMBER)]
)
def test_learning(number: int, zone: int, meaning: Meaning) -> None:
    """By the zone that is in alarm afterwards; remembered over a restart."""
    bench = Bench()
    bench.alarm(number, zone)
    assert bench.learned is meaning
    assert bench.zone(number) == zone
    assert bench.saved == 1
    assert [*bench.shown] == [zone]
    bench.read()
    bench.alarm(number, zone)
    assert not bench.shown  # that is known
    again = Bench(memory=bench.memory)
    assert again.learned is meaning
    assert again.zone(number) == zone


def test_one_more_has_no_zero() -> None:
    """What was learned is not given up for a number that it does not explain."""
    bench = Bench()
    bench.alarm(2, 1)
    assert [bench.zone(number) for number in range(4)] == [None, 0, 1, 2]


def test_both_would_explain_it() -> None:
    """Nothing is learned: another alarm will show it."""
    bench = Bench()
    bench.alarm(1, 0, 1)
    assert bench.learned is None
    bench.alarm(2)
    assert bench.learned is None


def test_zone_that_was_in_alarm_before() -> None:
    """Explains nothing."""
    bench = Bench()
    bench.read(1)
    bench.alarm(1, 0, 1)
    assert bench.learned is Meaning.ONE_MORE


def test_answer_that_was_asked_for_before_the_alarm() -> None:
    """Explains nothing, the next one does."""
    bench = Bench()
    before = bench.clock.time
    bench.clock.passes(1)
    bench.numbering.expect(bench.panel, 1)
    bench.read(0, asked_at=before)
    assert bench.learned is None
    bench.read(0)
    assert bench.learned is Meaning.ONE_MORE


def test_answer_that_comes_too_late() -> None:
    """Another zone may be in alarm by then."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 1)
    bench.clock.passes(WAIT_SECONDS + 1)
    bench.read(0)
    assert bench.learned is None
    bench.read()
    bench.alarm(1, 1)
    assert bench.learned is Meaning.SAME


def test_alarm_that_begins_a_new_wait() -> None:
    """What was in alarm then counts, not what was at the first one."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 1)
    bench.clock.passes(WAIT_SECONDS + 1)
    assert bench.panel.zones is not None
    bench.panel.zones = tuple(replace(zone, alarm=zone.id == 1) for zone in bench.panel.zones)
    bench.alarm(1, 0, 1)
    assert bench.learned is Meaning.ONE_MORE


def test_two_alarms_at_once() -> None:
    """Each is explained by itself."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 3)
    bench.alarm(1, 0, 2)
    assert bench.learned is Meaning.ONE_MORE


def test_neighbour_whose_alarm_is_over() -> None:
    """Might explain the alarm of a zone as well: nothing is learned until its end is told."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 2)
    bench.alarm(1, 1)
    assert bench.learned is None
    bench.numbering.over(PANEL.id, 2)
    bench.read(1)
    assert bench.learned is Meaning.SAME


def test_what_explains_more() -> None:
    """Is right, though something else would explain a part of it."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 2)
    bench.alarm(1, 0, 1)
    assert bench.learned is Meaning.ONE_MORE


@pytest.mark.parametrize("number", [2, None])
def test_alarm_that_ended_before_it_was_seen(number: int | None) -> None:
    """It explains nothing any more."""
    bench = Bench()
    bench.numbering.over(PANEL.id, 2)
    bench.numbering.expect(bench.panel, 2)
    bench.numbering.over(PANEL.id, number)
    bench.read(1)
    assert bench.learned is None


def test_end_of_another_alarm() -> None:
    """Ends nothing else."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 1)
    bench.numbering.expect(bench.panel, 2)
    bench.numbering.over(PANEL.id, 1)
    bench.read(1)
    assert bench.learned is Meaning.ONE_MORE


def test_events_that_were_missed() -> None:
    """Among them may be the end of the alarm, and the beginning of another one."""
    bench = Bench()
    bench.numbering.expect(bench.panel, 2)
    bench.numbering.missed()
    bench.read(1)
    assert bench.learned is None


@pytest.mark.parametrize(
    ("code", "number", "learned"),
    [
        ("3130", 2, None),
        ("3130", 1, Meaning.ONE_MORE),
        ("1974", 2, None),
        ("1401", None, None),
        ("1406", None, None),
        ("3401", None, Meaning.ONE_MORE),
    ],
)
def test_reports_that_end_alarms(code: str, number: int | None, learned: Meaning | None) -> None:
    """The zone is quiet again, or its partition is disarmed or cleared; nothing else ends what is waited for."""
    bench = Bench()
    panel = bench.panel
    bench.numbering.note(panel, Cid(code="1130"), Kind.BURGLARY, 2)
    bench.numbering.note(panel, Cid(code=code), EVENT_CODES[code].kind, number)
    bench.read(1)
    assert bench.learned is learned


def test_one_doubt_is_none() -> None:
    """Two in a row are, unless what is known shows between them."""
    bench = Bench()

    told = []
    for number, zone in ((1, 0), (1, 1), (1, 0), (1, 1), (2, 2)):
        bench.read()
        bench.alarm(number, zone)
        told.append(bench.learned)
    assert told == [Meaning.ONE_MORE] * 4 + [Meaning.SAME]
    assert bench.saved == 2


def test_panel_that_says_it_reports_numbers() -> None:
    """They are looked for first; one that no zone has is an id."""
    bench = Bench()
    bench.panel.device = replace(PANEL, numbers="deviceNo")
    assert [bench.zone(number) for number in (11, 13, 2)] == [0, 2, 2]
    bench.panel.zones = (*ZONES, ZoneRecord(id=9, number=11))
    assert bench.zone(11) is None


@pytest.mark.parametrize("stored", [[], {"Q1": 1}, {"Q1": "odd"}, "x"])
def test_memory_that_makes_no_sense(stored: Any) -> None:
    """Is as if there were none."""
    assert Bench(memory={MEMORY: stored}).learned is None


def test_panel_whose_zones_nobody_knows() -> None:
    """Nothing can be compared."""
    bench = Bench()
    bench.panel.zones = None
    bench.numbering.expect(bench.panel, 1)
    bench.panel.zones = ZONES
    bench.read(0)
    assert bench.learned is None
