"""Lists of everything but what was asked for: nothing breaks, nothing is lost, and what could not be read is named."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm import DIRT, IvmSimulator
from tests.systems.hikcentral.event_bench import Clock

from .system_bench import GATE, HOME, RECORDER, UID, Running, made, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

BIG = b"9" * 40
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "html": {"raw": b"<!DOCTYPE html><html><body>Log in</body></html>", "content_type": "text/html"},
    "html_as_json": {"raw": b"<html>", "status": 200},
    "no_content": {"status": 204, "raw": b""},
    "nothing": {"status": 200, "raw": b""},
    "empty_object": {"raw": b"{}"},
    "array": {"raw": b"[]"},
    "null": {"raw": b"null"},
    "text": {"raw": b'"OK"'},
    "cut_off": {"raw": b'{"devices":[{"device_id":"CAMERA0000000001","channels":[{"chan'},
    "half_character": {"raw": b'{"devices":"\xff\xfe'},
    "deep": {"raw": b"[" * 100_000},
    "success_only": {"raw": b'{"error_code":"IVM.0","error_msg":"ok"}'},
    "failure_in_200": {"raw": b'{"error_code":"IVM.90000010","error_msg":"x"}', "status": 200},
    "error_without_code": {"raw": b'{"error_msg":"x"}', "status": 500},
    "status_500": {"status": 500},
    "status_502": {"status": 502, "raw": b"<html>bad gateway</html>", "content_type": "text/html"},
    "status_418": {"status": 418, "raw": b"\xff\xfe\x00teapot"},
    "elsewhere": {"status": 302},
    "other_lists": {"raw": b'{"rows":[{"id":1}],"count":1}'},
    "lists_are_text": {"raw": b'{"devices":"none at all","channels":"x","orgs":"x","resources":"x"}'},
    "lists_are_numbers": {"raw": b'{"devices":3,"channels":3,"orgs":3,"resources":3,"total":3}'},
    "lists_are_null": {"raw": b'{"devices":null,"channels":null,"orgs":null,"resources":null}'},
    "lists_of_nothing": {"raw": b'{"devices":[null,1,"x",[]],"channels":[null],"orgs":[null],"resources":[1]}'},
    "rows_without_ids": {
        "raw": b'{"devices":[{"device_name":"a"}],"channels":[{"channel_name":"a"}],"orgs":[{"device_org_name":"a"}],'
        b'"resources":[{"resource_name":"a"}],"total":1}'
    },
    "huge_total": {"raw": b'{"devices":[],"channels":[],"resources":[],"total":' + BIG + b"}"},
    "no_total": {"raw": b'{"devices":{},"channels":{},"orgs":{},"resources":{},"total":"many"}'},
    "drop": {"drop": True},
}
"""What is answered instead of a list."""
LISTS: Mapping[str, str] = {
    "/channels": "details of channels",
    "/resources": "what is booked",
    "sub-orgs": "organisations",
    "{user}/devices": "organisations of devices",
}
"""Lists beside that of the devices → words by which they are missed."""
DEVICES = "device-orgs/0/devices"


def outline(run: Running) -> Any:
    """Return what is known: everything that exists, and what it is."""
    values = {id_: value for id_, value in run.sink.values.items() if id_ in run.inventory.features}
    return run.inventory, values, dict(run.sink.available), run.system.choices("organisations")


async def begin(run: Running) -> None:
    """Deliver what is known, without asking channels."""
    run.lost = set(run.inventory.features)
    await run.through(run.system.prime(run.sink, run.wanted))
    await turn(run)


async def turn(run: Running) -> None:
    """Let it be time for every list."""
    run.clock.move(run.clock.passed + 8 * 3600)
    await run.poll(Tier.INVENTORY)


@pytest.mark.parametrize("answer", sorted(ANSWERS))
async def test_the_list_of_devices(answer: str) -> None:
    """Each poll fails, and everything stays, however often; then it comes right."""
    async with running(prime=False) as run:
        await begin(run)
        before = outline(run)
        run.cloud.fault(DEVICES, **ANSWERS[answer])
        for tier in (Tier.STATUS, Tier.INVENTORY, Tier.STATUS, Tier.STATUS):
            with pytest.raises(SystemFailure):
                await run.poll(tier)
            assert outline(run) == before
        run.cloud.heal()
        run.cloud.device("Gate").online = False
        await run.poll(Tier.STATUS)
        assert run.value(Kind.ONLINE) is False


@pytest.mark.parametrize("path", sorted(LISTS))
@pytest.mark.parametrize("answer", sorted(ANSWERS))
async def test_a_list_beside_it(path: str, answer: str) -> None:
    """Everything stays, however often; the owner is told what could not be read, until it could."""
    async with running(prime=False) as run:
        await begin(run)
        before = outline(run)
        run.cloud.fault(path.format(user=run.cloud.user_id), **ANSWERS[answer])
        for _ in range(3):
            await turn(run)
            assert outline(run) == before
        if (path, answer) == ("sub-orgs", "lists_are_null"):
            # There may be no organisations below the root: no failure, and still none is gone by it.
            assert not run.problems()
            return
        problem = run.problems("inventory")["left_out_ivm"]
        assert problem.fixable
        assert LISTS[path] in problem.placeholders["parts"]
        with pytest.raises(SystemFailure):
            await run.through(run.system.fix(problem))
        assert outline(run) == before
        run.cloud.heal()
        await run.through(run.system.fix(problem))
        assert not run.problems()
        assert outline(run) == before


@pytest.mark.parametrize("path", sorted({*LISTS, DEVICES}))
@pytest.mark.parametrize("answer", ["html", "no_content", "status_500", "lists_are_text", "drop"])
async def test_while_it_is_set_up(path: str, answer: str) -> None:
    """Without the devices it is tried again later; without another list it runs with what is there."""
    async with IvmSimulator(HOME, clock=(clock := Clock()).now) as cloud, made(cloud, clock) as run:
        cloud.fault(path.format(user=cloud.user_id), **ANSWERS[answer])
        if path == DEVICES:
            with pytest.raises(SystemFailure):
                await run.through(run.system.inventory())
            return
        run.sink.current = await run.through(run.system.inventory())
        assert f"{UID}_{GATE}" in run.inventory.devices
        assert f"{UID}_{RECORDER}_1" in run.inventory.devices
        await run.prime()
        assert run.value(Kind.ONLINE) is True
        (problem,) = run.problems().values()
        assert problem.key == "left_out_ivm"
        cloud.heal()
        await run.through(run.system.fix(problem))
        assert not run.problems()
        assert run.inventory.devices[f"{UID}_{GATE}"].parent == f"{UID}_org_{cloud.org('Home').id}"
        assert any(one.kind is Kind.LICENCES_USED for one in run.inventory.features.values())


ROWS: Mapping[str, bytes] = {
    "big_numbers": b'{"device_id":"CAMERA0000000001","device_name":' + BIG + b',"channel_total":' + BIG
    + b',"channels":[{"channel_id":0,"channel_name":' + BIG + b',"storage_card_status":' + BIG + b"}]}",
    "objects": b'{"device_id":"CAMERA0000000001","device_name":{"a":1},"channel_total":{},"device_state":[],'
    b'"channels":{"channel_id":"0","channel_state":{},"channel_resource_state":{"a":"b"},"channel_ability":{"ptz":[]}}}',
    "lists": b'{"device_id":"CAMERA0000000001","device_name":["Gate"],"firmware":[1],"device_ability":[[["ptz"]]],'
    b'"channels":[[{"channel_id":"0","channel_name":[],"channel_resource_state":[[],{},null,1]}]]}',
    "nulls": b'{"device_id":"CAMERA0000000001","device_name":null,"device_state":null,"channel_total":null,"channels":null}',
    "flags": b'{"device_id":"CAMERA0000000001","device_name":true,"device_state":false,"channels":[{"channel_id":"0",'
    b'"channel_state":true}]}',
    "overflow": b'{"device_id":"CAMERA0000000001","channel_total":1e999,"channels":[{"channel_id":"0","mask_mode":-1e999}]}',
    "signs": b'{"device_id":"CAMERA0000000001","device_name":"\\ud800\\u0000<b>","model":"\\ud83d"}',
}  # fmt: skip


@pytest.mark.parametrize("row", sorted(ROWS))
async def test_rows_that_are_none(row: str) -> None:
    """What makes no sense of a device is left out: it stays with its features, and so do the others."""
    async with running() as run:
        features = run.inventory.features.keys()
        other = b'{"device_id":"RECORDER00000001","device_state":"OFFLINE"}'
        run.cloud.fault(DEVICES, raw=b'{"devices":[' + ROWS[row] + b"," + other + b'],"total":2}', status=200)
        rows = [ROWS[row].replace(b'"device_name"', b'"channel_id":"0","channel_name"')]
        rows += [b'{"device_id":"RECORDER00000001","channel_id":"%d"}' % number for number in range(2)]
        channels = b'{"channels":[' + b",".join(rows) + b'],"total":3}'
        run.cloud.fault(f"{run.cloud.user_id}/channels", raw=channels, status=200)
        for _ in range(3):
            await run.poll(Tier.STATUS, Tier.INVENTORY)
            assert features <= run.inventory.features.keys()
        assert run.value(Kind.ONLINE, RECORDER) is False
        run.cloud.heal()
        await run.poll(Tier.STATUS, Tier.INVENTORY)
        assert run.inventory.devices[f"{UID}_{GATE}"].name == "Gate"
        assert run.value(Kind.ONLINE) is run.value(Kind.ONLINE, RECORDER) is True


def known(run: Running) -> set[str]:
    """Return what exists, without versions, which are not always told."""
    return {id_ for id_, one in run.inventory.features.items() if one.kind is not Kind.FIRMWARE}


@pytest.mark.parametrize("dirt", [*sorted(DIRT), "everything"])
async def test_every_kind_of_dirt(dirt: str) -> None:
    """A whole life with it: set-up, details, polls, pushes, commands; what is there is the same as without it."""
    async with IvmSimulator(HOME, clock=(clock := Clock()).now) as cloud:
        async with running(cloud=cloud, clock=clock, push=True) as clean:
            features, memory = known(clean), clean.memory
        cloud.set_dirt(True if dirt == "everything" else {dirt})
        async with running(cloud=cloud, clock=clock, memory=memory, push=True) as run:
            assert known(run) == features
            await run.poll(Tier.STATUS, Tier.DETAIL, Tier.INVENTORY)
            assert (await cloud.alarm("Gate")).delivered
            await cloud.go_offline("Recorder", "Yard")
            await cloud.go_online("Recorder", "Yard")
            await cloud.go_offline("Gate")
            await run.settle()
            assert run.value(Kind.MOTION) is True
            assert run.value(Kind.ONLINE) is False
            assert run.value(Kind.ONLINE, f"{RECORDER}_0") is True
            await cloud.go_online("Gate")
            await run.settle()
            await run.through(run.system.press(run.one(Kind.PTZ_LEFT), run.sink))
            select = run.one(Kind.PTZ_PRESET)
            await run.through(run.system.select(select, select.options[0], run.sink))
            switch = run.one(Kind.CONTINUOUS_RECORDING)
            await run.through(run.system.switch(switch, on=run.value(switch.kind) is not True, sink=run.sink))
            assert known(run) == features
            assert not run.problems()
