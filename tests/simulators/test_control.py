"""The control interface does what it is asked, refuses what it does not know, and shows a page."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
import pytest

from simulators.control import Action, ControlServer


@dataclass
class Lamp:
    """A member with one action."""

    name: str = "Lamp <1>"
    system: str = "test"
    profile: str = "lamp"
    colours: list[str] = field(default_factory=list)

    @property
    def login(self) -> Mapping[str, str | bool]:
        """Address and password."""
        return {"url": "http://127.0.0.1:1", "password": "secret"}

    @property
    def actions(self) -> Sequence[Action]:
        """Set a colour."""
        run = lambda fields: self.colours.append(fields["colour"])  # noqa: E731
        return [Action(name="light", title="Light", fields={"colour": ["red", "blue"]}, run=run)]

    async def start(self) -> None:
        """Nothing to bind."""

    async def stop(self) -> None:
        """Nothing to end."""


@pytest.fixture
async def lamp() -> Lamp:
    """One member."""
    return Lamp()


@pytest.fixture
async def client(socket_enabled: None, lamp: Lamp) -> AsyncGenerator[aiohttp.ClientSession]:
    """A client of a running control server."""
    async with ControlServer([lamp]) as server, aiohttp.ClientSession(server.url) as session:
        yield session


async def test_action_is_carried_out(client: aiohttp.ClientSession, lamp: Lamp) -> None:
    """A known action with known fields runs."""
    async with client.post("/api/Lamp <1>/light", json={"colour": "blue"}) as answer:
        assert answer.status == 200
    assert lamp.colours == ["blue"]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/api/Lamp <1>/light", '{"colour": "green"}', 400, "colour is one of red, blue"),
        ("/api/Lamp <1>/light", "{}", 400, "colour is one of"),
        ("/api/Lamp <1>/light", '{"colour": "red", "size": 1}', 400, "no field size"),
        ("/api/Lamp <1>/light", "[1]", 400, "no JSON object"),
        ("/api/Lamp <1>/light", '{"colour":', 400, ""),
        ("/api/Lamp <1>/heavy", "{}", 404, "no such"),
        ("/api/nobody/light", "{}", 404, "no such"),
    ],
)
async def test_refusals(
    client: aiohttp.ClientSession, lamp: Lamp, path: str, body: str, status: int, words: str
) -> None:
    """Everything else is refused with a reason, and nothing happens."""
    async with client.post(path, data=body) as answer:
        assert answer.status == status
        assert words in (await answer.json())["error"]
    assert lamp.colours == []


async def test_list_and_page(client: aiohttp.ClientSession) -> None:
    """The list names the fields; the page shows names as text, never as markup."""
    async with client.get("/api") as answer:
        (member,) = await answer.json()
    assert member["actions"] == [{"name": "light", "title": "Light", "fields": {"colour": ["red", "blue"]}}]
    assert member["password"] == "secret"
    async with client.get("/") as answer:
        text = await answer.text()
    assert "Lamp &lt;1&gt;" in text
    assert "Lamp <1>" not in text
