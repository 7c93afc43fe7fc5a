"""What comes, goes and changes in an account, as polls find it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, SystemFailure
from custom_components.hikvision_ivm.systems.ivm.client import IvmClient
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from simulators.ivm.state import Device

from .system_bench import GATE, HOME, RECORDER, UID, Running, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

DEVICES = "device-orgs/0/devices"
SHED = "SHED000000000001"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for one row at a time."""
    assert IvmClient.pages.__kwdefaults__ is not None
    monkeypatch.setitem(IvmClient.pages.__kwdefaults__, "limit", 1)


def removed(cloud: IvmSimulator, name: str) -> Device:
    """Take a device out of the lists, and return it."""
    device = cloud.device(name)
    cloud.world.remove(device)
    return device


def brought_back(cloud: IvmSimulator, device: Device) -> None:
    """Put a device into the lists again."""
    cloud.world.devices[device.id] = device
    cloud.world.gone.discard(device.id)
    cloud.world.touch()


async def test_a_device_appears() -> None:
    """With the next list, with its states, in its organisation once that is read."""
    async with running() as run:
        run.cloud.add_device(DevicePlan(name="Shed", serial=SHED, online=False), "Garden")
        await run.poll(Tier.STATUS)
        assert run.inventory.devices[f"{UID}_{SHED}"].name == "Shed"
        assert run.inventory.devices[f"{UID}_{SHED}"].area == "Garden"
        assert run.value(Kind.ONLINE, SHED) is run.available(SHED) is False
        assert run.asked() == 1
        await run.poll(Tier.INVENTORY)
        garden = f"{UID}_org_{run.cloud.org('Garden').id}"
        assert run.inventory.devices[f"{UID}_{SHED}"].parent == garden
        assert run.value(Kind.CHANNELS_TOTAL, garden.removeprefix(f"{UID}_")) == 1


async def test_a_device_vanishes() -> None:
    """After two complete lists without it, not after one."""
    async with running() as run:
        gate = removed(run.cloud, "Gate")
        await run.poll(Tier.STATUS)
        assert not run.sink.inventories
        brought_back(run.cloud, gate)
        await run.poll(Tier.STATUS)
        removed(run.cloud, "Gate")
        await run.poll(Tier.STATUS)
        assert f"{UID}_{GATE}" in run.inventory.devices
        await run.poll(Tier.STATUS)
        assert f"{UID}_{GATE}" not in run.inventory.devices
        assert f"{UID}_{RECORDER}" in run.inventory.devices
        brought_back(run.cloud, gate)
        await run.poll(Tier.STATUS)
        assert run.value(Kind.ONLINE) is True


async def test_a_channel_appears_and_vanishes() -> None:
    """Of a recorder; both lists have to be without it."""
    async with running() as run:
        recorder = run.cloud.device("Recorder")
        door = recorder.channels.pop("1")
        run.cloud.world.touch()
        await run.poll(Tier.STATUS)
        assert not run.sink.inventories
        for _ in range(3):
            await run.poll(Tier.STATUS, Tier.INVENTORY)
        assert f"{UID}_{RECORDER}_1" not in run.inventory.devices
        recorder.channels["1"] = door
        run.cloud.world.touch()
        await run.poll(Tier.STATUS)
        assert run.inventory.devices[f"{UID}_{RECORDER}_1"].name == "Door"
        assert run.value(Kind.ONLINE, f"{RECORDER}_1") is True
        org = run.cloud.org("Shop").id
        assert run.value(Kind.CHANNELS_TOTAL, f"org_{org}") == 2


async def test_other_names() -> None:
    """Of devices and channels: the same ones, called otherwise."""
    async with running() as run:
        ids = set(run.inventory.features)
        run.cloud.device("Gate").name = "Front gate"
        run.cloud.channel("Recorder", 0).name = "Court"
        await run.poll(Tier.STATUS)
        names = {id_: one.name for id_, one in run.inventory.devices.items()}
        assert (names[f"{UID}_{GATE}"], names[f"{UID}_{RECORDER}_0"]) == ("Front gate", "Court")
        assert set(run.inventory.features) == ids
        assert len(run.sink.inventories) == 1


async def test_another_organisation() -> None:
    """A device moves; its numbers go along, and an empty organisation goes."""
    async with running() as run:
        home, shop = run.cloud.org("Home").id, run.cloud.org("Shop").id
        assert run.value(Kind.CHANNELS_ONLINE, f"org_{home}") == 1
        run.cloud.device("Gate").org_id = shop
        await run.poll(Tier.STATUS)
        await run.poll(Tier.INVENTORY)
        assert run.inventory.devices[f"{UID}_{GATE}"].parent == f"{UID}_org_{shop}"
        assert run.inventory.devices[f"{UID}_{GATE}"].area == "Shop"
        assert f"{UID}_org_{home}" not in run.inventory.devices
        assert run.value(Kind.CHANNELS_TOTAL, f"org_{shop}") == 3


async def test_out_of_the_chosen_organisation() -> None:
    """What moves away is gone at once; what moves in appears."""
    home = IvmSimulator(HOME).org("Home").id
    async with running(options={"organisations": [home]}) as run:
        run.cloud.device("Gate").org_id = run.cloud.org("Shop").id
        run.cloud.device("Recorder").org_id = run.cloud.org("Garden").id
        await run.poll(Tier.STATUS, Tier.INVENTORY)
        assert f"{UID}_{GATE}" not in run.inventory.devices
        assert run.value(Kind.ONLINE, f"{RECORDER}_0") is True


async def test_offline_and_online() -> None:
    """A device, one channel of several, and all that is counted of them; not an inventory."""
    async with running() as run:
        org = f"org_{run.cloud.org('Shop').id}"
        run.cloud.channel("Recorder", 0).online = False
        run.cloud.device("Gate").online = False
        await run.poll(Tier.STATUS)
        assert [run.value(Kind.ONLINE, f"{RECORDER}{part}") for part in ("", "_0", "_1")] == [True, False, True]
        assert [run.available(f"{RECORDER}{part}") for part in ("", "_0", "_1")] == [True, False, True]
        assert run.value(Kind.ONLINE) is run.available() is False
        assert run.value(Kind.CHANNELS_ONLINE, org) == 1
        run.cloud.channel("Recorder", 0).online = True
        run.cloud.device("Gate").online = True
        run.cloud.device("Recorder").online = False
        await run.poll(Tier.STATUS)
        assert [run.available(f"{RECORDER}{part}") for part in ("", "_0", "_1")] == [False] * 3
        assert run.value(Kind.ONLINE) is run.available() is True
        assert run.value(Kind.CHANNELS_ONLINE, org) == 0
        assert not run.sink.inventories


async def test_states_of_services() -> None:
    """What rests for lack of payment stays; what is not booked any more takes its features along."""
    async with running() as run:
        assert run.some(Kind.CONTINUOUS_RECORDING)
        channel = run.cloud.channel("Gate")
        channel.set_package("FULL_RECORD", "ARREAR")
        await run.poll(Tier.STATUS)
        assert run.value(Kind.UNPAID) is True
        assert run.some(Kind.CONTINUOUS_RECORDING)
        channel.set_package("FULL_RECORD", "CLOSED")
        await run.poll(Tier.STATUS)
        assert run.value(Kind.UNPAID) is False
        assert not run.some(Kind.CONTINUOUS_RECORDING)
        channel.set_package("FULL_RECORD", "GRANT")
        await run.poll(Tier.STATUS)
        assert run.value(Kind.CONTINUOUS_RECORDING) in {True, False}


async def test_what_is_booked() -> None:
    """Numbers follow without an inventory; a further licence brings its sensors."""
    async with running() as run:
        (licence, *_) = run.cloud.world.resources.values()
        used = run.one(Kind.LICENCES_USED, "", licence.id)
        before = run.sink.state(used.id)
        run.cloud.world.resources.pop(next(reversed(run.cloud.world.resources)))
        run.cloud.world.touch()
        run.clock.move(run.clock.passed + 7 * 3600)
        await run.poll(Tier.INVENTORY)
        assert run.sink.state(used.id) == before
        assert len(run.sink.inventories) == 1


# pages


@asynccontextmanager
async def after_a_page(run: Running, path: str, act: Callable[[], Any]) -> AsyncIterator[None]:
    """Let something happen after the first page of a list was answered."""
    run.cloud.requests.clear()
    run.cloud.delay = 0.05

    async def watch() -> None:
        async with asyncio.timeout(10):
            while not any(path in one.path and one.status for one in run.cloud.requests):
                await asyncio.sleep(0.001)
        act()

    watching = asyncio.create_task(watch())
    yield
    await watching
    run.cloud.delay = 0.0


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("path", [DEVICES, "/channels"])
@pytest.mark.parametrize(
    "fault",
    [
        {"code": "IVM.90000010"}, {"status": 502}, {"raw": b"<html>"}, {"drop": True},
    ],
    ids=["code", "status", "html", "drop"],
)  # fmt: skip
async def test_a_page_that_fails(path: str, fault: dict[str, Any]) -> None:
    """Half a list is none: everything stays as it was, however often that happens, and comes right by itself."""
    async with running() as run:
        run.clock.move(run.clock.passed + 120)
        tier = Tier.STATUS if path == DEVICES else Tier.INVENTORY
        removed(run.cloud, "Recorder")
        run.cloud.add_device(DevicePlan(name="Shed", serial=SHED), "Home")
        if tier is Tier.INVENTORY:
            await run.poll(Tier.STATUS)
        before = run.inventory
        for _ in range(3):
            async with after_a_page(run, path, lambda: run.cloud.fault(path, **fault)):
                if tier is Tier.STATUS:
                    with pytest.raises(SystemFailure):
                        await run.poll(tier)
                else:
                    await run.poll(tier)
                    assert "details of channels" in run.problems()["left_out_ivm"].placeholders["parts"]
            run.cloud.heal()
            if tier is Tier.STATUS:
                assert run.inventory is before
        assert f"{UID}_{GATE}" in run.inventory.devices
        for _ in range(2):
            await run.poll(Tier.INVENTORY)
        assert f"{UID}_{SHED}" in run.inventory.devices
        assert f"{UID}_{RECORDER}" not in run.inventory.devices
        assert not run.problems()


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("path", [DEVICES, "/channels"])
async def test_a_page_that_is_empty(path: str) -> None:
    """What the list has by then counts, and what it leaves out stays, however often that happens."""
    async with running() as run:
        tier = Tier.STATUS if path == DEVICES else Tier.INVENTORY
        known = run.inventory.devices.keys()
        empty = b'{"devices":[],"channels":[],"total":2}'
        for _ in range(3):
            async with after_a_page(run, path, lambda: run.cloud.fault(path, raw=empty)):
                await run.poll(tier)
            run.cloud.heal()
            assert run.inventory.devices.keys() == known
        assert not run.problems()


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("how", ["expire_tokens", "revoke_tokens"])
@pytest.mark.parametrize("path", [DEVICES, "/channels"])
async def test_a_token_that_ends_within_a_list(path: str, how: str) -> None:
    """Another one is fetched, once, and the list goes on."""
    async with running() as run:
        tokens = len(run.cloud.token_requests)
        async with after_a_page(run, path, getattr(run.cloud, how)):
            await run.poll(Tier.INVENTORY)
        assert len(run.cloud.token_requests) == tokens + 1
        assert not run.problems()
        assert not run.sink.inventories


@pytest.mark.usefixtures("small_pages")
async def test_a_plain_401_within_a_list() -> None:
    """It counts as a token that ended; where another one does not help either, the keys are to be given anew."""
    async with running() as run:
        async with after_a_page(run, DEVICES, lambda: run.cloud.fault(DEVICES, status=401, times=1)):
            await run.poll(Tier.STATUS)
        run.cloud.fault(DEVICES, status=401)
        with pytest.raises(AuthenticationError):
            await run.poll(Tier.STATUS)
        run.cloud.heal()
        await run.poll(Tier.STATUS)


async def test_keys_that_are_withdrawn() -> None:
    """They are tried once."""
    async with running() as run:
        run.cloud.revoke_tokens()
        run.cloud.tokens.keys.clear()
        for _ in range(3):
            with pytest.raises(AuthenticationError):
                await run.poll(Tier.STATUS)
        assert run.asked("access-token") == 1


async def test_the_cloud_is_gone() -> None:
    """A poll says so at once, and nothing is lost."""
    async with running() as run:
        before = run.inventory
        await run.cloud.stop_answering()
        for _ in range(3):
            with pytest.raises(SystemFailure):
                await run.poll(Tier.STATUS)
        await run.through(run.system.poll(Tier.DETAIL, run.sink, run.wanted))
        await run.cloud.listen()
        await run.poll(Tier.STATUS)
        assert run.inventory is before


@pytest.mark.parametrize("plan", [TenantPlan(orgs=("Home",), devices=(DevicePlan(protocol="GB28181", name="Yard"),))])
async def test_a_camera_of_another_protocol(plan: TenantPlan) -> None:
    """It has states, video and control, and nothing that only the maker's own protocol knows."""
    async with running(plan) as run:
        (device,) = [id_.removeprefix(f"{UID}_") for id_ in run.inventory.devices if "_org_" not in id_ and id_ != UID]
        assert run.value(Kind.ONLINE, device) is True
        assert run.some(Kind.MAIN_STREAM, device)
        assert not run.some(Kind.PTZ_PRESET, device)
        assert not run.some(Kind.HEAT_MAP, device)
        assert not run.asked("preset-position")
