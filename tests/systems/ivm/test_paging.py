"""Lists in pages, whatever an offset counts (ivm §1.6)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError, RejectedError
from custom_components.hikvision_ivm.systems.ivm.codes import failure
from custom_components.hikvision_ivm.systems.ivm.paging import Paging, read_pages
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
        rows = await read_pages(self.fetch, key="rows", id_of=lambda row: row.text("id"), paging=paging, limit=limit)
        return [row.text("id") or "" for row in rows]


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


async def test_a_short_list_is_a_failure() -> None:
    """What is missing must not be taken for gone."""
    with pytest.raises(ProtocolError, match="holds 25 of 90"):
        await List(25, Paging.PAGE, total=90).read(Paging.PAGE, 10)


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
    assert len(rows) == 1000
