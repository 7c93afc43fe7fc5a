"""What the cloud pushes to an account as a whole: alarms, states, what was taken away, strangers, outages."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushState, Tier
from custom_components.hikvision_ivm.systems.errors import SystemFailure, UnsupportedError
from custom_components.hikvision_ivm.systems.ivm.channel import RENEW_SECONDS
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Problem
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from tests.systems.hikcentral.event_bench import Clock

from .system_bench import GATE, HOME, RECORDER, UID, Running, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

DEVICES = "device-orgs/0/devices"
CALLBACK = "messages/callback"
SHED = "SHED000000000001"
OTHER = "https://other.example/ivm"


def online_in(run: Running, org: str) -> Any:
    """Return how many channels of an organisation are online."""
    return run.value(Kind.CHANNELS_ONLINE, f"org_{run.cloud.org(org).id}")


async def test_an_alarm() -> None:
    """It switches its sensor, which appears with the first of its type, and its event; it ends by itself."""
    async with running(push=True) as run:
        assert run.state() is PushState.HEALTHY
        assert run.value(Kind.EVENT_STREAM, "") in {UNKNOWN, True}
        assert (await run.cloud.alarm("Gate")).delivered
        await run.settle()
        assert run.value(Kind.MOTION) is True
        (told,) = run.sink.told()
        assert (told.code, told.channel) == ("motion_detection", "Gate")
        assert run.one(Kind.DETECTION).id in told.features
        assert not run.sink.inventories
        await run.cloud.alarm("Recorder", "Door", "over_line_alarm")
        await run.settle()
        assert run.value(Kind.LINE_CROSSING, f"{RECORDER}_1") is True
        assert len(run.sink.inventories) == 1
        await run.wait(31)
        assert run.value(Kind.MOTION) is run.value(Kind.LINE_CROSSING, f"{RECORDER}_1") is False


async def test_seen_alarms_stay() -> None:
    """Over another inventory, a restart, and while their channel is away; they go with it."""
    async with IvmSimulator(HOME, clock=(clock := Clock()).now) as cloud:
        async with running(cloud=cloud, clock=clock, push=True) as run:
            await cloud.alarm("Gate", kind="over_line_alarm")
            await run.settle()
            cloud.device("Gate").name = "Front gate"
            await run.poll(Tier.STATUS, Tier.INVENTORY)
            assert run.some(Kind.LINE_CROSSING)
            memory = run.memory
        async with running(cloud=cloud, clock=clock, memory=memory, push=True) as again:
            assert again.some(Kind.LINE_CROSSING)
            asked = again.asked()
            await cloud.alarm(GATE, kind="over_line_alarm")
            await again.settle()
            assert again.value(Kind.LINE_CROSSING) is True
            assert not again.sink.inventories
            assert asked == 0


async def test_states() -> None:
    """A device goes with its channels, one channel alone, and back; records and numbers follow without a poll."""
    async with running(push=True) as run:
        await run.cloud.go_offline("Gate")
        await run.cloud.go_offline("Recorder", "Yard")
        await run.settle()
        assert run.value(Kind.ONLINE) is run.available() is False
        assert run.value(Kind.ONLINE, f"{RECORDER}_0") is False
        assert run.value(Kind.ONLINE, RECORDER) is True
        await run.wait(2)
        assert (online_in(run, "Home"), online_in(run, "Shop")) == (0, 1)
        assert not run.asked()
        known = dict(run.sink.values)
        await run.poll(Tier.STATUS)
        assert run.sink.values == known, "a poll tells nothing else"
        await run.cloud.go_online("Gate")
        await run.cloud.go_online("Recorder", "Yard")
        await run.settle()
        assert run.value(Kind.ONLINE) is run.available() is run.value(Kind.ONLINE, f"{RECORDER}_0") is True
        await run.wait(2)
        assert (online_in(run, "Home"), online_in(run, "Shop")) == (1, 2)
        await run.cloud.go_offline("Recorder")
        await run.wait(2)
        assert online_in(run, "Shop") == 0


async def test_another_name() -> None:
    """It is shown at once."""
    async with running(push=True) as run:
        await run.cloud.rename_channel("Recorder", "Yard", "Court")
        await run.settle()
        assert run.inventory.devices[f"{UID}_{RECORDER}_0"].name == "Court"
        await run.wait(3)
        assert len(run.sink.inventories) == 1


@pytest.mark.parametrize("what", ["DELETE_DEVICE", "UNBIND_DEVICE"])
async def test_a_device_is_taken_away(what: str) -> None:
    """It is gone at once, with what was counted of it; the account tells it."""
    async with running(push=True) as run:
        await run.cloud.unbind("Recorder", what)
        await run.settle()
        assert f"{UID}_{RECORDER}" not in run.inventory.devices
        assert f"{UID}_{RECORDER}_0" not in run.inventory.devices
        assert f"{UID}_org_{run.cloud.org('Shop').id}" not in run.inventory.devices
        (told,) = run.sink.told()
        assert told.kind is Kind.DEVICE_REMOVED
        await run.wait(3)
        assert run.asked(DEVICES) == 1
        assert f"{UID}_{RECORDER}" not in run.inventory.devices
        assert RECORDER not in run.memory["ivm_learnt"]


async def test_one_of_two_devices_is_taken_away() -> None:
    """What is counted of their organisation follows."""
    plan = TenantPlan(
        orgs=("Home",), devices=(DevicePlan(name="Gate", serial=GATE), DevicePlan(name="Shed", serial=SHED))
    )
    async with running(plan, push=True) as run:
        org = f"org_{run.cloud.org('Home').id}"
        assert run.value(Kind.CHANNELS_TOTAL, org) == 2
        await run.cloud.unbind("Shed")
        await run.wait(2)
        assert (run.value(Kind.CHANNELS_TOTAL, org), run.value(Kind.CHANNELS_ONLINE, org)) == (1, 1)


async def test_a_service_is_taken_away() -> None:
    """The lists are read, its features go, and a repair says so until it is booked again."""
    async with running(push=True) as run:
        await run.cloud.unbind("Gate", "UNBIND_NORMAL")
        await run.settle()
        assert "Gate" in run.problems("push")["ivm_package_ended"].placeholders["names"]
        await run.wait(3)
        assert not run.some(Kind.CONTINUOUS_RECORDING)
        run.cloud.channel("Gate").set_package("FULL_RECORD", "GRANT")
        await run.poll(Tier.STATUS)
        assert run.some(Kind.CONTINUOUS_RECORDING)
        assert not run.problems("push")


async def test_a_service_that_was_bound_to_something_else() -> None:
    """The lists always say that the channel has it: those that were asked for some time after the message are believed."""
    async with running(push=True) as run:
        await run.cloud.tell_unbound("UNBIND_DATAFLOW", [(GATE, "0", None)])
        await run.settle()
        assert "ivm_package_ended" in run.problems("push")
        await run.wait(3)
        await run.poll(Tier.STATUS)
        assert "ivm_package_ended" in run.problems("push"), "this list may be older than the message"
        await run.wait(60)
        await run.poll(Tier.STATUS)
        assert not run.problems("push")


async def test_a_device_nobody_knows() -> None:
    """The lists are read once, whatever it tells; then it is there, and its next alarm is its own."""
    async with running(push=True) as run:
        run.cloud.add_device(DevicePlan(name="Shed", serial=SHED), "Garden")
        for _ in range(5):
            await run.cloud.alarm("Shed")
            await run.cloud.status("Shed")
        await run.settle()
        assert all(one.device_id == UID for one in run.sink.occurrences)
        assert not run.asked(DEVICES)
        await run.wait(3)
        assert run.asked(DEVICES) == 1
        assert run.value(Kind.ONLINE, SHED) is True
        await run.cloud.alarm("Shed")
        await run.settle()
        assert run.value(Kind.MOTION, SHED) is True


async def test_many_devices_nobody_knows() -> None:
    """They are not in the lists either: the lists are read once in a while, not once for each."""
    async with running(push=True) as run:
        for number in range(40):
            data = {"device_id": f"STRANGER{number:08d}", "channel_id": "0", "alarm_type": "motion_detection"}
            await run.cloud.push("DEVICE_ALARM", data)
            await run.wait(1)
        await run.wait(60)
        assert 1 <= run.asked(DEVICES) <= 3
        run.forget()
        for number in range(40):
            data = {"device_id": f"STRANGER{number:08d}", "channel_id": "0", "alarm_type": "motion_detection"}
            await run.cloud.push("DEVICE_ALARM", data)
        await run.wait(60)
        assert not run.asked(DEVICES)


async def test_lists_that_cannot_be_read_for_a_stranger() -> None:
    """The next poll finds it."""
    async with running(push=True) as run:
        run.cloud.add_device(DevicePlan(name="Shed", serial=SHED), "Garden")
        run.cloud.fault(DEVICES, code="IVM.90000010")
        await run.cloud.alarm("Shed")
        await run.wait(3)
        run.cloud.heal()
        await run.poll(Tier.STATUS)
        assert f"{UID}_{SHED}" in run.inventory.devices


# keeping it up


async def test_after_an_outage() -> None:
    """The cloud gave our address up meanwhile; it is given anew as soon as a poll is answered."""
    async with running(push=True) as run:
        await run.poll(Tier.STATUS)
        written = run.asked(CALLBACK, "POST")
        run.cloud.fault(DEVICES, drop=True)
        for _ in range(3):
            run.clock.move(run.clock.passed + 60)
            with pytest.raises(SystemFailure):
                await run.poll(Tier.STATUS)
        run.cloud.heal()
        await run.poll(Tier.STATUS)
        await run.settle()
        assert run.asked(CALLBACK, "POST") == written + 3
        assert run.system.diagnostics()["events"]["counts"]["outages"] == 1


async def test_a_breaker_that_fell() -> None:
    """A poll finds what should have been pushed: the address is given anew, at most once in two minutes."""
    async with running(push=True) as run:
        await run.wait(RENEW_SECONDS + 1)
        run.callback.deaf = True
        for _ in range(6):
            await run.cloud.alarm("Gate")
        run.callback.deaf = False
        assert (await run.cloud.go_offline("Gate")).status is None
        run.forget()
        await run.poll(Tier.STATUS)
        await run.settle()
        assert run.value(Kind.ONLINE) is False
        assert run.asked(CALLBACK, "POST") == 3
        assert (await run.cloud.alarm("Gate")).delivered
        for online in (True, False, True):
            run.cloud.device("Gate").online = online
            await run.poll(Tier.STATUS)
            await run.settle()
        assert run.asked(CALLBACK, "POST") == 3
        await run.wait(RENEW_SECONDS)
        run.cloud.device("Gate").online = False
        await run.poll(Tier.STATUS)
        await run.settle()
        assert run.asked(CALLBACK, "POST") == 6


async def test_a_device_that_is_new_tells_nothing_of_pushes() -> None:
    """It never was known to be there or not."""
    async with running(push=True) as run:
        await run.wait(RENEW_SECONDS + 1)
        run.forget()
        run.cloud.add_device(DevicePlan(name="Shed", serial=SHED), "Garden")
        await run.poll(Tier.STATUS)
        await run.settle()
        assert not run.asked(CALLBACK)


async def test_no_pushes_wanted() -> None:
    """Nothing is subscribed, nothing is open, nothing is missing."""
    async with running(options={"push": False}) as run:
        assert run.system.posts is False
        await run.through(run.system.listen(run.sink))
        assert run.state() is PushState.OFF
        assert not run.asked(CALLBACK, "POST")
        assert not run.some(Kind.EVENT_STREAM, "")
        assert not run.problems()


async def test_pushes_that_are_not_wanted_any_more() -> None:
    """What was subscribed before is taken back."""
    async with IvmSimulator(HOME, clock=(clock := Clock()).now) as cloud:
        async with running(cloud=cloud, clock=clock, push=True) as run:
            assert len(cloud.callbacks) == 3
            memory = run.memory
        assert len(cloud.callbacks) == 3
        async with running(cloud=cloud, clock=clock, memory=memory, options={"push": False}) as again:
            await again.through(again.system.listen(again.sink))
            assert not cloud.callbacks


async def test_a_stop_while_it_is_subscribed() -> None:
    """What the cloud may have taken without our hearing of it is taken back as well."""
    async with IvmSimulator(HOME, clock=(clock := Clock()).now) as cloud:
        async with running(cloud=cloud, clock=clock) as run:
            cloud.fault(CALLBACK, drop="after", method="POST")
            await run.listen()
            await run.deaf()
            memory = run.memory
            cloud.heal()
        assert list(cloud.callbacks) == ["DEVICE_ALARM"]
        async with running(cloud=cloud, clock=clock, memory=memory, options={"push": False}) as again:
            await again.through(again.system.listen(again.sink))
            assert not cloud.callbacks
            assert not again.memory["ivm_callbacks"]["trying"]


async def test_nobody_knows_our_address() -> None:
    """The owner is told; as soon as it is known, it is subscribed."""
    async with running() as run:
        assert run.system.posts is True
        run.address[0] = None
        await run.listen()
        assert run.state() is PushState.DOWN
        assert "ivm_no_callback" in run.problems("push")
        run.address[0] = ""
        await run.wait(61)
        assert run.state() is PushState.HEALTHY
        assert not run.problems()


async def test_the_place_of_another_program() -> None:
    """It stays theirs until the owner agrees."""
    async with running() as run:
        await run.through(
            run.system.client.call(
                "POST", CALLBACK, body={"callback_url": run.callback.address, "subscription_type": "DEVICE_ALARM"}
            )
        )
        run.cloud.callbacks["DEVICE_ALARM"].url = OTHER
        run.forget()
        await run.listen()
        assert run.state() is PushState.DOWN
        problem = run.problems("push")["ivm_callback_taken"]
        assert problem.fixable
        assert problem.placeholders["host"] == "other.example"
        assert run.cloud.callbacks["DEVICE_ALARM"].url == OTHER
        await run.through(run.system.fix(problem))
        assert run.cloud.callbacks["DEVICE_ALARM"].url == run.callback.address
        assert run.state() is PushState.HEALTHY
        assert not run.problems("push")
        with pytest.raises(UnsupportedError):
            await run.system.fix(Problem(key="something_else"))


async def test_leaving() -> None:
    """What is ours is taken back, what others have stays."""
    async with running(push=True) as run:
        run.cloud.callbacks["DEVICE_UNBIND"].url = OTHER
        await run.deaf()
        await run.through(run.system.leave())
        assert {type_: one.url for type_, one in run.cloud.callbacks.items()} == {"DEVICE_UNBIND": OTHER}


async def test_a_short_stop() -> None:
    """A reload leaves the subscriptions where they are, and they serve the next run."""
    async with IvmSimulator(HOME, clock=(clock := Clock()).now) as cloud:
        async with running(cloud=cloud, clock=clock, push=True) as run:
            memory = run.memory
        assert len(cloud.callbacks) == 3
        assert not cloud.count(CALLBACK, "DELETE")
        async with running(cloud=cloud, clock=clock, memory=memory, push=True) as again:
            assert (await cloud.alarm("Gate")).delivered
            await again.settle()
            assert again.value(Kind.MOTION) is True


async def test_a_forged_alarm() -> None:
    """It is answered as every other, and nothing happens."""
    async with running(push=True) as run:
        body = {"message_id": 1, "message_type": "device_alarm", "test": False,
                "data": {"device_id": GATE, "channel_id": "0", "alarm_type": "motion_detection"}}  # fmt: skip
        assert (await run.cloud.push_raw("DEVICE_ALARM", body, headers={"X-IVM-Signature": "00"})).status == 200
        await run.settle()
        assert not run.sink.occurrences
        assert run.system.diagnostics()["events"]["received"]["refused"]
