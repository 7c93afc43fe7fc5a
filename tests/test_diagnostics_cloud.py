"""Diagnostics of a cloud account hold neither keys nor tokens nor ids, whatever its system tells."""

from collections.abc import Iterator
import json
from unittest.mock import patch

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.diagnostics import NEVER
from tests.ivm_system import ACCESS_KEY, SECRET_KEY, USER_ID, WEBHOOK_ID, CloudSystem, cloud_entry, load


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ivm": CloudSystem}):
        yield


async def test_nothing_secret(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """Keys go by value wherever they stand; what the cloud gives out goes by its name; counts stay."""
    assert await async_setup_component(hass, "diagnostics", {})
    entry = cloud_entry(hass, {"post_url": "https://home.example.com", "live_protocol": "RTSP"})
    system = await load(hass, entry)
    system.told = {
        "leaks": [f"before {secret} after" for secret in (ACCESS_KEY, SECRET_KEY, USER_ID, WEBHOOK_ID)],
        "answers": [{name: f"S3cret {name}" for name in NEVER}],
        "callbacks": {
            "DEVICE_ALARM": {"callback_url": f"https://home.example.com/api/webhook/{WEBHOOK_ID}", "failures": 2}
        },
        "requests": 7,
    }
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["leaks"] == [f"before {REDACTED} after"] * 4
    assert told["answers"] == [dict.fromkeys(NEVER, REDACTED)]
    assert told["callbacks"] == {"DEVICE_ALARM": {"callback_url": REDACTED, "failures": 2}}
    assert told["requests"] == 7
    assert told["entry"]["options"]["live_protocol"] == "RTSP"
    whole = json.dumps(told)
    for secret in (ACCESS_KEY, SECRET_KEY, USER_ID, WEBHOOK_ID, "home.example.com", "S3cret"):
        assert secret not in whole
