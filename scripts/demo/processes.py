"""Child processes that never outlive us."""

import asyncio
from collections.abc import Mapping, Sequence
import contextlib
import ctypes
import errno
import os
from pathlib import Path
import signal
import socket
import sys
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
SET_PARENT_DEATH_SIGNAL = 1


class DemoError(Exception):
    """Something a person can mend; the text is one sentence."""


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone, whatever ended it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


class Child:
    """A running program in a process group of its own."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        """`name`: as messages call it."""
        self.name = name
        self.process = process

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        environment: Mapping[str, str],
        output: IO[bytes] | int | None = None,
        errors: IO[bytes] | int | None = None,
    ) -> Child:
        """Start a program. The terminal's Ctrl-C does not reach it: we stop it in our own order."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        return cls(name, process)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    async def stop(self, grace: float = 30) -> int:
        """End it and everything it started; after `grace` seconds by force. Return its exit code."""
        if self.running:
            self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace):
                code = await self.process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            code = await self.process.wait()
        self._signal(signal.SIGKILL)  # whatever it left behind in its group
        return code

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def require_port(port: int, option: str) -> None:
    """Raise DemoError if something else listens on the port, or if we may not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError as error:
            raise DemoError(f"{port} is no port; choose one from 1024 to 65535 with {option}.") from error
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise DemoError(f"Port {port} {reason}; choose another with {option}.") from error


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def environment_without_project() -> dict[str, str]:
    """Return our environment without the path to the checkout: Home Assistant takes us from its own folder."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
