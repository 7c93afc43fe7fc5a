"""Tests of what alarm panels have besides partitions: zones, relays, hardware, events."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from homeassistant.components.binary_sensor import BinarySensorDeviceClass as BinarySensorClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.hikvision_ivm.binary_sensor import BINARY_SENSORS
from custom_components.hikvision_ivm.systems.base import Sink
from custom_components.hikvision_ivm.systems.ip_receiver.detectors import (
    BY_ZONE_TYPE,
    CONTACT,
    DETECTORS,
    OPENING,
    ZONE_TYPES,
)
from custom_components.hikvision_ivm.systems.ip_receiver.features_panel import FUNCTIONS, LATCHED
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    ButtonFeature,
    Device,
    DeviceKind,
    EventFeature,
    Feature,
    Phase,
    SelectFeature,
    SensorFeature,
    Source,
    SwitchFeature,
)

from .fake_system import HUB, FakeSystem, occurrence
from .house import inventory_poll

type SetUp = Callable[[], Awaitable[FakeSystem]]

FRONT = "SN1_zone_1"
DOOR = BinarySensorFeature(device_id=FRONT, kind=Kind.ZONE, shape="door", source=Source.BOTH)
DOOR_ID = "binary_sensor.front_door"
DEACTIVATIONS = ("off", "lid_only", "entirely")
EVENTS = EventFeature(
    device_id=HUB, kind=Kind.PANEL_EVENT, source=Source.PUSH, event_types=(*FUNCTIONS, Kind.UNKNOWN_EVENT)
)


@pytest.fixture(autouse=True)
def zone(system: FakeSystem) -> None:
    """Let the system have a zone."""
    system.devices.append(Device(id=FRONT, name="Front door", kind=DeviceKind.ZONE, parent=HUB))


def shown(hass: HomeAssistant, entity_id: str) -> State:
    """Return what an entity shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


# zones


async def test_a_zone_is_its_detector(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """It bears the name of its device, and is of the class that its detector has, also when that is changed."""
    system.has(DOOR)
    await set_up()
    assert shown(hass, DOOR_ID).state == "unknown"
    system.report({DOOR.id: True})
    state = shown(hass, DOOR_ID)
    assert (state.state, state.name, state.attributes["device_class"]) == ("on", "Front door", "door")
    system.has(replace(DOOR, shape="motion"))
    await inventory_poll(hass, system)
    assert shown(hass, DOOR_ID).attributes["device_class"] == "motion"
    assert shown(hass, DOOR_ID).state == "on"


@pytest.mark.parametrize("shape", ["", "glass", "DOOR"])
async def test_a_shape_that_is_none(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, shape: str) -> None:
    """It has no class, and works all the same."""
    system.has(replace(DOOR, shape=shape))
    await set_up()
    system.report({DOOR.id: False})
    assert shown(hass, DOOR_ID).state == "off"
    assert "device_class" not in shown(hass, DOOR_ID).attributes


def test_shapes_of_detectors_are_classes() -> None:
    """Of every detector and of every type of zone."""
    shapes = {*(row.shape for row in DETECTORS.values()), *ZONE_TYPES.values(), CONTACT, OPENING} - {"", BY_ZONE_TYPE}
    assert len(shapes) > 8
    assert shapes <= {row.value for row in BinarySensorClass}


@pytest.mark.parametrize(
    ("feature", "value", "entity_id", "shows", "device_class", "category"),
    [
        (BinarySensorFeature(device_id=FRONT, kind=Kind.ZONE_ALARM), True, "binary_sensor.front_door_alarm", "on", "safety", None),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.TAMPER), False, "binary_sensor.front_door_tampering", "off", "tamper", None),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.BATTERY_LOW), True, "binary_sensor.front_door_battery", "on", "battery", "diagnostic"),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.PROBLEM), True, "binary_sensor.front_door_problem", "on", "problem", "diagnostic"),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.SHIELDED), True, "binary_sensor.front_door_shielded", "on", None, "diagnostic"),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.ZONE_ARMED), True, "binary_sensor.front_door_armed", "on", None, "diagnostic"),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.SHOCK), True, "binary_sensor.front_door_shock", "on", "vibration", None),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.TILT), True, "binary_sensor.front_door_tilt", "on", "moving", None),
        (BinarySensorFeature(device_id=FRONT, kind=Kind.SIREN_SOUNDING), True, "binary_sensor.front_door_sounding", "on", "sound", None),
        (BinarySensorFeature(device_id=HUB, kind=Kind.CLOUD_LINK), True, "binary_sensor.recorder_cloud_link", "on", "connectivity", "diagnostic"),
        (BinarySensorFeature(device_id=HUB, kind=Kind.TEST_MODE), True, "binary_sensor.recorder_test_mode", "on", "running", "diagnostic"),
        (BinarySensorFeature(device_id=HUB, kind=Kind.UPDATE_AVAILABLE), True, "binary_sensor.recorder_firmware", "on", "update", "diagnostic"),
        (SensorFeature(device_id=FRONT, kind=Kind.BATTERY_LEVEL, unit="%"), 97, "sensor.front_door_battery_level", "97", "battery", "diagnostic"),
        (SensorFeature(device_id=FRONT, kind=Kind.HUMIDITY, unit="%"), 55, "sensor.front_door_humidity", "55", "humidity", None),
        (SensorFeature(device_id=FRONT, kind=Kind.TEMPERATURE, unit="°C"), -3, "sensor.front_door_temperature", "-3", "temperature", None),
        (SensorFeature(device_id=FRONT, kind=Kind.SIGNAL), 180, "sensor.front_door_signal", "180", None, "diagnostic"),
        (SensorFeature(device_id=FRONT, kind=Kind.POWER_SUPPLY, options=("battery", "dc12v")), "dc12v", "sensor.front_door_power_supply", "dc12v", "enum", "diagnostic"),
        (SensorFeature(device_id=HUB, kind=Kind.OPEN_ZONES, part="1"), 0, "sensor.recorder_partition_1_open_zones", "0", None, None),
        (SensorFeature(device_id=HUB, kind=Kind.LAST_USER, part="1"), "Ann", "sensor.recorder_partition_1_last_user", "Ann", None, None),
        (SensorFeature(device_id=HUB, kind=Kind.LAST_ALARM_ZONE, part="2"), "Hall", "sensor.recorder_partition_2_last_zone_in_alarm", "Hall", None, None),
        (SwitchFeature(device_id=FRONT, kind=Kind.ZONE_BYPASS), True, "switch.front_door_bypass", "on", None, "config"),
        (SwitchFeature(device_id=FRONT, kind=Kind.RELAY), False, "switch.front_door", "off", None, None),
        (SelectFeature(device_id=FRONT, kind=Kind.DEACTIVATION, options=DEACTIVATIONS), "lid_only", "select.front_door_deactivation", "lid_only", None, "config"),
        (SelectFeature(device_id=FRONT, kind=Kind.DEACTIVATION_ONCE, options=DEACTIVATIONS), "off", "select.front_door_deactivation_until_disarmed", "off", None, "config"),
    ],
    ids=lambda value: f"{value.type}-{value.kind}" if isinstance(value, Feature) else "",
)  # fmt: skip
async def test_entities(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    feature: Feature,
    value: bool | float | str,
    entity_id: str,
    shows: str,
    device_class: str | None,
    category: str | None,
) -> None:
    """Names, classes and categories; unknown until something is told."""
    system.has(feature)
    await set_up()
    assert shown(hass, entity_id).state == "unknown"
    system.report({feature.id: value})
    assert shown(hass, entity_id).state == shows
    assert shown(hass, entity_id).attributes.get("device_class") == device_class
    registered = entity_registry.async_get(entity_id)
    assert registered is not None
    assert registered.entity_category == (None if category is None else EntityCategory(category))


async def test_commands(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What is chosen and pressed reaches the system once."""
    choice = SelectFeature(device_id=FRONT, kind=Kind.DEACTIVATION, options=DEACTIVATIONS)
    clear = ButtonFeature(device_id=HUB, kind=Kind.CLEAR_ALARM, part="1")
    system.has(choice, clear)
    await set_up()
    await hass.services.async_call(
        "select", "select_option", {"entity_id": "select.front_door_deactivation", "option": "entirely"}, blocking=True
    )
    entity_id = "button.recorder_clear_alarm_of_partition_1"
    await hass.services.async_call("button", "press", {"entity_id": entity_id}, blocking=True)
    assert [call for call in system.calls if call[0] in {"select", "press"}] == [
        ("select", choice.id, "entirely"),
        ("press", clear.id),
    ]
    assert shown(hass, "select.front_door_deactivation").state == "entirely"


# panels


@pytest.mark.parametrize("row", LATCHED, ids=lambda row: row.kind.value)
def test_hardware_of_a_panel(row: object) -> None:
    """What *on* means is what the class says: a link that is there, or something that is wrong."""
    kind: Kind = row.kind  # type: ignore[attr-defined]
    connected = {Kind.WIRED_NETWORK, Kind.WIFI, Kind.CELLULAR, Kind.ATP_MAIN, Kind.ATP_BACKUP}
    others = {Kind.TAMPER: "tamper", Kind.SYSTEM_BATTERY_LOW: "battery", Kind.TEST_MODE: "running"}
    wanted = "connectivity" if kind in connected else others.get(kind, "problem")
    described = BINARY_SENSORS[kind]
    assert described.device_class == wanted
    assert (described.entity_category is EntityCategory.DIAGNOSTIC) is (kind is not Kind.TAMPER)


async def test_panel_events(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """The function of a code is the event type, its facts are attributes; a code nobody knows is told, too."""
    system.has(EVENTS)
    await set_up()
    entity_id = "event.recorder_panel_event"
    assert len(shown(hass, entity_id).attributes["event_types"]) == 28
    details = {
        "hik_code": "1103", "cid": "E130", "sia": "BA", "description": "Burglary alarm", "restored": False,
        "partition": 1, "zone": 3, "zone_name": "Hall", "user": "Ann", "uuid": "0b7c", "has_video": True, "category": 1,
    }  # fmt: skip
    system.happen(occurrence(Kind.BURGLARY, Phase.PULSE, EVENTS, code="1103", device_id=HUB, details=details))
    attributes = shown(hass, entity_id).attributes
    assert attributes["event_type"] == "burglary"
    assert details.items() <= attributes.items()
    system.happen(occurrence(Kind.UNKNOWN_EVENT, Phase.PULSE, EVENTS, code="1999", device_id=HUB))
    attributes = shown(hass, entity_id).attributes
    assert (attributes["event_type"], attributes["code"]) == ("unknown_event", "1999")
    assert "zone_name" not in attributes


# many at once


async def test_switches_do_not_wait_for_each_other(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All commands of a call reach the system at once, which can send them together."""
    zones = [SwitchFeature(device_id=FRONT, kind=Kind.ZONE_BYPASS, part=str(number)) for number in range(32)]
    under_way: list[str] = []
    together = asyncio.Event()

    async def switch(feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        under_way.append(feature.id)
        if len(under_way) == len(zones):
            together.set()
        await together.wait()

    monkeypatch.setattr(system, "switch", switch)
    system.has(*zones)
    await set_up()
    async with asyncio.timeout(5):
        await hass.services.async_call("switch", "turn_on", {"entity_id": "all"}, blocking=True)
    assert sorted(under_way) == sorted(zone.id for zone in zones)
