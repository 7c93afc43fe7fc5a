"""What a simulated site consists of."""

from dataclasses import dataclass

from .domains.plan import DomainPlan


@dataclass(frozen=True, kw_only=True)
class SitePlan(DomainPlan):
    """Numbers of everything. Ids count from "1" in each kind, so the same id means different things (§3)."""

    product: str = "HikCentral Professional"
    version: str = "V2.2.2.0"
    sites: int = 1
    """Site "0" is the current one; encoders and cameras are spread over all sites."""
    areas: int = 3
    """Areas of each site; the sites use the same ids."""
    encoders: int = 2
    cameras: int = 6
    """Cameras of encoders; door stations' and on-board cameras come on top."""
    ptz: int = 1
    """How many of the cameras move: the first ones."""
    anpr: int = 1
    """How many read plates: those after the moving ones."""
    counting: int = 1
    """How many count people: those after the plate readers."""
    thermal: int = 0
    """How many see heat: those after the counting ones."""
    controllers: int = 1
    doors: int = 2
    readers: int = 2
    """Card readers of each door."""
    door_cameras: int = 0
    """Cameras whose parent is an access controller; hidden by the default `deviceType`."""
    inputs: int = 2
    outputs: int = 2
    controller_inputs: int = 0
    """Alarm inputs of access controllers, on top; hidden by the default `deviceType`."""
    controller_outputs: int = 0
    orphan_inputs: int = 0
    """Alarm inputs of an alarm device, which no list shows (`devResourceType` alarmDevice)."""
    mobile_devices: int = 0
    mobile_cameras: int = 0
    """On-board cameras, on top; hidden by the default `deviceType`."""
    record_servers: int = 1
    pools: int = 2
    """Storage pools of each recording server; the last one is for pictures."""
    stream_servers: int = 1
    intelligent_servers: int = 0
