"""Answers that do not know yet what a report told, although they were asked for after it (ip-receiver §5.2)."""

import asyncio
from collections.abc import Callable

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver import lately
from custom_components.hikvision_ivm.systems.ip_receiver.bypassing import MEMORY
from custom_components.hikvision_ivm.systems.ip_receiver.lately import HOLD_SECONDS, Lately, Once
from custom_components.hikvision_ivm.systems.ip_receiver.partitions import OVERLAY_SECONDS
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState

from .command_bench import HASTE, bench as receiver
from .panel_bench import OWN, PanelBench, zone

S = ArmState


@pytest.mark.parametrize(
    ("before", "code", "shows", "after"),
    [
        ("disarm", "3401", S.ARMED_AWAY, "away"),
        ("disarm", "3441", S.ARMED_HOME, "stay"),
        ("arming", "3401", S.ARMED_AWAY, "away"),
        ("disarm", "3400", S.ARMING, "away"),
        ("away", "1401", S.DISARMED, "disarm"),
        ("stay", "1403", S.DISARMED, "disarm"),
    ],
)
def test_an_answer_that_lags_behind_a_report(before: str, code: str, shows: ArmState, after: str) -> None:
    """It is not believed, and the panel is asked until an answer agrees."""
    bench = PanelBench()
    bench.partitions(before, "disarm")
    told = len(bench.states())
    bench.wait()
    bench.event(code)
    for _ in range(4):
        bench.wait()
        bench.partitions(before, "disarm")
        assert bench.state() is shows
        assert bench.panel.unsettled
    bench.wait(HOLD_SECONDS - 4.5)
    bench.partitions(after, "disarm")
    assert not bench.panel.unsettled
    assert bench.states()[told] is shows
    assert len(bench.states()) == told + (2 if code == "3400" else 1)


@pytest.mark.parametrize(("code", "word"), [("3401", "disarm"), ("1401", "away")])
def test_an_answer_that_still_says_so_counts(code: str, word: str) -> None:
    """The report was wrong, or another one got lost."""
    bench = PanelBench()
    bench.partitions(word)
    bench.event(code)
    bench.wait(HOLD_SECONDS)
    bench.partitions(word)
    assert bench.state() is (S.DISARMED if word == "disarm" else S.ARMED_AWAY)
    assert not bench.panel.unsettled


@pytest.mark.parametrize(("code", "word", "state"), [("1401", "away", S.ARMED_AWAY), ("3401", "disarm", S.DISARMED)])
def test_an_answer_after_reports_were_missed_counts_at_once(code: str, word: str, state: ArmState) -> None:
    """What came after the report may be among them: least of all may a panel show disarmed that was armed since."""
    bench = PanelBench()
    bench.partitions("stay")
    bench.zones(zone(1))
    bench.wait()
    bench.event(code)
    bench.event("1103", 0, number=1, zone=1)
    bench.panel.missed()
    bench.wait(0.1)
    bench.zones(zone(1, alarm=False))
    bench.partitions(word)
    assert bench.state() is state
    assert bench.panel.in_alarm == frozenset()


def test_what_happens_after_an_answer_agreed() -> None:
    """Counts at once: the receiver knew the report already."""
    bench = PanelBench()
    bench.partitions("disarm")
    for word, state in (("away", S.ARMED_AWAY), ("disarm", S.DISARMED)):
        bench.wait()
        if word == "away":
            bench.event("3401")
        bench.partitions(word)
        assert bench.state() is state


def test_an_alarm_that_answers_do_not_know_yet() -> None:
    """Neither the partition nor its zone shows that it is over; its end does not come back either."""
    bench = PanelBench()
    bench.partitions("away")
    bench.zones(zone(1), zone(2))
    bench.wait()
    bench.event("1103", 0, number=1, zone=1)
    for alarm in (False, True):
        bench.wait()
        bench.partitions("away", alarm=alarm)
        bench.zones(zone(1, alarm=alarm), zone(2, status="trigger"))
        assert bench.state() is S.TRIGGERED
        assert bench.zone_value(1, "binary_sensor_zone_alarm") is True
        assert bench.zone_value(2, "binary_sensor_zone") is True
        assert bench.panel.unsettled is not alarm
    bench.wait()
    bench.event("1406")
    bench.wait()
    bench.partitions("away", alarm=True)
    bench.zones(zone(1), zone(2))
    assert bench.state() is S.ARMED_AWAY
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is False
    assert bench.panel.unsettled


def test_an_alarm_that_was_ended_at_once() -> None:
    """The end is later than the alarm of the zone: an answer without it counts."""
    bench = PanelBench()
    bench.partitions("away")
    bench.zones(zone(1))
    bench.event("1103", 0, number=1, zone=1)
    bench.wait()
    bench.event("1401")
    bench.wait()
    bench.partitions("disarm")
    bench.zones(zone(1))
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is False
    assert not bench.panel.unsettled


def test_a_panel_without_listed_partitions() -> None:
    """Its zones lag in the same way."""
    bench = PanelBench(otap=True)
    bench.zones(zone(1))
    bench.event("3401", 1)
    bench.wait()
    bench.zones(zone(1))
    assert bench.state() is S.ARMED_AWAY
    bench.wait()
    bench.zones(zone(1, armed=True))
    assert bench.states() == [S.DISARMED, S.ARMED_AWAY]


def test_a_zone_that_was_taken_for_another() -> None:
    """What its number means turns out with the next answer: nothing is held against that."""
    bench = PanelBench()
    bench.partitions("away", "away")
    bench.zones(zone(1), zone(2))
    bench.event("1103", 0, number=2, zone=2)
    assert bench.values[f"{OWN}_sensor_last_alarm_zone_1"] == "Door 2"
    bench.wait()
    bench.panel.renumber([1, 77])
    bench.partitions("away", "away")
    bench.zones(zone(1, alarm=True), zone(2))
    assert bench.values[f"{OWN}_sensor_last_alarm_zone_1"] == "Door 1"
    assert [bench.zone_value(one, "binary_sensor_zone_alarm") for one in (1, 2)] == [True, False]
    assert bench.state() is S.ARMED_AWAY


# commands


def disarmed(bench: PanelBench) -> None:
    """Disarm it by a command."""
    bench.panel.disarm_accepted(1)


def cleared(bench: PanelBench) -> None:
    """Clear its alarm by a command."""
    bench.panel.clear_accepted(1)


@pytest.mark.parametrize(
    ("command", "word", "alarm"), [(disarmed, "disarm", True), (cleared, "away", False)], ids=["disarmed", "cleared"]
)
def test_a_command_that_answers_do_not_know_yet(command: Callable[[PanelBench], None], word: str, alarm: bool) -> None:
    """Nothing is assumed, and the panel is asked again; a report from before it holds nothing back."""
    bench = PanelBench()
    bench.partitions("away")
    bench.event("3401")
    bench.event("1103")
    bench.wait()
    command(bench)
    bench.wait()
    bench.partitions("away", alarm=True)
    assert bench.state() is S.TRIGGERED
    assert bench.panel.unsettled
    bench.wait()
    bench.partitions(word, alarm=alarm)
    assert not bench.panel.unsettled
    bench.wait()
    bench.partitions(word, alarm=False)
    assert bench.state() is (S.DISARMED if word == "disarm" else S.ARMED_AWAY)


async def test_an_arming_that_failed_is_asked_for_until_it_is_over() -> None:
    """Answers may still say that the exit delay runs."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.wait()
        bench.event("1822")
        bench.wait()
        bench.partitions("arming")
        assert bench.panel.unsettled
        bench.wait()
        bench.partitions("disarm")
        assert not bench.panel.unsettled


def test_a_report_of_nobody_knows_what_is_looked_at_twice() -> None:
    """It names no partition: no answer can agree with it."""
    bench = PanelBench()
    bench.partitions("away", "away")
    bench.event("1401", None)
    bench.wait()
    bench.partitions("away", "away")
    assert bench.panel.unsettled
    bench.wait(3)
    assert not bench.panel.unsettled


# zones that were bypassed for an arming


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(("seconds", "shows"), [(HOLD_SECONDS, S.ARMED_AWAY), (0.0, S.DISARMED)])
async def test_zones_are_not_taken_back_in_because_of_an_answer_that_lags(
    seconds: float, shows: ArmState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while it is not believed nor when it is: the panel is asked again first."""
    monkeypatch.setattr(lately, "HOLD_SECONDS", seconds)
    async with receiver(silent_commands=True) as house:
        await house.receiver.panel("House").open_zone(0)
        before = house.panel.facts.partitions
        assert before is not None
        await house.commands.act("arm_with_bypass", [house.partition(1)], {"mode": "away"})
        house.event("3401")
        house.panel.take_partitions(before, house.runtime.monotonic())
        assert house.panel.state(1) is shows
        await asyncio.sleep(3 * OVERLAY_SECONDS / HASTE)
        assert house.sent == ["bypass", "arm/1 away"]
        assert house.panel.state(1) is S.ARMED_AWAY
        assert house.runtime.memory[MEMORY] == {house.panel.device.id: [0]}


# what was told


def test_what_was_told_lately() -> None:
    """Key by key, until an answer counts."""
    told = Lately[str]()
    assert not told.denies("a", True, 10.0)
    told.tell("a", (True,), 10.0)
    assert not told.denies("a", False, 9.0)  # older: nothing to do with it
    assert told.denies("a", False, 11.0)
    assert not told.denies("b", False, 11.0)
    assert told.waits(10.0 + OVERLAY_SECONDS, OVERLAY_SECONDS)
    assert not told.waits(11.0 + OVERLAY_SECONDS, OVERLAY_SECONDS)
    assert not told.denies("a", None, 11.0)
    assert not told.denies("a", False, 11.0)
    for end in (lambda: told.forget("a"), told.clear):
        told.tell("a", (True,), 20.0)
        end()
        assert not told.denies("a", False, 21.0)


def test_reports_that_were_taken_in() -> None:
    """The oldest is forgotten first."""
    once = Once(2)
    assert [once.is_repeated(uuid, "1401") for uuid in ("a", "b", "a", "c", "b", "a")] == [
        False, False, True, False, True, False,
    ]  # fmt: skip
    assert not any(once.is_repeated(uuid) for uuid in ("0", "0", "", "", None, None))
