"""Reservations of visitors: the calendar, the figures of today, and reservations that somebody else edits."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import (
    ConnectionFailedError,
    InvalidArgumentError,
    NotFoundError,
    RejectedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.reservations import Identities, Reservation
from custom_components.hikvision_ivm.systems.hikcentral.visitors import CANCEL, CHANGE, LIST, RESERVE
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, CalendarFeature
from custom_components.hikvision_ivm.systems.transport.json import Fields
from custom_components.hikvision_ivm.systems.values import CalendarEntry

from .domain_bench import START, ZONE, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PROFILES = pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
KINDS = (Kind.VISITORS, Kind.VISITORS_EXPECTED, Kind.VISITORS_ARRIVED)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def calendar(made: Bench) -> CalendarFeature:
    """Return the calendar."""
    found = made.feature("", Kind.VISITORS)
    assert isinstance(found, CalendarFeature)
    return found


async def entries(made: Bench, start: datetime = START - DAY, end: datetime = START + DAY) -> list[CalendarEntry]:
    """Return the entries around the beginning."""
    return await made.domains.visitors.entries(calendar(made), start, end)


async def save(made: Bench, entry: CalendarEntry) -> None:
    """Make or change an entry."""
    await made.domains.visitors.save(calendar(made), entry, made.sink)


NEW = CalendarEntry(
    start=START + HOUR, end=START + 2 * HOUR, summary="Mary Ann Evans", description="Signs the contract"
)


@PROFILES
async def test_the_calendar_shows_who_is_expected(profile: Any) -> None:
    """Each reservation that touches the stretch, the first first."""
    async with bench(profile) as made:
        made.platform.expect_visitor(START + 3 * HOUR, given_name="Later", company="Mills Ltd")
        made.platform.expect_visitor(START - 2 * DAY, hours=96, given_name="Longest")
        made.platform.expect_visitor(START - 5 * DAY, given_name="Over")
        made.platform.expect_visitor(START + 5 * DAY, given_name="Far")
        first, second = await entries(made)
        assert (first.summary, second.summary) == ("Longest Babbage", "Later Babbage")
        assert (second.start, second.end) == (START + 3 * HOUR, START + 4 * HOUR)
        assert (second.details["status"], second.details["reason"], second.details["company"]) == (
            "expected",
            "visit",
            "Mills Ltd",
        )
        assert second.details["appointment_id"] == "1"
        assert second.uid not in {"", "1"} and second.uid != first.uid


async def test_what_only_borders_is_not_in_it() -> None:
    """The end is not part of an entry, nor of a stretch."""
    async with bench() as made:
        made.platform.expect_visitor(START, hours=1)
        assert await entries(made, START + HOUR, START + 2 * HOUR) == []
        assert await entries(made, START - HOUR, START) == []
        assert len(await entries(made, START + HOUR / 2, START + 2 * HOUR)) == 1


@PROFILES
async def test_figures_of_today(profile: Any) -> None:
    """Of those who are still expected today, and of those who came."""
    async with bench(profile) as made:
        made.want(*KINDS)
        made.platform.expect_visitor(START + HOUR, given_name="Soon")
        made.platform.expect_visitor(START + 2 * HOUR, given_name="Next")
        made.platform.expect_visitor(START - HOUR, hours=2, given_name="Here", arrived=True)
        made.platform.expect_visitor(START - 4 * HOUR, given_name="Missed")
        made.platform.expect_visitor(START + DAY, given_name="Tomorrow")
        await made.poll()
        assert (made.value("", Kind.VISITORS_EXPECTED), made.value("", Kind.VISITORS_ARRIVED)) == (2, 1)
        assert made.value("", Kind.VISITORS).summary == "Here Babbage"
        await made.poll(3600 + 1)
        assert made.value("", Kind.VISITORS).summary == "Soon Babbage"
        soon = next(one for one in made.platform.state.appointments.values() if one.start == START + HOUR)
        soon.status = 1
        await made.poll(300)
        assert made.value("", Kind.VISITORS).summary == "Next Babbage"
        made.platform.state.appointments.clear()
        await made.poll(300)
        assert [made.value("", kind) for kind in KINDS] == [UNKNOWN, 0, 0]


async def test_nothing_is_read_unless_somebody_looks() -> None:
    """Visitors are personal: every five minutes where an entity is enabled, else never."""
    async with bench() as made:
        await made.poll()
        assert made.platform.count() == 0
        assert all(not one.enabled for one in made.domains.visitors.features)
        made.want(*KINDS)
        for _ in range(10):
            await made.poll(30)
        assert made.platform.count(LIST) == 1
        await made.poll(30)
        assert made.platform.count(LIST) == 2


async def test_what_cannot_be_read_is_given_up_after_a_while() -> None:
    """It is tried again every minute."""
    async with bench() as made:
        made.want(*KINDS)
        made.platform.expect_visitor(START + 9 * HOUR)
        await made.poll()
        made.platform.fault(LIST, code="10")
        await made.poll(300)
        await made.poll(60)
        assert made.value("", Kind.VISITORS_EXPECTED) == 1
        await made.poll(60)
        assert [made.value("", kind) for kind in KINDS] == [UNKNOWN] * 3


@PROFILES
async def test_an_entry_is_made(profile: Any) -> None:
    """The summary is the name, the description the reason; who looks sees it at once."""
    async with bench(profile) as made:
        made.want(*KINDS)
        await made.poll()
        await save(made, NEW)
        (visit,) = made.platform.state.appointments.values()
        visitor = made.platform.state.visitors[visit.visitor]
        assert (visitor.given_name, visitor.family_name) == ("Mary Ann", "Evans")
        assert (visit.start, visit.end, visit.detail) == (START + HOUR, START + 2 * HOUR, "Signs the contract")
        assert made.value("", Kind.VISITORS).summary == "Mary Ann Evans"
        assert made.value("", Kind.VISITORS_EXPECTED) == 1


async def test_a_gender_that_nobody_told_is_not_made_up_where_the_platform_takes_none() -> None:
    """Unknown is tried first; what was learned is kept."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as made:
        await save(made, NEW)
        await save(made, NEW)
        genders = [body["visitorInfoList"][0]["VisitorInfo"]["gender"] for body in made.bodies(RESERVE)]
        assert genders == [0, 1, 1]
        assert memory["visitor_gender"] == 1
        assert len(made.platform.state.appointments) == 2


async def test_an_entry_without_answer_is_not_made_again() -> None:
    """Only a refusal is known to have done nothing."""
    async with bench(memory={"visitor_gender": 1}) as made:
        made.platform.fault(RESERVE, drop="after", times=1)
        with pytest.raises(ConnectionFailedError):
            await save(made, NEW)
        assert made.platform.count(RESERVE) == 1


async def test_a_refusal_for_another_reason_is_told() -> None:
    """The second try says the same."""
    async with bench() as made:
        made.platform.fault(RESERVE, code="0x00072003")
        with pytest.raises(RejectedError):
            await save(made, NEW)
        assert made.platform.count(RESERVE) == 2
        assert made.platform.state.appointments == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"summary": "Madonna"}, "summary"),
        ({"summary": ""}, "summary"),
        ({"summary": "A/B Evans"}, "given_name"),
        ({"summary": "Mary " + "x" * 257}, "family_name"),
        ({"description": "x" * 129}, "reason_detail"),
        ({"location": "Room 7"}, "location"),
        ({"end": START}, "end"),
    ],
)
async def test_an_entry_that_no_reservation_can_be_is_refused(changes: dict[str, Any], field: str) -> None:
    """Before anything is sent."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await save(made, replace(NEW, **changes))
        assert raised.value.placeholders["field"] == field
        assert made.platform.count() == 0


@PROFILES
async def test_the_uid_survives_edits(profile: Any) -> None:
    """The platform gives another id each time; also after a restart the entry is still itself."""
    memory: dict[str, Any] = {}
    async with bench(profile, memory=memory) as made:
        made.platform.expect_visitor(START + HOUR, company="Mills Ltd", plate="B CB 1", reason=3)
        (entry,) = await entries(made)
        for turn in range(1, 4):
            await save(made, replace(entry, start=START + turn * HOUR, end=START + (turn + 1) * HOUR))
            (after,) = await entries(made)
            assert after.uid == entry.uid
            assert after.start == START + turn * HOUR
            assert after.details["appointment_id"] != entry.details["appointment_id"]
        (visit,) = made.platform.state.appointments.values()
        visitor = made.platform.state.visitors[visit.visitor]
        assert (visitor.given_name, visitor.family_name, visitor.company, visitor.plate) == (
            "Charles",
            "Babbage",
            "Mills Ltd",
            "B CB 1",
        )
        assert (visit.reason, visit.receptionist) == (3, "" if profile == "sample" else "1")
        async with bench(memory=memory, platform=made.platform, clock=made.clock) as again:
            (after,) = await entries(again)
            assert after.uid == entry.uid
            await again.domains.visitors.delete(calendar(again), entry.uid, again.sink)
            assert made.platform.state.appointments == {}


async def test_an_edit_on_the_platform_keeps_the_uid() -> None:
    """One that was there is gone, and another one of the same visitor has come."""
    async with bench() as made:
        first = made.platform.expect_visitor(START + HOUR)
        made.platform.expect_visitor(START + 2 * HOUR, given_name="Other")
        before = {one.summary: one.uid for one in await entries(made)}
        appointments = made.platform.state.appointments
        del appointments[first.id]
        first.id, first.start = "77", START + 3 * HOUR
        first.end = START + 4 * HOUR
        appointments["77"] = first
        after = {one.summary: one.uid for one in await entries(made)}
        assert after == before
        await made.domains.visitors.delete(calendar(made), before["Charles Babbage"], made.sink)
        assert made.bodies(CANCEL) == [{"appointRecordId": "77"}]


async def test_a_uid_is_found_after_a_restart() -> None:
    """Everything is listed once before it counts as gone."""
    async with bench() as made:
        visit = made.platform.expect_visitor(START + 90 * DAY)
        (entry,) = await entries(made, START + 89 * DAY, START + 91 * DAY)
        async with bench(platform=made.platform, clock=made.clock) as again:
            await save(again, replace(entry, summary="Charles Babbage", description="Tea"))
            assert visit.detail == "Tea"
            with pytest.raises(NotFoundError):
                await again.domains.visitors.delete(calendar(again), "nobody", again.sink)
            assert again.platform.count(CANCEL) == 0


async def test_a_change_of_the_name_changes_the_name() -> None:
    """What is not said stays."""
    async with bench() as made:
        visit = made.platform.expect_visitor(START + HOUR, company="Mills Ltd")
        (entry,) = await entries(made)
        await save(made, replace(entry, summary="Ada King"))
        visitor = made.platform.state.visitors[visit.visitor]
        assert (visitor.given_name, visitor.family_name, visitor.company) == ("Ada", "King", "Mills Ltd")
        assert made.bodies(CHANGE)[0]["visitorInfoList"][0]["VisitorInfo"]["gender"] == 1


async def test_a_reason_that_needs_words_keeps_them() -> None:
    """Reason 4 without a detail is no reason."""
    async with bench() as made:
        visit = made.platform.expect_visitor(START + HOUR, reason=4)
        visit.detail = "Tea"
        (entry,) = await entries(made)
        await save(made, replace(entry, end=entry.end + HOUR))
        assert visit.detail == "Tea"
        (entry,) = await entries(made)
        with pytest.raises(InvalidArgumentError) as raised:
            await save(made, replace(entry, description=""))
        assert raised.value.placeholders["field"] == "reason_detail"


async def test_a_change_without_answer_is_not_repeated() -> None:
    """What became of it shows in the next list: the entry is still itself."""
    async with bench() as made:
        made.want(*KINDS)
        made.platform.expect_visitor(START + HOUR)
        await made.poll()
        (entry,) = await entries(made)
        made.platform.fault(CHANGE, drop="after", times=1)
        with pytest.raises(ConnectionFailedError):
            await save(made, replace(entry, start=START + 2 * HOUR, end=START + 3 * HOUR))
        assert made.platform.count(CHANGE) == 1
        (after,) = await entries(made)
        assert (after.uid, after.start) == (entry.uid, START + 2 * HOUR)


async def test_an_answer_without_ids_is_made_up_for_by_the_next_list() -> None:
    """As the sample of an edit, whose data is missing."""
    async with bench() as made:
        made.platform.expect_visitor(START + HOUR)
        (entry,) = await entries(made)
        visit = next(iter(made.platform.state.appointments.values()))
        made.platform.fault(CHANGE, data="", times=1)
        await save(made, replace(entry, description="Tea"))
        del made.platform.state.appointments[visit.id]
        visit.id = "50"
        made.platform.state.appointments["50"] = visit
        (after,) = await entries(made)
        assert (after.uid, after.details["appointment_id"]) == (entry.uid, "50")


def reservation(id_: str, *, visitor: str | None = "1", code: str | None = "1234", hours: float = 1) -> Reservation:
    """Return a reservation."""
    row = {
        "appointID": id_,
        "appointCode": code,
        "appointStartTime": (START + timedelta(hours=hours)).isoformat(),
        "appointEndTime": (START + timedelta(hours=hours + 1)).isoformat(),
        "visitorInfo": [{"visitorId": visitor}],
    }
    found = Reservation.read(Fields(row), ZONE)
    assert found is not None
    return found


def test_nobody_is_taken_for_somebody_else() -> None:
    """Two that went and one that came of one visitor: which is which, nobody knows."""
    runtime = Runtime()
    known = Identities(runtime)
    window = (START - DAY, START + DAY)
    known.settle([reservation("1"), reservation("2", hours=3), reservation("3", visitor="3", code="33")], *window)
    uids = {one: known.uid(one) for one in "123"}
    known.settle([reservation("4"), reservation("5", visitor="5", code="55")], *window)
    assert {known.uid("4"), known.uid("5")} & set(uids.values()) == set()
    assert known.of_uid(uids["3"]) is None
    assert known.newest("1") == "1"


def test_what_lies_outside_of_a_list_is_not_gone() -> None:
    """A list of next week says nothing of today."""
    runtime = Runtime()
    known = Identities(runtime)
    known.settle([reservation("1")], START - DAY, START + DAY)
    known.settle([reservation("2", hours=200)], START + 7 * DAY, START + 9 * DAY)
    assert known.of_id("1") is not None
    assert known.uid("2") != known.uid("1")


def test_ids_lead_to_the_newest_one() -> None:
    """Over any number of edits, even in a circle."""
    runtime = Runtime()
    known = Identities(runtime)
    uid = known.uid("1")
    known.give("1", {"3": "Lobby"})
    for before, after in (("1", "2"), ("2", "3"), ("3", "3")):
        known.edited(before, after)
    assert (known.newest("1"), known.newest("2"), known.uid("3")) == ("3", "3", uid)
    assert (known.levels("3"), known.levels("1")) == ({"3": "Lobby"}, {})
    runtime.memory["visitor_moved"] = {"1": "2", "2": "1"}
    assert known.newest("1") in {"1", "2"}


@pytest.mark.parametrize(
    "row",
    [
        {"appointStartTime": START.isoformat(), "appointEndTime": START.isoformat()},
        {"appointID": "1", "appointEndTime": START.isoformat()},
        {"appointID": "1", "appointStartTime": "soon", "appointEndTime": START.isoformat()},
    ],
)
def test_what_is_no_reservation_is_left_out(row: dict[str, Any]) -> None:
    """It has no id or no times."""
    assert Reservation.read(Fields(row), ZONE) is None


def test_nothing_personal_is_printed() -> None:
    """Neither the visitor nor the code."""
    shown = repr(reservation("1", visitor="secret-visitor", code="secret-code"))
    assert "secret" not in shown
