"""Who sent a message: the signature of a push, in every form that the documentation leaves open (ivm §4.2).

It covers address, time and key, not the body: it tells that the sender knows the key, and nothing of what is sent.
"""

from base64 import b64decode
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import hashlib
import hmac
from typing import Final

SIGNATURE: Final = ("X-Ivm-Signature", "X-lvm-Signature")
"""With a capital I as the maker's pages have it, and with a small L as it is printed (L4356)."""
TIMESTAMP: Final = ("X-Ivm-Timestamp", "X-lvm-Timestamp")
SEPARATORS: Final = ("|", " ")
"""The bar that the maker's pages show, and the blank that is left of it in print (L4161)."""
WINDOW_SECONDS: Final = 300.0
_MILLISECONDS: Final = 100_000_000_000
"""A moment beyond counts milliseconds."""
_HEX_LENGTH: Final = 64
_DIGEST_LENGTH: Final = 32


class Verdict(StrEnum):
    """What a signature is worth."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    """It is none that we can make: another address, another key, another form."""
    STALE = "stale"
    """It is right, but not of now: sent again by somebody, or one of the two clocks is wrong."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a subscription was made with: the address to the letter, and the key. Both are secrets."""

    url: str = field(repr=False)
    auth_key: str = field(repr=False)


def digest(secret: Secret, timestamp: str, separator: str = SEPARATORS[0]) -> bytes:
    """Return the signature of a moment, as bytes."""
    text = separator.join((secret.url, timestamp, secret.auth_key))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def judge(headers: Mapping[str, str], secrets: Iterable[Secret], now: float) -> Verdict:
    """Judge the headers of a push. `now`: seconds since 1970."""
    told, timestamp = _header(headers, SIGNATURE), _header(headers, TIMESTAMP)
    if not told or not timestamp:
        return Verdict.UNSIGNED
    signed = _decoded(told)
    if signed is None or not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 16:
        return Verdict.FORGED
    # Everything is compared, whatever fits: how long it takes tells nothing.
    fits = [
        hmac.compare_digest(signed, digest(secret, timestamp, separator))
        for secret in secrets
        for separator in SEPARATORS
    ]
    if not any(fits):
        return Verdict.FORGED
    moment = int(timestamp)
    seconds = moment / 1000 if moment > _MILLISECONDS else moment
    return Verdict.GENUINE if abs(now - seconds) <= WINDOW_SECONDS else Verdict.STALE


def _header(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Return the value of a header under any of its names, in any letter case."""
    for name in names:
        if (value := headers.get(name)) is not None:
            return value.strip()
    lower = {name.lower() for name in names}
    return next((value.strip() for name, value in headers.items() if name.lower() in lower), "")


def _decoded(text: str) -> bytes | None:
    """Return the bytes of a signature: hexadecimal in any letter case, or Base64 of either alphabet."""
    if len(text) == _HEX_LENGTH:
        try:
            return bytes.fromhex(text)
        except ValueError:
            return None
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        found = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error, ValueError:
        return None
    return found if len(found) == _DIGEST_LENGTH else None
