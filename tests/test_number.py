"""Tests of numbers."""

from collections.abc import Awaitable, Callable

from homeassistant.components.number import ATTR_VALUE, DOMAIN as NUMBER_DOMAIN, SERVICE_SET_VALUE
from homeassistant.const import ATTR_ENTITY_ID, EntityCategory
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import NumberFeature
from custom_components.hikvision_ivm.systems.values import UNLIMITED

from .fake_system import CHANNEL, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

SPEED = NumberFeature(device_id=CHANNEL, kind=Kind.PTZ_SPEED, minimum=20, maximum=60)
SECONDS = NumberFeature(device_id=CHANNEL, kind=Kind.PTZ_DURATION, minimum=0.1, maximum=10, step=0.1, unit="s")
KEPT = NumberFeature(device_id=CHANNEL, kind=Kind.RETENTION, minimum=1, maximum=365, unit="d")
KEPT_ID = "number.gate_retention_of_recordings"
SPEED_ID = "number.gate_movement_speed"
SECONDS_ID = "number.gate_movement_duration"


def shown(hass: HomeAssistant, entity_id: str) -> State:
    """Return what a number shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def put(hass: HomeAssistant, entity_id: str, value: float) -> None:
    """Set a number."""
    await hass.services.async_call(
        NUMBER_DOMAIN, SERVICE_SET_VALUE, {ATTR_ENTITY_ID: entity_id, ATTR_VALUE: value}, blocking=True
    )


async def test_bounds_and_units(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """Bounds come from the system; a speed is a slider, seconds are typed."""
    system.has(SPEED, SECONDS)
    await set_up()
    speed, seconds = shown(hass, SPEED_ID).attributes, shown(hass, SECONDS_ID).attributes
    assert (speed["min"], speed["max"], speed["step"], speed["mode"]) == (20, 60, 1, "slider")
    assert "unit_of_measurement" not in speed
    assert (seconds["min"], seconds["max"], seconds["step"], seconds["mode"]) == (0.1, 10, 0.1, "box")
    assert (seconds["unit_of_measurement"], seconds["device_class"]) == ("s", "duration")
    registered = entity_registry.async_get(SPEED_ID)
    assert registered is not None and registered.entity_category is EntityCategory.CONFIG


async def test_set_and_read_back(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """The value is what the system says; what is no number is unknown, and unknown is not zero."""
    system.has(SPEED, SECONDS)
    await set_up()
    assert shown(hass, SECONDS_ID).state == "unknown"
    await put(hass, SECONDS_ID, 0.5)
    assert system.count("set_number", SECONDS.id, 0.5) == 1
    assert shown(hass, SECONDS_ID).state == "0.5"
    for strange in ("fast", True):
        system.report({SPEED.id: strange})
        assert shown(hass, SPEED_ID).state == "unknown"


async def test_refusals(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A value out of bounds is never sent, and one that is refused changes nothing."""
    system.has(SPEED)
    await set_up()
    system.report({SPEED.id: 40})
    with pytest.raises(ServiceValidationError):
        await put(hass, SPEED_ID, 61)
    assert system.count("set_number") == 0
    system.failures["set_number"] = errors.InvalidArgumentError(field="value", reason="too fast")
    with pytest.raises(HomeAssistantError) as failed:
        await put(hass, SPEED_ID, 60)
    assert failed.value.translation_key == "invalid_argument"
    assert shown(hass, SPEED_ID).state == "40"


async def test_a_number_without_an_end(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """It is no number, and not the same as not knowing."""
    system.has(KEPT, SECONDS)
    await set_up()
    assert "unlimited" not in shown(hass, KEPT_ID).attributes
    for value, state, unlimited in ((UNLIMITED, "unknown", True), (30.0, "30.0", False)):
        system.report({KEPT.id: value, SECONDS.id: 1.0})
        await hass.async_block_till_done()
        assert (shown(hass, KEPT_ID).state, shown(hass, KEPT_ID).attributes["unlimited"]) == (state, unlimited)
    assert "unlimited" not in shown(hass, SECONDS_ID).attributes
