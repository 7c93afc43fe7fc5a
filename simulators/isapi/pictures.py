"""Real JPEG pictures, different for every channel and second."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from simulators.video import VideoSpec, jpeg

from .profiles import channel_name

type PictureSource = Callable[[int, int, datetime], bytes]
"""JPEG of a channel's stream at a moment: `(channel, stream number, moment)`."""

SIZES = {1: (1280, 720), 2: (640, 360)}


def channel_hue(channel: int) -> int:
    """Colour of a channel in degrees; neighbours differ well."""
    return channel * 137 % 360


@lru_cache(maxsize=256)
def _draw(channel: int, stream: int, clock: str, second: int) -> bytes:
    """Draw and encode one picture."""
    width, height = SIZES.get(stream, SIZES[2])
    spec = VideoSpec(channel_name(channel), channel_hue(channel), width, height, seconds=60)
    return jpeg(spec, second, clock)


def draw_picture(channel: int, stream: int, moment: datetime) -> bytes:
    """Coloured ground by channel, its name, a running clock and a block that moves; drawn once per second."""
    return _draw(channel, stream, moment.strftime("%Y-%m-%d %H:%M:%S"), moment.second)
