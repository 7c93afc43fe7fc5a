"""Messages out of the bytes of a part, also out of bad ones (ip-receiver §4.1, §4.3, §4.4, §6)."""

from datetime import UTC, datetime, timedelta, timezone
import json
import os
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver import lenient
from custom_components.hikvision_ivm.systems.ip_receiver.alerts import (
    Alert,
    Cid,
    UnusableError,
    cid_of,
    is_keep_alive,
    links,
    parse,
    partition_and_zone,
    regions,
)
from custom_components.hikvision_ivm.systems.ip_receiver.device_details import device_facts
from custom_components.hikvision_ivm.systems.model import Target

INDEX = "2CD6716D-767F-4756-AC55-50276A5E3B4A"
KEY = INDEX.lower().replace("-", "")
HEADER: dict[str, Any] = {
    "channelID": "1",
    "dateTime": "2018-01-21T12:50:39+08:00",
    "activePostCount": 1,
    "eventType": "CIDAlarm",
    "eventState": "active",
    "eventDescription": "CID Alarm",
    "devIndex": INDEX,
    "channelName": "Ipdome",
}
REPORT: dict[str, Any] = {
    "subSys": 0,
    "zoneNo": 1,
    "CIDCode": "1103",
    "CIDType": 1,
    "CIDDescribe": "alarm",
    "timeZoneIdx": 0,
    "triggerTime": "2009-02-24 16:59:00",
    "uploadTime": "2009-02-24 16:59:00",
    "CIDParam": "1,2,1,1,1,1,0,admin",
    "isVideo": 1,
    "isTalk": 0,
    "UUID": "BE1AD122-2a53-11eb-aabf-4576d7843e50",
}
GUIDE = Path(os.environ.get("HIKVISION_IVM_SPECS") or Path(__file__).parents[4] / "shared" / "specs") / (
    "hik-ip-receiver-pro-sdk.txt"
)


def body(root: dict[str, Any]) -> bytes:
    """Print a message."""
    return json.dumps({"EventNotificationAlert": root}).encode()


def one(data: bytes | dict[str, Any]) -> Alert:
    """Read the only message of a part."""
    (alert,) = parse(body(data) if isinstance(data, dict) else data, UTC)[0]
    return alert


def report(**changes: Any) -> Cid:
    """Read a report that differs from the usual one; None: without the field."""
    told = {name: value for name, value in {**REPORT, **changes}.items() if value is not None}
    found = cid_of(one({**HEADER, "CIDAlarm": told}))
    assert found is not None
    return found


def test_report() -> None:
    """The printed sample."""
    alert = one({**HEADER, "deviceSerial": "123456", "CIDAlarm": REPORT})
    assert (alert.type, alert.index, alert.serial, alert.channel) == ("CIDAlarm", KEY, "123456", "1")
    assert (alert.active, alert.count, alert.status) == (True, 1, None)
    assert alert.time == datetime(2018, 1, 21, 12, 50, 39, tzinfo=timezone(timedelta(hours=8)))
    assert not alert.sign_of_life
    assert cid_of(alert) == Cid(
        code="1103", partition=0, number=1, category=1, user="admin", uuid="be1ad122-2a53-11eb-aabf-4576d7843e50",
        video=1, told="alarm", triggered="2009-02-24 16:59:00",
    )  # fmt: skip


def test_numbers_as_text_and_text_as_numbers() -> None:
    """T6."""
    alert = one({**HEADER, "channelID": 1, "activePostCount": "2"})
    assert (alert.channel, alert.count) == ("1", 2)
    cid = report(subSys="3", zoneNo="12", CIDCode=1103, CIDType="6", isVideo="2", isTalk="1")
    assert (cid.code, cid.partition, cid.number, cid.category, cid.video) == ("1103", 3, 12, 6, 2)


def test_what_is_not_said_is_not_known() -> None:
    """Neither 0 nor no."""
    cid = report(subSys=None, zoneNo=None, CIDType=None, CIDParam=None, UUID=None, isVideo=None, isTalk=None)
    assert (cid.partition, cid.number, cid.category, cid.user, cid.uuid, cid.video) == (None,) * 6
    bare = one({"eventType": "VMD"})
    assert (bare.index, bare.channel, bare.active, bare.count, bare.status, bare.time) == ("", *(None,) * 5)


@pytest.mark.parametrize("uuid", ["", "0", "None", None])
def test_no_uuid(uuid: str | None) -> None:
    """The printed clip has UUID 0."""
    assert report(UUID=uuid).uuid is None


@pytest.mark.parametrize(
    ("parameters", "user"),
    [
        ("1,2,1,1,1,1,0,admin", "admin"),
        ("-1,-1,-1,-1,-1,-1,-1,NONE", None),
        ("1,2,-1,-1,-1,-1,-1,NONE", "user 2"),
        ("2,0,-1,-1,-1,-1,-1,", "user 0"),
        ("-1,2,-1,-1,-1,-1,-1,NONE", None),
        ("1,-1,-1,-1,-1,-1,-1,NONE", None),
        ("1,x,-1,-1,-1,-1,-1,NONE", None),
        ("1,2,1,1,1,1,0, Ann, the elder ", "Ann, the elder"),
        (["1", 2, 1, 1, 1, 1, 0, "Ann"], "Ann"),
        ("1,7", "user 7"),
        ("1", None),
        ("", None),
    ],
)
def test_user(parameters: object, user: str | None) -> None:
    """A name, else the number of a user; commas belong to the name."""
    assert report(CIDParam=parameters).user == user


@pytest.mark.parametrize(
    ("zone", "parameters", "number"),
    [
        (3, "1,2,9,1,1,1,0,a", 3),
        (None, "1,2,9,1,1,1,0,a", 9),
        (None, "1,2,0,1,1,1,0,a", None),
        (None, "1,2,-1,1,1,1,0,a", None),
        (0, "1,2,9,1,1,1,0,a", 0),
        (-1, "", None),
    ],
)
def test_zone_number(zone: int | None, parameters: str, number: int | None) -> None:
    """Of the report; where it is missing, of its parameters, where 0 fills what is empty."""
    assert report(zoneNo=zone, CIDParam=parameters).number == number


def test_report_without_a_code() -> None:
    """Is none."""
    assert cid_of(one({**HEADER, "CIDAlarm": {"subSys": 1}})) is None
    assert cid_of(one(HEADER)) is None


def test_keep_alive_of_an_encoder() -> None:
    """1602 without partition and channel (T24); with either it is a test report of a panel."""
    root = {name: value for name, value in HEADER.items() if name != "channelID"}
    sign = {"CIDCode": "1602", "CIDDescribe": "HeartBeat", "CIDParam": "-1,-1,-1,-1,-1,-1,-1,NONE"}
    for told, header, expected in (
        (sign, root, True),
        ({**sign, "subSys": 0}, root, False),
        (sign, HEADER, False),
        ({**sign, "CIDCode": "1601"}, root, False),
    ):
        alert = one({**header, "CIDAlarm": told})
        cid = cid_of(alert)
        assert cid is not None
        assert is_keep_alive(alert, cid) is expected


@pytest.mark.parametrize(
    ("name", "type_", "status"),
    [
        ("heartBeat", "heartBeat", None),
        ("heartBeatAbnormal", "heartBeatAbnormal", None),
        ("heartbeatAbnormal", "heartBeatAbnormal", None),
        ("HEARTBEAT", "heartBeat", None),
        ("hppConnectStateChanged", "hppConnectionStatusChanged", None),
        ("hppConnectAbnormal", "hppConnectionStatusChanged", "abnormal"),
        ("deviceoffline", "devStatusChanged", "offline"),
        ("deviceKeyNormal", "deviceKeyStateChanged", "normal"),
        ("FallingDownAlarmMsg", "fallingDown", None),
        (" vmd ", "VMD", None),
        ("somethingNew", "somethingNew", None),
    ],
)
def test_type(name: str, type_: str, status: str | None) -> None:
    """Exactly, then in any letter case, then by another name (T19, T25, T38)."""
    alert = one({**HEADER, "eventType": name})
    assert (alert.type, alert.status) == (type_, status)
    assert alert.sign_of_life is (type_ == "heartBeat")


def test_blanks_in_names_and_words() -> None:
    """T18."""
    alert = one({" eventType ": "deviceKeyStateChanged", "status ": " Abnormal", "devIndex": f" {INDEX} "})
    assert (alert.type, alert.status, alert.index) == ("deviceKeyStateChanged", "abnormal", KEY)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("dateTime", "2025-04-01T10:00:00+02:00", datetime(2025, 4, 1, 8, tzinfo=UTC)),
        ("dateTime", "2025-04-01T10:00:00.5Z", datetime(2025, 4, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("dataTime", "2025-04-01T10:00:00", datetime(2025, 4, 1, 9, tzinfo=UTC)),
        ("dateTime", "yesterday", None),
        ("dateTime", "", None),
    ],
)
def test_time(field: str, text: str, expected: datetime | None) -> None:
    """Without a zone: that of the house. The heartbeat is printed with another name (T15)."""
    data = body({"eventType": "heartBeat", field: text})
    (alert,) = parse(data, timezone(timedelta(hours=1)))[0]
    assert alert.time == expected


def test_states() -> None:
    """Neither active nor inactive is neither."""
    told = [one({**HEADER, "eventState": word}).active for word in ("active", "INACTIVE ", "", "odd")]
    assert told == [True, False, None, None]


def test_message_without_a_root() -> None:
    """TDA is printed so, without a device (T17)."""
    alert = one(json.dumps({"eventType": "TDA", "channelID": 1}).encode())
    assert (alert.type, alert.index, alert.channel) == ("TDA", "", "1")


def test_answer_to_the_subscription() -> None:
    """Is no event; its id is kept as text (T8)."""
    for value, expected in ((5939, "5939"), ("", "")):
        alert = one(json.dumps({"SubscribeDeviceMgmtRsp": {"id": value}}).encode())
        assert (alert.subscription, alert.type) == (expected, "")


def test_several_objects_in_a_part() -> None:
    """One behind the other, or in a list."""
    first, second = body({**HEADER, "eventType": "VMD"}), body({**HEADER, "eventType": "IO"})
    listed = json.dumps({"EventNotificationAlert": [{"eventType": "VMD"}, {"eventType": "IO"}]}).encode()
    for data in (first + second, first + b"\r\n--boundary\r\n\r\n" + second, b"\xef\xbb\xbf" + first + second, listed):
        found, sloppy = parse(data, UTC)
        assert [alert.type for alert in found] == ["VMD", "IO"]
        assert not sloppy
    assert [each.type for each in parse(b"[" + first + b"," + second + b"]", UTC)[0]] == ["VMD", "IO"]


def test_good_object_before_a_sloppy_one() -> None:
    """Costs neither."""
    found, sloppy = parse(body({**HEADER, "eventType": "VMD"}) + b'{"EventNotificationAlert":{"eventType":"IO",}}', UTC)
    assert [alert.type for alert in found] == ["VMD", "IO"]
    assert sloppy


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"<html>", "not_json"),
        (b"[]x", "not_json"),
        (b'{"statusCode": 4}', "no_event"),
        (b'{"EventNotificationAlert": "x"}', "no_event"),
        (b'{"EventNotificationAlert": {"eventType": "CIDAlarm", "CIDAlarm": {"CIDCode": "11', "cut_off"),
        (b'{"a":' * 500, "too_deep"),
        (b'{"a" 1' + b" " * lenient.LIMIT + b"}", "too_large"),
    ],
)
def test_what_is_no_message(data: bytes, reason: str) -> None:
    """Is refused with one of a few words, and never with what it holds."""
    with pytest.raises(UnusableError) as refusal:
        parse(data, UTC)
    assert refusal.value.reason == reason


SLOPPY = {
    "comma missing between members": '{"EventNotificationAlert":{"eventType":"PIR" "devIndex":"AB"}}',
    "comma missing behind a number": '{"EventNotificationAlert":{"activePostCount":1 "eventType":"PIR","devIndex":"AB"}}',
    "comma missing behind an object": '{"EventNotificationAlert":{"x":{"y":1} "eventType":"PIR","devIndex":"AB"}}',
    "comma missing behind a list": '{"EventNotificationAlert":{"x":[1 2] "eventType":"PIR","devIndex":"AB"}}',
    "comma at the end": '{"EventNotificationAlert":{"eventType":"PIR","devIndex":"AB",},}',
    "comma at the end of a list": '{"EventNotificationAlert":{"eventType":"PIR","x":[1,],"devIndex":"AB"}}',
    "full-width marks": '{"EventNotificationAlert"：{"eventType"："PIR"，"devIndex":"AB"}}',
    "typographic marks": "{“EventNotificationAlert”:{“eventType”:“PIR”,“devIndex”:“AB”}}",
    "ellipsis": '{"EventNotificationAlert":{"floor":22，\n ...\n "eventType":"PIR","devIndex":"AB"}}',
    "no value": '{"EventNotificationAlert":{"id": ,"eventType":"PIR","devIndex":"AB","last":}}',
    "no mark at the end of a name": '{"EventNotificationAlert":{"url: "...",\n"eventType":"PIR","devIndex":"AB"}}',
    "and at the end of the line": '{"EventNotificationAlert":{"eventType":"PIR","devIndex":"AB","url: "..."\n}}',
    "member in a list": '{"EventNotificationAlert":{"l":[{"a":1},"talk":0],"eventType":"PIR","devIndex":"AB"}}',
    "names without marks": "{EventNotificationAlert:{eventType:PIR,devIndex:AB}}",
    "a brace too many": '{"EventNotificationAlert":{"eventType":"PIR","devIndex":"AB"},}}',
    "a bracket too many": '{"EventNotificationAlert":{"eventType":"PIR",],"devIndex":"AB"}}',
}


@pytest.mark.parametrize("text", SLOPPY.values(), ids=SLOPPY.keys())
def test_sloppy_message(text: str) -> None:
    """Type and device survive (T20, T44)."""
    found, sloppy = parse(text.encode(), UTC)
    assert [(alert.type, alert.index) for alert in found] == [("PIR", "ab")]
    assert sloppy


def test_line_end_in_text() -> None:
    """Is no valid JSON, and needs no lenience either."""
    found, sloppy = parse(b'{"EventNotificationAlert":{"text":"a\nb","eventType":"PIR"}}', UTC)
    assert [alert.type for alert in found] == ["PIR"]
    assert not sloppy


def test_values_of_a_sloppy_message() -> None:
    """Are what they would be in a clean one."""
    text = r'{"a": "x\"y,\u00e9" "b": [1, 2.5 true,], "c": {"d": null "e": "ü"},}'
    assert list(lenient.objects(text)) == [{"a": 'x"y,é', "b": [1, 2.5, True], "c": {"d": None, "e": "ü"}}]
    assert list(lenient.objects(r'{"a": "\x"}')) == [{"a": r"\x"}]
    assert list(lenient.objects("} ] , : x {}")) == [{}]
    assert list(lenient.objects('{"l": [{"a": 1}, "talk": 0, 2]}')) == [{"l": [{"a": 1}, 2]}]
    assert list(lenient.objects('{"videoURL: "..."\n "b": 1}')) == [{"videoURL": "...", "b": 1}]


def test_same_name_twice() -> None:
    """The last one counts; of regions nobody needs the geometry (T16)."""
    text = '{"EventNotificationAlert":{"eventType":"VMD","R":{"p":{"x":1},"p":{"x":2}}}}'
    assert one(text.encode()).root.child("R").child("p").integer("x") == 2


# what lies deeper


def test_fields_are_looked_for_in_three_places() -> None:
    """In the parameters, then in the review, then at the root (T41)."""
    inner = {"subSys": 1, "ZoneNo": 2}
    for root in (
        {"VideoReview": {"HikCIDParams": inner}, "ZoneNo": 9},
        {"VideoReview": inner, "subSys": 9},
        inner,
    ):
        assert partition_and_zone(one({"eventType": "fireDetection", **root})) == (1, 2)


def test_review_has_a_report() -> None:
    """With a capital letter in one name."""
    told = {**REPORT, "ZoneNo": 4, "videoURL": "/a.mp4"}
    del told["zoneNo"]
    cid = cid_of(one({**HEADER, "eventType": "videoReview", "VideoReview": {"HikCIDParams": told}}))
    assert cid is not None
    assert (cid.code, cid.number, cid.category) == ("1103", 4, 1)


def test_links_of_two_lenses() -> None:
    """Each once, with its side."""
    items = [{"videoURL": "/l", "cameraPosition": "left"}, {"videoURL": "/r", "cameraPosition": "Right"}]
    parameters = {"videoURL": "/l", "videoInfoList": items}
    alert = one({"eventType": "videoReview", "VideoReview": {"HikCIDParams": parameters}})
    assert [(link.url, link.position) for link in links(alert)] == [("/l", "left"), ("/r", "right")]
    assert "/l" not in repr(links(alert))


def test_links_of_everything_else() -> None:
    """Pictures of a PIR camera and of a thermal one; dots are how the documentation prints none."""
    captures = [
        {"resourcesContentType": "url", "resourcesContent": "/p"},
        {"resourcesContent": "/q"},
        {"resourcesContentType": "binary", "resourcesContent": "AAAA"},
        {"resourcesContentType": "url", "resourcesContent": "…"},
    ]
    root = {"CaptureList": captures, "thermalURL": "/t", "visibleLightURL": "/v", "videoURL": "..."}
    found = links(one({"eventType": "PIR", **root}))
    assert [(link.url, link.position) for link in found] == [
        ("/p", ""), ("/q", ""), ("/v", "visible"), ("/t", "thermal"),
    ]  # fmt: skip
    assert links(one({"eventType": "VMD"})) == ()


@pytest.mark.parametrize(
    "regions_",
    [
        [{"DetectionRegionEntry": {"regionID": "1", "detectionTarget": "human"}}],
        {"DetectionRegionEntry": {"regionID": "1", "detectionTarget": "human"}},
        {"DetectionRegionEntry": [{"regionID": "1", "detectionTarget": "human"}]},
        [{"regionID": "1", "detectionTarget": "Human "}],
    ],
)
def test_regions(regions_: object) -> None:
    """Whatever they are wrapped in (T16)."""
    alert = one({"eventType": "fielddetection", "DetectionRegionList": regions_})
    assert [entry.text("regionID") for entry in regions(alert)] == ["1"]
    assert device_facts(alert) == ({}, "1", Target.HUMAN)


def test_what_was_measured() -> None:
    """Of the first region; all regions are named. Numbers come as text, and -1 is no distance (T28)."""
    entries = [
        {"regionID": "1", "TMA": {"currTemperature": "39.8", "ruleTemperature": "35.0", "thermometryUnit": "celsius",
                                  "ruleType": "highest temp is higher than", "presetNo": "1",
                                  "sensorInfo": {"id": 1, "sensorName": "Boiler"}}},
        {"regionID": "3", "TMA": {"currTemperature": "28.5"}},
    ]  # fmt: skip
    alert = one({"eventType": "TMA", "DetectionRegionList": {"DetectionRegionEntry": entries}})
    facts, region, target = device_facts(alert)
    assert (region, target) == ("1,3", None)
    assert facts == {
        "temperature": 39.8, "rule_temperature": 35.0, "temperature_unit": "celsius", "preset": 1.0,
        "rule": "highest temp is higher than", "sensor": "Boiler",
    }  # fmt: skip
    for distance, expected in (("-1", {}), ("250", {"distance": 250.0})):
        entry = {"FireDetection": {"targetDistance": distance}}
        assert device_facts(one({"eventType": "fireDetection", "DetectionRegionList": entry}))[0] == expected


def test_who_rings() -> None:
    """T18: the name has a blank behind it."""
    visit = {"target": {"buildingNumber": 1, "floorNumber": 22, "roomNumber": "7"}, "deviceName ": "Gate"}
    facts = device_facts(one({**HEADER, "eventType": "requestVoiceTalkEvent", "VoiceTalkEvent": visit}))[0]
    assert facts == {"channel_name": "Ipdome", "device_name": "Gate", "building": "1", "floor": "22", "room": "7"}


@pytest.mark.skipif(not GUIDE.exists(), reason="the documentation is not here")
def test_every_printed_message_keeps_its_type() -> None:
    """18 of the 34 samples are no JSON (T44). What was lost in print, such as a page number in a message, is undone."""
    text = re.sub(r"\n\s*\d+\s*\n|Hik IP Receiver Pro API Developer Guide", "\n", GUIDE.read_text(encoding="utf-8"))
    samples = re.findall(
        r"(?<=\n)\{\s*\"EventNotificationAlert\".*?(?=\nA\.\d|\nSee Also|\nHik |\nMessage|\Z)", text, re.DOTALL
    )
    told = [(sample, found[1]) for sample in samples if (found := re.search(r'"eventType" *: *"(\w+)"', sample))]
    assert len(told) > 25
    read = [(parse(sample.encode(), UTC), name) for sample, name in told]
    assert [(found[0].type.lower(), found[0].index != "") for (found, _), _ in read] == [
        (name.lower(), '"devIndex"' in sample) for sample, name in told
    ]
    assert 10 < sum(sloppy for (_, sloppy), _ in read) < len(read)
