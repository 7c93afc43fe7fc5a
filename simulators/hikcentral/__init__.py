"""A simulated HikCentral Professional platform with its OpenAPI, event pushes and live streams."""

from .faults import FAULTS
from .options import Options
from .plan import SitePlan
from .platform import DEFAULT_KEY, DEFAULT_SECRET, HikCentralSimulator
from .registry import Refuse
from .server import Fault, Request
from .shaping import PROFILES
from .state import EventRecord, State

__all__ = [
    "DEFAULT_KEY",
    "DEFAULT_SECRET",
    "FAULTS",
    "PROFILES",
    "EventRecord",
    "Fault",
    "HikCentralSimulator",
    "Options",
    "Refuse",
    "Request",
    "SitePlan",
    "State",
]
