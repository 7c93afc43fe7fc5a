"""Lists in pages, although nobody says for certain what an offset counts (ivm §1.6)."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from enum import Enum
import logging
from typing import Final

from ..errors import ProtocolError, RejectedError
from ..transport.json import Fields

_LOGGER = logging.getLogger(__name__)

MOST_PAGES: Final = 1_000
LIMIT_CODES: Final = frozenset({"IVM.10020009", "IVM.10020010"})
"""The cloud takes no pages of this size."""
SMALL: Final = 100


class Paging(Enum):
    """What `offset` counts."""

    PAGE = "page"
    """Pages, from 0."""
    ITEM = "item"
    """Items, from 0."""


class Rows(list[Fields]):
    """The rows of a list. `complete` False: there are fewer than the cloud says there are, so nothing is known to be gone."""

    complete: bool = True


type Fetch = Callable[[int, int], Awaitable[Fields]]
"""Reads one page, of an offset and a size."""


async def read_pages(
    fetch: Fetch, *, key: str, id_of: Callable[[Fields], Hashable], paging: Paging, limit: int
) -> Rows:
    """Read a list whole; every item once, in order.

    A wrong idea of the offset shows: pages that overlap mean that items are counted, an empty page before everything was
    collected means that pages are. It is corrected once. A list that stays short of what the cloud says there is, as one
    that names something twice, is told to be incomplete. Raises `ProtocolError` if an answer holds no list, or nothing
    although there is something: neither must be taken for what exists.
    """
    try:
        return await _Reader(fetch, key, id_of, paging, limit).read()
    except RejectedError as error:
        if error.code not in LIMIT_CODES or limit <= SMALL:
            raise
        return await _Reader(fetch, key, id_of, paging, SMALL).read()


def check_ids(rows: Sequence[Fields], key: str, *names: str) -> None:
    """Raise `ProtocolError` if no row tells what it is about: such a list does not mean that there is nothing."""
    if rows and not any(all(row.text(name) is not None for name in names) for row in rows):
        raise ProtocolError(reason=f"the list of {key} holds no {' and '.join(names)}")


def rows_of(answer: Fields, key: str, *, empty: bool = False) -> list[Fields]:
    """Return the rows of a list; one object counts as a list of one. `empty`: it may be null or left out.

    Raises `ProtocolError` for what is none: an answer that tells nothing must not be taken for one that there is nothing.
    """
    value, rows = answer.get(key), answer.children(key)
    if (rows and value != {}) or value == [] or (value is None and empty):
        return rows
    raise ProtocolError(reason=f"the answer holds no list of {key}")


class _Reader:
    """Reads one list."""

    def __init__(self, fetch: Fetch, key: str, id_of: Callable[[Fields], Hashable], paging: Paging, limit: int) -> None:
        """Nothing is collected yet."""
        self._fetch = fetch
        self._key = key
        self._id_of = id_of
        self._paging = paging
        self._limit = limit
        self._found: dict[Hashable, Fields] = {}
        self._switched = False
        self._pages = 0
        self._first = 0

    async def read(self) -> Rows:
        """Read page by page."""
        complete = False
        while self._pages < MOST_PAGES:
            offset = self._pages if self._paging is Paging.PAGE else len(self._found)
            answer = await self._fetch(offset, self._limit)
            total = answer.integer("total")
            rows = rows_of(answer, self._key, empty=total == 0 or self._pages > 0)
            if not self._pages:
                self._first = len(rows)
            new = self._collect(rows)
            self._pages += 1
            if total is not None and len(self._found) >= total:
                complete = True
                break
            if self._pages > 1 and self._is_wrong(len(rows), new, total):
                continue
            if not new or (total is None and len(rows) < self._limit):
                if total is not None and self._is_capped():
                    continue
                complete = total is None
                if not complete:
                    _LOGGER.debug("The list of %s holds %s of %s", self._key, len(self._found), total)
                    self._check_any(total)
                break
        rows = Rows(self._found.values())
        rows.complete = complete
        return rows

    def _is_capped(self) -> bool:
        """Whether pages may be shorter than was asked for, without a word; if so, pages of that size are asked for."""
        if self._paging is not Paging.PAGE or not 0 < self._first < self._limit:
            return False
        self._limit, self._pages = self._first, 1
        return True

    def _check_any(self, total: int | None) -> None:
        """Raise `ProtocolError` if nothing came although there is something."""
        if not self._found:
            raise ProtocolError(reason=f"the list of {self._key} holds 0 of {total}")

    def _collect(self, rows: list[Fields]) -> int:
        """Keep what is new, and return how many that were."""
        before = len(self._found)
        for row in rows:
            self._found.setdefault(self._id_of(row), row)
        return len(self._found) - before

    def _is_wrong(self, rows: int, new: int, total: int | None) -> bool:
        """Whether the offset was meant otherwise; if so, it is from now on."""
        if self._switched:
            return False
        overlapping = self._paging is Paging.PAGE and new < rows and len(self._found) >= self._limit
        empty = self._paging is Paging.ITEM and rows == 0 and total is not None and len(self._found) < total
        if not overlapping and not empty:
            return False
        self._switched = True
        self._paging = Paging.ITEM if overlapping else Paging.PAGE
        # Pages that were read count from the begin of the list.
        self._pages = max(1, len(self._found) // self._limit)
        _LOGGER.debug("The offset of %s counts %ss", self._key, self._paging.value)
        return True
