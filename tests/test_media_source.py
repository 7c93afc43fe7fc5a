"""Tests of the media browser: nothing is asked before a day is opened, and no address of a system gets out."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import quote
from zoneinfo import ZoneInfo

from homeassistant.components.media_player import BrowseError
from homeassistant.components.media_source import (
    BrowseMediaSource,
    PlayMedia,
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.components.stream import Stream
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hikvision_ivm import media_source
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, Recording
from tests.flow_system import FlowSystem
from tests.platform_system import UID, OtherPlatform, PlatformSystem, camera_device, load, platform_entry, stream

ROOT = f"media-source://{DOMAIN}"
GATE_ID = f"{UID}_cam_1_camera_main_stream"
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 20, 10, tzinfo=UTC)
END = START + timedelta(minutes=30)


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant) -> None:
    """Prepare Home Assistant; it is noon of 20 November in Berlin."""
    for component in ("media_source", "stream"):
        assert await async_setup_component(hass, component, {})
    await hass.config.async_set_time_zone("Europe/Berlin")


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let scripted systems stand for the real ones."""
    known = {"isapi": FlowSystem, "hikcentral": PlatformSystem, "other": OtherPlatform}
    with patch("custom_components.hikvision_ivm.SYSTEMS", known):
        yield


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add a platform."""
    return platform_entry(hass)


@pytest.fixture
async def system(hass: HomeAssistant, entry: MockConfigEntry) -> PlatformSystem:
    """Set the platform up."""
    return await load(hass, entry)


async def browse(hass: HomeAssistant, content_id: str = ROOT) -> BrowseMediaSource:
    """Open a node."""
    node = await async_browse_media(hass, content_id)
    assert isinstance(node, BrowseMediaSource)
    return node


async def walk(hass: HomeAssistant, *titles: str) -> BrowseMediaSource:
    """Open nodes by their titles, from the root on."""
    node = await browse(hass)
    for title in titles:
        (found,) = (child for child in node.children or () if child.title == title)
        node = await browse(hass, found.media_content_id)
        assert node.media_content_id == found.media_content_id
    return node


def titles(node: BrowseMediaSource) -> list[str]:
    """Return what is in a node."""
    return [child.title for child in node.children or ()]


async def failure_of(kind: type[Exception], work: Awaitable[Any]) -> tuple[str, str]:
    """Return the key and the sentence of what is raised."""
    with pytest.raises(kind) as caught:
        await work
    error: Any = caught.value
    assert error.translation_domain == DOMAIN
    return error.translation_key, str(error)


async def test_way_to_a_recording(hass: HomeAssistant, system: PlatformSystem) -> None:
    """Site, area with a slash in its name, camera, day, recording; the system is asked for that day only."""
    root = await browse(hass)
    assert root.title == media_source.NAME
    assert titles(root) == ["North"]
    assert titles(await walk(hass, "North")) == ["Hall 1/2", "Yard"]
    assert titles(await walk(hass, "North", "Hall 1/2")) == ["Gate"]
    with patch("custom_components.hikvision_ivm.media_source.dt_util.now", return_value=START.astimezone(BERLIN)):
        days = titles(await walk(hass, "North", "Hall 1/2", "Gate"))
        assert (days[0], days[-1], len(days)) == ("2026-11-20", "2026-10-21", 31)
        assert system.asked == []
        system.recorded = [
            Recording(start=START, end=END, size=12_400_000),
            Recording(start=END, end=END),
            Recording(start=END, end=END + timedelta(seconds=90)),
        ]
        day = await walk(hass, "North", "Hall 1/2", "Gate", "2026-11-20")
    assert day.title == "Gate, 2026-11-20"
    assert titles(day) == ["11:00:00 – 11:30:00 (12 MB)", "11:30:00 – 11:31:30"]
    assert [child.can_play for child in day.children or ()] == [True, True]
    midnight = datetime(2026, 11, 20, tzinfo=BERLIN)
    assert system.asked == [(GATE_ID, midnight, midnight + timedelta(days=1))]


async def test_a_day_may_have_25_hours(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """The day on which the clock is put back is a whole day."""
    await browse(hass, f"{ROOT}/day/{entry.entry_id}/{GATE_ID}/2026-10-25")
    ((_, start, end),) = system.asked
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=25)


@pytest.mark.parametrize("nothing", [(), errors.NotFoundError(subject="recording schedule")])
async def test_camera_without_recordings(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem, nothing: Any
) -> None:
    """A day on which nothing was recorded is empty and no failure."""
    system.recorded = nothing
    day = await browse(hass, f"{ROOT}/day/{entry.entry_id}/{GATE_ID}/2026-11-20")
    assert day.children == []


async def test_system_that_fails(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """Why a day cannot be shown is said in words."""
    system.recorded = errors.ConnectionFailedError(reason="gone")
    work = browse(hass, f"{ROOT}/day/{entry.entry_id}/{GATE_ID}/2026-11-20")
    assert await failure_of(BrowseError, work) == ("cannot_connect", "The system cannot be reached: gone")


async def test_several_systems(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """Two platforms are told apart even by the same title; a system without recordings is not shown."""
    recorder = MockConfigEntry(
        domain=DOMAIN, title="Recorder", data={"system": "isapi", "url": "http://192.0.2.10", "webhook_id": "r"}
    )
    recorder.add_to_hass(hass)
    assert await hass.config_entries.async_setup(recorder.entry_id)
    other = platform_entry(hass, system="other", unique_id=OtherPlatform.uid, webhook_id="other")
    assert titles(await browse(hass)) == ["North"]
    await load(hass, other)
    root = await browse(hass)
    assert titles(root) == ["Campus", "Campus"]
    ids = {child.media_content_id for child in root.children or ()}
    assert ids == {f"{ROOT}/place/{one.entry_id}" for one in (entry, other)}
    campus = await browse(hass, f"{ROOT}/place/{other.entry_id}")
    assert (campus.title, titles(campus)) == ("Campus", ["North"])
    assert await hass.config_entries.async_unload(other.entry_id)
    assert titles(await browse(hass)) == ["North"]


async def test_nothing_to_show(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """Without a loaded entry the root is empty."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert titles(await browse(hass)) == []


async def test_entry_that_is_not_loaded(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """What was bookmarked says that the platform is not connected, and works again when it is."""
    place = f"{ROOT}/place/{entry.entry_id}"
    recording = f"{ROOT}/recording/{entry.entry_id}/{GATE_ID}/1/2"
    assert await hass.config_entries.async_unload(entry.entry_id)
    told = ("not_loaded", "Campus is not connected at the moment")
    assert await failure_of(BrowseError, browse(hass, place)) == told
    assert await failure_of(Unresolvable, async_resolve_media(hass, recording, None)) == told
    await load(hass, entry)
    assert titles(await browse(hass, place)) == ["North"]


@pytest.mark.parametrize(
    "identifier",
    [
        "what",
        "place",
        "what/{entry}",
        "place/unknown",
        "place/{entry}/Nowhere",
        "place/{entry}/North/Hall%201/2",
        "place/{other}",
        "camera/{entry}",
        "camera/{entry}/unknown",
        "camera/{entry}/{roof}",
        "camera/{entry}/{motion}",
        "camera/{entry}/{gate}/x",
        "day/{entry}/{gate}",
        "day/{entry}/{gate}/today",
        "day/{entry}/{gate}/9999-12-31",
        "day/{entry}/{gate}/0001-01-01",
        "day/{entry}/{roof}/2026-11-20",
        "recording/{entry}/{gate}/1/2",
        "recording/{entry}/{gate}/nan/2",
    ],
)
async def test_invented_identifier(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem, identifier: str
) -> None:
    """What a client made up is refused in words, and nothing is asked."""
    stranger = MockConfigEntry(domain="elsewhere")
    stranger.add_to_hass(hass)
    roof, motion = f"{UID}_cam_3_camera_main_stream", f"{UID}_door_1_lock_door_lock"
    filled = identifier.format(entry=entry.entry_id, other=stranger.entry_id, gate=GATE_ID, roof=roof, motion=motion)
    assert (await failure_of(BrowseError, browse(hass, f"{ROOT}/{filled}")))[0] == "unknown_media"
    assert system.asked == []


@pytest.mark.parametrize(
    "identifier",
    [
        "place/{entry}",
        "camera/{entry}/{gate}",
        "day/{entry}/{gate}/2026-11-20",
        "recording/{entry}/{gate}/2/1",
        "recording/{entry}/{gate}/nan/2",
        "recording/{entry}/{gate}/1/inf",
        "recording/{entry}/{gate}/1/1e18",
        "recording/{entry}/unknown/1/2",
        "recording/{entry}/{gate}/1",
    ],
)
async def test_what_cannot_be_played(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem, identifier: str
) -> None:
    """Only a recording of a camera can be played."""
    work = async_resolve_media(hass, f"{ROOT}/{identifier.format(entry=entry.entry_id, gate=GATE_ID)}", None)
    assert (await failure_of(Unresolvable, work))[0] == "unknown_media"
    assert system.asked == []


async def play(hass: HomeAssistant, entry: MockConfigEntry) -> PlayMedia:
    """Play half an hour of the gate."""
    times = f"{START.timestamp()}/{END.timestamp()}"
    return await async_resolve_media(hass, f"{ROOT}/recording/{entry.entry_id}/{quote(GATE_ID)}/{times}", None)


async def test_play(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    system: PlatformSystem,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A recording comes through Home Assistant: the player gets an address of ours and nothing of the system's."""
    media = await play(hass, entry)
    assert media.url.startswith("/api/hls/")
    assert media.mime_type == "application/vnd.apple.mpegurl"
    assert system.asked == [(GATE_ID, START, END)]
    (made,) = hass.data["stream"]["streams"]
    assert made.source == system.playback
    assert made.pyav_options["rtsp_transport"] == "tcp"
    client = await hass_ws_client()
    content_id = f"{ROOT}/recording/{entry.entry_id}/{GATE_ID}/1/2"
    await client.send_json_auto_id({"type": "media_source/resolve_media", "media_content_id": content_id})
    answer = await client.receive_json()
    assert answer["success"]
    assert "s3cret" not in str(answer) + caplog.text


@pytest.mark.parametrize(
    ("failure", "key"),
    [
        (errors.NotPlayableError(function="playback"), "not_playable"),
        (errors.DeviceOfflineError(), "device_offline"),
    ],
)
async def test_plainly_not_playable(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem, failure: errors.SystemFailure, key: str
) -> None:
    """Where only the maker's programs can play it, that is what is said."""
    system.playback = failure
    found, sentence = await failure_of(Unresolvable, play(hass, entry))
    assert found == key
    assert (sentence.startswith("There is video, but only")) is (key == "not_playable")
    assert not hass.data["stream"]["streams"]


async def test_end_of_a_recording(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    system: PlatformSystem,
    later: Callable[[float], Awaitable[None]],
) -> None:
    """A recording that came to its end is not played again, but stays for as long as the player needs.

    Then its address is given back.
    """
    await play(hass, entry)
    (made,) = hass.data["stream"]["streams"]
    with patch.object(Stream, "stop") as stop, patch.object(PlatformSystem, "playback_ended") as ended:
        made._async_update_state(True)  # noqa: SLF001 - what its worker does at the begin of a source
        made._async_update_state(False)  # noqa: SLF001 - and at the end of it
        made._async_update_state(False)  # noqa: SLF001
        await later(media_source.END_SECONDS - 1)
        assert stop.call_count == ended.call_count == 0
        await later(2)
        assert stop.call_count == 1
        ended.assert_called_once_with(made.source)
        await later(60)
        assert stop.call_count == 1


async def test_three_thousand_cameras(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """Every level costs one look at the inventory, and shows only what lies in it."""
    devices = [camera_device(n, f"Camera {n}", f"Site {n % 3}", f"Area {n % 30}") for n in range(10, 3010)]
    system.devices += devices
    system.has(*map(stream, devices), *(stream(device, Kind.SUB_STREAM) for device in devices))
    inventory = await system.inventory()
    entry.runtime_data.inventory = inventory
    looks = 0
    real = type(inventory).of

    def counted(self: Any, feature_type: type[CameraFeature]) -> Any:
        nonlocal looks
        looks += 1
        return real(self, feature_type)

    with patch.object(type(inventory), "of", counted):
        assert titles(await browse(hass)) == ["Site 0", "Site 1", "Site 2"]
        assert looks <= 2
        assert len(titles(await browse(hass, f"{ROOT}/place/{entry.entry_id}/Site%201"))) == 10
        node = await browse(hass, f"{ROOT}/place/{entry.entry_id}/Site%201/Area%201")
        assert looks <= 4
    assert len(titles(node)) == 100
    assert system.asked == []
