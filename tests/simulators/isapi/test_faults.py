"""Each named fault really happens, and only where it was asked for."""

import asyncio
import re

import aiohttp
from lxml import etree
import pytest

from simulators.isapi import FAULTS, IsapiSimulator, fault_names

from .conftest import Client, Connect, Reply

PATHS = {"document": "System/deviceInfo", "picture": "Streaming/channels/101/picture", "write": "Smart/FaceDetect/1"}
OFF = "<FaceDetect><enabled>true</enabled></FaceDetect>"
BREAKS = {"cut_answer", "dropped", "dropped_before_login", "picture_cut", "put_dropped"}
STATUS = {
    "service_unavailable": (503, None),
    "server_error": (500, ("3", "deviceError")),
    "bad_request": (400, ("4", "notSupport")),
    "forbidden": (403, ("4", "notSupport")),
    "not_found": (404, ("4", "notSupport")),
    "low_privilege": (403, ("4", "lowPrivilege")),
    "refusal_with_200": (200, ("4", "notSupport")),
    "picture_device_error": (200, ("3", "deviceError")),
    "picture_bad_xml_content": (200, ("6", "badXmlContent")),
    "picture_unsupported": (200, ("6", "UnSupportCapture")),
    "picture_invalid_operation": (200, ("4", "invalidOperation")),
    "reboot_required": (200, ("7", "rebootRequired")),
    "upgrading": (503, ("2", "upgrading")),
    "device_busy": (503, ("2", "deviceBusy")),
    "put_low_privilege": (403, ("4", "lowPrivilege")),
    "put_bad_content": (400, ("6", "badXmlContent")),
    "put_refused_with_200": (200, ("4", "invalidOperation")),
    "put_no_content": (204, None),
    "ignored_write": (200, ("1", "ok")),
}
LEFT = {"silence", "slow_put", "redirect"}
"""Faults with a test of their own below."""


async def provoke(client: Client, name: str) -> Reply:
    """Ask for what a fault applies to."""
    area = FAULTS[name].area
    if area == "write":
        return await client.put(PATHS[area], OFF)
    return await client.ask(PATHS[area])


async def prepared(connect: Connect, name: str) -> Client:
    """Start a device that has one fault."""
    device = IsapiSimulator(profile="nvr" if name in ("single_item", "empty_list") else "ipc")
    client: Client = await connect(device)
    path = "System/Holidays" if name in ("single_item", "empty_list") else PATHS[FAULTS[name].area]
    device.inject(name, path)
    return client


@pytest.mark.parametrize("name", sorted(BREAKS))
async def test_breaking_connections(connect: Connect, name: str) -> None:
    """The connection breaks, and other paths are well."""
    client = await prepared(connect, name)
    with pytest.raises(aiohttp.ClientError):
        await provoke(client, name)
    assert (await client.ask("System/status")).status == 200


@pytest.mark.parametrize("name", sorted(STATUS))
async def test_refusals(connect: Connect, name: str) -> None:
    """Status and codes are those of the name; a refused write changes nothing, an accepted one does."""
    client = await prepared(connect, name)
    device = client.device
    rule = PATHS["write"]
    assert "<enabled>false" in device.documents[rule]
    reply = await provoke(client, name)
    status, codes = STATUS[name]
    assert reply.status == status
    if codes is not None:
        assert reply.code == (status, *codes)
    assert ("<enabled>true" in device.documents[rule]) == (name in ("reboot_required", "put_no_content"))


CHANGES = {
    "empty_body": lambda body: body == b"",
    "picture_empty": lambda body: body == b"",
    "truncated_xml": lambda body: body.startswith(b"<?xml") and b"</DeviceInfo>" not in body,
    "picture_truncated": lambda body: body.startswith(b"\xff\xd8") and not body.endswith(b"\xff\xd9"),
    "gbk_name": lambda body: "前门".encode("gb18030") in body,
    "mixed_namespaces": lambda body: len(set(re.findall(rb'xmlns="([^"]*)"', body))) >= 3,
    "missing_optional": lambda body: b"macAddress" not in body and b"serialNumber" in body,
    "padded_values": lambda body: re.search(rb"<model>\s+DS-SIM-IPC\s+</model>", body) is not None,
    "other_case_root": lambda body: b"<deviceInfo " in body and b"</deviceInfo>" in body,
    "junk_numbers": lambda body: b"<telecontrolID>N/A<" in body,
    "entities": lambda body: b"<!DOCTYPE" in body and b"&a;" in body,
    "html_page": lambda body: b"<html>" in body,
    "wrong_content_type": lambda body: b"<DeviceInfo" in body,
    "json_instead": lambda body: body.startswith(b"{"),
    "huge_body": lambda body: b"</DeviceInfo>" in body and len(body) > 12 * 1024 * 1024,
}
STILL_XML = {"mixed_namespaces", "missing_optional", "padded_values", "other_case_root", "junk_numbers"}


@pytest.mark.parametrize("name", sorted(CHANGES))
async def test_changed_bodies(connect: Connect, name: str) -> None:
    """The body is wrong in its own way, and no further."""
    client = await prepared(connect, name)
    reply = await provoke(client, name)
    assert reply.status == 200
    assert CHANGES[name](reply.body)
    if name in STILL_XML:
        assert etree.fromstring(reply.body) is not None
    if name in ("html_page", "wrong_content_type"):
        assert reply.content_type == "text/html"


async def test_short_lists(connect: Connect) -> None:
    """A list with one item, and one without any."""
    for name, count in (("single_item", 1), ("empty_list", 0)):
        client = await prepared(connect, name)
        assert len((await client.ask("System/Holidays")).root.findall("holiday")) == count


async def test_slowness(connect: Connect) -> None:
    """Some answers take longer than anyone waits."""
    device = IsapiSimulator()
    client = await connect(device)
    assert (await client.ask("System/deviceInfo")).status == 200
    device.inject("silence", "System/status")
    device.inject("slow_put", "Smart/FaceDetect/1")
    for method, path in (("GET", "System/status"), ("PUT", "Smart/FaceDetect/1")):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.ask(path, method, OFF if method == "PUT" else None)
    assert [fault.delay for fault in device.faults] == [3600.0, 20.0]
    assert (await client.ask("Smart/FaceDetect/1")).status == 200


async def test_redirect(connect: Connect) -> None:
    """A redirection points elsewhere."""
    client = await prepared(connect, "redirect")
    reply = await client.ask("System/deviceInfo", allow_redirects=False)
    assert (reply.status, reply.headers["Location"]) == (302, "http://127.0.0.1:1/elsewhere")


async def test_picture_comes_after_two_errors(connect: Connect) -> None:
    """The third try gets the picture."""
    client = await prepared(connect, "picture_device_error")
    kinds = [(await client.ask(PATHS["picture"])).content_type for _ in range(3)]
    assert kinds == ["application/xml", "application/xml", "image/jpeg"]


async def test_times_methods_wildcards_and_the_end_of_faults(connect: Connect) -> None:
    """A fault has its number, its method and its paths, and can be cleared."""
    device = IsapiSimulator()
    client = await connect(device)
    fault = device.fault("Smart/*", method="GET", status=500, body=b"oops", times=2)
    assert [(await client.ask("Smart/FaceDetect/1")).status for _ in range(3)] == [500, 500, 200]
    assert fault.fired == 2
    device.fault("Smart/*", method="PUT", drop=True)
    assert (await client.ask("Smart/FaceDetect/1")).status == 200
    device.fault("System/deviceInfo", body=b"<other/>", headers={"X-Odd": "1"})
    reply = await client.ask("System/deviceInfo")
    assert (reply.status, reply.body, reply.headers["X-Odd"]) == (200, b"<other/>", "1")
    device.clear_faults()
    assert (await client.put("Smart/FaceDetect/1", OFF)).status == 200
    with pytest.raises(KeyError):
        device.inject("no such fault")


LOGIN = {
    "locked": lambda device: device.authority.locked_seconds("admin") == 1800,
    "password_changed": lambda device: device.authority.users["admin"].password != device.password,
    "stale_nonces": lambda device: device.authority.rotate_after == 1,
    "default_password": lambda device: device.password_flags["isDefaultPassword"],
    "risk_password": lambda device: device.password_flags["isRiskPassword"],
    "not_activated": lambda device: not device.password_flags["isActivated"],
    "reboot": lambda device: device.is_down,
    "clock_off": lambda device: device.clock_offset == 600,
}


@pytest.mark.parametrize("name", sorted(LOGIN))
async def test_faults_of_login_and_device(connect: Connect, name: str) -> None:
    """The state of the device is as the name says."""
    device = IsapiSimulator()
    await connect(device)
    assert not LOGIN[name](device)
    device.inject(name)
    assert LOGIN[name](device)


STREAM = {
    "stream_hostile": lambda device: device.framing == "hostile",
    "stream_no_inactive": lambda device: device.drops_inactive,
    "stream_byte_by_byte": lambda device: device.stream_chunk == 1,
    "stream_silent": lambda device: device.heartbeat_period is None,
    "stream_short_life": lambda device: device.lifetime == 0.2,
}


@pytest.mark.parametrize("name", sorted(STREAM))
async def test_faults_of_streams(connect: Connect, name: str) -> None:
    """Streams opened from now on are as the name says."""
    device = IsapiSimulator()
    await connect(device)
    assert not STREAM[name](device)
    device.inject(name)
    assert STREAM[name](device)


@pytest.mark.parametrize("name", ["stream_half_part", "stream_end", "stream_garbage", "stream_not_a_stream"])
async def test_what_listeners_get(connect: Connect, name: str) -> None:
    """The bytes on the stream are as the name says."""
    device = IsapiSimulator()
    client = await connect(device)
    if name == "stream_not_a_stream":
        device.inject(name)
        assert (await client.ask("Event/notification/alertStream")).content_type == "text/html"
        return
    async with client.session.get(f"{device.url}/ISAPI/Event/notification/alertStream") as response:
        device.inject(name)
        device.close_streams()
        data = await response.read()
    assert data.count(b"</EventNotificationAlert>") == 0
    assert (b"<EventNotificationAlert" in data) == (name == "stream_half_part")
    assert (len(data) > 5000) == (name == "stream_garbage")


def test_no_fault_is_untested() -> None:
    """Every name of the table is provoked above or, for framings and heads, in the tests of streams."""
    here = {*BREAKS, *STATUS, *CHANGES, *LEFT, *LOGIN, *STREAM, "single_item", "empty_list"}
    streams = {name for name in fault_names("stream") if name not in STREAM}
    assert set(fault_names()) == here | streams
    assert all(row.words for row in FAULTS.values())
