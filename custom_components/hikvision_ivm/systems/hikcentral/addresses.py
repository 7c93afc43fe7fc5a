"""Which address of a stream can be played, and the user's own where there is none (hikcentral §3.3, §3.4, T18)."""

from collections.abc import Mapping
from datetime import UTC, datetime
import re
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from ..errors import InvalidArgumentError, NotPlayableError
from ..transport.json import Fields

PROTOCOLS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "rtsp_s": frozenset({"rtsp", "rtsps"}),
        "hls": frozenset({"http", "https", "rtsp", "rtsps"}),
        "rtmp": frozenset({"rtmp", "rtmps", "rtsp", "rtsps"}),
    }
)
"""Protocols that anything can play, best first → schemes of their addresses."""
PRIVATE: Final = ("rtsp", "websocket")
"""Protocols for the maker's own programs; `rtsp` is not what its name says."""

_TAG: Final = re.compile(r"^\[[^\]]*\]")
_LONGEST: Final = 4096
_NAMES: Final = frozenset({"ip", "id", "name", "stream", "start", "end"})
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_TEMPLATE_SCHEMES: Final = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https"})


def address_of(answer: Fields) -> str | None:
    """Return the address in an answer without the tag in front of it; None if there is none."""
    found = answer.text("url", "streamURL", "streamUrl")
    return _TAG.sub("", found).strip() or None if found is not None else None


def playable(answer: Fields, protocol: str) -> str | None:
    """Return the address in an answer if anything can play it, else None.

    A second `://` marks the maker's own form: `rtsp://server/hikvision://device:8001:0:0`.
    """
    found = address_of(answer)
    if found is None or len(found) > _LONGEST or not found.isprintable() or any(map(str.isspace, found)):
        return None
    scheme, separator, rest = found.partition("://")
    if not separator or "://" in rest or scheme.lower() not in PROTOCOLS[protocol]:
        return None
    return found if _has_host(found) else None


def _has_host(address: str) -> bool:
    """Whether an address names a host, and a port that is one if any."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def check_template(template: str) -> str:
    """Return the user's own form of addresses, cleaned. Raises `InvalidArgumentError` for one that makes none."""
    cleaned = template.strip()
    names = set(_PLACEHOLDER.findall(cleaned))
    if unknown := sorted(names - _NAMES):
        raise InvalidArgumentError(field="stream_template", reason=f"{{{unknown[0]}}} stands for nothing")
    filled = _PLACEHOLDER.sub("1", cleaned)
    if "{" in filled or "}" in filled or any(map(str.isspace, filled)) or len(filled) > _LONGEST:
        raise InvalidArgumentError(field="stream_template", reason="is not an address")
    if filled.partition("://")[0].lower() not in _TEMPLATE_SCHEMES or not _has_host(filled):
        raise InvalidArgumentError(field="stream_template", reason="is not the address of a stream")
    return cleaned


def is_for_playback(template: str) -> bool:
    """Whether a form of addresses says from when to when to play."""
    return "{start}" in template


def fill_template(
    template: str,
    *,
    what: str,
    camera: str,
    name: str,
    ip: str | None,
    sub: bool = False,
    span: tuple[datetime, datetime] | None = None,
) -> str:
    """Return the address that the user's own form makes of a camera.

    `{ip}` of the device the camera hangs on, `{id}` and `{name}` of the camera, `{stream}` 1 for the main stream and 2
    for the sub stream, `{start}` and `{end}` as `20261128T220000Z`. Raises `NotPlayableError` where a part is unknown;
    `what` is what was to be played, in words.
    """
    start, end = (f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in span) if span is not None else (None, None)
    host = f"[{ip}]" if ip is not None and ":" in ip else ip
    values = {
        "ip": host,
        "id": quote(camera, safe=""),
        "name": quote(name, safe=""),
        "stream": "2" if sub else "1",
        "start": start,
        "end": end,
    }
    wanted = set(_PLACEHOLDER.findall(template))
    if any(values.get(each) is None for each in wanted):
        raise NotPlayableError(function=what)
    return _PLACEHOLDER.sub(lambda found: values.get(found[1]) or "", template)
