"""Recordings over real sockets (ivm §3.9-§3.12)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from typing import Any
from zoneinfo import ZoneInfo

import av
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ConnectionFailedError,
    DeviceOfflineError,
    InvalidArgumentError,
    NotFoundError,
    NotPlayableError,
    ProtocolError,
    QuotaError,
    ResponseTimeoutError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.codes import OccupiedError
from custom_components.hikvision_ivm.systems.ivm.playback import CLOUD, DAY, DEVICE, ArchivedError, Playback
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature
from simulators.ivm import DevicePlan
from simulators.ivm.addresses import Address
from simulators.ivm.state import Recording as Recorded

from .media_bench import NOON, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = timedelta(hours=1)
LIST = "media/records"
PLAY = "media/playback-connections"


@asynccontextmanager
async def recorded(*devices: DevicePlan, **more: Any) -> AsyncIterator[tuple[Bench, Playback, CameraFeature]]:
    """Start a cloud with recordings and what plays them."""
    async with bench(*devices, **more) as made:
        yield made, Playback(made.context), made.feature(CameraFeature, Kind.MAIN_STREAM, recordings=True)


def given(made: Bench, url: str) -> Address:
    """Return what the cloud knows of an address."""
    found = made.cloud.addresses.of(url)
    assert found is not None
    return found


def hold(made: Bench, *items: Recorded) -> None:
    """Let there be just these recordings."""
    made.channel().recordings = list(items)


def _frames(url: str) -> int:
    """Play a moment of a recording."""
    with av.open(url, timeout=10) as container:
        return sum(1 for _, _ in zip(range(5), container.decode(video=0), strict=False))


@pytest.mark.parametrize("dirty", [False, True])
async def test_cloud_and_device_are_listed_day_by_day(dirty: bool) -> None:
    """Each with its store and why it was recorded, in order; a day is one page."""
    async with recorded(dirty=dirty) as (made, playback, camera):
        found = await playback.recordings(camera, NOON - 2 * DAY, NOON)
        assert [one.start for one in found] == sorted(one.start for one in found)
        assert {(one.store, one.sort) for one in found} == {
            (CLOUD, "continuous"), (CLOUD, "motion"), (DEVICE, "continuous"), (DEVICE, "alarm"),
        }  # fmt: skip
        hours = [one for one in found if (one.store, one.sort) == (CLOUD, "continuous")]
        assert len(hours) == 48
        assert all(one.end - one.start == HOUR and one.playable for one in hours)
        assert {one.size for one in hours} - ({None} if dirty else set()) == {256_000_000}
        assert {one.size for one in found if one.store == DEVICE} == {None}
        assert made.cloud.count(LIST) == 4
        assert {query["limit"] for query in made.queries(LIST)} == {"1000"}
        assert {query["start_time"] for query in made.queries(LIST)} == {"2026-11-23 12:00:00", "2026-11-24 12:00:00"}


async def test_both_ends_are_cut_and_one_store_can_be_asked_for() -> None:
    """Half an hour of an hour."""
    async with recorded() as (made, playback, camera):
        found = await playback.recordings(camera, NOON - 1.5 * HOUR, NOON - 0.5 * HOUR, store=DEVICE)
        assert [(one.start - NOON, one.end - NOON) for one in found if one.sort == "continuous"] == [
            (-1.5 * HOUR, -HOUR),
            (-HOUR, -0.5 * HOUR),
        ]
        assert {one.store for one in found} == {DEVICE}
        assert made.cloud.count(LIST) == 1
        narrowed = replace(camera, stores=(DEVICE,))
        assert {one.store for one in await playback.recordings(narrowed, NOON - HOUR, NOON)} == {DEVICE}
        assert given(made, await playback.source(narrowed, NOON - HOUR, NOON)).folder == "dev_vod"


@pytest.mark.parametrize("answer", ["list", "error"])
async def test_nothing_recorded_is_an_answer(answer: Any) -> None:
    """As an empty list, or as a code."""
    async with recorded(DevicePlan(name="Gate", recorded=False)) as (made, playback, camera):
        made.cloud.empty_records = answer
        assert await playback.recordings(camera, NOON - DAY, NOON) == ()
        with pytest.raises(NotFoundError, match="Gate"):
            await playback.source(camera, NOON - HOUR, NOON)


@pytest.mark.parametrize("paging", ["page", "item"])
async def test_whatever_an_offset_counts(paging: Any) -> None:
    """More than one page of a day: all rows are there, each once."""
    async with recorded() as (made, playback, camera):
        made.cloud.record_paging = paging
        minute = timedelta(minutes=1)
        hold(made, *(Recorded(start=NOON - (at + 1) * minute, end=NOON - at * minute) for at in range(1100)))
        found = await playback.recordings(camera, NOON - DAY, NOON, store=CLOUD)
        assert len(found) == 1100
        assert (found[0].start, found[-1].end) == (NOON - 1100 * minute, NOON)
        assert made.cloud.count(LIST) <= 3


async def test_what_spans_two_days_is_one() -> None:
    """Both days tell of it."""
    async with recorded() as (made, playback, camera):
        hold(made, Recorded(start=NOON - DAY - HOUR, end=NOON - DAY + HOUR, size=5))
        (found,) = await playback.recordings(camera, NOON - 2 * DAY, NOON, store=CLOUD)
        assert (found.start, found.end, found.size) == (NOON - DAY - HOUR, NOON - DAY + HOUR, 5)


async def test_times_of_the_other_form() -> None:
    """Without colons, if they are refused with them; that is remembered."""
    async with recorded() as (made, playback, camera):
        made.cloud.record_times = "compact"
        assert await playback.recordings(camera, NOON - HOUR, NOON, store=CLOUD)
        assert [query["start_time"] for query in made.queries(LIST)] == ["2026-11-25 11:00:00", "2026-11-25 110000"]
        assert await playback.source(camera, NOON - HOUR, NOON, store=CLOUD)
        assert made.cloud.count(LIST) == 3
        assert made.cloud.count(PLAY) == 1
        made.cloud.fault(LIST, code="IVM.10020006")
        with pytest.raises(Exception, match="IVM.10020006"):
            await playback.recordings(camera, NOON - HOUR, NOON, store=CLOUD)
        assert made.cloud.count(LIST) == 5


async def test_another_zone() -> None:
    """The user knows it better."""
    async with recorded(options={"platform_zone": "Europe/Rome"}) as (made, _, camera):
        object.__setattr__(made.context.runtime, "zone", ZoneInfo("Europe/Rome"))
        await Playback(made.context).recordings(camera, NOON - HOUR, NOON, store=CLOUD)
        assert made.queries(LIST)[0]["start_time"] == "2026-11-25 04:00:00"


async def test_a_camera_that_is_away_has_recordings_in_the_cloud() -> None:
    """Its card cannot be read. If nothing can be read, that is told, and so is a cloud out of reach."""
    async with recorded() as (made, playback, camera):
        made.channel().device.online = False
        found = await playback.recordings(camera, NOON - HOUR, NOON)
        assert {one.store for one in found} == {CLOUD}
        with pytest.raises(DeviceOfflineError):
            await playback.recordings(camera, NOON - HOUR, NOON, store=DEVICE)
        assert given(made, await playback.source(camera, NOON - HOUR, NOON)).folder == "vod"
        made.channel().set_package("MANAGEMENT", "CLOSED")
        with pytest.raises(UnlicensedError):
            await playback.recordings(camera, NOON - HOUR, NOON)
        made.cloud.fault(LIST, drop=True)
        with pytest.raises(ConnectionFailedError):
            await playback.recordings(camera, NOON - HOUR, NOON)
        with pytest.raises(UnsupportedError):
            await playback.recordings(CameraFeature(device_id="d", kind=Kind.MAIN_STREAM), NOON - HOUR, NOON)


@pytest.mark.parametrize(
    ("failure", "of_store"),
    [
        (OccupiedError("somebody else"), True),
        (ProtocolError(reason="a page of a proxy"), True),
        (ResponseTimeoutError(reason="no answer within 15 seconds"), True),
        (QuotaError("too many calls"), False),
        (ConnectionFailedError(reason="no route"), False),
    ],
)
async def test_a_store_that_cannot_tell_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, failure: SystemFailure, of_store: bool
) -> None:
    """Whatever is wrong with it; what is wrong with the cloud is told, and so is a failure of both."""
    async with recorded() as (made, playback, camera):
        real, away = made.context.client.pages, {"DEVICE"}

        async def pages(path: str, **more: Any) -> Any:
            if more["query"]["record_position"] in away:
                raise failure
            return await real(path, **more)

        monkeypatch.setattr(made.context.client, "pages", pages)
        if of_store:
            assert {one.store for one in await playback.recordings(camera, NOON - HOUR, NOON)} == {CLOUD}
            away.add("CLOUD")
        with pytest.raises(type(failure)):
            await playback.recordings(camera, NOON - HOUR, NOON)


# playing


@pytest.mark.parametrize("dirty", [False, {"beside"}], ids=["plain", "beside"])
@pytest.mark.parametrize(("store", "folder"), [("", "vod"), (CLOUD, "vod"), (DEVICE, "dev_vod")])
async def test_a_recording_plays(store: str, folder: str, dirty: Any) -> None:
    """Encrypted HLS, more than once, for longer than it lasts; the cloud's is the first choice.

    What belongs into the connections may lie beside them (§6.1 row 27).
    """
    async with recorded(dirty=dirty) as (made, playback, camera):
        url = await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR, store=store)
        address = given(made, url)
        assert (address.folder, address.protocol, address.reusable) == (folder, "HTTPS_HLS", True)
        assert (address.start, address.end) == (NOON - 2 * HOUR, NOON - HOUR)
        assert (address.expires - made.cloud.now()).total_seconds() >= 3600 + 600
        assert await asyncio.to_thread(_frames, url) == 5
        await playback.revoke(url)
        assert address.revoked


async def test_an_open_address_in_place_of_an_encrypted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording does not play by it, unless the options say that others may read along."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.ivm.playback.is_plain", lambda context: False)
    async with recorded() as (made, playback, camera):
        with pytest.raises(NotPlayableError):
            await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR)
    async with recorded(options={"live_protocol": "HTTP_HLS"}) as (made, playback, camera):
        assert given(made, await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR)).protocol == "HTTP_HLS"
        made.cloud.secure_media = True
        assert given(made, await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR)).protocol == "HTTPS_HLS"


async def test_the_connection_may_lie_beside_the_list() -> None:
    """The address is found in both places (§6.1 row 27)."""
    async with recorded() as (made, playback, camera):
        url = await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR, store=CLOUD)
        beside = {"playback_connections": {}, "cloud_trans_connections": {"playback_url": url}}
        made.cloud.fault(PLAY, raw=json.dumps(beside).encode(), times=1)
        assert await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR, store=CLOUD) == url
        made.cloud.fault(PLAY, raw=b'{"playback_connections": {}}')
        with pytest.raises(NotPlayableError):
            await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR, store=CLOUD)


async def test_addresses_that_are_left_are_revoked_at_the_end() -> None:
    """Once each; that it fails is no harm."""
    async with recorded() as (made, playback, camera):
        first = await playback.source(camera, NOON - 2 * HOUR, NOON - HOUR)
        second = await playback.source(camera, NOON - HOUR, NOON)
        await playback.revoke(first)
        await playback.close()
        assert given(made, second).revoked
        assert [len(body["urls"]) for body in made.bodies("batch-delete")] == [1, 1]
        await playback.revoke(first, "https://192.0.2.7/strange.m3u8")
        await playback.close()
        assert made.cloud.count("batch-delete") == 2
        third = await playback.source(camera, NOON - HOUR, NOON)
        made.cloud.fault("batch-delete", drop=True)
        await playback.close()
        assert not given(made, third).revoked


async def test_the_device_has_what_the_cloud_has_not() -> None:
    """Without naming a store, the first that has something plays."""
    async with recorded() as (made, playback, camera):
        hold(made, Recorded(start=NOON - HOUR, end=NOON, position="DEVICE"))
        assert given(made, await playback.source(camera, NOON - HOUR, NOON)).folder == "dev_vod"
        with pytest.raises(NotFoundError):
            await playback.source(camera, NOON - HOUR, NOON, store=CLOUD)
        with pytest.raises(NotFoundError):
            await playback.source(camera, NOON + HOUR, NOON + 2 * HOUR)


@pytest.mark.parametrize(("state", "reason"), [(1, "archived"), (2, "restored")])
async def test_what_is_archived_cannot_be_played_at_once(state: int, reason: str) -> None:
    """It is listed, and why it does not play is told; cold storage plays."""
    async with recorded() as (made, playback, camera):
        hold(made, Recorded(start=NOON - HOUR, end=NOON, storage_state=state))
        (found,) = await playback.recordings(camera, NOON - HOUR, NOON)
        assert not found.playable
        with pytest.raises(ArchivedError) as caught:
            await playback.source(camera, NOON - HOUR, NOON)
        assert isinstance(caught.value, NotPlayableError)
        assert reason in caught.value.placeholders["reason"]
        assert "Gate" in caught.value.placeholders["function"]
        assert made.cloud.count(PLAY) == 0
        made.channel().recordings = [Recorded(start=NOON - HOUR, end=NOON, storage_state=3)]
        assert (await playback.recordings(camera, NOON - HOUR, NOON))[0].playable
        assert await playback.source(camera, NOON - HOUR, NOON)


async def test_no_part_of_a_second_is_lost() -> None:
    """An end within a second takes the whole second; at most a day is played."""
    async with recorded() as (made, playback, camera):
        await playback.source(camera, NOON - HOUR, NOON - timedelta(seconds=1.5), store=CLOUD)
        assert made.queries(PLAY)[0]["end_time"] == "2026-11-25 11:59:59"
        for start, end in ((NOON, NOON), (NOON, NOON - HOUR), (NOON - 2 * DAY, NOON)):
            with pytest.raises(InvalidArgumentError):
                await playback.source(camera, start, end)


@pytest.mark.parametrize(
    ("chosen", "tried"),
    [(None, ["HTTPS_HLS"]), ("HTTPS_FLV", ["HTTPS_HLS"]), ("RTSP", ["HTTPS_HLS", "HTTP_HLS", "RTSP"])],
)
async def test_protocols_that_are_not_offered(chosen: str | None, tried: list[str]) -> None:
    """Recordings become readable for others only if the user accepts that of live video."""
    async with recorded(options={"live_protocol": chosen} if chosen else {}) as (made, playback, camera):
        made.cloud.fault(PLAY, code="IVM.10026001")
        with pytest.raises(NotPlayableError):
            await playback.source(camera, NOON - HOUR, NOON, store=CLOUD)
        assert [query["playback_protocol"] for query in made.queries(PLAY)] == tried
        made.cloud.heal()
        made.cloud.fault(PLAY, raw='{"playback_connections": {"cloud_trans_connections": {}}}', status=200)
        with pytest.raises(NotPlayableError):
            await playback.source(camera, NOON - HOUR, NOON, store=CLOUD)


@pytest.mark.parametrize(("store", "path"), [(CLOUD, "cloud-records"), (DEVICE, "device-records")])
async def test_the_older_calls_where_the_new_ones_are_not_there(store: str, path: str) -> None:
    """With names of their own; that is remembered."""
    async with recorded() as (made, playback, camera):
        made.cloud.fault("/media/", status=404, raw="")
        found = await playback.recordings(camera, NOON - 6 * HOUR, NOON, store=store)
        assert len([one for one in found if one.sort == "continuous"]) == 6
        url = await playback.source(camera, NOON - HOUR, NOON, store=store)
        assert given(made, url).protocol == "HTTPS_HLS"
        assert await asyncio.to_thread(_frames, url) == 5
        await playback.source(camera, NOON - HOUR, NOON, store=store)
        assert made.cloud.count("/media/") == 2
        assert made.cloud.count(path) == 1 + 2 * 2


async def test_rows_that_make_no_sense_are_left_out() -> None:
    """Times that are none, an end before its begin; sorts nobody knows are told as they are."""
    async with recorded() as (made, playback, camera):
        rows = [
            '{"record_type": "X_RECORD", "start_time": "2026-11-25 11:00:00", "end_time": "2026-11-25 11:30:00.0"}',
            '{"start_time": "soon", "end_time": "2026-11-25 11:30:00"}',
            '{"start_time": "2026-11-25 11:30:00", "end_time": "2026-11-25 11:10:00"}',
            '{"start_time": null}',
        ]
        made.cloud.fault(LIST, raw=f'{{"total": "4", "records": [{", ".join(rows)}]}}', status=200)
        (found,) = await playback.recordings(camera, NOON - HOUR, NOON, store=CLOUD)
        assert (found.sort, found.start, found.size) == ("x_record", datetime(2026, 11, 25, 3, tzinfo=UTC), None)
