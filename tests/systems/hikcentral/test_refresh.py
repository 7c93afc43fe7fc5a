"""Looking again at what is doubtful, and the rhythm of polling (hikcentral §7.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, ConnectionFailedError, NotFoundError
from custom_components.hikvision_ivm.systems.hikcentral.poll import STRAIN, periods
from custom_components.hikvision_ivm.systems.hikcentral.polled import read_due
from custom_components.hikvision_ivm.systems.hikcentral.recording import Recordings
from custom_components.hikvision_ivm.systems.hikcentral.refresh import INVENTORY_SECONDS, MOST_SINGLE, Refresher
from custom_components.hikvision_ivm.systems.hikcentral.servers import Servers
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Report
from custom_components.hikvision_ivm.systems.values import LockValue
from simulators.hikcentral import HikCentralSimulator, SitePlan
from simulators.hikcentral.state import OFFLINE, OPEN

from .event_bench import RouterBench, at, event
from .inventory_bench import UID, Bench, bench


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


# the cameras of devices


CAMERAS_OF = "camera/advance/cameraList"
CAMERAS = "resource/v1/cameras"


def online(watched: Watched) -> dict[str, object]:
    """Return id of a camera → whether it is online, for those that were told."""
    told = {id_: value for report in watched.reports for id_, value in report.values.items()}
    inventory = watched.bench.inventory
    return {
        inventory.features[id_].device_id.rpartition("_")[2]: value
        for id_, value in told.items()
        if inventory.features[id_].kind is Kind.ONLINE
    }


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("key", "device", "cameras", "body"),
    [
        ("encodeDevice", "2", {"2", "4"}, {"encodeDevIndexCode": "2"}),
        ("acsDevice", "1", {"7"}, {"deviceType": "acsDevice", "devIndexCode": "1"}),
        ("mobileDevice", "1", {"8"}, {"deviceType": "mobileDevice", "devIndexCode": "1"}),
    ],
)
async def test_cameras_of_a_device(key: str, device: str, cameras: set[str], body: dict[str, str]) -> None:
    """One request for all of them, of any sort of device, in the site they are in; however many events came."""
    plan = SitePlan(cameras=4, encoders=2, door_cameras=1, mobile_devices=1, mobile_cameras=1)
    async with refreshing(plan) as (watched, refresher):
        made = watched.bench
        of = {id_ for id_, one in made.platform.state.cameras.items() if (one.parent_type, one.parent) == (key, device)}
        for id_ in of:
            made.platform.state.cameras[id_].status = OFFLINE
        since = len(made.platform.requests)
        for _ in range(20):
            refresher.stale(f"cameras of {key}", device)
        await until(lambda: watched.reports)
        (asked,) = made.asked_for("", since)
        assert asked == {**body, "siteIndexCode": "0", "pageNo": 1, "pageSize": 500}
        assert online(watched) == dict.fromkeys(of, False)
        assert {made.inventory.devices[name].id for name in watched.reports[0].available} == {
            f"{UID}_cam_{id_}" for id_ in of
        }
        assert not any(watched.reports[0].available.values())
        assert len(of) == len(cameras)


@pytest.mark.usefixtures("socket_enabled")
async def test_cameras_of_a_device_in_another_site() -> None:
    """Without its site the platform would look in its own only."""
    async with refreshing(SitePlan(cameras=2, encoders=1, sites=2)) as (watched, refresher):
        state = watched.bench.platform.state
        remote = next(one for one in state.cameras.values() if one.site == "1")
        remote.status = OFFLINE
        refresher.stale(f"cameras of {remote.parent_type}", remote.parent)
        await until(lambda: watched.reports)
        assert online(watched)[remote.id] is False


@pytest.mark.usefixtures("socket_enabled")
async def test_a_device_without_cameras() -> None:
    """There is nothing to ask for."""
    async with refreshing(SitePlan(cameras=1, encoders=2)) as (watched, refresher):
        since = len(watched.bench.platform.requests)
        refresher.stale("cameras of encodeDevice", "2")
        refresher.stale("cameras of encodeDevice", "99")
        refresher.stale("door", "1")
        await until(lambda: len(watched.reports) == 2)
        assert [request.path for request in watched.bench.platform.requests[since:]] == [
            "resource/v1/acsDoor/indexCode/acsDoorInfo"
        ]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    "way",
    [
        lambda platform: platform.deny("resource/v1/camera/advance/cameraList"),
        lambda platform: platform.unlicense("resource/v1/camera/advance/cameraList"),
        lambda platform: platform.fault(CAMERAS_OF, code="0x00072002"),
        lambda platform: platform.fault(CAMERAS_OF, data={"total": 0, "list": []}),
    ],
    ids=["denied", "unlicensed", "rejected", "empty"],
)
async def test_a_platform_that_does_not_tell_cameras_of_devices(way: Callable[[HikCentralSimulator], None]) -> None:
    """All cameras are read instead, once, and the call is made once."""
    async with refreshing(SitePlan(cameras=6, encoders=3)) as (watched, refresher):
        made = watched.bench
        way(made.platform)
        made.platform.state.cameras["2"].status = OFFLINE
        lists = len(made.asked_for(CAMERAS))
        for device in ("1", "2", "3"):
            refresher.stale("cameras of encodeDevice", device)
        await until(lambda: watched.reports)
        assert made.platform.count(CAMERAS_OF) == 1
        assert len(made.asked_for(CAMERAS)) == lists + 1
        assert online(watched)["2"] is False
        assert len(online(watched)) == 6


@pytest.mark.usefixtures("socket_enabled")
async def test_cameras_of_many_devices() -> None:
    """Their whole list costs less."""
    many = MOST_SINGLE + 1
    async with refreshing(SitePlan(cameras=many, encoders=many)) as (watched, refresher):
        made = watched.bench
        lists = len(made.asked_for(CAMERAS))
        for number in range(many):
            refresher.stale("cameras of encodeDevice", str(number + 1))
        await until(lambda: watched.reports)
        assert made.platform.count(CAMERAS_OF) == 0
        assert len(made.asked_for(CAMERAS)) == lists + 1


@pytest.mark.usefixtures("socket_enabled")
async def test_cameras_of_a_device_that_cannot_be_read() -> None:
    """What could be read is told; the rest is left to the next poll, and all of it if nothing could."""
    async with refreshing(SitePlan(cameras=2, encoders=2)) as (watched, refresher):
        made = watched.bench
        made.platform.fault(CAMERAS_OF, code="0x00072202", times=1)
        refresher.stale("cameras of encodeDevice", "1")
        refresher.stale("cameras of encodeDevice", "2")
        await until(lambda: watched.reports)
        assert len(online(watched)) == 1
        watched.reports.clear()
        made.platform.fault(CAMERAS_OF, code="0x00072202")
        with pytest.raises(NotFoundError):
            await made.status.cameras_of([("encodeDevice", "1"), ("encodeDevice", "2")])
        made.platform.heal(CAMERAS_OF)
        made.platform.wrong_signature = True
        with pytest.raises(AuthenticationError):
            await made.status.cameras_of([("encodeDevice", "1")])


@pytest.mark.parametrize(
    ("code", "source_type", "status", "expected"),
    [
        (66306, "encodeDevice", 3, ["cameras of encodeDevice"]),
        (66306, "encodeDevice", 2, ["cameras of encodeDevice"]),
        (66311, "encodeDevice", 3, ["cameras of encodeDevice"]),
        (66311, "acsDevice", 3, ["cameras of acsDevice"]),
        (642, "mobileDevice", 3, ["cameras of mobileDevice"]),
        (641, "", 3, ["cameras of mobileDevice"]),
        (66050, "encodeDevice", 1, []),
        (385050, "encodeDevice", 3, []),
        (131329, "camera", 1, []),
        (66306, "encodeDevice", 9, []),
    ],
)
def test_events_that_make_cameras_doubtful(code: int, source_type: str, status: int, expected: list[str]) -> None:
    """A device that came or went takes its cameras with it, once for a message; nothing else does."""
    made = RouterBench()
    made.push(*(event(code, status, srcType=source_type, eventId=str(number)) for number in range(2)))
    assert made.stale == [(key, "1") for key in expected]


def test_late_events_make_no_camera_doubtful() -> None:
    """Polls told since what became of it."""
    made = RouterBench()
    made.push(event(66306, 3, srcType="encodeDevice", happenTime=at(-3600)))
    assert made.stale == []


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
