"""Secrets do not leave."""

import json
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from custom_components.hikvision_ivm.systems.transport.redact import MASK, is_secret, redact, redact_text

SECRET = "p@s:s/w?o#r%d&<>\"'ü x"


@pytest.mark.parametrize(
    "name",
    ["password", "passWord", "Passwd", "originalPasswd", "newPassword", "app_secret", "X-Auth-Token", "sharedKey", "authPasswd",
     "verificationCode", "salt", "pinCode", "Authorization", "ns:password", "sessionID", "secret-key"],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    """Names of secrets are known in every spelling."""
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["passwordLevel", "keyFrame", "enabled", "id", "statusCode", "tokenCount", "riskPasswordCheck"]
)
def test_other_names(name: str) -> None:
    """What only sounds like a secret stays readable."""
    assert not is_secret(name)


@pytest.mark.parametrize(
    "text",
    [
        f"rtsp://admin:{quote(SECRET, safe='')}@192.0.2.1:554/Streaming/Channels/101",
        "rtsp://admin:p@ss@192.0.2.1/x with more: http://u:p@ss@h/",
        "http://h/x?a=1&password=p@ss&b=2", "http://h/x?token=p@ss", "GET /x?a=1&amp;PassWord=p@ss",
        "Authorization: Basic YWRtaW46cEBzcw==", "'Authorization': 'Digest username=\"a\", response=\"p@ss\"'",
        "sent Bearer pa5s-token-abc", 'Digest username="admin", response="p@ss"', "Cookie: WebSession=p@ss",
        "<a><password>p@ss</password></a>", '<a><ns:passWord id="1">p@ss</ns:passWord></a>', "<pinCode >p@ss</pinCode >",
        '{"password": "p@ss\\"p@ss", "a": 1}', '{"pinCode": 123456789}', '{"licensePlate":"p@ss"}',
        "<serialNumber>p@ss</serialNumber>", "<latitude>123456789</latitude>",
    ],
)  # fmt: skip
def test_secrets_in_text(text: str) -> None:
    """Addresses, headers, XML and JSON lose their secrets by the names around them."""
    masked = redact_text(text, secrets=[SECRET])
    assert MASK in masked
    for secret in ("p@ss", SECRET, quote(SECRET, safe=""), "YWRtaW46", "123456789", "-token-abc"):
        assert secret not in masked


def test_known_values_are_found_in_every_spelling() -> None:
    """A secret that is known is masked wherever and however it is written."""
    spellings = [SECRET, quote(SECRET), quote(SECRET, safe=""), escape(SECRET), json.dumps(SECRET)[1:-1]]
    for spelling in spellings:
        assert redact_text(f"before {spelling} after", secrets=[SECRET]) == f"before {MASK} after"
    assert redact_text("a b ab", secrets=["a", ""]) == "a b ab"


def test_text_without_secrets_is_untouched() -> None:
    """What needs no mask is readable as before."""
    text = '<DeviceInfo><deviceName>a & b</deviceName></DeviceInfo> {"id": 1, "key frame": "x"} http://h/x?a=1 rtsp://h/101 Basic authentication'
    assert redact_text(text, secrets=["not there"]) == text


def test_personal_data_is_optional() -> None:
    """Serial numbers and the like are masked unless the caller needs them."""
    data = {"serialNumber": "DS123", "password": "x", "plate": None}
    assert redact(data) == {"serialNumber": MASK, "password": MASK, "plate": None}
    assert redact(data, personal=False) == {"serialNumber": "DS123", "password": MASK, "plate": None}
    assert redact_text("<serialNumber>DS123</serialNumber>", personal=False).count("DS123") == 1


def test_nested_data() -> None:
    """Groups, lists, attributes, texts and bytes of diagnostics are gone through; the rest keeps its shape."""
    data = {
        "User": [{"@id": "1", "userName": "joe", "password": {"@opt": "a", "#text": "joe-pw"}, "keys": ["k"]}],
        "token": ["one", {"two": "three"}, None, "", True],
        "url": "http://u:joe-pw@h/", "raw": b"joe-pw", "n": 1, "f": 1.5, "none": None, "flag": True,
        "joe-pw": {"set": {1}},
    }  # fmt: skip
    masked = redact(data, secrets=["joe-pw"])
    assert masked == {
        "User": [{"@id": "1", "userName": MASK, "password": {"@opt": "a", "#text": MASK}, "keys": ["k"]}],
        "token": [MASK, {"two": MASK}, None, "", True],
        "url": f"http://{MASK}@h/", "raw": "6 bytes", "n": 1, "f": 1.5, "none": None, "flag": True,
        MASK: {"set": [1]},
    }  # fmt: skip
    assert json.loads(json.dumps(masked)) == masked
    assert data["n"] == 1 and data["raw"] == b"joe-pw"
