"""Values that cannot be pushed: what they are, what they cost, and what a failing part does."""

from collections import Counter
from datetime import timedelta
import logging
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest, PushState, Runtime, Tier
from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi.details import BURST
from custom_components.hikvision_ivm.systems.isapi.health import health_of
from custom_components.hikvision_ivm.systems.isapi.storage import disks_of, is_problem
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    ButtonFeature,
    CameraFeature,
    Feature,
    ImageFeature,
    Inventory,
    Problem,
    SwitchFeature,
)
from custom_components.hikvision_ivm.systems.transport.xml import parse
from simulators.isapi import IsapiSimulator

from .conftest import Clock, Connect, KeepingSink, Read

ONLINE = "ContentMgmt/InputProxy/channels/status"
LOW_PRIVILEGE = (
    b"<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString>"
    b"<subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>"
)


def of(inventory: Inventory, kind: Kind, feature_type: type[Feature] = Feature) -> list[Feature]:
    """Return the features of a kind."""
    return [one for one in inventory.features.values() if one.kind is kind and isinstance(one, feature_type)]


def value(sink: KeepingSink, inventory: Inventory, kind: Kind, feature_type: type[Feature] = Feature) -> Any:
    """Return the value of the only feature of a kind."""
    (only,) = of(inventory, kind, feature_type)
    return sink.values[only.id]


async def test_values_of_a_camera(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """After the details were read, everything that can be polled has a value."""
    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)
        wanted = set(inventory.features)
        await system.prime(sink, wanted)
        assert 0 <= value(sink, inventory, Kind.CPU_USAGE) <= 100
        assert 0 < value(sink, inventory, Kind.MEMORY_USAGE) < 100
        assert value(sink, inventory, Kind.UPTIME) <= clock.now()
        assert value(sink, inventory, Kind.ALARM_INPUT) is False
        assert value(sink, inventory, Kind.ALARM_OUTPUT) is False
        assert value(sink, inventory, Kind.MOTION, SwitchFeature) is True
        for kind in (Kind.DISK_STATE, Kind.DISK_FREE, Kind.DISK_CAPACITY, Kind.DISK_PROBLEM):
            assert {sink.values[one.id] for one in of(inventory, kind)}.isdisjoint({None, UNKNOWN})
        device.set_input("1", True, tell=False)
        device.switch_output("1", True)
        await system.poll(Tier.STATUS, sink, wanted)
        assert value(sink, inventory, Kind.ALARM_INPUT) is True
        assert value(sink, inventory, Kind.ALARM_OUTPUT) is True


async def test_uptime_only_moves_when_the_device_restarted(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """A start that wanders by seconds is not told anew."""
    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)

        async def started(uptime: float) -> Any:
            device.fault("System/status", status=200, times=1, body=(
                b"<DeviceStatus><deviceUpTime>%d</deviceUpTime></DeviceStatus>" % uptime
            ))  # fmt: skip
            await system.poll(Tier.STATUS, sink, set())
            return value(sink, inventory, Kind.UPTIME)

        first = await started(1000)
        assert first == (clock.now() - timedelta(seconds=1000)).replace(microsecond=0)
        clock.passed += 75
        assert await started(1075 + 59) == first
        assert await started(1075 + 61) == first - timedelta(seconds=61)
        assert await started(5) == clock.now() - timedelta(seconds=5)
        assert await started(10**15) == clock.now() - timedelta(seconds=5)


def test_health_of_any_shape() -> None:
    """Averages, ratios, and nothing where nothing was said."""
    full = health_of(parse(
        b"<DeviceStatus><TemperatureList><Temperature><tempSensorDescription>Board</tempSensorDescription>"
        b"<temperature>41.5</temperature></Temperature><Temperature><temperature>-3</temperature></Temperature>"
        b"<Temperature><tempSensorDescription>Board</tempSensorDescription><temperature>x</temperature></Temperature>"
        b"</TemperatureList><CPUList><CPU><cpuUtilization>20</cpuUtilization></CPU><CPU><cpuUtilization>41</cpuUtilization>"
        b"</CPU><CPU/></CPUList><MemoryList><Memory><memoryUsage>750</memoryUsage><memoryAvailable>250</memoryAvailable>"
        b"</Memory><Memory><memoryUsage>5</memoryUsage></Memory></MemoryList></DeviceStatus>"
    ))  # fmt: skip
    assert (full.cpu, full.memory, full.uptime) == (30.5, 75.0, None)
    assert full.temperatures == {"Board": 41.5, "2": -3.0}
    empty = health_of(parse(b"<DeviceStatus><CPUList/><MemoryList><Memory/></MemoryList></DeviceStatus>"))
    assert (empty.cpu, empty.memory, dict(empty.temperatures)) == (None, None, {})
    assert health_of(parse(b"<x><CPU><cpuUtilization>900</cpuUtilization></CPU></x>")).cpu == 100


def test_disks_of_any_shape() -> None:
    """A disk is a problem when the device says so; silence is no problem and no health."""
    disks = disks_of(parse(
        b"<storage><hddList size='2'><hdd><id>1</id><hddName>hdd1</hddName><status>ok</status><capacity>100</capacity>"
        b"<freeSpace>0</freeSpace></hdd><hdd><id>2</id><status>Error</status><capacity>-1</capacity></hdd><hdd><id>3</id></hdd>"
        b"<hdd/></hddList><nasList><nas><id>9</id><path>/x</path><status>offline</status></nas><nas><id>1</id></nas></nasList>"
        b"</storage>"
    ))  # fmt: skip
    assert [(one.id, one.network, one.name) for one in disks] == [
        ("1", False, "hdd1"), ("2", False, None), ("3", False, None), ("9", True, "/x"), ("nas1", True, None),
    ]  # fmt: skip
    assert [is_problem(one) for one in disks] == [False, True, None, True, None]
    assert (disks[0].free, disks[0].capacity, disks[1].capacity) == (0.0, 100.0, None)


async def test_online_states(read: Read, sink: KeepingSink) -> None:
    """A camera that is away is told, with its device; one that is not mentioned keeps its state."""
    async with IsapiSimulator(profile="nvr", channels=3) as device:
        system, inventory = await read(device)
        wanted = set(inventory.features)
        device.set_online(2, False)
        device.set_online(3, None)
        await system.poll(Tier.STATUS, sink, wanted)
        root = system.facts.device_id
        states = {one.device_id: sink.values[one.id] for one in of(inventory, Kind.ONLINE)}
        assert states == {f"{root}_1": True, f"{root}_2": False, f"{root}_3": UNKNOWN}
        assert sink.available == {f"{root}_1": True, f"{root}_2": False}


async def test_a_camera_that_is_away_is_not_asked(read: Read, sink: KeepingSink) -> None:
    """It would refuse everything; back again, it is asked, even what it refused before."""
    async with IsapiSimulator(profile="nvr", channels=2) as device:
        system, inventory = await read(device)
        second = f"{system.facts.device_id}_2"
        wanted = {one.id for one in inventory.features.values() if one.device_id == second}
        path = "ContentMgmt/InputProxy/channels/2/video/motionDetection"
        refused = device.fault(path, status=403)
        device.fault("Smart/FieldDetection/2", status=403)
        await system.prime(sink, wanted)
        assert {path, "Smart/FieldDetection/2"} <= system.client.refused.keys()
        await system.poll(Tier.STATUS, sink, wanted)
        assert {path, "Smart/FieldDetection/2"} <= system.client.refused.keys()
        device.set_online(2, False)
        await system.poll(Tier.STATUS, sink, wanted)
        before = len(device.requests)
        await system.poll(Tier.DETAIL, sink, wanted)
        assert len(device.requests) == before
        device.set_online(2, True)
        await system.poll(Tier.STATUS, sink, wanted)
        assert not {path, "Smart/FieldDetection/2"} & system.client.refused.keys()
        refused.times = 0
        for _ in range(20):
            await system.poll(Tier.DETAIL, sink, wanted)
        (motion,) = [one for one in of(inventory, Kind.MOTION, SwitchFeature) if one.device_id == second]
        assert sink.values[motion.id] is not UNKNOWN


async def test_switches_the_device_does_not_have(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """A setting whose document is refused is taken back, now and after a restart; a missing right takes nothing back."""
    async with IsapiSimulator(profile="ipc") as device:
        device.fault("Smart/FieldDetection*", status=404)
        device.fault("Smart/LineDetection*", status=403, body=LOW_PRIVILEGE)
        system, inventory = await read(device)
        assert of(inventory, Kind.INTRUSION, SwitchFeature)
        await system.prime(sink, set(inventory.features))
        assert not of(sink.inventories[-1], Kind.INTRUSION, SwitchFeature)
        assert of(sink.inventories[-1], Kind.LINE_CROSSING, SwitchFeature)
        assert "missing_right" in sink.problem_keys["device"]
        for _ in range(20):
            before = len(device.requests)
            clock.passed += 60
            await system.poll(Tier.DETAIL, sink, set(inventory.features))
            assert len(device.requests) - before == 1
        _, later = await read(device)
        assert not of(later, Kind.INTRUSION, SwitchFeature)


async def test_a_right_given_on_the_device(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """Within half an hour the problem is gone and what it hid is read, without a reload."""
    async with IsapiSimulator(profile="ipc") as device:
        device.fault("Smart/LineDetection*", status=403, body=LOW_PRIVILEGE)
        system, inventory = await read(device)
        wanted = set(inventory.features)
        (switch,) = of(inventory, Kind.LINE_CROSSING, SwitchFeature)
        await system.prime(sink, wanted)
        assert "missing_right" in sink.problem_keys["device"]
        assert sink.values.get(switch.id, UNKNOWN) is UNKNOWN
        device.clear_faults()
        clock.passed += 1800
        before = len(device.requests)
        await system.poll(Tier.COUNTERS, sink, wanted)
        assert "missing_right" not in sink.problem_keys["device"]
        assert len(device.requests) - before <= 6
        for _ in range(20):
            clock.passed += 120
            await system.poll(Tier.DETAIL, sink, wanted)
        assert isinstance(sink.values[switch.id], bool)


async def test_only_what_is_looked_at_is_read(read: Read, sink: KeepingSink) -> None:
    """Without entities nothing but the state of the device itself is asked for."""
    async with IsapiSimulator(profile="nvr", channels=4) as device:
        system, _ = await read(device)
        device.requests.clear()
        for tier in (Tier.STATUS, Tier.DETAIL):
            await system.poll(tier, sink, set())
        assert [record.path for record in device.requests] == ["System/status"]


@pytest.mark.parametrize(("profile", "channels", "limit"), [("ipc", None, 3), ("dvr", None, 6), ("nvr", 32, 6)])
@pytest.mark.parametrize("lists", [True, False])
async def test_requests_per_minute(
    read: Read, sink: KeepingSink, profile: str, channels: int | None, limit: int, lists: bool
) -> None:
    """A device with a healthy stream is left alone, from the first minute on."""
    settings: dict[str, Any] = {} if channels is None else {"channels": channels}
    async with IsapiSimulator(profile=profile, **settings) as device:
        if not lists:
            for path in ("Smart/FieldDetection", "Smart/LineDetection", "Smart/FaceDetect", "System/IO/status", ONLINE):
                device.fault(path, status=403)
        system, inventory = await read(device)
        wanted = set(inventory.features)
        start = len(device.requests)
        await system.prime(sink, wanted)
        assert len(device.requests) - start <= 60
        periods = system.periods(push_healthy=True)
        minutes = 30
        start = len(device.requests)
        asked: Counter[Tier] = Counter()
        for tier, period in periods.items():
            for _ in range(int(minutes * 60 / period)):
                await system.poll(tier, sink, wanted)
                asked[tier] += 1
        assert asked[Tier.STATUS] >= minutes / 2
        assert (len(device.requests) - start) / minutes <= limit


async def test_periods(connect: Connect) -> None:
    """Without a healthy stream everything that matters is polled more often."""
    async with IsapiSimulator(profile="ipc") as device:
        system = connect(device)
        healthy, lonely = system.periods(push_healthy=True), system.periods(push_healthy=False)
    assert healthy.keys() == lonely.keys() == set(Tier)
    assert all(lonely[tier] < healthy[tier] for tier in (Tier.STATUS, Tier.DETAIL, Tier.COUNTERS))


async def test_the_burst_ends_and_the_rest_trickles(read: Read, sink: KeepingSink) -> None:
    """With refused lists not everything fits; slice by slice everything gets its value, oldest first."""
    async with IsapiSimulator(profile="nvr", channels=18) as device:
        device.fault("Smart/FaceDetect", status=403)
        device.fault("Smart/FieldDetection", status=404)
        device.fault("Smart/LineDetection", status=404)
        system, inventory = await read(device)
        switches = {one.id for one in inventory.of(SwitchFeature)}
        start = len(device.requests)
        await system.prime(sink, switches)
        assert BURST - 5 <= len(device.requests) - start <= BURST + 5
        smart = [record.path.count("/") for record in device.requests[start:] if record.path.startswith("Smart/")]
        assert smart == sorted(smart)
        missing = switches - sink.values.keys()
        assert missing
        for _ in range(len(missing)):
            await system.poll(Tier.DETAIL, sink, switches)
        assert not switches - sink.values.keys()


async def test_lists_of_settings(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """A list that the device has tells every channel at once, in the burst and later."""
    items = "".join(
        f"<FieldDetection><id>{n}</id><enabled>{n != 2}</enabled></FieldDetection>".lower() for n in (1, 2, 3)
    )
    body = f"<FieldDetectionList>{items}</FieldDetectionList>".encode()
    async with IsapiSimulator(profile="nvr", channels=3) as device:
        listed = device.fault("Smart/FieldDetection", status=200, body=body)
        system, inventory = await read(device)
        switches = of(inventory, Kind.INTRUSION, SwitchFeature)
        wanted = {one.id for one in switches}
        await system.prime(sink, wanted)
        assert [sink.values[one.id] for one in switches] == [True, False, True]
        assert device.count("GET", "Smart/") == 2
        listed.body = body.replace(b"false", b"true")
        before = len(device.requests)
        clock.passed += 60
        await system.poll(Tier.DETAIL, sink, wanted)
        assert [sink.values[one.id] for one in switches] == [True, True, True]
        assert [record.path for record in device.requests[before:]] == ["Smart/FieldDetection"]


async def test_a_device_that_vanishes_while_details_are_read(read: Read, sink: KeepingSink) -> None:
    """The burst ends with the first sign that nobody is there."""
    async with IsapiSimulator(profile="nvr", channels=18) as device:
        system, inventory = await read(device)
        for path in (
            "Smart/*",
            "ContentMgmt/InputProxy/channels/*/video/*",
            "ContentMgmt/IOProxy/*",
            "System/deviceInfo",
        ):
            device.fault(path, drop=True)
        before = len(device.requests)
        with pytest.raises(ConnectionFailedError):
            await system.prime(sink, set(inventory.features))
        assert len(device.requests) - before < 15


@pytest.mark.parametrize("path", ["System/status", ONLINE, "System/IO/status", "ContentMgmt/Storage"])
@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"drop": True}, {"status": 200, "body": b""}, {"status": 200, "body": b"<IOPortStatusList/>"},
     {"status": 200, "body": b"<html/>"}],
    ids=["500", "dropped", "empty", "other", "html"],
)  # fmt: skip
async def test_a_failing_part_fails_no_other(read: Read, sink: KeepingSink, path: str, fault: dict[str, Any]) -> None:
    """One part in trouble leaves the values of the others alone."""
    parts = {
        "System/status": Kind.CPU_USAGE,
        ONLINE: Kind.ONLINE,
        "System/IO/status": Kind.ALARM_OUTPUT,
        "ContentMgmt/Storage": Kind.DISK_STATE,
    }
    async with IsapiSimulator(profile="nvr", channels=1) as device:
        system, inventory = await read(device)
        device.fault(path, **fault)
        wanted = set(inventory.features)
        await system.poll(Tier.STATUS, sink, wanted)
        await system.poll(Tier.COUNTERS, sink, wanted)
        for other, kind in parts.items():
            told = [sink.values.get(one.id) for one in of(inventory, kind)]
            if other != path:
                assert any(one is not None and one is not UNKNOWN for one in told), kind


async def test_states_one_by_one(read: Read, sink: KeepingSink) -> None:
    """Where the lists of states are refused, states are read in turn, and the refusals are met once."""
    async with IsapiSimulator(profile="nvr", channels=5) as device:
        device.fault("System/IO/status", status=403)
        device.fault(ONLINE, status=404)
        system, inventory = await read(device)
        wanted = {
            one.id
            for kind in (Kind.ONLINE, Kind.ALARM_INPUT, Kind.ALARM_OUTPUT)
            for one in of(inventory, kind)
            if kind is Kind.ONLINE or one.device_id == system.facts.device_id
        }
        await system.poll(Tier.STATUS, sink, wanted)
        assert wanted <= sink.values.keys()
        device.set_input("3", True, tell=False)
        for _ in range(len(wanted)):
            before = len(device.requests)
            await system.poll(Tier.STATUS, sink, wanted)
            assert len(device.requests) - before <= 3
        (third,) = [one for one in of(inventory, Kind.ALARM_INPUT) if one.part == "3"]
        assert sink.values[third.id] is True
        assert device.count("GET", "System/IO/status") == device.count("GET", ONLINE) == 1


async def test_device_out_of_reach(read: Read, sink: KeepingSink) -> None:
    """No tier hides that nothing answers."""
    device = IsapiSimulator(profile="nvr", channels=2)
    async with device:
        system, inventory = await read(device)
    for tier in (Tier.STATUS, Tier.DETAIL, Tier.COUNTERS):
        with pytest.raises(ConnectionFailedError):
            await system.poll(tier, sink, set(inventory.features))


async def test_a_device_that_refuses_its_status_is_still_reachable(read: Read, sink: KeepingSink) -> None:
    """Then who it is is asked instead, so that its absence is noticed."""
    device = IsapiSimulator(profile="ipc-noio")
    async with device:
        device.fault("System/status", status=404)
        system, inventory = await read(device)
        device.requests.clear()
        await system.poll(Tier.STATUS, sink, set(inventory.features))
        assert [record.path for record in device.requests] == ["System/deviceInfo"]
    with pytest.raises(ConnectionFailedError):
        await system.poll(Tier.STATUS, sink, set(inventory.features))


async def test_credentials_that_stop_working(read: Read, sink: KeepingSink) -> None:
    """Wrong credentials end every way of reading."""
    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)
        device.change_password("Another1")
        for tier in Tier:
            with pytest.raises(AuthenticationError):
                await system.poll(tier, sink, set(inventory.features))
            system._read_at = float("-inf")  # noqa: SLF001
        with pytest.raises(AuthenticationError):
            await system.prime(sink, set(inventory.features))


# The system as a whole


async def test_commands_and_pictures(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """Switches, outputs, pictures and streams go to the right place."""
    async with IsapiSimulator(profile="ipc", password="p@ss/w:rd") as device:
        system, inventory = await read(device)
        await system.prime(sink, set(inventory.features))
        (motion,) = of(inventory, Kind.MOTION, SwitchFeature)
        (output,) = of(inventory, Kind.ALARM_OUTPUT)
        assert isinstance(motion, SwitchFeature)
        assert isinstance(output, SwitchFeature)
        for on in (False, True):
            await system.switch(motion, on=on, sink=sink)
            await system.switch(output, on=on, sink=sink)
            assert sink.values[motion.id] is on
            assert sink.values[output.id] is on
        (main,) = of(inventory, Kind.MAIN_STREAM)
        assert isinstance(main, CameraFeature)
        assert (await system.camera_image(main, None, None)).content.startswith(b"\xff\xd8")
        source = await system.stream_source(main)
        assert source is not None
        assert source.startswith("rtsp://admin:p%40ss%2Fw%3Ard@127.0.0.1:")
        (reboot,) = of(inventory, Kind.REBOOT)
        assert isinstance(reboot, ButtonFeature)
        await system.press(reboot, sink)
        assert device.count("PUT", "System/reboot") == 1
    with pytest.raises(UnsupportedError):
        await system.camera_image(CameraFeature(device_id="x", kind=Kind.MAIN_STREAM), None, None)


@pytest.mark.parametrize(
    ("path", "kind", "profile"),
    [("System/reboot", Kind.REBOOT, "ipc"), ("System/IO/outputs/1/trigger", Kind.ALARM_OUTPUT, "ipc"),
     ("System/Video/inputs/channels/1/motionDetection", Kind.MOTION, "ipc")],
)  # fmt: skip
async def test_a_missing_right_becomes_a_problem(
    read: Read, sink: KeepingSink, path: str, kind: Kind, profile: str
) -> None:
    """The command fails with that reason, and the owner is told what to change."""
    async with IsapiSimulator(profile=profile) as device:
        system, inventory = await read(device)
        device.fault(path, method="PUT", status=403, body=LOW_PRIVILEGE)
        (feature,) = [one for one in of(inventory, kind) if isinstance(one, (SwitchFeature, ButtonFeature))]
        command = (
            system.switch(feature, on=kind is not Kind.MOTION, sink=sink)
            if isinstance(feature, SwitchFeature)
            else system.press(feature, sink)
        )
        with pytest.raises(InsufficientRightsError):
            await command
        assert sink.problem_keys["device"] == ["missing_right"]
        if isinstance(feature, SwitchFeature) and kind is Kind.MOTION:
            # Nothing is written for what is so already.
            await system.switch(feature, on=True, sink=sink)
            assert sink.problem_keys["device"] == ["missing_right"]
        device.clear_faults()
        if isinstance(feature, SwitchFeature):
            await system.switch(feature, on=kind is not Kind.MOTION, sink=sink)
        else:
            await system.press(feature, sink)
        assert sink.problem_keys["device"] == []


REBOOT_REQUIRED = (
    b"<ResponseStatus><statusCode>7</statusCode><subStatusCode>rebootRequired</subStatusCode></ResponseStatus>"
)


def problems_of(sink: KeepingSink) -> list[str]:
    """Return the problems of a device; its clock differs from that of the test."""
    return [key for key in sink.problem_keys["device"] if key != "clock_off"]


@pytest.mark.parametrize("uptime", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("button", [True, False], ids=["our button", "by itself"])
async def test_a_required_restart(read: Read, sink: KeepingSink, clock: Clock, uptime: bool, button: bool) -> None:
    """It stays until the device shows by its uptime, or by answering long after it obeyed, that it restarted."""

    async def poll(started: float) -> list[str]:
        seconds = b"<deviceUpTime>%d</deviceUpTime>" % (clock.passed - started) if uptime else b""
        device.fault("System/status", times=1, body=b"<DeviceStatus>%s</DeviceStatus>" % seconds)
        await system.poll(Tier.STATUS, sink, set())
        return problems_of(sink)

    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)
        (reboot,) = [one for one in inventory.of(ButtonFeature) if one.kind is Kind.REBOOT]
        clock.passed = 5000.0
        assert sink.problem_keys == {}
        device.fault("System/Video/inputs/channels/1/motionDetection", method="PUT", body=REBOOT_REQUIRED)
        await system.client.put("System/Video/inputs/channels/1/motionDetection", b"<x/>")
        await system.poll(Tier.COUNTERS, sink, set())
        assert problems_of(sink) == ["reboot_required"]
        clock.passed += 75
        assert await poll(0.0) == ["reboot_required"]
        if button:
            device.fault("System/reboot", method="PUT", body=REBOOT_REQUIRED)
            await system.press(reboot, sink)
            clock.passed += 59
            assert await poll(0.0) == ["reboot_required"]
        clock.passed += 60
        solved = uptime or button
        assert await poll(clock.passed - 20) == ([] if solved else ["reboot_required"])
        if button:
            # What was written after the restart needs another one.
            await system.client.put("System/Video/inputs/channels/1/motionDetection", b"<x/>")
            await system.poll(Tier.COUNTERS, sink, set())
            clock.passed += 300
            assert await poll(clock.passed - 320) == ["reboot_required"]


@pytest.mark.parametrize("unlisted", [True, False])
async def test_linkage_mended_on_the_device(read: Read, sink: KeepingSink, clock: Clock, unlisted: bool) -> None:
    """Seen within half an hour, also of a trigger that is in no list."""
    path = "Event/triggers/scenechangedetection-1"
    silent = (
        b"<EventTrigger><id>scenechangedetection-1</id><eventType>scenechangedetection</eventType>"
        b"<videoInputChannelID>1</videoInputChannelID></EventTrigger>"
    )
    linked = silent.replace(
        b"</EventTrigger>",
        b"<EventTriggerNotificationList><EventTriggerNotification><notificationMethod>center</notificationMethod>"
        b"</EventTriggerNotification></EventTriggerNotificationList></EventTrigger>",
    )
    async with IsapiSimulator(profile="ipc", missing_center=() if unlisted else ("linedetection-1",)) as device:
        if unlisted:
            document = device.fault(path, method="GET", body=silent)
        system, _ = await read(device)
        await system.prime(sink, set())
        assert problems_of(sink) == ["events_not_notified"]
        if unlisted:
            document.body = linked
        else:
            device.set_notifications("linedetection-1", ["center"])
        clock.passed += 1800
        before = len(device.requests)
        await system.poll(Tier.INVENTORY, sink, set())
        assert problems_of(sink) == []
        assert len(device.requests) - before <= 9


def info(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration logged for everybody."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.INFO and record.name.startswith("custom_components")
    ]


async def test_one_line_for_all_refusals(read: Read, sink: KeepingSink, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the device, how many documents it refused, and where they are listed; the rest is for debugging."""
    async with IsapiSimulator(profile="ipc") as device:
        device.fault("Smart/*", status=404)
        system, inventory = await read(device)
        with caplog.at_level(logging.INFO):
            await system.prime(sink, set(inventory.features))
        lines = info(caplog)
        assert len(lines) == 1
        assert lines[0].startswith(f"{system.facts.identity.name} (127.0.0.1) ")
        assert f" {len(system.client.refused)} " in lines[0]
        assert len(system.client.refused) > 3
        assert "diagnostics" in lines[0]
    async with IsapiSimulator(profile="ipc") as device:
        system, _ = await read(device, runtime=Runtime())
        caplog.clear()
        with caplog.at_level(logging.INFO):
            await system.prime(sink, set())
        assert len(info(caplog)) == bool(system.client.refused)


async def test_ports_are_asked_once(read: Read) -> None:
    """Without an answer the usual port is used, and nobody asks for every picture."""
    async with IsapiSimulator(profile="ipc") as device:
        device.fault("Security/adminAccesses", status=200, body=b"<html/>")
        system, inventory = await read(device)
        (main,) = of(inventory, Kind.MAIN_STREAM)
        assert isinstance(main, CameraFeature)
        for _ in range(3):
            source = await system.stream_source(main)
            assert source is not None
            assert ":554/" in source
        assert device.count("GET", "Security/adminAccesses") == 1


async def test_fixing_a_problem_reads_the_inventory_again(read: Read, sink: KeepingSink) -> None:
    """A recent inventory is good enough after a reconnect, but not after something was mended."""
    async with IsapiSimulator(profile="nvr", channels=1) as device:
        system, _ = await read(device)
        await system.poll(Tier.INVENTORY, sink, set())
        assert device.count("GET", "Event/triggers") == 1
        with pytest.raises(UnsupportedError):
            await system.fix(Problem(key="rtsp_off"))
        await system.poll(Tier.INVENTORY, sink, set())
        assert device.count("GET", "Event/triggers") == 1
        await system.fix(Problem(key="events_not_notified"))
        await system.poll(Tier.INVENTORY, sink, set())
        assert device.count("GET", "Event/triggers") == 2


async def test_before_the_first_inventory(connect: Connect, sink: KeepingSink) -> None:
    """Nothing breaks when something is asked too early."""
    async with IsapiSimulator(profile="ipc") as device:
        system = connect(device)
        reply = await system.receive(PushRequest(method="POST", path="", query={}, headers={}, body=b"<x/>"), sink)
        assert reply.status == 503
        await system.listen(sink)
        assert [health.state for health in sink.healths] == [PushState.OFF]
        assert system.choices("channels") == {}
        assert system.diagnostics()["ISAPI"] == {}
        assert await system.image(ImageFeature(device_id="x", kind=Kind.EVENT_PICTURE)) is None


async def test_the_picture_of_an_event(read: Read, sink: KeepingSink) -> None:
    """A picture that an event names by address is fetched when somebody looks; what is no picture is none."""
    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)
        alert = (
            b"<EventNotificationAlert><channelID>1</channelID><dateTime>2026-11-20T12:00:00+00:00</dateTime>"
            b"<eventType>%s</eventType><eventState>active</eventState><bkgUrl>%s/ISAPI/%s</bkgUrl>"
            b"</EventNotificationAlert>"
        )
        for event, path, found in (
            (b"linedetection", b"Streaming/channels/101/picture", True),
            (b"fielddetection", b"System/status", False),
        ):
            body = alert % (event, device.url.encode(), path)
            await system.receive(PushRequest(method="POST", path="", query={}, headers={}, body=body), sink)
            (image,) = of(sink.inventories[-1], Kind.EVENT_PICTURE)
            assert isinstance(image, ImageFeature)
            picture = await system.image(image)
            assert (picture is not None) is found
        assert image.id not in inventory.features


async def test_push_can_be_switched_off(read: Read, sink: KeepingSink) -> None:
    """Then nobody listens."""
    async with IsapiSimulator(profile="ipc") as device:
        system, _ = await read(device, options={"push": False})
        await system.listen(sink)
        assert [health.state for health in sink.healths] == [PushState.OFF]
        assert device.count("GET", "Event/notification/alertStream") == 0


async def test_what_nobody_listed_appears(read: Read, sink: KeepingSink, clock: Clock) -> None:
    """An event of a type without trigger makes its entity, which is still there after a restart."""
    alert = (
        b"<EventNotificationAlert><channelID>1</channelID><dateTime>2026-11-20T12:00:00+00:00</dateTime>"
        b"<eventType>loitering</eventType><eventState>active</eventState></EventNotificationAlert>"
    )
    request = PushRequest(
        method="POST", path="", query={}, headers={"Content-Type": "application/xml"}, body=alert, remote="127.0.0.1"
    )
    async with IsapiSimulator(profile="ipc") as device:
        system, inventory = await read(device)
        assert not of(inventory, Kind.LOITERING)
        assert (await system.receive(request, sink)).status == 200
        (sensor,) = of(sink.inventories[-1], Kind.LOITERING)
        assert sensor.device_id == system.facts.device_id
        _, later = await read(device)
        assert sensor.id in later.features


def test_the_system_is_what_the_entry_says() -> None:
    """The id in config entries never changes."""
    assert IsapiSystem.id == "isapi"
    assert IsapiSystem.manufacturer == "Hikvision"
