"""The simulated platform: a gateway, what it manages, and the events it makes and pushes.

How a domain module hooks in (`domains/<name>.py`, loaded by itself when a platform is made):

- Numbers of things: fields of `DomainPlan` in `domains/plan.py` (read as `platform.plan.<field>`).
- State: dataclasses that inherit `Tracked` (`tracked.py`), held in fields of `DomainState` in `domains/state.py`
  (read as `platform.state.<field>`).
- Filling it: `@builds def people(platform) -> None`, called once for each new platform, after devices and areas exist.
  `platform.random` is seeded.
- Calls: `@endpoint("path/without/prefix", *PAGE, text("cameraIndexCode", required=True), …)` on
  `def handler(platform, call) -> data` (or `async def`). The parameters (`registry.text`, `number`, `array`, `thing`,
  `time`, `PAGE`, `PAGE_INDEX`) are checked before: a missing one is 0x00072001, a wrong range 0x00072002, a wrong form
  0x00072003. In the handler: `call.body`, `call.text(name)`, `call.words(name)` (comma list or array),
  `call.time(name)`, `call.page`, `call.headers`. Return the `data` of the *tables*; `""` for commands, `NO_DATA` for
  none, `Raw(body, content_type)` for a body that is no envelope. `raise Refuse("0x00072202")` is an error answer.
  `paged(platform, call, rows, render, index="pageNo")` and `unpaged(rows, render)` make lists.
  `sample=` turns table data into the printed quirks for the profile `sample`; `shaping.renamed(status="status ")`
  makes one that only renames keys. `cached=True` only where the answer depends on state and body alone.
- Events: `platform.happen(code, …)` makes an `EventRecord` in `platform.state.records`;
  `@after_event def hook(platform, record)` is called with each.
- Pictures: `platform.pictures.add(kind, caption, …) -> uri` and `platform.pictures.read(uri) -> bytes | None`.
- Time: `platform.now()` is aware, in the platform's zone; `stamp(moment)` prints it as the document does.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, tzinfo
import random
from types import TracebackType
from typing import Any, Self

from simulators.rtsp import RtspServer
from simulators.wire.tls import ServerCertificate

from . import calls, domains
from .acts import DeviceActs
from .build import build_core
from .events import EventMaker
from .live_paths import LivePaths
from .options import Options
from .pictures import PictureStore
from .plan import SitePlan
from .push import PushSender, Subscription
from .registry import BUILDERS, Call, Endpoint
from .server import Gateway
from .shaping import Profile, envelope
from .state import Search, State

DEFAULT_KEY = "20000001"
DEFAULT_SECRET = "exampleSecret0123456789"
KEPT_BODIES = 64


class HikCentralSimulator(Gateway, DeviceActs):
    """A HikCentral Professional platform on loopback; an async context manager."""

    def __init__(
        self,
        profile: Profile = "table",
        site: SitePlan | None = None,
        *,
        app_key: str = DEFAULT_KEY,
        app_secret: str = DEFAULT_SECRET,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool | ServerCertificate | None = None,
        delay: float = 0.0,
        rtsp_port: int | None = None,
        seed: int = 1,
        zone: tzinfo = UTC,
        now: Callable[[], datetime] | None = None,
        options: Options | None = None,
    ) -> None:
        """`delay`: seconds per answer; `tls=True` makes a certificate; ports 0 and None are free ones."""
        super().__init__(
            app_key=app_key, app_secret=app_secret, host=host, port=port, tls=tls, delay=delay, zone=zone, now=now,
            options=options or Options(),
        )  # fmt: skip
        self.profile: Profile = profile
        self.plan = site or SitePlan()
        self.random = random.Random(seed)
        self.pictures = PictureStore(self.random)
        self.state: State = State()
        self.live_paths = LivePaths(self.random)
        self.events = EventMaker(self)
        self.rtsp = RtspServer(self.live_paths.stream, username="", password="", host=host, port=rtsp_port or 0)
        self.subscriptions: list[Subscription] = []
        self.pushes = PushSender(self)
        self.searches: dict[str, Search] = {}
        """Searches for recordings by the cursor of what is left."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self.bodies: dict[tuple[str, bytes], tuple[tuple[int, ...], bytes]] = {}
        """Answers that are right while the state's version is the noted one, by path and request."""
        calls.load()
        domains.load()
        build_core(self)
        for builder in BUILDERS:
            builder(self)

    # Life

    async def start(self) -> Self:
        """Bind and be ready to push."""
        await self.rtsp.start()
        await self.listen()
        self.pushes.start()
        return self

    async def stop(self) -> None:
        """Close everything; may be called twice."""
        tasks, self._tasks = list(self._tasks), set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.pushes.stop()
        await self.stop_answering()
        await self.rtsp.stop()

    async def __aenter__(self) -> Self:
        """Start."""
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    def spawn[Result](self, work: Coroutine[Any, Any, Result], name: str = "") -> asyncio.Task[Result]:
        """Run a coroutine beside the requests until it ends or the platform stops."""
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something after a while, unless the platform stops before."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            work()

        self.spawn(wait())

    # Events

    def happen(
        self,
        code: int,
        source_type: str | None = None,
        source: str | None = None,
        *,
        status: int = 3,
        event_id: str | None = None,
        at: datetime | None = None,
        level: int = 2,
        data: dict[str, Any] | None = None,
        picture: bytes | bool | None = None,
        push: bool = True,
        record: bool = True,
        source_name: str | None = None,
        parent: str | None = None,
        description: str | None = None,
        link_cameras: Sequence[str] = (),
        announce_picture: bool = True,
    ) -> str:
        """Let an event happen: keep a record and push it to those who subscribed its type; return its id.

        Without source type and source they are taken from the event table and the first thing of that type; without
        `data` it is what the event's family has. `status`: 0 occurred, 1 started (`end()` it), 3 pulse; others are
        sent as they are. `picture`: True draws one, bytes are taken; its address travels in `data` where the family
        has a field for it, else a push with status 5 follows unless `announce_picture` is False. `record=False`: the
        search does not find it. `push=False`: it is only found by the search.
        """
        return self.events.happen(
            code, source_type, source, status=status, event_id=event_id, at=at, level=level, data=data,
            picture=picture, push=push, record=record, source_name=source_name, parent=parent,
            description=description, link_cameras=link_cameras, announce_picture=announce_picture,
        )  # fmt: skip

    async def end(self, event_id: str, at: datetime | None = None, *, push: bool = True) -> None:
        """End an event (status 2) and wait until that is pushed. Raises KeyError for an unknown id."""
        self.events.end(event_id, at, push=push)
        await self.settle()

    async def update(self, event_id: str, *, data: dict[str, Any] | None = None, picture: bytes | bool | None = None
                     ) -> None:  # fmt: skip
        """Push new data (status 4) and a late picture (status 5) of an event. Raises KeyError for an unknown id."""
        self.events.update(event_id, data=data, picture=picture)
        await self.settle()

    # Pushing

    @property
    def reachable(self) -> bool:
        """Whether pushes get out; while False they are lost."""
        return self.pushes.reachable

    @reachable.setter
    def reachable(self, value: bool) -> None:
        self.pushes.reachable = value

    @property
    def batch(self) -> int:
        """Most events of one notification."""
        return self.pushes.batch

    @batch.setter
    def batch(self, value: int) -> None:
        self.pushes.batch = value

    @property
    def delivered(self) -> int:
        """Notifications answered with a status below 300."""
        return self.pushes.delivered

    @property
    def failed_pushes(self) -> int:
        """Notifications that reached nobody or were answered otherwise, after all retries."""
        return self.pushes.failed

    def push_raw(self, body: bytes, content_type: str = "application/json", *, to: str | None = None
                 ) -> asyncio.Task[list[int]]:  # fmt: skip
        """Send any bytes to every destination, or to one; await it for the HTTP statuses (0: nobody there)."""
        return self.spawn(self.pushes.send_raw(body, content_type, to))

    async def settle(self) -> None:
        """Wait until every event that happened was pushed."""
        await self.pushes.settle()

    # Answering

    def perform(self, endpoint: Endpoint, call: Call) -> Any:
        """Ask the handler."""
        return endpoint.handler(self, call)

    def body_of(self, endpoint: Endpoint, data: Any, turn: int) -> bytes:
        """Write the envelope as the profile does."""
        return envelope(self.profile, endpoint, data, turn)

    def cached_body(self, endpoint: Endpoint, call: Call, raw: bytes) -> bytes | None:
        """Return the same answer again while nothing has changed."""
        kept = self.bodies.get((endpoint.path, raw))
        return kept[1] if kept is not None and kept[0] == self.state.version else None

    def keep_body(self, endpoint: Endpoint, call: Call, raw: bytes, body: bytes) -> None:
        """Keep the newest answers."""
        if self.profile == "hostile":
            return
        while len(self.bodies) >= KEPT_BODIES:
            del self.bodies[next(iter(self.bodies))]
        self.bodies[endpoint.path, raw] = (self.state.version, body)
