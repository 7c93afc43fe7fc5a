"""Tests of the way from reports to states, of polling, push, availability and inventory changes."""

import asyncio
from collections.abc import Iterator
import logging
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.base import PushHealth, PushState, Tier
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    BinarySensorFeature,
    Device,
    DeviceKind,
    Phase,
    Report,
    Source,
)

from .fake_system import CHANNEL, HUB, FakeSystem, occurrence
from .house import (
    CPU,
    CPU_ID,
    EVENT,
    EVENT_ID,
    INPUT,
    INPUT_ID,
    LOSS,
    LOSS_ID,
    MOTION,
    MOTION_ID,
    ONLINE,
    ONLINE_ID,
    STREAM,
    STREAM_ID,
    SWITCH,
    SWITCH_ID,
    Later,
    SetUp,
    coordinator,
    inventory_poll,
    state,
)

pytestmark = pytest.mark.usefixtures("even_rhythm")


@pytest.fixture
def written(hass: HomeAssistant) -> Iterator[list[str]]:
    """Return the entities whose state was written, changed or not."""
    seen: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        seen.append(event.data["entity_id"])

    @callback
    def every(data: Any) -> bool:
        return True

    stop = [
        hass.bus.async_listen(EVENT_STATE_CHANGED, note),
        hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=every),
    ]
    yield seen
    for unsubscribe in stop:
        unsubscribe()


# reports


async def test_only_what_changed_is_written(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, written: list[str], entry: MockConfigEntry
) -> None:
    """A report writes the entities whose value it changed, and no others."""
    system.has(MOTION, LOSS, INPUT, SWITCH, CPU)
    await set_up()
    system.report({INPUT.id: True, CPU.id: 12, SWITCH.id: True})
    written.clear()
    system.report({INPUT.id: True, CPU.id: 13, SWITCH.id: True})
    await hass.async_block_till_done()
    assert written == [CPU_ID]
    assert state(hass, CPU_ID) == "13"
    written.clear()
    system.report({INPUT.id: True, CPU.id: 13, SWITCH.id: True})
    await hass.async_block_till_done()
    assert written == []


async def test_unknown_is_not_off(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What nobody said is unknown, and a value can be forgotten."""
    system.has(MOTION, CPU, SWITCH)
    await set_up()
    assert {state(hass, name) for name in (MOTION_ID, CPU_ID, SWITCH_ID)} == {STATE_UNKNOWN}
    system.report({MOTION.id: False, CPU.id: 0, SWITCH.id: False})
    assert (state(hass, MOTION_ID), state(hass, CPU_ID), state(hass, SWITCH_ID)) == ("off", "0", "off")
    system.sink.report(Report(values={MOTION.id: UNKNOWN, CPU.id: UNKNOWN, SWITCH.id: UNKNOWN}))
    assert {state(hass, name) for name in (MOTION_ID, CPU_ID, SWITCH_ID)} == {STATE_UNKNOWN}


async def test_false_is_not_zero(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Equal in Python, different in meaning: the kind of value counts."""
    system.has(CPU)
    await set_up()
    system.report({CPU.id: 0})
    system.report({CPU.id: False})
    assert state(hass, CPU_ID) == STATE_UNKNOWN


async def test_strays_are_counted_not_kept(system: FakeSystem, set_up: SetUp, entry: MockConfigEntry) -> None:
    """Reports of features that do not exist are set aside and harm nothing."""
    system.has(MOTION)
    await set_up()
    ghost = BinarySensorFeature(device_id="nobody", kind=Kind.MOTION)
    system.report(
        {ghost.id: True}, available={"nobody": False}, occurrences=[occurrence(Kind.MOTION, Phase.START, ghost)]
    )
    counted = coordinator(entry).statistics
    assert (counted["stray_values"], counted["stray_occurrences"]) == (1, 1)
    assert ghost.id not in coordinator(entry).values


@pytest.mark.no_fail_on_log_exception
async def test_a_broken_entity_harms_nobody(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """If one entity cannot take a report in, the others do, and the caller's stream lives on."""
    system.has(CPU, MOTION)
    await set_up()
    with patch("custom_components.hikvision_ivm.sensor.IvmSensor.feature_updated", side_effect=ValueError("bad")):
        system.report({CPU.id: 5, MOTION.id: True})
    assert state(hass, MOTION_ID) == "on"
    assert coordinator(entry).statistics["failed_listeners"] == 1
    assert "could not take in a report" in caplog.text


# occurrences


async def test_motion_on_and_off_by_itself(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """An occurrence switches its sensor, and the hold time ends it."""
    system.has(MOTION)
    await set_up()
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION))
    assert state(hass, MOTION_ID) == "on"
    await later(4)
    assert state(hass, MOTION_ID) == "on"
    await later(2)
    assert state(hass, MOTION_ID) == "off"


async def test_an_occurrence_may_tell_how_long_it_lasts(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """What an occurrence says counts before what its feature says, also where that would wait for an end."""
    system.has(MOTION, LOSS)
    await set_up()
    system.happen(
        occurrence(Kind.MOTION, Phase.PULSE, MOTION, hold=30.0),
        occurrence(Kind.VIDEO_LOSS, Phase.PULSE, LOSS, hold=10.0),
    )
    await later(9)
    assert (state(hass, MOTION_ID), state(hass, LOSS_ID)) == ("on", "on")
    await later(2)
    assert (state(hass, MOTION_ID), state(hass, LOSS_ID)) == ("on", "off")
    await later(20)
    assert state(hass, MOTION_ID) == "off"


async def test_repeats_write_nothing(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, written: list[str]
) -> None:
    """A sensor that is on already is not written again."""
    system.has(MOTION, EVENT)
    await set_up()
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION, EVENT))
    written.clear()
    for _ in range(10):
        system.happen(occurrence(Kind.MOTION, Phase.ONGOING, MOTION, EVENT))
    await hass.async_block_till_done()
    assert written == []


async def test_a_poll_knows_better_than_a_hold(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """After a poll said on, the hold of an earlier occurrence must not say off."""
    system.has(MOTION)
    await set_up()
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION))
    system.report({MOTION.id: True})
    await later(10)
    assert state(hass, MOTION_ID) == "on"
    system.report({MOTION.id: False})
    assert state(hass, MOTION_ID) == "off"


async def test_sensor_is_on_before_the_event_is_told(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """An automation that the event starts finds the sensor on."""
    system.has(EVENT, MOTION)
    await set_up()
    found: list[str] = []

    @callback
    def look(event: Event[Any]) -> None:
        if event.data["entity_id"] == EVENT_ID:
            found.append(state(hass, MOTION_ID))

    stop = hass.bus.async_listen(EVENT_STATE_CHANGED, look)
    system.happen(occurrence(Kind.MOTION, Phase.START, EVENT, MOTION))
    await hass.async_block_till_done()
    stop()
    assert found == ["on"]


# availability


async def test_push_lost_for_longer_than_the_grace_time(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A short loss is nothing; a long one makes what only push can tell unavailable, and each turn is logged once."""
    caplog.set_level(logging.INFO)
    system.has(MOTION, INPUT, CPU, STREAM)
    await set_up()
    system.report({MOTION.id: False, INPUT.id: False, CPU.id: 1})
    assert state(hass, STREAM_ID) == "on"
    system.push(PushState.DOWN, "timeout")
    await later(59)
    assert (state(hass, MOTION_ID), state(hass, STREAM_ID)) == ("off", "off")
    for _ in range(5):
        system.push(PushState.CONNECTING)
        system.push(PushState.DOWN, "timeout")
    await later(2)
    assert state(hass, MOTION_ID) == STATE_UNAVAILABLE
    assert (state(hass, INPUT_ID), state(hass, CPU_ID), state(hass, STREAM_ID)) == ("off", "1", "off")
    await later(600)
    assert caplog.text.count("push channel is lost") == 1
    system.push(PushState.HEALTHY)
    assert state(hass, STREAM_ID) == "on"
    assert state(hass, MOTION_ID) == "off"
    assert caplog.text.count("push channel works again") == 1


async def test_a_flapping_push_channel_is_not_lost(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """Every loss has its own grace time."""
    system.has(MOTION)
    await set_up()
    system.report({MOTION.id: False})
    for _ in range(4):
        for _ in range(3):
            system.push(PushState.DOWN, "timeout")
            system.push(PushState.CONNECTING)
        await later(40)
        system.push(PushState.HEALTHY)
        await later(1)
        assert state(hass, MOTION_ID) == "off"
    await later(100)
    assert state(hass, MOTION_ID) == "off"


async def test_push_that_never_comes(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later) -> None:
    """Set-up does not wait for push, details neither, but after the grace time its entities say so."""
    system.has(MOTION)
    system.health = None
    system.details = Report(values={MOTION.id: False})
    await set_up()
    assert system.count("prime") == 0
    await later(6)
    assert system.count("prime") == 1
    assert state(hass, MOTION_ID) == "off"
    await later(60)
    assert state(hass, MOTION_ID) == STATE_UNAVAILABLE


async def test_push_that_is_off(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Without a push channel there is nothing to wait for."""
    system.has(MOTION, INPUT)
    system.health = PushHealth(PushState.OFF)
    await set_up()
    assert state(hass, MOTION_ID) == STATE_UNAVAILABLE
    assert state(hass, INPUT_ID) == STATE_UNKNOWN


async def test_polling_lost_and_back(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Failing polls make polled entities unavailable after the grace time; what is pushed stays."""
    caplog.set_level(logging.INFO)
    system.has(CPU, INPUT, MOTION)
    system.push_stretch = 1.0
    await set_up()
    system.report({CPU.id: 1, INPUT.id: False, MOTION.id: False})
    system.failures["poll"] = errors.ConnectionFailedError(reason="refused")
    await later(61)
    assert state(hass, CPU_ID) == "1"
    for _ in range(7):
        await later(11)
    assert state(hass, CPU_ID) == STATE_UNAVAILABLE
    assert (state(hass, INPUT_ID), state(hass, MOTION_ID)) == ("off", "off")
    system.push(PushState.DOWN, "timeout")
    await later(61)
    assert state(hass, INPUT_ID) == STATE_UNAVAILABLE
    assert caplog.text.count("polling is lost: refused") == 1
    del system.failures["poll"]
    await later(61)
    assert (state(hass, CPU_ID), state(hass, INPUT_ID)) == ("1", "off")
    assert caplog.text.count("polling works again") == 1


async def test_a_device_out_of_reach_takes_what_hangs_on_it_along(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """A camera's entities follow the camera and its recorder, but whether it is online stays visible."""
    caplog.set_level(logging.INFO)
    lens = Device(id="SN1_ch1_lens", name="Lens", kind=DeviceKind.CAMERA, parent=CHANNEL)
    system.devices.append(lens)
    deep = BinarySensorFeature(device_id=lens.id, kind=Kind.MOTION, source=Source.PUSH)
    system.has(MOTION, ONLINE, CPU, deep)
    await set_up()
    system.report({MOTION.id: False, ONLINE.id: True, CPU.id: 1, deep.id: True})
    for _ in range(2):
        system.report({ONLINE.id: False}, available={CHANNEL: False})
    assert state(hass, MOTION_ID) == state(hass, "binary_sensor.lens_motion") == STATE_UNAVAILABLE
    assert (state(hass, ONLINE_ID), state(hass, CPU_ID)) == ("off", "1")
    system.report(available={HUB: False})
    assert state(hass, ONLINE_ID) == state(hass, CPU_ID) == STATE_UNAVAILABLE
    system.report(available={CHANNEL: True})
    assert state(hass, MOTION_ID) == STATE_UNAVAILABLE
    system.report(available={HUB: True})
    assert (state(hass, MOTION_ID), state(hass, "binary_sensor.lens_motion")) == ("off", "on")
    assert caplog.text.count("unreachable: Gate, Lens") == 1
    assert caplog.text.count("reachable again: Gate, Lens, Recorder") == 1


async def test_what_waits_for_an_end_is_forgotten_after_a_gap(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """The end may have come while nobody listened: rather unknown than on for ever."""
    system.has(LOSS, MOTION)
    await set_up()
    system.happen(occurrence(Kind.VIDEO_LOSS, Phase.START, LOSS), occurrence(Kind.MOTION, Phase.START, MOTION))
    system.push(PushState.DOWN)
    assert state(hass, LOSS_ID) == "on"
    system.push(PushState.HEALTHY)
    assert (state(hass, LOSS_ID), state(hass, MOTION_ID)) == (STATE_UNKNOWN, "on")
    system.happen(occurrence(Kind.VIDEO_LOSS, Phase.ONGOING, LOSS))
    assert state(hass, LOSS_ID) == "on"
    system.report(available={CHANNEL: False})
    system.report(available={CHANNEL: True})
    assert state(hass, LOSS_ID) == STATE_UNKNOWN


# polling


async def test_rhythm_follows_push(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later) -> None:
    """Polls are rare while push is healthy, and come sooner as soon as it is not."""
    await set_up()
    await later(300)
    assert system.count("poll") == 0
    await later(301)
    assert system.count("poll", Tier.STATUS) == 1
    system.push(PushState.DOWN)
    await later(61)
    assert system.count("poll", Tier.STATUS) == 2
    assert system.count("poll", Tier.DETAIL) == 1


async def test_coming_back_reads_everything_once(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """After the push channel was away everything is read, but a flapping one does not wear the device out."""
    system.has(INPUT)
    system.reads[Tier.STATUS] = Report(values={INPUT.id: True})
    await set_up()
    system.push(PushState.DOWN)
    system.push(PushState.HEALTHY)
    await later(0.1)
    assert [call[1] for call in system.calls if call[0] == "poll"] == [Tier.STATUS, Tier.DETAIL]
    assert state(hass, INPUT_ID) == "on"
    for _ in range(20):
        system.push(PushState.DOWN)
        system.push(PushState.HEALTHY)
    await later(1)
    assert system.count("poll") == 2
    await later(31)
    assert system.count("poll") == 4


async def test_while_out_of_reach_one_tier_probes(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """A dead system is asked by one request now and then, and everything that waited is read when it is back."""
    system.push_stretch = 1.0
    await set_up()
    system.failures["poll"] = errors.ResponseTimeoutError(reason="15 s")
    await later(61)
    await later(11)
    assert system.count("poll", Tier.STATUS) == 2
    await later(21)
    assert system.count("poll", Tier.STATUS) == 3
    await later(21)
    assert system.count("poll", Tier.STATUS) == 3
    await later(600)
    assert system.count("poll", Tier.DETAIL) == 0
    before = system.count("poll", Tier.STATUS)
    del system.failures["poll"]
    await later(61)
    assert system.count("poll", Tier.STATUS) == before + 1
    assert system.count("poll", Tier.DETAIL) == 1


@pytest.mark.no_fail_on_log_exception
async def test_a_fault_in_a_poll_does_not_end_polling(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later, entry: MockConfigEntry
) -> None:
    """An error nobody foresaw is logged, counted and tried again."""
    system.push_stretch = 1.0
    await set_up()
    system.failures["poll"] = KeyError("surprise")
    await later(61)
    assert coordinator(entry).statistics["failed_polls"] == 1
    del system.failures["poll"]
    await later(11)
    assert system.count("poll", Tier.STATUS) == 2


async def test_details_are_tried_again(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later) -> None:
    """If details could not be read at first, they are later."""
    system.has(SWITCH)
    system.details = Report(values={SWITCH.id: True})
    system.failures["prime"] = errors.ConnectionFailedError(reason="reset")
    await set_up()
    assert state(hass, SWITCH_ID) == STATE_UNKNOWN
    del system.failures["prime"]
    await later(61)
    assert state(hass, SWITCH_ID) == "on"


@pytest.mark.no_fail_on_log_exception
@pytest.mark.parametrize(
    ("fault", "reason"),
    [(RuntimeError("surprise"), "unknown_error"), (errors.UnsupportedError(function="alertStream"), "unsupported")],
)
async def test_a_fault_in_listening_is_mended(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    later: Later,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
    reason: str,
) -> None:
    """A push channel that breaks in a way nobody foresaw is down, and started again."""
    system.failures["listen"] = fault
    await set_up()
    assert coordinator(entry).push_health == PushHealth(PushState.DOWN, reason)
    assert ("Traceback" in caplog.text) is isinstance(fault, RuntimeError)
    del system.failures["listen"]
    await later(61)
    assert system.count("listen") == 2
    assert coordinator(entry).push_health.state is PushState.HEALTHY


# the end


async def test_unload_in_the_middle_of_everything(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later, entry: MockConfigEntry
) -> None:
    """Neither a running poll, a pending complete poll, a hold nor a grace time outlives the entry."""
    system.has(MOTION, CPU)
    system.push_stretch = 1.0
    system.reads[Tier.STATUS] = Report(values={CPU.id: 99})
    await set_up()
    system.push(PushState.DOWN)
    system.push(PushState.HEALTHY)
    await later(1)
    system.hold = asyncio.Event()
    await later(60)
    running = system.count("poll")
    system.push(PushState.DOWN)
    system.push(PushState.HEALTHY)
    system.push(PushState.DOWN)
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION))
    assert await hass.config_entries.async_unload(entry.entry_id)
    system.hold.set()
    await later(1000)
    assert system.count("poll") == running
    assert state(hass, MOTION_ID) == STATE_UNAVAILABLE


async def test_what_comes_after_the_end_is_ignored(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """A system may still speak while it is closed; that starts nothing again."""
    system.has(MOTION)
    await set_up()
    made = coordinator(entry)
    await hass.config_entries.async_unload(entry.entry_id)
    before = dict(made.statistics)
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION))
    system.push(PushState.DOWN, "timeout")
    system.has(MOTION, SWITCH)
    await inventory_poll(hass, system)
    made.authentication_failed(errors.AuthenticationError())
    assert dict(made.statistics) == before
    assert not hass.config_entries.flow.async_progress()


async def test_a_farewell_that_fails(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """A device that is gone already does not keep the entry from being unloaded."""
    await set_up()
    system.failures["close"] = errors.ConnectionFailedError(reason="refused")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED


async def test_platforms_that_stay(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """If platforms cannot be unloaded, the system goes on."""
    system.has(CPU)
    await set_up()
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    assert system.closed == 0
    system.report({CPU.id: 7})
    assert state(hass, CPU_ID) == "7"
    await coordinator(entry).async_close()


async def test_a_device_that_was_out_of_reach_stays_so_over_an_inventory(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """An inventory says what exists, not what is reachable."""
    system.has(MOTION)
    await set_up()
    system.report(available={CHANNEL: False})
    system.has(MOTION, SWITCH)
    await inventory_poll(hass, system)
    assert state(hass, MOTION_ID) == state(hass, SWITCH_ID) == STATE_UNAVAILABLE


async def test_a_tier_that_ends_and_one_that_begins(system: FakeSystem, set_up: SetUp, later: Later) -> None:
    """The system decides at any time which tiers are polled."""
    system.push_stretch = 1.0
    await set_up()
    system.tiers = {Tier.COUNTERS: 100.0}
    system.push(PushState.DOWN)
    system.push(PushState.HEALTHY)
    await later(350)
    assert system.count("poll", Tier.STATUS) == 0
    assert system.count("poll", Tier.COUNTERS) == 4
