"""Sensors: readings, states in words, and moments."""

from datetime import datetime
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfInformation, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import SensorFeature

PARALLEL_UPDATES = 0

MOMENTS = (SensorDeviceClass.TIMESTAMP, SensorDeviceClass.UPTIME)
"""Device classes whose value is a moment with a time zone."""

PERCENT = {
    "native_unit_of_measurement": PERCENTAGE,
    "state_class": SensorStateClass.MEASUREMENT,
    "suggested_display_precision": 0,
    "entity_category": EntityCategory.DIAGNOSTIC,
}
SIZE = {
    "device_class": SensorDeviceClass.DATA_SIZE,
    "native_unit_of_measurement": UnitOfInformation.MEGABYTES,
    "suggested_unit_of_measurement": UnitOfInformation.GIGABYTES,
    "suggested_display_precision": 0,
    "entity_category": EntityCategory.DIAGNOSTIC,
}
TOTAL = {"state_class": SensorStateClass.TOTAL_INCREASING}

SENSORS = by_kind(
    SensorEntityDescription,
    {
        Kind.COUNTING: TOTAL,
        Kind.CPU_USAGE: PERCENT,
        Kind.DISK_CAPACITY: SIZE,
        Kind.DISK_FREE: {**SIZE, "state_class": SensorStateClass.MEASUREMENT},
        Kind.DISK_STATE: {"entity_category": EntityCategory.DIAGNOSTIC},
        Kind.LAST_EVENT: {
            "device_class": SensorDeviceClass.TIMESTAMP,
            "entity_category": EntityCategory.DIAGNOSTIC,
        },
        Kind.MEMORY_USAGE: PERCENT,
        Kind.PEOPLE_COUNTING: TOTAL,
        Kind.TEMPERATURE: {
            "device_class": SensorDeviceClass.TEMPERATURE,
            "native_unit_of_measurement": UnitOfTemperature.CELSIUS,
            "state_class": SensorStateClass.MEASUREMENT,
        },
        Kind.UPTIME: {"device_class": SensorDeviceClass.UPTIME, "entity_category": EntityCategory.DIAGNOSTIC},
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of an entry."""
    async_add_features(entry.runtime_data, SensorFeature, SENSORS, IvmSensor, async_add_entities)


class IvmSensor(IvmEntity[SensorFeature], SensorEntity):
    """A reading. A value that does not fit its class is unknown."""

    @property
    @override
    def device_class(self) -> SensorDeviceClass | None:
        """A state of few known words, or what the kind says."""
        return SensorDeviceClass.ENUM if self.feature.options else self.entity_description.device_class

    @property
    @override
    def options(self) -> list[str] | None:
        """The words of a state of few known words."""
        return list(self.feature.options) or None

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """The system's own unit, or the usual one of this kind."""
        return self.feature.unit or self.entity_description.native_unit_of_measurement

    @property
    @override
    def native_value(self) -> float | str | datetime | None:
        """The reading; None if unknown."""
        match self.known:
            case bool():
                return None
            case datetime() as moment:
                return moment if self.device_class in MOMENTS and moment.tzinfo is not None else None
            case int() | float() as number:
                return None if self._in_words or self.device_class in MOMENTS else number
            case str() as word:
                return word if self._in_words and (not self.options or word in self.options) else None
        return None

    @property
    def _in_words(self) -> bool:
        """Whether the reading is text: it has neither unit nor class of another sort."""
        return self.device_class in (None, SensorDeviceClass.ENUM) and not (
            self.native_unit_of_measurement or self.entity_description.state_class
        )
