"""Every event code of the documentation (ip-receiver §4.5, Appendix D; 328 codes).

The key is the HikCode: what messages carry as `CIDCode`, although the table of the documentation gives that name to its
second column. Contact-ID and SIA codes stand for several HikCodes each, so they are for people, not for deciding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from .event_code_rows import OTHER_ROWS, PANEL_ROWS, Section

__all__ = ["EVENT_CODES", "FUNCTIONS", "EventCode", "Section", "find", "is_restored", "restore_of"]


@dataclass(frozen=True, slots=True)
class EventCode:
    """One code: `code` as messages carry it, what Contact ID and SIA call it, and what it is about.

    `function`: one of `FUNCTIONS` for a panel, another word for other devices. `restored`: it tells that something is
    over.
    """

    code: str
    cid: str
    sia: str
    description: str
    function: str
    section: Section
    restored: bool = False

    @property
    def kind(self) -> Kind:
        """The event type it is told as."""
        return Kind(self.function) if self.section is Section.PANEL else Kind.UNKNOWN_EVENT


_BY_CID: Final = re.compile(r"[ERer]\d{3}")
_OVER: Final = re.compile(r"[Rr3]\d{3}")
_NOT_OVER: Final = frozenset(
    {
        "3401", "3403", "3409", "3973",  # armed, where 1 is disarmed
        "3975", "3977", "3978", "3979", "3980", "3985",  # added, where 1 is removed
        "3984",  # updated, where 1 is that it failed
    }
)  # fmt: skip
"""Codes with a twin that are something of their own and do not tell that what the twin told is over."""


def _rows() -> Iterable[EventCode]:
    """Make the records."""
    panel = {row[0] for rows in PANEL_ROWS.values() for row in rows}
    for kind, rows in PANEL_ROWS.items():
        for code, cid, sia, description in rows:
            over = code[0] == "3" and "1" + code[1:] in panel and code not in _NOT_OVER
            yield EventCode(code, cid, sia, description, kind.value, Section.PANEL, over)
    for (section, function), others in OTHER_ROWS.items():
        for code, cid, sia, description in others:
            yield EventCode(code, cid, sia, description, function, section, cid[0] == "R")


EVENT_CODES: Final[Mapping[str, EventCode]] = MappingProxyType({row.code: row for row in _rows()})
"""Every code by its HikCode."""

FUNCTIONS: Final[tuple[Kind, ...]] = tuple(PANEL_ROWS)
"""What the codes of panels are about, in alphabetical order."""


def _by_cid() -> Mapping[str, tuple[EventCode, ...]]:
    """Group the codes of panels by what Contact ID calls them."""
    found: dict[str, tuple[EventCode, ...]] = {}
    for row in EVENT_CODES.values():
        if row.section is Section.PANEL:
            found[row.cid] = (*found.get(row.cid, ()), row)
    return MappingProxyType(found)


_CIDS: Final = _by_cid()
_FOUND: Final[Mapping[str, tuple[EventCode, Kind]]] = {code: (row, row.kind) for code, row in EVENT_CODES.items()}


def restore_of(code: str) -> str | None:
    """Return the code that tells that a code's cause is over; None: nothing tells it, so nothing may wait for it."""
    twin = "3" + code[1:]
    return twin if code[:1] == "1" and twin in EVENT_CODES else None


def _named(code: str) -> tuple[EventCode, ...]:
    """Return the codes of panels that a Contact-ID code stands for."""
    return _CIDS.get(code.upper(), ()) if _BY_CID.fullmatch(code) else ()


def is_restored(code: str) -> bool:
    """Whether a code that is no HikCode of the table tells that something is over (ip-receiver §4.3).

    What a Contact-ID code stands for says so, else how a code begins.
    """
    if rows := _named(code):
        return all(row.restored for row in rows)
    return _OVER.fullmatch(code) is not None


def find(code: str) -> tuple[EventCode | None, Kind]:
    """Return what a code of a panel means, and the event type it is told as.

    `code`: a HikCode, or a Contact-ID code such as `E130` (T1). Where that stands for several codes, the first result
    is None, and the second is what all of them are about. Unknown: None and `Kind.UNKNOWN_EVENT`.
    """
    if (found := _FOUND.get(code)) is not None:
        return found
    rows = _named(code)
    kinds = {row.kind for row in rows}
    if len(kinds) != 1:
        return None, Kind.UNKNOWN_EVENT
    return (rows[0] if len(rows) == 1 else None), kinds.pop()
