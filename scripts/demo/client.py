"""Home Assistant's own REST and WebSocket interface, as a browser uses it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Self

import aiohttp

from .instance import DOMAIN
from .processes import Child, DemoError
from .simulation import Member

USERNAME = "demo"
PASSWORD = "demo"
START_SECONDS = 240
POLL_SECONDS = 0.2
MOST_STEPS = 8


class Connection:
    """An authenticated WebSocket connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """`socket`: after the login."""
        self._socket = socket
        self._ids = count(1)

    async def send(self, kind: str, **fields: Any) -> int:
        """Send a command; return its id."""
        number = next(self._ids)
        await self._socket.send_json({"id": number, "type": kind, **fields})
        return number

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = await self._socket.receive_json()
        return message

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a command and return its result. Raises DemoError with the reason if it was refused."""
        number = await self.send(kind, **fields)
        while (message := await self.receive())["id"] != number or message["type"] != "result":
            pass
        if not message["success"]:
            raise DemoError(f"Home Assistant refused {kind}: {message['error']['message']}")
        return message["result"]


class Client:
    """A logged-in user."""

    def __init__(self, url: str) -> None:
        """`url`: of Home Assistant, without a slash at the end."""
        self.url = url
        self._session = aiohttp.ClientSession()
        self._token = ""

    async def __aenter__(self) -> Self:
        """Use until the block ends."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close all connections."""
        await self._session.close()

    @property
    def _client_id(self) -> str:
        return f"{self.url}/"

    async def wait(self, child: Child) -> None:
        """Wait until Home Assistant answers. Raises DemoError if it ends or takes too long."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while child.running:
                    try:
                        async with self._session.get(f"{self.url}/api/onboarding") as response:
                            if response.status in {200, 404}:  # 404: this has long been done
                                return
                    except aiohttp.ClientError:
                        pass
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise DemoError(f"Home Assistant did not answer within {START_SECONDS} seconds.") from error
        raise DemoError(f"Home Assistant ended with exit code {child.process.returncode}; its log tells why.")

    async def wait_running(self) -> None:
        """Wait until every component is set up."""
        async with asyncio.timeout(START_SECONDS):
            while (await self.get("/api/config"))["state"] != "RUNNING":
                await asyncio.sleep(POLL_SECONDS)

    async def log_in(self) -> None:
        """Create the demo user on a new Home Assistant, or log in as that user."""
        async with self._session.get(f"{self.url}/api/onboarding") as response:
            steps = await response.json() if response.status == 200 else []
        undone = {step["step"] for step in steps if not step["done"]}
        if "user" in undone:
            await self._create_user()
        else:
            await self._enter()
        if "core_config" in undone:
            await self.post("/api/onboarding/core_config", {})
        if "analytics" in undone:
            await self.post("/api/onboarding/analytics", {})
        if "integration" in undone:
            await self.post(
                "/api/onboarding/integration", {"client_id": self._client_id, "redirect_uri": self._client_id}
            )

    async def _create_user(self) -> None:
        person = {"name": "Demo", "username": USERNAME, "password": PASSWORD, "language": "en"}
        created = await self.post("/api/onboarding/users", {**person, "client_id": self._client_id})
        await self._fetch_token(created["auth_code"])

    async def _enter(self) -> None:
        start = {
            "client_id": self._client_id,
            "handler": ["homeassistant", None],
            "redirect_uri": self._client_id,
        }
        flow = await self.post("/auth/login_flow", start)
        answer = {"client_id": self._client_id, "username": USERNAME, "password": PASSWORD}
        result = await self.post(f"/auth/login_flow/{flow['flow_id']}", answer)
        if result["type"] != "create_entry":
            raise DemoError("The folder's Home Assistant has no user demo with password demo; start with --reset.")
        await self._fetch_token(result["result"])

    async def _fetch_token(self, code: str) -> None:
        form = {"grant_type": "authorization_code", "code": code, "client_id": self._client_id}
        async with self._session.post(f"{self.url}/auth/token", data=form) as response:
            self._token = (await response.json())["access_token"]

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def get(self, path: str) -> Any:
        """Read JSON. Raises DemoError unless the status is 200."""
        async with self._session.get(self.url + path, headers=self._headers) as response:
            if response.status != 200:
                raise DemoError(f"GET {path} was answered with {response.status}.")
            return await response.json()

    async def read(self, path: str) -> tuple[str, bytes]:
        """Read anything: content type and body."""
        async with self._session.get(self.url + path, headers=self._headers) as response:
            if response.status != 200:
                raise DemoError(f"GET {path} was answered with {response.status}.")
            return response.content_type, await response.read()

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Write JSON, read JSON. Raises DemoError unless the status is 200 or 201."""
        async with self._session.post(self.url + path, json=body, headers=self._headers) as response:
            if response.status not in {200, 201}:
                raise DemoError(f"POST {path} was answered with {response.status}: {(await response.text())[:200]}")
            return await response.json()

    async def delete(self, path: str) -> Any:
        """Delete. Raises DemoError unless the status is 200."""
        async with self._session.delete(self.url + path, headers=self._headers) as response:
            if response.status != 200:
                raise DemoError(f"DELETE {path} was answered with {response.status}.")
            return await response.json()

    async def call(self, domain: str, service: str, **fields: Any) -> None:
        """Call a service and wait until it is done."""
        await self.post(f"/api/services/{domain}/{service}", fields)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Open a WebSocket connection."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            if (await socket.receive_json())["type"] != "auth_ok":
                raise DemoError("Home Assistant refused the WebSocket login.")
            yield Connection(socket)

    async def command(self, kind: str, **fields: Any) -> Any:
        """Carry out one WebSocket command."""
        async with self.connect() as connection:
            return await connection.command(kind, **fields)

    async def entries(self) -> list[dict[str, Any]]:
        """Return this integration's config entries."""
        found: list[dict[str, Any]] = await self.command("config_entries/get", domain=DOMAIN)
        return found

    async def add(self, member: Member) -> dict[str, Any]:
        """Walk through the config flow as a user would; return its last answer: an entry, or why there is none."""
        answer: dict[str, Any] = await self.post("/api/config/config_entries/flow", {"handler": DOMAIN})
        for _ in range(MOST_STEPS):
            if answer["type"] in {"create_entry", "abort"}:
                return answer
            if answer.get("errors"):
                problems = ", ".join(f"{name} {problem}" for name, problem in answer["errors"].items())
                raise DemoError(f"{member.name} cannot be added: {problems}.")
            step = {"next_step_id": _choice(answer, member)} if answer["type"] == "menu" else _fill(answer, member)
            answer = await self.post(f"/api/config/config_entries/flow/{answer['flow_id']}", step)
        raise DemoError(f"{member.name} cannot be added: the config flow does not end.")


def _choice(menu: Mapping[str, Any], member: Member) -> str:
    """Choose the member's system, else the step that goes on."""
    options: list[str] = list(menu["menu_options"])
    if member.system in options:
        return member.system
    return next((option for option in options if option.endswith("_accept")), options[0])


def _fill(form: Mapping[str, Any], member: Member) -> dict[str, Any]:
    """Answer the fields that the member knows; the others keep their default."""
    return _known(form["data_schema"], member.login)


def _known(fields: Sequence[Mapping[str, Any]], login: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of some fields; a section holds fields of its own, and is always answered."""
    sections = {field["name"]: _known(field["schema"], login) for field in fields if "schema" in field}
    return {field["name"]: login[field["name"]] for field in fields if field["name"] in login} | sections
