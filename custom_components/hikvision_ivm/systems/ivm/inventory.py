"""Keeping what is known of an account up to date: lists, messages, what was learnt of channels (ivm §9, "Coordinators")."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Final

from ..base import Runtime
from ..errors import AuthenticationError, SystemFailure
from ..model import Inventory
from ..settings import ORGS
from .budget import Budget
from .catalogue import Catalogue
from .client import IvmClient
from .gather import Gatherer
from .learnt import Learnt
from .lessons import LessonBook
from .licences import Licence, read_licences
from .reading import Reader
from .records import Facts
from .register import Changed, Register
from .strange import Strange
from .times import zone_of

HIERARCHY_SECONDS: Final = 3600.0
"""Between two readings of where devices lie."""
LICENCE_SECONDS: Final = 21_600.0
"""Between two readings of what is booked."""
RECENT_SECONDS: Final = 120.0
"""Seconds for which an inventory is recent enough for a poll that asks for everything after a reconnect."""


class Stock:
    """What exists. `failed`: lists that could not be read last, and why; `licences`: what is booked."""

    def __init__(
        self,
        client: IvmClient,
        uid: str,
        options: Mapping[str, Any],
        runtime: Runtime,
        budget: Budget,
        finish: Callable[[Inventory, Facts], Inventory],
    ) -> None:
        """`finish` adds to an inventory what no list tells. Does no I/O."""
        self.failed: dict[str, SystemFailure] = {}
        self.licences: tuple[Licence, ...] = ()
        self.register = Register(options, runtime)
        self.lessons = LessonBook(runtime)
        self._client = client
        self._runtime = runtime
        self._budget = budget
        self._zone = zone_of(options, runtime)
        self._reader = Reader(client)
        self._gatherer = Gatherer(self._reader, self.register, runtime)
        self._catalogue = Catalogue(uid, options, lessons=self.lessons, finish=finish)
        self._lock = asyncio.Lock()
        self._read_at = self._placed_at = self._booked_at = float("-inf")

    @property
    def facts(self) -> Facts:
        """What is imported."""
        return self.register.facts

    @property
    def inventory(self) -> Inventory:
        """The latest inventory."""
        return self._catalogue.inventory

    @property
    def strange(self) -> Strange:
        """What lists told that no table names."""
        return self._reader.strange

    @property
    def is_recent(self) -> bool:
        """Whether everything was read a moment ago."""
        return self._runtime.monotonic() - self._read_at < RECENT_SECONDS

    @property
    def short(self) -> Collection[str]:
        """Lists that came shorter than the cloud says they are, when they were read last."""
        return self._reader.short

    # lists

    async def read(self, *, whole: bool = False) -> Changed:
        """Read everything that is due, or `whole`, all there is; returns the devices that are other than before.

        Raises `SystemFailure` if the devices cannot be read; lists beside that one that fail are told in `failed`.
        """
        async with self._lock:
            return await self._counted(self._read(whole=whole))

    async def _read(self, *, whole: bool) -> Changed:
        """Read the lists that are due."""
        now = self._runtime.monotonic()
        placing = whole or now - self._placed_at >= HIERARCHY_SECONDS
        booking = whole or now - self._booked_at >= LICENCE_SECONDS
        gathered = await self._gatherer.inventory(hierarchy=placing)
        booked = await self._book(booking)
        failed: dict[str, SystemFailure] = dict(gathered.failed)
        if booked is not None:
            failed["licences"] = booked
        self._read_at = now
        if placing and not failed.keys() & {"organisations", "device_orgs"}:
            self._placed_at = now
        if not placing:
            failed |= {name: error for name, error in self.failed.items() if name in {"organisations", "walk"}}
        if not booking and "licences" in self.failed:
            failed["licences"] = self.failed["licences"]
        self.failed = failed
        return gathered.changed

    async def _book(self, due: bool) -> SystemFailure | None:
        """Read what is booked; returns why that failed, if it did."""
        if not due:
            return None
        self._booked_at = self._runtime.monotonic()
        try:
            self.licences = await read_licences(self._client, self._zone, self.licences)
        except AuthenticationError:
            raise
        except SystemFailure as error:
            return error
        return None

    async def read_states(self) -> Changed:
        """Read the devices with their channels; returns those that are other than before. Raises `SystemFailure`."""
        async with self._lock:
            return await self._counted(self._gatherer.status())

    async def _counted[T](self, work: Awaitable[T]) -> T:
        """Do something, and take the requests that it took from the budget."""
        before = self._client.requests
        try:
            return await work
        finally:
            self._budget.spend(self._client.requests - before)

    # what follows

    def build(self) -> bool:
        """Make the inventory of what is known now; returns whether it is other than before."""
        return self._catalogue.build(self.facts, self.licences)

    def renew(self, devices: Collection[str], *, whole: bool = False) -> bool:
        """Make some devices anew that may be other than before; returns whether the inventory is.

        `whole`: also look again at what no list tells.
        """
        return self._catalogue.renew(self.facts, devices, whole=whole)

    def adopt(self, inventory: Inventory) -> None:
        """Take over an inventory that a message let grow."""
        self._catalogue.adopt(inventory)

    # messages

    def tell(self, device: str, channel: str, changes: Mapping[str, Any]) -> Changed:
        """Take over what a message told of a device or channel: fields of its record."""
        if channel:
            return self.register.tell_channel(device, channel, **changes)
        return self.register.tell_device(device, **changes)

    def drop(self, device: str) -> Changed:
        """Forget a device that is gone."""
        self.lessons.forget(device)
        return self.register.drop_device(device)

    def learn(self, key: tuple[str, str], learnt: Learnt) -> bool:
        """Keep what is known of a channel; returns whether that is other than before."""
        return key in self.facts.channels and self.lessons.learn(key, learnt)

    # choices

    async def offer(self) -> Mapping[str, Mapping[str, str]]:
        """Read which organisations there are."""
        self.register.take_orgs(await self._reader.organisations())
        return {ORGS: self.choices(ORGS)}

    def choices(self, option: str) -> Mapping[str, str]:
        """Offer all organisations, imported or not, by their paths."""
        if option != ORGS:
            return {}
        paths = {org: self._path(self.register.path(org)) for org in self.register.orgs}
        return dict(sorted(paths.items(), key=lambda row: row[1].casefold()))

    def _path(self, orgs: Iterable[str]) -> str:
        """Name an organisation by those it lies in."""
        return " / ".join(self.register.orgs[org].name for org in orgs)
