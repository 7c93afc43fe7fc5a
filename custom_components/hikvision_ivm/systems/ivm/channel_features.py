"""The features of each channel, found without looking at all of them."""

from collections.abc import Callable, Collection, Mapping, Sequence

from ..kinds import Kind
from ..model import Feature, Inventory
from .records import ChannelAddress

type Key = tuple[str, str]
"""Device and channel."""


class ChannelFeatures:
    """An index of the latest inventory, made when it is first asked for."""

    def __init__(self, inventory: Callable[[], Inventory]) -> None:
        """Does nothing yet."""
        self._inventory = inventory
        self._indexed: Inventory | None = None
        self._features: Mapping[Key, Sequence[Feature]] = {}

    def of(self, key: Key, kinds: Collection[Kind]) -> list[Feature]:
        """Return the features of a channel that are of some kinds."""
        return [feature for feature in self.all().get(key, ()) if feature.kind in kinds]

    def all(self) -> Mapping[Key, Sequence[Feature]]:
        """Return the features of all channels."""
        inventory = self._inventory()
        if inventory is not self._indexed:
            found: dict[Key, list[Feature]] = {}
            for feature in inventory.features.values():
                if isinstance(feature.address, ChannelAddress):
                    found.setdefault(feature.address.key, []).append(feature)
            self._features = found
            self._indexed = inventory
        return self._features
