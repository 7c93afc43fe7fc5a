"""The signature of a request: AK/SK with HMAC-SHA256 (hikcentral §1.3, §1.4)."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
import hashlib
import hmac
from typing import Final

PLAIN: Final = ("Accept", "Content-MD5", "Content-Type", "Date")
"""Headers with a line of their own at the top, in this order. One that is not sent has no line, not an empty one."""

ACCEPT: Final = "application/json"
CONTENT_TYPE: Final = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Keys:
    """A partner's key pair: the key names the partner, the secret signs and is never sent."""

    app_key: str
    app_secret: str = field(repr=False)


def string_to_sign(uri: str, headers: Mapping[str, str], custom: Mapping[str, str], method: str = "POST") -> str:
    """Return the text that is signed.

    `uri`: from `/artemis` on, with the sorted query; `headers`: those of `PLAIN` that are sent; `custom`: others.
    """
    lines = [method.upper(), *(headers[name] for name in PLAIN if name in headers)]
    lower = {name.lower(): value.strip() for name, value in custom.items()}
    lines += [f"{name}:{lower[name]}" for name in sorted(lower)]
    return "\n".join([*lines, uri])


def sign(secret: str, uri: str, headers: Mapping[str, str], custom: Mapping[str, str], method: str = "POST") -> str:
    """Return the value of `X-Ca-Signature`. Arguments as for `string_to_sign`."""
    text = string_to_sign(uri, headers, custom, method)
    return b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def signed_headers(
    keys: Keys, uri: str, *, timestamp: int, nonce: str, headers: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return every header of a signed request, to be sent exactly as they are.

    `timestamp` in milliseconds since 1970 by the platform's clock; `nonce` is new for every attempt. `headers` are sent
    but not signed, which the rules allow for any header.
    """
    plain = {"Accept": ACCEPT, "Content-Type": CONTENT_TYPE}
    custom = {"x-ca-key": keys.app_key, "x-ca-nonce": nonce, "x-ca-timestamp": str(timestamp)}
    return {
        **plain,
        **(headers or {}),
        "X-Ca-Key": keys.app_key,
        "X-Ca-Nonce": nonce,
        "X-Ca-Timestamp": str(timestamp),
        "X-Ca-Signature-Headers": ",".join(sorted(custom)),
        "X-Ca-Signature": sign(keys.app_secret, uri, plain, custom),
    }
