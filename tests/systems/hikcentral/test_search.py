"""Searching what happened, over real sockets (hikcentral §3.8, 3.11, 3.13, 7.4)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    InvalidArgumentError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.hikcentral.event_actions import ACTIONS, CONTROL, acknowledge_last
from custom_components.hikvision_ivm.systems.hikcentral.gather import ROUND, THOROUGH, Effort, Gatherer
from custom_components.hikvision_ivm.systems.hikcentral.search import (
    ACCESSES,
    CROSSINGS,
    LONGEST_LIST,
    RECORDS,
    Search,
    codes_of,
    joined,
    windows,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, Feature, LockFeature
from simulators.hikcentral.plan import SitePlan
from simulators.hikcentral.shaping import Profile

from .event_bench import START, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = timedelta(hours=1)
SPAN = {"start": (START - HOUR).isoformat(), "end": (START + HOUR).isoformat()}
MOTIONS = [131331]


def searching(made: Bench) -> Search:
    """Return a search of a platform."""
    return Search(made.client, made.runtime)


def gathering(made: Bench) -> Gatherer:
    """Return who gathers from a platform."""
    return Gatherer(searching(made), made.runtime, made.channel.router.sources, lambda: made.facts)


# lists of limited length


def test_lists_are_cut_to_length() -> None:
    """No text is longer than the platform takes, and nothing is lost."""
    ids = [str(number) for number in range(1000, 4000)]
    parts = list(joined(ids))
    assert max(map(len, parts)) <= LONGEST_LIST
    assert ",".join(parts).split(",") == ids
    assert len(parts) == 15
    assert list(joined([])) == []
    assert list(joined(["x" * 2000])) == ["x" * 2000]


def test_windows_have_at_most_a_month() -> None:
    """Stretches touch, and end where they should."""
    found = list(windows(START, START + timedelta(days=70)))
    assert [last - first for first, last in found] == [timedelta(days=31), timedelta(days=31), timedelta(days=8)]
    assert found[0][1] == found[1][0]
    assert list(windows(START, START)) == [(START, START)]


def test_codes_of_sources() -> None:
    """Every type of source has its codes in one list."""
    assert 193 in codes_of("camera")
    assert 193 in codes_of("door")
    assert codes_of("ioIn") == (589825,)
    assert codes_of("generalEventRule") == (195,)
    for source_type in ("camera", "door", "encodeDevice", "acsDevice"):
        assert len(list(joined(codes_of(source_type)))) == 1


# one search


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_records_by_start(profile: Profile) -> None:
    """The oldest first, whatever the platform's order; fields as far as they are told."""
    async with bench(profile=profile) as made:
        first = made.platform.happen(131331, "camera", "2", status=1, at=START - timedelta(minutes=5), picture=True)
        made.platform.events.end(first, START - timedelta(minutes=4))
        made.platform.happen(131331, "camera", "1", at=START - timedelta(minutes=9), link_cameras=["2", "3"])
        made.platform.happen(131585, "camera", "1", at=START - timedelta(minutes=7))
        found = (await searching(made).events("camera", ["1", "2"], MOTIONS, START - HOUR, START)).records
        assert [each.source for each in found] == ["1", "2"]
        assert found[1].id == first
        assert found[1].start == START - timedelta(minutes=5)
        assert found[1].stop == START - timedelta(minutes=4)
        assert found[1].picture is not None
        assert found[0].cameras == ("2", "3")


async def test_pages(socket_enabled: None) -> None:
    """Many records come in several pages; a platform that finds them too long gets smaller ones."""
    async with bench() as made:
        for number in range(1300):
            made.platform.happen(131331, "camera", "1", at=START - timedelta(seconds=number + 1))
        search = searching(made)
        found = await search.events("camera", ["1"], MOTIONS, START - HOUR, START)
        assert len(found.records) == 1300
        assert len({each.id for each in found.records}) == 1300
        assert [body["pageNo"] for body in made.bodies(RECORDS)] == [1, 2, 3]
        made.platform.options.longest_page = 120
        found = await search.events("camera", ["1"], MOTIONS, START - HOUR, START)
        assert len({each.id for each in found.records}) == 1300
        few = await search.events("camera", ["1"], MOTIONS, START - HOUR, START, most=50)
        assert len(few.records) == 50
        assert not few.complete


async def test_rows_that_are_none() -> None:
    """Rows without id, type or time are left out and counted; the others stand."""
    rows = [
        {"eventIndexCode": "a", "eventType": "131331", "srcType": "camera", "srcIndex": "1", "startTime": "2026-11-28 11:00:00",
         "stopTime": "2026-11-28 10:00:00", "eventPicUri": "uri "},
        {"eventIndexCode": None, "eventType": 1, "startTime": "2026-11-28 11:00:00"},
        {"eventIndexCode": "b", "eventType": "?", "startTime": "2026-11-28 11:00:00"},
        {"eventIndexCode": "c", "eventType": 1, "startTime": "soon"},
    ]  # fmt: skip
    async with bench() as made:
        made.platform.fault(RECORDS, raw=_answer(rows), times=1)
        search = searching(made)
        (found,) = (await search.events("camera", ["1"], MOTIONS, START - HOUR, START)).records
        assert found.stop is None
        assert found.picture is not None
        assert found.picture.uri == "uri"
        assert search.skipped == 3


def _answer(rows: Any) -> bytes:
    import json  # noqa: PLC0415

    return json.dumps({"code": "0", "msg": "", "data": {"list": rows, "total": len(rows)}}).encode()


@pytest.mark.parametrize(
    "data", [b'{"code":"0","data":null}', b'{"code":"0","data":""}', b'{"code":"0"}', b'{"code":"0","data":[]}']
)
async def test_failed_answers_are_no_empty_lists(data: bytes) -> None:
    """Nothing would be looked for again if they were."""
    async with bench() as made:
        made.platform.fault(RECORDS, raw=data, times=None)
        with pytest.raises(ProtocolError):
            await searching(made).events("camera", ["1"], MOTIONS, START - HOUR, START)


async def test_missing_list_is_empty() -> None:
    """An object without a list holds nothing."""
    async with bench() as made:
        made.platform.fault(RECORDS, raw=b'{"code":"0","data":{"total":0}}', times=None)
        assert (await searching(made).events("camera", ["1"], MOTIONS, START - HOUR, START)).records == []


async def test_list_that_repeats_itself() -> None:
    """A platform that gives the same page for ever does not keep us for ever."""
    rows = [
        {"eventIndexCode": str(number), "eventType": 131331, "startTime": "2026-11-28T11:00:00Z"}
        for number in range(500)
    ]
    async with bench() as made:
        made.platform.fault(RECORDS, raw=_answer(rows), times=None)
        found = await searching(made).events("camera", ["1"], MOTIONS, START - HOUR, START)
        assert len(found.records) == 500
        assert len(made.bodies(RECORDS)) == 2


# everything


async def test_gathering_merges_the_lists() -> None:
    """Who passed a door and which plate come from other lists; each happening is one record."""
    async with bench(SitePlan(anpr=1)) as made:
        made.platform.happen(198914, "door", "1", at=START - timedelta(minutes=3))
        made.platform.happen(131622, "camera", "2", at=START - timedelta(minutes=2))
        made.platform.happen(131659, "camera", "1", at=START - timedelta(minutes=1))
        made.platform.happen(131331, "camera", "1", at=START)
        gathered = await gathering(made).gather(START - HOUR, START + HOUR, THOROUGH)
        assert [each.code for each in gathered.records] == ["198914", "131622", "131659", "131331"]
        assert gathered.records[0].data.text("cardNo") == "1234567890"
        assert gathered.records[0].who == "1234567890"
        assert gathered.records[1].data.text("plateNo") == "B AB 1234"
        assert gathered.records[2].data.child("alarmResult").child("faces")
        assert gathered.error is None
        assert gathered.complete
        assert made.runtime.memory["lists"] == {"access": True, "plates": True}


async def test_details_belong_to_the_nearest() -> None:
    """Vehicles that pass one camera soon after each other keep their own plates."""
    async with bench(SitePlan(anpr=1)) as made:
        for number, (plate, record) in enumerate((("X", True), ("Y", False), ("Z", True))):
            made.platform.happen(
                131622, "camera", "2", at=START + timedelta(seconds=5 * number), record=record, data={"plateNo": plate}
            )
        gathered = await gathering(made).gather(START - HOUR, START + HOUR, THOROUGH)
        assert [each.data.text("plateNo") for each in gathered.records] == ["X", "Z"]


async def test_lists_apart_are_asked_where_the_search_lacks_them() -> None:
    """A platform may have accesses and plates in their own lists only: these are asked in turns."""
    async with bench(SitePlan(anpr=3, cameras=8)) as made:
        for number, code in enumerate((198914, 196886, 721678)):
            made.platform.happen(code, "door", "2", at=START - timedelta(minutes=number + 1), record=False)
        made.platform.happen(131622, "camera", "3", at=START, record=False)
        gatherer = gathering(made)
        gathered = await gatherer.gather(START - HOUR, START + HOUR, THOROUGH)
        assert sorted(each.code for each in gathered.records) == ["131622", "196886", "198914", "721678"]
        assert made.runtime.memory["lists"] == {"access": False, "plates": False}
        codes = {each["eventType"] for each in made.bodies(ACCESSES)}
        assert len(codes) == 78


async def test_rounds_are_bounded_and_take_turns() -> None:
    """Each round asks for the usual accesses and some of the others; after a few, everything was asked for."""
    async with bench(SitePlan(doors=2, anpr=6)) as made:
        made.platform.happen(196886, "door", "2", record=False, at=START - timedelta(minutes=1))
        gatherer, found, asked = gathering(made), set(), set()
        for _ in range(14):
            before = len(made.platform.requests)
            gathered = await gatherer.gather(START - HOUR, START + HOUR, ROUND)
            found |= {each.code for each in gathered.records}
            assert len(made.platform.requests) - before <= gatherer.cost + ROUND.accesses + ROUND.plates
            assert 198914 in {each["eventType"] for each in made.bodies(ACCESSES)[-ROUND.accesses :]}
        asked = {each["eventType"] for each in made.bodies(ACCESSES)}
        assert len(asked) == 78
        assert "196886" in found


async def test_vehicles_have_a_list_of_their_own() -> None:
    """What happened on the road is found there, reports of where vehicles are left out."""
    async with bench(SitePlan(mobile_devices=2, mobile_vehicles=12)) as made:
        first = next(iter(made.platform.state.mobile_vehicles))
        made.platform.mobile_event(first, 648)
        made.platform.move(first, 52.5, 13.4, 30, 90, push=True)
        gathered = await gathering(made).gather(START - HOUR, START + HOUR, ROUND)
        assert [(each.code, each.source_type, each.source) for each in gathered.records] == [
            ("648", "mobileVehicle", first)
        ]
        assert gathered.records[0].data.child("vehicle").text("plateNo")
        assert gathered.error is None


async def test_requests_follow_the_number_of_sources() -> None:
    """A campus: one request for about 200 cameras, not one for each."""
    plan = SitePlan(cameras=3000, doors=500, inputs=1000, encoders=100, controllers=50)
    async with bench(plan) as made:
        made.platform.happen(131331, "camera", "2999", at=START)
        made.platform.requests.clear()
        gathered = await gathering(made).gather(START - HOUR, START + HOUR, Effort(0, 0))
        assert [each.source for each in gathered.records] == ["2999"]
        assert len(made.platform.requests) <= 30
        some = await gathering(made).some(0, START - HOUR, START)
        assert some.requests == 1


async def test_failures_are_told() -> None:
    """A part that could not be read is no empty part; what is not offered is none."""
    async with bench() as made:
        made.platform.happen(131331, "camera", "1", at=START)
        made.platform.fault(ACCESSES, code="192", times=None)
        gathered = await gathering(made).gather(START - HOUR, START + HOUR, ROUND)
        assert len(gathered.records) == 1
        assert isinstance(gathered.error, SystemFailure)
        assert not gathered.complete
        made.platform.heal(ACCESSES)
        made.platform.deny(ACCESSES)
        made.platform.unlicense(CROSSINGS)
        gathered = await gathering(made).gather(START - HOUR, START + HOUR, ROUND)
        assert gathered.error is None


async def test_low_codes_that_the_search_refuses() -> None:
    """Where only what is subscribed can be searched, low codes are left out from then on."""
    async with bench() as made:
        await made.channel.subscription.ensure()
        made.platform.state.search_needs_subscription = True
        made.platform.happen(131331, "camera", "1", at=START)
        gatherer = gathering(made)
        gathered = await gatherer.gather(START - HOUR, START + HOUR, Effort(0, 0))
        assert [each.code for each in gathered.records] == ["131331"]
        before = len(made.bodies(RECORDS))
        await gatherer.gather(START - HOUR, START + HOUR, Effort(0, 0))
        assert all("66306" not in each["eventTypes"].split(",") for each in made.bodies(RECORDS)[before:])


# actions


def locks(made: Bench) -> list[Feature]:
    """Return the locks."""
    return [each for each in made.sink.current.of(LockFeature) if each.kind is Kind.DOOR_LOCK]


def cameras(made: Bench) -> list[Feature]:
    """Return the cameras."""
    return [each for each in made.sink.current.of(CameraFeature) if each.kind is Kind.MAIN_STREAM]


async def act(made: Bench, action: str, features: list[Feature] | None = None, **arguments: Any) -> dict[str, Any]:
    """Carry out an action."""
    return dict(await ACTIONS[action](made.context, features or [], arguments, made.sink))


async def test_search_events_by_everything() -> None:
    """Without conditions, everything that is imported; by words, codes, sources or id otherwise."""
    async with bench() as made:
        motion = made.platform.happen(131331, "camera", "1", at=START - timedelta(minutes=2), picture=True)
        made.platform.happen(131585, "camera", "2", at=START - timedelta(minutes=1))
        made.platform.happen(198913, "door", "1", at=START)
        found = (await act(made, "search_events", **SPAN))["records"]
        assert [each["event"] for each in found] == ["motion_detection", "line_crossing", "door_open"]
        row = found[0]
        assert row["event_id"] == motion
        assert row["source_name"] == made.facts.cameras["1"].name
        assert row["start"] == (START - timedelta(minutes=2)).isoformat()
        assert row["picture"]
        for arguments, count in (
            ({"event_types": ["motion_detection", "131585"]}, 2),
            ({"event_types": ["door_open"]}, 1),
            ({"source_type": "camera"}, 2),
            ({"source_type": "camera", "sources": ["2"]}, 1),
            ({"source_type": "encode_device"}, 0),
            ({"source_type": "io_out", "sources": ["1"], "event_types": ["589825"]}, 0),
            ({"event_id": motion}, 1),
            ({"event_id": "nobody"}, 0),
        ):
            found = (await act(made, "search_events", **SPAN, **arguments))["records"]
            assert len(found) == count, arguments


async def test_search_by_id_where_conditions_are_needed() -> None:
    """By what the push said, or by everything that may be its source (T11)."""
    async with bench() as made:
        motion = made.platform.happen(131331, "camera", "1", at=START)
        made.platform.state.search_needs_all = True
        found = (await act(made, "search_events", **SPAN, event_id=motion))["records"]
        assert [each["event_id"] for each in found] == [motion]
        made.listen()
        await made.wait(1)
        pushed = made.platform.happen(131331, "camera", "3", at=START)
        await made.settle()
        before = len(made.bodies(RECORDS))
        found = (await act(made, "search_events", **SPAN, event_id=pushed))["records"]
        assert [each["event_id"] for each in found] == [pushed]
        assert len(made.bodies(RECORDS)) == before + 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"event_types": ["nonsense"]}, "event_types"),
        ({"source_type": "nobody"}, "source_type"),
        ({"sources": ["1"]}, "source_type"),
        ({"start": SPAN["end"], "end": SPAN["start"]}, "end"),
        ({"start": "2026-01-01T00:00:00+00:00"}, "end"),
        ({"start": "soon"}, "start"),
        ({"event_id": "x" * 65}, "event_id"),
    ],
)
async def test_arguments_that_cannot_be_used(arguments: dict[str, Any], field: str) -> None:
    """Found before anything is sent."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await act(made, "search_events", **(SPAN | arguments))
        assert raised.value.placeholders["field"] == field
        assert made.platform.requests == []


async def test_search_access_records() -> None:
    """Who passed which door, by type, by person, or both; up to ten doors."""
    async with bench(SitePlan(doors=12)) as made:
        made.platform.happen(198914, "door", "1", at=START - timedelta(minutes=2))
        made.platform.happen(196893, "door", "2", at=START - timedelta(minutes=1))
        doors = locks(made)[:2]
        found = (await act(made, "search_access_records", doors, **SPAN, event_type="access_granted_by_card"))[
            "records"
        ]
        (row,) = found
        assert row["event"] == "access_granted_by_card"
        assert row["door_name"] == made.facts.doors["1"].name
        assert row["card"] == "1234567890"
        assert row["time"] == (START - timedelta(minutes=2)).isoformat()
        person = row["person"]
        found = (await act(made, "search_access_records", doors, **SPAN, person=person))["records"]
        assert len(found) == 2
        for arguments, field in (
            ({}, "event_type"), ({"person": "a/b"}, "person"), ({"person": "x" * 33}, "person"), ({"event_type": "?"}, "event_type"),
        ):  # fmt: skip
            with pytest.raises(InvalidArgumentError) as raised:
                await act(made, "search_access_records", doors, **SPAN, **arguments)
            assert raised.value.placeholders["field"] == field
        for features in ([], locks(made), cameras(made)[:1]):
            with pytest.raises(InvalidArgumentError):
                await act(made, "search_access_records", features, **SPAN, person="a")


async def test_search_plates() -> None:
    """By plate, owner or contact, over several cameras."""
    async with bench(SitePlan(anpr=2)) as made:
        made.platform.happen(131622, "camera", "2", at=START - timedelta(minutes=2), picture=True)
        made.platform.happen(131622, "camera", "3", at=START - timedelta(minutes=9), data={"plateNo": "X 9"})
        some = [each for each in cameras(made) if each.device_id.endswith(("cam_2", "cam_3"))]
        found = (await act(made, "search_plates", some, **SPAN))["records"]
        assert [each["plate"] for each in found] == ["X 9", "B AB 1234"]
        assert found[1]["camera"] == "2"
        assert found[1]["picture"]
        found = (await act(made, "search_plates", some, **SPAN, plate="X 9"))["records"]
        assert [each["camera"] for each in found] == ["3"]
        assert (await act(made, "search_plates", some, **SPAN, owner="nobody"))["records"] == []
        with pytest.raises(InvalidArgumentError):
            await act(made, "search_plates", some, **SPAN, plate="x" * 17)
        with pytest.raises(InvalidArgumentError):
            await act(made, "search_plates", [], **SPAN)


@pytest.mark.parametrize("profile", ["table", "sample"])
async def test_acknowledge(profile: Profile) -> None:
    """Both names of the id are sent, so that either reading works."""
    async with bench(profile=profile) as made:
        alarm = made.platform.happen(131331, "camera", "1", at=START)
        await act(made, "acknowledge_event", event_id=alarm)
        assert made.bodies(CONTROL) == [{"eventIndexCode": alarm, "eventIndexCodes": alarm, "controlType": 1}]
        assert made.platform.state.records[-1].acknowledged
        with pytest.raises(SystemFailure):
            await act(made, "acknowledge_event", event_id="nobody")
        with pytest.raises(InvalidArgumentError):
            await act(made, "acknowledge_event")


async def test_acknowledge_the_last_alarm() -> None:
    """The button: the newest alarm, not the newest event."""
    async with bench() as made:
        with pytest.raises(NotFoundError):
            await acknowledge_last(made.context)
        made.listen()
        await made.wait(1)
        alarm = made.platform.happen(131331, "camera", "1")
        made.platform.happen(198914, "door", "1")
        await made.settle()
        await acknowledge_last(made.context)
        assert made.bodies(CONTROL)[0]["eventIndexCode"] == alarm


async def test_acknowledging_is_sent_once() -> None:
    """A connection that is cut does not tell whether it was done."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=True, times=None)
        with pytest.raises(SystemFailure):
            await act(made, "acknowledge_event", event_id="x")
        assert len(made.bodies(CONTROL)) == 1


async def test_search_that_is_refused() -> None:
    """The platform's reason reaches whoever asked."""
    async with bench() as made:
        made.platform.fault(RECORDS, code="2", times=None)
        with pytest.raises(RejectedError):
            await act(made, "search_events", **SPAN)
