"""What every part of the system works with."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..background import Background
from ..base import Runtime
from ..model import Inventory, Report
from .client import IvmClient
from .records import ChannelAddress, ChannelRecord, DeviceRecord, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`deliver` takes a report outside of polls; `wanted` tells the ids of features that somebody looks at.

    `packages_since(channel, moment)`: what lists that were asked for since then told of the services of a channel.
    """

    client: IvmClient
    runtime: Runtime
    options: Mapping[str, Any]
    uid: str
    background: Background
    facts: Callable[[], Facts]
    inventory: Callable[[], Inventory]
    deliver: Callable[[Report], None]
    wanted: Callable[[], Collection[str]] = field(default=lambda: ())
    packages_since: Callable[[tuple[str, str], float], frozenset[str]] = field(default=lambda key, moment: frozenset())

    def channel(self, device: str, channel: str) -> ChannelRecord | None:
        """Return a channel that is imported."""
        return self.facts().channels.get((device, channel))

    def device(self, device: str) -> DeviceRecord | None:
        """Return a device that is imported."""
        return self.facts().devices.get(device)

    def name(self, channel: ChannelAddress, otherwise: str = "the camera") -> str:
        """Return what a channel is called; `otherwise` if it is not imported."""
        known = self.channel(*channel.key)
        return otherwise if known is None else known.name
