"""Simulated devices that speak ISAPI: cameras, recorders, a door station and a hostile one."""

from simulators.wire.auth import VARIANTS, User

from .alerts import STYLES
from .device import IsapiSimulator
from .fault_table import FAULTS, fault_names
from .framing import FRAMINGS
from .profiles import PROFILES
from .replay import IsapiReplay
from .scenario import SCRIPTS
from .server import DEFAULT_PASSWORD, Fault, RequestRecord

__all__ = [
    "DEFAULT_PASSWORD",
    "FAULTS",
    "FRAMINGS",
    "PROFILES",
    "SCRIPTS",
    "STYLES",
    "VARIANTS",
    "Fault",
    "IsapiReplay",
    "IsapiSimulator",
    "RequestRecord",
    "User",
    "fault_names",
]
