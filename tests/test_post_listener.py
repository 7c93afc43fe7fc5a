"""Tests of our own listener: one path, known senders only, and the port is given back."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
import logging
import socket
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import aiohttp
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm import post_listener, webhook
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.transport.sources import is_among, networks
from custom_components.hikvision_ivm.webhook import post_address
from tests.flow_system import FlowSystem
from tests.platform_system import ACCEPTED, SECRET, PlatformSystem, load, platform_entry

EVENT = b'{"method":"OnEventNotify"}'

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let scripted systems stand for the real ones."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": FlowSystem, "hikcentral": PlatformSystem}):
        yield


async def set_up(
    hass: HomeAssistant, port: int, url: str = "https://127.0.0.1", **options: Any
) -> tuple[MockConfigEntry, PlatformSystem]:
    """Set up a platform with a listener."""
    entry = platform_entry(hass, {"post_port": port, **options}, url=url)
    return entry, await load(hass, entry)


async def post(
    port: int, path: str = "/eventRcv", method: str = "POST", data: Any = EVENT, host: str = "127.0.0.1"
) -> tuple[int, bytes]:
    """Send something to the listener; return status and body of the answer."""
    url = f"http://{host}:{port}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url, data=data) as answer:
        return answer.status, await answer.read()


def posted(entry: MockConfigEntry) -> dict[str, int]:
    """Return what was counted."""
    counts = entry.runtime_data.statistics
    return {name.removeprefix("posted_"): counts[name] for name in counts if name.startswith("posted_")}


def issues(hass: HomeAssistant) -> dict[str, Mapping[str, str]]:
    """Return the repairs with what fills their texts."""
    return {
        str(issue.translation_key): issue.translation_placeholders or {}
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


async def is_closed(port: int) -> bool:
    """Whether nobody listens on a port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_event_reaches_the_system(hass: HomeAssistant, unused_tcp_port: int, method: str) -> None:
    """What the platform posts arrives unchanged, from its own address without being named."""
    entry, system = await set_up(hass, unused_tcp_port)
    assert await post(unused_tcp_port, method=method) == (HTTPStatus.OK, b"OK")
    (request,) = system.requests
    assert (request.method, request.path, request.body, request.remote) == (method, "", EVENT, "127.0.0.1")
    assert posted(entry) == {"requests": 1}
    assert issues(hass) == {}


@pytest.mark.parametrize("path", ["/", "/eventRcv/", "/eventrcv", "/x/eventRcv", f"/api/webhook/{SECRET}"])
async def test_other_paths_do_not_exist(hass: HomeAssistant, unused_tcp_port: int, path: str) -> None:
    """There is one path, and no other way into anything."""
    entry, system = await set_up(hass, unused_tcp_port)
    assert (await post(unused_tcp_port, path))[0] == HTTPStatus.NOT_FOUND
    assert (await post(unused_tcp_port, method="GET", data=None))[0] == HTTPStatus.METHOD_NOT_ALLOWED
    assert system.requests == []
    assert posted(entry) == {"astray": 2}


@pytest.mark.parametrize(
    ("sources", "admitted"),
    [("127.0.0.1", True), ("192.0.2.0/24, 127.0.0.0/8", True), ("192.0.2.1 ::1", False), ("192.0.2.0/24", False)],
)
async def test_only_named_senders(
    hass: HomeAssistant, unused_tcp_port: int, caplog: pytest.LogCaptureFixture, sources: str, admitted: bool
) -> None:
    """Once senders are named, nobody else is heard, not even from the platform's address; the log says so once."""
    caplog.set_level(logging.INFO)
    entry, system = await set_up(hass, unused_tcp_port, post_sources=sources)
    status = HTTPStatus.OK if admitted else HTTPStatus.FORBIDDEN
    for _ in range(3):
        assert (await post(unused_tcp_port))[0] == status
    assert len(system.requests) == (3 if admitted else 0)
    assert posted(entry) == ({"requests": 3} if admitted else {"foreign": 3})
    assert caplog.text.count("127.0.0.1 is no allowed source") == (0 if admitted else 1)


async def test_stranger(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """Where nobody was named, only the platform is heard; however much a stranger sends is not read."""
    entry, system = await set_up(hass, unused_tcp_port, url="https://192.0.2.10:443")
    with suppress(aiohttp.ClientConnectionError):
        # The connection may be cut before the sender has read the answer.
        assert (await post(unused_tcp_port, data=bytes(32 * 1024 * 1024)))[0] == HTTPStatus.FORBIDDEN
    assert system.requests == []
    assert posted(entry) == {"foreign": 1}


async def test_platform_that_is_known_by_its_name(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """A name is looked up; while nobody knows it, nobody is heard and a repair says so; later it is looked up again."""
    real, known = hass.loop.getaddrinfo, False

    async def getaddrinfo(host: str, port: int | None, **more: Any) -> Any:
        if host != "platform.example":
            return await real(host, port, **more)
        if not known:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET6, 0, 0, "", ("fe80::1%eth0", 0, 0, 2)), (socket.AF_INET, 0, 0, "", ("127.0.0.1", 0))]

    with patch.object(hass.loop, "getaddrinfo", getaddrinfo):
        entry, system = await set_up(hass, unused_tcp_port, url="https://platform.example")
        assert issues(hass) == {"post_sources_unknown": {"device": "Campus", "host": "platform.example"}}
        assert (await post(unused_tcp_port))[0] == HTTPStatus.FORBIDDEN
        known = True
        assert (await post(unused_tcp_port))[0] == HTTPStatus.FORBIDDEN
        with patch.object(post_listener, "RESOLVE_SECONDS", 0.0):
            assert (await post(unused_tcp_port))[0] == HTTPStatus.OK
        assert issues(hass) == {}
        assert (await post(unused_tcp_port))[0] == HTTPStatus.OK
    assert len(system.requests) == 2
    assert posted(entry) == {"requests": 2, "foreign": 2}


async def test_too_large(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """The limit of bodies holds here, too."""
    entry, system = await set_up(hass, unused_tcp_port)
    with patch.object(webhook, "BODY_LIMIT", 1000):
        assert (await post(unused_tcp_port, data=bytes(1001)))[0] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert (await post(unused_tcp_port, data=bytes(1000)))[0] == HTTPStatus.OK
    assert [len(request.body) for request in system.requests] == [1000]
    assert posted(entry) == {"requests": 2, "too_large": 1}


async def test_port_in_use(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """A port that somebody else has is told in words; everything else works, and the port is taken when it is free."""
    with socket.socket() as other:
        other.bind(("0.0.0.0", unused_tcp_port))
        other.listen()
        entry, _ = await set_up(hass, unused_tcp_port)
        assert entry.state is ConfigEntryState.LOADED
        told = issues(hass)["post_port_in_use"]
        assert told["port"] == str(unused_tcp_port)
        assert "use" in told["reason"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert issues(hass) == {}
    assert (await post(unused_tcp_port))[0] == HTTPStatus.OK


async def test_closed_with_its_entry(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """Unloading gives the port back at once, so that a reload can take it again."""
    entry, _ = await set_up(hass, unused_tcp_port)
    for _ in range(2):
        assert not await is_closed(unused_tcp_port)
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert issues(hass) == {}
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await is_closed(unused_tcp_port)


async def test_closed_with_home_assistant(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """Entries are not unloaded when Home Assistant stops; the port is given back all the same."""
    await set_up(hass, unused_tcp_port)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert await is_closed(unused_tcp_port)


async def test_one_way_only(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """With a listener there is no secret address, without one no listener, and without push neither."""
    assert await async_setup_component(hass, "webhook", {})
    entry, _ = await set_up(hass, unused_tcp_port)
    assert SECRET not in hass.data.get("webhook", {})
    hass.config_entries.async_update_entry(entry, options={"post_port": 0})
    await hass.config_entries.async_reload(entry.entry_id)
    assert SECRET in hass.data["webhook"]
    assert await is_closed(unused_tcp_port)
    hass.config_entries.async_update_entry(entry, options={"post_port": unused_tcp_port, "push": False})
    await hass.config_entries.async_reload(entry.entry_id)
    assert SECRET not in hass.data["webhook"]
    assert await is_closed(unused_tcp_port)


async def test_early_answer_in_the_words_of_the_system(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """Who would repeat an event that is not confirmed gets the confirmation he knows, in less than 100 ms."""
    entry, system = await set_up(hass, unused_tcp_port)
    release = asyncio.Event()

    async def slow(request: Any) -> Any:
        await release.wait()
        return system.accepted

    system.on_receive = slow
    started = hass.loop.time()
    assert await post(unused_tcp_port) == (HTTPStatus.OK, ACCEPTED)
    assert hass.loop.time() - started >= webhook.ANSWER_SECONDS
    assert webhook.ANSWER_SECONDS < 0.1
    release.set()
    assert posted(entry) == {"requests": 1, "answered_early": 1}


async def test_quick_work_is_not_waited_for(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """An event that is taken in at once costs no turn of the event loop more, and no timer."""
    entry, system = await set_up(hass, unused_tcp_port)
    with patch.object(webhook, "asyncio", SimpleNamespace(CancelledError=asyncio.CancelledError)):
        assert await post(unused_tcp_port) == (HTTPStatus.OK, b"OK")
    assert len(system.requests) == 1
    assert posted(entry) == {"requests": 1}


# the address that a platform is told


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({}, f"http://192.168.1.5:8123/api/webhook/{SECRET}"),
        ({"post_url": "https://home.example"}, f"https://home.example:443/api/webhook/{SECRET}"),
        ({"post_url": "http://10.0.0.1:80/ha/"}, f"http://10.0.0.1:80/ha/api/webhook/{SECRET}"),
        ({"post_url": "http://[2001:db8::1]"}, f"http://[2001:db8::1]:80/api/webhook/{SECRET}"),
        ({"post_port": 8090}, "http://192.168.1.5:8090/eventRcv"),
        ({"post_port": 8090.0, "post_url": "http://10.0.0.1"}, "http://10.0.0.1:8090/eventRcv"),
        ({"post_port": 8090, "post_url": "https://10.0.0.1:9443"}, "https://10.0.0.1:9443/eventRcv"),
        ({"post_port": 0, "post_url": ""}, f"http://192.168.1.5:8123/api/webhook/{SECRET}"),
    ],
)
async def test_post_address(hass: HomeAssistant, options: Mapping[str, Any], address: str) -> None:
    """The port is always written; the user's base goes first, then the address of Home Assistant or the listener."""
    await async_process_ha_core_config(hass, {"internal_url": "http://192.168.1.5:8123"})
    assert post_address(hass, platform_entry(hass, options)) == address


async def test_post_address_of_a_secure_home_assistant(hass: HomeAssistant) -> None:
    """The listener speaks HTTP even where Home Assistant itself does not."""
    await async_process_ha_core_config(hass, {"internal_url": "https://192.168.1.5"})
    address = post_address(hass, platform_entry(hass, {}))
    assert address == f"https://192.168.1.5:443/api/webhook/{SECRET}"
    assert post_address(hass, platform_entry(hass, {"post_port": 8090}, unique_id="b")) == (
        "http://192.168.1.5:8090/eventRcv"
    )


async def test_nobody_knows_the_address(hass: HomeAssistant) -> None:
    """Home Assistant may not know where it is, unless the user said so."""
    with patch("custom_components.hikvision_ivm.webhook.get_url", side_effect=NoURLAvailableError):
        assert post_address(hass, platform_entry(hass, {"post_port": 8090})) is None
        given = platform_entry(hass, {"post_url": "http://10.0.0.1:81"}, unique_id="b")
        assert post_address(hass, given) == f"http://10.0.0.1:81/api/webhook/{SECRET}"


async def test_the_system_is_told(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """The address is asked for each time: Home Assistant may have moved."""
    entry, _ = await set_up(hass, unused_tcp_port)
    runtime = entry.runtime_data._runtime  # noqa: SLF001 - what the system was made with
    for place in ("192.168.1.5", "192.168.1.6"):
        await async_process_ha_core_config(hass, {"internal_url": f"http://{place}:8123"})
        assert runtime.post_address() == f"http://{place}:{unused_tcp_port}/eventRcv"


# senders


@pytest.mark.parametrize(
    ("text", "remote", "admitted"),
    [
        ("192.0.2.10", "192.0.2.10", True),
        ("192.0.2.10/24", "192.0.2.77", True),
        ("192.0.2.10", "::ffff:192.0.2.10", True),
        ("2001:db8::/32", "2001:db8::7", True),
        ("fe80::1", "fe80::1%eth0", True),
        ("192.0.2.10", "192.0.2.11", False),
        ("192.0.2.10", "2001:db8::7", False),
        ("192.0.2.10", None, False),
        ("192.0.2.10", "platform.example", False),
        ("", "192.0.2.10", False),
    ],
)
def test_is_among(text: str, remote: str | None, admitted: bool) -> None:
    """Addresses and networks of both families."""
    assert is_among(remote, networks(text)) is admitted


@pytest.mark.parametrize(
    "text", ["platform.example", "192.0.2.300", "192.0.2.0/33", "192.0.2.1-9", "10.0.0.1;10.0.0.2"]
)
def test_no_networks(text: str) -> None:
    """What is neither an address nor a network."""
    with pytest.raises(ValueError, match="."):
        networks(text)
