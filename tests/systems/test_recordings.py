"""Lists of recordings that are put together."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from custom_components.hikvision_ivm.systems.model import Recording
from custom_components.hikvision_ivm.systems.recordings import merged, stretches

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = timedelta(days=3)


def test_stretches_cover_everything_once() -> None:
    """In any zone, none empty."""
    zone = timezone(timedelta(hours=8))
    start = datetime(2026, 1, 1, tzinfo=zone)
    found = list(stretches(start, start + timedelta(days=7), LONGEST))
    assert [end - begin for begin, end in found] == [LONGEST, LONGEST, DAY]
    assert all(later[0] == earlier[1] for earlier, later in pairwise(found))
    assert list(stretches(start, start, LONGEST)) == []


def _at(hours: float) -> datetime:
    return START + hours * HOUR


def _recorded(start: float, end: float, size: int | None = 1, store: str = "") -> Recording:
    return Recording(start=_at(start), end=_at(end), size=size, store=store)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([(2, 3), (0, 1)], [(0, 1, 1), (2, 3, 1)]),
        ([(0, 1), (1, 2)], [(0, 1, 1), (1, 2, 1)]),
        ([(0, 1), (0, 1)], [(0, 1, 1)]),
        ([(0, 2), (1, 3)], [(0, 3, None)]),
        ([(0, 4), (1, 2), (3, 5)], [(0, 5, None)]),
        ([(71, 72), (72, 73)], [(71, 73, 2)]),
        ([(-2, 1), (99, 101)], [(0, 1, None), (99, 100, None)]),
        ([(-2, 0), (100, 101), (101, 102)], []),
    ],
)
def test_what_overlaps_becomes_one(
    given: list[tuple[float, float]], found: list[tuple[float, float, int | None]]
) -> None:
    """What touches stays apart, except where one call ended (after three days); both ends are cut."""
    recordings = [_recorded(*one) for one in given]
    assert merged(recordings, _at(0), _at(100), {_at(72)}) == tuple(_recorded(*one) for one in found)


def test_stores_are_kept_apart_and_unknown_sizes_unknown() -> None:
    """The same hour in two places is two recordings."""
    twice = [_recorded(0, 1, 1, "central"), _recorded(0, 1, 2, "device")]
    assert merged(twice, _at(0), _at(9), {_at(72)}) == tuple(twice)
    assert merged([_recorded(0, 1, None), _recorded(0, 1, 5)], _at(0), _at(9), {_at(72)}) == (_recorded(0, 1, 5),)
    assert merged([_recorded(71, 72, None), _recorded(72, 73)], _at(0), _at(99), {_at(72)}) == (
        _recorded(71, 73, None),
    )


def test_sorts_are_kept_apart() -> None:
    """A motion within an hour that is recorded anyway is a recording of its own, and an archived one stays so."""
    hour = Recording(start=_at(0), end=_at(1), sort="continuous")
    motion = Recording(start=_at(0.2), end=_at(0.3), sort="motion")
    archived = Recording(start=_at(0.5), end=_at(1), sort="continuous", playable=False)
    assert merged([motion, archived, hour], _at(0), _at(1)) == (hour, motion, archived)
