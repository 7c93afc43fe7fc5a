"""Every command to something in the inventory: to whom it goes, and what is done when everything ends."""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from ..base import Sink
from ..errors import UnsupportedError
from ..kinds import Kind
from ..model import (
    ButtonFeature,
    Feature,
    Inventory,
    LockFeature,
    NumberFeature,
    SelectFeature,
    SirenFeature,
    SwitchFeature,
)
from . import doors, live, outputs, playback, presets, ptz, rules
from .local import Numbers

if TYPE_CHECKING:
    from .context import Context

ACTIONS = {
    **doors.ACTIONS,
    **live.ACTIONS,
    **outputs.ACTIONS,
    **playback.ACTIONS,
    **presets.ACTIONS,
    **ptz.ACTIONS,
    **rules.ACTIONS,
}
"""Name of an action → what carries it out."""

PRESSED = frozenset({Kind.OUTPUT_PULSE, Kind.PATROL_START, Kind.PATROL_STOP, Kind.PTZ_STOP, *ptz.BUTTONS})
"""Kinds of buttons that `Commands.press` carries out."""


class Commands:
    """The commands of one platform, each to the part it belongs to. Raises `SystemFailure`."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.numbers = context.part(Numbers)
        self.doors = context.part(doors.Doors)
        self.outputs = context.part(outputs.Outputs)
        self.live = context.part(live.Live)
        self.ptz = context.part(ptz.Ptz)
        self.presets = context.part(presets.Presets)
        self.playback = context.part(playback.Playback)

    async def lock(self, feature: LockFeature, action: str, sink: Sink) -> None:
        """Carry out `lock`, `unlock` or `open`."""
        await self.doors.lock(feature, action, sink)

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose the mode of a door, a preset, or a patrol."""
        if feature.kind is Kind.DOOR_MODE:
            await self.doors.select(feature, option, sink)
        else:
            await self.presets.select(feature, option, sink)

    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Switch an output."""
        await self.outputs.switch(feature, on=on, sink=sink)

    async def siren(self, feature: SirenFeature, *, on: bool, sink: Sink, duration: float | None = None) -> None:
        """Switch a siren, for `duration` seconds if they are given."""
        await self.outputs.siren(feature, on=on, sink=sink, duration=duration)

    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Carry out a button of `PRESSED`."""
        match feature.kind:
            case Kind.OUTPUT_PULSE:
                await self.outputs.press(feature, sink)
            case Kind.PATROL_START | Kind.PATROL_STOP:
                await self.presets.press(feature, sink)
            case kind if kind in PRESSED:
                await self.ptz.press(feature, sink)
            case _:
                raise UnsupportedError(function=feature.kind)

    async def set_number(self, feature: NumberFeature, value: float, sink: Sink) -> None:
        """Set a number that is kept here."""
        sink.report(self.numbers.set(feature, value))

    def begin(self, inventory: Inventory, sink: Sink) -> None:
        """Report what is known without asking: numbers, and what was chosen."""
        features: Collection[Feature] = inventory.features.values()
        sink.report(self.numbers.report(features))
        sink.report(self.presets.report(features))

    async def close(self) -> None:
        """Stop cameras, switch off what is on for a while, and see to doors that may stand open by accident."""
        await asyncio.gather(self.ptz.close(), self.outputs.close(), self.doors.close())
