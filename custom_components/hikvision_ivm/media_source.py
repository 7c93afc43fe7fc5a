"""Recordings in the media browser: system → site → areas → camera → (where it is recorded) → day → recording.

Nothing is asked of a system before somebody opens a day of a camera. A recording is played through Home Assistant's own
stream, so that its address, which holds credentials, never reaches a browser.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, override
from urllib.parse import quote, unquote

from homeassistant.components.camera import DynamicStreamSettings
from homeassistant.components.media_player import BrowseError, MediaClass, MediaType
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.components.stream import (
    CONF_RTSP_TRANSPORT,
    FORMAT_CONTENT_TYPE,
    HLS_PROVIDER,
    Stream,
    create_stream,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import IvmConfigEntry, IvmCoordinator
from .systems.errors import NotFoundError, SystemFailure
from .systems.kinds import Kind
from .systems.model import CameraFeature, Recording

NAME: Final = "Hikvision & Huawei IVM"
DAYS: Final = 31
"""How far back the list of days goes."""
STORES: Final = {"cloud": "Cloud", "device": "Device"}
"""Where something is recorded → what that is called."""
SORTS: Final = {"continuous": "", "motion": "motion", "alarm": "alarm"}
"""Why something was recorded → how that is told. What is recorded always needs no word."""
IDLE_SECONDS: Final = 60
"""How long a recording stays open for a player that asks no more."""
END_SECONDS: Final = 8.0
"""How long a recording that came to its end stays, for the player to fetch the rest; the stream would begin anew after
ten."""


async def async_get_media_source(hass: HomeAssistant) -> RecordingSource:
    """Return the source; entries are looked for when it is browsed."""
    return RecordingSource(hass)


@dataclass(frozen=True, slots=True)
class _Place:
    """What an identifier names. It comes from a client, so nothing in it is believed before it was found.

    Written as quoted parts: `place/<entry>/<site>/<area>…`, `camera/<entry>/<feature>`, `day/<entry>/<feature>/<date>`,
    `recording/<entry>/<feature>/<begin>/<end>` with seconds since 1970. Where a camera is recorded in several places, the
    one that is meant comes last: `camera/<entry>/<feature>/<store>` and so on.
    """

    kind: str
    entry_id: str
    rest: tuple[str, ...] = ()

    @classmethod
    def parse(cls, identifier: str) -> _Place:
        """Read an identifier. Raises ValueError for what is none."""
        kind, entry_id, *rest = (unquote(part) for part in identifier.split("/"))
        if kind not in LENGTHS or len(rest) not in LENGTHS[kind]:
            raise ValueError(identifier)
        return cls(kind, entry_id, tuple(rest))

    def __str__(self) -> str:
        """Write it as an identifier."""
        return "/".join(quote(part, safe="") for part in (self.kind, self.entry_id, *self.rest))

    @property
    def store(self) -> str:
        """Where it is recorded; empty if that is not told apart."""
        return self.rest[-1] if len(self.rest) == LENGTHS[self.kind][-1] else ""

    @property
    def day(self) -> date:
        """The day. Raises ValueError if it is none, or none of our time."""
        day = date.fromisoformat(self.rest[1])
        if not 1970 <= day.year < 2200:
            raise ValueError(day)
        return day

    @property
    def between(self) -> tuple[datetime, datetime]:
        """Begin and end of a recording. Raises ValueError if they are none."""
        start, end = (_moment(text) for text in self.rest[1:3])
        if end <= start:
            raise ValueError(self.rest)
        return start, end


def _moment(text: str) -> datetime:
    """Read seconds since 1970. Raises ValueError."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except OverflowError, OSError:
        raise ValueError(text) from None


LENGTHS: Final = {"place": range(64), "camera": range(1, 3), "day": range(2, 4), "recording": range(3, 5)}
"""Kind of identifier → how many parts follow the entry; the longer one names a store."""


class RecordingSource(MediaSource):
    """Recordings of all systems that tell of them."""

    name: str = NAME

    def __init__(self, hass: HomeAssistant) -> None:
        """Name the source."""
        super().__init__(DOMAIN)
        self.hass = hass

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """Show what lies in a place; cameras and days are listed without asking the system."""
        if not item.identifier:
            return self._root()
        try:
            place = _Place.parse(item.identifier)
            coordinator = self._coordinator(place.entry_id)
            if place.kind == "place":
                return _folder(place, _title(coordinator, place), _contents(coordinator, place))
            camera = _camera(coordinator, place)
            if place.kind == "camera":
                inside = _stores(place, camera) if len(camera.stores) > 1 else _days(place)
                return _folder(place, _titled(coordinator, camera, place), inside)
            return await _async_day(coordinator, camera, place)
        except (LookupError, ValueError) as error:
            raise BrowseError(translation_domain=DOMAIN, translation_key="unknown_media") from error

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Open a recording and return the address of Home Assistant's stream of it."""
        try:
            place = _Place.parse(item.identifier)
            coordinator = self._coordinator(place.entry_id)
            camera = _camera(coordinator, place)
            start, end = place.between
        except (LookupError, ValueError) as error:
            raise Unresolvable(translation_domain=DOMAIN, translation_key="unknown_media") from error
        except BrowseError as error:
            raise _as(Unresolvable, error) from error
        try:
            source = await coordinator.system.playback_source(camera, start, end)
        except SystemFailure as error:
            raise _as(Unresolvable, coordinator.command_failed(error)) from error
        stream = create_stream(self.hass, source, {CONF_RTSP_TRANSPORT: "tcp"}, DynamicStreamSettings())
        stream.add_provider(HLS_PROVIDER, timeout=IDLE_SECONDS)
        _stop_at_end(self.hass, stream, lambda: coordinator.system.playback_ended(source))
        return PlayMedia(stream.endpoint_url(HLS_PROVIDER), FORMAT_CONTENT_TYPE[HLS_PROVIDER])

    def _root(self) -> BrowseMediaSource:
        """Show the systems that have recordings, or what lies in the only one."""
        entries: list[IvmConfigEntry] = self.hass.config_entries.async_loaded_entries(DOMAIN)
        having = [entry for entry in entries if any(_cameras(entry.runtime_data))]
        if len(having) == 1:
            return _folder(None, NAME, _contents(having[0].runtime_data, _Place("place", having[0].entry_id)))
        having.sort(key=lambda entry: entry.title.casefold())
        return _folder(None, NAME, [_node(_Place("place", entry.entry_id), entry.title) for entry in having])

    def _coordinator(self, entry_id: str) -> IvmCoordinator:
        """Return the coordinator of an entry. Raises `LookupError` or, if it is not loaded, `BrowseError`."""
        entry: IvmConfigEntry | None = self.hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain != DOMAIN:
            raise LookupError(entry_id)
        if entry.state is not ConfigEntryState.LOADED:
            raise BrowseError(
                translation_domain=DOMAIN,
                translation_key="not_loaded",
                translation_placeholders={"device": entry.title},
            )
        return entry.runtime_data


def _as[E: HomeAssistantError](kind: type[E], error: HomeAssistantError) -> E:
    """Say the same by another kind of error."""
    return kind(
        translation_domain=error.translation_domain,
        translation_key=error.translation_key,
        translation_placeholders=error.translation_placeholders,
    )


# what there is


def _cameras(coordinator: IvmCoordinator) -> Iterator[CameraFeature]:
    """Iterate over the cameras that have recordings."""
    return (one for one in coordinator.inventory.of(CameraFeature) if one.recordings and one.kind is Kind.MAIN_STREAM)


def _camera(coordinator: IvmCoordinator, place: _Place) -> CameraFeature:
    """Return the camera that an identifier names, with the one store it names. Raises `LookupError`."""
    feature = coordinator.inventory.features[place.rest[0]]
    if not isinstance(feature, CameraFeature) or not feature.recordings:
        raise LookupError(feature.id)
    if not (store := place.store):
        return feature
    if store not in feature.stores:
        raise LookupError(store)
    return replace(feature, stores=(store,))


def _name(coordinator: IvmCoordinator, camera: CameraFeature) -> str:
    """Return what a camera is called."""
    return coordinator.inventory.devices[camera.device_id].name


def _titled(coordinator: IvmCoordinator, camera: CameraFeature, place: _Place) -> str:
    """Return what a camera is called, and which of its stores is meant."""
    name = _name(coordinator, camera)
    return f"{name}, {STORES.get(place.store, place.store)}" if place.store else name


def _title(coordinator: IvmCoordinator, place: _Place) -> str:
    """Return what a site or area is called; the system itself by the name of its entry."""
    return place.rest[-1] if place.rest else coordinator.entry.title


def _contents(coordinator: IvmCoordinator, place: _Place) -> list[BrowseMediaSource]:
    """List what lies in a place: first the areas, then the cameras."""
    here, depth = place.rest, len(place.rest)
    below: dict[str, _Place] = {}
    cameras: list[tuple[str, _Place]] = []
    for camera in _cameras(coordinator):
        path = coordinator.inventory.devices[camera.device_id].place
        if path[:depth] != here:
            continue
        if len(path) > depth:
            below[path[depth]] = _Place("place", place.entry_id, (*here, path[depth]))
        else:
            cameras.append((_name(coordinator, camera), _Place("camera", place.entry_id, (camera.id,))))
    if here and not below and not cameras:
        raise LookupError(here)
    areas = [_node(below[name], name) for name in sorted(below, key=str.casefold)]
    return [*areas, *(_node(found, name) for name, found in sorted(cameras, key=lambda one: one[0].casefold()))]


def _stores(place: _Place, camera: CameraFeature) -> list[BrowseMediaSource]:
    """List where a camera is recorded."""
    return [
        _node(_Place("camera", place.entry_id, (camera.id, store)), STORES.get(store, store)) for store in camera.stores
    ]


def _days(place: _Place) -> list[BrowseMediaSource]:
    """List the last days, the latest first. Whether something was recorded is asked when a day is opened."""
    today = dt_util.now().date()
    days = (today - timedelta(days=ago) for ago in range(DAYS))
    camera, *store = place.rest
    return [_node(_Place("day", place.entry_id, (camera, str(day), *store)), str(day)) for day in days]


async def _async_day(coordinator: IvmCoordinator, camera: CameraFeature, place: _Place) -> BrowseMediaSource:
    """List the recordings of a day. Raises ValueError for what is no day, and `BrowseError`."""
    day, zone = place.day, dt_util.get_default_time_zone()
    start, end = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
    try:
        recordings: Sequence[Recording] = await coordinator.system.recordings(camera, start, end)
    except NotFoundError:
        recordings = ()
    except SystemFailure as error:
        raise _as(BrowseError, coordinator.command_failed(error)) from error
    title = f"{_titled(coordinator, camera, place)}, {day}"
    return _folder(place, title, [_recording(place, one) for one in recordings if one.end > one.start])


# nodes


def _folder(place: _Place | None, title: str, children: Sequence[BrowseMediaSource]) -> BrowseMediaSource:
    """Make a node with what lies in it."""
    node = _node(place, title)
    node.children = children
    return node


def _node(place: _Place | None, title: str) -> BrowseMediaSource:
    """Make a node that can be opened."""
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=None if place is None else str(place),
        media_class=MediaClass.APP if place is None else MediaClass.DIRECTORY,
        media_content_type=MediaType.VIDEO,
        title=title,
        can_play=False,
        can_expand=True,
    )


def _recording(place: _Place, recording: Recording) -> BrowseMediaSource:
    """Make a node that can be played, named by its times, why it was recorded, and its size."""
    seconds = tuple(f"{moment.timestamp():.3f}" for moment in (recording.start, recording.end))
    start, end = (dt_util.as_local(moment) for moment in (recording.start, recording.end))
    facts = [SORTS.get(recording.sort, recording.sort)]
    facts.append("" if recording.size is None else f"{recording.size / 1_000_000:.0f} MB")
    facts.append("" if recording.playable else "archived")
    told = ", ".join(fact for fact in facts if fact)
    store = (place.store,) if place.store else ()
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=str(_Place("recording", place.entry_id, (place.rest[0], *seconds, *store))),
        media_class=MediaClass.VIDEO,
        media_content_type=MediaType.VIDEO,
        title=f"{start:%H:%M:%S} – {end:%H:%M:%S}{told and f' ({told})'}",
        can_play=recording.playable,
        can_expand=False,
    )


@callback
def _stop_at_end(hass: HomeAssistant, stream: Stream, ended: Callable[[], Awaitable[None]]) -> None:
    """Stop a stream some seconds after its recording ended or broke, instead of letting it begin anew.

    `ended` is told then; a player that is closed before leaves the address to its own end.
    """

    async def finish() -> None:
        await stream.stop()
        await ended()

    @callback
    def stop() -> None:
        hass.async_create_task(finish(), f"{DOMAIN} end of a recording")

    @callback
    def state_changed() -> None:
        if not stream.available:
            stream.set_update_callback(lambda: None)
            hass.loop.call_later(END_SECONDS, stop)

    stream.set_update_callback(state_changed)
