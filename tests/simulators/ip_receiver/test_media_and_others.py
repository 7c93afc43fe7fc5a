"""Pictures and clips can be decoded by who may have them; cameras, intercoms and radars tell what the guide lists."""

from io import BytesIO
from itertools import pairwise
from typing import Any

import av
from PIL import Image
import pytest

from simulators.ip_receiver import IpReceiverSimulator, OtherPlan, PanelPlan
from simulators.ip_receiver.other_events import EVENTS

from .conftest import Client, Connect


def frames(data: bytes) -> int:
    """Count the pictures of a clip, decoding every one."""
    with av.open(BytesIO(data), "r") as container:
        return len(list(container.decode(video=0)))


async def test_picture(client: Client) -> None:
    """A JPEG that can be decoded."""
    reply = await client.send("GET", client.receiver.media.picture("Hall"))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "image/jpeg")
    image = Image.open(BytesIO(reply.body))
    image.load()
    assert image.size == (640, 360)


@pytest.mark.parametrize(
    ("kind", "magic", "content_type"), [("mp4", b"ftyp", "video/mp4"), ("avi", b"RIFF", "video/x-msvideo")]
)
async def test_clip(client: Client, kind: Any, magic: bytes, content_type: str) -> None:
    """Two seconds of H.264."""
    path = client.receiver.media.clip("Hall", kind)
    reply = await client.send("GET", path)
    assert reply.headers["Content-Type"] == content_type
    assert magic in reply.body[:12]
    assert frames(reply.body) == 10
    assert client.receiver.media.items[path].downloads == 1


async def test_clip_that_comes_late(client: Client) -> None:
    """It is asked for in vain as often as a test wants; one nobody made never comes."""
    client.receiver.media.early = 2
    path = client.receiver.media.picture()
    replies = [await client.send("GET", path) for _ in range(3)]
    assert [reply.status for reply in replies] == [404, 404, 200]
    assert replies[0].sub == "taskNoRecFile"
    assert (await client.send("GET", "/video/none.mp4")).sub == "taskNoRecFile"
    assert (await client.send("POST", path)).sub == "methodNotAllowed"


async def test_media_are_for_administrators(connect: Connect) -> None:
    """Everything else is for all (L562); the refusal has two forms."""
    client: Client = await connect(admin=False)
    path = client.receiver.media.picture()
    assert (await client.devices())["totalMatches"] == 1
    reply = await client.send("GET", path)
    assert (reply.status, reply.sub) == (403, "lowPrivilege")
    client.receiver.media_refusal = "unauthorized"
    reply = await client.send("GET", path)
    assert (reply.status, reply.sub) == (401, "badAuthorization")
    assert reply.headers["WWW-Authenticate"].startswith("Digest ")
    client.receiver.add_user("chief", "Chief-1", admin=True)
    client.username, client.password = "chief", "Chief-1"
    assert (await client.send("GET", path)).status == 200


@pytest.mark.parametrize(("prefix", "expected"), [("", "video/000001.jpg"), ("http://192.0.2.1:81/", "http://192.0.2.1:81/video/000001.jpg")])  # fmt: skip
async def test_addresses(client: Client, prefix: str, expected: str) -> None:
    """Without a slash, or with a host that clients do not reach."""
    client.receiver.media.prefix = prefix
    assert client.receiver.media.picture(data=b"anything") == expected
    assert (await client.send("GET", "/video/000001.jpg")).body == b"anything"


async def test_media_of_other_content(client: Client) -> None:
    """A test gives bytes and their type; old media are forgotten."""
    store = client.receiver.media
    path = store.add("mp4", data=b"x", content_type="application/octet-stream")
    assert (await client.send("GET", path)).headers["Content-Type"] == "application/octet-stream"
    for _ in range(10_000):
        store.picture()
    assert (await client.send("GET", path)).status == 404


async def test_video_review(client: Client) -> None:
    """One address, or two of a detector with two lenses; capital Z (§4.4)."""
    stream = await client.subscribe()
    receiver = client.receiver
    receiver.zone_base = 1
    receiver.video_review("House", "1103", 2, uuid="u-1")
    receiver.video_review(receiver.panel("House"), "1103", 2, "/a", "/b", has_video=1)
    await receiver.video_review("House", "1301", has_video=0)
    told = await stream.told(receiver)
    first, second, third = [alert["VideoReview"]["HikCIDParams"] for alert in told]
    assert {alert["VideoReview"]["protocolType"] for alert in stream.alerts} == {"HikCIDProtocol"}
    assert (first["UUID"], first["ZoneNo"], first["CIDCode"], first["isVideo"]) == ("u-1", 3, "1103", 2)
    assert "zoneNo" not in first
    assert frames((await client.send("GET", first["videoURL"])).body) == 10
    assert second["videoInfoList"] == [
        {"videoURL": "/a", "cameraPosition": "left"}, {"videoURL": "/b", "cameraPosition": "right"},
    ]  # fmt: skip
    assert "ZoneNo" not in third


async def test_pictures_of_a_pir_camera(client: Client) -> None:
    """In a list."""
    stream = await client.subscribe()
    house = client.receiver.panel("House")
    house.pir(2)
    await house.pir(2, "/a", "/b")
    drawn, given = await stream.told(client.receiver)
    assert (drawn["eventType"], drawn["ZoneNo"]) == ("PIR", 2)
    assert (await client.send("GET", drawn["CaptureList"][0]["resourcesContent"])).body[:2] == b"\xff\xd8"
    assert [item["resourcesContent"] for item in given["CaptureList"]] == ["/a", "/b"]


@pytest.fixture
async def site(connect: Connect) -> Client:
    """Return a client of a receiver with one device of each kind."""
    kinds: tuple[Any, ...] = ("video", "access", "radar", "speaker", "third_party")
    found: Client = await connect([], [OtherPlan(kind=kind, name=kind) for kind in kinds])
    return found


async def test_kinds(site: Client) -> None:
    """As the list of devices numbers them (L4766-4772)."""
    listed = [item["Device"] for item in (await site.devices())["MatchList"]]
    assert [(device["devSource"], device["devType"]) for device in listed] == [(4, 1), (5, 2), (6, 3), (8, 4), (2, 100)]
    counts = [len(site.receiver.other(device["devName"]).types) for device in listed]
    assert counts == [17, 2, 4, 0, 0]
    with pytest.raises(KeyError):
        site.receiver.panel("video")


@pytest.mark.parametrize("name", list(EVENTS))
async def test_every_type(site: Client, name: str) -> None:
    """A header, media that are there, and an end without them."""
    (kind,) = EVENTS[name].kinds
    stream = await site.subscribe()
    device = site.receiver.other(kind)
    device.happen(name)
    device.happen(name, more=1)
    device.end(name)
    await device.happen(name, 2, media=False)
    first, second, last, other = await stream.told(site.receiver)
    assert (first["eventType"], first["devIndex"], first["channelID"]) == (
        name,
        device.index,
        1 if name == "TDA" else "1",
    )
    assert (second["more"], last["eventState"], other["channelID"]) == (1, "inactive", 2 if name == "TDA" else "2")
    assert "videoURL" not in str(last) + str(other)
    addresses = list(urls(first))
    assert len(addresses) == len(EVENTS[name].media)
    for address in addresses:
        assert address in site.receiver.media.items


def urls(node: Any) -> list[str]:
    """Find all addresses in an alert."""
    if isinstance(node, dict):
        own = [value for key, value in node.items() if key.endswith("URL")]
        return own + [url for value in node.values() for url in urls(value)]
    return [url for item in node for url in urls(item)] if isinstance(node, list) else []


async def test_lasting_event_counts(site: Client) -> None:
    """It rises while it lasts, for each channel by itself, and begins anew after the end."""
    stream = await site.subscribe()
    for _ in range(2):
        site.receiver.other("video").happen("linedetection", media=False)
    site.receiver.other("video").end("linedetection")
    site.receiver.other("video").happen("linedetection", media=False)
    await site.receiver.other("video").happen("moonLanding")
    assert [alert["activePostCount"] for alert in await stream.told(site.receiver)] == [1, 2, 3, 1, 1]


async def test_links_of_others(site: Client) -> None:
    """As for panels; an encoder also says that it is there (L1263)."""
    stream = await site.subscribe()
    video = site.receiver.other("video")
    await video.keep_alive()
    await video.offline()
    assert video.fields["devStatus"] == "offline"
    await video.online()
    await video.network(normal=False)
    await video.key(normal=True)
    before = video.index
    await video.readd()
    await stream.told(site.receiver)
    assert not {"channelID", "activePostCount", "channelName"} & set(stream.alerts[0])
    assert stream.codes == ["1602"]
    assert [alert.get("status") for alert in stream.alerts[1:]] == [
        "offline", "online", "abnormal", "normal", None, "online",
    ]  # fmt: skip
    assert (stream.alerts[5]["devIndex"], stream.alerts[6]["devIndex"]) == (before, video.index)


async def test_seed_decides(socket_enabled: None) -> None:
    """The same seed makes the same devices; another makes others."""
    plans = [PanelPlan()]
    indexes = [IpReceiverSimulator(plans, seed=seed).panels[0].index for seed in (1, 1, 2)]
    assert [left == right for left, right in pairwise(indexes)] == [True, False]
