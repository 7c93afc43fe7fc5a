"""Tests of cameras."""

from collections.abc import Awaitable, Callable
import logging
from unittest.mock import AsyncMock, patch

from homeassistant.components.camera import CameraEntityFeature, async_get_image, async_get_stream_source, helper
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.camera import IvmCamera
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, CameraValue, Picture

from .fake_system import CHANNEL, HUB, PASSWORD, STREAM_URL, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

MAIN = CameraFeature(device_id=CHANNEL, kind=Kind.MAIN_STREAM, part="101")
SUB = CameraFeature(device_id=CHANNEL, kind=Kind.SUB_STREAM, part="102", enabled=False)
STILL = CameraFeature(device_id=HUB, kind=Kind.MAIN_STREAM, part="201", streams=False)


def camera(hass: HomeAssistant, entity_id: str = "camera.gate") -> IvmCamera:
    """Return a camera entity."""
    found = helper.get_camera_from_entity_id(hass, entity_id)
    assert isinstance(found, IvmCamera)
    return found


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
    system.failures["camera_image"] = errors.UnsupportedError(function="snapshot")
    stream = AsyncMock()
    stream.async_get_image.return_value = b"\xff\xd8frame"
    with patch.object(IvmCamera, "async_create_stream", return_value=stream):
        for _ in range(2):
            image = await async_get_image(hass, "camera.gate")
            assert image.content == b"\xff\xd8frame"
    assert system.count("camera_image") == 1


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
