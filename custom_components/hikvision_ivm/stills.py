"""Still pictures cut out of video: of a live stream where Home Assistant cannot cut them itself, and of a recorded clip.

Its own way needs a JPEG library of the operating system, which an installation in a plain Python environment lacks.
"""

from io import BytesIO
import logging
from typing import Final

import av
from av.container import InputContainer

_LOGGER = logging.getLogger(__name__)

OPEN_SECONDS = 5.0
READ_SECONDS = 4.0
QUALITY = 85
"""JPEG quality in percent."""
FORM = "RGB"
MOST_PIXELS: Final = 64_000_000
"""A clip of larger pictures is not decoded: none of these systems makes one."""
WIDEST: Final = 1920
HIGHEST: Final = 1080
"""Bounds of a still of a clip, in pixels."""

_FAILURES: Final = (av.FFmpegError, IndexError, ValueError)
_MARKS: Final = (
    (4, b"ftyp", "mp4"),
    (4, b"moov", "mp4"),
    (4, b"mdat", "mp4"),
    (4, b"free", "mp4"),
    (4, b"wide", "mp4"),
    (8, b"AVI ", "avi"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
)
"""Place and bytes by which a container is known, and its name. Nothing else is read: some forms of "video" are lists of
addresses, which whoever opens them would fetch."""


def first_picture(address: str, width: int | None = None, height: int | None = None) -> bytes | None:
    """Return the first picture of a stream as JPEG, or None if it shows none in time. Blocks: run it in a thread.

    `width` and `height` in pixels: the picture is made to fit, never larger. The address is a secret and not logged.
    """
    try:
        with av.open(address, options={"rtsp_transport": "tcp"}, timeout=(OPEN_SECONDS, READ_SECONDS)) as container:
            return _first(container, width, height)
    except _FAILURES as error:
        _LOGGER.debug("No picture can be cut out of a stream: %s", type(error).__name__)
        return None


def still_of(clip: bytes) -> bytes | None:
    """Return the first picture of a recorded clip as JPEG, or None if it shows none. Blocks: run it in a thread."""
    form = next((name for place, mark, name in _MARKS if clip[place : place + len(mark)] == mark), None)
    if form is None:
        _LOGGER.debug("No picture can be cut out of a clip: its form is not known")
        return None
    try:
        with av.open(BytesIO(clip), "r", format=form) as container:
            video = container.streams.video[0]
            if video.width * video.height > MOST_PIXELS:
                _LOGGER.debug("No picture is cut out of a clip of %s by %s pixels", video.width, video.height)
                return None
            return _first(container, WIDEST, HIGHEST)
    except _FAILURES as error:
        _LOGGER.debug("No picture can be cut out of a clip: %s", type(error).__name__)
        return None


def _first(container: InputContainer, width: int | None, height: int | None) -> bytes | None:
    """Return the first picture of an opened video as JPEG."""
    frame = next(container.decode(video=0), None)
    if frame is None:
        return None
    picture = frame.to_image()  # type: ignore[no-untyped-call]
    if width or height:
        picture.thumbnail((width or picture.width, height or picture.height))
    content = BytesIO()
    picture.convert(FORM).save(content, "JPEG", quality=QUALITY)
    return content.getvalue()
