"""Tests of binary sensors."""

from collections.abc import Awaitable, Callable

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import BinarySensorFeature, Source

from .fake_system import CHANNEL, HUB, FakeSystem


@pytest.mark.parametrize(
    ("kind", "device_class", "diagnostic"),
    [
        (Kind.MOTION, "motion", False),
        (Kind.LINE_CROSSING, "motion", False),
        (Kind.FAST_MOVING, "moving", False),
        (Kind.FACE, "occupancy", False),
        (Kind.TAMPER, "tamper", False),
        (Kind.VIDEO_LOSS, "problem", False),
        (Kind.AUDIO_EXCEPTION, "sound", False),
        (Kind.SMOKE, "smoke", False),
        (Kind.ALARM_INPUT, None, False),
        (Kind.NETWORK_BROKEN, "problem", True),
        (Kind.DISK_FULL, "problem", True),
        (Kind.ONLINE, "connectivity", True),
        (Kind.EVENT_STREAM, "connectivity", True),
        (Kind.DOOR, "door", False),
        (Kind.UNLATCHED, "lock", False),
        (Kind.REMAIN_OPEN, None, False),
        (Kind.READER_TAMPER, "tamper", False),
        (Kind.FALL, "safety", False),
        (Kind.IN_BED, "occupancy", False),
        (Kind.OVER_LIMIT, "problem", False),
        (Kind.RECORDING, "running", True),
        (Kind.DISK_FAILURE, "problem", True),
        (Kind.READER_ENABLED, None, True),
    ],
)
async def test_class_fits_what_on_means(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: Callable[[], Awaitable[FakeSystem]],
    entity_registry: er.EntityRegistry,
    kind: Kind,
    device_class: str | None,
    diagnostic: bool,
) -> None:
    """A broken network is a problem and not a connection; faults of the equipment are diagnostic."""
    feature = BinarySensorFeature(device_id=CHANNEL, kind=kind, source=Source.ALWAYS)
    system.has(feature)
    await set_up()
    system.report({feature.id: True})
    (state,) = hass.states.async_all("binary_sensor")
    assert state.state == "on"
    assert state.attributes.get("device_class") == device_class
    registered = entity_registry.async_get(state.entity_id)
    assert registered is not None
    assert registered.entity_category is (EntityCategory.DIAGNOSTIC if diagnostic else None)


async def test_names_tell_parts_apart(
    hass: HomeAssistant, system: FakeSystem, set_up: Callable[[], Awaitable[FakeSystem]]
) -> None:
    """Several of a kind bear their number, or the name that the device gave them."""
    system.has(
        BinarySensorFeature(device_id=HUB, kind=Kind.ALARM_INPUT, part="1"),
        BinarySensorFeature(device_id=HUB, kind=Kind.ALARM_INPUT, part="2", label="Cellar door"),
        BinarySensorFeature(device_id=CHANNEL, kind=Kind.MOTION),
    )
    await set_up()
    assert sorted(state.name for state in hass.states.async_all("binary_sensor")) == [
        "Gate Motion",
        "Recorder Alarm input 1",
        "Recorder Alarm input Cellar door",
    ]


@pytest.mark.parametrize("value", ["on", 1, 0.0, (True,)])
async def test_a_value_that_is_neither_on_nor_off(
    hass: HomeAssistant, system: FakeSystem, set_up: Callable[[], Awaitable[FakeSystem]], value: object
) -> None:
    """Only a yes or no is shown."""
    feature = BinarySensorFeature(device_id=HUB, kind=Kind.ALARM_INPUT, part="1")
    system.has(feature)
    await set_up()
    system.report({feature.id: value})  # type: ignore[dict-item]
    (state,) = hass.states.async_all("binary_sensor")
    assert state.state == "unknown"
