"""Persons, vehicles and access levels against a simulated platform."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ConnectionFailedError,
    InvalidArgumentError,
    RejectedError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.hikcentral.lookups import (
    ADD_VEHICLE,
    APPLY,
    ASSIGN,
    GROUPS,
    LEVELS,
    PERSON_BY_ID,
    PERSONS,
    REMOVE_VEHICLE,
    UNASSIGN,
    VEHICLES,
)
from custom_components.hikvision_ivm.systems.hikcentral.names import KEEP_SECONDS, MOST, UNKNOWN_SECONDS, Cache
from custom_components.hikvision_ivm.systems.hikcentral.permissions import RESULTS
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, ButtonFeature

from .domain_bench import START, Bench, bench, records

pytestmark = pytest.mark.usefixtures("socket_enabled")

PROFILES = pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
WRITES = (ADD_VEHICLE, REMOVE_VEHICLE, ASSIGN, UNASSIGN, APPLY)


def written(made: Bench) -> int:
    """Count the requests that change something."""
    return sum(made.platform.count(path) for path in WRITES)


# persons


@PROFILES
async def test_persons_are_found(profile: Any) -> None:
    """By part of the name, by code, by id."""
    async with bench(profile) as made:
        for arguments in ({"name": "lovelace"}, {"code": "E0001"}, {"id": "1"}):
            (found,) = records(await made.act("find_person", **arguments), "persons")
            assert (found["id"], found["code"], found["name"], found["gender"]) == (
                "1",
                "E0001",
                "Ada Lovelace",
                "female",
            ), arguments
            assert found["cards"] == ["1234567890"]
            assert found["valid_from"] == START.replace(month=1, day=1, hour=0).isoformat()
        for arguments in ({"name": "nobody"}, {"code": "E9999"}, {"id": "99"}):
            assert await made.act("find_person", **arguments) == {"persons": []}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "name"),
        ({"name": "Ada", "id": "1"}, "name"),
        ({"code": "E1", "id": "1"}, "code"),
        ({"name": "x" * 33}, "name"),
        ({"name": "A/B"}, "name"),
        ({"id": "x" * 65}, "id"),
    ],
)
async def test_one_condition_is_needed(arguments: dict[str, str], field: str) -> None:
    """Exactly one."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act("find_person", **arguments)
        assert raised.value.placeholders["field"] == field
        assert made.platform.count() == 0


# vehicles


@PROFILES
async def test_vehicles_are_found_in_every_group(profile: Any) -> None:
    """The platform takes one condition and one group at a time."""
    async with bench(profile) as made:
        vehicle = made.platform.state.vehicles["2"]
        (found,) = records(await made.act("find_vehicle", plate=vehicle.plate[2:]), "vehicles")
        assert (found["id"], found["plate"], found["group"]) == ("2", vehicle.plate, vehicle.group)
        assert found["owner"] == vehicle.owner
        assert [body["vehicleGroupIndexCode"] for body in made.bodies(VEHICLES)] == ["1", "2"]
        assert all(len({"plateNo", "personName", "phoneNo"} & body.keys()) == 1 for body in made.bodies(VEHICLES))
        made.platform.requests.clear()
        assert records(await made.act("find_vehicle", phone=vehicle.phone, group="Blocklist"), "vehicles") == [found]
        assert [body["vehicleGroupIndexCode"] for body in made.bodies(VEHICLES)] == ["2"]


@PROFILES
async def test_a_vehicle_is_added_and_removed(profile: Any) -> None:
    """Into a group of a name, for a person of a name."""
    async with bench(profile) as made:
        answer = await made.act(
            "add_vehicle", plate="B NEW 1", group="staff", person="Grace Hopper", phone="0301234", color=14
        )
        vehicle = made.platform.state.vehicles[answer["vehicle_id"]]
        assert (vehicle.plate, vehicle.group, vehicle.person, vehicle.phone, vehicle.color) == (
            "B NEW 1",
            "1",
            "3",
            "0301234",
            14,
        )
        (body,) = made.bodies(ADD_VEHICLE)
        assert body["vehicleGroupIndexCode"] == body["vehicleGroupIndexcode"] == "1"
        assert await made.act("remove_vehicle", vehicle_id=vehicle.id) == {}
        assert vehicle.id not in made.platform.state.vehicles


@pytest.mark.parametrize(
    ("action", "arguments", "field"),
    [
        ("find_vehicle", {}, "plate"),
        ("find_vehicle", {"plate": "B", "owner": "A"}, "plate"),
        ("find_vehicle", {"plate": "B", "group": "nowhere"}, "group"),
        ("add_vehicle", {"group": "1"}, "plate"),
        ("add_vehicle", {"plate": "B", "group": ""}, "group"),
        ("add_vehicle", {"plate": "B/1", "group": "1"}, "plate"),
        ("add_vehicle", {"plate": "B" * 33, "group": "1"}, "plate"),
        ("add_vehicle", {"plate": "B", "group": "1", "color": 15}, "color"),
        ("add_vehicle", {"plate": "B", "group": "1", "color": 1.5}, "color"),
        ("add_vehicle", {"plate": "B", "group": "1", "given_name": "A|B"}, "given_name"),
        ("add_vehicle", {"plate": "B", "group": "1", "person": "nobody"}, "person"),
        ("add_vehicle", {"plate": "B", "group": "nowhere"}, "group"),
        ("remove_vehicle", {}, "vehicle_id"),
        ("assign_access_level", {"people": ["1"]}, "access_level"),
        ("assign_access_level", {"access_level": "1"}, "people"),
        ("assign_access_level", {"access_level": "1", "people": ["1"], "type": "guest"}, "type"),
        ("assign_access_level", {"access_level": "nowhere", "people": ["1"]}, "access_level"),
        ("assign_access_level", {"access_level": "1", "people": ["99"]}, "people"),
        ("remove_access_level", {"access_level": "1", "people": [""]}, "people"),
        ("find_access_levels", {"type": "guest"}, "type"),
    ],
)
async def test_nothing_is_written_with_wrong_arguments(action: str, arguments: dict[str, Any], field: str) -> None:
    """They are named."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act(action, **arguments)
        assert raised.value.placeholders["field"] == field
        assert written(made) == 0


async def test_a_plate_that_exists_is_refused() -> None:
    """With the platform's own words."""
    async with bench() as made:
        with pytest.raises(RejectedError, match="exists already"):
            await made.act("add_vehicle", plate=made.platform.state.vehicles["1"].plate, group="1")


@pytest.mark.parametrize(
    ("action", "arguments", "path"),
    [
        ("add_vehicle", {"plate": "B NEW 1", "group": "1"}, ADD_VEHICLE),
        ("remove_vehicle", {"vehicle_id": "1"}, REMOVE_VEHICLE),
        ("assign_access_level", {"access_level": "2", "people": ["1"]}, ASSIGN),
        ("apply_permissions", {}, APPLY),
    ],
)
async def test_a_write_without_answer_is_not_repeated(action: str, arguments: dict[str, Any], path: str) -> None:
    """It may have been carried out."""
    async with bench() as made:
        made.platform.fault(path, drop="after", times=1)
        with pytest.raises(ConnectionFailedError):
            await made.act(action, **arguments)
        assert made.platform.count(path) == 1


# access levels


@PROFILES
async def test_access_levels_are_listed(profile: Any) -> None:
    """Those of persons, and those of visitors."""
    async with bench(profile) as made:
        found = records(await made.act("find_access_levels"), "access_levels")
        assert [(one["id"], one["name"]) for one in found] == [("1", "All doors"), ("2", "Laboratory")]
        assert found[0]["schedule"] == "All-Day Template"
        found = records(await made.act("find_access_levels", type="visitor"), "access_levels")
        assert [(one["id"], one["name"]) for one in found] == [("3", "Visitors: lobby")]


@PROFILES
async def test_levels_are_given_and_taken(profile: Any) -> None:
    """By ids or names; devices learn it when permissions are applied."""
    async with bench(profile) as made:
        level = made.platform.state.access_levels["2"]
        answer = await made.act("assign_access_level", access_level="laboratory", people=["1", "Alan Turing"])
        assert answer == {"access_level": "2", "people": ["1", "2"]}
        assert level.members == {"1", "2"}
        assert made.platform.count(ASSIGN) == 1
        await made.act("remove_access_level", access_level="2", people=["1"])
        assert level.members == {"2"}
        assert made.platform.state.pending
        await made.act("apply_permissions")
        assert not made.platform.state.pending


async def test_levels_of_visitors_take_ids_only() -> None:
    """Their names are in no list of persons."""
    async with bench() as made:
        visit = made.platform.expect_visitor()
        await made.act("assign_access_level", access_level="3", type="visitor", people=[visit.visitor])
        assert made.platform.state.access_levels["3"].members == {visit.visitor}
        assert made.platform.count(PERSONS) == made.platform.count(PERSON_BY_ID) == 0
        assert made.bodies(LEVELS)[0]["type"] == made.bodies(ASSIGN)[0]["type"] == 2


async def test_two_persons_of_one_name_need_an_id() -> None:
    """Nobody guesses who gets a key."""
    async with bench() as made:
        for person in made.platform.state.persons.values():
            person.given_name, person.family_name = "Ada", "Lovelace"
        with pytest.raises(InvalidArgumentError, match="3 persons"):
            await made.act("assign_access_level", access_level="2", people=["Ada Lovelace"])
        assert written(made) == 0


async def test_ids_work_where_names_are_not_to_be_had() -> None:
    """A partner without the right to see persons may still give keys."""
    async with bench() as made:
        made.platform.deny(PERSONS)
        made.platform.deny(PERSON_BY_ID)
        made.platform.state.persons["a1b2"] = made.platform.state.persons["1"]
        await made.act("assign_access_level", access_level="2", people=["a1b2", "2"])
        assert made.platform.state.access_levels["2"].members == {"a1b2", "2"}


# what devices were not told yet


@PROFILES
async def test_pending_and_failed_permissions(profile: Any) -> None:
    """Of persons and visitors together, every five minutes; the button applies and lets them be read anew."""
    async with bench(profile) as made:
        made.want(Kind.PERMISSIONS_PENDING, Kind.PERMISSIONS_FAILED)
        visit = made.platform.expect_visitor()
        await made.act("assign_access_level", access_level="2", people=["1", "2"])
        await made.act("assign_access_level", access_level="3", type="visitor", people=[visit.visitor])
        made.platform.fail_application("3")
        await made.poll()
        assert (made.value("", Kind.PERMISSIONS_PENDING), made.value("", Kind.PERMISSIONS_FAILED)) == (3, 1)
        assert [body["type"] for body in made.bodies(RESULTS)] == [0, 1]
        await made.poll(30)
        assert made.platform.count(RESULTS) == 2
        button = made.feature("", Kind.APPLY_PERMISSIONS)
        assert isinstance(button, ButtonFeature)
        await made.domains.permissions.press(button)
        await made.poll(30)
        assert made.value("", Kind.PERMISSIONS_PENDING) == 0


async def test_figures_that_are_not_told_are_unknown() -> None:
    """A platform that tells one type only tells that."""
    async with bench() as made:
        made.want(Kind.PERMISSIONS_PENDING, Kind.PERMISSIONS_FAILED)
        made.platform.fault(RESULTS, code="2", times=1)
        made.platform.fault(RESULTS, data={"statisticResult": {"unApplicationCount": 4}}, times=1)
        await made.poll()
        assert (made.value("", Kind.PERMISSIONS_PENDING), made.value("", Kind.PERMISSIONS_FAILED)) == (4, UNKNOWN)
        made.platform.deny(RESULTS)
        await made.poll(300)
        assert made.value("", Kind.PERMISSIONS_PENDING) is UNKNOWN


# names for events


@pytest.mark.parametrize(
    ("personal", "person", "owner"),
    [
        ([], None, None),
        (["plates"], None, None),
        (["persons"], "Ada Lovelace", None),
        (["persons", "plates"], "Ada Lovelace", "Ada Lovelace"),
    ],
)
async def test_names_need_consent(personal: list[str], person: str | None, owner: str | None) -> None:
    """Without it nothing is asked; the owner of a plate needs both."""
    async with bench(options={"personal": personal}) as made:
        assert await made.domains.names.person("1") == person
        assert await made.domains.names.owner("B AB 1234") == owner
        assert (made.platform.count(PERSON_BY_ID) > 0, made.platform.count(VEHICLES) > 0) == (bool(person), bool(owner))


async def test_names_are_looked_up_once() -> None:
    """However many events tell of somebody, also at the same time."""
    async with bench(options={"personal": ["persons", "plates"]}) as made:
        names = made.domains.names
        assert await asyncio.gather(*(names.person("1") for _ in range(5))) == ["Ada Lovelace"] * 5
        assert await asyncio.gather(*(names.owner("b ab 1234") for _ in range(5))) == ["Ada Lovelace"] * 5
        assert (await names.person("99"), await names.owner("X 1"), await names.person(None)) == (None, None, None)
        assert await names.owner("B AB 123") is None  # a search finds parts, an owner has the whole plate
        assert made.platform.count(PERSON_BY_ID) == 2
        assert made.platform.count(GROUPS) == 1
        assert made.platform.count(VEHICLES) == 6
        made.clock.passed += UNKNOWN_SECONDS + 1
        await names.person("99")
        await names.person("1")
        assert made.platform.count(PERSON_BY_ID) == 3
        made.clock.passed += KEEP_SECONDS
        await names.person("1")
        assert made.platform.count(PERSON_BY_ID) == 4


async def test_what_is_refused_is_not_asked_for_every_event() -> None:
    """The path stays refused, and events go on without names."""
    async with bench(options={"personal": ["persons", "plates"]}) as made:
        made.platform.deny(VEHICLES)
        made.platform.deny(PERSON_BY_ID)
        for plate in ("A 1", "A 2", "A 3"):
            assert await made.domains.names.owner(plate) is None
            assert await made.domains.names.person(plate) is None
        assert (made.platform.count(VEHICLES), made.platform.count(PERSON_BY_ID)) == (1, 1)


async def test_a_cache_is_bounded() -> None:
    """The oldest gives way; a failure keeps what was known."""
    now = 0.0
    fails = False

    async def look(key: str) -> str | None:
        if fails:
            raise SystemFailure("no")
        return key.upper()

    cache = Cache(look, lambda: now)
    for number in range(MOST + 1):
        await cache.get(f"k{number}")
    assert (cache.known("k0"), cache.known("k1"), cache.known(f"k{MOST}")) == (None, "K1", f"K{MOST}")
    now, fails = KEEP_SECONDS + 1, True
    assert await cache.get("k1") == "K1"
    assert await cache.get("k0") is None
    await cache.close()
