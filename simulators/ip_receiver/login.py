"""Digest logins of a receiver: a `uri` with or without its query, nonces that grow old, the lock-out of the guide."""

from collections.abc import Callable

from simulators.wire.auth import PARAMETER, Authority, Challenge, Reason, User, Verdict

from .knobs import Knobs

REALM = "DS-GWAS0101(6419)"
"""As in the sample (L444)."""


class ReceiverAuthority(Authority):
    """Checks logins by RFC 2617, which the guide refers to (L184)."""

    def __init__(self, users: dict[str, User], knobs: Knobs, clock: Callable[[], float], challenges: tuple[Challenge, ...]
                 ) -> None:  # fmt: skip
        """`clock` gives seconds."""
        super().__init__(
            REALM, users, challenges, attempts=knobs.attempts, lock_seconds=knobs.lock_seconds, rotate_after=None,
            clock=clock,
        )  # fmt: skip
        self._knobs = knobs
        self._seconds = clock
        self._born: dict[str, float] = {}

    def offers(self, *, stale: bool) -> list[str]:
        """Values of the headers of a 401; `stale` is told only if the receiver does tell it."""
        found = super().offers(stale=stale and self._knobs.stale)
        self._born = {nonce: self._born.get(nonce, self._seconds()) for nonce in self._nonces}
        return found

    def judge(self, method: str, path: str, target: str, header: str | None, body: bytes) -> Verdict:
        """Judge a request whose digest was made over its path or its whole target (L436, L446)."""
        self.attempts, self.lock_seconds = self._knobs.attempts, self._knobs.lock_seconds
        self.rotate_after = self._knobs.nonce_uses
        named = next((match[2] for match in PARAMETER.finditer(header or "") if match[1].lower() == "uri"), target)
        return self.check(method, path if named == path else target, header, body)

    def _nonce(self, parameters: dict[str, str], counted: bool) -> Reason:  # type: ignore[override]
        life = self._knobs.nonce_life
        born = self._born.get(parameters.get("nonce", ""), 0.0)
        if life is not None and self._seconds() - born > life:
            return "stale"
        return super()._nonce(parameters, counted)

    def _conclude(self, username: str, reason: Reason) -> Verdict:
        """Count a failure. With none left, the *next* attempt finds the account locked, even a right one (L223)."""
        seconds = self.locked_seconds(username)
        if not seconds and self._locked_until.pop(username, None) is not None:
            # The lock is over, and with it what led to it.
            self.failures.pop(username, None)
        if self.failures.get(username, 0) >= self.attempts and not seconds:
            self._locked_until[username] = self._seconds() + self.lock_seconds
            seconds = self.locked_seconds(username)
        if seconds:
            return Verdict("locked", username, None, 0, seconds)
        if reason == "wrong":
            self.failures[username] = self.failures.get(username, 0) + 1
            return Verdict("wrong", username, None, self.attempts - self.failures[username])
        if reason == "ok":
            self.failures.pop(username, None)
        return Verdict(reason, username, self.users.get(username), self.attempts)
