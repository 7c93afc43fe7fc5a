"""Persons and their organisations (hikcentral §3.17)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, number, text, time
from simulators.hikcentral.shaping import renamed
from simulators.hikcentral.times import stamp

from .checks import EXISTS, NO_SUCH, contains, objects, plain, whole

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

ROOT = "1"
FIELDS: tuple[dict[str, Any], ...] = ({"id": "12", "customFiledName": "Home Address", "customFieldType": 0},)
"""Custom fields; the first name is spelled as table and samples have it."""
OF_LEVEL = 1
"""Type of the access levels that persons have."""


@dataclass(slots=True)
class Org:
    """An organisation; the root's parent is "0"."""

    id: str
    name: str
    parent: str = ROOT


@dataclass(slots=True)
class Person:
    """Somebody the platform knows. `picture`: address of the photo, empty for none."""

    id: str
    code: str
    given_name: str
    family_name: str
    begin: datetime
    end: datetime
    org: str = ROOT
    gender: int = 0
    phone: str = ""
    email: str = ""
    remark: str = ""
    cards: list[str] = field(default_factory=list)
    picture: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Full name as the platform shows it."""
        return f"{self.given_name} {self.family_name}".strip()


def person_row(person: Person) -> dict[str, Any]:
    """Return a PersonInfo."""
    return {
        "personId": person.id,
        "personCode": person.code,
        "orgIndexCode": person.org,
        "personName": person.name,
        "personFamilyName": person.family_name,
        "personGivenName": person.given_name,
        "gender": person.gender,
        "phoneNo": person.phone,
        "personPhoto": {"picUri": person.picture},
        "email": person.email,
        "remark": person.remark,
        "beginTime": stamp(person.begin),
        "endTime": stamp(person.end),
        "cards": [{"cardNo": card} for card in person.cards],
        "customFieldList": [{**row, "customFieldValue": person.fields.get(row["id"], "")} for row in FIELDS],
    }


def _org_row(org: Org) -> dict[str, Any]:
    return {"orgIndexCode": org.id, "orgName": org.name, "parentOrgIndexCode": org.parent}


@endpoint("resource/v1/org/orgList", *PAGE, since=(1, 5, 1))
def org_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All organisations."""
    return paged(platform, call, list(platform.state.orgs.values()), _org_row)


@endpoint("resource/v1/org/rootOrg", since=(1, 5, 1))
def root_org(platform: HikCentralSimulator, call: Call) -> Any:
    """The root."""
    return _org_row(platform.state.orgs[ROOT])


@endpoint("resource/v1/person/personList", *PAGE)
def person_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All persons."""
    return paged(platform, call, list(platform.state.persons.values()), person_row)


@endpoint("resource/v1/person/advance/personList", *PAGE, plain("personName", longest=32))
def search(platform: HikCentralSimulator, call: Call) -> Any:
    """Persons whose name contains a text."""
    name = call.text("personName")
    found = [person for person in platform.state.persons.values() if contains(name, person.name)]
    return paged(platform, call, found, person_row)


def _person(platform: HikCentralSimulator, person_id: str) -> Person:
    try:
        return platform.state.persons[person_id]
    except KeyError:
        raise Refuse(NO_SUCH) from None


@endpoint("resource/v1/person/personId/personInfo", text("personId", required=True, longest=64))
def by_id(platform: HikCentralSimulator, call: Call) -> Any:
    """One person."""
    return person_row(_person(platform, call.text("personId")))


@endpoint(
    "resource/v1/person/personCode/personInfo",
    text("personCode", required=True, longest=64),
    sample=renamed(customFieldList="CustomField"),
    since=(2, 0, 0),
)
def by_code(platform: HikCentralSimulator, call: Call) -> Any:
    """One person by the number people know."""
    code = call.text("personCode")
    person = next((person for person in platform.state.persons.values() if person.code == code), None)
    if person is None:
        raise Refuse(NO_SUCH)
    return person_row(person)


OF_PERSON = (
    plain("personCode", longest=16),
    text("personGivenName", required=True, longest=256),
    text("personFamilyName", required=True, longest=256),
    text("phoneNo", longest=64),
    text("email", longest=64),
    text("remark", longest=128),
    objects("cards", text("cardNo", required=True, longest=20)),
    time("beginTime"),
    time("endTime"),
)


def _take(platform: HikCentralSimulator, call: Call, person: Person) -> Person:
    """Write the fields of a request into a person. Raises Refuse for an unknown organisation and a code in use."""
    state, body = platform.state, call.body
    org, code = call.text("orgIndexCode") or person.org, call.text("personCode") or person.code
    if org not in state.orgs:
        raise Refuse(NO_SUCH, "no such organisation")
    if code and any(other.code == code and other.id != person.id for other in state.persons.values()):
        raise Refuse(EXISTS)
    person.org, person.code = org, code
    person.given_name, person.family_name = call.text("personGivenName"), call.text("personFamilyName")
    person.gender = whole(call, "gender", person.gender)
    person.phone, person.email = body.get("phoneNo", person.phone), body.get("email", person.email)
    person.remark = body.get("remark", person.remark)
    if "cards" in body:
        person.cards = [card["cardNo"] for card in body["cards"]]
    person.begin, person.end = call.time("beginTime") or person.begin, call.time("endTime") or person.end
    return person


@endpoint(
    "resource/v1/person/single/add",
    *OF_PERSON,
    text("orgIndexCode", required=True, longest=64),
    text("gender", among=("0", "1", "2"), lenient=True),
    objects("faces", text("faceData", required=True)),
    objects("fingerPrint"),
    since=(1, 5, 1),
)
def add(platform: HikCentralSimulator, call: Call) -> Any:
    """Add a person and return the id as a bare text."""
    state, now = platform.state, platform.now()
    person = _take(platform, call, Person("", "", "", "", now, now.replace(year=now.year + 10, day=1)))
    person.id = state.next_id("person", *state.persons)
    person.code = person.code or str(2357358000 + int(person.id))
    if call.body.get("faces"):
        person.picture = platform.pictures.add("person", person.name)
    state.persons[person.id] = person
    return person.id


@endpoint(
    "resource/v1/person/single/update",
    text("personId", required=True, longest=16),
    *OF_PERSON,
    text("orgIndexCode", longest=64),
    number("gender", among=(0, 1, 2)),
    since=(1, 5, 1),
)
def update(platform: HikCentralSimulator, call: Call) -> Any:
    """Change a person; devices learn it when it is applied."""
    person = _take(platform, call, _person(platform, call.text("personId")))
    if any(person.id in level.members for level in platform.state.access_levels.values() if level.type == OF_LEVEL):
        platform.state.pending.add((OF_LEVEL, person.id))
    return ""


@endpoint("resource/v1/person/single/delete", text("personId", required=True, longest=64), since=(1, 5, 1))
def delete(platform: HikCentralSimulator, call: Call) -> Any:
    """Forget a person, with everything it may do."""
    person = _person(platform, call.text("personId"))
    del platform.state.persons[person.id]
    for level in platform.state.access_levels.values():
        if level.type == OF_LEVEL:
            level.members.discard(person.id)
    platform.state.pending.discard((OF_LEVEL, person.id))
    return ""
