"""Partitions that nobody lists, computed from their zones (ip-receiver §5.3)."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.arm_modes import MEMORY, ArmModes
from custom_components.hikvision_ivm.systems.ip_receiver.lately import HOLD_SECONDS
from custom_components.hikvision_ivm.systems.ip_receiver.otap import alarm_of, arming_of
from custom_components.hikvision_ivm.systems.ip_receiver.records import ALL_PARTITIONS, ConnectionMode, ZoneRecord
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState
from tests.systems.transport.clock import Clock

from .panel_bench import DEVICE, PanelBench, zone

S = ArmState

ARMED: dict[str, Any] = {"armed": True}
FREE: dict[str, Any] = {"armed": False}
STAYS: dict[str, Any] = {"armed": False, "stay_away": True}


@pytest.mark.parametrize(
    ("zones", "mode", "word"),
    [
        ([ARMED, ARMED], None, "away"),  # all armed is away, not home
        ([ARMED, STAYS], None, "stay"),
        ([ARMED, FREE], None, "away"),
        ([ARMED, STAYS, FREE], None, "away"),
        ([ARMED, STAYS, {"armed": None}], None, "stay"),
        ([ARMED, ARMED], ArmMode.HOME, "stay"),  # what was told goes before what is inferred
        ([ARMED, STAYS], ArmMode.AWAY, "away"),
        ([FREE, FREE], None, "disarm"),
        ([FREE, {"armed": None}], ArmMode.AWAY, "disarm"),
        ([{"armed": None}], None, None),  # optional: unknown, not disarmed
        ([], None, None),
        ([{**FREE, "arming": True}, FREE], ArmMode.AWAY, "arming"),
        ([{**FREE, "bypassed": True}], None, None),
        ([{**FREE, "deactivated": "entirely"}, ARMED], None, "away"),
        ([{**STAYS, "deactivated_once": "entirely"}, ARMED], None, "away"),
        ([{**FREE, "deactivated": "lidOnly"}], None, "disarm"),
        ([{**FREE, "status": "notRelated"}], None, None),
        *(
            ([{**FREE, "type": kind}, {**ARMED, "type": kind}], None, None)
            for kind in ("24hNoSound", "24hSound", "Fire", "Gas", "Medical", "Emergency", "Key", "Non-Alarm")
        ),
    ],
)
def test_arming(zones: list[dict[str, Any]], mode: ArmMode | None, word: str | None) -> None:
    """Every rule; zones that are always on or left out say nothing."""
    records = [zone(number, **facts) for number, facts in enumerate(zones)]
    assert arming_of(records, mode) == word
    assert arming_of(reversed(records), mode) == word


@pytest.mark.parametrize(
    ("alarms", "found"),
    [([True, None], True), ([False, None], False), ([None], None), ([], None), ([False, True], True)],
)
def test_alarm(alarms: list[bool | None], found: bool | None) -> None:
    """Any zone, also one of life safety that is bypassed."""
    zones = [zone(number, alarm=alarm, type="Fire", bypassed=True) for number, alarm in enumerate(alarms)]
    assert alarm_of(zones) is found


def closed(number: int, **more: Any) -> ZoneRecord:
    """Return a zone without the flag of bypass, which these panels do not have."""
    return zone(number, bypassed=None, **more)


def test_partitions_are_those_that_zones_name() -> None:
    """Each from its own zones; a linked zone counts for several."""
    bench = PanelBench(otap=True)
    bench.zones(
        closed(1, armed=True),
        closed(2, partition=2, armed=False),
        closed(3, partition=2, linked_partitions=(3,), armed=False, alarm=True),
    )
    assert bench.panel.partitions == (1, 2, 3)
    assert [bench.state(n) for n in (1, 2, 3)] == [S.ARMED_AWAY, S.TRIGGERED, S.TRIGGERED]
    assert bench.state("") is S.TRIGGERED


def test_a_panel_whose_zones_name_no_partition() -> None:
    """It is one, addressed as all of them."""
    bench = PanelBench(otap=True)
    bench.zones(closed(1, partition=None, armed=True), closed(2, partition=None, armed=True))
    assert bench.panel.partitions == bench.panel.targets(None) == (ALL_PARTITIONS,)
    assert bench.state("all") is S.ARMED_AWAY
    bench.event("1401", 1)  # it never named another one
    assert bench.state("all") is S.DISARMED
    bench.event("1103", 4, number=1, zone=1)
    assert bench.state("all") is S.TRIGGERED
    bench.wait(HOLD_SECONDS)
    bench.zones(closed(1, partition=None, armed=True), closed(2, partition=None, armed=True))
    bench.event("1401", 2)  # one of several: whether all of them are disarmed is not known
    assert bench.state("all") is S.ARMED_AWAY
    bench.event("1401", 0)
    assert bench.state("all") is S.DISARMED


def test_a_panel_that_lists_partitions_all_the_same() -> None:
    """They are not given up with every list of devices, but only when it is connected by OTAP from now on."""
    bench = PanelBench(otap=True)
    bench.zones(closed(1, partition=None))
    bench.partitions("away")
    bench.panel.use(replace(bench.panel.device, name="Home"))
    assert bench.panel.partitions == (1,)
    assert bench.state() is S.ARMED_AWAY
    for mode, partitions in ((ConnectionMode.ISUP, (1,)), (ConnectionMode.OTAP, (ALL_PARTITIONS,))):
        bench.panel.use(replace(bench.panel.device, mode=mode))
        assert bench.panel.partitions == partitions


@pytest.mark.parametrize(("named", "partitions"), [(1, (1,)), (None, (ALL_PARTITIONS,))])
def test_an_empty_list_of_partitions(named: int | None, partitions: tuple[int, ...]) -> None:
    """Is no list: those that zones name count, however the panel is connected."""
    bench = PanelBench()
    bench.records()
    assert bench.panel.facts.partitions is None
    bench.zones(closed(1, partition=named, armed=True))
    bench.records()
    assert bench.panel.partitions == partitions
    assert [bench.panel.state(number) for number in partitions] == [S.ARMED_AWAY]
    bench.partitions("stay", "disarm")
    assert bench.panel.partitions == (1, 2)
    bench.records()
    assert bench.panel.partitions == partitions


def test_reports_come_first() -> None:
    """An older list of zones does not undo one; a newer one decides."""
    bench = PanelBench(otap=True)
    bench.zones(closed(1, armed=False), closed(2, armed=False))
    asked_at = bench.wait()
    bench.wait()
    bench.event("3441", 1, user="Ann")
    assert bench.state() is S.ARMED_HOME
    bench.zones(closed(1, armed=False), closed(2, armed=False), asked_at=asked_at)
    assert bench.states() == [S.DISARMED, S.ARMED_HOME]
    bench.wait()
    bench.zones(closed(1, armed=True), closed(2, armed=True))
    assert bench.state() is S.ARMED_HOME  # as it was told, although all are armed
    bench.wait()
    bench.zones(closed(1, armed=False), closed(2, armed=False))
    assert bench.state() is S.DISARMED
    bench.wait()
    bench.zones(closed(1, armed=True), closed(2, armed=True))
    assert bench.state() is S.ARMED_AWAY


def test_reports_are_all_there_is_where_zones_say_nothing() -> None:
    """`armed` is optional."""
    bench = PanelBench(otap=True)
    bench.zones(closed(1, armed=None))
    assert bench.state() is None
    bench.event("3401", 1)
    bench.wait()
    bench.zones(closed(1, armed=None))
    assert bench.state() is S.ARMED_AWAY


async def test_a_command_shows_arming() -> None:
    """Until its zones are."""
    async with PanelBench(otap=True) as bench:
        bench.zones(closed(1, armed=False))
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.wait()
        bench.zones(closed(1, armed=False))
        assert bench.state() is S.ARMING
        bench.wait()
        bench.zones(closed(1, armed=False, arming=True))
        bench.wait()
        bench.zones(closed(1, armed=True))
        assert bench.states() == [S.DISARMED, S.ARMING, S.ARMED_AWAY]


def test_a_restored_zone_does_not_end_the_alarm() -> None:
    """Nor does a list that was asked for before it was restored."""
    bench = PanelBench(otap=True)
    bench.zones(closed(1, armed=True), closed(2, armed=True))
    bench.event("1103", 0, number=1, zone=1)
    assert bench.state() is S.TRIGGERED
    asked_at = bench.wait()
    bench.wait()
    bench.event("3103", 0, number=1, zone=1)
    bench.zones(closed(1, armed=True), closed(2, armed=True), asked_at=asked_at)
    assert bench.state() is S.TRIGGERED
    bench.wait(HOLD_SECONDS)
    bench.zones(closed(1, armed=True), closed(2, armed=True))
    assert bench.state() is S.ARMED_AWAY


def test_how_it_was_armed_is_kept_over_a_restart() -> None:
    """Zones alone do not tell; nothing but the way of arming is kept, and only while it is armed."""
    clock = Clock(flows=False)
    bench = PanelBench(otap=True, clock=clock)
    bench.zones(closed(1, armed=False))
    bench.event("3441", 1)
    assert clock.runtime.memory == {MEMORY: {DEVICE: {"1": "home"}}}
    bench.wait()
    bench.zones(closed(1, armed=True))
    again = PanelBench(otap=True, clock=clock)
    assert again.panel.state(1) is None
    again.zones(closed(1, armed=True))
    assert again.state() is S.ARMED_HOME
    again.event("1401", 1)
    assert clock.runtime.memory == {MEMORY: {}}


@pytest.mark.parametrize("memory", [None, "x", {DEVICE: 3}, {DEVICE: {"1": "night"}}, {"other": {"1": "home"}}])
def test_a_memory_that_holds_something_else(memory: object) -> None:
    """It is not believed, and written anew."""
    clock = Clock(flows=False)
    clock.runtime.memory[MEMORY] = memory
    modes = ArmModes(DEVICE, clock.runtime)
    assert modes.get(1) is None
    modes.keep(1, ArmMode.AWAY)
    assert modes.get(1) is ArmMode.AWAY


def test_listed_partitions_leave_no_memory() -> None:
    """They tell how they are armed."""
    bench = PanelBench()
    bench.partitions("stay")
    bench.event("3401")
    assert not bench.clock.runtime.memory
