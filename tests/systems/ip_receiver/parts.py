"""What the tests of features share: a panel, a zone that tells everything, and looking at what they become."""

from typing import Any

from custom_components.hikvision_ivm.systems.ip_receiver.features import Part, panel_part
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord, PanelFacts, ZoneRecord
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Feature

UID = "ip_receiver_0123456789abcdef"
PANEL = DeviceRecord(id="Q1", index="x", name="House", serial="Q1", model="AX", source=3, type=0)
FULL = ZoneRecord(
    id=4,
    name="Front door",
    status="online",
    tampered=False,
    shielded=False,
    bypassed=False,
    deactivated_once="off",
    deactivated="off",
    armed=False,
    alarm=False,
    battery_low=False,
    battery_level=97,
    signal=180,
    temperature=21,
    humidity=40,
    shock=False,
    tilt=False,
    pircam=True,
    detector="magnetShockDetector",
    firmware="V1",
    type="Delay",
)


def facts(*zones: ZoneRecord, device: DeviceRecord = PANEL, **more: Any) -> PanelFacts:
    """Return a panel with zones."""
    return PanelFacts(device=device, zones=zones, **more)


def part(*zones: ZoneRecord, bypass: bool = True, device: DeviceRecord = PANEL, **more: Any) -> Part:
    """Return what a panel with zones becomes."""
    return panel_part(UID, facts(*zones, device=device, **more), bypass=bypass)


def of(found: Part, device: str) -> dict[tuple[str, Kind, str], Feature]:
    """Return the features of a device."""
    return {(one.type, one.kind, one.part): one for one in found.features if one.device_id == f"{UID}_{device}"}


def kinds(found: Part, device: str) -> set[tuple[str, Kind]]:
    """Return type and kind of the features of a device."""
    return {(type_, kind) for type_, kind, _ in of(found, device)}
