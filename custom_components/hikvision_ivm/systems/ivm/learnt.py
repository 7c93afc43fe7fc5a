"""What lists do not tell of a channel: what was found out by asking for it, and what it was seen to tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from .capabilities import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Of one channel.

    `presets`: names of presets as options of a select, None if they were not asked for. `tracks`: cruise tracks, id and
    name. `alarm_plans`: alarm types that start a recording. `lanes` of which traffic is told. `streams`: part words of
    streams of which settings are told, `main` and so on. `refused`: what turned out not to be there. `seen`: kinds of
    alarms and readings that were told.
    """

    presets: tuple[str, ...] | None = None
    tracks: tuple[tuple[int, str], ...] | None = None
    alarm_plans: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    refused: frozenset[Gate] = frozenset()
    seen: tuple[Kind, ...] = ()


NOTHING: Final = Learnt()
type Lessons = Mapping[tuple[str, str], Learnt]
"""By device and channel; the channel of what a device itself tells is empty."""
NO_LESSONS: Final[Lessons] = MappingProxyType({})
