"""Device password and encoding, of HOLO devices only (chapter 16, ivm §3.18)."""

from typing import Any

from simulators.ivm.checks import array, either, integer, text, truth
from simulators.ivm.errors import RefusedError
from simulators.ivm.routes import DC, Call, operation
from simulators.ivm.state import Channel

from .devices import is_strong

RATES = [str(rate) for rate in range(25, 0, -1)]
CODECS = ("H.264", "H.265")
SIZES = {"PRIMARY_STREAM": ("1920*1080", "1280*720"), "SECONDARY_STREAM_1": ("704*576", "352*288")}
NAMES = ("PRIMARY_STREAM", "SECONDARY_STREAM_1", "SECONDARY_STREAM_2")
DEFINITIONS = {"1920*1080": "1080P", "1280*720": "720p", "704*576": "D1", "352*288": "CIF"}
EXTRAS: tuple[tuple[str, Any], ...] = (
    ("intelligence_encoding_open", False), ("intelligence_encoding_level", 2), ("slice_encoding_open", True),
    ("layered_encoding_open", False), ("profile", 0), ("i_frame_interval", 25), ("jpeg_quality", 60),
    ("bit_rate_mode", 0), ("pic_quality", 1),
)  # fmt: skip


def _sdc(call: Call) -> Channel:
    channel = call.channel()
    if channel.device.is_gb or not channel.device.is_direct:
        raise RefusedError("IVM.20140008")
    channel.need_online()
    return channel


@operation("16.1", "GET", f"{DC}/security-key")
def key_state(call: Call) -> Any:
    """SET: none yet."""
    channel = _sdc(call)
    return {"security_key_state": "SET" if channel.device.security_key is None else "MODIFY"}


@operation("16.2", "PUT", f"{DC}/security-key", body=(
    text("current_security_key"), text("new_security_key", 8, 20, required=True, code="IVM.20140007"),
))  # fmt: skip
def set_key(call: Call) -> Any:
    """The first one needs no old one."""
    device = _sdc(call).device
    wanted = call.body["new_security_key"]
    if device.security_key is not None and call.body["current_security_key"] != device.security_key:
        raise RefusedError("IVM.20140006")
    if wanted == device.security_key:
        raise RefusedError("IVM.20140005")
    if not is_strong(wanted, 2):
        raise RefusedError("IVM.20140004")
    device.security_key = wanted
    return {"device_id": device.id, "channel_id": call.path["channel_id"]}


def _channel(call: Call) -> Channel:
    channel = call.channel()
    channel.need_holo()
    channel.need_managed()
    channel.need_online()
    return channel


def _streams(channel: Channel) -> list[str]:
    return [name for name in NAMES if name in channel.streams_left and name in SIZES]


def _resolution(size: str) -> dict[str, Any]:
    """Frame rates are text, as in the sample (L12007)."""
    large = size == "1920*1080"
    rate = {"support": True, "begin": 512 if large else 384, "end": 8192 if large else 4096, "default": 2048}
    return {"type": size, "frame_rate": RATES, "bit_rate": rate}


@operation("17.1", "GET", f"{DC}/stream-ability")
def ability(call: Call) -> Any:
    """What can be set."""
    channel = _channel(call)
    streams = [
        {
            "stream_type": NAMES.index(name),
            "encode_mode": [
                {"type": codec, "resolution": [_resolution(size) for size in SIZES[name]]} for codec in CODECS
            ],
        }
        for name in _streams(channel)
    ]
    return {
        "channel_no": 101,
        "abilities": [{"stream_count": len(streams), "max_frame_rate": 25, "stream_info": streams}],
        "support_crop": False,
        "support_eptz": False,
        "mirror_mode": {"support": True, "type": [0, 1, 2, 3]},
        "variable_bit_rate": {"support": True},
        "variable_frame": {"support": True},
        "digital_zoom_info": {"support": False, "max_zoom": 16},
        "roi_info": {"support": True, "roi_quality": {"begin": 1, "end": 10}},
        "vo_info": {"support": True, "param": {"channel_no": "101"}},
        "osd_info": {"support": True},
        "is_support_corridor_mode": True,
        "is_support_water_mark": False,
        "is_hide_sub_stream_for_main_mjpeg": False,
    }


def detail_of(channel: Channel) -> dict[str, Any]:
    """Return the settings, made when they are first asked for."""
    if not channel.stream_detail:
        channel.stream_detail = {
            "stream_num": len(_streams(channel)), "max_frame_rate": 25, "corridor_mode_open": False, "mirror_mode": 0,
            "variable_bit_rate_open": False, "variable_bit_rate": 2048, "variable_frame_rate_open": False,
            "variable_frame_rate": 25,
            "stream_info": [
                {
                    "stream_type": NAMES.index(name), "encode_type": "H.265" if name == NAMES[0] else "H.264",
                    "resolution": SIZES[name][0], "definition": DEFINITIONS[SIZES[name][0]], "frame_rate": 25,
                    "bit_rate_type": 1, "bit_rate": 2048, **dict(EXTRAS),
                }
                for name in _streams(channel)
            ],
        }  # fmt: skip
    return channel.stream_detail


@operation("17.2", "GET", f"{DC}/stream-detail")
def detail(call: Call) -> Any:
    """What is set."""
    return detail_of(_channel(call))


@operation("17.3", "POST", f"{DC}/stream-detail", body=(
    integer("stream_num", 1, 3, required=True), integer("max_frame_rate", 1, 60, required=True),
    truth("corridor_mode_open"), integer("mirror_mode", 0, 3), truth("variable_bit_rate_open"),
    integer("variable_bit_rate"), truth("variable_frame_rate_open"), integer("variable_frame_rate"),
    array("stream_info", 1, required=True, fields=(
        integer("stream_type", 0, 2, required=True), text("encode_type", required=True), text("resolution"),
        text("definition"), integer("frame_rate", 1, 60), integer("bit_rate_type", 0, 1),
        integer("bit_rate", 384, 16_384), truth("intelligence_encoding_open"),
        integer("intelligence_encoding_level", 1, 5), truth("slice_encoding_open"), truth("layered_encoding_open"),
        either("profile"), integer("i_frame_interval", 1, 500), integer("jpeg_quality", 1, 99),
        integer("bit_rate_mode"), integer("pic_quality"),
    )),
))  # fmt: skip
def set_detail(call: Call) -> Any:
    """Only H.264 and H.265 can be written; what is not sent stays."""
    channel = _channel(call)
    settings = detail_of(channel)
    rows = {row["stream_type"]: row for row in settings["stream_info"]}
    for sent in call.body["stream_info"]:
        if sent["encode_type"] not in CODECS:
            raise RefusedError("IVM.20150003")
        if sent["stream_type"] not in rows:
            raise RefusedError("IVM.20150002")
        rows[sent["stream_type"]] |= {key: value for key, value in sent.items() if value is not None}
    settings |= {key: value for key, value in call.body.items() if value is not None and key != "stream_info"}
    return {"device_id": channel.device.id, "channel_id": channel.id}
