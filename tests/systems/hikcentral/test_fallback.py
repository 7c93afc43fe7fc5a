"""Asking for events that are not posted, over real sockets (hikcentral §6, §7.2)."""

from collections import Counter
from datetime import timedelta

import pytest

from custom_components.hikvision_ivm.systems.base import PushState
from custom_components.hikvision_ivm.systems.hikcentral.search import ACCESSES, CROSSINGS, RECORDS
from custom_components.hikvision_ivm.systems.hikcentral.subscription import SUBSCRIBE, VIEW
from custom_components.hikvision_ivm.systems.model import Phase
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan

from .event_bench import PERSONAL, START, UID, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

MOTION = "_cam_1_binary_sensor_motion"


def ids(made: Bench) -> Counter[str]:
    """Return how often each event was told to have begun or happened."""
    return Counter(str(each.details["event_id"]) for each in made.sink.told())


async def test_without_an_address() -> None:
    """Where nobody knows our address, events are asked for as if they were posted, and the owner is told."""
    async with bench(address=None) as made:
        made.listen()
        await made.wait(15)
        assert list(made.problems()) == ["callback_unknown"]
        assert made.sink.health[-1].state is PushState.DOWN
        assert made.bodies(SUBSCRIBE) == []
        alarm = made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(30)
        (told,) = made.sink.told()
        assert told.details["event_id"] == alarm
        assert told.phase is Phase.START
        assert not told.late
        assert made.state(MOTION) is True
        made.platform.events.end(alarm)
        await made.wait(30)
        assert made.state(MOTION) is False
        assert made.sink.occurrences[-1].phase is Phase.END


async def test_pushing_switched_off() -> None:
    """The owner wants nothing posted: that is no problem, and the platform is left alone."""
    async with bench(options={"push": False}) as made:
        made.listen()
        await made.wait(15)
        assert made.problems() == {}
        assert made.sink.health[-1].state is PushState.OFF
        assert made.bodies(SUBSCRIBE) == made.bodies(VIEW) == []
        made.platform.happen(589825, "ioIn", "1")
        await made.wait(30)
        assert len(made.sink.told("alarm_input")) == 1


async def test_address_that_is_found_later() -> None:
    """Events are posted from then on, without a restart; what happened in between is told."""
    async with bench(address=None) as made:
        made.listen()
        await made.wait(15)
        made.runtime.post_address = lambda: made.callback.address
        first = made.platform.happen(131331, "camera", "1")
        await made.wait(60)
        assert made.channel.mode == "pushed"
        assert made.problems() == {}
        assert made.sink.health[-1].state is PushState.HEALTHY
        second = made.platform.happen(131331, "camera", "2")
        await made.settle()
        assert ids(made) == {first: 1, second: 1}


async def test_unreachable_callback() -> None:
    """It is subscribed, but nothing arrives: records prove it, and events are asked for until something is posted."""
    async with bench() as made:
        made.callback.deaf = True
        made.listen()
        await made.wait(60)
        assert made.channel.mode == "pushed"
        happened = [made.platform.happen(131331, "camera", "1", status=1)]
        await made.wait(120)
        assert made.channel.mode == "unreachable"
        assert made.problems() == {"callback_unreachable": {"address": f"127.0.0.1:{made.callback.port}"}}
        assert made.sink.health[-1].reason == "callback_unreachable"
        assert ids(made) == Counter(happened)
        for number in range(5):
            happened.append(made.platform.happen(131585, "camera", str(number + 1)))
            await made.wait(30)
            assert ids(made) == Counter(happened)
        assert not any(each.late for each in made.sink.told())
        made.callback.deaf = False
        happened.append(made.platform.happen(131331, "camera", "2"))
        await made.settle()
        assert made.channel.mode == "pushed"
        assert made.problems() == {}
        assert made.sink.health[-1].state is PushState.HEALTHY
        asked = len(made.bodies(RECORDS))
        await made.wait(250)
        assert ids(made) == Counter(happened)
        assert len(made.bodies(RECORDS)) - asked <= 2 * 8
        assert made.channel.counts["recovered"] == 1


async def test_way_that_breaks_later() -> None:
    """Pushes arrived, then no more: what the platform keeps shows it within minutes, and nothing is lost."""
    async with bench() as made:
        made.listen()
        await made.wait(30)
        happened = [made.platform.happen(131331, "camera", "1")]
        await made.wait(60)
        made.callback.deaf = True
        happened += [made.platform.happen(131331, "camera", str(number)) for number in range(2, 5)]
        await made.wait(400)
        assert made.channel.mode == "unreachable"
        assert ids(made) == Counter(happened)


async def test_some_are_lost() -> None:
    """Others arrive meanwhile: what is missing is fetched, and the way counts as good."""
    async with bench() as made:
        made.listen()
        await made.wait(30)
        lost = made.platform.happen(131331, "camera", "1", push=False)
        passed = made.platform.happen(198914, "door", "1", push=False, record=False)
        await made.wait(1)
        posted = made.platform.happen(131331, "camera", "2")
        await made.wait(400)
        assert made.channel.mode == "pushed"
        assert ids(made) == {lost: 1, posted: 1, passed: 1}
        late = {each.details["event_id"]: each.late for each in made.sink.told()}
        assert late == {lost: True, posted: False, passed: True}


async def test_healthy_way_costs_little() -> None:
    """While pushes arrive, an hour costs the watchdog and cheap looks only."""
    plan = SitePlan(cameras=1500, doors=100, inputs=100)
    async with bench(plan) as made:
        made.listen()
        await made.wait(120)
        made.platform.happen(131331, "camera", "7")
        await made.wait(30)
        made.platform.requests.clear()
        made.client.requests = 0
        for _ in range(6):
            made.platform.happen(131331, "camera", "7")
            await made.wait(600)
        looked = len(made.bodies(RECORDS))
        assert 10 <= len(made.bodies(VIEW)) <= 14
        assert looked <= 30
        assert len(made.platform.requests) == looked + len(made.bodies(VIEW))


async def test_codes_that_cannot_be_subscribed_are_searched() -> None:
    """Low codes that the platform does not take are told when they are found, and prove nothing."""
    async with bench() as made:
        made.listen()
        await made.wait(30)
        made.platform.happen(131331, "camera", "1")
        await made.wait(60)
        made.platform.happen(193, "camera", "1")
        await made.wait(330)
        (told,) = made.sink.told("abnormal_temperature")
        assert not told.late
        assert made.channel.mode == "pushed"
        assert made.problems() == {}


async def test_running_event_is_followed() -> None:
    """What has no end yet stays on while it goes on, and goes off when its end is found."""
    async with bench(address=None) as made:
        made.listen()
        await made.wait(15)
        alarm = made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(330)
        assert made.state(MOTION) is True
        made.platform.events.end(alarm)
        await made.wait(30)
        assert made.state(MOTION) is False
        assert ids(made) == {alarm: 1}


async def test_running_event_without_an_end_goes_off() -> None:
    """If its end is never told, it does not stay on for ever."""
    async with bench(address=None) as made:
        made.listen()
        await made.wait(15)
        made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(900)
        assert made.state(MOTION) is False


async def test_short_event_shows_for_a_while() -> None:
    """What is over when it is found is on for the time of a pulse."""
    async with bench(address=None) as made:
        made.listen()
        await made.wait(11)
        made.platform.happen(589825, "ioIn", "1")
        await made.wait(12)
        assert made.sink.told("alarm_input")[0].hold == 10
        await made.wait(12)
        assert made.state("_enc_1_binary_sensor_alarm_input_1") is False


async def test_persons_and_plates_are_found() -> None:
    """Who passed and which plate come from lists of their own, also where the search of events lacks them."""
    for record in (True, False):
        async with bench(address=None, options=PERSONAL) as made:
            made.listen()
            await made.wait(15)
            made.platform.happen(198914, "door", "1", record=record)
            made.platform.happen(131622, "camera", "2", record=record)
            await made.wait(40)
            assert made.state("_door_1_sensor_last_person") not in (None, "")
            assert made.state("_cam_2_sensor_last_plate") == "B AB 1234"
            assert sorted(str(each.details["event"]) for each in made.sink.told()) == [
                "access_granted_by_card", "license_plate",
            ]  # fmt: skip
            await made.wait(120)
            assert len(made.sink.told()) == 2


async def test_rounds_keep_their_distance() -> None:
    """Ten to thirty seconds, by what a round costs; a platform that is overloaded is left alone."""
    async with bench(address=None) as made:
        made.listen()
        await made.wait(600)
        rounds = made.channel.fallback.counts["rounds"]
        assert 20 <= rounds <= 60
        made.platform.fault(RECORDS, code="0x02401009", times=None)
        await made.wait(20)
        asked = len(made.platform.requests)
        await made.wait(200)
        assert len(made.platform.requests) - asked <= 2
        made.platform.heal(RECORDS)
        alarm = made.platform.happen(131331, "camera", "1")
        await made.wait(400)
        assert ids(made) == {alarm: 1}


@pytest.mark.parametrize("offset", [-1200.0, 1200.0])
async def test_clock_of_the_platform_is_another(offset: float) -> None:
    """Windows follow the platform's time, which its answers tell; nothing is late because of it."""
    async with bench(address=None) as made:
        made.platform.clock_offset = offset
        made.listen()
        await made.wait(45)
        alarm = made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(40)
        assert ids(made) == {alarm: 1}
        assert not made.sink.told()[0].late
        assert made.state(MOTION) is True


async def test_lists_that_are_refused_do_not_stop_the_others() -> None:
    """A partner without the right to accesses and plates still gets its alarms."""
    async with bench(address=None) as made:
        made.platform.deny(ACCESSES)
        made.platform.deny(CROSSINGS)
        made.listen()
        await made.wait(15)
        made.platform.happen(131331, "camera", "1")
        await made.wait(30)
        assert len(made.sink.told("motion_detection")) == 1


async def test_late_answers_of_a_slow_platform() -> None:
    """Records that appear a while after they happened are still found."""
    async with bench(address=None, behaviour=Options()) as made:
        made.listen()
        await made.wait(60)
        made.platform.happen(131331, "camera", "1", at=START + timedelta(seconds=made.clock.passed - 100))
        await made.wait(30)
        (told,) = made.sink.told()
        assert not told.late
        assert told.device_id == f"{UID}_cam_1"
