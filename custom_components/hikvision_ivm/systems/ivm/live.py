"""Addresses of live streams (ivm §3.8).

Each opening gets an address of its own: one that nobody plays may die within a minute, and one for RTSP holds once. What
is asked for within a moment goes into one request. Addresses hold a token: they are never shown, logged or kept longer
than they live, and those that were followed by others are revoked.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
import logging
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from ..background import Background
from ..errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    InvalidArgumentError,
    NotPlayableError,
    ProtocolError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from ..kinds import Kind
from ..model import CameraFeature, Feature, Report, SelectFeature
from ..settings import LIVE_PROTOCOL, LIVE_PROTOCOLS, LIVE_QUALITY
from ..transport.json import Fields
from .client import results
from .codes import StreamRefusedError
from .context import Context
from .ptz import channel_of, id_of
from .records import ChannelAddress, StreamType

_LOGGER = logging.getLogger(__name__)

PATH: Final = "devices/channels/media/live-connections"
OLD_PATH: Final = "devices/channels/cloud-live/url"
REVOKE: Final = "media/urls/batch-delete"
MEMORY: Final = "ivm_live_stream"
"""Key in the runtime's memory: channel → stream that was chosen for its camera."""
GATHER_SECONDS: Final = 0.05
"""Questions that come within this time go together."""
MOST: Final = 50
"""Channels of one request; the cloud names no limit."""
LIFE_SECONDS: Final = 14_400
"""Life of an address that is asked for. Where playing it does not prolong it, a stream has to be opened anew then."""
RENEW_SECONDS: Final = 300.0
"""So long before its end an address is replaced."""
KEPT: Final = 3
"""Addresses of one stream that stay: Home Assistant's own player and others each opened one, and may still play it."""
LINGER_SECONDS: Final = 300.0
"""For so long an address stays in any case."""
REFUSED_SECONDS: Final = 86_400.0
"""For so long a protocol or stream is not asked for that a channel does not offer."""
CLOSE_SECONDS: Final = 10.0

MAIN: Final = "main"
SUB: Final = "sub"
THIRD: Final = "third"
STREAMS: Final[Mapping[str, tuple[StreamType, ...]]] = MappingProxyType(
    {
        MAIN: (StreamType.PRIMARY, StreamType.SECONDARY_1),
        SUB: (StreamType.SECONDARY_1, StreamType.PRIMARY),
        THIRD: (StreamType.SECONDARY_2, StreamType.SECONDARY_1, StreamType.PRIMARY),
    }
)
"""Word of a stream → what is asked for, best first."""
_WORDS: Final[Mapping[Kind, str]] = MappingProxyType({Kind.SUB_STREAM: SUB, Kind.THIRD_STREAM: THIRD})
RTSP: Final = "RTSP"
_ENCRYPTED: Final = ("HTTPS_HLS", "HTTPS_FLV")
_WEB: Final = frozenset({"http", "https"})
_SECURE_WEB: Final = frozenset({"https"})
_SCHEMES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {RTSP: frozenset({"rtsp", "rtsps"}), "HTTPS_HLS": _SECURE_WEB, "HTTPS_FLV": _SECURE_WEB}
)
_NO_PROTOCOL: Final = "IVM.10026003"
_NO_STREAM: Final = "IVM.10026004"
_OF_ALL: Final = (AuthenticationError, BusyError, ConnectionFailedError, ProtocolError)
"""Failures of a request that are not about one of the channels in it."""
_OLD_NAMES: Final[Mapping[str, str]] = MappingProxyType({"HTTPS_HLS": "HLS_HTTPS", "HTTP_HLS": "HLS"})


@dataclass(frozen=True, slots=True)
class _Wish:
    """One stream of one channel by one protocol."""

    channel: ChannelAddress
    protocol: str
    stream: StreamType

    @property
    def item(self) -> dict[str, str]:
        """What stands for it in a request."""
        return {
            "device_id": self.channel.device,
            "channel_id": self.channel.channel,
            "live_protocol": self.protocol,
            "stream_type": self.stream.value,
        }


@dataclass(frozen=True, slots=True)
class _Given:
    """An address that was given out: what it is, when, and when it ends."""

    url: str = field(repr=False)
    since: float
    ends: float


type _Use = tuple[tuple[str, str], str]
"""A channel, and the word of the stream of which every opening gets another address; empty: they stay."""
type _Waiting = list[tuple[_Wish, asyncio.Future[str]]]


class Live:
    """The live streams of one account."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._context = context
        self._background = Background()
        self._waiting: _Waiting = []
        self._shared: dict[_Wish, asyncio.Future[str]] = {}
        self._refused: dict[tuple[tuple[str, str], str], float] = {}
        self._given: dict[_Use, list[_Given]] = {}
        self._version = 2

    async def stream_source(self, feature: CameraFeature) -> str:
        """Return a fresh address of a camera's stream. Never to be shown or logged.

        Raises `NotPlayableError` where no protocol and no stream is offered, `DeviceOfflineError`, `PrivacyError`, and the
        client's errors.
        """
        channel = channel_of(feature)
        return await self.source(channel, self.stream_of(feature))

    async def source(
        self, channel: ChannelAddress, stream: str, protocol: str | None = None, *, lasting: bool = False
    ) -> str:
        """Return a fresh address of a stream: a key of `STREAMS`; with `protocol` by this one only. Raises likewise.

        `lasting`: no later address takes the place of this one.
        """
        last: SystemFailure | None = None
        for wish in self._wishes(channel, stream, protocol):
            try:
                url = await self._ask(wish)
            except StreamRefusedError as error:
                self._refuse(wish, error.code)
                last = error
                continue
            if wish.protocol != RTSP:
                self._keep((channel.key, "" if lasting else stream), url)
            return url
        raise NotPlayableError(function=f"live video of {self._context.name(channel, channel.channel)}") from last

    def life(self, feature: CameraFeature) -> float | None:
        """Return the seconds after which the stream of a feature should get another address; None: it needs none.

        RTSP holds for one connection and as long as that lasts.
        """
        given = self._given.get((channel_of(feature).key, self.stream_of(feature)), ())
        if not given:
            return None
        return max(0.0, given[-1].ends - RENEW_SECONDS - self._context.runtime.monotonic())

    # which stream a camera shows

    def stream_of(self, feature: CameraFeature) -> str:
        """Return which stream a feature shows: the main entity shows what was chosen for it, or for all."""
        if (word := _WORDS.get(feature.kind)) is not None:
            return word
        return self.chosen(channel_of(feature))

    def chosen(self, channel: ChannelAddress) -> str:
        """Return the stream that was chosen for a camera."""
        stored = self._context.runtime.memory.get(MEMORY)
        word = stored.get(id_of(channel)) if isinstance(stored, Mapping) else None
        if word not in STREAMS:
            word = self._context.options.get(LIVE_QUALITY)
        return word if isinstance(word, str) and word in STREAMS else MAIN

    def choose(self, feature: SelectFeature, option: str) -> Report:
        """Choose the stream of a camera; the next opening shows it. Raises `InvalidArgumentError`."""
        channel = channel_of(feature)
        if option not in STREAMS:
            raise InvalidArgumentError(field="option", reason=f"is none of {', '.join(STREAMS)}")
        memory = self._context.runtime.memory
        stored = memory.get(MEMORY)
        memory[MEMORY] = {**(stored if isinstance(stored, Mapping) else {}), id_of(channel): option}
        self._context.runtime.remember()
        return Report(values={feature.id: option})

    def report(self, features: Sequence[Feature]) -> Report:
        """Return the values of all features that choose a stream."""
        return Report(
            values={
                one.id: self.chosen(channel_of(one))
                for one in features
                if isinstance(one, SelectFeature) and one.kind is Kind.LIVE_STREAM
            }
        )

    # ends

    async def close(self) -> None:
        """Revoke every address that may still live."""
        now = self._context.runtime.monotonic()
        urls = [one.url for given in self._given.values() for one in given if one.ends > now]
        self._given.clear()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if urls:
                    await self._revoke(urls)
                if tasks := self._background.tasks:
                    await asyncio.wait(tasks)
        except TimeoutError:
            _LOGGER.debug("Addresses of streams were left to end by themselves")
        await self._background.cancel()

    # asking

    def _wishes(self, channel: ChannelAddress, stream: str, protocol: str | None) -> Iterator[_Wish]:
        """Yield what to ask for, best first, without what the channel was found not to offer."""
        chosen = self._context.options.get(LIVE_PROTOCOL)
        first = chosen if chosen in LIVE_PROTOCOLS else LIVE_PROTOCOLS[0]
        # Encrypted video does not become readable for others only because something is not offered.
        others = _ENCRYPTED if first in _ENCRYPTED else LIVE_PROTOCOLS
        protocols = dict.fromkeys((first, *others)) if protocol is None else (protocol,)
        for word in protocols:
            for type_ in STREAMS[stream]:
                if not (self._is_refused(channel, word) or self._is_refused(channel, type_)):
                    yield _Wish(channel, word, type_)

    def _refuse(self, wish: _Wish, code: str) -> None:
        """Remember what a channel does not offer; a code for both tells neither."""
        what = {_NO_PROTOCOL: wish.protocol, _NO_STREAM: wish.stream.value}.get(code)
        if what is not None:
            _LOGGER.debug("A channel does not offer %s", what)
            self._refused[wish.channel.key, what] = self._context.runtime.monotonic()

    def _is_refused(self, channel: ChannelAddress, what: str) -> bool:
        """Whether a channel was lately found not to offer a protocol or stream."""
        since = self._refused.get((channel.key, what))
        return since is not None and self._context.runtime.monotonic() - since < REFUSED_SECONDS

    async def _ask(self, wish: _Wish) -> str:
        """Ask for an address together with others; who wants the same within a moment gets the same.

        Not so for RTSP: such an address holds for one connection.
        """
        if (known := self._shared.get(wish)) is not None and wish.protocol != RTSP:
            return await asyncio.shield(known)
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        # Nobody may be left who looks at the outcome.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._shared[wish] = future
        self._waiting.append((wish, future))
        if len(self._waiting) == 1:
            self._background.start(self._gather())
        return await asyncio.shield(future)

    async def _gather(self) -> None:
        """Wait for others, then ask for all."""
        await self._context.runtime.sleep(GATHER_SECONDS)
        waiting, self._waiting = self._waiting, []
        for wish, _ in waiting:
            self._shared.pop(wish, None)
        await asyncio.gather(*(self._send(waiting[at : at + MOST]) for at in range(0, len(waiting), MOST)))

    async def _send(self, waiting: _Waiting) -> None:
        """Ask for some addresses and tell each of its own; if all are refused for one of them, each alone."""
        try:
            answers = await self._request([wish for wish, _ in waiting])
        except SystemFailure as error:
            if len(waiting) > 1 and not isinstance(error, _OF_ALL):
                await asyncio.gather(*(self._send([one]) for one in waiting))
                return
            _fail(waiting, error)
            return
        except BaseException:
            _fail(waiting, ConnectionFailedError("the question was given up"))
            raise
        for wish, future in waiting:
            told = answers.get(wish, [])
            if future.done():
                continue
            if not told:
                future.set_exception(ProtocolError(reason="the answer does not name the channel"))
            elif isinstance(found := told.pop(0), SystemFailure):
                future.set_exception(found)
            else:
                future.set_result(found)

    async def _request(self, wishes: Sequence[_Wish]) -> dict[_Wish, list[str | SystemFailure]]:
        """Send one request; the older call is used where the new one is not there."""
        if self._version == 2:
            try:
                return await self._request_new(wishes)
            except UnlicensedError:
                raise
            except UnsupportedError as error:
                if error.code:
                    raise
                _LOGGER.debug("There are no live connections of version 2: %s", error)
        found = await self._request_old(wishes)
        self._version = 1
        return found

    async def _request_new(self, wishes: Sequence[_Wish]) -> dict[_Wish, list[str | SystemFailure]]:
        """Ask by §9.1."""
        body = {"channels": [wish.item for wish in wishes], "expire_time": LIFE_SECONDS, "use_times": 1}
        answer = await self._context.client.call("POST", PATH, body=body, version=2, writes=False)
        return _told(wishes, answer, "live_connections", plain=is_plain(self._context))

    async def _request_old(self, wishes: Sequence[_Wish]) -> dict[_Wish, list[str | SystemFailure]]:
        """Ask by §9.10, which has other names for some protocols."""
        items = [{**one.item, "live_protocol": _OLD_NAMES.get(one.protocol, one.protocol)} for one in wishes]
        body = {"channels": items, "expire_time": LIFE_SECONDS, "use_times": 1}
        answer = await self._context.client.call("POST", OLD_PATH, body=body, writes=False)
        return _told(wishes, answer, "channels", plain=is_plain(self._context))

    # what was given out

    def _keep(self, use: _Use, url: str) -> None:
        """Remember an address until it ends, and revoke those that others have followed."""
        now = self._context.runtime.monotonic()
        given = [one for one in self._given.get(use, ()) if one.ends > now]
        if all(one.url != url for one in given):
            given.append(_Given(url, now, now + LIFE_SECONDS))
        old = [one for one in given[:-KEPT] if use[1] and now - one.since >= LINGER_SECONDS]
        self._given[use] = [one for one in given if one not in old]
        if old:
            self._background.start(self._revoke([one.url for one in old]))

    async def _revoke(self, urls: Sequence[str]) -> None:
        """Revoke addresses (ivm §3.11). They end by themselves if that fails."""
        try:
            await self._context.client.call("POST", REVOKE, body={"urls": [{"url": url} for url in urls]})
        except SystemFailure as error:
            _LOGGER.debug("%d addresses of streams were not revoked: %s", len(urls), type(error).__name__)


def _fail(waiting: _Waiting, error: SystemFailure) -> None:
    """Tell all who wait that it failed."""
    for _, future in waiting:
        if not future.done():
            future.set_exception(error)


def _told(wishes: Sequence[_Wish], answer: Fields, key: str, *, plain: bool) -> dict[_Wish, list[str | SystemFailure]]:
    """Return what was told of each wish, in order where several are of one channel."""
    by_channel: dict[tuple[str, str], list[_Wish]] = {}
    for wish in wishes:
        by_channel.setdefault(wish.channel.key, []).append(wish)
    found: dict[_Wish, list[str | SystemFailure]] = {}
    for item, failed in results(answer, key):
        named = by_channel.get((item.text("device_id") or "", item.text("channel_id") or ""))
        if not named:
            continue
        wish = named.pop(0)
        found.setdefault(wish, []).append(failed or _url_of(item, wish, plain=plain))
    return found


def _url_of(item: Fields, wish: _Wish, *, plain: bool) -> str | SystemFailure:
    """Return the address of an item, or why there is none that anything can play."""
    url = item.child("cloud_trans_connections").text("live_url") or item.text("live_url")
    return playable(url, wish.protocol, plain=plain) or StreamRefusedError(
        reason=f"no address to play as {wish.protocol}"
    )


def is_plain(context: Context) -> bool:
    """Whether the cloud itself is spoken to without encryption, as its owner entered it."""
    return context.client.http.base_url.startswith("http://")


def playable(url: str | None, protocol: str, *, plain: bool) -> str | None:
    """Return an address if it is one of its protocol; others are for the maker's own programs.

    Where encryption was asked for, it has to be there; `plain`: unless the cloud itself is spoken to without.
    """
    schemes = _SCHEMES.get(protocol, _WEB)
    try:
        parts = urlsplit(url or "")
        usable = parts.scheme in (_WEB if plain and schemes is _SECURE_WEB else schemes) and bool(parts.hostname)
    except ValueError:
        return None
    return url if usable else None
