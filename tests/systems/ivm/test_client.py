"""Asking the cloud, over real sockets."""

import asyncio
import csv
from pathlib import Path
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AccountFrozenError,
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    CredentialsBlockedError,
    DeviceOfflineError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    RejectedError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.client import decode_body, results
from custom_components.hikvision_ivm.systems.ivm.codes import (
    CODES,
    MEANINGS,
    CloudFailureError,
    CloudRejectedError,
    NoDataError,
    UnpaidError,
    failure,
)
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.ivm import IvmSimulator
from tests.systems.transport.clock import Clock

from .cloud import connected

pytestmark = pytest.mark.usefixtures("socket_enabled")

ORGS = "device-orgs/0/sub-orgs"
TABLE = Path(__file__).parents[4] / "shared/specs/huawei_ivm_error_codes.csv"


async def test_one_token_for_everybody() -> None:
    """Fifty at once, and again."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        for _ in range(2):
            await asyncio.gather(*(client.call("GET", ORGS) for _ in range(50)))
        assert len(cloud.token_requests) == 1


@pytest.mark.parametrize("how", ["expire_tokens", "revoke_tokens"])
async def test_a_token_that_is_refused(how: str) -> None:
    """It is replaced once for all who wait, and each request is sent again once; writes too, they were not carried out."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        await client.call("GET", ORGS)
        getattr(cloud, how)()
        answers = await asyncio.gather(*(client.call("GET", ORGS) for _ in range(20)))
        assert all("orgs" in answer for answer in answers)
        assert len(cloud.token_requests) == 2


async def test_wrong_keys() -> None:
    """One request, then silence until the user acts."""
    async with IvmSimulator() as cloud, connected(cloud, secret_key="wrong") as client:
        results = await asyncio.gather(*(client.call("GET", ORGS) for _ in range(20)), return_exceptions=True)
        assert all(isinstance(one, AuthenticationError) for one in results)
        with pytest.raises(CredentialsBlockedError):
            await client.call("GET", ORGS)
        assert len(cloud.token_requests) == 1


async def test_the_other_path_of_tokens() -> None:
    """The overview names version 1."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        cloud.fault("/v2/", status=404, raw=b"", times=1)
        assert "orgs" in await client.call("GET", ORGS)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("IVM.10022002", 200, NotFoundError),
        ("IVM.20000036", 400, DeviceOfflineError),
        ("IVM.20020008", 400, UnlicensedError),
        ("IVM.20000049", 400, UnpaidError),
        ("IVM.20020009", 400, UnpaidError),
        ("IVM.20060054", 400, UnpaidError),
        ("IVM.20002008", 500, UnsupportedError),
        ("IVM.20020014", 500, NoDataError),
        ("IVM.20040009", 400, BusyError),
        ("IVM.10000006", 401, AccountFrozenError),
        ("IVM.10020001", 400, CloudRejectedError),
        ("IVM.90000010", 500, CloudFailureError),
        ("IVM.20180025", 401, UnsupportedError),
    ],
)
async def test_codes(code: str, status: int, kind: type[SystemFailure]) -> None:
    """The code decides, not the HTTP status; it is told with what it means, in two languages."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        await client.call("GET", ORGS)
        cloud.requests.clear()
        cloud.fault("sub-orgs", code=code, status=status, times=None)
        with pytest.raises(kind) as caught:
            await client.call("GET", ORGS)
        assert caught.value.code == code
        assert caught.value.placeholders["meaning"] == MEANINGS[code][0]
        assert caught.value.placeholders["meaning_zh"] == MEANINGS[code][1]
        assert len(cloud.requests) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "asked"),
    [
        ({"code": "IVM.90000001", "status": 500}, CloudFailureError, 4),
        ({"status": 503, "raw": b""}, BusyError, 4),
        ({"status": 502, "raw": b"<html>bad gateway</html>"}, BusyError, 4),
        ({"status": 404, "raw": b"<html>"}, UnsupportedError, 1),
        ({"status": 429, "raw": b""}, QuotaError, 1),
        ({"code": "IVM.90000011", "status": 500}, QuotaError, 1),
        ({"raw": b"<html>Sign in</html>"}, ProtocolError, 2),
        ({"raw": b'{"orgs": [{"device_'}, ProtocolError, 2),
        ({"raw": b"[1]"}, ProtocolError, 2),
        ({"drop": True}, ConnectionFailedError, 2),
    ],
    ids=str,
)
async def test_what_goes_wrong(fault: dict[str, Any], kind: type[SystemFailure], asked: int) -> None:
    """Reads are repeated where that makes sense; writes never are."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        await client.call("GET", ORGS)
        cloud.requests.clear()
        cloud.fault("device-orgs", times=None, **fault)
        with pytest.raises(kind):
            await client.call("GET", ORGS)
        assert len(cloud.requests) <= asked
        cloud.requests.clear()
        with pytest.raises(kind):
            await client.call("POST", "device-orgs", body={"parent_org_id": "1", "device_org_name": "x"})
        assert len(cloud.requests) <= 1


async def test_too_many_calls() -> None:
    """Reads wait for a while, commands go through."""
    clock = Clock()
    async with IvmSimulator() as cloud, connected(cloud, runtime=clock.runtime) as client:
        cloud.fault("sub-orgs", code="IVM.90000011", status=500, times=1)
        with pytest.raises(QuotaError):
            await client.call("GET", ORGS)
        sent = len(cloud.requests)
        with pytest.raises(QuotaError):
            await client.call("GET", ORGS)
        assert len(cloud.requests) == sent
        assert client.strained
        clock.passes(61)
        assert "orgs" in await client.call("GET", ORGS)


@pytest.mark.parametrize("status", [200, 204])
async def test_an_empty_answer(status: int) -> None:
    """It is an answer without anything."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        cloud.fault("sub-orgs", status=status, raw=b"", times=1)
        assert len(await client.call("GET", ORGS)) == 0


async def test_queries() -> None:
    """Blanks are `%20`, truth is in lower case, what is none is left out."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        device = next(iter(cloud.world.devices))
        path = f"devices/{device}/channels/0/media/records"
        query = {
            "start_time": "2026-11-29 10:00:00", "end_time": "2026-11-29 11:00:00", "record_position": "CLOUD",
            "record_type": None, "limit": 3,
        }  # fmt: skip
        await client.call("GET", path, query=query, version=2)
        assert cloud.requests[-1].query == {
            "start_time": "2026-11-29 10:00:00", "end_time": "2026-11-29 11:00:00", "record_position": "CLOUD", "limit": "3",
        }  # fmt: skip
        await client.call("GET", "devices", query={"need_cloud_ability": True})
        assert cloud.requests[-1].query == {"need_cloud_ability": "true"}


async def test_no_secret_is_told() -> None:
    """Neither in errors nor in their placeholders."""
    async with IvmSimulator() as cloud, connected(cloud) as client:
        await client.call("GET", ORGS)
        token = client.tokens.text or ""
        said = f'{{"error_code": "IVM.1", "error_msg": "{token} {cloud.sk} {cloud.user_id}"}}'
        cloud.fault("sub-orgs", status=400, raw=said.encode(), times=1)
        with pytest.raises(RejectedError) as caught:
            await client.call("GET", ORGS)
        told = f"{caught.value} {caught.value.placeholders}"
        for secret in (token, cloud.sk, cloud.user_id):
            assert secret not in told


def test_batches() -> None:
    """Items fail one by one, in HTTP 200; `0` is success, too."""
    items = [
        {"device_id": "a", "result": {"code": "IVM.0", "msg": "Success"}},
        {"device_id": "b", "result": {"code": "0"}},
        {"device_id": "c"},
        {"device_id": "d", "result": {"code": "IVM.20000036", "msg": "x"}},
    ]
    found = results(Fields({"failed_num": 1, "rows": items}), "rows")
    assert [(row.text("device_id"), type(error).__name__) for row, error in found] == [
        ("a", "NoneType"), ("b", "NoneType"), ("c", "NoneType"), ("d", "DeviceOfflineError"),
    ]  # fmt: skip


def test_bodies() -> None:
    """Nothing at all is an empty object."""
    assert decode_body(b" \n") == {}
    with pytest.raises(ProtocolError):
        decode_body(b"[]")


def test_every_code_has_a_meaning() -> None:
    """Those that are treated by name are in the table, and every meaning is there in both languages."""
    assert set(CODES) <= set(MEANINGS)
    assert len(MEANINGS) == 652
    assert all(english and chinese for english, chinese in MEANINGS.values())
    assert failure("IVM.99999999", 400, "call", "what it said").placeholders["meaning"] == "what it said"


@pytest.mark.skipif(not TABLE.exists(), reason="the table of the documentation is not part of the project")
def test_all_codes() -> None:
    """The table holds what the documentation lists."""
    with TABLE.open(encoding="utf-8") as file:
        assert {row["code"] for row in csv.DictReader(file)} == set(MEANINGS)
