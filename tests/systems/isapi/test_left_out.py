"""Parts of a device that failed while it was read: the rest stands, and a problem says what is missing."""

from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.base import PushHealth, Runtime
from custom_components.hikvision_ivm.systems.isapi import IsapiSystem
from custom_components.hikvision_ivm.systems.model import Inventory, Problem, Report
from simulators.isapi import IsapiSimulator

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Told:
    """A sink that keeps the problems."""

    def __init__(self) -> None:
        """Begin without any."""
        self.topics: dict[str, Sequence[Problem]] = {}

    def report(self, report: Report) -> None:
        """Not looked at."""

    def inventory(self, inventory: Inventory) -> None:
        """Not looked at."""

    def push_health(self, health: PushHealth) -> None:
        """Not looked at."""

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Keep them."""
        self.topics[topic] = problems


async def read(device: IsapiSimulator, look: Callable[[IsapiSystem, Told, Inventory], Any]) -> None:
    """Read a device and its details, then look."""
    async with aiohttp.ClientSession() as session:
        data = {"url": device.url, "username": device.username, "password": device.password}
        system = IsapiSystem.create(session, data, {}, Runtime())
        told = Told()
        await system.identify()
        inventory = await system.inventory()
        await system.prime(told, ())
        result = look(system, told, inventory)
        if result is not None:
            await result


@pytest.mark.parametrize("fault", ["server_error", "html_page", "truncated_xml", "other_document"])
async def test_part_that_fails(fault: str) -> None:
    """The rest is there, the missing part is named with its reason, and asking again can be asked for."""

    async def look(system: IsapiSystem, told: Told, inventory: Inventory) -> None:
        assert inventory.features
        (problem,) = told.topics["inventory"]
        assert problem.key == "left_out"
        assert problem.placeholders["parts"].startswith("events (")
        assert problem.fixable
        device.clear_faults()
        await system.fix(problem)
        assert "Event/triggers" not in system.client.refused
        before = len(inventory.features)
        assert len((await system.inventory()).features) > before

    async with IsapiSimulator(profile="ipc") as device:
        if fault == "other_document":
            device.fault("Event/triggers", body=b"<Other/>", content_type="application/xml")
        else:
            device.inject(fault, "Event/triggers")
        await read(device, look)


async def test_part_that_failed_once() -> None:
    """What the second try brought is not called missing."""

    def look(system: IsapiSystem, told: Told, inventory: Inventory) -> None:
        assert told.topics["inventory"] == []

    async with IsapiSimulator(profile="ipc-noio") as device:
        fault = device.fault("System/Video/inputs/channels", status=503, times=1)
        await read(device, look)
        assert fault.fired == 1


@pytest.mark.parametrize("fault", [None, "not_found", "forbidden", "bad_request", "low_privilege"])
async def test_part_that_does_not_exist(fault: str | None) -> None:
    """What a device does not have, or the account may not see, is not called missing."""

    def look(system: IsapiSystem, told: Told, inventory: Inventory) -> None:
        assert list(told.topics["inventory"]) == []

    async with IsapiSimulator(profile="ipc") as device:
        if fault is not None:
            device.inject(fault, "Event/triggers")
        await read(device, look)
