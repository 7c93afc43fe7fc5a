"""Features of doors, access controllers, alarm inputs and alarm outputs (hikcentral §3.11, 3.12, 7.3)."""

from typing import Final

from ..kinds import Kind
from ..model import (
    BinarySensorFeature,
    ButtonFeature,
    EventFeature,
    ImageFeature,
    LockFeature,
    NumberFeature,
    SelectFeature,
    SensorFeature,
    SirenFeature,
    Source,
    SwitchFeature,
)
from .door_values import MODES
from .event_types import EVENT_KINDS
from .feature_rows import Row
from .features_video import EQUIPMENT, number_of
from .records import AlarmInput, AlarmOutput, Door, Equipment, Reader

_CONTROL: Final = "resource/v1/alarmOutput/controlling"
READERS: Final = "resource/v1/reader/search"


def _shown(kind: Kind, rank: int = 3) -> Row[Door]:
    return Row(make=BinarySensorFeature, kind=kind, rank=rank, source=Source.BOTH)


DOOR: Final[tuple[Row[Door], ...]] = (
    Row(make=LockFeature, kind=Kind.DOOR_LOCK, rank=0, source=Source.BOTH, more={"can_open": True}),
    Row(
        make=EventFeature, kind=Kind.ACCESS, rank=0, source=Source.BOTH, more={"event_types": EVENT_KINDS[Kind.ACCESS]}
    ),
    _shown(Kind.DOOR, 1),
    Row(make=SelectFeature, kind=Kind.DOOR_MODE, rank=2, source=Source.BOTH, more={"options": MODES}),
    _shown(Kind.UNLATCHED),
    _shown(Kind.REMAIN_OPEN),
    _shown(Kind.REMAIN_CLOSED),
    _shown(Kind.DOOR_FORCED, 1),
    _shown(Kind.DOOR_HELD_OPEN, 1),
    _shown(Kind.DOOR_ABNORMAL),
    _shown(Kind.READER_TAMPER),
    Row(make=SensorFeature, kind=Kind.LAST_PERSON, rank=1, source=Source.BOTH, personal="persons"),
    Row(make=ImageFeature, kind=Kind.ACCESS_PICTURE, rank=3, source=Source.BOTH, personal="persons"),
    Row(make=SensorFeature, kind=Kind.SKIN_TEMPERATURE, rank=3, source=Source.BOTH, personal="health"),
)

READER: Final[tuple[Row[Reader], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.READER_ENABLED, enabled=False, when=lambda one: one.settable, path=READERS),
)
"""Of a card reader, on the device of its door; they are there when the readers are known."""

CONTROLLER: Final[tuple[Row[Equipment], ...]] = (
    *EQUIPMENT,
    Row(make=BinarySensorFeature, kind=Kind.TAMPER, rank=3, source=Source.BOTH),
)

INPUT: Final[tuple[Row[AlarmInput], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ALARM_INPUT, rank=0, source=Source.BOTH),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=3),
    Row(
        make=EventFeature,
        kind=Kind.ALARM_INPUT,
        rank=4,
        source=Source.BOTH,
        more={"event_types": EVENT_KINDS[Kind.ALARM_INPUT]},
    ),
)

_PULSE: Final[tuple[Row[AlarmOutput], ...]] = (
    Row(make=ButtonFeature, kind=Kind.OUTPUT_PULSE, path=_CONTROL),
    Row(
        make=NumberFeature,
        kind=Kind.PULSE_DURATION,
        source=Source.ALWAYS,
        more=number_of(Kind.PULSE_DURATION),
        path=_CONTROL,
    ),
)
OUTPUT: Final[tuple[Row[AlarmOutput], ...]] = (
    Row(make=SwitchFeature, kind=Kind.ALARM_OUTPUT, rank=0),
    *_PULSE,
)
SIREN: Final[tuple[Row[AlarmOutput], ...]] = (
    Row(make=SirenFeature, kind=Kind.ALARM_OUTPUT, rank=0, more={"has_duration": True}),
    *_PULSE,
)
"""Of alarm outputs that the user called sirens."""
