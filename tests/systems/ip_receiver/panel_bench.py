"""What the tests of a panel's state share: a panel in a time that they own, and what it told."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.ip_receiver.panel import PanelState
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    DeviceRecord,
    PanelEvent,
    PartitionRecord,
    ZoneRecord,
)
from custom_components.hikvision_ivm.systems.model import Report, Unknown, Value
from custom_components.hikvision_ivm.systems.values import AlarmPanelValue, ArmState
from tests.systems.transport.clock import Clock

UID = "ip_receiver_0011223344556677"
DEVICE = "Q1"
OWN = f"{UID}_{DEVICE}"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
PARTITIONS = (1, 2)


class PanelBench:
    """A panel. `values` and `available`: what it told last of each; `told`: every state a partition was told to be in."""

    def __init__(self, *, otap: bool = False, clock: Clock | None = None, **options: Any) -> None:
        """Know nothing yet."""
        self.clock = clock or Clock(flows=False)
        self.background = Background()
        self.values: dict[str, Value | Unknown] = {}
        self.available: dict[str, bool] = {}
        self.told: dict[str, list[ArmState | None]] = {}
        mode = ConnectionMode.OTAP if otap else ConnectionMode.ISUP
        device = DeviceRecord(id=DEVICE, index="6F0D0C52", name="House", type=0, mode=mode, online=True)
        self.panel = PanelState(UID, device, options, self.clock.runtime, self.background, self._keep)

    async def __aenter__(self) -> Self:
        """Begin; needed where something ends by itself."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """End what waits."""
        await self.background.cancel()

    @property
    def now(self) -> float:
        """Monotonic seconds."""
        return self.clock.time

    def take(self, report: Report) -> Report:
        """Keep what was told, and return it."""
        self._keep(report)
        return report

    def _keep(self, report: Report) -> None:
        """Keep what was told."""
        self.values.update(report.values)
        self.available.update(report.available)
        for name, value in report.values.items():
            if "_alarm_control_panel_" in name:
                self.told.setdefault(name, []).append(value.state if isinstance(value, AlarmPanelValue) else None)

    def wait(self, seconds: float = 1.0) -> float:
        """Let time pass and return what it is then."""
        self.clock.passes(seconds)
        return self.now

    async def lapse(self, seconds: float) -> None:
        """Let time pass, and everything happen that waited for it."""
        await settle()
        self.clock.passes(seconds)
        await settle()

    # what is told

    def partitions(
        self, *words: str | None, alarm: bool | None = False, asked_at: float | None = None, **more: Any
    ) -> Report:
        """Answer how partitions 1, 2, … are armed."""
        records = [PartitionRecord(id=n, arming=word, alarm=alarm, **more) for n, word in enumerate(words, 1)]
        return self.take(self.panel.take_partitions(records, self.now if asked_at is None else asked_at))

    def records(self, *records: PartitionRecord, asked_at: float | None = None) -> Report:
        """Answer with records of partitions."""
        return self.take(self.panel.take_partitions(records, self.now if asked_at is None else asked_at))

    def zones(self, *zones: ZoneRecord, asked_at: float | None = None) -> Report:
        """Answer how zones are."""
        return self.take(self.panel.take_zones(zones, self.now if asked_at is None else asked_at))

    def event(self, code: str, partition: int | None = 1, *, seconds: float = 0.0, **more: Any) -> Report:
        """Report something, `seconds` after noon by the panel's clock if any are given."""
        more.setdefault("moment", self.now)
        time = NOON + timedelta(seconds=seconds) if seconds else None
        event = PanelEvent(device=DEVICE, code=code, partition=partition, received=NOON, time=time, **more)
        return self.take(self.panel.take_event(event))

    # what it shows

    def value(self, partition: int | str = 1) -> AlarmPanelValue | None:
        """Return the value of a partition; `""`: of the panel; None: unknown."""
        kind = f"partition_{partition}" if partition else "panel"
        found = self.values.get(f"{OWN}_alarm_control_panel_{kind}")
        return found if isinstance(found, AlarmPanelValue) else None

    def state(self, partition: int | str = 1) -> ArmState | None:
        """Return its state."""
        value = self.value(partition)
        return None if value is None else value.state

    def zone_value(self, zone: int, name: str) -> Value | Unknown | None:
        """Return the value of a feature of a zone, `binary_sensor_zone_alarm` for example."""
        return self.values.get(f"{OWN}_zone_{zone}_{name}")

    def states(self, partition: int | str = 1) -> list[ArmState | None]:
        """Return every state a partition was told to be in, in order."""
        kind = f"partition_{partition}" if partition else "panel"
        return self.told.get(f"{OWN}_alarm_control_panel_{kind}", [])


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


def zone(number: int, **more: Any) -> ZoneRecord:
    """Return a zone of partition 1 that is closed."""
    facts: Mapping[str, Any] = {
        "name": f"Door {number}",
        "status": "online",
        "alarm": False,
        "bypassed": False,
        "armed": False,
        "partition": 1,
        "detector": "magneticContact",
        "type": "Instant",
    }
    return ZoneRecord(id=number, **{**facts, **more})
