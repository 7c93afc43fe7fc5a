"""A simulated Huawei Cloud IVM with one tenant, its devices, streams and pushes."""

from .errors import ERRORS, RefusedError
from .knobs import DIRT, Knobs
from .plans import GRANTED, DevicePlan, TenantPlan, many
from .push import MESSAGE_TYPES, Callback, Push
from .push_bodies import CLASSES, METHODS, UNBINDS
from .routes import OPERATIONS
from .server import Fault, Request
from .simulator import AK, SK, USER_ID, IvmSimulator
from .state import AlarmPlan, Channel, Cruise, Device, Plan, Preset, Recording

__all__ = [
    "AK",
    "CLASSES",
    "DIRT",
    "ERRORS",
    "GRANTED",
    "MESSAGE_TYPES",
    "METHODS",
    "OPERATIONS",
    "SK",
    "UNBINDS",
    "USER_ID",
    "AlarmPlan",
    "Callback",
    "Channel",
    "Cruise",
    "Device",
    "DevicePlan",
    "Fault",
    "IvmSimulator",
    "Knobs",
    "Plan",
    "Preset",
    "Push",
    "Recording",
    "RefusedError",
    "Request",
    "TenantPlan",
    "many",
]
