"""Everything that happened in a stretch of time, from all the lists that may hold it (hikcentral §3.8, §6, §7.2).

The search of events names sources and types, so its requests follow the number of sources: about 200 in each. Who passed
a door is listed apart, by one type and ten doors in each request, and plates by one camera in each. Platforms that have
these in the search of events, too, are asked for the details of what was found only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..base import Runtime
from ..errors import AuthenticationError, InsufficientRightsError, RejectedError, SystemFailure, UnsupportedError
from .event_types import EVENT_TYPES, LOWEST_SUBSCRIBABLE, Category
from .happening import EventRecord
from .records import PLATES, Facts
from .search import DOORS_PER_CALL, FACE_COMPARED, PLATE_READ, SEARCHABLE, Found, Search, codes_of, joined

AT_ONCE: Final = 3
"""Requests side by side: they are made while everything else goes on."""
NEAR: Final = timedelta(seconds=2)
LONGEST_VEHICLES: Final = 64
"""Characters of the ids of vehicles in one request (hikcentral §3.18)."""
LISTS: Final = "lists"
"""Key in the runtime's memory: `access` and `plates` → whether the search of events has them, too."""

USUAL_CODES: Final = (198914, 196893, 197127, 197151, 197634, 197635, 198915, 197128, 197633, 196897)
"""What most often happens at doors: passed or refused by card, face, fingerprint."""
_ACCESS_CODES: Final = tuple(
    dict.fromkeys(
        (*USUAL_CODES, *(code for code, row in EVENT_TYPES.items() if row.category is Category.ACCESS))
    )
)  # fmt: skip

type _Work = Callable[[], Awaitable[Found]]


@dataclass(slots=True)
class Gathered:
    """Records, the oldest first. `error`: why something is missing, None if nothing is."""

    records: list[EventRecord] = field(default_factory=list)
    complete: bool = True
    error: SystemFailure | None = None
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Effort:
    """How many requests the lists apart may cost: of accesses, of plates, of vehicles."""

    accesses: int
    plates: int
    vehicles: int = 0


ROUND: Final = Effort(accesses=16, plates=8, vehicles=2)
"""For one of many rounds: what is left out has its turn in the next."""
THOROUGH: Final = Effort(accesses=160, plates=64, vehicles=20)


class Gatherer:
    """Gathers from one platform. `sources`: what is imported, by type of source; `facts`: what exists."""

    def __init__(
        self,
        search: Search,
        runtime: Runtime,
        sources: Callable[[], Mapping[str, Sequence[str]]],
        facts: Callable[[], Facts],
    ) -> None:
        """Does no I/O."""
        self.search = search
        self._runtime = runtime
        self._sources = sources
        self._facts = facts
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._turns: dict[str, int] = {}
        self._since: dict[tuple[object, ...], datetime] = {}
        self._no_low = False

    async def gather(self, start: datetime, end: datetime, effort: Effort) -> Gathered:
        """Return everything that began between two moments. Raises `AuthenticationError`.

        What the platform does not offer, or not to us, is no failure: nothing of it will ever be found.
        """
        gathered = Gathered()
        queries = self._queries()
        await self._all(gathered, [partial(self._events, *query, start, end) for query in queries])
        await self._doors(gathered, start, end, effort.accesses)
        await self._plates(gathered, start, end, effort.plates)
        if effort.plates:
            await self._faces(gathered)
        await self._vehicles(gathered, start, end, effort.vehicles)
        gathered.records.sort(key=lambda record: record.start)
        return gathered

    async def some(self, turn: int, start: datetime, end: datetime) -> Gathered:
        """Return what one request finds: with each turn of others of the sources. Raises `AuthenticationError`."""
        gathered = Gathered()
        if queries := self._queries():
            source_type, sources, codes = queries[turn % len(queries)]
            await self._all(gathered, [partial(self._events, source_type, sources, codes, start, end)])
        return gathered

    @property
    def cost(self) -> int:
        """Number of requests of the search of events, if everything is found on one page."""
        return len(self._queries())

    def _queries(self) -> list[tuple[str, Sequence[str], Sequence[int]]]:
        """Return what the search of events is asked for: each is one request and its further pages."""
        queries: list[tuple[str, Sequence[str], Sequence[int]]] = []
        for source_type, sources in self._sources().items():
            if source_type not in SEARCHABLE:
                continue
            codes = codes_of(source_type)
            queries += [(source_type, part.split(","), codes) for part in joined(sources)]
        return queries

    async def _events(
        self, source_type: str, sources: Sequence[str], codes: Sequence[int], start: datetime, end: datetime
    ) -> Found:
        """Search events; a platform that takes no low codes here either is asked without them."""
        if self._no_low:
            codes = [code for code in codes if code >= LOWEST_SUBSCRIBABLE]
        if not codes:
            return Found()
        try:
            return await self.search.events(source_type, sources, codes, start, end)
        except RejectedError:
            high = [code for code in codes if code >= LOWEST_SUBSCRIBABLE]
            if len(high) == len(codes):
                raise
            found = await self.search.events(source_type, sources, high, start, end) if high else Found()
            self._no_low = True
            return found

    async def _all(self, gathered: Gathered, work: Iterable[_Work]) -> list[Found]:
        """Do searches side by side and take over what they find."""

        async def one(search: _Work) -> Found:
            async with self._gate:
                return await search()

        done: list[Found] = []
        for result in await asyncio.gather(*(one(each) for each in work), return_exceptions=True):
            gathered.requests += 1
            if isinstance(result, Found):
                done.append(result)
                gathered.records += result.records
                gathered.complete = gathered.complete and result.complete
            elif isinstance(result, AuthenticationError) or not isinstance(result, SystemFailure):
                raise result
            elif not isinstance(result, (UnsupportedError, InsufficientRightsError)):
                gathered.error, gathered.complete = result, False
        return done

    # doors

    async def _doors(self, gathered: Gathered, start: datetime, end: datetime, most: int) -> None:
        """Add who passed which door."""
        doors = self._sources().get("door", ())
        if not doors:
            return
        hits = [each for each in gathered.records if _category(each) is Category.ACCESS]
        if hits:
            self._learn("access", True)
            await self._detail_doors(gathered, hits, most)
        elif self._lists("access") is not True:
            await self._sweep_doors(gathered, doors, start, end, most)

    async def _detail_doors(self, gathered: Gathered, hits: list[EventRecord], most: int) -> None:
        """Add persons, cards and readers to accesses that were found."""
        groups: dict[str, list[EventRecord]] = {}
        for hit in hits:
            groups.setdefault(hit.code, []).append(hit)
        work: list[_Work] = []
        for code, found in groups.items():
            doors = list(dict.fromkeys(each.source for each in found))
            first, last = found[0].start, found[0].start
            for each in found:
                first, last = min(first, each.start), max(last, each.start)
            for place in range(0, len(doors), DOORS_PER_CALL):
                if len(work) < most:
                    part = doors[place : place + DOORS_PER_CALL]
                    work.append(partial(self.search.accesses, part, int(code), first - NEAR, last + NEAR))
        details = Gathered()
        await self._all(details, work)
        gathered.requests += details.requests
        _detail(gathered, details.records)

    async def _sweep_doors(
        self, gathered: Gathered, doors: Sequence[str], start: datetime, end: datetime, most: int
    ) -> None:
        """Ask for accesses type by type: the usual ones always, the others in turns."""
        parts = [tuple(doors[place : place + DOORS_PER_CALL]) for place in range(0, len(doors), DOORS_PER_CALL)]
        usual = [(code, part) for code in USUAL_CODES for part in parts]
        rare = [(code, part) for code in _ACCESS_CODES[len(USUAL_CODES) :] for part in parts]
        chosen = self._turn("usual", usual, most * 2 // 3 if rare else most)
        chosen += self._turn("rare", rare, most - len(chosen))
        work = [
            partial(self.search.accesses, part, code, self._from((code, part), start, end), end)
            for code, part in chosen
        ]
        apart = Gathered()
        await self._all(apart, work)
        gathered.requests += apart.requests
        gathered.error = gathered.error or apart.error
        gathered.complete = gathered.complete and apart.complete
        known = {each.id for each in gathered.records}
        new = [each for each in apart.records if each.id not in known]
        if new:
            self._learn("access", False)
        gathered.records += new

    # plates

    async def _plates(self, gathered: Gathered, start: datetime, end: datetime, most: int) -> None:
        """Add which vehicles passed which camera."""
        facts = self._facts()
        imported = self._sources().get("camera", ())
        cameras = [each for each in imported if PLATES in facts.cameras[each].capabilities]
        hits = [each for each in gathered.records if each.code == str(PLATE_READ)]
        if hits:
            self._learn("plates", True)
            work: list[_Work] = []
            for camera in list(dict.fromkeys(each.source for each in hits))[:most]:
                moments = [each.start for each in hits if each.source == camera]
                work.append(partial(self.search.crossings, camera, min(moments) - NEAR, max(moments) + NEAR))
            details = Gathered()
            await self._all(details, work)
            gathered.requests += details.requests
            _detail(gathered, details.records)
        elif cameras and self._lists("plates") is not True:
            chosen = self._turn("plates", [(camera,) for camera in cameras], most)
            work = [partial(self.search.crossings, one, self._from((one,), start, end), end) for (one,) in chosen]
            for found in await self._all(gathered, work):
                if found.records:
                    self._learn("plates", False)

    async def _faces(self, gathered: Gathered) -> None:
        """Add whose faces were recognised."""
        moments = [each.start for each in gathered.records if each.code == str(FACE_COMPARED)]
        if moments:
            details = Gathered()
            await self._all(details, [partial(self.search.faces, min(moments) - NEAR, max(moments) + NEAR)])
            gathered.requests += details.requests
            _detail(gathered, details.records)

    async def _vehicles(self, gathered: Gathered, start: datetime, end: datetime, most: int) -> None:
        """Add what happened to vehicles on the road: the search of events does not know them."""
        if not (vehicles := self._sources().get("mobileVehicle")):
            return
        chosen = self._turn("vehicles", list(joined(vehicles, LONGEST_VEHICLES)), most)
        since = [(ids, self._from((ids,), start, end)) for ids in chosen]
        await self._all(gathered, [partial(self.search.drives, ids.split(","), first, end) for ids, first in since])

    # what is asked when

    def _turn[T](self, name: str, items: Sequence[T], most: int) -> list[T]:
        """Return some of the items, with each call the next ones."""
        if len(items) <= most:
            return list(items)
        first = self._turns.get(name, 0) % len(items)
        self._turns[name] = first + most
        return [items[(first + step) % len(items)] for step in range(most)]

    def _from(self, key: tuple[object, ...], start: datetime, end: datetime) -> datetime:
        """Return since when something is to be searched that is not asked for in every round."""
        before = self._since.get(key)
        self._since[key] = end
        if before is None:
            return start
        return max(min(start, before - NEAR), end - timedelta(days=1))

    def _lists(self, name: str) -> bool | None:
        """Whether the search of events has something that is listed apart; None if that is not known yet."""
        known = self._runtime.memory.get(LISTS)
        value = known.get(name) if isinstance(known, Mapping) else None
        return value if isinstance(value, bool) else None

    def _learn(self, name: str, value: bool) -> None:
        """Remember it."""
        if self._lists(name) is value:
            return
        known = self._runtime.memory.get(LISTS)
        self._runtime.memory[LISTS] = {**(known if isinstance(known, Mapping) else {}), name: value}
        self._runtime.remember()


def _category(record: EventRecord) -> Category | None:
    """Return the family of a record."""
    return None if record.type is None else record.type.category


def _detail(gathered: Gathered, rows: Sequence[EventRecord]) -> None:
    """Put details into the records they belong to: of the same id, or of the same source, type and time."""
    by_id = {row.id: row for row in rows}
    by_source: dict[tuple[str, str], list[EventRecord]] = {}
    for row in rows:
        by_source.setdefault((row.source, row.code), []).append(row)
    for place, record in enumerate(gathered.records):
        near = by_source.get((record.source, record.code), [])
        found = by_id.get(record.id) or next((each for each in near if abs(each.start - record.start) <= NEAR), None)
        if found is None or record.data:
            continue
        picture = found.picture or record.picture
        gathered.records[place] = replace(record, data=found.data, who=found.who, picture=picture)
        if found in near:
            near.remove(found)
