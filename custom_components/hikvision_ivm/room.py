"""Room for entities: Home Assistant takes only so many enabled ones of an entry, so the least needed start disabled."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .systems.model import Feature, Inventory, Problem

NAMED_KINDS = 5
"""How many kinds of what starts disabled are named."""


@dataclass(frozen=True, slots=True)
class Room:
    """What fits. `surplus`: ids of the features that are not registered yet and shall start disabled."""

    surplus: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


@callback
def async_make_room(hass: HomeAssistant, entry_id: str, inventory: Inventory, limit: int) -> Room:
    """Decide which new features start disabled so that no more than `limit` entities of the entry are enabled.

    What is registered stays as it is, whoever enabled or disabled it, so nothing changes sides later. New features get
    what room is left, by rank: from the first rank on that does not fit as a whole, or of which something is held back
    already, everything is held back. Only the lowest rank of all is divided.
    """
    registered = {known.unique_id: known for known in er.async_entries_for_config_entry(er.async_get(hass), entry_id)}
    offered = [feature for feature in inventory.features.values() if feature.enabled]
    new: dict[int, list[Feature]] = {}
    held: list[Feature] = []
    for feature in offered:
        if (known := registered.get(feature.id)) is None:
            new.setdefault(feature.rank, []).append(feature)
        elif known.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
            held.append(feature)
    enabled = sum(known.disabled_by is None for known in registered.values())
    wanted = enabled + len(held) + sum(map(len, new.values()))
    if wanted <= limit:
        return Room()
    closed_from = min((feature.rank for feature in held), default=None)
    lowest = min((feature.rank for feature in offered), default=0)
    surplus = _divide(new, max(0, limit - enabled), closed_from, lowest)
    return Room(frozenset(feature.id for feature in surplus), (_problem(wanted, limit, [*held, *surplus]),))


def _divide(new: dict[int, list[Feature]], room: int, closed_from: int | None, lowest: int) -> list[Feature]:
    """Return the new features that find no room; ranks from `closed_from` on get none."""
    surplus: list[Feature] = []
    for rank in sorted(new):
        group = new[rank]
        if not surplus and len(group) <= room and (closed_from is None or rank < closed_from):
            room -= len(group)
        else:
            surplus += group[room:] if rank == lowest else group
            room = 0
    return surplus


def _problem(wanted: int, limit: int, held: list[Feature]) -> Problem:
    """Tell how many entities there would be, how many there may be, and what starts disabled."""
    placeholders = {"count": str(wanted), "limit": str(limit), "disabled": _words(held)}
    return Problem(key="too_many_entities", placeholders=placeholders)


def _words(held: Iterable[Feature]) -> str:
    """Return how many features these are and of which kinds: `300 (200 online, 100 recording)`."""
    kinds = Counter(feature.kind for feature in held)
    named = [f"{number} {kind.value.replace('_', ' ')}" for kind, number in kinds.most_common(NAMED_KINDS)]
    return f"{kinds.total()} ({', '.join(named)}{', …' if len(kinds) > NAMED_KINDS else ''})"
