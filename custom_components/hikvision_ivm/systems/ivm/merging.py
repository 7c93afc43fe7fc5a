"""Putting together what several lists and messages tell of one thing (ivm §5.2: a gap in one answer removes nothing)."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from dataclasses import fields, replace
from typing import Any, Final

from .capabilities import Package
from .records import ChannelRecord, DeviceRecord

MISSES: Final = 2
"""So many complete lists in a row without something mean that it is gone."""
_APART: Final = frozenset({"id", "device", "abilities", "packages", "channels", "orgs"})
_PLAIN: Final = {
    kind: tuple(field.name for field in fields(kind) if field.name not in _APART)
    for kind in (DeviceRecord, ChannelRecord)
}


class Misses[K: Hashable]:
    """Counts complete lists in which something known was missing."""

    def __init__(self) -> None:
        """Nothing is missing yet."""
        self._counts: Counter[K] = Counter()

    def settle(self, known: Iterable[K], present: Collection[K]) -> list[K]:
        """Take note of a complete list, and return what of the known things is gone."""
        absent = [key for key in known if key not in present]
        for key in [key for key in self._counts if key in present]:
            del self._counts[key]
        for key in absent:
            self._counts[key] += 1
        gone = [key for key in absent if self._counts[key] >= MISSES]
        for key in gone:
            del self._counts[key]
        return gone


def merged_device(old: DeviceRecord, new: DeviceRecord) -> DeviceRecord:
    """Return a device with what was told of it now; the same object if nothing is other than before."""
    changes = _changes(old, new)
    upgraded = _is_other(old.firmware, new.firmware) or _is_other(old.model, new.model)
    abilities = merged_abilities(old.abilities, new.abilities, anew=upgraded)
    if abilities != old.abilities:
        changes["abilities"] = abilities
    return replace(old, **changes) if changes else old


def merged_channel(old: ChannelRecord, new: ChannelRecord) -> ChannelRecord:
    """Return a channel with what was told of it now; the same object if nothing is other than before."""
    changes = _changes(old, new)
    upgraded = _is_other(old.firmware, new.firmware) or _is_other(old.model, new.model)
    abilities = merged_abilities(old.abilities, new.abilities, anew=upgraded)
    if abilities != old.abilities:
        changes["abilities"] = abilities
    packages = merged_packages(old.packages, new.packages)
    if packages != old.packages:
        changes["packages"] = packages
    return replace(old, **changes) if changes else old


def merged_abilities(
    old: frozenset[str] | None, new: frozenset[str] | None, *, anew: bool = False
) -> frozenset[str] | None:
    """Return abilities: what was told once stays until model or firmware are others (`anew`)."""
    if new is None:
        return old
    return new if old is None or anew else old | new


def merged_packages(old: frozenset[str] | None, new: frozenset[str] | None) -> frozenset[str] | None:
    """Return services with their states: one that is not mentioned stays as it is, as not every list mentions all."""
    if new is None or old is None or new == old:
        return new or old
    told = {package for package in Package for word in new if word.startswith(f"{package}_")}
    return new | {word for word in old if not any(word.startswith(f"{package}_") for package in told)}


def _changes(old: Any, new: Any) -> dict[str, Any]:
    """Return what is told and other than before."""
    return {
        name: value
        for name in _PLAIN[type(old)]
        if (value := getattr(new, name)) is not None and value != "" and value != getattr(old, name)
    }


def _is_other(old: str | None, new: str | None) -> bool:
    """Whether both are known and differ."""
    return old is not None and new is not None and old != new
