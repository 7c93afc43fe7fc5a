"""Actions for visitors (hikcentral §3.17, §7.4). Each checks everything it was given before it writes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from .. import arguments as given
from ..base import Sink
from ..errors import InvalidArgumentError
from ..model import Feature
from ..transport.json import Fields, fields, listed
from .lookups import chosen
from .reservations import Visitor
from .visit_forms import visit_of
from .visitors import Visitors
from .words import RESERVATION_STATES, number_of, told

if TYPE_CHECKING:
    from .context import Context

SEARCH: Final = "visitor/v1/visitor/visitorInfo"
GROUPS: Final = "visitor/v1/visitorgroups"
_PER_PAGE: Final = 100
_MOST_PAGES: Final = 50
_LONGEST_ID: Final = 64


async def create_appointment(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Make a reservation."""
    answer = await context.part(Visitors).reserve(visit_of(arguments), sink)
    return _ids(answer)


async def update_appointment(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Change the reservation `appointment_id`; what is not given stays. The answer has its new id."""
    visitors, id_ = context.part(Visitors), given.text(arguments, "appointment_id", _LONGEST_ID)
    _check_given(arguments)
    known = await visitors.of_id(id_)
    answer = await visitors.change(known.id, visit_of(arguments, known), sink)
    return {"appointment_id": known.id, **_ids(answer)}


def _check_given(arguments: Mapping[str, Any]) -> None:
    """Refuse at once what no reservation could make good. Raises `InvalidArgumentError`."""
    complete = {
        "start": datetime.min.replace(tzinfo=UTC),
        "end": datetime.max.replace(tzinfo=UTC),
        "given_name": "x",
        "family_name": "x",
        "reason_detail": "x",
        "certificate_type": "id_card",
    }
    visit_of({**complete, **{name: value for name, value in arguments.items() if value is not None}})


async def cancel_appointment(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Delete the reservation `appointment_id`."""
    await context.part(Visitors).cancel(given.text(arguments, "appointment_id", _LONGEST_ID), sink)
    return {}


async def check_in(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Let a visitor in: of a reservation (`appointment_id`), one who was here before (`visitor_id`), or somebody new.

    What is not given is taken from the reservation, or from what the platform knows of the visitor.
    """
    visitors = context.part(Visitors)
    appointment = given.text(arguments, "appointment_id", _LONGEST_ID, required=False)
    visitor = given.text(arguments, "visitor_id", _LONGEST_ID, required=False)
    if not appointment and not visitor:
        visit = visit_of(arguments)
    else:
        _check_given(arguments)
        known = await visitors.of_id(appointment) if appointment else None
        person = None if known is not None else await visitors.visitor(visitor)
        if known is None and person is None:
            raise InvalidArgumentError(field="visitor_id", reason="is not known")
        visit = visit_of(arguments, known, person)
    return await visitors.check_in(visit, appointment, visitor, sink)


async def check_out(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Let the visitor of `appointment_id` go."""
    await context.part(Visitors).check_out(given.text(arguments, "appointment_id", _LONGEST_ID), sink)
    return {}


def _ids(answer: Fields) -> dict[str, object]:
    """Return the ids of an answer; the code is spelled in two ways."""
    return told(
        appointment_id=answer.text("appointRecordId"),
        visitor_id=answer.text("visitorId"),
        code=answer.text("appointCode"),
    )


# searches

_TEXTS: Final = (
    ("name", 64, "visitorName", "personName"),
    ("company", 64, "companyName", "companyName"),
    ("phone", 64, "phoneNo", "phoneNum"),
    ("certificate_number", 64, "identiCode", "identifiyCode"),
    ("code", 64, "appointCode", None),
    ("receptionist", 64, "interviewName", None),
)
"""Argument, its length, its name in a list of reservations and in a search for visitors."""


async def search_visitors(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Search visitors by `name`, `company`, `phone`, `certificate_number`, `group` (id or name).

    With `start` and `end`: reservations that begin between them, also by `code`, `receptionist` (name) and `status`
    (expected, arrived, invalid).
    """
    texts = {name: given.text(arguments, name, longest, required=False) for name, longest, _, _ in _TEXTS}
    group = given.text(arguments, "group", _LONGEST_ID, required=False)
    status = given.word(arguments, "status", (*RESERVATION_STATES.values(), ""), default="")
    if arguments.get("start") is None and arguments.get("end") is None:
        for name in ("code", "receptionist"):
            if texts[name]:
                raise InvalidArgumentError(field=name, reason="is known of reservations only; give start and end")
        if status:
            raise InvalidArgumentError(field="status", reason="is known of reservations only; give start and end")
        asked = {wire: texts[name] for name, _, _, wire in _TEXTS if wire is not None and texts[name]}
        if group:
            asked["visitorGroupID"] = await _group(context, group)
        return {"visitors": [Visitor.read(row).result() for row in await _search(context, asked)]}
    if group:
        raise InvalidArgumentError(field="group", reason="is not known of reservations; leave out start and end")
    start, end = given.span(arguments)
    conditions = {wire: texts[name] for name, _, wire, _ in _TEXTS if texts[name]}
    if status:
        conditions["appointState"] = str(number_of(RESERVATION_STATES, status))
    return {"visitors": await _reservations(context, start, end, conditions)}


async def _reservations(
    context: Context, start: datetime, end: datetime, conditions: Mapping[str, str]
) -> list[dict[str, object]]:
    """Return reservations as JSON."""
    return [one.result() for one in await context.part(Visitors).listed(start, end, **conditions)]


async def _search(context: Context, asked: Mapping[str, str]) -> list[Fields]:
    """Search for visitors. No sample shows the answer: a list, one visitor, or a page of them."""
    found: dict[str, Fields] = {}
    for number in range(1, _MOST_PAGES + 1):
        body = {"pageNo": number, "pageSize": _PER_PAGE, "searchCriteria": dict(asked)}
        data = await context.client.call(SEARCH, body, named=False)
        page = fields(data)
        rows = page.children("list", "VisitorInfo", "VisitorList") or [
            row for row in listed(data) if "visitorId" in row
        ]
        new = {id_: row for row in rows if (id_ := row.text("visitorId")) is not None and id_ not in found}
        found |= new
        total = page.integer("total", "totalNum")
        if not new or (len(rows) < _PER_PAGE if total is None else len(found) >= total):
            break
    return list(found.values())


async def _group(context: Context, text: str) -> str:
    """Return the id of a group of visitors of an id or a name. Raises `InvalidArgumentError` unless there is one."""
    data = fields(await context.client.call(GROUPS, {"SearchCriteria": {"visitorGroupName": ""}}))
    rows = data.child("VisitorGroupList").children("VisitorGroup") or data.children("VisitorGroup", "list")
    names = {id_: row.child("baseInfo").text("name") or row.text("name") or id_ for row in rows
             if (id_ := row.text("indexCode")) is not None}  # fmt: skip
    return chosen("group", text, names)


ACTIONS: Final = {
    "visitor_create_appointment": create_appointment,
    "visitor_update_appointment": update_appointment,
    "visitor_cancel_appointment": cancel_appointment,
    "visitor_check_in": check_in,
    "visitor_check_out": check_out,
    "search_visitors": search_visitors,
}
