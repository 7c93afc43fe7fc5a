"""What the tests of commands share: a simulated receiver, its panels as we know them, and commands to them."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, Self

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.errors import UnsupportedError
from custom_components.hikvision_ivm.systems.ip_receiver.client import ReceiverClient
from custom_components.hikvision_ivm.systems.ip_receiver.commands import Commands
from custom_components.hikvision_ivm.systems.ip_receiver.features import panel_part
from custom_components.hikvision_ivm.systems.ip_receiver.panel import PanelState
from custom_components.hikvision_ivm.systems.ip_receiver.reading import Reader
from custom_components.hikvision_ivm.systems.ip_receiver.records import ConnectionMode, PanelEvent
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.model import (
    AlarmPanelFeature,
    ButtonFeature,
    Feature,
    Report,
    SelectFeature,
    SwitchFeature,
)
from custom_components.hikvision_ivm.systems.values import ArmState
from simulators.ip_receiver import IpReceiverSimulator
from simulators.ip_receiver.plans import PanelPlan

from .panel_bench import NOON, UID
from .receiver import connected, record

CONTROL = "/ISAPI/SecurityCP/control/"
HASTE = 100.0
"""So much faster do pauses pass."""


async def hasten(seconds: float) -> None:
    """Sleep, but not that long."""
    await asyncio.sleep(seconds / HASTE)


class CommandBench:
    """`looked`: what was read because of commands; `soon`: panels that were to be read a moment later."""

    def __init__(
        self, receiver: IpReceiverSimulator, client: ReceiverClient, runtime: Runtime, options: dict[str, Any]
    ) -> None:
        """Nothing is read yet."""
        self.receiver = receiver
        self.client = client
        self.runtime = runtime
        self.reader = Reader(client)
        self.background = Background()
        self.panels: dict[str, PanelState] = {}
        self.looked: list[tuple[str, frozenset[What]]] = []
        self.soon: list[str] = []
        self.states: dict[int, list[ArmState | None]] = {}
        for panel in receiver.panels:
            plan = panel.state.plan
            otap = isinstance(plan, PanelPlan) and plan.otap
            device = record(receiver, panel.name, mode=ConnectionMode.OTAP if otap else ConnectionMode.ISUP)
            self.panels[device.id] = PanelState(UID, device, options, runtime, self.background, self._told)
        self.commands = Commands(
            UID, client, runtime, options, self.background,
            panel=self.panels.get, look=self.look, soon=self.soon.append,
        )  # fmt: skip
        for state in self.panels.values():
            self.commands.watch(state)

    def _told(self, report: Report) -> None:
        """Nobody listens; states are asked for."""

    @property
    def panel(self) -> PanelState:
        """The only panel, or the first one."""
        return next(iter(self.panels.values()))

    async def read(self) -> Self:
        """Read everything."""
        for device in self.panels:
            await self.look(device, frozenset(What))
        self.looked.clear()
        return self

    async def look(self, device: str, what: Collection[What]) -> None:
        """Read some of a panel, as the system does."""
        self.looked.append((device, frozenset(what)))
        panel = self.panels[device]
        for one in What:
            if one not in what:
                continue
            asked_at = self.runtime.monotonic()
            try:
                match one:
                    case What.PARTITIONS:
                        panel.take_partitions(await self.reader.partitions(panel.device), asked_at)
                    case What.ZONES:
                        panel.take_zones(await self.reader.zones(panel.device), asked_at)
                    case What.PERIPHERALS:
                        panel.take_peripherals(await self.reader.peripherals(panel.device), asked_at)
            except UnsupportedError:
                assert panel.device.is_otap or one is not What.PARTITIONS

    def event(self, code: str, partition: int | None = 1, **more: Any) -> None:
        """Let a report arrive now."""
        event = PanelEvent(
            device=self.panel.device.id, code=code, partition=partition, received=NOON,
            moment=self.runtime.monotonic(), **more,
        )  # fmt: skip
        self.panel.take_event(event)

    def features(self, panel: PanelState | None = None) -> list[Feature]:
        """Return what a panel offers."""
        found = panel or self.panel
        bypass = not self.commands.is_bypass_refused(found.device.id)
        return list(panel_part(UID, found.facts, bypass=bypass).features)

    def partition(self, number: int | None = 1, panel: PanelState | None = None) -> AlarmPanelFeature:
        """Return a partition, None: the whole panel."""
        for feature in self.features(panel):
            if isinstance(feature, AlarmPanelFeature) and feature.part in {
                "" if number is None else str(number),
                "all",
            }:
                return feature
        raise AssertionError(number)

    def of[F: SwitchFeature | SelectFeature | ButtonFeature](self, kind: type[F], word: str) -> list[F]:
        """Return the features of a type and a kind, in order."""
        return [one for one in self.features() if isinstance(one, kind) and one.kind.value == word]

    @property
    def sent(self) -> list[str]:
        """Path and way of every command that was let in, in order."""
        return [
            request.path.removeprefix(CONTROL) + (f" {ways}" if (ways := request.query.get("ways")) else "")
            for request in self.receiver.requests
            if request.path.startswith(CONTROL) and request.authorized
        ]

    async def until(self, state: ArmState | None, number: int = 1) -> None:
        """Wait until a partition shows something."""
        async with asyncio.timeout(5):
            while self.panel.state(number) is not state:
                await asyncio.sleep(0.005)


@asynccontextmanager
async def bench(
    *plans: PanelPlan, options: dict[str, Any] | None = None, memory: dict[str, Any] | None = None, **knobs: Any
) -> AsyncIterator[CommandBench]:
    """Start a receiver with panels and read them."""
    runtime = Runtime(sleep=hasten, memory={} if memory is None else memory)
    async with (
        IpReceiverSimulator(plans or (PanelPlan(partitions=2, zones=6),), **knobs) as receiver,
        connected(receiver, runtime=runtime) as client,
    ):
        made = await CommandBench(receiver, client, runtime, options or {}).read()
        receiver.requests.clear()
        try:
            yield made
        finally:
            await made.background.cancel()
