"""The state of a tenant: organisations, devices, channels and what hangs on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from .errors import RefusedError
from .plans import Kind, Protocol

ROOT = "0"
FAMILIES = ("MANAGEMENT", "EVENT_RECORD", "FULL_RECORD", "INDUSTRY_DATA", "CUSTOMER_GROUP")
FAMILY_OF = {
    "MANAGE": "MANAGEMENT", "NORMAL": "FULL_RECORD", "RECORD": "FULL_RECORD", "MOTION": "EVENT_RECORD",
    "DATAFLOW": "INDUSTRY_DATA",
}  # fmt: skip
"""The service family of a resource type (ivm §1.12)."""
NORMAL_STATE = "NORMAL"
FROZEN = "UNAVAILABLE_FROZEN"


class Watched:
    """Counts its changes in the world it is part of, so that a finished answer can be used until something changes."""

    world: World

    def __setattr__(self, name: str, value: object) -> None:
        """Set, and count."""
        object.__setattr__(self, name, value)
        if (world := self.__dict__.get("world")) is not None:
            world.version += 1


@dataclass(eq=False)
class Org(Watched):
    """An organisation."""

    world: World = field(repr=False)
    id: str
    name: str
    parent: str
    level: int

    def ancestry(self) -> Iterator[Org]:
        """Yield this one and all above, without the root."""
        org = self
        while org.id != ROOT:
            yield org
            org = self.world.orgs[org.parent]


@dataclass(eq=False)
class Device(Watched):
    """A device."""

    world: World = field(repr=False)
    id: str
    name: str
    kind: Kind
    protocol: Protocol
    org_id: str
    model: str
    firmware: str
    manufacture: str
    abilities: frozenset[str]
    created: datetime
    updated: datetime
    online: bool = True
    registered: bool = True
    """False: never was online, `UNREGISTERED`."""
    system_state: str = NORMAL_STATE
    description: str = ""
    osd: str = ""
    mac: str = ""
    address: str = ""
    gb_username: str = ""
    gb_state: str = "CONNECTED"
    online_since: datetime | None = None
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)
    groups: dict[int, TargetGroup] = field(default_factory=dict, repr=False)
    targets_authorized: bool = False
    security_key: str | None = None

    @property
    def is_gb(self) -> bool:
        """It speaks GB28181."""
        return self.protocol == "GB28181"

    @property
    def is_direct(self) -> bool:
        """It is a camera without a recorder between."""
        return self.kind == "IPC"

    @property
    def state(self) -> str:
        """Word of its state."""
        return "UNREGISTERED" if not self.registered else "ONLINE" if self.online else "OFFLINE"

    @property
    def kind_word(self) -> str:
        """Kind as details print it."""
        return "IPC-BULLET" if self.kind == "IPC" and not self.is_gb else self.kind

    @property
    def org(self) -> Org:
        """Its organisation."""
        return self.world.orgs[self.org_id]


@dataclass(slots=True)
class Move:
    """One PTZ command as it was carried out."""

    moment: datetime
    direction: str
    speed: int
    mode: str


@dataclass(slots=True)
class Ptz:
    """What a PTZ does."""

    moving: str | None = None
    zooming: str | None = None
    focusing: str | None = None
    steps: int = 0
    """Short steps of mode POINT."""
    runaway: bool = False
    """Two commands came within 300 ms, so that a real camera may keep turning (L2498)."""
    log: list[Move] = field(default_factory=list)
    preset: int | None = None
    """The preset it went to last."""
    token: str | None = None
    expires: datetime | None = None
    expired_token: str | None = None
    busy: bool = False
    """Somebody outside holds the lock."""

    @property
    def is_still(self) -> bool:
        """Nothing moves."""
        return self.moving is None and self.zooming is None and self.focusing is None


@dataclass(slots=True)
class Preset:
    """A saved position; `jpeg` is its thumbnail."""

    index: int
    name: str
    jpeg: bytes
    saved: int = 1
    """How often it was saved or edited."""


@dataclass(slots=True)
class Cruise:
    """A cruise track; points are (preset, seconds, speed)."""

    id: int
    name: str
    kind: str
    points: list[tuple[int, int, int]]
    enabled: bool = False


@dataclass(slots=True, kw_only=True)
class Recording:
    """A recording in the cloud or on the device."""

    start: datetime
    end: datetime
    kind: str = "NORMAL_RECORD"
    """`NORMAL_RECORD`, `MOTION_RECORD` or `ALRAM_RECORD`, as it is printed (ivm §3.9)."""
    position: str = "CLOUD"
    id: str = ""
    name: str = ""
    size: int = 0
    storage_state: int = 0
    alarm_types: tuple[str, ...] = ()


@dataclass(slots=True)
class Plan:
    """A recording plan; sections are (day 1-7, start, end)."""

    all_day: bool
    sections: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class AlarmPlan:
    """What is recorded around an alarm; seconds before and after."""

    alarm_type: str
    before: int
    after: int


@dataclass(slots=True)
class TargetGroup:
    """A library of targets of a device."""

    id: int
    name: str
    kind: str
    enabled: bool = False
    fixed: bool = False
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Resource:
    """A subscription (PACKAGE) or something paid by use (ONDEMAND)."""

    id: str
    kind: str
    """MANAGE, NORMAL, DATAFLOW or MOTION."""
    name: str
    mode: str
    total: int
    state: str = "NORMAL"
    version: str = "ENTERPRISE"
    days: int | None = None
    expires: datetime | None = None


@dataclass(eq=False)
class Channel(Watched):
    """A channel."""

    world: World = field(repr=False)
    device: Device = field(repr=False)
    id: str
    name: str
    abilities: frozenset[str]
    model: str
    firmware: str
    packages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    online: bool = True
    registered: bool = True
    system_state: str = NORMAL_STATE
    invalid_type: str = "NORMAL"
    storage_card: str = "0"
    mask: bool = False
    created: datetime = datetime.min
    updated: datetime = datetime.min
    streams_left: tuple[str, ...] = ("PRIMARY_STREAM", "SECONDARY_STREAM_1")
    """Stream types it has."""
    can_snap: bool = True
    ptz: Ptz = field(default_factory=Ptz)
    presets: dict[int, Preset] = field(default_factory=dict, repr=False)
    cruises: dict[int, Cruise] = field(default_factory=dict, repr=False)
    record_stream: str = "PRIMARY_STREAM"
    plan: Plan | None = None
    uploads: bool = False
    retention: dict[str, int] = field(default_factory=lambda: {"normal": 7, "alarm": 7})
    alarm_plans: list[AlarmPlan] = field(default_factory=list)
    alarm_times: Plan | None = None
    """When alarms are recorded, whatever their type (L8472)."""
    bindings: dict[str, str] = field(default_factory=dict)
    """Resource id by resource type."""
    people: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict, repr=False)
    """In and out by hour, for days `yyyyMMdd` that are to have other counts than those made up."""
    targets_authorized: bool = False
    stream_detail: dict[str, Any] = field(default_factory=dict, repr=False)
    snapped: datetime | None = None
    recorded: bool = True
    recordings: list[Recording] | None = field(default=None, repr=False)
    """None: made when first asked for."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set; services are kept unchangeable, so that a change is an assignment and is seen."""
        if name == "packages" and isinstance(value, Mapping):
            value = MappingProxyType(dict(value))
        super().__setattr__(name, value)

    @property
    def key(self) -> tuple[str, str]:
        """Device id and channel id."""
        return self.device.id, self.id

    @property
    def state(self) -> str:
        """ONLINE, OFFLINE or UNREGISTERED; nothing of a device that is not there is online."""
        if not self.registered:
            return "UNREGISTERED"
        return "ONLINE" if self.online and self.device.online else "OFFLINE"

    @property
    def resource_states(self) -> list[str]:
        """A word for each family of services (ivm §1.12); customer groups only if they are there."""
        return [
            f"{family}_{self.packages.get(family, 'CLOSED')}"
            for family in FAMILIES
            if family != "CUSTOMER_GROUP" or family in self.packages
        ]

    def set_package(self, family: str, state: str) -> None:
        """Change the state of a service family: GRANT, ARREAR or CLOSED."""
        self.packages = {**self.packages, family: state}

    def has(self, family: str) -> bool:
        """Tell whether a service is granted."""
        return self.packages.get(family) == "GRANT"

    def need(self, family: str, missing: str, arrears: str | None = None) -> None:
        """Raise RefusedError unless a service is granted."""
        state = self.packages.get(family, "CLOSED")
        if state != "GRANT":
            raise RefusedError(arrears if state == "ARREAR" and arrears else missing)

    def need_online(self) -> None:
        """Raise RefusedError for an offline or frozen device or channel."""
        if FROZEN in {self.device.system_state, self.system_state}:
            raise RefusedError("IVM.20000048")
        if not self.device.registered:
            raise RefusedError("IVM.20000045")
        if not self.device.online:
            raise RefusedError("IVM.20000036")
        if not self.registered:
            raise RefusedError("IVM.20000044")
        if not self.online:
            raise RefusedError("IVM.20000043")

    def need_managed(self) -> None:
        """Raise RefusedError without the access-and-view service (ivm §5.3)."""
        self.need("MANAGEMENT", "IVM.20020008", "IVM.20020009")

    def need_unmasked(self) -> None:
        """Raise RefusedError while the privacy mask is on."""
        if self.mask:
            raise RefusedError("IVM.20070006")

    def need_holo(self, code: str = "IVM.20020011") -> None:
        """Raise RefusedError for a GB device."""
        if self.device.is_gb:
            raise RefusedError(code)


@dataclass(slots=True)
class Counts:
    """Devices and channels of an organisation with all below."""

    devices: int = 0
    online: int = 0
    channels: int = 0
    channels_online: int = 0


class World:
    """Everything of one tenant."""

    def __init__(self) -> None:
        """Nothing but the root."""
        self.version = 0
        self.orgs: dict[str, Org] = {ROOT: Org(self, ROOT, "root", "", 0)}
        self.devices: dict[str, Device] = {}
        self.resources: dict[str, Resource] = {}
        self.gone: set[str] = set()
        """Ids of devices that belonged to the tenant once."""

    def touch(self) -> None:
        """Count a change that no attribute tells."""
        self.version += 1

    def channels(self) -> Iterator[Channel]:
        """Yield all channels."""
        for device in self.devices.values():
            yield from device.channels.values()

    def children(self, org_id: str) -> list[Org]:
        """Return the organisations right below one."""
        return [org for org in self.orgs.values() if org.parent == org_id and org.id != ROOT]

    def subtree(self, org_id: str) -> set[str]:
        """Return the ids of an organisation and all below."""
        found = {org_id}
        waiting = [org_id]
        while waiting:
            for child in self.children(waiting.pop()):
                found.add(child.id)
                waiting.append(child.id)
        return found

    def counts(self) -> dict[str, Counts]:
        """Count devices and channels of every organisation, those below included."""
        counted = {org_id: Counts() for org_id in self.orgs}
        for device in self.devices.values():
            live = [channel.state == "ONLINE" for channel in device.channels.values()]
            for org in device.org.ancestry():
                row = counted[org.id]
                row.devices += 1
                row.online += device.state == "ONLINE"
                row.channels += len(live)
                row.channels_online += sum(live)
        return counted

    def remove(self, device: Device) -> None:
        """Take a device away."""
        del self.devices[device.id]
        self.gone.add(device.id)
        self.touch()


def usual_recordings(channel: Channel, now: datetime, days: int = 2) -> list[Recording]:
    """Make up what was recorded: by the hour in the cloud and on the device, and a motion each third hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    made: list[Recording] = []
    for number in range(days * 24, 0, -1):
        start, end = hour - timedelta(hours=number), hour - timedelta(hours=number - 1)
        if channel.packages.get("FULL_RECORD", "CLOSED") != "CLOSED":
            made.append(Recording(start=start, end=end, size=256_000_000, storage_state=3 if number > 24 else 0))
        if channel.packages.get("EVENT_RECORD", "CLOSED") != "CLOSED" and number % 3 == 0:
            made.append(
                Recording(
                    start=start + timedelta(minutes=7), end=start + timedelta(minutes=8), kind="MOTION_RECORD",
                    size=4_000_000, alarm_types=("motion_detection",),
                )
            )  # fmt: skip
        if "localstorage" in channel.abilities:
            made.append(Recording(start=start, end=end, position="DEVICE"))
            if number % 6 == 0:
                made.append(
                    Recording(
                        start=start + timedelta(minutes=20), end=start + timedelta(minutes=21), kind="ALRAM_RECORD",
                        position="DEVICE", alarm_types=("region_invasion_alarm",),
                    )
                )  # fmt: skip
    for number, item in enumerate(made, 1):
        item.id = item.id or f"{1_000_000 + number}"
        item.name = item.name or f"rec{number}"
    return made
