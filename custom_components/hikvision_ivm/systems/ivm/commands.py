"""Every command to something in the inventory: to whom it goes, by its kind."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..arguments import bounded
from ..base import Sink
from ..errors import InvalidArgumentError, UnsupportedError
from ..kinds import Kind
from ..model import ButtonFeature, Feature, ImageFeature, NumberFeature, Picture, SelectFeature, SwitchFeature
from .alarm_plans import MOST, AlarmPlans
from .budget import Budget
from .channel import EventChannel
from .channel_features import ChannelFeatures
from .context import Context
from .cruises import Cruises
from .heatmaps import KINDS as HEAT_MAPS, HeatMaps
from .live import Live
from .playback import Playback
from .presets import Presets
from .ptz import LOCAL, Ptz, channel_of
from .recording_plans import RecordingPlans, RecordingStreams
from .records import ChannelAddress
from .retention import ALARM, LONGEST, NORMAL, Retention
from .snapshots import Snapshots
from .statistics import Statistics
from .streams import FIELDS, Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What carries out the commands of one account. `events` are its pushes."""

    plans: RecordingPlans
    recording_streams: RecordingStreams
    alarm_plans: AlarmPlans
    retention: Mapping[Kind, Retention]
    streams: Streams
    statistics: Statistics
    heat_maps: HeatMaps
    live: Live
    snapshots: Snapshots
    playback: Playback
    ptz: Ptz
    presets: Presets
    cruises: Cruises
    events: EventChannel


def parts_of(context: Context, events: EventChannel) -> Parts:
    """Make the parts of an account. Does no I/O."""
    features = ChannelFeatures(context.inventory)
    ptz = Ptz(context)
    return Parts(
        plans=RecordingPlans(context, features),
        recording_streams=RecordingStreams(context, features),
        alarm_plans=AlarmPlans(context, features),
        retention=MappingProxyType(
            {
                Kind.RETENTION: Retention(context, features, NORMAL),
                Kind.ALARM_RETENTION: Retention(context, features, ALARM),
            }
        ),
        streams=Streams(context, features),
        statistics=Statistics(context, features),
        heat_maps=HeatMaps(context),
        live=Live(context),
        snapshots=Snapshots(context),
        playback=Playback(context),
        ptz=ptz,
        presets=Presets(context, features, ptz),
        cruises=Cruises(context, features),
        events=events,
    )


class Commands:
    """The commands of one account. Each raises `SystemFailure`."""

    def __init__(self, parts: Parts, budget: Budget) -> None:
        """Does no I/O."""
        self._parts = parts
        self._budget = budget

    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Switch recording of a channel, of an alarm type, or a cruise track."""
        match feature.kind:
            case Kind.CONTINUOUS_RECORDING:
                await self._parts.plans.switch(channel_of(feature), on=on)
            case Kind.ALARM_RECORDING:
                await self._parts.alarm_plans.switch(feature, _detailed(feature), on=on)
            case Kind.CRUISE:
                await self._parts.cruises.switch(feature, sink, on=on)
            case _:
                raise UnsupportedError(function=feature.kind)

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose a preset, a track, the stream that is shown or recorded, or how a stream is encoded."""
        match feature.kind:
            case Kind.PTZ_PRESET:
                await self._parts.presets.select(feature, option, sink)
            case Kind.PTZ_PATROL:
                await self._parts.cruises.select(feature, option, sink)
            case Kind.LIVE_STREAM:
                sink.report(self._parts.live.choose(feature, option))
            case Kind.RECORDING_STREAM:
                await self._parts.recording_streams.select(feature, channel_of(feature), option)
            case kind if kind in FIELDS:
                await self._parts.streams.set(feature, option)
            case _:
                raise UnsupportedError(function=feature.kind)

    async def set_number(self, feature: NumberFeature, value: float, sink: Sink) -> None:
        """Set days, seconds, how a camera moves, or how a stream is encoded."""
        kind = feature.kind
        if kind in LOCAL:
            sink.report(self._parts.ptz.numbers.set(feature, value))
        elif kind in self._parts.retention:
            await self._parts.retention[kind].set(channel_of(feature), _whole(value, LONGEST))
        elif kind in {Kind.PRE_RECORDING, Kind.POST_RECORDING}:
            await self._parts.alarm_plans.set_number(feature, _detailed(feature), _whole(value, MOST))
        elif kind in FIELDS:
            await self._parts.streams.set(feature, bounded(value, "value", feature.minimum, feature.maximum))
        else:
            raise UnsupportedError(function=kind)

    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Move a camera, take a picture, read lists again, or subscribe anew."""
        match feature.kind:
            case Kind.SNAPSHOT:
                await self._parts.snapshots.take(channel_of(feature))
            case Kind.REFRESH_PRESETS:
                await self._refresh_lists(feature, sink)
            case Kind.RESUBSCRIBE:
                await self._parts.events.refresh()
            case _:
                await self._parts.ptz.press(feature)

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Return a heat map, or the picture of the last event."""
        if feature.kind not in HEAT_MAPS:
            return await self._parts.events.image(feature)
        self._budget.spend(1)
        return await self._parts.heat_maps.image(feature)

    async def close(self) -> None:
        """Stop what moves and give back what is held."""
        parts = self._parts
        await asyncio.gather(parts.ptz.close(), parts.live.close(), parts.playback.close(), parts.snapshots.close())

    async def _refresh_lists(self, feature: ButtonFeature, sink: Sink) -> None:
        """Read presets and tracks of a camera; that it has one of them only is no failure."""
        address = channel_of(feature)
        lists = (self._parts.presets.refresh, self._parts.cruises.refresh)
        done = await asyncio.gather(*(refresh(address, sink) for refresh in lists), return_exceptions=True)
        failures = [one for one in done if isinstance(one, BaseException)]
        unsupported = [one for one in failures if isinstance(one, UnsupportedError)]
        if failures and (len(failures) == len(lists) or len(unsupported) < len(failures)):
            raise next((one for one in failures if one not in unsupported), failures[0])


def _detailed(feature: Feature) -> ChannelAddress:
    """Return the address of a feature with the alarm type that it is about."""
    if not isinstance(feature.address, ChannelAddress):
        raise UnsupportedError(function=feature.kind)
    return feature.address


def _whole(value: float, most: int) -> int:
    """Return a whole number from 1 on. Raises `InvalidArgumentError`."""
    found = bounded(value, "value", 1, most)
    if not found.is_integer():
        raise InvalidArgumentError(field="value", reason=f"{found:g} is not a whole number")
    return int(found)
