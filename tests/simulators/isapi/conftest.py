"""A client for simulated devices that knows nothing of the integration."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
import re
from typing import Any

import aiohttp
from lxml import etree
import pytest

from simulators.isapi import IsapiReplay, IsapiSimulator


@dataclass(slots=True)
class Reply:
    """Status, body and content type of an answer."""

    status: int
    body: bytes
    content_type: str
    headers: Any

    @property
    def root(self) -> etree._Element:
        """Parsed body, without namespaces."""
        return etree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", self.body))

    def text(self, path: str) -> str | None:
        """Text below a path."""
        return self.root.findtext(path)

    @property
    def code(self) -> tuple[int, str, str]:
        """HTTP status, statusCode and subStatusCode."""
        return self.status, self.text("statusCode") or "", self.text("subStatusCode") or ""


class Client:
    """Logs in by Digest and asks one device."""

    def __init__(self, device: IsapiSimulator | IsapiReplay, session: aiohttp.ClientSession) -> None:
        """Remember the device."""
        self.device = device
        self.session = session

    async def ask(self, path: str, method: str = "GET", body: str | bytes | None = None, **more: Any) -> Reply:
        """Send one request."""
        url = f"{self.device.url}/ISAPI/{path}"
        data = body.encode() if isinstance(body, str) else body
        async with self.session.request(method, url, data=data, **more) as response:
            return Reply(response.status, await response.read(), response.content_type, response.headers)

    async def put(self, path: str, body: str | bytes) -> Reply:
        """Write a document."""
        return await self.ask(path, "PUT", body)


type Connect = Callable[..., Any]


@pytest.fixture
async def connect(socket_enabled: None) -> AsyncIterator[Connect]:
    """Return a coroutine function that starts a device and gives a client for it."""
    async with AsyncExitStack() as stack:

        async def start(
            device: IsapiSimulator | IsapiReplay, username: str | None = None, password: str | None = None
        ) -> Client:
            await stack.enter_async_context(device)
            login = aiohttp.DigestAuthMiddleware(username or device.username, password or device.password)
            session = await stack.enter_async_context(aiohttp.ClientSession(middlewares=(login,)))
            return Client(device, session)

        yield start
