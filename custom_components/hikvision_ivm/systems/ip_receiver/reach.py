"""Whether the receiver still answers about a panel (ip-receiver §1.4, §5.2: what nobody says is unknown)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..base import Runtime
from ..errors import AuthenticationError, BusyError, ConnectionFailedError, SystemFailure
from .refresh import What

PATIENCE_SECONDS: Final = 60.0
"""So long what was answered last stands for what is."""
BUSY_SECONDS: Final = 300.0
"""The same while it is busy or being updated, which takes its time and passes."""
FEWEST: Final = 2
"""So many failures in a row at least: one alone says nothing, however long ago the last answer was."""


@dataclass(slots=True)
class _Failing:
    """What fails: since when, how often in a row, and why it did last."""

    since: float
    times: int
    error: SystemFailure


class Reach:
    """Remembers what of which panel fails, and for how long; knows nothing of what is shown because of that."""

    def __init__(self, runtime: Runtime) -> None:
        """Nothing failed yet."""
        self._runtime = runtime
        self._failing: dict[tuple[str, What], _Failing] = {}
        self._given_up: set[tuple[str, What]] = set()
        self._answered = float("-inf")

    def failed(self, device_id: str, what: What, error: SystemFailure) -> bool:
        """Take note of a failure; return whether what was known before is not to be trusted any more.

        What the receiver refuses to everybody, or where it does not answer at all, tells nothing of a panel.
        """
        now = self._runtime.monotonic()
        if isinstance(error, AuthenticationError) or (isinstance(error, BusyError) and error.retry_after is not None):
            return False
        if not isinstance(error, ConnectionFailedError):
            self._answered = now
        elif not error.answered:
            return False
        failing = self._failing.setdefault((device_id, what), _Failing(now, 0, error))
        failing.times += 1
        failing.error = error
        if not self._is_lasting(failing):
            return False
        self._given_up.add((device_id, what))
        return True

    def worked(self, device_id: str, what: What) -> bool:
        """Take note of an answer; return whether what it tells of was given up."""
        self._answered = self._runtime.monotonic()
        self._failing.pop((device_id, what), None)
        if (device_id, what) not in self._given_up:
            return False
        self._given_up.discard((device_id, what))
        return True

    def pause(self, device_id: str) -> None:
        """A panel is offline, so it is not asked; afterwards its failures count anew."""
        for what in What:
            self._failing.pop((device_id, what), None)

    def forget(self, device_id: str) -> None:
        """A panel is gone."""
        self.pause(device_id)
        self._given_up -= {(device_id, what) for what in What}

    def is_given_up(self, device_id: str, what: What) -> bool:
        """Whether what is known of something is not to be trusted."""
        return (device_id, what) in self._given_up

    def lasting(self) -> Iterator[tuple[str, What, SystemFailure]]:
        """Yield what fails for so long that it is not known any more, and why."""
        for (device_id, what), failing in self._failing.items():
            if (device_id, what) in self._given_up:
                yield device_id, what, failing.error

    def _is_lasting(self, failing: _Failing) -> bool:
        """Whether something fails often and long enough."""
        patience = BUSY_SECONDS if isinstance(failing.error, BusyError) else PATIENCE_SECONDS
        if failing.times < FEWEST or self._runtime.monotonic() - failing.since < patience:
            return False
        # Where nothing else was answered meanwhile, it is the receiver that is away.
        return not isinstance(failing.error, ConnectionFailedError) or self._answered >= failing.since
