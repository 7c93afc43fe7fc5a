"""Messages in all their forms (isapi-events §1.2)."""

from datetime import UTC, datetime, timedelta, timezone
import json
import random

import pytest

from custom_components.hikvision_ivm.systems.isapi.alert import (
    ALERT_LIMIT,
    UnusableAlert,
    parse,
    parse_json,
    parse_mac,
    parse_query,
    parse_time,
    parse_xml,
)
from custom_components.hikvision_ivm.systems.model import Target

from .events import HEARTBEAT, alert_xml, recorded

NAMESPACES = [
    "http://www.hikvision.com/ver20/XMLSchema",
    "http://www.hikvision.com/ver10/XMLSchema",
    "http://www.isapi.org/ver20/XMLSchema",
    "urn:psialliance-org",
    "",
]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_reads_every_namespace(namespace: str) -> None:
    """The namespace never matters."""
    alert = parse_xml(alert_xml(channel=3, region="2", target="vehicle", namespace=namespace))
    assert (alert.type, alert.channel, alert.regions, alert.target) == ("fielddetection", 3, ("2",), Target.VEHICLE)
    assert alert.active and not alert.repeat and not alert.heartbeat
    assert alert.time == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert alert.count == "1"


def test_empty_elements_say_nothing() -> None:
    """What broke other integrations: empty numbers and ids."""
    body = b"""<EventNotificationAlert><dynChannelID/><channelID/><dateTime/><activePostCount/><eventType>VMD</eventType>
    <eventState> active </eventState><macAddress>00-00-00-00-00-00</macAddress><inputIOPortID/>
    <DetectionRegionList/></EventNotificationAlert>"""
    alert = parse_xml(body)
    assert alert.type == "vmd"
    assert alert.code == "VMD"
    assert (alert.channel, alert.dynamic_channel, alert.port, alert.time, alert.mac) == (None,) * 5
    assert alert.count == ""
    assert alert.regions == ()


def test_only_the_event_type_is_needed() -> None:
    """A message may consist of its type."""
    assert parse_xml(b"<a><eventType>neverHeardOf</eventType></a>").type == "neverheardof"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_an_alert"),
        (b"hello", "not_an_alert"),
        (b"<EventNotificationAlert><eventType>VMD</eventTy", "malformed"),
        (b"<EventNotificationAlert><eventType>VM", "malformed"),
        (b"<EventNotificationAlert/>", "no_event_type"),
        (b"<EventNotificationAlert><eventType> </eventType></EventNotificationAlert>", "no_event_type"),
        (b"<ResponseStatus><statusCode>4</statusCode></ResponseStatus>", "no_event_type"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a><eventType>&b;</eventType></a>', "malformed"),
        (b"{", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b"[1, 2]", "no_event_type"),
        (b"{}", "no_event_type"),
        (b'{"eventType": null}', "no_event_type"),
        (b'{"eventType": {"a": 1}}', "no_event_type"),
        (b'{"n": ' + b"9" * 5000 + b"}", "malformed"),
        (b"<a>" + b" " * ALERT_LIMIT + b"</a>", "too_large"),
        (b'{"a": "' + b" " * ALERT_LIMIT + b'"}', "too_large"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    """One exception, a few fixed words."""
    with pytest.raises(UnusableAlert) as refusal:
        parse(body)
    assert refusal.value.reason == reason


def test_bears_ampersands_wrong_bytes_and_surroundings() -> None:
    """Names in another charset, a bare ampersand, zeros behind the document, garbage before it."""
    name = "<channelName>Gate & 大门</channelName>"
    plain = alert_xml(extra=name.replace(" & ", " &amp; "))
    bare = plain.replace(b"&amp;", b"&")
    for body in (
        plain,
        bare,
        bare.decode().encode("gb18030"),
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + bare.decode().encode("gb18030"),
        b"\xef\xbb\xbf" + bare,
        bare + b"\x00\x00",
        b"\r\n garbage " + bare + b" more",
    ):
        assert parse(body, "application/xml").type == "fielddetection", body


def test_prolonging_names_the_related_event() -> None:
    """`duration` is a wrapper."""
    extra = "<DurationList><Duration><relationEvent>lineDetection</relationEvent></Duration></DurationList>"
    alert = parse_xml(alert_xml("duration", extra=extra))
    assert (alert.type, alert.code, alert.repeat) == ("linedetection", "lineDetection", True)


@pytest.mark.parametrize(
    ("body", "target"),
    [
        (alert_xml(target="human"), Target.HUMAN),
        (alert_xml(extra="<targetType>vehicle</targetType>"), Target.VEHICLE),
        (alert_xml(target="pet"), Target.PET),
        (alert_xml(target="others"), Target.OTHER),
        (alert_xml(target="unknown"), None),
        (alert_xml(target="human,vehicle"), None),
        (alert_xml(target="unknown", extra="<targetType>Human</targetType>"), Target.HUMAN),
        (alert_xml("VMDHumanVehicle", extra="<targetType>human</targetType>"), Target.HUMAN),
        (b'{"eventType": "VMD", "targetType": "vehicle"}', Target.VEHICLE),
        (b'{"eventType": "x", "DetectionRegionList": [{"regionID": 1, "detectionTarget": "human"}]}', Target.HUMAN),
    ],
)
def test_finds_the_target_in_all_its_homes(body: bytes, target: Target | None) -> None:
    """Four places; a rule's setting is not what was seen."""
    assert parse(body).target is target


def test_classified_motion_is_motion() -> None:
    """The type name says that the device classifies, not what it saw."""
    alert = parse_xml(alert_xml("VMDHumanVehicle"))
    assert (alert.type, alert.target, dict(alert.details)) == ("vmd", None, {"classified": True})


def test_several_regions() -> None:
    """Every region counts once, and not without end."""
    entries = "".join(f"<DetectionRegionEntry><regionID>{n % 40}</regionID></DetectionRegionEntry>" for n in range(80))
    alert = parse_xml(alert_xml("VMD", extra=f"<DetectionRegionList>{entries}</DetectionRegionList>"))
    assert alert.regions == tuple(str(n) for n in range(16))


def anpr(plate: str, confidence: int) -> bytes:
    """Return a plate message."""
    block = f"""<ANPR><country>39</country><licensePlate>{plate}</licensePlate><line>2</line>
    <direction>reverse</direction><confidenceLevel>{confidence}</confidenceLevel><plateColor>white</plateColor>
    <vehicleType>SUVMPV</vehicleType><vehicleListName>whiteList</vehicleListName>
    <pictureInfoList><pictureInfo><fileName>a</fileName><type>b</type></pictureInfo></pictureInfoList></ANPR>
    <picNum>2</picNum><UUID>1234</UUID>"""
    return alert_xml("ANPR", extra=block)


def test_plate() -> None:
    """A plate with its facts."""
    alert = parse_xml(anpr("AB123CD", 97))
    assert alert.plate == "AB123CD"
    assert alert.pictures == 2
    assert dict(alert.details) == {
        "confidence": 97,
        "country": "39",
        "direction": "reverse",
        "lane": 2,
        "list": "whiteList",
        "plate_color": "white",
        "vehicle_type": "SUVMPV",
    }


def test_unread_plate_is_a_vehicle_without_plate() -> None:
    """The word `unknown` is not a plate."""
    alert = parse_xml(anpr("unknown", 0))
    assert (alert.plate, alert.details["confidence"]) == (None, 0)


@pytest.mark.parametrize(("code", "stage"), [("TMA", "alarm"), ("TMPA", "pre_alarm")])
def test_temperature(code: str, stage: str) -> None:
    """Alarm and pre-alarm of a temperature."""
    alert = parse_xml(alert_xml(code, extra="<currTemperature>61.5</currTemperature>"))
    assert (alert.type, alert.code) == ("thermometry", code)
    assert dict(alert.details) == {"temperature": 61.5, "stage": stage}
    silly = parse_xml(alert_xml(code, extra="<currTemperature>nan</currTemperature>"))
    assert "temperature" not in silly.details


def test_people_counting() -> None:
    """Numbers are numbers, junk stays text."""
    block = "<peopleCounting><statisticalMethods>realTime</statisticalMethods><enter>12</enter><exit>7</exit>"
    alert = parse_xml(alert_xml("PeopleCounting", extra=block + "<pass>many</pass></peopleCounting>"))
    assert dict(alert.details) == {"method": "realTime", "enter": 12, "exit": 7, "pass": "many"}


def access(major: int, minor: int, **more: object) -> bytes:
    """Return an access controller's message."""
    block = {"majorEventType": major, "subEventType": minor, "doorNo": 1, "name": "Ada", "employeeNoString": "7"}
    return json.dumps(
        {
            "ipAddress": "192.0.2.9",
            "portNo": 80,
            "macAddress": "AC-B9-2F-00-00-09",
            "channelID": 1,
            "dateTime": "2026-11-20T12:00:00+01:00",
            "activePostCount": 1,
            "eventType": "AccessControllerEvent",
            "eventState": "active",
            "AccessControllerEvent": {**block, **more},
        }
    ).encode()


def test_access_control() -> None:
    """Who came in, through which door; the card number stays where it is."""
    alert = parse_json(access(5, 38, serialNo=812, cardNo="0011223344", picturesNumber=1))
    assert (alert.type, alert.person, alert.number, alert.pictures) == ("accesscontrollerevent", "Ada", "812", 1)
    assert dict(alert.details) == {"major": 5, "minor": 38, "door": 1, "meaning": "fingerprint"}
    assert alert.mac == "ac:b9:2f:00:00:09"
    assert "0011223344" not in repr(alert)


def test_doorbell() -> None:
    """A door station's button is an access event with certain numbers."""
    alert = parse_json(access(3, 1024))
    assert (alert.type, alert.code) == ("doorbell", "AccessControllerEvent")
    assert alert.number == "2026-11-20T12:00:00+01:00"


def test_face_capture() -> None:
    """A face with attributes, numbers as ids, the channel of the camera as a last resort."""
    body = {
        "portNo": 80,
        "eventType": "faceCapture",
        "eventState": "active",
        "faceCapture": [
            {
                "targetAttrs": {"deviceChannel": 5, "bkgUrl": "http://192.0.2.1/picture?a=1"},
                "faces": [{"faceId": 33, "age": {"value": 41}, "gender": "female", "glass": "no", "faceScore": 88.0}],
            }
        ],
    }
    alert = parse_json(json.dumps(body).encode())
    assert (alert.type, alert.channel, alert.target, alert.number) == ("facecapture", 5, Target.HUMAN, "33")
    assert alert.picture_url == "http://192.0.2.1/picture?a=1"
    assert dict(alert.details) == {"age": 41, "gender": "female", "glasses": "no", "face_score": "88"}


def test_contact_id() -> None:
    """An alarm hub's message; `type` there is not the event type."""
    block = {"code": 1130, "standardCIDcode": 1130, "type": "zoneAlarm", "zone": 3, "system": 1}
    body = json.dumps({"CIDEvent": block, "eventType": "cidEvent", "dateTime": "2026-11-20T12:00:00"}).encode()
    alert = parse_json(body)
    assert (alert.type, alert.number) == ("cidevent", "2026-11-20T12:00:00")
    assert dict(alert.details) == {
        "cid_code": "1130",
        "cid_standard_code": "1130",
        "cid_type": "zoneAlarm",
        "zone": 3,
        "partition": 1,
    }


def test_json_under_an_xml_label() -> None:
    """Some door stations mislabel their parts."""
    assert parse(access(5, 22), "application/xml").details["meaning"] == "door_locked"


@pytest.mark.parametrize(
    "body",
    [
        HEARTBEAT,
        alert_xml("videoloss", "inactive", channel=0),
        alert_xml("videoloss", "inactive", channel=None, count=None),
        alert_xml("other", "inactive", extra="<eventDescription>Heartbeat</eventDescription>"),
        alert_xml("other", "active", extra="<eventDescription>Heartbeat</eventDescription>"),
        b'{"eventType": "heartBeat", "eventState": "active", "dateTime": "2026-11-20T12:00:00+08:00"}',
    ],
)
def test_heartbeats(body: bytes) -> None:
    """Three kinds, none of them an event."""
    assert parse(body).heartbeat


@pytest.mark.parametrize(
    "body", [alert_xml("videoloss"), alert_xml("videoloss", "inactive", channel=2), alert_xml("other", "active")]
)
def test_no_heartbeats(body: bytes) -> None:
    """A video loss of a channel may be one."""
    assert not parse(body).heartbeat


def test_query_form() -> None:
    """Other names, the same message."""
    alert = parse_query(
        {
            "version": "1.0",
            "DeviceID": "88",
            "MacAddress": "acb92f000001",
            "ChannelID": "2",
            "DateTime": "2026-11-20T12:00Z",
            "ActivePostCount": "4",
            "EventType": "VMD",
            "EventState": "inactive",
            "RegionIndex1": "1",
            "SensitivityLevel1": "60",
            "RegionIndex2": "3",
            "InputIOPortID": "",
        }
    )
    assert (alert.type, alert.active, alert.channel, alert.regions) == ("vmd", False, 2, ("1", "3"))
    assert (alert.mac, alert.port, alert.count) == ("ac:b9:2f:00:00:01", None, "4")
    with pytest.raises(UnusableAlert):
        parse_query({"EventState": "active"})


def test_history_that_is_sent_again() -> None:
    """Only the word true makes history."""
    assert parse_xml(alert_xml(extra="<isDataRetransmission>true</isDataRetransmission>")).late
    assert not parse_xml(alert_xml(extra="<isDataRetransmission>false</isDataRetransmission>")).late


def test_the_text_of_event_push_decides_nothing() -> None:
    """It names another type at times."""
    extra = "<Extensions><serialNumber> SER1 </serialNumber><eventPush>linedetection,1</eventPush></Extensions>"
    alert = parse_xml(alert_xml("VMD", extra=extra))
    assert (alert.type, alert.serial) == ("vmd", "SER1")


ZONE = timezone(timedelta(hours=9, minutes=30))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2009-11-14T15:27Z", datetime(2009, 11, 14, 15, 27, tzinfo=UTC)),
        ("2022-12-11T15:30:20+09:30", datetime(2022, 12, 11, 15, 30, 20, tzinfo=ZONE)),
        ("2022-12-11T15:30:20+9:30", datetime(2022, 12, 11, 15, 30, 20, tzinfo=ZONE)),
        ("2022-12-11 15:30:20", datetime(2022, 12, 11, 15, 30, 20)),
        ("2022-12-11T15:30:2009:30", None),
        ("2022-13-11T15:30:20Z", None),
        ("2022-12-11T25:30:20+9:30", None),
        ("yesterday", None),
    ],
)
def test_times(text: str, time: datetime | None) -> None:
    """With and without seconds, zone, sense."""
    assert parse_time(text) == time


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("AC:B9:2F:49:44:75", "ac:b9:2f:49:44:75"),
        ("ac-b9-2f-49-44-75", "ac:b9:2f:49:44:75"),
        ("acb9.2f49.4475", "ac:b9:2f:49:44:75"),
        ("000000000000", None),
        ("00:00:00:00:00:00", None),
        ("ac:b9", None),
        ("gg:b9:2f:49:44:75", None),
    ],
)
def test_hardware_addresses(text: str, mac: str | None) -> None:
    """Any notation; zeros are unknown."""
    assert parse_mac(text) == mac


def test_recorded_bodies() -> None:
    """What five devices really sent."""
    human = parse(recorded("fielddetection_human.xml"), "application/xml")
    assert (human.type, human.channel, human.target, human.regions) == ("fielddetection", 1, Target.HUMAN, ("3",))
    assert (human.pictures, human.late, human.count) == (1, False, "1")
    old = parse(recorded("nvr_2_fielddetection.xml"), "text/xml")
    assert (old.type, old.channel, old.mac) == ("fielddetection", 34, None)
    assert old.serial == "DS-7608NXI-I0/0P/S0000000000CCRRJ00000000WCVU"
    pir = parse(recorded("pir.xml"))
    assert (pir.type, pir.channel, pir.mac) == ("pir", 1, "c6:e6:61:0a:46:37")


def test_nothing_but_the_one_refusal_is_ever_raised() -> None:
    """Messages cut, swapped, doubled and scribbled over: read, or refused with one of the known reasons."""
    chance = random.Random(8)
    originals = [alert_xml(region="1", target="human"), HEARTBEAT, anpr("AB123CD", 9), access(5, 22)]
    reasons: set[str] = set()
    usable = 0
    for _ in range(4000):
        body = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(body) + 1)
            match chance.randrange(5):
                case 0:
                    del body[at : at + chance.randint(1, 40)]
                case 1:
                    body[at:at] = chance.randbytes(chance.randint(1, 8))
                case 2:
                    body[at:at] = chance.choice([b"&", b"<", b">", b"</eventType>", b"]]>", b'"', b"{", b"\xff\xfe"])
                case 3:
                    body[at:at] = body[: chance.randint(1, 60)]
                case _:
                    body = body[:at] or bytearray(b"x")
        for content_type in ("application/xml", "application/json", ""):
            try:
                alert = parse(bytes(body), content_type)
            except UnusableAlert as refusal:
                reasons.add(refusal.reason)
            else:
                usable += 1
                assert alert.type
    assert reasons == {"malformed", "not_an_alert", "no_event_type"}
    assert usable > 200


@pytest.mark.parametrize("key", ["eventType", "licensePlate", "regionID", "vehicleListName"])
def test_half_a_character(key: str) -> None:
    """JSON can escape what no text can hold; such a text must not reach a state, which could not be told to anybody."""
    body = json.dumps({"eventType": "VMD", "eventState": "active", key: "a\ud800b"}).encode()
    alert = parse(body, "application/json")
    for text in (alert.type, alert.code, alert.plate, *alert.regions, *alert.details.values()):
        str(text).encode("utf-8")
    assert any("a?b" in str(text) for text in (alert.code, alert.plate, *alert.regions, *alert.details.values()))


def test_long_words_are_cut() -> None:
    """Nothing a device writes makes a state too large to be kept."""
    regions = "".join(f"<regionID>{number}{'9' * 5000}</regionID>" for number in range(40))
    entry = f"<DetectionRegionList><DetectionRegionEntry>{regions}</DetectionRegionEntry></DetectionRegionList>"
    person = f"<AccessControllerEvent><name>{'n' * 5000}</name></AccessControllerEvent>"
    body = f"<EventNotificationAlert><eventType>VMD</eventType>{entry}{person}</EventNotificationAlert>"
    alert = parse(body.encode(), "application/xml")
    assert alert.person is not None
    assert len(alert.person) == 255
    assert len(",".join(alert.regions)) < 600
    assert len(alert.regions) == 16
