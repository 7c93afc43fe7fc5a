"""Live and recorded video, PTZ, presets and patrols."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
import re
from typing import Any

import av
import pytest

from simulators.hikcentral import Options, SitePlan

from .conftest import Client, Connect

LIVE, TALK, PLAYBACK = (f"video/v1/cameras/{name}URLs" for name in ("preview", "talk", "playback"))
PTZ = "video/v1/ptzs/controlling"
ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 5, 1, 12, 30, tzinfo=ZONE)
RTSP = re.compile(r"rtsp://127\.0\.0\.1:\d+/EUrl/[A-Z0-9]{7}")
LEFT = {"cameraIndexCode": "1", "action": 0, "command": "LEFT", "speed": 40}
PERIOD = {"cameraIndexCode": "1", "recordType": "0", "beginTime": "2026-04-30T22:30:00+02:00",
          "endTime": "2026-05-01T01:15:00+02:00"}  # fmt: skip


async def test_proprietary_live_url(connect: Connect) -> None:
    """The default is for the vendor's SDK."""
    client: Client = await connect()
    data = (await client.call(LIVE, {"cameraIndexCode": "1"})).data
    assert data["url"] == "[sms:preview]rtsp://127.0.0.1:554/hikvision://10.1.0.2:8001:0:0"
    assert len(data["authentication"]) > 100


async def test_playable_live_url_and_its_end(connect: Connect) -> None:
    """`rtsp_s` plays, without a login; each call has a path of its own, which ends."""
    client: Client = await connect()
    body = {"cameraIndexCode": "2", "protocol": "rtsp_s", "streamType": 1, "transmode": 1}
    first, second = [(await client.call(LIVE, body)).data["url"] for _ in range(2)]
    assert RTSP.fullmatch(first) and first != second

    def picture_width(url: str) -> int:
        with av.open(url, options={"rtsp_transport": "tcp"}, timeout=5) as container:
            return next(container.decode(video=0)).width

    assert await asyncio.to_thread(picture_width, first) == 640
    client.platform.live_paths.expire()
    with pytest.raises(av.error.HTTPNotFoundError):
        await asyncio.to_thread(picture_width, first)


@pytest.mark.parametrize(
    ("mode", "field", "pattern"),
    [
        ("playable", "url", RTSP.pattern),
        ("streamURL", "streamURL", RTSP.pattern),
        ("bracketed", "url", rf"\[sms:preview\]{RTSP.pattern} "),
        ("proprietary", "url", r"\[sms:preview\]rtsp://127\.0\.0\.1:554/hikvision://10\.1\.0\.2:8001:0:0"),
    ],
)
async def test_forms_of_rtsp_s(connect: Connect, mode: Any, field: str, pattern: str) -> None:
    """Nobody knows which one a real platform has."""
    client: Client = await connect(options=Options(rtsp_s=mode))
    data = (await client.call(LIVE, {"cameraIndexCode": "1", "protocol": "rtsp_s"})).data
    assert re.fullmatch(pattern, data[field])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"protocol": "rtsp_s"}, "2"),
        ({"protocol": "hls"}, "2"),
        ({"protocol": "rtmp"}, "2"),
        ({"protocol": "smoke"}, "2"),
        ({"protocol": "websocket"}, "0x00072001"),
        ({"protocol": "websocket", "requestWebsocketProtocol": 1}, "0"),
        ({"streamType": 2}, "0x00072002"),
        ({"transmode": 2}, "0x00072002"),
        ({"transmode": "1"}, "0"),
        ({"cameraIndexCode": "99"}, "0x00072202"),
        ({"cameraIndexCode": 1}, "0x00072003"),
        ({"cameraIndexCode": ""}, "0x00072001"),
    ],
)
async def test_refused_live_urls(connect: Connect, body: dict[str, Any], code: str) -> None:
    """Protocols this platform lacks, and wrong fields."""
    client: Client = await connect(options=Options(rtsp_s="refused"))
    assert (await client.call(LIVE, {"cameraIndexCode": "1"} | body)).code == code


async def test_other_protocols(connect: Connect) -> None:
    """Some platforms have them."""
    client: Client = await connect(options=Options(hls=True, rtmp=True))
    urls = [(await client.call(LIVE, {"cameraIndexCode": "1", "protocol": p})).data["url"] for p in ("hls", "rtmp")]
    assert urls[0].startswith("http://") and urls[0].endswith(".m3u8")
    assert urls[1].startswith("rtmp://")


async def test_camera_that_is_offline(connect: Connect) -> None:
    """Neither shows nor moves."""
    client: Client = await connect()
    client.platform.state.cameras["1"].status = 2
    for path, body in ((LIVE, {}), (TALK, {}), (PLAYBACK, PERIOD), (PTZ, LEFT)):
        assert (await client.call(path, {"cameraIndexCode": "1"} | body)).code == "129"


async def test_talk_url(connect: Connect) -> None:
    """Proprietary."""
    client: Client = await connect()
    data = (await client.call(TALK, {"cameraIndexCode": "1"})).data
    assert data["url"] == "[sms:voicetalk]rtsp://127.0.0.1:554/voicetalk://10.1.0.2:8001:0:0"


async def test_recorded_segments(connect: Connect) -> None:
    """Whole hours, cut at both ends, each with an address."""
    client: Client = await connect(now=lambda: NOW, zone=ZONE)
    data = (await client.call(PLAYBACK, PERIOD)).data
    assert [(row["beginTime"][11:16], row["endTime"][11:16]) for row in data["list"]] == [
        ("22:30", "23:00"), ("23:00", "00:00"), ("00:00", "01:00"), ("01:00", "01:15"),
    ]  # fmt: skip
    assert data["list"][1]["size"] == 3600 * 131_072
    assert data["uuid"] == "" and data["recordLocation"] == "0"
    assert data["url"].startswith("[sms:playback]rtsp://127.0.0.1:554/file/dvr://")
    assert data["list"][0]["url"] == data["url"]


async def test_cursor_of_recordings(connect: Connect) -> None:
    """What is left is given with the cursor, of the same search only; nothing is given of the future."""
    client: Client = await connect(now=lambda: NOW, zone=ZONE, options=Options(segments_per_answer=2))
    body = PERIOD | {"beginTime": "2026-05-01T08:00:00+02:00", "endTime": "2026-05-01T23:00:00+02:00"}
    found, uuid = [], ""
    for _ in range(3):
        data = (await client.call(PLAYBACK, body | {"uuid": uuid})).data
        found += [row["endTime"][11:16] for row in data["list"]]
        uuid = data["uuid"]
    assert found == ["09:00", "10:00", "11:00", "12:00", "12:30"]
    assert uuid == ""
    cursor = (await client.call(PLAYBACK, body | {"uuid": "null"})).data["uuid"]
    assert (await client.call(PLAYBACK, body | {"uuid": cursor, "cameraIndexCode": "2"})).code == "2"
    assert (await client.call(PLAYBACK, body | {"uuid": "unknown"})).code == "2"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"endTime": "2026-05-03T22:30:00+02:00"}, "0"),
        ({"endTime": "2026-05-03T22:30:01+02:00"}, "0x00072002"),
        ({"endTime": "2026-04-30T22:30:00+02:00"}, "0x00072002"),
        ({"beginTime": "2026-04-30T20:30:00Z"}, "0x00072003"),
        ({"beginTime": "2026-04-30T22:30:00.123456+02:00"}, "0x00072003"),
        ({"beginTime": "2026-04-30T22:30:00.123+02:00"}, "0"),
        ({"beginTime": "2026-04-30T22:30:00 +02:00"}, "0x00072003"),
        ({"beginTime": "2026-02-30T22:30:00+02:00"}, "0x00072003"),
        ({"beginTime": None}, "0x00072001"),
        ({"recordType": None}, "0x00072001"),
        ({"recordType": "2"}, "0x00072002"),
        ({"recordType": 0}, "0x00072003"),
        ({"protocol": "rtsp_s"}, "2"),
        ({"protocol": "websocket", "requestWebsocketProtocol": 0}, "0"),
    ],
)
async def test_refused_searches_for_recordings(connect: Connect, changes: dict[str, Any], code: str) -> None:
    """At most three days, times in their form."""
    client: Client = await connect(now=lambda: NOW, zone=ZONE)
    assert (await client.call(PLAYBACK, PERIOD | changes)).code == code


async def test_nothing_recorded(connect: Connect) -> None:
    """Without a schedule there is an error, in the other store there is nothing."""
    client: Client = await connect(now=lambda: NOW, zone=ZONE)
    assert (await client.call(PLAYBACK, PERIOD | {"recordType": "1"})).data["list"] == []
    client.platform.state.cameras["1"].recording = 1
    assert (await client.call(PLAYBACK, PERIOD)).code == "140"


async def test_playable_recordings(connect: Connect) -> None:
    """Some platforms may have standard RTSP here too, and may leave addresses out of the segments."""
    client: Client = await connect(now=lambda: NOW, options=Options(playback_rtsp_s=True))
    data = (await client.call(PLAYBACK, PERIOD | {"protocol": "rtsp_s"})).data
    assert RTSP.fullmatch(data["url"]) and RTSP.fullmatch(data["list"][0]["url"])
    client.platform.options.playback_urls = False
    data = (await client.call(PLAYBACK, PERIOD | {"protocol": "rtsp_s"})).data
    assert "url" not in data["list"][0]


async def test_recordings_of_the_sample(connect: Connect) -> None:
    """No segments, a number for the place."""
    client: Client = await connect("sample", now=lambda: NOW)
    data = (await client.call(PLAYBACK, PERIOD)).data
    assert "list" not in data and data["recordLocation"] == 0 and data["uuid"] == ""


async def test_moves_are_kept_until_they_stop(connect: Connect) -> None:
    """Start and stop are pairs; commands have no case."""
    client: Client = await connect(now=lambda: NOW, zone=UTC)
    assert (await client.call(PTZ, LEFT)).data == ""
    assert (await client.call(PTZ, LEFT | {"command": "zoom_in"})).data == ""
    state = client.platform.state
    assert state.moving("1") == {"LEFT", "ZOOM_IN"}
    await client.call(PTZ, LEFT | {"action": 1})
    assert state.moving("1") == {"ZOOM_IN"}
    assert [(c.command, c.action, c.speed, c.at) for c in state.ptz_log[::2]] == [
        ("LEFT", 0, 40, NOW), ("LEFT", 1, 40, NOW),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"speed": None}, "0x00072001"),
        ({"speed": None, "action": 1}, "0x00072001"),
        ({"speed": 19}, "0x00072002"),
        ({"speed": 61}, "0x00072002"),
        ({"speed": "40"}, "0x00072003"),
        ({"action": 2}, "0x00072002"),
        ({"action": None}, "0x00072001"),
        ({"command": "WIPER"}, "2"),
        ({"command": "FOCUS_FAR"}, "0"),
        ({"command": "FOUCS_FAR"}, "0"),
        ({"command": "GOTO_PRESET", "speed": None}, "0x00072001"),
        ({"command": "GOTO_PRESET", "speed": None, "presetIndex": 1}, "0"),
        ({"command": "GOTO_PRESET", "presetIndex": 9}, "128"),
        ({"command": "GOTO_PRESET", "presetIndex": 257}, "0x00072002"),
        ({"command": "RUN_PATROL"}, "0x00072001"),
        ({"command": "RUN_PATROL", "patrolIndex": 1, "speed": None}, "0"),
        ({"command": "RUN_PATROL", "PatrolIndex": 1}, "0"),
        ({"command": "RUN_PATROL", "patrolIndex": 2}, "128"),
        ({"command": "RUN_PATROL", "patrolIndex": 9}, "0x00072002"),
        ({"cameraIndexCode": "2"}, "195"),
        ({"cameraIndexCode": "99"}, "0x00072202"),
    ],
)
async def test_rules_of_moves(connect: Connect, changes: dict[str, Any], code: str) -> None:
    """Nothing is carried out of a refused command."""
    client: Client = await connect()
    assert (await client.call(PTZ, LEFT | changes)).code == code
    assert len(client.platform.state.ptz_log) == (code == "0")


@pytest.mark.parametrize("spelling", ["FOCUS_FAR", "FOUCS_FAR"])
async def test_spelling_of_a_command(connect: Connect, spelling: Any) -> None:
    """A platform may know one of them only."""
    client: Client = await connect(options=Options(focus_far=spelling))
    codes = {name: (await client.call(PTZ, LEFT | {"command": name})).code for name in ("FOCUS_FAR", "FOUCS_FAR")}
    assert codes.pop(spelling) == "0"
    assert list(codes.values()) == ["2"]


async def test_occupied_and_live_view_first(connect: Connect) -> None:
    """Somebody else may hold the camera, and some platforms want a stream first."""
    client: Client = await connect(options=Options(occupied={"1"}, needs_live_view=True))
    assert (await client.call(PTZ, LEFT)).code == "133"
    client.platform.options.occupied = set()
    assert (await client.call(PTZ, LEFT)).code == "2"
    await client.call(LIVE, {"cameraIndexCode": "1"})
    assert (await client.call(PTZ, LEFT)).code == "0"


async def test_presets(connect: Connect) -> None:
    """Names may repeat; a number is written over."""
    client: Client = await connect(site=SitePlan(ptz=2))
    where = {"cameraIndexCode": "1"}
    search, add, delete = (f"video/v1/presets/{word}" for word in ("searches", "addition", "deletion"))
    rows = (await client.call(search, where)).rows
    assert rows[0] == {"presetName": "Gate", "presetIndex": 1}
    assert [row["presetName"] for row in rows].count("Gate") == 2
    assert (await client.call(add, where | {"presetIndex": 256, "presetName": "Roof"})).data == ""
    assert (await client.call(add, where | {"presetIndex": 257, "presetName": "Roof"})).code == "0x00072002"
    assert (await client.call(add, where | {"presetIndex": 4, "presetName": ""})).code == "0x00072001"
    assert (await client.call(delete, where | {"presetIndex": 1})).data == ""
    assert (await client.call(delete, where | {"presetIndex": 1})).code == "128"
    assert [row["presetIndex"] for row in (await client.call(search, where)).rows] == [2, 3, 256]
    assert len((await client.call(search, {"cameraIndexCode": "2"})).rows) == 3
    assert (await client.call(search, {"cameraIndexCode": "3"})).data == {"total": 0, "list": []}


async def test_patrols(connect: Connect) -> None:
    """They run until they are stopped; their points are told one by one and checked."""
    client: Client = await connect()
    where = {"cameraIndexCode": "1"}
    names = ("searches", "addition", "deletion", "patrolIndex/patrolInfo")
    search, add, delete, info = (f"video/v1/patrols/{word}" for word in names)
    assert (await client.call(search, where)).rows == [{"patrolName": "Night round", "patrolIndex": 1}]
    points = (await client.call(info, where | {"patrolIndex": 1})).data["patrolPointInfoList"]
    assert points[0] == {"presetIndex": 1, "speed": 20, "dwellTime": 15}
    run = LEFT | {"command": "RUN_PATROL", "patrolIndex": 1}
    await client.call(PTZ, run)
    assert client.platform.state.patrols["1"][1].running
    await client.call(PTZ, run | {"action": 1})
    assert not client.platform.state.patrols["1"][1].running
    new = where | {"patrolIndex": 8, "patrolName": "Day"}
    for point, code in (
        ({"presetIndex": 1, "speed": 41, "dwellTime": 15}, "0x00072002"),
        ({"presetIndex": 1, "speed": 1, "dwellTime": 31}, "0x00072002"),
        ({"presetIndex": 1, "speed": 1}, "0x00072001"),
        ({"presetIndex": 9, "speed": 1, "dwellTime": 15}, "128"),
        ({"presetIndex": 1, "speed": 1, "dwellTime": 15}, "0"),
    ):
        assert (await client.call(add, new | {"patrolPointInfoList": [point]})).code == code
    assert [row["patrolIndex"] for row in (await client.call(search, where)).rows] == [1, 8]
    assert (await client.call(delete, where | {"patrolIndex": 8})).data == ""
    assert (await client.call(delete, where | {"patrolIndex": 8})).code == "128"
