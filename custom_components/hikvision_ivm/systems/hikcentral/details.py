"""What has to be asked of each camera and each door, so it is read for few of them at a time (hikcentral §7.2)."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from ..base import Sink
from ..model import Feature, Inventory
from .presets import Presets
from .readers import Readers

if TYPE_CHECKING:
    from .context import Context


class Details:
    """Presets and patrols of cameras, readers of doors. `readers`: for who wants to know their names."""

    def __init__(self, context: Context, replace: Callable[[Inventory, Sink], None]) -> None:
        """`replace` takes over an inventory that changed here, and delivers it."""
        self.readers = context.part(Readers)
        self._presets = context.part(Presets)

        def include(features: Sequence[Feature], sink: Sink) -> None:
            replace(context.inventory().including(features=features), sink)

        self._presets.deliver = include
        self.readers.deliver = replace

    def apply(self, inventory: Inventory) -> Inventory:
        """Return an inventory with what is known."""
        return self.readers.apply(self._presets.apply(inventory))

    def begin(self, inventory: Inventory, sink: Sink) -> None:
        """Report what is known of readers without asking; what is known of presets, `Commands.begin` reports."""
        sink.report(self.readers.report(inventory))

    async def slice(self, wanted: Collection[str], sink: Sink) -> None:
        """Read a few of what is due for who is looked at. Raises what `Readers.slice` does."""
        await self._presets.slice(wanted, sink)
        await self.readers.slice(wanted, sink)
