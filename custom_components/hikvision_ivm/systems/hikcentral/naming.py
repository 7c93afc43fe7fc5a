"""Putting names to persons and owners to plates in what is told (hikcentral §3.7, §3.13, §3.17).

The platform pushes the id of a person and the text of a plate. What is known of them is added at once; what has to be
asked for follows, without telling that it happened again. Nothing is asked without the user's consent.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from ..background import Background
from ..base import Sink
from ..kinds import Kind
from ..model import EventFeature, Inventory, Occurrence, Phase, Report, Value
from .names import Names
from .routes import reading_id

MOST_DEVICES: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Gap:
    """What an occurrence lacks: the detail `word`, which is found by `key`."""

    word: str
    key: str
    known: Callable[[str], str | None]
    ask: Callable[[str], Awaitable[str | None]]


class Naming:
    """Completes reports."""

    def __init__(self, names: Names, inventory: Callable[[], Inventory]) -> None:
        """`inventory` is asked each time."""
        self._names = names
        self._inventory = inventory
        self._background = Background()
        self._newest: OrderedDict[str, Occurrence] = OrderedDict()

    def complete(self, report: Report, sink: Sink) -> Report:
        """Return a report with the names that are known; those that are not are looked up and told to `sink` later."""
        if not any(one.plate is not None or "person_id" in one.details for one in report.occurrences):
            return report
        found: list[Occurrence] = []
        values: dict[str, Value] = {}
        for occurrence in report.occurrences:
            for gap in self._gaps(occurrence):
                if (name := gap.known(gap.key)) is not None:
                    occurrence = _named(occurrence, gap.word, name)
                    if gap.word == "person" and (sensor := self._sensor(occurrence)) in report.values:
                        values[sensor] = name
                elif occurrence.phase in (Phase.START, Phase.PULSE):
                    self._note(occurrence)
                    self._background.start(self._look(occurrence, gap, sink))
            found.append(occurrence)
        return replace(report, values=MappingProxyType({**report.values, **values}), occurrences=tuple(found))

    def _gaps(self, occurrence: Occurrence) -> tuple[_Gap, ...]:
        """Return what an occurrence lacks. Ids and plates are in it only where the user agreed to see them."""
        details = occurrence.details
        person, plate, names = details.get("person_id"), occurrence.plate, self._names
        gaps: tuple[_Gap, ...] = ()
        if isinstance(person, str) and "person" not in details:
            gaps = (_Gap("person", person, names.persons.known, names.person),)
        if plate is not None and "owner" not in details and names.shows_owners:
            gaps = (*gaps, _Gap("owner", plate, lambda key: names.owners.known(key.strip().upper()), names.owner))
        return gaps

    @staticmethod
    def _sensor(occurrence: Occurrence) -> str:
        """Return the id of the sensor that shows who was there last."""
        return reading_id(occurrence.device_id, Kind.LAST_PERSON)

    def _note(self, occurrence: Occurrence) -> None:
        """Keep which occurrence is the newest of its device."""
        self._newest[occurrence.device_id] = occurrence
        self._newest.move_to_end(occurrence.device_id)
        while len(self._newest) > MOST_DEVICES:
            self._newest.popitem(last=False)

    async def _look(self, occurrence: Occurrence, gap: _Gap, sink: Sink) -> None:
        """Look a name up, and tell it."""
        name = await gap.ask(gap.key)
        if name is None:
            return
        features = self._inventory().features
        told = replace(
            _named(occurrence, gap.word, name),
            phase=Phase.ONGOING,
            features=tuple(each for each in occurrence.features if isinstance(features.get(each), EventFeature)),
            picture=None,
            hold=None,
        )
        values: dict[str, Value] = {}
        sensor = self._sensor(occurrence)
        newest = self._newest.get(occurrence.device_id) is occurrence
        if gap.word == "person" and newest and not occurrence.late and sensor in features:
            values[sensor] = name
        sink.report(Report(values=values, occurrences=(told,)))

    async def close(self) -> None:
        """End what is still being looked up."""
        await self._background.cancel()


def _named(occurrence: Occurrence, word: str, name: str) -> Occurrence:
    """Return an occurrence with a name."""
    details = MappingProxyType({**occurrence.details, word: name})
    return replace(occurrence, person=name if word == "person" else occurrence.person, details=details)
