"""Reading lists page by page (hikcentral §1.7).

Totals may be missing, text, or wrong, and a platform may give fewer per page than it was asked for. So the total only
says how many pages are worth asking for at once; what ends a list is an empty page, or a short one that nothing
contradicts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import hashlib
from typing import Any, Final

from ..errors import ProtocolError
from ..transport.json import Fields, fields, listed
from .codes import TooLongError

AT_ONCE: Final = 4
MOST_PAGES: Final = 2000
SMALLEST: Final = 10

type Fetch = Callable[[int, int], Awaitable[bytes]]
"""Reads the page of a number (from 1) and a size, as bytes."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the digest of its bytes, its objects, the total it named (None: none)."""

    digest: bytes
    items: tuple[Fields, ...]
    total: int | None


class Pages(list[Fields]):
    """All objects of a list. `unchanged`: every byte is as it was when the `known` list was read."""

    def __init__(self, pages: list[Page], size: int, *, unchanged: bool = False) -> None:
        """Put pages together."""
        super().__init__(item for page in pages for item in page.items)
        self.pages = tuple(pages)
        self.size = size
        self.unchanged = unchanged


async def read_pages(
    fetch: Fetch, decoded: Callable[[bytes], Awaitable[Any]], *, size: int, key: str, known: Pages | None = None
) -> Pages:
    """Read every page. Raises `ProtocolError` for an answer that is no list, and whatever `fetch` raises.

    `size` is halved when the platform says that its answer would be too long. `known`: the same list as it was read
    last; pages with the same bytes are not decoded again.
    """
    size = known.size if known is not None else size
    while True:
        try:
            return await _Reading(fetch, decoded, size, key, known).run()
        except TooLongError:
            if size <= SMALLEST:
                raise
            size, known = max(SMALLEST, size // 2), None


class _Reading:
    """One list that is being read."""

    def __init__(
        self, fetch: Fetch, decoded: Callable[[bytes], Awaitable[Any]], size: int, key: str, known: Pages | None
    ) -> None:
        """Arguments as for `read_pages`."""
        self._fetch = fetch
        self._decoded = decoded
        self._size = size
        self._key = key
        self._known = known.pages if known is not None else ()
        self._pages: list[Page] = []

    async def run(self) -> Pages:
        """Read the first page, then as many at once as the total promises."""
        first = await self._read(1)
        if not first.items:
            return self._done([])
        self._pages.append(first)
        length = len(first.items)  # a platform that gives fewer than asked for counts its pages by its own length
        total = first.total
        count = length
        while not self._ended(self._pages[-1], count, total, length):
            number = len(self._pages) + 1
            expected = -(-((total or 0) - count) // length)
            wave = max(1, min(AT_ONCE, expected))
            for page in await asyncio.gather(*(self._read(number + step) for step in range(wave))):
                if not page.items or page.digest == self._pages[-1].digest:
                    return self._done(self._pages)
                self._pages.append(page)
                count += len(page.items)
            if len(self._pages) >= MOST_PAGES:
                raise ProtocolError(reason="the list does not end")
        return self._done(self._pages)

    def _ended(self, last: Page, count: int, total: int | None, length: int) -> bool:
        """Whether a list is complete: the last page was short, and no total says that there is more."""
        if len(last.items) >= self._size or (len(self._pages) > 1 and len(last.items) >= length):
            # Full: there may be more, whatever the total says.
            return False
        return total is None or count >= total

    async def _read(self, number: int) -> Page:
        """Read one page; one that did not change is not decoded."""
        body = await self._fetch(number, self._size)
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if number <= len(self._known) and (known := self._known[number - 1]).digest == digest:
            return known
        answer = fields(await self._decoded(body))
        return Page(digest, *self._content(answer))

    def _content(self, answer: Fields) -> tuple[tuple[Fields, ...], int | None]:
        """Return the objects and the total of an answer. Raises `ProtocolError`.

        `data` that is null, empty text or missing is a failed answer, not an empty list (hikcentral §1.6).
        """
        data = answer.get("data")
        if isinstance(data, list):
            found = listed(data)
            if len(found) == 1 and self._key in found[0]:
                data = found[0].raw
            elif found or not data:
                raise_for_empty(data)
                return tuple(found), None
        if not isinstance(data, dict):
            raise ProtocolError(reason="the answer holds no list")
        content = Fields(data)
        if self._key not in content and content.integer("total", "totalNum") not in {None, 0}:
            raise ProtocolError(reason="the answer names a total but holds no list")
        return tuple(content.children(self._key)), content.integer("total", "totalNum")

    def _done(self, pages: list[Page]) -> Pages:
        """Return what was read."""
        same = len(pages) == len(self._known) and all(
            page is known for page, known in zip(pages, self._known, strict=True)
        )
        return Pages(pages, self._size, unchanged=same and bool(pages))


def raise_for_empty(data: list[Any]) -> None:
    """Raise `ProtocolError` for an empty array in place of an object: a failed answer."""
    if not data:
        raise ProtocolError(reason="the answer holds no list")
