"""Alarm outputs and the reboot against a device on a real socket."""

import asyncio

from lxml import etree
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    NotConfirmedError,
    RejectedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi.outputs import Outputs
from custom_components.hikvision_ivm.systems.isapi.records import IoPort
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ButtonFeature
from custom_components.hikvision_ivm.systems.transport.http import Policy
from simulators.isapi import IsapiSimulator

from .command_bench import Time, connected
from .conftest import KeepingSink, Read

pytestmark = pytest.mark.usefixtures("socket_enabled")

LOCAL = IoPort(id="1", output=True, pulse=2500)
PROXIED = IoPort(id="301", output=True, proxied=True, channel=3)
TRIGGER = {LOCAL: "System/IO/outputs/1/trigger", PROXIED: "ContentMgmt/IOProxy/outputs/301/trigger"}


def commands(device: IsapiSimulator) -> list[str | None]:
    """Return the levels that were commanded, in order."""
    return [
        etree.fromstring(record.body).findtext("outputState")
        for record in device.requests
        if record.path.endswith("/trigger") and record.authorized
    ]


@pytest.mark.parametrize("port", [LOCAL, PROXIED], ids=["local", "proxied"])
async def test_an_output_is_switched_and_read_back(port: IoPort) -> None:
    """On is high, off is low, wherever the terminal is."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        outputs = Outputs(client, time.runtime())
        for on in (True, False):
            assert await outputs.switch(port, on) is on
            assert await outputs.state(port) is on
        assert commands(device) == ["high", "low"]
        assert {record.path for record in device.requests if record.method == "PUT"} == {TRIGGER[port]}


async def test_a_slow_output_gets_two_seconds() -> None:
    """Then the switch is not confirmed."""
    time = Time()
    idle = b"<IOPortStatus><ioPortID>1</ioPortID><ioState>inactive</ioState></IOPortStatus>"
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        outputs = Outputs(client, time.runtime())
        device.fault("System/IO/outputs/1/status", body=idle, times=3)
        assert await outputs.switch(LOCAL, True) is True
        device.fault("System/IO/outputs/1/status", body=idle.replace(b"in", b"IN"))
        time.slept.clear()
        await outputs.switch(LOCAL, False)
        with pytest.raises(NotConfirmedError) as raised:
            await outputs.switch(LOCAL, True)
        assert dict(raised.value.placeholders) == {"wanted": "on", "found": "off"}
        assert sum(time.slept) == pytest.approx(2.1, abs=0.2)


@pytest.mark.parametrize("body", [b"<IOPortStatus><ioState>maybe</ioState></IOPortStatus>", b"<a", b""])
async def test_a_state_that_is_none_confirms_nothing(body: bytes) -> None:
    """Unknown is not off."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        device.fault("System/IO/outputs/1/status", body=body)
        with pytest.raises(NotConfirmedError) as raised:
            await Outputs(client, time.runtime()).switch(LOCAL, False)
        assert raised.value.placeholders["found"] == "unknown"


async def test_an_output_whose_state_nobody_tells_is_switched_without() -> None:
    """The command was accepted; the state stays unknown."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        device.fault("ContentMgmt/IOProxy/outputs/301/status", status=403)
        assert await Outputs(client, time.runtime()).switch(PROXIED, True) is None


async def test_a_refused_command_is_no_question_of_states() -> None:
    """The device's error is passed on and nothing is read back."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        device.fault("System/IO/outputs/1/trigger", body=b"<ResponseStatus><statusCode>6</statusCode></ResponseStatus>")
        with pytest.raises(RejectedError):
            await Outputs(client, time.runtime()).switch(LOCAL, True)
        assert device.count("GET") == 0


async def test_an_input_is_no_output() -> None:
    """Nothing is sent."""
    async with IsapiSimulator(profile="nvr") as device, connected(device) as client:
        with pytest.raises(UnsupportedError):
            await Outputs(client, Time().runtime()).switch(IoPort(id="1", output=False), True)
        assert not device.requests


async def test_a_pulse_lets_go_after_its_length() -> None:
    """2500 ms, or a second where the device has no length."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        outputs = Outputs(client, time.runtime())
        await outputs.pulse(LOCAL)
        await outputs.pulse(PROXIED)
        assert time.slept == [2.5, 1.0]
        assert commands(device) == ["high", "low", "high", "low"]


async def test_a_pulse_that_is_cancelled_lets_go_all_the_same() -> None:
    """A door must not stay open because a page was closed."""
    time = Time()
    runtime = time.runtime()
    asleep = asyncio.Event()

    async def sleep(seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        runtime.sleep = sleep
        outputs = Outputs(client, runtime)
        task = asyncio.create_task(outputs.pulse(LOCAL))
        await asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await outputs.close()
        assert commands(device) == ["high", "low"]


async def test_a_pulse_that_is_cancelled_while_it_lets_go() -> None:
    """The command that is under way is not taken back."""
    time = Time()
    async with IsapiSimulator(profile="nvr", delay=0.1) as device, connected(device, time) as client:
        outputs = Outputs(client, time.runtime())
        task = asyncio.create_task(outputs.pulse(LOCAL))
        while len(commands(device)) < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await outputs.close()
        assert commands(device) == ["high", "low"]
        status = etree.fromstring(device.documents.get("System/IO/outputs/1", "<x/>").encode())
        assert status is not None
        assert await outputs.state(LOCAL) is False


async def test_a_pulse_nobody_knows_of_is_let_go() -> None:
    """On got no answer: it may be on. It is never repeated."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time, policy=Policy(write=0.2)) as client:
        outputs = Outputs(client, time.runtime())
        device.fault(TRIGGER[LOCAL], drop=True, times=1)
        with pytest.raises(ConnectionFailedError):
            await outputs.pulse(LOCAL)
        await outputs.close()
        assert commands(device) == ["high", "low"]


async def test_a_refused_pulse_sends_nothing_more() -> None:
    """The output never went on."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        device.fault(TRIGGER[LOCAL], body=b"<ResponseStatus><statusCode>6</statusCode></ResponseStatus>", times=1)
        with pytest.raises(RejectedError):
            await Outputs(client, time.runtime()).pulse(LOCAL)
        assert commands(device) == ["high"]


async def test_letting_go_is_tried_with_patience(caplog: pytest.LogCaptureFixture) -> None:
    """A busy device is asked again; one that never obeys is reported."""
    time = Time()
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        outputs = Outputs(client, time.runtime())
        device.fault(TRIGGER[LOCAL], times=1)
        busy = device.fault(TRIGGER[LOCAL], status=503, times=2)
        await outputs.pulse(LOCAL)
        assert commands(device) == ["high", "low", "low", "low"]
        assert busy.fired == 2
        device.clear_faults()
        device.fault(TRIGGER[LOCAL], times=1)
        device.fault(TRIGGER[LOCAL], status=503)
        with pytest.raises(BusyError):
            await outputs.pulse(LOCAL)
        assert "may still be on" in caplog.text


async def test_commands_to_one_output_do_not_overlap() -> None:
    """Two presses are two whole pulses."""
    time = Time()
    async with IsapiSimulator(profile="nvr", delay=0.01) as device, connected(device, time) as client:
        outputs = Outputs(client, time.runtime())
        await asyncio.gather(outputs.pulse(LOCAL), outputs.pulse(LOCAL))
        assert commands(device) == ["high", "low", "high", "low"]


async def test_buttons_of_one_device_are_carried_out_one_after_the_other(read: Read, sink: KeepingSink) -> None:
    """A device that is still at the last one answers "busy"."""
    async with IsapiSimulator(profile="nvr", delay=0.01) as device:
        system, _ = await read(device)
        buttons = (ButtonFeature(device_id="d", kind=Kind.OUTPUT_PULSE, address=port) for port in (LOCAL, PROXIED))
        await asyncio.gather(*(system.press(button, sink) for button in buttons))
        assert commands(device) == ["high", "low", "high", "low"]
        assert [record.path for record in device.requests if record.path.endswith("/trigger") and record.authorized] == [
            *[TRIGGER[LOCAL]] * 2, *[TRIGGER[PROXIED]] * 2,
        ]  # fmt: skip


async def test_a_reboot_is_obeyed_with_or_without_an_answer() -> None:
    """Some devices answer first, some just go."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        outputs = Outputs(client, Time().runtime())
        await client.get("System/deviceInfo")
        device.fault("System/reboot", drop=True, times=1)
        await outputs.reboot()
        await outputs.reboot()
        assert device.count("PUT", "System/reboot") == 2
        assert not next(record.body for record in device.requests if record.path == "System/reboot")


async def test_a_reboot_that_never_reached_the_device_is_an_error() -> None:
    """Nobody listens."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        await client.get("System/deviceInfo")
        await device.stop()
        with pytest.raises(ConnectionFailedError):
            await Outputs(client, Time().runtime()).reboot()


async def test_a_refused_reboot_is_an_error() -> None:
    """Upgrading, or a locked account."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        outputs = Outputs(client, Time().runtime())
        device.fault(
            "System/reboot",
            body=b"<ResponseStatus><statusCode>2</statusCode><subStatusCode>upgrading</subStatusCode></ResponseStatus>",
        )
        with pytest.raises(BusyError):
            await outputs.reboot()
        device.lock_account(600)
        with pytest.raises(AuthenticationError):
            await outputs.reboot()
