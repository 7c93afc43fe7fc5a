"""The pictures of events: found, fetched, and shown where somebody looks (hikcentral §3.7, §3.9).

A push names a picture itself, or says later that there is one, or never does: then the record of the event is asked a
few seconds after it. A storm of events costs one request at a time for each image, and the latest picture wins.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Final

from ..background import Background, wait_for_end
from ..base import Runtime, Sink
from ..errors import AuthenticationError, BodyTooLargeError, ProtocolError, SystemFailure
from ..kinds import Kind
from ..model import ImageFeature, Occurrence, Phase, Picture, Report
from .client import HikCentralClient
from .happening import Happening
from .pictures import decode_text
from .push_data import Reference, Store, Told
from .search import PLATE_READ, Search

_LOGGER = logging.getLogger(__name__)

OF_EVENT: Final = "eventService/v1/image_data"
OF_ACCESS: Final = "acs/v1/event/pictures"
OF_VEHICLE: Final = "pms/v1/image_data"
OF_FILE: Final = "frs/v1/application/picture"
SCHEMES: Final = ("dev://", "server://", "vsm://")

WAIT_SECONDS: Final = 3.0
AGAIN_SECONDS: Final = 5.0
"""A picture that is not there by then does not come, or is told of."""
SPACING_SECONDS: Final = 1.0
"""Least time between two pictures of one image."""
AT_ONCE: Final = 2
LIMIT_BYTES: Final = 8 * 1024 * 1024
MOST_KNOWN: Final = 5_000
AROUND: Final = timedelta(minutes=10)
"""Where the record of an event is searched, on both sides of what the push said."""
NEAR: Final = timedelta(seconds=3)


@dataclass(slots=True)
class _Wish:
    """A picture that is wanted. `due`: monotonic seconds; `again`: it may be asked for once more."""

    occurrence: Occurrence
    happening: Happening
    told: Told
    sink: Sink
    due: float
    again: bool = True


class EventPictures:
    """Fetches pictures. `counts`: `expected`, `fetched`, `inline`, `absent`, `failed`."""

    def __init__(
        self,
        client: HikCentralClient,
        search: Search,
        runtime: Runtime,
        background: Background,
        now: Callable[[], datetime],
    ) -> None:
        """`now` tells the platform's time."""
        self.counts: Counter[str] = Counter()
        self._client = client
        self._search = search
        self._runtime = runtime
        self._background = background
        self._now = now
        self._wishes: dict[str, _Wish] = {}
        self._served: dict[str, asyncio.Event] = {}
        self._known: dict[str, Reference] = {}
        self._fetched_at: dict[str, float] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    def expect(
        self, image: str, occurrence: Occurrence, happening: Happening, told: Told, sink: Sink, *, now: bool
    ) -> None:
        """Take note that an image may get the picture of an occurrence, `now` or in a while."""
        self.counts["expected"] += 1
        moment = self._runtime.monotonic()
        due = moment if now else moment + WAIT_SECONDS
        before = self._wishes.get(image)
        if before is not None:
            if not now and before.due <= moment:
                # One that is known to be there goes first.
                return
            due = min(due, before.due)
        self._wishes[image] = _Wish(occurrence, happening, told, sink, due)
        if (flag := self._served.get(image)) is not None:
            flag.set()
            return
        self._served[image] = asyncio.Event()
        self._background.start(self._serve(image))

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the latest picture of an image, None if there was none. Raises `SystemFailure`."""
        reference = self._known.get(feature.id)
        return None if reference is None else await fetch_picture(self._client, reference)

    # one image

    async def _serve(self, image: str) -> None:
        """Fetch what is wanted for an image, until nothing is."""
        flag = self._served[image]
        try:
            while (wish := self._wishes.get(image)) is not None:
                earliest = self._fetched_at.get(image, float("-inf")) + SPACING_SECONDS
                pause = max(wish.due, earliest) - self._runtime.monotonic()
                if pause > 0:
                    await wait_for_end(self._runtime, pause, flag)
                    flag.clear()
                    continue
                del self._wishes[image]
                async with self._gate:
                    await self._fulfil(image, wish)
                self._fetched_at[image] = self._runtime.monotonic()
        finally:
            del self._served[image]
            while len(self._fetched_at) > MOST_KNOWN:
                del self._fetched_at[next(iter(self._fetched_at))]

    async def _fulfil(self, image: str, wish: _Wish) -> None:
        """Fetch one picture and report it."""
        try:
            picture = await self._picture(image, wish)
        except SystemFailure as error:
            self.counts["failed"] += 1
            _LOGGER.debug("No picture for %s: %s", image, error)
            return
        if picture is None:
            if wish.again and image not in self._wishes:
                self._wishes[image] = replace(wish, due=self._runtime.monotonic() + AGAIN_SECONDS, again=False)
            else:
                self.counts["absent"] += 1
            return
        occurrence = replace(
            wish.occurrence,
            phase=Phase.PULSE,
            features=(image,),
            picture=replace(picture, taken=wish.happening.time),
            details={**wish.occurrence.details, "status": "picture_fetched"},
        )
        wish.sink.report(Report(occurrences=(occurrence,)))

    async def _picture(self, image: str, wish: _Wish) -> Picture | None:
        """Return a picture; None if there is none yet."""
        encoded = wish.told.encoded
        if encoded is not None and len(encoded) <= LIMIT_BYTES * 4 // 3:
            self.counts["inline"] += 1
            self._remember(image, wish.told.reference)
            return await asyncio.to_thread(decode_text, encoded)
        reference = wish.told.reference or await self._find(image, wish.happening)
        if reference is None:
            return None
        self._remember(image, reference)
        picture = await fetch_picture(self._client, reference)
        self.counts["fetched"] += 1
        return picture

    async def _find(self, image: str, happening: Happening) -> Reference | None:
        """Search where the picture of an event lies."""
        moment = happening.told_time or self._now()
        if happening.code == str(PLATE_READ) and image.endswith(f"_{Kind.PLATE_PICTURE}"):
            found = await self._search.crossings(happening.source, moment - NEAR, moment + NEAR)
            nearest = sorted(found.records, key=lambda each: abs(each.start - moment))
            if (reference := next((each.picture for each in nearest if each.picture), None)) is not None:
                return reference
        record = await self._search.event(
            happening.id, moment - AROUND, moment + AROUND, code=happening.code,
            source_type=happening.source_type, source=happening.source,
        )  # fmt: skip
        return None if record is None else record.picture

    def _remember(self, image: str, reference: Reference | None) -> None:
        """Keep where the latest picture of an image lies."""
        self._known.pop(image, None)
        if reference is None:
            return
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[image] = reference


async def fetch_picture(client: HikCentralClient, reference: Reference) -> Picture:
    """Fetch a picture by the call of its store, or by those that also take such addresses. Raises `SystemFailure`."""
    failure: SystemFailure = ProtocolError(reason="no picture")
    for path, name in _calls(reference):
        try:
            picture = await client.picture(path, {name: reference.uri})
        except AuthenticationError:
            raise
        except SystemFailure as error:
            failure = error
            continue
        if len(picture.content) > LIMIT_BYTES:
            raise BodyTooLargeError(reason="the picture is too large")
        return picture
    raise failure


def _calls(reference: Reference) -> Iterator[tuple[str, str]]:
    """Yield the calls that may know a picture, and the name of the address in each; the documented one first."""
    usual = {
        Store.EVENT: (OF_EVENT, "picUri"), Store.ACCESS: (OF_ACCESS, "picUri"), Store.PLATE: (OF_VEHICLE, "picUri"),
        Store.FILE: (OF_FILE, "url"),
    }  # fmt: skip
    yield usual[reference.store]
    if reference.store is Store.FILE:
        yield OF_VEHICLE, "picUri"
    elif reference.uri.lower().startswith(SCHEMES):
        yield OF_FILE, "url"
