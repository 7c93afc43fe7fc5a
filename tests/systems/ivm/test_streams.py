"""How streams are encoded: one thing is changed, everything else goes back as it came."""

from copy import deepcopy
import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    InvalidArgumentError,
    NotConfirmedError,
    ProtocolError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.features_channel import channel_features, view_of
from custom_components.hikvision_ivm.systems.ivm.learnt import Learnt
from custom_components.hikvision_ivm.systems.ivm.records import (
    ChannelAddress,
    ChannelRecord,
    DeviceRecord,
    Protocol,
    StreamType,
)
from custom_components.hikvision_ivm.systems.ivm.stream_ability import Picture, read_ability, writable
from custom_components.hikvision_ivm.systems.ivm.streams import Streams
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, NumberFeature, SelectFeature, SensorFeature
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.ivm import DevicePlan
from simulators.ivm.calls.streams import detail_of
from simulators.ivm.state import Channel

from .settings_bench import Bench, address_of, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "stream-detail"
MAIN, SUB = StreamType.PRIMARY, StreamType.SECONDARY_1
CODECS = ("H.264", "H.265")


def gate_of(made: Bench) -> Channel:
    """Return the camera, with its settings made."""
    gate = made.cloud.channel("Gate")
    detail_of(gate)
    return gate


@pytest.mark.parametrize("dirty", [False, {"string_numbers", "extra"}])
async def test_readings(dirty: Any) -> None:
    """Of both streams; words are shown as people write them, numbers are numbers."""
    async with bench(dirty=dirty) as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        sensors = {
            (stream, kind): made.feature(SensorFeature, kind, detail=stream, part=stream.value)
            for stream in (MAIN, SUB, StreamType.SECONDARY_2)
            for kind in streams.kinds
        }
        made.take(await streams.read(address_of(gate)))
        told = {place: made.value(sensor) for place, sensor in sensors.items()}
        assert told[MAIN, Kind.CODEC] == "H.265"
        assert told[SUB, Kind.CODEC] == "H.264"
        assert told[MAIN, Kind.RESOLUTION] == "1920\N{MULTIPLICATION SIGN}1080"
        assert told[SUB, Kind.BIT_RATE] == 2048
        assert told[SUB, Kind.FRAME_RATE] == 25
        assert told[StreamType.SECONDARY_2, Kind.CODEC] is UNKNOWN
        assert streams.there(gate.key) == (MAIN, SUB)
        assert streams.there(("?", "?")) == ()


@pytest.mark.parametrize("dirty", [False, {"string_numbers", "extra"}])
async def test_one_thing_is_changed(dirty: Any) -> None:
    """Values that no table allows go back untouched; numbers that came as text go back as numbers."""
    async with bench(dirty=dirty) as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        main = gate.stream_detail["stream_info"][0]
        main |= {"bit_rate_mode": 0, "pic_quality": 9, "profile": 77}
        before = deepcopy(gate.stream_detail)
        rate = made.feature(NumberFeature, Kind.BIT_RATE, detail=MAIN, minimum=384.0, maximum=16_384.0)
        await streams.set(rate, 4096.0)
        assert made.value(rate) == 4096.0
        before["stream_info"][0]["bit_rate"] = 4096
        assert gate.stream_detail == before


async def test_what_follows_another_resolution() -> None:
    """Its name, and a bit rate and frame rate that go with it, where it is known what does."""
    async with bench() as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        size = made.feature(SelectFeature, Kind.RESOLUTION, detail=MAIN, options=("1920\u00d71080", "1280\u00d7720"))
        main = gate.stream_detail["stream_info"][0]
        main |= {"bit_rate": 8192, "frame_rate": 30}
        await streams.read_ability(address_of(gate))
        await streams.set(size, "1280\u00d7720")
        found = gate.stream_detail["stream_info"][0]
        assert (found["resolution"], found["definition"]) == ("1280*720", "720p")
        assert (found["bit_rate"], found["frame_rate"]) == (4096, 25)
        assert made.value(size) == "1280\u00d7720"


async def test_a_name_in_place_of_a_resolution() -> None:
    """As the answer is printed (L12120): what the name stands for is shown, and confirms what was set."""
    async with bench() as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        for row in gate.stream_detail["stream_info"]:
            del row["resolution"]
        gate.stream_detail["stream_info"][0]["definition"] = "2k"
        sizes = ("2560\u00d71440", "1920\u00d71080")
        shown = made.feature(SensorFeature, Kind.RESOLUTION, detail=MAIN)
        size = made.feature(SelectFeature, Kind.RESOLUTION, detail=MAIN, options=sizes)
        made.take(await streams.read(address_of(gate)))
        assert made.value(shown) == made.value(size) == sizes[0]
        await streams.set(size, sizes[0])
        assert not made.sent(PATH)

        answer = deepcopy(gate.stream_detail)
        made.cloud.fault(PATH, raw=json.dumps(answer), times=1, method="GET")
        answer["stream_info"][0]["definition"] = "1080P"
        made.cloud.fault(PATH, raw=json.dumps(answer), times=1, method="GET")
        await streams.set(size, sizes[1])
        sent = made.sent(PATH)[-1]["stream_info"][0]
        assert (sent["resolution"], sent["definition"]) == ("1920*1080", "1080P")
        assert made.value(size) == sizes[1]
        gate.stream_detail["stream_info"][0] = {"stream_type": 0, "encode_type": "H.264", "definition": "8K"}
        made.take(await streams.read(address_of(gate)))
        assert made.value(size) is UNKNOWN


async def test_a_resolution_without_a_name() -> None:
    """The name of the old one does not stay with it."""
    async with bench() as made:
        streams = Streams(made.context, made.features)
        size = made.feature(SelectFeature, Kind.RESOLUTION, detail=MAIN, options=("800*600",))
        await streams.set(size, "800*600")
        assert "definition" not in made.sent(PATH)[-1]["stream_info"][0]


async def test_what_can_be_chosen() -> None:
    """Options and limits come from what the camera can; MJPEG cannot be written."""
    async with bench() as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        codec = made.feature(SelectFeature, Kind.CODEC, detail=MAIN)
        size = made.feature(SelectFeature, Kind.RESOLUTION, detail=SUB)
        rate = made.feature(NumberFeature, Kind.BIT_RATE, detail=MAIN)
        frames = made.feature(NumberFeature, Kind.FRAME_RATE, detail=MAIN)
        choice = made.feature(SelectFeature, Kind.FRAME_RATE, detail=MAIN)
        other = made.feature(SelectFeature, Kind.CODEC, detail=StreamType.SECONDARY_2)
        inventory = made.context.inventory()
        assert streams.apply(inventory) is inventory
        made.take(await streams.read(address_of(gate)))
        assert made.value(codec) is UNKNOWN
        await streams.read_ability(address_of(gate))
        applied = streams.apply(inventory)
        found = applied.features
        assert found[codec.id].options == CODECS  # type: ignore[attr-defined]
        assert found[size.id].options == ("704\u00d7576", "352\u00d7288")  # type: ignore[attr-defined]
        assert (found[rate.id].minimum, found[rate.id].maximum) == (512.0, 8192.0)  # type: ignore[attr-defined]
        assert (found[frames.id].minimum, found[frames.id].maximum) == (1.0, 25.0)  # type: ignore[attr-defined]
        assert found[choice.id].options[0] == "1"  # type: ignore[attr-defined]
        assert found[other.id] is other
        assert streams.apply(applied) is applied


async def test_what_cannot_be_set() -> None:
    """An option that is none, a stream that is not there, one that is MJPEG, and something else altogether."""
    async with bench() as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        codec = made.feature(SelectFeature, Kind.CODEC, detail=MAIN, options=CODECS)
        with pytest.raises(InvalidArgumentError):
            await streams.set(codec, "MJPEG")
        with pytest.raises(UnsupportedError):
            await streams.set(made.feature(NumberFeature, Kind.RETENTION), 3.0)
        third = made.feature(SelectFeature, Kind.CODEC, detail=StreamType.SECONDARY_2, options=CODECS)
        with pytest.raises(ProtocolError):
            await streams.set(third, "H.264")
        gate.stream_detail["stream_info"][0]["encode_type"] = "MJPEG"
        rate = made.feature(NumberFeature, Kind.BIT_RATE, detail=MAIN)
        with pytest.raises(RejectedError):
            await streams.set(rate, 1024.0)
        assert not made.sent(PATH)
        await streams.set(codec, "H.264")
        assert gate.stream_detail["stream_info"][0]["encode_type"] == "H.264"


async def test_a_stream_that_cannot_be_written_is_left_out() -> None:
    """The one beside it can be changed all the same."""
    async with bench() as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        gate.stream_detail["stream_info"][0]["encode_type"] = "MJPEG"
        await streams.set(made.feature(NumberFeature, Kind.FRAME_RATE, detail=SUB), 10.0)
        assert [row["stream_type"] for row in made.sent(PATH)[-1]["stream_info"]] == [1]
        assert gate.stream_detail["stream_info"][0]["encode_type"] == "MJPEG"
        assert gate.stream_detail["stream_info"][1]["frame_rate"] == 10


async def test_a_field_that_is_not_taken_back() -> None:
    """What the tables name is sent then; other refusals are told at once."""
    async with bench(dirty={"extra"}) as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        rate = made.feature(NumberFeature, Kind.BIT_RATE, detail=MAIN)
        await streams.set(rate, 1024.0)
        assert ["brand_new_field" in body for body in made.sent(PATH)] == [True, False]
        gate.device.online = False
        with pytest.raises(SystemFailure):
            await streams.set(rate, 2048.0)
        gate.device.online = True
        made.cloud.set_dirt(False)
        with pytest.raises(RejectedError):
            await streams.set(made.feature(NumberFeature, Kind.BIT_RATE, detail=SUB, maximum=99_999.0), 99_999.0)
        assert len(made.sent(PATH)) == 3


async def test_a_camera_that_does_not_follow() -> None:
    """It is told what is there."""
    async with bench() as made:
        streams, gate = Streams(made.context, made.features), gate_of(made)
        raw = (
            b'{"stream_num": 1, "max_frame_rate": 25, "stream_info": {"stream_type": 0, "encode_type": "H.264",'
            b' "bit_rate": "512"}}'
        )
        made.cloud.fault(f"channels/{gate.id}/stream-detail", raw=raw)
        with pytest.raises(NotConfirmedError) as refused:
            await streams.set(made.feature(NumberFeature, Kind.BIT_RATE, detail=MAIN), 1024.0)
        assert refused.value.placeholders == {"wanted": "1024", "found": "512"}


async def test_a_device_of_another_protocol() -> None:
    """It has no such settings."""
    async with bench(DevicePlan(name="Gate", protocol="GB28181")) as made:
        with pytest.raises(UnsupportedError):
            await Streams(made.context, made.features).read(address_of(made.cloud.channel("Gate")))


def test_abilities() -> None:
    """Numbers as text, limits that are none, and what is missing."""
    told = {
        "abilities": {
            "stream_info": [
                {
                    "stream_type": "0",
                    "encode_mode": [
                        {
                            "type": "H.264",
                            "resolution": [
                                {"type": "1*1", "frame_rate": ["2", 1, "x"], "bit_rate": {"begin": 9, "end": 1}},
                                {"type": "2*2", "bit_rate": {"support": False, "begin": 1, "end": 9}},
                                {"frame_rate": [1]},
                            ],
                        },
                        {"type": "MJPEG", "resolution": [{"type": "3*3", "bit_rate": {"begin": 1, "end": 9}}]},
                        {"resolution": []},
                    ],
                },
                {"encode_mode": []},
            ]
        }
    }
    ability = read_ability(Fields(told))
    assert set(ability) == {0}
    assert ability[0].picture("H.264", "1*1") == Picture((1, 2), None)
    assert ability[0].picture("H.264", "2*2") == Picture()
    assert ability[0].picture("MJPEG", "3*3") == Picture((), (1, 9))
    assert ability[0].picture(None, None) == Picture()
    assert ability[0].resolutions("MJPEG") == ("3*3",)
    assert ability[0].resolutions(None) == ("1*1", "2*2", "3*3")
    assert writable(tuple(ability[0].codecs)) == ("H.264",)


def test_what_a_stream_gets_when_its_settings_are_known() -> None:
    """Selects and numbers, which start disabled; before there are sensors only."""
    device = DeviceRecord(id="D1", name="Gate", type="IPC", protocol=Protocol.HOLO, channels=("0",))
    channel = ChannelRecord(device="D1", id="0", name="Gate")
    kinds = {Kind.CODEC, Kind.RESOLUTION, Kind.BIT_RATE, Kind.FRAME_RATE}
    for settable in (set[str](), {"main"}):
        view = view_of(device, channel, learnt=Learnt(streams=(MAIN,) if settable else ()))
        found = [one for one in channel_features("ivm_1_D1", "D1", "0", view) if one.kind in kinds]
        assert not any(one.enabled for one in found)
        assert {one.part for one in found if isinstance(one, SensorFeature)} == {"main", "sub"}
        there = {(one.part, one.kind) for one in found if isinstance(one, (SelectFeature, NumberFeature))}
        assert there == {(part, kind) for part in settable for kind in kinds}
        assert all(one.address == ChannelAddress("D1", "0", MAIN) for one in found if one.part == "main")
