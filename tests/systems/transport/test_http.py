"""The HTTP client against answers of every kind: too large, cut off, slow, reset, redirected."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import gzip
import logging
import random
import re
import socket
import struct

from aiohttp import ClientSession, web
import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BodyTooLargeError,
    ConnectionFailedError,
    InvalidAddressError,
    ProtocolError,
    ResponseTimeoutError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.transport.gate import GateState
from custom_components.hikvision_ivm.systems.transport.http import HttpClient, Policy

from .device import NAME, PASSWORD, Login, client, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RawServer:
    """A server that speaks bytes. `requests` holds the heads of all requests."""

    def __init__(self, *answers: bytes | None) -> None:
        """`answers` in turn, the last one for ever; None resets the connection."""
        self.answers = list(answers)
        self.requests: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it is closed."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head.decode())
                if length := re.search(r"content-length: (\d+)", head.decode(), re.IGNORECASE):
                    await reader.readexactly(int(length[1]))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    break
                writer.write(answer)
                await writer.drain()
                if b"keep-alive" not in answer:
                    break
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def raw(*answers: bytes | None) -> AsyncIterator[RawServer]:
    """Run a server that speaks bytes."""
    server = RawServer(*answers)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"


@pytest.mark.parametrize("broken", [None, b"", CUT])
@pytest.mark.parametrize("kept", [True, False])
async def test_reads_are_sent_twice_at_most(broken: bytes | None, kept: bool) -> None:
    """A dropped connection, a kept one too, is made up for once; a second time it is told."""
    lead = [OK] if kept else []
    async with raw(*lead, broken, OK) as server, client(server.url) as http:
        for _ in range(len(lead) + 1):
            assert (await http.request("GET", "x")).body == b"ok"
        assert len(server.requests) == len(lead) + 2
        assert http.counters.retries == 1
    async with raw(*lead, broken) as server, client(server.url) as http:
        for _ in lead:
            await http.request("GET", "x")
        with pytest.raises(ConnectionFailedError):
            await http.request("GET", "x")
        assert len(server.requests) == len(lead) + 2
        assert http.counters.failures == 1


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("broken", [None, b"", CUT])
@pytest.mark.parametrize("kept", [True, False])
async def test_writes_are_sent_once(method: str, broken: bytes | None, kept: bool) -> None:
    """Nothing that changes something is sent twice, not by aiohttp either."""
    lead = [OK] if kept else []
    async with raw(*lead, broken) as server, client(server.url) as http:
        for _ in lead:
            await http.request("GET", "x")
        with pytest.raises(ConnectionFailedError):
            await http.request(method, "x", body=b"<a/>")
        assert len(server.requests) == len(lead) + 1


async def test_write_without_body_says_so() -> None:
    """A PUT without body carries a length of zero and no media type."""
    async with raw(OK) as server, client(server.url) as http:
        await http.request("PUT", "reboot")
        head = server.requests[0].lower()
    assert "content-length: 0" in head
    assert "content-type" not in head
    assert "accept-encoding: identity" in head


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"220 ftp.example ready\r\n\r\n", ProtocolError),
        (b"\x15\x03\x03\x00\x02\x02\x46" * 3 + b"\r\n\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(10_000_000)), ProtocolError),
    ],
)
async def test_garbage_is_an_error_of_ours(answer: bytes, error: type[SystemFailure]) -> None:
    """What is not HTTP, or not what was asked for, ends as one of our errors."""
    async with raw(answer) as server, client(server.url) as http:
        with pytest.raises(error):
            await http.request("GET", "x")


@pytest.mark.parametrize("seed", range(20))
async def test_random_answers_never_surprise(seed: int) -> None:
    """Random bytes after a right status line never raise anything but our own errors."""
    chance = random.Random(seed)
    noise = bytes(chance.choice(b"\r\n: abc\x00\xff0123456789") for _ in range(chance.randint(0, 400)))
    async with raw(b"HTTP/1.1 200 OK\r\n" + noise) as server, client(server.url) as http:
        result = (await asyncio.gather(http.request("GET", "x", timeout=2), return_exceptions=True))[0]
    assert isinstance(result, SystemFailure) or result.status == 200


async def test_declared_and_actual_size_are_limited() -> None:
    """A body beyond the limit is not read, whether its size was declared or not."""
    declared = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(2_000_000)
    async with raw(declared, endless, b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1000)) as server, client(server.url) as http:
        for _ in range(2):
            with pytest.raises(BodyTooLargeError):
                await http.request("GET", "x", limit=1000)
        assert len((await http.request("GET", "x", limit=1000)).body) == 1000


async def test_slow_answer_times_out_in_total() -> None:
    """Drops of data do not prolong the time-out; writes get longer than reads."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(8):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    policy = Policy(read=0.2, write=5)
    async with running(Login(), answer) as device, client(device.url, policy=policy) as http:
        with pytest.raises(ResponseTimeoutError):
            await http.request("GET", "x")
        assert http.counters.timeouts == 1
        assert (await http.request("PUT", "x")).body == b"x" * 8
        assert (await http.request("GET", "x", timeout=5)).body == b"x" * 8


async def test_nobody_there() -> None:
    """A refused connection is told at once, and what was proven has to be proven again."""
    async with running(Login()) as device, client(device.url) as http:
        await http.request("GET", "x")
        await device.server.close()
        with pytest.raises(ConnectionFailedError, match="refused"):
            await http.request("GET", "x")
        assert http.gate.state is GateState.UNPROVEN


async def test_unknown_name() -> None:
    """A name that does not exist is told as such, without a retry."""
    async with client("http://device.invalid") as http:
        with pytest.raises(ConnectionFailedError, match="name"):
            await http.request("GET", "x")
        assert http.counters.requests == 1


async def test_closed_session() -> None:
    """After shut-down requests fail in our words."""
    async with client("http://127.0.0.1:1") as http:
        pass
    with pytest.raises(ConnectionFailedError, match="shut down"):
        await http.request("GET", "x")


async def test_concurrency_is_limited() -> None:
    """No more requests than allowed are under way; streams do not count."""
    busy = peak = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal busy, peak
        if request.path == "/stream":
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"first")
            await asyncio.sleep(3)
            return response
        busy += 1
        peak = max(peak, busy)
        await asyncio.sleep(0.01)
        busy -= 1
        return web.Response()

    async with running(Login(), answer) as device, client(device.url, policy=Policy(concurrency=3)) as http:
        await http.request("GET", "x")
        async with http.stream("GET", "stream", read_timeout=5) as stream:
            assert await anext(stream.chunks()) == b"first"
            await asyncio.gather(*(http.request("GET", f"x/{number}") for number in range(20)))
    assert peak == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_within_the_origin(status: int) -> None:
    """Reads follow, with an answer to the new address; writes are told; circles end."""
    login = Login()

    async def answer(request: web.Request) -> web.Response:
        targets = {"/old": "/new?a=%20b", "/circle": "circle", "/absolute": f"{device.url}/new"}
        if (target := targets.get(request.path)) is not None:
            return web.Response(status=status, headers={"Location": target})
        return web.Response(text=request.raw_path)

    async with running(login, answer) as device, client(device.url) as http:
        assert (await http.request("GET", "old")).body == b"/new?a=%20b"
        assert (await http.request("GET", "absolute")).body == b"/new"
        async with http.stream("GET", "old", read_timeout=5) as stream:
            assert await stream.read(100) == b"/new?a=%20b"
        with pytest.raises(ConnectionFailedError, match="circle"):
            await http.request("GET", "circle")
        with pytest.raises(ConnectionFailedError, match="PUT"):
            await http.request("PUT", "old", body=b"<a/>")
    assert login.wrong == 0


async def test_redirects_elsewhere_get_nothing() -> None:
    """Another origin is neither asked nor given credentials; the error names it, without its path."""
    target = ""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": target})

    async with running() as other, running(Login(), answer) as device, client(device.url) as http:
        for target in (  # noqa: B007 read by the device
            f"{other.url}/secret-path",
            f"//{other.url.removeprefix('http://')}/secret-path",
            "https://127.0.0.1/secret-path",
            "ftp://127.0.0.1/secret-path",
            "http://[::1",
            "http:///secret-path",
        ):
            with pytest.raises(ConnectionFailedError) as caught:
                await http.request("GET", "x")
            assert "secret-path" not in str(caught.value)
        assert other.paths == []
        target = "https://127.0.0.1/x"
        with pytest.raises(ConnectionFailedError, match="https://127.0.0.1"):
            await http.request("GET", "x")


async def test_target_stays_below_the_base() -> None:
    """Nothing in a path leads elsewhere; what has to be encoded is, once."""
    async with running() as device, client(f"{device.url}/base/") as http:
        for path in ("//evil.example/x", "/a b/ü?x=1#f", "@evil.example", "a%20b%zz", "../up"):
            await http.request("GET", path, query={"k": "ä&b c"})
        assert http.base_url == f"{device.url}/base"
    assert device.paths == [
        "GET /base/evil.example/x?k=%C3%A4%26b%20c",
        "GET /base/a%20b/%C3%BC?x=1%23f&k=%C3%A4%26b%20c",
        "GET /base/@evil.example?k=%C3%A4%26b%20c",
        "GET /base/a%20b%25zz?k=%C3%A4%26b%20c",
        "GET /base/../up?k=%C3%A4%26b%20c",
    ]


@pytest.mark.parametrize(
    "address",
    ["", "device", "ftp://device", "http://", f"http://{NAME}:{PASSWORD}@device", "http://[::1", "http://a/?b"],
)
async def test_unusable_base(address: str) -> None:
    """An address that is none is refused without repeating credentials."""
    with pytest.raises(InvalidAddressError) as caught:
        async with client(address):
            pytest.fail("must not come so far")
    assert PASSWORD not in repr(caught.value) + str(caught.value.placeholders)


async def test_busy_answer_is_returned_whole() -> None:
    """A 503 with its advice when to come back is an answer."""
    answer = b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\nContent-Type: Text/XML; charset=x\r\nContent-Length: 0\r\n\r\n"
    async with raw(answer) as server, client(server.url) as http:
        response = await http.request("GET", "x")
    assert (response.status, response.headers["Retry-After"], response.content_type) == (503, "7", "text/xml")


async def test_anonymous_client() -> None:
    """Without credentials a 401 is told and nothing is proven."""
    async with running(Login()) as device, ClientSession() as session:
        http = HttpClient(session, device.url, None, runtime=Runtime())
        with pytest.raises(AuthenticationError):
            await http.request("GET", "x")


async def test_half_open_stream() -> None:
    """A stream that falls silent ends by its time-out, one that is cut by an error, one that ends by ending."""
    silent, cut = asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        if request.path == "/silent":
            await silent.wait()
        if request.path == "/cut":
            assert request.transport is not None
            await cut.wait()
            request.transport.abort()
        return response

    async with running(Login(), answer) as device, client(device.url) as http:
        for path, error in (("silent", ResponseTimeoutError), ("cut", ConnectionFailedError)):
            async with http.stream("GET", path, read_timeout=0.2) as stream:
                chunks = stream.chunks()
                assert await anext(chunks) == b"first"
                cut.set() if path == "cut" else None
                with pytest.raises(error):
                    await anext(chunks)
        silent.set()
        async with http.stream("GET", "end", read_timeout=5) as stream:
            assert [chunk async for chunk in stream.chunks()] == [b"first"]


async def test_stream_read_is_limited() -> None:
    """The body of a refused stream is read up to a limit."""
    async with raw(b"HTTP/1.1 403 No\r\n\r\n" + bytes(100_000)) as server, client(server.url) as http:
        with pytest.raises(BodyTooLargeError):
            async with http.stream("GET", "x", read_timeout=5) as stream:
                await stream.read(1000)


async def test_left_stream_closes_its_connection() -> None:
    """The device sees that nobody listens any more."""
    gone = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.01)
        except ConnectionError, asyncio.CancelledError:
            gone.set()
            raise

    async with running(None, answer) as device, client(device.url) as http:
        async with http.stream("GET", "x", read_timeout=5) as stream:
            assert await anext(stream.chunks())
        async with asyncio.timeout(5):
            await gone.wait()


async def test_secrets_are_neither_logged_nor_shown(caplog: pytest.LogCaptureFixture) -> None:
    """No log line, representation or error holds the password, the login or the query."""
    caplog.set_level(logging.DEBUG)
    login = Login()
    async with running(login) as device, client(device.url) as http:
        response = await http.request("GET", "x", query={"token": "query-secret"}, headers={"X-Key": "header-secret"})
        shown = repr(response) + repr(http._auth._credentials) + repr(http.counters)  # noqa: SLF001
        login.password = "other"
        http.gate.pause = 0
        with pytest.raises(AuthenticationError) as caught:
            await http.request("GET", "x", query={"token": "query-secret"})
    ours = "\n".join(record.getMessage() for record in caplog.records if "hikvision_ivm" in record.name)
    assert "GET /x: 200" in ours
    for text in (ours, shown, repr(caught.value) + str(caught.value.placeholders)):
        for secret in (PASSWORD, "query-secret", "header-secret", "Digest"):
            assert secret not in text
