"""What a user can choose to import (hikcentral §3.1)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ..settings import AREAS, SIRENS, SITES
from .places import Places
from .records import Facts

type Offer = Callable[[Facts], Mapping[str, str]]


def _sites(facts: Facts) -> Mapping[str, str]:
    """Return the sites; those of the same name are told apart by their ids."""
    names = [site.name for site in facts.sites.values()]
    return {
        id_: f"{site.name} ({id_})" if names.count(site.name) > 1 else site.name for id_, site in facts.sites.items()
    }


def _areas(facts: Facts) -> Mapping[str, str]:
    """Return the areas of all sites with their paths."""
    return dict(Places(facts).areas())


def _sirens(facts: Facts) -> Mapping[str, str]:
    """Return the alarm outputs, each with the device it hangs on."""
    found: dict[str, str] = {}
    for id_, output in facts.outputs.items():
        device = facts.parent_of(output)
        found[id_] = output.name if device is None else f"{output.name} ({device.name})"
    return found


_OFFERS: Final[Mapping[str, Offer]] = MappingProxyType({SITES: _sites, AREAS: _areas, SIRENS: _sirens})


def choices(facts: Facts, option: str) -> Mapping[str, str]:
    """Return what an option can select from: stored value → text. Includes what is not imported."""
    offer = _OFFERS.get(option)
    return {} if offer is None else offer(facts)
