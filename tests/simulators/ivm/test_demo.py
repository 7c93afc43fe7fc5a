"""Every action of the control page can be carried out with every first value, and the demonstration lives."""

import asyncio

import aiohttp
import pytest

from simulators.control import ControlServer
from simulators.ivm import demo
from simulators.ivm.demo import IvmMember
from simulators.ivm.demo_actions import make_actions


async def test_actions(socket_enabled: None) -> None:
    """First and last value of each field."""
    (member,) = demo.demo(0, 1, living=False)
    await member.start()
    try:
        async with ControlServer([member]) as control, aiohttp.ClientSession(control.url) as session:
            for action in member.actions:
                for place in (0, -1):
                    fields = {name: values[place] for name, values in action.fields.items()}
                    async with session.post(f"/api/{member.name}/{action.name}", json=fields) as answer:
                        assert (await answer.json()) == {"done": action.name}
        assert len(make_actions(member.running)) == len(member.actions)
        assert set(member.login) == {"url", "user_id", "access_key", "secret_key"}
    finally:
        await member.stop()


async def test_it_lives(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Things happen by themselves."""
    monkeypatch.setattr(demo, "SHORTEST", 0.001)
    monkeypatch.setattr(demo, "LONGEST", 0.002)
    member = IvmMember("Cloud", port=0, seed=1, living=True)
    await member.start()
    try:
        async with asyncio.timeout(10):
            while len(member.running.pushes) < 20:
                await asyncio.sleep(0.01)
    finally:
        await member.stop()
