"""What was learnt of channels, kept over restarts: else switches of tracks and alarm types would be gone until they are read.

What turned out not to be there is not kept: what is booked or connected meanwhile is tried anew after a start.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..base import Runtime
from .learnt import NOTHING, Learnt
from .records import StreamType

LEARNT: Final = "ivm_learnt"
"""Key in the memory: device → channel → names of fields of `Learnt` → lists."""
LONGEST: Final = 200
"""Entries of one list that are kept."""

type Key = tuple[str, str]


class LessonBook(Mapping[Key, Learnt]):
    """What was learnt by device and channel."""

    def __init__(self, runtime: Runtime) -> None:
        """Read what was kept; what makes no sense is left out."""
        self._runtime = runtime
        self._learnt = _read(runtime.memory.get(LEARNT))

    @override
    def __getitem__(self, key: Key) -> Learnt:
        """Return what was learnt of a channel. Raises KeyError if nothing was."""
        return self._learnt[key]

    @override
    def __iter__(self) -> Iterator[Key]:
        """Yield the channels of which something was learnt."""
        return iter(self._learnt)

    @override
    def __len__(self) -> int:
        """Return of how many channels something was learnt."""
        return len(self._learnt)

    def of(self, key: Key) -> Learnt:
        """Return what was learnt of a channel."""
        return self._learnt.get(key, NOTHING)

    def learn(self, key: Key, learnt: Learnt) -> bool:
        """Keep what is known of a channel by now; returns whether that is other than before."""
        before = self.of(key)
        if learnt == before:
            return False
        self._learnt[key] = learnt
        if replace(learnt, refused=frozenset()) != replace(before, refused=frozenset()):
            self._save()
        return True

    def forget(self, device: str) -> None:
        """Forget a device that is gone."""
        keys = [key for key in self._learnt if key[0] == device]
        for key in keys:
            del self._learnt[key]
        if keys:
            self._save()

    def _save(self) -> None:
        """Write it down."""
        stored: dict[str, dict[str, Any]] = {}
        for (device, channel), one in self._learnt.items():
            row = {
                "presets": list(one.presets or ())[:LONGEST],
                "tracks": [[number, name] for number, name in one.tracks or ()][:LONGEST],
                "alarm_plans": list(one.alarm_plans)[:LONGEST],
                "streams": [stream.value for stream in one.streams],
            }
            if kept := {name: rows for name, rows in row.items() if rows}:
                stored.setdefault(device, {})[channel] = kept
        self._runtime.memory[LEARNT] = stored
        self._runtime.remember()


def _read(stored: Any) -> dict[Key, Learnt]:
    """Return what was kept."""
    found: dict[Key, Learnt] = {}
    for device, channels in stored.items() if isinstance(stored, dict) else ():
        for channel, row in channels.items() if isinstance(channels, dict) else ():
            if isinstance(row, dict) and (learnt := _learnt(row)) != NOTHING:
                found[device, channel] = learnt
    return found


def _learnt(row: Mapping[str, Any]) -> Learnt:
    """Return what was kept of one channel."""
    tracks = [
        (one[0], one[1])
        for one in _rows(row, "tracks")
        if isinstance(one, (list, tuple)) and len(one) == 2 and type(one[0]) is int and isinstance(one[1], str)
    ]
    return Learnt(
        presets=tuple(dict.fromkeys(_texts(row, "presets"))) or None,
        tracks=tuple(dict(tracks).items()) or None,
        alarm_plans=tuple(dict.fromkeys(_texts(row, "alarm_plans"))),
        streams=tuple(stream for stream in StreamType if stream.value in _rows(row, "streams")),
    )


def _rows(row: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list that was kept."""
    found = row.get(name)
    return found if isinstance(found, list) else []


def _texts(row: Mapping[str, Any], name: str) -> list[str]:
    """Return the texts of a list that was kept."""
    return [one for one in _rows(row, name) if isinstance(one, str) and one]
