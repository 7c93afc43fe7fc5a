"""The simulated login: known vectors, every variant, and all the ways in which it says no."""

from base64 import b64encode
import hashlib
import re

import aiohttp
import pytest

from simulators.isapi import VARIANTS, IsapiSimulator, User
from simulators.wire.auth import digest_response

from .conftest import Connect

PATH = "/ISAPI/System/deviceInfo"


def run(name: str, text: str) -> str:
    """Hash a text."""
    return hashlib.new(name, text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc7616_vectors(algorithm: str, expected: str) -> None:
    """The examples of RFC 7616 §3.9.1 come out right."""
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    answer = digest_response(
        algorithm=algorithm, method="GET", target="/dir/index.html", username="Mufasa", password="Circle of Life",
        realm="http-auth@example.org", body=b"",
        parameters={"nonce": nonce, "cnonce": cnonce, "nc": "00000001", "qop": "auth"},
    )  # fmt: skip
    assert answer == expected


def test_rfc2069_vector() -> None:
    """Without qop the old form is computed, as in the corrected example of RFC 2069."""
    answer = digest_response(
        algorithm="MD5", method="GET", target="/dir/index.html", username="Mufasa", password="CircleOfLife",
        realm="testrealm@host.com", body=b"", parameters={"nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"},
    )  # fmt: skip
    assert answer == "1949323746fe6a43ef61f9606e7febea"


async def challenge(session: aiohttp.ClientSession, device: IsapiSimulator) -> tuple[list[str], bytes]:
    """Ask without credentials; returns the offers and the body."""
    async with session.get(device.url + PATH) as response:
        assert response.status == 401
        return response.headers.getall("WWW-Authenticate"), await response.read()


def authorization(
    offer: str,
    *,
    password: str,
    count: int = 1,
    method: str = "GET",
    body: str = "",
    target: str = PATH,
    user: str = "admin",
) -> str:
    """Answer a challenge by hand, written from the RFC without the server's code."""
    values = {match[1]: match[2] for match in re.finditer(r'(\w+)="([^"]*)"', offer)}
    algorithm = values.get("algorithm", "MD5")
    name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm.removesuffix("-sess")]
    nonce, realm, qop = values["nonce"], values["realm"], values.get("qop", "").split(",")[-1]
    first = run(name, f"{user}:{realm}:{password}")
    if algorithm.endswith("-sess"):
        first = run(name, f"{first}:{nonce}:c0ffee")
    second = run(name, f"{method}:{target}" + (f":{run(name, body)}" if qop == "auth-int" else ""))
    middle = f"{nonce}:{count:08x}:c0ffee:{qop}" if qop else nonce
    parts = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{target}"',
             f'response="{run(name, f"{first}:{middle}:{second}")}"', f"algorithm={algorithm}"]  # fmt: skip
    if qop:
        parts += [f"qop={qop}", f"nc={count:08x}", 'cnonce="c0ffee"']
    if "opaque" in values:
        parts.append(f'opaque="{values["opaque"]}"')
    return "Digest " + ", ".join(parts)


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name not in ("basic-only", "unknown-first")])
async def test_every_variant_lets_the_right_password_in_and_no_other(connect: Connect, variant: str) -> None:
    """Each offered Digest can be answered, and a wrong password is counted."""
    device = IsapiSimulator(digest=variant, password="right")
    client = await connect(device)
    async with aiohttp.ClientSession() as session:
        offers, _ = await challenge(session, device)
        digest = next(offer for offer in offers if offer.startswith("Digest"))
        for password, status in (("wrong", 401), ("right", 200)):
            header = {"Authorization": authorization(digest, password=password)}
            async with session.get(device.url + PATH, headers=header) as response:
                assert response.status == status
    assert device.authority.failures == {}
    assert device.count("GET", "System/deviceInfo") == 1
    assert client.device is device


async def test_offers_are_printed_as_devices_print_them(connect: Connect) -> None:
    """Several offers come in their order; the quirks are there."""
    seen = {}
    for variant in ("quirks", "basic-first", "several", "no-qop"):
        device = IsapiSimulator(digest=variant)
        client = await connect(device)
        async with aiohttp.ClientSession() as session:
            seen[variant], body = await challenge(session, client.device)
            assert b"userCheck" in body
            assert b"lockStatus" not in body
    assert 'stale="FALSE"' in seen["quirks"][0]
    assert 'domain="::"' in seen["quirks"][0]
    assert 'opaque=""' in seen["quirks"][0]
    assert [offer.split()[0] for offer in seen["basic-first"]] == ["Basic", "Digest"]
    assert [("SHA-256" in offer) for offer in seen["several"]] == [True, False]
    assert "qop" not in seen["no-qop"][0]


async def test_basic_only(connect: Connect) -> None:
    """Basic works where it is offered, and nowhere else."""
    for variant, status in (("basic-only", 200), ("MD5", 401)):
        device = IsapiSimulator(digest=variant)
        await connect(device)
        header = "Basic " + b64encode(f"admin:{device.password}".encode()).decode()
        async with aiohttp.ClientSession() as session:
            async with session.get(device.url + PATH, headers={"Authorization": header}) as response:
                assert response.status == status
            async with session.get(device.url + PATH, headers={"Authorization": "Basic !!"}) as response:
                assert response.status == 401


async def test_replay_wrong_count_and_other_target_are_refused(connect: Connect) -> None:
    """A header is good once, for its own address, with a count that counts."""
    device = IsapiSimulator()
    await connect(device)
    async with aiohttp.ClientSession() as session:
        offers, _ = await challenge(session, device)

        async def ask(header: str, path: str = PATH) -> tuple[int, str]:
            async with session.get(device.url + path, headers={"Authorization": header}) as response:
                return response.status, response.headers.get("WWW-Authenticate", "")

        first = authorization(offers[0], password=device.password)
        assert (await ask(first))[0] == 200
        status, offer = await ask(first)
        assert (status, 'stale="true"' in offer) == (401, True)
        assert device.authority.replays == 1
        assert (await ask(authorization(offers[0], password=device.password, count=2)))[0] == 200
        assert (await ask(authorization(offers[0], password=device.password, count=0)))[0] == 401
        assert (await ask(authorization(offers[0], password=device.password, count=3), PATH + "?x=1"))[0] == 401
        other = authorization(offers[0], password=device.password, count=4).replace(
            f'uri="{PATH}"', 'uri="/ISAPI/other"'
        )
        assert (await ask(other))[0] == 401
        assert device.authority.failures == {"admin": 2}


async def test_nonces_wear_out(connect: Connect) -> None:
    """A worn-out nonce is stale, which is no failure."""
    device = IsapiSimulator(rotate_after=2)
    client = await connect(device)
    for _ in range(6):
        assert (await client.ask("System/deviceInfo")).status == 200
    assert device.challenges == 3
    assert device.authority.failures == {}


@pytest.mark.parametrize("form", ["response_status", "user_check"])
async def test_lock_out(connect: Connect, form: str) -> None:
    """After seven wrong passwords the right one is refused too, for that account alone, until the time is over."""
    now = 0.0
    device = IsapiSimulator(lock_form=form, clock=lambda: now, users={"guest": User("guest-1")})
    await connect(device)
    async with aiohttp.ClientSession() as session:

        async def attempt(password: str, user: str = "admin") -> tuple[int, str]:
            offers, _ = await challenge(session, device)
            header = authorization(offers[0], password=password, user=user)
            async with session.get(device.url + PATH, headers={"Authorization": header}) as response:
                return response.status, await response.text()

        left, time = ("retryTimes", "resLockTime") if form == "response_status" else ("retryLoginTime", "unlockTime")
        for wrong in range(1, 7):
            status, text = await attempt("nope")
            assert status == 401
            assert f"<{left}>{7 - wrong}</{left}>" in text
            assert "<lockStatus>unlock</lockStatus>" in text
        _, text = await attempt("nope")
        assert f"<{time}>1800</{time}>" in text
        assert f"<lockStatus>{'locked' if form == 'response_status' else 'lock'}</lockStatus>" in text
        assert (await attempt(device.password))[0] == 401
        assert (await attempt("guest-1", "guest"))[0] == 200
        now = 1801.0
        assert (await attempt(device.password))[0] == 200


async def test_a_right_password_forgives(connect: Connect) -> None:
    """Failures are counted in a row."""
    device = IsapiSimulator()
    await connect(device)
    async with aiohttp.ClientSession() as session:
        for password in ("nope", "nope", device.password):
            offers, _ = await challenge(session, device)
            header = {"Authorization": authorization(offers[0], password=password)}
            async with session.get(device.url + PATH, headers=header) as response:
                await response.read()
    assert device.authority.failures == {}
    device.lock_account(60)
    assert device.authority.locked_seconds("admin") == 60
    device.lock_account(0)
    assert device.authority.locked_seconds("admin") == 0


async def test_rights_of_levels(connect: Connect) -> None:
    """An operator reads and listens, but writes nothing; more rights can be given."""
    users = {
        "operator": User("operator-1", "Operator"),
        "helper": User("helper-1", "Operator", frozenset({"preview", "contorlLocalOut"})),
    }
    device = IsapiSimulator(users=users)
    operator = await connect(device, "operator", "operator-1")
    assert (await operator.ask("System/deviceInfo")).status == 200
    assert (await operator.ask("Streaming/channels/101/picture")).content_type == "image/jpeg"
    for path in ("Smart/LineDetection/1", "System/reboot", "System/IO/outputs/1/trigger"):
        assert (await operator.put(path, "<x/>")).code == (403, "4", "lowPrivilege")
    assert (await operator.ask("Security/users")).code == (403, "4", "lowPrivilege")
    login = aiohttp.DigestAuthMiddleware("helper", "helper-1")
    async with aiohttp.ClientSession(middlewares=(login,)) as session:
        url = f"{device.url}/ISAPI/System/IO/outputs/1/trigger"
        async with session.put(url, data="<IOPortData><outputState>high</outputState></IOPortData>") as response:
            assert response.status == 200
        async with session.get(f"{device.url}/ISAPI/Event/notification/alertStream") as response:
            assert response.status == 403


async def test_password_change_and_login_off(connect: Connect) -> None:
    """The password can change behind the client's back; a device without login exists too."""
    device = IsapiSimulator()
    client = await connect(device)
    assert (await client.ask("System/deviceInfo")).status == 200
    device.change_password("another")
    assert (await client.ask("System/deviceInfo")).status == 401
    open_device = IsapiSimulator(digest="none")
    await connect(open_device)
    async with aiohttp.ClientSession() as session, session.get(open_device.url + PATH) as response:
        assert response.status == 200


def test_passwords_are_not_printed() -> None:
    """A user's password does not show in a print of it."""
    assert "secret" not in repr(User("secret"))
