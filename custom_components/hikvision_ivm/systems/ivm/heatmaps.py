"""Heat maps: where people were, as a picture (ivm §3.16).

The cloud tells a byte for each place, which becomes a colour of its appendix: nothing where nobody was, then blue, cyan,
green, yellow, red. Maps are small, so that they are enlarged.
"""

import asyncio
import base64
import binascii
from io import BytesIO
from typing import Final

from PIL import Image

from ..errors import ProtocolError, UnsupportedError
from ..kinds import Kind
from ..model import Feature, ImageFeature, Occurrence, Phase, Picture, Report
from .codes import NoDataError
from .context import Context
from .records import ChannelAddress
from .times import format_time, zone_of

PATH: Final = "space-heatmap"
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


class HeatMaps:
    """The heat maps of all channels."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._context = context

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Return the map of today; None if there is none yet. Raises `SystemFailure`."""
        address = feature.address
        if feature.kind is not Kind.HEAT_MAP or not isinstance(address, ChannelAddress):
            raise UnsupportedError(function=feature.kind)
        now = self._context.runtime.now()
        query = {
            "device_id": address.device,
            "channel_id": address.channel,
            "type": PERIOD,
            "start_time": format_time(now, zone_of(self._context.options, self._context.runtime)),
        }
        try:
            answer = await self._context.client.call("GET", PATH, query=query)
        except NoDataError:
            return None
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
        # Drawing takes a while for a large one.
        content = await asyncio.to_thread(draw, width, height, values[: width * height])
        return Picture(content=content, content_type=PNG, taken=now)

    async def renew(self, feature: Feature) -> Report:
        """Tell that there is another map, which is fetched when somebody looks."""
        address = feature.address
        channel = address.channel if isinstance(address, ChannelAddress) else None
        occurrence = Occurrence(
            device_id=feature.device_id,
            kind=Kind.HEAT_MAP,
            phase=Phase.PULSE,
            code="heat_map",
            received=self._context.runtime.now(),
            features=(feature.id,),
            channel=channel,
        )
        return Report(occurrences=(occurrence,))


def draw(width: int, height: int, values: bytes) -> bytes:
    """Return a map as PNG: `values`, from the upper left, are turned into the colours of their classes."""
    picture = Image.frombytes("P", (width, height), values.translate(CLASSES))
    picture.putpalette([part for colour in COLOURS for part in colour])
    if (times := WIDTH // width) > 1:
        picture = picture.resize((width * times, height * times), Image.Resampling.NEAREST)
    file = BytesIO()
    picture.save(file, "PNG", transparency=0)
    return file.getvalue()
