"""What the tests of the cloud's parts share: a client that speaks to a simulated one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ivm.client import IvmClient
from custom_components.hikvision_ivm.systems.transport.http import HttpClient, Policy
from simulators.ivm import IvmSimulator
from tests.systems.transport.clock import Clock


@asynccontextmanager
async def connected(
    cloud: IvmSimulator, *, access_key: str | None = None, secret_key: str | None = None, runtime: Runtime | None = None
) -> AsyncIterator[IvmClient]:
    """Connect to a cloud that runs."""
    runtime = runtime or Clock().runtime
    async with aiohttp.ClientSession() as session:

        def connect(url: str) -> HttpClient:
            return HttpClient(session, url, None, runtime=runtime, policy=Policy(own_login=True))

        yield IvmClient(
            connect(cloud.url), cloud.user_id, access_key or cloud.ak, secret_key or cloud.sk, runtime, connect=connect
        )


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
