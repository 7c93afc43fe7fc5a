"""Paths of streams that were handed out: they say nothing of the camera, and end after a while."""

from collections.abc import Callable
from dataclasses import dataclass
import random
import string
import time

from simulators.video import VideoSpec

LETTERS = string.ascii_uppercase + string.digits
PREFIX = "/EUrl/"


@dataclass(frozen=True, slots=True)
class LivePath:
    """What a path shows, and until when it can be opened (seconds of a monotonic clock)."""

    caption: str
    hue: int
    width: int
    end: float


class LivePaths:
    """All paths that can still be opened."""

    def __init__(self, source: random.Random, clock: Callable[[], float] = time.monotonic) -> None:
        """`source` makes the tokens."""
        self._random = source
        self._clock = clock
        self._paths: dict[str, LivePath] = {}

    def add(self, caption: str, hue: int, width: int, seconds: float) -> str:
        """Hand out a path for some seconds."""
        now = self._clock()
        self._paths = {path: live for path, live in self._paths.items() if live.end > now}
        path = PREFIX + "".join(self._random.choices(LETTERS, k=7))
        self._paths[path] = LivePath(caption, hue, width, now + seconds)
        return path

    def expire(self) -> None:
        """End all of them."""
        self._paths.clear()

    def stream(self, path: str) -> VideoSpec | None:
        """Tell the RTSP server what a path shows; None when it has ended or never was."""
        live = self._paths.get(path)
        if live is None or live.end <= self._clock():
            return None
        return VideoSpec(live.caption, live.hue, live.width, live.width * 9 // 16)
