"""Addresses of a platform (hikcentral §1.2)."""

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidAddressError
from custom_components.hikvision_ivm.systems.hikcentral.address import addresses


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("192.0.2.10", "https://192.0.2.10"),
        (" hcp.example.com ", "https://hcp.example.com"),
        ("hcp.example.com:8443", "https://hcp.example.com:8443"),
        ("https://hcp.example.com:443/", "https://hcp.example.com"),
        ("https://hcp.example.com/artemis-web/login", "https://hcp.example.com"),
        ("https://hcp.example.com/artemis/api/common/v1/version", "https://hcp.example.com"),
        ("http://192.0.2.10", "http://192.0.2.10"),
        ("[2001:db8::1]:444", "https://[2001:db8::1]:444"),
    ],
)
def test_good(typed: str, base: str) -> None:
    """HTTPS unless plain HTTP was typed; what was copied along is left out."""
    assert addresses(typed) == (base,)


@pytest.mark.parametrize(
    "typed",
    ["", "ftp://hcp", "https://", "a b", "https://user:secret@hcp", "https://hcp:99999", "https://[::1", ":443"],
)
def test_bad(typed: str) -> None:
    """What is no address is refused, without repeating a password."""
    with pytest.raises(InvalidAddressError) as caught:
        addresses(typed)
    assert "secret" not in str(caught.value) + str(caught.value.placeholders)
