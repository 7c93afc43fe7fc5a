"""The gateway lets in what is signed rightly, and nothing else."""

from collections.abc import Mapping

import pytest

from simulators.hikcentral import HikCentralSimulator, Options
from simulators.hikcentral.signing import (
    BadSignatureError,
    body_digest,
    canonical_uri,
    check,
    signature,
    string_to_sign,
)

from .conftest import PREFIX, Client, Connect, signed

SECRET = "exampleSecret0123456789"
BODY = b'{"pageNo":1,"pageSize":500}'
VECTOR_A = {
    "Accept": "*/*",
    "Content-Type": "text/plain;charset=UTF-8",
    "header-a": "A",
    "header-b": "b",
    "x-ca-key": "29666671",
    "x-ca-timestamp": "1479968678000",
    "X-Ca-Signature-Headers": "header-a,header-b,x-ca-key,x-ca-timestamp",
    "X-Ca-Signature": "JRpUpk1ETjzr5gsbo4qoEA9EiQPejvNz12B837xV5HI=",
}
VECTOR_B = {
    "Accept": "application/json",
    "Content-Type": "application/json;charset=UTF-8",
    "x-ca-key": "20000001",
    "x-ca-nonce": "7f8b2c1e-3d4a-4b5c-8d6e-9f0a1b2c3d4e",
    "x-ca-timestamp": "1700000000000",
    "X-Ca-Signature-Headers": "x-ca-key,x-ca-nonce,x-ca-timestamp",
    "X-Ca-Signature": "tdE21clpxhqh71R5ylP7qKklvq8/MUE6Xas2+cZKdeA=",
}
VECTOR_C = VECTOR_B | {
    "Content-MD5": "J3tGGo9WF2T8hKRjxNd1GA==",
    "X-Ca-Signature": "WPCab8AgR+tLnaGlh8cZHIVfbljue4wOk1SenipVQVs=",
}
CAMERAS = "/artemis/api/resource/v1/cameras"


def test_vector_of_the_document() -> None:
    """Query and form parameters are merged and sorted; the text is the printed one without its blanks."""
    uri = canonical_uri("/artemis/api/example", [("qB", "B"), ("qa", "a"), ("x-body", "x"), ("a-body", "a")])
    assert uri == "/artemis/api/example?a-body=a&qB=B&qa=a&x-body=x"
    uri = canonical_uri("/artemis/api/example", [("qb", "B"), ("qa", "a"), ("x-body", "x"), ("a-body", "a")])
    names = VECTOR_A["X-Ca-Signature-Headers"].split(",")
    text = string_to_sign("POST", uri, VECTOR_A, names)
    assert text == (
        "POST\n*/*\ntext/plain;charset=UTF-8\nheader-a:A\nheader-b:b\nx-ca-key:29666671\n"
        "x-ca-timestamp:1479968678000\n/artemis/api/example?a-body=a&qa=a&qb=B&x-body=x"
    )
    assert signature("empsl21ds3", text) == VECTOR_A["X-Ca-Signature"]


@pytest.mark.parametrize("vector", [VECTOR_B, VECTOR_C])
def test_vectors_of_json_calls(vector: Mapping[str, str]) -> None:
    """With and without Content-MD5."""
    check("POST", CAMERAS, vector, BODY, SECRET)


def test_digest_of_a_body() -> None:
    """As the third vector has it."""
    assert body_digest(BODY) == VECTOR_C["Content-MD5"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Accept": "*/*"},
        {"Content-Type": "application/json"},
        {"Date": "Tue, 14 Nov 2023 22:13:20 GMT"},
        {"x-ca-nonce": "another"},
        {"X-Ca-Signature-Headers": "x-ca-key,x-ca-nonce"},
        {"X-Ca-Signature-Headers": "x-ca-nonce,x-ca-key,x-ca-timestamp"},
        {"X-Ca-Signature-Headers": "X-Ca-Key,X-Ca-Nonce,X-Ca-Timestamp"},
        {"X-Ca-Signature-Headers": "x-ca-key, x-ca-nonce, x-ca-timestamp"},
        {"X-Ca-Signature-Headers": "accept,x-ca-key,x-ca-nonce,x-ca-timestamp"},
        {"X-Ca-Signature-Headers": "x-ca-key,x-ca-nonce,x-ca-other,x-ca-timestamp"},
        {"X-Ca-Signature-Headers": ""},
        {"X-Ca-Signature": "tdE21clpxhqh71R5ylP7qKklvq8/MUE6Xas2+cZKdeB="},
        {"Content-MD5": "J3tGGo9WF2T8hKRjxNd1GA=="},
    ],
)
def test_one_wrong_header(changes: Mapping[str, str]) -> None:
    """Anything that differs from what was signed is noticed."""
    with pytest.raises(BadSignatureError):
        check("POST", CAMERAS, {**VECTOR_B, **changes}, BODY, SECRET)


def test_wrong_body_under_a_digest() -> None:
    """The digest covers the body."""
    with pytest.raises(BadSignatureError):
        check("POST", CAMERAS, VECTOR_C, BODY + b" ", SECRET)


async def test_right_call(connect: Connect) -> None:
    """The gateway lets it in."""
    client: Client = await connect()
    assert (await client.call("common/v1/version")).data == {
        "produceName": "HikCentral Professional",
        "softVersion": "V2.2.2.0",
    }


@pytest.mark.parametrize(
    ("missing", "code"),
    [("X-Ca-Key", "0x02401000"), ("X-Ca-Signature", "0x02401002"), ("X-Ca-Signature-Headers", "0x02401003"),
     ("Accept", "0x02401003"), ("X-Ca-Nonce", "0x02401003")],
)  # fmt: skip
async def test_missing_headers(connect: Connect, missing: str, code: str) -> None:
    """Each has its code; nothing is told."""
    client: Client = await connect()
    headers = client.headers("common/v1/version")
    del headers[missing]
    reply = await client.send("common/v1/version", headers=headers)
    assert (reply.status, reply.code, reply.json["data"]) == (200, code, "")


async def test_unknown_key_and_wrong_secret(connect: Connect) -> None:
    """An unknown partner and a bad signature are told apart."""
    client: Client = await connect()
    client.secret = "wrong"
    assert (await client.call("common/v1/version")).code == "0x02401003"
    client.key = "29999999"
    assert (await client.call("common/v1/version")).code == "0x02401001"


async def test_replaced_key(connect: Connect) -> None:
    """After a replacement only the new credentials work."""
    client: Client = await connect()
    client.platform.replace_key("20000002", "another")
    assert (await client.call("common/v1/version")).code == "0x02401001"
    client.key, client.secret = "20000002", "another"
    assert (await client.call("common/v1/version")).code == "0"


async def test_replayed_nonce(connect: Connect) -> None:
    """The same request cannot be sent twice, unless the platform keeps no nonces."""
    client: Client = await connect()
    headers = client.headers("common/v1/version")
    assert (await client.send("common/v1/version", headers=headers)).code == "0"
    assert (await client.send("common/v1/version", headers=headers)).code == "0x02401003"
    client.platform.options.nonces = False
    assert (await client.send("common/v1/version", headers=headers)).code == "0"


async def test_old_timestamp(connect: Connect) -> None:
    """A window is checked when it is set."""
    client: Client = await connect(options=Options(timestamp_window=60))
    old = client.headers("common/v1/version", age=61)
    assert (await client.send("common/v1/version", headers=old)).code == "0x02401003"
    fresh = client.headers("common/v1/version", age=30)
    assert (await client.send("common/v1/version", headers=fresh)).code == "0"


async def test_wrong_clock(connect: Connect) -> None:
    """A platform whose clock is wrong refuses our time, and tells its own in the header Date."""
    client: Client = await connect()
    client.platform.clock_offset = 3600
    reply = await client.call("common/v1/version")
    assert reply.code == "0x02401003"
    assert reply.headers["Date"] == client.platform.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    ahead = client.headers("common/v1/version", age=-3600)
    assert (await client.send("common/v1/version", headers=ahead)).code == "0"


async def test_wrong_signature_switch(connect: Connect) -> None:
    """Every signature can be found wrong."""
    client: Client = await connect()
    client.platform.wrong_signature = True
    assert (await client.call("common/v1/version")).code == "0x02401003"


async def test_query_is_signed(connect: Connect) -> None:
    """A query is part of what is signed, sorted by name."""
    client: Client = await connect()
    path = "common/v1/version"
    lines = {"Accept": "application/json", "Content-Type": "application/json"}
    right = signed(client.secret, f"{PREFIX}{path}?a=1&b=2", lines, {"X-Ca-Key": client.key})
    assert (await client.send(f"{path}?b=2&a=1", headers=right)).code == "0"
    unsorted = signed(client.secret, f"{PREFIX}{path}?b=2&a=1", lines, {"X-Ca-Key": client.key})
    assert (await client.send(f"{path}?b=2&a=1", headers=unsorted)).code == "0x02401003"


async def test_self_signed_certificate(connect: Connect) -> None:
    """The platform speaks https, with a certificate that can be pinned."""
    client: Client = await connect(tls=True)
    platform: HikCentralSimulator = client.platform
    assert platform.url.startswith("https://")
    assert platform.fingerprint is not None and len(platform.fingerprint) == 64
    assert (await client.call("common/v1/version")).code == "0"
