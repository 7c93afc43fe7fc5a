"""Whose plate, whose card: names for events, looked up once and kept for a while (hikcentral §3.13, §3.17).

They are personal: nothing is asked for unless the user agreed to see it, and nothing is kept over a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import TYPE_CHECKING, Final

from ..errors import NotFoundError, SystemFailure
from ..settings import PERSONAL
from ..transport.json import fields
from .lookups import PERSON_BY_ID, VEHICLES, name_of, search_vehicles, vehicle_groups

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

MOST: Final = 5000
KEEP_SECONDS: Final = 6 * 3600.0
UNKNOWN_SECONDS: Final = 900.0
"""Somebody nobody knows may be added meanwhile."""
GROUP_SECONDS: Final = 3600.0


class Cache:
    """Looked up once, kept for a while, the oldest gives way; who asks meanwhile waits for the same answer."""

    def __init__(self, look: Callable[[str], Awaitable[str | None]], monotonic: Callable[[], float]) -> None:
        """`look` finds what a key stands for; None: nothing. What it raises is not kept."""
        self._look = look
        self._monotonic = monotonic
        self._found: dict[str, tuple[str | None, float]] = {}
        self._looking: dict[str, asyncio.Task[str | None]] = {}

    def known(self, key: str) -> str | None:
        """Return what is known, without asking."""
        found = self._found.get(key)
        return found[0] if found is not None else None

    async def get(self, key: str) -> str | None:
        """Return what a key stands for; None if nobody knows, or if it could not be asked for."""
        if (found := self._found.get(key)) is not None:
            value, until = found
            if self._monotonic() < until:
                return value
        if (task := self._looking.get(key)) is None:
            task = asyncio.get_running_loop().create_task(self._ask(key))
            self._looking[key] = task
            task.add_done_callback(lambda _: self._looking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, key: str) -> str | None:
        """Look, and keep what was found."""
        try:
            value = await self._look(key)
        except SystemFailure as error:
            _LOGGER.debug("A name could not be looked up: %s", error)
            return self.known(key)
        self._found.pop(key, None)
        while len(self._found) >= MOST:
            del self._found[next(iter(self._found))]
        self._found[key] = (value, self._monotonic() + (UNKNOWN_SECONDS if value is None else KEEP_SECONDS))
        return value

    async def close(self) -> None:
        """End what is still looking."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Names:
    """Names of persons by id, and of owners by plate."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._context = context
        self._groups: tuple[list[str], float] = ([], float("-inf"))
        self.persons = Cache(self._person, context.runtime.monotonic)
        self.owners = Cache(self._owner, context.runtime.monotonic)

    async def person(self, person: str | None) -> str | None:
        """Return the name of a person; None without the user's consent."""
        return await self.persons.get(person) if person and self._shows("persons") else None

    async def owner(self, plate: str | None) -> str | None:
        """Return the owner of a plate; None without the user's consent to both."""
        if not plate or not self.shows_owners:
            return None
        return await self.owners.get(plate.strip().upper())

    async def close(self) -> None:
        """End what is still looking."""
        await self.persons.close()
        await self.owners.close()

    @property
    def shows_owners(self) -> bool:
        """Whether the user agreed to see who owns a plate."""
        return self._shows("persons") and self._shows("plates")

    def _shows(self, word: str) -> bool:
        return word in (self._context.options.get(PERSONAL) or ())

    async def _person(self, person: str) -> str | None:
        """Ask for a name. Raises `SystemFailure`, but not for somebody who does not exist."""
        client = self._context.client
        try:
            return name_of(fields(await client.call(PERSON_BY_ID, {"personId": person})))
        except NotFoundError:
            return None

    async def _owner(self, plate: str) -> str | None:
        """Ask every group for a plate. Raises `SystemFailure`."""
        client, (groups, until) = self._context.client, self._groups
        if client.is_refused(VEHICLES):
            return None
        if self._context.runtime.monotonic() >= until:
            groups = list(await vehicle_groups(client))
            self._groups = (groups, self._context.runtime.monotonic() + GROUP_SECONDS)
        rows = await search_vehicles(client, "plateNo", plate, groups)
        same = (row for row in rows if (row.text("plateNo") or "").upper() == plate)
        return next((name for row in same if (name := name_of(row)) is not None), None)
