"""The event stream: one endless answer for each device, kept alive as long as the entry lives (isapi-events §1.1).

What arrives is either understood, or counted and set aside; only the connection itself can end a session. Some devices
end it every few messages, some are silent for hours, some send heartbeats: none of that is a failure.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
from typing import Any, Final

from ..base import PushHealth, PushState, Runtime, Sink
from ..errors import (
    AuthenticationError,
    BusyError,
    CredentialsBlockedError,
    InsufficientRightsError,
    ProtocolError,
    ResponseTimeoutError,
    SystemFailure,
    UnsupportedError,
)
from ..model import Picture, Problem
from ..transport.http import HttpClient, Response, StreamResponse
from ..transport.multipart import MultipartReader
from ..transport.parts import Framing, Part, boundary_of
from .alert import Alert
from .problems import stream_refused
from .router import EventRouter
from .status import failure, read_status

_LOGGER = logging.getLogger(__name__)

STREAM_PATH: Final = "/ISAPI/Event/notification/alertStream"
LEGACY_PATH: Final = "/Event/notification/alertStream"
PROBLEM_TOPIC: Final = "event_stream"

BACK_OFF: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before the next try after the first, second, … failure."""
REFUSED_SECONDS: Final = 300.0
"""The same after the device said that it will not: only somebody who changes its settings can help."""
LEAST_PERIOD: Final = 1.5
"""Seconds between two connections to a device that ends its streams itself."""
READ_TIMEOUT: Final = 90.0
"""Seconds of silence after which a connection counts as dead, unless heartbeats are known to be rarer."""
_LONGEST_TIMEOUT: Final = 600.0
_MISSED_BEATS: Final = 3
_PROVEN_SECONDS: Final = 10.0
"""A session that lasted this long worked, even if nothing happened in it."""
_PICTURE_SECONDS: Final = 10.0
"""A picture that comes later does not belong to the message before it."""
_PATHS: Final = 2
_ELSEWHERE_SECONDS: Final = 0.1
_BREATH: Final = 32
"""Parts after which everything else gets its turn."""
_REFUSAL_LIMIT: Final = 64 * 1024


@dataclass(slots=True)
class _Session:
    """One connection. Times in monotonic seconds; `beat` is the last heartbeat.

    `elsewhere`: the stream is to be looked for under the other path.
    """

    started: float
    parts: int = 0
    opened: bool = False
    elsewhere: bool = False
    beat: float | None = None
    alert: Alert | None = None
    alerted: float = 0.0


@dataclass(slots=True)
class StreamStatistics:
    """What the stream has seen since the start; `beat_seconds`: the longest interval between heartbeats."""

    sessions: int = 0
    ended: int = 0
    silent: int = 0
    failed: int = 0
    parts: int = 0
    cut_parts: int = 0
    stray_pictures: int = 0
    beat_seconds: float | None = None
    last_failure: str = ""
    framing: Framing = field(default_factory=Framing)


class AlertStream:
    """Listens to one device and hands every message to its router."""

    def __init__(self, http: HttpClient, router: EventRouter, runtime: Runtime) -> None:
        """Does no I/O."""
        self.statistics = StreamStatistics()
        self._http = http
        self._router = router
        self._runtime = runtime
        self._path = STREAM_PATH
        self._absent = 0
        self._state = PushState.OFF
        self._refused = False
        self._ended_at: float | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds of silence after which the connection counts as dead."""
        beat = self.statistics.beat_seconds
        return READ_TIMEOUT if beat is None else min(max(READ_TIMEOUT, _MISSED_BEATS * beat), _LONGEST_TIMEOUT)

    @property
    def healthy(self) -> bool:
        """Whether the device listens to us: what it does not report is off."""
        return self._state is PushState.HEALTHY

    async def listen(self, sink: Sink) -> None:
        """Listen until cancelled. Raises `AuthenticationError` when only the user can help."""
        failures = 0
        self._tell(sink, PushState.CONNECTING)
        while True:
            session = _Session(self._runtime.monotonic())
            error = await self._listen_once(session, sink)
            now = self._runtime.monotonic()
            if session.opened:
                self._ended_at = now
            lasted = now - session.started
            if worked := session.parts > 0 or (session.opened and lasted >= _PROVEN_SECONDS):
                failures = 0
            if session.elsewhere:
                delay = _ELSEWHERE_SECONDS
            elif error is None and worked:
                delay = LEAST_PERIOD - lasted
            else:
                error = error or ProtocolError(reason="the device ends the event stream at once")
                failures += 1
                delay = self._failed(error, failures, sink)
            if delay > 0:
                await self._runtime.sleep(delay)

    async def _listen_once(self, session: _Session, sink: Sink) -> SystemFailure | None:
        """Run one connection to its end and return why it failed, or None if the device just ended it."""
        statistics = self.statistics
        statistics.sessions += 1
        try:
            await self._run(session, sink)
        except ResponseTimeoutError as error:
            if session.opened and session.beat is None:
                # It never sent a heartbeat, so silence says nothing: connect anew without ado.
                statistics.silent += 1
                return None
            return error
        except AuthenticationError as error:
            if isinstance(error, CredentialsBlockedError) and error.pending:
                return error
            self._failed(error, 1, sink)
            raise
        except SystemFailure as error:
            return error
        statistics.ended += 1
        return None

    def _failed(self, error: SystemFailure, failures: int, sink: Sink) -> float:
        """Tell of a failure and return the seconds until the next try."""
        self.statistics.failed += 1
        self.statistics.last_failure = error.key
        _LOGGER.debug("The event stream failed: %s", error)
        self._tell(sink, PushState.DOWN, error.key)
        if isinstance(error, (InsufficientRightsError, UnsupportedError)):
            if not self._refused:
                self._refused = True
                sink.problems(PROBLEM_TOPIC, self._problems(error))
            return REFUSED_SECONDS
        delay = BACK_OFF[min(failures, len(BACK_OFF)) - 1] * (0.75 + self._runtime.random() / 2)
        if isinstance(error, BusyError) and error.retry_after is not None:
            return max(delay, min(error.retry_after, REFUSED_SECONDS))
        return delay

    @staticmethod
    def _problems(error: SystemFailure) -> list[Problem]:
        """Say in the device's words why it does not let us listen."""
        return [stream_refused(str(error))]

    def _tell(self, sink: Sink, state: PushState, reason: str = "") -> None:
        """Report the state of the stream, if it changed."""
        if state is not self._state:
            self._state = state
            sink.push_health(PushHealth(state, reason))

    async def _run(self, session: _Session, sink: Sink) -> None:
        """Connect and read until the device ends the answer. Raises `SystemFailure`."""
        async with self._http.stream("GET", self._path, read_timeout=self.read_timeout) as response:
            if response.status != 404:
                self._absent = 0
                await self._read(response, session, sink)
                return
        # The other path is asked over another connection: devices close this one without saying so.
        self._path = LEGACY_PATH if self._path == STREAM_PATH else STREAM_PATH
        self._absent += 1
        if not self._absent % _PATHS:
            raise UnsupportedError(function="Event/notification/alertStream")
        session.elsewhere = True

    async def _read(self, response: StreamResponse, session: _Session, sink: Sink) -> None:
        """Read one answer: a stream, or the reason why there is none."""
        content_type = response.headers.get("Content-Type", "")
        if response.status != 200 or response.content_type in {"text/html", "application/xml", "text/xml"}:
            raise await _refusal(response)
        self._opened(session, sink)
        reader = MultipartReader(boundary_of(content_type), framing=self.statistics.framing)
        breath = 0
        async for chunk in response.chunks():
            for part in reader.feed(chunk):
                self._take(part, session, sink)
                breath += 1
            if breath >= _BREATH:
                breath = 0
                await asyncio.sleep(0)
        for part in reader.finish():
            self._take(part, session, sink)

    def _opened(self, session: _Session, sink: Sink) -> None:
        """The device listens to us: all is well, and what it does not report is off."""
        session.opened = True
        gap = None if self._ended_at is None else self._runtime.monotonic() - self._ended_at
        self._tell(sink, PushState.HEALTHY)
        if self._refused:
            self._refused = False
            sink.problems(PROBLEM_TOPIC, ())
        sink.report(self._router.settle(gap))

    def _take(self, part: Part, session: _Session, sink: Sink) -> None:
        """Understand one part, or count it and set it aside."""
        session.parts += 1
        self.statistics.parts += 1
        body = part.body
        if part.content_type.startswith("image/") or body.startswith(b"\xff\xd8\xff"):
            self._take_picture(part, session, sink)
            return
        if not part.complete:
            self.statistics.cut_parts += 1
        alert = self._router.take(body, part.content_type, sink)
        if alert is not None and alert.sign_of_life:
            self._beat(session)
            return
        session.alert = alert
        session.alerted = self._runtime.monotonic()

    def _take_picture(self, part: Part, session: _Session, sink: Sink) -> None:
        """Give a picture to the message before it; half a picture, and one without a message, help nobody."""
        alert = session.alert
        if alert is None or not part.complete or self._runtime.monotonic() - session.alerted > _PICTURE_SECONDS:
            self.statistics.stray_pictures += 1
            return
        self._router.deliver_picture(alert, picture_of(part.body, part.content_type), sink)

    def _beat(self, session: _Session) -> None:
        """Learn from a heartbeat how long silence may last."""
        now = self._runtime.monotonic()
        if session.beat is not None:
            interval = now - session.beat
            self.statistics.beat_seconds = max(interval, self.statistics.beat_seconds or 0.0)
        session.beat = now

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, as JSON."""
        statistics = self.statistics
        return {
            "state": self._state.value,
            "path": self._path,
            "read_timeout_seconds": self.read_timeout,
            **{name: getattr(statistics, name) for name in StreamStatistics.__slots__},
            "framing": statistics.framing.as_dict(),
        }


def picture_of(body: bytes, content_type: str) -> Picture:
    """Return a picture under the name everybody knows: devices write `image/pjpeg`, too."""
    if body.startswith(b"\xff\xd8\xff") or not content_type.startswith("image/"):
        content_type = "image/jpeg"
    return Picture(content=body, content_type=content_type)


async def _refusal(response: StreamResponse) -> SystemFailure:
    """Read why there is no stream."""
    body = await response.read(_REFUSAL_LIMIT)
    answer = Response(response.status, response.headers, body)
    error = failure(answer, read_status(body), "Event/notification/alertStream")
    return error or ProtocolError(reason="the device answers with something that is no event stream")
