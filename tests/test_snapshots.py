"""What a recorder and a camera look like in Home Assistant, platform by platform.

The snapshots hold names, categories, device classes and states; read them when they change. They leave out what
differs between Home Assistant's versions and what moves by itself.
"""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.hikvision_ivm.const import PLATFORMS
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem
from simulators.isapi import IsapiSimulator

from .living import living, set_up

MOMENT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PROFILES = {"nvr": {"channels": 1}, "ipc": {}, "dvr": {}, "thermal": {}, "door": {}}
MOVING = frozenset(
    {"access_token", "entity_picture", "attribution", "restored", "last_reset", "brand", "frontend_stream_type"}
)
"""Attributes that change by chance, or that other versions of Home Assistant do not have."""
REGISTRY = (
    "unique_id", "original_name", "translation_key", "entity_category", "original_device_class", "disabled_by",
    "unit_of_measurement", "supported_features", "capabilities",
)  # fmt: skip
TIMES = frozenset({"last_event", "uptime"})


@pytest.fixture(params=PROFILES)
async def house(
    request: pytest.FixtureRequest, hass: HomeAssistant, socket_enabled: None, all_enabled: None
) -> AsyncGenerator[MockConfigEntry]:
    """Set up one device whose picture is taken, every entity enabled."""
    async with (
        IsapiSimulator(profile=request.param, now=lambda: MOMENT, **PROFILES[request.param]) as device,
        living(hass, device) as entry,
    ):
        await set_up(hass, device, entry)
        yield entry


def picture(hass: HomeAssistant, entry: er.RegistryEntry) -> dict[str, Any]:
    """Return what a user sees of an entity, and what is registered of it."""
    state = hass.states.get(entry.entity_id)
    shown = {name: getattr(entry, name) for name in REGISTRY}
    if state is not None:
        shown["state"] = "<moment>" if entry.translation_key in TIMES else state.state
        shown["attributes"] = {name: value for name, value in state.attributes.items() if name not in MOVING}
    return shown


@pytest.mark.parametrize("platform", [platform for platform in PLATFORMS if platform in IsapiSystem.feature_types])
async def test_platform(
    hass: HomeAssistant,
    house: MockConfigEntry,
    platform: Platform,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every entity of a platform."""
    found = {
        entry.entity_id: picture(hass, entry)
        for entry in er.async_entries_for_config_entry(entity_registry, house.entry_id)
        if entry.domain == platform
    }
    assert dict(sorted(found.items())) == snapshot


async def test_devices(
    hass: HomeAssistant, house: MockConfigEntry, device_registry: dr.DeviceRegistry, snapshot: SnapshotAssertion
) -> None:
    """Every device, with its parent by name."""
    devices = dr.async_entries_for_config_entry(device_registry, house.entry_id)
    names = {device.id: device.name for device in devices}
    found = [
        {
            "identifiers": sorted(device.identifiers),
            "connections": sorted(device.connections),
            "name": device.name,
            "manufacturer": device.manufacturer,
            "model": device.model,
            "serial_number": device.serial_number,
            "sw_version": device.sw_version,
            "via": names.get(device.via_device_id or ""),
        }
        for device in devices
    ]
    assert sorted(found, key=lambda device: device["identifiers"]) == snapshot
