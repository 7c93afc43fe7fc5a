"""A device that answers with everything but what it was asked for: nothing breaks, nothing stays broken."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
import re
import time
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.transport.messages import Policy
from simulators.isapi import IsapiSimulator
from simulators.isapi.answers import Answer

from .living import living, noise, quiet, reached, set_up

type Change = Callable[[Answer], Answer]

STREAM = "Event/notification/alertStream"
INFO = "System/deviceInfo"
HTML = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form><input name=user></form></body></html>"
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;&c;</a>'


def said(status: int = 200, body: bytes = b"", content_type: str = "application/xml", **headers: str) -> Change:
    """Answer with this, whatever was asked."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda _: Answer(status, body, content_type, told)


def body(change: Callable[[bytes], bytes]) -> Change:
    """Change the body of the right answer."""
    return lambda answer: replace(answer, body=change(answer.body))


def refusal(code: int, sub: str, status: int) -> Change:
    """Answer with a status of the device."""
    text = f"<ResponseStatus><statusCode>{code}</statusCode><subStatusCode>{sub}</subStatusCode></ResponseStatus>"
    return said(status, text.encode())


def numbers(text: bytes) -> Change:
    """Put something else where a number was."""
    return body(lambda old: re.sub(rb">\s*\d+(?:\.\d+)?\s*</", b">" + text + b"</", old))


def without_last(old: bytes) -> bytes:
    """Leave the last camera of a recorder out."""
    match = re.search(
        rb"<InputProxyChannel(?: [^>]*)?>(?:(?!<InputProxyChannel[ >]).)*</InputProxyChannel>\s*(?=</Inp)",
        old,
        re.DOTALL,
    )
    assert match is not None
    return old[: match.start()] + old[match.end() :]


ANSWERS: Mapping[str, Change] = {
    "web_page": said(200, HTML, "text/html"),
    "web_page_as_xml": said(200, b"<html><body>Log in</body></html>"),
    "empty": said(200),
    "no_content": said(204),
    "half": body(lambda old: old[: len(old) // 2]),
    "bomb": said(200, BOMB),
    "large": body(lambda old: old + b" " * 10_000_000),
    "other_root": body(lambda old: re.sub(rb"<(/?)[A-Z]\w*List\b", rb"<\1Something", old)),
    "status_ok": refusal(1, "ok", 200),
    "json": said(200, b'{"statusCode": 4, "subStatusCode": ["notSupport"], "errorMsg": null}', "application/json"),
    "json_deep": said(200, b"[" * 100_000, "application/json"),
    "gzip": said(200, b"<DeviceInfo/>", Content_Encoding="gzip"),
    "latin": body(lambda old: re.sub(rb"(<(?:deviceName|name|channelName|hddName)>)[^<]*", b"\\1Stra\xdfe", old)),
    "words": numbers(b"many"),
    "negative": numbers(b"-1"),
    "huge": numbers(b"1" + b"0" * 30),
    "nan": numbers(b"NaN"),
    "infinite": numbers(b"1e309"),
    "same_ids": body(lambda old: re.sub(rb"<id>[^<]*</id>", b"<id>1</id>", old)),
    "deep": said(200, b"<a>" * 10_000 + b"</a>" * 10_000),
    "deep_inside": body(
        lambda old: re.sub(rb"(<\w+[^>?]*>)(?=<|\s)", rb"\1" + b"<x>" * 200 + b"</x>" * 200, old, count=1)
    ),
    "null_bytes": body(lambda old: old.replace(b"</", b"\x00</")),
    "utf16": body(lambda old: b'<?xml version="1.0" encoding="UTF-16"?>'.decode().encode("utf-16") + old),
    "elsewhere": said(301, Location="http://192.0.2.77/ISAPI/"),
    "upgraded": said(302, Location="https://127.0.0.1:1/ISAPI/System/deviceInfo"),
    "circle": said(302, Location="/ISAPI/System/deviceInfo"),
    "no_right": refusal(4, "lowPrivilege", 403),
    "not_supported": refusal(4, "notSupport", 403),
    "not_activated": refusal(4, "notActivated", 403),
    "busy": said(503, b"", Retry_After="3"),
    "busy_strange": said(503, b"", Retry_After="soon"),
    "error": refusal(3, "deviceError", 500),
    "status_junk": refusal(10**30, "", 200),
    "teapot": said(418, b"\xff\xfe\x00teapot", "text/plain"),
}


@asynccontextmanager
async def never_blocked(limit: float) -> AsyncGenerator[None]:
    """Fail if the event loop stood still for longer than `limit` seconds."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            longest = max(longest, time.perf_counter() - before - 0.01)

    watcher = asyncio.get_running_loop().create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()
    assert longest < limit, f"the event loop stood still for {longest:.2f} s"


def spoil(device: IsapiSimulator, change: Change | None, *spared: str) -> None:
    """Let every answer go wrong but those of `spared` paths and the stream's."""
    for path in (STREAM, *spared):
        device.fault(path, change=lambda answer: answer)
    if change is None:
        device.fault("*", drop=True)
    else:
        device.fault("*", change=change)


@pytest.fixture
def any_time() -> Iterator[None]:
    """Let an inventory be read again although the last one is recent."""
    with patch("custom_components.hikvision_ivm.systems.isapi.system._RECENT_SECONDS", 0.0):
        yield


async def look(coordinator: IvmCoordinator) -> None:
    """Poll everything once; the only errors that may come are those that are told."""
    for tier in Tier:
        with suppress(SystemFailure):
            await coordinator.system.poll(tier, coordinator.sink, coordinator.wanted)
    await coordinator.hass.async_block_till_done()


async def act(hass: HomeAssistant) -> None:
    """Use two switches; what fails is told in translated words."""
    keys: list[str | None] = []
    for entity_id in hass.states.async_entity_ids("switch")[:2]:
        try:
            await hass.services.async_call("switch", "turn_on", {"entity_id": entity_id}, blocking=True)
            keys.append("done")
        except HomeAssistantError as error:
            keys.append(error.translation_key)
    assert len(keys) == 2
    assert all(keys), keys


async def heard(hass: HomeAssistant, device: IsapiSimulator, sensor: str, minute: int) -> None:
    """Prove that an event still comes through."""

    def shows(word: str) -> bool:
        state = hass.states.get(sensor)
        return state is not None and state.state == word

    for state, word in (("active", "on"), ("inactive", "off")):
        device.emit(type="VMD", channel=1, state=state, when=f"2026-11-20T12:{minute:02d}:00Z")
        await reached(hass, partial(shows, word), 2.0)


def motion(hass: HomeAssistant, coordinator: IvmCoordinator) -> str:
    """Return the motion sensor of the first channel."""
    channels = coordinator.system.facts.channels  # type: ignore[attr-defined]
    feature_id = f"{channels[1].device_id}_binary_sensor_motion"
    return er.async_get(hass).async_get_entity_id("binary_sensor", "hikvision_ivm", feature_id) or ""


@pytest.mark.parametrize("name", [*ANSWERS, "reset"])
async def test_every_part_is_wrong(
    name: str, hass: HomeAssistant, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Set-up with nothing but a name; once the device answers rightly, everything is there."""
    async with IsapiSimulator(profile="nvr", channels=2, heartbeat=None) as device:
        spoil(device, ANSWERS.get(name), INFO)
        async with never_blocked(1.5), living(hass, device) as entry:
            if entry.state is ConfigEntryState.LOADED:
                await set_up(hass, device, entry)
                await look(entry.runtime_data)
            else:
                assert entry.error_reason_translation_key, entry.reason
            device.clear_faults()
            if entry.state is ConfigEntryState.LOADED:
                entry.runtime_data.system.client.forget()
            await hass.config_entries.async_reload(entry.entry_id)
            await set_up(hass, device, entry)
            await heard(hass, device, motion(hass, entry.runtime_data), 1)
        assert device.challenges <= 6
        assert noise(caplog) == []


@pytest.mark.parametrize(
    "name", ["web_page", "half", "bomb", "large", "json", "gzip", "elsewhere", "no_right", "not_activated", "reset"]
)
async def test_everything_is_wrong(
    name: str, hass: HomeAssistant, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Set-up is refused with a reason in words, or works; afterwards it works."""
    async with IsapiSimulator(profile="ipc", heartbeat=None) as device:
        spoil(device, ANSWERS.get(name))
        async with living(hass, device) as entry:
            if entry.state is not ConfigEntryState.LOADED:
                assert entry.error_reason_translation_key, entry.reason
            else:
                await set_up(hass, device, entry)
            device.clear_faults()
            await hass.config_entries.async_reload(entry.entry_id)
            assert entry.state is ConfigEntryState.LOADED, (entry.reason, entry.error_reason_translation_key)
            await set_up(hass, device, entry)
        assert noise(caplog) == []


@pytest.mark.parametrize("name", ["half", "no_right", "reset", "silence"])
async def test_it_goes_wrong_later(
    name: str, hass: HomeAssistant, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Polls and commands fail with a reason, events come all the same, and afterwards everything is as before."""
    async with IsapiSimulator(profile="ipc", heartbeat=None) as device, living(hass, device) as entry:
        await set_up(hass, device, entry)
        sensor = motion(hass, entry.runtime_data)
        await heard(hass, device, sensor, 1)
        features = entry.runtime_data.inventory.features
        before = {one.entity_id: one.state for one in hass.states.async_all() if one.domain not in ("sensor", "event")}
        if name == "silence":
            entry.runtime_data.system.client.http.policy = Policy(read=0.2, write=0.2)
            device.fault(STREAM, change=lambda answer: answer)
            device.fault("*", delay=30)
        else:
            spoil(device, ANSWERS.get(name))
        async with never_blocked(1.5):
            await look(entry.runtime_data)
            await heard(hass, device, sensor, 2)
            await act(hass)
            await look(entry.runtime_data)
        await heard(hass, device, sensor, 3)
        device.clear_faults()
        entry.runtime_data.system.client.forget()
        await look(entry.runtime_data)
        await look(entry.runtime_data)
        await quiet(hass, device)
        assert features.keys() <= entry.runtime_data.inventory.features.keys()
        after = {one.entity_id: one.state for one in hass.states.async_all()}
        assert {one: after.get(one) for one in before if not one.startswith("switch.")} == {
            one: state for one, state in before.items() if not one.startswith("switch.")
        }
        assert noise(caplog) == []


async def test_a_channel_is_taken_away(
    hass: HomeAssistant, socket_enabled: None, any_time: None, caplog: pytest.LogCaptureFixture
) -> None:
    """A camera that is removed from a recorder goes unavailable alone, and comes back as it was."""
    async with IsapiSimulator(profile="nvr", channels=2, heartbeat=None) as device, living(hass, device) as entry:
        await set_up(hass, device, entry)
        coordinator = entry.runtime_data
        gone = coordinator.system.facts.channels[2].device_id
        own = [one.entity_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
               if one.unique_id.startswith(gone) and hass.states.get(one.entity_id)]  # fmt: skip
        before = {one: hass.states.get(one).state for one in own}  # type: ignore[union-attr]
        device.fault("ContentMgmt/InputProxy/channels", change=body(without_last))
        await look(coordinator)
        assert own
        assert {state.state for one in own if (state := hass.states.get(one))} == {"unavailable"}
        await heard(hass, device, motion(hass, coordinator), 5)
        device.emit(type="VMD", channel=2, state="active")
        device.clear_faults()
        await look(coordinator)
        await look(coordinator)
        await quiet(hass, device)
        after = {one: state.state for one in own if (state := hass.states.get(one))}
        assert after.keys() == before.keys()
        assert "unavailable" not in after.values()
        assert noise(caplog) == []


async def test_another_device_answers(
    hass: HomeAssistant, socket_enabled: None, any_time: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of another device at the same address is shown under the name of the first; a new firmware is welcome."""
    async with IsapiSimulator(profile="ipc", heartbeat=None) as device, living(hass, device) as entry:
        await set_up(hass, device, entry)
        coordinator = entry.runtime_data
        serial = coordinator.identity.serial
        hass.config_entries.async_update_entry(entry, unique_id=coordinator.identity.unique_id)
        newer = body(lambda old: re.sub(b"<firmwareVersion>[^<]*", b"<firmwareVersion>V9.9.9", old))
        device.fault("System/deviceInfo", change=newer)
        await look(coordinator)
        assert coordinator.inventory.devices[serial].firmware.startswith("V9.9.9")
        await heard(hass, device, motion(hass, coordinator), 1)
        device.clear_faults()
        device.fault("System/deviceInfo", change=body(lambda old: old.replace(serial.encode(), b"SOMEBODY-ELSE-0001")))
        with pytest.raises(SystemFailure):
            await coordinator.system.poll(Tier.INVENTORY, coordinator.sink, coordinator.wanted)
        assert list(coordinator.inventory.devices) == [serial]
        await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_ERROR
        assert entry.error_reason_translation_key == "wrong_device"
        device.clear_faults()
        await hass.config_entries.async_reload(entry.entry_id)
        await set_up(hass, device, entry)
        assert noise(caplog) == []
