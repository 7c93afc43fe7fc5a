"""Tests of recordings that are kept in several places: one level more, and only the place that is meant is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.components.media_player import BrowseError
from homeassistant.components.media_source import (
    BrowseMediaSource,
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm import media_source
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.model import Recording
from tests.ivm_system import GATE, YARD, CloudSystem, cloud_entry, load

ROOT = f"media-source://{DOMAIN}"
GATE_ID, YARD_ID = f"{GATE}_camera_main_stream", f"{YARD}_camera_main_stream"
START = datetime(2026, 11, 20, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant) -> None:
    """Prepare Home Assistant."""
    for component in ("media_source", "stream"):
        assert await async_setup_component(hass, component, {})
    await hass.config.async_set_time_zone("UTC")


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ivm": CloudSystem}):
        yield


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add an account."""
    return cloud_entry(hass)


@pytest.fixture
async def system(hass: HomeAssistant, entry: MockConfigEntry) -> CloudSystem:
    """Return the running account."""
    return await load(hass, entry)


async def browse(hass: HomeAssistant, content_id: str = ROOT) -> BrowseMediaSource:
    """Open a node."""
    node = await async_browse_media(hass, content_id)
    assert isinstance(node, BrowseMediaSource)
    return node


async def walk(hass: HomeAssistant, *names: str) -> BrowseMediaSource:
    """Open nodes by their titles, from the root on."""
    node = await browse(hass)
    for name in names:
        (found,) = [child for child in node.children or () if child.title == name]
        assert found.can_expand
        node = await browse(hass, found.media_content_id)
    return node


def titles(node: BrowseMediaSource) -> list[str]:
    """Return the titles of what lies in a node."""
    return [child.title for child in node.children or ()]


async def test_way_to_a_recording(hass: HomeAssistant, system: CloudSystem) -> None:
    """Organisation, camera, where, day, recording with why it was made; what is archived cannot be played."""
    assert titles(await walk(hass, "Shops")) == ["North", "Gate"]
    with patch("custom_components.hikvision_ivm.media_source.dt_util.now", return_value=START):
        assert titles(await walk(hass, "Shops", "Gate")) == ["Cloud", "Device"]
        assert titles(await walk(hass, "Shops", "Gate", "Device"))[0] == "2026-11-20"
        assert system.asked == []
        system.recorded = [
            Recording(start=START, end=START + MINUTE, store="device", sort="continuous", size=12_400_000),
            Recording(start=START + MINUTE, end=START + 2 * MINUTE, store="device", sort="motion"),
            Recording(start=START + 2 * MINUTE, end=START + 3 * MINUTE, sort="alarm", size=2_000_000, playable=False),
            Recording(start=START + 3 * MINUTE, end=START + 4 * MINUTE, sort="timelapse"),
        ]
        day = await walk(hass, "Shops", "Gate", "Device", "2026-11-20")
    assert day.title == "Gate, Device, 2026-11-20"
    assert titles(day) == [
        "02:00:00 – 02:01:00 (12 MB)",
        "02:01:00 – 02:02:00 (motion)",
        "02:02:00 – 02:03:00 (alarm, 2 MB, archived)",
        "02:03:00 – 02:04:00 (timelapse)",
    ]
    assert [child.can_play for child in day.children or ()] == [True, True, False, True]
    assert system.asked == [(("device",), *DAY)]


async def test_one_place_only(hass: HomeAssistant, system: CloudSystem) -> None:
    """Where there is nothing to choose, nothing is asked."""
    with patch("custom_components.hikvision_ivm.media_source.dt_util.now", return_value=START):
        day = await walk(hass, "Shops", "North", "Yard", "2026-11-20")
    assert (day.title, system.asked) == ("Yard, 2026-11-20", [(("cloud",), *DAY)])


async def test_play_from_the_place_that_is_meant(hass: HomeAssistant, system: CloudSystem) -> None:
    """The address is asked for at one place, and its token goes no further than to Home Assistant's own player."""
    system.recorded = [Recording(start=START, end=START + MINUTE, store="device")]
    with patch("custom_components.hikvision_ivm.media_source.dt_util.now", return_value=START):
        (child,) = (await walk(hass, "Shops", "Gate", "Device", "2026-11-20")).children or ()
    system.asked.clear()
    made: list[Any] = []

    def create(hass: HomeAssistant, source: str, *more: Any) -> Any:
        made.append(source)
        return made_stream

    with (
        patch.object(media_source, "create_stream", create),
        patch.object(media_source, "_stop_at_end"),
        patch("custom_components.hikvision_ivm.media_source.Stream") as made_stream,
    ):
        made_stream.endpoint_url.return_value = "/api/hls/x/master_playlist.m3u8"
        played = await async_resolve_media(hass, child.media_content_id, None)
    assert system.asked == [(("device",), START, START + MINUTE)]
    assert made == [system.playback]
    assert "token" not in played.url


@pytest.mark.parametrize(
    "identifier",
    [
        "camera/{entry}/{gate}/attic",
        "camera/{entry}/{yard}/device",
        "day/{entry}/{gate}/2026-11-20/attic",
        "day/{entry}/{gate}/2026-11-20/cloud/x",
        "recording/{entry}/{gate}/1/2/cloud",
    ],
)
async def test_invented_place(
    hass: HomeAssistant, entry: MockConfigEntry, system: CloudSystem, identifier: str
) -> None:
    """A place that the camera does not have is refused, and nothing is asked."""
    filled = identifier.format(entry=entry.entry_id, gate=GATE_ID, yard=YARD_ID)
    with pytest.raises(BrowseError) as refused:
        await async_browse_media(hass, f"{ROOT}/{filled}")
    assert refused.value.translation_key == "unknown_media"
    assert system.asked == []


@pytest.mark.parametrize("identifier", ["recording/{entry}/{gate}/1/2/attic", "recording/{entry}/{yard}/1/2/device"])
async def test_play_from_an_invented_place(
    hass: HomeAssistant, entry: MockConfigEntry, system: CloudSystem, identifier: str
) -> None:
    """The same when it is to be played."""
    filled = identifier.format(entry=entry.entry_id, gate=GATE_ID, yard=YARD_ID)
    with pytest.raises(Unresolvable) as refused:
        await async_resolve_media(hass, f"{ROOT}/{filled}", None)
    assert refused.value.translation_key == "unknown_media"
    assert system.asked == []
