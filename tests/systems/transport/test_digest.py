"""Reading challenges and computing answers, against the vectors of the RFCs."""

import hashlib
import random
import time

import pytest

from custom_components.hikvision_ivm.systems.transport.digest import (
    Challenge,
    DigestSession,
    basic_answer,
    choose_digest,
    next_nonce,
    offers_basic,
    parse_challenges,
)

from .device import fields_of

RFC2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
RFC7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def answer(header: str, cnonce: str, user: str, password: str, uri: str) -> dict[str, str]:
    """Answer a challenge and read the answer's fields."""
    challenge = choose_digest(parse_challenges([header]))
    assert challenge is not None
    session = DigestSession(challenge, cnonce=cnonce)
    value = session.answer(user, password, "GET", uri)
    assert value.startswith("Digest ")
    return fields_of(value)


def test_vector_of_rfc_2617() -> None:
    """RFC 2617 §3.5."""
    fields = answer(RFC2617, "0a4f113b", "Mufasa", "Circle Of Life", "/dir/index.html")
    assert fields["response"] == "6629fae49393a05397450978507c4ef1"
    assert (fields["nc"], fields["qop"], fields["opaque"]) == ("00000001", "auth", "5ccc069c403ebaf9f0171e9517f40e41")
    assert "algorithm" not in fields


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_vectors_of_rfc_7616(algorithm: str, response: str) -> None:
    """RFC 7616 §3.9.1."""
    fields = answer(RFC7616.format(algorithm), CNONCE, "Mufasa", "Circle of Life", "/dir/index.html")
    assert fields["response"] == response
    assert fields["algorithm"] == algorithm


def test_vector_with_hashed_user_name() -> None:
    """RFC 7616 §3.9.2, with the values that SHA-512/256 truly gives (the printed ones are SHA-512 cut short)."""
    header = (
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, userhash=true, charset=UTF-8, '
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDssOS"'
    )
    name, password = "J\u00e4s\u00f8n Doe", "Secret, or not?"
    fields = answer(header, "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm", name, password, "/doe.json")

    def digest(text: str) -> str:
        return hashlib.new("sha512_256", text.encode()).hexdigest()

    assert fields["username"] == digest(f"{name}:api@example.org") and fields["userhash"] == "true"
    middle = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK:00000001:NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm:auth"
    assert fields["response"] == digest(
        f"{digest(f'{name}:api@example.org:{password}')}:{middle}:{digest('GET:/doe.json')}"
    )


def test_name_beyond_ascii() -> None:
    """The extended notation goes to peers that announce UTF-8, plain UTF-8 to all others."""
    assert "username*=UTF-8''%C3%BC%20%22" in _header('Digest realm="r", nonce="n", charset=UTF-8', 'ü "')
    assert r'username="ü \""' in _header('Digest realm="r", nonce="n"', 'ü "')
    assert 'username="a"' in _header('Digest realm="r", nonce="n", charset=UTF-8', "a")


def _header(challenge: str, user: str) -> str:
    """Return the whole answer to a challenge."""
    chosen = choose_digest(parse_challenges([challenge]))
    assert chosen is not None
    return DigestSession(chosen).answer(user, "p", "GET", "/")


def test_count_of_uses() -> None:
    """Every use of a nonce has its own count, and the client's nonce stays."""
    chosen = choose_digest(parse_challenges([RFC2617]))
    assert chosen is not None
    session = DigestSession(chosen)
    answers = [fields_of(session.answer("u", "p", "GET", "/")) for _ in range(17)]
    assert [one["nc"] for one in answers] == [f"{number:08x}" for number in range(1, 18)]
    assert len({one["cnonce"] for one in answers}) == 1
    assert len({one["response"] for one in answers}) == 17


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            'Digest qop="auth", realm="a, \\"b\\"", nonce="x==", stale="FALSE", algorithm="MD5", opaque="", domain="::"',
            [("digest", {"qop": "auth", "realm": 'a, "b"', "nonce": "x==", "stale": "FALSE", "algorithm": "MD5",
                         "opaque": "", "domain": "::"})],
        ),
        (
            'Basic realm="a=b, Digest", Digest  realm = r ,nonce=n==,qop=auth',
            [("basic", {"realm": "a=b, Digest"}), ("digest", {"realm": "r", "nonce": "n==", "qop": "auth"})],
        ),
        ("Negotiate abc+/==, DIGEST NONCE=n", [("negotiate", {}), ("digest", {"nonce": "n"})]),
        ("Negotiate, Basic", [("negotiate", {}), ("basic", {})]),
        ("Digest nonce=n, qop=auth,auth-int, realm=r", [("digest", {"nonce": "n", "qop": "auth,auth-int", "realm": "r"})]),
        ('Digest nonce="n', [("digest", {"nonce": "n"})]),
        ("nonce=n", []),
        (" , ,, ", []),
        ("", []),
    ],
)  # fmt: skip
def test_challenges_are_read(header: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    """What devices and RFCs write is read."""
    assert [(one.scheme, dict(one.values)) for one in parse_challenges([header])] == expected


@pytest.mark.parametrize(
    ("headers", "algorithm", "qop"),
    [
        (['Digest nonce=1, algorithm=MD5, qop="auth"', 'Digest nonce=2, algorithm=SHA-256, qop="auth"'], "SHA-256", "auth"),
        (["Digest nonce=1, algorithm=SHA-256, Digest nonce=2, algorithm=SHA-512-256"], "SHA-512-256", None),
        (['Digest nonce=1, algorithm=SHA-256, qop="auth-int"', "Digest nonce=2"], "MD5", None),
        (['Digest nonce=1, qop="auth-int, unheard"'], "MD5", "auth-int"),
        (['Digest nonce=1, algorithm="sha256-SESS"'], "SHA-256", None),
    ],
)  # fmt: skip
def test_choice(headers: list[str], algorithm: str, qop: str | None) -> None:
    """The strongest algorithm wins, `auth-int` only where there is nothing else."""
    chosen = choose_digest(parse_challenges(headers))
    assert chosen is not None
    assert (chosen.algorithm, chosen.qop) == (algorithm, qop)


@pytest.mark.parametrize(
    "header",
    ["Digest realm=r", 'Digest nonce=""', "Digest nonce=1, algorithm=SHA-3", 'Digest nonce=1, qop="new"', "Basic"],
)
def test_what_cannot_be_answered(header: str) -> None:
    """No nonce, an unknown algorithm or quality: not answered, and no error."""
    assert choose_digest(parse_challenges([header])) is None


@pytest.mark.parametrize(("word", "stale"), [("TRUE", True), ('" true "', True), ("FALSE", False), ("1", False)])
def test_stale_in_any_case(word: str, stale: bool) -> None:
    """`stale` is read whatever its letter case and quotes."""
    assert parse_challenges([f"Digest nonce=n, stale={word}"])[0].stale is stale


def test_next_nonce() -> None:
    """The nonce for the next request is read out of its header."""
    assert next_nonce('rspauth="x", nextnonce="a, b", qop=auth') == "a, b"
    assert next_nonce("qop=auth") is next_nonce("") is next_nonce(None) is None


def test_basic() -> None:
    """Basic is UTF-8; a colon in the name would move into the password."""
    assert basic_answer("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic_answer("test", "123£") == "Basic dGVzdDoxMjPCow=="
    with pytest.raises(ValueError, match="colon"):
        basic_answer("a:b", "c")


def test_random_headers_are_survived() -> None:
    """Anything may come; nothing raises, and what was read can be answered or not."""
    chance = random.Random(7616)
    words = [
        "Digest",
        "Basic",
        "nonce",
        "=",
        '"',
        "\\",
        ",",
        " ",
        "realm=r",
        "nonce=n",
        'qop="auth',
        "auth-int",
        "\udcff",
        "ü",
    ]
    for _ in range(3000):
        header = "".join(chance.choice(words) for _ in range(chance.randint(0, 25)))
        challenges = parse_challenges([header])
        assert all(isinstance(one, Challenge) for one in challenges)
        chosen = choose_digest(challenges)
        if chosen is not None:
            assert DigestSession(chosen).answer("u", "p", "GET", "/").startswith("Digest ")
        assert offers_basic(challenges) == any(one.scheme == "basic" for one in challenges)


@pytest.mark.parametrize("unit", [" ", ",", '"', "a", "a ", 'a="', "\\", "=", 'a="\\', "a=b,"])
def test_hostile_headers_cost_little(unit: str) -> None:
    """No header makes the parser work longer than its length."""
    started = time.perf_counter()
    for header in (f"Digest {unit * 60_000}", f"Digest nonce={unit * 60_000}x", f"{unit * 60_000}!"):
        parse_challenges([header])
    assert time.perf_counter() - started < 1
