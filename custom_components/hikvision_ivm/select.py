"""Selects: modes, and what can be called up by name."""

from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import SelectFeature

# A door that is followed until it obeyed must not keep the others waiting; a system keeps the order itself.
PARALLEL_UPDATES = 0

SELECTS = by_kind(
    SelectEntityDescription,
    {
        Kind.CODEC: {"entity_category": EntityCategory.CONFIG},
        Kind.DEACTIVATION: {"entity_category": EntityCategory.CONFIG},
        Kind.DEACTIVATION_ONCE: {"entity_category": EntityCategory.CONFIG},
        Kind.DOOR_MODE: {},
        Kind.LIVE_STREAM: {"entity_category": EntityCategory.CONFIG},
        Kind.PTZ_PATROL: {},
        Kind.PTZ_PRESET: {},
        Kind.RECORDING_STREAM: {"entity_category": EntityCategory.CONFIG},
        Kind.RESOLUTION: {"entity_category": EntityCategory.CONFIG},
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the selects of an entry."""
    async_add_features(entry.runtime_data, SelectFeature, SELECTS, IvmSelect, async_add_entities)


class IvmSelect(IvmEntity[SelectFeature], SelectEntity):
    """A choice. What is chosen follows the system, not the command."""

    @property
    @override
    def options(self) -> list[str]:
        """What can be chosen."""
        return list(self.feature.options)

    @property
    @override
    def current_option(self) -> str | None:
        """What is chosen; None if unknown."""
        return known if isinstance(known := self.known, str) and known in self.feature.options else None

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose."""
        await self.command(self.coordinator.system.select(self.feature, option, self.coordinator.sink))
