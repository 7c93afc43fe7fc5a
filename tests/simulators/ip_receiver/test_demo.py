"""The receiver of the demonstration: it starts, lives, and does what the control page asks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from simulators.control import ControlServer
from simulators.fleet import demo_fleet
from simulators.ip_receiver.demo import ReceiverMember, demo

from .conftest import Client, Stream


@pytest.fixture
async def member(socket_enabled: None) -> AsyncIterator[ReceiverMember]:
    """The receiver, quiet."""
    (found,) = demo(0, 1, living=False)
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def stream(member: ReceiverMember) -> AsyncIterator[Stream]:
    """An open stream."""
    async with aiohttp.ClientSession() as session:
        client = Client(member.running, session)
        client.password = str(member.login["password"])
        yield await client.subscribe()


async def do(member: ReceiverMember, name: str, **fields: str) -> None:
    """Carry out an action as the control page does."""
    action = next(action for action in member.actions if action.name == name)
    result = action.run(action.check(fields))
    if result is not None:
        await result


async def test_login(member: ReceiverMember) -> None:
    """What a user types is enough to be let in."""
    login = member.login
    assert set(login) == {"url", "username", "password", "verify_ssl"}
    assert str(login["url"]).startswith("https://127.0.0.1:")
    async with aiohttp.ClientSession() as session:
        client = Client(member.running, session)
        client.username, client.password = str(login["username"]), str(login["password"])
        assert (await client.devices())["totalMatches"] == 7
        assert (await client.zones())["totalMatches"] == 11


async def test_every_action_with_its_first_values(member: ReceiverMember) -> None:
    """None fails, and each is one the control page can draw."""
    assert len(member.actions) == 22
    for action in member.actions:
        if action.name == "restart":
            continue
        result = action.run(action.check({name: values[0] for name, values in action.fields.items()}))
        assert result is None, action.name


FRONT = "House: Front door"


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("door", {"zone": FRONT, "state": "open"}, []),
        ("zone", {"zone": "House: Kitchen smoke", "state": "triggered"}, ["CIDAlarm"]),
        ("alarm", {"zone": FRONT, "video": "none"}, ["CIDAlarm"]),
        ("alarm", {"zone": FRONT, "video": "clip"}, ["CIDAlarm", "videoReview"]),
        ("alarm", {"zone": "House: Living room", "video": "picture"}, ["CIDAlarm", "PIR"]),
        ("tamper", {"zone": FRONT, "state": "on"}, ["CIDAlarm"]),
        ("battery", {"zone": FRONT, "state": "low"}, ["CIDAlarm"]),
        ("link", {"zone": FRONT, "state": "lost"}, ["CIDAlarm"]),
        ("fault", {"panel": "House", "fault": "ac", "state": "on"}, ["CIDAlarm"]),
        ("panel_battery", {"panel": "House", "state": "pulled"}, ["CIDAlarm"]),
        ("arming", {"partition": "Shop: 1", "mode": "disarm", "user": "Ann"}, ["CIDAlarm"]),
        ("clear", {"partition": "House: 2", "user": "Bob"}, ["CIDAlarm"]),
        ("duress", {"panel": "House", "user": "Ann"}, ["CIDAlarm"]),
        ("online", {"panel": "Cabin", "state": "offline"}, ["devStatusChanged"]),
        ("cloud", {"panel": "Shop", "state": "abnormal"}, ["deviceHPPNetworkChanged"]),
        ("readd", {"panel": "Shop"}, ["devicedeleted", "devStatusChanged"]),
        ("device", {"event": "Recorder: linedetection", "state": "active"}, ["linedetection"]),
        ("device_online", {"device": "Hall speaker", "state": "offline"}, ["devStatusChanged"]),
        ("hpp", {"state": "abnormal"}, ["hppConnectionStatusChanged"]),
        ("unknown", {}, ["moonLanding"]),
    ],
)
async def test_what_actions_let_happen(
    member: ReceiverMember, stream: Stream, name: str, fields: Mapping[str, str], expected: list[str]
) -> None:
    """It is told."""
    await do(member, name, **fields)
    assert [alert["eventType"] for alert in await stream.told(member.running)] == expected


async def test_doors_and_arming(member: ReceiverMember) -> None:
    """State follows, both ways."""
    house = member.running.panel("House")
    for state, opened in (("open", True), ("closed", False)):
        await do(member, "door", zone=FRONT, state=state)
        assert house.zones[0].fields["magnetOpenStatus"] is opened
    await do(member, "zone", zone=FRONT, state="restored")
    await do(member, "arming", partition="House: 2", mode="stay", user="Bob")
    assert house.partitions[2].arming == "arming"
    await do(member, "arming", partition="House: 2", mode="disarm", user="Bob")
    assert house.partitions[2].arming == "disarm"


async def test_troubles(member: ReceiverMember, stream: Stream) -> None:
    """Silence, errors, a cut stream, and their ends."""
    receiver = member.running
    for state in ("off", "on"):
        await do(member, "heartbeats", state=state)
        assert receiver.heartbeats is (state == "on")
    await do(member, "answers", error="busy")
    assert [fault.sub for fault in receiver.faults] == ["noMemory"]
    await do(member, "answers", error="none")
    assert receiver.faults == []
    await do(member, "cut")
    await stream.rest()


async def test_restart(member: ReceiverMember) -> None:
    """Nobody answers for a while."""
    await do(member, "restart")
    async with asyncio.timeout(2), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.post(member.running.url, ssl=False):
                    await asyncio.sleep(0.01)
            except aiohttp.ClientError:
                break


async def test_control_page(member: ReceiverMember) -> None:
    """The page shows the actions, and the interface carries one out."""
    async with ControlServer([member]) as server, aiohttp.ClientSession(server.url) as session:
        async with session.get("/") as page:
            assert "Arm at the keypad" in await page.text()
        path = f"/api/{member.name}/door"
        async with session.post(path, json={"zone": FRONT, "state": "open"}) as answer:
            assert await answer.json() == {"done": "door"}
    assert member.running.panel("House").zones[0].fields["magnetOpenStatus"] is True


async def test_it_lives(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Things happen by themselves without alarm, and end with it."""
    monkeypatch.setattr("simulators.ip_receiver.demo.SHORTEST", 0.0)
    monkeypatch.setattr("simulators.ip_receiver.demo.LONGEST", 0.001)
    members: list[Any] = demo_fleet(["ip_receiver"], 0, 1, living=True)
    (found,) = members
    assert (found.system, found.profile) == ("ip_receiver", "guide")
    with pytest.raises(RuntimeError):
        _ = found.running
    await found.start()
    async with aiohttp.ClientSession() as session:
        client = Client(found.running, session)
        client.password = str(found.login["password"])
        stream = await client.subscribe()
        await stream.read(b'"VMD"', 3)
        await stream.read(b'"requestVoiceTalkEvent"')
        assert stream.codes == []
        await found.stop()
        await stream.rest()
