"""What the tests of events share: facts without a platform, a platform that posts to us, one clock for both sides."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from aiohttp import web

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.base import PushHealth, PushReply, PushRequest, Runtime
from custom_components.hikvision_ivm.systems.hikcentral.channel import EventChannel
from custom_components.hikvision_ivm.systems.hikcentral.client import HikCentralClient
from custom_components.hikvision_ivm.systems.hikcentral.context import Context
from custom_components.hikvision_ivm.systems.hikcentral.dedupe import Delivered
from custom_components.hikvision_ivm.systems.hikcentral.features import build
from custom_components.hikvision_ivm.systems.hikcentral.inventory import InventoryReader
from custom_components.hikvision_ivm.systems.hikcentral.lists import Lists
from custom_components.hikvision_ivm.systems.hikcentral.push import parse
from custom_components.hikvision_ivm.systems.hikcentral.records import (
    AlarmInput,
    Bed,
    Camera,
    Controller,
    Door,
    Encoder,
    Facts,
    MobileDevice,
    Room,
    Rule,
    Vehicle,
)
from custom_components.hikvision_ivm.systems.hikcentral.router import EventRouter
from custom_components.hikvision_ivm.systems.hikcentral.seen import with_seen
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    BinarySensorFeature,
    Inventory,
    Occurrence,
    Phase,
    Problem,
    Report,
    Unknown,
    Value,
)
from simulators.hikcentral import HikCentralSimulator
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan
from simulators.hikcentral.shaping import Profile

from .connect import connected

UID = "hikcentral_0123456789abcdef"
START = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
PERSONAL = {"personal": ["persons", "plates", "faces", "health"]}
_NEVER = float("inf")


class Clock:
    """Time of platform and client. It moves only when told to; who sleeps meanwhile wakes in order."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.passed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the moment."""
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        """Return seconds from an odd beginning."""
        return 1000.5 + self.passed

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock was told to move so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiting = asyncio.get_running_loop().create_future()
        entry = (self.passed + seconds, waiting)
        self._sleepers.append(entry)
        try:
            await waiting
        finally:
            self._sleepers.remove(entry)

    def next_due(self) -> float:
        """Return when somebody wakes next."""
        return min((due for due, waiting in self._sleepers if not waiting.done()), default=_NEVER)

    def move(self, to: float) -> None:
        """Move, and wake whoever is due."""
        self.passed = to
        for due, waiting in list(self._sleepers):
            if due <= to and not waiting.done():
                waiting.set_result(None)

    def runtime(self, memory: dict[str, Any] | None = None, **more: Any) -> Runtime:
        """Return a runtime of this clock."""
        return Runtime(
            now=self.now, monotonic=self.monotonic, sleep=self.sleep, random=lambda: 0.5,
            memory={} if memory is None else memory, **more,
        )  # fmt: skip


@dataclass
class KeepingSink:
    """Keeps what is delivered, and lets occurrences switch sensors as the coordinator does."""

    clock: Clock
    values: dict[str, Value | Unknown] = field(default_factory=dict)
    available: dict[str, bool] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    health: list[PushHealth] = field(default_factory=list)
    found: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    current: Inventory = field(default_factory=lambda: Inventory({}, {}))
    _until: dict[str, float] = field(default_factory=dict)

    def report(self, report: Report) -> None:
        """Keep a report; every feature in it must exist."""
        self.reports.append(report)
        for name in (*report.values, *(one for each in report.occurrences for one in each.features)):
            assert name in self.current.features, name
        self.values.update(report.values)
        self.available.update(report.available)
        for name in report.values:
            self._until.pop(name, None)
        for occurrence in report.occurrences:
            self.occurrences.append(occurrence)
            for name in occurrence.features:
                if isinstance(self.current.features[name], BinarySensorFeature):
                    self._switch(name, occurrence)

    def _switch(self, name: str, occurrence: Occurrence) -> None:
        """Latch a sensor."""
        if occurrence.phase is Phase.END:
            self._until.pop(name, None)
            self.values[name] = False
            return
        pulse = occurrence.phase is Phase.PULSE
        if occurrence.late or (pulse and occurrence.hold is None):
            return
        until = _NEVER if occurrence.hold is None else self.clock.passed + occurrence.hold
        if pulse:
            until = max(until, self._until.get(name, 0.0))
        self._until[name] = until
        self.values[name] = True

    def state(self, name: str) -> Value | Unknown:
        """Return what a feature is now."""
        if self._until.get(name, _NEVER) <= self.clock.passed:
            return False
        return self.values.get(name, UNKNOWN)

    def inventory(self, inventory: Inventory) -> None:
        """Keep an inventory."""
        self.inventories.append(inventory)
        self.current = inventory

    def push_health(self, health: PushHealth) -> None:
        """Keep the state of the push channel."""
        self.health.append(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Keep the problems of a topic."""
        self.found[topic] = tuple(problems)

    def told(self, *events: str) -> list[Occurrence]:
        """Return what was told to event entities to have begun or happened, all of it or of some words."""
        return [
            each
            for each in self.occurrences
            if each.phase in {Phase.START, Phase.PULSE}
            and each.picture is None
            and (not events or each.details["event"] in events)
        ]


def facts(**more: Any) -> Facts:
    """Return a site with one thing of each type; all ids are 1, as in the samples."""
    bed = Bed(id="7_2", name="2", room="7", number="2")
    known: dict[str, Any] = {
        "version": "V2.2.2.0",
        "local_site": "0",
        "cameras": {
            "1": Camera(
                id="1", name="Gate", parent_type="encodeDevice", parent="1", capabilities=frozenset({"event_veh"})
            )
        },
        "doors": {"1": Door(id="1", name="Front", controller="1")},
        "inputs": {"1": AlarmInput(id="1", name="Glass", parent_type="encodeDevice", parent="1")},
        "encoders": {"1": Encoder(id="1", name="Recorder")},
        "controllers": {"1": Controller(id="1", name="Lobby")},
        "mobile_devices": {"1": MobileDevice(id="1", name="Box")},
        "vehicles": {"1": Vehicle(id="1", name="Bus", device="1")},
        "rooms": {"7": Room(id="7", name="101", number="101", beds=(bed,))},
        "beds": {"7_2": bed},
        "rules": {"1": Rule(id="1", name="Ring")},
    }
    return Facts(**(known | more))


def event(code: int = 131331, status: int = 1, **more: Any) -> dict[str, Any]:
    """Return an event as it is pushed; fields may be given, None leaves one out."""
    known = {
        "eventId": "c929d9f873eb48439bd2c59df358bbeb",
        "srcIndex": "1",
        "srcType": "camera",
        "srcName": "Gate",
        "eventType": code,
        "status": status,
        "eventLvl": 2,
        "timeout": 30,
        "happenTime": at(0),
        "srcParentIdex": "85",
        "data": {},
    }
    return {name: value for name, value in (known | more).items() if value is not None}


def at(seconds: float) -> str:
    """Return a moment after noon as pushes carry it."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def message(*events: Any) -> bytes:
    """Return a notification."""
    params = {"sendTime": at(0), "ability": "event_vss", "events": list(events)}
    return json.dumps({"method": "OnEventNotify", "params": params}).encode()


class RouterBench:
    """A router with its inventory and no platform."""

    def __init__(self, known: Facts | None = None, options: Mapping[str, Any] | None = None, **memory: Any) -> None:
        """Begin with nothing told."""
        self.clock = Clock()
        self.sink = KeepingSink(self.clock)
        self.memory: dict[str, Any] = memory
        self.runtime = self.clock.runtime(self.memory)
        self.stale: list[tuple[str, str]] = []
        self.strangers = 0
        self.skew: float | None = None
        self.background = Background()
        self.facts = known or facts()
        self.options = dict(options or {})
        self.router = EventRouter(
            UID, self.runtime, self.options, Delivered(self.runtime), self.background,
            on_stale=lambda kind, id_: self.stale.append((kind, id_)), on_stranger=self._stranger,
            skew=lambda: self.skew,
        )  # fmt: skip
        self.use()

    def use(self) -> Inventory:
        """Take over the inventory of the facts."""
        inventory = with_seen(build(self.facts, UID, self.options), self.facts, self.options, self.memory)
        self.sink.current = inventory
        self.router.update(self.facts, inventory)
        return inventory

    def _stranger(self) -> None:
        self.strangers += 1

    def push(self, *events: dict[str, Any]) -> list[Occurrence]:
        """Push events in one message; return what they led to."""
        before = len(self.sink.occurrences)
        batch = parse(message(*events), UTC)
        assert not batch.refused, batch.refused
        self.router.take_all(batch.events, self.sink)
        return self.sink.occurrences[before:]

    def state(self, name: str) -> Value | Unknown:
        """Return what a feature is; `name` without the id of the system."""
        return self.sink.state(f"{UID}{name}")

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await _pass(self.clock, seconds, _few_turns)


async def _few_turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _pass(clock: Clock, seconds: float, settle: Any) -> None:
    """Move the clock from one sleeper to the next."""
    target = clock.passed + seconds
    await settle()
    while (due := clock.next_due()) <= target:
        clock.move(max(due, clock.passed))
        await settle()
    clock.move(target)
    await settle()


class Callback:
    """A server that takes what is posted and hands it on."""

    def __init__(self) -> None:
        """Nobody to hand it on to yet."""
        self.channel: EventChannel | None = None
        self.sink: KeepingSink | None = None
        self.deaf = False
        self.port = 0
        self.replies: list[PushReply] = []
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Listen."""
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        server: Any = site._server  # noqa: SLF001
        self.port = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Give the port back."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        if self.deaf or self.channel is None or self.sink is None:
            return web.Response(status=404)
        reply = await self.channel.receive(
            PushRequest(
                method=request.method, path="", query={}, headers=request.headers, body=await request.read(),
                remote=request.remote,
            ),
            self.sink,
        )  # fmt: skip
        self.replies.append(reply)
        return web.Response(status=reply.status, body=reply.body)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/eventRcv"


@dataclass
class Bench:
    """A platform, our channel to it, and what was told."""

    platform: HikCentralSimulator
    client: HikCentralClient
    runtime: Runtime
    clock: Clock
    channel: EventChannel
    sink: KeepingSink
    callback: Callback
    facts: Facts
    context: Context
    wanted: set[str]
    task: asyncio.Task[None] | None = None

    def listen(self) -> None:
        """Begin to listen."""
        self.task = asyncio.get_running_loop().create_task(self.channel.listen(self.sink))

    async def settle(self) -> None:
        """Wait until nothing goes on any more."""
        quiet, before = 0, (-1, -1)
        while quiet < 3:
            await self.platform.settle()
            await asyncio.sleep(0.005)
            now = (self.client.requests, len(self.platform.requests))
            busy = self.client.requests != len(self.platform.requests) or self.channel.receiver.waiting
            quiet = quiet + 1 if now == before and not busy else 0
            before = now

    async def wait(self, seconds: float) -> None:
        """Let time pass on both sides."""
        if self.task is not None and self.task.done():
            await self.task
        await _pass(self.clock, seconds, self.settle)

    def state(self, name: str) -> Value | Unknown:
        """Return what a feature is; `name` without the id of the system."""
        return self.sink.state(f"{UID}{name}")

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of the requests to a path, in order."""
        return [request.body for request in self.platform.requests if request.path == path]

    def problems(self) -> dict[str, Mapping[str, str]]:
        """Return key → placeholders of the problems with events."""
        return {each.key: each.placeholders for each in self.sink.found.get("events", ())}


@asynccontextmanager
async def bench(
    plan: SitePlan | None = None,
    profile: Profile = "table",
    *,
    options: Mapping[str, Any] | None = None,
    behaviour: Options | None = None,
    platform: HikCentralSimulator | None = None,
    clock: Clock | None = None,
    memory: dict[str, Any] | None = None,
    address: str | None = "",
    callback: Callback | None = None,
) -> AsyncIterator[Bench]:
    """Run a platform, or go on with a running one, and read its inventory. Nobody listens yet.

    `address`: another one than that of our callback; None: nobody knows ours.
    """
    clock = clock or Clock()
    if platform is None:
        async with (
            HikCentralSimulator(profile, plan, now=clock.now, options=behaviour) as made,
            bench(
                options=options, platform=made, clock=clock, memory=memory, address=address, callback=callback
            ) as found,
        ):
            yield found
        return
    mine = callback or Callback()
    if callback is None:
        await mine.start()
    runtime = clock.runtime(memory, post_address=lambda: mine.address if address == "" else address)
    chosen = dict(options or {})
    try:
        async with connected(platform, runtime) as client:
            known = await InventoryReader(client, Lists(client), chosen).read()
            sink = KeepingSink(clock)
            channel = EventChannel(client, runtime, chosen, UID)
            sink.current = with_seen(build(known, UID, chosen), known, chosen, runtime.memory)
            channel.update(known, sink.current)
            wanted: set[str] = set()
            channel.use_wanted(wanted)
            mine.channel, mine.sink = channel, sink
            context = Context(
                client=client, runtime=runtime, options=chosen, uid=UID, facts=lambda: known,
                inventory=lambda: sink.current, router=lambda: channel.router,
            )  # fmt: skip
            made_bench = Bench(platform, client, runtime, clock, channel, sink, mine, known, context, wanted)
            client.requests = 0
            platform.requests.clear()
            yield made_bench
            if made_bench.task is not None:
                made_bench.task.cancel()
                await asyncio.gather(made_bench.task, return_exceptions=True)
            await channel.close()
    finally:
        mine.channel = None
        if callback is None:
            await mine.stop()


def words(occurrences: Sequence[Occurrence]) -> Iterator[tuple[str, Phase]]:
    """Yield word and phase of what was told."""
    return ((str(each.details["event"]), each.phase) for each in occurrences)
