"""Tests of what all entities share."""

from collections.abc import Awaitable, Callable
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.switch import IvmSwitch
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    ButtonFeature,
    CalendarFeature,
    CameraFeature,
    EventFeature,
    Feature,
    ImageFeature,
    LockFeature,
    NumberFeature,
    SelectFeature,
    SensorFeature,
    SirenFeature,
    Source,
    SwitchFeature,
    TrackerFeature,
)

from .fake_system import CHANNEL, HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

ONE_OF_EACH: tuple[Feature, ...] = (
    BinarySensorFeature(device_id=CHANNEL, kind=Kind.MOTION, source=Source.PUSH),
    ButtonFeature(device_id=HUB, kind=Kind.REBOOT),
    CalendarFeature(device_id=HUB, kind=Kind.VISITORS),
    CameraFeature(device_id=CHANNEL, kind=Kind.MAIN_STREAM, part="101"),
    EventFeature(device_id=CHANNEL, kind=Kind.DETECTION, source=Source.PUSH, event_types=(Kind.MOTION,)),
    ImageFeature(device_id=CHANNEL, kind=Kind.EVENT_PICTURE, source=Source.PUSH),
    LockFeature(device_id=CHANNEL, kind=Kind.DOOR_LOCK),
    NumberFeature(device_id=CHANNEL, kind=Kind.PTZ_SPEED),
    SelectFeature(device_id=CHANNEL, kind=Kind.DOOR_MODE, options=("normal",)),
    SensorFeature(device_id=HUB, kind=Kind.CPU_USAGE, unit="%"),
    SirenFeature(device_id=HUB, kind=Kind.ALARM_OUTPUT, part="1"),
    TrackerFeature(device_id=CHANNEL, kind=Kind.POSITION),
    SwitchFeature(device_id=CHANNEL, kind=Kind.MOTION),
)


async def test_identity_and_device_of_every_entity(
    system: FakeSystem,
    set_up: SetUp,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The unique id is the feature's, the device is the feature's, and names are translated."""
    system.has(*ONE_OF_EACH)
    await set_up()
    registered = {known.unique_id: known for known in er.async_entries_for_config_entry(entity_registry, "entry")}
    assert set(registered) == {feature.id for feature in ONE_OF_EACH}
    for feature in ONE_OF_EACH:
        known = registered[feature.id]
        device = device_registry.async_get_device_by_identifier((DOMAIN, feature.device_id), entry.entry_id)
        assert device is not None and known.device_id == device.id
        assert known.domain == feature.type
        assert known.has_entity_name
        assert known.translation_key == feature.kind.value


@pytest.mark.parametrize("feature", ONE_OF_EACH, ids=lambda feature: feature.type)
async def test_renaming_keeps_the_entity_alive(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    feature: Feature,
) -> None:
    """After the user renamed an entity it still hears of its feature."""
    system.has(feature)
    await set_up()
    old = entity_registry.async_get_entity_id(feature.type, DOMAIN, feature.id)
    assert old is not None
    new = f"{feature.type}.renamed"
    entity_registry.async_update_entity(old, new_entity_id=new)
    await hass.async_block_till_done()
    assert hass.states.get(old) is None
    system.report(available={HUB: False})
    state = hass.states.get(new)
    assert state is not None and state.state == STATE_UNAVAILABLE


async def test_disabling_stops_asking(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """What nobody looks at is not wanted, from the moment it is disabled."""
    system.has(*ONE_OF_EACH)
    await set_up()
    assert len(system.primed_for) == len(ONE_OF_EACH)
    entity_registry.async_update_entity("switch.gate_motion_detection", disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert set(system.primed_for) == {feature.id for feature in ONE_OF_EACH[:-1]}


async def test_what_is_disabled_is_not_made_again(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """A restart costs what is enabled; a disabled entity stays registered and comes back when it is enabled."""
    off = SwitchFeature(device_id=CHANNEL, kind=Kind.TAMPER, enabled=False)
    system.has(ONE_OF_EACH[-1], off)
    await set_up()
    entity_id = entity_registry.async_get_entity_id("switch", DOMAIN, off.id)
    assert entity_id is not None
    with patch.object(IvmSwitch, "__init__", autospec=True, side_effect=IvmSwitch.__init__) as made:
        assert await hass.config_entries.async_reload(entry.entry_id)
    assert made.call_count == 1
    assert entity_registry.async_get(entity_id) is not None
    entity_registry.async_update_entity(entity_id, disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert hass.states.get(entity_id) is not None


async def test_only_what_a_system_may_offer_is_loaded(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """A camera alone brings no calendar into the side bar; unloading fits what was loaded."""
    system.has(*ONE_OF_EACH)
    system.feature_types = frozenset({"binary_sensor", "switch"})  # type: ignore[misc]
    await set_up()
    assert {state.domain for state in hass.states.async_all()} >= {"binary_sensor", "switch"}
    assert not hass.states.async_all(("calendar", "lock", "camera"))
    assert not {"calendar", "lock", "camera"} & hass.config.components
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_kind_without_row_is_said_and_left_out(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """A system that offers what no platform describes loses that one entity, not the platform."""
    system.has(*ONE_OF_EACH)
    with patch.dict("custom_components.hikvision_ivm.switch.SWITCHES", clear=True):
        await set_up()
    assert not hass.states.async_all("switch")
    assert hass.states.get("binary_sensor.gate_motion") is not None
    assert "No switch entity is described for motion" in caplog.text
