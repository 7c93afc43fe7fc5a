"""Alarm outputs and the reboot (isapi-core §3.3, §3.1.5)."""

import asyncio
import logging
from typing import Final

from lxml import etree

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    NotConfirmedError,
    SystemFailure,
    TlsError,
    UnsupportedError,
)
from ..transport.failures import is_unreachable
from ..transport.xml import text
from .client import IsapiClient
from .records import IoPort

_LOGGER = logging.getLogger(__name__)

REBOOT: Final = "System/reboot"
_LOCAL: Final = "System/IO/outputs"
_PROXIED: Final = "ContentMgmt/IOProxy/outputs"
_CONFIRM_PAUSES: Final = (0.1, 0.2, 0.3, 0.6, 0.8)
"""Seconds between looks at an output after a command: two seconds in all."""
_PULSE_MILLISECONDS: Final = 1000
"""Length of a pulse of an output that does not fall back by itself."""
_RELEASE_PAUSES: Final = (0.0, 1.0, 3.0, 10.0)
"""Seconds before each try to let go of an output; one that stays on is a door that stays open."""


def _trigger(active: bool) -> etree._Element:
    """Make the body of a command. Devices of every namespace take it without one."""
    root = etree.Element("IOPortData")
    etree.SubElement(root, "outputState").text = "high" if active else "low"
    return root


class Outputs:
    """The outputs of one device and of the cameras behind it."""

    def __init__(self, client: IsapiClient, runtime: Runtime) -> None:
        """Does no I/O."""
        self._client = client
        self._runtime = runtime
        self._locks: dict[str, asyncio.Lock] = {}
        self._releases: set[asyncio.Task[None]] = set()

    @staticmethod
    def path(port: IoPort) -> str:
        """Return the resource of an output. Raises `UnsupportedError` for an input."""
        if not port.output:
            raise UnsupportedError(function=f"input {port.id}")
        return f"{_PROXIED if port.proxied else _LOCAL}/{port.id}"

    async def state(self, port: IoPort) -> bool | None:
        """Read whether an output is active; None when the answer does not tell. Raises `SystemFailure`."""
        root = await self._client.get(f"{self.path(port)}/status")
        state = (text(root, "ioState") or text(root, "IOPortStatus/ioState") or "").casefold()
        return {"active": True, "inactive": False}.get(state)

    async def switch(self, port: IoPort, on: bool) -> bool | None:
        """Switch an output and return the state that was read back, None where the device does not tell states.

        Raises `NotConfirmedError` when the output does not follow within two seconds, and what the command raises.
        """
        async with self._lock(port):
            await self._client.put(f"{self.path(port)}/trigger", _trigger(on))
            return await self._confirm(port, on)

    async def pulse(self, port: IoPort) -> None:
        """Switch an output on, and off again after its pulse length, whatever happens in between.

        The device lets go by itself where the output is set to pulse; the second command is for the others. It is
        sent even if this call is cancelled, or if nobody knows whether the first one arrived. On is never repeated.
        """
        async with self._lock(port):
            path = self.path(port)
            try:
                await self._client.put(f"{path}/trigger", _trigger(True))
                await self._runtime.sleep((port.pulse or _PULSE_MILLISECONDS) / 1000)
            except asyncio.CancelledError, ConnectionFailedError:
                # Whether the output is on is not known; the task lives on without us.
                self._start_release(path)
                raise
            await asyncio.shield(self._start_release(path))

    async def reboot(self) -> None:
        """Reboot the device. That it drops the connection instead of answering is its way of obeying."""
        try:
            await self._client.put(REBOOT)
        except TlsError:
            raise
        except ConnectionFailedError as error:
            cause = error.__cause__
            if not isinstance(cause, Exception) or is_unreachable(cause):
                raise

    async def close(self) -> None:
        """Wait until every output that was pulsed is let go."""
        while self._releases:
            await asyncio.wait(set(self._releases))

    def _lock(self, port: IoPort) -> asyncio.Lock:
        """Return the lock of an output: commands to one terminal never overlap."""
        return self._locks.setdefault(self.path(port), asyncio.Lock())

    async def _confirm(self, port: IoPort, on: bool) -> bool | None:
        """Wait until an output shows what was commanded."""
        found: bool | None = None
        for pause in _CONFIRM_PAUSES:
            await self._runtime.sleep(pause)
            try:
                found = await self.state(port)
            except AuthenticationError, UnsupportedError:
                # The command was accepted; some recorders do not tell the state of a camera's output.
                return None
            except SystemFailure:
                continue
            if found is on:
                return on
        state = "unknown" if found is None else "on" if found else "off"
        raise NotConfirmedError(f"output {port.id}", wanted="on" if on else "off", found=state)

    def _start_release(self, path: str) -> asyncio.Task[None]:
        """Let go of an output in a task that no cancellation reaches."""
        task = asyncio.get_running_loop().create_task(self._release(path))
        self._releases.add(task)
        task.add_done_callback(self._released)
        return task

    def _released(self, task: asyncio.Task[None]) -> None:
        """Forget a finished task. Its error was logged, and went to whoever waits for it."""
        self._releases.discard(task)
        if not task.cancelled():
            task.exception()

    async def _release(self, path: str) -> None:
        """Switch an output off, with patience. Raises the last failure."""
        failure: SystemFailure | None = None
        for pause in _RELEASE_PAUSES:
            if pause:
                await self._runtime.sleep(pause)
            try:
                await self._client.put(f"{path}/trigger", _trigger(False))
            except SystemFailure as error:
                failure = error
                if isinstance(error, AuthenticationError):
                    break
            else:
                return
        if failure is not None:
            _LOGGER.warning("%s may still be on, the device did not take the command to switch it off", path)
            raise failure
