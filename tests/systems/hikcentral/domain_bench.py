"""What the tests of people, parking, vehicles, care and visitors share: a platform, our side, and one clock for both."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.hikcentral.client import HikCentralClient
from custom_components.hikvision_ivm.systems.hikcentral.context import Context
from custom_components.hikvision_ivm.systems.hikcentral.dedupe import Delivered
from custom_components.hikvision_ivm.systems.hikcentral.domains import ACTIONS, Domains
from custom_components.hikvision_ivm.systems.hikcentral.features import build
from custom_components.hikvision_ivm.systems.hikcentral.inventory import InventoryReader
from custom_components.hikvision_ivm.systems.hikcentral.lists import Lists
from custom_components.hikvision_ivm.systems.hikcentral.router import EventRouter
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Feature, Inventory, Problem, Report
from simulators.hikcentral import HikCentralSimulator, SitePlan
from simulators.hikcentral.shaping import Profile
from tests.systems.sinks import QuietSink

from .connect import connected

UID = "hikcentral_0123456789abcdef"
ZONE = timezone(timedelta(hours=2))
START = datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)
"""A Friday, at noon by the platform's clock."""
PERSONAL = ("persons", "plates", "faces", "health", "visitors")


class Clock:
    """Time of platform and client; it only moves when told to, or when somebody sleeps."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.passed = 0.0

    def now(self) -> datetime:
        """Return the moment."""
        return START + timedelta(seconds=self.passed)

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.passed += seconds


@dataclass
class DomainSink(QuietSink):
    """What is read and done here changes nothing of what exists."""

    def inventory(self, inventory: Inventory) -> None:
        """Nothing here makes an inventory."""
        raise AssertionError(inventory)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Nothing here tells of problems at all."""
        raise AssertionError(topic)


@dataclass
class Bench:
    """A platform, our side of it, and what our side told."""

    platform: HikCentralSimulator
    client: HikCentralClient
    context: Context
    clock: Clock
    domains: Domains
    router: EventRouter
    sink: DomainSink = field(default_factory=DomainSink)
    wanted: set[str] = field(default_factory=set)

    def feature(self, device: str, kind: Kind, part: str = "", type_: str | None = None) -> Feature:
        """Return the one feature; `device` without the id of the system."""
        found = [
            one
            for one in self.context.inventory().features.values()
            if (one.device_id, one.kind, one.part) == (f"{UID}{device}", kind, part) and type_ in (None, one.type)
        ]
        assert len(found) == 1, f"{device} {kind} {part}: {[one.id for one in found]}"
        return found[0]

    def want(self, *kinds: Kind) -> None:
        """Look at every feature of some kinds."""
        self.wanted |= {one.id for one in self.context.inventory().features.values() if one.kind in kinds}

    async def poll(self, seconds: float = 0.0) -> Report:
        """Let time pass, and read what is due."""
        self.clock.passed += seconds
        report = await self.domains.values(self.wanted)
        self.sink.report(report)
        return report

    def value(self, device: str, kind: Kind, part: str = "", type_: str | None = None) -> Any:
        """Return what was told of a feature last; raises KeyError if nothing was."""
        return self.sink.values[self.feature(device, kind, part, type_).id]

    async def act(self, action: str, features: Iterable[Feature] = (), /, **arguments: Any) -> Mapping[str, Any]:
        """Carry out an action."""
        return await ACTIONS[action](self.context, tuple(features), arguments, self.sink)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of the requests to a path, in order."""
        return [request.body for request in self.platform.requests if request.path == path]


@asynccontextmanager
async def bench(
    profile: Profile = "table",
    plan: SitePlan | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    memory: dict[str, Any] | None = None,
    platform: HikCentralSimulator | None = None,
    clock: Clock | None = None,
    faces: Sequence[str] = (),
    user_id: str = "",
) -> AsyncIterator[Bench]:
    """Run a platform, or go on with a running one, and read its inventory; the requests so far are forgotten.

    `faces`: ids of the devices of cameras that were seen to compare faces.
    """
    clock = clock or Clock()
    if platform is None:
        async with (
            HikCentralSimulator(profile, plan, zone=ZONE, now=clock.now) as made,
            bench(options=options, memory=memory, platform=made, clock=clock, faces=faces, user_id=user_id) as found,
        ):
            yield found
        return
    runtime = Runtime(
        now=clock.now,
        monotonic=lambda: clock.passed,
        sleep=clock.sleep,
        random=lambda: 0.5,
        memory={} if memory is None else memory,
        zone=ZONE,
    )
    async with connected(platform, runtime, user_id=user_id) as client:
        chosen = dict(options or {})
        reader = InventoryReader(client, Lists(client), chosen)
        facts = await reader.read()
        inventory = build(facts, UID, chosen, refused=client.refused, faces=faces)
        context = Context(
            client=client, runtime=runtime, options=chosen, uid=UID, facts=lambda: facts, inventory=lambda: inventory,
            router=lambda: router,
        )  # fmt: skip
        domains = Domains(context)
        router = EventRouter(UID, runtime, chosen, Delivered(runtime), Background())
        router.update(facts, inventory)
        platform.requests.clear()
        yield Bench(platform, client, context, clock, domains, router)
        await domains.close()


def records(answer: Mapping[str, Any], name: str = "records") -> list[dict[str, Any]]:
    """Return the rows of an answer."""
    found = answer[name]
    assert isinstance(found, list)
    return found


__all__ = ["PERSONAL", "START", "UID", "ZONE", "Bench", "Clock", "bench", "records"]
