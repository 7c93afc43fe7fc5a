"""Asking a receiver, over real sockets."""

import asyncio
import itertools
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import (
    AccountLockedError,
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    CredentialsBlockedError,
    DeviceFailureError,
    InsufficientRightsError,
    InvalidArgumentError,
    NotFoundError,
    ProtocolError,
    SystemFailure,
    TooManySessionsError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.client import LOCK, Endpoint
from custom_components.hikvision_ivm.systems.ip_receiver.status import FailedItemsError
from simulators.ip_receiver import IpReceiverSimulator, PanelPlan
from tests.systems.transport.clock import Clock

from .receiver import connected, record

pytestmark = pytest.mark.usefixtures("socket_enabled")

LIST: dict[str, Any] = {"SearchDescription": {"position": 0, "maxResult": 1, "Filter": {}}}


@pytest.mark.parametrize("qop", ["MD5", "MD5-sess"])
async def test_login_and_list(qop: str) -> None:
    """One challenge, then everything passes, with the whole address in the digest."""
    async with IpReceiverSimulator(digest=qop) as receiver, connected(receiver) as client:
        for _ in range(3):
            assert "SearchResult" in await client.call(Endpoint.DEVICES, body=LIST)
        assert client.http.counters.challenges == 1
        assert receiver.requests[-1].query["format"] == "json"


@pytest.mark.parametrize("stale", [True, False])
async def test_a_nonce_that_ended(stale: bool) -> None:
    """Also where the receiver does not say that it is stale; commands are sent once all the same."""
    async with IpReceiverSimulator(nonce_uses=2, stale=stale) as receiver, connected(receiver) as client:
        house = record(receiver)
        for _ in range(4):
            await client.call(Endpoint.CLEAR_ALARM, house, target="1")
        assert client.http.gate.state.value == "proven"
        assert receiver.logins_refused <= (0 if stale else 3)


async def test_wrong_password_costs_two_logins() -> None:
    """However many ask at once, until the user acts."""
    async with IpReceiverSimulator() as receiver, connected(receiver, password="wrong") as client:
        house = record(receiver)
        asked = [client.call(Endpoint.PARTITIONS, house) for _ in range(40)]
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, AuthenticationError) for one in results)
        with pytest.raises(CredentialsBlockedError):
            await client.call(Endpoint.DEVICES, body=LIST)
        assert receiver.logins_refused <= 2


@pytest.mark.parametrize("sub", ["badAuthorization", "loginPasswordError", "pwdErrorLoginFailed"])
async def test_a_login_refused_in_a_body(sub: str) -> None:
    """It closes the gate as a 401 does."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        receiver.fault("deviceList", status=200, sub=sub, times=None)
        with pytest.raises(AuthenticationError):
            await client.call(Endpoint.DEVICES, body=LIST)
        with pytest.raises(CredentialsBlockedError):
            await client.call(Endpoint.PARTITIONS, record(receiver))
        assert receiver.count("deviceList") <= 2


async def test_locked_out() -> None:
    """Our address is locked: nothing is sent for half an hour, also after a restart, and no password is asked for."""
    clock = Clock()
    memory: dict[str, Any] = {}
    runtime = Runtime(monotonic=clock.runtime.monotonic, sleep=clock.runtime.sleep, memory=memory)
    async with IpReceiverSimulator() as receiver, connected(receiver, runtime=runtime) as client:
        receiver.lock(seconds=60)
        with pytest.raises(AccountLockedError) as caught:
            await client.call(Endpoint.DEVICES, body=LIST)
        assert caught.value.pending
        sent = len(receiver.requests)
        with pytest.raises(AccountLockedError):
            await client.call(Endpoint.PARTITIONS, record(receiver))
        assert len(receiver.requests) == sent
        with pytest.raises(AccountLockedError):
            client.check_lock()
        assert LOCK in memory
        memory[LOCK] -= 1801
        client.check_lock()
        receiver.lock(seconds=0)
        clock.passes(1801)
        assert "SearchResult" in await client.call(Endpoint.DEVICES, body=LIST)


@pytest.mark.parametrize(
    ("sub", "kind", "asked"),
    [
        ("noMemory", BusyError, 4),
        ("upgrading", BusyError, 4),
        ("maxSessionUserLink", BusyError, 1),
        ("deviceError", DeviceFailureError, 2),
        ("notSupport", UnsupportedError, 1),
        ("lowPrivilege", InsufficientRightsError, 1),
        ("theDeviceIdDoesNotExist", NotFoundError, 1),
    ],
)
@pytest.mark.parametrize("status", [200, None])
async def test_reads_are_repeated_where_it_makes_sense(
    sub: str, kind: type[SystemFailure], asked: int, status: int | None
) -> None:
    """A busy receiver is asked again, a few times; commands never are."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        house = record(receiver)
        await client.call(Endpoint.PARTITIONS, house)
        receiver.requests.clear()
        receiver.fault("SecurityCP", status=status, sub=sub, times=None)
        with pytest.raises(kind):
            await client.call(Endpoint.PERIPHERALS, house)
        assert receiver.count("exDevStatus") == asked
        with pytest.raises(kind):
            await client.call(Endpoint.DISARM, house, target="1")
        assert receiver.count("disarm") == 1
        receiver.heal()
        receiver.fault("zones", sub=sub, times=1)
        if asked > 1:
            query = {"ZoneCond": {"searchID": "a", "searchResultPosition": 0, "maxResults": 30}}
            assert "ZoneSearch" in await client.call(Endpoint.ZONES, house, body=query)


async def test_what_a_device_does_not_have_is_asked_once() -> None:
    """Per device and function, until it is connected in another way."""
    plans = [PanelPlan(name="House", otap=True), PanelPlan(name="Shop")]
    async with IpReceiverSimulator(plans) as receiver, connected(receiver) as client:
        house = record(receiver)
        for _ in range(3):
            with pytest.raises(UnsupportedError):
                await client.call(Endpoint.PARTITIONS, house)
        assert receiver.count("subSystems") == 1
        assert client.is_refused(Endpoint.PARTITIONS, house.id)
        assert not client.is_refused(Endpoint.ZONES, house.id)
        await client.call(Endpoint.PARTITIONS, record(receiver, "Shop"))
        client.forget(house.id)
        with pytest.raises(UnsupportedError):
            await client.call(Endpoint.PARTITIONS, house)
        assert receiver.count("subSystems") == 3


async def test_what_a_device_does_not_have_is_asked_for_again() -> None:
    """Seldom, and more and more so: it may have been a whim. It is forgotten once it is there."""
    clock = Clock()
    async with IpReceiverSimulator() as receiver, connected(receiver, runtime=clock.runtime) as client:
        house = record(receiver)
        receiver.fault("subSystems", sub="notSupport", times=None)
        asked = []
        for _ in range(3 * 3600 // 10):
            with pytest.raises(UnsupportedError) as caught:
                await client.call(Endpoint.PARTITIONS, house)
            assert caught.value.code == "notSupport"
            if receiver.count("subSystems") > len(asked):
                asked.append(clock.time)
            clock.passes(10)
        pauses = [round(later - sooner) for sooner, later in itertools.pairwise(asked)]
        assert pauses == [60, 120, 240, 480, 960, 1920, 3600]
        receiver.heal()
        clock.passes(3600)
        assert "SubSysList" in await client.call(Endpoint.PARTITIONS, house)
        assert not client.refused


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_bare_status_is_no_word_of_a_device(status: int) -> None:
    """Somebody on the way may have sent it: it is asked again the next time."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        house = record(receiver)
        for endpoint in (Endpoint.PARTITIONS, Endpoint.PERIPHERALS):
            receiver.fault("SecurityCP/status", status=status, raw=b"", times=1)
            with pytest.raises(UnsupportedError):
                await client.call(endpoint, house)
            assert not client.is_refused(endpoint, house.id)
            assert await client.call(endpoint, house)


@pytest.mark.parametrize(
    ("endpoint", "target"),
    [
        (Endpoint.ARM, "1"),
        (Endpoint.DISARM, "1"),
        (Endpoint.CLEAR_ALARM, "1"),
        (Endpoint.OUTPUTS, ""),
        (Endpoint.DEACTIVATION, ""),
        (Endpoint.BYPASS_RECOVER, ""),
    ],
)
async def test_a_command_is_sent_whenever_it_is_given(endpoint: Endpoint, target: str) -> None:
    """That one was refused says nothing of the next: it may be of another partition, mode, relay or zone."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        house = record(receiver)
        path = endpoint.path.format(target)
        receiver.fault(path, sub="notSupport", times=None)
        for _ in range(2):
            with pytest.raises(UnsupportedError):
                await client.call(endpoint, house, target=target, body={})
        assert receiver.count(path) == 2
        assert not client.refused


async def test_that_a_device_cannot_bypass_is_remembered() -> None:
    """For good: its switches must not come and go."""
    clock = Clock()
    async with IpReceiverSimulator() as receiver, connected(receiver, runtime=clock.runtime) as client:
        house = record(receiver)
        receiver.fault("control/bypass", sub="notSupport", times=None)
        for _ in range(2):
            with pytest.raises(UnsupportedError):
                await client.call(Endpoint.BYPASS, house, body={})
            clock.passes(100_000)
        assert receiver.count("control/bypass") == 1
        assert client.is_refused(Endpoint.BYPASS, house.id)


async def test_too_many_are_logged_in() -> None:
    """Nothing is read for half an hour, but commands are sent, and one that is accepted ends the waiting."""
    clock = Clock()
    async with IpReceiverSimulator() as receiver, connected(receiver, runtime=clock.runtime) as client:
        house = record(receiver)
        receiver.fault("ISAPI", sub="maxSessionUserLink", times=None)
        with pytest.raises(TooManySessionsError):
            await client.call(Endpoint.DEVICES, body=LIST)
        sent = len(receiver.requests)
        for asked in (client.call(Endpoint.DEVICES, body=LIST), client.call(Endpoint.PARTITIONS, house)):
            with pytest.raises(TooManySessionsError) as caught:
                await asked
            assert caught.value.retry_after == pytest.approx(1800)
        assert len(receiver.requests) == sent
        assert client.is_held
        with pytest.raises(TooManySessionsError):
            await client.call(Endpoint.DISARM, house, target="1")
        receiver.heal()
        clock.passes(1801)
        assert not client.is_held
        assert "SearchResult" in await client.call(Endpoint.DEVICES, body=LIST)
        receiver.fault("subSystems", sub="maxSessionUserLink", times=1)
        with pytest.raises(TooManySessionsError):
            await client.call(Endpoint.PARTITIONS, house)
        with pytest.raises(TooManySessionsError):
            await client.call(Endpoint.PERIPHERALS, house)
        await client.call(Endpoint.DISARM, house, target="1")
        assert not client.is_held
        assert "SubSysList" in await client.call(Endpoint.PARTITIONS, house)


async def test_a_device_at_which_too_many_are_logged_in() -> None:
    """The others are asked all the same, as long as the receiver itself answers."""
    plans = [PanelPlan(name="House"), PanelPlan(name="Shop")]
    async with IpReceiverSimulator(plans) as receiver, connected(receiver) as client:
        house, shop = record(receiver), record(receiver, "Shop")
        receiver.fault("subSystems", sub="maxSessionUserLink", times=1)
        with pytest.raises(TooManySessionsError):
            await client.call(Endpoint.PARTITIONS, house)
        assert "SubSysList" in await client.call(Endpoint.PARTITIONS, shop)
        client.check_held([house.id, shop.id])
        with pytest.raises(TooManySessionsError):
            client.check_held([house.id])
        client.check_held()


@pytest.mark.parametrize("raw", [b"<html>Sign in</html>", b'{"SubSysList": [{"SubSys"', b"[]", b"\x00\x01"])
async def test_what_is_no_answer(raw: bytes) -> None:
    """It is told as that, and costs no connection."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        receiver.fault("subSystems", status=200, raw=raw, times=1)
        with pytest.raises(ProtocolError):
            await client.call(Endpoint.PARTITIONS, record(receiver))
        assert "SubSysList" in await client.call(Endpoint.PARTITIONS, record(receiver))


async def test_a_dropped_connection() -> None:
    """A read is repeated once; a command is not, because nobody knows what became of it."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        house = record(receiver)
        await client.call(Endpoint.PARTITIONS, house)
        receiver.fault("deviceList", drop=True, times=1)
        assert "SearchResult" in await client.call(Endpoint.DEVICES, body=LIST)
        receiver.requests.clear()
        receiver.fault("arm/1", drop="after", times=1)
        with pytest.raises(ConnectionFailedError):
            await client.call(Endpoint.ARM, house, target="1", query={"ways": "away"})
        assert receiver.count("arm/1") == 1
        receiver.fault("deviceList", drop=True, times=None)
        with pytest.raises(ConnectionFailedError):
            await client.call(Endpoint.DEVICES, body=LIST)


async def test_a_login_that_was_forgotten() -> None:
    """It is renewed, once, also for a command: that was not carried out."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        house = record(receiver)
        receiver.fault("arm/1", sub="tokenTimeout", times=1)
        await client.call(Endpoint.ARM, house, target="1", query={"ways": "away"})
        receiver.fault("arm/1", sub="tokenTimeout", times=None)
        receiver.requests.clear()
        with pytest.raises(BusyError):
            await client.call(Endpoint.ARM, house, target="1", query={"ways": "away"})
        assert receiver.count("arm/1", "PUT") <= 4


async def test_items_that_failed() -> None:
    """A batch says which of its items failed."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        body = {"OutputsCtrl": {"switch": "open", "List": [{"id": 99}]}}
        with pytest.raises(FailedItemsError) as caught:
            await client.call(Endpoint.OUTPUTS, record(receiver), body=body)
        assert list(caught.value.failed) == ["99"]


async def test_background_requests_take_turns() -> None:
    """No more than five a second, whoever asks; others do not wait."""
    clock = Clock()
    async with IpReceiverSimulator() as receiver, connected(receiver, runtime=clock.runtime) as client:
        house = record(receiver)
        begin = clock.time
        for _ in range(11):
            await client.call(Endpoint.PARTITIONS, house, paced=True)
        assert clock.time - begin == pytest.approx(2.0)
        await client.call(Endpoint.PARTITIONS, house)
        assert clock.time - begin == pytest.approx(2.0)


async def test_media_come_from_the_receiver_itself() -> None:
    """Whatever host an address names; what is not there is told as that."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        await client.call(Endpoint.DEVICES, body=LIST)
        path = receiver.media.clip("House", "mp4")
        for url in (path, path.lstrip("/"), f"http://203.0.113.9:1234{path}"):
            assert len((await client.media(url)).body) > 100
        with pytest.raises(NotFoundError):
            await client.media("/nothing/here.jpg")


@pytest.mark.parametrize("refusal", ["lowPrivilege", "unauthorized"])
async def test_media_of_somebody_who_is_no_administrator(refusal: str) -> None:
    """The refusal closes nothing else, and is not tried over and over."""
    async with IpReceiverSimulator(media_refusal=refusal) as receiver:
        receiver.add_user("operator", "Oper1234")
        async with connected(receiver, username="operator", password="Oper1234") as client:
            await client.call(Endpoint.DEVICES, body=LIST)
            path = receiver.media.clip("House", "mp4")
            for _ in range(3):
                with pytest.raises(InsufficientRightsError):
                    await client.media(path)
            assert "SearchResult" in await client.call(Endpoint.DEVICES, body=LIST)
            assert receiver.logins_refused <= 1


@pytest.mark.parametrize("status", [None, 200, 403])
@pytest.mark.parametrize("sub", ["badAuthorization", "loginPasswordError", "pwdErrorLoginFailed"])
async def test_a_login_that_is_refused_for_media_alone(sub: str, status: int | None) -> None:
    """It is a missing right, also when a body tells it: everything else goes on, and nobody is asked for credentials."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        await client.call(Endpoint.DEVICES, body=LIST)
        path = receiver.media.clip("House", "mp4")
        receiver.fault(path, status=status, sub=sub, times=None)
        with pytest.raises(InsufficientRightsError):
            await client.media(path)
        assert client.http.gate.state.value == "proven"
        assert "SearchResult" in await client.call(Endpoint.DEVICES, body=LIST)


async def test_a_lock_that_is_told_for_media() -> None:
    """It is about our address, so nothing else is tried until it is over."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        await client.call(Endpoint.DEVICES, body=LIST)
        path = receiver.media.clip("House", "mp4")
        receiver.fault(path, status=200, sub="MgmtLokedError", times=1)
        with pytest.raises(AccountLockedError) as caught:
            await client.media(path)
        assert caught.value.pending
        sent = len(receiver.requests)
        for asked in (client.call(Endpoint.DEVICES, body=LIST), client.media(path)):
            with pytest.raises(AccountLockedError):
                await asked
        assert len(receiver.requests) == sent
        assert client.runtime.memory[LOCK]


async def test_addresses_of_media() -> None:
    """A colon in a name makes no scheme; what is no address at all is told as that, and is not sent."""
    async with IpReceiverSimulator() as receiver, connected(receiver) as client:
        await client.call(Endpoint.DEVICES, body=LIST)
        with pytest.raises(NotFoundError):
            await client.media("pic:1.jpg?a=b")
        assert receiver.requests[-1].path == "/pic:1.jpg"
        assert dict(receiver.requests[-1].query) == {"a": "b"}
        sent = len(receiver.requests)
        for url in ("http://[bad/1.jpg", "//[", "http://a\u2100b/1.jpg"):
            with pytest.raises(InvalidArgumentError):
                await client.media(url)
        assert len(receiver.requests) == sent
