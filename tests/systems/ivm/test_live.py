"""Live streams over real sockets (ivm §3.8)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import logging
from typing import Any

import av
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    DeviceOfflineError,
    InvalidArgumentError,
    NotPlayableError,
    ProtocolError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.codes import PrivacyError
from custom_components.hikvision_ivm.systems.ivm.live import (
    KEPT,
    LIFE_SECONDS,
    LINGER_SECONDS,
    OLD_PATH,
    PATH,
    REFUSED_SECONDS,
    RENEW_SECONDS,
    REVOKE,
    Live,
    playable,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, SelectFeature
from simulators.ivm import DevicePlan
from simulators.ivm.addresses import Address

from .cloud import until
from .media_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

TWO = (DevicePlan(name="Gate"), DevicePlan(name="Yard"))


@asynccontextmanager
async def living(*devices: DevicePlan, **more: Any) -> AsyncIterator[tuple[Bench, Live]]:
    """Start a cloud and what opens its streams."""
    async with bench(*devices, **more) as made:
        live = Live(made.context)
        yield made, live
        await live.close()


def camera(made: Bench, device: str = "Gate", kind: Kind = Kind.MAIN_STREAM) -> CameraFeature:
    """Return the entity of a camera."""
    return made.feature(CameraFeature, kind, device)


def given(made: Bench, url: str) -> Address:
    """Return what the cloud knows of an address."""
    found = made.cloud.addresses.of(url)
    assert found is not None
    return found


def _answer(made: Bench, *, url: str = "", code: str = "IVM.0") -> str:
    """Return an answer about one camera."""
    device, channel = made.channel().key
    item = {"device_id": device, "channel_id": channel, "cloud_trans_connections": {"live_url": url}}
    return json.dumps({"live_connections": [{**item, "result": {"code": code, "msg": "x"}}]})


def _frames(url: str) -> int:
    """Play a moment of a stream."""
    with av.open(url, timeout=10) as container:
        return sum(1 for _, _ in zip(range(5), container.decode(video=0), strict=False))


async def test_a_stream_plays() -> None:
    """Encrypted HLS, as often as it is asked for, for hours; of the main stream."""
    async with living() as (made, live):
        url = await live.stream_source(camera(made))
        address = given(made, url)
        assert (address.protocol, address.stream_type, address.reusable) == ("HTTPS_HLS", "PRIMARY_STREAM", True)
        assert (address.expires - made.cloud.now()).total_seconds() >= 3600
        assert await asyncio.to_thread(_frames, url) == 5


async def test_every_opening_has_its_own_address() -> None:
    """One that nobody plays may be dead within a minute."""
    async with living() as (made, live):
        one, other = [await live.stream_source(camera(made)) for _ in range(2)]
        assert one != other
        assert not given(made, one).revoked


async def test_what_is_opened_at_once_is_asked_for_at_once() -> None:
    """Each gets its own; who wants the same, the same. Of forty cameras one is away: only that one fails."""
    async with living(DevicePlan(name="Gate", kind="NVR", channels=40, offline_channels=[7])) as (made, live):
        entities = [made.feature(CameraFeature, Kind.MAIN_STREAM, "Gate", number) for number in range(40)]
        urls = await asyncio.gather(
            *(live.stream_source(one) for one in [*entities, entities[0]]), return_exceptions=True
        )
        assert made.cloud.count(PATH) == 1
        assert len(made.bodies(PATH)[0]["channels"]) == 40
        assert urls[0] == urls[40]
        assert isinstance(urls.pop(7), DeviceOfflineError)
        for number, url in zip([*range(7), *range(8, 40)], urls, strict=False):
            assert isinstance(url, str)
            assert given(made, url).channel_id == str(number)


async def test_rtsp_is_never_shared_and_never_revoked() -> None:
    """Its address holds for one connection."""
    async with living(options={"live_protocol": "RTSP"}) as (made, live):
        entity = camera(made)
        urls = await asyncio.gather(*(live.stream_source(entity) for _ in range(3)))
        assert made.cloud.count(PATH) == 1
        assert len(set(urls)) == 3
        assert all(url.startswith("rtsp://") for url in urls)
        assert live.life(entity) is None
        await live.close()
        assert made.cloud.count(REVOKE) == 0


async def test_the_next_protocol_and_the_next_stream() -> None:
    """What a channel does not offer is remembered for a day."""
    async with living(options={"live_protocol": "HTTPS_FLV"}) as (made, live):
        made.channel().streams_left = ("SECONDARY_STREAM_1",)
        url = await live.stream_source(camera(made))
        address = given(made, url)
        assert (address.protocol, address.stream_type) == ("HTTPS_HLS", "SECONDARY_STREAM_1")
        asked = made.cloud.count(PATH)
        assert asked == 3
        await live.stream_source(camera(made))
        assert made.cloud.count(PATH) == asked + 1
        made.clock.passes(REFUSED_SECONDS)
        made.cloud.flv = True
        made.channel().streams_left = ("PRIMARY_STREAM",)
        assert given(made, await live.stream_source(camera(made))).protocol == "HTTPS_FLV"


@pytest.mark.parametrize(
    ("chosen", "tried"),
    [
        (None, ["HTTPS_HLS", "HTTPS_FLV"]),
        ("HTTPS_FLV", ["HTTPS_FLV", "HTTPS_HLS"]),
        ("HTTP_FLV", ["HTTP_FLV", "HTTPS_HLS", "HTTPS_FLV", "RTSP", "HTTP_HLS"]),
    ],
)
async def test_encrypted_video_stays_encrypted(chosen: str | None, tried: list[str]) -> None:
    """Where it is not offered there is none, unless the user chose one that others can read."""
    async with living(options={} if chosen is None else {"live_protocol": chosen}) as (made, live):
        made.cloud.fault(PATH, raw=_answer(made, code="IVM.10026003"), status=200)
        with pytest.raises(NotPlayableError, match="Gate"):
            await live.stream_source(camera(made))
        assert [item["live_protocol"] for body in made.bodies(PATH) for item in body["channels"]] == tried
        with pytest.raises(NotPlayableError):
            await live.stream_source(camera(made))
        assert made.cloud.count(PATH) == len(tried)


@pytest.mark.parametrize(
    ("kind", "options", "stream"),
    [
        (Kind.MAIN_STREAM, {}, "PRIMARY_STREAM"),
        (Kind.MAIN_STREAM, {"live_quality": "sub"}, "SECONDARY_STREAM_1"),
        (Kind.SUB_STREAM, {}, "SECONDARY_STREAM_1"),
        (Kind.THIRD_STREAM, {}, "SECONDARY_STREAM_2"),
    ],
)
async def test_which_stream_is_shown(kind: Kind, options: dict[str, Any], stream: str) -> None:
    """As the entity says, and for the main one as was chosen."""
    async with living(options=options) as (made, live):
        made.channel().streams_left = ("PRIMARY_STREAM", "SECONDARY_STREAM_1", "SECONDARY_STREAM_2")
        assert given(made, await live.stream_source(camera(made, kind=kind))).stream_type == stream


async def test_the_stream_of_one_camera_is_chosen() -> None:
    """It outlives a restart, and is told."""
    memory: dict[str, Any] = {}
    async with living(*TWO, memory=memory) as (made, live):
        select = made.feature(SelectFeature, Kind.LIVE_STREAM)
        assert live.report([select, camera(made)]).values == {select.id: "main"}
        assert live.choose(select, "sub").values == {select.id: "sub"}
        with pytest.raises(InvalidArgumentError):
            live.choose(select, "fourth")
        assert given(made, await live.stream_source(camera(made))).stream_type == "SECONDARY_STREAM_1"
        assert given(made, await live.stream_source(camera(made, "Yard"))).stream_type == "PRIMARY_STREAM"
        assert Live(made.context).report([select]).values == {select.id: "sub"}


async def test_old_addresses_are_revoked_and_all_of_them_at_the_end() -> None:
    """Not those that others opened a moment ago, and not the one that was asked for by name."""
    async with living() as (made, live):
        entity = camera(made)
        asked = [await live.source(made.address(), "main", lasting=True) for _ in range(KEPT + 2)]
        urls = [await live.stream_source(entity) for _ in range(KEPT + 1)]
        assert made.cloud.count(REVOKE) == 0
        made.clock.passes(LINGER_SECONDS)
        urls.append(await live.stream_source(entity))
        await until(lambda: given(made, urls[1]).revoked)
        assert [given(made, url).revoked for url in urls] == [True, True, False, False, False]
        await live.source(made.address(), "main", lasting=True)
        assert not any(given(made, url).revoked for url in asked)
        await live.close()
        assert all(given(made, url).revoked for url in [*urls, *asked])
        assert len(made.bodies(REVOKE)[-1]["urls"]) == KEPT + KEPT + 3
        await live.close()
        assert made.cloud.count(REVOKE) == 2


async def test_an_end_does_not_hang_on_the_cloud() -> None:
    """What cannot be revoked ends by itself; what ended is not revoked."""
    async with living() as (made, live):
        await live.stream_source(camera(made))
        made.cloud.fault(REVOKE, drop=True)
        await live.close()
        await live.stream_source(camera(made))
        made.clock.passes(LIFE_SECONDS)
        count = made.cloud.count(REVOKE)
        await live.close()
        assert made.cloud.count(REVOKE) == count


async def test_it_is_told_when_a_stream_should_be_renewed() -> None:
    """Before its address may end."""
    async with living() as (made, live):
        entity = camera(made)
        assert live.life(entity) is None
        await live.stream_source(entity)
        assert live.life(entity) == pytest.approx(LIFE_SECONDS - RENEW_SECONDS, abs=1)
        made.clock.passes(LIFE_SECONDS - RENEW_SECONDS + 1)
        assert live.life(entity) == 0


async def test_the_older_call_where_the_new_one_is_not_there() -> None:
    """With its own names of protocols; it is remembered."""
    async with living() as (made, live):
        made.cloud.fault(PATH, status=404, raw="")
        url = await live.stream_source(camera(made))
        assert given(made, url).protocol == "HTTPS_HLS"
        assert made.bodies(OLD_PATH)[0]["channels"][0]["live_protocol"] == "HLS_HTTPS"
        await live.stream_source(camera(made))
        assert (made.cloud.count(PATH), made.cloud.count(OLD_PATH)) == (1, 2)


async def test_one_that_spoils_a_request_spoils_its_own_only() -> None:
    """A request that is refused as a whole is asked again for each alone."""
    async with living(*TWO) as (made, live):
        made.cloud.fault(PATH, code="IVM.10022002", times=2)
        gate, yard = camera(made), camera(made, "Yard")
        urls = await asyncio.gather(live.stream_source(gate), live.stream_source(yard), return_exceptions=True)
        assert made.cloud.count(PATH) == 3
        assert sorted(isinstance(url, str) for url in urls) == [False, True]


async def test_failures_are_told() -> None:
    """Absent, masked, not paid for, and things that are no cameras."""
    async with living() as (made, live):
        entity = camera(made)
        channel = made.channel()
        channel.mask = True
        with pytest.raises(PrivacyError):
            await live.stream_source(entity)
        channel.mask = False
        channel.set_package("MANAGEMENT", "CLOSED")
        with pytest.raises(UnlicensedError):
            await live.stream_source(entity)
        channel.set_package("MANAGEMENT", "GRANT")
        made.cloud.fault(PATH, raw='{"live_connections": []}', status=200, times=1)
        with pytest.raises(ProtocolError, match="channel"):
            await live.stream_source(entity)
        made.cloud.fault(PATH, drop=True)
        with pytest.raises(SystemFailure):
            await live.stream_source(entity)
        made.cloud.heal()
        with pytest.raises(UnsupportedError):
            await live.stream_source(CameraFeature(device_id="d", kind=Kind.MAIN_STREAM))


@pytest.mark.parametrize("url", ["jvmp://192.0.2.1:7070/live/x?token=1", "", "http://[", "file:///etc/passwd"])
async def test_what_nothing_can_play_is_no_address(url: str) -> None:
    """Nor is something that would be read from our own disk."""
    async with living() as (made, live):
        made.cloud.fault(PATH, raw=_answer(made, url=url), status=200)
        with pytest.raises(NotPlayableError):
            await live.stream_source(camera(made))


@pytest.mark.parametrize(
    ("protocol", "url", "usable"),
    [
        ("HTTPS_HLS", "http://192.0.2.4:7083/live/live.m3u8?token=x", False),
        ("HTTPS_FLV", "http://192.0.2.4:7083/live/x.flv?token=x", False),
        ("HTTPS_HLS", "https://192.0.2.4:7081/live/live.m3u8?token=x", True),
        ("HTTPS_FLV", "https://192.0.2.4:7081/live/x.flv?token=x", True),
        ("HTTP_HLS", "http://192.0.2.4:7083/live/live.m3u8?token=x", True),
        ("HTTP_HLS", "https://192.0.2.4:7081/live/live.m3u8?token=x", True),
        ("RTSP", "https://192.0.2.4:7081/live/live.m3u8?token=x", False),
    ],
)
def test_encryption_that_was_asked_for(protocol: str, url: str, usable: bool) -> None:
    """It is in the address, or the address is none; nobody is protected where the cloud itself is spoken to openly."""
    assert (playable(url, protocol, plain=False) == url) is usable
    assert (playable(url, protocol, plain=True) == url) is (usable or protocol != "RTSP")


async def test_an_open_address_in_place_of_an_encrypted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused like a protocol that is not offered, and what was chosen as open may still be used."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.ivm.live.is_plain", lambda context: False)
    async with living() as (made, live):
        with pytest.raises(NotPlayableError):
            await live.stream_source(camera(made))
    async with living() as (made, live):
        made.cloud.secure_media = True
        assert (await live.stream_source(camera(made)) or "").startswith("https://")
    async with living(options={"live_protocol": "HTTP_HLS"}) as (made, live):
        assert (await live.stream_source(camera(made)) or "").startswith("http://")


async def test_nobody_has_to_wait_for_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Who gives up leaves the others their answer; and no address is ever logged."""
    caplog.set_level(logging.DEBUG)
    async with living() as (made, live):
        entity = camera(made)
        made.cloud.fault(PATH, delay=0.1, times=1)
        one, other = (asyncio.create_task(live.stream_source(entity)) for _ in range(2))
        await asyncio.sleep(0.05)
        one.cancel()
        url = await other
        assert url.startswith("http")
        await live.close()
        assert given(made, url).token not in caplog.text
        assert given(made, url).token not in repr(live.__dict__)


async def test_dirty_answers() -> None:
    """Counters of other names, and fields nobody knows."""
    async with living(dirty=True) as (made, live):
        assert given(made, await live.stream_source(camera(made))).protocol == "HTTPS_HLS"
