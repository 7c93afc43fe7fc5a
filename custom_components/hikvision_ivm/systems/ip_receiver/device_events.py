"""Events of devices that are no alarm panel, and of what hangs on a panel beside its zones (ip-receiver §4.2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
import re
from types import MappingProxyType
from typing import Final

from ..base import Runtime
from ..kinds import Kind
from .event_codes import FUNCTIONS, find
from .places import feature_id
from .records import DeviceRecord


class Role(Enum):
    """What an event does to the binary sensor of its kind."""

    LASTS = "lasts"
    """Begins and ends; without a repeat it is over after a while."""
    CONDITION = "condition"
    """Begins and ends; only an end ends it."""
    SPELL = "spell"
    """Goes on for a while and has no sensor, because nothing tells its end."""
    MOMENT = "moment"
    """Happens and is over: the next one is another one, however soon it comes. Has no sensor."""


class Owner(Enum):
    """What of a device an event is about."""

    CHANNEL = "channel"
    PORT = "port"
    """An alarm input."""
    DEVICE = "device"


_WITH_SENSOR: Final = frozenset({Role.LASTS, Role.CONDITION})


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """What one event type means. `function`: what a panel tells it as; `ends`: kinds that it ends."""

    kind: Kind
    role: Role = Role.LASTS
    owner: Owner = Owner.CHANNEL
    function: Kind = Kind.UNKNOWN_EVENT
    ends: tuple[Kind, ...] = ()

    @property
    def has_sensor(self) -> bool:
        """Whether a binary sensor shows it."""
        return self.role in _WITH_SENSOR


_SEEN = Kind.VIDEO_ANALYTICS
_FAULT = Kind.VIDEO_FAULT
_MOMENT = Role.MOMENT
_SPELL = Role.SPELL

EVENTS: Final[Mapping[str, DeviceEvent]] = MappingProxyType(
    {
        "IO": DeviceEvent(Kind.ALARM_INPUT, owner=Owner.PORT),
        "VMD": DeviceEvent(Kind.MOTION, function=_SEEN),
        "PIR": DeviceEvent(Kind.PIR, function=_SEEN),
        "fielddetection": DeviceEvent(Kind.INTRUSION, function=_SEEN),
        "linedetection": DeviceEvent(Kind.LINE_CROSSING, function=_SEEN),
        "regionEntrance": DeviceEvent(Kind.REGION_ENTRANCE, function=_SEEN),
        "regionExiting": DeviceEvent(Kind.REGION_EXITING, function=_SEEN),
        "rapidMove": DeviceEvent(Kind.FAST_MOVING, function=_SEEN),
        "fireDetection": DeviceEvent(Kind.FIRE, function=Kind.FIRE),
        "TMPA": DeviceEvent(Kind.TEMPERATURE_PREALARM, function=Kind.TEMPERATURE),
        "TMA": DeviceEvent(Kind.TEMPERATURE_ALARM, function=Kind.TEMPERATURE),
        "TDA": DeviceEvent(Kind.TEMPERATURE_DIFFERENCE, function=Kind.TEMPERATURE),
        "shelteralarm": DeviceEvent(Kind.TAMPER, function=_FAULT),
        "videoloss": DeviceEvent(Kind.VIDEO_LOSS, Role.CONDITION, function=_FAULT),
        "recordException": DeviceEvent(Kind.RECORDING_FAILURE, Role.CONDITION, function=_FAULT),
        "diskfull": DeviceEvent(Kind.DISK_FULL, Role.CONDITION, Owner.DEVICE, _FAULT),
        "diskerror": DeviceEvent(Kind.DISK_ERROR, Role.CONDITION, Owner.DEVICE, _FAULT),
        "diskrecover": DeviceEvent(
            Kind.DISK_RECOVERED, _MOMENT, Owner.DEVICE, _FAULT, ends=(Kind.DISK_FULL, Kind.DISK_ERROR)
        ),
        "requestVoiceTalkEvent": DeviceEvent(Kind.DOORBELL, _MOMENT, Owner.DEVICE, ends=(Kind.CALL_CANCELLED,)),
        "cancelVoiceTalkEvent": DeviceEvent(Kind.CALL_CANCELLED, _MOMENT, Owner.DEVICE, ends=(Kind.DOORBELL,)),
        "fallingDown": DeviceEvent(Kind.FALL, owner=Owner.DEVICE),
        "longTimeLeave": DeviceEvent(Kind.OUT_OF_BED, _SPELL, Owner.DEVICE),
        "heartBeatAbnormal": DeviceEvent(Kind.HEART_RATE_ABNORMAL, _SPELL, Owner.DEVICE),
        "respireAbnormal": DeviceEvent(Kind.BREATHING_ABNORMAL, _SPELL, Owner.DEVICE),
    }
)
"""Event types by the name the documentation gives them; letter case counts (T25)."""

SENSOR_KINDS: Final = frozenset(row.kind for row in EVENTS.values() if row.has_sensor)
"""Kinds of the binary sensors that appear when their event is first seen."""

_ANY: Final = tuple(sorted({*(row.kind for row in EVENTS.values()), *FUNCTIONS}))
_BESIDE_A_BELL: Final = tuple(kind for kind in _ANY if kind is not Kind.DOORBELL)

_TYPE_OF_SOURCE: Final[Mapping[int, int]] = {1: 1, 4: 1, 5: 2, 6: 3, 8: 4}
"""`devSource` → `devType`, for devices that come without the latter (ip-receiver §3.2)."""


def device_type(device: DeviceRecord) -> int | None:
    """Return the number of what a device is, as `devType` counts; None: nobody said."""
    return (
        device.type if device.type is not None else _TYPE_OF_SOURCE.get(-1 if device.source is None else device.source)
    )


def event_types(device: DeviceRecord) -> tuple[Kind, ...]:
    """Return what the event entity of a device that is no panel can tell.

    What a device is says little of that: cameras have intercoms, and alarm devices of others report as panels do.
    """
    return (*(_BESIDE_A_BELL if has_doorbell(device) else _ANY), Kind.UNKNOWN_EVENT)


def meaning_of(code: str, *, of_panel: bool) -> tuple[str, Kind]:
    """Return the code of a report as a HikCode if it is one, and what the report is told as.

    That of a device that is no panel may be the word of an event, too.
    """
    if not of_panel and (event := EVENTS.get(code)) is not None:
        return code, event.kind
    row, kind = find(code)
    return code if row is None else row.code, kind


def has_doorbell(device: DeviceRecord) -> bool:
    """Whether calls of a device ring a bell of its own: it is a door station."""
    return device_type(device) == 2


def teller(own: str, device: DeviceRecord, kind: Kind) -> str:
    """Return the id of the event entity that tells a kind; `own`: the id of the device in the inventory."""
    bell = kind is Kind.DOORBELL and has_doorbell(device)
    return feature_id(own, "event", Kind.DOORBELL if bell else Kind.DEVICE_EVENT)


# what was seen

SEEN: Final = "ip_receiver_seen"
"""Key in the runtime's memory: list of `[device, kind, channel]`, in the order in which they were seen."""
MOST_SEEN: Final = 2_000
_NO_PART: Final = re.compile(r"[^0-9A-Za-z.-]+")
_REMEMBERED: Final = SENSOR_KINDS | {Kind.EVENT_PICTURE}


@dataclass(frozen=True, slots=True)
class SeenDetection:
    """Something a device was seen to tell, which no list of the receiver mentions.

    `device`: `DeviceRecord.id`. `kind`: of a binary sensor, with `channel` as its part; `EVENT_PICTURE` stands for the
    image of the device, without a channel.
    """

    device: str
    kind: Kind
    channel: str = ""


def part_of(text: str | None) -> str:
    """Return a channel or port as part of an id."""
    return "" if text is None else _NO_PART.sub("-", text)[:32].strip("-")


class Seen:
    """What was seen, also before a restart; rows of the memory that make no sense are left out."""

    def __init__(self, runtime: Runtime) -> None:
        """Take over what is remembered."""
        self._runtime = runtime
        self._rows: dict[SeenDetection, None] = dict.fromkeys(_rows(runtime.memory.get(SEEN)))

    def __contains__(self, seen: SeenDetection) -> bool:
        """Whether it was seen before."""
        return seen in self._rows

    def add(self, seen: SeenDetection) -> bool:
        """Keep it; returns whether it is new and there was room."""
        if seen in self._rows or len(self._rows) >= MOST_SEEN:
            return False
        self._rows[seen] = None
        self._save()
        return True

    def of(self, device: str) -> list[SeenDetection]:
        """Return what a device told."""
        return [row for row in self._rows if row.device == device]

    def keep(self, devices: Iterable[str]) -> None:
        """Forget devices that exist no more, but only when room runs short."""
        if len(self._rows) < MOST_SEEN:
            return
        existing = set(devices)
        self._rows = {row: None for row in self._rows if row.device in existing}
        self._save()

    def _save(self) -> None:
        """Put it into the memory."""
        self._runtime.memory[SEEN] = [[row.device, row.kind.value, row.channel] for row in self._rows]
        self._runtime.remember()


def _rows(stored: object) -> Iterator[SeenDetection]:
    """Yield the rows that are ones."""
    for row in stored if isinstance(stored, list) else ():
        match row:
            case [str() as device, str() as word, str() as channel] if word in _REMEMBERED and device:
                yield SeenDetection(device, Kind(word), part_of(channel))
