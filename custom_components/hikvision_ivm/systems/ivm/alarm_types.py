"""The alarm types of the cloud, and its words for what analysis saw (ivm §4.4, §4.7, L4427-L4458, L8472, appendix 20).

A word that is not here becomes an event all the same, of which the word itself is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import Target

START: Final = "start"
STOP: Final = "stop"
"""Documented, and never sent (L4394)."""
PULSE: Final = "pulse"

FAULT_SECONDS: Final = 3600.0
"""A fault of a disk shows for so long after it was told: nothing tells its end, and no camera tells it twice a minute."""


class Effect(Enum):
    """What an alarm does besides being told."""

    SHOWS = "shows"
    """Its binary sensor is on for the hold time, which each further message begins anew."""
    FAULT = "fault"
    """The same, for a long while."""
    OFFLINE = "offline"
    """The device is not there any more, until something else tells that it is."""
    COUNTS = "counts"
    """It carries numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmType:
    """One alarm type. `classification`: as documented; what a message says may differ. `callback`: it is pushed.

    `recording`: it can start a recording. `device`: it is about a device and not about a channel. `picture`: the cloud
    keeps one. `face`: the picture is one of a face. `target`: what was detected.
    """

    code: str
    kind: Kind
    classification: str
    effect: Effect = Effect.SHOWS
    callback: bool = True
    recording: bool = True
    device: bool = False
    picture: bool = True
    face: bool = False
    target: Target | None = None


def _rows(*rows: AlarmType) -> Mapping[str, AlarmType]:
    return MappingProxyType({row.code: row for row in rows})


ALARM_TYPES: Final = _rows(
    AlarmType(code="motion_detection", kind=Kind.MOTION, classification="ALARM"),
    AlarmType(
        code="human_detection", kind=Kind.HUMAN, classification="ALARM", recording=False, target=Target.HUMAN
    ),
    AlarmType(code="abandon_alarm", kind=Kind.OBJECT_LEFT, classification="ALARM"),
    AlarmType(code="removed_alarm", kind=Kind.OBJECT_REMOVED, classification="ALARM"),
    AlarmType(
        code="lift_electric_alarm", kind=Kind.ELECTRIC_BICYCLE_LIFT, classification="ALARM", target=Target.VEHICLE
    ),
    AlarmType(
        code="electric_bicycle_alarm", kind=Kind.ELECTRIC_BICYCLE, classification="ALARM", target=Target.VEHICLE
    ),
    AlarmType(
        code="illegal_parking_alarm", kind=Kind.ILLEGAL_PARKING, classification="ALARM", recording=False,
        target=Target.VEHICLE,
    ),
    AlarmType(code="fire_detect_alarm", kind=Kind.FIRE, classification="ALARM", recording=False),
    AlarmType(code="io_event", kind=Kind.ALARM_INPUT, classification="ALARM"),
    AlarmType(
        code="disk_failure", kind=Kind.DISK_FAILURE, classification="DEVICE", effect=Effect.FAULT, recording=False,
        device=True, picture=False,
    ),
    AlarmType(
        code="device_offline", kind=Kind.DEVICE_OFFLINE, classification="DEVICE", effect=Effect.OFFLINE,
        recording=False, device=True, picture=False,
    ),
    AlarmType(code="target_alarm", kind=Kind.TARGET_SEEN, classification="TARGET", face=True, target=Target.HUMAN),
    AlarmType(
        code="target_high_frequency_alarm", kind=Kind.TARGET_OFTEN, classification="TARGET", recording=False,
        face=True, target=Target.HUMAN,
    ),
    AlarmType(code="mask_alarm", kind=Kind.MASK, classification="TARGET_DET", face=True, target=Target.HUMAN),
    AlarmType(code="people_queue_alarm", kind=Kind.PEOPLE_QUEUE, classification="CROWD", target=Target.HUMAN),
    AlarmType(
        code="people_count_region_alarm", kind=Kind.PEOPLE_DENSITY, classification="CROWD", target=Target.HUMAN
    ),
    AlarmType(
        code="people_count_line_alarm", kind=Kind.PEOPLE_COUNTING, classification="CROWD", target=Target.HUMAN
    ),
    AlarmType(
        code="people_leave_station_alarm", kind=Kind.POST_LEFT, classification="CROWD", target=Target.HUMAN
    ),
    AlarmType(code="over_line_alarm", kind=Kind.LINE_CROSSING, classification="PERIMETER"),
    AlarmType(code="region_invasion_alarm", kind=Kind.INTRUSION, classification="PERIMETER"),
    AlarmType(code="region_in_alarm", kind=Kind.REGION_ENTRANCE, classification="PERIMETER"),
    AlarmType(code="region_out_alarm", kind=Kind.REGION_EXITING, classification="PERIMETER"),
    AlarmType(code="occlusion_alarm", kind=Kind.OCCLUSION, classification="PERIMETER"),
    AlarmType(code="fast_move_alarm", kind=Kind.FAST_MOVING, classification="PERIMETER"),
    AlarmType(code="linger_alarm", kind=Kind.LOITERING, classification="PERIMETER"),
    AlarmType(
        code="beh_parking_detection", kind=Kind.PARKING, classification="PERIMETER", recording=False,
        target=Target.VEHICLE,
    ),
    AlarmType(code="thirdparty_intelligent", kind=Kind.THIRD_PARTY, classification="THIRDPARTY_INTELLIGENT"),
    AlarmType(
        code="customer_flow_statistics_alarm", kind=Kind.CUSTOMER_FLOW, classification="CROWD", effect=Effect.COUNTS,
        recording=False, target=Target.HUMAN,
    ),
    AlarmType(
        code="face_alarm", kind=Kind.FACE, classification="TARGET", callback=False, face=True, target=Target.HUMAN
    ),
)  # fmt: skip
"""By the word that messages and recording plans have."""

_CUSTOMER_FLOW: Final = "_flow_statistics_alarm"
"""The first word of it is printed in Chinese (L4404)."""

RECORDING_TYPES: Final = tuple(row for row in ALARM_TYPES.values() if row.recording)
"""The 21 alarm types that an alarm-triggered recording plan can name (L8472)."""

SENSOR_KINDS: Final = frozenset(row.kind for row in ALARM_TYPES.values() if row.effect in {Effect.SHOWS, Effect.FAULT})
"""Kinds of the binary sensors that appear with the first alarm."""


def alarm_type(code: str) -> AlarmType | None:
    """Return the row of an alarm type, None for one that nobody knows."""
    found = ALARM_TYPES.get(code) or ALARM_TYPES.get(code.lower())
    if found is None and code.endswith(_CUSTOMER_FLOW):
        return ALARM_TYPES[f"customer{_CUSTOMER_FLOW}"]
    return found


CHANNEL_EVENT_TYPES: Final = (
    *dict.fromkeys(row.kind for row in ALARM_TYPES.values()),
    Kind.PEDESTRIAN, Kind.VEHICLE, Kind.MIXED_VEHICLE, Kind.BEHAVIOUR, Kind.CHECKPOINT, Kind.TRAFFIC,
    Kind.UNKNOWN_EVENT,
)  # fmt: skip
"""What the event entity of a channel can tell."""
DEVICE_EVENT_TYPES: Final = (
    Kind.DEVICE_ONLINE, Kind.DEVICE_OFFLINE, Kind.CHANNEL_ONLINE, Kind.CHANNEL_OFFLINE, Kind.NAME_CHANGED,
    Kind.UPGRADE_RESULT, Kind.OFFLINE_REASON, Kind.DEVICE_REMOVED, Kind.PACKAGE_ENDED, Kind.DISK_FAILURE,
    Kind.UNKNOWN_EVENT,
)  # fmt: skip
"""What the event entity of a device can tell."""
TENANT_EVENT_TYPES: Final = (Kind.DEVICE_REMOVED, Kind.PACKAGE_ENDED, Kind.UNKNOWN_EVENT)
"""What the event entity of the account can tell."""


# the words of analysis

RECORD_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    dict(
        enumerate(
            (
                "motion", "occlusion", "target_detection", "target_detection_3559", "target_recognition_3559",
                "intrusion", "target_counting", "interference", "interference", "network_port", "tripwire",
                "intrusion", "loitering", "object_left", "object_removed", "interference", "object_left", "audio",
                "audio_drop", "audio_change", "area_entered", "area_left", "fast_movement", "scene_change",
                "automatic_tracking", "defocus", "gathering", "jitter", "frozen_picture", "snow_noise",
                "stripe_noise", "brightness", "colour_cast", "parking", "vehicle_or_pedestrian", "line_crossing_count",
                "checkpoint", "traffic_violation", "traffic_picture", "crowd_density", "queue",
                "illegal_parking_dome", "congestion_alarm", "vehicle_or_pedestrian_target", "illegal_parking",
                "non_motor_vehicle_in_motor_lane", "motor_vehicle_in_non_motor_lane", "driving_on_line",
                "wrong_way", "abnormal_plate", "congestion", "reversing", "blocked_vehicle", "allowed_vehicle",
                "covered_plate", "fighting", "climbing", "fall", "running", "fire_point", "temperature",
            )
        )
    )
)  # fmt: skip
"""`trecord_type` → word."""
RULE_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    dict(
        enumerate(
            (
                "tripwire", "loitering", "object_left", "object_removed", "intrusion", "area_entered", "area_left",
                "fast_movement", "vehicle_detection", "people_count", "crowd_density", "queue",
                "illegal_parking_dome", "dome_calibration", "dome_calibration_cleared", "fighting", "climbing", "fall",
                "running", "fire_point", "fixed_calibration", "text_overlay", "electric_bicycle", "post_left",
            )
        )
    )
)  # fmt: skip
"""`rule_type` → word."""
STATUS_BITS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "loitering", 2: "tripwire", 4: "object_left", 8: "object_removed", 16: "intrusion", 32: "area_entered",
        64: "area_left", 128: "dome_rotating", 256: "electric_bicycle_in_lift",
    }
)  # fmt: skip
"""Bits of `obj_status` → word."""
OBJECT_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "unclassified", 1: "car", 2: "person", 96: "motor_vehicle", 97: "non_motor_vehicle", 98: "pedestrian",
        128: "target_box", 129: "person_box", 130: "non_motor_vehicle_box", 131: "motor_vehicle_box",
        132: "body_or_plate_box", 133: "parking_box", 134: "crowd_box", 135: "queue_box", 136: "illegal_parking_box",
        137: "tracking_box", 138: "behaviour_box", 139: "fire_box", 255: "other",
    }
)  # fmt: skip
"""`obj_type` → word."""


def status_words(bits: int) -> str:
    """Return the words of `obj_status`, separated by commas; empty if it tells nothing."""
    return ", ".join(word for bit, word in STATUS_BITS.items() if bits & bit) if 0 < bits < 1 << 16 else ""
