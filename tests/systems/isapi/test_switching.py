"""Switches of one device that are turned at the same moment: nothing above the system keeps their order."""

import asyncio

from lxml import etree
import pytest

from custom_components.hikvision_ivm.systems.errors import InsufficientRightsError
from custom_components.hikvision_ivm.systems.isapi.records import IoPort, Setting
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import SwitchFeature
from simulators.isapi import IsapiSimulator

from .conftest import KeepingSink, Read

AUDIO = "Smart/AudioDetection/channels/1"
LEAVES = ("audioInputException/enabled", "soundIntensityMutation/enabled", "SteepFall/enabled")
MOTION = "System/Video/inputs/channels/1/motionDetection"
LOW_PRIVILEGE = (
    b"<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString>"
    b"<subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>"
)


def setting(path: str, leaf: str = "enabled", kind: Kind = Kind.INTRUSION) -> SwitchFeature:
    """Make a switch of a setting."""
    return SwitchFeature(device_id="d", kind=kind, part=f"{path} {leaf}", address=Setting(path=path, leaf=leaf))


def output(*, proxied: bool = False) -> SwitchFeature:
    """Make a switch of an output of the device, or of one of its cameras."""
    port = IoPort(id="301", output=True, proxied=True, channel=3) if proxied else IoPort(id="1", output=True)
    return SwitchFeature(device_id="d", kind=Kind.ALARM_OUTPUT, part=port.id, address=port)


def requests(device: IsapiSimulator, path: str) -> list[str]:
    """Return the methods that a path was asked with, in order."""
    return [record.method for record in device.requests if record.path.startswith(path) and record.authorized]


async def test_settings_of_one_document(read: Read, sink: KeepingSink) -> None:
    """Each is read, written and read again before the next one: none undoes another."""
    async with IsapiSimulator(profile="ipc", delay=0.01) as device:
        system, _ = await read(device)
        switches = [setting(AUDIO, leaf) for leaf in LEAVES]
        device.requests.clear()
        await asyncio.gather(*(system.switch(one, on=True, sink=sink) for one in switches))
        assert requests(device, AUDIO) == ["GET", "PUT", "GET"] * len(LEAVES)
        assert [sink.values[one.id] for one in switches] == [True] * len(LEAVES)


async def test_what_another_write_proves_is_not_mistaken(read: Read, sink: KeepingSink) -> None:
    """A setting that is as it should be proves no right, whatever is written beside it."""
    async with IsapiSimulator(profile="ipc", delay=0.01) as device:
        system, _ = await read(device)
        motion = setting(MOTION, kind=Kind.MOTION)
        device.fault(MOTION, method="PUT", status=403, body=LOW_PRIVILEGE)
        with pytest.raises(InsufficientRightsError):
            await system.switch(motion, on=False, sink=sink)
        assert sink.problem_keys["device"] == ["missing_right"]
        device.fault(MOTION, method="GET", delay=0.2, times=1)
        await asyncio.gather(*(system.switch(one, on=True, sink=sink) for one in (motion, output())))
        assert sink.values[output().id] is True
        assert sink.problem_keys["device"] == ["missing_right"]


async def test_an_output_waits_for_no_setting(read: Read, sink: KeepingSink) -> None:
    """A write that the device takes long for keeps no alarm output waiting, and outputs do not wait for each other."""
    async with IsapiSimulator(profile="nvr") as device:
        system, _ = await read(device)
        device.fault(AUDIO, delay=0.6)
        device.requests.clear()
        slow = asyncio.create_task(system.switch(setting(AUDIO, LEAVES[0]), on=True, sink=sink))
        await asyncio.gather(*(system.switch(output(proxied=one), on=True, sink=sink) for one in (False, True)))
        assert not slow.done()
        levels = [
            etree.fromstring(record.body).findtext("outputState")
            for record in device.requests
            if record.path.endswith("/trigger") and record.authorized
        ]
        assert levels == ["high", "high"]
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow


async def test_commands_to_one_output_come_one_after_the_other(read: Read, sink: KeepingSink) -> None:
    """The last word is the last command, and each was read back before the next one."""
    async with IsapiSimulator(profile="nvr", delay=0.01) as device:
        system, _ = await read(device)
        device.requests.clear()
        await asyncio.gather(*(system.switch(output(), on=on, sink=sink) for on in (True, False, True)))
        assert requests(device, "System/IO/outputs/1/") == ["PUT", "GET"] * 3
        assert sink.values[output().id] is True
