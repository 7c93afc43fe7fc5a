"""A simulated Hik IP Receiver Pro with its panels, other devices and event stream."""

from .answers import ERROR_CODES, RefusedError
from .knobs import Framing, Knobs
from .others import OtherDevice
from .panel import FAULTS, Panel
from .plans import OtherPlan, PanelPlan
from .server import Fault, Request
from .simulator import IpReceiverSimulator, many
from .state import PanelState
from .stream import Delivery

__all__ = [
    "ERROR_CODES",
    "FAULTS",
    "Delivery",
    "Fault",
    "Framing",
    "IpReceiverSimulator",
    "Knobs",
    "OtherDevice",
    "OtherPlan",
    "Panel",
    "PanelPlan",
    "PanelState",
    "RefusedError",
    "Request",
    "many",
]
