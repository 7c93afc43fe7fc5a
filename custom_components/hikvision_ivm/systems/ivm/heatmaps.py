"""Heat maps: where and when people were, as pictures (ivm §3.16).

Of places the cloud tells a byte for each, which becomes a colour of its appendix: nothing where nobody was, then blue,
cyan, green, yellow, red. Such maps are small, so that they are enlarged. Of hours it tells how many people there were,
which becomes a bar for each, in the same colours; the tallest one is red.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageDraw

from ..errors import ProtocolError, UnsupportedError
from ..kinds import Kind
from ..model import Feature, ImageFeature, Occurrence, Phase, Picture, Report
from ..transport.json import Fields, as_number
from .codes import NoDataError
from .context import Context
from .records import ChannelAddress
from .times import format_time, zone_of

PERIOD: Final = "DAY"
PNG: Final = "image/png"
LARGEST: Final = 4096 * 4096
"""Places of a map."""
WIDTH: Final = 640
"""Pixels to which a smaller map is enlarged, in whole steps."""
BOUNDS: Final = (
    12, 24, 35, 47, 58, 70, 82, 93, 105, 116, 128, 140, 151, 163, 174, 186, 198, 209, 221, 232, 244, 256,
)  # fmt: skip
"""Upper bounds of the classes; a value belongs to the first one that is larger."""
COLOURS: Final = (
    (0, 0, 0), (0, 0, 255), (0, 51, 255), (0, 102, 255), (0, 153, 255), (0, 204, 255), (0, 255, 255), (0, 255, 204),
    (0, 255, 153), (0, 255, 102), (0, 255, 51), (0, 255, 0), (51, 255, 0), (102, 255, 0), (153, 255, 0), (204, 255, 0),
    (255, 255, 0), (255, 255, 204), (255, 255, 153), (255, 102, 0), (255, 51, 0), (255, 0, 0),
)  # fmt: skip
"""Red, green and blue of each class; the first one is transparent."""
CLASSES: Final = bytes(next(place for place, bound in enumerate(BOUNDS) if value < bound) for value in range(256))
"""Value → class."""
HEIGHT: Final = 240
"""Pixels of the tallest bar."""
LABEL_HEIGHT: Final = 16
GREY: Final = (128, 128, 128)
"""Of labels: readable on light and dark ground, for the ground is transparent."""
MOST_BARS: Final = 31
_GAP: Final = 4
_LABEL_EVERY: Final = 3


class HeatMaps:
    """The heat maps of all channels."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._context = context

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Return a map of today; None if there is none yet. Raises `SystemFailure`."""
        address = feature.address
        if (map_ := MAPS.get(feature.kind)) is None or not isinstance(address, ChannelAddress):
            raise UnsupportedError(function=feature.kind)
        path, drawing = map_
        now = self._context.runtime.now()
        query = {
            "device_id": address.device,
            "channel_id": address.channel,
            "type": PERIOD,
            "start_time": format_time(now, zone_of(self._context.options, self._context.runtime)),
        }
        try:
            answer = await self._context.client.call("GET", path, query=query)
        except NoDataError:
            return None
        if (draws := drawing(answer)) is None:
            return None
        # Drawing takes a while for a large one.
        return Picture(content=await asyncio.to_thread(draws), content_type=PNG, taken=now)

    async def renew(self, feature: Feature) -> Report:
        """Tell that there is another map, which is fetched when somebody looks."""
        address = feature.address
        channel = address.channel if isinstance(address, ChannelAddress) else None
        occurrence = Occurrence(
            device_id=feature.device_id,
            kind=feature.kind,
            phase=Phase.PULSE,
            code=feature.kind.value,
            received=self._context.runtime.now(),
            features=(feature.id,),
            channel=channel,
        )
        return Report(occurrences=(occurrence,))


type Drawing = Callable[[], bytes]
"""Draws, outside the event loop."""


def places(answer: Fields) -> Drawing | None:
    """Return what draws a map of places; None if there is none. Raises `ProtocolError`."""
    width, height, text = answer.integer("width"), answer.integer("height"), answer.text("rawbase64")
    if text is None:
        return None
    try:
        values = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(reason="the heat map is no base64") from error
    if not width or not height or min(width, height) < 0 or width * height > LARGEST:
        raise ProtocolError(reason="the heat map has no size")
    if len(values) < width * height:
        raise ProtocolError(reason="the heat map is cut off")
    return lambda: draw(width, height, values[: width * height])


def hours(answer: Fields) -> Drawing | None:
    """Return what draws the hours of a day; None if nothing is told. Raises `ProtocolError`."""
    rows = answer.get("data")
    if not isinstance(rows, (list, tuple)) or not rows:
        return None
    numbers = [as_number(row) for row in rows]
    if len(numbers) > MOST_BARS or None in numbers:
        raise ProtocolError(reason="the heat map holds no numbers of hours")
    counts = [max(0.0, number) for number in numbers if number is not None]
    return lambda: draw_bars(counts)


MAPS: Final[Mapping[Kind, tuple[str, Callable[[Fields], Drawing | None]]]] = MappingProxyType(
    {Kind.HEAT_MAP: ("space-heatmap", places), Kind.HOURLY_HEAT_MAP: ("time-heatmap", hours)}
)
"""Kind → what is asked for, and what draws the answer."""
KINDS: Final = frozenset(MAPS)


def draw(width: int, height: int, values: bytes) -> bytes:
    """Return a map as PNG: `values`, from the upper left, are turned into the colours of their classes."""
    picture = Image.frombytes("P", (width, height), values.translate(CLASSES))
    picture.putpalette([part for colour in COLOURS for part in colour])
    if (times := WIDTH // width) > 1:
        picture = picture.resize((width * times, height * times), Image.Resampling.NEAREST)
    file = BytesIO()
    picture.save(file, "PNG", transparency=0)
    return file.getvalue()


def draw_bars(counts: Sequence[float]) -> bytes:
    """Return a bar for each count as PNG, with every third one numbered from 0 on."""
    step, most = WIDTH // len(counts), max(counts)
    picture = Image.new("RGBA", (step * len(counts), HEIGHT + LABEL_HEIGHT))
    pen = ImageDraw.Draw(picture)
    for place, count in enumerate(counts):
        left, share = place * step, count / most if most else 0.0
        if top := round(share * HEIGHT):
            colour = COLOURS[max(1, CLASSES[int(share * 255)])]
            pen.rectangle((left, HEIGHT - top, left + step - _GAP, HEIGHT - 1), fill=colour)
        if place % _LABEL_EVERY == 0:
            pen.text((left, HEIGHT + 2), str(place), fill=GREY)
    pen.line((0, HEIGHT, picture.width, HEIGHT), fill=GREY)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
