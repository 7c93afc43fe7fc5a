"""What a simulated tenant consists of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

type Kind = Literal["IPC", "NVR", "MEdge"]
type Protocol = Literal["HOLO", "GB28181"]

GRANTED: Mapping[str, str] = {
    "MANAGEMENT": "GRANT", "FULL_RECORD": "GRANT", "EVENT_RECORD": "GRANT", "INDUSTRY_DATA": "GRANT",
}  # fmt: skip
"""State of each service of a channel: GRANT, ARREAR or CLOSED; a family that is not named is CLOSED (ivm §5.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """A device with its channels."""

    kind: Kind = "IPC"
    protocol: Protocol = "HOLO"
    channels: int = 1
    org: str = ""
    """Path of the organisation, `Home/Garden`; empty: the first of the plan."""
    name: str | None = None
    channel_names: Sequence[str] = ()
    abilities: Sequence[str] | None = None
    """Of channels and device alike; None: what such a device usually has."""
    packages: Mapping[str, str] = field(default_factory=lambda: dict(GRANTED))
    ondemand: bool = True
    """Cloud storage is paid by use, so that its retention can be changed."""
    online: bool = True
    offline_channels: Sequence[int] = ()
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    """Device id: 8-32 letters and digits, or 20 digits of a GB device."""
    presets: int = 3
    cruises: int = 1
    storage_card: str = "0"
    mask: bool = False
    recorded: bool = True
    """There are recordings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPlan:
    """A tenant: its organisations, as paths below the root, and its devices."""

    name: str = "Example"
    orgs: Sequence[str] = ("Home",)
    devices: Sequence[DevicePlan] = (DevicePlan(name="Gate"),)


def many(channels: int, *, per_device: int = 16, sites: int = 10) -> TenantPlan:
    """Return the plan of a large tenant, for measurements: recorders on some sites."""
    orgs = [f"Site {number:02d}" for number in range(1, sites + 1)]
    full, rest = divmod(channels, per_device)
    sizes = [per_device] * full + ([rest] if rest else [])
    return TenantPlan(
        orgs=orgs,
        devices=[
            DevicePlan(kind="NVR", channels=size, org=orgs[number % sites], name=f"Recorder {number + 1:03d}")
            for number, size in enumerate(sizes)
        ],
    )
