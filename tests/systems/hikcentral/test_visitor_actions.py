"""Actions for visitors against a simulated platform."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    BusyError,
    ConnectionFailedError,
    InvalidArgumentError,
    NotFoundError,
)
from custom_components.hikvision_ivm.systems.hikcentral.lookups import APPLY, ASSIGN
from custom_components.hikvision_ivm.systems.hikcentral.visitor_actions import SEARCH
from custom_components.hikvision_ivm.systems.hikcentral.visitors import (
    CANCEL,
    CHANGE,
    CHECK_IN,
    CHECK_OUT,
    LIST,
    RESERVE,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.hikcentral import SitePlan

from .domain_bench import START, Bench, bench, records

pytestmark = pytest.mark.usefixtures("socket_enabled")

PROFILES = pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
HOUR = timedelta(hours=1)
WRITES = (RESERVE, CHANGE, CANCEL, CHECK_IN, CHECK_OUT, ASSIGN, APPLY)
VISIT: dict[str, Any] = {
    "start": START + HOUR,
    "end": START + 2 * HOUR,
    "given_name": "Mary Ann",
    "family_name": "Evans",
    "gender": "female",
}
FULL: dict[str, Any] = {
    **VISIT,
    "phone": "030 1234",
    "email": "mary@example.com",
    "plate": "B ME 1",
    "company": "Mills Ltd",
    "receptionist": "Alan Turing",
    "reason": "other",
    "reason_detail": "Tea",
    "certificate_type": "passport",
    "certificate_number": "C01X",
    "remark": "Allergic to nuts",
    "access_levels": ["visitors: LOBBY"],
}


def written(made: Bench) -> list[str]:
    """Return the paths of what was written, in order."""
    return [one.path for one in made.platform.requests if one.path in WRITES]


@PROFILES
async def test_a_reservation_with_everything(profile: Any) -> None:
    """The list of visitors is wrapped as in the samples, and so are the access levels."""
    async with bench(profile) as made:
        answer = await made.act("visitor_create_appointment", **FULL)
        visit = made.platform.state.appointments[answer["appointment_id"]]
        visitor = made.platform.state.visitors[answer["visitor_id"]]
        assert answer["code"] == visit.code
        assert (visitor.name, visitor.gender, visitor.phone, visitor.email, visitor.plate, visitor.company) == (
            "Mary Ann Evans",
            2,
            "030 1234",
            "mary@example.com",
            "B ME 1",
            "Mills Ltd",
        )
        assert (visitor.certificate_type, visitor.certificate, visitor.remark) == (414, "C01X", "Allergic to nuts")
        assert (visit.start, visit.end, visit.reason, visit.detail, visit.receptionist) == (
            START + HOUR,
            START + 2 * HOUR,
            4,
            "Tea",
            "2",
        )
        assert made.platform.state.access_levels["3"].members == {visitor.id}
        (body,) = made.bodies(RESERVE)
        assert list(body["visitorInfoList"][0]) == ["VisitorInfo"]
        level = {"id": 3, "baseInfo": {"name": "Visitors: lobby"}}
        assert body["accessInfo"] == {"accessLevelList": [{"accessLevel": level}]}


async def test_a_reservation_with_little() -> None:
    """What is not told is not sent; nobody who looks is nobody to read for."""
    async with bench() as made:
        await made.act("visitor_create_appointment", **VISIT)
        (body,) = made.bodies(RESERVE)
        assert body == {
            "appointStartTime": "2026-11-20T13:00:00+02:00",
            "appointEndTime": "2026-11-20T14:00:00+02:00",
            "visitReasonType": 2,
            "visitorInfoList": [
                {"VisitorInfo": {"visitorFamilyName": "Evans", "visitorGivenName": "Mary Ann", "gender": 2}}
            ],
        }
        assert made.platform.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given_name": None}, "given_name"),
        ({"family_name": ""}, "family_name"),
        ({"gender": "other"}, "gender"),
        ({"start": None}, "start"),
        ({"end": START}, "end"),
        ({"reason": "fun"}, "reason"),
        ({"reason": "other"}, "reason_detail"),
        ({"reason_detail": "x" * 129}, "reason_detail"),
        ({"certificate_number": "C01X"}, "certificate_type"),
        ({"certificate_type": "library_card"}, "certificate_type"),
        ({"certificate_number": "x" * 21, "certificate_type": "passport"}, "certificate_number"),
        ({"phone": "1" * 21}, "phone"),
        ({"plate": "B" * 17}, "plate"),
        ({"plate": "B?1"}, "plate"),
        ({"company": "A & B / C"}, "company"),
        ({"remark": "x" * 129}, "remark"),
        ({"given_name": "Mary: Ann"}, "given_name"),
        ({"receptionist": "nobody"}, "receptionist"),
        ({"access_levels": ["nowhere"]}, "access_levels"),
        ({"access_levels": [""]}, "access_levels"),
    ],
)
@pytest.mark.parametrize("action", ["visitor_create_appointment", "visitor_check_in"])
async def test_nothing_is_written_with_wrong_arguments(action: str, changes: dict[str, Any], field: str) -> None:
    """They are named."""
    async with bench() as made:
        arguments = {name: value for name, value in {**VISIT, **changes}.items() if value is not None}
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act(action, **arguments)
        assert raised.value.placeholders["field"] == field
        assert written(made) == []


@pytest.mark.parametrize(
    ("action", "arguments", "field"),
    [
        ("visitor_update_appointment", {"plate": "B"}, "appointment_id"),
        ("visitor_update_appointment", {"appointment_id": "1", "plate": "B" * 17}, "plate"),
        ("visitor_update_appointment", {"appointment_id": "1", "start": START, "end": START}, "end"),
        ("visitor_cancel_appointment", {}, "appointment_id"),
        ("visitor_check_out", {"appointment_id": " "}, "appointment_id"),
        ("visitor_check_in", {"visitor_id": "99", "start": START, "end": START + HOUR}, "visitor_id"),
        ("visitor_check_in", {"appointment_id": "1", "phone": "1" * 21}, "phone"),
        ("search_visitors", {"code": "1"}, "code"),
        ("search_visitors", {"status": "arrived"}, "status"),
        ("search_visitors", {"group": "nowhere"}, "group"),
        ("search_visitors", {"group": "1", "start": START, "end": START + HOUR}, "group"),
        ("search_visitors", {"status": "lost", "start": START, "end": START + HOUR}, "status"),
        ("search_visitors", {"start": START}, "end"),
    ],
)
async def test_other_actions_check_as_well(action: str, arguments: dict[str, Any], field: str) -> None:
    """Before anything is written."""
    async with bench() as made:
        made.platform.expect_visitor(START + HOUR)
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act(action, **arguments)
        assert raised.value.placeholders["field"] == field
        assert written(made) == []


@pytest.mark.parametrize("action", ["visitor_update_appointment", "visitor_check_in"])
async def test_what_no_reservation_could_make_good_is_refused_at_once(action: str) -> None:
    """Without even looking for it."""
    async with bench() as made:
        made.platform.expect_visitor(START + HOUR)
        with pytest.raises(InvalidArgumentError):
            await made.act(action, appointment_id="1", plate="B" * 17)
        assert made.platform.count() == 0


@PROFILES
async def test_a_reservation_is_changed(profile: Any) -> None:
    """What is not given stays; the answer has the new id, and the old one still leads there."""
    async with bench(profile) as made:
        created = await made.act("visitor_create_appointment", **FULL)
        answer = await made.act("visitor_update_appointment", appointment_id=created["appointment_id"], plate="B ME 2")
        assert answer["appointment_id"] != created["appointment_id"]
        assert answer["visitor_id"] == created["visitor_id"]
        visit = made.platform.state.appointments[answer["appointment_id"]]
        visitor = made.platform.state.visitors[visit.visitor]
        assert (visitor.name, visitor.plate, visitor.company, visitor.certificate) == (
            "Mary Ann Evans",
            "B ME 2",
            "Mills Ltd",
            "C01X",
        )
        assert (visit.reason, visit.detail, visit.end) == (4, "Tea", START + 2 * HOUR)
        # An edit that does not repeat the access levels takes them away.
        assert made.platform.state.access_levels["3"].members == {visitor.id}
        again = await made.act(
            "visitor_update_appointment",
            appointment_id=created["appointment_id"],
            end=START + 3 * HOUR,
            access_levels=[],
        )
        visit = made.platform.state.appointments[again["appointment_id"]]
        assert visit.end == START + 3 * HOUR
        assert made.platform.state.access_levels["3"].members == set()


@PROFILES
async def test_a_reservation_is_cancelled(profile: Any) -> None:
    """Also by an id from before an edit."""
    async with bench(profile) as made:
        created = await made.act("visitor_create_appointment", **VISIT)
        await made.act("visitor_update_appointment", appointment_id=created["appointment_id"], plate="B ME 2")
        assert await made.act("visitor_cancel_appointment", appointment_id=created["appointment_id"]) == {}
        assert made.platform.state.appointments == {}
        with pytest.raises(NotFoundError):
            await made.act("visitor_cancel_appointment", appointment_id=created["appointment_id"])
        with pytest.raises(NotFoundError):
            await made.act("visitor_update_appointment", appointment_id="99", plate="B")
        assert made.platform.count(CHANGE) == 1


@PROFILES
async def test_a_visitor_with_a_reservation_is_let_in(profile: Any) -> None:
    """Everything is taken from the reservation; levels are given, and written to the devices."""
    async with bench(profile) as made:
        visit = made.platform.expect_visitor(START + HOUR, company="Mills Ltd", plate="B CB 1")
        answer = await made.act("visitor_check_in", appointment_id=visit.id, access_levels=["3"])
        assert answer == {
            "appointment_id": visit.id,
            "visitor_id": visit.visitor,
            "access_levels": ["3"],
            "failed": [],
            "applied": True,
        }
        assert visit.status == 2
        assert written(made) == [CHECK_IN, ASSIGN, APPLY]
        (body,) = made.bodies(CHECK_IN)
        assert body["appointId"] == visit.id
        assert body["visitorInfoList"][0]["VisitorInfo"]["companyName"] == "Mills Ltd"
        assert made.platform.state.access_levels["3"].members == {visit.visitor}
        assert made.platform.state.pending == set()
        assert await made.act("visitor_check_out", appointment_id=visit.id) == {}
        assert visit.left
        assert made.platform.state.access_levels["3"].members == set()


async def test_levels_of_the_reservation_are_given() -> None:
    """Those that were asked for when it was made here."""
    async with bench() as made:
        created = await made.act("visitor_create_appointment", **FULL)
        answer = await made.act("visitor_check_in", appointment_id=created["appointment_id"])
        assert answer["access_levels"] == ["3"]


@PROFILES
async def test_somebody_new_is_let_in(profile: Any) -> None:
    """And somebody who was here before, whom the platform knows."""
    async with bench(profile) as made:
        answer = await made.act("visitor_check_in", **VISIT)
        assert (answer["access_levels"], answer["applied"]) == ([], False)
        assert written(made) == [CHECK_IN]
        visitor = made.platform.state.visitors[answer["visitor_id"]]
        assert visitor.name == "Mary Ann Evans"
        await made.act("visitor_check_out", appointment_id=answer["appointment_id"])
        again = await made.act(
            "visitor_check_in", visitor_id=visitor.id, start=START + 5 * HOUR, end=START + 6 * HOUR, plate="B ME 9"
        )
        assert again["visitor_id"] == visitor.id
        assert again["appointment_id"] != answer["appointment_id"]
        assert (visitor.name, visitor.plate) == ("Mary Ann Evans", "B ME 9")


async def test_a_visitor_is_in_even_if_a_level_is_not_given() -> None:
    """What failed is said; the visitor is not let in twice."""
    async with bench(plan=SitePlan(visitor_levels=2)) as made:
        made.platform.fault(ASSIGN, code="192", times=1)
        answer = await made.act("visitor_check_in", **VISIT, access_levels=["3", "4"])
        assert (answer["access_levels"], answer["applied"]) == (["4"], True)
        assert [one["access_level"] for one in answer["failed"]] == ["3"]
        assert "control failed" in answer["failed"][0]["reason"]
        made.platform.fault(APPLY, drop="after", times=1)
        answer = await made.act("visitor_check_in", **VISIT, access_levels=["3"])
        assert (answer["access_levels"], answer["applied"], len(answer["failed"])) == (["3"], False, 1)
        assert made.platform.count(CHECK_IN) == 2


@pytest.mark.parametrize(
    ("action", "path"),
    [
        ("visitor_create_appointment", RESERVE),
        ("visitor_update_appointment", CHANGE),
        ("visitor_cancel_appointment", CANCEL),
        ("visitor_check_in", CHECK_IN),
        ("visitor_check_out", CHECK_OUT),
    ],
)
async def test_a_write_without_answer_is_not_repeated(action: str, path: str) -> None:
    """It may have been carried out."""
    async with bench() as made:
        visit = made.platform.expect_visitor(START + HOUR, arrived=action == "visitor_check_out")
        made.platform.fault(path, drop="after", times=1)
        arguments = VISIT if action == "visitor_create_appointment" else {"appointment_id": visit.id}
        with pytest.raises(ConnectionFailedError):
            await made.act(action, **arguments)
        assert written(made) == [path]


async def test_a_visitor_who_is_here_is_not_let_in_again() -> None:
    """The platform refuses it, in its own words."""
    async with bench() as made:
        visit = made.platform.expect_visitor(START, arrived=True)
        with pytest.raises(BusyError) as raised:
            await made.act("visitor_check_in", appointment_id=visit.id)
        assert "uses it" in str(raised.value)
        assert made.platform.count(ASSIGN) == 0


async def test_who_looks_sees_it_at_once() -> None:
    """Also what an action did."""
    async with bench() as made:
        made.want(Kind.VISITORS, Kind.VISITORS_EXPECTED, Kind.VISITORS_ARRIVED)
        await made.poll()
        created = await made.act("visitor_create_appointment", **VISIT)
        assert (made.value("", Kind.VISITORS_EXPECTED), made.value("", Kind.VISITORS_ARRIVED)) == (1, 0)
        await made.act("visitor_check_in", appointment_id=created["appointment_id"])
        assert (made.value("", Kind.VISITORS_EXPECTED), made.value("", Kind.VISITORS_ARRIVED)) == (0, 1)
        made.platform.fault(LIST, code="10")
        await made.act("visitor_check_out", appointment_id=created["appointment_id"])
        made.platform.heal()
        await made.poll(60)
        assert made.value("", Kind.VISITORS_ARRIVED) == 0


# searches


@PROFILES
async def test_visitors_are_searched(profile: Any) -> None:
    """By name, company, phone, document or group."""
    async with bench(profile) as made:
        await made.act("visitor_create_appointment", **FULL)
        made.platform.expect_visitor(START)
        for conditions in (
            {"name": "mary"},
            {"company": "Mills"},
            {"phone": "030 1234"},
            {"certificate_number": "C01X"},
            {"name": "Evans", "group": "visitors"},
        ):
            (found,) = records(await made.act("search_visitors", **conditions), "visitors")
            assert (found["name"], found["gender"], found["certificate_type"]) == (
                "Mary Ann Evans",
                "female",
                "passport",
            ), conditions
        assert len(records(await made.act("search_visitors"), "visitors")) == 2
        assert await made.act("search_visitors", name="nobody") == {"visitors": []}


@PROFILES
async def test_reservations_are_searched(profile: Any) -> None:
    """With a stretch of time; by state, code and host."""
    async with bench(profile) as made:
        await made.act("visitor_create_appointment", **FULL)
        made.platform.expect_visitor(START, arrived=True)
        between = {"start": START - HOUR, "end": START + 5 * HOUR}
        first, second = records(await made.act("search_visitors", **between), "visitors")
        assert (first["status"], second["status"], second["reason"], second["reason_detail"]) == (
            "arrived",
            "expected",
            "other",
            "Tea",
        )
        assert second["start"] == (START + HOUR).isoformat()
        for conditions in (
            {"status": "expected"},
            {"code": second["code"]},
            {"receptionist": "Turing"},
            {"name": "Ann"},
        ):
            found = records(await made.act("search_visitors", **between, **conditions), "visitors")
            assert found == [second], conditions


async def test_many_visitors_are_read_page_by_page() -> None:
    """However the answer names its total."""
    async with bench() as made:
        for number in range(130):
            made.platform.expect_visitor(given_name=f"V{number}")
        assert len(records(await made.act("search_visitors", name="V"), "visitors")) == 130
        assert [body["pageNo"] for body in made.bodies(SEARCH)] == [1, 2]


@pytest.mark.parametrize(
    "data", [{"visitorId": "7", "visitorGivenName": "A"}, [{"visitorId": "7", "visitorName": "A"}]]
)
async def test_an_answer_may_be_one_visitor(data: Any) -> None:
    """No sample shows it, and the table says it is one."""
    async with bench() as made:
        made.platform.fault(SEARCH, data=data)
        (found,) = records(await made.act("search_visitors", name="A"), "visitors")
        assert (found["visitor_id"], found["name"]) == ("7", "A")
