"""A simulated device in a process of its own, so that its work is not counted as ours."""

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection
import time
from types import TracebackType
from typing import Any, Self

from simulators.isapi import IsapiSimulator

USERNAME = "admin"
PASSWORD = "Bench-1234"


class DeviceProcess:
    """One `IsapiSimulator` elsewhere; use as a context manager. `settings` are those of the simulator."""

    def __init__(self, **settings: Any) -> None:
        """Start it and wait until it answers."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, settings), daemon=True)
        self._process.start()
        self.url: str = self._pipe.recv()

    @property
    def data(self) -> dict[str, object]:
        """Data of a config entry for it."""
        return {
            "system": "isapi", "url": self.url, "username": USERNAME, "password": PASSWORD, "verify_ssl": True,
        }  # fmt: skip

    def requests(self) -> int:
        """Requests answered so far, login challenges included."""
        return int(self._ask("requests"))

    def listeners(self) -> int:
        """Event streams that are open."""
        return int(self._ask("listeners"))

    async def burst(self, rate: int, seconds: float, channels: int) -> list[float]:
        """Send `rate` different events a second; returns the moment each was sent (monotonic seconds)."""
        self._pipe.send(("burst", rate, seconds, channels))
        return list(await asyncio.to_thread(self._pipe.recv))

    def _ask(self, *words: object) -> Any:
        self._pipe.send(words)
        return self._pipe.recv()

    def __enter__(self) -> Self:
        """Return the running device."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process."""
        self._pipe.send(("stop",))
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()


def _main(pipe: Connection, settings: dict[str, Any]) -> None:
    asyncio.run(_serve(pipe, settings))


async def _serve(pipe: Connection, settings: dict[str, Any]) -> None:
    """Do what the pipe asks for, until it asks for the end."""
    async with IsapiSimulator(username=USERNAME, password=PASSWORD, **settings) as device:
        pipe.send(device.url)
        while True:
            match await asyncio.to_thread(pipe.recv):
                case ("requests",):
                    pipe.send(len(device.requests))
                case ("listeners",):
                    pipe.send(device.streams_open)
                case ("burst", rate, seconds, channels):
                    pipe.send(await _burst(device, rate, seconds, channels))
                case _:
                    return


async def _burst(device: IsapiSimulator, rate: int, seconds: float, channels: int) -> list[float]:
    """Send events at an even pace; the region tells each from the one before."""
    sent: list[float] = []
    start = time.monotonic()
    while (number := len(sent)) < rate * seconds:
        if (wait := start + number / rate - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        sent.append(time.monotonic())
        device.emit(type="fielddetection", channel=number % channels + 1, state="active", target="human",
                    region=str(number))  # fmt: skip
    return sent
