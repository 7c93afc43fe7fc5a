"""What the tests of inventory and polling share: a running platform, and who reads it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.hikcentral.client import HikCentralClient
from custom_components.hikvision_ivm.systems.hikcentral.context import Context
from custom_components.hikvision_ivm.systems.hikcentral.features import build
from custom_components.hikvision_ivm.systems.hikcentral.inventory import InventoryReader
from custom_components.hikvision_ivm.systems.hikcentral.lists import Lists
from custom_components.hikvision_ivm.systems.hikcentral.records import Facts
from custom_components.hikvision_ivm.systems.hikcentral.status import Status
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Feature, Inventory, Report
from simulators.hikcentral import HikCentralSimulator, SitePlan
from simulators.hikcentral.options import Options
from simulators.hikcentral.shaping import Profile

from .connect import connected

UID = "hikcentral_0123456789abcdef"

EVERYTHING = SitePlan(
    sites=2,
    door_cameras=1,
    controller_inputs=1,
    controller_outputs=1,
    orphan_inputs=1,
    mobile_devices=1,
    mobile_cameras=1,
    mobile_vehicles=1,
    intelligent_servers=1,
)


class Time:
    """A clock that only moves when it is told to, or by sleeping."""

    def __init__(self) -> None:
        """Begin at an odd moment."""
        self.passed = 1000.5
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.passed += seconds


@dataclass
class Bench:
    """A platform and its readers. `asked`: how often another inventory was wished for."""

    platform: HikCentralSimulator
    client: HikCentralClient
    runtime: Runtime
    time: Time
    options: dict[str, Any]
    lists: Lists
    reader: InventoryReader
    status: Status
    inventory: Inventory = field(default_factory=lambda: Inventory.build((), ()))
    asked: int = 0

    async def read(self) -> Inventory:
        """Read what exists and take it over."""
        facts = await self.reader.read()
        self.inventory = build(facts, UID, self.options, refused=self.client.refused, known=self.inventory)
        self.status.use(facts, self.inventory)
        return self.inventory

    @property
    def facts(self) -> Facts:
        """What was read last."""
        assert self.reader.facts is not None
        return self.reader.facts

    @property
    def context(self) -> Context:
        """What matters that are polled work with."""
        return Context(
            client=self.client,
            runtime=self.runtime,
            options=self.options,
            uid=UID,
            facts=lambda: self.facts,
            inventory=lambda: self.inventory,
            router=lambda: cast("Any", None),
        )

    def feature(self, device: str, kind: Kind, part: str = "", type_: str | None = None) -> Feature:
        """Return a feature; `device` without the id of the system. Raises AssertionError if it is not exactly one."""
        found = [
            each
            for each in self.inventory.features.values()
            if each.device_id == f"{UID}{device}"
            and each.kind is kind
            and each.part == part
            and type_ in (None, each.type)
        ]
        assert len(found) == 1, f"{device} {kind} {part}: {[each.id for each in found]}"
        return found[0]

    def value(self, report: Report, device: str, kind: Kind, part: str = "", type_: str | None = None) -> Any:
        """Return what a report says of a feature; raises KeyError if it says nothing."""
        return report.values[self.feature(device, kind, part, type_).id]

    def asked_for(self, path_part: str, since: int = 0) -> list[Mapping[str, Any]]:
        """Return the bodies of the requests whose path contains a text."""
        return [each.body for each in self.platform.requests[since:] if path_part in each.path]


@asynccontextmanager
async def bench(
    plan: SitePlan | None = None,
    profile: Profile = "table",
    *,
    options: Mapping[str, Any] | None = None,
    memory: dict[str, Any] | None = None,
    behaviour: Options | None = None,
) -> AsyncIterator[Bench]:
    """Yield a running platform that nobody has read yet."""
    time = Time()
    runtime = Runtime(
        now=lambda: datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
        monotonic=lambda: time.passed,
        sleep=time.sleep,
        random=lambda: 0.5,
        memory={} if memory is None else memory,
    )
    async with (
        HikCentralSimulator(profile, plan, options=behaviour) as platform,
        connected(platform, runtime) as client,
    ):
        lists = Lists(client)
        chosen = dict(options or {})
        made = Bench(
            platform,
            client,
            runtime,
            time,
            chosen,
            lists,
            InventoryReader(client, lists, chosen),
            Status(client, lists, runtime, UID),
        )
        made.status = Status(client, lists, runtime, UID, on_stranger=lambda: _count(made))
        yield made


def _count(made: Bench) -> None:
    made.asked += 1
