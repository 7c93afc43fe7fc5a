"""Letting features follow what is found out of channels: what they have, and what they turned out not to have."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final

from ..background import Background
from ..base import Runtime
from .capabilities import Gate
from .channel_features import Key
from .commands import Parts
from .inventory import Stock
from .readings import learnt_of
from .records import ChannelAddress, Facts

GROW_SECONDS: Final = 1.0
"""What is learnt of channels within this time becomes one new inventory."""


class Learning:
    """Learns of channels. `absent` tells what `Details` found not to be there, `reconsider` lets it forget that."""

    def __init__(
        self,
        runtime: Runtime,
        background: Background,
        stock: Stock,
        parts: Parts,
        *,
        absent: Callable[[Key], frozenset[Gate]],
        reconsider: Callable[[Key], None],
        grown: Callable[[Collection[Key]], None],
    ) -> None:
        """`grown` is called with channels when there is another inventory because of them. Does no I/O."""
        self._runtime = runtime
        self._background = background
        self._stock = stock
        self._parts = parts
        self._absent = absent
        self._reconsider = reconsider
        self._grown = grown
        self._waiting: set[Key] = set()
        self._task: asyncio.Task[None] | None = None
        for part in (parts.ptz, parts.snapshots, parts.presets, parts.cruises):
            part.refused = self.refused
        for lists in (parts.presets, parts.cruises):
            lists.changed = lambda channel: self.learnt(channel.key)

    def refused(self, channel: ChannelAddress, gate: Gate) -> None:
        """Something turned out not to be there."""
        known = self._stock.lessons.of(channel.key)
        if self._stock.learn(channel.key, replace(known, refused=known.refused | {gate})):
            self._grow(channel.key)

    def learnt(self, key: Key) -> None:
        """Something became known of a channel."""
        before = self._stock.lessons.of(key)
        self._stock.learn(key, learnt_of(self._parts, key, before, self._absent(key)))
        self._grow(key)

    def rebooked(self, before: Facts, devices: Iterable[str]) -> None:
        """Offer again what was refused of channels whose services are other than `before`: what is booked now may work."""
        facts = self._stock.facts
        for device in devices:
            record = facts.devices.get(device)
            for channel in () if record is None else record.channels:
                key = (device, channel)
                known, then, now = self._stock.lessons.of(key), before.channels.get(key), facts.channels.get(key)
                if known.refused and then is not None and now is not None and then.packages != now.packages:
                    self._reconsider(key)
                    self._stock.learn(key, replace(known, refused=frozenset()))
                    self._grow(key)

    def _grow(self, key: Key) -> None:
        """Let features follow, soon."""
        self._waiting.add(key)
        if self._task is None or self._task.done():
            self._task = self._background.start(self._gather())

    async def _gather(self) -> None:
        """Wait for more, then make one inventory of it."""
        while self._waiting:
            await self._runtime.sleep(GROW_SECONDS)
            keys, self._waiting = self._waiting, set()
            if self._stock.renew({device for device, _ in keys}, whole=True):
                self._grown(keys)
