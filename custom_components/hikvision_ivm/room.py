"""Room for entities: Home Assistant takes only so many enabled ones of an entry, so the least needed start disabled."""

from collections import Counter
from collections.abc import Iterable

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .changes import Changes
from .const import DOMAIN
from .systems.kinds import Kind
from .systems.model import Feature, Inventory, Problem

NAMED_KINDS = 5
"""How many kinds of what starts disabled are named."""


class Room:
    """Decides which new features start disabled so that no more than `limit` entities of an entry are enabled.

    What is registered stays as it is, whoever enabled or disabled it, so nothing changes sides later. New features get
    what room is left, by rank: from the first rank on that does not fit as a whole, or of which something is held back
    already, everything is held back. Only the lowest rank of all is divided.

    `surplus` holds the ids of features that are to start disabled. `problems` tells the user of it.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, limit: int) -> None:
        """Begin without features."""
        self._registry = er.async_get(hass)
        self._entry_id = entry_id
        self._limit = limit
        self._lowest: int | None = None
        self._forget()

    def _forget(self) -> None:
        """Hold nothing back."""
        self.surplus: set[str] = set()
        self.problems: tuple[Problem, ...] = ()
        self._held: Counter[Kind] = Counter()
        self._closed_from: int | None = None

    @callback
    def replace(self, inventory: Inventory, changes: Changes) -> None:
        """Take over another inventory. Costs what is new; everything is weighed anew when something is gone."""
        offered: Iterable[Feature] = changes.added
        if changes.gone or self._lowest is None:
            self._forget()
            offered = inventory.features.values()
        candidates = [feature for feature in offered if feature.enabled]
        if not candidates:
            return
        lowest = min(feature.rank for feature in candidates)
        self._lowest = lowest if self._lowest is None else min(lowest, self._lowest)
        enabled = self._registry.entities.get_enabled_count_for_config_entry_id(self._entry_id)
        if self._held or enabled + len(candidates) > self._limit:
            self._weigh(candidates, enabled)

    def _weigh(self, candidates: Iterable[Feature], enabled: int) -> None:
        """Hold back what finds no room beside so many enabled entities."""
        new: dict[int, list[Feature]] = {}
        for feature in candidates:
            entity_id = self._registry.async_get_entity_id(feature.type, DOMAIN, feature.id)
            if entity_id is None:
                new.setdefault(feature.rank, []).append(feature)
            elif self._registry.entities[entity_id].disabled_by is er.RegistryEntryDisabler.INTEGRATION:
                self._hold(feature)
        wanted = enabled + self._held.total() + sum(map(len, new.values()))
        if wanted <= self._limit:
            self._forget()
            return
        for feature in self._divide(new, max(0, self._limit - enabled)):
            self._hold(feature)
            self.surplus.add(feature.id)
        placeholders = {"count": str(wanted), "limit": str(self._limit), "disabled": _words(self._held)}
        self.problems = (Problem(key="too_many_entities", placeholders=placeholders),)

    def _hold(self, feature: Feature) -> None:
        """Count what is held back."""
        self._held[feature.kind] += 1
        self._closed_from = feature.rank if self._closed_from is None else min(feature.rank, self._closed_from)

    def _divide(self, new: dict[int, list[Feature]], room: int) -> list[Feature]:
        """Return the new features that find no room; ranks of which something is held back get none."""
        surplus: list[Feature] = []
        for rank in sorted(new):
            group = new[rank]
            if not surplus and len(group) <= room and (self._closed_from is None or rank < self._closed_from):
                room -= len(group)
            else:
                surplus += group[room:] if rank == self._lowest else group
                room = 0
        return surplus


def _words(held: Counter[Kind]) -> str:
    """Return how many features these are and of which kinds: `300 (200 online, 100 recording)`."""
    named = [f"{number} {kind.value.replace('_', ' ')}" for kind, number in held.most_common(NAMED_KINDS)]
    return f"{held.total()} ({', '.join(named)}{', …' if len(held) > NAMED_KINDS else ''})"
