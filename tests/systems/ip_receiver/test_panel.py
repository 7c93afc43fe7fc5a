"""One panel: zones and partitions together, who did it, what failed (ip-receiver §5.2, §5.4)."""

from dataclasses import replace

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    PartitionRecord,
    PeripheralAddress,
    PeripheralKind,
    PeripheralRecord,
)
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from custom_components.hikvision_ivm.systems.values import ArmMode, ArmState

from .panel_bench import OWN, PanelBench, settle, zone

S = ArmState


# nothing is known


def test_nothing_is_told_of_what_nobody_said() -> None:
    """Neither before the first answer nor by one that says nothing."""
    bench = PanelBench()
    assert not bench.panel.everything().values
    assert not bench.event("1401").values
    bench.partitions(None, alarm=None)
    assert bench.values[f"{OWN}_alarm_control_panel_partition_1"] is UNKNOWN
    assert bench.values[f"{OWN}_sensor_open_zones_1"] is UNKNOWN
    assert bench.values[f"{OWN}_sensor_last_user_1"] is UNKNOWN
    assert bench.values[f"{OWN}_sensor_last_alarm_zone_1"] is UNKNOWN


def test_an_unknown_state_keeps_what_else_is_known() -> None:
    """Zones are open whether or not anybody knows how it is armed."""
    bench = PanelBench()
    bench.partitions(None)
    bench.zones(zone(1, status="trigger"))
    value = bench.value()
    assert value is not None
    assert (value.state, value.open_zones) == (None, ("Door 1",))


def test_an_answer_that_a_report_overtook_before_anything_was_known() -> None:
    """The very first answer may be old already: then it says which partitions there are, no more."""
    bench = PanelBench()
    asked_at = bench.now
    bench.wait()
    bench.event("3401", 1)
    bench.partitions("disarm", asked_at=asked_at)
    assert bench.state() is None
    assert S.DISARMED not in bench.states()
    assert bench.panel.unsettled
    bench.wait()
    bench.partitions("away")
    assert bench.state() is S.ARMED_AWAY


# arming that failed


async def test_arming_failed_long_after_the_command() -> None:
    """It is told with the zones that were open when it was looked after that, until somebody arms or disarms."""
    async with PanelBench() as bench:
        changes: list[int] = []
        bench.panel.on_problems = lambda: changes.append(len(bench.panel.problems))
        bench.partitions("disarm", "disarm")
        bench.zones(zone(1, status="trigger"), zone(2, status="offline"), zone(3))
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.panel.arm_accepted(1)
        bench.wait()
        bench.partitions("arming", "disarm")
        await bench.lapse(45)
        asked_at = bench.now
        bench.wait(0.1)
        bench.event("1822", user="Ann")
        (problem,) = bench.panel.problems
        assert problem.key == "arming_failed"
        assert problem.placeholders == {"partition": "House, partition 1", "zones": "Door 1 (open), Door 2 (offline)"}
        bench.zones(zone(1, status="trigger"), zone(2), zone(3), asked_at=asked_at)
        assert "Door 2" in bench.panel.problems[0].placeholders["zones"]
        bench.wait()
        bench.zones(zone(1), zone(2), zone(3, tampered=True, magnet_open=True))
        assert bench.panel.problems[0].placeholders["zones"] == "Door 3 (open, tampered)"
        bench.wait()
        bench.zones(zone(1), zone(2), zone(3))
        assert bench.panel.problems[0].placeholders["zones"] == "Door 3 (open, tampered)"
        bench.partitions("disarm", "disarm")
        assert bench.state() is S.DISARMED
        assert bench.panel.problems[0].id == problem.id
        bench.event("3401")
        assert not bench.panel.problems
        assert changes == [1, 1, 0]


@pytest.mark.parametrize("end", ["disarmed", "armed", "command", "gone"])
async def test_what_ends_a_failure(end: str) -> None:
    """Whatever shows that somebody has dealt with it."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.event("1455")
        assert [problem.placeholders["partition"] for problem in bench.panel.problems] == ["House"]
        bench.wait()
        bench.partitions("disarm")
        assert bench.panel.problems
        match end:
            case "disarmed":
                bench.event("1401")
            case "armed":
                bench.partitions("stay")
            case "command":
                bench.panel.arming((1,), ArmMode.AWAY)
            case "gone":
                bench.records()
        assert not bench.panel.problems


async def test_a_failure_of_all_is_one_of_those_that_were_arming() -> None:
    """`subSys` 0 beside an arming failed names nobody in particular."""
    async with PanelBench() as bench:
        bench.partitions("disarm", "arming")
        bench.event("1822", 0)
        assert [problem.subject for problem in bench.panel.problems] == ["Q1_2"]


async def test_a_refused_command_is_told_once() -> None:
    """Whoever gave it gets an error; the report of the panel that follows is no news."""
    async with PanelBench() as bench:
        bench.partitions("disarm")
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.event("1822")
        bench.panel.arming_failed(1)
        assert not bench.panel.problems
        bench.event("1822")
        assert not bench.panel.problems
        assert bench.panel.arm_failures(1) == 2
        bench.wait(20)
        bench.event("1455")
        assert bench.panel.problems


# who


def test_who_did_it() -> None:
    """Named by the report; unknown after a restart, and when it happened without one."""
    bench = PanelBench()
    bench.partitions("disarm", "disarm")
    first = bench.value()
    assert first is not None
    assert first.changed_by is None
    bench.event("3401", user="Ann")
    bench.wait()
    bench.event("3441", 2, user="Bob")
    assert [value.changed_by for n in (1, 2, "") if (value := bench.value(n))] == ["Ann", "Bob", "Bob"]
    bench.wait()
    bench.partitions("away", "stay")
    assert [value.changed_by for n in (1, 2, "") if (value := bench.value(n))] == ["Ann", "Bob", "Bob"]
    bench.wait()
    bench.partitions("disarm", "stay")  # somebody, while nobody listened
    assert [value.changed_by for n in (1, 2, "") if (value := bench.value(n))] == [None, "Bob", None]
    assert bench.values[f"{OWN}_sensor_last_user_1"] == "Ann"
    bench.wait()
    bench.event("3403")
    assert [value.changed_by for n in (1, 2) if (value := bench.value(n))] == [None, "Bob"]


def test_a_report_after_the_answer_that_shows_it() -> None:
    """Who did it is learnt late."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.wait()
    bench.partitions("away")
    bench.wait()
    bench.event("3401", user="Ann")
    value = bench.value()
    assert value is not None
    assert value.changed_by == "Ann"


def test_the_last_zone_in_alarm() -> None:
    """By name; an alarm without a zone leaves it."""
    bench = PanelBench()
    bench.partitions("away")
    bench.zones(zone(1), zone(2, name=None))
    bench.event("1103", 0, number=1, zone=1)
    assert bench.values[f"{OWN}_sensor_last_alarm_zone_1"] == "Door 1"
    bench.event("1123", 1)
    assert bench.values[f"{OWN}_sensor_last_alarm_zone_1"] == "Door 1"
    bench.event("1103", 0, number=2, zone=2)
    assert bench.values[f"{OWN}_sensor_last_alarm_zone_1"] == "Zone 2"


# zones


def test_zones_of_a_partition() -> None:
    """Open, in alarm, left out: of the partition and of the panel."""
    bench = PanelBench()
    bench.partitions("disarm", "disarm")
    bench.zones(
        zone(1, status="trigger"),
        zone(2, partition=2, magnet_open=True),
        zone(3, status="trigger", bypassed=True),
        zone(4, partition=2, status="breakDown", alarm=True),
        zone(5, status="heartbeatAbnormal", deactivated_once="entirely"),
        zone(6, partition=2, linked_partitions=(1,), tampered=True),
        zone(7, partition=None, status="offline"),
        zone(8, status="trigger", deactivated="lidOnly"),
    )
    one, two, every = bench.value(1), bench.value(2), bench.value("")
    assert one is not None
    assert two is not None
    assert every is not None
    assert one.open_zones == ("Door 1", "Door 6", "Door 8")
    assert two.open_zones == ("Door 2", "Door 4", "Door 6")
    assert every.open_zones == ("Door 1", "Door 2", "Door 4", "Door 6", "Door 7", "Door 8")
    assert (one.alarm_zones, two.alarm_zones) == ((), ("Door 4",))
    assert (one.bypassed_zones, two.bypassed_zones) == (("Door 3", "Door 5"), ())
    assert bench.values[f"{OWN}_sensor_open_zones_1"] == 3
    assert bench.panel.blockers(2) == ["Door 2 (open)", "Door 4 (broken)", "Door 6 (tampered)"]


def test_what_is_left_out_at_home_does_not_stand_against_it() -> None:
    """`stayAway`: the zone is not armed then."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.zones(zone(1, status="trigger", stay_away=True), zone(2, status="offline"))
    assert bench.panel.blockers(1, ArmMode.HOME) == ["Door 2 (offline)"]
    assert bench.panel.blockers(1, ArmMode.AWAY) == ["Door 1 (open)", "Door 2 (offline)"]


def test_only_what_changed_is_told() -> None:
    """An answer that repeats the last one tells nothing, and changes no record."""
    bench = PanelBench()
    bench.partitions("disarm", "away")
    bench.zones(zone(1), zone(2, partition=2), zone(3))
    facts = bench.panel.facts
    bench.wait()
    assert not bench.partitions("disarm", "away").values
    assert not bench.zones(zone(1), zone(2, partition=2), zone(3)).values
    again = bench.panel.facts
    assert again.partitions is facts.partitions
    assert again.zones is facts.zones
    report = bench.zones(zone(1, temperature=21.5), zone(2, partition=2), zone(3))
    assert report.values == {f"{OWN}_zone_1_sensor_temperature": 21.5}
    assert not report.available
    assert set(bench.event("3401", 1).values) == {f"{OWN}_alarm_control_panel_partition_1"}
    report = bench.event("3441", 1)
    assert set(report.values) == {f"{OWN}_alarm_control_panel_partition_1", f"{OWN}_alarm_control_panel_panel"}


def test_everything_is_told_again() -> None:
    """After an inventory was replaced."""
    bench = PanelBench()
    bench.partitions("disarm", "away")
    bench.zones(zone(1, status="offline"))
    values, available = bench.values, bench.available
    report = bench.panel.everything()
    assert dict(report.values) == values
    assert dict(report.available) == available == {f"{OWN}_zone_1": False}


def test_facts_are_as_reports_changed_them() -> None:
    """So that a later answer does not look like a change that nobody told."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.zones(zone(1))
    bench.event("3401")
    bench.event("1103", 0, number=1, zone=1)
    facts = bench.panel.facts
    assert facts.partitions == (PartitionRecord(id=1, arming="away", alarm=True),)
    assert facts.zones is not None
    assert facts.zones[0].alarm is True


def test_zones_that_appear_and_vanish() -> None:
    """And move to another partition."""
    bench = PanelBench()
    bench.partitions("disarm", "disarm")
    bench.zones(zone(1, status="trigger"))
    bench.wait()
    bench.zones(zone(1, status="trigger", partition=2), zone(2, status="trigger"))
    assert [bench.panel.blockers(n) for n in (1, 2)] == [["Door 2 (open)"], ["Door 1 (open)"]]
    bench.wait()
    bench.zones(zone(2))
    assert bench.values[f"{OWN}_sensor_open_zones_2"] == 0
    assert bench.panel.zone(1) is None


def test_partitions_that_are_not_in_use() -> None:
    """They show nothing and do not count for the panel."""
    bench = PanelBench()
    bench.records(
        PartitionRecord(id=1, arming="away", alarm=False),
        PartitionRecord(id=2, arming="disarm", alarm=False, enabled=False),
        PartitionRecord(id=3, arming="away", alarm=False, enabled=True),
    )
    assert list(bench.panel.partitions) == [1, 3]
    assert bench.state("") is S.ARMED_AWAY
    assert bench.value(2) is None
    bench.wait()
    bench.records(PartitionRecord(id=1, arming="away", enabled=False), PartitionRecord(id=3, arming="away"))
    assert list(bench.panel.partitions) == [3]
    assert bench.panel.targets(None) == (3,)


def test_zone_reports() -> None:
    """A bypass shows at once, a cleared alarm, too; what else happened to a zone is read."""
    bench = PanelBench()
    bench.partitions("away")
    bench.zones(zone(1), zone(2))
    bench.event("1570", 0, number=1, zone=1)
    assert bench.zone_value(1, "switch_zone_bypass") is True
    bench.event("3570", 0, number=1, zone=1)
    assert bench.zone_value(1, "switch_zone_bypass") is False
    bench.event("1103", 0, number=1, zone=1)
    bench.event("1974", 0, number=1, zone=1)
    assert bench.zone_value(1, "binary_sensor_zone_alarm") is False
    assert bench.state() is S.TRIGGERED
    bench.wait(60)
    for code in ("1973", "3973", "1571", "3988"):
        unsettled = [bench.panel.unsettled]
        bench.event(code, 0, number=2, zone=2)
        unsettled.append(bench.panel.unsettled)
        bench.zones(zone(1), zone(2), asked_at=bench.now - 1)
        unsettled.append(bench.panel.unsettled)
        bench.zones(zone(1), zone(2), asked_at=bench.wait())
        assert [*unsettled, bench.panel.unsettled] == [False, True, True, False]


# entry delay


def entering(bench: PanelBench, word: str = "away", **more: object) -> None:
    """Open a zone of an armed partition."""
    kept = {"type": "Delay", "armed": True, **more}
    bench.partitions(word)
    bench.zones(zone(1, **{**kept, "status": "online"}))
    bench.wait()
    bench.zones(zone(1, **{"status": "trigger", **kept}))


async def test_entry_delay() -> None:
    """A guess that is made only on request, and ends."""
    async with PanelBench() as bench:
        entering(bench)
        assert bench.state() is S.ARMED_AWAY
    async with PanelBench(entry_delay=True) as bench:
        entering(bench)
        assert bench.state() is S.PENDING
        bench.wait()
        bench.zones(zone(1, type="Delay"))  # the door is shut behind who entered
        bench.partitions("away")
        assert bench.state() is S.PENDING
        await bench.lapse(118)
        assert bench.state() is S.PENDING
        await bench.lapse(2)
        assert bench.state() is S.ARMED_AWAY


@pytest.mark.parametrize(("code", "state"), [("1401", S.DISARMED), ("1103", S.TRIGGERED)])
async def test_what_ends_an_entry_delay(code: str, state: ArmState) -> None:
    """Disarming, or the alarm."""
    async with PanelBench(entry_delay=True) as bench:
        entering(bench)
        bench.event(code)
        assert bench.state() is state
        await bench.lapse(200)
        assert bench.state() is state


@pytest.mark.parametrize(
    "more",
    [
        {"type": "Instant"},
        {"bypassed": True},
        {"armed": False},
        {"status": "offline"},
        {"word": "stay", "stay_away": True},
        {"word": "disarm"},
        {"word": "arming"},
    ],
)
async def test_what_begins_no_entry_delay(more: dict[str, object]) -> None:
    """Other zones, zones that are left out, a partition that is not armed."""
    async with PanelBench(entry_delay=True) as bench:
        entering(bench, **more)  # type: ignore[arg-type]
        assert S.PENDING not in bench.states()


async def test_a_door_that_stood_open_before_begins_no_entry_delay() -> None:
    """It was armed in spite of it."""
    async with PanelBench(entry_delay=True) as bench:
        bench.partitions("disarm")
        bench.zones(zone(1, type="Delay", status="trigger"))
        bench.event("3442")
        bench.wait()
        bench.partitions("away")
        bench.zones(zone(1, type="Delay", status="trigger", armed=True))
        assert S.PENDING not in bench.states()


# peripherals, changes of the link, hooks


def test_peripherals() -> None:
    """The same for what hangs on a panel."""
    bench = PanelBench()
    gate = PeripheralRecord(kind=PeripheralKind.OUTPUT, id=0, name="Gate", status="off")
    address = PeripheralAddress("Q1", PeripheralKind.OUTPUT, 0, None)
    bench.take(bench.panel.take_peripherals([gate], bench.now))
    assert bench.values[f"{OWN}_output_0_switch_relay"] is False
    assert bench.available == {f"{OWN}_output_0": True}
    asked_at = bench.wait()
    bench.wait()
    bench.panel.touch_peripheral(address)
    assert not bench.panel.take_peripherals([replace(gate, status="on")], asked_at).values
    bench.take(bench.panel.take_peripherals([replace(gate, status="on")], bench.now))
    assert bench.values[f"{OWN}_output_0_switch_relay"] is True
    found = bench.panel.peripheral(address)
    assert found is not None
    assert found.status == "on"
    report = bench.panel.take_peripherals([replace(gate, status="offline")], bench.wait())
    assert report.available == {f"{OWN}_output_0": False}


def test_a_panel_that_changes_to_otap_tells_its_partitions_no_more() -> None:
    """They are computed from its zones then, and read again when it changes back."""
    bench = PanelBench()
    bench.partitions("away", "away")
    bench.zones(zone(1, armed=True), zone(2, partition=2, armed=False))
    device = bench.panel.device
    bench.take(bench.panel.use(replace(device, mode=ConnectionMode.OTAP)))
    assert bench.panel.facts.partitions is None
    bench.wait()
    bench.zones(zone(1, armed=True), zone(2, partition=2, armed=False))
    assert (bench.state(1), bench.state(2)) == (S.ARMED_AWAY, S.DISARMED)
    bench.take(bench.panel.use(device))
    bench.wait()
    bench.partitions("stay", "disarm")
    assert bench.state(1) is S.ARMED_HOME


async def test_who_waits_for_a_disarming_is_told() -> None:
    """Once for each, however it is learnt; also after a restart."""
    async with PanelBench() as bench:
        seen: list[int] = []
        bench.panel.on_disarmed = seen.append
        bench.partitions("disarm", "away")
        assert seen == [1]
        bench.wait()
        bench.partitions("disarm", "away")
        bench.event("1401", 2)
        bench.wait()
        bench.partitions("disarm", "disarm")
        assert seen == [1, 2]
        bench.panel.arming((1,), ArmMode.AWAY)
        bench.panel.arming_failed(1)
        assert seen == [1, 2, 1]
        await settle()


def test_what_is_listed_no_more() -> None:
    """It is not known any more, and is told anew when it is listed again."""
    bench = PanelBench()
    bench.partitions("away", "disarm", alarm=None)
    bench.zones(zone(1, armed=True), zone(2, partition=2))
    bench.wait()
    bench.take(bench.panel.drop(What.PARTITIONS))
    assert bench.panel.facts.partitions is None
    assert bench.panel.partitions == (1, 2)
    assert [bench.state(n) for n in (1, 2, "")] == [None, None, None]
    bench.wait()
    bench.zones(zone(1, armed=True), zone(2, partition=2))
    assert [bench.state(n) for n in (1, 2)] == [ArmState.ARMED_AWAY, ArmState.DISARMED]
    bench.take(bench.panel.drop(What.ZONES))
    assert bench.panel.facts.zones is None
    assert bench.panel.partitions == ()
    bench.wait()
    bench.partitions("stay", "stay")
    assert [bench.state(n) for n in (1, 2)] == [ArmState.ARMED_HOME, ArmState.ARMED_HOME]
    assert bench.values[f"{OWN}_sensor_open_zones_1"] is UNKNOWN
    bench.zones(zone(1, status="trigger"), zone(2, partition=2))
    assert bench.values[f"{OWN}_sensor_open_zones_1"] == 1


def test_a_report_outlives_the_list_of_partitions() -> None:
    """What it told a moment ago holds until zones tell."""
    bench = PanelBench()
    bench.partitions("disarm")
    bench.zones(zone(1))
    bench.wait()
    bench.event("3401")
    bench.take(bench.panel.drop(What.PARTITIONS))
    assert bench.state() is S.ARMED_AWAY
    bench.event("1103", number=1, zone=1)
    bench.take(bench.panel.drop(What.PARTITIONS))
    assert bench.state() is S.TRIGGERED
