"""The right to move a camera: taken before the first command, kept a while for the next, given back (ivm §3.5).

One order at a time reaches a camera, and never within 300 ms of the one before: cameras crash or go on turning then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import logging
from typing import Final

from ..background import Background, wait_for_end
from ..errors import ProtocolError, SystemFailure
from ..movement import nothing_moves
from .client import IvmClient
from .codes import LockLostError, OccupiedError
from .places import dc
from .records import ChannelAddress

_LOGGER = logging.getLogger(__name__)

SPACING_SECONDS: Final = 0.3
KEEP_SECONDS: Final = 5.0
"""For so long the right is kept for a further command."""
LIFE_SECONDS: Final = 120.0
"""For so long it holds; every command prolongs it."""
MARGIN_SECONDS: Final = 10.0

type Use[T] = Callable[[str], Awaitable[T]]
"""Gives an order with the token of the right. A secret."""


@dataclass(slots=True, eq=False)
class _Right:
    """What is known of one camera's right. `turn` counts its uses, `holders` want it kept.

    `doubtful`: taking it got no answer, so it may be ours without a token.
    """

    channel: ChannelAddress
    queue: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str | None = field(default=None, repr=False)
    doubtful: bool = False
    ends: float = 0.0
    last: float = float("-inf")
    turn: int = 0
    holders: set[object] = field(default_factory=set)


class ControlLocks:
    """The rights to move one account's cameras."""

    def __init__(self, client: IvmClient) -> None:
        """Does no I/O."""
        self._client = client
        self._runtime = client.runtime
        self._rights: dict[tuple[str, str], _Right] = {}
        self._background = Background()
        self._closing = asyncio.Event()

    async def use[T](self, channel: ChannelAddress, order: Use[T]) -> T:
        """Give an order in its turn; if the right was lost meanwhile, take it again and give the order once more.

        Raises `OccupiedError` while somebody else has the right, and what the order raises.
        """
        right = self._right(channel)
        async with right.queue:
            right.turn += 1
            try:
                try:
                    return await self._give(right, order)
                except LockLostError:
                    right.token = None
                    return await self._give(right, order)
            finally:
                self._release_later(right)

    def hold(self, channel: ChannelAddress, holder: object) -> None:
        """Keep the right until `let_go`."""
        self._right(channel).holders.add(holder)

    def let_go(self, channel: ChannelAddress, holder: object) -> None:
        """Give the right back when nobody uses it for some seconds."""
        right = self._right(channel)
        right.holders.discard(holder)
        self._release_later(right)

    async def close(self) -> None:
        """Give every right back."""
        self._closing.set()
        while tasks := self._background.tasks:
            await asyncio.wait(tasks)

    async def _give[T](self, right: _Right, order: Use[T]) -> T:
        """Give an order, not too soon after the last."""
        token = await self._token(right)
        if (wait := right.last + SPACING_SECONDS - self._runtime.monotonic()) > 0:
            await self._runtime.sleep(wait)
        began = self._runtime.monotonic()
        try:
            done = await order(token)
        finally:
            right.last = self._runtime.monotonic()
        right.ends = began + LIFE_SECONDS - MARGIN_SECONDS
        return done

    async def _token(self, right: _Right) -> str:
        """Return the token of the right, taken if there is none that holds. Taking it is a GET that changes something."""
        now = self._runtime.monotonic()
        if right.token is not None and now < right.ends:
            return right.token
        if right.doubtful:
            await self._give_back(right)
        right.token, right.doubtful = None, True
        try:
            answer = await self._client.call("GET", f"{dc(right.channel)}/control-lock", writes=True)
        except SystemFailure as error:
            right.doubtful = not nothing_moves(error) and not isinstance(error, (OccupiedError, LockLostError))
            raise
        token = answer.text("control_token", "control_lock")
        if token is None:
            raise ProtocolError(reason="the answer holds no control token")
        right.doubtful = False
        right.token, right.ends = token, now + LIFE_SECONDS - MARGIN_SECONDS
        return token

    def _release_later(self, right: _Right) -> None:
        """Give the right back in some seconds, unless it is used until then."""
        if (right.token is not None or right.doubtful) and not right.holders:
            self._background.start(self._release(right, right.turn))

    async def _release(self, right: _Right, turn: int) -> None:
        """Give the right back. If that fails it ends by itself."""
        await wait_for_end(self._runtime, KEEP_SECONDS, self._closing)
        async with right.queue:
            if right.turn != turn or right.holders or (right.token is None and not right.doubtful):
                return
            await self._give_back(right)

    async def _give_back(self, right: _Right) -> None:
        """Tell the cloud that the right is not needed any more."""
        right.token, right.doubtful = None, False
        try:
            await self._client.call("POST", f"{dc(right.channel)}/control-lock")
        except SystemFailure as error:
            _LOGGER.debug("The right to move a camera was not given back: %s", error)

    def _right(self, channel: ChannelAddress) -> _Right:
        """Return what is known of a camera's right."""
        return self._rights.setdefault(channel.key, _Right(channel))
