"""Signatures: the worked examples of the documentation (hikcentral §1.5)."""

from base64 import b64encode
import hashlib

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.signature import Keys, sign, signed_headers, string_to_sign

EXAMPLE = {
    "uri": "/artemis/api/example?a-body=a&qa=a&qb=B&x-body=x",
    "headers": {"Accept": "*/*", "Content-Type": "text/plain;charset=UTF-8"},
    "custom": {"header-a": "A", "header-b": "b", "X-Ca-Key": "29666671", "X-Ca-Timestamp": "1479968678000"},
}
SECRET = "exampleSecret0123456789"
CAMERAS = "/artemis/api/resource/v1/cameras"
NONCE = "7f8b2c1e-3d4a-4b5c-8d6e-9f0a1b2c3d4e"
CUSTOM = {"X-Ca-Key": "20000001", "X-Ca-Nonce": NONCE, "X-Ca-Timestamp": "1700000000000"}
JSON = {"Accept": "application/json", "Content-Type": "application/json;charset=UTF-8"}


def test_printed_request() -> None:
    """The request that the documentation prints; a header that is not sent leaves no empty line."""
    assert string_to_sign(**EXAMPLE) == (
        "POST\n*/*\ntext/plain;charset=UTF-8\nheader-a:A\nheader-b:b\nx-ca-key:29666671\n"
        "x-ca-timestamp:1479968678000\n/artemis/api/example?a-body=a&qa=a&qb=B&x-body=x"
    )
    assert sign("empsl21ds3", **EXAMPLE) == "JRpUpk1ETjzr5gsbo4qoEA9EiQPejvNz12B837xV5HI="


def test_production_form() -> None:
    """What we send."""
    assert sign(SECRET, CAMERAS, JSON, CUSTOM) == "tdE21clpxhqh71R5ylP7qKklvq8/MUE6Xas2+cZKdeA="


def test_with_content_md5() -> None:
    """The hash of the body has its line between the two others."""
    digest = b64encode(hashlib.md5(b'{"pageNo":1,"pageSize":500}').digest()).decode()
    assert digest == "J3tGGo9WF2T8hKRjxNd1GA=="
    signature = sign(SECRET, CAMERAS, {**JSON, "Content-MD5": digest}, CUSTOM)
    assert signature == "WPCab8AgR+tLnaGlh8cZHIVfbljue4wOk1SenipVQVs="


def test_headers_of_a_request() -> None:
    """The headers that are sent are those that were signed, and the secret is not among them."""
    headers = signed_headers(Keys("20000001", SECRET), CAMERAS, timestamp=1700000000000, nonce=NONCE)
    assert headers == {
        **JSON,
        **CUSTOM,
        "X-Ca-Signature-Headers": "x-ca-key,x-ca-nonce,x-ca-timestamp",
        "X-Ca-Signature": "tdE21clpxhqh71R5ylP7qKklvq8/MUE6Xas2+cZKdeA=",
    }
    assert SECRET not in str(Keys("20000001", SECRET))


@pytest.mark.parametrize("blank", [" A", "A ", "\tA"])
def test_blanks_around_values_are_not_signed(blank: str) -> None:
    """A server strips them."""
    changed = {**EXAMPLE, "custom": {**EXAMPLE["custom"], "header-a": blank}}
    assert string_to_sign(**changed) == string_to_sign(**EXAMPLE)
