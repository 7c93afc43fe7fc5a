"""Raw answers: kept within bounds, masked consistently, and fit to be replayed."""

import json
import re
from typing import Any

from lxml import etree
import pytest
import xmltodict

from custom_components.hikvision_ivm.systems.errors import ConnectionFailedError, SystemFailure
from custom_components.hikvision_ivm.systems.isapi.diagnostics import export, report, to_dict
from custom_components.hikvision_ivm.systems.isapi.features import build
from custom_components.hikvision_ivm.systems.isapi.inventory import InventoryReader
from custom_components.hikvision_ivm.systems.isapi.masking import REDACTED, Masker
from custom_components.hikvision_ivm.systems.isapi.recording import PATH_LIMIT, TOTAL_LIMIT, Recording
from custom_components.hikvision_ivm.systems.model import Inventory
from custom_components.hikvision_ivm.systems.transport.http import Response
from simulators.isapi import IsapiSimulator
from simulators.isapi.replay import IsapiReplay
from tests import devices

from .command_bench import Time, connected


class Nothing(Masker):
    """A mask that hides nothing, to compare forms."""

    def leaf(self, name: str, content: str) -> str:
        """Return the text as it is."""
        return content


def answered(body: bytes = b"<a/>", status: int = 200) -> Response:
    """Return an answer."""
    return Response(status=status, headers={}, body=body)


def exported(**documents: bytes) -> dict[str, Any]:
    """Return the export of documents, with a fixed key."""
    recording = Recording()
    for path, body in documents.items():
        recording.take(path, answered(body))
    return export(recording, Masker(b"key"))


@pytest.mark.parametrize(
    "document",
    [
        "<a/>",
        "<a> text </a>",
        '<a xmlns="urn:x" version="2.0"><b>1</b><b/><b opt="1,2">2</b><c><d/></c></a>',
        '<a xmlns="urn:x"><b xmlns="urn:y"><c xmlns="urn:x"/></b></a>',
        '<p:a xmlns:p="urn:x" p:k="v"><p:b>1</p:b></p:a>',
        '<a><!-- c --><b size="4"></b><?pi x?></a>',
        '<a xmlns="urn:x"><b xmlns="">1</b></a>',
        "<a><b>&amp;&lt;ü</b></a>",
    ],
)
def test_the_form_is_that_of_the_recordings(document: str) -> None:
    """The same as xmltodict makes of it, which is what replays read."""
    expected = json.loads(json.dumps(xmltodict.parse(document)))
    assert to_dict(etree.fromstring(document.encode()), Nothing()) == expected


def test_every_kind_of_answer_has_its_row() -> None:
    """A document, a refusal, a dropped connection, and what is no XML."""
    recording = Recording()
    recording.take("a", answered(b"\xef\xbb\xbf <x><y>1</y></x>"))
    recording.take("b", answered(b"<ResponseStatus/>", 403))
    recording.take("c", ConnectionFailedError("reset by 192.168.1.9"))
    recording.take("d", answered(b"{}"))
    recording.take("e", answered(b"<x><y>"))
    rows = export(recording)
    assert rows["a"] == {"response": {"x": {"y": "1"}}}
    assert rows["b"] == {"status_code": 403}
    assert list(rows["c"]) == list(rows["d"]) == list(rows["e"]) == ["error"]
    assert "192.168" not in json.dumps(rows)


def test_a_failure_does_not_erase_an_answer() -> None:
    """What was seen is worth more than that the device is away now."""
    recording = Recording()
    recording.take("a", SystemFailure("x"))
    recording.take("a", answered())
    recording.take("a", ConnectionFailedError("x"))
    assert export(recording) == {"a": {"response": {"a": None}}}
    recording.take("a", answered(b"", 404))
    assert export(recording) == {"a": {"status_code": 404}}


def test_answers_are_kept_within_bounds() -> None:
    """The oldest go first; a giant is only counted; a path replaces itself."""
    recording = Recording()
    body = b"<a>" + b"x" * (PATH_LIMIT - 7) + b"</a>"
    for number in range(20):
        recording.take(f"p{number:02}", answered(body))
        recording.take("same", answered(body))
    assert recording.size <= TOTAL_LIMIT
    assert "p19" in recording.answers
    assert "p00" not in recording.answers
    recording.take("giant", answered(b"<" * (PATH_LIMIT + 1)))
    assert recording.answers["giant"].body == b""
    assert str(PATH_LIMIT + 1) in export(recording)["giant"]["error"]
    for number in range(3000):
        recording.take(f"q{number}", answered(b"<a/>"))
    assert len(recording.answers) <= 1000
    assert recording.size == sum(len(answer.body) for answer in recording.answers.values())


SERIAL = "DS-2CD2386G2-IU20240101AAWRAB1234567"


def test_the_same_input_gives_the_same_mask_everywhere() -> None:
    """In texts, in documents, in other letter case and without the model."""
    rows = exported(
        a=f"<x><model>DS-2CD2386G2-IU</model><serialNumber>{SERIAL}</serialNumber><subSerialNumber>{SERIAL[-9:]}</subSerialNumber>"
        "<macAddress>A4:14:37:00:11:22</macAddress><ipAddress>192.168.1.64</ipAddress></x>".encode(),
        b=f"<y><note>{SERIAL} at 192.168.1.64, a4-14-37-00-11-22</note><serialNumber>{SERIAL}</serialNumber></y>".encode(),
    )
    first, second = rows["a"]["response"]["x"], rows["b"]["response"]["y"]
    masked = first["serialNumber"]
    assert masked == second["serialNumber"]
    assert masked.startswith("DS-2CD2386G2-IU")
    assert len(masked) == len(SERIAL)
    assert re.fullmatch(r"\d{8}[A-Z]{6}\d{7}", masked[15:])
    assert masked != SERIAL
    assert masked.endswith(first["subSerialNumber"])
    assert re.fullmatch(r"02(:[0-9A-F]{2}){5}", first["macAddress"])
    assert first["ipAddress"].startswith("192.0.2.")
    dashed = first["macAddress"].lower().replace(":", "-")
    assert second["note"] == f"{masked} at {first['ipAddress']}, {dashed}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("password", "hunter22"), ("passWord", "x"), ("adminPassword", "geheim"), ("salt", "abcdef"), ("key", "0011"),
        ("verificationCode", "ABCDEF"), ("sharedKey", "s"), ("pinCode", "123456"), ("sessionID", "77ac"),
    ],
)  # fmt: skip
def test_secrets_are_removed(name: str, content: str) -> None:
    """As elements and as attributes."""
    rows = exported(a=f'<x {name}="{content}"><{name}>{content}</{name}></x>'.encode())
    assert rows["a"]["response"]["x"] == {f"@{name}": REDACTED, name: REDACTED}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("userName", "jane"), ("licensePlate", "B-XY 123"), ("cardNo", "00998877"), ("employeeNoString", "emp17"),
        ("name", "rtsp://jane:pw@10.1.2.3/x"), ("url", "/api/webhook/0123456789abcdef"), ("latitude", "52.5"),
        ("hostName", "my.house.example"), ("ssid", "House"), ("ipv6Address", "2a00:1450:4001:82a::200e"),
        ("text", "from 10.0.0.5"), ("deviceID", "88000000-aaaa-bbbb-cccc-a41437001122"),
    ],
)  # fmt: skip
def test_private_texts_are_masked(name: str, content: str) -> None:
    """Nothing of them is left, and the element is still there."""
    value = exported(a=f"<x><{name}>{content}</{name}></x>".encode())["a"]["response"]["x"][name]
    assert value != content
    for piece in set(re.findall(r"[0-9A-Za-z:.]{4,}", content)) - {"from", "rtsp:"}:
        assert piece not in value


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("firmwareVersion", "V5.7.15"), ("firmwareVersion", "4.1.2.3"), ("subnetMask", "255.255.255.0"),
        ("ipAddress", "0.0.0.0"), ("ip", "127.0.0.1"), ("macAddress", "00:00:00:00:00:00"), ("beginTime", "08:00:00"),
        ("dateTime", "2026-01-01T08:00:00+01:00"), ("isDefaultPassword", "false"), ("loginPasswordLen", "16"),
        ("keyFrameInterval", "2000"), ("url", "/"), ("channelName", "Garden"), ("id", "101"), ("gridMap", "fffffc"),
        ("ip", "999.1.1.1"), ("password", ""),
    ],
)  # fmt: skip
def test_what_tells_nothing_stays(name: str, content: str) -> None:
    """A replay needs it."""
    expected = content or None
    assert exported(a=f"<x><{name}>{content}</{name}></x>".encode())["a"]["response"]["x"] == {name: expected}


def test_two_exports_cannot_be_compared() -> None:
    """The key is fresh unless it is given."""
    assert Masker().serial(SERIAL) != Masker().serial(SERIAL)


def test_many_addresses_stay_apart_and_in_the_ranges_for_documentation() -> None:
    """A recorder knows a lot of them."""
    masker = Masker(b"key")
    masks = {masker.text(f"10.0.{number // 250}.{number % 250 + 1}") for number in range(700)}
    assert len(masks) == 700
    assert {mask.rpartition(".")[0] for mask in masks} == {"192.0.2", "198.51.100", "203.0.113"}


def test_the_report_is_json_without_secrets() -> None:
    """Counters, stream, refusals and unknown types go through the same masks."""
    recording = Recording()
    recording.take(
        "System/deviceInfo", answered(f"<DeviceInfo><serialNumber>{SERIAL}</serialNumber></DeviceInfo>".encode())
    )
    made = report(
        recording,
        refused={"x": "refused by 10.0.0.9"},
        counters={"malformed": {"a": 1}, "last": None, "password": "hunter22"},
        stream={"peer": "10.0.0.9", "parts": 3, "recent": (f"{SERIAL}", 1.5), "up": True},
        unknown_types={"strange": 2},
        clock_offset=1.26,
    )
    text = json.dumps(made)
    for secret in (SERIAL, "10.0.0.9", "hunter22"):
        assert secret not in text
    assert made["stream"]["peer"] in made["refused"]["x"]
    assert (made["stream"]["parts"], made["unknown_types"], made["clock_offset"]) == (3, {"strange": 2}, 1.3)
    assert (
        report(recording, refused={}, counters={}, stream={}, unknown_types={}, clock_offset=None)["clock_offset"]
        is None
    )


def shape(inventory: Inventory) -> list[tuple[object, ...]]:
    """Return an inventory without what is masked: ids, serials, MACs and addresses."""
    numbers = {device_id: index for index, device_id in enumerate(inventory.devices)}
    return [
        *(
            (device.name, device.kind, device.model, device.firmware, numbers.get(device.parent or ""))
            for device in inventory.devices.values()
        ),
        *((numbers[f.device_id], f.type, f.kind, f.part, f.label, f.enabled) for f in inventory.features.values()),
    ]


async def read(device: Any) -> tuple[Inventory, dict[str, Any]]:
    """Read a device's inventory, and export what it answered."""
    recording = Recording()
    async with connected(device, Time(), hook=recording.take) as client:
        reader = InventoryReader(client)
        facts = await reader.read()
        facts = await reader.complete() or facts
    return build(facts, {}), export(recording)


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("profile", ["ipc", "ipc-noio", "dome", "thermal", "nvr", "dvr"])
async def test_a_users_file_replays_as_the_same_device(profile: str) -> None:
    """Export, replay, read again: everything is there but what was masked."""
    async with IsapiSimulator(profile=profile) as device:
        original, rows = await read(device)
        serial, mac = device.setup.serial, device.setup.mac
    text = json.dumps({"data": {"ISAPI": rows}})
    assert serial not in text
    assert mac not in text
    async with IsapiReplay(json.loads(text)) as again:
        replayed, rows_again = await read(again)
    assert shape(replayed) == shape(original)
    assert rows_again.keys() == rows.keys()
    assert set(replayed.devices).isdisjoint(original.devices)


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("name", devices.every())
async def test_a_real_device_replays_as_itself(name: str) -> None:
    """The same with recorded answers."""
    async with IsapiReplay(devices.recording(name)) as device:
        original, rows = await read(device)
    async with IsapiReplay(json.loads(json.dumps({"data": {"ISAPI": rows}}))) as again:
        replayed, _ = await read(again)
    assert shape(replayed) == shape(original)
