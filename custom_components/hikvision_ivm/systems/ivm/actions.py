"""The actions of an account (ivm §9): every argument is judged before anything is sent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from ..arguments import flag, number, span, text, texts, whole, word
from ..background import together
from ..base import Sink
from ..errors import InvalidArgumentError, UnsupportedError
from ..kinds import Kind
from ..model import CameraFeature, Feature, Picture, Recording
from .alarm_plans import LEAST, MOST, MOST_TOGETHER, Wish, check_types
from .commands import Parts
from .live import STREAMS
from .plans import asked_plan
from .playback import STORES
from .ptz import COMMANDS, LOCAL
from .records import ChannelAddress
from .statistics import Period, answer_of

LONGEST_NAME: Final = 128
LONGEST_UUID: Final = 128
LONGEST_DAYS: Final = 31
STOP: Final = "stop"
PROTOCOLS: Final[Mapping[str, str]] = MappingProxyType(
    {"hls": "HTTPS_HLS", "flv": "HTTPS_FLV", "rtsp": "RTSP", "http_hls": "HTTP_HLS", "http_flv": "HTTP_FLV"}
)
"""Our word → the cloud's."""
SORTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"continuous": frozenset({"continuous"}), "motion": frozenset({"motion", "alarm"})}
)
"""What recordings can be narrowed down to → sorts of recordings."""
_TARGET: Final = "entity_id"

type Arguments = Mapping[str, Any]
type Answer = Mapping[str, Any]
type Action = Callable[[Actions, Sequence[Feature], Arguments, Sink], Awaitable[Answer]]


class Actions:
    """The actions of one account."""

    def __init__(self, parts: Parts) -> None:
        """Does no I/O."""
        self._parts = parts

    async def act(self, action: str, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Carry out one of `ACTIONS`. Raises `InvalidArgumentError` before anything was sent."""
        if (carry_out := _TABLE.get(action)) is None:
            raise UnsupportedError(function=action)
        return await carry_out(self, features, arguments, sink)

    # moving

    async def ptz(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Move cameras: `command` (a key of `COMMANDS`, or `stop`), `speed` 1 to 10, `duration` in seconds."""
        channels = _channels(features)
        command = word(arguments, "command", (*COMMANDS, STOP))
        limits = LOCAL[Kind.PTZ_SPEED]
        speed = number(arguments, "speed", limits.minimum, limits.maximum)
        limits = LOCAL[Kind.PTZ_DURATION]
        duration = number(arguments, "duration", limits.minimum, limits.maximum)
        if command == STOP:
            await together([self._parts.ptz.stop(one) for one in channels])
        else:
            await together([self._parts.ptz.move(one, command, speed=speed, duration=duration) for one in channels])
        return {}

    async def goto_preset(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Send cameras to a `preset`: its number, or its name."""
        found = await self._presets(features, arguments)
        await together([self._parts.presets.goto(channel, index, sink) for channel, index in found])
        return {}

    async def set_preset(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Make a `preset` of where cameras look: its number with a `name`, or the name of a new one.

        A number that is in use is overwritten; recorders choose numbers themselves, and refuse one.
        """
        channels = _channels(features)
        named = text(arguments, "preset", LONGEST_NAME)
        name = text(arguments, "name", LONGEST_NAME, required=False)
        if not named.isdecimal():
            await together([self._parts.presets.save(one, name or named, sink) for one in channels])
            return {}
        indexes = await together([self._parts.presets.number(one, named) for one in channels])
        known = await together([self._parts.presets.known(one) for one in channels])
        await together(
            [
                self._parts.presets.save(channel, name or _name_of(index, presets), sink, index=index)
                for channel, index, presets in zip(channels, indexes, known, strict=True)
            ]
        )
        return {}

    async def rename_preset(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Give a `preset` (number or name) another `name`."""
        name = text(arguments, "name", LONGEST_NAME)
        found = await self._presets(features, arguments)
        await together([self._parts.presets.rename(channel, index, name, sink) for channel, index in found])
        return {}

    async def delete_preset(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Delete a `preset`: its number, or its name."""
        found = await self._presets(features, arguments)
        await together([self._parts.presets.delete(channel, index, sink) for channel, index in found])
        return {}

    async def patrol(self, on: bool, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Start or stop a `patrol`, which is a cruise track: its id, or its name."""
        channels = _channels(features)
        named = text(arguments, "patrol", LONGEST_NAME)
        ids = await together([self._parts.cruises.number(one, named) for one in channels])
        await together([self._parts.cruises.set(one, id_, sink, on=on) for one, id_ in zip(channels, ids, strict=True)])
        return {}

    # video

    async def get_live_url(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Return `url` of a camera's live stream: `stream` (a key of `STREAMS`), `protocol` (one of `PROTOCOLS`)."""
        channel, camera = _channel(features)
        stream = word(arguments, "stream", tuple(STREAMS), default=self._parts.live.stream_of(camera))
        named = arguments.get("protocol")
        protocol = None if named is None else PROTOCOLS[word(arguments, "protocol", PROTOCOLS)]
        return {"url": await self._parts.live.source(channel, stream, protocol, lasting=True)}

    async def get_playback_url(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Return the `url` that plays what was recorded between `start` and `end`, a day at most, of a `store`."""
        _, camera = _channel(features)
        start, end = span(arguments, longest_days=1)
        store = self._store(arguments)
        found = await self._parts.playback.recordings(camera, start, end, store=store)
        url = await self._parts.playback.source(camera, start, end, store=store) if found else None
        return {"url": url, "recordings": [_recording(one) for one in found]}

    async def list_recordings(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Return the `recordings` between `start` and `end`, of one `store` and one `sort` if they are given."""
        _, camera = _channel(features)
        start, end = span(arguments, longest_days=LONGEST_DAYS)
        store = self._store(arguments)
        sorts = None if arguments.get("sort") is None else SORTS[word(arguments, "sort", SORTS)]
        found = await self._parts.playback.recordings(camera, start, end, store=store)
        return {"recordings": [_recording(one) for one in found if sorts is None or one.sort in sorts]}

    async def snapshot(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Return a still picture of a camera."""
        channel, _ = _channel(features)
        return _content(await self._parts.snapshots.take(channel))

    async def get_alarm_picture(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Return the picture of an alarm by its `alarm_uuid`."""
        return _content(await self._parts.events.alarm_picture(text(arguments, "alarm_uuid", LONGEST_UUID)))

    # recording and the rest

    async def set_recording_plan(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Record all the time, at the times of a schedule, or not at all: see `asked_plan`."""
        channels, plan = _channels(features), asked_plan(arguments)
        if plan.on:
            await together([self._parts.plans.set_plan(one, plan) for one in channels])
        else:
            await together([self._parts.plans.switch(one, on=False) for one in channels])
        return {}

    async def set_alarm_recording(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Record when one of `alarm_types` is detected, `before` and `after` it (seconds), or not any more.

        Other types stay as they are, but the times of `mode` belong to the camera, and so to all of its types.
        """
        channels, plan = _channels(features), asked_plan(arguments)
        types = check_types(texts(arguments, "alarm_types"), "alarm_types")
        if not types:
            raise InvalidArgumentError(field="alarm_types", reason="is missing")
        before, after = (whole(arguments, field, LEAST, MOST) for field in ("before", "after"))
        if (before or 0) + (after or 0) > MOST_TOGETHER:
            raise InvalidArgumentError(field="after", reason=f"is more than {MOST_TOGETHER} s together with before")
        wish = Wish(types=types, on=bool(plan.on), before=before, after=after, times=plan if plan.on else None)
        await together([self._parts.alarm_plans.set_plan(one, wish) for one in channels])
        return {}

    async def get_people_counts(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Return people counted in the `period` (`day`, `week`, `month`, `year`) of a `date`, by default today."""
        channel, _ = _channel(features)
        period = Period(word(arguments, "period", tuple(Period), default=Period.DAY))
        day = _date(arguments) or self._parts.statistics.today()
        return answer_of(await self._parts.statistics.counts(channel, period, day), period, day)

    async def refresh_callbacks(self, features: Sequence[Feature], arguments: Arguments, sink: Sink) -> Answer:
        """Subscribe to everything again; `take_over`: also where another program is told now."""
        if flag(arguments, "take_over", default=False):
            await self._parts.events.take_over()
        return {"subscriptions": dict(await self._parts.events.refresh())}

    async def _presets(self, features: Sequence[Feature], arguments: Arguments) -> list[tuple[ChannelAddress, int]]:
        """Return the preset that is named for each camera."""
        channels = _channels(features)
        named = text(arguments, "preset", LONGEST_NAME)
        indexes = await together([self._parts.presets.number(one, named) for one in channels])
        return list(zip(channels, indexes, strict=True))

    def _store(self, arguments: Arguments) -> str:
        """Return the store that is named, empty for both."""
        return "" if arguments.get("store") is None else word(arguments, "store", STORES)


_TABLE: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "ptz": Actions.ptz,
        "goto_preset": Actions.goto_preset,
        "set_preset": Actions.set_preset,
        "rename_preset": Actions.rename_preset,
        "delete_preset": Actions.delete_preset,
        "run_patrol": lambda self, *more: self.patrol(True, *more),
        "stop_patrol": lambda self, *more: self.patrol(False, *more),
        "get_live_url": Actions.get_live_url,
        "get_playback_url": Actions.get_playback_url,
        "list_recordings": Actions.list_recordings,
        "snapshot": Actions.snapshot,
        "get_alarm_picture": Actions.get_alarm_picture,
        "set_recording_plan": Actions.set_recording_plan,
        "set_alarm_recording": Actions.set_alarm_recording,
        "get_people_counts": Actions.get_people_counts,
        "refresh_callbacks": Actions.refresh_callbacks,
    }
)
ACTIONS: Final = frozenset(_TABLE)


def _channels(features: Sequence[Feature]) -> tuple[ChannelAddress, ...]:
    """Return the channels of cameras, each once. Raises `InvalidArgumentError` for anything else."""
    found: dict[tuple[str, str], ChannelAddress] = {}
    for feature in features:
        address = feature.address
        if not isinstance(feature, CameraFeature) or not isinstance(address, ChannelAddress):
            raise InvalidArgumentError(field=_TARGET, reason=f"{feature.id} is not a camera")
        found.setdefault(address.key, ChannelAddress(address.device, address.channel))
    if not found:
        raise InvalidArgumentError(field=_TARGET, reason="names no camera")
    return tuple(found.values())


def _channel(features: Sequence[Feature]) -> tuple[ChannelAddress, CameraFeature]:
    """Return the one channel, and the camera it was named by."""
    found = _channels(features)
    if len(found) > 1:
        raise InvalidArgumentError(field=_TARGET, reason="names more than one; give one at a time")
    camera = features[0]
    assert isinstance(camera, CameraFeature)
    return found[0], camera


def _name_of(index: int, presets: Sequence[Any]) -> str:
    """Return the name that a preset has, or a plain one."""
    return next((one.name for one in presets if one.index == index), f"Preset {index}")


def _recording(one: Recording) -> dict[str, Any]:
    """Return a recording as JSON."""
    return {
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "size": one.size,
        "store": one.store,
        "sort": one.sort,
        "playable": one.playable,
    }


def _content(picture: Picture) -> dict[str, Any]:
    """Return a picture as an answer."""
    return {"content": picture.content, "content_type": picture.content_type}


def _date(arguments: Arguments) -> date | None:
    """Return the argument `date`."""
    value = arguments.get("date")
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise InvalidArgumentError(field="date", reason="is no date") from None
    if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
        raise InvalidArgumentError(field="date", reason="is no date")
    return value
