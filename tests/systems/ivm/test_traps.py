"""Traps of the documentation that only show in an account as a whole (ivm §6.1)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import DeviceOfflineError
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm import IvmSimulator
from tests.systems.hikcentral.event_bench import START, Clock

from .system_bench import HOME, RECORDER, UID, Running, made, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def recordings(run: Running) -> list[Any]:
    """List what was recorded of a camera in a day."""
    camera = run.one(Kind.MAIN_STREAM)
    return list(await run.through(run.system.recordings(camera, START - timedelta(hours=24), START)))


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_the_path_of_tokens(version: str) -> None:
    """Row 1: either will do."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        cloud.token_versions = {version}
        assert (await run.through(run.system.identify())).unique_id == cloud.user_id


async def test_states_of_channels_that_are_not_in_use() -> None:
    """Row 6: both words mean the same, whichever list says which."""
    async with running() as run:
        run.cloud.channel("Recorder", "Yard").registered = False
        await run.poll(Tier.STATUS)
        assert run.value(Kind.ONLINE, f"{RECORDER}_0") is False
        run.forget()
        run.cloud.set_dirt({"unallocated"})
        known = dict(run.sink.values)
        await run.poll(Tier.STATUS, Tier.INVENTORY)
        assert run.sink.values == known
        assert not run.sink.inventories


@pytest.mark.parametrize("dirt", ["alarm_spelling", "null_lists", "shapes", "odd_times", "string_numbers", "missing"])
async def test_recordings(dirt: str) -> None:
    """Rows 8, 10, 11 and 12: the same ones, whatever is spelt how."""
    async with running() as run:
        clean = await recordings(run)
        assert clean
        run.cloud.record_times = "colons"
        run.cloud.set_dirt({dirt})
        found = await recordings(run)
        assert [(one.start, one.end) for one in found] == [(one.start, one.end) for one in clean]
        if dirt != "missing":
            assert found == clean
        run.cloud.record_paging = "item"
        assert len(await recordings(run)) == len(clean)


async def test_pictures_with_an_open_address() -> None:
    """Row 24: the address says HTTP and needs the token, which goes out encrypted all the same."""
    clock = Clock()
    async with (
        IvmSimulator(HOME, clock=clock.now, tls=True) as cloud,
        running(cloud=cloud, clock=clock, verify_ssl=False) as run,
    ):
        await cloud.alarm("Gate", uuid="ALARM0001")
        (kept,) = cloud.pictures.of_alarms.values()
        url = cloud.pictures.static_url(kept)
        assert url.startswith("http://")
        picture = await run.through(run.system.client.picture(url))
        assert picture.content.startswith(b"\xff\xd8\xff")


async def test_names_with_a_template() -> None:
    """Row 34: what is drawn into the picture is no name."""
    async with running(push=True) as run:
        run.cloud.set_dirt({"template_names"})
        await run.cloud.status("Recorder")
        await run.cloud.status("Recorder", "channel_name_notice")
        await run.wait(3)
        assert run.inventory.devices[f"{UID}_{RECORDER}_0"].name == "Yard"
        assert "$" not in str([one.name for one in run.inventory.devices.values()])


async def test_a_401_that_is_not_about_keys() -> None:
    """Row 39: the code decides; no other token is fetched, and the keys are still good."""
    async with running() as run:
        run.cloud.fault("ptz", code="IVM.20000043", status=401)
        run.cloud.fault("control-lock", code="IVM.20000043", status=401)
        tokens = len(run.cloud.token_requests)
        with pytest.raises(DeviceOfflineError):
            await run.through(run.system.press(run.one(Kind.PTZ_LEFT), run.sink))
        assert len(run.cloud.token_requests) == tokens
        run.cloud.heal()
        await run.poll(Tier.STATUS)


async def test_a_failure_within_a_success() -> None:
    """Row 40: an error code counts whatever the HTTP status says."""
    async with running() as run:
        run.cloud.fault("ptz", raw=b'{"error_code":"IVM.20000043","error_msg":"fine"}', status=200)
        run.cloud.fault("control-lock", raw=b'{"error_code":"IVM.20000043","error_msg":"fine"}', status=200)
        with pytest.raises(DeviceOfflineError):
            await run.through(run.system.press(run.one(Kind.PTZ_LEFT), run.sink))
