"""Things that happen: a record for the search, and pushes to those who subscribed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .event_data import default_data
from .event_types import ability_of, event_types, source_type_of
from .registry import EVENT_HOOKS
from .state import AlarmInput, AlarmOutput, Camera, Door, EventRecord
from .times import fine_stamp

if TYPE_CHECKING:
    from .platform import HikCentralSimulator

PULSE, STARTED, ENDED, UPDATED, PICTURE = 3, 1, 2, 4, 5
KEPT_RECORDS = 50_000
PICTURE_IN_DATA = ("card_swiping_event", "facial_event", "mobile_vehicle_event", "mobile_device_alarm")
"""Families whose push carries the picture's address itself."""


class EventMaker:
    """Makes the events of one platform."""

    def __init__(self, platform: HikCentralSimulator) -> None:
        """Nothing has happened."""
        self._platform = platform

    def happen(
        self,
        code: int,
        source_type: str | None = None,
        source: str | None = None,
        *,
        status: int = PULSE,
        event_id: str | None = None,
        at: datetime | None = None,
        level: int = 2,
        data: dict[str, Any] | None = None,
        picture: bytes | bool | None = None,
        push: bool = True,
        record: bool = True,
        source_name: str | None = None,
        parent: str | None = None,
        description: str | None = None,
        link_cameras: Sequence[str] = (),
        announce_picture: bool = True,
    ) -> str:
        """Let an event happen and return its id; see `HikCentralSimulator.happen`."""
        platform = self._platform
        kind = source_type or source_type_of(code)
        things = platform.state.sources(kind)
        place = source if source is not None else next(iter(things), "1")
        thing = things.get(place)
        moment = at or platform.now()
        row = event_types().get(code)
        title = row.name if row else f"Event {code}"
        name = source_name if source_name is not None else thing.name if thing else ""
        uri = self._picture(code, picture, f"{name}: {title}", moment)
        made = EventRecord(
            event_id=event_id or f"{platform.random.getrandbits(128):032x}",
            code=code,
            source_type=kind,
            source=place,
            start=moment,
            stop=moment if status == 0 else moment + timedelta(seconds=1) if status == PULSE else None,
            pictures=[uri] if uri else [],
            description=title if description is None else description,
            link_cameras=list(link_cameras),
            data=default_data(platform, code, place, moment, uri) if data is None else data,
            source_name=name,
            parent=parent if parent is not None else _parent(thing),
            level=level,
            status=status,
            found=record,
        )
        platform.state.records.append(made)
        del platform.state.records[:-KEPT_RECORDS]
        for hook in EVENT_HOOKS:
            hook(platform, made)
        if push:
            self._push(made, status, moment)
            carried = row is not None and row.category in PICTURE_IN_DATA
            if uri and announce_picture and not carried and code != 131622:
                self._push(made, PICTURE, moment)
        return made.event_id

    def end(self, event_id: str, at: datetime | None = None, *, push: bool = True) -> None:
        """End an event that started. Raises KeyError for an unknown id."""
        made = self._known(event_id)
        made.stop = at or self._platform.now()
        made.status = ENDED
        if push:
            self._push(made, ENDED, made.stop)

    def update(self, event_id: str, *, data: dict[str, Any] | None = None, picture: bytes | bool | None = None) -> None:
        """Push what became known later: a picture (status 5), or other data (status 4). Raises KeyError."""
        made = self._known(event_id)
        if data is not None:
            made.data = data
            self._push(made, UPDATED, self._platform.now())
        uri = self._picture(made.code, picture, made.source_name, made.start)
        if uri:
            made.pictures.append(uri)
            self._push(made, PICTURE, self._platform.now())

    def _known(self, event_id: str) -> EventRecord:
        made = self._platform.state.record(event_id)
        if made is None:
            raise KeyError(event_id)
        return made

    def _picture(self, code: int, picture: bytes | bool | None, caption: str, at: datetime) -> str | None:
        if picture is None or picture is False:
            return None
        row = event_types().get(code)
        category = row.category if row else ""
        return self._platform.pictures.add(
            "access" if category == "card_swiping_event"
            else "face" if category in ("facial_event", "mobile_vehicle_event", "mobile_device_alarm")
            else "vehicle" if code == 131622
            else "event",
            caption, data=None if picture is True else picture, clock=at.strftime("%Y-%m-%d %H:%M:%S"),
        )  # fmt: skip

    def _push(self, made: EventRecord, status: int, at: datetime) -> None:
        event = {
            "eventId": made.event_id,
            "srcIndex": made.source,
            "srcType": made.source_type,
            "srcName": made.source_name,
            "eventType": made.code,
            "status": status,
            "eventLvl": made.level,
            "timeout": 30,
            "happenTime": fine_stamp(at.astimezone(self._platform.zone)),
            "srcParentIdex": made.parent or "null",
            "data": made.data,
        }
        self._platform.pushes.offer(event, ability_of(made.code, made.source_type))


def _parent(thing: object) -> str | None:
    """Return the device a source belongs to."""
    if isinstance(thing, Camera):
        return thing.parent or None
    if isinstance(thing, Door):
        return thing.controller
    if isinstance(thing, AlarmInput | AlarmOutput):
        return thing.device
    return None
