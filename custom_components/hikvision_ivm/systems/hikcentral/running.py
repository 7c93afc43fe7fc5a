"""What began and is not over, so that overlapping and reordered events leave a sensor neither off early nor on for good.

An end switches off, whatever its id; ids only keep starts apart that overlap (hikcentral §3.7).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

MOST: Final = 10_000
MOST_IDS: Final = 32
BOUND_SECONDS: Final = 120.0
"""How long something is believed to go on whose end may have been missed."""


class Turn(Enum):
    """What an event does to its sensor."""

    NONE = "none"
    ON = "on"
    BOUNDED = "bounded"
    """On, but for no longer than `BOUND_SECONDS` unless something prolongs it."""
    OFF = "off"


@dataclass(slots=True)
class _State:
    """One sensor: what goes on by id with its start, the last end of each id, the latest beginning and end."""

    open: dict[str, datetime | None] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    latest: datetime | None = None
    last_end: datetime | None = None


class Running:
    """What goes on, by any key that stands for one sensor."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._states: dict[str, _State] = {}

    def __len__(self) -> int:
        """Return how many sensors are remembered."""
        return len(self._states)

    def is_open(self, key: str) -> bool:
        """Whether something goes on that was told to begin."""
        state = self._states.get(key)
        return state is not None and bool(state.open)

    def begins(self, key: str, id_: str, moment: datetime | None) -> Turn:
        """Something began."""
        state = self._state(key)
        if moment is not None:
            end = state.ended.get(id_)
            if end is not None and moment <= end:
                return Turn.NONE  # its end came first
            if state.latest is None or moment > state.latest:
                state.latest = moment
        state.open.pop(id_, None)
        _put(state.open, id_, moment)
        overtaken = moment is not None and state.last_end is not None and moment < state.last_end
        return Turn.BOUNDED if overtaken else Turn.ON

    def pulses(self, key: str, moment: datetime | None) -> Turn:
        """Something happened at a moment, and shows for a while."""
        if moment is not None:
            state = self._state(key)
            if state.latest is None or moment > state.latest:
                state.latest = moment
        return Turn.ON

    def ends(self, key: str, id_: str, moment: datetime | None, *, late: bool = False) -> Turn:
        """Something ended. `late`: told afterwards, so that it ends nothing that began since."""
        state = self._state(key)
        known = id_ in state.open
        state.open.pop(id_, None)
        if moment is not None:
            state.ended.pop(id_, None)
            _put(state.ended, id_, moment)
            if state.last_end is None or moment > state.last_end:
                state.last_end = moment
        if not state.open:
            overtaken = late and moment is not None and state.latest is not None and moment < state.latest
            return Turn.NONE if overtaken else Turn.OFF
        stale = moment is not None and state.latest is not None and moment < state.latest
        if known or stale:
            return Turn.NONE if late else Turn.BOUNDED
        state.open.clear()
        return Turn.OFF

    def _state(self, key: str) -> _State:
        """Return the state of a key; the oldest gives way to a new one."""
        if (state := self._states.get(key)) is None:
            if len(self._states) >= MOST:
                del self._states[next(iter(self._states))]
            state = self._states[key] = _State()
        return state


def _put[V](known: dict[str, V], key: str, value: V) -> None:
    """Keep a row; the oldest gives way."""
    if len(known) >= MOST_IDS:
        del known[next(iter(known))]
    known[key] = value
