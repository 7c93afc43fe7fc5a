"""How the streams of a channel are encoded: read, and changed one thing at a time (ivm §3.18).

The whole structure is read and written. What nobody asked to change goes back as it came, also where its value is none
that the tables allow: tables and samples contradict each other.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, override

from ..errors import InvalidArgumentError, ProtocolError, RejectedError, SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import UNKNOWN, Feature, Inventory, NumberFeature, Report, SelectFeature, SensorFeature, Unknown, Value
from ..transport.json import Fields, as_number, fields
from .channel_features import ChannelFeatures, Key
from .channel_settings import ChannelSettings, Write
from .context import Context
from .places import dc
from .records import ChannelAddress, StreamType
from .stream_ability import WRITABLE, Ability, read_ability, writable
from .stream_words import NUMBERS, stream_of

FIELDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.CODEC: "encode_type", Kind.RESOLUTION: "resolution", Kind.BIT_RATE: "bit_rate", Kind.FRAME_RATE: "frame_rate"}
)
"""Kind of a feature → field of a stream."""
BAD_PARAMETER: Final = frozenset({"IVM.10020001", "IVM.10020008"})
"""Codes for a field that the cloud does not know."""
DEFINITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "3840*2160": "4K", "2560*1440": "2K", "1920*1080": "1080P", "1280*720": "720p", "704*576": "D1",
        "352*288": "CIF", "176*144": "QCIF",
    }
)  # fmt: skip
"""Resolution → its name, which goes along with it, or stands for it."""
_NAMED: Final[Mapping[str, str]] = MappingProxyType({name.upper(): size for size, name in DEFINITIONS.items()})
LEAST_BITS: Final = 384
MOST_BITS: Final = 16_384
_ROOT: Final = frozenset({
    "stream_num", "max_frame_rate", "corridor_mode_open", "mirror_mode", "variable_bit_rate_open", "variable_bit_rate",
    "variable_frame_rate_open", "variable_frame_rate", "stream_info",
})  # fmt: skip
_STREAM: Final = frozenset({
    "stream_type", "encode_type", "resolution", "definition", "frame_rate", "bit_rate_type", "bit_rate",
    "intelligence_encoding_open", "intelligence_encoding_level", "slice_encoding_open", "layered_encoding_open",
    "profile", "i_frame_interval", "jpeg_quality", "bit_rate_mode", "pic_quality",
})  # fmt: skip
_TEXTS: Final = frozenset({"encode_type", "resolution", "definition"})
_MULTIPLY: Final = "×"


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is to be otherwise: a field of a stream."""

    stream: int
    field: str
    value: str | int


@dataclass(frozen=True, slots=True)
class Settings:
    """The structure as it came."""

    raw: Mapping[str, Any]

    def streams(self) -> dict[int, Fields]:
        """Return the streams by number."""
        rows = ((row.integer("stream_type"), row) for row in fields(self.raw).children("stream_info"))
        return {number: row for number, row in rows if number is not None}


class Streams(ChannelSettings[Settings, Wish]):
    """The stream settings of all channels. `abilities`: what they can be set to, where it was asked for."""

    kinds = frozenset(FIELDS)

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        super().__init__(context, features)
        self.abilities: dict[Key, Ability] = {}

    def there(self, key: Key) -> tuple[StreamType, ...]:
        """Return the streams of a channel of which settings are told."""
        document = self.known.get(key)
        told = document.streams() if document else {}
        return tuple(stream for stream, number in NUMBERS.items() if number in told)

    # what can be chosen

    async def read_ability(self, address: ChannelAddress) -> Report:
        """Read what a channel's streams can be set to. Tells nothing: `apply` puts it into features."""
        answer = await self.context.client.call("GET", f"{dc(address)}/stream-ability")
        self.abilities[address.key] = read_ability(answer)
        return Report()

    def apply(self, inventory: Inventory) -> Inventory:
        """Return an inventory in which selects and numbers offer what there is to choose, as far as known."""
        found = [
            offered
            for feature in inventory.features.values()
            if feature.kind in FIELDS
            and isinstance(feature, (SelectFeature, NumberFeature))
            and (offered := self._offered(feature)) != feature
        ]
        return inventory.including(features=found) if found else inventory

    def _offered(self, feature: SelectFeature | NumberFeature) -> Feature:
        """Return a feature with its options or limits."""
        address, stream = _place(feature)
        ability = self.abilities.get(address.key, {}).get(stream)
        if ability is None:
            return feature
        codec, resolution = self._now(address.key, stream)
        picture = ability.picture(codec, resolution)
        if isinstance(feature, NumberFeature):
            limits = picture.bits if feature.kind is Kind.BIT_RATE else None
            if feature.kind is Kind.FRAME_RATE and picture.rates:
                limits = picture.rates[0], picture.rates[-1]
            return replace(feature, minimum=float(limits[0]), maximum=float(limits[1])) if limits else feature
        match feature.kind:
            case Kind.CODEC:
                options = writable(tuple(ability.codecs))
            case Kind.RESOLUTION:
                options = tuple(map(_shown, ability.resolutions(codec)))
            case _:
                options = tuple(map(str, picture.rates if feature.kind is Kind.FRAME_RATE else ()))
        return replace(feature, options=options) if options else feature

    def _now(self, key: Key, stream: int) -> tuple[str | None, str | None]:
        """Return codec and resolution of a stream."""
        document = self.known.get(key)
        row = document.streams().get(stream) if document else None
        return (row.text("encode_type"), _text(row, "resolution")) if row is not None else (None, None)

    # changing

    async def set(self, feature: SelectFeature | NumberFeature, value: str | float) -> None:
        """Set codec, resolution, bit rate (kbit/s) or frames per second. Raises `SystemFailure`."""
        if feature.kind not in FIELDS:
            raise UnsupportedError(function=feature.kind)
        address, stream = _place(feature)
        if isinstance(feature, SelectFeature) and value not in feature.options:
            raise InvalidArgumentError(field="option", reason=f"is none of {', '.join(feature.options)}")
        field = FIELDS[feature.kind]
        wanted = _sent(str(value)) if field in _TEXTS else int(float(value))
        await self.change(address, Wish(stream, field, wanted))

    @override
    async def fetch(self, address: ChannelAddress) -> Settings:
        """Read the settings of a channel."""
        return Settings((await self.context.client.call("GET", f"{dc(address)}/stream-detail")).raw)

    @override
    def applied(self, address: ChannelAddress, document: Settings, change: Wish) -> Settings:
        """Return the structure with a change, and with what has to follow it."""
        if change.stream not in document.streams():
            raise ProtocolError(reason=f"the settings hold no stream {change.stream}")
        raw = deepcopy(dict(document.raw))
        rows = raw["stream_info"] if isinstance(raw.get("stream_info"), list) else [raw["stream_info"]]
        row = next(row for row in rows if fields(row).integer("stream_type") == change.stream)
        if _text(fields(row), change.field) == str(change.value):
            return document
        row[change.field] = change.value
        if change.field == "encode_type" or fields(row).text("encode_type") in WRITABLE:
            self._follow(address.key, change, row)
            return Settings(raw)
        raise RejectedError(reason=f"a stream with {row.get('encode_type')} cannot be written")

    def _follow(self, key: Key, change: Wish, row: dict[str, Any]) -> None:
        """Bring along what belongs to another codec or resolution: the name of the picture, and limits."""
        if change.field not in _TEXTS:
            return
        told = fields(row)
        size = _text(told, "resolution")
        if change.field == "resolution" and "definition" in row:
            if (name := DEFINITIONS.get(size or "")) is None:
                row.pop("definition")
            else:
                row["definition"] = name
        ability = self.abilities.get(key, {}).get(change.stream)
        if ability is None:
            return
        picture = ability.picture(told.text("encode_type"), size)
        bits, rate = told.integer("bit_rate"), told.integer("frame_rate")
        if picture.bits is not None and bits is not None:
            row["bit_rate"] = min(picture.bits[1], max(picture.bits[0], bits))
        if picture.rates and rate is not None and rate not in picture.rates:
            row["frame_rate"] = max((one for one in picture.rates if one <= rate), default=picture.rates[0])

    @override
    def write(self, address: ChannelAddress, document: Settings) -> Write:
        """Write the structure, without streams that cannot be written."""
        body = _numbers({name: value for name, value in document.raw.items() if name not in _PLACE})
        body["stream_info"] = [
            _numbers(row.raw) for row in document.streams().values() if row.text("encode_type") in WRITABLE
        ]
        return Write(method="POST", path=f"{dc(address)}/stream-detail", item=body)

    @override
    async def send(self, write: Write) -> None:
        """Write everything that was read; where the cloud does not take a field it gave itself, what the tables name."""
        try:
            await super().send(write)
        except SystemFailure as error:
            known = {name: value for name, value in write.item.items() if name in _ROOT}
            known["stream_info"] = [
                {name: value for name, value in row.items() if name in _STREAM} for row in write.item["stream_info"]
            ]
            if error.code not in BAD_PARAMETER or known == write.item:
                raise
            await super().send(replace(write, item=known))

    @override
    def found(self, document: Settings, change: Wish) -> tuple[object, object] | None:
        """Compare the field."""
        row = document.streams().get(change.stream)
        there = None if row is None else _text(row, change.field)
        return None if there == str(change.value) else (change.value, there or "nothing")

    @override
    def value(self, feature: Feature, document: Settings) -> Value | Unknown:
        """Return the reading, the option or the number of a field."""
        _, stream = _place(feature)
        row = document.streams().get(stream)
        if row is None:
            return UNKNOWN
        name = FIELDS[feature.kind]
        value: str | int | None = _text(row, name) if name in _TEXTS else row.integer(name)
        if value is None:
            return UNKNOWN
        match feature:
            case SelectFeature():
                option = _shown(str(value))
                return option if option in feature.options else UNKNOWN
            case NumberFeature():
                return float(value)
            case SensorFeature():
                return _shown(value) if isinstance(value, str) else value
        return UNKNOWN


_PLACE: Final = frozenset({"device_id", "channel_id", "channel_no", "stream_info"})


def _place(feature: Feature) -> tuple[ChannelAddress, int]:
    """Return the channel of a feature and the number of its stream; the main stream is meant where none is named."""
    address = feature.address
    if not isinstance(address, ChannelAddress):
        raise UnsupportedError(function=feature.kind)
    stream = stream_of(address.detail or feature.part) or StreamType.PRIMARY
    return address, NUMBERS[stream]


def _text(row: Fields, field: str) -> str | None:
    """Return a field of a stream. The printed answer names the picture (`definition`) in place of its size."""
    text = row.text(field)
    if text is None and field == "resolution":
        return _NAMED.get((row.text("definition") or "").upper())
    return text


def _numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with whole numbers as such: some answers write them as text, which is not taken."""
    found = dict(row)
    for name, value in row.items():
        if name in _ROOT | _STREAM and name not in _TEXTS and isinstance(value, str):
            number = as_number(value)
            if number is not None and number.is_integer():
                found[name] = int(number)
    return found


def _shown(word: str) -> str:
    """Return a resolution as people write it, with a sign of multiplication; anything else as it is."""
    width, star, height = word.partition("*")
    return f"{width}{_MULTIPLY}{height}" if star and width.isdecimal() and height.isdecimal() else word


def _sent(word: str) -> str:
    """Return a word as the cloud writes it."""
    return word.replace(_MULTIPLY, "*")
