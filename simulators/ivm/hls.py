"""Playable HLS: MPEG-TS segments made of a loop of pictures, and the lists of them (RFC 8216)."""

from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from math import ceil

import av

from simulators.video import TICKS_PER_SECOND, VideoLoop, VideoSpec, encode

SEGMENT_SECONDS = 2
WINDOW = 4
"""Segments in the list of a live stream."""
FIRST_TICKS = TICKS_PER_SECOND
TICK_RANGE = 1 << 33
WIDTHS = {"PRIMARY_STREAM": (640, 360), "SECONDARY_STREAM_1": (320, 180), "SECONDARY_STREAM_2": (160, 90)}
START_CODE = b"\x00\x00\x00\x01"
DELIMITER = b"\x09\xf0"


def spec_of(caption: str, hue: int, stream_type: str) -> VideoSpec:
    """Return what a stream shows."""
    width, height = WIDTHS[stream_type]
    return VideoSpec(caption, hue, width, height)


@lru_cache(maxsize=256)
def segment(spec: VideoSpec, number: int) -> bytes:
    """Return one segment; times go on from one to the next. Call it in a thread."""
    loop = encode(spec)
    per_segment = SEGMENT_SECONDS * spec.frames_per_second
    sink = BytesIO()
    options = {"mpegts_flags": "resend_headers+initial_discontinuity"}
    with av.open(sink, "w", format="mpegts", options=options) as container:
        stream = container.add_mux_stream("h264", rate=spec.frames_per_second, width=spec.width, height=spec.height)
        for place in range(number * per_segment, (number + 1) * per_segment):
            packet = av.Packet(_access_unit(loop, spec, place))
            packet.stream = stream
            packet.time_base = Fraction(1, TICKS_PER_SECOND)
            packet.pts = packet.dts = (FIRST_TICKS + place * loop.ticks_per_frame) % TICK_RANGE
            packet.duration = loop.ticks_per_frame
            packet.is_keyframe = place % spec.frames_per_second == 0
            container.mux(packet)
    return sink.getvalue()


def _access_unit(loop: VideoLoop, spec: VideoSpec, place: int) -> bytes:
    """Return a picture as a byte stream, with parameters before each key frame."""
    units = [DELIMITER]
    if place % spec.frames_per_second == 0:
        units += [loop.sequence_parameters, loop.picture_parameters]
    units += loop.frames[place % len(loop.frames)]
    return b"".join(START_CODE + unit for unit in units)


def live_list(first: int, query: str) -> str:
    """Return the list of a live stream from its first segment on."""
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}", f"#EXT-X-MEDIA-SEQUENCE:{first}",
    ]  # fmt: skip
    for number in range(first, first + WINDOW):
        lines += [f"#EXTINF:{SEGMENT_SECONDS:.3f},", f"{number}.ts?{query}"]
    return "\n".join(lines) + "\n"


def recorded_list(seconds: float, query: str) -> str:
    """Return the list of a recording."""
    count = max(1, ceil(seconds / SEGMENT_SECONDS))
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-PLAYLIST-TYPE:VOD", f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]  # fmt: skip
    for number in range(count):
        lines += [f"#EXTINF:{SEGMENT_SECONDS:.3f},", f"{number}.ts?{query}"]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"
