"""Actions and buttons about what happened (hikcentral §3.8, 3.9, 3.11, 3.13, 7.4)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from .. import arguments as given
from ..base import Sink
from ..errors import InvalidArgumentError, NotFoundError, RejectedError, SystemFailure
from ..model import Feature, Picture
from .event_pictures import SCHEMES, fetch_picture
from .event_types import EVENT_TYPES, slug_of
from .happening import EventRecord
from .push_data import Reference, Store, told_of
from .records import Camera, Door
from .search import DOORS_PER_CALL, SEARCHABLE, Found, Search, codes_of
from .words import told

if TYPE_CHECKING:
    from .context import Context

CONTROL: Final = "eventService/v1/eventRecords/controlling"
ACKNOWLEDGE: Final = 1
LONGEST_ID: Final = 64
LONGEST_URI: Final = 512
LONGEST_DAYS: Final = 31
LONGEST_PERSON: Final = 32
LONGEST_PLATE: Final = 16
NOT_IN_NAMES: Final = "'/\\:*?\"<>|"
MOST_ANSWERED: Final = 1_000
"""Records of one answer; a shorter time finds the others."""
LOOK_BACK: Final = timedelta(days=31)
AHEAD: Final = timedelta(minutes=1)
_EVERYTHING: Final = frozenset({"persons", "plates", "faces", "health"})
"""Who searches for people has asked to see them."""
_BY_SLUG: Final[Mapping[str, int]] = MappingProxyType({row.slug: code for code, row in EVENT_TYPES.items()})
_SOURCE_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{word: word for word in SEARCHABLE},
        "encode_device": "encodeDevice",
        "acs_device": "acsDevice",
        "io_in": "ioIn",
        "io_out": "ioOut",
        "general_event_rule": "generalEventRule",
    }
)
"""Word of an argument → type of source as the platform writes it."""

type _Answer = Mapping[str, Any]


# acknowledging


async def acknowledge(context: Context, event_id: str) -> None:
    """Acknowledge an alarm. The table and the sample name the id differently, so both are sent (hikcentral §5 T9)."""
    body = {"eventIndexCode": event_id, "eventIndexCodes": event_id, "controlType": ACKNOWLEDGE}
    await context.client.call(CONTROL, body, writes=True)


async def acknowledge_last(context: Context) -> None:
    """Acknowledge the newest alarm: the button. Raises `NotFoundError` if there was none since the start."""
    event_id = context.router().last_alarm
    if event_id is None:
        raise NotFoundError(subject="an alarm since the start")
    await acknowledge(context, event_id)


async def acknowledge_event(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> _Answer:
    """Acknowledge the alarm of an `event_id`."""
    event_id = given.text(arguments, "event_id", LONGEST_ID)
    await acknowledge(context, event_id)
    return {"event_id": event_id}


# searching


async def search_events(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> _Answer:
    """Search events and alarms between `start` and `end`.

    By `event_types` (codes or their words), `source_type` and `sources` (ids); what is not given is everything that is
    imported. Or by `event_id`. Returns `records`, the oldest first, and whether they are `complete`.
    """
    start, end = given.span(arguments, longest_days=LONGEST_DAYS)
    event_id = given.text(arguments, "event_id", LONGEST_ID, required=False)
    search = Search(context.client, context.runtime)
    if event_id:
        record = await find_event(context, search, event_id, start, end)
        return {"records": [] if record is None else [_event(context, record)], "complete": True}
    codes = _codes(arguments)
    word = given.text(arguments, "source_type", LONGEST_ID, required=False)
    if word and word not in _SOURCE_TYPES:
        raise InvalidArgumentError(field="source_type", reason=f"is none of {', '.join(_SOURCE_TYPES)}")
    sources = given.texts(arguments, "sources")
    if sources and not word:
        raise InvalidArgumentError(field="source_type", reason="is missing: ids are unique within their type only")
    found = Found()
    for source_type, ids in _asked(context, _SOURCE_TYPES.get(word), sources):
        types = [code for code in codes or codes_of(source_type) if word or code in codes_of(source_type)]
        room = MOST_ANSWERED - len(found.records)
        if ids and types and room > 0:
            found.add(await search.events(source_type, ids, types, start, end, most=room))
    return {"records": [_event(context, each) for each in found.sort().records], "complete": found.complete}


def _codes(arguments: Mapping[str, Any]) -> list[int]:
    """Return the codes of the argument `event_types`."""
    return [_code(word, "event_types") for word in given.texts(arguments, "event_types")]


def _code(word: str, field: str) -> int:
    """Return a code that is given as a number or as its word; the platform may have more than we know."""
    if word.isascii() and word.isdigit():
        return int(word)
    if (code := _BY_SLUG.get(word.lower())) is None:
        raise InvalidArgumentError(field=field, reason=f"{word} is neither a number nor the word of an event")
    return code


def _asked(
    context: Context, source_type: str | None, sources: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is to be searched: types of source and ids."""
    imported = context.router().sources()
    if source_type is None:
        yield from ((each, ids) for each, ids in imported.items() if each in SEARCHABLE)
    else:
        yield source_type, tuple(sources) or imported.get(source_type, ())


async def find_event(
    context: Context, search: Search, event_id: str, start: datetime, end: datetime
) -> EventRecord | None:
    """Find an event by its id: alone, with what its push said, or with everything that may be its source (T11)."""
    recent = context.router().recent.get(event_id)
    if recent is not None:
        return await search.event(
            event_id, start, end, code=recent.code, source_type=recent.source_type, source=recent.source
        )
    try:
        return await search.event(event_id, start, end)
    except RejectedError:
        for source_type, ids in context.router().sources().items():
            if not ids or source_type not in SEARCHABLE:
                continue
            found = await search.events(source_type, ids, codes_of(source_type), start, end, event_id=event_id)
            if record := next((each for each in found.records if each.id == event_id), None):
                return record
    return None


async def search_access_records(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> _Answer:
    """Search who passed doors (up to ten locks) between `start` and `end`: of an `event_type`, of a `person`, or both."""
    doors = {door.id: door for door in given.targets(features, Door, "a door")}
    if len(doors) > DOORS_PER_CALL:
        raise InvalidArgumentError(field="entity_id", reason=f"names more than {DOORS_PER_CALL} doors")
    start, end = given.span(arguments, longest_days=LONGEST_DAYS)
    word = given.text(arguments, "event_type", LONGEST_ID, required=False)
    person = given.text(arguments, "person", LONGEST_PERSON, required=False, forbidden=NOT_IN_NAMES)
    if not word and not person:
        raise InvalidArgumentError(field="event_type", reason="is missing; name it, a person, or both")
    code = _code(word, "event_type") if word else None
    search = Search(context.client, context.runtime)
    found = await search.accesses(list(doors), code, start, end, person=person, most=MOST_ANSWERED)
    return {"records": [_access(doors, each) for each in found.records], "complete": found.complete}


async def search_plates(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> _Answer:
    """Search which vehicles passed cameras between `start` and `end`, by `plate`, `owner`, `contact`, or all of them."""
    cameras = given.targets(features, Camera, "a camera")
    start, end = given.span(arguments, longest_days=LONGEST_DAYS)
    plate = given.text(arguments, "plate", LONGEST_PLATE, required=False)
    owner = given.text(arguments, "owner", LONGEST_ID, required=False)
    contact = given.text(arguments, "contact", LONGEST_ID, required=False)
    search = Search(context.client, context.runtime)
    records: list[Mapping[str, Any]] = []
    complete = True
    for camera in cameras:
        room = MOST_ANSWERED - len(records)
        if room <= 0:
            complete = False
            break
        found = await search.crossings(camera.id, start, end, plate=plate, owner=owner, contact=contact, most=room)
        complete = complete and found.complete
        records += [_crossing(camera, each) for each in found.records]
    return {"records": sorted(records, key=lambda each: str(each["time"])), "complete": complete}


def _event(context: Context, record: EventRecord) -> Mapping[str, Any]:
    """Return an event as JSON."""
    return told(
        event_id=record.id,
        code=record.code,
        event=slug_of(record.code),
        source_type=record.source_type,
        source=record.source,
        source_name=_name(context, record),
        start=record.start.isoformat(),
        end=None if record.stop is None else record.stop.isoformat(),
        description=record.description,
        picture=None if record.picture is None else record.picture.uri,
        cameras=list(record.cameras) or None,
    )


def _name(context: Context, record: EventRecord) -> str | None:
    """Return the name of a source."""
    facts = context.facts()
    known: Mapping[str, Mapping[str, Any]] = {
        "camera": facts.cameras, "door": facts.doors, "ioIn": facts.inputs, "ioOut": facts.outputs,
        "encodeDevice": facts.encoders, "acsDevice": facts.controllers, "generalEventRule": facts.rules,
    }  # fmt: skip
    found = known.get(record.source_type, {}).get(record.source)
    return None if found is None else str(found.name)


def _access(doors: Mapping[str, Door], record: EventRecord) -> Mapping[str, Any]:
    """Return an access as JSON."""
    details = told_of(record.data, _EVERYTHING).details
    door = doors.get(record.source)
    return told(
        event_id=record.id,
        time=record.start.isoformat(),
        code=record.code,
        event=slug_of(record.code),
        door=record.source,
        door_name=None if door is None else door.name,
        **details,
        picture=None if record.picture is None else record.picture.uri,
    )


def _crossing(camera: Camera, record: EventRecord) -> Mapping[str, Any]:
    """Return a passing vehicle as JSON."""
    facts = told_of(record.data, _EVERYTHING)
    return told(
        id=record.id,
        time=record.start.isoformat(),
        camera=camera.id,
        camera_name=camera.name,
        plate=facts.plate,
        contact=record.data.text("contact"),
        country=record.data.integer("country"),
        **facts.details,
        picture=None if record.picture is None else record.picture.uri,
    )


# pictures


async def get_event_picture(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> _Answer:
    """Fetch the picture of a `uri`, or that of an `event_id`: `content_type`, and `content` as Base64."""
    uri = given.text(arguments, "uri", LONGEST_URI, required=False)
    event_id = given.text(arguments, "event_id", LONGEST_ID, required=False)
    if bool(uri) == bool(event_id):
        raise InvalidArgumentError(field="uri", reason="give either an address or the id of an event")
    picture = await (_of_address(context, uri) if uri else _of_event(context, event_id))
    return {"content_type": picture.content_type, "content": b64encode(picture.content).decode()}


async def _of_address(context: Context, uri: str) -> Picture:
    """Fetch the picture of an address: nothing in it tells which call knows it."""
    stores = (Store.FILE,) if uri.lower().startswith(SCHEMES) else (Store.EVENT, Store.ACCESS, Store.PLATE)
    failure: SystemFailure = NotFoundError(subject="the picture")
    for store in stores:
        try:
            return await fetch_picture(context.client, Reference(store, uri))
        except SystemFailure as error:
            failure = error
    raise failure


async def _of_event(context: Context, event_id: str) -> Picture:
    """Fetch the picture of an event."""
    now = context.runtime.now() + timedelta(seconds=context.client.skew or 0.0)
    search = Search(context.client, context.runtime)
    record = await find_event(context, search, event_id, now + AHEAD - LOOK_BACK, now + AHEAD)
    if record is None:
        raise NotFoundError(subject="the event")
    if record.picture is None:
        raise NotFoundError(subject="a picture of the event")
    return await fetch_picture(context.client, record.picture)


type Action = Callable[[Context, Sequence[Feature], Mapping[str, Any], Sink], Awaitable[_Answer]]

ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "acknowledge_event": acknowledge_event,
        "search_events": search_events,
        "search_access_records": search_access_records,
        "search_plates": search_plates,
        "get_event_picture": get_event_picture,
    }
)
"""Name of an action → what carries it out."""
