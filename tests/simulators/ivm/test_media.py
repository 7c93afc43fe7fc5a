"""Streams that play, addresses that end, recordings, snapshots and other pictures."""

import asyncio
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import Any

import av
from PIL import Image
import pytest

from simulators.ivm import DevicePlan, Recording, TenantPlan

from .conftest import START, Client, Connect

PLAN = TenantPlan(
    devices=(
        DevicePlan(name="Gate", serial="GATE000001"),
        DevicePlan(protocol="GB28181", name="Yard", serial="34020000001320000001"),
    )
)
DAY = {"start_time": "2026-03-10 00:00:00", "end_time": "2026-03-10 23:59:59"}


async def live(client: Client, device: str = "Gate", protocol: str = "HTTPS_HLS", **more: Any) -> Any:
    """Return the only entry of a live answer."""
    channel = client.cloud.channel(device)
    item = {
        "device_id": channel.device.id, "channel_id": channel.id, "live_protocol": protocol,
        "stream_type": more.pop("stream_type", "SECONDARY_STREAM_1"),
    }  # fmt: skip
    told = await client.call(
        "POST", "devices/channels/media/live-connections", {"channels": [item], **more}, version="v2"
    )
    assert told.data["fail_num"] == (told.data["live_connections"][0]["result"]["code"] != "IVM.0")
    return told.data["live_connections"][0]


async def live_url(client: Client, **more: Any) -> str:
    """Return an address."""
    return str((await live(client, **more))["cloud_trans_connections"]["live_url"])


async def playback_url(client: Client, **more: Any) -> str:
    """Return an address of a minute that was recorded in the cloud."""
    query = {
        "playback_protocol": "HTTP_HLS", "start_time": "2026-03-10 10:00:00", "end_time": "2026-03-10 10:01:00",
        "record_position": "CLOUD", **more,
    }  # fmt: skip
    told = await client.call("GET", f"{client.dc('Gate')}/media/playback-connections", version="v2", **query)
    return str(told.data["playback_connections"]["cloud_trans_connections"]["playback_url"])


def decode(url: str, frames: int) -> list[float]:
    """Play, and return the times of some pictures."""
    with av.open(url, timeout=20) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        times = []
        for frame in container.decode(stream):
            assert frame.width in {320, 640}
            times.append(float(frame.time or 0))
            if len(times) == frames:
                break
        return times


@pytest.mark.parametrize(("protocol", "tls"), [("HTTPS_HLS", None), ("HTTP_HLS", None), ("HTTPS_HLS", True)])
async def test_a_live_stream_plays(connect: Connect, protocol: str, tls: bool | None) -> None:
    """Whatever the API has: more than one segment of it, with times that go on."""
    client: Client = await connect(PLAN, clock=None, tls=tls)
    url = await live_url(client, protocol=protocol, use_times=1, expire_time=3600)
    assert url.startswith("http://")
    times = await asyncio.to_thread(decode, url, 45)
    assert len(times) == 45
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx(4.4)
    assert not client.cloud.count("live.m3u8")
    assert len(client.cloud.media_requests) > 3


@pytest.mark.parametrize("tls", [None, True])
async def test_a_live_stream_over_tls(connect: Connect, tls: bool | None) -> None:
    """List and segments, read by a client that does not look at the certificate."""
    client: Client = await connect(PLAN, tls=tls)
    client.cloud.secure_media = True
    url = await live_url(client, use_times=1)
    assert url.startswith("https://")
    names = [line for line in (await client.send("GET", url)).body.decode().splitlines() if not line.startswith("#")]
    origin = url.partition("live.m3u8")[0]
    parts = [(await client.send("GET", origin + name)).body for name in names[:2]]
    with av.open(BytesIO(b"".join(parts)), "r") as container:
        assert len(list(container.decode(video=0))) == 40


async def test_a_recording_plays(connect: Connect) -> None:
    """As long as was asked, and it ends."""
    client: Client = await connect(PLAN)
    url = await playback_url(client, end_time="2026-03-10 10:00:06")
    times = await asyncio.to_thread(decode, url, 1000)
    assert len(times) == 60
    assert ":" in url
    assert "/vod/vod.m3u8?token=" in url


async def test_single_use_and_life(connect: Connect) -> None:
    """30 s and one use unless asked otherwise; each use leaves 60 s, or adds them; a revoked address is over."""
    client: Client = await connect(PLAN)
    url = await playback_url(client)
    assert (await client.send("GET", url)).status == 200
    assert (await client.send("GET", url)).status == 403
    url = await playback_url(client)
    client.clock.forward(31)
    assert (await client.send("GET", url)).status == 403
    url = await live_url(client, use_times=1, expire_time=86_400)
    assert (await client.send("GET", url)).status == 200
    client.clock.forward(61)
    assert (await client.send("GET", url)).status == 403
    client.cloud.hls_refresh = "add"
    url = await live_url(client, use_times=1, expire_time=3600)
    client.clock.forward(3599)
    assert (await client.send("GET", url)).status == 200
    client.clock.forward(60)
    assert (await client.send("GET", url)).status == 200
    told = await client.call("POST", "media/urls/batch-delete", {"urls": [{"url": url}]})
    assert told.json == {"error_code": "IVM.0", "error_msg": "Success"}
    assert (await client.send("GET", url)).status == 403


async def test_polls_of_a_single_use(connect: Connect) -> None:
    """Either all polls are one use, or the first is all there is."""
    client: Client = await connect(PLAN)
    url = await live_url(client)
    for _ in range(3):
        assert (await client.send("GET", url)).status == 200
        client.clock.forward(5)
    client.clock.forward(16)
    assert (await client.send("GET", url)).status == 403
    client.cloud.polls_count = True
    url = await live_url(client)
    assert [(await client.send("GET", url)).status for _ in range(2)] == [200, 403]


async def test_protocols(connect: Connect) -> None:
    """HOLO brings P2P data for HOLO devices only; FLV is there if it is arranged, and answers 404."""
    client: Client = await connect(PLAN)
    holo = await live(client, protocol="HOLO")
    assert holo["cloud_trans_connections"]["live_url"].startswith("jvmp://")
    assert holo["p2p_connections"]["p2p_nodes"][0]["udp_port"] == 7050
    assert (await live(client, "Yard", "HOLO"))["p2p_connections"] == {}
    assert (await live_url(client, protocol="RTSP")).startswith("rtsp://")
    assert (await live(client, protocol="HTTPS_FLV"))["result"]["code"] == "IVM.10026003"
    client.cloud.flv = True
    assert (await client.send("GET", await live_url(client, protocol="HTTPS_FLV"))).status == 404


async def test_refused_streams(connect: Connect) -> None:
    """Per channel, inside HTTP 200."""
    client: Client = await connect(PLAN)
    assert (await live(client, stream_type="SECONDARY_STREAM_2"))["result"]["code"] == "IVM.10026004"
    assert (await live(client, stream_type="BEST"))["result"]["code"] == "IVM.10026000"
    assert (await live(client, protocol="WEBRTC"))["result"]["code"] == "IVM.10026003"
    channel = client.cloud.channel("Gate")
    channel.mask = True
    assert (await live(client))["result"]["code"] == "IVM.20070006"
    channel.mask = False
    url = await live_url(client)
    channel.online = False
    assert (await live(client))["result"]["code"] == "IVM.20000043"
    assert (await client.send("GET", url)).status == 404
    channel.set_package("MANAGEMENT", "CLOSED")
    refused = await live(client)
    assert (refused["result"]["code"], refused["cloud_trans_connections"]) == ("IVM.20020008", {})


async def test_recordings(connect: Connect) -> None:
    """By position and kind, in pages of either unit; the sum is of all."""
    client: Client = await connect(PLAN)
    path = f"{client.dc('Gate')}/media/records"

    async def told(**query: Any) -> Any:
        return (await client.call("GET", path, version="v2", **{**DAY, "record_position": "CLOUD", **query})).data

    motion = await told(record_type="MOTION_RECORD")
    assert {row["record_type"] for row in motion["records"]} == {"MOTION_RECORD"}
    assert motion["records"][0]["alarm_rec_type"] == ["motion_detection"]
    device = await told(record_position="DEVICE", limit=1000)
    assert {row["record_type"] for row in device["records"]} == {"NORMAL_RECORD", "ALRAM_RECORD"}
    assert "record_id" not in device["records"][0]
    everything = [row["record_id"] for row in (await told(limit=1000))["records"]]
    pages = [row["record_id"] for page in range(3) for row in (await told(limit=6, offset=page))["records"]]
    assert pages == everything[:18]
    client.cloud.record_paging = "item"
    assert [row["record_id"] for row in (await told(limit=6, offset=6))["records"]] == everything[6:12]
    client.cloud.recordings(client.cloud.channel("Gate")).append(
        Recording(start=START + timedelta(days=3), end=START + timedelta(days=3, hours=1), id="9")
    )
    later = await told(start_time="2026-03-13 00:00:00", end_time="2026-03-14 00:00:00")
    assert [row["record_id"] for row in later["records"]] == ["9"]
    empty = {"start_time": "2025-03-13 00:00:00", "end_time": "2025-03-14 00:00:00"}
    assert (await told(**empty))["records"] == []
    client.cloud.empty_records = "error"
    assert (await client.call("GET", path, version="v2", **empty, record_position="DEVICE")).code == "IVM.20020014"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"start_time": "2026-03-10T00:00:00"}, "IVM.10020005"),
        ({"start_time": ""}, "IVM.10020017"),
        ({"end_time": "2026-03-09 00:00:00"}, "IVM.10020007"),
        ({"end_time": "2026-03-10+23:59:59"}, "IVM.10020006"),
        ({"record_type": "ALARM"}, "IVM.10026002"),
        ({"limit": 0}, "IVM.10020009"),
    ],
)
async def test_wrong_searches(connect: Connect, query: dict[str, Any], code: str) -> None:
    """A plus is a plus."""
    client: Client = await connect(PLAN)
    path = f"{client.dc('Gate')}/media/records"
    assert (await client.call("GET", path, version="v2", **{**DAY, "record_position": "CLOUD", **query})).code == code


async def test_times_without_colons(connect: Connect) -> None:
    """The table's form can be made the only one."""
    client: Client = await connect(PLAN)
    client.cloud.record_times = "compact"
    path, position = f"{client.dc('Gate')}/media/records", {"record_position": "CLOUD"}
    assert (await client.call("GET", path, version="v2", **DAY, **position)).code == "IVM.10020005"
    compact = {key: value.replace(":", "") for key, value in DAY.items()}
    assert (await client.call("GET", path, version="v2", **compact, **position)).status == 200


async def test_older_calls(connect: Connect) -> None:
    """Flat answers, other names; P2P for HOLO only."""
    client: Client = await connect(PLAN)
    gate, yard = client.dc("Gate"), client.dc("Yard")
    rows = (await client.get(f"{gate}/cloud-records", **DAY, limit=100))["records"]
    assert {type(row["alarm_rec_type"]) for row in rows} == {str, type(None)}
    assert "record_id" not in (await client.get(f"{gate}/device-records", **DAY))["records"][0]
    hls = await client.get(f"{gate}/cloud-records/playback-url", **DAY, playback_protocol="HLS")
    assert (await client.send("GET", hls["playback_url"])).status == 200
    flv = {**DAY, "protocol": "HTTP_FLV_DEV"}
    assert (await client.call("GET", f"{gate}/device-records/web-playback-url", **flv)).code == "IVM.10026001"
    assert ".flv" in (await client.get(f"{yard}/device-records/web-playback-url", **flv))["playback_url"]
    assert (await client.call("GET", f"{gate}/device-records/playback-url", **DAY)).code == "IVM.20020010"
    assert (await client.get(f"{yard}/device-records/playback-url", **DAY))["playback_url"].startswith("holo://")
    item = {"device_id": "GATE000001", "channel_id": "0", "live_protocol": "HLS_HTTPS", "stream_type": "PRIMARY_STREAM",
            "forbid_audio": 1}  # fmt: skip
    told = (await client.call("POST", "devices/channels/cloud-live/url", {"channels": [item]})).data
    assert told["channels"][0]["live_url"].endswith("&forbid_audio=1")
    del item["live_protocol"], item["forbid_audio"]
    assert (await client.call("POST", "devices/channels/p2p-connect/live", {"channels": [item]})).data["fail_num"] == 0
    yard_channel = client.cloud.channel("Yard")
    item |= {"device_id": yard_channel.device.id, "channel_id": yard_channel.id}
    refused = (await client.call("POST", "devices/channels/p2p-connect/playback", {"channels": [item]})).data
    assert (refused["failNum"], refused["p2p_connections"][0]["result"]["code"]) == (1, "IVM.20020011")


async def test_snapshots(connect: Connect) -> None:
    """One in ten seconds; kept ones want the token, and may not be there."""
    client: Client = await connect(PLAN)
    query = {"device_id": "GATE000001", "channel_id": "0"}

    async def snap(storage: str) -> Any:
        client.clock.forward(10)
        return await client.get("devices/snap", **query, storage=storage)

    told = await snap("false")
    assert Image.open(BytesIO(b64decode(told["pic_data"]))).size == (640, 360)
    assert told["pic_url"] == ""
    assert (await client.call("GET", "devices/snap", **query, storage="false")).code == "IVM.20040009"
    url = (await snap("true"))["pic_url"]
    assert (await client.send("GET", url)).code == "IVM.10000004"
    headers = {"Access-Token": client.token or ""}
    assert b64decode((await client.send("GET", url, headers=headers)).json["pic_data"]).startswith(b"\xff\xd8")
    client.cloud.picture_form = "binary"
    assert (await client.send("GET", url, headers=headers)).body.startswith(b"\xff\xd8")
    client.cloud.snapshots_fail = True
    missing = (await snap("true"))["pic_url"]
    assert (await client.send("GET", missing, headers=headers)).status == 404
    client.cloud.channel("Gate").can_snap = False
    assert (await client.call("GET", "devices/snap", **query, storage="true")).code == "IVM.20040010"


async def test_pictures_of_alarms_and_data(connect: Connect) -> None:
    """Addresses for five minutes, pictures for seven days."""
    client: Client = await connect(PLAN)
    await client.cloud.alarm("Gate", "0", uuid="A1")
    await client.cloud.alarm("Gate", "0", uuid="A2", picture=False)
    told = (await client.call("POST", "alarms/pictures", {"alarm_uuids": ["A1", "A2", "A3"]})).data
    assert [row["result"]["code"] for row in told["alarms"]] == ["IVM.0", "IVM.10027008", "IVM.10027007"]
    assert told["failed_num"] == 2
    url = told["alarms"][0]["url"]
    assert ".jav?secret=" in url
    assert (await client.send("GET", url)).body.startswith(b"\xff\xd8")
    client.clock.forward(300)
    assert (await client.send("GET", url)).status == 403
    await client.cloud.tlv("vehicle_data", "Gate", data_id="D1")
    body = {"data_classification": "VEHICLE", "type": "ALL", "data_ids": ["D1", "D2"]}
    told = (await client.call("POST", "intelligence-data/pictures", body)).data
    assert [row["type"] for row in told["data"][0]["urls"]] == ["VEHICLE", "BODY", "BACKGROUND", "PLATE"]
    assert told["data"][1]["result"]["code"] == "IVM.10027009"
    client.clock.forward(7 * 86_400)
    await client.sign_in()
    told = (await client.call("POST", "alarms/pictures", {"alarm_uuids": ["A1"]})).data
    assert told["alarms"][0]["result"]["code"] == "IVM.20040004"
