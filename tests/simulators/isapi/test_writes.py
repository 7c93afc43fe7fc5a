"""What a write does to a simulated device, and what it must not do."""

import re

from lxml import etree
import pytest

from simulators.isapi import IsapiSimulator

from .conftest import Client, Connect

ENTRANCE = "Smart/regionEntrance/1"
REGION = "RegionEntranceRegionList/RegionEntranceRegion"


async def whole(client: Client, path: str) -> str:
    """Read a document as text."""
    reply = await client.ask(path)
    assert reply.status == 200
    return reply.body.decode()


def same(one: str, other: str) -> bool:
    """Compare documents, whatever the order of their attributes."""
    parser = etree.XMLParser(remove_blank_text=True)
    canonical = [etree.tostring(etree.fromstring(text.encode(), parser), method="c14n") for text in (one, other)]
    return canonical[0] == canonical[1]


@pytest.mark.parametrize("profile", ["ipc", "dvr", "nvr", "thermal"])
async def test_read_modify_write_keeps_what_nobody_knows(connect: Connect, profile: str) -> None:
    """A document written back with one leaf changed differs in that leaf alone, extensions and namespaces included."""
    device = IsapiSimulator(profile=profile)
    client = await connect(device)
    path = "Smart/SceneChangeDetection/1" if profile in ("thermal", "nvr") else "Smart/LineDetection/1"
    before = await whole(client, path)
    assert "urn:simulated:extension" in before
    wanted = "false" if "<enabled>true" in before.split("List")[0] else "true"
    changed = re.sub(r"<enabled>\w+</enabled>", f"<enabled>{wanted}</enabled>", before, count=1)
    assert changed != before
    assert (await client.put(path, changed)).code == (200, "1", "ok")
    assert device.requests[-1].body.decode() == changed
    assert same(await whole(client, path), changed)


async def test_absent_is_unchanged_and_unknown_is_ignored(connect: Connect) -> None:
    """A short body changes what it names; an element the device does not have is answered with OK and forgotten."""
    client = await connect(IsapiSimulator())
    body = "<RegionEntrance><enabled>false</enabled><laserBeam>true</laserBeam></RegionEntrance>"
    assert (await client.put(ENTRANCE, body)).code == (200, "1", "ok")
    reply = await client.ask(ENTRANCE)
    assert reply.text("enabled") == "false"
    assert reply.text("laserBeam") is None
    assert len(reply.root.findall(f"{REGION}")) == 2
    assert reply.text(f"{REGION}/sensitivityLevel") == "50"


async def test_an_empty_region_list_erases(connect: Connect) -> None:
    """The most dangerous write: regions and their sensitivity are gone."""
    client = await connect(IsapiSimulator())
    body = "<RegionEntrance><enabled>true</enabled><RegionEntranceRegionList/></RegionEntrance>"
    assert (await client.put(ENTRANCE, body)).status == 200
    assert (await client.ask(ENTRANCE)).root.findall(REGION) == []


async def test_empty_coordinates_erase_the_sensitivity_too(connect: Connect) -> None:
    """The answer of a read holds such an empty list, so sending it back unchanged loses a setting."""
    device = IsapiSimulator()
    client = await connect(device)
    text = await whole(client, ENTRANCE)
    assert "<RegionCoordinatesList/>" in text
    assert (await client.put(ENTRANCE, text)).status == 200
    regions = (await client.ask(ENTRANCE)).root.findall(REGION)
    assert [region.findtext("sensitivityLevel") for region in regions] == ["50", ""]
    assert len(regions[0].findall("RegionCoordinatesList/RegionCoordinates")) == 4
    device.documents[ENTRANCE] = text
    assert (await client.put(ENTRANCE, text.replace("<RegionCoordinatesList/>", ""))).status == 200
    regions = (await client.ask(ENTRANCE)).root.findall(REGION)
    assert [region.findtext("sensitivityLevel") for region in regions] == ["50", "50"]


async def test_line_and_field_rules_take_the_whole_document(connect: Connect) -> None:
    """These two have no erasing rule: what is sent is what is kept."""
    client = await connect(IsapiSimulator())
    text = await whole(client, "Smart/FieldDetection/1")
    assert (await client.put("Smart/FieldDetection/1", text)).status == 200
    assert same(await whole(client, "Smart/FieldDetection/1"), text)


async def test_too_many_regions_are_refused(connect: Connect) -> None:
    """A list has a size."""
    client = await connect(IsapiSimulator())
    regions = "".join(f"<RegionEntranceRegion><id>{number}</id></RegionEntranceRegion>" for number in range(1, 6))
    body = f"<RegionEntrance><RegionEntranceRegionList>{regions}</RegionEntranceRegionList></RegionEntrance>"
    assert (await client.put(ENTRANCE, body)).code == (400, "6", "badParameters")


@pytest.mark.parametrize(
    ("path", "leaf", "sent", "kept", "code"),
    [
        ("Streaming/channels/101", "Video/vbrUpperCap", "99999", "16384", "1"),
        ("Streaming/channels/101", "Video/vbrUpperCap", "1", "32", "1"),
        ("Streaming/channels/101", "Video/maxFrameRate", "1234", "1200", "1"),
        ("Streaming/channels/101", "Video/videoCodecType", "H.265", "H.265", "7"),
        ("Streaming/channels/101", "Video/videoCodecType", "VHS", "H.264", "6"),
        ("System/Video/inputs/channels/1/motionDetection", "MotionDetectionLayout/sensitivityLevel", "55", "60", "1"),
        ("System/Video/inputs/channels/1/motionDetection", "MotionDetectionLayout/sensitivityLevel", "101", "60", "6"),
        ("System/Video/inputs/channels/1/motionDetection", "Grid/rowGranularity", "99", "18", "1"),
        ("System/TwoWayAudio/channels/1", "speakerVolume", "180", "100", "1"),
        ("System/IO/outputs/1", "PowerOnState/pulseDuration", "1", "1000", "1"),
        ("System/deviceInfo", "deviceName", "Backyard & co", "Backyard & co", "1"),
    ],
)
async def test_kept_values(connect: Connect, path: str, leaf: str, sent: str, kept: str, code: str) -> None:
    """Values are taken, kept within limits, refused or need a reboot; an OK does not prove the change."""
    client = await connect(IsapiSimulator())
    reply = await client.ask(path)
    root = reply.root
    element = root.find(leaf)
    assert element is not None
    element.text = sent
    assert (await client.put(path, etree.tostring(root))).text("statusCode") == code
    assert (await client.ask(path)).text(leaf) == kept


async def test_strict_firmware(connect: Connect) -> None:
    """Strict firmware wants every element and its own namespace back."""
    device = IsapiSimulator(strict=True)
    client = await connect(device)
    text = await whole(client, "Smart/LineDetection/1")
    assert (await client.put("Smart/LineDetection/1", text)).status == 200
    without = re.sub(r"<normalizedScreenSize>.*?</normalizedScreenSize>", "", text, flags=re.DOTALL)
    other = text.replace("http://www.hikvision.com/ver20/XMLSchema", "http://www.isapi.org/ver20/XMLSchema")
    for body in (without, other, "<LineDetection><id>1</id><enabled>true</enabled></LineDetection>"):
        assert (await client.put("Smart/LineDetection/1", body)).code == (400, "6", "badXmlContent")


async def test_functions_that_exclude_one_another(connect: Connect) -> None:
    """Enabling a rule is refused while another function runs; the device can say which, in both ways."""
    device = IsapiSimulator()
    client = await connect(device)
    counting = "System/Video/inputs/channels/1/counting"
    line = "Smart/LineDetection/1"
    on, off = (f"<LineDetection><enabled>{word}</enabled></LineDetection>" for word in ("true", "false"))
    assert (await client.put(line, off)).status == 200
    device.documents[counting] = device.documents[counting].replace("<enabled>false", "<enabled>true")
    assert (await client.put(line, on)).code == (403, "4", "invalidOperation")
    assert (await client.ask(line)).text("enabled") == "false"
    reply = await client.ask("System/mutexFunctionErrorMsg")
    assert reply.text("MutexFunctionList/MutexFunction/describe") == "counting"
    question = b'{"function": "lineDetection", "channelID": 1}'
    reply = await client.ask("System/mutexFunction?format=json", "POST", question)
    assert b'"counting"' in reply.body
    assert (await client.ask("System/mutexFunction?format=json", "POST", b"{}")).status == 400
    device.documents[counting] = device.documents[counting].replace("<enabled>true", "<enabled>false")
    assert (await client.put(line, on)).status == 200


async def test_linkage(connect: Connect) -> None:
    """The linkage of a trigger is replaced as a whole; a list without the surveillance centre can be had."""
    device = IsapiSimulator(profile="nvr", missing_center=["VMD-1"])
    client = await connect(device)
    assert device.methods_of("VMD-1") == ["record"]
    path = "Event/triggers/VMD-1/notifications"
    text = await whole(client, path)
    item = "<id>center</id><notificationMethod>center</notificationMethod>"
    center = f"<EventTriggerNotification>{item}</EventTriggerNotification>"
    end = "</EventTriggerNotificationList>"
    assert (await client.put(path, text.replace(end, center + end))).status == 200
    assert device.methods_of("VMD-1") == ["record", "center"]
    assert (await client.ask("Event/triggers/VMD-1")).text("dynVideoInputChannelID") == "1"
    device.set_notifications("VMD-1", ["beep"])
    assert b"<notificationMethod>beep" in (await client.ask(path)).body
    assert (await client.ask("Event/triggers/none-1/notifications")).status == 404


async def test_push_slots_can_be_written_one_by_one_and_as_a_list(connect: Connect) -> None:
    """A slot takes an address or a host name; the list writes several slots at once."""
    device = IsapiSimulator()
    client = await connect(device)
    item = "Event/notification/httpHosts/2"
    body = (await whole(client, item)).replace("<ipAddress>0.0.0.0", "<ipAddress>192.0.2.9")
    assert (await client.put(item, body)).status == 200
    listed = await whole(client, "Event/notification/httpHosts")
    assert listed.count("192.0.2.9") == 1
    assert (await client.put("Event/notification/httpHosts", listed.replace("192.0.2.9", "192.0.2.10"))).status == 200
    assert (await client.ask(item)).text("ipAddress") == "192.0.2.10"
    name = "<HttpHostNotification><hostName>ha.example</hostName></HttpHostNotification>"
    assert (await client.put(item, name)).status == 200
    assert (await client.ask(item)).text("hostName") == "ha.example"


async def test_capabilities_of_a_rule(connect: Connect) -> None:
    """A rule can be described with its limits."""
    client = await connect(IsapiSimulator())
    root = (await client.ask(f"{ENTRANCE}/capabilities")).root
    level = root.find(f"{REGION}/sensitivityLevel")
    target = root.find(f"{REGION}/detectionTarget")
    assert level is not None
    assert target is not None
    assert (level.get("min"), level.get("max"), target.get("opt")) == ("0", "100", "all,human,vehicle")


async def test_ignored_writes(connect: Connect) -> None:
    """An OK without effect, for rules and outputs."""
    device = IsapiSimulator()
    client = await connect(device)
    device.inject("ignored_write", ENTRANCE)
    device.inject("ignored_write")
    body = "<RegionEntrance><enabled>false</enabled></RegionEntrance>"
    assert (await client.put(ENTRANCE, body)).code == (200, "1", "ok")
    assert (await client.ask(ENTRANCE)).text("enabled") == "true"
    high = "<IOPortData><outputState>high</outputState></IOPortData>"
    assert (await client.put("System/IO/outputs/1/trigger", high)).code == (200, "1", "ok")
    assert device.outputs["1"] is False
