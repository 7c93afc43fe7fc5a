"""What the streams of a channel can be set to (ivm §3.18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..transport.json import Fields, as_number

WRITABLE: Final = ("H.264", "H.265")
"""Codecs that can be written; MJPEG is only read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What goes with a resolution: frames per second, and kbit/s from the least to the most (None: not told)."""

    rates: tuple[int, ...] = ()
    bits: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class StreamAbility:
    """Of one stream: codec → resolution → what goes with it."""

    codecs: Mapping[str, Mapping[str, Picture]]

    def resolutions(self, codec: str | None) -> tuple[str, ...]:
        """Return the resolutions of a codec, of all codecs if it is not known."""
        if (sizes := self.codecs.get(codec or "")) is not None:
            return tuple(sizes)
        return tuple(dict.fromkeys(size for every in self.codecs.values() for size in every))

    def picture(self, codec: str | None, resolution: str | None) -> Picture:
        """Return what goes with a codec and resolution."""
        return self.codecs.get(codec or "", {}).get(resolution or "", Picture())


type Ability = Mapping[int, StreamAbility]
"""By the number of the stream."""


def read_ability(answer: Fields) -> Ability:
    """Return what an answer tells. Frame rates are numbers or text; several lists of one stream are joined."""
    found: dict[int, dict[str, dict[str, Picture]]] = {}
    for stream in (stream for row in answer.children("abilities") for stream in row.children("stream_info")):
        if (number := stream.integer("stream_type")) is None:
            continue
        codecs = found.setdefault(number, {})
        for mode in stream.children("encode_mode"):
            if (codec := mode.text("type")) is not None:
                sizes = codecs.setdefault(codec, {})
                for row in mode.children("resolution"):
                    if (size := row.text("type")) is not None:
                        sizes[size] = _picture(row)
    return MappingProxyType({number: StreamAbility(MappingProxyType(codecs)) for number, codecs in found.items()})


def _picture(row: Fields) -> Picture:
    """Return what a resolution can have."""
    rates = sorted({int(rate) for word in row.items_of("frame_rate") if (rate := as_number(word)) is not None})
    told = row.child("bit_rate")
    begin, end = told.integer("begin"), told.integer("end")
    supported = told.flag("support") is not False and begin is not None and end is not None and begin <= end
    return Picture(tuple(rates), (begin, end) if supported and begin is not None and end is not None else None)


def writable(codecs: Sequence[str]) -> tuple[str, ...]:
    """Return those codecs that can be written."""
    return tuple(codec for codec in codecs if codec in WRITABLE)
