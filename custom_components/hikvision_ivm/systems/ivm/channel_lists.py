"""Lists that are kept of each camera, presets or cruise tracks: read when somebody looks, and after they were changed here."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterable
import logging
from typing import ClassVar, Final

from ..base import Sink
from ..errors import SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import Feature, Inventory, Report, SelectFeature
from ..preset_selects import SLICE, PresetSelects
from ..presets import Preset
from .capabilities import Gate
from .channel_features import ChannelFeatures
from .context import Context
from .ptz import Refused, channel_of, id_of
from .records import ChannelAddress, Protocol

_LOGGER = logging.getLogger(__name__)

FRESH_SECONDS: Final = 12 * 3600.0
NOT_THERE_CODES: Final = frozenset({"IVM.20020011", "IVM.20160001"})
"""The device speaks another protocol, or has nothing of the kind."""

type Changed = Callable[[ChannelAddress], None]
"""Told that the list of a channel is another one, so that its features are made anew."""


class ChannelLists(ABC):
    """One list of each camera that speaks the maker's own protocol.

    `changed` and `refused` may be set by whoever wants to know. `kind` is that of the select, `kinds` those of all
    features that tell of the list; `words` is what is in it; `gate` is shut where a camera has none.
    """

    kind: ClassVar[Kind]
    kinds: ClassVar[frozenset[Kind]]
    words: ClassVar[str]
    gate: ClassVar[Gate]

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        self.changed: Changed = lambda channel: None
        self.refused: Refused = lambda channel, gate: None
        self._context = context
        self._features = features
        self._lists: PresetSelects[ChannelAddress] = PresetSelects(
            context.runtime,
            context.inventory,
            lambda kind, channel: self._read(channel),
            self._select_of,
            fresh=FRESH_SECONDS,
            refused=lambda kind, channel: self._is_foreign(channel),
        )

    @abstractmethod
    async def _read(self, channel: ChannelAddress) -> tuple[Preset, ...]:
        """Read a list, in the order of numbers."""

    @abstractmethod
    def report(self, features: Iterable[Feature]) -> Report:
        """Return the values of all features among these that tell of the list."""

    async def read(self, channel: ChannelAddress) -> tuple[Preset, ...]:
        """Read the list of a camera now. Raises `UnsupportedError` where there is none, and the client's errors."""
        before = self._known(channel)
        found = await self._lists.read(self.kind, id_of(channel), channel)
        if self._known(channel) != before:
            self.changed(channel)
        return found

    async def known(self, channel: ChannelAddress) -> tuple[Preset, ...]:
        """Return the list of a camera, read now if it never was."""
        return await self._lists.known(self.kind, id_of(channel), channel)

    async def refresh(self, channel: ChannelAddress, sink: Sink) -> None:
        """Read the list of a camera now, and tell what changed."""
        await self.read(channel)
        self._tell([channel], sink)

    async def slice(self, wanted: Collection[str], sink: Sink, *, most: int = SLICE) -> int:
        """Read the lists that are due, of selects in `wanted`; returns how many were asked for."""
        asked, changed = await self._lists.slice(wanted, most=most)
        for channel in changed:
            self.changed(channel)
        self._tell(changed, sink)
        return asked

    def apply(self, inventory: Inventory) -> Inventory:
        """Return an inventory with the options that are known."""
        features = self._lists.with_options(inventory.of(SelectFeature))
        return inventory.including(features=features) if features else inventory

    def _known(self, channel: ChannelAddress) -> tuple[tuple[int, str], ...]:
        """Return what is known of a camera's list: number and option, each other than all others."""
        options = self._lists.options(self.kind, id_of(channel))
        return tuple((index, option) for option, index in options.items())

    async def _guarded[T](self, channel: ChannelAddress, call: Awaitable[T]) -> T:
        """Wait for a call; that a camera has no such list is told on."""
        try:
            return await call
        except UnsupportedError as error:
            if error.code in NOT_THERE_CODES:
                self.refused(channel, self.gate)
            raise

    async def _changed_here(self, channel: ChannelAddress, sink: Sink) -> tuple[Preset, ...] | None:
        """Read the list after something was changed; None if that fails, which leaves the change as it is."""
        try:
            found = await self.read(channel)
        except SystemFailure as error:
            _LOGGER.debug("The %s of %s could not be read: %s", self.words, self._context.name(channel), error)
            self._lists.expire(self.kind, id_of(channel))
            return None
        self._tell([channel], sink)
        return found

    def _check(self, channel: ChannelAddress) -> None:
        """Raise `UnsupportedError` for a device that speaks another protocol."""
        if self._is_foreign(channel):
            raise UnsupportedError(function=f"{self.words} of {self._context.name(channel)}")

    def _is_foreign(self, channel: ChannelAddress) -> bool:
        """Whether a device is known not to speak the maker's own protocol."""
        device = self._context.device(channel.device)
        return device is not None and device.protocol is Protocol.GB28181

    def _select_of(self, select: SelectFeature) -> tuple[str, ChannelAddress] | None:
        """Return the channel whose list a select offers."""
        if select.kind is not self.kind or not isinstance(select.address, ChannelAddress):
            return None
        channel = channel_of(select)
        return id_of(channel), channel

    def _tell(self, channels: Iterable[ChannelAddress], sink: Sink) -> None:
        """Report what is known of channels."""
        features = [one for channel in channels for one in self._features.of(channel.key, self.kinds)]
        if (report := self.report(features)).values:
            sink.report(report)
