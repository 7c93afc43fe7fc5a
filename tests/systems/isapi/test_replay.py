"""Recorded answers of real devices, against what somebody else counted in them."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.isapi.event_types import EVENT_TYPES, canonical
from custom_components.hikvision_ivm.systems.isapi.records import ChannelOrigin, Facts, UnitKind
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem
from custom_components.hikvision_ivm.systems.model import CameraFeature, Inventory
from simulators.isapi import IsapiReplay
from tests import devices

from .conftest import Clock, Connect, KeepingSink, Read

pytestmark = pytest.mark.parametrize("name", devices.every())


def known_streams(expected: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the recorded streams that answered."""
    return {stream: row for stream, row in expected["streams"].items() if isinstance(row, dict)}


def listed_streams(name: str) -> dict[str, dict[str, Any]]:
    """Return what the recorded list says of the streams; one recording has a list that contradicts its own items."""
    answer = devices.recording(name)["data"]["ISAPI"].get("Streaming/channels", {}).get("response", {})
    items = answer.get("StreamingChannelList", {}).get("StreamingChannel", [])
    return {
        item["id"]: {
            "codec": item["Video"]["videoCodecType"],
            "w": item["Video"]["videoResolutionWidth"],
            "h": item["Video"]["videoResolutionHeight"],
            "enabled": item["enabled"],
            "audio": item.get("Audio", {}).get("enabled"),
        }
        for item in (items if isinstance(items, list) else [items])
    }


def check_channels(facts: Facts, expected: dict[str, Any]) -> None:
    """Compare the channels."""
    found = {
        str(one.number): (one.name, one.model, one.serial, one.address, one.protocol, one.source_port)
        for one in facts.channels.values()
    }
    assert found == {
        row["id"]: (
            row["name"], row["model"], row["serial"], row["ip"], row["protocol"],
            None if row["srcInputPort"] is None else int(row["srcInputPort"]),
        )
        for row in expected["channels"]
    }  # fmt: skip
    kinds = {str(one.number): one.origin for one in facts.channels.values()}
    assert kinds == {row["id"]: ChannelOrigin(row["kind"]) for row in expected["channels"]}


def check_streams(facts: Facts, expected: dict[str, Any], listed: dict[str, dict[str, Any]]) -> None:
    """Compare the streams; a camera lists fewer than answer when asked one by one."""
    recorded = known_streams(expected)
    found = {one.id: one for channel in facts.channels.values() for one in channel.streams}
    assert found.keys() <= recorded.keys()
    if facts.kind is UnitKind.RECORDER:
        assert found.keys() == recorded.keys()
    else:
        assert {channel.streams[0].number for channel in facts.channels.values()} == {1}
    for stream, one in found.items():
        row = listed.get(stream) or recorded[stream]
        told = (one.codec, str(one.width), str(one.height), str(one.enabled).lower(), str(one.audio).lower())
        assert told == (row["codec"], row["w"], row["h"], row["enabled"], row["audio"] or "false")
    for channel in facts.channels.values():
        assert all(int(one.id) // 100 == channel.number for one in channel.streams)


def check_triggers(facts: Facts, expected: dict[str, Any]) -> None:
    """Compare type, place and delivery of every trigger."""
    found = {(one.type, one.channel, one.port): one.delivered for one in facts.triggers}
    rows: dict[tuple[str, int | None, str | None], bool] = {}
    for trigger_id, spelling, place, delivered in expected["triggers_id_type_channel_center"]:
        event_type = canonical(spelling)
        row = EVENT_TYPES.get(event_type)
        scope = row.scope if row is not None else "channel"
        last = trigger_id.rpartition("-")[2]
        number = place or (last if last.isdigit() else None)
        channel = int(number) if scope == "channel" and number else None
        port = number if scope == "port" else None
        rows[event_type, channel, port] = delivered
    assert found == rows
    assert len(found) == expected["triggers_total"]
    assert sum(found.values()) == expected["triggers_with_center"]


def check_rest(facts: Facts, expected: dict[str, Any]) -> None:
    """Compare identity, terminals and disks."""
    told = expected["deviceInfo"]
    assert facts.identity.serial == told["serialNumber"]
    assert facts.identity.model == told["model"]
    assert facts.identity.mac == told["macAddress"]
    assert facts.identity.firmware == f"{told['firmwareVersion']} {told['firmwareReleasedDate']}"
    own = [port for port in facts.ports if not port.proxied]
    for output, count in ((False, expected["io_ports"]["inputs"]), (True, expected["io_ports"]["outputs"])):
        assert sum(port.output is output for port in own) == int(count or 0)
    disks = {one.id: (one.status, one.capacity, one.free) for one in facts.disks}
    rows = [*expected["hdd"], *expected["nas"]]
    assert disks == {row["id"]: (row["status"], float(row["capacity"]), float(row["freeSpace"])) for row in rows}


def check_inventory(facts: Facts, inventory: Inventory) -> None:
    """One device for each channel, or only one; main streams enabled, others not."""
    channels = len(facts.channels)
    single = facts.kind is UnitKind.CAMERA and channels == 1
    assert len(inventory.devices) == (1 if single else 1 + channels)
    assert not any(address in device for device in inventory.devices for address in ("192.", "127.0", "http"))
    for camera in inventory.of(CameraFeature):
        assert camera.enabled is (camera.kind.value == "main_stream")


async def test_recording(
    name: str, read: Read, connect: Connect, sink: KeepingSink, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything in the recording is found, within the budget, and what is refused is asked once."""
    expected = devices.facts(name)
    async with IsapiReplay(devices.recording(name)) as device:
        system, inventory = await read(device)
        facts = system.facts
        budget = 8 if facts.kind is UnitKind.CAMERA else 14
        assert len(device.requests) <= budget
        check_channels(facts, expected)
        check_streams(facts, expected, listed_streams(name))
        check_triggers(facts, expected)
        check_rest(facts, expected)
        check_inventory(facts, inventory)
        await check_background(system, inventory, device, sink, clock)
        source = await system.stream_source(next(inventory.of(CameraFeature)))
        assert source is not None
        assert f":{expected['ports']['RTSP']}/Streaming/Channels/" in source
        await check_refusals(system, device, expected)
        ours = [record for record in caplog.records if record.name.startswith("custom_components")]
        assert not [record for record in ours if record.levelname in ("ERROR", "WARNING")]


async def check_background(
    system: IsapiSystem, inventory: Inventory, device: IsapiReplay, sink: KeepingSink, clock: Clock
) -> None:
    """Details and polls work on whatever the device has."""
    before = len(device.requests)
    wanted = set(inventory.features)
    await system.prime(sink, wanted)
    assert len(device.requests) - before <= 60
    for tier in Tier:
        clock.passed += 100_000
        await system.poll(tier, sink, wanted)
    known = (sink.inventories or [inventory])[-1].features
    assert {feature for feature in sink.values if feature in known}


async def check_refusals(system: IsapiSystem, device: IsapiReplay, expected: dict[str, Any]) -> None:
    """A refusal that was met is one that was recorded, or of a path nobody recorded; none was met twice."""
    met = [record.path for record in device.requests if record.status in (400, 403, 404, 500)]
    assert len(met) == len(set(met))
    dropped = [record.path for record in device.requests if record.status == 0 and record.authorized]
    assert set(dropped) <= {path for path, why in expected["refused"].items() if why == "error"}
    for path in met:
        assert path in system.client.refused


async def test_recording_again_without_lists(name: str, read: Read) -> None:
    """Where the list of streams is refused, streams are asked one by one, and the same cameras are found."""
    expected = devices.facts(name)
    async with IsapiReplay(devices.recording(name)) as device:
        device.fault("Streaming/channels", status=403)
        system, _ = await read(device)
        found = {one.id for channel in system.facts.channels.values() for one in channel.streams}
        wanted = {stream for stream in known_streams(expected) if int(stream) % 100 in (1, 2)}
        assert found == wanted
        asked = [record.path for record in device.requests if record.path.startswith("Streaming/channels/")]
        assert {int(path.rpartition("/")[2]) % 100 for path in asked} <= {1, 2}
        assert len(asked) == len(set(asked))
