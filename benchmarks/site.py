"""Sites of any size without a network: facts multiplied from a real recorder's, and a system that has read them."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar, override
from unittest.mock import patch

import aiohttp
from homeassistant.core import HomeAssistant

from custom_components.hikvision_ivm.coordinator import IvmCoordinator
from custom_components.hikvision_ivm.systems.base import PushHealth, PushState, Runtime, Sink, Tier
from custom_components.hikvision_ivm.systems.isapi import IsapiSystem
from custom_components.hikvision_ivm.systems.isapi.records import Channel, Facts, Trigger
from custom_components.hikvision_ivm.systems.isapi.router import EventRouter
from custom_components.hikvision_ivm.systems.model import Identity, Inventory
from simulators.isapi import IsapiSimulator

from .device import PASSWORD, USERNAME
from .house import add_entry

MODEL_CHANNELS = 8


async def model_facts() -> Facts:
    """Read a simulated recorder of a few channels."""
    async with (
        IsapiSimulator(profile="nvr", channels=MODEL_CHANNELS, username=USERNAME, password=PASSWORD) as device,
        aiohttp.ClientSession() as session,
    ):
        data = {"url": device.url, "username": USERNAME, "password": PASSWORD}
        system = IsapiSystem.create(session, data, {}, Runtime())
        await system.identify()
        await system.inventory()
        return system.facts


def multiplied(facts: Facts, channels: int) -> Facts:
    """Return the facts of a recorder with so many channels of the same make."""
    model = facts.channels[1]
    numbers = range(1, channels + 1)
    own = [trigger for trigger in facts.triggers if trigger.channel is None]
    per_channel = [trigger for trigger in facts.triggers if trigger.channel == 1]
    return replace(
        facts,
        channels=MappingProxyType({number: _channel(model, facts, number) for number in numbers}),
        triggers=(*own, *(_trigger(trigger, number) for number in numbers for trigger in per_channel)),
        ports=tuple(port for port in facts.ports if not port.proxied),
    )


def _channel(model: Channel, facts: Facts, number: int) -> Channel:
    streams = tuple(replace(stream, id=f"{number}{stream.number:02}") for stream in model.streams)
    device_id = model.device_id.removesuffix("1") + str(number)
    return replace(
        model, number=number, device_id=device_id, name=f"Camera {number}", serial=None, mac=None, streams=streams
    )


def _trigger(model: Trigger, number: int) -> Trigger:
    return replace(model, id=f"{model.id.rpartition('-')[0]}-{number}", channel=number)


class ReadSystem(IsapiSystem):
    """An ISAPI system that has read its facts already and whose device is silent."""

    ready: ClassVar[Facts]

    @override
    async def identify(self) -> Identity:
        """Know it already."""
        return self.ready.identity

    @override
    async def inventory(self) -> Inventory:
        """Build it from the facts."""
        return self._use(self.ready)

    @override
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """There are no details."""

    @override
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Nothing changed."""

    @override
    async def listen(self, sink: Sink) -> None:
        """Be connected."""
        sink.push_health(PushHealth(PushState.HEALTHY))
        sink.report(self.router.settle())
        await asyncio.Event().wait()

    @property
    def router(self) -> EventRouter:
        """The real router of this site."""
        assert self._router is not None
        return self._router


@asynccontextmanager
async def site(hass: HomeAssistant, facts: Facts) -> AsyncGenerator[tuple[IvmCoordinator, ReadSystem]]:
    """Set up a config entry that stands for a site."""
    system_class = type("Ready", (ReadSystem,), {"ready": facts})
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": system_class}):
        data = {"system": "isapi", "url": "http://127.0.0.1:1", "username": USERNAME, "password": PASSWORD}
        entry = await add_entry(hass, data)
        await hass.async_block_till_done()
        yield entry.runtime_data, entry.runtime_data.system
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()
