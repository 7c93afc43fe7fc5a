"""What has to be asked of each channel, read only where somebody looks, and within the budget of the account (ivm §9).

Everything has a period in which it should be read again. When there is more of it than the budget allows, all periods grow
by the same factor: what is overdue most, measured by its own period, comes first. A small account is read at once when it
is set up.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
import logging
from typing import Final

from ..background import together
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeviceOfflineError,
    NotFoundError,
    QuotaError,
    SystemFailure,
    UnsupportedError,
)
from ..kinds import Kind
from ..model import Feature, Inventory, Report
from .budget import Budget
from .capabilities import Gate
from .codes import NoDataError, UnpaidError
from .context import Context
from .records import ChannelAddress

_LOGGER = logging.getLogger(__name__)

PRIME_MOST: Final = 60
"""Requests that may be made at once after a start. If there is more to read, nothing is hurried."""
AT_ONCE: Final = 4
"""Requests that are on their way at a time."""
FAILED_FACTOR: Final = 2.0
"""Periods until something is tried again that failed."""
REFUSED_SECONDS: Final = 86_400.0
"""Until something is tried again that turned out not to be there."""
UNPAID_SECONDS: Final = 900.0
"""Until something is tried again that rests because it is not paid: so soon it is noticed that it was."""
ROUND: Final = 4
"""Requests of one slice at most, whatever was saved up."""

type Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Something to be read in a period (seconds). `kinds` and `types`: the features that need it; `types` empty: any.

    `read` gets one of these and reads for all of its channel. `gate`: what is not there if it is refused. `online`: only
    a channel that is online can tell. `free`: it costs no request.
    """

    name: str
    period: float
    kinds: frozenset[Kind]
    read: Callable[[Feature], Awaitable[Report]]
    types: tuple[type[Feature], ...] = ()
    gate: Gate | None = None
    online: bool = False
    free: bool = False

    def needs(self, feature: Feature) -> bool:
        """Whether a feature needs it."""
        return feature.kind in self.kinds and (not self.types or isinstance(feature, self.types))


@dataclass(frozen=True, slots=True)
class _Job:
    """A reading for one channel, or for the account; `features` need it."""

    reading: Reading
    place: Place
    features: Sequence[Feature]


type Outside = Callable[[Collection[str], int], Awaitable[int]]
"""Reads a few lists for features that are looked at, no more than so many; returns how many requests that took."""


class Details:
    """Everything that is read in turns. `learnt` is called with a channel when something of it became known.

    `refused`: what turned out not to be there, by channel.
    """

    def __init__(
        self,
        context: Context,
        budget: Budget,
        readings: Iterable[Reading],
        *,
        outside: Sequence[Outside] = (),
        learnt: Callable[[Place], None] = lambda place: None,
    ) -> None:
        """`outside`: what keeps its own turns, such as lists of presets. Does no I/O."""
        self.refused: dict[Place, frozenset[Gate]] = {}
        self._context = context
        self._budget = budget
        self._readings = tuple(readings)
        self._outside = tuple(outside)
        self._learnt = learnt
        self._due: dict[tuple[str, Place], float] = {}
        self._tried: set[tuple[str, Place]] = set()
        self._doubted: set[tuple[str, Place]] = set()
        self._unpaid: set[tuple[str, Place]] = set()
        self._turn = 0
        self._indexed: Inventory | None = None
        self._jobs: tuple[_Job, ...] = ()

    async def prime(self, wanted: Collection[str]) -> None:
        """Read what was never read, all at once if that is little. Raises `AuthenticationError`."""
        if self._context.client.strained:
            return
        fresh = [job for job in self._all() if self._key(job) not in self._tried and self._is_wanted(job, wanted)]
        for job in fresh:
            if job.reading.free:
                await self._run(job)
        costly = [job for job in fresh if not job.reading.free]
        if len(costly) > PRIME_MOST:
            await self.slice(wanted)
            return
        for start in range(0, len(costly), AT_ONCE):
            if not all(await together([self._run(job) for job in costly[start : start + AT_ONCE]])):
                return
        for read in self._outside:
            await read(wanted, PRIME_MOST - len(costly))

    async def slice(self, wanted: Collection[str]) -> None:
        """Read what is due most, as far as the budget goes. Raises `AuthenticationError`."""
        if self._context.client.strained:
            return
        now = self._context.runtime.monotonic()
        if self._unpaid:
            self._unpaid &= {self._key(job) for job in self._all() if self._is_wanted(job, wanted)}
        due = [job for job in self._all() if self._urgency(job, now) >= 0 and self._is_wanted(job, wanted)]
        for job in due:
            if job.reading.free:
                await self._run(job)
        costly = sorted((job for job in due if not job.reading.free), key=lambda job: -self._urgency(job, now))
        await self._read_outside(wanted, alone=not costly)
        for job in costly[:ROUND]:
            if not self._budget.take() or not await self._run(job):
                return

    async def _read_outside(self, wanted: Collection[str], *, alone: bool) -> None:
        """Let those read that keep their own turns: half of what may be asked now, all of it where nothing else is due."""
        self._turn += 1
        left = min(ROUND, self._budget.left)
        share = left if alone else (left + self._turn % 2) // 2
        first = self._turn // 2 % len(self._outside) if self._outside else 0
        for read in (*self._outside[first:], *self._outside[:first]):
            if share > 0:
                used = await read(wanted, share)
                self._budget.spend(used)
                share -= used

    def minutes(self, wanted: Collection[str]) -> float:
        """Return how many requests a minute it would take to keep every period; beyond the budget, periods grow."""
        return sum(
            60.0 / job.reading.period
            for job in self._all()
            if not job.reading.free and any(feature.id in wanted for feature in job.features)
        )

    @property
    def unpaid(self) -> frozenset[Place]:
        """Channels of which something that somebody looks at rests because it is not paid."""
        return frozenset(place for _, place in self._unpaid)

    def reconsider(self, place: Place) -> None:
        """Forget what turned out not to be there of a channel, and ask again: it may be by now."""
        self.refused.pop(place, None)
        now = self._context.runtime.monotonic()
        for reading in self._readings:
            if (key := (reading.name, place)) in self._due:
                self._due[key] = min(self._due[key], now)

    async def _run(self, job: _Job) -> bool:
        """Read one thing and deliver it; returns whether it makes sense to go on with others."""
        reading, now = job.reading, self._context.runtime.monotonic()
        self._due[self._key(job)] = now + reading.period
        self._tried.add(self._key(job))
        try:
            report = await reading.read(job.features[0])
        except AuthenticationError:
            raise
        except NoDataError:
            # Nothing yet, which is an answer.
            self._answered(job)
            return True
        except UnpaidError as error:
            self._due[self._key(job)] = now + UNPAID_SECONDS
            self._unpaid.add(self._key(job))
            _LOGGER.debug("%s of %s is not paid: %s", reading.name, self._name(job), error)
        except (UnsupportedError, NotFoundError) as error:
            self._miss(job, error, now)
        except SystemFailure as error:
            self._due[self._key(job)] = now + reading.period * FAILED_FACTOR
            _LOGGER.debug("%s of %s could not be read: %s", reading.name, self._name(job), error)
            if isinstance(error, (ConnectionFailedError, QuotaError)):
                # Nothing was learnt of the channel, so it is not put off.
                self._due[self._key(job)] = now
                return False
            if isinstance(error, DeviceOfflineError):
                self._due[self._key(job)] = now + reading.period
        else:
            self._answered(job)
            if report.values or report.occurrences:
                self._context.deliver(report)
            self._learnt(job.place)
        return True

    def _answered(self, job: _Job) -> None:
        """Note that something is there and paid."""
        self._doubted.discard(self._key(job))
        self._unpaid.discard(self._key(job))

    def _miss(self, job: _Job, error: SystemFailure, now: float) -> None:
        """Note that something is not there. Without a code, anything on the way may have said so: then it takes two."""
        key, reading = self._key(job), job.reading
        self._unpaid.discard(key)
        _LOGGER.debug("%s of %s is not there: %s", reading.name, self._name(job), error)
        if not error.code and key not in self._doubted:
            self._doubted.add(key)
            self._due[key] = now + reading.period * FAILED_FACTOR
            return
        self._due[key] = now + max(REFUSED_SECONDS, reading.period)
        if reading.gate is not None and isinstance(error, UnsupportedError):
            self._refuse(job.place, reading.gate)

    def _name(self, job: _Job) -> str:
        """Name a channel without its id, for the log."""
        return self._context.name(ChannelAddress(*job.place), "the account")

    def _refuse(self, place: Place, gate: Gate) -> None:
        """Note what is not there."""
        before = self.refused.get(place, frozenset())
        if gate not in before:
            self.refused[place] = before | {gate}
            self._learnt(place)

    def _urgency(self, job: _Job, now: float) -> float:
        """Return by how many of its periods it is overdue; below 0 it is not due."""
        return (now - self._due[self._key(job)]) / job.reading.period

    def _key(self, job: _Job) -> tuple[str, Place]:
        """Return what a job is known by."""
        return job.reading.name, job.place

    def _is_wanted(self, job: _Job, wanted: Collection[str]) -> bool:
        """Whether somebody looks at it, and it can be told now."""
        if job.reading.online and (channel := self._context.channel(*job.place)) is not None:
            device = self._context.device(job.place[0])
            if channel.online is False or (device is not None and device.online is False):
                return False
        return any(feature.id in wanted for feature in job.features)

    def _all(self) -> tuple[_Job, ...]:
        """Return everything there is to read."""
        inventory = self._context.inventory()
        if inventory is not self._indexed:
            self._jobs = tuple(self._index(inventory.features))
            now = self._context.runtime.monotonic()
            # What is new counts as overdue by its period, and not as more: else much that is new would hold up the rest.
            self._due = {(key := self._key(job)): self._due.get(key, now - job.reading.period) for job in self._jobs}
            self._tried &= self._due.keys()
            self._doubted &= self._due.keys()
            self._unpaid &= self._due.keys()
            self._indexed = inventory
        return self._jobs

    def _index(self, features: Mapping[str, Feature]) -> Iterable[_Job]:
        """Find what there is to read."""
        by_kind: dict[Kind, list[Reading]] = {}
        for reading in self._readings:
            for kind in reading.kinds:
                by_kind.setdefault(kind, []).append(reading)
        found: dict[Hashable, tuple[Reading, Place, list[Feature]]] = {}
        for feature in features.values():
            for reading in by_kind.get(feature.kind, ()):
                if reading.needs(feature):
                    place = feature.address.key if isinstance(feature.address, ChannelAddress) else ("", "")
                    found.setdefault((reading.name, place), (reading, place, []))[2].append(feature)
        return (_Job(*row) for row in found.values())
