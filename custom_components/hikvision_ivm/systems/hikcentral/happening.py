"""What happened, whether it was pushed or found among the records (hikcentral §3.7, §3.8)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ..model import Phase
from ..transport.json import EMPTY, Fields
from .event_types import EventType
from .push import LEVEL_WORDS, PushEvent, word_of
from .push_data import Detail, Reference

EVENTS: Final = "events"
ACCESSES: Final = "accesses"
PLATES: Final = "plates"
FACES: Final = "faces"
DRIVES: Final = "drives"
"""Lists of the platform; whether the ids in them are those of pushes is not documented for any."""

type Key = tuple[str, str, str, str]
"""Id, type of source, source, code."""

_VEHICLE: Final = "mobilevehicle"
_RECORD_STATUS: Final = {Phase.START: "started", Phase.END: "ended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One row of a search. `stop` is None while it goes on, or where that is not told.

    `who`: the card, person or plate. `found_in`: the list it is from. `data`: the fields that a push of it would carry.
    `cameras`: ids of linked cameras.
    """

    id: str
    code: str
    type: EventType | None
    source_type: str
    source: str
    start: datetime
    stop: datetime | None = None
    description: str | None = None
    picture: Reference | None = None
    cameras: tuple[str, ...] = ()
    data: Fields = field(default_factory=lambda: EMPTY, repr=False, compare=False)
    who: str | None = field(default=None, repr=False)
    found_in: str = EVENTS

    @property
    def key(self) -> Key:
        """What the occurrence is known by, besides its start."""
        return self.id, self.source_type, self.source, self.code


@dataclass(slots=True, kw_only=True)
class Happening:
    """One thing to tell. `time` is None where the platform's is not plausible; `told_time` is what it said.

    `late`: long ago, or found after an outage.
    """

    id: str
    code: str
    type: EventType | None
    source_type: str
    source: str
    status: str
    time: datetime | None
    told_time: datetime | None
    late: bool
    source_name: str | None = None
    level: int | None = None
    parent: str | None = None
    description: str | None = None

    @property
    def key(self) -> Key:
        """What it is known by, besides its time."""
        return self.id, self.source_type, self.source, self.code

    @property
    def is_of_vehicle(self) -> bool:
        """Whether its source is a vehicle, whose name is its plate for the most part; a type not told is the code's."""
        types = (self.source_type,) if self.source_type or self.type is None else self.type.sources
        return any(each.lower() == _VEHICLE for each in types)

    def details(self) -> dict[str, Detail]:
        """Return the facts for automations."""
        row = self.type
        told: dict[str, Detail] = {
            "event": f"unknown_{self.code}" if row is None else row.slug,
            "event_id": self.id,
            "status": self.status,
            "source_type": self.source_type,
            "source": self.source,
        }
        if self.source_name is not None:
            told["source_name"] = self.source_name
        if self.level is not None:
            told["level"] = LEVEL_WORDS[self.level]
        if self.parent is not None:
            told["parent"] = self.parent
        if self.description is not None:
            told["description"] = self.description
        return told


def of_push(event: PushEvent, time: datetime | None, *, late: bool) -> Happening:
    """Return what a push tells."""
    return Happening(
        id=event.id, code=event.code, type=event.type, source_type=event.source_type, source=event.source,
        status=word_of(event.status), time=time, told_time=event.time, late=late, source_name=event.source_name,
        level=event.level, parent=event.parent,
    )  # fmt: skip


def of_record(record: EventRecord, time: datetime | None, phase: Phase, *, late: bool) -> Happening:
    """Return what a record tells of its start or its end; records carry neither status nor level."""
    return Happening(
        id=record.id, code=record.code, type=record.type, source_type=record.source_type, source=record.source,
        status=_RECORD_STATUS.get(phase, "occurred"), time=time, told_time=record.start, late=late,
        description=record.description,
    )  # fmt: skip
