"""Visitors: who is expected, who came, and everything that can be done for them (hikcentral §3.17).

Everything here is personal and asked for only where somebody looks, or when an action asks. A write whose answer got
lost is not repeated; what became of it shows in the next list.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Any, Final, override

from ..base import Sink
from ..errors import NotFoundError, RejectedError, SystemFailure
from ..kinds import Kind
from ..model import CalendarFeature, Feature, Report
from ..times import format_time
from ..transport.json import Fields, fields
from ..values import CalendarEntry
from .lookups import ASSIGN, apply, chosen_levels, members_body, person_id
from .polled import Domain, Values, forget, put
from .reservations import ARRIVED, EXPECTED, INVALID, Identities, Reservation, Visitor
from .visit_forms import Visit, check_in_body, reservation_body, visit_of_entry

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

LIST: Final = "visitor/v1/appointment/appointmentlist"
RESERVE: Final = "visitor/v2/appointment"
CHANGE: Final = "visitor/v2/appointment/update"
CANCEL: Final = "visitor/v1/appointment/single/delete"
CHECK_IN: Final = "visitor/v1/registerment"
CHECK_OUT: Final = "visitor/v1/visitor/out"
ONE: Final = "visitor/v1/visitor/single/visitorinfo"

PERIOD_SECONDS: Final = 300.0
LONGEST_VISIT: Final = timedelta(days=31)
"""A list names when reservations begin; one that began longer ago is not looked for."""
AHEAD: Final = timedelta(days=14)
"""How far ahead the next visitor is looked for."""
_FAR: Final = timedelta(days=366)
"""How far ahead a reservation is looked for that is named but not known."""
_TOPIC: Final = "visitors"
_GENDER: Final = "visitor_gender"
"""Key in the runtime's memory: the number that stands for a gender that was not told."""
_UNTOLD: Final = (0, 1)
"""Numbers for that, best first: the dictionary has 0 for unknown, the table of visitors only 1 and 2."""


class Visitors(Domain):
    """Reservations. Values: the `CalendarEntry` that is on or next; numbers of visitors of today."""

    kinds = frozenset({Kind.VISITORS, Kind.VISITORS_EXPECTED, Kind.VISITORS_ARRIVED})

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        super().__init__(context)
        self.identities = Identities(context.runtime)
        self._watched: Sequence[Feature] = ()
        self._writing = asyncio.Lock()

    # what is read

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        self._watched = self.wanted(wanted)
        if not self._watched or not self.rhythm.due(_TOPIC, PERIOD_SECONDS, (_TOPIC,)):
            return Report()
        return await self._read()

    async def _read(self) -> Report:
        """Read what is on and what comes."""
        now = self.platform_now()
        values: Values = {}
        call = self.listed(now - LONGEST_VISIT, now + AHEAD)
        found = await self.attempt(_TOPIC, PERIOD_SECONDS, (_TOPIC,), call)
        if found is None:
            if self.lost(_TOPIC, _TOPIC):
                forget(values, self._watched)
            return Report(values=values)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = [one for one in found if one.touches(midnight, midnight + timedelta(days=1))]
        coming = [one for one in found if one.end > now and one.status != INVALID]
        following = min(coming, key=lambda one: one.start, default=None)
        for feature in self._watched:
            if feature.kind is Kind.VISITORS:
                put(values, feature, None if following is None else self._entry(following))
            else:
                status = EXPECTED if feature.kind is Kind.VISITORS_EXPECTED else ARRIVED
                put(values, feature, sum(one.status == status for one in today))
        return Report(values=values)

    async def listed(self, start: datetime, end: datetime, **conditions: str) -> list[Reservation]:
        """Return the reservations that begin between two moments, the first first. Raises `SystemFailure`."""
        body = {"appointStartTime": format_time(start), "appointEndTime": format_time(end), **conditions}
        rows = await self.client.pages(LIST, body)
        read = (Reservation.read(row, self.runtime.zone) for row in rows)
        found = sorted((one for one in read if one is not None), key=lambda one: one.start)
        if not conditions:
            self.identities.settle(found, start, end)
        return found

    async def entries(self, feature: CalendarFeature, start: datetime, end: datetime) -> list[CalendarEntry]:
        """Return the entries that touch a stretch of time. Raises `SystemFailure`."""
        found = await self.listed(start - LONGEST_VISIT, end)
        return [self._entry(one) for one in found if one.touches(start, end)]

    def _entry(self, reservation: Reservation) -> CalendarEntry:
        """Return a reservation as the calendar has it."""
        return reservation.entry(self.identities.uid(reservation.id))

    async def visitor(self, id_: str) -> Visitor | None:
        """Return what is known of a visitor; None if nothing is. Raises `SystemFailure`."""
        try:
            row = fields(await self.client.call(ONE, {"visitorId": id_}, named=False))
        except NotFoundError:
            return None
        return Visitor.read(row) if row else None

    # what is done

    async def save(self, feature: CalendarFeature, entry: CalendarEntry, sink: Sink) -> None:
        """Make an entry, or change the one of its `uid`. Raises `InvalidArgumentError`, `SystemFailure`."""
        known = None if not entry.uid else await self._of_uid(entry.uid)
        visit = visit_of_entry(entry, known)
        if known is None:
            await self.reserve(visit, sink)
        else:
            await self.change(known.id, visit, sink)

    async def delete(self, feature: CalendarFeature, uid: str, sink: Sink) -> None:
        """Delete the entry of a `uid`. Raises `SystemFailure`."""
        await self.cancel((await self._of_uid(uid)).id, sink)

    async def reserve(self, visit: Visit, sink: Sink) -> Fields:
        """Make a reservation and return the answer. Raises `InvalidArgumentError`, `SystemFailure`."""
        host, levels = await self._host(visit), await self._levels(visit)

        def body(gender: int) -> dict[str, Any]:
            return reservation_body(visit, host, levels, gender)

        async with self._writing:
            answer = await self._send(RESERVE, visit, body)
            if (id_ := answer.text("appointRecordId")) is not None:
                self.identities.give(id_, levels or {})
        await self._refresh(sink)
        return answer

    async def change(self, appointment: str, visit: Visit, sink: Sink) -> Fields:
        """Change a reservation and return the answer. Raises `InvalidArgumentError`, `SystemFailure`."""
        host, levels = await self._host(visit), await self._levels(visit)
        async with self._writing:
            id_ = self.identities.newest(appointment)
            if levels is None:
                levels = self.identities.levels(id_) or None

            def body(gender: int) -> dict[str, Any]:
                return {"appointRecordId": id_, **reservation_body(visit, host, levels, gender)}

            answer = await self._send(CHANGE, visit, body)
            after = answer.text("appointRecordId") or id_
            self.identities.edited(id_, after)
            if visit.levels is not None:
                self.identities.give(after, levels or {})
        await self._refresh(sink)
        return answer

    async def cancel(self, appointment: str, sink: Sink) -> None:
        """Delete a reservation. Raises `SystemFailure`."""
        async with self._writing:
            id_ = self.identities.newest(appointment)
            await self.client.call(CANCEL, {"appointRecordId": id_}, writes=True)
            self.identities.gone(id_)
        await self._refresh(sink)

    async def check_in(self, visit: Visit, appointment: str, visitor: str, sink: Sink) -> dict[str, Any]:
        """Let a visitor in, give access levels, and write them to the devices; returns what became of it.

        A visitor who is in stays in even if the levels could not be given: then `failed` says which and why. Raises
        `InvalidArgumentError`, and `SystemFailure` if the visitor was not let in.
        """
        host, levels = await self._host(visit), await self._levels(visit)
        async with self._writing:
            id_ = self.identities.newest(appointment) if appointment else ""
            if levels is None and id_:
                levels = self.identities.levels(id_)

            def body(gender: int) -> dict[str, Any]:
                return check_in_body(visit, host, id_, visitor, gender)

            answer = await self._send(CHECK_IN, visit, body)
            after = answer.text("appointRecordId") or id_
            if id_ and after:
                self.identities.edited(id_, after)
            who = answer.text("visitorId") or visitor or visit.visitor.id or ""
            result = await self._admit(who, levels or {})
        await self._refresh(sink)
        return {"appointment_id": after, "visitor_id": who, **result}

    async def _admit(self, visitor: str, levels: Mapping[str, str]) -> dict[str, Any]:
        """Give access levels to a visitor and write them to the devices."""
        assigned: list[str] = []
        failed: list[dict[str, str]] = []
        for level in levels:
            try:
                if not visitor:
                    raise NotFoundError(subject="the id of the visitor was not told")
                await self.client.call(ASSIGN, members_body(level, "visitor", [visitor]), writes=True)
                assigned.append(level)
            except SystemFailure as error:
                _LOGGER.warning("A visitor was checked in without access level %s: %s", level, error)
                failed.append({"access_level": level, "reason": str(error)})
        applied = False
        if assigned:
            try:
                await apply(self.client)
                applied = True
            except SystemFailure as error:
                _LOGGER.warning("The access levels of a visitor were not written to the devices: %s", error)
                failed.append({"access_level": "", "reason": str(error)})
        return {"access_levels": assigned, "failed": failed, "applied": applied}

    async def check_out(self, appointment: str, sink: Sink) -> None:
        """Let a visitor go; the access levels end. Raises `SystemFailure`."""
        async with self._writing:
            body = {"appointRecordId": self.identities.newest(appointment)}
            await self.client.call(CHECK_OUT, body, writes=True)
        await self._refresh(sink)

    # what is needed for it

    async def _send(self, path: str, visit: Visit, body: Callable[[int], dict[str, Any]]) -> Fields:
        """Send a write and return its answer.

        The platform wants a gender. One that nobody told is tried as unknown; a platform that refuses this gets a 1.
        """
        if visit.visitor.gender is not None:
            return fields(await self.client.call(path, body(visit.visitor.gender), writes=True))
        kept = self.runtime.memory.get(_GENDER)
        for gender in (kept,) if kept in _UNTOLD else _UNTOLD:
            try:
                answer = fields(await self.client.call(path, body(gender), writes=True))
            except RejectedError:
                if gender == _UNTOLD[-1] or kept is not None:
                    raise
                continue  # refused, so nothing was done
            if kept is None:
                self.runtime.memory[_GENDER] = gender
                self.runtime.remember()
            return answer
        raise RejectedError(reason="no gender is accepted")

    async def _host(self, visit: Visit) -> str:
        """Return the id of the person visited, empty for nobody."""
        return await person_id(self.context, visit.host, "receptionist") if visit.host else ""

    async def _levels(self, visit: Visit) -> Mapping[str, str] | None:
        """Return the access levels asked for, id → name; None to leave them."""
        if visit.levels is None:
            return None
        return await chosen_levels(self.client, "access_levels", visit.levels, "visitor")

    async def _of_uid(self, uid: str) -> Reservation:
        """Return the reservation of a `uid`. Raises `NotFoundError`."""
        return await self._found(lambda: self.identities.of_uid(uid))

    async def of_id(self, id_: str) -> Reservation:
        """Return the reservation of an id, also of one from before an edit. Raises `NotFoundError`."""
        return await self._found(lambda: self.identities.of_id(self.identities.newest(id_)))

    async def _found(self, look: Callable[[], Reservation | None]) -> Reservation:
        """Look, and list everything before looking again. Raises `NotFoundError`."""
        if (found := look()) is None:
            now = self.platform_now()
            await self.listed(now - LONGEST_VISIT, now + _FAR)
            found = look()
        if found is None:
            raise NotFoundError(subject="this reservation")
        return found

    async def _refresh(self, sink: Sink) -> None:
        """Read anew after a change, if somebody looks."""
        self.rhythm.reset(_TOPIC)
        if self._watched:
            try:
                sink.report(await self._read())
            except SystemFailure as error:
                _LOGGER.debug("Reservations could not be read after a change: %s", error)
