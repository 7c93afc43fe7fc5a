"""The event stream: one endless multipart answer for each subscription, and every way to frame it (ip-receiver §3.3)."""

import asyncio
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from itertools import count

from aiohttp import web

from simulators.wire.connections import reset

from .knobs import Framing

QUEUE_LIMIT = 200_000
"""Parts waiting for a client that does not read; then its stream is cut."""
FIRST_ID = 5939
WRITTEN_SECONDS = 10.0


class RawResponse(web.StreamResponse):
    """An answer without Content-Length and without chunks, ended by closing, as the sample's `Connection: close`."""

    _length_check = False


def spoiled(body: bytes, commas: str) -> bytes:
    """Return JSON with the punctuation of the printed samples (T20)."""
    if commas == "trailing":
        inner = body.rstrip(b"}")
        return inner + b"," + b"}" * (len(body) - len(inner))
    if commas == "missing":
        return body.replace(b'","', b'"\n"', 1)
    return body


def frame(framing: Framing, body: bytes) -> bytes:
    """Return one part."""
    end = framing.newline.encode()
    body = spoiled(body, framing.commas)
    lengths = {"right": len(body), "newline": len(body) + len(end), "wrong": max(1, len(body) - 17)}
    head = [f"--{framing.boundary}", 'Content-Type: application/json; charset="UTF-8"']
    if framing.length in lengths:
        head.append(f"Content-Length: {lengths[framing.length]}")
    return framing.lead + end.join(line.encode() for line in (*head, "", "")) + body + end


class Delivery:
    """What was sent; await it to wait until every open stream has written it."""

    __slots__ = ("_subscriptions",)

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        """`subscriptions`: those it was queued for."""
        self._subscriptions = tuple(subscriptions)

    def __await__(self) -> Generator[None]:
        """Wait. Raises TimeoutError if a client does not read."""
        return self._wait().__await__()

    async def _wait(self) -> None:
        async with asyncio.timeout(WRITTEN_SECONDS):
            for subscription in self._subscriptions:
                await subscription.written()


class Subscription:
    """One client's stream."""

    def __init__(self, number: int, request: web.Request) -> None:
        """`number`: its id."""
        self.id = number
        self.request = request
        self.beats = 0
        """Heartbeats sent, which is what `activePostCount` counts."""
        self.bytes_sent = 0
        self.forgotten = False
        """Gets heartbeats only: the receiver does not know it any more."""
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LIMIT)
        self._left: int | None = None

    def send(self, data: bytes | None) -> None:
        """Queue bytes; None ends the answer behind what is queued. Who reads nothing for too long loses the stream."""
        try:
            self._queue.put_nowait(data)
        except asyncio.QueueFull:
            self.abort()

    def abort(self) -> None:
        """Break the connection."""
        reset(self.request.transport)

    def cut(self, after: int) -> None:
        """Break the connection behind so many more bytes, wherever in a part that is."""
        self._left = after

    async def written(self) -> None:
        """Wait until nothing is queued."""
        await self._queue.join()

    async def run(
        self, response: web.StreamResponse, beat: Callable[[Subscription], bytes], period: float, split: Callable[[], int | None]
    ) -> None:  # fmt: skip
        """Write what is queued, and a heartbeat each `period` seconds, until the end or the client's leaving."""
        loop = asyncio.get_running_loop()
        due = loop.time() + period
        while True:
            try:
                async with asyncio.timeout_at(due):
                    data = await self._queue.get()
            except TimeoutError:
                due += period
                await self._write(response, beat(self), split())
                continue
            try:
                if data is None:
                    return
                await self._write(response, data, split())
            finally:
                self._queue.task_done()

    async def _write(self, response: web.StreamResponse, data: bytes, split: int | None) -> None:
        if self._left is not None:
            data, self._left = data[: self._left], self._left - len(data)
        self.bytes_sent += len(data)
        await self._write_pieces(response, data, split)
        if self._left is not None and self._left <= 0:
            self.abort()

    async def _write_pieces(self, response: web.StreamResponse, data: bytes, split: int | None) -> None:
        if not split:
            if data:
                await response.write(data)
            return
        for start in range(0, len(data), split):
            await response.write(data[start : start + split])
            # Lets the other side read each piece by itself.
            await asyncio.sleep(0)

    def close(self) -> None:
        """Forget what is queued, so that nobody waits for it."""
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()


class Streams:
    """All subscriptions of a receiver."""

    def __init__(
        self, framing: Callable[[], Framing], beat: Callable[[Subscription], bytes | None], period: float
    ) -> None:
        """`beat` makes a heartbeat's body, or None for none; `period` in seconds."""
        self.open: dict[int, Subscription] = {}
        self.opened = 0
        self.period = period
        self._framing = framing
        self._beat = beat
        self._ids = count(FIRST_ID)
        self._changed = asyncio.Event()

    def send(self, bodies: Iterable[bytes]) -> Delivery:
        """Queue alerts for every subscription that is not forgotten."""
        return self.queue([subscription for subscription in self.open.values() if not subscription.forgotten], bodies)

    def queue(self, receivers: list[Subscription], bodies: Iterable[bytes]) -> Delivery:
        """Queue alerts for some subscriptions."""
        framing = self._framing()
        for body in bodies:
            plain = frame(framing, body) if framing.joined is None else None
            for subscription in receivers:
                subscription.send(plain if plain is not None else self._joined(subscription, framing, body))
        return Delivery(receivers)

    def send_raw(self, data: bytes) -> Delivery:
        """Queue bytes as they are."""
        receivers = list(self.open.values())
        for subscription in receivers:
            subscription.send(data)
        return Delivery(receivers)

    def _joined(self, subscription: Subscription, framing: Framing, body: bytes) -> bytes:
        beat = self._body(subscription) or b""
        if framing.joined == "part":
            return frame(framing, body + beat)
        if framing.joined == "glued":
            return frame(framing, body).removesuffix(framing.newline.encode()) + frame(framing, beat)
        return frame(framing, body) + frame(framing, beat)

    def _body(self, subscription: Subscription) -> bytes | None:
        subscription.beats += 1
        return self._beat(subscription)

    def _part(self, subscription: Subscription) -> bytes:
        body = self._body(subscription)
        return b"" if body is None else frame(self._framing(), body)

    async def wait(self, opened: int, timeout: float = 5.0) -> None:
        """Wait until so many streams were opened in all. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while self.opened < opened:
                self._changed.clear()
                await self._changed.wait()

    def close(self, number: int) -> bool:
        """End a subscription; False if there is none of this id."""
        found = self.open.pop(number, None)
        if found is not None:
            found.send(None)
        return found is not None

    async def serve(self, request: web.Request, first: Callable[[int], bytes]) -> web.StreamResponse:
        """Answer a request with a stream until it ends; `first` makes the body of the first part from the id."""
        framing = self._framing()
        boundary = f'"{framing.boundary}"' if framing.quoted else framing.boundary
        kind = "multipart/mixed" if framing.headless else f"multipart/mixed; boundary={boundary}"
        response = RawResponse(headers={"Content-Type": kind, "MIME-Version": "1.0", "Server": "nginx"})
        response.force_close()
        await response.prepare(request)
        subscription = Subscription(next(self._ids), request)
        if framing.late:
            subscription.send(self._part(subscription))
        subscription.send(frame(framing, first(subscription.id)))
        self.open[subscription.id] = subscription
        self.opened += 1
        self._changed.set()
        try:
            with suppress(ConnectionError):
                await subscription.run(response, self._part, self.period, lambda: self._framing().split)
        finally:
            self.open.pop(subscription.id, None)
            subscription.close()
        return response
