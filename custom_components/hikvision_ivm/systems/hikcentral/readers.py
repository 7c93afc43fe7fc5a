"""Card readers: their names for what happens at a door, and whether they are enabled (hikcentral §3.1, L5274).

Every door has to be asked for its own. Only doors that somebody looks at are asked, few at a time, and what they said is
remembered over restarts, so that a restart asks for nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
import logging
from typing import TYPE_CHECKING, Any, Final

from ..background import together
from ..base import Sink
from ..errors import AuthenticationError, PlatformUserError, SystemFailure
from ..kinds import Kind
from ..model import UNKNOWN, EventFeature, Feature, Inventory, LockFeature, Report, Unknown, Value
from .feature_rows import Wishes, features
from .features_access import READER, READERS
from .lists import whole
from .places import device_id
from .records import Door, Reader

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

MEMORY: Final = "readers"
"""Key in the runtime's memory: id of a door → when it was asked (seconds since 1970), and a row for each reader: id,
name, whether it can be disabled, whether it is enabled (None: not told)."""
SLICE: Final = 10
"""Doors that are asked at once."""
FRESH_SECONDS: Final = 24 * 3600.0
"""For so long an answer is believed; readers are set up once."""
AGAIN_SECONDS: Final = 3600.0
"""After so long a door is asked again that could not be."""
_LOOKED_AT: Final = {(EventFeature, Kind.ACCESS), (LockFeature, Kind.DOOR_LOCK)}
"""Features of a door that make its readers worth knowing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a door said, and when (seconds since 1970)."""

    at: float
    readers: tuple[Reader, ...]


class Readers:
    """The readers of one platform's doors.

    `deliver` is to be set by whoever owns the inventory; until then it is delivered without being kept.
    """

    def __init__(self, context: Context) -> None:
        """Does no I/O; takes over what is remembered."""
        self.deliver: Callable[[Inventory, Sink], None] = lambda inventory, sink: sink.inventory(inventory)
        self._context = context
        self._known: Mapping[str, Reading] = dict(_remembered(context.runtime.memory.get(MEMORY)))
        self._again: dict[str, float] = {}
        self._indexed: Inventory | None = None
        self._lookers: Mapping[str, tuple[str, ...]] = {}

    def of(self, door: str) -> tuple[Reader, ...]:
        """Return the readers of a door, as far as they are known."""
        known = self._known.get(door)
        return () if known is None else known.readers

    def name(self, door: str, reader: str) -> str | None:
        """Return the name of a reader of a door; None if it is not known, or has none."""
        return next((one.name for one in self.of(door) if one.id == reader and one.name != one.id), None)

    # features

    def apply(self, inventory: Inventory) -> Inventory:
        """Return an inventory with the features of the readers that are known, and with no others of them."""
        made = {feature.id: feature for feature in self._features(inventory)}
        before = {feature.id: feature for feature in inventory.features.values() if feature.kind is Kind.READER_ENABLED}
        if made == before:
            return inventory
        others = (feature for feature in inventory.features.values() if feature.id not in before)
        return Inventory.build(inventory.devices.values(), (*others, *made.values()))

    def _features(self, inventory: Inventory) -> Iterator[Feature]:
        """Make the features of the readers of all doors that are imported."""
        wishes = Wishes(refused=self._context.client.refused)
        for door, reading in self._known.items():
            device = device_id(self._context.uid, "door", door)
            if device not in inventory.devices:
                continue
            for reader in reading.readers:
                yield from features(READER, device, reader, wishes, part=reader.id, label=reader.name)

    def report(self, inventory: Inventory, doors: Collection[str] | None = None) -> Report:
        """Return what is known of the readers of all doors, or of some."""
        values: dict[str, Value | Unknown] = {}
        for feature in inventory.features.values():
            reader = feature.address
            if feature.kind is Kind.READER_ENABLED and isinstance(reader, Reader):
                if doors is not None and reader.door not in doors:
                    continue
                told = next((one.enabled for one in self.of(reader.door) if one.id == reader.id), None)
                values[feature.id] = UNKNOWN if told is None else told
        return Report(values=values)

    # reading

    async def slice(self, wanted: Collection[str], sink: Sink, *, most: int = SLICE) -> int:
        """Ask the doors that are due, of those somebody looks at; returns how many were due.

        What cannot be read stays as it is and is asked for again later, quietly. One door goes first, so that a platform
        that refuses is asked once. Raises `AuthenticationError` and `PlatformUserError`.
        """
        doors = self._due(wanted)[:most]
        if not doors:
            return 0
        fresh: dict[str, Reading] = {}
        await self._try(doors[0], fresh)
        await together(self._try(door, fresh) for door in doors[1:])
        if fresh:
            self._take(fresh, sink)
        return len(doors)

    async def _try(self, door: str, fresh: dict[str, Reading]) -> None:
        """Ask one door; its answer goes to `fresh`."""
        try:
            rows = await whole(self._context.client, READERS, {"doorIndexCode": door})
        except AuthenticationError, PlatformUserError:
            raise
        except SystemFailure as error:
            _LOGGER.debug("The readers of door %s could not be read: %s", door, error)
            self._again[door] = self._context.runtime.monotonic() + AGAIN_SECONDS
            return
        found = [reader for row in rows if (reader := Reader.read(row, door)) is not None]
        fresh[door] = Reading(self._context.runtime.now().timestamp(), _merged(self.of(door), found))

    def _take(self, fresh: Mapping[str, Reading], sink: Sink) -> None:
        """Take over answers: remember them, and deliver features that are new or named differently, and values."""
        there = self._context.facts().doors
        kept = {door: reading for door, reading in self._known.items() if door in there}
        self._known = {**kept, **fresh}
        self._again = {door: moment for door, moment in self._again.items() if door in there and door not in fresh}
        runtime = self._context.runtime
        runtime.memory[MEMORY] = {door: _row(reading) for door, reading in self._known.items()}
        runtime.remember()
        inventory = self._context.inventory()
        grown = self.apply(inventory)
        if grown is not inventory:
            self.deliver(grown, sink)
        if (report := self.report(grown, fresh)).values:
            sink.report(report)

    def _due(self, wanted: Collection[str]) -> list[str]:
        """Return the doors to ask, those that were never asked or longest ago first."""
        inventory = self._context.inventory()
        if inventory is not self._indexed:
            self._lookers = _lookers(inventory)
            self._indexed = inventory
        now, monotonic = self._context.runtime.now().timestamp(), self._context.runtime.monotonic()
        due: dict[str, float] = {}
        for door, lookers in self._lookers.items():
            known = self._known.get(door)
            age = None if known is None else now - known.at
            # A negative age is that of a clock that was set.
            if age is not None and 0 <= age < FRESH_SECONDS:
                continue
            if self._again.get(door, monotonic) <= monotonic and any(one in wanted for one in lookers):
                due[door] = float("-inf") if known is None else known.at
        return sorted(due, key=due.__getitem__)


def _lookers(inventory: Inventory) -> Mapping[str, tuple[str, ...]]:
    """Return id of a door → ids of the features that make its readers worth knowing."""
    found: dict[str, list[str]] = {}
    for feature in inventory.features.values():
        match feature.address:
            case Door(id=door) if (type(feature), feature.kind) in _LOOKED_AT:
                found.setdefault(door, []).append(feature.id)
            case Reader(door=door):
                found.setdefault(door, []).append(feature.id)
    return {door: tuple(ids) for door, ids in found.items()}


def _merged(before: Iterable[Reader], found: Iterable[Reader]) -> tuple[Reader, ...]:
    """Return what was found; a reader that could be disabled once does not lose its sensor for an answer without it."""
    settable = {reader.id for reader in before if reader.settable}
    unique: dict[str, Reader] = {}
    for reader in found:
        unique.setdefault(reader.id, replace(reader, settable=reader.settable or reader.id in settable))
    return tuple(unique.values())


# what is remembered


def _row(reading: Reading) -> list[Any]:
    """Return a reading as it is remembered."""
    return [reading.at, [[one.id, one.name, one.settable, one.enabled] for one in reading.readers]]


def _remembered(stored: object) -> Iterator[tuple[str, Reading]]:
    """Yield what is remembered; what makes no sense is left out, so that it is asked for again."""
    for door, row in stored.items() if isinstance(stored, Mapping) else ():
        match row:
            case [(int() | float()) as at, list() as rows]:
                readers = [_reader(each, door) for each in rows]
                if None not in readers:
                    yield door, Reading(float(at), tuple(one for one in readers if one is not None))


def _reader(row: object, door: str) -> Reader | None:
    """Return a reader as it is remembered, None if that makes no sense."""
    match row:
        case [str() as id_, str() as name, bool() as settable, (bool() | None) as enabled]:
            return Reader(id=id_, name=name, door=door, settable=settable, enabled=enabled)
    return None
