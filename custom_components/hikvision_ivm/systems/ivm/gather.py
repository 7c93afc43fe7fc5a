"""Reading the whole of an account, in the order in which one list helps to understand the next (ivm §9, "Coordinators")."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..background import together
from ..base import Runtime
from ..errors import AuthenticationError, SystemFailure
from .reading import ListedDevice, Reader
from .records import OrgRecord
from .register import NOTHING, Changed, Register

MOST_WALKED: Final = 200
"""Organisations that are asked one by one for their devices, where no list tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`changed`: devices of which something is other than before. `failed`: lists that could not be read, and why."""

    changed: Changed = NOTHING
    failed: Mapping[str, SystemFailure]


class Gatherer:
    """Reads lists into a register."""

    def __init__(self, reader: Reader, register: Register, runtime: Runtime) -> None:
        """Does no I/O."""
        self._reader = reader
        self._register = register
        self._runtime = runtime

    async def status(self) -> Changed:
        """Read the devices with their channels. Raises `SystemFailure`; nothing is lost by it."""
        asked_at = self._runtime.monotonic()
        return self._take(await self._reader.devices(), asked_at)

    def _take(self, listed: Iterable[ListedDevice], asked_at: float) -> Changed:
        """Take over the list of devices that was read."""
        return self._register.take_devices(listed, asked_at, complete="devices" not in self._reader.short)

    async def inventory(self, *, hierarchy: bool = True) -> Gathered:
        """Read everything; `hierarchy` False: where devices lie is only read if a device tells of another place.

        Raises if the devices cannot be read, or the keys are refused. Other lists that fail are told in `failed`; what
        was known of them stays.
        """
        register, asked_at = self._register, self._runtime.monotonic()
        failed: dict[str, SystemFailure] = {}

        async def attempt[T](name: str, work: Awaitable[T]) -> T | None:
            try:
                return await work
            except AuthenticationError:
                raise
            except SystemFailure as error:
                failed[name] = error
                return None

        changed: set[str] = set()
        if hierarchy:
            tree = await attempt("organisations", self._reader.organisations())
            if tree is not None:
                changed |= register.take_orgs(tree)
        listed = await self._reader.devices()
        changed |= self._take(listed, asked_at)
        if hierarchy or register.is_stale or register.unplaced:
            placed = await attempt("device_orgs", self._reader.device_orgs())
            if placed is not None:
                changed |= register.take_device_orgs(placed)
        if hierarchy and register.unplaced:
            leaves = await attempt("walk", self._walk())
            changed |= register.take_leaves(leaves or {})
        asked_at = self._runtime.monotonic()
        channels = await attempt("channels", self._reader.channels())
        if channels is not None:
            changed |= register.take_channels(channels, asked_at, complete="channels" not in self._reader.short)
        return Gathered(changed=frozenset(changed), failed=failed)

    async def _walk(self) -> dict[str, str]:
        """Ask organisations for what lies in them: those of the names that devices tell, or all if they tell none."""
        register = self._register
        names = {device.org_name for device in register.unplaced}
        wanted = [org for org in register.orgs.values() if None in names or org.name in names][:MOST_WALKED]
        found: dict[str, str] = {}
        room = asyncio.Semaphore(2)

        async def look(org: OrgRecord) -> None:
            async with room:
                for device in await self._reader.devices_of(org.id):
                    found[device] = org.id

        await together(look(org) for org in wanted)
        return found
