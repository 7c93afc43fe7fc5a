"""What the tests of commands share: a running platform with its features, a sink that keeps, and time that is slept."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.hikcentral.client import HikCentralClient
from custom_components.hikvision_ivm.systems.hikcentral.commands import ACTIONS, Commands
from custom_components.hikvision_ivm.systems.hikcentral.context import Context
from custom_components.hikvision_ivm.systems.hikcentral.features import build
from custom_components.hikvision_ivm.systems.hikcentral.records import AlarmOutput, Camera, Door, Encoder, Facts, Rule
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Feature, Problem, Unknown, Value
from custom_components.hikvision_ivm.systems.transport.gate import CredentialGate
from simulators.hikcentral import HikCentralSimulator
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan
from tests.systems.sinks import QuietSink

from .connect import connected

UID = "hikcentral_0123456789abcdef"
START = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ALL_TYPES = {"deviceType": "encodeDevice,acsDevice,mobileDevice"}


class Time:
    """A clock that only moves when somebody sleeps; what is slept takes a moment, so that the platform can follow.

    `slept`: the seconds. `blocked`: a sleep of at least so many seconds lasts until `release`, and sets `asleep`.
    """

    def __init__(self) -> None:
        """Begin at an odd moment."""
        self.slept: list[float] = []
        self.passed = 1000.0
        self.blocked: float | None = None
        self.asleep = asyncio.Event()
        self.moment = 0.03
        self._over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        if self.blocked is not None and seconds >= self.blocked:
            self.asleep.set()
            await self._over.wait()
        self.passed += seconds
        await asyncio.sleep(self.moment)

    def release(self) -> None:
        """Let every sleep end, and the next ones pass."""
        self.blocked = None
        self._over.set()
        self._over = asyncio.Event()

    def runtime(self, memory: dict[str, Any]) -> Runtime:
        """Return a runtime of this clock."""
        return Runtime(
            now=lambda: START + timedelta(seconds=self.passed - 1000.0),
            monotonic=lambda: self.passed,
            sleep=self.sleep,
            random=lambda: 0.5,
            memory=memory,
        )


@dataclass
class CommandSink(QuietSink):
    """Commands say nothing of problems at all."""

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Not even that there are none."""
        raise AssertionError(topic)


@dataclass
class Bench:
    """A platform, our side of it, and what our side tells."""

    platform: HikCentralSimulator
    client: HikCentralClient
    context: Context
    commands: Commands
    time: Time
    memory: dict[str, Any]
    sink: CommandSink = field(default_factory=CommandSink)

    def feature[F: Feature](self, type_: type[F], kind: Kind, record: str) -> F:
        """Return the feature of a kind of a camera, door or output."""
        found = [
            one
            for one in self.context.inventory().of(type_)
            if one.kind is kind and getattr(one.address, "id", None) == record
        ]
        assert len(found) == 1, found
        return found[0]

    async def act(self, action: str, features: Iterable[Feature] = (), **arguments: Any) -> Mapping[str, Any]:
        """Carry out an action."""
        return await ACTIONS[action](self.context, tuple(features), arguments, self.sink)

    async def hurry(self) -> None:
        """Let requests overtake each other: none waits until another one has proved the key."""
        self.client.gate = CredentialGate(self.context.runtime, patience=0.01)
        await self.client.call("common/v1/version")

    def value(self, feature: Feature) -> Value | Unknown:
        """Return what was told of a feature last."""
        return self.sink.values.get(feature.id, UNKNOWN)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of the requests to a path, in order."""
        return [request.body for request in self.platform.requests if request.path == path]


@asynccontextmanager
async def bench(
    *,
    profile: Any = "table",
    site: SitePlan | None = None,
    behaviour: Options | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
    memory: dict[str, Any] | None = None,
    delay: float = 0.0,
) -> AsyncIterator[Bench]:
    """Run a platform and everything that commands need; the requests so far are forgotten."""
    time = Time()
    memory = {} if memory is None else memory
    runtime = time.runtime(memory)
    async with (
        HikCentralSimulator(
            profile=profile, site=site or SitePlan(), options=behaviour, delay=delay, now=lambda: START
        ) as platform,
        connected(platform, runtime) as client,
    ):
        for word, things in (
            ("Door", platform.state.doors),
            ("Output", platform.state.outputs),
            ("Camera", platform.state.cameras),
        ):
            for id_, thing in things.items():
                thing.name = f"{word} {id_}"
        facts = await _facts(client)
        current = [build(facts, UID, options)]
        context = Context(
            client=client, runtime=runtime, options=options, uid=UID, facts=lambda: facts,
            inventory=lambda: current[0], router=_no_router,
        )  # fmt: skip
        commands = Commands(context)
        made = Bench(platform, client, context, commands, time, memory)

        def keep(features: Sequence[Feature], sink: Any) -> None:
            current[0] = current[0].including(features=features)
            sink.inventory(current[0])

        commands.presets.deliver = keep
        platform.requests.clear()
        yield made
        time.release()
        await commands.close()


def _no_router() -> Any:
    """Commands need no router."""
    raise AssertionError


async def _facts(client: HikCentralClient) -> Facts:
    """Read what commands need to know."""
    cameras = [Camera.read(one, "0") for one in await client.pages("resource/v1/cameras", ALL_TYPES)]
    doors = [Door.read(one) for one in await client.pages("resource/v1/acsDoor/acsDoorList")]
    outputs = [AlarmOutput.read(one) for one in await client.pages("resource/v1/alarmOutputs", ALL_TYPES)]
    encoders = [Encoder.read(one) for one in await client.pages("resource/v1/encodeDevice/encodeDeviceList")]
    rules = [Rule.read(one) for one in await client.pages("eventService/v1/generalEventRule/generalEventRuleList")]
    return Facts(
        version="V2.2.2.0",
        local_site="0",
        cameras={one.id: one for one in cameras if one is not None},
        doors={one.id: one for one in doors if one is not None},
        outputs={one.id: one for one in outputs if one is not None},
        encoders={one.id: one for one in encoders if one is not None},
        rules={one.id: one for one in rules if one is not None},
    )
