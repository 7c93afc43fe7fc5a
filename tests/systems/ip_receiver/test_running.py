"""What goes on, what is repeated, and what happens anew (ip-receiver §4.2)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.running import (
    BOUNCE_SECONDS,
    MOST_RUNNING,
    REPEAT_SECONDS,
    Running,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Phase
from tests.systems.transport.clock import Clock

from .event_bench import CAMERA, DOOR, HOUSE, LEARNED, Bench


@pytest.fixture
def clock() -> Clock:
    """Return time."""
    return Clock()


@pytest.fixture
def running(clock: Clock) -> Running:
    """Return what goes on, ten seconds without a repeat."""
    return Running(clock.runtime, 10)


KEY = ("V1", Kind.MOTION, "1")


def test_repeats_that_are_counted(running: Running, clock: Clock) -> None:
    """Go on for a while without a repeat, and begin anew when the count does."""
    told = []
    for seconds, count in ((0, 1), (20, 2), (25, 3), (REPEAT_SECONDS + 1, 4), (1, 1), (1, 1), (1, 2)):
        clock.passes(seconds)
        told.append(running.phase(KEY, active=True, count=count))
    start, ongoing = Phase.START, Phase.ONGOING
    assert told == [start, ongoing, ongoing, start, start, ongoing, ongoing]


@pytest.mark.parametrize("count", [None, 1, 0])
def test_repeats_that_are_not_counted(running: Running, clock: Clock, count: int | None) -> None:
    """Go on for as long as something shows that happens at a moment."""
    told = []
    for seconds in (0, 9, 9, 11):
        clock.passes(seconds)
        told.append(running.phase(KEY, active=True, count=count))
    assert told == [Phase.START, Phase.ONGOING, Phase.ONGOING, Phase.START]


def test_end(running: Running) -> None:
    """After it, the same begins; and whoever ends without a beginning ends."""
    told = [running.phase(KEY, active=active, count=None) for active in (False, True, True, False, True)]
    assert told == [Phase.END, Phase.START, Phase.ONGOING, Phase.END, Phase.START]


def test_condition(running: Running, clock: Clock) -> None:
    """Goes on until its end."""
    told = []
    for _ in range(2):
        told.append(running.phase(KEY, active=True, count=None, lasts=True))
        clock.passes(10_000)
    assert told == [Phase.START, Phase.ONGOING]


def test_others_are_others(running: Running) -> None:
    """Another channel, kind or device; and what was forgotten."""
    assert running.phase(KEY, active=True, count=1) is Phase.START
    for key in (("V1", Kind.MOTION, "2"), ("V1", Kind.TAMPER, "1"), ("V2", Kind.MOTION, "1")):
        assert running.phase(key, active=True, count=1) is Phase.START
    running.forget(KEY)
    assert running.phase(KEY, active=True, count=2) is Phase.START


def test_memory_of_what_goes_on_has_an_end(running: Running) -> None:
    """The one that was told of longest ago gives way."""
    for number in range(MOST_RUNNING + 1):
        running.phase(("V1", Kind.MOTION, str(number)), active=True, count=1)
    assert running.phase(("V1", Kind.MOTION, "1"), active=True, count=2) is Phase.ONGOING
    assert running.phase(("V1", Kind.MOTION, "0"), active=True, count=2) is Phase.START


# through the router


def test_two_zones_of_a_panel() -> None:
    """Are two, whatever the count: each is told and shown; a repeat of either is not."""
    bench = Bench(memory={**LEARNED})
    for count, seconds in ((1, 2), (2, 12)):
        bench = Bench(memory={**LEARNED})
        assert len(bench.take("PIR", ZoneNo=0)) == 2
        bench.passes(seconds)
        event, pulse = bench.take("PIR", ZoneNo=1, activePostCount=count)
        assert event.details["zone"] == 1
        assert pulse.features == (f"{HOUSE}_zone_1_binary_sensor_zone",)
    assert bench.take("PIR", ZoneNo=1, activePostCount=3) == []
    assert bench.take("PIR", ZoneNo=0, activePostCount=2) == []


def test_detection_that_goes_on() -> None:
    """Is told once, however often it is repeated, with another time in every repeat."""
    bench = Bench(memory={**LEARNED})
    told = []
    for count in range(1, 30):
        told += bench.take("PIR", ZoneNo=1, activePostCount=count)
        told += bench.take("newThing", device=CAMERA, activePostCount=count, heat=count)
        told += bench.take("heartBeatAbnormal", device=CAMERA, activePostCount=count)
        bench.passes(3)
    assert [each.code for each in told] == ["PIR", "PIR", "newThing", "heartBeatAbnormal"]


def test_bell_that_rings_again() -> None:
    """Rings each time: after a call was cancelled, and later, also if the station counts on."""
    bench = Bench()
    told = bench.take("requestVoiceTalkEvent", device=DOOR)
    bench.passes(1)
    told += bench.take("cancelVoiceTalkEvent", device=DOOR)
    told += bench.take("requestVoiceTalkEvent", device=DOOR)
    for count in (2, 3, 3):
        bench.passes(5)
        told += bench.take("requestVoiceTalkEvent", device=DOOR, activePostCount=count)
    bell, over = Kind.DOORBELL, Kind.CALL_CANCELLED
    assert [each.kind for each in told] == [bell, over, bell, bell, bell, bell]


def test_ring_that_is_told_twice() -> None:
    """Is one: with the same time, without any, or counted on at once."""
    bench = Bench()
    moment = bench.now.isoformat()
    assert len(bench.take("requestVoiceTalkEvent", device=DOOR)) == 1
    for told in ({"dateTime": moment}, {"dateTime": None}, {"activePostCount": 2}, {"activePostCount": 3}):
        bench.passes(BOUNCE_SECONDS - 0.5)
        assert bench.take("requestVoiceTalkEvent", device=DOOR, **told) == []


def test_unknown_events() -> None:
    """Are told apart by what they say, for as long as a count does not say that one goes on."""
    bench = Bench()
    told: list[Any] = []
    for root in ({"text": "a"}, {"text": "b"}, {"text": "b"}, {"text": "c", "activePostCount": 2}):
        told += bench.take("newThing", device=CAMERA, **root)
        bench.passes(3)
    assert [each.code for each in told] == ["newThing"] * 2


def test_disk_of_a_panel_that_fails_again() -> None:
    """What recovered may fail again."""
    bench = Bench()
    told = [each.code for type_ in ("diskfull", "diskrecover", "diskfull") for each in bench.take(type_)]
    assert told == ["diskfull", "diskrecover", "diskfull"]
