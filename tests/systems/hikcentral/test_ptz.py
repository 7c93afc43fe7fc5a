"""Moving cameras over real sockets (hikcentral §3.5, T20)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    DeviceOfflineError,
    InsufficientRightsError,
    InvalidArgumentError,
    ResponseTimeoutError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.live import LIVE
from custom_components.hikvision_ivm.systems.hikcentral.ptz import BUTTONS, COMMANDS, CONTROL
from custom_components.hikvision_ivm.systems.hikcentral.records import Camera
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ButtonFeature, CameraFeature, NumberFeature
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan

from .command_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

TWO = SitePlan(ptz=2)


def button(made: Bench, kind: Kind) -> ButtonFeature:
    """Return a button of the first camera."""
    return made.feature(ButtonFeature, kind, "1")


def camera(made: Bench, id_: str = "1") -> Camera:
    """Return a camera."""
    return made.context.facts().cameras[id_]


def camera_entity(made: Bench, id_: str = "1") -> CameraFeature:
    """Return the entity of a camera."""
    return made.feature(CameraFeature, Kind.MAIN_STREAM, id_)


def log(made: Bench, id_: str = "1") -> list[tuple[str, int]]:
    """Return what was carried out: command, and 0 for start or 1 for stop."""
    return [(one.command, one.action) for one in made.platform.state.ptz_log if one.camera == id_]


def sent(made: Bench) -> list[tuple[str, int]]:
    """Return what was sent."""
    return [(body["command"], body["action"]) for body in made.bodies(CONTROL)]


async def _until(condition: Any) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("kind", list(BUTTONS))
async def test_a_button_moves_for_its_time_and_stops(kind: Kind) -> None:
    """With the speed and time of the camera's own numbers, on stop too."""
    async with bench() as made:
        await made.commands.press(button(made, kind), made.sink)
        word = COMMANDS[BUTTONS[kind]]
        assert log(made) == [(word, 0), (word, 1)]
        assert made.time.slept == [0.5]
        for number, value in ((Kind.PTZ_SPEED, 55), (Kind.PTZ_DURATION, 2.5)):
            await made.commands.set_number(made.feature(NumberFeature, number, "1"), value, made.sink)
        await made.commands.press(button(made, kind), made.sink)
        assert made.time.slept == [0.5, 2.5]
        assert [body["speed"] for body in made.bodies(CONTROL)] == [40, 40, 55, 55]
        assert not made.platform.state.moving("1")


@pytest.mark.parametrize(("command", "word"), list(COMMANDS.items()))
async def test_every_command_is_started_and_stopped(command: str, word: str) -> None:
    """Each with a speed between 20 and 60."""
    async with bench() as made:
        await made.act("ptz", [camera_entity(made)], command=command, speed=20, duration=0.1)
        assert log(made) == [(word, 0), (word, 1)]
        assert {body["speed"] for body in made.bodies(CONTROL)} == {20}
        assert made.time.slept == [0.1]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"command": "spin"}, {"command": "LEFT"}, {"command": "left", "speed": 19}, {"command": "left", "speed": 61},
     {"command": "left", "speed": "fast"}, {"command": "left", "duration": 0}, {"command": "left", "duration": 11}],
)  # fmt: skip
async def test_bad_arguments_are_found_before_anything_is_sent(arguments: dict[str, Any]) -> None:
    """Nothing moves."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError):
            await made.act("ptz", [camera_entity(made)], **arguments)
        with pytest.raises(InvalidArgumentError):
            await made.act("ptz", [], command="left")
        assert not made.platform.requests


# always stopped


async def test_a_movement_that_is_cancelled_is_stopped() -> None:
    """Whoever closed the page does not leave the camera turning."""
    async with bench() as made:
        made.time.blocked = 0.5
        task = asyncio.create_task(made.commands.press(button(made, Kind.PTZ_LEFT), made.sink))
        await made.time.asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: log(made) == [("LEFT", 0), ("LEFT", 1)])


async def test_a_movement_that_is_cancelled_while_it_starts_is_stopped_after_its_start() -> None:
    """Stop must not overtake start."""
    async with bench() as made:
        await made.hurry()
        made.platform.fault(CONTROL, delay=0.1, times=1)
        task = asyncio.create_task(made.commands.press(button(made, Kind.PTZ_LEFT), made.sink))
        await _until(lambda: made.platform.count(CONTROL) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: log(made) == [("LEFT", 0), ("LEFT", 1)])


async def test_everything_stops_when_everything_ends() -> None:
    """An unload waits until the cameras stand."""
    async with bench(site=TWO) as made:
        made.time.blocked = 0.5
        tasks = [
            asyncio.create_task(made.act("ptz", [camera_entity(made, id_)], command="up", duration=9.0))
            for id_ in ("1", "2")
        ]
        await _until(lambda: len(made.time.slept) == 2)
        await made.commands.close()
        await asyncio.gather(*tasks)
        assert not made.platform.state.moving("1") | made.platform.state.moving("2")
        assert log(made) == log(made, "2") == [("UP", 0), ("UP", 1)]


@pytest.mark.parametrize("drop", [True, "after"])
async def test_a_start_that_got_no_answer_is_stopped_and_not_repeated(drop: Any) -> None:
    """It may move."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=drop, times=1)
        with pytest.raises(ConnectionFailedError):
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert sent(made) == [("LEFT", 0), ("LEFT", 1)]
        assert made.time.slept == []
        assert not made.platform.state.moving("1")


async def test_a_command_of_two_spellings_is_not_repeated_either() -> None:
    """A lost answer is no question of spelling."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=True, times=1)
        with pytest.raises(ConnectionFailedError):
            await made.act("ptz", [camera_entity(made)], command="focus_far")
        assert sent(made) == [("FOCUS_FAR", 0), ("FOCUS_FAR", 1)]


async def test_a_start_that_timed_out_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, and inside the platform."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.hikcentral.client.WRITE_SECONDS", 0.1)
    async with bench() as made:
        made.platform.fault(CONTROL, delay=0.3, times=1)
        with pytest.raises(ResponseTimeoutError):
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert sent(made) == [("LEFT", 0), ("LEFT", 1)]
        made.platform.fault(CONTROL, code="0x00052103", times=1)
        with pytest.raises(BusyError):
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert sent(made)[2:] == [("LEFT", 0), ("LEFT", 1)]


async def test_a_start_that_never_left_needs_no_stop() -> None:
    """Nothing answers at all."""
    async with bench() as made:
        await made.platform.stop_answering()
        with pytest.raises(ConnectionFailedError):
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert made.client.requests - made.platform.count() < 20
        assert made.time.slept == []


async def test_stopping_is_tried_twice(caplog: pytest.LogCaptureFixture) -> None:
    """It harms nobody; a camera that may still move is reported."""
    async with bench() as made:
        made.time.blocked = 0.4
        task = asyncio.create_task(made.commands.press(button(made, Kind.PTZ_LEFT), made.sink))
        await made.time.asleep.wait()
        made.time.blocked = None
        made.platform.fault(CONTROL, drop=True, times=1)
        await made.commands.press(button(made, Kind.PTZ_STOP), made.sink)
        await task
        assert sent(made) == [("LEFT", 0), ("LEFT", 1), ("LEFT", 1)]
        assert not made.platform.state.moving("1")
        made.time.blocked = 0.4
        made.time.asleep.clear()
        task = asyncio.create_task(made.commands.press(button(made, Kind.PTZ_LEFT), made.sink))
        await made.time.asleep.wait()
        made.time.blocked = None
        made.platform.fault(CONTROL, code="192")
        with pytest.raises(DeviceFailureError):
            await made.commands.press(button(made, Kind.PTZ_STOP), made.sink)
        with pytest.raises(DeviceFailureError):
            await task
        assert "may still be moving" in caplog.text


async def test_a_lost_start_that_cannot_be_stopped_says_both() -> None:
    """The start is what was asked for; the stop is a note."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=True)
        with pytest.raises(ConnectionFailedError) as raised:
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert "stopped" in raised.value.__notes__[0]
        assert sent(made) == [("LEFT", 0), ("LEFT", 1), ("LEFT", 1)]


# one at a time


async def test_a_new_movement_ends_the_old_one() -> None:
    """Stop before start; the first caller is told nothing bad."""
    async with bench() as made:
        made.time.blocked = 5.0
        first = asyncio.create_task(made.act("ptz", [camera_entity(made)], command="left", duration=9))
        await made.time.asleep.wait()
        await made.act("ptz", [camera_entity(made)], command="right", duration=1)
        await first
        assert log(made) == [("LEFT", 0), ("LEFT", 1), ("RIGHT", 0), ("RIGHT", 1)]


async def test_many_presses_at_once() -> None:
    """Never two movements of one camera, and each start has its stop."""
    async with bench(delay=0.005) as made:
        await made.hurry()
        kinds = list(BUTTONS) * 2
        await asyncio.gather(*(made.commands.press(button(made, kind), made.sink) for kind in kinds))
        carried = log(made)
        assert [action for _, action in carried] == [0, 1] * (len(carried) // 2)
        assert all(start[0] == stop[0] for start, stop in zip(carried[::2], carried[1::2], strict=True))


async def test_cameras_move_side_by_side() -> None:
    """One does not wait for another; the action returns when all stand."""
    async with bench(site=TWO) as made:
        await made.act("ptz", [camera_entity(made), camera_entity(made, "2")], command="down", duration=1)
        assert [(one.camera, one.action) for one in made.platform.state.ptz_log][:2] in (
            [("1", 0), ("2", 0)],
            [("2", 0), ("1", 0)],
        )
        assert not made.platform.state.moving("1") | made.platform.state.moving("2")


async def test_the_stop_button_stops_what_moves() -> None:
    """Once; with nothing moving, what was told last, or anything at all."""
    async with bench() as made:
        await made.commands.press(button(made, Kind.PTZ_STOP), made.sink)
        assert log(made) == [("LEFT", 1)]
        made.time.blocked = 0.5
        task = asyncio.create_task(made.commands.press(button(made, Kind.PTZ_ZOOM_IN), made.sink))
        await made.time.asleep.wait()
        await made.commands.press(button(made, Kind.PTZ_STOP), made.sink)
        await task
        assert log(made)[1:] == [("ZOOM_IN", 0), ("ZOOM_IN", 1)]
        await made.commands.press(button(made, Kind.PTZ_STOP), made.sink)
        assert log(made)[3:] == [("ZOOM_IN", 1)]


# what the platform may say


async def test_somebody_else_moves_the_camera() -> None:
    """In plain words, without a stop that would end their movement."""
    async with bench(behaviour=Options(occupied={"1"})) as made:
        with pytest.raises(BusyError) as raised:
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert "somebody else moves Camera 1" in str(raised.value)
        assert sent(made) == [("LEFT", 0)]
        assert made.platform.count(LIVE) == 0


async def test_a_camera_that_moves_only_while_it_is_watched() -> None:
    """A live view is started, and the command given once more."""
    async with bench(behaviour=Options(needs_live_view=True)) as made:
        await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert made.platform.count(LIVE) == 1
        assert sent(made) == [("LEFT", 0), ("LEFT", 0), ("LEFT", 1)]
        assert log(made) == [("LEFT", 0), ("LEFT", 1)]


async def test_a_camera_that_cannot_be_watched_either() -> None:
    """The failure of the command is told, not that of the live view."""
    async with bench() as made:
        made.platform.fault(CONTROL, code="192")
        made.platform.fault(LIVE, code="129")
        with pytest.raises(DeviceFailureError) as raised:
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert raised.value.code == "192"
        assert isinstance(raised.value.__cause__, DeviceOfflineError)
        assert sent(made)[0] == ("LEFT", 0)


@pytest.mark.parametrize(
    ("code", "error"),
    [("129", DeviceOfflineError), ("195", UnsupportedError), ("130", InsufficientRightsError)],
)
async def test_a_refusal_is_final(code: str, error: type[Exception]) -> None:
    """Nothing moves, so nothing is stopped or tried again."""
    async with bench() as made:
        made.platform.fault(CONTROL, code=code)
        with pytest.raises(error):
            await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert sent(made) == [("LEFT", 0)]
        assert made.platform.count(LIVE) == 0


@pytest.mark.parametrize("spelling", ["FOCUS_FAR", "FOUCS_FAR", "both"])
async def test_both_spellings_of_one_command(spelling: Any) -> None:
    """The right one first, then the printed mistake; what worked is kept."""
    async with bench(behaviour=Options(focus_far=spelling)) as made:
        for _ in range(2):
            await made.act("ptz", [camera_entity(made)], command="focus_far")
        word = "FOUCS_FAR" if spelling == "FOUCS_FAR" else "FOCUS_FAR"
        assert log(made) == [(word, 0), (word, 1)] * 2
        assert len(sent(made)) == 4 + (spelling == "FOUCS_FAR")
        made.platform.options.focus_far = "FOCUS_FAR"
        await made.act("ptz", [camera_entity(made)], command="focus_far")
        assert log(made)[-1] == ("FOCUS_FAR", 1)


async def test_a_failure_that_is_no_question_of_spelling() -> None:
    """Offline in any spelling."""
    async with bench() as made:
        made.platform.fault(CONTROL, code="194")
        made.platform.fault(LIVE, code="129")
        with pytest.raises(DeviceFailureError):
            await made.act("ptz", [camera_entity(made)], command="focus_far")
        assert {word for word, _ in sent(made)} == {"FOCUS_FAR"}


async def test_one_camera_that_fails_does_not_keep_the_others_back() -> None:
    """Its failure is raised when all stand."""
    async with bench(site=TWO, behaviour=Options(occupied={"1"})) as made:
        with pytest.raises(BusyError):
            await made.act("ptz", [camera_entity(made), camera_entity(made, "2")], command="left")
        assert log(made, "2") == [("LEFT", 0), ("LEFT", 1)]


async def test_a_button_of_something_else() -> None:
    """Nothing is sent."""
    async with bench() as made:
        for feature in (
            ButtonFeature(device_id="d", kind=Kind.PTZ_LEFT),
            ButtonFeature(device_id="d", kind=Kind.REBOOT, address=camera(made)),
        ):
            with pytest.raises(UnsupportedError):
                await made.commands.ptz.press(feature, made.sink)
            with pytest.raises(UnsupportedError):
                await made.commands.press(feature, made.sink)
        assert not made.platform.requests


async def test_numbers_have_bounds_and_last() -> None:
    """Kept in the memory; what is none, or out of bounds, is as if never set."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as made:
        speed = made.feature(NumberFeature, Kind.PTZ_SPEED, "1")
        made.commands.begin(made.context.inventory(), made.sink)
        assert made.value(speed) == 40
        await made.commands.set_number(speed, 60, made.sink)
        assert made.value(speed) == 60
        for bad in (61, 19, float("nan"), float("inf")):
            with pytest.raises(InvalidArgumentError):
                await made.commands.set_number(speed, bad, made.sink)
        with pytest.raises(UnsupportedError):
            await made.commands.set_number(NumberFeature(device_id="d", kind=Kind.TEMPERATURE), 1, made.sink)
    assert memory["numbers"] == {"ptz_speed": {"1": 60.0}}
    async with bench(memory=memory) as made:
        assert made.commands.ptz.speed(camera(made)) == 60
    async with bench(memory={"numbers": {"ptz_duration": {"1": True}}}) as made:
        assert made.commands.numbers.get(Kind.PTZ_DURATION, "1") == 0.5
    for broken in ("x", {"ptz_speed": 5}, {"ptz_speed": {"1": True}}, {"ptz_speed": {"1": 900}}):
        async with bench(memory={"numbers": broken}) as made:
            assert made.commands.ptz.speed(camera(made)) == 40
            speed = made.feature(NumberFeature, Kind.PTZ_SPEED, "1")
            await made.commands.set_number(speed, 30, made.sink)
            assert made.commands.ptz.speed(camera(made)) == 30
