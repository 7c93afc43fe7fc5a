"""Reading the platform's lists, again and again: what did not change is not decoded twice (hikcentral §1.7, §3.1)."""

import asyncio
from collections.abc import Mapping, Sequence
import logging
from typing import Any, Final

import orjson

from ..errors import ProtocolError, RejectedError
from ..transport.json import Fields, fields, listed
from .client import HikCentralClient
from .paging import Pages
from .record_fields import CONTROLLER, ENCODER, MOBILE

_LOGGER = logging.getLogger(__name__)

TYPES: Final = (ENCODER, CONTROLLER, MOBILE)
"""Values of `deviceType`. Without it only what hangs on encoders is listed (T2)."""
_WAYS: Final = "device_types"
"""Key in the runtime's memory: platform version → path → texts of `deviceType` to ask with, empty for none."""
_ALL: Final = ",".join(TYPES)


class Lists:
    """The lists of one platform; each keeps its last pages.

    `version`: of the platform; how it takes `deviceType` is remembered for it.
    """

    def __init__(self, client: HikCentralClient) -> None:
        """Does no I/O."""
        self.version = ""
        self._client = client
        self._known: dict[bytes, Pages] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._ways: dict[str, tuple[str, ...]] = {}

    async def read(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "list", named: bool = True
    ) -> Pages:
        """Read a list whole. Raises any `SystemFailure`; `ProtocolError` for an answer that holds no list."""
        mark = orjson.dumps([path, body], option=orjson.OPT_SORT_KEYS)
        pages = await self._client.pages(path, body, key=key, named=named, known=self._known.get(mark))
        self._known[mark] = pages
        return pages

    async def whole(self, path: str, body: Mapping[str, Any] | None = None) -> list[Fields]:
        """Read a list that has no pages. Raises as `read`."""
        return await whole(self._client, path, body)

    async def one(self, path: str, body: Mapping[str, Any] | None = None) -> Sequence[Pages]:
        """Read a list as the only one of its sort; see `typed`."""
        return (await self.read(path, body),)

    async def typed(self, path: str, body: Mapping[str, Any] | None = None) -> Sequence[Pages]:
        """Read a list over all types of devices, as one or in as many readings as the platform takes it.

        Where it does not take several types at once, they are asked one by one; where it knows none, without any.
        """
        ways = self._way(path)
        if ways is not None:
            try:
                return await asyncio.gather(*(self._of_type(path, body, way) for way in ways))
            except RejectedError:
                _LOGGER.debug("%s is not taken as it was before", path)
        async with self._locks.setdefault(path, asyncio.Lock()):
            if (found := self._way(path)) is None or found == ways:
                return await self._learn(path, body)
        return await asyncio.gather(*(self._of_type(path, body, way) for way in found))

    async def _of_type(self, path: str, body: Mapping[str, Any] | None, way: str) -> Pages:
        """Read a list of some types; an empty text names none."""
        return await self.read(path, {**(body or {}), **({"deviceType": way} if way else {})})

    async def _learn(self, path: str, body: Mapping[str, Any] | None) -> Sequence[Pages]:
        """Find out how a list is to be asked for, and remember it. Raises the first refusal if nothing works."""
        try:
            found = {_ALL: await self._of_type(path, body, _ALL)}
        except RejectedError:
            found = await self._try(path, body, TYPES) or await self._try(path, body, ("",))
            if not found:
                raise
        self._ways[path] = tuple(found)
        stored = self._client.runtime.memory.get(_WAYS)
        known = stored.get(self.version) if isinstance(stored, Mapping) else None
        self._client.runtime.memory[_WAYS] = {
            self.version: {**(known if isinstance(known, Mapping) else {}), path: list(found)}
        }
        self._client.runtime.remember()
        return tuple(found.values())

    async def _try(self, path: str, body: Mapping[str, Any] | None, ways: Sequence[str]) -> dict[str, Pages]:
        """Read a list in several ways and leave out those that are refused as wrong."""
        found: dict[str, Pages] = {}
        for way in ways:
            try:
                found[way] = await self._of_type(path, body, way)
            except RejectedError:
                continue
        return found

    def _way(self, path: str) -> tuple[str, ...] | None:
        """Return how a list is to be asked for; None if that is not known."""
        if (known := self._ways.get(path)) is not None:
            return known
        stored = self._client.runtime.memory.get(_WAYS)
        ways = stored.get(self.version) if isinstance(stored, Mapping) else None
        found = ways.get(path) if isinstance(ways, Mapping) else None
        if not isinstance(found, list) or not found or not all(isinstance(way, str) for way in found):
            return None
        self._ways[path] = tuple(found)
        return self._ways[path]


async def whole(client: HikCentralClient, path: str, body: Mapping[str, Any] | None = None) -> list[Fields]:
    """Read a list that has no pages. Raises any `SystemFailure`; `ProtocolError` for an answer that holds no list."""
    data = await client.call(path, body)
    if isinstance(data, list) and data:
        found = listed(data)
        return found[0].children("list") if len(found) == 1 and "list" in found[0] else found
    if not isinstance(data, dict):
        raise ProtocolError(reason="the answer holds no list")
    return fields(data).children("list")
