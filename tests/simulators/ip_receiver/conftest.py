"""A client of the simulated receiver, written from RFC 2617 and the guide alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
import hashlib
import json
from typing import Any

import aiohttp
import pytest

from simulators.ip_receiver import IpReceiverSimulator, PanelPlan

DEVICES = "/ISAPI/ContentMgmt/DeviceMgmt/deviceList"
SUBSCRIBE = "/ISAPI/Event/notification/subscribeDeviceMgmt"
MARK = "all told"
ALL_EVENTS = {"SubscribeDeviceMgmt": {"eventMode": "all", "defenceMode": "all"}}


def md5(text: str) -> str:
    """Return the digest of a text."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


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
    def sub(self) -> str:
        """The sub-status code."""
        return str(self.json["subStatusCode"])


class Stream:
    """An open subscription, read as bytes."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        """`response`: with its head."""
        self.response = response
        self.data = b""
        self.marks = 0

    async def read(self, wanted: bytes, times: int = 1) -> bytes:
        """Read on until a text was there so often."""
        async with asyncio.timeout(5):
            while self.data.count(wanted) < times:
                piece = await self.response.content.readany()
                assert piece, f"the stream ended before {wanted!r}"
                self.data += piece
        return self.data

    async def rest(self) -> bytes:
        """Read to the end, whether it is a clean one or not."""
        async with asyncio.timeout(5):
            try:
                while piece := await self.response.content.readany():
                    self.data += piece
            except aiohttp.ClientError:
                pass
        return self.data

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """All alerts but heartbeats, from parts that are right."""
        lines = [line for line in self.data.splitlines() if line.startswith(b'{"EventNotificationAlert"')]
        found = [json.loads(line)["EventNotificationAlert"] for line in lines]
        return [alert for alert in found if alert["eventType"] not in {"heartBeat", MARK}]

    async def told(self, receiver: IpReceiverSimulator) -> list[dict[str, Any]]:
        """Read everything that the receiver told until now; return all alerts."""
        self.marks += 1
        await receiver.emit({"eventType": MARK})
        await self.read(MARK.encode(), self.marks)
        return self.alerts

    @property
    def codes(self) -> list[str]:
        """Codes of all reports."""
        return [alert["CIDAlarm"]["CIDCode"] for alert in self.alerts if "CIDAlarm" in alert]


class Client:
    """Logs in by digest, with one nonce for as long as it is taken."""

    def __init__(self, receiver: IpReceiverSimulator, session: aiohttp.ClientSession) -> None:
        """Use the receiver's own account."""
        self.receiver = receiver
        self.session = session
        self.username, self.password = "admin", "Abc12345"
        self.challenge: dict[str, str] = {}
        self.uses = 0

    def authorization(self, method: str, uri: str, *, count: int | None = None, **changed: str) -> str:
        """Return the header of a login over a `uri`, by the last challenge."""
        self.uses += 1
        parts = {
            "username": self.username, "realm": self.challenge["realm"], "nonce": self.challenge["nonce"], "uri": uri,
            "qop": "auth", "nc": f"{count or self.uses:08x}", "cnonce": "0a4f113b",
        } | changed  # fmt: skip
        first = md5(f"{self.username}:{parts['realm']}:{self.password}")
        second = md5(f"{method}:{uri}")
        middle = ":".join(parts[name] for name in ("nonce", "nc", "cnonce", "qop"))
        parts["response"] = md5(f"{first}:{middle}:{second}")
        return "Digest " + ", ".join(f'{name}="{value}"' for name, value in parts.items())

    async def plain(self, method: str, target: str, body: bytes = b"", authorization: str | None = None) -> Reply:
        """Send a request as it is."""
        headers = {"Authorization": authorization} if authorization else {}
        url = self.receiver.url + target
        async with self.session.request(method, url, data=body, headers=headers, ssl=False) as response:
            return Reply(response.status, await response.read(), response.headers)

    async def fetch_challenge(self, target: str = DEVICES) -> Reply:
        """Ask without a login and keep the challenge."""
        reply = await self.plain("POST", target)
        self.keep(reply)
        return reply

    def keep(self, reply: Reply) -> None:
        """Keep the challenge of an answer."""
        words = reply.headers["WWW-Authenticate"].removeprefix("Digest ").split(", ")
        self.challenge = {name: value.strip('"') for name, value in (word.split("=", 1) for word in words)}
        self.uses = 0

    async def send(self, method: str, target: str, body: bytes = b"") -> Reply:
        """Send a request, with a login."""
        if not self.challenge:
            await self.fetch_challenge()
        return await self.plain(method, target, body, self.authorization(method, target))

    async def call(self, method: str, path: str, body: Any = None, panel: str | None = None, **query: str) -> Reply:
        """Send a call; `panel`: the name of the one it is about."""
        words = {"format": "json"} | query
        if panel is not None:
            words["devIndex"] = self.receiver.panel(panel).index
        target = path + "?" + "&".join(f"{name}={value}" for name, value in words.items())
        return await self.send(method, target, b"" if body is None else json.dumps(body).encode())

    async def devices(self, position: int = 0, most: int = 50, **wanted: Any) -> dict[str, Any]:
        """Return a page of the list of devices."""
        search = {"position": position, "maxResult": most, "Filter": wanted}
        reply = await self.call("POST", DEVICES, {"SearchDescription": search})
        assert reply.status == 200, reply.body
        found: dict[str, Any] = reply.json["SearchResult"]
        return found

    async def zones(self, panel: str = "House", search: str = "s", start: int = 0, most: int = 30) -> dict[str, Any]:
        """Return a page of the zones of a panel."""
        body = {"ZoneCond": {"searchID": search, "searchResultPosition": start, "maxResults": most}}
        reply = await self.call("POST", "/ISAPI/SecurityCP/status/zones", body, panel)
        assert reply.status == 200, reply.body
        found: dict[str, Any] = reply.json["ZoneSearch"]
        return found

    async def control(self, method: str, path: str, body: Any = None, panel: str = "House", **query: str) -> Reply:
        """Send a command."""
        return await self.call(method, f"/ISAPI/SecurityCP/control/{path}", body, panel, **query)

    async def subscribe(self) -> Stream:
        """Open a stream. Its session keeps the answer."""
        if not self.challenge:
            await self.fetch_challenge()
        target = f"{SUBSCRIBE}?format=json"
        headers = {"Authorization": self.authorization("POST", target)}
        response = await self.session.post(
            self.receiver.url + target, data=json.dumps(ALL_EVENTS).encode(), headers=headers, ssl=False
        )
        assert response.status == 200
        return Stream(response)


type Connect = Callable[..., Any]


@pytest.fixture
async def connect(socket_enabled: None) -> AsyncIterator[Connect]:
    """Return a coroutine function that starts a receiver and gives a client for it."""
    async with AsyncExitStack() as stack:

        async def start(*arguments: Any, **options: Any) -> Client:
            receiver = await stack.enter_async_context(IpReceiverSimulator(*arguments, **options))
            session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
            return Client(receiver, await stack.enter_async_context(session))

        yield start


@pytest.fixture
async def client(connect: Connect) -> Client:
    """Return a client of a receiver with one house of two partitions."""
    found: Client = await connect([PanelPlan(partitions=2)])
    return found
