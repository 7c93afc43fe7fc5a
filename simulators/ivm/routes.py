"""The table of operations (ivm §2): which method and path, which fields, who answers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import re
from typing import TYPE_CHECKING, Any

from .checks import Field
from .errors import RefusedError
from .state import Channel, Device
from .times import read_stamp

if TYPE_CHECKING:
    from aiohttp import web

    from .simulator import IvmSimulator

DC = "devices/{device_id}/channels/{channel_id}"


@dataclass(slots=True, kw_only=True)
class Call:
    """A call that was let in, its fields checked."""

    cloud: IvmSimulator
    path: dict[str, str]
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    sent: Any = None
    """The body as it came."""

    @property
    def now(self) -> datetime:
        """Time of the cloud's clock."""
        return self.cloud.now()

    def device(self, device_id: str | None = None) -> Device:
        """Return the device of the path, or one that is named. Raises RefusedError."""
        wanted = self.path["device_id"] if device_id is None else device_id
        if re.fullmatch(r"[A-Za-z0-9]{8,32}", wanted) is None:
            raise RefusedError("IVM.10022000")
        found = self.cloud.world.devices.get(wanted)
        if found is None:
            raise RefusedError("IVM.10022002" if wanted in self.cloud.world.gone else "IVM.20000010")
        return found

    def channel(self, device_id: str | None = None, channel_id: str | None = None) -> Channel:
        """Return the channel of the path, or one that is named. Raises RefusedError."""
        device = self.device(device_id)
        wanted = self.path["channel_id"] if channel_id is None else channel_id
        if re.fullmatch(r"\d{20}" if device.is_gb else r"-1|\d{1,3}", wanted) is None:
            raise RefusedError("IVM.10022001")
        if wanted not in device.channels:
            raise RefusedError("IVM.10022007")
        return device.channels[wanted]

    def holo_channel(self, ability: str, *, device_missing: str = "IVM.20160001") -> Channel:
        """Return the channel of the path, online, managed, of a HOLO device that can do something."""
        channel = self.channel()
        channel.need_holo()
        channel.need_managed()
        channel.need_online()
        if ability not in channel.abilities:
            raise RefusedError(device_missing)
        return channel

    def span(self, source: dict[str, Any] | None = None) -> tuple[datetime, datetime]:
        """Return start and end of a query. Raises RefusedError."""
        given = self.query if source is None else source
        kind = self.cloud.record_times
        moments = []
        for name, code in (("start_time", "IVM.10020005"), ("end_time", "IVM.10020006")):
            try:
                moments.append(read_stamp(given[name], colons=kind != "compact", compact=kind != "colons"))
            except ValueError as error:
                raise RefusedError(code, str(error)) from error
        start, end = moments
        if start >= end:
            raise RefusedError("IVM.10020007")
        return start, end


type Answer = Any
type Handler = Callable[[Call], Answer | Awaitable[web.Response | Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row."""

    section: str
    method: str
    path: str
    handler: Handler
    query: Sequence[Field] = ()
    body: Sequence[Field] | None = None
    """None: a body is not looked at."""
    cached: bool = False
    """The answer depends on organisations, devices and channels alone."""


OPERATIONS: list[Operation] = []
_BY_SIZE: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
_ALL_SIZES: dict[int, list[list[str]]] = {}


def operation(
    section: str, method: str, path: str, *, query: Sequence[Field] = (), body: Sequence[Field] | None = None,
    version: str = "v1", cached: bool = False,
) -> Callable[[Handler], Handler]:  # fmt: skip
    """Register a function `(call) -> answer` for a path below `/v1/{user_id}/`."""

    def register(handler: Handler) -> Handler:
        full = f"/{version}/{{user_id}}/{path}"
        row = Operation(
            section=section, method=method, path=full, handler=handler, query=query, body=body, cached=cached
        )
        OPERATIONS.append(row)
        parts = full.split("/")[1:]
        rows = _BY_SIZE.setdefault((method, len(parts)), [])
        rows.append((parts, row))
        # `/devices/snap` and others lie beside `/devices/{device_id}`: fixed words go first (ivm §2).
        rows.sort(key=lambda entry: sum(part.startswith("{") for part in entry[0]))
        _ALL_SIZES.setdefault(len(parts), []).append(parts)
        return handler

    return register


def find(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """Return the row of a request and what its path names. Raises RefusedError."""
    parts = path.split("/")[1:]
    for pattern, row in _BY_SIZE.get((method, len(parts)), ()):
        if _fits(pattern, parts):
            names = {key[1:-1]: value for key, value in zip(pattern, parts, strict=True) if key.startswith("{")}
            return row, names
    known = any(_fits(pattern, parts) for pattern in _ALL_SIZES.get(len(parts), ()))
    raise RefusedError("IVM.90000009" if known else "IVM.90000007")


def _fits(pattern: list[str], parts: list[str]) -> bool:
    return all(part == key or (key.startswith("{") and part) for key, part in zip(pattern, parts, strict=True))


def page(rows: Sequence[Any], limit: int, offset: int, *, by_item: bool, largest: int | None = None) -> Sequence[Any]:
    """Return a page: `offset` counts rows or pages (ivm §1.6)."""
    start = offset if by_item else offset * limit
    size = limit if largest is None else min(limit, largest)
    return rows[start : start + size]
