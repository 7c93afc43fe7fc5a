"""A client and a receiver of pushes that know nothing of the integration, nor of the simulator's own signing."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web
import pytest

from simulators.hikcentral import HikCentralSimulator

PREFIX = "/artemis/api/"
PAGE = {"pageNo": 1, "pageSize": 500}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The envelope's code as text."""
        return str(self.json["code"])

    @property
    def data(self) -> Any:
        """The envelope's data. Fails unless the code is 0."""
        assert self.code.strip() == "0", self.json
        return self.json["data"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The list in the data."""
        rows: list[dict[str, Any]] = self.data["list"]
        return rows


def signed(
    secret: str, uri: str, lines: Mapping[str, str], custom: Mapping[str, str], *, method: str = "POST"
) -> dict[str, str]:
    """Return all headers of a request: `lines` have a line of their own in the signature, `custom` follow by name."""
    low = {name.lower(): value.strip() for name, value in custom.items()}
    text = f"{method}\n"
    for name in ("Accept", "Content-MD5", "Content-Type", "Date"):
        text += f"{lines[name]}\n" if name in lines else ""
    text += "".join(f"{name}:{low[name]}\n" for name in sorted(low)) + uri
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return {**lines, **custom, "X-Ca-Signature": b64encode(mac).decode(),
            "X-Ca-Signature-Headers": ",".join(sorted(low))}  # fmt: skip


class Client:
    """Signs calls with one key."""

    def __init__(self, platform: HikCentralSimulator, session: aiohttp.ClientSession) -> None:
        """Use the platform's own key."""
        self.platform = platform
        self.session = session
        self.key, self.secret = platform.app_key, platform.app_secret

    def headers(self, path: str, *, age: float = 0.0) -> dict[str, str]:
        """Return right headers for a call; `age` in seconds."""
        custom = {
            "X-Ca-Key": self.key,
            "X-Ca-Nonce": str(uuid4()),
            "X-Ca-Timestamp": f"{(time.time() - age) * 1e3:.0f}",
        }
        lines = {"Accept": "application/json", "Content-Type": "application/json;charset=UTF-8"}
        return signed(self.secret, PREFIX + path, lines, custom)

    async def send(self, path: str, body: bytes = b"{}", headers: Mapping[str, str] | None = None, method: str = "POST"
                   ) -> Reply:  # fmt: skip
        """Send a request as it is."""
        url = self.platform.url + PREFIX + path
        wanted = self.headers(path) if headers is None else headers
        async with self.session.request(method, url, data=body, headers=wanted, ssl=False) as response:
            return Reply(response.status, await response.read(), response.headers)

    async def call(self, path: str, body: Any = None, **headers: str) -> Reply:
        """Send a signed call; other headers are not signed."""
        return await self.send(path, json.dumps(body or {}).encode(), self.headers(path) | headers)

    async def listed(self, path: str, **body: Any) -> list[dict[str, Any]]:
        """Return the rows of one large page."""
        return (await self.call(path, PAGE | body)).rows


@dataclass(slots=True)
class Receiver:
    """Takes pushes."""

    url: str = ""
    status: int = 200
    delay: float = 0.0
    messages: list[Any] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events in the order of their arrival."""
        return [event for message in self.messages for event in message["params"]["events"]]

    async def take(self, request: web.Request) -> web.Response:
        """Keep a push."""
        body = await request.read()
        await asyncio.sleep(self.delay)
        self.bodies.append(body)
        self.methods.append(request.method)
        if self.status == 200 and body.startswith(b"{"):
            self.messages.append(json.loads(body))
        return web.json_response({"code": "0", "msg": "Success"}, status=self.status)


type Connect = Callable[..., Any]


@pytest.fixture
async def connect(socket_enabled: None) -> AsyncIterator[Connect]:
    """Return a coroutine function that starts a platform and gives a client for it."""
    async with AsyncExitStack() as stack:

        async def start(*arguments: Any, **options: Any) -> Client:
            platform = await stack.enter_async_context(HikCentralSimulator(*arguments, **options))
            # Nothing may be added by the library: what is sent is what was signed.
            session = aiohttp.ClientSession(skip_auto_headers=("Accept", "Content-Type"))
            return Client(platform, await stack.enter_async_context(session))

        yield start


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncIterator[Receiver]:
    """Return a running receiver of pushes."""
    taker = Receiver()
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", taker.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/eventRcv"
    yield taker
    await runner.cleanup()
