"""The event stream over real sockets: every framing, every fault, every ending (isapi-events §1.1, §7)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushHealth, PushState
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, CredentialsBlockedError
from custom_components.hikvision_ivm.systems.isapi import stream as module
from custom_components.hikvision_ivm.systems.isapi.stream import LEGACY_PATH, STREAM_PATH
from custom_components.hikvision_ivm.systems.model import Phase, Target
from custom_components.hikvision_ivm.systems.transport.http import HttpClient

from .events import HEARTBEAT, Clock, alert_xml, camera, part, rig
from .streams import MIXED, Line, device, listen, plate

pytestmark = pytest.mark.usefixtures("socket_enabled")


@contextmanager
def constant(monkeypatch: pytest.MonkeyPatch, name: str, value: float) -> Iterator[None]:
    """Shorten a time of the module."""
    with monkeypatch.context() as patch:
        patch.setattr(module, name, value)
        yield


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
        assert listening.stream.diagnostics()["framing"]["parts"] == 5
        assert listening.stream.diagnostics()["state"] == "healthy"


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
        assert listening.stream.diagnostics()["framing"]["parts"] == listening.stream.statistics.parts


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


async def test_a_refusal_that_may_be_an_error_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """While another request confirms the login, listening is not over."""
    real = HttpClient.stream
    refusals = iter([True, True])

    def stream(self: HttpClient, *args: Any, **settings: Any) -> Any:
        if next(refusals, False):
            raise CredentialsBlockedError("not sent", pending=True)
        return real(self, *args, **settings)

    async def script(line: Line) -> None:
        await line.send(MIXED, part(plate(1)))
        await line.hold()

    monkeypatch.setattr(HttpClient, "stream", stream)
    async with device(script) as server, listen(server.port) as listening:
        await listening.happened(1)
        assert listening.slept == [1, 2]
        assert listening.states == [PushState.CONNECTING, PushState.DOWN, PushState.HEALTHY]


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
