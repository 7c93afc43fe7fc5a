"""What one report of a panel costs, from the bytes of its part to the states that are written."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import gc
from itertools import count
import json
import time
from typing import Any, NamedTuple, override
from unittest.mock import patch
from uuid import uuid4

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity import Entity
import orjson

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.base import PushHealth, PushState, Sink
from custom_components.hikvision_ivm.systems.ip_receiver import IpReceiverSystem
from custom_components.hikvision_ivm.systems.transport.json_parts import JsonParts
from simulators.ip_receiver import Framing
from simulators.ip_receiver.event_bodies import header, parameters, report
from simulators.ip_receiver.stream import frame

from .house import add_bare_entities, add_entry, home_assistant, told_of, write_bare
from .receiver import ReceiverProcess


class Write(NamedTuple):
    """A state that is written: whose, what it is, and what is told beside it."""

    entity_id: str
    state: str
    told: dict[str, object]


type Plan = list[list[Write]]

BATCH = 1_000
ROUNDS = 15
EVERYDAY = (("3401", 6, False), ("1130", 1, True), ("3130", 1, True), ("1401", 6, False))
"""Code, CIDType, and whether it is about a zone: armed, alarm, quiet again, disarmed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU per report, and bare; states written per report."""

    ours: float
    bare: float
    writes: float


class SilentSystem(IpReceiverSystem):
    """A system that reads a real receiver, and whose stream is silent: it is fed by hand."""

    @override
    async def listen(self, sink: Sink) -> None:
        """Be connected."""
        sink.push_health(PushHealth(PushState.HEALTHY))
        await asyncio.Event().wait()

    def take(self, body: bytes, sink: Sink) -> None:
        """Take one message of the stream."""
        self._take(body, sink)


@asynccontextmanager
async def _set_up(hass: HomeAssistant, receiver: ReceiverProcess) -> AsyncGenerator[IvmCoordinator]:
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ip_receiver": SilentSystem}):
        entry = await add_entry(hass, receiver.data)
        await asyncio.sleep(3)  # let the background of set-up finish
        yield entry.runtime_data


async def cost_per_report(receiver: ReceiverProcess) -> Cost:
    """Measure ours and the bare reference in turns, so that both share the machine's moods; the best turns count."""
    async with home_assistant() as hass, _set_up(hass, receiver) as coordinator:
        numbers = count()
        system = coordinator.system
        assert isinstance(system, SilentSystem)
        panels = [device for device in system.facts.devices.values() if device.is_panel]
        zones = len(system.facts.panels[panels[0].id].zones or ())
        indexes = [device.index for device in panels]
        plan = await _plan(hass, coordinator, system, _bodies(indexes, zones, numbers))
        made = await _bare_entities(hass, plan)
        if (written := await _written(hass, lambda: _bare([b"{}"] * BATCH, made, plan))) != sum(map(len, plan)):
            raise RuntimeError(f"the reference changed {written} states")
        taken: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            batch = _bodies(indexes, zones, numbers)
            gc.collect()
            taken["ours"].append(_ours(coordinator, system, batch))
            taken["bare"].append(_bare(batch, made, plan))
            await hass.async_block_till_done()
    return Cost(ours=min(taken["ours"]), bare=min(taken["bare"]), writes=sum(map(len, plan)) / BATCH)


def _bodies(indexes: list[str], zones: int, numbers: Iterator[int]) -> list[bytes]:
    """Make a batch of messages: an everyday sequence in one house after the other."""
    made = []
    for _ in range(BATCH // len(EVERYDAY)):
        number = next(numbers)
        index, zone = indexes[number % len(indexes)], number // len(indexes) % zones
        for code, kind, of_zone in EVERYDAY:
            moment = datetime.now(UTC)
            who = parameters(None, 0, zone) if of_zone else parameters("Ann", 2, None)
            told = report(code, kind, moment, partition=1, zone=zone if of_zone else None, who=who, uuid=str(uuid4()),
                          has_video=0)  # fmt: skip
            alert: dict[str, Any] = {**header("CIDAlarm", moment, index=index, name="Site", text="CID Alarm")}
            made.append(json.dumps({"EventNotificationAlert": {**alert, "CIDAlarm": told}}).encode())
    return made


async def _bare_entities(hass: HomeAssistant, plan: Plan) -> dict[str, Entity]:
    """Add one bare entity for each of ours that is written, under its id."""
    ids: dict[str, list[str]] = {}
    for name in sorted({write.entity_id for writes in plan for write in writes}):
        ids.setdefault(name.partition(".")[0], []).append(name)
    made = await add_bare_entities(hass, {domain: len(names) for domain, names in ids.items()}, 1)
    return {name: entity for domain, names in ids.items() for name, entity in zip(names, made[domain], strict=True)}


async def _written(hass: HomeAssistant, write: Callable[[], object]) -> int:
    """Return how many states change by something."""
    changed: list[str] = []
    note = callback(lambda event: changed.append(event.data["entity_id"]))
    stop = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    write()
    await hass.async_block_till_done()
    stop()
    return len(changed)


async def _plan(hass: HomeAssistant, coordinator: IvmCoordinator, system: SilentSystem, batch: list[bytes]) -> Plan:
    """Find out which states each report of a batch writes."""
    plan: Plan = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            plan[-1].append(Write(state.entity_id, state.state, told_of(state)))

    stop = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for body in batch:
        plan.append([])
        _ours(coordinator, system, [body])
    await hass.async_block_till_done()
    stop()
    if not all(
        {"event", "alarm_control_panel"} <= {write.entity_id.partition(".")[0] for write in writes} for writes in plan
    ):
        raise RuntimeError("reports were lost")
    return plan


def _ours(coordinator: IvmCoordinator, system: SilentSystem, batch: list[bytes]) -> float:
    """Microseconds per report from bytes to written states."""
    reader, sink, framing = JsonParts(), coordinator.sink, Framing()
    parts = [frame(framing, body) for body in batch]
    start = time.process_time()
    for data in parts:
        for message in reader.feed(data):
            system.take(message, sink)
    return (time.process_time() - start) / len(parts) * 1e6


def _bare(batch: list[bytes], made: dict[str, Entity], plan: Plan) -> float:
    """Microseconds per report for decoding it and writing the same states, with the same attributes, without us."""
    start = time.process_time()
    for body, writes in zip(batch, plan, strict=True):
        orjson.loads(body)
        for entity_id, state, told in writes:
            write_bare(made[entity_id], state, told)
    return (time.process_time() - start) / len(batch) * 1e6
