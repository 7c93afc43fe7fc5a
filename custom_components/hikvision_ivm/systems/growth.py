"""Letting features appear that an event needs and the inventory does not have yet.

Taking over an inventory costs what exists, so it happens at most every few seconds; what has to wait is told afterwards
as it is then. An entity costs its time, too: what many events want at once appears bit by bit, so that none of them waits
long for its answer.
"""

from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from itertools import islice
from typing import Final

from .background import Background
from .base import Runtime, Sink
from .model import Inventory, Occurrence, Phase, Report, Value

PAUSE_SECONDS: Final = 5.0
MOST_AT_ONCE: Final = 50
BIT_SECONDS: Final = 0.5
"""Between two bits of what appears together."""
MOST_WAITING: Final = 5_000


class Growth[What: Hashable]:
    """The inventory as events let it grow. `inventory`: the latest; `grown`: how often it was replaced here.

    `What` tells what is to appear on a device.
    """

    def __init__(
        self,
        runtime: Runtime,
        grow: Callable[[Inventory, Collection[tuple[str, What]]], Inventory],
        adopt: Callable[[Inventory], None],
        background: Background,
    ) -> None:
        """`grow` remembers what is to appear and returns an inventory with it; `adopt` takes over one that grew."""
        self.inventory = Inventory({}, {})
        self.grown = 0
        self._runtime = runtime
        self._make = grow
        self._adopt = adopt
        self._background = background
        self._grown_at = float("-inf")
        self._waiting: dict[tuple[str, What], None] = {}
        self._on: dict[str, tuple[Occurrence, float]] = {}
        self._values: dict[str, Value] = {}
        self._timer = False

    def update(self, inventory: Inventory) -> None:
        """Take over another inventory."""
        self.inventory = inventory

    def has(self, feature_id: str) -> bool:
        """Whether there is such a feature."""
        return feature_id in self.inventory.features

    def want(self, device_id: str, what: What, sink: Sink) -> bool:
        """Let something appear on a device; returns whether that happened at once."""
        if device_id not in self.inventory.devices or (device_id, what) in self._waiting:
            return False
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting[device_id, what] = None
        pause = self._grown_at + PAUSE_SECONDS - self._runtime.monotonic()
        if pause <= 0 and not self._timer:
            self._grow(sink)
            return True
        if not self._timer:
            self._timer = True
            self._background.start(self._later(pause, sink))
        return False

    def hold(self, sensor: str, occurrence: Occurrence) -> None:
        """Keep what a sensor is to be told when it is there."""
        if occurrence.phase is Phase.END:
            self._on.pop(sensor, None)
        elif not occurrence.late:
            self._on[sensor] = occurrence, self._runtime.monotonic()

    def hold_value(self, sensor: str, value: Value) -> None:
        """Keep the value of a sensor for when it is there."""
        self._values[sensor] = value

    async def _later(self, pause: float, sink: Sink) -> None:
        """Grow after a pause, bit by bit, and tell what had to wait."""
        together = 0
        try:
            while self._waiting:
                await self._runtime.sleep(pause)
                together = (together or len(self._waiting)) - self._grow(sink)
                pause = BIT_SECONDS if together > 0 else PAUSE_SECONDS
        finally:
            self._timer = False

    def _grow(self, sink: Sink) -> int:
        """Take over the inventory with the next bit of what was seen; returns how much that was."""
        self._grown_at = self._runtime.monotonic()
        rows = tuple(islice(self._waiting, MOST_AT_ONCE))
        for row in rows:
            del self._waiting[row]
        grown = self._make(self.inventory, rows)
        if grown is not self.inventory:
            self.grown += 1
            self.inventory = grown
            self._adopt(grown)
            sink.inventory(grown)
        self._tell(sink)
        return len(rows)

    def _tell(self, sink: Sink) -> None:
        """Tell the sensors what is on; what may still appear is kept."""
        now = self._runtime.monotonic()
        on, self._on = self._on, {}
        occurrences = []
        for sensor, (occurrence, since) in on.items():
            hold = None if occurrence.hold is None else occurrence.hold - (now - since)
            if hold is not None and hold <= 0:
                continue
            if self.has(sensor):
                occurrences.append(
                    replace(occurrence, phase=Phase.ONGOING, features=(sensor,), hold=hold, picture=None)
                )
            elif self._waiting:
                self._on[sensor] = occurrence, since
        values = {sensor: value for sensor, value in self._values.items() if self.has(sensor)}
        kept = self._values if self._waiting else {}
        self._values = {sensor: value for sensor, value in kept.items() if sensor not in values}
        if occurrences or values:
            sink.report(Report(values=values, occurrences=occurrences))
