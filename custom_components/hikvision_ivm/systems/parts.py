"""Pieces of an inventory, in which a feature is a row in a table: what it is made of, when it is there, how its value arrives."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
import logging
from types import MappingProxyType
from typing import Any, Final

from .kinds import Kind
from .model import Device, Feature, Inventory, Source

_LOGGER = logging.getLogger(__name__)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an inventory: devices, parents first, and their features."""

    devices: tuple[Device, ...] = ()
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row[R]:
    """One feature of a record of type `R`. `when`: whether a record has it. `more`: further fields of the feature."""

    make: type[Feature]
    kind: Kind
    rank: int
    source: Source = Source.BOTH
    enabled: bool | Callable[[R], bool] = True
    when: Callable[[R], bool] | None = None
    more: Mapping[str, Any] | Callable[[R], Mapping[str, Any]] = _NOTHING


type Recipe = tuple[type[Feature], Mapping[str, Any]]
"""What a feature is made of, besides its device and address."""


def recipes[R](
    rows: tuple[Row[R], ...], record: R, *, part: str = "", label: str | None = None, used: bool = True
) -> Iterator[Recipe]:
    """Tell what the features of a record are made of; records that are alike can share it. Arguments as in `features`."""
    for row in rows:
        if row.when is None or row.when(record):
            more = row.more(record) if callable(row.more) else row.more
            yield (
                row.make,
                {
                    "kind": row.kind,
                    "part": part,
                    "label": label,
                    "enabled": used and (row.enabled(record) if callable(row.enabled) else row.enabled),
                    "rank": row.rank,
                    "source": row.source,
                    **more,
                },
            )


def features[R](
    rows: tuple[Row[R], ...],
    device_id: str,
    record: R,
    address: object,
    *,
    part: str = "",
    label: str | None = None,
    used: bool = True,
) -> Iterator[Feature]:
    """Make the features of a record on a device.

    `part` and `label` tell several records on one device apart. `used` False: the record is not in use, so that all
    start disabled.
    """
    for make, fields in recipes(rows, record, part=part, label=label, used=used):
        yield make(device_id=device_id, address=address, **fields)


def has[R](rows: tuple[Row[R], ...], record: R) -> tuple[bool, ...]:
    """Tell which of the rows a record has."""
    return tuple(row.when is None or row.when(record) for row in rows)


def joined(parts: Iterable[Part]) -> Part:
    """Make one part of several."""
    every = list(parts)
    return Part(
        tuple(device for part in every for device in part.devices),
        tuple(feature for part in every for feature in part.features),
    )


def assemble(parts: Iterable[Part], *, last: Callable[[Feature], bool] | None = None) -> Inventory:
    """Put parts together, that of the system itself first. Of two things with one id the first one counts.

    `last`: features that come after all others. They are those of which there are most: where there is not room for
    all, every device still has the others.
    """
    devices: dict[str, Device] = {}
    made: dict[str, Feature] = {}
    late: dict[str, Feature] = {}
    doubles = 0
    for part in parts:
        for device in part.devices:
            doubles += devices.setdefault(device.id, device) is not device
        for feature in part.features:
            place = made if last is None or not last(feature) else late
            doubles += place.setdefault(feature.id, feature) is not feature
    if doubles:
        _LOGGER.warning("%d things have the id of another one and are left out", doubles)
    return Inventory.build(devices.values(), (made | late if late else made).values())
