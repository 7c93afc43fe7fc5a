"""A simulated device in a process of its own."""

import asyncio
from multiprocessing.connection import Connection
import time
from typing import Any

from simulators.isapi import IsapiSimulator

from .child import Child, obey

USERNAME = "admin"
PASSWORD = "Bench-1234"


class DeviceProcess(Child):
    """One `IsapiSimulator` elsewhere. `settings` are those of the simulator."""

    def __init__(self, **settings: Any) -> None:
        """Start it and wait until it answers."""
        super().__init__(_serve, settings)
        self.url = str(self.told)

    @property
    def data(self) -> dict[str, object]:
        """Data of a config entry for it."""
        return {
            "system": "isapi", "url": self.url, "username": USERNAME, "password": PASSWORD, "verify_ssl": True,
        }  # fmt: skip

    def requests(self) -> int:
        """Requests answered so far, login challenges included."""
        return int(self.ask("requests"))

    def listeners(self) -> int:
        """Event streams that are open."""
        return int(self.ask("listeners"))

    async def burst(self, rate: int, seconds: float, channels: int) -> list[float]:
        """Send `rate` different events a second; returns the moment each was sent (monotonic seconds)."""
        return list(await self.do("burst", rate, seconds, channels))


async def _serve(pipe: Connection, settings: dict[str, Any]) -> None:
    """Be the device."""
    async with IsapiSimulator(username=USERNAME, password=PASSWORD, **settings) as device:
        await obey(pipe, device.url, {
            "requests": lambda: len(device.requests),
            "listeners": lambda: device.streams_open,
            "burst": lambda rate, seconds, channels: _burst(device, rate, seconds, channels),
        })  # fmt: skip


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
