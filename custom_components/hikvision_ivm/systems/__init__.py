"""The systems this integration speaks to. Nothing below this package imports Home Assistant."""

from collections.abc import Mapping
from types import MappingProxyType

from .base import System
from .hikcentral import HikCentralSystem
from .ip_receiver import IpReceiverSystem
from .isapi import IsapiSystem
from .ivm import IvmSystem

SYSTEMS: Mapping[str, type[System]] = MappingProxyType(
    {system.id: system for system in (IsapiSystem, HikCentralSystem, IpReceiverSystem, IvmSystem)}
)
