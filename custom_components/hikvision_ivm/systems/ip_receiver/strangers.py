"""Messages of devices that nobody knows: they wait until the list of devices was read again (ip-receiver §1.5)."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from .alerts import Alert

MOST_STRANGE: Final = 200
"""Messages that are kept."""


class Strangers:
    """Whose messages wait, and who was asked for."""

    def __init__(self, ask: Callable[[str], None]) -> None:
        """`ask(index)` lets the list of devices be read."""
        self._read = ask
        self._waiting: deque[tuple[Alert, datetime]] = deque(maxlen=MOST_STRANGE)
        self._asked: set[str] = set()

    def __len__(self) -> int:
        """Return how many messages wait."""
        return len(self._waiting)

    def ask(self, index: str) -> None:
        """Let the list of devices be read because of a device, once."""
        if index and index not in self._asked:
            self._asked.add(index)
            self._read(index)

    def keep(self, alert: Alert, received: datetime) -> None:
        """Keep a message, and ask for its device; the oldest gives way."""
        self._waiting.append((alert, received))
        self.ask(alert.index)

    def listed(self) -> list[tuple[Alert, datetime]]:
        """The list was read: return what waited for it, in order."""
        waiting = list(self._waiting)
        self._waiting.clear()
        self._asked.clear()
        return waiting
