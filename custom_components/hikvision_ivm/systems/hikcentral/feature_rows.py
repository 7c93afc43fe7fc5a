"""A feature is a row in a table: what it is made of, when it is there, and who may see it (hikcentral §7.3)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

from ..kinds import Kind
from ..model import Feature, Source
from ..settings import PERSONAL, STREAMS

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the options say about features. `personal`: words of `PERSONAL_WORDS` that may be shown.

    `streams`: streams wanted beside the main one, None for all of them. `refused`: paths that the platform does not
    answer; what lives of them alone is not offered.
    """

    personal: frozenset[str] = frozenset()
    streams: frozenset[str] | None = None
    refused: Collection[str] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any], refused: Collection[str] = ()) -> Self:
        """Read the options."""
        personal, streams = options.get(PERSONAL), options.get(STREAMS)
        return cls(
            personal=frozenset(map(str, personal))
            if isinstance(personal, (list, tuple, set, frozenset))
            else frozenset(),
            streams=frozenset(map(str, streams)) if isinstance(streams, (list, tuple, set, frozenset)) else None,
            refused=refused,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row[R]:
    """One feature of a record of type `R`.

    `personal`: it is about people; enabled only if this word was chosen. `when`: whether a record has it. `more`:
    further fields of the feature, fixed or of the record. `path`: what it lives of.
    """

    make: type[Feature]
    kind: Kind
    rank: int = 5
    source: Source = Source.POLL
    enabled: bool = True
    personal: str | None = None
    when: Callable[[R], bool] | None = None
    more: Mapping[str, Any] | Callable[[R], Mapping[str, Any]] = _NOTHING
    path: str | None = None


def features[R](
    rows: tuple[Row[R], ...], device_id: str, record: R, wishes: Wishes, *, part: str = "", label: str | None = None
) -> Iterator[Feature]:
    """Make the features of a record on a device. `part` and `label` tell several records on one device apart."""
    for row in rows:
        if (row.when is not None and not row.when(record)) or (row.path is not None and row.path in wishes.refused):
            continue
        yield row.make(
            device_id=device_id,
            kind=row.kind,
            part=part,
            label=label,
            address=record,
            enabled=row.enabled and (row.personal is None or row.personal in wishes.personal),
            rank=row.rank,
            personal=row.personal or "",
            source=row.source,
            **(row.more(record) if callable(row.more) else row.more),
        )
