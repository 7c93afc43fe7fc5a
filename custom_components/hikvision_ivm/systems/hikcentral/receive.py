"""Taking what the platform posts to us (hikcentral §3.6, §3.7).

The platform wants its answer soon and counts on nothing else, so a message is answered before the work on it is done.
It is answered well also where it cannot be understood: to send it again would not mend it.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from http import HTTPStatus
import logging
from typing import Any, Final

from ..background import Background
from ..base import PushReply, PushRequest, Runtime, Sink
from ..settings import POST_SOURCES
from ..transport.sources import Network, is_among, networks
from .push import Batch, parse, slices
from .router import EventRouter

_LOGGER = logging.getLogger(__name__)

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Largest message in bytes; a face with its pictures stays below (hikcentral §5 T6)."""
AT_ONCE_BYTES: Final = 16 * 1024
"""A longer message is worked on behind its answer."""
THREAD_BYTES: Final = 128 * 1024
"""A longer message is decoded beside the event loop."""
WAITING_BYTES: Final = 64 * 1024 * 1024
"""Messages that may wait for their turn; beyond, the platform has to send again."""
SLICE: Final = 25
"""Events that are taken in before everything else has its turn."""

METHODS: Final = frozenset({"POST", "PUT"})
ACCEPTED: Final = PushReply(body=b'{"code":"0","msg":"Success"}', content_type="application/json")


class Receiver:
    """`refused`: reason → how often; of whole messages and of single events. `messages`: how many were taken in."""

    def __init__(
        self,
        router: Callable[[], EventRouter | None],
        runtime: Runtime,
        options: Mapping[str, Any],
        background: Background,
        arrived: Callable[[int], None],
    ) -> None:
        """`router` is asked each time; None: nothing can be taken in yet. `arrived` is told how many events came."""
        self.refused: Counter[str] = Counter()
        self.messages = 0
        self._router = router
        self._runtime = runtime
        self._allowed = _networks(options.get(POST_SOURCES))
        self._background = background
        self._arrived = arrived
        self._waiting: deque[tuple[bytes, Sink]] = deque()
        self._bytes = 0
        self._working = False

    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in a message. Never raises for what is in it."""
        if (refusal := self._refusal(request)) is not None:
            reason, status = refusal
            self.refused[reason] += 1
            return PushReply(status=status)
        self.messages += 1
        body = request.body
        if len(body) <= AT_ONCE_BYTES and not self._working:
            batch = parse(body, self._runtime.zone)
            if len(batch.events) <= SLICE:
                self._deliver(batch, sink)
                return ACCEPTED
        self._waiting.append((body, sink))
        self._bytes += len(body)
        if not self._working:
            self._working = True
            self._background.start(self._work())
        return ACCEPTED

    def _refusal(self, request: PushRequest) -> tuple[str, HTTPStatus] | None:
        """Return why a message is not taken in, and the answer to it."""
        if self._allowed and not is_among(request.remote, self._allowed):
            return "foreign", HTTPStatus.FORBIDDEN
        if request.method.upper() not in METHODS:
            return "method", HTTPStatus.METHOD_NOT_ALLOWED
        if len(request.body) > BODY_LIMIT:
            return "too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if self._router() is None:
            return "too_early", HTTPStatus.SERVICE_UNAVAILABLE
        if self._bytes + len(request.body) > WAITING_BYTES:
            return "overrun", HTTPStatus.SERVICE_UNAVAILABLE
        return None

    def _deliver(self, batch: Batch, sink: Sink) -> None:
        """Take in what a short message held."""
        self._count(batch)
        if (router := self._router()) is not None and batch.events:
            router.take_all(batch.events, sink)

    def _count(self, batch: Batch) -> None:
        """Take note of a message."""
        self.refused.update(batch.refused)
        if batch.events:
            self._arrived(len(batch.events))

    async def _work(self) -> None:
        """Take in what waits, in its order, a portion at a time."""
        try:
            while self._waiting:
                body, sink = self._waiting.popleft()
                try:
                    await self._take(body, sink)
                except Exception:
                    self.refused["fault"] += 1
                    _LOGGER.exception("A message of the platform could not be taken in")
                finally:
                    self._bytes -= len(body)
        finally:
            self._working = False

    async def _take(self, body: bytes, sink: Sink) -> None:
        """Take in one message."""
        zone = self._runtime.zone
        batch = await asyncio.to_thread(parse, body, zone) if len(body) > THREAD_BYTES else parse(body, zone)
        self._count(batch)
        for portion in slices(batch.events, SLICE):
            if (router := self._router()) is not None:
                router.take_all(portion, sink)
            await asyncio.sleep(0)

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting)


def _networks(text: object) -> tuple[Network, ...]:
    """Read who may post to us; what is neither an address nor a network allows nobody."""
    found: list[Network] = []
    for word in str(text or "").replace(",", " ").split():
        try:
            found += networks(word)
        except ValueError:
            _LOGGER.warning("%s is neither an address nor a network; nothing from there is taken in", word)
            found += _NOBODY
    return tuple(found)


_NOBODY: Final = networks("255.255.255.255")
