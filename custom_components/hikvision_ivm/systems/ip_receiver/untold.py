"""Noticing that the receiver tells of nothing any more, although its signs of life come (ip-receiver §1.5).

What answers show for the first time must have been told, too: shortly before, or shortly after, because an answer may
be faster than the event. Only what stays untold makes the subscription doubtful; to renew it loses whatever is told
meanwhile, for nothing is told twice.
"""

from collections.abc import Callable, Mapping
from typing import Final

from ..background import Background
from ..base import Runtime
from ..values import ArmState
from .refresh import What

SILENT_SECONDS: Final = 15.0
"""How much earlier or later than an answer its event may come."""

_BEFORE: Final[Mapping[ArmState, frozenset[ArmState]]] = {
    ArmState.TRIGGERED: frozenset({*ArmState} - {ArmState.TRIGGERED}),
    ArmState.DISARMED: frozenset({ArmState.ARMED_HOME, ArmState.ARMED_AWAY, ArmState.PENDING}),
    ArmState.ARMED_HOME: frozenset({ArmState.DISARMED, ArmState.ARMING, ArmState.ARMED_AWAY}),
    ArmState.ARMED_AWAY: frozenset({ArmState.DISARMED, ArmState.ARMING, ArmState.ARMED_HOME}),
}
"""State → what must have been before, so that an event is due. No event tells that an exit delay began or was ended."""

type States = Mapping[int, ArmState | None]


class Untold:
    """Judges what answers changed. Moments are monotonic seconds; `doubt` is called when something stayed untold."""

    def __init__(self, runtime: Runtime, background: Background, doubt: Callable[[], None]) -> None:
        """Nothing was told and nothing read."""
        self._runtime = runtime
        self._background = background
        self._doubt = doubt
        self._since = float("-inf")
        self._told: dict[str, float] = {}
        self._read: dict[tuple[str, What], float] = {}
        self._waiting: set[str] = set()

    def listening(self) -> None:
        """Events come from now on; those before may have been missed."""
        self._since = self._runtime.monotonic()

    def note(self, device_id: str) -> None:
        """An event or a command of ours concerned a panel."""
        self._told[device_id] = self._runtime.monotonic()

    def is_heard(self, device_id: str, seconds: float) -> bool:
        """Whether something was told of a panel, or commanded, in the last seconds."""
        return self._runtime.monotonic() - self._told.get(device_id, float("-inf")) < seconds

    def forget(self, device_id: str) -> None:
        """A panel is gone."""
        self._told.pop(device_id, None)
        for what in What:
            self._read.pop((device_id, what), None)

    def answered(self, device_id: str, what: What, before: States, after: States, asked_at: float) -> None:
        """An answer, `asked_at` when its request began, turned the states of a panel's partitions from one to another."""
        last = self._read.get((device_id, what))
        self._read[device_id, what] = asked_at
        if last is None or last < self._since or device_id in self._waiting or not _due(before, after):
            return
        if not self._is_told(device_id, last):
            self._waiting.add(device_id)
            self._background.start(self._judge(device_id, last, asked_at))

    async def _judge(self, device_id: str, last: float, asked_at: float) -> None:
        """Wait whether the event comes after all. After a new beginning of the subscription it cannot come any more."""
        try:
            await self._runtime.sleep(SILENT_SECONDS)
        finally:
            self._waiting.discard(device_id)
        if self._since <= asked_at and not self._is_told(device_id, last):
            self._doubt()

    def _is_told(self, device_id: str, last: float) -> bool:
        """Whether something was told since the answer before, or so shortly before that this one did not know it yet."""
        return self._told.get(device_id, float("-inf")) >= last - SILENT_SECONDS


def _due(before: States, after: States) -> bool:
    """Whether any partition turned in a way of which an event tells."""
    for number, state in after.items():
        known = before.get(number)
        if state is not None and known is not None and known in _BEFORE.get(state, ()):
            return True
    return False
