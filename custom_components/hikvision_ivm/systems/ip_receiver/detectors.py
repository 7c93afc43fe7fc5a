"""Detectors and zone types: what a zone senses (ip-receiver §5.5).

Words are compared in any letter case. One that is not in these tables is no error: the zone stays a zone, and what it
senses stays open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .records import ZoneRecord

BY_ZONE_TYPE: Final = "by_zone_type"
"""In place of a shape: the detector leaves open what is sensed, the type of its zone may say it."""


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector: its documented word, what it senses in Home Assistant's word (empty: none fits), its name."""

    word: str
    shape: str
    name: str


_ROWS: Final = (
    Detector("panicButton", "safety", "Panic button"),
    Detector("magneticContact", "door", "Magnetic contact"),
    Detector("smokeDetector", "smoke", "Smoke detector"),
    Detector("activeInfraredDetector", "motion", "Active infrared detector"),
    Detector("passiveInfraredDetector", "motion", "PIR detector"),
    Detector("glassBreakDetector", "vibration", "Glass break detector"),
    Detector("vibrationDetector", "vibration", "Shock detector"),
    Detector("dualTechnologyPirDetector", "motion", "Dual technology motion detector"),
    Detector("tripleTechnologyPirDetector", "motion", "Triple technology detector"),
    Detector("humidityDetector", "problem", "Humidity detector"),
    Detector("temperatureDetector", "heat", "Temperature detector"),
    Detector("combustibleGasDetector", "gas", "Gas detector"),
    Detector("dynamicSwitch", "", "Dynamic switch"),
    Detector("controlSwitch", "", "Control switch"),
    # Triggered does not prove that it is unlocked.
    Detector("smartLock", "", "Smart lock"),
    Detector("waterDetector", "moisture", "Water detector"),
    Detector("displacementDetector", "moving", "Displacement detector"),
    # Named after infrared, described as a door contact.
    Detector("singleInfraredDetector", "door", "Door contact"),
    Detector("singleZoneModule", BY_ZONE_TYPE, "Wireless single input expander"),
    Detector("curtainInfraredDetector", "motion", "Infrared curtain detector"),
    Detector("pircam", "motion", "PIR camera"),
    Detector("slimMagneticContact", "door", "Slim magnetic contact"),
    Detector("indoorDualTechnologyDetector", "motion", "Indoor dual technology detector"),
    Detector("magnetShockDetector", "door", "Magnet shock detector"),
    Detector("waterLeakDetector", "moisture", "Water leak detector"),
    Detector("wirelessSmokeDetector", "smoke", "Wireless smoke detector"),
    Detector("wirelessGlassBreakDetector", "vibration", "Wireless glass break detector"),
    Detector("wirelessTemperatureHumidityDetector", "heat", "Wireless temperature and humidity detector"),
    Detector("wirelessHeatDetector", "heat", "Wireless heat detector"),
    Detector("wirelessCODetector", "carbon_monoxide", "Wireless CO detector"),
    Detector("wirelessPIRCeilingDetector", "motion", "Wireless PIR ceiling detector"),
    Detector("wirelessExternalMagnetDetector", "door", "Wireless external magnet detector"),
    Detector("wirelessPIRCurtainDetector", "motion", "Wireless PIR curtain detector"),
    Detector("wirelessDTAMCurtainDetector", "motion", "Wireless DTAM curtain detector"),
    Detector("other", BY_ZONE_TYPE, "Detector"),
)
DETECTORS: Final[Mapping[str, Detector]] = MappingProxyType({row.word.lower(): row for row in _ROWS})
"""Word in lower case → detector: table A-23 of the documentation."""

ZONE_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fire": "smoke",
        "gas": "gas",
        "medical": "safety",
        "emergency": "safety",
        "instant": "",
        "delay": "",
        "follow": "",
        "perimeter": "",
        "timeout": "",
        "24hnosound": "",
        "24hsound": "",
        "key": "",
        "non-alarm": "",
    }
)
"""Type of a zone in lower case → what it senses, where its detector does not say that."""

CONTACT: Final = "door"
"""Shape of detectors whose contact, where it is told, decides."""
OPENING: Final = "opening"
"""Shape of a zone that tells of a contact without a detector that is known to have one."""


def detector_of(zone: ZoneRecord) -> Detector | None:
    """Return the detector of a zone; None for one that is not known, or not named."""
    return None if zone.detector is None else DETECTORS.get(zone.detector.lower())


def is_open_ended(zone: ZoneRecord) -> bool:
    """Whether the detector leaves open what is sensed: it is unknown, missing, or a mere input."""
    found = detector_of(zone)
    return found is None or found.shape == BY_ZONE_TYPE


def shape_of(zone: ZoneRecord) -> str:
    """Return what a zone senses in Home Assistant's word; empty where none fits."""
    found = detector_of(zone)
    if found is not None and found.shape != BY_ZONE_TYPE:
        return found.shape
    by_type = ZONE_TYPES.get((zone.type or "").lower(), "")
    return by_type or (OPENING if zone.magnet_open is not None else "")


def has_contact(zone: ZoneRecord) -> bool:
    """Whether what a zone tells of a contact is to be believed: of other detectors it may be a place holder."""
    return zone.magnet_open is not None and (is_open_ended(zone) or shape_of(zone) == CONTACT)


def model_of(zone: ZoneRecord) -> str | None:
    """Return the model of a zone's detector: as told, else what kind of detector it is, else the unknown word for it."""
    if zone.model is not None:
        return zone.model
    found = detector_of(zone)
    return zone.detector if found is None else found.name


def takes_pictures(zone: ZoneRecord) -> bool:
    """Whether a zone has a camera of its own, or one beside it."""
    found = detector_of(zone)
    return zone.pircam is not None or (found is not None and found.word == "pircam")
