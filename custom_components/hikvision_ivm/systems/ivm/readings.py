"""What is read in turns, how often, and for which features (ivm §9, "Coordinators")."""

from collections.abc import Awaitable, Callable
from typing import Final

from ..kinds import Kind
from ..model import Feature, NumberFeature, Report, SelectFeature
from .capabilities import Gate
from .commands import Parts
from .details import Reading
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
