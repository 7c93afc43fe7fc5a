"""Visitors and their visits: who they are, when they are expected, that they came and left (hikcentral §3.17)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.registry import Call, Parameter, Refuse, number, text
from simulators.hikcentral.times import stamp

from .access import VISITORS
from .checks import BAD_FORMAT, MISSING, NO_SUCH, OUT_OF_RANGE, anything, objects, plain, whole

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

EXPECTED, INVALID, ARRIVED = 0, 1, 2
"""appointStatus."""
OTHER = 4
REASONS = {0: "business", 1: "training", 2: "visit", 3: "meeting", OTHER: "other"}
CERTIFICATES = (111, 414, 335)
"""ID card, passport, driving licence."""


@dataclass(slots=True)
class Visitor:
    """Somebody who visits. `picture`, `document`: addresses of photos, empty for none."""

    id: str
    given_name: str
    family_name: str
    gender: int = 1
    email: str = ""
    phone: str = ""
    plate: str = ""
    company: str = ""
    certificate_type: int | None = None
    certificate: str = ""
    remark: str = ""
    cards: list[str] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    picture: str = ""
    document: str = ""
    group: str = "1"

    @property
    def name(self) -> str:
        """Full name as the platform shows it."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(slots=True)
class Appointment:
    """A visit. Its `id` changes with every edit, its `code` never. `reserved` False: came without a reservation."""

    id: str
    visitor: str
    code: str
    start: datetime
    end: datetime
    reason: int = 0
    detail: str = ""
    receptionist: str = ""
    status: int = EXPECTED
    reserved: bool = True
    left: bool = False

    def status_at(self, now: datetime) -> int:
        """Return the status as of now: nobody is expected any more behind the end."""
        return INVALID if self.status == EXPECTED and self.end < now else self.status


@dataclass(slots=True)
class VisitorGroup:
    """A group of visitors."""

    id: str
    name: str


OF_VISITOR = (
    plain("visitorFamilyName", required=True, longest=256),
    plain("visitorGivenName", required=True, longest=256),
    number("gender", required=True, among=(1, 2)),
    text("email"),
    text("phoneNo", longest=20),
    plain("plateNo", longest=16),
    plain("companyName"),
    number("certificateType", among=CERTIFICATES),
    text("certificateNo", longest=20),
    text("remark", longest=128),
    objects("faces", text("faceData", required=True)),
    objects("fingerPrint"),
    objects("cards", text("cardNo", required=True, longest=20)),
    objects("identiPhoto", text("identiPhotoData", required=True)),
    objects("customField", text("customID", required=True)),
)
VISITOR_LIST = objects("visitorInfoList", *OF_VISITOR, required=True, wrapper="VisitorInfo", exactly=1)
ACCESS_INFO = anything("accessInfo")
RECORD_ID = text("appointRecordId", required=True, longest=64)


def reason_rows(kind: str, detail: str) -> tuple[Parameter, ...]:
    """Return the rows of the reason of a visit."""
    return number(kind, required=True, among=tuple(REASONS)), text(detail, longest=128)


def check_visit(platform: HikCentralSimulator, call: Call, names: tuple[str, str, str, str]) -> None:
    """Refuse a visit that ends before it starts, lacks its reason, or is to somebody unknown.

    `names`: fields of start, end, reason and detail.
    """
    start, end = call.time(names[0]), call.time(names[1])
    if start is None or end is None or end <= start:
        raise Refuse(OUT_OF_RANGE, f"{names[1]} is not behind {names[0]}")
    if whole(call, names[2]) == OTHER and not call.text(names[3]):
        raise Refuse(MISSING, f"{names[3]} is required for reason {OTHER}")
    receptionist = call.text("receptionistId")
    if receptionist and receptionist not in platform.state.persons:
        raise Refuse(NO_SUCH, "no such receptionist")


def given_visitor(call: Call) -> Mapping[str, Any]:
    """Return the one visitor of a request, wrapped as in the samples or not. Refuses a document without its type."""
    item = call.body["visitorInfoList"][0]
    info: Mapping[str, Any] = item.get("VisitorInfo", item)
    if info.get("certificateNo") and info.get("certificateType") is None:
        raise Refuse(MISSING, "certificateType is required with certificateNo")
    return info


def write_visitor(platform: HikCentralSimulator, visitor: Visitor, info: Mapping[str, Any]) -> None:
    """Write what a request says about a visitor."""
    visitor.given_name, visitor.family_name = info["visitorGivenName"], info["visitorFamilyName"]
    visitor.gender = info["gender"]
    for name, attribute in (
        ("email", "email"), ("phoneNo", "phone"), ("plateNo", "plate"), ("companyName", "company"),
        ("certificateType", "certificate_type"), ("certificateNo", "certificate"), ("remark", "remark"),
        ("customField", "fields"),
    ):  # fmt: skip
        if info.get(name) is not None:
            setattr(visitor, attribute, info[name])
    if "cards" in info:
        visitor.cards = [card["cardNo"] for card in info["cards"]]
    if info.get("faces"):
        visitor.picture = platform.pictures.add("path", visitor.name)
    if info.get("identiPhoto"):
        visitor.document = platform.pictures.add("path", f"Document of {visitor.name}")


def asked_levels(platform: HikCentralSimulator, call: Call) -> list[str]:
    """Return the access levels of a request: the table has a list of them, the sample an object around it."""
    info = call.body.get("accessInfo")
    if info is None:
        return []
    rows = info.get("accessLevelList") if isinstance(info, dict) else info
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refuse(BAD_FORMAT, "accessInfo is no list of access levels")
    found = []
    for row in rows:
        level = row.get("accessLevel", row)
        level_id = str(level.get("id", "")) if isinstance(level, dict) else ""
        known = platform.state.access_levels.get(level_id)
        if known is None or known.type != VISITORS:
            raise Refuse(NO_SUCH, "no such access level")
        found.append(level_id)
    return found


def set_levels(platform: HikCentralSimulator, visitor: str, levels: list[str]) -> None:
    """Give a visitor these levels and no other; devices learn it when it is applied."""
    for level in platform.state.access_levels.values():
        if level.type != VISITORS or (visitor in level.members) == (level.id in levels):
            continue
        if level.id in levels:
            level.members.add(visitor)
        else:
            level.members.discard(visitor)
        platform.state.pending.add((VISITORS, visitor))


def visitor_row(visitor: Visitor) -> dict[str, Any]:
    """Return a VisitorInfo."""
    row: dict[str, Any] = {
        "visitorId": visitor.id,
        "visitorFamilyName": visitor.family_name,
        "visitorGivenName": visitor.given_name,
        "visitorName": visitor.name,
        "gender": visitor.gender,
        "email": visitor.email,
        "phoneNo": visitor.phone,
        "plateNo": visitor.plate,
        "companyName": visitor.company,
        "certificateNo": visitor.certificate,
        "remark": visitor.remark,
        "faces": [{"faceData": visitor.picture}] if visitor.picture else [],
        "identiPhoto": [visitor.document] if visitor.document else [],
        "cards": [{"cardNo": card} for card in visitor.cards],
        "VisitorPhoto": [
            {
                "haveVisitorPhoto": "1" if visitor.picture else "0",
                "haveIdentiPhoto": "1" if visitor.document else "0",
            }
        ],
        "customField": visitor.fields,
    }
    if visitor.certificate_type is not None:
        row["certificateType"] = visitor.certificate_type
    return row


def visitor_sample(row: dict[str, Any]) -> dict[str, Any]:
    """Return a VisitorInfo as the sample prints it: the photo is an object of numbers."""
    photo = {name: int(value) for name, value in row["VisitorPhoto"][0].items()}
    kept = {name: value for name, value in row.items() if name not in ("VisitorPhoto", "faces", "identiPhoto", "cards")}
    return {**kept, "visitorPhoto": photo}


def appointment_row(platform: HikCentralSimulator, visit: Appointment) -> dict[str, Any]:
    """Return a VisitorappointInfo."""
    state = platform.state
    host = state.persons.get(visit.receptionist)
    org = state.orgs.get(host.org) if host else None
    return {
        "receptionistId": visit.receptionist,
        "receptionistName": host.name if host else "",
        "receptionistFullPath": org.name if org else "",
        "appointStartTime": stamp(visit.start),
        "appointEndTime": stamp(visit.end),
        "visitReasonType": visit.reason,
        "visitReasonDetail": visit.detail,
        "appointStatus": str(visit.status_at(platform.now())),
        "appointID": visit.id,
        "appointCode": visit.code,
        "visitorInfo": [visitor_row(state.visitors[visit.visitor])],
    }


def appointment_sample(data: Any) -> Any:
    """The sample has no receptionist, a number as status, the reason in words and one visitor instead of a list."""
    rows = []
    for row in data["list"]:
        small = {name: value for name, value in row.items() if not name.startswith("receptionist")}
        small["visitorReasonName"] = REASONS[row["visitReasonType"]]
        small["appointStatus"] = int(row["appointStatus"])
        small["visitorInfo"] = visitor_sample(row["visitorInfo"][0])
        rows.append(small)
    return {**data, "list": rows}
