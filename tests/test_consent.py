"""Tests of what the user lets us show of people."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, Feature, SensorFeature

from .fake_system import CHANNEL, FakeSystem
from .house import SetUp

pytestmark = pytest.mark.usefixtures("hass_storage")

HEART = SensorFeature(device_id=CHANNEL, kind=Kind.HEART_RATE, personal="health")
PLATE = SensorFeature(device_id=CHANNEL, kind=Kind.LAST_PLATE, personal="plates")
SUB = CameraFeature(device_id=CHANNEL, kind=Kind.SUB_STREAM, enabled=False)
EVERYTHING: tuple[Feature, ...] = (HEART, PLATE, SUB)
HEART_ID = "sensor.gate_heart_rate"
PLATE_ID = "sensor.gate_last_license_plate"
SUB_ID = "camera.gate_sub_stream"


def choose(hass: HomeAssistant, system: FakeSystem, entry: MockConfigEntry, words: Sequence[str]) -> None:
    """Choose what may be shown: the option, and the features as a system then offers them."""
    options: dict[str, Any] = {"personal": list(words)} if words else {}
    hass.config_entries.async_update_entry(entry, options=options)
    system.has(*(replace(one, enabled=one.personal in words) for one in EVERYTHING))


async def again(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up anew, as after a change of the options."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


def shown(hass: HomeAssistant) -> set[str]:
    """Return the entities there are."""
    return {state.entity_id for state in hass.states.async_all(("camera", "sensor"))}


async def test_chosen_later_and_taken_back(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """What is chosen appears, what is taken back goes and is asked for no more, and nothing else changes."""
    choose(hass, system, entry, ())
    await set_up()
    assert shown(hass) == set()
    choose(hass, system, entry, ("health",))
    await again(hass, entry)
    assert shown(hass) == {HEART_ID}
    choose(hass, system, entry, ("plates",))
    await again(hass, entry)
    assert shown(hass) == {PLATE_ID}
    assert set(system.primed_for) == {PLATE.id}
    await again(hass, entry)
    assert shown(hass) == {PLATE_ID}


async def test_the_user_s_own_choice_counts(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """What he disabled stays disabled; what he enabled by hand stays as long as the option is left alone."""
    choose(hass, system, entry, ())
    await set_up()
    entity_registry.async_update_entity(HEART_ID, disabled_by=None)
    entity_registry.async_update_entity(SUB_ID, disabled_by=None)
    entity_registry.async_update_entity(PLATE_ID, disabled_by=er.RegistryEntryDisabler.USER)
    await again(hass, entry)
    assert shown(hass) == {HEART_ID, SUB_ID}
    choose(hass, system, entry, ("plates",))
    await again(hass, entry)
    assert shown(hass) == {HEART_ID, SUB_ID}
    choose(hass, system, entry, ())
    await again(hass, entry)
    assert shown(hass) == {HEART_ID, SUB_ID}


async def test_chosen_from_the_beginning(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """At first, entities start as the system offers them."""
    choose(hass, system, entry, ("health", "plates"))
    await set_up()
    assert shown(hass) == {HEART_ID, PLATE_ID}
    choose(hass, system, entry, ("health",))
    await again(hass, entry)
    assert shown(hass) == {HEART_ID}
