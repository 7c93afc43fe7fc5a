"""Still pictures cut out of a live stream where Home Assistant cannot cut them itself.

Its own way needs a JPEG library of the operating system, which an installation in a plain Python environment lacks.
"""

from io import BytesIO
import logging

import av

_LOGGER = logging.getLogger(__name__)

OPEN_SECONDS = 5.0
READ_SECONDS = 4.0
QUALITY = 85
"""JPEG quality in percent."""
FORM = "RGB"


def first_picture(address: str, width: int | None = None, height: int | None = None) -> bytes | None:
    """Return the first picture of a stream as JPEG, or None if it shows none in time. Blocks: run it in a thread.

    `width` and `height` in pixels: the picture is made to fit, never larger. The address is a secret and not logged.
    """
    try:
        with av.open(address, options={"rtsp_transport": "tcp"}, timeout=(OPEN_SECONDS, READ_SECONDS)) as container:
            frame = next(container.decode(video=0), None)
            if frame is None:
                return None
            picture = frame.to_image()  # type: ignore[no-untyped-call]
    except (av.FFmpegError, IndexError, ValueError) as error:
        _LOGGER.debug("No picture can be cut out of a stream: %s", type(error).__name__)
        return None
    if width or height:
        picture.thumbnail((width or picture.width, height or picture.height))
    content = BytesIO()
    picture.convert(FORM).save(content, "JPEG", quality=QUALITY)
    return content.getvalue()
