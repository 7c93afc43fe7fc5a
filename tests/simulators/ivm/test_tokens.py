"""Tokens, paths and fields: what is refused before a call is looked at."""

import csv
from pathlib import Path
import re
from typing import Any

import pytest

from simulators.ivm import ERRORS, OPERATIONS, DevicePlan, TenantPlan

from .conftest import Client, Connect

DAY = 86_400
ORGS = "device-orgs/0/sub-orgs"


async def test_a_token_is_shared_until_it_ends(connect: Connect) -> None:
    """Each call without the flag returns the newest live token with what is left of it."""
    client: Client = await connect()
    first = (await client.sign_in()).json
    assert first["expire_time"] == "604800"
    client.clock.forward(DAY)
    again = (await client.sign_in()).json
    assert again == {"access_token": first["access_token"], "expire_time": "518400"}
    client.clock.forward(6 * DAY)
    assert (await client.sign_in()).json["access_token"] != first["access_token"]


async def test_force_is_heard_once_and_late(connect: Connect) -> None:
    """A second token only beside one that lives two days or less; then there are two, and no third."""
    client: Client = await connect()
    first = (await client.sign_in()).json["access_token"]
    assert (await client.sign_in(force_update=True)).json["access_token"] == first
    client.clock.forward(5 * DAY)
    second = (await client.sign_in(force_update=True)).json["access_token"]
    assert second != first
    client.clock.forward(DAY)
    assert (await client.sign_in(force_update=True)).json["access_token"] == second
    client.token = first
    assert (await client.call("GET", ORGS)).status == 200
    client.clock.forward(DAY)
    assert (await client.call("GET", ORGS)).code == "IVM.10000002"
    client.token = second
    assert (await client.call("GET", ORGS)).status == 200
    assert len(client.cloud.token_requests) == 4


async def test_wrong_tokens(connect: Connect) -> None:
    """Missing, unknown, expired, revoked, thrown out: 401 with a code each."""
    client: Client = await connect()
    path = f"/v1/{client.cloud.user_id}/{ORGS}"
    missing = await client.send("GET", path)
    assert (missing.status, missing.code) == (401, "IVM.10000004")
    assert missing.json == {"error_code": "IVM.10000004", "error_msg": "token is null."}
    assert (await client.send("GET", path, headers={"Access-Token": "x"})).code == "IVM.10000005"
    await client.sign_in()
    client.cloud.expire_tokens()
    assert (await client.call("GET", ORGS)).code == "IVM.10000002"
    await client.sign_in()
    client.cloud.revoke_tokens()
    assert (await client.call("GET", ORGS)).code == "IVM.10000005"
    await client.sign_in()
    client.cloud.tokens.kick()
    assert (await client.call("GET", ORGS)).code == "IVM.10000003"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ak": "wrong"}, "IVM.10020022"),
        ({"sk": "wrong"}, "IVM.10020022"),
        ({"ak": ""}, "IVM.10020020"),
        ({"sk": 5}, "IVM.10020021"),
        ({"force_update": "true"}, "IVM.10020001"),
        ({"password": "x"}, "IVM.10020001"),
    ],
)
async def test_wrong_credentials(connect: Connect, change: dict[str, Any], code: str) -> None:
    """HTTP 400."""
    client: Client = await connect()
    reply = await client.sign_in(**change)
    assert (reply.status, reply.code) == (400, code)


async def test_token_paths(connect: Connect) -> None:
    """Both versions, or one; another tenant; a body that is none."""
    client: Client = await connect()
    user, body = client.cloud.user_id, {"ak": client.cloud.ak, "sk": client.cloud.sk}
    assert (await client.send("POST", f"/v1/{user}/enterprises/access-token", body)).status == 200
    client.cloud.token_versions = {"v1"}
    refused = await client.send("POST", f"/v2/{user}/enterprises/access-token", body)
    assert (refused.status, refused.code) == (404, "IVM.90000007")
    client.cloud.token_versions = {"v1", "v2"}
    other = user[:-1] + "9"
    assert (await client.send("POST", f"/v2/{other}/enterprises/access-token", body)).code == "IVM.10020048"
    assert (await client.send("POST", "/v2/12/enterprises/access-token", body)).code == "IVM.10020000"
    assert (await client.send("POST", f"/v2/{user}/enterprises/access-token", b"{")).code == "IVM.10020008"
    client.cloud.account_code = "IVM.10000012"
    assert (await client.sign_in()).code == "IVM.10000012"


async def test_two_pairs_do_not_share_tokens(connect: Connect) -> None:
    """Each AK/SK has tokens of its own; there is no third pair."""
    client: Client = await connect()
    client.cloud.tokens.add_key("SECOND", "secret")
    first = (await client.sign_in()).json["access_token"]
    assert (await client.sign_in(ak="SECOND", sk="secret")).json["access_token"] != first
    with pytest.raises(ValueError, match="two"):
        client.cloud.tokens.add_key("THIRD", "secret")


async def test_paths_and_methods(connect: Connect) -> None:
    """Unknown paths are 404, known ones with another method 405, and fixed words go before ids."""
    client: Client = await connect()
    assert (await client.call("GET", "devicess")).code == "IVM.90000007"
    wrong = await client.call("PATCH", "devices")
    assert (wrong.status, wrong.code) == (405, "IVM.90000009")
    assert (await client.call("GET", "devices/snap", device_id="D" * 10, channel_id="0")).code == "IVM.20040012"
    assert (await client.call("POST", "devices/ability", {"versions": []})).code == "IVM.10020001"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": 1001}, "IVM.10020009"),
        ({"limit": "ten"}, "IVM.10020009"),
        ({"offset": -1}, "IVM.10020010"),
        ({"device_state": "AWAKE"}, "IVM.10022011"),
        ({"device_type": "IPC,NVR,TV"}, "IVM.10022014"),
        ({"sort_by": "name"}, "IVM.10020012"),
        ({"direction": "up"}, "IVM.10020011"),
        ({"is_current_org": "3"}, "IVM.10024014"),
        ({"ability": "zoom"}, "IVM.20110012"),
        ({"moon": 1}, "IVM.10020001"),
        ({"limit": 1000, "direction": "asc", "device_type": "IPC,NVR"}, "IVM.0"),
    ],
)
async def test_fields_of_a_query(connect: Connect, query: dict[str, Any], code: str) -> None:
    """Each wrong field has a code of its own."""
    client: Client = await connect()
    assert (await client.call("GET", "device-orgs/0/devices", **query)).code == code


async def test_ids(connect: Connect) -> None:
    """Malformed, unknown, gone: a device and a channel; the wrong kind of channel id."""
    client: Client = await connect(
        TenantPlan(
            devices=[DevicePlan(serial="ABCDEFGH1"), DevicePlan(protocol="GB28181", serial="34020000001320000001")]
        )
    )
    assert (await client.call("GET", "devices/a-b-c-d-e")).code == "IVM.10022000"
    assert (await client.call("GET", "devices/ABCDEFGH2")).code == "IVM.20000010"
    assert (await client.call("GET", "devices/ABCDEFGH1/channels/7")).code == "IVM.10022007"
    assert (await client.call("GET", "devices/ABCDEFGH1/channels/1000")).code == "IVM.10022001"
    assert (await client.call("GET", "devices/34020000001320000001/channels/0")).code == "IVM.10022001"
    client.cloud.world.remove(client.cloud.device("ABCDEFGH1"))
    assert (await client.call("GET", "devices/ABCDEFGH1")).code == "IVM.10022002"


async def test_every_operation_answers(connect: Connect) -> None:
    """All of the catalogue is there, and no call ends in a fault of the simulator."""
    assert len(OPERATIONS) + 1 == 90
    methods = [row.method for row in OPERATIONS]
    assert [methods.count(name) for name in ("GET", "POST", "PUT", "DELETE")] == [39, 27, 16, 7]
    client: Client = await connect()
    channel = client.cloud.channel(next(iter(client.cloud.world.devices)))
    names = {"device_id": channel.device.id, "channel_id": channel.id, "device_org_id": "0", "resource_id": "1" * 32}
    for row in OPERATIONS:
        version, path = row.path.split("/{user_id}/")
        path = re.sub(r"\{(\w+)\}", lambda match: names[match[1]], path)
        reply = await client.call(row.method, path, {}, version=version[1:])
        assert reply.status == 200 or reply.code in ERRORS, row
        assert reply.status == 200 or reply.status == ERRORS[reply.code].status, row


async def test_faults(connect: Connect) -> None:
    """Codes, statuses, HTML, nothing, half an answer, delays and broken connections, once or until healed."""
    client: Client = await connect()
    await client.sign_in()
    client.cloud.fault("sub-orgs", code="IVM.90000011", times=1)
    busy = await client.call("GET", ORGS)
    assert (busy.status, busy.code) == (500, "IVM.90000011")
    client.cloud.fault("sub-orgs", status=429, raw="<html>slow down</html>", content_type="text/html", times=1)
    assert (await client.call("GET", ORGS)).status == 429
    client.cloud.fault("sub-orgs", raw=b'{"orgs": [', times=1)
    assert (await client.call("GET", ORGS)).body == b'{"orgs": ['
    client.cloud.fault("sub-orgs", status=204, times=1)
    assert (await client.call("GET", ORGS)).status == 204
    client.cloud.fault("sub-orgs", drop=True)
    with pytest.raises(OSError):
        await client.call("GET", ORGS)
    client.cloud.heal()
    assert (await client.call("GET", ORGS)).status == 200
    assert client.cloud.count("sub-orgs") >= 6


def test_the_error_table_is_whole() -> None:
    """652 codes; those that are printed twice are there once."""
    file = Path(__file__).parents[3] / "simulators" / "ivm" / "error_codes.csv"
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert len(rows) == len(ERRORS) == 652
    assert ERRORS["IVM.20180025"].status == 401
