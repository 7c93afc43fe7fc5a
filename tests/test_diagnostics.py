"""Tests of diagnostics: useful, replayable, and without a single secret in any of its spellings."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
import json
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.diagnostics import Sweep, sweep_of
from tests.flow_system import MAC, SERIAL, FlowSystem

USERNAME = "wächter one"
PASSWORD = " p@ss:/?#%&<>\"'ü wörd "
HOST = "camera.example"
FINGERPRINT = "0123456789abcdef" * 4
WEBHOOK_ID = "5ec2e7" * 10
REDACTED = "**REDACTED**"


def spellings() -> list[str]:
    """Return every secret as it may travel."""
    login = f"{USERNAME}:{PASSWORD}"
    found = [SERIAL, WEBHOOK_ID, HOST, FINGERPRINT, FINGERPRINT.upper()]
    found.append(":".join(FINGERPRINT.upper()[at : at + 2] for at in range(0, 64, 2)))
    found += [b64encode(text.encode()).decode().rstrip("=") for text in (login, USERNAME, PASSWORD)]
    for secret in (USERNAME, PASSWORD):
        found += [secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret)]
        found += [quote(secret, safe="").lower(), json.dumps(secret)[1:-1]]
    return found


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": FlowSystem}):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Set up an entry."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Recorder",
        unique_id=SERIAL,
        data={
            "system": "isapi",
            "url": f"https://{HOST}:8443",
            "username": USERNAME,
            "password": PASSWORD,
            "verify_ssl": True,
            "fingerprint": FINGERPRINT,
            "webhook_id": WEBHOOK_ID,
        },
        options={"channels": ["1"], "push": True},
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "diagnostics", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def strings(value: Any) -> Iterator[str]:
    """Return every text in a JSON value, keys too."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


async def test_entry(hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry) -> None:
    """Raw answers keep their form; secrets vanish from values, keys and the middle of texts in every spelling."""
    answers = {
        "System/deviceInfo": {"response": {"DeviceInfo": {"@version": "2.0", "deviceType": "NVR"}}},
        "Security/adminAccesses": {"status_code": 403},
        "Smart/FieldDetection/1": {"error": "dropped"},
    }
    entry.runtime_data.system.told = {
        "ISAPI": answers,
        "leaks": [f"before {secret} after" for secret in spellings()],
        "nested": {f"{secret}": (secret, {secret}) for secret in spellings()},
        "refused": {"when": datetime(2026, 11, 20, 12, tzinfo=UTC), "how": None, "count": 3, "share": 0.5, "on": True},
    }
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["ISAPI"] == answers
    assert told["refused"] == {
        "when": "2026-11-20T12:00:00+00:00",
        "how": None,
        "count": 3,
        "share": 0.5,
        "on": True,
    }
    assert set(told["leaks"]) == {f"before {REDACTED} after"}
    for text in strings(told):
        for secret in spellings():
            assert secret not in text
    assert told["entry"] == {
        "version": "1.1",
        "data": {
            "system": "isapi",
            "url": f"https://{REDACTED}:8443",
            "username": REDACTED,
            "password": REDACTED,
            "verify_ssl": True,
            "fingerprint": REDACTED,
            "webhook_id": REDACTED,
        },
        "options": {"channels": ["1"], "push": True},
    }
    assert told["inventory"] == {
        "devices": {"recorder": 1, "camera": 1},
        "features": {
            "binary_sensor motion": 1,
            "sensor last_event": 1,
            "sensor cpu_usage": 1,
            "sensor disk_state": 1,
        },
        "disabled_features": 0,
    }
    assert told["coordinator"]["reports"] >= 1


async def test_device(hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry) -> None:
    """A device tells of its own features only, and of personal readings only that there is one."""
    registry = dr.async_get(hass)
    recorder = registry.async_get_device_by_identifier((DOMAIN, SERIAL), entry.entry_id)
    assert recorder is not None
    told = await get_diagnostics_for_device(hass, hass_client, entry, recorder)
    assert told["devices"] == [
        {
            "kind": "recorder",
            "manufacturer": "Hikvision",
            "model": "DS-7608NXI-I2",
            "firmware": "V4.62.210",
            "hardware": None,
            "has_parent": False,
        }
    ]
    values = {feature["kind"]: feature["value"] for feature in told["features"]}
    assert values == {"cpu_usage": 12, "disk_state": "ok"}

    channel = next(
        device
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        if (DOMAIN, f"{SERIAL}_1") in device.identifiers
    )
    told = await get_diagnostics_for_device(hass, hass_client, entry, channel)
    values = {feature["kind"]: feature["value"] for feature in told["features"]}
    assert values == {"motion": True, "last_event": "str"}
    text = json.dumps(told, ensure_ascii=False)
    for private in ("Jane", "AB-123", "Front door", MAC, SERIAL, HOST):
        assert private not in text


def test_short_secrets_do_not_eat_the_rest() -> None:
    """A short user name goes as a word; paths and types that contain it can still be replayed."""
    sweep = Sweep(["admin", "nvr"], [("admin", "12345")])
    assert sweep({"Security/adminAccesses": "admin", "deviceType": "NVR"}) == {
        "Security/adminAccesses": REDACTED,
        "deviceType": "NVR",
    }
    assert sweep("<userName>admin</userName> rtsp://admin:x@nvr/1") == (
        f"<userName>{REDACTED}</userName> rtsp://{REDACTED}:x@{REDACTED}/1"
    )
    assert sweep(f"Basic {b64encode(b'admin:12345').decode()}") == f"Basic {REDACTED}="


def test_entry_without_address_and_identity() -> None:
    """What an entry does not have is not looked for."""
    entry = MockConfigEntry(domain=DOMAIN, data={"username": "admin"})
    assert sweep_of(entry)("admin at camera.example") == f"{REDACTED} at {HOST}"


def test_nothing_to_sweep() -> None:
    """Without secrets everything stays."""
    assert Sweep([])({"a": ["b", (1, 2.5)], 3: {"y", "x"}}) == {"a": ["b", [1, 2.5]], "3": ["x", "y"]}


TEMPLATE = "rtsp://viewer:s%40cret%20pass@{ip}:554/{id}"
PLATFORM = "hikcentral_8899aabbccddeeff"
PLATFORM_DATA = {
    "system": "isapi",
    "url": "https://platform.example:8443",
    "app_key": "20000001",
    "app_secret": "kS0me/Secret+Value==",
    "user_id": "operator7",
    "identity": "hikcentral_0011223344556677",
    "marks": ["key:0123456789abcdef", "fedcba9876543210"],
    "webhook_id": WEBHOOK_ID,
}
PLATFORM_OPTIONS = {
    "post_url": "http://assistant.example:8123",
    "post_sources": "192.0.2.77, 198.51.100.0/24",
    "stream_template": TEMPLATE,
    "sites": ["1"],
}
PRIVATE = [
    *("20000001", "kS0me/Secret+Value==", "operator7", PLATFORM, "hikcentral_0011223344556677"),
    *("key:0123456789abcdef", "fedcba9876543210", "platform.example", "assistant.example"),
    *("192.0.2.77", "198.51.100.0/24", "viewer", "s@cret pass", "s%40cret%20pass", TEMPLATE, WEBHOOK_ID),
]


async def test_platform(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """What a platform is reached and recognised by, and where it reaches us, is swept out of everything."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Campus", unique_id=PLATFORM, data=PLATFORM_DATA, options=PLATFORM_OPTIONS
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "diagnostics", {})
    with patch.object(FlowSystem, "__init__", _as_platform):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    entry.runtime_data.system.told = {
        "leaks": [f"before {secret} after" for secret in PRIVATE],
        "filled": "rtsp://viewer:s%40cret%20pass@10.0.0.9:554/7",
    }
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert set(told["leaks"]) == {f"before {REDACTED} after"}
    assert told["filled"] == f"rtsp://{REDACTED}:{REDACTED}@10.0.0.9:554/7"
    for text in strings(told):
        assert not [secret for secret in PRIVATE if secret in text]
    assert told["entry"]["options"] == {
        "post_url": f"http://{REDACTED}:8123",
        "post_sources": REDACTED,
        "stream_template": REDACTED,
        "sites": ["1"],
    }
    assert told["entry"]["data"]["marks"] == told["entry"]["data"]["identity"] == REDACTED


_begin = FlowSystem.__init__


def _as_platform(system: FlowSystem) -> None:
    """Answer as the platform of the entry."""
    _begin(system)
    system.identity = replace(system.identity, unique_id=PLATFORM)
