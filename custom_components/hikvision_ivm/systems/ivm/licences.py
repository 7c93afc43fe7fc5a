"""What is booked: subscriptions and services paid by use (ivm §3.20). Read only: changing it costs money or recordings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, SensorFeature, Source, Unknown, Value
from ..parts import Row
from ..times import parse_time
from ..transport.json import Fields
from .client import IvmClient
from .paging import check_ids
from .places import feature_id

LARGEST_PAGE: Final = 300
STATE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"NORMAL": "normal", "ARREARS": "arrears", "ARREAR": "arrears", "UNAVAILABLE": "unavailable"}
)
ON_DEMAND: Final = "ONDEMAND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A resource of the account. `total` None: paid by use, without a limit, or not told. `ends`: when it runs out."""

    id: str
    name: str | None = None
    type: str | None = None
    mode: str | None = None
    version: str | None = None
    state: str | None = None
    total: int | None = None
    used: int | None = None
    ends: datetime | None = None


def _licence(kind: Kind, **more: object) -> Row[Licence]:
    when = {
        Kind.LICENCES_TOTAL: lambda one: one.total is not None,
        Kind.LICENCE_END: lambda one: one.mode != ON_DEMAND,
    }.get(kind)
    return Row(make=SensorFeature, kind=kind, rank=4, source=Source.POLL, when=when, more=more)


LICENCE: Final[tuple[Row[Licence], ...]] = (
    _licence(Kind.LICENCES_USED),
    _licence(Kind.LICENCES_TOTAL),
    _licence(Kind.LICENCE_END),
    _licence(Kind.LICENCE_STATE, options=tuple(dict.fromkeys(STATE_WORDS.values()))),
)
"""Of each resource; `part` is its id, `label` its name."""


async def read_licences(client: IvmClient, zone: tzinfo, known: Iterable[Licence] = ()) -> tuple[Licence, ...]:
    """Read everything that is booked; `zone` counts for times without one. Raises `SystemFailure`.

    `known`: what was booked before; it stays if the list is not complete.
    """
    rows = await client.pages(
        "resources", key="resources", id_of=lambda row: row.text("resource_id") or id(row), limit=LARGEST_PAGE
    )
    check_ids(rows, "resources", "resource_id")
    found = {id_: licence_of(row, id_, zone) for row in rows if (id_ := row.text("resource_id")) is not None}
    before = {} if rows.complete else {one.id: one for one in known}
    return tuple((before | found).values())


def licence_of(row: Fields, id_: str, zone: tzinfo) -> Licence:
    """Return a resource; -1 stands for no limit."""
    total, used = row.integer("total_num"), row.integer("usage_num")
    return Licence(
        id=id_,
        name=row.text("resource_name"),
        type=_word(row.text("resource_type_code")),
        mode=_word(row.text("mode")),
        version=_word(row.text("version")),
        state=_word(row.text("resource_state")),
        total=total if total is not None and total >= 0 else None,
        used=used if used is not None and used >= 0 else None,
        ends=parse_time(row.text("Exp_time"), zone),
    )


def licence_values(uid: str, licences: Iterable[Licence]) -> dict[str, Value | Unknown]:
    """Return what is known of what is booked, by feature id, whether there is such a feature or not."""
    found: dict[str, Value | Unknown] = {}
    for one in licences:
        told: Mapping[Kind, Value | None] = {
            Kind.LICENCES_USED: one.used,
            Kind.LICENCES_TOTAL: one.total,
            Kind.LICENCE_END: one.ends,
            Kind.LICENCE_STATE: STATE_WORDS.get(one.state or ""),
        }
        for kind, value in told.items():
            found[feature_id(uid, SensorFeature.type, kind, one.id)] = UNKNOWN if value is None else value
    return found


def _word(text: str | None) -> str | None:
    """Return a word in upper case."""
    return None if text is None else text.upper()
