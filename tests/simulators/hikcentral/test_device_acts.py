"""Devices go away and come back, inputs are triggered, doors move by hand, the platform restarts."""

import asyncio
from typing import Any

import aiohttp
import pytest

from simulators.hikcentral import FAULTS, SitePlan

from .conftest import PAGE, Client, Connect, Receiver

VERSION = "common/v1/version"
MANY = SitePlan(mobile_devices=1, mobile_cameras=1, door_cameras=1, inputs=2, controller_inputs=1, mobile_vehicles=1)


def told(client: Client) -> list[tuple[int, str]]:
    """Return code and source of all that happened."""
    return [(record.code, record.source) for record in client.platform.state.records]


@pytest.mark.parametrize(
    ("kind", "device", "events", "cameras", "inputs"),
    [
        ("encodeDevice", "1", [66306, 66311], ["1", "2", "3"], ["1"]),
        ("acsDevice", "1", [], ["7"], ["3"]),
        ("mobileDevice", "1", [642, 641], ["8"], []),
    ],
)
async def test_device_takes_along_what_hangs_on_it(
    connect: Connect, kind: str, device: str, events: list[int], cameras: list[str], inputs: list[str]
) -> None:
    """Cameras, inputs and doors of a device are offline with it."""
    client: Client = await connect(site=MANY)
    platform, state = client.platform, client.platform.state
    platform.set_online(kind, device, False)
    assert [camera.id for camera in state.cameras.values() if camera.status == 2] == cameras
    assert [item.id for item in state.inputs.values() if item.network_status == 2] == inputs
    assert {door.state for door in state.doors.values()} == ({4} if kind == "acsDevice" else {1})
    platform.set_online(kind, device, True)
    assert {camera.status for camera in state.cameras.values()} == {1}
    assert {item.network_status for item in state.inputs.values()} == {1}
    assert {door.state for door in state.doors.values()} == {1}
    assert told(client) == [(code, device) for code in events]


async def test_single_things_offline(connect: Connect) -> None:
    """A camera, an input and a door alone."""
    client: Client = await connect(site=MANY)
    platform = client.platform
    for kind, source in (("camera", "2"), ("ioIn", "2"), ("door", "2")):
        platform.set_online(kind, source, False)
    cameras = (await client.call("resource/v1/cameras", PAGE)).rows
    assert [row["status"] for row in cameras] == [1, 2, 1, 1, 1, 1]
    assert [row["networkStatus"] for row in (await client.call("resource/v1/alarmInputs", PAGE)).rows] == [1, 2]
    assert [row["doorState"] for row in (await client.call("resource/v1/acsDoor/acsDoorList", PAGE)).rows] == [1, 4]
    assert told(client) == []
    platform.set_online("door", "2", True)
    assert platform.state.doors["2"].state == 1


async def test_input(connect: Connect) -> None:
    """On and off are one event; letting go of one that is not on is nothing."""
    client: Client = await connect()
    platform = client.platform
    assert platform.set_input("1", on=False) == ""
    event = platform.set_input("1", on=True)
    platform.set_input("2", on=True)
    assert platform.set_input("1", on=False) == event
    first, second = platform.state.records
    assert first.stop is not None and second.stop is None


async def test_door_by_hand(connect: Connect) -> None:
    """Each state has its events; the same state again has none."""
    client: Client = await connect()
    for state in (2, 2, 1, 3, 0, 1):
        client.platform.move_door("1", state)
    assert [code for code, _ in told(client)] == [
        199941, 198913, 199169, 199942, 198148, 199942, 198150, 198401, 198913, 198402, 199169, 199942,
    ]  # fmt: skip


@pytest.mark.parametrize(("forget", "left"), [(False, 1), (True, 0)])
async def test_restart(connect: Connect, receiver: Receiver, forget: bool, left: int) -> None:
    """Nobody answers, nothing is pushed; then all is as before, but for subscriptions if they are forgotten."""
    client: Client = await connect()
    platform = client.platform
    body = {"eventTypes": [131331], "eventDest": receiver.url}
    await client.call("eventService/v1/eventSubscriptionByEventTypes", body)
    going = asyncio.ensure_future(platform.restart(0.1, forget_subscriptions=forget))
    await asyncio.sleep(0.05)
    with pytest.raises(aiohttp.ClientError):
        await client.call(VERSION)
    platform.happen(131331)
    await platform.settle()
    await going
    assert (await client.call(VERSION)).code == "0"
    platform.happen(131331)
    await platform.settle()
    assert len(receiver.events) == left


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_named_faults(connect: Connect, name: str) -> None:
    """Each happens once, where it was asked for, and differs from the right answer or comes late."""
    client: Client = await connect()
    right = (await client.call(VERSION)).body
    client.platform.inject(name, "version", times=1)
    fault: Any = FAULTS[name]
    began = asyncio.get_running_loop().time()
    if fault.get("drop"):
        with pytest.raises(aiohttp.ClientError):
            await client.call(VERSION)
    else:
        reply = await client.send(VERSION)
        late = asyncio.get_running_loop().time() - began >= fault.get("delay", 0.0) > 0
        assert (reply.body != right) is not late
        assert reply.status == fault.get("status", 200)
    assert (await client.call(VERSION)).body == right
