"""Features for what no list of the platform mentions, but what an event told all the same (hikcentral §7.3).

Which of the many things a camera can detect it does detect, only its events say.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from ..base import Runtime
from ..kinds import Kind
from ..model import BinarySensorFeature, Feature, ImageFeature, Inventory, Source
from .event_types import SENSOR_KINDS
from .feature_rows import Wishes
from .features_video import face_features
from .records import Camera, Facts

SEEN: Final = "seen"
"""Key in the runtime's memory: list of `[device id, kind]`, in the order in which they were seen.

`face_picture` stands for everything that a camera has which compares faces.
"""
MOST: Final = 5_000
RANK: Final = 3
_PERSONAL: Final[Mapping[Kind, str]] = MappingProxyType({Kind.IN_BED: "health"})
"""Kind of a sensor that is about people → the word that has to be chosen for it, as in the table of beds."""
KINDS: Final = SENSOR_KINDS | {Kind.EVENT_PICTURE, Kind.FACE_PICTURE}


def with_seen(inventory: Inventory, facts: Facts, options: Mapping[str, Any], memory: Mapping[str, Any]) -> Inventory:
    """Return the inventory with what was seen before; rows of the memory that make no sense are left out."""
    rows = [row for row in _rows(memory.get(SEEN)) if row[0] in inventory.devices]
    if not rows:
        return inventory
    wishes = Wishes.of(options)
    wanted = {device_id for device_id, _ in rows}
    records: dict[str, object] = {}
    for feature in inventory.features.values():
        if feature.device_id in wanted:
            records.setdefault(feature.device_id, feature.address)
    added: dict[str, Feature] = {}
    for device_id, kind in rows:
        for feature in _features(device_id, kind, wishes, records.get(device_id), facts):
            if feature.id not in inventory.features:
                added[feature.id] = feature
    return inventory.including(features=added.values()) if added else inventory


def remember(runtime: Runtime, rows: Collection[tuple[str, Kind]], devices: Collection[str]) -> bool:
    """Keep further rows; returns whether there were any that are new. `devices`: those that exist.

    When there are too many, rows of devices that are gone give way; if there are none, nothing new is kept.
    """
    known = list(_rows(runtime.memory.get(SEEN)))
    before = set(known)
    new = [row for row in dict.fromkeys(rows) if row not in before]
    if len(known) + len(new) > MOST:
        known = [row for row in known if row[0] in devices]
    new = new[: max(0, MOST - len(known))]
    if not new:
        return False
    runtime.memory[SEEN] = [[device_id, kind.value] for device_id, kind in (*known, *new)]
    runtime.remember()
    return True


def _rows(stored: object) -> Iterator[tuple[str, Kind]]:
    """Yield the rows that are ones."""
    for row in stored if isinstance(stored, list) else ():
        match row:
            case [str() as device_id, str() as word] if word in KINDS:
                yield device_id, Kind(word)


def _features(device_id: str, kind: Kind, wishes: Wishes, record: object, facts: Facts) -> Iterator[Feature]:
    """Yield the features of a row."""
    if kind is Kind.FACE_PICTURE:
        if isinstance(record, Camera):
            yield from face_features(facts.cameras.get(record.id, record), device_id, wishes)
    elif kind is Kind.EVENT_PICTURE:
        yield ImageFeature(device_id=device_id, kind=kind, source=Source.BOTH, address=record, rank=RANK)
    else:
        personal = _PERSONAL.get(kind, "")
        yield BinarySensorFeature(
            device_id=device_id,
            kind=kind,
            source=Source.BOTH,
            address=record,
            rank=RANK,
            personal=personal,
            enabled=not personal or personal in wishes.personal,
        )
