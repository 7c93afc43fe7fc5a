"""How often the cloud is asked by ourselves: the account as a whole, whatever there is to read (ivm §1.10).

The cloud tells no quota, so a small one is kept. Lists that tell of everything go ahead and are counted. What is asked
of each channel waits for what they leave: it comes later the more of it there is, and never makes more requests.
"""

from typing import Final

from ..base import Runtime

PER_MINUTE: Final = 3.5
"""Requests of an account in the long run, so that with a moment's more there are no more than four."""
MOST: Final = 4.0
"""Requests that may be saved up."""
DEEPEST: Final = 40.0
"""Requests beyond the budget that are remembered: a large account begins with many."""


class Budget:
    """Requests that may be made. Fills with time; what goes ahead may take it below nothing."""

    def __init__(self, runtime: Runtime, *, per_minute: float = PER_MINUTE, most: float = MOST) -> None:
        """Begin with what can be saved up."""
        self._runtime = runtime
        self._per_second = per_minute / 60.0
        self._most = most
        self._level = most
        self._filled = runtime.monotonic()

    @property
    def left(self) -> int:
        """Requests that may be made now."""
        self._fill()
        return max(0, int(self._level))

    def take(self) -> bool:
        """Take one request if there is one."""
        if self.left < 1:
            return False
        self._level -= 1
        return True

    def spend(self, requests: int) -> None:
        """Count requests that were made without waiting."""
        self._fill()
        self._level = max(-DEEPEST, self._level - requests)

    def _fill(self) -> None:
        """Add what time brought."""
        now = self._runtime.monotonic()
        self._level = min(self._most, self._level + (now - self._filled) * self._per_second)
        self._filled = now
