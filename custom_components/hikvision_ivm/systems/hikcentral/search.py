"""Searching what happened: events and alarms, who passed doors, which plates and faces (hikcentral §3.8, 3.11, 3.13, 3.16).

Sources and types have to be named, in texts of limited length; windows have at most 31 days; the order of the answers
is not documented. Records are returned by their start, the oldest first.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from ..base import Runtime
from ..errors import ProtocolError
from ..times import format_time
from ..transport.json import Fields, fields, listed
from . import happening
from .client import HikCentralClient
from .codes import TooLongError
from .event_types import EVENT_TYPES
from .happening import EventRecord
from .push import LONGEST_NAME, moment
from .push_data import Reference, Store
from .vehicles import driving_events

RECORDS: Final = "eventService/v1/eventRecords/page"
ACCESSES: Final = "acs/v1/door/events"
CROSSINGS: Final = "pms/v1/crossRecords/page"
FACES: Final = "aiapplication/v1/face/faceMatchRecord"

PLATE_READ: Final = 131622
FACE_COMPARED: Final = 131659
GPS_REPORT: Final = 643
LONGEST_LIST: Final = 1024
"""Characters of a list of types or sources."""
LONGEST_WINDOW: Final = timedelta(days=31)
DOORS_PER_CALL: Final = 10
PAGE: Final = 500
SMALLEST_PAGE: Final = 10
MOST_RECORDS: Final = 20_000
"""Records of one search; what a person asks for, or an outage leaves behind, is less."""

type _Read = Callable[[Fields], EventRecord | None]

SEARCHABLE: Final = ("camera", "door", "ioIn", "encodeDevice", "acsDevice", "generalEventRule", "region", "ioOut")
"""Types of source that can be searched; radars, mobile devices and their vehicles are not among them."""


@dataclass(slots=True)
class Found:
    """Records, the oldest first. `complete` is False if there were more than a search takes."""

    records: list[EventRecord] = field(default_factory=list)
    complete: bool = True

    def add(self, other: Found) -> None:
        """Take over what another search found."""
        self.records += other.records
        self.complete = self.complete and other.complete

    def sort(self) -> Found:
        """Put the records in their order."""
        self.records.sort(key=lambda record: record.start)
        return self


class Search:
    """The searches of one platform. Raise `SystemFailure`. `skipped`: rows without id, type or time."""

    def __init__(self, client: HikCentralClient, runtime: Runtime) -> None:
        """Does no I/O."""
        self.skipped = 0
        self._client = client
        self._runtime = runtime
        self._sizes: dict[str, int] = {}

    async def events(
        self,
        source_type: str,
        sources: Sequence[str],
        codes: Sequence[int],
        start: datetime,
        end: datetime,
        *,
        event_id: str = "",
        most: int = MOST_RECORDS,
    ) -> Found:
        """Search events and alarms of some sources of one type; `event_id`: only those of an id."""
        found = Found()
        for types in joined(codes):
            for ids in joined(sources):
                body = {"eventTypes": types, "srcType": source_type, "srcIndexs": ids}
                if event_id:
                    body["eventIndexCode"] = event_id
                found.add(await self._search(RECORDS, body, start, end, self._event, most - len(found.records)))
        return found.sort()

    async def event(
        self,
        id_: str,
        start: datetime,
        end: datetime,
        *,
        code: str | None = None,
        source_type: str | None = None,
        source: str | None = None,
    ) -> EventRecord | None:
        """Search one event by its id; type and source are named where they are known (hikcentral §5 T11)."""
        body = {"eventIndexCode": id_}
        if code and source and source_type in SEARCHABLE:
            body |= {"eventTypes": code, "srcType": source_type, "srcIndexs": source}
        found = await self._search(RECORDS, body, start, end, self._event, PAGE)
        return next((each for each in reversed(found.sort().records) if each.id == id_), None)

    async def accesses(
        self,
        doors: Sequence[str],
        code: int | None,
        start: datetime,
        end: datetime,
        *,
        person: str = "",
        most: int = MOST_RECORDS,
    ) -> Found:
        """Search who passed some doors: one type of event, or all of one person."""
        found = Found()
        for place in range(0, len(doors), DOORS_PER_CALL):
            body: dict[str, Any] = {"doorIndexCodes": list(doors[place : place + DOORS_PER_CALL])}
            if code is not None:
                body["eventType"] = code
            if person:
                body["personName"] = person
            found.add(await self._search(ACCESSES, body, start, end, self._access, most - len(found.records)))
        return found.sort()

    async def crossings(
        self,
        camera: str,
        start: datetime,
        end: datetime,
        *,
        plate: str = "",
        owner: str = "",
        contact: str = "",
        most: int = MOST_RECORDS,
    ) -> Found:
        """Search which vehicles passed a camera."""
        body = {"cameraIndexCode": camera}
        if plate:
            body["plateNo"] = plate
        if owner:
            body["ownerName"] = owner
        if contact:
            body["contact"] = contact
        return (await self._search(CROSSINGS, body, start, end, self._crossing, most)).sort()

    async def faces(self, start: datetime, end: datetime, *, most: int = MOST_RECORDS) -> Found:
        """Search which faces were compared, by all cameras."""
        return (await self._search(FACES, {}, start, end, self._face, most)).sort()

    async def drives(self, vehicles: Sequence[str], start: datetime, end: datetime) -> Found:
        """Search what happened to vehicles on the road; reports of where they are are left out."""
        found = Found()
        for first, last in windows(start, end):
            for each in await driving_events(self._client, vehicles, first, last):
                if each.code is None or each.time is None:
                    self.skipped += 1
                elif each.code != GPS_REPORT:
                    found.records.append(
                        EventRecord(
                            id=each.event_id, code=str(each.code), type=EVENT_TYPES.get(each.code),
                            source_type="mobileVehicle", source=each.vehicle, start=each.time, data=each.data,
                            found_in=happening.DRIVES,
                        )
                    )  # fmt: skip
        return found.sort()

    # one search

    async def _search(
        self, path: str, body: Mapping[str, Any], start: datetime, end: datetime, read: _Read, most: int
    ) -> Found:
        """Read all pages of all windows."""
        found = Found()
        zone = self._runtime.zone
        for first, last in windows(start, end):
            times = {"startTime": format_time(first.astimezone(zone)), "endTime": format_time(last.astimezone(zone))}
            async for row in self._rows(path, {**body, **times}):
                if len(found.records) >= most:
                    found.complete = False
                    return found
                if (record := read(row)) is None:
                    self.skipped += 1
                else:
                    found.records.append(record)
        return found

    async def _rows(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[Fields]:
        """Yield the rows page by page, so that a list without end costs no more than is taken of it."""
        size = self._sizes.get(path, PAGE)
        count, before = 0, None
        while True:
            try:
                data = await self._client.call(path, {**body, "pageNo": count // size + 1, "pageSize": size})
            except TooLongError:
                if size <= SMALLEST_PAGE:
                    raise
                # Pages read so far are whole pages of the half size, too.
                size = self._sizes[path] = size // 2
                continue
            rows, total = _page(data)
            if not rows or rows[0].raw == before:
                return
            before = rows[0].raw
            for row in rows:
                yield row
            count += size
            if len(rows) < size and (total is None or count >= total):
                return

    # rows

    def _event(self, row: Fields) -> EventRecord | None:
        """Read an EventRecord."""
        id_, code = row.text("eventIndexCode", "eventId"), row.integer("eventType")
        start = moment(row.text("startTime"), self._runtime.zone)
        if id_ is None or code is None or start is None:
            return None
        stop = moment(row.text("stopTime"), self._runtime.zone)
        description = row.text("description")
        group = row.text("subSrcIndex", "subSrcIndexs") if code in {130, 131} else None
        return EventRecord(
            id=id_,
            code=str(code),
            type=EVENT_TYPES.get(code),
            source_type=row.text("srcType") or "",
            source=row.text("srcIndex") or "",
            start=start,
            stop=stop if stop is not None and stop >= start else None,
            description=None if description is None else description[:LONGEST_NAME],
            picture=_picture(row),
            cameras=tuple(row.items_of("linkCameraIndexCode")),
            data=fields({"vehicleGroupIndexCode": group} if group is not None else {}),
        )

    def _access(self, row: Fields) -> EventRecord | None:
        """Read a PersonInOutEvents; its fields are those of the push."""
        id_, code, door = row.text("eventId"), row.integer("eventType"), row.text("doorIndexCode")
        start = moment(row.text("eventTime") or row.text("deviceTime"), self._runtime.zone)
        if id_ is None or code is None or door is None or start is None:
            return None
        uri = row.text("picUri")
        return EventRecord(
            id=id_, code=str(code), type=EVENT_TYPES.get(code), source_type="door", source=door, start=start, data=row,
            picture=None if uri is None else Reference(Store.ACCESS, uri), who=row.text("cardNo", "personId"), found_in=happening.ACCESSES,
        )  # fmt: skip

    def _crossing(self, row: Fields) -> EventRecord | None:
        """Read a PassVehicleRecord."""
        id_, camera = row.text("crossRecordSyscode"), row.text("cameraIndexCode")
        start = moment(row.text("crossTime") or row.text("createTime"), self._runtime.zone)
        if id_ is None or camera is None or start is None:
            return None
        uri = row.text("vehiclePicUri")
        return EventRecord(
            id=id_, code=str(PLATE_READ), type=EVENT_TYPES[PLATE_READ], source_type="camera", source=camera,
            start=start, data=row, picture=None if uri is None else Reference(Store.PLATE, uri),
            who=row.text("plateNo"), found_in=happening.PLATES,
        )  # fmt: skip

    def _face(self, row: Fields) -> EventRecord | None:
        """Read a FaceMatchRecord as what a push of it says."""
        id_, camera = row.text("recordIndexCode"), row.child("cameraInfo").text("cameraIndexCode")
        start = moment(row.text("faceTime"), self._runtime.zone)
        if id_ is None or camera is None or start is None:
            return None
        person, uri = row.child("PersonInfo"), row.text("snapFacePicUrl")
        candidate = {
            "blacklist_id": row.child("faceGroupInfo").text("faceGroupIndexCodes"),
            "human_id": person.text("personId"),
            "reserve_field": {"name": person.text("personName")},
            "similarity": row.number("similarity"),
        }
        face = {
            "URL": uri,
            "identify": {"candidate": candidate},
            "gender": {"value": row.integer("gender")},
            "temperature": row.raw,
            "mask": row.raw,
        }
        return EventRecord(
            id=id_, code=str(FACE_COMPARED), type=EVENT_TYPES[FACE_COMPARED], source_type="camera", source=camera,
            start=start, data=fields({"alarmResult": {"faces": [face]}}),
            picture=None if uri is None else Reference(Store.FILE, uri), who=person.text("personId"),
            found_in=happening.FACES,
        )  # fmt: skip


def _page(data: Any) -> tuple[list[Fields], int | None]:
    """Return the rows and the total of a page. Raises `ProtocolError` for what is no list (hikcentral §1.6)."""
    if isinstance(data, list) and data:
        return listed(data), None
    if not isinstance(data, Mapping):
        raise ProtocolError(reason="the answer holds no list")
    page = Fields(data)
    return page.children("list"), page.integer("total", "totalNum")


def _picture(row: Fields) -> Reference | None:
    """Return where the picture of an event lies; what the device took before what linked cameras took."""
    listed_ = sorted(row.children("eventPicList"), key=lambda each: each.integer("picType") or 9)
    uris = [row.text("eventPicUri"), *(each.text("eventPicUri") for each in listed_)]
    return next((Reference(Store.EVENT, uri) for uri in uris if uri is not None), None)


def joined(items: Iterable[object], longest: int = LONGEST_LIST) -> Iterator[str]:
    """Yield texts of items separated by commas, none longer than the platform takes."""
    text = ""
    for item in items:
        word = str(item)
        if text and len(text) + 1 + len(word) > longest:
            yield text
            text = ""
        text = f"{text},{word}" if text else word
    if text:
        yield text


def windows(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield stretches of time that a search takes; they touch, for what is found twice is told once."""
    while end - start > LONGEST_WINDOW:
        yield start, start + LONGEST_WINDOW
        start += LONGEST_WINDOW
    yield start, end


def codes_of(source_type: str) -> tuple[int, ...]:
    """Return the codes that the documentation names for a type of source."""
    return tuple(sorted(row.code for row in EVENT_TYPES.values() if source_type in row.sources))
