"""Tests of cameras."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import logging
from typing import Any, override
from unittest.mock import AsyncMock, Mock, patch

from homeassistant.components import camera as camera_component
from homeassistant.components.camera import (
    Camera,
    CameraEntityFeature,
    CameraWebRTCProvider,
    WebRTCSendMessage,
    async_get_image,
    async_get_stream_source,
    async_register_webrtc_provider,
    helper,
)
from homeassistant.components.stream import StreamWorkerError
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hikvision_ivm.camera import IvmCamera
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, Picture
from custom_components.hikvision_ivm.systems.values import CameraValue

from .fake_system import CHANNEL, HUB, PASSWORD, STREAM_URL, FakeSystem
from .living import reached

type SetUp = Callable[[], Awaitable[FakeSystem]]

MAIN = CameraFeature(device_id=CHANNEL, kind=Kind.MAIN_STREAM, part="101")
SUB = CameraFeature(device_id=CHANNEL, kind=Kind.SUB_STREAM, part="102", enabled=False)
STILL = CameraFeature(device_id=HUB, kind=Kind.MAIN_STREAM, part="201", streams=False)


def camera(hass: HomeAssistant, entity_id: str = "camera.gate") -> IvmCamera:
    """Return a camera entity."""
    found = helper.get_camera_from_entity_id(hass, entity_id)
    assert isinstance(found, IvmCamera)
    return found


def running(frame: bytes | None, outputs: Mapping[str, object] | None = None) -> Any:
    """Return what stands for a stream of Home Assistant."""
    stream = AsyncMock()
    stream.async_get_image.return_value = frame
    stream.outputs = Mock(return_value=outputs or {})
    stream.set_update_callback = Mock()
    stream.update_source = Mock()
    stream.available = True
    return stream


class Provider(CameraWebRTCProvider):
    """Plays whatever comes by RTSP."""

    def __init__(self) -> None:
        """Begin without having been asked."""
        self.asked: list[str] = []

    @property
    @override
    def domain(self) -> str:
        return "fake_provider"

    @callback
    @override
    def async_is_supported(self, stream_source: str) -> bool:
        self.asked.append(stream_source)
        return stream_source.startswith("rtsp:")

    @override
    async def async_handle_async_webrtc_offer(
        self, camera: Camera, offer_sdp: str, session_id: str, send_message: WebRTCSendMessage
    ) -> None:
        raise NotImplementedError

    @override
    async def async_on_webrtc_candidate(self, session_id: str, candidate: Any) -> None:
        raise NotImplementedError

    @override
    async def async_get_image(
        self, camera: Camera, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        assert await camera.stream_source() == STREAM_URL
        return b"\xff\xd8provided"


async def test_main_stream_bears_the_name_of_its_device(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """The main stream is on, further streams are there for who wants them."""
    system.has(MAIN, SUB)
    await set_up()
    state = hass.states.get("camera.gate")
    assert state is not None
    assert state.name == "Gate"
    assert state.attributes["supported_features"] == CameraEntityFeature.STREAM
    assert (state.attributes["brand"], state.attributes["model_name"]) == ("Acme", "CAM-1")
    sub = entity_registry.async_get("camera.gate_sub_stream")
    assert sub is not None and sub.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert camera(hass).stream_options == {"rtsp_transport": "tcp", "use_wallclock_as_timestamps": True}


async def test_picture(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A still picture comes from the system, with the type the system says."""
    system.has(MAIN)
    await set_up()
    system.picture = Picture(content=b"\x89PNG", content_type="image/png")
    image = await async_get_image(hass, "camera.gate", width=320, height=240)
    assert (image.content, image.content_type) == (b"\x89PNG", "image/png")
    assert system.count("camera_image", MAIN.id, 320, 240) == 1


async def test_picture_out_of_the_stream(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Where the system has no still pictures, they are cut out of the stream, and it is not asked again."""
    system.has(MAIN)
    await set_up()
    system.picture = Picture(content=b"\x89PNG", content_type="image/png")
    await async_get_image(hass, "camera.gate")
    system.failures["camera_image"] = errors.UnsupportedError(function="snapshot")
    stream = running(b"\xff\xd8frame", {"hls": object()})
    with patch.object(camera_component, "create_stream", return_value=stream):
        for _ in range(2):
            image = await async_get_image(hass, "camera.gate")
            assert (image.content, image.content_type) == (b"\xff\xd8frame", "image/jpeg")
    assert system.count("camera_image") == 2
    assert system.count("stream_source") == 1


async def test_pictures_that_are_not_paid_for(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """The stream helps out, and once they are paid for they come again."""
    system.has(MAIN)
    await set_up()
    system.failures["camera_image"] = errors.UnlicensedError(function="snapshot")
    stream = running(b"\xff\xd8frame", {"hls": object()})
    with patch.object(camera_component, "create_stream", return_value=stream):
        assert (await async_get_image(hass, "camera.gate")).content == b"\xff\xd8frame"
    system.failures.clear()
    system.picture = Picture(content=b"\x89PNG", content_type="image/png")
    assert (await async_get_image(hass, "camera.gate")).content == b"\x89PNG"


async def test_picture_of_a_stream_that_runs_while_none_may_be_taken(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """The system is asked again the next time; without such a stream it is told that there is none yet."""
    system.has(MAIN)
    await set_up()
    system.failures["camera_image"] = errors.BusyError("one in ten seconds")
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, "camera.gate")
    assert system.count("stream_source") == 0
    camera(hass).stream = running(b"\xff\xd8frame", {"hls": object()})
    assert (await async_get_image(hass, "camera.gate")).content == b"\xff\xd8frame"
    system.failures.clear()
    system.picture = Picture(content=b"\x89PNG", content_type="image/png")
    assert (await async_get_image(hass, "camera.gate")).content == b"\x89PNG"


@pytest.mark.parametrize(("outputs", "waits"), [({}, True), ({"hls": object()}, False)])
async def test_picture_of_a_stream_that_begins(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, outputs: dict[str, object], waits: bool
) -> None:
    """A stream that only begins has no picture before its first key frame; one that runs has one at once."""
    system.has(MAIN)
    await set_up()
    system.failures["camera_image"] = errors.UnsupportedError(function="snapshot")
    stream = running(b"\xff\xd8frame", outputs)
    camera(hass).stream = stream
    await async_get_image(hass, "camera.gate", width=320, height=240)
    stream.async_get_image.assert_awaited_once_with(320, 240, wait_for_next_keyframe=waits)


async def test_picture_of_a_stream_without_frames(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A stream that never shows anything is no picture, and nobody waits for ever."""
    system.has(MAIN)
    await set_up()
    system.failures["camera_image"] = errors.UnsupportedError(function="snapshot")
    stream = running(None)

    async def never(*arguments: object, **named: object) -> bytes:
        await asyncio.Event().wait()
        return b""

    stream.async_get_image = never
    camera(hass).stream = stream
    with patch("custom_components.hikvision_ivm.camera.FRAME_SECONDS", 0.01):
        assert await camera(hass).async_camera_image() is None


async def test_picture_by_a_provider(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Who plays the stream for the browser can also take a picture of it."""
    assert await async_setup_component(hass, "camera", {})
    provider = Provider()
    stop = async_register_webrtc_provider(hass, provider)
    system.has(MAIN)
    await set_up()
    system.failures["camera_image"] = errors.UnsupportedError(function="snapshot")
    assert (await async_get_image(hass, "camera.gate")).content == b"\xff\xd8provided"
    assert system.count("stream_source") == 1
    stop()


async def test_no_picture_and_no_stream(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A camera without stream says that it has no picture."""
    system.has(STILL)
    await set_up()
    system.failures["camera_image"] = errors.UnsupportedError(function="snapshot")
    assert camera(hass, "camera.recorder").supported_features == CameraEntityFeature(0)
    with pytest.raises(HomeAssistantError) as failed:
        await async_get_image(hass, "camera.recorder")
    assert failed.value.translation_key == "unsupported"


async def test_picture_that_fails(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A busy device is an error in words, and tried again next time."""
    system.has(MAIN)
    await set_up()
    system.failures["camera_image"] = errors.BusyError()
    with pytest.raises(HomeAssistantError) as failed:
        await async_get_image(hass, "camera.gate")
    assert failed.value.translation_key == "device_busy"
    del system.failures["camera_image"]
    assert (await async_get_image(hass, "camera.gate")).content == system.picture.content


async def test_stream_address_stays_secret(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """The address with credentials goes to the player only."""
    caplog.set_level(logging.DEBUG)
    system.has(MAIN)
    await set_up()
    assert await async_get_stream_source(hass, "camera.gate") == STREAM_URL
    await hass.async_block_till_done()
    everything = caplog.text + "".join(str(state.as_dict()) for state in hass.states.async_all())
    assert STREAM_URL not in everything
    assert PASSWORD not in everything


async def test_thousands_of_cameras_are_not_asked_when_they_are_added(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """Home Assistant looks who can play the stream by its scheme; the address is asked for when somebody looks."""
    assert await async_setup_component(hass, "camera", {})
    provider = Provider()
    stop = async_register_webrtc_provider(hass, provider)
    system.failures["stream_source"] = errors.NotPlayableError(function="live view")
    system.has(MAIN)
    await set_up()
    assert system.count("stream_source") == 0
    assert provider.asked == ["rtsp://"]
    assert camera(hass).webrtc_provider is provider
    with pytest.raises(HomeAssistantError) as failed:
        await async_get_stream_source(hass, "camera.gate")
    assert failed.value.translation_key == "not_playable"
    stop()


async def test_a_stream_that_broke_gets_a_new_address(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """An address may hold for one session only: the next attempt has another one."""
    system.has(MAIN)
    await set_up()
    stream = running(None, {"hls": object()})
    stream.source = STREAM_URL
    with patch.object(camera_component, "create_stream", return_value=stream):
        assert await camera(hass).async_create_stream() == stream
    (turned,) = stream.set_update_callback.call_args.args
    stream.available = True
    turned()
    await hass.async_block_till_done()
    assert system.count("stream_source") == 1
    system.stream_url = f"{STREAM_URL}?session=2"
    stream.available = False
    turned()
    await hass.async_block_till_done()
    assert stream.source == system.stream_url
    stream.update_source.assert_not_called()
    state = hass.states.get("camera.gate")
    assert state is not None and state.state == "unavailable"


async def test_the_next_attempt_uses_the_new_address(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Home Assistant's own stream, which fails as long as the address is an old one."""
    system.has(MAIN)
    await set_up()
    tried: list[str] = []

    def play(source: str, *arguments: object) -> None:
        tried.append(source)
        system.stream_url = f"{STREAM_URL}?session={len(tried)}"
        raise StreamWorkerError("the session is over")

    with (
        patch("homeassistant.components.stream.worker.stream_worker", play),
        patch("homeassistant.components.stream.STREAM_RESTART_INCREMENT", 0.05),
    ):
        stream = await camera(hass).async_create_stream()
        assert stream is not None
        stream.add_provider("hls")
        await stream.start()
        await reached(hass, lambda: len(tried) > 2)
        await stream.stop()
    assert tried[:3] == [STREAM_URL, f"{STREAM_URL}?session=1", f"{STREAM_URL}?session=2"]


@pytest.mark.parametrize("url", [None, errors.BusyError()], ids=["none", "busy"])
async def test_an_address_that_is_not_to_be_had(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, url: Exception | None
) -> None:
    """The stream tries on with the address it has."""
    system.has(MAIN)
    await set_up()
    stream = running(None)
    stream.source = STREAM_URL
    camera(hass).stream = stream
    system.stream_url = None
    if url is not None:
        system.failures["stream_source"] = url
    assert await camera(hass).async_create_stream() == stream
    assert system.count("stream_source") == 1
    assert stream.source == STREAM_URL


@pytest.mark.parametrize(("outputs", "asked"), [({}, 1), ({"hls": object()}, 0)])
async def test_a_stream_that_nobody_watched_begins_with_a_new_address(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, outputs: dict[str, object], asked: int
) -> None:
    """What was asked for yesterday may not hold today; what runs is left alone."""
    system.has(MAIN)
    await set_up()
    stream = running(None, outputs)
    stream.source = "rtsp://127.0.0.1/old"
    camera(hass).stream = stream
    assert await camera(hass).async_create_stream() == stream
    assert system.count("stream_source") == asked
    assert stream.source == (STREAM_URL if asked else "rtsp://127.0.0.1/old")


async def test_an_address_is_replaced_before_it_ends(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Callable[[float], Awaitable[None]]
) -> None:
    """A stream that runs goes on with the next one; one that could not be had is asked for again."""
    system.has(MAIN)
    await set_up()
    system.life = 3600.0
    stream = running(None, {"hls": object()})
    stream.source = STREAM_URL
    with patch.object(camera_component, "create_stream", return_value=stream):
        await camera(hass).async_create_stream()
    await later(3590)
    assert system.count("stream_source") == 1
    system.stream_url = f"{STREAM_URL}?session=2"
    await later(20)
    stream.update_source.assert_called_once_with(system.stream_url)
    system.life = 0.0
    system.failures["stream_source"] = errors.BusyError()
    await later(3600)
    assert system.count("stream_source") == 3
    system.failures.clear()
    system.life = 3600.0
    system.stream_url = f"{STREAM_URL}?session=3"
    await later(60)
    assert stream.update_source.call_args.args == (system.stream_url,)
    assert system.count("stream_source") == 4


async def test_an_address_that_nobody_plays_is_not_replaced(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Callable[[float], Awaitable[None]]
) -> None:
    """It gets another when it is opened; and nothing is left to do when the entity goes."""
    system.has(MAIN)
    await set_up()
    system.life = 100.0
    stream = running(None, {"hls": object()})
    stream.source = STREAM_URL
    with patch.object(camera_component, "create_stream", return_value=stream):
        await camera(hass).async_create_stream()
    stream.outputs.return_value = {}
    await later(200)
    assert system.count("stream_source") == 1
    await camera(hass).async_create_stream()
    assert system.count("stream_source") == 2
    stream.outputs.return_value = {"hls": object()}
    (loaded,) = hass.config_entries.async_loaded_entries("hikvision_ivm")
    await hass.config_entries.async_unload(loaded.entry_id)
    await later(200)
    assert system.count("stream_source") == 2
    stream.update_source.assert_not_called()


async def test_recording_and_motion_detection(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What the device says about itself is shown; what it does not say is not claimed."""
    system.has(MAIN)
    await set_up()
    state = hass.states.get("camera.gate")
    assert state is not None and state.state == "idle" and "motion_detection" not in state.attributes
    system.report({MAIN.id: CameraValue(recording=True, motion_detection=True)})
    state = hass.states.get("camera.gate")
    assert state is not None and state.state == "recording" and state.attributes["motion_detection"] is True
    system.report({MAIN.id: CameraValue(recording=None)})
    state = hass.states.get("camera.gate")
    assert state is not None and state.state == "idle"


async def test_out_of_reach(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A camera behind a recorder can be lost alone."""
    system.has(MAIN)
    await set_up()
    system.report(available={CHANNEL: False})
    state = hass.states.get("camera.gate")
    assert state is not None and state.state == "unavailable"
