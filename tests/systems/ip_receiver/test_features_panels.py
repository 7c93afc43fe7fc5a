"""What panels, other devices and the receiver itself become (ip-receiver §3.2, §4.2, §5.6)."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.ip_receiver.device_events import SeenDetection
from custom_components.hikvision_ivm.systems.ip_receiver.features import assemble, device_part, hub_part, panel_part
from custom_components.hikvision_ivm.systems.ip_receiver.features_panel import FUNCTIONS, LATCHED
from custom_components.hikvision_ivm.systems.ip_receiver.latched import LATCHES
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ALL_PARTITIONS,
    ConnectionMode,
    DeviceAddress,
    DeviceRecord,
    PanelFacts,
    PartitionAddress,
    PartitionRecord,
    PeripheralKind,
    PeripheralRecord,
    ZoneAddress,
    ZoneRecord,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    DeviceKind,
    EventFeature,
    SensorFeature,
    Source,
)

from .parts import FULL, PANEL, UID, kinds, of, part

CODES = Path(__file__).parents[3] / "simulators" / "ip_receiver" / "event_codes.csv"

# panels


def test_what_every_panel_has() -> None:
    """Also one of which nothing was read yet; what only events tell is there from the start."""
    found = panel_part(UID, PanelFacts(device=PANEL), bypass=True)
    own = of(found, "Q1")
    assert {kind for type_, kind, _ in own if type_ == "binary_sensor"} == {
        Kind.ONLINE,
        Kind.DEVICE_KEY,
        *(latch.kind for latch in LATCHES),
    }
    assert {type_ for type_, _, _ in own} == {"binary_sensor", "event", "image"}
    assert {one.address for one in own.values()} == {DeviceAddress("Q1")}
    device = found.devices[0]
    assert (device.kind, device.parent, device.serial, device.model) == (DeviceKind.ALARM_PANEL, UID, "Q1", "AX")
    assert all(of(found, "Q1")["binary_sensor", latch.kind, ""].source is Source.PUSH for latch in LATCHES)


def test_latched_kinds_are_those_of_the_codes() -> None:
    """Each has its feature, and no feature is without codes."""
    assert sorted(row.kind for row in LATCHED) == sorted(latch.kind for latch in LATCHES)


def test_event_types_are_the_functions_of_all_codes() -> None:
    """27 of them, and one for what nobody knows."""
    with CODES.open(encoding="utf-8", newline="") as file:
        groups = {row["group"] for row in csv.DictReader(file)}
    functions = {group.split("/")[1] for group in groups if group.startswith("security_control/")}
    assert {kind.value for kind in FUNCTIONS} == functions
    assert len(FUNCTIONS) == len(set(FUNCTIONS)) == 27
    event = of(part(), "Q1")["event", Kind.PANEL_EVENT, ""]
    assert isinstance(event, EventFeature)
    assert event.event_types == (*FUNCTIONS, Kind.UNKNOWN_EVENT)
    assert (event.rank, event.source) == (0, Source.PUSH)


@pytest.mark.parametrize(
    ("mode", "linked"),
    [
        (ConnectionMode.HPP, True),
        (ConnectionMode.DUAL, True),
        (ConnectionMode.ISUP, False),
        (ConnectionMode.OTAP, False),
        (None, False),
    ],
)
def test_link_to_the_cloud(mode: ConnectionMode | None, linked: bool) -> None:
    """Of those that use it."""
    found = part(device=replace(PANEL, mode=mode))
    assert (("binary_sensor", Kind.CLOUD_LINK) in kinds(found, "Q1")) is linked


def test_one_partition() -> None:
    """It has no whole."""
    own = of(part(partitions=(PartitionRecord(id=1), PartitionRecord(id=2, enabled=False))), "Q1")
    assert {(type_, kind) for type_, kind, number in own if number == "1"} == {
        ("alarm_control_panel", Kind.PARTITION),
        ("button", Kind.CLEAR_ALARM),
        ("sensor", Kind.OPEN_ZONES),
        ("sensor", Kind.LAST_USER),
        ("sensor", Kind.LAST_ALARM_ZONE),
    }
    assert own["alarm_control_panel", Kind.PARTITION, "1"].address == PartitionAddress("Q1", 1)
    assert not [key for key in own if key[2] == "2" or key[1] is Kind.PANEL]


def test_several_partitions() -> None:
    """And all of them together."""
    own = of(part(partitions=(PartitionRecord(id=3), PartitionRecord(id=1))), "Q1")
    panels = {
        (kind, number): one.address for (type_, kind, number), one in own.items() if type_ == "alarm_control_panel"
    }
    assert panels == {
        (Kind.PANEL, ""): PartitionAddress("Q1", None),
        (Kind.PARTITION, "1"): PartitionAddress("Q1", 1),
        (Kind.PARTITION, "3"): PartitionAddress("Q1", 3),
    }


@pytest.mark.parametrize(
    ("zones", "parts"),
    [
        ((ZoneRecord(id=1, partition=2), ZoneRecord(id=2, linked_partitions=(2, 5))), {"2", "5"}),
        ((ZoneRecord(id=1),), {"all"}),
        ((), {"all"}),
    ],
)
def test_panel_that_does_not_list_its_partitions(zones: tuple[ZoneRecord, ...], parts: set[str]) -> None:
    """Those its zones name, else all of it."""
    own = of(part(*zones), "Q1")
    assert {number for type_, kind, number in own if kind is Kind.PARTITION} == parts
    if parts == {"all"}:
        assert own["alarm_control_panel", Kind.PARTITION, "all"].address == PartitionAddress("Q1", ALL_PARTITIONS)


# other devices and the receiver


@pytest.mark.parametrize(
    ("said", "kind", "event"),
    [
        ({"type": 1, "source": 1}, DeviceKind.ENCODER, Kind.MOTION),
        ({"source": 4}, DeviceKind.ENCODER, Kind.VIDEO_LOSS),
        ({"type": 2}, DeviceKind.ACCESS_CONTROLLER, Kind.CALL_CANCELLED),
        ({"type": 3}, DeviceKind.OTHER, Kind.FALL),
        ({"source": 6}, DeviceKind.OTHER, Kind.BREATHING_ABNORMAL),
        ({"type": 4}, DeviceKind.OTHER, Kind.UNKNOWN_EVENT),
        ({"type": 100}, DeviceKind.OTHER, Kind.FIRE),
        ({"type": 77}, DeviceKind.OTHER, Kind.FIRE),
        ({}, DeviceKind.OTHER, Kind.FIRE),
    ],
)
def test_device_that_is_no_panel(said: dict[str, Any], kind: DeviceKind, event: Kind) -> None:
    """Connection and events, whatever it is."""
    device = DeviceRecord(id="V1", index="x", name="Thing", site="North", **said)
    found = device_part(UID, device, ())
    assert (found.devices[0].kind, found.devices[0].area, found.devices[0].place) == (kind, "North", ("North",))
    own = of(found, "V1")
    assert ("binary_sensor", Kind.ONLINE, "") in own
    events = own["event", Kind.DEVICE_EVENT, ""]
    assert isinstance(events, EventFeature)
    assert event in events.event_types and events.event_types[-1] is Kind.UNKNOWN_EVENT
    assert len(set(events.event_types)) == len(events.event_types)
    assert (("event", Kind.DOORBELL, "") in own) is (kind is DeviceKind.ACCESS_CONTROLLER)


def test_device_of_another_maker() -> None:
    """Nobody knows who made it."""
    found = device_part(UID, DeviceRecord(id="V1", index="x", name="Thing", source=2), ())
    assert found.devices[0].manufacturer is None


def test_what_was_seen() -> None:
    """Sensors by channel, a picture; what others told is not its own, and nothing is there twice."""
    seen = [
        SeenDetection("V1", Kind.MOTION, "1"),
        SeenDetection("V1", Kind.MOTION, "2"),
        SeenDetection("V1", Kind.MOTION, "1"),
        SeenDetection("V1", Kind.DISK_ERROR),
        SeenDetection("V1", Kind.EVENT_PICTURE),
        SeenDetection("V2", Kind.MOTION, "3"),
    ]
    found = device_part(UID, DeviceRecord(id="V1", index="x", name="Thing", type=1, upgrade=True), seen)
    own = of(found, "V1")
    assert len(own) == len(found.features) == 7
    motion, disk = own["binary_sensor", Kind.MOTION, "2"], own["binary_sensor", Kind.DISK_ERROR, ""]
    assert isinstance(motion, BinarySensorFeature) and isinstance(disk, BinarySensorFeature)
    assert motion.hold and disk.hold is None
    assert own["image", Kind.EVENT_PICTURE, ""].address == DeviceAddress("V1")


@pytest.mark.parametrize(
    ("options", "pushed"), [({}, True), ({settings.PUSH: True}, True), ({settings.PUSH: False}, False)]
)
def test_receiver(options: dict[str, Any], pushed: bool) -> None:
    """A service, not a thing; its stream is there if it is subscribed to."""
    found = hub_part(UID, {settings.URL: "https://receiver.test", settings.PASSWORD: "secret"}, options)
    (hub,) = found.devices
    assert (hub.id, hub.kind, hub.service, hub.url) == (UID, DeviceKind.PLATFORM, True, "https://receiver.test")
    assert "secret" not in repr(found)
    assert (("binary_sensor", Kind.EVENT_STREAM) in {(one.type, one.kind) for one in found.features}) is pushed
    link = next(one for one in found.features if one.kind is Kind.CLOUD_LINK)
    assert link.source is Source.PUSH


# together


def test_everything_together() -> None:
    """The receiver first; what is there twice counts once and is no failure."""
    relay = PeripheralRecord(kind=PeripheralKind.OUTPUT, seq="A/B", name="First", status="on")
    other = PeripheralRecord(kind=PeripheralKind.OUTPUT, seq="A-B", name="Second", temperature=3)
    parts = [
        hub_part(UID, {}),
        part(FULL, FULL, peripherals=(relay, other)),
        device_part(UID, DeviceRecord(id="V1", index="x", name="Thing"), ()),
    ]
    found = assemble(parts)
    assert list(found.devices) == [UID, f"{UID}_Q1", f"{UID}_Q1_zone_4", f"{UID}_Q1_output_A-B", f"{UID}_V1"]
    assert found.devices[f"{UID}_Q1_output_A-B"].name == "First"
    assert all(id_ == feature.id for id_, feature in found.features.items())


def test_zones_come_last() -> None:
    """Where there is not room for all zones, no panel goes without its partitions for the zones of another one."""
    shop = replace(PANEL, id="Q2", serial="Q2")
    parts = [hub_part(UID, {}), part(FULL), panel_part(UID, PanelFacts(device=shop, zones=(FULL,)), bypass=True)]
    order = [isinstance(one.address, ZoneAddress) for one in assemble(parts).features.values()]
    assert order == sorted(order)
    assert any(order)


def test_nothing_but_words_of_the_house() -> None:
    """Sensors name their unit or their words."""
    siren = PeripheralRecord(kind=PeripheralKind.SIREN, id=1, temperature=3, battery_level=5, power="battery")
    sensors = [one for one in part(FULL, peripherals=(siren,)).features if isinstance(one, SensorFeature)]
    units = {one.kind: (one.unit, one.options) for one in sensors}
    assert units[Kind.TEMPERATURE] == ("°C", ())
    assert units[Kind.BATTERY_LEVEL] == units[Kind.HUMIDITY] == ("%", ())
    assert units[Kind.SIGNAL] == (None, ())
    assert units[Kind.POWER_SUPPLY] == (None, ("battery", "dc12v"))
