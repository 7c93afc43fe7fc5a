"""What was read from a platform, before it becomes devices and features (hikcentral §3, "Objects").

Every record is frozen and has an `id` in the namespace of its own type (a camera and an area may both be `1`) and a
`name`, which is the id where the platform gives none. `read` returns None for an object without an id. States are the
raw numbers of §4, None if absent or no number; they take no part in comparisons, so that two readings are equal while
the same things exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Final, Self

from ..transport.json import Fields
from .record_fields import ALARM_DEVICE, CONTROLLER, ENCODER, MOBILE, NO_ID, nothing, parent_of, state
from .records_places import Bed, Counted, CountingGroup, Floor, ParkingLot, Room, Rule, Space, SpaceType, Vehicle
from .records_servers import IntelligentServer, ManagementServer, Pool, RecordServer, StreamServer

__all__ = [
    "ALARM_DEVICE",
    "CONTROLLER",
    "ENCODER",
    "MOBILE",
    "PEOPLE",
    "PLATES",
    "PTZ",
    "THERMAL",
    "VIDEO",
    "AlarmInput",
    "AlarmOutput",
    "Bed",
    "Camera",
    "Controller",
    "Counted",
    "CountingGroup",
    "Door",
    "Encoder",
    "Equipment",
    "Facts",
    "Floor",
    "IntelligentServer",
    "ManagementServer",
    "MobileDevice",
    "ParkingLot",
    "Pool",
    "Reader",
    "RecordServer",
    "Region",
    "Room",
    "Rule",
    "Site",
    "Space",
    "SpaceType",
    "StreamServer",
    "Vehicle",
]

VIDEO: Final = "vss"
PLATES: Final = "event_veh"
PEOPLE: Final = "event_pdc"
THERMAL: Final = "event_heat"
PTZ: Final = "ptz"
"""Members of `Camera.capabilities`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of the platform, or a remote one."""

    id: str
    name: str
    description: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a SiteInfo."""
        if (id_ := fields.text("siteIndexCode")) is None:
            return None
        return cls(id=id_, name=fields.text("siteName") or id_, description=fields.text("description"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """An area. Its id is unique within its site only; `parent` is None for a root."""

    id: str
    name: str
    site: str
    parent: str | None = None

    @classmethod
    def read(cls, fields: Fields, site: str) -> Self | None:
        """Read a RegionInfo; `site` is the one that was asked for."""
        if (id_ := fields.text("indexCode", "regionIndexCode")) is None:
            return None
        parent = fields.text("parentIndexCode", "parentRegionIndexCode")
        return cls(
            id=id_,
            name=fields.text("name", "regionName") or id_,
            site=fields.text("siteIndexCode") or site,
            parent=None if parent in NO_ID else parent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A device that the platform manages. `prefix` begins the names of its fields.

    `serial` often begins with the model. `status`: 0 unknown, 1 online, 2 offline.
    """

    prefix: ClassVar[str]

    id: str
    name: str
    ip: str | None = None
    port: str | None = None
    serial: str | None = None
    protocol: str | None = None
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read an EncodeDevInfo, AcsDevInfo or MobileDeviceInfo."""
        if (id_ := fields.text(f"{cls.prefix}IndexCode")) is None:
            return None
        port = fields.text(f"{cls.prefix}Port")
        return cls(
            id=id_,
            name=fields.text(f"{cls.prefix}Name") or id_,
            ip=fields.text(f"{cls.prefix}Ip"),
            port=None if port == "0" else port,
            serial=fields.text(f"{cls.prefix}Code"),
            protocol=fields.text("treatyType"),
            status=fields.integer("status"),
        )


class Encoder(Equipment):
    """An encoding device: a network camera or a recorder."""

    __slots__ = ()
    prefix = "encodeDev"


class Controller(Equipment):
    """An access controller."""

    __slots__ = ()
    prefix = "acsDev"


class MobileDevice(Equipment):
    """A device on board of a vehicle."""

    __slots__ = ()
    prefix = "mobileDev"


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera. `parent` is the id of the device it hangs on, in the namespace of `parent_type`.

    `record_type`: "0" main, "1" auxiliary. `record_location`: "0" central, "1" on the device, "2" central cluster.
    `status`: 0 unknown, 1 online, 2 offline.
    """

    id: str
    name: str
    site: str = ""
    region: str | None = None
    parent_type: str | None = None
    parent: str | None = None
    capabilities: frozenset[str] = frozenset()
    record_type: str | None = None
    record_location: str | None = None
    protocol: str | None = None
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields, site: str = "") -> Self | None:
        """Read a CameraInfo; `site` is the one that was asked for. The parent is resolved as in T36."""
        if (id_ := fields.text("cameraIndexCode")) is None:
            return None
        kind, parent = parent_of(fields)
        encoder = fields.text("encodeDevIndexCode")
        if encoder is not None and encoder not in NO_ID:
            kind, parent = ENCODER, encoder
        return cls(
            id=id_,
            name=fields.text("cameraName") or id_,
            site=fields.text("siteIndexCode") or site,
            region=fields.text("regionIndexCode"),
            parent_type=kind or (ENCODER if parent is not None else None),
            parent=parent,
            capabilities=frozenset(member.casefold() for member in fields.items_of("capabilitySet")),
            record_type=fields.text("recordType"),
            record_location=fields.text("recordLocation"),
            protocol=fields.text("treatyType"),
            status=fields.integer("status"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An access point. `state`: 0 remain open, 1 closed, 2 open, 3 remain closed, 4 offline."""

    id: str
    name: str
    number: str | None = None
    controller: str | None = None
    region: str | None = None
    state: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a DoorInfo."""
        if (id_ := fields.text("doorIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("doorName") or id_,
            number=fields.text("doorNo"),
            controller=fields.text("acsDevIndexCode"),
            region=fields.text("regionIndexCode"),
            state=fields.integer("doorState"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A card reader of a door. `settable`: it can be disabled; `enabled` None: it cannot, or that is not told."""

    id: str
    name: str
    door: str
    settable: bool = False
    enabled: bool | None = state()

    @classmethod
    def read(cls, fields: Fields, door: str) -> Self | None:
        """Read a ReaderInfo of a door."""
        if (id_ := fields.text("indexCode", "readerIndexCode")) is None:
            return None
        name = fields.text("name", "readerName") or id_
        settable = fields.text("enable") is not None
        return cls(id=id_, name=name, door=door, settable=settable, enabled=fields.flag("enable"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmInput:
    """An alarm input. Nothing tells its level; `status` is that of its connection: 0 unknown, 1 online, 2 offline."""

    id: str
    name: str
    region: str | None = None
    parent_type: str | None = None
    parent: str | None = None
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read an AlarmInputInfo."""
        if (id_ := fields.text("alarmInputIndexCode")) is None:
            return None
        kind, parent = parent_of(fields)
        return cls(
            id=id_,
            name=fields.text("alarmInputName") or id_,
            region=fields.text("regionIndexCode"),
            parent_type=kind,
            parent=parent,
            status=fields.integer("networkStatus", "status"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOutput:
    """An alarm output. `status`: -1 unknown, 0 off, 1 on."""

    id: str
    name: str
    region: str | None = None
    parent_type: str | None = None
    parent: str | None = None
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read an AlarmOutputInfo."""
        if (id_ := fields.text("alarmOutputIndexCode")) is None:
            return None
        kind, parent = parent_of(fields)
        return cls(
            id=id_,
            name=fields.text("alarmOutputName") or id_,
            region=fields.text("regionIndexCode"),
            parent_type=kind,
            parent=parent,
            status=fields.integer("status"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the inventory read from one platform, before any option leaves something out: id → record.

    `regions` by (site, id), `pools` by (server, id), `beds` by `<room>_<number>`. `local_site`: the site that doors,
    inputs, outputs and whatever else names no site belong to. `missing`: parts that could not be read → key of the
    error; what was known of them before stays.
    """

    product: str = ""
    version: str = ""
    local_site: str = ""
    sites: Mapping[str, Site] = nothing()
    regions: Mapping[tuple[str, str], Region] = nothing()
    encoders: Mapping[str, Encoder] = nothing()
    controllers: Mapping[str, Controller] = nothing()
    mobile_devices: Mapping[str, MobileDevice] = nothing()
    cameras: Mapping[str, Camera] = nothing()
    doors: Mapping[str, Door] = nothing()
    inputs: Mapping[str, AlarmInput] = nothing()
    outputs: Mapping[str, AlarmOutput] = nothing()
    vehicles: Mapping[str, Vehicle] = nothing()
    management: ManagementServer | None = None
    record_servers: Mapping[str, RecordServer] = nothing()
    pools: Mapping[tuple[str, str], Pool] = nothing()
    stream_servers: Mapping[str, StreamServer] = nothing()
    intelligent_servers: Mapping[str, IntelligentServer] = nothing()
    groups: Mapping[str, CountingGroup] = nothing()
    lots: Mapping[str, ParkingLot] = nothing()
    floors: Mapping[str, Floor] = nothing()
    spaces: Mapping[str, Space] = nothing()
    rooms: Mapping[str, Room] = nothing()
    beds: Mapping[str, Bed] = nothing()
    rules: Mapping[str, Rule] = nothing()
    missing: Mapping[str, str] = field(default=MappingProxyType({}), compare=False)

    def parent_of(self, record: Camera | AlarmInput | AlarmOutput) -> Equipment | None:
        """Return the device that something hangs on; None if it hangs on none that is listed.

        Where the type of the device is not told, encoders come first.
        """
        found: Mapping[str, Mapping[str, Equipment]] = {
            ENCODER: self.encoders,
            CONTROLLER: self.controllers,
            MOBILE: self.mobile_devices,
        }
        if record.parent is None:
            return None
        if record.parent_type is not None:
            return found.get(record.parent_type, {}).get(record.parent)
        return next((devices[record.parent] for devices in found.values() if record.parent in devices), None)
