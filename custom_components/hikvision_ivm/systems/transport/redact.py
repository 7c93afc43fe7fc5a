"""Masking of secrets and personal data in what leaves for logs and diagnostics (isapi-core §5, isapi-events §5)."""

from collections.abc import Collection, Iterable, Mapping
import json
import re
from typing import Any, Final
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MASK: Final = "**REDACTED**"

SECRET_KEYS: Final[frozenset[str]] = frozenset(
    {
        "accesskey", "accesstoken", "ak", "appkey", "appsecret", "authorization", "authpasswd", "cnonce", "cookie",
        "credential", "credentials", "csrftoken", "encryptkey", "guid", "hexvalue", "iv", "key", "keypassword",
        "loginpassword", "originalpasswd", "originalpassword", "passphrase", "passwd", "passcode", "password",
        "pin", "pincode", "presharedkey", "privatekey", "privpassword", "proxyauthorization", "psk",
        "pushurl", "refreshtoken", "rtmpurl", "salt", "secret", "secretkey", "securitycode", "sessionid", "sessiontag",
        "setcookie", "sharedkey", "signature", "sk", "superpassword", "token", "verificationcode", "webhookid",
        "wepkey", "wwwauthenticate", "xauthtoken", "xcasignature",
    }
)  # fmt: skip
"""Names of values that open something, in lower case and without separators."""

PERSONAL_KEYS: Final[frozenset[str]] = frozenset(
    {
        "cardno", "cardnumber", "certificateno", "certificatenumber", "email", "emailaddress", "emailaddresses",
        "employeeno", "employeenostring", "facelibname", "idcardno", "latitude", "licenseplate", "licenseplatenumber",
        "longitude", "macaddress", "mailaddress", "personname", "phone", "phonenumber", "plate", "plateno",
        "platenumber", "serialno", "serialnumber", "subserialnumber", "username", "loginname",
    }
)  # fmt: skip
"""Names of values that point at a person or one certain device."""

_SUFFIXES: Final = ("password", "passwd", "secret", "token")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]")
_USERINFO: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,20}://)[^\s/@\"'<>]{0,512}(?:@[^\s/@\"'<>]{0,512}){0,3}@")
_PARAMETER: Final = re.compile(r"([?&;]|&amp;)([A-Za-z0-9_.-]{1,64})=([^\s&;\"'<>]*)")
_HEADER: Final = re.compile(
    r"((?:proxy-)?authorization|set-cookie|cookie|www-authenticate|x-[a-z-]*(?:token|signature|key))"
    r"(\"?'?\s*[:=]\s*)[^\r\n<>]+",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(
    r"\b(?:Basic|Bearer)\s+(?=[a-z._~-]*[A-Z0-9+/=])[A-Za-z0-9._~+/=-]{4,}|\bDigest\s+[a-zA-Z]+=[^\r\n<>]+"
)
_ELEMENT: Final = re.compile(r"<((?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,80}))(\s[^<>]*)?>([^<]*)(</\1\s*>)")
_PAIR: Final = re.compile(r"(\"([^\"\\]{1,80})\"\s*:\s*)(\"(?:[^\"\\]|\\.)*\"|-?[\d.eE+-]+)")


def is_secret(name: str, keys: Collection[str] = SECRET_KEYS) -> bool:
    """Tell whether a name belongs to a secret: `newPassword`, `app_secret`, `X-Auth-Token` as well as those of `keys`."""
    plain = _SEPARATORS.sub("", name.rpartition(":")[2].lower())
    return plain in keys or plain.endswith(_SUFFIXES)


def redact(value: Any, *, secrets: Iterable[str] = (), personal: bool = True) -> Any:
    """Return a copy of JSON-like data with secrets masked.

    `secrets`: values to mask wherever they occur. `personal`: mask what points at a person or one certain device, too.
    A masked value keeps its type of absence: None and the empty text stay, so that a reader sees what was not set.
    """
    keys = SECRET_KEYS | PERSONAL_KEYS if personal else SECRET_KEYS
    return _redact(value, keys, _patterns(secrets))


def _redact(value: Any, keys: frozenset[str], known: re.Pattern[str] | None) -> Any:
    """Mask one value and everything below it."""
    if isinstance(value, Mapping):
        return {
            _masked_text(str(name), keys, known): (
                _blank(item, keys, known) if is_secret(str(name).lstrip("@"), keys) else _redact(item, keys, known)
            )
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redact(item, keys, known) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes"
    return _masked_text(value, keys, known) if isinstance(value, str) else value


def _blank(value: Any, keys: frozenset[str], known: re.Pattern[str] | None) -> Any:
    """Mask the value of a secret name; of a group or list every text below it, attributes excepted."""
    if isinstance(value, Mapping):
        return {
            str(name): _redact(item, keys, known) if str(name).startswith("@") else _blank(item, keys, known)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_blank(item, keys, known) for item in value]
    return value if value is None or value == "" or isinstance(value, bool) else MASK


def redact_text(text: str, *, secrets: Iterable[str] = (), personal: bool = True) -> str:
    """Return text, a URL, an XML or a JSON document with secrets masked. Arguments as for `redact`."""
    keys = SECRET_KEYS | PERSONAL_KEYS if personal else SECRET_KEYS
    return _masked_text(text, keys, _patterns(secrets))


def _masked_text(text: str, keys: Collection[str], known: re.Pattern[str] | None) -> str:
    """Mask secrets in text by their names and by their values."""
    if known is not None:
        text = known.sub(MASK, text)
    if "://" in text:
        text = _USERINFO.sub(rf"\1{MASK}@", text)
    if "=" in text:
        text = _PARAMETER.sub(lambda m: f"{m[1]}{m[2]}={MASK}" if m[3] and is_secret(m[2], keys) else m[0], text)
    text = _HEADER.sub(rf"\1\2{MASK}", text)
    text = _SCHEME.sub(MASK, text)
    if "<" in text:
        text = _ELEMENT.sub(
            lambda m: f"<{m[1]}{m[3] or ''}>{MASK}{m[5]}" if m[4].strip() and is_secret(m[2], keys) else m[0], text
        )
    if '"' in text:
        text = _PAIR.sub(lambda m: f'{m[1]}"{MASK}"' if m[3] != '""' and is_secret(m[2], keys) else m[0], text)
    return text


def _patterns(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of known secrets in every spelling in which they travel.

    Values of one or two characters are masked by their names only: they occur everywhere.
    """
    spellings: set[str] = set()
    for secret in secrets:
        if len(secret) > 2:
            spellings |= {
                secret,
                quote(secret, safe=""),
                quote(secret),
                quote_plus(secret),
                escape(secret),
                escape(secret, {'"': "&quot;", "'": "&apos;"}),
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
            }
    if not spellings:
        return None
    return re.compile("|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True)))
