"""Reservations of visitors: what they say, and who they are although their ids change (hikcentral §3.17, T28)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from hashlib import blake2b
from typing import Any, Final, Self

from ..base import Runtime
from ..times import parse_time
from ..transport.json import Fields
from ..values import CalendarEntry
from .lookups import name_of
from .words import CERTIFICATES, GENDERS, REASONS, RESERVATION_STATES, named, told

EXPECTED: Final = 0
INVALID: Final = 1
ARRIVED: Final = 2
OTHER_REASON: Final = 4

_UIDS: Final = "visitor_uids"
"""Key in the runtime's memory: id of a reservation → uid of its calendar entry, where it was edited."""
_MOVED: Final = "visitor_moved"
"""Key in the runtime's memory: former id of a reservation → the one it has since an edit."""
_LEVELS: Final = "visitor_levels"
"""Key in the runtime's memory: id of a reservation → id of an access level → its name."""
MOST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A VisitorInfo. Everything is personal. `gender` and `certificate_type` are the platform's numbers."""

    id: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    full_name: str | None = None
    gender: int | None = None
    phone: str | None = None
    email: str | None = None
    plate: str | None = None
    company: str | None = None
    certificate_type: int | None = None
    certificate_number: str | None = None
    remark: str | None = None

    @classmethod
    def read(cls, row: Fields) -> Self:
        """Read a VisitorInfo."""
        gender, certificate = row.integer("gender"), row.integer("certificateType")
        return cls(
            id=row.text("visitorId"),
            given_name=row.text("visitorGivenName"),
            family_name=row.text("visitorFamilyName"),
            full_name=name_of(row, "visitor"),
            gender=gender if gender in GENDERS else None,
            phone=row.text("phoneNo"),
            email=row.text("email"),
            plate=row.text("plateNo"),
            company=row.text("companyName"),
            certificate_type=certificate if certificate in CERTIFICATES else None,
            certificate_number=row.text("certificateNo"),
            remark=row.text("remark"),
        )

    @property
    def name(self) -> str:
        """What people call the visitor."""
        return self.full_name or " ".join(part for part in (self.given_name, self.family_name) if part)

    def result(self) -> dict[str, object]:
        """Return the visitor as JSON."""
        return told(
            visitor_id=self.id,
            name=self.name or None,
            given_name=self.given_name,
            family_name=self.family_name,
            gender=named(GENDERS, self.gender),
            phone=self.phone,
            email=self.email,
            plate=self.plate,
            company=self.company,
            certificate_type=named(CERTIFICATES, self.certificate_type),
            certificate_number=self.certificate_number,
            remark=self.remark,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A VisitorappointInfo. `id` is another after every edit; `reason` and `status` are the platform's numbers."""

    id: str
    start: datetime
    end: datetime
    visitor: Visitor = field(repr=False)
    code: str | None = field(default=None, repr=False)
    status: int | None = None
    reason: int | None = None
    reason_detail: str | None = None
    host: str | None = field(default=None, repr=False)
    host_name: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, row: Fields, zone: tzinfo) -> Self | None:
        """Read one; None without id or times. `zone`: of times that come without one."""
        id_ = row.text("appointID", "appointRecordId", "appointId")
        start, end = (parse_time(row.text(name), zone) for name in ("appointStartTime", "appointEndTime"))
        if id_ is None or start is None or end is None:
            return None
        return cls(
            id=id_,
            start=start,
            end=max(start, end),
            visitor=Visitor.read(row.child("visitorInfo")),
            code=row.text("appointCode"),
            status=row.integer("appointStatus"),
            reason=row.integer("visitReasonType"),
            reason_detail=row.text("visitReasonDetail"),
            host=row.text("receptionistId"),
            host_name=row.text("receptionistName"),
        )

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it lies, at least in part, between two moments."""
        return self.start < end and (self.end > start or self.start == self.end >= start)

    def entry(self, uid: str) -> CalendarEntry:
        """Return it as an entry of the calendar."""
        return CalendarEntry(
            uid=uid,
            start=self.start,
            end=self.end,
            summary=self.visitor.name or self.code or self.id,
            description=self.reason_detail or "",
            details={
                name: fact
                for name, fact in told(
                    appointment_id=self.id,
                    visitor_id=self.visitor.id,
                    status=named(RESERVATION_STATES, self.status),
                    reason=named(REASONS, self.reason),
                    company=self.visitor.company,
                    host=self.host_name,
                ).items()
                if isinstance(fact, str)
            },
        )

    def result(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            **self.visitor.result(),
            **told(
                appointment_id=self.id,
                start=self.start.isoformat(),
                end=self.end.isoformat(),
                status=named(RESERVATION_STATES, self.status),
                reason=named(REASONS, self.reason),
                reason_detail=self.reason_detail,
                code=self.code,
                receptionist=self.host,
                receptionist_name=self.host_name,
            ),
        }


class Identities:
    """Which reservation is which. The platform gives a new id at every edit; the calendar wants one that stays.

    Our own edits are remembered over restarts. One that somebody made on the platform is recognised by its visitor: a
    reservation that was there is gone, and another one of the same visitor has come.
    """

    def __init__(self, runtime: Runtime) -> None:
        """Does no I/O."""
        self._runtime = runtime
        self._listed: dict[str, Reservation] = {}

    def uid(self, id_: str) -> str:
        """Return what stays the same over the edits of a reservation."""
        kept = self._stored(_UIDS).get(id_)
        return kept if isinstance(kept, str) else blake2b(f"reservation {id_}".encode(), digest_size=12).hexdigest()

    def of_uid(self, uid: str) -> Reservation | None:
        """Return the reservation of a uid, as it was listed last."""
        return next((one for id_, one in self._listed.items() if self.uid(id_) == uid), None)

    def of_id(self, id_: str) -> Reservation | None:
        """Return the reservation of an id, as it was listed last."""
        return self._listed.get(id_)

    def newest(self, id_: str) -> str:
        """Return the id that a reservation has by now."""
        moved, seen = self._stored(_MOVED), {id_}
        while isinstance(following := moved.get(id_), str) and following not in seen:
            seen.add(following)
            id_ = following
        return id_

    def edited(self, before: str, after: str) -> None:
        """A reservation has another id now."""
        if before == after:
            return
        uid, levels = self.uid(before), self.levels(before)
        self._store(_UIDS, {**self._without(_UIDS, before), after: uid})
        self._store(_MOVED, {**self._stored(_MOVED), before: after})
        if levels:
            self._store(_LEVELS, {**self._without(_LEVELS, before), after: dict(levels)})
        if (known := self._listed.pop(before, None)) is not None:
            self._listed[after] = replace(known, id=after)

    def gone(self, id_: str) -> None:
        """A reservation was deleted."""
        self._listed.pop(id_, None)

    def levels(self, id_: str) -> Mapping[str, str]:
        """Return the access levels that were given to a reservation here: id → name. The platform does not tell them."""
        found = self._stored(_LEVELS).get(id_)
        return {str(one): str(name) for one, name in found.items()} if isinstance(found, Mapping) else {}

    def give(self, id_: str, levels: Mapping[str, str]) -> None:
        """A reservation has these access levels: an edit that does not repeat them may take them away."""
        if levels or self.levels(id_):
            self._store(_LEVELS, {**self._without(_LEVELS, id_), **({id_: dict(levels)} if levels else {})})

    def settle(self, found: Sequence[Reservation], start: datetime, end: datetime) -> None:
        """Take in the reservations that begin between two moments, as they were just listed."""
        ids = {one.id for one in found}
        gone = [one for one in self._listed.values() if one.id not in ids and start <= one.start <= end]
        come = [one for one in found if one.id not in self._listed]
        for former in gone:
            same = [one for one in come if _same(former, one)]
            rivals = [one for one in gone if same and _same(one, same[0])]
            if len(same) == 1 and len(rivals) == 1 and not isinstance(self._stored(_UIDS).get(same[0].id), str):
                self.edited(former.id, same[0].id)
            else:
                self._listed.pop(former.id, None)
        self._listed |= {one.id: one for one in found}
        while len(self._listed) > MOST * 10:
            del self._listed[next(iter(self._listed))]

    def _stored(self, key: str) -> Mapping[str, Any]:
        """Return what was remembered."""
        found = self._runtime.memory.get(key)
        return found if isinstance(found, Mapping) else {}

    def _without(self, key: str, id_: str) -> dict[str, Any]:
        """Return what was remembered, but for one reservation."""
        return {one: value for one, value in self._stored(key).items() if one != id_}

    def _store(self, key: str, rows: Mapping[str, Any]) -> None:
        """Remember the newest rows."""
        self._runtime.memory[key] = dict(list(rows.items())[-MOST:])
        self._runtime.remember()


def _same(former: Reservation, later: Reservation) -> bool:
    """Whether a reservation may be another one after an edit: code and visitor stay, as far as they are told."""
    pairs: Iterable[tuple[str | None, str | None]] = (
        (former.visitor.id, later.visitor.id),
        (former.code, later.code),
    )
    told_both = [one == other for one, other in pairs if one is not None and other is not None]
    return any(told_both)
