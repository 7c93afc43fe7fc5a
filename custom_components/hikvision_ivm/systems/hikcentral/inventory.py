"""Reading what exists on a platform, from lists, in a fixed number of requests (hikcentral §3.1, §7.2).

One request for each page of each list: regions and cameras once per site, everything else once. What cannot be read
keeps what was known of it: a failed answer is never an empty inventory (hikcentral §1.6).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
import logging
from types import MappingProxyType
from typing import Any, Final

from ..errors import (
    AccessDisabledError,
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    SystemFailure,
    UnsupportedError,
)
from ..settings import AREAS, PARKING_SPACES, SITES as SITES_OPTION
from ..transport.json import Fields, fields
from .client import HikCentralClient
from .identity import VERSION
from .lists import Lists
from .offers import choices
from .parts import CAMERAS, MANAGEMENT, OVERVIEW, PARTS, POOLS, REGIONS, SITES, SPACES, Part
from .records import Bed, Camera, Facts, Floor, ManagementServer, Pool, Region, Site, Space

_LOGGER = logging.getLogger(__name__)

LASTING: Final = (UnsupportedError, InsufficientRightsError)
"""What asking again soon does not change."""
REFUSALS: Final = (*LASTING, AccessDisabledError)
"""One list that may not be read, too; where none may be, the whole interface is off."""
RETRY_SECONDS: Final = 120.0
"""First pause before an incomplete inventory is read again; it doubles up to the usual period."""
_LOCAL: Final = "0"
"""Id of the current site in every sample (§3.1)."""
_CORE: Final = frozenset({"cameras", *(part.name for part in PARTS if part.essential)})
_ESSENTIAL: Final = _CORE | {"sites", "regions"}

type Reader[R] = Callable[[Fields], R | None]


class InventoryReader:
    """Reads one platform, again and again.

    `facts`: what was read last. `failed`: part (`cameras/17` for those of a site) → why it could not be read. `skipped`:
    part → objects without an id, or with one that came before.
    """

    def __init__(self, client: HikCentralClient, lists: Lists, options: Mapping[str, Any]) -> None:
        """Does no I/O."""
        self.facts: Facts | None = None
        self.failed: Mapping[str, SystemFailure] = {}
        self.skipped: Mapping[str, int] = {}
        self._client = client
        self._lists = lists
        self._spaces = options.get(PARKING_SPACES) is True
        self._incomplete = 0

    @property
    def complete(self) -> bool:
        """Whether nothing essential is missing that may be there next time."""
        return not any(
            _plain(name) in _ESSENTIAL and not isinstance(error, REFUSALS) for name, error in self.failed.items()
        )

    @property
    def retry_seconds(self) -> float | None:
        """Seconds after which an incomplete inventory should be read again; None if it is complete."""
        return RETRY_SECONDS * 2.0 ** min(self._incomplete - 1, 8) if self._incomplete else None

    def left_out(self) -> dict[str, str]:
        """Return what is missing although the platform has it or may have it: words → why, as a sentence."""
        words = {part.name: part.words for part in PARTS}
        return {
            words.get(_plain(name), _plain(name)): str(error)
            for name, error in self.failed.items()
            if not isinstance(error, REFUSALS)
        }

    async def read(self) -> Facts:
        """Read everything that exists.

        Raises `AuthenticationError`, and any other `SystemFailure` if nothing, or nothing essential, could be read.
        """
        reading = _Reading(self._client, self._lists, self.facts or Facts(), spaces=self._spaces)
        facts = await reading.run()
        self._tell(reading.failed)
        self.facts, self.failed, self.skipped = facts, reading.failed, dict(reading.skipped)
        self._incomplete = 0 if self.complete else self._incomplete + 1
        return facts

    async def offer(self) -> Mapping[str, Mapping[str, str]]:
        """Read the sites and areas only: option → stored value → text. A list that is refused offers nothing."""
        reading = _Reading(self._client, self._lists, Facts(), spaces=False)
        facts = await reading.places()
        return {option: found for option in (SITES_OPTION, AREAS) if (found := choices(facts, option))}

    def _tell(self, failed: Mapping[str, SystemFailure]) -> None:
        """Log what is missing for the first time, and what is there again."""
        for name, error in failed.items():
            if name not in self.failed and not isinstance(error, REFUSALS):
                _LOGGER.warning("%s of %s cannot be read: %s", name, self._client.base_url, error)
        for name, error in self.failed.items():
            if name not in failed and not isinstance(error, REFUSALS):
                _LOGGER.info("%s of %s can be read again", name, self._client.base_url)


class _Reading:
    """One reading of everything."""

    def __init__(self, client: HikCentralClient, lists: Lists, known: Facts, *, spaces: bool) -> None:
        """`known`: what was read last; `spaces`: whether parking spaces are wanted."""
        self.failed: dict[str, SystemFailure] = {}
        self.skipped: Counter[str] = Counter()
        self._worked: set[str] = set()
        self._client = client
        self._lists = lists
        self._known = known
        self._spaces = spaces

    async def run(self) -> Facts:
        """Read in three rounds: which sites there are, their lists, what belongs to single items of those."""
        known = self._known
        product, version = await self._try("version", self._version(), (known.product, known.version))
        self._lists.version = version
        if version:
            self._client.use_version(version)
        facts = replace(await self.places(), product=product, version=version)
        cameras, management, *parts = await all_or_none(
            self._cameras(facts.sites),
            self._try("management", self._management(), known.management),
            *(self._try(part.name, self._part(part), getattr(known, part.name)) for part in PARTS),
        )
        self._check()
        found = dict(zip((part.name for part in PARTS), parts, strict=True))
        pools, floors, spaces, local = await all_or_none(
            self._pools(found["record_servers"]),
            self._types(found["floors"]),
            self._spaces_of(found["floors"]),
            self._local(facts, cameras),
        )
        beds: dict[str, Bed] = {}
        for bed in (bed for room in found["rooms"].values() for bed in room.beds):
            if beds.setdefault(bed.id, bed) is not bed:
                self.skipped["beds"] += 1
        return replace(
            facts,
            **{**{name: MappingProxyType(by_id) for name, by_id in found.items()}, "floors": floors},
            cameras=cameras,
            management=management,
            pools=pools,
            spaces=spaces,
            beds=beds,
            local_site=local,
            missing={name: error.key for name, error in self.failed.items()},
        )

    async def places(self) -> Facts:
        """Read sites and areas."""
        sites = await self._try("sites", self._sites(), self._known.sites)
        found = await all_or_none(*(self._regions(site) for site in sites or (None,)))
        regions = {key: region for each in found for key, region in each.items()}
        local = _LOCAL if _LOCAL in sites else next(iter(sites), "")
        return Facts(sites=sites, regions=regions, local_site=local)

    async def _try[T](self, name: str, reading: Awaitable[T], known: T) -> T:
        """Read a part; what fails keeps what is known. Raises `AuthenticationError`."""
        try:
            found = await reading
        except AuthenticationError:
            raise
        except SystemFailure as error:
            self.failed[name] = error
            return known
        self._worked.add(name)
        return found

    def _check(self) -> None:
        """Raise what made everything fail, or everything that counts by something else than a refusal."""
        if any(_plain(name) in _CORE for name in self._worked):
            return
        lost = [error for name, error in self.failed.items() if _plain(name) in _CORE]
        passing = [error for error in lost if not isinstance(error, LASTING)]
        if passing:
            raise next((error for error in passing if isinstance(error, ConnectionFailedError)), passing[0])
        if not self._worked:
            raise lost[0]

    def _by_id[R](self, name: str, rows: Iterable[Fields], read: Reader[R]) -> dict[str, R]:
        """Turn objects into records by id; the first of an id wins, what cannot be used is counted."""
        found: dict[str, R] = {}
        for row in rows:
            record = read(row)
            id_: str | None = getattr(record, "id", None)
            if record is None or id_ is None or id_ in found:
                self.skipped[name] += 1
            else:
                found[id_] = record
        return found

    # the lists

    async def _version(self) -> tuple[str, str]:
        """Read product and version."""
        found = fields(await self._client.call(VERSION))
        return found.text("produceName", "productName") or "", found.text("softVersion", "version") or ""

    async def _sites(self) -> Mapping[str, Site]:
        """Read the sites."""
        return self._by_id("sites", await self._lists.read(SITES), Site.read)

    async def _regions(self, site: str | None) -> Mapping[tuple[str, str], Region]:
        """Read the areas of a site; None: of the current one, whose id is not known."""
        known = {key: region for key, region in self._known.regions.items() if site in (key[0], None)}
        return await self._try(_of("regions", site), self._regions_of(site), known)

    async def _regions_of(self, site: str | None) -> Mapping[tuple[str, str], Region]:
        rows = await self._lists.read(REGIONS, _site(site))
        found = self._by_id("regions", rows, lambda row: Region.read(row, site or ""))
        # What a site lists is its own, whatever its areas say, or the areas of two sites would mix.
        return {
            (site or region.site, region.id): replace(region, site=site or region.site) for region in found.values()
        }

    async def _cameras(self, sites: Mapping[str, Site]) -> Mapping[str, Camera]:
        """Read the cameras of every site; ids of cameras are unique over sites, for calls name no site beside them."""
        found: dict[str, Camera] = {}
        for each in await all_or_none(*(self._cameras_of(site) for site in sites or (None,))):
            for id_, camera in each.items():
                if found.setdefault(id_, camera) is not camera:
                    self.skipped["cameras"] += 1
        return found

    async def _cameras_of(self, site: str | None) -> Mapping[str, Camera]:
        known = {id_: camera for id_, camera in self._known.cameras.items() if site in (camera.site, None)}
        return await self._try(_of("cameras", site), self._read_cameras(site), known)

    async def _read_cameras(self, site: str | None) -> Mapping[str, Camera]:
        lists = await self._lists.typed(CAMERAS, _site(site))
        rows = (row for pages in lists for row in pages)
        return self._by_id("cameras", rows, lambda row: Camera.read(row, site or ""))

    async def _part(self, part: Part) -> Mapping[str, Any]:
        """Read one list of the table."""
        rows: Iterable[Fields]
        if part.typed:
            rows = [row for pages in await self._lists.typed(part.path) for row in pages]
        elif part.paged:
            rows = await self._lists.read(part.path, key=part.key, named=part.named)
        else:
            rows = await self._lists.whole(part.path)
        return self._by_id(part.name, rows, part.read)

    async def _management(self) -> ManagementServer | None:
        """Read the machine the platform runs on."""
        return ManagementServer.read(fields(await self._client.call(MANAGEMENT)))

    # what belongs to single items

    async def _pools(self, servers: Mapping[str, object]) -> Mapping[tuple[str, str], Pool]:
        """Read the storage pools of every recording server."""

        async def read(server: str) -> list[Pool]:
            answer = fields(await self._client.call(POOLS, {"recordServerIndexCode": server}))
            rows = answer.children("hddList")
            return [*self._by_id("pools", rows, lambda row: Pool.read(row, server)).values()]

        def known(server: str) -> list[Pool]:
            return [pool for pool in self._known.pools.values() if pool.server == server]

        found = await all_or_none(*(self._try(_of("pools", id_), read(id_), known(id_)) for id_ in servers))
        return {(pool.server, pool.id): pool for pools in found for pool in pools}

    async def _types(self, floors: Mapping[str, Floor]) -> Mapping[str, Floor]:
        """Add the types of parking spaces to the floors."""

        async def read() -> dict[str, Floor]:
            return self._by_id("floor types", await self._lists.whole(OVERVIEW), Floor.read)

        if not floors:
            return floors
        overview = await self._try("floor types", read(), self._known.floors)
        return {id_: _typed(floor, overview.get(id_)) for id_, floor in floors.items()}

    async def _spaces_of(self, floors: Mapping[str, Floor]) -> Mapping[str, Space]:
        """Read the parking spaces of every floor, where they are wanted."""

        async def read(floor: str) -> dict[str, Space]:
            rows = await self._lists.whole(SPACES, {"floorIndexCode": floor})
            return self._by_id("spaces", rows, lambda row: Space.read(row, floor))

        def known(floor: str) -> dict[str, Space]:
            return {id_: space for id_, space in self._known.spaces.items() if space.floor == floor}

        if not self._spaces:
            return {}
        found = await all_or_none(*(self._try(_of("spaces", id_), read(id_), known(id_)) for id_ in floors))
        return {id_: space for each in found for id_, space in each.items()}

    async def _local(self, facts: Facts, cameras: Mapping[str, Camera]) -> str:
        """Return the site that doors, inputs and outputs belong to: the current one, of which they name none."""
        if facts.local_site == _LOCAL or len(facts.sites) == 1:
            return facts.local_site
        if not facts.sites:
            named = (camera.site for camera in cameras.values())
            return next(filter(None, (*named, *(site for site, _ in facts.regions))), "")
        if self._known.local_site in facts.sites:
            return self._known.local_site

        async def read() -> str:
            # Without a site the areas of the current one are listed, and they name it.
            answer = fields(await self._client.call(REGIONS, {"pageNo": 1, "pageSize": 1}))
            return answer.child("list").text("siteIndexCode") or facts.local_site

        return await self._try("local site", read(), facts.local_site)


def _plain(name: str) -> str:
    """Return the part that a name such as `cameras/17` is of."""
    return name.partition("/")[0]


def _of(name: str, id_: str | None) -> str:
    """Return the name of one of several readings of a part."""
    return name if id_ is None else f"{name}/{id_}"


def _site(site: str | None) -> Mapping[str, str] | None:
    """Return the request that names a site."""
    return None if site is None else {"siteIndexCode": site}


def _typed(floor: Floor, seen: Floor | None) -> Floor:
    """Return a floor with the types of spaces it was seen to have."""
    return floor if seen is None else replace(floor, types=seen.types, lot=floor.lot or seen.lot)


async def all_or_none(*work: Awaitable[Any]) -> list[Any]:
    """Do several things at once and return what they give; when one fails, the others are stopped first."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
