"""Nothing secret of a cloud account is found where people look: logs, states, registries, repairs, diagnostics, errors."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
import logging
from typing import Any
from urllib.parse import quote

from homeassistant.components.camera import async_get_image, async_get_stream_source
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan

ACCESS_KEY = "ACCESSKEY-_MARKER001"
SECRET_KEY = "secretKey-_marker/+=0123456789abcdef0"
OTHER = "https://other.example/hook/OTHERSECRETMARKER"
COMPONENTS = ("webhook", "stream", "media_source", "camera", "image", "diagnostics", "repairs")
PLAN = TenantPlan(
    orgs=("Home",),
    devices=(
        DevicePlan(name="Gate", org="Home"),
        DevicePlan(kind="NVR", name="Till", org="Home", channels=1, channel_names=("Yard",)),
    ),
)
SIDES = (
    "tests.", "simulators.", "asyncio", "aiohttp.access", "homeassistant.helpers.http", "homeassistant.components.webhook",
    "pytest_homeassistant_custom_component",
)  # fmt: skip
"""Loggers of the other side, of Home Assistant's own server, and of its storage in tests."""


async def until(hass: HomeAssistant, reached: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.02)
            await hass.async_block_till_done()


def of(entry: ConfigEntry[Any], kind: Kind) -> Any:
    """Return the first feature of a kind."""
    return next(one for one in entry.runtime_data.inventory.features.values() if one.kind is kind)


async def added(hass: HomeAssistant, cloud: IvmSimulator) -> ConfigEntry[Any]:
    """Set the account up through the dialog, with wrong keys first."""
    typed = {"user_id": cloud.user_id, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY[:-1]}
    typed_all = {**typed, "advanced": {"url": cloud.url, "verify_ssl": True}}
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "ivm"})
    result = await flow.async_configure(result["flow_id"], typed_all)
    assert result["errors"] == {"base": "invalid_auth_cloud"}
    result = await flow.async_configure(result["flow_id"], {**typed_all, "secret_key": SECRET_KEY})
    result = await flow.async_configure(result["flow_id"], {"personal": []})
    entry: ConfigEntry[Any] = result["result"]
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: len(cloud.callbacks) == 3)
    return entry


async def media(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str]:
    """Look at video, at what was recorded and at a still picture; return the addresses, which are secrets."""
    system = entry.runtime_data.system
    feature = of(entry, Kind.MAIN_STREAM)
    camera = er.async_get(hass).async_get_entity_id("camera", DOMAIN, feature.id)
    assert camera is not None
    await async_get_image(hass, camera)
    live = await async_get_stream_source(hass, camera)
    now = dt_util.utcnow()
    recordings = await system.recordings(feature, now - timedelta(hours=6), now)
    assert live
    return {live, await system.playback_source(feature, recordings[0].start, recordings[0].end)}


async def pushes(hass: HomeAssistant, entry: ConfigEntry[Any], cloud: IvmSimulator) -> None:
    """Let the cloud push, and others forge it."""
    await cloud.alarm("Gate")
    await cloud.alarm("Till", 0, "over_line_alarm")
    await cloud.push_raw("DEVICE_ALARM", b'{"half', headers={"X-IVM-Signature": "forged|1"})
    await cloud.push_raw("DEVICE_ALARM", b'{"message_type":"device_alarm","data":{}}', headers={})
    await cloud.push_raw("DEVICE_ALARM", b"<html>")
    await cloud.go_offline("Till")
    await cloud.go_online("Till")
    key = er.async_get(hass).async_get_entity_id("binary_sensor", DOMAIN, of(entry, Kind.MOTION).id)
    assert key is not None
    await until(hass, lambda: hass.states.is_state(key, "on"))


async def commands(hass: HomeAssistant, entry: ConfigEntry[Any], cloud: IvmSimulator) -> list[str]:
    """Move a camera, well and badly, and take the place of another program; return what was said to the user."""
    button = er.async_get(hass).async_get_entity_id("button", DOMAIN, of(entry, Kind.PTZ_LEFT).id)
    cloud.fault("ptz", code="IVM.20002008")
    with pytest.raises(HomeAssistantError) as refused:
        await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    cloud.heal()
    cloud.callbacks["DEVICE_UNBIND"].url = OTHER
    again = er.async_get(hass).async_get_entity_id("button", DOMAIN, of(entry, Kind.RESUBSCRIBE).id)
    await hass.services.async_call("button", "press", {"entity_id": again}, blocking=True)
    await until(hass, lambda: any("taken" in key for _, key in ir.async_get(hass).issues))
    return [str(refused.value)]


async def polls(entry: ConfigEntry[Any], cloud: IvmSimulator) -> list[str]:
    """Poll a cloud that answers with our own secrets, or ends tokens; return what was said."""
    coordinator = entry.runtime_data
    words = f"{ACCESS_KEY} {SECRET_KEY} {tokens(cloud)[-1]}"
    echo = json.dumps({"error_code": "IVM.99999999", "error_msg": words}).encode()
    faults: list[dict[str, Any]] = [
        {"raw": echo, "status": 400}, {"raw": b"<html>" + echo}, {"drop": True}, {"raw": echo[:40]},
    ]  # fmt: skip
    said = []
    for fault in faults:
        cloud.fault("device-orgs/0/devices", **fault)
        with pytest.raises(SystemFailure) as failed:
            await coordinator.system.poll(Tier.STATUS, coordinator.sink, coordinator.wanted)
        said.append(f"{failed.value!r} {failed.value} {failed.value.placeholders}")
        cloud.heal()
    for end in (cloud.expire_tokens, cloud.revoke_tokens):
        end()
        await coordinator.system.poll(Tier.STATUS, coordinator.sink, coordinator.wanted)
    return said


def tokens(cloud: IvmSimulator) -> list[str]:
    """Return every token that was used."""
    return [one.headers["Access-Token"] for one in cloud.requests if "Access-Token" in one.headers]


def secrets_of(cloud: IvmSimulator, entry: ConfigEntry[Any], addresses: set[str]) -> set[str]:
    """Return everything that must not be told, in the spellings in which it may travel."""
    found = {
        ACCESS_KEY,
        SECRET_KEY,
        SECRET_KEY[:-1],
        entry.data["webhook_id"],
        OTHER.rpartition("/")[2],
        *tokens(cloud),
    }
    found |= {one.auth_key for one in cloud.callbacks.values() if one.auth_key}
    for address in addresses:
        url = URL(address)
        found |= {address, url.raw_path}
        found |= {word for word in url.query.values() if len(word) > 12 and word not in cloud.world.devices}
    return found | {quote(one, safe="") for one in found} | {json.dumps(one)[1:-1] for one in found}


async def test_nothing_secret_is_told(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    socket_enabled: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything at the most talkative level, and not one secret in it."""
    caplog.set_level(logging.DEBUG)
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    await hass.config.async_update(external_url=f"http://127.0.0.1:{client.server.port}")
    async with IvmSimulator(PLAN, ak=ACCESS_KEY, sk=SECRET_KEY) as cloud:
        cloud.services_needed = False
        entry = await added(hass, cloud)
        addresses = await media(hass, entry)
        await pushes(hass, entry, cloud)
        told = {"said": "\n".join([*await commands(hass, entry, cloud), *await polls(entry, cloud)])}
        told["diagnostics"] = json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))
        told["states"] = repr([state.as_dict() for state in hass.states.async_all()])
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        told["entities"] = repr([entity.extended_dict for entity in entities])
        devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        told["devices"] = repr([one.dict_repr for one in devices])
        told["repairs"] = repr(list(ir.async_get(hass).issues.values()))
        told["entry"] = f"{entry.title} {entry.reason} {dict(entry.options)}"
        cloud.fault("messages/callback", code="IVM.90000010")
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        cloud.heal()
        secrets = secrets_of(cloud, entry, addresses)
        await hass.config_entries.async_remove(entry.entry_id)
    told["log"] = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}"
        for record in [*caplog.get_records("setup"), *caplog.records]
        if not record.name.startswith(SIDES)
    )
    assert told["states"].count("camera.") > 0
    assert "ivm_callback_taken" in told["repairs"]
    assert "custom_components.hikvision_ivm" in {record.name[:31] for record in caplog.records}
    assert len(secrets) > 15
    found = {(place, secret) for place, text in told.items() for secret in secrets if secret in text}
    assert not found
