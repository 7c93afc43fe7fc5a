"""Doors and outputs do what they are told, a little later, and say when they cannot."""

import asyncio
from typing import Any

import pytest

from simulators.hikcentral import Options, SitePlan

from .conftest import PAGE, Client, Connect

CONTROL = "acs/v1/door/doControl"
SWITCH = "resource/v1/alarmOutput/controlling"


async def eventually(client: Client, door: str, state: int) -> None:
    """Wait until a door tells a state."""
    async with asyncio.timeout(2):
        while True:
            body = {"doorIndexCode": door}
            if (await client.call("resource/v1/acsDoor/indexCode/acsDoorInfo", body)).data["doorState"] == state:
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("kind", "state", "event"), [(0, 0, 198922), (1, 1, 199171), (2, 2, 198919), (3, 3, 199172)])
async def test_commands(connect: Connect, kind: int, state: int, event: int) -> None:
    """The door follows after a while and tells by which command."""
    client: Client = await connect(options=Options(door_delay=0.1))
    client.platform.state.doors["1"].state = 0 if kind != 0 else 1
    reply = await client.call(CONTROL, {"doorIndexCodes": ["1"], "controlType": kind})
    assert reply.data == [{"doorIndexCode": "1", "controlResultCode": 0, "controlResultDesc": "Success"}]
    assert client.platform.state.doors["1"].state == (0 if kind != 0 else 1)
    await eventually(client, "1", state)
    assert [(r.code, r.source_type, r.source) for r in client.platform.state.records] == [(event, "door", "1")]


async def test_opened_door_closes(connect: Connect) -> None:
    """By itself, unless it was told to stay open."""
    client: Client = await connect(options=Options(open_seconds=0.1))
    await client.call(CONTROL, {"doorIndexCodes": ["1", "2"], "controlType": 2})
    await eventually(client, "2", 2)
    await client.call(CONTROL, {"doorIndexCodes": ["2"], "controlType": 0})
    await eventually(client, "1", 1)
    await asyncio.sleep(0.15)
    assert client.platform.state.doors["2"].state == 0


async def test_newer_opening_is_not_cut_short(connect: Connect) -> None:
    """A door that is opened again stays open for the whole time."""
    client: Client = await connect(options=Options(open_seconds=0.3, door_delay=0.0))
    body = {"doorIndexCodes": ["1"], "controlType": 2}
    await client.call(CONTROL, body)
    await asyncio.sleep(0.2)
    await client.call(CONTROL, body)
    await asyncio.sleep(0.2)
    assert client.platform.state.doors["1"].state == 2
    await eventually(client, "1", 1)


async def test_results_of_their_own(connect: Connect) -> None:
    """The call succeeds even when single doors do not."""
    client: Client = await connect(site=SitePlan(doors=3), options=Options(door_results={"3": 192}))
    client.platform.state.doors["2"].state = 4
    reply = await client.call(CONTROL, {"doorIndexCodes": ["1", "2", "3", "9"], "controlType": 2})
    assert [row["controlResultCode"] for row in reply.data] == [0, 129, 192, 128]
    await eventually(client, "1", 2)
    assert [door.state for door in client.platform.state.doors.values()] == [2, 4, 1]


async def test_printed_meaning_of_three(connect: Connect) -> None:
    """A platform may follow the text: 3 is remain open."""
    client: Client = await connect(options=Options(control_three="remain_open"))
    await client.call(CONTROL, {"doorIndexCodes": ["1"], "controlType": 3})
    await eventually(client, "1", 0)


async def test_nested_results(connect: Connect) -> None:
    """As in the sample."""
    client: Client = await connect("sample")
    reply = await client.call(CONTROL, {"doorIndexCodes": ["1", "2"], "controlType": 1})
    assert [row["doorIndexCode"] for row in reply.data[0]] == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"doorIndexCodes": ["1"]}, "0x00072001"),
        ({"doorIndexCodes": [], "controlType": 1}, "0x00072001"),
        ({"doorIndexCodes": "1", "controlType": 1}, "0x00072003"),
        ({"doorIndexCodes": [1], "controlType": 1}, "0x00072003"),
        ({"doorIndexCodes": [str(n) for n in range(11)], "controlType": 1}, "0x00072002"),
        ({"doorIndexCodes": ["1"], "controlType": 4}, "0x00072002"),
        ({"doorIndexCodes": ["1"], "controlType": "1"}, "0x00072003"),
    ],
)
async def test_refused_commands(connect: Connect, body: dict[str, Any], code: str) -> None:
    """At most ten doors, in a list, with a known command."""
    client: Client = await connect()
    assert (await client.call(CONTROL, body)).code == code


async def test_outputs(connect: Connect) -> None:
    """On and off, and what cannot be."""
    client: Client = await connect(options=Options(refused_outputs={"2"}))
    one = {"alarmOutputIndexCode": "1"}
    for action in (1, 0, 1):
        assert (await client.call(SWITCH, one | {"action": action})).data == ""
        assert (await client.call("resource/v1/alarmOutputs/indexCode", one)).data["status"] == action
    assert (await client.call(SWITCH, {"alarmOutputIndexCode": "2", "action": 1})).code == "192"
    assert (await client.call(SWITCH, {"alarmOutputIndexCode": "9", "action": 1})).code == "0x00072202"
    assert (await client.call(SWITCH, one | {"action": 2})).code == "0x00072002"
    assert (await client.call(SWITCH, one)).code == "0x00072001"


async def test_outputs_that_tell_nothing_or_do_nothing(connect: Connect) -> None:
    """All samples show -1; some say yes and do nothing."""
    client: Client = await connect(options=Options(deaf_outputs={"1"}))
    await client.call(SWITCH, {"alarmOutputIndexCode": "1", "action": 1})
    assert client.platform.state.outputs["1"].status == 0
    client.platform.options.blind_outputs = True
    assert [row["status"] for row in (await client.call("resource/v1/alarmOutputs", PAGE)).rows] == [-1, -1]


async def test_outputs_of_the_sample(connect: Connect) -> None:
    """Their status is never known."""
    client: Client = await connect("sample")
    await client.call(SWITCH, {"alarmOutputIndexCode": "1", "action": 1})
    assert client.platform.state.outputs["1"].status == 1
    assert [row["status"] for row in (await client.call("resource/v1/alarmOutputs", PAGE)).rows] == [-1, -1]
    one = await client.call("resource/v1/alarmOutputs/indexCode", {"alarmOutputIndexCode": "1"})
    assert one.data["status"] == -1


async def test_commands_of_a_hostile_platform(connect: Connect) -> None:
    """Success has many faces: an empty text, null, an empty list, nothing at all, and codes that are numbers."""
    client: Client = await connect("hostile")
    replies = [(await client.call(SWITCH, {"alarmOutputIndexCode": "1", "action": 1})).json for _ in range(4)]
    assert [reply.get("data", "missing") for reply in replies] == ["", None, [], "missing"]
    assert [reply["code"] for reply in replies] == ["0", 0, " 0 ", "0"]
