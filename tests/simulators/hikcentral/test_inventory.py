"""Sites, areas, devices, cameras, doors, inputs, outputs and servers, as the lists and single calls tell them."""

import json
import time
from typing import Any

import pytest

from simulators.hikcentral import Options, SitePlan
from simulators.hikcentral.state import AlarmInput, Camera, Device

from .conftest import PAGE, Client, Connect

BIG = SitePlan(
    sites=2, areas=3, encoders=2, cameras=6, door_cameras=1, mobile_cameras=1, mobile_devices=2, controllers=2, doors=3,
    inputs=2, controller_inputs=1, orphan_inputs=1, outputs=2, controller_outputs=1, record_servers=2,
    stream_servers=1, intelligent_servers=1,
)  # fmt: skip
ALL_TYPES = {"deviceType": "encodeDevice,acsDevice,mobileDevice"}


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """Return the ids of rows, whatever their field is called."""
    return [next(value for key, value in row.items() if key.endswith("ndexCode")) for row in rows]


async def test_sites_have_equal_area_ids(connect: Connect) -> None:
    """Areas are told by site; the current one unless named."""
    client: Client = await connect("table", BIG)
    assert ids(await client.listed("resource/v1/site/siteList")) == ["0", "1"]
    assert ids((await client.call("resource/v1/site/siteList")).rows) == ["0", "1"]
    own = await client.listed("resource/v1/regions")
    other = await client.listed("resource/v1/regions", siteIndexCode="1")
    assert ids(own) == ids(other) == ["1", "2", "3"]
    assert {row["siteIndexCode"] for row in own} == {"0"}
    assert {row["siteIndexCode"] for row in other} == {"1"}
    assert [row["parentIndexCode"] for row in own] == ["-1", "1", "1"]


@pytest.mark.parametrize(
    ("parent", "expected"), [(None, ["1"]), ("0", ["1"]), ("-1", ["1"]), ("1", ["2", "3"]), ("2", [])]
)
async def test_areas_below(connect: Connect, parent: str | None, expected: list[str]) -> None:
    """Only direct ones, without a total."""
    client: Client = await connect("table", BIG)
    reply = await client.call("resource/v1/regions/subRegions", {"parentIndexCode": parent} if parent else {})
    assert ids(reply.rows) == expected
    assert set(reply.data) == {"list"}


async def test_one_area(connect: Connect) -> None:
    """By site and id."""
    client: Client = await connect("table", BIG)
    body = {"regionIndexCode": "2", "siteIndexCode": "1"}
    assert (await client.call("resource/v1/region/indexCode/regionInfo", body)).data == {
        "indexCode": "2", "name": "Building A", "parentIndexCode": "1", "siteIndexCode": "1",
    }  # fmt: skip
    unknown = await client.call("resource/v1/region/indexCode/regionInfo", {"regionIndexCode": "9"})
    assert unknown.code == "0x00072202"


async def test_cameras_of_encoders_only_by_default(connect: Connect) -> None:
    """Door stations' and on-board cameras are hidden unless asked for."""
    client: Client = await connect("table", BIG)
    path = "resource/v1/cameras"
    assert ids(await client.listed(path)) == ["1", "2", "3"]
    assert ids(await client.listed(path, siteIndexCode="1")) == ["4", "5", "6"]
    assert ids(await client.listed(path, **ALL_TYPES)) == ["1", "2", "3", "7", "8"]
    assert ids(await client.listed(path, deviceType="acsDevice")) == ["7"]
    assert ids(await client.listed(path, deviceType="mobileDevice")) == ["8"]


@pytest.mark.parametrize(
    ("mode", "combined", "single"),
    [("combined", "0", "0"), ("single", "0x00072002", "0"), ("none", *["0x00072002"] * 2)],
)
async def test_device_types_of_older_versions(connect: Connect, mode: Any, combined: str, single: str) -> None:
    """Some take one type, some no such field at all."""
    client: Client = await connect("table", BIG, options=Options(device_types=mode))
    assert (await client.call("resource/v1/alarmInputs", PAGE | ALL_TYPES)).code == combined
    assert (await client.call("resource/v1/alarmInputs", PAGE | {"deviceType": "acsDevice"})).code == single
    assert (await client.call("resource/v1/alarmInputs", PAGE)).code == "0"


async def test_camera_and_its_parent(connect: Connect) -> None:
    """The parent is in another field for devices that are no encoders."""
    client: Client = await connect("table", BIG)
    own = (await client.call("resource/v1/cameras/indexCode", {"cameraIndexCode": "1"})).data
    assert own == {
        "cameraIndexCode": "1", "cameraName": "Main gate", "capabilitySet": "vss,ptz,gis", "encodeDevIndexCode": "1",
        "devResourceType": "encodeDevice", "devIndexCode": "", "recordType": "0", "recordLocation": "0",
        "regionIndexCode": "1", "siteIndexCode": "0", "status": 1, "treatyType": "hiksdk_net", "treatyTypeName": "",
    }  # fmt: skip
    station = (await client.call("resource/v1/cameras/indexCode", {"cameraIndexCode": "7"})).data
    assert station["encodeDevIndexCode"] == ""
    assert (station["devResourceType"], station["devIndexCode"]) == ("acsDevice", "1")


async def test_camera_in_the_samples(connect: Connect) -> None:
    """Lists leave fields out, and the single call has a capital D."""
    client: Client = await connect("sample", BIG)
    listed = (await client.listed("resource/v1/cameras"))[0]
    assert listed["encodeDevIndexCode"] == "1" and "devIndexCode" not in listed and "devResourceType" not in listed
    one = (await client.call("resource/v1/cameras/indexCode", {"cameraIndexCode": "1"})).data
    assert one["DevIndexCode"] == "1" and "encodeDevIndexCode" not in one


async def test_cameras_of_an_area(connect: Connect) -> None:
    """Without those of areas below it."""
    client: Client = await connect("table", BIG)
    path = "resource/v1/regions/regionIndexCode/cameras"
    assert ids(await client.listed(path, regionIndexCode="1")) == ["1"]
    assert ids(await client.listed(path, regionIndexCode="1", siteIndexCode="1")) == ["4"]
    assert (await client.call(path, PAGE | {"regionIndexCode": "9"})).code == "0x00072202"


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"cameraName": "LOB"}, ["2"]),
        ({"regionIndexCode": "3"}, ["3"]),
        ({"encodeDevIndexCode": "1"}, ["1", "2", "3"]),
        ({"encodeDevIndexCode": "2"}, []),
        ({"deviceType": "mobileDevice", "devIndexCode": "1"}, ["8"]),
        ({"cameraName": "lobby", "regionIndexCode": "1"}, []),
    ],
)
async def test_search_of_cameras(connect: Connect, conditions: dict[str, str], expected: list[str]) -> None:
    """All conditions must be met."""
    client: Client = await connect("table", BIG)
    assert ids(await client.listed("resource/v1/camera/advance/cameraList", **conditions)) == expected


@pytest.mark.parametrize(
    ("word", "prefix", "info"),
    [("encodeDevice", "encodeDev", "encode"), ("acsDevice", "acsDev", "acs"), ("mobileDevice", "mobileDev", "mobile")],
)
async def test_devices(connect: Connect, word: str, prefix: str, info: str) -> None:
    """List, search and single call of each kind tell the same."""
    client: Client = await connect("table", BIG)
    rows = await client.listed(f"resource/v1/{word}/{word}List")
    assert ids(rows) == ["1", "2"]
    assert set(rows[0]) == {*(f"{prefix}{end}" for end in ("IndexCode", "Name", "Ip", "Port", "Code")),
                            "treatyType", "status"}  # fmt: skip
    one = await client.call(f"resource/v1/{word}/indexCode/{info}DeviceInfo", {f"{prefix}IndexCode": "2"})
    assert one.data == rows[1]
    found = await client.listed(f"resource/v1/{word}/advance/{word}List", **{f"{prefix}Name": rows[1][f"{prefix}Name"]})
    assert found == [rows[1]]
    unknown = await client.call(f"resource/v1/{word}/indexCode/{info}DeviceInfo", {f"{prefix}IndexCode": "9"})
    assert unknown.code == "0x00072202"


async def test_blanks_in_keys_of_samples(connect: Connect) -> None:
    """`status` has a blank in lists, not in single calls."""
    client: Client = await connect("sample", BIG)
    row = (await client.listed("resource/v1/acsDevice/acsDeviceList"))[0]
    assert row["status "] == 1 and "status" not in row
    assert row["acsDevName"] == "Controller 1 "
    one = await client.call("resource/v1/acsDevice/indexCode/acsDeviceInfo", {"acsDevIndexCode": "1"})
    assert one.data["status"] == 1


async def test_doors_and_readers(connect: Connect) -> None:
    """Lists by platform, area and condition, one door, and its readers."""
    client: Client = await connect("table", BIG)
    rows = await client.listed("resource/v1/acsDoor/acsDoorList")
    assert rows[0] == {
        "doorIndexCode": "1", "doorName": "Main entrance", "doorNo": "1", "acsDevIndexCode": "1",
        "regionIndexCode": "1", "doorState": 1,
    }  # fmt: skip
    assert [row["acsDevIndexCode"] for row in rows] == ["1", "1", "2"]
    one = await client.call("resource/v1/acsDoor/indexCode/acsDoorInfo", {"doorIndexCode": "1"})
    assert one.data == rows[0]
    assert await client.listed("resource/v1/acsDoor/region/acsDoorList", regionIndexCode="1") == [rows[0]]
    search = "resource/v1/acsDoor/advance/acsDoorList"
    assert (await client.call(search, PAGE | {"doorName": "Main"})).code == "0x00072001"
    assert await client.listed(search, regionIndexCode="1", doorName="main", acsDevIndexCode="1") == [rows[0]]
    readers = await client.call("resource/v1/reader/search", {"doorIndexCode": "2"})
    assert readers.data == {"total": 2, "list": [
        {"indexCode": "3", "name": "Entry reader", "enable": 1}, {"indexCode": "4", "name": "Exit reader", "enable": 1},
    ]}  # fmt: skip
    client.platform.state.readers["4"].enabled = None
    body = {"doorIndexCode": "2", "readerIndexCode": "4"}
    assert (await client.call("resource/v1/reader/search", body)).rows == [{"indexCode": "4", "name": "Exit reader"}]
    assert (await client.call("resource/v1/reader/search", {"doorIndexCode": "9"})).code == "0x00072202"


async def test_doors_of_an_area_have_no_state_in_the_sample(connect: Connect) -> None:
    """As printed."""
    client: Client = await connect("sample", BIG)
    row = (await client.listed("resource/v1/acsDoor/region/acsDoorList", regionIndexCode="1"))[0]
    assert "doorState" not in row
    assert "doorState" in (await client.listed("resource/v1/acsDoor/acsDoorList"))[0]


async def test_inputs_and_outputs(connect: Connect) -> None:
    """Filtered by the type of their device; those of an alarm device are always there."""
    client: Client = await connect("table", BIG)
    assert ids(await client.listed("resource/v1/alarmInputs")) == ["1", "2", "4"]
    rows = await client.listed("resource/v1/alarmInputs", **ALL_TYPES)
    assert [row["devResourceType"] for row in rows] == ["encodeDevice", "encodeDevice", "acsDevice", "alarmDevice"]
    assert set(rows[0]) == {"alarmInputIndexCode", "alarmInputName", "regionIndexCode", "devIndexCode",
                            "devResourceType", "networkStatus"}  # fmt: skip
    one = await client.call("resource/v1/alarmInputs/indexCode", {"alarmInputIndexCode": "3"})
    assert one.data == rows[2]
    found = await client.listed("resource/v1/alarmInput/advance/alarmInputList", alarmInputName="panic")
    assert ids(found) == ["1"]
    assert ids(await client.listed("resource/v1/alarmOutputs")) == ["1", "2"]
    assert ids(await client.listed("resource/v1/alarmOutputs", **ALL_TYPES)) == ["1", "2", "3"]
    found = await client.listed("resource/v1/alarmOutput/advance/alarmOutputList", devIndexCode="2")
    assert ids(found) == ["2"]


async def test_printed_mistake_of_a_path(connect: Connect) -> None:
    """One of the two spellings exists."""
    client: Client = await connect("table", BIG)
    right, wrong = (f"resource/v1/alarm{word}/advance/alarmOutputList" for word in ("Output", "Ouput"))
    assert [(await client.call(path, PAGE)).code for path in (right, wrong)] == ["0", "12"]
    client.platform.options.misspelled_output_path = True
    assert [(await client.call(path, PAGE)).code for path in (right, wrong)] == ["12", "0"]


async def test_servers(connect: Connect) -> None:
    """All five kinds, with their own meanings of status."""
    client: Client = await connect("table", BIG)
    assert (await client.call("resource/v1/videoManagementServer")).data["status"] == 0
    rows = await client.listed("resource/v1/recordServer/recordServerList")
    assert ids(rows) == ["1", "2"] and "hddList" not in rows[0]
    one = await client.call("resource/v1/recordServer/indexCode/recordServerInfo", {"recordServerIndexCode": "1"})
    assert [pool["poolName"] for pool in one.data["hddList"]] == ["VOD_RV_1", "PIC_RV_1"]
    assert one.data["hddList"][0]["UsedSpace"] == 2_500_000
    (stream,) = await client.listed("resource/v1/streamServer/streamServerList")
    assert (stream["status"], stream["totalStreamNum"]) == (1, 8)
    (deep,) = await client.listed("resource/v1/intelligentServer/intelligentServerList")
    assert deep["status"] == 1


async def test_recording_of_cameras(connect: Connect) -> None:
    """By server and pool, with the head of the server next to the page."""
    client: Client = await connect("table", BIG)
    path, where = "resource/v1/recordServer/recordStatus", {"recordServerIndexCode": "1", "poolID": "1"}
    client.platform.state.cameras["1"].recording = 1
    reply = await client.call(path, PAGE | where)
    assert (reply.data["recordServerName"], reply.data["total"]) == ("Recording server 1", 4)
    first = reply.rows[0]
    assert (first["cameraIndexCode"], first["recordingStatus"], first["recordingScheduleName"]) == ("1", 1, "")
    assert (first["siteName"], first["regionName"], first["storageType"]) == ("Head office", "Campus", 1)
    assert await client.listed(path, **where | {"poolID": "2"}) == []
    assert (await client.call(path, PAGE | {"recordServerIndexCode": "1"})).code == "0x00072001"
    assert (await client.call(path, PAGE | where | {"poolID": "9"})).code == "0x00072202"


async def test_changes_are_seen_at_once(connect: Connect) -> None:
    """An answer is kept only while nothing changes: a value, a new thing, one that is gone."""
    client: Client = await connect()
    state = client.platform.state
    assert [row["status"] for row in await client.listed("resource/v1/encodeDevice/encodeDeviceList")] == [1, 1]
    state.encoders["2"].status = 2
    assert [row["status"] for row in await client.listed("resource/v1/encodeDevice/encodeDeviceList")] == [1, 2]
    state.encoders["9"] = Device("9", "New", "10.0.0.9")
    assert ids(await client.listed("resource/v1/encodeDevice/encodeDeviceList")) == ["1", "2", "9"]
    del state.encoders["1"]
    assert ids(await client.listed("resource/v1/encodeDevice/encodeDeviceList")) == ["2", "9"]
    state.cameras["99"] = Camera("99", "Late", "9")
    state.inputs["99"] = AlarmInput("99", "Late", "9")
    assert "99" in ids(await client.listed("resource/v1/cameras"))
    assert "99" in ids(await client.listed("resource/v1/alarmInputs"))


async def test_pages_fit_together(connect: Connect) -> None:
    """Every row is on one page, the last is shorter, the one after it is empty."""
    client: Client = await connect("table", SitePlan(cameras=7))
    pages = [(await client.call("resource/v1/cameras", {"pageNo": n, "pageSize": 3})).data for n in (1, 2, 3, 4)]
    assert [len(page["list"]) for page in pages] == [3, 3, 1, 0]
    assert {page["total"] for page in pages} == {7}
    assert len({row["cameraIndexCode"] for page in pages for row in page["list"]}) == 7


async def test_campus_answers_quickly(connect: Connect) -> None:
    """A page of 500 of 3,000 cameras takes a few milliseconds, a repeated one less."""
    plan = SitePlan(cameras=3000, encoders=100, doors=500, controllers=50, inputs=500, outputs=500, sites=3, areas=60)
    client: Client = await connect("table", plan)
    assert len(client.platform.state.cameras) == 3000
    began = time.perf_counter()
    for number in range(1, 3):
        reply = await client.call("resource/v1/cameras", {"pageNo": number, "pageSize": 500})
        assert len(reply.rows) == 500
    assert time.perf_counter() - began < 1
    assert reply.data["total"] == 1000


async def test_hostile_lists(connect: Connect) -> None:
    """Totals are missing or text, numbers are text, ids are numbers at times; the rows are all there, and a bad one."""
    client: Client = await connect("hostile", BIG)
    replies = [await client.call("resource/v1/cameras", PAGE) for _ in range(3)]
    totals = [json.loads(reply.body)["data"].get("total") for reply in replies]
    assert totals == [None, "3", "3"]
    first, second = replies[0].rows, replies[1].rows
    assert [row.get("cameraIndexCode ") for row in first] == ["1", "2", "3", None]
    assert [row.get("cameraIndexCode ") for row in second] == [1, 2, 3, None]
    assert [row.get("status ") for row in first] == ["1", "1", "99", None]
    assert "futureField" in first[0] and first[3] == {}
    client.platform.state.intelligent_servers.clear()
    empty = [await client.call("resource/v1/intelligentServer/intelligentServerList", PAGE) for _ in range(2)]
    assert [reply.data.get("list") for reply in empty] == [[], None]
