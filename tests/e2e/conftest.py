"""One Home Assistant with all simulated systems, shared by the tests of this folder in the order of the file."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from scripts.demo.client import Client
from scripts.demo.instance import Instance
from scripts.demo.processes import Child, free_port
from scripts.demo.simulation import Member, Simulation

PATIENCE = 30


@dataclass(slots=True)
class Home:
    """What the tests work with."""

    instance: Instance
    simulation: Simulation
    child: Child
    client: Client
    output: Path

    async def start(self) -> None:
        """Start Home Assistant and log in."""
        with self.output.open("ab") as output:
            self.child = await self.instance.start(output)
        await self.client.wait(self.child)
        await self.client.log_in()
        await self.client.wait_running()

    def member(self, profile: str) -> Member:
        """Return the simulated device of a profile."""
        return next(member for member in self.simulation.members if member.profile == profile)

    async def act(self, member: Member, action: str, **fields: str) -> None:
        """Make something happen at a simulated device."""
        url = f"{self.simulation.control}/api/{member.name}/{action}"
        async with aiohttp.ClientSession() as session, session.post(url, json=fields) as response:
            assert response.status == 200, await response.text()

    async def ask(self, member: Member, path: str) -> str:
        """Read a document of a simulated device, past Home Assistant."""
        digest = aiohttp.DigestAuthMiddleware(member.login["username"], member.login["password"])
        url = f"{member.login['url']}/ISAPI/{path}"
        async with aiohttp.ClientSession(middlewares=(digest,)) as session, session.get(url) as response:
            assert response.status == 200, path
            return await response.text()

    async def entities(self, platform: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the enabled entities of a platform with these fields in the registry, in a stable order."""
        found = [
            entity
            for entity in await self.client.command("config/entity_registry/list")
            if entity["platform"] == "hikvision_ivm"
            and entity["entity_id"].startswith(f"{platform}.")
            and not entity["disabled_by"]
            and all(entity[name] == value for name, value in wanted.items())
        ]
        return sorted(found, key=lambda entity: str(entity["unique_id"]))

    async def states(self) -> Mapping[str, dict[str, Any]]:
        """Return all states by entity id."""
        return {state["entity_id"]: state for state in await self.client.get("/api/states")}

    async def entry_of(self, member: Member) -> dict[str, Any]:
        """Return the config entry of a simulated device."""
        devices = await self.client.command("config/device_registry/list")
        port = member.login["url"].rsplit(":", 1)[1]
        owners = {
            device["config_entries"][0] for device in devices if f":{port}" in (device["configuration_url"] or "")
        }
        return next(entry for entry in await self.client.entries() if entry["entry_id"] in owners)

    def log(self) -> str:
        """Return everything Home Assistant wrote since it was first started."""
        return self.output.read_text(encoding="utf-8")


async def eventually[T](ask: Callable[[], Any], accept: Callable[[T], bool]) -> T:
    """Ask again and again until the answer is accepted; fail with the last answer after PATIENCE seconds."""
    answer: T | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await ask()
                if accept(answer):
                    return answer
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"still {answer!r} after {PATIENCE} seconds")


@pytest.fixture(scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    """Start the simulators, Home Assistant and the config flows; stop them afterwards."""
    folder = tmp_path_factory.mktemp("home")
    simulation = await Simulation.start("--quiet")
    instance = Instance(folder / "config", free_port())
    instance.prepare(level="debug")
    async with Client(instance.url) as client:
        home = Home(instance, simulation, simulation.child, client, folder / "output.log")
        try:
            await home.start()
            for member in simulation.members:
                answer = await client.add(member)
                assert answer["type"] == "create_entry", answer
            yield home
        finally:
            if home.child is not simulation.child:
                await home.child.stop()
            await simulation.child.stop()
