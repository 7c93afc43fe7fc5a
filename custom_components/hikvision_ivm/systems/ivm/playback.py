"""Recordings in the cloud and on devices: what there is, and how to play it (ivm §3.9-§3.12)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import partial
import logging
from types import MappingProxyType
from typing import ClassVar, Final

from ..background import together
from ..errors import (
    BusyError,
    DeviceFailureError,
    DeviceOfflineError,
    InvalidArgumentError,
    NotFoundError,
    NotPlayableError,
    ProtocolError,
    QuotaError,
    RejectedError,
    ResponseTimeoutError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from ..model import CameraFeature, Feature, Recording
from ..recordings import merged, stretches
from ..settings import LIVE_PROTOCOL
from ..transport.json import Fields
from .codes import CloudRejectedError, NoDataError, TokenError
from .context import Context
from .live import CLOSE_SECONDS, REVOKE, is_plain, playable
from .paging import Paging
from .places import dc
from .ptz import channel_of
from .records import ChannelAddress
from .times import TIME_CODES, format_time, parse_time, zone_of

_LOGGER = logging.getLogger(__name__)

CLOUD: Final = "cloud"
DEVICE: Final = "device"
STORES: Final[Mapping[str, str]] = MappingProxyType({CLOUD: "CLOUD", DEVICE: "DEVICE"})
"""Word of a store → the cloud's."""
SORTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NORMAL_RECORD": "continuous",
        "MOTION_RECORD": "motion",
        "ALARM_RECORD": "alarm",
        # The document, and probably the cloud, spell it wrongly (§6.1 row 11).
        "ALRAM_RECORD": "alarm",
    }
)
"""The cloud's word for why something was recorded → ours."""
DAY: Final = timedelta(days=1)
"""The longest stretch that is asked for at once; the cloud names no limit."""
LEAST_LIFE: Final = 3600
MOST_LIFE: Final = 86_400
SPARE_SECONDS: Final = 600
"""So much longer than a recording its address lives."""
_ARCHIVED: Final[Mapping[int, str]] = MappingProxyType(
    {1: "it is archived", 2: "it is being restored from the archive"}
)
_PROTOCOLS: Final = ("HTTPS_HLS", "HTTP_HLS", "RTSP")
_OPEN: Final = frozenset({"HTTP_HLS", "HTTP_FLV", "RTSP"})
"""Protocols for live video whose choice says that others may read along."""
_OLD_NAMES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        CLOUD: {"HTTPS_HLS": "HLS_HTTPS", "HTTP_HLS": "HLS", "RTSP": "RTSP"},
        DEVICE: {"HTTPS_HLS": "HLS_DEV_HTTPS", "HTTP_HLS": "HLS_DEV", "RTSP": "RTSP_DEV"},
    }
)
_KINDS: Final[Mapping[str, dict[str, str]]] = MappingProxyType(
    {CLOUD: {"record_position": "CLOUD", "record_type": "ALL_RECORD"}, DEVICE: {"record_position": "DEVICE"}}
)
_LISTS: Final = "lists"
_ADDRESSES: Final = "addresses"
_NO_PROTOCOL: Final = "IVM.10026001"
OF_STORE: Final = (
    BusyError, DeviceFailureError, DeviceOfflineError, ProtocolError, RejectedError, ResponseTimeoutError,
    UnsupportedError,
)  # fmt: skip
"""Failures of one store that say nothing of the other: a list that a device has to send may take too long."""
_OF_ALL: Final = (QuotaError, TokenError)
"""Failures among them that say the same of both."""


class ArchivedError(NotPlayableError):
    """The recording has to be fetched from an archive before it can be played; `reason` says how far that is."""

    key: ClassVar[str] = "recording_archived"

    def __init__(self, *, function: str, reason: str) -> None:
        """`function`: whose recording; `reason`: in plain words."""
        super().__init__(function=function)
        self.placeholders = {**self.placeholders, "reason": reason}


class Playback:
    """The recordings of one account."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._context = context
        self._zone: tzinfo = zone_of(context.options, context.runtime)
        self._given: dict[str, float] = {}
        self._old: set[str] = set()
        self._compact = False

    async def recordings(
        self, feature: Feature, start: datetime, end: datetime, *, store: str = ""
    ) -> tuple[Recording, ...]:
        """List what was recorded between two moments with time zones, oldest first, cut at both.

        `store`: `CLOUD` or `DEVICE`; empty: the stores of the feature, and then one that cannot be asked, such as the card of a camera that is
        offline, is left out while the other answers. Raises the client's errors.
        """
        channel = channel_of(feature)
        stores = _stores(feature, store)
        calls = tuple(stretches(start, end, DAY))
        found: list[Recording] = []
        failures: list[SystemFailure] = []
        for one in stores:
            try:
                for rows in await together([self._list(channel, one, *call) for call in calls]):
                    found += (recording for recording, _ in rows)
            except _OF_ALL:
                raise
            except OF_STORE as error:
                _LOGGER.debug("What is recorded in the %s was not told: %s", one, error)
                failures.append(error)
        if len(failures) == len(stores):
            raise failures[0]
        # What spans two days comes whole with both, and becomes one.
        return merged(found, start, end)

    async def source(self, feature: Feature, start: datetime, end: datetime, *, store: str = "") -> str:
        """Return the address of a recording. Never to be shown or logged.

        `store` empty: the cloud's recording, else that of the device. Raises `InvalidArgumentError` for more than a day,
        `NotFoundError` where nothing was recorded, `ArchivedError`, `NotPlayableError` where no protocol is offered, and
        the client's errors.
        """
        channel = channel_of(feature)
        if not timedelta() < end - start <= DAY:
            raise InvalidArgumentError(field="end", reason="is not within a day after the start")
        failures: list[SystemFailure] = []
        for one in _stores(feature, store):
            try:
                await self._check(channel, one, start, end)
                return await self._address(channel, one, start, end)
            except _OF_ALL:
                raise
            except (NotFoundError, *OF_STORE) as error:
                failures.append(error)
        raise next((error for error in failures if not isinstance(error, NotFoundError)), failures[0])

    async def revoke(self, *urls: str) -> None:
        """Revoke addresses that are not played any more (ivm §3.11); they end by themselves if that fails."""
        now = self._context.runtime.monotonic()
        living = [url for url in urls if self._given.pop(url, 0.0) > now and not url.startswith("rtsp")]
        try:
            if living:
                await self._context.client.call("POST", REVOKE, body={"urls": [{"url": url} for url in living]})
        except SystemFailure as error:
            _LOGGER.debug("Addresses of recordings were not revoked: %s", type(error).__name__)

    async def close(self) -> None:
        """Revoke every address that may still live."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.revoke(*self._given)
        except TimeoutError:
            _LOGGER.debug("Addresses of recordings were left to end by themselves")

    # lists

    async def _list(
        self, channel: ChannelAddress, store: str, start: datetime, end: datetime
    ) -> list[tuple[Recording, int]]:
        """List what a store holds of a stretch, each with its state of storage; nothing is an answer, too."""
        try:
            rows = await self._timed(lambda compact: self._rows(channel, store, start, end, compact=compact))
        except NoDataError:
            return []
        return [found for row in rows if (found := _recording(row, store, self._zone)) is not None]

    async def _rows(
        self, channel: ChannelAddress, store: str, start: datetime, end: datetime, *, compact: bool
    ) -> list[Fields]:
        """Read the rows of one stretch: by §9.2, or by §9.5 and §9.7 where that is not there."""
        query = self._span(start, end, compact=compact)
        if _LISTS not in self._old:
            try:
                return await self._pages(f"{dc(channel)}/media/records", query | _KINDS[store], version=2)
            except UnsupportedError as error:
                if not _is_old(error):
                    raise
                _LOGGER.debug("There is no list of recordings of version 2: %s", error)
        found = await self._pages(f"{dc(channel)}/{store}-records", query, version=1)
        self._old.add(_LISTS)
        return found

    async def _pages(self, path: str, query: Mapping[str, str], *, version: int) -> list[Fields]:
        """Read a list whole; rows of a device have no ids."""
        names = ("record_id", "start_time", "end_time", "record_type")
        return await self._context.client.pages(
            path,
            key="records",
            id_of=lambda row: tuple(row.text(name) for name in names),
            query=query,
            version=version,
            paging=Paging.PAGE,
        )

    # addresses

    async def _check(self, channel: ChannelAddress, store: str, start: datetime, end: datetime) -> None:
        """Raise `NotFoundError` for a time without a recording, `ArchivedError` for one that cannot be played at once."""
        rows = [
            (recording, state)
            for recording, state in await self._list(channel, store, start, end)
            if recording.start < end and recording.end > start
        ]
        if not rows:
            raise NotFoundError(subject=self._what(channel))
        if not any(recording.playable for recording, _ in rows):
            raise ArchivedError(function=self._what(channel), reason=_ARCHIVED[rows[0][1]])

    async def _address(self, channel: ChannelAddress, store: str, start: datetime, end: datetime) -> str:
        """Ask for an address, encrypted if that is offered."""
        life = min(MOST_LIFE, max(LEAST_LIFE, int((end - start).total_seconds()) + SPARE_SECONDS))
        terms = {"expire_time": str(life), "use_times": "1"}
        last: SystemFailure | None = None
        for protocol in self._protocols():
            try:
                answer = await self._timed(partial(self._connect, channel, store, protocol, terms, start, end))
            except CloudRejectedError as error:
                if error.code != _NO_PROTOCOL:
                    raise
                last = error
                continue
            if (url := _url_of(answer, protocol, plain=is_plain(self._context))) is not None:
                self._keep(url, life)
                return url
        raise NotPlayableError(function=self._what(channel)) from last

    def _keep(self, url: str, life: float) -> None:
        """Remember an address until it ends."""
        now = self._context.runtime.monotonic()
        self._given = {one: ends for one, ends in self._given.items() if ends > now} | {url: now + life}

    async def _connect(
        self,
        channel: ChannelAddress,
        store: str,
        protocol: str,
        terms: Mapping[str, str],
        start: datetime,
        end: datetime,
        compact: bool,
    ) -> Fields:
        """Ask for one address: by §9.3, or by §9.6 and §9.9 where that is not there."""
        query = {**self._span(start, end, compact=compact), **terms}
        call = self._context.client.call
        if _ADDRESSES not in self._old:
            more = {"playback_protocol": protocol, "record_position": STORES[store]}
            try:
                return await call("GET", f"{dc(channel)}/media/playback-connections", query=query | more, version=2)
            except UnsupportedError as error:
                if not _is_old(error):
                    raise
                _LOGGER.debug("There are no playback connections of version 2: %s", error)
        word = _OLD_NAMES[store][protocol]
        if store == CLOUD:
            path, more = "cloud-records/playback-url", {"playback_protocol": word}
        else:
            # The table has the one name, the samples the other (§6.1 row 28).
            path, more = "device-records/web-playback-url", {"protocol": word, "playback_protocol": word}
        answer = await call("GET", f"{dc(channel)}/{path}", query=query | more)
        self._old.add(_ADDRESSES)
        return answer

    # how it is asked

    def _protocols(self) -> tuple[str, ...]:
        """Return what can be played; readable for others only if that was chosen for live video, too."""
        return _PROTOCOLS if self._context.options.get(LIVE_PROTOCOL) in _OPEN else _PROTOCOLS[:1]

    def _span(self, start: datetime, end: datetime, *, compact: bool) -> dict[str, str]:
        """Return the part of a query that names a time, to the second: no part of it may be left out."""
        until = end if end.microsecond == 0 else end.replace(microsecond=0) + timedelta(seconds=1)
        return {
            "start_time": format_time(start, self._zone, compact=compact),
            "end_time": format_time(until, self._zone, compact=compact),
        }

    async def _timed[T](self, order: Callable[[bool], Awaitable[T]]) -> T:
        """Send a call with times; if their form is refused, once with the other, which is used from then on."""
        compact = self._compact
        try:
            return await order(compact)
        except SystemFailure as error:
            if error.code not in TIME_CODES:
                raise
        found = await order(not compact)
        self._compact = not compact
        return found

    def _what(self, channel: ChannelAddress) -> str:
        """Name the recordings of a channel."""
        return f"recordings of {self._context.name(channel, channel.channel)}"


def _stores(feature: Feature, store: str) -> tuple[str, ...]:
    """Return where to look: in the store that is named, in those of the feature, else in both."""
    wanted = (store,) if store else feature.stores if isinstance(feature, CameraFeature) else ()
    return tuple(one for one in STORES if one in wanted) or tuple(STORES)


def _is_old(error: UnsupportedError) -> bool:
    """Whether a call itself is not there."""
    return not error.code and not isinstance(error, UnlicensedError)


def _recording(row: Fields, store: str, zone: tzinfo) -> tuple[Recording, int] | None:
    """Read a row with its state of storage; None if it has no times, or none that make sense."""
    start, end = (parse_time(row.text(name), zone) for name in ("start_time", "end_time"))
    if start is None or end is None or end <= start:
        _LOGGER.debug("A recording without its times was left out")
        return None
    size, word = row.integer("record_size"), (row.text("record_type") or "").upper()
    state = row.integer("storage_state") or 0
    found = Recording(
        start=start,
        end=end,
        size=size if size is not None and size > 0 else None,
        store=store,
        sort=SORTS.get(word, word.lower()),
        playable=state not in _ARCHIVED,
    )
    return found, state


def _url_of(answer: Fields, protocol: str, *, plain: bool) -> str | None:
    """Return the address of an answer, of any age; None if there is none that can be played."""
    connections = answer.child("playback_connections").child("cloud_trans_connections")
    url = connections.text("playback_url") or answer.child("cloud_trans_connections").text("playback_url")
    return playable(url or answer.text("playback_url"), protocol, plain=plain)
