"""Recordings over real sockets (hikcentral §3.4, T19)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    DeviceFailureError,
    DeviceOfflineError,
    InvalidArgumentError,
    NotFoundError,
    NotPlayableError,
    ProtocolError,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.playback import LONGEST, MEMORY, PLAYBACK
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, Recording
from simulators.hikcentral.options import Options

from .command_bench import START, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TEMPLATE = "rtsp://viewer:secret@{ip}/tracks/{id}01?starttime={start}&endtime={end}"


def entity(made: Bench, id_: str = "1") -> CameraFeature:
    """Return the entity of a camera."""
    return made.feature(CameraFeature, Kind.MAIN_STREAM, id_)


def asked(made: Bench) -> list[str]:
    """Return the protocols that were asked for."""
    return [body["protocol"] for body in made.bodies(PLAYBACK)]


# lists


@pytest.mark.parametrize("profile", ["table", "hostile"])
async def test_a_day_is_listed_page_by_page(profile: str) -> None:
    """Ten segments an answer; every hour is there once, in order, with its size."""
    async with bench(profile=profile) as made:
        found = await made.commands.playback.recordings(entity(made), START - DAY, START)
        assert [one.start for one in found] == [START - DAY + hour * HOUR for hour in range(24)]
        assert all(one.end - one.start == HOUR and one.store == "central" for one in found)
        assert {one.size for one in found} == {3600 * 131_072}
        bodies = made.bodies(PLAYBACK)
        assert len(bodies) == 3
        assert [body.pop("uuid") == "" for body in bodies] == [True, False, False]
        assert bodies[0] == {
            "cameraIndexCode": "1", "recordType": "0", "protocol": "rtsp", "transmode": 1,
            "beginTime": "2026-11-27T12:00:00+00:00", "endTime": "2026-11-28T12:00:00+00:00",
        }  # fmt: skip


async def test_a_long_time_is_asked_for_in_parts() -> None:
    """Three days at most; what was cut between two calls is one again."""
    async with bench(behaviour=Options(segments_per_answer=500)) as made:
        start = START - timedelta(days=7, minutes=30)
        found = await made.commands.playback.recordings(entity(made), start, START)
        bodies = made.bodies(PLAYBACK)
        assert len(bodies) == 3
        assert [body["beginTime"] for body in bodies][1:] == ["2026-11-24T11:30:00+00:00", "2026-11-27T11:30:00+00:00"]
        assert len(found) == 7 * 24 + 1
        assert found[0].start == start
        assert found[-1].end == START
        assert all(later.start == earlier.end for earlier, later in pairwise(found))
        joined = next(one for one in found if one.start == START - timedelta(days=4, hours=1))
        assert (joined.end, joined.size) == (START - timedelta(days=4), 3600 * 131_072)


async def test_each_camera_is_asked_for_what_it_records() -> None:
    """The auxiliary recording of one that has that; the place comes with the answer, else from the camera."""
    async with bench() as made:
        camera = made.context.facts().cameras["1"]
        object.__setattr__(camera, "record_type", "1")
        object.__setattr__(camera, "record_location", "2")
        made.platform.state.cameras["1"].record_type = "1"
        found = await made.commands.playback.recordings(entity(made), START - HOUR, START)
        assert made.bodies(PLAYBACK)[0]["recordType"] == "1"
        assert found[0].store == "central"
        made.platform.fault(PLAYBACK, data={"list": [_segment(START - HOUR, START)]})
        found = await made.commands.playback.recordings(entity(made), START - HOUR, START)
        assert found[0].store == "cluster"
        object.__setattr__(camera, "record_type", "9")
        await made.commands.playback.recordings(entity(made), START - HOUR, START)
        assert made.bodies(PLAYBACK)[-1]["recordType"] == "0"


async def test_an_answer_as_printed_has_no_segments() -> None:
    """There is something to play, from the beginning to the end that was asked for."""
    async with bench(profile="sample") as made:
        found = await made.commands.playback.recordings(entity(made), START - HOUR, START)
        assert found == (Recording(start=START - HOUR, end=START, store="central"),)


@pytest.mark.parametrize(
    "data", [{"list": [], "url": "rtsp://h/file/dvr://d/0"}, {"list": None, "uuid": "null"}, {"uuid": ""}, {}]
)
async def test_a_time_without_recordings(data: object) -> None:
    """Nothing is made up."""
    async with bench() as made:
        made.platform.fault(PLAYBACK, data=data)
        assert await made.commands.playback.recordings(entity(made), START - HOUR, START) == ()


async def test_a_camera_without_a_schedule() -> None:
    """An error to the platform, no recordings to us."""
    async with bench(behaviour=Options(playback_rtsp_s=True)) as made:
        made.platform.state.cameras["1"].recording = 1
        assert await made.commands.playback.recordings(entity(made), START - DAY, START) == ()
        with pytest.raises(NotFoundError) as raised:
            await made.commands.playback.source(entity(made), START - HOUR, START)
        assert raised.value.placeholders["subject"] == "recordings of Camera 1"
        assert MEMORY not in made.memory


async def test_cursors_that_lead_nowhere() -> None:
    """Nothing new comes with them: the list ends."""
    async with bench() as made:
        part = {"list": [_segment(START - HOUR, START)], "uuid": "again"}
        made.platform.fault(PLAYBACK, data=part)
        found = await made.commands.playback.recordings(entity(made), START - HOUR, START)
        assert len(found) == 1
        assert made.platform.count(PLAYBACK) == 2


async def test_a_cursor_may_stay_the_same() -> None:
    """As long as each answer brings something new."""
    async with bench() as made:
        for hours, cursor in ((3, "search"), (2, "search"), (1, "")):
            rows = [_segment(START - hours * HOUR, START - (hours - 1) * HOUR)]
            made.platform.fault(PLAYBACK, data={"list": rows, "uuid": cursor}, times=1)
        found = await made.commands.playback.recordings(entity(made), START - 3 * HOUR, START)
        assert len(found) == 3
        assert [body["uuid"] for body in made.bodies(PLAYBACK)] == ["", "search", "search"]


async def test_cursors_that_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer with something new: enough is enough."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.hikcentral.playback.MOST_PAGES", 5)
    async with bench(behaviour=Options(segments_per_answer=1)) as made:
        with pytest.raises(ProtocolError):
            await made.commands.playback.recordings(entity(made), START - DAY, START)
        assert made.platform.count(PLAYBACK) == 5


async def test_segments_that_make_no_sense_are_left_out() -> None:
    """Without times, backwards, of another form; the rest is kept. Sizes that are none are unknown."""
    async with bench() as made:
        half = START - HOUR / 2
        rows = [
            {},
            _segment(START, START - HOUR),
            {"beginTime": "yesterday", "endTime": "today"},
            {"beginTime": "2026-11-28 11:00:00", "endTime ": "2026-11-28T 11:30:00.000+00:00", "size": "12"},
            {**_segment(half, START), "size": -1},
        ]
        made.platform.fault(PLAYBACK, data={"list": rows})
        found = await made.commands.playback.recordings(entity(made), START - HOUR, START)
        assert found == (
            Recording(start=START - HOUR, end=half, size=12, store="central"),
            Recording(start=half, end=START, store="central"),
        )


@pytest.mark.parametrize("data", [None, "", []])
async def test_a_failed_answer_is_no_empty_list(data: object) -> None:
    """It is raised."""
    async with bench() as made:
        made.platform.fault(PLAYBACK, data=data)
        with pytest.raises(ProtocolError):
            await made.commands.playback.recordings(entity(made), START - HOUR, START)


async def test_errors_of_the_platform_are_passed_on() -> None:
    """Offline, gone; nothing is asked for a time that is none."""
    async with bench() as made:
        made.platform.state.cameras["1"].status = 2
        with pytest.raises(DeviceOfflineError):
            await made.commands.playback.recordings(entity(made), START - HOUR, START)
        made.platform.fault(PLAYBACK, code="128")
        for call in (made.commands.playback.recordings, made.commands.playback.source):
            with pytest.raises(NotFoundError) as raised:
                await call(entity(made, "2"), START - HOUR, START)
            assert raised.value.code == "128"
        count = made.platform.count()
        assert await made.commands.playback.recordings(entity(made, "2"), START, START) == ()
        with pytest.raises(UnsupportedError):
            await made.commands.playback.recordings(CameraFeature(device_id="d", kind=Kind.MAIN_STREAM), START, START)
        assert made.platform.count() == count


# playing


async def test_a_playable_address_is_found_once_and_remembered() -> None:
    """The next time it is asked for at once."""
    memory: dict[str, Any] = {}
    async with bench(behaviour=Options(playback_rtsp_s=True), memory=memory) as made:
        url = await made.commands.playback.source(entity(made), START - HOUR, START)
        assert url.startswith(f"rtsp://127.0.0.1:{made.platform.rtsp.port}/EUrl/")
        assert asked(made) == ["rtsp_s"]
        assert memory == {MEMORY: {"version": "V2.2.2.0", "protocol": "rtsp_s"}}
        made.platform.fault(PLAYBACK, data={"url": "https://h/r.m3u8", "list": []})
        memory[MEMORY] = {"version": "V2.2.2.0", "protocol": "hls"}
        assert await made.commands.playback.source(entity(made), START - HOUR, START) == "https://h/r.m3u8"
        assert asked(made)[1:] == ["hls"]


async def test_the_address_of_a_segment_will_do() -> None:
    """Where the whole has none that can be played."""
    async with bench() as made:
        own = "[sms:playback]rtsp://h:554/file/dvr://d:8001/0"
        made.platform.fault(PLAYBACK, data={"url": own, "list": [{"url": own}, {"url": "rtsp://h/clean"}]})
        assert await made.commands.playback.source(entity(made), START - HOUR, START) == "rtsp://h/clean"


@pytest.mark.parametrize("answer", ["refused", "proprietary"])
async def test_a_platform_whose_recordings_only_the_maker_plays(answer: str) -> None:
    """Tried once in both protocols, then it is known; another version is tried anew."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as made:
        if answer == "proprietary":
            made.platform.fault(PLAYBACK, data={"url": "rtsp://h/file/dvr://d/0", "list": []})
        for _ in range(2):
            with pytest.raises(NotPlayableError) as raised:
                await made.commands.playback.source(entity(made), START - HOUR, START)
            assert raised.value.placeholders["function"] == "recordings of Camera 1"
        assert asked(made) == ["rtsp_s", "hls"]
        memory[MEMORY]["version"] = "V1"
        with pytest.raises(NotPlayableError):
            await made.commands.playback.source(entity(made), START - HOUR, START)
        assert len(asked(made)) == 4


async def test_the_users_own_form_comes_last() -> None:
    """One that does not say when is none for recordings."""
    options = {"playback_template": TEMPLATE}
    async with bench(options=options) as made:
        ip = made.platform.state.encoders[made.context.facts().cameras["1"].parent or ""].ip
        url = await made.commands.playback.source(entity(made), START - HOUR, START)
        times = "starttime=20261128T110000Z&endtime=20261128T120000Z"
        assert url == f"rtsp://viewer:secret@{ip}/tracks/101?{times}"
    async with bench(options={"playback_template": "rtsp://{ip}/{id}"}) as made:
        with pytest.raises(NotPlayableError):
            await made.commands.playback.source(entity(made), START - HOUR, START)


async def test_a_failure_says_nothing_about_protocols() -> None:
    """Offline, unlicensed, nothing recorded: the platform is tried again."""
    async with bench() as made:
        playback = made.commands.playback
        made.platform.fault(PLAYBACK, code="129", times=1)
        with pytest.raises(DeviceOfflineError):
            await playback.source(entity(made), START - HOUR, START)
        made.platform.fault(PLAYBACK, data={"list": [], "url": ""}, times=1)
        with pytest.raises(NotFoundError):
            await playback.source(entity(made), START - HOUR, START)
        made.platform.unlicense(PLAYBACK)
        with pytest.raises(UnlicensedError):
            await playback.source(entity(made), START - HOUR, START)
        assert MEMORY not in made.memory


@pytest.mark.parametrize("length", [timedelta(), -HOUR, LONGEST + HOUR])
async def test_a_time_that_cannot_be_played(length: timedelta) -> None:
    """Nothing is sent."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError):
            await made.commands.playback.source(entity(made), START - length, START)
        assert not made.platform.requests


# the action


async def test_the_action_returns_recordings_and_their_address() -> None:
    """The address is None where only the maker's own programs play; nothing recorded is nothing to ask for."""
    arguments = {"start": "2026-11-28T10:30:00+00:00", "end": START}
    async with bench(behaviour=Options(playback_rtsp_s=True)) as made:
        found = await made.act("get_playback_url", [entity(made)], **arguments)
        assert found["url"].startswith("rtsp://")
        assert found["recordings"][0] == {
            "start": "2026-11-28T10:30:00+00:00", "end": "2026-11-28T11:00:00+00:00", "size": 1800 * 131_072,
            "store": "central",
        }  # fmt: skip
        made.platform.options.playback_rtsp_s = False
        found = await made.act("get_playback_url", [entity(made)], **arguments)
        assert found["url"] is None
        assert len(found["recordings"]) == 2
        made.platform.state.cameras["1"].recording = 1
        made.platform.requests.clear()
        assert await made.act("get_playback_url", [entity(made)], **arguments) == {"url": None, "recordings": []}
        assert len(made.platform.requests) == 1


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (None, START, "start"),
        (START, None, "end"),
        (START, START, "end"),
        (START, START - HOUR, "end"),
        (START, START + timedelta(days=3, seconds=1), "end"),
        ("then", START, "start"),
        ("2026-11-28T10:30:00", START, "start"),
        (5, START, "start"),
    ],
)
async def test_bad_times_are_found_before_anything_is_sent(start: Any, end: Any, field: str) -> None:
    """With the name of the field; one camera at a time."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act("get_playback_url", [entity(made)], start=start, end=end)
        assert raised.value.placeholders["field"] == field
        with pytest.raises(InvalidArgumentError):
            await made.act("get_playback_url", [entity(made), entity(made, "2")], start=START - HOUR, end=START)
        assert not made.platform.requests


async def test_a_store_cannot_be_chosen() -> None:
    """What another system lets choose is refused and not passed over."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act("get_playback_url", [entity(made)], start=START - HOUR, end=START, store="cloud")
        assert raised.value.placeholders["field"] == "store"
        assert not made.platform.requests


async def test_a_passing_failure_of_the_platform() -> None:
    """Of the list it is raised; of the address another protocol is tried."""
    async with bench() as made:
        made.platform.fault(PLAYBACK, code="193")
        with pytest.raises(DeviceFailureError):
            await made.act("get_playback_url", [entity(made)], start=START - HOUR, end=START)
        with pytest.raises(NotPlayableError):
            await made.commands.playback.source(entity(made), START - HOUR, START)
        assert MEMORY not in made.memory


def _segment(start: datetime, end: datetime) -> dict[str, Any]:
    """Return a segment as the platform prints it."""
    return {"beginTime": start.isoformat(), "endTime": end.isoformat(), "size": 7}


def test_moments_of_tests_are_in_utc() -> None:
    """So that what is expected can be read."""
    assert START.tzinfo is UTC
