"""What the options leave of what exists (hikcentral §3.1, "Sites")."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..settings import AREAS, SITES
from .places import Places
from .records import Controller, CountingGroup, Encoder, Equipment, Facts, MobileDevice, Site


def chosen(options: Mapping[str, Any], option: str) -> frozenset[str] | None:
    """Return what was chosen of an option; None for everything."""
    found = options.get(option)
    if not isinstance(found, Collection) or isinstance(found, (str, bytes)) or not found:
        return None
    return frozenset(map(str, found))


class Selection:
    """What is imported: records by id, as in `Facts`.

    Sites and areas choose cameras, doors, inputs and outputs. Devices of which nothing is left are left out, too, unless
    everything is imported. Doors, inputs and outputs name no site: they are looked up in the current one.
    """

    def __init__(self, facts: Facts, options: Mapping[str, Any]) -> None:
        """Choose."""
        self.facts = facts
        self.places = Places(facts)
        self._sites = chosen(options, SITES)
        self._areas = chosen(options, AREAS)
        self.all = self._sites is None and self._areas is None
        self.cameras = _of(facts.cameras, lambda each: self._in(each.site, each.region))
        self.doors = _of(facts.doors, lambda each: self._in(None, each.region))
        self.inputs = _of(facts.inputs, lambda each: self._in(None, each.region))
        self.outputs = _of(facts.outputs, lambda each: self._in(None, each.region))
        self.vehicles = _of(facts.vehicles, lambda each: self._in(None, each.region))
        used = self._used()
        self.encoders = _of(facts.encoders, lambda each: self.all or (Encoder, each.id) in used)
        self.controllers = _of(facts.controllers, lambda each: self.all or (Controller, each.id) in used)
        self.mobile_devices = _of(facts.mobile_devices, lambda each: self.all or (MobileDevice, each.id) in used)
        self.groups = _of(facts.groups, self._group)
        self.sites = _of(facts.sites, self._site)

    def _in(self, site: str | None, region: str | None) -> bool:
        """Whether something at a place is imported; no site means the current one."""
        if self.all:
            return True
        if self._sites is not None and (site or self.facts.local_site) not in self._sites:
            return False
        return self._areas is None or self.places.within(site, region, self._areas)

    def _used(self) -> set[tuple[type[Equipment], str]]:
        """Return the devices that something imported hangs on."""
        used: set[tuple[type[Equipment], str]] = set()
        for group in (self.cameras, self.inputs, self.outputs):
            for each in group.values():
                if (parent := self.facts.parent_of(each)) is not None:
                    used.add((type(parent), parent.id))
        used |= {(Controller, door.controller) for door in self.doors.values() if door.controller is not None}
        used |= {(MobileDevice, each.device) for each in self.vehicles.values() if each.device is not None}
        return used

    def _group(self, group: CountingGroup) -> bool:
        """Whether a counting group is imported: by its site, and by where it counts."""
        if self.all:
            return True
        if self._sites is not None and (group.site or self.facts.local_site) not in self._sites:
            return False
        if self._areas is None or not group.counted:
            return True
        return any(each.id in (self.doors if each.kind == 2 else self.cameras) for each in group.counted)

    def _site(self, site: Site) -> bool:
        """Whether a site is shown: chosen, or with something imported in it, or the current one."""
        if self._sites is not None:
            return site.id in self._sites
        if self._areas is None or site.id == self.facts.local_site:
            return True
        return any(camera.site == site.id for camera in self.cameras.values())


def _of[R](records: Mapping[str, R], wanted: Callable[[R], bool]) -> Mapping[str, R]:
    """Return the records that are wanted."""
    return {id_: record for id_, record in records.items() if wanted(record)}
