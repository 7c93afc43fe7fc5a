"""What a simulated receiver is to consist of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

type Link = Literal["HPP", "Dual-Connection", "ISUP", "OTAP"]
type OtherKind = Literal["video", "access", "radar", "speaker", "third_party"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlan:
    """An alarm panel. Zones have ids from `first_zone`, partitions from 1; zones are dealt to the partitions in turn."""

    name: str = "House"
    partitions: int = 1
    zones: int = 8
    peripherals: bool | int = True
    """False: none; True: a dozen of all eight kinds; else so many."""
    otap: bool = False
    serial: str | None = None
    """None: one is made up; empty: the receiver does not tell it."""
    index: str | None = None
    """devIndex; None: one is made up."""
    link: Link | None = None
    """None: ISUP, or OTAP if `otap`."""
    online_by: int | None = None
    """Of a dual connection: 0 HPP, 1 ISUP, 2 OTAP."""
    online: bool = True
    model: str = "DS-PWA96-M2-WE"
    version: str = "V1.3.0"
    site: str | None = None
    detectors: Sequence[str] = ()
    """Detector types of the zones, in turn; none: those of a usual house."""
    names: Sequence[str] = ()
    """Names of the zones; those that are missing are made up."""
    first_zone: int = 0
    numbers: Literal["zoneID", "deviceNo"] | None = None
    """deviceIDPriority: which number of a zone events carry."""
    disabled_partitions: Sequence[int] = ()
    deactivation: bool | None = None
    """Zones can be deactivated; None: those of OTAP panels can."""
    wired: Sequence[int] = ()
    """Ids of zones without battery and radio."""
    fixed: Sequence[int] = ()
    """Ids of zones that cannot be bypassed."""
    shared: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """`linkageSubSystem` of zones, by id."""
    unused: Sequence[int] = ()
    """Ids of zones with status `notRelated`."""
    cameras: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Serial numbers of the cameras that look at zones, by id."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Other members of the device in the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlan:
    """A device that is no panel."""

    kind: OtherKind = "video"
    name: str = ""
    serial: str | None = None
    index: str | None = None
    channels: int = 2
    link: Link | None = None
    online: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)
