"""The simulated receiver of the demonstration: a house, a shop, a panel reached by OTAP, a camera, a doorbell, a radar."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
import random

from simulators.control import Action

from .demo_actions import make_actions
from .plans import OtherPlan, PanelPlan
from .simulator import IpReceiverSimulator

NAME = "Alarm receiver"
USERNAME = "admin"
PASSWORD = "Demo-Receiver-1"
EXIT_DELAY = 5.0
SHORTEST, LONGEST = 5.0, 20.0
"""Seconds between what happens by itself."""
PANELS = (
    PanelPlan(name="House", partitions=2, zones=11, site="Home", serial="Q11111111", shared={2: (1, 2)}, fixed=(7,),
              wired=(8,), cameras={2: ("D22222222",)},
              detectors=("slimMagneticContact", "passiveInfraredDetector", "pircam", "wirelessSmokeDetector",
                         "waterLeakDetector", "magnetShockDetector", "wirelessTemperatureHumidityDetector",
                         "panicButton", "wirelessGlassBreakDetector", "wirelessCODetector",
                         "tripleTechnologyPirDetector"),
              names=("Front door", "Hall", "Living room", "Kitchen smoke", "Bathroom water", "Bedroom window", "Cellar",
                     "Panic button", "Terrace glass", "Boiler room", "Garden")),
    PanelPlan(name="Shop", zones=4, site="Work", serial="Q33333333", link="Dual-Connection", online_by=0,
              peripherals=4, names=("Shop door", "Shop floor", "Till", "Store room smoke")),
    PanelPlan(name="Cabin", zones=4, site="Home", serial="Q44444444", otap=True,
              names=("Cabin door", "Cabin hall", "Cabin camera", "Cabin smoke")),
)  # fmt: skip
OTHERS = (
    OtherPlan(kind="video", name="Recorder", serial="D22222222"),
    OtherPlan(kind="access", name="Doorbell", serial="D55555555", channels=1),
    OtherPlan(kind="radar", name="Bedroom radar", serial="D66666666", channels=1),
    OtherPlan(kind="speaker", name="Hall speaker", serial="D77777777", channels=1),
)


class ReceiverMember:
    """One receiver with its stream, living by itself if asked to."""

    system = "ip_receiver"
    profile = "guide"

    def __init__(self, name: str, *, port: int, seed: int, living: bool) -> None:
        """`port` 0 takes a free one."""
        self.name = name
        self._make = partial(
            IpReceiverSimulator, PANELS, OTHERS, username=USERNAME, password=PASSWORD, exit_delay=EXIT_DELAY,
            port=port, tls=True, seed=seed, refuse_open=True,
        )  # fmt: skip
        self._seed = seed
        self._living = living
        self.receiver: IpReceiverSimulator | None = None

    @property
    def running(self) -> IpReceiverSimulator:
        """The receiver. Raises RuntimeError before it is started."""
        if self.receiver is None:
            raise RuntimeError(f"{self.name} is not started")
        return self.receiver

    @property
    def login(self) -> Mapping[str, str | bool]:
        """What a user types to add it; its certificate is its own and a new one with each start."""
        return {"url": self.running.url, "username": USERNAME, "password": PASSWORD, "verify_ssl": False}

    @property
    def actions(self) -> Sequence[Action]:
        """What can be done by hand."""
        return make_actions(self.running)

    async def start(self) -> None:
        """Serve, and live."""
        self.receiver = self._make()
        await self.receiver.start()
        if self._living:
            self.receiver.spawn(live(self.receiver, random.Random(self._seed)))

    async def stop(self) -> None:
        """End everything."""
        if self.receiver is not None:
            await self.receiver.stop()


async def live(receiver: IpReceiverSimulator, chance: random.Random) -> None:
    """Let everyday things happen until cancelled: doors, movement, a doorbell. Nobody sets off an alarm."""
    house = receiver.panel("House")
    while True:
        await asyncio.sleep(chance.uniform(SHORTEST, LONGEST))
        zone = chance.choice([zone for zone in house.zones.values() if zone.fields["zoneType"] in {"Delay", "Follow"}])
        happening = chance.randrange(4)
        if happening < 2 and not zone.fields["armed"]:
            house.open_zone(zone.number)
            await asyncio.sleep(chance.uniform(SHORTEST, LONGEST) / 4)
            house.close_zone(zone.number)
        elif happening < 3:
            receiver.other("Recorder").happen("VMD", chance.choice((1, 2)))
        else:
            receiver.other("Doorbell").happen("requestVoiceTalkEvent")


def demo(base_port: int, seed: int, *, living: bool) -> list[ReceiverMember]:
    """Make the receiver of the demonstration; `base_port` 0 takes a free port."""
    return [ReceiverMember(NAME, port=base_port and base_port + 1, seed=seed, living=living)]
