"""What a multipart answer is made of: parts, their headers, and what was met between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
import re
from types import MappingProxyType
from typing import Final

_QUOTES: Final = "\"'“”„‟‘’«»\udc93\udc94"
"""Straight and typographic quotes; the last two are what is left of a Windows code page in a header."""
HEADER_START: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part. `headers` by lower-case name; `content_type` in lower case without parameters, empty if not given.

    `complete` False: the part was cut off by the next boundary or by the end of the answer.
    """

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    content_type: str
    complete: bool = True


@dataclass(slots=True)
class Framing:
    """What the reader met. All counts; `skipped_bytes` is what belonged to no part or was too large.

    Blanks, line ends and dashes are not counted among them.
    """

    parts: int = 0
    half_parts: int = 0
    oversized_parts: int = 0
    wrong_lengths: int = 0
    missing_lengths: int = 0
    doubled_boundaries: int = 0
    empty_parts: int = 0
    skipped_bytes: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return all of it by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def boundary_of(content_type: str) -> str | None:
    """Return the boundary out of a `Content-Type` value, or None if it names none."""
    at = content_type.lower().find("boundary")
    value = content_type[at + len("boundary") :].lstrip()
    if at < 0 or not value.startswith("="):
        return None
    value = value[1:].strip()
    if value[:1] and value[0] in _QUOTES:
        value = value[1:]
        end = next((at for at, sign in enumerate(value) if sign in _QUOTES), len(value))
        return value[:end].strip() or None
    return value.partition(";")[0].strip().rstrip(_QUOTES) or None


@lru_cache(maxsize=512)
def plain_headers(block: bytes) -> Mapping[str, str] | None:
    """Return the headers of a block that is written as it should be, else None; most parts repeat their block."""
    headers: dict[str, str] = {}
    for line in block.split(b"\r\n"):
        if not HEADER_START.match(line) or line.startswith(b"-") or b"\n" in line:
            return None
        name, _, value = line.partition(b":")
        headers.setdefault(name.strip().decode("ascii").lower(), value.strip().decode("utf-8", "replace"))
    return MappingProxyType(headers)


@lru_cache(maxsize=512)
def plain_head(block: bytes) -> tuple[Mapping[str, str], int, str] | None:
    """Return headers, length and content type of a block written as it should be, else None."""
    headers = plain_headers(block)
    declared = headers.get("content-length", "") if headers is not None else ""
    if headers is None or not (declared.isascii() and declared.isdigit() and len(declared) < 10):
        return None
    return headers, int(declared), media_type(headers)


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type in lower case and without parameters, empty if there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def delimiter_start(boundary: bytes) -> bytes:
    """Return what a delimiter begins with. Some devices count the dashes to the boundary, so only two are asked for."""
    return b"--" + (boundary.strip().lstrip(b"-") or boundary)
