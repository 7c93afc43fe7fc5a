"""Logging in on real sockets: every kind of challenge, old nonces, special characters, bodies."""

import asyncio
from collections.abc import AsyncIterator
from itertools import product

from aiohttp import web
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BasicOnlyError,
    ConnectionFailedError,
    CredentialsBlockedError,
    ProtocolError,
)
from custom_components.hikvision_ivm.systems.transport.gate import CredentialGate, GateState
from custom_components.hikvision_ivm.systems.transport.http import Policy

from .device import Login, client, fields_of, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

AWKWARD = " @:/?#%&<>\"'\\ü门+=, "


@pytest.mark.parametrize(
    ("algorithm", "qop"),
    product(["MD5", "MD5-sess", "SHA", "SHA-256", "SHA-256-sess", "SHA-512-256"], ["auth", "auth,auth-int", None]),
)
async def test_every_challenge_is_answered(algorithm: str, qop: str | None) -> None:
    """Any algorithm and quality of protection is answered at the first attempt, reads and writes alike."""
    login = Login(algorithm=algorithm, qop=qop)
    async with running(login) as device, client(device.url) as http:
        for _ in range(3):
            assert (await http.request("GET", "/ISAPI/a", query={"x": "1 2", "ü": "&"})).body == b"<ok/>"
        assert (await http.request("PUT", "/ISAPI/b", body=b"<b/>")).body == b"<b/>"
    assert (login.accepted, login.wrong, login.challenges, login.stale) == (4, 0, 1, 0)
    assert device.paths[-1] == "PUT /ISAPI/b"


async def test_auth_int_covers_the_body() -> None:
    """Where only `auth-int` is offered, the body is hashed."""
    login = Login(qop="auth-int")
    async with running(login) as device, client(device.url) as http:
        assert (await http.request("PUT", "x", body=b"\x00body")).body == b"\x00body"
        assert (await http.request("GET", "x")).status == 200
    assert login.wrong == 0


@pytest.mark.parametrize("in_one_header", [True, False])
async def test_basic_first_does_not_win(in_one_header: bool) -> None:
    """Digest is used though Basic, and things unheard of, come first; the password does not travel."""
    login = Login(before=['Basic realm="a, b"', "Negotiate", 'New x="Digest y=z"'], in_one_header=in_one_header)
    async with running(login) as device, client(device.url, policy=Policy(allow_basic=True)) as http:
        assert (await http.request("GET", "x")).status == 200
    assert (login.accepted, login.wrong) == (1, 0)


async def test_strongest_digest_is_preferred() -> None:
    """Of several digests the strongest is answered."""
    weak = 'Digest realm="r", nonce="weak", qop="auth", algorithm=MD5'
    login = Login(algorithm="SHA-256", before=[weak], in_one_header=True)
    async with running(login) as device, client(device.url) as http:
        assert (await http.request("GET", "x")).status == 200
    assert login.wrong == 0


@pytest.mark.parametrize("extra", [', opaque=""', ', opaque="o,p", domain="::"', ', domain="http://other.example/"'])
async def test_opaque_and_domain_of_recorders(extra: str) -> None:
    """`domain` is ignored: later requests are not challenged again."""
    login = Login(extra=extra)
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.Response()

    async with running(login, answer) as device, client(device.url) as http:
        for _ in range(3):
            await http.request("GET", "x")
    assert (login.challenges, login.accepted) == (1, 3)
    assert all(('opaque=""' in header) == ('opaque=""' in extra) for header in seen)


@pytest.mark.parametrize(("username", "password"), [(AWKWARD.replace(":", ""), AWKWARD), ("ü", ""), (AWKWARD, "x")])
async def test_any_character_in_name_and_password(username: str, password: str) -> None:
    """No character of a user name or password is lost."""
    login = Login(username=username, password=password, algorithm="SHA-256")
    async with running(login) as device, client(device.url, username=username, password=password) as http:
        assert (await http.request("GET", "x")).status == 200
    assert login.wrong == 0


@pytest.mark.parametrize("says_stale", ["TRUE", "true", '"True"', None])
async def test_old_nonce_is_renewed(says_stale: str | None) -> None:
    """A nonce that got old costs one more request and no failed login, whatever the device says about it."""
    login = Login(says_stale=says_stale)
    async with running(login) as device, client(device.url) as http:
        for _ in range(5):
            assert (await http.request("PUT", "x", body=b"<b/>")).body == b"<b/>"
            login.expire()
        assert http.gate.state is GateState.PROVEN
    assert (login.accepted, login.wrong, login.challenges, login.stale) == (5, 0, 1, 4)


@pytest.mark.parametrize("says_stale", ["TRUE", None])
async def test_old_nonce_in_parallel(says_stale: str | None) -> None:
    """A nonce that is good for three requests serves fifty that come at once."""
    login = Login(says_stale=says_stale, nonce_uses=3)
    async with running(login) as device, client(device.url) as http:
        answers = await asyncio.gather(*(http.request("GET", f"x/{number}") for number in range(50)))
    assert [answer.status for answer in answers] == [200] * 50
    assert login.wrong == 0


async def test_endless_stale_is_a_refusal() -> None:
    """A device that calls every nonce stale gets two answers, not a loop."""
    login = Login(nonce_uses=0)
    async with running(login) as device, client(device.url) as http:
        with pytest.raises(AuthenticationError):
            await http.request("GET", "x")
        with pytest.raises(CredentialsBlockedError):
            await http.request("GET", "x")
    assert len(device.paths) == 3


async def test_basic_over_plain_http_needs_consent() -> None:
    """The password is not sent readable unless the user agreed, and the error says what to do."""
    login = Login(digest=False, basic=True, password="pä:ss")
    async with running(login) as device:
        async with client(device.url, password="pä:ss") as http:
            with pytest.raises(BasicOnlyError, match="HTTPS"):
                await http.request("GET", "x")
        assert (login.accepted, login.wrong) == (0, 0)
        async with client(device.url, password="pä:ss", policy=Policy(allow_basic=True)) as http:
            for _ in range(3):
                assert (await http.request("GET", "x")).status == 200
        assert (login.accepted, login.wrong, login.challenges) == (3, 0, 2)


async def test_unknown_scheme_is_named() -> None:
    """A device that offers nothing we speak is not taken for a wrong password."""
    login = Login(digest=False, before=["Negotiate", 'Digest realm="r", nonce="n", algorithm=SHA-3'])
    async with running(login) as device, client(device.url) as http:
        with pytest.raises(ProtocolError, match="negotiate"):
            await http.request("GET", "x")
        assert not http.gate.closed


@pytest.mark.parametrize("primed", [True, False])
async def test_streamed_body_survives_a_challenge(primed: bool) -> None:
    """A body that is made while it is sent arrives whole, with an old nonce too if it can be begun anew."""
    login = Login()

    async def produce() -> AsyncIterator[bytes]:
        for number in range(20):
            yield bytes([number]) * 1000

    whole = b"".join(bytes([number]) * 1000 for number in range(20))
    async with running(login) as device, client(device.url) as http:
        if primed:
            await http.request("GET", "x")
            login.expire()
        async with http.stream("PUT", "x", body=produce, read_timeout=5) as response:
            assert await response.read(100_000) == whole
        async with http.stream("PUT", "x", body=produce(), read_timeout=5) as response:
            assert await response.read(100_000) == whole
    assert login.wrong == 0


async def test_stream_that_cannot_be_repeated_says_so() -> None:
    """A body that can be sent once is never sent half."""
    login = Login(nonce_uses=0)

    async def produce() -> AsyncIterator[bytes]:
        yield b"x"

    async with running(login) as device, client(device.url) as http:
        with pytest.raises(ConnectionFailedError, match="while data was being sent"):
            async with http.stream("PUT", "x", body=produce(), read_timeout=5):
                pytest.fail("no answer may be taken for one")


async def test_next_nonce_is_used() -> None:
    """A nonce announced with an answer is used for the next request."""
    login = Login(nonce_uses=1)

    async def answer(request: web.Request) -> web.Response:
        announced = f"next {len(login.nonces)}"
        login.nonces[announced] = []
        return web.Response(headers={"Authentication-Info": f'qop=auth, nextnonce="{announced}"'})

    async with running(login, answer) as device, client(device.url) as http:
        for _ in range(4):
            await http.request("GET", "x")
    assert (login.accepted, login.challenges, login.stale) == (4, 1, 0)


async def test_user_name_with_control_characters_is_not_sent() -> None:
    """Nobody smuggles a header in through a user name."""
    login = Login()
    async with running(login) as device, client(device.url, username="a\r\nX-Evil: 1") as http:
        with pytest.raises(AuthenticationError, match="control characters"):
            await http.request("GET", "x")
    assert login.wrong == 0


async def test_device_without_login() -> None:
    """Where nothing is asked nothing is sent, and parallel requests all come through."""
    async with running(None) as device, client(device.url) as http:
        answers = await asyncio.gather(*(http.request("GET", "x") for _ in range(10)))
        assert {answer.status for answer in answers} == {200}
        assert http.gate.state is GateState.UNPROVEN
        assert http.counters.challenges == 0


async def test_kept_connection_serves_the_challenge_and_the_answer() -> None:
    """The answer to a challenge goes over the connection on which the challenge came."""
    async with running(Login(body=b"x" * 20_000)) as device, client(device.url) as http:
        for _ in range(3):
            await http.request("GET", "x")
        assert len(device.connections) == 1


@pytest.mark.parametrize("one_shot", [True, False])
async def test_streamed_body_without_login(one_shot: bool) -> None:
    """Where nothing is asked the body is sent once, after a look whether something is asked."""

    async def produce() -> AsyncIterator[bytes]:
        yield b"body"

    async with running(None) as device, client(device.url) as http:
        async with http.stream(
            "PUT", "x", body=produce() if one_shot else produce, content_type="audio/basic", read_timeout=5
        ) as response:
            assert await response.read(10) == b"body"
            assert response.content_type == "application/xml"
        assert device.paths == ["GET /x", "PUT /x"]
        assert http.counters.as_dict()["requests"] == 2


async def test_streamed_body_cannot_be_hashed() -> None:
    """A device that wants a hash of a body that is still being made gets a clear refusal and no login."""

    async def produce() -> AsyncIterator[bytes]:
        yield b"body"

    login = Login(qop="auth-int")
    async with running(login) as device, client(device.url) as http:
        with pytest.raises(ProtocolError, match="auth-int"):
            async with http.stream("PUT", "x", body=produce, read_timeout=5):
                pytest.fail("no answer may be taken for one")
    assert device.paths == ["GET /x"]


async def test_name_with_a_colon_is_not_sent_with_basic() -> None:
    """Basic has no room for a colon in the name: part of it would be taken for the password."""
    login = Login(digest=False, basic=True, username="a:b")
    policy = Policy(allow_basic=True)
    async with running(login) as device, client(device.url, username="a:b", policy=policy) as http:
        with pytest.raises(AuthenticationError, match="colon"):
            await http.request("GET", "x")
    assert login.wrong == 0


async def test_announced_nonce_that_is_the_old_one() -> None:
    """A device that announces the nonce in use keeps its count."""

    async def answer(request: web.Request) -> web.Response:
        nonce = fields_of(request.headers["Authorization"])["nonce"]
        return web.Response(headers={"Authentication-Info": f'nextnonce="{nonce}"'})

    login = Login()
    async with running(login, answer) as device, client(device.url) as http:
        for _ in range(3):
            await http.request("GET", "x")
    assert (login.accepted, login.wrong, login.stale) == (3, 0, 0)


async def test_large_refusal_is_cut() -> None:
    """A refusal of any size is answered; what is read of it is limited."""
    async with running(Login(body=b"x" * 3_000_000)) as device, client(device.url) as http:
        assert (await http.request("GET", "x")).status == 200
        assert http.counters.received < 100


async def test_nonces_that_change_for_ever() -> None:
    """A device that refuses every nonce as unknown, and never judges, ends in an error and not in a loop."""
    login = Login(nonce_uses=0, says_stale=None)
    async with running(login) as device, client(device.url, policy=Policy(read=5)) as http:
        http.gate.pause = 0
        with pytest.raises(AuthenticationError):
            await http.request("GET", "x")
    assert len(device.paths) <= 4


async def test_own_gate_is_used() -> None:
    """A gate that was given is asked."""
    async with running(Login()) as device, client(device.url) as first:
        gate = CredentialGate(first.gate._runtime)  # noqa: SLF001
        async with client(device.url, gate=gate) as http:
            assert http.gate is gate
            await http.request("GET", "x")
            assert gate.state is GateState.PROVEN
