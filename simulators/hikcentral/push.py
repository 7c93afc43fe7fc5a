"""Notifications to those who subscribed (§3.7): in batches, one after the other for each destination."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
import ssl
from time import monotonic
from typing import TYPE_CHECKING, Any

import aiohttp

from .answers import dump
from .shaping import notification
from .times import fine_stamp, spaced_stamp

if TYPE_CHECKING:
    from .platform import HikCentralSimulator

BATCH_SECONDS = 0.01
"""How long a batch waits for more events."""
KEPT_LATENCIES = 10_000


@dataclass(slots=True)
class Subscription:
    """What one partner wants to be sent where."""

    app_key: str
    types: list[int]
    dest: str
    pass_back: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that is not sent yet; `due` in seconds of the loop's clock."""

    event: dict[str, Any]
    ability: str
    due: float


class PushSender:
    """Sends events in a task of its own and counts how they were received."""

    def __init__(self, platform: HikCentralSimulator) -> None:
        """Nothing is sent before `start()`."""
        self._platform = platform
        self.reachable = True
        self.batch = 1
        self.delivered = 0
        self.failed = 0
        self.lost = 0
        """Events that nobody was sent because nothing got out."""
        self.latencies: deque[float] = deque(maxlen=KEPT_LATENCIES)
        """Seconds from each notification to its answer."""
        self.statuses: deque[int] = deque(maxlen=KEPT_LATENCIES)
        """HTTP status of each answer; 0: nobody there."""
        self._turn = 0
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._session: aiohttp.ClientSession | None = None
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        connector = aiohttp.TCPConnector(ssl=_careless())
        self._session = aiohttp.ClientSession(connector=connector)
        self._worker = asyncio.get_running_loop().create_task(self._work(), name="simulated pushes")

    async def stop(self) -> None:
        """End; what waits is lost."""
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
            self._worker = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    def offer(self, event: dict[str, Any], ability: str) -> None:
        """Let an event be sent to all who subscribed its type."""
        if self._worker is None or not any(event["eventType"] in item.types for item in self._platform.subscriptions):
            return
        due = asyncio.get_running_loop().time() + self._platform.options.push_delay
        self._queue.put_nowait(Waiting(event, ability, due))

    async def settle(self) -> None:
        """Wait until everything offered was sent or given up."""
        await self._queue.join()

    async def send_raw(self, body: bytes, content_type: str, to: str | None) -> list[int]:
        """Send any bytes; return the statuses."""
        destinations = [to] if to else list(dict.fromkeys(item.dest for item in self._platform.subscriptions))
        return list(await asyncio.gather(*(self._post(dest, body, content_type) for dest in destinations)))

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            waiting = [await self._queue.get()]
            if (pause := waiting[0].due - loop.time()) > 0:
                await asyncio.sleep(pause)
            if self.batch > 1 and self._queue.qsize() < self.batch - 1:
                await asyncio.sleep(BATCH_SECONDS)
            while len(waiting) < self.batch and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            try:
                await self._send(waiting)
            finally:
                for _ in waiting:
                    self._queue.task_done()

    async def _send(self, waiting: list[Waiting]) -> None:
        if not self.reachable:
            self.lost += len(waiting)
            return
        await asyncio.gather(
            *(self._send_to(subscription, waiting) for subscription in list(self._platform.subscriptions))
        )

    async def _send_to(self, subscription: Subscription, waiting: list[Waiting]) -> None:
        options = self._platform.options
        if not subscription.pass_back and options.needs_pass_back:
            return
        wanted = [item for item in waiting if item.event["eventType"] in subscription.types]
        if options.reorder:
            wanted.reverse()
        for ability in dict.fromkeys(item.ability for item in wanted):
            body = dump(self._message(ability, [item.event for item in wanted if item.ability == ability]))
            for _ in range(1 + options.duplicates):
                await self._deliver(subscription.dest, body)

    def _message(self, ability: str, events: list[dict[str, Any]]) -> dict[str, Any]:
        moment = self._platform.now()
        printed = spaced_stamp(moment) if self._platform.options.spaced_send_time else fine_stamp(moment)
        message = {"method": "OnEventNotify", "params": {"sendTime": printed, "ability": ability, "events": events}}
        self._turn += 1
        return notification(self._platform.profile, message, self._turn - 1)

    async def _deliver(self, dest: str, body: bytes) -> None:
        """Send one notification, again if it failed and retries are set."""
        options = self._platform.options
        for attempt in range(1 + options.push_retries):
            if attempt:
                await asyncio.sleep(options.retry_seconds)
            if 200 <= await self._post(dest, body, options.push_content_type) < 300:
                self.delivered += 1
                return
        self.failed += 1

    async def _post(self, dest: str, body: bytes, content_type: str) -> int:
        assert self._session is not None
        options = self._platform.options
        timeout = aiohttp.ClientTimeout(total=options.push_timeout)
        began = monotonic()
        try:
            async with self._session.request(
                options.push_verb, dest, data=body, headers={"Content-Type": content_type}, timeout=timeout
            ) as response:
                await response.read()
                status = response.status
        except aiohttp.ClientError, TimeoutError, ValueError:
            status = 0
        self.latencies.append(monotonic() - began)
        self.statuses.append(status)
        return status


def _careless() -> ssl.SSLContext:
    """TLS that trusts anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
