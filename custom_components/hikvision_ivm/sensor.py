"""Sensors: readings, states in words, and moments."""

from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    EntityCategory,
    UnitOfDataRate,
    UnitOfInformation,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import SensorFeature

PARALLEL_UPDATES = 0

MOMENTS = (SensorDeviceClass.TIMESTAMP, SensorDeviceClass.UPTIME)
"""Device classes whose value is a moment with a time zone."""

type Row = dict[str, Any]

PERCENT: Row = {
    "native_unit_of_measurement": PERCENTAGE,
    "state_class": SensorStateClass.MEASUREMENT,
    "suggested_display_precision": 0,
    "entity_category": EntityCategory.DIAGNOSTIC,
}
SIZE: Row = {
    "device_class": SensorDeviceClass.DATA_SIZE,
    "native_unit_of_measurement": UnitOfInformation.MEGABYTES,
    "suggested_unit_of_measurement": UnitOfInformation.GIGABYTES,
    "suggested_display_precision": 0,
    "entity_category": EntityCategory.DIAGNOSTIC,
}
VARYING_SIZE: Row = {**SIZE, "state_class": SensorStateClass.MEASUREMENT}
TOTAL: Row = {"state_class": SensorStateClass.TOTAL_INCREASING}
NUMBER: Row = {"state_class": SensorStateClass.MEASUREMENT}
EQUIPMENT_NUMBER: Row = {**NUMBER, "entity_category": EntityCategory.DIAGNOSTIC}
SECONDS: Row = {
    "device_class": SensorDeviceClass.DURATION,
    "native_unit_of_measurement": UnitOfTime.SECONDS,
    "suggested_unit_of_measurement": UnitOfTime.MINUTES,
    "suggested_display_precision": 0,
    "state_class": SensorStateClass.MEASUREMENT,
}
CELSIUS: Row = {
    "device_class": SensorDeviceClass.TEMPERATURE,
    "native_unit_of_measurement": UnitOfTemperature.CELSIUS,
    "state_class": SensorStateClass.MEASUREMENT,
}
MOMENT: Row = {"device_class": SensorDeviceClass.TIMESTAMP}
WORDS: Row = {}
EQUIPMENT_WORDS: Row = {"entity_category": EntityCategory.DIAGNOSTIC}

EQUIPMENT: dict[Kind, Row] = {
    Kind.CPU_USAGE: PERCENT,
    Kind.DISK_CAPACITY: SIZE,
    Kind.DISK_FREE: VARYING_SIZE,
    Kind.DISK_STATE: EQUIPMENT_WORDS,
    Kind.DISK_USED: VARYING_SIZE,
    Kind.LAST_EVENT: {**MOMENT, "entity_category": EntityCategory.DIAGNOSTIC},
    Kind.MEMORY_USAGE: PERCENT,
    Kind.PERMISSIONS_FAILED: EQUIPMENT_NUMBER,
    Kind.PERMISSIONS_PENDING: EQUIPMENT_NUMBER,
    Kind.RECORDING_STATE: EQUIPMENT_WORDS,
    Kind.STREAMS: EQUIPMENT_NUMBER,
    Kind.STREAMS_IN: EQUIPMENT_NUMBER,
    Kind.STREAMS_OUT: EQUIPMENT_NUMBER,
    Kind.TEMPERATURE: CELSIUS,
    Kind.UPTIME: {"device_class": SensorDeviceClass.UPTIME, "entity_category": EntityCategory.DIAGNOSTIC},
}

PEOPLE: dict[Kind, Row] = {
    Kind.COUNTING: TOTAL,
    Kind.FACE_SIMILARITY: {
        "native_unit_of_measurement": PERCENTAGE,
        "state_class": SensorStateClass.MEASUREMENT,
        "suggested_display_precision": 0,
    },
    Kind.LAST_FACE: WORDS,
    Kind.LAST_PERSON: WORDS,
    Kind.OCCUPANCY: NUMBER,
    Kind.OCCUPANCY_LIMIT: NUMBER,
    Kind.PEOPLE_COUNTING: TOTAL,
    Kind.PEOPLE_ENTERED: TOTAL,
    Kind.PEOPLE_EXITED: TOTAL,
    Kind.SKIN_TEMPERATURE: CELSIUS,
    Kind.VISITORS_ARRIVED: NUMBER,
    Kind.VISITORS_EXPECTED: NUMBER,
}

VEHICLES: dict[Kind, Row] = {
    # Home Assistant's only class of directions is that of wind.
    Kind.HEADING: {"native_unit_of_measurement": DEGREE, "state_class": SensorStateClass.MEASUREMENT_ANGLE},
    Kind.LAST_ENTRY: MOMENT,
    Kind.LAST_EXIT: MOMENT,
    Kind.LAST_PLATE: WORDS,
    Kind.MAX_PARKING_TIME: {
        "device_class": SensorDeviceClass.DURATION,
        "native_unit_of_measurement": UnitOfTime.HOURS,
    },
    Kind.PARKING_SPACE: WORDS,
    Kind.SPACES_FREE: NUMBER,
    Kind.SPACES_REGISTERED: NUMBER,
    Kind.SPACES_REGISTERED_FREE: NUMBER,
    Kind.SPACES_TOTAL: NUMBER,
    Kind.SPEED: {
        "device_class": SensorDeviceClass.SPEED,
        "native_unit_of_measurement": UnitOfSpeed.KILOMETERS_PER_HOUR,
        "state_class": SensorStateClass.MEASUREMENT,
    },
}

# How often and how long something was so in a stretch of time that moves along: no totals.
CARE: dict[Kind, Row] = {
    Kind.AREA_ENTRIES: NUMBER,
    Kind.AREA_TIME: SECONDS,
    Kind.AWAKE_TIME: SECONDS,
    Kind.BREATHING_RATE: {"native_unit_of_measurement": "breaths/min", "state_class": SensorStateClass.MEASUREMENT},
    Kind.DEEP_SLEEP_TIME: SECONDS,
    Kind.GETTING_UP_COUNT: NUMBER,
    Kind.HEART_RATE: {"native_unit_of_measurement": "bpm", "state_class": SensorStateClass.MEASUREMENT},
    Kind.IN_BED_TIME: SECONDS,
    Kind.LIGHT_SLEEP_TIME: SECONDS,
    Kind.OUT_OF_BED_TIME: SECONDS,
    Kind.ROLL_OVER_COUNT: NUMBER,
    Kind.SLEEP_START: MOMENT,
    Kind.SLEEP_TIME: SECONDS,
}

ALARM: dict[Kind, Row] = {
    Kind.BATTERY_LEVEL: {**PERCENT, "device_class": SensorDeviceClass.BATTERY},
    Kind.HUMIDITY: {
        "device_class": SensorDeviceClass.HUMIDITY,
        "native_unit_of_measurement": PERCENTAGE,
        "state_class": SensorStateClass.MEASUREMENT,
    },
    Kind.LAST_ALARM_ZONE: WORDS,
    Kind.LAST_USER: WORDS,
    Kind.OPEN_ZONES: NUMBER,
    Kind.POWER_SUPPLY: EQUIPMENT_WORDS,
    # A bare number: nobody tells its unit, and Home Assistant's class of signal strengths wants decibels.
    Kind.SIGNAL: EQUIPMENT_NUMBER,
}

# Of delays, shares, densities, speeds and times in queues the cloud says no unit (ivm §6.2): bare numbers.
CLOUD: dict[Kind, Row] = {
    Kind.BIT_RATE: {
        "device_class": SensorDeviceClass.DATA_RATE,
        "native_unit_of_measurement": UnitOfDataRate.KILOBITS_PER_SECOND,
        "entity_category": EntityCategory.DIAGNOSTIC,
    },
    Kind.CHANNELS_ONLINE: EQUIPMENT_NUMBER,
    Kind.CHANNELS_TOTAL: EQUIPMENT_NUMBER,
    Kind.CODEC: EQUIPMENT_WORDS,
    Kind.CONGESTION: NUMBER,
    Kind.CUSTOMERS_ENTERED: NUMBER,
    Kind.CUSTOMERS_EXITED: NUMBER,
    Kind.FIRMWARE: EQUIPMENT_WORDS,
    Kind.FRAME_RATE: {"native_unit_of_measurement": "fps", "entity_category": EntityCategory.DIAGNOSTIC},
    Kind.LICENCES_TOTAL: EQUIPMENT_NUMBER,
    Kind.LICENCES_USED: EQUIPMENT_NUMBER,
    Kind.LICENCE_END: {**MOMENT, "entity_category": EntityCategory.DIAGNOSTIC},
    Kind.LICENCE_STATE: EQUIPMENT_WORDS,
    Kind.LOITERED: NUMBER,
    Kind.NETWORK_DELAY: EQUIPMENT_NUMBER,
    Kind.NETWORK_QUALITY: EQUIPMENT_NUMBER,
    Kind.PACKET_LOSS: EQUIPMENT_NUMBER,
    Kind.PEOPLE_DENSITY: NUMBER,
    Kind.PEOPLE_ENTERED_TOTAL: TOTAL,
    Kind.PEOPLE_EXITED_TOTAL: TOTAL,
    Kind.PEOPLE_IN_AREA: NUMBER,
    Kind.QUEUE_LENGTH: NUMBER,
    Kind.QUEUE_TIME: NUMBER,
    Kind.RESOLUTION: EQUIPMENT_WORDS,
    Kind.STORAGE_CARD: EQUIPMENT_WORDS,
    Kind.VEHICLE_COUNT: NUMBER,
    Kind.VEHICLE_DENSITY: NUMBER,
    Kind.VEHICLE_QUEUE: NUMBER,
    Kind.VEHICLE_SPEED: NUMBER,
}

SENSORS = by_kind(SensorEntityDescription, {**EQUIPMENT, **PEOPLE, **VEHICLES, **CARE, **ALARM, **CLOUD})


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
