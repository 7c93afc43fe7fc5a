"""What exists in an account, as devices and features, made anew only where something is other than before."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any

from ..model import Inventory
from ..parts import Part, assemble
from .features import device_outline, device_part, orgs_part, streams_of, tenant_part
from .learnt import Lessons
from .licences import Licence
from .records import Facts, OrgRecord
from .wishes import Wishes


class Catalogue:
    """What is imported of an account, with what is booked: `inventory`."""

    def __init__(
        self, uid: str, options: Mapping[str, Any], *, lessons: Lessons, finish: Callable[[Inventory, Facts], Inventory]
    ) -> None:
        """`finish` adds to an inventory what was not found in lists."""
        self.inventory = Inventory({}, {})
        self._uid = uid
        self._wishes = Wishes.of(options)
        self._streams = streams_of(options)
        self._lessons = lessons
        self._finish = finish
        self._parts: dict[str, Part] = {}
        self._outlines: dict[str, Hashable] = {}
        self._orgs: Mapping[str, OrgRecord] = {}
        self._licences: tuple[Licence, ...] = ()

    def build(self, facts: Facts, licences: Iterable[Licence]) -> bool:
        """Take over everything; returns whether anything is other than before."""
        found = tuple(licences)
        other = _booked(found) != _booked(self._licences) or _shown(facts.orgs) != _shown(self._orgs)
        self._licences, self._orgs = found, facts.orgs
        gone = self._parts.keys() - facts.devices.keys()
        changed = [self._look(facts, id_) for id_ in facts.devices]
        for id_ in gone:
            self._drop(id_)
        if self.inventory.devices and not (other or gone or any(changed)):
            return False
        return self._assemble(facts)

    def renew(self, facts: Facts, devices: Collection[str], *, whole: bool = False) -> bool:
        """Look at some devices again, which may be new or gone; returns whether anything is other than before.

        `whole`: `finish` is to look again at everything.
        """
        if _shown(facts.orgs) != _shown(self._orgs):
            return self.build(facts, self._licences)
        changed = whole
        for id_ in devices:
            if id_ in facts.devices:
                changed |= self._look(facts, id_)
            elif id_ in self._parts:
                self._drop(id_)
                changed = True
        return changed and self._assemble(facts)

    def adopt(self, inventory: Inventory) -> None:
        """Take over an inventory that grew elsewhere."""
        self.inventory = inventory

    def _look(self, facts: Facts, id_: str) -> bool:
        """Make one device anew if it is other than before; returns whether it is."""
        device = facts.devices[id_]
        outline = device_outline(facts, device, streams=self._streams, lessons=self._lessons)
        if outline == self._outlines.get(id_):
            return False
        self._outlines[id_] = outline
        self._parts[id_] = device_part(self._uid, facts, device, streams=self._streams, lessons=self._lessons)
        return True

    def _drop(self, id_: str) -> None:
        """Forget a device."""
        del self._parts[id_]
        self._outlines.pop(id_, None)

    def _assemble(self, facts: Facts) -> bool:
        """Put everything together, the account first; returns whether it is other than before."""
        before = self.inventory
        parts = [self._parts[id_] for id_ in facts.devices if id_ in self._parts]
        tenant = tenant_part(self._uid, self._wishes, licences=self._licences)
        self.inventory = self._finish(assemble([tenant, orgs_part(self._uid, facts), *parts]), facts)
        return self.inventory != before


def _shown(orgs: Mapping[str, OrgRecord]) -> list[tuple[str, str, str]]:
    """Return what is shown of organisations: ids, names and places."""
    return [(org.id, org.name, org.parent) for org in orgs.values()]


def _booked(licences: Iterable[Licence]) -> list[tuple[str, str | None, bool, str | None]]:
    """Return what the features of licences depend on."""
    return [(one.id, one.name, one.total is None, one.mode) for one in licences]
