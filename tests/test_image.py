"""Tests of event pictures."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from threading import Event, current_thread, main_thread
from unittest.mock import patch

from homeassistant.components.image import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.stills import still_of
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ImageFeature, Phase, Picture, Source
from custom_components.hikvision_ivm.systems.picture_store import Pictures

from .clips import clip
from .fake_system import CHANNEL, NOW, FakeSystem, occurrence

type SetUp = Callable[[], Awaitable[FakeSystem]]

IMAGE = ImageFeature(device_id=CHANNEL, kind=Kind.EVENT_PICTURE, source=Source.PUSH)
IMAGE_ID = "image.gate_event_picture"
FIRST = Picture(content=b"\xff\xd8first")
SECOND = Picture(content=b"\x89PNGsecond", content_type="image/png", taken=NOW + timedelta(minutes=1))


def shown(hass: HomeAssistant) -> str:
    """Return when the picture was taken."""
    state = hass.states.get(IMAGE_ID)
    assert state is not None
    return state.state


async def test_pictures_of_events(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    """The picture that comes with an event is shown, also when it comes with a repeat."""
    system.has(IMAGE)
    await set_up()
    assert shown(hass) == "unknown"
    system.happen(occurrence(Kind.FACE, Phase.START, IMAGE, picture=FIRST))
    assert shown(hass) == NOW.isoformat()
    client = await hass_client()
    answer = await client.get(f"/api/image_proxy/{IMAGE_ID}")
    assert (answer.status, await answer.read(), answer.content_type) == (HTTPStatus.OK, FIRST.content, "image/jpeg")
    system.happen(occurrence(Kind.FACE, Phase.ONGOING, IMAGE, picture=SECOND))
    assert shown(hass) == (NOW + timedelta(minutes=1)).isoformat()
    answer = await client.get(f"/api/image_proxy/{IMAGE_ID}")
    assert (await answer.read(), answer.content_type) == (SECOND.content, "image/png")


async def test_an_older_picture_does_not_replace_a_newer(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """What was fetched after an outage is only shown if nothing newer is known."""
    system.has(IMAGE)
    await set_up()
    system.happen(occurrence(Kind.FACE, Phase.START, IMAGE, picture=SECOND))
    system.happen(occurrence(Kind.FACE, Phase.START, IMAGE, picture=FIRST, late=True, time=NOW))
    assert (await async_get_image(hass, IMAGE_ID)).content == SECOND.content


async def test_an_event_without_picture_is_fetched_when_somebody_looks(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """The system is asked once, and only when the picture is wanted."""
    system.has(IMAGE)
    system.event_picture = SECOND
    await set_up()
    for phase in (Phase.ONGOING, Phase.END):
        system.happen(occurrence(Kind.FACE, phase, IMAGE))
    assert shown(hass) == "unknown"
    system.happen(occurrence(Kind.FACE, Phase.START, IMAGE))
    assert shown(hass) == NOW.isoformat()
    assert system.count("image") == 0
    for _ in range(2):
        image = await async_get_image(hass, IMAGE_ID)
        assert (image.content, image.content_type) == (SECOND.content, "image/png")
    assert system.count("image") == 1


async def test_no_picture(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Nothing there, or not to be had: both are errors and no wrong picture."""
    system.has(IMAGE)
    await set_up()
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, IMAGE_ID)
    system.failures["image"] = errors.ConnectionFailedError(reason="refused")
    with pytest.raises(HomeAssistantError) as failed:
        await async_get_image(hass, IMAGE_ID)
    assert failed.value.translation_key == "cannot_connect"


async def test_pictures_have_a_limit_for_all_of_them(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """Many cameras with large pictures must not fill the memory: the oldest give way."""
    images = [
        ImageFeature(device_id=CHANNEL, kind=Kind.EVENT_PICTURE, part=str(n), source=Source.PUSH) for n in range(3)
    ]
    system.has(*images)
    await set_up()
    held = entry.runtime_data.pictures = Pictures(limit=25)
    for image in (images[0], images[1], images[0], images[2]):
        system.happen(occurrence(Kind.FACE, Phase.START, image, picture=Picture(content=b"\xff\xd8" + b"x" * 8)))
    assert [held.get(image.id) is not None for image in images] == [True, False, True]
    assert held.size == 20
    system.happen(occurrence(Kind.FACE, Phase.START, images[1], picture=Picture(content=b"x" * 26)))
    assert held.size == 0
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, f"{IMAGE_ID}_0")


# clips

CLIP = Picture(content=clip(), content_type="video/mp4", taken=NOW + timedelta(minutes=2))
BROKEN = Picture(content=b"no clip at all", content_type="video/mp4", taken=NOW + timedelta(minutes=3))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what happens in the background."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_clip_is_shown_by_its_first_picture(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """What is held is the still, and not the clip."""
    system.has(IMAGE)
    await set_up()
    system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, IMAGE, picture=CLIP))
    await until(lambda: shown(hass) == (NOW + timedelta(minutes=2)).isoformat())
    image = await async_get_image(hass, IMAGE_ID)
    assert (image.content[:2], image.content_type) == (b"\xff\xd8", "image/jpeg")
    assert entry.runtime_data.pictures.size == len(image.content)
    assert system.count("image") == 0


async def test_a_clip_that_is_fetched(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Also what the system brings when somebody looks may be a clip; it is fetched and cut once."""
    system.has(IMAGE)
    system.event_picture = CLIP
    await set_up()
    system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, IMAGE))
    for _ in range(2):
        image = await async_get_image(hass, IMAGE_ID)
        assert (image.content[:2], image.content_type) == (b"\xff\xd8", "image/jpeg")
    assert system.count("image") == 1


async def test_a_clip_without_a_picture(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What was shown stays; where there was nothing, nothing is shown."""
    system.has(IMAGE)
    await set_up()
    system.event_picture = BROKEN
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, IMAGE_ID)
    system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, IMAGE, picture=FIRST))
    with patch("custom_components.hikvision_ivm.image.still_of", wraps=still_of) as cut:
        system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, IMAGE, picture=BROKEN))
        await until(lambda: cut.called)
        await asyncio.sleep(0.05)
    assert shown(hass) == NOW.isoformat()
    assert (await async_get_image(hass, IMAGE_ID)).content == FIRST.content


async def test_cutting_a_clip_keeps_nobody_waiting(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """It happens in a thread, and what came meanwhile is not overwritten."""
    system.has(IMAGE)
    await set_up()
    begun, goes_on = asyncio.Event(), Event()

    def slow(content: bytes) -> bytes:
        assert current_thread() is not main_thread()
        hass.loop.call_soon_threadsafe(begun.set)
        assert goes_on.wait(5)
        return b"\xff\xd8late"

    with patch("custom_components.hikvision_ivm.image.still_of", slow):
        system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, IMAGE, picture=CLIP))
        await begun.wait()
        assert shown(hass) == "unknown"
        system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, IMAGE, picture=SECOND))
        goes_on.set()
        await hass.async_add_executor_job(int)
        await asyncio.sleep(0.05)
    assert (await async_get_image(hass, IMAGE_ID)).content == SECOND.content
    assert shown(hass) == (NOW + timedelta(minutes=1)).isoformat()
