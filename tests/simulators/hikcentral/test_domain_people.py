"""Persons, their access levels, and how many people pass."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulators.hikcentral import SitePlan
from simulators.hikcentral.domains.counting import DOOR, EXITS, Group, Member

from .conftest import PAGE, Client, Connect

PERSONS, SEARCH = "resource/v1/person/personList", "resource/v1/person/advance/personList"
BY_ID, BY_CODE = "resource/v1/person/personId/personInfo", "resource/v1/person/personCode/personInfo"
LEVELS, MEMBERS = "acs/v1/privilege/group", "acs/v1/privilege/group/single/personList"
GIVE, TAKE = "acs/v1/privilege/group/single/addPersons", "acs/v1/privilege/group/single/deletePersons"
APPLY, RESULT = "visitor/v1/auth/reapplication", "acs/v1/auth/applicationResult"
GROUPS = "aiapplication/v1/people/advance/resourceGroupList"
NOW = "aiapplication/v1/people/resourceGroupRealTimeCount"
STATISTICS = "aiapplication/v1/people/statisticsTotalNumByTime"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


async def figures(client: Client, kind: int = 0) -> tuple[int, int, int]:
    """Return how many wait, failed, and wait because something was taken."""
    data = (await client.call(RESULT, {"applicationResultType": 1, "type": kind})).data["statisticResult"]
    return data["unApplicationCount"], data["applicationFailCount"], data["editAndUnApplicationCount"]


async def test_persons_are_added_changed_and_deleted(connect: Connect) -> None:
    """The answer to adding is the bare id; what was not said stays."""
    client: Client = await connect()
    assert [row["personName"] for row in await client.listed(PERSONS)] == [
        "Ada Lovelace",
        "Alan Turing",
        "Grace Hopper",
    ]
    body = {
        "personGivenName": "Konrad", "personFamilyName": "Zuse", "orgIndexCode": "1", "gender": 1,
        "cards": [{"cardNo": "77"}], "beginTime": "2024-01-01T00:00:00+01:00", "endTime": "2030-01-01T00:00:00+01:00",
        "faces": [{"faceData": "/9j/"}],
    }  # fmt: skip
    person = (await client.call("resource/v1/person/single/add", body)).data
    assert person == "4"
    found = (await client.call(BY_ID, {"personId": person})).data
    assert (found["personName"], found["cards"], found["gender"]) == ("Konrad Zuse", [{"cardNo": "77"}], 1)
    assert found["endTime"] == "2030-01-01T00:00:00+01:00"
    assert found["personPhoto"]["picUri"]
    change = {"personId": person, "personGivenName": "K.", "personFamilyName": "Zuse", "phoneNo": "5"}
    assert (await client.call("resource/v1/person/single/update", change)).data == ""
    found = (await client.call(BY_CODE, {"personCode": found["personCode"]})).data
    assert (found["personName"], found["phoneNo"], found["cards"]) == ("K. Zuse", "5", [{"cardNo": "77"}])
    assert [row["personId"] for row in await client.listed(SEARCH, personName="zuse")] == ["4"]
    assert (await client.call("resource/v1/person/single/delete", {"personId": person})).data == ""
    assert (await client.call(BY_ID, {"personId": person})).code == "0x00072202"
    taken = body | {"personCode": "E0001"}
    assert (await client.call("resource/v1/person/single/add", taken)).code == "131"


async def test_organisations(connect: Connect) -> None:
    """The root has a parent that does not exist."""
    client: Client = await connect()
    root = (await client.call("resource/v1/org/rootOrg")).data
    assert (root["orgIndexCode"], root["parentOrgIndexCode"]) == ("1", "0")
    rows = await client.listed("resource/v1/org/orgList")
    assert [row["parentOrgIndexCode"] for row in rows] == ["0", "1", "1"]


async def test_sample_of_a_person_by_code(connect: Connect) -> None:
    """The list of fields has another name there only."""
    client: Client = await connect("sample")
    assert "CustomField" in (await client.call(BY_CODE, {"personCode": "E0001"})).data
    assert "customFieldList" in (await client.call(BY_ID, {"personId": "1"})).data


async def test_levels_wait_until_they_are_applied(connect: Connect) -> None:
    """Given, applied, taken, applied."""
    client: Client = await connect()
    assert [row["privilegeGroupId"] for row in await client.listed(LEVELS, type=1)] == ["1", "2"]
    assert [row["privilegeGroupName"] for row in await client.listed(LEVELS, type=2)] == ["Visitors: lobby"]
    assert await figures(client) == (0, 0, 0)
    body = {"privilegeGroupId": "2", "type": 1, "list": [{"id": "1"}, {"id": "3"}]}
    assert (await client.call(GIVE, body)).data == ""
    assert await client.listed(MEMBERS, privilegeGroupId="2", type=1) == [{"id": "1"}, {"id": "3"}]
    assert await figures(client) == (2, 0, 0)
    assert await figures(client, kind=1) == (0, 0, 0)
    assert (await client.call(APPLY)).data == ""
    assert await figures(client) == (0, 0, 0)
    assert (await client.call(TAKE, body | {"list": [{"id": "3"}]})).data == ""
    assert await client.listed(MEMBERS, privilegeGroupId="2", type=1) == [{"id": "1"}]
    assert (await figures(client))[0] == 1


async def test_a_changed_person_waits_too(connect: Connect) -> None:
    """Devices know the card of those who have a level."""
    client: Client = await connect()
    body = {"personId": "1", "personGivenName": "Ada", "personFamilyName": "King", "cards": [{"cardNo": "5"}]}
    await client.call("resource/v1/person/single/update", body)
    assert await figures(client) == (1, 0, 0)
    await client.call("resource/v1/person/single/delete", {"personId": "1"})
    assert await figures(client) == (0, 0, 0)
    assert {"id": "1"} not in await client.listed(MEMBERS, privilegeGroupId="1", type=1)


async def test_what_could_not_be_applied(connect: Connect) -> None:
    """By device; applying again does not cure it."""
    client: Client = await connect()
    client.platform.fail_application("1", "Controller 1", "1,3")
    client.platform.fail_application("2", "Controller 1", "0")
    await client.call(APPLY)
    assert await figures(client) == (0, 2, 0)
    errors = (await client.call(RESULT, PAGE | {"applicationResultType": 2, "type": 0})).data["applicationErrorResult"]
    assert errors["applicationFailCount"] == 2
    [device] = errors["list"]
    assert device["deviceName"] == "Controller 1"
    assert device["errorList"][0] == {
        "personName": "Ada Lovelace", "resourceName": "Controller 1", "errorItems": "1,3",
    }  # fmt: skip


async def test_groups_count_what_passes(connect: Connect) -> None:
    """The figures grow and start again at midnight of the platform."""
    moment = [NOON]
    client: Client = await connect(now=lambda: moment[0], zone=ZoneInfo("Europe/Berlin"))
    platform = client.platform
    [group] = await client.listed(GROUPS)
    assert group["peopleCountingParam"] == {
        "relatedResourceInfoList": [
            {"resourceType": 1, "resourceIndexCode": "3", "resourceName": "Car park", "entryExitConfig": 1}
        ]
    }
    platform.people_pass("1", 5, 2)
    platform.people_pass(entered=1, exited=0, camera="3")
    platform.people_pass(entered=7, camera="1")
    wanted = {"resourceGroupIndexCodes": "1,99"}
    [row] = (await client.call(NOW, wanted)).rows
    assert row == {
        "time": "2024-05-01T14:00:00+02:00", "resourceGroupIndexCode": "1", "resourceGroupName": "Lobby", "exitNum": 2,
        "enterNum": 6, "limitNum": 10,
    }  # fmt: skip
    moment[0] += timedelta(hours=9, minutes=59)
    assert (await client.call(NOW, wanted)).rows[0]["enterNum"] == 6
    moment[0] += timedelta(minutes=2)
    assert (await client.call(NOW, wanted)).rows[0]["enterNum"] == 0


async def test_members_that_look_the_other_way(connect: Connect) -> None:
    """Who passes a member in its own entry direction leaves the group."""
    client: Client = await connect(now=lambda: NOON)
    members = [Member("1", "Main entrance", DOOR, EXITS)]
    client.platform.state.counting.groups["2"] = Group("2", "Hall", "0", members)
    client.platform.people_pass("2", 3, 1)
    client.platform.people_pass(entered=2, door="1")
    [row] = (await client.call(NOW, {"resourceGroupIndexCodes": "2"})).rows
    assert (row["enterNum"], row["exitNum"], row["limitNum"]) == (3, 3, 0)
    found = await client.listed(GROUPS, resourceGroupIndexCodes="2")
    assert found[0]["peopleCountingParam"]["relatedResourceInfoList"][0]["entryExitConfig"] == 2
    assert await client.listed(GROUPS, siteIndexCode="1") == []
    assert [row["resourceGroupIndexCode"] for row in await client.listed(GROUPS, name="hal")] == ["2"]


async def test_sample_of_groups_names_a_camera(connect: Connect) -> None:
    """As the printed one was copied from elsewhere."""
    client: Client = await connect("sample", now=lambda: NOON)
    [row] = (await client.call(NOW, {"resourceGroupIndexCodes": "1"})).rows
    assert sorted(row) == ["cameraIndexCode", "enterNum", "exitNum", "time"]


async def test_figures_by_time(connect: Connect) -> None:
    """By minute, hour, day and month, for each camera; without a total."""
    client: Client = await connect(now=lambda: NOON)
    platform = client.platform
    for ago in (0, 1, 61, 24 * 60, 31 * 24 * 60):
        platform.people_pass(entered=1, exited=2, camera="3", at=NOON - timedelta(minutes=ago))
    body = PAGE | {"cameraIndexCodes": "3,4"}

    async def asked(kind: int, start: str, end: str) -> list[tuple[str, str, int]]:
        span = {"statisticsType": kind, "startTime": start, "endTime": end}
        data = (await client.call(STATISTICS, body | span)).data
        assert (data["completeness"], "total" in data) == (1, False)
        return [(row["cameraIndexCode"], row["time"], row["enterNum"]) for row in data["list"]]

    minutes = await asked(4, "2024-05-01T11:59:00+00:00", "2024-05-01T12:00:59+00:00")
    assert minutes == [
        ("3", "2024-05-01T11:59:00+00:00", 1), ("3", "2024-05-01T12:00:00+00:00", 1),
        ("4", "2024-05-01T11:59:00+00:00", 0), ("4", "2024-05-01T12:00:00+00:00", 0),
    ]  # fmt: skip
    hours = await asked(0, "2024-05-01T10:00:00+00:00", "2024-05-01T13:00:00+00:00")
    assert [entered for camera, _, entered in hours if camera == "3"] == [1, 1, 1]
    days = await asked(1, "2024-04-30T00:00:00+00:00", "2024-05-02T00:00:00+00:00")
    assert [entered for camera, _, entered in days if camera == "3"] == [1, 3]
    months = await asked(2, "2024-03-31T00:00:00+00:00", "2024-05-31T00:00:00+00:00")
    assert [(time, entered) for camera, time, entered in months if camera == "3"] == [
        ("2024-03-01T00:00:00+00:00", 1), ("2024-04-01T00:00:00+00:00", 1), ("2024-05-01T00:00:00+00:00", 3),
    ]  # fmt: skip


async def test_figures_come_in_pages(connect: Connect) -> None:
    """A page that is not full is the last one."""
    client: Client = await connect(now=lambda: NOON)
    body = {
        "cameraIndexCodes": "1,2", "statisticsType": 4, "startTime": "2024-05-01T12:00:00+00:00",
        "endTime": "2024-05-01T12:05:00+00:00", "pageSize": 4,
    }  # fmt: skip
    pages = [(await client.call(STATISTICS, body | {"pageNo": number})).rows for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    times = {(row["cameraIndexCode"], row["time"]) for page in pages for row in page}
    assert len(times) == 10


async def test_face_groups(connect: Connect) -> None:
    """Table and sample differ in where the list is."""
    client: Client = await connect(site=SitePlan(face_groups=2))
    assert [row["name"] for row in await client.listed("frs/v1/face/groupList")] == ["Staff", "VIP"]
    found = (await client.call("frs/v1/face/group", {"indexCodes": ["2"]})).data
    assert [row["indexCode"] for row in found] == ["2"]
    sample: Client = await connect("sample", site=SitePlan(face_groups=2))
    assert [row["indexCode"] for row in (await sample.call("frs/v1/face/group", {"name": "vi"})).rows] == ["2"]
    faces = await client.listed("frs/v1/face", faceGroupIndexCode="1")
    assert faces[0]["faceInfo"] == {"personGivenName": "Ada", "personFamilyName": "Lovelace", "sex": "2"}
    assert (await client.call("frs/v1/face", PAGE | {"faceGroupIndexCode": "9"})).code == "0x00072202"
