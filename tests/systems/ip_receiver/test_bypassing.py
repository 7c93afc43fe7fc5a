"""Arming in spite of open zones, and taking them back in (ip-receiver §5.4, §5.8)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ArmingRefusedError,
    ConnectionFailedError,
    DeviceFailureError,
    NotConfirmedError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.bypassing import MEMORY
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.model import SwitchFeature
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState
from simulators.ip_receiver.plans import PanelPlan

from .command_bench import CommandBench, bench

S = ArmState
pytestmark = pytest.mark.usefixtures("socket_enabled")
EVERYTHING = frozenset(What)


async def arm(house: CommandBench, partition: int | None = 1, **arguments: Any) -> None:
    """Give the action."""
    await house.commands.act("arm_with_bypass", [house.partition(partition)], {"mode": "away", **arguments})


async def opened(house: CommandBench, *zones: int) -> None:
    """Open zones at the panel."""
    for zone in zones:
        await house.receiver.panel("House").open_zone(zone)


def bypassed(house: CommandBench) -> list[int]:
    """Return the zones that are bypassed at the panel."""
    return [zone.number for zone in house.receiver.panel("House").zones.values() if zone.fields.get("bypassed")]


async def quiet(house: CommandBench) -> None:
    """Wait until nothing goes on in the background but what waits for time to pass."""
    for _ in range(200):
        await asyncio.sleep(0.005)
        if not house.runtime.memory.get(MEMORY):
            break


async def test_zones_that_stand_against_it_are_bypassed() -> None:
    """Those of the partition, as they are now, in one request before it is armed."""
    async with bench(refuse_open=True) as house:
        await opened(house, 0, 1, 2)
        await arm(house)
        assert house.sent == ["bypass", "arm/1 away"]
        assert house.receiver.bodies("control/bypass") == [{"List": [{"id": 0}, {"id": 2}]}]
        assert house.panel.state(1) is S.ARMING
        assert house.runtime.memory[MEMORY] == {"Q00000001": [0, 2]}


async def test_nothing_to_bypass() -> None:
    """It is simply armed, on a panel that cannot bypass, too."""
    async with bench(PanelPlan(otap=True)) as house:
        await arm(house, mode="home")
        assert house.sent == ["arm/1 stay"]
        assert MEMORY not in house.runtime.memory


async def test_a_zone_that_is_left_out_at_home_is_not_bypassed_for_it() -> None:
    """But for away it is."""
    async with bench() as house:
        house.receiver.panel("House").zones[0].fields["stayAway"] = True
        await opened(house, 0)
        await arm(house, mode="home")
        assert house.sent == ["arm/1 stay"]
        await arm(house, mode="away")
        assert house.sent[1:] == ["bypass", "arm/1 away"]


async def test_zones_that_are_named() -> None:
    """They and no others, whether open or not; those that are bypassed already stay the user's."""
    async with bench() as house:
        await house.commands.switch(house.of(SwitchFeature, "zone_bypass")[4], on=True)
        await opened(house, 0)
        await arm(house, zones=["2", "4"])
        assert house.receiver.bodies("control/bypass")[1:] == [{"List": [{"id": 2}]}]
        assert house.runtime.memory[MEMORY] == {"Q00000001": [2]}


async def test_the_whole_panel() -> None:
    """Zones of every partition."""
    async with bench() as house:
        await opened(house, 0, 1)
        await arm(house, None)
        assert house.sent == ["bypass", "arm/1 away", "arm/2 away"]
        assert bypassed(house) == [0, 1]


async def test_a_panel_that_ends_the_bypass_itself() -> None:
    """There is nothing left to do."""
    async with bench() as house:
        await opened(house, 0)
        await arm(house)
        await house.look("Q00000001", EVERYTHING)
        assert house.panel.state(1) is S.ARMED_AWAY
        await house.commands.disarm(house.partition())
        await quiet(house)
        assert not house.runtime.memory[MEMORY]
        assert house.sent == ["bypass", "arm/1 away", "disarm/1"]


@pytest.mark.parametrize("how", ["command", "keypad", "poll"])
async def test_a_panel_that_does_not(how: str) -> None:
    """What was left out is taken back in, whoever disarms it; what the user bypassed stays so."""
    async with bench(bypass_ends=False) as house:
        await house.commands.switch(house.of(SwitchFeature, "zone_bypass")[5], on=True)
        await opened(house, 0, 2)
        await arm(house)
        await house.look("Q00000001", EVERYTHING)
        match how:
            case "command":
                await house.commands.disarm(house.partition())
            case "keypad":
                await house.receiver.panel("House").disarm(1)
                house.event("1401", user="Ann")
            case "poll":
                await house.receiver.panel("House").disarm(1)
                await house.look("Q00000001", EVERYTHING)
        await quiet(house)
        assert house.receiver.bodies("bypassRecover") == [{"List": [{"id": 0}, {"id": 2}]}]
        assert bypassed(house) == [5]
        assert not house.runtime.memory[MEMORY]


async def test_it_is_remembered_over_a_restart() -> None:
    """A zone must not stay left out for good because Home Assistant was restarted."""
    memory: dict[str, Any] = {MEMORY: {"Q00000001": [0, 77]}}
    async with bench(PanelPlan(partitions=1), memory=memory, bypass_ends=False) as house:
        await quiet(house)
        assert not memory[MEMORY]  # zone 0 was not bypassed any more, zone 77 is gone
        assert not house.sent
        receiver = house.receiver.panel("House")
        await receiver.arm(1, "away")
        receiver.zones[0].fields["bypassed"] = True
        await house.look("Q00000001", EVERYTHING)
        memory[MEMORY] = {"Q00000001": [0]}
        await house.look("Q00000001", EVERYTHING)
        assert not house.sent
        await receiver.disarm(1)
        await house.look("Q00000001", EVERYTHING)
        await quiet(house)
        assert house.sent == ["bypassRecover"]


async def test_a_zone_of_two_partitions_waits_for_both() -> None:
    """The other one is still armed."""
    async with bench(PanelPlan(partitions=2, shared={0: [1, 2]}), bypass_ends=False) as house:
        await opened(house, 0)
        await arm(house, None)
        await house.look("Q00000001", EVERYTHING)
        await house.commands.disarm(house.partition(1))
        await asyncio.sleep(0.05)
        assert bypassed(house) == [0]
        await house.commands.disarm(house.partition(2))
        await quiet(house)
        assert bypassed(house) == []


async def test_an_arming_that_is_refused_in_spite_of_it() -> None:
    """A zone cannot be bypassed: nothing stays bypassed for nothing, and the zone is named."""
    async with bench(PanelPlan(partitions=1, fixed=(1,)), refuse_open=True) as house:
        await opened(house, 0, 1)
        with pytest.raises(ArmingRefusedError) as refused:
            await arm(house)
        assert house.sent == ["bypass", "arm/1 away", "bypassRecover"]
        assert refused.value.placeholders["zones"].count("(open)") == 1
        assert bypassed(house) == []
        assert not house.runtime.memory[MEMORY]


async def test_a_bypass_that_does_not_take() -> None:
    """It is not armed then."""
    async with bench(deaf=True) as house:
        await opened(house, 0)
        with pytest.raises(NotConfirmedError):
            await arm(house)
        assert house.sent == ["bypass"]
        assert not house.runtime.memory[MEMORY]


async def test_a_panel_that_does_not_bypass() -> None:
    """By its link, or because it said so."""
    async with bench(PanelPlan(otap=True)) as house:
        await opened(house, 0)
        house.receiver.refuse_open = True
        with pytest.raises(ArmingRefusedError):
            await arm(house)
        assert house.sent == ["arm/1 away"]
    async with bench() as house:
        house.receiver.fault("control/bypass", sub="notSupport")
        await opened(house, 0)
        for _ in range(2):
            with pytest.raises(UnsupportedError):
                await arm(house)
        assert house.sent == ["bypass"]


async def test_nothing_is_sent_if_zones_cannot_be_read() -> None:
    """Which ones stand against it is not known."""
    async with bench() as house:
        house.receiver.fault("status/zones", sub="deviceError")
        with pytest.raises(DeviceFailureError):
            await arm(house)
        assert not house.sent


@pytest.mark.parametrize("arrived", [False, True])
async def test_an_answer_that_got_lost(arrived: bool) -> None:
    """Whether it will be armed is seen later; if not, what was left out is taken back in."""
    async with bench(bypass_ends=False) as house:
        await opened(house, 0)
        house.receiver.fault("control/arm", drop="after" if arrived else True, times=1)
        with pytest.raises(ConnectionFailedError):
            await arm(house)
        assert bypassed(house) == [0]
        await quiet(house)
        assert bypassed(house) == ([0] if arrived else [])


async def test_zones_that_cannot_be_taken_back_in(caplog: pytest.LogCaptureFixture) -> None:
    """They are said to be left out, and tried again with the next disarming."""
    async with bench(bypass_ends=False) as house:
        await opened(house, 0)
        await arm(house)
        await house.look("Q00000001", EVERYTHING)
        house.receiver.fault("bypassRecover", sub="deviceError", times=1)
        await house.commands.disarm(house.partition())
        async with asyncio.timeout(5):
            while "still bypassed" not in caplog.text:
                await asyncio.sleep(0.01)
        assert house.runtime.memory[MEMORY] == {"Q00000001": [0]}
        await house.commands.arm(house.partition(), ArmMode.AWAY)
        await house.look("Q00000001", EVERYTHING)
        house.receiver.fault("status/zones", sub="deviceError", times=2)  # the next look fails, too
        await house.commands.disarm(house.partition())
        await asyncio.sleep(0.1)
        assert house.runtime.memory[MEMORY] == {"Q00000001": [0]}
        await house.commands.arm(house.partition(), ArmMode.AWAY)
        await house.look("Q00000001", EVERYTHING)
        await house.commands.disarm(house.partition())
        await quiet(house)
        assert bypassed(house) == []


async def test_what_the_user_decides_stands() -> None:
    """A zone that is bypassed by hand meanwhile is not taken back in."""
    async with bench(bypass_ends=False) as house:
        await opened(house, 0, 2)
        await arm(house)
        await house.look("Q00000001", EVERYTHING)
        await house.commands.switch(house.of(SwitchFeature, "zone_bypass")[0], on=True)
        await house.commands.disarm(house.partition())
        await quiet(house)
        assert bypassed(house) == [0]


@pytest.mark.parametrize("kept", [None, "x", {"Q00000001": "0"}, {"Q00000001": ["a", None]}])
async def test_a_memory_that_holds_something_else(kept: object) -> None:
    """It is not believed, and written anew."""
    async with bench(memory={MEMORY: kept}) as house:
        await opened(house, 0)
        await arm(house)
        assert house.runtime.memory[MEMORY] == {"Q00000001": [0]}


async def test_a_panel_that_is_gone_when_it_is_over() -> None:
    """Nothing is asked of it."""
    async with bench(bypass_ends=False) as house:
        await opened(house, 0)
        await arm(house)
        await house.look("Q00000001", EVERYTHING)
        panel = house.panels.pop("Q00000001")
        house.receiver.requests.clear()
        panel.on_disarmed(1)
        await asyncio.sleep(0.05)
        assert not house.receiver.requests
        with pytest.raises(SystemFailure):
            await house.commands.act("refresh", [house.partition(1, panel)], {})
