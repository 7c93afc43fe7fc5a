"""Tests of sensors."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant, State
import pytest

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import SensorFeature

from .fake_system import HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

MOMENT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
NAIVE = datetime(2026, 11, 20, 8, 30)
CPU = SensorFeature(device_id=HUB, kind=Kind.CPU_USAGE, unit="%")
FREE = SensorFeature(device_id=HUB, kind=Kind.DISK_FREE, part="1", label="HDD 1", unit="MB")
WORDS = SensorFeature(device_id=HUB, kind=Kind.DISK_STATE, part="1", options=("ok", "error"))
TEXT = SensorFeature(device_id=HUB, kind=Kind.DISK_STATE, part="1")
UPTIME = SensorFeature(device_id=HUB, kind=Kind.UPTIME)
LAST = SensorFeature(device_id=HUB, kind=Kind.LAST_EVENT)
SLEEP = SensorFeature(device_id=HUB, kind=Kind.SLEEP_TIME)
ASLEEP = SensorFeature(device_id=HUB, kind=Kind.SLEEP_START)
HEART = SensorFeature(device_id=HUB, kind=Kind.HEART_RATE)
PLACES = SensorFeature(device_id=HUB, kind=Kind.SPACES_FREE)
LONGEST = SensorFeature(device_id=HUB, kind=Kind.MAX_PARKING_TIME)
SPEED = SensorFeature(device_id=HUB, kind=Kind.SPEED)
HEADING = SensorFeature(device_id=HUB, kind=Kind.HEADING)
PLATE = SensorFeature(device_id=HUB, kind=Kind.LAST_PLATE)
HEAT = SensorFeature(device_id=HUB, kind=Kind.TEMPERATURE)


async def show(hass: HomeAssistant, set_up: SetUp, system: FakeSystem, feature: SensorFeature, value: object) -> State:
    """Return what a sensor shows for a value."""
    system.has(feature)
    await set_up()
    system.report({feature.id: value})  # type: ignore[dict-item]
    (state,) = hass.states.async_all("sensor")
    return state


@pytest.mark.parametrize(
    ("feature", "value", "shown", "device_class", "unit"),
    [
        (CPU, 12, "12", None, "%"),
        (FREE, 512_000, "512.0", "data_size", "GB"),
        (WORDS, "error", "error", "enum", None),
        (TEXT, "ok", "ok", None, None),
        (UPTIME, MOMENT, "2026-11-20T08:30:00+00:00", "uptime", None),
        (LAST, MOMENT, "2026-11-20T08:30:00+00:00", "timestamp", None),
        (HEAT, 36.6, "36.6", "temperature", "°C"),
        (SLEEP, 5400, "90.0", "duration", "min"),
        (ASLEEP, MOMENT, "2026-11-20T08:30:00+00:00", "timestamp", None),
        (HEART, 72, "72", None, "bpm"),
        (PLACES, 0, "0", None, None),
        (LONGEST, 24, "24", "duration", "h"),
        (SPEED, 50, "50", "speed", "km/h"),
        (HEADING, 270.0, "270.0", None, "°"),
        (PLATE, "B AB 123", "B AB 123", None, None),
    ],
    ids=lambda value: value.kind.value if isinstance(value, SensorFeature) else None,
)
async def test_readings(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    feature: SensorFeature,
    value: object,
    shown: str,
    device_class: str | None,
    unit: str | None,
) -> None:
    """Numbers with units, words, text and moments."""
    state = await show(hass, set_up, system, feature, value)
    assert state.state == shown
    assert state.attributes.get("device_class") == device_class
    assert state.attributes.get("unit_of_measurement") == unit


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        (CPU, True),
        (CPU, "12 percent"),
        (CPU, MOMENT),
        (WORDS, "melted"),
        (WORDS, 3),
        (UPTIME, 86_400),
        (UPTIME, NAIVE),
        (LAST, "yesterday"),
        (HEAT, "warm"),
        (TEXT, False),
        (CPU, (1, 2)),
        (PLACES, "many"),
        (PLACES, True),
        (SLEEP, "long"),
        (PLATE, 123),
    ],
)
async def test_a_value_that_does_not_fit_is_unknown(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    feature: SensorFeature,
    value: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A reading of the wrong sort neither raises nor shows nonsense."""
    assert (await show(hass, set_up, system, feature, value)).state == "unknown"
    assert "could not take in" not in caplog.text
