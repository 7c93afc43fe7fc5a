"""What the tests of a receiver's parts share: a client that speaks to a simulated one, in time that flows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver.client import ReceiverClient
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord
from custom_components.hikvision_ivm.systems.ip_receiver.status import read_refusal
from custom_components.hikvision_ivm.systems.transport.gate import CredentialGate
from custom_components.hikvision_ivm.systems.transport.http import Credentials, HttpClient, Policy
from simulators.ip_receiver import IpReceiverSimulator
from tests.systems.transport.clock import Clock


@asynccontextmanager
async def connected(
    receiver: IpReceiverSimulator,
    *,
    username: str = "admin",
    password: str = "Abc12345",
    runtime: Runtime | None = None,
    confirm: bool = True,
) -> AsyncIterator[ReceiverClient]:
    """Connect to a receiver that runs."""
    runtime = runtime or Clock().runtime
    async with aiohttp.ClientSession() as session:

        def make(gate: CredentialGate, *, secret_paths: bool = False) -> HttpClient:
            return HttpClient(
                session, receiver.url, Credentials(username=username, password=password), runtime=runtime, gate=gate,
                read_refusal=read_refusal, policy=Policy(secret_paths=secret_paths),
            )  # fmt: skip

        gate = CredentialGate(runtime, confirm=confirm)
        yield ReceiverClient(make(gate), make(CredentialGate(runtime, confirm=False), secret_paths=True), runtime)


def record(receiver: IpReceiverSimulator, name: str = "House", **changes: object) -> DeviceRecord:
    """Return a panel of the simulator as it is listed."""
    panel = receiver.panel(name)
    made = DeviceRecord(id=panel.serial or panel.index, index=panel.index, name=name, serial=panel.serial, type=0)
    return replace(made, **changes)  # type: ignore[arg-type]


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
