"""Certificates: trusted, not trusted, pinned, expired, and none at all."""

from datetime import UTC, datetime, timedelta
import hashlib
import ssl

from aiohttp import ClientSession, web
import pytest
import trustme
from yarl import URL

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import ConnectionFailedError, InvalidAddressError, TlsError
from custom_components.hikvision_ivm.systems.transport.failures import presented_fingerprint
from custom_components.hikvision_ivm.systems.transport.http import HttpClient

from .device import Login, client, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


def contexts(*, expired: bool = False) -> tuple[ssl.SSLContext, str]:
    """Return a server's TLS context and the SHA-256 of its certificate."""
    past = datetime.now(UTC) - timedelta(days=1)
    certificate = trustme.CA().issue_cert("127.0.0.1", not_after=past if expired else None)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    pem = certificate.cert_chain_pems[0].bytes().decode()
    return context, hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


@pytest.mark.parametrize("expired", [True, False])
async def test_untrusted_certificate_is_refused_and_shown(expired: bool) -> None:
    """By default nothing is sent to a device with its own certificate; the error brings the fingerprint to accept."""
    context, fingerprint = contexts(expired=expired)
    login = Login()
    async with running(login, tls=context) as device, client(device.url) as http:
        with pytest.raises(TlsError) as caught:
            await http.request("GET", "x")
        with pytest.raises(TlsError):
            async with http.stream("GET", "x", read_timeout=5):
                pytest.fail("must not open")
    assert caught.value.fingerprint == fingerprint
    assert "not trusted" in caught.value.placeholders["reason"]
    assert device.paths == []


@pytest.mark.parametrize("expired", [True, False])
async def test_pinned_certificate_is_accepted(expired: bool) -> None:
    """A certificate the user accepted is enough, whoever signed it and however old it is."""
    context, fingerprint = contexts(expired=expired)
    spelled = ":".join(fingerprint.upper()[at : at + 2] for at in range(0, 64, 2))
    async with running(Login(), tls=context) as device:
        for pin in (fingerprint, spelled):
            async with client(device.url, fingerprint=pin) as http:
                assert (await http.request("GET", "x")).status == 200


async def test_another_certificate_than_the_pinned_one() -> None:
    """A device with a new certificate gets no request; the error shows the new fingerprint."""
    context, fingerprint = contexts()
    async with running(Login(), tls=context) as device, client(device.url, fingerprint="ab" * 32) as http:
        with pytest.raises(TlsError) as caught:
            await http.request("GET", "x")
    assert caught.value.fingerprint == fingerprint
    assert device.paths == []


async def test_verification_can_be_switched_off() -> None:
    """The user may accept any certificate."""
    context, _ = contexts()
    async with running(Login(), tls=context) as device, client(device.url, verify_ssl=False) as http:
        assert (await http.request("GET", "x")).status == 200


async def test_basic_over_tls_is_used_if_it_is_the_only_scheme() -> None:
    """Encrypted, the password may be sent as it is, but only where nothing better is offered."""
    context, fingerprint = contexts()
    login = Login(digest=False, basic=True, username="ü")
    async with running(login, tls=context) as device, client(device.url, username="ü", fingerprint=fingerprint) as http:
        assert (await http.request("GET", "x")).status == 200
    assert (login.accepted, login.wrong) == (1, 0)


async def test_anonymous_client_follows_to_https() -> None:
    """Without credentials a read follows from HTTP to HTTPS of the same host; with credentials it says where to go."""
    context, _ = contexts()
    secure = ""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{secure}/new"})

    async with running(None, tls=context) as upgraded, running(None, answer) as device, ClientSession() as session:
        secure = upgraded.url
        http = HttpClient(session, device.url, None, runtime=Runtime(), verify_ssl=False)
        assert (await http.request("GET", "old")).body == b"<ok/>"
        assert upgraded.paths == ["GET /new"]
        async with client(device.url, verify_ssl=False) as with_login:
            with pytest.raises(ConnectionFailedError, match=secure):
                await with_login.request("GET", "old")
        assert upgraded.paths == ["GET /new"]


async def test_certificate_that_cannot_be_shown() -> None:
    """A device that closes before its certificate was read a second time gives an error without fingerprint."""
    context, fingerprint = contexts()
    async with running(Login(), tls=context) as device, ClientSession() as session:
        url = URL(device.url)
        assert await presented_fingerprint(session, url, 5) == fingerprint
        await device.server.close()
        assert await presented_fingerprint(session, url, 5) is None


async def test_port_without_tls() -> None:
    """HTTPS spoken to a plain port is an error about TLS without a certificate."""
    async with running(Login()) as device, client(device.url.replace("http", "https")) as http:
        with pytest.raises(TlsError) as caught:
            await http.request("GET", "x")
    assert caught.value.fingerprint is None


async def test_plain_http_to_a_tls_port() -> None:
    """HTTP spoken to a TLS port is an error of ours, too."""
    context, _ = contexts()
    async with running(Login(), tls=context) as device, client(device.url.replace("https", "http")) as http:
        with pytest.raises(ConnectionFailedError):
            await http.request("GET", "x")


@pytest.mark.parametrize("fingerprint", ["", "zz", "ab" * 16, "ab" * 20])
async def test_fingerprint_that_is_none(fingerprint: str) -> None:
    """Only a SHA-256 pins; anything else is refused instead of trusted."""
    with pytest.raises(InvalidAddressError):
        async with client("https://127.0.0.1", fingerprint=fingerprint):
            pytest.fail("must not come so far")
