"""What the tests of an account as a whole share: the system on a simulated cloud that posts to it, one clock for both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp

from custom_components.hikvision_ivm.systems.base import PushHealth, PushState, Tier
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.ivm.channel import EventChannel
from custom_components.hikvision_ivm.systems.ivm.system import IvmSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Inventory, Problem, Unknown, Value
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from tests.systems.hikcentral.event_bench import Clock, KeepingSink

from .push_bench import Callback

GATE = "CAMERA0000000001"
RECORDER = "RECORDER00000001"
UID = "ivm_800000000000000000000001"
HOME = TenantPlan(
    orgs=("Home", "Home/Garden", "Shop"),
    devices=(
        DevicePlan(name="Gate", org="Home", serial=GATE),
        DevicePlan(
            kind="NVR", name="Recorder", org="Shop", serial=RECORDER, channels=2, channel_names=("Yard", "Door")
        ),
    ),
)
LONGEST_JUMP = 30.0
"""Sleeps that are so short end when everything waits for them."""


@dataclass
class Running:
    """A system as the coordinator would run it. `lost`: ids of features that nobody looks at."""

    cloud: IvmSimulator
    system: IvmSystem
    sink: KeepingSink
    clock: Clock
    memory: dict[str, Any]
    callback: Callback
    address: list[str | None]
    lost: set[str] = field(default_factory=set)
    task: asyncio.Task[None] | None = None

    @property
    def inventory(self) -> Inventory:
        """What exists now."""
        return self.sink.current

    @property
    def wanted(self) -> set[str]:
        """What somebody looks at."""
        return self.inventory.features.keys() - self.lost

    def one(self, kind: Kind, device: str = GATE, part: str = "", type_: str = "") -> Any:
        """Return a feature of a device of the inventory, named without the id of the account."""
        (found,) = self.some(kind, device, part, type_)
        return found

    def some(self, kind: Kind, device: str = GATE, part: str | None = None, type_: str = "") -> list[Any]:
        """Return all features of a kind on a device."""
        own = f"{UID}_{device}" if device else UID
        return [
            each
            for each in self.inventory.features.values()
            if each.kind is kind and each.device_id == own and part in {None, each.part} and type_ in {"", each.type}
        ]

    def value(self, kind: Kind, device: str = GATE, part: str = "", type_: str = "") -> Value | Unknown:
        """Return what a feature is now."""
        return self.sink.state(self.one(kind, device, part, type_).id)

    def available(self, device: str = GATE) -> bool | None:
        """Return whether a device can be reached."""
        return self.sink.available.get(f"{UID}_{device}")

    def problems(self, topic: str | None = None) -> dict[str, Problem]:
        """Return the problems that last, by key."""
        topics = self.sink.found if topic is None else {topic: self.sink.found.get(topic, ())}
        return {one.key: one for problems in topics.values() for one in problems}

    @property
    def health(self) -> PushHealth:
        """How the pushes are."""
        return self.sink.health[-1] if self.sink.health else PushHealth(PushState.CONNECTING)

    def state(self) -> PushState:
        """Return the state of the push channel."""
        return self.health.state

    def asked(self, path: str = "", method: str | None = None) -> int:
        """Count requests."""
        return self.cloud.count(path, method)

    # time

    async def through[T](self, work: Awaitable[T]) -> T:
        """Wait for something; short sleeps end as soon as nothing else goes on."""
        task = asyncio.ensure_future(work)
        quiet, before = 0, (-1, -1)
        async with asyncio.timeout(30):
            while not task.done():
                await asyncio.sleep(0.002)
                now = self._pulse()
                quiet = quiet + 1 if now == before else 0
                before = now
                if quiet >= 8 and self.clock.next_due() <= self.clock.passed + LONGEST_JUMP:
                    self.clock.move(max(self.clock.next_due(), self.clock.passed))
                    quiet = 0
        return task.result()

    def _pulse(self) -> tuple[int, int]:
        """Return what moves while something goes on."""
        return self.system.client.requests, len(self.cloud.requests)

    async def settle(self) -> None:
        """Wait until nothing goes on any more."""
        quiet, before = 0, (-1, -1, -1)
        async with asyncio.timeout(10):
            while quiet < 4:
                await self.cloud.settle()
                await asyncio.sleep(0.005)
                now = (*self._pulse(), len(self.cloud.pushes))
                quiet = quiet + 1 if now == before else 0
                before = now

    async def wait(self, seconds: float) -> None:
        """Let time pass on both sides, from one sleeper to the next."""
        target = self.clock.passed + seconds
        await self.settle()
        while (due := self.clock.next_due()) <= target:
            self.clock.move(max(due, self.clock.passed))
            await self.settle()
        self.clock.move(target)
        await self.settle()

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until something holds; real time passes, the clock stands."""
        async with asyncio.timeout(seconds):
            while not condition():
                if self.task is not None and self.task.done():
                    self.task.result()
                await asyncio.sleep(0.002)

    # life

    async def poll(self, *tiers: Tier) -> None:
        """Poll some tiers, as if the last time was long ago."""
        for tier in tiers:
            if tier is Tier.INVENTORY:
                self.clock.move(self.clock.passed + 130)
            await self.through(self.system.poll(tier, self.sink, self.wanted))

    async def listen(self) -> None:
        """Let the cloud push, and wait until that is settled."""
        self.task = asyncio.create_task(self.system.listen(self.sink))
        await self.until(lambda: self.health.state is not PushState.CONNECTING)
        await self.settle()

    async def deaf(self) -> None:
        """Listen no more."""
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError, SystemFailure):
                await self.task
            self.task = None

    async def prime(self) -> None:
        """Deliver what is known, read details, and let what was learnt become features."""
        await self.through(self.system.prime(self.sink, self.wanted))
        await self.wait(3)

    def forget(self) -> None:
        """Begin to count anew."""
        self.cloud.requests.clear()
        self.sink.inventories.clear()
        self.sink.reports.clear()
        self.sink.occurrences.clear()


def data_of(cloud: IvmSimulator, **more: Any) -> dict[str, Any]:
    """Return the data of a config entry."""
    return {
        "url": cloud.url, "verify_ssl": True, "fingerprint": None, "user_id": cloud.user_id,
        "access_key": cloud.ak, "secret_key": cloud.sk, **more,
    }  # fmt: skip


@asynccontextmanager
async def made(
    cloud: IvmSimulator,
    clock: Clock,
    *,
    options: Mapping[str, Any] | None = None,
    memory: dict[str, Any] | None = None,
    callback: Callback | None = None,
    **data: Any,
) -> AsyncIterator[Running]:
    """Make a system on a cloud that runs; nothing is asked yet."""
    memory = {} if memory is None else memory
    mine = callback or Callback()
    if callback is None:
        await mine.start()
    address: list[str | None] = [""]
    runtime = clock.runtime(memory, post_address=lambda: mine.address if address[0] == "" else address[0])
    async with aiohttp.ClientSession() as session:
        system = IvmSystem.create(session, data_of(cloud, **data), options or {}, runtime)
        run = Running(cloud, system, KeepingSink(clock), clock, memory, mine, address)
        mine.channel, mine.sink = cast(EventChannel, system), run.sink
        try:
            yield run
        finally:
            await run.deaf()
            await run.through(system.close())
            mine.channel = None
            if callback is None:
                await mine.stop()


@asynccontextmanager
async def running(
    plan: TenantPlan = HOME,
    *,
    cloud: IvmSimulator | None = None,
    clock: Clock | None = None,
    push: bool = False,
    prime: bool = True,
    **more: Any,
) -> AsyncIterator[Running]:
    """Run a system on a cloud, a new one or one that runs, as set-up leaves it. `more` as of `made`."""
    clock = clock or Clock()
    if cloud is None:
        async with (
            IvmSimulator(plan, clock=clock.now) as fresh,
            running(cloud=fresh, clock=clock, push=push, prime=prime, **more) as run,
        ):
            yield run
        return
    async with made(cloud, clock, **more) as run:
        await run.through(run.system.identify())
        run.sink.current = await run.through(run.system.inventory())
        if push:
            await run.listen()
        if prime:
            await run.prime()
        run.forget()
        yield run
