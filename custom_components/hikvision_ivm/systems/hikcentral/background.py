"""Work that goes on when whoever asked for it is gone, and waiting that can be ended."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any

from ..base import Runtime


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
        """Forget a finished task. Its error goes to whoever waits for it; nobody else is to be bothered."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()


async def wait_for_end(runtime: Runtime, seconds: float, over: asyncio.Event) -> None:
    """Wait some seconds, or until something is over."""
    waits = {asyncio.ensure_future(runtime.sleep(seconds)), asyncio.ensure_future(over.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def together(work: Sequence[Awaitable[None]]) -> None:
    """Do everything side by side; raise the first failure when all are done. A cancellation reaches all of them."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
