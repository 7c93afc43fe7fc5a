"""Nothing secret of a receiver is found where people look: logs, states, registries, repairs, diagnostics, errors."""

import asyncio
from collections.abc import Callable
import json
import logging
from urllib.parse import quote

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.const import DOMAIN
from simulators.ip_receiver import IpReceiverSimulator, PanelPlan

USERNAME = "wachmann@haus"
PASSWORD = "Tor:9/?#%&<>\"' ü"
CODE = "9Za47xQQ"
PANEL = "alarm_control_panel.house_partition_1"
MORE = {
    "accountID": "ACC-77-SECRET", "ISUP": {"deviceID": "ISUP-ID-SECRET", "deviceKey": "ISUP-KEY-SECRET"},
    "streamKey": "STREAM-KEY-SECRET", "remark": "REMARK-SECRET",
}  # fmt: skip


async def until(hass: HomeAssistant, reached: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.02)
            await hass.async_block_till_done()


async def whole_life(hass: HomeAssistant, receiver: IpReceiverSimulator) -> str:
    """Do what happens, well and badly: arm, be refused, alarm, garbage, wrong codes; return what was said to the user."""
    house = receiver.panel("House")
    said = []
    for code in ("1111", CODE[:-1], ""):
        with pytest.raises(ServiceValidationError) as wrong:
            await hass.services.async_call(
                "alarm_control_panel", "alarm_disarm", {"entity_id": PANEL, "code": code}, blocking=True
            )
        said.append(repr(wrong.value))
    receiver.refuse_open = True
    await house.open_zone(0)
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call("alarm_control_panel", "alarm_arm_away", {"entity_id": PANEL}, blocking=True)
    said.append(str(refused.value))
    await house.trip(1)
    await receiver.video_review(house, "1103", 1)
    await receiver.emit_raw(f"--boundary\r\n\r\n{{{PASSWORD}\r\n".encode())
    await until(hass, lambda: hass.states.is_state(PANEL, "triggered"))
    receiver.fault("status/zones", raw=f"<html>{PASSWORD}</html>", times=1)
    await hass.services.async_call(
        "alarm_control_panel", "alarm_disarm", {"entity_id": PANEL, "code": CODE}, blocking=True
    )
    await hass.async_block_till_done()
    return "".join(said)


async def test_nothing_secret_is_told(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything at the most talkative level, and not one secret in it."""
    caplog.set_level(logging.DEBUG)
    for component in ("diagnostics", "repairs"):
        assert await async_setup_component(hass, component, {})
    plan = PanelPlan(name="House", zones=4, serial="Q11111111", more=MORE)
    async with IpReceiverSimulator([plan], username=USERNAME, password=PASSWORD) as receiver:
        data = {
            "system": "ip_receiver", "url": receiver.url, "verify_ssl": True, "fingerprint": None, "allow_basic": False,
            "username": USERNAME, "password": PASSWORD, "webhook_id": "5ec2e7" * 10, "identity": "ip_receiver_1",
            "marks": [],
        }  # fmt: skip
        entry = MockConfigEntry(
            domain=DOMAIN, title="Receiver", unique_id="ip_receiver_1", data=data, options={"alarm_code": CODE}
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: bool(receiver.streams.open))
        told = {"said": await whole_life(hass, receiver)}
        told["diagnostics"] = json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))
        told["states"] = repr([state.as_dict() for state in hass.states.async_all()])
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        told["entities"] = repr([entity.extended_dict for entity in entities])
        told["repairs"] = repr(list(ir.async_get(hass).issues.values()))
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
        paths = {request.path for request in receiver.requests if "ISAPI" not in request.path}
    assert paths
    assert told["states"].count(PANEL) > 0
    told["log"] = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    secrets = {
        PASSWORD,
        quote(PASSWORD, safe=""),
        CODE,
        *paths,
        *(str(MORE[name]) for name in ("accountID", "streamKey")),
    }
    secrets |= {"ISUP-ID-SECRET", "ISUP-KEY-SECRET", "REMARK-SECRET"}
    # The server of the simulated receiver logs what it is asked for.
    told["log"] = "\n".join(line for line in told["log"].splitlines() if "HTTP/1.1" not in line)
    for place, text in told.items():
        for secret in secrets:
            assert secret not in text, (place, secret)
