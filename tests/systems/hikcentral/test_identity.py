"""Who a platform is, under one key and under another (hikcentral §6)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import AuthenticationError, InsufficientRightsError, ProtocolError
from custom_components.hikvision_ivm.systems.hikcentral.identity import DEFAULT_NAME, identify, own_id, recognised
from custom_components.hikvision_ivm.systems.model import Identity
from simulators.hikcentral import HikCentralSimulator, SitePlan

from .connect import connected

ENCODERS = "resource/v1/encodeDevice/encodeDeviceList"


@pytest.fixture
async def platform(socket_enabled: None) -> AsyncIterator[HikCentralSimulator]:
    """Return a running platform."""
    async with HikCentralSimulator() as running:
        yield running


async def ask(platform: HikCentralSimulator, **data: Any) -> Identity:
    """Identify a platform by what is stored."""
    async with connected(platform) as client:
        return await identify(client, {"app_key": platform.app_key, **data})


async def test_first_time(platform: HikCentralSimulator) -> None:
    """The key gives the unique id; product and version are told; serial numbers leave only hashes."""
    found = await ask(platform)
    assert found.unique_id == own_id(platform.app_key)
    assert platform.app_key not in found.unique_id
    assert (found.name, found.firmware) == (platform.plan.product, platform.plan.version)
    serials = [one.serial for one in platform.state.encoders.values()]
    assert len(found.marks) == 1 + len(serials) + len(platform.state.controllers)
    assert not any(serial in mark for serial in serials for mark in found.marks)


async def test_known_key_is_one_request(platform: HikCentralSimulator) -> None:
    """What was proven once is not proven again at every start."""
    first = await ask(platform)
    before = len(platform.requests)
    again = await ask(platform, identity=first.unique_id, marks=list(first.marks))
    assert again.unique_id == first.unique_id
    assert len(platform.requests) == before + 1


async def test_replaced_key(platform: HikCentralSimulator) -> None:
    """The same devices under another key are the same platform; its marks hold the new key from then on."""
    first = await ask(platform)
    platform.replace_key("20000002", "anotherSecret0123456789")
    second = await ask(platform, identity=first.unique_id, marks=list(first.marks))
    assert second.unique_id == first.unique_id != own_id("20000002")
    before = len(platform.requests)
    third = await ask(platform, identity=second.unique_id, marks=list(second.marks))
    assert third.unique_id == first.unique_id
    assert len(platform.requests) == before + 1


async def test_another_platform_is_not_taken_for_it(platform: HikCentralSimulator, socket_enabled: None) -> None:
    """Other devices, another id."""
    first = await ask(platform)
    for device in (*platform.state.encoders.values(), *platform.state.controllers.values()):
        device.serial += "X"
    platform.replace_key("20000002", "anotherSecret0123456789")
    second = await ask(platform, identity=first.unique_id, marks=list(first.marks))
    assert second.unique_id == own_id("20000002")


async def test_platform_without_devices(socket_enabled: None) -> None:
    """Nothing tells it apart, so the user is believed."""
    async with HikCentralSimulator(site=SitePlan(cameras=0, encoders=0, doors=0, controllers=0)) as platform:
        first = await ask(platform)
        assert len(first.marks) == 1
        platform.replace_key("20000002", "anotherSecret0123456789")
        second = await ask(platform, identity=first.unique_id, marks=list(first.marks))
    assert second.unique_id == first.unique_id


def test_recognition() -> None:
    """One serial number in common is enough, and needed where there were any."""
    assert recognised({"key:1"}, set())
    assert recognised({"key:1", "a", "b"}, {"b", "c"})
    assert not recognised({"key:1", "a"}, set())
    assert not recognised({"key:1", "a"}, {"b"})


async def test_version_is_not_permitted(platform: HikCentralSimulator) -> None:
    """The list of sites proves the key instead; where that is refused, too, the right is missing."""
    platform.deny("common/v1/version")
    found = await ask(platform)
    assert (found.name, found.firmware) == (DEFAULT_NAME, None)
    platform.deny("resource/v1/site/siteList")
    with pytest.raises(InsufficientRightsError):
        await ask(platform)


async def test_devices_are_not_permitted(platform: HikCentralSimulator) -> None:
    """Lists that are refused give no marks, and do not fail it."""
    platform.deny(ENCODERS)
    found = await ask(platform)
    assert len(found.marks) == 1 + len(platform.state.controllers)


async def test_wrong_secret(platform: HikCentralSimulator) -> None:
    """Asks for another one."""
    platform.keys[platform.app_key].secret = "changed"
    with pytest.raises(AuthenticationError):
        await ask(platform)


@pytest.mark.parametrize("data", ["", None, [], {"other": 1}])
async def test_something_else(platform: HikCentralSimulator, data: Any) -> None:
    """An answer that names neither product nor version is of another product."""
    platform.fault("common/v1/version", data=data)
    with pytest.raises(ProtocolError):
        await ask(platform)
