"""Addresses of live streams over real sockets (hikcentral §3.3, T18)."""

import asyncio
from datetime import UTC, datetime
import logging
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    DeviceOfflineError,
    InsufficientRightsError,
    InvalidArgumentError,
    NotPlayableError,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.addresses import (
    check_template,
    fill_template,
    is_for_playback,
    playable,
)
from custom_components.hikvision_ivm.systems.hikcentral.live import (
    ASK_AGAIN_SECONDS,
    LIVE,
    MEMORY,
    REUSE_SECONDS,
    device_ip,
)
from custom_components.hikvision_ivm.systems.hikcentral.records import Camera
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, Picture
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan

from .command_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

TEMPLATE = "rtsp://viewer:secret@{ip}:554/{id}/{name}/{stream}"


def entity(made: Bench, id_: str = "1", kind: Kind = Kind.MAIN_STREAM) -> CameraFeature:
    """Return the entity of a stream."""
    return made.feature(CameraFeature, kind, id_)


def asked(made: Bench) -> list[str]:
    """Return the protocols that were asked for."""
    return [body["protocol"] for body in made.bodies(LIVE)]


@pytest.mark.parametrize("form", ["playable", "streamURL", "bracketed"])
@pytest.mark.parametrize(("kind", "stream"), [(Kind.MAIN_STREAM, 0), (Kind.SUB_STREAM, 1)])
async def test_standard_rtsp_is_asked_for_first(form: Any, kind: Kind, stream: int) -> None:
    """The tag in front is no part of the address; the platform's own server plays it."""
    async with bench(behaviour=Options(rtsp_s=form)) as made:
        url = await made.commands.live.stream_source(entity(made, kind=kind))
        assert url.startswith(f"rtsp://127.0.0.1:{made.platform.rtsp.port}/EUrl/")
        assert made.platform.live_paths.stream(url[url.index("/EUrl/") :]) is not None
        assert made.bodies(LIVE) == [
            {"cameraIndexCode": "1", "streamType": stream, "protocol": "rtsp_s", "transmode": 1}
        ]


@pytest.mark.parametrize("form", ["refused", "proprietary"])
@pytest.mark.parametrize(("other", "scheme"), [("hls", "http"), ("rtmp", "rtmp")])
async def test_another_protocol_is_tried_and_remembered(form: Any, other: str, scheme: str) -> None:
    """Later calls, also after a restart, ask for it at once."""
    behaviour = Options(rtsp_s=form, hls=other == "hls", rtmp=other == "rtmp")
    memory: dict[str, Any] = {}
    async with bench(behaviour=behaviour, memory=memory) as made:
        assert (await made.commands.live.stream_source(entity(made))).startswith(f"{scheme}://")
        assert asked(made) == ["rtsp_s", "hls", "rtmp"][: 2 if other == "hls" else 3]
        assert memory == {MEMORY: other}
    async with bench(behaviour=behaviour, memory=memory) as made:
        await made.commands.live.stream_source(entity(made, "2"))
        assert asked(made) == [other]
    async with bench(memory=memory) as made:
        await made.commands.live.stream_source(entity(made))
        assert asked(made)[-1] == "rtsp_s"
        assert memory == {MEMORY: "rtsp_s"}


async def test_a_platform_whose_streams_only_the_maker_plays() -> None:
    """In plain words; it is asked again, for the user may have mended it."""
    async with bench(behaviour=Options(rtsp_s="proprietary")) as made:
        for _ in range(2):
            with pytest.raises(NotPlayableError) as raised:
                await made.commands.live.stream_source(entity(made))
            assert raised.value.placeholders["function"] == "live video of Camera 1"
        assert asked(made) == ["rtsp_s", "hls", "rtmp"] * 2
        made.platform.options.rtsp_s = "playable"
        assert (await made.commands.live.stream_source(entity(made))).startswith("rtsp://")


async def test_an_address_is_asked_for_each_time() -> None:
    """It holds for one session: a burst shares one, later there is a new one."""
    async with bench() as made:
        live = made.commands.live
        burst = await asyncio.gather(*(live.stream_source(entity(made)) for _ in range(5)))
        assert len(set(burst)) == 1
        assert made.platform.count(LIVE) == 1
        other = await live.stream_source(entity(made, kind=Kind.SUB_STREAM))
        made.platform.live_paths.expire()
        made.time.passed += REUSE_SECONDS
        fresh = await live.stream_source(entity(made))
        assert fresh not in {burst[0], other}
        assert made.platform.live_paths.stream(fresh[fresh.index("/EUrl/") :]) is not None


async def test_a_failure_is_no_question_of_protocols() -> None:
    """Offline, without right or licence in any of them."""
    async with bench() as made:
        made.platform.state.cameras["1"].status = 2
        with pytest.raises(DeviceOfflineError):
            await made.commands.live.stream_source(entity(made))
        made.platform.fault(LIVE, code="0x00072201")
        with pytest.raises(InsufficientRightsError):
            await made.commands.live.stream_source(entity(made, "2"))
        made.platform.heal()
        made.platform.unlicense(LIVE)
        with pytest.raises(UnlicensedError):
            await made.commands.live.stream_source(entity(made, "2"))
        assert set(asked(made)) == {"rtsp_s"}
        with pytest.raises(UnsupportedError):
            await made.commands.live.stream_source(CameraFeature(device_id="d", kind=Kind.MAIN_STREAM))


async def test_a_platform_that_does_not_have_the_call() -> None:
    """Asked once, not playable ever after."""
    async with bench() as made:
        made.platform.fault(LIVE, code="12")
        for _ in range(2):
            with pytest.raises(NotPlayableError):
                await made.commands.live.stream_source(entity(made))
        assert made.platform.count(LIVE) == 1


async def test_secrets_stay_out_of_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the blob nor the address nor the user's own form of it."""
    caplog.set_level(logging.DEBUG)
    async with bench(behaviour=Options(rtsp_s="bracketed"), options={"stream_template": TEMPLATE}) as made:
        url = await made.commands.live.stream_source(entity(made))
        private = await made.act("get_live_url", [entity(made)], protocol="rtsp")
        made.platform.options.rtsp_s = "proprietary"
        made.time.passed += REUSE_SECONDS
        own = await made.commands.live.stream_source(entity(made))
        assert "secret" in own
        for secret in (url, private["authentication"], private["url"], "viewer:secret"):
            assert secret not in caplog.text


# the user's own form


async def test_the_users_own_form_comes_last() -> None:
    """With what is known of the camera; the platform is not asked each time."""
    options = {"stream_template": f" {TEMPLATE} "}
    async with bench(behaviour=Options(rtsp_s="proprietary"), options=options, site=SitePlan(encoders=1)) as made:
        ip = made.platform.state.encoders["1"].ip
        main = await made.commands.live.stream_source(entity(made))
        assert main == f"rtsp://viewer:secret@{ip}:554/1/Camera%201/1"
        sub = await made.commands.live.stream_source(entity(made, kind=Kind.SUB_STREAM))
        assert sub == f"rtsp://viewer:secret@{ip}:554/1/Camera%201/2"
        assert len(asked(made)) == 6
        made.time.passed += REUSE_SECONDS
        assert await made.commands.live.stream_source(entity(made)) == main
        assert len(asked(made)) == 6
        made.platform.options.rtsp_s = "playable"
        made.time.passed += ASK_AGAIN_SECONDS
        assert await made.commands.live.stream_source(entity(made)) != main


async def test_a_form_that_makes_no_address(caplog: pytest.LogCaptureFixture) -> None:
    """It is not used, and not repeated in the log."""
    options = {"stream_template": "rtsp://viewer:secret@{host}/"}
    async with bench(behaviour=Options(rtsp_s="proprietary"), options=options) as made:
        with pytest.raises(NotPlayableError):
            await made.commands.live.stream_source(entity(made))
        assert "stream_template" in caplog.text
        assert "secret" not in caplog.text


async def test_a_camera_whose_device_has_no_address() -> None:
    """A form with `{ip}` makes nothing of it."""
    site = SitePlan(controllers=1, door_cameras=1)
    options = {"stream_template": TEMPLATE}
    async with bench(behaviour=Options(rtsp_s="proprietary"), options=options, site=site) as made:
        door_station = next(one for one in made.context.facts().cameras.values() if one.parent_type == "acsDevice")
        with pytest.raises(NotPlayableError):
            await made.commands.live.stream_source(entity(made, door_station.id))
        assert device_ip(made.context, made.context.facts().cameras["1"]) is not None
        assert device_ip(made.context, Camera(id="x", name="x", parent_type="alarmDevice", parent="1")) is None
        assert device_ip(made.context, Camera(id="x", name="x")) is None


@pytest.mark.parametrize(
    "template",
    ["", "x", "rtsp://", "rtsp:///path", "ftp://host/", "file:///etc/passwd", "rtsp://{host}/", "rtsp://{ip", "rtsp://h}/",
     "rtsp://a b/", "rtsp://h:99999/", "rtsp://h:x/", "rtsp://" + "h" * 5000, "rtsp://{}/", "{ip}"],
)  # fmt: skip
def test_forms_that_make_no_address(template: str) -> None:
    """Each is refused with the name of the field."""
    with pytest.raises(InvalidArgumentError) as raised:
        check_template(template)
    assert raised.value.placeholders["field"] == "stream_template"


def test_forms_that_do() -> None:
    """Also for recordings."""
    assert check_template(f"  {TEMPLATE}\n") == TEMPLATE
    template = check_template("rtsp://{ip}/tracks/{id}01?starttime={start}&endtime={end}")
    assert is_for_playback(template)
    assert not is_for_playback(TEMPLATE)
    span = datetime(2026, 11, 28, 23, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC)
    found = fill_template(template, what="x", camera="a/b", name="n", ip="fe80::1", span=span)
    assert found == "rtsp://[fe80::1]/tracks/a%2Fb01?starttime=20261128T230000Z&endtime=20261129T000000Z"
    with pytest.raises(NotPlayableError):
        fill_template(template, what="x", camera="1", name="n", ip="192.0.2.1")


@pytest.mark.parametrize(
    ("protocol", "answer", "found"),
    [
        ("rtsp_s", {"url": " rtsp://h/a "}, "rtsp://h/a"),
        ("rtsp_s", {"url": "rtsps://u:p@h:655/a"}, "rtsps://u:p@h:655/a"),
        ("rtsp_s", {"streamURL": "rtsp://h:655/EUrl/X"}, "rtsp://h:655/EUrl/X"),
        ("rtsp_s", {"streamUrl ": "rtsp://h/a"}, "rtsp://h/a"),
        ("rtsp_s", {"url": "[sms:preview] rtsp://h/a"}, "rtsp://h/a"),
        ("rtsp_s", {"url": "null", "streamURL": "rtsp://h/a"}, "rtsp://h/a"),
        ("rtsp_s", {"url": "[sms:preview]rtsp://h:554/hikvision://d:8001:0:0"}, None),
        ("rtsp_s", {"url": "rtsp://h/file/dvr://d:8001/0"}, None),
        ("rtsp_s", {"url": "http://h/a"}, None),
        ("rtsp_s", {"url": "rtsp://"}, None),
        ("rtsp_s", {"url": "rtsp:///a"}, None),
        ("rtsp_s", {"url": "rtsp://h:0/a"}, None),
        ("rtsp_s", {"url": "rtsp://h:x/a"}, None),
        ("rtsp_s", {"url": "rtsp://[h/a"}, None),
        ("rtsp_s", {"url": "rtsp://h/a b"}, None),
        ("rtsp_s", {"url": "rtsp://h/a\nb"}, None),
        ("rtsp_s", {"url": "rtsp://h/" + "a" * 5000}, None),
        ("rtsp_s", {"url": "[sms:preview]"}, None),
        ("rtsp_s", {"url": 7}, None),
        ("rtsp_s", {}, None),
        ("hls", {"url": "https://h/live.m3u8?t=1"}, "https://h/live.m3u8?t=1"),
        ("hls", {"url": "rtsp://h/a"}, "rtsp://h/a"),
        ("hls", {"url": "ws://h/a"}, None),
        ("rtmp", {"url": "RTMP://h/a"}, "RTMP://h/a"),
        ("rtmp", {"url": "http://h/a"}, None),
    ],
)
def test_which_addresses_can_be_played(protocol: str, answer: dict[str, Any], found: str | None) -> None:
    """A second scheme is the maker's own form."""
    assert playable(Fields(answer), protocol) == found


# still pictures


async def test_a_picture_is_cut_out_of_a_stream_that_plays() -> None:
    """The platform takes none; whether the stream plays is tried once."""
    async with bench() as made:
        made.commands.live.last_picture = lambda camera: Picture(content=b"x")
        for _ in range(2):
            with pytest.raises(UnsupportedError) as raised:
                await made.commands.live.still(entity(made))
            assert not isinstance(raised.value, NotPlayableError)
            made.time.passed += ASK_AGAIN_SECONDS
        assert made.platform.count(LIVE) == 1


async def test_where_no_stream_plays_the_last_event_is_shown() -> None:
    """The platform is asked seldom, and again when a while has passed."""
    pictures: dict[str, Picture] = {}
    async with bench(behaviour=Options(rtsp_s="proprietary")) as made:
        made.commands.live.last_picture = lambda camera: pictures.get(camera.id)
        for _ in range(2):
            with pytest.raises(NotPlayableError):
                await made.commands.live.still(entity(made))
        pictures["1"] = Picture(content=b"event")
        assert await made.commands.live.still(entity(made)) is pictures["1"]
        assert len(asked(made)) == 3
        made.platform.options.rtsp_s = "playable"
        made.time.passed += ASK_AGAIN_SECONDS
        with pytest.raises(UnsupportedError) as raised:
            await made.commands.live.still(entity(made))
        assert not isinstance(raised.value, NotPlayableError)


async def test_a_still_of_a_stream_by_the_users_own_form() -> None:
    """It plays, so the picture comes from there."""
    behaviour = Options(rtsp_s="refused")
    async with bench(behaviour=behaviour, options={"stream_template": "rtsp://nvr/{id}"}) as made:
        for _ in range(2):
            with pytest.raises(UnsupportedError) as raised:
                await made.commands.live.still(entity(made))
            assert not isinstance(raised.value, NotPlayableError)
        with pytest.raises(UnsupportedError):
            await made.commands.live.still(CameraFeature(device_id="d", kind=Kind.MAIN_STREAM))


async def test_a_stream_that_stopped_playing() -> None:
    """Without a picture there is nothing to show."""
    async with bench() as made:
        await made.commands.live.stream_source(entity(made))
        made.platform.options.rtsp_s = "proprietary"
        made.time.passed += REUSE_SECONDS
        with pytest.raises(NotPlayableError):
            await made.commands.live.stream_source(entity(made))
        with pytest.raises(NotPlayableError):
            await made.commands.live.still(entity(made))
        made.commands.live.last_picture = lambda camera: Picture(content=b"x")
        made.time.passed += ASK_AGAIN_SECONDS
        assert (await made.commands.live.still(entity(made))).content == b"x"


async def test_a_stream_that_plays_again() -> None:
    """The picture comes from there at once."""
    async with bench(behaviour=Options(rtsp_s="proprietary")) as made:
        made.commands.live.last_picture = lambda camera: Picture(content=b"x")
        assert (await made.commands.live.still(entity(made))).content == b"x"
        made.platform.options.rtsp_s = "playable"
        await made.commands.live.stream_source(entity(made))
        with pytest.raises(UnsupportedError):
            await made.commands.live.still(entity(made))


# the action


async def test_the_address_goes_to_the_caller() -> None:
    """Playable unless the caller wants it otherwise; the stream is that of the entity unless it is named."""
    async with bench(behaviour=Options(hls=True, rtmp=True)) as made:
        assert (await made.act("get_live_url", [entity(made)]))["url"].startswith("rtsp://")
        await made.act("get_live_url", [entity(made, kind=Kind.SUB_STREAM)])
        await made.act("get_live_url", [entity(made)], stream="sub", protocol="hls")
        assert [body["streamType"] for body in made.bodies(LIVE)] == [0, 1, 1]
        for protocol, scheme in (("hls", "http"), ("rtmp", "rtmp"), ("rtsp_s", "rtsp"), ("websocket", "wss")):
            found = await made.act("get_live_url", [entity(made)], protocol=protocol)
            assert found["url"].startswith(f"{scheme}://")
            assert ("authentication" in found) is (protocol == "websocket")
        private = await made.act("get_live_url", [entity(made)], protocol="rtsp")
        assert private["url"].startswith("rtsp://127.0.0.1:554/hikvision://")
        assert private["authentication"]


async def test_an_answer_without_an_address() -> None:
    """Nor one in another form than was asked for."""
    async with bench() as made:
        answers: tuple[object, ...] = ({}, {"url": "null"}, "", [], None)
        for data in answers:
            made.platform.fault(LIVE, data=data, times=1)
            with pytest.raises(NotPlayableError):
                await made.act("get_live_url", [entity(made)], protocol="rtsp")
        made.platform.options.rtsp_s = "proprietary"
        with pytest.raises(NotPlayableError):
            await made.act("get_live_url", [entity(made)], protocol="rtsp_s")


async def test_bad_arguments_are_found_before_anything_is_sent() -> None:
    """One camera at a time."""
    async with bench() as made:
        for features, arguments in (
            ([], {}),
            ([entity(made), entity(made, "2")], {}),
            ([entity(made)], {"stream": "third"}),
            ([entity(made)], {"protocol": "udp"}),
        ):
            with pytest.raises(InvalidArgumentError):
                await made.act("get_live_url", features, **arguments)
        assert not made.platform.requests
