"""Subscribing events and looking after it, over real sockets (hikcentral §3.6, §5 T1)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest, PushState
from custom_components.hikvision_ivm.systems.errors import AuthenticationError, ConnectionFailedError
from custom_components.hikvision_ivm.systems.hikcentral.event_types import LOW_CODES, MAIN_CODES
from custom_components.hikvision_ivm.systems.hikcentral.subscription import SUBSCRIBE, UNSUBSCRIBE, VIEW
from simulators.hikcentral import HikCentralSimulator
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan
from simulators.hikcentral.push import Subscription as Sent

from .event_bench import UID, Bench, Callback, Clock, bench, event, message

pytestmark = pytest.mark.usefixtures("socket_enabled")

OTHER = "http://192.0.2.99:8123/eventRcv"


def mine(made: Bench) -> set[int]:
    """Return what the platform sends to us."""
    return {code for each in made.platform.subscriptions if each.dest == made.callback.address for code in each.types}


async def test_main_codes_in_one_call_low_ones_apart() -> None:
    """All 175 together; then the low ones, of which one alone is tried when they are refused, and nothing more."""
    async with bench() as made:
        await made.channel.subscription.ensure()
        calls = [each["eventTypes"] for each in made.bodies(SUBSCRIBE)]
        assert calls == [list(MAIN_CODES), list(LOW_CODES), [66306]]
        assert {each["eventDest"] for each in made.bodies(SUBSCRIBE)} == {made.callback.address}
        assert all("passBack" not in each for each in made.bodies(SUBSCRIBE))
        assert mine(made) == set(MAIN_CODES)
        assert made.channel.subscription.refused == set(LOW_CODES)


async def test_outcome_is_remembered_for_the_version() -> None:
    """Neither the next look nor the next start tries low codes again; another version does."""
    memory: dict[str, Any] = {}
    callback = Callback()
    await callback.start()
    clock = Clock()
    async with HikCentralSimulator(now=clock.now) as platform:
        for _ in range(2):
            async with bench(platform=platform, clock=clock, memory=memory, callback=callback) as made:
                await made.channel.subscription.ensure()
                await made.channel.subscription.ensure()
        assert made.bodies(SUBSCRIBE) == []
        assert len(made.bodies(VIEW)) == 2
    async with bench(SitePlan(version="V2.3.0.0"), memory=memory, callback=callback) as made:
        await made.channel.subscription.ensure()
        assert [len(each["eventTypes"]) for each in made.bodies(SUBSCRIBE)] == [len(MAIN_CODES), len(LOW_CODES), 1]
    await callback.stop()


@pytest.mark.parametrize("taken", [frozenset(LOW_CODES), frozenset({66306, 66311, 131, 643})])
async def test_low_codes_that_are_taken(taken: frozenset[int]) -> None:
    """All at once where that works; else it is found out which."""
    async with bench(behaviour=Options(low_codes=taken)) as made:
        await made.channel.subscription.ensure()
        assert mine(made) == set(MAIN_CODES) | taken
        assert made.channel.subscription.refused == set(LOW_CODES) - taken
        assert len(made.bodies(SUBSCRIBE)) <= 80
        asked = len(made.bodies(SUBSCRIBE))
        made.platform.subscriptions.clear()
        checked = await made.channel.subscription.ensure()
        assert checked.lost
        assert mine(made) == set(MAIN_CODES) | taken
        assert len(made.bodies(SUBSCRIBE)) == asked + 2


async def test_main_codes_that_an_old_version_does_not_know() -> None:
    """What is refused as a whole is split until what is taken is known."""
    async with bench() as made:
        unknown = {500041, 500042, 1482753}
        subscribe = made.platform.subscriptions
        calls = 0

        async def call(path: str, body: Any = None, **more: Any) -> Any:
            nonlocal calls
            if path == SUBSCRIBE:
                calls += 1
                if unknown & set(body["eventTypes"]):
                    return await original(path, {**body, "eventTypes": [1]}, **more)
            return await original(path, body, **more)

        original = made.client.call
        made.client.call = call  # type: ignore[method-assign]
        await made.channel.subscription.ensure()
        assert subscribe
        assert mine(made) == set(MAIN_CODES) - unknown
        assert made.channel.subscription.refused >= unknown
        assert calls < 40


async def test_refused_address_is_told() -> None:
    """If even the commonest code is refused, it is for the address, and the owner has to know."""
    async with bench(address="nonsense://192.0.2.1:8123/eventRcv") as made:
        made.listen()
        await made.wait(1)
        problems = made.problems()
        assert "subscription_refused" in problems
        assert "0x00072003" in problems["subscription_refused"]["reason"]
        assert made.channel.mode == "refused"
        assert made.sink.health[-1].state is PushState.DOWN


@pytest.mark.parametrize(
    ("address", "sent", "problem"),
    [
        ("http://192.0.2.1/api/webhook/x", "http://192.0.2.1:80/api/webhook/x", None),
        ("https://192.0.2.1/api/webhook/x", "https://192.0.2.1:443/api/webhook/x", None),
        ("http://192.0.2.1:8123/eventRcv", "http://192.0.2.1:8123/eventRcv", None),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]:80/x", None),
        ("http://homeassistant.local:8123/x", "http://homeassistant.local:8123/x", "callback_not_address"),
        (None, None, "callback_unknown"),
    ],
)
async def test_addresses(address: str | None, sent: str | None, problem: str | None) -> None:
    """The port is always written; names and unknown addresses are the owner's to mend."""
    async with bench(address=address) as made:
        made.listen()
        await made.wait(1)
        assert {each["eventDest"] for each in made.bodies(SUBSCRIBE)} == ({sent} if sent else set())
        assert list(made.problems()) == ([problem] if problem else [])
        assert "/x" not in str(made.problems())


async def test_too_long_an_address() -> None:
    """It is not sent."""
    async with bench(address="http://192.0.2.1:80/" + "x" * 1024) as made:
        made.listen()
        await made.wait(1)
        assert made.bodies(SUBSCRIBE) == []
        assert "subscription_refused" in made.problems()


async def test_watchdog() -> None:
    """A subscription that is gone comes back within minutes, and what it cost is fetched."""
    async with bench() as made:
        made.listen()
        await made.wait(60)
        assert made.sink.health[-1].state is PushState.HEALTHY
        asked = len(made.bodies(SUBSCRIBE))
        made.platform.subscriptions.clear()
        made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(330)
        assert mine(made) == set(MAIN_CODES)
        assert len(made.bodies(SUBSCRIBE)) == asked + 1
        assert made.channel.subscription.counts["lost"] == 1
        (missed,) = made.sink.told("motion_detection")
        assert missed.late


async def test_watchdog_fetches_what_was_missed() -> None:
    """As soon as it finds the subscription gone, not when somebody looks at the records next."""
    async with bench() as made:
        made.listen()
        await made.wait(285)
        made.platform.subscriptions.clear()
        missed = made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(20)
        assert [each.details["event_id"] for each in made.sink.told()] == [missed]
        assert made.channel.counts["gaps"] == 1


async def test_part_of_a_subscription_is_gone() -> None:
    """Types that are missing are subscribed again, in the one call."""
    async with bench() as made:
        await made.channel.subscription.ensure()
        made.platform.subscriptions[0].types = [131331]
        assert (await made.channel.subscription.ensure()).lost
        assert mine(made) == set(MAIN_CODES)
        assert made.bodies(SUBSCRIBE)[-1]["eventTypes"] == list(MAIN_CODES)


async def test_blanks_in_the_view() -> None:
    """The sample prints blanks into the address: that is ours all the same."""
    async with bench(profile="sample") as made:
        await made.channel.subscription.ensure()
        asked = len(made.bodies(SUBSCRIBE))
        await made.channel.subscription.ensure()
        assert len(made.bodies(SUBSCRIBE)) == asked
        assert made.channel.subscription.foreign == ()


async def test_others_with_the_same_key() -> None:
    """Somebody else's destination is told by host and port only, and goes away with it."""
    async with bench() as made:
        other = Sent(made.platform.app_key, [131331], "http://192.0.2.99:8123/api/webhook/secret")
        made.platform.subscriptions.append(other)
        made.listen()
        await made.wait(1)
        assert made.problems() == {"foreign_subscriber": {"addresses": "192.0.2.99:8123"}}
        made.platform.subscriptions.remove(other)
        await made.wait(330)
        assert made.problems() == {}


async def test_unsubscribing_leaves_what_others_need() -> None:
    """The call names no destination, so types of others stay."""
    async with bench(behaviour=Options(low_codes=True)) as made:
        await made.channel.subscription.ensure()
        made.platform.subscriptions.append(Sent(made.platform.app_key, [131331, 66306], OTHER))
        await made.channel.unsubscribe()
        asked = [each["eventTypes"] for each in made.bodies(UNSUBSCRIBE)]
        assert asked == [
            [code for code in MAIN_CODES if code != 131331],
            [code for code in LOW_CODES if code != 66306],
        ]
        assert {code for each in made.platform.subscriptions if each.dest == OTHER for code in each.types} == {
            131331,
            66306,
        }


async def test_nothing_is_unsubscribed_on_a_reload() -> None:
    """Closing leaves the subscription: nothing is missed meanwhile."""
    async with bench() as made:
        made.listen()
        await made.wait(1)
        platform = made.platform
        await made.channel.close()
        assert mine(made) == set(MAIN_CODES)
        assert platform.count("eventUnSubscription") == 0


async def test_address_that_was_ours_is_cleared() -> None:
    """After Home Assistant moved, the platform is not left posting to the old address."""
    memory: dict[str, Any] = {}
    clock = Clock()
    async with HikCentralSimulator(now=clock.now) as platform:
        async with bench(platform=platform, clock=clock, memory=memory, address="http://192.0.2.5:80/old") as made:
            await made.channel.subscription.ensure()
        async with bench(platform=platform, clock=clock, memory=memory) as made:
            await made.channel.subscription.ensure()
            assert {each.dest for each in platform.subscriptions} == {made.callback.address}
            assert mine(made) == set(MAIN_CODES)
            assert made.channel.subscription.foreign == ()
    assert "192.0.2.5" not in str(memory)


async def test_no_view() -> None:
    """A platform that does not tell what is subscribed is subscribed all the same, and again now and then."""
    async with bench() as made:
        made.platform.fault(VIEW, code="8", times=None)
        for _ in range(13):
            await made.channel.subscription.ensure()
        assert mine(made) == set(MAIN_CODES)
        assert [len(each["eventTypes"]) for each in made.bodies(SUBSCRIBE)].count(len(MAIN_CODES)) == 2
        await made.channel.unsubscribe()
        assert made.bodies(UNSUBSCRIBE) == []


async def test_one_subscription_for_each_address() -> None:
    """A platform on which the second call replaces the first keeps the codes that matter more."""
    async with bench(behaviour=Options(low_codes=True)) as made:
        original = made.client.call

        async def call(path: str, body: Any = None, **more: Any) -> Any:
            if path == SUBSCRIBE:
                made.platform.subscriptions.clear()
            return await original(path, body, **more)

        made.client.call = call  # type: ignore[method-assign]
        await made.channel.subscription.ensure()
        assert mine(made) == set(MAIN_CODES)
        assert made.channel.subscription.refused >= set(LOW_CODES)
        checked = await made.channel.subscription.ensure()
        assert not checked.renewed


async def test_button_subscribes_everything_again() -> None:
    """Also what was refused before."""
    async with bench() as made:
        made.listen()
        await made.wait(1)
        made.platform.options.low_codes = True
        await made.channel.resubscribe(made.sink)
        assert mine(made) == {*MAIN_CODES, *LOW_CODES}
        assert made.channel.subscription.refused == frozenset()


async def test_platform_out_of_reach_at_the_start() -> None:
    """The channel is down, tries again with growing pauses, and recovers."""
    async with bench() as made:
        made.platform.fault("eventService", drop=True, times=None)
        made.listen()
        await made.wait(30)
        assert made.sink.health[-1].state is PushState.DOWN
        assert made.sink.health[-1].reason == ConnectionFailedError.key
        tries = len(made.platform.requests)
        made.platform.heal("eventService")
        await made.wait(300)
        assert made.sink.health[-1].state is PushState.HEALTHY
        assert tries < 40


async def test_key_that_is_refused() -> None:
    """Only the user can help: the task ends with that."""
    async with bench() as made:
        made.platform.fault("eventService", code="0x02401001", times=None)
        made.listen()
        assert made.task is not None
        await made.settle()
        with pytest.raises(AuthenticationError):
            await asyncio.wait_for(made.task, 5)
        made.task = None


async def test_right_that_is_missing() -> None:
    """Without the right to subscribe, events are asked for."""
    async with bench() as made:
        made.platform.deny(SUBSCRIBE)
        made.listen()
        await made.wait(1)
        assert made.channel.mode == "refused"
        made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(40)
        (told,) = made.sink.told("motion_detection")
        assert not told.late


async def test_needs_pass_back() -> None:
    """A platform that posts nothing by default is told to, in so many words; that is remembered."""
    async with bench(behaviour=Options(needs_pass_back=True)) as made:
        made.platform.options.needs_pass_back = True
        for each in made.platform.subscriptions:
            each.pass_back = 0
        made.listen()
        await made.wait(5)
        made.platform.happen(131331, "camera", "1", status=1)
        await made.wait(90)
        assert made.channel.mode == "unreachable"
        assert made.bodies(SUBSCRIBE)[-1]["passBack"] == 1
        assert made.runtime.memory["subscription"]["pass_back"] is True
        made.platform.happen(131331, "camera", "2", status=1)
        await made.wait(1)
        assert made.channel.mode == "pushed"
        assert [each.device_id for each in made.sink.told("motion_detection")] == [f"{UID}_cam_1", f"{UID}_cam_2"]


async def test_diagnostics_hold_no_secret() -> None:
    """Neither addresses nor keys."""
    async with bench(address="http://192.0.2.1:8123/api/webhook/secret") as made:
        made.platform.subscriptions.append(Sent(made.platform.app_key, [131331], OTHER))
        made.listen()
        await made.wait(1)
        request = PushRequest(method="POST", path="", query={}, headers={}, body=message(event()))
        await made.channel.receive(request, made.sink)
        shown = str(made.channel.diagnostics())
        assert made.channel.diagnostics()["received"]["messages"] == 1
        for secret in ("192.0.2", "secret", made.platform.app_key):
            assert secret not in shown
