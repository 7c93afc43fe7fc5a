"""What the features of peripherals and devices are (ip-receiver §3.2, §3.12)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.device_values import (
    device_available,
    device_statuses,
    device_values,
)
from custom_components.hikvision_ivm.systems.ip_receiver.features_peripheral import PERIPHERAL, peripheral_part
from custom_components.hikvision_ivm.systems.ip_receiver.peripheral_values import (
    peripheral_available,
    peripheral_values,
)
from custom_components.hikvision_ivm.systems.ip_receiver.places import feature_id, peripheral_id
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    DeviceRecord,
    OnlineBy,
    PeripheralKind,
    PeripheralRecord,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Unknown, Value

UID = "ip_receiver_0123456789abcdef"


def value(kind: Kind, type_: str, of: PeripheralKind = PeripheralKind.SIREN, **said: Any) -> Value | Unknown:
    """Return the value of one feature."""
    record = PeripheralRecord(kind=of, id=3, **said)
    return peripheral_values(UID, "Q1", record)[feature_id(peripheral_id(UID, "Q1", record), type_, kind.value)]


@pytest.mark.parametrize(
    ("status", "on", "online"),
    [
        ("on", True, True),
        ("Off", False, True),
        ("offline", UNKNOWN, False),
        ("notRelated", UNKNOWN, UNKNOWN),
        ("melted", UNKNOWN, UNKNOWN),
        (None, UNKNOWN, UNKNOWN),
    ],
)
def test_relays_and_sirens(status: str | None, on: Any, online: Any) -> None:
    """On is on: it is no polarity of a contact (trap T11). Out of reach it is neither."""
    assert value(Kind.RELAY, "switch", PeripheralKind.OUTPUT, status=status) == on
    assert value(Kind.SIREN_SOUNDING, "binary_sensor", PeripheralKind.SIREN, status=status) == on
    assert value(Kind.ONLINE, "binary_sensor", PeripheralKind.OUTPUT, status=status) == online


@pytest.mark.parametrize(
    ("status", "online"), [("online", True), ("offline", False), ("heartbeatAbnormal", False), ("notRelated", UNKNOWN)]
)
def test_connection(status: str, online: Any) -> None:
    """Of what has no state of its own."""
    assert value(Kind.ONLINE, "binary_sensor", PeripheralKind.KEYPAD, status=status) == online
    record = PeripheralRecord(kind=PeripheralKind.KEYPAD, id=1, status=status)
    assert peripheral_available(record) is (status != "offline")


def test_everything_that_is_told() -> None:
    """Each in its feature."""
    assert value(Kind.TAMPER, "binary_sensor", tampered=True) is True
    assert value(Kind.BATTERY_LOW, "binary_sensor", battery_low=False) is False
    assert value(Kind.BATTERY_LEVEL, "sensor", battery_level=0) == 0
    assert value(Kind.SIGNAL, "sensor", signal=255) == 255
    assert value(Kind.TEMPERATURE, "sensor", temperature=-3.5) == -3.5
    assert value(Kind.POWER_SUPPLY, "sensor", power="dc12v") == "dc12v"
    assert value(Kind.POWER_SUPPLY, "sensor", power="steam") == UNKNOWN


@pytest.mark.parametrize("kind", PeripheralKind)
def test_nothing_told_is_unknown(kind: PeripheralKind) -> None:
    """For every kind, and every feature of the tables has a value."""
    record = PeripheralRecord(
        kind=kind,
        id=1,
        status="online",
        tampered=False,
        battery_low=False,
        battery_level=1,
        signal=1,
        temperature=1,
        power="battery",
    )
    values = peripheral_values(UID, "Q1", PeripheralRecord(kind=kind, id=1))
    assert set(values.values()) == {UNKNOWN}
    assert {one.id for one in peripheral_part(UID, "Q1", record).features} == values.keys()
    assert len(values) == len(PERIPHERAL) - 2 + (kind in {PeripheralKind.OUTPUT, PeripheralKind.SIREN})


# devices


def told(kind: Kind, **said: Any) -> Value | Unknown | None:
    """Return the value of a device's binary sensor, None if there is none."""
    record = DeviceRecord(id="Q1", index="x", name="House", **said)
    return device_values(UID, record).get(feature_id(f"{UID}_Q1", "binary_sensor", kind.value))


def proven(kind: Kind, **said: Any) -> bool | None:
    """Return what the list proves of a link or key."""
    return device_statuses(DeviceRecord(id="Q1", index="x", name="House", **said))[kind]


@pytest.mark.parametrize(("online", "found"), [(True, True), (False, False), (None, UNKNOWN)])
def test_online(online: bool | None, found: Any) -> None:
    """Unknown is not offline."""
    assert told(Kind.ONLINE, online=online) == found
    assert device_available(DeviceRecord(id="Q1", index="x", name="House", online=online)) is (online is not False)


def test_update() -> None:
    """As the list says."""
    assert told(Kind.UPDATE_AVAILABLE, upgrade=True) is True
    assert told(Kind.UPDATE_AVAILABLE) == UNKNOWN


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"online": False, "offline_hint": 1, "mode": ConnectionMode.ISUP}, True),
        ({"online": False, "offline_hint": 2, "mode": ConnectionMode.ISUP}, None),
        ({"online": True, "mode": ConnectionMode.ISUP}, False),
        ({"online": True, "offline_hint": 1, "mode": ConnectionMode.ISUP}, False),
        ({"online": True, "mode": ConnectionMode.DUAL, "online_by": OnlineBy.HPP, "offline_hint": 1}, True),
        ({"online": True, "mode": ConnectionMode.DUAL, "online_by": OnlineBy.HPP}, None),
        ({"online": True, "mode": ConnectionMode.HPP}, None),
        ({}, None),
    ],
)
def test_key(said: dict[str, Any], wrong: bool | None) -> None:
    """Only where the list proves something: a device online by the cloud says nothing of its direct connection."""
    assert proven(Kind.DEVICE_KEY, **said) is wrong


@pytest.mark.parametrize(
    ("said", "linked"),
    [
        ({"online": True, "mode": ConnectionMode.HPP}, True),
        ({"online": True, "mode": ConnectionMode.DUAL, "online_by": OnlineBy.HPP}, True),
        ({"online": True, "mode": ConnectionMode.DUAL, "online_by": OnlineBy.ISUP, "offline_hint": 4}, False),
        ({"online": True, "mode": ConnectionMode.DUAL, "online_by": OnlineBy.ISUP}, None),
        ({"online": False, "mode": ConnectionMode.HPP}, None),
        ({"online": True, "mode": ConnectionMode.ISUP}, None),
    ],
)
def test_cloud_link(said: dict[str, Any], linked: bool | None) -> None:
    """Only where the list proves something; else events tell it."""
    assert proven(Kind.CLOUD_LINK, **said) is linked
