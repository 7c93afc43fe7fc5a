"""A small house to test the coordinator with: a recorder with a gate, its features and their entities."""

from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    EventFeature,
    SensorFeature,
    Source,
    SwitchFeature,
)

from .fake_system import CHANNEL, HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]
type Later = Callable[[float], Awaitable[None]]

MOTION = BinarySensorFeature(device_id=CHANNEL, kind=Kind.MOTION, source=Source.PUSH, hold=5.0)
LOSS = BinarySensorFeature(device_id=CHANNEL, kind=Kind.VIDEO_LOSS, source=Source.PUSH)
INPUT = BinarySensorFeature(device_id=HUB, kind=Kind.ALARM_INPUT, part="1", source=Source.BOTH)
ONLINE = BinarySensorFeature(device_id=CHANNEL, kind=Kind.ONLINE)
STREAM = BinarySensorFeature(device_id=HUB, kind=Kind.EVENT_STREAM, source=Source.ALWAYS)
EVENT = EventFeature(
    device_id=CHANNEL, kind=Kind.DETECTION, source=Source.PUSH, event_types=(Kind.MOTION, Kind.UNKNOWN_EVENT)
)
SWITCH = SwitchFeature(device_id=CHANNEL, kind=Kind.MOTION)
CPU = SensorFeature(device_id=HUB, kind=Kind.CPU_USAGE, unit="%")

MOTION_ID = "binary_sensor.gate_motion"
LOSS_ID = "binary_sensor.gate_video_loss"
INPUT_ID = "binary_sensor.recorder_alarm_input_1"
ONLINE_ID = "binary_sensor.gate_online"
STREAM_ID = "binary_sensor.recorder_event_stream"
EVENT_ID = "event.gate_detection"
SWITCH_ID = "switch.gate_motion_detection"
CPU_ID = "sensor.recorder_cpu_usage"


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return what an entity shows."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


def coordinator(entry: MockConfigEntry) -> IvmCoordinator:
    """Return the coordinator of a loaded entry."""
    made = entry.runtime_data
    assert isinstance(made, IvmCoordinator)
    return made


async def inventory_poll(hass: HomeAssistant, system: FakeSystem) -> None:
    """Let the system deliver its inventory anew."""
    await system.poll(Tier.INVENTORY, system.sink, ())
    await hass.async_block_till_done()
