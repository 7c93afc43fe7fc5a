"""The stream: who gets what, heartbeats, and every way to frame a part."""

import asyncio
from contextlib import suppress
import json
import re
from typing import Any

import pytest

from simulators.ip_receiver import Framing, PanelPlan, stream as streams

from .conftest import ALL_EVENTS, SUBSCRIBE, Client, Connect


async def test_first_part_and_head(client: Client) -> None:
    """As in the sample (L459-501)."""
    stream = await client.subscribe()
    headers = stream.response.headers
    assert headers["Content-Type"] == "multipart/mixed; boundary=boundary"
    assert (headers["Connection"], headers["MIME-Version"]) == ("close", "1.0")
    assert "Transfer-Encoding" not in headers
    assert await stream.read(b"}}") == (
        b'--boundary\r\nContent-Type: application/json; charset="UTF-8"\r\nContent-Length: 38\r\n\r\n'
        b'{"SubscribeDeviceMgmtRsp":{"id":5939}}\r\n'
    )


@pytest.mark.parametrize(
    ("body", "sub"),
    [
        ({}, "badParameters"),
        ({"SubscribeDeviceMgmt": {"eventMode": "all"}}, "badParameters"),
        ({"SubscribeDeviceMgmt": {"eventMode": "list", "defenceMode": "all"}}, "badParameters"),
        ([], "badJsonFormat"),
        (None, "badJsonFormat"),
    ],
)
async def test_subscribing_wrongly(client: Client, body: Any, sub: str) -> None:
    """Only everything can be subscribed to."""
    assert (await client.call("POST", SUBSCRIBE, body)).sub == sub
    assert client.receiver.streams.opened == 0


async def test_all_streams_get_all_events(connect: Connect) -> None:
    """Of every device, those that are added later too (L628-630)."""
    client: Client = await connect([PanelPlan(), PanelPlan(name="Shop")])
    both = [await client.subscribe(), await client.subscribe()]
    await client.receiver.cid("House", "1301")
    await client.receiver.cid(client.receiver.panel("Shop"), "1302")
    await client.receiver.add(PanelPlan(name="Barn", online=False))
    for stream in both:
        await stream.read(b"Barn")
        assert stream.codes == ["1301", "1302"]
        assert (stream.alerts[2]["channelName"], stream.alerts[2]["status"]) == ("Barn", "offline")
    numbers = [json.loads(stream.data.splitlines()[4])["SubscribeDeviceMgmtRsp"]["id"] for stream in both]
    assert numbers == [5939, 5940]


async def test_unsubscribe(client: Client) -> None:
    """It ends the stream; an id that is none is refused."""
    stream = await client.subscribe()
    path = "/ISAPI/Event/notification/unSubscribeDeviceMgmt/"
    assert (await client.call("DELETE", path + "5940")).sub == "theSessionIdDoesNotExist"
    assert (await client.call("DELETE", path + "x")).sub == "theSessionIdDoesNotExist"
    assert (await client.call("GET", path + "5939")).sub == "methodNotAllowed"
    assert (await client.call("DELETE", path + "5939")).status == 200
    await stream.rest()
    assert client.receiver.streams.open == {}


async def test_heartbeats(connect: Connect) -> None:
    """They count up for each stream by itself, name no device, and can fall silent."""
    client: Client = await connect(heartbeat=0.02)
    stream = await client.subscribe()
    await stream.read(b"heartBeat", 3)
    beats = [json.loads(line)["EventNotificationAlert"] for line in stream.data.splitlines() if b"heartBeat" in line]
    assert [beat["activePostCount"] for beat in beats[:3]] == [1, 2, 3]
    assert not {"devIndex", "channelName"} & set(beats[0])
    later = await client.subscribe()
    await later.read(b'"activePostCount":1,')
    client.receiver.data_time = True
    await stream.read(b'"dataTime"')
    client.receiver.heartbeats = False
    await asyncio.sleep(0.03)
    count = later.response.content.total_bytes
    await asyncio.sleep(0.06)
    assert later.response.content.total_bytes == count


async def test_forgotten_subscription(connect: Connect) -> None:
    """Heartbeats go on, events do not; a new stream gets them."""
    client: Client = await connect(heartbeat=0.02)
    stream = await client.subscribe()
    client.receiver.forget_subscriptions()
    other = await client.subscribe()
    await client.receiver.cid("House", "1301")
    assert len(await other.told(client.receiver)) == 1
    await stream.read(b"heartBeat", 3)
    assert stream.codes == []


async def test_streams_that_break_and_end(client: Client) -> None:
    """Suddenly, or cleanly behind what was told."""
    stream = await client.subscribe()
    client.receiver.drop_streams()
    await stream.rest()
    stream = await client.subscribe()
    client.receiver.cid("House", "1301")
    client.receiver.end_streams()
    assert b'"1301"' in await stream.rest()
    await client.receiver.delivered()


async def test_streams_that_are_cut(client: Client) -> None:
    """Behind so many more bytes, in the middle of a part."""
    stream = await client.subscribe()
    before = len(await stream.read(b"}}\r\n"))
    client.receiver.drop_streams(after=200)
    for _ in range(2):
        client.receiver.emit({"eventType": "x" * 40})
    assert len(await stream.rest()) == before + 200
    assert client.receiver.streams.open == {}


async def test_refused_streams(client: Client) -> None:
    """One too many, and one that is answered without a stream."""
    client.receiver.stream_limit = 1
    await client.subscribe()
    reply = await client.call("POST", SUBSCRIBE, ALL_EVENTS)
    assert (reply.status, reply.sub) == (403, "maxSessionUserLink")
    client.receiver.stream_limit, client.receiver.plain_stream = None, True
    reply = await client.call("POST", SUBSCRIBE, ALL_EVENTS)
    assert (reply.status, reply.sub, reply.headers["Content-Type"]) == (200, "ok", "application/json; charset=UTF-8")
    client.receiver.plain_stream, client.receiver.http_errors = False, False
    client.receiver.fault("subscribeDeviceMgmt", sub="setArmingError")
    reply = await client.call("POST", SUBSCRIBE, ALL_EVENTS)
    assert (reply.status, reply.sub) == (200, "setArmingError")


@pytest.mark.parametrize(
    ("framing", "pattern"),
    [
        (Framing(newline="\n"), rb"--boundary\nContent-Type: [^\r]+\nContent-Length: (\d+)\n\n(\{.+\})\n"),
        (Framing(length="none"), rb'--boundary\r\nContent-Type: application/json; charset="UTF-8"\r\n()\r\n(\{.+\})\r\n'),
        (Framing(boundary="frontier"), rb"--frontier\r\nContent-Type: .+\r\nContent-Length: (\d+)\r\n\r\n(\{.+\})\r\n"),
        (Framing(lead=b"\r\n"), rb"\r\n--boundary\r\nContent-Type: .+\r\nContent-Length: (\d+)\r\n\r\n(\{.+\})\r\n"),
        (Framing(split=1), rb"--boundary\r\nContent-Type: .+\r\nContent-Length: (\d+)\r\n\r\n(\{.+\})\r\n"),
    ],
)  # fmt: skip
async def test_framings(client: Client, framing: Framing, pattern: bytes) -> None:
    """Each carries the same alert."""
    stream = await client.subscribe()
    client.receiver.framing = framing
    await client.receiver.emit({"eventType": "näh"})
    await stream.read(b"\xc3\xa4h")
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await stream.rest()
    found = re.search(pattern, stream.data.partition(b"5939}}")[2])
    assert found is not None, stream.data
    assert json.loads(found[2]) == {"EventNotificationAlert": {"eventType": "näh"}}
    assert found[1] in {b"", str(len(found[2])).encode()}


@pytest.mark.parametrize(
    ("framing", "difference"), [(Framing(length="newline"), 2), (Framing(newline="\n", length="newline"), 1),
                                (Framing(length="wrong"), -17)],
)  # fmt: skip
def test_lengths_that_are_not(framing: Framing, difference: int) -> None:
    """With the line end, or nonsense."""
    body = b'{"EventNotificationAlert":{"eventType":"x"}}'
    assert streams.frame(framing, body).split(b"Content-Length: ")[1].split()[0] == str(
        len(body) + difference
    ).encode()  # fmt: skip


@pytest.mark.parametrize(("joined", "parts"), [("part", 2), ("chunk", 3), ("glued", 3)])
async def test_joined(client: Client, joined: Any, parts: int) -> None:
    """A heartbeat follows in the same part, or in the same write, also without a line end between them."""
    stream = await client.subscribe()
    client.receiver.framing = Framing(joined=joined)
    await client.receiver.emit({"eventType": "x"})
    await stream.read(b"heartBeat")
    assert stream.data.count(b"--boundary") == parts
    assert (b'}}{"EventNotificationAlert"' in stream.data) is (joined == "part")
    assert (b"}}--boundary" in stream.data) is (joined == "glued")


@pytest.mark.parametrize(
    ("framing", "head"),
    [(Framing(quoted=True), 'multipart/mixed; boundary="boundary"'), (Framing(headless=True), "multipart/mixed")],
)
async def test_heads(client: Client, framing: Framing, head: str) -> None:
    """The boundary is quoted, or not told."""
    client.receiver.framing = framing
    assert (await client.subscribe()).response.headers["Content-Type"] == head


async def test_late_id(client: Client) -> None:
    """A heartbeat comes before the id of the subscription."""
    client.receiver.framing = Framing(late=True)
    stream = await client.subscribe()
    await stream.read(b"SubscribeDeviceMgmtRsp")
    assert stream.data.index(b"heartBeat") < stream.data.index(b"SubscribeDeviceMgmtRsp")


def test_punctuation_of_the_samples() -> None:
    """Not JSON, as printed (T20)."""
    body = b'{"EventNotificationAlert":{"a":"b","c":{"d":"e"}}}'
    assert streams.spoiled(body, "trailing") == b'{"EventNotificationAlert":{"a":"b","c":{"d":"e",}}}'
    assert streams.spoiled(body, "missing") == b'{"EventNotificationAlert":{"a":"b"\n"c":{"d":"e"}}}'
    assert streams.spoiled(body, "right") == body


async def test_other_prints(client: Client) -> None:
    """Blank words, other names, capitals, no root, twice, without members, an empty id."""
    receiver = client.receiver
    receiver.unnamed_streams = True
    stream = await client.subscribe()
    receiver.blank_words = receiver.other_names = receiver.upper_index = receiver.doubled = True
    receiver.missing_keys = ("subSys", "UUID")
    await receiver.hpp(normal=False)
    await receiver.cid("House", "1301")
    receiver.bare_roots = ("TDA",)
    receiver.stringified = True
    await receiver.emit({"eventType": "TDA", "activePostCount": 3})
    await receiver.emit({"EventNotificationAlert": {"eventType": "last"}})
    await stream.read(b'"last"', 2)
    assert b'{"SubscribeDeviceMgmtRsp":{"id":""}}' in stream.data
    first, again, report, *_ = stream.alerts
    assert first == again
    assert (first["eventType"], first["status"]) == ("hppConnectStateChanged", " abnormal")
    assert report["devIndex"] == receiver.panel("House").index.upper().replace("-", "")
    assert not {"subSys", "UUID"} & set(report["CIDAlarm"])
    assert b'\r\n{"eventType":"TDA","activePostCount":"3"}\r\n' in stream.data


async def test_raw_bytes(client: Client) -> None:
    """With framing or none."""
    stream = await client.subscribe()
    await client.receiver.emit_body(b"{half")
    await client.receiver.emit_raw(b"no part at all")
    await stream.read(b"no part at all")
    assert b"\r\n\r\n{half\r\nno part at all" in stream.data


async def test_waiting_for_streams(client: Client) -> None:
    """A test can wait until one was opened."""
    with pytest.raises(TimeoutError):
        await client.receiver.streams.wait(1, timeout=0.01)
    waiting = asyncio.ensure_future(client.receiver.streams.wait(1))
    await client.subscribe()
    await waiting


async def test_client_that_does_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its stream is cut when too much waits, and nobody waits for it for ever."""
    monkeypatch.setattr(streams, "QUEUE_LIMIT", 5)
    monkeypatch.setattr(streams, "WRITTEN_SECONDS", 0.05)
    await client.subscribe()
    pending = client.receiver.emit_raw(b"x" * 20_000_000)
    with pytest.raises(TimeoutError):
        await pending
    for _ in range(10):
        client.receiver.emit_raw(b"x")
    async with asyncio.timeout(5):
        while client.receiver.streams.open:
            await asyncio.sleep(0.01)
    await client.receiver.delivered()
