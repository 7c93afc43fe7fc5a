"""Visitors: expected, changed, here, gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.hikcentral.shaping import Profile

from .conftest import PAGE, Client, Connect

RESERVE, CHANGE = "visitor/v2/appointment", "visitor/v2/appointment/update"
CANCEL, LIST = "visitor/v1/appointment/single/delete", "visitor/v1/appointment/appointmentlist"
CHECK_IN, CHECK_OUT = "visitor/v1/registerment", "visitor/v1/visitor/out"
SEARCH, SINGLE = "visitor/v1/visitor/visitorInfo", "visitor/v1/visitor/single/visitorinfo"
RESULT = "acs/v1/auth/applicationResult"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = {"appointStartTime": "2024-05-01T00:00:00+00:00", "appointEndTime": "2024-05-02T00:00:00+00:00"}
INFO = {
    "visitorFamilyName": "Babbage", "visitorGivenName": "Charles", "gender": 1, "phoneNo": "5550199",
    "companyName": "Engines", "plateNo": "B EN 1", "certificateType": 111, "certificateNo": "X1",
}  # fmt: skip
VISITOR_LEVEL = {"accessLevelList": [{"accessLevel": {"id": 3, "baseInfo": {"name": "lobby"}}}]}


def reservation(start: str = "13", end: str = "15", info: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the body of a reservation for today, from hour to hour."""
    return {
        "receptionistId": "1",
        "appointStartTime": f"2024-05-01T{start}:00:00+00:00",
        "appointEndTime": f"2024-05-01T{end}:00:00+00:00",
        "visitReasonType": 3,
        "visitorInfoList": [{"VisitorInfo": INFO | (info or {})}],
    } | more


def check_in(**more: Any) -> dict[str, Any]:
    """Return the body of a check-in."""
    return {
        "visitStartTime": "2024-05-01T12:00:00+00:00",
        "visitEndTime": "2024-05-01T15:00:00+00:00",
        "visitPurposeType": 3,
        "visitorInfoList": [{"VisitorInfo": INFO}],
    } | more


async def test_a_reservation_is_listed_changed_and_cancelled(connect: Connect) -> None:
    """Its id changes with every edit, its code does not."""
    client: Client = await connect(now=lambda: NOON)
    made = (await client.call(RESERVE, reservation(accessInfo=VISITOR_LEVEL))).data
    assert sorted(made) == ["AppointCode", "appointRecordId", "visitorId"]
    [row] = await client.listed(LIST, **DAY)
    assert (row["appointID"], row["appointCode"], row["appointStatus"]) == (
        made["appointRecordId"], made["AppointCode"], "0",
    )  # fmt: skip
    assert (row["receptionistName"], row["visitReasonType"]) == ("Ada Lovelace", 3)
    assert row["visitorInfo"][0]["visitorName"] == "Charles Babbage"
    assert client.platform.state.access_levels["3"].members == {made["visitorId"]}
    body = reservation("16", "17", {"phoneNo": "5550200"}, appointRecordId=made["appointRecordId"])
    changed = (await client.call(CHANGE, body)).data
    assert changed["appointRecordId"] != made["appointRecordId"]
    assert (changed["visitorId"], changed["appointCode"]) == (made["visitorId"], made["AppointCode"])
    assert client.platform.state.access_levels["3"].members == set()
    [row] = await client.listed(LIST, **DAY)
    assert (row["appointStartTime"], row["visitorInfo"][0]["phoneNo"]) == ("2024-05-01T16:00:00+00:00", "5550200")
    old = {"appointRecordId": made["appointRecordId"]}
    for path, again in ((CHANGE, body), (CANCEL, old), (CHECK_IN, check_in(appointId=made["appointRecordId"]))):
        assert (await client.call(path, again)).code == "0x00072202", path
    assert (await client.call(CANCEL, {"appointRecordId": changed["appointRecordId"]})).data == ""
    assert await client.listed(LIST, **DAY) == []


async def test_a_visitor_comes_and_goes(connect: Connect) -> None:
    """Check-in needs no edit of the id; check-out takes the rights."""
    client: Client = await connect(now=lambda: NOON)
    made = (await client.call(RESERVE, reservation())).data
    came = (await client.call(CHECK_IN, check_in(appointId=made["appointRecordId"], visitorId=made["visitorId"]))).data
    assert came == {"appointRecordId": made["appointRecordId"], "visitorId": made["visitorId"]}
    assert [row["appointStatus"] for row in await client.listed(LIST, **DAY)] == ["2"]
    assert len(await client.listed(LIST, **DAY, appointState="2")) == 1
    assert await client.listed(LIST, **DAY, appointState="0") == []
    assert (await client.call(CHECK_IN, check_in(appointId=made["appointRecordId"]))).code == "133"
    assert (await client.call(CANCEL, {"appointRecordId": made["appointRecordId"]})).code == "133"
    level = {"privilegeGroupId": "3", "type": 2, "list": [{"id": made["visitorId"]}]}
    assert (await client.call("acs/v1/privilege/group/single/addPersons", level)).data == ""
    result = (await client.call(RESULT, {"applicationResultType": 1, "type": 1})).data["statisticResult"]
    assert result["unApplicationCount"] == 1
    await client.call("visitor/v1/auth/reapplication")
    gone = {"appointRecordId": came["appointRecordId"]}
    assert (await client.call(CHECK_OUT, gone)).data == ""
    assert (await client.call(CHECK_OUT, gone)).code == "0x00072202"
    assert client.platform.state.access_levels["3"].members == set()
    assert client.platform.state.pending == {(2, made["visitorId"])}
    [row] = await client.listed(LIST, **DAY)
    assert (row["appointStatus"], row["appointEndTime"]) == ("1", "2024-05-01T12:00:00+00:00")


@pytest.mark.parametrize("path", [CHECK_IN, "visitor/v1/appointment"])
async def test_a_visitor_without_a_reservation(connect: Connect, path: str) -> None:
    """Is here, but in no list of reservations."""
    client: Client = await connect(now=lambda: NOON)
    came = (await client.call(path, check_in())).data
    assert await client.listed(LIST, **DAY) == []
    assert [row["visitorId"] for row in await client.listed(SEARCH)] == [came["visitorId"]]
    change = check_in(appointRecordId=came["appointRecordId"], visitPurpose="talk")
    changed = (await client.call(f"{path}/update", change)).data
    assert changed["appointRecordId"] != came["appointRecordId"]
    assert (await client.call(CHECK_OUT, {"appointRecordId": came["appointRecordId"]})).code == "0x00072202"
    assert (await client.call(CHECK_OUT, {"appointRecordId": changed["appointRecordId"]})).data == ""


async def test_somebody_who_was_here_before(connect: Connect) -> None:
    """The same visitor, another visit."""
    client: Client = await connect(now=lambda: NOON)
    first = (await client.call(CHECK_IN, check_in())).data
    await client.call(CHECK_OUT, {"appointRecordId": first["appointRecordId"]})
    second = (await client.call(CHECK_IN, check_in(visitorId=first["visitorId"]))).data
    assert second["visitorId"] == first["visitorId"]
    assert second["appointRecordId"] != first["appointRecordId"]
    assert (await client.call(CHECK_IN, check_in(visitorId="99"))).code == "0x00072202"


async def test_nobody_is_expected_for_ever(connect: Connect) -> None:
    """Behind its end a reservation is invalid."""
    moment = [NOON]
    client: Client = await connect(now=lambda: moment[0])
    client.platform.expect_visitor(NOON, 1.0)
    assert [row["appointStatus"] for row in await client.listed(LIST, **DAY)] == ["0"]
    moment[0] += timedelta(hours=2)
    assert [row["appointStatus"] for row in await client.listed(LIST, **DAY)] == ["1"]


async def test_conditions_of_the_list(connect: Connect) -> None:
    """Every one narrows it down."""
    client: Client = await connect(now=lambda: NOON)
    code = (await client.call(RESERVE, reservation())).data["AppointCode"]
    client.platform.expect_visitor(NOON, given_name="Emmy", family_name="Noether", receptionist="2", reason=1)
    assert len(await client.listed(LIST, **DAY)) == 2
    for condition in (
        {"visitorName": "babb"}, {"companyName": "eng"}, {"interviewName": "ada"}, {"appointCode": code},
        {"identiCode": "X1"}, {"phoneNo": "0199"}, {"visitorReason": "3"}, {"visitorReason": 3},
    ):  # fmt: skip
        rows = await client.listed(LIST, **DAY, **condition)
        assert [row["visitorInfo"][0]["visitorName"] for row in rows] == ["Charles Babbage"], condition
    other_day = {name: value.replace("-05-", "-06-") for name, value in DAY.items()}
    assert await client.listed(LIST, **other_day) == []


async def test_samples_of_visitors(connect: Connect) -> None:
    """One visitor instead of a list, numbers instead of texts, no receptionist."""
    client: Client = await connect("sample", now=lambda: NOON)
    made = (await client.call(RESERVE, reservation())).data
    [row] = await client.listed(LIST, **DAY)
    assert (row["appointStatus"], row["visitorReasonName"], "receptionistId" in row) == (0, "meeting", False)
    assert row["visitorInfo"]["visitorPhoto"] == {"haveVisitorPhoto": 0, "haveIdentiPhoto": 0}
    single = (await client.call(SINGLE, {"visitorId": made["visitorId"]})).data
    assert (single["certificateType"], single["visitorName"]) == (111, "Charles Babbage")


@pytest.mark.parametrize(("profile", "key"), [("table", "indexCode"), ("sample", " indexCode")])
async def test_groups_and_searches(connect: Connect, profile: Profile, key: str) -> None:
    """Wrapped as nowhere else."""
    client: Client = await connect(profile, now=lambda: NOON)
    visit = client.platform.expect_visitor(company="Engines")
    data = (await client.call("visitor/v1/visitorgroups", {"SearchCriteria": {"visitorGroupName": "vis"}})).data
    assert data == {"VisitorGroupList": {"VisitorGroup": [{key: "1", "baseInfo": {"name": "Visitors"}}]}}
    assert (await client.call("visitor/v1/visitorgroups", {"visitorGroupName": "x"})).data["VisitorGroupList"][
        "VisitorGroup"
    ] == []
    asked = {"indexCode": "1", "pageIndex": 0, "pageSize": 0, "searchCriteria": {"companyName": "eng"}}
    data = (await client.call("visitor/v1/visitorgroups/groupinfo", {"VisitorListRequest": asked})).data
    assert data["VisitorList"] == {"Visitor": [{"ID": int(visit.visitor), "BaseInfo": {"fullName": "Charles Babbage"}}]}
    for condition in ({"temperatureStatus": 0}, {"blackLisitStatus": 1}, {"personName": "x"}):
        body = {"VisitorListRequest": asked | {"searchCriteria": condition}}
        data = (await client.call("visitor/v1/visitorgroups/groupinfo", body)).data
        assert data["VisitorList"] == {"Visitor": []}, condition
    assert len(await client.listed(SEARCH, searchCriteria={"visitorGroupID": "1,2"})) == 1
    assert await client.listed(SEARCH, searchCriteria={"visitorGroupID": "2"}) == []
    assert await client.listed(SEARCH, searchCriteria={"identificationType": "111"}) == []
    fields = (await client.call("visitor/v1/visitorconfig/customfields", {"pageIndex": 0, "pageSize": 0})).data
    assert fields["CustomFieldList"]["TotalNum"] == 1
    assert (await client.call(SINGLE, PAGE | {"visitorId": "99"})).code == "0x00072202"
