"""The event stream over real sockets: every framing, every fault, every ending (isapi-events §1.1, §7)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
import random
import re
import socket
import struct
from typing import Any

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.base import PushHealth, PushState
from custom_components.hikvision_ivm.systems.errors import AuthenticationError
from custom_components.hikvision_ivm.systems.isapi import stream as module
from custom_components.hikvision_ivm.systems.isapi.stream import LEGACY_PATH, STREAM_PATH, AlertStream
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Phase, Target
from custom_components.hikvision_ivm.systems.transport.http import Credentials, HttpClient
from custom_components.hikvision_ivm.systems.transport.multipart import MultipartReader

from .events import HEARTBEAT, RECORDER, Clock, RecordingSink, Rig, alert_xml, camera, part, recorder, rig
from .test_alert import recorded

pytestmark = pytest.mark.usefixtures("socket_enabled")

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8 + b"\xff\xd9"
HEAD = b"HTTP/1.1 200 OK\r\nMIME-Version: 1.0\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"
MIXED = HEAD % b"multipart/mixed; boundary=boundary"


@dataclass
class Line:
    """One connection to the server: what was asked, and how to answer."""

    path: str
    writer: asyncio.StreamWriter
    number: int

    async def send(self, *pieces: bytes) -> None:
        """Send bytes."""
        self.writer.write(b"".join(pieces))
        await self.writer.drain()

    def reset(self) -> None:
        """Drop the connection without a word."""
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def hold(self) -> None:
        """Keep the connection open, silently, until the test is over."""
        await asyncio.Event().wait()


@dataclass
class Server:
    """A device of which a test writes every byte; `script` serves one connection and then closes it."""

    script: Callable[[Line], Awaitable[None]]
    port: int = 0
    paths: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            self.paths.append(head.split()[1])
            await self.script(Line(self.paths[-1], writer, len(self.paths)))
            await writer.drain()
        writer.close()


@asynccontextmanager
async def device(script: Callable[[Line], Awaitable[None]]) -> AsyncIterator[Server]:
    """Serve a script on loopback."""
    server = Server(script)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Listening:
    """A running stream and what it delivers."""

    rig: Rig
    stream: AlertStream
    task: asyncio.Task[None]
    slept: list[float]

    @property
    def sink(self) -> RecordingSink:
        """Return the sink."""
        return self.rig.sink

    @property
    def states(self) -> list[PushState]:
        """Return the states told so far."""
        return [health.state for health in self.sink.health]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is true, or the stream ended."""
        async with asyncio.timeout(40):
            while not true():
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.002)

    async def happened(self, count: int) -> list[Any]:
        """Wait for so many occurrences and return them."""
        await self.until(lambda: len(self.sink.occurrences) >= count)
        return self.sink.occurrences


@asynccontextmanager
async def listen(
    port: int, one: Rig | None = None, *, credentials: Credentials | None = None
) -> AsyncIterator[Listening]:
    """Run a stream against a server; sleeping passes virtual time only."""
    one = one or rig(camera())
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        one.clock.seconds += seconds
        await asyncio.sleep(0)

    runtime = one.runtime
    runtime.sleep = sleep
    runtime.random = lambda: 0.5
    async with aiohttp.ClientSession() as session:
        http = HttpClient(session, f"http://127.0.0.1:{port}", credentials, runtime=runtime)
        stream = AlertStream(http, one.router, runtime)
        task = asyncio.create_task(stream.listen(one.sink))
        try:
            yield Listening(one, stream, task, slept)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@contextmanager
def constant(monkeypatch: pytest.MonkeyPatch, name: str, value: float) -> Iterator[None]:
    """Shorten a time of the module."""
    with monkeypatch.context() as patch:
        patch.setattr(module, name, value)
        yield


def plate(number: int) -> bytes:
    """Return a message that is told each time."""
    return alert_xml("ANPR", count=number, extra=f"<ANPR><licensePlate>P{number}</licensePlate></ANPR>")


async def test_a_camera() -> None:
    """Heartbeats, an event, its repeat, its end; off as soon as the stream stands."""

    async def script(line: Line) -> None:
        await line.send(MIXED, part(HEARTBEAT), part(alert_xml(region="1", target="human")))
        await line.send(part(alert_xml(count=2)), part(HEARTBEAT), part(alert_xml(state="inactive", count=3)))
        await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        start, repeat, end = await listening.happened(3)
        assert [start.phase, repeat.phase, end.phase] == [Phase.START, Phase.ONGOING, Phase.END]
        assert start.target is Target.HUMAN
        assert listening.states == [PushState.CONNECTING, PushState.HEALTHY]
        first = listening.sink.reports[0]
        assert first.values[listening.rig.feature("motion")] is False
        assert not first.occurrences
        assert server.paths == [STREAM_PATH]
        assert "accept: */*" in server.requests[0].lower()
        assert "gzip" not in server.requests[0].lower()
        assert listening.stream.diagnostics()["parts"] == 5
        assert listening.stream.diagnostics()["state"] == "healthy"


def cut(body: bytes) -> bytes:
    """Return a part of which the second half is missing."""
    whole = part(body)
    return whole[: len(whole) - len(body) // 2] + b"\r\n"


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


async def test_devices_that_end_the_stream_every_four_parts() -> None:
    """Connected again at once, without alarm, but less than once a second."""

    async def script(line: Line) -> None:
        number = 4 * line.number
        await line.send(MIXED, *(part(plate(number + n)) for n in range(4)))

    async with device(script) as server, listen(server.port) as listening:
        await listening.happened(80)
        assert listening.states == [PushState.CONNECTING, PushState.HEALTHY]
        assert {occurrence.plate for occurrence in listening.sink.occurrences[:80]} == {f"P{n}" for n in range(4, 84)}
        assert min(listening.slept) >= 1.0
        assert listening.rig.clock.seconds >= len(server.paths) - 1
        assert listening.stream.statistics.ended >= 19


async def test_failures_back_off_and_recover() -> None:
    """1, 2, 5, 10, 30, 60 seconds; a session that worked starts from the beginning."""

    async def script(line: Line) -> None:
        if line.number == 9:
            await line.send(MIXED, part(HEARTBEAT))
        elif line.number % 2:
            line.reset()

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: len(server.paths) >= 11)
        assert listening.slept[:10] == [1, 2, 5, 10, 30, 60, 60, 60, module.LEAST_PERIOD, 1]
        states = [health.state for health in listening.sink.health[:4]]
        assert states == [PushState.CONNECTING, PushState.DOWN, PushState.HEALTHY, PushState.DOWN]
        assert listening.sink.health[1] == PushHealth(PushState.DOWN, "cannot_connect")


async def test_nobody_there() -> None:
    """A device that is off is tried again, ever more patiently."""
    async with listen(1) as listening:
        await listening.until(lambda: len(listening.slept) >= 7)
        assert listening.slept[:7] == [1, 2, 5, 10, 30, 60, 60]
        assert listening.states == [PushState.CONNECTING, PushState.DOWN]


async def test_a_stream_that_ends_at_once_is_a_failure() -> None:
    """An empty answer helps nobody."""

    async def script(line: Line) -> None:
        await line.send(MIXED)

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: len(listening.slept) >= 3)
        assert listening.slept[:3] == [1, 2, 5]
        assert listening.sink.health[-1].reason == "protocol_error"


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return an answer that is no stream."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/xml", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_legacy_path() -> None:
    """Old firmware knows the stream under another path, and is asked there first from then on."""

    async def script(line: Line) -> None:
        if line.path == STREAM_PATH:
            await line.send(answer("404 Not Found"))
        else:
            await line.send(MIXED, part(plate(line.number)))

    async with device(script) as server, listen(server.port) as listening:
        await listening.happened(2)
        assert server.paths[:3] == [STREAM_PATH, LEGACY_PATH, LEGACY_PATH]
        assert listening.states == [PushState.CONNECTING, PushState.HEALTHY]


async def test_no_stream_at_all() -> None:
    """Said once, asked again seldom."""

    async def script(line: Line) -> None:
        await line.send(answer("404 Not Found"))

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: len(listening.slept) >= 4)
        assert [seconds for seconds in listening.slept if seconds >= 1][:2] == [module.REFUSED_SECONDS] * 2
        assert listening.sink.health[-1] == PushHealth(PushState.DOWN, "unsupported")
        assert len(listening.sink.told) == 1


RIGHTS = b"""<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString>
<subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>"""


async def test_a_missing_right_is_a_problem_until_it_is_given() -> None:
    """403 is not a wrong password, and goes away."""

    async def script(line: Line) -> None:
        if line.number <= 2:
            await line.send(answer("403 Forbidden", RIGHTS))
        else:
            await line.send(MIXED, part(plate(1)))
            await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        await listening.happened(1)
        (topic, problems), solved = listening.sink.told
        assert topic == module.PROBLEM_TOPIC
        assert [problem.key for problem in problems] == ["event_stream_refused"]
        assert "lowPrivilege" in problems[0].placeholders["reason"]
        assert solved == (topic, ())
        assert listening.slept == [module.REFUSED_SECONDS] * 2
        assert listening.states == [PushState.CONNECTING, PushState.DOWN, PushState.HEALTHY]


async def test_a_refusal_under_status_200() -> None:
    """The document decides, not the number."""

    async def script(line: Line) -> None:
        await line.send(answer("200 OK", RIGHTS))

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: listening.slept)
        assert listening.sink.health[-1] == PushHealth(PushState.DOWN, "insufficient_rights")


async def test_a_web_page_instead_of_a_stream() -> None:
    """A proxy's page is a failure, not a stream."""

    async def script(line: Line) -> None:
        await line.send(answer("200 OK", b"<html>").replace(b"application/xml", b"text/html"))

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: len(listening.slept) >= 2)
        assert listening.slept[:2] == [1, 2]
        assert listening.sink.health[-1].reason == "protocol_error"


async def test_a_busy_device_is_given_the_time_it_asks_for() -> None:
    """503 with Retry-After."""

    async def script(line: Line) -> None:
        await line.send(answer("503 Service Unavailable", b"", "Retry-After: 42"))

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: len(listening.slept) >= 2)
        assert listening.slept[:2] == [42, 42]
        assert listening.sink.health[-1].reason == "device_busy"


async def test_a_login_that_is_refused_ends_listening() -> None:
    """Only the user can help."""

    async def script(line: Line) -> None:
        await line.send(answer("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"'))

    async with device(script) as server, listen(server.port) as listening:
        with pytest.raises(AuthenticationError):
            await listening.until(lambda: False)
        assert listening.states == [PushState.CONNECTING, PushState.DOWN]
        assert len(server.paths) == 1


async def test_silence_of_a_device_without_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connected anew, without alarm: nothing says that it is gone."""

    async def script(line: Line) -> None:
        await line.send(MIXED, part(plate(line.number)))
        await line.hold()

    with constant(monkeypatch, "READ_TIMEOUT", 0.05):
        async with device(script) as server, listen(server.port) as listening:
            await listening.happened(3)
            assert listening.states == [PushState.CONNECTING, PushState.HEALTHY]
            assert listening.stream.statistics.silent >= 2
            assert len(server.paths) >= 3


async def test_silence_after_heartbeats_is_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-open connection: told, and mended."""

    async def script(line: Line) -> None:
        await line.send(MIXED, part(HEARTBEAT), part(plate(line.number)))
        await line.hold()

    with constant(monkeypatch, "READ_TIMEOUT", 0.05):
        async with device(script) as server, listen(server.port) as listening:
            await listening.happened(2)
            expected = [PushState.CONNECTING, PushState.HEALTHY, PushState.DOWN, PushState.HEALTHY]
            assert listening.states[:4] == expected
            assert listening.sink.health[2].reason == "timeout"


async def test_the_time_out_is_learnt_from_the_heartbeats() -> None:
    """Three intervals, and never less than the default."""
    go_on = asyncio.Semaphore(0)

    async def script(line: Line) -> None:
        await line.send(MIXED)
        while True:
            # Cameras name a channel in it.
            await line.send(part(alert_xml("videoloss", "inactive", count=0)))
            await go_on.acquire()

    async with device(script) as server, listen(server.port) as listening:
        beats = listening.rig.router.counts
        for number, (pause, expected) in enumerate([(10, 90), (50, 150), (10, 150), (400, 600)], 1):
            await listening.until(lambda number=number: beats["heartbeats"] == number)
            listening.rig.clock.seconds += pause
            go_on.release()
            await listening.until(lambda number=number: beats["heartbeats"] == number + 1)
            assert listening.stream.read_timeout == expected


async def test_cancelling_closes_the_connection() -> None:
    """Unloading leaves nothing behind on the device."""
    closed = asyncio.Event()

    async def script(line: Line) -> None:
        await line.send(MIXED)
        try:
            await line.writer.wait_closed()
        finally:
            closed.set()

    async def serve(line: Line) -> None:
        await line.send(MIXED, part(plate(1)))
        while not line.writer.is_closing():
            with suppress(ConnectionError):
                await line.send(b"\r\n")
            await asyncio.sleep(0.005)
        closed.set()

    async with device(serve) as server:
        async with listen(server.port) as listening:
            await listening.happened(1)
        async with asyncio.timeout(5):
            await closed.wait()


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


async def test_a_reset_under_load() -> None:
    """A connection that breaks is told, and what comes later is seen."""

    async def script(line: Line) -> None:
        first = 1000 * line.number
        chunked = MIXED.replace(b"Connection: close", b"Transfer-Encoding: chunked")
        data = b"".join(part(plate(first + n)) for n in range(50))
        await line.send(chunked, b"%x\r\n%s\r\n" % (len(data), data))
        if line.number % 2:
            await asyncio.sleep(0.02)
            line.reset()
        else:
            await line.hold()

    async with device(script) as server, listen(server.port) as listening:
        await listening.until(lambda: "P2049" in {occurrence.plate for occurrence in listening.sink.occurrences})
        assert listening.states == [PushState.CONNECTING, PushState.HEALTHY, PushState.DOWN, PushState.HEALTHY]
        assert listening.slept == [1]


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


async def test_settling_tells_after_every_connect() -> None:
    """What ended while nobody listened is off afterwards."""
    clock = Clock()

    async def script(line: Line) -> None:
        if line.number == 1:
            await line.send(MIXED, part(alert_xml("VMD")))
            await asyncio.sleep(0.02)
            line.reset()
        else:
            await line.send(MIXED)
            await line.hold()

    one = rig(camera(), options={"hold_motion": 600})
    assert clock.seconds == 0
    async with device(script) as server, listen(server.port, one) as listening:
        await listening.happened(1)
        motion = one.feature("motion")
        await listening.until(lambda: len(listening.sink.reports) == 3)
        assert len(server.paths) == 2
        # The gap was one second: it may still go on.
        assert motion not in listening.sink.reports[-1].values
        assert listening.sink.reports[-1].values[one.feature("intrusion")] is False
