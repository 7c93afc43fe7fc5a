"""What the platform manages. Codes of statuses are the documented ones (§4)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .domains.state import DomainState
from .tracked import Tracked

UNKNOWN, ONLINE, OFFLINE = 0, 1, 2
HELD_OPEN, CLOSED, OPEN, HELD_CLOSED, DOOR_OFFLINE = 0, 1, 2, 3, 4
NO_PARENT = "-1"


@dataclass(slots=True, eq=False)
class Site(Tracked):
    """A site; "0" is the current one."""

    id: str
    name: str
    ip: str = "192.0.2.1"
    port: str = "443"
    description: str = ""


@dataclass(slots=True, eq=False)
class Region(Tracked):
    """An area; its id is unique in its site only."""

    id: str
    name: str
    parent: str = NO_PARENT
    site: str = "0"


@dataclass(slots=True, eq=False)
class Device(Tracked):
    """An encoder, an access controller or a mobile device."""

    id: str
    name: str
    ip: str
    port: str = "8000"
    serial: str = ""
    treaty: str = "hiksdk_net"
    status: int = ONLINE


@dataclass(slots=True, eq=False)
class Camera(Tracked):
    """A camera and what it records."""

    id: str
    name: str
    parent: str
    parent_type: str = "encodeDevice"
    """Also `acsDevice` and `mobileDevice`."""
    region: str = "1"
    site: str = "0"
    capabilities: str = "vss"
    record_type: str = "0"
    record_location: str = "0"
    status: int = ONLINE
    recording: int = 0
    """recordingStatus: 0 recording, 1 not, 2 exception, 3 search failed, 4 unknown."""
    record_server: str = "1"
    pool: str = "1"


@dataclass(slots=True, eq=False)
class Door(Tracked):
    """A door (access point)."""

    id: str
    name: str
    controller: str
    number: str = "1"
    region: str = "1"
    state: int = CLOSED
    openings: int = 0
    """How often it was opened by command."""


@dataclass(slots=True, eq=False)
class Reader(Tracked):
    """A card reader of a door; `enabled` None = not configurable."""

    id: str
    name: str
    door: str
    enabled: int | None = 1


@dataclass(slots=True, eq=False)
class AlarmInput(Tracked):
    """An alarm input; its level is told by events only."""

    id: str
    name: str
    device: str
    device_type: str = "encodeDevice"
    region: str = "1"
    network_status: int = ONLINE


@dataclass(slots=True, eq=False)
class AlarmOutput(Tracked):
    """An alarm output; status -1 unknown, 0 off, 1 on."""

    id: str
    name: str
    device: str
    device_type: str = "encodeDevice"
    region: str = "1"
    status: int = 0


@dataclass(slots=True, eq=False)
class Pool(Tracked):
    """Storage of a recording server; sizes in MB."""

    id: str
    name: str
    capacity: int = 4_000_000
    free: int = 1_500_000
    status: int = 0


@dataclass(slots=True, eq=False)
class RecordServer(Tracked):
    """A recording server; recording 0 unknown, 1 normal, 2 exception."""

    id: str
    name: str
    ip: str
    recording: int = 1
    network_status: int = ONLINE
    pools: list[Pool] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class StreamServer(Tracked):
    """A streaming server; status 0 exception, 1 normal."""

    id: str
    name: str
    ip: str
    status: int = 1
    streams_in: int = 3
    streams_out: int = 5
    cpu: int = 21
    ram: int = 43


@dataclass(slots=True, eq=False)
class IntelligentServer(Tracked):
    """A DeepinMind server."""

    id: str
    name: str
    ip: str
    status: int = ONLINE


@dataclass(slots=True, eq=False)
class ManagementServer(Tracked):
    """The system management server; status 0 online, 1 offline."""

    ip: str = "192.0.2.1"
    port: int = 443
    cpu: int = 17
    status: int = 0


@dataclass(slots=True, eq=False)
class Patrol(Tracked):
    """A patrol: its points are rows of presetIndex, speed and dwellTime."""

    index: int
    name: str
    points: list[dict[str, Any]] = field(default_factory=list)
    running: bool = False


@dataclass(frozen=True, slots=True)
class PtzCommand:
    """One PTZ command that was carried out; `action` 0 start, 1 stop."""

    camera: str
    command: str
    action: int
    speed: int | None
    preset: int | None
    patrol: int | None
    at: datetime

    @property
    def starts(self) -> bool:
        """Tell whether something began with it."""
        return self.action == 0


@dataclass(frozen=True, slots=True)
class Search:
    """A search for recordings whose answers are not all given yet."""

    camera: str
    begin: datetime
    end: datetime
    start: int
    """Place of the first segment not given yet."""


@dataclass(slots=True, eq=False)
class EventRecord:
    """One occurrence, as the search finds it; `data` is what the push carried. No kept answer depends on it."""

    event_id: str
    code: int
    source_type: str
    source: str
    start: datetime
    stop: datetime | None = None
    pictures: list[str] = field(default_factory=list)
    """URIs in the platform's picture store."""
    description: str = ""
    link_cameras: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    source_name: str = ""
    parent: str | None = None
    level: int = 2
    status: int = 3
    acknowledged: bool = False
    found: bool = True
    """False: it was pushed, but the search does not know it."""


@dataclass(kw_only=True)
class State(DomainState):
    """Everything by id; areas by (site, id)."""

    sites: dict[str, Site] = field(default_factory=dict)
    regions: dict[tuple[str, str], Region] = field(default_factory=dict)
    encoders: dict[str, Device] = field(default_factory=dict)
    controllers: dict[str, Device] = field(default_factory=dict)
    mobile_devices: dict[str, Device] = field(default_factory=dict)
    cameras: dict[str, Camera] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    inputs: dict[str, AlarmInput] = field(default_factory=dict)
    outputs: dict[str, AlarmOutput] = field(default_factory=dict)
    record_servers: dict[str, RecordServer] = field(default_factory=dict)
    stream_servers: dict[str, StreamServer] = field(default_factory=dict)
    intelligent_servers: dict[str, IntelligentServer] = field(default_factory=dict)
    management: ManagementServer = field(default_factory=ManagementServer)
    presets: dict[str, dict[int, str]] = field(default_factory=dict)
    """Name of each preset, by camera and index."""
    patrols: dict[str, dict[int, Patrol]] = field(default_factory=dict)
    ptz_log: list[PtzCommand] = field(default_factory=list)
    viewed: set[str] = field(default_factory=set)
    """Cameras a live URL was asked for."""
    records: list[EventRecord] = field(default_factory=list)

    @property
    def version(self) -> tuple[int, ...]:
        """Differs after every change of the inventory and its statuses."""
        kinds: tuple[Any, ...] = (
            self.sites, self.regions, self.encoders, self.controllers, self.mobile_devices, self.cameras, self.doors,
            self.readers, self.inputs, self.outputs, self.record_servers, self.stream_servers,
            self.intelligent_servers,
        )  # fmt: skip
        return (Tracked.changes, *map(len, kinds))

    def moving(self, camera: str) -> set[str]:
        """Return the PTZ commands of a camera that were started and not stopped."""
        running: set[str] = set()
        for command in self.ptz_log:
            if command.camera == camera and command.starts and command.command != "GOTO_PRESET":
                running.add(command.command)
            elif command.camera == camera:
                running.discard(command.command)
        return running

    def record(self, event_id: str) -> EventRecord | None:
        """Return the newest record of an event id."""
        return next((record for record in reversed(self.records) if record.event_id == event_id), None)

    def sources(self, source_type: str) -> dict[str, Any]:
        """Return the things of a source type (§4) by id; empty for a type without things."""
        kinds: dict[str, Callable[[], dict[str, Any]]] = {
            "camera": lambda: self.cameras,
            "door": lambda: self.doors,
            "encodeDevice": lambda: self.encoders,
            "acsDevice": lambda: self.controllers,
            "mobileDevice": lambda: self.mobile_devices,
            "ioIn": lambda: self.inputs,
            "ioOut": lambda: self.outputs,
            "mobileVehicle": lambda: self.mobile_vehicles,
            "generalEventRule": lambda: self.rules,
        }
        return kinds[source_type]() if source_type in kinds else {}
