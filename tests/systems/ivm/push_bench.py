"""What the tests of pushes share: a simulated cloud that really posts to us, one clock for both sides."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.base import PushHealth, PushReply, PushRequest, PushState, Runtime
from custom_components.hikvision_ivm.systems.ivm.channel import EventChannel
from custom_components.hikvision_ivm.systems.ivm.client import IvmClient
from custom_components.hikvision_ivm.systems.ivm.context import Context
from custom_components.hikvision_ivm.systems.ivm.features import build
from custom_components.hikvision_ivm.systems.ivm.gather import Gatherer
from custom_components.hikvision_ivm.systems.ivm.places import uid_of
from custom_components.hikvision_ivm.systems.ivm.reading import Reader
from custom_components.hikvision_ivm.systems.ivm.register import Register
from custom_components.hikvision_ivm.systems.ivm.seen import with_seen
from custom_components.hikvision_ivm.systems.model import Inventory, Occurrence, Unknown, Value
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from simulators.ivm.push import Push
from tests.systems.hikcentral.event_bench import Clock, KeepingSink

from .cloud import connected

GATE = "CAMERA0000000001"
RECORDER = "RECORDER00000001"
PLAN = TenantPlan(
    orgs=("Home",),
    devices=(
        DevicePlan(name="Gate", serial=GATE),
        DevicePlan(kind="NVR", name="Recorder", serial=RECORDER, channels=2, channel_names=("Yard", "Door")),
    ),
)
SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"


class Callback:
    """A server that takes what is posted and hands it on, as the webhook does."""

    def __init__(self) -> None:
        """Nobody to hand it on to yet."""
        self.channel: EventChannel | None = None
        self.sink: KeepingSink | None = None
        self.deaf = False
        self.host = "127.0.0.1"
        self.port = 0
        self.secret = SECRET
        self.replies: list[PushReply] = []
        self.requests: list[PushRequest] = []
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Listen."""
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        server: Any = site._server  # noqa: SLF001
        self.port = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Give the port back."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        body = await request.content.read()
        if self.deaf or self.channel is None or self.sink is None:
            return web.Response(status=404)
        known = PushRequest(
            method=request.method, path="", query={}, headers=request.headers, body=body, remote=request.remote
        )
        self.requests.append(known)
        reply = await self.channel.receive(known, self.sink)
        self.replies.append(reply)
        return web.Response(status=reply.status, body=reply.body)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}/api/webhook/{self.secret}"


@dataclass
class Bench:
    """A cloud, our channel to it, and what was told."""

    cloud: IvmSimulator
    client: IvmClient
    runtime: Runtime
    clock: Clock
    channel: EventChannel
    sink: KeepingSink
    callback: Callback
    register: Register
    context: Context
    wanted: set[str]
    background: Background
    address: list[str | None] = field(default_factory=list)
    stale: list[int] = field(default_factory=lambda: [0])
    task: asyncio.Task[None] | None = None

    @property
    def uid(self) -> str:
        """Beginning of all ids."""
        return self.context.uid

    def listen(self) -> None:
        """Begin to listen."""
        self.task = asyncio.get_running_loop().create_task(self.channel.listen(self.sink))

    async def start(self) -> None:
        """Begin to listen, and wait until that led to something."""
        self.listen()
        await self.until(lambda: self.state is not PushState.CONNECTING)

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until something holds; real time passes, the clock stands."""
        async with asyncio.timeout(seconds):
            while not condition():
                if self.task is not None and self.task.done():
                    self.task.result()
                await asyncio.sleep(0.002)

    async def settle(self) -> None:
        """Wait until nothing goes on any more."""
        quiet, before = 0, (-1, -1, -1)
        while quiet < 4:
            await self.cloud.settle()
            await asyncio.sleep(0.005)
            now = (self.client.requests, len(self.cloud.requests), len(self.cloud.pushes))
            quiet = quiet + 1 if now == before and not self.channel.receiver.waiting else 0
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

    async def jump(self, seconds: float) -> None:
        """Let time pass at once, whoever sleeps meanwhile."""
        await self.settle()
        self.clock.move(self.clock.passed + seconds)
        await self.settle()

    @property
    def state(self) -> PushState:
        """State of the push channel."""
        return self.health.state

    @property
    def health(self) -> PushHealth:
        """How the push channel is."""
        return self.sink.health[-1] if self.sink.health else PushHealth(PushState.CONNECTING)

    def problems(self) -> dict[str, Mapping[str, str]]:
        """Return key → placeholders of the problems with pushes."""
        return {each.id: each.placeholders for each in self.sink.found.get("push", ())}

    def value(self, name: str) -> Value | Unknown:
        """Return what a feature is; `name` without the id of the account."""
        return self.sink.state(f"{self.uid}_{name}")

    def last(self) -> Occurrence:
        """Return what was told last."""
        return self.sink.occurrences[-1]

    def calls(self, method: str) -> list[str]:
        """Return the types of the requests about callbacks, in their order."""
        found = []
        for request in self.cloud.requests:
            if request.path.endswith("/messages/callback") and request.method == method:
                body = request.body if isinstance(request.body, dict) else {}
                found.append(str(body.get("subscription_type") or request.query.get("subscription_type")))
        return found

    async def raw(self, data: Mapping[str, Any], type_: str = "device_alarm", **more: Any) -> Push:
        """Push a message with some data."""
        message = {"message_id": self.cloud.message_id(), "message_type": type_, "data": data, "test": False, **more}
        return await self.cloud.push_raw("DEVICE_ALARM", message)


@asynccontextmanager
async def bench(
    plan: TenantPlan = PLAN,
    *,
    options: Mapping[str, Any] | None = None,
    cloud: IvmSimulator | None = None,
    clock: Clock | None = None,
    memory: dict[str, Any] | None = None,
    callback: Callback | None = None,
    dirty: bool = False,
    ready: bool = True,
) -> AsyncIterator[Bench]:
    """Run a cloud, or go on with a running one, and read its inventory. Nobody listens yet."""
    clock = clock or Clock()
    if cloud is None:
        async with (
            IvmSimulator(plan, clock=clock.now, dirty=dirty) as made,
            bench(options=options, cloud=made, clock=clock, memory=memory, callback=callback, ready=ready) as found,
        ):
            yield found
        return
    mine = callback or Callback()
    if callback is None:
        await mine.start()
    address: list[str | None] = [""]
    runtime = clock.runtime(memory, post_address=lambda: mine.address if address[0] == "" else address[0])
    chosen = dict(options or {})
    background = Background()
    try:
        async with connected(cloud, runtime=runtime) as client:
            found = await _made(cloud, client, runtime, clock, mine, chosen, background, address)
            mine.channel, mine.sink = found.channel, found.sink
            if ready:
                found.channel.ready()
            cloud.requests.clear()
            try:
                yield found
            finally:
                if found.task is not None:
                    found.task.cancel()
                    await asyncio.gather(found.task, return_exceptions=True)
                await background.cancel()
    finally:
        mine.channel = None
        if callback is None:
            await mine.stop()


async def _made(
    cloud: IvmSimulator, client: IvmClient, runtime: Runtime, clock: Clock, callback: Callback,
    options: Mapping[str, Any], background: Background, address: list[str | None],
) -> Bench:  # fmt: skip
    """Read the inventory of a cloud and make a channel over it."""
    register = Register(options, runtime)
    await Gatherer(Reader(client), register, runtime).inventory()
    uid, sink = uid_of(cloud.user_id), KeepingSink(clock)
    wanted: set[str] = set()
    stale = [0]

    def adopt(inventory: Inventory) -> None:
        sink.current = inventory

    def told(device: str, channel: str, changes: Mapping[str, str]) -> None:
        if channel:
            register.tell_channel(device, channel, **changes)
        else:
            register.tell_device(device, **changes)

    def note_stale() -> None:
        stale[0] += 1

    def gone(device: str) -> None:
        register.drop_device(device)

    context = Context(
        client=client, runtime=runtime, options=options, uid=uid, background=background,
        facts=lambda: register.facts, inventory=lambda: sink.current, deliver=sink.report, wanted=lambda: wanted,
    )  # fmt: skip
    sink.current = with_seen(build(uid, register.facts, options), register.facts, uid, runtime.memory)
    return Bench(
        cloud=cloud, client=client, runtime=runtime, clock=clock, sink=sink, callback=callback, register=register,
        channel=EventChannel(context, adopt=adopt, stale=note_stale, told=told, gone=gone), context=context,
        wanted=wanted, background=background, address=address, stale=stale,
    )  # fmt: skip
