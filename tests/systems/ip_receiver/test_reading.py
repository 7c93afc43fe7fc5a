"""Lists of a receiver, whatever their totals, counts and states say (ip-receiver §3.2, §3.9, §3.10, §3.12)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    BusyError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.client import Endpoint
from custom_components.hikvision_ivm.systems.ip_receiver.reading import (
    MOST_PAGES,
    ZONES_PER_PAGE,
    ZONES_PRINTED,
    Reader,
)

from .told import PANEL, Told

type Shape = Callable[[list[Any], int, int, bool], dict[str, Any]]


def zones_at(
    rows: list[Any], shape: Shape | None = None, *, cap: int = 1000, ignores_position: bool = False
) -> Callable[[Mapping[str, Any]], Any]:
    """Answer pages of zones. `shape`: rows of a page, position, total, whether more follow → members of the answer."""

    def answer(body: Mapping[str, Any]) -> Any:
        asked = body["ZoneCond"]
        start = 0 if ignores_position else asked["searchResultPosition"]
        page = rows[start : start + min(asked["maxResults"], cap)]
        more = start + len(page) < len(rows)
        make = shape or _as_documented
        return {"ZoneSearch": {"searchID": asked["searchID"], **make(page, start, len(rows), more)}}

    return answer


def _as_documented(page: list[Any], _start: int, total: int, more: bool) -> dict[str, Any]:
    """Return what the documentation shows."""
    return {
        "responseStatusStrg": "MORE" if more else "OK" if page else "NO MATCH",
        "numOfMatches": len(page),
        "totalMatches": total,
        **({"ZoneList": page} if page else {}),
    }


SHAPES: dict[str, Shape] = {
    "as documented": _as_documented,
    "count is zero": lambda page, _s, total, more: {
        "responseStatusStrg": "MORE" if more else "OK",
        "numOfMatches": 0,
        "totalMatches": total,
        "ZoneList": page,
    },
    "count is too large": lambda page, _s, total, more: {
        "responseStatusStrg": "MORE" if more else "OK",
        "numOfMatches": 999,
        "totalMatches": total,
        "ZoneList": page,
    },
    "numbers as text": lambda page, _s, total, more: {
        "responseStatusStrg": "MORE" if more else "OK",
        "numOfMatches": str(len(page)),
        "totalMatches": str(total),
        "ZoneList": page,
    },
    "no totals": lambda page, _s, total, more: {"responseStatusStrg": "MORE" if more else "OK", "ZoneList": page},
    "always OK": lambda page, _s, total, more: {
        "responseStatusStrg": "OK",
        "totalMatches": total,
        "ZoneList": page,
    },
    "total of the page": lambda page, _s, total, more: {
        "responseStatusStrg": "MORE" if more else "OK",
        "totalMatches": len(page),
        "ZoneList": page,
    },
    "total too small": lambda page, _s, total, more: {
        "responseStatusStrg": "OK",
        "totalMatches": 1 if page else 0,
        "ZoneList": page,
    },
    "total too large": lambda page, _s, total, more: {
        "responseStatusStrg": "MORE" if more else "OK",
        "totalMatches": total * 3 + 7 if page else 0,
        "ZoneList": page,
    },
    "no state": lambda page, _s, total, more: {"totalMatches": total, "ZoneList": page},
    "nothing but zones": lambda page, _s, total, more: {"ZoneList": page},
    "other spelling": lambda page, _s, total, more: {
        "responsestatusstrg ": " more " if more else "ok" if page else "no_match",
        "TotalMatches": total,
        "zoneList": page,
    },
    "unknown state": lambda page, _s, total, more: {
        "responseStatusStrg": "FINE",
        "totalMatches": total,
        "ZoneList": page,
    },
}


def zone(number: Any, **more: Any) -> dict[str, Any]:
    """Return a zone on the wire."""
    return {"Zone": {"id": number, "name": f"Zone {number}", "status": "online", **more}}


@pytest.mark.parametrize("rows", [0, 1, 29, 30, 31, 100, 101, 250])
@pytest.mark.parametrize("shape", SHAPES)
async def test_every_zone_is_read_once(shape: str, rows: int) -> None:
    """Whatever is said about how many there are, and in few requests."""
    told = Told({Endpoint.ZONES: zones_at([zone(number) for number in range(rows)], SHAPES[shape])})
    found = await Reader(told).zones(PANEL)
    assert [one.id for one in found] == list(range(rows))
    assert len(told.asked) <= rows // ZONES_PER_PAGE + 2


@pytest.mark.parametrize("shape", SHAPES)
async def test_receiver_that_gives_less_than_asked(shape: str) -> None:
    """The position moves on by what came."""
    told = Told({Endpoint.ZONES: zones_at([zone(number) for number in range(64)], SHAPES[shape], cap=30)})
    assert len(await Reader(told).zones(PANEL)) == 64
    positions = [body["ZoneCond"]["searchResultPosition"] for _, body in told.asked]
    assert positions[:3] == [0, 30, 60]


async def test_one_search_has_one_id() -> None:
    """The same on all pages of a sweep, another one for the next: a search used again may be answered from memory."""
    told = Told({Endpoint.ZONES: zones_at([zone(number) for number in range(64)], cap=30)})
    told.runtime.random = lambda: 0.5
    reader = Reader(told)
    await reader.zones(PANEL)
    await reader.zones(PANEL)
    ids = [body["ZoneCond"]["searchID"] for _, body in told.asked]
    assert len(ids) == 6
    assert len(set(ids[:3])) == len(set(ids[3:])) == 1
    assert ids[0] != ids[3]
    told.runtime.random = lambda: 0.25
    await Reader(told).zones(PANEL)
    assert told.asked[-1][1]["ZoneCond"]["searchID"] not in ids


async def test_zones_are_asked_for_as_documented() -> None:
    """All three members, each time."""
    told = Told({Endpoint.ZONES: zones_at([zone(1)])})
    await Reader(told).zones(PANEL, paced=True)
    ((endpoint, body),) = told.asked
    assert endpoint is Endpoint.ZONES
    assert body["ZoneCond"].keys() == {"searchID", "searchResultPosition", "maxResults"}
    assert told.paced == [True]


# lists that do not end


async def test_endless_more_with_the_same_zones_ends() -> None:
    """A receiver that takes no notice of the position."""
    rows = [zone(number) for number in range(30)]
    shape: Shape = lambda page, *_: {"responseStatusStrg": "MORE", "ZoneList": page}  # noqa: E731
    told = Told({Endpoint.ZONES: zones_at(rows, shape, ignores_position=True)})
    assert len(await Reader(told).zones(PANEL)) == 30
    assert len(told.asked) == 2


async def test_endless_more_without_zones_ends() -> None:
    """It is asked once more, then what came counts."""
    rows = [zone(number) for number in range(8)]
    shape: Shape = lambda page, *_: {"responseStatusStrg": "MORE", "totalMatches": 500, "ZoneList": page}  # noqa: E731
    told = Told({Endpoint.ZONES: zones_at(rows, shape)})
    assert len(await Reader(told).zones(PANEL)) == 8
    assert len(told.asked) == 3


async def test_endless_new_zones_are_a_failure() -> None:
    """There is a limit to everything."""

    def answer(body: Mapping[str, Any]) -> Any:
        position = body["ZoneCond"]["searchResultPosition"]
        return {"ZoneSearch": {"responseStatusStrg": "MORE", "ZoneList": [zone(position)]}}

    told = Told({Endpoint.ZONES: answer})
    with pytest.raises(ProtocolError, match="does not end"):
        await Reader(told).zones(PANEL)
    assert len(told.asked) == MOST_PAGES


async def test_search_that_takes_its_time() -> None:
    """MORE without zones at first: it is asked again a moment later."""
    answers = iter(
        [
            {"ZoneSearch": {"responseStatusStrg": "MORE", "numOfMatches": 0}},
            {"ZoneSearch": {"responseStatusStrg": "OK", "numOfMatches": 1, "totalMatches": 1, "ZoneList": [zone(3)]}},
        ]
    )
    told = Told({Endpoint.ZONES: lambda _: next(answers)})
    assert [one.id for one in await Reader(told).zones(PANEL)] == [3]
    assert told.clock.slept


@pytest.mark.parametrize(
    "answer",
    [
        {"ZoneSearch": {"responseStatusStrg": "OK", "numOfMatches": 0, "totalMatches": 12}},
        {"ZoneSearch": {"responseStatusStrg": "OK", "totalMatches": 12, "ZoneList": []}},
        {"ZoneSearch": {"responseStatusStrg": "MORE", "ZoneList": []}},
        {"ZoneSearch": {"searchID": "x"}},
        {"ZoneSearch": {}},
        {"ZoneSearch": None},
        {"ZoneList": None},
        {"ZoneList": ""},
        {"statusCode": 1, "statusString": "OK"},
        {},
    ],
)
async def test_answer_that_holds_no_zones_is_a_failure(answer: Any) -> None:
    """Nothing may vanish because of it."""
    with pytest.raises(ProtocolError):
        await Reader(Told({Endpoint.ZONES: answer})).zones(PANEL)


@pytest.mark.parametrize(
    "answer",
    [
        {"ZoneSearch": {"responseStatusStrg": "NO MATCH", "numOfMatches": 0, "totalMatches": 0}},
        {"ZoneSearch": {"responseStatusStrg": "NO_MATCH"}},
        {"ZoneSearch": {"responseStatusStrg": "OK", "totalMatches": 0, "ZoneList": ""}},
        {"ZoneSearch": {"responseStatusStrg": "MORE", "totalMatches": "0"}},
        {"ZoneList": []},
    ],
)
async def test_panel_without_zones(answer: Any) -> None:
    """It says so."""
    assert await Reader(Told({Endpoint.ZONES: answer})).zones(PANEL) == ()


async def test_failure_on_a_later_page_leaves_no_half_list() -> None:
    """Otherwise zones would vanish for a while."""

    def answer(body: Mapping[str, Any]) -> Any:
        position = body["ZoneCond"]["searchResultPosition"]
        if position:
            return BusyError()
        return {"ZoneSearch": {"responseStatusStrg": "MORE", "ZoneList": [zone(1), zone(2)]}}

    with pytest.raises(BusyError):
        await Reader(Told({Endpoint.ZONES: answer})).zones(PANEL)


# what lists hold


async def test_zone_listed_twice_counts_once() -> None:
    """A list moved between two pages: what was told last counts."""
    rows = [zone(number) for number in range(30)] + [zone(29, status="trigger"), zone(30)]
    found = await Reader(Told({Endpoint.ZONES: zones_at(rows, cap=30)})).zones(PANEL)
    assert [one.id for one in found] == list(range(31))
    assert found[29].status == "trigger"


async def test_zones_are_sorted() -> None:
    """Whatever order they come in."""
    found = await Reader(Told({Endpoint.ZONES: zones_at([zone(7), zone("3"), zone(5.0)])})).zones(PANEL)
    assert [one.id for one in found] == [3, 5, 7]


async def test_zones_without_number_are_counted() -> None:
    """They are left out; the count is of the list read last."""
    rows: list[Any] = [zone(1), zone(""), zone(None), zone(-1), zone("front"), {"Zone": None}, {"Zone": {}}, None, 7]
    told = Told({Endpoint.ZONES: zones_at(rows)})
    reader = Reader(told)
    assert [one.id for one in await reader.zones(PANEL)] == [1]
    assert reader.left_out == {("zones", PANEL.id): 6}
    await reader.zones(PANEL)
    assert reader.left_out == {("zones", PANEL.id): 6}
    told.told[Endpoint.ZONES] = zones_at([zone(1)])
    await reader.zones(PANEL)
    assert reader.left_out == {}


@pytest.mark.parametrize(
    "listed",
    [
        [{"Zone": {"id": 4}}],
        {"Zone": {"id": 4}},
        {"Zone": [{"id": 4}]},
        [{"id": 4}],
        [[{"Zone": {"id": 4}}]],
        [{" zone ": {"ID": "4"}}],
    ],
)
@pytest.mark.parametrize("root", ["ZoneSearch", ""])
async def test_shapes_of_a_list(listed: Any, root: str) -> None:
    """One object instead of a list, without its wrapper, nested once more."""
    inner = {"ZoneList": listed, "responseStatusStrg": "OK"}
    answer = {root: inner} if root else {"ZoneList": listed}
    assert [one.id for one in await Reader(Told({Endpoint.ZONES: answer})).zones(PANEL)] == [4]


async def test_zone_that_did_not_change_is_the_same_object() -> None:
    """Nothing is done about it; one of which anything is told otherwise is another one."""
    rows = [zone(1, alarm=False), zone(2, RelatedChanList=[{"RelatedChan": {"cameraSeq": "A"}}])]
    told = Told({Endpoint.ZONES: lambda body: zones_at(rows)(body)})
    reader = Reader(told)
    first = await reader.zones(PANEL)
    again = await reader.zones(PANEL)
    assert all(one is other for one, other in zip(first, again, strict=True))
    rows[1] = zone(2, RelatedChanList=[{"RelatedChan": {"cameraSeq": "B"}}])
    after = await reader.zones(PANEL)
    assert after[0] is first[0]
    assert (first[1].cameras, after[1].cameras) == (("A",), ("B",))
    reader.forget(PANEL.id)
    assert (await reader.zones(PANEL))[0] is not first[0]


async def test_zone_with_what_is_hardly_json() -> None:
    """Half a character, a number without end: they are read, not stumbled over."""
    text = '{"ZoneSearch":{"responseStatusStrg":"OK","ZoneList":[{"Zone":{"id":1,"name":"A\\ud83d","signal":%s}}]}}'
    told = Told({Endpoint.ZONES: text % ("9" * 40)})
    reader = Reader(told)
    (found,) = await reader.zones(PANEL)
    assert (found.name, found.signal) == ("A?", None)
    assert (await reader.zones(PANEL))[0] is found
    told.told[Endpoint.ZONES] = text % 7
    assert (await reader.zones(PANEL))[0].signal == 7


# the other method, and other sizes


async def test_zones_by_get() -> None:
    """POST is refused (trap T2): GET is used, and stays the way for this panel."""
    told = Told(
        {
            Endpoint.ZONES: UnsupportedError(function="zones"),
            Endpoint.ZONES_LEGACY: {"ZoneList": [zone(2, waterDetectorEnabled=True, stayAway=True), zone(1)]},
        }
    )
    reader = Reader(told)
    found = await reader.zones(PANEL, paced=True)
    assert [one.id for one in found] == [1, 2]
    assert found[1].water is None
    await reader.zones(PANEL)
    used = [endpoint for endpoint, _ in told.asked]
    assert used == [Endpoint.ZONES, Endpoint.ZONES_LEGACY, Endpoint.ZONES_LEGACY]
    assert told.paced == [True, True, False]
    reader.forget(PANEL.id)
    await reader.zones(PANEL)
    assert [endpoint for endpoint, _ in told.asked][3:] == [Endpoint.ZONES, Endpoint.ZONES_LEGACY]


async def test_zones_by_get_in_the_other_root() -> None:
    """GET may answer either; it takes no position, so that it is asked once whatever it says."""
    answer = {"ZoneSearch": {"responseStatusStrg": "MORE", "totalMatches": 40, "ZoneList": [zone(1)]}}
    told = Told({Endpoint.ZONES: UnsupportedError(), Endpoint.ZONES_LEGACY: answer})
    assert len(await Reader(told).zones(PANEL)) == 1
    assert len(told.asked) == 2


async def test_zones_refused_in_both_ways() -> None:
    """What POST was refused for is told."""
    told = Told({Endpoint.ZONES: UnsupportedError("first"), Endpoint.ZONES_LEGACY: UnsupportedError("second")})
    with pytest.raises(UnsupportedError, match="first"):
        await Reader(told).zones(PANEL)


async def test_get_that_ends_is_post_again() -> None:
    """A receiver was updated."""
    told = Told({Endpoint.ZONES: UnsupportedError(), Endpoint.ZONES_LEGACY: {"ZoneList": [zone(1)]}})
    reader = Reader(told)
    await reader.zones(PANEL)
    told.told = {Endpoint.ZONES: zones_at([zone(1), zone(2)]), Endpoint.ZONES_LEGACY: UnsupportedError()}
    assert len(await reader.zones(PANEL)) == 2
    await reader.zones(PANEL)
    assert [endpoint for endpoint, _ in told.asked][-2:] == [Endpoint.ZONES] * 2


@pytest.mark.parametrize("error", [NotFoundError(), BusyError(), ProtocolError()])
async def test_other_failures_are_no_reason_for_get(error: Exception) -> None:
    """A panel that is gone or busy is so by GET, too."""
    told = Told({Endpoint.ZONES: error})
    with pytest.raises(type(error)):
        await Reader(told).zones(PANEL)
    assert len(told.asked) == 1


async def test_pages_of_the_printed_size() -> None:
    """A receiver that refuses larger ones; it is remembered for all panels."""
    rows = [zone(number) for number in range(64)]

    def answer(body: Mapping[str, Any]) -> Any:
        asked = body["ZoneCond"]["maxResults"]
        return RejectedError(reason="badParameters") if asked > ZONES_PRINTED else zones_at(rows)(body)

    told = Told({Endpoint.ZONES: answer})
    reader = Reader(told)
    assert len(await reader.zones(PANEL)) == 64
    before = len(told.asked)
    assert len(await reader.zones(PANEL)) == 64
    assert before == 4 and len(told.asked) == 7


async def test_refusal_that_is_not_about_the_size() -> None:
    """Smaller pages did not help: large ones are tried next time."""
    told = Told({Endpoint.ZONES: RejectedError(reason="invalidContent")})
    reader = Reader(told)
    for _ in range(2):
        with pytest.raises(RejectedError):
            await reader.zones(PANEL)
    sizes = [body["ZoneCond"]["maxResults"] for _, body in told.asked]
    assert sizes == [ZONES_PER_PAGE, ZONES_PRINTED] * 2
