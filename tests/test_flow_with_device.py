"""What a user does around a running device: read its diagnostics, mend a problem, choose channels, mend its login."""

from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
import json
from urllib.parse import quote

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.const import DOMAIN
from simulators.isapi import VARIANTS, IsapiSimulator

from .living import quiet

PASSWORD = "p@ss:/?#%&<>\"'ü"
USERNAME = "watcher"

type Add = Callable[[IsapiSimulator], Awaitable[MockConfigEntry]]


@pytest.fixture
async def add(hass: HomeAssistant, socket_enabled: None) -> AsyncIterator[Add]:
    """Return a function that sets up an entry for a device and waits until its details were read."""
    entries: list[MockConfigEntry] = []

    async def run(device: IsapiSimulator) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Device",
            unique_id=device.identity.serial,
            data={
                "system": "isapi",
                "url": device.url,
                "username": USERNAME,
                "password": PASSWORD,
                "verify_ssl": True,
                "fingerprint": None,
                "webhook_id": "5ec2e7" * 10,
            },
        )
        entry.add_to_hass(hass)
        entries.append(entry)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await settle(hass, device)
        return entry

    yield run
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)


async def settle(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """Wait until the event stream stands and the details were read."""
    await device.wait_for_stream()
    await quiet(hass, device)


async def test_diagnostics_of_a_device(hass: HomeAssistant, hass_client: ClientSessionGenerator, add: Add) -> None:
    """The download has the raw answers, and nothing that is secret or says where the device is."""
    assert await async_setup_component(hass, "diagnostics", {})
    async with IsapiSimulator(profile="nvr", channels=2, username=USERNAME, password=PASSWORD) as device:
        entry = await add(device)
        told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        assert "DeviceInfo" in told["ISAPI"]["System/deviceInfo"]["response"]
        assert told["coordinator"]["reports"] > 0
        assert told["inventory"]["devices"]["recorder"] == 1
        text = json.dumps(told, ensure_ascii=False)
        mac = device.identity.mac
        for secret in (PASSWORD, quote(PASSWORD, safe=""), "127.0.0.1", device.identity.serial, mac, "5ec2e7"):
            assert secret not in text, secret


async def test_silent_event_is_mended(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, issue_registry: ir.IssueRegistry, add: Add
) -> None:
    """An event the device keeps to itself becomes a repair; agreeing links it on the device and the repair is gone."""
    assert await async_setup_component(hass, "repairs", {})
    async with IsapiSimulator(
        profile="ipc", username=USERNAME, password=PASSWORD, missing_center=["fielddetection-1"]
    ) as device:
        await add(device)
        (issue_id,) = (
            issue_id
            for (domain, issue_id), issue in issue_registry.issues.items()
            if domain == DOMAIN and issue.translation_key == "events_not_notified"
        )
        client = await hass_client()
        answer = await client.post("/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id})
        step = await answer.json()
        assert "intrusion" in step["description_placeholders"]["events"]
        answer = await client.post(f"/api/repairs/issues/fix/{step['flow_id']}", json={})
        assert answer.status == HTTPStatus.OK
        assert (await answer.json())["type"] == "create_entry"
        await hass.async_block_till_done()
        await settle(hass, device)
        assert "center" in device.methods_of("fielddetection-1")
        assert (DOMAIN, issue_id) not in issue_registry.issues


async def test_channels_are_chosen(hass: HomeAssistant, add: Add) -> None:
    """The device's own channels are offered by number and name, those not imported too; the choice takes effect."""
    async with IsapiSimulator(profile="nvr", channels=3, username=USERNAME, password=PASSWORD) as device:
        entry = await add(device)
        for chosen, cameras in ((["2"], 1), (["2", "3"], 2)):
            result = await hass.config_entries.options.async_init(entry.entry_id)
            row = next(v for k, v in result["data_schema"].schema.items() if str(k) == "channels")
            options = {option["value"]: option["label"] for option in row.config["options"]}
            assert list(options) == ["1", "2", "3"]
            assert all(label.startswith(value) for value, label in options.items())
            typed = {
                "channels": chosen,
                "streams": [],
                "push": True,
                "hold_times": {f"hold_{name}": 5 for name in ("motion", "smart", "audio", "pir", "other")},
                "device_push": False,
            }
            await hass.config_entries.options.async_configure(result["flow_id"], typed)
            await hass.async_block_till_done()
            await settle(hass, device)
            inventory = entry.runtime_data.inventory
            assert sum(one.kind == "camera" for one in inventory.devices.values()) == cameras


async def test_login_is_mended(hass: HomeAssistant, add: Add) -> None:
    """After the password changed the user is asked once, and one right login opens the device again."""
    async with IsapiSimulator(profile="ipc", username=USERNAME, password=PASSWORD) as device:
        entry = await add(device)
        assert await hass.config_entries.async_unload(entry.entry_id)
        device.change_password("another")
        result = await entry.start_reauth_flow(hass)
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {"username": USERNAME, "password": "another"}
        )
        assert result["reason"] == "reauth_successful"
        await hass.async_block_till_done()
        await settle(hass, device)
        assert entry.state is ConfigEntryState.LOADED
        assert device.authority.failures.get(USERNAME, 0) == 0


async def test_device_that_gives_up_digest(hass: HomeAssistant, add: Add) -> None:
    """A running entry is not talked into sending its password readable: it says what to change, and that helps."""
    async with IsapiSimulator(profile="ipc", username=USERNAME, password=PASSWORD) as device:
        entry = await add(device)
        device.authority.challenges = VARIANTS["basic-only"]
        device.requests.clear()
        assert not await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "basic_only"
        assert not any(record.authorized for record in device.requests)
        assert device.authority.failures.get(USERNAME, 0) == 0
        typed = {"url": device.url, "verify_ssl": True, "username": USERNAME}
        result = await entry.start_reconfigure_flow(hass)
        result = await hass.config_entries.flow.async_configure(result["flow_id"], typed)
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "basic_only_allow"})
        assert result["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        await settle(hass, device)
        assert entry.state is ConfigEntryState.LOADED
