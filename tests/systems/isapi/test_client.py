"""Asking a device, and remembering what it refused."""

from dataclasses import replace
import logging
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BodyTooLargeError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    InsufficientRightsError,
    NotActivatedError,
    ProtocolError,
    RejectedError,
    ResponseTimeoutError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi.client import IsapiClient
from custom_components.hikvision_ivm.systems.transport.http import Response
from simulators.isapi import IsapiSimulator

from .conftest import Clock, Connect

DISKS = "ContentMgmt/Storage"
NOT_SUPPORTED = (
    b'<ResponseStatus version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><statusCode>4</statusCode>'
    b"<statusString>Invalid Operation</statusString><subStatusCode>notSupport</subStatusCode></ResponseStatus>"
)
LOW_PRIVILEGE = NOT_SUPPORTED.replace(b"notSupport", b"lowPrivilege")


async def refused_once(client: IsapiClient, device: IsapiSimulator, error: type[SystemFailure]) -> None:
    """Ask twice; the second time must not reach the device."""
    device.requests.clear()
    for _ in range(2):
        with pytest.raises(error):
            await client.get(DISKS)
    assert [record.path for record in device.requests if record.authorized] == [DISKS]


@pytest.mark.parametrize(
    ("status", "body", "first"),
    [
        (400, b"", UnsupportedError),
        (403, NOT_SUPPORTED, UnsupportedError),
        (404, b"<html>not found</html>", UnsupportedError),
        (405, b"", UnsupportedError),
        (200, NOT_SUPPORTED, UnsupportedError),
        (200, NOT_SUPPORTED.replace(b">4<", b">6<").replace(b"notSupport", b"badXmlContent"), RejectedError),
        (500, b"", DeviceFailureError),
        (200, NOT_SUPPORTED.replace(b">4<", b">3<").replace(b"notSupport", b"deviceError"), DeviceFailureError),
    ],
)
async def test_a_refusal_is_remembered(
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: bytes,
    first: type[SystemFailure],
) -> None:
    """What a device refused is asked once, told once in the log and listed."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        await client.get("System/status")
        device.fault(DISKS, status=status, body=body)
        device.requests.clear()
        with caplog.at_level(logging.DEBUG):
            with pytest.raises(first):
                await client.get(DISKS)
            for _ in range(2):
                with pytest.raises(UnsupportedError):
                    await client.get(DISKS)
        assert device.count("GET", DISKS) == 1
        assert list(client.refused) == [DISKS]
        lines = [
            record for record in caplog.records if record.name.endswith("isapi.client") and DISKS in record.message
        ]
        assert [line.levelno for line in lines] == [logging.DEBUG]
        assert lines[0].message.startswith("127.0.0.1 does not offer")


async def test_rights_are_remembered_for_the_session_only(connect: Connect, clock: Clock) -> None:
    """A missing right is no missing function: the next session asks again."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        client.remember_for("serial firmware")
        device.fault(DISKS, status=403, body=LOW_PRIVILEGE)
        await refused_once(client, device, InsufficientRightsError)
        assert "lowPrivilege" in client.refused[DISKS]
        device.clear_faults()
        again = connect(device).client
        again.remember_for("serial firmware")
        assert (await again.get(DISKS)) is not None


async def test_a_dropped_connection_means_the_path_if_others_answer(connect: Connect, clock: Clock) -> None:
    """A path that drops while others work is refused; one that dropped with everything else is not."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        device.fault(DISKS, drop=True)
        with pytest.raises(ConnectionFailedError):
            await client.get(DISKS)
        assert DISKS not in client.refused
        await client.get("System/status")
        assert DISKS in client.refused
        device.fault("Event/triggers", drop=True)
        with pytest.raises(ConnectionFailedError):
            await client.get("Event/triggers")
        clock.passed += 60
        await client.get("System/status")
        assert "Event/triggers" not in client.refused


async def test_what_worked_once_is_not_given_up(connect: Connect) -> None:
    """A document that was there is asked again, whatever happened in between."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        await client.get(DISKS)
        faults: tuple[dict[str, Any], ...] = ({"status": 500}, {"status": 404}, {"drop": True})
        for fault in faults:
            failing = device.fault(DISKS, times=4, **fault)
            with pytest.raises(SystemFailure):
                await client.get(DISKS)
            await client.get("System/status")
            failing.times = 0
            await client.get(DISKS)
        assert not client.refused


@pytest.mark.parametrize(("status", "days", "asked"), [(404, 400, False), (500, 6, False), (500, 8, True)])
async def test_memory_outlives_a_restart(connect: Connect, clock: Clock, status: int, days: int, asked: bool) -> None:
    """Refusals are kept for the same device and firmware; those that may have been a bad day for a week."""
    async with IsapiSimulator(profile="ipc") as device:
        first = connect(device).client
        first.remember_for("serial V1")
        device.fault(DISKS, status=status)
        with pytest.raises(SystemFailure):
            await first.get(DISKS)
        assert clock.remembered
        clock.passed += days * 86400
        device.requests.clear()
        second = connect(device).client
        second.remember_for("serial V1")
        with pytest.raises(SystemFailure):
            await second.get(DISKS)
        assert bool(device.count("GET", DISKS)) is asked
        other = connect(device).client
        other.remember_for("serial V2")
        assert not other.refused


async def test_firmware_that_changes(connect: Connect) -> None:
    """New firmware may have what the old one refused; the same one may not."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        client.remember_for("serial V1")
        failing = device.fault(DISKS, status=404)
        with pytest.raises(UnsupportedError):
            await client.get(DISKS)
        failing.times = 0
        client.remember_for("serial V1")
        assert DISKS in client.refused
        client.remember_for("serial V2")
        assert (await client.get(DISKS)) is not None


async def test_whether_the_device_is_gone(connect: Connect) -> None:
    """After a lost connection any answer proves that the device is there; without one nothing is asked."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        await client.get("System/status")
        await client.prove_alive()
        assert device.count("GET", "System/deviceInfo") == 0
        answers: tuple[dict[str, Any], ...] = ({}, {"status": 503}, {"status": 403})
        for number, answer in enumerate(answers):
            path = f"Smart/Lost/{number}"
            device.fault(path, drop=True)
            if answer:
                device.fault("System/deviceInfo", times=1, **answer)
            with pytest.raises(ConnectionFailedError):
                await client.get(path)
            await client.prove_alive()
            assert path in client.refused
        device.fault("System/deviceInfo", drop=True)
        device.fault("Smart/Lost/9", drop=True)
        with pytest.raises(ConnectionFailedError):
            await client.get("Smart/Lost/9")
        with pytest.raises(ConnectionFailedError):
            await client.prove_alive()
        await client.get("System/status")
        assert "Smart/Lost/9" not in client.refused


async def test_a_slow_answer_is_no_refusal(connect: Connect) -> None:
    """A document that did not come in time is asked for again."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        await client.get("System/status")
        client.http.policy = replace(client.http.policy, read=0.05)
        slow = device.fault(DISKS, delay=0.3)
        with pytest.raises(ResponseTimeoutError):
            await client.get(DISKS)
        await client.prove_alive()
        slow.times = 0
        assert (await client.get(DISKS)) is not None


@pytest.mark.parametrize(
    "memory",
    [
        {"isapi_refused": None},
        {"isapi_refused": []},
        {"isapi_refused": {"of": "serial V1"}},
        {"isapi_refused": {"of": "serial V1", "paths": []}},
        {"isapi_refused": {"of": "serial V1", "paths": {"a": 1, "b": {}, "c": {"reason": 3}}}},
        {"isapi_refused": {"of": "serial V1", "paths": {"a": {"reason": "x", "until": "never"}}}},
        {"isapi_refused": {"of": "serial V1", "paths": {"a": {"reason": "x", "until": "2027-01-01T00:00:00"}}}},
        {"isapi_refused": {"of": "serial V1", "paths": {"a": {"reason": "x", "until": "2020-01-01T00:00:00+00:00"}}}},
    ],
)
async def test_a_spoilt_memory_does_no_harm(connect: Connect, clock: Clock, memory: dict[str, object]) -> None:
    """Whatever lies in the memory, the device is asked."""
    clock.memory.update(memory)
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        client.remember_for("serial V1")
        assert not client.refused
        assert (await client.get(DISKS)) is not None


async def test_refusals_can_be_forgotten(connect: Connect) -> None:
    """What was refused can be asked again on demand."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        client.remember_for("serial V1")
        failing = device.fault(DISKS, status=403)
        with pytest.raises(UnsupportedError):
            await client.get(DISKS)
        failing.times = 0
        client.forget(["something else"])
        with pytest.raises(UnsupportedError):
            await client.get(DISKS)
        client.forget([DISKS])
        assert (await client.get(DISKS)) is not None


@pytest.mark.parametrize(
    "body",
    [b"", b"  \n", b"<html><body>Login</body></html>", b"<storage><hdd></storage>", b"\x00\xff\xfe", b"{}", b"hello",
     b'<!DOCTYPE a [<!ENTITY x "y">]><storage>&x;</storage>', b'{"storage": {}}'],
)  # fmt: skip
async def test_what_is_no_document_is_counted(connect: Connect, body: bytes) -> None:
    """Garbage is an error of its own, counted, and asked again next time."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        device.fault(DISKS, status=200, body=body)
        for count in (1, 2):
            with pytest.raises(ProtocolError):
                await client.get(DISKS)
            assert client.malformed[DISKS] == count
        assert not client.refused


async def test_errors_that_are_no_refusals(connect: Connect) -> None:
    """Busy, not activated and too large say nothing about the function."""
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        device.fault(DISKS, status=503, times=1, headers={"Retry-After": "7"})
        with pytest.raises(BusyError) as busy:
            await client.get(DISKS)
        assert busy.value.retry_after == 7
        device.fault(DISKS, status=403, body=NOT_SUPPORTED.replace(b"notSupport", b"notActivated"), times=1)
        with pytest.raises(NotActivatedError):
            await client.get(DISKS)
        device.fault(DISKS, status=403, body=NOT_SUPPORTED.replace(b"notSupport", b"badAuthorization"), times=1)
        with pytest.raises(AuthenticationError):
            await client.get(DISKS)
        device.fault(DISKS, status=200, body=b"<a>" + b"x" * (5 * 1024 * 1024), times=1)
        with pytest.raises(BodyTooLargeError):
            await client.get(DISKS)
        assert (await client.get(DISKS)) is not None


async def test_writing(connect: Connect) -> None:
    """A write is judged by what the device says, and what it says in passing is kept."""
    path = "System/Video/inputs/channels/1/motionDetection"
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        document = await client.get(path)
        await client.put(path, document)
        assert client.reboot_required_since is None
        for code, sub in ((7, b"rebootRequired"), (1, b"riskPassword")):
            body = NOT_SUPPORTED.replace(b">4<", b">%d<" % code).replace(b"notSupport", sub)
            device.fault(path, method="PUT", status=200, body=body, times=1)
            await client.put(path, document)
        assert client.reboot_required_since is not None
        assert client.risk_password
        device.fault(path, method="PUT", status=403, body=LOW_PRIVILEGE, times=1)
        with pytest.raises(InsufficientRightsError):
            await client.put(path, document)
        device.fault(path, method="PUT", status=204, body=b"", times=1)
        await client.put(path, b"<x/>")
        sent = [record for record in device.requests if record.method == "PUT" and record.authorized]
        assert all(record.content_type == "application/xml" for record in sent)
        assert sent[0].body.startswith(b"<?xml")


async def test_answers_are_told(connect: Connect) -> None:
    """Every answer reaches who keeps them, refusals with their status, failures with their error."""
    told: list[tuple[str, Response | SystemFailure]] = []
    async with IsapiSimulator(profile="ipc") as device:
        client = connect(device).client
        client.on_answer = lambda path, answer: told.append((path, answer))
        await client.get("System/status", {"b": "2", "a": "1"})
        device.fault(DISKS, status=403)
        device.fault("Event/triggers", drop=True)
        with pytest.raises(UnsupportedError):
            await client.get(DISKS)
        with pytest.raises(ConnectionFailedError):
            await client.get("Event/triggers")
        with pytest.raises(UnsupportedError):
            await client.get(DISKS)
    assert [path for path, _ in told] == ["System/status?a=1&b=2", DISKS, "Event/triggers"]
    assert [getattr(answer, "status", None) for _, answer in told] == [200, 403, None]
    assert client.answers == 2
    assert client.requests == 3
