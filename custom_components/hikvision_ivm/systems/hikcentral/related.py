"""Which features stand for a camera, a door or an output."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..model import Feature, Inventory

if TYPE_CHECKING:
    from .context import Context

type _Key = tuple[type[Any], str]


class Related:
    """Features by the record in their address. The index is made anew when there is another inventory."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._inventory = context.inventory
        self._indexed: Inventory | None = None
        self._features: Mapping[_Key, tuple[Feature, ...]] = {}

    def of(self, record: object) -> tuple[Feature, ...]:
        """Return the features of a record, of the latest inventory."""
        inventory = self._inventory()
        if inventory is not self._indexed:
            found: dict[_Key, list[Feature]] = {}
            for feature in inventory.features.values():
                if (key := _key(feature.address)) is not None:
                    found.setdefault(key, []).append(feature)
            self._features = {key: tuple(features) for key, features in found.items()}
            self._indexed = inventory
        key = _key(record)
        return self._features.get(key, ()) if key is not None else ()


def _key(record: object) -> _Key | None:
    """Return the type and the id of a record; ids of different types may be the same."""
    id_ = getattr(record, "id", None)
    return (type(record), id_) if isinstance(id_, str) else None
