"""One decoder for every form in which the platform answers with a picture (hikcentral §3.9)."""

from base64 import b64decode
import binascii
import json
import re
from typing import Any, Final

from ..errors import ProtocolError
from ..model import Picture
from ..transport.json import Fields, fields

_MAGIC: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"BM", "image/bmp"),
                 (b"GIF8", "image/gif"))  # fmt: skip
_DATA: Final = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)?[^,]{0,80},", re.IGNORECASE)
_END: Final = re.compile(r"[\"' ]|data:", re.IGNORECASE)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]")


def picture_type(content: bytes) -> str | None:
    """Return the media type that the first bytes show; None if they are those of no picture."""
    return next((name for magic, name in _MAGIC if content.startswith(magic)), None)


def envelope(body: bytes) -> Fields | None:
    """Return the envelope of an answer if it is a JSON object; None if it is anything else."""
    if body.lstrip()[:1] != b"{":
        return None
    try:
        return fields(json.loads(body))
    except ValueError:
        return None


def decode_picture(body: bytes, content_type: str = "") -> Picture:
    """Return the picture of a body that is no envelope, or of the `data` of one as text. Raises `ProtocolError`."""
    if (kind := picture_type(body)) is not None:
        return Picture(content=body, content_type=kind)
    if content_type.startswith("image/") and body:
        return Picture(content=body, content_type=content_type)
    return decode_text(body.decode("utf-8", "replace"))


def decode_text(value: Any) -> Picture:
    """Return the picture of a data URI or of bare Base64, quoted or not, printed once or twice.

    Raises `ProtocolError`.
    """
    text = str(value).strip().strip("\"'").strip() if isinstance(value, str) else ""
    if (found := _DATA.search(text)) is not None:
        text = _END.split(text[found.end() :], maxsplit=1)[0]
    plain = _NOT_BASE64.sub("", text.replace("-", "+").replace("_", "/")).rstrip("=")
    try:
        content = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        content = b""
    if (kind := picture_type(content)) is None:
        raise ProtocolError(reason="the answer is no picture")
    return Picture(content=content, content_type=kind)
