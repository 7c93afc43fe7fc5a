"""Looking again at what became doubtful, in time that tests own."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.errors import ConnectionFailedError
from custom_components.hikvision_ivm.systems.ip_receiver.event_codes import find
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import ALL, STATES, Refresher, What, doubtful
from tests.systems.transport.clock import Clock


@dataclass
class Looking:
    """What was looked at, and when."""

    clock: Clock = field(default_factory=lambda: Clock(flows=False))
    background: Background = field(default_factory=Background)
    looks: list[tuple[float, str, frozenset[What], bool]] = field(default_factory=list)
    unsettled: set[str] = field(default_factory=set)
    fails: bool = False

    def __post_init__(self) -> None:
        """Begin."""
        self.begin = self.clock.time
        self.refresher = Refresher(self.clock.runtime, self.background, self.read, self.unsettled.__contains__)

    async def read(self, device: str, what: Collection[What], paced: bool) -> None:
        """Look."""
        self.looks.append((self.clock.time - self.begin, device, frozenset(what), paced))
        if self.fails:
            raise ConnectionFailedError(reason="away")

    async def pass_time(self, seconds: float) -> None:
        """Let time pass in small steps."""
        for _ in range(round(seconds / 0.25)):
            self.clock.passes(0.25)
            for _ in range(6):
                await asyncio.sleep(0)

    @property
    def moments(self) -> list[float]:
        """When it was looked."""
        return [moment for moment, *_ in self.looks]


async def test_once_for_a_swarm() -> None:
    """A second after the last event, with everything that was doubtful."""
    looking = Looking()
    for what in (STATES, {What.PERIPHERALS}):
        looking.refresher.soon("a", what)
        await looking.pass_time(0.5)
    await looking.pass_time(3)
    assert looking.looks == [(1.5, "a", frozenset(What), False)]
    assert not looking.background.tasks


async def test_events_that_do_not_end() -> None:
    """It is looked every five seconds all the same."""
    looking = Looking()
    for _ in range(44):
        looking.refresher.soon("a")
        await looking.pass_time(0.25)
    await looking.pass_time(2)
    assert looking.moments[:2] == [5.0, 10.0]
    assert len(looking.moments) == 3


async def test_a_second_look() -> None:
    """Where something still waits to be confirmed; not where it was confirmed."""
    looking = Looking()
    looking.unsettled.add("a")
    looking.refresher.soon("a")
    looking.refresher.soon("b")
    await looking.pass_time(5)
    looking.unsettled.clear()
    await looking.pass_time(10)
    assert [(moment, device) for moment, device, *_ in looking.looks] == [(1.0, "a"), (1.0, "b"), (4.0, "a")]
    assert not looking.background.tasks


async def test_what_stays_doubtful() -> None:
    """It is looked twice more, and then left to the polls."""
    looking = Looking()
    looking.unsettled.add("a")
    looking.refresher.soon("a")
    await looking.pass_time(30)
    assert looking.moments == [1.0, 4.0, 8.0, 13.0]
    assert not looking.background.tasks


async def test_events_while_it_is_doubtful() -> None:
    """The looks at what happened last take over: they are never doubled."""
    looking = Looking()
    looking.unsettled.add("a")
    for _ in range(3):
        looking.refresher.soon("a")
        await looking.pass_time(2)
    await looking.pass_time(20)
    assert looking.moments == [1.0, 3.0, 5.0, 8.0, 12.0, 17.0]
    assert not looking.background.tasks


async def test_a_failure_leaves_it_to_the_next_poll() -> None:
    """And the next event makes it look again."""
    looking = Looking(fails=True)
    for _ in range(2):
        looking.refresher.soon("a")
        await looking.pass_time(3)
    assert len(looking.looks) == 2
    assert not looking.background.tasks


async def test_many_take_turns() -> None:
    """A swarm over many panels is read in turn, a few at once."""
    looking = Looking()
    for number in range(8):
        looking.refresher.soon(str(number))
    await looking.pass_time(3)
    assert len(looking.looks) == 8
    assert [paced for *_, paced in looking.looks][:3] == [True, True, True]
    assert looking.looks[-1][-1] is False


async def test_what_happens_while_it_is_looked() -> None:
    """It is looked again for that, once."""
    looking = Looking()
    wait = asyncio.Event()
    read = looking.read

    async def slow(device: str, what: Collection[What], paced: bool) -> None:
        await read(device, what, paced)
        await wait.wait()

    looking.refresher = Refresher(looking.clock.runtime, looking.background, slow, looking.unsettled.__contains__)
    looking.refresher.soon("a")
    await looking.pass_time(1)
    assert looking.moments == [1.0]
    looking.refresher.soon("a")
    wait.set()
    await looking.pass_time(3)
    assert looking.moments == [1.0, 2.0]


@pytest.mark.parametrize(
    ("codes", "what"),
    [
        # relays, sirens and keypads: their faults, what switches them, what adds them
        (("1443", "3443", "1344", "1345", "1337", "1910", "1916", "1330", "1342", "1979", "3977"), ALL),
        # alarms switch sirens and relays, and so does their end and how the panel is armed
        (("1103", "3103", "1110", "1123", "1406", "1401", "3401"), ALL),
        (("1570", "1359", "1923", "1602", "9999"), STATES),
    ],
)
def test_what_a_report_makes_doubtful(codes: tuple[str, ...], what: frozenset[What]) -> None:
    """Peripherals are read where a report may tell of them (§5.6)."""
    for code in codes:
        assert doubtful(find(code)[1]) == what, code
    assert doubtful(None) == STATES
