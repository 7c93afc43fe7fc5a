"""What one event costs, from the bytes of its part to the states that are written."""

from collections import Counter
from dataclasses import dataclass
import gc
from itertools import count
import time

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.event import EventEntity
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from lxml import etree

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.isapi.records import Facts
from custom_components.hikvision_ivm.systems.transport.multipart import MultipartReader

from .house import add_bare_entities, entities_of
from .site import ReadSystem, site

type Plan = list[list[tuple[str, dict[str, object]]]]

EVENT_ATTRIBUTES = ("code", "channel", "target", "region", "device_time")
BATCH = 2_000
ROUNDS = 7
ALERT = """<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<ipAddress>192.0.2.64</ipAddress>
<portNo>80</portNo>
<protocol>HTTP</protocol>
<macAddress>02:00:00:00:00:01</macAddress>
<dynChannelID>{channel}</dynChannelID>
<channelID>{channel}</channelID>
<dateTime>{moment}</dateTime>
<activePostCount>{count}</activePostCount>
<eventType>fielddetection</eventType>
<eventState>{state}</eventState>
<eventDescription>fielddetection alarm</eventDescription>
<DetectionRegionList>
<DetectionRegionEntry>
<regionID>{region}</regionID>
<sensitivityLevel>50</sensitivityLevel>
<RegionCoordinatesList>
<RegionCoordinates><positionX>233</positionX><positionY>170</positionY></RegionCoordinates>
<RegionCoordinates><positionX>488</positionX><positionY>131</positionY></RegionCoordinates>
<RegionCoordinates><positionX>984</positionX><positionY>664</positionY></RegionCoordinates>
</RegionCoordinatesList>
<detectionTarget>human</detectionTarget>
</DetectionRegionEntry>
</DetectionRegionList>
<channelName>Camera {channel}</channelName>
</EventNotificationAlert>
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU per event, ours and bare; states written per event; entities in the house."""

    ours: float
    bare: float
    writes: float
    entities: int


def bodies(channels: int, numbers: count[int]) -> list[bytes]:
    """Make a batch of messages: something begins on a channel, then ends."""
    made = []
    for _ in range(BATCH // 2):
        number = next(numbers)
        channel = number % min(channels, 32) + 1
        moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        for state in ("active", "inactive"):
            text = ALERT.format(channel=channel, moment=moment, count=number, state=state, region=number % 1000)
            made.append(text.encode())
    return made


def framed(body: bytes) -> bytes:
    """Return a part of the stream as it is on the wire."""
    head = f'--boundary\r\nContent-Type: application/xml; charset="UTF-8"\r\nContent-Length: {len(body)}\r\n\r\n'
    return head.encode() + body + b"\r\n"


async def cost_per_event(hass: HomeAssistant, facts: Facts) -> Cost:
    """Measure a site of these facts, in rounds of ours and bare in turn; the best round of each counts."""
    numbers, channels = count(1), len(facts.channels)
    async with site(hass, facts) as (coordinator, system):
        entities = len(entities_of(hass))
        plan = await _plan(hass, coordinator, system, bodies(channels, numbers))
        made = await add_bare_entities(hass, dict.fromkeys({domain for words in plan for domain, _ in words}, 8), 1)
        ours, bare = [], []
        for _ in range(ROUNDS):
            batch = bodies(channels, numbers)
            gc.collect()
            ours.append(_ours(coordinator, system, [framed(body) for body in batch]))
            await hass.async_block_till_done()
            gc.collect()
            bare.append(_bare(batch, made, plan))
            await hass.async_block_till_done()
    return Cost(min(ours), min(bare), sum(map(len, plan)) / BATCH, entities)


async def _plan(hass: HomeAssistant, coordinator: IvmCoordinator, system: ReadSystem, batch: list[bytes]) -> Plan:
    """Find out which states each event of a batch writes: domain and event attributes."""
    plan: Plan = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None:
            told = {name: state.attributes[name] for name in EVENT_ATTRIBUTES if name in state.attributes}
            plan[-1].append((state.domain, told))

    stop = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for body in batch:
        plan.append([])
        _ours(coordinator, system, [framed(body)])
    await hass.async_block_till_done()
    stop()
    written = Counter(domain for words in plan for domain, _ in words)
    if written["event"] != BATCH // 2 or written["binary_sensor"] != BATCH:
        raise RuntimeError(f"events were lost: {written}")
    return plan


def _ours(coordinator: IvmCoordinator, system: ReadSystem, parts: list[bytes]) -> float:
    """Microseconds per event from bytes to written states."""
    reader, router, sink = MultipartReader("boundary"), system.router, coordinator.sink
    start = time.process_time()
    for data in parts:
        for part in reader.feed(data):
            router.take(part.body, part.content_type, sink)
    return (time.process_time() - start) / len(parts) * 1e6


def _bare(batch: list[bytes], made: dict[str, list[Entity]], plan: Plan) -> float:
    """Microseconds per event for parsing it and writing the same states, with the same attributes, without us."""
    number = 0
    start = time.process_time()
    for body, writes in zip(batch, plan, strict=True):
        etree.fromstring(body)
        for domain, told in writes:
            number += 1
            _write(made[domain][number % 8], number, told)
    return (time.process_time() - start) / len(batch) * 1e6


def _write(entity: Entity, number: int, told: dict[str, object]) -> None:
    """Change an entity and write its state."""
    if isinstance(entity, BinarySensorEntity):
        entity._attr_is_on = not entity.is_on  # noqa: SLF001 - how entities change
    elif isinstance(entity, EventEntity):
        entity._trigger_event("something", told)  # noqa: SLF001
    else:
        entity._attr_native_value = number  # type: ignore[attr-defined]  # noqa: SLF001
    entity.async_write_ha_state()
