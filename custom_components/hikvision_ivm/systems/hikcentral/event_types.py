"""Every event code the platform documents, and what becomes of it (hikcentral §3.6, §3.7, §4; 214 codes).

A code that is not in the table is told as `Kind.UNKNOWN_EVENT`, its word is `unknown_<code>`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from .access_types import ACCESS_CODES


class Role(StrEnum):
    """What a code does to its binary sensor."""

    LASTS = "lasts"
    """Begins and ends by status 1 and 2; status 0 and 3 show for a while."""
    MOMENT = "moment"
    """Happens at a moment; a sensor, if it has one, shows it for a while, or until an end if a start is told."""
    SETS = "sets"
    """One of a pair: sets the value of its sensor and leaves it, until the other one comes."""


class Category(StrEnum):
    """The family of a code: which fields its `data` may have (hikcentral §3.7)."""

    CAMERA = "camera_alarm"
    INPUT = "alarm_input_alarm"
    ENCODER = "encoding_device_alarm"
    DOOR = "door_alarm"
    CONTROLLER = "access_control_device_alarm"
    MOBILE = "mobile_device_alarm"
    PERSON = "person_alarm"
    GENERIC = "generic_event"
    ACCESS = "card_swiping_event"
    PLATE = "anpr_event"
    FACE = "facial_event"
    VEHICLE = "mobile_vehicle_event"
    CARE = "healthcare_event"


@dataclass(frozen=True, slots=True)
class EventType:
    """What one code means.

    `slug`: its word, distinct for each code. `kind`: the event type it is told as. `sensor`: the kind of the binary
    sensor it drives, None if it drives none; `value`: what a code of a pair sets it to. `sources`: the types of source
    the documentation names for it.
    """

    code: int
    slug: str
    kind: Kind
    category: Category
    role: Role
    sensor: Kind | None = None
    value: bool | None = None
    sources: tuple[str, ...] = ()


SOURCES: Final[Mapping[Category, tuple[str, ...]]] = MappingProxyType(
    {
        Category.CAMERA: ("camera",),
        Category.INPUT: ("ioIn",),
        Category.ENCODER: ("encodeDevice",),
        Category.DOOR: ("door",),
        Category.CONTROLLER: ("acsDevice",),
        Category.MOBILE: ("mobileDevice",),
        Category.PERSON: ("camera", "door"),
        Category.GENERIC: ("generalEventRule",),
        Category.ACCESS: ("door",),
        Category.PLATE: ("camera",),
        Category.FACE: ("camera",),
        Category.VEHICLE: ("mobileVehicle",),
    }
)
"""Types of source of the codes of a family; those of care differ by code."""


def _lasting(category: Category, rows: Mapping[int, tuple[str, Kind]], *sources: str) -> Iterable[EventType]:
    """Make rows of what begins and ends; the sensor is of the same kind."""
    for code, (slug, kind) in rows.items():
        yield EventType(code, slug, kind, category, Role.LASTS, kind, None, sources or SOURCES[category])


def _moments(
    category: Category, rows: Mapping[int, tuple[str, Kind]], *sources: str, sensor: bool = False
) -> Iterable[EventType]:
    """Make rows of what happens at a moment; `sensor`: shown for a while by one of the same kind."""
    for code, (slug, kind) in rows.items():
        shown = kind if sensor else None
        yield EventType(code, slug, kind, category, Role.MOMENT, shown, None, sources or SOURCES[category])


def _pairs(category: Category, rows: Mapping[int, tuple[str, Kind, Kind, bool]], *sources: str) -> Iterable[EventType]:
    """Make rows of codes that set a value: word, kind, kind of the sensor, value."""
    for code, (slug, kind, sensor, value) in rows.items():
        yield EventType(code, slug, kind, category, Role.SETS, sensor, value, sources or SOURCES[category])


_CAMERA_LASTING: Final[Mapping[int, tuple[str, Kind]]] = {
    103008: ("weaving_out_of_the_lane", Kind.LANE_WEAVING),
    131329: ("video_loss", Kind.VIDEO_LOSS),
    131330: ("video_tampering", Kind.TAMPER),
    131331: ("motion_detection", Kind.MOTION),
    131585: ("line_crossing", Kind.LINE_CROSSING),
    131586: ("region_entrance", Kind.REGION_ENTRANCE),
    131587: ("region_exiting", Kind.REGION_EXITING),
    131588: ("intrusion", Kind.INTRUSION),
    131590: ("loitering", Kind.LOITERING),
    131591: ("parking", Kind.PARKING),
    131592: ("fast_moving", Kind.FAST_MOVING),
    131593: ("people_gathering", Kind.PEOPLE_GATHERING),
    131594: ("unattended_baggage", Kind.OBJECT_LEFT),
    131595: ("object_removal", Kind.OBJECT_REMOVED),
    131596: ("violent_motion_detection", Kind.VIOLENT_MOTION_DETECTION),
    131597: ("climbing_detection", Kind.CLIMBING),
    131598: ("getting_up_detection", Kind.GETTING_UP),
    131600: ("operation_timeout", Kind.OPERATION_TIMEOUT),
    131601: ("stick_up_detection", Kind.STICK_UP),
    131602: ("install_card_reader", Kind.CARD_READER_INSTALLED),
    131603: ("off_work_detection", Kind.OFF_WORK),
    131604: ("tailing", Kind.TAILING),
    131605: ("falling_down", Kind.FALLING),
    131608: ("in_toilet_overtime", Kind.TOILET_OVERTIME),
    131609: ("playground_overstay", Kind.PLAYGROUND_OVERSTAY),
    131610: ("key_person_getting_up", Kind.KEY_PERSON_GETTING_UP),
    131612: ("scene_change", Kind.SCENE_CHANGE),
    131613: ("defocus", Kind.DEFOCUS),
    131623: ("audio_exception", Kind.AUDIO_EXCEPTION),
    131664: ("number_of_people_exception", Kind.PEOPLE_NUMBER),
    131666: ("standing_up_detection", Kind.STANDING_UP),
    131667: ("sitting_detection", Kind.SITTING),
    131669: ("staying_overtime", Kind.STAYING_OVERTIME),
    131672: ("people_density_analysis", Kind.PEOPLE_DENSITY_ANALYSIS),
    131673: ("playing_with_phone", Kind.PHONE_PLAYING),
    131677: ("violent_motion", Kind.VIOLENT_MOTION),
    131678: ("physical_conflict", Kind.PHYSICAL_CONFLICT),
    131679: ("wrong_way_driving", Kind.WRONG_DIRECTION),
    131682: ("police_absence", Kind.POLICE_ABSENCE),
    131702: ("people_density", Kind.PEOPLE_DENSITY),
    131704: ("abnormal_face", Kind.ABNORMAL_FACE),
    131717: ("sleeping_on_duty", Kind.SLEEPING_ON_DUTY),
    131841: ("speeding", Kind.SPEEDING),
    132374: ("phone_call", Kind.PHONE_CALL),
    133121: ("waiting_time", Kind.WAITING_TIME),
    133122: ("people_queue", Kind.PEOPLE_QUEUE),
    192515: ("fire_detection", Kind.FIRE),
    192517: ("temperature_alarm", Kind.TEMPERATURE_ALARM),
    192518: ("temperature_difference", Kind.TEMPERATURE_DIFFERENCE),
    200497: ("reverse_entering", Kind.REVERSE_ENTERING),
    225309: ("illegal_lane_change", Kind.ILLEGAL_LANE_CHANGE),
    254101: ("illegal_parking", Kind.ILLEGAL_PARKING),
    364545: ("pir", Kind.PIR),
    1417219: ("no_hard_hat", Kind.NO_HARD_HAT),
    1421313: ("multi_target_detection", Kind.MULTI_TARGET),
    1441795: ("sudden_change_of_sound", Kind.AUDIO_CHANGE),
    1482753: ("face_detection", Kind.FACE),
}

_CAMERA_MOMENTS: Final[Mapping[int, tuple[str, Kind]]] = {
    130: ("vehicle_matched", Kind.PLATE_MATCHED),
    131: ("vehicle_mismatched", Kind.PLATE_MISMATCHED),
    49697: ("face_capture", Kind.FACE_CAPTURE),
}

_ENCODER_LASTING: Final[Mapping[int, tuple[str, Kind]]] = {
    66050: ("hdd_full", Kind.DISK_FULL),
    66054: ("hdd_read_write_error", Kind.DISK_ERROR),
    66055: ("raid_exception", Kind.RAID_FAILURE),
    66065: ("video_standard_mismatch", Kind.VIDEO_MISMATCH),
    66066: ("resolution_mismatch", Kind.RESOLUTION_MISMATCH),
    225404: ("hdd_bad_sector", Kind.DISK_BAD_SECTOR),
    225405: ("hdd_high_temperature", Kind.DISK_OVERHEAT),
    225406: ("hdd_impact", Kind.DISK_IMPACT),
    225407: ("hdd_severe_failure", Kind.DISK_FAILURE),
}

_DOOR_LASTING: Final[Mapping[int, tuple[str, Kind]]] = {
    198400: ("door_open_timeout", Kind.DOOR_HELD_OPEN),
    198657: ("door_open_by_force", Kind.DOOR_FORCED),
    198658: ("door_abnormally_open", Kind.DOOR_ABNORMAL),
    199608: ("card_reader_tampering", Kind.READER_TAMPER),
}

_DOOR_PAIRS: Final[Mapping[int, tuple[str, Kind, Kind, bool]]] = {
    198913: ("door_open", Kind.DOOR_OPENED, Kind.DOOR, True),
    199169: ("door_closed", Kind.DOOR_CLOSED, Kind.DOOR, False),
    199941: ("unlocked", Kind.UNLOCKED, Kind.UNLATCHED, True),
    199942: ("locked", Kind.LOCKED, Kind.UNLATCHED, False),
    198401: ("remaining_open_started", Kind.REMAIN_OPEN, Kind.REMAIN_OPEN, True),
    198402: ("remaining_open_ended", Kind.REMAIN_OPEN_ENDED, Kind.REMAIN_OPEN, False),
    198148: ("remaining_closed_started", Kind.REMAIN_CLOSED, Kind.REMAIN_CLOSED, True),
    198150: ("remaining_closed_ended", Kind.REMAIN_CLOSED_ENDED, Kind.REMAIN_CLOSED, False),
}

_REMOTE: Final[Mapping[int, tuple[str, Kind]]] = {
    198919: ("remote_door_open", Kind.REMOTE_OPEN),
    198922: ("remote_remain_open", Kind.REMOTE_REMAIN_OPEN),
    199171: ("remote_door_closed", Kind.REMOTE_CLOSE),
    199172: ("remote_remain_closed", Kind.REMOTE_REMAIN_CLOSED),
}

_VEHICLE_SHOWN: Final[Mapping[int, tuple[str, Kind]]] = {
    644: ("front_vehicle_collision_warning", Kind.FRONT_COLLISION_WARNING),
    645: ("short_vehicle_distance_warning", Kind.SHORT_DISTANCE),
    646: ("lane_deviation_warning", Kind.LANE_DEVIATION),
    647: ("pedestrian_collision_warning", Kind.PEDESTRIAN_COLLISION_WARNING),
    648: ("overspeed_warning", Kind.OVERSPEED_WARNING),
    649: ("blind_spot_warning", Kind.BLIND_SPOT),
    650: ("driver_smoking", Kind.DRIVER_SMOKING),
    651: ("driver_on_the_phone", Kind.DRIVER_PHONE),
    652: ("driver_fatigue", Kind.DRIVER_FATIGUE),
    653: ("driver_distracted", Kind.DRIVER_DISTRACTED),
    654: ("driver_not_buckled_up", Kind.DRIVER_UNBELTED),
    655: ("driver_video_tampering", Kind.DRIVER_CAMERA_TAMPER),
    656: ("panic_button", Kind.PANIC_BUTTON),
    657: ("vehicle_sharp_turn", Kind.SHARP_TURN),
    658: ("vehicle_sudden_brake", Kind.SUDDEN_BRAKE),
    659: ("vehicle_sudden_acceleration", Kind.SUDDEN_ACCELERATION),
    660: ("vehicle_rollover", Kind.ROLLOVER),
    661: ("vehicle_overspeed", Kind.OVERSPEED),
    662: ("vehicle_collision", Kind.COLLISION),
    664: ("route_deviation", Kind.ROUTE_DEVIATION),
}

_VEHICLE_TOLD: Final[Mapping[int, tuple[str, Kind]]] = {
    643: ("gps_data_report", Kind.GPS_REPORT),
    663: ("fence_entered", Kind.FENCE_ENTERED),
    665: ("fence_exited", Kind.FENCE_EXITED),
}

_ROWS: Final[tuple[EventType, ...]] = (
    *_lasting(Category.CAMERA, _CAMERA_LASTING),
    *_moments(Category.CAMERA, _CAMERA_MOMENTS, sensor=True),
    *_pairs(
        Category.CAMERA,
        {
            385052: ("camera_recording_exception", Kind.RECORDING_FAILURE, Kind.RECORDING_FAILURE, True),
            385053: ("camera_recording_recovered", Kind.RECORDING_RECOVERED, Kind.RECORDING_FAILURE, False),
        },
    ),
    # Named twice in the documentation, for cameras and for persons at cameras and doors: the wider row counts.
    *_lasting(
        Category.PERSON,
        {193: ("abnormal_temperature", Kind.ABNORMAL_TEMPERATURE), 194: ("not_wearing_mask", Kind.NO_MASK)},
    ),
    *_lasting(Category.INPUT, {589825: ("alarm_input", Kind.ALARM_INPUT)}),
    *_lasting(Category.ENCODER, _ENCODER_LASTING),
    *_moments(Category.ENCODER, {66053: ("illegal_login", Kind.ILLEGAL_LOGIN)}, sensor=True),
    *_pairs(
        Category.ENCODER,
        {
            66306: ("device_offline", Kind.DEVICE_OFFLINE, Kind.ONLINE, False),
            66311: ("device_reconnected", Kind.DEVICE_ONLINE, Kind.ONLINE, True),
            385050: ("device_recording_exception", Kind.RECORDING_FAILURE, Kind.RECORDING_FAILURE, True),
            385051: ("device_recording_recovered", Kind.RECORDING_RECOVERED, Kind.RECORDING_FAILURE, False),
        },
    ),
    *_lasting(Category.DOOR, _DOOR_LASTING),
    *_pairs(Category.DOOR, _DOOR_PAIRS),
    *_moments(Category.DOOR, _REMOTE),
    *_pairs(
        Category.CONTROLLER,
        {
            199708: ("device_tampering", Kind.TAMPER, Kind.TAMPER, True),
            199709: ("device_tampering_restored", Kind.TAMPER_RESTORED, Kind.TAMPER, False),
        },
    ),
    *_pairs(
        Category.MOBILE,
        {
            641: ("vehicle_online", Kind.VEHICLE_ONLINE, Kind.ONLINE, True),
            642: ("vehicle_offline", Kind.VEHICLE_OFFLINE, Kind.ONLINE, False),
        },
    ),
    *_moments(Category.GENERIC, {195: ("generic_event", Kind.GENERIC_EVENT)}),
    *_moments(Category.ACCESS, {code: row for code, row in ACCESS_CODES.items() if row[1] is not Kind.DURESS}),
    *_moments(Category.ACCESS, {code: row for code, row in ACCESS_CODES.items() if row[1] is Kind.DURESS}, sensor=True),
    *_moments(Category.PLATE, {131622: ("license_plate", Kind.PLATE)}),
    *_moments(Category.FACE, {131659: ("face_comparison", Kind.FACE_COMPARED)}),
    *_moments(Category.VEHICLE, _VEHICLE_SHOWN, sensor=True),
    *_moments(Category.VEHICLE, _VEHICLE_TOLD),
    *_lasting(
        Category.CARE,
        {500041: ("fall_detection", Kind.FALL), 500042: ("restroom_overstay", Kind.RESTROOM_OVERSTAY)},
        "fallRadar",
    ),
    *_lasting(
        Category.CARE,
        {
            500043: ("room_intrusion", Kind.ROOM_INTRUSION),
            500044: ("noise", Kind.NOISE),
            500045: ("out_of_room", Kind.OUT_OF_ROOM),
        },
        "camera",
    ),
    *_lasting(Category.CARE, {500046: ("sos", Kind.SOS)}, "alarminput"),
    *_moments(
        Category.CARE,
        {500049: ("getting_up", Kind.BED_GETTING_UP), 500050: ("rolling_over", Kind.ROLLING_OVER)},
        "livefeatureRadar",
    ),
    *_pairs(
        Category.CARE,
        {
            500048: ("in_bed", Kind.IN_BED, Kind.IN_BED, True),
            500051: ("out_of_bed", Kind.OUT_OF_BED, Kind.IN_BED, False),
            # No code tells that the radar is back; anything else it says does.
            500016: ("radar_offline", Kind.RADAR_OFFLINE, Kind.RADAR_OFFLINE, True),
        },
        "livefeatureRadar",
    ),
)

EVENT_TYPES: Final[Mapping[int, EventType]] = MappingProxyType({row.code: row for row in _ROWS})
"""Code → its row."""

NORMAL: Final[Mapping[Kind, bool]] = MappingProxyType(
    {row.sensor: row.sensor is Kind.ONLINE for row in _ROWS if row.sensor is not None and row.role is Role.SETS}
)
"""Kind of a sensor that pairs of codes set → its value while nothing is to be said."""

LOWEST_SUBSCRIBABLE: Final = 100_000
"""Smallest code that the documented range of a subscription admits (hikcentral §5 T1)."""
MAIN_CODES: Final[tuple[int, ...]] = tuple(sorted(code for code in EVENT_TYPES if code >= LOWEST_SUBSCRIBABLE))
"""Codes to subscribe in one call."""
LOW_CODES: Final[tuple[int, ...]] = tuple(sorted(code for code in EVENT_TYPES if code < LOWEST_SUBSCRIBABLE))
"""Codes the documentation names but its range excludes: to be subscribed apart from the others."""


def slug_of(code: str) -> str:
    """Return the word of a code, `unknown_<code>` for one that nobody knows."""
    row = EVENT_TYPES.get(int(code)) if code.isascii() and code.isdigit() else None
    return f"unknown_{code}" if row is None else row.slug


def _kinds(*categories: Category) -> tuple[Kind, ...]:
    """Return the kinds of some families, each once, sorted, and that of unknown codes last."""
    kinds = {row.kind for row in _ROWS if row.category in categories}
    return (*sorted(kinds), Kind.UNKNOWN_EVENT)


EVENT_KINDS: Final[Mapping[Kind, tuple[Kind, ...]]] = MappingProxyType(
    {
        Kind.DETECTION: _kinds(Category.CAMERA, Category.PERSON, Category.PLATE, Category.FACE),
        Kind.ACCESS: _kinds(Category.DOOR, Category.PERSON, Category.ACCESS),
        Kind.DEVICE_EVENT: _kinds(Category.ENCODER, Category.CONTROLLER, Category.MOBILE),
        Kind.VEHICLE_EVENT: _kinds(Category.VEHICLE, Category.MOBILE),
        Kind.CARE_EVENT: _kinds(Category.CARE),
        Kind.ALARM_INPUT: _kinds(Category.INPUT),
        Kind.GENERIC_EVENT: _kinds(Category.GENERIC),
    }
)
"""Kind of an event entity → the event types it offers."""

SENSOR_KINDS: Final[frozenset[Kind]] = frozenset(row.sensor for row in _ROWS if row.sensor is not None)
"""Kinds of the binary sensors that codes drive."""
