"""Tests of the options of a receiver: which devices, the code of its panels, and how they behave."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.forms import fields, open_options, submit_options
from tests.receiver_system import ReceiverSystem, load, receiver_entry

ADVANCED = {"zone_seconds": 10, "zone_numbers": "learn", "hold_pulse": 10, "raw_events": False}
ALL: Mapping[str, Any] = {
    "panels": ["Q1", "Q2"],
    "push": True,
    "code_to_arm": False,
    "entry_delay": False,
    "silent_alarms": False,
    "clear_on_disarm": True,
    "advanced": ADVANCED,
}
STORED = {name: value for name, value in ALL.items() if name not in {"panels", "advanced"}} | ADVANCED
CODE = "9Za47x"


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ip_receiver": ReceiverSystem}):
        yield


async def set_up(
    hass: HomeAssistant, options: Mapping[str, Any] | None = None
) -> tuple[MockConfigEntry, ConfigFlowResult]:
    """Set a receiver up and open its options."""
    entry = receiver_entry(hass, options)
    await load(hass, entry)
    return entry, await open_options(hass, entry, "ip_receiver")


async def test_defaults(hass: HomeAssistant) -> None:
    """Everything is imported, nobody is asked for a code, and nothing is shown that a panel does not say."""
    entry, result = await set_up(hass)
    shown = fields(result)
    assert list(shown) == [
        "panels", "push", "alarm_code", "code_to_arm", "entry_delay", "silent_alarms", "clear_on_disarm", "advanced",
    ]  # fmt: skip
    assert {name: key.default() for name, key in shown.items() if name in ALL and name != "advanced"} == {
        name: value for name, value in ALL.items() if name != "advanced"
    }
    assert {name: key.default() for name, key in fields(result, "advanced").items()} == ADVANCED
    assert (await submit_options(hass, result, ALL))["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == STORED


async def test_choices(hass: HomeAssistant) -> None:
    """What was chosen is stored flat, reaches the system by a reload, and is shown again, save for the code."""
    entry, result = await set_up(hass)
    typed = {
        "panels": ["Q2"],
        "push": False,
        "alarm_code": f" {CODE} ",
        "code_to_arm": True,
        "entry_delay": True,
        "silent_alarms": True,
        "clear_on_disarm": False,
        "advanced": {"zone_seconds": 300, "zone_numbers": "one_more", "hold_pulse": 3, "raw_events": True},
    }
    assert (await submit_options(hass, result, ALL, **typed))["type"] is FlowResultType.CREATE_ENTRY
    stored = {
        "panels": ["Q2"],
        "push": False,
        "alarm_code": CODE,
        "code_to_arm": True,
        "entry_delay": True,
        "silent_alarms": True,
        "clear_on_disarm": False,
        "zone_seconds": 300,
        "zone_numbers": "one_more",
        "hold_pulse": 3,
        "raw_events": True,
    }
    assert dict(entry.options) == stored
    assert type(entry.options["zone_seconds"]) is int
    assert entry.runtime_data.system.options == stored
    result = await open_options(hass, entry, "ip_receiver")
    assert fields(result)["panels"].default() == ["Q2"]
    assert fields(result)["clear_on_disarm"].default() is False
    assert fields(result, "advanced")["zone_numbers"].default() == "one_more"
    assert fields(result, "advanced")["zone_seconds"].default() == 300
    assert fields(result)["alarm_code"].description is None
    assert CODE not in str(result)


async def test_code_is_kept_replaced_and_removed(hass: HomeAssistant) -> None:
    """An empty field keeps the code, which only a field of its own removes."""
    entry, result = await set_up(hass, {"alarm_code": CODE})
    await submit_options(hass, result, ALL, alarm_code_remove=False)
    assert entry.options["alarm_code"] == CODE
    await submit_options(
        hass, await open_options(hass, entry, "ip_receiver"), ALL, alarm_code="1357", alarm_code_remove=False
    )
    assert entry.options["alarm_code"] == "1357"
    await submit_options(hass, await open_options(hass, entry, "ip_receiver"), ALL, alarm_code_remove=True)
    assert "alarm_code" not in entry.options
    assert "alarm_code_remove" not in fields(await open_options(hass, entry, "ip_receiver"))


@pytest.mark.parametrize("wrong", ["123", "1" * 33, "12 34", "12-34", "ÄÖÜ1", "١٢٣٤", "²²²²"])
async def test_no_code(hass: HomeAssistant, wrong: str) -> None:
    """What a keypad cannot type is refused at its field; nothing is stored, it is not shown again, the rest stays."""
    entry, result = await set_up(hass, {"alarm_code": CODE})
    result = await submit_options(hass, result, ALL, alarm_code=wrong, alarm_code_remove=False, entry_delay=True)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"alarm_code": "invalid_alarm_code"}
    assert dict(entry.options) == {"alarm_code": CODE}
    assert fields(result)["alarm_code"].description is None
    assert fields(result)["entry_delay"].description == {"suggested_value": True}
    result = await submit_options(hass, result, ALL, alarm_code="1" * 32, alarm_code_remove=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["alarm_code"] == "1" * 32


@pytest.mark.parametrize(
    "wrong", [{"zone_seconds": 4}, {"zone_seconds": 301}, {"zone_numbers": "guess"}, {"hold_pulse": 0}]
)
async def test_out_of_bounds(hass: HomeAssistant, wrong: dict[str, Any]) -> None:
    """What the form does not offer is refused by it."""
    entry, result = await set_up(hass)
    with pytest.raises(InvalidData):
        await submit_options(hass, result, ALL, advanced={**ADVANCED, **wrong})
    assert dict(entry.options) == {}


async def test_nothing_selected(hass: HomeAssistant) -> None:
    """A receiver of which nothing is imported would be empty."""
    _, result = await set_up(hass)
    result = await submit_options(hass, result, ALL, panels=[])
    assert result["errors"] == {"panels": "nothing_selected"}
    assert (await submit_options(hass, result, ALL))["type"] is FlowResultType.CREATE_ENTRY


async def test_while_it_does_not_run(hass: HomeAssistant) -> None:
    """What cannot be asked stays as it is; a panel that is gone stays chosen."""
    entry = receiver_entry(hass, {"panels": ["Q9"]})
    result = await open_options(hass, entry, "ip_receiver")
    assert "panels" not in fields(result)
    typed = {name: value for name, value in ALL.items() if name != "panels"}
    await hass.config_entries.options.async_configure(result["flow_id"], typed)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dict(entry.options) == {**STORED, "panels": ["Q9"]}
    result = await open_options(hass, entry, "ip_receiver")
    assert fields(result)["panels"].default() == ["Q9"]
    await submit_options(hass, result, ALL, panels=["Q9", "Q1"])
    assert entry.options["panels"] == ["Q9", "Q1"]
