"""An account whose lists are shorter than the cloud says they are (ivm §1.6)."""

from datetime import datetime, timedelta
import json

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.ivm.memory import ABILITIES
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm import IvmSimulator
from tests.systems.hikcentral.event_bench import Clock

from .system_bench import GATE, HOME, RECORDER, UID, made, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

GATE_ONLY = {"device_id": GATE, "device_name": "Gate", "device_state": "ONLINE", "channel_total": 1}
SHORT = json.dumps({"devices": [{**GATE_ONLY, "channels": [{"channel_id": "0"}]}] * 2, "total": 3})
SAMPLE = """{"total": 6, "device_id": "219123456CYP***", "channel_id": "0", "records": [
  {"record_id": "12346556", "record_name": "_0_0_rf", "record_type": "NORMAL_RECORD", "storage_state": 0,
   "record_size": 340017, "start_time": "2023-03-20 09:30:00", "end_time": "2023-03-20 09:44:39", "alarm_rec_type": []},
  {"record_id": "12346557", "record_name": "_0_1_rf", "record_type": "NORMAL_RECORD", "storage_state": 0,
   "record_size": 340017, "start_time": "2023-03-20 09:46:41", "end_time": "2023-03-20 10:56:50", "alarm_rec_type": []}
]}"""
"""The answer that the reference prints (L2838)."""


async def test_set_up_and_polls_with_a_short_list_of_devices() -> None:
    """It begins with what is there; what comes later is added, and nothing is removed."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        cloud.fault("device-orgs/0/devices", raw=SHORT, status=200)
        inventory = await run.through(run.system.inventory())
        assert {f"{UID}_{GATE}"} == {one for one in inventory.devices if GATE in one or RECORDER in one}
        assert run.system.diagnostics()["short"] == ["devices"]
    async with running() as run:
        known = run.inventory.devices.keys()
        run.cloud.fault("device-orgs/0/devices", raw=SHORT, status=200)
        for _ in range(3):
            await run.poll(Tier.STATUS, Tier.INVENTORY)
        assert run.inventory.devices.keys() == known
        assert run.value(Kind.ONLINE) is True
        assert not run.problems("inventory")
        run.cloud.heal()
        await run.poll(Tier.STATUS)
        assert run.system.diagnostics()["short"] == []


async def test_what_is_remembered_of_devices_that_a_short_list_leaves_out() -> None:
    """It stays, and is there when they are."""
    async with running() as run:
        memory = json.loads(json.dumps(run.memory))
        assert RECORDER in memory[ABILITIES]["of"]
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock(), memory=memory) as run:
        cloud.fault("device-orgs/0/devices", raw=SHORT, status=200)
        await run.through(run.system.inventory())
        assert RECORDER in memory[ABILITIES]["of"]


async def test_the_printed_list_of_recordings() -> None:
    """Two of six are shown."""
    async with running() as run:
        run.cloud.fault("media/records", raw=SAMPLE, status=200)
        start = datetime.fromisoformat("2023-03-20T00:00:00+08:00")
        camera = run.one(Kind.MAIN_STREAM)
        found = await run.through(run.system.recordings(camera, start, start + timedelta(days=1)))
        assert [one.start.strftime("%H:%M") for one in found if one.store == found[0].store] == ["09:30", "09:46"]
