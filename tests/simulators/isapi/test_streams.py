"""The simulated event stream: framing of each generation, heartbeats, ends, and wrong framings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import re

import aiohttp
from lxml import etree
import pytest

from simulators.isapi import FRAMINGS, STYLES, IsapiSimulator

from .conftest import Client, Connect

STREAM = "Event/notification/alertStream"


class Listener:
    """An open stream; reads bytes until something is in them."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        """Nothing was read yet."""
        self.response = response
        self.seen = b""

    async def until(self, mark: bytes, count: int = 1) -> bytes:
        """Read until a mark was seen often enough; fails at the end of the stream."""
        async with asyncio.timeout(5):
            while self.seen.count(mark) < count:
                data = await self.response.content.readany()
                assert data, f"the stream ended without {mark!r}: {self.seen[-200:]!r}"
                self.seen += data
        return self.seen

    async def rest(self) -> bytes:
        """Read until the end."""
        async with asyncio.timeout(5):
            async for data in self.response.content.iter_any():
                self.seen += data
        return self.seen


@asynccontextmanager
async def listening(client: Client) -> AsyncIterator[Listener]:
    """Open a stream."""
    async with client.session.get(f"{client.device.url}/ISAPI/{STREAM}") as response:
        assert response.status == 200
        yield Listener(response)


def first_part(data: bytes, boundary: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of the first part, by its Content-Length."""
    opening = f"--{boundary}\r\n".encode()
    assert data.startswith(opening)
    head, _, rest = data[len(opening) :].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
    body = rest[: int(headers["Content-Length"])]
    assert rest[len(body) :].startswith(b"\r\n")
    return headers, body


EXPECTED = {
    "document": ('"<boundary>"', "http://www.isapi.org/ver20/XMLSchema", {"channelID": "2"}),
    "camera": ("boundary", "http://www.hikvision.com/ver20/XMLSchema", {"channelID": "2", "channelName": "Driveway"}),
    "recorder": ("boundary", "urn:psialliance-org", {"channelID": "34"}),
    "recorder_dyn": ("boundary", "http://www.isapi.org/ver20/XMLSchema", {"dynChannelID": "2", "channelID": ""}),
    "door_xml": ("boundary", "http://www.hikvision.com/ver20/XMLSchema", {"channelID": "2"}),
}


@pytest.mark.parametrize("style", EXPECTED)
async def test_print_of_each_generation(connect: Connect, style: str) -> None:
    """Head, part headers, namespace and channel element are those of the generation; the length is right."""
    boundary, namespace, elements = EXPECTED[style]
    device = IsapiSimulator(profile="nvr", style=style, lifetime=None)
    client = await connect(device)
    async with listening(client) as listener:
        assert listener.response.headers["Content-Type"] == f"multipart/mixed; boundary={boundary}"
        assert "Content-Length" not in listener.response.headers
        assert "Transfer-Encoding" not in listener.response.headers
        device.emit(type="VMD", channel=2, region="3", target="human")
        data = await listener.until(b"</EventNotificationAlert>")
        headers, body = first_part(data + b"\r\n", boundary.strip('"'))
    assert headers["Content-Type"] == 'application/xml; charset="UTF-8"'
    root = etree.fromstring(body)
    assert root.tag == f"{{{namespace}}}EventNotificationAlert"
    for name, text in elements.items():
        assert (root.findtext(f"{{{namespace}}}{name}") or "") == text
    assert root.findtext(f"{{{namespace}}}eventType") == "VMD"
    assert root.find(f".//{{{namespace}}}regionID") is not None


async def test_door_station_speaks_json(connect: Connect) -> None:
    """Alerts and heartbeat of a door station are JSON between another boundary."""
    device = IsapiSimulator(profile="door")
    client = await connect(device)
    async with listening(client) as listener:
        device.emit(type="VMD", channel=1)
        device.beat()
        data = await listener.until(b"--MIME_boundary", 2)
        await listener.until(b"\n}", 2)
        headers, body = first_part(data, "MIME_boundary")
        assert headers["Content-Type"] == 'application/json; charset="UTF-8"'
        assert json.loads(body)["eventType"] == "VMD"
        assert b'"heartBeat"' in listener.seen
        device.ring()
        await listener.until(b'"subEventType": 1024')
    reply = await client.ask("VideoIntercom/callStatus?format=json")
    assert json.loads(reply.body) == {"CallStatus": {"status": "ring"}}
    signal = b'{"CallSignal": {"cmdType": "reject"}}'
    assert (await client.ask("VideoIntercom/callSignal?format=json", "PUT", signal)).status == 200
    assert device.call == "idle"
    assert (await client.ask("VideoIntercom/callSignal?format=json", "PUT", b"[]")).status == 400


@pytest.mark.parametrize(
    ("profile", "marks"),
    [
        ("ipc", (b"<eventType>videoloss<", b"<eventState>inactive<", b"<activePostCount>0<", b"<channelID>1<")),
        ("nvr", (b"<dynChannelID/>", b"<channelID/>", b"<eventState>inactive<")),
        ("dvr", (b"<dynChannelID/>", b"urn:psialliance-org")),
    ],
)
async def test_heartbeats_come_by_themselves(connect: Connect, profile: str, marks: tuple[bytes, ...]) -> None:
    """Silence is broken by heartbeats in the form of the generation."""
    client = await connect(IsapiSimulator(profile=profile, heartbeat=0.02))
    async with listening(client) as listener:
        data = await listener.until(b"</EventNotificationAlert>", 3)
    assert all(data.count(mark) == 3 for mark in marks)


async def test_the_document_generation_never_beats(connect: Connect) -> None:
    """The published document knows no heartbeat, nor seconds, nor regions beside motion."""
    device = IsapiSimulator(profile="thermal", heartbeat=0.01)
    client = await connect(device)
    async with listening(client) as listener:
        await asyncio.sleep(0.05)
        device.emit(type="linedetection", region="1")
        data = await listener.until(b"</EventNotificationAlert>")
    assert data.count(b"--<boundary>") == 1
    assert re.search(rb"<dateTime>\d{4}-\d\d-\d\dT\d\d:\d\dZ<", data)
    assert b"DetectionRegionList" not in data


async def test_limited_life(connect: Connect) -> None:
    """Old recorders close their streams; the end is clean, behind what was queued."""
    device = IsapiSimulator(profile="nvr", style="recorder", lifetime=0.05)
    client = await connect(device)
    assert STYLES["recorder"].lifetime == 40
    async with listening(client) as listener:
        device.emit(type="VMD")
        assert b"VMD" in await listener.rest()
    assert (device.streams_open, device.streams_opened) == (0, 1)


async def test_ends(connect: Connect) -> None:
    """A stream ends cleanly, in the middle of a part, or breaks."""
    device = IsapiSimulator()
    client = await connect(device)
    async with listening(client) as listener:
        device.emit_half(type="linedetection")
        data = await listener.rest()
        assert b"<EventNotificationAlert" in data
        assert b"</EventNotificationAlert" not in data
    async with listening(client) as listener:
        device.close_streams()
        assert await listener.rest() == b""
    assert device.streams_opened == 2


async def test_reset(connect: Connect) -> None:
    """A stream can break without a goodbye."""
    device = IsapiSimulator(digest="none")
    await connect(device)
    reader, writer = await asyncio.open_connection("127.0.0.1", device.port)
    writer.write(f"GET /ISAPI/{STREAM} HTTP/1.1\r\nHost: device\r\n\r\n".encode())
    await device.wait_for_stream()
    device.emit_raw(b"--boundary\r\n")
    await reader.readuntil(b"--boundary\r\n")
    device.inject("stream_reset")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_leaving_clients_are_noticed(connect: Connect) -> None:
    """Two clients hear the same; one that leaves is forgotten."""
    device = IsapiSimulator()
    client = await connect(device)
    async with listening(client) as one:
        async with listening(client) as two:
            await device.wait_for_stream(2)
            device.emit(type="VMD")
            assert await one.until(b"Alert>\n\r\n") == await two.until(b"Alert>\n\r\n")
        async with asyncio.timeout(5):
            while device.streams_open != 1:
                await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        await device.wait_for_stream(3, timeout=0.01)


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_every_framing_carries_its_alert(connect: Connect, framing: str) -> None:
    """Whatever surrounds it, the alert itself is in the bytes; what is wrong with the framing is wrong."""
    device = IsapiSimulator(heartbeat=None)
    client = await connect(device)
    device.inject(f"stream_{framing}" if framing != "right" else "stream_silent")
    async with listening(client) as listener:
        device.emit(type="linedetection", state="active", region="7")
        device.close_streams()
        data = await listener.rest()
    assert b"<regionID>7<" in data
    lengths = [int(length) for length in re.findall(rb"Content-Length: (\d+)", data)]
    body = re.search(rb"<EventNotificationAlert.*</EventNotificationAlert>\n", data, re.DOTALL)
    assert body is not None
    size = len(body[0])
    checks = {
        "right": lengths == [size],
        "no_content_length": not lengths,
        "blank_line_after_boundary": data.startswith(b"--boundary\r\n\r\nContent-Type"),
        "raw_ampersand": b" & more<" in data,
        "wrong_encoding": "前门".encode("gb18030") in data,
        "length_too_short": lengths == [size - 20],
        "length_too_long": lengths == [size + 20],
        "length_is_a_word": b"Content-Length: ISAPI" in data,
        "doubled_boundary": data.startswith(b"--boundary\r\n--boundary\r\n"),
        "no_headers": data.startswith(b"--boundary\r\n\r\n<Event"),
        "bare_line_feeds": data.startswith(b"--boundary\nContent"),
        "huge_part": len(data) > 10 * 1024 * 1024,
        "duplicate": data.count(b"<regionID>7<") == 2,
        "unknown_part": b"application/x-unknown" in data,
        "malformed_xml": data.count(b"<EventNotificationAlert") == 2 and data.count(b"</EventNotificationAlert") == 1,
        "empty_part": 0 in lengths,
        "preamble": not data.startswith(b"--"),
    }
    assert checks[framing]


async def test_hostile_device(connect: Connect) -> None:
    """The hostile profile changes its framing with every alert and never tells an end."""
    device = IsapiSimulator(profile="hostile", heartbeat=None)
    client = await connect(device)
    async with listening(client) as listener:
        for _ in range(9):
            device.emit(type="VMD", region="1")
        device.emit(type="VMD", state="inactive")
        device.close_streams()
        data = await listener.rest()
    assert b"inactive" not in data
    assert b" & more" in data
    assert b"application/x-unknown" in data
    assert b"--boundary\r\n--boundary" in data


async def test_extras_of_alerts(connect: Connect) -> None:
    """Pictures, plates, wrapped repeats, temperatures, inputs and pictures by address."""
    device = IsapiSimulator(heartbeat=None)
    client = await connect(device)
    async with listening(client) as listener:
        device.emit(type="ANPR", plate="HA 2026", picture=b"\xff\xd8picture")
        device.emit(type="duration", relation="fielddetection")
        device.emit(type="TMA", temperature=61.5, channel=2)
        device.emit(type="IO", channel=None, port=301)
        device.emit(type="IO", channel=None, port=1)
        device.emit(type="faceSnap", picture_url="http://192.0.2.1/picture.jpg", extra={"odd": {"thing": [1, 2]}})
        device.emit(type="PIR", style="recorder", when="2026-02-30T25:61:61")
        device.close_streams()
        data = await listener.rest()
    for mark in (
        b"<licensePlate>HA 2026<", b"Content-Type: image/pjpeg\r\nContent-Length: 9\r\n\r\n\xff\xd8picture\r\n",
        b"<relationEvent>fielddetection<", b"<currTemperature>61.5<", b"<dynInputIOPortID>301<",
        b"<inputIOPortID>1<", b"<bkgUrl>http://192.0.2.1/picture.jpg<", b"<thing>2<", b"2026-02-30T25:61:61",
    ):  # fmt: skip
        assert mark in data
    assert data.count(b"--boundary\r\n") == 8
    assert device.hub.alerts == 7


async def test_counter_of_an_event(connect: Connect) -> None:
    """Notifications of one event are counted from one; its end starts the count again."""
    device = IsapiSimulator()
    await connect(device)
    counts = [device.emit(type="VMD").count for _ in range(3)]
    counts.append(device.emit(type="VMD", channel=2).count)
    device.emit(type="VMD", state="inactive")
    counts.append(device.emit(type="VMD").count)
    assert counts == [1, 2, 3, 1, 1]


@pytest.mark.parametrize(
    ("fault", "status"), [("stream_forbidden", 403), ("stream_not_found", 404), ("stream_busy", 503)]
)
async def test_refused_streams(connect: Connect, fault: str, status: int) -> None:
    """A stream can be refused."""
    device = IsapiSimulator()
    client = await connect(device)
    device.inject(fault, times=1)
    reply = await client.ask(STREAM)
    assert reply.status == status
    if fault == "stream_forbidden":
        assert reply.code == (403, "4", "lowPrivilege")
    if fault == "stream_busy":
        assert reply.headers["Retry-After"] == "1"
    async with listening(client):
        assert device.streams_open == 1


@pytest.mark.parametrize(
    ("fault", "head"),
    [
        ("stream_no_content_type", "application/octet-stream"),
        ("stream_no_boundary", "multipart/mixed"),
        ("stream_curly_boundary", "multipart/mixed; boundary=”boundary”"),
    ],
)
async def test_odd_heads(connect: Connect, fault: str, head: str) -> None:
    """The head may not help to find the boundary."""
    device = IsapiSimulator()
    client = await connect(device)
    device.inject(fault)
    async with listening(client) as listener:
        assert listener.response.headers.get("Content-Type", "application/octet-stream") == head
        device.emit(type="VMD")
        assert (await listener.until(b"VMD<")).startswith(b"--boundary\r\n")
