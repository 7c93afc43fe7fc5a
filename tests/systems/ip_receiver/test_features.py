"""What zones and peripherals become, and what stays while they tell less (ip-receiver §5.1, §5.5)."""

from dataclasses import replace
import itertools
import random
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.features import panel_outline, panel_part
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    PanelFacts,
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
    SelectFeature,
    Source,
    SwitchFeature,
)

from .parts import FULL, PANEL, UID, facts, kinds, of, part

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
    assert isinstance(switch, SwitchFeature)
    assert not switch.ruled
    for linkage, ruled in (("MANUALCTRL", False), ("arming", True), ("full moon", True), (None, False)):
        other = of(part(peripherals=(replace(relay, linkage=linkage),)), "Q1_output_S1")["switch", Kind.RELAY, ""]
        assert isinstance(other, SwitchFeature)
        assert other.ruled is ruled, linkage
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
