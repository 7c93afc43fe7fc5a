"""Addresses of live streams (hikcentral §3.3).

An address holds for one session, so a new one is asked for each time; only a burst of questions shares one. What comes
with it for authentication is a password for the maker's own programs and is never read, except for who asks for it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import target, word
from ..base import Sink
from ..errors import (
    DeviceFailureError,
    InvalidArgumentError,
    NotPlayableError,
    RejectedError,
    UnlicensedError,
    UnsupportedError,
)
from ..kinds import Kind
from ..model import CameraFeature, Feature, Picture
from ..settings import STREAM_TEMPLATE
from ..transport.json import Fields, fields
from .addresses import PRIVATE, PROTOCOLS, address_of, check_template, fill_template, playable
from .records import CONTROLLER, ENCODER, MOBILE, Camera

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

LIVE: Final = "video/v1/cameras/previewURLs"
MEMORY: Final = "live_protocol"
"""Key in the runtime's memory: the protocol that the platform gave a playable address for."""
MAIN: Final = "main"
SUB: Final = "sub"
REUSE_SECONDS: Final = 3.0
"""For so long an address is good for another caller. A broken stream is renewed later than that."""
ASK_AGAIN_SECONDS: Final = 600.0
"""For so long a camera without a playable stream is not asked for one, where there is another picture to show."""

_TYPES: Final = MappingProxyType({MAIN: 0, SUB: 1})
_TCP: Final = 1
_SECURE: Final = 1
OTHER_PROTOCOL: Final = (RejectedError, UnsupportedError, DeviceFailureError)
"""Failures after which another protocol is tried: what the platform says to one it does not know is not documented."""

type LastPicture = Callable[[Camera], Picture | None]
"""Returns the picture of a camera's last event, if there is one at hand."""


class Live:
    """The live streams of one platform. `last_picture` may be set by whoever keeps pictures of events."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.last_picture: LastPicture = _none
        self._context = context
        self._template = own_template(context, STREAM_TEMPLATE)
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}
        self._fresh: dict[tuple[str, str], tuple[str, float]] = {}
        self._silent: dict[tuple[str, str], float] = {}
        self._plays: set[tuple[str, str]] = set()

    async def stream_source(self, feature: CameraFeature) -> str:
        """Return the address of a camera's stream. Never to be shown or logged.

        Raises `NotPlayableError` where only the maker's own programs could play it, `DeviceOfflineError`, and the
        client's errors.
        """
        return await self.source(_camera_of(feature), stream_of(feature))

    async def source(self, camera: Camera, stream: str) -> str:
        """Return the address of one stream: `MAIN` or `SUB`. Raises as `stream_source`."""
        key = (camera.id, stream)
        async with self._locks.setdefault(key, asyncio.Lock()):
            now = self._context.runtime.monotonic
            if (known := self._fresh.get(key)) is not None and now() - known[1] < REUSE_SECONDS:
                return known[0]
            found = await self._find(camera, stream)
            self._fresh[key] = (found, now())
            self._plays.add(key)
            return found

    async def watch(self, camera: Camera) -> None:
        """Make the platform start a live view of a camera. Raises `SystemFailure`."""
        await self._ask(camera, MAIN, PRIVATE[0])

    async def still(self, feature: CameraFeature) -> Picture:
        """Return the picture of the last event where no stream plays; the platform takes no pictures itself (§6).

        Raises `UnsupportedError` where one can be cut out of the stream, `NotPlayableError` where there is none at
        all, and the client's errors.
        """
        camera, stream = _camera_of(feature), stream_of(feature)
        if self._template is not None or not self._was_silent(camera, stream):
            try:
                if (camera.id, stream) not in self._plays:
                    await self.source(camera, stream)
                raise UnsupportedError(function=f"still pictures of {camera.name}")
            except NotPlayableError as error:
                _LOGGER.debug("There is no %s", error)
        if (picture := self.last_picture(camera)) is not None:
            return picture
        raise NotPlayableError(function=_video(camera))

    async def address(self, camera: Camera, stream: str, protocol: str) -> Mapping[str, Any]:
        """Return what the platform answers for one protocol: `url`, and `authentication` where there is one.

        Raises `NotPlayableError` where the answer holds no address, and the client's errors.
        """
        answer = await self._ask(camera, stream, protocol)
        url = playable(answer, protocol) if protocol in PROTOCOLS else address_of(answer)
        if url is None:
            raise NotPlayableError(function=f"{_video(camera)} as {protocol}")
        found = {"url": url}
        if protocol in PRIVATE and (secret := answer.text("authentication")) is not None:
            found["authentication"] = secret
        return found

    # finding a protocol

    async def _find(self, camera: Camera, stream: str) -> str:
        """Ask in the protocol that worked, else in every one; the user's own form of address comes last."""
        if self._template is None or not self._was_silent(camera, stream):
            for protocol in self._order():
                try:
                    answer = await self._ask(camera, stream, protocol)
                except UnlicensedError:
                    raise
                except OTHER_PROTOCOL as error:
                    _LOGGER.debug("No address of %s as %s: %s", camera.name, protocol, error)
                    continue
                if (found := playable(answer, protocol)) is not None:
                    self._remember(protocol)
                    self._silent.pop((camera.id, stream), None)
                    return found
            self._silent[camera.id, stream] = self._context.runtime.monotonic()
            self._plays.discard((camera.id, stream))
        return self._own(camera, stream)

    async def _ask(self, camera: Camera, stream: str, protocol: str) -> Fields:
        """Ask for one address."""
        body: dict[str, Any] = {
            "cameraIndexCode": camera.id,
            "streamType": _TYPES[stream],
            "protocol": protocol,
            "transmode": _TCP,
        }
        if protocol == "websocket":
            body["requestWebsocketProtocol"] = _SECURE
        return fields(await self._context.client.call(LIVE, body))

    def _own(self, camera: Camera, stream: str) -> str:
        """Return the address by the user's own form. Raises `NotPlayableError`."""
        if self._template is None:
            raise NotPlayableError(function=_video(camera))
        ip = device_ip(self._context, camera)
        return fill_template(
            self._template, what=_video(camera), camera=camera.id, name=camera.name, ip=ip, sub=stream == SUB
        )

    def _order(self) -> tuple[str, ...]:
        """Return the protocols, the one that worked first."""
        known = self._known()
        return tuple(sorted(PROTOCOLS, key=lambda protocol: protocol != known))

    def _known(self) -> str | None:
        """Return the protocol that worked on this platform, None if none did yet."""
        stored = self._context.runtime.memory.get(MEMORY)
        return stored if isinstance(stored, str) and stored in PROTOCOLS else None

    def _remember(self, protocol: str) -> None:
        """Remember the protocol that works."""
        if self._known() != protocol:
            self._context.runtime.memory[MEMORY] = protocol
            self._context.runtime.remember()

    def _was_silent(self, camera: Camera, stream: str) -> bool:
        """Whether the platform was lately found to have no playable address of a camera."""
        since = self._silent.get((camera.id, stream))
        return since is not None and self._context.runtime.monotonic() - since < ASK_AGAIN_SECONDS


def _none(camera: Camera) -> Picture | None:
    """Have no picture."""
    return None


def _video(camera: Camera) -> str:
    """Name the live video of a camera."""
    return f"live video of {camera.name}"


def _camera_of(feature: Feature) -> Camera:
    """Return the camera of a feature. Raises `UnsupportedError` for a feature of something else."""
    if not isinstance(feature.address, Camera):
        raise UnsupportedError(function=feature.kind)
    return feature.address


def stream_of(feature: Feature) -> str:
    """Return which stream a feature shows."""
    return SUB if feature.kind is Kind.SUB_STREAM else MAIN


def own_template(context: Context, option: str) -> str | None:
    """Return the user's own form of addresses, None if there is none that makes addresses."""
    template = context.options.get(option)
    if not isinstance(template, str) or not template.strip():
        return None
    try:
        return check_template(template)
    except InvalidArgumentError as error:
        # It may hold a password: what is wrong is told without it.
        _LOGGER.warning("The option %s is not used: it %s", option, error.placeholders["reason"])
        return None


def device_ip(context: Context, camera: Camera) -> str | None:
    """Return the address of the device that a camera hangs on, None if unknown."""
    facts = context.facts()
    if camera.parent is None or camera.parent_type is None:
        return None
    by_type: Mapping[str, Mapping[str, Any]] = {
        ENCODER: facts.encoders,
        CONTROLLER: facts.controllers,
        MOBILE: facts.mobile_devices,
    }
    device = by_type.get(camera.parent_type, {}).get(camera.parent)
    return device.ip if device is not None else None


async def get_live_url(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Return `url` of a camera's live stream: `stream` is `main` or `sub`, `protocol` any that the platform knows.

    Without `protocol` it is one that can be played. With one of `PRIVATE` there may be an `authentication`, too.
    """
    camera = target(features, Camera, "a camera")
    stream = word(arguments, "stream", tuple(_TYPES), default=stream_of(features[0]))
    if arguments.get("protocol") is None:
        return {"url": await context.part(Live).source(camera, stream)}
    protocol = word(arguments, "protocol", (*PROTOCOLS, *PRIVATE))
    return await context.part(Live).address(camera, stream, protocol)


ACTIONS: Final = MappingProxyType({"get_live_url": get_live_url})
