"""Moving cameras over real sockets (ivm §3.5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ConnectionFailedError,
    DeviceOfflineError,
    InvalidArgumentError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.codes import OccupiedError, PrivacyError
from custom_components.hikvision_ivm.systems.ivm.control_locks import KEEP_SECONDS
from custom_components.hikvision_ivm.systems.ivm.ptz import BUTTONS, COMMANDS, Ptz
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ButtonFeature, CameraFeature, NumberFeature, SensorFeature
from simulators.ivm import DevicePlan
from tests.systems.transport.clock import Clock

from .cloud import until
from .media_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

LOCK = "control-lock"
SPIN = "angle-spin"
GB = DevicePlan(name="Gate", protocol="GB28181")


@asynccontextmanager
async def moving(*devices: DevicePlan, **more: Any) -> AsyncIterator[tuple[Bench, Ptz]]:
    """Start a cloud and what moves its cameras."""
    async with bench(*devices, **more) as made:
        ptz = Ptz(made.context)
        yield made, ptz
        await ptz.close()


def log(made: Bench, device: str = "Gate") -> list[str]:
    """Return what was carried out."""
    return [one.direction for one in made.channel(device).ptz.log]


class Held(Clock):
    """Time in which movements last until they are ended, and everything else passes."""

    def __init__(self, blocked: float) -> None:
        """Block sleeps of one length."""
        super().__init__()
        self.blocked = blocked
        self.runtime.sleep = self._hold
        self.holding = asyncio.Event()

    async def _hold(self, seconds: float) -> None:
        if seconds == self.blocked:
            self.holding.set()
            await asyncio.Event().wait()
        await self._sleep(seconds)


@pytest.mark.parametrize("command", [one for one in COMMANDS if COMMANDS[one].stop])
@pytest.mark.parametrize("plan", [DevicePlan(name="Gate"), GB], ids=["holo", "gb"])
async def test_a_movement_is_started_stopped_and_the_right_given_back(command: str, plan: DevicePlan) -> None:
    """By the stop that belongs to it, without end until then, and never sooner than the camera can bear."""
    async with moving(plan) as (made, ptz):
        await ptz.move(made.address(), command, speed=7, duration=0.3)
        order = COMMANDS[command]
        assert log(made) == [order.word, order.stop]
        state = made.channel().ptz
        assert state.is_still
        assert not state.runaway
        assert {body["mode"] for body in made.bodies(SPIN)} == {"NON_POINT"}
        assert made.bodies(SPIN)[0]["speed"] == 7
        assert made.cloud.count(LOCK, "GET") == 1
        await until(lambda: made.cloud.count(LOCK, "POST") == 1)
        await ptz.close()
        assert state.token is None
        assert made.cloud.count(LOCK, "POST") == 1


async def test_focus_by_itself_needs_no_stop() -> None:
    """It is one order."""
    async with moving() as (made, ptz):
        left: list[Any] = []
        ptz.moved = left.append
        await ptz.move(made.address(), "auto_focus")
        assert log(made) == ["AUTO_FOCUS"]
        assert not left


@pytest.mark.parametrize("kind", list(BUTTONS))
async def test_buttons_move_for_the_cameras_own_time(kind: Kind) -> None:
    """With its speed; both are kept here."""
    async with moving() as (made, ptz):
        button = made.feature(ButtonFeature, kind)
        await ptz.press(button)
        assert [body["speed"] for body in made.bodies(SPIN)] == [5, 5]
        for number, value in ((Kind.PTZ_SPEED, 9), (Kind.PTZ_DURATION, 2.5)):
            ptz.numbers.set(made.feature(NumberFeature, number), value)
        await ptz.press(button)
        assert [body["speed"] for body in made.bodies(SPIN)] == [5, 5, 9, 9]
        moments = [one.moment for one in made.channel().ptz.log]
        assert (moments[3] - moments[2]).total_seconds() >= 2.5
        assert made.context.runtime.memory["numbers"]["ptz_speed"] == {"/".join(made.channel().key): 9}
        with pytest.raises(InvalidArgumentError):
            ptz.numbers.set(made.feature(NumberFeature, Kind.PTZ_SPEED), 11)
        with pytest.raises(UnsupportedError):
            await ptz.press(made.feature(ButtonFeature, Kind.SNAPSHOT))
        with pytest.raises(UnsupportedError):
            await ptz.press(ButtonFeature(device_id="d", kind=kind))


async def test_a_movement_that_is_cancelled_is_stopped() -> None:
    """Whoever closed the page does not leave the camera turning."""
    clock = Held(4.0)
    async with moving(clock=clock) as (made, ptz):
        task = asyncio.create_task(ptz.move(made.address(), "left", duration=4.0))
        await clock.holding.wait()
        assert made.channel().ptz.moving == "LEFT"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: log(made) == ["LEFT", "STOP"])


async def test_a_movement_that_is_cancelled_while_it_starts_is_stopped_after_its_start() -> None:
    """Stop must not overtake start."""
    async with moving() as (made, ptz):
        made.cloud.fault(SPIN, delay=0.1, times=1)
        task = asyncio.create_task(ptz.move(made.address(), "left", duration=4.0))
        await until(lambda: made.cloud.count(SPIN) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: log(made) == ["LEFT", "STOP"])


async def test_everything_stops_and_is_given_back_when_everything_ends() -> None:
    """An unload waits until the cameras stand."""
    clock = Held(9.0)
    two = (DevicePlan(name="Gate"), DevicePlan(name="Yard"))
    async with moving(*two, clock=clock) as (made, ptz):
        tasks = [asyncio.create_task(ptz.move(made.address(name), "up", duration=9.0)) for name in ("Gate", "Yard")]
        await until(lambda: log(made) == log(made, "Yard") == ["UP"])
        await ptz.close()
        await asyncio.gather(*tasks)
        assert log(made) == log(made, "Yard") == ["UP", "STOP"]
        assert made.channel().ptz.token is made.channel("Yard").ptz.token is None


@pytest.mark.parametrize("drop", [True, "after"])
async def test_a_start_that_got_no_answer_is_stopped_and_not_repeated(drop: Any) -> None:
    """It may have been carried out."""
    async with moving() as (made, ptz):
        made.cloud.fault(SPIN, drop=drop, times=1)
        with pytest.raises(ConnectionFailedError):
            await ptz.move(made.address(), "left", duration=1.0)
        assert log(made) == (["STOP"] if drop is True else ["LEFT", "STOP"])
        assert made.channel().ptz.is_still


@pytest.mark.parametrize("failures", [1, 3])
async def test_a_stop_that_fails_is_tried_again(failures: int) -> None:
    """With patience: there is nothing worse than a camera that turns on."""
    clock = Held(4.0)
    async with moving(clock=clock) as (made, ptz):
        task = asyncio.create_task(ptz.move(made.address(), "left", duration=4.0))
        await clock.holding.wait()
        made.cloud.fault(SPIN, status=503, times=failures)
        await ptz.stop(made.address())
        await task
        assert log(made) == ["LEFT", "STOP"]


async def test_a_stop_that_fails_for_good_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """To who started it, and to the log."""
    clock = Held(4.0)
    async with moving(clock=clock) as (made, ptz):
        task = asyncio.create_task(ptz.move(made.address(), "left", duration=4.0))
        await clock.holding.wait()
        made.cloud.fault(SPIN, status=503)
        with pytest.raises(SystemFailure):
            await ptz.stop(made.address())
        with pytest.raises(SystemFailure):
            await task
        assert "Gate may still be moving" in caplog.text
        assert made.cloud.count(SPIN) == 5
        made.cloud.heal()


async def test_the_right_is_kept_for_what_follows() -> None:
    """A second movement within seconds needs no new one; long after, it is had again."""
    clock = Clock(flows=False)
    async with moving(clock=clock) as (made, ptz):

        async def go() -> None:
            task = asyncio.create_task(ptz.move(made.address(), "left", duration=0.3))
            while not task.done():
                await asyncio.sleep(0.005)
                if not task.done() and clock.slept and clock.slept[-1] <= 0.3:
                    clock.passes(0.3)
            task.result()

        await go()
        clock.passes(KEEP_SECONDS - 1)
        await go()
        assert made.cloud.count(LOCK, "GET") == 1
        assert made.cloud.count(LOCK, "POST") == 0
        await until(lambda: clock.slept.count(KEEP_SECONDS) >= 2)
        clock.passes(KEEP_SECONDS)
        await until(lambda: made.cloud.count(LOCK, "POST") == 1)
        await go()
        assert made.cloud.count(LOCK, "GET") == 2


async def test_a_right_that_was_lost_is_taken_again_once() -> None:
    """It ended, or somebody gave it back for us; the order is given again."""
    clock = Held(4.0)
    async with moving(clock=clock) as (made, ptz):
        task = asyncio.create_task(ptz.move(made.address(), "left", duration=4.0))
        await clock.holding.wait()
        made.channel().ptz.token = "another"
        made.channel().ptz.expires = None
        await ptz.stop(made.address())
        await task
        assert log(made) == ["LEFT", "STOP"]
        assert made.cloud.count(LOCK, "GET") == 2


@pytest.mark.parametrize("code", ["IVM.20002001", "IVM.20002009"])
async def test_a_right_that_is_lost_each_time_is_told(code: str) -> None:
    """Without trying for ever."""
    async with moving() as (made, ptz):
        made.cloud.fault(SPIN, code=code)
        made.cloud.fault(LOCK, raw='{"control_token": "one"}', status=200)
        with pytest.raises(SystemFailure) as caught:
            await ptz.move(made.address(), "left")
        assert caught.value.code == code
        assert made.cloud.count(SPIN) == 2
        made.cloud.heal()


async def test_somebody_else_moves_the_camera() -> None:
    """That is told, nothing is sent, and nothing is asked twice."""
    async with moving() as (made, ptz):
        made.channel().ptz.busy = True
        with pytest.raises(OccupiedError) as caught:
            await ptz.move(made.address(), "left")
        assert caught.value.key == "ptz_occupied"
        assert made.cloud.count(LOCK) == 1
        assert made.cloud.count(SPIN) == 0


async def test_an_order_follows_the_one_before() -> None:
    """A new movement ends the old; orders of one camera never overlap, and keep their distance."""
    async with moving() as (made, ptz):
        await asyncio.gather(*(ptz.move(made.address(), word, duration=0.3) for word in ("left", "up", "zoom_in")))
        assert log(made)[-2:] == ["IN", "ZOOM_STOP"]
        assert log(made)[0::2] == [word for word in log(made) if word in {"LEFT", "UP", "IN"}]
        state = made.channel().ptz
        assert state.is_still
        assert not state.runaway
        assert all((later.moment - one.moment).total_seconds() >= 0.3 for one, later in pairwise(state.log))


async def test_stop_without_a_movement_of_ours_stops_everything() -> None:
    """Turning and zooming have a word each, and the camera needs its time between them."""
    async with moving(clock=Held(KEEP_SECONDS)) as (made, ptz):
        state = made.channel().ptz
        state.moving, state.zooming = "LEFT", "IN"
        await ptz.press(made.feature(ButtonFeature, Kind.PTZ_STOP))
        assert log(made) == ["STOP", "ZOOM_STOP"]
        assert state.is_still
        await ptz.move(made.address(), "focus_far")
        state.focusing = "FOCUS_FAR"
        await ptz.stop(made.address())
        assert log(made)[-3:] == ["FI_STOP", "STOP", "ZOOM_STOP"]
        assert state.is_still
        assert not state.runaway


@pytest.mark.parametrize(
    ("firmware", "allowed"), [("SDC 9.0.0", False), ("SDC 10.1.0", True), ("V500R019", True), (None, True)]
)
async def test_old_firmware_moves_in_four_directions(firmware: str | None, allowed: bool) -> None:
    """What is known to be too old is told so; what is not known is tried."""
    async with moving(DevicePlan(name="Gate", firmware=firmware)) as (made, ptz):
        if allowed:
            await ptz.move(made.address(), "left_up")
            return
        with pytest.raises(UnsupportedError, match="10.0"):
            await ptz.move(made.address(), "left_up")
        with pytest.raises(UnsupportedError):
            await ptz.move(made.address(), "auto_focus")
        assert not made.cloud.count(LOCK)
        await ptz.move(made.address(), "left")


@pytest.mark.parametrize(("model", "beats"), [("E2120-10-I-P", True), ("IPC6225-VRZ", False)])
async def test_the_heart_beats_for_cameras_that_need_it(model: str, beats: bool) -> None:
    """While they turn; not when they zoom or stop."""
    async with moving(DevicePlan(name="Gate", model=model)) as (made, ptz):
        await ptz.move(made.address(), "left")
        await ptz.move(made.address(), "zoom_in")
        told = [body.get("heartbeat_mode") for body in made.bodies(SPIN)]
        assert told == ["OPEN" if beats else None, None, None, None]


async def test_refusals() -> None:
    """A camera without motor is remembered by who wants to know; a mask and an absent camera are named."""
    async with moving(DevicePlan(name="Gate", abilities=["localstorage"])) as (made, ptz):
        told: list[Any] = []
        ptz.refused = lambda channel, gate: told.append((channel.key, gate))
        with pytest.raises(UnsupportedError):
            await ptz.move(made.address(), "left")
        assert told == [(made.channel().key, Gate.PTZ)]
    async with moving() as (made, ptz):
        made.channel().mask = True
        with pytest.raises(PrivacyError):
            await ptz.move(made.address(), "left")
        made.channel().online = False
        with pytest.raises(DeviceOfflineError):
            await ptz.move(made.address(), "left")
        assert not made.channel().ptz.log
        with pytest.raises(UnsupportedError):
            await ptz.press(SensorFeature(device_id="d", kind=Kind.PTZ_LEFT))
        assert ptz.speed(made.address()) == 5
        assert made.feature(CameraFeature, Kind.MAIN_STREAM).address == made.address()


async def test_a_right_without_a_token_is_none() -> None:
    """An answer without it is told as one."""
    async with moving() as (made, ptz):
        made.cloud.fault(LOCK, raw="{}", status=200, times=1)
        with pytest.raises(SystemFailure, match="control token"):
            await ptz.move(made.address(), "left")


async def test_a_right_that_may_have_been_taken_is_given_back() -> None:
    """Taking it got no answer: without that nobody could move the camera for two minutes."""
    async with moving() as (made, ptz):
        made.cloud.fault(LOCK, drop="after", times=1, method="GET")
        with pytest.raises(ConnectionFailedError):
            await ptz.move(made.address(), "left", duration=1.0)
        assert log(made) == ["STOP"]
        assert (made.cloud.count(LOCK, "GET"), made.cloud.count(LOCK, "POST")) == (2, 1)
        await ptz.close()
        assert made.cloud.count(LOCK, "POST") == 2
        assert made.channel().ptz.token is None


async def test_a_right_of_somebody_else_is_not_given_back() -> None:
    """It was refused, so it is not ours."""
    async with moving() as (made, ptz):
        made.cloud.fault(LOCK, code="IVM.20000029", status=500, times=1, method="GET")
        with pytest.raises(OccupiedError):
            await ptz.move(made.address(), "left", duration=1.0)
        await ptz.close()
        assert made.cloud.count(LOCK, "POST") == 0
