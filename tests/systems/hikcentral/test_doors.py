"""Commands to doors over real sockets (hikcentral §3.11, T3, T4)."""

import asyncio
import logging
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    DeviceOfflineError,
    InsufficientRightsError,
    InvalidArgumentError,
    NotConfirmedError,
    NotFoundError,
    ProtocolError,
    ResponseTimeoutError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.door_values import door_value
from custom_components.hikvision_ivm.systems.hikcentral.doors import CONTROL, MEMORY, STATE, Mode
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, BinarySensorFeature, LockFeature, SelectFeature
from custom_components.hikvision_ivm.systems.values import LockValue
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan

from .command_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

STAYS = {"lock_stays": True}
LOCKED = LockValue(locked=True, open=False)
OPEN = LockValue(locked=False, open=True)


def lock_of(made: Bench, door: str = "1") -> LockFeature:
    """Return the lock of a door."""
    return made.feature(LockFeature, Kind.DOOR_LOCK, door)


def mode_of(made: Bench, door: str = "1") -> SelectFeature:
    """Return the mode of a door."""
    return made.feature(SelectFeature, Kind.DOOR_MODE, door)


def commands(made: Bench) -> list[int]:
    """Return the control types that were sent, in order."""
    return [body["controlType"] for body in made.bodies(CONTROL)]


def learnt(opens: bool) -> dict[str, object]:
    """Return a memory in which the meaning of command 3 is known."""
    return {MEMORY: {"version": "V2.2.2.0", "opens": opens}}


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
@pytest.mark.parametrize(
    ("action", "control", "before", "after"),
    [("lock", 1, 2, LOCKED), ("unlock", 2, 1, OPEN), ("open", 2, 1, OPEN)],
)
async def test_a_lock_is_told_once_and_read_back(
    profile: str, action: str, control: int, before: int, after: LockValue
) -> None:
    """In every shape of results, flat and nested; while it moves it says so."""
    async with bench(profile=profile) as made:
        lock = lock_of(made)
        made.platform.state.doors["1"].state = before
        await made.commands.lock(lock, action, made.sink)
        assert made.bodies(CONTROL) == [{"doorIndexCodes": ["1"], "controlType": control}]
        changing = made.sink.history[lock.id][0]
        assert isinstance(changing, LockValue)
        assert changing.changing == ("locking" if action == "lock" else "opening")
        assert made.value(lock) == after
        assert made.value(mode_of(made)) == "normal"
        assert made.sink.available[lock.device_id] is True


@pytest.mark.parametrize(("action", "control", "after"), [("lock", 3, 3), ("unlock", 0, 0), ("open", 2, 2)])
async def test_locks_may_hold_a_door(action: str, control: int, after: int) -> None:
    """The option makes lock and unlock last; opening once stays what it is."""
    async with bench(options=STAYS) as made:
        await made.commands.lock(lock_of(made), action, made.sink)
        assert commands(made) == [control]
        assert made.platform.state.doors["1"].state == after


@pytest.mark.parametrize(
    ("option", "before", "control", "after"),
    [("remain_open", 1, 0, 0), ("normal", 0, 1, 1), ("normal", 3, 1, 1), ("remain_closed", 1, 3, 3)],
)
async def test_the_mode_of_a_door_is_chosen(option: str, before: int, control: int, after: int) -> None:
    """Sensors of staying follow with it."""
    async with bench() as made:
        made.platform.state.doors["1"].state = before
        await made.commands.select(mode_of(made), option, made.sink)
        assert commands(made) == [control]
        assert made.platform.state.doors["1"].state == after
        assert made.value(mode_of(made)) == option
        for kind in (Kind.REMAIN_OPEN, Kind.REMAIN_CLOSED):
            assert made.value(made.feature(BinarySensorFeature, kind, "1")) is (kind.value == option)


async def test_a_mode_that_is_none_is_not_sent() -> None:
    """Nor is a feature of something else."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError):
            await made.commands.select(mode_of(made), "ajar", made.sink)
        stray = LockFeature(device_id="x", kind=Kind.DOOR_LOCK)
        with pytest.raises(UnsupportedError):
            await made.commands.lock(stray, "lock", made.sink)
        with pytest.raises(UnsupportedError):
            await made.commands.lock(lock_of(made), "barricade", made.sink)
        assert not made.platform.requests


async def test_a_slow_door_is_waited_for() -> None:
    """It is read a few times before anything is said."""
    async with bench(behaviour=Options(door_delay=0.08)) as made:
        made.platform.state.doors["1"].state = 0
        await made.commands.lock(lock_of(made), "lock", made.sink)
        assert made.platform.count(STATE) > 1
        assert made.time.slept[0] == 1.0
        assert made.value(lock_of(made)) == LOCKED


async def test_a_door_that_does_something_else() -> None:
    """The platform says yes and the door stays as it was."""
    async with bench(behaviour=Options(door_delay=60)) as made:
        with pytest.raises(NotConfirmedError) as raised:
            await made.commands.select(mode_of(made), "remain_open", made.sink)
        assert dict(raised.value.placeholders) == {"wanted": "remain_open", "found": "closed"}
        assert commands(made) == [0]
        assert made.value(lock_of(made)) == LOCKED
        assert sum(made.time.slept) == 6.0


async def test_a_door_that_was_opened_once_may_be_closed_again() -> None:
    """Or waits for somebody to push it; what is told is what was read."""
    async with bench(behaviour=Options(door_delay=60)) as made:
        await made.commands.lock(lock_of(made), "open", made.sink)
        assert made.value(lock_of(made)) == LOCKED
        made.platform.state.doors["1"].state = 3
        with pytest.raises(NotConfirmedError):
            await made.commands.lock(lock_of(made), "open", made.sink)


async def test_a_platform_that_tells_no_states() -> None:
    """The command was accepted; the door is unknown, and nothing is made up."""
    async with bench() as made:
        made.platform.fault(STATE, data={"doorIndexCode": "1"})
        await made.commands.lock(lock_of(made), "lock", made.sink)
        assert made.value(lock_of(made)) is UNKNOWN
        assert made.value(mode_of(made)) is UNKNOWN


async def test_a_door_that_cannot_be_read() -> None:
    """Whether it obeyed is not known, and that is said."""
    async with bench() as made:
        made.platform.fault(STATE, code="0x00072201")
        with pytest.raises(NotConfirmedError) as raised:
            await made.commands.lock(lock_of(made), "lock", made.sink)
        assert raised.value.placeholders["found"] == "unknown"
        assert made.value(lock_of(made)) is UNKNOWN
        assert not made.sink.available


async def test_a_door_that_is_offline() -> None:
    """By its result, and by its state."""
    async with bench() as made:
        lock = lock_of(made)
        made.platform.state.doors["1"].state = 4
        with pytest.raises(DeviceOfflineError) as raised:
            await made.commands.lock(lock, "lock", made.sink)
        assert "Door 1" in str(raised.value)
        assert made.sink.available[lock.device_id] is False
        assert made.value(lock) is UNKNOWN
        made.platform.fault(CONTROL, data=[])
        with pytest.raises(DeviceOfflineError):
            await made.commands.lock(lock, "lock", made.sink)


@pytest.mark.parametrize(
    ("code", "error"),
    [(192, DeviceFailureError), (130, InsufficientRightsError), (128, NotFoundError), (194, DeviceFailureError)],
)
async def test_the_result_of_a_door_counts_although_the_call_succeeded(code: int, error: type[Exception]) -> None:
    """The outer code is 0; the door is named, and its state is shown again."""
    async with bench(profile="sample", behaviour=Options(door_results={"1": code})) as made:
        with pytest.raises(error) as raised:
            await made.commands.lock(lock_of(made), "open", made.sink)
        assert "Door 1" in str(raised.value)
        assert str(code) in str(raised.value)
        assert commands(made) == [2]
        assert made.value(lock_of(made)) == LOCKED


@pytest.mark.parametrize("drop", [True, "after"])
async def test_a_cut_connection_is_not_repeated(drop: Any) -> None:
    """The door is read instead: what counts is what it does."""
    async with bench() as made:
        made.platform.fault(CONTROL, drop=drop)
        lock = lock_of(made)
        if drop == "after":
            await made.commands.lock(lock, "open", made.sink)
            assert made.value(lock) == OPEN
        else:
            with pytest.raises(ConnectionFailedError):
                await made.commands.lock(lock, "open", made.sink)
            assert made.value(lock) == LOCKED
        assert made.platform.count(CONTROL) == 1
        assert made.platform.count(STATE) >= 1


async def test_a_timeout_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a gateway's."""
    monkeypatch.setattr("custom_components.hikvision_ivm.systems.hikcentral.client.WRITE_SECONDS", 0.1)
    async with bench() as made:
        made.platform.fault(CONTROL, delay=0.3, times=1)
        with pytest.raises(ResponseTimeoutError):
            await made.commands.lock(lock_of(made), "unlock", made.sink)
        assert made.platform.count(CONTROL) == 1
        assert made.value(lock_of(made)) == LOCKED
        made.platform.heal()
        made.platform.fault(CONTROL, status=504)
        with pytest.raises(BusyError):
            await made.commands.lock(lock_of(made), "unlock", made.sink)
        made.platform.heal()
        made.platform.fault(CONTROL, raw=b'{"code": "0", "da')
        with pytest.raises(ProtocolError):
            await made.commands.lock(lock_of(made), "unlock", made.sink)
        assert made.platform.count(CONTROL) == 3


async def test_a_platform_out_of_reach() -> None:
    """Nothing was sent; the door is unknown."""
    async with bench() as made:
        await made.platform.stop_answering()
        with pytest.raises(ConnectionFailedError):
            await made.commands.lock(lock_of(made), "lock", made.sink)
        assert made.value(lock_of(made)) is UNKNOWN
        assert not made.platform.requests


async def test_a_refused_command_is_no_question_of_states() -> None:
    """The refusal is passed on at once; the door is shown as it is."""
    async with bench() as made:
        made.platform.deny(CONTROL)
        with pytest.raises(InsufficientRightsError):
            await made.commands.lock(lock_of(made), "lock", made.sink)
        assert made.time.slept == []
        assert made.value(lock_of(made)) == LOCKED
        made.platform.wrong_signature = True
        made.platform.allow(CONTROL)
        made.client.renew()
        with pytest.raises(AuthenticationError):
            await made.commands.lock(lock_of(made), "lock", made.sink)


# command 3


async def test_command_3_is_believed_after_it_was_seen_to_hold() -> None:
    """What a door is before is read each time, so that an opening is seen at once."""
    async with bench() as made:
        for door in ("1", "2"):
            made.platform.requests.clear()
            await made.commands.select(mode_of(made, door), "remain_closed", made.sink)
            assert [request.path for request in made.platform.requests][:2] == [STATE, CONTROL]
            assert made.memory[MEMORY] == {"version": "V2.2.2.0", "opens": False}


async def test_command_3_that_opens_is_undone_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """The door is closed, the user is told, and it is never sent again."""
    async with bench(behaviour=Options(control_three="remain_open")) as made:
        with pytest.raises(NotConfirmedError) as raised:
            await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert dict(raised.value.placeholders) == {"wanted": "remain_closed", "found": "remain_open"}
        assert commands(made) == [3, 1]
        assert made.platform.state.doors["1"].state == 1
        assert made.value(lock_of(made)) == LOCKED
        assert made.time.slept[0] < 1
        assert "keep a door closed" in caplog.text
        with pytest.raises(UnsupportedError):
            await made.commands.select(mode_of(made, "2"), "remain_closed", made.sink)
        with pytest.raises(UnsupportedError):
            await made.act("door_control", [lock_of(made, "2")], mode="remain_closed")
        assert commands(made) == [3, 1]


async def test_a_lock_that_cannot_hold_closes() -> None:
    """Found out just now, known before, or found out by somebody else meanwhile: it ends up closed."""
    behaviour = Options(control_three="remain_open")
    async with bench(behaviour=behaviour, options=STAYS) as made:
        made.platform.state.doors["1"].state = 2
        await asyncio.gather(
            made.commands.lock(lock_of(made), "lock", made.sink),
            made.commands.lock(lock_of(made, "2"), "lock", made.sink),
        )
        assert commands(made) == [3, 1, 1]
        await made.commands.lock(lock_of(made), "lock", made.sink)
        assert commands(made) == [3, 1, 1, 1]
        assert [made.platform.state.doors[id_].state for id_ in ("1", "2")] == [1, 1]
        assert made.value(lock_of(made)) == LOCKED


async def test_command_3_is_tried_on_one_door_of_many() -> None:
    """The others are left alone when it opens, and get one call when it holds."""
    site = SitePlan(doors=5)
    behaviour = Options(control_three="remain_open")
    async with bench(site=site, behaviour=behaviour) as made:
        locks = [lock_of(made, str(number)) for number in range(1, 6)]
        with pytest.raises(DeviceFailureError) as raised:
            await made.act("door_control", locks, mode="remain_closed")
        assert [body["doorIndexCodes"] for body in made.bodies(CONTROL)] == [["1"], ["1"]]
        assert "Door 5" in str(raised.value)
        assert {door.state for door in made.platform.state.doors.values()} == {1}
    async with bench(site=site) as made:
        locks = [lock_of(made, str(number)) for number in range(1, 6)]
        found = await made.act("door_control", locks, mode="remain_closed")
        assert [body["doorIndexCodes"] for body in made.bodies(CONTROL)] == [["1"], ["2", "3", "4", "5"]]
        assert {row["state"] for row in found["results"]} == {"remain_closed"}


async def test_an_update_of_the_platform_makes_command_3_doubtful_again() -> None:
    """What another version did says nothing."""
    memory = {MEMORY: {"version": "V2.1.0.0", "opens": True}}
    async with bench(memory=memory) as made:
        await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert made.memory[MEMORY] == {"version": "V2.2.2.0", "opens": False}


@pytest.mark.parametrize("remembered", ["nonsense", {"version": "V2.2.2.0", "opens": "yes"}, {}])
async def test_a_memory_that_is_none(remembered: object) -> None:
    """It is tried anew."""
    async with bench(memory={MEMORY: remembered}) as made:
        await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert made.memory[MEMORY]["opens"] is False


async def test_a_door_that_was_so_already_proves_nothing() -> None:
    """Held closed before and after: 3 may mean anything. Held open before and after: it is closed, and nothing learnt."""
    async with bench() as made:
        made.platform.state.doors["1"].state = 3
        await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert MEMORY not in made.memory
    async with bench(behaviour=Options(control_three="remain_open")) as made:
        made.platform.state.doors["1"].state = 0
        with pytest.raises(NotConfirmedError):
            await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert MEMORY not in made.memory
        assert commands(made) == [3, 1]
        assert made.platform.state.doors["1"].state == 1


async def test_a_slow_door_that_stood_open_is_not_closed_too_early() -> None:
    """It is held closed in the end, although it was still open when it was read first."""
    async with bench(behaviour=Options(door_delay=0.07), memory=learnt(False)) as made:
        made.platform.state.doors["1"].state = 0
        await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert commands(made) == [3]
        assert made.platform.count(STATE) > 2
        assert made.value(mode_of(made)) == "remain_closed"


async def test_a_door_that_could_not_be_read_before_is_closed_too() -> None:
    """Whether it stood open before is not known, so nothing is learnt."""
    async with bench(behaviour=Options(control_three="remain_open")) as made:
        made.platform.fault(STATE, code="0x00072201", times=1)
        with pytest.raises(NotConfirmedError):
            await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert commands(made) == [3, 1]
        assert MEMORY not in made.memory


async def test_a_platform_that_changed_its_mind() -> None:
    """It held doors closed, and opens them now: the door is closed at once, and that is known from then on."""
    async with bench(behaviour=Options(control_three="remain_open"), memory=learnt(False)) as made:
        with pytest.raises(NotConfirmedError):
            await made.commands.select(mode_of(made), "remain_closed", made.sink)
        assert commands(made) == [3, 1]
        assert made.memory == learnt(True)
        assert made.platform.state.doors["1"].state == 1
        assert made.time.slept[0] < 1


@pytest.mark.parametrize("fault", ["drop", "cancel"])
async def test_a_door_is_not_left_open_when_command_3_is_cut_off(fault: str) -> None:
    """Its answer is lost, or whoever asked is gone: it is watched and closed all the same."""
    async with bench(behaviour=Options(control_three="remain_open")) as made:
        if fault == "drop":
            made.platform.fault(CONTROL, drop="after", times=1)
        task = asyncio.create_task(made.commands.select(mode_of(made), "remain_closed", made.sink))
        while not commands(made):
            await asyncio.sleep(0.005)
        if fault == "cancel":
            task.cancel()
        with pytest.raises(NotConfirmedError if fault == "drop" else asyncio.CancelledError):
            await task
        await made.commands.close()
        assert commands(made) == [3, 1]
        await asyncio.sleep(0.05)
        assert made.platform.state.doors["1"].state == 1


async def test_closing_again_is_tried_with_patience(caplog: pytest.LogCaptureFixture) -> None:
    """A platform that fails is asked again; one that never obeys is reported loudly."""
    async with bench(behaviour=Options(control_three="remain_open")) as made:
        task = asyncio.create_task(made.commands.select(mode_of(made), "remain_closed", made.sink))
        while not commands(made):
            await asyncio.sleep(0.005)
        made.platform.fault(CONTROL, status=503, times=2)
        with pytest.raises(NotConfirmedError):
            await task
        assert commands(made) == [3, 1, 1, 1]
        assert made.platform.state.doors["1"].state == 1
    async with bench(behaviour=Options(control_three="remain_open")) as made:
        task = asyncio.create_task(made.commands.select(mode_of(made), "remain_closed", made.sink))
        while not commands(made):
            await asyncio.sleep(0.005)
        made.platform.fault(CONTROL, code="192")
        with pytest.raises(DeviceFailureError) as raised:
            await task
        assert "by hand" in str(raised.value)
        assert [record.levelno for record in caplog.records if "stands open" in record.message] == [logging.ERROR]
        assert made.value(lock_of(made)) == OPEN


async def test_a_door_under_trial_gets_no_other_command() -> None:
    """Opening waits until it is known what command 3 did; afterwards it is carried out."""
    async with bench() as made:
        holding = asyncio.create_task(made.commands.select(mode_of(made), "remain_closed", made.sink))
        while not commands(made):
            await asyncio.sleep(0.005)
        await made.commands.lock(lock_of(made), "open", made.sink)
        await holding
        assert commands(made) == [3, 2]
        assert made.memory[MEMORY]["opens"] is False
        assert made.platform.state.doors["1"].state == 2


# several commands, several doors


async def test_ten_doors_are_one_call() -> None:
    """Each door is read and told of on its own."""
    async with bench(profile="sample", site=SitePlan(doors=11)) as made:
        locks = [lock_of(made, str(number)) for number in range(1, 11)]
        found = await made.act("door_control", [*locks, locks[0]], mode="open")
        assert len(made.bodies(CONTROL)) == 1
        assert [row["door"] for row in found["results"]] == [str(number) for number in range(1, 11)]
        assert found["results"][0] == {"door": "1", "name": "Door 1", "state": "open"}
        assert all(made.value(lock) == OPEN for lock in locks)


async def test_bad_arguments_are_found_before_anything_is_sent() -> None:
    """Too many doors, none, something else, no such mode."""
    async with bench(site=SitePlan(doors=11)) as made:
        locks = [lock_of(made, str(number)) for number in range(1, 12)]
        for features, mode in ((locks, "open"), ([], "open"), (locks[:1], "ajar"), (locks[:1], None)):
            with pytest.raises(InvalidArgumentError):
                await made.act("door_control", features, mode=mode)
        camera = next(iter(made.context.inventory().features.values()))
        with pytest.raises(InvalidArgumentError):
            await made.act("door_control", [camera], mode="open")
        assert not made.platform.requests


async def test_each_door_that_failed_is_named() -> None:
    """The others were commanded all the same."""
    behaviour = Options(door_results={"2": 192, "3": 129})
    async with bench(profile="sample", site=SitePlan(doors=4), behaviour=behaviour) as made:
        locks = [lock_of(made, str(number)) for number in range(1, 5)]
        with pytest.raises(DeviceFailureError) as raised:
            await made.act("door_control", locks, mode="open")
        text = str(raised.value)
        assert "Door 2: " in text
        assert "Door 3: Door 3 is offline" in text
        assert "Door 1" not in text
        assert [made.platform.state.doors[id_].state for id_ in ("1", "2", "3", "4")] == [2, 1, 1, 2]
        assert made.value(locks[3]) == OPEN
        with pytest.raises(DeviceOfflineError):
            await made.act("door_control", [locks[2]], mode="open")


async def test_doors_that_disagree_are_named_with_what_they_are() -> None:
    """In words."""
    async with bench(behaviour=Options(door_delay=60)) as made:
        with pytest.raises(DeviceFailureError) as raised:
            await made.act("door_control", [lock_of(made), lock_of(made, "2")], mode="remain_open")
        assert "Door 1: it is closed; Door 2: it is closed" in str(raised.value)


@pytest.mark.parametrize("data", ["", None, [[]], [{}], [[{"controlResultCode": "0x0", "doorIndexCode": 1}]]])
async def test_an_answer_without_results_is_left_to_the_read_back(data: object) -> None:
    """Half an answer is no failure."""
    async with bench() as made:
        made.platform.fault(CONTROL, data=data)
        await made.commands.lock(lock_of(made), "lock", made.sink)
        assert made.value(lock_of(made)) == LOCKED


async def test_a_later_command_takes_over() -> None:
    """Who followed the door for the first one stops; nobody is told that it did not obey."""
    async with bench(behaviour=Options(door_delay=0.0)) as made:
        lock = lock_of(made)
        made.time.blocked = 1.0
        first = asyncio.create_task(made.commands.lock(lock, "open", made.sink))
        await made.time.asleep.wait()
        made.time.blocked = None
        await made.commands.lock(lock, "lock", made.sink)
        assert commands(made) == [2, 1]
        made.time.release()
        await first
        assert made.value(lock) == LOCKED


async def test_a_command_that_comes_while_a_door_is_read() -> None:
    """What was read belongs to the command before, and is not told any more."""
    async with bench() as made:
        lock = lock_of(made)
        made.platform.fault(STATE, delay=0.2, times=1)
        first = asyncio.create_task(made.commands.lock(lock, "open", made.sink))
        while not made.platform.count(STATE):
            await asyncio.sleep(0.005)
        await made.commands.lock(lock, "lock", made.sink)
        await first
        assert made.value(lock) == LOCKED
        assert OPEN not in made.sink.history[lock.id]


async def test_a_door_is_not_closed_again_against_a_later_command() -> None:
    """Somebody opens it for good while it is about to be closed."""
    async with bench(behaviour=Options(control_three="remain_open"), memory=learnt(False)) as made:
        made.time.blocked = 1.0
        holding = asyncio.create_task(made.commands.select(mode_of(made), "remain_closed", made.sink))
        await made.time.asleep.wait()
        assert commands(made) == [3, 1]
        made.time.blocked = None
        await made.commands.select(mode_of(made), "remain_open", made.sink)
        made.time.release()
        await holding
        assert commands(made) == [3, 1, 0]
        assert made.platform.state.doors["1"].state == 0


async def test_a_command_is_followed_though_whoever_gave_it_is_gone() -> None:
    """The door moves anyway, and is shown as it is."""
    async with bench() as made:
        task = asyncio.create_task(made.commands.lock(lock_of(made), "open", made.sink))
        while not commands(made):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.15)
        assert made.value(lock_of(made)) == OPEN


async def test_commands_to_one_door_keep_their_order() -> None:
    """The second is sent when the first was answered, to whichever doors besides."""
    async with bench(site=SitePlan(doors=3)) as made:
        await made.hurry()
        made.platform.fault(CONTROL, delay=0.1, times=1)
        locks = [lock_of(made, str(number)) for number in range(1, 4)]
        doors = [lock.address for lock in locks]
        control = made.commands.doors.control
        await asyncio.gather(
            control([doors[0], doors[1]], Mode.OPEN, made.sink),  # type: ignore[list-item]
            control([doors[1], doors[0], doors[2]], Mode.CLOSE, made.sink),  # type: ignore[list-item]
        )
        assert commands(made) == [2, 1]
        assert [door.state for door in made.platform.state.doors.values()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("state", "lock", "mode", "open_", "closed"),
    [
        (0, OPEN, "remain_open", True, False),
        (1, LOCKED, "normal", False, False),
        (2, OPEN, "normal", False, False),
        (3, LOCKED, "remain_closed", False, True),
        (4, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (9, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (None, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_what_a_state_means(state: int | None, lock: object, mode: object, open_: object, closed: object) -> None:
    """Unknown is neither locked nor open; the contact is none of its business."""
    of = {
        LockFeature(device_id="d", kind=Kind.DOOR_LOCK): lock,
        SelectFeature(device_id="d", kind=Kind.DOOR_MODE): mode,
        BinarySensorFeature(device_id="d", kind=Kind.REMAIN_OPEN): open_,
        BinarySensorFeature(device_id="d", kind=Kind.REMAIN_CLOSED): closed,
        BinarySensorFeature(device_id="d", kind=Kind.DOOR): None,
    }
    for feature, wanted in of.items():
        assert door_value(feature, state) == wanted
