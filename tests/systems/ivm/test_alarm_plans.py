"""Recording when something is detected: what is not named is switched off by the cloud, so it is always named."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    InvalidArgumentError,
    NotConfirmedError,
    ProtocolError,
    UnlicensedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.alarm_plans import AFTER, BEFORE, TYPES, AlarmPlans, Wish, check_types
from custom_components.hikvision_ivm.systems.ivm.plans import Plan, Section
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, NumberFeature, SwitchFeature
from simulators.ivm import DevicePlan
from simulators.ivm.calls.recording import ALARM_TYPES
from simulators.ivm.state import AlarmPlan as CloudAlarm, Channel, Plan as CloudPlan

from .settings_bench import Bench, address_of, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "devices/channels/record-alarm-plan"
MOTION, LINE = "motion_detection", "over_line_alarm"


def rows(channel: Channel) -> dict[str, tuple[int, int]]:
    """Return what the cloud has."""
    return {one.alarm_type: (one.before, one.after) for one in channel.alarm_plans}


def switch(made: Bench, detail: str) -> SwitchFeature:
    """Let a switch exist."""
    return made.feature(SwitchFeature, Kind.ALARM_RECORDING, detail=detail)


def seconds(made: Bench, kind: Kind, detail: str = "") -> NumberFeature:
    """Let a number exist."""
    return made.feature(NumberFeature, kind, detail=detail)


def test_the_types() -> None:
    """They are those of the documentation, and nothing else is taken."""
    assert set(TYPES) == set(ALARM_TYPES)
    assert check_types([MOTION, LINE], "alarm_types") == {MOTION, LINE}
    with pytest.raises(InvalidArgumentError):
        check_types(["human_detection"], "alarm_types")


@pytest.mark.parametrize("dirty", [False, {"text_times", "extra", "string_numbers"}])
async def test_one_more_type_leaves_the_others(dirty: Any) -> None:
    """Also one that is in no list; their seconds and the times of the channel stay."""
    async with bench(dirty=dirty) as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        gate.alarm_plans = [CloudAlarm(MOTION, 10, 20), CloudAlarm("face_alarm", 3, 4)]
        gate.alarm_times = CloudPlan(all_day=False, sections=[(1, "08:00:00", "18:00:00")])
        motion, line = switch(made, MOTION), switch(made, LINE)
        await plans.switch(line, address_of(gate, LINE), on=True)
        assert rows(gate) == {MOTION: (10, 20), "face_alarm": (3, 4), LINE: (BEFORE, AFTER)}
        assert gate.alarm_times == CloudPlan(all_day=False, sections=[(1, "08:00:00", "18:00:00")])
        assert (made.value(motion), made.value(line)) == (True, True)
        assert plans.types(gate.key) == ("face_alarm", MOTION, LINE)


async def test_off_and_the_last_one() -> None:
    """The last type is a deletion of the plan; seconds come back with the type."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        motion, line = switch(made, MOTION), switch(made, LINE)
        before = seconds(made, Kind.PRE_RECORDING, MOTION)
        await plans.switch(line, address_of(gate, LINE), on=True)
        await plans.switch(motion, address_of(gate, MOTION), on=False)
        assert rows(gate) == {LINE: (BEFORE, AFTER)}
        assert made.value(before) == 10.0
        await plans.switch(line, address_of(gate, LINE), on=False)
        assert rows(gate) == {}
        assert made.sent("record-plan")[-1]["channels"][0]["record_type"] == "alarm"
        assert (made.value(motion), made.value(line)) == (False, False)
        again = AlarmPlans(made.context, made.features)
        await again.switch(motion, address_of(gate, MOTION), on=True)
        assert rows(gate) == {MOTION: (10, 20)}
        assert gate.alarm_times == CloudPlan(all_day=True)
        with pytest.raises(UnsupportedError):
            await plans.switch(motion, address_of(gate), on=True)


async def test_orders_of_one_channel_at_once() -> None:
    """They are one read, one write and one look, and none undoes another."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        switches = [switch(made, one) for one in TYPES[:6]]
        await asyncio.gather(
            *(plans.switch(one, address_of(gate, one.part), on=one.part != MOTION) for one in switches)
        )
        assert set(rows(gate)) == set(TYPES[1:6])
        assert len(made.sent(PATH)) == 1
        assert made.asked("record-alarm-plan", "GET") == 2


async def test_orders_that_overlap() -> None:
    """A second one waits until the first is through."""
    async with bench(delay=0.05) as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        first = asyncio.create_task(plans.switch(switch(made, LINE), address_of(gate, LINE), on=True))
        while not made.asked("record-alarm-plan", "GET"):
            await asyncio.sleep(0.005)
        await plans.switch(switch(made, "io_event"), address_of(gate, "io_event"), on=True)
        await first
        assert set(rows(gate)) == {MOTION, LINE, "io_event"}


async def test_seconds() -> None:
    """Of one type or of all; together at most sixty; of a type that is not recorded they are kept for later."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        line_switch, line_before = switch(made, LINE), seconds(made, Kind.PRE_RECORDING, LINE)
        all_after = seconds(made, Kind.POST_RECORDING)
        await plans.set_number(all_after, address_of(gate), 30)
        assert rows(gate) == {MOTION: (10, 30)}
        assert made.value(all_after) == 30.0
        await plans.set_number(line_before, address_of(gate, LINE), 7)
        assert rows(gate) == {MOTION: (10, 30)}
        assert made.value(line_before) == 7.0
        await plans.switch(line_switch, address_of(gate, LINE), on=True)
        assert rows(gate) == {MOTION: (10, 30), LINE: (7, AFTER)}
        assert made.value(all_after) is UNKNOWN
        count = len(made.sent(PATH))
        with pytest.raises(InvalidArgumentError):
            await plans.set_number(line_before, address_of(gate, LINE), 59)
        assert len(made.sent(PATH)) == count
        assert rows(gate)[LINE] == (7, AFTER)


async def test_one_that_cannot_be_done_beside_one_that_can() -> None:
    """Each gets its own answer."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        done = await asyncio.gather(
            plans.set_number(seconds(made, Kind.PRE_RECORDING, MOTION), address_of(gate, MOTION), 59),
            plans.switch(switch(made, LINE), address_of(gate, LINE), on=True),
            return_exceptions=True,
        )
        assert isinstance(done[0], InvalidArgumentError)
        assert done[1] is None
        assert set(rows(gate)) == {MOTION, LINE}


async def test_a_plan_that_cannot_be_read_is_not_written_over() -> None:
    """Half a list would switch off the other half."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        for raw in (
            b'{"plans": [{"alarm_type": "io_event"}, {"advance_time": 1}]}',
            b'{"plans": [7]}',
            b'{"plans": "?"}',
        ):
            made.cloud.fault("record-alarm-plan", raw=raw, times=1)
            with pytest.raises(ProtocolError):
                await plans.switch(switch(made, LINE), address_of(gate, LINE), on=True)
        assert not made.sent(PATH)


async def test_what_is_not_told() -> None:
    """An answer without plans says nothing; one with null says that there are none."""
    async with bench() as made:
        plans, gate, motion = AlarmPlans(made.context, made.features), made.cloud.channel("Gate"), switch(made, MOTION)
        for raw, value in ((b"{}", UNKNOWN), (b'{"plans": null}', False), (b'{"plans": []}', False)):
            made.cloud.fault("record-alarm-plan", raw=raw, times=1)
            made.take(await plans.read(address_of(gate)))
            assert made.value(motion) is value


async def test_a_wish_with_times() -> None:
    """Types, seconds and times at once; what is told is what is there then."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        times = Plan(all_day=False, sections=(Section(7, "00:00:00", "12:00:00"),))
        wish = Wish(types=frozenset({LINE, "io_event"}), on=True, before=1, after=59, times=times)
        there = await plans.set_plan(address_of(gate), wish)
        assert there is not None
        assert {word: (one.before, one.after) for word, one in there.types.items()} == rows(gate)
        assert rows(gate) == {MOTION: (10, 20), LINE: (1, 59), "io_event": (1, 59)}
        assert gate.alarm_times == CloudPlan(all_day=False, sections=[(7, "00:00:00", "12:00:00")])


async def test_what_does_not_follow() -> None:
    """It is told, with what was wanted."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        stale = b'{"plans": [{"alarm_type": "motion_detection", "advance_time": 10, "after_time": 20}]}'
        made.cloud.fault(f"channels/{gate.id}/record-alarm-plan", raw=stale)
        with pytest.raises(NotConfirmedError) as refused:
            await plans.switch(switch(made, LINE), address_of(gate, LINE), on=True)
        assert refused.value.placeholders == {"wanted": f"{LINE} on", "found": "off"}
        with pytest.raises(NotConfirmedError) as refused:
            await plans.set_number(seconds(made, Kind.POST_RECORDING, MOTION), address_of(gate, MOTION), 9)
        assert refused.value.placeholders == {"wanted": "10 s + 9 s", "found": "10 s + 20 s"}


async def test_without_the_service() -> None:
    """That is told as such."""
    async with bench(DevicePlan(name="Gate", packages={"MANAGEMENT": "GRANT"})) as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        with pytest.raises(UnlicensedError):
            await plans.switch(switch(made, MOTION), address_of(gate, MOTION), on=True)


READABLE = '{"day_of_week": 1, "start_time": "08:00:00", "end_time": "18:00:00"}'
OPEN = '{"day_of_week": 2, "start_time": "08:00:00", "end_time": null}'
NAMED = '{"day_of_week": "MON", "start_time": "08:00:00", "end_time": "18:00:00"}'


@pytest.mark.parametrize("sections", [f"[{READABLE}, {OPEN}]", f"[{NAMED}]", '"weekdays"'])
async def test_times_that_cannot_be_read_are_not_written_over(sections: str) -> None:
    """Neither without those that make no sense, nor as all day; new times and a deletion need none of the old ones."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        kept = f'"plans": [{{"alarm_type": "{MOTION}", "advance_time": 5, "after_time": 15}}], "all_day": false'
        raw = f'{{{kept}, "time_sections": {sections}}}'.encode()
        wishes = (
            Wish(types=frozenset({LINE}), on=True),
            Wish(types=frozenset({MOTION}), before=9),
            Wish(types=frozenset({MOTION}), on=False),
            Wish(types=frozenset({LINE}), on=True, times=Plan(all_day=True)),
        )
        outcomes = []
        for wish in wishes:
            made.cloud.fault(f"channels/{gate.id}/record-alarm-plan", raw=raw, times=1)
            try:
                await plans.change(address_of(gate), wish)
            except (ProtocolError, NotConfirmedError) as error:
                outcomes.append(type(error))
            else:
                outcomes.append(None)
        assert outcomes == [ProtocolError, ProtocolError, None, None]
        assert [body["channels"][0].get("all_day") for body in made.sent(PATH)] == [True]


async def test_no_plan_is_told_without_one() -> None:
    """After the last type was switched off, an answer that names none is what the cloud says of none."""
    async with bench() as made:
        plans, gate = AlarmPlans(made.context, made.features), made.cloud.channel("Gate")
        gate.alarm_plans = [CloudAlarm(MOTION, 10, 20)]
        motion, path = switch(made, MOTION), f"channels/{gate.id}/record-alarm-plan"
        made.cloud.fault(path, raw=f'{{"plans": [{{"alarm_type": "{MOTION}"}}], "all_day": true}}', times=1)
        made.cloud.fault(path, raw=b"{}")
        await plans.switch(motion, address_of(gate, MOTION), on=False)
        assert gate.alarm_plans == []
        assert made.value(motion) is False
