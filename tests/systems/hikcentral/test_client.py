"""Speaking to the platform: signatures on the wire, repetitions, refusals (hikcentral §1)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import (
    AccessDisabledError,
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    CredentialsBlockedError,
    DeviceFailureError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    ProtocolError,
    QuotaError,
    RejectedError,
    ResponseTimeoutError,
    SystemFailure,
    TlsError,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.client import DISABLED_SECONDS, PAUSE_SECONDS, REPROBE_SECONDS
from custom_components.hikvision_ivm.systems.hikcentral.codes import CODES
from simulators.hikcentral import HikCentralSimulator
from tests.systems.transport.clock import Clock

from .connect import connected

VERSION = "common/v1/version"
CAMERAS = "resource/v1/cameras"
CONTROL = "acs/v1/door/doControl"


@pytest.fixture
async def platform(socket_enabled: None) -> AsyncIterator[HikCentralSimulator]:
    """Return a running platform."""
    async with HikCentralSimulator() as running:
        yield running


async def test_what_is_sent_is_what_was_signed(platform: HikCentralSimulator) -> None:
    """The platform recomputes the signature from the bytes that arrived; nonces never repeat, the secret never leaves."""
    async with connected(platform) as client:
        data = await client.call(VERSION)
        await client.call(VERSION)
    assert data["softVersion"] == platform.plan.version
    first, second = (request.headers for request in platform.requests)
    assert first["Accept"] == "application/json"
    assert first["Content-Type"] == "application/json;charset=UTF-8"
    assert first["X-Ca-Signature-Headers"] == "x-ca-key,x-ca-nonce,x-ca-timestamp"
    assert first["X-Ca-Nonce"] != second["X-Ca-Nonce"]
    assert platform.requests[0].raw == b"{}"
    assert "userId" not in first
    assert platform.app_secret not in str(first)


async def test_user_and_domain(platform: HikCentralSimulator) -> None:
    """A user that is configured is named, except where the call does not take one."""
    preview = "video/v1/cameras/previewURLs"
    async with connected(platform, user_id="admin", domain="1") as client:
        await client.call(VERSION)
        await client.call(VERSION, named=False)
        await client.call(preview, {"cameraIndexCode": "1", "protocol": "rtsp_s"})
    assert platform.requests[0].headers["userId"] == "admin"
    assert "userId" not in platform.requests[1].headers
    # Only what answers with addresses is asked for those of a domain.
    assert ["domainId" in request.headers for request in platform.requests] == [False, False, True]
    assert platform.requests[2].headers["domainId"] == "1"


async def test_domain_the_platform_does_not_know(platform: HikCentralSimulator) -> None:
    """It is told while it lasts, and only then."""
    preview = "video/v1/cameras/previewURLs"
    async with connected(platform, domain="7") as client:
        with pytest.raises(DeviceFailureError):
            await client.call(preview, {"cameraIndexCode": "1", "protocol": "rtsp_s"})
        assert client.is_abroad
        platform.options.domains["7"] = None
        await client.call(VERSION)
        assert client.is_abroad
        await client.call(preview, {"cameraIndexCode": "1", "protocol": "rtsp_s"})
        assert not client.is_abroad


async def test_unknown_user(platform: HikCentralSimulator) -> None:
    """A user that does not exist is no question of the key."""
    async with connected(platform, user_id="nobody") as client:
        with pytest.raises(PlatformUserError) as caught:
            await client.call(VERSION)
    assert "does not exist" in caught.value.placeholders["reason"]


async def test_wrong_secret_is_tried_twice_and_then_never_again(platform: HikCentralSimulator) -> None:
    """Once more with a fresh nonce, as the clock may be the cause; then the gate is closed."""
    async with connected(platform, app_secret="wrong") as client:
        with pytest.raises(AuthenticationError):
            await client.call(VERSION)
        with pytest.raises(CredentialsBlockedError):
            await client.call(VERSION)
    assert [request.code for request in platform.requests] == ["0x02401003"] * 2


async def test_many_requests_with_a_wrong_secret(platform: HikCentralSimulator) -> None:
    """One of them finds out for all."""
    async with connected(platform, app_secret="wrong") as client:
        results = await asyncio.gather(*(client.call(VERSION) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(result, AuthenticationError) for result in results)
    assert len(platform.requests) == 2


async def test_refusal_is_confirmed_after_a_pause(platform: HikCentralSimulator) -> None:
    """A platform that starts may refuse a good key."""
    platform.fault(VERSION, code="0x02401003", times=2)
    clock = Clock()
    async with connected(platform, clock.runtime, confirm=True) as client:
        assert await client.call(VERSION)
    assert clock.slept == [30.0]


async def test_unknown_key(platform: HikCentralSimulator) -> None:
    """It is refused at once: no clock cures it."""
    async with connected(platform, app_key="99999999") as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.call(VERSION)
    assert caught.value.code == "0x02401001"
    assert len(platform.requests) == 1


@pytest.mark.parametrize("offset", [7200.0, -86400.0])
async def test_wrong_clock_is_learnt(platform: HikCentralSimulator, offset: float) -> None:
    """The platform's own time is taken for the second attempt, and for all that follow."""
    platform.clock_offset = offset
    async with connected(platform) as client:
        assert await client.call(VERSION)
        assert await client.call(VERSION)
        assert client.correction == pytest.approx(offset, abs=2)
        assert client.skew == pytest.approx(offset, abs=2)
    assert [request.code for request in platform.requests] == ["0x02401003", "0", "0"]


async def test_our_own_clock_is_wrong(platform: HikCentralSimulator) -> None:
    """The same from the other side."""
    platform.options.timestamp_window = 60
    runtime = Runtime(now=lambda: datetime.now(UTC) - timedelta(days=3))
    async with connected(platform, runtime) as client:
        assert await client.call(VERSION)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("0x02401000", ProtocolError),
        ("0x02401004", DeviceFailureError),
        ("0x02401007", InsufficientRightsError),
        ("0x02401008", DeviceFailureError),
        ("0x02401009", QuotaError),
        ("0x0240100a", RejectedError),
        ("0x0240100B", DeviceFailureError),
        ("0x00072001", RejectedError),
        ("0x00072002", RejectedError),
        ("0x00072003", RejectedError),
        ("0x00072004", ProtocolError),
        ("0x00052101", BusyError),
        ("0x00052102", DeviceFailureError),
        ("0x00072201", InsufficientRightsError),
        ("0x00072202", NotFoundError),
        ("0x00072203", UnlicensedError),
        ("0x00072204", UnlicensedError),
        ("0x00052301", DeviceFailureError),
        ("1", DeviceFailureError),
        ("2", RejectedError),
        ("6", BusyError),
        ("8", UnsupportedError),
        ("11", ProtocolError),
        ("12", UnsupportedError),
        ("14", DeviceFailureError),
        ("17", AccessDisabledError),
        ("65", PlatformUserError),
        ("128", NotFoundError),
        ("129", DeviceOfflineError),
        ("130", InsufficientRightsError),
        ("131", RejectedError),
        ("133", BusyError),
        ("140", NotFoundError),
        ("192", DeviceFailureError),
        ("195", UnsupportedError),
        ("424242", DeviceFailureError),
    ],
)
async def test_codes(platform: HikCentralSimulator, code: str, error: type[SystemFailure]) -> None:
    """Each code is its own kind of failure, and none but those of the key asks for another key."""
    platform.fault(CAMERAS, code=code)
    async with connected(platform) as client:
        with pytest.raises(error) as caught:
            await client.call(CAMERAS, {"pageNo": 1, "pageSize": 1}, writes=True)
        assert caught.value.code == code.lower()
        assert not isinstance(caught.value, AuthenticationError)
        assert not client.gate.closed


def test_every_code_has_words() -> None:
    """All codes of the documentation are there, in the spelling that is looked up."""
    assert len(CODES) == 57
    assert all(code == code.lower() and row.meaning for code, row in CODES.items())


@pytest.mark.parametrize(
    ("code", "error"),
    [("0x02401007", InsufficientRightsError), ("0x00072204", UnlicensedError), ("12", UnsupportedError)],
)
async def test_refused_calls_are_not_repeated(
    platform: HikCentralSimulator, code: str, error: type[SystemFailure]
) -> None:
    """What the partner, the licence or the version does not have is asked for once."""
    platform.fault(CAMERAS, code=code)
    async with connected(platform) as client:
        for _ in range(3):
            with pytest.raises(error):
                await client.call(CAMERAS, {"pageNo": 1, "pageSize": 1})
        assert client.is_refused(CAMERAS)
        await client.call(VERSION)
    assert platform.count(CAMERAS) == 1


async def test_what_a_version_lacks_is_remembered_over_restarts(platform: HikCentralSimulator) -> None:
    """Until another version runs; a right that is missing is asked for again."""
    runtime = Runtime()
    platform.fault("regions", code="8")
    platform.deny(CAMERAS)
    async with connected(platform, runtime) as client:
        client.use_version("V2.0")
        for path in ("resource/v1/regions", CAMERAS):
            with pytest.raises(SystemFailure):
                await client.call(path, {"pageNo": 1, "pageSize": 1})
    async with connected(platform, runtime) as client:
        client.use_version("V2.0")
        assert client.is_refused("resource/v1/regions")
        assert not client.is_refused(CAMERAS)
    async with connected(platform, runtime) as client:
        client.use_version("V2.1")
        assert not client.is_refused("resource/v1/regions")


async def test_a_right_given_later(platform: HikCentralSimulator) -> None:
    """It is found some hours later, or when the user asks."""
    platform.deny(VERSION)
    clock = Clock()
    async with connected(platform, clock.runtime) as client:
        with pytest.raises(InsufficientRightsError):
            await client.call(VERSION)
        platform.allow(VERSION)
        with pytest.raises(InsufficientRightsError):
            await client.call(VERSION)
        clock.passes(REPROBE_SECONDS)
        assert await client.call(VERSION)
        platform.deny(VERSION)
        with pytest.raises(InsufficientRightsError):
            await client.call(VERSION)
        platform.allow(VERSION)
        client.renew()
        assert await client.call(VERSION)


async def test_interface_switched_off_and_on(platform: HikCentralSimulator) -> None:
    """It is asked for again after some minutes, not after hours."""
    clock = Clock()
    async with connected(platform, clock.runtime) as client:
        await client.call(VERSION)
        platform.fault(VERSION, code="17")
        with pytest.raises(AccessDisabledError):
            await client.call(VERSION)
        platform.heal()
        with pytest.raises(AccessDisabledError):
            await client.call(VERSION)
        clock.passes(DISABLED_SECONDS)
        assert await client.call(VERSION)


async def test_quota(platform: HikCentralSimulator) -> None:
    """After it nothing is read for five minutes; what a user does is still sent."""
    platform.fault(VERSION, code="0x02401009", times=1)
    clock = Clock()
    async with connected(platform, clock.runtime) as client:
        with pytest.raises(QuotaError):
            await client.call(VERSION)
        with pytest.raises(QuotaError):
            await client.call(CAMERAS)
        assert len(platform.requests) == 1
        assert client.strained
        door = platform.state.doors["1"].id
        await client.call(CONTROL, {"doorIndexCodes": [door], "controlType": 2}, writes=True)
        clock.passes(301)
        assert await client.call(VERSION)
        clock.passes(301)
        assert not client.strained


async def test_busy_platform_is_asked_again(platform: HikCentralSimulator) -> None:
    """A read, a little later, each time twice as late on the average; not more often than is useful."""
    clock = Clock()
    platform.fault(VERSION, code="0x00052101", times=2)
    async with connected(platform, clock.runtime) as client:
        assert await client.call(VERSION)
        assert len(platform.requests) == 3
        for pause, usual in zip(clock.slept, (PAUSE_SECONDS, 2 * PAUSE_SECONDS), strict=True):
            assert 0.5 * usual <= pause <= 1.5 * usual
        platform.fault(VERSION, code="6")
        with pytest.raises(BusyError):
            await client.call(VERSION)
    assert len(platform.requests) == 6


async def test_dropped_connection(platform: HikCentralSimulator) -> None:
    """A read is signed anew and sent once more; what changes something is not."""
    clock = Clock()
    async with connected(platform, clock.runtime) as client:
        platform.fault(VERSION, drop=True, times=1)
        assert await client.call(VERSION)
        nonces = [request.headers["X-Ca-Nonce"] for request in platform.requests]
        assert len(set(nonces)) == len(nonces) == 2
        platform.fault(CONTROL, drop="after", times=1)
        with pytest.raises(ConnectionFailedError):
            await client.call(CONTROL, {"doorIndexCodes": ["1"], "controlType": 2}, writes=True)
    assert platform.count(CONTROL) == 1


async def test_silence(platform: HikCentralSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not come ends the call, which is not repeated: the platform has enough to do."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.hikcentral.client.READ_SECONDS", 0.05)
    platform.fault(VERSION, delay=1)
    async with connected(platform) as client:
        with pytest.raises(ResponseTimeoutError):
            await client.call(VERSION)
    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b'{"code":"0","msg":"Success","data":{"produ', "cut off"),
        (b'{"code":"0","msg":"Success","data":{"x":NaN', "cut off"),
    ],
)
async def test_garbage(platform: HikCentralSimulator, body: bytes, words: str) -> None:
    """What is no answer is a failure that says what it is."""
    platform.fault(VERSION, raw=body)
    async with connected(platform) as client:
        with pytest.raises(ProtocolError) as caught:
            await client.call(VERSION)
    assert words in caught.value.placeholders["reason"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthenticationError), (403, ProtocolError), (404, UnsupportedError), (429, BusyError), (500, DeviceFailureError),
     (502, BusyError), (302, ProtocolError)],
)  # fmt: skip
async def test_http_statuses(platform: HikCentralSimulator, status: int, error: type[SystemFailure]) -> None:
    """They are no part of the documentation, but proxies have them."""
    platform.fault(VERSION, status=status, raw=b"<html>")
    async with connected(platform, Clock().runtime) as client:
        with pytest.raises(error):
            await client.call(VERSION)


async def test_envelope_behind_a_bad_status(platform: HikCentralSimulator) -> None:
    """It says more than the status."""
    platform.fault(VERSION, status=500, raw=b'{"code":"0x00072204","msg":"","data":""}')
    async with connected(platform) as client:
        with pytest.raises(UnlicensedError):
            await client.call(VERSION)


async def test_answer_without_data(platform: HikCentralSimulator) -> None:
    """Commands have none; the code may be a number."""
    for body in (b'{"code":0,"msg":"ok"}', b'{"msg":"ok","code":"0x00000000","data":null}', b'{"code ":"0","data":""}'):
        platform.fault(VERSION, raw=body, times=1)
    async with connected(platform) as client:
        assert [await client.call(VERSION) for _ in range(3)] == [None, None, ""]


async def test_words_of_the_platform_without_secrets(platform: HikCentralSimulator) -> None:
    """A platform that repeats our key in its message does not bring it into a log."""
    platform.fault(VERSION, raw=f'{{"code":"5","msg":"{platform.app_key} failed","data":""}}')
    async with connected(platform, Clock().runtime) as client:
        with pytest.raises(DeviceFailureError) as caught:
            await client.call(VERSION)
    assert "failed" in str(caught.value)
    assert platform.app_key not in str(caught.value) + str(caught.value.placeholders)


async def test_certificates(socket_enabled: None) -> None:
    """A certificate nobody vouches for is refused with its fingerprint, and accepted when it is the pinned one."""
    async with HikCentralSimulator(tls=True) as platform:
        async with connected(platform) as client:
            with pytest.raises(TlsError) as caught:
                await client.call(VERSION)
        assert caught.value.fingerprint == platform.fingerprint
        assert not platform.requests
        async with connected(platform, fingerprint=platform.fingerprint) as client:
            assert await client.call(VERSION)
        async with connected(platform, fingerprint="00" * 32) as client:
            with pytest.raises(TlsError):
                await client.call(VERSION)
        async with connected(platform, verify_ssl=False) as client:
            assert await client.call(VERSION)


async def test_unreachable(platform: HikCentralSimulator) -> None:
    """Nobody there: one attempt."""
    await platform.stop_answering()
    async with connected(platform) as client:
        with pytest.raises(ConnectionFailedError) as caught:
            await client.call(VERSION)
        assert not caught.value.answered
        assert client.requests == 1
