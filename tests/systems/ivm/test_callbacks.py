"""Subscriptions: read first, never taken from others, written again at every start, taken back."""

import asyncio
from datetime import timedelta
import re
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushHealth, PushState
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, SystemFailure
from custom_components.hikvision_ivm.systems.ivm.callbacks import MEMORY, wanted_types
from custom_components.hikvision_ivm.systems.ivm.wishes import Wishes
from simulators.ivm.push import Callback as Configured

from .push_bench import Callback, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

THREE = ["DEVICE_ALARM", "DEVICE_EXCEPTION", "DEVICE_UNBIND"]
EVERYTHING = {
    "analytics": ["head_shoulder", "behavior_analysis", "micro_checkpoint", "vehicle", "target", "third"],
    "personal": ["plates", "faces"],
}


def foreign(found: Any, *types: str) -> None:
    """Let somebody else have some subscriptions."""
    for type_ in types:
        found.cloud.callbacks[type_] = Configured(
            "https://other.example.com/hook/topsecret", "theirkey", found.clock.now(), found.clock.now()
        )


async def test_everything_is_read_and_then_configured() -> None:
    """Three subscriptions, with a key of eighteen letters that is kept with the exact address."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as found:
        await found.start()
        assert found.health == PushHealth(PushState.HEALTHY)
        assert found.calls("GET") == THREE
        assert found.calls("POST") == THREE
        assert list(found.cloud.callbacks) == THREE
        for type_, one in found.cloud.callbacks.items():
            assert one.url == found.callback.address
            assert re.fullmatch(r"[A-Za-z0-9]{18}", one.auth_key or "")
            assert memory[MEMORY]["types"][type_] == {"url": one.url, "auth_key": one.auth_key}
        assert found.problems() == {}
        assert found.channel.receiver.counts["tests"] == 3, "the cloud asked whether somebody is there"


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ({"analytics": ["head_shoulder", "behavior_analysis", "third"]},
         ["HEAD_SHOULDER_DATA", "BEHAVIOR_ANALYSIS_DATA", "THIRD_DATA"]),
        ({"analytics": ["target", "vehicle", "micro_checkpoint"]}, []),
        ({"analytics": ["target", "vehicle", "micro_checkpoint"], "personal": ["plates"]},
         ["MICRO_CHECKPOINT_DATA", "VEHICLE_DATA"]),
        ({"analytics": ["target"], "personal": ["faces"]}, ["TARGET_DATA"]),
        ({"personal": ["faces", "plates"]}, []),
        (EVERYTHING, ["HEAD_SHOULDER_DATA", "BEHAVIOR_ANALYSIS_DATA", "MICRO_CHECKPOINT_DATA", "VEHICLE_DATA",
                      "TARGET_DATA", "THIRD_DATA"]),
    ],
)  # fmt: skip
def test_what_is_about_people_needs_their_word_too(options: dict[str, Any], more: list[str]) -> None:
    """Analysis is told if it was chosen; faces and plates only if that was chosen besides."""
    assert list(wanted_types(Wishes.of(options))) == [*THREE, *more]


async def test_our_own_is_written_again_at_every_start() -> None:
    """That closes the cloud's breaker; the key stays, so that nothing under way is lost."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as found:
        await found.start()
        key = found.cloud.callbacks["DEVICE_ALARM"].auth_key
        found.callback.deaf = True
        for _ in range(6):
            await found.cloud.alarm("Gate")
        assert found.cloud.callbacks["DEVICE_ALARM"].broken_until is not None
        found.callback.deaf = False
        found.cloud.requests.clear()
        async with bench(cloud=found.cloud, clock=found.clock, memory=memory, callback=found.callback) as again:
            await again.start()
            assert again.calls("POST") == THREE
            assert again.cloud.callbacks["DEVICE_ALARM"].auth_key == key
            assert again.cloud.callbacks["DEVICE_ALARM"].broken_until is None
            assert (await again.cloud.alarm("Gate")).delivered
            assert again.channel.receiver.counts["handled"] == 1


async def test_another_address_stays_until_the_owner_says_otherwise() -> None:
    """It is told with the host only; the key of the other one is neither kept nor shown."""
    async with bench() as found:
        foreign(found, "DEVICE_ALARM")
        await found.start()
        assert found.health == PushHealth(PushState.DOWN, "ivm_callback_taken")
        assert found.cloud.callbacks["DEVICE_ALARM"].url.startswith("https://other")
        assert found.calls("POST") == THREE[1:]
        assert found.problems() == {"ivm_callback_taken": {"host": "other.example.com", "types": "DEVICE_ALARM"}}
        assert found.sink.found["push"][0].fixable
        everything = f"{found.channel.diagnostics()} {found.runtime.memory} {found.problems()}"
        assert "theirkey" not in everything
        assert "topsecret" not in everything
        await found.channel.take_over()
        assert found.cloud.callbacks["DEVICE_ALARM"].url == found.callback.address
        assert found.health == PushHealth(PushState.HEALTHY)
        assert found.problems() == {}


async def test_another_address_is_replaced_if_that_was_chosen() -> None:
    """Option `callback_take_over`."""
    async with bench(options={"callback_take_over": True}) as found:
        foreign(found, *THREE)
        await found.start()
        assert found.state is PushState.HEALTHY
        assert found.channel.callbacks.counts["taken_over"] == 3


async def test_ownership_is_looked_at_every_day() -> None:
    """What was lost is written again, what was taken is told; nothing is written without need."""
    async with bench() as found:
        await found.start()
        found.cloud.requests.clear()
        await found.jump(timedelta(hours=22).total_seconds())
        assert found.calls("GET") == []
        await found.jump(timedelta(hours=4).total_seconds())
        assert found.calls("GET") == THREE
        assert found.calls("POST") == []
        del found.cloud.callbacks["DEVICE_UNBIND"]
        foreign(found, "DEVICE_EXCEPTION")
        await found.jump(timedelta(hours=26).total_seconds())
        assert found.calls("POST") == ["DEVICE_UNBIND"]
        assert found.health == PushHealth(PushState.HEALTHY), "alarms arrive"
        assert found.problems()["ivm_callback_taken"]["types"] == "DEVICE_EXCEPTION"
        assert found.channel.callbacks.counts["lost"] == 2
        del found.cloud.callbacks["DEVICE_EXCEPTION"]
        await found.jump(timedelta(hours=26).total_seconds())
        assert found.health == PushHealth(PushState.HEALTHY)
        assert found.problems() == {}
        foreign(found, "DEVICE_ALARM")
        await found.jump(timedelta(hours=26).total_seconds())
        assert found.health == PushHealth(PushState.DOWN, "ivm_callback_taken")


async def test_an_address_that_is_not_reached_is_tried_again() -> None:
    """The owner is told when it was not only the start of Home Assistant."""
    async with bench() as found:
        found.callback.deaf = True
        await found.start()
        assert found.health == PushHealth(PushState.DOWN, "ivm_callback_unreachable")
        assert found.calls("POST") == ["DEVICE_ALARM"], "it is one address for all of them"
        assert found.problems() == {}
        await found.wait(30)
        problem = found.problems()["ivm_callback_unreachable"]
        assert problem["host"] == "127.0.0.1"
        assert "IVM.20050005" in problem["reason"]
        assert found.callback.secret not in str(problem)
        found.callback.deaf = False
        await found.wait(3600)
        assert found.health == PushHealth(PushState.HEALTHY)
        assert found.problems() == {}


@pytest.mark.parametrize("address", ["https://example.com/" + "x" * 240, "https://例え.example.com/x", "ftp://x/"])
async def test_an_address_that_the_cloud_cannot_take_is_not_sent(address: str) -> None:
    """Too long, not ASCII, or no HTTP."""
    async with bench() as found:
        found.address[0] = address
        await found.start()
        await found.wait(60)
        assert found.cloud.requests == []
        assert "ivm_callback_unreachable" in found.problems()


async def test_without_an_address_there_are_no_pushes_until_there_is_one() -> None:
    """Polling only, said plainly."""
    async with bench() as found:
        found.address[0] = None
        await found.start()
        assert found.health == PushHealth(PushState.DOWN, "ivm_no_callback")
        assert list(found.problems()) == ["ivm_no_callback"]
        assert found.cloud.requests == []
        found.address[0] = ""
        await found.wait(61)
        assert found.health == PushHealth(PushState.HEALTHY)
        assert found.problems() == {}


async def test_another_address_of_our_own_replaces_the_old_one() -> None:
    """What is still signed with the old one is genuine."""
    async with bench() as found:
        await found.start()
        old = found.cloud.pusher.signature(found.cloud.callbacks["DEVICE_ALARM"])
        found.callback.host = "localhost"
        await found.wait(61)
        assert {one.url for one in found.cloud.callbacks.values()} == {found.callback.address}
        assert found.health == PushHealth(PushState.HEALTHY)
        message = {"message_id": 1, "message_type": "device_alarm", "data": {"device_id": "x"}}
        assert (await found.cloud.push_raw("DEVICE_ALARM", message, old)).delivered
        assert found.channel.receiver.counts["handled"] == 1
        assert not found.channel.receiver.refused


async def test_an_old_address_of_ours_is_known_after_a_restart() -> None:
    """By what is remembered, and without that by the secret at its end."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as found:
        await found.start()
        for kept in (memory, {}):
            found.callback.host = "localhost" if kept else "127.0.0.1"
            async with bench(cloud=found.cloud, clock=found.clock, memory=kept, callback=found.callback) as again:
                await again.start()
                assert again.health == PushHealth(PushState.HEALTHY)
                assert again.cloud.callbacks["DEVICE_ALARM"].url == again.callback.address


async def test_leaving_takes_back_what_is_ours_only() -> None:
    """The others keep theirs."""
    async with bench(options=EVERYTHING) as found:
        await found.start()
        assert len(found.cloud.callbacks) == 9
        foreign(found, "DEVICE_ALARM", "TARGET_DATA")
        await found.channel.leave()
        assert set(found.cloud.callbacks) == {"DEVICE_ALARM", "TARGET_DATA"}
        assert found.runtime.memory[MEMORY]["types"] == {}
        await found.channel.leave()
        assert set(found.cloud.callbacks) == {"DEVICE_ALARM", "TARGET_DATA"}


async def test_leaving_goes_on_after_a_failure_and_tells_it() -> None:
    """One that cannot be taken back costs none of the others."""
    async with bench() as found:
        await found.start()
        found.cloud.fault("messages/callback", code="IVM.10020001", status=400, times=1)
        with pytest.raises(SystemFailure):
            await found.channel.leave()
        assert set(found.cloud.callbacks) == {"DEVICE_ALARM"}


async def test_what_is_not_wanted_any_more_is_taken_back() -> None:
    """After another choice, and after all pushes were switched off."""
    memory: dict[str, Any] = {}
    async with bench(options=EVERYTHING, memory=memory) as found:
        await found.start()
        shared: dict[str, Any] = {
            "cloud": found.cloud, "clock": found.clock, "memory": memory, "callback": found.callback,
        }  # fmt: skip
        async with bench(**shared) as fewer:
            await fewer.start()
            assert list(fewer.cloud.callbacks) == THREE
        async with bench(options={"push": False}, **shared) as none:
            foreign(none, "DEVICE_UNBIND")
            await none.channel.listen(none.sink)
            assert none.health == PushHealth(PushState.OFF)
            assert list(none.cloud.callbacks) == ["DEVICE_UNBIND"]
            assert none.problems() == {}


async def test_a_refused_analysis_does_not_keep_the_alarms() -> None:
    """It is told, and the rest stands."""
    async with bench(options={"analytics": ["third"]}) as found:
        read = found.channel.callbacks._read  # noqa: SLF001 - a type that this cloud does not know

        async def picky(type_: str) -> str | None:
            if type_ == "THIRD_DATA":
                found.cloud.fault("messages/callback", code="IVM.10027022", status=400, times=1)
            return await read(type_)

        found.channel.callbacks._read = picky  # type: ignore[method-assign]  # noqa: SLF001
        await found.start()
        assert found.health == PushHealth(PushState.HEALTHY)
        assert "THIRD_DATA (IVM.10027022" in found.problems()["ivm_callback_refused"]["types"]


@pytest.mark.parametrize("types", [["DEVICE_UNBIND"], ["DEVICE_EXCEPTION", "DEVICE_UNBIND"]])
async def test_what_others_have_does_not_hide_the_alarms(types: list[str]) -> None:
    """Alarms arrive and show; what is lacking is told, less loudly than if it were the alarms."""
    async with bench() as found:
        foreign(found, *types)
        await found.start()
        assert found.health == PushHealth(PushState.HEALTHY)
        (problem,) = found.sink.found["push"]
        assert problem.placeholders["types"] == ", ".join(types)
        assert not problem.severe
        assert (await found.cloud.alarm("Gate")).delivered
        assert found.channel.receiver.counts["handled"] == 1


async def test_one_type_that_always_fails_keeps_no_other() -> None:
    """The others are tried, written once, and stand; the owner is told of it when it lasts, until it is gone."""
    async with bench() as found:
        read = found.channel.callbacks._read  # noqa: SLF001 - only one type fails
        sick = True

        async def picky(type_: str) -> str | None:
            if type_ == "DEVICE_EXCEPTION" and sick:
                found.cloud.fault("messages/callback", code="IVM.20050002", status=500, times=1)
            return await read(type_)

        found.channel.callbacks._read = picky  # type: ignore[method-assign]  # noqa: SLF001
        await found.start()
        await found.settle()
        assert found.health == PushHealth(PushState.HEALTHY)
        assert found.calls("POST") == ["DEVICE_ALARM", "DEVICE_UNBIND"]
        assert found.problems() == {}, "it may pass"
        await found.wait(3600)
        assert found.calls("POST") == ["DEVICE_ALARM", "DEVICE_UNBIND"], "what stands is not written again for its sake"
        assert "DEVICE_EXCEPTION (IVM.20050002" in found.problems()["ivm_callback_refused"]["types"]
        sick = False
        await found.wait(800)
        assert found.calls("POST")[2:] == ["DEVICE_EXCEPTION"]
        assert found.problems() == {}
        assert found.health == PushHealth(PushState.HEALTHY)


async def test_alarms_that_always_fail_leave_the_rest_and_are_told() -> None:
    """Without alarms nothing is said to be well."""
    async with bench() as found:
        read = found.channel.callbacks._read  # noqa: SLF001 - only one type fails

        async def picky(type_: str) -> str | None:
            if type_ == "DEVICE_ALARM":
                found.cloud.fault("messages/callback", code="IVM.20050002", status=500, times=1)
            return await read(type_)

        found.channel.callbacks._read = picky  # type: ignore[method-assign]  # noqa: SLF001
        await found.start()
        await found.settle()
        assert found.health == PushHealth(PushState.DOWN, "cloud_error")
        assert set(found.cloud.callbacks) == {"DEVICE_EXCEPTION", "DEVICE_UNBIND"}


async def test_what_the_owner_took_out_is_left_to_others() -> None:
    """It is neither written nor told of, and what was ours is given back."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as found:
        await found.start()
        shared: dict[str, Any] = {
            "cloud": found.cloud, "clock": found.clock, "memory": memory, "callback": found.callback,
        }  # fmt: skip
        async with bench(options={"subscriptions": ["alarms"]}, **shared) as fewer:
            foreign(fewer, "DEVICE_UNBIND")
            await fewer.start()
            assert fewer.health == PushHealth(PushState.HEALTHY)
            assert fewer.problems() == {}
            assert set(fewer.cloud.callbacks) == {"DEVICE_ALARM", "DEVICE_UNBIND"}
            assert fewer.cloud.callbacks["DEVICE_UNBIND"].url.startswith("https://other")
        async with bench(options={"subscriptions": ["states"], "analytics": ["third"]}, **shared) as other:
            await other.start()
            assert other.health == PushHealth(PushState.HEALTHY)
            assert set(other.cloud.callbacks) == {"DEVICE_EXCEPTION", "THIRD_DATA", "DEVICE_UNBIND"}
        async with bench(options={"subscriptions": []}, **shared) as none:
            await none.channel.listen(none.sink)
            assert none.health == PushHealth(PushState.OFF)
            assert set(none.cloud.callbacks) == {"DEVICE_UNBIND"}


async def test_a_fault_of_the_cloud_is_waited_out() -> None:
    """Longer and longer."""
    async with bench() as found:
        found.cloud.fault("messages/callback", code="IVM.90000010", status=500, times=None)
        await found.start()
        assert found.health == PushHealth(PushState.DOWN, "cloud_error")
        await found.wait(120)
        tries = found.calls("GET").count("DEVICE_ALARM")
        assert 3 <= tries <= 5
        found.cloud.heal()
        await found.wait(700)
        assert found.health == PushHealth(PushState.HEALTHY)


async def test_refused_keys_end_the_task() -> None:
    """Only the owner can help."""
    async with bench() as found:
        found.cloud.fault("messages/callback", code="IVM.10000013", status=401, times=None)
        found.listen()
        assert found.task is not None
        with pytest.raises(AuthenticationError):
            await asyncio.wait_for(asyncio.shield(found.task), 5)
        found.task = None


async def test_after_an_outage_of_the_cloud_the_subscriptions_are_written_again() -> None:
    """It may have given up on us meanwhile. A short silence costs nothing."""
    async with bench() as found:
        await found.start()
        await found.wait(200)
        found.cloud.requests.clear()
        found.channel.note_answer(answered=True)
        found.channel.note_answer(answered=False)
        await found.wait(30)
        found.channel.note_answer(answered=True)
        await found.settle()
        assert found.calls("POST") == []
        found.channel.note_answer(answered=False)
        await found.wait(200)
        found.channel.note_answer(answered=True)
        await found.settle()
        assert found.calls("POST") == THREE
        found.channel.note_missed()
        await found.settle()
        assert found.calls("POST") == THREE, "not more often than every two minutes"
        await found.wait(121)
        found.channel.note_missed()
        await found.settle()
        assert found.calls("POST") == THREE * 2


async def test_they_are_written_again_when_the_user_asks() -> None:
    """The button and the action."""
    async with bench() as found:
        await found.start()
        found.cloud.callbacks.clear()
        assert await found.channel.refresh() == dict.fromkeys(THREE, "stands")
        assert list(found.cloud.callbacks) == THREE


async def test_memory_that_makes_no_sense_does_no_harm() -> None:
    """It is as if there was none."""
    for stored in (7, {"types": 7, "own": 7, "key": 7}, {"types": {"DEVICE_ALARM": 7, "X": {"url": 1}}, "own": [7]}):
        async with bench(memory={MEMORY: stored}) as found:
            await found.start()
            assert found.state is PushState.HEALTHY


async def test_two_subscribers_of_ours_do_not_share_an_address() -> None:
    """A second Home Assistant is somebody else."""
    other = Callback()
    other.secret = "f" * 64
    await other.start()
    try:
        async with bench() as found:
            await found.start()
            async with bench(cloud=found.cloud, clock=found.clock, callback=other) as second:
                await second.start()
                assert second.health == PushHealth(PushState.DOWN, "ivm_callback_taken")
                assert second.problems()["ivm_callback_taken"]["host"] == "127.0.0.1"
    finally:
        await other.stop()
