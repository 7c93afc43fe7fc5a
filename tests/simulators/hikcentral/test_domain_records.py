"""Records of events, doors, plates and faces, their acknowledgement and their pictures."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
import json
import re
from typing import Any

import pytest

from simulators.hikcentral import SitePlan
from simulators.hikcentral.shaping import Profile

from .conftest import PAGE, Client, Connect

RECORDS = "eventService/v1/eventRecords/page"
ACKNOWLEDGE = "eventService/v1/eventRecords/controlling"
DOORS = "acs/v1/door/events"
CROSS = "pms/v1/crossRecords/page"
FACES = "aiapplication/v1/face/faceMatchRecord"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = {"startTime": "2024-05-01T00:00:00+00:00", "endTime": "2024-05-02T00:00:00+00:00"}
SEARCH = DAY | {"eventTypes": "131331", "srcType": "camera", "srcIndexs": "1,2"}
JPEG = b"\xff\xd8\xff"


async def test_search_by_type_and_source(connect: Connect) -> None:
    """Newest first, only what was asked for, to the second and with both ends."""
    client: Client = await connect(now=lambda: NOON)
    happen = client.platform.happen
    first = happen(131331, "camera", "1", at=NOON, picture=True)
    second = happen(131331, "camera", "2", at=NOON + timedelta(minutes=1), status=1)
    happen(131331, "camera", "3")
    happen(131585, "camera", "1")
    happen(131331, "camera", "1", record=False)
    rows = await client.listed(RECORDS, **SEARCH)
    assert [row["eventIndexCode"] for row in rows] == [second, first]
    assert rows[1]["eventType"] == "131331"
    assert (rows[1]["startTime"], rows[1]["stopTime"]) == ("2024-05-01T12:00:00+00:00", "2024-05-01T12:00:01+00:00")
    assert rows[1]["eventPicList"] == [{"eventPicUri": rows[1]["eventPicUri"], "picType": 1}]
    assert "stopTime" not in rows[0]
    assert "eventPicUri" not in rows[0]
    at_noon = {"startTime": "2024-05-01T12:00:00+00:00", "endTime": "2024-05-01T12:00:00+00:00"}
    rows = await client.listed(RECORDS, **SEARCH | at_noon)
    assert [row["eventIndexCode"] for row in rows] == [first]


async def test_search_by_id(connect: Connect) -> None:
    """The rest need not be said, unless the platform wants it."""
    client: Client = await connect(now=lambda: NOON)
    event = client.platform.happen(131331, "camera", "1")
    client.platform.happen(131331, "camera", "1")
    rows = await client.listed(RECORDS, **DAY, eventIndexCode=event)
    assert [row["eventIndexCode"] for row in rows] == [event]
    client.platform.state.search_needs_all = True
    assert (await client.call(RECORDS, PAGE | DAY | {"eventIndexCode": event})).code == "0x00072001"
    assert len(await client.listed(RECORDS, **SEARCH, eventIndexCode=event)) == 1


async def test_search_needs_a_subscription_where_wanted(connect: Connect) -> None:
    """Types that nobody subscribed are refused then."""
    client: Client = await connect(now=lambda: NOON)
    client.platform.state.search_needs_subscription = True
    assert (await client.call(RECORDS, PAGE | SEARCH)).code == "2"
    subscription = {"eventTypes": [131331], "eventDest": "http://127.0.0.1:1/eventRcv"}
    await client.call("eventService/v1/eventSubscriptionByEventTypes", subscription)
    assert (await client.call(RECORDS, PAGE | SEARCH)).code == "0"


async def test_search_by_list_of_vehicles(connect: Connect) -> None:
    """Plates that were compared are found by the group."""
    client: Client = await connect(now=lambda: NOON)
    client.platform.plate_record("1", "B AB 1234", match=True)
    client.platform.plate_record("1", "X ZZ 999", match=True)
    wanted = SEARCH | {"eventTypes": "130,131"}
    assert {row["eventType"] for row in await client.listed(RECORDS, **wanted)} == {"130", "131"}
    assert len(await client.listed(RECORDS, **wanted, subSrcIndexs="1")) == 2
    assert await client.listed(RECORDS, **wanted, subSrcIndexs="2") == []


@pytest.mark.parametrize(("profile", "wanted"), [("table", "eventIndexCode"), ("sample", "eventIndexCodes")])
async def test_acknowledgement(connect: Connect, profile: Profile, wanted: str) -> None:
    """Table and sample name the id differently; a client that sends both is always right."""
    client: Client = await connect(profile)
    event = client.platform.happen(131331, "camera", "1")
    other = ({"eventIndexCode", "eventIndexCodes"} - {wanted}).pop()
    assert (await client.call(ACKNOWLEDGE, {other: event, "controlType": 1})).code == "0x00072001"
    assert not client.platform.state.records[0].acknowledged
    assert (await client.call(ACKNOWLEDGE, {wanted: event, other: event, "controlType": 1})).data == ""
    assert client.platform.state.records[0].acknowledged


async def test_door_events(connect: Connect) -> None:
    """One type, or one name, of up to ten doors; nothing known is 0 here and -1 in the push."""
    client: Client = await connect(now=lambda: NOON)
    platform = client.platform
    event = platform.door_event("1", 198914, "1", temperature=38.2, mask=2, picture=True)
    platform.door_event("2", 198914, "2", attendance=1)
    platform.door_event("2", 197128, "")
    rows = await client.listed(DOORS, **DAY, eventType=198914, doorIndexCodes=["1", "2"])
    assert [(row["doorIndexCode"], row["personName"]) for row in rows] == [("2", "Alan Turing"), ("1", "Ada Lovelace")]
    assert [row["checkInAndOutType"] for row in rows] == [1, 0]
    assert platform.state.records[0].data["checkInAndOutType"] == -1
    found = rows[1]
    assert (found["eventId"], found["cardNo"], found["temperatureData"]) == (event, "1234567890", "38.2")
    assert (found["temperatureStatus"], found["wearMaskStatus"], found["readerName"]) == (2, 2, "Entry reader")
    picture = await client.call("acs/v1/event/pictures", {"picUri": found["picUri"]})
    assert picture.body.startswith(b'"data:image/jpeg;base64,')
    named = await client.listed(DOORS, **DAY, personName="turing", doorIndexCodes=["1", "2"])
    assert [row["personId"] for row in named] == ["2"]
    assert await client.listed(DOORS, **DAY, eventType=198914, doorIndexCodes=["1"], wearMaskStatus=1) == []
    stranger = await client.listed(DOORS, **DAY, eventType=197128, doorIndexCodes="1,2")
    assert [(row["personName"], row["cardNo"]) for row in stranger] == [("", "")]


async def test_door_events_as_the_sample_prints_them(connect: Connect) -> None:
    """The type is text and the time has no offset."""
    client: Client = await connect("sample", now=lambda: NOON)
    client.platform.door_event("1")
    [row] = await client.listed(DOORS, **DAY, eventType=198914, doorIndexCodes=["1"])
    assert (row["eventType"], row["eventTime"]) == ("198914", "2024-05-01 12:00:00")
    assert "cardNo" not in row


async def test_plates(connect: Connect) -> None:
    """Records of one camera, with the owner of a vehicle that is known, and the bare JPEG."""
    client: Client = await connect(now=lambda: NOON)
    client.platform.plate_record("2", "B AB 1234")
    client.platform.plate_record("2", "X ZZ 999")
    client.platform.plate_record("3", "B AB 1234")
    rows = await client.listed(CROSS, **DAY, cameraIndexCode="2")
    assert [(row["plateNo"], row["ownerName"]) for row in rows] == [("X ZZ 999", ""), ("B AB 1234", "Ada Lovelace")]
    assert len(await client.listed(CROSS, **DAY, cameraIndexCode="2", plateNo="ab 12")) == 1
    assert len(await client.listed(CROSS, **DAY, cameraIndexCode="2", ownerName="ada")) == 1
    picture = await client.call("pms/v1/image_data", {"picUri": rows[1]["vehiclePicUri"]})
    assert picture.headers["Content-Type"].startswith("image/jpeg")
    assert picture.body.startswith(JPEG)


async def test_faces(connect: Connect) -> None:
    """Who was recognised where; this answer has no total."""
    client: Client = await connect(now=lambda: NOON)
    client.platform.face_match("1", "1", similarity=0.91, temperature=36.6)
    client.platform.face_match("2", "2", mask=1)
    data = (await client.call(FACES, PAGE | DAY)).data
    assert "total" not in data
    assert [row["PersonInfo"]["personName"] for row in data["list"]] == ["Alan Turing", "Ada Lovelace"]
    found = data["list"][1]
    assert found["cameraInfo"] == {"cameraIndexCode": "1", "cameraName": "Main gate"}
    assert found["faceGroupInfo"] == {"faceGroupIndexCodes": "1", "faceGroupName": "Staff"}
    assert (found["similarity"], found["temperatureData"], found["ageGroup"]) == (0.91, "36.6", 7)
    for wanted in (
        {"cameraIndexCodes": "1"},
        {"personIndexCodes": "1"},
        {"temperatureThreshold": "36"},
        {"maskStatus": 0},
    ):
        rows = (await client.call(FACES, PAGE | DAY | wanted)).rows
        assert [row["PersonInfo"]["personId"] for row in rows] == ["1"], wanted
    assert (await client.call(FACES, PAGE | DAY | {"faceGroupIndexCodes": "2"})).rows == []
    picture = await client.call("frs/v1/application/picture", {"url": found["snapFacePicUrl"]})
    assert b64decode(picture.body.removeprefix(b"data:image/jpeg;base64,")).startswith(JPEG)


def decoded(body: bytes) -> list[bytes]:
    """Return the pictures in an answer, whichever form it has."""
    if body.startswith(JPEG):
        return [body]
    if body.startswith(b"{"):
        body = json.loads(body)["data"].encode()
    texts = re.split(rb'"\s*"|"', body.strip(b'"'))
    return [b64decode(text.partition(b",")[2] or text) for text in texts]


@pytest.mark.parametrize(
    ("form", "many"), [("data_uri", 1), ("quoted", 1), ("envelope", 1), ("raw", 1), ("base64", 1), ("doubled", 2)]
)
async def test_forms_of_pictures(connect: Connect, form: Any, many: int) -> None:
    """Every call answers in the form of the platform, with one picture that is a JPEG."""
    client: Client = await connect()
    platform = client.platform
    platform.picture_form = form
    event = platform.happen(131331, "camera", "1", picture=True)
    record = platform.state.record(event)
    person, visit = platform.state.persons["1"], platform.expect_visitor()
    assert record is not None
    calls = (
        ("eventService/v1/image_data", {"picUri": f"{record.pictures[0]} "}),
        ("pms/v1/image_data", {"picUri": record.pictures[0]}),
        ("acs/v1/event/pictures", {"picUri": record.pictures[0]}),
        ("frs/v1/application/picture", {"url": platform.state.faces["1"].picture}),
        ("resource/v1/person/picture_data", {"personId": "1", "picUri": person.picture}),
        ("visitor/v1/appointment/downloadpicture", {"visitorId": visit.visitor, "picType": "0"}),
    )
    for path, body in calls:
        pictures = decoded((await client.call(path, body)).body)
        assert len(pictures) == many, path
        assert all(picture.startswith(JPEG) and picture.endswith(b"\xff\xd9") for picture in pictures)


async def test_pictures_of_somebody_else(connect: Connect) -> None:
    """A person's photo is had by both the address and the person; a visitor without a document has none."""
    client: Client = await connect()
    persons = client.platform.state.persons
    body = {"personId": "1", "picUri": persons["2"].picture}
    assert (await client.call("resource/v1/person/picture_data", body)).code == "0x00072202"
    visit = client.platform.expect_visitor()
    body = {"visitorId": visit.visitor, "picType": "3"}
    assert (await client.call("visitor/v1/appointment/downloadpicture", body)).code == "0x00072202"


async def test_old_records_are_forgotten(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that runs for weeks stays small."""
    monkeypatch.setattr("simulators.hikcentral.domains.common.KEPT", 3)
    client: Client = await connect(site=SitePlan(mobile_devices=1, mobile_vehicles=1), now=lambda: NOON)
    platform = client.platform
    for _ in range(5):
        platform.door_event()
        platform.plate_record("1")
        platform.move("1", 1.0, 1.0)
    state = platform.state
    assert (len(state.accesses), len(state.crossings), len(state.points["1"])) == (3, 3, 3)
