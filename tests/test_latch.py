"""Tests of how occurrences become on and off."""

import asyncio
from collections.abc import Callable
import heapq
from typing import Any

import pytest

from custom_components.hikvision_ivm.latch import Latch
from custom_components.hikvision_ivm.systems.model import Phase


class Handle:
    """A timer that only the test lets fire."""

    def __init__(self, when: float, call: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        """Fire at a moment, in seconds."""
        self.when, self.call, self.arguments = when, call, arguments
        self.cancelled = False

    def __lt__(self, other: Handle) -> bool:
        """The sooner comes first."""
        return self.when < other.when

    def cancel(self) -> None:
        """Never fire."""
        self.cancelled = True


class Clock:
    """A loop that only knows timers; time passes when the test says so."""

    def __init__(self) -> None:
        """Begin at a thousand seconds."""
        self.now = 1000.0
        self.timers: list[Handle] = []
        self.made = 0

    def call_later(self, delay: float, call: Callable[..., None], *arguments: Any) -> Handle:
        """Take a timer."""
        self.made += 1
        handle = Handle(self.now + delay, call, arguments)
        heapq.heappush(self.timers, handle)
        return handle

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass and timers fire on the way."""
        end = self.now + seconds
        while self.timers and self.timers[0].when <= end:
            handle = heapq.heappop(self.timers)
            self.now = handle.when
            if not handle.cancelled:
                handle.call(*handle.arguments)
        self.now = end

    @property
    def running(self) -> int:
        """Timers that will fire."""
        return sum(not handle.cancelled for handle in self.timers)


@pytest.fixture
def clock() -> Clock:
    """Return time under control."""
    return Clock()


@pytest.fixture
def over() -> list[str]:
    """Return what ended by itself."""
    return []


@pytest.fixture
def latch(clock: Clock, over: list[str]) -> Latch:
    """Return a latch on that clock."""
    loop: Any = clock
    assert not isinstance(loop, asyncio.AbstractEventLoop)
    return Latch(loop, lambda: clock.now, over.append)


@pytest.mark.parametrize("phase", [Phase.START, Phase.ONGOING, Phase.PULSE])
def test_on_until_the_hold_is_over(latch: Latch, clock: Clock, over: list[str], phase: Phase) -> None:
    """Something that began, goes on or happened is on for the hold time."""
    assert latch.take("a", phase, 5.0) is True
    clock.pass_seconds(4.9)
    assert "a" in latch and not over
    clock.pass_seconds(0.2)
    assert "a" not in latch and over == ["a"]


def test_repeats_prolong_without_further_timers(latch: Latch, clock: Clock, over: list[str]) -> None:
    """A thousand repeats cost one timer, and the hold counts from the last of them."""
    latch.take("a", Phase.START, 5.0)
    for _ in range(1000):
        clock.pass_seconds(0.004)
        assert latch.take("a", Phase.ONGOING, 5.0) is True
    assert clock.made == 1
    clock.pass_seconds(4.99)
    assert not over
    clock.pass_seconds(0.02)
    assert over == ["a"]
    assert clock.made == 2


def test_a_shorter_hold_replaces_the_timer(latch: Latch, clock: Clock, over: list[str]) -> None:
    """After the hold time was made shorter, the old timer must not keep the sensor on."""
    latch.take("a", Phase.START, 600.0)
    latch.take("a", Phase.ONGOING, 5.0)
    clock.pass_seconds(5.1)
    assert over == ["a"]
    assert clock.running == 0


@pytest.mark.parametrize("hold", [None, 600.0])
def test_a_pulse_never_shortens(latch: Latch, clock: Clock, over: list[str], hold: float | None) -> None:
    """What goes on is not over because something momentary was told of it; it may only last longer for it."""
    latch.take("a", Phase.START, hold)
    assert latch.take("a", Phase.PULSE, 10.0) is True
    assert latch.take("a", Phase.PULSE, None) is None
    clock.pass_seconds(599.0)
    assert "a" in latch and not over
    assert latch.take("a", Phase.PULSE, 10.0) is True
    clock.pass_seconds(9.0)
    assert not over
    clock.pass_seconds(2.0)
    assert over == ([] if hold is None else ["a"])
    assert latch.endless() == (["a"] if hold is None else [])


def test_a_start_makes_a_pulse_last(latch: Latch, clock: Clock, over: list[str]) -> None:
    """What began after it was told as momentary is on until its end."""
    latch.take("a", Phase.PULSE, 10.0)
    latch.take("a", Phase.START, None)
    clock.pass_seconds(1000.0)
    assert not over and latch.endless() == ["a"] and clock.running == 0


def test_an_end_ends_and_a_later_timer_does_not(latch: Latch, clock: Clock, over: list[str]) -> None:
    """The end cancels the timer; a new start has its whole hold time."""
    latch.take("a", Phase.START, 5.0)
    assert latch.take("a", Phase.END, 5.0) is False
    assert clock.running == 0
    clock.pass_seconds(4.0)
    latch.take("a", Phase.START, 5.0)
    clock.pass_seconds(4.0)
    assert not over
    clock.pass_seconds(1.1)
    assert over == ["a"]


def test_without_hold_only_an_end_ends(latch: Latch, clock: Clock, over: list[str]) -> None:
    """What tells its end stays on for as long as it lasts, and a pulse says nothing of now."""
    assert latch.take("a", Phase.START, None) is True
    assert latch.take("b", Phase.PULSE, None) is None
    clock.pass_seconds(100_000)
    assert latch.endless() == ["a"]
    assert latch.take("a", Phase.END, None) is False
    assert not over and len(latch) == 0


def test_an_end_without_a_start_is_off(latch: Latch) -> None:
    """A device that says that something is over has said that it is not."""
    assert latch.take("a", Phase.END, 5.0) is False


@pytest.mark.parametrize("phase", [Phase.START, Phase.ONGOING, Phase.PULSE])
def test_late_begins_nothing(latch: Latch, clock: Clock, phase: Phase) -> None:
    """What was fetched after an outage is history."""
    assert latch.take("a", phase, 5.0, late=True) is None
    assert clock.made == 0
    latch.take("a", Phase.START, 5.0)
    assert latch.take("a", Phase.END, 5.0, late=True) is False


def test_features_do_not_disturb_each_other(latch: Latch, clock: Clock, over: list[str]) -> None:
    """Every feature has its own deadline."""
    latch.take("a", Phase.START, 5.0)
    clock.pass_seconds(2.0)
    latch.take("b", Phase.START, 5.0)
    latch.take("c", Phase.START, None)
    clock.pass_seconds(3.5)
    assert over == ["a"]
    assert latch.endless() == ["c"]


def test_release_and_close_cancel_timers(latch: Latch, clock: Clock, over: list[str]) -> None:
    """Nothing fires after it was released or closed."""
    for name in "abc":
        latch.take(name, Phase.START, 5.0)
    latch.release("a")
    latch.release("never seen")
    assert clock.running == 2
    latch.close()
    assert clock.running == 0
    clock.pass_seconds(10)
    assert not over
