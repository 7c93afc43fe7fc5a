"""Figures of ISAPI devices."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
import gc
import time
import tracemalloc

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.isapi.records import Facts
from custom_components.hikvision_ivm.systems.model import Report

from .device import DeviceProcess
from .events import cost_per_event
from .figures import Figure
from .house import add_bare_entities, add_entry, entities_of, home_assistant
from .site import model_facts, multiplied, site

KIB = 1024
CAMERA_REQUESTS, RECORDER_REQUESTS = 12, 161
"""Requests of the leading custom integration for a camera and for a recorder of 18 channels."""
MANY = 9_900
FEW = 100
SECONDS = 30


async def measure() -> AsyncIterator[Figure]:
    """Measure everything, one figure after the other."""
    async for figure in _requests():
        yield figure
    yield await _start()
    facts = await model_facts()
    async for figure in _events(facts):
        yield figure
    async for figure in _flood():
        yield figure
    async for figure in _poll(facts):
        yield figure
    async for figure in _idle():
        yield figure
    yield await _memory(facts)


def _sized(facts: Facts, entities: int) -> Facts:
    """Return facts whose enabled features number about so many."""
    from custom_components.hikvision_ivm.systems.isapi.features import build  # noqa: PLC0415

    def enabled(channels: int) -> int:
        return sum(feature.enabled for feature in build(multiplied(facts, channels), {}).features.values())

    one, two = enabled(1), enabled(2)
    return multiplied(facts, max(1, (entities - one) // (two - one) + 1))


async def _requests() -> AsyncIterator[Figure]:
    """Requests until entities exist, and in the background afterwards."""
    for name, settings, reference, limit in (
        ("camera", {"profile": "ipc"}, CAMERA_REQUESTS, 8),
        ("18-channel recorder", {"profile": "nvr", "channels": 18}, RECORDER_REQUESTS, 14),
    ):
        with DeviceProcess(**settings) as device:
            async with home_assistant() as hass:
                counted = await _count_requests(hass, device)
        yield Figure(
            name=f"requests until entities exist, {name}", value=counted[0], unit="requests", reference=reference,
            target=f"≤ {limit}", met=counted[0] <= limit,
        )  # fmt: skip
        yield Figure(
            name=f"requests in the background afterwards, {name}", value=counted[1], unit="requests",
            target="≤ 60", met=counted[1] <= 60,
        )  # fmt: skip


async def _count_requests(hass: HomeAssistant, device: DeviceProcess) -> tuple[int, int]:
    """Return the requests of set-up, and those until the background is quiet."""
    seen: list[int] = []

    @callback
    def first_entity(event: Event[EventStateChangedData]) -> None:
        if not seen and event.data["old_state"] is None:
            seen.append(device.requests())

    hass.bus.async_listen(EVENT_STATE_CHANGED, first_entity)
    await add_entry(hass, device.data)
    last, quiet = -1, 0
    while quiet < 4:
        await asyncio.sleep(0.5)
        now = device.requests()
        quiet = quiet + 1 if now == last else 0
        last = now
    return seen[0], last - seen[0] - 1  # the event stream itself is no request of the background


async def _start() -> Figure:
    """Time until all entities exist: 32 channels, 20 ms for each answer."""
    with DeviceProcess(profile="nvr", channels=32, delay=0.02) as device:
        ours = []
        for _ in range(3):
            async with home_assistant() as hass:
                start = time.perf_counter()
                await add_entry(hass, device.data)
                ours.append(time.perf_counter() - start)
                counts = Counter(entity_id.partition(".")[0] for entity_id in entities_of(hass))
    bare = []
    for _ in range(3):
        async with home_assistant() as hass:
            start = time.perf_counter()
            await add_bare_entities(hass, counts, devices=33)
            bare.append(time.perf_counter() - start)
    value, reference = min(ours), min(bare)
    return Figure(
        name=f"time until all {counts.total()} entities exist, 32 channels, 20 ms per answer", value=value, unit="s",
        reference=reference, target=f"≤ {reference * 1.5 + 0.6:.2f} s (1.5 × + 0.6 s)", met=value <= reference * 1.5 + 0.6,
    )  # fmt: skip


async def _events(facts: Facts) -> AsyncIterator[Figure]:
    """Cost of an event, in a small house and in a large one."""
    cost = await cost_per_event(_sized(facts, FEW), _sized(facts, MANY))
    yield Figure(
        name=f"CPU from bytes to states written, per event ({cost.writes:.2f} writes)", value=cost.small, unit="µs",
        reference=cost.bare, target="≤ 4 ×", met=cost.small <= 4 * cost.bare,
    )  # fmt: skip
    yield Figure(
        name=f"the same with {cost.large_entities} entities against {cost.small_entities}", value=cost.large, unit="µs",
        reference=cost.small, target="≤ 1.15 ×", met=cost.large <= 1.15 * cost.small,
    )  # fmt: skip


async def _flood() -> AsyncIterator[Figure]:
    """1,000 events a second through a real connection."""
    rate, channels = 1000, 32
    seen: dict[int, float] = {}

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        region = event.data["new_state"].attributes.get("region") if event.data["new_state"] else None
        if region is not None and event.data["entity_id"].startswith("event."):
            seen.setdefault(int(region), time.monotonic())

    with DeviceProcess(profile="nvr", channels=channels) as device:
        async with home_assistant() as hass:
            await add_entry(hass, device.data)
            while not device.listeners():
                await asyncio.sleep(0.1)
            await asyncio.sleep(3)  # let the background finish: it is measured elsewhere
            hass.bus.async_listen(EVENT_STATE_CHANGED, note)
            gc.collect()
            sent = await device.burst(rate, SECONDS, channels)
            await asyncio.sleep(1)
    lost = len(sent) - len(seen)
    delays = sorted((seen[number] - moment) * 1000 for number, moment in enumerate(sent) if number in seen)
    late = delays[int(len(delays) * 0.99)]
    yield Figure(name=f"{rate} events/s for {SECONDS} s: lost", value=lost, unit="events", target="0", met=lost == 0)
    yield Figure(name="their latency, p99", value=late, unit="ms", target="≤ 50 ms", met=late <= 50)


async def _poll(facts: Facts) -> AsyncIterator[Figure]:
    """Poll in which nothing changed, 5,000 features."""
    async with home_assistant() as hass, site(hass, _sized(facts, 5_000)) as (coordinator, _):
        ids = [feature.id for feature in coordinator.inventory.features.values()][:5000]
        values = dict.fromkeys(ids, 20.5)
        coordinator.apply(Report(values=values))
        await hass.async_block_till_done()
        writes = Counter[str]()
        hass.bus.async_listen(EVENT_STATE_CHANGED, callback(lambda event: writes.update(["write"])))
        took = []
        for _ in range(20):
            report = Report(values=dict(values))
            start = time.perf_counter()
            coordinator.apply(report)
            took.append((time.perf_counter() - start) * 1000)
        value = sorted(took)[len(took) // 2]
        yield Figure(
            name=f"poll in which nothing changed, {len(ids)} features", value=value, unit="ms", target="≤ 5 ms",
            met=value <= 5,
        )  # fmt: skip
        yield Figure(name="state writes of that poll", value=writes.total(), unit="writes", target="0", met=not writes)


async def _idle() -> AsyncIterator[Figure]:
    """Requests a minute with a healthy stream, counted poll by poll and weighed with the periods."""
    for name, settings, limit in (
        ("camera", {"profile": "ipc"}, 3),
        ("32 channels", {"profile": "nvr", "channels": 32}, 6),
    ):
        with DeviceProcess(**settings) as device:
            async with home_assistant() as hass:
                entry = await add_entry(hass, device.data)
                whole = device.requests()
                await asyncio.sleep(4)
                coordinator, per_minute = entry.runtime_data, 0.0
                for tier, seconds in coordinator.system.periods(push_healthy=True).items():
                    if tier is Tier.INVENTORY:  # asks as much as set-up did; so soon after it, nothing would be asked
                        per_minute += whole * 60 / seconds
                        continue
                    polls = 6 if tier is Tier.DETAIL else 1
                    before = device.requests()
                    for _ in range(polls):
                        await coordinator.system.poll(tier, coordinator.sink, coordinator.wanted)
                    per_minute += (device.requests() - before) / polls * 60 / seconds
        yield Figure(
            name=f"requests per minute, idle, healthy stream, {name}", value=per_minute, unit="requests",
            target=f"≤ {limit}", met=per_minute <= limit,
        )  # fmt: skip


async def _memory(facts: Facts) -> Figure:
    """Memory of a feature beyond Home Assistant's own entity."""
    large = _sized(facts, MANY)
    async with home_assistant() as hass:
        gc.collect()
        tracemalloc.start()
        async with site(hass, large):
            counts = Counter(entity_id.partition(".")[0] for entity_id in entities_of(hass))
            gc.collect()
            ours = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    async with home_assistant() as hass:
        gc.collect()
        tracemalloc.start()
        kept = await add_bare_entities(hass, counts, devices=len(large.channels) + 1)
        gc.collect()
        bare = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    entities = sum(len(entities) for entities in kept.values())
    value = (ours - bare) / entities / KIB
    return Figure(
        name=f"memory per feature beyond Home Assistant's own entity ({entities} entities)", value=value, unit="KiB",
        reference=bare / entities / KIB, target="≤ 2 KiB", met=value <= 2,
    )  # fmt: skip
