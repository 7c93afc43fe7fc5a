"""Every event type an ISAPI device can name, and what becomes of it (isapi-events §1.7, §2.3).

Devices write one event in several ways: in the alert, in the trigger, in capabilities, with other letter case. All of
them go through `canonical`, which is the only key used inside this package. A type that is not in the table is kept as
it came and told as `Kind.UNKNOWN_EVENT`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from ..kinds import Kind

type Scope = Literal["channel", "port", "device"]


@dataclass(frozen=True, slots=True)
class EventType:
    """What one canonical event type means.

    `type`: the canonical word. `scope`: what the event is keyed on; `device` also when the report names channel 1.
    `binary`: it lasts and switches a binary sensor. `momentary`: it happens at a moment. Neither: data, a heartbeat or a
    wrapper, of which nothing is created. `has_region`: its rule has regions or lines, so a report may name one.
    """

    type: str
    kind: Kind
    scope: Scope = "channel"
    binary: bool = True
    momentary: bool = False
    has_region: bool = False

    @property
    def offered(self) -> bool:
        """Whether a device that lists this type gets entities for it."""
        return self.binary or self.momentary


def _lasting(event_type: str, kind: Kind, scope: Scope = "channel") -> EventType:
    """Make a row of something that lasts."""
    return EventType(event_type, kind, scope)


def _ruled(event_type: str, kind: Kind) -> EventType:
    """Make a row of something that lasts and is found by a rule with regions or lines."""
    return EventType(event_type, kind, has_region=True)


def _moment(event_type: str, kind: Kind, scope: Scope = "channel", *, has_region: bool = False) -> EventType:
    """Make a row of something that happens at a moment."""
    return EventType(event_type, kind, scope, binary=False, momentary=True, has_region=has_region)


def _data(event_type: str, kind: Kind = Kind.UNKNOWN_EVENT, *, has_region: bool = False) -> EventType:
    """Make a row of something that says nothing by itself: data, heartbeat, wrapper."""
    return EventType(event_type, kind, "device", binary=False, has_region=has_region)


_ROWS: Final[Iterable[EventType]] = (
    # named in alerts (isapi-ip-media-device §8.12)
    _lasting("io", Kind.ALARM_INPUT, "port"),
    _ruled("vmd", Kind.MOTION),
    _lasting("videoloss", Kind.VIDEO_LOSS),
    _ruled("tamperdetection", Kind.TAMPER),
    _lasting("facedetection", Kind.FACE),
    _lasting("defocus", Kind.DEFOCUS),
    _lasting("audioexception", Kind.AUDIO_EXCEPTION),
    _lasting("scenechangedetection", Kind.SCENE_CHANGE),
    _ruled("fielddetection", Kind.INTRUSION),
    _ruled("linedetection", Kind.LINE_CROSSING),
    _ruled("regionentrance", Kind.REGION_ENTRANCE),
    _ruled("regionexiting", Kind.REGION_EXITING),
    _ruled("loitering", Kind.LOITERING),
    _ruled("group", Kind.PEOPLE_GATHERING),
    _ruled("rapidmove", Kind.FAST_MOVING),
    _ruled("parking", Kind.PARKING),
    _ruled("unattendedbaggage", Kind.OBJECT_LEFT),
    _ruled("attendedbaggage", Kind.OBJECT_REMOVED),
    _lasting("pir", Kind.PIR),
    _ruled("peopledetection", Kind.PEOPLE_IN_REGION),
    # named in triggers only
    _lasting("raidfailure", Kind.RAID_FAILURE, "device"),
    _lasting("recordingfailure", Kind.RECORDING_FAILURE, "device"),
    _lasting("badvideo", Kind.BAD_VIDEO, "device"),
    _moment("pos", Kind.POINT_OF_SALE),
    _moment("analytics", Kind.ANALYTICS),
    _lasting("fanfailure", Kind.FAN_FAILURE, "device"),
    _lasting("overheat", Kind.OVERHEAT, "device"),
    _lasting("diskfull", Kind.DISK_FULL, "device"),
    _lasting("diskerror", Kind.DISK_ERROR, "device"),
    _lasting("nicbroken", Kind.NETWORK_BROKEN, "device"),
    _lasting("ipconflict", Kind.IP_CONFLICT, "device"),
    _moment("illaccess", Kind.ILLEGAL_LOGIN, "device"),
    _lasting("videomismatch", Kind.VIDEO_MISMATCH, "device"),
    _lasting("resolutionmismatch", Kind.RESOLUTION_MISMATCH, "device"),
    _lasting("wlsensor", Kind.WIRELESS_DETECTOR, "device"),
    _lasting("spareexception", Kind.SPARE_EXCEPTION, "device"),
    _lasting("poepowerexception", Kind.POE_EXCEPTION, "device"),
    _data("heatmap"),
    _data("counting", Kind.COUNTING, has_region=True),
    _moment("blacklist", Kind.PLATE_BLOCKED),
    _moment("whitelist", Kind.PLATE_ALLOWED),
    _moment("allvehiclelist", Kind.PLATE_ANY),
    _moment("othervehiclelist", Kind.PLATE_OTHER),
    _moment("vehicledetection", Kind.VEHICLE),
    _moment("hvtvehicledetection", Kind.MIXED_VEHICLE),
    _lasting("storagedetection", Kind.STORAGE_HEALTH, "device"),
    _moment("shipsdetection", Kind.SHIP, has_region=True),
    # thermal, behaviour, traffic
    _ruled("thermometry", Kind.TEMPERATURE_ALARM),
    _ruled("temperature", Kind.TEMPERATURE_DIFFERENCE),
    _ruled("firedetection", Kind.FIRE),
    _moment("illegalparkingdetection", Kind.ILLEGAL_PARKING, has_region=True),
    _moment("teacher", Kind.TEACHER, has_region=True),
    _moment("student", Kind.STUDENT, has_region=True),
    _moment("wrongdirection", Kind.WRONG_DIRECTION, has_region=True),
    _moment("crosslane", Kind.LANE_CROSSED, has_region=True),
    _ruled("traffic_jam", Kind.TRAFFIC_JAM),
    _ruled("passengers", Kind.PEDESTRIAN),
    _ruled("objectdroppeddown", Kind.DEBRIS),
    _ruled("smoke", Kind.SMOKE),
    _data("parkingevidence"),
    _data("crosslaneevidence"),
    _data("wrongdirectionevidence"),
    _data("accessory"),
    # met on devices, named in no document
    _data("duration"),
    _data("other"),
    _data("heartbeat"),
    _moment("facesnap", Kind.FACE_CAPTURE),
    _moment("facecapture", Kind.FACE_CAPTURE),
    _lasting("softio", Kind.SOFTWARE_INPUT, "port"),
    _moment("facecontrast", Kind.FACE_COMPARED),
    _moment("whitelistfacecontrast", Kind.FACE_COMPARED),
    _moment("facecontrastsuccess", Kind.FACE_MATCH),
    _moment("facecontrastfailure", Kind.FACE_MISMATCH),
    _moment("objectsthrowndetection", Kind.OBJECT_THROWN, has_region=True),
    _moment("callhelp", Kind.CALL_FOR_HELP, "device"),
    _moment("anpr", Kind.PLATE),
    _data("peoplecounting", Kind.PEOPLE_COUNTING, has_region=True),
    _moment("accesscontrollerevent", Kind.ACCESS_CONTROL, "device"),
    # no device's word: what an access controller's or an intercom's event is known to mean
    _moment("doorbell", Kind.DOORBELL, "device"),
    _moment("cidevent", Kind.CONTACT_ID, "device"),
)

EVENT_TYPES: Final[Mapping[str, EventType]] = MappingProxyType({row.type: row for row in _ROWS})
"""Canonical type → its row."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shelteralarm": "tamperdetection",
        "tamper": "tamperdetection",
        "vmdhumanvehicle": "vmd",
        "motiondetection": "vmd",
        "radifailure": "raidfailure",
        "regionpeopledetection": "peopledetection",
        "tma": "thermometry",
        "tmpa": "thermometry",
        "hvtvehicledetects": "hvtvehicledetection",
        "videointercomevent": "doorbell",
    }
)
"""Further spellings, casefolded → canonical type. Spellings that differ in letter case only need no row."""


def canonical(text: str) -> str:
    """Return the canonical word for an event type as a device wrote it; unknown words come back casefolded."""
    word = text.strip().casefold()
    return ALIASES.get(word, word)
