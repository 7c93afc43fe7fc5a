"""The vocabulary between four systems and Home Assistant: devices, features, values, occurrences.

Everything here is frozen and knows nothing of Home Assistant. A system makes these records from its wire; the
coordinator keeps and compares them; a platform turns features of its type into entities.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import ClassVar, Final, Self

from .kinds import Kind
from .values import ArmMode, StateValue


class DeviceKind(StrEnum):
    """What a device is; decides pictures and wording, never abilities."""

    CAMERA = "camera"
    RECORDER = "recorder"
    ENCODER = "encoder"
    ALARM_PANEL = "alarm_panel"
    ZONE = "zone"
    PERIPHERAL = "peripheral"
    DOOR = "door"
    ACCESS_CONTROLLER = "access_controller"
    INTERCOM = "intercom"
    SERVER = "server"
    SITE = "site"
    ORGANISATION = "organisation"
    PARKING_LOT = "parking_lot"
    FLOOR = "floor"
    COUNTING_GROUP = "counting_group"
    ROOM = "room"
    BED = "bed"
    VEHICLE = "vehicle"
    PLATFORM = "platform"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A thing with an identity.

    `id` begins with the unique id of its system, so that it never collides with a device of another config entry, and
    never contains an address. `parent` is the id of the device it hangs on, `witness` of the one that knows whether it
    is online, if that is another one. `mac` is lower case with colons. `area` is a suggestion. `place` is where it is,
    from the outside in: site, areas. `service` marks things that are no hardware (a platform, a site).
    """

    id: str
    name: str
    kind: DeviceKind
    parent: str | None = None
    witness: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    mac: str | None = None
    url: str | None = None
    area: str | None = None
    place: tuple[str, ...] = ()
    service: bool = False


class Source(Enum):
    """How the value of a feature reaches us; decides when its entity is available."""

    POLL = "poll"
    PUSH = "push"
    BOTH = "both"
    """Pushed, and polled as a safety net: available while either works."""
    ALWAYS = "always"
    """Describes the connection itself: available while the entry is loaded."""


type Value = bool | int | float | str | datetime | tuple[object, ...] | StateValue
"""What a feature is now. A feature without a value in the coordinator is unknown."""


class Unknown(Enum):
    """Type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""Put into a report to forget a value: the feature becomes unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A stretch of recorded video. `size` in bytes, None if unknown; `store` in the system's own word.

    `sort`: why it was recorded, `continuous`, `motion` or `alarm`; empty if that is not told. `playable` False: it has to
    be fetched from an archive first.
    """

    start: datetime
    end: datetime
    size: int | None = None
    store: str = ""
    sort: str = ""
    playable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture in memory; `content_type` as the device declared or the bytes show."""

    content: bytes = field(repr=False)
    content_type: str = "image/jpeg"
    taken: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a device offers and Home Assistant shows as one entity.

    `kind` is a word of the shared vocabulary. `part` tells several of one kind on one device apart (port `2`, stream
    `101`). `label` is a name the device gave this part, for the entity's name. `address` is understood by the owning
    system only. `enabled` False: offered, but disabled until the user wants it. `rank`: how much it can be done
    without; where a system offers more than there is room for, the highest ranks start disabled. `personal`: the word
    of the option `personal` that it depends on; empty: it is about nobody. `source`: how its value arrives.
    """

    type: ClassVar[str] = ""

    device_id: str
    kind: Kind
    part: str = ""
    label: str | None = None
    address: object = field(default=None, compare=False, repr=False)
    enabled: bool = True
    rank: int = 0
    personal: str = ""
    source: Source = Source.POLL
    id: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the id: unique over all config entries because a device id is."""
        words = (self.device_id, self.type, self.kind, self.part)
        object.__setattr__(self, "id", "_".join(filter(None, words)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPanelFeature(Feature):
    """A partition, or a panel's partitions taken together. Value: `AlarmPanelValue`."""

    type = "alarm_control_panel"
    modes: frozenset[ArmMode] = frozenset({ArmMode.HOME, ArmMode.AWAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class BinarySensorFeature(Feature):
    """Something that is or is not. Value: bool.

    `hold`: seconds after which an occurrence that was not ended counts as over; None: only an end or a poll ends it.
    `shape`: what is sensed where the kind leaves that open, in Home Assistant's word (`door`, `motion`, `smoke`).
    """

    type = "binary_sensor"
    hold: float | None = None
    shape: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonFeature(Feature):
    """A command without state."""

    type = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeature(Feature):
    """Dates that a system keeps. Value: the `CalendarEntry` that is on or comes next, absent if there is none.

    `editable`: entries can be made, changed and deleted.
    """

    type = "calendar"
    editable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFeature(Feature):
    """One video stream of one channel. Value: `CameraValue`, where something is known.

    `codec` is the device's word (`H.264`, `H.265`, `MJPEG`), `width` and `height` pixels, `rate` frames per second.
    `stores`: where it is recorded, in the words of `Recording.store`, if there are several places to look at; who asks for
    one of them hands over the feature with this one only.
    """

    type = "camera"
    streams: bool = True
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    rate: float | None = None
    two_way_audio: bool = False
    ptz: bool = False
    recordings: bool = False
    stores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFeature(Feature):
    """A source of occurrences. `event_types`: the kinds it may report; `Kind.UNKNOWN_EVENT` keeps raw codes."""

    type = "event"
    event_types: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFeature(Feature):
    """A picture that belongs to an event; it arrives with an occurrence or is fetched by the system."""

    type = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class LightFeature(Feature):
    """A light. Value: bool, or a brightness of 0 to 255."""

    type = "light"
    dimmable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFeature(Feature):
    """A door lock or strike. Value: `LockValue`."""

    type = "lock"
    can_lock: bool = True
    can_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFeature(Feature):
    """A setting with bounds. Value: float, in `unit`."""

    type = "number"
    minimum: float = 0.0
    maximum: float = 100.0
    step: float = 1.0
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectFeature(Feature):
    """A choice. Value: one of `options`."""

    type = "select"
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFeature(Feature):
    """A reading. Value: number in `unit`, text, or a moment with time zone; `options` for readings that are words."""

    type = "sensor"
    unit: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SirenFeature(Feature):
    """A siren. Value: bool."""

    type = "siren"
    tones: tuple[str, ...] = ()
    has_duration: bool = False
    has_volume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFeature(Feature):
    """Something that can be turned on and off. Value: bool. `ruled`: the device switches it by rules of its own, too."""

    type = "switch"
    ruled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFeature(Feature):
    """Something that moves. Value: `PositionValue`."""

    type = "device_tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFeature(Feature):
    """Firmware. Value: `UpdateValue`."""

    type = "update"
    can_install: bool = False


class Phase(StrEnum):
    """Which part of a happening a report tells of."""

    START = "start"
    ONGOING = "ongoing"
    """A repeat: prolongs what is on, and counts as a start for who missed it."""
    END = "end"
    PULSE = "pulse"
    """Happened at a moment; there will be no end."""


class Target(StrEnum):
    """What was detected."""

    HUMAN = "human"
    VEHICLE = "vehicle"
    PET = "pet"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that happened.

    `features` are the ids of the features it concerns: the binary sensor it switches, the event entity that tells it,
    the image it brings. `code` is the raw word or number of the system. `time` is the device's clock if it was
    plausible, else None; `received` is ours, always with a time zone. `late`: fetched after an outage. `hold`: seconds
    it lasts unless something ends it sooner; None: as its feature says. `details` are further facts for automations,
    small, without secrets and without pictures.
    """

    device_id: str
    kind: Kind
    phase: Phase
    code: str
    received: datetime
    features: tuple[str, ...] = ()
    time: datetime | None = None
    channel: str | None = None
    target: Target | None = None
    region: str | None = None
    plate: str | None = None
    person: str | None = None
    picture: Picture | None = None
    late: bool = False
    hold: float | None = None
    details: Mapping[str, str | int | float | bool] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a poll read or a push brought; polls and pushes are the same to the coordinator.

    `values`: feature id → value, or `UNKNOWN` to forget. `available`: device id → reachable behind its system.
    A feature or device that is not mentioned stays as it is.
    """

    values: Mapping[str, Value | Unknown] = MappingProxyType({})
    available: Mapping[str, bool] = MappingProxyType({})
    occurrences: Sequence[Occurrence] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that only the user can change, shown as a repair.

    `key` is the translation key; `subject` tells several of one key apart; `placeholders` fill the text;
    `fixable`: the system can mend it itself when the user agrees.
    """

    key: str
    subject: str = ""
    placeholders: Mapping[str, str] = MappingProxyType({})
    fixable: bool = False
    severe: bool = False

    @property
    def id(self) -> str:
        """Unique within a config entry."""
        return f"{self.key}_{self.subject}" if self.subject else self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who answers at an address. `unique_id` is stable over addresses, names and firmware.

    `marks`: where the unique id hangs on the credentials, hashes of what else the system is known by, so that it is
    recognised under new ones.
    """

    unique_id: str
    name: str
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    mac: str | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """The immutable set of devices and features at one time, parents before children."""

    devices: Mapping[str, Device]
    features: Mapping[str, Feature]

    @classmethod
    def build(cls, devices: Iterable[Device], features: Iterable[Feature]) -> Self:
        """Check and freeze. Raises ValueError for a double id, an unknown parent, or a feature without its device."""
        by_id: dict[str, Device] = {}
        for device in devices:
            if device.id in by_id:
                raise ValueError(f"two devices have the id {device.id}")
            if device.parent is not None and device.parent not in by_id:
                raise ValueError(f"device {device.id} comes before its parent {device.parent}, or has none")
            by_id[device.id] = device
        by_feature: dict[str, Feature] = {}
        for feature in features:
            if feature.id in by_feature:
                raise ValueError(f"two features have the id {feature.id}")
            if feature.device_id not in by_id:
                raise ValueError(f"feature {feature.id} belongs to no device")
            by_feature[feature.id] = feature
        return cls(MappingProxyType(by_id), MappingProxyType(by_feature))

    def of[T: Feature](self, feature_type: type[T]) -> Iterator[T]:
        """Every feature of one type."""
        return (feature for feature in self.features.values() if type(feature) is feature_type)

    def including(self, *, devices: Iterable[Device] = (), features: Iterable[Feature] = ()) -> Self:
        """Return this inventory with further devices and features; those of a known id are replaced."""
        new_devices = {device.id: device for device in devices}
        new_features = {feature.id: feature for feature in features}
        if new_devices:
            return self.build(
                _joined(self.devices, new_devices).values(), _joined(self.features, new_features).values()
            )
        # What is here was checked before, and there may be much of it.
        for feature in new_features.values():
            if feature.device_id not in self.devices:
                raise ValueError(f"feature {feature.id} belongs to no device")
        return type(self)(self.devices, MappingProxyType(_joined(self.features, new_features)))

    def without(self, feature_ids: Iterable[str]) -> Self:
        """Return this inventory without some features."""
        gone = set(feature_ids)
        return self.build(self.devices.values(), (f for f in self.features.values() if f.id not in gone))


def _joined[T](known: Mapping[str, T], new: Mapping[str, T]) -> dict[str, T]:
    """Return both; what is new replaces what is known."""
    # To unpack a proxy asks it for every key by itself; its own copy is made at once.
    joined = known.copy() if isinstance(known, MappingProxyType) else dict(known)
    joined.update(new)
    return joined
