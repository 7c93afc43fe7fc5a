"""Taking what the cloud pushes (ivm §4.1, §4.2).

The answer is always 200: six others in a row make the cloud give up the address, and with it the alarms. What protects
is that nothing is done with a message that is not genuine.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
import logging
from typing import Final

from ..background import Background
from ..base import PushReply, PushRequest, Runtime, Sink
from .messages import Message, UnusableMessageError, parse
from .signature import Secret, Verdict, judge

_LOGGER = logging.getLogger(__name__)

BODY_LIMIT: Final = 1024 * 1024
AT_ONCE_BYTES: Final = 16 * 1024
"""A longer message is worked on behind its answer."""
THREAD_BYTES: Final = 128 * 1024
"""A longer message is decoded beside the event loop."""
TEST_BYTES: Final = 1024
"""A longer one is no test message."""
WAITING_BYTES: Final = 32 * 1024 * 1024
MOST_IDS: Final = 20_000
TURN: Final = 20
"""Messages that are taken in before everything else has its turn."""
LOST_FAITH: Final = 20
"""So many signed pushes in a row that do not fit are not forgeries: something about the signature has changed."""

ACCEPTED: Final = PushReply()


class Receiver:
    """Takes pushes. `counts`: `messages`, `genuine`, `tests`, `handled`. `refused`: reason → how often.

    `doubt`: why signatures may not be understood, as a word of `Verdict`; empty if there is no doubt.
    """

    def __init__(
        self,
        runtime: Runtime,
        background: Background,
        *,
        secrets: Callable[[], tuple[Secret, ...]],
        ready: Callable[[], bool],
        handle: Callable[[Message, Sink], None],
        doubted: Callable[[], None],
    ) -> None:
        """`ready`: messages can be taken in; others wait. `handle` takes one in; `doubted`: `doubt` changed."""
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.doubt = ""
        self.proven = False
        self._runtime = runtime
        self._background = background
        self._secrets = secrets
        self._ready = ready
        self._handle = handle
        self._doubted = doubted
        self._ids: dict[str, None] = {}
        self._waiting: deque[tuple[bytes, Sink]] = deque()
        self._bytes = 0
        self._working = False
        self._misfits = 0

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in a message. Never raises for what is in it."""
        self.counts["messages"] += 1
        body = request.body
        if request.method.upper() != "POST":
            self.refused["method"] += 1
        elif len(body) > BODY_LIMIT:
            self.refused["too_large"] += 1
        else:
            self._judge(request, sink)
        return ACCEPTED

    def resume(self) -> None:
        """Take in what waited for something to be ready."""
        if self._waiting and not self._working and self._ready():
            self._working = True
            self._background.start(self._work())

    # whether it is genuine

    def _judge(self, request: PushRequest, sink: Sink) -> None:
        """Take in a message that is genuine."""
        known = self._secrets()
        verdict = judge(request.headers, known, self._runtime.now().timestamp()) if known else Verdict.UNSIGNED
        if verdict is not Verdict.GENUINE:
            if _is_test(request.body):
                self.counts["tests"] += 1
                return
            self.refused[verdict.value] += 1
            if known:
                self._misfit(verdict)
            return
        self.counts["genuine"] += 1
        self._fits()
        self._take(request.body, sink)

    def _fits(self) -> None:
        """A signature was understood."""
        self.proven = True
        self._misfits = 0
        self._doubt("")

    def _misfit(self, verdict: Verdict) -> None:
        """A signature was not understood. It counts as ours to understand until the first one was."""
        self._misfits += 1
        if not self.proven or (verdict is not Verdict.UNSIGNED and self._misfits >= LOST_FAITH):
            self._doubt(verdict.value)

    def _doubt(self, why: str) -> None:
        """Tell, if it is news."""
        if why != self.doubt:
            self.doubt = why
            if why:
                _LOGGER.warning("Pushed messages are discarded: their signature is %s", why)
            self._doubted()

    # what it says

    def _take(self, body: bytes, sink: Sink) -> None:
        """Take in a genuine message, in its turn."""
        if len(body) <= AT_ONCE_BYTES and not self._waiting and not self._working and self._ready():
            self._deliver(body, sink)
            return
        if self._bytes + len(body) > WAITING_BYTES:
            self.refused["overrun"] += 1
            return
        self._waiting.append((body, sink))
        self._bytes += len(body)
        self.resume()

    async def _work(self) -> None:
        """Take in what waits, in its order."""
        turn = 0
        try:
            while self._waiting:
                body, sink = self._waiting.popleft()
                self._bytes -= len(body)
                if len(body) > THREAD_BYTES:
                    self._finish(await asyncio.to_thread(_parsed, body), sink)
                else:
                    self._deliver(body, sink)
                turn += 1
                if turn % TURN == 0:
                    await asyncio.sleep(0)
        finally:
            self._working = False

    def _deliver(self, body: bytes, sink: Sink) -> None:
        """Read a message and hand it on."""
        self._finish(_parsed(body), sink)

    def _finish(self, message: Message | str, sink: Sink) -> None:
        """Hand on a message that is new; a fault of ours costs this one only."""
        if isinstance(message, str):
            self.refused[message] += 1
        elif message.test:
            self.counts["tests"] += 1
        elif self._is_new(message.id):
            self.counts["handled"] += 1
            try:
                self._handle(message, sink)
            except Exception:
                self.refused["fault"] += 1
                _LOGGER.exception("A pushed message of type %s could not be taken in", message.type or "?")
        else:
            self.refused["replayed"] += 1

    def _is_new(self, id_: str) -> bool:
        """Take note of the id of a message; whether it did not come before."""
        known = id_ in self._ids
        if known:
            del self._ids[id_]
        elif len(self._ids) >= MOST_IDS:
            del self._ids[next(iter(self._ids))]
        self._ids[id_] = None
        return not known


def _parsed(body: bytes) -> Message | str:
    """Read a body; a word for why it is no message."""
    try:
        return parse(body)
    except UnusableMessageError as error:
        return error.reason


def _is_test(body: bytes) -> bool:
    """Whether a body is a test message: nothing but an id and that it is one (L4128)."""
    if len(body) > TEST_BYTES:
        return False
    message = _parsed(body)
    return isinstance(message, Message) and message.test and not message.data
