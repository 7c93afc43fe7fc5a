"""The simulated HikCentral platform of the demonstration: an office with a warehouse, a bus, a car park and a ward."""

from collections.abc import Mapping, Sequence
from functools import partial

from simulators.control import Action

from .demo_actions import make_actions
from .plan import SitePlan
from .platform import HikCentralSimulator

NAME = "Office platform"
APP_KEY = "24060001"
APP_SECRET = "Demo-Secret-000000001"
PLAN = SitePlan(
    sites=2, areas=4, encoders=2, cameras=6, ptz=1, anpr=1, counting=1, thermal=1, controllers=1, doors=3,
    door_cameras=1, inputs=3, outputs=2, controller_inputs=1, mobile_devices=1, mobile_cameras=1, mobile_vehicles=1,
    record_servers=1, stream_servers=1, intelligent_servers=1,
)  # fmt: skip


class HikCentralMember:
    """One platform with its streams, living by itself if asked to."""

    system = "hikcentral"
    profile = "table"

    def __init__(self, name: str, *, port: int, seed: int, living: bool) -> None:
        """`port` 0 takes a free one."""
        self.name = name
        self._make = partial(
            HikCentralSimulator, profile="table", site=PLAN, app_key=APP_KEY, app_secret=APP_SECRET, port=port,
            tls=True, seed=seed,
        )  # fmt: skip
        self._seed = seed
        self._living = living
        self.platform: HikCentralSimulator | None = None

    @property
    def running(self) -> HikCentralSimulator:
        """The platform. Raises RuntimeError before it is started."""
        if self.platform is None:
            raise RuntimeError(f"{self.name} is not started")
        return self.platform

    @property
    def login(self) -> Mapping[str, str | bool]:
        """What a user types to add it; its certificate is its own and a new one with each start."""
        return {"url": self.running.url, "app_key": APP_KEY, "app_secret": APP_SECRET, "verify_ssl": False}

    @property
    def actions(self) -> Sequence[Action]:
        """What can be done by hand."""
        return make_actions(self.running)

    async def start(self) -> None:
        """Serve, and live."""
        self.platform = self._make()
        await self.platform.start()
        if self._living:
            self.platform.live(seed=self._seed)

    async def stop(self) -> None:
        """End everything."""
        if self.platform is not None:
            await self.platform.stop()


def demo(base_port: int, seed: int, *, living: bool) -> list[HikCentralMember]:
    """Make the platform of the demonstration; `base_port` 0 takes a free port."""
    return [HikCentralMember(NAME, port=base_port and base_port + 1, seed=seed, living=living)]
