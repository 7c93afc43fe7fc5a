"""A simulated HikCentral platform in a process of its own, and a sender of notifications beside it."""

import asyncio
from collections.abc import Mapping, Sequence
import json
from multiprocessing.connection import Connection
from secrets import token_hex
import time
from typing import Any, Self
from urllib.parse import urlsplit

from simulators.hikcentral import HikCentralSimulator, SitePlan

from .child import Child, obey

SENDERS = 16
"""Connections that a platform keeps open for its notifications."""
CAMPUS: dict[str, Any] = {
    "cameras": 3000, "encoders": 100, "doors": 500, "controllers": 125, "inputs": 500, "outputs": 500, "areas": 60,
    "ptz": 150, "readers": 1,
}  # fmt: skip
"""A campus with 3,000 cameras, 500 doors and 1,000 inputs and outputs."""


class PlatformProcess(Child):
    """One `HikCentralSimulator` elsewhere. `plan`: fields of its `SitePlan`."""

    def __init__(self, plan: dict[str, Any] | None = None, **settings: Any) -> None:
        """Start it and wait until it answers. `settings` are those of the simulator."""
        super().__init__(_serve, plan or {}, settings)
        self.data: dict[str, object] = self.told

    def requests(self) -> list[tuple[str, bytes]]:
        """Return path and body of every request so far."""
        return list(self.ask("requests"))

    def destination(self) -> str:
        """Return where notifications go, the empty text while nobody subscribed."""
        return str(self.ask("destination"))


async def _serve(pipe: Connection, plan: dict[str, Any], settings: dict[str, Any]) -> None:
    """Be the platform."""
    async with HikCentralSimulator(site=SitePlan(**plan), **settings) as platform:
        data = {
            "system": "hikcentral", "url": platform.url, "app_key": platform.app_key,
            "app_secret": platform.app_secret, "verify_ssl": True, "webhook_id": token_hex(32),
        }  # fmt: skip
        await obey(pipe, data, {
            "requests": lambda: [(request.path, request.raw) for request in platform.requests],
            "destination": lambda: platform.subscriptions[0].dest if platform.subscriptions else "",
            "send": send,
            "outage": lambda rate, before, during, after: _outage(platform, rate, before, during, after),
        })  # fmt: skip


async def send(url: str, bodies: Sequence[bytes], rate: float | None) -> list[float]:
    """Post bodies, at a pace or one after the other (`rate` None); return when each was begun (monotonic seconds)."""
    sent = [0.0] * len(bodies)
    numbers = iter(range(len(bodies)))
    start = time.monotonic()

    async def sender() -> None:
        async with PostConnection(url) as connection:
            for number in numbers:
                if rate is not None and (wait := start + number / rate - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                sent[number] = time.monotonic()
                await connection.post(bodies[number])

    await asyncio.gather(*(sender() for _ in range(1 if rate is None else SENDERS)))
    return sent


class PostConnection:
    """A kept connection that costs next to nothing on this side."""

    def __init__(self, url: str) -> None:
        """Do not connect yet."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            "Content-Length: "
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Hang up."""
        self._writer.close()

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a body and read the answer. Raises RuntimeError unless it is 200."""
        more = "".join(f"\r\n{name}: {value}" for name, value in (headers or {}).items())
        self._writer.write(f"{self._head}{len(body)}{more}\r\n\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise RuntimeError(f"a notification was answered with {head[:20]!r}")
        length = next(
            int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await self._reader.readexactly(length)


async def _outage(platform: HikCentralSimulator, rate: int, before: float, during: float, after: float) -> list[str]:
    """Let events happen at a pace while the network is there, then gone, then there again; return their ids."""
    happened: list[str] = []

    async def go_on(seconds: float) -> None:
        begin, first = time.monotonic(), len(happened)
        while (number := len(happened) - first) < rate * seconds:
            if (wait := begin + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            happened.append(platform.happen(131331, "camera", str(len(happened) % 6 + 1), status=3))

    await go_on(before)
    await platform.settle()
    platform.reachable = False
    await platform.stop_answering()
    await go_on(during)
    await platform.settle()
    await platform.listen()
    platform.reachable = True
    await go_on(after)
    await platform.settle()
    return happened


def notification(numbers: Sequence[int], *, cameras: int) -> bytes:
    """Return a notification of one event per number: motion begins and ends on a camera, again and again."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    events = [
        {
            "eventId": f"{number // 2:032x}", "srcIndex": str(number // 2 % cameras + 1), "srcType": "camera",
            "srcName": "Gate", "eventType": 131331, "status": 1 + number % 2, "eventLvl": 2, "timeout": 30,
            "happenTime": f"{moment}.{number % 1000:03}+00:00", "srcParentIdex": "1", "data": {},
        }
        for number in numbers
    ]  # fmt: skip
    params = {"sendTime": f"{moment}.000+00:00", "ability": "event_vss", "events": events}
    return json.dumps({"method": "OnEventNotify", "params": params}).encode()
