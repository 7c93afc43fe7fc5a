"""Work that goes on when whoever asked for it is gone, and waiting that can be ended."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
import logging
from typing import Any

from .base import Runtime
from .errors import SystemFailure

_LOGGER = logging.getLogger(__name__)


class Background:
    """Tasks that no cancellation of a caller reaches."""

    def __init__(self) -> None:
        """Begin with none."""
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def tasks(self) -> frozenset[asyncio.Task[Any]]:
        """What is under way."""
        return frozenset(self._tasks)

    def start[R](self, work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
        """Do something in a task of its own. Whoever wants to know how it ended awaits it, shielded."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def cancel(self) -> None:
        """End everything, and wait until it has ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        """Forget a finished task. A failure of the system goes to whoever waits for it; a fault of ours is told."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, SystemFailure):
            _LOGGER.error("Work in the background broke", exc_info=error)


async def wait_for_end(runtime: Runtime, seconds: float, over: asyncio.Event) -> None:
    """Wait some seconds, or until something is over."""
    waits = {asyncio.ensure_future(runtime.sleep(seconds)), asyncio.ensure_future(over.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def together[T](work: Iterable[Awaitable[T]]) -> list[T]:
    """Do everything side by side and return what it gives, in order; raise the first failure when all are done.

    A cancellation reaches all of them. How many calls are on their way at once is bounded by the client.
    """
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
