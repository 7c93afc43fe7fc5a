"""Zones as sloppily as a receiver may tell of them (ip-receiver §3.10, §6)."""

from typing import Any, Final

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver import parsing
from custom_components.hikvision_ivm.systems.ip_receiver.records import PeripheralKind, PeripheralRecord, ZoneRecord
from custom_components.hikvision_ivm.systems.transport.json import Fields


def zone(**said: Any) -> ZoneRecord:
    """Read a zone."""
    found = parsing.zone(Fields({"id": 1, **said}))
    assert found is not None
    return found


def peripheral(kind: PeripheralKind = PeripheralKind.SIREN, **said: Any) -> PeripheralRecord:
    """Read a peripheral."""
    found = parsing.peripheral(kind, Fields({"id": 1, **said}))
    assert found is not None
    return found


# zones


WHOLE: Final[dict[str, Any]] = {
    "id": "4",
    "name": " Front door ",
    "status": "breakDown",
    "reason": "short",
    "tamperEvident": True,
    "shielded": "false",
    "bypassed": "",
    "oneTimeDeactivationMode": "off",
    "deactivationMode": "lidOnly",
    "armed": "true",
    "isArming": True,
    "alarm": False,
    "charge": "lowPower",
    "chargeValue": "12",
    "signal": 180,
    "temperature": "21.5",
    "humidity": 45,
    "waterDetectorAlarm": "No",
    "smokeDetectedExceed": "fault",
    "temperatureExceed": "yes",
    "subSystemNo": "2",
    "linkageSubSystem": [2, 3, "3", 0],
    "zoneAttrib": "wireless",
    "RelatedChanList": [{"RelatedChan": {"relator": "nvr", "cameraSeq": "C1"}}, {"RelatedChan": {"relator": "nvr"}}],
    "detectorType": "magnetShockDetector",
    "model": "DS-PDMCS",
    "stayAway": True,
    "zoneType": "Delay",
    "InputList": [{"id": 1, "enabled": True, "mode": "NC"}, {"id": 2, "enabled": False, "mode": "NO"}],
    "healthStatus": "normal",
    "mountingType": "wall",
    "MagnetShockCurrentStatus": {"magnetOpenStatus": True, "magnetShockStatus": False, "magnetTiltStatus": "true"},
    "isBypassedAvailable": False,
    "version": "V1",
    "pirCamConnected": False,
    "accessModuleType": "transmitter",
    "relatedAccessModuleID": 3,
    "address": 254,
    "deviceNo": 17,
}
"""Every member of the documentation."""
WHOLE_RECORD: Final = ZoneRecord(
    id=4,
    name="Front door",
    status="breakDown",
    reason="short",
    tampered=True,
    shielded=False,
    bypassed=None,
    deactivated_once="off",
    deactivated="lidOnly",
    armed=True,
    arming=True,
    alarm=False,
    battery_low=True,
    battery_level=12,
    signal=180,
    temperature=21.5,
    humidity=45,
    water="no",
    smoke="fault",
    heat="yes",
    partition=2,
    linked_partitions=(2, 3),
    wireless=True,
    cameras=("C1", "nvr"),
    detector="magnetShockDetector",
    model="DS-PDMCS",
    firmware="V1",
    type="Delay",
    stay_away=True,
    health="normal",
    magnet_open=True,
    shock=False,
    tilt=True,
    bypass_allowed=False,
    pircam=False,
    module_type="transmitter",
    module_id=3,
    number=17,
    details={"mounting": "wall", "address": 254, "inputs": "1: NC, 2: NO (off)"},
)


def test_whole_zone() -> None:
    """Every member of the documentation."""
    found = zone(**WHOLE)
    assert found == WHOLE_RECORD
    assert found.partitions == (2, 3)


def test_zone_of_which_nothing_is_known() -> None:
    """Absent is unknown, save where the documentation names a default."""
    assert zone() == ZoneRecord(id=1, arming=False)
    found = zone(
        **dict.fromkeys(
            (
                "name",
                "status",
                "tamperEvident",
                "bypassed",
                "armed",
                "alarm",
                "charge",
                "chargeValue",
                "signal",
                "temperature",
            ),
            "",
        )
    )
    assert found == ZoneRecord(id=1, arming=False)


@pytest.mark.parametrize("said", [{"isArming": ""}, {"isArming": None}, {"isArming": "false"}, {}])
def test_arming_of_a_zone_is_only_ever_true(said: dict[str, Any]) -> None:
    """Where it is missing the zone is not arming (trap T37)."""
    assert zone(**said).arming is False


def test_tampered_is_tampered() -> None:
    """True means the same in both lists, whatever the documentation says in one of them (trap T12)."""
    assert zone(tamperEvident=True).tampered is True
    assert zone(tamperEvident="no").tampered is False


def test_blanks_and_letter_case() -> None:
    """Names and words are read without them (trap T18, T28)."""
    found = parsing.zone(Fields({"ID ": 3, " Name": "Hall", "STATUS": " Trigger "}))
    assert found is not None
    assert (found.id, found.name, found.status) == (3, "Hall", "Trigger")


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ({"chargeValue": 0}, 0),
        ({"chargeValue": 0, "charge": "lowPower"}, 0),
        ({"chargeValue": 0, "charge": "normal"}, None),
        ({"chargeValue": "97", "charge": "normal"}, 97),
        ({"chargeValue": 255}, None),
        ({"chargeValue": -1}, None),
        ({"chargeValue": "full"}, None),
        ({"charge": "normal"}, None),
    ],
)
def test_battery_level(said: dict[str, Any], level: int | None) -> None:
    """Percent; zero beside "normal" is a place holder, and 255 is no percentage."""
    assert zone(**said).battery_level == level
    assert peripheral(**said).battery_level == level


@pytest.mark.parametrize(
    ("word", "low"), [("normal", False), ("lowPower", True), ("LOWPOWER", True), ("flat", None), ("", None)]
)
def test_low_battery(word: str, low: bool | None) -> None:
    """A word nobody documented is neither."""
    assert zone(charge=word).battery_low is low


@pytest.mark.parametrize(("said", "signal"), [(0, 0), (255, 255), ("17", 17), (256, None), (-70, None), ("good", None)])
def test_signal(said: Any, signal: int | None) -> None:
    """Raw; 0 and 255 may be place holders, but no problem is made of them (trap T36)."""
    assert zone(signal=said).signal == signal
    assert peripheral(signal=said).signal == signal


@pytest.mark.parametrize(
    ("said", "degrees"), [(0, 0), (-20, -20), ("21.5", 21.5), (-1000, None), (3276.7, None), ("", None)]
)
def test_temperature(said: Any, degrees: float | None) -> None:
    """Zero is a temperature, what nothing survives is a place holder."""
    assert zone(temperature=said).temperature == degrees
    assert peripheral(temperature=said).temperature == degrees


@pytest.mark.parametrize(("said", "percent"), [(45, 45), ("10", 10), (0, None), (101, None), (255, None)])
def test_humidity(said: Any, percent: float | None) -> None:
    """No detector can tell zero."""
    assert zone(humidity=said).humidity == percent


@pytest.mark.parametrize(
    ("said", "numbers"),
    [([1, 2], (1, 2)), ("1,2", (1, 2)), (3, (3,)), ([], ()), ("", ()), (["x", -1, 0, None, 4], (4,)), ({"a": 1}, ())],
)
def test_linked_partitions(said: Any, numbers: tuple[int, ...]) -> None:
    """A list, its text, or a single one."""
    assert zone(linkageSubSystem=said).linked_partitions == numbers


def test_zone_of_no_partition() -> None:
    """Zero is no partition."""
    assert zone(subSystemNo=0).partition is None


@pytest.mark.parametrize(
    ("word", "wireless"), [("wired", False), ("WIRED", False), ("wireless", True), ("", True), ("laser", True)]
)
def test_wireless_unless_told(word: str, wireless: bool) -> None:
    """It is the default of the documentation."""
    assert zone(zoneAttrib=word).wireless is wireless


def test_contact_at_two_places() -> None:
    """The zone's own word counts before that of its shock detector; other members are read all the same."""
    inner = {"magnetOpenStatus": True, "magnetShockStatus": True}
    assert zone(magnetOpenStatus=False, MagnetShockCurrentStatus=inner).magnet_open is False
    assert zone(magnetOpenStatus="", MagnetShockCurrentStatus=inner).magnet_open is True
    assert zone(MagnetShockCurrentStatus=[inner]).shock is True
    assert zone(MagnetShockCurrentStatus="").magnet_open is None


@pytest.mark.parametrize(
    ("said", "allowed"), [(False, False), ("false", False), (True, True), ("", True), (None, True)]
)
def test_bypass_is_allowed_unless_told(said: Any, allowed: bool) -> None:
    """It is the default of the documentation."""
    assert zone(isBypassedAvailable=said).bypass_allowed is allowed


def test_settings_of_the_old_list_are_no_alarms() -> None:
    """`…Enabled` says that something is watched, not that it happened (trap T3)."""
    found = zone(waterDetectorEnabled=True, smokeDetectedEnabled=True)
    assert (found.water, found.smoke) == (None, None)


@pytest.mark.parametrize(
    "word", ["laserCurtainDetector", "", None, 17, ["x"], {"y": 1}, "wirelessQuantumDetector\u0000", "🦊"]
)
def test_unknown_words_break_nothing(word: Any) -> None:
    """Detector, zone type, module, state: whatever stands there."""
    found = zone(
        detectorType=word, zoneType=word, accessModuleType=word, status=word, healthStatus=word, zoneAttrib=word
    )
    kept = None if not isinstance(word, (str, int)) or word == "" else str(word)
    assert (found.detector, found.type, found.module_type, found.status) == (kept,) * 4


def test_inputs_of_all_sorts() -> None:
    """One object, without mode, without number, of an unknown mode (trap T13)."""
    assert zone(InputList={"id": 1, "mode": "rolling shutter"}).details == {"inputs": "1: rolling shutter"}
    assert zone(InputList=[{"mode": "NC"}, {"id": "2"}, None]).details == {"inputs": "2: ?"}
    assert zone(InputList="").details == {}


@pytest.mark.parametrize(
    "linked",
    [
        {"RelatedChan": {"cameraSeq": "C1"}},
        [{"cameraSeq": "C1"}],
        [{"RelatedChan": None}, {"RelatedChan": {"cameraSeq": "C1"}}],
    ],
)
def test_linked_cameras(linked: Any) -> None:
    """One object instead of a list, and without its wrapper."""
    assert zone(RelatedChanList=linked).cameras == ("C1",)


def test_same_answer_makes_equal_records() -> None:
    """So that nothing is done about an answer that repeats the last one."""
    said = {"name": "Hall", "mountingType": "wall", "linkageSubSystem": [1], "InputList": [{"id": 1}]}
    assert zone(**said) == zone(**said)
    assert zone(**said) != zone(**{**said, "mountingType": "ceiling"})
