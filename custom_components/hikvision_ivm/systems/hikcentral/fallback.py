"""Asking for what the platform does not post, and finding out whether it posts (hikcentral §6, §7.2)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..base import Sink
from .backfill import tell
from .dedupe import Delivered
from .event_types import Role
from .gather import ROUND, Effort, Gathered, Gatherer
from .happening import EventRecord, Key
from .router import EventRouter

OVERLAP: Final = timedelta(minutes=2)
LONGEST: Final = timedelta(hours=1)
FOLLOWED: Final = timedelta(minutes=10)
"""For so long, what began is looked for again until its end is told."""
MOST_FOLLOWED: Final = 1_000
SHORTEST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 30.0

GRACE: Final = timedelta(seconds=20)
"""What is younger may still be on its way to us."""
FEW_QUERIES: Final = 6
"""Requests that a look may cost in which everything is asked for."""
NOTHING_APART: Final = Effort(accesses=0, plates=0)


class Fallback:
    """Asks for events in rounds. `until`: everything before was asked for. `counts`: `rounds`, `told`, `requests`."""

    def __init__(
        self, gatherer: Gatherer, router: EventRouter, delivered: Delivered, now: Callable[[], datetime]
    ) -> None:
        """`now` tells the platform's time."""
        self.counts: Counter[str] = Counter()
        self.until: datetime | None = None
        self._gatherer = gatherer
        self._router = router
        self._delivered = delivered
        self._now = now
        self._open: dict[Key, datetime] = {}

    @property
    def pause(self) -> float:
        """Seconds between rounds; longer where a round is many requests."""
        return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, 2.0 * self._gatherer.cost))

    async def round(self, sink: Sink) -> int:
        """Tell what happened since the last round, as if it had been posted; returns how much that was.

        Raises `SystemFailure` if something could not be read; the next round then begins where this one did.
        """
        now = self._now()
        # The platform's clock may have been set back meanwhile.
        start = min(self.until or now, now) - OVERLAP
        if self._open:
            start = min(start, *self._open.values())
        gathered = await self._gatherer.gather(max(start, now - LONGEST), now, ROUND)
        self.counts["rounds"] += 1
        self.counts["requests"] += gathered.requests
        told = await tell(self._router, gathered.records, sink, late=False)
        self.counts["told"] += told
        self._follow(gathered, now)
        if gathered.error is not None:
            raise gathered.error
        self.until = now
        self._delivered.advance(now)
        return told

    def _follow(self, gathered: Gathered, now: datetime) -> None:
        """Take note of what has no end yet."""
        for record in gathered.records:
            lasts = record.type is not None and record.type.role is Role.LASTS
            if record.stop is None and lasts and len(self._open) < MOST_FOLLOWED:
                self._open[record.key] = record.start
            elif record.stop is not None:
                self._open.pop(record.key, None)
        self._open = {key: start for key, start in self._open.items() if now - start < FOLLOWED}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: records that were never posted, and whether everything was looked at."""

    missing: list[EventRecord]
    whole: bool


class Audit:
    """Compares what the platform keeps with what it posted."""

    def __init__(self, gatherer: Gatherer, delivered: Delivered, now: Callable[[], datetime]) -> None:
        """`now` tells the platform's time."""
        self.looks = 0
        self._gatherer = gatherer
        self._delivered = delivered
        self._now = now
        self._turn = 0

    @property
    def is_cheap(self) -> bool:
        """Whether looking at everything costs little."""
        return self._gatherer.cost <= FEW_QUERIES

    @property
    def turns(self) -> int:
        """After how many small looks everything was looked at."""
        return max(1, self._gatherer.cost)

    async def look(self, since: datetime, *, whole: bool) -> Seen:
        """Compare what happened since a moment: all of it, or what one request finds. Raises `SystemFailure`."""
        self.looks += 1
        until = self._now() - GRACE
        if since >= until:
            return Seen([], whole=False)
        if whole:
            gathered = await self._gatherer.gather(since, until, NOTHING_APART)
        else:
            gathered = await self._gatherer.some(self._turn, since, until)
            self._turn += 1
        if gathered.error is not None:
            raise gathered.error
        missing = [
            record
            for record in gathered.records
            if since <= record.start <= until and not self._delivered.knows(record.key, record.start)
        ]
        return Seen(missing, whole=whole)
