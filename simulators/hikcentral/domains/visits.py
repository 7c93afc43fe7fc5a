"""Reservations of visitors, their arrival and their leaving (hikcentral §3.17)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, text, time

from .checks import NO_SUCH, OCCUPIED, contains, moment, period, whole
from .visitors import (
    ACCESS_INFO,
    ARRIVED,
    EXPECTED,
    INVALID,
    RECORD_ID,
    VISITOR_LIST,
    Appointment,
    Visitor,
    appointment_row,
    appointment_sample,
    asked_levels,
    check_visit,
    given_visitor,
    reason_rows,
    set_levels,
    write_visitor,
)

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

RESERVED = ("appointStartTime", "appointEndTime", "visitReasonType", "visitReasonDetail")
VISITING = ("visitStartTime", "visitEndTime", "visitPurposeType", "visitPurpose")
"""Fields of start, end, reason and detail: of a reservation, and of a check-in."""

OF_RESERVATION = (
    text("receptionistId", longest=64),
    time(RESERVED[0], required=True),
    time(RESERVED[1], required=True),
    *reason_rows(*RESERVED[2:]),
    VISITOR_LIST,
    ACCESS_INFO,
)
OF_CHECK_IN = (
    text("receptionistId", longest=64),
    time(VISITING[0], required=True),
    time(VISITING[1], required=True),
    *reason_rows(*VISITING[2:]),
    VISITOR_LIST,
)


def _visit(platform: HikCentralSimulator, record_id: str) -> Appointment:
    """Return a visit. Raises Refuse for an id that is unknown, or was before an edit."""
    try:
        return platform.state.appointments[record_id]
    except KeyError:
        raise Refuse(NO_SUCH) from None


def _new_visit(platform: HikCentralSimulator, call: Call, visitor: Visitor, names: tuple[str, ...]) -> Appointment:
    state = platform.state
    visit = Appointment(
        id=state.next_id("appointment", *state.appointments),
        visitor=visitor.id,
        code=f"{platform.random.randrange(10_000):04d}",
        start=moment(call, names[0]),
        end=moment(call, names[1]),
    )
    state.appointments[visit.id] = visit
    return visit


def _new_visitor(platform: HikCentralSimulator) -> Visitor:
    visitor = Visitor(platform.state.next_id("visitor", *platform.state.visitors), "", "")
    platform.state.visitors[visitor.id] = visitor
    return visitor


def _write_visit(call: Call, visit: Appointment, names: tuple[str, ...]) -> None:
    visit.start, visit.end = moment(call, names[0]), moment(call, names[1])
    visit.reason, visit.detail = whole(call, names[2]), call.text(names[3])
    visit.receptionist = call.text("receptionistId")


def _renew(platform: HikCentralSimulator, visit: Appointment) -> None:
    """Give an edited visit its new id; the old one is unknown from now on."""
    appointments = platform.state.appointments
    del appointments[visit.id]
    visit.id = platform.state.next_id("appointment", visit.id, *appointments)
    appointments[visit.id] = visit


@endpoint("visitor/v2/appointment", *OF_RESERVATION, since=(2, 1, 0))
def reserve(platform: HikCentralSimulator, call: Call) -> Any:
    """Expect a visitor; the code is spelled with a capital here."""
    check_visit(platform, call, RESERVED)
    info, levels = given_visitor(call), asked_levels(platform, call)
    visitor = _new_visitor(platform)
    visit = _new_visit(platform, call, visitor, RESERVED)
    write_visitor(platform, visitor, info)
    _write_visit(call, visit, RESERVED)
    set_levels(platform, visitor.id, levels)
    return {"appointRecordId": visit.id, "visitorId": visitor.id, "AppointCode": visit.code}


@endpoint("visitor/v2/appointment/update", RECORD_ID, *OF_RESERVATION, since=(2, 1, 0))
def change(platform: HikCentralSimulator, call: Call) -> Any:
    """Change a reservation; its id changes with it."""
    visit = _visit(platform, call.text("appointRecordId"))
    check_visit(platform, call, RESERVED)
    info, levels = given_visitor(call), asked_levels(platform, call)
    if visit.status != EXPECTED:
        raise Refuse(OCCUPIED)
    write_visitor(platform, platform.state.visitors[visit.visitor], info)
    _write_visit(call, visit, RESERVED)
    set_levels(platform, visit.visitor, levels)
    _renew(platform, visit)
    return {"appointRecordId": visit.id, "visitorId": visit.visitor, "appointCode": visit.code}


@endpoint("visitor/v1/appointment/single/delete", RECORD_ID, since=(2, 1, 0))
def cancel(platform: HikCentralSimulator, call: Call) -> Any:
    """Delete a reservation, unless the visitor is in the house."""
    visit = _visit(platform, call.text("appointRecordId"))
    if visit.status == ARRIVED:
        raise Refuse(OCCUPIED)
    del platform.state.appointments[visit.id]
    set_levels(platform, visit.visitor, [])
    return ""


@endpoint(
    "visitor/v1/appointment/appointmentlist",
    *PAGE,
    time(RESERVED[0], required=True),
    time(RESERVED[1], required=True),
    text("visitorName", longest=64),
    text("companyName", longest=64),
    text("interviewName", longest=64),
    text("appointCode", longest=64),
    text("identiCode", longest=64),
    text("phoneNo", longest=64),
    text("appointState", longest=64, among=("0", "1", "2"), lenient=True),
    text("visitorReason", longest=64, lenient=True),
    sample=appointment_sample,
    since=(2, 1, 0),
)
def reservations(platform: HikCentralSimulator, call: Call) -> Any:
    """Reservations whose begin lies in the period, in their order."""
    state, span, now = platform.state, period(call, *RESERVED[:2], longest=None), platform.now()

    def fits(visit: Appointment) -> bool:
        visitor, host = state.visitors[visit.visitor], state.persons.get(visit.receptionist)
        return (
            visit.reserved
            and visit.start in span
            and contains(call.text("visitorName"), visitor.name)
            and contains(call.text("companyName"), visitor.company)
            and contains(call.text("interviewName"), host.name if host else "")
            and call.text("appointCode") in ("", visit.code)
            and call.text("identiCode") in ("", visitor.certificate)
            and contains(call.text("phoneNo"), visitor.phone)
            and call.text("appointState") in ("", str(visit.status_at(now)))
            and call.text("visitorReason") in ("", str(visit.reason))
        )

    found = sorted((visit for visit in state.appointments.values() if fits(visit)), key=lambda visit: visit.start)
    return paged(platform, call, found, lambda visit: appointment_row(platform, visit))


@endpoint(
    "visitor/v1/registerment",
    *OF_CHECK_IN,
    text("appointId", longest=64),
    text("visitorId", longest=64),
    since=(2, 1, 0),
)
@endpoint("visitor/v1/appointment", *OF_CHECK_IN)
def check_in(platform: HikCentralSimulator, call: Call) -> Any:
    """Take a visitor in: with a reservation, as somebody who is known, or as somebody new."""
    check_visit(platform, call, VISITING)
    state, info = platform.state, given_visitor(call)
    if reservation := call.text("appointId"):
        visit = _visit(platform, reservation)
        if visit.status == ARRIVED:
            raise Refuse(OCCUPIED)
        visitor = state.visitors[visit.visitor]
    else:
        known = call.text("visitorId")
        if known and known not in state.visitors:
            raise Refuse(NO_SUCH)
        visitor = state.visitors[known] if known else _new_visitor(platform)
        visit = _new_visit(platform, call, visitor, VISITING)
        visit.reserved = False
    write_visitor(platform, visitor, info)
    _write_visit(call, visit, VISITING)
    visit.status, visit.left = ARRIVED, False
    return {"appointRecordId": visit.id, "visitorId": visitor.id}


@endpoint("visitor/v1/registerment/update", RECORD_ID, *OF_CHECK_IN, since=(2, 1, 0))
@endpoint("visitor/v1/appointment/update", RECORD_ID, *OF_CHECK_IN)
def change_check_in(platform: HikCentralSimulator, call: Call) -> Any:
    """Change the visit of somebody who is here; its id changes with it."""
    visit = _visit(platform, call.text("appointRecordId"))
    check_visit(platform, call, VISITING)
    info = given_visitor(call)
    if visit.status != ARRIVED:
        raise Refuse(NO_SUCH)
    write_visitor(platform, platform.state.visitors[visit.visitor], info)
    _write_visit(call, visit, VISITING)
    _renew(platform, visit)
    return {"appointRecordId": visit.id}


@endpoint("visitor/v1/visitor/out", RECORD_ID, since=(2, 0, 0))
def check_out(platform: HikCentralSimulator, call: Call) -> Any:
    """Let a visitor leave; the rights end with the visit."""
    visit = _visit(platform, call.text("appointRecordId"))
    if visit.status != ARRIVED:
        raise Refuse(NO_SUCH, "the visitor is not here")
    visit.status, visit.left, visit.end = INVALID, True, platform.now()
    set_levels(platform, visit.visitor, [])
    return ""
