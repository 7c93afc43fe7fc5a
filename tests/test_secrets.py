"""Nothing secret is found where people look: logs, states, registries, repairs and diagnostics of a whole life."""

import base64
from html import escape
import json
import logging
from urllib.parse import quote, quote_plus

from homeassistant.components.camera import async_get_image, async_get_stream_source
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulators.isapi import IsapiSimulator

from .living import WEBHOOK, living, reached, set_up

USERNAME = "wachmann@haus"
PASSWORD = "Tor:9/?#%&<>\"' ü"
CAMERA = "camera.simulated_ipc"
INTRUSION = "binary_sensor.simulated_ipc_intrusion"
SWITCH = "switch.simulated_ipc_motion_detection"


def spellings() -> set[str]:
    """Return every secret in every spelling in which it may travel."""
    plain = (USERNAME, PASSWORD, WEBHOOK)
    together = f"{USERNAME}:{PASSWORD}"
    found = {base64.b64encode(together.encode()).decode()}
    for secret in plain:
        found |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret), repr(secret)[1:-1]}
        found |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return found


async def whole_life(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """Do what people do, well and badly: look, switch, listen, lose the device, change its password."""
    await async_get_image(hass, CAMERA)
    assert await async_get_stream_source(hass, CAMERA)
    await hass.services.async_call("switch", "turn_off", {"entity_id": SWITCH}, blocking=True)
    device.emit(type="fielddetection", channel=1, state="active", target="human")
    await reached(hass, lambda: hass.states.is_state(INTRUSION, "on"))
    device.emit_raw(f"--boundary\r\n\r\n<a>{PASSWORD}</b>\r\n".encode())
    device.close_streams(abort=True)
    device.fault("*", status=500, times=3)
    device.change_password("another one")
    with pytest.raises(Exception, match=r".+") as refused:
        await hass.services.async_call("switch", "turn_on", {"entity_id": SWITCH}, blocking=True)
    assert not any(secret in str(refused.value) for secret in spellings())
    await hass.async_block_till_done()


async def test_nothing_secret_is_told(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    socket_enabled: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything at the most talkative level, and not one spelling of one secret in it."""
    caplog.set_level(logging.DEBUG)
    for component in ("diagnostics", "repairs", "stream"):
        assert await async_setup_component(hass, component, {})
    async with (
        IsapiSimulator(profile="ipc", username=USERNAME, password=PASSWORD, missing_center=["VMD-1"]) as device,
        living(hass, device, options={"device_push": True}) as entry,
    ):
        await set_up(hass, device, entry)
        assert entry.state is ConfigEntryState.LOADED
        told = {"before": json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))}
        await whole_life(hass, device)
        told["diagnostics"] = json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))
        told["states"] = repr([state.as_dict() for state in hass.states.async_all()])
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        told["entities"] = repr([entity.extended_dict for entity in entities])
        devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        told["devices"] = repr([one.dict_repr for one in devices])
        told["issues"] = repr([repr(issue) for issue in ir.async_get(hass).issues.values()])
        told["entry"] = repr(entry.as_dict()["title"]) + repr(entry.reason)
    told["log"] = "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in [*caplog.get_records("setup"), *caplog.records]
        if not record.name.startswith(("tests.", "simulators."))
    )
    assert "custom_components.hikvision_ivm" in {record.name[:31] for record in caplog.records}
    found = {(place, secret) for place, text in told.items() for secret in spellings() if secret in text}
    assert not found
