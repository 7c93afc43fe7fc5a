"""Tests of buttons."""

import asyncio
from collections.abc import Awaitable, Callable
from unittest.mock import patch

from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.const import ATTR_ENTITY_ID, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.systems.base import Sink
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ButtonFeature

from .fake_system import HUB, FakeSystem

REBOOT = ButtonFeature(device_id=HUB, kind=Kind.REBOOT)
LOCK = ButtonFeature(device_id=HUB, kind=Kind.ELECTRIC_LOCK, part="1")


async def test_press(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: Callable[[], Awaitable[FakeSystem]],
    entity_registry: er.EntityRegistry,
) -> None:
    """A press is carried out by the system; restarting is a setting."""
    system.has(REBOOT)
    await set_up()
    await hass.services.async_call(
        BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: "button.recorder_restart"}, blocking=True
    )
    assert system.count("press", REBOOT.id) == 1
    registered = entity_registry.async_get("button.recorder_restart")
    assert registered is not None and registered.entity_category is EntityCategory.CONFIG
    state = hass.states.get("button.recorder_restart")
    assert state is not None and state.attributes["device_class"] == "restart"


@pytest.mark.parametrize(
    "kind", [Kind.ACKNOWLEDGE, Kind.APPLY_PERMISSIONS, Kind.PTZ_LEFT, Kind.PTZ_STOP, Kind.RESUBSCRIBE]
)
async def test_further_commands(
    hass: HomeAssistant, system: FakeSystem, set_up: Callable[[], Awaitable[FakeSystem]], kind: Kind
) -> None:
    """Every command reaches the system once."""
    feature = ButtonFeature(device_id=HUB, kind=kind)
    system.has(feature)
    await set_up()
    (state,) = hass.states.async_all(BUTTON_DOMAIN)
    await hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: state.entity_id}, blocking=True)
    assert system.count("press") == system.count("press", feature.id) == 1


async def test_a_button_does_not_wait_for_another(
    hass: HomeAssistant, system: FakeSystem, set_up: Callable[[], Awaitable[FakeSystem]]
) -> None:
    """A camera that moves is stopped at once."""
    system.has(*(ButtonFeature(device_id=HUB, kind=kind) for kind in (Kind.PTZ_LEFT, Kind.PTZ_STOP)))
    await set_up()
    stopped = asyncio.Event()

    async def press(feature: ButtonFeature, sink: Sink) -> None:
        if feature.kind is Kind.PTZ_STOP:
            stopped.set()
        async with asyncio.timeout(5):
            await stopped.wait()

    with patch.object(system, "press", press):
        move, stop = (
            hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: state.entity_id}, blocking=True)
            for state in sorted(hass.states.async_all(BUTTON_DOMAIN), key=lambda state: "stop" in state.entity_id)
        )
        await asyncio.gather(move, stop)
    assert stopped.is_set()


async def test_press_that_is_not_supported(
    hass: HomeAssistant, system: FakeSystem, set_up: Callable[[], Awaitable[FakeSystem]]
) -> None:
    """What the device does not have is said in words."""
    system.has(LOCK)
    await set_up()
    with pytest.raises(HomeAssistantError) as failed:
        await hass.services.async_call(
            BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: "button.recorder_unlock_1"}, blocking=True
        )
    assert failed.value.translation_key == "unsupported"
    assert failed.value.translation_placeholders == {"function": "electric_lock"}
