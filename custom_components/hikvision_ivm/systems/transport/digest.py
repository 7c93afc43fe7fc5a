"""HTTP authentication: reading challenges and computing answers (RFC 7616, RFC 2617, RFC 2069, RFC 7617).

Pure functions and one small state, no I/O. What real devices do and why this is not left to aiohttp (isapi-core
§1.2): quoted `algorithm`, `stale="FALSE"`, an empty `opaque` that must be returned, a `domain` that means nothing
(`::`), Basic before Digest, several challenges in one header or in several.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import hashlib
import re
import secrets
from typing import Final
from urllib.parse import quote

_TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_ITEM: Final = re.compile(
    rf"""[\s,]*+(?:
        (?P<key>{_TOKEN})\s*+=(?!=)\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)(?:"|$)|(?P<plain>[^\s,"]*))
      | (?P<scheme>{_TOKEN})(?=[\s,]|$)(?P<token68>\s+[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$)))?
      | (?P<junk>[^\s,]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)

_HEADER_LIMIT: Final = 16384
_QOPS: Final = ("auth", "auth-int")

_HASHES: Final[Mapping[str, str]] = {"SHA-512-256": "sha512_256", "SHA-256": "sha256", "SHA": "sha1", "MD5": "md5"}
"""Algorithms by name, strongest first."""

_ALIASES: Final[Mapping[str, str]] = {"SHA256": "SHA-256", "SHA-512/256": "SHA-512-256", "SHA1": "SHA", "SHA-1": "SHA"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge of a `WWW-Authenticate` header: `scheme` and the names of `values` are lower-case."""

    scheme: str
    values: Mapping[str, str]

    @property
    def stale(self) -> bool:
        """Whether only the nonce was refused."""
        return self.values.get("stale", "").strip().lower() == "true"


def parse_challenges(headers: Iterable[str]) -> list[Challenge]:
    """Read every challenge of all `WWW-Authenticate` headers, in order. Never raises; junk is passed over."""
    found: list[Challenge] = []
    for header in headers:
        values: dict[str, str] | None = None
        for item in _ITEM.finditer(header[:_HEADER_LIMIT].strip(" \t\r\n,")):
            if (scheme := item["scheme"]) is not None:
                if values and scheme.lower() in _QOPS:
                    # `qop=auth,auth-int` without its quotes
                    values["qop"] = f"{values.get('qop', '')},{scheme}"
                    continue
                values = {}
                found.append(Challenge(scheme.lower(), values))
            elif values is not None and (key := item["key"]) is not None:
                plain = item["plain"]
                value = plain if plain is not None else _ESCAPED.sub(r"\1", item["quoted"])
                values.setdefault(key.lower(), value)
    return found


@dataclass(frozen=True, slots=True)
class DigestChallenge:
    """A digest challenge that can be answered: `algorithm` in its canonical spelling without `-sess`.

    `qop` is `auth`, `auth-int` or None (RFC 2069). `opaque` None: not given; an empty one is returned.
    `spelling`: the algorithm as the peer wrote it, None if it named none.
    """

    realm: str
    nonce: str
    algorithm: str
    session: bool
    qop: str | None
    opaque: str | None
    spelling: str | None
    userhash: bool = False
    stale: bool = False
    utf8: bool = False


def _answerable(challenge: Challenge) -> DigestChallenge | None:
    """Return what is needed to answer a challenge, or None if it cannot be answered."""
    values = challenge.values
    if challenge.scheme != "digest" or not values.get("nonce"):
        return None
    spelling = values.get("algorithm", "").strip() or None
    name = (spelling or "MD5").upper()
    session = name.endswith("-SESS")
    name = name.removesuffix("-SESS")
    name = _ALIASES.get(name, name)
    offered = {word.strip().lower() for word in values["qop"].split(",") if word.strip()} if "qop" in values else set()
    qop = next((word for word in _QOPS if word in offered), None)
    if _HASHES.get(name) not in hashlib.algorithms_available or (offered and qop is None):
        return None
    return DigestChallenge(
        realm=values.get("realm", ""),
        nonce=values["nonce"],
        algorithm=name,
        session=session,
        qop=qop,
        opaque=values.get("opaque"),
        spelling=spelling,
        userhash=values.get("userhash", "").strip().lower() == "true",
        stale=challenge.stale,
        utf8=values.get("charset", "").strip().lower() == "utf-8",
    )


def choose_digest(challenges: Iterable[Challenge]) -> DigestChallenge | None:
    """Return the strongest digest challenge that can be answered; one that only offers `auth-int` comes last."""
    usable = [usable for challenge in challenges if (usable := _answerable(challenge)) is not None]
    if not usable:
        return None
    strength = list(_HASHES)
    return min(usable, key=lambda one: (one.qop == "auth-int", strength.index(one.algorithm)))


def offers_basic(challenges: Iterable[Challenge]) -> bool:
    """Whether Basic is among the challenges."""
    return any(challenge.scheme == "basic" for challenge in challenges)


def basic_answer(username: str, password: str) -> str:
    """Return the `Authorization` value for Basic, in UTF-8. Raises ValueError for a user name with a colon."""
    if ":" in username:
        raise ValueError("a user name with a colon cannot be sent with Basic authentication")
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def next_nonce(header: str | None) -> str | None:
    """Return the nonce that an `Authentication-Info` header announces for the next request."""
    if not header:
        return None
    challenges = parse_challenges([f"Digest {header}"])
    return challenges[0].values.get("nextnonce") or None if challenges else None


def _quoted(value: str) -> str:
    """Return a quoted string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(slots=True)
class DigestSession:
    """Answers requests with one nonce; the count of its uses and the client's nonce belong to it."""

    challenge: DigestChallenge
    cnonce: str = field(default_factory=lambda: secrets.token_hex(8))
    count: int = 0

    def answer(self, username: str, password: str, method: str, uri: str, body: bytes = b"") -> str:
        """Return the `Authorization` value for one request.

        `uri` is the request target exactly as sent, with its query. `body` matters with `auth-int` only.
        """
        challenge = self.challenge
        self.count += 1
        count = f"{self.count:08x}"
        a1 = _digest(challenge, username, challenge.realm, password)
        if challenge.session:
            a1 = _digest(challenge, a1, challenge.nonce, self.cnonce)
        a2_parts = [method, uri]
        if challenge.qop == "auth-int":
            a2_parts.append(_hash(challenge, body))
        a2 = _digest(challenge, *a2_parts)
        if challenge.qop is None:
            response = _digest(challenge, a1, challenge.nonce, a2)
        else:
            response = _digest(challenge, a1, challenge.nonce, count, self.cnonce, challenge.qop, a2)
        return "Digest " + ", ".join(self._fields(username, uri, count, response))

    def _fields(self, username: str, uri: str, count: str, response: str) -> list[str]:
        """Return the header's fields; which are quoted is laid down by RFC 7616 §3.4."""
        challenge = self.challenge
        fields = [*self._user(username), f"realm={_quoted(challenge.realm)}", f"nonce={_quoted(challenge.nonce)}"]
        fields += [f"uri={_quoted(uri)}", f'response="{response}"']
        if challenge.spelling is not None:
            fields.append(f"algorithm={challenge.spelling}")
        if challenge.opaque is not None:
            fields.append(f"opaque={_quoted(challenge.opaque)}")
        if challenge.qop is not None:
            fields += [f"qop={challenge.qop}", f"nc={count}"]
        if challenge.qop is not None or challenge.session:
            fields.append(f'cnonce="{self.cnonce}"')
        if challenge.userhash:
            fields.append("userhash=true")
        return fields

    def _user(self, username: str) -> list[str]:
        """Return the field that names the user: hashed where offered, otherwise UTF-8.

        Devices expect plain UTF-8; the extended notation of RFC 7616 only goes to peers that announce its charset.
        """
        if self.challenge.userhash:
            return [f'username="{_digest(self.challenge, username, self.challenge.realm)}"']
        if self.challenge.utf8 and not username.isascii():
            return [f"username*=UTF-8''{quote(username, safe='')}"]
        return [f"username={_quoted(username)}"]


def _digest(challenge: DigestChallenge, *parts: str) -> str:
    """Return the hash of the parts joined by colons."""
    return _hash(challenge, ":".join(parts).encode("utf-8", "surrogateescape"))


def _hash(challenge: DigestChallenge, data: bytes) -> str:
    """Return the hexadecimal hash of `data` by the challenge's algorithm."""
    return hashlib.new(_HASHES[challenge.algorithm], data, usedforsecurity=False).hexdigest()
