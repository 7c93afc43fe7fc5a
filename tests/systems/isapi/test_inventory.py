"""What becomes of a device: on every kind of it, and whatever it answers."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
import random
import time
from typing import Any

from lxml import etree
import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    NotActivatedError,
    ProtocolError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.isapi import features
from custom_components.hikvision_ivm.systems.isapi.event_types import EVENT_TYPES
from custom_components.hikvision_ivm.systems.isapi.inventory import facts_of
from custom_components.hikvision_ivm.systems.isapi.records import Trigger
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    ButtonFeature,
    CameraFeature,
    EventFeature,
    Feature,
    Inventory,
    SensorFeature,
    Source,
    SwitchFeature,
)
from custom_components.hikvision_ivm.systems.transport.xml import parse
from simulators.isapi import PROFILES, IsapiSimulator

from .conftest import Clock, Connect, KeepingSink, Read

PARTS = (
    "System/capabilities", "Streaming/channels", "Event/triggers", "System/status", "ContentMgmt/Storage",
    "ContentMgmt/InputProxy/channels", "System/IO/inputs", "System/IO/outputs", "ContentMgmt/IOProxy/inputs",
    "ContentMgmt/IOProxy/outputs",
)  # fmt: skip
NOT_ACTIVATED = (
    b"<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString>"
    b"<subStatusCode>notActivated</subStatusCode></ResponseStatus>"
)


def kinds(inventory: Inventory, feature_type: type[Feature], device: str | None = None) -> set[Kind]:
    """Return the kinds of features of a type."""
    return {one.kind for one in inventory.of(feature_type) if device is None or one.device_id == device}


@pytest.mark.parametrize(
    ("profile", "channels", "budget", "devices", "mains"),
    [
        ("ipc", None, 8, 1, 1),
        ("ipc-noio", None, 8, 1, 1),
        ("ipc-old", None, 8, 1, 1),
        ("dome", None, 8, 3, 2),
        ("thermal", None, 8, 3, 2),
        ("door", None, 8, 1, 1),
        ("dvr", None, 14, 5, 4),
        ("nvr", 1, 14, 2, 1),
        ("nvr", 18, 14, 19, 18),
        ("nvr", 64, 14, 65, 64),
    ],
)
async def test_requests_and_devices(
    read: Read, sink: KeepingSink, profile: str, channels: int | None, budget: int, devices: int, mains: int
) -> None:
    """The number of requests does not depend on the number of channels, and what is left over is bounded."""
    settings: dict[str, Any] = {} if channels is None else {"channels": channels}
    async with IsapiSimulator(profile=profile, **settings) as device:
        system, inventory = await read(device)
        assert len(device.requests) <= budget
        assert len(inventory.devices) == devices
        cameras = Counter(camera.kind for camera in inventory.of(CameraFeature) if camera.enabled)
        assert cameras == {Kind.MAIN_STREAM: mains}
        before = len(device.requests)
        await system.prime(sink, set(inventory.features))
        assert len(device.requests) - before <= 60


def test_every_profile_is_tested() -> None:
    """A new kind of simulated device gets a row above; the hostile one is below."""
    assert set(PROFILES) == {"ipc", "ipc-noio", "ipc-old", "dome", "thermal", "door", "dvr", "nvr", "hostile"}


async def test_camera(read: Read) -> None:
    """A camera with one sensor is one device that has everything."""
    async with IsapiSimulator(profile="ipc") as device:
        _, inventory = await read(device)
    (only,) = inventory.devices.values()
    assert only.parent is None
    assert only.serial == only.id
    assert only.manufacturer == "Hikvision"
    assert only.url == device.url
    assert only.mac is not None
    main, sub = inventory.of(CameraFeature)
    assert (main.part, main.enabled, main.codec is not None) == ("101", True, True)
    assert (sub.part, sub.enabled, sub.kind) == ("102", False, Kind.SUB_STREAM)
    assert main.width is not None
    assert main.width > (sub.width or 0)
    seen = kinds(inventory, BinarySensorFeature)
    assert {Kind.MOTION, Kind.LINE_CROSSING, Kind.ALARM_INPUT, Kind.EVENT_STREAM, Kind.DISK_PROBLEM} <= seen
    assert Kind.ONLINE not in seen
    sensors = {(one.kind, one.source) for one in inventory.of(BinarySensorFeature)}
    assert (Kind.MOTION, Source.PUSH) in sensors
    assert (Kind.ALARM_INPUT, Source.BOTH) in sensors
    assert (Kind.EVENT_STREAM, Source.ALWAYS) in sensors
    told = {event.kind: set(event.event_types) for event in inventory.of(EventFeature)}
    assert {Kind.LINE_CROSSING, Kind.MOTION, Kind.UNKNOWN_EVENT} <= told[Kind.DETECTION]
    assert {Kind.ILLEGAL_LOGIN, Kind.ALARM_INPUT, Kind.UNKNOWN_EVENT} <= told[Kind.DEVICE_EVENT]
    assert not told[Kind.DETECTION] & {Kind.ILLEGAL_LOGIN, Kind.DISK_FULL}
    assert {Kind.CPU_USAGE, Kind.MEMORY_USAGE, Kind.UPTIME, Kind.LAST_EVENT} <= kinds(inventory, SensorFeature)
    assert Kind.REBOOT in kinds(inventory, ButtonFeature)
    assert Kind.ALARM_OUTPUT in kinds(inventory, SwitchFeature)


async def test_recorder(read: Read) -> None:
    """Cameras hang below the recorder, which keeps what is its own."""
    async with IsapiSimulator(profile="nvr", channels=3) as device:
        system, inventory = await read(device)
    root = system.facts.device_id
    assert [one.parent for one in inventory.devices.values()] == [None, root, root, root]
    assert set(inventory.devices) == {root, f"{root}_1", f"{root}_2", f"{root}_3"}
    assert {Kind.ONLINE, Kind.MOTION, Kind.VIDEO_LOSS} <= kinds(inventory, BinarySensorFeature, f"{root}_2")
    assert kinds(inventory, BinarySensorFeature, root).isdisjoint({Kind.MOTION, Kind.ONLINE, Kind.VIDEO_SIGNAL})
    proxied = [
        one for one in inventory.of(BinarySensorFeature) if one.kind is Kind.ALARM_INPUT and one.device_id != root
    ]
    assert proxied
    assert all(int(one.part) // 100 == int(one.device_id.rpartition("_")[2]) for one in proxied)
    assert system.choices("channels").keys() == {"1", "2", "3"}
    assert system.choices("streams") == {}


async def test_analogue_recorder(read: Read) -> None:
    """Analogue inputs tell whether they get a picture, and are no network cameras."""
    async with IsapiSimulator(profile="dvr") as device:
        system, inventory = await read(device)
    sensors = kinds(inventory, BinarySensorFeature)
    assert Kind.VIDEO_SIGNAL in sensors
    assert Kind.ONLINE not in sensors
    assert sorted(set(system.facts.video_signal.values())) == [False, True]


async def test_pulsed_output_is_a_button(read: Read) -> None:
    """What falls back by itself is no switch; neither is a door opener."""
    async with IsapiSimulator(profile="ipc") as device:
        device.documents["System/IO/outputs/1"] = device.documents["System/IO/outputs/1"].replace(
            "<outputState>high</outputState>", "<outputState>pulse</outputState><pulseDuration>3000</pulseDuration>"
        )
        _, inventory = await read(device)
        assert Kind.OUTPUT_PULSE in kinds(inventory, ButtonFeature)
        assert Kind.ALARM_OUTPUT not in kinds(inventory, SwitchFeature)
    async with IsapiSimulator(profile="door") as device:
        _, inventory = await read(device)
        assert Kind.ELECTRIC_LOCK in kinds(inventory, ButtonFeature)


async def test_options(read: Read) -> None:
    """Channels, streams, push and hold times are the user's choice."""
    async with IsapiSimulator(profile="nvr", channels=4) as device:
        options = {"channels": ["2", "4"], "streams": [], "push": False, "hold_motion": 42, "hold_smart": "junk"}
        system, inventory = await read(device, options=options)
        root = system.facts.device_id
        assert set(inventory.devices) == {root, f"{root}_2", f"{root}_4"}
        assert system.choices("channels").keys() == {"1", "2", "3", "4"}
        assert {camera.part for camera in inventory.of(CameraFeature)} == {"201", "401"}
        assert Kind.EVENT_STREAM not in kinds(inventory, BinarySensorFeature)
        holds = {one.kind: one.hold for one in inventory.of(BinarySensorFeature)}
        assert (holds[Kind.MOTION], holds[Kind.LINE_CROSSING], holds[Kind.VIDEO_LOSS]) == (42, 5, 5)
        assert holds[Kind.ALARM_INPUT] is None
        choices: tuple[list[str] | None, ...] = ([], None)
        for every in choices:
            _, inventory = await read(device, options={"channels": every})
            assert len(inventory.devices) == 5


def test_hold_times() -> None:
    """The user's choice counts; a trigger that repeats in long intervals, or promises an end, prolongs it."""
    row = EVENT_TYPES["vmd"]

    def hold(recurrence: str | None, interval: int | None = None, chosen: object = 5) -> float:
        trigger = Trigger(id="VMD-1", type="vmd", recurrence=recurrence, interval=interval)
        return features.hold_seconds(row, {"hold_motion": chosen}, trigger)

    assert hold(None) == hold("beginning") == hold("recurring") == 5
    assert hold("recurring", 10_000) == 22
    assert hold("recurring", 10_000, 30) == 30
    assert hold("recurring", 10**9) == hold("beginningandend") == 600
    assert hold(None, None, 0) == 1
    assert hold(None, None, 10**9) == 600
    values: tuple[object, ...] = (None, "x", True, [])
    for junk in values:
        assert hold(None, None, junk) == 5


async def test_sensors_that_are_not_told_are_disabled(read: Read) -> None:
    """An event that no method delivers to us gets a sensor that waits until somebody wants it."""
    async with IsapiSimulator(profile="ipc") as device:
        _, inventory = await read(device)
        enabled = {one.kind: one.enabled for one in inventory.of(BinarySensorFeature)}
        assert enabled[Kind.MOTION] is True
        assert enabled[Kind.NETWORK_BROKEN] is False


async def test_left_over_parts_come_later(read: Read, sink: KeepingSink) -> None:
    """What the budget did not allow is read in the background and grows the inventory."""
    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)
        assert Kind.SCENE_CHANGE not in kinds(inventory, BinarySensorFeature)
        await system.prime(sink, set())
        assert Kind.SCENE_CHANGE in kinds(sink.inventories[-1], BinarySensorFeature)


async def test_terminals_that_only_are_counted(read: Read, sink: KeepingSink) -> None:
    """Where no list of terminals answers, the stated numbers count, and every part is asked for once."""
    async with IsapiSimulator(profile="ipc") as device:
        for path in ("System/IO", "System/IO/inputs", "System/IO/outputs"):
            device.fault(path, status=403)
        system, inventory = await read(device)
        await system.prime(sink, set(inventory.features))
        assert Kind.ALARM_INPUT in kinds(inventory, BinarySensorFeature)
        assert Kind.ALARM_OUTPUT in kinds(inventory, SwitchFeature)
        assert device.count("GET", "System/IO/inputs") == 1


async def test_several_lenses(read: Read) -> None:
    """The events of further lenses are in the capabilities of their channel; the budget holds."""
    async with IsapiSimulator(profile="dome") as device:
        capabilities = device.documents["System/capabilities"]
        end = capabilities.rindex("</")
        flag = "<isSupportChannelEventCap>true</isSupportChannelEventCap>"
        device.documents["System/capabilities"] = capabilities[:end] + flag + capabilities[end:]
        listed = b"<ChannelEventCap><eventType opt='VMD,loitering,ROI'/><channelID>2</channelID></ChannelEventCap>"
        device.fault("Event/channels/capabilities", status=200, body=listed)
        system, inventory = await read(device)
        second = f"{system.facts.device_id}_2"
        enabled = {one.kind: one.enabled for one in inventory.of(BinarySensorFeature) if one.device_id == second}
        assert enabled[Kind.MOTION] is True
        assert enabled[Kind.LOITERING] is False
        assert device.count("GET", "Event/channels/capabilities") == 1
        assert len(device.requests) <= 8


FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 400}, {"status": 403}, {"status": 404}, {"status": 500}, {"drop": True}, {"cut": 40},
    {"status": 200, "body": b""}, {"status": 200, "body": b"<html><body>Login</body></html>"},
    {"status": 200, "body": b"<Other><id>1</id></Other>"}, {"status": 200, "body": b'{"a": [1]}'},
)  # fmt: skip


@pytest.mark.parametrize("path", PARTS)
async def test_a_part_that_fails_is_left_out(read: Read, path: str) -> None:
    """The rest stands, whatever part fails in whatever way."""
    async with IsapiSimulator(profile="nvr", channels=2) as device:
        for fault in FAULTS:
            device.clear_faults()
            device.fault(path, **fault)
            system, inventory = await read(device, runtime=Clock().runtime())
            assert system.facts.device_id in inventory.devices, fault
            if path != "ContentMgmt/InputProxy/channels":
                assert len(inventory.devices) == 3, fault
            if path not in ("ContentMgmt/InputProxy/channels", "Streaming/channels"):
                assert len({camera.part for camera in inventory.of(CameraFeature)}) >= 4, fault


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 404}, ProtocolError),
        ({"status": 403}, ProtocolError),
        ({"status": 200, "body": b"<html><body>Router</body></html>"}, ProtocolError),
        ({"status": 200, "body": b"<DeviceInfo><model>x</model></DeviceInfo>"}, ProtocolError),
        ({"status": 200, "body": b"hello"}, ProtocolError),
        ({"status": 403, "body": NOT_ACTIVATED}, NotActivatedError),
        ({"status": 403, "body": NOT_ACTIVATED.replace(b"notActivated", b"lowPrivilege")}, InsufficientRightsError),
        ({"drop": True}, ConnectionFailedError),
        ({"cut": 100}, ConnectionFailedError),
    ],
)
async def test_who_answers_must_be_known(connect: Connect, fault: dict[str, Any], error: type[SystemFailure]) -> None:
    """Nothing goes on without an identity; the next try asks again."""
    async with IsapiSimulator(profile="ipc") as device:
        failing = device.fault("System/deviceInfo", **fault)
        system = connect(device)
        with pytest.raises(error):
            await system.identify()
        failing.times = 0
        assert (await system.identify()).unique_id


async def test_wrong_password(connect: Connect) -> None:
    """One login, then an error about credentials, with the attempts that are left."""
    async with IsapiSimulator(profile="ipc") as device:
        system = connect(device, password="wrong")
        with pytest.raises(AuthenticationError) as caught:
            await system.identify()
        assert caught.value.attempts_left is not None


async def test_password_changed_in_between(read: Read) -> None:
    """Credentials that stop working end the reading of an inventory."""
    async with IsapiSimulator(profile="ipc") as device:
        system, _ = await read(device)
        device.change_password("Another1")
        with pytest.raises(AuthenticationError):
            await system.inventory()


async def test_another_device_at_the_address(read: Read) -> None:
    """A device that was exchanged is never taken for the one before."""
    async with IsapiSimulator(profile="ipc") as device:
        system, _ = await read(device)
        info = device.documents["System/deviceInfo"]
        device.documents["System/deviceInfo"] = info.replace("<serialNumber>", "<serialNumber>X")
        with pytest.raises(ProtocolError):
            await system.inventory()


async def test_a_device_that_vanishes_after_it_said_who_it_is(connect: Connect) -> None:
    """An identity alone is no inventory."""
    async with IsapiSimulator(profile="nvr") as device:
        system = connect(device)
        await system.identify()
    with pytest.raises(ConnectionFailedError):
        await system.inventory()


async def test_streams_that_are_switched_off(read: Read) -> None:
    """They are no cameras."""
    async with IsapiSimulator(profile="ipc") as device:
        sub = device.documents["Streaming/channels/102"]
        device.documents["Streaming/channels/102"] = sub.replace("<enabled>true", "<enabled>false", 1)
        _, inventory = await read(device)
        assert {camera.part for camera in inventory.of(CameraFeature)} == {"101"}


async def test_a_vanished_device(read: Read, sink: KeepingSink) -> None:
    """Nothing answers: every way of reading says so."""
    device = IsapiSimulator(profile="ipc")
    async with device:
        system, inventory = await read(device)
    for work in (system.inventory(), *(system.poll(tier, sink, set(inventory.features)) for tier in (Tier.STATUS,))):
        with pytest.raises(ConnectionFailedError):
            await work
    assert not sink.inventories


async def test_later_inventories(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """Delivered only when something changed; a failed or partial reading removes nothing."""
    async with IsapiSimulator(profile="nvr", channels=3) as device:
        system, inventory = await read(device)
        wanted = set(inventory.features)

        async def again() -> list[Inventory]:
            clock.passed += 1000
            sink.inventories.clear()
            await system.poll(Tier.INVENTORY, sink, wanted)
            return sink.inventories

        assert not await again()
        faults = [device.fault(path, status=500) for path in PARTS]
        assert not await again()
        for fault in faults:
            fault.times = 0
        broken = device.fault("ContentMgmt/InputProxy/channels", cut=60)
        assert not await again()
        broken.times = 0
        listed = await system.client.get("ContentMgmt/InputProxy/channels")
        listed.remove(listed[-1])
        device.fault("ContentMgmt/InputProxy/channels", status=200, body=etree.tostring(listed))
        (changed,) = await again()
        assert len(changed.devices) == len(inventory.devices) - 1
        before = len(device.requests)
        await system.poll(Tier.INVENTORY, sink, wanted)
        assert len(device.requests) == before


async def test_a_part_that_was_missed_comes_soon(connect: Connect, sink: KeepingSink) -> None:
    """A list that did not come in time is not a list that does not exist: the inventory is read again soon."""
    async with IsapiSimulator(profile="nvr", channels=2) as device:
        system = connect(device)
        await system.identify()
        system.client.http.policy = replace(system.client.http.policy, read=0.1)
        slow = device.fault("ContentMgmt/InputProxy/channels", delay=0.5)
        inventory = await system.inventory()
        assert system.periods(push_healthy=True)[Tier.INVENTORY] == 900
        slow.times = 0
        system.client.http.policy = replace(system.client.http.policy, read=5)
        await system.poll(Tier.INVENTORY, sink, set(inventory.features))
        named = [one.name for one in sink.inventories[-1].devices.values() if one.parent]
        assert len(named) == 2
        assert not any("Channel" in name for name in named)
        assert system.periods(push_healthy=True)[Tier.INVENTORY] == 1800


async def test_streams_one_by_one_although_another_part_is_lost(read: Read) -> None:
    """A dropped connection elsewhere does not keep the cameras away."""
    async with IsapiSimulator(profile="nvr", channels=2) as device:
        device.fault("ContentMgmt/Storage", drop=True)
        device.fault("Streaming/channels", status=403)
        _, inventory = await read(device)
        assert {camera.part for camera in inventory.of(CameraFeature)} == {"101", "102", "201", "202"}


async def test_temperatures(read: Read, sink: KeepingSink) -> None:
    """A sensor for each, of interest to few."""
    body = b"".join(
        b"<Temperature><tempSensorDescription>%s</tempSensorDescription><temperature>40</temperature></Temperature>"
        % name
        for name in (b"Board", b"Lens")
    )
    async with IsapiSimulator(profile="ipc") as device:
        device.fault(
            "System/status",
            status=200,
            body=b"<DeviceStatus><TemperatureList>%s</TemperatureList></DeviceStatus>" % body,
        )
        system, inventory = await read(device)
        sensors = [one for one in inventory.of(SensorFeature) if one.kind is Kind.TEMPERATURE]
        assert [(one.part, one.label, one.unit, one.enabled) for one in sensors] == [
            ("Board", "Board", "°C", False),
            ("Lens", "Lens", "°C", False),
        ]
        assert Kind.CPU_USAGE not in kinds(inventory, SensorFeature)
        await system.prime(sink, set(inventory.features))
        assert [sink.values[one.id] for one in sensors] == [40.0, 40.0]


async def test_concurrent_answers_in_any_order(read: Read) -> None:
    """Slow parts do not change the result."""
    async with IsapiSimulator(profile="nvr", channels=2) as device:
        _, quick = await read(device)
        device.fault("Streaming/channels", delay=0.05)
        device.fault("Event/triggers", delay=0.02)
        _, slow = await read(device)
        assert list(quick.features) == list(slow.features)


def test_nothing_but_who_it_is() -> None:
    """With nothing else readable there is a device with a reboot button and an event entity."""
    info = parse(b"<DeviceInfo><serialNumber>S</serialNumber><deviceType>NVR</deviceType></DeviceInfo>")
    inventory = features.build(facts_of({"System/deviceInfo": info}), {})
    assert list(inventory.devices) == ["S"]
    assert kinds(inventory, ButtonFeature) == {Kind.REBOOT}
    assert kinds(inventory, EventFeature) == {Kind.DEVICE_EVENT}


# Documents that were damaged at random

JUNK = (
    "",
    " ",
    "x",
    "-1",
    "0",
    "NaN",
    "99999999999999999999",
    "true",
    "１２",
    "1.5",
    "<",
    "\u0000".strip("\x00"),
    "é" * 300,
)


def drop(root: etree._Element, at: etree._Element, chance: random.Random) -> None:
    """Take an element out."""
    if (parent := at.getparent()) is not None:
        parent.remove(at)


def double(root: etree._Element, at: etree._Element, chance: random.Random) -> None:
    """Repeat an element."""
    if (parent := at.getparent()) is not None:
        parent.insert(0, etree.fromstring(etree.tostring(at)))


def retag(root: etree._Element, at: etree._Element, chance: random.Random) -> None:
    """Give an element the name of another."""
    at.tag = chance.choice([one.tag for one in root.iter(etree.Element)])


def retext(root: etree._Element, at: etree._Element, chance: random.Random) -> None:
    """Change a text."""
    at.text = chance.choice(JUNK)


def empty(root: etree._Element, at: etree._Element, chance: random.Random) -> None:
    """Take everything out of an element."""
    for child in list(at):
        at.remove(child)


DAMAGES: tuple[Callable[[etree._Element, etree._Element, random.Random], None], ...] = (
    drop,
    double,
    retag,
    retext,
    empty,
)


def damaged(text: str, chance: random.Random) -> etree._Element | None:
    """Return a document with some damage, or None."""
    if chance.random() < 0.05:
        return None
    root = etree.fromstring(text.encode())
    for _ in range(chance.randrange(6)):
        elements = list(root.iter(etree.Element))
        chance.choice(DAMAGES)(root, chance.choice(elements), chance)
    return root


@pytest.mark.parametrize("profile", ["ipc", "dome", "nvr", "dvr"])
async def test_damaged_documents(read: Read, profile: str) -> None:
    """Whatever documents look like, there is an inventory or a clear error, never anything else."""
    async with IsapiSimulator(profile=profile) as device:
        system, _ = await read(device)
        await system.prime(KeepingSink(), set())
        texts = {path: etree.tostring(root).decode() for path, root in system._reader.documents.items()}  # noqa: SLF001
    chance = random.Random(f"seed {profile}")
    built = 0
    for _ in range(150):
        documents = {path: root for path, text in texts.items() if (root := damaged(text, chance)) is not None}
        try:
            facts = facts_of({"System/deviceInfo": etree.fromstring(texts["System/deviceInfo"]), **documents})
        except SystemFailure:
            continue
        inventory = features.build(facts, {"channels": chance.choice([[], ["1"], ["x"], None])})
        assert facts.device_id in inventory.devices
        built += 1
    assert built > 75


async def test_damaged_answers(read: Read) -> None:
    """The same over the wire: bytes are cut, doubled and exchanged at random in every answer."""
    chance = random.Random(20261120)
    async with IsapiSimulator(profile="dvr") as device:
        originals = dict(device.documents)
        succeeded = 0
        for _ in range(15):
            for path in ("System/capabilities", *PARTS, "System/Video/inputs/channels"):
                if (text := originals.get(path)) is None:
                    continue
                at, length = chance.randrange(len(text)), chance.randrange(40)
                device.documents[path] = chance.choice(
                    [
                        text,
                        text[:at],
                        text[:at] + text[at + length :],
                        text[:at] + text[at : at + length] * 3 + text[at:],
                    ]
                )
            try:
                _, inventory = await read(device)
            except SystemFailure:
                continue
            assert inventory.devices
            succeeded += 1
        assert succeeded > 5


async def test_large_recorder_is_quick(read: Read) -> None:
    """64 channels are built in a moment, and the event loop is not held for long."""
    async with IsapiSimulator(profile="nvr", channels=64) as device:
        system, _ = await read(device)
        started = time.perf_counter()
        inventory = features.build(system.facts, {})
        assert time.perf_counter() - started < 0.5
        assert len(inventory.features) > 1000
        await asyncio.sleep(0)
