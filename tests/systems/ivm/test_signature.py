"""Whether a push is genuine."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
import hashlib

import pytest

from custom_components.hikvision_ivm.systems.ivm.signature import Secret, Verdict, judge

NOW = 1_700_000_000
SECRET = Secret("https://example.com:8123/api/webhook/abc?x=1", "k" * 18)


def digest(separator: str = "|", moment: str = str(NOW), secret: Secret = SECRET) -> bytes:
    """Return a signature, made as the documentation says."""
    return hashlib.sha256(f"{secret.url}{separator}{moment}{separator}{secret.auth_key}".encode()).digest()


def headers(signature: str, moment: str = str(NOW), name: str = "X-Ivm") -> dict[str, str]:
    """Return the headers of a push."""
    return {f"{name}-Timestamp": moment, f"{name}-Signature": signature}


@pytest.mark.parametrize("name", ["X-Ivm", "X-lvm", "x-ivm", "X-LVM"])
@pytest.mark.parametrize("separator", ["|", " "])
@pytest.mark.parametrize(
    "form",
    [
        bytes.hex,
        lambda raw: raw.hex().upper(),
        lambda raw: b64encode(raw).decode(),
        lambda raw: b64encode(raw).decode().rstrip("="),
        lambda raw: urlsafe_b64encode(raw).decode(),
    ],
)
def test_every_form_that_is_left_open_is_understood(name: str, separator: str, form: Callable[[bytes], str]) -> None:
    """Headers with I or l, a bar or a blank, hexadecimal or Base64."""
    told = headers(form(digest(separator)), name=name)
    assert judge(told, [SECRET], NOW) is Verdict.GENUINE


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (0, Verdict.GENUINE),
        (300, Verdict.GENUINE),
        (-300, Verdict.GENUINE),
        (301, Verdict.STALE),
        (-301, Verdict.STALE),
    ],
)
def test_a_signature_counts_for_five_minutes_on_both_sides(seconds: int, verdict: Verdict) -> None:
    """What was captured is of no use afterwards."""
    assert judge(headers(digest().hex()), [SECRET], NOW + seconds) is verdict


def test_milliseconds_are_a_moment_too() -> None:
    """The documentation says ten digits."""
    moment = str(NOW * 1000)
    assert judge(headers(digest(moment=moment).hex(), moment), [SECRET], NOW) is Verdict.GENUINE


@pytest.mark.parametrize(
    "told",
    [
        headers(digest(secret=Secret(SECRET.url, "other")).hex()),
        headers(digest(secret=Secret(SECRET.url + "/", SECRET.auth_key)).hex()),
        headers(digest(moment=str(NOW - 1)).hex()),
        headers("0" * 64),
        headers("g" * 64),
        headers("short"),
        headers("ä" * 44),
        headers(digest(moment="now").hex(), "now"),
        headers(digest(moment="９" * 10).hex(), "９" * 10),
        headers(digest(moment="9" * 17).hex(), "9" * 17),
    ],
)
def test_anything_else_is_forged(told: dict[str, str]) -> None:
    """Another key, another address, another moment, or no signature at all."""
    assert judge(told, [SECRET], NOW) is Verdict.FORGED


@pytest.mark.parametrize(
    "told", [{}, {"X-Ivm-Timestamp": str(NOW)}, {"X-Ivm-Signature": digest().hex()}, headers("", "")]
)
def test_without_both_headers_it_is_unsigned(told: dict[str, str]) -> None:
    """Nothing to compare."""
    assert judge(told, [SECRET], NOW) is Verdict.UNSIGNED


def test_any_of_the_secrets_will_do() -> None:
    """While an address changes, pushes are signed with either."""
    other = Secret("https://example.org/", "x" * 18)
    assert judge(headers(digest().hex()), [other, SECRET], NOW) is Verdict.GENUINE
    assert judge(headers(digest().hex()), [other], NOW) is Verdict.FORGED
    assert judge(headers(digest().hex()), [], NOW) is Verdict.FORGED


def test_secrets_are_not_shown() -> None:
    """Neither in logs nor in a debugger."""
    assert SECRET.auth_key not in repr(SECRET)
    assert "abc" not in repr(SECRET)
