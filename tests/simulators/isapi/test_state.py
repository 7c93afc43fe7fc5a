"""What changes on a simulated device: terminals, clock, disks, cameras, pictures, talk, life."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO

from aiohttp import web
from aiohttp.test_utils import TestServer
from lxml import etree
from PIL import Image
import pytest

from simulators.isapi import SCRIPTS, IsapiSimulator
from simulators.isapi.scenario import is_told

from .conftest import Client, Connect

HIGH = "<IOPortData><outputState>high</outputState></IOPortData>"
LOW = HIGH.replace("high", "low")


async def port(client: Client, path: str) -> str | None:
    """State of a terminal."""
    text: str | None = (await client.ask(f"{path}/status")).text("ioState")
    return text


@pytest.mark.parametrize(
    ("profile", "base", "number"), [("ipc", "System/IO", "1"), ("nvr", "ContentMgmt/IOProxy", "301")]
)
async def test_outputs(connect: Connect, profile: str, base: str, number: str) -> None:
    """Outputs of the device and of attached cameras keep their state; a pulse ends by itself."""
    device = IsapiSimulator(profile=profile)
    client = await connect(device)
    path = f"{base}/outputs/{number}"
    assert await port(client, path) == "inactive"
    assert (await client.put(f"{path}/trigger", HIGH)).status == 200
    assert await port(client, path) == "active"
    assert (await client.put(f"{path}/trigger", LOW)).status == 200
    assert await port(client, path) == "inactive"
    root = f"IO{'Proxy' if profile == 'nvr' else ''}OutputPort"
    pulse = f"<{root}><PowerOnState><outputState>pulse</outputState></PowerOnState></{root}>"
    assert (await client.put(path, pulse)).status == 200
    device.documents[path] = device.documents[path].replace(">5000<", ">20<")
    assert (await client.put(f"{path}/trigger", HIGH)).status == 200
    assert device.outputs[number] is True
    async with asyncio.timeout(5):
        while device.outputs[number]:
            await asyncio.sleep(0.01)
    assert (await client.put(f"{base}/outputs/9/trigger", HIGH)).status == 403


async def test_inputs(connect: Connect) -> None:
    """Inputs show in both status resources and are told by alerts; unknown is unknown."""
    device = IsapiSimulator(profile="nvr")
    client = await connect(device)
    async with client.session.get(f"{device.url}/ISAPI/Event/notification/alertStream") as response:
        device.set_input("2", True)
        device.set_input("301", True)
        device.set_input("2", True)
        device.set_input("3", None)
        device.close_streams()
        data = await response.read()
    assert data.count(b"<eventType>IO<") == 2
    assert b"<inputIOPortID>2<" in data
    assert b"<dynInputIOPortID>301<" in data
    rows = (await client.ask("System/IO/status")).root
    states = {
        row.findtext("ioPortID"): row.findtext("ioState") for row in rows if row.findtext("ioPortType") == "input"
    }
    assert states == {"1": "inactive", "2": "active", "3": "", "4": "inactive"}
    assert await port(client, "ContentMgmt/IOProxy/inputs/301") == "active"
    assert (await client.ask("System/IO/inputs/301/status")).status == 403
    with pytest.raises(KeyError):
        device.set_input("9", True)


async def test_clock_and_status(connect: Connect) -> None:
    """The clock is as far off as it was set; setting it works in manual mode only; uptime ticks."""
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    seconds = 100.0
    device = IsapiSimulator(now=lambda: now, clock_offset=90, clock=lambda: seconds)
    client = await connect(device)

    async def shown() -> datetime:
        return datetime.fromisoformat((await client.ask("System/time")).text("localTime"))

    assert await shown() == now + timedelta(seconds=90)
    reply = await client.ask("System/status")
    assert datetime.fromisoformat(reply.text("currentDeviceTime")) == now + timedelta(seconds=90)
    seconds = 142.0
    assert (await client.ask("System/status")).text("deviceUpTime") == "42"
    body = "<Time><timeMode>NTP</timeMode><localTime>2026-11-20T12:00:00+00:00</localTime></Time>"
    assert (await client.put("System/time", body)).status == 200
    assert await shown() == now + timedelta(seconds=90)
    assert (await client.put("System/time", body.replace("NTP", "manual"))).status == 200
    assert await shown() == now
    assert device.time_mode == "manual"


async def test_disks(connect: Connect) -> None:
    """Disks and shares are listed apart; their state changes."""
    device = IsapiSimulator()
    client = await connect(device)
    device.set_disk("1", status="error", free=0)
    root = (await client.ask("ContentMgmt/Storage")).root
    assert [root.findtext(f"hddList/hdd/{name}") for name in ("status", "freeSpace", "hddType")] == ["error", "0", "SD"]
    assert root.findtext("nasList/nas/status") == "ok"
    assert len((await client.ask("ContentMgmt/Storage/hdd")).root) == 1
    assert (await client.ask("Smart/storageDetection")).root.findtext("{*}healthState") == "good"
    with pytest.raises(KeyError):
        device.set_disk("7", free=1)


async def test_cameras_of_a_recorder(connect: Connect) -> None:
    """Cameras come, go, get other names, fall silent, or were never there."""
    device = IsapiSimulator(profile="nvr", channels=9, dead_channels=[4])
    client = await connect(device)

    async def ids(path: str, name: str = "id") -> list[str]:
        return [element.text for element in (await client.ask(path)).root.iter(name)]

    cameras = "ContentMgmt/InputProxy/channels"
    assert await ids(cameras) == [str(number) for number in range(1, 10)]
    streams = await ids("Streaming/channels", "videoInputChannelID")
    assert [number for number in range(1, 10) if str(number) not in streams] == [4]
    device.set_online(2, False)
    device.set_online(3, None)
    online = (await client.ask(f"{cameras}/status")).root
    states = {row.findtext("id"): row.findtext("online") for row in online}
    assert [states[number] for number in "1234"] == ["true", "false", None, "false"]
    assert (await client.ask(f"{cameras}/2/status")).text("online") == "false"
    assert (await client.ask(f"{cameras}/77/status")).status == 404
    device.remove_channel(2)
    device.add_channel(12)
    device.rename_channel(1, "Shed")
    assert await ids(cameras) == ["1", "3", "4", "5", "6", "7", "8", "9", "12"]
    assert (await client.ask(f"{cameras}/1")).text("name") == "Shed"
    assert (await client.ask("Streaming/channels/1201")).status == 200
    assert (await client.ask("Streaming/channels/201")).status == 403
    triggers = await ids("Event/triggers")
    assert ("VMD-2" in triggers, "VMD-12" in triggers) == (False, True)
    with pytest.raises(ValueError, match="12"):
        device.add_channel(12)


async def test_pictures(connect: Connect) -> None:
    """Pictures are real and differ by channel and second; refused where there is none to take."""
    device = IsapiSimulator(profile="nvr", now=lambda: now)
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    client = await connect(device)

    async def take(path: str) -> Image.Image:
        reply = await client.ask(path)
        assert reply.content_type == "image/jpeg"
        return Image.open(BytesIO(reply.body)).convert("RGB")

    first = await take("Streaming/channels/101/picture")
    assert first.size == (1280, 720)
    second = await take("Streaming/channels/201/picture?snapShotImageType=JPEG")
    corner = (1270, 10)
    assert first.getpixel(corner) != second.getpixel(corner)
    assert (await take("ContentMgmt/StreamingProxy/channels/102/picture")).size == (640, 360)
    now += timedelta(seconds=30)
    assert (await take("Streaming/channels/101/picture")).tobytes() != first.tobytes()
    device.set_online(1, False)
    assert (await client.ask("Streaming/channels/101/picture")).code == (200, "3", "deviceError")
    assert (await client.ask("Streaming/channels/201/picture?snapShotImageType=BMP")).status == 400
    assert (await client.ask("Streaming/channels/103/picture")).status == 403
    analogue = await connect(IsapiSimulator(profile="dvr"))
    assert (await analogue.ask("Streaming/channels/201/picture")).code == (200, "3", "deviceError")
    assert (await analogue.ask("ContentMgmt/StreamingProxy/channels/101/picture")).status == 403


async def test_own_pictures_and_series(connect: Connect) -> None:
    """Pictures can come from elsewhere; a series sends one after the other."""
    asked = []

    def source(channel: int, stream: int, moment: datetime) -> bytes:
        asked.append((channel, stream, moment.tzinfo is not None))
        return b"\xff\xd8" + bytes([len(asked)])

    device = IsapiSimulator(picture_source=source, preview_period=0.01)
    client = await connect(device)
    async with client.session.get(f"{device.url}/ISAPI/Streaming/channels/102/httppreview") as response:
        assert response.content_type == "multipart/x-mixed-replace"
        data = b""
        async with asyncio.timeout(5):
            while data.count(b"--picture") < 3:
                data += await response.content.readany()
    assert b"Content-Length: 3\r\n\r\n\xff\xd8\x02\r\n--picture" in data
    assert asked[0] == (1, 2, True)


async def test_talk(connect: Connect) -> None:
    """One talker at a time; sound is counted; nobody talks unasked."""
    device = IsapiSimulator()
    client = await connect(device)
    base = "System/TwoWayAudio/channels/1"
    assert (await client.put(f"{base}/audioData", b"\x00" * 10)).code == (403, "4", "invalidOperation")
    assert (await client.ask(f"{base}/open", "PUT")).text("sessionId") == "1234567890"
    assert (await client.ask(f"{base}/open", "PUT")).code == (503, "2", "deviceBusy")
    assert (await client.put(f"{base}/audioData?sessionId=1234567890", b"\x00" * 8000)).status == 200
    assert device.talk_bytes == 8000
    assert (await client.ask(f"{base}/close", "PUT")).status == 200
    assert device.talking is False


async def test_door_and_movement(connect: Connect) -> None:
    """A door opens by a known command only; domes move, cameras do not."""
    station = IsapiSimulator(profile="door")
    client = await connect(station)
    order = "<RemoteOpenDoor><gateWayIndex>1</gateWayIndex><command>unlock</command></RemoteOpenDoor>"
    assert (await client.put("VideoIntercom/remoteOpenDoor", order)).status == 200
    assert (await client.put("VideoIntercom/remoteOpenDoor", order.replace("unlock", "smash"))).status == 400
    assert station.door_commands == ["unlock"]
    dome = await connect(IsapiSimulator(profile="dome"))
    assert (await dome.put("PTZCtrl/channels/1/continuous", "<PTZData/>")).status == 200
    assert len((await dome.ask("PTZCtrl/channels/1/presets")).root) == 3
    channels = (await dome.ask("Event/channels/capabilities")).root
    assert [row.findtext("channelID") for row in channels] == ["1", "2"]
    assert (await dome.ask("Event/triggers/VMD-2")).status == 200
    assert b"VMD-2" not in (await dome.ask("Event/triggers")).body


async def test_privacy_ports_and_users(connect: Connect) -> None:
    """What a client needs to know: ports, the RTSP server off, accounts without passwords, the login's flags."""
    device = IsapiSimulator(rtsp_port=8554, rtsp_enabled=False)
    client = await connect(device)
    rows = (await client.ask("Security/adminAccesses")).root
    found = {row.findtext("protocol"): (row.findtext("portNo"), row.findtext("enabled")) for row in rows}
    assert found["RTSP"] == ("8554", "false")
    assert found["Bonjour"] == (None, "true")
    users = await client.ask("Security/users")
    assert users.root.findtext("User/userLevel") == "Administrator"
    assert device.password.encode() not in users.body
    device.inject("risk_password")
    assert (await client.ask("Security/userCheck")).text("isRiskPassword") == "true"
    mask = "System/Video/inputs/channels/1/privacyMask"
    assert (await client.put(mask, "<PrivacyMask><enabled>true</enabled></PrivacyMask>")).status == 200
    assert (await client.ask(mask)).text("enabled") == "true"


@pytest.mark.parametrize("form", ["xml", "multipart", "query"])
async def test_alerts_are_posted_to_a_host(connect: Connect, form: str) -> None:
    """A configured slot gets every alert, in three forms; an unreachable one is counted."""
    arrived: asyncio.Queue[tuple[str, dict[str, str], str, bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        await arrived.put((request.method, dict(request.query), request.content_type, await request.read()))
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/hook", take)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server(access_log=None)
    device = IsapiSimulator(push_form="multipart" if form == "multipart" else "xml")
    client = await connect(device)
    slot = "Event/notification/httpHosts/1"
    kind = "querystring" if form == "query" else "XML"
    body = (
        f"<HttpHostNotification><url>/hook</url><ipAddress>127.0.0.1</ipAddress><portNo>{server.port}</portNo>"
        f"<parameterFormatType>{kind}</parameterFormatType></HttpHostNotification>"
    )
    assert (await client.put(slot, body)).status == 200
    assert (await client.ask(f"{slot}/test", "POST")).text("errorDescription") == "ok"
    await arrived.get()
    device.emit(type="linedetection", region="2", picture=b"\xff\xd8" if form == "multipart" else None)
    async with asyncio.timeout(5):
        method, query, content_type, data = await arrived.get()
    if form == "query":
        assert (method, query["EventType"], query["RegionIndex1"], data) == ("GET", "linedetection", "2", b"")
        assert query["ChannelID"] == "1"
    elif form == "xml":
        assert (method, content_type) == ("POST", "application/xml")
        assert etree.fromstring(data).findtext("{*}eventType") == "linedetection"
    else:
        assert content_type == "multipart/form-data"
        assert b"image/jpeg\r\nContent-Length: 2\r\n\r\n\xff\xd8\r\n--MIME_boundary--" in data
    await server.close()
    device.emit(type="linedetection")
    async with asyncio.timeout(5):
        while not device.pusher.failures:
            await asyncio.sleep(0.01)
    assert device.pusher.statuses == [200]
    assert (await client.ask(f"{slot}/test", "POST")).text("errorDescription") == "failed"
    assert (await client.ask("Event/notification/httpHosts/9/test", "POST")).status == 404


@pytest.mark.parametrize("script", SCRIPTS)
async def test_scripts(connect: Connect, script: str) -> None:
    """Every script begins and ends what it tells, on a device that offers it."""
    device = IsapiSimulator()
    client = await connect(device)
    if script == "face":
        device.documents["Smart/FaceDetect/1"] = device.documents["Smart/FaceDetect/1"].replace(">false<", ">true<", 1)
    if script == "camera_covered":
        path = "System/Video/inputs/channels/1/tamperDetection"
        device.documents[path] = device.documents[path].replace("<enabled>false", "<enabled>true", 1)
    for rule in ("regionExiting", "SceneChangeDetection"):
        path = f"Smart/{rule}/1"
        device.documents[path] = device.documents[path].replace("<enabled>false", "<enabled>true", 1)
    async with client.session.get(f"{device.url}/ISAPI/Event/notification/alertStream") as response:
        told = await device.play(script, port="1", pace=0.001)
        device.close_streams()
        data = (await response.read()).decode()
    assert told == len(SCRIPTS[script])
    kinds = {step.type for step in SCRIPTS[script]}
    assert all(f"<eventType>{kind}<" in data for kind in kinds)
    if script != "wrong_login":
        assert data.count("<eventState>inactive<") == len(kinds)


async def test_nothing_is_told_that_is_off_or_not_linked(connect: Connect) -> None:
    """A rule that is off, a trigger without linkage and a trigger that is missing stay silent."""
    device = IsapiSimulator(missing_center=["linedetection-1"])
    await connect(device)
    assert is_told(device, "VMD", channel=1)
    assert not is_told(device, "linedetection", channel=1)
    assert not is_told(device, "shelteralarm", channel=1)
    assert not is_told(device, "loitering", channel=1)
    assert not is_told(device, "VMD", channel=2)
    assert await device.play("person_crosses_line", pace=0.001) == 5
    assert await device.play("door", pace=0.001) == 0


async def test_life_goes_on_and_ends(connect: Connect) -> None:
    """Things happen by themselves, whatever the seed; values drift; life ends with the device."""
    for seed in (1, 7):
        device = IsapiSimulator(profile="nvr")
        await connect(device)
        before = (device.cpu, device.memory_used, device.disks[1].free)
        task = device.live(seed=seed, pace=0.002)
        async with asyncio.timeout(10):
            while device.hub.alerts < 12:
                await asyncio.sleep(0.005)
        assert (device.cpu, device.memory_used, device.disks[1].free) != before
        await device.stop()
        assert task.cancelled()
        after = device.hub.alerts
        await asyncio.sleep(0.02)
        assert device.hub.alerts == after
