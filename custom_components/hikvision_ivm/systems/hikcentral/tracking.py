"""A sink that lets polls know what was told beside them."""

from collections.abc import Sequence
from typing import Final

from ..base import PushHealth, Sink
from ..model import Inventory, Problem, Report
from ..picture_store import Pictures
from .naming import Naming
from .status import Status

PICTURE_BYTES: Final = 16 * 1024 * 1024
"""How much the last pictures of all devices together may hold."""


class TrackingSink:
    """Delivers, and notes what was told by pushes and commands, so that an older poll does not undo it."""

    __slots__ = ("_naming", "_pictures", "_sink", "_status")

    def __init__(self, sink: Sink, status: Status, pictures: Pictures, naming: Naming) -> None:
        """Deliver to `sink`."""
        self._naming = naming
        self._pictures = pictures
        self._sink = sink
        self._status = status

    def report(self, report: Report) -> None:
        """Apply values, availability and occurrences."""
        if report.occurrences:
            report = self._naming.complete(report, self)
        if report.values:
            self._status.took(report)
        for occurrence in report.occurrences:
            if occurrence.picture is not None:
                self._pictures.put(occurrence.device_id, occurrence.picture)
        self._sink.report(report)

    def inventory(self, inventory: Inventory) -> None:
        """Replace the inventory."""
        self._sink.inventory(inventory)

    def push_health(self, health: PushHealth) -> None:
        """Tell how the push channel is."""
        self._sink.push_health(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Replace the problems of a topic."""
        self._sink.problems(topic, problems)
