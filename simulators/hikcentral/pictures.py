"""Pictures of events, drawn when they are asked for."""

from dataclasses import dataclass
from itertools import count
import random
from typing import Literal

from simulators.video import VideoSpec, jpeg

type PictureKind = Literal["event", "access", "vehicle", "face", "server", "device", "path", "person", "visitor"]
KEPT_PICTURES = 10_000
FORMS: dict[PictureKind, str] = {
    "event": "{token:032X}F",
    "access": "{token:032X}F",
    "vehicle": "/pic?=d7{token:020x}*73a-d5108a--22cd0c9d6592aiid={number}",
    "face": "Vsm://PHQG#{number}#{token:016x}",
    "server": "Server://{number}/{token:016x}",
    "device": "Dev://picture/Streaming/tracks/303/?name={number}&size=405812&DEVICE=26&TYPE=0&VSM=0",
    "person": "{token:032X}F",
    "visitor": "/visitor/{token:032x}.jpg",
    "path": "/ngx/proxy?i={token:032x}",
}
"""How the address of a picture looks, by where it is kept (L1773, L8268, L10651, L13281)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes that were given, or what is to be drawn."""

    data: bytes | None
    caption: str
    hue: int
    clock: str


class PictureStore:
    """The newest pictures by their address."""

    def __init__(self, source: random.Random) -> None:
        """`source` makes the addresses."""
        self._random = source
        self._numbers = count(1)
        self._pictures: dict[str, Picture] = {}

    def add(
        self, kind: PictureKind, caption: str = "", *, data: bytes | None = None, hue: int | None = None,
        clock: str = "",
    ) -> str:  # fmt: skip
        """Keep a picture, a drawn one unless `data` is given; return its address."""
        number = next(self._numbers)
        uri = FORMS[kind].format(token=self._random.getrandbits(64), number=number)
        self.keep(uri, caption, data=data, hue=number * 47 % 360 if hue is None else hue, clock=clock)
        return uri

    def keep(self, uri: str, caption: str = "", *, data: bytes | None = None, hue: int = 0, clock: str = "") -> None:
        """Keep a picture under an address that somebody else made."""
        self._pictures[uri] = Picture(data, caption, hue, clock)
        while len(self._pictures) > KEPT_PICTURES:
            del self._pictures[next(iter(self._pictures))]

    def read(self, uri: str) -> bytes | None:
        """Return the JPEG (or what was given); None for an address nobody knows."""
        picture = self._pictures.get(uri.strip())
        if picture is None:
            return None
        if picture.data is not None:
            return picture.data
        return jpeg(VideoSpec(picture.caption, picture.hue, 640, 360), len(uri) % 4, picture.clock)
