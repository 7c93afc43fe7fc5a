"""Settings that the cloud keeps of each channel: read, changed in what was asked, written whole, read again (ivm §3.17).

What is ordered within a moment goes out together, up to a hundred channels in a request; each is judged for itself. One
channel's settings of a kind are never read, changed or written twice at a time, so that no change is lost.
"""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import logging
from typing import Any, Final

from ..errors import NotConfirmedError, SystemFailure
from ..kinds import Kind
from ..model import Feature, Report, Unknown, Value
from .channel_features import ChannelFeatures, Key
from .client import results
from .context import Context
from .records import ChannelAddress

_LOGGER = logging.getLogger(__name__)

GATHER_SECONDS: Final = 0.05
"""Orders that come within this time go together."""
LARGEST_BATCH: Final = 100
"""Channels in one request (ivm §1.10)."""
LATER_LOOKS: Final = (1.0, 3.0)
"""Seconds before further looks at what does not show yet: recording ends with a delay (ivm §3.17)."""

type Values = dict[str, Value | Unknown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What is sent for one channel. `items`: name of the list that takes those of several; empty: `item` is the body."""

    method: str
    path: str
    item: Mapping[str, Any]
    items: str = ""


@dataclass(slots=True)
class _Order[Change]:
    """A change somebody waits for."""

    address: ChannelAddress
    change: Change
    done: asyncio.Future[None]
    failure: SystemFailure | None = None


@dataclass(slots=True)
class _Work[Document, Change]:
    """What is done with one channel."""

    orders: list[_Order[Change]]
    document: Document | None = None
    sent: bool = False
    open: list[_Order[Change]] = field(default_factory=list)


class ChannelSettings[Document, Change](ABC):
    """One kind of settings of all channels. `known`: what was read last; `kinds`: the features they are shown by."""

    kinds: frozenset[Kind]

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        self.context = context
        self.features = features
        self.known: dict[Key, Document] = {}
        self._locks: dict[Key, asyncio.Lock] = {}
        self._waiting: list[_Order[Change]] = []

    @abstractmethod
    async def fetch(self, address: ChannelAddress) -> Document:
        """Read the settings of a channel. Raises `SystemFailure`."""

    @abstractmethod
    def applied(self, address: ChannelAddress, document: Document, change: Change) -> Document:
        """Return settings with a change. Raises `SystemFailure` for one that cannot be made."""

    @abstractmethod
    def write(self, address: ChannelAddress, document: Document) -> Write:
        """Return what is sent for settings."""

    @abstractmethod
    def found(self, document: Document, change: Change) -> tuple[object, object] | None:
        """Return what a change wanted and what is there instead; None if it is as wanted."""

    @abstractmethod
    def value(self, feature: Feature, document: Document) -> Value | Unknown:
        """Return the value of a feature of `kinds`."""

    def keep(self, address: ChannelAddress, document: Document) -> None:
        """Remember what was read."""
        self.known[address.key] = document

    def wrote(self, address: ChannelAddress, document: Document) -> None:  # noqa: B027 - most have nothing to do
        """Learn from settings that were taken."""

    def refuses(self, address: ChannelAddress, failure: SystemFailure) -> None:  # noqa: B027 - most have nothing to do
        """Learn from a refusal to write."""

    # reading

    async def read(self, address: ChannelAddress) -> Report:
        """Read the settings of a channel and return the values of all features that show them. Raises `SystemFailure`."""
        async with self._lock(address.key):
            document = await self.fetch(address)
            self.keep(address, document)
        return Report(values=self.values(address, document))

    def values(self, address: ChannelAddress, document: Document) -> Values:
        """Return the values of a channel's features."""
        return {one.id: self.value(one, document) for one in self.features.of(address.key, self.kinds)}

    def tell(self, address: ChannelAddress) -> None:
        """Deliver what is known of a channel."""
        if (document := self.known.get(address.key)) is not None:
            self.context.deliver(Report(values=self.values(address, document)))

    # changing

    async def change(self, address: ChannelAddress, change: Change) -> None:
        """Change settings together with others, and confirm it. Raises `SystemFailure`.

        It goes on if whoever ordered it does not wait for the outcome.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Order(address, change, done))
        if len(self._waiting) == 1:
            self.context.background.start(self._gather())
        await asyncio.shield(done)

    async def _gather(self) -> None:
        """Wait for a moment and carry out what was ordered meanwhile."""
        orders = self._waiting
        try:
            await self.context.runtime.sleep(GATHER_SECONDS)
            self._waiting = []
            await self._carry_out(orders)
        finally:
            if self._waiting is orders:
                self._waiting = []
            task = asyncio.current_task()
            _settle(orders, cancelled=task is not None and task.cancelling() > 0)

    async def _carry_out(self, orders: Sequence[_Order[Change]]) -> None:
        """Read, change, write and read again what is ordered of some channels."""
        work: dict[ChannelAddress, _Work[Document, Change]] = {}
        for order in orders:
            plain = ChannelAddress(order.address.device, order.address.channel)
            work.setdefault(plain, _Work([])).orders.append(order)
        async with AsyncExitStack() as stack:
            for key in sorted(address.key for address in work):
                await stack.enter_async_context(self._lock(key))
            await asyncio.gather(*(self._prepare(address, one) for address, one in work.items()))
            await self._send(work)
            sent = [(address, one) for address, one in work.items() if one.sent]
            await asyncio.gather(*(self._confirm(address, one) for address, one in sent))

    async def _prepare(self, address: ChannelAddress, work: _Work[Document, Change]) -> None:
        """Read a channel and make the changes; one that cannot be made does not keep the others back."""
        try:
            before = await self.fetch(address)
        except SystemFailure as error:
            _fail(work.orders, error)
            return
        self.keep(address, before)
        document = before
        for order in work.orders:
            try:
                document = self.applied(order.address, document, order.change)
            except SystemFailure as error:
                order.failure = error
            else:
                work.open.append(order)
        if document == before:
            self.context.deliver(Report(values=self.values(address, before)))
        elif work.open:
            work.document = document

    async def _send(self, work: Mapping[ChannelAddress, _Work[Document, Change]]) -> None:
        """Write what changed, as many channels at once as go into a request."""
        batches: dict[tuple[str, str, str], list[tuple[ChannelAddress, Mapping[str, Any]]]] = {}
        single: list[tuple[ChannelAddress, Write]] = []
        for address, one in work.items():
            if one.document is None:
                continue
            one.sent = True
            write = self.write(address, one.document)
            if write.items:
                batches.setdefault((write.method, write.path, write.items), []).append((address, write.item))
            else:
                single.append((address, write))
        outcomes = await asyncio.gather(
            *(self._send_one(address, write) for address, write in single),
            *(
                self._send_batch(*kind, rows[start : start + LARGEST_BATCH])
                for kind, rows in batches.items()
                for start in range(0, len(rows), LARGEST_BATCH)
            ),
        )
        failures = {address: failure for outcome in outcomes for address, failure in outcome.items()}
        for address, one in work.items():
            if (failure := failures.get(address)) is not None:
                self.refuses(address, failure)
                _fail(one.open, failure)
            elif one.document is not None:
                self.wrote(address, one.document)

    async def _send_one(self, address: ChannelAddress, write: Write) -> dict[ChannelAddress, SystemFailure]:
        """Write the settings of one channel; returns why that failed."""
        try:
            await self.send(write)
        except SystemFailure as error:
            return {address: error}
        return {}

    async def send(self, write: Write) -> None:
        """Put a write of one channel on the wire. Raises `SystemFailure`."""
        await self.context.client.call(write.method, write.path, body=write.item)

    async def _send_batch(
        self, method: str, path: str, items: str, rows: Sequence[tuple[ChannelAddress, Mapping[str, Any]]]
    ) -> dict[ChannelAddress, SystemFailure]:
        """Write the settings of some channels; returns for which of them that failed, and why."""
        try:
            answer = await self.context.client.call(method, path, body={items: [item for _, item in rows]})
        except SystemFailure as error:
            return {address: error for address, _ in rows}
        told = results(answer, "channels")
        by_key = {(item.text("device_id"), item.text("channel_id")): failure for item, failure in told}
        failures: dict[ChannelAddress, SystemFailure] = {}
        for place, (address, _) in enumerate(rows):
            failure = by_key.get(address.key)
            if address.key not in by_key and len(told) == len(rows):
                # One printed sample has the code in place of the channel.
                failure = told[place][1]
            if failure is not None:
                failures[address] = failure
        return failures

    async def _confirm(self, address: ChannelAddress, work: _Work[Document, Change]) -> None:
        """Look what became of it, more than once where it does not show yet, and tell that."""
        waiting = [order for order in work.open if order.failure is None]
        for pause in (0.0, *LATER_LOOKS):
            if pause:
                await self.context.runtime.sleep(pause)
            try:
                document = await self.fetch(address)
            except SystemFailure as error:
                _LOGGER.debug("What was set could not be read again: %s", error)
                _fail(waiting, error)
                return
            self.keep(address, document)
            missed = [(order, found) for order in waiting if (found := self.found(document, order.change)) is not None]
            if not missed:
                break
        self.context.deliver(Report(values=self.values(address, document)))
        for order, (wanted, there) in missed:
            order.failure = NotConfirmedError(wanted=wanted, found=there)

    def _lock(self, key: Key) -> asyncio.Lock:
        """Return the lock of a channel's settings."""
        return self._locks.setdefault(key, asyncio.Lock())


def _fail(orders: Iterable[_Order[Any]], failure: SystemFailure) -> None:
    """Let orders end with a failure, unless they have one."""
    for order in orders:
        order.failure = order.failure or failure


def _settle(orders: Iterable[_Order[Any]], *, cancelled: bool) -> None:
    """Tell everybody who waits how it ended."""
    for order in orders:
        if order.done.done():
            continue
        if order.failure is not None:
            order.done.set_exception(order.failure)
            order.done.exception()  # whoever ordered it may be gone
        elif cancelled:
            order.done.cancel()
        else:
            order.done.set_result(None)
