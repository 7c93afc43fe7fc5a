"""Where things are: ids of devices, and the areas of sites (hikcentral §3.1, T33)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from .records import Facts, Region, Site

SEPARATOR: Final = "/"
"""Between site and area in what the option `areas` holds."""
_BETWEEN: Final = " / "


def device_id(uid: str, prefix: str, *ids: str) -> str:
    """Return the id of a device in the inventory: the system's id, the type, and the platform's ids."""
    return "_".join((uid, prefix, *ids))


def area_key(site: str, region: str) -> str:
    """Return how the option `areas` names an area: ids of areas are unique within a site only."""
    return f"{site}{SEPARATOR}{region}"


class Places:
    """The areas of every site as trees. A parent that is unknown, or that comes back to itself, makes a root."""

    def __init__(self, facts: Facts) -> None:
        """Walk every area up once."""
        self._sites: Mapping[str, Site] = facts.sites
        self._regions: Mapping[tuple[str, str], Region] = facts.regions
        self._local = facts.local_site
        self._chains: dict[tuple[str, str], tuple[str, ...]] = {}
        for site, region in facts.regions:
            self._chain(site, region)

    def _chain(self, site: str, region: str) -> tuple[str, ...]:
        """Return the ids from the root down to an area, itself included."""
        waiting: list[str] = []
        above: tuple[str, ...] = ()
        current: str | None = region
        while current is not None and current not in waiting and (site, current) in self._regions:
            if (known := self._chains.get((site, current))) is not None:
                above = known
                break
            waiting.append(current)
            current = self._regions[site, current].parent
        for current in reversed(waiting):
            above = (*above, current)
            self._chains[site, current] = above
        return self._chains.get((site, region), (region,))

    def site_name(self, site: str | None) -> str | None:
        """Return the name of a site; None if no such site was listed."""
        found = self._sites.get(site or self._local)
        return None if found is None else found.name

    def names(self, site: str | None, region: str | None) -> tuple[str, ...]:
        """Return the names of areas from the outside in, as far as they are known. No site means the current one."""
        if region is None:
            return ()
        site = site or self._local
        found = (self._regions.get((site, each)) for each in self._chain(site, region))
        return tuple(each.name for each in found if each is not None)

    def place(self, site: str | None, region: str | None) -> tuple[str, ...]:
        """Return where something is: the site, areas from the outside in."""
        name = self.site_name(site)
        return (*((name,) if name is not None else ()), *self.names(site, region))

    def area(self, site: str | None, region: str | None) -> str | None:
        """Return the name of the area something is in."""
        names = self.names(site, region)
        return names[-1] if names else None

    def within(self, site: str | None, region: str | None, chosen: Collection[str]) -> bool:
        """Whether an area, or one that it lies in, is among those chosen (`<site>/<area>`)."""
        if region is None:
            return False
        site = site or self._local
        return any(area_key(site, each) in chosen for each in self._chain(site, region))

    def areas(self) -> Iterator[tuple[str, str]]:
        """Yield every area that can be chosen and its path in words, a branch after the other as they were listed.

        The name of the site is only told where there are several.
        """
        several = len({site for site, _ in self._regions}) > 1
        below: dict[tuple[str, str | None], list[str]] = {}
        for (site, region), chain in self._chains.items():
            below.setdefault((site, chain[-2] if len(chain) > 1 else None), []).append(region)
        waiting = [(site, root) for site in reversed(self._order()) for root in reversed(below.get((site, None), []))]
        while waiting:
            site, region = waiting.pop()
            words = self.names(site, region)
            yield area_key(site, region), _BETWEEN.join((self.site_name(site) or site, *words) if several else words)
            waiting.extend((site, each) for each in reversed(below.get((site, region), [])))

    def _order(self) -> list[str]:
        """Return the sites that have areas, as they were listed."""
        return list(dict.fromkeys([*self._sites, *(site for site, _ in self._regions)]))
