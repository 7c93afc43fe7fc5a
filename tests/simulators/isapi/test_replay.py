"""A recorded device is served again: answers, refusals, broken connections, and nothing else."""

import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulators.isapi import IsapiReplay

from .conftest import Connect

NAMESPACE = "http://www.isapi.org/ver20/XMLSchema"
RECORDING: dict[str, Any] = {
    "data": {
        "ISAPI": {
            "System/deviceInfo": {
                "response": {
                    "DeviceInfo": {
                        "@version": "2.0",
                        "@xmlns": NAMESPACE,
                        "deviceName": "Shed & barn",
                        "manufacturer": None,
                        "macAddress": "02:00:00:00:00:09",
                        "serialNumber": "SN9",
                    }
                }
            },
            "System/Holidays": {"status_code": 404},
            "ContentMgmt/Storage": {"error": {"repr": "gone"}},
            "Streaming/channels/101": {"response": {"StreamingChannel": {"@xmlns": NAMESPACE, "id": "101"}}},
            "Streaming/channels/102": {"response": {"StreamingChannel": {"@xmlns": NAMESPACE, "id": "102"}}},
            "Streaming/channels/103": {"status_code": 403},
            "Smart/FieldDetection/1": {
                "response": {"FieldDetection": {"id": "1", "enabled": {"@opt": "true,false", "#text": "false"}}}
            },
        }
    }
}


def recordings() -> list[Path]:
    """Files of real devices, where there are any."""
    given = os.environ.get("HIKVISION_IVM_RECORDINGS")
    folder = Path(given) if given else Path(__file__).parents[4] / "shared" / "devices"
    return sorted(path for path in folder.glob("*.json") if path.name != "facts.json")


async def test_answers_refusals_and_broken_connections(connect: Connect) -> None:
    """Each kind of entry is served as what it is; a list is put together from its items."""
    client = await connect(IsapiReplay(RECORDING))
    info = await client.ask("System/deviceInfo")
    assert (info.status, info.text("deviceName")) == (200, "Shed & barn")
    assert info.text("manufacturer") == ""
    assert (await client.ask("System/Holidays")).status == 404
    assert (await client.ask("System/unrecorded")).status == 404
    assert (await client.ask("System/deviceInfo", "DELETE")).status == 405
    assert (await client.ask("ContentMgmt/InputProxy/channels")).status == 404
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.ask("ContentMgmt/Storage")
    streams = (await client.ask("Streaming/channels")).root
    assert (streams.tag, [item.findtext("id") for item in streams]) == ("StreamingChannelList", ["101", "102"])


async def test_a_replay_can_be_driven(connect: Connect) -> None:
    """Login, writes, pictures, events and faults work as on a simulated device."""
    device = IsapiReplay(RECORDING["data"]["ISAPI"], style="recorder_dyn")
    stranger = await connect(device, "admin", "wrong")
    assert (await stranger.ask("System/deviceInfo")).status == 401
    login = aiohttp.DigestAuthMiddleware(device.username, device.password)
    async with aiohttp.ClientSession(middlewares=(login,)) as session:
        rule = f"{device.url}/ISAPI/Smart/FieldDetection/1"
        body = b"<FieldDetection><enabled>true</enabled></FieldDetection>"
        async with session.put(rule, data=body) as response:
            assert response.status == 200
        async with session.put(rule, data=b"<FieldDetection>") as response:
            assert response.status == 400
        async with session.get(rule) as response:
            assert 'opt="true,false">true<' in await response.text()
        async with session.get(f"{device.url}/ISAPI/Streaming/channels/101/picture") as response:
            assert (response.content_type, (await response.read())[:2]) == ("image/jpeg", b"\xff\xd8")
        async with session.get(f"{device.url}/ISAPI/Streaming/channels/103/picture") as response:
            assert response.status == 404
        async with session.get(f"{device.url}/ISAPI/Event/notification/alertStream") as response:
            device.emit(type="VMD", channel=1)
            device.close_streams()
            data = await response.read()
        assert b"<macAddress>02:00:00:00:00:09<" in data
        device.fault("System/deviceInfo", status=500)
        async with session.get(f"{device.url}/ISAPI/System/deviceInfo") as response:
            assert response.status == 500


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        ({}, "no table"),
        ({"data": []}, "no table"),
        ({"data": {"ISAPI": {"System/x": {"answer": 1}}}}, "System/x has neither"),
        ({"data": {"ISAPI": {"System/x": {"response": {"a": 1, "b": 2}}}}}, "System/x is not a document"),
        ({"data": {"ISAPI": {"System/x": {"response": "text"}}}}, "System/x is not a document"),
    ],
)
def test_bad_recordings(recording: dict[str, Any], words: str) -> None:
    """What cannot be served is named."""
    with pytest.raises(ValueError, match=words):
        IsapiReplay(recording)


@pytest.mark.skipif(not recordings(), reason="no recordings of real devices here")
async def test_real_recordings(connect: Connect) -> None:
    """Every entry of every file comes back as it was recorded."""
    for path in recordings():
        recording = json.loads(path.read_text())
        client = await connect(IsapiReplay(recording))
        for name, entry in recording["data"]["ISAPI"].items():
            if "error" in entry:
                with pytest.raises(aiohttp.ClientConnectionError):
                    await client.ask(name)
                continue
            reply = await client.ask(name)
            assert reply.status == entry.get("status_code", 200), (path.name, name)
            if "response" in entry:
                assert etree_tag(reply.root.tag) == next(iter(entry["response"]))


def etree_tag(tag: str) -> str:
    """Local name."""
    return tag.rpartition("}")[2]
