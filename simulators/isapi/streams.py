"""Open event streams: each has a queue, a heartbeat and perhaps a limited life."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from simulators.wire.connections import reset

from .server import RawResponse

QUEUE_LIMIT = 100_000
"""Pieces waiting for a client that does not read; then its stream is cut."""


class AlertStream:
    """One client's open stream."""

    def __init__(self, request: web.Request) -> None:
        """Nothing is sent yet."""
        self.request = request
        self.sent = 0
        """Bytes written, without the head."""
        self.chunk: int | None = None
        """Bytes per write; None = as they come."""
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LIMIT)

    def send(self, data: bytes) -> None:
        """Queue bytes; a client that reads nothing for too long loses its stream."""
        try:
            self._queue.put_nowait(data)
        except asyncio.QueueFull:
            self.abort()

    def finish(self) -> None:
        """End the answer cleanly behind what is queued."""
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)

    def abort(self) -> None:
        """Break the connection."""
        reset(self.request.transport)

    async def run(
        self,
        response: web.StreamResponse,
        *,
        heartbeat: Callable[[], bytes] | None,
        period: float,
        lifetime: float | None,
    ) -> None:
        """Write what is queued until the end, the client's leaving or the end of life."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + lifetime if lifetime is not None else None
        beats = loop.time() + period if heartbeat else None
        while True:
            due = min((moment for moment in (ends, beats) if moment is not None), default=None)
            try:
                async with asyncio.timeout_at(due):
                    data = await self._queue.get()
            except TimeoutError:
                if ends is not None and loop.time() >= ends:
                    return
                beats = loop.time() + period
                data = heartbeat() if heartbeat else b""
            if data is None:
                return
            await self._write(response, data)

    async def _write(self, response: web.StreamResponse, data: bytes) -> None:
        size = self.chunk or len(data)
        for start in range(0, len(data), max(size, 1)):
            await response.write(data[start : start + size])
        self.sent += len(data)


class StreamHub:
    """All open streams of a device, with counters."""

    def __init__(self) -> None:
        """No stream yet."""
        self.open: list[AlertStream] = []
        self.opened = 0
        self.alerts = 0
        """Alerts emitted, whether anyone listened or not."""
        self._changed = asyncio.Event()

    def send(self, data: bytes) -> None:
        """Queue bytes for every open stream."""
        for stream in list(self.open):
            stream.send(data)

    async def wait(self, opened: int, timeout: float) -> None:
        """Wait until that many streams have been opened in all; raises `TimeoutError`."""
        async with asyncio.timeout(timeout):
            while self.opened < opened:
                self._changed.clear()
                await self._changed.wait()

    async def serve(
        self,
        request: web.Request,
        *,
        content_type: str | None,
        heartbeat: Callable[[], bytes] | None,
        period: float,
        lifetime: float | None,
        first: bytes = b"",
        chunk: int | None = None,
    ) -> web.StreamResponse:
        """Answer one request with a stream until it ends."""
        response = RawResponse(
            headers={"MIME-Version": "1.0"} | ({"Content-Type": content_type} if content_type else {})
        )
        response.force_close()
        await response.prepare(request)
        stream = AlertStream(request)
        stream.chunk = chunk
        if first:
            stream.send(first)
        self.open.append(stream)
        self.opened += 1
        self._changed.set()
        try:
            with suppress(ConnectionError):
                await stream.run(response, heartbeat=heartbeat, period=period, lifetime=lifetime)
        finally:
            self.open.remove(stream)
        return response
