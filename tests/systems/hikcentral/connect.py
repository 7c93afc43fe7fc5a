"""A client of a simulated platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.hikcentral.client import HikCentralClient
from custom_components.hikvision_ivm.systems.hikcentral.signature import Keys
from custom_components.hikvision_ivm.systems.transport.gate import CredentialGate
from custom_components.hikvision_ivm.systems.transport.http import HttpClient
from simulators.hikcentral import HikCentralSimulator


@asynccontextmanager
async def connected(
    platform: HikCentralSimulator,
    runtime: Runtime | None = None,
    *,
    app_secret: str | None = None,
    app_key: str | None = None,
    user_id: str = "",
    domain: str = "",
    confirm: bool = False,
    **settings: Any,
) -> AsyncIterator[HikCentralClient]:
    """Yield a client; `settings` are those of `HttpClient`. Nothing is sent yet."""
    runtime = runtime or Runtime()
    async with aiohttp.ClientSession() as session:
        http = HttpClient(session, platform.url, None, runtime=runtime, **settings)
        keys = Keys(app_key or platform.app_key, app_secret or platform.app_secret)
        yield HikCentralClient(
            http, keys, runtime, user_id=user_id, domain=domain, gate=CredentialGate(runtime, confirm=confirm)
        )
