"""What is read in turns, how often, and for which features (ivm §9, "Coordinators")."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from ..base import Sink
from ..kinds import Kind
from ..model import Feature, Inventory, NumberFeature, Report, SelectFeature
from .capabilities import Gate
from .channel_features import Key
from .commands import Parts
from .details import Outside, Reading
from .heatmaps import KINDS as HEAT_MAPS
from .learnt import Learnt
from .ptz import channel_of
from .records import ChannelAddress
from .statistics import KINDS

SETTINGS_SECONDS: Final = 1800.0
"""Of settings that others may change, too."""
STATISTICS_SECONDS: Final = 300.0
HEAT_MAP_SECONDS: Final = 1800.0
ABILITY_SECONDS: Final = 86_400.0

RETENTION_GATES: Final[Mapping[Kind, Gate]] = MappingProxyType(
    {Kind.RETENTION: Gate.RETENTION, Kind.ALARM_RETENTION: Gate.ALARM_RETENTION}
)

type ReadChannel = Callable[[ChannelAddress], Awaitable[Report]]


def readings_of(parts: Parts) -> tuple[Reading, ...]:
    """Return what is read of channels. Lists of presets and tracks keep turns of their own (`Details.outside`)."""
    retention = {kind: parts.retention[kind].read for kind in parts.retention}
    settable = (SelectFeature, NumberFeature)
    return (
        _reading("people", KINDS, parts.statistics.read, Gate.STATISTICS, STATISTICS_SECONDS),
        _reading("recording_plan", parts.plans.kinds, parts.plans.read, Gate.RECORDING),
        _reading("alarm_plan", parts.alarm_plans.kinds, parts.alarm_plans.read, Gate.ALARM_RECORDING),
        *(_reading(kind.value, frozenset({kind}), read, RETENTION_GATES[kind]) for kind, read in retention.items()),
        _reading("recording_stream", parts.recording_streams.kinds, parts.recording_streams.read, Gate.RECORDING),
        _reading("streams", parts.streams.kinds, parts.streams.read, Gate.STREAMS, online=True),
        _reading(
            "stream_ability", parts.streams.kinds, parts.streams.read_ability, None, ABILITY_SECONDS, online=True,
            types=settable,
        ),
        Reading(
            name="heat_map",
            period=HEAT_MAP_SECONDS,
            kinds=HEAT_MAPS,
            free=True,
            read=parts.heat_maps.renew,
        ),
    )  # fmt: skip


def _reading(
    name: str,
    kinds: frozenset[Kind],
    read: ReadChannel,
    gate: Gate | None,
    period: float = SETTINGS_SECONDS,
    **more: Any,
) -> Reading:
    """Return a reading of one channel."""
    return Reading(name=name, period=period, kinds=kinds, gate=gate, read=_of_channel(read), **more)


def _of_channel(read: ReadChannel) -> Callable[[Feature], Awaitable[Report]]:
    """Return what reads for the channel of a feature."""
    return lambda feature: read(channel_of(feature))


def learnt_of(parts: Parts, key: Key, before: Learnt, refused: frozenset[Gate]) -> Learnt:
    """Return what is known of a channel by now, `before` included; `refused`: what turned out not to be there.

    From this the features grow: alarm types, presets, tracks, streams. Nothing of it is forgotten by a gap.
    """
    address = ChannelAddress(*key)
    plans = (*before.alarm_plans, *(one for one in parts.alarm_plans.types(key) if one not in before.alarm_plans))
    streams = (*before.streams, *(one for one in parts.streams.there(key) if one not in before.streams))
    return replace(
        before,
        presets=parts.presets.options(address) or before.presets,
        tracks=parts.cruises.tracks(address) or before.tracks,
        alarm_plans=plans,
        streams=streams,
        refused=before.refused | refused,
    )


def applied(parts: Parts, inventory: Inventory) -> Inventory:
    """Return an inventory in which selects and numbers offer what there is to choose, as far as known."""
    return parts.streams.apply(parts.cruises.apply(parts.presets.apply(inventory)))


def outside_of(parts: Parts, sink: Callable[[], Sink]) -> tuple[Outside, ...]:
    """Return what keeps turns of its own: lists of presets and tracks."""

    async def presets(wanted: Collection[str], most: int) -> int:
        return await parts.presets.slice(wanted, sink(), most=most)

    async def cruises(wanted: Collection[str], most: int) -> int:
        return await parts.cruises.slice(wanted, sink(), most=most)

    return presets, cruises
