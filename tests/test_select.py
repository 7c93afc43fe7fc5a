"""Tests of selects."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from homeassistant.components.select import ATTR_OPTION, DOMAIN as SELECT_DOMAIN, SERVICE_SELECT_OPTION
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import SelectFeature

from .fake_system import CHANNEL, FakeSystem
from .house import inventory_poll

type SetUp = Callable[[], Awaitable[FakeSystem]]

MODE = SelectFeature(device_id=CHANNEL, kind=Kind.DOOR_MODE, options=("remain_open", "normal", "remain_closed"))
MODE_ID = "select.gate_door_mode"


def shown(hass: HomeAssistant) -> State:
    """Return what the select shows."""
    state = hass.states.get(MODE_ID)
    assert state is not None
    return state


async def choose(hass: HomeAssistant, option: str) -> None:
    """Choose an option."""
    await hass.services.async_call(
        SELECT_DOMAIN, SERVICE_SELECT_OPTION, {ATTR_ENTITY_ID: MODE_ID, ATTR_OPTION: option}, blocking=True
    )


async def test_choice(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What is chosen is what the system says; what it cannot be is unknown."""
    system.has(MODE)
    await set_up()
    assert shown(hass).state == "unknown"
    assert shown(hass).attributes["options"] == list(MODE.options)
    await choose(hass, "remain_open")
    assert system.count("select", MODE.id, "remain_open") == 1
    assert shown(hass).state == "remain_open"
    for strange in ("ajar", 1, True):
        system.report({MODE.id: strange})
        assert shown(hass).state == "unknown"


async def test_refusals(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """An option that does not exist is never sent, and one that is refused changes nothing."""
    system.has(MODE)
    await set_up()
    system.report({MODE.id: "normal"})
    with pytest.raises(ServiceValidationError):
        await choose(hass, "ajar")
    assert system.count("select") == 0
    system.failures["select"] = errors.InsufficientRightsError(right="normalControl")
    with pytest.raises(HomeAssistantError) as failed:
        await choose(hass, "remain_open")
    assert failed.value.translation_key == "insufficient_rights"
    assert shown(hass).state == "normal"


async def test_options_that_change(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A new preset can be chosen as soon as the inventory has it."""
    preset = replace(MODE, kind=Kind.PTZ_PRESET, options=("Gate",))
    system.has(preset)
    await set_up()
    system.has(replace(preset, options=("Gate", "Yard")))
    await inventory_poll(hass, system)
    state = hass.states.get("select.gate_preset")
    assert state is not None and state.attributes["options"] == ["Gate", "Yard"]
