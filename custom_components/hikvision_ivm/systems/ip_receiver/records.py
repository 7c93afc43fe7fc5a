"""What a receiver tells, as frozen records: devices, partitions, zones, peripherals, events (ip-receiver §3, §4).

Everything is optional save what a record is addressed by; None is what was not said. Records of the same content are
equal, so that nothing is done about an answer that repeats the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, Final

ALL_PARTITIONS: Final = 0xFFFFFFFF
"""Stands for every partition of a panel, in paths printed as a hexadecimal literal (ip-receiver §3.6)."""


class ConnectionMode(IntEnum):
    """How a device reaches the receiver."""

    UNKNOWN = 0
    HPP = 1
    DUAL = 2
    ISUP = 3
    OTAP = 4


class OnlineBy(IntEnum):
    """Over which link a device with two of them is online."""

    HPP = 0
    ISUP = 1
    OTAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A device of the list (ip-receiver §3.2).

    `id` is what we know it by for good; `index` is its `devIndex` exactly as listed, which is new whenever the device
    is added again; `source` and `type` are the numbers of `devSource` and `devType`.
    """

    id: str
    index: str
    name: str
    serial: str | None = None
    model: str | None = None
    firmware: str | None = None
    site: str | None = None
    source: int | None = None
    type: int | None = None
    mode: ConnectionMode | None = None
    online: bool | None = None
    online_by: OnlineBy | None = None
    offline_hint: int | None = None
    active: str | None = None
    upgrade: bool | None = None
    numbers: str | None = None
    """`zoneID` or `deviceNo`: which number of a zone its reports carry."""

    @property
    def is_panel(self) -> bool:
        """Whether it is an alarm panel."""
        return self.type == 0 or (self.type is None and self.source in {0, 3, 7})

    @property
    def is_otap(self) -> bool:
        """Whether it is reached by OTAP, which leaves out partitions, peripherals, relays and bypass."""
        return (
            self.mode is ConnectionMode.OTAP
            or self.source == 7
            or (self.mode is ConnectionMode.DUAL and self.online_by is OnlineBy.OTAP)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionRecord:
    """A partition (ip-receiver §3.9). `arming` in lower case: `stay`, `away`, `disarm`, `arming` or a word unknown."""

    id: int
    arming: str | None = None
    alarm: bool | None = None
    enabled: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ZoneRecord:
    """A zone (ip-receiver §3.10); words as they came, without blanks around them.

    `bypass_allowed` False: this zone cannot be bypassed. `water`, `smoke` and `heat`: `yes`, `no` or `fault`.
    `battery_level` in percent, `signal` raw 0 to 255, `temperature` in °C (assumed), `humidity` in percent.
    """

    id: int
    name: str | None = None
    status: str | None = None
    reason: str | None = None
    tampered: bool | None = None
    shielded: bool | None = None
    bypassed: bool | None = None
    deactivated_once: str | None = None
    deactivated: str | None = None
    armed: bool | None = None
    arming: bool | None = None
    alarm: bool | None = None
    battery_low: bool | None = None
    battery_level: int | None = None
    signal: int | None = None
    temperature: float | None = None
    humidity: float | None = None
    water: str | None = None
    smoke: str | None = None
    heat: str | None = None
    partition: int | None = None
    linked_partitions: tuple[int, ...] = ()
    wireless: bool = True
    cameras: tuple[str, ...] = ()
    detector: str | None = None
    model: str | None = None
    firmware: str | None = None
    type: str | None = None
    stay_away: bool | None = None
    health: str | None = None
    magnet_open: bool | None = None
    shock: bool | None = None
    tilt: bool | None = None
    bypass_allowed: bool = True
    pircam: bool | None = None
    module_type: str | None = None
    module_id: int | None = None
    number: int | None = None
    """`deviceNo`: the number that is reported to the alarm receiving centre."""
    details: Mapping[str, str | int | float | bool] = field(default=MappingProxyType({}), compare=True)
    """What else is worth knowing: mounting, address, inputs."""

    @property
    def partitions(self) -> tuple[int, ...]:
        """Every partition it belongs to."""
        own = () if self.partition is None else (self.partition,)
        return tuple(dict.fromkeys((*own, *self.linked_partitions)))

    def but(self, changes: Mapping[str, Any]) -> ZoneRecord:
        """Return the same with other values of some fields, which must exist; much cheaper than `replace`."""
        made = object.__new__(ZoneRecord)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made


class PeripheralKind(StrEnum):
    """The eight lists of peripherals (ip-receiver §3.12)."""

    OUTPUT_MODULE = "output_module"
    OUTPUT = "output"
    SIREN = "siren"
    REPEATER = "repeater"
    CARD_READER = "card_reader"
    EXTENSION = "extension"
    KEYPAD = "keypad"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeripheralRecord:
    """A peripheral (ip-receiver §3.12). One of `id` and `seq` at least is there; units as in `ZoneRecord`."""

    kind: PeripheralKind
    id: int | None = None
    seq: str | None = None
    name: str | None = None
    status: str | None = None
    tampered: bool | None = None
    battery_low: bool | None = None
    battery_level: int | None = None
    signal: int | None = None
    temperature: float | None = None
    model: str | None = None
    wireless: bool | None = None
    linkage: str | None = None
    power: str | None = None
    partitions: tuple[int, ...] = ()
    details: Mapping[str, str | int | float | bool] = field(default=MappingProxyType({}), compare=True)

    @property
    def key(self) -> str:
        """What tells it apart from others of its kind: the serial number, else the number."""
        return self.seq or str(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFacts:
    """What is known of one panel. None: not read, or not to be had."""

    device: DeviceRecord
    partitions: tuple[PartitionRecord, ...] | None = None
    zones: tuple[ZoneRecord, ...] | None = None
    peripherals: tuple[PeripheralRecord, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything behind a receiver, by `DeviceRecord.id`."""

    devices: Mapping[str, DeviceRecord]
    panels: Mapping[str, PanelFacts]


# what features point at


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """A device behind the receiver."""

    device: str


@dataclass(frozen=True, slots=True)
class PartitionAddress:
    """A partition; None: all of the panel."""

    device: str
    partition: int | None


@dataclass(frozen=True, slots=True)
class ZoneAddress:
    """A zone, by the id that zone lists and commands use."""

    device: str
    zone: int


@dataclass(frozen=True, slots=True)
class PeripheralAddress:
    """A peripheral, with everything a command has to repeat."""

    device: str
    kind: PeripheralKind
    id: int | None
    seq: str | None

    @property
    def key(self) -> str:
        """The same as that of its record."""
        return self.seq or str(self.id)


@dataclass(slots=True, kw_only=True)
class PanelEvent:
    """A Contact-ID report of a panel (ip-receiver §4.3), as far as it decides states.

    `code`: the HikCode, four digits. `partition`: 0 is all, None was not said. `number`: the zone's number as it came;
    `zone`: the id of the zone it was found to mean. `category`: the number of `CIDType`. `moment`: monotonic seconds.
    Nobody changes it; it is not frozen because that doubles what it costs to make one for every report.
    """

    device: str
    code: str
    moment: float
    received: datetime
    time: datetime | None = None
    partition: int | None = None
    number: int | None = None
    zone: int | None = None
    category: int | None = None
    user: str | None = None
    uuid: str | None = None
