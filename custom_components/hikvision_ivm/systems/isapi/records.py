"""What was read from an ISAPI device, before it becomes devices and features.

These records are frozen; the modules of this package hand them to each other. Paths are relative to `/ISAPI/`, as in
`Smart/FieldDetection/1`, and never carry a host.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ..model import Identity


class UnitKind(StrEnum):
    """Kind of device, decided by isapi-core §4.2."""

    CAMERA = "camera"
    RECORDER = "recorder"


class ChannelOrigin(StrEnum):
    """Where the video of a channel comes from; decides the base of its resources (isapi-core §4.4)."""

    LOCAL = "local"
    """A sensor of the camera itself, or an analogue input of a recorder."""
    PROXIED = "proxied"
    """A network camera behind a recorder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream of a channel: `id` as in `Streaming/channels/<id>`, `number` 1 main, 2 sub, 3 third, 4 transcoded.

    `rate` in frames per second (None: unknown or full), `width` and `height` in pixels.
    """

    id: str
    number: int
    enabled: bool = True
    name: str | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    rate: float | None = None
    audio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A video channel of the device. `number` is the device's own; `device_id` the id in the inventory.

    `source_port` is the input number on the network camera itself. `address` is only for telling senders apart.
    """

    number: int
    device_id: str
    origin: ChannelOrigin
    name: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    mac: str | None = None
    address: str | None = None
    source_port: int | None = None
    protocol: str | None = None
    streams: tuple[Stream, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event trigger (isapi-events §2.2).

    `type` is canonical (casefolded, aliases resolved). Either `channel` or `port` is set, or neither for the device
    itself. `proxied`: the number is a digital channel or port (`dyn…`). `methods` are lower-case. `recurrence` is the
    device's word, `interval` in milliseconds. `listed` False: known only from the capabilities of its channel, so that
    nothing is known of its methods.
    """

    id: str
    type: str
    channel: int | None = None
    port: str | None = None
    proxied: bool = False
    methods: frozenset[str] = frozenset()
    recurrence: str | None = None
    interval: int | None = None
    listed: bool = True

    @property
    def delivered(self) -> bool:
        """Whether the device sends this event to a listening client: `center` or `HTTP` is linked."""
        return not self.methods.isdisjoint({"center", "http"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IoPort:
    """A terminal: `id` as in `System/IO/inputs/<id>`, or `301` for port 1 of channel 3 when `proxied`.

    `use` is `IOUseType` (`doorStatus`, `electricLock`, …). `pulse` in milliseconds when an output falls back by itself.
    """

    id: str
    output: bool
    proxied: bool = False
    channel: int | None = None
    name: str | None = None
    use: str | None = None
    pulse: int | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A disk, card or network volume; `capacity` and `free` in megabytes."""

    id: str
    network: bool = False
    name: str | None = None
    status: str | None = None
    capacity: float | None = None
    free: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a device tells of its own condition (isapi-core §3.1.2); None is unknown.

    `cpu` and `memory` in percent, `uptime` in seconds. `temperatures`: name of the
    sensor → degrees, by the sensor's place in the list when it has no name.
    """

    cpu: float | None = None
    memory: float | None = None
    uptime: float | None = None
    temperatures: Mapping[str, float | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Address of a switchable setting: a document and the leaf in it that means on or off.

    `path` the document, `leaf` the element below its root (`enabled`, `AudioLoss/enabled`), `on`/`off` its two texts.
    `listing` is the list resource that carries the same for every channel, with `key` the id of our item in it.
    `expert` is the document that takes over while its `activeMode` is `expert` (isapi-core §3.4.6). `prune`: an empty
    region list in what is written would erase the user's regions and is left out (isapi-events §4.1).
    """

    path: str
    leaf: str = "enabled"
    on: str = "true"
    off: str = "false"
    listing: str | None = None
    key: str | None = None
    expert: str | None = None
    prune: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the inventory read from one device."""

    identity: Identity
    kind: UnitKind
    device_type: str
    capabilities: Mapping[str, str] = field(default=MappingProxyType({}), repr=False)
    """Leaves of `System/capabilities` by local path, e.g. `SmartCap/isSupportFieldDetection`; texts stripped."""
    channels: Mapping[int, Channel] = MappingProxyType({})
    triggers: tuple[Trigger, ...] = ()
    ports: tuple[IoPort, ...] = ()
    disks: tuple[Disk, ...] = ()
    health: Health = Health()
    video_signal: Mapping[int, bool] = MappingProxyType({})
    """Analogue inputs that tell whether there is a picture: channel number → it has one."""
    manufacturer: str | None = None
    hardware: str | None = None
    url: str | None = None
    """Address of the device's own pages, without credentials."""
    rtsp_port: int | None = None
    refused: Mapping[str, str] = MappingProxyType({})
    """Paths the device refused while this was read, with the reason."""

    @property
    def device_id(self) -> str:
        """Id of the device itself in the inventory."""
        return self.identity.unique_id
