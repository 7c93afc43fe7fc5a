"""What events name that nobody knows: codes, and sources that are not in the inventory (hikcentral §5 T31, §7.2)."""

from collections import Counter
from collections.abc import Callable
import logging
from typing import Final

from ..base import Runtime

_LOGGER = logging.getLogger(__name__)

MOST_CODES: Final = 50
MOST_SOURCES: Final = 2_000
REFRESH_SECONDS: Final = 60.0
"""Pause between two wishes for another inventory."""
STRANGER_SECONDS: Final = 3600.0
"""For so long, a source that another inventory did not explain is no reason for a further one."""


class Strangers:
    """`codes`: code → how often, `…` for those beyond the first fifty. `on_source` asks for another inventory."""

    def __init__(self, runtime: Runtime, on_source: Callable[[], None]) -> None:
        """Nobody was met yet."""
        self.codes: Counter[str] = Counter()
        self.on_source = on_source
        self._runtime = runtime
        self._sources: dict[tuple[str, str], float] = {}
        self._asked_at = float("-inf")

    def code(self, code: str) -> None:
        """Count a code, and say so once."""
        name = code if code in self.codes or len(self.codes) < MOST_CODES else "…"
        if name not in self.codes:
            _LOGGER.info("The platform sent an event with a code that is not documented: %s", name)
        self.codes[name] += 1

    def source(self, source_type: str, source: str) -> None:
        """Wish for another inventory, now and then."""
        now = self._runtime.monotonic()
        key = (source_type, source)
        if now - self._sources.get(key, float("-inf")) < STRANGER_SECONDS or now - self._asked_at < REFRESH_SECONDS:
            return
        if len(self._sources) >= MOST_SOURCES:
            del self._sources[next(iter(self._sources))]
        self._sources[key] = self._asked_at = now
        _LOGGER.debug("An event came from %s %s, which is not in the inventory", source_type or "?", source)
        self.on_source()
