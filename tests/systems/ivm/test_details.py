"""What is read in turns, and that an account as a whole is asked seldom."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import AuthenticationError
from custom_components.hikvision_ivm.systems.ivm.budget import MOST, PER_MINUTE, Budget
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.channel import EventChannel
from custom_components.hikvision_ivm.systems.ivm.commands import Parts, parts_of
from custom_components.hikvision_ivm.systems.ivm.details import (
    FAILED_FACTOR,
    PRIME_MOST,
    REFUSED_SECONDS,
    UNPAID_SECONDS,
    Details,
)
from custom_components.hikvision_ivm.systems.ivm.learnt import NOTHING
from custom_components.hikvision_ivm.systems.ivm.readings import (
    SETTINGS_SECONDS,
    STATISTICS_SECONDS,
    applied,
    learnt_of,
    outside_of,
    readings_of,
)
from custom_components.hikvision_ivm.systems.ivm.records import StreamType
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    Feature,
    ImageFeature,
    NumberFeature,
    SelectFeature,
    SensorFeature,
    SwitchFeature,
)
from simulators.ivm import DevicePlan
from tests.systems.transport.clock import Clock

from .settings_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")


def details_of(made: Bench, *, lists: bool = False) -> tuple[Details, Parts, Budget, list[Any]]:
    """Return what reads in turns, and what it told of channels."""
    parts = parts_of(made.context, EventChannel(made.context))
    budget, told = Budget(made.context.runtime), list[Any]()
    outside = outside_of(parts, lambda: made.sink) if lists else ()
    details = Details(made.context, budget, readings_of(parts), outside=outside, learnt=told.append)
    return details, parts, budget, told


def everything(made: Bench) -> set[str]:
    """Return the ids of all features."""
    return set(made.context.inventory().features)


def asked(made: Bench) -> int:
    """Return how many requests there were, besides those for tokens."""
    return len(made.cloud.requests) - len(made.cloud.token_requests)


def test_the_budget() -> None:
    """It fills with time up to a few; what goes ahead may take it below nothing, but not for ever."""
    clock = Clock()
    budget = Budget(clock.runtime)
    assert [budget.take() for _ in range(int(MOST) + 1)] == [True] * int(MOST) + [False]
    clock.time += 60
    assert budget.left == int(PER_MINUTE)
    budget.spend(10)
    clock.time += 60
    assert budget.left == 0
    clock.time += 3600
    assert budget.left == int(MOST)
    budget.spend(10_000)
    clock.time += 900
    assert budget.take()


async def test_a_small_account_is_read_at_once() -> None:
    """Everything that somebody looks at, and nothing else; twice is once."""
    async with bench() as made:
        details, _, budget, told = details_of(made)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        motion = made.feature(SwitchFeature, Kind.ALARM_RECORDING, detail="motion_detection")
        days = made.feature(NumberFeature, Kind.RETENTION)
        people = made.feature(SensorFeature, Kind.PEOPLE_ENTERED)
        hidden = made.feature(NumberFeature, Kind.ALARM_RETENTION)
        other = made.feature(SensorFeature, Kind.STORAGE_CARD)
        wanted = everything(made) - {hidden.id}
        for _ in range(2):
            await details.prime(wanted)
        assert [made.value(one) for one in (switch, motion, days)] == [True, True, 7.0]
        assert isinstance(made.value(people), int)
        assert made.value(hidden) is made.value(other) is None
        assert asked(made) == 4
        assert budget.left == int(MOST)
        assert set(told) == {made.cloud.channel("Gate").key}


async def test_one_request_for_all_features_of_a_channel() -> None:
    """Three counters are one statistic, ten alarm types one plan, eight readings one detail."""
    async with bench() as made:
        details, *_ = details_of(made)
        for kind in (Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED, Kind.OCCUPANCY):
            made.feature(SensorFeature, kind)
        for detail in ("motion_detection", "io_event", "face_alarm"):
            made.feature(SwitchFeature, Kind.ALARM_RECORDING, detail=detail)
            made.feature(NumberFeature, Kind.PRE_RECORDING, detail=detail)
        for stream in (StreamType.PRIMARY, StreamType.SECONDARY_1):
            for kind in (Kind.CODEC, Kind.RESOLUTION, Kind.BIT_RATE, Kind.FRAME_RATE):
                made.feature(SensorFeature, kind, detail=stream)
        await details.prime(everything(made))
        assert asked(made) == 3


async def test_a_large_account_is_never_hurried() -> None:
    """An hour of it takes no more requests than the budget has; nobody is left out."""
    async with bench(DevicePlan(kind="NVR", name="Hall", channels=PRIME_MOST + 1)) as made:
        details, *_ = details_of(made)
        switches = [
            made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, "Hall", number) for number in range(PRIME_MOST + 1)
        ]
        await details.prime(everything(made))
        assert asked(made) <= MOST
        for _ in range(20):
            made.clock.time += 60
            await details.slice(everything(made))
        assert asked(made) <= MOST + 20 * PER_MINUTE
        assert all(made.value(one) is True for one in switches)


async def test_periods_grow_by_one_factor() -> None:
    """Twelve counters and many settings share what there is as their periods ask; none waits for all of the others."""
    async with bench(DevicePlan(kind="NVR", name="Hall", channels=120)) as made:
        details, *_ = details_of(made)
        for number in range(120):
            made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, "Hall", number)
        for number in range(12):
            made.feature(SensorFeature, Kind.PEOPLE_ENTERED, "Hall", number)
        wanted = everything(made)
        assert details.minutes(wanted) == pytest.approx(120 * 60 / SETTINGS_SECONDS + 12 * 60 / STATISTICS_SECONDS)
        for _ in range(120):
            made.clock.time += 60
            await details.slice(wanted)
        people, plans = made.asked("statistics/people"), made.asked("/record-plan")
        assert people + plans <= MOST + 120 * PER_MINUTE
        # 2.4 a minute of 6.4 are for counters.
        assert 0.3 < people / (people + plans) < 0.45


async def test_what_changes_elsewhere_is_seen() -> None:
    """When its period is over, and not before."""
    async with bench() as made:
        details, *_ = details_of(made)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        await details.prime(everything(made))
        made.cloud.channel("Gate").plan = None
        await details.slice(everything(made))
        assert made.value(switch) is True
        made.clock.time += SETTINGS_SECONDS + 1
        await details.slice(everything(made))
        assert made.value(switch) is False


async def test_what_is_not_there_is_learnt_and_left_alone() -> None:
    """For a day; a failure of the cloud puts off for some time only."""
    bare = DevicePlan(name="Bare", packages={"MANAGEMENT": "GRANT"})
    async with bench(DevicePlan(name="Gate"), bare) as made:
        details, _, _, told = details_of(made)
        made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, "Bare")
        made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, "Gate")
        made.cloud.fault(f"{made.cloud.device('Gate').id}/channels/0/record-plan", code="IVM.20010002", times=1)
        await details.prime(everything(made))
        key = made.cloud.channel("Bare").key
        assert details.refused == {key: {Gate.RECORDING}}
        assert told == [key]
        made.clock.time += 2 * SETTINGS_SECONDS + 1
        await details.slice(everything(made))
        assert made.asked("record-plan") == 3
        assert told == [key, made.cloud.channel("Gate").key]
        made.cloud.channel("Bare").set_package("FULL_RECORD", "GRANT")
        made.clock.time += REFUSED_SECONDS
        await details.slice(everything(made))
        assert told[-1] == key or told[-2] == key


async def test_what_is_not_paid_rests() -> None:
    """It is no refusal: it is told whose it is, asked for every quarter of an hour, and comes back with its value."""
    async with bench() as made:
        details, *_ = details_of(made)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        key = made.cloud.channel("Gate").key
        for code in ("IVM.20000049", "IVM.20020009", "IVM.20060054"):
            made.cloud.fault("record-plan", code=code, times=1)
            made.clock.time += SETTINGS_SECONDS + 1
            await details.slice(everything(made))
            assert details.unpaid == {key}
        assert details.refused == {}
        made.clock.time += UNPAID_SECONDS + 1
        await details.slice(everything(made))
        assert made.value(switch) is True
        assert details.unpaid == frozenset()


async def test_who_does_not_look_any_more_is_told_of_no_bill() -> None:
    """Else the problem would stay for ever: nothing would ask again."""
    async with bench() as made:
        details, *_ = details_of(made)
        made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        made.cloud.fault("record-plan", code="IVM.20000049")
        await details.slice(everything(made))
        assert details.unpaid
        await details.slice(set())
        assert not details.unpaid


async def test_an_answer_without_a_code_counts_the_second_time() -> None:
    """A proxy on the way may say 404, too; two in a row are the cloud's word."""
    async with bench() as made:
        details, *_ = details_of(made)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        key = made.cloud.channel("Gate").key

        async def ask(*, missing: bool) -> None:
            if missing:
                made.cloud.fault("record-plan", status=404, raw=b"<html>404</html>", content_type="text/html", times=1)
            made.clock.time += FAILED_FACTOR * SETTINGS_SECONDS + 1
            await details.slice(everything(made))

        await ask(missing=True)
        await ask(missing=False)
        assert made.value(switch) is True
        await ask(missing=True)
        assert details.refused == {}
        await ask(missing=True)
        assert details.refused == {key: {Gate.RECORDING}}
        details.reconsider(key)
        assert details.refused == {}


async def test_who_is_offline_is_not_asked_for_what_only_it_knows() -> None:
    """Settings of streams need the camera, plans do not."""
    async with bench() as made:
        details, *_ = details_of(made)
        made.feature(SensorFeature, Kind.CODEC, detail=StreamType.PRIMARY)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        made.cloud.device("Gate").online = False
        await details.prime(everything(made))
        assert made.asked("stream-detail") == 0
        assert made.value(switch) is True
        made.cloud.device("Gate").online = True
        await details.slice(everything(made))
        assert made.asked("stream-detail") == 1


async def test_an_outage() -> None:
    """Nothing more is asked in it, and it puts nothing off."""
    async with bench(DevicePlan(kind="NVR", name="Hall", channels=8)) as made:
        details, *_ = details_of(made)
        switches = [made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, "Hall", number) for number in range(8)]
        made.cloud.fault("record-plan", code="IVM.90000011")
        await details.prime(everything(made))
        count = asked(made)
        assert count <= 4
        await details.prime(everything(made))
        await details.slice(everything(made))
        assert asked(made) == count
        made.cloud.heal()
        for _ in range(8):
            made.clock.time += 60
            await details.slice(everything(made))
        assert all(made.value(one) is True for one in switches)


async def test_keys_that_are_refused() -> None:
    """That is told: only the owner can help."""
    async with bench() as made:
        details, *_ = details_of(made)
        made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        made.cloud.account_code = "IVM.10000013"
        with pytest.raises(AuthenticationError):
            await details.prime(everything(made))


async def test_nothing_counted_is_no_refusal() -> None:
    """An empty answer is asked for again in its turn."""
    async with bench() as made:
        details, *_ = details_of(made)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        made.cloud.fault("record-plan", code="IVM.10020019", times=1)
        await details.prime(everything(made))
        assert details.refused == {}
        made.clock.time += SETTINGS_SECONDS + 1
        await details.slice(everything(made))
        assert made.value(switch) is True


async def test_a_heat_map_costs_nothing_until_somebody_looks() -> None:
    """Only that there is another one is told."""
    async with bench() as made:
        details, _, budget, _ = details_of(made)
        image = made.feature(ImageFeature, Kind.HEAT_MAP)
        await details.prime(everything(made))
        while budget.take():
            pass
        made.clock.time += SETTINGS_SECONDS + 1
        await details.slice(everything(made))
        assert [one.features for one in made.sink.occurrences] == [(image.id,)] * 2
        assert asked(made) == 0


async def test_lists_and_what_is_learnt() -> None:
    """Presets, tracks, alarm types and streams: from them features grow, and selects get their options."""
    async with bench() as made:
        details, parts, budget, _ = details_of(made, lists=True)
        gate = made.cloud.channel("Gate")
        features: list[Feature] = [
            made.feature(SelectFeature, Kind.PTZ_PRESET),
            made.feature(SelectFeature, Kind.PTZ_PATROL),
            made.feature(SwitchFeature, Kind.ALARM_RECORDING, detail="motion_detection"),
            made.feature(SelectFeature, Kind.CODEC, detail=StreamType.PRIMARY),
        ]
        assert learnt_of(parts, gate.key, NOTHING, frozenset()) == NOTHING
        await details.prime(everything(made))
        learnt = learnt_of(parts, gate.key, NOTHING, frozenset({Gate.HEAT_MAP}))
        assert learnt.presets is not None
        assert len(learnt.presets) == 3
        assert [id_ for id_, _ in learnt.tracks or ()] == [1]
        assert learnt.alarm_plans == ("motion_detection",)
        assert learnt.streams == (StreamType.PRIMARY, StreamType.SECONDARY_1)
        assert learnt.refused == {Gate.HEAT_MAP}
        assert learnt_of(parts, gate.key, learnt, frozenset()) == learnt
        found = applied(parts, made.context.inventory()).features
        assert [len(found[one.id].options) for one in (features[0], features[1], features[3])] == [3, 1, 2]  # type: ignore[attr-defined]
        while budget.take():
            pass
        count = asked(made)
        made.clock.time += 60
        await details.slice(everything(made))
        assert asked(made) == count


async def test_lists_in_turns_are_counted() -> None:
    """They take from the same budget, and no more than half of it while there is something else to read."""
    async with bench(DevicePlan(kind="NVR", name="Hall", channels=8)) as made:
        details, *_ = details_of(made, lists=True)
        for number in range(8):
            made.feature(SelectFeature, Kind.PTZ_PRESET, "Hall", number)
            made.feature(SelectFeature, Kind.PTZ_PATROL, "Hall", number)
            made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, "Hall", number)
        await details.slice(everything(made))
        assert asked(made) == int(MOST)
        for _ in range(4):
            made.clock.time += 60
            await details.slice(everything(made))
        assert made.asked("record-plan") == 8
        assert min(made.asked("preset-position"), made.asked("cruise-track")) >= 2
        for _ in range(3):
            made.clock.time += 60
            await details.slice(everything(made))
        assert made.asked("preset-position") == made.asked("cruise-track") == 8
        assert asked(made) <= MOST + 7 * PER_MINUTE


async def test_a_channel_that_is_gone() -> None:
    """Nothing of it is asked any more."""
    async with bench() as made:
        details, *_ = details_of(made)
        switch = made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING)
        await details.prime(everything(made))
        made.made.clear()
        made.add()
        made.clock.time += 2 * SETTINGS_SECONDS
        await details.slice({switch.id})
        assert asked(made) == 1
        assert made.value(switch) is not UNKNOWN
