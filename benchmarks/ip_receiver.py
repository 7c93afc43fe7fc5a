"""Figures of a Hik IP Receiver Pro."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
import gc
import time
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from custom_components.hikvision_ivm.systems.ip_receiver.records import ZoneAddress
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import SwitchFeature

from .cuts import right_after_cuts
from .figures import Figure
from .house import DOMAIN, add_bare_entities, add_entry, entities_of, home_assistant, registered
from .receiver import ReceiverProcess
from .reports import cost_per_report

PANELS, ZONES = 200, 64
RATE, SECONDS = 50, 40
DELAY = 0.02
ROUNDS = 3
SWITCHES = 32
SETTLED_SECONDS = 12.0
"""Until the looks are over that events of commands ask for."""
LOCKED_OUT_SECONDS = 45.0
"""For which it is counted how often a wrong password is tried."""
CUTS = 500


async def measure() -> AsyncIterator[Figure]:
    """Measure everything, one figure after the other."""
    async for figure in _reports():
        yield figure
    async for figure in _commands():
        yield figure
    yield await _start()
    async for figure in _cuts():
        yield figure
    for changed in (False, True):
        yield await _wrong_password(changed=changed)


# events


async def _reports() -> AsyncIterator[Figure]:
    """From a part that is complete to written states, in 200 houses."""
    with ReceiverProcess(PANELS, ZONES) as receiver:
        async with home_assistant() as hass:
            entry = await add_entry(hass, receiver.data)
            seen: dict[str, float] = {}
            hass.bus.async_listen(EVENT_STATE_CHANGED, _noting(seen))
            while not receiver.streams():
                await asyncio.sleep(0.1)
            await asyncio.sleep(5)  # let the background of set-up finish
            gc.collect()
            told: dict[str, float] = await receiver.do("burst", RATE, SECONDS)
            await asyncio.sleep(1)
            states = len(entities_of(hass))
            features = len(entry.runtime_data.inventory.features)
        lost = len(told.keys() - seen.keys())
        delays = sorted((seen[uuid] - moment) * 1000 for uuid, moment in told.items() if uuid in seen)
        late = delays[int(len(delays) * 0.99)]
        name = f"{PANELS} panels × {ZONES} zones ({states} entities of {features}), {RATE} events/s for {SECONDS} s"
        yield Figure(name=f"{name}: lost", value=lost, unit="events", target="0", met=lost == 0)
        yield Figure(name="from the event to the states that are written, p99", value=late, unit="ms", target="≤ 50 ms",
                     met=late <= 50)  # fmt: skip
        cost = await cost_per_report(receiver)
    yield Figure(
        name=f"CPU from bytes to states written, per event ({cost.writes:.2f} writes)", value=cost.ours, unit="µs",
        reference=cost.bare, target="≤ 4 ×", met=cost.ours <= 4 * cost.bare,
    )  # fmt: skip


def _noting(seen: dict[str, float]) -> Any:
    """Return a listener that notes when an event entity told a report, which it does last of all."""

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.domain == "event" and "uuid" in state.attributes:
            seen.setdefault(state.attributes["uuid"], time.monotonic())

    return note


# commands


async def _commands() -> AsyncIterator[Figure]:
    """Requests for 32 switches at once, in each of two houses, until every command is confirmed."""
    with ReceiverProcess(2, SWITCHES, more={"peripherals": False}) as receiver:
        async with home_assistant() as hass:
            entry = await add_entry(hass, receiver.data)
            await asyncio.sleep(3)
            switches = _bypass_switches(hass, entry.runtime_data.inventory.of(SwitchFeature))
            counts, later = [], []
            for service, state in (("turn_on", "on"), ("turn_off", "off")):
                before = len(receiver.requests())
                await hass.services.async_call("switch", service, {"entity_id": switches}, blocking=True)
                done = len(receiver.requests())
                if any(hass.states.get(one).state != state for one in switches):  # type: ignore[union-attr]
                    raise RuntimeError(f"not every switch is {state}")
                await asyncio.sleep(SETTLED_SECONDS)
                requests = receiver.requests()
                counts.append(max(Counter(index for _, index in requests[before:done] if index).values()))
                later.append(max(Counter(index for _, index in requests[done:] if index).values(), default=0))
    yield Figure(
        name=f"requests per panel for {SWITCHES} bypass switches at once", value=max(counts), unit="requests",
        target="≤ 2", met=max(counts) <= 2,
    )  # fmt: skip
    yield Figure(
        name=f"requests per panel in the {SETTLED_SECONDS:.0f} s after, because of what it tells of them",
        value=max(later), unit="requests", target="≤ 4", met=max(later) <= 4,
    )  # fmt: skip


def _bypass_switches(hass: HomeAssistant, features: Any) -> list[str]:
    """Return the switches of all zones."""
    registry = er.async_get(hass)
    found = [
        registry.async_get_entity_id("switch", DOMAIN, feature.id)
        for feature in features
        if feature.kind is Kind.ZONE_BYPASS and isinstance(feature.address, ZoneAddress)
    ]
    switches = [entity_id for entity_id in found if entity_id is not None]
    if len(switches) != 2 * SWITCHES:
        raise RuntimeError(f"there are {len(switches)} switches")
    return switches


# set-up


async def _start() -> Figure:
    """Time until the entities of 50 houses exist, against the same without us."""
    ours, bare = [], []
    counts: Counter[str] = Counter()
    with ReceiverProcess(50, 32, more={"peripherals": 16}, delay=DELAY) as receiver:
        for _ in range(ROUNDS):
            async with home_assistant() as hass:
                start = time.perf_counter()
                entry = await add_entry(hass, receiver.data)
                ours.append(time.perf_counter() - start)
                states = len(entities_of(hass))
                counts, disabled = registered(hass, entry.entry_id)
                devices = len(entry.runtime_data.inventory.devices)
            async with home_assistant() as hass:
                start = time.perf_counter()
                await add_bare_entities(hass, counts, devices=devices, disabled=disabled)
                bare.append(time.perf_counter() - start)
    value, reference = min(ours), min(bare)
    limit = reference * 1.5 + 1
    return Figure(
        name="time until all entities exist: 50 panels, 32 zones, 16 peripherals each, "
        f"{DELAY * 1000:.0f} ms per answer ({counts.total()} registered, {states} enabled)",
        value=value, unit="s", reference=reference, target=f"≤ {limit:.2f} s (1.5 × + 1 s)", met=value <= limit,
    )  # fmt: skip


# what goes wrong


async def _cuts() -> AsyncIterator[Figure]:
    """The stream is cut again and again while a lot happens."""
    found = await right_after_cuts(CUTS)
    name = f"stream cut {CUTS} times at random bytes under {found.rate} events/s ({found.happened} reports)"
    yield Figure(name=f"{name}: partitions and zones not right after one resync", value=found.wrong, unit="states",
                 target="0", met=found.wrong == 0)  # fmt: skip
    yield Figure(name=f"{name}: partitions shown as disarmed that were not", value=found.disarmed, unit="states",
                 target=f"0 of {found.changes} changes", met=found.disarmed == 0)  # fmt: skip


async def _wrong_password(*, changed: bool) -> Figure:
    """Logins with a password that is wrong from the beginning, or changed at the receiver."""
    with ReceiverProcess(3, 8, heartbeat=1.0) as receiver:
        async with home_assistant() as hass:
            if changed:
                await add_entry(hass, receiver.data)
                await asyncio.sleep(3)
                receiver.ask("password", "Changed-1234")
                receiver.ask("drop")
            else:
                await _refused_entry(hass, {**receiver.data, "password": "Wrong-1234"})
            await asyncio.sleep(LOCKED_OUT_SECONDS)
            asked = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
            if not any(flow["context"]["source"] == SOURCE_REAUTH for flow in asked):
                raise RuntimeError("nobody is asked for the password")
            logins = int(receiver.ask("refused"))
    return Figure(
        name=f"logins with a wrong password in {LOCKED_OUT_SECONDS:.0f} s, "
        + ("changed while it runs" if changed else "from the beginning"),
        value=logins, unit="logins", target="≤ 2", met=logins <= 2,
    )  # fmt: skip


async def _refused_entry(hass: HomeAssistant, data: dict[str, Any]) -> None:
    """Set up an entry whose set-up cannot succeed."""
    try:
        await add_entry(hass, data)
    except RuntimeError:
        return
    raise RuntimeError("the receiver let a wrong password in")
