"""Persons, vehicles and access levels: found, and changed where an automation needs it (hikcentral §3.11, 3.13, 3.17)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from .. import arguments as given
from ..base import Sink
from ..errors import InsufficientRightsError, InvalidArgumentError, NotFoundError, RejectedError, UnsupportedError
from ..model import Feature
from ..times import parse_time
from ..transport.json import Fields, fields
from .words import COLOURS, GENDERS, LEVEL_TYPES, named, told

if TYPE_CHECKING:
    from .client import HikCentralClient
    from .context import Context

PERSONS: Final = "resource/v1/person/advance/personList"
PERSON_BY_ID: Final = "resource/v1/person/personId/personInfo"
PERSON_BY_CODE: Final = "resource/v1/person/personCode/personInfo"
GROUPS: Final = "resource/v1/vehicleGroup/vehicleGroupList"
VEHICLES: Final = "resource/v1/vehicle/advance/vehicleList"
ADD_VEHICLE: Final = "resource/v1/vehicle/single/add"
REMOVE_VEHICLE: Final = "resource/v1/vehicle/single/delete"
LEVELS: Final = "acs/v1/privilege/group"
ASSIGN: Final = "acs/v1/privilege/group/single/addPersons"
UNASSIGN: Final = "acs/v1/privilege/group/single/deletePersons"
APPLY: Final = "visitor/v1/auth/reapplication"

FORBIDDEN: Final = "'/\\:*?\"<>|"
"""What names and plates may not contain (hikcentral §1.3, §3.13)."""
_LONGEST_ID: Final = 64
_LONGEST_NAME: Final = 32
"""Characters of a person's name in a search."""


# persons


def person_result(row: Fields, context: Context) -> dict[str, object]:
    """Return a PersonInfo as JSON."""
    zone = context.runtime.zone
    begin, end = parse_time(row.text("beginTime"), zone), parse_time(row.text("endTime"), zone)
    custom = row.children("customFieldList", "CustomField")
    return told(
        id=row.text("personId"),
        code=row.text("personCode"),
        name=name_of(row),
        given_name=row.text("personGivenName"),
        family_name=row.text("personFamilyName"),
        gender=named(GENDERS, row.integer("gender")),
        organisation=row.text("orgIndexCode"),
        phone=row.text("phoneNo"),
        email=row.text("email"),
        remark=row.text("remark"),
        picture=row.child("personPhoto").text("picUri"),
        cards=[card for one in row.children("cards") if (card := one.text("cardNo")) is not None],
        valid_from=None if begin is None else begin.isoformat(),
        valid_until=None if end is None else end.isoformat(),
        fields={
            name: value
            for one in custom
            if (name := one.text("customFiledName", "customFieldName")) is not None
            and (value := one.text("customFieldValue")) is not None
        },
    )


def name_of(row: Fields, prefix: str = "person") -> str | None:
    """Return the name of a person or visitor."""
    parts = (row.text(f"{prefix}GivenName"), row.text(f"{prefix}FamilyName"))
    return row.text(f"{prefix}Name") or " ".join(part for part in parts if part) or None


async def find_person(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Find persons by `name` (part of it), `code` or `id`; one of them."""
    name, value = _only_one(arguments, {"name": _LONGEST_NAME, "code": 16, "id": _LONGEST_ID}, {"name": FORBIDDEN})
    rows: list[Fields]
    if name == "name":
        rows = await context.client.pages(PERSONS, {"personName": value})
    else:
        path, key = (PERSON_BY_CODE, "personCode") if name == "code" else (PERSON_BY_ID, "personId")
        rows = await _perhaps(context.client, path, {key: value})
    return {"persons": [person_result(row, context) for row in rows if "personId" in row]}


async def _perhaps(client: HikCentralClient, path: str, body: Mapping[str, Any]) -> list[Fields]:
    """Read one object; an empty list if it does not exist."""
    try:
        row = fields(await client.call(path, body))
    except NotFoundError:
        return []
    return [row] if row else []


def _only_one(
    arguments: Mapping[str, Any], limits: Mapping[str, int], forbidden: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Return the name and the value of the only condition that was given. Raises `InvalidArgumentError`."""
    found = {
        name: value
        for name, longest in limits.items()
        if (value := given.text(arguments, name, longest, required=False, forbidden=(forbidden or {}).get(name, "")))
    }
    if len(found) != 1:
        first, *others = found or limits
        reason = (
            f"cannot be combined with {', '.join(others)}" if found else f"is missing; {' or '.join(others)} will do"
        )
        raise InvalidArgumentError(field=first, reason=reason)
    return next(iter(found.items()))


async def person_id(context: Context, text: str, field: str) -> str:
    """Return the id of the person of an id, or of a full name. Raises `InvalidArgumentError` unless there is one."""
    client = context.client
    if len(text) <= _LONGEST_NAME and not set(FORBIDDEN) & set(text) and not text.isdecimal():
        try:
            rows = await client.pages(PERSONS, {"personName": text})
        except UnsupportedError, InsufficientRightsError:
            return text  # names are not to be had, so it is taken for an id
        same = [row for row in rows if (name_of(row) or "").casefold() == text.casefold()]
        ids = [found for row in same if (found := row.text("personId")) is not None]
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise InvalidArgumentError(field=field, reason=f"{len(ids)} persons are named {text}; give the id")
    try:
        known = await _perhaps(client, PERSON_BY_ID, {"personId": text})
    except UnsupportedError, InsufficientRightsError, RejectedError:
        return text
    if not known:
        raise InvalidArgumentError(field=field, reason="no person has this name or id")
    return text


# vehicles


def vehicle_result(row: Fields) -> dict[str, object]:
    """Return a VehicleInfo as JSON."""
    return told(
        id=row.text("vehicleId"),
        plate=row.text("plateNo"),
        owner=name_of(row),
        given_name=row.text("personGivenName"),
        family_name=row.text("personFamilyName"),
        phone=row.text("phoneNo"),
        color=named(COLOURS, row.integer("vehicleColor")),
        group=row.text("vehicleGroupIndexCode"),
    )


async def vehicle_groups(client: HikCentralClient) -> dict[str, str]:
    """Return the groups of vehicles: id → name. Raises `SystemFailure`."""
    rows = await client.pages(GROUPS)
    ids = {id_: row for row in rows if (id_ := row.text("vehicleGroupIndexCode")) is not None}
    return {id_: row.text("vehicleGroupName") or id_ for id_, row in ids.items()}


async def _group_id(client: HikCentralClient, text: str) -> str:
    """Return the id of the group of an id or a name. Raises `InvalidArgumentError` unless there is one."""
    return chosen("group", text, await vehicle_groups(client))


def chosen(field: str, text: str, known: Mapping[str, str]) -> str:
    """Return the id of an id or a name. Raises `InvalidArgumentError` unless there is one."""
    if text in known:
        return text
    found = [id_ for id_, name in known.items() if name.casefold() == text.casefold()]
    if len(found) != 1:
        reason = "is the name of several; give the id" if found else "is not known"
        raise InvalidArgumentError(field=field, reason=f"{text} {reason}")
    return found[0]


async def search_vehicles(client: HikCentralClient, condition: str, value: str, groups: Iterable[str]) -> list[Fields]:
    """Search groups for vehicles; the platform takes one condition only, and one group at a time."""
    found: dict[str, Fields] = {}
    for group in groups:
        for row in await client.pages(VEHICLES, {"vehicleGroupIndexCode": group, condition: value}):
            if (id_ := row.text("vehicleId")) is not None:
                found.setdefault(id_, row)
    return list(found.values())


async def find_vehicle(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Find vehicles by `plate`, `owner` or `phone` (one of them, part of it) in one `group` or in all."""
    name, value = _only_one(arguments, {"plate": 64, "owner": 64, "phone": 64})
    group = given.text(arguments, "group", _LONGEST_ID, required=False)
    client = context.client
    groups = [await _group_id(client, group)] if group else list(await vehicle_groups(client))
    condition = {"plate": "plateNo", "owner": "personName", "phone": "phoneNo"}[name]
    return {"vehicles": [vehicle_result(row) for row in await search_vehicles(client, condition, value, groups)]}


async def add_vehicle(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Add a vehicle to a group; `person` is the id or name of a person the platform knows."""
    plate = given.text(arguments, "plate", 32, forbidden=FORBIDDEN)
    group = given.text(arguments, "group", _LONGEST_ID)
    person = given.text(arguments, "person", 128, required=False)
    texts = {
        key: given.text(arguments, name, longest, required=False, forbidden=FORBIDDEN)
        for name, key, longest in (
            ("given_name", "personGivenName", 256),
            ("family_name", "personFamilyName", 256),
            ("phone", "phoneNo", 32),
        )
    }
    color = given.whole(arguments, "color", 0, max(COLOURS))
    group = await _group_id(context.client, group)
    body: dict[str, Any] = {
        "plateNo": plate,
        # Tables and samples spell it differently (T27).
        "vehicleGroupIndexCode": group,
        "vehicleGroupIndexcode": group,
        **{key: value for key, value in texts.items() if value},
    }
    if person:
        body["personId"] = await person_id(context, person, "person")
    if color is not None:
        body["vehicleColor"] = color
    answer = fields(await context.client.call(ADD_VEHICLE, body, writes=True))
    return told(vehicle_id=answer.text("vehicleId"))


async def remove_vehicle(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Delete a vehicle by `vehicle_id`."""
    vehicle = given.text(arguments, "vehicle_id", 65)
    await context.client.call(REMOVE_VEHICLE, {"vehicleId": vehicle}, writes=True)
    return {}


# access levels


async def access_levels(client: HikCentralClient, kind: str) -> dict[str, Fields]:
    """Return the access levels of a type (`access`, `visitor`): id → PrivilegeGroupInfo. Raises `SystemFailure`."""
    rows = await client.pages(LEVELS, {"type": LEVEL_TYPES[kind]})
    return {id_: row for row in rows if (id_ := row.text("privilegeGroupId")) is not None}


async def chosen_levels(client: HikCentralClient, field: str, texts: Iterable[str], kind: str) -> dict[str, str]:
    """Return the access levels of ids or names: id → name. Asks the platform only if there are any."""
    if not (asked := list(texts)):
        return {}
    names = {id_: row.text("privilegeGroupName") or id_ for id_, row in (await access_levels(client, kind)).items()}
    return {id_: names[id_] for id_ in (chosen(field, one, names) for one in asked)}


async def find_access_levels(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """List the access levels of a `type`: `access` or `visitor`."""
    kind = given.word(arguments, "type", LEVEL_TYPES, default="access")
    found = await access_levels(context.client, kind)
    return {
        "access_levels": [
            told(
                id=id_,
                name=row.text("privilegeGroupName") or id_,
                description=row.text("description"),
                schedule=row.child("timeSchedule").text("name"),
            )
            for id_, row in found.items()
        ]
    }


def members_body(level: str, kind: str, people: Iterable[str]) -> dict[str, Any]:
    """Make the body by which people get or lose an access level."""
    return {"privilegeGroupId": level, "type": LEVEL_TYPES[kind], "list": [{"id": one} for one in people]}


def _changing(path: str) -> Callable[..., Awaitable[Mapping[str, Any]]]:
    """Make an action that gives or takes an access level."""

    async def change(
        context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
    ) -> Mapping[str, Any]:
        """Change who has an `access_level` (id or name) of a `type`. `people`: ids; names of persons will do, too.

        Devices learn it when permissions are applied.
        """
        level = given.text(arguments, "access_level", _LONGEST_ID)
        kind = given.word(arguments, "type", LEVEL_TYPES, default="access")
        people = given.texts(arguments, "people")
        if not people:
            raise InvalidArgumentError(field="people", reason="is missing")
        (chosen,) = await chosen_levels(context.client, "access_level", [level], kind)
        if kind == "access":
            people = tuple([await person_id(context, one, "people") for one in people])
        await context.client.call(path, members_body(chosen, kind, people), writes=True)
        return {"access_level": chosen, "people": list(people)}

    return change


async def apply(client: HikCentralClient) -> None:
    """Write changed rights to the devices. Raises `SystemFailure`."""
    await client.call(APPLY, writes=True)


async def apply_permissions(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Write changed rights to the devices."""
    await apply(context.client)
    return {}


type Action = Callable[[Context, Sequence[Feature], Mapping[str, Any], Sink], Awaitable[Mapping[str, Any]]]

ACTIONS: Final[Mapping[str, Action]] = {
    "find_person": find_person,
    "find_vehicle": find_vehicle,
    "add_vehicle": add_vehicle,
    "remove_vehicle": remove_vehicle,
    "find_access_levels": find_access_levels,
    "assign_access_level": _changing(ASSIGN),
    "remove_access_level": _changing(UNASSIGN),
    "apply_permissions": apply_permissions,
}
