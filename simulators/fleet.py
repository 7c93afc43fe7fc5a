"""Which systems can be simulated, and what the demonstration of each consists of."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .control import Member
from .isapi.demo import demo as isapi_demo

PORTS_PER_SYSTEM = 100


class Fleet(Protocol):
    """Makes the members of one system's demonstration."""

    def __call__(self, base_port: int, seed: int, *, living: bool) -> Sequence[Member]:
        """`base_port` 0 takes free ports; `living`: things happen by themselves."""


FLEETS: Mapping[str, Fleet] = {"isapi": isapi_demo}


def demo_fleet(systems: Sequence[str], base_port: int, seed: int, *, living: bool) -> list[Member]:
    """Make the members of some systems, each system with a range of ports of its own."""
    members: list[Member] = []
    for place, (name, fleet) in enumerate(FLEETS.items()):
        if name in systems:
            members += fleet(base_port and base_port + place * PORTS_PER_SYSTEM, seed, living=living)
    return members
