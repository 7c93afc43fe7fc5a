"""What the tests of commands share: a client on a simulated device, and time that passes when it is slept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.isapi.client import AnswerHook, IsapiClient
from custom_components.hikvision_ivm.systems.isapi.records import Channel, ChannelOrigin, Facts, Trigger, UnitKind
from custom_components.hikvision_ivm.systems.model import Identity
from custom_components.hikvision_ivm.systems.transport.http import Credentials, HttpClient, Policy
from simulators.isapi import IsapiSimulator


class Time:
    """A clock that only moves when somebody sleeps; `slept` are the seconds."""

    def __init__(self, start: datetime | None = None) -> None:
        """Start now, or at a given moment."""
        self.start = start or datetime.now(UTC)
        self.slept: list[float] = []
        self.passed = 1000.0

    async def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self.slept.append(seconds)
        self.passed += seconds

    def runtime(self) -> Runtime:
        """Return a runtime of this clock."""
        return Runtime(
            now=lambda: self.start + timedelta(seconds=self.passed - 1000.0),
            monotonic=lambda: self.passed,
            sleep=self.sleep,
        )


@asynccontextmanager
async def connected(
    device: IsapiSimulator,
    time: Time | None = None,
    *,
    policy: Policy | None = None,
    hook: AnswerHook | None = None,
    anonymous: bool = False,
) -> AsyncIterator[IsapiClient]:
    """Yield a client of a simulated device; `anonymous`: for one that wants no login, so that no request waits for one."""
    runtime = (time or Time()).runtime()
    async with aiohttp.ClientSession() as session:
        credentials = Credentials(username=device.username, password=device.password)
        http = HttpClient(
            session, device.url, None if anonymous else credentials, runtime=runtime, policy=policy or Policy()
        )
        yield IsapiClient(http, runtime, on_answer=hook)


def facts(
    kind: UnitKind = UnitKind.CAMERA,
    *,
    origin: ChannelOrigin = ChannelOrigin.LOCAL,
    channels: int = 1,
    triggers: tuple[Trigger, ...] = (),
    capabilities: dict[str, str] | None = None,
) -> Facts:
    """Return what was read of a made-up device."""
    single = kind is UnitKind.CAMERA and channels == 1
    return Facts(
        identity=Identity(unique_id="unit", name="Unit"),
        kind=kind,
        device_type="IPCamera" if kind is UnitKind.CAMERA else "NVR",
        capabilities=capabilities or {},
        channels={
            number: Channel(number=number, device_id="unit" if single else f"unit_{number}", origin=origin)
            for number in range(1, channels + 1)
        },
        triggers=triggers,
    )
