"""Which systems can be simulated, and what the demonstration of each consists of."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from .control import Member
from .hikcentral.demo import demo as hikcentral_demo
from .ip_receiver.demo import demo as ip_receiver_demo
from .isapi.demo import demo as isapi_demo
from .isapi.recorded import RecordedMember
from .ivm.demo import demo as ivm_demo

PORTS_PER_SYSTEM = 100


class Fleet(Protocol):
    """Makes the members of one system's demonstration."""

    def __call__(self, base_port: int, seed: int, *, living: bool) -> Sequence[Member]:
        """`base_port` 0 takes free ports; `living`: things happen by themselves."""


FLEETS: Mapping[str, Fleet] = {
    "isapi": isapi_demo,
    "hikcentral": hikcentral_demo,
    "ip_receiver": ip_receiver_demo,
    "ivm": ivm_demo,
}


def demo_fleet(systems: Sequence[str], base_port: int, seed: int, *, living: bool) -> list[Member]:
    """Make the members of some systems, each system with a range of ports of its own."""
    members: list[Member] = []
    for place, (name, fleet) in enumerate(FLEETS.items()):
        if name in systems:
            members += fleet(base_port and base_port + place * PORTS_PER_SYSTEM, seed, living=living)
    return members


class UnusableRecordingError(Exception):
    """A file that is no recording; says which and why."""


def recorded_fleet(files: Sequence[Path], base_port: int) -> list[Member]:
    """Make a member of each diagnostics file. Raises `UnusableRecordingError`."""
    members: list[Member] = []
    for place, file in enumerate(files):
        try:
            members.append(RecordedMember(file, port=base_port and base_port + place))
        except OSError as error:
            raise UnusableRecordingError(f"{file} cannot be read: {error.strerror or error}") from error
        except ValueError as error:
            raise UnusableRecordingError(f"{file} cannot be replayed: {error}") from error
    return members
