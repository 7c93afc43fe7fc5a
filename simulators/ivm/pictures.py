"""Pictures of snapshots, alarms and data, drawn when they are asked for (ivm §3.13 and §3.15)."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
import random
import re
from typing import TYPE_CHECKING

from aiohttp import web
import orjson

from simulators.video import VideoSpec, jpeg

from .errors import RefusedError
from .times import stamp

if TYPE_CHECKING:
    from .simulator import IvmSimulator

KEPT = 10_000
URL_LIFE = timedelta(minutes=5)
KEPT_FOR = timedelta(days=7)
STATIC = re.compile(r"/v1/holo/([A-Za-z0-9._-]+)/static")
SECRET = re.compile(r"/v1/holo/([a-f0-9]+)\.jav")


@dataclass(slots=True)
class Picture:
    """A picture in the store."""

    caption: str
    hue: int
    taken: datetime
    failed: bool = False
    """The address was given before the picture was taken, and nothing came (L7331)."""
    data: bytes | None = None

    def jpeg(self) -> bytes:
        """Return the bytes."""
        if self.data is None:
            self.data = jpeg(VideoSpec(self.caption, self.hue, 640, 360), self.taken.second % 4, stamp(self.taken))
        return self.data


@dataclass(slots=True)
class Link:
    """An address of a picture that lives for five minutes."""

    picture: Picture
    secret: str
    expires: datetime


class Pictures:
    """Keeps pictures and serves them."""

    def __init__(self, cloud: IvmSimulator, chance: random.Random) -> None:
        """`chance` makes names."""
        self._cloud = cloud
        self._chance = chance
        self.of_alarms: dict[str, Picture] = {}
        """By alarm uuid."""
        self.of_data: dict[str, Picture] = {}
        """By data id."""
        self._named: dict[str, Link] = {}
        self._numbers = count(200)

    def keep(self, store: dict[str, Picture], key: str, caption: str, *, data: bytes | None = None) -> Picture:
        """Put a picture into a store."""
        picture = Picture(caption, len(store) * 53 % 360, self._cloud.now(), data=data)
        store[key] = picture
        while len(store) > KEPT:
            del store[next(iter(store))]
        return picture

    def static_url(self, picture: Picture, name: str = "", *, life: timedelta = URL_LIFE) -> str:
        """Return an address that wants the token, printed with http even if that is wrong (L7396)."""
        name = f"{name}_{next(self._numbers)}" if name else f"{self._chance.getrandbits(128):032x}.jpg"
        self._remember(name, Link(picture, "", self._cloud.now() + life))
        return f"http://{self._cloud.host}:{self._cloud.port}/v1/holo/{name}/static"

    def secret_url(self, picture: Picture) -> str:
        """Return an address with a secret in it, as those of alarms have it."""
        name, secret = f"{self._chance.getrandbits(128):032x}", f"{self._chance.getrandbits(128):032x}"
        expires = self._cloud.now() + URL_LIFE
        self._remember(name, Link(picture, secret, expires))
        epoch = int(expires.timestamp())
        return f"{self._cloud.url}/v1/holo/{name}.jav?secret={secret}&type=0&expire={epoch}&extend=0"

    def _remember(self, name: str, link: Link) -> None:
        self._named[name] = link
        while len(self._named) > KEPT:
            del self._named[next(iter(self._named))]

    def serve(self, path: str, query: Mapping[str, str], token: str) -> web.Response | None:
        """Answer a request for a picture; None for another path. Raises RefusedError."""
        if (match := SECRET.fullmatch(path)) is not None:
            link = self._named.get(match[1])
            if link is None or query.get("secret") != link.secret:
                return web.Response(status=403, text="Forbidden")
            if link.expires <= self._cloud.now():
                return web.Response(status=403, text="Forbidden")
            # The extension says nothing, so the type does not either.
            return web.Response(body=link.picture.jpeg(), content_type="application/octet-stream")
        if (match := STATIC.fullmatch(path)) is None:
            return None
        if (code := self._cloud.tokens.judge(token)) is not None:
            raise RefusedError(code)
        link = self._named.get(match[1])
        if link is None or link.picture.failed or link.expires <= self._cloud.now():
            return web.Response(status=404, text="Not Found")
        if self._cloud.picture_form == "binary":
            return web.Response(body=link.picture.jpeg(), content_type="image/jpeg")
        body = orjson.dumps({"pic_data": b64encode(link.picture.jpeg()).decode()})
        return web.Response(body=body, content_type="application/json")
