"""What the features of a zone are (ip-receiver §5.5): what was not said is unknown, never off or closed."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.features_zone import BYPASS, ZONE
from custom_components.hikvision_ivm.systems.ip_receiver.places import feature_id, zone_id
from custom_components.hikvision_ivm.systems.ip_receiver.records import ZoneRecord
from custom_components.hikvision_ivm.systems.ip_receiver.zone_values import (
    DEACTIVATIONS,
    changed_values,
    event_values,
    has_problem,
    is_open,
    zone_available,
    zone_values,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Unknown, Value

from .parts import FULL, UID


def zone(**said: Any) -> ZoneRecord:
    """Return a zone."""
    return ZoneRecord(id=4, **said)


def value(kind: Kind, type_: str = "binary_sensor", **said: Any) -> Value | Unknown:
    """Return the value of one feature."""
    return zone_values(UID, "Q1", zone(**said))[feature_id(zone_id(UID, "Q1", 4), type_, kind.value)]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        # a contact decides
        ({"detector": "slimMagneticContact", "magnet_open": True, "status": "online"}, True),
        ({"detector": "slimMagneticContact", "magnet_open": False, "status": "trigger"}, False),
        ({"detector": "slimMagneticContact", "magnet_open": False, "status": "heartbeatAbnormal"}, False),
        ({"detector": "slimMagneticContact", "status": "trigger"}, True),
        ({"detector": "slimMagneticContact", "status": "online"}, False),
        # nobody knows the detector: either counts
        ({"detector": "wirelessQuantumDetector", "magnet_open": False, "status": "trigger"}, True),
        ({"detector": "wirelessQuantumDetector", "magnet_open": False, "status": "online"}, False),
        ({"magnet_open": True, "status": "online"}, True),
        # of others a contact is a place holder
        ({"detector": "passiveInfraredDetector", "magnet_open": False, "status": "trigger"}, True),
        ({"detector": "passiveInfraredDetector", "magnet_open": True, "status": "online"}, False),
        # what is measured
        ({"detector": "wirelessSmokeDetector", "smoke": "yes", "status": "online"}, True),
        ({"detector": "wirelessSmokeDetector", "smoke": "no", "status": "trigger"}, False),
        ({"detector": "waterDetector", "water": "yes", "status": "online"}, True),
        ({"detector": "wirelessHeatDetector", "heat": "yes", "status": "online"}, True),
        ({"type": "Fire", "smoke": "yes", "status": "online"}, True),
        ({"detector": "wirelessSmokeDetector", "water": "yes", "status": "online"}, False),
        ({"detector": "passiveInfraredDetector", "smoke": "yes", "heat": "yes", "status": "online"}, False),
        ({"detector": "wirelessSmokeDetector", "smoke": "fault", "status": "online"}, None),
        ({"detector": "wirelessSmokeDetector", "smoke": "fault", "status": "trigger"}, True),
        ({"detector": "wirelessSmokeDetector", "smoke": "perhaps", "status": "online"}, False),
        ({"detector": "wirelessSmokeDetector", "smoke": "no"}, False),
        # only the state of the zone
        ({"status": "TRIGGER"}, True),
        ({"status": "online"}, False),
        ({"status": "breakDown"}, None),
        ({"status": "heartbeatAbnormal"}, None),
        ({"status": "dancing"}, None),
        ({}, None),
        # not to be reached, or no detector at all
        ({"status": "offline"}, None),
        ({"status": "offline", "magnet_open": False, "detector": "slimMagneticContact"}, None),
        ({"status": "offline", "smoke": "no", "detector": "smokeDetector"}, None),
        ({"status": "notRelated", "magnet_open": False}, None),
    ],
)
def test_what_a_zone_reports(said: dict[str, Any], found: bool | None) -> None:
    """The contact, else the measurement, else the state."""
    assert is_open(zone(**said)) is found
    assert value(Kind.ZONE, **said) == (UNKNOWN if found is None else found)


@pytest.mark.parametrize(
    ("status", "online"),
    [
        ("online", True),
        ("trigger", True),
        ("breakDown", True),
        ("offline", False),
        ("heartbeatAbnormal", False),
        ("notRelated", UNKNOWN),
        ("dancing", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_connection(status: str | None, online: Any) -> None:
    """A broken detector still answers; of one that was never there nothing is known."""
    assert value(Kind.ONLINE, status=status) == online


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"status": "breakDown"}, True),
        ({"status": "online"}, False),
        ({"status": "online", "health": "fault"}, True),
        ({"health": "Normal"}, False),
        ({"status": "online", "smoke": "fault"}, True),
        ({"status": "online", "water": "fault"}, True),
        ({"heat": "fault"}, True),
        ({"smoke": "no"}, False),
        ({"status": "dancing"}, None),
        ({"status": "notRelated"}, None),
        ({"health": "so-so"}, None),
        ({}, None),
    ],
)
def test_problem(said: dict[str, Any], problem: bool | None) -> None:
    """Broken, of ill health, or unable to measure."""
    assert has_problem(zone(**said)) is problem


def test_everything_that_is_told() -> None:
    """Each in its feature."""
    said: dict[str, Any] = {
        "alarm": True,
        "tampered": True,
        "battery_low": False,
        "shielded": True,
        "armed": False,
        "shock": True,
        "tilt": False,
        "pircam": True,
    }
    names = {
        "alarm": Kind.ZONE_ALARM,
        "tampered": Kind.TAMPER,
        "battery_low": Kind.BATTERY_LOW,
        "shielded": Kind.SHIELDED,
        "armed": Kind.ZONE_ARMED,
        "shock": Kind.SHOCK,
        "tilt": Kind.TILT,
        "pircam": Kind.PIRCAM_LINK,
    }
    for name, kind in names.items():
        assert value(kind, **said) is said[name]
    assert value(Kind.TEMPERATURE, "sensor", temperature=0.0) == 0.0
    assert value(Kind.HUMIDITY, "sensor", humidity=45.0) == 45.0
    assert value(Kind.SIGNAL, "sensor", signal=0) == 0
    assert value(Kind.BATTERY_LEVEL, "sensor", battery_level=97) == 97
    assert value(Kind.ZONE_BYPASS, "switch", bypassed=True) is True
    assert value(Kind.DEACTIVATION, "select", deactivated="lidOnly") == "lid_only"
    assert value(Kind.DEACTIVATION_ONCE, "select", deactivated_once="Entirely") == "entirely"


def test_nothing_told_is_unknown_everywhere() -> None:
    """Not off, not closed, not zero."""
    assert set(zone_values(UID, "Q1", zone()).values()) == {UNKNOWN}


def test_word_that_is_no_choice() -> None:
    """A deactivation nobody documented is unknown: a select must be one of its options."""
    assert value(Kind.DEACTIVATION, "select", deactivated="sometimes") == UNKNOWN
    assert DEACTIVATIONS == ("off", "lid_only", "entirely")


def test_every_feature_has_its_value() -> None:
    """Tables of features and of values fit; pictures have none."""
    own = zone_id(UID, "Q1", 4)
    rows = [row for row in (*ZONE, *BYPASS) if row.make.type != "image"]
    made = {feature_id(own, row.make.type, row.kind.value) for row in rows}
    assert zone_values(UID, "Q1", zone()).keys() == made


@pytest.mark.parametrize(
    ("status", "available"),
    [
        ("offline", False),
        ("OFFLINE", False),
        ("online", True),
        ("heartbeatAbnormal", True),
        (None, True),
        ("dancing", True),
    ],
)
def test_available(status: str | None, available: bool) -> None:
    """Only what says that it is offline is."""
    assert zone_available(zone(status=status)) is available


@pytest.mark.parametrize("name", ["alarm", "bypassed"])
@pytest.mark.parametrize("now", [True, False])
def test_what_an_event_changes(name: str, now: bool) -> None:
    """The short way from an event to values leads to what comparing all of them does."""
    for before in (None, not now):
        was: dict[str, Any] = {name: before}
        is_now: dict[str, Any] = {name: now}
        old = replace(FULL, **was)
        new = old.but(is_now)
        assert new == replace(old, **is_now)
        assert event_values(UID, "Q1", FULL.id, {name: now}) == changed_values(UID, "Q1", old, new)
