"""Figures of a HikCentral platform."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
import gc
import time
from typing import Any

import aiohttp
from aiohttp import web
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import orjson

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.hikcentral.signature import Keys, signed_headers

from .figures import Figure
from .house import add_bare_entities, add_entry, entities_of, home_assistant, registered, serve, told_of, write_bare
from .platform import CAMPUS, PlatformProcess, notification

DELAY = 0.02
ROUNDS = 3
MOST_ENTITIES = 9_900
MOST_REQUESTS = 60
BATCH = 2_000
SECONDS = 30
RATE = 1000
OUTAGE = {"rate": 20, "before": 5.0, "during": 60.0, "after": 10.0}
RECOVERY_SECONDS = 90.0


async def measure() -> AsyncIterator[Figure]:
    """Measure everything, one figure after the other."""
    async for figure in _start():
        yield figure
    yield await _poll()
    yield await _callback()
    for size in (1, 20):
        async for figure in _flood(size):
            yield figure
    async for figure in _outage():
        yield figure


# set-up


async def _start() -> AsyncIterator[Figure]:
    """Time until the entities of a campus exist, against the same without us."""
    ours, asked, states = [], 0, 0
    counts: Counter[str] = Counter()
    disabled: Counter[str] = Counter()
    devices = 0
    for _ in range(ROUNDS):
        with PlatformProcess(CAMPUS, delay=DELAY) as platform:
            async with home_assistant() as hass:
                seen: list[int] = []
                _note_first(hass, platform, seen)
                start = time.perf_counter()
                entry = await add_entry(hass, platform.data)
                ours.append(time.perf_counter() - start)
                states = len(entities_of(hass))
                asked = seen[0]
                counts, disabled = registered(hass, entry.entry_id)
                devices = len(entry.runtime_data.inventory.devices)
                requests = platform.requests()[:asked]
    fetched = [await _fetch_serially(requests) for _ in range(ROUNDS)]
    bare = []
    for _ in range(ROUNDS):
        async with home_assistant() as hass:
            start = time.perf_counter()
            await add_bare_entities(hass, counts, devices=devices, disabled=disabled)
            bare.append(time.perf_counter() - start)
    value, reference = min(ours), min(bare) + min(fetched)
    limit = reference * 1.5 + 1
    yield Figure(
        name=f"time until all entities exist: 3,000 cameras, 500 doors, 1,000 inputs and outputs, {DELAY * 1000:.0f} ms "
        f"per answer ({counts.total()} registered)",
        value=value, unit="s", reference=reference, target=f"≤ {limit:.2f} s (1.5 × + 1 s)", met=value <= limit,
    )  # fmt: skip
    yield Figure(name="entities that are enabled there", value=states, unit="entities", target=f"≤ {MOST_ENTITIES:,}",
                 met=states <= MOST_ENTITIES)  # fmt: skip
    yield Figure(name="requests until they exist", value=asked, unit="requests", target=f"≤ {MOST_REQUESTS}",
                 met=asked <= MOST_REQUESTS)  # fmt: skip


def _note_first(hass: HomeAssistant, platform: PlatformProcess, seen: list[int]) -> None:
    """Count the requests at the moment the first entity exists."""

    @callback
    def first_entity(event: Event[EventStateChangedData]) -> None:
        if not seen and event.data["old_state"] is None:
            seen.append(len(platform.requests()))

    hass.bus.async_listen(EVENT_STATE_CHANGED, first_entity)


async def _fetch_serially(requests: list[tuple[str, bytes]]) -> float:
    """Seconds that the same requests take one after the other, signed and read, but with nothing made of them."""
    with PlatformProcess(CAMPUS, delay=DELAY) as platform:
        data = platform.data
        keys = Keys(str(data["app_key"]), str(data["app_secret"]))
        async with aiohttp.ClientSession() as session:
            start = time.perf_counter()
            for path, body in requests:
                await _post(session, str(data["url"]), keys, path, body)
            return time.perf_counter() - start


async def _post(session: aiohttp.ClientSession, url: str, keys: Keys, path: str, body: bytes) -> bytes:
    """Send one signed request and read the answer."""
    uri = f"/artemis/api/{path}"
    headers = signed_headers(keys, uri, timestamp=round(time.time() * 1000), nonce=f"{time.time_ns():032x}")
    async with session.post(url + uri, data=body, headers=headers) as response:
        return await response.read()


# polls


async def _poll() -> Figure:
    """CPU of a poll in which nothing changed, against decoding the same bytes."""
    with PlatformProcess(CAMPUS) as platform:
        async with home_assistant() as hass:
            entry = await add_entry(hass, platform.data)
            coordinator = entry.runtime_data
            await asyncio.sleep(3)  # let the background finish
            await coordinator.system.poll(Tier.STATUS, coordinator.sink, coordinator.wanted)
            ours = []
            for _ in range(10):
                before = len(platform.requests())
                gc.collect()
                start = time.process_time()
                await coordinator.system.poll(Tier.STATUS, coordinator.sink, coordinator.wanted)
                ours.append((time.process_time() - start) * 1000)
                requests = platform.requests()[before:]
            bodies = await _answers(platform, requests)
    decoded = []
    for _ in range(10):
        start = time.process_time()
        for body in bodies:
            orjson.loads(body)
        decoded.append((time.process_time() - start) * 1000)
    value, reference = min(ours), min(decoded)
    size = sum(map(len, bodies)) / 1024
    return Figure(
        name=f"CPU of a poll in which nothing changed, {len(bodies)} requests, {size:,.0f} KiB", value=value, unit="ms",
        reference=reference, target="≤ 3 ×", met=value <= 3 * reference,
    )  # fmt: skip


async def _answers(platform: PlatformProcess, requests: list[tuple[str, bytes]]) -> list[bytes]:
    """Return the answers to some requests."""
    data = platform.data
    keys = Keys(str(data["app_key"]), str(data["app_secret"]))
    async with aiohttp.ClientSession() as session:
        return [await _post(session, str(data["url"]), keys, path, body) for path, body in requests]


# notifications


async def _subscribed(platform: PlatformProcess) -> str:
    """Wait until the platform knows where to post to, and return it."""
    async with asyncio.timeout(30):
        while not (url := platform.destination()):
            await asyncio.sleep(0.1)
    return url


async def _callback() -> Figure:
    """CPU of a notification of one event, from the request to the states that are written, against a bare handler."""
    with PlatformProcess() as platform:
        async with home_assistant() as hass:
            runner = await serve(hass)
            await add_entry(hass, platform.data)
            url = await _subscribed(platform)
            await asyncio.sleep(2)
            writes: list[tuple[str, Mapping[str, Any]]] = []
            stop = hass.bus.async_listen(EVENT_STATE_CHANGED, _noting(writes))
            await platform.do("send", url, [notification([number], cameras=6) for number in range(-100, 0)], None)
            await hass.async_block_till_done()
            stop()
            plan = [(domain, dict(told)) for domain, told in writes]
            bare_url, bare_runner = await _bare_handler(hass, plan)
            taken: dict[str, list[float]] = {"ours": [], "bare": []}
            for turn in range(6):
                bodies = [notification([number], cameras=6) for number in range(turn * BATCH, (turn + 1) * BATCH)]
                for name, target in (("ours", url), ("bare", bare_url)):
                    gc.collect()
                    start = time.process_time()
                    await platform.do("send", target, bodies, None)
                    await hass.async_block_till_done()
                    taken[name].append((time.process_time() - start) / BATCH * 1e6)
            await bare_runner.cleanup()
            await runner.cleanup()
    value, reference = min(taken["ours"]), min(taken["bare"])
    return Figure(
        name=f"CPU of a notification with one event ({len(plan) / 100:.2f} states written)", value=value, unit="µs",
        reference=reference, target="≤ 3 ×", met=value <= 3 * reference,
    )  # fmt: skip


def _noting(writes: list[tuple[str, Mapping[str, Any]]]) -> Any:
    """Return a listener that notes which states are written with what."""

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            writes.append((state.domain, told_of(state)))

    return note


async def _bare_handler(
    hass: HomeAssistant, plan: Sequence[tuple[str, Mapping[str, Any]]]
) -> tuple[str, web.AppRunner]:
    """Serve the least that could be done: decode, write the same states as often, answer."""
    made = await add_bare_entities(hass, dict.fromkeys({domain for domain, _ in plan}, 8), devices=1)
    share = len(plan) / 100
    owed, turn = 0.0, 0

    async def handle(request: web.Request) -> web.Response:
        nonlocal owed, turn
        orjson.loads(await request.read())
        owed += share
        while owed >= 1:
            domain, told = plan[turn % len(plan)]
            write_bare(made[domain][turn % 8], turn, dict(told))
            owed -= 1
            turn += 1
        return web.Response(body=b'{"code":"0","msg":"Success"}', content_type="application/json")

    application = web.Application()
    application.router.add_post("/hook", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/hook", runner


async def _flood(size: int) -> AsyncIterator[Figure]:
    """1,000 events a second, so many in one notification, through a real connection."""
    with PlatformProcess({"cameras": 32}) as platform:
        async with home_assistant() as hass:
            runner = await serve(hass)
            await add_entry(hass, platform.data)
            url = await _subscribed(platform)
            await asyncio.sleep(2)
            seen: dict[str, float] = {}

            @callback
            def note(event: Event[EventStateChangedData]) -> None:
                state = event.data["new_state"]
                if state is not None and state.domain == "event" and "event_id" in state.attributes:
                    seen.setdefault(state.attributes["event_id"], time.monotonic())

            hass.bus.async_listen(EVENT_STATE_CHANGED, note)
            total = RATE * SECONDS
            # Only what begins is told by an event entity; every second event ends what the one before began.
            bodies = [notification(range(first, first + size), cameras=32) for first in range(0, total, size)]
            gc.collect()
            sent = await platform.do("send", url, bodies, RATE / size)
            await asyncio.sleep(1)
            await runner.cleanup()
    begun = {f"{number // 2:032x}": sent[number // size] for number in range(0, total, 2)}
    lost = len(begun.keys() - seen.keys())
    delays = sorted((seen[one] - moment) * 1000 for one, moment in begun.items() if one in seen)
    late = delays[int(len(delays) * 0.99)]
    yield Figure(name=f"{RATE} events/s for {SECONDS} s in notifications of {size}: lost", value=lost, unit="events",
                 target="0", met=lost == 0)  # fmt: skip
    yield Figure(name=f"their latency, p99, notifications of {size}", value=late, unit="ms", target="≤ 100 ms",
                 met=late <= 100)  # fmt: skip


async def _outage() -> AsyncIterator[Figure]:
    """A minute without network at 20 events a second."""
    with PlatformProcess() as platform:
        async with home_assistant() as hass:
            runner = await serve(hass)
            await add_entry(hass, platform.data)
            await _subscribed(platform)
            await asyncio.sleep(2)
            seen: Counter[str] = Counter()
            late: set[str] = set()

            @callback
            def note(event: Event[EventStateChangedData]) -> None:
                state = event.data["new_state"]
                if state is not None and state.domain == "event" and "event_id" in state.attributes:
                    seen[state.attributes["event_id"]] += 1
                    if state.attributes.get("late"):
                        late.add(state.attributes["event_id"])

            hass.bus.async_listen(EVENT_STATE_CHANGED, note)
            happened = await platform.do("outage", *OUTAGE.values())
            end = time.monotonic() + RECOVERY_SECONDS
            while time.monotonic() < end and not set(happened) <= seen.keys():
                await asyncio.sleep(0.5)
            await asyncio.sleep(3)
            await runner.cleanup()
    lost = len(set(happened) - seen.keys())
    twice = sum(count > 1 for count in seen.values())
    name = f"outage of {OUTAGE['during']:.0f} s at {OUTAGE['rate']} events/s ({len(late)} of {len(happened)} late)"
    yield Figure(name=f"{name}: lost", value=lost, unit="events", target="0", met=lost == 0)
    yield Figure(name=f"{name}: delivered twice", value=twice, unit="events", target="0", met=twice == 0)
