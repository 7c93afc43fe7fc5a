"""Buttons: commands without a state."""

from typing import override

from homeassistant.components.button import ButtonDeviceClass, ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import ButtonFeature

# A camera that moves must not keep the button that stops it waiting; a system keeps the order of its commands itself.
PARALLEL_UPDATES = 0

BUTTONS = by_kind(
    ButtonEntityDescription,
    {
        Kind.ACKNOWLEDGE: {},
        Kind.APPLY_PERMISSIONS: {"entity_category": EntityCategory.CONFIG},
        Kind.CLEAR_ALARM: {},
        Kind.ELECTRIC_LOCK: {},
        Kind.OUTPUT_PULSE: {},
        Kind.PATROL_START: {},
        Kind.PATROL_STOP: {},
        Kind.PTZ_DOWN: {},
        Kind.PTZ_LEFT: {},
        Kind.PTZ_RIGHT: {},
        Kind.PTZ_STOP: {},
        Kind.PTZ_UP: {},
        Kind.PTZ_ZOOM_IN: {},
        Kind.PTZ_ZOOM_OUT: {},
        Kind.REBOOT: {"device_class": ButtonDeviceClass.RESTART, "entity_category": EntityCategory.CONFIG},
        Kind.REFRESH_PRESETS: {"entity_category": EntityCategory.CONFIG},
        Kind.RESUBSCRIBE: {"entity_category": EntityCategory.DIAGNOSTIC},
        Kind.SNAPSHOT: {},
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of an entry."""
    async_add_features(entry.runtime_data, ButtonFeature, BUTTONS, IvmButton, async_add_entities)


class IvmButton(IvmEntity[ButtonFeature], ButtonEntity):
    """A command."""

    @override
    async def async_press(self) -> None:
        """Carry it out."""
        await self.command(self.coordinator.system.press(self.feature, self.coordinator.sink))
