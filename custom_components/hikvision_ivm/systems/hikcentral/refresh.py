"""Looking again, soon, at what an event made doubtful: the state of a door, or what exists at all (hikcentral §7.2)."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from ..background import together
from ..base import Runtime
from ..errors import SystemFailure
from ..model import Report
from .status import Status
from .watched import CAMERA_KEY, CAMERAS_OF

_LOGGER = logging.getLogger(__name__)

SETTLE_SECONDS: Final = 1.0
"""Doors and devices tell the platform with a delay, and events come in swarms."""
MOST_SINGLE: Final = 10
"""If more things of a sort are doubtful, their whole list is read instead."""
INVENTORY_SECONDS: Final = 60.0
"""Least time between two inventories that were asked for."""


class Refresher:
    """Collects what is doubtful and reads it, once for however many events."""

    def __init__(
        self,
        runtime: Runtime,
        status: Status,
        report: Callable[[Report], None],
        inventory: Callable[[], Awaitable[None]],
    ) -> None:
        """`report` takes what was read; `inventory` reads what exists and delivers it."""
        self._runtime = runtime
        self._status = status
        self._report = report
        self._inventory = inventory
        self._stale: dict[tuple[str, str], None] = {}
        self._strange = False
        self._last = float("-inf")
        self._asked = asyncio.Event()
        self._alarm: asyncio.Task[None] | None = None

    def stale(self, key: str, id_: str) -> None:
        """The state of one thing is to be read; `key` as events name its type, or one of `CAMERAS_OF`."""
        self._stale[key, id_] = None
        self._asked.set()

    def stranger(self) -> None:
        """What exists is to be read."""
        self._strange = True
        self._asked.set()

    async def run(self) -> None:
        """Read what was asked for, until cancelled."""
        try:
            while True:
                await self._asked.wait()
                await self._runtime.sleep(SETTLE_SECONDS)
                self._asked.clear()
                await self._read_stale()
                if self._strange:
                    await self._read_inventory()
        finally:
            if self._alarm is not None:
                self._alarm.cancel()

    async def _read_stale(self) -> None:
        """Read the states that are doubtful."""
        asked, self._stale = self._stale, {}
        devices = [(CAMERAS_OF[key], id_) for key, id_ in asked if key in CAMERAS_OF]
        by_key: dict[str, list[str]] = {}
        for key, id_ in asked:
            if key not in CAMERAS_OF:
                by_key.setdefault(key, []).append(id_)
        lists = {key for key, ids in by_key.items() if len(ids) > MOST_SINGLE}
        if len(devices) > MOST_SINGLE:
            lists.add(CAMERA_KEY)
        single = [(key, id_) for key, ids in by_key.items() if len(ids) <= MOST_SINGLE for id_ in ids]
        reads = [self._status.refresh(key, id_) for key, id_ in single]
        if devices and CAMERA_KEY not in lists:
            reads.append(self._status.cameras_of(devices))
        if lists:
            reads.append(self._status.read(lists))
        await together(self._one(read) for read in reads)

    async def _one(self, read: Awaitable[Report]) -> None:
        """Read and deliver; a failure leaves it to the next poll."""
        try:
            self._report(await read)
        except SystemFailure as error:
            _LOGGER.debug("a state could not be read again: %s", error)

    async def _read_inventory(self) -> None:
        """Read what exists, unless that was done a moment ago: then it waits its time."""
        wait = self._last + INVENTORY_SECONDS - self._runtime.monotonic()
        if wait > 0:
            # States that are asked for meanwhile do not wait.
            if self._alarm is None or self._alarm.done():
                self._alarm = asyncio.create_task(self._ring(wait))
            return
        self._strange = False
        self._last = self._runtime.monotonic()
        try:
            await self._inventory()
        except SystemFailure as error:
            _LOGGER.debug("the inventory could not be read again: %s", error)

    async def _ring(self, seconds: float) -> None:
        """Look again after a while."""
        await self._runtime.sleep(seconds)
        self._asked.set()
