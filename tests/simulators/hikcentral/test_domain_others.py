"""Vehicles with devices on board, care, generic event rules, and a day that goes on by itself."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

import pytest

from simulators.hikcentral import SitePlan
from simulators.hikcentral.domains.access import AccessLevel
from simulators.hikcentral.domains.scenario import step
from simulators.hikcentral.shaping import Profile

from .conftest import PAGE, Client, Connect, Receiver

GPS, EVENTS = "mobilesurveillance/v1/gpsdetails", "mobilesurveillance/v1/recordOverview"
SINGLE = "mobilesurveillance/v1/single/record"
BUSES = "resource/v1/mobilevehicle/mobilevehicleList"
ROOM, IN_BED = "healthcareradar/v1/room", "healthcareradar/v1/inBedStatus"
HEART, LIVING, SLEEP = (f"healthcareradar/v1/{name}" for name in ("heartbreath", "livefeature", "sleepQuality"))
RULES = "eventService/v1/generalEventRule/"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = {"startTime": "2024-05-01T00:00:00+00:00", "endTime": "2024-05-02T00:00:00+00:00"}
TRACK = PAGE | DAY | {"mobilevehicleIndexCodes": "1"}
BUS = SitePlan(mobile_devices=1, mobile_vehicles=2)
BED = {"roomID": 1, "bedNo": "1"}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        """Noon."""
        self.moment = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.moment

    def go(self, **span: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**span)


async def test_vehicles_on_the_road(connect: Connect) -> None:
    """In a list, by id and by name, whose words in the paths differ in their letters."""
    client: Client = await connect(site=BUS)
    rows = await client.listed(BUSES)
    assert [(row["mobilevehicleIndexCode"], row["DevIndexCode"], row["status"]) for row in rows] == [
        ("1", "1", 1), ("2", "1", 1),
    ]  # fmt: skip
    one = await client.call("resource/v1/mobileVehicle/indexCode/mobileVehicleInfo", {"mobilevehicleIndexCode": "2"})
    assert (one.data["plateNo"], one.data["vehicleBrand"]) == ("B MV 2", -1)
    search = "resource/v1/mobilevehicle/advanced/mobilevehicleList"
    assert [row["mobilevehicleName"] for row in await client.listed(search, mobilevehicleName="bus 2")] == ["Bus 2"]
    assert await client.listed(search, devIndexCode="9") == []
    assert await client.listed(search, regionIndexCode="9") == []
    client.platform.state.mobile_vehicles["1"].status = 2
    assert (await client.listed(BUSES))[0]["status"] == 2


@pytest.mark.parametrize(
    ("form", "longitude", "latitude"),
    [("scaled", 43267300, 10872700), ("degrees", 120.186944, 30.201944), ("hidden", -1, -1)],
)
async def test_positions(connect: Connect, form: Any, longitude: float, latitude: float) -> None:
    """Scaled, in degrees, or only in the text for people."""
    client: Client = await connect(site=BUS, now=lambda: NOON)
    platform = client.platform
    platform.state.coordinates = form
    platform.state.heading_scale = 100
    platform.move("1", 30 + 12 / 60 + 7 / 3600, 120 + 11 / 60 + 13 / 3600, 42, 56.28)
    [page] = (await client.call(GPS, TRACK)).data
    [bus] = page["list"]
    assert bus["plateNo"] == "B MV 1"
    assert bus["list"][-1] == {
        "occurTime": "2024-05-01T12:00:00+00:00", "longitude": longitude, "latitude": latitude, "direction": 5628,
        "gpsDisplay": "E120,11,13;N30,12,7", "directionDisplay": "Northeast", "speed": 42,
    }  # fmt: skip


async def test_sides_of_the_globe_and_nowhere(connect: Connect) -> None:
    """West and south are letters; without satellites all is zero."""
    client: Client = await connect(site=BUS, now=lambda: NOON)
    client.platform.move("1", -33.5, -70.25, 0, 350)
    client.platform.move("1")
    [page] = (await client.call(GPS, TRACK)).data
    _, south_west, nowhere = page["list"][0]["list"]
    assert (south_west["longitude"], south_west["latitude"]) == (-25290000, -12060000)
    assert (south_west["gpsDisplay"], south_west["directionDisplay"]) == ("W70,15,0;S33,30,0", "North")
    assert (nowhere["longitude"], nowhere["latitude"], nowhere["gpsDisplay"]) == (0, 0, "E0,0,0;N0,0,0")


async def test_sample_of_positions(connect: Connect) -> None:
    """An object, other names, a time without an offset."""
    client: Client = await connect("sample", site=BUS, now=lambda: NOON)
    client.platform.move("1", 1.0, 1.0)
    data = (await client.call(GPS, TRACK)).data
    assert (data["pageIndex"], "pageNo" in data) == (1, False)
    assert data["list"][0]["gps_info_list"][-1]["occurTime"] == "2024-05-01 12:00:00"
    assert {row["status"] for row in await client.listed(BUSES)} == {"1"}


async def test_only_the_window_that_is_asked_for(connect: Connect) -> None:
    """Points before and behind are left out."""
    client: Client = await connect(site=BUS, now=lambda: NOON)
    for minutes in (0, 10, 20):
        client.platform.move("2", 1.0, 1.0, minutes, at=NOON + timedelta(minutes=minutes))
    window = {"startTime": "2024-05-01T12:05:00+00:00", "endTime": "2024-05-01T12:15:00+00:00"}
    [page] = (await client.call(GPS, TRACK | window | {"mobilevehicleIndexCodes": "1, 2, 9"})).data
    assert [(bus["mobilevehicleIndexCode"], len(bus["list"])) for bus in page["list"]] == [("1", 0), ("2", 1)]


async def test_events_of_vehicles(connect: Connect, receiver: Receiver) -> None:
    """Pushed with the place, found by type, place and time, with pictures."""
    client: Client = await connect(site=BUS, now=lambda: NOON)
    platform = client.platform
    platform.options.low_codes = True
    await client.call(
        "eventService/v1/eventSubscriptionByEventTypes",
        {"eventTypes": [643, 648], "eventDest": receiver.url, "passBack": 1},
    )
    platform.move("1", 52.0, 13.0, 50, 90, push=True)
    event = platform.mobile_event("1", 648)
    await platform.settle()
    assert [pushed["eventType"] for pushed in receiver.events] == [643, 648]
    gps = receiver.events[1]["data"]["gps"]
    assert (gps["longitude"], gps["latitude"], gps["displayInfo"]) == ("4680000", "18720000", "E13,0,0;N52,0,0")
    assert receiver.events[1]["data"]["vehicle"]["plateNo"] == "B MV 1"
    body = {"pageIndex": 1, "pageSize": 10, "mobilevehicleIndexCodes": "1,2", "beginTime": DAY["startTime"],
            "endTime": DAY["endTime"]}  # fmt: skip
    rows = (await client.call(EVENTS, body)).rows
    assert [row["eventType"] for row in rows] == [648, 643]
    assert (rows[0]["regionName"], rows[0]["ownerName"]) == ("Campus", "Ada Lovelace")
    assert len((await client.call(EVENTS, body | {"eventTypes": "648,330203"})).rows) == 1
    assert (await client.call(EVENTS, body | {"mobilevehicleIndexCodes": "2"})).rows == []
    near = {"centerLongitude": "13.001", "centerLatitude": "52.0", "radius": 500}
    assert len((await client.call(EVENTS, body | near)).rows) == 2
    assert (await client.call(EVENTS, body | near | {"centerLatitude": "53.0"})).rows == []
    record = (await client.call(SINGLE, {"mobilevehicleIndexCode": "1", "eventIndexCode": event})).data
    assert (record["eventType"], record["speed"], record["speedLimit"]) == (648, 50, "80")
    assert record["image_url_list"][0]["image_url"].startswith("Vsm://")
    wrong = {"mobilevehicleIndexCode": "2", "eventIndexCode": event}
    assert (await client.call(SINGLE, wrong)).code == "0x00072202"


async def test_sample_of_events_of_vehicles(connect: Connect) -> None:
    """Nearly everything is text."""
    client: Client = await connect("sample", site=BUS, now=lambda: NOON)
    client.platform.mobile_event("1", 648)
    body = {"pageIndex": 1, "pageSize": 10, "mobilevehicleIndexCodes": "1", "beginTime": DAY["startTime"],
            "endTime": DAY["endTime"]}  # fmt: skip
    data = (await client.call(EVENTS, body)).data
    assert (data["total"], data["pageNo"], data["list"][0]["eventType"]) == ("1", "1", "648")
    assert data["list"][0]["direction"] == "0"


@pytest.mark.parametrize("profile", ["table", "sample"])
async def test_rooms_and_beds(connect: Connect, profile: Profile) -> None:
    """No user is named on these calls; the sample has other words and swaps page and size."""
    client: Client = await connect(profile, site=SitePlan(rooms=2))
    data = (await client.call(ROOM, {"pageNo": 1, "pageSize": 20}, userId="nobody")).data
    if profile == "table":
        [data] = data
        assert (data["total"], data["pageNo"], data["pageSize"]) == (2, 1, 20)
    else:
        assert (data["totalNum"], data["pageNo"], data["pageSize"]) == (2, 20, 1)
    assert [room["roomID"] for room in data["roomlist"]] == [1, 2]
    assert data["roomlist"][0]["bedlist"][0] == {"bedNo": "1", "personID": 1, "personName": "Ada Lovelace"}


async def test_a_night_in_bed(connect: Connect) -> None:
    """In bed, over, up and back: durations and counts of the time asked for."""
    clock = Clock()
    client: Client = await connect("sample", now=clock)
    platform = client.platform
    assert (await client.call(IN_BED, BED)).data == {"InBedStatus": 0}
    clock.go(hours=1)
    platform.lie_down("1")
    assert (await client.call(IN_BED, BED)).data == {"InBedStatus": 1}
    assert (await client.call(IN_BED, BED | {"bedNo": "2"})).data == {"InBedStatus": 0}
    clock.go(minutes=30)
    platform.roll_over("1")
    clock.go(minutes=30)
    platform.get_up("1")
    clock.go(minutes=10)
    platform.visit_area("1", 1, clock.moment - timedelta(minutes=5), clock.moment)
    data = (await client.call(LIVING, BED | DAY)).data
    assert (data["inBedTime"], data["OutBedTime"], data["getUpTime"], data["rollOverTime"]) == (3600, 4200, 1, 1)
    assert data["inBedData"] == [{"startTime": "2024-05-01 13:00:00", "endTime": "2024-05-01 14:00:00"}]
    assert data["AreaData"] == [
        {
            "AreaType": 1,
            "EnterNum": 1,
            "Data": [{"TimeInfo": "2024-05-01 14:05:00, 2024-05-01 14:10:00"}],
            "TotalTime": 300,
        }
    ]
    part = DAY | {"startTime": "2024-05-01T13:30:00+00:00", "endTime": "2024-05-01T14:05:00+00:00"}
    data = (await client.call(LIVING, BED | part)).data
    assert (data["inBedTime"], data["OutBedTime"]) == (1800, 300)
    platform.lose_sight("1")
    assert (await client.call(IN_BED, BED)).data == {"InBedStatus": -1}
    assert [record.code for record in platform.state.records] == [500048, 500050, 500049, 500051]
    assert platform.state.records[0].data == {"RoomNo": "101", "BedNo": "1", "PersonName": "Ada Lovelace"}


async def test_heart_and_breath(connect: Connect) -> None:
    """Averages by the hour; tables have a list of both."""
    clock = Clock()
    table: Client = await connect(now=clock)
    sample: Client = await connect("sample", now=clock)
    for client in (table, sample):
        for minutes, heart in ((0, 60), (30, 71), (70, 80)):
            client.platform.measure(heart=heart, breath=12, at=NOON + timedelta(minutes=minutes))
    data = (await sample.call(HEART, BED | DAY)).data
    assert data["HeartData"] == [
        {"startTime": "2024-05-01 12:00:00", "endTime": "2024-05-01 12:59:59", "heartValue": 66},
        {"startTime": "2024-05-01 13:00:00", "endTime": "2024-05-01 13:59:59", "heartValue": 80},
    ]
    assert data["BreathData"][0]["breathValue"] == 12
    assert (await table.call(HEART, BED | DAY)).data == [
        {"BreathData": data["BreathData"]},
        {"HeartData": data["HeartData"]},
    ]


async def test_sleep(connect: Connect) -> None:
    """Depths add up; nobody who did not sleep fell asleep."""
    client: Client = await connect("sample", now=lambda: NOON)
    assert (await client.call(SLEEP, BED | DAY)).data == {
        "TotalTime": 0, "DeepSleepTime": 0, "LightSleepTime": 0, "AwakeTime": 0, "SleepTime": "",
    }  # fmt: skip
    parts: tuple[tuple[Literal["deep", "light", "awake"], int, int], ...] = (
        ("awake", 0, 10), ("light", 10, 40), ("deep", 40, 100),
    )  # fmt: skip
    for depth, start, end in parts:
        begin = NOON - timedelta(hours=10)
        client.platform.sleep("1", depth, begin + timedelta(minutes=start), begin + timedelta(minutes=end))
    assert (await client.call(SLEEP, BED | DAY)).data == {
        "TotalTime": 5400, "DeepSleepTime": 3600, "LightSleepTime": 1800, "AwakeTime": 600, "SleepTime": "02:10",
    }  # fmt: skip


async def test_rules_are_added_changed_and_deleted(connect: Connect) -> None:
    """The answer to adding does not tell the id."""
    client: Client = await connect()
    body = {"generalEventRuleName": "Bell", "transportType": 1, "matchType": 1, "expression": "ring",
            "regularExpression": "ring"}  # fmt: skip
    assert (await client.call(f"{RULES}single/add", body)).data == ""
    rows = await client.listed(f"{RULES}generalEventRuleList")
    assert [row["generalEventRuleName"] for row in rows] == ["Doorbell pressed", "Bell"]
    rule = rows[1]["generalEventRuleIndexCode"]
    assert (await client.call(f"{RULES}single/add", body)).code == "131"
    change = body | {"generalEventRuleIndexCode": rule, "generalEventRuleName": "Gong"}
    assert (await client.call(f"{RULES}single/update", change)).data == ""
    assert (await client.listed(f"{RULES}generalEventRuleList"))[1]["generalEventRuleName"] == "Gong"
    assert (await client.call(f"{RULES}single/delete", {"generalEventRuleIndexCode": rule})).data == ""
    assert (await client.call(f"{RULES}single/delete", {"generalEventRuleIndexCode": rule})).code == "0x00072202"


async def test_texts_become_events(connect: Connect) -> None:
    """Contains or exactly, by TCP or UDP."""
    client: Client = await connect()
    platform = client.platform
    for number, match in ((1, 1), (0, 0)):
        body = {"generalEventRuleName": f"Bell {number}", "transportType": number, "matchType": match,
                "expression": "ring", "regularExpression": "ring"}  # fmt: skip
        await client.call(f"{RULES}single/add", body)
    assert len(platform.receive_text("they ring twice")) == 1
    assert platform.state.records[-1].source_name == "Bell 0"
    assert platform.receive_text("they ring twice", 1) == []
    assert len(platform.receive_text("ring", 1)) == 1
    assert platform.receive_text("silence") == []


async def test_alarms_of_rules(connect: Connect) -> None:
    """The call lets one happen, or only sets what they are like; priorities count the other way round."""
    client: Client = await connect()
    platform = client.platform
    body = {
        "generalEventRuleIndexCodes": "1", "description": "Somebody rings", "alarmPriority": 1, "triggerPopupWindows": 1,
        "linkCameraList": [{"cameraIndexCode": "2", "recordType": 0}],
    }  # fmt: skip
    assert (await client.call(f"{RULES}triggerAlarm", body)).data == ""
    [record] = platform.state.records
    assert (record.code, record.source_type, record.source) == (195, "generalEventRule", "1")
    assert (record.level, record.description, record.link_cameras) == (3, "Somebody rings", ["2"])
    assert platform.state.triggers[0].event == record.event_id
    assert (platform.state.triggers[0].popup, platform.state.triggers[0].playback) == (True, False)
    platform.state.trigger_enables_only = True
    assert (await client.call(f"{RULES}triggerAlarm", body | {"alarmPriority": 3})).data == ""
    assert (len(platform.state.records), platform.state.triggers[1].event) == (1, "")
    platform.receive_text("Doorbell pressed")
    assert platform.state.records[1].level == 1


async def test_a_day_goes_on(connect: Connect) -> None:
    """Every kind of thing happens, and every list can still be read."""
    client: Client = await connect(site=BUS, now=lambda: NOON)
    platform, chance = client.platform, Random(1)
    for _ in range(400):
        step(platform, chance)
    state = platform.state
    assert all((state.accesses, state.crossings, state.parking.passings, state.parking.stays, state.mobile_events,
                state.face_matches, state.appointments, state.counting.passed, state.records))  # fmt: skip
    entered, exited = state.counting.now(state.counting.groups["1"], NOON)
    assert 0 <= entered - exited <= 20
    lot = state.parking.lots["1"]
    assert lot.free == sum(space.free for space in state.parking.spaces.values())
    await platform.settle()


async def test_an_empty_platform_lives_too(connect: Connect) -> None:
    """Nothing happens where there is nothing."""
    nothing = SitePlan(
        cameras=0, doors=0, inputs=0, persons=0, counting_groups=0, parking_lots=0, rooms=0, face_groups=0, rules=0
    )
    client: Client = await connect(site=nothing, now=lambda: NOON)
    for _ in range(20):
        step(client.platform, Random(1))
    assert client.platform.state.records == []


async def test_life_ends_with_the_platform(connect: Connect) -> None:
    """It goes on by itself, and stops."""
    client: Client = await connect()
    task = client.platform.live(seed=2, pace=1000.0)
    for _ in range(200):
        if client.platform.state.records:
            break
        await client.call("common/v1/version")
    assert client.platform.state.records
    await client.platform.stop()
    assert task.done()


@pytest.mark.parametrize(
    "path",
    [
        "vehicle/v1/parkinglot/list", "acs/v1/privilege/group", "resource/v1/person/personList", ROOM, BUSES,
        "visitor/v1/visitor/visitorInfo",
    ],
)  # fmt: skip
async def test_hostile_answers_are_still_readable(connect: Connect, path: str) -> None:
    """Numbers are texts; nothing is lost."""
    client: Client = await connect("hostile", site=BUS)
    client.platform.state.access_levels["9"] = AccessLevel("9", "Ninth")
    reply = await client.call(path, PAGE | {"type": 1})
    assert reply.code.strip() == "0"
    assert not any(isinstance(value, int) for value in _leaves(reply.json["data"]))


def _leaves(value: Any) -> list[Any]:
    """Return all values that are neither lists nor objects."""
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]
