"""What devices post, in every form (isapi-events §1.5)."""

from collections.abc import Mapping
import json
import random
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest
from custom_components.hikvision_ivm.systems.isapi.receive import BODY_LIMIT, receive
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Phase, Target

from .events import HEARTBEAT, RECORDER, Rig, alert_xml, camera, recorded, recorder, rig

JPEG = b"\xff\xd8\xff\xe0" + b"--not a boundary\r\n" + bytes(range(256)) + b"\xff\xd9"


def post(
    one: Rig,
    body: bytes = b"",
    content_type: str | None = "application/xml",
    *,
    query: Mapping[str, str] | None = None,
    remote: str | None = None,
    method: str = "POST",
) -> list[Occurrence]:
    """Post something, which must be answered with 200, and return what happened by it."""
    before = len(one.sink.occurrences)
    headers = {} if content_type is None else {"content-TYPE": content_type}
    request = PushRequest(method=method, path="", query=query or {}, headers=headers, body=body, remote=remote)
    reply = receive(request, one.router, one.sink)
    assert (reply.status, reply.body) == (200, b"")
    return one.sink.occurrences[before:]


def form(*parts: tuple[str, str, bytes], boundary: str = "----7d1b", lengths: bool = False) -> tuple[bytes, str]:
    """Return a multipart form of (disposition, type, body) and its content type."""
    pieces = []
    for disposition, content_type, body in parts:
        head = [f"--{boundary}", f"Content-Disposition: form-data; {disposition}", f"Content-Type: {content_type}"]
        head += [f"Content-Length: {len(body)}"] if lengths else []
        pieces.append("\r\n".join([*head, "", ""]).encode() + body + b"\r\n")
    return b"".join(pieces) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", 'text/xml; charset="UTF-8"', "APPLICATION/XML", None, "", "application/octet-stream"],
)
def test_xml(content_type: str | None) -> None:
    """With whatever label."""
    one = rig(camera())
    (occurrence,) = post(one, alert_xml(target="human"), content_type)
    assert (occurrence.kind, occurrence.target, occurrence.phase) == (Kind.INTRUSION, Target.HUMAN, Phase.START)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", None, "application/xml"]
)
def test_json(content_type: str | None) -> None:
    """With whatever label, too."""
    one = rig(camera())
    body = json.dumps({"eventType": "VMD", "eventState": "active", "channelID": 1, "targetType": "vehicle"}).encode()
    (occurrence,) = post(one, body, content_type)
    assert (occurrence.kind, occurrence.target) == (Kind.MOTION, Target.VEHICLE)


def test_query() -> None:
    """A GET whose parameters are the message."""
    one = rig(camera())
    fields = {"EventType": "linedetection", "EventState": "active", "ChannelID": "1", "RegionIndex1": "4"}
    (occurrence,) = post(one, query=fields, content_type=None, method="GET")
    assert (occurrence.kind, occurrence.region) == (Kind.LINE_CROSSING, "4")
    assert post(one, query={"foo": "bar"}, content_type=None, method="GET") == []
    assert one.router.unusable == {"no_event_type": 1}


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("picture_first", [True, False])
def test_form_with_a_picture(lengths: bool, picture_first: bool) -> None:
    """Names are arbitrary, the order as well; the event is told before its picture."""
    one = rig(camera())
    parts = [
        ('name="fielddetection.xml"; filename="whatever"', "application/xml", alert_xml(region="1")),
        ('name="picture"; filename="1.jpg"', "image/pjpeg", JPEG),
    ]
    body, content_type = form(*(reversed(parts) if picture_first else parts), lengths=lengths)
    start, picture = post(one, body, content_type)
    assert start.phase is Phase.START
    assert picture.picture is not None
    assert picture.picture.content == JPEG
    assert picture.features == (one.feature("event_picture", of="image"),)


def test_form_without_types() -> None:
    """JSON beside two pictures, no type on any of them, no header that tells the boundary."""
    one = rig(camera())
    message = json.dumps({"eventType": "facesnap", "channelID": 1, "eventState": "active"}).encode()
    parts = [('name="a"', "text/plain", message), ('name="b"', "application/octet-stream", JPEG)]
    body, _ = form(*parts, ('name="c"', "", JPEG), boundary="MIME_boundary")
    told = post(one, body, "application/octet-stream")
    assert [occurrence.kind for occurrence in told] == [Kind.FACE_CAPTURE] * 3
    assert [occurrence.picture is not None for occurrence in told] == [False, True, True]


def test_a_picture_alone_is_counted() -> None:
    """It says nothing."""
    one = rig(camera())
    body, content_type = form(('name="a"', "image/jpeg", JPEG))
    assert post(one, body, content_type) == []
    assert one.router.unusable == {"picture_alone": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"hello", "malformed"),
        (b"<a>", "malformed"),
        (b"<a/>", "no_event_type"),
    ],
)
def test_what_is_not_understood_is_counted(body: bytes, reason: str) -> None:
    """And answered, so that it is not repeated."""
    one = rig(camera())
    assert post(one, body) == []
    assert one.router.unusable == {reason: 1}


def test_a_body_that_is_too_large_is_refused() -> None:
    """Eight megabytes."""
    one = rig(camera())
    request = PushRequest(method="POST", path="", query={}, headers={}, body=bytes(BODY_LIMIT + 1), remote=None)
    assert receive(request, one.router, one.sink).status == 413
    assert one.router.unusable == {"too_large": 1}


def test_heartbeats_are_answered() -> None:
    """And mean nothing."""
    one = rig(camera())
    assert post(one, HEARTBEAT) == []
    assert one.router.counts == {"heartbeats": 1}


def test_a_camera_behind_the_recorder_posts_itself() -> None:
    """By its hardware address, its serial number, its address."""
    one = rig(recorder())
    mac = "<macAddress>ac:b9:2f:00:01:03</macAddress>"
    assert post(one, alert_xml(extra=mac))[0].device_id == f"{RECORDER}_3"
    serial = "<Extensions><serialNumber>CAM2026AAWRX00000004</serialNumber></Extensions>"
    assert post(one, alert_xml(extra=serial))[0].device_id == f"{RECORDER}_4"
    assert post(one, alert_xml("VMD"), remote="192.0.2.102")[0].device_id == f"{RECORDER}_2"
    query = {"EventType": "VMD", "EventState": "active", "ChannelID": "1", "MacAddress": "AC:B9:2F:00:01:04"}
    assert post(one, query=query, content_type=None)[0].device_id == f"{RECORDER}_4"


def test_stream_and_push_together() -> None:
    """Told once, whichever came first."""
    one = rig(recorder())
    body = alert_xml("VMD", channel=2)
    one.router.take(body, "application/xml", one.sink)
    assert len(one.sink.occurrences) == 1
    assert post(one, body, remote="192.0.2.1") == []
    assert one.router.counts["duplicates"] == 1


def test_recorded_pushes() -> None:
    """A recorder with the old numbering, a camera with a human, a camera's PIR."""
    one = rig(recorder())
    body = recorded("nvr_2_fielddetection.xml")
    (stranger,) = post(one, body)  # it has another recorder's serial number
    assert (stranger.kind, stranger.device_id) == (Kind.UNKNOWN_EVENT, RECORDER)
    for known in (body.replace(b"S0000000000CCRRJ00000000WCVU", RECORDER.encode()), body.replace(b"19:16", b"19:17")):
        one.clock.seconds += 60
        (own,) = post(one, known, remote="192.0.2.1")
        assert (own.device_id, own.kind) == (f"{RECORDER}_2", Kind.INTRUSION)
    two = rig(camera())
    (human,) = post(two, recorded("fielddetection_human.xml"))
    assert (human.kind, human.target, human.region) == (Kind.INTRUSION, Target.HUMAN, "3")
    (pir,) = post(two, recorded("pir.xml"))
    assert (pir.kind, pir.features[0]) == (Kind.PIR, two.feature("pir"))


def test_no_mutilated_post_disturbs_the_next() -> None:
    """Answered, whatever it is; the next good one is told."""
    chance = random.Random(13)
    one = rig(camera())
    body, content_type = form(('name="a"', "application/xml", alert_xml()), ('name="b"', "image/jpeg", JPEG))
    originals: list[Any] = [
        (body, content_type),
        (alert_xml(), "application/xml"),
        (b'{"eventType": "VMD"}', "application/json"),
    ]
    for number in range(500):
        original, label = chance.choice(originals)
        mutilated = bytearray(original)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(mutilated) + 1)
            mutilated[at : at + chance.randint(0, 30)] = chance.randbytes(chance.randint(0, 5))
        post(one, bytes(mutilated), chance.choice([label, None, "application/xml"]))
        one.clock.seconds += 20
        good = alert_xml("facedetection", time=None, count=number)
        assert [occurrence.kind for occurrence in post(one, good)] == [Kind.FACE]
