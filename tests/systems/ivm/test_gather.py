"""Reading a whole account, over real sockets."""

import time

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, SystemFailure
from custom_components.hikvision_ivm.systems.ivm.client import IvmClient
from custom_components.hikvision_ivm.systems.ivm.features import build
from custom_components.hikvision_ivm.systems.ivm.gather import Gatherer
from custom_components.hikvision_ivm.systems.ivm.reading import Reader
from custom_components.hikvision_ivm.systems.ivm.register import Register
from custom_components.hikvision_ivm.systems.ivm.status_values import status_report
from custom_components.hikvision_ivm.systems.settings import ORGS
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan, many

from .cloud import connected
from .told import UID

pytestmark = pytest.mark.usefixtures("socket_enabled")

PLAN = TenantPlan(
    orgs=("Home", "Home/Garden", "Shop", "Shop/Garden"),
    devices=(
        DevicePlan(name="Door", org="Home", serial="DOOR000001"),
        DevicePlan(name="Pond", org="Home/Garden", serial="POND000001"),
        DevicePlan(kind="NVR", name="Till", org="Shop", channels=3, serial="TILL000001"),
        DevicePlan(name="Shed", org="Shop/Garden", serial="SHED000001"),
    ),
)


def gatherer(client: IvmClient, **options: object) -> tuple[Gatherer, Register]:
    """Return one with its register."""
    register = Register(options, client.runtime)
    return Gatherer(Reader(client), register, client.runtime), register


async def test_everything() -> None:
    """Four lists and the tree; afterwards one call tells what changed."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        gather, register = gatherer(client)
        found = await gather.inventory()
        assert (found.failed, len(found.changed)) == ({}, 4)
        assert [org.name for org in register.facts.orgs.values()].count("Garden") == 2
        assert register.facts.devices["SHED000001"].orgs == (cloud.org("Shop").id, _below(cloud, "Shop"))
        assert register.facts.channels["TILL000001", "0"].firmware
        before, asked = register.facts, len(cloud.requests)
        assert await gather.status() == frozenset()
        assert (register.facts is before, len(cloud.requests) - asked) == (True, 1)
        cloud.channel("Till", 1).online = False
        assert await gather.status() == {"TILL000001"}
        assert (await gather.inventory(hierarchy=False)).changed == frozenset()
        assert len(cloud.requests) - asked == 4


def _below(cloud: IvmSimulator, org: str) -> str:
    """Return the id of the garden of an organisation."""
    above = cloud.org(org).id
    return next(one.id for one in cloud.world.orgs.values() if one.parent == above)


@pytest.mark.parametrize("broken", [(), ("org_list",), ("tree",)])
async def test_chosen_organisations(broken: tuple[str, ...]) -> None:
    """By ids; where the list of devices does not tell them, names and asking organisations help."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        if "org_list" in broken:
            cloud.fault(f"{cloud.user_id}/devices", code="IVM.90000010", status=500, times=None)
        if "tree" in broken:
            cloud.fault("sub-orgs", code="IVM.90000010", status=500, times=None)
        chosen = _below(cloud, "Shop") if "tree" in broken else cloud.org("Shop").id
        gather, register = gatherer(client, **{ORGS: [chosen]})
        found = await gather.inventory()
        expected = {"SHED000001"} if "tree" in broken else {"TILL000001", "SHED000001"}
        assert set(register.facts.devices) == expected
        assert set(found.failed) == (
            {"device_orgs"} if "org_list" in broken else {"organisations"} if broken else set()
        )
        asked = cloud.count("device-orgs", "GET") - cloud.count("sub-orgs") - cloud.count("device-orgs/0/devices")
        assert asked == (2 if "org_list" in broken else 0)


async def test_a_device_that_moves() -> None:
    """Where devices lie is read again as soon as one tells of another place."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        gather, register = gatherer(client)
        await gather.inventory()
        asked = cloud.count(f"{cloud.user_id}/devices")
        cloud.device("Door").org_id = _below(cloud, "Shop")
        assert await gather.status() == frozenset({"DOOR000001"})
        await gather.inventory(hierarchy=False)
        assert cloud.count(f"{cloud.user_id}/devices") == asked + 1
        assert register.facts.devices["DOOR000001"].orgs[-1] == _below(cloud, "Shop")
        await gather.inventory(hierarchy=False)
        assert cloud.count(f"{cloud.user_id}/devices") == asked + 1


async def test_a_list_that_fails() -> None:
    """What was known stays, and the failure is told; without the list of devices nothing goes on."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        gather, register = gatherer(client)
        await gather.inventory()
        before = register.facts
        for path in ("/channels", "sub-orgs", f"{cloud.user_id}/devices"):
            cloud.fault(path, code="IVM.90000010", status=500, times=None)
        found = await gather.inventory()
        assert set(found.failed) == {"channels", "organisations", "device_orgs"}
        assert register.facts is before
        cloud.heal()
        cloud.fault("device-orgs/0/devices", raw=b'{"devices":[],"total":4}', status=200, times=None)
        for _ in range(3):
            with pytest.raises(SystemFailure):
                await gather.status()
            with pytest.raises(SystemFailure):
                await gather.inventory()
        assert register.facts is before


async def test_lists_that_come_short() -> None:
    """What they tell counts, and what they leave out stays, however often; only whole lists remove something."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        gather, register = gatherer(client)
        await gather.inventory()
        before = register.facts
        door = b'{"device_id":"DOOR000001","device_name":"Back door"}'
        cloud.fault(
            "device-orgs/0/devices", raw=b'{"devices":[%s,%s],"total":4}' % (door, door), status=200, times=None
        )
        cloud.fault(
            "/channels", raw=b'{"channels":[{"device_id":"DOOR000001","channel_id":"0"}],"total":2}', status=200
        )
        for _ in range(3):
            await gather.status()
            assert not (await gather.inventory()).failed
        assert register.facts.devices.keys() == before.devices.keys()
        assert register.facts.channels.keys() == before.channels.keys()
        assert register.facts.devices["DOOR000001"].name == "Back door"
        cloud.heal()
        cloud.world.remove(cloud.device("Pond"))
        await gather.status()
        cloud.fault("device-orgs/0/devices", raw=b'{"devices":[%s],"total":4}' % door, status=200, times=None)
        await gather.status()
        assert "POND000001" in register.facts.devices
        cloud.heal()
        assert "POND000001" in await gather.status()


async def test_keys_that_are_refused() -> None:
    """Whatever list it is that tells."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        gather, _ = gatherer(client)
        cloud.fault("/channels", code="IVM.10020048", times=None)
        with pytest.raises(AuthenticationError):
            await gather.inventory()


async def test_devices_come_and_go() -> None:
    """At once, and after two lists."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        gather, register = gatherer(client)
        await gather.inventory()
        new = cloud.add_device(DevicePlan(name="New", serial="NEW0000001"), "Home")
        assert await gather.status() == {new.id}
        cloud.world.remove(cloud.device("Pond"))
        assert await gather.status() == frozenset()
        assert await gather.status() == {"POND000001"}
        assert "POND000001" not in register.facts.devices


async def test_two_thousand_channels() -> None:
    """Quickly read, built and told; a poll that brings nothing new costs little."""
    async with IvmSimulator(many(2_000)) as cloud, connected(cloud, runtime=Runtime()) as client:
        gather, register = gatherer(client)
        await gather.inventory()
        assert len(register.facts.channels) == 2_000
        build(UID, register.facts, {})
        seconds = []
        for work in (lambda: build(UID, register.facts, {}), lambda: status_report(UID, register.facts)):
            began = time.process_time()
            work()
            seconds.append(time.process_time() - began)
        listed = await gather._reader.devices()  # noqa: SLF001 - what reading costs is the network's
        register.take_devices(listed, 0.0)
        began = time.process_time()
        assert register.take_devices(listed, 0.0) == frozenset()
        seconds.append(time.process_time() - began)
        assert [one < limit for one, limit in zip(seconds, (4.0, 0.4, 0.05), strict=True)] == [True] * 3, seconds
