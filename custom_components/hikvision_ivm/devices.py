"""What an inventory leaves in Home Assistant's registries."""

from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.typing import UNDEFINED

from .const import DOMAIN
from .systems.model import Device, Inventory


@callback
def async_register_devices(
    hass: HomeAssistant, entry: ConfigEntry, inventory: Inventory, before: Inventory, manufacturer: str
) -> None:
    """Register the devices that are new or changed since `before`, parents first.

    Nothing is removed here: a device that is only switched off would lose its names, areas and automations.
    """
    registry = dr.async_get(hass)
    for device in inventory.devices.values():
        known = before.devices.get(device.id)
        if known is not device and known != device:
            _register(registry, entry, device, manufacturer)


def _register(registry: dr.DeviceRegistry, entry: ConfigEntry, device: Device, manufacturer: str) -> None:
    """Create or update one device. What is not known leaves alone what is registered."""
    parent = None
    if device.parent is not None:
        parent = registry.async_get_device_by_identifier((DOMAIN, device.parent), entry.entry_id)
    registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, device.id)},
        # Only a device of its own: a camera behind a recorder is not found at the recorder's address, and two inputs
        # of one multi-sensor camera would share a hardware address.
        connections={(dr.CONNECTION_NETWORK_MAC, device.mac)} if device.mac and device.parent is None else UNDEFINED,
        name=device.name,
        manufacturer=device.manufacturer or manufacturer,
        model=device.model or UNDEFINED,
        serial_number=device.serial or UNDEFINED,
        sw_version=device.firmware or UNDEFINED,
        hw_version=device.hardware or UNDEFINED,
        configuration_url=device.url or UNDEFINED,
        suggested_area=device.area or UNDEFINED,
        entry_type=dr.DeviceEntryType.SERVICE if device.service else UNDEFINED,
        via_device_id=UNDEFINED if parent is None else parent.id,
    )


@callback
def registered_device(hass: HomeAssistant, entry: ConfigEntry, device_id: str) -> dr.DeviceEntry | None:
    """Return what is registered of a device of an inventory."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, device_id), entry.entry_id)


@callback
def async_withdraw_entity(hass: HomeAssistant, domain: str, unique_id: str, since: datetime) -> None:
    """Remove an entity that was offered on a hint and turned out not to exist.

    Only one that was registered after `since`: to one from an earlier run somebody may have given a name and automations,
    and a device that refuses today may not tomorrow.
    """
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(domain, DOMAIN, unique_id)
    if entity_id is not None and registry.entities[entity_id].created_at >= since:
        registry.async_remove(entity_id)
