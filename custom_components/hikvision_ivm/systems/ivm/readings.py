"""What is read in turns, how often, and for which features (ivm §9, "Coordinators")."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Final

from ..base import Sink
from ..kinds import Kind
from ..model import Feature, Inventory, NumberFeature, Report, SelectFeature
from .capabilities import Gate
from .channel_features import Key
from .commands import Parts
from .details import Outside, Reading
from .learnt import Learnt
from .ptz import channel_of
from .records import ChannelAddress
from .statistics import KINDS
from .streams import FIELDS

SETTINGS_SECONDS: Final = 1800.0
"""Of settings that others may change, too."""
STATISTICS_SECONDS: Final = 300.0
HEAT_MAP_SECONDS: Final = 1800.0
ABILITY_SECONDS: Final = 86_400.0

type ReadChannel = Callable[[ChannelAddress], Awaitable[Report]]


def readings_of(parts: Parts) -> tuple[Reading, ...]:
    """Return what is read of channels. Lists of presets and tracks keep turns of their own (`Details.outside`)."""
    retention = [
        Reading(
            name=kind.value,
            period=SETTINGS_SECONDS,
            kinds=frozenset({kind}),
            gate={Kind.RETENTION: Gate.RETENTION, Kind.ALARM_RETENTION: Gate.ALARM_RETENTION}[kind],
            read=_of_channel(one.read),
        )
        for kind, one in parts.retention.items()
    ]
    return (
        Reading(
            name="people",
            period=STATISTICS_SECONDS,
            kinds=KINDS,
            gate=Gate.STATISTICS,
            read=_of_channel(parts.statistics.read),
        ),
        Reading(
            name="recording_plan",
            period=SETTINGS_SECONDS,
            kinds=parts.plans.kinds,
            gate=Gate.RECORDING,
            read=_of_channel(parts.plans.read),
        ),
        Reading(
            name="alarm_plan",
            period=SETTINGS_SECONDS,
            kinds=parts.alarm_plans.kinds,
            gate=Gate.ALARM_RECORDING,
            read=_of_channel(parts.alarm_plans.read),
        ),
        *retention,
        Reading(
            name="recording_stream",
            period=SETTINGS_SECONDS,
            kinds=parts.recording_streams.kinds,
            gate=Gate.RECORDING,
            read=_of_channel(parts.recording_streams.read),
        ),
        Reading(
            name="streams",
            period=SETTINGS_SECONDS,
            kinds=parts.streams.kinds,
            gate=Gate.STREAMS,
            online=True,
            read=_of_channel(parts.streams.read),
        ),
        Reading(
            name="stream_ability",
            period=ABILITY_SECONDS,
            kinds=frozenset(FIELDS),
            types=(SelectFeature, NumberFeature),
            online=True,
            read=_of_channel(parts.streams.read_ability),
        ),
        Reading(
            name="heat_map",
            period=HEAT_MAP_SECONDS,
            kinds=frozenset({Kind.HEAT_MAP}),
            free=True,
            read=parts.heat_maps.renew,
        ),
    )


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
