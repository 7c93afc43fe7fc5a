"""Fixtures of the tests of ISAPI: a system on a device, time that only moves when told, a sink that keeps."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.base import PushHealth, Runtime
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem
from custom_components.hikvision_ivm.systems.model import Inventory, Problem, Report
from simulators.isapi.server import DeviceServer


class Clock:
    """Time that only tests move; sleeping moves it too."""

    def __init__(self) -> None:
        """Start at a fixed moment."""
        self.passed = 0.0
        self.memory: dict[str, Any] = {}
        self.remembered = 0

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime(2026, 11, 20, 12, 0, tzinfo=UTC) + timedelta(seconds=self.passed)

    async def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self.passed += seconds

    def _remember(self) -> None:
        """Count that the memory was changed."""
        self.remembered += 1

    def runtime(self) -> Runtime:
        """Return a runtime of this clock."""
        return Runtime(
            now=self.now,
            monotonic=lambda: self.passed,
            sleep=self.sleep,
            memory=self.memory,
            remember=self._remember,
        )


class KeepingSink:
    """Keeps what a system delivers."""

    def __init__(self) -> None:
        """Start empty."""
        self.values: dict[str, Any] = {}
        self.available: dict[str, bool] = {}
        self.inventories: list[Inventory] = []
        self.problem_keys: dict[str, list[str]] = {}
        self.healths: list[PushHealth] = []

    def report(self, report: Report) -> None:
        """Keep values and availability."""
        self.values.update(report.values)
        self.available.update(report.available)

    def inventory(self, inventory: Inventory) -> None:
        """Keep an inventory."""
        self.inventories.append(inventory)

    def push_health(self, health: PushHealth) -> None:
        """Keep a state of the push channel."""
        self.healths.append(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Keep the keys of problems."""
        self.problem_keys[topic] = [problem.key for problem in problems]


type Connect = Callable[..., IsapiSystem]
type Read = Callable[..., Awaitable[tuple[IsapiSystem, Inventory]]]


@pytest.fixture
def clock() -> Clock:
    """Return time."""
    return Clock()


@pytest.fixture
def sink() -> KeepingSink:
    """Return a sink."""
    return KeepingSink()


@pytest.fixture
async def connect(socket_enabled: None, clock: Clock) -> AsyncIterator[Connect]:
    """Return a function that makes a system for a device, with options."""
    systems: list[IsapiSystem] = []
    async with aiohttp.ClientSession() as session:

        def make(
            device: DeviceServer, options: Mapping[str, Any] | None = None, runtime: Runtime | None = None, **data: Any
        ) -> IsapiSystem:
            settings = {"url": device.url, "username": device.username, "password": device.password, **data}
            system = IsapiSystem.create(session, settings, options or {}, runtime or clock.runtime())
            systems.append(system)
            return system

        yield make
        for system in systems:
            await system.close()


@pytest.fixture
def read(connect: Connect) -> Read:
    """Return a coroutine function that makes a system and reads its inventory."""

    async def run(device: DeviceServer, **settings: Any) -> tuple[IsapiSystem, Inventory]:
        system = connect(device, **settings)
        await system.identify()
        return system, await system.inventory()

    return run
