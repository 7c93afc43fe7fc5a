"""Switches: outputs, zones that are left out, and settings that can be on or off."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import SwitchFeature

# All at once: a system that can send several commands in one request has to see them together, and one that must not
# write two settings side by side keeps their order itself.
PARALLEL_UPDATES = 0

SETTINGS = (
    # detections
    Kind.MOTION,
    Kind.TAMPER,
    Kind.VIDEO_LOSS,
    Kind.LINE_CROSSING,
    Kind.INTRUSION,
    Kind.REGION_ENTRANCE,
    Kind.REGION_EXITING,
    Kind.LOITERING,
    Kind.PEOPLE_GATHERING,
    Kind.FAST_MOVING,
    Kind.PARKING,
    Kind.OBJECT_LEFT,
    Kind.OBJECT_REMOVED,
    Kind.OBJECT_THROWN,
    Kind.PEOPLE_IN_REGION,
    Kind.FACE,
    Kind.FACE_CAPTURE,
    Kind.DEFOCUS,
    Kind.SCENE_CHANGE,
    Kind.PIR,
    Kind.SHIP,
    Kind.FIRE,
    Kind.SMOKE,
    Kind.TEMPERATURE_ALARM,
    Kind.TEMPERATURE_DIFFERENCE,
    Kind.AUDIO_EXCEPTION,
    Kind.AUDIO_INPUT_LOST,
    Kind.AUDIO_LOUD,
    Kind.AUDIO_SILENT,
    Kind.AUDIO_LOSS,
    Kind.VEHICLE,
    Kind.MIXED_VEHICLE,
    Kind.PLATE,
    Kind.ILLEGAL_PARKING,
    Kind.PEOPLE_COUNTING,
    Kind.COUNTING,
    Kind.CALL_FOR_HELP,
    Kind.STORAGE_HEALTH,
    # others
    Kind.AUTO_TRACKING,
    Kind.PRIVACY_MASK,
    Kind.HOLIDAY,
    Kind.CONTINUOUS_RECORDING,
    Kind.ALARM_RECORDING,
)

SWITCHES = by_kind(
    SwitchEntityDescription,
    {
        Kind.ALARM_OUTPUT: {},
        Kind.CRUISE: {},
        Kind.ELECTRIC_LOCK: {},
        Kind.RELAY: {"name": None},
        # Not with everything else that is switched in an area or by voice: it decides what an alarm system watches.
        Kind.ZONE_BYPASS: {"entity_category": EntityCategory.CONFIG},
        **{kind: {"entity_category": EntityCategory.CONFIG} for kind in SETTINGS},
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of an entry."""
    async_add_features(entry.runtime_data, SwitchFeature, SWITCHES, IvmSwitch, async_add_entities)


class IvmSwitch(IvmEntity[SwitchFeature], SwitchEntity):
    """An output or a setting. Its state follows the device, not the command."""

    @property
    @override
    def entity_category(self) -> EntityCategory | None:
        """Whether it is a setting: what the device switches by rules is not switched with the rest of a room."""
        return EntityCategory.CONFIG if self.feature.ruled else super().entity_category

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is on; None if unknown."""
        return known if isinstance(known := self.known, bool) else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on."""
        await self._async_turn(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off."""
        await self._async_turn(on=False)

    async def _async_turn(self, *, on: bool) -> None:
        """Give the command; the system confirms it through the coordinator."""
        await self.command(self.coordinator.system.switch(self.feature, on=on, sink=self.coordinator.sink))
