"""Whole recordings as entries of Home Assistant: what is in the file is what is shown, and its events switch it.

Expectations are counted here from the bare table, by other code than the integration's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.systems.isapi.event_types import EVENT_TYPES, canonical
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import BinarySensorFeature, CameraFeature
from simulators.isapi import IsapiReplay

from . import devices, recordings
from .living import living, noise, quiet, reached, set_up

NAMES = [*devices.every(), *(pytest.param(name, id=name) for name in recordings.SYNTHETIC)]


def load(name: str) -> dict[str, Any]:
    """Return a recording of a device, or one of those that are made up."""
    return recordings.recording(name) if name in recordings.SYNTHETIC else devices.recording(name)


def listed(node: Any) -> list[Any]:
    """Return what a recorder wrote for a list: nothing, one item, or several."""
    return [] if node is None else node if isinstance(node, list) else [node]


def word(node: Any) -> str:
    """Return a text, beside attributes or not."""
    return str((node.get("#text") if isinstance(node, dict) else node) or "").strip()


def whole(node: Any) -> int:
    """Return a number, 0 for anything else."""
    text = word(node)
    return int(text) if text.isdigit() else 0


def reach(node: Any, *path: str) -> Any:
    """Return what is at a path, None if nothing."""
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node


@dataclass
class Counted:
    """What is in a recording. `channels`: number → name; `streams`: ids of those that are on; `terminals`: inputs, outputs."""

    recorder: bool
    channels: dict[int, str]
    streams: set[str]
    triggers: dict[tuple[str, int | None, str | None], bool]
    terminals: tuple[int, int]
    disks: set[str]


def count(table: Mapping[str, Any]) -> Counted:
    """Count what is in a recording."""

    def document(path: str) -> Any:
        return reach(table.get(path), "response")

    info = document("System/deviceInfo")["DeviceInfo"]
    caps = reach(document("System/capabilities"), "DeviceCap")
    local, remote = (
        whole(reach(caps, *path))
        for path in (("SysCap", "VideoCap", "videoInputPortNums"), ("RacmCap", "inputProxyNums"))
    )
    recorder = word(info.get("deviceType")) in {"NVR", "DVR", "DVS", "HybirdNVR"} or local + remote > 1
    rows = listed(reach(document("Streaming/channels"), "StreamingChannelList", "StreamingChannel"))
    if "response" not in table.get("Streaming/channels", {}):
        rows = [
            document(p)["StreamingChannel"] for p in table if re.fullmatch(r"Streaming/channels/\d+", p) and document(p)
        ]
    by_channel: dict[int, list[Any]] = {}
    for row in rows:
        by_channel.setdefault(whole(reach(row, "Video", "videoInputChannelID")) or int(row["id"]) // 100, []).append(
            row
        )
    own = listed(reach(document("System/Video/inputs/channels"), "VideoInputChannelList", "VideoInputChannel"))
    remote_rows = listed(
        reach(document("ContentMgmt/InputProxy/channels"), "InputProxyChannelList", "InputProxyChannel")
    )
    if recorder:
        channels = {whole(row["id"]): word(row.get("name")) for row in own}
        channels |= {
            whole(row["id"]): word(row.get("name")) for row in remote_rows if row.get("sourceInputPortDescriptor")
        }
    else:
        names = {whole(row["id"]): word(row.get("name")) for row in own}
        channels = {one: names.get(one, "") for one in (by_channel or names or {1: None})}
    streams = {
        word(row["id"])
        for channel, several in by_channel.items()
        for row in several
        if channel in channels and word(row.get("enabled")) != "false"
    }
    seen = listed(reach(document("ContentMgmt/Storage"), "storage", "hddList", "hdd"))
    seen += listed(reach(document("ContentMgmt/Storage"), "storage", "nasList", "nas"))
    ports = [whole(reach(caps, "SysCap", "IOCap", f"IO{way}putPortNums")) for way in ("In", "Out")]
    return Counted(
        recorder=recorder,
        channels=channels,
        streams=streams,
        triggers=count_triggers(document("Event/triggers"), channels),
        terminals=(ports[0], ports[1]),
        disks={word(row["id"]) for row in seen},
    )


def count_triggers(document: Any, channels: Mapping[int, str]) -> dict[tuple[str, int | None, str | None], bool]:
    """Count triggers by type and place, and whether each is delivered."""
    document = reach(document, "EventNotification") or document
    found: dict[tuple[str, int | None, str | None], bool] = {}
    for row in listed(reach(document, "EventTriggerList", "EventTrigger")):
        kind = canonical(row["eventType"])
        scope = EVENT_TYPES[kind].scope if kind in EVENT_TYPES else "channel"
        keys = (
            ("inputIOPortID", "dynInputIOPortID")
            if scope == "port"
            else ("videoInputChannelID", "dynVideoInputChannelID")
        )
        number = whole(row.get(keys[0])) or whole(row.get(keys[1])) or whole(row["id"].rpartition("-")[2])
        if not number and scope == "channel" and len(channels) == 1:
            number = next(iter(channels))
        methods = {
            word(one["notificationMethod"])
            for one in listed(reach(row, "EventTriggerNotificationList", "EventTriggerNotification"))
        }
        place = (
            (None, None)
            if scope == "device" or not number
            else (number, None)
            if scope == "channel"
            else (None, str(number))
        )
        key = (kind, *place)
        found[key] = found.get(key, False) or bool(methods & {"center", "HTTP"})
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_recording(
    name: str,
    hass: HomeAssistant,
    socket_enabled: None,
    all_enabled: None,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is in the file is shown under a name, its events switch it, and it comes again after a reload."""
    recorded = load(name)
    async with IsapiReplay(recorded, heartbeat=None) as device, living(hass, device) as entry:
        await set_up(hass, device, entry)
        check_facts(entry, count(recorded["data"]["ISAPI"]))
        check_registries(hass, entry)
        assert len(device.requests) <= 75
        await check_events(hass, device, entry)
        await check_reload(hass, device, entry)
        assert noise(caplog) == []


def check_facts(entry: MockConfigEntry, expected: Counted) -> None:
    """Devices, channels, streams, terminals, disks and triggers are those of the recording."""
    system = entry.runtime_data.system
    assert isinstance(system, IsapiSystem)
    facts, inventory = system.facts, entry.runtime_data.inventory
    assert set(facts.channels) == set(expected.channels)
    assert {one: facts.channels[one].name for one, name in expected.channels.items() if name} == {
        one: name for one, name in expected.channels.items() if name
    }
    single = not expected.recorder and len(expected.channels) == 1
    assert len(inventory.devices) == (1 if single else 1 + len(expected.channels))
    assert {one.part for one in inventory.of(CameraFeature)} == expected.streams
    told = {(one.type, one.channel, one.port): one.delivered for one in facts.triggers if one.listed}
    for triggers in (told, expected.triggers):  # asked one by one, because lists leave it out
        triggers.pop(("scenechangedetection", 1, None), None)
    assert told == expected.triggers
    own = [port for port in facts.ports if not port.proxied]
    assert (sum(not port.output for port in own), sum(port.output for port in own)) == expected.terminals
    assert {disk.id for disk in facts.disks} == expected.disks
    owners = {one.device_id for one in inventory.of(BinarySensorFeature) if one.kind is Kind.MOTION}
    assert facts.device_id not in owners or single


def check_registries(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Every feature is an entity with a name of its own, and there is no other entity."""
    inventory = entry.runtime_data.inventory
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)) == len(inventory.devices)
    rows = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert {row.unique_id for row in rows} == set(inventory.features)
    names = [(row.device_id, row.domain, row.original_name) for row in rows]
    assert len(set(names)) == len(names), sorted(map(str, names))
    for row in rows:
        assert row.domain == "camera" or (row.original_name or "").strip(), row.entity_id
        assert not re.search(r"[{}]|None", row.original_name or ""), row.entity_id
        assert hass.states.get(row.entity_id) is not None


async def check_events(hass: HomeAssistant, device: IsapiReplay, entry: MockConfigEntry) -> None:
    """Every listed event of a channel or the device switches its sensor on and off, and no other."""
    inventory, facts = entry.runtime_data.inventory, entry.runtime_data.system.facts
    sensors = list(inventory.of(BinarySensorFeature))
    place = {
        one.id: er.async_get(hass).async_get_entity_id("binary_sensor", "hikvision_ivm", one.id) or ""
        for one in sensors
    }

    def states() -> dict[str, str]:
        return {one: known.state for one, where in place.items() if (known := hass.states.get(where))}

    def shows(sensor: str, word: str) -> bool:
        return states()[sensor] == word

    rows = [one for one in facts.triggers if (row := EVENT_TYPES.get(one.type)) and row.binary and row.scope != "port"]
    rows = [one for one in rows if one.channel is None or one.channel in facts.channels]
    for number, trigger in enumerate(rows[:: 1 + len(rows) // 30]):
        kind = EVENT_TYPES[trigger.type].kind
        owner = facts.device_id if trigger.channel is None else facts.channels[trigger.channel].device_id
        (sensor,) = [one.id for one in sensors if (one.device_id, one.kind) == (owner, kind)]
        before = states()
        assert before[sensor] == "off", trigger
        when = f"2026-11-20T12:{number % 60:02d}:00Z"
        device.emit(type=trigger.type, channel=trigger.channel, state="active", when=when)
        await reached(hass, partial(shows, sensor, "on"))
        assert {**states(), sensor: "off"} == before
        device.emit(type=trigger.type, channel=trigger.channel, state="inactive", when=when)
        await reached(hass, partial(shows, sensor, "off"))


async def check_reload(hass: HomeAssistant, device: IsapiReplay, entry: MockConfigEntry) -> None:
    """The same entities come again, what was refused is not asked again, and nothing runs after the end."""
    before = {state.entity_id for state in hass.states.async_all()}
    refused = {record.path for record in device.requests if record.status in (400, 404, 500)}
    asked = len(device.requests)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await set_up(hass, device, entry)
    assert {state.entity_id for state in hass.states.async_all()} <= before
    assert not refused & {record.path for record in device.requests[asked:]}
    assert await hass.config_entries.async_unload(entry.entry_id)
    await quiet(hass, device)
    asked = len(device.requests)
    await quiet(hass, device)
    assert len(device.requests) == asked
