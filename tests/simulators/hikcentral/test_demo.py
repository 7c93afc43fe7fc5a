"""The platform of the demonstration: it starts, lives, and does what the control page asks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from simulators.control import ControlServer
from simulators.fleet import demo_fleet
from simulators.hikcentral.demo import HikCentralMember, demo

from .conftest import Client


@pytest.fixture
async def member(socket_enabled: None) -> AsyncIterator[HikCentralMember]:
    """The platform, quiet."""
    (found,) = demo(0, 1, living=False)
    await found.start()
    yield found
    await found.stop()


async def do(member: HikCentralMember, name: str, **fields: str) -> None:
    """Carry out an action as the control page does."""
    action = next(action for action in member.actions if action.name == name)
    result = action.run(action.check(fields))
    if result is not None:
        await result


def codes(member: HikCentralMember) -> list[int]:
    """Return what has happened."""
    return [record.code for record in member.running.state.records]


async def test_login(member: HikCentralMember) -> None:
    """What a user types is enough to be let in."""
    login = member.login
    assert set(login) == {"url", "app_key", "app_secret", "verify_ssl"}
    assert str(login["url"]).startswith("https://127.0.0.1:")
    async with aiohttp.ClientSession(skip_auto_headers=("Accept", "Content-Type")) as session:
        client = Client(member.running, session)
        client.key, client.secret = str(login["app_key"]), str(login["app_secret"])
        assert (await client.call("common/v1/version")).code == "0"
        assert len(await client.listed("resource/v1/site/siteList")) == 2


async def test_every_action_with_its_first_values(member: HikCentralMember) -> None:
    """None fails, and each is one the control page can draw."""
    assert len(member.actions) == 16
    for action in member.actions:
        if action.name == "restart":
            continue
        result = action.run(action.check({name: values[0] for name, values in action.fields.items()}))
        assert result is None, action.name


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("event", {"event": "fire", "camera": "2", "state": "pulse"}, [192515]),
        ("access", {"door": "2", "result": "denied", "person": ""}, [197128]),
        ("door_alarm", {"door": "2", "alarm": "forced"}, [198657]),
        ("door", {"door": "2", "state": "open"}, [199941, 198913]),
        ("input", {"input": "1", "state": "on"}, [589825]),
        ("face", {"camera": "1", "person": "1"}, [131659]),
        ("vehicle", {"plate": "X ZZ 999", "direction": "entry"}, [131622, 131]),
        ("bed", {"bed": "1/1", "deed": "falls"}, [500041]),
        ("speed", {"vehicle": "1"}, [648]),
        ("online", {"device": "encodeDevice 1", "state": "off"}, [66306]),
        ("unknown", {}, [330203]),
    ],
)
async def test_what_actions_let_happen(
    member: HikCentralMember, name: str, fields: Mapping[str, str], expected: list[int]
) -> None:
    """Their events are recorded."""
    await do(member, name, **fields)
    assert codes(member) == expected


async def test_event_that_is_started_and_ended(member: HikCentralMember) -> None:
    """One occurrence; an end of nothing is nothing."""
    await do(member, "event", event="motion", camera="1", state="end")
    await do(member, "event", event="motion", camera="1", state="start")
    (record,) = member.running.state.records
    assert record.stop is None
    await do(member, "event", event="motion", camera="1", state="end")
    assert record.stop is not None


async def test_people_and_spaces(member: HikCentralMember) -> None:
    """Counters and spaces follow."""
    state = member.running.state
    group = state.counting.groups["1"]
    before = state.counting.now(group, member.running.now())
    await do(member, "people", group="1", direction="in")
    await do(member, "people", group="1", direction="out")
    after = state.counting.now(group, member.running.now())
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    await do(member, "space", space="1", state="vacant")
    assert state.parking.spaces["1"].free
    await do(member, "space", space="1", state="occupied")
    assert not state.parking.spaces["1"].free


async def test_outages(member: HikCentralMember) -> None:
    """Pushes get lost, answers go wrong, and both end."""
    platform = member.running
    await do(member, "pushes", state="off")
    assert not platform.reachable
    await do(member, "pushes", state="on")
    assert platform.reachable
    await do(member, "answers", fault="quota")
    assert [fault.code for fault in platform.faults] == ["0x02401009"]
    await do(member, "answers", fault="none")
    assert platform.faults == []


async def test_restart(member: HikCentralMember) -> None:
    """Nobody answers for a while."""
    await do(member, "restart")
    async with asyncio.timeout(2), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.post(member.running.url, ssl=False):
                    await asyncio.sleep(0.01)
            except aiohttp.ClientError:
                break


async def test_control_page(member: HikCentralMember) -> None:
    """The page shows the actions, and the interface carries one out."""
    async with ControlServer([member]) as server, aiohttp.ClientSession(server.url) as session:
        async with session.get("/") as page:
            assert "Recognise a face" in await page.text()
        async with session.post(f"/api/{member.name}/unknown", json={}) as answer:
            assert await answer.json() == {"done": "unknown"}
    assert codes(member) == [330203]


async def test_it_lives(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Things happen by themselves, and end with it."""
    monkeypatch.setattr("simulators.hikcentral.domains.scenario.SHORTEST", 0.0)
    monkeypatch.setattr("simulators.hikcentral.domains.scenario.LONGEST", 0.01)
    members: list[Any] = demo_fleet(["hikcentral"], 0, 1, living=True)
    (found,) = members
    assert (found.system, found.profile) == ("hikcentral", "table")
    with pytest.raises(RuntimeError):
        _ = found.running
    await found.start()
    async with asyncio.timeout(5):
        while len(codes(found)) < 20:
            await asyncio.sleep(0.01)
    await found.stop()
    count = len(codes(found))
    await asyncio.sleep(0.05)
    assert len(codes(found)) == count
