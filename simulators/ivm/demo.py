"""The simulated tenant of the demonstration: a home and a shop, with cameras, a recorder and a GB camera."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
import random

from simulators.control import Action

from .demo_actions import make_actions
from .plans import DevicePlan, TenantPlan
from .simulator import AK, SK, USER_ID, IvmSimulator

NAME = "Cloud IVM"
SHORTEST, LONGEST = 8.0, 30.0
"""Seconds between what happens by itself."""
MEDIA_OFFSET = 1
PLAN = TenantPlan(
    name="Demo",
    orgs=("Home", "Home/Garden", "Shop"),
    devices=(
        DevicePlan(name="Front door", org="Home", serial="2102412469WLK0001"),
        DevicePlan(name="Garden dome", org="Home/Garden", serial="2102412469WLK0002", model="IPC6625-Z30"),
        DevicePlan(
            kind="NVR", name="Shop recorder", org="Shop", channels=4, serial="2102412469NVR0001",
            channel_names=("Entrance", "Till", "Storeroom", "Yard"), offline_channels=(3,), ondemand=False,
        ),
        DevicePlan(protocol="GB28181", name="Car park", org="Shop", serial="34020000001320000001"),
    ),
)  # fmt: skip
HAPPENINGS = ("motion_detection", "human_detection", "over_line_alarm", "region_in_alarm", "linger_alarm")


class IvmMember:
    """One tenant, living by itself if asked to."""

    system = "ivm"
    profile = "v57"

    def __init__(self, name: str, *, port: int, seed: int, living: bool) -> None:
        """`port` 0 takes a free one."""
        self.name = name
        self._make = partial(IvmSimulator, PLAN, port=port, media_port=port and port + MEDIA_OFFSET, seed=seed)
        self._seed = seed
        self._living = living
        self.cloud: IvmSimulator | None = None

    @property
    def running(self) -> IvmSimulator:
        """The cloud. Raises RuntimeError before it is started."""
        if self.cloud is None:
            raise RuntimeError(f"{self.name} is not started")
        return self.cloud

    @property
    def login(self) -> Mapping[str, str | bool]:
        """What a user types to add it."""
        return {"url": self.running.url, "user_id": USER_ID, "access_key": AK, "secret_key": SK}

    @property
    def actions(self) -> Sequence[Action]:
        """What can be done by hand."""
        return make_actions(self.running)

    async def start(self) -> None:
        """Serve, and live."""
        self.cloud = self._make()
        await self.cloud.start()
        if self._living:
            self.cloud.spawn(live(self.cloud, random.Random(self._seed)))

    async def stop(self) -> None:
        """End everything."""
        if self.cloud is not None:
            await self.cloud.stop()


async def live(cloud: IvmSimulator, chance: random.Random) -> None:
    """Let everyday things happen until cancelled: alarms with pictures, people counted."""
    while True:
        await asyncio.sleep(chance.uniform(SHORTEST, LONGEST))
        channels = [channel for channel in cloud.world.channels() if channel.state == "ONLINE"]
        if not channels:
            continue
        channel = chance.choice(channels)
        if chance.randrange(4):
            await cloud.alarm(channel.device, channel.id, chance.choice(HAPPENINGS))
        else:
            await cloud.tlv("head_shoulder_data", channel.device, channel.id, scene=12, people_num=chance.randrange(9))


def demo(base_port: int, seed: int, *, living: bool) -> list[IvmMember]:
    """Make the tenant of the demonstration; `base_port` 0 takes free ports."""
    return [IvmMember(NAME, port=base_port and base_port + 1, seed=seed, living=living)]
