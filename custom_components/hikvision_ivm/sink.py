"""The two sides of the coordinator: where a system delivers, and what an entity listens with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from .systems.base import PushHealth
from .systems.model import Feature, Inventory, Occurrence, Problem, Report

if TYPE_CHECKING:
    from .coordinator import IvmCoordinator


class FeatureListener(Protocol):
    """The entity of a feature."""

    def feature_updated(self) -> None:
        """Value or availability changed."""

    def feature_replaced(self, feature: Feature) -> None:
        """The inventory describes the feature anew."""

    def occurred(self, occurrence: Occurrence) -> None:
        """Something happened to the feature."""


class CoordinatorSink:
    """Where the system delivers."""

    __slots__ = ("_coordinator",)

    def __init__(self, coordinator: IvmCoordinator) -> None:
        """Deliver to a coordinator."""
        self._coordinator = coordinator

    def report(self, report: Report) -> None:
        """Apply values, availability and occurrences."""
        self._coordinator.apply(report)

    def inventory(self, inventory: Inventory) -> None:
        """Replace the inventory."""
        self._coordinator.replace_inventory(inventory)

    def push_health(self, health: PushHealth) -> None:
        """Take note of the push channel's state."""
        self._coordinator.set_push_health(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Replace the problems of a topic."""
        self._coordinator.set_problems(topic, problems)
