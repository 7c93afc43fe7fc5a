"""The words for the streams of a channel: of the media interface, of stream settings, and ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..model import UNKNOWN, Feature, SelectFeature, Unknown
from .records import StreamType

PARTS: Final[Mapping[StreamType, str]] = MappingProxyType(
    {StreamType.PRIMARY: "main", StreamType.SECONDARY_1: "sub", StreamType.SECONDARY_2: "third"}
)
"""Our word for each stream, by which parts of features and options are named."""
NUMBERS: Final[Mapping[StreamType, int]] = MappingProxyType(
    {StreamType.PRIMARY: 0, StreamType.SECONDARY_1: 1, StreamType.SECONDARY_2: 2}
)
"""The number of each stream in its settings (ivm §3.18)."""
_WORDS: Final[Mapping[str, StreamType]] = MappingProxyType(
    {
        **{stream.value.lower(): stream for stream in StreamType},
        **{part: stream for stream, part in PARTS.items()},
        **{str(number): stream for stream, number in NUMBERS.items()},
    }
)


def stream_of(word: str | int | None) -> StreamType | None:
    """Return the stream of any of its words."""
    return None if word is None else _WORDS.get(str(word).strip().lower())


def option_of(feature: Feature, stream: StreamType | None) -> str | Unknown:
    """Return the option of a select that stands for a stream."""
    if stream is None or not isinstance(feature, SelectFeature):
        return UNKNOWN
    return next((option for option in feature.options if stream_of(option) is stream), UNKNOWN)
