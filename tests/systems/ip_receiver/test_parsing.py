"""Devices, partitions, zones and peripherals as sloppily as a receiver may tell of them (ip-receiver §6)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver import parsing
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    DeviceRecord,
    OnlineBy,
    PartitionRecord,
    PeripheralKind,
    PeripheralRecord,
    ZoneRecord,
)
from custom_components.hikvision_ivm.systems.transport.json import Fields


def device(**said: Any) -> DeviceRecord:
    """Read a device."""
    found = parsing.device(Fields({"devIndex": "6F0D0C52-5D9B", **said}))
    assert found is not None
    return found


def partition(**said: Any) -> PartitionRecord:
    """Read a partition."""
    found = parsing.partition(Fields({"id": 1, **said}))
    assert found is not None
    return found


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


# devices


def test_whole_device() -> None:
    """Every member; secrets are left where they are."""
    found = device(
        accountID="1001",
        devName=" House ",
        devSerial="Q00000001",
        devMode="AXPRO",
        devVersion="V1.2.9",
        activeStatus="active",
        siteInfo={"siteID": "7", "siteName": "North"},
        ISUP={"deviceID": "secret-id", "deviceKey": "secret-key"},
        OTAP={"deviceID": "secret-id", "deviceKey": "secret-key"},
        streamKey="secret-key",
        devSource=3,
        devType=0,
        connectionMode=2,
        devStatus="online",
        onlineType=1,
        offlineHint=4,
        isNeedUpgrade=1,
        deviceIDPriority="deviceNo",
    )
    assert found == DeviceRecord(
        id="",
        index="6F0D0C52-5D9B",
        name="House",
        serial="Q00000001",
        model="AXPRO",
        firmware="V1.2.9",
        site="North",
        source=3,
        type=0,
        mode=ConnectionMode.DUAL,
        online=True,
        online_by=OnlineBy.ISUP,
        offline_hint=4,
        active="active",
        upgrade=True,
        numbers="deviceNo",
    )
    assert "secret" not in repr(found) and "1001" not in repr(found)


def test_device_of_which_little_is_known() -> None:
    """Absent is unknown, and the address is kept letter by letter."""
    found = device()
    assert found == DeviceRecord(id="", index="6F0D0C52-5D9B", name="6F0D0C52-5D9B")
    assert (found.online, found.upgrade, found.mode, found.type) == (None, None, None, None)
    assert parsing.device(Fields({"devIndex": "  "})) is None
    assert parsing.device(Fields({"devName": "House"})) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"devName": "", "devSerial": "Q1", "devMode": "AX"}, "Q1"),
        ({"devName": None, "devMode": "AX"}, "AX"),
        ({"devName": 7}, "7"),
    ],
)
def test_name_of_a_device(said: dict[str, Any], name: str) -> None:
    """Something by which a person knows it."""
    assert device(**said).name == name


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        (0, ConnectionMode.UNKNOWN),
        (4, ConnectionMode.OTAP),
        ("3", ConnectionMode.ISUP),
        ("OTAP", ConnectionMode.OTAP),
        (" Dual-Connection ", ConnectionMode.DUAL),
        ("HPP", ConnectionMode.HPP),
        ("ISUP", ConnectionMode.ISUP),
        (9, None),
        ("carrier pigeon", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_connection_mode(said: Any, mode: ConnectionMode | None) -> None:
    """A number or a word (trap T4); an unknown one breaks nothing."""
    assert device(connectionMode=said).mode is mode


@pytest.mark.parametrize(
    ("said", "link"), [(0, OnlineBy.HPP), ("2", OnlineBy.OTAP), ("ISUP", OnlineBy.ISUP), (5, None), ("", None)]
)
def test_link_of_a_device(said: Any, link: OnlineBy | None) -> None:
    """Told by number or word; of a device that is offline it is a leftover."""
    assert device(devStatus="online", onlineType=said).online_by is link
    assert device(devStatus="offline", onlineType=said).online_by is None


@pytest.mark.parametrize(
    ("said", "online"),
    [("online", True), (" Offline ", False), ("unknown", None), ("", None), (None, None), ("x", None)],
)
def test_unknown_is_not_offline(said: Any, online: bool | None) -> None:
    """Three words, and others."""
    assert device(devStatus=said).online is online


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("deviceNo", "deviceNo"),
        ("DEVICENO", "deviceNo"),
        ("zoneId", "zoneID"),
        ("both", "both"),
        ("", None),
        (True, None),
    ],
)
def test_which_number_reports_carry(said: Any, numbers: str | None) -> None:
    """A word, although the documentation calls it a boolean (trap T7)."""
    assert device(deviceIDPriority=said).numbers == numbers


def test_numbers_of_a_device_as_text() -> None:
    """Texts and flags of all sorts (trap T6)."""
    found = device(devSource="7", devType="0", isNeedUpgrade="0", offlineHint="1")
    assert (found.source, found.type, found.upgrade, found.offline_hint) == (7, 0, False, 1)
    assert found.is_panel and found.is_otap
    assert device(devSource=99, devType="toaster").type is None


# partitions


@pytest.mark.parametrize(
    ("said", "alarm"),
    [
        (True, True),
        ("true", True),
        ("yes", True),
        (1, True),
        ("false", False),
        (0, False),
        ("", None),
        (None, None),
        ("?", None),
    ],
)
def test_flags(said: Any, alarm: bool | None) -> None:
    """Whatever a boolean looks like; an empty text says nothing (trap T6)."""
    assert partition(alarm=said).alarm is alarm
    assert partition(enabled=said).enabled is alarm


@pytest.mark.parametrize(
    ("said", "arming"), [("away", "away"), (" Disarm ", "disarm"), ("Vacation", "vacation"), ("", None), (None, None)]
)
def test_arming(said: Any, arming: str | None) -> None:
    """A word that nobody documented is kept; no word is no state."""
    assert partition(arming=said).arming == arming


@pytest.mark.parametrize("number", ["", None, 0, -1, "one", 1.5, [], True])
def test_partition_without_a_number(number: Any) -> None:
    """It cannot be addressed."""
    assert parsing.partition(Fields({"id": number, "arming": "away"})) is None


# zones


def test_whole_zone() -> None:
    """Every member of the documentation."""
    found = zone(
        id="4",
        name=" Front door ",
        status="breakDown",
        reason="short",
        tamperEvident=True,
        shielded="false",
        bypassed="",
        oneTimeDeactivationMode="off",
        deactivationMode="lidOnly",
        armed="true",
        isArming=True,
        alarm=False,
        charge="lowPower",
        chargeValue="12",
        signal=180,
        temperature="21.5",
        humidity=45,
        waterDetectorAlarm="No",
        smokeDetectedExceed="fault",
        temperatureExceed="yes",
        subSystemNo="2",
        linkageSubSystem=[2, 3, "3", 0],
        zoneAttrib="wireless",
        RelatedChanList=[{"RelatedChan": {"relator": "nvr", "cameraSeq": "C1"}}, {"RelatedChan": {"relator": "nvr"}}],
        detectorType="magnetShockDetector",
        model="DS-PDMCS",
        stayAway=True,
        zoneType="Delay",
        InputList=[{"id": 1, "enabled": True, "mode": "NC"}, {"id": 2, "enabled": False, "mode": "NO"}],
        healthStatus="normal",
        mountingType="wall",
        MagnetShockCurrentStatus={"magnetOpenStatus": True, "magnetShockStatus": False, "magnetTiltStatus": "true"},
        isBypassedAvailable=False,
        version="V1",
        pirCamConnected=False,
        accessModuleType="transmitter",
        relatedAccessModuleID=3,
        address=254,
        deviceNo=17,
    )
    assert found == ZoneRecord(
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


# peripherals


def test_whole_siren() -> None:
    """Every member."""
    found = peripheral(
        seq=" S1 ",
        name="Hall",
        status="On",
        tamperEvident="false",
        sirenAttrib="wireless",
        charge="normal",
        chargeValue=80,
        signal="200",
        model="DS-PS1-I-WE",
        temperature=20,
        subSystemList=[1, 2],
        powerSupplyStatus="DC12V",
    )
    assert found == PeripheralRecord(
        kind=PeripheralKind.SIREN,
        id=1,
        seq="S1",
        name="Hall",
        status="On",
        tampered=False,
        battery_low=False,
        battery_level=80,
        signal=200,
        temperature=20,
        model="DS-PS1-I-WE",
        wireless=True,
        power="dc12v",
        partitions=(1, 2),
    )


def test_relay_and_extension_module() -> None:
    """What only they tell."""
    assert peripheral(PeripheralKind.OUTPUT, linkage="manualCtrl").linkage == "manualCtrl"
    found = peripheral(
        PeripheralKind.EXTENSION,
        moduleAttrib="wired",
        address=3,
        linkageAddress=7,
        type="wiredZone",
        status="heartbeatAbnormal",
    )
    assert found.wireless is False
    assert found.details == {"address": 3, "linkage_address": 7, "type": "wiredZone"}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"id": 0}, "0"),
        ({"id": "3", "seq": ""}, "3"),
        ({"id": 3, "seq": "AB12"}, "AB12"),
        ({"id": None, "seq": 12345}, "12345"),
        ({"id": -1, "seq": "AB12"}, "AB12"),
        ({"id": 3, "seq": "000000000"}, "3"),
    ],
)
def test_key_of_a_peripheral(said: dict[str, Any], key: str) -> None:
    """The serial number, else the number; zeros are no serial number."""
    found = parsing.peripheral(PeripheralKind.OUTPUT, Fields(said))
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("said", [{}, {"id": "", "seq": ""}, {"id": None, "seq": "0"}, {"name": "Gate"}, {"id": -1}])
def test_peripheral_that_nothing_tells_apart(said: dict[str, Any]) -> None:
    """It is left out."""
    assert parsing.peripheral(PeripheralKind.OUTPUT, Fields(said)) is None


@pytest.mark.parametrize("kind", PeripheralKind)
def test_every_kind_takes_nonsense(kind: PeripheralKind) -> None:
    """Unknown words are kept, wrong types are nothing."""
    found = peripheral(kind, status="dancing", model=["x"], charge=7, signal={}, linkage="", sirenAttrib="?", name=None)
    assert found == PeripheralRecord(kind=kind, id=1, status="dancing")
