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
