"""Tests of sirens."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.components.siren import DOMAIN as SIREN_DOMAIN, SirenEntityFeature
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import SirenFeature

from .fake_system import HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

RICH = SirenFeature(
    device_id=HUB, kind=Kind.ALARM_OUTPUT, part="1", tones=("fire", "burglar"), has_duration=True, has_volume=True
)
TIMED = SirenFeature(device_id=HUB, kind=Kind.ALARM_OUTPUT, part="1", has_duration=True)
PLAIN = SirenFeature(device_id=HUB, kind=Kind.ALARM_OUTPUT, part="1")
SIREN_ID = "siren.recorder_siren_1"
BASIC = SirenEntityFeature.TURN_ON | SirenEntityFeature.TURN_OFF
EVERYTHING = {"tone": "fire", "duration": 5, "volume_level": 0.5}


def shown(hass: HomeAssistant) -> State:
    """Return what the siren shows."""
    state = hass.states.get(SIREN_ID)
    assert state is not None
    return state


async def turn(hass: HomeAssistant, service: str, **settings: Any) -> None:
    """Turn the siren on or off."""
    await hass.services.async_call(SIREN_DOMAIN, service, {ATTR_ENTITY_ID: SIREN_ID, **settings}, blocking=True)


@pytest.mark.parametrize(
    ("feature", "features", "sent"),
    [
        (
            RICH,
            BASIC | SirenEntityFeature.TONES | SirenEntityFeature.DURATION | SirenEntityFeature.VOLUME_SET,
            {"tone": "fire", "duration": 5, "volume": 0.5},
        ),
        (TIMED, BASIC | SirenEntityFeature.DURATION, {"duration": 5}),
        (PLAIN, BASIC, {}),
    ],
)
async def test_what_a_siren_takes(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    feature: SirenFeature,
    features: SirenEntityFeature,
    sent: dict[str, Any],
) -> None:
    """Tone, duration and volume reach the system where the siren has them, and nowhere else."""
    system.has(feature)
    await set_up()
    assert shown(hass).attributes["supported_features"] == features
    assert shown(hass).attributes.get("available_tones") == (list(feature.tones) or None)
    await turn(hass, SERVICE_TURN_ON, **EVERYTHING)
    await turn(hass, SERVICE_TURN_OFF)
    assert [call for call in system.calls if call[0] == "siren"] == [
        ("siren", feature.id, True, sent),
        ("siren", feature.id, False, {}),
    ]


async def test_state_follows_the_system(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Unknown is not silent, and a refused command changes nothing."""
    system.has(TIMED)
    await set_up()
    assert shown(hass).state == "unknown"
    await turn(hass, SERVICE_TURN_ON)
    assert shown(hass).state == "on"
    system.failures["siren"] = errors.DeviceOfflineError()
    with pytest.raises(HomeAssistantError) as failed:
        await turn(hass, SERVICE_TURN_OFF)
    assert failed.value.translation_key == "device_offline"
    assert shown(hass).state == "on"
    system.report({TIMED.id: 1})
    assert shown(hass).state == "unknown"


async def test_a_tone_it_does_not_know(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Another tone is never sent."""
    system.has(RICH)
    await set_up()
    with pytest.raises((ValueError, HomeAssistantError)):
        await turn(hass, SERVICE_TURN_ON, tone="lullaby")
    assert system.count("siren") == 0
