"""What overtakes what: reports, answers and commands in every order (ip-receiver §5.2, order and races)."""

from dataclasses import replace

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.lately import HOLD_SECONDS
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState

from .panel_bench import PanelBench, zone

S = ArmState


# what overtakes what


def test_an_old_answer_does_not_undo_a_report() -> None:
    """Its request began before the report; the other partition takes it."""
    bench = PanelBench()
    bench.partitions("disarm", "disarm")
    asked_at = bench.wait()
    bench.wait()
    bench.event("3401", 1)
    bench.partitions("disarm", "away", asked_at=asked_at)
    assert (bench.state(1), bench.state(2)) == (S.ARMED_AWAY, S.ARMED_AWAY)
    bench.wait(HOLD_SECONDS)
    bench.partitions("disarm", "away")
    assert bench.state(1) is S.DISARMED


def test_an_old_answer_does_not_undo_a_later_one() -> None:
    """Two answers may overtake each other."""
    bench = PanelBench()
    first = bench.wait()
    bench.wait()
    bench.partitions("away")
    bench.partitions("disarm", asked_at=first)
    assert bench.state() is S.ARMED_AWAY


def test_a_report_that_an_answer_overtook_does_not_count() -> None:
    """It waited for its panel to be known, while the panel was asked."""
    bench = PanelBench()
    moment = bench.now
    bench.wait()
    bench.partitions("away")
    bench.event("1401", moment=moment)
    assert bench.states() == [S.ARMED_AWAY]


def test_a_report_delivered_twice_counts_once() -> None:
    """The second one may come after something else has happened."""
    bench = PanelBench()
    bench.partitions("away")
    bench.event("1401", uuid="a1")
    bench.event("3401", uuid="a2")
    bench.event("1401", uuid="a1")
    assert bench.state() is S.ARMED_AWAY
    for uuid in ("0", "", None):  # no id: the sample has 0
        bench.event("1401", uuid=uuid)
        assert bench.state() is S.DISARMED
        bench.event("3401", uuid=uuid)


def test_a_report_that_a_later_one_overtook_does_not_count() -> None:
    """The panel's own clock tells; one that was set back does not silence the panel for long."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.event("3401", seconds=10)
    bench.event("1401", seconds=5)
    assert bench.state() is S.ARMED_AWAY
    bench.event("1401", seconds=10)
    assert bench.state() is S.DISARMED
    bench.event("3401", seconds=600)
    bench.event("1401", seconds=20)
    assert bench.state() is S.DISARMED


@pytest.mark.parametrize(
    ("code", "alarm", "arming"),
    [("1103", True, "stay"), ("1406", False, "stay"), ("3401", True, "away"), ("1401", False, "disarm")],
)
def test_an_old_answer_counts_for_what_a_report_does_not_tell(code: str, alarm: bool, arming: str) -> None:
    """An alarm says nothing of how it is armed; who arms it does not end an alarm."""
    bench = PanelBench()
    bench.partitions("disarm", alarm=code != "1103")
    bench.zones(zone(1))
    asked_at = bench.wait()
    bench.wait()
    bench.event(code, number=1 if code == "1103" else None, zone=1 if code == "1103" else None)
    bench.partitions("stay", alarm=code != "1103", asked_at=asked_at)
    (found,) = bench.panel.facts.partitions or ()
    assert (found.alarm, found.arming) == (alarm, arming)
    assert bench.panel.unsettled
    bench.wait(HOLD_SECONDS)
    bench.partitions("stay", alarm=False)
    assert bench.state() is S.ARMED_HOME


def test_an_old_list_of_zones_does_not_undo_a_report() -> None:
    """What is told of the zone it names by answers alone counts."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.zones(zone(1), zone(2))
    asked_at = bench.wait()
    bench.wait()
    bench.event("1103", 0, number=1, zone=1)
    bench.event("1570", 0, number=2, zone=2)
    bench.zones(zone(1, status="trigger", tampered=True), zone(2, alarm=True), asked_at=asked_at)
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is True
    assert bench.zone_value(1, "binary_sensor_zone") is True
    assert bench.zone_value(1, "binary_sensor_tamper") is True
    assert bench.zone_value(2, "switch_zone_bypass") is True
    assert bench.panel.unsettled
    bench.wait(HOLD_SECONDS)
    bench.zones(zone(1), zone(2))
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is False
    assert bench.zone_value(2, "switch_zone_bypass") is False


def test_an_old_list_of_zones_does_not_undo_an_arming() -> None:
    """Nor a disarming: not what zones say of their partition, while the rest counts."""
    bench = PanelBench()
    bench.partitions("disarm", "disarm")
    bench.zones(zone(1), zone(2, partition=2))
    asked_at = bench.wait()
    bench.wait()
    bench.event("3401", 1)
    answer = [zone(1, status="trigger", armed=True), zone(2, partition=2, armed=True)]
    bench.zones(*answer, asked_at=asked_at)
    assert [bench.zone_value(one, "binary_sensor_zone_armed") for one in (1, 2)] == [False, True]
    assert bench.zone_value(1, "binary_sensor_zone") is True
    bench.wait()
    bench.zones(*answer)
    assert bench.zone_value(1, "binary_sensor_zone_armed") is True


@pytest.mark.parametrize(("code", "alarm"), [("1401", False), ("1406", False), ("3401", True)])
def test_an_old_list_of_zones_does_not_renew_an_alarm(code: str, alarm: bool) -> None:
    """It was ended meanwhile."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.zones(zone(1), zone(2, alarm=True))
    asked_at = bench.wait()
    bench.wait()
    bench.event(code, 1)
    bench.zones(zone(1, alarm=True), zone(2), asked_at=asked_at)
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is alarm
    assert bench.zone_value(2, "binary_sensor_zone_alarm") is False


def test_an_old_list_of_zones_after_a_later_one() -> None:
    """As a whole it counts no more."""
    bench = PanelBench()
    bench.partitions("disarm")
    first = bench.wait()
    bench.wait()
    bench.zones(zone(1, status="trigger"))
    assert not bench.zones(zone(1), zone(2), asked_at=first).values
    assert bench.panel.zone(2) is None
    assert bench.zone_value(1, "binary_sensor_zone") is True


def test_a_report_of_a_zone_that_an_answer_overtook() -> None:
    """It was read after it happened."""
    bench = PanelBench()
    bench.partitions("disarm")
    moment = bench.now
    bench.wait()
    bench.zones(zone(1))
    bench.event("1103", 0, number=1, zone=1, moment=moment)
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is False


# commands


async def test_a_command_shows_arming_until_the_panel_tells() -> None:
    """Its answers may still say disarmed for a while."""
    async with PanelBench() as bench:
        bench.partitions("disarm", "disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        assert bench.state() is S.ARMING
        assert bench.state("") is S.ARMING
        bench.panel.arm_accepted(1)
        for word in ("disarm", "disarm", "arming", "away"):
            bench.wait()
            bench.partitions(word, "disarm")
        assert bench.states() == [S.DISARMED, S.ARMING, S.ARMED_AWAY]
        assert bench.states(2) == [S.DISARMED]


async def test_a_command_without_an_effect_shows_for_15_seconds() -> None:
    """Then it shows what the panel said all the time."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        await bench.lapse(10)
        bench.panel.arm_accepted(1)
        bench.partitions("disarm", asked_at=bench.wait(0.1))
        await bench.lapse(10)
        assert bench.state() is S.ARMING
        assert bench.panel.unsettled
        await bench.lapse(5)
        assert bench.state() is S.DISARMED
        assert not bench.panel.unsettled


async def test_an_exit_delay_lasts_as_long_as_the_panel_says() -> None:
    """Arming by its own word has no end of ours."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.panel.arm_accepted(1)
        bench.wait()
        bench.partitions("arming")
        await bench.lapse(60)
        assert bench.state() is S.ARMING
        bench.partitions("disarm")
        assert bench.state() is S.DISARMED


async def test_a_report_before_the_answer_to_its_command() -> None:
    """The answer does not take back what is known already."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.wait(0.2)
        bench.event("3401", user="Ann")
        bench.panel.arm_accepted(1)
        await bench.lapse(60)
        assert bench.states()[-1] is S.ARMED_AWAY
        assert bench.states().count(S.DISARMED) == 1


async def test_an_answer_made_before_a_command_and_told_after_it() -> None:
    """It does not show disarmed in between, however late it comes."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        asked_at = bench.wait()
        bench.wait()
        bench.panel.arming((1,), ArmMode.HOME)
        bench.panel.arm_accepted(1)
        bench.event("3441")
        bench.partitions("disarm", asked_at=asked_at)
        assert bench.states() == [S.DISARMED, S.ARMING, S.ARMED_HOME]


async def test_a_command_that_failed() -> None:
    """It shows what it showed before."""
    async with PanelBench() as bench:
        bench.partitions("stay")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.panel.arming_failed(1)
        assert bench.states() == [S.ARMED_HOME, S.ARMING, S.ARMED_HOME]
        bench.event("3400")
        assert bench.state() is S.ARMED_HOME


async def test_from_armed_at_home_to_armed_away() -> None:
    """The old word for a moment does not end the wait for the new one."""
    async with PanelBench() as bench:
        bench.partitions("stay")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.wait()
        bench.partitions("stay")
        assert bench.state() is S.ARMING
        bench.wait()
        bench.partitions("away")
        assert bench.state() is S.ARMED_AWAY


async def test_two_users_at_once() -> None:
    """One arms, another disarms at the keypad a moment later: what happened last shows."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.panel.arm_accepted(1)
        bench.event("1401", user="Bob")
        assert bench.state() is S.DISARMED
        await bench.lapse(60)
        assert bench.states() == [S.DISARMED, S.ARMING, S.DISARMED]


async def test_the_late_report_of_a_command_that_another_followed() -> None:
    """Disarmed and armed again from here: the report of the first must not show disarmed."""
    async with PanelBench() as bench:
        bench.partitions("stay")
        bench.panel.disarm_accepted(1)
        bench.wait()
        bench.partitions("disarm")
        bench.wait()
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.panel.arm_accepted(1)
        bench.wait(0.5)
        bench.event("1401")
        assert bench.state() is S.ARMING
        assert bench.panel.unsettled
        bench.event("1401")  # somebody else's
        assert bench.state() is S.DISARMED


async def test_the_late_report_of_an_arming_that_was_undone() -> None:
    """The same the other way round."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.wait()
        bench.panel.disarm_accepted(1)
        bench.event("3401")
        assert bench.state() is S.DISARMED


def test_disarming_is_not_assumed() -> None:
    """The panel accepted it, which is not yet that it did it."""
    bench = PanelBench()
    bench.partitions("away")
    asked_at = bench.wait()
    bench.wait()
    bench.panel.disarm_accepted(1)
    assert bench.state() is S.ARMED_AWAY
    bench.partitions("away", asked_at=asked_at)
    bench.partitions("disarm", asked_at=bench.wait())
    assert bench.state() is S.DISARMED


async def test_a_panel_that_goes_offline_in_the_middle() -> None:
    """What was sent to it a moment ago is not to be waited for; what it was shows, unavailable, until it is asked."""
    async with PanelBench() as bench:
        bench.partitions("stay")
        asked_at = bench.wait()
        bench.wait()
        bench.panel.arming((1,), ArmMode.AWAY)
        assert bench.state() is S.ARMING
        bench.take(bench.panel.use(replace(bench.panel.device, online=False)))
        assert bench.state() is S.ARMED_HOME
        bench.partitions("disarm", asked_at=asked_at)
        assert bench.state() is S.ARMED_HOME
        bench.take(bench.panel.use(replace(bench.panel.device, online=True)))
        await bench.lapse(60)
        assert bench.state() is S.ARMED_HOME
