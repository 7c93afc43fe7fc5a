"""Days of an account in no time: one clock for the integration and the cloud, which jumps to what is due next."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import heapq
from itertools import count
from typing import Any, Final, override

import aiohttp
from aiohttp import web

from custom_components.hikvision_ivm.systems.base import PushHealth, PushRequest, PushState, Runtime, Tier
from custom_components.hikvision_ivm.systems.ivm import IvmSystem
from custom_components.hikvision_ivm.systems.ivm.client import IvmClient
from custom_components.hikvision_ivm.systems.model import Feature, Inventory, Problem, Report
from custom_components.hikvision_ivm.systems.settings import PUSH
from custom_components.hikvision_ivm.systems.transport.http import HttpClient, Policy
from custom_components.hikvision_ivm.systems.transport.messages import Response
from simulators.ivm import IvmSimulator, TenantPlan

BEGIN: Final = datetime(2026, 11, 2, 8, tzinfo=UTC)
CALM: Final = 5
"""Turns of the event loop without a request under way, after which everybody waits for the clock."""
SECRET: Final = "5ec2e7" * 10


class Clock:
    """Time that stands still while something is under way."""

    def __init__(self) -> None:
        """Begin on a morning."""
        self.time = 0.0
        self.busy = 0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        """Return the moment."""
        return BEGIN + timedelta(seconds=self.time)

    async def sleep(self, seconds: float) -> None:
        """Wait in this time."""
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + max(0.0, seconds), next(self._numbers), waiter))
        await waiter

    async def calm(self) -> None:
        """Return when nothing is under way any more."""
        turns = 0
        while turns < CALM:
            await asyncio.sleep(0.0005 if self.busy else 0)
            turns = 0 if self.busy else turns + 1

    async def run(self, until: float) -> None:
        """Let time pass until a moment."""
        await self.calm()
        while self._sleepers and self._sleepers[0][0] <= until:
            moment, _, waiter = heapq.heappop(self._sleepers)
            if not waiter.done():
                self.time = max(self.time, moment)
                waiter.set_result(None)
                await self.calm()
        self.time = until


class WatchedHttp(HttpClient):
    """Tells the clock while a request is under way."""

    clock: Clock

    @override
    async def request(self, *arguments: Any, **more: Any) -> Response:
        """Send it."""
        self.clock.busy += 1
        try:
            return await super().request(*arguments, **more)
        finally:
            self.clock.busy -= 1


class Account:
    """An account as a coordinator would run it, with an entity for everything that is enabled by itself."""

    def __init__(self, cloud: IvmSimulator, clock: Clock, session: aiohttp.ClientSession, *, push: bool) -> None:
        """`push`: the cloud posts to it."""
        self.clock = clock
        self.current = Inventory({}, {})
        self.healthy = False
        self._wanted: frozenset[str] = frozenset()
        self._address: str | None = None
        runtime = Runtime(
            now=clock.now, monotonic=lambda: clock.time, sleep=clock.sleep, post_address=lambda: self._address
        )
        http = WatchedHttp(session, cloud.url, None, runtime=runtime, policy=Policy(own_login=True))
        http.clock = clock
        self.client = IvmClient(http, cloud.user_id, cloud.ak, cloud.sk, runtime, connect=lambda url: http)
        self.system = IvmSystem(self.client, {PUSH: push}, runtime)

    @property
    def wanted(self) -> Collection[str]:
        """What somebody looks at."""
        return self._wanted

    async def start(self) -> None:
        """Set it up, and begin to listen and to poll."""
        await self.system.identify()
        self.inventory(await self.system.inventory())
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self.system.listen(self))]
        await self.clock.calm()
        self._tasks.append(loop.create_task(self.system.prime(self, self.wanted)))
        self._tasks += [loop.create_task(self._poll(tier)) for tier in self.system.periods(push_healthy=self.healthy)]

    async def _poll(self, tier: Tier) -> None:
        while (period := self.system.periods(push_healthy=self.healthy).get(tier)) is not None:
            await self.clock.sleep(period)
            await self.system.poll(tier, self, self.wanted)

    async def stop(self) -> None:
        """End everything. Raises what broke."""
        broken = [task for task in self._tasks if task.done() and not task.cancelled() and task.exception()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.system.close()
        for task in broken:
            await task

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Be there for what is posted."""
        server = web.ServerRunner(web.Server(self._receive, access_log=None))
        await server.setup()
        await web.TCPSite(server, "127.0.0.1", 0).start()
        self._address = f"http://127.0.0.1:{server.addresses[0][1]}/{SECRET}"
        try:
            yield
        finally:
            await server.cleanup()

    async def _receive(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        posted = PushRequest(method=request.method, path="", query={}, headers=request.headers, body=body)
        return web.Response(status=(await self.system.receive(posted, self)).status)

    # what the system delivers

    def report(self, report: Report) -> None:
        """Nobody is told."""

    def inventory(self, inventory: Inventory) -> None:
        """Have an entity for what is enabled by itself."""
        self.current = inventory
        self._wanted = frozenset(feature.id for feature in inventory.features.values() if _is_wanted(feature))

    def push_health(self, health: PushHealth) -> None:
        """Take note of it."""
        self.healthy = health.state is PushState.HEALTHY

    def problems(self, topic: str, problems: Collection[Problem]) -> None:
        """Nobody is told."""


def _is_wanted(feature: Feature) -> bool:
    return feature.enabled


@asynccontextmanager
async def account(plan: TenantPlan, *, push: bool = True) -> AsyncIterator[tuple[IvmSimulator, Account, Clock]]:
    """Run a cloud and an account that is not started yet, on one clock."""
    clock = Clock()
    async with IvmSimulator(plan, clock=clock.now) as cloud, aiohttp.ClientSession() as session:
        running = Account(cloud, clock, session, push=push)
        async with running.open():
            yield cloud, running, clock
