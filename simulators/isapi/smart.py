"""The smart detections: one row each (isapi-events §4.1), and their documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulators.wire.xml import Body, Value, document

from .answers import STD_CGI

SCREEN: Body = {"normalizedScreenWidth": 1000, "normalizedScreenHeight": 1000}
SQUARE = ((100, 100), (900, 100), (900, 900), (100, 900))
EXTENSION: Body = {"@xmlns": "urn:simulated:extension", "installer": "keep me", "level": 3}
"""An element no client knows; it has to survive a read-modify-write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A smart detection: where its rule lies and what its alerts are called."""

    path: str
    """Below `Smart/`, without the channel."""
    root: str
    alert: str
    flag: str
    trigger: str = ""
    """Beginning of the trigger id; the alert's name unless given."""
    region: str | None = None
    """Element of one region or line; its list is named after it."""
    erasing: bool = False
    """An empty region list in a PUT erases the regions."""
    fields: Mapping[str, Value] = field(default_factory=dict)
    """Settings of each region, or of the rule when it has no regions."""
    function: str | None = None
    """Name in the list of functions that exclude one another."""

    @property
    def prefix(self) -> str:
        """Beginning of the trigger id."""
        return self.trigger or self.alert


TARGET: Mapping[str, Value] = {"sensitivityLevel": 50, "detectionTarget": "all"}
DETECTIONS: Mapping[str, Detection] = {
    row.path: row
    for row in (
        Detection(path="FaceDetect", root="FaceDetect", alert="facedetection", flag="FaceDetect",
                  fields={"sensitivityLevel": 3, "highlightsenabled": True}),
        Detection(path="FieldDetection", root="FieldDetection", alert="fielddetection", flag="FieldDetection",
                  region="FieldDetectionRegion", function="fieldDetection",
                  fields={"enabled": True, "sensitivityLevel": 50, "timeThreshold": 0, "objectOccupation": 1,
                          "detectionTarget": "all"}),
        Detection(path="LineDetection", root="LineDetection", alert="linedetection", flag="LineDetection",
                  region="LineItem", function="lineDetection",
                  fields={"enabled": True, "sensitivityLevel": 50, "directionSensitivity": "any",
                          "detectionTarget": "all"}),
        Detection(path="DefocusDetection", root="DefocusDetection", alert="defocus", flag="DefocusDetection",
                  fields={"sensitivityLevel": 50}),
        Detection(path="AudioDetection/channels", root="AudioDetection", alert="audioexception",
                  flag="AudioDetection",
                  fields={"audioInputException": {"enabled": False},
                          "soundIntensityMutation": {"enabled": False, "sensitivityLevel": 50,
                                                     "mutationThreshold": 50},
                          "SteepFall": {"enabled": False, "sensitivityLevel": 50}}),
        Detection(path="SceneChangeDetection", root="SceneChangeDetection", alert="scenechangedetection",
                  flag="SceneChangeDetection", function="sceneChangeDetection", fields={"sensitivityLevel": 50}),
        Detection(path="regionEntrance", root="RegionEntrance", alert="regionEntrance", flag="RegionEntrance",
                  region="RegionEntranceRegion", erasing=True, fields=TARGET),
        Detection(path="regionExiting", root="RegionExiting", alert="regionExiting", flag="RegionExiting",
                  region="RegionExitingRegion", erasing=True, fields=TARGET),
        Detection(path="loitering", root="Loitering", alert="loitering", flag="Loitering", region="LoiteringRegion",
                  erasing=True, fields={"sensitivityLevel": 50, "timeThreshold": 10}),
        Detection(path="group", root="Group", alert="group", flag="Group", region="GroupRegion", erasing=True,
                  fields={"objectOccupation": 50}),
        Detection(path="rapidMove", root="RapidMove", alert="rapidMove", flag="RapidMove", region="RapidMoveRegion",
                  erasing=True, fields=TARGET),
        Detection(path="parking", root="Parking", alert="parking", flag="Parking", region="ParkingRegion",
                  erasing=True, fields={"sensitivityLevel": 50, "timeThreshold": 10}),
        Detection(path="unattendedBaggage", root="UnattendedBaggage", alert="unattendedBaggage",
                  flag="UnattendedBaggage", region="UnattendedBaggageRegion", erasing=True,
                  fields={"sensitivityLevel": 50, "timeThreshold": 10}),
        Detection(path="attendedBaggage", root="AttendedBaggage", alert="attendedBaggage", flag="AttendedBaggage",
                  region="AttendedBaggageRegion", erasing=True, fields={"sensitivityLevel": 50, "timeThreshold": 10}),
        Detection(path="peopleDetection", root="PeopleDetection", alert="peopleDetection", flag="PeopleDetection",
                  region="PeopleDetectionRegion", erasing=True, fields={"sensitivityLevel": 50, "timeThreshold": 5}),
    )
}  # fmt: skip
NAMESPACES: Mapping[str, str] = {"loitering": STD_CGI, "group": STD_CGI, "parking": STD_CGI}
"""Rules that stay in a namespace of their own, whatever the device's is (isapi-core §1.7)."""


def coordinates(points: tuple[tuple[int, int], ...], item: str = "RegionCoordinates") -> Body:
    """Coordinates of a region or a line."""
    return {item: [{"positionX": x, "positionY": y} for x, y in points]}


def _region(detection: Detection, number: int) -> Body:
    """One region; the second one of every rule is not drawn yet, as on real devices."""
    drawn = number == 1
    body: dict[str, Value] = {"id": number}
    if detection.region == "LineItem":
        points = ((100, 500), (900, 500)) if drawn else ()
        return {**body, **detection.fields, "CoordinatesList": coordinates(points, "Coordinates") if drawn else None}
    return {**body, **detection.fields, "RegionCoordinatesList": coordinates(SQUARE) if drawn else None}


def smart_document(detection: Detection, channel: int, *, namespace: str | None, version: str, enabled: bool) -> str:
    """Rule document of a channel, with elements that no specification names."""
    body: dict[str, Value] = {"id": channel}
    if detection.path != "AudioDetection/channels":
        body["enabled"] = enabled
    if detection.region is None:
        body |= detection.fields
    else:
        body |= {"enableDualVca": False, "normalizedScreenSize": SCREEN}
        body[f"{detection.region}List"] = {
            "@size": 4,
            detection.region: [_region(detection, number) for number in (1, 2)],
        }
        body["isSupportMultiScene"] = False
    body["Extensions"] = EXTENSION
    return document(detection.root, body, namespace=NAMESPACES.get(detection.path, namespace), version=version)


def smart_capabilities(keys: tuple[str, ...]) -> Body:
    """Flags of `Smart/capabilities`."""
    have = {DETECTIONS[key].flag for key in keys}
    return {f"isSupport{row.flag}": row.flag in have for row in DETECTIONS.values()}
