"""A client and a subscriber that know nothing of the integration."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
import pytest
from yarl import URL

from simulators.ivm import IvmSimulator

START = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
"""Half past twelve in Beijing."""


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    moment: datetime = START

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.moment

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)


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
        """Code of a refusal; `IVM.0` for an answer."""
        return str(self.json.get("error_code", "IVM.0")) if self.status != 200 else "IVM.0"

    @property
    def data(self) -> Any:
        """The answer. Fails for a refusal."""
        assert self.status == 200, self.body
        return self.json


def query_text(query: Mapping[str, Any]) -> str:
    """Return a query with %20 for blanks."""
    return "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())


class Client:
    """Calls with the tenant's token."""

    def __init__(self, cloud: IvmSimulator, session: aiohttp.ClientSession, clock: Clock) -> None:
        """Without a token yet."""
        self.cloud = cloud
        self.session = session
        self.clock = clock
        self.token: str | None = None

    async def send(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None,
                   **query: Any) -> Reply:  # fmt: skip
        """Send a request as it is."""
        url = path if path.startswith("http") else self.cloud.url + path
        if query:
            url += f"?{query_text(query)}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.session.request(
            method, URL(url, encoded=True), data=data, headers=headers or {}, ssl=False, allow_redirects=False
        ) as response:
            return Reply(response.status, await response.read(), response.headers)

    async def sign_in(self, **more: Any) -> Reply:
        """Fetch a token and keep it."""
        body = {"ak": self.cloud.ak, "sk": self.cloud.sk, **more}
        reply = await self.send("POST", f"/v2/{self.cloud.user_id}/enterprises/access-token", body)
        if reply.status == 200:
            self.token = reply.json["access_token"]
        return reply

    async def call(self, method: str, path: str, body: Any = None, *, version: str = "v1", **query: Any) -> Reply:
        """Send a call below the tenant, with the token."""
        if self.token is None:
            await self.sign_in()
        assert self.token is not None
        headers = {"Access-Token": self.token, "Content-Type": "application/json"}
        return await self.send(method, f"/{version}/{self.cloud.user_id}/{path}", body, headers=headers, **query)

    async def get(self, path: str, **query: Any) -> Any:
        """Return an answer."""
        return (await self.call("GET", path, **query)).data

    def dc(self, device: str, channel: str | int | None = None) -> str:
        """Return the path of a channel."""
        place = self.cloud.channel(device, channel)
        return f"devices/{place.device.id}/channels/{place.id}"


@dataclass(slots=True)
class Subscriber:
    """Takes pushes."""

    url: str = ""
    status: int = 200
    delay: float = 0.0
    messages: list[Any] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Keep a push."""
        body = await request.read()
        await asyncio.sleep(self.delay)
        self.messages.append(json.loads(body) if body.startswith(b"{") else body)
        self.headers.append(request.headers)
        return web.Response(status=self.status)


type Connect = Callable[..., Any]


@pytest.fixture
async def connect(socket_enabled: None) -> AsyncIterator[Connect]:
    """Return a coroutine function that starts a cloud with a clock that stands still, and gives a client for it."""
    async with AsyncExitStack() as stack:

        async def start(*arguments: Any, **options: Any) -> Client:
            clock = Clock()
            cloud = await stack.enter_async_context(IvmSimulator(*arguments, **{"clock": clock, **options}))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Client(cloud, session, clock)

        yield start


@pytest.fixture
async def subscriber(socket_enabled: None) -> AsyncIterator[Subscriber]:
    """Return a running subscriber."""
    taker = Subscriber()
    application = web.Application(client_max_size=16 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", taker.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/abc?x=1"
    yield taker
    await runner.cleanup()
