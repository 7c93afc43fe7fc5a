"""People counting against a simulated platform."""

from datetime import timedelta

import pytest

from custom_components.hikvision_ivm.systems.errors import ConnectionFailedError
from custom_components.hikvision_ivm.systems.hikcentral.people import LIVE, TOTALS
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from simulators.hikcentral import SitePlan

from .domain_bench import START, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

ENTERED, EXITED = Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED
GROUP = (ENTERED, EXITED, Kind.OCCUPANCY, Kind.OCCUPANCY_LIMIT, Kind.OVER_LIMIT)


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_a_camera_tells_who_passed_since_midnight(profile: str) -> None:
    """Yesterday does not count; midnight is that of the platform's zone, whatever the offset of the runtime's clock."""
    async with bench(profile) as made:  # type: ignore[arg-type]
        camera = made.platform.state.counting.groups["1"].members[0].id
        made.platform.people_pass(camera=camera, entered=9, exited=9, at=START - timedelta(hours=12, minutes=5))
        made.platform.people_pass(camera=camera, entered=4, exited=1, at=START - timedelta(hours=11, minutes=55))
        made.platform.people_pass(camera=camera, entered=2, exited=1, at=START - timedelta(minutes=5))
        made.want(ENTERED, EXITED)
        await made.poll()
        assert (made.value(f"_cam_{camera}", ENTERED), made.value(f"_cam_{camera}", EXITED)) == (6, 2)
        (body,) = made.bodies(TOTALS)
        assert body["statisticsType"] == 1
        assert (body["startTime"], body["endTime"]) == ("2026-11-20T00:00:00+02:00", "2026-11-20T12:00:00+02:00")


async def test_a_group_tells_who_is_inside() -> None:
    """Occupancy is never negative, and over the limit only above it."""
    async with bench() as made:
        made.want(*GROUP)
        made.platform.people_pass("1", entered=3, exited=5)
        await made.poll()
        assert [made.value("_pcg_1", kind) for kind in GROUP] == [3, 5, 0, 10, False]
        made.platform.people_pass("1", entered=12)
        await made.poll(30)
        assert [made.value("_pcg_1", kind) for kind in GROUP] == [15, 5, 10, 10, False]
        made.platform.people_pass("1", entered=1)
        await made.poll(30)
        assert [made.value("_pcg_1", kind) for kind in GROUP] == [16, 5, 11, 10, True]


async def test_no_limit_is_no_limit() -> None:
    """A limit of 0 is none: nothing is over it, and nothing is below it."""
    async with bench(plan=SitePlan(group_limit=0)) as made:
        made.want(*GROUP)
        made.platform.people_pass("1", entered=3)
        await made.poll()
        assert [made.value("_pcg_1", kind) for kind in GROUP] == [3, 0, 3, UNKNOWN, UNKNOWN]


async def test_groups_are_asked_ten_at_a_time() -> None:
    """Every group gets its own figures."""
    async with bench(plan=SitePlan(counting=12, cameras=14, counting_groups=12)) as made:
        made.want(Kind.OCCUPANCY)
        for number in range(1, 13):
            made.platform.people_pass(str(number), entered=number)
        await made.poll()
        assert [made.value(f"_pcg_{number}", Kind.OCCUPANCY) for number in range(1, 13)] == list(range(1, 13))
        asked = sorted(len(body["resourceGroupIndexCodes"].split(",")) for body in made.bodies(LIVE))
        assert asked == [2, 10]


async def test_rows_that_do_not_name_their_group_are_asked_for_one_by_one() -> None:
    """As the printed sample: a row with the id of a camera; ids of cameras and groups are the same words."""
    async with bench("sample", SitePlan(counting=3, counting_groups=3)) as made:
        made.want(Kind.OCCUPANCY)
        for number in range(1, 4):
            made.platform.people_pass(str(number), entered=number)
        await made.poll()
        assert [made.value(f"_pcg_{number}", Kind.OCCUPANCY) for number in range(1, 4)] == [1, 2, 3]
        assert len(made.bodies(LIVE)) == 4
        await made.poll(30)
        assert [body["resourceGroupIndexCodes"] for body in made.bodies(LIVE)[4:]] == ["1", "2", "3"]


async def test_cameras_are_asked_ten_at_a_time_and_seldom() -> None:
    """Totals of the day every five minutes, groups every thirty seconds."""
    async with bench(plan=SitePlan(cameras=25, counting=23)) as made:
        made.want(ENTERED, Kind.OCCUPANCY)
        await made.poll()
        assert sorted(len(body["cameraIndexCodes"].split(",")) for body in made.bodies(TOTALS)) == [3, 10, 10]
        for _ in range(9):
            await made.poll(30)
        assert (len(made.bodies(TOTALS)), len(made.bodies(LIVE))) == (3, 10)
        await made.poll(30)
        assert (len(made.bodies(TOTALS)), len(made.bodies(LIVE))) == (6, 11)


async def test_nothing_is_asked_of_what_nobody_looks_at() -> None:
    """And what somebody begins to look at is read at once."""
    async with bench() as made:
        await made.poll()
        assert made.platform.count() == 0
        made.want(ENTERED)
        await made.poll(1)
        assert made.platform.count(TOTALS) == 1


@pytest.mark.parametrize(
    "data",
    [
        {"completeness": 0, "list": [{"cameraIndexCode": "{camera}", "enterNum": 3, "exitNum": 1}]},
        {"completeness": 1, "list": []},
        {"completeness": 1, "list": [{"cameraIndexCode": "other", "enterNum": 3, "exitNum": 1}]},
        {"completeness": 1, "list": [{"cameraIndexCode": "{camera}", "enterNum": "many", "exitNum": -1}]},
        {
            "completeness": 1,
            "list": [{"cameraIndexCode": "{camera}", "time": "2026-11-19T00:00:00+02:00", "enterNum": 3, "exitNum": 1}],
        },
    ],
    ids=["incomplete", "empty", "of another", "no number", "of yesterday"],
)
async def test_what_is_not_told_is_unknown(data: dict[str, object]) -> None:
    """Never 0."""
    async with bench() as made:
        camera = made.platform.state.counting.groups["1"].members[0].id
        for row in data["list"]:  # type: ignore[attr-defined]
            row["cameraIndexCode"] = row["cameraIndexCode"].replace("{camera}", camera)
        made.platform.fault(TOTALS, data=data)
        made.want(ENTERED, EXITED)
        await made.poll()
        assert made.value(f"_cam_{camera}", ENTERED) is UNKNOWN
        assert made.value(f"_cam_{camera}", EXITED) is UNKNOWN


async def test_a_figure_that_cannot_be_read_stays_for_a_while() -> None:
    """It is tried again after a minute, and given up after three times."""
    async with bench() as made:
        made.want(Kind.OCCUPANCY)
        made.platform.people_pass("1", entered=3)
        await made.poll()
        made.platform.fault(LIVE, code="10")
        for turn in range(3):
            assert made.value("_pcg_1", Kind.OCCUPANCY) == 3, turn
            await made.poll(30)
        assert made.value("_pcg_1", Kind.OCCUPANCY) is UNKNOWN
        made.platform.heal()
        await made.poll(30)
        assert made.value("_pcg_1", Kind.OCCUPANCY) == 3


async def test_what_is_refused_is_unknown_and_not_asked_again() -> None:
    """The partner lacks the right: one request, then silence."""
    async with bench() as made:
        made.want(Kind.OCCUPANCY, ENTERED)
        made.platform.deny(LIVE)
        await made.poll()
        await made.poll(30)
        await made.poll(30)
        assert made.value("_pcg_1", Kind.OCCUPANCY) is UNKNOWN
        assert made.platform.count(LIVE) == 1
        assert made.platform.count(TOTALS) == 1


async def test_a_platform_that_does_not_answer_is_told() -> None:
    """But one that answers anything is there: what it did answer is delivered."""
    async with bench() as made:
        made.want(*GROUP)
        made.platform.people_pass("1", entered=3)
        made.platform.fault(TOTALS, drop=True)
        await made.poll()
        assert made.value("_pcg_1", Kind.OCCUPANCY) == 3
        made.platform.fault(LIVE, drop=True)
        with pytest.raises(ConnectionFailedError):
            await made.poll(60)
