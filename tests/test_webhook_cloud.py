"""Tests of the address for a system in the internet: open to everybody who knows it, and never a refusal."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm import webhook
from custom_components.hikvision_ivm.systems.base import PushReply, PushRequest
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, ProtocolError
from tests.ivm_system import WEBHOOK_ID, CloudSystem, cloud_entry, load

PATH = f"/api/webhook/{WEBHOOK_ID}"

type Client = TestClient[Any, Any]


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ivm": CloudSystem}):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add an account."""
    assert await async_setup_component(hass, "webhook", {})
    return cloud_entry(hass)


@pytest.fixture
async def system(hass: HomeAssistant, entry: MockConfigEntry) -> CloudSystem:
    """Return the running account."""
    return await load(hass, entry)


@pytest.fixture
async def client(system: CloudSystem, hass_client_no_auth: ClientSessionGenerator) -> Client:
    """Return a caller without a login."""
    caller: Client = await hass_client_no_auth()
    return caller


def posted(entry: MockConfigEntry) -> dict[str, int]:
    """Return what was counted."""
    counts = entry.runtime_data.statistics
    return {name.removeprefix("posted_"): counts[name] for name in counts if name.startswith("posted_")}


async def test_from_anywhere(client: Client, system: CloudSystem) -> None:
    """Whoever knows the address is heard, also through Home Assistant Cloud."""
    with patch("homeassistant.components.webhook.network_util.is_local", return_value=False):
        assert await (await client.post(PATH, data=b"one")).read() == b"OK"
    with patch("homeassistant.components.webhook.is_cloud_connection", return_value=True):
        assert await (await client.post(PATH, data=b"two")).read() == b"OK"
    assert [request.body for request in system.requests] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("failure", "counted"),
    [(AuthenticationError("forged"), "unauthorised"), (ProtocolError(reason="no message"), "protocol_error")],
)
async def test_refusals_look_like_success(
    client: Client, system: CloudSystem, entry: MockConfigEntry, failure: Exception, counted: str
) -> None:
    """What the system does not take is counted and answered like everything else."""

    async def refuse(request: PushRequest) -> PushReply:
        raise failure

    system.on_receive = refuse
    assert (await client.post(PATH, data=b"forged")).status == HTTPStatus.OK
    assert posted(entry) == {"requests": 1, counted: 1}


@pytest.mark.no_fail_on_log_exception
async def test_fault_of_ours(client: Client, system: CloudSystem, entry: MockConfigEntry) -> None:
    """A mistake in our own code does not cost the alarms that follow."""

    async def fail(request: PushRequest) -> PushReply:
        raise ZeroDivisionError

    system.on_receive = fail
    assert (await client.post(PATH, data=b"x")).status == HTTPStatus.OK
    assert posted(entry) == {"requests": 1, "failed": 1}


async def test_too_large(client: Client, system: CloudSystem, entry: MockConfigEntry) -> None:
    """A body beyond the limit is not read, and answered like everything else."""
    with patch.object(webhook, "BODY_LIMIT", 1000):
        assert (await client.post(PATH, data=bytes(1001))).status == HTTPStatus.OK
    assert system.requests == []
    assert posted(entry) == {"requests": 1, "too_large": 1}


async def test_too_slow(client: Client, system: CloudSystem, entry: MockConfigEntry) -> None:
    """A body that never ends is given up, and answered like everything else."""
    never = asyncio.Event()

    async def body() -> Any:
        yield b"{"
        await never.wait()

    with patch.object(webhook, "BODY_SECONDS", 0.05):
        answer = await client.post(PATH, data=body())
        assert answer.status == HTTPStatus.OK
    never.set()
    assert posted(entry) == {"requests": 1, "too_slow": 1}


@pytest.mark.parametrize("push", [True, False])
async def test_only_while_it_is_wanted(hass: HomeAssistant, entry: MockConfigEntry, push: bool) -> None:
    """Without the option, there is no such address."""
    hass.config_entries.async_update_entry(entry, options={"push": push})
    with patch("custom_components.hikvision_ivm.webhook.webhook.async_register") as register:
        system = await load(hass, entry)
    assert system.posts is push
    assert register.called is push
    if push:
        assert register.call_args.kwargs["local_only"] is False
