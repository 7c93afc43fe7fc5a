"""What the cloud tells, as frozen records: organisations, devices, channels (ivm §1.12, §3.1-§3.4).

Ids are text, upper and lower case matter. None is what was not said. Words are kept as they came, in upper case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ROOT_ORG: Final = "0"
ONLINE: Final = "ONLINE"
OFFLINE: Final = "OFFLINE"
UNREGISTERED: Final = "UNREGISTERED"
_REACHED: Final[Mapping[str, bool]] = {ONLINE: True, OFFLINE: False, UNREGISTERED: False}
"""A state that is not here tells nothing."""


class Protocol(StrEnum):
    """How a device is connected to the cloud."""

    HOLO = "HOLO"
    GB28181 = "GB28181"


class StreamType(StrEnum):
    """A stream of a channel, in the words of the media interface."""

    PRIMARY = "PRIMARY_STREAM"
    SECONDARY_1 = "SECONDARY_STREAM_1"
    SECONDARY_2 = "SECONDARY_STREAM_2"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgRecord:
    """An organisation (ivm §3.1). `level` 1 lies directly below the root; `parent` is `ROOT_ORG` there.

    `channels` and `channels_online`: including what lies below; None if not told.
    """

    id: str
    name: str
    parent: str = ROOT_ORG
    level: int | None = None
    devices: int | None = None
    devices_online: int | None = None
    channels: int | None = None
    channels_online: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecord:
    """A channel (ivm §3.2, §3.4).

    `packages`: `MANAGEMENT_GRANT`, `FULL_RECORD_ARREAR` …; None if nothing was told of them. `abilities`: capability
    keys in lower case without underscores, None if not told. `storage_card`: `0` to `3`, `-1`. `mask`: `OPEN`, `CLOSE`.
    `valid` False: the id of the channel is none any more.
    """

    device: str
    id: str
    name: str
    state: str | None = None
    system_state: str | None = None
    packages: frozenset[str] | None = None
    abilities: frozenset[str] | None = None
    model: str | None = None
    firmware: str | None = None
    type: str | None = None
    storage_card: str | None = None
    mask: str | None = None
    valid: bool | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return self.device, self.id

    @property
    def online(self) -> bool | None:
        """Whether it is online; None if that is not known."""
        return _REACHED.get(self.state or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A device: a camera, a recorder, an edge box (ivm §3.2, §3.3). `orgs`: ids of its organisations, root first."""

    id: str
    name: str
    type: str | None = None
    protocol: Protocol | None = None
    state: str | None = None
    system_state: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    firmware: str | None = None
    mac: str | None = None
    abilities: frozenset[str] | None = None
    orgs: tuple[str, ...] = ()
    org_name: str | None = None
    gb_state: str | None = None
    channels: tuple[str, ...] = ()

    @property
    def online(self) -> bool | None:
        """Whether it is online; None if that is not known."""
        return _REACHED.get(self.state or "")

    @property
    def is_single(self) -> bool:
        """Whether it is a camera whose one channel is itself; so is a device with one channel of which no type is told."""
        return (self.type or "IP").upper().startswith("IP") and len(self.channels) == 1


def firmware_of(device: DeviceRecord, channel: ChannelRecord) -> str | None:
    """Return the firmware of a channel; that of the camera if the channel is one itself."""
    return (device.firmware or channel.firmware) if device.is_single else channel.firmware


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is imported: organisations and devices by id, channels by (device, channel)."""

    orgs: Mapping[str, OrgRecord]
    devices: Mapping[str, DeviceRecord]
    channels: Mapping[tuple[str, str], ChannelRecord]


# what features point at


@dataclass(frozen=True, slots=True)
class TenantAddress:
    """The account."""


@dataclass(frozen=True, slots=True)
class OrgAddress:
    """An organisation."""

    org: str


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """A device."""

    device: str


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """A channel; `detail` tells more where one feature is about a part of it: an alarm type, a track, a lane, a stream."""

    device: str
    channel: str
    detail: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What the channel is known by."""
        return self.device, self.channel
