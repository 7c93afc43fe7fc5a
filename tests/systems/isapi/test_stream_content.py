"""What comes through the event stream, however it is framed and wherever it is cut (isapi-events §1.1, §7)."""

import asyncio
import random
import re

import pytest

from custom_components.hikvision_ivm.systems.base import PushState
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Phase, Target
from custom_components.hikvision_ivm.systems.transport.multipart import MultipartReader

from .events import HEARTBEAT, RECORDER, alert_xml, camera, part, recorded, recorder, rig
from .streams import HEAD, JPEG, MIXED, Line, cut, device, listen, plate

pytestmark = pytest.mark.usefixtures("socket_enabled")

GOOD = part(plate(1))
LAST = part(plate(2)) + b"--boundary\r\n"
FRAMINGS = {
    "plain": (MIXED, GOOD),
    "quoted boundary": (HEAD % b'multipart/mixed; boundary="boundary"', GOOD),
    "typographic quotes": (HEAD % "multipart/mixed; boundary=“boundary”".encode(), GOOD),
    "dashes in the boundary": (HEAD % b"multipart/x-mixed-replace;boundary=--boundary", GOOD),
    "no boundary": (HEAD % b"multipart/mixed", GOOD),
    "no content type": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", GOOD),
    "another boundary": (HEAD % b"multipart/mixed; boundary=other", GOOD),
    "no length": (MIXED, re.sub(rb"Content-Length: \d+\r\n", b"", GOOD)),
    "length too long": (MIXED, re.sub(rb"(Content-Length: )\d+", rb"\g<1>9999", GOOD)),
    "length too short": (MIXED, re.sub(rb"(Content-Length: )\d+", rb"\g<1>40", GOOD)),
    "length that is none": (MIXED, re.sub(rb"(Content-Length: )\d+", rb"\g<1>ISAPI", GOOD)),
    "blank line after the boundary": (MIXED, GOOD.replace(b"--boundary\r\n", b"--boundary\r\n\r\n")),
    "doubled boundary": (MIXED, b"--boundary\r\n" + GOOD),
    "line feeds only": (MIXED, GOOD.replace(b"\r\n", b"\n")),
    "no headers": (MIXED, b"--boundary\r\n\r\n" + plate(1) + b"\r\n"),
    "raw ampersand": (MIXED, part(plate(1).replace(b"</eventType>", b"</eventType><channelName>A & B</channelName>"))),
    "wrong encoding": (
        MIXED,
        part(plate(1).replace(b"</eventType>", b"</eventType><channelName>\xb4\xf3\xc3\xc5</channelName>")),
    ),
    "text type": (MIXED, part(plate(1), "text/plain")),
    "garbage before": (MIXED, b"\x00\x01garbage--bound\r\n\r\n" + GOOD),
    "garbage part before": (MIXED, part(b"garbage") + GOOD),
    "half a part before": (MIXED, cut(plate(0)) + GOOD),
    "an empty part before": (MIXED, part(b"") + GOOD),
    "a status before": (MIXED, part(b"<ResponseStatus><statusCode>2</statusCode></ResponseStatus>") + GOOD),
    "ten megabytes before": (MIXED, part(b"<a>" + b"x" * 10_000_000 + b"</a>") + GOOD),
    "a large document before": (MIXED, part(b"<a>" + b"<b/>" * 400_000 + b"</a>") + GOOD),
    "a lonely picture before": (MIXED, part(JPEG, "image/jpeg") + GOOD),
}


@pytest.mark.parametrize("name", FRAMINGS)
async def test_framings(name: str) -> None:
    """However it is framed, the event is told, once, and so is the next one."""
    head, body = FRAMINGS[name]

    async def script(line: Line) -> None:
        await line.send(head, body, LAST)
        await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        told = await listening.happened(2)
        assert [occurrence.plate for occurrence in told] == ["P1", "P2"]
        assert len(server.paths) == 1


async def test_a_door_station() -> None:
    """JSON parts, another boundary, its own heartbeat."""
    beat = b'{"eventType":"heartBeat","eventState":"active"}'
    ring = b"""{"eventType":"AccessControllerEvent","dateTime":"2026-11-20T12:00:00Z","eventState":"active",
    "AccessControllerEvent":{"majorEventType":3,"subEventType":1024,"serialNo":4}}"""

    async def script(line: Line) -> None:
        await line.send(HEAD % b"multipart/mixed; boundary=MIME_boundary")
        for body in (beat, ring, beat):
            await line.send(part(body, 'application/json; charset="UTF-8"', boundary="MIME_boundary"))
        await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        (occurrence,) = await listening.happened(1)
        assert occurrence.kind is Kind.DOORBELL
        await listening.until(lambda: listening.rig.router.counts["heartbeats"] == 2)


async def test_recorded_streams() -> None:
    """Two recorders, as they sent it; the second one ends the stream after its heartbeats."""
    pieces = [recorded("62_fielddetection_human_then_duration.multipart")]
    pieces += [recorded("82767_empty_channel_heartbeat.multipart")]

    async def script(line: Line) -> None:
        await line.send(MIXED, *pieces)
        if line.number > 1:
            await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        start, repeat = (await listening.happened(2))[:2]
        assert (start.phase, start.kind, start.target, start.region) == (
            Phase.START,
            Kind.INTRUSION,
            Target.HUMAN,
            "1",
        )
        assert (repeat.phase, repeat.kind) == (Phase.ONGOING, Kind.INTRUSION)
        await listening.until(lambda: len(server.paths) == 2)
        await listening.until(lambda: listening.rig.router.counts["heartbeats"] == 4)
        assert not listening.rig.router.unusable
        assert listening.states == [PushState.CONNECTING, PushState.HEALTHY]


async def test_an_event_does_not_wait_for_its_picture() -> None:
    """The happening first; then as many pictures as come; a heartbeat between them is none of their business."""
    go_on = asyncio.Event()

    async def script(line: Line) -> None:
        await line.send(MIXED, part(alert_xml(extra="<detectionPicturesNumber>2</detectionPicturesNumber>")))
        await go_on.wait()
        await line.send(
            part(JPEG, "image/pjpeg"),
            part(alert_xml("videoloss", "inactive", count=0)),
            part(JPEG + b"2", "image/jpeg"),
            b"--boundary\r\n",
        )
        await line.send(part(b"junk"), part(JPEG, "image/jpeg"), b"--boundary\r\n")
        await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        (start,) = await listening.happened(1)
        assert start.phase is Phase.START
        assert start.picture is None
        go_on.set()
        _, one, two = await listening.happened(3)
        image = listening.rig.feature("event_picture", of="image")
        assert one.features == two.features == (image,)
        assert one.picture.content == JPEG
        assert one.picture.content_type == "image/jpeg"
        assert two.picture.content == JPEG + b"2"
        # A picture after something that was not understood belongs to nobody.
        await listening.until(lambda: listening.stream.statistics.stray_pictures == 1)
        assert image in listening.sink.inventories[-1].features


async def test_five_hundred_cuts_at_random_bytes() -> None:
    """Connections cut anywhere, closed or reset: every event that was sent whole is told, once, and none is made up."""
    asyncio.get_running_loop().set_debug(False)  # it keeps a traceback of every callback
    chance = random.Random(3)
    sent: list[str] = []
    cuts = 500
    counter = iter(range(1_000_000))

    async def script(line: Line) -> None:
        whole: list[tuple[str, bytes]] = []
        for number in (next(counter) for _ in range(chance.randint(1, 6))):
            body = chance.choice([HEARTBEAT, cut(plate(number)), JPEG]) if chance.random() < 0.1 else b""
            whole.append(("", body and (body if body.startswith(b"--") else part(body))))
            whole.append((f"P{number}", part(plate(number))))
        data = b"".join(piece for _, piece in whole)
        if line.number > cuts:
            end = len(data)
        else:
            end = chance.randrange(1, len(data) + 1)
        passed = 0
        for name, piece in whole:
            passed += len(piece)
            if name and passed <= end:
                sent.append(name)
        await line.send(MIXED, data[:end])
        if line.number > cuts:
            await line.hold()

    async with device(script) as server, listen(server.port, rig(camera())) as listening:
        await listening.until(lambda: len(server.paths) > cuts)
        await listening.until(lambda: sent[-1] in {occurrence.plate for occurrence in listening.sink.occurrences})
        told = [one.plate for one in listening.sink.occurrences if one.picture is None]
        assert [name for name in sent if name not in set(told)] == []
        assert len(told) == len(set(told))
        assert len(sent) > cuts
        # What was cut off within the last bytes of a part may be whole all the same; nothing else was told.
        assert set(told) <= {f"P{n}" for n in range(next(counter))}
        assert not listening.rig.router.unknown_types


def test_half_parts_within_one_connection() -> None:
    """Bytes lost in the middle of a stream cost the message they belong to and no later one."""
    chance = random.Random(5)
    one = rig(camera())
    expected: list[str] = []
    reader = MultipartReader("boundary")
    data = bytearray()
    for number in range(500):
        data += cut(plate(10_000 + number)) if chance.random() < 0.5 else part(b"<a>" + chance.randbytes(60))
        data += part(plate(number))
        expected.append(f"P{number}")
    data += b"--boundary\r\n"
    while data:
        size = chance.randint(1, 3000)
        for piece in reader.feed(bytes(data[:size])):
            one.router.take(piece.body, piece.content_type, one.sink)
        del data[:size]
    assert [occurrence.plate for occurrence in one.sink.occurrences if occurrence.plate in expected] == expected
    assert one.router.unusable.total() > 300


async def test_a_flood_leaves_time_for_others() -> None:
    """While thousands of messages arrive, the loop serves others."""
    asyncio.get_running_loop().set_debug(False)
    longest = 0.0

    async def script(line: Line) -> None:
        await line.send(MIXED, b"".join(part(plate(n)) for n in range(3000)))
        await line.hold()

    async with device(script) as server, listen(server.port, rig(recorder())) as listening:
        loop = asyncio.get_running_loop()

        async def watch() -> None:
            nonlocal longest
            while True:
                before = loop.time()
                await asyncio.sleep(0)
                longest = max(longest, loop.time() - before)

        watcher = asyncio.create_task(watch())
        await listening.happened(3000)
        watcher.cancel()
        assert listening.sink.occurrences[-1].device_id == f"{RECORDER}_1"
        assert longest < 0.5
