"""Letting features appear that an event needs and the inventory does not have yet.

Taking over an inventory costs what exists, so it happens at most every few seconds; what has to wait is told afterwards
as it is then.
"""

from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from typing import Final

from .background import Background
from .base import Runtime, Sink
from .model import Inventory, Occurrence, Phase, Report, Value

PAUSE_SECONDS: Final = 5.0
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
        """Grow after a pause, and tell what had to wait."""
        try:
            await self._runtime.sleep(pause)
        finally:
            self._timer = False
        self._grow(sink)

    def _grow(self, sink: Sink) -> None:
        """Take over the inventory with what was seen."""
        self._grown_at = self._runtime.monotonic()
        rows, self._waiting = self._waiting, {}
        grown = self._make(self.inventory, rows)
        if grown is not self.inventory:
            self.grown += 1
            self.inventory = grown
            self._adopt(grown)
            sink.inventory(grown)
        self._tell(sink)

    def _tell(self, sink: Sink) -> None:
        """Tell the sensors what is on."""
        now = self._runtime.monotonic()
        occurrences = []
        for sensor, (occurrence, since) in self._on.items():
            hold = None if occurrence.hold is None else occurrence.hold - (now - since)
            if self.has(sensor) and (hold is None or hold > 0):
                occurrences.append(
                    replace(occurrence, phase=Phase.ONGOING, features=(sensor,), hold=hold, picture=None)
                )
        values = {sensor: value for sensor, value in self._values.items() if self.has(sensor)}
        self._on, self._values = {}, {}
        if occurrences or values:
            sink.report(Report(values=values, occurrences=occurrences))
