"""A feature is a row in a table: what it is made of, when it is there, how its value arrives (ip-receiver §5)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ..kinds import Kind
from ..model import Device, Feature, Source

MANUFACTURER: Final = "Hikvision"
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
    enabled: bool = True
    when: Callable[[R], bool] | None = None
    more: Mapping[str, Any] | Callable[[R], Mapping[str, Any]] = _NOTHING


def features[R](
    rows: tuple[Row[R], ...], device_id: str, record: R, address: object, *, part: str = "", used: bool = True
) -> Iterator[Feature]:
    """Make the features of a record on a device. `used` False: the record is not in use, so that all start disabled."""
    for row in rows:
        if row.when is None or row.when(record):
            yield row.make(
                device_id=device_id,
                kind=row.kind,
                part=part,
                address=address,
                enabled=row.enabled and used,
                rank=row.rank,
                source=row.source,
                **(row.more(record) if callable(row.more) else row.more),
            )


def has[R](rows: tuple[Row[R], ...], record: R) -> tuple[bool, ...]:
    """Tell which of the rows a record has."""
    return tuple(row.when is None or row.when(record) for row in rows)
