"""The address of the platform's web service (hikcentral §1.2)."""

from collections.abc import Sequence
from typing import Final

from yarl import URL

from ..errors import InvalidAddressError

PREFIX: Final = "artemis/api/"
"""What every path begins with."""


def addresses(text: str) -> Sequence[str]:
    """Turn what a user typed into the base address to use: always HTTPS unless plain HTTP was typed.

    A path that was copied along (`/artemis/api/…`, `/artemis-web/…`) is left out. Raises `InvalidAddressError`.
    """
    typed = text.strip()
    if not typed or any(character.isspace() for character in typed):
        raise InvalidAddressError("not an address", address=_plain(typed))
    try:
        url = URL(typed if "://" in typed else f"https://{typed}")
        host, port = url.host, url.port
    except ValueError as err:
        raise InvalidAddressError("not an address", address=_plain(typed)) from err
    if url.scheme not in {"http", "https"} or not host or not port or url.user is not None or url.password is not None:
        raise InvalidAddressError("not an address", address=_plain(typed))
    return (str(URL.build(scheme=url.scheme, host=host, port=None if url.is_default_port() else port)).rstrip("/"),)


def _plain(typed: str) -> str:
    """Return what was typed without anything that may be a password."""
    return typed.rpartition("@")[2][:80]
