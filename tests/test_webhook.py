"""Tests of the secret address: only while it is on, never more than it can bear, and never in the log."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
import gzip
from http import HTTPStatus
import logging
from typing import Any
from unittest.mock import patch

from aiohttp import ClientConnectionError
from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.hikvision_ivm import webhook
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.base import PushReply, PushRequest
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, ProtocolError
from tests.flow_system import SERIAL, FlowSystem

SECRET = "5ec2e7" * 10
PATH = f"/api/webhook/{SECRET}"

type Client = TestClient[Any, Any]


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": FlowSystem}):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Set up an entry whose secret address is open."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Recorder",
        unique_id=SERIAL,
        data={"system": "isapi", "url": "http://192.0.2.10", "webhook_id": SECRET},
        options={"device_push": True},
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "webhook", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


@pytest.fixture
async def client(entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator) -> Client:
    """Return a caller without a login."""
    return await hass_client_no_auth()


@pytest.fixture
def system(entry: MockConfigEntry) -> FlowSystem:
    """Return the running system."""
    running: FlowSystem = entry.runtime_data.system
    return running


def posted(entry: MockConfigEntry) -> dict[str, int]:
    """Return what was counted."""
    counts = entry.runtime_data.statistics
    return {name.removeprefix("posted_"): counts[name] for name in counts if name.startswith("posted_")}


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_request_reaches_the_system(client: Client, system: FlowSystem, method: str) -> None:
    """A body arrives unchanged, with everything that is needed to judge it, and the system's answer goes back."""
    body = bytes(range(256)) * 400
    answer = await client.request(method, PATH, data=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status == HTTPStatus.OK
    assert await answer.read() == b"OK"
    assert answer.content_type == "text/plain"
    (request,) = system.requests
    assert request.method == method
    assert request.body == body
    assert request.headers["content-type"] == "multipart/form-data; boundary=x"
    assert request.remote == "127.0.0.1"
    assert SECRET not in repr(request)


async def test_event_in_the_query(client: Client, system: FlowSystem) -> None:
    """Some devices put the event into the address of a GET."""
    answer = await client.get(PATH, params={"EventType": "VMD", "ChannelID": "1"})
    assert answer.status == HTTPStatus.OK
    assert system.requests[0].method == "GET"
    assert dict(system.requests[0].query) == {"EventType": "VMD", "ChannelID": "1"}
    assert system.requests[0].body == b""


async def test_method_that_is_no_message(client: Client, system: FlowSystem) -> None:
    """Other methods do not reach the system."""
    assert (await client.head(PATH)).status == HTTPStatus.OK
    assert (await client.delete(PATH)).status == HTTPStatus.METHOD_NOT_ALLOWED
    assert system.requests == []


async def test_body_at_and_over_the_limit(client: Client, system: FlowSystem, entry: MockConfigEntry) -> None:
    """The largest body is taken; one byte more is refused by its length alone; the next one is taken again."""
    with patch.object(webhook, "BODY_LIMIT", 100_000):
        assert (await client.post(PATH, data=bytes(100_000))).status == HTTPStatus.OK
        answer = await client.post(PATH, data=bytes(100_001))
        assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert answer.headers["Connection"] == "close"
        assert (await client.post(PATH, data=b"x")).status == HTTPStatus.OK
    assert [len(request.body) for request in system.requests] == [100_000, 1]
    assert posted(entry) == {"requests": 3, "too_large": 1}


async def test_endless_body_without_a_length(client: Client, system: FlowSystem, entry: MockConfigEntry) -> None:
    """A body that does not tell its size is read no further than the limit."""
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * 1024 * 1024:
            sent += 65536
            yield bytes(65536)

    with patch.object(webhook, "BODY_LIMIT", 100_000):
        try:
            answer = await client.post(PATH, data=pieces())
            assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        except ClientConnectionError:
            # The connection may be closed before the sender has read the answer.
            assert sent < 64 * 1024 * 1024
    assert system.requests == []
    assert posted(entry) == {"requests": 1, "too_large": 1}


async def test_body_that_never_ends(client: Client, system: FlowSystem, entry: MockConfigEntry) -> None:
    """A sender that stops in the middle is cut off."""
    release = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"<Event"
        await release.wait()

    with patch.object(webhook, "BODY_SECONDS", 0.05):
        sending = asyncio.create_task(client.post(PATH, data=pieces()))
        for _ in range(200):
            if posted(entry).get("too_slow"):
                break
            await asyncio.sleep(0.01)
        release.set()
        try:
            assert (await sending).status == HTTPStatus.REQUEST_TIMEOUT
        except ClientConnectionError:
            assert sending.done()
    assert system.requests == []
    assert posted(entry) == {"requests": 1, "too_slow": 1}


async def test_sender_that_hangs_up(client: Client, system: FlowSystem, entry: MockConfigEntry) -> None:
    """A connection that breaks within the body is counted and harms nothing."""
    _, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf".encode())
    await writer.drain()
    for _ in range(200):
        if posted(entry).get("requests"):
            break
        await asyncio.sleep(0.01)
    writer.transport.abort()
    for _ in range(200):
        if posted(entry).get("cut_off"):
            break
        await asyncio.sleep(0.01)
    assert system.requests == []
    assert posted(entry) == {"requests": 1, "cut_off": 1}
    assert (await client.post(PATH, data=b"x")).status == HTTPStatus.OK
    assert len(system.requests) == 1


async def test_body_that_lies_about_its_encoding(client: Client, system: FlowSystem, entry: MockConfigEntry) -> None:
    """A body that is not compressed as it says is counted and refused; so is one that is far larger than it looks."""
    header = {"Content-Encoding": "gzip"}
    answer = await client.post(PATH, data=b"this is not gzip", headers=header)
    assert answer.status == HTTPStatus.BAD_REQUEST
    bomb = gzip.compress(bytes(64 * 1024 * 1024), compresslevel=1)
    assert len(bomb) < webhook.BODY_LIMIT
    with suppress(ClientConnectionError):
        # The connection may be closed before the sender has read the answer.
        answer = await client.post(PATH, data=bomb, headers=header)
        assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert system.requests == []
    assert posted(entry) == {"requests": 2, "malformed": 1, "too_large": 1}


@pytest.mark.parametrize(
    ("failure", "status", "counted"),
    [
        (AuthenticationError("forged"), HTTPStatus.UNAUTHORIZED, "unauthorised"),
        (ProtocolError(reason="no event"), HTTPStatus.BAD_REQUEST, "protocol_error"),
    ],
)
async def test_refused_by_the_system(
    client: Client, system: FlowSystem, entry: MockConfigEntry, failure: Exception, status: HTTPStatus, counted: str
) -> None:
    """A forged or senseless message is a counted refusal, and the next message is taken."""

    async def refuse(request: PushRequest) -> PushReply:
        raise failure

    taken, system.on_receive = system.on_receive, refuse
    assert (await client.post(PATH, data=b"<forged/>")).status == status
    system.on_receive = taken
    assert (await client.post(PATH, data=b"<good/>")).status == HTTPStatus.OK
    assert posted(entry) == {"requests": 2, counted: 1}


@pytest.mark.no_fail_on_log_exception
async def test_fault_of_ours(
    client: Client, system: FlowSystem, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is logged by us, without the secret address that Home Assistant would log."""
    caplog.set_level(logging.INFO)

    async def fail(request: PushRequest) -> PushReply:
        raise ZeroDivisionError("oops")

    system.on_receive = fail
    assert (await client.post(PATH, data=b"x")).status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "ZeroDivisionError" in caplog.text
    # The access log is that of the test's own server.
    assert not [r for r in caplog.records if r.name != "aiohttp.access" and SECRET in r.getMessage()]
    assert posted(entry) == {"requests": 1, "failed": 1}


async def test_slow_work_goes_on_behind_the_answer(client: Client, system: FlowSystem, entry: MockConfigEntry) -> None:
    """The device has its answer in time; the message is still worked on."""
    release, finished = asyncio.Event(), asyncio.Event()

    async def slow(request: PushRequest) -> PushReply:
        await release.wait()
        finished.set()
        return PushReply(status=HTTPStatus.IM_A_TEAPOT)

    system.on_receive = slow
    with patch.object(webhook, "ANSWER_SECONDS", 0.02):
        answer = await client.post(PATH, data=b"x")
    assert answer.status == HTTPStatus.OK
    assert not finished.is_set()
    release.set()
    async with asyncio.timeout(5):
        await finished.wait()
    assert posted(entry) == {"requests": 1, "answered_early": 1}


async def test_closed_after_unload(hass: HomeAssistant, client: Client, entry: MockConfigEntry) -> None:
    """Unloading closes the address, loading opens it again; nobody can tell the difference from outside."""
    system = entry.runtime_data.system
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert (await client.post(PATH, data=b"x")).status == HTTPStatus.OK
    assert system.requests == []
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await client.post(PATH, data=b"x")).status == HTTPStatus.OK
    assert len(entry.runtime_data.system.requests) == 1


async def test_closed_unless_switched_on(hass: HomeAssistant, client: Client, entry: MockConfigEntry) -> None:
    """Without the option there is no such address."""
    hass.config_entries.async_update_entry(entry, options={"device_push": False})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await (await client.post(PATH, data=b"x")).read() == b""
    assert entry.runtime_data.system.requests == []


async def test_only_from_the_local_network(client: Client, system: FlowSystem) -> None:
    """A caller from outside is not heard."""
    with patch("homeassistant.components.webhook.network_util.is_local", return_value=False):
        assert (await client.post(PATH, data=b"x")).status == HTTPStatus.OK
    assert system.requests == []


async def reopen(hass: HomeAssistant, entry: MockConfigEntry, sources: str) -> FlowSystem:
    """Open the secret address for some senders only."""
    hass.config_entries.async_update_entry(entry, options={"device_push": True, "post_sources": sources})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    running: FlowSystem = entry.runtime_data.system
    return running


async def test_only_named_senders(hass: HomeAssistant, client: Client, entry: MockConfigEntry) -> None:
    """Who was not named is told nothing, as if there were no such address."""
    system = await reopen(hass, entry, "192.0.2.0/24")
    answer = await client.post(PATH, data=b"x")
    assert (answer.status, await answer.read()) == (HTTPStatus.OK, b"")
    assert system.requests == []
    assert posted(entry) == {"foreign": 1}


async def test_named_sender_from_outside(hass: HomeAssistant, client: Client, entry: MockConfigEntry) -> None:
    """A sender that was named need not be in the local network, but does not come through the cloud."""
    system = await reopen(hass, entry, "127.0.0.1")
    with patch("homeassistant.components.webhook.network_util.is_local", return_value=False):
        assert await (await client.post(PATH, data=b"x")).read() == b"OK"
        with patch("custom_components.hikvision_ivm.webhook.is_cloud_connection", return_value=True):
            assert await (await client.post(PATH, data=b"x")).read() == b""
    assert len(system.requests) == 1
    assert posted(entry) == {"requests": 1, "foreign": 1}


async def test_message_through_the_interface(
    hass: HomeAssistant, entry: MockConfigEntry, system: FlowSystem, hass_ws_client: WebSocketGenerator
) -> None:
    """An administrator can send a message for a test: it has no stream, and arrives once."""
    client = await hass_ws_client(hass)
    message = {"type": "webhook/handle", "webhook_id": SECRET, "method": "POST", "body": "hello", "query": "a=1"}
    await client.send_json_auto_id(message)
    assert (await client.receive_json())["result"]["body"] == "OK"
    (request,) = system.requests
    assert (request.body, dict(request.query)) == (b"hello", {"a": "1"})
