"""The platform as one system: what it delivers, and what it learns from failures."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.base import PushHealth, PushRequest, PushState, Runtime, Tier
from custom_components.hikvision_ivm.systems.errors import (
    AccessDisabledError,
    InsufficientRightsError,
    NotFoundError,
    ProtocolError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral import HikCentralSystem
from custom_components.hikvision_ivm.systems.hikcentral.problems import right_of
from custom_components.hikvision_ivm.systems.hikcentral.system import ACTIONS
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    ButtonFeature,
    Feature,
    Inventory,
    LockFeature,
    Picture,
    SelectFeature,
)
from custom_components.hikvision_ivm.systems.picture_store import Pictures
from custom_components.hikvision_ivm.systems.values import LockValue
from simulators.hikcentral import HikCentralSimulator
from tests.systems.sinks import KeepingSink

ADDRESS = "http://127.0.0.1:1/api/webhook/secret"
CONTROL = "acs/v1/door/doControl"
CAMERAS = "resource/v1/cameras"


class Site:
    """A system that has read its inventory."""

    def __init__(self, system: HikCentralSystem, inventory: Inventory, sink: KeepingSink) -> None:
        """`inventory` is the first one."""
        self.system = system
        self.first = inventory
        self.sink = sink

    @property
    def inventory(self) -> Inventory:
        """The latest inventory."""
        return self.sink.inventories[-1] if self.sink.inventories else self.first

    @property
    def everything(self) -> set[str]:
        """Ids of all features, as if somebody looked at each."""
        return set(self.inventory.features)

    def feature[F: Feature](self, sort: type[F], kind: Kind, part: str = "") -> F:
        """Return the first feature of a sort."""
        return next(one for one in self.inventory.of(sort) if one.kind is kind and one.part in (part, one.part))

    async def poll(self, tier: Tier = Tier.STATUS) -> None:
        """Poll one tier."""
        await self.system.poll(tier, self.sink, self.everything)


@asynccontextmanager
async def running(
    platform: HikCentralSimulator, options: Mapping[str, Any] | None = None, runtime: Runtime | None = None
) -> AsyncIterator[Site]:
    """Set a system up as Home Assistant does."""
    runtime = runtime or Runtime(post_address=lambda: ADDRESS)
    data = {"url": platform.url, "app_key": platform.app_key, "app_secret": platform.app_secret}
    async with aiohttp.ClientSession() as session:
        system = HikCentralSystem.create(session, data, options or {}, runtime)
        await system.identify()
        site = Site(system, await system.inventory(), KeepingSink())
        try:
            yield site
        finally:
            await system.close()


@asynccontextmanager
async def listening(site: Site) -> AsyncIterator[None]:
    """Let the push channel run."""
    task = asyncio.create_task(site.system.listen(site.sink))
    try:
        await until(lambda: PushHealth(PushState.HEALTHY) in site.sink.health)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture
async def platform(socket_enabled: None) -> AsyncIterator[HikCentralSimulator]:
    """Return a running platform."""
    async with HikCentralSimulator() as started:
        yield started


# reading


async def test_everything_that_was_asked_for_is_told(platform: HikCentralSimulator) -> None:
    """After the first reading, what a platform tells at any time is known."""
    async with running(platform) as site:
        await site.system.prime(site.sink, site.everything)
        lock = site.feature(LockFeature, Kind.DOOR_LOCK)
        assert isinstance(value := site.sink.values[lock.id], LockValue)
        assert value.locked is True
        assert all(site.sink.available.values())
        assert not site.sink.keys
        numbers = [one.id for one in site.inventory.features.values() if one.type == "number"]
        assert numbers
        assert numbers == [one for one in numbers if one in site.sink.values]


async def test_unchanged_inventory_is_not_delivered(platform: HikCentralSimulator) -> None:
    """Looking again costs requests only; a new camera is delivered."""
    async with running(platform, runtime=Runtime(monotonic=iter(range(0, 10**9, 1000)).__next__)) as site:
        await site.poll(Tier.INVENTORY)
        assert not site.sink.inventories
        first = next(iter(platform.state.cameras.values()))
        first.name = "Renamed"
        await site.poll(Tier.INVENTORY)
        assert len(site.sink.inventories) == 1
        assert "Renamed" in {device.name for device in site.inventory.devices.values()}


async def test_recent_inventory_is_not_read_again(platform: HikCentralSimulator) -> None:
    """A reconnect makes everything be polled; what exists was read a moment ago."""
    async with running(platform) as site:
        before = platform.count(CAMERAS)
        await site.poll(Tier.INVENTORY)
        assert platform.count(CAMERAS) == before


async def test_failed_inventory_takes_nothing_away(platform: HikCentralSimulator) -> None:
    """A list that cannot be read leaves what was known; the owner is told, and can let it be read again."""
    async with running(platform, runtime=Runtime(monotonic=iter(range(0, 10**9, 1000)).__next__)) as site:
        platform.fault("resource/v1/acsDoor/acsDoorList", data=None)
        await site.poll(Tier.INVENTORY)
        assert not site.sink.inventories
        assert site.sink.keys == {"left_out_platform"}
        problem = site.sink.told["inventory"][0]
        assert problem.fixable
        with pytest.raises(ProtocolError):
            await site.system.fix(problem)
        platform.heal()
        await site.system.fix(problem)
        await site.poll(Tier.INVENTORY)
        assert not site.sink.keys


async def test_choices(platform: HikCentralSimulator) -> None:
    """What can be chosen, before there is an inventory and after."""
    data = {"url": platform.url, "app_key": platform.app_key, "app_secret": platform.app_secret}
    async with aiohttp.ClientSession() as session:
        system = HikCentralSystem.create(session, data, {}, Runtime())
        assert system.choices("areas") == {}
        offered = await system.offer()
    assert offered["areas"]
    async with running(platform) as site:
        assert site.system.choices("areas") == offered["areas"]
        assert len(site.system.choices("sirens")) == len(platform.state.outputs)
        assert site.system.choices("nonsense") == {}


# what only the owner can change


async def test_missing_permission(platform: HikCentralSimulator) -> None:
    """Named in words while it lasts."""
    platform.deny("resource/v1/alarmOutputs")
    platform.deny("resource/v1/recordServer/recordServerList")
    async with running(platform) as site:
        await site.system.prime(site.sink, site.everything)
        assert site.sink.keys == {"missing_api"}
        apis = site.sink.told["access"][0].placeholders["apis"]
        assert "alarm outputs (resource/v1/alarmOutputs)" in apis
        assert "recording servers" in apis
        platform.allow("resource/v1/alarmOutputs")
        platform.allow("resource/v1/recordServer/recordServerList")
        await site.system.fix(site.sink.told["access"][0])
        await site.poll()
        assert not site.sink.keys


async def test_licence_that_lacks_a_function_is_quiet(platform: HikCentralSimulator) -> None:
    """Nobody misses what was not bought."""
    platform.unlicense("vehicle/v1/")
    platform.unlicense("healthcareradar/v1/")
    async with running(platform) as site:
        await site.system.prime(site.sink, site.everything)
        assert not site.sink.keys
        before = len(platform.requests)
        await site.poll()
        assert not any("vehicle/v1/" in request.path for request in platform.requests[before:])


async def test_clock(platform: HikCentralSimulator) -> None:
    """A clock that is off is corrected for, and told."""
    platform.clock_offset = 5400
    async with running(platform) as site:
        await site.poll()
        problem = site.sink.told["access"][0]
        assert (problem.key, problem.severe) == ("clock_skew", True)
        assert abs(int(problem.placeholders["difference"]) - 5400) < 3


async def test_quota(platform: HikCentralSimulator) -> None:
    """Everything waits longer."""
    async with running(platform) as site:
        periods = site.system.periods(push_healthy=True)
        platform.quota(0)
        with pytest.raises(SystemFailure):
            await site.poll()
        assert site.sink.keys == {"quota"}
        slower = site.system.periods(push_healthy=True)
        assert all(slower[tier] > seconds for tier, seconds in periods.items())


async def test_switched_off(platform: HikCentralSimulator) -> None:
    """OpenAPI that was switched off is told, and that it is on again."""
    async with running(platform) as site:
        platform.fault("", code="17")
        with pytest.raises(AccessDisabledError):
            await site.poll()
        assert "access_disabled" in site.sink.keys
        platform.heal()
        await site.system.fix(site.sink.told["access"][0])
        await site.poll()
        assert not site.sink.keys


async def test_right_on_a_door(platform: HikCentralSimulator) -> None:
    """A right that the partner's user lacks is named until a command works."""
    async with running(platform) as site:
        lock = site.feature(LockFeature, Kind.DOOR_LOCK)
        platform.fault(CONTROL, code="0x00072201", times=1)
        with pytest.raises(InsufficientRightsError):
            await site.system.lock(lock, "unlock", site.sink)
        assert site.sink.keys == {"missing_resource_right"}
        assert "doorControl" in site.sink.told["access"][0].placeholders["right"]
        await site.system.lock(lock, "unlock", site.sink)
        assert not site.sink.keys


@pytest.mark.parametrize(
    ("option", "right"),
    [("remain_open", "normalControl"), ("remain_closed", "normalControl"), ("normal", "doorControl")],
)
async def test_right_on_a_mode(platform: HikCentralSimulator, option: str, right: str) -> None:
    """To let a door remain so is another right than to open or close it."""
    async with running(platform) as site:
        mode = site.feature(SelectFeature, Kind.DOOR_MODE)
        platform.fault(CONTROL, code="130", times=1)
        with pytest.raises(InsufficientRightsError):
            await site.system.select(mode, option, site.sink)
        assert right in site.sink.told["access"][0].placeholders["right"]


@pytest.mark.parametrize(
    ("action", "arguments", "right"),
    [
        ("door_control", {"mode": "remain_open"}, "normalControl"),
        ("door_control", {"mode": "open"}, "doorControl"),
        ("alarm_output", {"mode": "on"}, "ioOutControl"),
        ("ptz", {"command": "left"}, "ptzControl"),
        ("find_person", {"name": "A"}, ""),
    ],
)
def test_rights_of_actions(action: str, arguments: Mapping[str, Any], right: str) -> None:
    """Actions need the same rights as entities."""
    assert right_of(action, arguments) == right


async def test_what_exists_no_more(platform: HikCentralSimulator) -> None:
    """A command to a door that is gone lets the inventory be read again."""
    async with running(platform) as site, listening(site):
        lock = site.feature(LockFeature, Kind.DOOR_LOCK)
        del platform.state.doors[lock.address.id]  # type: ignore[attr-defined]
        with pytest.raises(NotFoundError):
            await site.system.lock(lock, "lock", site.sink)
        await until(lambda: lock.id not in site.inventory.features)


# events


async def test_unknown_source_lets_the_inventory_be_read(platform: HikCentralSimulator) -> None:
    """An event of a camera that is new brings the camera."""
    async with running(platform) as site, listening(site):
        count = len(platform.state.cameras)
        model = next(iter(platform.state.cameras.values()))
        added = type(model)(**{name: getattr(model, name) for name in model.__dataclass_fields__})
        added.id, added.name = "990", "New camera"
        platform.state.cameras["990"] = added
        body = (
            b'{"method":"OnEventNotify","params":{"sendTime":"2026-11-20T12:00:00+00:00","ability":"event_vss","events":'
            b'[{"eventId":"a","srcIndex":"990","srcType":"camera","eventType":131331,"status":3,"timeout":30,'
            b'"happenTime":"2026-11-20T12:00:00+00:00"}]}}'
        )
        request = PushRequest(method="POST", path="", query={}, headers={}, body=body, remote="127.0.0.1")
        reply = await site.system.receive(request, site.sink)
        assert reply.status == 200
        assert site.sink.occurrences[-1].code == "131331"
        await until(lambda: "New camera" in {device.name for device in site.inventory.devices.values()})
        assert len(platform.state.cameras) == count + 1


async def test_door_event_reads_the_door(platform: HikCentralSimulator) -> None:
    """The lock follows at once, not with the next poll."""
    async with running(platform) as site, listening(site):
        await site.poll()
        lock = site.feature(LockFeature, Kind.DOOR_LOCK)
        door = lock.address.id  # type: ignore[attr-defined]
        platform.move_door(door, 0)
        body = (
            f'{{"method":"OnEventNotify","params":{{"sendTime":"2026-11-20T12:00:00+00:00","ability":"event_acs",'
            f'"events":{{"eventId":"b","srcIndex":"{door}","srcType":"door","eventType":198922,"status":3,"timeout":30,'
            f'"happenTime":"2026-11-20T12:00:00+00:00"}}}}}}'
        )
        request = PushRequest(method="PUT", path="", query={}, headers={}, body=body.encode(), remote="127.0.0.1")
        await site.system.receive(request, site.sink)

        def unlocked() -> bool:
            value = site.sink.values[lock.id]
            return isinstance(value, LockValue) and value.locked is False

        await until(unlocked)


async def test_farewell(platform: HikCentralSimulator) -> None:
    """A reload keeps the subscription, the removal of the entry takes it back."""
    async with running(platform) as site:
        async with listening(site):
            assert platform.subscriptions
        assert platform.subscriptions
        await site.system.leave()
        assert not any(subscription.types for subscription in platform.subscriptions)


async def test_push_switched_off(platform: HikCentralSimulator) -> None:
    """Then nothing is subscribed, and no address is open."""
    async with running(platform, {"push": False}) as site:
        assert not site.system.posts
        task = asyncio.create_task(site.system.listen(site.sink))
        await until(lambda: PushHealth(PushState.OFF) in site.sink.health)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not platform.subscriptions
        await site.system.leave()
        assert not platform.count("Subscription")


# commands


async def test_buttons_of_the_platform(platform: HikCentralSimulator) -> None:
    """Each reaches its call."""
    async with running(platform) as site, listening(site):
        for kind, path in (
            (Kind.RESUBSCRIBE, "eventSubscriptionByEventTypes"),
            (Kind.APPLY_PERMISSIONS, "visitor/v1/auth/reapplication"),
        ):
            before = platform.count(path)
            await site.system.press(site.feature(ButtonFeature, kind), site.sink)
            assert platform.count(path) > before, kind


async def test_unknown_action(platform: HikCentralSimulator) -> None:
    """Is refused without a request; the known ones are those that are offered."""
    async with running(platform) as site:
        before = len(platform.requests)
        with pytest.raises(UnsupportedError):
            await site.system.act("dance", (), {}, site.sink)
        assert len(platform.requests) == before
    assert HikCentralSystem.actions == set(ACTIONS)


async def test_diagnostics_name_nothing(platform: HikCentralSimulator) -> None:
    """Counts and causes, without names, ids, addresses and secrets."""
    async with running(platform) as site:
        await site.system.prime(site.sink, site.everything)
        told = str(site.system.diagnostics())
        assert platform.plan.version in told
        names = [one.name for one in (*platform.state.cameras.values(), *platform.state.doors.values())]
        for secret in (*names, platform.app_key, platform.app_secret, ADDRESS, "secret"):
            assert secret not in told


def test_last_pictures_give_way() -> None:
    """The oldest first, and never more bytes than allowed."""
    pictures = Pictures(limit=100)
    for number in range(5):
        pictures.put(str(number), Picture(content=bytes(40)))
    assert [pictures.get(str(number)) is not None for number in range(5)] == [False, False, False, True, True]
    pictures.put("3", Picture(content=bytes(10)))
    pictures.put("5", Picture(content=bytes(60)))
    assert pictures.get("4") is None
    assert pictures.get("3") is not None


async def test_faults_in_the_background_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for that work, so a fault of ours would vanish; a failure of the platform is no fault."""
    background = Background()

    async def fails(error: Exception) -> None:
        raise error

    tasks = [background.start(fails(error)) for error in (ZeroDivisionError(), NotFoundError(), ValueError("odd"))]
    await asyncio.gather(*tasks, return_exceptions=True)
    told = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert told == [ZeroDivisionError, ValueError]
    assert not background.tasks
