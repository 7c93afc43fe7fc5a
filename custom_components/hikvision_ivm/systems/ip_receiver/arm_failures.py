"""Partitions that were not armed although they should be, which may turn out long after the command (ip-receiver §5.4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from ..model import Problem
from .partitions import OVERLAY_SECONDS
from .records import ALL_PARTITIONS, DeviceRecord

ARMING_FAILED: Final = "arming_failed"
"""Key of the problem: it lasts until the partition is armed, or somebody disarms it."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """When it was reported (monotonic seconds), and what stood against it; `read`: zones were read since."""

    moment: float
    zones: tuple[str, ...]
    read: bool = False


class ArmFailures:
    """Those of one panel, by number of partition."""

    def __init__(self, device: DeviceRecord) -> None:
        """None so far."""
        self.device = device
        self._failures: dict[int, _Failure] = {}
        self._counts: dict[int, int] = {}
        self._told: dict[int, float] = {}

    def count(self, number: int) -> int:
        """Return how often it happened to a partition."""
        return self._counts.get(number, 0)

    def told(self, number: int, moment: float) -> None:
        """A command was refused, and whoever gave it learns why: the report of the panel that follows tells nothing new."""
        self._told[number] = moment
        self.solve(number)

    def add(self, number: int, moment: float, zones: Iterable[str]) -> None:
        """The panel reports that a partition was not armed; `zones` stood against it as far as is known."""
        self._counts[number] = self.count(number) + 1
        if moment - self._told.get(number, float("-inf")) > OVERLAY_SECONDS:
            self._failures[number] = _Failure(moment, tuple(zones))

    def explain(self, asked_at: float, blockers: Callable[[int], list[str]]) -> bool:
        """Zones were read: name those that stand against arming now. Return whether anything changed."""
        changed = False
        for number, failure in self._failures.items():
            if not failure.read and asked_at >= failure.moment:
                self._failures[number] = replace(failure, zones=tuple(blockers(number)), read=True)
                changed |= self._failures[number].zones != failure.zones
        return changed

    def solve(self, number: int) -> bool:
        """A failure is history. Return whether there was one."""
        return self._failures.pop(number, None) is not None

    def name(self, number: int, *, single: bool) -> str:
        """Return what a partition is called; `single`: the panel has no other one."""
        name = self.device.name
        return name if single or number == ALL_PARTITIONS else f"{name}, partition {number}"

    def problems(self, *, single: bool) -> tuple[Problem, ...]:
        """Return what is to be told to the owner."""
        return tuple(
            Problem(
                key=ARMING_FAILED,
                subject=f"{self.device.id}_{number}",
                placeholders={"partition": self.name(number, single=single), "zones": ", ".join(failure.zones)},
            )
            for number, failure in self._failures.items()
        )
