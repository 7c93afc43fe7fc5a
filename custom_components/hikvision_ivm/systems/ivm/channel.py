"""Pushes from end to end: configured at the cloud, taken in, looked after (ivm §3.14, §4).

One task does everything that waits. What is lost is lost: the cloud never sends twice and keeps no history, so the
polls repair states after an outage.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
import logging
from typing import Any, Final

from ..background import wait_for_end
from ..base import PushHealth, PushReply, PushRequest, PushState, Sink
from ..errors import AuthenticationError, NotFoundError, SystemFailure
from ..model import ImageFeature, Inventory, Picture, Problem
from .callbacks import MISSING, NO_ADDRESS, UNREACHABLE, Callbacks
from .context import Context
from .event_pictures import EventPictures
from .messages import Message
from .receive import Receiver
from .router import Router
from .states import Told
from .times import zone_of

_LOGGER = logging.getLogger(__name__)

TOPIC: Final = "push"
"""Topic of the problems with pushes."""
CHECK_SECONDS: Final = 86_400.0
"""Between two looks whether the cloud still means to push to us."""
JITTER: Final = 0.05
ADDRESS_SECONDS: Final = 60.0
"""Between two looks whether our address is known by now, or another one."""
RETRY_SECONDS: Final = 10.0
LONGEST_RETRY_SECONDS: Final = 600.0
UNREACHABLE_SECONDS: Final = 20.0
"""Until the cloud is asked again to reach an address that it did not reach; each further time twice as long. While Home
Assistant starts, its address may not be open yet."""
LOUD_FAILURES: Final = 2
"""So many times in a row it was not reached before the owner is told."""
LONGEST_UNREACHABLE_SECONDS: Final = 3600.0
OUTAGE_SECONDS: Final = 90.0
"""After a longer silence of the cloud its pushes may have failed, too, so that it does not try any more."""
RENEW_SECONDS: Final = 120.0
"""Least time between two times that the subscriptions are written for the sake of the cloud's breaker."""


class EventChannel:
    """The pushes of one account. `counts`: `renewed`, `failed`, `outages`."""

    def __init__(
        self,
        context: Context,
        *,
        adopt: Callable[[Inventory], None] = lambda inventory: None,
        stale: Callable[[], None] = lambda: None,
        told: Told = lambda device, channel, changes: None,
        gone: Callable[[str], None] = lambda device: None,
    ) -> None:
        """See `Router` for what is called. Does no I/O."""
        self.counts: Counter[str] = Counter()
        self._context = context
        self._runtime = context.runtime
        self.pictures = EventPictures(context.client, context.runtime, context.background)
        zone = zone_of(context.options, context.runtime)
        self.router = Router(context, zone, self.pictures, adopt=adopt, stale=stale, told=told, gone=gone)
        self.callbacks = Callbacks(context.client, context.runtime, context.options)
        self.receiver = Receiver(
            context.runtime,
            context.background,
            secrets=lambda: self.callbacks.secrets,
            ready=lambda: self._ready,
            handle=self._handle,
            doubted=self._tell_problems,
        )
        self._wants_push = bool(self.callbacks.wanted)
        self._ready = False
        self._sink: Sink | None = None
        self._poke = asyncio.Event()
        self._lock = asyncio.Lock()
        self._renew = True
        self._due = float("-inf")
        self._tried: str | None = None
        self._failures = 0
        self._written_at = float("-inf")
        self._answered_at: float | None = None
        self._silent = False
        self._health: PushHealth | None = None
        self._problems: list[Problem] | None = None

    # what the system tells

    def ready(self) -> None:
        """There is an inventory: messages can be taken in. To be told after each new one."""
        self._ready = True
        self.receiver.resume()
        self.review()

    def review(self) -> None:
        """Look whether lists told that something is back. To be told after each reading, whatever it brought."""
        if self.router.ended.review():
            self._tell_problems()

    def note_answer(self, *, answered: bool) -> None:
        """Take note whether the cloud answered a poll.

        Where it did not for a while, it hardly reached us either: after six pushes in vain it does not try for ten
        minutes, unless the subscription is written again.
        """
        now = self._runtime.monotonic()
        if not answered:
            self._silent = True
            return
        before, self._answered_at = self._answered_at, now
        if self._silent and before is not None and now - before > OUTAGE_SECONDS:
            self.counts["outages"] += 1
            self._write_again()
        self._silent = False

    def note_missed(self) -> None:
        """Take note that a poll found what a push should have told: the cloud may have given our address up."""
        self._write_again()

    def _write_again(self) -> None:
        """Let the subscriptions be written again, soon and not too often."""
        if self._wants_push and self._runtime.monotonic() - self._written_at >= RENEW_SECONDS:
            self._renew = True
            self._due = float("-inf")
            self._poke.set()

    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in what was posted to us; the answer is always that it was taken in."""
        return await self.receiver.receive(request, sink)

    def _handle(self, message: Message, sink: Sink) -> None:
        """Take in a genuine message."""
        ended = len(self.router.ended)
        self.router.take(message, sink)
        if len(self.router.ended) != ended:
            self._sink = self._sink or sink
            self._tell_problems()

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the last picture of an image, None if there was none. Raises `SystemFailure`."""
        try:
            return await self.pictures.image(feature)
        except NotFoundError:
            return None

    async def alarm_picture(self, uuid: str) -> Picture:
        """Fetch the picture of an alarm by its id. Raises `SystemFailure`."""
        return await self.pictures.alarm_picture(uuid)

    # the task

    async def listen(self, sink: Sink) -> None:
        """Keep the subscriptions standing until cancelled. Returns if nothing is to be pushed.

        Raises `AuthenticationError`.
        """
        self._sink = sink
        self._health, self._problems = None, None
        if not self._wants_push:
            self._tell_health(PushHealth(PushState.OFF))
            self._tell_problems()
            await self._tidy()
            return
        self._renew, self._due = True, float("-inf")
        while True:
            self._poke.clear()
            pause = await self._step()
            await wait_for_end(self._runtime, pause, self._poke)

    async def _step(self) -> float:
        """Do what is due; returns the seconds until something may be again. Raises `AuthenticationError`."""
        address = self.callbacks.address
        if address is None:
            self._renew, self._due = True, float("-inf")
            self._tell_health(PushHealth(PushState.DOWN, NO_ADDRESS))
            self._tell_problems()
            return ADDRESS_SECONDS
        if address != self._tried:
            self._tried, self._renew, self._due = address, True, float("-inf")
        now = self._runtime.monotonic()
        if now >= self._due:
            await self._look()
        return max(0.1, min(ADDRESS_SECONDS, self._due - self._runtime.monotonic()))

    async def _look(self) -> None:
        """Look after the subscriptions, and choose when to do that again. Raises `AuthenticationError`."""
        if self._health is None:
            self._tell_health(PushHealth(PushState.CONNECTING))
        try:
            await self.ensure()
        except AuthenticationError:
            raise
        except SystemFailure as error:
            self.counts["failed"] += 1
            self._failures += 1
            self._tell_state(error.key)
            pause = self._backed_off(RETRY_SECONDS, LONGEST_RETRY_SECONDS)
            pause = max(pause, float(getattr(error, "retry_after", None) or 0.0))
            _LOGGER.debug("Pushes could not be configured: %s; tried again in %.0f s", error, pause)
            self._due = self._runtime.monotonic() + pause

    async def ensure(self, *, renew: bool = False, take_over: bool = False) -> None:
        """See to it that everything is subscribed; `renew`: write it again. Raises `SystemFailure`."""
        async with self._lock:
            renewing = renew or self._renew
            if renewing:
                self._written_at = self._runtime.monotonic()
            # What cannot be written now is written as soon as it can be; the rest is not written again for its sake.
            self._renew = False
            lost = await self.callbacks.ensure(renew=renewing, take_over=take_over)
            if lost:
                _LOGGER.info("A subscription of pushes was not ours any more")
            await self.callbacks.tidy()
            self.counts["renewed"] += renewing
            self._settle()

    def _settle(self) -> None:
        """Tell how it went, and choose when to look again."""
        callbacks = self.callbacks
        if callbacks.unreachable:
            self._failures += 1
            self._renew = True
            pause = self._backed_off(UNREACHABLE_SECONDS, LONGEST_UNREACHABLE_SECONDS)
        else:
            self._failures = 0
            pause = CHECK_SECONDS * (1 + JITTER * (2 * self._runtime.random() - 1))
        self._due = self._runtime.monotonic() + pause
        self._tell_state()
        self._poke.set()

    def _backed_off(self, first: float, longest: float) -> float:
        """Return a pause that grows with failures in a row."""
        pause = min(longest, first * 2.0 ** min(self._failures - 1, 10))
        return pause * (0.75 + 0.5 * self._runtime.random())

    # what the user asks for

    async def refresh(self) -> Mapping[str, str]:
        """Write every subscription again, and return how each stands. Raises `SystemFailure`."""
        self.callbacks.refused.clear()
        await self.ensure(renew=True)
        return {type_: standing.value for type_, standing in self.callbacks.standing.items()}

    async def take_over(self) -> None:
        """Take the place of others, as the owner agreed. Raises `SystemFailure`."""
        await self.ensure(renew=True, take_over=True)

    async def leave(self) -> None:
        """Take back what is ours, for good. Raises `SystemFailure`."""
        async with self._lock:
            await self.callbacks.leave()

    async def _tidy(self) -> None:
        """Take back what was subscribed before the owner chose to be told nothing. Raises `AuthenticationError`."""
        try:
            async with self._lock:
                await self.callbacks.tidy()
        except AuthenticationError:
            raise
        except SystemFailure as error:
            _LOGGER.debug("Pushes could not be taken back: %s", error)

    # telling

    def _tell_state(self, failure: str = "") -> None:
        """Tell how the subscriptions stand; `failure`: key of what kept the rest of them from being configured."""
        if self.callbacks.healthy:
            self._tell_health(PushHealth(PushState.HEALTHY))
        else:
            reason = self.callbacks.reason
            self._tell_health(PushHealth(PushState.DOWN, failure if failure and reason == MISSING else reason))
        self._tell_problems()

    def _tell_health(self, health: PushHealth) -> None:
        """Tell how the push channel is, if that changed."""
        if self._sink is not None and health != self._health:
            self._health = health
            self._sink.push_health(health)

    def _tell_problems(self) -> None:
        """Tell what only the owner can change, if that changed."""
        if self._sink is None:
            return
        problems: list[Problem] = []
        if self._wants_push:
            quiet = self._failures < LOUD_FAILURES
            problems += [one for one in self.callbacks.problems() if not (quiet and one.key == UNREACHABLE)]
            if self.receiver.doubt:
                problems.append(Problem(key="ivm_signature", placeholders={"reason": self.receiver.doubt}, severe=True))
        problems += self.router.ended.problems()
        if problems != self._problems:
            self._problems = problems
            self._sink.problems(TOPIC, problems)

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, as JSON, without secrets and without names of things."""
        callbacks = self.callbacks
        return {
            "health": None if self._health is None else self._health.state.value,
            "counts": dict(self.counts),
            "callbacks": {
                "counts": dict(callbacks.counts),
                "standing": {type_: standing.value for type_, standing in callbacks.standing.items()},
                "refused": dict(callbacks.refused),
                "foreign": len(callbacks.foreign),
                "address": callbacks.address is not None,
            },
            "received": {
                "counts": dict(self.receiver.counts),
                "refused": dict(self.receiver.refused),
                "waiting": self.receiver.waiting,
                "doubt": self.receiver.doubt,
            },
            "router": dict(self.router.counts),
            "unknown": dict(self.router.unknown),
            "pictures": dict(self.pictures.counts),
        }
