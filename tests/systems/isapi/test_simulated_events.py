"""Events of simulated devices, from their sockets to the reports (isapi-events §7)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest, PushState, Runtime
from custom_components.hikvision_ivm.systems.isapi import IsapiSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Inventory, Occurrence, Phase, Target
from simulators.isapi import FRAMINGS, IsapiSimulator

from .events import RecordingSink

pytestmark = pytest.mark.usefixtures("socket_enabled")

PASSWORD = "Some-Pass-1"


@dataclass
class Connected:
    """A simulated device, the system that listens to it, and what it told."""

    device: IsapiSimulator
    system: IsapiSystem
    inventory: Inventory
    sink: RecordingSink

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(10):
            while not true():
                await asyncio.sleep(0.005)

    async def next(self, kind: Kind) -> Occurrence:
        """Wait for the beginning of something of a kind, and forget it."""
        found: list[Occurrence] = []

        def look() -> bool:
            found[:] = [one for one in self.sink.occurrences if one.kind is kind and one.phase is not Phase.END]
            return bool(found)

        await self.until(look)
        self.sink.reports.clear()
        return found[0]


@asynccontextmanager
async def connected(profile: str, channels: int | None = None, style: str | None = None) -> AsyncIterator[Connected]:
    """Set a simulated device up and listen to it; events come only from the test."""
    device = IsapiSimulator(profile=profile, channels=channels, username="admin", password=PASSWORD, style=style)
    async with device, aiohttp.ClientSession() as session:
        data = {"url": device.url, "username": "admin", "password": PASSWORD}
        system = IsapiSystem.create(session, data, {}, Runtime())
        await system.identify()
        sink = RecordingSink()
        inventory = await system.inventory()
        task = asyncio.create_task(system.listen(sink))
        try:
            one = Connected(device, system, inventory, sink)
            await one.until(lambda: sink.health and sink.health[-1].state is PushState.HEALTHY)
            yield one
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await system.close()


@pytest.mark.parametrize("profile", ["ipc", "ipc-noio", "ipc-old", "hostile"])
async def test_cameras(profile: str) -> None:
    """Every generation: start, target, end."""
    async with connected(profile) as one:
        one.device.emit(type="fielddetection", channel=1, region="1", target="human")
        start = await one.next(Kind.INTRUSION)
        assert start.target in {Target.HUMAN, None}
        assert start.features[0].endswith("_binary_sensor_intrusion")
        assert start.features[0] in one.inventory.features
        assert start.device_id in one.inventory.devices


@pytest.mark.parametrize(("profile", "style"), [("nvr", "recorder"), ("nvr", "recorder_dyn"), ("dvr", "recorder")])
async def test_recorders(profile: str, style: str) -> None:
    """Either numbering of the channels ends at the same camera."""
    async with connected(profile, style=style) as one:
        one.device.emit(type="linedetection", channel=3)
        start = await one.next(Kind.LINE_CROSSING)
        assert start.device_id.endswith("_3")
        assert start.channel == "3"


@pytest.mark.parametrize("profile", ["dome", "thermal"])
async def test_several_sensors(profile: str) -> None:
    """The second sensor is not the first one."""
    async with connected(profile) as one:
        one.device.emit(type="VMD", channel=2)
        start = await one.next(Kind.MOTION)
        assert start.channel == "2"
        assert start.features[0].startswith(start.device_id)


async def test_door_station() -> None:
    """JSON, and a button that is an access event."""
    async with connected("door") as one:
        one.device.emit(type="VMD", channel=1)
        assert (await one.next(Kind.MOTION)).channel == "1"


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_framings(framing: str) -> None:
    """Each way to frame an alert is read, and the next one after it as well."""
    async with connected("ipc") as one:
        one.device.emit(type="VMD", channel=1, framing=framing)
        one.device.beat()  # ends a part that claims to be longer than it is
        assert (await one.next(Kind.MOTION)).phase is Phase.START
        one.device.emit(type="linedetection", channel=1)
        assert (await one.next(Kind.LINE_CROSSING)).phase is Phase.START


async def test_pictures_follow_their_event() -> None:
    """The event first, its picture after it."""
    async with connected("ipc") as one:
        picture = b"\xff\xd8\xff\xe0picture\xff\xd9"
        one.device.emit(type="linedetection", channel=1, picture=picture)
        await one.until(lambda: len(one.sink.occurrences) >= 2)
        start, brought = one.sink.occurrences
        assert (start.phase, start.picture) == (Phase.START, None)
        assert brought.picture is not None
        assert brought.picture.content == picture


async def test_reconnects_and_goes_on() -> None:
    """Closed, half a part, closed again: later events are seen, without alarm."""
    async with connected("ipc") as one:
        one.device.beat()
        one.device.close_streams()
        await one.device.wait_for_stream(2)
        one.device.emit(type="VMD", channel=1)
        await one.next(Kind.MOTION)
        one.device.emit_half(type="linedetection", channel=1)
        await one.device.wait_for_stream(3)
        one.device.emit(type="fielddetection", channel=1)
        await one.next(Kind.INTRUSION)
        assert [health.state for health in one.sink.health] == [PushState.CONNECTING, PushState.HEALTHY]


async def test_what_a_simulated_device_posts() -> None:
    """The same message as a push, after the stream told it: not again."""
    async with connected("ipc") as one:
        alert = one.device.emit(type="VMD", channel=1, target="human")
        await one.next(Kind.MOTION)
        body = one.device.style.render(alert, one.device.identity).encode()
        headers = {"Content-Type": 'application/xml; charset="UTF-8"'}
        request = PushRequest(method="POST", path="", query={}, headers=headers, body=body, remote="127.0.0.1")
        assert (await one.system.receive(request, one.sink)).status == 200
        assert not one.sink.occurrences
