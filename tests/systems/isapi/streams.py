"""A device of which a test writes every byte, and a stream that listens to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import socket
import struct
from typing import Any

import aiohttp

from custom_components.hikvision_ivm.systems.base import PushState
from custom_components.hikvision_ivm.systems.isapi.stream import AlertStream
from custom_components.hikvision_ivm.systems.transport.http import Credentials, HttpClient

from .events import RecordingSink, Rig, alert_xml, camera, part, rig

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8 + b"\xff\xd9"
HEAD = b"HTTP/1.1 200 OK\r\nMIME-Version: 1.0\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"
MIXED = HEAD % b"multipart/mixed; boundary=boundary"


@dataclass
class Line:
    """One connection to the server: what was asked, and how to answer."""

    path: str
    writer: asyncio.StreamWriter
    number: int

    async def send(self, *pieces: bytes) -> None:
        """Send bytes."""
        self.writer.write(b"".join(pieces))
        await self.writer.drain()

    def reset(self) -> None:
        """Drop the connection without a word."""
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def hold(self) -> None:
        """Keep the connection open, silently, until the test is over."""
        await asyncio.Event().wait()


@dataclass
class Server:
    """A device of which a test writes every byte; `script` serves one connection and then closes it."""

    script: Callable[[Line], Awaitable[None]]
    port: int = 0
    paths: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            self.paths.append(head.split()[1])
            await self.script(Line(self.paths[-1], writer, len(self.paths)))
            await writer.drain()
        writer.close()


@asynccontextmanager
async def device(script: Callable[[Line], Awaitable[None]]) -> AsyncIterator[Server]:
    """Serve a script on loopback."""
    server = Server(script)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Listening:
    """A running stream and what it delivers."""

    rig: Rig
    stream: AlertStream
    task: asyncio.Task[None]
    slept: list[float]

    @property
    def sink(self) -> RecordingSink:
        """Return the sink."""
        return self.rig.sink

    @property
    def states(self) -> list[PushState]:
        """Return the states told so far."""
        return [health.state for health in self.sink.health]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is true, or the stream ended."""
        async with asyncio.timeout(40):
            while not true():
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.002)

    async def happened(self, count: int) -> list[Any]:
        """Wait for so many occurrences and return them."""
        await self.until(lambda: len(self.sink.occurrences) >= count)
        return self.sink.occurrences


@asynccontextmanager
async def listen(
    port: int, one: Rig | None = None, *, credentials: Credentials | None = None
) -> AsyncIterator[Listening]:
    """Run a stream against a server; sleeping passes virtual time only."""
    one = one or rig(camera())
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        one.clock.seconds += seconds
        await asyncio.sleep(0)

    runtime = one.runtime
    runtime.sleep = sleep
    runtime.random = lambda: 0.5
    async with aiohttp.ClientSession() as session:
        http = HttpClient(session, f"http://127.0.0.1:{port}", credentials, runtime=runtime)
        stream = AlertStream(http, one.router, runtime)
        task = asyncio.create_task(stream.listen(one.sink))
        try:
            yield Listening(one, stream, task, slept)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def plate(number: int) -> bytes:
    """Return a message that is told each time."""
    return alert_xml("ANPR", count=number, extra=f"<ANPR><licensePlate>P{number}</licensePlate></ANPR>")


def cut(body: bytes) -> bytes:
    """Return a part of which the second half is missing."""
    whole = part(body)
    return whole[: len(whole) - len(body) // 2] + b"\r\n"
