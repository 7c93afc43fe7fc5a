"""Continuous recording: switched, planned, and of which stream, over real sockets."""

import asyncio
import json

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    DeviceOfflineError,
    InvalidArgumentError,
    NotConfirmedError,
    ProtocolError,
    SystemFailure,
    UnlicensedError,
)
from custom_components.hikvision_ivm.systems.ivm.channel_settings import LATER_LOOKS
from custom_components.hikvision_ivm.systems.ivm.plans import ALL_DAY, Plan, Section
from custom_components.hikvision_ivm.systems.ivm.recording_plans import MEMORY, RecordingPlans, RecordingStreams
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, SelectFeature, SwitchFeature
from simulators.ivm import DevicePlan
from simulators.ivm.state import Plan as CloudPlan

from .settings_bench import Bench, address_of, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "devices/channels/record-plan"
OFFICE = [(1, "08:00:00", "18:00:00"), (2, "08:00:00", "18:00:00")]
STREAMS = ("main", "sub", "third")


def switch(made: Bench, device: str = "Gate", channel: int | None = None) -> SwitchFeature:
    """Let a switch exist."""
    return made.feature(SwitchFeature, Kind.CONTINUOUS_RECORDING, device, channel)


async def test_what_is_read() -> None:
    """All day and sections are on, none is off, and an answer that says nothing is unknown."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        values = []
        for there in (CloudPlan(all_day=True), CloudPlan(all_day=False, sections=OFFICE), None):
            gate.plan = there
            made.take(await plans.read(address_of(gate)))
            values.append(made.value(feature))
        made.cloud.fault("record-plan", raw=b'{"device_id": "x"}', times=1)
        made.take(await plans.read(address_of(gate)))
        assert [*values, made.value(feature)] == [True, True, False, UNKNOWN]


async def test_off_deletes_and_on_brings_back_what_was_there() -> None:
    """Sections are remembered over restarts, and forgotten once recording is for all day."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        gate.plan = CloudPlan(all_day=False, sections=list(OFFICE))
        await plans.switch(address_of(gate), on=False)
        assert made.cloud.channel("Gate").plan is None
        assert made.value(feature) is False
        assert made.context.runtime.memory[MEMORY] == {gate.device.id: {gate.id: [list(row) for row in OFFICE]}}
        again = RecordingPlans(made.context, made.features)
        await again.switch(address_of(gate), on=True)
        assert gate.plan == CloudPlan(all_day=False, sections=OFFICE)
        assert made.value(feature) is True
        await again.set_plan(address_of(gate), ALL_DAY)
        await again.switch(address_of(gate), on=False)
        await again.switch(address_of(gate), on=True)
        assert gate.plan == CloudPlan(all_day=True)
        assert made.context.runtime.memory[MEMORY] == {}


async def test_what_is_so_already_is_not_sent() -> None:
    """A plan with sections stays when it is switched on; off stays off."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        gate.plan = CloudPlan(all_day=False, sections=list(OFFICE))
        await plans.switch(address_of(gate), on=True)
        assert gate.plan == CloudPlan(all_day=False, sections=OFFICE)
        gate.plan = None
        await plans.switch(address_of(gate), on=False)
        assert not made.sent(PATH)
        assert made.value(feature) is False


async def test_a_plan_is_set_and_compared() -> None:
    """As it was asked for; another one in its place is told."""
    async with bench() as made:
        plans, gate = RecordingPlans(made.context, made.features), made.cloud.channel("Gate")
        plan = Plan(all_day=False, sections=(Section(6, "22:00:00", "23:59:59"), Section(7, "00:00:00", "06:00:00")))
        await plans.set_plan(address_of(gate), plan)
        sections = [(6, "22:00:00", "23:59:59"), (7, "00:00:00", "06:00:00")]
        assert gate.plan == CloudPlan(all_day=False, sections=sections)
        count = len(made.sent(PATH))
        await plans.set_plan(address_of(gate), plan)
        assert len(made.sent(PATH)) == count
        other = b'{"all_day": false, "time_sections": [{"day_of_week": 1, "start_time": "00:00:00", "end_time": "1"}]}'
        made.cloud.fault("/record-plan", raw=other)
        with pytest.raises(NotConfirmedError):
            await plans.set_plan(address_of(gate), ALL_DAY)


async def test_times_that_cannot_be_read_are_not_written_over() -> None:
    """It is not known whether there is recording at all then; off and new times need none of the old ones."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        raw = b'{"all_day": false, "time_sections": [{"day_of_week": "MON", "start_time": "1", "end_time": "2"}]}'
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=raw, times=1)
        with pytest.raises(ProtocolError):
            await plans.switch(address_of(gate), on=True)
        assert not made.sent(PATH)
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=raw, times=1)
        made.take(await plans.read(address_of(gate)))
        assert made.value(feature) is UNKNOWN
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=raw, times=1)
        await plans.switch(address_of(gate), on=False)
        assert gate.plan is None
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=raw, times=1)
        await plans.set_plan(address_of(gate), Plan(all_day=False, sections=(Section(1, "08:00:00", "18:00:00"),)))
        assert gate.plan == CloudPlan(all_day=False, sections=OFFICE[:1])


async def test_no_plan_is_told_without_one() -> None:
    """After a deletion, an answer without the fields of a plan is what the cloud says of none, also after a restart."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        path = f"channels/{gate.id}/record-plan"
        made.take(await plans.read(address_of(gate)))
        bare = json.dumps({"device_id": gate.device.id, "channel_id": gate.id})
        made.cloud.fault(path, raw=bare, times=1)
        made.take(await plans.read(address_of(gate)))
        assert made.value(feature) is UNKNOWN
        made.cloud.fault(path, raw=b'{"all_day": true}', times=1)
        made.cloud.fault(path, raw=bare)
        await plans.switch(address_of(gate), on=False)
        assert gate.plan is None
        assert made.value(feature) is False
        again = RecordingPlans(made.context, made.features)
        made.take(await again.read(address_of(gate)))
        assert made.value(feature) is False
        made.cloud.heal()
        await again.switch(address_of(gate), on=True)
        assert made.value(feature) is True


async def test_a_deletion_that_is_refused_says_nothing_of_later_answers() -> None:
    """What was not deleted is not off because an answer is bare."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        made.cloud.fault(PATH, code="IVM.20000043", method="POST")
        with pytest.raises(DeviceOfflineError):
            await plans.switch(address_of(gate), on=False)
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=b"{}")
        made.take(await plans.read(address_of(gate)))
        assert made.value(feature) is UNKNOWN


async def test_recording_that_ends_late() -> None:
    """It is looked at more than once before it counts as not followed."""
    async with bench() as made:
        plans, feature, gate = RecordingPlans(made.context, made.features), switch(made), made.cloud.channel("Gate")
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=b'{"all_day": true}', times=2)
        await plans.switch(address_of(gate), on=False)
        assert made.value(feature) is False
        gate.plan = CloudPlan(all_day=True)
        made.cloud.fault(f"channels/{gate.id}/record-plan", raw=b'{"all_day": true}', times=2 + len(LATER_LOOKS))
        with pytest.raises(NotConfirmedError) as refused:
            await plans.switch(address_of(gate), on=False)
        assert refused.value.placeholders == {"wanted": "off", "found": "on"}
        assert made.value(feature) is True


async def test_what_is_ordered_at_once_goes_together() -> None:
    """A hundred channels in a request, and each is judged for itself."""
    many = DevicePlan(kind="NVR", name="Hall", channels=101)
    bare = DevicePlan(name="Bare", packages={"MANAGEMENT": "GRANT"})
    async with bench(many, bare) as made:
        plans, hall = RecordingPlans(made.context, made.features), made.cloud.device("Hall")
        await asyncio.gather(*(plans.switch(address_of(one), on=False) for one in hall.channels.values()))
        assert sorted(len(body["channels"]) for body in made.sent(PATH)) == [1, 100]
        assert all(one.plan is None for one in hall.channels.values())
        first, lost = address_of(made.cloud.channel("Hall", 0)), address_of(made.cloud.channel("Bare"))
        done = await asyncio.gather(plans.switch(first, on=True), plans.switch(lost, on=True), return_exceptions=True)
        assert done[0] is None
        assert isinstance(done[1], UnlicensedError)


@pytest.mark.parametrize("dirty", [False, True])
async def test_one_of_a_batch_is_refused(dirty: bool) -> None:
    """The others are carried out; also where the answer has code and channel swapped."""
    many = DevicePlan(kind="NVR", name="Hall", channels=3)
    async with bench(many, dirty={"swapped_batch", "counters"} if dirty else False) as made:
        plans = RecordingPlans(made.context, made.features)
        rows = [address_of(made.cloud.channel("Hall", number)) for number in range(3)]
        fault = (
            b'{"failed_num": 1, "channels": [{"device_id": "%b", "channel_id": "1", "result":'
            b' {"code": "IVM.20000043", "msg": "?"}}]}' % rows[0].device.encode()
        )
        made.cloud.fault(PATH, raw=fault, times=1)
        for number in (0, 2):
            made.cloud.channel("Hall", number).plan = None
        done = await asyncio.gather(*(plans.switch(one, on=False) for one in rows), return_exceptions=True)
        assert done[0] is None and done[2] is None
        assert isinstance(done[1], DeviceOfflineError)
        assert made.cloud.channel("Hall", 1).plan is not None
        await plans.switch(rows[1], on=False)
        assert made.cloud.channel("Hall", 1).plan is None


async def test_results_that_do_not_name_their_channel() -> None:
    """They are taken in the order in which the channels were sent."""
    async with bench(DevicePlan(kind="NVR", name="Hall", channels=3)) as made:
        plans = RecordingPlans(made.context, made.features)
        rows = [address_of(made.cloud.channel("Hall", number)) for number in range(3)]
        fault = b"""{"failed_num": 1, "channels": [{"channel_id": "IVM.0", "result": {"code": "0"}},
            {"result": {"code": "IVM.20000043"}}, {"result": {"code": "IVM.0"}}]}"""
        made.cloud.fault(PATH, raw=fault, times=1)
        done = await asyncio.gather(*(plans.switch(one, on=False) for one in rows), return_exceptions=True)
        assert [type(one) for one in done] == [NotConfirmedError, DeviceOfflineError, NotConfirmedError]


async def test_whoever_does_not_wait_has_ordered_all_the_same() -> None:
    """A call that is given up changes nothing of what was asked."""
    async with bench() as made:
        plans, gate = RecordingPlans(made.context, made.features), made.cloud.channel("Gate")
        task = asyncio.create_task(plans.switch(address_of(gate), on=False))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.gather(*made.context.background.tasks)
        assert gate.plan is None


async def test_the_end_while_something_is_ordered() -> None:
    """Nobody waits for ever."""
    async with bench(flows=False) as made:
        plans, gate = RecordingPlans(made.context, made.features), made.cloud.channel("Gate")
        task = asyncio.create_task(plans.switch(address_of(gate), on=False))
        await made.clock.asleep()
        await made.context.background.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_the_stream_that_is_recorded() -> None:
    """Options are our words; what the channel does not have is refused."""
    async with bench() as made:
        streams, gate = RecordingStreams(made.context, made.features), made.cloud.channel("Gate")
        feature = made.feature(SelectFeature, Kind.RECORDING_STREAM, options=STREAMS)
        made.take(await streams.read(address_of(gate)))
        assert made.value(feature) == "main"
        await streams.select(feature, address_of(gate), "sub")
        assert (gate.record_stream, made.value(feature)) == ("SECONDARY_STREAM_1", "sub")
        with pytest.raises(SystemFailure) as refused:
            await streams.select(feature, address_of(gate), "third")
        assert refused.value.code == "IVM.10026004"
        with pytest.raises(InvalidArgumentError):
            await streams.select(feature, address_of(gate), "fourth")
        made.cloud.fault("record-config", raw=b'{"stream_type": "SOMETHING"}', times=1)
        made.take(await streams.read(address_of(gate)))
        assert made.value(feature) is UNKNOWN
