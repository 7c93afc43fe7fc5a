"""What cameras, intercoms, radars and other devices tell: one row for each type, bodies in valid JSON (ip-receiver §4.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

type Make = Callable[[Mapping[str, str]], dict[str, Any]]
"""Makes the members of a type from the addresses of media by their name, `video` and `picture`."""

SQUARE = ((216, 216), (756, 216), (756, 756), (216, 756))


def _points(*, wrapped: bool = False, text: bool = False) -> Any:
    """Return the corners of a region: an object with a list, or a list of objects (T16)."""
    corners = [
        {"positionX": str(x), "positionY": str(y)} if text else {"positionX": x, "positionY": y} for x, y in SQUARE
    ]
    if wrapped:
        return [{"RegionCoordinates": corner} for corner in corners]
    return {"RegionCoordinates": corners}


def _review(media: Mapping[str, str]) -> dict[str, Any]:
    """Return the block of verification (`V`), where there is a clip."""
    if "video" not in media:
        return {}
    parameters = {"subSys": 0, "ZoneNo": 1, "videoURL": media["video"]}
    return {"VideoReview": {"protocolType": "HikCIDProtocol", "HikCIDParams": parameters}}


def _motion(media: Mapping[str, str]) -> dict[str, Any]:
    entry = {"regionID": "1", "sensitivityLevel": 50, "RegionCoordinatesList": _points()}
    return {"DetectionRegionList": {"DetectionRegionEntry": entry}, **_review(media)}


def _region(media: Mapping[str, str]) -> dict[str, Any]:
    entry = {
        "regionID": "1", "sensitivityLevel": 50, "RegionCoordinatesList": _points(wrapped=True),
        "detectionTarget": "human", "TargetRect": {"X": 0.1, "Y": 0.2, "width": 0.5, "height": 0.5},
    }  # fmt: skip
    return {"DetectionRegionList": [{"DetectionRegionEntry": entry}], **_review(media)}


def _pictures(media: Mapping[str, str], *, text: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"detectionPicturesNumber": "1" if text else 1, "URLCertificationType": "digest"}
    if "picture" in media:
        found["thermalURL"] = media["picture"]
    return {**found, **_review(media)}


def _fire(media: Mapping[str, str]) -> dict[str, Any]:
    fire = {
        "FireRegion": {"x": "388", "y": "694", "width": "135", "height": "305"},
        "HighestPoint": {"x": "486", "y": "937"},
        "temperatureUnit": "celsius",
        "fireMaxTemperature": "115",
        "targetDistance": "-1",
        "AbsoluteHigh": {"elevation": "0", "azimuth": "0", "absoluteZoom": "0"},
    }
    entry = {"regionID": "1", "RegionCoordinatesList": _points(text=True), "FireDetection": fire}
    return {
        "activePostCount": "2",
        "DetectionRegionList": {"DetectionRegionEntry": entry},
        **_pictures(media, text=True),
    }


def _temperature(node: str, more: Mapping[str, Any]) -> Make:
    """Return the maker of a temperature measurement; numbers are text, as printed."""

    def make(media: Mapping[str, str]) -> dict[str, Any]:
        measured = {
            "thermometryUnit": "celsius", "ruleTemperature": "35.0", "currTemperature": "39.8",
            "ruleCalibType": "region", "ruleType": "highest temp is higher than",
            "MaximumTemperaturePoint": {"RegionCoordinates": {"positionX": "762", "positionY": "321"}},
            "AbsoluteHigh": {"elevation": "0.000", "azimuth": "0.000", "absoluteZoom": "0.10"},
            "presetNo": "1", **more,
        }  # fmt: skip
        entry = {"regionID": "1", "RegionCoordinatesList": _points(text=True), node: measured}
        return {
            "activePostCount": "101",
            "DetectionRegionList": {"DetectionRegionEntry": [entry]},
            **_pictures(media, text=True),
        }

    return make


def _difference(media: Mapping[str, str]) -> dict[str, Any]:
    measured = {
        "thermometryUnit": "celsius", "ruleTemperatureDiff": 2.0, "currTemperatureDiff": -0.1,
        "alarmType": "MinTemperature", "alarmRule": "less", "toleranceTemperature": 0.0, "presetNo": 1,
        "AbsoluteHigh": {"absoluteZoom": 0.1, "azimuth": 0.0, "elevation": 0.0},
    }  # fmt: skip
    rules = [{"alarmID": number, "RegionCoordinatesList": _points(wrapped=True)} for number in (1, 2)]
    entry = {"AlarmRuleList": rules, "TDA": measured}
    return {"DetectionRegionList": [{"DetectionRegionEntry": entry}], **_pictures(media, text=False)}


def _disk(media: Mapping[str, str]) -> dict[str, Any]:
    address = {"ipAddress": "192.0.2.10", "portNo": "80", "protocolType": "HTTP", "macAddress": "02:00:00:00:00:10"}
    return {**address, **_review(media)}


def _talk(media: Mapping[str, str]) -> dict[str, Any]:
    target = {
        "buildingNumber": 1, "communityNumber": "0", "floorNumber": 22, "periodNumber": 1, "roomNumber": 7,
        "unitNumber": 1,
    }  # fmt: skip
    # The blank in the second name is printed (T18).
    found: dict[str, Any] = {"VoiceTalkEvent": {"target": target, "deviceName ": "Entrance"}}
    if "picture" in media:
        parameters = {"subSys": 0, "ZoneNo": 1, "videoURL": media["picture"]}
        found["VideoReview"] = {"protocolType": "HikCIDProtocol", "HikCIDParams": parameters}
    return found


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """A type of event: its text, its members, which devices tell it, and what comes with it."""

    type: str
    text: str
    make: Make
    kinds: frozenset[str] = frozenset({"video"})
    media: tuple[str, ...] = ("video",)
    numbered: bool = False
    """Its channel is a number (T17)."""


SMART = ("fielddetection", "linedetection", "regionEntrance", "regionExiting")
EVENTS: Mapping[str, OtherEvent] = {
    row.type: row
    for row in (
        OtherEvent("IO", "IO alarm", lambda media: {"inputIOPortID": 1, **_review(media)}),
        OtherEvent("VMD", "VMD alarm", _motion),
        OtherEvent("diskfull", "diskfull alarm", _disk, media=()),
        OtherEvent("diskerror", "diskerror alarm", _review, media=()),
        OtherEvent("diskrecover", "diskrecover alarm", _review, media=()),
        OtherEvent("videoloss", "videoloss alarm", _review, media=()),
        OtherEvent("shelteralarm", "shelteralarm alarm", _review),
        OtherEvent("recordException", "recordException alarm", _review, media=()),
        OtherEvent("fireDetection", "fireDetection alarm", _fire, media=("video", "picture")),
        OtherEvent("TMPA", "Temperature Measurement Precautionary Alarm",
                   _temperature("TMPA", {"alarmRuleTemperature": "35.0", "alertFilteringTime": "3"}),
                   media=("video", "picture")),
        OtherEvent("TMA", "Temperature Measurement Alarm", _temperature("TMA", {"alarmFilteringTime": "5"}),
                   media=("video", "picture")),
        OtherEvent("TDA", "Temperature Diff Alarm", _difference, media=("video", "picture"), numbered=True),
        *(OtherEvent(name, f"{name} alarm", _region) for name in (*SMART, "rapidMove")),
        OtherEvent("requestVoiceTalkEvent", "Two-way Audio Request Alarm", _talk, frozenset({"access"}), ("picture",)),
        OtherEvent("cancelVoiceTalkEvent", "Two-way Audio Cancel Alarm", _talk, frozenset({"access"}), ()),
        *(
            OtherEvent(name, f"{name} alarm", lambda _: {}, frozenset({"radar"}), ())
            for name in ("fallingDown", "longTimeLeave", "heartBeatAbnormal", "respireAbnormal")
        ),
    )
}  # fmt: skip
"""Types by name; those of panels and links are told by `Panel` and the receiver."""
