"""Turning what a user typed into base addresses (isapi-core §1.1)."""

from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
import re
from typing import Final
from urllib.parse import urlsplit

from ..errors import InvalidAddressError

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_SCHEME: Final = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.\-]*)://")
_LABEL: Final = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")
_MAX_HOST: Final = 253


def _invalid(shown: str, reason: str) -> InvalidAddressError:
    """Make the error; `shown` never carries credentials."""
    return InvalidAddressError(f"not an address: {reason}", address=shown[:100], reason=reason)


def _without_credentials(text: str) -> str:
    """Cut everything between the scheme and the last `@` of the authority."""
    scheme = _SCHEME.match(text)
    start = scheme.end() if scheme else 0
    return text[:start] + text[start:].rpartition("@")[2]


def _host(name: str, shown: str) -> str:
    """Check and normalise a host; an IPv6 address comes back in brackets.

    Raises `InvalidAddressError`.
    """
    if ":" in name:
        try:
            return f"[{IPv6Address(name)}]"
        except AddressValueError as error:
            raise _invalid(shown, "the IPv6 address is not one") from error
    name = name.rstrip(".").lower()
    if re.fullmatch(r"[\d.]+", name):
        try:
            return str(IPv4Address(name))
        except AddressValueError as error:
            raise _invalid(shown, "the IPv4 address is not one") from error
    try:
        ascii_name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError as error:
        raise _invalid(shown, "the host name is not one") from error
    if len(ascii_name) > _MAX_HOST or not all(_LABEL.match(label) for label in ascii_name.split(".")):
        raise _invalid(shown, "the host name is not one")
    return ascii_name


def addresses(text: str) -> Sequence[str]:
    """Return the base addresses to try, best first: no path, no trailing slash, no default port.

    Accepts a host, `host:port`, an IPv6 address with or without brackets, or a web address with any path. HTTPS comes
    before HTTP where the scheme was left open. Raises `InvalidAddressError`; its `reason` says what to change.
    """
    typed = text.strip()
    if not typed:
        raise _invalid("", "it is empty")
    shown = _without_credentials(typed)
    if shown != typed:
        raise _invalid(shown, "leave user name and password out of the address")
    if any(character.isspace() or not character.isprintable() for character in typed):
        raise _invalid(shown, "it contains a blank")
    scheme = _SCHEME.match(typed)
    schemes: Sequence[str] = ("https", "http")
    if scheme is not None:
        schemes = (scheme.group(1).lower(),)
        if schemes[0] not in _DEFAULT_PORTS:
            raise _invalid(shown, "it must begin with http:// or https://")
    authority = typed[scheme.end() if scheme else 0 :]
    if authority.count(":") > 1 and not authority.startswith("["):
        bare, slash, rest = authority.partition("/")
        authority = f"[{bare}]{slash}{rest}"
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _invalid(shown, "host or port is not one") from error
    if not host or port == 0 or parts.netloc.endswith(":"):
        raise _invalid(shown, "host or port is missing")
    name = _host(host, shown)
    return [
        f"{protocol}://{name}" if port in (None, _DEFAULT_PORTS[protocol]) else f"{protocol}://{name}:{port}"
        for protocol in schemes
    ]
