"""What a new inventory changes, so that taking it over costs that, and not what exists."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from operator import is_
from typing import Self

from .systems.kinds import Kind
from .systems.model import BinarySensorFeature, Feature, Inventory

_KNOWN_FROM_OUTSIDE = frozenset({Kind.ONLINE, Kind.FROZEN, Kind.UNPAID})


@dataclass(frozen=True, slots=True)
class Changes:
    """From one inventory to the next: whether any device changed; features that are new, described anew, or gone."""

    devices: bool
    added: list[Feature]
    replaced: list[Feature]
    gone: list[Feature]

    @classmethod
    def between(cls, before: Inventory, after: Inventory) -> Self:
        """Compare two inventories. Features that are the same objects cost next to nothing."""
        devices = before.devices is not after.devices and before.devices != after.devices
        same = all(map(is_, before.features.values(), after.features.values(), strict=False))
        if same and len(before.features) <= len(after.features):
            # As it was, with some more at the end.
            return cls(devices, list(islice(after.features.values(), len(before.features), None)), [], [])
        added: list[Feature] = []
        replaced: list[Feature] = []
        known = before.features.get
        for feature_id, feature in after.features.items():
            old = known(feature_id)
            if old is feature:
                continue
            if old is None:
                added.append(feature)
            elif old != feature:
                replaced.append(feature)
        gone: list[Feature] = []
        if len(before.features) + len(added) != len(after.features):
            gone = [feature for feature_id, feature in before.features.items() if feature_id not in after.features]
        return cls(devices, added, replaced, gone)


class Belongings:
    """Which features hang on the reachability of which device, and which stand for the push channel."""

    def __init__(self) -> None:
        """Begin without any."""
        self._inventory = Inventory({}, {})
        self._of: dict[str, dict[str, None]] = {}
        self.push: dict[str, None] = {}

    def judge(self, feature: Feature) -> str | None:
        """Return the id of the device that must be reachable for a feature to be known.

        Whether a device is online, and what keeps it from being, is known from what it hangs on or from its witness, and
        most wanted when it is not.
        """
        if feature.kind in _KNOWN_FROM_OUTSIDE:
            device = self._inventory.devices[feature.device_id]
            return device.witness or device.parent
        return feature.device_id

    def of(self, device_id: str) -> Iterable[str]:
        """Return the ids of the features that are known only while a device is reachable."""
        return self._of.get(device_id, {})

    def replace(self, inventory: Inventory, changes: Changes) -> None:
        """Take over another inventory."""
        self._inventory = inventory
        added: Iterable[Feature] = changes.added
        if changes.devices:
            self._of, self.push, added = {}, {}, inventory.features.values()
        else:
            for feature in changes.gone:
                if (judge := self.judge(feature)) is not None:
                    del self._of[judge][feature.id]
                self.push.pop(feature.id, None)
        for feature in added:
            if (judge := self.judge(feature)) is not None:
                self._of.setdefault(judge, {})[feature.id] = None
            if feature.kind is Kind.EVENT_STREAM and isinstance(feature, BinarySensorFeature):
                self.push[feature.id] = None
