"""Lists in pages, whatever an offset counts (ivm §1.6)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError, RejectedError
from custom_components.hikvision_ivm.systems.ivm.codes import failure
from custom_components.hikvision_ivm.systems.ivm.paging import Paging, Rows, read_pages
from custom_components.hikvision_ivm.systems.transport.json import Fields


class List:
    """A list of some rows that counts `offset` in its own way."""

    def __init__(self, rows: int, counts: Paging, *, total: Any = True, most: int = 1000) -> None:
        """`total`: whether it tells one, or what; `most`: rows of a page."""
        self.rows = [{"id": str(number)} for number in range(rows)]
        self.counts = counts
        self.total = rows if total is True else total
        self.most = most
        self.asked: list[tuple[int, int]] = []

    async def fetch(self, offset: int, size: int) -> Fields:
        """Answer a page."""
        self.asked.append((offset, size))
        if size > self.most:
            raise failure("IVM.10020009", 400, "list")
        start = offset * size if self.counts is Paging.PAGE else offset
        page: dict[str, Any] = {"rows": self.rows[start : start + size]}
        if self.total is not None:
            page["total"] = self.total
        return Fields(page)

    async def read(self, paging: Paging, limit: int) -> list[str]:
        """Read it whole."""
        rows = await self.rows_of(paging, limit)
        return [row.text("id") or "" for row in rows]

    async def rows_of(self, paging: Paging, limit: int) -> Rows:
        """Read it."""
        return await read_pages(self.fetch, key="rows", id_of=lambda row: row.text("id"), paging=paging, limit=limit)


@pytest.mark.parametrize("total", [True, None])
@pytest.mark.parametrize("counts", Paging)
@pytest.mark.parametrize("paging", Paging)
@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 35, 40])
async def test_every_row_once(rows: int, paging: Paging, counts: Paging, total: Any) -> None:
    """Also where the offset counts something else than was thought, if a total is told."""
    told = List(rows, counts, total=total)
    if total is None and paging is Paging.ITEM and counts is Paging.PAGE and rows > 10:
        pytest.skip("nothing in the answers shows that rows are missing")
    assert await told.read(paging, 10) == [str(number) for number in range(rows)]
    assert len(told.asked) <= rows // 10 + 4


async def test_a_total_as_text() -> None:
    """Numbers come as text."""
    assert len(await List(25, Paging.PAGE, total="25").read(Paging.PAGE, 10)) == 25


@pytest.mark.parametrize("counts", Paging)
@pytest.mark.parametrize("paging", Paging)
async def test_a_short_list_is_told_to_be_one(paging: Paging, counts: Paging) -> None:
    """What is missing must not be taken for gone, and what is there not be withheld."""
    told = List(25, counts, total=90)
    rows = await told.rows_of(paging, 10)
    assert (len(rows), rows.complete) == (25, False)
    assert len(told.asked) <= 7
    assert (await List(25, counts).rows_of(paging, 10)).complete


async def test_nothing_of_something_is_a_failure() -> None:
    """It tells neither what there is nor that there is nothing."""
    with pytest.raises(ProtocolError, match="holds 0 of 6"):
        await List(0, Paging.PAGE, total=6).read(Paging.PAGE, 10)


async def test_one_row_twice() -> None:
    """There may be another one in the place of the second."""
    told = List(2, Paging.PAGE, total=3)
    told.rows.append(told.rows[0])
    rows = await told.rows_of(Paging.PAGE, 1000)
    assert ([row.text("id") for row in rows], rows.complete) == (["0", "1"], False)
    assert len(told.asked) <= 3


async def test_pages_shorter_than_asked_for() -> None:
    """Without a word: what is left out of the first is still found."""
    told = List(25, Paging.PAGE)

    async def capped(offset: int, size: int) -> Fields:
        return await told.fetch(offset, min(size, 7))

    rows = await read_pages(capped, key="rows", id_of=lambda row: row.text("id"), paging=Paging.PAGE, limit=10)
    assert (len(rows), rows.complete) == (25, True)


async def test_smaller_pages() -> None:
    """Where a thousand are too many."""
    told = List(250, Paging.PAGE, most=100)
    assert len(await told.read(Paging.PAGE, 1000)) == 250
    assert told.asked[1:] == [(0, 100), (1, 100), (2, 100)]
    with pytest.raises(RejectedError):
        await List(250, Paging.PAGE, most=10).read(Paging.PAGE, 1000)


async def test_it_ends() -> None:
    """A list that always brings something new is read so far and no further."""
    count = 0

    async def fetch(offset: int, size: int) -> Fields:
        nonlocal count
        count += 1
        return Fields({"rows": [{"id": str(count)}] * size, "total": 10**9})

    rows = await read_pages(fetch, key="rows", id_of=lambda row: row.text("id"), paging=Paging.ITEM, limit=10)
    assert (len(rows), rows.complete) == (1000, False)
