"""Real JPEG pictures, different for every channel and second."""

from collections.abc import Callable
import colorsys
from datetime import datetime
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from .profiles import channel_name

type PictureSource = Callable[[int, int, datetime], bytes]
"""JPEG of a channel's stream at a moment: `(channel, stream number, moment)`."""

SIZES = {1: (1280, 720), 2: (640, 360)}


@lru_cache(maxsize=256)
def _draw(channel: int, stream: int, clock: str, second: int) -> bytes:
    """Draw and encode one picture."""
    width, height = SIZES.get(stream, SIZES[2])
    hue = (channel * 0.381966) % 1.0
    red, green, blue = (int(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.55, 0.55))
    image = Image.new("RGB", (width, height), (red, green, blue))
    draw = ImageDraw.Draw(image)
    block = height // 6
    left = (second * width // 60) % max(width - block, 1)
    draw.rectangle((left, height // 2, left + block, height // 2 + block), fill=(255 - red, 255 - green, 255 - blue))
    draw.text((20, 16), clock, fill="white", font_size=height // 14)
    draw.text((20, height - height // 9), channel_name(channel), fill="white", font_size=height // 12)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def draw_picture(channel: int, stream: int, moment: datetime) -> bytes:
    """Coloured ground by channel, its name, a running clock and a block that moves; drawn once per second."""
    return _draw(channel, stream, moment.strftime("%Y-%m-%d %H:%M:%S"), moment.second)
