"""A simulated receiver in a process of its own, in whose houses things happen at a pace."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from multiprocessing.connection import Connection
import random
import time
from typing import Any, override

from simulators.ip_receiver import IpReceiverSimulator, Panel, many

from .child import Child, obey

USERNAME = "admin"
PASSWORD = "Bench-1234"
IDENTITY = "ip_receiver_0000000000000000"
LONGEST_CUT = 1_500
"""A stream is cut behind so many bytes at most: some two messages."""
PATIENCE = 20.0
SOON = 0.25
"""Seconds of events before a cut, at most."""

type Truth = dict[str, tuple[dict[int, tuple[str, bool]], dict[int, dict[str, Any]]]]
"""By the serial number of a panel: arming and alarm of its partitions, and its zones as on the wire with one member more:
`cleared`."""
type Moments = dict[tuple[str, int], list[tuple[float, str]]]
"""By serial number and partition: since when (monotonic seconds) it was armed in which way."""


class ReceiverProcess(Child):
    """One `IpReceiverSimulator` elsewhere."""

    def __init__(self, panels: int, zones: int, *, more: dict[str, Any] | None = None, **settings: Any) -> None:
        """Start it and wait until it answers. `more`: of the plan of each panel; `settings`: of the simulator."""
        super().__init__(_serve, panels, zones, more or {}, settings)
        self.url = str(self.told)

    @property
    def data(self) -> dict[str, object]:
        """Data of a config entry for it."""
        return {
            "system": "ip_receiver", "url": self.url, "username": USERNAME, "password": PASSWORD, "verify_ssl": True,
            "identity": IDENTITY,
        }  # fmt: skip

    def requests(self) -> list[tuple[str, str]]:
        """Return path and devIndex of every request that was let in so far."""
        return list(self.ask("requests"))

    def streams(self) -> int:
        """Return how often the stream was opened."""
        return int(self.ask("streams"))


class _Receiver(IpReceiverSimulator):
    """Notes when it tells a report: `told`, by UUID, in monotonic seconds."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.told: dict[str, float] = {}

    @override
    def new_uuid(self) -> str:
        uuid = super().new_uuid()
        self.told[uuid] = time.monotonic()
        return uuid


async def _serve(pipe: Connection, panels: int, zones: int, more: dict[str, Any], settings: dict[str, Any]) -> None:
    """Be the receiver."""
    plans = many(panels, zones, **more)
    async with _Receiver(plans, username=USERNAME, password=PASSWORD, **settings) as receiver:
        unrest = _Unrest(receiver)
        await obey(pipe, receiver.url, {
            "requests": lambda: [(r.path, r.query.get("devIndex", "")) for r in receiver.requests if r.authorized],
            "streams": lambda: receiver.streams.opened,
            "refused": lambda: receiver.logins_refused,
            "password": receiver.set_password,
            "drop": receiver.drop_streams,
            "burst": lambda rate, seconds: _burst(receiver, rate, seconds),
            "unrest": unrest.start,
            "cut": unrest.cut,
            "go_on": unrest.go_on,
            "pause": unrest.pause,
            "truth": unrest.truth,
            "moments": lambda: unrest.moments,
        })  # fmt: skip


async def _burst(receiver: _Receiver, rate: int, seconds: float) -> dict[str, float]:
    """Let things happen at an even pace, in each house in turn; return when each report was told, by UUID."""
    receiver.told.clear()
    steps = _everyday(receiver.panels)
    start = time.monotonic()
    for number in range(int(rate * seconds)):
        if (wait := start + number / rate - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        next(steps)()
    return receiver.told


def _everyday(panels: list[Panel]) -> Iterator[Callable[[], object]]:
    """Yield what happens: a house is armed, a zone gives alarm and is quiet again, it is disarmed; then the next."""
    for number in count():
        panel = panels[number % len(panels)]
        zone = list(panel.zones)[number // len(panels) % len(panel.zones)]
        yield lambda panel=panel: panel.arm(1, "away")  # type: ignore[misc]
        yield lambda panel=panel, zone=zone: panel.trip(zone)  # type: ignore[misc]
        yield lambda panel=panel, zone=zone: panel.restore(zone)  # type: ignore[misc]
        yield lambda panel=panel: panel.disarm(1)  # type: ignore[misc]


class _Unrest:
    """Things happen at random until they are paused. Every second panel is never disarmed.

    `moments`: when each partition was armed in which way. `cleared`: zones whose alarm was ended, since the last cut,
    by something that is told of their partition alone.
    """

    def __init__(self, receiver: IpReceiverSimulator) -> None:
        self.moments: Moments = {}
        self.cleared: set[tuple[str, int]] = set()
        self._receiver = receiver
        self._panels = receiver.panels
        self._chance = random.Random(7)
        self._running = asyncio.Event()

    def start(self, rate: float) -> None:
        """Begin, `rate` times a second."""
        for place, panel in enumerate(self._panels):
            for partition in panel.partitions:
                self._note(panel, partition)
                if place % 2 == 0:
                    panel.arm(partition, "away")
                    self._note(panel, partition)
        self._running.set()
        self._receiver.spawn(self._go_on(rate))

    async def _go_on(self, rate: float) -> None:
        due = time.monotonic()
        while True:
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if not self._running.is_set():
                await self._running.wait()
                due = time.monotonic()
            self._happen()

    def _happen(self) -> None:
        """Let one thing happen, which is told by one report."""
        place = self._chance.randrange(len(self._panels))
        panel = self._panels[place]
        zone = self._chance.choice(list(panel.zones.values()))
        partition = self._chance.choice(list(panel.partitions))
        match self._chance.randrange(5):
            case 0 | 1:
                (panel.restore if zone.fields["alarm"] else panel.trip)(zone.number)
            case 2:
                panel.tamper(zone.number, on=not zone.fields["tamperEvident"])
            case 3:
                self._note_cleared(panel, partition)
                panel.clear_alarm(partition)
            case _:
                ways = ["away", "stay"] if place % 2 == 0 else ["away", "stay", "disarm"]
                ways.remove(panel.partitions[partition].arming)
                way = self._chance.choice(ways)
                if way == "disarm":
                    self._note_cleared(panel, partition)
                    panel.disarm(partition)
                else:
                    panel.arm(partition, way)
                self._note(panel, partition)

    def _note(self, panel: Panel, partition: int) -> None:
        happened = self.moments.setdefault((panel.serial, partition), [])
        happened.append((time.monotonic(), panel.partitions[partition].arming))

    def _note_cleared(self, panel: Panel, partition: int) -> None:
        ended = [zone.number for zone in panel.state.zones_of([partition]) if zone.fields["alarm"]]
        self.cleared.update((panel.serial, number) for number in ended)

    async def cut(self, calm: bool) -> None:
        """Break the stream in a moment, at a byte that is as likely as any other, and wait until there is a new one.

        `calm`: nothing happens any more from then on.
        """
        opened = self._receiver.streams.opened
        await asyncio.sleep(self._chance.uniform(0.0, SOON))
        self.cleared.clear()
        self._receiver.drop_streams(after=self._chance.randrange(LONGEST_CUT))
        await self._receiver.streams.wait(opened + 1, PATIENCE)
        if calm:
            self._running.clear()

    async def pause(self) -> None:
        """Let nothing happen any more, and wait until what happened is told."""
        self._running.clear()
        await self._receiver.delivered()

    def go_on(self) -> None:
        """Let things happen again."""
        self._running.set()

    def truth(self) -> Truth:
        """Return how everything is."""
        return {
            panel.serial: (
                {number: (one.arming, one.alarm) for number, one in panel.partitions.items()},
                {
                    number: {**zone.fields, "cleared": (panel.serial, number) in self.cleared}
                    for number, zone in panel.zones.items()
                },
            )
            for panel in self._panels
        }
