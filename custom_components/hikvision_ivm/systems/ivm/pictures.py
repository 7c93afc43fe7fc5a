"""Pictures in every form in which the cloud gives them (ivm §3.13)."""

import base64
import binascii
from typing import Final

from ..errors import ProtocolError
from ..model import Picture
from ..transport.json import decode, fields

_SIGNS: Final = ((b"\xff\xd8", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"BM", "image/bmp"))


def picture_of(body: bytes, content_type: str = "") -> Picture:
    """Return the picture of an answer: as it is, or base64 in `pic_data`. Raises `ProtocolError`."""
    kind = _kind(body)
    if kind is None and body[:64].lstrip()[:1] == b"{":
        return decoded_picture(fields(decode(body)).text("pic_data"))
    if kind is None and not content_type.startswith("image/"):
        raise ProtocolError(reason="the answer is no picture")
    return Picture(content=body, content_type=kind or content_type)


def decoded_picture(text: str | None) -> Picture:
    """Return the picture of base64, with or without the head of a data address. Raises `ProtocolError`."""
    plain = (text or "").rpartition("base64,")[2]
    try:
        content = base64.b64decode(plain, validate=False)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(reason="the picture is no base64") from error
    kind = _kind(content)
    if kind is None:
        raise ProtocolError(reason="the answer holds no picture")
    return Picture(content=content, content_type=kind)


def _kind(content: bytes) -> str | None:
    """Return what the first bytes say."""
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), None)
