"""Logins: the digest is checked for real, nonces grow old, and wrong passwords lock an account."""

import asyncio

import pytest

from simulators.ip_receiver import IpReceiverSimulator

from .conftest import DEVICES, Client, Connect

BODY = b'{"SearchDescription":{"position":0,"maxResult":1}}'
TARGET = f"{DEVICES}?format=json"


async def login(client: Client, uri: str = TARGET) -> int:
    """Log in by the challenge at hand; return the status."""
    reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", uri))
    return reply.status


async def test_no_credentials(client: Client) -> None:
    """A challenge, and it costs no attempt."""
    reply = await client.fetch_challenge()
    assert (reply.status, reply.sub, reply.json["errorCode"]) == (401, "badAuthorization", 0x40000003)
    assert client.challenge["realm"] == "DS-GWAS0101(6419)"
    assert client.challenge["qop"] == "auth"
    assert client.receiver.logins_refused == 0
    assert client.receiver.count("deviceList") == 0


@pytest.mark.parametrize("uri", [TARGET, DEVICES])
async def test_uri_with_or_without_its_query(client: Client, uri: str) -> None:
    """Both forms that the guide's sample allows are taken."""
    await client.fetch_challenge()
    assert await login(client, uri) == 200


@pytest.mark.parametrize(
    "changed", [{"uri": "/other"}, {"realm": "other"}, {"nonce": "other"}, {"qop": "auth-int"}, {"nc": "1"}]
)
async def test_digest_over_something_else(client: Client, changed: dict[str, str]) -> None:
    """Nothing of the digest may differ from the request or the challenge."""
    await client.fetch_challenge()
    uri = changed.pop("uri", TARGET)
    reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", uri, count=None, **changed))
    assert reply.status == 401


async def test_method_is_part_of_the_digest(client: Client) -> None:
    """A login for GET is none for POST."""
    await client.fetch_challenge()
    assert (await client.plain("POST", TARGET, BODY, client.authorization("GET", TARGET))).status == 401


async def test_count_is_used_once(client: Client) -> None:
    """A replayed login is stale."""
    await client.fetch_challenge()
    assert await login(client) == 200
    reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", TARGET, count=1))
    assert reply.status == 401
    assert "stale" in reply.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("told", "word"), [(True, 'stale="true"'), (False, 'stale="false"')])
async def test_nonce_that_is_worn_out(client: Client, told: bool, word: str) -> None:
    """It is refused, with or without the reason, and costs no attempt."""
    client.receiver.nonce_uses, client.receiver.stale = 2, told
    await client.fetch_challenge()
    assert [await login(client), await login(client)] == [200, 200]
    reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", TARGET))
    assert reply.status == 401
    assert word in reply.headers["WWW-Authenticate"]
    assert client.receiver.logins_refused == 0
    client.keep(reply)
    assert await login(client) == 200


async def test_nonce_that_is_too_old(client: Client) -> None:
    """Time alone ends it."""
    client.receiver.nonce_life = 0.05
    await client.fetch_challenge()
    assert await login(client) == 200
    await asyncio.sleep(0.06)
    assert await login(client) == 401


async def test_restart_loses_nonces(client: Client) -> None:
    """The old one is stale, and the address stays."""
    await client.fetch_challenge()
    url = client.receiver.url
    await client.receiver.restart()
    assert client.receiver.url == url
    assert await login(client) == 401


async def test_lock(client: Client) -> None:
    """Attempts are counted down; with none left the next one is locked out although it is right (L223)."""
    client.receiver.attempts, client.receiver.lock_seconds = 2, 0.2
    client.password = "wrong"
    left = []
    for _ in range(2):
        await client.fetch_challenge()
        reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", TARGET))
        left.append(reply.json["remainingAttempts"])
    assert left == [1, 0]
    client.password = "Abc12345"
    await client.fetch_challenge()
    reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", TARGET))
    assert (reply.status, reply.sub) == (403, "MgmtLokedError")
    assert client.receiver.logins_refused == 3
    await asyncio.sleep(0.25)
    await client.fetch_challenge()
    assert await login(client) == 200


async def test_success_forgets_failures(client: Client) -> None:
    """Attempts begin anew after a right login."""
    client.receiver.attempts = 2
    for password in ("wrong", "Abc12345", "wrong"):
        client.password = password
        await client.fetch_challenge()
        await login(client)
    client.password = "Abc12345"
    await client.fetch_challenge()
    assert await login(client) == 200


async def test_lock_by_hand_and_new_password(client: Client) -> None:
    """A test can lock an account, open it, and change its password."""
    await client.fetch_challenge()
    client.receiver.lock()
    assert await login(client) == 403
    client.receiver.lock(seconds=0)
    assert await login(client) == 200
    client.receiver.set_password("Other-1")
    assert await login(client) == 401


async def test_attempts_by_another_name_and_wrapped(connect: Connect) -> None:
    """The guide does not name the member; the envelope may lie in a ResponseStatus (L353)."""
    client: Client = await connect(attempts_key="retryTimes", wrapped_status=True)
    client.password = "wrong"
    await client.fetch_challenge()
    reply = await client.plain("POST", TARGET, BODY, client.authorization("POST", TARGET))
    assert reply.json["ResponseStatus"]["retryTimes"] == 4


@pytest.mark.parametrize("digest", ["no-qop", "auth-int", "MD5-sess"])
async def test_other_variants_challenge(connect: Connect, digest: str) -> None:
    """The other printed kinds of digest are offered; a login of the usual kind is none."""
    client: Client = await connect(digest=digest)
    await client.fetch_challenge()
    assert ("qop" in client.challenge) == (digest != "no-qop")
    assert await login(client) == 401


async def test_tls(connect: Connect) -> None:
    """The certificate is its own."""
    client: Client = await connect(tls=True)
    assert client.receiver.url.startswith("https://")
    assert len(client.receiver.fingerprint or "") == 64
    await client.fetch_challenge()
    assert await login(client) == 200


def test_unknown_knob() -> None:
    """A misspelt knob is told at once."""
    with pytest.raises(TypeError, match="no knob hartbeats"):
        IpReceiverSimulator(hartbeats=False)
