"""A simulated device says no to what a device says no to."""

import asyncio
from itertools import pairwise

import aiohttp
import pytest

from simulators.isapi import PROFILES, IsapiSimulator

from .conftest import Connect

RULE = "Smart/LineDetection/1"
NAMELESS = """<EventTriggerNotificationList><EventTriggerNotification><id>x</id></EventTriggerNotification>
</EventTriggerNotificationList>"""
NO_SLOT = """<HttpHostNotificationList><HttpHostNotification><id>9</id></HttpHostNotification>
</HttpHostNotificationList>"""


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_stored_document_and_list_is_served(connect: Connect, profile: str) -> None:
    """Each document answers with well-formed XML, each list names its visible items and no others."""
    device = IsapiSimulator(profile=profile)
    device.clear_faults()
    client = await connect(device)
    for path in device.documents:
        if path in device.profile.refusals:
            continue
        reply = await client.ask(path)
        assert (reply.status, reply.content_type) == (200, "application/xml"), path
        assert reply.root.tag
    triggers = await client.ask("Event/triggers")
    listed = {element.text for element in triggers.root.iter("id")} & {
        path.removeprefix("Event/triggers/") for path in device.documents
    }
    visible = {
        path.removeprefix("Event/triggers/")
        for path in device.documents
        if path.startswith("Event/triggers/") and path not in device.hidden
    }
    assert visible == listed


async def test_refusals_of_each_kind(connect: Connect) -> None:
    """Absent resources are refused in the way of the model."""
    expected = {
        "ipc": {"System/Holidays": 404, "ContentMgmt/InputProxy/channels": 403, "Streaming/channels/103": 200},
        "ipc-noio": {"System/IO/status": 403, "System/IO/inputs/1/status": 403, "System/IO": 403},
        "ipc-old": {"Streaming/channels/103": 500, "System/Holidays": 404},
        "nvr": {"System/Video/inputs/channels": 403, "Streaming/channels/103": 403, "Streaming/channels/101": 200},
        "dvr": {"Streaming/channels/103": 400, "Streaming/channels/104": 403, "System/IO/status": 403},
    }
    for profile, rows in expected.items():
        client = await connect(IsapiSimulator(profile=profile))
        for path, status in rows.items():
            assert (await client.ask(path)).status == status, (profile, path)


async def test_thermal_camera_drops_two_paths(connect: Connect) -> None:
    """Two paths break the connection, the rest answers."""
    client = await connect(IsapiSimulator(profile="thermal"))
    for path in ("System/Holidays", "ContentMgmt/InputProxy/channels"):
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.ask(path)
    assert (await client.ask("System/deviceInfo")).status == 200


async def test_unknown_path_wrong_method_and_missing_rule(connect: Connect) -> None:
    """404 for what the protocol does not know, 403 for what the device lacks, 405 with the allowed methods."""
    client = await connect(IsapiSimulator(profile="ipc-old"))
    assert (await client.ask("Nonsense/thing")).status == 404
    assert (await client.ask("Smart/loitering/1")).code == (403, "4", "notSupport")
    assert (await client.ask("Smart/LineDetection/2")).code == (403, "4", "notSupport")
    assert (await client.ask("PTZCtrl/channels/1/continuous", "PUT", "<PTZData/>")).code == (403, "4", "notSupport")
    reply = await client.ask(RULE, "DELETE")
    assert (reply.code, reply.headers["Allow"]) == ((405, "4", "methodNotAllowed"), "GET, PUT")
    reply = await client.ask("System/capabilities", "PUT", "<DeviceCap/>")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET")
    assert (await client.ask("System/reboot")).status == 405


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, (400, "5", "badXmlFormat")),
        ("", (400, "5", "badXmlFormat")),
        ("<LineDetection><enabled>true", (400, "5", "badXmlFormat")),
        ('{"enabled": true}', (400, "5", "badXmlFormat")),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><LineDetection>&b;</LineDetection>", (400, "5", "badXmlFormat")),
        ("<FieldDetection><enabled>true</enabled></FieldDetection>", (400, "6", "badXmlContent")),
        ("<LineDetection><id>7</id><enabled>true</enabled></LineDetection>", (400, "6", "badXmlContent")),
        ("<LineDetection><enabled>yes</enabled></LineDetection>", (400, "6", "badParameters")),
        ("<LineDetection><enabled/></LineDetection>", (400, "6", "badParameters")),
    ],
)
async def test_bad_bodies(connect: Connect, body: str | None, code: tuple[int, str, str]) -> None:
    """Missing, malformed, misplaced and wrong content is refused and changes nothing."""
    device = IsapiSimulator()
    client = await connect(device)
    before = device.documents[RULE]
    assert (await client.ask(RULE, "PUT", body)).code == code
    assert device.documents[RULE] == before


@pytest.mark.parametrize(
    ("path", "body", "sub"),
    [
        ("System/IO/outputs/1/trigger", "<IOPortData><outputState>pulse</outputState></IOPortData>", "badParameters"),
        ("System/IO/outputs/1/trigger", "<IOPortData/>", "badParameters"),
        ("System/IO/outputs/1/trigger", "<Other/>", "badXmlContent"),
        ("System/time", "<Time><timeMode>sundial</timeMode></Time>", "badParameters"),
        ("System/time", "<Time><timeMode>manual</timeMode><localTime>soon</localTime></Time>", "badParameters"),
        ("Event/triggers/VMD-1/notifications", NAMELESS, "badXmlContent"),
        ("Event/notification/httpHosts", "<HttpHostNotificationList/>", "badXmlContent"),
        ("Event/notification/httpHosts", NO_SLOT, "badXmlContent"),
        ("Event/notification/httpHosts/1", "<HttpHostNotification><portNo>70000</portNo></HttpHostNotification>",
         "badParameters"),
    ],
)  # fmt: skip
async def test_bad_commands(connect: Connect, path: str, body: str, sub: str) -> None:
    """Commands and lists with wrong content are refused."""
    device = IsapiSimulator()
    client = await connect(device)
    assert (await client.put(path, body)).code == (400, "6", sub)
    assert device.outputs == {"1": False}


async def test_not_activated(connect: Connect) -> None:
    """A device without a password refuses everything but the login probe."""
    device = IsapiSimulator()
    client = await connect(device)
    device.inject("not_activated")
    assert (await client.ask("System/deviceInfo")).code == (403, "4", "notActivated")
    assert (await client.ask("Security/userCheck")).text("isActivated") == "false"


async def test_tls_with_its_own_certificate(connect: Connect) -> None:
    """Nobody vouches for the certificate; its fingerprint can be pinned."""
    device = IsapiSimulator(tls=True)
    client = await connect(device)
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await client.ask("System/deviceInfo")
    assert device.fingerprint is not None
    pin = aiohttp.Fingerprint(bytes.fromhex(device.fingerprint))
    assert (await client.ask("System/deviceInfo", ssl=pin)).status == 200
    with pytest.raises(aiohttp.ServerFingerprintMismatch):
        await client.ask("System/deviceInfo", ssl=aiohttp.Fingerprint(bytes(32)))


async def test_reboot_by_command(connect: Connect) -> None:
    """The answer comes, then connections break until the device is back; uptime starts again, outputs fell back."""
    now = 1000.0
    device = IsapiSimulator(clock=lambda: now, reboot_seconds=30)
    client = await connect(device)
    device.switch_output("1", True)
    now += 50
    assert (await client.ask("System/status")).text("deviceUpTime") == "50"
    assert (await client.ask("System/reboot", "PUT")).code == (200, "1", "ok")
    async with asyncio.timeout(5):
        while not device.is_down:
            await asyncio.sleep(0.01)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.ask("System/status")
    now += 42
    assert (await client.ask("System/status")).text("deviceUpTime") == "12"
    assert device.outputs == {"1": False}


async def test_record_of_requests_and_delay(connect: Connect) -> None:
    """Requests are recorded with what came of them; a delay holds every answer back."""
    device = IsapiSimulator(delay=0.05)
    client = await connect(device)
    loop = asyncio.get_running_loop()
    moments = [loop.time()]
    for path in ("System/deviceInfo", "Smart/LineDetection/1?x=1", "Nonsense"):
        await client.ask(path)
        moments.append(loop.time())
    assert all(after - before >= 0.05 for before, after in pairwise(moments))
    assert [(record.path, record.status, record.authorized) for record in device.requests] == [
        ("System/deviceInfo", 401, False),
        ("System/deviceInfo", 200, True),
        ("Smart/LineDetection/1", 200, True),
        ("Nonsense", 404, True),
    ]
    assert device.requests[2].query == {"x": "1"}
    assert (device.count("GET", "Smart/"), device.count(), device.challenges) == (1, 3, 1)


def test_impossible_settings() -> None:
    """A camera has no attached cameras, a recorder at most 64; unknown profiles are unknown."""
    for profile, channels in (("ipc", 2), ("nvr", 65), ("nvr", -1)):
        with pytest.raises(ValueError, match=profile):
            IsapiSimulator(profile=profile, channels=channels)
    with pytest.raises(KeyError):
        IsapiSimulator(profile="toaster")
