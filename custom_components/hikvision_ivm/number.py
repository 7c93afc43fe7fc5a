"""Numbers: settings with bounds."""

from typing import Any, override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory, UnitOfDataRate, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import NumberFeature
from .systems.values import Unlimited

# One command at a time: what is set last must arrive last.
PARALLEL_UPDATES = 1

SETTING: dict[str, Any] = {"entity_category": EntityCategory.CONFIG, "mode": NumberMode.BOX}

SECONDS: dict[str, Any] = {
    **SETTING,
    "device_class": NumberDeviceClass.DURATION,
    "native_unit_of_measurement": UnitOfTime.SECONDS,
}

DAYS: dict[str, Any] = {**SECONDS, "native_unit_of_measurement": UnitOfTime.DAYS}

NUMBERS = by_kind(
    NumberEntityDescription,
    {
        Kind.ALARM_RETENTION: DAYS,
        Kind.BIT_RATE: {**SETTING, "native_unit_of_measurement": UnitOfDataRate.KILOBITS_PER_SECOND},
        Kind.FRAME_RATE: {**SETTING, "native_unit_of_measurement": "fps"},
        Kind.POST_RECORDING: SECONDS,
        Kind.PRE_RECORDING: SECONDS,
        Kind.PTZ_DURATION: SECONDS,
        Kind.PTZ_SPEED: {"entity_category": EntityCategory.CONFIG, "mode": NumberMode.SLIDER},
        Kind.PULSE_DURATION: SECONDS,
        Kind.RETENTION: DAYS,
    },
)

ENDLESS = frozenset({Kind.ALARM_RETENTION, Kind.RETENTION})
"""Numbers that may have no end."""


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the numbers of an entry."""
    async_add_features(entry.runtime_data, NumberFeature, NUMBERS, IvmNumber, async_add_entities)


class IvmNumber(IvmEntity[NumberFeature], NumberEntity):
    """A setting with bounds."""

    @property
    @override
    def native_min_value(self) -> float:
        """The lowest value."""
        return self.feature.minimum

    @property
    @override
    def native_max_value(self) -> float:
        """The highest value."""
        return self.feature.maximum

    @property
    @override
    def native_step(self) -> float:
        """How far apart the values are."""
        return self.feature.step

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """The system's own unit, or the usual one of this kind."""
        return self.feature.unit or self.entity_description.native_unit_of_measurement

    @property
    @override
    def native_value(self) -> float | None:
        """The value; None if it is not known, or has no end."""
        known = self.known
        return known if isinstance(known, (int, float)) and not isinstance(known, bool) else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Whether there is no end, where there may be none and it is known."""
        if self.feature.kind not in ENDLESS or self.known is None:
            return None
        return {"unlimited": isinstance(self.known, Unlimited)}

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the value."""
        await self.command(self.coordinator.system.set_number(self.feature, value, self.coordinator.sink))
