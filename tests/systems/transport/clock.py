"""A clock that tests own."""

import asyncio

from custom_components.hikvision_ivm.systems.base import Runtime


class Clock:
    """Time that passes when it is told to, or by sleeping if `flows`. `slept` holds the seconds that were asked for."""

    def __init__(self, *, flows: bool = True) -> None:
        """Start at an odd moment."""
        self.time = 1234.5
        self.slept: list[float] = []
        self._flows = flows
        self._passed = asyncio.Event()
        self.runtime = Runtime(monotonic=lambda: self.time, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        """Sleep in this clock's time."""
        self.slept.append(seconds)
        end = self.time + seconds
        if self._flows:
            self.time = end
        while self.time < end:
            await self._passed.wait()

    async def asleep(self) -> None:
        """Wait until somebody sleeps."""
        async with asyncio.timeout(5):
            while not self.slept:
                await asyncio.sleep(0.001)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds
        self._passed.set()
        self._passed = asyncio.Event()
