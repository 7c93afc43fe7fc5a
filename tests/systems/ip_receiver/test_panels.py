"""Panels that the receiver does not answer about, in time that tests own."""

from dataclasses import replace
from typing import cast

import pytest

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    InsufficientRightsError,
    NotFoundError,
    ResponseTimeoutError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.panels import Panels
from custom_components.hikvision_ivm.systems.ip_receiver.problems import unreadable
from custom_components.hikvision_ivm.systems.ip_receiver.reach import BUSY_SECONDS, PATIENCE_SECONDS
from custom_components.hikvision_ivm.systems.ip_receiver.reading import Reader
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    DeviceRecord,
    PanelEvent,
    PartitionRecord,
    PeripheralKind,
    PeripheralRecord,
    ZoneRecord,
)
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from custom_components.hikvision_ivm.systems.values import AlarmPanelValue, ArmState
from tests.systems.sinks import KeepingSink
from tests.systems.transport.clock import Clock

from .panel_bench import DEVICE, NOON, OWN, UID, zone

REFUSED = DeviceFailureError("partitions: Device Error: deviceError")
RELAY = f"{OWN}_output_0"
PARTITIONS, ZONES, PERIPHERALS = What


class Answers:
    """What is answered about every panel; a failure is raised."""

    def __init__(self) -> None:
        """One partition with a zone, and a relay."""
        self.failures: dict[What, SystemFailure] = {}
        self.arming = "disarm"

    def _give[T](self, what: What, found: T) -> T:
        if what in self.failures:
            raise self.failures[what]
        return found

    async def partitions(self, device: DeviceRecord, *, paced: bool) -> tuple[PartitionRecord, ...]:
        """Of E13."""
        if device.is_otap:
            raise UnsupportedError("notSupport")
        return self._give(PARTITIONS, (PartitionRecord(id=1, arming=self.arming, alarm=False),))

    async def zones(self, device: DeviceRecord, *, paced: bool) -> tuple[ZoneRecord, ...]:
        """Of E14."""
        return self._give(ZONES, (zone(0, magnet_open=True), zone(1, magnet_open=False, status="offline")))

    async def peripherals(self, device: DeviceRecord, *, paced: bool) -> tuple[PeripheralRecord, ...]:
        """Of E12."""
        return self._give(PERIPHERALS, (PeripheralRecord(kind=PeripheralKind.OUTPUT, id=0, status="on"),))


class Bench:
    """A panel that was read."""

    def __init__(self, *, online: bool | None = True, otap: bool = False) -> None:
        """`online`: what the list of devices says."""
        self.clock = Clock(flows=False)
        self.sink = KeepingSink()
        self.answers = Answers()
        self.gone = 0
        self.panels = Panels(
            UID, cast(Reader, self.answers), self.clock.runtime, {}, Background(),
            deliver=self.sink.report, changed=lambda _: None, gone=self._gone, untold=lambda: None,
            zones_read=lambda *read: None, watch=lambda _: None,
        )  # fmt: skip
        mode = ConnectionMode.OTAP if otap else ConnectionMode.ISUP
        self.device = DeviceRecord(id=DEVICE, index="6F0D0C52", name="House", type=0, mode=mode, online=online)
        self.panels.use([self.device])

    def _gone(self) -> None:
        self.gone += 1

    async def poll(self, *kinds: What, seconds: float = 30.0) -> None:
        """Poll some things, or all, after a while."""
        self.clock.passes(seconds)
        for what in kinds or What:
            try:
                await self.panels.sweep(what)
            except ConnectionFailedError:
                assert self.answers.failures

    @property
    def state(self) -> ArmState | None:
        """What the partition shows."""
        value = self.sink.values[f"{OWN}_alarm_control_panel_partition_1"]
        return value.state if isinstance(value, AlarmPanelValue) else None

    @property
    def problems(self) -> dict[str, str]:
        """What is told to the owner: names or panels by key."""
        return {one.key: next(iter(one.placeholders.values())) for one in unreadable(self.panels.lasting())}

    def event(self, code: str) -> None:
        """An event tells of the panel, as the router lets it."""
        panel = self.panels.get(DEVICE)
        assert panel is not None
        event = PanelEvent(device=DEVICE, code=code, partition=1, received=NOON, moment=self.clock.time)
        self.sink.report(panel.take_event(event))
        self.panels.note(DEVICE)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (REFUSED, {"panels_unreadable": "House (partitions: Device Error: deviceError)"}),
        (NotFoundError("partitions: gone"), {"panels_unreadable": "House (partitions: gone)"}),
        (InsufficientRightsError("lowPrivilege"), {"panels_denied": "House"}),
    ],
)
async def test_partitions_that_are_refused(error: SystemFailure, told: dict[str, str]) -> None:
    """One failure changes nothing; after a minute of them nothing is claimed; the first answer brings it back."""
    bench = Bench()
    await bench.poll()
    bench.answers.failures[PARTITIONS] = error
    await bench.poll()
    await bench.poll()
    assert bench.state is ArmState.DISARMED
    assert not bench.problems
    await bench.poll()
    assert bench.state is None
    assert bench.problems == told
    assert bench.sink.available == {f"{OWN}_zone_0": True, f"{OWN}_zone_1": False, RELAY: True}
    assert bench.sink.values[f"{OWN}_sensor_open_zones_1"] == 2
    bench.answers.failures.clear()
    bench.answers.arming = "away"
    await bench.poll(PARTITIONS)
    assert bench.state is ArmState.ARMED_AWAY
    assert not bench.problems


async def test_zones_that_are_refused() -> None:
    """They are unavailable; the partition is what it is said to be."""
    bench = Bench()
    await bench.poll()
    bench.answers.failures = {ZONES: REFUSED, PERIPHERALS: REFUSED}
    for _ in range(3):
        await bench.poll()
    assert bench.state is ArmState.DISARMED
    assert bench.sink.available == {f"{OWN}_zone_0": False, f"{OWN}_zone_1": False, RELAY: False}
    assert bench.sink.values[f"{OWN}_sensor_open_zones_1"] is UNKNOWN
    del bench.answers.failures[ZONES]
    await bench.poll(ZONES)
    assert bench.sink.available == {f"{OWN}_zone_0": True, f"{OWN}_zone_1": False, RELAY: False}
    assert bench.sink.values[f"{OWN}_sensor_open_zones_1"] == 2
    bench.answers.failures.clear()
    await bench.poll()
    assert bench.sink.available == {f"{OWN}_zone_0": True, f"{OWN}_zone_1": False, RELAY: True}


async def test_partitions_that_zones_tell_of() -> None:
    """They are unknown when zones are not told any more."""
    bench = Bench(otap=True)
    await bench.poll()
    assert bench.state is ArmState.DISARMED
    bench.answers.failures[ZONES] = REFUSED
    for _ in range(3):
        await bench.poll()
    assert bench.state is None
    bench.answers.failures.clear()
    await bench.poll()
    assert bench.state is ArmState.DISARMED


async def test_what_events_tell_meanwhile() -> None:
    """That holds, until events may have been missed."""
    bench = Bench()
    await bench.poll()
    bench.answers.failures[PARTITIONS] = REFUSED
    await bench.poll()
    bench.event("1103")
    for _ in range(3):
        await bench.poll()
    assert bench.state is ArmState.TRIGGERED
    bench.event("1406")
    assert bench.state is None
    bench.event("3441")
    await bench.poll()
    assert bench.state is ArmState.ARMED_HOME
    bench.panels.missed()
    await bench.poll()
    assert bench.state is None


async def test_a_receiver_that_is_busy() -> None:
    """An update takes some minutes; a lock or too many logins tell nothing of a panel."""
    bench = Bench()
    await bench.poll()
    bench.answers.failures[PARTITIONS] = BusyError("upgrading")
    for _ in range(round(BUSY_SECONDS / 30)):
        await bench.poll()
        assert bench.state is ArmState.DISARMED
    await bench.poll()
    assert bench.state is None
    bench.answers.failures.clear()
    await bench.poll()
    bench.answers.failures[PARTITIONS] = BusyError("maxSessionUserLink", retry_after=1800)
    for _ in range(20):
        await bench.poll()
    assert bench.state is ArmState.DISARMED


async def test_failures_in_between() -> None:
    """Answers between them, or a long time without a look, make nothing of a single one."""
    bench = Bench()
    for _ in range(10):
        bench.answers.failures.clear()
        await bench.poll()
        bench.answers.failures[PARTITIONS] = REFUSED
        await bench.poll(seconds=2 * PATIENCE_SECONDS)
        assert bench.state is ArmState.DISARMED
    assert not bench.problems


@pytest.mark.parametrize("others", [False, True])
async def test_a_receiver_that_does_not_answer(others: bool) -> None:
    """It is not the panel's fault, unless other things are answered meanwhile."""
    bench = Bench()
    await bench.poll()
    bench.answers.failures = dict.fromkeys([PARTITIONS] if others else What, ResponseTimeoutError("no answer"))
    for _ in range(4):
        await bench.poll()
    assert (bench.state is None) is others
    assert bool(bench.problems) is others


async def test_a_receiver_that_is_away_or_refuses_the_login() -> None:
    """All of that is told elsewhere."""
    bench = Bench()
    await bench.poll()
    away = ConnectionFailedError("refused")
    away.answered = False
    for error in (away, AuthenticationError("no")):
        bench.answers.failures[PARTITIONS] = error
        for _ in range(4):
            bench.clock.passes(30)
            with pytest.raises(type(error)):
                await bench.panels.sweep(PARTITIONS)
    assert bench.state is ArmState.DISARMED
    assert not bench.problems


async def test_a_panel_of_which_nobody_says_whether_it_is_online() -> None:
    """What tells how it is armed decides; one that sends events is there."""
    bench = Bench(online=None)
    await bench.poll()
    bench.answers.failures = dict.fromkeys(What, REFUSED)
    await bench.poll()
    assert bench.sink.available[OWN] is True
    await bench.poll()
    await bench.poll()
    assert bench.sink.available[OWN] is False
    bench.event("3401")
    assert bench.sink.available[OWN] is True
    assert bench.state is ArmState.ARMED_AWAY
    await bench.poll()
    assert bench.sink.available[OWN] is True
    await bench.poll()
    assert bench.sink.available[OWN] is False
    bench.answers.failures.clear()
    await bench.poll(PARTITIONS)
    assert bench.sink.available[OWN] is True


async def test_a_panel_that_only_sends_events() -> None:
    """Nothing of it was ever read, so there is nothing that could be wrong: its events are told."""
    bench = Bench(online=None)
    bench.answers.failures = dict.fromkeys(What, REFUSED)
    for _ in range(4):
        await bench.poll()
    assert OWN not in bench.sink.available
    assert set(bench.problems) == {"panels_unreadable"}


async def test_an_event_that_no_list_takes_back() -> None:
    """A panel was said to be offline; of whether it still is nothing is listed, but it answers."""
    bench = Bench(online=None)
    await bench.poll()
    bench.sink.available[OWN] = False
    await bench.poll(ZONES, PERIPHERALS)
    assert bench.sink.available[OWN] is False
    await bench.poll(PARTITIONS)
    assert bench.sink.available[OWN] is True


@pytest.mark.parametrize("online", [False, True])
async def test_what_the_list_of_devices_says(online: bool) -> None:
    """Where it says something, nothing else decides."""
    bench = Bench(online=None)
    await bench.poll()
    bench.answers.failures = dict.fromkeys(What, REFUSED)
    for _ in range(3):
        await bench.poll()
    bench.sink.available[OWN] = online
    bench.panels.use([replace(bench.device, online=online)])
    bench.event("1302")
    for _ in range(5):
        await bench.poll()
    assert bench.sink.available[OWN] is online
    assert bool(bench.problems) is online


async def test_a_panel_that_was_offline() -> None:
    """Its failures do not matter meanwhile; what was given up comes back with the first answer, not with the panel."""
    bench = Bench()
    await bench.poll()
    bench.answers.failures[ZONES] = REFUSED
    for _ in range(3):
        await bench.poll()
    bench.panels.use([replace(bench.device, online=False)])
    await bench.poll(seconds=600)
    assert not bench.problems
    bench.panels.use([bench.device])
    await bench.poll()
    assert bench.sink.available[f"{OWN}_zone_0"] is False
    assert bench.problems
    bench.answers.failures.clear()
    await bench.poll()
    assert bench.sink.available[f"{OWN}_zone_0"] is True


async def test_a_panel_that_was_never_read() -> None:
    """One problem names it, not two; and it is forgotten when it goes."""
    bench = Bench()
    bench.answers.failures[PARTITIONS] = REFUSED
    await bench.poll()
    assert [what for _, what in bench.panels.left_out()] == [PARTITIONS]
    assert not bench.problems
    await bench.poll()
    await bench.poll()
    assert not bench.panels.left_out()
    assert bench.problems
    assert bench.state is ArmState.DISARMED  # its zones tell
    bench.panels.use([])
    assert not bench.problems
