"""One decoder for every form of a picture (hikcentral §3.9)."""

from base64 import b64encode
import json

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError
from custom_components.hikvision_ivm.systems.hikcentral.pictures import decode_picture, decode_text, envelope

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
TEXT = b64encode(JPEG).decode()
URI = f"data:image/jpeg;base64,{TEXT}"


@pytest.mark.parametrize(
    "body",
    [JPEG, URI.encode(), f'"{URI}"'.encode(), TEXT.encode(), f"{URI}{URI}".encode(), f'"{URI}"\n"{URI}"'.encode(),
     TEXT.rstrip("=").encode(), "\r\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)).encode(),
     f"data:;base64,{TEXT}".encode(), TEXT.replace("+", "-").replace("/", "_").encode()],
)  # fmt: skip
def test_forms(body: bytes) -> None:
    """Bytes, a data URI, bare Base64, quoted, twice, in lines, without padding, in the other alphabet."""
    picture = decode_picture(body)
    assert picture.content == JPEG
    assert picture.content_type == "image/jpeg"


def test_type_by_the_bytes() -> None:
    """The bytes say what a picture is, whatever the server does; only where they do not, the server is believed."""
    assert decode_picture(PNG, "image/jpeg").content_type == "image/png"
    assert decode_picture(b"RIFFxxxxWEBP", "image/webp").content_type == "image/webp"


@pytest.mark.parametrize(
    "body", [b"", b"no picture", b"data:image/jpeg;base64,", b"<html>", b"data:image/jpeg;base64,QUJD"]
)
def test_no_pictures(body: bytes) -> None:
    """What is none is refused."""
    with pytest.raises(ProtocolError):
        decode_picture(body)


def test_text_of_an_envelope() -> None:
    """The data of an envelope is text; anything else is no picture."""
    body = json.dumps({"code": "0", "msg": "ok", "data": URI}).encode()
    found = envelope(body)
    assert found is not None
    assert decode_text(found.text("data")).content == JPEG
    assert envelope(JPEG) is None
    assert envelope(b'{"code": "0", "da') is None
    for value in (None, 7, [], {}):
        with pytest.raises(ProtocolError):
            decode_text(value)
