"""The pictures of alarms and of analysis: asked for many at a time, fetched here, shown where somebody looks (ivm §3.15).

An alarm names its picture by an id; the address that the cloud gives for it lives for five minutes and may be one
without encryption, so it is used at once and never handed on. The picture often comes later than its alarm.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
import logging
from typing import Any, Final

from yarl import URL

from ..background import Background, wait_for_end
from ..base import Runtime, Sink
from ..errors import BodyTooLargeError, InvalidArgumentError, NotFoundError, ProtocolError, SystemFailure
from ..model import ImageFeature, Occurrence, Phase, Picture, Report
from ..transport.json import Fields
from .client import IvmClient, results

_LOGGER = logging.getLogger(__name__)

OF_ALARMS: Final = "alarms/pictures"
OF_DATA: Final = "intelligence-data/pictures"
MOST_IDS: Final = 100
LONGEST_ID: Final = 128
GATHER_SECONDS: Final = 0.5
"""Alarms that come within so long are asked for together."""
AGAIN_SECONDS: Final = (3.0, 8.0)
"""Pauses after which a picture that was not there is asked for again."""
SPACING_SECONDS: Final = 2.0
"""Least time between two pictures of one image."""
AT_ONCE: Final = 4
LIMIT_BYTES: Final = 8 * 1024 * 1024
MOST_KNOWN: Final = 5_000


@dataclass(frozen=True, slots=True)
class AlarmReference:
    """The picture of an alarm."""

    uuid: str


@dataclass(frozen=True, slots=True)
class DataReference:
    """The picture of a message of analysis. `sorts`: which of them, the best first."""

    classification: str
    data_id: str
    sorts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressReference:
    """A picture that a message named itself."""

    url: str


type Reference = AlarmReference | DataReference | AddressReference


@dataclass(slots=True)
class _Wish:
    """A picture that is wanted. `due`: monotonic seconds; `pauses`: those that are left."""

    occurrence: Occurrence
    reference: Reference
    sink: Sink
    due: float
    pauses: tuple[float, ...] = AGAIN_SECONDS


class EventPictures:
    """Fetches pictures. `counts`: `expected`, `asked` (requests), `fetched`, `absent`, `failed`."""

    def __init__(self, client: IvmClient, runtime: Runtime, background: Background) -> None:
        """Expect none."""
        self.counts: Counter[str] = Counter()
        self._client = client
        self._runtime = runtime
        self._background = background
        self._wishes: dict[str, _Wish] = {}
        self._known: dict[str, Reference] = {}
        self._fetched_at: dict[str, float] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._poke = asyncio.Event()
        self._working = False

    def expect(self, image: str, occurrence: Occurrence, reference: Reference, sink: Sink) -> None:
        """Take note that an image is to show the picture of an occurrence; the latest one counts."""
        self.counts["expected"] += 1
        earliest = self._fetched_at.get(image, float("-inf")) + SPACING_SECONDS
        due = max(self._runtime.monotonic() + GATHER_SECONDS, earliest)
        self._remember(image, reference)
        self._wishes.pop(image, None)
        self._wishes[image] = _Wish(occurrence, reference, sink, due)
        self._poke.set()
        if not self._working:
            self._working = True
            self._background.start(self._work())

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the latest picture of an image, None if there was none. Raises `SystemFailure`."""
        reference = self._known.get(feature.id)
        return None if reference is None else await self._one(reference)

    async def alarm_picture(self, uuid: str) -> Picture:
        """Fetch the picture of an alarm by its id (`alarm_uuid` of an event). Raises `SystemFailure`."""
        id_ = uuid.strip()
        if not 1 <= len(id_) <= LONGEST_ID:
            raise InvalidArgumentError(field="alarm_uuid", reason=f"it has 1 to {LONGEST_ID} characters")
        return await self._one(AlarmReference(id_))

    # what is expected

    async def _work(self) -> None:
        """Fetch what is wanted, until nothing is."""
        try:
            while self._wishes:
                self._poke.clear()
                now = self._runtime.monotonic()
                pause = min(wish.due for wish in self._wishes.values()) - now
                if pause > 0:
                    await wait_for_end(self._runtime, pause, self._poke)
                    continue
                due = [image for image, wish in self._wishes.items() if wish.due <= now][:MOST_IDS]
                await self._fulfil({image: self._wishes.pop(image) for image in due})
        finally:
            self._working = False

    async def _fulfil(self, wishes: Mapping[str, _Wish]) -> None:
        """Ask where the pictures lie, and fetch them side by side."""
        try:
            found = await self._addresses([wish.reference for wish in wishes.values()])
        except SystemFailure as error:
            self.counts["failed"] += len(wishes)
            _LOGGER.debug("No pictures: %s", error)
            return
        await asyncio.gather(*(self._show(image, wish, found.get(wish.reference)) for image, wish in wishes.items()))

    async def _show(self, image: str, wish: _Wish, address: str | SystemFailure | None) -> None:
        """Fetch one picture and report it; one that is not there yet is asked for again."""
        try:
            if not isinstance(address, str):
                raise address or NotFoundError(subject="picture")
            picture = await self._fetch(address)
        except (NotFoundError, ProtocolError) as error:
            self._again(image, wish, error)
            return
        except SystemFailure as error:
            self.counts["failed"] += 1
            _LOGGER.debug("A picture did not come: %s", error)
            return
        self.counts["fetched"] += 1
        self._note_fetched(image)
        occurrence = replace(
            wish.occurrence,
            phase=Phase.PULSE,
            features=(image,),
            hold=None,
            picture=replace(picture, taken=wish.occurrence.time),
            details={**wish.occurrence.details, "status": "picture_fetched"},
        )
        wish.sink.report(Report(occurrences=(occurrence,)))

    def _again(self, image: str, wish: _Wish, error: SystemFailure) -> None:
        """Ask again in a while, unless something newer is wanted or it was asked for often enough."""
        if image in self._wishes:
            return
        if not wish.pauses:
            self.counts["absent"] += 1
            _LOGGER.debug("A picture did not come: %s", error)
            return
        due = self._runtime.monotonic() + wish.pauses[0]
        self._wishes[image] = replace(wish, due=due, pauses=wish.pauses[1:])

    # asking and fetching

    async def _one(self, reference: Reference) -> Picture:
        """Ask for and fetch one picture. Raises `SystemFailure`."""
        address = (await self._addresses([reference])).get(reference)
        if not isinstance(address, str):
            raise address or NotFoundError(subject="picture")
        return await self._fetch(address)

    async def _fetch(self, address: str) -> Picture:
        """Fetch a picture. Raises `SystemFailure`."""
        async with self._gate:
            picture = await self._client.picture(address)
        if len(picture.content) > LIMIT_BYTES:
            raise BodyTooLargeError(reason="the picture is too large")
        return picture

    async def _addresses(self, references: Sequence[Reference]) -> dict[Reference, str | SystemFailure]:
        """Ask where pictures lie, as few times as can be. Raises `SystemFailure` for a request that failed."""
        found: dict[Reference, str | SystemFailure] = {}
        for reference in references:
            if isinstance(reference, AddressReference):
                found[reference] = reference.url
        alarms = list(dict.fromkeys(one for one in references if isinstance(one, AlarmReference)))
        for start in range(0, len(alarms), MOST_IDS):
            await self._alarms(alarms[start : start + MOST_IDS], found)
        data: dict[str, list[DataReference]] = {}
        for one in dict.fromkeys(references):
            if isinstance(one, DataReference):
                data.setdefault(one.classification, []).append(one)
        for classification, some in data.items():
            for start in range(0, len(some), MOST_IDS):
                await self._data(classification, some[start : start + MOST_IDS], found)
        return found

    async def _alarms(self, some: Sequence[AlarmReference], found: dict[Reference, str | SystemFailure]) -> None:
        """Ask for pictures of alarms (ivm §10.2.2)."""
        answer = await self._ask(OF_ALARMS, {"alarm_uuids": [one.uuid for one in some]})
        by_id = {one.uuid: one for one in some}
        for item, failure in results(answer, "alarms"):
            reference = by_id.get(item.text("alarm_uuid") or "")
            if reference is not None and (address := failure or item.text("url")) is not None:
                found[reference] = address

    async def _data(
        self, classification: str, some: Sequence[DataReference], found: dict[Reference, str | SystemFailure]
    ) -> None:
        """Ask for pictures of analysis (ivm §10.2.1)."""
        body = {"data_classification": classification, "type": "ALL", "data_ids": [one.data_id for one in some]}
        answer = await self._ask(OF_DATA, body)
        by_id = {one.data_id: one for one in some}
        for item, failure in results(answer, "data"):
            reference = by_id.get(item.text("data_id") or "")
            if reference is not None and (address := failure or _best(item.children("urls"), reference)) is not None:
                found[reference] = address

    async def _ask(self, path: str, body: Mapping[str, Any]) -> Fields:
        """Ask; it changes nothing, so that it may be repeated. Raises `SystemFailure`."""
        self.counts["asked"] += 1
        return await self._client.call("POST", path, body=body, writes=False)

    # what is kept

    def _remember(self, image: str, reference: Reference) -> None:
        """Keep where the latest picture of an image lies."""
        self._known.pop(image, None)
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[image] = reference

    def _note_fetched(self, image: str) -> None:
        """Keep when an image got its last picture."""
        self._fetched_at.pop(image, None)
        if len(self._fetched_at) >= MOST_KNOWN:
            del self._fetched_at[next(iter(self._fetched_at))]
        self._fetched_at[image] = self._runtime.monotonic()


def _best(rows: Iterable[Fields], reference: DataReference) -> str | None:
    """Return the address of the sort of picture that is best to show."""
    by_sort = {(row.text("type") or "").upper(): row.text("url") for row in rows}
    return next((url for sort in reference.sorts if (url := by_sort.get(sort)) is not None), None)


def is_of_cloud(url: str, base_url: str) -> bool:
    """Whether an address that a message names is one of the cloud's own pictures: nothing else is fetched for it."""
    try:
        found, base = URL(url), URL(base_url)
    except ValueError:
        return False
    below = found.path.startswith("/v1/holo/") and ".." not in found.path.split("/")
    return below and found.host is not None and found.host == base.host
