"""What everything behind a receiver becomes (ip-receiver §5.1 to §5.7)."""

import csv
from dataclasses import replace
import itertools
from pathlib import Path
import random
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.ip_receiver.device_events import SeenDetection
from custom_components.hikvision_ivm.systems.ip_receiver.features import (
    Part,
    assemble,
    device_part,
    hub_part,
    panel_outline,
    panel_part,
)
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
    PeripheralAddress,
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
    Feature,
    SelectFeature,
    SensorFeature,
    Source,
)

UID = "ip_receiver_0123456789abcdef"
PANEL = DeviceRecord(id="Q1", index="x", name="House", serial="Q1", model="AX", source=3, type=0)
CODES = Path(__file__).parents[3] / "simulators" / "ip_receiver" / "event_codes.csv"
FULL = ZoneRecord(
    id=4,
    name="Front door",
    status="online",
    tampered=False,
    shielded=False,
    bypassed=False,
    deactivated_once="off",
    deactivated="off",
    armed=False,
    alarm=False,
    battery_low=False,
    battery_level=97,
    signal=180,
    temperature=21,
    humidity=40,
    shock=False,
    tilt=False,
    pircam=True,
    detector="magnetShockDetector",
    firmware="V1",
    type="Delay",
)


def facts(*zones: ZoneRecord, device: DeviceRecord = PANEL, **more: Any) -> PanelFacts:
    """Return a panel with zones."""
    return PanelFacts(device=device, zones=zones, **more)


def part(*zones: ZoneRecord, bypass: bool = True, device: DeviceRecord = PANEL, **more: Any) -> Part:
    """Return what a panel with zones becomes."""
    return panel_part(UID, facts(*zones, device=device, **more), bypass=bypass)


def of(found: Part, device: str) -> dict[tuple[str, Kind, str], Feature]:
    """Return the features of a device."""
    return {(one.type, one.kind, one.part): one for one in found.features if one.device_id == f"{UID}_{device}"}


def kinds(found: Part, device: str) -> set[tuple[str, Kind]]:
    """Return type and kind of the features of a device."""
    return {(type_, kind) for type_, kind, _ in of(found, device)}


# zones


def test_zone_with_everything() -> None:
    """One feature for each thing it tells."""
    found = part(FULL)
    zone = found.devices[1]
    assert (zone.id, zone.name, zone.kind, zone.parent) == (
        f"{UID}_Q1_zone_4",
        "Front door",
        DeviceKind.ZONE,
        f"{UID}_Q1",
    )
    assert (zone.model, zone.firmware) == ("Magnet shock detector", "V1")
    assert kinds(found, "Q1_zone_4") == {
        ("binary_sensor", Kind.ZONE),
        ("binary_sensor", Kind.ZONE_ALARM),
        ("binary_sensor", Kind.TAMPER),
        ("binary_sensor", Kind.BATTERY_LOW),
        ("binary_sensor", Kind.ONLINE),
        ("binary_sensor", Kind.PROBLEM),
        ("binary_sensor", Kind.SHIELDED),
        ("binary_sensor", Kind.ZONE_ARMED),
        ("binary_sensor", Kind.SHOCK),
        ("binary_sensor", Kind.TILT),
        ("binary_sensor", Kind.PIRCAM_LINK),
        ("sensor", Kind.TEMPERATURE),
        ("sensor", Kind.HUMIDITY),
        ("sensor", Kind.SIGNAL),
        ("sensor", Kind.BATTERY_LEVEL),
        ("switch", Kind.ZONE_BYPASS),
        ("select", Kind.DEACTIVATION_ONCE),
        ("select", Kind.DEACTIVATION),
        ("image", Kind.EVENT_PICTURE),
    }
    features = of(found, "Q1_zone_4").values()
    assert {one.address for one in features} == {ZoneAddress("Q1", 4)}
    assert {one.kind for one in features if not one.enabled} == {Kind.SHIELDED, Kind.ZONE_ARMED, Kind.SIGNAL}
    polled = {
        Kind.TEMPERATURE,
        Kind.HUMIDITY,
        Kind.SIGNAL,
        Kind.BATTERY_LEVEL,
        Kind.DEACTIVATION,
        Kind.DEACTIVATION_ONCE,
    }
    assert {one.kind for one in features if one.source is Source.POLL} == polled
    primary = of(found, "Q1_zone_4")["binary_sensor", Kind.ZONE, ""]
    assert isinstance(primary, BinarySensorFeature)
    assert (primary.shape, primary.rank, primary.source) == ("door", 0, Source.BOTH)
    select = of(found, "Q1_zone_4")["select", Kind.DEACTIVATION, ""]
    assert isinstance(select, SelectFeature)
    assert select.options == ("off", "lid_only", "entirely")


def test_zone_of_which_nothing_is_told() -> None:
    """It has what it reports, and no more; a name is made of its number."""
    found = part(ZoneRecord(id=0))
    assert kinds(found, "Q1_zone_0") == {("binary_sensor", Kind.ZONE)}
    assert (found.devices[1].name, found.devices[1].model) == ("Zone 0", None)


def test_unknown_detector_keeps_its_word() -> None:
    """It is a zone like any other."""
    found = part(ZoneRecord(id=1, status="online", detector="wirelessQuantumDetector", type="Dream"))
    assert found.devices[1].model == "wirelessQuantumDetector"
    primary = of(found, "Q1_zone_1")["binary_sensor", Kind.ZONE, ""]
    assert isinstance(primary, BinarySensorFeature)
    assert primary.shape == ""


def test_wired_zone() -> None:
    """Neither battery nor radio, whatever it tells of them."""
    found = kinds(part(replace(FULL, wireless=False)), "Q1_zone_4")
    assert found.isdisjoint(
        {("binary_sensor", Kind.BATTERY_LOW), ("sensor", Kind.BATTERY_LEVEL), ("sensor", Kind.SIGNAL)}
    )
    assert ("sensor", Kind.TEMPERATURE) in found


@pytest.mark.parametrize("changes", [{"bypassed": None}, {"bypass_allowed": False}])
def test_zone_that_cannot_be_bypassed(changes: dict[str, Any]) -> None:
    """Not told, or not allowed."""
    assert ("switch", Kind.ZONE_BYPASS) not in kinds(part(replace(FULL, **changes)), "Q1_zone_4")


def test_panel_that_refuses_to_bypass() -> None:
    """None of its zones has a switch; deactivation goes by what zones tell, not by the connection."""
    found = part(FULL, replace(FULL, id=5), bypass=False)
    assert not [one for one in found.features if one.kind is Kind.ZONE_BYPASS]
    assert [one.device_id for one in found.features if one.kind is Kind.DEACTIVATION] == [
        f"{UID}_Q1_zone_4",
        f"{UID}_Q1_zone_5",
    ]


def test_zone_without_detector() -> None:
    """It is there, with everything disabled."""
    assert not any(one.enabled for one in of(part(replace(FULL, status="notRelated")), "Q1_zone_4").values())


def test_problem_without_status() -> None:
    """Whatever tells of one is enough."""
    for zone in (
        ZoneRecord(id=1, health="normal"),
        ZoneRecord(id=1, water="no"),
        ZoneRecord(id=1, smoke="fault"),
        ZoneRecord(id=1, heat="no"),
    ):
        assert ("binary_sensor", Kind.PROBLEM) in kinds(part(zone), "Q1_zone_1")


# what comes and goes


def test_what_a_zone_does_not_tell_for_once_stays() -> None:
    """An offline zone tells less; its entities are not to go and come."""
    before = part(FULL)
    poor = ZoneRecord(id=4, name="Front door", status="offline", detector="magnetShockDetector", firmware="V1")
    assert panel_part(UID, facts(poor), bypass=True, before=before) == before
    assert panel_part(UID, facts(poor), bypass=True) != before
    again = panel_part(UID, facts(poor), bypass=True, before=panel_part(UID, facts(poor), bypass=True, before=before))
    assert again == before


def test_what_is_learnt_later_is_added() -> None:
    """In the order of the tables, whichever came first."""
    poor = part(ZoneRecord(id=4, name="Front door", battery_level=5))
    rich = replace(FULL, battery_level=None)
    found = panel_part(UID, facts(rich), bypass=True, before=poor)
    assert found == part(FULL)


def test_what_is_gone_for_good_is_not_kept() -> None:
    """Zones that vanished, and switches that the panel refuses."""
    before = part(FULL, replace(FULL, id=5))
    found = panel_part(UID, facts(FULL), bypass=False, before=before)
    assert [device.id for device in found.devices] == [f"{UID}_Q1", f"{UID}_Q1_zone_4"]
    assert ("switch", Kind.ZONE_BYPASS) not in kinds(found, "Q1_zone_4")
    fixed = panel_part(UID, facts(replace(FULL, bypass_allowed=False)), bypass=True, before=before)
    assert ("switch", Kind.ZONE_BYPASS) not in kinds(fixed, "Q1_zone_4")
    assert panel_part(UID, facts(), bypass=True, before=before) == part()


def test_peripheral_keeps_what_it_told() -> None:
    """As zones do."""
    rich = PeripheralRecord(kind=PeripheralKind.OUTPUT, id=1, status="on", battery_low=True, temperature=3)
    before = part(peripherals=(rich,))
    poor = facts(peripherals=(PeripheralRecord(kind=PeripheralKind.OUTPUT, id=1),))
    assert panel_part(UID, poor, bypass=True, before=before) == before


ZONE_CHANGES: tuple[dict[str, Any], ...] = (
    {"status": "trigger"},
    {"status": "notRelated"},
    {"status": None},
    {"alarm": True},
    {"alarm": None},
    {"battery_level": 3},
    {"battery_level": None},
    {"name": "Back door"},
    {"detector": "pircam"},
    {"detector": "unheard"},
    {"type": "Fire", "detector": None},
    {"wireless": False},
    {"bypassed": True},
    {"bypass_allowed": False},
    {"firmware": "V2"},
    {"model": "DS"},
    {"pircam": None},
    {"magnet_open": True, "detector": None},
    {"magnet_open": False, "detector": None},
    {"deactivated": None},
    {"number": 7},
    {"health": "fault"},
)
DEVICE_CHANGES: tuple[dict[str, Any], ...] = (
    {"name": "Home"},
    {"firmware": "V9"},
    {"online": False},
    {"upgrade": True},
    {"upgrade": False},
    {"mode": ConnectionMode.HPP},
    {"mode": ConnectionMode.ISUP},
    {"site": "North"},
    {"offline_hint": 1},
)


def _variants() -> list[tuple[PanelFacts, bool]]:
    """Return panels that differ in one thing or in several, in values or in what there is."""
    chance = random.Random(4)
    relay = PeripheralRecord(kind=PeripheralKind.OUTPUT, id=1, status="on", battery_low=False)
    peripherals: tuple[Any, ...] = (
        None,
        (relay,),
        (replace(relay, status="off", battery_low=True),),
        (replace(relay, status=None),),
        (replace(relay, name="Gate"),),
        (replace(relay, seq="S"),),
        (replace(relay, linkage="alarm"),),
    )
    partitions: tuple[Any, ...] = (
        None,
        (PartitionRecord(id=1),),
        (PartitionRecord(id=1, arming="away"), PartitionRecord(id=2)),
        (PartitionRecord(id=1), PartitionRecord(id=2, enabled=False)),
    )
    found = [
        (
            PanelFacts(
                device=replace(PANEL, **chance.choice((*DEVICE_CHANGES, {}))),
                zones=tuple(replace(FULL, id=number, **chance.choice((*ZONE_CHANGES, {}))) for number in range(2)),
                partitions=chance.choice(partitions),
                peripherals=chance.choice(peripherals),
            ),
            chance.random() < 0.8,
        )
        for _ in range(60)
    ]
    found += [(facts(replace(FULL, **changes)), True) for changes in ({}, *ZONE_CHANGES)]
    found += [(facts(FULL, device=replace(PANEL, **changes)), True) for changes in DEVICE_CHANGES]
    found += [(facts(FULL, peripherals=some), True) for some in peripherals]
    found += [(facts(FULL, partitions=some), True) for some in partitions]
    return [*found, (facts(), True), (PanelFacts(device=PANEL), True), (facts(FULL), False)]


def test_outline_tells_whether_features_change() -> None:
    """It is the same exactly where the part is."""
    made = [
        (panel_outline(UID, one, bypass=bypass), panel_part(UID, one, bypass=bypass)) for one, bypass in _variants()
    ]
    same = 0
    for (outline, first), (other, second) in itertools.combinations(made, 2):
        if first != second:
            assert outline != other
        same += outline == other
        assert outline != other or first == second
    assert same > 10
    assert panel_outline(UID, facts(FULL), bypass=True) == panel_outline(
        UID, facts(replace(FULL, status="trigger", alarm=True, battery_level=3, armed=True)), bypass=True
    )


# peripherals


def test_relay() -> None:
    """A switch with all that its command has to repeat."""
    relay = PeripheralRecord(
        kind=PeripheralKind.OUTPUT, id=0, seq="S1", name="Gate", status="off", linkage="manualCtrl"
    )
    found = part(peripherals=(relay,))
    device = found.devices[1]
    assert (device.id, device.name, device.serial, device.kind) == (
        f"{UID}_Q1_output_S1",
        "Gate",
        "S1",
        DeviceKind.PERIPHERAL,
    )
    switch = of(found, "Q1_output_S1")["switch", Kind.RELAY, ""]
    assert switch.address == PeripheralAddress("Q1", PeripheralKind.OUTPUT, 0, "S1")
    assert switch.rank == 0 and switch.enabled
    assert kinds(found, "Q1_output_S1") == {("switch", Kind.RELAY), ("binary_sensor", Kind.ONLINE)}


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ({"linkage": "manualCtrl"}, "Relay (manual control)"),
        ({"linkage": "Arming"}, "Relay (on arming)"),
        ({"linkage": "full moon"}, "Relay (full moon)"),
        ({"linkage": "alarm", "model": "DS"}, "DS"),
        ({}, "Relay"),
    ],
)
def test_what_switches_a_relay_is_shown(said: dict[str, Any], model: str) -> None:
    """The panel may switch it back."""
    found = part(peripherals=(PeripheralRecord(kind=PeripheralKind.OUTPUT, id=1, **said),))
    assert found.devices[1].model == model


@pytest.mark.parametrize("kind", PeripheralKind)
def test_every_kind_of_peripheral(kind: PeripheralKind) -> None:
    """What it tells, a relay its switch, a siren whether it sounds."""
    record = PeripheralRecord(
        kind=kind,
        id=2,
        status="offline",
        tampered=False,
        battery_low=False,
        battery_level=1,
        signal=1,
        temperature=1,
        power="battery",
    )
    found = part(peripherals=(record,))
    own = kinds(found, f"Q1_{kind.value}_2")
    assert found.devices[1].name.endswith(" 2")
    assert (("switch", Kind.RELAY) in own) is (kind is PeripheralKind.OUTPUT)
    assert (("binary_sensor", Kind.SIREN_SOUNDING) in own) is (kind is PeripheralKind.SIREN)
    assert len(own) == 7 + (kind in {PeripheralKind.OUTPUT, PeripheralKind.SIREN})
    bare = part(peripherals=(PeripheralRecord(kind=kind, seq="S/9"),))
    assert kinds(bare, f"Q1_{kind.value}_S-9") == ({("switch", Kind.RELAY)} if kind is PeripheralKind.OUTPUT else set())
    unused = part(peripherals=(replace(record, status="notRelated"),))
    assert not any(one.enabled for one in of(unused, f"Q1_{kind.value}_2").values())


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
    parts = [part(FULL), panel_part(UID, PanelFacts(device=shop, zones=(FULL,)), bypass=True)]
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
