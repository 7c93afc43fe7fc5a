"""The access token: fetched once for everybody, renewed before it ends, replaced when it is refused (ivm §1.2, §1.3).

A key pair can hold two tokens at a time. A plain request returns the one that lives, so its rest of life may be short;
only within its last two days, and while it is the only one, it can be replaced ahead of its end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging
from typing import Final

from ..base import Runtime
from ..errors import AuthenticationError, CredentialsBlockedError, ProtocolError, SystemFailure
from ..transport.json import Fields

_LOGGER = logging.getLogger(__name__)

MARGIN_SECONDS: Final = 300.0
"""A token is not used in the last minutes of its life, if it has more than that."""
RENEW_SECONDS: Final = 2 * 86_400.0
"""Rest of life from which on a token can be replaced ahead of its end."""
PATIENCE_SECONDS: Final = 6 * 3_600.0
"""Until the next try when that did not bring another one."""
RETRY_SECONDS: Final = 300.0
"""Until the next try when that failed."""
LEAST_SECONDS: Final = 5.0
"""A token that ends at once is used this long all the same, so that nobody asks in a loop."""
UNTOLD_SECONDS: Final = 3_600.0
"""Life of a token of which the cloud did not say how long it lives."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, the monotonic moment up to which it is used, and that at which it really ends."""

    text: str
    ends: float
    dies: float


class TokenManager:
    """Holds the token of one key pair. `fetched` counts requests for one; `refused`: why the keys are none.

    `fetch(renew)` asks the cloud, `renew` for another one than the one that lives.
    """

    def __init__(self, runtime: Runtime, fetch: Callable[[bool], Awaitable[Fields]]) -> None:
        """Hold none yet."""
        self.fetched = 0
        self.refused: AuthenticationError | None = None
        self._runtime = runtime
        self._fetch = fetch
        self._token: Token | None = None
        self._lock = asyncio.Lock()
        self._renew_at = float("-inf")
        self._failure: SystemFailure | None = None
        self._ended = 0

    @property
    def text(self) -> str | None:
        """The token that is held, whether it lives or not. A secret."""
        return None if self._token is None else self._token.text

    @property
    def seconds_left(self) -> float | None:
        """Rest of life of the token."""
        return None if self._token is None else max(0.0, self._token.ends - self._runtime.monotonic())

    async def get(self) -> str:
        """Return a token that lives. Raises `SystemFailure`."""
        token = self._living()
        if token is not None and not self._wants_renewal(token):
            return token.text
        began = self._ended
        async with self._lock:
            token = self._living()
            if token is None:
                self._share_failure(began)
                return (await self._take(renew=False)).text
            if self._wants_renewal(token):
                return await self._renewed(token)
            return token.text

    async def _renewed(self, token: Token) -> str:
        """Return another token than one that lives, or that one: there is time for trying again."""
        self._renew_at = self._runtime.monotonic() + PATIENCE_SECONDS
        try:
            return (await self._take(renew=True)).text
        except AuthenticationError:
            raise
        except SystemFailure as error:
            self._renew_at = self._runtime.monotonic() + RETRY_SECONDS
            _LOGGER.debug("The token was not renewed: %s", error)
            return token.text

    async def replace(self, refused: str) -> str:
        """Return another token than the one that was refused; all who come with the same one share one request.

        Raises `SystemFailure`; all who waited for the request get its failure.
        """
        began = self._ended
        async with self._lock:
            if self._token is not None and self._token.text != refused:
                return self._token.text
            self._share_failure(began)
            self._token = None
            return (await self._take(renew=False)).text

    def _share_failure(self, began: int) -> None:
        """Raise how a request ended that was under way when somebody began to wait."""
        if self._failure is not None and self._ended > began:
            raise self._failure

    def forget(self) -> None:
        """Hold none."""
        self._token = None

    def _living(self) -> Token | None:
        """Return the token if it can still be used: up to its very end if it was short-lived to begin with."""
        token, now = self._token, self._runtime.monotonic()
        return token if token is not None and now < token.ends else None

    def _wants_renewal(self, token: Token) -> bool:
        """Whether it is time to ask for another token ahead of its end."""
        now = self._runtime.monotonic()
        return token.dies - now <= RENEW_SECONDS and now >= self._renew_at

    async def _take(self, *, renew: bool) -> Token:
        """Ask the cloud, and keep what it gives. Keys that were refused are not tried again."""
        if self.refused is not None:
            raise CredentialsBlockedError("not sent: the cloud refused these keys before")
        self.fetched += 1
        self._failure = None
        try:
            answer = await self._fetch(renew)
            text = _token_in(answer)
        except SystemFailure as error:
            self._failure = error
            if isinstance(error, AuthenticationError):
                self.refused = error
            raise
        finally:
            self._ended += 1
        seconds = answer.number("expire_time")
        now = self._runtime.monotonic()
        life = UNTOLD_SECONDS if seconds is None or seconds < 0 else seconds
        use = life - MARGIN_SECONDS if life > 2 * MARGIN_SECONDS else life
        self._token = Token(text, now + max(use, LEAST_SECONDS), now + life)
        if not renew and life > RENEW_SECONDS:
            self._renew_at = float("-inf")
        return self._token


def _token_in(answer: Fields) -> str:
    """Return the token of an answer. Raises `ProtocolError`."""
    if (text := answer.text("access_token")) is None:
        raise ProtocolError(reason="the answer holds no access token")
    return text
