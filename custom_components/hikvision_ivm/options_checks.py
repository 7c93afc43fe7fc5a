"""What may be typed into the options. Every check raises ValueError for what cannot be used."""

from collections.abc import Collection
from string import Formatter
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yarl import URL

TEMPLATE_WORDS: Final = frozenset({"ip", "id", "name", "stream"})
"""What a stream address may leave open."""
PLAYBACK_WORDS: Final = TEMPLATE_WORDS | {"start", "end"}
"""What the address of recordings may leave open."""
CODE_LENGTHS: Final = range(4, 33)
"""How many characters the code of an alarm panel may have."""


def check_code(text: str) -> None:
    """A code that every keypad and keyboard can type: letters of the Latin alphabet and digits."""
    if len(text) not in CODE_LENGTHS or not text.isascii() or not text.isalnum():
        raise ValueError("this is no code")


def check_post_url(text: str) -> None:
    """A base address: scheme, host, perhaps a port and a path; no credentials, because it is shown to the platform."""
    url = URL(text)
    _ = url.port
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(text)
    if url.user is not None or url.password is not None or url.query_string or url.fragment:
        raise ValueError(text)


def check_zone(text: str) -> None:
    """A time zone by its name, such as `Europe/Berlin`. Reads a file."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(text) from error


def check_network_domain(text: str) -> None:
    """The id of a network domain: 16 characters at most, as it goes into a header."""
    if len(text) > 16 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(text)


def check_stream_template(text: str) -> None:
    """An RTSP address with names in braces; nothing that reaches into what the names stand for."""
    _check_template(text, TEMPLATE_WORDS)


def check_playback_template(text: str) -> None:
    """The same for recordings: it says from when."""
    if "{start}" not in text:
        raise ValueError("it does not say from when")
    _check_template(text, PLAYBACK_WORDS)


def _check_template(text: str, words: Collection[str]) -> None:
    """An RTSP address with some names in braces."""
    filled = ""
    for plain, name, spec, conversion in Formatter().parse(text):
        filled += plain
        if name is None:
            continue
        if name not in words or spec or conversion:
            raise ValueError("this name is not known")
        filled += "0"
    url = URL(filled)
    _ = url.port
    if url.scheme not in {"rtsp", "rtsps"} or not url.host:
        raise ValueError("this is no RTSP address")
