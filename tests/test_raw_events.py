"""Tests of occurrences as events of Home Assistant."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Phase, Target

from .fake_system import CHANNEL, NOW, FakeSystem, occurrence
from .house import EVENT, MOTION

type SetUp = Callable[[], Awaitable[FakeSystem]]

EVENT_TYPE = "hikvision_ivm_event"


async def test_every_occurrence_is_fired(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Where the user wants it, everything that happens is told, with ends, and also what no entity stands for."""
    hass.config_entries.async_update_entry(entry, options={settings.RAW_EVENTS: True})
    system.has(MOTION, EVENT)
    await set_up()
    fired = async_capture_events(hass, EVENT_TYPE)
    system.happen(
        occurrence(
            Kind.MOTION,
            Phase.START,
            MOTION,
            EVENT,
            code="131331",
            time=NOW - timedelta(seconds=2),
            channel="1",
            region="2",
            target=Target.HUMAN,
            plate="B AB 123",
            person="Ann",
            details={"event": "motion_detection"},
        ),
        occurrence(Kind.MOTION, Phase.END, MOTION),
        occurrence(Kind.UNKNOWN_EVENT, Phase.PULSE, code="99", device_id="SN1_gone", late=True),
    )
    await hass.async_block_till_done()
    device = device_registry.async_get_device_by_identifier((DOMAIN, CHANNEL), entry.entry_id)
    assert device is not None
    first, second, third = [dict(event.data) for event in fired]
    everything: dict[str, Any] = {
        "entry_id": "entry",
        "device_id": device.id,
        "kind": "motion",
        "phase": "start",
        "code": "131331",
        "received": "2026-11-20T12:00:00+00:00",
        "device_time": "2026-11-20T11:59:58+00:00",
        "late": False,
        "channel": "1",
        "region": "2",
        "target": "human",
        "plate": "B AB 123",
        "person": "Ann",
        "details": {"event": "motion_detection"},
    }
    assert first == everything
    assert second["phase"] == "end"
    assert not {"device_time", "channel", "region", "target", "plate", "person"} & set(second)
    assert "device_id" not in third
    assert (third["kind"], third["code"], third["late"]) == ("unknown_event", "99", True)


async def test_nothing_is_fired_unasked(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A busy house does not fill the database of who did not want it."""
    system.has(MOTION)
    await set_up()
    fired = async_capture_events(hass, EVENT_TYPE)
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION))
    await hass.async_block_till_done()
    assert not fired


async def test_what_the_user_did_not_agree_to_see(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """It is told nowhere, not here either; with consent it is."""
    care = replace(EVENT, kind=Kind.CARE_EVENT, personal="health")
    system.has(MOTION, care)
    hass.config_entries.async_update_entry(entry, options={settings.RAW_EVENTS: True})
    await set_up()
    fired = async_capture_events(hass, EVENT_TYPE)
    system.happen(occurrence(Kind.FALL, Phase.PULSE, care), occurrence(Kind.MOTION, Phase.PULSE, MOTION))
    await hass.async_block_till_done()
    assert [event.data["kind"] for event in fired] == ["motion"]
    hass.config_entries.async_update_entry(entry, options={settings.RAW_EVENTS: True, settings.PERSONAL: ["health"]})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    system.happen(occurrence(Kind.FALL, Phase.PULSE, care))
    await hass.async_block_till_done()
    assert [event.data["kind"] for event in fired] == ["motion", "fall"]
