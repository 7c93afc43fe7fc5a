"""Simulated devices that speak ISAPI: cameras, recorders, a door station and a hostile one."""

from simulators.wire.auth import VARIANTS, User

from .alerts import STYLES
from .device import IsapiSimulator
from .framing import FRAMINGS
from .profiles import PROFILES
from .server import DEFAULT_PASSWORD, Fault, RequestRecord

__all__ = [
    "DEFAULT_PASSWORD", "FRAMINGS", "PROFILES", "STYLES", "VARIANTS", "Fault", "IsapiSimulator", "RequestRecord", "User",
]  # fmt: skip
