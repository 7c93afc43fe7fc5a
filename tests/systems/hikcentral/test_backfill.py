"""What was missed is fetched and told once, over real sockets (hikcentral §3.8, §7.2)."""

from collections import Counter
from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushState
from custom_components.hikvision_ivm.systems.hikcentral.search import RECORDS
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Phase
from simulators.hikcentral import HikCentralSimulator
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan

from .event_bench import START, UID, Bench, Callback, Clock, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

MOTION = "_cam_1_binary_sensor_motion"


def ids(made: Bench, *words: str) -> Counter[str]:
    """Return how often each event was told to have begun or happened."""
    return Counter(str(each.details["event_id"]) for each in made.sink.told(*words))


class House:
    """A platform that lives on while Home Assistant is restarted."""

    def __init__(self) -> None:
        """Nobody listens."""
        self.clock = Clock()
        self.callback = Callback()
        self.memory: dict[str, Any] = {}

    def run(self, platform: HikCentralSimulator) -> Any:
        """Start Home Assistant."""
        return bench(platform=platform, clock=self.clock, memory=self.memory, callback=self.callback)

    def platform(self, plan: SitePlan | None = None, **more: Any) -> HikCentralSimulator:
        """Return the platform."""
        return HikCentralSimulator(site=plan, now=self.clock.now, **more)


async def test_first_start_fetches_nothing() -> None:
    """What happened before anybody listened is nobody's business."""
    async with bench() as made:
        made.platform.happen(131331, "camera", "1", at=START - timedelta(minutes=5))
        made.listen()
        await made.wait(5)
        assert made.sink.occurrences == []
        assert made.channel.backfill.counts["runs"] == 0
        assert made.sink.health[-1].state is PushState.HEALTHY


async def test_restart() -> None:
    """What happened while Home Assistant was away is told as late, with start and end; nothing else is told again."""
    house = House()
    await house.callback.start()
    async with house.platform() as platform:
        async with house.run(platform) as made:
            made.listen()
            await made.wait(100)
            before = platform.happen(131331, "camera", "1", status=1)
            await made.settle()
            await platform.end(before)
            assert ids(made) == {before: 1}
        house.clock.move(house.clock.passed + 60)
        missed = platform.happen(131331, "camera", "1", status=1)
        house.clock.move(house.clock.passed + 30)
        platform.events.end(missed)
        door = platform.happen(198913, "door", "1")
        house.clock.move(house.clock.passed + 600)
        async with house.run(platform) as made:
            made.listen()
            await made.wait(5)
            phases = [(each.details["event_id"], each.phase, each.late) for each in made.sink.occurrences]
            assert phases == [
                (missed, Phase.START, True), (missed, Phase.END, True), (door, Phase.PULSE, True),
            ]  # fmt: skip
            assert made.sink.occurrences[1].time == START + timedelta(seconds=190)
            assert made.state(MOTION) is False
            assert made.state("_door_1_binary_sensor_door") is True
            await made.wait(1000)
            assert ids(made) == {missed: 1, door: 1}
            after = platform.happen(131331, "camera", "1", status=1)
            await made.settle()
            assert ids(made)[after] == 1
            assert made.state(MOTION) is True
    await house.callback.stop()


async def test_restart_without_a_proper_end() -> None:
    """After a crash a little is looked at again, and still nothing is told twice that was saved."""
    house = House()
    await house.callback.start()
    async with house.platform() as platform:
        async with house.run(platform) as made:
            made.listen()
            await made.wait(30)
            for _ in range(5):
                platform.happen(131331, "camera", "1")
                await made.wait(25)
            saved = json.loads(json.dumps(house.memory))
            told = ids(made)
        assert sum(told.values()) == 5
        house.memory = saved
        house.clock.move(house.clock.passed + 20)
        missed = platform.happen(131331, "camera", "2")
        async with house.run(platform) as made:
            made.listen()
            await made.wait(60)
            assert made.channel.mode == "pushed"
            assert missed in ids(made)
            assert sum(ids(made).values()) <= 2
    await house.callback.stop()


async def test_outage_with_many_events() -> None:
    """A minute at twenty events a second without a way to us: none is lost, none is told twice."""
    async with bench(SitePlan(cameras=20, doors=4, inputs=4)) as made:
        made.platform.batch = 50
        made.listen()
        await made.wait(60)
        happened: list[str] = []
        for second in range(180):
            made.platform.reachable = not 60 <= second < 120
            for number in range(20):
                at = START + timedelta(seconds=made.clock.passed + number / 20)
                code, kind, source = (
                    (131331, "camera", number) if number < 16 else (198914, "door", number - 16) if number < 18
                    else (589825, "ioIn", number - 18)
                )  # fmt: skip
                happened.append(made.platform.happen(code, kind, str(source + 1), at=at))
            made.clock.move(made.clock.passed + 1)
            if second in {60, 90}:
                made.channel.note_answer(answered=False)
            if second in {50, 120}:
                made.channel.note_answer(answered=True)
            if second % 20 == 19:
                await made.settle()
        await made.wait(120)
        told = ids(made)
        lost = {number for number, one in enumerate(happened) if one not in told}
        assert lost == set()
        assert len(told) == len(happened)
        assert max(told.values()) == 1
        assert made.channel.backfill.counts["told"] >= 1200
        late = {str(each.details["event_id"]) for each in made.sink.told() if each.late}
        assert len(late) >= 1200
        assert late <= set(happened[1190:2410])
        assert made.channel.mode == "pushed"


@pytest.mark.parametrize(
    "behaviour", [Options(duplicates=1), Options(reorder=True), Options(duplicates=2, reorder=True)]
)
async def test_disorder(behaviour: Options) -> None:
    """Doubles and reordered batches: every happening once, every sensor off in the end."""
    async with bench(behaviour=behaviour) as made:
        made.platform.batch = 30
        made.listen()
        await made.wait(60)
        for number in range(100):
            moment = START + timedelta(seconds=made.clock.passed, milliseconds=number)
            alarm = made.platform.happen(131331, "camera", str(number % 6 + 1), status=1, at=moment)
            made.platform.events.end(alarm, moment + timedelta(seconds=1))
        await made.settle()
        assert len(ids(made)) == 100
        assert max(ids(made).values()) == 1
        await made.wait(130)
        assert {made.state(f"_cam_{number}_binary_sensor_motion") for number in range(1, 7)} == {False}
        await made.wait(400)
        assert max(ids(made).values()) == 1


async def test_records_appear_while_pushes_arrive() -> None:
    """What is fetched and what is posted at the same time is told once."""
    async with bench(behaviour=Options(push_delay=0.2)) as made:
        made.listen()
        await made.wait(30)
        made.channel.note_answer(answered=True)
        made.clock.move(made.clock.passed + 30)
        made.channel.note_answer(answered=False)
        happened = [
            made.platform.happen(131331, "camera", "1", at=START + timedelta(seconds=40 + n)) for n in range(15)
        ]
        made.clock.move(made.clock.passed + 30)
        made.channel.note_answer(answered=True)
        await made.wait(200)
        assert ids(made) == Counter(happened)


async def test_short_silence_costs_nothing() -> None:
    """One poll that failed is no outage."""
    async with bench() as made:
        made.listen()
        await made.wait(60)
        asked = len(made.bodies(RECORDS))
        made.channel.note_answer(answered=True)
        made.channel.note_answer(answered=False)
        made.clock.move(made.clock.passed + 5)
        made.channel.note_answer(answered=True)
        await made.wait(5)
        assert len(made.bodies(RECORDS)) == asked


async def test_long_absence_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """A day is fetched, not a week; and that is said."""
    house = House()
    await house.callback.start()
    async with house.platform() as platform:
        async with house.run(platform) as made:
            made.listen()
            await made.wait(5)
        week = 7 * 86_400
        old = platform.happen(131331, "camera", "1", at=START + timedelta(seconds=1000))
        new = platform.happen(131331, "camera", "1", at=START + timedelta(seconds=week - 3600))
        house.clock.move(week)
        async with house.run(platform) as made:
            made.listen()
            await made.wait(5)
            assert ids(made) == {new: 1}
            assert old not in ids(made)
            starts = [each["startTime"] for each in made.bodies(RECORDS)]
            assert min(starts) >= (START + timedelta(seconds=week - 86_410)).isoformat()
            assert "too long ago" in caplog.text
    await house.callback.stop()


async def test_failure_in_the_middle() -> None:
    """What could not be read is read again; what was told is not told again."""
    house = House()
    await house.callback.start()
    async with house.platform() as platform:
        async with house.run(platform) as made:
            made.listen()
            await made.wait(5)
        happened = [platform.happen(131331, "camera", "1", at=START + timedelta(hours=hour)) for hour in range(1, 12)]
        house.clock.move(12 * 3600)
        async with house.run(platform) as made:
            platform.fault(RECORDS, code="192", times=3)
            made.listen()
            await made.wait(1)
            assert made.channel.delivered.until is not None
            assert made.channel.delivered.until < START + timedelta(hours=12)
            await made.wait(120)
            assert ids(made) == Counter(happened)
            assert made.channel.delivered.until > START + timedelta(hours=12)
    await house.callback.stop()


async def test_more_than_one_search_takes() -> None:
    """Where more happened than a search takes, shorter stretches are asked for, until all of it is there."""
    async with bench(SitePlan(cameras=2)) as made:
        made.listen()
        await made.wait(5)
        backfill = made.channel.backfill
        happened = [
            made.platform.happen(131331, "camera", "1", at=START - timedelta(seconds=number), push=False)
            for number in range(1, 1500)
        ]
        search = made.channel.search
        original = search.events

        async def few(*arguments: Any, **more: Any) -> Any:
            return await original(*arguments, **{**more, "most": 400})

        search.events = few  # type: ignore[method-assign]
        told = await backfill.run(START - timedelta(hours=1), START, made.sink)
        assert told == len(happened)
        assert ids(made) == Counter(happened)
        assert backfill.counts["cut"] == 0


async def test_campus_costs_few_requests() -> None:
    """After a restart: one request for each 200 sources."""
    plan = SitePlan(cameras=1000, doors=200, inputs=400, encoders=50)
    async with bench(plan) as made:
        made.platform.happen(131331, "camera", "500", at=START - timedelta(minutes=5), push=False)
        made.platform.happen(198914, "door", "20", at=START - timedelta(minutes=5), push=False)
        made.platform.requests.clear()
        await made.channel.backfill.run(START - timedelta(minutes=30), START, made.sink)
        assert len(ids(made)) == 2
        assert len(made.platform.requests) <= 80


async def test_nothing_is_switched_by_what_is_over() -> None:
    """A late start begins nothing; what is on stays on."""
    async with bench() as made:
        made.listen()
        await made.wait(1)
        live = made.platform.happen(131331, "camera", "1", status=1)
        await made.settle()
        assert made.state(MOTION) is True
        old = made.platform.happen(131331, "camera", "1", status=1, at=START - timedelta(minutes=8), push=False)
        made.platform.events.end(old, START - timedelta(minutes=7), push=False)
        running = made.platform.happen(131331, "camera", "2", status=1, at=START - timedelta(minutes=8), push=False)
        await made.channel.backfill.run(START - timedelta(minutes=10), START, made.sink)
        assert ids(made) == {live: 1, old: 1, running: 1}
        assert made.state(MOTION) is True
        assert made.state("_cam_2_binary_sensor_motion") is UNKNOWN
        assert f"{UID}_cam_2" in {each.device_id for each in made.sink.occurrences}
