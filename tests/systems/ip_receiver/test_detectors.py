"""What a zone senses, by its detector and its type (ip-receiver §5.5)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.detectors import (
    DETECTORS,
    ZONE_TYPES,
    has_contact,
    model_of,
    shape_of,
    takes_pictures,
)
from custom_components.hikvision_ivm.systems.ip_receiver.records import ZoneRecord

DOCUMENTED = {
    "panicButton": "safety",
    "magneticContact": "door",
    "smokeDetector": "smoke",
    "activeInfraredDetector": "motion",
    "passiveInfraredDetector": "motion",
    "glassBreakDetector": "vibration",
    "vibrationDetector": "vibration",
    "dualTechnologyPirDetector": "motion",
    "tripleTechnologyPirDetector": "motion",
    "humidityDetector": "problem",
    "temperatureDetector": "heat",
    "combustibleGasDetector": "gas",
    "dynamicSwitch": "",
    "controlSwitch": "",
    "smartLock": "",
    "waterDetector": "moisture",
    "displacementDetector": "moving",
    "singleInfraredDetector": "door",
    "singleZoneModule": "",
    "curtainInfraredDetector": "motion",
    "pircam": "motion",
    "slimMagneticContact": "door",
    "indoorDualTechnologyDetector": "motion",
    "magnetShockDetector": "door",
    "waterLeakDetector": "moisture",
    "wirelessSmokeDetector": "smoke",
    "wirelessGlassBreakDetector": "vibration",
    "wirelessTemperatureHumidityDetector": "heat",
    "wirelessHeatDetector": "heat",
    "wirelessCODetector": "carbon_monoxide",
    "wirelessPIRCeilingDetector": "motion",
    "wirelessExternalMagnetDetector": "door",
    "wirelessPIRCurtainDetector": "motion",
    "wirelessDTAMCurtainDetector": "motion",
    "other": "",
}
"""Table A-23, in its order."""
TYPES = {
    "Instant": "",
    "Delay": "",
    "Follow": "",
    "Perimeter": "",
    "24hNoSound": "",
    "Emergency": "safety",
    "Fire": "smoke",
    "Gas": "gas",
    "Medical": "safety",
    "Timeout": "",
    "Non-Alarm": "",
    "Key": "",
    "24hSound": "",
}


def zone(**said: Any) -> ZoneRecord:
    """Return a zone."""
    return ZoneRecord(id=1, **said)


def test_tables_are_whole() -> None:
    """35 detectors and 13 types of zones, and nothing that was not documented."""
    assert len(DOCUMENTED) == 35 and len(TYPES) == 13
    assert DETECTORS.keys() == {word.lower() for word in DOCUMENTED}
    assert ZONE_TYPES.keys() == {word.lower() for word in TYPES}
    assert [row.word for row in DETECTORS.values()] == list(DOCUMENTED)


@pytest.mark.parametrize("word", DOCUMENTED)
def test_detector(word: str) -> None:
    """In any letter case, whatever the type of the zone."""
    assert shape_of(zone(detector=word)) == DOCUMENTED[word]
    assert shape_of(zone(detector=word.upper())) == DOCUMENTED[word]
    if word not in {"singleZoneModule", "other"}:
        assert shape_of(zone(detector=word, type="Gas")) == DOCUMENTED[word]


@pytest.mark.parametrize("detector", [None, "other", "singleZoneModule", "wirelessQuantumDetector"])
@pytest.mark.parametrize("word", TYPES)
def test_type_decides_where_the_detector_does_not(word: str, detector: str | None) -> None:
    """An unknown detector, a mere input, none at all."""
    assert shape_of(zone(detector=detector, type=word)) == TYPES[word]
    assert shape_of(zone(detector=detector, type=word.lower())) == TYPES[word]


@pytest.mark.parametrize("word", [None, "", "Dream", "24hLoud"])
def test_nothing_known_is_no_shape(word: str | None) -> None:
    """It stays a zone, whatever it senses."""
    assert shape_of(zone(type=word)) == ""
    assert shape_of(zone(type=word, magnet_open=False)) == "opening"


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ({"detector": "slimMagneticContact", "magnet_open": False}, True),
        ({"detector": "slimMagneticContact"}, False),
        ({"detector": "wirelessQuantumDetector", "magnet_open": True}, True),
        ({"magnet_open": True}, True),
        ({"detector": "singleZoneModule", "type": "Fire", "magnet_open": True}, True),
        ({"detector": "passiveInfraredDetector", "magnet_open": False}, False),
        ({"detector": "wirelessSmokeDetector", "magnet_open": False}, False),
    ],
)
def test_whose_contact_is_believed(said: dict[str, Any], believed: bool) -> None:
    """Of a motion detector it is a place holder."""
    assert has_contact(zone(**said)) is believed


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ({"model": "DS-PDMCS", "detector": "slimMagneticContact"}, "DS-PDMCS"),
        ({"detector": "slimMagneticContact"}, "Slim magnetic contact"),
        ({"detector": "wirelessQuantumDetector"}, "wirelessQuantumDetector"),
        ({}, None),
    ],
)
def test_model(said: dict[str, Any], model: str | None) -> None:
    """As told, else the kind of detector, else its word."""
    assert model_of(zone(**said)) == model


@pytest.mark.parametrize(
    ("said", "pictures"),
    [
        ({"detector": "pircam"}, True),
        ({"detector": "PIRCAM"}, True),
        ({"detector": "tripleTechnologyPirDetector", "pircam": False}, True),
        ({"detector": "tripleTechnologyPirDetector"}, False),
        ({}, False),
    ],
)
def test_which_zones_take_pictures(said: dict[str, Any], pictures: bool) -> None:
    """Those with a camera, or one beside them, be it disconnected at the moment."""
    assert takes_pictures(zone(**said)) is pictures
