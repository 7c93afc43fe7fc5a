"""What a user can type as an address."""

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidAddressError
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("192.0.2.7", ["https://192.0.2.7", "http://192.0.2.7"]),
        ("  camera.lan \n", ["https://camera.lan", "http://camera.lan"]),
        ("CAMERA.Lan.", ["https://camera.lan", "http://camera.lan"]),
        ("192.0.2.7:8080", ["https://192.0.2.7:8080", "http://192.0.2.7:8080"]),
        ("192.0.2.7:443", ["https://192.0.2.7", "http://192.0.2.7:443"]),
        ("camera.lan/doc/page/login.asp?x=1#top", ["https://camera.lan", "http://camera.lan"]),
        ("http://camera.lan", ["http://camera.lan"]),
        ("HTTPS://Camera.Lan:443/", ["https://camera.lan"]),
        ("http://camera.lan:80/ISAPI/System/deviceInfo", ["http://camera.lan"]),
        ("http://camera.lan:8000//", ["http://camera.lan:8000"]),
        ("2001:db8::7", ["https://[2001:db8::7]", "http://[2001:db8::7]"]),
        ("[2001:DB8:0::7]:81", ["https://[2001:db8::7]:81", "http://[2001:db8::7]:81"]),
        ("http://[::1]/", ["http://[::1]"]),
        ("kämera.lan", ["https://xn--kmera-gra.lan", "http://xn--kmera-gra.lan"]),
        ("my_camera", ["https://my_camera", "http://my_camera"]),
    ],
)
def test_understood(typed: str, expected: list[str]) -> None:
    """Addresses come back normalised, HTTPS first where the scheme was left open."""
    assert list(IsapiSystem.addresses(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "http://", "https:///path", "http://:80", "camera.lan:", "camera.lan:0", "camera.lan:70000",
        "camera.lan:http", "ftp://camera.lan", "rtsp://camera.lan:554/x", "two words", "camera\x00.lan", "300.1.1.1",
        "1.2.3", "[::1", "http://[::zz]", "-camera.lan", "camera-.lan", "a..b", "x" * 64, ".".join(["abcdefgh"] * 30),
        "http://camera.lan\\@evil.test", "cam%era.lan", "[v1.fe:80]", "ä" * 70,
    ],
)  # fmt: skip
def test_refused(typed: str) -> None:
    """What is no address says what to change."""
    with pytest.raises(InvalidAddressError) as caught:
        IsapiSystem.addresses(typed)
    assert caught.value.placeholders["reason"]


def test_credentials_are_refused_and_not_repeated() -> None:
    """User name and password do not belong into an address, and the error does not show them."""
    for typed in ("http://admin:s3cret@camera.lan/", "admin:s3cret@camera.lan", "admin:s3@cret@camera.lan:80"):
        with pytest.raises(InvalidAddressError) as caught:
            IsapiSystem.addresses(typed)
        shown = str(caught.value) + "".join(caught.value.placeholders.values())
        assert "cret" not in shown
        assert "admin" not in shown
        assert "password" in caught.value.placeholders["reason"]
