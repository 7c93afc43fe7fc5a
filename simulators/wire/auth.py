"""The server's side of HTTP login: Basic and every Digest variant that devices use, lock-out, replay protection."""

from base64 import b64decode
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import hashlib
import re
import secrets
from typing import Literal

type Reason = Literal["ok", "missing", "stale", "wrong", "locked"]

HASHES: Mapping[str, str] = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
PARAMETER = re.compile(r'([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
NONCE_COUNT = re.compile(r"[0-9a-fA-F]{8}")
RIGHTS: Mapping[str, frozenset[str]] = {
    "Administrator": frozenset({"*"}),
    "Operator": frozenset({"preview", "playBack", "logOrStateCheck", "alarmOutOrUpload"}),
    "Viewer": frozenset({"preview", "playBack", "logOrStateCheck", "alarmOutOrUpload"}),
}
"""Rights of a level unless a user is given others; `*` is all. Names as in isapi-core §3.8.2."""


@dataclass(frozen=True, slots=True)
class User:
    """An account of a device."""

    password: str = field(repr=False)
    level: str = "Administrator"
    rights: frozenset[str] | None = None

    def may(self, right: str) -> bool:
        """Tell whether the account has a right."""
        rights = self.rights if self.rights is not None else RIGHTS[self.level]
        return "*" in rights or right in rights


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One offered way to log in, with the quirks of its printed form."""

    scheme: Literal["Basic", "Digest"] = "Digest"
    algorithm: str = "MD5"
    qop: tuple[str, ...] = ("auth",)
    domain: str | None = None
    opaque: str | None = None
    stale_words: tuple[str, str] = ('"false"', '"true"')
    state_algorithm: bool = True

    def header(self, realm: str, nonce: str, stale: bool) -> str:
        """Value of a `WWW-Authenticate` header."""
        if self.scheme == "Basic":
            return f'Basic realm="{realm}"'
        parts = [f'qop="{",".join(self.qop)}"'] if self.qop else []
        parts += [f'realm="{realm}"', f'nonce="{nonce}"', f"stale={self.stale_words[stale]}"]
        if self.domain is not None:
            parts.append(f'domain="{self.domain}"')
        if self.opaque is not None:
            parts.append(f'opaque="{self.opaque}"')
        if self.state_algorithm:
            parts.append(f'algorithm="{self.algorithm}"')
        return "Digest " + ", ".join(parts)


VARIANTS: Mapping[str, tuple[Challenge, ...]] = {
    "MD5": (Challenge(),),
    "SHA-256": (Challenge(algorithm="SHA-256"),),
    "MD5-sess": (Challenge(algorithm="MD5-sess"),),
    "SHA-256-sess": (Challenge(algorithm="SHA-256-sess"),),
    "no-qop": (Challenge(qop=(), state_algorithm=False),),
    "auth-int": (Challenge(qop=("auth-int",)),),
    "auth,auth-int": (Challenge(qop=("auth", "auth-int")),),
    "several": (Challenge(algorithm="SHA-256"), Challenge()),
    "unknown-first": (Challenge(algorithm="SHA-512-256"), Challenge()),
    "basic-first": (Challenge(scheme="Basic"), Challenge()),
    "basic-only": (Challenge(scheme="Basic"),),
    "quirks": (Challenge(domain="::", opaque="", stale_words=('"FALSE"', '"TRUE"')),),
}
"""Names for the constructor's `digest`. `quirks`: words of truth in capitals, a useless domain, an empty opaque."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server thinks of a request's credentials."""

    reason: Reason
    username: str | None = None
    user: User | None = None
    attempts_left: int = 0
    unlock_seconds: int = 0


@dataclass(slots=True)
class _Nonce:
    """A nonce that was handed out."""

    uses: int = 0
    counts: set[int] = field(default_factory=set)


def hash_of(algorithm: str) -> Callable[[str | bytes], str]:
    """Hash function of a Digest algorithm, giving lower-case hex; raises `KeyError` for an unknown one."""
    name = HASHES[algorithm.upper().removesuffix("-SESS")]

    def run(data: str | bytes) -> str:
        return hashlib.new(name, data if isinstance(data, bytes) else data.encode()).hexdigest()

    return run


def digest_response(
    *,
    algorithm: str,
    method: str,
    target: str,
    username: str,
    password: str,
    realm: str,
    parameters: Mapping[str, str],
    body: bytes,
) -> str:
    """Expected `response` of RFC 7616 §3.4.1, and of RFC 2069 when no qop was chosen."""
    run = hash_of(algorithm)
    nonce, qop, cnonce = (parameters.get(name, "") for name in ("nonce", "qop", "cnonce"))
    first = run(f"{username}:{realm}:{password}")
    if algorithm.upper().endswith("-SESS"):
        first = run(f"{first}:{nonce}:{cnonce}")
    second = run(f"{method}:{target}:{run(body)}" if qop == "auth-int" else f"{method}:{target}")
    if not qop:
        return run(f"{first}:{nonce}:{second}")
    return run(f"{first}:{nonce}:{parameters.get('nc', '')}:{cnonce}:{qop}:{second}")


class Authority:
    """Checks credentials, hands out nonces, counts wrong logins per account and locks it."""

    def __init__(
        self,
        realm: str,
        users: dict[str, User],
        challenges: tuple[Challenge, ...],
        *,
        attempts: int,
        lock_seconds: float,
        rotate_after: int | None,
        clock: Callable[[], float],
    ) -> None:
        """`rotate_after`: requests until a nonce is stale, 1 = a new one for each; `clock` gives seconds."""
        self.realm = realm
        self.users = users
        self.challenges = challenges
        self.attempts = attempts
        self.lock_seconds = lock_seconds
        self.rotate_after = rotate_after
        self.failures: dict[str, int] = {}
        self.replays = 0
        self._locked_until: dict[str, float] = {}
        self._nonces: dict[str, _Nonce] = {}
        self._clock = clock

    def lock(self, username: str, seconds: float) -> None:
        """Lock an account now; 0 or less unlocks it and forgets its failures."""
        self.failures.pop(username, None)
        self._locked_until[username] = self._clock() + seconds

    def locked_seconds(self, username: str) -> int:
        """Whole seconds an account stays locked, at least 1 while it is."""
        left = self._locked_until.get(username, 0.0) - self._clock()
        return max(1, round(left)) if left > 0 else 0

    def forget_nonces(self) -> None:
        """Lose every nonce, as a reboot does."""
        self._nonces.clear()

    def offers(self, *, stale: bool) -> list[str]:
        """Values of the `WWW-Authenticate` headers of a 401, in the order they are sent."""
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = _Nonce()
        while len(self._nonces) > 256:
            del self._nonces[next(iter(self._nonces))]
        return [challenge.header(self.realm, nonce, stale) for challenge in self.challenges]

    def check(self, method: str, target: str, header: str | None, body: bytes) -> Verdict:
        """Judge a request; `target` is the request's path with its query as it was sent."""
        if not self.challenges:
            return Verdict("ok", None, User("", "Administrator"))
        if not header:
            return Verdict("missing")
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "basic" and any(offer.scheme == "Basic" for offer in self.challenges):
            username, reason = self._basic(rest)
        elif scheme.lower() == "digest":
            username, reason = self._digest(method, target, rest, body)
        else:
            return Verdict("missing")
        return self._conclude(username, reason)

    def _conclude(self, username: str, reason: Reason) -> Verdict:
        """Count a failure, or let a locked account wait whatever it sent."""
        if seconds := self.locked_seconds(username):
            return Verdict("locked", username, None, 0, seconds)
        if reason == "wrong":
            self.failures[username] = self.failures.get(username, 0) + 1
            if (left := self.attempts - self.failures[username]) > 0:
                return Verdict("wrong", username, None, left)
            self.lock(username, self.lock_seconds)
            return Verdict("locked", username, None, 0, self.locked_seconds(username))
        if reason == "ok":
            self.failures.pop(username, None)
        return Verdict(reason, username, self.users.get(username), self.attempts)

    def _basic(self, credentials: str) -> tuple[str, Reason]:
        try:
            username, _, password = b64decode(credentials, validate=True).decode().partition(":")
        except binascii.Error, UnicodeDecodeError:
            return "", "wrong"
        user = self.users.get(username)
        return username, "ok" if user and secrets.compare_digest(user.password.encode(), password.encode()) else "wrong"

    def _digest(self, method: str, target: str, rest: str, body: bytes) -> tuple[str, Reason]:
        parameters = {
            match[1].lower(): re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
            for match in PARAMETER.finditer(rest)
        }
        username = parameters.get("username", "")
        algorithm = parameters.get("algorithm", "MD5")
        offer = next(
            (
                offer
                for offer in self.challenges
                if offer.scheme == "Digest" and offer.algorithm.upper() == algorithm.upper()
                and (parameters.get("qop") in offer.qop if offer.qop else "qop" not in parameters)
                and (offer.opaque is None or parameters.get("opaque") == offer.opaque)
            ),
            None,
        )  # fmt: skip
        user = self.users.get(username)
        if offer is None or user is None or parameters.get("uri") != target or parameters.get("realm") != self.realm:
            return username, "wrong"
        expected = digest_response(
            algorithm=algorithm, method=method, target=target, username=username, password=user.password,
            realm=self.realm, parameters=parameters, body=body,
        )  # fmt: skip
        if not secrets.compare_digest(expected, parameters.get("response", "")):
            return username, "wrong"
        return username, self._nonce(parameters, bool(offer.qop))

    def _nonce(self, parameters: Mapping[str, str], counted: bool) -> Reason:
        """Judge nonce and count of an otherwise right answer: what was lost, worn out or replayed is stale."""
        nonce = self._nonces.get(parameters.get("nonce", ""))
        if nonce is None or (self.rotate_after is not None and nonce.uses >= self.rotate_after):
            return "stale"
        if counted:
            if not NONCE_COUNT.fullmatch(parameters.get("nc", "")) or not parameters.get("cnonce"):
                return "wrong"
            count = int(parameters["nc"], 16)
            if count == 0 or count in nonce.counts:
                self.replays += 1
                return "stale"
            nonce.counts.add(count)
        nonce.uses += 1
        return "ok"
