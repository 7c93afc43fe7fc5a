"""What lists do not tell of a channel and was found out by asking for it. What pushes told is in `seen`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .capabilities import Gate
from .records import StreamType


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Of one channel.

    `presets`: names of presets as options of a select, None if they were not asked for. `tracks`: cruise tracks, id and
    name. `alarm_plans`: alarm types that start a recording. `streams`: those of which settings are told. `refused`: what
    turned out not to be there.
    """

    presets: tuple[str, ...] | None = None
    tracks: tuple[tuple[int, str], ...] | None = None
    alarm_plans: tuple[str, ...] = ()
    streams: tuple[StreamType, ...] = ()
    refused: frozenset[Gate] = frozenset()


NOTHING: Final = Learnt()
type Lessons = Mapping[tuple[str, str], Learnt]
"""By device and channel."""
NO_LESSONS: Final[Lessons] = MappingProxyType({})
