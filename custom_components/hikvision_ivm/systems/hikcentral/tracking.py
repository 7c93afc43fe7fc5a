"""A sink that lets polls know what was told beside them."""

from collections.abc import Sequence
from typing import Final

from ..base import PushHealth, Sink
from ..model import Inventory, Picture, Problem, Report
from .naming import Naming
from .status import Status

PICTURE_BYTES: Final = 16 * 1024 * 1024
"""How much the last pictures of all devices together may hold."""


class LastPictures:
    """The picture of the last event of each device. When they become too many bytes, the oldest give way."""

    def __init__(self, limit: int = PICTURE_BYTES) -> None:
        """Hold at most `limit` bytes."""
        self._limit = limit
        self._pictures: dict[str, Picture] = {}
        self._size = 0

    def get(self, device: str) -> Picture | None:
        """Return the last picture of a device, if it is still held."""
        return self._pictures.get(device)

    def put(self, device: str, picture: Picture) -> None:
        """Hold another picture of a device."""
        self._drop(device)
        self._pictures[device] = picture
        self._size += len(picture.content)
        while self._size > self._limit:
            self._drop(next(iter(self._pictures)))

    def _drop(self, device: str) -> None:
        """Give up the picture of a device."""
        if (old := self._pictures.pop(device, None)) is not None:
            self._size -= len(old.content)


class TrackingSink:
    """Delivers, and notes what was told by pushes and commands, so that an older poll does not undo it."""

    __slots__ = ("_naming", "_pictures", "_sink", "_status")

    def __init__(self, sink: Sink, status: Status, pictures: LastPictures, naming: Naming) -> None:
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
