"""Wrong passwords are counted where they count: at the device."""

import asyncio
from collections.abc import Callable

from aiohttp import web
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AccountLockedError,
    AuthenticationError,
    ConnectionFailedError,
    CredentialsBlockedError,
    ProtocolError,
    ResponseTimeoutError,
)
from custom_components.hikvision_ivm.systems.transport.gate import CONFIRM_PAUSE, CredentialGate, GateState, Refusal
from custom_components.hikvision_ivm.systems.transport.http import HttpClient, Policy, Response

from .clock import Clock
from .device import PASSWORD, Login, client, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def many(http: HttpClient, count: int = 50) -> list[Response | BaseException]:
    """Send many requests at once."""
    return await asyncio.gather(*(http.request("GET", f"x/{n}") for n in range(count)), return_exceptions=True)


def telling(refusal: Refusal) -> Callable[[Response], Refusal]:
    """Return what reads `refusal` out of a body with the word `locked`, and nothing out of others."""
    return lambda response: refusal if b"locked" in response.body else Refusal()


async def test_fifty_requests_with_a_wrong_password() -> None:
    """Two logins reach the device, the second after the pause; everybody gets an error that says so."""
    login, clock = Login(), Clock()
    async with running(login) as device, client(device.url, password="wrong", runtime=clock.runtime) as http:
        results = await many(http)
        assert login.wrong == 2
        assert clock.slept == [CONFIRM_PAUSE]
        kinds = [type(result) for result in results]
        assert kinds.count(AuthenticationError) == 1
        assert kinds.count(CredentialsBlockedError) == 49
        sent = len(device.paths)
        clock.passes(1_000_000)
        await many(http)
        assert http.gate.state is GateState.CLOSED
        assert len(device.paths) == sent
        assert http.counters.refused_logins == 2


async def test_one_login_per_user_action() -> None:
    """Without confirming login the device sees one, and one more after the user acted."""
    login, clock = Login(), Clock()
    async with running(login) as device:
        gate = CredentialGate(clock.runtime, confirm=False)
        async with client(device.url, password="wrong", runtime=clock.runtime, gate=gate) as http:
            await many(http)
            assert (login.wrong, clock.slept) == (1, [])
            gate.reset()
            await many(http)
            assert (login.wrong, clock.slept) == (2, [])


async def test_others_fail_at_once_during_the_pause() -> None:
    """While the refusal waits for its confirmation nothing is sent, and the error tells that it is not final."""
    login, clock = Login(), Clock(flows=False)
    async with running(login) as device, client(device.url, password="wrong", runtime=clock.runtime) as http:
        first = asyncio.create_task(http.request("GET", "x"))
        await clock.asleep()
        sent = len(device.paths)
        for result in await many(http, 10):
            assert isinstance(result, CredentialsBlockedError)
            assert result.pending
        assert (len(device.paths), http.gate.pending) == (sent, True)
        clock.passes(CONFIRM_PAUSE)
        with pytest.raises(AuthenticationError):
            await first
        with pytest.raises(CredentialsBlockedError) as caught:
            await http.request("GET", "x")
        assert not caught.value.pending
    assert login.wrong == 2


async def test_device_that_starts_recovers() -> None:
    """A device that refuses everything while it starts is asked once more and then everything goes on."""
    login, clock = Login(password="not yet"), Clock(flows=False)
    async with running(login) as device, client(device.url, runtime=clock.runtime) as http:
        first = asyncio.create_task(http.request("GET", "x"))
        await clock.asleep()
        login.password = PASSWORD
        clock.passes(CONFIRM_PAUSE)
        assert (await first).status == 200
        assert {result.status for result in await many(http) if isinstance(result, Response)} == {200}
    assert login.wrong == 1


async def test_confirmation_survives_a_cancelled_request() -> None:
    """If the request that was refused is cancelled, the first one after the pause confirms."""
    login, clock = Login(password="not yet"), Clock(flows=False)
    async with running(login) as device, client(device.url, runtime=clock.runtime) as http:
        first = asyncio.create_task(http.request("GET", "x"))
        await clock.asleep()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        clock.passes(CONFIRM_PAUSE - 1)
        with pytest.raises(CredentialsBlockedError):
            await http.request("GET", "x")
        clock.passes(2)
        results = await many(http, 5)
        assert [type(one) for one in results].count(AuthenticationError) == 1
        assert (login.wrong, http.gate.state) == (2, GateState.CLOSED)


async def test_connection_trouble_does_not_use_up_the_confirmation() -> None:
    """A confirming login that found no connection is made up for."""
    login, clock = Login(password="not yet"), Clock(flows=False)
    async with running(login) as device, client(device.url, runtime=clock.runtime) as http:
        first = asyncio.create_task(http.request("GET", "x"))
        await clock.asleep()
        await device.server.close()
        clock.passes(CONFIRM_PAUSE)
        with pytest.raises(ConnectionFailedError):
            await first
        assert http.gate.pending
    assert login.wrong == 1


@pytest.mark.parametrize("says_stale", ["true", None])
async def test_password_changed_while_running(says_stale: str | None) -> None:
    """A password changed on the device costs two logins at most, though fifty requests are sent at once."""
    login, clock = Login(says_stale=says_stale), Clock()
    async with running(login) as device, client(device.url, runtime=clock.runtime) as http:
        await many(http)
        login.password = "new"
        results = await many(http)
        assert all(isinstance(result, AuthenticationError) for result in results)
        assert login.wrong == 2
        assert http.gate.state is GateState.CLOSED


async def test_password_changed_and_device_restarted() -> None:
    """The same with nonces that the device no longer knows: they are not counted, the confirmation is."""
    login, clock = Login(), Clock()
    async with running(login) as device, client(device.url, runtime=clock.runtime) as http:
        await many(http)
        login.password = "new"
        login.expire()
        await many(http)
        assert login.wrong == 2


async def test_password_corrected_after_reset() -> None:
    """After the user acted the gate lets one request prove the login, and all others follow."""
    login, clock = Login(password="other"), Clock()
    async with running(login) as device, client(device.url, runtime=clock.runtime) as http:
        await many(http, 5)
        login.password = PASSWORD
        http.gate.reset()
        assert {result.status for result in await many(http) if isinstance(result, Response)} == {200}


async def test_lock_with_remaining_time() -> None:
    """While the device says that it is locked nothing is sent, not even by the user's wish, and the time is told."""
    login, clock = Login(body=b"locked"), Clock()
    refusal = telling(Refusal(attempts_left=0, unlock_seconds=600))
    async with (
        running(login) as device,
        client(device.url, password="wrong", runtime=clock.runtime, read_refusal=refusal) as http,
    ):
        with pytest.raises(AccountLockedError) as caught:
            await http.request("GET", "x")
        assert caught.value.placeholders["minutes"] == "10"
        assert (login.wrong, len(device.paths)) == (0, 1)
        clock.passes(300)
        for result in await many(http, 5):
            assert isinstance(result, AccountLockedError)
            assert result.unlock_seconds == 300
        http.gate.reset()
        with pytest.raises(AccountLockedError):
            await http.request("GET", "x")
        assert len(device.paths) == 1
        login.body = b""
        clock.passes(301)
        with pytest.raises(AuthenticationError):
            await http.request("GET", "x")
        assert login.wrong == 2


async def test_lock_is_not_left_without_the_user() -> None:
    """When the lock is over and nobody acted, nothing is sent."""
    login, clock = Login(body=b"locked"), Clock()
    refusal = telling(Refusal(unlock_seconds=60))
    async with running(login) as device, client(device.url, runtime=clock.runtime, read_refusal=refusal) as http:
        with pytest.raises(AccountLockedError):
            await http.request("GET", "x")
        clock.passes(100)
        with pytest.raises(CredentialsBlockedError):
            await http.request("GET", "x")
        assert len(device.paths) == 1
        login.body = b""
        http.gate.reset()
        assert (await http.request("GET", "x")).status == 200


@pytest.mark.parametrize(("left", "logins"), [(5, 2), (2, 2), (1, 1), (0, 1)])
async def test_last_attempt_is_the_users(left: int, logins: int) -> None:
    """The login before the lock is not spent on a confirmation; attempts left are told."""
    login, clock = Login(), Clock()
    reader = lambda response: Refusal(attempts_left=left)  # noqa: E731
    async with (
        running(login) as device,
        client(device.url, password="wrong", runtime=clock.runtime, read_refusal=reader) as http,
    ):
        with pytest.raises(AuthenticationError) as caught:
            await http.request("GET", "x")
        assert isinstance(caught.value, AccountLockedError) == (left == 0)
        assert caught.value.placeholders["attempts_left"] == str(left)
        assert login.wrong == logins


async def test_failing_first_request_lets_the_next_one_prove() -> None:
    """If the request that proves the login gets no answer, the others do not wait for ever."""
    login, slow = Login(), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/slow":
            await slow.wait()
        return web.Response()

    async with running(login, answer) as device, client(device.url) as http:
        first = asyncio.create_task(http.request("GET", "slow", timeout=0.2))
        await asyncio.sleep(0.05)
        answers = await asyncio.gather(*(http.request("GET", f"x/{number}") for number in range(10)))
        assert {one.status for one in answers} == {200}
        with pytest.raises(ResponseTimeoutError):
            await first
        slow.set()


async def test_slow_request_does_not_hold_up_others_for_long() -> None:
    """Once the login is proven, a slow answer keeps nobody waiting beyond the gate's patience."""
    login, slow = Login(), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/slow":
            await slow.wait()
        return web.Response()

    async with running(login, answer) as device, client(device.url) as http:
        await http.request("GET", "x")
        first = asyncio.create_task(http.request("PUT", "slow", body=b""))
        await asyncio.sleep(0.02)
        started = asyncio.get_running_loop().time()
        await http.request("GET", "x")
        assert asyncio.get_running_loop().time() - started < 1
        slow.set()
        assert (await first).status == 200


async def test_stream_passes_the_same_gate() -> None:
    """A stream with a wrong password counts like a request, and is not opened any more afterwards."""
    login, clock = Login(), Clock()
    async with running(login) as device, client(device.url, password="wrong", runtime=clock.runtime) as http:
        for error in (AuthenticationError, CredentialsBlockedError):
            with pytest.raises(error):
                async with http.stream("GET", "alertStream", read_timeout=5):
                    pytest.fail("the stream must not open")
        assert login.wrong == 2


async def test_basic_with_a_wrong_password() -> None:
    """Basic knows no nonce: every 401 is a refusal."""
    login, clock = Login(digest=False, basic=True), Clock()
    policy = Policy(allow_basic=True)
    async with (
        running(login) as device,
        client(device.url, password="wrong", runtime=clock.runtime, policy=policy) as http,
    ):
        await many(http)
        assert login.wrong == 2


async def test_403_is_not_a_wrong_password() -> None:
    """A missing right is an answer like any other."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=403, body=b"lowPrivilege")

    login = Login()
    async with running(login, answer) as device, client(device.url) as http:
        for _ in range(3):
            assert (await http.request("GET", "x")).status == 403
        assert http.gate.state is GateState.PROVEN


async def test_401_without_challenge_is_a_refusal() -> None:
    """A 401 to right credentials that names no scheme closes the gate."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=401)

    login, clock = Login(), Clock()
    async with running(login, answer) as device, client(device.url, runtime=clock.runtime) as http:
        with pytest.raises(AuthenticationError):
            await http.request("GET", "x")
        assert http.gate.state is GateState.CLOSED
    assert login.accepted == 2


async def test_lock_shown_with_an_old_nonce() -> None:
    """An account locked while we run is told by the answer to a request in the middle of everything."""
    login, clock = Login(says_stale=None), Clock()
    refusal = telling(Refusal(attempts_left=0, unlock_seconds=90))
    async with running(login) as device, client(device.url, runtime=clock.runtime, read_refusal=refusal) as http:
        await http.request("GET", "x")
        login.password, login.body = "new", b"locked"
        with pytest.raises(AccountLockedError):
            await http.request("GET", "x")
        assert (login.wrong, http.gate.state) == (1, GateState.LOCKED)


async def test_refusal_in_the_middle_without_challenge() -> None:
    """A 401 to a nonce in use that brings no new one is final."""
    deny = False

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=401 if deny else 200)

    async with running(Login(), answer) as device, client(device.url, runtime=Clock().runtime) as http:
        await http.request("GET", "x")
        deny = True
        http.gate.pause = 0
        with pytest.raises(AuthenticationError):
            await http.request("GET", "x")


async def test_refusal_that_is_not_understood_says_nothing() -> None:
    """A 401 with a body of another language is a refusal without numbers."""

    def reader(response: Response) -> Refusal:
        raise ProtocolError(reason="not well-formed XML")

    login, clock = Login(), Clock()
    async with (
        running(login) as device,
        client(device.url, password="wrong", runtime=clock.runtime, read_refusal=reader) as http,
    ):
        with pytest.raises(AuthenticationError) as caught:
            await http.request("GET", "x")
    assert caught.value.attempts_left is None


async def test_locked_device_that_offers_no_login() -> None:
    """A locked device may answer 401 without a challenge."""
    login, clock = Login(digest=False), Clock()
    reader = lambda response: Refusal(attempts_left=0)  # noqa: E731
    async with running(login) as device, client(device.url, runtime=clock.runtime, read_refusal=reader) as http:
        with pytest.raises(AccountLockedError) as caught:
            await http.request("GET", "x")
        assert (caught.value.unlock_seconds, caught.value.placeholders["minutes"]) == (None, "")


@pytest.mark.parametrize("basic", [True, False])
async def test_refusals_of_requests_already_under_way(basic: bool) -> None:
    """Requests that were sent before the first refusal came end with errors, too, and none of them logs in again."""
    login, clock = Login(digest=not basic, basic=basic), Clock()
    policy, everybody = Policy(allow_basic=True), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        arrived.append(request.path)
        if len(arrived) == 4:
            everybody.set()
        await everybody.wait()
        return web.Response() if request.path == "/x" else login.judge(False) or web.Response()

    arrived: list[str] = ["one", "two", "three"]
    async with running(login, answer) as device:
        gate = CredentialGate(clock.runtime, confirm=False, patience=0.0)
        async with client(device.url, runtime=clock.runtime, policy=policy, gate=gate) as http:
            await http.request("GET", "x")
            arrived.clear()
            everybody.clear()
            results = await many(http, 20)
            assert all(isinstance(one, AuthenticationError) for one in results)
            assert gate.state is GateState.CLOSED
            assert login.wrong == (4 if basic else 5)


async def test_a_lock_that_is_not_about_the_credentials() -> None:
    """It is waited for, whoever comes; afterwards the same credentials are tried."""
    clock = Clock()
    gate = CredentialGate(clock.runtime)
    async with gate.turn(mark=0) as turn:
        turn.logins += 1
        assert not turn.refused(Refusal(unlock_seconds=60.0, patient=True))
    assert gate.closed
    assert gate.pending
    with pytest.raises(AccountLockedError) as caught:
        gate.check()
    assert caught.value.pending
    assert caught.value.unlock_seconds == 60.0
    clock.passes(61)
    gate.check()
    async with gate.turn(mark=0) as turn:
        turn.accepted()
    assert gate.state is GateState.PROVEN


async def test_shut_from_outside() -> None:
    """A refusal that is told in a body closes the gate as a 401 does; the first reason stays."""
    clock = Clock()
    gate = CredentialGate(clock.runtime)
    gate.shut(Refusal(attempts_left=3))
    assert gate.state is GateState.CLOSED
    gate.shut(Refusal(unlock_seconds=60.0))
    assert gate.state is GateState.CLOSED
    with pytest.raises(CredentialsBlockedError) as caught:
        gate.check()
    assert caught.value.attempts_left == 3
    assert not caught.value.pending
