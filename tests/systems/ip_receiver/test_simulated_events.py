"""Events of a simulated receiver, as a whole system tells them, over real sockets (ip-receiver §4, §8)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.ip_receiver.media import ACTION
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Phase
from custom_components.hikvision_ivm.systems.values import ArmState
from simulators.ip_receiver import Framing, OtherPlan, PanelPlan
from simulators.ip_receiver.other_events import EVENTS as SIMULATED

from .event_bench import LEARNED
from .receiver import until
from .test_system import HOUSE, Running, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

EVENT = "uid_Q1_event_panel_event"
PICTURE = "uid_Q1_image_event_picture"
OTHERS = (
    OtherPlan(kind="video", name="Yard", serial="V1"),
    OtherPlan(kind="access", name="Gate", serial="A1"),
    OtherPlan(kind="radar", name="Bed", serial="R1"),
    OtherPlan(kind="third_party", name="Else", serial="T1"),
)


def told(run: Running, feature: str) -> list[Occurrence]:
    """Return what a feature was told."""
    return [each for each in run.sink.occurrences if feature in each.features]


async def first(run: Running, feature: str, count: int = 1) -> Occurrence:
    """Wait until a feature was told something, and return the last of it."""
    await until(lambda: len(told(run, feature)) >= count)
    return told(run, feature)[count - 1]


KNOBS: dict[str, dict[str, Any]] = {
    "plain": {},
    "numbers as text": {"stringified": True},
    "another spelling of the index": {"upper_index": True},
    "byte by byte": {"framing": Framing(split=1, length="wrong", newline="\n")},
    "a comma too many": {"framing": Framing(commas="trailing")},
    "a comma too few": {"framing": Framing(commas="missing")},
    "everything twice": {"doubled": True},
}


@pytest.mark.parametrize("knobs", KNOBS.values(), ids=KNOBS.keys())
async def test_burglary(knobs: dict[str, Any]) -> None:
    """However it is written: the partition is triggered, the zone in alarm, and the event is told once."""
    async with running(HOUSE, memory={**LEARNED}, **knobs) as run:
        panel = run.receiver.panel("House")
        panel.arm(2, "away", user="Ann")
        await until(lambda: run.state("2") is ArmState.ARMED_AWAY)
        panel.trip(1, code="1103")
        await until(lambda: run.state("2") is ArmState.TRIGGERED)
        assert run.state("1") is ArmState.DISARMED
        found = await first(run, EVENT, 2)
        assert (found.kind, found.code, found.phase) == (Kind.BURGLARY, "1103", Phase.PULSE)
        assert (found.details["zone"], found.details["zone_name"], found.details["partition"]) == (1, "Hall", 2)
        assert run.sink.values["uid_Q1_zone_1_binary_sensor_zone_alarm"] is True
        await run.receiver.delivered()
        await until(lambda: run.system.diagnostics()["stream"]["beats"] > 1)
        assert [each.code for each in told(run, EVENT)] == ["3401", "1103"]
        assert told(run, EVENT)[0].details["user"] == "Ann"


async def test_numbers_that_count_from_one() -> None:
    """Are learned from the first alarm, and remembered over a restart."""
    memory: dict[str, Any] = {}
    async with running(HOUSE, memory=memory, zone_base=1) as run:
        run.receiver.panel("House").trip(0, code="1103")
        await first(run, EVENT)
        assert run.state("2") is ArmState.DISARMED  # another partition is not taken for it
        await run.poll(Tier.STATUS)
        await until(lambda: run.state("1") is ArmState.TRIGGERED)
        assert run.state("2") is ArmState.DISARMED
        assert run.value(Kind.LAST_ALARM_ZONE, "1") == "Front door"
        assert run.system.diagnostics()["events"]["zone_numbers"] == {"one_more": 1}
        assert run.sink.values["uid_Q1_zone_0_binary_sensor_zone_alarm"] is True
        assert run.sink.values["uid_Q1_zone_1_binary_sensor_zone_alarm"] is False
    async with running(HOUSE, memory=memory, zone_base=1) as run:
        run.receiver.panel("House").trip(1, code="1130")
        found = await first(run, EVENT)
        assert (found.details["zone"], found.details["zone_name"]) == (1, "Hall")


async def test_alarm_whose_end_was_missed() -> None:
    """Teaches nothing: the zone that is in alarm after the interruption may be its neighbour."""
    async with running(HOUSE) as run:
        panel = run.receiver.panel("House")
        panel.trip(1, code="1103")
        await first(run, EVENT)
        opened = run.receiver.streams.opened
        run.receiver.drop_streams()
        panel.restore(1)
        panel.trip(0, code="1103")
        await run.receiver.streams.wait(opened + 1)
        panel.ac_lost()
        await first(run, EVENT, 2)
        await run.poll(Tier.STATUS)
        assert run.sink.values["uid_Q1_zone_0_binary_sensor_zone_alarm"] is True
        assert run.system.diagnostics()["events"]["zone_numbers"] == {}


async def test_numbers_of_the_receiving_centre() -> None:
    """A panel that says that it reports them is believed."""
    async with running(PanelPlan(name="House", serial="Q1", numbers="deviceNo", names=("Front door", "Hall"))) as run:
        panel = run.receiver.panel("House")
        panel.zones[0].fields["deviceNo"], panel.zones[1].fields["deviceNo"] = 41, 40
        await run.poll(Tier.STATUS)
        panel.trip(1, code="1103")
        assert (await first(run, EVENT)).details["zone_name"] == "Hall"


async def test_clip_of_an_alarm() -> None:
    """Arrives at the image of the panel, and can be had by the id of its event."""
    async with running(HOUSE, memory={**LEARNED}) as run:
        run.receiver.media.early = 0
        run.receiver.cid("House", "1103", zone=1, uuid="aa-1", has_video=2)
        run.receiver.video_review("House", "1103", 1, uuid="aa-1")
        found = await first(run, PICTURE)
        assert found.picture is not None
        assert found.picture.content_type == "video/mp4"
        assert (found.kind, found.details["zone_name"]) == (Kind.BURGLARY, "Hall")
        assert len(told(run, EVENT)) == 1
        saved = await run.system.act(ACTION, (), {"uuid": "aa-1"}, run.sink)
        assert saved == {"content": found.picture.content, "content_type": "video/mp4"}
        assert await run.system.image(run.one(Kind.EVENT_PICTURE)) == found.picture


async def test_account_that_may_load_nothing() -> None:
    """Everything but pictures works, and the owner is told once."""
    async with running(HOUSE, admin=False, media_refusal="unauthorized") as run:
        for number in range(3):
            run.receiver.video_review("House", "1103", 1, uuid=f"aa-{number}")
        await until(lambda: "media" in run.sink.told)
        assert [problem.key for problem in run.sink.told["media"]] == ["media_denied"]
        run.receiver.panel("House").ac_lost()
        await until(lambda: run.value(Kind.AC_LOST) is True)
        await run.poll(Tier.DETAIL)
        assert run.sink.health[-1].state == "healthy"


async def test_mains_power_over_a_restart() -> None:
    """Is known again before anything is told."""
    memory: dict[str, Any] = {}
    async with running(HOUSE, memory=memory) as run:
        assert run.value(Kind.AC_LOST) is None
        run.receiver.panel("House").ac_lost()
        await until(lambda: run.value(Kind.AC_LOST) is True)
    async with running(HOUSE, memory=memory) as run:
        assert run.value(Kind.AC_LOST) is True
        assert run.value(Kind.WIFI) is None
        run.receiver.panel("House").ac_back()
        await until(lambda: run.value(Kind.AC_LOST) is False)


async def test_every_event_of_every_device() -> None:
    """Is told by an entity that has a word for it; its sensor is there when it is told."""
    seen = set()
    async with running(HOUSE, others=OTHERS) as run:
        for plan in OTHERS:
            device = run.receiver.other(plan.name)
            for type_ in device.types:
                run.sink.occurrences.clear()
                device.happen(type_, media=False)
                await until(lambda: [each for each in run.sink.occurrences if each.phase is not Phase.END])
                (found,) = [each for each in run.sink.occurrences if each.phase is not Phase.END]
                assert found.code == type_
                seen.add(type_)
                assert found.kind is not Kind.UNKNOWN_EVENT
                for feature in found.features:
                    assert feature in run.features, (type_, feature)
                teller = run.features[found.features[-1]]
                assert found.kind in teller.event_types  # type: ignore[attr-defined]
                device.end(type_)
        assert seen == set(SIMULATED)


async def test_thermal_camera() -> None:
    """Its image appears with its first picture."""
    async with running(HOUSE, others=OTHERS) as run:
        run.receiver.other("Yard").happen("TMA")
        found = await first(run, "uid_V1_image_event_picture")
        assert "uid_V1_image_event_picture" in run.features
        assert found.picture is not None
        event = await first(run, "uid_V1_event_device_event")
        assert (event.kind, event.details["temperature"]) == (Kind.TEMPERATURE_ALARM, 39.8)


async def test_message_without_a_root_and_a_device() -> None:
    """Is told on the receiver (T17)."""
    async with running(HOUSE, others=OTHERS, bare_roots={"TDA"}, missing_keys={"devIndex"}) as run:
        run.receiver.other("Yard").happen("TDA", media=False)
        found = await first(run, "uid_event_device_event")
        assert (found.kind, found.code) == (Kind.UNKNOWN_EVENT, "TDA")
        assert found.details["temperature_difference"] is not None


async def test_links() -> None:
    """Of the receiver, under either name, and of a device (T18, T19)."""
    async with running(PanelPlan(name="House", serial="Q1", link="HPP"), other_names=True, blank_words=True) as run:
        hub = "uid_binary_sensor_cloud_link"
        for normal in (False, True):
            run.receiver.hpp(normal=normal)
            run.receiver.panel("House").network(normal=normal)
            run.receiver.panel("House").key(normal=normal)
            wrong = not normal
            await until(lambda wrong=wrong: run.value(Kind.DEVICE_KEY) is wrong)  # type: ignore[misc]
            assert run.sink.values[hub] is normal
            assert run.value(Kind.CLOUD_LINK) is normal


async def test_encoder_that_only_says_that_it_is_there() -> None:
    """Is no event (T24)."""
    async with running(HOUSE, others=OTHERS) as run:
        run.receiver.other("Yard").keep_alive()
        run.receiver.other("Yard").happen("somethingNew")
        found = await first(run, "uid_V1_event_device_event")
        assert (found.kind, found.code) == (Kind.UNKNOWN_EVENT, "somethingNew")
        assert run.system.diagnostics()["events"]["keep_alives"] == 1
