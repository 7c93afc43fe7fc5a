"""Still pictures that the cloud takes (ivm §3.13): one in ten seconds of each channel, shared by all who ask."""

import asyncio
import logging
from typing import Final
from urllib.parse import quote

from yarl import URL

from ..background import Background
from ..errors import DeviceFailureError, NotFoundError, ProtocolError, QuotaError, UnlicensedError, UnsupportedError
from ..model import CameraFeature, Picture
from ..picture_store import Pictures
from .capabilities import Gate
from .codes import TooSoonError
from .context import Context
from .pictures import decoded_picture
from .ptz import Refused, channel_of, id_of
from .records import ChannelAddress

_LOGGER = logging.getLogger(__name__)

PATH: Final = "devices/snap"
FLOOR_SECONDS: Final = 10.0
"""One picture of a channel is taken in this time."""
STALE_SECONDS: Final = 60.0
"""A picture of this age is not shown for one that could not be taken."""
LOOKS: Final = (0.5, 1.0, 2.0, 3.0)
"""Seconds before each look for a picture whose address was given before it was taken."""
_UNSUPPORTED: Final = "IVM.20040010"


class Snapshots:
    """The still pictures of one account. `refused` may be set by whoever wants to know who takes none."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.refused: Refused = lambda channel, gate: None
        self._context = context
        self._pictures = Pictures()
        self._taken: dict[tuple[str, str], float] = {}
        self._taking: dict[tuple[str, str], asyncio.Task[Picture]] = {}
        self._without: set[tuple[str, str]] = set()
        self._stored: set[tuple[str, str]] = set()
        self._background = Background()

    async def still(self, feature: CameraFeature) -> Picture:
        """Return a picture of a camera that is not older than ten seconds; raises as `take`."""
        return await self.take(channel_of(feature))

    async def take(self, channel: ChannelAddress) -> Picture:
        """Return a picture of a channel that is not older than ten seconds.

        Raises `UnsupportedError` where none is taken, so that one can be cut out of the stream, `TooSoonError` if others
        had one taken a moment ago, `PrivacyError`, `DeviceOfflineError`, and the client's errors.
        """
        key = channel.key
        if key in self._without:
            raise UnsupportedError(function=f"still pictures of {self._name(channel)}")
        if (known := self._kept(channel, FLOOR_SECONDS)) is not None:
            return known
        if (task := self._taking.get(key)) is None:
            task = self._taking[key] = self._background.start(self._take(channel))
            task.add_done_callback(lambda _: self._taking.pop(key, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for no picture any more."""
        await self._background.cancel()

    async def _take(self, channel: ChannelAddress) -> Picture:
        """Have a picture taken and keep it; a recent one stands in for one that may not be taken yet."""
        try:
            picture = await self._load(channel)
        except (TooSoonError, QuotaError) as error:
            if (known := self._kept(channel, STALE_SECONDS)) is None:
                raise
            _LOGGER.debug("No new picture yet: %s", error)
            return known
        except UnlicensedError:
            raise
        except UnsupportedError as error:
            if error.code == _UNSUPPORTED:
                self._without.add(channel.key)
                self.refused(channel, Gate.SNAPSHOT)
            raise
        self._pictures.put(id_of(channel), picture)
        self._taken[channel.key] = self._context.runtime.monotonic()
        return picture

    async def _load(self, channel: ChannelAddress) -> Picture:
        """Take a picture that is not stored; where that answers without one, from then on one that is."""
        if (client := self._context.client).strained:
            raise QuotaError("not sent: the cloud is called too often")
        if channel.key in self._stored:
            return await self._load_stored(channel)
        try:
            return await client.picture(self._address(channel))
        except ProtocolError as error:
            _LOGGER.debug("No picture unless it is stored: %s", error)
        try:
            found = await self._load_stored(channel)
        except TooSoonError:
            await self._context.runtime.sleep(FLOOR_SECONDS)
            found = await self._load_stored(channel)
        self._stored.add(channel.key)
        return found

    async def _load_stored(self, channel: ChannelAddress) -> Picture:
        """Take a picture that the cloud stores. Its address is given before it is taken, and even if that fails (L7331)."""
        query = {"device_id": channel.device, "channel_id": channel.channel, "storage": "true"}
        answer = await self._context.client.call("GET", PATH, query=query, writes=True)
        url = answer.text("pic_url")
        if url is None:
            return decoded_picture(answer.text("pic_data"))
        for pause in LOOKS:
            await self._context.runtime.sleep(pause)
            try:
                return await self._context.client.picture(url)
            except (NotFoundError, UnsupportedError) as error:
                _LOGGER.debug("The picture is not there yet: %s", error)
        raise DeviceFailureError(reason="the camera took no picture")

    def _address(self, channel: ChannelAddress) -> str:
        """Return where a picture is had that is not stored: it may come as it is instead of as JSON (§6.1 row 23)."""
        client = self._context.client
        device, id_ = quote(channel.device, safe=""), quote(channel.channel, safe="")
        query = f"device_id={device}&channel_id={id_}&storage=false"
        return f"{URL(client.http.base_url).origin()}/v1/{quote(client.user_id, safe='')}/{PATH}?{query}"

    def _kept(self, channel: ChannelAddress, age: float) -> Picture | None:
        """Return the last picture of a channel if it is not older than some seconds."""
        taken = self._taken.get(channel.key)
        if taken is None or self._context.runtime.monotonic() - taken >= age:
            return None
        return self._pictures.get(id_of(channel))

    def _name(self, channel: ChannelAddress) -> str:
        """Return what a channel is called."""
        return self._context.name(channel, "the channel")
