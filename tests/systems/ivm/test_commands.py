"""Every command and every action reaches the part it belongs to; what cannot be used is found before anything is sent."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidArgumentError, SystemFailure, UnsupportedError
from custom_components.hikvision_ivm.systems.ivm.actions import ACTIONS, Actions
from custom_components.hikvision_ivm.systems.ivm.budget import Budget
from custom_components.hikvision_ivm.systems.ivm.channel import EventChannel
from custom_components.hikvision_ivm.systems.ivm.commands import Commands, Parts, parts_of
from custom_components.hikvision_ivm.systems.ivm.records import StreamType
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    ButtonFeature,
    CameraFeature,
    ImageFeature,
    NumberFeature,
    SelectFeature,
    SensorFeature,
    SwitchFeature,
)
from simulators.ivm import DevicePlan
from simulators.ivm.state import Plan as CloudPlan

from .settings_bench import NOON, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

STREAMS = ("main", "sub", "third")
SECTION = {"days": "mon", "start": "08:00", "end": "18:00"}


def parts(made: Bench) -> tuple[Parts, Commands, Actions, Budget]:
    """Return what carries out commands and actions."""
    some, budget = parts_of(made.context, EventChannel(made.context)), Budget(made.context.runtime)
    return some, Commands(some, budget), Actions(some), budget


def camera(made: Bench, device: str = "Gate", kind: Kind = Kind.MAIN_STREAM) -> CameraFeature:
    """Let a camera exist."""
    stream = StreamType.PRIMARY if kind is Kind.MAIN_STREAM else StreamType.SECONDARY_1
    return made.feature(CameraFeature, kind, device, detail=stream, part="")


def calls(made: Bench) -> int:
    """Return how many requests there were, besides those for tokens."""
    return len(made.cloud.requests) - len(made.cloud.token_requests)


# commands


async def test_switches() -> None:
    """Plans, alarm types and tracks; anything else is none."""
    async with bench() as made:
        _, commands, *_ = parts(made)
        gate = made.cloud.channel("Gate")
        await commands.switch(made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING), on=False, sink=made.sink)
        assert gate.plan is None
        motion = made.feature(SwitchFeature, Kind.ALARM_RECORDING, detail="motion_detection")
        await commands.switch(motion, on=False, sink=made.sink)
        assert gate.alarm_plans == []
        await commands.switch(made.feature(SwitchFeature, Kind.CRUISE, detail="1"), on=True, sink=made.sink)
        assert gate.cruises[1].enabled
        with pytest.raises(UnsupportedError):
            await commands.switch(made.feature(SwitchFeature, Kind.RELAY), on=True, sink=made.sink)


async def test_selects() -> None:
    """Presets, tracks, the stream that is shown, the one that is recorded, and how it is encoded."""
    async with bench() as made:
        _, commands, *_ = parts(made)
        gate = made.cloud.channel("Gate")
        await commands.select(made.feature(SelectFeature, Kind.PTZ_PRESET), "Preset 2", made.sink)
        assert gate.ptz.preset == 2
        for kind, option, more in (
            (Kind.PTZ_PATROL, "Cruise 1", {}),
            (Kind.LIVE_STREAM, "sub", {"options": STREAMS}),
            (Kind.RECORDING_STREAM, "sub", {"options": STREAMS}),
            (Kind.CODEC, "H.264", {"options": ("H.264", "H.265"), "detail": StreamType.PRIMARY}),
        ):
            await commands.select(made.feature(SelectFeature, kind, **more), option, made.sink)
        assert gate.cruises[1].enabled
        assert gate.record_stream == "SECONDARY_STREAM_1"
        assert gate.stream_detail["stream_info"][0]["encode_type"] == "H.264"
        assert "sub" in made.sink.values.values()
        with pytest.raises(UnsupportedError):
            await commands.select(made.feature(SelectFeature, Kind.DOOR_MODE, options=("a",)), "a", made.sink)
        await commands.close()


async def test_numbers() -> None:
    """Days, seconds, movement, encoding; bounds and whole numbers."""
    async with bench() as made:
        _, commands, *_ = parts(made)
        gate = made.cloud.channel("Gate")

        def number(kind: Kind, detail: str = "", **more: Any) -> NumberFeature:
            return made.feature(NumberFeature, kind, detail=detail, **more)

        main, motion = StreamType.PRIMARY.value, "motion_detection"
        for feature, value in (
            (number(Kind.RETENTION), 30.0),
            (number(Kind.ALARM_RETENTION), 60.0),
            (number(Kind.PRE_RECORDING, motion), 3.0),
            (number(Kind.POST_RECORDING, motion), 4.0),
            (number(Kind.PTZ_SPEED), 7.0),
            (number(Kind.BIT_RATE, main, minimum=384.0, maximum=16_384.0), 1024.0),
        ):
            await commands.set_number(feature, value, made.sink)
            assert made.value(feature) == value
        assert gate.retention == {"normal": 30, "alarm": 60}
        assert [(one.before, one.after) for one in gate.alarm_plans] == [(3, 4)]
        count = calls(made)
        for feature, value in (
            (number(Kind.RETENTION), 0.0),
            (number(Kind.RETENTION), 366.0),
            (number(Kind.RETENTION), 1.5),
            (number(Kind.PRE_RECORDING, motion), 60.0),
            (number(Kind.BIT_RATE, main, minimum=384.0, maximum=16_384.0), 100.0),
        ):
            with pytest.raises(InvalidArgumentError):
                await commands.set_number(feature, value, made.sink)
        with pytest.raises(UnsupportedError):
            await commands.set_number(number(Kind.PULSE_DURATION), 1.0, made.sink)
        assert calls(made) == count


async def test_buttons() -> None:
    """Moving, a picture, lists again, subscriptions."""
    async with bench(DevicePlan(name="Gate"), DevicePlan(name="Old", protocol="GB28181")) as made:
        _, commands, *_ = parts(made)
        await commands.press(made.feature(ButtonFeature, Kind.PTZ_LEFT), made.sink)
        assert [one.direction for one in made.cloud.channel("Gate").ptz.log] == ["LEFT", "STOP"]
        await commands.press(made.feature(ButtonFeature, Kind.SNAPSHOT), made.sink)
        assert made.asked("devices/snap") == 1
        await commands.press(made.feature(ButtonFeature, Kind.REFRESH_PRESETS), made.sink)
        assert (made.asked("preset-position"), made.asked("cruise-track")) == (1, 1)
        made.cloud.fault("cruise-track", code="IVM.20160001", times=1)
        await commands.press(made.feature(ButtonFeature, Kind.REFRESH_PRESETS), made.sink)
        made.cloud.fault("cruise-track", code="IVM.90000010", times=1)
        with pytest.raises(SystemFailure) as refused:
            await commands.press(made.feature(ButtonFeature, Kind.REFRESH_PRESETS), made.sink)
        assert refused.value.code == "IVM.90000010"
        with pytest.raises(UnsupportedError):
            await commands.press(made.feature(ButtonFeature, Kind.REFRESH_PRESETS, "Old"), made.sink)
        with pytest.raises(UnsupportedError):
            await commands.press(made.feature(ButtonFeature, Kind.REBOOT), made.sink)
        await commands.press(made.feature(ButtonFeature, Kind.RESUBSCRIBE), made.sink)
        await commands.close()


async def test_images() -> None:
    """A heat map is asked for and counted; of an event without a picture there is none."""
    async with bench() as made:
        _, commands, _, budget = parts(made)
        before = budget.left
        picture = await commands.image(made.feature(ImageFeature, Kind.HEAT_MAP))
        assert picture is not None
        assert picture.content_type == "image/png"
        assert budget.left == before - 1
        assert await commands.image(made.feature(ImageFeature, Kind.EVENT_PICTURE)) is None


# actions


async def test_moving() -> None:
    """Two entities of one camera are one camera; stopping is a command, too."""
    async with bench() as made:
        _, commands, actions, _ = parts(made)
        both = (camera(made), camera(made, kind=Kind.SUB_STREAM))
        arguments = {"command": "zoom_in", "speed": 3, "duration": 0.5}
        assert await actions.act("ptz", both, arguments, made.sink) == {}
        gate = made.cloud.channel("Gate")
        assert [(one.direction, one.speed) for one in gate.ptz.log] == [("IN", 3), ("ZOOM_STOP", 3)]
        await actions.act("ptz", both[:1], {"command": "stop"}, made.sink)
        assert gate.ptz.log[-1].direction in {"STOP", "ZOOM_STOP", "FI_STOP"}
        await commands.close()


async def test_presets() -> None:
    """Named by number or name; a new one gets a number, and a number that is in use keeps its name."""
    async with bench() as made:
        _, commands, actions, _ = parts(made)
        gate, one = made.cloud.channel("Gate"), (camera(made),)

        async def act(action: str, **arguments: Any) -> None:
            assert await actions.act(action, one, arguments, made.sink) == {}

        await act("goto_preset", preset="Preset 3")
        assert gate.ptz.preset == 3
        await act("goto_preset", preset="1")
        assert gate.ptz.preset == 1
        await act("set_preset", preset="Door")
        assert gate.presets[4].name == "Door"
        await act("set_preset", preset="9", name="Yard")
        await act("set_preset", preset="9")
        await act("set_preset", preset="12")
        assert (gate.presets[9].name, gate.presets[12].name) == ("Yard", "Preset 12")
        await act("rename_preset", preset="Yard", name="Garden")
        assert gate.presets[9].name == "Garden"
        await act("delete_preset", preset="Garden")
        assert 9 not in gate.presets
        await act("run_patrol", patrol="Cruise 1")
        assert gate.cruises[1].enabled
        await act("stop_patrol", patrol="1")
        assert not made.cloud.channel("Gate").cruises[1].enabled
        await commands.close()


async def test_addresses() -> None:
    """Of live video, by a protocol that is named; of recordings, with what is there."""
    async with bench() as made:
        _, commands, actions, _ = parts(made)
        one = (camera(made),)
        found = await actions.act("get_live_url", one, {}, made.sink)
        assert ".m3u8" in found["url"]
        found = await actions.act("get_live_url", one, {"protocol": "rtsp", "stream": "sub"}, made.sink)
        assert found["url"].startswith("rtsp")
        span = {"start": NOON - timedelta(hours=5), "end": NOON - timedelta(hours=2)}
        found = await actions.act("get_playback_url", one, {**span, "store": "cloud"}, made.sink)
        assert found["url"]
        assert {row["store"] for row in found["recordings"]} == {"cloud"}
        empty = {"start": NOON + timedelta(days=3), "end": NOON + timedelta(days=3, hours=1)}
        assert await actions.act("get_playback_url", one, empty, made.sink) == {"url": None, "recordings": []}
        every = (await actions.act("list_recordings", one, span, made.sink))["recordings"]
        assert {row["sort"] for row in every} >= {"continuous", "motion"}
        motion = (await actions.act("list_recordings", one, {**span, "sort": "motion"}, made.sink))["recordings"]
        assert motion == [row for row in every if row["sort"] in {"motion", "alarm"}]
        assert 0 < len(motion) < len(every)
        await commands.close()


async def test_pictures() -> None:
    """Of a camera, and of an alarm by its id."""
    async with bench() as made:
        _, commands, actions, _ = parts(made)
        found = await actions.act("snapshot", (camera(made),), {}, made.sink)
        assert (found["content"][:2], found["content_type"]) == (b"\xff\xd8", "image/jpeg")
        await made.cloud.alarm("Gate", uuid="alarm_1")
        found = await actions.act("get_alarm_picture", (), {"alarm_uuid": "alarm_1"}, made.sink)
        assert found["content"]
        with pytest.raises(SystemFailure):
            await actions.act("get_alarm_picture", (), {"alarm_uuid": "alarm_2"}, made.sink)
        await commands.close()


async def test_recording() -> None:
    """Plans of several cameras in one request; other alarm types stay."""
    async with bench(DevicePlan(name="Gate"), DevicePlan(name="Yard")) as made:
        _, _, actions, _ = parts(made)
        both = (camera(made), camera(made, "Yard"))
        cloud = [made.cloud.channel(name) for name in ("Gate", "Yard")]
        await actions.act("set_recording_plan", both, {"mode": "schedule", "sections": [SECTION]}, made.sink)
        assert [one.plan for one in cloud] == [CloudPlan(False, [(1, "08:00:00", "18:00:00")])] * 2
        assert len(made.sent("channels/record-plan")) == 1
        await actions.act("set_recording_plan", both, {"mode": "all_day"}, made.sink)
        assert all(one.plan == CloudPlan(all_day=True) for one in cloud)
        await actions.act("set_recording_plan", both, {"mode": "off"}, made.sink)
        assert all(one.plan is None for one in cloud)
        arguments = {"alarm_types": ["io_event"], "mode": "schedule", "sections": [SECTION], "before": 2, "after": 8}
        await actions.act("set_alarm_recording", both, arguments, made.sink)
        for one in cloud:
            assert {row.alarm_type: row.before for row in one.alarm_plans} == {"io_event": 2, "motion_detection": 10}
            assert one.alarm_times == CloudPlan(False, [(1, "08:00:00", "18:00:00")])
        await actions.act("set_alarm_recording", both, {"alarm_types": ["motion_detection"], "mode": "off"}, made.sink)
        assert [[row.alarm_type for row in one.alarm_plans] for one in cloud] == [["io_event"]] * 2
        assert cloud[0].alarm_times == CloudPlan(False, [(1, "08:00:00", "18:00:00")])


async def test_counts() -> None:
    """Of today, or of the month of another day."""
    async with bench() as made:
        _, _, actions, _ = parts(made)
        one = (camera(made),)
        found = await actions.act("get_people_counts", one, {}, made.sink)
        assert (found["start"], found["step"], len(found["entered"])) == ("2026-11-25", "hour", 24)
        month = {"period": "month", "date": "2026-02-14"}
        found = await actions.act("get_people_counts", one, month, made.sink)
        assert (found["start"], found["step"], len(found["exited"])) == ("2026-02-01", "day", 28)
        found = await actions.act("get_people_counts", one, {"date": NOON.date()}, made.sink)
        assert found["start"] == "2026-11-25"


async def test_subscriptions() -> None:
    """They are told of, one by one; without an address they stand for nothing."""
    async with bench() as made:
        _, _, actions, _ = parts(made)
        for arguments in ({}, {"take_over": True}):
            found = await actions.act("refresh_callbacks", (), arguments, made.sink)
            assert isinstance(found["subscriptions"], dict)


@pytest.mark.parametrize(
    ("action", "arguments", "field"),
    [
        ("ptz", {"command": "sideways"}, "command"),
        ("ptz", {}, "command"),
        ("ptz", {"command": "left", "speed": 11}, "speed"),
        ("ptz", {"command": "left", "duration": 0.1}, "duration"),
        ("goto_preset", {}, "preset"),
        ("goto_preset", {"preset": "513"}, "preset"),
        ("set_preset", {"preset": "0", "name": "x"}, "preset"),
        ("set_preset", {"preset": "x", "name": "y" * 129}, "name"),
        ("rename_preset", {"preset": "1"}, "name"),
        ("delete_preset", {"preset": " "}, "preset"),
        ("run_patrol", {}, "patrol"),
        ("stop_patrol", {"patrol": True}, "patrol"),
        ("get_live_url", {"stream": "fourth"}, "stream"),
        ("get_live_url", {"protocol": "rtmp"}, "protocol"),
        ("get_playback_url", {"start": NOON, "end": NOON}, "end"),
        ("get_playback_url", {"start": NOON, "end": NOON + timedelta(days=2)}, "end"),
        ("get_playback_url", {"start": NOON, "end": NOON + timedelta(hours=1), "store": "tape"}, "store"),
        ("list_recordings", {"start": NOON, "end": NOON + timedelta(days=32)}, "end"),
        ("list_recordings", {"start": NOON, "end": NOON + timedelta(hours=1), "sort": "other"}, "sort"),
        ("get_alarm_picture", {}, "alarm_uuid"),
        ("get_alarm_picture", {"alarm_uuid": "x" * 129}, "alarm_uuid"),
        ("set_recording_plan", {}, "mode"),
        ("set_recording_plan", {"mode": "schedule"}, "sections"),
        ("set_recording_plan", {"mode": "off", "sections": [SECTION]}, "sections"),
        ("set_alarm_recording", {"mode": "all_day"}, "alarm_types"),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": ["human_detection"]}, "alarm_types"),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": ["io_event"], "before": 0}, "before"),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": ["io_event"], "after": 60}, "after"),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": ["io_event"], "before": 31, "after": 30}, "after"),
        ("get_people_counts", {"period": "decade"}, "period"),
        ("get_people_counts", {"date": "soon"}, "date"),
        ("get_people_counts", {"date": NOON}, "date"),
        ("refresh_callbacks", {"take_over": "yes"}, "take_over"),
    ],
)
async def test_what_cannot_be_used(action: str, arguments: dict[str, Any], field: str) -> None:
    """It is named, and nothing was sent."""
    async with bench() as made:
        _, _, actions, _ = parts(made)
        with pytest.raises(InvalidArgumentError) as refused:
            await actions.act(action, (camera(made),), arguments, made.sink)
        assert refused.value.placeholders["field"] == field
        assert calls(made) == 0


async def test_who_can_be_meant() -> None:
    """Cameras only, one at a time where there is one answer; and only what is an action."""
    async with bench(DevicePlan(name="Gate"), DevicePlan(name="Yard")) as made:
        _, _, actions, _ = parts(made)
        sensor = made.feature(SensorFeature, Kind.CODEC, detail=StreamType.PRIMARY)
        both = (camera(made), camera(made, "Yard"))
        for features, action in (((), "ptz"), ((sensor,), "ptz"), (both, "snapshot"), (both, "get_people_counts")):
            with pytest.raises(InvalidArgumentError) as refused:
                await actions.act(action, features, {"command": "left"}, made.sink)
            assert refused.value.placeholders["field"] == "entity_id"
        with pytest.raises(UnsupportedError):
            await actions.act("open_sesame", both, {}, made.sink)
        assert calls(made) == 0
        assert "open_sesame" not in ACTIONS


async def test_one_camera_that_fails_beside_one_that_does_not() -> None:
    """What can be done is done."""
    bare = DevicePlan(name="Bare", packages={"MANAGEMENT": "GRANT"})
    async with bench(DevicePlan(name="Gate"), bare) as made:
        _, _, actions, _ = parts(made)
        both = (camera(made, "Bare"), camera(made))
        with pytest.raises(UnsupportedError):
            await actions.act("set_recording_plan", both, {"mode": "off"}, made.sink)
        await asyncio.gather(*made.context.background.tasks)
        assert made.cloud.channel("Gate").plan is None
