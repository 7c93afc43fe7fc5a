"""Where the tests of systems let things be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from custom_components.hikvision_ivm.systems.base import PushHealth
from custom_components.hikvision_ivm.systems.model import Inventory, Occurrence, Problem, Report, Unknown, Value


@dataclass
class KeepingSink:
    """Keeps what is delivered; `history`: every value of each feature, in order; `told`: problems by topic."""

    values: dict[str, Value | Unknown] = field(default_factory=dict)
    available: dict[str, bool] = field(default_factory=dict)
    history: dict[str, list[Value | Unknown]] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    health: list[PushHealth] = field(default_factory=list)
    told: dict[str, tuple[Problem, ...]] = field(default_factory=dict)

    def report(self, report: Report) -> None:
        """Keep values, availability and occurrences."""
        self.values.update(report.values)
        self.available.update(report.available)
        self.occurrences.extend(report.occurrences)
        for name, value in report.values.items():
            self.history.setdefault(name, []).append(value)

    def inventory(self, inventory: Inventory) -> None:
        """Keep it."""
        self.inventories.append(inventory)

    def push_health(self, health: PushHealth) -> None:
        """Keep it."""
        self.health.append(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Keep the latest of a topic."""
        self.told[topic] = tuple(problems)

    @property
    def keys(self) -> set[str]:
        """Every problem that lasts."""
        return {problem.key for problems in self.told.values() for problem in problems}


@dataclass
class QuietSink(KeepingSink):
    """For what has nothing to do with pushes and no problems for the owner."""

    def push_health(self, health: PushHealth) -> None:
        """Nothing here pushes."""
        raise AssertionError(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Nothing here has problems for the owner."""
        assert not problems, (topic, problems)
