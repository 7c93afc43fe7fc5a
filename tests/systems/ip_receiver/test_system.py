"""A receiver as a whole, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.base import PushState, Runtime, Tier
from custom_components.hikvision_ivm.systems.errors import (
    AccountLockedError,
    AuthenticationError,
    ConnectionFailedError,
    SystemFailure,
    TooManySessionsError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver import IpReceiverSystem, reach, untold
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    AlarmPanelFeature,
    Feature,
    Inventory,
    Problem,
    Report,
    SwitchFeature,
)
from custom_components.hikvision_ivm.systems.values import AlarmPanelValue, ArmMode, ArmState
from simulators.ip_receiver import IpReceiverSimulator, OtherPlan, PanelPlan
from tests.systems.sinks import KeepingSink

from .receiver import until

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUSE = PanelPlan(name="House", serial="Q1", partitions=2, names=("Front door", "Hall"))


@dataclass
class Running:
    """A system on a simulated receiver, as the coordinator would run it."""

    receiver: IpReceiverSimulator
    system: IpReceiverSystem
    sink: KeepingSink
    inventory: Inventory
    memory: dict[str, Any]
    listening: asyncio.Task[None] | None = None

    @property
    def features(self) -> Mapping[str, Feature]:
        """What exists now."""
        return (self.sink.inventories or [self.inventory])[-1].features

    def one(self, kind: Kind, part: str = "", device: str = "Q1", type_: str = "") -> Any:
        """Return a feature."""
        (found,) = [
            feature
            for feature in self.features.values()
            if feature.kind is kind
            and feature.part == part
            and feature.device_id.endswith(f"_{device}")
            and (not type_ or feature.type == type_)
        ]
        return found

    def value(self, kind: Kind, part: str = "", device: str = "Q1", type_: str = "") -> Any:
        """Return what a feature is now."""
        return self.sink.values.get(self.one(kind, part, device, type_).id)

    def state(self, part: str = "1") -> ArmState | None:
        """Return how a partition is."""
        value = self.value(Kind.PARTITION, part)
        return value.state if isinstance(value, AlarmPanelValue) else None

    async def listen(self) -> None:
        """Listen to events."""
        self.listening = asyncio.create_task(self.system.listen(self.sink))
        await until(lambda: self.sink.health and self.sink.health[-1].state is PushState.HEALTHY)

    async def poll(self, *tiers: Tier) -> None:
        """Poll some tiers."""
        for tier in tiers:
            await self.system.poll(tier, self.sink, self.features.keys())


def make(
    receiver: IpReceiverSimulator,
    session: aiohttp.ClientSession,
    memory: dict[str, Any],
    options: Mapping[str, Any] | None = None,
    password: str = "Abc12345",
) -> IpReceiverSystem:
    """Make a system."""
    data = {
        "url": receiver.url, "username": "admin", "password": password, "verify_ssl": True, "identity": "uid", "marks": [],
    }  # fmt: skip
    return IpReceiverSystem.create(session, data, options or {}, Runtime(memory=memory))


@asynccontextmanager
async def running(
    *plans: PanelPlan,
    others: tuple[OtherPlan, ...] = (),
    options: Mapping[str, Any] | None = None,
    memory: dict[str, Any] | None = None,
    push: bool = True,
    **knobs: Any,
) -> AsyncIterator[Running]:
    """Run a system on a simulated receiver."""
    memory = {} if memory is None else memory
    async with (
        IpReceiverSimulator(plans or (HOUSE,), others, heartbeat=0.2, **knobs) as receiver,
        aiohttp.ClientSession() as session,
    ):
        system = make(receiver, session, memory, options)
        await system.identify()
        inventory = await system.inventory()
        run = Running(receiver, system, KeepingSink(), inventory, memory)
        try:
            if push:
                await run.listen()
            await system.prime(run.sink, inventory.features.keys())
            yield run
        finally:
            if run.listening is not None:
                run.listening.cancel()
                with suppress(asyncio.CancelledError, SystemFailure):
                    await run.listening
            await system.close()


async def test_what_exists() -> None:
    """Devices hang on the receiver, zones and peripherals on their panel."""
    plans = (HOUSE, PanelPlan(name="Barn", serial="Q2", otap=True))
    async with running(*plans, others=(OtherPlan(kind="video", serial="V1"),)) as run:
        devices = run.inventory.devices
        assert devices["uid"].parent is None
        assert devices["uid_Q1"].parent == devices["uid_V1"].parent == "uid"
        assert devices["uid_Q1_zone_0"].name == "Front door"
        assert devices["uid_Q1_zone_0"].parent == "uid_Q1"
        kinds = {feature.kind for feature in run.features.values() if feature.device_id == "uid_Q2"}
        assert Kind.PARTITION in kinds
        assert not [one for one in run.features.values() if one.device_id.startswith("uid_Q2") and one.type == "switch"]
        assert run.state("1") is run.state("2") is ArmState.DISARMED
        assert run.value(Kind.ONLINE, device="Q1") is True


async def test_requests_until_entities() -> None:
    """One for the list, three for each panel, besides the challenge."""
    async with running(HOUSE, PanelPlan(name="Shop", serial="Q2"), push=False) as run:
        assert len(run.receiver.requests) <= 8


async def test_an_alarm_is_told_at_once() -> None:
    """The zone, its partition and the panel, in the time of the message."""
    async with running() as run:
        await run.receiver.panel("House").trip(0, code="1103")
        async with asyncio.timeout(1):
            await until(lambda: run.state("1") is ArmState.TRIGGERED)
        assert run.state("2") is ArmState.DISARMED
        assert run.value(Kind.PANEL).state is ArmState.TRIGGERED
        assert run.value(Kind.ZONE_ALARM, device="Q1_zone_0") is True
        (told,) = [one for one in run.sink.occurrences if one.code == "1103"]
        assert told.kind is Kind.BURGLARY
        assert told.details["zone_name"] == "Front door"
        assert run.one(Kind.PANEL_EVENT).id in told.features


async def test_arming_and_who_did_it() -> None:
    """By us and by somebody at the keypad."""
    async with running() as run:
        feature: AlarmPanelFeature = run.one(Kind.PARTITION, "2")
        await run.system.arm(feature, ArmMode.AWAY, run.sink)
        await until(lambda: run.state("2") is ArmState.ARMED_AWAY)
        await run.receiver.panel("House").arm(1, "stay", user="Ann")
        await until(lambda: run.state("1") is ArmState.ARMED_HOME)
        assert run.value(Kind.PARTITION, "1").changed_by == "Ann"
        await run.receiver.panel("House").disarm(2, user="Ben")
        await until(lambda: run.state("2") is ArmState.DISARMED)
        assert run.value(Kind.PARTITION, "2").changed_by == "Ben"


async def test_zones_that_appear_and_vanish() -> None:
    """What is new has features at once; what is missing twice is gone."""
    async with running() as run:
        zones = run.receiver.panel("House").zones
        away = zones.pop(1)
        await run.poll(Tier.STATUS)
        assert "uid_Q1_zone_1" in run.inventory.devices
        assert not run.sink.inventories
        await run.poll(Tier.STATUS)
        assert "uid_Q1_zone_1" not in run.sink.inventories[-1].devices
        zones[1] = away
        await run.poll(Tier.STATUS)
        assert run.sink.inventories[-1].devices["uid_Q1_zone_1"].name == "Hall"
        assert run.value(Kind.ZONE, device="Q1_zone_1") is not None
        zones.pop(1)
        await run.poll(Tier.STATUS)
        zones[1] = away
        await run.poll(Tier.STATUS)
        zones.pop(1)
        await run.poll(Tier.STATUS)
        assert "uid_Q1_zone_1" in run.sink.inventories[-1].devices


async def test_a_panel_that_is_added_again() -> None:
    """It is the same one, under whatever index, and is commanded by the new one."""
    async with running() as run:
        await run.receiver.panel("House").readd()
        await run.poll(Tier.INVENTORY)
        await until(lambda: run.value(Kind.ONLINE, device="Q1") is True)
        await run.system.arm(run.one(Kind.PARTITION, "1"), ArmMode.AWAY, run.sink)
        await until(lambda: run.state("1") is ArmState.ARMED_AWAY)
        await run.receiver.panel("House").trip(0)
        await until(lambda: run.state("1") is ArmState.TRIGGERED)
    async with running(memory=run.memory) as again:
        assert "uid_Q1" in again.inventory.devices


async def test_a_device_that_was_not_known() -> None:
    """It appears with its first event, and that is not lost."""
    async with running() as run:
        await run.receiver.add(PanelPlan(name="Shop", serial="Q7"))
        await run.receiver.panel("Shop").trip(0, code="1110")
        await until(lambda: any(one.code == "1110" for one in run.sink.occurrences), 15)
        assert "uid_Q7" in run.sink.inventories[-1].devices
        await until(lambda: run.value(Kind.PARTITION, "1", device="Q7").state is ArmState.TRIGGERED)


async def test_offline_and_online() -> None:
    """An offline panel is unavailable, is not asked, and is read when it is back."""
    async with running() as run:
        panel = run.receiver.panel("House")
        await panel.offline()
        await until(lambda: run.sink.available.get("uid_Q1") is False)
        assert run.value(Kind.ONLINE) is False
        await run.poll(Tier.INVENTORY)
        run.receiver.requests.clear()
        await run.poll(Tier.STATUS, Tier.DETAIL, Tier.COUNTERS)
        assert not run.receiver.count("SecurityCP")
        with pytest.raises(SystemFailure):
            await run.system.arm(run.one(Kind.PARTITION, "1"), ArmMode.AWAY, run.sink)
        assert run.state("1") is ArmState.DISARMED
        panel.partitions[1].arming = "away"
        await panel.online()
        await until(lambda: run.sink.available.get("uid_Q1") is True)
        await until(lambda: run.state("1") is ArmState.ARMED_AWAY)


async def test_offline_by_an_event_alone() -> None:
    """Where the list does not tell who is online, the panel's own answers take the event back."""
    async with running(missing_keys=("devStatus",)) as run:
        house = run.receiver.panel("House")
        await run.receiver.status_changed(house.state, "devStatusChanged", "offline")
        await until(lambda: run.sink.available.get("uid_Q1") is False)
        await run.poll(Tier.INVENTORY)
        assert run.sink.available["uid_Q1"] is False
        await run.poll(Tier.DETAIL)
        assert run.sink.available["uid_Q1"] is True
        assert run.state("1") is ArmState.DISARMED


@pytest.mark.parametrize(("sub", "key"), [("lowPrivilege", "panels_denied"), ("badJsonFormat", "panels_unreadable")])
async def test_a_panel_that_is_not_told_of(monkeypatch: pytest.MonkeyPatch, sub: str, key: str) -> None:
    """It is unknown whether it is armed, a repair says why, and both end with the next answer."""
    monkeypatch.setattr(reach, "PATIENCE_SECONDS", 0.0)
    async with running(push=False) as run:
        run.receiver.fault("SecurityCP", sub=sub)
        await run.poll(Tier.DETAIL, Tier.STATUS)
        assert run.state("1") is ArmState.DISARMED
        await run.poll(Tier.DETAIL, Tier.STATUS)
        assert run.state("1") is run.state("2") is None
        assert run.value(Kind.PANEL) is UNKNOWN
        assert run.sink.available["uid_Q1_zone_0"] is False
        assert run.sink.keys == {key}
        assert "House" in "".join(run.sink.told["states"][0].placeholders.values())
        run.receiver.heal()
        await run.poll(Tier.DETAIL, Tier.STATUS)
        assert run.state("1") is run.state("2") is ArmState.DISARMED
        assert run.sink.available["uid_Q1_zone_0"] is True
        assert not run.sink.keys


async def test_an_event_of_a_panel_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is available before its event is told, or nobody would see that."""
    monkeypatch.setattr(reach, "PATIENCE_SECONDS", 0.0)
    seen: list[bool | None] = []
    keep = KeepingSink.report

    def report(sink: KeepingSink, told: Report) -> None:
        keep(sink, told)
        seen.extend([sink.available.get("uid_Q1") for _ in told.occurrences])

    monkeypatch.setattr(KeepingSink, "report", report)
    async with running(missing_keys=("devStatus",)) as run:
        run.receiver.fault("SecurityCP", sub="badJsonFormat")
        for _ in range(2):
            await run.poll(Tier.DETAIL)
        assert run.sink.available["uid_Q1"] is False
        await run.receiver.panel("House").trip(0)
        await until(lambda: seen)
        assert seen == [True]


@pytest.mark.parametrize("otap", [False, True])
@pytest.mark.parametrize("alarm", [False, True])
async def test_a_subscription_that_was_forgotten(monkeypatch: pytest.MonkeyPatch, otap: bool, alarm: bool) -> None:
    """A change that nobody told, also when it was waited for, makes it listen anew."""
    monkeypatch.setattr(untold, "SILENT_SECONDS", 0.3)
    async with running(PanelPlan(name="House", serial="Q1", otap=otap)) as run:
        await run.poll(Tier.DETAIL, Tier.STATUS)
        run.receiver.forget_subscriptions()
        house = run.receiver.panel("House")
        if alarm:
            house.partitions[1].alarm = house.zones[0].fields["alarm"] = True
        else:
            house.partitions[1].arming = "away"
            for zone in house.zones.values():
                zone.fields["armed"] = True
        await run.poll(Tier.DETAIL, Tier.STATUS)
        assert run.state("1") is (ArmState.TRIGGERED if alarm else ArmState.ARMED_AWAY)
        assert run.receiver.count("subscribeDeviceMgmt") == 1
        await until(lambda: run.receiver.count("subscribeDeviceMgmt") >= 2)
        await until(lambda: run.sink.health[-1].state is PushState.HEALTHY)
        await house.trip(0)
        await until(lambda: run.state("1") is ArmState.TRIGGERED)


async def test_an_answer_that_is_faster_than_the_event() -> None:
    """Somebody arms at the keypad: the subscription stands, through the exit delay and after it, and no event is lost."""
    async with running() as run:
        await run.poll(Tier.DETAIL)
        house = run.receiver.panel("House")
        for word in ("arming", "away"):
            house.partitions[1].arming = word
            await run.poll(Tier.DETAIL)
        await asyncio.sleep(0.2)
        assert [health.state for health in run.sink.health][-1] is PushState.HEALTHY
        await house.disarm(1, user="Ann")
        await until(lambda: any(one.code == "1401" for one in run.sink.occurrences))
        assert run.value(Kind.PARTITION, "1").changed_by == "Ann"
        assert run.receiver.count("subscribeDeviceMgmt") == 1


async def test_only_what_was_chosen() -> None:
    """Other devices are offered, and neither asked nor told of."""
    plans = (HOUSE, PanelPlan(name="Shop", serial="Q2"))
    async with running(*plans, options={"panels": ["Q1"]}) as run:
        assert "uid_Q2" not in run.inventory.devices
        assert run.system.choices("panels") == {"Q1": "House", "Q2": "Shop"}
        shop = run.receiver.panel("Shop").index
        assert not [one for one in run.receiver.requests if one.query.get("devIndex") == shop]
        asked = run.receiver.count("deviceList")
        await run.receiver.panel("Shop").trip(0, code="1110")
        await run.receiver.panel("House").trip(0, code="1103")
        await until(lambda: any(one.code == "1103" for one in run.sink.occurrences))
        assert not any(one.code == "1110" for one in run.sink.occurrences)
        assert run.receiver.count("deviceList") == asked


async def test_what_could_not_be_read() -> None:
    """The rest stands, a repair says what is missing, and asking again mends it."""
    async with IpReceiverSimulator((HOUSE,)) as receiver, aiohttp.ClientSession() as session:
        system = make(receiver, session, {})
        await system.identify()
        receiver.fault("exDevStatus", sub="badJsonFormat", times=None)
        inventory = await system.inventory()
        sink = KeepingSink()
        await system.prime(sink, inventory.features.keys())
        (problem,) = sink.told["inventory"]
        assert problem.fixable
        assert problem.placeholders == {"parts": "House (peripherals)"}
        assert not [one for one in inventory.features.values() if one.kind is Kind.RELAY]
        receiver.heal()
        await system.fix(problem)
        assert [one for one in sink.inventories[-1].features.values() if one.kind is Kind.RELAY]
        await system.poll(Tier.COUNTERS, sink, inventory.features.keys())
        assert sink.told["inventory"] == ()
        with pytest.raises(UnsupportedError):
            await system.fix(Problem(key="something_else"))
        await system.close()


async def test_a_panel_that_bypasses_nothing() -> None:
    """The switches go with the first refusal."""
    async with running() as run:
        feature: SwitchFeature = run.one(Kind.ZONE_BYPASS, device="Q1_zone_0")
        run.receiver.fault("control/bypass", sub="notSupport", times=None)
        with pytest.raises(UnsupportedError):
            await run.system.switch(feature, on=True, sink=run.sink)
        assert not [one for one in run.features.values() if one.kind is Kind.ZONE_BYPASS]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_bare_status_instead_of_partitions(status: int) -> None:
    """Is a failure like others: the next look shows how it is armed."""
    async with running(push=False) as run:
        run.receiver.fault("subSystems", status=status, raw=b"", times=1)
        await run.poll(Tier.DETAIL)
        assert not run.sink.inventories
        await run.receiver.panel("House").arm(1, "away")
        await run.poll(Tier.DETAIL)
        assert run.state("1") is ArmState.ARMED_AWAY


async def test_a_panel_that_lists_no_partitions_any_more() -> None:
    """What was known of them is over: zones tell, at once, until they are listed again."""
    async with running(push=False) as run:
        assert run.state("1") is ArmState.DISARMED
        run.receiver.fault("subSystems", sub="notSupport", times=1)
        await run.receiver.panel("House").arm(1, "away")
        await run.poll(Tier.DETAIL)
        assert run.state("1") is ArmState.ARMED_AWAY
        assert run.system.facts.panels["Q1"].partitions is None
        run.receiver.fault("status/zones", sub="deviceError", times=None)
        run.system.client.forget("Q1")
        await run.receiver.panel("House").disarm(1)
        await run.poll(Tier.DETAIL)
        assert run.state("1") is ArmState.DISARMED
        run.receiver.fault("subSystems", sub="notSupport", times=1)
        await run.poll(Tier.DETAIL)
        assert run.state("1") is None


async def test_a_panel_that_lists_no_peripherals_any_more() -> None:
    """Its relays and sirens go, instead of standing still, and come back with the list."""
    async with running(push=False) as run:
        relay = next(one.id for one in run.features.values() if one.kind is Kind.RELAY)
        run.receiver.fault("exDevStatus", sub="methodNotAllowed", times=1)
        await run.poll(Tier.COUNTERS)
        assert relay not in run.features
        assert not [id_ for id_ in run.sink.inventories[-1].devices if "_siren_" in id_ or "_output_" in id_]
        run.system.client.forget("Q1")
        run.sink.values.clear()
        await run.poll(Tier.COUNTERS)
        assert relay in run.features
        assert run.sink.values[relay] is False


async def test_offer_and_choices() -> None:
    """What can be chosen at set-up is read with one login."""
    plans = (HOUSE, PanelPlan(name="Apartment", serial="Q2"))
    async with IpReceiverSimulator(plans) as receiver, aiohttp.ClientSession() as session:
        system = make(receiver, session, {})
        assert await system.offer() == {"panels": {"Q2": "Apartment", "Q1": "House"}}
        assert system.choices("areas") == {}


async def test_a_wrong_password_and_a_lock() -> None:
    """One is for the user to mend; the other is waited for, also over a restart."""
    memory: dict[str, Any] = {}
    async with IpReceiverSimulator((HOUSE,)) as receiver, aiohttp.ClientSession() as session:
        with pytest.raises(AuthenticationError) as caught:
            await make(receiver, session, {}, {"confirm_login": False}, password="wrong").identify()
        assert not caught.value.pending
        assert receiver.logins_refused == 1
        receiver.lock()
        with pytest.raises(AccountLockedError):
            await make(receiver, session, memory).identify()
        sent = len(receiver.requests)
        with pytest.raises(AccountLockedError):
            await make(receiver, session, memory).identify()
        assert len(receiver.requests) == sent


async def test_too_many_are_logged_in() -> None:
    """Polls fail, without asking, and the owner is told, until it is over."""
    async with running(push=False) as run:
        run.receiver.fault("ISAPI", sub="maxSessionUserLink", times=None)
        for tier in (Tier.DETAIL, Tier.INVENTORY):
            with pytest.raises(TooManySessionsError):
                await run.poll(tier)
        (problem,) = run.sink.told["receiver"]
        assert (problem.key, problem.severe) == ("receiver_locked", True)
        sent = len(run.receiver.requests)
        for tier in Tier:
            with pytest.raises(TooManySessionsError):
                await run.poll(tier)
        assert len(run.receiver.requests) == sent
        assert run.sink.keys == {"receiver_locked"}
        run.receiver.heal()
        await run.system.disarm(run.one(Kind.PARTITION, "1"), run.sink)
        await run.poll(*Tier)
        assert not run.sink.keys


async def test_out_of_reach() -> None:
    """A poll says so at once, whatever the number of panels."""
    plans = [PanelPlan(name=f"Site {number}", zones=1, peripherals=False) for number in range(20)]
    async with running(*plans, push=False) as run:
        await run.receiver.stop_answering()
        async with asyncio.timeout(5):
            for tier in Tier:
                with pytest.raises(ConnectionFailedError):
                    await run.poll(tier)
        await run.receiver.listen()
        await run.poll(Tier.STATUS)


async def test_without_devices() -> None:
    """An empty receiver is asked for its list, so that it is known whether it is there."""
    async with IpReceiverSimulator(()) as receiver, aiohttp.ClientSession() as session:
        system = make(receiver, session, {})
        assert (await system.identify()).unique_id == "uid"
        inventory = await system.inventory()
        assert list(inventory.devices) == ["uid"]
        sink = KeepingSink()
        await receiver.add(HOUSE)
        await system.poll(Tier.STATUS, sink, ())
        assert "uid_Q1" in sink.inventories[-1].devices


async def test_the_rhythm_follows_the_number_of_panels() -> None:
    """Five requests a second are enough for one receiver."""
    plans = [PanelPlan(name=f"Site {number}", zones=1, peripherals=False) for number in range(40)]
    async with running(*plans[:1], push=False) as run:
        assert run.system.periods(push_healthy=True) == {
            Tier.STATUS: 10.0, Tier.DETAIL: 30.0, Tier.COUNTERS: 120.0, Tier.INVENTORY: 300.0,
        }  # fmt: skip
        assert run.system.periods(push_healthy=False)[Tier.DETAIL] == 10.0
    async with running(*plans, push=False) as run:
        periods = run.system.periods(push_healthy=True)
        load = sum(40 / periods[tier] for tier in (Tier.STATUS, Tier.DETAIL, Tier.COUNTERS))
        assert load == pytest.approx(5.0)


async def test_nothing_listens_where_that_is_switched_off() -> None:
    """The option `push`."""
    async with running(options={"push": False}, push=False) as run:
        await run.system.listen(run.sink)
        assert [health.state for health in run.sink.health] == [PushState.OFF]
        assert not run.receiver.count("subscribe")


async def test_diagnostics_tell_no_secrets() -> None:
    """Counts and causes only."""
    async with running(others=(OtherPlan(kind="access", serial="V1"),)) as run:
        await run.receiver.panel("House").trip(0)
        await until(lambda: run.state("1") is ArmState.TRIGGERED)
        told = str(run.system.diagnostics())
        panel = run.receiver.panel("House")
        for secret in ("Abc12345", panel.index, "Q1", "Front door", str(panel.fields["accountID"]), run.receiver.url):
            assert secret not in told
        assert "slimMagneticContact" in told
