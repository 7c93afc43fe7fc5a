"""Commands to zones and relays, which fit into one request when they come at once (ip-receiver §3.7, §3.8, §3.11, §5.8).

Whatever is ordered of one panel within a moment goes out as one request for each sort, and is read back once for all.
An order stays given if whoever gave it does not wait for the outcome.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
import logging
from typing import Any, Final

from ..background import Background
from ..base import Runtime
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    NotConfirmedError,
    NotFoundError,
    SystemFailure,
    UnsupportedError,
)
from .client import Endpoint, ReceiverClient
from .panel import PanelState
from .peripheral_values import is_on
from .records import PeripheralAddress, ZoneAddress
from .refresh import What
from .status import FailedItemsError
from .zone_values import DEACTIVATION_WORDS

_LOGGER = logging.getLogger(__name__)

GATHER_SECONDS: Final = 0.05
"""Orders that come within this time go together."""
LATER_LOOKS: Final = (1.0, 2.0)
"""Seconds before further looks at what did not follow at the first one."""

type Look = Callable[[str, Collection[What]], Awaitable[None]]


class Aspect(Enum):
    """What of a zone or relay is ordered to be otherwise."""

    BYPASSED = "bypassed"
    DEACTIVATED_ONCE = "oneTimeDeactivationMode"
    DEACTIVATED = "deactivationMode"
    RELAY = "relay"

    @property
    def what(self) -> What:
        """What is read to see whether it followed."""
        return What.PERIPHERALS if self is Aspect.RELAY else What.ZONES


@dataclass(frozen=True, slots=True)
class Order:
    """One command. `value`: whether it is to be on or bypassed; for deactivation `off`, `lid_only` or `entirely`."""

    subject: ZoneAddress | PeripheralAddress
    aspect: Aspect
    value: bool | str

    @property
    def request(self) -> tuple[Endpoint, str]:
        """The request it goes into; relays that go on and relays that go off cannot share one."""
        match self.aspect:
            case Aspect.BYPASSED:
                return (Endpoint.BYPASS if self.value else Endpoint.BYPASS_RECOVER), ""
            case Aspect.RELAY:
                return Endpoint.OUTPUTS, "open" if self.value else "close"
        return Endpoint.DEACTIVATION, ""

    @property
    def item(self) -> dict[str, Any]:
        """What stands for it in the list of its request; ids exactly as the panel gave them."""
        if isinstance(self.subject, PeripheralAddress):
            named = {"id": self.subject.id, "seq": self.subject.seq}
            return {key: value for key, value in named.items() if value is not None}
        item: dict[str, Any] = {"id": self.subject.zone}
        if self.request[0] is Endpoint.DEACTIVATION:
            item[self.aspect.value] = _WIRE_WORDS[str(self.value)]
        return item

    def is_mute(self, panel: PanelState) -> bool:
        """Whether it is about a relay that is there and does not tell its state."""
        if not isinstance(self.subject, PeripheralAddress):
            return False
        peripheral = panel.peripheral(self.subject)
        return peripheral is not None and is_on(peripheral) is None

    def found(self, panel: PanelState) -> bool | str | None:
        """Return what is known to be, None: nothing."""
        if isinstance(self.subject, PeripheralAddress):
            peripheral = panel.peripheral(self.subject)
            return None if peripheral is None else is_on(peripheral)
        if (zone := panel.zone(self.subject.zone)) is None:
            return None
        if self.aspect is Aspect.BYPASSED:
            return zone.bypassed
        word = zone.deactivated_once if self.aspect is Aspect.DEACTIVATED_ONCE else zone.deactivated
        return DEACTIVATION_WORDS.get((word or "").lower())


_WIRE_WORDS: Final[Mapping[str, str]] = {"off": "off", "lid_only": "lidOnly", "entirely": "entirely"}
_CERTAIN: Final = (AuthenticationError, InsufficientRightsError, UnsupportedError, NotFoundError)
"""Failures after which nothing can have been carried out."""

type Outcomes = dict[Order, SystemFailure | None]
type _Waiting = list[tuple[Order, asyncio.Future[None]]]


class Batch:
    """Gathers the orders to all panels. `lock` returns the lock of a panel: its commands never overlap."""

    def __init__(
        self,
        client: ReceiverClient,
        runtime: Runtime,
        background: Background,
        *,
        panel: Callable[[str], PanelState | None],
        look: Look,
        lock: Callable[[str], asyncio.Lock],
    ) -> None:
        """`look` reads some of a panel now and delivers it. Does no I/O."""
        self._client = client
        self._runtime = runtime
        self._background = background
        self._panel = panel
        self._look = look
        self._lock = lock
        self._waiting: dict[tuple[str, What], _Waiting] = {}

    async def give(self, order: Order) -> None:
        """Carry out an order together with others, and confirm it. Raises `SystemFailure`."""
        key = (order.subject.device, order.aspect.what)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if (waiting := self._waiting.get(key)) is not None:
            waiting.append((order, future))
        else:
            begun = self._waiting[key] = [(order, future)]
            # A task that is cancelled before it began does not run its own end.
            self._background.start(self._gather(key)).add_done_callback(lambda _: self._end(key, begun))
        await future

    async def _gather(self, key: tuple[str, What]) -> None:
        """Wait for further orders, carry all of them out, and tell everybody who waits."""
        waiting = self._waiting[key]
        try:
            await self._runtime.sleep(GATHER_SECONDS)
            async with self._lock(key[0]):
                del self._waiting[key]
                outcomes = await self.carry_out(key[0], [order for order, _ in waiting])
            for order, future in waiting:
                _tell(future, outcomes[order])
        except Exception as error:
            for _, future in waiting:
                _tell(future, error)
            raise

    def _end(self, key: tuple[str, What], waiting: _Waiting) -> None:
        """Let nobody wait for what does not come any more."""
        if self._waiting.get(key) is waiting:
            del self._waiting[key]
        for _, future in waiting:
            future.cancel()

    async def carry_out(self, device: str, orders: Sequence[Order]) -> Outcomes:
        """Send orders to one panel, whose lock is held, read back, and return what became of each.

        The last of several orders to the same thing counts; the others fail unless they wanted the same.
        """
        panel = self._panel(device)
        if panel is None:
            return dict.fromkeys(orders, NotFoundError(subject="panel"))
        last = {(order.subject, order.aspect): order for order in orders}
        requests: dict[tuple[Endpoint, str], list[Order]] = {}
        for order in last.values():
            requests.setdefault(order.request, []).append(order)
        failures: dict[Order, SystemFailure] = {}
        for request, sent in requests.items():
            failures |= await self._send(panel, request, sent)
        outcomes: Outcomes = {}
        doubtful: list[Order] = []
        for order in orders:
            failure = failures.get(last[order.subject, order.aspect])
            if failure is not None and _is_certain(failure):
                outcomes[order] = failure
            else:
                doubtful.append(order)
        read = await self._read_back(panel, doubtful, failures)
        for order in doubtful:
            outcomes[order] = _judge(order, panel, failures.get(order), read=read)
        return outcomes

    async def _send(
        self, panel: PanelState, request: tuple[Endpoint, str], orders: Sequence[Order]
    ) -> dict[Order, SystemFailure]:
        """Send one request and return which orders failed, and why."""
        endpoint, word = request
        items: dict[ZoneAddress | PeripheralAddress, dict[str, Any]] = {}
        for order in orders:
            items[order.subject] = {**items.get(order.subject, {}), **order.item}
        body: dict[str, Any] = {"List": list(items.values())}
        if endpoint is Endpoint.OUTPUTS:
            body = {"OutputsCtrl": {"switch": word, **body}}
        _touch(panel, orders)
        try:
            await self._client.call(endpoint, panel.device, body=body)
        except FailedItemsError as error:
            return _failed_items(error, orders)
        except SystemFailure as error:
            return dict.fromkeys(orders, error)
        finally:
            _touch(panel, orders)
        return {}

    async def _read_back(
        self, panel: PanelState, orders: Collection[Order], failures: Mapping[Order, SystemFailure]
    ) -> bool:
        """Read until every order shows that was not refused, and return whether anything could be read."""
        what = {order.aspect.what for order in orders}
        read = False
        for pause in (0.0, *LATER_LOOKS) if orders else ():
            if pause:
                await self._runtime.sleep(pause)
            try:
                await self._look(panel.device.id, what)
            except SystemFailure as error:
                _LOGGER.debug("What became of a command could not be read: %s", error)
                if isinstance(error, AuthenticationError):
                    break
                continue
            read = True
            if all(order.found(panel) in {order.value, None} for order in orders if order not in failures):
                break
        return read


def _judge(order: Order, panel: PanelState, failure: SystemFailure | None, *, read: bool) -> SystemFailure | None:
    """Return what became of an order: nothing is wrong if what it wanted is so, whatever was answered."""
    found = order.found(panel) if read else None
    if found == order.value:
        return None
    if failure is not None:
        return failure
    if read and order.is_mute(panel):
        return None  # accepted, and that is all there is to know
    return NotConfirmedError(wanted=_word(order.value), found=_word(found))


def _word(value: bool | str | None) -> str:
    """Return a value in words."""
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else "on" if value else "off"


def _is_certain(error: SystemFailure) -> bool:
    """Whether a request that failed did nothing for certain."""
    return isinstance(error, _CERTAIN) or (isinstance(error, ConnectionFailedError) and not error.answered)


def _failed_items(error: FailedItemsError, orders: Iterable[Order]) -> dict[Order, SystemFailure]:
    """Return which orders a list of failures means; if it means none of them, nobody knows which failed."""
    found: dict[Order, SystemFailure] = {}
    for order in orders:
        for name in order.item.values():
            if (failure := error.failed.get(str(name))) is not None:
                found[order] = failure
    return found or dict.fromkeys(orders, error)


def _touch(panel: PanelState, orders: Iterable[Order]) -> None:
    """Take note that zones and relays are being commanded."""
    for order in orders:
        if isinstance(order.subject, PeripheralAddress):
            panel.touch_peripheral(order.subject)
        else:
            panel.touch_zones((order.subject.zone,))


def _tell(future: asyncio.Future[None], failure: Exception | None) -> None:
    """Tell whoever still waits."""
    if future.done():
        return
    if failure is None:
        future.set_result(None)
    else:
        future.set_exception(failure)
