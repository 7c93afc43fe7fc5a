"""Looking again, soon, at what an event or a command made doubtful (ip-receiver §5.2, §5.9)."""

from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum
import logging
from typing import Final

from ..background import Background
from ..base import Runtime
from ..errors import SystemFailure
from ..kinds import Kind
from .report_facts import ZONE_ALARMS

_LOGGER = logging.getLogger(__name__)

SETTLE_SECONDS: Final = 1.0
"""Events come in swarms: it is looked when this long none came."""
LONGEST_SECONDS: Final = 5.0
"""It is looked in spite of further events after this time."""
AGAIN_SECONDS: Final = (3.0, 4.0, 5.0)
"""Until each further look, for what takes its time: after 1 s, 4 s, 8 s, 13 s."""
MANY: Final = 5
"""If more panels than this are looked at, each waits for its turn."""


class What(StrEnum):
    """What can be looked at of a panel."""

    PARTITIONS = "partitions"
    ZONES = "zones"
    PERIPHERALS = "peripherals"


STATES: Final = frozenset({What.PARTITIONS, What.ZONES})
ALL: Final = frozenset(What)
_PERIPHERAL: Final = ZONE_ALARMS | {
    Kind.ALARM_CLEAR, Kind.ARM_DISARM, Kind.BATTERY, Kind.MAINTENANCE, Kind.OUTPUT, Kind.PERIPHERAL_FAULT,
    Kind.PERIPHERAL_LINK, Kind.POWER, Kind.TAMPER,
}  # fmt: skip
"""What tells of peripherals, or switches some: sirens go with alarms, relays with how a panel is armed (§5.6)."""


def doubtful(kind: Kind | None) -> Collection[What]:
    """Return what is to be looked at because of a report; None: of something else."""
    return ALL if kind in _PERIPHERAL else STATES


class _Doubt:
    """What is doubtful of one panel; monotonic moments of the first and the last event."""

    __slots__ = ("first", "last", "what")

    def __init__(self, now: float) -> None:
        """Begin now."""
        self.first = now
        self.last = now
        self.what: set[What] = set()


class Refresher:
    """Collects what is doubtful and looks, once for however many events.

    `read` looks at a panel and delivers; `paced` lets it wait for its turn. `unsettled` tells whether a panel is to be
    looked at a second time.
    """

    def __init__(
        self,
        runtime: Runtime,
        background: Background,
        read: Callable[[str, Collection[What], bool], Awaitable[None]],
        unsettled: Callable[[str], bool],
    ) -> None:
        """Nothing is doubtful yet."""
        self._runtime = runtime
        self._background = background
        self._read = read
        self._unsettled = unsettled
        self._doubts: dict[str, _Doubt] = {}
        self._looked: dict[str, _Doubt] = {}

    def soon(self, device_id: str, what: Collection[What] = STATES) -> None:
        """Look at a panel a moment after its last event."""
        now = self._runtime.monotonic()
        doubt = self._doubts.get(device_id)
        if doubt is None:
            doubt = self._doubts[device_id] = _Doubt(now)
            self._background.start(self._settle(device_id))
        doubt.last = now
        doubt.what.update(what)

    async def _settle(self, device_id: str) -> None:
        """Wait until it is quiet, look, and look again as often as that is needed."""
        while (doubt := self._doubts.get(device_id)) is not None:
            due = min(doubt.last + SETTLE_SECONDS, doubt.first + LONGEST_SECONDS)
            if (wait := due - self._runtime.monotonic()) > 0:
                await self._runtime.sleep(wait)
                continue
            paced = len(self._doubts) > MANY
            del self._doubts[device_id]
            self._looked[device_id] = doubt
            await self._look(device_id, doubt.what, paced=paced)
            await self._look_again(device_id, doubt, paced=paced)
            if self._looked.get(device_id) is doubt:
                del self._looked[device_id]
            return

    async def _look_again(self, device_id: str, doubt: _Doubt, *, paced: bool) -> None:
        """Look as often as that is needed. What happened since is looked at by a task of its own, which takes over."""
        for pause in AGAIN_SECONDS:
            if not self._is_doubtful(device_id, doubt):
                return
            await self._runtime.sleep(pause)
            if not self._is_doubtful(device_id, doubt):
                return
            await self._look(device_id, doubt.what, paced=paced)

    def _is_doubtful(self, device_id: str, doubt: _Doubt) -> bool:
        """Whether a panel is to be looked at again because of this doubt, not of a later one."""
        return device_id not in self._doubts and self._looked.get(device_id) is doubt and self._unsettled(device_id)

    async def _look(self, device_id: str, what: Collection[What], *, paced: bool) -> None:
        """Look; a failure leaves it to the next poll."""
        try:
            await self._read(device_id, frozenset(what), paced)
        except SystemFailure as error:
            _LOGGER.debug("A panel could not be looked at again: %s", error)
