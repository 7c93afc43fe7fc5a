"""How the platform's servers are (hikcentral §3.2, §4): every sort of them counts in its own way (T13)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, override

from ..background import together
from ..kinds import Kind
from ..model import Feature, Report, Value
from ..transport.json import fields
from .context import Context
from .lists import Lists
from .parts import MANAGEMENT, PARTS, POOLS
from .polled import Domain, Values, forget, merged, put
from .records import IntelligentServer, ManagementServer, Pool, RecordServer, StreamServer

PERIOD_SECONDS: Final = 300.0
SERVERS_AT_ONCE: Final = 10
"""Recording servers whose pools are read in one poll."""
_GONE: Final = 2
_ALL: Final = "all"
_PATHS: Final[Mapping[str, str]] = {part.name: part.path for part in PARTS}


def _word(states: Mapping[int, bool], state: int | None) -> bool | None:
    """Return what a state means; None if it is unknown."""
    return None if state is None else states.get(state)


def _connected(state: int | None) -> bool | None:
    """Judge recording and DeepinMind servers."""
    return _word({1: True, 2: False}, state)


def _percent(value: float | None) -> float | None:
    """Return a share that can be one."""
    return value if value is not None and 0 <= value <= 100 else None


def _size(value: float | None) -> float | None:
    """Return a number of megabytes that can be one."""
    return value if value is not None and value >= 0 else None


type Read = Callable[[Any], Value | None]

_VALUES: Final[Mapping[type[Any], Mapping[Kind, Read]]] = {
    ManagementServer: {
        Kind.ONLINE: lambda server: _word({0: True, 1: False}, server.status),
        Kind.CPU_USAGE: lambda server: _percent(server.cpu),
    },
    RecordServer: {
        Kind.ONLINE: lambda server: _connected(server.status),
        Kind.RECORDING_FAILURE: lambda server: _word({1: False, 2: True}, server.recording),
    },
    StreamServer: {
        Kind.SERVER_PROBLEM: lambda server: _word({0: True, 1: False}, server.status),
        Kind.CPU_USAGE: lambda server: _percent(server.cpu),
        Kind.MEMORY_USAGE: lambda server: _percent(server.memory),
        Kind.STREAMS: lambda server: server.streams,
        Kind.STREAMS_IN: lambda server: server.streams_in,
        Kind.STREAMS_OUT: lambda server: server.streams_out,
    },
    IntelligentServer: {Kind.ONLINE: lambda server: _connected(server.status)},
    Pool: {
        Kind.DISK_CAPACITY: lambda pool: _size(pool.capacity),
        Kind.DISK_FREE: lambda pool: _size(pool.free),
        Kind.DISK_USED: lambda pool: _size(pool.used),
    },
}
_LISTS: Final[Mapping[type[Any], tuple[str, str | None]]] = {
    RecordServer: (_PATHS["record_servers"], "rsrv"),
    StreamServer: (_PATHS["stream_servers"], None),
    IntelligentServer: (_PATHS["intelligent_servers"], "isrv"),
}
"""Sort of server → its list, and the prefix of its device's id where its state tells whether it can be reached."""


class Servers(Domain):
    """Values: bool, percent, numbers of streams, MB."""

    kinds = frozenset(kind for values in _VALUES.values() for kind in values)

    def __init__(self, context: Context, lists: Lists) -> None:
        """Does no I/O."""
        super().__init__(context)
        self._lists = lists

    @override
    def takes(self, feature: Feature) -> bool:
        return type(feature.address) in _VALUES

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        by_type: dict[type[Any], list[Feature]] = {}
        for feature in self.wanted(wanted):
            by_type.setdefault(type(feature.address), []).append(feature)
        pools = by_type.pop(Pool, [])
        reads = [
            self._read_management(features) if sort is ManagementServer else self._read_list(sort, features)
            for sort, features in by_type.items()
            if self.rhythm.due(sort.__name__, PERIOD_SECONDS, (_ALL,))
        ]
        by_server: dict[str, list[Feature]] = {}
        for feature in pools:
            assert isinstance(feature.address, Pool)
            by_server.setdefault(feature.address.server, []).append(feature)
        due = self.rhythm.due("pools", PERIOD_SECONDS, by_server, most=SERVERS_AT_ONCE)
        reads += [self._read_pools(server, by_server[server]) for server in due]
        return merged(await together(reads))

    async def _read_management(self, features: Sequence[Feature]) -> Report:
        """Read the machine the platform runs on. That it calls itself offline does not make everything unreachable."""
        topic = ManagementServer.__name__
        data = await self.attempt(topic, PERIOD_SECONDS, (_ALL,), self.client.call(MANAGEMENT))
        found = None if data is None else ManagementServer.read(fields(data))
        return self._judge(topic, _ALL, features, None if data is None else {"": found})

    async def _read_list(self, sort: type[Any], features: Sequence[Feature]) -> Report:
        """Read all servers of a sort."""
        path, prefix = _LISTS[sort]
        rows = await self.attempt(sort.__name__, PERIOD_SECONDS, (_ALL,), self._lists.read(path))
        servers = None if rows is None else {one.id: one for row in rows if (one := sort.read(row)) is not None}
        report = self._judge(sort.__name__, _ALL, features, servers)
        if prefix is None or servers is None:
            return report
        available = {self.device(prefix, id_): server.status != _GONE for id_, server in servers.items()}
        return Report(values=report.values, available=available)

    async def _read_pools(self, server: str, features: Sequence[Feature]) -> Report:
        """Read the storage pools of a recording server."""
        call = self.client.call(POOLS, {"recordServerIndexCode": server})
        data = await self.attempt("pools", PERIOD_SECONDS, (server,), call)
        rows = () if data is None else fields(data).children("hddList")
        pools = {pool.id: pool for row in rows if (pool := Pool.read(row, server)) is not None}
        return self._judge("pools", server, features, None if data is None else pools)

    def _judge(self, topic: str, one: str, features: Sequence[Feature], records: Mapping[str, Any] | None) -> Report:
        """Return the values of features by the records that were read; None: nothing was."""
        values: Values = {}
        if records is None:
            if self.lost(topic, one):
                forget(values, features)
            return Report(values=values)
        for feature in features:
            address: Any = feature.address
            record = records.get(address.id)
            put(values, feature, None if record is None else _VALUES[type(address)][feature.kind](record))
        return Report(values=values)
