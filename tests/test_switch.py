"""Tests of switches."""

from collections.abc import Awaitable, Callable

from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import SwitchFeature

from .fake_system import CHANNEL, HUB, FakeSystem

OUTPUT = SwitchFeature(device_id=HUB, kind=Kind.ALARM_OUTPUT, part="1")
RULED = SwitchFeature(device_id=HUB, kind=Kind.ALARM_OUTPUT, part="2", ruled=True)
INTRUSION = SwitchFeature(device_id=CHANNEL, kind=Kind.INTRUSION)
OUTPUT_ID = "switch.recorder_alarm_output_1"


async def turn(hass: HomeAssistant, service: str) -> None:
    """Turn the output on or off."""
    await hass.services.async_call(SWITCH_DOMAIN, service, {ATTR_ENTITY_ID: OUTPUT_ID}, blocking=True)


async def test_on_and_off_by_read_back(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: Callable[[], Awaitable[FakeSystem]],
    entity_registry: er.EntityRegistry,
) -> None:
    """The state is what the device says after the command."""
    system.has(OUTPUT, RULED, INTRUSION)
    await set_up()
    await turn(hass, SERVICE_TURN_ON)
    state = hass.states.get(OUTPUT_ID)
    assert state is not None and state.state == "on"
    await turn(hass, SERVICE_TURN_OFF)
    state = hass.states.get(OUTPUT_ID)
    assert state is not None and state.state == "off"
    assert [call for call in system.calls if call[0] == "switch"] == [
        ("switch", OUTPUT.id, True),
        ("switch", OUTPUT.id, False),
    ]
    output = entity_registry.async_get(OUTPUT_ID)
    setting = entity_registry.async_get("switch.gate_intrusion_detection")
    ruled = entity_registry.async_get("switch.recorder_alarm_output_2")
    assert output is not None and setting is not None and ruled is not None
    assert (output.entity_category, setting.entity_category) == (None, EntityCategory.CONFIG)
    assert ruled.entity_category is EntityCategory.CONFIG


@pytest.mark.parametrize(
    ("failure", "shown"),
    [
        (errors.RejectedError(reason="line crossing excludes it"), ServiceValidationError),
        (errors.ConnectionFailedError(reason="refused"), HomeAssistantError),
        (errors.NotConfirmedError(wanted="true", found="false"), HomeAssistantError),
        (errors.InsufficientRightsError(right="remoteAlarm"), HomeAssistantError),
        (errors.BusyError(retry_after=2), HomeAssistantError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_a_refused_command_changes_nothing(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: Callable[[], Awaitable[FakeSystem]],
    failure: errors.SystemFailure,
    shown: type[HomeAssistantError],
) -> None:
    """The reason is shown, translated, and the state stays what the device last said."""
    system.has(OUTPUT)
    await set_up()
    system.report({OUTPUT.id: False})
    system.failures["switch"] = failure
    with pytest.raises(HomeAssistantError) as failed:
        await turn(hass, SERVICE_TURN_ON)
    assert type(failed.value) is shown
    assert failed.value.translation_domain == DOMAIN
    assert failed.value.translation_key == failure.key
    assert failed.value.translation_placeholders == failure.placeholders
    state = hass.states.get(OUTPUT_ID)
    assert state is not None and state.state == "off"
    assert not hass.config_entries.flow.async_progress()


async def test_a_command_with_refused_credentials_asks_for_them(
    hass: HomeAssistant, system: FakeSystem, set_up: Callable[[], Awaitable[FakeSystem]]
) -> None:
    """Also a command may be the first to learn that the password was changed."""
    system.has(OUTPUT)
    await set_up()
    system.failures["switch"] = errors.AuthenticationError(attempts_left=2)
    for _ in range(2):
        with pytest.raises(HomeAssistantError):
            await turn(hass, SERVICE_TURN_ON)
        await hass.async_block_till_done()
        state = hass.states.get(OUTPUT_ID)
        assert state is not None and state.state == "unavailable"
        if system.count("switch") == 1:
            break
    assert len(hass.config_entries.flow.async_progress()) == 1
