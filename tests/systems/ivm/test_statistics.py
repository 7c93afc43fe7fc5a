"""People who were counted, over real sockets."""

from datetime import date, timedelta

import pytest

from custom_components.hikvision_ivm.systems.errors import UnlicensedError, UnsupportedError
from custom_components.hikvision_ivm.systems.ivm.statistics import Period, Statistics, Step, answer_of
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, SensorFeature
from simulators.ivm import DevicePlan

from .settings_bench import NOON, Bench, address_of, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PEOPLE = (Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED, Kind.OCCUPANCY)
TODAY = "20261125"


def hours(*counts: int) -> list[int]:
    """Return a number for each hour of a day."""
    return [*counts, *[0] * (24 - len(counts))]


def sensors(made: Bench) -> list[SensorFeature]:
    """Let the sensors exist."""
    return [made.feature(SensorFeature, kind) for kind in PEOPLE]


async def test_today() -> None:
    """All hours together; fewer than nobody is inside nowhere."""
    async with bench() as made:
        statistics, gate, there = Statistics(made.context, made.features), made.cloud.channel("Gate"), sensors(made)
        gate.people[TODAY] = hours(5, 7, 1), hours(1, 2)
        made.take(await statistics.read(address_of(gate)))
        assert [made.value(one) for one in there] == [13, 3, 10]
        gate.people[TODAY] = hours(5), hours(9)
        made.take(await statistics.read(address_of(gate)))
        assert [made.value(one) for one in there] == [5, 9, 0]


async def test_the_day_is_that_of_the_cloud() -> None:
    """At five in the afternoon in London another day has begun in Beijing."""
    async with bench() as made:
        statistics, gate, there = Statistics(made.context, made.features), made.cloud.channel("Gate"), sensors(made)
        gate.people |= {TODAY: (hours(5), hours(1)), "20261126": (hours(0, 1), hours(0))}
        made.now = NOON + timedelta(hours=13)
        made.take(await statistics.read(address_of(gate)))
        assert [made.value(one) for one in there] == [1, 0, 1]


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (b"{}", [UNKNOWN, UNKNOWN, UNKNOWN]),
        (b'{"in": null, "out": [1, 2]}', [UNKNOWN, 3, UNKNOWN]),
        (b'{"in": ["3", null, "x", -5, 4.0], "out": [0]}', [7, 0, 7]),
        (b'{"in": [], "out": [null, null]}', [UNKNOWN, UNKNOWN, UNKNOWN]),
        (b'{"in": 5, "out": "6"}', [UNKNOWN, UNKNOWN, UNKNOWN]),
    ],
)
async def test_what_is_not_told_is_not_nobody(raw: bytes, values: list[object]) -> None:
    """Half an answer tells half."""
    async with bench() as made:
        statistics, gate, there = Statistics(made.context, made.features), made.cloud.channel("Gate"), sensors(made)
        made.cloud.fault("statistics/people", raw=raw, times=1)
        made.take(await statistics.read(address_of(gate)))
        assert [made.value(one) for one in there] == values


async def test_no_counts_yet() -> None:
    """The code for an empty result is an answer."""
    async with bench() as made:
        statistics, gate, there = Statistics(made.context, made.features), made.cloud.channel("Gate"), sensors(made)
        made.cloud.fault("statistics/people", code="IVM.10020019", times=1)
        made.take(await statistics.read(address_of(gate)))
        assert [made.value(one) for one in there] == [UNKNOWN] * 3


@pytest.mark.parametrize(
    ("period", "day", "start", "step", "length"),
    [
        (Period.DAY, date(2026, 11, 25), "2026-11-25", Step.HOUR, 24),
        (Period.WEEK, date(2026, 11, 25), "2026-11-23", Step.DAY, 7),
        (Period.MONTH, date(2026, 11, 25), "2026-11-01", Step.DAY, 30),
        (Period.MONTH, date(2026, 2, 28), "2026-02-01", Step.DAY, 28),
        (Period.YEAR, date(2026, 11, 25), "2026-01-01", Step.MONTH, 12),
    ],
)
async def test_periods(period: Period, day: date, start: str, step: Step, length: int) -> None:
    """The end is always sent: a month without it is answered as a week."""
    async with bench() as made:
        statistics, gate = Statistics(made.context, made.features), made.cloud.channel("Gate")
        gate.people[TODAY] = hours(2, 3), hours(1)
        counts = await statistics.counts(address_of(gate), period, day)
        told = answer_of(counts, period, day)
        assert (told["start"], told["step"]) == (start, step)
        assert len(told["entered"]) == len(told["exited"]) == length
        assert told["entered_total"] == sum(told["entered"])
        assert "end_date" in made.cloud.requests[-1].query
        if period is Period.WEEK:
            assert (told["entered"][2], told["exited"][2]) == (5, 1)


async def test_an_answer_of_another_length() -> None:
    """What its numbers stand for is seen by how many there are, and not by what was asked."""
    async with bench() as made:
        statistics, gate = Statistics(made.context, made.features), made.cloud.channel("Gate")
        for raw, step in (
            (b'{"in": [1, 1, 1, 1, 1, 1, 1]}', Step.DAY),
            (b'{"out": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}', Step.MONTH),
            (b'{"in": [1]}', Step.DAY),
        ):
            made.cloud.fault("statistics/people", raw=raw, times=1)
            counts = await statistics.counts(address_of(gate), Period.MONTH, date(2026, 11, 1))
            assert counts.step is step
        assert answer_of(counts, Period.MONTH, date(2026, 11, 1))["exited_total"] is None


async def test_who_counts_nobody() -> None:
    """Without the service, and without the ability."""
    bare = DevicePlan(name="Bare", packages={"MANAGEMENT": "GRANT"})
    async with bench(bare, DevicePlan(name="Blind", abilities=["ptz"])) as made:
        statistics = Statistics(made.context, made.features)
        with pytest.raises(UnlicensedError):
            await statistics.read(address_of(made.cloud.channel("Bare")))
        with pytest.raises(UnsupportedError):
            await statistics.read(address_of(made.cloud.channel("Blind")))
