"""What the tests of channel settings share: parts that speak to a simulated cloud, and features of its channels."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.ivm.channel_features import ChannelFeatures
from custom_components.hikvision_ivm.systems.ivm.context import Context
from custom_components.hikvision_ivm.systems.ivm.records import (
    ChannelAddress,
    ChannelRecord,
    DeviceRecord,
    Facts,
    Protocol,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Device, DeviceKind, Feature, Inventory, Report
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from simulators.ivm.state import Channel
from tests.systems.sinks import QuietSink
from tests.systems.transport.clock import Clock

from .cloud import connected

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""A Wednesday, noon in Beijing."""


@dataclass
class Bench:
    """A cloud, its context and what is delivered."""

    cloud: IvmSimulator
    clock: Clock
    sink: QuietSink
    context: Context
    features: ChannelFeatures
    made: dict[str, Feature] = field(default_factory=dict)
    inventories: list[Inventory] = field(default_factory=list)
    now: datetime = NOON

    def add(self, *features: Feature) -> None:
        """Let features exist."""
        for feature in features:
            self.made[feature.id] = feature
        devices = {feature.device_id for feature in self.made.values()}
        self.inventories.append(
            Inventory.build(
                (Device(id=one, name=one, kind=DeviceKind.CAMERA) for one in sorted(devices)), self.made.values()
            )
        )

    def feature[F: Feature](
        self, make: type[F], kind: Kind, device: str = "Gate", channel: Any = None, *, detail: str = "", **more: Any
    ) -> F:
        """Let a feature of a channel exist, and return it."""
        place = self.cloud.channel(device, channel)
        one = make(
            device_id=f"{place.device.id}_{place.id}",
            kind=kind,
            part=more.pop("part", detail),
            address=ChannelAddress(place.device.id, place.id, detail),
            **more,
        )
        self.add(one)
        return one

    def value(self, feature: Feature) -> Any:
        """Return what was delivered of a feature last."""
        return self.sink.values.get(feature.id)

    def take(self, report: Report) -> None:
        """Take a report that was returned."""
        self.sink.report(report)

    def asked(self, path: str, method: str | None = None) -> int:
        """Count calls."""
        return self.cloud.count(path, method)

    def sent(self, path: str) -> list[Any]:
        """Return the bodies of all writes to a path."""
        return [one.body for one in self.cloud.requests if path in one.path and one.method in {"PUT", "POST"}]


def address_of(channel: Channel, detail: str = "") -> ChannelAddress:
    """Return what a channel is called by."""
    return ChannelAddress(*channel.key, detail)


def facts_of(cloud: IvmSimulator) -> Facts:
    """Return the facts of a tenant as its lists tell them."""
    channels = {
        one.key: ChannelRecord(device=one.device.id, id=one.id, name=one.name, state=one.state)
        for one in cloud.world.channels()
    }
    devices = {
        id_: DeviceRecord(
            id=id_,
            name=one.name,
            type=one.kind_word,
            protocol=Protocol(one.protocol),
            state=one.state,
            firmware=one.firmware,
            channels=tuple(one.channels),
        )
        for id_, one in cloud.world.devices.items()
    }
    return Facts(orgs={}, devices=devices, channels=channels)


@asynccontextmanager
async def bench(
    *devices: DevicePlan, options: dict[str, Any] | None = None, flows: bool = True, **more: Any
) -> AsyncIterator[Bench]:
    """Start a cloud with some devices, by default one camera called Gate, and what works with it."""
    plan = TenantPlan(devices=devices or (DevicePlan(name="Gate"),))
    clock, sink, background = Clock(flows=flows), QuietSink(), Background()
    made: Bench | None = None
    inventories = [Inventory({}, {})]

    def now() -> datetime:
        return NOON if made is None else made.now

    async with IvmSimulator(plan, clock=now, **more) as cloud:
        runtime = replace(clock.runtime, now=now, memory={})
        async with connected(cloud, runtime=runtime) as client:
            context = Context(
                client=client,
                runtime=runtime,
                options=MappingProxyType(options or {}),
                uid="ivm_1",
                background=background,
                facts=lambda: facts_of(cloud),
                inventory=lambda: inventories[-1],
                deliver=sink.report,
            )
            made = Bench(cloud, clock, sink, context, ChannelFeatures(context.inventory), inventories=inventories)
            yield made
            await background.cancel()
