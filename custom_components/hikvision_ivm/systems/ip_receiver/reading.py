"""Reading what exists behind a receiver and how it is: devices, partitions, zones, peripherals (ip-receiver §3).

Lists come page by page. Totals and counts may lie, so that what a page really holds moves the position on, and a page
that brings nothing new ends a list, whatever is promised. A list that promises entries and holds none is a failed
answer, not an empty one: nothing may vanish because of it.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
import hashlib
import itertools
from types import MappingProxyType
from typing import Final
import uuid

import orjson

from ..errors import ProtocolError, RejectedError, UnsupportedError
from ..transport.json import Fields
from . import parsing
from .client import Endpoint, ReceiverClient
from .places import index_key
from .records import DeviceRecord, PartitionRecord, PeripheralRecord, ZoneRecord

DEVICES_PER_PAGE: Final = 50
ZONES_PER_PAGE: Final = 100
ZONES_PRINTED: Final = 30
"""Page size of the printed sample; no largest one is documented."""
MOST_PAGES: Final = 250
_WORDS: Final = frozenset({"OK", "MORE", "NOMATCH"})
SEARCH_SECONDS: Final = 0.5
"""Pause before a page is asked for again that is empty although there is said to be more."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `entries`: how many positions it takes up, readable or not. `total`: None if it names none.

    `status`: the search's word in capital letters and without blanks, empty if there is none. `silent`: it says nothing.
    """

    items: list[Fields]
    entries: int
    total: int | None = None
    status: str = ""
    silent: bool = False

    @property
    def searching(self) -> bool:
        """Whether it says that there is more."""
        return self.status == "MORE"

    def goes_on(self, position: int, size: int) -> bool:
        """Whether there may be more behind `position`, having been asked for `size` entries."""
        if self.searching or self.status == "NOMATCH":
            return self.searching
        if self.total is None:
            return not self.status
        if self.total != position:
            return True  # there is more, or the total lies
        return not self.status and self.entries >= size


type Fetch = Callable[[int, int], Awaitable[Page]]
"""Reads the page at a position (from 0) with a size."""


class Reader:
    """Reads from one receiver. Raises `SystemFailure`; half a list is never returned."""

    def __init__(self, client: ReceiverClient) -> None:
        """Does no I/O."""
        self._client = client
        self._zones_per_page = ZONES_PER_PAGE
        self._by_get: set[str] = set()
        self._left_out: dict[tuple[str, str], int] = {}
        self._zones_by_print: dict[str, dict[bytes, ZoneRecord]] = {}
        self._sweeps = itertools.count(1)

    @property
    def left_out(self) -> Mapping[tuple[str, str], int]:
        """(What, device id) → entries of the list read last that had no number to know them by."""
        return MappingProxyType(self._left_out)

    def forget(self, device_id: str) -> None:
        """Drop what was learnt about a device: it may be connected in another way now, or gone."""
        self._by_get.discard(device_id)
        self._zones_by_print.pop(device_id, None)
        for key in [key for key in self._left_out if key[1] == device_id]:
            del self._left_out[key]

    async def devices(self) -> list[DeviceRecord]:
        """Return every device of the receiver, each with an empty `id`."""
        found: dict[str, DeviceRecord] = {}

        def take(said: Fields) -> bool:
            if (record := parsing.device(said)) is None:
                return False
            found[index_key(record.index)] = record
            return True

        await self._sweep(self._device_page, take, found, DEVICES_PER_PAGE, ("devices", ""))
        return list(found.values())

    async def partitions(self, device: DeviceRecord, *, paced: bool = False) -> tuple[PartitionRecord, ...]:
        """Return the partitions of a panel, also those not in use, by number. `UnsupportedError`: it does not list them."""
        root = await self._client.call(Endpoint.PARTITIONS, device, paced=paced)
        items = parsing.unwrapped(_list_of(root, "SubSysList").items, "SubSys")
        records = [record for one in items if (record := parsing.partition(one)) is not None]
        self._count(("partitions", device.id), len(items) - len(records))
        found = {record.id: record for record in records}
        return tuple(found[number] for number in sorted(found))

    async def zones(self, device: DeviceRecord, *, paced: bool = False) -> tuple[ZoneRecord, ...]:
        """Return the zones of a panel by number.

        The documentation names two methods for one path (trap T2): the other one is tried where POST is refused, and
        stays the way for this panel.
        """
        if device.id in self._by_get:
            try:
                return await self._zones(device, self._zone_page_by_get(device, paced=paced))
            except UnsupportedError:
                self._by_get.discard(device.id)
        try:
            return await self._zones_by_post(device, paced=paced)
        except UnsupportedError as refused:
            try:
                found = await self._zones(device, self._zone_page_by_get(device, paced=paced))
            except UnsupportedError:
                raise refused from None
            self._by_get.add(device.id)
            return found

    async def peripherals(self, device: DeviceRecord, *, paced: bool = False) -> tuple[PeripheralRecord, ...]:
        """Return the peripherals of a panel, kind by kind. `UnsupportedError`: it does not list them."""
        root = await self._client.call(Endpoint.PERIPHERALS, device, paced=paced)
        lists = _object_of(root, "ExDevStatus", (name for name, _ in parsing.PERIPHERAL_LISTS.values()))
        found: list[PeripheralRecord] = []
        unknown = 0
        for kind, (name, wrappers) in parsing.PERIPHERAL_LISTS.items():
            items = parsing.unwrapped(lists.children(name), *wrappers)
            records = [record for one in items if (record := parsing.peripheral(kind, one)) is not None]
            own, doubles = parsing.apart(records)
            found += own
            unknown += len(items) - len(records) + doubles
        self._count(("peripherals", device.id), unknown)
        return tuple(found)

    # zones

    async def _zones_by_post(self, device: DeviceRecord, *, paced: bool) -> tuple[ZoneRecord, ...]:
        """Read the zones page by page; pages as small as the printed one where larger ones are refused."""
        search = self._search_id()
        try:
            return await self._zones(device, self._zone_page(device, search, paced=paced))
        except RejectedError:
            if self._zones_per_page <= ZONES_PRINTED:
                raise
        before, self._zones_per_page = self._zones_per_page, ZONES_PRINTED
        try:
            return await self._zones(device, self._zone_page(device, self._search_id(), paced=paced))
        except RejectedError:
            self._zones_per_page = before
            raise

    async def _zones(self, device: DeviceRecord, fetch: Fetch) -> tuple[ZoneRecord, ...]:
        """Read the zones of a panel in one sweep. A zone told as it was last time is the same object."""
        found: dict[int, ZoneRecord] = {}
        before = self._zones_by_print.get(device.id, {})
        printed: dict[bytes, ZoneRecord] = {}

        def take(said: Fields) -> bool:
            print_ = _print_of(said)
            record = before.get(print_) or parsing.zone(said)
            if record is None:
                return False
            found[record.id] = printed[print_] = record
            return True

        await self._sweep(fetch, take, found, self._zones_per_page, ("zones", device.id))
        self._zones_by_print[device.id] = printed
        return tuple(found[number] for number in sorted(found))

    def _search_id(self) -> str:
        """Return an id for one sweep: an id used again may bring an answer of before."""
        chance = int(self._client.runtime.random() * 2**64) & (2**64 - 1)
        return str(uuid.UUID(int=chance << 64 | next(self._sweeps)))

    def _zone_page(self, device: DeviceRecord, search: str, *, paced: bool) -> Fetch:
        """Return what reads a page of zones."""

        async def fetch(position: int, size: int) -> Page:
            asked = {"searchID": search, "searchResultPosition": position, "maxResults": size}
            root = await self._client.call(Endpoint.ZONES, device, body={"ZoneCond": asked}, paced=paced)
            return _zone_page(root)

        return fetch

    def _zone_page_by_get(self, device: DeviceRecord, *, paced: bool) -> Fetch:
        """Return what reads all zones at once: this form takes no position."""

        async def fetch(_position: int, _size: int) -> Page:
            page = _zone_page(await self._client.call(Endpoint.ZONES_LEGACY, device, paced=paced))
            return Page(page.items, page.entries, page.total if not page.entries else None, "OK")

        return fetch

    # devices

    async def _device_page(self, position: int, size: int) -> Page:
        """Read a page of devices."""
        asked = {"position": position, "maxResult": size, "Filter": {}}
        root = await self._client.call(Endpoint.DEVICES, body={"SearchDescription": asked})
        result = _object_of(root, "SearchResult", ("MatchList", "totalMatches"))
        listed = _list_of(result, "MatchList", optional=True)
        return Page(parsing.unwrapped(listed.items, "Device"), listed.entries, result.integer("totalMatches"))

    # pages

    async def _sweep(
        self,
        fetch: Fetch,
        take: Callable[[Fields], bool],
        found: Collection[object],
        size: int,
        what: tuple[str, str],
    ) -> None:
        """Read all pages of a list. `take` keeps an entry in `found`, or tells that it cannot."""
        position = unknown = 0
        patient = True
        for _ in range(MOST_PAGES):
            page = await fetch(position, size)
            if not page.entries:
                if page.searching and page.total != 0 and patient:
                    patient = False
                    await self._client.runtime.sleep(SEARCH_SECONDS)
                    continue
                if position == 0 and (page.silent or page.total or (page.searching and page.total is None)):
                    raise ProtocolError(reason=f"the answer holds no {what[0]}, and does not say that there are none")
                break
            before = len(found)
            unknown += sum(not take(one) for one in page.items)
            position += page.entries
            if len(found) == before or not page.goes_on(position, size):
                break
        else:
            raise ProtocolError(reason=f"the list of {what[0]} does not end")
        self._count(what, unknown)

    def _count(self, what: tuple[str, str], number: int) -> None:
        """Keep how many entries of a list could not be used."""
        if number:
            self._left_out[what] = number
        else:
            self._left_out.pop(what, None)


def _print_of(said: Fields) -> bytes:
    """Return a digest of an object: reading it anew costs twenty times as much as noticing that it did not change."""
    try:
        content = orjson.dumps(said.raw)
    except TypeError:  # half characters, numbers beyond 64 bits
        content = repr(said.raw).encode("utf-8", "replace")
    return hashlib.blake2b(content, digest_size=16).digest()


def _object_of(root: Fields, name: str, members: Iterable[str]) -> Fields:
    """Return the object that an answer is about, be it left out around its members. Raises `ProtocolError` for none."""
    value = root.get(name)
    if isinstance(value, Mapping) or (value and isinstance(value, list)):
        return root.child(name)
    if name not in root and any(member in root for member in members):
        return root
    raise ProtocolError(reason=f"the answer holds no {name}")


def _list_of(said: Fields, name: str, *, optional: bool = False) -> Page:
    """Return the objects of a list and how many places it has. Raises `ProtocolError` for what is none.

    `optional`: it may be missing, null or an empty text.
    """
    value = said.get(name)
    if isinstance(value, list):
        items = said.children(name)
        return Page(items, max(len(value), len(items)))
    if isinstance(value, Mapping):
        return Page([Fields(value)], 1) if value else Page([], 0)
    if optional:
        return Page([], 0)
    raise ProtocolError(reason=f"the answer holds no {name}")


def _zone_page(root: Fields) -> Page:
    """Read a page of zones, of either root (trap T3)."""
    result = root.child("ZoneSearch")
    if not isinstance(root.get("ZoneSearch"), Mapping) and not len(result):
        legacy = _list_of(root, "ZoneList")
        return Page(parsing.unwrapped(legacy.items, "Zone"), legacy.entries, None, "OK")
    listed = _list_of(result, "ZoneList", optional=True)
    word = "".join(letter for letter in (result.text("responseStatusStrg") or "").upper() if letter.isalpha())
    total = result.integer("totalMatches")
    silent = not word and total is None and "ZoneList" not in result
    return Page(parsing.unwrapped(listed.items, "Zone"), listed.entries, total, word if word in _WORDS else "", silent)
