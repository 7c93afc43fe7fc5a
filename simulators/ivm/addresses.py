"""Addresses of streams: a token each, a life, one use or many (ivm §3.8-3.11), and what is behind them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import re
import time
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from .hls import SEGMENT_SECONDS, WINDOW, live_list, recorded_list, segment, spec_of
from .state import Channel

if TYPE_CHECKING:
    from .simulator import IvmSimulator

KEPT = 10_000
REFRESH = timedelta(seconds=60)
"""What each use of an HLS address adds, or leaves (L2604)."""
LONGEST = timedelta(days=1)
POLL_GAP = timedelta(seconds=15)
"""A single-use live list that is polled within this time is still the same use."""
STREAM_NUMBERS = {"PRIMARY_STREAM": 0, "SECONDARY_STREAM_1": 1, "SECONDARY_STREAM_2": 2}
SEGMENT = re.compile(r"/(live|vod|dev_vod)/(\d{1,9})\.ts")
SECURE = frozenset({"HTTPS_HLS", "HTTPS_FLV"})


@dataclass(slots=True)
class Address:
    """An address that was given out."""

    token: str
    url: str
    device_id: str
    channel_id: str
    folder: Literal["live", "vod", "dev_vod"]
    protocol: str
    stream_type: str
    caption: str
    expires: datetime
    reusable: bool
    start: datetime | None = None
    end: datetime | None = None
    uses: int = 0
    """Lists that were fetched."""
    segments: int = 0
    last: datetime | None = None
    revoked: bool = False


class Addresses:
    """Gives addresses out and serves what is behind them."""

    def __init__(self, cloud: IvmSimulator) -> None:
        """None yet."""
        self._cloud = cloud
        self._began = time.monotonic() - WINDOW * SEGMENT_SECONDS
        self.given: dict[str, Address] = {}
        """By token."""

    def issue(
        self, channel: Channel, protocol: str, stream_type: str, *, seconds: int, reusable: bool,
        span: tuple[datetime, datetime] | None = None, on_device: bool = False, more: str = "",
    ) -> str:  # fmt: skip
        """Return a new address; `protocol` as §9.1 names it."""
        token = f"{self._cloud.chance.getrandbits(192):048x}"
        folder: Literal["live", "vod", "dev_vod"] = "live" if span is None else "dev_vod" if on_device else "vod"
        address = Address(
            token, "", channel.device.id, channel.id, folder, protocol, stream_type,
            channel.name if span is None else f"{channel.name} · {'device' if on_device else 'cloud'}",
            self._cloud.now() + timedelta(seconds=seconds), reusable and protocol != "RTSP",
            *(span or (None, None)),
        )  # fmt: skip
        address.url = self._url(address) + more
        self.given[token] = address
        while len(self.given) > KEPT:
            del self.given[next(iter(self.given))]
        return address.url

    def _url(self, address: Address) -> str:
        if address.protocol == "HOLO":
            return f"jvmp://{self._cloud.host}:7070/live/{address.device_id}?token={address.token}"
        query = (
            f"token={address.token}&device_id={address.device_id}&channel_id={address.channel_id}"
            f"&stream_type={STREAM_NUMBERS[address.stream_type]}"
        )
        if address.protocol == "RTSP":
            return f"rtsp://{self._cloud.host}:7554/{address.folder}/{address.device_id}?{query}"
        origin = self._cloud.media_origin(secure=address.protocol in SECURE and self._cloud.secure_media)
        if address.protocol.endswith("FLV"):
            return f"{origin}/{address.folder}/{address.device_id}.flv?token={address.token}"
        return f"{origin}/{address.folder}/{'live' if address.folder == 'live' else 'vod'}.m3u8?{query}"

    def of(self, url: str) -> Address | None:
        """Return what is known of an address."""
        token = parse_qs(urlsplit(url).query).get("token", [""])[0]
        return self.given.get(token)

    def revoke(self, url: str) -> bool:
        """End an address; False for one that nobody gave out, and for RTSP (L3054)."""
        address = self.of(url)
        if address is None or address.protocol == "RTSP":
            return False
        address.revoked = True
        return True

    def expire(self) -> None:
        """End the life of every address."""
        for address in self.given.values():
            address.expires = self._cloud.now()

    async def serve(self, path: str, query: Mapping[str, str]) -> web.Response:
        """Answer a request for a list or a segment: 403 if the address is none any more, 404 if nothing is there."""
        address = self.given.get(query.get("token", ""))
        if address is None or address.revoked or address.expires <= self._cloud.now():
            return web.Response(status=403, text="Forbidden")
        channel = self._channel(address)
        if channel is None or not address.protocol.endswith("HLS"):
            return web.Response(status=404, text="Not Found")
        if (match := SEGMENT.fullmatch(path)) is not None and match[1] == address.folder:
            return await self._segment(address, channel, int(match[2]))
        if path != urlsplit(address.url).path:
            return web.Response(status=404, text="Not Found")
        return self._list(address)

    def _channel(self, address: Address) -> Channel | None:
        """Return the channel while it can be played."""
        device = self._cloud.world.devices.get(address.device_id)
        channel = device.channels.get(address.channel_id) if device else None
        if channel is None or (address.folder != "vod" and channel.state != "ONLINE"):
            return None
        return channel

    def _list(self, address: Address) -> web.Response:
        now = self._cloud.now()
        if not address.reusable and address.uses:
            again = address.folder == "live" and not self._cloud.polls_count
            if not again or address.last is None or now - address.last > POLL_GAP:
                return web.Response(status=403, text="Forbidden")
        address.uses += 1
        self._refresh(address, now)
        query = f"token={address.token}"
        if address.start is None or address.end is None:
            newest = int((time.monotonic() - self._began) / SEGMENT_SECONDS)
            text = live_list(max(0, newest - WINDOW), query)
        else:
            text = recorded_list((address.end - address.start).total_seconds(), query)
        return web.Response(text=text, content_type="application/vnd.apple.mpegurl")

    async def _segment(self, address: Address, channel: Channel, number: int) -> web.Response:
        address.segments += 1
        self._refresh(address, self._cloud.now())
        hue = sum(channel.device.id.encode()) * 31 + sum(channel.id.encode()) * 47
        spec = spec_of(address.caption, hue % 360, address.stream_type)
        body = await asyncio.to_thread(segment, spec, number)
        return web.Response(body=body, content_type="video/mp2t")

    def _refresh(self, address: Address, now: datetime) -> None:
        address.last = now
        if self._cloud.hls_refresh == "become":
            address.expires = now + REFRESH
        elif self._cloud.hls_refresh == "add":
            address.expires = min(address.expires + REFRESH, now + LONGEST)
