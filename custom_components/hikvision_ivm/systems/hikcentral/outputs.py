"""Commands to alarm outputs (hikcentral §3.12).

A command is sent once and read back. Many platforms never tell whether an output is on; then what was commanded counts
until they do. An output that was switched on for a while is switched off again, whatever happens in between.
"""

import asyncio
from collections.abc import Mapping, Sequence
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import bounded, number, targets, word
from ..background import Background, together, wait_for_end
from ..base import Sink
from ..errors import AuthenticationError, NotConfirmedError, SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import UNKNOWN, Feature, Report, SirenFeature, SwitchFeature
from ..transport.json import fields
from .local import LOCAL, Numbers
from .outcome import unsure
from .records import AlarmOutput
from .related import Related

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

CONTROL: Final = "resource/v1/alarmOutput/controlling"
STATE: Final = "resource/v1/alarmOutputs/indexCode"

ON: Final = "on"
OFF: Final = "off"
PULSE: Final = "pulse"
MODES: Final = (ON, OFF, PULSE)
"""What the action may say."""
LONGEST: Final = 3600.0
"""Seconds for which a siren may be switched on."""
_CONFIRM_PAUSES: Final = (0.5, 1.0, 1.5)
"""Seconds before each look at an output after a command."""
_RELEASE_PAUSES: Final = (0.0, 1.0, 3.0, 10.0)
"""Seconds before each try to switch off an output whose time is over; one that stays on may be a door that stays open."""
_LAST_PAUSES: Final = (0.0, 1.0)
"""The same when everything ends."""


class Outputs:
    """The alarm outputs of one platform. Commands to one output never overlap."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._client = context.client
        self._runtime = context.runtime
        self._related = context.part(Related)
        self._numbers = context.part(Numbers)
        self._locks: dict[str, asyncio.Lock] = {}
        self._holds: dict[str, asyncio.Event] = {}
        self._background = Background()
        self._closing = False

    async def state(self, output: AlarmOutput) -> bool | None:
        """Read whether an output is on; None where the platform does not tell (-1). Raises `SystemFailure`."""
        status = fields(await self._client.call(STATE, {"alarmOutputIndexCode": output.id})).integer("status")
        return status == 1 if status in {0, 1} else None

    async def switch(self, feature: SwitchFeature | SirenFeature, *, on: bool, sink: Sink) -> None:
        """Switch an output and report what was read back, or what was commanded where the platform does not tell.

        Raises `NotConfirmedError` when the output does something else, and the client's errors; after a timeout the
        state is read and reported, and the timeout raised unless the output obeyed.
        """
        await self.turn(output_of(feature), sink, on=on)

    async def turn(self, output: AlarmOutput, sink: Sink, *, on: bool) -> None:
        """Switch an output as `switch` does; what was to be switched off later is not any more."""
        async with self._lock(output):
            self._take_over(output, None)
            await self._command(output, sink, on=on)

    async def siren(self, feature: SirenFeature, *, on: bool, sink: Sink, duration: float | None = None) -> None:
        """Switch a siren; with a `duration` in seconds it is switched off again in the background. Raises as `switch`."""
        output = output_of(feature)
        if not on or duration is None:
            await self.turn(output, sink, on=on)
            return
        await self._switch_for(output, bounded(duration, "duration", 0, LONGEST), sink)

    async def press(self, feature: Feature, sink: Sink) -> None:
        """Let an output pulse, for as long as its own number says."""
        await self.pulse(output_of(feature), sink)

    async def pulse(self, output: AlarmOutput, sink: Sink, duration: float | None = None) -> None:
        """Switch an output on, and off again after some seconds; returns when it is off.

        It is switched off at once if this call is cancelled, or if nobody knows whether it went on. A later command to
        the output takes over. Raises as `switch`.
        """
        if duration is None:
            duration = self._numbers.get(Kind.PULSE_DURATION, output.id)
        over = asyncio.Event()
        task = self._background.start(self._pulse(output, duration, sink, over))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            over.set()
            raise

    async def close(self) -> None:
        """Switch off whatever is on for a while only."""
        self._closing = True
        while tasks := self._background.tasks:
            for over in list(self._holds.values()):
                over.set()
            await asyncio.wait(tasks)

    # one command

    async def _switch_for(self, output: AlarmOutput, seconds: float, sink: Sink) -> None:
        """Switch an output on, and see to it that it is switched off."""
        over = asyncio.Event()
        start = self._runtime.monotonic()
        async with self._lock(output):
            self._take_over(output, over)
            try:
                await self._command(output, sink, on=True)
            except BaseException as error:
                if _stayed_off(error):
                    self._holds.pop(output.id, None)
                else:
                    self._background.start(self._release(output, 0.0, sink, over))
                raise
        passed = self._runtime.monotonic() - start
        self._background.start(self._release(output, max(0.0, seconds - passed), sink, over))

    async def _pulse(self, output: AlarmOutput, seconds: float, sink: Sink, over: asyncio.Event) -> None:
        """Switch on, wait, switch off. Nobody cancels this; `over` ends it early."""
        failure: SystemFailure | None = None
        async with self._lock(output):
            self._take_over(output, over)
            try:
                await self._send(output, on=True)
            except SystemFailure as error:
                if not unsure(error):
                    self._holds.pop(output.id, None)
                    raise
                failure = error
            else:
                self._report(output, True, sink)
        try:
            await self._release(output, 0.0 if failure is not None else seconds, sink, over)
        except SystemFailure as later:
            if failure is None:
                raise
            failure.add_note(f"nor could it be switched off: {later}")
        if failure is not None:
            raise failure

    async def _release(self, output: AlarmOutput, seconds: float, sink: Sink, over: asyncio.Event) -> None:
        """Wait, then switch off, with patience, unless another command took over. Raises the last failure."""
        if seconds:
            await wait_for_end(self._runtime, seconds, over)
        async with self._lock(output):
            if self._holds.get(output.id) is not over:
                return
            del self._holds[output.id]
            await self._switch_off(output, sink)

    async def _switch_off(self, output: AlarmOutput, sink: Sink) -> None:
        """Switch an output off, with patience. Raises the last failure."""
        pauses = _LAST_PAUSES if self._closing else _RELEASE_PAUSES
        for number_of_try, pause in enumerate(pauses, 1):
            if pause:
                await self._runtime.sleep(pause)
            try:
                await self._command(output, sink, on=False)
            except SystemFailure as error:
                if number_of_try == len(pauses) or isinstance(error, AuthenticationError):
                    _LOGGER.warning("Output %s may still be on, it could not be switched off: %s", output.name, error)
                    raise
            else:
                return

    async def _command(self, output: AlarmOutput, sink: Sink, *, on: bool) -> None:
        """Send a command once, read the output, report, and raise what went wrong."""
        failure: SystemFailure | None = None
        try:
            await self._send(output, on=on)
        except SystemFailure as error:
            if not unsure(error):
                raise
            failure = error
        found = await self._confirm(output, on)
        if found is None and failure is None:
            found = on
        self._report(output, found, sink)
        if found is on:
            return
        if failure is not None:
            raise failure
        raise NotConfirmedError(output.name, wanted=_word(on), found=_word(found))

    async def _confirm(self, output: AlarmOutput, on: bool) -> bool | None:
        """Read an output until it shows what was commanded; None if the platform does not tell."""
        found: bool | None = None
        for pause in _CONFIRM_PAUSES:
            await self._runtime.sleep(pause)
            try:
                found = await self.state(output)
            except SystemFailure as error:
                _LOGGER.debug("The state of output %s could not be read: %s", output.name, error)
                if isinstance(error, (AuthenticationError, UnsupportedError)):
                    break
                continue
            if found is on or found is None:
                break
        return found

    async def _send(self, output: AlarmOutput, *, on: bool) -> None:
        """Send a command once."""
        await self._client.call(CONTROL, {"alarmOutputIndexCode": output.id, "action": int(on)}, writes=True)

    def _report(self, output: AlarmOutput, on: bool | None, sink: Sink) -> None:
        """Deliver the state of an output."""
        features = (one for one in self._related.of(output) if isinstance(one, (SirenFeature, SwitchFeature)))
        sink.report(Report(values={feature.id: UNKNOWN if on is None else on for feature in features}))

    def _take_over(self, output: AlarmOutput, over: asyncio.Event | None) -> None:
        """Make `over` what ends the time of an output, None for no end; whoever waited to switch it off need not."""
        old = self._holds.pop(output.id, None)
        if over is not None:
            self._holds[output.id] = over
            if self._closing:
                over.set()
        if old is not None:
            old.set()

    def _lock(self, output: AlarmOutput) -> asyncio.Lock:
        """Return the lock of an output."""
        return self._locks.setdefault(output.id, asyncio.Lock())


def _stayed_off(error: BaseException) -> bool:
    """Whether a command to switch on that failed certainly did nothing."""
    return isinstance(error, SystemFailure) and not isinstance(error, NotConfirmedError) and not unsure(error)


def _word(on: bool | None) -> str:
    """Return a state in words."""
    return "unknown" if on is None else ON if on else OFF


def output_of(feature: Feature) -> AlarmOutput:
    """Return the output of a feature. Raises `UnsupportedError` for a feature of something else."""
    if not isinstance(feature.address, AlarmOutput):
        raise UnsupportedError(function=feature.kind)
    return feature.address


async def alarm_output(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Switch outputs: `mode` is one of `MODES`; `duration` of a pulse in seconds."""
    found = targets(features, AlarmOutput, "an alarm output")
    mode = word(arguments, "mode", MODES)
    limits = LOCAL[Kind.PULSE_DURATION]
    seconds = number(arguments, "duration", limits.minimum, limits.maximum)
    outputs = context.part(Outputs)
    if mode == PULSE:
        await together([outputs.pulse(each, sink, seconds) for each in found])
    else:
        await together([outputs.turn(each, sink, on=mode == ON) for each in found])
    return {}


ACTIONS: Final = MappingProxyType({"alarm_output": alarm_output})
