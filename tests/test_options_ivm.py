"""Tests of the options of a cloud account: what is imported, how video comes, what is told of people."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.systems.settings import LIVE_PROTOCOLS
from tests.forms import fields, open_options, submit_options
from tests.ivm_system import WEBHOOK_ID, CloudSystem, cloud_entry, load

CALLBACK = {"post_url": "", "callback_take_over": False}
ADVANCED = {"poll_seconds": 60, "platform_zone": "", "raw_events": False}
ALL: Mapping[str, Any] = {
    "organisations": [],
    "live_protocol": "https_hls",
    "live_quality": "main",
    "streams": ["sub", "third"],
    "push": True,
    "subscriptions": ["alarms", "states", "removals"],
    "analytics": [],
    "personal": [],
    "hold_alarm": 30,
    "callback": CALLBACK,
    "advanced": ADVANCED,
}
STORED = {
    "live_protocol": "HTTPS_HLS",
    "live_quality": "main",
    "push": True,
    "hold_alarm": 30,
    "callback_take_over": False,
    "poll_seconds": 60,
    "raw_events": False,
}


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    known = {"ivm": CloudSystem}
    with (
        patch("custom_components.hikvision_ivm.SYSTEMS", known),
        patch("custom_components.hikvision_ivm.webhook.SYSTEMS", known),
    ):
        yield


async def set_up(
    hass: HomeAssistant, options: Mapping[str, Any] | None = None
) -> tuple[MockConfigEntry, ConfigFlowResult]:
    """Set an account up and open its options."""
    entry = cloud_entry(hass, options)
    await load(hass, entry)
    return entry, await open_options(hass, entry, "ivm")


async def test_defaults(hass: HomeAssistant) -> None:
    """Everything is imported, video is encrypted, nothing of people or analysis is told, nobody is pushed aside."""
    entry, result = await set_up(hass)
    shown = fields(result)
    assert list(shown) == list(ALL)
    sections = {"callback", "advanced"}
    assert {name: key.default() for name, key in shown.items() if name not in sections} == {
        name: value for name, value in ALL.items() if name not in sections
    }
    assert (await submit_options(hass, result, ALL))["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == STORED


async def test_choices(hass: HomeAssistant) -> None:
    """What was chosen is stored flat, reaches the system by a reload, and is shown again."""
    entry, result = await set_up(hass)
    typed = {
        "organisations": ["12"],
        "live_protocol": "rtsp",
        "live_quality": "sub",
        "streams": ["sub"],
        "push": False,
        "subscriptions": ["alarms", "removals"],
        "analytics": ["head_shoulder", "vehicle"],
        "personal": ["plates"],
        "hold_alarm": 90,
        "callback": {"post_url": " https://home.example.com ", "callback_take_over": True},
        "advanced": {"poll_seconds": 300, "platform_zone": "Asia/Singapore", "raw_events": True},
    }
    assert (await submit_options(hass, result, ALL, **typed))["type"] is FlowResultType.CREATE_ENTRY
    stored = {
        "organisations": ["12"],
        "live_protocol": "RTSP",
        "live_quality": "sub",
        "streams": ["sub"],
        "push": False,
        "subscriptions": ["alarms", "removals"],
        "analytics": ["head_shoulder", "vehicle"],
        "personal": ["plates"],
        "hold_alarm": 90,
        "post_url": "https://home.example.com",
        "callback_take_over": True,
        "poll_seconds": 300,
        "platform_zone": "Asia/Singapore",
        "raw_events": True,
    }
    assert dict(entry.options) == stored
    assert entry.runtime_data.system.options == stored
    result = await open_options(hass, entry, "ivm")
    assert fields(result)["organisations"].default() == ["12"]
    assert fields(result)["live_protocol"].default() == "rtsp"
    assert fields(result, "callback")["post_url"].description == {"suggested_value": "https://home.example.com"}


@pytest.mark.parametrize("protocol", LIVE_PROTOCOLS)
async def test_every_protocol(hass: HomeAssistant, protocol: str) -> None:
    """Whatever the system knows can be chosen, and is stored in its own word."""
    entry, result = await set_up(hass)
    assert (await submit_options(hass, result, ALL, live_protocol=protocol.lower()))[
        "type"
    ] is FlowResultType.CREATE_ENTRY
    assert entry.options["live_protocol"] == protocol


@pytest.mark.parametrize(
    "wrong",
    [{"hold_alarm": 0}, {"hold_alarm": 601}, {"live_protocol": "HOLO"}, {"personal": ["health"]}, {"analytics": ["x"]}],
)
async def test_out_of_bounds(hass: HomeAssistant, wrong: dict[str, Any]) -> None:
    """What the form does not offer is refused by it."""
    entry, result = await set_up(hass)
    with pytest.raises(InvalidData):
        await submit_options(hass, result, ALL, **wrong)
    assert dict(entry.options) == {}


@pytest.mark.parametrize(
    ("section", "wrong", "error"),
    [
        ("callback", {**CALLBACK, "post_url": "home.example.com"}, "invalid_post_url"),
        ("callback", {**CALLBACK, "post_url": "https://me:secret@home.example.com"}, "invalid_post_url"),
        ("advanced", {**ADVANCED, "platform_zone": "Peking"}, "invalid_platform_zone"),
    ],
)
async def test_unusable(hass: HomeAssistant, section: str, wrong: dict[str, Any], error: str) -> None:
    """What cannot be used is named for the whole form, and can be corrected."""
    _, result = await set_up(hass)
    result = await submit_options(hass, result, {**ALL, section: wrong})
    assert result["errors"] == {"base": error}
    assert (await submit_options(hass, result, ALL))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("external", "given", "address"),
    [
        ("https://home.example.com", "", f"https://home.example.com/api/webhook/{WEBHOOK_ID}"),
        ("https://home.example.com:8443", "", f"https://home.example.com:8443/api/webhook/{WEBHOOK_ID}"),
        (None, "https://way.example.com/ha/", f"https://way.example.com/ha/api/webhook/{WEBHOOK_ID}"),
        ("https://home.example.com", "https://way.example.com", f"https://way.example.com/api/webhook/{WEBHOOK_ID}"),
        (None, "", "–"),
    ],
)
async def test_address_for_the_cloud(hass: HomeAssistant, external: str | None, given: str, address: str) -> None:
    """It is the one from outside, with the usual port left out: never one of the local network, which is no use there."""
    hass.config.internal_url = "http://192.0.2.5:8123"
    hass.config.external_url = external
    _, result = await set_up(hass, {"post_url": given} if given else None)
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["callback"] == address
