"""The subscription: one endless answer with the events of all devices (ip-receiver §1.5, §3.3, §3.4).

It covers every device, also those that come later. There is no replay: after every new connection everything is read
again. A receiver may forget a subscription and still answer; what tells that all is well is the heartbeat.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
from typing import Any, Final, Protocol
from urllib.parse import quote

import orjson

from ..base import PushHealth, PushState, Runtime, Sink
from ..errors import (
    AuthenticationError,
    BusyError,
    CredentialsBlockedError,
    InsufficientRightsError,
    ProtocolError,
    RejectedError,
    SystemFailure,
    TooManySessionsError,
    UnsupportedError,
)
from ..model import Problem
from ..transport.http import Response, StreamResponse
from ..transport.json import decode, fields
from ..transport.json_parts import JsonParts
from ..transport.parts import Framing
from .alerts import SUBSCRIBED
from .client import JSON, Endpoint, ReceiverClient

_LOGGER = logging.getLogger(__name__)

TOPIC: Final = "stream"
"""Topic of the problems with being told events."""
BEAT_SECONDS: Final = 30.0
"""Seconds without a heartbeat or anything else after which the subscription counts as dead; it beats every 10."""
BACK_OFF: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
DOUBT_SECONDS: Final = 300.0
"""Least time between two subscriptions that were made anew on a doubt."""
REFUSED_SECONDS: Final = 600.0
"""Pause after a refusal that only the owner can end."""
FAREWELL_SECONDS: Final = 5.0
_REFUSALS: Final = (InsufficientRightsError, RejectedError, UnsupportedError)
_REFUSAL_LIMIT: Final = 64 * 1024
_BEGIN: Final = SUBSCRIBED.lower().encode()
_BREATH: Final = 20
"""Messages after which others get a turn."""


class Router(Protocol):
    """Who takes what arrives; returns whether it was a heartbeat."""

    def __call__(self, body: bytes, sink: Sink) -> bool:
        """Take one message."""


@dataclass(slots=True)
class StreamCounts:
    """What happened to the subscription: `sessions` begun, `failed`, `beats`, `messages`."""

    sessions: int = 0
    failed: int = 0
    beats: int = 0
    messages: int = 0
    last_failure: str = ""
    framing: Framing = field(default_factory=Framing)


@dataclass(slots=True)
class _Session:
    """One connection. `begun`: it answered the subscription; `beats`: it sent a heartbeat.

    `deadline` is moved on with every message.
    """

    opened: bool = False
    begun: bool = False
    beats: bool = False
    deadline: asyncio.Timeout | None = None
    doubted: str = ""

    def prolong(self, seconds: float) -> None:
        """Take note of a sign of life. A deadline that hardly moves stays where it is."""
        until = asyncio.get_running_loop().time() + seconds
        if self.deadline is not None and not self.doubted and until - (self.deadline.when() or 0.0) >= seconds / 30:
            self.deadline.reschedule(until)


class EventStream:
    """Keeps one subscription for all devices."""

    def __init__(
        self, client: ReceiverClient, route: Router, runtime: Runtime, *, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        """`beat_seconds`: how long silence may last. Does no I/O."""
        self.counts = StreamCounts()
        self._beat_seconds = beat_seconds
        self._session: _Session | None = None
        self._doubted = float("-inf")
        self._client = client
        self._route = route
        self._runtime = runtime
        self._state = PushState.OFF
        self._id: str | None = None
        self._refused = False

    @property
    def healthy(self) -> bool:
        """Whether events come."""
        return self._state is PushState.HEALTHY

    async def listen(self, sink: Sink) -> None:
        """Listen until cancelled. Raises `AuthenticationError` when only the user can help."""
        failures = 0
        self._tell(sink, PushState.CONNECTING)
        while True:
            session = _Session()
            self.counts.sessions += 1
            try:
                await self._run(session, sink)
                error: SystemFailure = ProtocolError(reason="the receiver ended the subscription")
            except AuthenticationError as refusal:
                if not refusal.pending:
                    self._failed(refusal, sink)
                    raise
                error = refusal
            except SystemFailure as failure:
                error = failure
            if session.beats:
                failures = 0
            failures += 1
            self._failed(error, sink)
            await self._runtime.sleep(self._delay(error, failures))

    async def close(self) -> None:
        """Take the subscription back, as far as the receiver listens."""
        subscription, self._id = self._id, None
        if subscription is None or self._client.http.gate.closed:
            return
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._client.call(Endpoint.UNSUBSCRIBE, target=quote(subscription, safe=""))
        except (SystemFailure, TimeoutError) as error:
            _LOGGER.debug("The subscription was not taken back: %s", error)

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, as JSON."""
        counts = self.counts
        return {
            "state": self._state.value,
            "sessions": counts.sessions,
            "failed": counts.failed,
            "beats": counts.beats,
            "messages": counts.messages,
            "last_failure": counts.last_failure,
            "framing": counts.framing.as_dict(),
        }

    def _delay(self, error: SystemFailure, failures: int) -> float:
        """Return the seconds until the next try."""
        if isinstance(error, _REFUSALS):
            return REFUSED_SECONDS
        if isinstance(error, CredentialsBlockedError):
            return BACK_OFF[-1]
        delay = BACK_OFF[min(failures, len(BACK_OFF)) - 1] * (0.75 + self._runtime.random() / 2)
        if isinstance(error, BusyError) and error.retry_after is not None:
            return max(delay, error.retry_after)
        return delay

    def _failed(self, error: SystemFailure, sink: Sink) -> None:
        """Tell of a failure; a refusal is shown to the owner, in the receiver's words."""
        self.counts.failed += 1
        self.counts.last_failure = error.key
        _LOGGER.debug("The subscription failed: %s", error)
        self._tell(sink, PushState.DOWN, error.key)
        if isinstance(error, (*_REFUSALS, TooManySessionsError)) and not self._refused:
            self._refused = True
            problem = Problem(key="receiver_stream_refused", placeholders={"reason": str(error)}, severe=True)
            sink.problems(TOPIC, (problem,))

    def _tell(self, sink: Sink, state: PushState, reason: str = "") -> None:
        """Report the state of the channel, if it changed."""
        if state is not self._state:
            self._state = state
            sink.push_health(PushHealth(state, reason))

    async def _run(self, session: _Session, sink: Sink) -> None:
        """Subscribe and read until the answer ends. Raises `SystemFailure`."""
        await self.close()
        self._session = session
        body = orjson.dumps({"SubscribeDeviceMgmt": {"eventMode": "all", "defenceMode": "all"}})
        endpoint = Endpoint.SUBSCRIBE
        async with self._client.http.stream(
            endpoint.method,
            endpoint.path,
            query={"format": "json"},
            body=body,
            content_type=JSON,
            read_timeout=self._beat_seconds,
        ) as response:
            if response.status != 200 or not response.content_type.startswith("multipart/"):
                await self._refuse(response)
            try:
                async with asyncio.timeout(self._beat_seconds) as session.deadline:
                    await self._read(response, session, sink)
            except TimeoutError as error:
                raise ProtocolError(reason=session.doubted or "no heartbeat came in time") from error
            finally:
                self._session = None

    def doubt(self) -> None:
        """Subscribe anew: something happened of which the receiver told nothing, although it beats."""
        session, now = self._session, self._runtime.monotonic()
        if session is not None and session.deadline is not None and now - self._doubted >= DOUBT_SECONDS:
            self._doubted = now
            session.doubted = "the receiver did not tell of a change"
            session.deadline.reschedule(asyncio.get_running_loop().time())

    async def _refuse(self, response: StreamResponse) -> None:
        """Raise the reason why there is no stream."""
        body = await response.read(_REFUSAL_LIMIT)
        self._client.judged(Response(response.status, response.headers, body), "event subscription")
        raise ProtocolError(reason="the receiver answers with something that is no event stream")

    async def _read(self, response: StreamResponse, session: _Session, sink: Sink) -> None:
        """Take what arrives."""
        parts = JsonParts(framing=self.counts.framing)
        breath = 0
        async for chunk in response.chunks():
            for message in parts.feed(chunk):
                self._take(message, session, sink)
                breath += 1
            if breath >= _BREATH:
                breath = 0
                await asyncio.sleep(0)
        parts.finish()

    def _take(self, message: bytes, session: _Session, sink: Sink) -> None:
        """Take one message: the id of the subscription, a heartbeat, or an event."""
        self.counts.messages += 1
        session.prolong(self._beat_seconds)
        begins = not session.begun and self._is_begin(message)
        if not session.opened:
            # Without an id there is nothing to take back later; events come all the same.
            self._opened(session, sink)
        if begins:
            session.begun = True
            return
        if self._route(message, sink):
            session.beats = True
            self.counts.beats += 1

    def _is_begin(self, message: bytes) -> bool:
        """Whether a message is the answer to the subscription, usually the first one; its id is kept."""
        if _BEGIN not in message.lower():
            return False
        try:
            root = fields(decode(message))
        except ProtocolError:
            return False
        if SUBSCRIBED not in root:
            return False
        self._id = root.child(SUBSCRIBED).text("id")
        return True

    def _opened(self, session: _Session, sink: Sink) -> None:
        """The receiver tells us events from now on."""
        session.opened = True
        self._tell(sink, PushState.HEALTHY)
        if self._refused:
            self._refused = False
            sink.problems(TOPIC, ())
