"""What answers show and nobody told, in time that tests own."""

import pytest

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.ip_receiver.untold import SILENT_SECONDS, Untold
from custom_components.hikvision_ivm.systems.values import ArmState
from tests.systems.transport.clock import Clock

from .panel_bench import settle

DISARMED, ARMING, AWAY, HOME = ArmState.DISARMED, ArmState.ARMING, ArmState.ARMED_AWAY, ArmState.ARMED_HOME
TRIGGERED, PENDING = ArmState.TRIGGERED, ArmState.PENDING


class Bench:
    """One panel with one partition. `doubts`: how often the subscription became doubtful."""

    def __init__(self) -> None:
        """Events come, and nothing was read yet."""
        self.clock = Clock(flows=False)
        self.doubts = 0
        self.untold = Untold(self.clock.runtime, Background(), self._doubt)
        self.untold.listening()
        self.state: ArmState | None = None

    def _doubt(self) -> None:
        """Count."""
        self.doubts += 1

    def read(self, state: ArmState | None, what: What = What.PARTITIONS) -> None:
        """An answer shows a state."""
        before, self.state = self.state, state
        self.untold.answered("a", what, {1: before}, {1: state}, self.clock.time)

    async def lapse(self, seconds: float) -> None:
        """Let time pass."""
        await settle()
        self.clock.passes(seconds)
        await settle()


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [
        (DISARMED, AWAY, True),
        (DISARMED, HOME, True),
        (AWAY, DISARMED, True),
        (HOME, AWAY, True),
        (ARMING, AWAY, True),
        (PENDING, DISARMED, True),
        (DISARMED, TRIGGERED, True),
        (AWAY, TRIGGERED, True),
        (DISARMED, ARMING, False),
        (ARMING, DISARMED, False),
        (AWAY, AWAY, False),
        (TRIGGERED, AWAY, False),
        (None, AWAY, False),
        (None, TRIGGERED, False),
        (AWAY, None, False),
    ],
)
async def test_of_what_an_event_is_due(before: ArmState | None, after: ArmState | None, due: bool) -> None:
    """Of arming, disarming and alarms, not of an exit delay; and only after nothing came for a while."""
    bench = Bench()
    bench.read(before)
    await bench.lapse(30)
    bench.read(after)
    await bench.lapse(SILENT_SECONDS - 1)
    assert not bench.doubts
    await bench.lapse(2)
    assert bench.doubts == due


@pytest.mark.parametrize("seconds", [0.5, SILENT_SECONDS - 1])
async def test_an_event_that_comes_after_the_answer(seconds: float) -> None:
    """Nothing is wrong then."""
    bench = Bench()
    bench.read(DISARMED)
    await bench.lapse(30)
    bench.read(AWAY)
    await bench.lapse(seconds)
    bench.untold.note("a")
    await bench.lapse(60)
    assert not bench.doubts


async def test_an_event_that_the_answer_before_did_not_know() -> None:
    """Answers may lag behind: the event was told before the last look."""
    bench = Bench()
    bench.read(DISARMED)
    await bench.lapse(20)
    bench.untold.note("a")
    await bench.lapse(4)
    bench.read(DISARMED)
    await bench.lapse(30)
    bench.read(AWAY)
    await bench.lapse(60)
    assert not bench.doubts


async def test_an_event_of_long_ago() -> None:
    """It has nothing to do with what is new; an event of another panel neither."""
    bench = Bench()
    bench.untold.note("a")
    await bench.lapse(20)
    bench.read(DISARMED)
    await bench.lapse(30)
    bench.untold.note("b")
    bench.read(TRIGGERED, What.PARTITIONS)
    await bench.lapse(SILENT_SECONDS)
    assert bench.doubts == 1


async def test_partitions_that_zones_tell_of() -> None:
    """Panels without a list of partitions are judged by their zones."""
    bench = Bench()
    bench.read(DISARMED, What.ZONES)
    await bench.lapse(10)
    bench.read(AWAY, What.ZONES)
    await bench.lapse(SILENT_SECONDS)
    assert bench.doubts == 1


async def test_what_happened_while_nobody_listened() -> None:
    """It could not be told: neither before the subscription began, nor while it began anew."""
    bench = Bench()
    bench.read(DISARMED)
    await bench.lapse(10)
    bench.untold.listening()
    await bench.lapse(10)
    bench.read(AWAY)
    await bench.lapse(60)
    assert not bench.doubts
    bench.read(DISARMED)
    await bench.lapse(5)
    bench.untold.listening()
    await bench.lapse(60)
    assert not bench.doubts


async def test_doubted_once_for_several_changes() -> None:
    """And a panel that is gone is not judged by what it was."""
    bench = Bench()
    for state in (DISARMED, AWAY, DISARMED, HOME):
        bench.read(state)
        await bench.lapse(1)
    await bench.lapse(SILENT_SECONDS)
    assert bench.doubts == 1
    bench.untold.forget("a")
    bench.read(AWAY)
    await bench.lapse(60)
    assert bench.doubts == 1
