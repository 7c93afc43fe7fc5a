"""Commands to alarm outputs over real sockets (hikcentral §3.12)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    InvalidArgumentError,
    NotConfirmedError,
    NotFoundError,
    ResponseTimeoutError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.outputs import CONTROL, STATE
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    ButtonFeature,
    NumberFeature,
    SirenFeature,
    SwitchFeature,
)
from simulators.hikcentral.options import Options

from .command_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

SIRENS = {"sirens": ["2"]}


def switch_of(made: Bench, output: str = "1") -> SwitchFeature:
    """Return the switch of an output."""
    return made.feature(SwitchFeature, Kind.ALARM_OUTPUT, output)


def pulse_of(made: Bench, output: str = "1") -> ButtonFeature:
    """Return the button that lets an output pulse."""
    return made.feature(ButtonFeature, Kind.OUTPUT_PULSE, output)


def siren_of(made: Bench) -> SirenFeature:
    """Return the siren."""
    return made.feature(SirenFeature, Kind.ALARM_OUTPUT, "2")


def commands(made: Bench, output: str = "1") -> list[int]:
    """Return what was sent to an output, in order: 1 on, 0 off."""
    return [body["action"] for body in made.bodies(CONTROL) if body["alarmOutputIndexCode"] == output]


@pytest.mark.parametrize("profile", ["table", "hostile"])
async def test_an_output_is_switched_and_read_back(profile: str) -> None:
    """What is told is what was read."""
    async with bench(profile=profile) as made:
        switch = switch_of(made)
        for on in (True, False):
            await made.commands.switch(switch, on=on, sink=made.sink)
            assert made.value(switch) is on
            assert made.platform.state.outputs["1"].status == int(on)
        assert commands(made) == [1, 0]
        assert made.platform.count(STATE) == 2


async def test_an_output_whose_state_nobody_tells_is_what_it_was_told_to_be() -> None:
    """As every printed sample has it (-1)."""
    async with bench(profile="sample") as made:
        switch = switch_of(made)
        for on in (True, False):
            await made.commands.switch(switch, on=on, sink=made.sink)
            assert made.value(switch) is on
        assert made.platform.count(STATE) == 2


async def test_an_output_that_does_nothing() -> None:
    """The platform said yes; the output shows another state, and that one is told."""
    async with bench(behaviour=Options(deaf_outputs={"1"})) as made:
        with pytest.raises(NotConfirmedError) as raised:
            await made.commands.switch(switch_of(made), on=True, sink=made.sink)
        assert dict(raised.value.placeholders) == {"wanted": "on", "found": "off"}
        assert made.value(switch_of(made)) is False
        assert commands(made) == [1]
        assert made.time.slept == [0.5, 1.0, 1.5]


async def test_an_output_that_cannot_be_read() -> None:
    """The command was accepted, so it counts; a state that may not be asked for is asked for once."""
    async with bench() as made:
        made.platform.fault(STATE, code="0x00052301", times=9)
        await made.commands.switch(switch_of(made), on=True, sink=made.sink)
        assert made.value(switch_of(made)) is True
        made.platform.heal()
        made.platform.fault(STATE, code="8")
        made.platform.requests.clear()
        made.time.slept.clear()
        await made.commands.switch(switch_of(made), on=False, sink=made.sink)
        assert made.value(switch_of(made)) is False
        assert made.platform.count(STATE) == 1
        assert made.time.slept == [0.5]


@pytest.mark.parametrize("drop", [True, "after"])
async def test_a_cut_connection_is_not_repeated(drop: Any) -> None:
    """The output is read instead."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=drop)
        switch = switch_of(made)
        if drop == "after":
            await made.commands.switch(switch, on=True, sink=made.sink)
        else:
            with pytest.raises(ConnectionFailedError):
                await made.commands.switch(switch, on=True, sink=made.sink)
        assert made.value(switch) is (drop == "after")
        assert len(commands(made)) == 1


async def test_a_lost_answer_and_a_blind_platform() -> None:
    """Nobody knows: unknown, and the failure is raised."""
    async with bench(behaviour=Options(blind_outputs=True)) as made:
        made.platform.fault(CONTROL, drop="after")
        with pytest.raises(ConnectionFailedError):
            await made.commands.switch(switch_of(made), on=True, sink=made.sink)
        assert made.value(switch_of(made)) is UNKNOWN
        assert made.sink.history[switch_of(made).id] == [UNKNOWN]


async def test_a_timeout_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent once, read, told."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.hikcentral.client.WRITE_SECONDS", 0.1)
    async with bench() as made:
        made.platform.fault(CONTROL, delay=0.3)
        with pytest.raises(ResponseTimeoutError):
            await made.commands.switch(switch_of(made), on=True, sink=made.sink)
        assert made.platform.count(CONTROL) == 1
        assert made.platform.count(STATE) > 0


async def test_a_refused_command_changes_nothing() -> None:
    """The error is passed on, and nothing is read or told."""
    async with bench(behaviour=Options(refused_outputs={"1"})) as made:
        with pytest.raises(DeviceFailureError):
            await made.commands.switch(switch_of(made), on=True, sink=made.sink)
        with pytest.raises(DeviceFailureError):
            await made.commands.press(pulse_of(made), made.sink)
        assert commands(made) == [1, 1]
        assert made.platform.count(STATE) == 0
        assert not made.sink.values


async def test_something_else_is_no_output() -> None:
    """Nothing is sent."""
    async with bench() as made:
        with pytest.raises(UnsupportedError):
            await made.commands.switch(SwitchFeature(device_id="d", kind=Kind.ALARM_OUTPUT), on=True, sink=made.sink)
        assert not made.platform.requests


# pulses


async def test_a_pulse_lasts_as_long_as_its_number_says() -> None:
    """A second if nobody set one; switched on and off once."""
    async with bench() as made:
        await made.commands.press(pulse_of(made), made.sink)
        number = made.feature(NumberFeature, Kind.PULSE_DURATION, "1")
        await made.commands.set_number(number, 7.5, made.sink)
        await made.commands.press(pulse_of(made), made.sink)
        assert commands(made) == [1, 0, 1, 0]
        assert [made.time.slept[0], made.time.slept[2]] == [1.0, 7.5]
        assert made.sink.history[switch_of(made).id] == [True, False, True, False]


async def test_a_pulse_that_is_cancelled_is_switched_off_at_once() -> None:
    """A door must not stay open because a page was closed."""
    async with bench() as made:
        made.time.blocked = 1.0
        task = asyncio.create_task(made.commands.press(pulse_of(made), made.sink))
        await made.time.asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: commands(made) == [1, 0])
        assert made.platform.state.outputs["1"].status == 0


async def test_a_pulse_that_is_cancelled_while_it_is_sent() -> None:
    """The command arrives whole; off follows."""
    async with bench(delay=0.05) as made:
        task = asyncio.create_task(made.commands.press(pulse_of(made), made.sink))
        await _until(lambda: commands(made) == [1])
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: commands(made) == [1, 0])


async def test_a_pulse_ends_when_everything_does() -> None:
    """An unload switches off what is on for a while."""
    async with bench(options=SIRENS) as made:
        made.time.blocked = 5.0
        pulse = asyncio.create_task(made.commands.outputs.pulse(pulse_of(made).address, made.sink, 60.0))  # type: ignore[arg-type]
        await made.time.asleep.wait()
        made.time.asleep.clear()
        await made.commands.siren(siren_of(made), on=True, sink=made.sink, duration=30.0)
        await made.time.asleep.wait()
        await made.commands.close()
        await pulse
        assert commands(made) == [1, 0]
        assert commands(made, "2") == [1, 0]
        assert made.value(siren_of(made)) is False


async def test_a_pulse_that_begins_when_everything_has_ended() -> None:
    """It is switched off without waiting."""
    async with bench() as made:
        await made.commands.close()
        made.time.blocked = 1.0
        await made.commands.press(pulse_of(made), made.sink)
        assert commands(made) == [1, 0]


@pytest.mark.parametrize("drop", [True, "after"])
async def test_a_pulse_nobody_knows_of_is_switched_off(drop: Any) -> None:
    """On got no answer: it may be on. It is not repeated, off is sent without waiting."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=drop, times=1)
        with pytest.raises(ConnectionFailedError):
            await made.commands.press(pulse_of(made), made.sink)
        assert commands(made) == [1, 0]
        assert 1.0 not in made.time.slept
        assert made.value(switch_of(made)) is False


async def test_switching_off_is_tried_with_patience(caplog: pytest.LogCaptureFixture) -> None:
    """A platform that fails is asked again; one that never obeys is reported."""
    async with bench() as made:
        made.time.blocked = 60.0
        pulse = _pulse(made, 60.0)
        await made.time.asleep.wait()
        made.platform.fault(CONTROL, status=503, times=2)
        made.time.release()
        await pulse
        assert commands(made) == [1, 0, 0, 0]
        assert made.platform.state.outputs["1"].status == 0
    async with bench() as made:
        made.time.blocked = 60.0
        pulse = _pulse(made, 60.0)
        await made.time.asleep.wait()
        made.platform.fault(CONTROL, code="192")
        made.time.release()
        with pytest.raises(DeviceFailureError):
            await pulse
        assert commands(made) == [1, 0, 0, 0, 0]
        assert "may still be on" in caplog.text


async def test_a_pulse_of_a_key_that_is_refused_gives_up() -> None:
    """More tries would lock the account."""
    async with bench() as made:
        made.time.blocked = 60.0
        pulse = _pulse(made, 60.0)
        await made.time.asleep.wait()
        made.platform.wrong_signature = True
        made.time.release()
        with pytest.raises(AuthenticationError):
            await pulse
        assert made.time.slept == [60.0]


async def test_a_lost_pulse_that_cannot_be_switched_off_says_both() -> None:
    """What matters is that it could not be switched on; the rest is a note."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=True, times=1)
        made.platform.fault(CONTROL, code="128")
        with pytest.raises(ConnectionFailedError) as raised:
            await made.commands.press(pulse_of(made), made.sink)
        assert "switched off" in raised.value.__notes__[0]


async def test_a_later_command_takes_over() -> None:
    """Switched on for good: no longer switched off. Switched off: once. Pulsed again: anew from then."""
    async with bench() as made:
        made.time.blocked = 60.0
        switch = switch_of(made)
        for on in (True, False):
            made.time.asleep.clear()
            pulse = _pulse(made, 60.0)
            await made.time.asleep.wait()
            await made.commands.switch(switch, on=on, sink=made.sink)
            await pulse
            assert made.value(switch) is on
        assert commands(made) == [1, 1, 1, 0]
        made.time.asleep.clear()
        first = _pulse(made, 60.0)
        await made.time.asleep.wait()
        await made.commands.outputs.pulse(switch.address, made.sink, 2.0)  # type: ignore[arg-type]
        await first
        assert commands(made) == [1, 1, 1, 0, 1, 1, 0]


async def test_a_command_does_not_overtake_a_pulse_that_begins() -> None:
    """Off comes after on, however long the platform takes."""
    async with bench() as made:
        await made.hurry()
        made.platform.fault(CONTROL, delay=0.1, times=1)
        pulse = _pulse(made, 60.0)
        await _until(lambda: commands(made) == [1])
        await made.commands.switch(switch_of(made), on=False, sink=made.sink)
        await pulse
        assert commands(made) == [1, 0]
        assert made.platform.state.outputs["1"].status == 0


# sirens


async def test_a_siren_sounds_for_a_while() -> None:
    """The call returns when it is on; it is switched off later, counted from the beginning."""
    async with bench(options=SIRENS) as made:
        siren = siren_of(made)
        made.time.blocked = 9.0
        await made.commands.siren(siren, on=True, sink=made.sink, duration=10)
        assert made.value(siren) is True
        await made.time.asleep.wait()
        assert made.time.slept[-1] == 9.5
        made.time.release()
        await _until(lambda: made.value(siren) is False)
        assert commands(made, "2") == [1, 0]


async def test_a_siren_without_a_duration_stays_on() -> None:
    """Like a switch."""
    async with bench(options=SIRENS) as made:
        await made.commands.siren(siren_of(made), on=True, sink=made.sink)
        await made.commands.siren(siren_of(made), on=False, sink=made.sink, duration=5)
        assert commands(made, "2") == [1, 0]


async def test_a_siren_that_may_be_on_is_switched_off() -> None:
    """It was not confirmed; one that was refused is left alone; a nonsense duration sends nothing."""
    async with bench(options=SIRENS, behaviour=Options(deaf_outputs={"2"})) as made:
        siren = siren_of(made)
        with pytest.raises(InvalidArgumentError):
            await made.commands.siren(siren, on=True, sink=made.sink, duration=-1)
        assert not made.platform.requests
        with pytest.raises(NotConfirmedError):
            await made.commands.siren(siren, on=True, sink=made.sink, duration=5)
        await _until(lambda: commands(made, "2") == [1, 0])
        made.platform.options.refused_outputs = {"2"}
        with pytest.raises(DeviceFailureError):
            await made.commands.siren(siren, on=True, sink=made.sink, duration=5)
        await made.commands.close()
        assert commands(made, "2") == [1, 0, 1]


# the action


async def test_the_action_switches_and_pulses() -> None:
    """Any number of outputs, each once."""
    async with bench(options=SIRENS) as made:
        both = [switch_of(made), siren_of(made), switch_of(made)]
        await made.act("alarm_output", both, mode="on")
        assert [output.status for output in made.platform.state.outputs.values()] == [1, 1]
        await made.act("alarm_output", both, mode="off")
        await made.act("alarm_output", both, mode="pulse", duration="3.5")
        assert commands(made) == commands(made, "2") == [1, 0, 1, 0]
        assert made.time.slept.count(3.5) == 2


@pytest.mark.parametrize(
    "arguments",
    [{}, {"mode": "maybe"}, {"mode": "pulse", "duration": 0}, {"mode": "pulse", "duration": 61},
     {"mode": "pulse", "duration": True}, {"mode": "pulse", "duration": "long"}, {"mode": "pulse", "duration": "nan"}],
)  # fmt: skip
async def test_bad_arguments_are_found_before_anything_is_sent(arguments: dict[str, Any]) -> None:
    """With the name of the field."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act("alarm_output", [switch_of(made)], **arguments)
        assert raised.value.placeholders["field"] == ("duration" if "duration" in arguments else "mode")
        assert not made.platform.requests


async def test_one_output_that_fails_does_not_keep_the_others_back() -> None:
    """Its failure is raised when all are done."""
    async with bench(behaviour=Options(refused_outputs={"1"})) as made:
        with pytest.raises(DeviceFailureError):
            await made.act("alarm_output", [switch_of(made), switch_of(made, "2")], mode="on")
        assert made.platform.state.outputs["2"].status == 1


async def test_switches_that_are_turned_at_the_same_moment() -> None:
    """Commands to one output keep their order, each read back before the next; another output does not wait for them."""
    async with bench(delay=0.01) as made:
        await made.hurry()
        made.platform.requests.clear()
        first, second = switch_of(made), switch_of(made, "2")
        turns = [(first, True), (first, False), (first, True), (second, True)]
        await asyncio.gather(*(made.commands.switch(switch, on=on, sink=made.sink) for switch, on in turns))
        assert commands(made) == [1, 0, 1]
        sent = [
            (request.path, request.body["alarmOutputIndexCode"])
            for request in made.platform.requests
            if request.path in {CONTROL, STATE}
        ]
        assert [path for path, output in sent if output == "1"] == [CONTROL, STATE] * 3
        assert sent.index((CONTROL, "2")) < len(sent) - 1 - sent[::-1].index((CONTROL, "1"))
        assert (made.value(first), made.value(second)) == (True, True)


@pytest.mark.parametrize(("code", "error"), [("0x00072202", NotFoundError), ("6", BusyError)])
async def test_errors_of_the_platform(code: str, error: type[Exception]) -> None:
    """A refusal is one, and is raised as it is."""
    async with bench() as made:
        made.platform.fault(CONTROL, code=code)
        with pytest.raises(error):
            await made.commands.switch(switch_of(made), on=True, sink=made.sink)
        assert made.platform.count(CONTROL) == 1


def _pulse(made: Bench, seconds: float) -> asyncio.Task[None]:
    """Let output 1 pulse."""
    output = switch_of(made).address
    return asyncio.create_task(made.commands.outputs.pulse(output, made.sink, seconds))  # type: ignore[arg-type]


async def _until(condition: Any) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)
