"""Pictures and clips by which an alarm is verified: fetched at once, kept in memory (ip-receiver §3.1, §4.4, §7).

A message may name a clip before the receiver has it, and nobody knows for how long it stays there. So it is fetched as
soon as it is named and asked for again a few times. Only administrators may load it: an account that may not is told of
once, and nothing is asked for then. An address is a secret and goes nowhere but to the receiver.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import logging
from typing import Any, Final

from ..background import Background
from ..base import Runtime, Sink
from ..errors import (
    AuthenticationError,
    BodyTooLargeError,
    InsufficientRightsError,
    InvalidArgumentError,
    NotFoundError,
    SystemFailure,
)
from ..model import ImageFeature, Occurrence, Phase, Picture, Problem, Report
from ..picture_store import LIMIT_BYTES, Pictures
from .alerts import Link
from .client import ReceiverClient

_LOGGER = logging.getLogger(__name__)

ACTION: Final = "download_verification_media"
TOPIC: Final = "media"
"""Topic of the problem that the account may not load pictures."""
DENIED: Final = "media_denied"
RETRIES: Final = (2.0, 5.0, 15.0)
"""Pauses in seconds before something is asked for that was not there."""
DENIED_SECONDS: Final = 3600.0
"""For so long nothing is asked for after a refusal; the account may get the right meanwhile."""
AT_ONCE: Final = 2
MOST_WAITING: Final = 64
"""Messages whose pictures are being waited for; further ones are counted only."""
MOST_EVENTS: Final = 500
"""Events of which it is known where their pictures lie."""
MOST_ASKED: Final = 500
FETCHED: Final = "picture_fetched"
"""The detail `status` of an occurrence that only brings the picture of one that was told before."""
UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(slots=True)
class _Wish:
    """The pictures of one message. `number` counts messages; `still`: a picture was shown, no clip replaces it."""

    links: tuple[Link, ...]
    uuid: str | None
    occurrence: Occurrence
    sink: Sink
    number: int
    still: bool = False


class Media:
    """Fetches and keeps. `counts`: `expected`, `fetched`, `again`, `absent`, `failed`, `denied`, `dropped`, `unknown`.

    `background`: where it works. `denied`: the account may not load anything.
    """

    def __init__(
        self, client: ReceiverClient, runtime: Runtime, background: Background, *, limit: int = LIMIT_BYTES
    ) -> None:
        """`limit`: bytes of what is kept for images, and of what is kept by UUID. Does no I/O."""
        self.background = background
        self.counts: Counter[str] = Counter()
        self._client = client
        self._runtime = runtime
        self._pictures = Pictures(limit)
        self._held = Pictures(limit)
        self._links: dict[str, tuple[Link, ...]] = {}
        self._asked: dict[str, None] = {}
        self._shown: dict[str, int] = {}
        self._waiting = 0
        self._number = 0
        self._denied_at = float("-inf")
        self._gate = asyncio.Semaphore(AT_ONCE)

    @property
    def denied(self) -> bool:
        """Whether nothing is asked for, because the account may not."""
        return self._runtime.monotonic() - self._denied_at < DENIED_SECONDS

    def expect(self, links: Sequence[Link], uuid: str | None, occurrence: Occurrence, sink: Sink) -> None:
        """Fetch what a message names, and show it on the images in `occurrence.features`. Costs nothing here."""
        if uuid is not None:
            self._remember(uuid, tuple(links))
        new = tuple(link for link in links if link.url not in self._asked)
        if not new:
            return
        self.counts["expected"] += 1
        if self.denied:
            self.counts["denied"] += 1
            return
        if self._waiting >= MOST_WAITING:
            self.counts["dropped"] += 1
            return
        for link in new:
            _put(self._asked, link.url, None, MOST_ASKED)
        self._waiting += 1
        self._number += 1
        self.background.start(self._serve(_Wish(new, uuid, occurrence, sink, self._number)))

    def picture(self, feature: ImageFeature) -> Picture | None:
        """Return the last picture or clip of an image, if it is still held."""
        return self._pictures.get(feature.id)

    async def download(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `content` and `content_type` of the clip or picture of an event, by `uuid` or `url`.

        Raises `InvalidArgumentError`, `NotFoundError`, `InsufficientRightsError`, any `SystemFailure`.
        """
        url = str(arguments.get("url") or "").strip()
        uuid = str(arguments.get("uuid") or "").strip().lower()
        if url:
            if not url.isprintable() or url.startswith("#"):
                raise InvalidArgumentError(field="url", reason="this is not the address of a picture or clip")
            picture = await self._load(url)
        elif uuid:
            picture = await self._of_event(uuid)
        else:
            raise InvalidArgumentError(field="uuid", reason="name the event or the address")
        return {"content": picture.content, "content_type": picture.content_type}

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, as JSON."""
        return {
            **self.counts,
            "denied_now": self.denied,
            "waiting": self._waiting,
            "held_bytes": self._pictures.size + self._held.size,
        }

    # inside

    def _remember(self, uuid: str, links: tuple[Link, ...]) -> None:
        """Keep where the pictures of an event lie; a second message adds to the first."""
        known = self._links.pop(uuid, ())
        _put(self._links, uuid, tuple(dict.fromkeys((*known, *links))), MOST_EVENTS)

    async def _of_event(self, uuid: str) -> Picture:
        """Return the first of an event's pictures and clips that is to be had."""
        links = self._links.get(uuid)
        if not links:
            raise NotFoundError(subject=f"{uuid} (no picture or clip of this event was announced)")
        for link in links:
            if (held := self._held.get(_key(uuid, link))) is not None:
                return held
        failure: SystemFailure = NotFoundError(subject=uuid)
        for link in links:
            try:
                picture = await self._load(link.url)
            except AuthenticationError, InsufficientRightsError:
                raise
            except SystemFailure as error:
                failure = error
                continue
            self._held.put(_key(uuid, link), picture)
            return picture
        raise failure

    async def _load(self, url: str) -> Picture:
        """Load something; two at a time. Raises `SystemFailure`."""
        async with self._gate:
            response = await self._client.media(url)
        declared = response.content_type if response.content_type.startswith(("image/", "video/")) else UNKNOWN_TYPE
        return Picture(content=response.body, content_type=content_type(response.body) or declared)

    async def _serve(self, wish: _Wish) -> None:
        """Fetch everything of a message, and what is not there a few times more."""
        try:
            left = list(wish.links)
            for pause in (0.0, *RETRIES):
                if pause:
                    self.counts["again"] += len(left)
                    await self._runtime.sleep(pause)
                left = [link for link in left if not await self._try(link, wish)]
                if not left or self.denied:
                    break
            self.counts["absent"] += len(left)
        finally:
            self._waiting -= 1

    async def _try(self, link: Link, wish: _Wish) -> bool:
        """Fetch one picture or clip; returns whether that is settled, one way or the other."""
        if self.denied:
            return True
        try:
            picture = await self._load(link.url)
        except InsufficientRightsError:
            self._deny(wish.sink)
            return True
        except (AuthenticationError, BodyTooLargeError, InvalidArgumentError) as error:
            self.counts["failed"] += 1
            _LOGGER.debug("A picture of %s is given up: %s", wish.occurrence.device_id, error.key)
            return True
        except SystemFailure as error:
            _LOGGER.debug("A picture of %s is not there: %s", wish.occurrence.device_id, error.key)
            return False
        self._allow(wish.sink)
        if picture.content_type == UNKNOWN_TYPE:
            self.counts["unknown"] += 1
            return True
        self.counts["fetched"] += 1
        self._keep(link, picture, wish)
        return True

    def _keep(self, link: Link, picture: Picture, wish: _Wish) -> None:
        """Hold a picture or clip and show it, unless something newer or better is shown."""
        occurrence = wish.occurrence
        picture = replace(picture, taken=occurrence.time)
        if wish.uuid is not None:
            self._held.put(_key(wish.uuid, link), picture)
        clip = picture.content_type.startswith("video/")
        images = tuple(id_ for id_ in occurrence.features if self._shown.get(id_, 0) <= wish.number)
        # Of two lenses or two clips the first is shown.
        if wish.still or not images or (clip and any(self._shown.get(id_) == wish.number for id_ in images)):
            return
        wish.still = not clip
        for id_ in images:
            self._shown[id_] = wish.number
            self._pictures.put(id_, picture)
        details = {**occurrence.details, "status": FETCHED}
        if link.position:
            details["position"] = link.position
        told = replace(occurrence, phase=Phase.PULSE, features=images, picture=picture, details=details)
        wish.sink.report(Report(occurrences=(told,)))

    def _deny(self, sink: Sink) -> None:
        """The account may not: say so, once."""
        self.counts["denied"] += 1
        if not self.denied:
            _LOGGER.info("The account may not load pictures and clips of alarms")
            sink.problems(TOPIC, (Problem(key=DENIED),))
        self._denied_at = self._runtime.monotonic()

    def _allow(self, sink: Sink) -> None:
        """The account may."""
        if self._denied_at > float("-inf"):
            self._denied_at = float("-inf")
            sink.problems(TOPIC, ())


def _key(uuid: str, link: Link) -> str:
    """Return under what one of an event's pictures is held. Never leaves this module: it names the address."""
    return f"{uuid} {link.url}"


def content_type(content: bytes) -> str | None:
    """Return what the first bytes show, because the receiver does not say it; None: neither picture nor clip."""
    for magic, found in _MAGIC:
        if content.startswith(magic):
            return found
    if content.startswith(b"RIFF"):
        return {b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}.get(content[8:12])
    return "video/mp4" if content[4:8] == b"ftyp" else None


_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"IMKH", "video/mpeg"),
)
"""First bytes of pictures and clips; the last are the maker's own container around a program stream."""


def _put[K, V](known: dict[K, V], key: K, value: V, most: int) -> None:
    """Keep a row; the oldest gives way."""
    while len(known) >= most:
        del known[next(iter(known))]
    known[key] = value
