"""Recordings: what there is, and how to play it (hikcentral §3.4, T19).

Segments can always be listed. Only forms for the maker's own programs are documented for playing; whether the platform
gives another one is tried once and remembered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import span, target
from ..base import Sink
from ..errors import (
    DeviceFailureError,
    InvalidArgumentError,
    NotFoundError,
    NotPlayableError,
    ProtocolError,
    UnlicensedError,
    UnsupportedError,
)
from ..model import Feature, Recording
from ..recordings import merged, stretches
from ..settings import PLAYBACK_TEMPLATE
from ..times import format_time, parse_time
from ..transport.json import Fields, fields
from .addresses import PRIVATE, address_of, fill_template, is_for_playback, playable
from .codes import NO_RECORDING
from .live import OTHER_PROTOCOL, device_ip, own_template
from .records import Camera

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

PLAYBACK: Final = "video/v1/cameras/playbackURLs"
MEMORY: Final = "playback_protocol"
"""Key in the runtime's memory: the platform's version, and the protocol that it gave a playable address for."""
LONGEST: Final = timedelta(days=3)
"""The longest stretch that one call may name."""
MOST_PAGES: Final = 500
"""Pages of one stretch; a cursor that goes on behind that does not end."""

_PROTOCOLS: Final = ("rtsp_s", "hls")
_TCP: Final = 1
_STORES: Final[Mapping[str, str]] = MappingProxyType({"0": "central", "1": "device", "2": "cluster"})


class Playback:
    """The recordings of one platform."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._context = context
        template = own_template(context, PLAYBACK_TEMPLATE)
        self._template = template if template is not None and is_for_playback(template) else None

    async def recordings(self, feature: Feature, start: datetime, end: datetime) -> tuple[Recording, ...]:
        """List what was recorded between two moments with time zones, oldest first, cut at both.

        Empty where the camera has no schedule of recording. Raises the client's errors.
        """
        camera = _camera_of(feature)
        found: list[Recording] = []
        calls = tuple(stretches(start, end, LONGEST))
        for begin, until in calls:
            found += await self._list(camera, begin, until)
        return merged(found, start, end, {begin for begin, _ in calls})

    async def source(self, feature: Feature, start: datetime, end: datetime) -> str:
        """Return the address of a recording. Never to be shown or logged.

        Raises `InvalidArgumentError` for more than three days, `NotFoundError` where nothing was recorded,
        `NotPlayableError` where only the maker's own programs could play it, and the client's errors.
        """
        camera = _camera_of(feature)
        if not timedelta() < end - start <= LONGEST:
            raise InvalidArgumentError(field="end", reason="is not within three days after the start")
        protocols = self._to_try()
        sure = bool(protocols)
        for protocol in protocols:
            try:
                answer = await self._ask(camera, start, end, protocol)
            except UnlicensedError:
                raise
            except NotFoundError as error:
                raise _nothing(camera) if error.code == NO_RECORDING else error from None
            except OTHER_PROTOCOL as error:
                _LOGGER.debug("No recording of %s as %s: %s", camera.name, protocol, error)
                sure = sure and not isinstance(error, DeviceFailureError)
                continue
            parts = (answer, *answer.children("list"))
            if (
                url := next((url for part in parts if (url := playable(part, protocol)) is not None), None)
            ) is not None:
                self._remember(protocol)
                return url
            if all(address_of(part) is None for part in parts):
                raise _nothing(camera)
        if sure:
            self._remember("")
        if self._template is None:
            raise NotPlayableError(function=_what(camera))
        ip = device_ip(self._context, camera)
        return fill_template(
            self._template, what=_what(camera), camera=camera.id, name=camera.name, ip=ip, span=(start, end)
        )

    # calls

    async def _list(self, camera: Camera, begin: datetime, end: datetime) -> list[Recording]:
        """List the segments of one stretch; the platform's cursor leads from page to page."""
        zone = self._context.runtime.zone
        found: dict[tuple[datetime, datetime], Recording] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            try:
                answer = await self._ask(camera, begin, end, PRIVATE[0], cursor)
            except NotFoundError as error:
                if error.code == NO_RECORDING:
                    break
                raise
            store = answer.text("recordLocation") or camera.record_location or ""
            if "list" not in answer and not found and address_of(answer) is not None:
                # There is something to play, but the platform does not say from when to when.
                return [Recording(start=begin, end=end, store=_STORES.get(store, store))]
            count = len(found)
            for segment in answer.children("list"):
                if (recording := _recording(segment, store, zone)) is not None:
                    found[recording.start, recording.end] = recording
            cursor = answer.text("uuid") or ""
            if not cursor or len(found) == count:
                break
        else:
            raise ProtocolError(reason="the list of recordings does not end")
        return list(found.values())

    async def _ask(self, camera: Camera, begin: datetime, end: datetime, protocol: str, cursor: str = "") -> Fields:
        """Ask for one page of segments and their address."""
        body = {
            "cameraIndexCode": camera.id,
            "recordType": camera.record_type if camera.record_type in {"0", "1"} else "0",
            "protocol": protocol,
            "transmode": _TCP,
            "beginTime": format_time(begin),
            "endTime": format_time(end),
            "uuid": cursor,
        }
        answer = await self._context.client.call(PLAYBACK, body)
        if not isinstance(answer, Mapping):
            raise ProtocolError(reason="the answer holds no recordings")
        return fields(answer)

    # what the platform can do

    def _to_try(self) -> Sequence[str]:
        """Return the protocols to ask in, the one that worked first; none if all were found not to work."""
        stored = self._context.runtime.memory.get(MEMORY)
        if not isinstance(stored, Mapping) or stored.get("version") != self._context.facts().version:
            return _PROTOCOLS
        known = stored.get("protocol")
        return sorted(_PROTOCOLS, key=lambda protocol: protocol != known) if known else ()

    def _remember(self, protocol: str) -> None:
        """Remember the protocol that works; empty: none does."""
        outcome = {"version": self._context.facts().version, "protocol": protocol}
        if self._context.runtime.memory.get(MEMORY) != outcome:
            self._context.runtime.memory[MEMORY] = outcome
            self._context.runtime.remember()


def _recording(segment: Fields, store: str, zone: tzinfo) -> Recording | None:
    """Read a VideoInfo; None if it has no times, or none that make sense."""
    start = parse_time(segment.text("beginTime"), zone)
    end = parse_time(segment.text("endTime"), zone)
    if start is None or end is None or end <= start:
        _LOGGER.debug("A recording without its times was left out")
        return None
    size = segment.integer("size")
    return Recording(
        start=start, end=end, size=size if size is not None and size >= 0 else None, store=_STORES.get(store, store)
    )


def _camera_of(feature: Feature) -> Camera:
    """Return the camera of a feature. Raises `UnsupportedError` for a feature of something else."""
    if not isinstance(feature.address, Camera):
        raise UnsupportedError(function=feature.kind)
    return feature.address


def _what(camera: Camera) -> str:
    """Name the recordings of a camera."""
    return f"recordings of {camera.name}"


def _nothing(camera: Camera) -> NotFoundError:
    """Return the error of a time without a recording."""
    return NotFoundError(subject=_what(camera))


async def get_playback_url(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Return the `recordings` of a camera between `start` and `end`, and the `url` that plays them.

    At most three days. `url` is None where only the maker's own programs could play them.
    """
    target(features, Camera, "a camera")
    start, end = span(arguments, longest_days=LONGEST.days)
    if arguments.get("store") is not None:
        raise InvalidArgumentError(field="store", reason="cannot be chosen: the platform looks where it recorded")
    playback = context.part(Playback)
    found = await playback.recordings(features[0], start, end)
    url: str | None = None
    if found:
        try:
            url = await playback.source(features[0], start, end)
        except NotPlayableError as error:
            _LOGGER.debug("Not playable: %s", error)
    return {
        "url": url,
        "recordings": [
            {"start": each.start.isoformat(), "end": each.end.isoformat(), "size": each.size, "store": each.store}
            for each in found
        ],
    }


ACTIONS: Final = MappingProxyType({"get_playback_url": get_playback_url})
