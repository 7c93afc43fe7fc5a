"""Verification pictures and clips, drawn when they are asked for: JPEG, and H.264 in MP4 or AVI (ip-receiver §3.1)."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import count
from typing import Literal

import av
import numpy as np

from simulators.video import VideoSpec, draw, jpeg

type Kind = Literal["jpeg", "mp4", "avi"]
CONTENT_TYPES = {"jpeg": "image/jpeg", "mp4": "video/mp4", "avi": "video/x-msvideo"}
SUFFIXES = {"jpeg": "jpg", "mp4": "mp4", "avi": "avi"}
VIDEO_FORMATS: dict[int, Kind] = {1: "avi", 2: "mp4"}
"""isVideo (L1449-1451)."""
KEPT = 10_000


@dataclass(slots=True)
class Item:
    """Something to be downloaded. `early` is how often it is asked for in vain before it is there."""

    kind: Kind
    caption: str
    hue: int
    data: bytes | None = None
    early: int = 0
    content_type: str | None = None
    downloads: int = 0


class MediaStore:
    """The newest pictures and clips by their path."""

    def __init__(self) -> None:
        """Nothing is there yet."""
        self.items: dict[str, Item] = {}
        self.early = 0
        """For what is made from now on: requests in vain."""
        self.prefix = "/"
        """What addresses begin with from now on: a slash, nothing, or another host's address (ip-receiver E1)."""
        self._numbers = count(1)

    def picture(self, caption: str = "", *, data: bytes | None = None) -> str:
        """Keep a picture; return its address."""
        return self.add("jpeg", caption, data=data)

    def clip(self, caption: str = "", kind: Kind = "mp4") -> str:
        """Keep a clip of two seconds; return its address."""
        return self.add(kind, caption)

    def add(self, kind: Kind, caption: str = "", *, data: bytes | None = None, content_type: str | None = None) -> str:
        """Keep anything; `data` instead of what would be drawn. Return its address as events print it."""
        number = next(self._numbers)
        path = f"/video/{number:06d}.{SUFFIXES[kind]}"
        self.items[path] = Item(kind, caption, number * 47 % 360, data, self.early, content_type)
        while len(self.items) > KEPT:
            del self.items[next(iter(self.items))]
        return self.prefix + path.removeprefix("/")


def content(item: Item) -> bytes:
    """Make what is downloaded. A clip takes some tenths of a second the first time: call it in a thread."""
    if item.data is not None:
        return item.data
    spec = VideoSpec(item.caption, item.hue, 320, 240, 5, 2)
    if item.kind == "jpeg":
        return jpeg(VideoSpec(item.caption, item.hue, 640, 360), 1.0, "")
    return film(spec, item.kind)


@lru_cache(maxsize=32)
def film(spec: VideoSpec, kind: Literal["mp4", "avi"]) -> bytes:
    """Encode a clip that can be played."""
    sink = BytesIO()
    with av.open(sink, "w", format=kind) as container:
        stream = container.add_stream("libx264", rate=spec.frames_per_second)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
        stream.options = {"preset": "ultrafast", "profile": "baseline"}
        for number in range(spec.frames_per_second * spec.seconds):
            moment = number / spec.frames_per_second
            picture = np.asarray(draw(spec, moment, f"{moment:04.1f} s"))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return sink.getvalue()
