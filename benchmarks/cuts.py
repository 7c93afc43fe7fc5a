"""A stream that is cut again and again while a lot happens: is what is shown right, and never too harmless?"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
import time
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.ip_receiver.records import PartitionAddress, ZoneAddress
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Inventory

from .house import DOMAIN, add_entry, home_assistant
from .receiver import Moments, ReceiverProcess, Truth

PANELS, PARTITIONS, ZONES = 6, 2, 16
RATE = 50
CALM_SECONDS, CALM_STEPS = 0.1, 5
"""Until what was told a moment ago is written: so long at a time, and so often. Nothing is looked at meanwhile."""
BEHIND_SECONDS = 1.0
"""What is shown may be so old: a report or an answer was on its way."""
PATIENCE = 20.0
SHORTENED: Mapping[str, object] = {
    "systems.ip_receiver.stream.BACK_OFF": (0.02,),
    "systems.ip_receiver.client.PACE_SECONDS": 0.005,
    "polling.RESYNC_SECONDS": 0.0,
}
"""Pauses that spare a real receiver; hundreds of cuts would take hours with them."""
ARMED = {"away": "armed_away", "stay": "armed_home", "disarm": "disarmed"}
ON_OFF = {True: "on", False: "off"}


@dataclass(slots=True)
class Outcome:
    """States that were wrong after a resync, and changes to `disarmed` of what was armed; how much happened in all."""

    rate: int = RATE
    wrong: int = 0
    disarmed: int = 0
    changes: int = 0
    happened: int = 0
    examples: list[str] = field(default_factory=list)


async def right_after_cuts(cuts: int) -> Outcome:
    """Cut the stream so often.

    In every second round nothing happens from the new connection on, so that all must be right that the resync read;
    in the others things go on happening, so that all must be right that events carry.
    """
    outcome = Outcome()
    with ExitStack() as stack:
        for name, value in SHORTENED.items():
            stack.enter_context(patch(f"custom_components.hikvision_ivm.{name}", value))
        more = {"partitions": PARTITIONS, "peripherals": False}
        receiver = stack.enter_context(ReceiverProcess(PANELS, ZONES, more=more, heartbeat=0.5, disarm_clears=True))
        async with home_assistant() as hass:
            entry = await add_entry(hass, receiver.data)
            coordinator: IvmCoordinator = entry.runtime_data
            await _wait_for(lambda: receiver.streams() == 1)
            await asyncio.sleep(3)
            shown = _Shown(hass, coordinator.inventory)
            receiver.ask("unrest", RATE)
            await asyncio.sleep(1)
            shown.follow()
            for number in range(cuts):
                calm = number % 2 == 0
                await _cut(coordinator, receiver, calm=calm)
                wrong = await shown.wrong(receiver.ask("truth"), whole=calm)
                outcome.wrong += len(wrong)
                outcome.examples += [f"round {number}: {one}" for one in wrong]
                receiver.ask("go_on")
            await receiver.do("pause")
            moments: Moments = receiver.ask("moments")
            outcome.happened = sum(count for name, count in coordinator.statistics.items() if name == "occurrences")
            disarmed = shown.too_harmless(moments)
            outcome.changes, outcome.disarmed = len(shown.changes), len(disarmed)
            outcome.examples += disarmed
    for example in outcome.examples[:10]:
        print(example)
    return outcome


async def _cut(coordinator: IvmCoordinator, receiver: ReceiverProcess, *, calm: bool) -> None:
    """Cut the stream, and wait until it is back and everything was read once; then let nothing happen."""
    resyncs = coordinator.statistics["resyncs"]
    await receiver.do("cut", calm)
    await _wait_for(lambda: coordinator.statistics["resyncs"] > resyncs)
    await asyncio.sleep(0.01)
    await asyncio.gather(*[task for task in asyncio.all_tasks() if task.get_name().endswith(": poll resync")])
    await receiver.do("pause")


async def _wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


class _Shown:
    """What Home Assistant shows of every partition and zone. `changes`: when a partition came to show what."""

    def __init__(self, hass: HomeAssistant, inventory: Inventory) -> None:
        self.changes: list[tuple[float, str, str]] = []
        self._hass = hass
        self._partitions: dict[str, tuple[str, int]] = {}
        self._zones: dict[str, tuple[str, int, Kind]] = {}
        registry = er.async_get(hass)
        for feature in inventory.features.values():
            if (entity_id := registry.async_get_entity_id(feature.type, DOMAIN, feature.id)) is None:
                continue
            match feature.address:
                case PartitionAddress(device, int(number)) if feature.kind is Kind.PARTITION:
                    self._partitions[entity_id] = (device, number)
                case ZoneAddress(device, number) if feature.type == "binary_sensor":
                    self._zones[entity_id] = (device, number, feature.kind)
        if len(self._partitions) != PANELS * PARTITIONS or len(self._zones) < PANELS * ZONES:
            raise RuntimeError("partitions or zones are missing")

    def follow(self) -> None:
        """Keep every change of a partition from now on."""

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            state, before = event.data["new_state"], event.data["old_state"]
            if state is not None and state.entity_id in self._partitions and (
                before is None or before.state != state.state
            ):  # fmt: skip
                self.changes.append((time.monotonic(), state.entity_id, state.state))

        self._hass.bus.async_listen(EVENT_STATE_CHANGED, note)

    async def wrong(self, truth: Truth, *, whole: bool) -> list[str]:
        """Return what is shown wrongly, once it is calm. `whole`: also what no event carries, and only answers tell."""
        for _ in range(CALM_STEPS):
            await asyncio.sleep(CALM_SECONDS)
            if not (found := self._wrong(truth, whole=whole)):
                break
        return found

    def _wrong(self, truth: Truth, *, whole: bool) -> list[str]:
        found = []
        for entity_id, expected in self._expected(truth, whole=whole):
            state = self._hass.states.get(entity_id)
            if state is None or state.state != expected:
                found.append(f"{entity_id} is {state and state.state}, not {expected}")
        return found

    def _expected(self, truth: Truth, *, whole: bool) -> Iterator[tuple[str, str]]:
        for entity_id, (device, number) in self._partitions.items():
            arming, alarm = truth[device][0][number]
            yield entity_id, "triggered" if alarm else ARMED[arming]
        for entity_id, (device, number, kind) in self._zones.items():
            fields = truth[device][1][number]
            if kind is Kind.ZONE_ALARM and (whole or not fields["cleared"]):
                yield entity_id, ON_OFF[fields["alarm"]]
            elif whole and kind is Kind.TAMPER:
                yield entity_id, ON_OFF[fields["tamperEvident"]]
            elif whole and kind is Kind.ZONE:
                yield entity_id, ON_OFF[fields.get("magnetOpenStatus", fields["status"] == "trigger")]

    def too_harmless(self, moments: Moments) -> list[str]:
        """Return where a partition came to be shown as disarmed that had not been so a moment before."""
        found = []
        for moment, entity_id, state in self.changes:
            if state != "disarmed":
                continue
            history = moments[self._partitions[entity_id]]
            ends = [begin for begin, _ in history[1:]] + [float("inf")]
            if not any(
                way == "disarm" and begin <= moment and end >= moment - BEHIND_SECONDS
                for (begin, way), end in zip(history, ends, strict=True)
            ):
                found.append(f"{entity_id} was shown as disarmed")
        return found
