"""Who drove in and out, against a simulated platform."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidArgumentError
from custom_components.hikvision_ivm.systems.hikcentral.passages import PARKED, PASSAGES, passage_of
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Occurrence, Phase
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.hikcentral import SitePlan

from .domain_bench import START, UID, ZONE, Bench, Clock, bench, records

pytestmark = pytest.mark.usefixtures("socket_enabled")

KINDS = (Kind.PASSAGE, Kind.LAST_ENTRY, Kind.LAST_EXIT)
PLATE = "B AB 1234"


def told(made: Bench) -> list[tuple[Kind, bool]]:
    """Return what was told so far: kinds, and whether late; forget it."""
    found = [(one.kind, one.late) for one in made.sink.occurrences]
    made.sink.occurrences.clear()
    return found


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_what_happens_is_told_once(profile: Any) -> None:
    """In its order, with the moments of the last entry and exit."""
    async with bench(profile) as made:
        made.want(*KINDS)
        await made.poll()
        assert made.value("_lot_1", Kind.LAST_ENTRY) is UNKNOWN
        made.clock.passed += 5
        made.platform.drive("1", PLATE)
        made.clock.passed += 10
        made.platform.drive("1", PLATE, "exit")
        await made.poll(15)
        assert told(made) == [(Kind.PASSAGE_ENTRY, False), (Kind.PASSAGE_EXIT, False)]
        assert made.value("_lot_1", Kind.LAST_ENTRY) == START + timedelta(seconds=5)
        assert made.value("_lot_1", Kind.LAST_EXIT) == START + timedelta(seconds=15)
        for _ in range(8):
            await made.poll(30)
        assert told(made) == []


async def test_an_occurrence_says_what_is_not_personal() -> None:
    """Without consent there is neither plate nor owner, nor the address of a picture."""
    async with bench() as made:
        made.want(*KINDS)
        await made.poll()
        made.platform.drive("1", PLATE)
        await made.poll(30)
        (entry,) = made.sink.occurrences
        assert isinstance(entry, Occurrence)
        assert (entry.device_id, entry.phase, entry.code) == (f"{UID}_lot_1", Phase.PULSE, "passage_entry")
        assert entry.features == (made.feature("_lot_1", Kind.PASSAGE).id,)
        assert (entry.time, entry.received) == (START, START + timedelta(seconds=30))
        record = made.platform.state.parking.passings[0]
        assert dict(entry.details) == {
            "event": "passage_entry",
            "event_id": record.id,
            "passageway": "Default Entrance & Exit01",
            "lane": "entrance 1",
            "allowed": True,
            "allowed_by": "automatic",
            "vehicle_type": "sedan",
            "entered": START.isoformat(),
        }
        assert (entry.plate, entry.person) == (None, None)


@pytest.mark.parametrize(
    ("consent", "plate", "person"),
    [(["plates"], PLATE, None), (["persons"], None, "Ada Lovelace"), (["plates", "persons"], PLATE, "Ada Lovelace")],
)
async def test_consent_shows_plates_and_persons(consent: list[str], plate: str | None, person: str | None) -> None:
    """Each on its own."""
    async with bench(options={"personal": consent}) as made:
        made.want(*KINDS)
        await made.poll()
        made.platform.drive("1", PLATE)
        await made.poll(30)
        (entry,) = made.sink.occurrences
        assert (entry.plate, entry.person, entry.details.get("owner")) == (plate, person, person)
        assert ("picture" in entry.details) is ("plates" in consent)


async def test_who_was_not_let_in_did_not_enter() -> None:
    """It is told, but it is no last entry."""
    async with bench() as made:
        made.want(*KINDS)
        await made.poll()
        made.platform.drive("1", PLATE, allowed=False)
        await made.poll(30)
        (entry,) = made.sink.occurrences
        assert (entry.kind, entry.details["allowed"], entry.details["allowed_by"]) == (
            Kind.PASSAGE_ENTRY,
            False,
            "not_allowed",
        )
        assert made.value("_lot_1", Kind.LAST_ENTRY) is UNKNOWN


async def test_the_window_begins_a_little_before_the_last_passage() -> None:
    """A day at first; later two minutes before what is known, so that nothing is missed."""
    async with bench() as made:
        made.want(*KINDS)
        made.platform.drive("1", PLATE)
        await made.poll(3600)
        await made.poll(30)
        queries = [body["queryInfo"] for body in made.bodies(PASSAGES)]
        assert [one["beginTime"] for one in queries] == ["2026-11-19T13:00:00+02:00", "2026-11-20T11:58:00+02:00"]
        assert queries[1]["endTime"] == "2026-11-20T13:01:30+02:00"
        assert (queries[1]["directionType"], queries[1]["allowResult"]) == (-1, -1)


async def test_what_was_there_before_is_no_news() -> None:
    """At the first start nothing was awaited; its moments are known all the same."""
    async with bench() as made:
        made.platform.drive("1", PLATE)
        made.want(*KINDS)
        await made.poll(7200)
        assert told(made) == []
        assert made.value("_lot_1", Kind.LAST_ENTRY) == START


async def test_what_happened_while_we_were_away_is_told_late() -> None:
    """And what was told before is not told again; moments are known from the start on."""
    memory: dict[str, Any] = {}
    clock = Clock()
    async with bench(memory=memory, clock=clock) as made:
        made.want(*KINDS)
        await made.poll()
        made.platform.drive("1", PLATE)
        await made.poll(30)
        assert told(made) == [(Kind.PASSAGE_ENTRY, False)]
        clock.passed += 3600
        made.platform.drive("1", PLATE, "exit")
        clock.passed += 3600
        async with bench(memory=memory, clock=clock, platform=made.platform) as again:
            again.want(*KINDS)
            await again.poll()
            assert told(again) == [(Kind.PASSAGE_EXIT, True)]
            assert again.value("_lot_1", Kind.LAST_ENTRY) == START
            await again.poll(30)
            assert told(again) == []


async def test_after_days_nothing_old_is_told() -> None:
    """It would be a flood; the moments count."""
    memory: dict[str, Any] = {"passages": {"1": {"passage": (START - timedelta(days=3)).isoformat()}}}
    async with bench(memory=memory) as made:
        made.platform.drive("1", PLATE)
        made.want(*KINDS)
        await made.poll(60)
        assert told(made) == []
        assert made.value("_lot_1", Kind.LAST_ENTRY) == START


async def test_an_outage_loses_nothing() -> None:
    """What happened meanwhile is told late."""
    async with bench() as made:
        made.want(*KINDS)
        await made.poll()
        made.platform.fault(PASSAGES, code="10")
        made.platform.drive("1", PLATE)
        for _ in range(12):
            await made.poll(30)
        assert told(made) == []
        assert made.value("_lot_1", Kind.LAST_ENTRY) is UNKNOWN
        made.platform.heal()
        made.platform.drive("1", PLATE, "exit")
        await made.poll(30)
        assert told(made) == [(Kind.PASSAGE_ENTRY, True), (Kind.PASSAGE_EXIT, False)]
        assert made.value("_lot_1", Kind.LAST_ENTRY) == START


async def test_each_lot_is_asked_alone_and_only_if_wanted() -> None:
    """The call takes one."""
    async with bench(plan=SitePlan(parking_lots=3)) as made:
        await made.poll()
        assert made.platform.count() == 0
        made.wanted = {made.feature(f"_lot_{number}", Kind.LAST_ENTRY).id for number in (1, 3)}
        made.platform.drive("3", PLATE)
        await made.poll()
        assert [body["queryInfo"]["parkingLotIndexCode"] for body in made.bodies(PASSAGES)] == ["1", "3"]
        assert made.value("_lot_3", Kind.LAST_ENTRY) == START
        assert told(made) == []


async def test_a_busy_lot_is_read_page_by_page() -> None:
    """Nothing is told twice, and nothing is left out."""
    async with bench() as made:
        made.want(*KINDS)
        await made.poll()
        for number in range(650):
            made.platform.drive("1", f"B {number}")
        await made.poll(30)
        assert len(told(made)) == 650
        assert [body["pageIndex"] for body in made.bodies(PASSAGES)][1:] == [1, 2]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, None),
        ({"guid": "1"}, (None, None, None)),
        (
            {"guid": "1", "laneInfo": {"direction": 9}, "carInfo": {"EnterTime": "2026-11-20 12:00:00"}},
            (1, START, None),
        ),
        (
            {"guid": "1", "carInfo": {"EnterTime": "2026-11-20 11:00:00", "ExitTime": "2026-11-20 12:00:00"}},
            (2, START, None),
        ),
        (
            {
                "guid": "1",
                "allowResult": "2",
                "laneInfo": {"direction": "1"},
                "carInfo": {"entertime ": "2026-11-20T12:00:00+02:00", "plateLicense": "UNKNOWN"},
            },
            (1, START, False),
        ),
    ],
)
def test_records_are_read_as_they_come(row: dict[str, Any], expected: tuple[object, ...] | None) -> None:
    """The direction follows from the times where the lane does not tell it; an unread plate is none."""
    found = passage_of(Fields(row), ZONE)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.direction, found.time, found.allowed) == expected
        assert found.plate is None


# the action


async def search(made: Bench, **arguments: Any) -> list[dict[str, Any]]:
    """Search around the beginning."""
    between = {"start": START - timedelta(hours=1), "end": START + timedelta(hours=1)}
    return records(await made.act("search_parking_records", **{**between, **arguments}))


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_passages_are_searched_by_lot(profile: Any) -> None:
    """By id or name, oldest first, narrowed by plate, owner and direction."""
    async with bench(profile) as made:
        made.platform.drive("1", PLATE)
        made.clock.passed += 60
        made.platform.drive("1", "HH XY 99", allowed=False)
        made.clock.passed += 60
        made.platform.drive("1", PLATE, "exit")
        found = await search(made, lot="main CAR park")
        assert [(one["plate"], one["direction"], one["allowed"]) for one in found] == [
            (PLATE, "entry", True),
            ("HH XY 99", "entry", False),
            (PLATE, "exit", True),
        ]
        assert found[2]["entered"] == START.isoformat()
        assert found[2]["left"] == found[2]["time"] == (START + timedelta(minutes=2)).isoformat()
        assert found[0]["owner"] == "Ada Lovelace"
        assert [one["direction"] for one in await search(made, lot="1", direction="exit")] == ["exit"]
        assert len(await search(made, lot="1", plate="HH")) == 1
        assert len(await search(made, lot="1", owner="Ada")) == 2
        assert await search(made, lot="1", owner="nobody") == []


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_stays_are_searched_by_floor(profile: Any) -> None:
    """And by space; how long is known of those that left."""
    async with bench(profile, SitePlan(floors=2)) as made:
        made.platform.park("1", PLATE)
        made.platform.park("7", "")
        made.clock.passed += 90
        made.platform.leave("1")
        found = await search(made, floor="Level -1")
        assert [(one["plate"], one["status"], one.get("duration")) for one in found] == [
            (PLATE, "parking", None),
            (PLATE, "exited", 90),
        ]
        (unread,) = await search(made, floor="2")
        assert "plate" not in unread
        assert len(await search(made, lot="1", space="1")) == 3
        assert len(await search(made, lot="1", floor="1", space="2")) == 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "lot"),
        ({"lot": "nowhere"}, "lot"),
        ({"floor": "nowhere"}, "floor"),
        ({"lot": "1", "end": START - timedelta(days=1)}, "end"),
        ({"lot": "1", "start": datetime(2026, 11, 20, 12, 0)}, "start"),
        ({"lot": "1", "direction": "up"}, "direction"),
        ({"lot": "1", "plate": "x" * 33}, "plate"),
        ({"floor": "1", "owner": "Ada"}, "owner"),
        ({"floor": "1", "direction": "entry"}, "direction"),
    ],
)
async def test_nothing_is_sent_with_wrong_arguments(arguments: dict[str, Any], field: str) -> None:
    """They are named."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await search(made, **arguments)
        assert raised.value.placeholders["field"] == field
        assert made.platform.count(PASSAGES) + made.platform.count(PARKED) == 0


async def test_two_lots_of_one_name_need_an_id() -> None:
    """Nobody guesses."""
    async with bench(plan=SitePlan(parking_lots=0)) as made:
        assert made.context.facts().lots == {}
    async with bench(plan=SitePlan(parking_lots=2)) as made:
        lots = made.platform.state.parking.lots
        lots["2"].name = lots["1"].name
        async with bench(platform=made.platform, clock=made.clock) as again:
            with pytest.raises(InvalidArgumentError, match="several"):
                await search(again, lot=lots["1"].name)
            assert await search(again, lot="2") == []
