"""What the log of an account holds, and where its token comes from (ivm §1.2, §6.3)."""

import logging

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from simulators.ivm import IvmSimulator
from tests.systems.hikcentral.event_bench import Clock

from .cloud import connected
from .system_bench import GATE, HOME, RECORDER, made

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_no_ids_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """What was asked for is told in words, also where it failed."""
    caplog.set_level(logging.DEBUG, "custom_components.hikvision_ivm")
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        await run.through(run.system.identify())
        run.sink.current = await run.through(run.system.inventory())
        cloud.fault("record-plan", code="IVM.90000001", status=500)
        cloud.fault("stream-detail", status=404, raw="")
        await run.prime()
        await run.poll(Tier.STATUS)
    assert "GET device orgs devices: 200" in caplog.text
    assert "devices channels record plan: " in caplog.text
    for secret in (cloud.user_id, GATE, RECORDER):
        assert secret not in caplog.text


@pytest.mark.parametrize("code", ["IVM.90000006", "IVM.90000007", "IVM.90000009", ""])
async def test_a_path_of_tokens_that_is_not_there(code: str) -> None:
    """Whatever is said to it, the other one is tried."""
    async with IvmSimulator(HOME) as cloud, connected(cloud) as client:
        cloud.fault("v2/", code=code or None, raw=None if code else "<html>404</html>", status=404, times=1)
        await client.call("GET", "device-orgs/0/sub-orgs")
        assert cloud.count("access-token") == 2
