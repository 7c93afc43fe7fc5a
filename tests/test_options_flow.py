"""Tests of the options: what is offered, what is stored, and that it takes effect."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.network import NoURLAvailableError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm import options_flow
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.flow_forms import FORMS
from custom_components.hikvision_ivm.options_rows import REMOVE, Section, Selection, Text
from custom_components.hikvision_ivm.systems import settings
from tests.flow_system import SERIAL, FlowSystem

HOLDS = dict.fromkeys(settings.HOLDS, 5)
ALL = {
    "channels": ["1", "2", "10"],
    "streams": ["sub", "third", "transcoded"],
    "push": True,
    "hold_times": HOLDS,
    "device_push": False,
}


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": FlowSystem}):
        yield


def make_entry(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Add an entry."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Recorder",
        unique_id=SERIAL,
        data={
            "system": "isapi",
            "url": "http://192.0.2.10",
            "username": "admin",
            "password": "pw",
            "verify_ssl": True,
            "fingerprint": None,
            "webhook_id": "c0ffee" * 10,
        },
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Add an entry and set it up."""
    entry = make_entry(hass, options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def defaults(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form shows, sections included."""
    assert result["data_schema"] is not None
    shown: dict[str, Any] = {}
    for key, value in result["data_schema"].schema.items():
        shown[str(key)] = (
            {str(inner): inner.default() for inner in value.schema.schema}
            if str(key) == options_flow.HOLD_TIMES
            else key.default()
        )
    return shown


async def submit(hass: HomeAssistant, result: ConfigFlowResult, typed: Mapping[str, Any]) -> ConfigFlowResult:
    """Submit the form."""
    result = await hass.config_entries.options.async_configure(result["flow_id"], dict(typed))
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_defaults_store_no_restriction(hass: HomeAssistant) -> None:
    """The form begins with everything on, and storing that leaves the way open for what comes later."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "init"
    assert defaults(result) == ALL
    channels = next(v for k, v in result["data_schema"].schema.items() if str(k) == "channels")
    assert channels.config["options"] == [
        {"value": "1", "label": "1: Front door"},
        {"value": "2", "label": "2: Garage"},
        {"value": "10", "label": "10: Gate"},
    ]
    result = await submit(hass, result, ALL)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == {"push": True, "device_push": False, **HOLDS}


async def test_choice_is_stored_and_the_system_gets_it(hass: HomeAssistant) -> None:
    """What was chosen reaches the system by a reload, and is shown the next time."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {
        "channels": ["2"],
        "streams": [],
        "push": False,
        "hold_times": {**HOLDS, "hold_motion": 600, "hold_pir": 1},
        "device_push": True,
    }
    assert (await submit(hass, result, typed))["type"] is FlowResultType.CREATE_ENTRY
    stored = {
        "channels": ["2"],
        "streams": [],
        "push": False,
        "device_push": True,
        **HOLDS,
        "hold_motion": 600,
        "hold_pir": 1,
    }
    assert dict(entry.options) == stored
    assert all(type(entry.options[hold]) is int for hold in settings.HOLDS)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.system.options == stored
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert defaults(result) == typed


async def test_nothing_selected(hass: HomeAssistant) -> None:
    """An entry without a channel is refused; what else was typed stays; then it works."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    result = await submit(hass, result, {**ALL, "channels": [], "push": False})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"channels": "nothing_selected"}
    push = next(key for key in result["data_schema"].schema if str(key) == "push")
    assert push.description == {"suggested_value": False}
    result = await submit(hass, result, {**ALL, "channels": ["1", "10"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["channels"] == ["1", "10"]


@pytest.mark.parametrize("seconds", [0, 601, "soon"])
async def test_hold_out_of_bounds(hass: HomeAssistant, seconds: Any) -> None:
    """A time outside the bounds is refused."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await submit(hass, result, {**ALL, "hold_times": {**HOLDS, "hold_smart": seconds}})
    assert dict(entry.options) == {}


async def test_channel_that_is_gone_stays_selectable(hass: HomeAssistant) -> None:
    """A stored channel that the device does not have at the moment is not dropped behind the user's back."""
    entry = await set_up(hass, {"channels": ["1", "7"]})
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert defaults(result)["channels"] == ["1", "7"]
    await submit(hass, result, {**ALL, "channels": ["1", "7"]})
    assert entry.options["channels"] == ["1", "7"]


@pytest.mark.parametrize("options", [{}, {"channels": ["2"]}])
async def test_while_the_system_does_not_run(hass: HomeAssistant, options: dict[str, Any]) -> None:
    """Without the system, channels cannot be asked and stay as they are; the rest can be changed."""
    entry = make_entry(hass, options)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert "channels" not in defaults(result)
    typed = {name: value for name, value in ALL.items() if name != "channels"}
    await submit(hass, result, {**typed, "push": False})
    assert entry.options.get("channels") == options.get("channels")
    assert entry.options["push"] is False


async def test_address_for_the_device(hass: HomeAssistant) -> None:
    """The address to type into the device is shown, or its path where Home Assistant does not know its own address."""
    path = f"/api/webhook/{'c0ffee' * 10}"
    await async_process_ha_core_config(hass, {"internal_url": "http://192.168.1.5:8123"})
    entry = make_entry(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["description_placeholders"] == {"webhook_url": f"http://192.168.1.5:8123{path}"}
    with patch("homeassistant.components.webhook.get_url", side_effect=NoURLAvailableError):
        result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["description_placeholders"] == {"webhook_url": path}


def test_every_text_exists() -> None:
    """Every option of every system has a name and a description, and every error a sentence."""
    texts = json.loads((Path(options_flow.__file__).parent / "translations/en.json").read_text())
    assert options_flow.OPTIONS.keys() == FORMS.keys()
    errors = {"nothing_selected"}
    for system, rows in options_flow.OPTIONS.items():
        step = texts["options"]["step"]["init" if system == "isapi" else system]
        sections = {row.name: row for row in rows if isinstance(row, Section)}
        assert step["sections"].keys() == sections.keys()
        for form, its_rows in ((step, rows), *((step["sections"][name], row.rows) for name, row in sections.items())):
            secret = {row.name + REMOVE for row in its_rows if isinstance(row, Text) and row.secret}
            names = {row.name for row in its_rows if not isinstance(row, Section)} | secret
            assert form["data"].keys() == form["data_description"].keys() == names
            errors |= {f"invalid_{row.name}" for row in its_rows if isinstance(row, Text)}
        for row in rows:
            if isinstance(row, Selection) and row.offered:
                assert set(row.offered) <= texts["selector"][row.name]["options"].keys()
    assert errors == texts["options"]["error"].keys()
