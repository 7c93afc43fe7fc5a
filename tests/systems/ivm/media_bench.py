"""What the tests of video and of moving cameras share: parts that speak to a simulated cloud with the same clock."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

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
from custom_components.hikvision_ivm.systems.model import Device, DeviceKind, Feature, Inventory
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from simulators.ivm.state import Channel
from tests.systems.sinks import KeepingSink
from tests.systems.transport.clock import Clock

from .cloud import connected

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""Noon in Beijing."""


@dataclass
class Bench:
    """A cloud, its context and what is delivered."""

    cloud: IvmSimulator
    clock: Clock
    sink: KeepingSink
    context: Context
    features: ChannelFeatures
    made: dict[str, Feature] = field(default_factory=dict)
    inventories: list[Inventory] = field(default_factory=list)

    def channel(self, device: str = "Gate", channel: Any = None) -> Channel:
        """Return a channel of the cloud."""
        return self.cloud.channel(device, channel)

    def address(self, device: str = "Gate", channel: Any = None) -> ChannelAddress:
        """Return what a channel is called by."""
        return ChannelAddress(*self.channel(device, channel).key)

    def feature[F: Feature](
        self, make: type[F], kind: Kind, device: str = "Gate", channel: Any = None, *, detail: str = "", **more: Any
    ) -> F:
        """Let a feature of a channel exist, and return it."""
        place = self.channel(device, channel)
        address = ChannelAddress(*place.key, detail)
        one = make(device_id=f"{place.device.id}_{place.id}", kind=kind, part=detail, address=address, **more)
        self.made[one.id] = one
        owners = sorted({feature.device_id for feature in self.made.values()})
        devices = [Device(id=owner, name=owner, kind=DeviceKind.CAMERA) for owner in owners]
        self.inventories.append(Inventory.build(devices, self.made.values()))
        return one

    def bodies(self, path: str, method: str | None = None) -> list[Any]:
        """Return the bodies of all requests whose path contains a text."""
        found = [one for one in self.cloud.requests if path in one.path and method in {None, one.method}]
        return [one.body if not isinstance(one.body, bytes) else orjson.loads(one.body or b"{}") for one in found]

    def queries(self, path: str) -> list[Mapping[str, str]]:
        """Return the queries of all requests whose path contains a text."""
        return [one.query for one in self.cloud.requests if path in one.path]


def facts_of(cloud: IvmSimulator) -> Facts:
    """Return the facts of a tenant as its lists tell them."""
    channels = {
        one.key: ChannelRecord(
            device=one.device.id, id=one.id, name=one.name, state=one.state, model=one.model, firmware=one.firmware
        )
        for one in cloud.world.channels()
    }
    devices = {
        id_: DeviceRecord(
            id=id_,
            name=one.name,
            type=one.kind_word,
            protocol=Protocol.GB28181 if one.is_gb else Protocol.HOLO,
            state=one.state,
            model=one.model,
            firmware=one.firmware,
            channels=tuple(one.channels),
        )
        for id_, one in cloud.world.devices.items()
    }
    return Facts(orgs={}, devices=devices, channels=channels)


@asynccontextmanager
async def bench(
    *devices: DevicePlan,
    options: Mapping[str, Any] | None = None,
    clock: Clock | None = None,
    memory: dict[str, Any] | None = None,
    **more: Any,
) -> AsyncIterator[Bench]:
    """Start a cloud with some devices, by default one camera called Gate, and what works with it."""
    plan = TenantPlan(devices=devices or (DevicePlan(name="Gate"),))
    clock, sink, background = clock or Clock(), KeepingSink(), Background()
    began = clock.time
    inventories = [Inventory({}, {})]
    now: Callable[[], datetime] = lambda: NOON + timedelta(seconds=clock.time - began)  # noqa: E731
    async with IvmSimulator(plan, clock=now, **more) as cloud:
        runtime = replace(clock.runtime, now=now, memory={} if memory is None else memory)
        async with connected(cloud, runtime=runtime) as client:
            context = Context(
                client=client,
                runtime=runtime,
                options=MappingProxyType(dict(options or {})),
                uid="ivm_1",
                background=background,
                facts=lambda: facts_of(cloud),
                inventory=lambda: inventories[-1],
                deliver=sink.report,
            )
            yield Bench(cloud, clock, sink, context, ChannelFeatures(context.inventory), inventories=inventories)
            await background.cancel()
