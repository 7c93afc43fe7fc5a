"""What was missed while nobody listened, fetched and told once, as late (hikcentral §3.8, §7.2)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
import logging
from typing import Final

from ..base import Sink
from .dedupe import Delivered
from .gather import ROUND, THOROUGH, Gatherer
from .happening import EventRecord
from .router import EventRouter

_LOGGER = logging.getLogger(__name__)

OVERLAP: Final = timedelta(minutes=2)
"""What is looked at again before the gap: records appear a while after what they tell of."""
LONGEST: Final = timedelta(hours=24)
STEP: Final = timedelta(hours=6)
SHORTEST_STEP: Final = timedelta(minutes=1)
MOST_REQUESTS: Final = 800
SLICE: Final = 25
"""Records that are told before everything else has its turn."""


class Backfill:
    """Fills gaps. `counts`: `runs`, `requests`, `told`, `cut` (stretches of which not everything could be read)."""

    def __init__(self, gatherer: Gatherer, router: EventRouter, delivered: Delivered) -> None:
        """Does no I/O."""
        self.counts: Counter[str] = Counter()
        self.reached: datetime | None = None
        self._gatherer = gatherer
        self._router = router
        self._delivered = delivered

    async def run(self, since: datetime, until: datetime, sink: Sink) -> int:
        """Tell what happened between two moments and was not told; returns how much that was.

        Raises `SystemFailure` if something could not be read; `reached` is then the moment before which nothing is
        missing.
        """
        self.counts["runs"] += 1
        start = max(since - OVERLAP, until - LONGEST)
        if start > since:
            _LOGGER.warning("Events between %s and %s are too long ago to be fetched", since, start)
        self.reached = start
        told, requests, step, effort = 0, 0, STEP, THOROUGH
        while start < until:
            end = min(start + step, until)
            gathered = await self._gatherer.gather(start, end, effort)
            requests += gathered.requests
            self.counts["requests"] += gathered.requests
            if gathered.error is None and not gathered.complete:
                if end - start > SHORTEST_STEP and requests < MOST_REQUESTS:
                    step = max(SHORTEST_STEP, (end - start) / 4)
                    continue
                self.counts["cut"] += 1
                _LOGGER.warning("So much happened between %s and %s that not all of it was fetched", start, end)
            told += await tell(self._router, gathered.records, sink, late=True)
            if gathered.error is not None:
                raise gathered.error
            self.reached = start = end
            self._delivered.advance(end)
            if requests >= MOST_REQUESTS and start < until:
                self.counts["cut"] += 1
                _LOGGER.warning("Events between %s and %s are too many to be fetched", start, until)
                break
            effort = ROUND
        self.reached = until
        self.counts["told"] += told
        if told:
            _LOGGER.info("%d events of the time since %s were fetched", told, since)
        return told


async def tell(router: EventRouter, records: Sequence[EventRecord], sink: Sink, *, late: bool) -> int:
    """Let records be told in portions; returns how many were new."""
    told = 0
    for start in range(0, len(records), SLICE):
        told += router.take_records(records[start : start + SLICE], sink, late=late)
        await asyncio.sleep(0)
    return told
