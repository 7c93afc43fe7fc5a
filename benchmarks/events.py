"""What one event costs, from the bytes of its part to the states that are written."""

from collections import Counter
from dataclasses import dataclass
import gc
from itertools import count
import time

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from lxml import etree

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.isapi.records import Facts
from custom_components.hikvision_ivm.systems.transport.multipart import MultipartReader

from .house import add_bare_entities, entities_of, home_assistant, write_bare
from .site import ReadSystem, site

type Plan = list[list[tuple[str, dict[str, object]]]]

EVENT_ATTRIBUTES = ("code", "channel", "target", "region", "device_time")
BATCH = 1_000
ROUNDS = 15
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
    """Microseconds of CPU per event in a small and in a large house, and bare; states written per event.

    `small_entities` and `large_entities`: how many there are in each.
    """

    small: float
    large: float
    bare: float
    writes: float
    small_entities: int
    large_entities: int


def bodies(channels: int, numbers: count[int]) -> list[bytes]:
    """Make a batch of messages: something begins on a channel, then ends."""
    made = []
    for _ in range(BATCH // 2):
        number = next(numbers)
        channel = number % channels + 1
        moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        for state in ("active", "inactive"):
            text = ALERT.format(channel=channel, moment=moment, count=number, state=state, region=number % 1000)
            made.append(text.encode())
    return made


def framed(body: bytes) -> bytes:
    """Return a part of the stream as it is on the wire."""
    head = f'--boundary\r\nContent-Type: application/xml; charset="UTF-8"\r\nContent-Length: {len(body)}\r\n\r\n'
    return head.encode() + body + b"\r\n"


async def cost_per_event(small: Facts, large: Facts) -> Cost:
    """Measure both sites and the bare reference in turns, so that all share the machine's moods; the best turns count."""
    async with (
        home_assistant() as small_house, home_assistant() as large_house,
        site(small_house, small) as small_site, site(large_house, large) as large_site,
    ):  # fmt: skip
        numbers, channels = count(1), len(small.channels)
        plan = await _plan(small_house, *small_site, bodies(channels, numbers))
        made = await add_bare_entities(small_house, dict.fromkeys({name for words in plan for name, _ in words}, 8), 1)
        taken: dict[str, list[float]] = {"small": [], "large": [], "bare": []}
        for _ in range(ROUNDS):
            batch = bodies(channels, numbers)
            parts = [framed(body) for body in batch]
            gc.collect()
            taken["small"].append(_ours(*small_site, parts))
            taken["large"].append(_ours(*large_site, parts))
            taken["bare"].append(_bare(batch, made, plan))
            await small_house.async_block_till_done()
            await large_house.async_block_till_done()
        sizes = len(entities_of(small_house)), len(entities_of(large_house))
    best = {name: min(times) for name, times in taken.items()}
    return Cost(
        small=best["small"], large=best["large"], bare=best["bare"], writes=sum(map(len, plan)) / BATCH,
        small_entities=sizes[0], large_entities=sizes[1],
    )  # fmt: skip


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
            write_bare(made[domain][number % 8], number, told)
    return (time.process_time() - start) / len(batch) * 1e6
