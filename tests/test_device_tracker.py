"""Tests of trackers."""

from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Report, Source, TrackerFeature
from custom_components.hikvision_ivm.systems.values import PositionValue

from .fake_system import CHANNEL, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

TRACKER = TrackerFeature(device_id=CHANNEL, kind=Kind.POSITION, source=Source.BOTH)


def shown(hass: HomeAssistant) -> State:
    """Return what the tracker shows."""
    state = hass.states.get("device_tracker.gate")
    assert state is not None
    return state


async def test_where_it_is(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """A vehicle bears the name of its device; speed and heading are told when they are known."""
    system.has(TRACKER)
    await set_up()
    home = {"latitude": hass.config.latitude, "longitude": hass.config.longitude}
    system.report({TRACKER.id: PositionValue(**home, accuracy=12.0, speed=0.0, heading=90.0)})
    facts = shown(hass).attributes
    assert (shown(hass).state, shown(hass).name) == ("home", "Gate")
    assert (facts["latitude"], facts["longitude"], facts["gps_accuracy"]) == (*home.values(), 12.0)
    assert (facts["source_type"], facts["speed"], facts["heading"]) == ("gps", 0.0, 90.0)
    registered = entity_registry.async_get("device_tracker.gate")
    assert registered is not None and registered.entity_category is None and registered.device_id is not None
    system.report({TRACKER.id: PositionValue(latitude=52.5, longitude=13.4)})
    assert shown(hass).state == "not_home"
    assert not {"speed", "heading"} & set(shown(hass).attributes)


async def test_unknown_is_not_away(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Without a position there are no coordinates, not even those of zero."""
    system.has(TRACKER)
    await set_up()
    assert shown(hass).state == "unknown"
    assert "latitude" not in shown(hass).attributes
    system.report({TRACKER.id: PositionValue(latitude=0.0, longitude=0.0)})
    assert shown(hass).state == "not_home"
    system.sink.report(Report(values={TRACKER.id: UNKNOWN}))
    assert shown(hass).state == "unknown"
    assert "latitude" not in shown(hass).attributes
    system.report({TRACKER.id: "Berlin"})
    assert shown(hass).state == "unknown"
