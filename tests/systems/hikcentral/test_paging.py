"""Lists page by page, whatever their totals say (hikcentral §1.7)."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError
from custom_components.hikvision_ivm.systems.hikcentral.codes import TooLongError
from custom_components.hikvision_ivm.systems.hikcentral.paging import Pages, read_pages
from custom_components.hikvision_ivm.systems.transport.json import decode

type Shape = Callable[[list[dict[str, int]], int], Any]


class Server:
    """Pages of numbered rows; `shape` makes the data of an answer from the rows of a page and their real total."""

    def __init__(self, rows: int, shape: Shape | None = None, *, cap: int = 500, longest: int = 500) -> None:
        """`cap`: rows it gives at most, whatever is asked; `longest`: size above which it refuses."""
        self.rows = [{"id": number} for number in range(rows)]
        self.shape = shape or (lambda rows, total: {"list": rows, "total": total})
        self.cap = cap
        self.longest = longest
        self.asked: list[tuple[int, int]] = []
        self.decoded = 0

    async def fetch(self, number: int, size: int) -> bytes:
        """Answer one page."""
        self.asked.append((number, size))
        if size > self.longest:
            raise TooLongError(reason="too long")
        length = min(size, self.cap)
        rows = self.rows[(number - 1) * length : number * length]
        return json.dumps({"code": "0", "data": self.shape(rows, len(self.rows))}).encode()

    async def decode(self, body: bytes) -> Any:
        """Count what is decoded."""
        self.decoded += 1
        return decode(body)

    async def read(self, *, size: int = 500, known: Pages | None = None) -> Pages:
        """Read everything."""
        return await read_pages(self.fetch, self.decode, size=size, key="list", known=known)


SHAPES: dict[str, Shape] = {
    "as documented": lambda rows, total: {"list": rows, "total": total, "pageNo": 1, "pageSize": 500},
    "total as text": lambda rows, total: {"list": rows, "total": str(total)},
    "another name": lambda rows, total: {"list": rows, "totalNum": total},
    "capital name": lambda rows, total: {"list": rows, "TotalNum": total},
    "no total": lambda rows, total: {"list": rows},
    "total of the page": lambda rows, total: {"list": rows, "total": len(rows)},
    "total too small": lambda rows, total: {"list": rows, "total": 1},
    "total too large": lambda rows, total: {"list": rows, "total": total * 3 + 7},
    "endless total": lambda rows, total: {"list": rows, "total": 2147483647},
    "total is nonsense": lambda rows, total: {"list": rows, "total": "many"},
    "blanks in names": lambda rows, total: {"list ": rows, " total": total},
    "in an array": lambda rows, total: [{"list": rows, "total": total}],
    "rows as data": lambda rows, total: rows or [{"list": [], "total": 0}],
    "no list when empty": lambda rows, total: {"list": rows, "total": total} if rows else {"total": 0},
}


@pytest.mark.parametrize("rows", [0, 1, 499, 500, 501, 1000, 2750, 3000])
@pytest.mark.parametrize("shape", SHAPES)
async def test_everything_is_read_once(shape: str, rows: int) -> None:
    """Whatever the total says, and in few requests."""
    server = Server(rows, SHAPES[shape])
    found = await server.read()
    assert [row.integer("id") for row in found] == list(range(rows))
    assert len(server.asked) <= rows // 500 + 1 + (0 if shape == "as documented" else 4)


async def test_whole_pages_are_asked_for_at_once() -> None:
    """Six pages and the empty one that proves the end."""
    server = Server(3000)
    assert len(await server.read()) == 3000
    assert len(server.asked) <= 7


@pytest.mark.parametrize("shape", ["as documented", "total as text", "total too large"])
async def test_platform_gives_less_than_asked_for(shape: str) -> None:
    """The length of its pages is taken for theirs."""
    server = Server(950, SHAPES[shape], cap=100)
    assert [row.integer("id") for row in await server.read()] == list(range(950))


async def test_answer_too_long() -> None:
    """The page is halved until it fits, and stays so."""
    server = Server(300, longest=125)
    found = await server.read()
    assert len(found) == 300
    assert {size for _, size in server.asked} == {500, 250, 125}
    server.asked.clear()
    await server.read(known=found)
    assert {size for _, size in server.asked} == {125}


async def test_never_short_enough() -> None:
    """It gives up."""
    with pytest.raises(TooLongError):
        await Server(5, longest=5).read()


@pytest.mark.parametrize("data", [None, "", "text", 7, [], {"total": 5}, True])
async def test_failed_answer_is_no_empty_list(data: Any) -> None:
    """So that nothing is taken to be gone."""
    with pytest.raises(ProtocolError):
        await Server(5, lambda rows, total: data).read()


async def test_missing_data() -> None:
    """The same without data."""

    async def fetch(number: int, size: int) -> bytes:
        return b'{"code":"0","msg":"Success"}'

    with pytest.raises(ProtocolError):
        await read_pages(fetch, Server(0).decode, size=500, key="list")


@pytest.mark.parametrize("data", [{"list": None}, {"list": []}, {"total": 0}, {}, {"list": "", "total": "0"}])
async def test_really_empty(data: Any) -> None:
    """A missing list in an object is an empty one."""
    assert await Server(0, lambda rows, total: data).read() == []


async def test_platform_that_ignores_page_numbers() -> None:
    """The same page again and again ends the list."""

    async def fetch(number: int, size: int) -> bytes:
        return json.dumps({"code": "0", "data": {"list": [{"id": n} for n in range(500)], "total": 5000}}).encode()

    found = await read_pages(fetch, Server(0).decode, size=500, key="list")
    assert len(found) == 500


async def test_list_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that invents rows is stopped."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.hikcentral.paging.MOST_PAGES", 20)

    async def fetch(number: int, size: int) -> bytes:
        return json.dumps({"code": "0", "data": {"list": [{"id": number * 10 + n} for n in range(10)]}}).encode()

    with pytest.raises(ProtocolError, match="does not end"):
        await read_pages(fetch, Server(0).decode, size=10, key="list")


async def test_rows_that_are_none() -> None:
    """What is no object in a list is passed over."""
    found = await Server(0, lambda rows, total: {"list": [1, "x", None, {"id": 7}, [{"id": 8}]], "total": 5}).read()
    assert [row.integer("id") for row in found] == [7, 8]


async def test_unchanged_pages_are_not_decoded() -> None:
    """Only what changed is; and it shows whether anything did."""
    server = Server(1700)
    first = await server.read()
    assert not first.unchanged
    assert server.decoded == 4
    second = await server.read(known=first)
    assert second.unchanged
    assert second == first
    assert server.decoded == 4
    server.rows[600] = {"id": -1}
    third = await server.read(known=second)
    assert not third.unchanged
    assert third[600].integer("id") == -1
    assert server.decoded == 5
    server.rows.pop()
    assert len(await server.read(known=third)) == 1699
