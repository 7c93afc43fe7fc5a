"""Sirens: outputs that make noise."""

from typing import Any, override

from homeassistant.components.siren import (
    ATTR_DURATION,
    ATTR_TONE,
    ATTR_VOLUME_LEVEL,
    SirenEntity,
    SirenEntityDescription,
    SirenEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import SirenFeature

# One that is read back must not keep the others waiting; a system keeps the order of on and off itself.
PARALLEL_UPDATES = 0

SIRENS = by_kind(SirenEntityDescription, {Kind.ALARM_OUTPUT: {}})

SETTINGS = {ATTR_DURATION: "duration", ATTR_TONE: "tone", ATTR_VOLUME_LEVEL: "volume"}
"""Home Assistant's word for a setting → that of `System.siren`."""


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sirens of an entry."""
    async_add_features(entry.runtime_data, SirenFeature, SIRENS, IvmSiren, async_add_entities)


class IvmSiren(IvmEntity[SirenFeature], SirenEntity):
    """Something that makes noise. Its state follows the system, not the command."""

    @property
    @override
    def supported_features(self) -> SirenEntityFeature:
        """Turning on and off, and what else the siren takes."""
        feature = self.feature
        features = SirenEntityFeature.TURN_ON | SirenEntityFeature.TURN_OFF
        if feature.tones:
            features |= SirenEntityFeature.TONES
        if feature.has_duration:
            features |= SirenEntityFeature.DURATION
        if feature.has_volume:
            features |= SirenEntityFeature.VOLUME_SET
        return features

    @property
    @override
    def available_tones(self) -> list[int | str] | None:
        """The tones it knows."""
        return list(self.feature.tones) or None

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it sounds; None if unknown."""
        return known if isinstance(known := self.known, bool) else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on: `duration` in seconds, `tone`, `volume_level` 0 to 1, as far as it takes them."""
        await self._async_turn(on=True, **{SETTINGS[name]: setting for name, setting in kwargs.items()})

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off."""
        await self._async_turn(on=False)

    async def _async_turn(self, *, on: bool, **settings: Any) -> None:
        """Give the command; the system confirms it through the coordinator."""
        await self.command(self.coordinator.system.siren(self.feature, on=on, sink=self.coordinator.sink, **settings))
