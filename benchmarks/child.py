"""A simulated system in a process of its own, so that its work is not counted as ours."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from inspect import isawaitable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

type Serve = Callable[..., Coroutine[Any, Any, None]]
type Answers = Mapping[str, Callable[..., Any]]


class Child:
    """Runs `serve(pipe, *arguments)` elsewhere; use as a context manager. `told`: what it said first."""

    def __init__(self, serve: Serve, *arguments: Any) -> None:
        """Start it and wait until it answers. `serve` is a function of a module, `arguments` can be pickled."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(serve, theirs, arguments), daemon=True)
        self._process.start()
        theirs.close()
        self.told: Any = self._pipe.recv()

    def ask(self, *words: Any) -> Any:
        """Ask something and wait for the answer. Raises EOFError if it broke over it."""
        self._pipe.send(words)
        return self._pipe.recv()

    async def do(self, *words: Any) -> Any:
        """Ask for something that takes a while."""
        return await asyncio.to_thread(self.ask, *words)

    def __enter__(self) -> Self:
        """Return the running system."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process."""
        if self._process.is_alive():
            self._pipe.send(("stop",))
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()


def _main(serve: Serve, pipe: Connection, arguments: tuple[Any, ...]) -> None:
    asyncio.run(serve(pipe, *arguments))


async def obey(pipe: Connection, told: Any, answers: Answers) -> None:
    """Say something first, then answer what the pipe asks for by name, until it asks for the end."""
    pipe.send(told)
    while True:
        name, *arguments = await asyncio.to_thread(pipe.recv)
        if name == "stop":
            return
        answer = answers[name](*arguments)
        pipe.send(await answer if isawaitable(answer) else answer)
