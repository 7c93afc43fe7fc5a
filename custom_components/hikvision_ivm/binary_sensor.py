"""Binary sensors: what is detected now, what ails the equipment, what is connected.

Device classes are chosen by what *on* means: a broken network is a problem, not a connection.
"""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass as Class,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import BinarySensorFeature

PARALLEL_UPDATES = 0

DETECTIONS: dict[Kind, Class | None] = {
    Kind.MOTION: Class.MOTION,
    Kind.TAMPER: Class.TAMPER,
    Kind.VIDEO_LOSS: Class.PROBLEM,
    Kind.BAD_VIDEO: Class.PROBLEM,
    Kind.LINE_CROSSING: Class.MOTION,
    Kind.INTRUSION: Class.MOTION,
    Kind.REGION_ENTRANCE: Class.MOTION,
    Kind.REGION_EXITING: Class.MOTION,
    Kind.LOITERING: Class.MOTION,
    Kind.PEOPLE_GATHERING: Class.OCCUPANCY,
    Kind.FAST_MOVING: Class.MOVING,
    Kind.PARKING: Class.OCCUPANCY,
    Kind.OBJECT_LEFT: Class.SAFETY,
    Kind.OBJECT_REMOVED: Class.SAFETY,
    Kind.OBJECT_THROWN: Class.SAFETY,
    Kind.PEOPLE_IN_REGION: Class.OCCUPANCY,
    Kind.FACE: Class.OCCUPANCY,
    Kind.FACE_CAPTURE: None,
    Kind.FACE_COMPARED: None,
    Kind.FACE_MATCH: None,
    Kind.FACE_MISMATCH: None,
    Kind.DEFOCUS: Class.PROBLEM,
    Kind.SCENE_CHANGE: Class.TAMPER,
    Kind.PIR: Class.MOTION,
    Kind.SHIP: None,
    Kind.FIRE: Class.HEAT,
    Kind.SMOKE: Class.SMOKE,
    Kind.TEMPERATURE_ALARM: Class.HEAT,
    Kind.TEMPERATURE_DIFFERENCE: Class.HEAT,
    Kind.AUDIO_EXCEPTION: Class.SOUND,
    Kind.AUDIO_INPUT_LOST: Class.PROBLEM,
    Kind.AUDIO_LOUD: Class.SOUND,
    Kind.AUDIO_SILENT: None,
    Kind.AUDIO_LOSS: Class.PROBLEM,
    Kind.VEHICLE: None,
    Kind.MIXED_VEHICLE: None,
    Kind.PLATE: None,
    Kind.PLATE_BLOCKED: None,
    Kind.PLATE_ALLOWED: None,
    Kind.PLATE_ANY: None,
    Kind.PLATE_OTHER: None,
    Kind.ILLEGAL_PARKING: None,
    Kind.WRONG_DIRECTION: None,
    Kind.LANE_CROSSED: None,
    Kind.TRAFFIC_JAM: Class.PROBLEM,
    Kind.PEDESTRIAN: Class.OCCUPANCY,
    Kind.DEBRIS: Class.SAFETY,
    Kind.PEOPLE_COUNTING: None,
    Kind.COUNTING: None,
    Kind.TEACHER: None,
    Kind.STUDENT: None,
    Kind.CALL_FOR_HELP: Class.SAFETY,
    Kind.WIRELESS_DETECTOR: Class.SAFETY,
    # What is wired to an input, only the user knows.
    Kind.ALARM_INPUT: None,
    Kind.SOFTWARE_INPUT: None,
    Kind.POINT_OF_SALE: None,
    Kind.ANALYTICS: None,
    Kind.CONTACT_ID: None,
    Kind.ACCESS_CONTROL: None,
    Kind.INTERCOM: None,
    Kind.DOORBELL: None,
    # doors
    Kind.DOOR: Class.DOOR,
    Kind.UNLATCHED: Class.LOCK,
    Kind.REMAIN_OPEN: None,
    Kind.REMAIN_CLOSED: None,
    Kind.DOOR_FORCED: Class.SAFETY,
    Kind.DOOR_HELD_OPEN: Class.PROBLEM,
    Kind.DOOR_ABNORMAL: Class.SAFETY,
    Kind.READER_TAMPER: Class.TAMPER,
    Kind.DURESS: Class.SAFETY,
    # what people do
    Kind.ABNORMAL_FACE: None,
    Kind.ABNORMAL_TEMPERATURE: None,
    Kind.AUDIO_CHANGE: Class.SOUND,
    Kind.CARD_READER_INSTALLED: Class.SAFETY,
    Kind.CLIMBING: Class.SAFETY,
    Kind.FALLING: Class.SAFETY,
    Kind.GETTING_UP: None,
    Kind.KEY_PERSON_GETTING_UP: None,
    Kind.MULTI_TARGET: None,
    Kind.NO_HARD_HAT: Class.SAFETY,
    Kind.NO_MASK: None,
    Kind.OFF_WORK: None,
    Kind.OPERATION_TIMEOUT: Class.PROBLEM,
    Kind.OVER_LIMIT: Class.PROBLEM,
    Kind.PEOPLE_DENSITY: Class.OCCUPANCY,
    Kind.PEOPLE_DENSITY_ANALYSIS: Class.OCCUPANCY,
    Kind.PEOPLE_NUMBER: Class.PROBLEM,
    Kind.PEOPLE_QUEUE: Class.OCCUPANCY,
    Kind.PHONE_CALL: None,
    Kind.PHONE_PLAYING: None,
    Kind.PHYSICAL_CONFLICT: Class.SAFETY,
    Kind.PLAYGROUND_OVERSTAY: Class.OCCUPANCY,
    Kind.POLICE_ABSENCE: Class.PROBLEM,
    Kind.REVERSE_ENTERING: Class.MOTION,
    Kind.SITTING: None,
    Kind.SLEEPING_ON_DUTY: None,
    Kind.STANDING_UP: None,
    Kind.STAYING_OVERTIME: Class.OCCUPANCY,
    Kind.STICK_UP: Class.SAFETY,
    Kind.TAILING: Class.SAFETY,
    Kind.TOILET_OVERTIME: Class.SAFETY,
    Kind.VIOLENT_MOTION: Class.SAFETY,
    Kind.VIOLENT_MOTION_DETECTION: Class.SAFETY,
    Kind.WAITING_TIME: Class.PROBLEM,
    # vehicles and who drives them
    Kind.ILLEGAL_LANE_CHANGE: None,
    Kind.LANE_WEAVING: None,
    Kind.SPEEDING: None,
    Kind.PLATE_MATCHED: None,
    Kind.PLATE_MISMATCHED: None,
    Kind.PARKING_SPACE: Class.OCCUPANCY,
    Kind.BLIND_SPOT: Class.SAFETY,
    Kind.COLLISION: Class.SAFETY,
    Kind.DRIVER_CAMERA_TAMPER: Class.TAMPER,
    Kind.DRIVER_DISTRACTED: Class.SAFETY,
    Kind.DRIVER_FATIGUE: Class.SAFETY,
    Kind.DRIVER_PHONE: Class.SAFETY,
    Kind.DRIVER_SMOKING: None,
    Kind.DRIVER_UNBELTED: Class.SAFETY,
    Kind.FRONT_COLLISION_WARNING: Class.SAFETY,
    Kind.LANE_DEVIATION: Class.SAFETY,
    Kind.OVERSPEED: Class.SAFETY,
    Kind.OVERSPEED_WARNING: Class.SAFETY,
    Kind.PANIC_BUTTON: Class.SAFETY,
    Kind.PEDESTRIAN_COLLISION_WARNING: Class.SAFETY,
    Kind.ROLLOVER: Class.SAFETY,
    Kind.ROUTE_DEVIATION: None,
    Kind.SHARP_TURN: None,
    Kind.SHORT_DISTANCE: Class.SAFETY,
    Kind.SUDDEN_ACCELERATION: None,
    Kind.SUDDEN_BRAKE: None,
    # care
    Kind.FALL: Class.SAFETY,
    Kind.IN_BED: Class.OCCUPANCY,
    Kind.NOISE: Class.SOUND,
    Kind.OUT_OF_ROOM: None,
    Kind.RESTROOM_OVERSTAY: Class.SAFETY,
    Kind.ROOM_INTRUSION: Class.MOTION,
    Kind.SOS: Class.SAFETY,
    # alarm panels
    Kind.ZONE_ALARM: Class.SAFETY,
    Kind.SHOCK: Class.VIBRATION,
    Kind.TILT: Class.MOVING,
    Kind.SIREN_SOUNDING: Class.SOUND,
    Kind.TEMPERATURE_PREALARM: Class.HEAT,
    # what a cloud tells of its cameras
    Kind.ELECTRIC_BICYCLE: Class.SAFETY,
    Kind.ELECTRIC_BICYCLE_LIFT: Class.SAFETY,
    Kind.HUMAN: Class.OCCUPANCY,
    Kind.MASK: None,
    Kind.OCCLUSION: Class.TAMPER,
    Kind.POST_LEFT: Class.PROBLEM,
    Kind.TARGET_OFTEN: None,
    Kind.TARGET_SEEN: None,
    Kind.THIRD_PARTY: None,
}

CONDITIONS: dict[Kind, Class | None] = {
    Kind.VIDEO_MISMATCH: Class.PROBLEM,
    Kind.RESOLUTION_MISMATCH: Class.PROBLEM,
    Kind.DISK_FULL: Class.PROBLEM,
    Kind.DISK_ERROR: Class.PROBLEM,
    Kind.DISK_PROBLEM: Class.PROBLEM,
    Kind.STORAGE_HEALTH: Class.PROBLEM,
    Kind.RAID_FAILURE: Class.PROBLEM,
    Kind.RECORDING_FAILURE: Class.PROBLEM,
    Kind.NETWORK_BROKEN: Class.PROBLEM,
    Kind.IP_CONFLICT: Class.PROBLEM,
    Kind.ILLEGAL_LOGIN: Class.SAFETY,
    Kind.FAN_FAILURE: Class.PROBLEM,
    Kind.OVERHEAT: Class.HEAT,
    Kind.SPARE_EXCEPTION: Class.PROBLEM,
    Kind.POE_EXCEPTION: Class.PROBLEM,
    Kind.DISK_BAD_SECTOR: Class.PROBLEM,
    Kind.DISK_FAILURE: Class.PROBLEM,
    Kind.DISK_IMPACT: Class.PROBLEM,
    Kind.DISK_OVERHEAT: Class.HEAT,
    Kind.RADAR_OFFLINE: Class.PROBLEM,
    Kind.READER_ENABLED: None,
    Kind.SERVER_PROBLEM: Class.PROBLEM,
    Kind.RECORDING: Class.RUNNING,
    Kind.ONLINE: Class.CONNECTIVITY,
    Kind.EVENT_STREAM: Class.CONNECTIVITY,
    Kind.VIDEO_SIGNAL: Class.CONNECTIVITY,
    # zones and peripherals of alarm panels
    Kind.BATTERY_LOW: Class.BATTERY,
    Kind.PIRCAM_LINK: Class.CONNECTIVITY,
    Kind.PROBLEM: Class.PROBLEM,
    Kind.SHIELDED: None,
    Kind.ZONE_ARMED: None,
    # alarm panels themselves
    Kind.AC_LOST: Class.PROBLEM,
    Kind.ATP_BACKUP: Class.CONNECTIVITY,
    Kind.ATP_MAIN: Class.CONNECTIVITY,
    Kind.BATTERY_FAULT: Class.PROBLEM,
    Kind.CELLULAR: Class.CONNECTIVITY,
    Kind.CLOUD_LINK: Class.CONNECTIVITY,
    Kind.DEVICE_KEY: Class.PROBLEM,
    Kind.EXPANDER_AC_LOST: Class.PROBLEM,
    Kind.EXTERNAL_POWER_LOST: Class.PROBLEM,
    Kind.KEYPAD_LOCKED: Class.PROBLEM,
    Kind.OVERCURRENT: Class.PROBLEM,
    Kind.RADIO_JAMMED: Class.PROBLEM,
    Kind.REPORT_FAILED: Class.PROBLEM,
    Kind.SIM_FAULT: Class.PROBLEM,
    Kind.SYSTEM_BATTERY_LOW: Class.BATTERY,
    Kind.TAG_READER_LOCKED: Class.PROBLEM,
    Kind.TEST_MODE: Class.RUNNING,
    Kind.UPDATE_AVAILABLE: Class.UPDATE,
    Kind.WIFI: Class.CONNECTIVITY,
    Kind.WIRED_NETWORK: Class.CONNECTIVITY,
    # accounts and devices of a cloud
    Kind.FROZEN: Class.PROBLEM,
    Kind.PRIVACY_MASK: None,
    Kind.UNPAID: Class.PROBLEM,
}

SHAPES = {device_class.value: device_class for device_class in Class}

BINARY_SENSORS = by_kind(
    BinarySensorEntityDescription,
    {
        # What is sensed, the feature says; the device is the detector.
        Kind.ZONE: {"name": None},
        **{kind: {"device_class": device_class} for kind, device_class in DETECTIONS.items()},
        **{
            kind: {"device_class": device_class, "entity_category": EntityCategory.DIAGNOSTIC}
            for kind, device_class in CONDITIONS.items()
        },
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors of an entry."""
    async_add_features(entry.runtime_data, BinarySensorFeature, BINARY_SENSORS, IvmBinarySensor, async_add_entities)


class IvmBinarySensor(IvmEntity[BinarySensorFeature], BinarySensorEntity):
    """Something that is or is not."""

    @property
    @override
    def device_class(self) -> Class | None:
        """What is sensed: as the feature says, or as its kind says. A word that nobody knows says nothing."""
        return SHAPES.get(self.feature.shape, self.entity_description.device_class)

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is; None if unknown."""
        return known if isinstance(known := self.known, bool) else None
