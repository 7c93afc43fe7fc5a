"""What channels can do, remembered over restarts: a gap in the first answer after one must not remove anything (ivm §5.2)."""

from collections.abc import Mapping
from typing import Any, Final

from ..base import Runtime
from .records import ChannelRecord, DeviceRecord

ABILITIES: Final = "ivm_abilities"
"""Key in the memory: `sets`, lists of keys that many channels share, and `of`, device → channel → place of its set.

The channel of a device itself is empty.
"""


class AbilityMemory:
    """Abilities by device and channel."""

    def __init__(self, runtime: Runtime) -> None:
        """Read what was kept; what makes no sense is left out."""
        self._runtime = runtime
        self._known = _read(runtime.memory.get(ABILITIES))
        self._saved: dict[tuple[str, str], frozenset[str]] = dict(self._known)

    def merged(self, key: tuple[str, str], told: frozenset[str] | None) -> frozenset[str] | None:
        """Return abilities as they are told, else as they were when the system was seen last."""
        return self._known.get(key) if told is None else told

    def save(
        self,
        devices: Mapping[str, DeviceRecord],
        channels: Mapping[tuple[str, str], ChannelRecord],
        *,
        complete: bool = True,
    ) -> None:
        """Keep the abilities of everything that exists, if they are others than were kept.

        `complete`: there is nothing else. Otherwise what was kept stays.
        """
        found = {(id_, ""): one.abilities for id_, one in devices.items() if one.abilities is not None}
        found |= {key: one.abilities for key, one in channels.items() if one.abilities is not None}
        if not complete:
            found = self._known | found
        if found == self._saved:
            return
        self._saved = self._known = found
        places: dict[frozenset[str], int] = {}
        of: dict[str, dict[str, int]] = {}
        for (device, channel), abilities in found.items():
            of.setdefault(device, {})[channel] = places.setdefault(abilities, len(places))
        self._runtime.memory[ABILITIES] = {"sets": [sorted(abilities) for abilities in places], "of": of}
        self._runtime.remember()


def _read(stored: Any) -> dict[tuple[str, str], frozenset[str]]:
    """Return what was kept."""
    match stored:
        case {"sets": list() as sets, "of": dict() as of}:
            shared = [
                frozenset(map(str, one)) if isinstance(one, list) else frozenset[str]() for one in sets
            ]  # fmt: skip
            return {
                (device, channel): shared[place]
                for device, channels in of.items()
                if isinstance(channels, dict)
                for channel, place in channels.items()
                if isinstance(place, int) and 0 <= place < len(shared) and shared[place]
            }
    return {}
