"""A device on a real socket that checks logins by itself, written from RFC 7616 and not from the client."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import hashlib
import re
from ssl import SSLContext
from typing import Any

from aiohttp import BasicAuth, ClientSession, web
from aiohttp.test_utils import TestServer

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.transport.http import Credentials, HttpClient

NAME, PASSWORD = "admin", "right-password"
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256", "SHA": "sha1"}

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def fields_of(header: str) -> dict[str, str]:
    """Read the fields of an Authorization header."""
    found = re.findall(r'([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', header)
    return {name: re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}


@dataclass(kw_only=True)
class Login:
    """What the device asks for, and what it counts.

    `accepted` and `wrong` are logins; `challenges` are requests without credentials. `nonce_uses`: requests for which
    a nonce is good. `says_stale`: the word with which an old nonce is refused, None for a device that says nothing.
    """

    username: str = NAME
    password: str = PASSWORD
    algorithm: str = "MD5"
    qop: str | None = "auth"
    extra: str = ""
    before: Sequence[str] = ()
    in_one_header: bool = False
    basic: bool = False
    digest: bool = True
    nonce_uses: int = 1_000_000
    says_stale: str | None = "TRUE"
    body: bytes = b"<userCheck/>"
    nonces: dict[str, list[str]] = field(default_factory=dict)
    made: int = 0
    accepted: int = 0
    wrong: int = 0
    challenges: int = 0
    stale: int = 0

    def expire(self) -> None:
        """Forget every nonce, as a device does that restarts."""
        self.nonces.clear()

    def refuse(self, *, stale: bool = False) -> web.Response:
        """Answer 401 with a fresh nonce."""
        self.made += 1
        nonce = f"nonce, {self.made}=="
        self.nonces[nonce] = []
        challenges = list(self.before)
        if self.digest:
            word = f", stale={self.says_stale}" if stale and self.says_stale else ', stale="FALSE"'
            qop = f', qop="{self.qop}"' if self.qop else ""
            challenges.append(
                f'Digest realm="a, \\"b\\"", nonce="{nonce}", algorithm="{self.algorithm}"{qop}{word}{self.extra}'
            )
        if self.basic:
            challenges.append('Basic realm="x"')
        response = web.Response(status=401, body=self.body, content_type="application/xml")
        for header in [", ".join(challenges)] if self.in_one_header else challenges:
            response.headers.add("WWW-Authenticate", header)
        return response

    async def check(self, request: web.Request) -> web.Response | None:
        """Return the refusal of a request, or None if it may pass."""
        header = request.headers.get("Authorization")
        if header is None:
            self.challenges += 1
            return self.refuse()
        if header.startswith("Basic "):
            given = BasicAuth.decode(header, "utf-8")
            right = self.basic and (given.login, given.password) == (self.username, self.password)
            return self.judge(right)
        given_fields = fields_of(header)
        uses = self.nonces.get(given_fields["nonce"])
        if uses is None or len(uses) >= self.nonce_uses:
            self.stale += 1
            return self.refuse(stale=True)
        count = given_fields.get("nc", "")
        if count and count in uses:
            return self.judge(False)
        uses.append(count)
        return self.judge(self.right(request, given_fields, await request.read() if self.qop == "auth-int" else b""))

    def judge(self, right: bool) -> web.Response | None:
        """Count a login."""
        if right:
            self.accepted += 1
            return None
        self.wrong += 1
        return self.refuse()

    def right(self, request: web.Request, given: dict[str, str], body: bytes) -> bool:
        """Compute what the answer had to be."""
        name = self.algorithm.removesuffix("-sess")

        def digest(*parts: str) -> str:
            return hashlib.new(HASHES[name], ":".join(parts).encode()).hexdigest()

        realm = 'a, "b"'
        a1 = digest(self.username, realm, self.password)
        if self.algorithm.endswith("-sess"):
            a1 = digest(a1, given["nonce"], given["cnonce"])
        a2 = [request.method, request.raw_path]
        if given.get("qop") == "auth-int":
            a2.append(hashlib.new(HASHES[name], body).hexdigest())
        middle = [given["nc"], given["cnonce"], given["qop"]] if self.qop else []
        expected = digest(a1, given["nonce"], *middle, digest(*a2))
        return given["response"] == expected and given["uri"] == request.raw_path


class Device:
    """A device whose every path answers with `handler` after the login."""

    def __init__(self, login: Login | None, handler: Handler | None = None) -> None:
        """`login` None: nothing is asked."""
        self.login = login
        self.handler = handler or self._answer
        self.paths: list[str] = []
        self.connections: set[Any] = set()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._serve)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        """The address."""
        return str(self.server.make_url("/")).rstrip("/")

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """Check the login, then answer."""
        self.paths.append(f"{request.method} {request.raw_path}")
        self.connections.add(request.transport)
        if self.login is not None and (refusal := await self.login.check(request)) is not None:
            return refusal
        return await self.handler(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Repeat what was sent."""
        return web.Response(body=await request.read() or b"<ok/>", content_type="application/xml")


@asynccontextmanager
async def running(
    login: Login | None = None, handler: Handler | None = None, *, tls: SSLContext | None = None
) -> AsyncIterator[Device]:
    """Run a device."""
    device = Device(login, handler)
    await device.server.start_server(access_log=None, ssl=tls)
    try:
        yield device
    finally:
        await device.server.close()


@asynccontextmanager
async def client(
    url: str, *, username: str = NAME, password: str = PASSWORD, runtime: Runtime | None = None, **options: Any
) -> AsyncIterator[HttpClient]:
    """Make a client of a device."""
    async with ClientSession() as session:
        credentials = Credentials(username=username, password=password)
        yield HttpClient(session, url, credentials, runtime=runtime or Runtime(), **options)
