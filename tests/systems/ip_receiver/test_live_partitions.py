"""Partitions of a whole system: events over the stream, answers and commands, in the orders a receiver may choose (§5.2)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushState, Tier
from custom_components.hikvision_ivm.systems.errors import ArmingRefusedError
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.values import AlarmPanelValue, ArmMode, ArmState
from simulators.ip_receiver import PanelPlan

from .receiver import until
from .test_system import Running, running

S = ArmState
pytestmark = pytest.mark.usefixtures("socket_enabled")


def shown(run: Running, part: str = "1") -> list[ArmState | None]:
    """Return every state that a partition showed, in order, without repeats."""
    history = run.sink.history.get(run.one(Kind.PARTITION, part, type_="alarm_control_panel").id, [])
    states = [value.state if isinstance(value, AlarmPanelValue) else None for value in history]
    return [state for place, state in enumerate(states) if place == 0 or states[place - 1] is not state]


def partition(run: Running, part: str = "1") -> Any:
    """Return a partition."""
    return run.one(Kind.PARTITION, part, type_="alarm_control_panel")


ORDERS: dict[str, dict[str, Any]] = {
    "at once": {},
    "exit delay": {"exit_delay": 0.3},
    "events after the answer": {"late_events": 0.3},
    "events long after the answer": {"late_events": 1.5},
    "no events": {"silent_commands": True},
    "status answers held back": {"held_status": 0.4},
    "slow answers": {"delay": 0.15},
    "delivered twice": {"doubled": True},
}


@pytest.mark.parametrize("knobs", ORDERS.values(), ids=ORDERS)
async def test_armed_and_disarmed(knobs: dict[str, Any]) -> None:
    """Whatever comes first, it never shows disarmed in between; and everything ends right."""
    async with running(**knobs) as run:
        polls = asyncio.create_task(poll_all_the_time(run))
        await run.system.arm(partition(run), ArmMode.AWAY, run.sink)
        await until(lambda: shown(run)[-1:] == [S.ARMED_AWAY])
        await asyncio.sleep(knobs.get("late_events", 0.2) + 0.3)
        assert shown(run) in ([S.DISARMED, S.ARMING, S.ARMED_AWAY], [S.DISARMED, S.ARMED_AWAY])
        await run.system.disarm(partition(run), run.sink)
        await until(lambda: shown(run)[-1:] == [S.DISARMED])
        await asyncio.sleep(knobs.get("late_events", 0.2) + 0.3)
        assert shown(run)[-2:] == [S.ARMED_AWAY, S.DISARMED]
        assert shown(run, "2") == [S.DISARMED]
        polls.cancel()


async def poll_all_the_time(run: Running) -> None:
    """Ask in every moment, so that answers cross commands."""
    while True:
        await asyncio.gather(*(run.system.poll(tier, run.sink, ()) for tier in (Tier.DETAIL, Tier.STATUS)))
        await asyncio.sleep(0.01)


async def test_disarmed_and_armed_again_before_the_first_report_comes() -> None:
    """The late report of the disarming must not show disarmed."""
    async with running(late_events=0.4) as run:
        await run.system.arm(partition(run), ArmMode.AWAY, run.sink)
        await until(lambda: shown(run)[-1:] == [S.ARMED_AWAY])
        await asyncio.sleep(0.5)
        await run.system.disarm(partition(run), run.sink)
        assert shown(run)[-1] is S.DISARMED
        told = len(shown(run))
        await run.system.arm(partition(run), ArmMode.HOME, run.sink)
        await asyncio.sleep(1.0)
        assert shown(run)[told:] in ([S.ARMING, S.ARMED_HOME], [S.ARMED_HOME])


async def test_an_alarm_and_its_end() -> None:
    """Triggered by the report at once, with the zone; clearing or the panel's word ends it, closing the door does not."""
    async with running() as run:
        panel = run.receiver.panel("House")
        await panel.arm(1, "away", user="Ann")
        await until(lambda: shown(run)[-1:] == [S.ARMED_AWAY])
        await panel.trip(0)
        await until(lambda: shown(run)[-1:] == [S.TRIGGERED])
        await panel.restore(0)
        await asyncio.sleep(1.5)
        value = run.value(Kind.PARTITION, "1", type_="alarm_control_panel")
        assert (value.state, value.changed_by) == (S.TRIGGERED, "Ann")
        assert run.value(Kind.LAST_ALARM_ZONE, "1") == "Front door"
        assert shown(run, "2") == [S.DISARMED]
        await run.system.press(run.one(Kind.CLEAR_ALARM, "1"), run.sink)
        await until(lambda: shown(run)[-1:] == [S.ARMED_AWAY])
        assert S.DISARMED not in shown(run)[1:]


async def test_arming_that_fails_after_the_exit_delay_becomes_a_repair() -> None:
    """It names the zones as they are then, and goes when it is armed."""
    async with running(refuse_open=True, exit_delay=0.2) as run:
        panel = run.receiver.panel("House")
        await run.system.arm(partition(run), ArmMode.AWAY, run.sink)
        await panel.open_zone(0)
        await until(lambda: run.sink.told.get("arming"))
        (problem,) = run.sink.told["arming"]
        assert problem.key == "arming_failed"
        await until(lambda: "Front door (open)" in run.sink.told["arming"][0].placeholders["zones"])
        await until(lambda: shown(run)[-1:] == [S.DISARMED])
        with pytest.raises(ArmingRefusedError) as refused:
            await run.system.arm(partition(run), ArmMode.AWAY, run.sink)
        assert "Front door (open)" in refused.value.placeholders["zones"]
        await panel.close_zone(0)
        await run.system.arm(partition(run), ArmMode.AWAY, run.sink)
        await until(lambda: shown(run)[-1:] == [S.ARMED_AWAY])
        assert not run.sink.told["arming"]


async def test_a_panel_without_listed_partitions() -> None:
    """The same by zones alone."""
    plan = PanelPlan(name="House", serial="Q1", otap=True, partitions=2, zones=6)
    async with running(plan, exit_delay=0.1) as run:
        assert shown(run) == [S.DISARMED]
        await run.system.arm(partition(run), ArmMode.HOME, run.sink)
        await until(lambda: shown(run)[-1:] == [S.ARMED_HOME])
        await run.receiver.panel("House").trip(0)
        await until(lambda: shown(run)[-1:] == [S.TRIGGERED])
        await run.system.disarm(partition(run), run.sink)
        await until(lambda: shown(run)[-1:] == [S.DISARMED])
        assert shown(run) == [S.DISARMED, S.ARMING, S.ARMED_HOME, S.TRIGGERED, S.DISARMED]
        assert shown(run, "2") == [S.DISARMED]


async def test_what_only_a_report_told_is_unknown_after_a_gap() -> None:
    """Answers say nothing of how it is armed, and the report that it was disarmed got lost: then nobody knows."""
    async with running(missing_keys=("arming",)) as run:
        panel = run.receiver.panel("House")
        assert not shown(run) or shown(run) == [None]
        await panel.arm(1, "away")
        await until(lambda: shown(run)[-1:] == [S.ARMED_AWAY])
        await run.poll(Tier.DETAIL)
        assert shown(run)[-1] is S.ARMED_AWAY
        healthy = len(run.sink.health)
        run.receiver.drop_streams()
        await until(lambda: len(run.sink.health) > healthy)
        await until(lambda: run.sink.health[-1].state is PushState.HEALTHY)
        await run.poll(Tier.DETAIL)
        assert shown(run)[-1] is None
        assert S.DISARMED not in shown(run)


async def test_peripherals_follow_a_report() -> None:
    """A relay that the panel switched by itself is read a moment later, not with the next poll."""
    async with running() as run:
        panel = run.receiver.panel("House")
        relay = next(one for one in run.features.values() if one.kind is Kind.RELAY)
        assert run.sink.values[relay.id] is False
        for output in panel.outputs:
            output.fields["status"] = "on"
        panel.acts.exception("1443")
        await until(lambda: run.sink.values[relay.id] is True, 5)
