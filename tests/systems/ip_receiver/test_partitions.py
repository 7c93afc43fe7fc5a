"""What reports, commands and answers make of partitions: every row of ip-receiver §5.2."""

import csv
from pathlib import Path

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.lately import HOLD_SECONDS
from custom_components.hikvision_ivm.systems.ip_receiver.partition_set import concerned
from custom_components.hikvision_ivm.systems.ip_receiver.partitions import (
    ALARM_CODES,
    ARM_EFFECTS,
    PENDING_SECONDS,
    RESTORE_CODES,
    SILENT_CODES,
    ZONE_EFFECTS,
    Effect,
    Partition,
    effect_of,
    number_in_path,
    whole,
)
from custom_components.hikvision_ivm.systems.ip_receiver.records import ALL_PARTITIONS
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState
from simulators import ip_receiver

from .panel_bench import PanelBench, zone

S = ArmState
CODES = Path(ip_receiver.__file__).with_name("event_codes.csv")


def known_codes() -> dict[str, str]:
    """Return every documented code with its description."""
    with CODES.open(newline="") as lines:
        return {row["hik_code"]: row["description"] for row in csv.DictReader(lines)}


# tables


def test_every_code_that_changes_a_state_is_documented() -> None:
    """A misprint in a table would be a code that no panel sends."""
    paired = {f"1{code[1:]}" for code in known_codes()} | set(known_codes())
    assert {*ARM_EFFECTS, *ALARM_CODES, *SILENT_CODES} <= known_codes().keys()
    assert set(ZONE_EFFECTS) <= paired | {f"3{code[1:]}" for code in known_codes()}


def test_sets_of_codes_do_not_overlap() -> None:
    """A code has one meaning."""
    sets = [set(ARM_EFFECTS), set(ALARM_CODES), set(SILENT_CODES), set(ZONE_EFFECTS)]
    assert sum(map(len, sets)) == len(set().union(*sets))
    assert len(ALARM_CODES) == 35
    assert len(RESTORE_CODES) == 39


@pytest.mark.parametrize(
    ("category", "triggers"), [(None, True), (1, True), (2, True), (3, True), (5, False), (6, False)]
)
def test_alarms_trigger_unless_they_are_an_exception_or_an_operation(category: int | None, triggers: bool) -> None:
    """Set A, with every CIDType."""
    for code in ALARM_CODES:
        found = effect_of(code, category, silent_alarms=False)
        assert found is (Effect.ALARM if triggers else None), code


@pytest.mark.parametrize(
    ("code", "category"),
    [*((code, None) for code in sorted(SILENT_CODES)), *((code, 1) for code in sorted(SILENT_CODES)), ("1103", 4)],
)
def test_silent_alarms_show_only_if_they_are_asked_for(code: str, category: int | None) -> None:
    """Set S, and whatever is duress."""
    assert effect_of(code, category, silent_alarms=False) is None
    assert effect_of(code, category, silent_alarms=True) is Effect.ALARM


def test_a_disarming_under_duress_is_a_disarming() -> None:
    """CIDType 4 is about alarms: the partition is disarmed all the same."""
    assert effect_of("1401", 4, silent_alarms=False) is Effect.DISARMED
    assert effect_of("1121", 5, silent_alarms=True) is None


def test_other_codes_change_no_state() -> None:
    """Late to disarm, auto-disarming failed, hardware, unknown ones."""
    for code in ("1462", "1452", "1207", "1301", "3301", "1602", "9999", ""):
        assert effect_of(code, 6, silent_alarms=True) is None
        assert effect_of(code, None, silent_alarms=True) is None


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        # 1 is disarming and 3 is arming: the other way round than for everything else
        ("3401", "disarm", S.ARMED_AWAY),
        ("3441", "disarm", S.ARMED_HOME),
        ("1401", "away", S.DISARMED),
        ("1403", "stay", S.DISARMED),
        ("1409", "away", S.DISARMED),
        # the code does not tell how: it is armed, that is all
        *((code, "disarm", S.ARMING) for code in ("3400", "3403", "3408", "3409", "3442", "3900")),
        *((code, "stay", S.ARMED_HOME) for code in ("3400", "3403", "3408", "3409", "3442", "3900")),
        *((code, "arming", S.ARMING) for code in ("3400", "3403", "3408", "3409", "3442", "3900")),
        # failures and what is late change nothing by themselves
        *((code, "disarm", S.DISARMED) for code in ("1822", "1455", "1462", "1452")),
        ("1406", "away", S.ARMED_AWAY),
        ("1103", "away", S.TRIGGERED),
        ("1123", "disarm", S.TRIGGERED),
    ],
)
def test_reports_of_one_partition(code: str, before: str, after: ArmState) -> None:
    """The table of transitions; the other partition is not touched."""
    bench = PanelBench()
    bench.partitions(before, "stay")
    bench.wait()
    bench.event(code)
    assert bench.state(1) is after
    assert bench.state(2) is S.ARMED_HOME


@pytest.mark.parametrize(("mode", "state"), [(ArmMode.HOME, S.ARMED_HOME), (ArmMode.AWAY, S.ARMED_AWAY)])
@pytest.mark.parametrize("seen", [False, True])
async def test_armed_as_it_was_commanded(mode: ArmMode, state: ArmState, seen: bool) -> None:
    """Where the code does not tell how, the last command does, also after the panel said that it is arming."""
    for code in ("3400", "3403", "3408", "3409", "3442", "3900"):
        async with PanelBench() as bench:
            bench.partitions("disarm")
            bench.panel.arming((1,), mode)
            if seen:
                bench.wait()
                bench.partitions("arming")
            bench.wait()
            bench.event(code)
            assert bench.state() is state


async def test_the_last_command_is_forgotten_when_it_is_disarmed() -> None:
    """Somebody else arms later, in a way that nobody knows."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.HOME)
        bench.event("3441")
        bench.wait()
        bench.event("1401")
        bench.wait()
        bench.event("3400")
        assert bench.state() is S.ARMING


# which partitions


def test_partition_zero_is_all_of_them() -> None:
    """Of arming and disarming."""
    bench = PanelBench()
    bench.partitions("disarm", "disarm", "away")
    bench.event("3401", 0)
    assert [bench.state(number) for number in (1, 2, 3)] == [S.ARMED_AWAY] * 3
    bench.wait()
    bench.event("1401", 0)
    assert [bench.state(number) for number in (1, 2, 3)] == [S.DISARMED] * 3
    bench.wait()
    bench.event("1123", 0)
    assert [bench.state(number) for number in (1, 2, 3)] == [S.TRIGGERED] * 3


@pytest.mark.parametrize("partition", [None, 7])
def test_a_report_without_a_known_partition_changes_none(partition: int | None) -> None:
    """Only asking tells; nothing may show disarmed because of it."""
    bench = PanelBench()
    bench.partitions("away", "stay")
    for code in ("1401", "3401", "1406", "1822", "1123"):
        bench.event(code, partition)
    assert (bench.state(1), bench.state(2), bench.state("")) == (S.ARMED_AWAY, S.ARMED_HOME, S.ARMED_HOME)


@pytest.mark.parametrize(
    ("partition", "number", "known", "triggered"),
    [
        (0, 5, True, {1, 3}),  # the zone's own partitions count (T42)
        (None, 5, True, {1, 3}),
        (2, 5, True, {2}),  # it names one
        (0, 5, False, set()),  # a zone that nobody knows: not all of them
        (None, None, False, set()),
        (0, None, False, {1, 2, 3}),
        (9, 5, True, set()),
    ],
)
def test_an_alarm_of_a_zone_is_one_of_its_partitions(
    partition: int | None, number: int | None, known: bool, triggered: set[int]
) -> None:
    """`subSys` 0 beside a zone does not mean the whole panel."""
    bench = PanelBench()
    bench.partitions("away", "away", "away")
    bench.zones(zone(5, partition=1, linked_partitions=(3,)), zone(6, partition=2))
    bench.event("1103", partition, number=number, zone=5 if known else None)
    assert {number for number in (1, 2, 3) if bench.state(number) is S.TRIGGERED} == triggered


def test_a_panel_with_one_partition_leaves_no_doubt() -> None:
    """An unknown zone is one of its zones."""
    bench = PanelBench()
    bench.partitions("away")
    bench.event("1103", 0, number=77)
    assert bench.state() is S.TRIGGERED


def test_a_zone_without_a_partition_belongs_to_the_only_one() -> None:
    """`subSystemNo` is optional."""
    assert concerned(Effect.ALARM, 0, (1, 2), zonal=True, zone_partitions=()) == ()
    assert concerned(Effect.ALARM, 0, (4,), zonal=True, zone_partitions=()) == (4,)


# alarms


def test_a_restored_zone_does_not_end_the_alarm() -> None:
    """Its flag falls; the partition stays triggered until the panel says otherwise."""
    bench = PanelBench()
    bench.partitions("away")
    bench.zones(zone(5))
    bench.event("1103", 0, number=5, zone=5)
    assert bench.zone_value(5, "binary_sensor_zone_alarm") is True
    bench.wait()
    bench.event("3103", 0, number=5, zone=5)
    assert bench.zone_value(5, "binary_sensor_zone_alarm") is False
    assert bench.state() is S.TRIGGERED
    bench.wait(HOLD_SECONDS)
    bench.partitions("away", alarm=False)
    assert bench.state() is S.ARMED_AWAY


@pytest.mark.parametrize(
    ("code", "after"), [("1401", S.DISARMED), ("1403", S.DISARMED), ("1409", S.DISARMED), ("1406", S.ARMED_AWAY)]
)
def test_what_ends_an_alarm(code: str, after: ArmState) -> None:
    """Disarming and clearing."""
    bench = PanelBench()
    bench.partitions("away", alarm=True)
    assert bench.state() is S.TRIGGERED
    bench.wait()
    bench.event(code)
    assert bench.state() is after


def test_what_does_not_end_an_alarm() -> None:
    """Anything else."""
    bench = PanelBench()
    bench.partitions("away", alarm=True)
    for code in ("3401", "3441", "3400", "1822", "3103", "1462"):
        bench.wait()
        bench.event(code)
        assert bench.state() is S.TRIGGERED, code


def test_an_alarm_shows_however_it_is_armed() -> None:
    """Fire, panic and the like are alarms of a disarmed partition, too."""
    for word in ("stay", "away", "disarm", "arming", "night", None):
        bench = PanelBench()
        bench.partitions(word, alarm=True)
        assert bench.state() is S.TRIGGERED, word


def test_an_answer_that_says_nothing_of_alarms_ends_none() -> None:
    """`alarm` is optional."""
    bench = PanelBench()
    bench.partitions("away", alarm=None)
    bench.event("1103")
    bench.wait()
    bench.partitions("away", alarm=None)
    assert bench.state() is S.TRIGGERED


def test_silent_panic_does_not_light_the_wall() -> None:
    """Unless it is asked for."""
    for asked, state in ((False, S.ARMED_AWAY), (True, S.TRIGGERED)):
        bench = PanelBench(silent_alarms=asked)
        bench.partitions("away")
        bench.zones(zone(5))
        bench.event("1122", 1, number=5, zone=5)
        assert bench.state() is state
        assert bench.zone_value(5, "binary_sensor_zone_alarm") is asked


# answers


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("stay", S.ARMED_HOME),
        ("away", S.ARMED_AWAY),
        ("disarm", S.DISARMED),
        ("arming", S.ARMING),
        ("night", None),
        ("", None),
        (None, None),
    ],
)
def test_answers(word: str | None, state: ArmState | None) -> None:
    """A word that nobody knows is unknown, and never disarmed."""
    bench = PanelBench()
    bench.partitions("away")
    bench.wait()
    bench.partitions(word)
    assert bench.state() is state
    assert state is S.DISARMED or S.DISARMED not in bench.states()


def test_an_answer_without_a_word_does_not_undo_a_report() -> None:
    """`arming` is optional: then reports are all there is, as long as none can have been missed."""
    bench = PanelBench()
    bench.partitions(None)
    bench.event("3401")
    bench.wait()
    bench.partitions(None)
    assert bench.state() is S.ARMED_AWAY
    bench.panel.missed()
    bench.wait()
    bench.partitions(None)
    assert bench.state() is None


def test_what_only_an_answer_told_is_unknown_when_it_says_it_no_more() -> None:
    """Also if a report had told it before the answer did, or the alarm was cleared meanwhile."""
    bench = PanelBench()
    bench.event("3401")
    bench.partitions("away")
    bench.event("1406", user="Ann")
    bench.wait()
    bench.partitions(None)
    assert bench.state() is None


# the whole panel


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ((S.DISARMED, S.DISARMED), S.DISARMED),
        ((S.DISARMED, S.ARMED_AWAY), S.ARMED_AWAY),
        ((S.ARMED_HOME, S.ARMED_AWAY), S.ARMED_HOME),
        ((S.ARMED_HOME, S.ARMING), S.ARMING),
        ((S.ARMING, S.PENDING), S.PENDING),
        ((S.PENDING, S.TRIGGERED), S.TRIGGERED),
        ((S.DISARMED, None), None),
        ((S.ARMED_AWAY, None), None),
        ((S.ARMING, None), None),
        ((None, S.TRIGGERED), S.TRIGGERED),
        ((None, None), None),
        ((), None),
    ],
)
def test_whole(states: tuple[ArmState | None, ...], found: ArmState | None) -> None:
    """Triggered, pending, arming, the lowest way of being armed, disarmed; unknown if any is unknown."""
    assert whole(states) is found
    assert whole(reversed(states)) is found


def test_all_partitions_in_a_path() -> None:
    """The literal of the documentation."""
    assert number_in_path(ALL_PARTITIONS) == "0xffffffff"
    assert number_in_path(3) == "3"


# entry delay


def test_an_assumed_entry_delay_ends() -> None:
    """With the alarm, with disarming, with time."""
    part = Partition(1)
    states = []
    part.take("away", False, 10.0)
    assert part.entry(11.0)
    states.append(part.state)
    assert not part.entry(12.0)
    assert not part.expire(11.0 + PENDING_SECONDS - 1)
    assert part.expire(11.0 + PENDING_SECONDS)
    states.append(part.state)
    assert part.entry(200.0)
    for alarm, asked_at in ((True, 201.0), (False, 202.0)):
        part.take("away", alarm, asked_at)
        states.append(part.state)
    assert states == [S.PENDING, S.ARMED_AWAY, S.TRIGGERED, S.ARMED_AWAY]


@pytest.mark.parametrize(("word", "alarm"), [("disarm", False), ("arming", False), (None, False), ("away", True)])
def test_no_entry_delay_where_nothing_is_armed(word: str | None, alarm: bool) -> None:
    """Nor while there is an alarm anyway."""
    part = Partition(1)
    part.take(word, alarm, 10.0)
    assert not part.entry(11.0)
