"""Lists of devices, partitions, zones and peripherals, and what is refused."""

import asyncio
from collections.abc import Callable
from operator import delitem, setitem
import time
from typing import Any

import pytest

from simulators.ip_receiver import ERROR_CODES, IpReceiverSimulator, OtherPlan, PanelPlan, many
from simulators.ip_receiver.answers import class_of, envelope, plain_dump
from simulators.ip_receiver.detectors import DETECTORS

from .conftest import DEVICES, Client, Connect

ZONES = "/ISAPI/SecurityCP/status/zones"
PARTITIONS = "/ISAPI/SecurityCP/status/subSystems"
PERIPHERALS = "/ISAPI/SecurityCP/status/exDevStatus"
CONDITION = {"searchID": "a", "searchResultPosition": 0, "maxResults": 30}


def names(page: dict[str, Any]) -> list[str]:
    """Return the names in a page of devices."""
    return [item["Device"]["devName"] for item in page.get("MatchList", [])]


async def test_pages_of_devices(connect: Connect) -> None:
    """Every device once, and no list at all where nothing matches."""
    client: Client = await connect(many(5, 1), page_size=2)
    first = await client.devices(0, 50)
    assert (first["numOfMatches"], first["totalMatches"], first["numOfDevice"]) == (2, 5, 5)
    assert names(await client.devices(4, 50)) == ["Site 005"]
    past = await client.devices(5, 50)
    assert (past["numOfMatches"], past["MatchList"]) == (0, [])
    assert "MatchList" not in await client.devices(key="nobody")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["House", "Cabin", "Shop", "Recorder", "Doorbell"]),
        ({"devType": [0]}, ["House", "Cabin", "Shop"]),
        ({"devSource": [4, 5]}, ["Recorder", "Doorbell"]),
        ({"connectionMode": ["OTAP", "Dual-Connection"]}, ["Cabin", "Shop"]),
        ({"devStatus": ["offline"]}, ["Shop"]),
        ({"activeStatus": ["active"], "devType": [0]}, ["House", "Cabin"]),
        ({"key": "recorder"}, ["Recorder"]),
        ({"key": "q0000000"}, ["House", "Cabin", "Shop"]),
        ({"isNeedUpgrade": [0]}, ["Doorbell"]),
        ({"orderByColumn": 1, "order": 1, "devType": [0]}, ["Shop", "House", "Cabin"]),
        ({"orderByColumn": 1}, ["Cabin", "Doorbell", "House", "Recorder", "Shop"]),
        ({"notAddedByUserId": 2, "devType": [3]}, []),
    ],
)
async def test_filters(connect: Connect, wanted: dict[str, Any], expected: list[str]) -> None:
    """All filters of the table."""
    client: Client = await connect(
        [
            PanelPlan(name="House"),
            PanelPlan(name="Cabin", otap=True),
            PanelPlan(name="Shop", link="Dual-Connection", online=False),
        ],
        [OtherPlan(kind="video", name="Recorder"), OtherPlan(kind="access", name="Doorbell")],
    )
    assert names(await client.devices(**wanted)) == expected


async def test_device_members(connect: Connect) -> None:
    """Required ones are there, secrets are not, and what is told only while online follows."""
    plan = PanelPlan(name="House", serial="", site="Home", numbers="deviceNo", more={"streamKey": "secret"})
    client: Client = await connect([plan, PanelPlan(name="Cabin", otap=True, online=False)])
    house, cabin = [item["Device"] for item in (await client.devices())["MatchList"]]
    assert {"devIndex", "accountID", "devName", "devSource", "connectionMode"} <= set(house)
    assert not {"devSerial", "streamKey", "offlineHint"} & set(house)
    assert (house["siteInfo"]["siteName"], house["deviceIDPriority"]) == ("Home", "deviceNo")
    assert (house["devSource"], house["connectionMode"], house["ISUP"]) == (3, 3, {"deviceID": "1001"})
    assert (cabin["devSource"], cabin["connectionMode"], cabin["offlineHint"]) == (7, 4, 2)
    assert "activeStatus" not in cabin


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "sub"),
    [
        ("GET", DEVICES, None, {}, "methodNotAllowed"),
        ("POST", DEVICES, {"SearchDescription": {"position": 0}}, {}, "badParameters"),
        ("POST", DEVICES, {"SearchDescription": {"position": 0, "maxResult": 0}}, {}, "badParameters"),
        ("POST", DEVICES, {"SearchDescription": {"position": True, "maxResult": 1}}, {}, "badParameters"),
        ("POST", DEVICES, {"Search": {}}, {}, "badParameters"),
        ("POST", DEVICES, [], {}, "badJsonFormat"),
        ("POST", DEVICES, None, {}, "badJsonFormat"),
        ("POST", DEVICES, {"SearchDescription": {"position": 0, "maxResult": 1, "Filter": {"devType": "0"}}}, {},
         "badParameters"),
        ("POST", DEVICES, {"SearchDescription": {"position": 0, "maxResult": 1, "Filter": {"color": 1}}}, {},
         "badParameters"),
        ("POST", DEVICES, {"SearchDescription": {"position": 0, "maxResult": 1, "Filter": {"orderByColumn": 9}}}, {},
         "badParameters"),
        ("POST", DEVICES, {}, {"format": "xml"}, "badURLFormat"),
        ("POST", DEVICES, {}, {"security": "1"}, "badParameters"),
        ("POST", DEVICES, {}, {"security": "1", "iv": "0"}, "notSupport"),
        ("POST", DEVICES, {}, {"colour": "1"}, "badParameters"),
        ("GET", PARTITIONS, None, {}, "badParameters"),
        ("GET", PARTITIONS, None, {"devIndex": "nobody"}, "theDeviceIdDoesNotExist"),
        ("GET", "/ISAPI/System/deviceInfo", None, {}, "notSupport"),
        ("DELETE", "/ISAPI/Event/notification/unSubscribeDeviceMgmt/", None, {}, "notSupport"),
    ],
)  # fmt: skip
async def test_requests_that_are_wrong(
    client: Client, method: str, path: str, body: Any, query: dict[str, str], sub: str
) -> None:
    """Each is refused by its code, with the class and the number that belong to it."""
    reply = await client.call(method, path, body, **query)
    assert reply.sub == sub
    assert reply.json["errorCode"] == ERROR_CODES[sub]
    assert reply.json["statusCode"] == class_of(sub)
    assert reply.status >= 400
    client.receiver.http_errors = False
    assert (await client.call(method, path, body, **query)).status == 200


async def test_partitions(connect: Connect) -> None:
    """Numbers from 1, those out of use too."""
    client: Client = await connect([PanelPlan(partitions=3, disabled_partitions=(3,))])
    listed = (await client.call("GET", PARTITIONS, panel="House")).json["SubSysList"]
    assert [item["SubSys"]["id"] for item in listed] == [1, 2, 3]
    assert [item["SubSys"]["enabled"] for item in listed] == [True, True, False]
    assert listed[0]["SubSys"] == {"id": 1, "arming": "disarm", "alarm": False, "enabled": True}


async def test_pages_of_zones(connect: Connect) -> None:
    """MORE until the last page, and NO MATCH where there is nothing."""
    client: Client = await connect([PanelPlan(zones=5, first_zone=1), PanelPlan(name="Bare", zones=0)], page_size=3)
    first = await client.zones()
    assert (first["responseStatusStrg"], first["numOfMatches"], first["totalMatches"]) == ("MORE", 3, 5)
    last = await client.zones(start=3)
    assert (last["responseStatusStrg"], [item["Zone"]["id"] for item in last["ZoneList"]]) == ("OK", [4, 5])
    none = await client.zones("Bare")
    assert (none["responseStatusStrg"], none["searchID"]) == ("NO MATCH", "s")
    assert "ZoneList" not in none


async def test_a_search_goes_on_with_what_it_found(client: Client) -> None:
    """The same id shows the old state, a new one shows the new (L4852)."""
    await client.zones(search="a")
    await client.receiver.panel("House").open_zone(0)
    for search, status in (("a", "online"), ("b", "trigger")):
        assert (await client.zones(search=search))["ZoneList"][0]["Zone"]["status"] == status
    client.receiver.search_cache = False
    assert (await client.zones(search="a"))["ZoneList"][0]["Zone"]["status"] == "trigger"


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {**CONDITION, "searchID": ""},
        {**CONDITION, "searchID": 1},
        {**CONDITION, "searchResultPosition": -1},
        {**CONDITION, "maxResults": "30"},
        {**CONDITION, "other": 1},
    ],
)
async def test_conditions_that_are_wrong(client: Client, condition: dict[str, Any]) -> None:
    """Searches must be whole."""
    reply = await client.call("POST", ZONES, {"ZoneCond": condition}, "House")
    assert (reply.status, reply.sub) == (400, "badParameters")


async def test_zones_of_every_detector(connect: Connect) -> None:
    """All 35 types; OTAP zones have deactivation instead of bypass, wired ones no battery."""
    plan = PanelPlan(zones=35, detectors=tuple(DETECTORS), wired=(1,), fixed=(2,), shared={3: (2,)}, unused=(4,),
                     cameras={2: ("D1",)}, partitions=2)  # fmt: skip
    client: Client = await connect([plan, PanelPlan(name="Cabin", otap=True)])
    zones = [item["Zone"] for item in (await client.zones(most=50))["ZoneList"]]
    assert [zone["detectorType"] for zone in zones] == list(DETECTORS)
    assert len({zone["detectorType"] for zone in zones}) == 35
    assert zones[1]["zoneAttrib"] == "wired"
    assert not {"charge", "chargeValue", "signal"} & set(zones[1])
    assert zones[2]["isBypassedAvailable"] is False
    assert zones[2]["RelatedChanList"][0]["RelatedChan"]["cameraSeq"] == "D1"
    assert (zones[3]["subSystemNo"], zones[3]["linkageSubSystem"]) == (2, [2])
    assert zones[4]["status"] == "notRelated"
    assert "deactivationMode" not in zones[0]
    (cabin, *_) = (await client.zones("Cabin"))["ZoneList"]
    assert cabin["Zone"]["deactivationMode"] == cabin["Zone"]["oneTimeDeactivationMode"] == "off"
    assert "bypassed" not in cabin["Zone"]


async def test_older_form_of_zones(client: Client) -> None:
    """By GET only, under another root and with the older members."""
    assert (await client.call("GET", ZONES, panel="House")).sub == "methodNotAllowed"
    client.receiver.legacy_zones = True
    refused = await client.call("POST", ZONES, {"ZoneCond": CONDITION}, "House")
    assert (refused.status, refused.sub) == (405, "methodNotAllowed")
    listed = (await client.call("GET", ZONES, panel="House")).json["ZoneList"]
    assert listed[3]["Zone"]["smokeDetectedEnabled"] is False
    assert listed[4]["Zone"]["waterDetectorEnabled"] is False
    assert not {"magnetOpenStatus", "deviceNo", "smokeDetectedExceed"} & set(listed[0]["Zone"])


async def test_peripherals(connect: Connect) -> None:
    """Eight lists, or as many as wanted, or none; every relay has a number or a serial."""
    client: Client = await connect(
        [PanelPlan(), PanelPlan(name="Many", peripherals=16), PanelPlan(name="None", peripherals=False)]
    )
    told = (await client.call("GET", PERIPHERALS, panel="House")).json["ExDevStatus"]
    assert set(told) == {"OutputModList", "OutputList", "SirenList", "RepeaterList", "CardReaderList", "ExtensionList",
                         "KeypadList", "RemoteList"}  # fmt: skip
    assert set(told["ExtensionList"][0]) == {"ExtensionModule"}
    assert ["id" in item["Output"] for item in told["OutputList"]] == [True, True, False]
    many_told = (await client.call("GET", PERIPHERALS, panel="Many")).json["ExDevStatus"]
    assert sum(len(items) for items in many_told.values()) == 16
    assert (await client.call("GET", PERIPHERALS, panel="None")).json == {"ExDevStatus": {}}


async def test_otap_lacks_and_other_kinds_lack(connect: Connect) -> None:
    """What a panel reached by OTAP does not have (§2), and what a camera does not have."""
    client: Client = await connect([PanelPlan(name="Cabin", otap=True)], [OtherPlan(name="Recorder", index="rec")])
    for path in (PARTITIONS, PERIPHERALS):
        reply = await client.call("GET", path, panel="Cabin")
        assert (reply.status, reply.sub) == (403, "notSupport")
    assert (await client.zones("Cabin"))["totalMatches"] == 8
    assert (await client.call("GET", PARTITIONS, devIndex="rec")).sub == "notSupport"
    # A panel with two links that comes by the other one has them.
    fields = client.receiver.panel("Cabin").fields
    fields.update(connectionMode=2, devSource=0, onlineType=2)
    assert (await client.call("GET", PARTITIONS, panel="Cabin")).sub == "notSupport"
    fields["onlineType"] = 1
    assert (await client.call("GET", PARTITIONS, panel="Cabin")).status == 200


async def test_offline_panel(client: Client) -> None:
    """It answers nothing."""
    await client.receiver.panel("House").offline()
    reply = await client.call("GET", PARTITIONS, panel="House")
    assert (reply.status, reply.sub) == (503, "networkError")


async def test_other_prints(client: Client) -> None:
    """Text for numbers and truths, members left out, members nobody knows, and back again."""
    client.receiver.stringified = True
    listed = (await client.call("GET", PARTITIONS, panel="House")).json["SubSysList"]
    assert listed[0]["SubSys"] == {"id": "1", "arming": "disarm", "alarm": "false", "enabled": "true"}
    page = await client.zones(search="b")
    assert (page["totalMatches"], page["ZoneList"][0]["Zone"]["chargeValue"]) == ("8", "97")
    assert (await client.devices())["MatchList"][0]["Device"]["devType"] == "0"
    client.receiver.stringified = False
    client.receiver.missing_keys = ("arming", "alarm")
    client.receiver.extra = {"colour": "red"}
    listed = (await client.call("GET", PARTITIONS, panel="House")).json["SubSysList"]
    assert listed[0]["SubSys"] == {"id": 1, "enabled": True, "colour": "red"}
    assert (await client.devices())["MatchList"][0]["Device"]["colour"] == "red"


async def test_changes_by_hand_are_printed(client: Client) -> None:
    """Every way to change a zone is seen, though prints are kept."""
    fields = client.receiver.panel("House").zones[0].fields
    changes: tuple[Callable[[], object], ...] = (
        lambda: fields.update(signal=1),
        lambda: fields.pop("temperature"),
        lambda: fields.setdefault("reason", "short"),
        lambda: setitem(fields, "name", "Other"),
        lambda: delitem(fields, "shielded"),
    )
    for number, change in enumerate(changes):
        await client.zones(search=f"before {number}")
        change()
        assert (await client.zones(search=f"after {number}"))["ZoneList"][0]["Zone"] == fields
    fields.clear()
    fields["id"] = 0
    assert (await client.zones(search="last"))["ZoneList"][0] == {"Zone": {"id": 0}}


async def test_held_answers(client: Client) -> None:
    """An answer is made when it is asked for and sent later, across what happens between."""
    client.receiver.hold_status()
    waiting = asyncio.ensure_future(client.call("GET", PARTITIONS, panel="House"))
    async with asyncio.timeout(5):
        while not client.receiver.held:
            await asyncio.sleep(0.01)
    assert (await client.control("PUT", "arm/1", ways="away")).status == 200
    client.receiver.release_status()
    assert (await waiting).json["SubSysList"][0]["SubSys"]["arming"] == "disarm"
    client.receiver.held_status = 0.01
    assert (await client.call("GET", PARTITIONS, panel="House")).json["SubSysList"][0]["SubSys"]["arming"] == "away"
    assert client.receiver.held == 0


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"status": 502}, 502, b""),
        ({"status": 200, "raw": "<html>", "content_type": "text/html"}, 200, b"<html>"),
        ({"raw": b"{half"}, 200, b"{half"),
        ({"sub": "noMemory"}, 503, b"noMemory"),
        ({"sub": "noMemory", "status": 200}, 200, b"noMemory"),
    ],
)
async def test_faults(client: Client, fault: dict[str, Any], status: int, body: bytes) -> None:
    """They last as often as said, and until healed."""
    client.receiver.fault("subSystems", times=1, **fault)
    reply = await client.call("GET", PARTITIONS, panel="House")
    assert reply.status == status
    assert body in reply.body
    assert (await client.call("GET", PARTITIONS, panel="House")).status == 200
    client.receiver.fault("subSystems", **fault)
    client.receiver.heal("subSystems")
    assert (await client.call("GET", PARTITIONS, panel="House")).status == 200


async def test_connections_that_break(client: Client) -> None:
    """Before the login or after the work is done; a delay alone only delays."""
    await client.fetch_challenge()
    # By POST, for the library repeats all other calls once.
    client.receiver.fault("outputs", drop="after", times=1)
    client.receiver.fault("zones", drop=True, times=1)
    switch = {"OutputsCtrl": {"switch": "open", "List": [{"id": 0}]}}
    with pytest.raises(OSError, match=r"disconnected|reset"):
        await client.control("POST", "outputs", switch)
    with pytest.raises(OSError, match=r"disconnected|reset"):
        await client.zones()
    assert client.receiver.panel("House").outputs[0].fields["status"] == "on"
    client.receiver.fault("zones", delay=0.05)
    began = time.monotonic()
    await client.zones()
    assert time.monotonic() - began >= 0.05


async def test_log_of_requests(client: Client) -> None:
    """Tells what was asked, and whether it was let in."""
    await client.zones(search="x")
    request = client.receiver.requests[-1]
    assert (request.method, request.path, request.status, request.authorized) == ("POST", ZONES, 200, True)
    assert request.query["format"] == "json"
    assert request.json["ZoneCond"]["searchID"] == "x"
    assert client.receiver.requests[0].authorized is False
    assert client.receiver.count("zones") == client.receiver.count("zones", "POST") == 1
    assert client.receiver.bodies("zones")[0]["ZoneCond"]["maxResults"] == 30


def test_every_code_has_its_class() -> None:
    """64 codes, and the one with a digit too many is of class 6 all the same."""
    assert len(ERROR_CODES) == 64
    assert [class_of(name) for name in ("ok", "riskPassword", "noMemory", "tokenTimeout", "rebootRequired")] == [
        1, 1, 2, 6, 7,
    ]  # fmt: skip
    assert envelope()["statusString"] == "OK"
    assert plain_dump({"a": "ö", "b": [1, True]}) == '{"a":"ö","b":[1,true]}'.encode()


def test_large_receivers_are_cheap() -> None:
    """200 panels with 64 zones each are made in less than a second."""
    began = time.process_time()
    receiver = IpReceiverSimulator(many(200, 64))
    assert time.process_time() - began < 1.0
    assert len(receiver.panels) == 200
    assert len(receiver.panel("Site 200").zones) == 64
