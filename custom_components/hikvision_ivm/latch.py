"""From occurrences to on and off.

A device tells that something began, goes on or ended; some never tell the end. A latch keeps what is on, and ends by
itself what has a hold time and was not repeated in it.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable

from .systems.model import Phase


class _Hold:
    """A running hold: the moment it ends, and the moment its timer was set for (monotonic seconds)."""

    __slots__ = ("armed_for", "deadline", "timer")

    def __init__(self, deadline: float, timer: TimerHandle) -> None:
        """Start with a timer that fires at the deadline."""
        self.deadline = deadline
        self.armed_for = deadline
        self.timer = timer


class Latch:
    """What occurrences switched on, and when each ends by itself.

    A repeat only moves the deadline; the timer looks at it when it fires, so a stream of repeats costs no timers.
    """

    def __init__(self, loop: AbstractEventLoop, monotonic: Callable[[], float], expired: Callable[[str], None]) -> None:
        """`expired` is called with the feature id when a hold ran out."""
        self._loop = loop
        self._monotonic = monotonic
        self._expired = expired
        self._held: dict[str, _Hold | None] = {}

    def __contains__(self, feature_id: str) -> bool:
        """Whether an occurrence switched this feature on and nothing ended it yet."""
        return feature_id in self._held

    def __len__(self) -> int:
        """Return how many features are on by an occurrence."""
        return len(self._held)

    def take(self, feature_id: str, phase: Phase, hold: float | None, *, late: bool = False) -> bool | None:
        """Take in an occurrence and return what the feature is now, or None if it tells nothing of now.

        `hold` in seconds; None: only an end ends it, so a pulse switches nothing. A pulse never shortens what is on.
        What was fetched `late` may end something, but begins nothing.
        """
        if phase is Phase.END:
            self.release(feature_id)
            return False
        if late or (phase is Phase.PULSE and hold is None):
            return None
        if phase is not Phase.PULSE or not self._outlasts(feature_id, hold):
            self._prolong(feature_id, hold)
        return True

    def release(self, feature_id: str) -> None:
        """Forget a feature: something better than an occurrence told its value."""
        if (hold := self._held.pop(feature_id, None)) is not None:
            hold.timer.cancel()

    def endless(self) -> list[str]:
        """Return the features that are on and wait for an end to be told."""
        return [feature_id for feature_id, hold in self._held.items() if hold is None]

    def close(self) -> None:
        """Cancel every timer."""
        for feature_id in list(self._held):
            self.release(feature_id)

    def _outlasts(self, feature_id: str, hold: float | None) -> bool:
        """Whether a feature is on for longer than `hold` seconds from now already."""
        if feature_id not in self._held:
            return False
        running = self._held[feature_id]
        return running is None or (hold is not None and running.deadline > self._monotonic() + hold)

    def _prolong(self, feature_id: str, hold: float | None) -> None:
        """Keep a feature on, for `hold` seconds from now or until its end is told."""
        if hold is None:
            self.release(feature_id)
            self._held[feature_id] = None
            return
        deadline = self._monotonic() + hold
        running = self._held.get(feature_id)
        if running is not None and running.armed_for <= deadline:
            running.deadline = deadline
            return
        self.release(feature_id)
        self._held[feature_id] = _Hold(deadline, self._loop.call_later(hold, self._fire, feature_id))

    def _fire(self, feature_id: str) -> None:
        """End a hold, or wait on if it was prolonged meanwhile."""
        if (hold := self._held.get(feature_id)) is None:
            return
        if hold.deadline > hold.armed_for:
            hold.timer = self._loop.call_later(hold.deadline - hold.armed_for, self._fire, feature_id)
            hold.armed_for = hold.deadline
            return
        del self._held[feature_id]
        self._expired(feature_id)
