"""Reading what exists, from a platform that does not always answer (hikcentral §1.6, 1.7, 3.1, 3.2)."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeviceFailureError,
    InsufficientRightsError,
    ProtocolError,
)
from custom_components.hikvision_ivm.systems.hikcentral.inventory import RETRY_SECONDS
from custom_components.hikvision_ivm.systems.hikcentral.records import Camera, Facts
from simulators.hikcentral import SitePlan
from simulators.hikcentral.options import Options
from simulators.hikcentral.shaping import PROFILES, Profile
from simulators.hikcentral.state import Camera as SimulatedCamera

from .inventory_bench import EVERYTHING, bench

CAMERAS = "resource/v1/cameras"
DOORS = "resource/v1/acsDoor/acsDoorList"
ALL_TYPES = "encodeDevice,acsDevice,mobileDevice"

pytestmark = pytest.mark.usefixtures("socket_enabled")


def sizes(facts: Facts) -> dict[str, int]:
    """Return how much there is of everything."""
    return {name: len(value) for name in Facts.__slots__ if isinstance(value := getattr(facts, name), Mapping)}


@pytest.mark.parametrize("profile", PROFILES)
async def test_everything_is_found(profile: Profile) -> None:
    """As documented, as printed, as bad as can be: the same things are read, twice, and nothing is left out."""
    async with bench(EVERYTHING, profile, options={"parking_spaces": True}) as made:
        first = await made.reader.read()
        second = await made.reader.read()
    assert first == second
    assert sizes(first) == {
        "sites": 2, "regions": 6, "encoders": 2, "controllers": 1, "mobile_devices": 1, "cameras": 8, "doors": 2,
        "inputs": 4, "outputs": 3, "vehicles": 1, "record_servers": 1, "pools": 2, "stream_servers": 1,
        "intelligent_servers": 1, "groups": 1, "lots": 1, "floors": 1, "spaces": 6, "rooms": 1, "beds": 2,
        "rules": 1, "missing": 0,
    }  # fmt: skip
    assert first.management is not None
    assert (first.product, first.version, first.local_site) == ("HikCentral Professional", "V2.2.2.0", "0")
    assert made.reader.failed == {} and made.reader.complete
    # The hostile platform has an empty object among the others.
    assert bool(made.reader.skipped) is (profile == "hostile")
    assert made.reader.retry_seconds is None
    assert [type_.name for type_ in first.floors["1"].types]


async def test_what_a_campus_costs() -> None:
    """3,000 cameras, 500 doors and 2,000 inputs and outputs take less than 60 requests, at most 4 at a time."""
    plan = SitePlan(cameras=3000, doors=500, inputs=1000, outputs=1000, encoders=200, controllers=125, sites=3)
    async with bench(plan) as made:
        facts = await made.reader.read()
        assert made.client.requests == len(made.platform.requests) < 60
    assert (len(facts.cameras), len(facts.doors), len(facts.inputs), len(facts.outputs)) == (3000, 500, 1000, 1000)


async def test_the_same_id_everywhere() -> None:
    """Ids count from 1 in every sort of things; each is found under its own."""
    async with bench(EVERYTHING) as made:
        facts = await made.reader.read()
    names = {
        facts.cameras["1"].name, facts.doors["1"].name, facts.encoders["1"].name, facts.controllers["1"].name,
        facts.mobile_devices["1"].name, facts.record_servers["1"].name, facts.inputs["1"].name, facts.lots["1"].name,
    }  # fmt: skip
    assert len(names) == 8
    assert facts.regions["0", "1"].site == "0" and facts.regions["1", "1"].site == "1"


# which devices


async def test_all_types_of_devices_are_named() -> None:
    """Without `deviceType` cameras of door stations and vehicles would be missing (T2)."""
    async with bench(EVERYTHING) as made:
        await made.reader.read()
        for path in (CAMERAS, "resource/v1/alarmInputs", "resource/v1/alarmOutputs"):
            assert {body["deviceType"] for body in made.asked_for(path)} == {ALL_TYPES}


@pytest.mark.parametrize(
    ("takes", "expected", "ways"),
    [
        ("single", 8, ["encodeDevice", "acsDevice", "mobileDevice"]),
        ("none", 6, [""]),
    ],
)
async def test_older_platforms(takes: Any, expected: int, ways: list[str]) -> None:
    """One type at a time, or none: what works is remembered with the version, over restarts, and asked for at once."""
    memory: dict[str, Any] = {}
    async with bench(EVERYTHING, behaviour=Options(device_types=takes), memory=memory) as made:
        facts = await made.reader.read()
        assert len(facts.cameras) == expected
        assert made.reader.complete
        since = len(made.platform.requests)
        assert len((await made.reader.read()).cameras) == expected
        assert [body.get("deviceType", "") for body in made.asked_for(DOORS, since)] == [""]
        assert {body.get("deviceType", "") for body in made.asked_for(CAMERAS, since)} == set(ways)
    assert memory["device_types"]["V2.2.2.0"][CAMERAS] == ways
    async with bench(EVERYTHING, behaviour=Options(device_types=takes), memory=memory) as made:
        assert len((await made.reader.read()).cameras) == expected
        assert {body.get("deviceType", "") for body in made.asked_for(CAMERAS)} == set(ways)


@pytest.mark.parametrize("memory", [{"V2.2.2.0": {CAMERAS: "x"}}, {"V2.2.2.0": {CAMERAS: [1]}}, [], {"V2.2.2.0": 3}])
async def test_a_memory_that_makes_no_sense(memory: Any) -> None:
    """What was remembered wrongly is found out anew."""
    async with bench(EVERYTHING, memory={"device_types": memory}) as made:
        assert len((await made.reader.read()).cameras) == 8


async def test_an_update_takes_what_was_refused() -> None:
    """Another version is asked anew for all types at once; the old one's way is forgotten."""
    memory: dict[str, Any] = {}
    async with bench(EVERYTHING, behaviour=Options(device_types="none"), memory=memory) as made:
        assert len((await made.reader.read()).cameras) == 6
    async with bench(SitePlan(version="V2.3.0.0", door_cameras=1), memory=memory) as made:
        assert len((await made.reader.read()).cameras) == 7
    assert list(memory["device_types"]) == ["V2.3.0.0"]


async def test_a_way_that_is_refused_later() -> None:
    """Where the remembered way is refused, all ways are tried again."""
    async with bench(EVERYTHING) as made:
        await made.reader.read()
        made.platform.options.device_types = "single"
        assert len((await made.reader.read()).cameras) == 8
        assert made.reader.complete


# sites


async def test_cameras_of_other_sites_are_asked_for_by_site() -> None:
    """The platform lists the current site only, unless another one is named."""
    async with bench(SitePlan(sites=3, cameras=6)) as made:
        facts = await made.reader.read()
        assert {body["siteIndexCode"] for body in made.asked_for(CAMERAS)} == {"0", "1", "2"}
    assert sorted({camera.site for camera in facts.cameras.values()}) == ["0", "1", "2"]


async def test_one_site_does_not_answer() -> None:
    """A remote site that fails leaves the others alone, and keeps what was known of it."""
    async with bench(SitePlan(sites=2, cameras=6)) as made:
        await made.reader.read()
        original = made.lists.read

        async def read(path: str, body: Any = None, **more: Any) -> Any:
            if body and body.get("siteIndexCode") == "1":
                raise DeviceFailureError(reason="the remote site is off")
            return await original(path, body, **more)

        made.lists.read = read  # type: ignore[method-assign]
        facts = await made.reader.read()
    assert len(facts.cameras) == 6
    assert sorted(made.reader.failed) == ["cameras/1", "regions/1"]
    assert not made.reader.complete
    assert facts.missing == {"cameras/1": "device_failure", "regions/1": "device_failure"}


async def test_sites_that_may_not_be_listed() -> None:
    """A partner that may not list the sites sees the current one; its id comes with what is in it."""
    async with bench(SitePlan(sites=2, cameras=6)) as made:
        made.platform.deny("resource/v1/site/siteList")
        facts = await made.reader.read()
        assert "siteIndexCode" not in made.asked_for(CAMERAS)[0]
        assert made.reader.complete
    assert len(facts.cameras) == 3 and facts.sites == {}
    assert facts.local_site == "0"
    assert set(facts.regions) == {("0", "1"), ("0", "2"), ("0", "3")}


async def test_the_current_site_of_a_platform_that_calls_it_otherwise() -> None:
    """Where no site is `0`, the platform is asked once which one it means."""
    async with bench() as made:
        made.platform.fault("site/siteList", data={"list": [{"siteIndexCode": "5"}, {"siteIndexCode": "4"}]})
        made.platform.fault("resource/v1/regions", data={"list": [{"indexCode": "1", "siteIndexCode": "4"}]})
        made.platform.fault(CAMERAS, data={"list": []})
        facts = await made.reader.read()
        assert facts.local_site == "4"
        asked = len(made.asked_for("resource/v1/regions"))
        assert (await made.reader.read()).local_site == "4"
        assert len(made.asked_for("resource/v1/regions")) == asked + 2


async def test_an_area_belongs_to_the_site_that_lists_it() -> None:
    """Whatever an area says of its site: two sites would mix."""
    async with bench(SitePlan(sites=2)) as made:
        made.platform.fault("resource/v1/regions", data={"list": [{"indexCode": "1", "siteIndexCode": "0"}]})
        facts = await made.reader.read()
    assert set(facts.regions) == {("0", "1"), ("1", "1")}


async def test_a_camera_that_two_sites_list() -> None:
    """Its id counts once, for no call names a site beside it."""
    async with bench(SitePlan(sites=2, cameras=4)) as made:
        made.platform.fault(CAMERAS, data={"list": [{"cameraIndexCode": "1", "cameraName": "Gate"}]})
        facts = await made.reader.read()
    assert facts.cameras == {"1": Camera(id="1", name="Gate", site="0")}
    assert made.reader.skipped == {"cameras": 1}


# what fails


@pytest.mark.parametrize("data", [None, "", []])
async def test_an_answer_without_a_list_is_not_an_empty_inventory(data: Any) -> None:
    """Data that is null, empty text or an empty array failed; what was known stays, and it is read again soon."""
    async with bench() as made:
        before = await made.reader.read()
        made.platform.fault(DOORS, data=data)
        facts = await made.reader.read()
        assert facts.doors == before.doors and len(facts.doors) == 2
        assert isinstance(made.reader.failed["doors"], ProtocolError)
        assert made.reader.retry_seconds == RETRY_SECONDS
        await made.reader.read()
        assert made.reader.retry_seconds == 2 * RETRY_SECONDS
        made.platform.heal()
        assert (await made.reader.read()).doors == before.doors
        assert made.reader.complete and made.reader.retry_seconds is None


@pytest.mark.parametrize("data", [{"total": 0}, {"total": 0, "list": []}, {"list": None}])
async def test_an_empty_list_is_empty(data: Any) -> None:
    """An object without a list says that there is nothing, and what was there is gone."""
    async with bench() as made:
        await made.reader.read()
        made.platform.fault(DOORS, data=data)
        assert (await made.reader.read()).doors == {}
        assert made.reader.complete


@pytest.mark.parametrize(
    "fault",
    [{"code": "0x00052102"}, {"status": 500}, {"drop": True}, {"raw": "<html>"}, {"code": "5"}],
    ids=lambda fault: "-".join(fault),
)
async def test_one_list_fails(fault: dict[str, Any]) -> None:
    """The others stand; a list that never came is told as left out."""
    async with bench() as made:
        made.platform.fault(DOORS, **fault)
        facts = await made.reader.read()
        assert facts.doors == {} and len(facts.cameras) == 6
        assert not made.reader.complete
        assert list(made.reader.left_out()) == ["doors"]
        made.platform.heal()
        assert len((await made.reader.read()).doors) == 2
        assert made.reader.left_out() == {}


async def test_nothing_answers() -> None:
    """An outage raises and leaves what was known alone, however much was known."""
    async with bench() as made:
        made.platform.fault("", drop=True)
        with pytest.raises(ConnectionFailedError):
            await made.reader.read()
        assert made.reader.facts is None
        made.platform.heal()
        facts = await made.reader.read()
        made.platform.fault("resource/v1/", drop=True)
        with pytest.raises(ConnectionFailedError):
            await made.reader.read()
        assert made.reader.facts is facts


async def test_only_what_does_not_matter_answers() -> None:
    """Version, groups and rules are no inventory: a platform whose resources fail is out of reach."""
    async with bench() as made:
        made.platform.fault("resource/v1/", code="0x00052102")
        with pytest.raises(DeviceFailureError):
            await made.reader.read()


async def test_a_wrong_key_stops_everything() -> None:
    """It is raised, and no further list is tried with it."""
    async with bench() as made:
        await made.reader.read()
        made.platform.wrong_signature = True
        before = len(made.platform.requests)
        with pytest.raises(AuthenticationError):
            await made.reader.read()
        assert len(made.platform.requests) - before <= 6


@pytest.mark.parametrize("how", ["deny", "unlicense"])
async def test_what_is_refused_is_left_out_quietly(how: str) -> None:
    """Parking, radars, servers and counting are not everybody's: the rest stands, and they are asked for once."""
    paths = ["vehicle/v1/parkinglot/list", "vehicle/v1/floor/list", "healthcareradar/v1/room",
             "resource/v1/recordServer/recordServerList", "aiapplication/v1/people/advance/resourceGroupList"]  # fmt: skip
    async with bench() as made:
        for path in paths:
            getattr(made.platform, how)(path)
        facts = await made.reader.read()
        assert (facts.lots, facts.floors, facts.rooms, facts.pools, facts.groups) == ({}, {}, {}, {}, {})
        assert len(facts.cameras) == 6 and facts.rules
        assert made.reader.complete and made.reader.left_out() == {}
        assert set(made.client.refused) == set(paths)
        asked = {path: made.platform.count(path) for path in paths}
        await made.reader.read()
        assert {path: made.platform.count(path) for path in paths} == asked


async def test_a_partner_that_may_nothing() -> None:
    """No list at all may be read: the missing right is raised, not an empty house shown."""
    async with bench() as made:
        made.platform.fault("", code="0x02401007")
        with pytest.raises(InsufficientRightsError):
            await made.reader.read()


async def test_a_right_that_was_taken_away() -> None:
    """What was known stays while we run; nobody removes a house over a permission."""
    async with bench() as made:
        await made.reader.read()
        made.platform.deny(DOORS)
        facts = await made.reader.read()
        assert len(facts.doors) == 2 and made.reader.complete


async def test_what_cannot_be_used_is_counted() -> None:
    """Objects without an id, and those whose id came before."""
    rows = [{"doorIndexCode": "1", "doorName": "First"}, {"doorName": "None"}, {"doorIndexCode": 1}, {}]
    async with bench() as made:
        made.platform.fault(DOORS, data={"total": "4", "list": rows})
        facts = await made.reader.read()
    assert [door.name for door in facts.doors.values()] == ["First"]
    assert made.reader.skipped == {"doors": 3}


async def test_pages_that_are_too_long() -> None:
    """The platform asks for smaller pages and gets them (0x00072004)."""
    async with bench(SitePlan(cameras=620), behaviour=Options(longest_page=100)) as made:
        assert len((await made.reader.read()).cameras) == 620


async def test_pools_of_a_server_that_fails() -> None:
    """Its pools stay; those of the other server are read."""
    async with bench(SitePlan(record_servers=2)) as made:
        assert len((await made.reader.read()).pools) == 4
        made.platform.fault("indexCode/recordServerInfo", code="5", times=1)
        facts = await made.reader.read()
    assert len(facts.pools) == 4
    assert len([name for name in made.reader.failed if name.startswith("pools/")]) <= 1


# what is asked for


async def test_rooms_are_asked_for_without_a_user() -> None:
    """The calls of radars take no user; others do (hikcentral §3.19)."""
    async with bench() as made:
        made.client._user_id = "admin"  # noqa: SLF001  # the client of the bench has none
        await made.reader.read()
        users = {request.path: request.headers.get("userId") for request in made.platform.requests}
    assert users["healthcareradar/v1/room"] is None
    assert users[CAMERAS] == "admin"


async def test_parking_spaces_only_where_they_are_wanted() -> None:
    """One request for each floor is made for who chose it."""
    plan = SitePlan(parking_lots=2, floors=2)
    async with bench(plan) as made:
        assert (await made.reader.read()).spaces == {}
        assert made.platform.count("parkingspace/status") == 0
    async with bench(plan, options={"parking_spaces": True}) as made:
        assert len((await made.reader.read()).spaces) == 24
        assert made.platform.count("parkingspace/status") == 4


async def test_the_offer_before_there_is_an_inventory() -> None:
    """Sites and areas, with one request for the sites and one for each of them."""
    async with bench(SitePlan(sites=2)) as made:
        offer = await made.reader.offer()
        assert len(made.platform.requests) == 3
    assert offer["sites"] == {"0": "Head office", "1": "Warehouse"}
    assert offer["areas"]["0/3"] == "Head office / Campus / Building B"
    assert len(offer["areas"]) == 6


async def test_an_offer_of_what_may_be_seen() -> None:
    """Lists that are refused or fail offer nothing."""
    async with bench() as made:
        made.platform.deny("resource/v1/site/siteList")
        assert list(await made.reader.offer()) == ["areas"]
    async with bench() as made:
        made.platform.fault("resource/v1/regions", code="5")
        assert list(await made.reader.offer()) == ["sites"]


async def test_what_changed_is_read_anew(caplog: pytest.LogCaptureFixture) -> None:
    """New things, other names and things that are gone; only what is doubtful is logged."""
    async with bench() as made:
        await made.reader.read()
        state = made.platform.state
        state.cameras["9"] = SimulatedCamera("9", "New", "1")
        state.doors["1"].name = "Renamed"
        del state.doors["2"]
        facts = await made.reader.read()
        made.platform.fault(DOORS, code="5")
        await made.reader.read()
        await made.reader.read()
    assert facts.cameras["9"].name == "New"
    assert [door.name for door in facts.doors.values()] == ["Renamed"]
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1
