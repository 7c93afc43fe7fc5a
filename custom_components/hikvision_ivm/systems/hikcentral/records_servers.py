"""Records of the servers of a platform (hikcentral §3.2). See `records`."""

from dataclasses import dataclass
from typing import Self

from ..transport.json import Fields
from .record_fields import count, state


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementServer:
    """The machine the platform runs on. `cpu` in percent; `status`: 0 online, 1 offline (T13)."""

    id: str = ""
    name: str = ""
    ip: str | None = None
    cpu: float | None = state()
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read the answer of `videoManagementServer`; None if it says nothing."""
        found = cls(ip=fields.text("ip"), cpu=fields.number("cpu"), status=fields.integer("status"))
        return None if found.ip is None and found.cpu is None and found.status is None else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Storage of a recording server; sizes in MB."""

    id: str
    name: str
    server: str
    capacity: float | None = state()
    free: float | None = state()
    used: float | None = state()

    @classmethod
    def read(cls, fields: Fields, server: str) -> Self | None:
        """Read an HDDInfo of a server."""
        if (id_ := fields.text("poolID")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("poolName") or id_,
            server=server,
            capacity=fields.number("Capacity"),
            free=fields.number("FreeSpace"),
            used=fields.number("UsedSpace"),
        )

    @property
    def pictures(self) -> bool:
        """Whether it holds pictures, not video: `PIC_RV_1` (§3.2, inferred from the name)."""
        return self.name.casefold().startswith("pic_")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordServer:
    """A recording server. `status`: 0 unknown, 1 online, 2 offline; `recording`: 0 unknown, 1 normal, 2 exception."""

    id: str
    name: str
    ip: str | None = None
    status: int | None = state()
    recording: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a RecordServerInfo; its pools are read by `Pool`."""
        if (id_ := fields.text("recordServerIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("recordServerName") or id_,
            ip=fields.text("recordServerIp"),
            status=fields.integer("networkStatus"),
            recording=fields.integer("recordingStatus"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamServer:
    """A streaming server. `status`: 0 exception, 1 normal (T13); `cpu` and `memory` in percent."""

    id: str
    name: str
    ip: str | None = None
    status: int | None = state()
    cpu: float | None = state()
    memory: float | None = state()
    streams: int | None = state()
    streams_in: int | None = state()
    streams_out: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a StreamServerInfo."""
        if (id_ := fields.text("streamServerIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("streamServerName") or id_,
            ip=fields.text("streamServerIp"),
            status=fields.integer("status"),
            cpu=fields.number("CPUUsage"),
            memory=fields.number("RAMUsage"),
            streams=count(fields, "totalStreamNum"),
            streams_in=count(fields, "streamInNum"),
            streams_out=count(fields, "streamOutNum"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntelligentServer:
    """A DeepinMind server. `status`: 0 unknown, 1 online, 2 offline."""

    id: str
    name: str
    ip: str | None = None
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read an IntelligentServerInfo."""
        if (id_ := fields.text("intelligentServerIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("intelligentServerName") or id_,
            ip=fields.text("intelligentServerIp"),
            status=fields.integer("status"),
        )
