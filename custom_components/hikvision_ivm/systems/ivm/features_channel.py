"""What a channel becomes: streams, detections, controls, settings, readings (ivm §5, §9 "Platforms").

What is not known to be missing is offered; what is not known to be there starts disabled.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from ..kinds import Kind
from ..model import (
    BinarySensorFeature,
    ButtonFeature,
    CameraFeature,
    EventFeature,
    Feature,
    ImageFeature,
    NumberFeature,
    SelectFeature,
    SensorFeature,
    Source,
    SwitchFeature,
)
from ..parts import Recipe, Row, recipes
from .alarm_types import CHANNEL_EVENT_TYPES
from .capabilities import Ability, Gate, answers, is_holo
from .learnt import NOTHING, Learnt
from .playback import CLOUD, DEVICE
from .ptz import LOCAL
from .records import ChannelAddress, ChannelRecord, DeviceRecord, StreamType, firmware_of
from .stream_words import PARTS

STREAM_OPTIONS: Final = tuple(PARTS.values())
USUAL_STREAMS: Final = (StreamType.PRIMARY, StreamType.SECONDARY_1)
USUAL_ALARM: Final = "motion_detection"
"""The alarm type that every channel can record by."""
CARD_WORDS: Final[Mapping[str, str]] = MappingProxyType({"0": "ok", "1": "error", "2": "not_exist", "3": "formatting"})
"""`storage_card_status` → word; `-1` has no storage card (ivm §1.12)."""
NO_CARD: Final = "-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """What the tables look at: channels of which all this is the same have the same features.

    `card`: whether there is a place for a storage card, None if that is not told; `mask`, `firmware`: a privacy mask, the
    firmware is told of.
    `streams`: wanted besides the main one, None for all of them.
    """

    holo: bool | None = None
    abilities: frozenset[str] | None = None
    packages: frozenset[str] | None = None
    card: bool | None = None
    mask: bool = False
    firmware: bool = False
    streams: frozenset[str] | None = None
    learnt: Learnt = NOTHING

    @property
    def open(self) -> Mapping[Gate, bool | None]:
        """The answers of all gates."""
        return answers(self.holo, self.abilities, self.packages, self.learnt.refused)

    def has(self, ability: Ability) -> bool | None:
        """Whether there is an ability."""
        return None if self.abilities is None else ability in self.abilities


def view_of(
    device: DeviceRecord, channel: ChannelRecord, streams: frozenset[str] | None = None, learnt: Learnt = NOTHING
) -> ChannelView:
    """Return a channel as the tables see it."""
    return ChannelView(
        holo=is_holo(device),
        abilities=channel.abilities,
        packages=channel.packages,
        card=None if channel.storage_card is None else channel.storage_card != NO_CARD,
        mask=channel.mask is not None,
        firmware=firmware_of(device, channel) is not None,
        streams=streams,
        learnt=learnt,
    )


def _open(gate: Gate) -> Callable[[ChannelView], bool]:
    """Return whether something is not known to be missing."""
    return lambda view: view.open[gate] is not False


def _sure(gate: Gate) -> Callable[[ChannelView], bool]:
    """Return whether something is known to be there."""
    return lambda view: view.open[gate] is True


def _either(*some: Gate) -> Callable[[ChannelView], bool]:
    """Return whether one of some things is not known to be missing."""
    return lambda view: any(view.open[gate] is not False for gate in some)


def _card(view: ChannelView) -> bool:
    """Whether a channel has a place for a storage card, as it says or can be guessed."""
    return view.card if view.card is not None else view.has(Ability.LOCAL_STORAGE) is True


def _mask(view: ChannelView) -> bool:
    """Whether a channel tells of a privacy mask."""
    return view.mask or view.has(Ability.MASK_MODE) is True


def _stores(view: ChannelView) -> tuple[str, ...]:
    """Return where there can be recordings."""
    cloud = _either(Gate.RECORDING, Gate.ALARM_RECORDING)(view)
    device = view.has(Ability.LOCAL_STORAGE) is not False or view.has(Ability.DEVICE_RECORD) is True
    return tuple(store for store, there in ((CLOUD, cloud), (DEVICE, device)) if there)


def _stream(view: ChannelView) -> Mapping[str, Any]:
    """Return what a stream is known to be able to."""
    stores = _stores(view)
    return {"ptz": view.open[Gate.PTZ] is True, "recordings": bool(stores), "stores": stores}


def _wanted(stream: StreamType) -> Callable[[ChannelView], bool]:
    """Return whether a further stream is wanted, and there can be video."""
    word = PARTS[stream]
    return lambda view: view.open[Gate.LIVE] is not False and (view.streams is None or word in view.streams)


def _button(kind: Kind, gate: Gate) -> Row[ChannelView]:
    return Row(make=ButtonFeature, kind=kind, rank=4, source=Source.POLL, enabled=_sure(gate), when=_open(gate))


def _number(kind: Kind, gate: Gate, **more: Any) -> Row[ChannelView]:
    return Row(
        make=NumberFeature, kind=kind, rank=5, source=Source.POLL, enabled=_sure(gate), when=_open(gate), more=more
    )


def _local(kind: Kind) -> Row[ChannelView]:
    limits = LOCAL[kind]
    return Row(
        make=NumberFeature,
        kind=kind,
        rank=5,
        source=Source.ALWAYS,
        enabled=_sure(Gate.PTZ),
        when=_open(Gate.PTZ),
        more={"minimum": limits.minimum, "maximum": limits.maximum, "step": limits.step, "unit": limits.unit},
    )


def _people(kind: Kind) -> Row[ChannelView]:
    gate = Gate.STATISTICS
    return Row(make=SensorFeature, kind=kind, rank=5, source=Source.POLL, enabled=_sure(gate), when=_open(gate))


def _heat_map(kind: Kind) -> Row[ChannelView]:
    gate = Gate.HEAT_MAP
    return Row(make=ImageFeature, kind=kind, rank=5, source=Source.POLL, enabled=False, when=_open(gate))


CAMERA: Final[Mapping[StreamType, tuple[Row[ChannelView], ...]]] = MappingProxyType(
    {
        StreamType.PRIMARY: (
            Row(make=CameraFeature, kind=Kind.MAIN_STREAM, rank=0, when=_open(Gate.LIVE), more=_stream),
        ),
        StreamType.SECONDARY_1: (
            Row(
                make=CameraFeature,
                kind=Kind.SUB_STREAM,
                rank=5,
                enabled=False,
                when=_wanted(StreamType.SECONDARY_1),
                more=_stream,
            ),
        ),
        StreamType.SECONDARY_2: (
            Row(
                make=CameraFeature,
                kind=Kind.THIRD_STREAM,
                rank=5,
                enabled=False,
                when=_wanted(StreamType.SECONDARY_2),
                more=_stream,
            ),
        ),
    }
)
CONDITION: Final[tuple[Row[ChannelView], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=2),
    Row(make=BinarySensorFeature, kind=Kind.FROZEN, rank=4, source=Source.POLL),
)
"""What device and channel have in common: a camera that is its one channel has it once."""
CHANNEL: Final[tuple[Row[ChannelView], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.MOTION, rank=1, source=Source.PUSH, when=_open(Gate.ALARMS)),
    Row(
        make=EventFeature,
        kind=Kind.DETECTION,
        rank=1,
        source=Source.PUSH,
        when=_open(Gate.ALARMS),
        more={"event_types": CHANNEL_EVENT_TYPES},
    ),
    *CONDITION,
    Row(make=ImageFeature, kind=Kind.EVENT_PICTURE, rank=3, source=Source.PUSH, when=_open(Gate.ALARMS)),
    Row(make=BinarySensorFeature, kind=Kind.UNPAID, rank=4, source=Source.POLL),
    Row(
        make=SensorFeature,
        kind=Kind.STORAGE_CARD,
        rank=4,
        source=Source.POLL,
        when=_card,
        more={"options": tuple(CARD_WORDS.values())},
    ),
    Row(
        make=SensorFeature,
        kind=Kind.FIRMWARE,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=lambda view: view.firmware,
    ),
    Row(make=BinarySensorFeature, kind=Kind.DISK_PROBLEM, rank=4, source=Source.POLL, when=_card),
    Row(make=BinarySensorFeature, kind=Kind.PRIVACY_MASK, rank=4, source=Source.POLL, when=_mask),
    # recording in the cloud
    Row(
        make=SwitchFeature,
        kind=Kind.CONTINUOUS_RECORDING,
        rank=3,
        source=Source.POLL,
        enabled=_sure(Gate.RECORDING),
        when=_open(Gate.RECORDING),
    ),
    Row(
        make=SelectFeature,
        kind=Kind.RECORDING_STREAM,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=_open(Gate.RECORDING),
        more={"options": STREAM_OPTIONS},
    ),
    _number(Kind.RETENTION, Gate.RETENTION, minimum=1.0, maximum=365.0, unit="d"),
    _number(Kind.ALARM_RETENTION, Gate.ALARM_RETENTION, minimum=1.0, maximum=365.0, unit="d"),
    # pan, tilt, zoom
    _button(Kind.PTZ_LEFT, Gate.MOVE),
    _button(Kind.PTZ_RIGHT, Gate.MOVE),
    _button(Kind.PTZ_UP, Gate.MOVE),
    _button(Kind.PTZ_DOWN, Gate.MOVE),
    _button(Kind.PTZ_ZOOM_IN, Gate.ZOOM),
    _button(Kind.PTZ_ZOOM_OUT, Gate.ZOOM),
    _button(Kind.PTZ_STOP, Gate.PTZ),
    _local(Kind.PTZ_SPEED),
    _local(Kind.PTZ_DURATION),
    Row(
        make=SelectFeature,
        kind=Kind.PTZ_PRESET,
        rank=4,
        source=Source.POLL,
        enabled=_sure(Gate.PRESETS),
        when=_open(Gate.PRESETS),
        more=lambda view: {"options": view.learnt.presets or ()},
    ),
    Row(
        make=SelectFeature,
        kind=Kind.PTZ_PATROL,
        rank=4,
        source=Source.POLL,
        enabled=_sure(Gate.CRUISES),
        when=_open(Gate.CRUISES),
        more=lambda view: {"options": tuple(name or str(number) for number, name in view.learnt.tracks or ())},
    ),
    Row(
        make=ButtonFeature,
        kind=Kind.REFRESH_PRESETS,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=_either(Gate.PRESETS, Gate.CRUISES),
    ),
    Row(
        make=SelectFeature,
        kind=Kind.LIVE_STREAM,
        rank=5,
        source=Source.ALWAYS,
        enabled=False,
        when=_open(Gate.LIVE),
        more={"options": STREAM_OPTIONS},
    ),
    Row(make=ButtonFeature, kind=Kind.SNAPSHOT, rank=5, source=Source.POLL, when=_open(Gate.SNAPSHOT)),
    # readings
    _people(Kind.PEOPLE_ENTERED),
    _people(Kind.PEOPLE_EXITED),
    _people(Kind.OCCUPANCY),
    _heat_map(Kind.HEAT_MAP),
    _heat_map(Kind.HOURLY_HEAT_MAP),
)
"""Of the channel as a whole."""
ALARM_PLAN: Final[tuple[Row[ChannelView], ...]] = (
    Row(
        make=SwitchFeature,
        kind=Kind.ALARM_RECORDING,
        rank=3,
        source=Source.POLL,
        enabled=_sure(Gate.ALARM_RECORDING),
        when=_open(Gate.ALARM_RECORDING),
    ),
    Row(
        make=NumberFeature,
        kind=Kind.PRE_RECORDING,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=_open(Gate.ALARM_RECORDING),
        more={"minimum": 1.0, "maximum": 59.0, "unit": "s"},
    ),
    Row(
        make=NumberFeature,
        kind=Kind.POST_RECORDING,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=_open(Gate.ALARM_RECORDING),
        more={"minimum": 1.0, "maximum": 59.0, "unit": "s"},
    ),
)
"""Of each alarm type that a recording can follow; `part` and the address's `detail` name it."""
TRACK: Final[tuple[Row[ChannelView], ...]] = (
    Row(make=SwitchFeature, kind=Kind.CRUISE, rank=4, source=Source.POLL, when=_open(Gate.CRUISES)),
)
"""Of each cruise track; `part` and the address's `detail` are its id."""
STREAM: Final[tuple[Row[ChannelView], ...]] = tuple(
    Row(
        make=SensorFeature,
        kind=kind,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=_open(Gate.STREAMS),
        more={} if unit is None else {"unit": unit},
    )
    for kind, unit in (
        (Kind.CODEC, None),
        (Kind.RESOLUTION, None),
        (Kind.BIT_RATE, "kbit/s"),
        (Kind.FRAME_RATE, "fps"),
    )
)
"""Of each stream of which the settings are told; `part` is its word, the address's `detail` its type."""


def _encoding(make: type[Feature], kind: Kind, **more: Any) -> Row[ChannelView]:
    return Row(make=make, kind=kind, rank=5, source=Source.POLL, enabled=False, when=_open(Gate.STREAMS), more=more)


ENCODING: Final[tuple[Row[ChannelView], ...]] = (
    _encoding(SelectFeature, Kind.CODEC),
    _encoding(SelectFeature, Kind.RESOLUTION),
    _encoding(NumberFeature, Kind.BIT_RATE, minimum=384.0, maximum=16_384.0, unit="kbit/s"),
    _encoding(NumberFeature, Kind.FRAME_RATE, minimum=1.0, maximum=60.0, unit="fps"),
)
"""The same, to be changed; of streams of which settings were told, which is when somebody looks at one of the above."""


def channel_features(own: str, device: str, channel: str, view: ChannelView) -> Iterator[Feature]:
    """Make the features of a channel on the device of this id."""
    for detail, made in _recipes(view):
        address = ChannelAddress(device, channel, detail)
        for make, fields in made:
            yield make(device_id=own, address=address, **fields)


@lru_cache(maxsize=1024)
def _recipes(view: ChannelView) -> tuple[tuple[str, tuple[Recipe, ...]], ...]:
    """Return what the features of a channel are made of, by the detail of their addresses."""
    found = [(stream.value, recipes(rows, view)) for stream, rows in CAMERA.items()]
    found.append(("", recipes(CHANNEL, view)))
    found += [
        (one, recipes(ALARM_PLAN, view, part=one, label=alarm_label(one)))
        for one in dict.fromkeys((USUAL_ALARM, *view.learnt.alarm_plans))
    ]
    found += [
        (str(number), recipes(TRACK, view, part=str(number), label=name or None))
        for number, name in view.learnt.tracks or ()
    ]
    found += [
        (stream.value, recipes(STREAM, view, part=PARTS[stream]))
        for stream in dict.fromkeys((*USUAL_STREAMS, *view.learnt.streams))
    ]
    found += [(stream.value, recipes(ENCODING, view, part=PARTS[stream])) for stream in view.learnt.streams]
    return tuple((detail, made) for detail, some in found if (made := tuple(some)))


def alarm_label(alarm_type: str) -> str:
    """Return an alarm type in words, for a name."""
    return alarm_type.removesuffix("_alarm").replace("_", " ")
