"""How one request gets past the device's login."""

from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

import aiohttp

from ..errors import AccountLockedError, AuthenticationError, ConnectionFailedError, ProtocolError
from .auth import Authenticator
from .digest import Challenge, DigestSession, next_nonce, parse_challenges
from .gate import Refusal, Turn
from .messages import Counters, Response

_MAX_ROUNDS: Final = 6
"""Times one request is sent with other credentials: its challenge, stale nonces, what others proved meanwhile."""

_BODY_LIMIT: Final = 64 * 1024


class ConfirmLaterError(Exception):
    """The login was refused once; the request shall try again after the gate's pause."""


class Login:
    """Sends one request until it is answered with something else than 401, or refused for good.

    `send` sends it with an `Authorization` value or none. `prime` asks for a challenge without a body; set for bodies
    that are made while they are sent. `body`: what `auth-int` covers. `repeatable`: the body can be sent again.
    """

    def __init__(
        self,
        auth: Authenticator,
        turn: Turn,
        counters: Counters,
        read_refusal: Callable[[Response], Refusal] | None,
        *,
        method: str,
        target: str,
        body: bytes = b"",
        send: Callable[[str | None], Awaitable[aiohttp.ClientResponse]],
        prime: Callable[[], Awaitable[aiohttp.ClientResponse]] | None = None,
        repeatable: bool = True,
    ) -> None:
        """`target`: path and query exactly as sent."""
        self._auth = auth
        self._turn = turn
        self._counters = counters
        self._read_refusal = read_refusal
        self._method = method
        self._target = target
        self._body = body
        self._send = send
        self._prime = prime
        self._repeatable = repeatable
        self._fresh: DigestSession | None = None
        self._stale = False

    async def run(self) -> aiohttp.ClientResponse:
        """Return the answer. Raises `AuthenticationError` and its kin, `ProtocolError`, `ConfirmLaterError`."""
        if self._prime is not None and not (self._auth.ready and self._repeatable):
            await self._ask_for_challenge(self._prime)
        for _ in range(_MAX_ROUNDS):
            session = self._auth.session
            if self._prime is not None and self._auth.hashes_body:
                raise ProtocolError(reason="the device wants a hash of a body that does not exist yet (auth-int)")
            answer = self._auth.answer(self._method, self._target, self._body)
            raw = await self._send(answer)
            if raw.status != 401:
                if answer is not None:
                    self._accepted(raw)
                return raw
            refused, challenges = await self._read(raw)
            if answer is None:
                self._challenged(refused, challenges)
            elif session is not None and session is not self._fresh:
                await self._reused_nonce_refused(refused, challenges)
            else:
                self._fresh_answer_refused(refused, challenges)
            if not self._repeatable:
                raise ConnectionFailedError(reason="the device asked for the login again while data was being sent")
        raise ProtocolError(reason="the device keeps asking for the login without accepting or refusing it")

    async def _ask_for_challenge(self, prime: Callable[[], Awaitable[aiohttp.ClientResponse]]) -> None:
        """Get a fresh challenge without sending the body, which may not be repeatable."""
        raw = await prime()
        if raw.status != 401:
            raw.release()
            return
        self._challenged(*await self._read(raw))

    def _accepted(self, raw: aiohttp.ClientResponse) -> None:
        """Let the others pass."""
        self._turn.accepted()
        if (nonce := next_nonce(raw.headers.get("Authentication-Info"))) is not None:
            self._auth.renew(nonce)

    def _challenged(self, refused: Response, challenges: list[Challenge]) -> None:
        """Take up the challenge to a request without credentials, unless the device says that it is locked."""
        refusal = self._refusal(refused)
        if refusal.unlock_seconds is not None and refusal.unlock_seconds > 0:
            self._give_up(refusal)
        if not challenges and refusal.attempts_left == 0:
            self._give_up(refusal)
        self._adopt(challenges)

    async def _reused_nonce_refused(self, refused: Response, challenges: list[Challenge]) -> None:
        """Find out, alone, whether the nonce was too old or the password is wrong."""
        if any(challenge.stale for challenge in challenges):
            self._counters.stale_nonces += 1
        else:
            # Many devices never say `stale`: this may have been counted as a wrong login.
            self._turn.logins += 1
            if (refusal := self._refusal(refused)).locked:
                self._give_up(refusal)
        if await self._turn.doubt():
            if not challenges:
                self._give_up(self._refusal(refused))
            self._adopt(challenges)

    def _fresh_answer_refused(self, refused: Response, challenges: list[Challenge]) -> None:
        """Give up, unless the device says that even the fresh nonce was too old; that is believed once."""
        self._turn.logins += 1
        if any(challenge.stale for challenge in challenges) and not self._stale:
            self._counters.stale_nonces += 1
            self._stale = True
            self._adopt(challenges)
            return
        self._give_up(self._refusal(refused))

    def _adopt(self, challenges: list[Challenge]) -> None:
        """Answer these challenges from now on."""
        self._auth.adopt(challenges)
        self._fresh = self._auth.session

    def _give_up(self, refusal: Refusal) -> NoReturn:
        """Close the gate and say why."""
        self._counters.refused_logins += 1
        self._auth.forget()
        if self._turn.refused(refusal):
            raise ConfirmLaterError
        if refusal.locked:
            raise AccountLockedError(
                "the account is locked", unlock_seconds=refusal.unlock_seconds, pending=refusal.patient
            )
        raise AuthenticationError("the device refused the credentials", attempts_left=refusal.attempts_left)

    def _refusal(self, refused: Response) -> Refusal:
        """Read what the device says about attempts and locks; a body that is not understood says nothing."""
        if self._read_refusal is None:
            return Refusal()
        try:
            return self._read_refusal(refused)
        except ProtocolError:
            return Refusal()

    async def _read(self, raw: aiohttp.ClientResponse) -> tuple[Response, list[Challenge]]:
        """Read a 401 so that its connection can be used again; a body that is too large is cut."""
        self._counters.challenges += 1
        body = bytearray()
        async for chunk in raw.content.iter_any():
            body += chunk
            if len(body) > _BODY_LIMIT:
                raw.close()
                break
        raw.release()
        headers = raw.headers.getall("WWW-Authenticate", [])
        return Response(401, raw.headers, bytes(body[:_BODY_LIMIT])), parse_challenges(headers)
