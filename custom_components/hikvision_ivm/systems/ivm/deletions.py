"""Plans that were deleted from here: how the cloud tells that there is none is not documented (ivm §3.17).

An answer without the fields of a plan says nothing by itself. Where a plan was deleted, it is what the cloud says of none.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..base import Runtime

MEMORY: Final = "ivm_deleted"
"""Key in the runtime's memory: sort of plan → device → channels."""


class Deletions:
    """The channels of which plans of a sort were deleted, kept over restarts."""

    def __init__(self, runtime: Runtime, sort: str) -> None:
        """Does no I/O."""
        self._runtime = runtime
        self._sort = sort

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Whether the plan of a channel was deleted once."""
        device, channel = key
        return channel in _channels(self._rows(), device)

    def note(self, key: tuple[str, str]) -> None:
        """Note that the plan of a channel was deleted."""
        if key in self:
            return
        device, channel = key
        rows = self._rows()
        stored = self._runtime.memory.get(MEMORY)
        sorts = stored if isinstance(stored, Mapping) else {}
        kept = {**rows, device: [*_channels(rows, device), channel]}
        self._runtime.memory[MEMORY] = {**sorts, self._sort: kept}
        self._runtime.remember()

    def _rows(self) -> Mapping[str, Any]:
        """Return what is kept of this sort."""
        stored = self._runtime.memory.get(MEMORY)
        rows = stored.get(self._sort) if isinstance(stored, Mapping) else None
        return rows if isinstance(rows, Mapping) else {}


def _channels(rows: Mapping[str, Any], device: str) -> Sequence[Any]:
    """Return the channels that are kept of a device."""
    found = rows.get(device)
    return found if isinstance(found, list) else []
