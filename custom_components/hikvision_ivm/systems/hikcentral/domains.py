"""Everything the platform keeps beside devices, behind one door: values for the poll of counters, pictures, actions.

Each matter keeps a rhythm of its own (hikcentral §7.2), so the poll may come as often as the quickest of them wants;
nothing is asked of what nobody looks at.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from ..model import Report
from . import faces, lookups, passages, visitor_actions
from .care import Care
from .faces import Faces
from .names import Names
from .parking import Parking
from .passages import Passages
from .people import People
from .permissions import Permissions
from .polled import Domain, read_due
from .vehicles import Vehicles
from .visitors import Visitors

if TYPE_CHECKING:
    from .context import Context

ACTIONS: Final[Mapping[str, lookups.Action]] = {
    **faces.ACTIONS,
    **lookups.ACTIONS,
    **passages.ACTIONS,
    **visitor_actions.ACTIONS,
}
"""Name of an action → what carries it out."""


class Domains:
    """All matters of one platform."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.people = context.part(People)
        self.parking = context.part(Parking)
        self.passages = context.part(Passages)
        self.vehicles = context.part(Vehicles)
        self.care = context.part(Care)
        self.visitors = context.part(Visitors)
        self.faces = context.part(Faces)
        self.permissions = context.part(Permissions)
        self.names = context.part(Names)
        self.matters: tuple[Domain, ...] = (
            self.people, self.parking, self.passages, self.vehicles, self.care, self.visitors, self.faces,
            self.permissions,
        )  # fmt: skip

    async def values(self, wanted: Collection[str]) -> Report:
        """Read what is due. Raises `SystemFailure` only if nothing answers at all."""
        return await read_due(self.matters, wanted)

    async def close(self) -> None:
        """End what is still looking for names."""
        await self.names.close()
