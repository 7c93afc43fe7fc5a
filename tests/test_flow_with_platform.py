"""The whole way with a simulated platform: set up, pushed events, actions, recordings, a new key, removal."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from homeassistant.components.media_source import Unresolvable, async_browse_media, async_resolve_media
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.model import CameraFeature, LockFeature
from simulators.hikcentral import DEFAULT_KEY, DEFAULT_SECRET, HikCentralSimulator, SitePlan

MOTION = 131331


@pytest.fixture
async def platform(hass: HomeAssistant, socket_enabled: None) -> AsyncIterator[HikCentralSimulator]:
    """Run a platform with a certificate of its own."""
    for component in ("media_source", "stream"):
        assert await async_setup_component(hass, component, {})
    strict = hass.loop.get_exception_handler()
    assert strict is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Bear that the platform, in the same loop, sees a client leave that does not trust its certificate."""
        if not isinstance(context.get("exception"), ConnectionResetError):
            strict(loop, context)

    hass.loop.set_exception_handler(handle)
    async with HikCentralSimulator(site=SitePlan(sites=2, cameras=4, doors=2), tls=True) as running:
        yield running


async def configure(hass: HomeAssistant, result: ConfigFlowResult, typed: dict[str, Any]) -> ConfigFlowResult:
    """Answer a step."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], typed)


async def add(hass: HomeAssistant, platform: HikCentralSimulator) -> ConfigEntry[Any]:
    """Set the platform up as a user does: refuse nothing, accept its certificate, import one site."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await configure(hass, result, {"next_step_id": "hikcentral"})
    typed = {
        "url": platform.url.removeprefix("https://"),
        "verify_ssl": True,
        "app_key": DEFAULT_KEY,
        "app_secret": "wrong",
    }
    result = await configure(hass, result, typed)
    assert result["step_id"] == "certificate"
    assert platform.requests == []
    result = await configure(hass, result, {"next_step_id": "certificate_accept"})
    assert result["errors"] == {"base": "invalid_auth_platform"}
    result = await configure(hass, result, {**typed, "app_secret": DEFAULT_SECRET})
    assert result["step_id"] == "selection"
    chosen = {str(key): key.default() for key in result["data_schema"].schema}
    assert (len(chosen["sites"]), chosen["areas"], chosen["personal"]) == (2, [], [])
    result = await configure(hass, result, {**chosen, "sites": chosen["sites"][:1]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry: ConfigEntry[Any] = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def listen_on(hass: HomeAssistant, entry: ConfigEntry[Any], port: int) -> None:
    """Let the platform post to a listener."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {
        str(key): key.default() for key in result["data_schema"].schema if str(key) not in {"callback", "advanced"}
    }
    typed["callback"] = {"post_url": "http://127.0.0.1", "post_port": port}
    typed["advanced"] = {"hold_pulse": 600, "raw_events": False}
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def until(hass: HomeAssistant, reached: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.02)
            await hass.async_block_till_done()


def entity_of(hass: HomeAssistant, entry: ConfigEntry[Any], kind: type[Any], number: int = 0) -> str:
    """Return the entity of a feature."""
    feature = [*entry.runtime_data.inventory.of(kind)][number]
    entity_id = er.async_get(hass).async_get_entity_id(feature.type, DOMAIN, feature.id)
    assert entity_id is not None
    return entity_id


async def test_whole_way(hass: HomeAssistant, platform: HikCentralSimulator, unused_tcp_port: int) -> None:
    """An event arrives by push, a door moves by an action, and the subscription goes with the entry."""
    entry = await add(hass, platform)
    await listen_on(hass, entry, unused_tcp_port)
    address = f"http://127.0.0.1:{unused_tcp_port}/eventRcv"
    await until(hass, lambda: {one.dest for one in platform.subscriptions} == {address})
    camera = [*entry.runtime_data.inventory.of(CameraFeature)][0].address
    platform.happen(MOTION, "camera", camera.id, status=1)
    statistics = entry.runtime_data.statistics
    await until(hass, lambda: statistics["posted_requests"] > 0)
    assert statistics["occurrences"] >= 1
    assert not [name for name in statistics if name.startswith("posted_") and name != "posted_requests"]

    door = entity_of(hass, entry, LockFeature)
    answer = await hass.services.async_call(
        DOMAIN, "door_control", {"entity_id": door, "mode": "remain_open"}, blocking=True, return_response=True
    )
    assert answer is not None
    assert [row["state"] for row in answer["results"]] == ["remain_open"]  # type: ignore[index, union-attr, call-overload]
    await until(hass, lambda: hass.states.is_state(door, "open"))

    assert not [key for _, key in ir.async_get(hass).issues if "post" in key]
    await hass.config_entries.async_remove(entry.entry_id)
    assert platform.subscriptions == []


@pytest.mark.parametrize("playable", [True, False])
async def test_recordings(hass: HomeAssistant, platform: HikCentralSimulator, playable: bool) -> None:
    """Every level can be opened down to a recording, which is played where the platform gives an address for it."""
    platform.options.playback_rtsp_s = playable
    await add(hass, platform)
    content_id = f"media-source://{DOMAIN}"
    for _ in range(8):
        node = await async_browse_media(hass, content_id)
        assert node.children
        content_id = node.children[0].media_content_id
        if node.children[0].can_play:
            break
    if playable:
        media = await async_resolve_media(hass, content_id, None)
        assert media.url.startswith("/api/hls/")
    else:
        with pytest.raises(Unresolvable, match="only in a form that nothing but the programs of its maker can play"):
            await async_resolve_media(hass, content_id, None)


async def test_new_key(hass: HomeAssistant, platform: HikCentralSimulator) -> None:
    """A partner that gets another key stays the same platform: the entry is asked for it and keeps everything."""
    entry = await add(hass, platform)
    entities = {one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    unique_id, before = entry.unique_id, list(entry.data["marks"])
    platform.replace_key("30000003", "anotherSecret9876543210")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_key"
    typed = {"app_key": platform.app_key, "app_secret": platform.app_secret}
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.unique_id, entry.data["identity"]) == (unique_id, unique_id)
    assert entry.data["app_key"] == "30000003"
    assert set(entry.data["marks"]) & set(before)
    assert entities == {one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
