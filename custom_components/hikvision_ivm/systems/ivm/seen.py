"""Features for what no list of the cloud mentions, but what a push told all the same (ivm §9, "created on first push")."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ..base import Runtime
from ..kinds import Kind
from ..model import BinarySensorFeature, Feature, ImageFeature, Inventory, SensorFeature, Source
from .alarm_types import SENSOR_KINDS
from .places import channel_id, device_id
from .records import ChannelAddress, DeviceAddress, Facts

SEEN: Final = "ivm_seen"
"""Key in the runtime's memory: list of `[device, channel, type, kind, part]`, in the order in which they were seen."""
MOST: Final = 10_000
LONGEST_PART: Final = 32

BINARY_SENSOR: Final = BinarySensorFeature.type
SENSOR: Final = SensorFeature.type
IMAGE: Final = ImageFeature.type


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was pushed of a channel, or of a device (`channel` empty)."""

    device: str
    channel: str
    type: str
    kind: Kind
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Sort:
    """How a feature begins. `rank` and `enabled` as in `Feature`."""

    rank: int
    enabled: bool = True


_QUALITY: Final = _Sort(5, enabled=False)
_LANE: Final = _Sort(5, enabled=False)
_COUNT: Final = _Sort(4)

SENSORS: Final[Mapping[Kind, _Sort]] = MappingProxyType(
    {
        Kind.CUSTOMERS_ENTERED: _COUNT, Kind.CUSTOMERS_EXITED: _COUNT, Kind.LOITERED: _COUNT,
        Kind.PEOPLE_IN_AREA: _COUNT, Kind.PEOPLE_DENSITY: _COUNT, Kind.QUEUE_LENGTH: _COUNT, Kind.QUEUE_TIME: _COUNT,
        Kind.PEOPLE_ENTERED_TOTAL: _COUNT, Kind.PEOPLE_EXITED_TOTAL: _COUNT,
        Kind.VEHICLE_COUNT: _LANE, Kind.VEHICLE_SPEED: _LANE, Kind.VEHICLE_DENSITY: _LANE, Kind.CONGESTION: _LANE,
        Kind.VEHICLE_QUEUE: _LANE,
        Kind.NETWORK_QUALITY: _QUALITY, Kind.NETWORK_DELAY: _QUALITY, Kind.PACKET_LOSS: _QUALITY,
    }
)  # fmt: skip
"""Sensors whose values only pushes carry."""
_ALARM: Final = _Sort(1)
_PICTURE: Final = _Sort(3)


def with_seen(inventory: Inventory, facts: Facts, uid: str, memory: Mapping[str, Any]) -> Inventory:
    """Return the inventory with what was seen before; rows of the memory that make no sense are left out."""
    return including(inventory, rows(memory.get(SEEN)), facts, uid)


def including(inventory: Inventory, seen: Iterable[Seen], facts: Facts, uid: str) -> Inventory:
    """Return the inventory with what was seen of devices that it has."""
    added: dict[str, Feature] = {}
    for row in seen:
        feature = feature_of(row, facts, uid)
        if feature is not None and feature.id not in inventory.features and feature.device_id in inventory.devices:
            added[feature.id] = feature
    return inventory.including(features=added.values()) if added else inventory


def feature_of(row: Seen, facts: Facts, uid: str) -> Feature | None:
    """Return the feature of a row; None if its device or channel is not imported."""
    device = facts.devices.get(row.device)
    if device is None or (row.channel and (row.device, row.channel) not in facts.channels):
        return None
    address = ChannelAddress(row.device, row.channel, row.part) if row.channel else DeviceAddress(row.device)
    own = channel_id(uid, device, row.channel) if row.channel else device_id(uid, row.device)
    if row.type == BINARY_SENSOR:
        sort = _ALARM
        return BinarySensorFeature(
            device_id=own, kind=row.kind, part=row.part, address=address, source=Source.PUSH, rank=sort.rank,
            enabled=sort.enabled,
        )  # fmt: skip
    if row.type == IMAGE:
        return ImageFeature(device_id=own, kind=row.kind, address=address, source=Source.PUSH, rank=_PICTURE.rank)
    sort = SENSORS[row.kind]
    return SensorFeature(
        device_id=own, kind=row.kind, part=row.part, address=address, source=Source.PUSH, rank=sort.rank,
        enabled=sort.enabled,
    )  # fmt: skip


def remember(runtime: Runtime, new: Collection[Seen], facts: Facts) -> Collection[Seen]:
    """Keep further rows; returns those of them that are kept by now.

    When there are too many, rows of devices that are gone give way; if there are none, nothing new is kept.
    """
    known = dict.fromkeys(rows(runtime.memory.get(SEEN)))
    fresh = [row for row in dict.fromkeys(new) if row not in known]
    kept = list(known)
    if len(kept) + len(fresh) > MOST:
        kept = [row for row in kept if row.device in facts.devices]
    left_out = set(fresh[max(0, MOST - len(kept)) :])
    fresh = [row for row in fresh if row not in left_out]
    if fresh:
        runtime.memory[SEEN] = [
            [row.device, row.channel, row.type, row.kind.value, row.part] for row in (*kept, *fresh)
        ]
        runtime.remember()
    return [row for row in new if row not in left_out]


def rows(stored: object) -> Iterator[Seen]:
    """Yield the rows that are ones."""
    for row in stored if isinstance(stored, list) else ():
        match row:
            case [str() as device, str() as channel, str() as type_, str() as word, str() as part] if device:
                if (kinds := _KINDS.get(type_)) is not None and word in kinds and len(part) <= LONGEST_PART:
                    yield Seen(device, channel, type_, Kind(word), part)


_KINDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        BINARY_SENSOR: frozenset(kind.value for kind in SENSOR_KINDS),
        SENSOR: frozenset(kind.value for kind in SENSORS),
        IMAGE: frozenset({Kind.EVENT_PICTURE.value}),
    }
)
