"""What somebody asks for a visitor, checked before anything is sent, and the bodies that say it (hikcentral §3.17, T28)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from .. import arguments as given
from ..errors import InvalidArgumentError
from ..times import format_time
from ..values import CalendarEntry
from .lookups import FORBIDDEN
from .reservations import OTHER_REASON, Reservation, Visitor
from .words import CERTIFICATES, GENDERS, REASONS, named, number_of

_LONGEST_NAME: Final = 256
_LONGEST_TEXT: Final = 128
_VISIT: Final = "visit"
_TEXTS: Final = (
    ("given_name", _LONGEST_NAME, FORBIDDEN),
    ("family_name", _LONGEST_NAME, FORBIDDEN),
    ("phone", 20, ""),
    ("email", _LONGEST_TEXT, ""),
    ("plate", 16, FORBIDDEN),
    ("company", _LONGEST_TEXT, FORBIDDEN),
    ("certificate_number", 20, ""),
    ("remark", _LONGEST_TEXT, ""),
)
_NAMES: Final = {
    "family_name": "visitorFamilyName",
    "given_name": "visitorGivenName",
    "email": "email",
    "phone": "phoneNo",
    "plate": "plateNo",
    "company": "companyName",
    "certificate_type": "certificateType",
    "certificate_number": "certificateNo",
    "remark": "remark",
}
"""Field of `Visitor` → its name on the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who comes when and why. `host`: id or name of the person visited, empty for nobody.

    `levels`: ids or names of access levels; None: as they are.
    """

    start: datetime
    end: datetime
    reason: int
    detail: str
    visitor: Visitor = field(repr=False)
    host: str = ""
    levels: tuple[str, ...] | None = None


def visit_of(arguments: Mapping[str, Any], known: Reservation | None = None, visitor: Visitor | None = None) -> Visit:
    """Check the arguments of an action. What is not given is as in a reservation, or of a visitor, that is known.

    Raises `InvalidArgumentError`.
    """
    before = visitor or (known.visitor if known is not None else Visitor())
    moments = {"start": known.start, "end": known.end} if known is not None else {}
    start, end = given.span({**moments, **{name: arguments[name] for name in ("start", "end") if arguments.get(name)}})
    reason = number_of(
        REASONS,
        given.word(
            arguments,
            "reason",
            tuple(REASONS.values()),
            default=named(REASONS, known.reason if known else None) or _VISIT,
        ),
    )
    detail = given.text(arguments, "reason_detail", _LONGEST_TEXT, required=False)
    if not detail and known is not None and arguments.get("reason_detail") is None:
        detail = known.reason_detail or ""
    if reason == OTHER_REASON and not detail:
        raise InvalidArgumentError(field="reason_detail", reason="is needed when the reason is other")
    host = given.text(arguments, "receptionist", 64, required=False) or (known.host if known is not None else None)
    levels = given.texts(arguments, "access_levels") if arguments.get("access_levels") is not None else None
    return Visit(
        start=start,
        end=end,
        reason=reason,
        detail=detail,
        visitor=_visitor_of(arguments, before),
        host=host or "",
        levels=levels,
    )


def _visitor_of(arguments: Mapping[str, Any], before: Visitor) -> Visitor:
    """Check what is said of the visitor."""
    changes: dict[str, Any] = {
        name: value
        for name, longest, forbidden in _TEXTS
        if (value := given.text(arguments, name, longest, required=False, forbidden=forbidden))
    }
    if arguments.get("gender") is not None:
        changes["gender"] = number_of(GENDERS, given.word(arguments, "gender", tuple(GENDERS.values())))
    if arguments.get("certificate_type") is not None:
        word = given.word(arguments, "certificate_type", tuple(CERTIFICATES.values()))
        changes["certificate_type"] = number_of(CERTIFICATES, word)
    visitor = replace(before, **changes)
    for name in ("given_name", "family_name"):
        if not getattr(visitor, name):
            raise InvalidArgumentError(field=name, reason="is missing")
    if visitor.certificate_number and visitor.certificate_type is None:
        raise InvalidArgumentError(field="certificate_type", reason="is needed with the number of a certificate")
    return visitor


def visit_of_entry(entry: CalendarEntry, known: Reservation | None) -> Visit:
    """Check an entry of the calendar. Its summary is the visitor's name, its description the reason in words.

    Raises `InvalidArgumentError`.
    """
    if entry.location.strip():
        raise InvalidArgumentError(field="location", reason="cannot be kept; a reservation has none")
    arguments: dict[str, Any] = {"start": entry.start, "end": entry.end, "reason_detail": entry.description.strip()}
    if known is None or entry.summary.strip() != known.visitor.name:
        names = entry.summary.split()
        if len(names) < 2:
            raise InvalidArgumentError(field="summary", reason="is not a first and a last name")
        arguments |= {"given_name": " ".join(names[:-1]), "family_name": names[-1]}
    return visit_of(arguments, known)


def visitor_body(visitor: Visitor, gender: int) -> dict[str, Any]:
    """Return the list with the one visitor, wrapped as every sample of a request has it."""
    told = {wire: value for name, wire in _NAMES.items() if (value := getattr(visitor, name)) is not None}
    return {"visitorInfoList": [{"VisitorInfo": {**told, "gender": gender}}]}


def reservation_body(visit: Visit, host: str, levels: Mapping[str, str] | None, gender: int) -> dict[str, Any]:
    """Return the body of a reservation. `host`: id; `levels`: id → name, None to say nothing of them."""
    return {
        **({"receptionistId": host} if host else {}),
        "appointStartTime": format_time(visit.start),
        "appointEndTime": format_time(visit.end),
        "visitReasonType": visit.reason,
        **({"visitReasonDetail": visit.detail} if visit.detail else {}),
        **visitor_body(visit.visitor, gender),
        **({"accessInfo": _levels_body(levels)} if levels is not None else {}),
    }


def _levels_body(levels: Mapping[str, str]) -> dict[str, Any]:
    """Return access levels as the sample prints them; their ids are numbers here."""
    return {
        "accessLevelList": [
            {"accessLevel": {"id": int(id_) if id_.isdecimal() else id_, "baseInfo": {"name": name}}}
            for id_, name in levels.items()
        ]
    }


def check_in_body(visit: Visit, host: str, appointment: str, visitor: str, gender: int) -> dict[str, Any]:
    """Return the body of a check-in. `appointment`: id of the reservation, `visitor`: id; empty for none."""
    return {
        **({"receptionistId": host} if host else {}),
        **({"appointId": appointment} if appointment else {}),
        **({"visitorId": visitor} if visitor else {}),
        "visitStartTime": format_time(visit.start),
        "visitEndTime": format_time(visit.end),
        "visitPurposeType": visit.reason,
        **({"visitPurpose": visit.detail} if visit.detail else {}),
        **visitor_body(visit.visitor, gender),
    }
