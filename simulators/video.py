"""Short H.264 loops for the simulated streams: encoded once per stream, on demand, away from the event loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

START_CODE = b"\x00\x00\x01"
TICKS_PER_SECOND = 90_000
"""Clock of an RTP video stream (RFC 6184)."""


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """What a stream shows: a caption, a colour of its own (`hue` in degrees), its size in pixels and its rate."""

    caption: str
    hue: int = 0
    width: int = 640
    height: int = 360
    frames_per_second: int = 10
    seconds: int = 4


@dataclass(frozen=True, slots=True)
class VideoLoop:
    """Encoded pictures: `frames` holds the NAL units of each, without start codes; the first is a key frame."""

    frames: tuple[tuple[bytes, ...], ...]
    sequence_parameters: bytes
    picture_parameters: bytes
    ticks_per_frame: int


def draw(spec: VideoSpec, moment: float, clock: str) -> Image.Image:
    """Paint one picture: a coloured ground, the caption, a clock, and a block whose place follows `moment` (seconds)."""
    image = Image.new("HSV", (spec.width, spec.height), (spec.hue % 360 * 255 // 360, 120, 150)).convert("RGB")
    brush = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(12, spec.height // 12))
    brush.text((spec.width // 40, spec.height // 40), spec.caption, fill="white", font=font)
    brush.text((spec.width // 40, spec.height - spec.height // 8), clock, fill="white", font=font)
    side = spec.height // 6
    left = int((spec.width - side) * (moment % spec.seconds) / spec.seconds)
    top = spec.height // 2 - side // 2
    brush.rectangle((left, top, left + side, top + side), fill="white", outline="black")
    return image


def jpeg(spec: VideoSpec, moment: float, clock: str, quality: int = 80) -> bytes:
    """Return one picture as JPEG."""
    target = BytesIO()
    draw(spec, moment, clock).save(target, "JPEG", quality=quality)
    return target.getvalue()


@lru_cache(maxsize=32)
def encode(spec: VideoSpec) -> VideoLoop:
    """Encode the loop of a stream. Takes some tenths of a second: call it in a thread."""
    sink = BytesIO()
    with av.open(sink, "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=spec.frames_per_second)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
        stream.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "g": str(spec.frames_per_second),
            "x264-params": "slices=1:sliced-threads=0:aud=1",
        }
        for number in range(spec.frames_per_second * spec.seconds):
            moment = number / spec.frames_per_second
            picture = np.asarray(draw(spec, moment, f"{moment:04.1f} s"))
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return _loop(sink.getvalue(), TICKS_PER_SECOND // spec.frames_per_second)


def _loop(annex_b: bytes, ticks_per_frame: int) -> VideoLoop:
    """Cut a byte stream into pictures at its access unit delimiters."""
    frames: list[list[bytes]] = []
    parameters: dict[int, bytes] = {}
    for unit in _nal_units(annex_b):
        kind = unit[0] & 0x1F
        if kind == 9:
            frames.append([])
        elif kind in (7, 8):
            parameters[kind] = unit
        else:
            frames[-1].append(unit)
    return VideoLoop(tuple(tuple(frame) for frame in frames), parameters[7], parameters[8], ticks_per_frame)


def _nal_units(annex_b: bytes) -> Iterator[bytes]:
    """Yield the NAL units between the start codes of a byte stream."""
    start = annex_b.find(START_CODE)
    while start >= 0:
        following = annex_b.find(START_CODE, start + 3)
        unit = annex_b[start + 3 : following if following >= 0 else len(annex_b)].rstrip(b"\x00")
        if unit:
            yield unit
        start = following
