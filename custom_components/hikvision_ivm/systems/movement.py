"""Moving cameras on systems that know start and stop only.

A movement is a task of its own that starts, waits and always stops: when its time is over, when whoever asked for it is
gone, when its start got no answer, and when everything ends. A camera has one movement at a time; a new one ends the old.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
import logging
from typing import Final

from .background import Background, wait_for_end
from .base import Runtime
from .errors import (
    AccessDisabledError,
    AuthenticationError,
    ConnectionFailedError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    QuotaError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)

_LOGGER = logging.getLogger(__name__)

STOP_PAUSES: Final = (0.5,)
"""Seconds before each further try to stop, which harms nobody."""
_REFUSALS: Final = (
    AccessDisabledError,
    AuthenticationError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    QuotaError,
    RejectedError,
    UnsupportedError,
)
"""After these nothing moves, so there is nothing to stop."""

type Order = Callable[[], Awaitable[None]]


def nothing_moves(error: SystemFailure) -> bool:
    """Whether a start that failed certainly moves nothing. A timeout, also one inside the system, tells nothing."""
    if isinstance(error, ConnectionFailedError):
        return not error.answered
    return isinstance(error, _REFUSALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement of the camera `name`, for some `seconds`.

    `moved` is called when it began, `ended` when the camera was told to stop or could not be. `refused`: whether a failure
    to start means that nothing moves.
    """

    name: str
    start: Order
    stop: Order
    seconds: float
    moved: Callable[[], None] = lambda: None
    ended: Callable[[], None] = lambda: None
    refused: Callable[[SystemFailure], bool] = nothing_moves


@dataclass(slots=True, eq=False)
class _Running:
    """A movement that is under way. `over` ends it early."""

    movement: Movement
    over: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] = field(init=False)

    async def end(self) -> None:
        """End it and wait until the camera was told to stop. Its failure belongs to whoever started it."""
        self.over.set()
        await asyncio.wait({self.task})


class Movements[Key: Hashable]:
    """The movements of one system's cameras."""

    def __init__(self, runtime: Runtime, *, stop_pauses: Sequence[float] = STOP_PAUSES) -> None:
        """Does no I/O."""
        self._runtime = runtime
        self._stop_pauses = stop_pauses
        self._running: dict[Key, _Running] = {}
        self._locks: dict[Key, asyncio.Lock] = {}
        self._background = Background()

    async def move(self, key: Key, movement: Movement) -> None:
        """Carry out a movement; returns when it was stopped, by whatever. Raises what starting or stopping raised."""
        running = _Running(movement)
        async with self._lock(key):
            if (old := self._running.get(key)) is not None:
                await old.end()
            task = running.task = self._background.start(self._run(key, running))
            self._running[key] = running
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            # The task lives on without us until the camera was stopped.
            running.over.set()
            raise
        task.result()

    async def stop(self, key: Key, name: str, otherwise: Order) -> None:
        """End our movement of a camera; if there is none, tell it to stop by `otherwise`."""
        async with self._lock(key):
            if (running := self._running.get(key)) is not None:
                await running.end()
                running.task.result()
                return
            await asyncio.shield(self._background.start(self._stop(name, otherwise)))

    async def alone(self, key: Key, order: Order) -> None:
        """Give an order that ends by itself, such as going to a preset; ends our movement of the camera first."""
        async with self._lock(key):
            if (running := self._running.get(key)) is not None:
                await running.end()
            await order()

    async def close(self) -> None:
        """Stop every camera that moves because of us."""
        while tasks := self._background.tasks:
            for running in list(self._running.values()):
                running.over.set()
            await asyncio.wait(tasks)

    async def _run(self, key: Key, running: _Running) -> None:
        """Start, wait, stop. Nobody cancels this; `over` ends it early."""
        try:
            if not running.over.is_set():
                await self._carry_out(running)
        finally:
            self._running.pop(key, None)
            running.movement.ended()

    async def _carry_out(self, running: _Running) -> None:
        """Start, wait, stop."""
        movement = running.movement
        try:
            await movement.start()
        except SystemFailure as error:
            if movement.refused(error):
                raise
            # It may move all the same. That it could not be started is what matters to the caller.
            try:
                await self._stop(movement.name, movement.stop)
            except SystemFailure as later:
                error.add_note(f"nor could it be stopped: {later}")
            raise
        movement.moved()
        try:
            await wait_for_end(self._runtime, movement.seconds, running.over)
        finally:
            await self._stop(movement.name, movement.stop)

    async def _stop(self, name: str, stop: Order) -> None:
        """Tell a camera to stop, with patience. Raises the last failure."""
        pauses = list(self._stop_pauses)
        while True:
            try:
                await stop()
            except SystemFailure as error:
                if not pauses:
                    _LOGGER.warning("%s may still be moving, it could not be told to stop: %s", name, error)
                    raise
                _LOGGER.debug("%s was not told to stop: %s", name, error)
            else:
                return
            await self._runtime.sleep(pauses.pop(0))

    def _lock(self, key: Key) -> asyncio.Lock:
        """Return the lock of a camera: its orders are given in their order."""
        return self._locks.setdefault(key, asyncio.Lock())
