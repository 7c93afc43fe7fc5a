"""Looking again at what is doubtful, and the rhythm of polling (hikcentral §7.2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, ConnectionFailedError
from custom_components.hikvision_ivm.systems.hikcentral.poll import STRAIN, periods, read_due
from custom_components.hikvision_ivm.systems.hikcentral.recording import Recordings
from custom_components.hikvision_ivm.systems.hikcentral.refresh import INVENTORY_SECONDS, MOST_SINGLE, Refresher
from custom_components.hikvision_ivm.systems.hikcentral.servers import Servers
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Report
from custom_components.hikvision_ivm.systems.values import LockValue
from simulators.hikcentral import SitePlan
from simulators.hikcentral.state import OPEN

from .inventory_bench import Bench, bench


@dataclass
class Watched:
    """A running refresher. `reports`: what it delivered; `inventories`: how often it read what exists."""

    bench: Bench
    reports: list[Report] = field(default_factory=list)
    inventories: list[float] = field(default_factory=list)
    error: Exception | None = None

    async def inventory(self) -> None:
        """Read what exists."""
        self.inventories.append(self.bench.time.passed)
        if self.error is not None:
            raise self.error


@asynccontextmanager
async def refreshing(plan: SitePlan | None = None) -> AsyncIterator[tuple[Watched, Refresher]]:
    """Yield a refresher that runs."""
    async with bench(plan) as made:
        await made.read()
        watched = Watched(made)
        refresher = Refresher(made.runtime, made.status, watched.reports.append, watched.inventory)
        task = asyncio.create_task(refresher.run())
        try:
            yield watched, refresher
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(condition: object) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(5):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_door_is_read_once_for_many_events() -> None:
    """However many events came, after a moment each door is read with one request."""
    async with refreshing() as (watched, refresher):
        made = watched.bench
        made.platform.state.doors["1"].state = OPEN
        for _ in range(20):
            refresher.stale("door", "1")
        refresher.stale("door", "2")
        refresher.stale("moon", "1")
        await until(lambda: len(watched.reports) == 3)
        assert made.platform.count("acsDoorInfo") == 2
        values = {id_: value for report in watched.reports for id_, value in report.values.items()}
        assert values[made.feature("_door_1", Kind.DOOR_LOCK).id] == LockValue(locked=False, open=True)
        assert made.time.slept[0] == 1.0
        assert watched.inventories == []


@pytest.mark.usefixtures("socket_enabled")
async def test_many_doors_are_read_as_a_list() -> None:
    """A swarm of events costs one request, not one for each door."""
    async with refreshing(SitePlan(doors=MOST_SINGLE + 1)) as (watched, refresher):
        made = watched.bench
        lists = made.platform.count("acsDoorList")
        for number in range(MOST_SINGLE + 1):
            refresher.stale("door", str(number + 1))
        await until(lambda: watched.reports)
        assert made.platform.count("acsDoorInfo") == 0
        assert made.platform.count("acsDoorList") == lists + 1
        assert made.platform.count("cameras") == 1


@pytest.mark.usefixtures("socket_enabled")
async def test_a_state_that_cannot_be_read() -> None:
    """The next poll will; meanwhile others are read."""
    async with refreshing() as (watched, refresher):
        watched.bench.platform.fault("acsDoorInfo", code="5", times=3)
        refresher.stale("door", "1")
        await until(lambda: watched.bench.platform.count("acsDoorInfo") == 3)
        refresher.stale("door", "2")
        await until(lambda: watched.reports)
        assert len(watched.reports) == 1


@pytest.mark.usefixtures("socket_enabled")
async def test_inventories_that_are_wished_for() -> None:
    """Once for many wishes; a further one waits its time, and states do not wait for it; a failure ends nothing."""
    async with refreshing() as (watched, refresher):
        time = watched.bench.time
        for _ in range(10):
            refresher.stranger()
        await until(lambda: watched.inventories)
        watched.error = ConnectionFailedError(reason="gone")
        refresher.stranger()
        refresher.stale("door", "1")
        await until(lambda: watched.reports)
        await until(lambda: len(watched.inventories) == 2)
        assert watched.inventories[1] - watched.inventories[0] >= INVENTORY_SECONDS
        time.passed += 100
        watched.error = None
        refresher.stranger()
        await until(lambda: len(watched.inventories) == 3)
        await asyncio.sleep(0.05)
        assert len(watched.inventories) == 3


def test_periods() -> None:
    """Sooner without push, sooner while something is missing, later for a platform that is called too often."""
    healthy, alone = periods(push_healthy=True), periods(push_healthy=False)
    assert set(healthy) == set(alone) == set(Tier)
    assert alone[Tier.STATUS] < healthy[Tier.STATUS] <= 60
    assert healthy[Tier.INVENTORY] == 900
    assert periods(push_healthy=True, retry=120)[Tier.INVENTORY] == 120
    assert periods(push_healthy=True, retry=5000)[Tier.INVENTORY] == 900
    strained = periods(push_healthy=True, strained=True)
    assert strained == {tier: seconds * STRAIN for tier, seconds in healthy.items()}


@pytest.mark.usefixtures("socket_enabled")
async def test_matters_that_are_due() -> None:
    """Several matters make one report; only when nothing answers is that raised, and what was read does not get lost."""
    async with bench() as made:
        await made.read()
        matters = [Servers(made.context, made.lists), Recordings(made.context, made.lists)]
        made.platform.fault("streamServerList", drop=True)
        report = await read_due(matters, made.inventory.features)
        assert made.value(report, "", Kind.CPU_USAGE) == 17
        assert made.value(report, "_cam_1", Kind.RECORDING) is True
        assert made.feature("_ssrv_1", Kind.STREAMS).id not in report.values
        # Nothing is due: nothing is asked, so nothing failed.
        assert await read_due(matters, ()) == Report()
        made.time.passed += 10_000
        await made.platform.stop_answering()
        with pytest.raises(ConnectionFailedError):
            await read_due(matters, made.inventory.features)
        await made.platform.listen()
        made.time.passed += 10_000
        assert made.value(await read_due(matters, made.inventory.features), "", Kind.CPU_USAGE) == 17
        made.time.passed += 10_000
        made.platform.wrong_signature = True
        with pytest.raises(AuthenticationError):
            await read_due(matters, made.inventory.features)
