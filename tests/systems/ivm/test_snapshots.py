"""Still pictures over real sockets (ivm §3.13)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    DeviceFailureError,
    DeviceOfflineError,
    NotPlayableError,
    QuotaError,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.codes import PrivacyError, TooSoonError
from custom_components.hikvision_ivm.systems.ivm.snapshots import FLOOR_SECONDS, PATH, STALE_SECONDS, Snapshots
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature
from simulators.ivm import DevicePlan

from .media_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

JPEG = b"\xff\xd8"
EMPTY = '{"pic_url": "", "pic_data": ""}'


@asynccontextmanager
async def taking(*devices: DevicePlan, **more: Any) -> AsyncIterator[tuple[Bench, Snapshots]]:
    """Start a cloud and what has it take pictures."""
    async with bench(*devices, **more) as made:
        snapshots = Snapshots(made.context)
        yield made, snapshots
        await snapshots.close()


def camera(made: Bench) -> CameraFeature:
    """Return the entity of the camera."""
    return made.feature(CameraFeature, Kind.MAIN_STREAM)


@pytest.mark.parametrize("dirty", [False, True])
async def test_one_picture_in_ten_seconds_for_all(dirty: bool) -> None:
    """As JSON or as it is, without being stored; however many ask."""
    async with taking(dirty=dirty) as (made, snapshots):
        found = await asyncio.gather(*(snapshots.still(camera(made)) for _ in range(5)))
        assert {id(one) for one in found} == {id(found[0])}
        assert found[0].content.startswith(JPEG)
        assert found[0].content_type == "image/jpeg"
        assert made.queries(PATH) == [
            {"device_id": made.channel().device.id, "channel_id": made.channel().id, "storage": "false"}
        ]
        made.clock.passes(FLOOR_SECONDS - 0.1)
        assert await snapshots.still(camera(made)) is found[0]
        made.clock.passes(0.2)
        assert await snapshots.still(camera(made)) is not found[0]
        assert made.cloud.count(PATH) == 2


async def test_who_gives_up_leaves_the_others_their_picture() -> None:
    """It is taken all the same."""
    async with taking() as (made, snapshots):
        made.cloud.fault(PATH, delay=0.1, times=1)
        one, other = (asyncio.create_task(snapshots.still(camera(made))) for _ in range(2))
        await asyncio.sleep(0.05)
        one.cancel()
        assert (await other).content.startswith(JPEG)
        assert made.cloud.count(PATH) == 1


async def test_others_may_use_the_ten_seconds() -> None:
    """Then the last picture stands in, if it is not old; else it is told."""
    async with taking() as (made, snapshots):
        made.channel().snapped = made.cloud.now()
        with pytest.raises(TooSoonError):
            await snapshots.still(camera(made))
        made.clock.passes(FLOOR_SECONDS)
        picture = await snapshots.still(camera(made))
        made.clock.passes(FLOOR_SECONDS + 1)
        made.channel().snapped = made.cloud.now()
        assert await snapshots.still(camera(made)) is picture
        made.clock.passes(STALE_SECONDS)
        made.channel().snapped = made.cloud.now()
        with pytest.raises(TooSoonError):
            await snapshots.still(camera(made))


async def test_a_camera_that_takes_none_is_remembered() -> None:
    """So that the stream is looked at instead, without asking each time."""
    async with taking() as (made, snapshots):
        told: list[Any] = []
        snapshots.refused = lambda channel, gate: told.append((channel.key, gate))
        made.channel().can_snap = False
        for _ in range(2):
            with pytest.raises(UnsupportedError) as caught:
                await snapshots.still(camera(made))
            assert not isinstance(caught.value, UnlicensedError | NotPlayableError)
        assert made.cloud.count(PATH) == 1
        assert told == [(made.channel().key, Gate.SNAPSHOT)]


async def test_refusals_are_told_and_not_remembered() -> None:
    """A mask, an absent camera, a service that is not paid for."""
    async with taking() as (made, snapshots):
        channel = made.channel()
        channel.mask = True
        with pytest.raises(PrivacyError) as caught:
            await snapshots.still(camera(made))
        assert caught.value.key == "privacy_mask_on"
        channel.mask = False
        channel.online = False
        with pytest.raises(DeviceOfflineError):
            await snapshots.still(camera(made))
        channel.online = True
        channel.set_package("MANAGEMENT", "CLOSED")
        with pytest.raises(UnlicensedError):
            await snapshots.still(camera(made))
        channel.set_package("MANAGEMENT", "GRANT")
        assert (await snapshots.still(camera(made))).content.startswith(JPEG)
        with pytest.raises(UnsupportedError):
            await snapshots.still(CameraFeature(device_id="d", kind=Kind.MAIN_STREAM))


@pytest.mark.parametrize("form", ["json", "binary"])
async def test_a_stored_picture_where_the_other_is_empty(form: Any) -> None:
    """From then on at once."""
    async with taking() as (made, snapshots):
        made.cloud.picture_form = form
        made.cloud.fault(PATH, raw=EMPTY, status=200, times=1)
        assert (await snapshots.still(camera(made))).content.startswith(JPEG)
        assert [query["storage"] for query in made.queries(PATH)] == ["false", "true"]
        made.clock.passes(FLOOR_SECONDS)
        await snapshots.still(camera(made))
        assert [query["storage"] for query in made.queries(PATH)][2:] == ["true"]


async def test_a_stored_picture_waits_until_the_next_may_be_taken() -> None:
    """The empty answer may have counted as one."""
    async with taking() as (made, snapshots):
        made.cloud.fault(PATH, raw=EMPTY, status=200, times=1)
        made.channel().snapped = made.cloud.now()
        assert (await snapshots.still(camera(made))).content.startswith(JPEG)
        assert FLOOR_SECONDS in made.clock.slept


async def test_a_stored_picture_may_come_late_or_never() -> None:
    """Its address is given before it is taken. That there is none is no reason never to ask again."""
    async with taking() as (made, snapshots):
        made.cloud.fault(PATH, raw=EMPTY, status=200, times=1)
        made.cloud.fault("/v1/holo/", status=404, raw="", times=2)
        assert (await snapshots.still(camera(made))).content.startswith(JPEG)
        made.clock.passes(FLOOR_SECONDS)
        made.cloud.snapshots_fail = True
        with pytest.raises(DeviceFailureError):
            await snapshots.still(camera(made))
        assert made.cloud.count("/v1/holo/") == 3 + 4
        made.cloud.snapshots_fail = False
        made.clock.passes(FLOOR_SECONDS)
        assert (await snapshots.still(camera(made))).content.startswith(JPEG)


async def test_nothing_is_asked_while_the_cloud_is_called_too_often() -> None:
    """The last picture stands in."""
    async with taking() as (made, snapshots):
        picture = await snapshots.still(camera(made))
        made.clock.passes(FLOOR_SECONDS)
        made.cloud.fault(PATH, code="IVM.90000011", times=1)
        assert await snapshots.still(camera(made)) is picture
        assert await snapshots.still(camera(made)) is picture
        assert made.cloud.count(PATH) == 2
        made.clock.passes(STALE_SECONDS - FLOOR_SECONDS)
        made.cloud.fault(PATH, code="IVM.90000011", times=1)
        with pytest.raises(QuotaError):
            await snapshots.still(camera(made))
