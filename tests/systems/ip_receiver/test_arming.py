"""Arming, disarming and clearing at a simulated receiver, with refusals that name zones (ip-receiver §5.2, §5.4)."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ArmingRefusedError,
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    NotFoundError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.model import ButtonFeature
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState
from simulators.ip_receiver.plans import PanelPlan

from .command_bench import CommandBench, bench

S = ArmState
pytestmark = pytest.mark.usefixtures("socket_enabled")

STATES = frozenset({What.PARTITIONS})
ZONES = frozenset({What.ZONES})


@pytest.mark.parametrize(
    ("mode", "ways", "word", "state"),
    [(ArmMode.HOME, "stay", "stay", S.ARMED_HOME), (ArmMode.AWAY, "away", "away", S.ARMED_AWAY)],
)
async def test_arm(mode: ArmMode, ways: str, word: str, state: ArmState) -> None:
    """One request with the number of the partition; it shows arming, and what the panel says later."""
    async with bench() as house:
        await house.commands.arm(house.partition(2), mode)
        assert house.sent == [f"arm/2 {ways}"]
        assert house.receiver.panel("House").partitions[2].arming == word
        assert (house.panel.state(1), house.panel.state(2)) == (S.DISARMED, S.ARMING)
        assert house.soon == ["Q00000001"]
        assert not house.looked
        await house.look("Q00000001", STATES)
        assert house.panel.state(2) is state


async def test_arm_every_partition() -> None:
    """One by one, as the documentation gives no certain word for all."""
    async with bench(PanelPlan(partitions=3, disabled_partitions=(2,))) as house:
        await house.commands.arm(house.partition(None), ArmMode.AWAY)
        assert house.sent == ["arm/1 away", "arm/3 away"]
        await house.commands.disarm(house.partition(None))
        assert house.sent[2:] == ["disarm/1", "disarm/3"]


async def test_a_panel_without_partitions_is_addressed_as_a_whole() -> None:
    """By the literal of the documentation."""
    async with bench(PanelPlan(otap=True), missing_keys=("subSystemNo",)) as house:
        feature = house.partition()
        assert feature.part == "all"
        await house.commands.arm(feature, ArmMode.HOME)
        await house.commands.disarm(feature)
        assert house.sent == ["arm/0xffffffff stay", "disarm/0xffffffff"]
        assert house.looked == [("Q00000001", ZONES)]


async def test_there_is_no_night() -> None:
    """Found before anything is sent."""
    async with bench() as house:
        with pytest.raises(UnsupportedError):
            await house.commands.arm(house.partition(), ArmMode.NIGHT)
        assert not house.sent
        assert house.panel.state(1) is S.DISARMED


# refused


async def test_a_refusal_names_the_zones() -> None:
    """As they are now, not as they were when they were read last."""
    async with bench(refuse_open=True) as house:
        receiver = house.receiver.panel("House")
        await receiver.open_zone(0)
        receiver.zones[2].fields["status"] = "offline"
        receiver.zones[4].fields["tamperEvident"] = True
        await receiver.open_zone(1)  # of the other partition
        assert not house.panel.blockers(1)
        with pytest.raises(ArmingRefusedError) as refused:
            await house.commands.arm(house.partition(), ArmMode.AWAY)
        error = refused.value
        assert error.placeholders["partition"] == "House, partition 1"
        names = [receiver.zones[number].fields["name"] for number in (0, 2, 4)]
        assert error.placeholders["zones"] == f"{names[0]} (open), {names[1]} (offline), {names[2]} (tampered)"
        assert "setArmingError" in error.placeholders["reason"]
        assert error.code == "setArmingError"
        assert house.looked == [("Q00000001", ZONES)]
        assert house.panel.state(1) is S.DISARMED
        assert not house.panel.problems


async def test_a_refusal_without_a_cause_stays_as_it_is() -> None:
    """Nothing is made up."""
    async with bench() as house:
        house.receiver.fault("control/arm", sub="setArmingError")
        with pytest.raises(RejectedError) as refused:
            await house.commands.arm(house.partition(), ArmMode.AWAY)
        assert not isinstance(refused.value, ArmingRefusedError)
        assert house.panel.state(1) is S.DISARMED


async def test_zones_that_cannot_be_read_again() -> None:
    """What was known of them has to do."""
    async with bench(refuse_open=True) as house:
        await house.receiver.panel("House").open_zone(0)
        await house.read()
        house.receiver.fault("status/zones", sub="deviceError")
        with pytest.raises(ArmingRefusedError):
            await house.commands.arm(house.partition(), ArmMode.AWAY)


@pytest.mark.parametrize(
    ("sub", "error"),
    [
        ("lowPrivilege", InsufficientRightsError),
        ("notSupport", UnsupportedError),
        ("theDeviceIdDoesNotExist", NotFoundError),
        ("badAuthorization", AuthenticationError),
    ],
)
async def test_other_failures_blame_no_zone(sub: str, error: type[SystemFailure]) -> None:
    """It may be open, but that is not why."""
    async with bench() as house:
        await house.receiver.panel("House").open_zone(0)
        await house.read()
        house.receiver.fault("control/arm", sub=sub)
        with pytest.raises(error):
            await house.commands.arm(house.partition(), ArmMode.AWAY)
        assert house.panel.state(1) is S.DISARMED
        assert not house.looked


async def test_an_answer_that_got_lost() -> None:
    """The panel was armed: it is not armed again, and shows so because it is asked."""
    async with bench() as house:
        house.receiver.fault("control/arm", drop="after", times=1)
        with pytest.raises(ConnectionFailedError):
            await house.commands.arm(house.partition(), ArmMode.AWAY)
        assert house.sent == ["arm/1 away"]
        assert house.panel.state(1) is S.ARMED_AWAY


async def test_every_partition_is_tried() -> None:
    """One that is refused does not keep the others from being armed."""
    async with bench(refuse_open=True) as house:
        await house.receiver.panel("House").open_zone(0)
        with pytest.raises(ArmingRefusedError) as refused:
            await house.commands.arm(house.partition(None), ArmMode.AWAY)
        assert house.sent == ["arm/1 away", "arm/2 away"]
        assert refused.value.placeholders["partition"] == "House, partition 1"
        assert (house.panel.state(1), house.panel.state(2)) == (S.DISARMED, S.ARMING)
        await house.receiver.panel("House").open_zone(1)
        await house.commands.disarm(house.partition(None))
        with pytest.raises(ArmingRefusedError) as refused:
            await house.commands.arm(house.partition(None), ArmMode.AWAY)
        assert refused.value.placeholders["partition"] == "House, partition 1, House, partition 2"
        assert refused.value.placeholders["zones"].count("(open)") == 2


async def test_a_receiver_that_is_gone_is_asked_once() -> None:
    """Not for every partition again; all of them show what they showed."""
    async with bench() as house:
        await house.receiver.stop()
        for command in (
            house.commands.arm(house.partition(None), ArmMode.AWAY),
            house.commands.disarm(house.partition(None)),
        ):
            with pytest.raises(ConnectionFailedError):
                await command
        assert (house.panel.state(1), house.panel.state(2)) == (S.DISARMED, S.DISARMED)


async def test_the_panel_reports_the_failure_before_it_answers() -> None:
    """Accepted, and failed already: whoever gave the command is told, and no repair is left."""
    async with bench() as house:
        await house.receiver.panel("House").open_zone(0)
        house.receiver.fault("control/arm", delay=0.2, times=1)
        command = asyncio.ensure_future(house.commands.arm(house.partition(), ArmMode.AWAY))
        await house.until(S.ARMING)
        house.event("1822")
        with pytest.raises(ArmingRefusedError) as refused:
            await command
        assert "(open)" in refused.value.placeholders["zones"]
        assert not house.panel.problems


async def test_the_panel_reports_success_before_it_answers() -> None:
    """The answer changes nothing any more."""
    async with bench() as house:
        house.receiver.fault("control/arm", delay=0.2, times=1)
        command = asyncio.ensure_future(house.commands.arm(house.partition(), ArmMode.AWAY))
        await house.until(S.ARMING)
        house.event("3401")
        await command
        assert house.panel.state(1) is S.ARMED_AWAY


async def test_arming_that_fails_at_the_end_of_the_exit_delay() -> None:
    """Accepted by the panel, which finds a door open half a minute later."""
    async with bench(arming_fails=True, exit_delay=0.05) as house:
        await house.commands.arm(house.partition(), ArmMode.AWAY)
        await house.look("Q00000001", STATES)
        assert house.panel.state(1) is S.ARMING
        await house.receiver.panel("House").open_zone(0)
        await asyncio.sleep(0.1)
        house.event("1822")
        await house.look("Q00000001", frozenset(What))
        assert house.panel.state(1) is S.DISARMED
        (problem,) = house.panel.problems
        assert "(open)" in problem.placeholders["zones"]


# disarming and clearing


async def triggered(house: CommandBench) -> None:
    """Arm, and let a zone give alarm."""
    receiver = house.receiver.panel("House")
    await receiver.arm(1, "away")
    await receiver.trip(0)
    await house.read()
    assert house.panel.state(1) is S.TRIGGERED
    house.receiver.requests.clear()


@pytest.mark.parametrize(
    ("options", "sent", "state"),
    [
        ({}, ["disarm/1", "clearAlarm/1"], S.DISARMED),
        ({"clear_on_disarm": True}, ["disarm/1", "clearAlarm/1"], S.DISARMED),
        ({"clear_on_disarm": False}, ["disarm/1"], S.TRIGGERED),
    ],
)
async def test_disarm_a_triggered_partition(options: dict[str, bool], sent: list[str], state: ArmState) -> None:
    """Its alarm is cleared, too, unless that is not wished. It shows what the panel says then."""
    async with bench(options=options) as house:
        await triggered(house)
        await house.commands.disarm(house.partition())
        assert house.sent == sent
        assert house.panel.state(1) is state
        assert house.looked == [("Q00000001", STATES)]


async def test_disarm_a_partition_that_is_not_triggered() -> None:
    """There is nothing to clear."""
    async with bench() as house:
        await house.commands.arm(house.partition(), ArmMode.AWAY)
        await house.commands.disarm(house.partition())
        assert house.sent == ["arm/1 away", "disarm/1"]
        assert house.panel.state(1) is S.DISARMED


async def test_a_panel_that_refuses_to_clear_what_disarming_cleared() -> None:
    """That is no failure; one that leaves the alarm on is."""
    async with bench(disarm_clears=True) as house:
        await triggered(house)
        house.receiver.fault("clearAlarm", sub="interfaceOperationError")
        await house.commands.disarm(house.partition())
        assert house.panel.state(1) is S.DISARMED
        house.receiver.disarm_clears = False
        await triggered(house)
        with pytest.raises(RejectedError):
            await house.commands.disarm(house.partition())
        assert house.receiver.panel("House").partitions[1].arming == "disarm"


async def test_disarming_that_is_refused() -> None:
    """It shows armed, the alarm is not cleared, and the other partition is disarmed all the same."""
    async with bench() as house:
        await triggered(house)
        await house.commands.arm(house.partition(2), ArmMode.HOME)
        house.receiver.fault("disarm/1", sub="interfaceOperationError")
        with pytest.raises(RejectedError):
            await house.commands.disarm(house.partition(None))
        assert house.sent == ["arm/2 stay", "disarm/1", "disarm/2"]
        assert (house.panel.state(1), house.panel.state(2)) == (S.TRIGGERED, S.DISARMED)


async def test_a_panel_that_does_not_obey_is_not_shown_disarmed() -> None:
    """It accepts and does nothing."""
    async with bench() as house:
        await house.receiver.panel("House").arm(1, "away")
        await house.read()
        house.receiver.deaf = True
        await house.commands.disarm(house.partition())
        assert house.panel.state(1) is S.ARMED_AWAY


async def test_clear() -> None:
    """By the button; of a whole panel where there is an alarm."""
    async with bench() as house:
        await triggered(house)
        button = house.of(ButtonFeature, "clear_alarm")[0]
        await house.commands.press(button)
        assert house.sent == ["clearAlarm/1"]
        assert house.panel.state(1) is S.ARMED_AWAY
        assert house.looked == [("Q00000001", frozenset({What.PARTITIONS, What.ZONES}))]
        await house.receiver.panel("House").trip(0)
        await house.read()
        await house.commands.act("clear_alarm", [house.partition(None)], {})
        await house.commands.act("clear_alarm", [house.partition(None)], {})
        assert house.sent == ["clearAlarm/1", "clearAlarm/1", "clearAlarm/1", "clearAlarm/2"]
        house.receiver.fault("clearAlarm", sub="interfaceOperationError")
        with pytest.raises(RejectedError):
            await house.commands.press(button)


# several at once


async def test_commands_to_one_panel_wait_for_each_other() -> None:
    """Two users: what was commanded last is sent last. Another panel does not wait."""
    plans = (PanelPlan(name="House"), PanelPlan(name="Barn", serial="Q00000009"))
    async with bench(*plans) as house:
        barn = house.panels["Q00000009"]
        house.receiver.fault("control/arm/1", delay=1.0, times=1)
        arm = asyncio.ensure_future(house.commands.arm(house.partition(), ArmMode.AWAY))
        await house.until(S.ARMING)
        disarm = asyncio.ensure_future(house.commands.disarm(house.partition()))
        other = asyncio.ensure_future(house.commands.disarm(house.partition(1, barn)))
        async with asyncio.timeout(5):
            while house.sent != ["arm/1 away", "disarm/1"]:
                await asyncio.sleep(0.01)
        assert house.receiver.panel("House").partitions[1].arming == "disarm"
        assert not arm.done()
        assert not disarm.done()
        await asyncio.gather(arm, disarm, other)
        assert house.sent[-1] == "disarm/1"
        assert len(house.sent) == 3
        assert house.panel.state(1) is S.DISARMED


async def test_a_command_is_carried_out_although_nobody_waits() -> None:
    """Who gave it is gone: the alarm is cleared all the same, and others go on."""
    async with bench() as house:
        await triggered(house)
        house.receiver.fault("control/disarm", delay=0.1, times=1)
        disarm = asyncio.ensure_future(house.commands.disarm(house.partition()))
        await asyncio.sleep(0.05)
        disarm.cancel()
        with pytest.raises(asyncio.CancelledError):
            await disarm
        await house.commands.arm(house.partition(2), ArmMode.HOME)
        assert house.sent == ["disarm/1", "clearAlarm/1", "arm/2 stay"]


async def test_a_panel_that_is_gone() -> None:
    """Removed while somebody gives a command."""
    async with bench() as house:
        partition = house.partition()
        house.panels.clear()
        with pytest.raises(NotFoundError):
            await house.commands.arm(partition, ArmMode.AWAY)
        assert not house.sent


async def test_a_panel_that_went_offline() -> None:
    """The receiver says so; nothing shows armed, and it is not tried again."""
    async with bench() as house:
        await house.receiver.panel("House").offline()
        with pytest.raises(SystemFailure):
            await house.commands.arm(house.partition(), ArmMode.AWAY)
        assert house.sent == ["arm/1 away"]
        assert house.panel.state(1) is S.DISARMED


async def test_something_else_cannot_be_armed() -> None:
    """A feature of another kind."""
    async with bench() as house:
        feature = replace(house.partition(), address=None)
        with pytest.raises(UnsupportedError):
            await house.commands.arm(feature, ArmMode.AWAY)
        with pytest.raises(UnsupportedError):
            await house.commands.disarm(feature)
