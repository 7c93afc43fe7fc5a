"""Access tokens: at most two live ones for each AK/SK (ivm §1.2)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import random

from .errors import RefusedError

LIFE = timedelta(days=7)
FORCED_BELOW = timedelta(days=2)
LARGEST_KEYS = 2


@dataclass(slots=True)
class Token:
    """A token and when it ends."""

    value: str
    expires: datetime


@dataclass(slots=True)
class Key:
    """An AK/SK pair with its tokens, oldest first."""

    ak: str
    sk: str = field(repr=False)
    tokens: list[Token] = field(default_factory=list, repr=False)


class Tokens:
    """Issues and judges tokens."""

    def __init__(self, now: Callable[[], datetime], chance: random.Random) -> None:
        """No keys yet."""
        self._now = now
        self._chance = chance
        self.keys: dict[str, Key] = {}
        self.expired: set[str] = set()
        self.kicked: set[str] = set()
        """Tokens that are answered with `IVM.10000003`."""

    def add_key(self, ak: str, sk: str) -> Key:
        """Make a pair; there are two at most (L414)."""
        if len(self.keys) >= LARGEST_KEYS and ak not in self.keys:
            raise ValueError("an enterprise has two AK/SK pairs at most")
        self.keys[ak] = Key(ak, sk)
        return self.keys[ak]

    def issue(self, ak: str, sk: str, *, force: bool, limit: int) -> tuple[str, int]:
        """Return a token and the seconds it still lives. Raises RefusedError."""
        key = self.keys.get(ak)
        if key is None or key.sk != sk:
            raise RefusedError("IVM.10020022")
        self._sweep(key)
        now = self._now()
        if not key.tokens or (force and len(key.tokens) == 1 < limit and key.tokens[0].expires - now <= FORCED_BELOW):
            # What is printed in the guide holds this text, so no token may be taken apart (L440).
            value = f"{self._chance.getrandbits(128):032x}DELIMITER_DELIMITER_{self._chance.getrandbits(256):064x}"
            key.tokens.append(Token(value, now + LIFE))
        newest = key.tokens[-1]
        return newest.value, int((newest.expires - now).total_seconds())

    def judge(self, value: str | None) -> str | None:
        """Return what is wrong with the token of a request, as a code of the table; None if it is right."""
        if not value:
            return "IVM.10000004"
        if value in self.kicked:
            return "IVM.10000003"
        for key in self.keys.values():
            self._sweep(key)
            if any(token.value == value for token in key.tokens):
                return None
        return "IVM.10000002" if value in self.expired else "IVM.10000005"

    def live(self) -> list[Token]:
        """Return all tokens that are accepted."""
        for key in self.keys.values():
            self._sweep(key)
        return [token for key in self.keys.values() for token in key.tokens]

    def expire(self) -> None:
        """Let every token's time be over."""
        for token in self.live():
            token.expires = self._now()

    def revoke(self) -> None:
        """Forget every token, so that nobody knows it any more."""
        for key in self.keys.values():
            key.tokens.clear()

    def kick(self) -> None:
        """Throw everybody out."""
        self.kicked |= {token.value for token in self.live()}
        self.revoke()

    def _sweep(self, key: Key) -> None:
        now = self._now()
        self.expired |= {token.value for token in key.tokens if token.expires <= now}
        key.tokens = [token for token in key.tokens if token.expires > now]
