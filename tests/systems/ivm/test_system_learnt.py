"""What an account learns of its channels: features that appear, go, and outlive a restart."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import UnsupportedError
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from simulators.ivm import AlarmPlan, DevicePlan, IvmSimulator, TenantPlan
from tests.systems.hikcentral.event_bench import Clock

from .system_bench import GATE, UID, Running, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

PLAN = TenantPlan(orgs=("Home",), devices=(DevicePlan(name="Gate", serial=GATE, presets=2, cruises=2),))
PARTS: Sequence[tuple[Kind, str]] = (
    (Kind.ALARM_RECORDING, "over_line_alarm"),
    (Kind.PRE_RECORDING, "over_line_alarm"),
    (Kind.CRUISE, "1"),
    (Kind.CRUISE, "2"),
    (Kind.BIT_RATE, "main"),
)


def with_plans(cloud: IvmSimulator) -> IvmSimulator:
    """Let alarms of two types start recordings."""
    cloud.channel("Gate").alarm_plans = [AlarmPlan("over_line_alarm", 7, 9), AlarmPlan("motion_detection", 5, 5)]
    return cloud


def there(run: Running) -> dict[tuple[Kind, str], bool]:
    """Return which of the learnt features are there."""
    return {row: bool(run.some(row[0], part=row[1])) for row in PARTS}


async def test_features_appear() -> None:
    """Together, a moment after they were learnt, each with its value."""
    async with IvmSimulator(PLAN, clock=(clock := Clock()).now) as cloud:
        with_plans(cloud)
        async with running(cloud=cloud, clock=clock, prime=False) as run:
            assert not any(there(run).values()) or not there(run)[Kind.ALARM_RECORDING, "over_line_alarm"]
            await run.through(run.system.prime(run.sink, run.wanted))
            await run.wait(1.1)
            assert all(there(run).values())
            assert 1 <= len(run.sink.inventories) <= 2
            for kind, part in PARTS:
                for feature in run.some(kind, part=part):
                    assert run.sink.state(feature.id) is not UNKNOWN, feature.id
            assert run.value(Kind.PRE_RECORDING, part="over_line_alarm") == 7
            assert len(run.one(Kind.PTZ_PRESET).options) == 2
            assert len(run.one(Kind.PTZ_PATROL).options) == 2


async def test_over_a_restart() -> None:
    """They are there before anything was asked; what is asked then changes nothing."""
    async with IvmSimulator(PLAN, clock=(clock := Clock()).now) as cloud:
        with_plans(cloud)
        async with running(cloud=cloud, clock=clock) as run:
            memory, before = run.memory, run.inventory
            options = run.one(Kind.PTZ_PRESET).options
        cloud.requests.clear()
        async with running(cloud=cloud, clock=clock, memory=memory, prime=False) as again:
            assert all(there(again).values())
            assert again.inventory.features.keys() == before.features.keys()
            assert again.one(Kind.PTZ_PRESET).options == options
            await again.prime()
            assert again.inventory.features.keys() == before.features.keys()
            assert all(
                again.sink.state(one.id) is not UNKNOWN for row in PARTS for one in again.some(*row[:1], part=row[1])
            )


@pytest.mark.parametrize(
    "junk", [None, 7, "text", [], {"CAMERA0000000001": 3}, {GATE: {"0": {"tracks": [[1]], "presets": {}}}}]
)
async def test_a_memory_that_makes_no_sense(junk: Any) -> None:
    """It counts as none."""
    memory = {"ivm_learnt": junk, "ivm_seen": junk, "ivm_callbacks": junk, "ivm_abilities": junk}
    async with running(PLAN, memory=memory, push=True) as run:
        assert run.some(Kind.CRUISE, part="1")
        assert (await run.cloud.alarm("Gate")).delivered


async def test_what_people_change_elsewhere() -> None:
    """A preset or a track that is new shows when its list is read again."""
    async with running(PLAN) as run:
        run.clock.move(run.clock.passed + 13 * 3600)
        run.forget()
        run.cloud.channel("Gate").cruises.pop(2)
        await run.through(run.system.press(run.one(Kind.REFRESH_PRESETS), run.sink))
        await run.wait(2)
        assert len(run.one(Kind.PTZ_PATROL).options) == 1
        assert not run.some(Kind.CRUISE, part="2")


def no_snapshots(run: Running) -> None:
    """Let the camera take no still pictures."""
    run.cloud.channel("Gate").can_snap = False


def no_ptz(run: Running) -> None:
    """Let the camera not move."""
    run.cloud.fault("ptz", code="IVM.20002008")
    run.cloud.fault("control-lock", code="IVM.20002008")


def no_presets(run: Running) -> None:
    """Let the camera have no presets."""
    run.cloud.fault("preset-position", code="IVM.20160001")


async def snapshot(run: Running) -> None:
    """Ask for a still picture."""
    await run.system.camera_image(run.one(Kind.MAIN_STREAM), None, None)


async def move(run: Running) -> None:
    """Turn the camera."""
    await run.system.press(run.one(Kind.PTZ_LEFT), run.sink)


async def presets(run: Running) -> None:
    """Go to a preset."""
    feature = run.one(Kind.PTZ_PRESET)
    await run.system.select(feature, feature.options[0], run.sink)


@pytest.mark.parametrize(
    ("arrange", "ask", "gone", "stay"),
    [
        (no_snapshots, snapshot, [Kind.SNAPSHOT], [Kind.MAIN_STREAM, Kind.PTZ_LEFT]),
        (no_ptz, move, [Kind.PTZ_LEFT, Kind.PTZ_STOP, Kind.PTZ_PRESET, Kind.PTZ_SPEED], [Kind.SNAPSHOT]),
        (no_presets, presets, [Kind.PTZ_PRESET], [Kind.PTZ_LEFT, Kind.PTZ_PATROL]),
    ],
    ids=["snapshot", "ptz", "presets"],
)
async def test_what_is_not_there(
    arrange: Callable[[Running], None], ask: Callable[[Running], Any], gone: list[Kind], stay: list[Kind]
) -> None:
    """Its features go after the first refusal, and are tried anew after a restart."""
    async with IvmSimulator(PLAN, clock=(clock := Clock()).now) as cloud:
        async with running(cloud=cloud, clock=clock) as run:
            assert all(run.some(kind) for kind in (*gone, *stay))
            arrange(run)
            with pytest.raises(UnsupportedError):
                await run.through(ask(run))
            await run.wait(2)
            assert not [kind for kind in gone if run.some(kind)]
            assert all(run.some(kind) for kind in stay)
            await run.poll(Tier.STATUS, Tier.INVENTORY)
            assert not [kind for kind in gone if run.some(kind)]
            memory = run.memory
        cloud.heal()
        cloud.channel("Gate").can_snap = True
        async with running(cloud=cloud, clock=clock, memory=memory) as again:
            assert all(again.some(kind) for kind in (*gone, *stay))
            await again.through(ask(again))


async def test_readings_that_are_refused() -> None:
    """Their features go, too, and nothing asks for them again and again."""
    async with running(PLAN, prime=False) as run:
        run.cloud.fault("stream-detail", code="IVM.20020011")
        await run.prime()
        assert not run.some(Kind.CODEC)
        asked = run.asked("stream-detail")
        for _ in range(5):
            run.clock.move(run.clock.passed + 3600)
            await run.poll(Tier.DETAIL)
        assert run.asked("stream-detail") == asked


async def test_a_device_that_comes_back() -> None:
    """It has what it was known to have, also where it vanished from lists for a while."""
    async with running(PLAN) as run:
        gate = run.cloud.device("Gate")
        run.cloud.world.remove(gate)
        await run.poll(Tier.STATUS, Tier.STATUS)
        assert f"{UID}_{GATE}" not in run.inventory.devices
        run.cloud.world.devices[gate.id] = gate
        run.cloud.world.touch()
        await run.poll(Tier.STATUS)
        assert run.some(Kind.CRUISE, part="1")
        assert run.value(Kind.CRUISE, part="1") in {True, False}
        assert len(run.one(Kind.PTZ_PRESET).options) == 2


async def test_a_bill_is_told_and_takes_nothing_away() -> None:
    """Lists say that everything is granted; the refusal of one call is a problem until that is paid."""
    async with running(PLAN, prime=False) as run:
        run.cloud.fault("statistics/people", code="IVM.20000049")
        await run.prime()
        assert set(run.problems("states")) == {"ivm_unpaid"}
        assert run.problems("states")["ivm_unpaid"].placeholders["names"] == "Gate"
        assert run.some(Kind.PEOPLE_ENTERED) and run.value(Kind.PEOPLE_ENTERED) is UNKNOWN
        run.cloud.heal()
        run.clock.move(run.clock.passed + 901)
        await run.poll(Tier.DETAIL)
        assert not run.problems("states")
        assert run.value(Kind.PEOPLE_ENTERED) is not UNKNOWN


@pytest.mark.parametrize("tier", [Tier.STATUS, Tier.INVENTORY])
async def test_what_is_booked_later_is_offered_again(tier: Tier) -> None:
    """What was refused is not, once the services of the channel are other than before."""
    async with running(PLAN, prime=False) as run:
        run.cloud.fault("statistics/people", code="IVM.20090016")
        await run.prime()
        assert not run.some(Kind.PEOPLE_ENTERED)
        await run.poll(tier)
        await run.wait(3)
        assert not run.some(Kind.PEOPLE_ENTERED)
        run.cloud.heal()
        run.cloud.channel("Gate").set_package("CUSTOMER_GROUP", "GRANT")
        await run.poll(tier)
        await run.wait(130)
        await run.poll(Tier.DETAIL)
        assert run.value(Kind.PEOPLE_ENTERED) is not UNKNOWN
