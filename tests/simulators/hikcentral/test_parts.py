"""Parts that the calls of other tests do not reach: limits of what is kept, clocks, rows of request tables."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import random
from typing import Any

import pytest

from simulators.hikcentral import (
    HikCentralSimulator,
    Refuse,
    SitePlan,
    pictures as store,
    platform as platforms,
    server,
)
from simulators.hikcentral.calls import video
from simulators.hikcentral.live_paths import LivePaths
from simulators.hikcentral.registry import ENDPOINTS, Call, Parameter, array, endpoint, number, text, thing, time
from simulators.hikcentral.signing import BadSignatureError, check

from .conftest import PAGE, Client, Connect, Receiver, signed

SECRET = "exampleSecret0123456789"
VERSION = "common/v1/version"
MOTION = 131331


def test_accept_is_no_custom_header() -> None:
    """It has a line of its own; a signature that lists it among the others is wrong, even if it fits."""
    accept = {"Accept": "application/json"}
    headers = signed(SECRET, "/artemis/api/x", accept, {"accept": "application/json", "x-ca-key": "1"})
    with pytest.raises(BadSignatureError, match="never signed"):
        check("POST", "/artemis/api/x", headers, b"", SECRET)


def test_live_path_ends_by_itself() -> None:
    """After its seconds nothing is shown any more, and it is forgotten with the next one."""
    now = 100.0
    paths = LivePaths(random.Random(1), lambda: now)
    first = paths.add("Gate", 10, 640, 60)
    now = 159.9
    shown = paths.stream(first)
    assert shown is not None and (shown.caption, shown.width, shown.height) == ("Gate", 640, 360)
    now = 160.0
    assert paths.stream(first) is None
    second = paths.add("Gate", 10, 640, 60)
    assert second != first
    now = 150.0
    assert paths.stream(first) is None


@pytest.mark.parametrize(
    ("row", "value", "code"),
    [
        (text("a"), None, None),
        (text("a"), "", None),
        (text("a", required=True), "", "0x00072001"),
        (text("a", longest=2), "abc", "0x00072002"),
        (text("a", among=("x",)), "y", "0x00072002"),
        (text("a", among=("x",)), "", None),
        (text("a"), 1, "0x00072003"),
        (text("a", lenient=True), 1, None),
        (text("a", lenient=True), True, "0x00072003"),
        (number("a", 1, 2), 3, "0x00072002"),
        (number("a", 1, 2), 1.5, None),
        (number("a"), "1", "0x00072003"),
        (number("a"), True, "0x00072003"),
        (number("a", among=(1,)), 2, "0x00072002"),
        (number("a", 1, 2, lenient=True), "2", None),
        (number("a", 1, 2, lenient=True), "3", "0x00072002"),
        (number("a", lenient=True), "", None),
        (number("a", lenient=True), "x", "0x00072003"),
        (array("a", longest=1), [1, 2], "0x00072002"),
        (array("a"), "1", "0x00072003"),
        (array("a", required=True), [], "0x00072001"),
        (thing("a"), [], "0x00072003"),
        (thing("a"), {}, None),
        (time("a"), "2026-05-01T00:00:00+02:00", None),
        (time("a"), "", None),
        (time("a"), 7, "0x00072003"),
        (time("a"), "2026-05-01", "0x00072003"),
    ],
)
def test_rows_of_request_tables(row: Parameter, value: object, code: str | None) -> None:
    """Each kind of row takes what it should, and says why not."""
    body = {} if value is None else {"a": value}
    if code is None:
        row.check(body)
        return
    with pytest.raises(Refuse) as refused:
        row.check(body)
    assert refused.value.code == code


def test_fields_of_a_call() -> None:
    """As text, as words, as a time."""
    call = Call("x", {"a": 1, "b": "1, 2,,", "c": [1, " 2"], "d": "2026-05-01T00:00:00+02:00"})
    assert (call.text("a"), call.text("z")) == ("1", "")
    assert call.words("b") == call.words("c") == ["1", "2"]
    assert call.words("z") == [] and call.time("z") is None
    assert call.time("d") == datetime.fromisoformat("2026-05-01T00:00:00+02:00")
    assert (call.page.number, call.page.size) == (1, 500)


async def test_handler_that_waits(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler may be a coroutine function."""
    client: Client = await connect()
    monkeypatch.setitem(ENDPOINTS, "test/v1/wait", ENDPOINTS[VERSION])

    @endpoint("test/v1/wait")
    async def wait(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"waited": True}

    assert (await client.call("test/v1/wait")).data == {"waited": True}


async def test_timestamp_that_is_no_number(connect: Connect) -> None:
    """Is refused although it is signed."""
    client: Client = await connect()
    lines = {"Accept": "application/json", "Content-Type": "application/json"}
    custom = {"X-Ca-Key": client.key, "X-Ca-Timestamp": "2026-05-01"}
    headers = signed(client.secret, f"/artemis/api/{VERSION}", lines, custom)
    assert (await client.send(VERSION, headers=headers)).code == "0x02401003"


async def test_end_and_level_of_an_event() -> None:
    """An end may be set to any time; the record keeps it."""
    platform = HikCentralSimulator()
    event = platform.happen(MOTION, status=1, level=1)
    end = platform.now() + timedelta(minutes=5)
    await platform.end(event, end, push=False)
    (record,) = platform.state.records
    assert (record.stop, record.level) == (end, 1)


async def test_late_picture(connect: Connect, receiver: Receiver) -> None:
    """It is pushed as status 5 and added to the record."""
    client: Client = await connect()
    body = {"eventTypes": [MOTION], "eventDest": receiver.url}
    await client.call("eventService/v1/eventSubscriptionByEventTypes", body)
    event = client.platform.happen(MOTION, status=1)
    await client.platform.update(event, picture=b"\xff\xd8late")
    assert [told["status"] for told in receiver.events] == [1, 5]
    (uri,) = client.platform.state.records[0].pictures
    assert client.platform.pictures.read(uri) == b"\xff\xd8late"


@pytest.mark.parametrize(
    ("where", "name", "kept"),
    [
        (platforms, "KEPT_BODIES", lambda platform: len(platform.bodies)),
        (server, "KEPT_REQUESTS", lambda platform: len(platform.requests)),
    ],
)
async def test_what_is_kept_of_calls(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, kept: Callable[[Any], int]
) -> None:
    """Answers and the log of requests do not grow for ever; the newest stay."""
    monkeypatch.setattr(where, name, 5)
    client: Client = await connect()
    for page in range(1, 9):
        await client.call("resource/v1/cameras", {"pageNo": page, "pageSize": 1})
    assert kept(client.platform) <= 5
    assert client.platform.requests[-1].body["pageNo"] == 8


def test_what_is_kept_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are forgotten."""
    monkeypatch.setattr(store, "KEPT_PICTURES", 2)
    pictures = store.PictureStore(random.Random(1))
    first, second, third = (pictures.add("event", data=bytes((number,))) for number in range(3))
    assert [pictures.read(uri) for uri in (first, second, f"{third} ")] == [None, b"\x01", b"\x02"]


async def test_what_is_kept_of_searches(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cursors nobody comes back for are forgotten."""
    monkeypatch.setattr(video, "KEPT_SEARCHES", 2)
    client: Client = await connect()
    end = client.platform.now().replace(microsecond=0)
    body = {"cameraIndexCode": "1", "recordType": "0", "beginTime": (end - timedelta(days=2)).isoformat(),
            "endTime": end.isoformat()}  # fmt: skip
    path = "video/v1/cameras/playbackURLs"
    cursors = [(await client.call(path, body)).data["uuid"] for _ in range(3)]
    assert (await client.call(path, body | {"uuid": cursors[0]})).code == "2"
    assert (await client.call(path, body | {"uuid": cursors[2]})).code == "0"


async def test_same_seed_same_platform() -> None:
    """What is made by chance follows from the seed."""
    first, second, other = (HikCentralSimulator(seed=seed) for seed in (7, 7, 8))
    ids = [platform.happen(MOTION) for platform in (first, second, other)]
    assert ids[0] == ids[1] != ids[2]


async def test_two_platforms_do_not_mix(connect: Connect) -> None:
    """Each has its own state and its own answers."""
    one: Client = await connect(site=SitePlan(cameras=2))
    two: Client = await connect(site=SitePlan(cameras=3))
    for _ in range(2):
        assert len((await one.call("resource/v1/cameras", PAGE)).rows) == 2
        assert len((await two.call("resource/v1/cameras", PAGE)).rows) == 3


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("resource/v1/regions/subRegions", {"parentIndexCode": "9"}, "0x00072202"),
        ("resource/v1/acsDoor/indexCode/acsDoorInfo", {"doorIndexCode": "9"}, "0x00072202"),
        ("resource/v1/alarmInputs/indexCode", {"alarmInputIndexCode": "9"}, "0x00072202"),
        ("resource/v1/recordServer/indexCode/recordServerInfo", {"recordServerIndexCode": "9"}, "0x00072202"),
        ("video/v1/patrols/addition", {"cameraIndexCode": "1", "patrolIndex": 1, "patrolPointInfoList": [1]}, "0x00072003"),
    ],
)  # fmt: skip
async def test_things_that_do_not_exist(connect: Connect, path: str, body: dict[str, Any], code: str) -> None:
    """Each single call says so."""
    client: Client = await connect()
    assert (await client.call(path, body)).code == code


async def test_websocket_addresses(connect: Connect) -> None:
    """Live and recorded."""
    client: Client = await connect()
    body = {"cameraIndexCode": "1", "protocol": "websocket", "requestWebsocketProtocol": 1}
    live = await client.call("video/v1/cameras/previewURLs", body)
    assert live.data["url"].startswith("wss://127.0.0.1:559/openUrl/")
    times = {"recordType": "0", "beginTime": "2026-05-01T00:00:00+00:00", "endTime": "2026-05-01T01:00:00+00:00"}
    recorded = await client.call("video/v1/cameras/playbackURLs", body | times)
    assert recorded.data["url"].startswith("wss://127.0.0.1:559/openUrl/")
