"""Events from end to end: subscribed, posted, looked after, asked for where they do not come (hikcentral §3.6, §7.2).

One task does everything that waits. The platform's own time decides what was told already; `Delivered.until` is the
moment before which nothing is missing, and outlives restarts.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import Any, Final

from ..background import Background, wait_for_end
from ..base import PushHealth, PushReply, PushRequest, PushState, Runtime, Sink
from ..errors import AuthenticationError, InsufficientRightsError, RejectedError, SystemFailure, UnsupportedError
from ..model import Inventory, Problem
from ..settings import PUSH
from .backfill import Backfill, tell
from .client import HikCentralClient
from .dedupe import Delivered
from .event_pictures import EventPictures
from .fallback import Audit, Fallback
from .gather import Gatherer
from .happening import EventRecord
from .receive import Receiver
from .records import Facts
from .router import EventRouter
from .search import Search
from .subscription import Subscription

_LOGGER = logging.getLogger(__name__)

TOPIC: Final = "events"
"""Topic of the problems with events."""
WATCH_SECONDS: Final = 300.0
JITTER: Final = 0.1
FIRST_LOOK_SECONDS: Final = 40.0
"""What was posted has arrived by then, and what was searched is in the platform's lists."""
LONGEST_LOOK_SECONDS: Final = 3600.0
RETRY_SECONDS: Final = 5.0
LONGEST_RETRY_SECONDS: Final = 300.0
REFUSED_SECONDS: Final = 3600.0
"""Pause before a subscription that was refused is tried again."""
OUTAGE: Final = timedelta(seconds=20)
"""A shorter silence of the platform cost nothing."""
ON_ITS_WAY: Final = timedelta(seconds=2)
LOOK_BACK: Final = timedelta(minutes=2)
MOST_LOOK_BACK: Final = timedelta(hours=1)


class Mode(StrEnum):
    """How events reach us."""

    PUSHED = "pushed"
    OFF = "off"
    """The owner wants nothing to be posted."""
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    """It is subscribed, but what happens is not posted."""


class EventChannel:
    """The events of one platform.

    `mode`: how they reach us. `counts`: `gaps`, `unreachable`, `recovered`.
    """

    def __init__(
        self,
        client: HikCentralClient,
        runtime: Runtime,
        options: Mapping[str, Any],
        uid: str,
        *,
        adopt: Callable[[Inventory], None] = lambda inventory: None,
        on_stale: Callable[[str, str], None] = lambda kind, id_: None,
        on_stranger: Callable[[], None] = lambda: None,
    ) -> None:
        """See `EventRouter` for what is called. Does no I/O."""
        self.counts: Counter[str] = Counter()
        self.mode = Mode.PUSHED if options.get(PUSH, True) else Mode.OFF
        self._runtime = runtime
        self._client = client
        self._background = Background()
        self._facts = Facts()
        self._ready = False
        self.delivered = Delivered(runtime)
        self.router = EventRouter(
            uid, runtime, options, self.delivered, self._background, adopt=adopt, on_stale=on_stale,
            on_stranger=on_stranger, skew=lambda: client.skew,
        )  # fmt: skip
        self.subscription = Subscription(client, runtime, lambda: self._facts.version)
        self.search = Search(client, runtime)
        gatherer = Gatherer(self.search, runtime, self.router.sources, lambda: self._facts)
        self.backfill = Backfill(gatherer, self.router, self.delivered)
        self.fallback = Fallback(gatherer, self.router, self.delivered, self.now)
        self.audit = Audit(gatherer, self.delivered, self.now)
        self.pictures = EventPictures(client, self.search, runtime, self._background, self.now)
        self.router.pictures = self.pictures
        self.receiver = Receiver(
            lambda: self.router if self._ready else None, runtime, options, self._background, self._arrived
        )
        self._wants_push = self.mode is Mode.PUSHED
        self._sink: Sink | None = None
        self._poke = asyncio.Event()
        self._gap: datetime | None = None
        self._filling = False
        self._verified: datetime | None = None
        self._subscribed: datetime | None = None
        self._looked: datetime | None = None
        self._answered: datetime | None = None
        self._silent = False
        self._pushed_at: datetime | None = None
        self._watch_at = self._look_at = self._round_at = float("-inf")
        self._look_pause = FIRST_LOOK_SECONDS
        self._failures = 0
        self._health = PushHealth(PushState.CONNECTING)

    def now(self) -> datetime:
        """Return the platform's time."""
        return self._runtime.now() + timedelta(seconds=self._client.skew or 0.0)

    # what the system tells

    def update(self, facts: Facts, inventory: Inventory) -> None:
        """Take over another inventory."""
        self._facts = facts
        self._ready = True
        self.router.update(facts, inventory)

    def use_wanted(self, wanted: Collection[str]) -> None:
        """Take over the ids of the features somebody looks at; a live view."""
        self.router.wanted = wanted

    def note_answer(self, *, answered: bool) -> None:
        """Take note whether the platform answered a poll: when it did not, its posts hardly arrived either."""
        now = self.now()
        if not answered:
            self._silent = True
            return
        before, self._answered = self._answered, now
        if self._silent and before is not None and now - before > OUTAGE:
            self._note_gap(before)
        self._silent = False

    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in what the platform posted."""
        return await self.receiver.receive(request, sink)

    def _arrived(self, events: int) -> None:
        """Take note that events were posted, before they are taken in."""
        self._pushed_at = now = self.now()
        if self.mode is Mode.UNREACHABLE:
            self.mode = Mode.PUSHED
            self.counts["recovered"] += 1
            self._note_gap(self.fallback.until or now)
            self._look_pause = FIRST_LOOK_SECONDS
            _LOGGER.info("%s reaches Home Assistant again", self._client.base_url)
            self._tell_problems()
            self._tell_health(PushHealth(PushState.HEALTHY))
        if self._gap is None and not self._filling and self.mode is Mode.PUSHED:
            self.delivered.advance(now)
        self.delivered.save()

    def _note_gap(self, since: datetime) -> None:
        """Let be fetched what may have been missed since a moment."""
        self.counts["gaps"] += 1
        self._gap = since if self._gap is None else min(self._gap, since)
        self._poke.set()

    # the task

    async def listen(self, sink: Sink) -> None:
        """Keep events coming until cancelled. Raises `AuthenticationError`."""
        self._sink = sink
        self._watch_at = self._look_at = self._round_at = float("-inf")
        if self.delivered.until is None:
            self.delivered.advance(self.now())
        else:
            self._note_gap(self.delivered.until)
        while True:
            self._poke.clear()
            pause = await self._step(sink)
            self.delivered.save()
            await wait_for_end(self._runtime, pause, self._poke)

    async def _step(self, sink: Sink) -> float:
        """Do what is due; returns the seconds until something is again. Raises `AuthenticationError`."""
        try:
            self._choose_mode()
            if self._is_subscribing and self._runtime.monotonic() >= self._watch_at:
                await self._watch(sink)
            if self._gap is not None:
                await self._fill(sink)
            if self.mode is Mode.PUSHED:
                if self._runtime.monotonic() >= self._look_at:
                    await self._look(sink)
            elif self._runtime.monotonic() >= self._round_at:
                await self.fallback.round(sink)
                self._round_at = self._runtime.monotonic() + self.fallback.pause
        except AuthenticationError:
            raise
        except SystemFailure as error:
            return self._failed(error)
        self._failures = 0
        due = [self._look_at] if self.mode is Mode.PUSHED else [self._round_at]
        due += [self._watch_at] if self._is_subscribing else []
        return max(0.1, min(due) - self._runtime.monotonic())

    def _failed(self, error: SystemFailure) -> float:
        """Take note of a failure; returns the seconds to wait."""
        self._failures += 1
        if self._verified is None and self.mode is Mode.PUSHED:
            self._tell_health(PushHealth(PushState.DOWN, error.key))
        pause = min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 2.0 ** min(self._failures - 1, 8))
        pause *= 0.5 + self._runtime.random()
        _LOGGER.debug("%s: events: %s; tried again in %.0f s", self._client.base_url, error, pause)
        return max(pause, getattr(error, "retry_after", None) or 0.0)

    @property
    def _is_subscribing(self) -> bool:
        """Whether the platform is to post to us."""
        return self.mode in {Mode.PUSHED, Mode.UNREACHABLE, Mode.REFUSED}

    def _choose_mode(self) -> None:
        """Find out whether there is an address to post to."""
        if not self._wants_push:
            self._tell_health(PushHealth(PushState.OFF))
            self._tell_problems()
            return
        there = self.subscription.destination() is not None
        if there and self.mode is Mode.NO_ADDRESS:
            self.mode = Mode.PUSHED
            self._watch_at = float("-inf")
            self._note_gap(self.fallback.until or self.now())
        elif not there and self.mode is not Mode.NO_ADDRESS:
            self.mode = Mode.NO_ADDRESS
            self._verified = None
            self._tell_health(PushHealth(PushState.DOWN, "callback_unknown"))
        self._tell_problems()

    # the subscription

    async def _watch(self, sink: Sink) -> None:
        """Look after the subscription."""
        if self._verified is None and self.mode is Mode.PUSHED:
            self._tell_health(PushHealth(PushState.CONNECTING))
        try:
            checked = await self.subscription.ensure()
        except (RejectedError, UnsupportedError, InsufficientRightsError) as error:
            self.mode = Mode.REFUSED
            self._verified = None
            self._watch_at = self._runtime.monotonic() + REFUSED_SECONDS
            self._tell_health(PushHealth(PushState.DOWN, error.key))
            self._tell_problems()
            return
        now, monotonic = self.now(), self._runtime.monotonic()
        if checked.lost and self._verified is not None:
            self._note_gap(self._verified)
        if self._verified is None:
            self._subscribed = now
            self._look_at, self._look_pause = monotonic + FIRST_LOOK_SECONDS, FIRST_LOOK_SECONDS
        self._verified = now
        if self.mode is Mode.REFUSED:
            self.mode = Mode.PUSHED
            self._note_gap(self.fallback.until or now)
        self._watch_at = monotonic + WATCH_SECONDS * (1 + JITTER * (2 * self._runtime.random() - 1))
        self._tell_problems()
        if self.mode is Mode.PUSHED:
            self._tell_health(PushHealth(PushState.HEALTHY))

    async def resubscribe(self, sink: Sink) -> None:
        """Subscribe everything again, whatever was refused before. Raises `SystemFailure`."""
        self._sink = sink
        await self.subscription.renew()
        if self.mode is Mode.REFUSED:
            self.mode = Mode.PUSHED
            self._note_gap(self.fallback.until or self.now())
        self._watch_at = float("-inf")
        self._poke.set()

    async def unsubscribe(self) -> None:
        """Take the subscription back, for good. Raises `SystemFailure`."""
        await self.subscription.unsubscribe()

    # gaps

    async def _fill(self, sink: Sink) -> None:
        """Fetch what was missed."""
        since = self._gap
        if since is None:
            return
        since, self._gap = min(since, self.now()), None
        until = self.now() - (ON_ITS_WAY if self.mode is Mode.PUSHED else timedelta())
        self._filling = True
        try:
            if until > since:
                await self.backfill.run(since, until, sink)
        except SystemFailure:
            reached = max(since, self.backfill.reached or since)
            self._gap = reached if self._gap is None else min(self._gap, reached)
            raise
        finally:
            self._filling = False
        self.fallback.until = until
        self._looked = until
        if self.mode is Mode.PUSHED:
            self._look_at = self._runtime.monotonic() + FIRST_LOOK_SECONDS
            self._look_pause = FIRST_LOOK_SECONDS

    # whether it is posted

    async def _look(self, sink: Sink) -> None:
        """Compare what happened with what was posted."""
        now = self.now()
        since = min(self._looked or self._verified or now, now)
        first = self._look_pause <= FIRST_LOOK_SECONDS
        proven = self._pushed_at is not None and now - self._pushed_at < MOST_LOOK_BACK
        whole = first or self.audit.is_cheap or not proven
        back = LOOK_BACK if whole else timedelta(seconds=WATCH_SECONDS) * (self.audit.turns + 1)
        seen = await self.audit.look(max(since - back, now - MOST_LOOK_BACK), whole=whole)
        # What the platform does not take into a subscription is never posted: it is told when it is found.
        refused = [each for each in seen.missing if int(each.code) in self.subscription.refused]
        await tell(self.router, refused, sink, late=False)
        missing = [each for each in seen.missing if int(each.code) not in self.subscription.refused]
        if missing:
            await self._missed(missing, since, sink)
        elif seen.whole:
            self._looked = now - LOOK_BACK
            if self._gap is None:
                self.delivered.advance(self._looked)
        if proven:
            self._look_pause = WATCH_SECONDS
        else:
            longest = WATCH_SECONDS if self.audit.is_cheap else LONGEST_LOOK_SECONDS
            self._look_pause = min(longest, self._look_pause * 2)
        self._look_at = self._runtime.monotonic() + self._look_pause

    async def _missed(self, missing: list[EventRecord], since: datetime, sink: Sink) -> None:
        """Something happened that was not posted: the way is lost, or only some of it was."""
        since_then = (self._subscribed or self.now()) + ON_ITS_WAY
        before = [each for each in missing if each.start < since_then]
        await tell(self.router, before, sink, late=True)
        missing = [each for each in missing if each not in before]
        if not missing:
            return
        first = missing[0].start
        if self._pushed_at is not None and self._pushed_at >= first:
            _LOGGER.info("%d events were not posted by %s", len(missing), self._client.base_url)
            await tell(self.router, missing, sink, late=True)
            self._note_gap(min(first, since))
            return
        lost = self.subscription.counts["lost"]
        await self._watch(sink)
        if self.mode is not Mode.PUSHED or self.subscription.counts["lost"] > lost:
            self._note_gap(min(first, since))
            return
        self.mode = Mode.UNREACHABLE
        self.counts["unreachable"] += 1
        self.fallback.until = min(first, since)
        self._round_at = float("-inf")
        _LOGGER.warning(
            "%s does not post its events to %s; they are asked for", self._client.base_url, self.subscription.shown
        )
        self._tell_health(PushHealth(PushState.DOWN, "callback_unreachable"))
        self._tell_problems()
        await self.subscription.use_pass_back()

    # telling

    def _tell_health(self, health: PushHealth) -> None:
        """Tell how the push channel is, if that changed."""
        if self._sink is not None and health != self._health:
            self._health = health
            self._sink.push_health(health)

    def _tell_problems(self) -> None:
        """Tell what only the user can change."""
        if self._sink is None:
            return
        problems = self.subscription.problems() if self._wants_push else []
        if self.mode is Mode.UNREACHABLE:
            placeholders = {"address": self.subscription.shown}
            problems.append(Problem(key="callback_unreachable", placeholders=placeholders, severe=True))
        self._sink.problems(TOPIC, problems)

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, as JSON, without secrets."""
        return {
            "mode": self.mode.value,
            "counts": dict(self.counts),
            "received": {
                "messages": self.receiver.messages,
                "refused": dict(self.receiver.refused),
                "waiting": self.receiver.waiting,
            },
            "router": dict(self.router.counts),
            "unknown_codes": dict(self.router.strangers.codes),
            "delivered": dict(self.delivered.counts),
            "delivered_until": self.delivered.until.isoformat() if self.delivered.until else None,
            "subscription": {
                "counts": dict(self.subscription.counts),
                "subscribed": len(self.subscription.codes),
                "refused": sorted(self.subscription.refused),
                "foreign": len(self.subscription.foreign),
                "refusal": self.subscription.refusal,
            },
            "backfill": dict(self.backfill.counts),
            "fallback": dict(self.fallback.counts),
            "looks": self.audit.looks,
            "skipped_records": self.search.skipped,
            "pictures": dict(self.pictures.counts),
        }

    async def close(self) -> None:
        """Stop what is under way; the subscription stays, so that a reload misses nothing."""
        self.delivered.save(now=True)
        await self._background.cancel()
