"""Tests of the coordinator when devices and features come and go."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.base import PushRequest
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    Device,
    DeviceKind,
    EventFeature,
    Phase,
    Source,
)

from .fake_system import CHANNEL, DEVICES, HUB, FakeSystem, occurrence
from .house import (
    EVENT,
    EVENT_ID,
    MOTION,
    MOTION_ID,
    SWITCH,
    SWITCH_ID,
    Later,
    SetUp,
    coordinator,
    inventory_poll,
    state,
)

pytestmark = pytest.mark.usefixtures("even_rhythm")


async def test_new_and_vanished_features_without_reload(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Entities appear, go unavailable and come back, without a reload and without doubles."""
    system.has(MOTION)
    await set_up()
    system.has(MOTION, SWITCH)
    await inventory_poll(hass, system)
    system.report({SWITCH.id: True, MOTION.id: True})
    assert state(hass, SWITCH_ID) == "on"
    system.has(MOTION)
    await inventory_poll(hass, system)
    assert state(hass, SWITCH_ID) == STATE_UNAVAILABLE
    assert state(hass, MOTION_ID) == "on"
    assert SWITCH.id not in coordinator(entry).values
    system.has(MOTION, SWITCH)
    await inventory_poll(hass, system)
    assert state(hass, SWITCH_ID) == STATE_UNKNOWN
    system.report({SWITCH.id: False})
    assert state(hass, SWITCH_ID) == "off"
    assert "unique ID" not in caplog.text


async def test_a_switch_that_was_only_offered(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """A switch that the device turns out not to have leaves no dead entity, unless it was there in an earlier run."""
    system.has(MOTION, SWITCH)
    await set_up()
    system.has(MOTION)
    await inventory_poll(hass, system)
    assert hass.states.get(SWITCH_ID) is None
    assert entity_registry.async_get(SWITCH_ID) is None
    assert entity_registry.async_get(MOTION_ID) is not None


async def test_a_switch_of_an_earlier_run(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """What somebody may have named and used is kept, whatever the device says today."""
    system.has(MOTION, SWITCH)
    await set_up()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    system.has(MOTION)
    await inventory_poll(hass, system)
    assert state(hass, SWITCH_ID) == STATE_UNAVAILABLE
    assert entity_registry.async_get(SWITCH_ID) is not None


async def test_new_channel_and_new_firmware(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A camera that is added to a recorder appears below it; what is known of a device is brought up to date."""
    await set_up()
    added = Device(id="SN1_ch2", name="Yard", kind=DeviceKind.CAMERA, parent=HUB)
    hub = DEVICES[0]
    system.devices = [
        Device(id=hub.id, name="Cellar", kind=hub.kind, firmware="V2.0", mac=hub.mac),
        DEVICES[1],
        added,
    ]
    system.has(BinarySensorFeature(device_id=added.id, kind=Kind.MOTION, source=Source.PUSH))
    await inventory_poll(hass, system)
    assert state(hass, "binary_sensor.yard_motion") == STATE_UNKNOWN
    registered = device_registry.async_get_device_by_identifier((DOMAIN, HUB), entry.entry_id)
    child = device_registry.async_get_device_by_identifier((DOMAIN, added.id), entry.entry_id)
    assert registered is not None and child is not None
    assert (registered.name, registered.sw_version, registered.model) == ("Cellar", "V2.0", "NVR-1")
    assert child.via_device_id == registered.id


async def test_a_changed_feature_reaches_its_entity(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """New options of an event entity and another hold time count at once."""
    system.has(MOTION, EVENT)
    await set_up()
    system.has(
        BinarySensorFeature(device_id=CHANNEL, kind=Kind.MOTION, source=Source.PUSH, hold=50.0),
        EventFeature(
            device_id=CHANNEL, kind=Kind.DETECTION, source=Source.PUSH, event_types=(Kind.FACE, Kind.UNKNOWN_EVENT)
        ),
    )
    await inventory_poll(hass, system)
    found = hass.states.get(EVENT_ID)
    assert found is not None and found.attributes["event_types"] == ["face", "unknown_event"]
    system.happen(occurrence(Kind.MOTION, Phase.START, MOTION))
    await later(40)
    assert state(hass, MOTION_ID) == "on"


async def test_what_is_posted_reaches_the_system(system: FakeSystem, set_up: SetUp, entry: MockConfigEntry) -> None:
    """Requests of systems that post to us are answered by the system."""
    await set_up()
    reply = await coordinator(entry).receive(
        PushRequest(method="POST", path="events", query={}, headers={}, body=b"{}")
    )
    assert (reply.status, reply.body) == (200, b"ok")
    assert system.count("receive", "events") == 1
