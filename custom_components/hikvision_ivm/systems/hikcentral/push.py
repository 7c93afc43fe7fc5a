"""What the platform posts to us, before anybody knows whom it concerns (hikcentral §3.7).

A body is one notification with any number of events. What cannot be understood is counted with its reason; an event
that cannot costs none of the others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

import orjson

from ..errors import ProtocolError
from ..times import parse_time
from ..transport.json import EMPTY, Fields, decode, fields
from .event_types import EVENT_TYPES, EventType

METHOD: Final = "oneventnotify"
LONGEST_ID: Final = 256
"""Characters of an id; the documented limit is 64."""
LONGEST_NAME: Final = 255

OCCURRED: Final = 0
STARTED: Final = 1
ENDED: Final = 2
PULSE: Final = 3
UPDATED: Final = 4
PICTURE: Final = 5
STATUS_WORDS: Final[Mapping[int, str]] = {
    OCCURRED: "occurred", STARTED: "started", ENDED: "ended", PULSE: "pulse", UPDATED: "updated", PICTURE: "picture",
}  # fmt: skip
LEVEL_WORDS: Final[Mapping[int, str]] = {0: "unconfigured", 1: "low", 2: "medium", 3: "high"}


@dataclass(slots=True, kw_only=True)
class PushEvent:
    """One event of a notification.

    `code` is the number as text, `type` its row, None for a code nobody knows. `source_type` and `source` name what it
    is about, in the platform's words. `status` and `level` are None if they are none that is documented. `time`: when
    it happened by the platform's clock, None if that is not told.
    """

    id: str
    code: str
    type: EventType | None
    source_type: str
    source: str
    source_name: str | None = None
    status: int | None = None
    level: int | None = None
    time: datetime | None = None
    parent: str | None = None
    data: Fields = field(default_factory=lambda: EMPTY, repr=False)


@dataclass(slots=True)
class Batch:
    """What one body held: its events, and how often what was refused, by reason."""

    events: list[PushEvent] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


class _UnusableEvent(Exception):
    """An event that cannot be taken in."""

    def __init__(self, reason: str) -> None:
        """`reason`: one word."""
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes, zone: tzinfo) -> Batch:
    """Read a notification. Never raises. `zone`: for times that come without one.

    Reasons: `empty`, `not_json`, `not_a_notification`, `wrong_method`, `no_events` for the body; `no_event`, `no_id`,
    `bad_id`, `no_type`, `no_source` for an event.
    """
    batch = Batch()
    if not body or body.isspace():
        batch.refused["empty"] += 1
        return batch
    try:
        root = decode(body)
    except ProtocolError:
        batch.refused["not_json"] += 1
        return batch
    if not isinstance(root, dict):
        batch.refused["not_a_notification"] += 1
        return batch
    message = Fields(root)
    method = message.text("method")
    if method is not None and method.lower() != METHOD:
        batch.refused["wrong_method"] += 1
        return batch
    params = message.child("params") or message
    for item in _events(params):
        if not isinstance(item, dict):
            batch.refused["no_event"] += 1
            continue
        try:
            batch.events.append(_event(Fields(item), zone))
        except _UnusableEvent as unusable:
            batch.refused[unusable.reason] += 1
    if not batch.events and not batch.refused:
        batch.refused["no_events"] += 1
    return batch


def _events(params: Fields) -> Iterator[Any]:
    """Yield the events: of a list, however deep it is nested, or the single one in place of a list."""
    waiting: list[Any] = [params.get("events")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif value is not None:
            yield value


def _event(item: Fields, zone: tzinfo) -> PushEvent:
    """Read one event. Raises `_UnusableEvent`."""
    id_ = item.text("eventId")
    if id_ is None:
        raise _UnusableEvent("no_id")
    source_type, source = item.text("srcType") or "", item.text("srcIndex") or ""
    if len(id_) > LONGEST_ID or len(source_type) > LONGEST_ID or len(source) > LONGEST_ID:
        raise _UnusableEvent("bad_id")
    number = item.integer("eventType")
    if number is None:
        raise _UnusableEvent("no_type")
    data = _data(item.get("data"))
    row = EVENT_TYPES.get(number)
    if not source and not data:
        # Radars are named by room and bed; anything else has an id.
        raise _UnusableEvent("no_source")
    status, level = item.integer("status"), item.integer("eventLvl")
    if status is None:
        # Required, but what happened has happened also without it.
        status = OCCURRED
    name = item.text("srcName")
    return PushEvent(
        id=id_,
        code=str(number),
        type=row,
        source_type=source_type,
        source=source,
        source_name=None if name is None else name[:LONGEST_NAME],
        status=status if status in STATUS_WORDS else None,
        level=level if level in LEVEL_WORDS else None,
        time=moment(item.text("happenTime"), zone),
        parent=item.text("srcParentIdex", "srcParentIndex"),
        data=data,
    )


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """Return a moment; the usual form is read without the tolerant reader, which costs ten times as much."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return parse_time(text, zone)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _data(value: Any) -> Fields:
    """Return the extension: an object, or text that holds one."""
    if isinstance(value, str) and "{" in value:
        try:
            value = orjson.loads(value)
        except ValueError:
            return EMPTY
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, dict)), None)
    return fields(value)


def slices(events: list[PushEvent], length: int) -> Iterable[list[PushEvent]]:
    """Yield events in portions, in their order."""
    return (events[start : start + length] for start in range(0, len(events), length))


def word_of(status: int | None) -> str:
    """Return the word of a status, `unknown` for one that is not documented."""
    return "unknown" if status is None else STATUS_WORDS[status]
