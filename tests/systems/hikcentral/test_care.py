"""Beds under radars against a simulated platform."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.care import IN_BED, LIVING, RATES, SLEEP, room_number, sleep_day
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from simulators.hikcentral import SitePlan

from .domain_bench import START, ZONE, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

TOTALS = (Kind.IN_BED_TIME, Kind.OUT_OF_BED_TIME, Kind.GETTING_UP_COUNT, Kind.ROLL_OVER_COUNT)
NIGHT = (Kind.SLEEP_TIME, Kind.DEEP_SLEEP_TIME, Kind.LIGHT_SLEEP_TIME, Kind.AWAKE_TIME, Kind.SLEEP_START)
AREA = (Kind.AREA_TIME, Kind.AREA_ENTRIES)
EVERYTHING = (Kind.IN_BED, Kind.HEART_RATE, Kind.BREATHING_RATE, *TOTALS, *NIGHT, *AREA)
PROFILES = pytest.mark.parametrize("profile", ["table", "sample", "hostile"])


def told(made: Bench, *kinds: Kind, bed: str = "_bed_1_1", part: str = "") -> list[Any]:
    """Return what was told of a bed."""
    return [made.value(bed, kind, part) for kind in kinds]


@PROFILES
async def test_whether_somebody_is_in_bed(profile: Any) -> None:
    """Unknown when the radar does not know."""
    async with bench(profile) as made:
        made.want(Kind.IN_BED)
        await made.poll()
        assert told(made, Kind.IN_BED) == [False]
        made.platform.lie_down("1", push=False)
        await made.poll(30)
        assert (told(made, Kind.IN_BED), told(made, Kind.IN_BED, bed="_bed_1_2")) == ([True], [False])
        made.platform.lose_sight("1")
        await made.poll(30)
        assert told(made, Kind.IN_BED) == [UNKNOWN]
        bodies = made.bodies(IN_BED)
        assert bodies[0] == {"roomID": 1, "bedNo": "1"}
        assert len(bodies) == 6


@PROFILES
async def test_the_latest_averages(profile: Any) -> None:
    """Of the running hour, or of the one before; an older one is not of now."""
    async with bench(profile) as made:
        made.want(Kind.HEART_RATE, Kind.BREATHING_RATE)
        made.platform.measure("1", heart=80, breath=20, at=START - timedelta(hours=1, minutes=30))
        made.platform.measure("1", heart=70, breath=14, at=START - timedelta(minutes=20))
        made.platform.measure("2", heart=60, at=START - timedelta(hours=4))
        await made.poll()
        assert told(made, Kind.HEART_RATE, Kind.BREATHING_RATE) == [70, 14]
        assert told(made, Kind.HEART_RATE, Kind.BREATHING_RATE, bed="_bed_1_2") == [UNKNOWN, UNKNOWN]
        assert made.bodies(RATES)[0]["startTime"] == "2026-11-20T10:00:00+02:00"


@pytest.mark.parametrize("value", [-1, 0, None, "", "fast"])
async def test_no_average_is_unknown(value: object) -> None:
    """Nobody's heart beats 0 times a minute."""
    async with bench() as made:
        bucket = {"startTime": "2026-11-20 11:00:00", "endTime": "2026-11-20 11:59:59", "heartValue": value}
        before = {"startTime": "2026-11-20 10:00:00", "endTime": "2026-11-20 10:59:59", "breathValue": 12}
        made.platform.fault(RATES, data={"HeartData": [bucket], "BreathData": before})
        made.want(Kind.HEART_RATE, Kind.BREATHING_RATE)
        await made.poll()
        assert told(made, Kind.HEART_RATE, Kind.BREATHING_RATE) == [UNKNOWN, 12]


async def test_an_old_average_is_not_of_now() -> None:
    """Even if the platform tells more than it was asked for."""
    async with bench() as made:
        old = {"startTime": "2026-11-20 08:00:00", "endTime": "2026-11-20 08:59:59", "heartValue": 80}
        made.platform.fault(RATES, data=[{"HeartData": [old]}, {"BreathData": []}])
        made.want(Kind.HEART_RATE)
        await made.poll()
        assert told(made, Kind.HEART_RATE) == [UNKNOWN]


@PROFILES
async def test_the_totals_of_the_day(profile: Any) -> None:
    """Since midnight of the platform's zone; areas that nobody entered have 0."""
    async with bench(profile) as made:
        made.want(*TOTALS, *AREA)
        made.platform.lie_down("1", push=False)
        made.clock.passed += 600
        made.platform.roll_over("1", push=False)
        made.platform.get_up("1", push=False)
        made.clock.passed += 60
        made.platform.visit_area("1", 1, START + timedelta(seconds=610), START + timedelta(seconds=640))
        made.platform.visit_area("1", 10, START - timedelta(hours=13), START - timedelta(hours=12, minutes=30))
        made.platform.visit_area("1", 7, START, START + timedelta(seconds=1))
        await made.poll()
        assert told(made, *TOTALS) == [600, 60, 1, 1]
        assert told(made, *AREA, part="restroom") == [30, 1]
        assert told(made, *AREA, part="bathroom") == [0, 0]
        assert told(made, *AREA, part="elsewhere") == [0, 0]
        assert made.bodies(LIVING)[0]["startTime"] == "2026-11-20T00:00:00+02:00"


async def test_totals_that_are_not_told_are_unknown() -> None:
    """Without a list of areas nothing is known of them."""
    async with bench() as made:
        made.platform.fault(LIVING, data=[{"inBedTime": -1, "OutBedTime": "7", "getUpTime": None}])
        made.want(*TOTALS, *AREA)
        await made.poll()
        assert told(made, *TOTALS) == [UNKNOWN, 7, UNKNOWN, UNKNOWN]
        assert told(made, *AREA, part="restroom") == [UNKNOWN, UNKNOWN]


@PROFILES
async def test_a_night(profile: Any) -> None:
    """It began yesterday evening, and so did sleep."""
    async with bench(profile) as made:
        made.want(*NIGHT)
        evening = START - timedelta(hours=14)
        for depth, start, hours in (("light", 0, 1), ("deep", 1, 2), ("awake", 3, 0.5), ("light", 3.5, 3)):
            begin = evening + timedelta(hours=start)
            made.platform.sleep("1", depth, begin, begin + timedelta(hours=hours))  # type: ignore[arg-type]
        await made.poll()
        assert told(made, *NIGHT) == [6 * 3600, 2 * 3600, 4 * 3600, 1800, evening]
        assert told(made, *NIGHT, bed="_bed_1_2") == [0, 0, 0, 0, UNKNOWN]
        assert made.bodies(SLEEP)[0]["startTime"] == "2026-11-19T18:00:00+02:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:20", datetime(2026, 11, 19, 21, 20, tzinfo=ZONE)),
        ("07:05", datetime(2026, 11, 20, 7, 5, tzinfo=ZONE)),
        ("12:00", datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)),
        ("12:01", UNKNOWN),  # not of this night
        ("25:61", UNKNOWN),
        ("soon", UNKNOWN),
        (None, UNKNOWN),
    ],
)
async def test_when_sleep_came(text: object, expected: object) -> None:
    """The platform tells hours and minutes only."""
    async with bench() as made:
        made.platform.fault(SLEEP, data={"TotalTime": 1, "SleepTime": text})
        made.want(Kind.SLEEP_START)
        await made.poll()
        assert told(made, Kind.SLEEP_START) == [expected]


def test_a_night_begins_in_the_evening() -> None:
    """By the platform's clock, also where that is elsewhere."""
    tokyo = timezone(timedelta(hours=9))
    assert sleep_day(datetime(2026, 1, 1, 17, 59, tzinfo=tokyo)) == datetime(2025, 12, 31, 18, 0, tzinfo=tokyo)
    assert sleep_day(datetime(2026, 1, 1, 18, 0, tzinfo=UTC)) == datetime(2026, 1, 1, 18, 0, tzinfo=UTC)


def test_ids_of_rooms_are_numbers_where_they_can_be() -> None:
    """They are numbers here and text elsewhere."""
    assert (room_number("12"), room_number("A1")) == (12, "A1")


async def test_each_question_has_its_rhythm() -> None:
    """Presence every half minute, the others every 5 to 15 minutes."""
    async with bench() as made:
        made.want(*EVERYTHING)
        for _ in range(31):
            await made.poll(30)
        counts = [made.platform.count(path) // 2 for path in (IN_BED, RATES, LIVING, SLEEP)]
        assert counts == [31, 4, 2, 2]


async def test_no_user_is_named() -> None:
    """These are the calls that know no such header; others get it."""
    async with bench(user_id="admin") as made:
        made.want(*EVERYTHING, Kind.SPACES_FREE)
        await made.poll()
        named = {one.path for one in made.platform.requests if "userid" in {name.lower() for name in one.headers}}
        assert named == {"vehicle/v1/parkinglot/list", "vehicle/v1/floor/overview"}
        assert {one.path for one in made.platform.requests} - named == {IN_BED, RATES, LIVING, SLEEP}


async def test_only_what_is_wanted_is_asked() -> None:
    """Readings of health are personal: without an entity nobody reads them."""
    async with bench() as made:
        await made.poll()
        assert made.platform.count() == 0
        made.wanted = {made.feature("_bed_1_2", Kind.SLEEP_TIME).id}
        await made.poll()
        assert [(one.path, one.body["bedNo"]) for one in made.platform.requests] == [(SLEEP, "2")]
        assert all(not one.enabled for one in made.domains.care.features)


async def test_many_beds_take_turns() -> None:
    """Those that waited longest come first; none is left out."""
    async with bench(plan=SitePlan(rooms=10, beds=10)) as made:
        made.want(Kind.IN_BED)
        seen: set[tuple[int, str]] = set()
        for turn in range(3):
            await made.poll(30)
            asked = [(body["roomID"], body["bedNo"]) for body in made.bodies(IN_BED)[turn * 40 :]]
            assert len(asked) == 40
            seen.update(asked)
        assert len(seen) == 100


async def test_one_bed_that_fails_does_not_hide_the_others() -> None:
    """It is unknown after three times, or at once when it does not exist any more."""
    async with bench() as made:
        made.want(Kind.IN_BED)
        made.platform.lie_down("2", push=False)
        await made.poll()
        del made.platform.state.rooms[1].beds["1"]
        await made.poll(30)
        assert (told(made, Kind.IN_BED), told(made, Kind.IN_BED, bed="_bed_1_2")) == ([UNKNOWN], [True])
