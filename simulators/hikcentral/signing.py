"""The gateway's check of a signature, recomputed from the headers that arrived (§1.4, L880-1021)."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
import hashlib
import hmac

LINE_HEADERS = ("Accept", "Content-MD5", "Content-Type", "Date")
"""Headers with a line of their own at the top, where they were sent."""
NEVER_SIGNED = frozenset(
    name.lower()
    for name in (
        "X-Ca-Signature", "X-Ca-Signature-Headers", "Accept", "Content-MD5", "Content-Type", "Date", "Content-Length",
        "Server", "Connection", "Host", "Transfer-Encoding", "X-Application-Context", "Content-Encoding",
    )
)  # fmt: skip


class BadSignatureError(Exception):
    """The headers cannot be what was signed; says why."""


def canonical_uri(path: str, parameters: Iterable[tuple[str, str]] = ()) -> str:
    """Return the path and all query and form parameters, sorted by name."""
    rows = sorted(parameters)
    return path + ("?" + "&".join(f"{name}={value}" if value else name for name, value in rows) if rows else "")


def string_to_sign(method: str, uri: str, headers: Mapping[str, str], names: Iterable[str]) -> str:
    """Build what was signed from case-insensitive `headers`; `names` are those that X-Ca-Signature-Headers lists.

    Raises BadSignatureError for a listed header that was not sent or that is never signed.
    """
    lines = [method.upper()]
    lines += [headers[name] for name in LINE_HEADERS if name in headers]
    for name in sorted({name.lower() for name in names}):
        if name in NEVER_SIGNED:
            raise BadSignatureError(f"{name} is never signed")
        if name not in headers:
            raise BadSignatureError(f"{name} is signed but was not sent")
        lines.append(f"{name}:{headers[name].strip()}")
    return "\n".join([*lines, uri])


def signature(secret: str, message: str) -> str:
    """Return the HMAC-SHA256 with the AppSecret, as base64."""
    return b64encode(hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()).decode()


def body_digest(body: bytes) -> str:
    """Return what Content-MD5 must be."""
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def check(method: str, uri: str, headers: Mapping[str, str], body: bytes, secret: str) -> None:
    """Raise BadSignatureError unless X-Ca-Signature is right for this request."""
    listed = headers.get("X-Ca-Signature-Headers", "")
    names = [name for name in listed.split(",") if name]
    if not names:
        raise BadSignatureError("X-Ca-Signature-Headers is missing")
    if any(name != name.strip().lower() for name in names) or names != sorted(names):
        raise BadSignatureError("X-Ca-Signature-Headers is not lower-case, sorted and without blanks")
    digest = headers.get("Content-MD5")
    if digest is not None and digest != body_digest(body):
        raise BadSignatureError("Content-MD5 does not fit the body")
    expected = signature(secret, string_to_sign(method, uri, headers, names))
    if not hmac.compare_digest(expected.encode(), headers["X-Ca-Signature"].encode()):
        raise BadSignatureError("the signature does not fit")
