"""Reading what cannot be pushed, in tiers, at a fixed price (isapi-core §3.0, isapi-events §7).

Seconds between polls and what a poll costs in requests:

| tier | push healthy | otherwise | camera | recorder |
|---|---|---|---|---|
| status | 75 | 30 | status, terminals: 2 | the same, online states, analogue inputs: 4 |
| detail | 120 / 60 | 30 | 1 | 2 |
| counters | 1800 | 900 | disks and three of problems: 4 | 4 |
| the same, while a right is missing | | | one that was refused: 1 | 1 |
| inventory | 1800 | 1800 | up to 8, and one for each trigger that is in no list | up to 14 |

With a healthy stream a camera is asked 2.5 times a minute and a recorder 5.8 times, whatever its number of channels.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from ..base import Runtime, Tier
from ..errors import AuthenticationError, ConnectionFailedError, NotActivatedError, SystemFailure
from ..kinds import Kind
from ..model import UNKNOWN, Feature, Inventory, Report, Unknown, Value
from ..transport.xml import Element, as_bool
from . import ports
from .channels import inputs_of
from .client import IsapiClient
from .documents import descendants, number, word
from .health import health_of
from .inventory import INPUTS, PROXY, STATUS, STORAGE
from .records import Channel, ChannelOrigin, Facts, Health, IoPort, UnitKind
from .storage import disks_of, is_problem

TERMINAL_STATES: Final = "System/IO/status"
ONLINE_STATES: Final = f"{PROXY}/status"
_TURNS: Final = 1
"""States that are read one by one in a poll, where the device refuses their list."""
_FIRST_TURNS: Final = 12
"""The same at the beginning, when no state is known."""
_UPTIME_DRIFT: Final = timedelta(seconds=60)

STATEFUL: Final = frozenset({Kind.ALARM_INPUT, Kind.ALARM_OUTPUT})
"""Terminals that have a state."""

type Values = dict[str, Value | Unknown]


def periods(kind: UnitKind, *, push_healthy: bool, complete: bool = True) -> Mapping[Tier, float]:
    """Return the seconds between polls. An inventory that is not `complete` is read again sooner."""
    inventory = 1800.0 if complete else 900.0
    if not push_healthy:
        return {Tier.STATUS: 30.0, Tier.DETAIL: 30.0, Tier.COUNTERS: 900.0, Tier.INVENTORY: inventory}
    detail = 120.0 if kind is UnitKind.CAMERA else 60.0
    return {Tier.STATUS: 75.0, Tier.DETAIL: detail, Tier.COUNTERS: 1800.0, Tier.INVENTORY: inventory}


def _online_states(root: Element) -> Mapping[int, bool | None]:
    """Read the list of online states, or a single one; a state that is missing is unknown."""
    found: dict[int, bool | None] = {}
    for element in descendants(root, "InputProxyChannelStatus"):
        if channel := number(element, "id"):
            found[channel] = as_bool(word(element, "online"))
    return found


def state_path(port: IoPort) -> str:
    """Return where the state of one terminal is."""
    base = "ContentMgmt/IOProxy" if port.proxied else "System/IO"
    return f"{base}/{'outputs' if port.output else 'inputs'}/{port.id}/status"


class Poll:
    """Reads the values of one device.

    `online`: proxied channel → whether its camera is there. `booted`: monotonic moment of the device's start, None if
    it is unknown.
    """

    def __init__(self, client: IsapiClient, runtime: Runtime) -> None:
        """Does no I/O. `use` tells what to read."""
        self.online: dict[int, bool] = {}
        self.booted: float | None = None
        self._client = client
        self._runtime = runtime
        self._started: datetime | None = None
        self._turn: dict[str, int] = {}
        self._lost = False
        self._facts: Facts | None = None
        self._by_kind: Mapping[tuple[Kind, str], Feature] = MappingProxyType({})
        self._ports: Sequence[tuple[str, IoPort]] = ()
        self._remote: Collection[str] = ()
        self._of_remote: Sequence[str] = ()

    def use(self, facts: Facts, inventory: Inventory) -> None:
        """Take over what exists."""
        self._facts = facts
        known = inventory.features.values()
        self._by_kind = {(feature.kind, f"{feature.device_id}/{feature.part}"): feature for feature in known}
        self._ports = [
            (feature.id, feature.address)
            for feature in known
            if feature.kind in STATEFUL and isinstance(feature.address, IoPort) and not feature.address.proxied
        ]
        channels = facts.channels.values()
        self._remote = {one.device_id for one in channels if one.origin is ChannelOrigin.PROXIED}
        self._of_remote = [feature.id for feature in known if feature.device_id in self._remote]

    # values from documents

    def _feature(self, kind: Kind, part: str = "", device_id: str | None = None) -> Feature | None:
        """Return a feature of the inventory."""
        assert self._facts is not None
        return self._by_kind.get((kind, f"{device_id or self._facts.device_id}/{part}"))

    def _put(
        self, values: Values, value: Value | None, kind: Kind, part: str = "", device_id: str | None = None
    ) -> None:
        """Report a value for a feature that exists; None makes it unknown."""
        if (feature := self._feature(kind, part, device_id)) is not None:
            values[feature.id] = UNKNOWN if value is None else value

    def health(self, health: Health) -> Values:
        """Return load, memory, start and temperatures. The start is only told again when it moved."""
        values: Values = {}
        self._put(values, None if health.cpu is None else round(health.cpu), Kind.CPU_USAGE)
        self._put(values, health.memory, Kind.MEMORY_USAGE)
        for name, degrees in health.temperatures.items():
            self._put(values, degrees, Kind.TEMPERATURE, name)
        if health.uptime is not None:
            self.booted = self._runtime.monotonic() - health.uptime
            try:
                started = (self._runtime.now() - timedelta(seconds=health.uptime)).replace(microsecond=0)
            except OverflowError:
                return values
            if self._started is None or abs(started - self._started) > _UPTIME_DRIFT:
                self._started = started
            self._put(values, self._started, Kind.UPTIME)
        return values

    def storage(self, root: Element) -> Values:
        """Return the values of disks."""
        values: Values = {}
        for disk in disks_of(root):
            self._put(values, is_problem(disk), Kind.DISK_PROBLEM, disk.id)
            self._put(values, disk.status.casefold() if disk.status else None, Kind.DISK_STATE, disk.id)
            self._put(values, disk.free, Kind.DISK_FREE, disk.id)
            self._put(values, disk.capacity, Kind.DISK_CAPACITY, disk.id)
        return values

    def signals(self, root: Element) -> Values:
        """Return which analogue inputs get a picture."""
        values: Values = {}
        for item in inputs_of(root).values():
            if (channel := self._channel(item.number, ChannelOrigin.LOCAL)) is not None:
                self._put(values, item.signal, Kind.VIDEO_SIGNAL, device_id=channel.device_id)
        return values

    def terminals(self, states: Mapping[tuple[bool, str], bool]) -> Values:
        """Return the states of the device's own terminals."""
        return {
            feature_id: states[port.output, port.id]
            for feature_id, port in self._ports
            if (port.output, port.id) in states
        }

    def _channel(self, channel: int, origin: ChannelOrigin) -> Channel | None:
        """Return a channel of an origin."""
        assert self._facts is not None
        found = self._facts.channels.get(channel)
        return found if found is not None and found.origin is origin else None

    def online_states(self, states: Mapping[int, bool | None]) -> Report:
        """Return online states, and which devices are reachable. What a camera refused while away is asked anew."""
        values: Values = {}
        available: dict[str, bool] = {}
        for number_, online in states.items():
            channel = self._channel(number_, ChannelOrigin.PROXIED)
            if channel is None:
                continue
            self._put(values, online, Kind.ONLINE, device_id=channel.device_id)
            if online is not None:
                available[channel.device_id] = online
                if online and self.online.get(number_) is False:
                    self._client.forget(self._paths_of(channel))
                self.online[number_] = online
        return Report(values=values, available=available)

    def _paths_of(self, channel: Channel) -> list[str]:
        """Return the refused documents of a channel."""
        marks = (f"/channels/{channel.number}/", f"/{channel.number}")
        return [
            path
            for path in self._client.refused
            if (path.startswith(PROXY) and marks[0] in path) or (path.startswith("Smart/") and path.endswith(marks[1]))
        ]

    # reading

    async def _document(self, path: str) -> Element | None:
        """Read a document, or None if it cannot be had. Raises for wrong credentials."""
        try:
            return await self._client.get(path)
        except AuthenticationError, NotActivatedError:
            raise
        except ConnectionFailedError:
            self._lost = True
        except SystemFailure:
            # Counted or remembered by the client, and shown in diagnostics.
            pass
        return None

    def _some(self, name: str, paths: list[str]) -> list[str]:
        """Return the next few of what has to be read one by one; more at the first time."""
        paths = [path for path in paths if path not in self._client.refused]
        turns = _TURNS if name in self._turn else _FIRST_TURNS
        start = self._turn.get(name, 0)
        self._turn[name] = start + turns
        return [paths[(start + step) % len(paths)] for step in range(min(turns, len(paths)))]

    async def status(self, wanted: Collection[str], *, health: bool = True) -> Report:
        """Read what changes by itself; without `health` only what the inventory did not read.

        Raises `SystemFailure` only if the device does not answer at all.
        """
        assert self._facts is not None
        self._lost = False
        before = self._client.answers
        values: Values = {}
        available: dict[str, bool] = {}
        if health and (root := await self._document(STATUS)) is not None:
            values.update(self.health(health_of(root)))
        if any(feature_id in wanted for feature_id in self._of_remote):
            report = await self._read_online()
            values.update(report.values)
            available.update(report.available)
        if health and self._facts.video_signal and (root := await self._document(INPUTS)) is not None:
            values.update(self.signals(root))
        if any(feature_id in wanted for feature_id, _ in self._ports):
            values.update(await self._read_terminals(wanted))
        await self._client.prove_alive(ask=health and self._client.answers == before)
        return Report(values=values, available=available)

    async def _read_online(self) -> Report:
        """Read the online states: all at once, else a few."""
        assert self._facts is not None
        if (root := await self._document(ONLINE_STATES)) is not None:
            return self.online_states(_online_states(root))
        states: dict[int, bool | None] = {}
        if not self._lost:
            channels = self._facts.channels.values()
            paths = [f"{PROXY}/{one.number}/status" for one in channels if one.device_id in self._remote]
            for path in self._some(ONLINE_STATES, paths):
                if (root := await self._document(path)) is not None:
                    states.update(_online_states(root))
        return self.online_states(states)

    async def _read_terminals(self, wanted: Collection[str]) -> Values:
        """Read the states of the device's own terminals: all at once, else a few."""
        if (root := await self._document(TERMINAL_STATES)) is not None:
            return self.terminals(ports.states_of(root))
        states: dict[tuple[bool, str], bool] = {}
        if not self._lost:
            paths = [state_path(port) for feature_id, port in self._ports if feature_id in wanted]
            for path in self._some(TERMINAL_STATES, paths):
                if (root := await self._document(path)) is not None:
                    states.update(ports.states_of(root))
        return self.terminals(states)

    async def counters(self) -> Report:
        """Read what changes slowly. Raises `SystemFailure` only if the device does not answer at all."""
        root = await self._document(STORAGE)
        await self._client.prove_alive()
        return Report(values=self.storage(root) if root is not None else {})
