"""From facts to devices and features, panel by panel (ip-receiver §5.1, §5.7). Pure, without I/O.

A part of the inventory depends on its panel alone, so that what changed behind one panel is made anew for that one.
`panel_outline` tells cheaply whether there would be any difference: values come and go all the time, features hardly.
"""

from collections.abc import Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from .. import settings
from ..model import Device, DeviceKind, Feature, Inventory
from ..parts import Part, Row, assemble as assembled, features, joined
from .device_events import SeenDetection
from .features_other import HUB, device_of, other_features
from .features_panel import panel_features
from .features_peripheral import PERIPHERAL, peripheral_outline, peripheral_part
from .features_zone import BYPASS, ZONE, zone_outline, zone_part
from .identity import MANUFACTURER, NAME
from .places import partition_ids, zone_id
from .records import DeviceRecord, PanelFacts, ZoneAddress

__all__ = ["Part", "assemble", "device_part", "hub_part", "panel_outline", "panel_part"]

_NO_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({})


def _order[R](*rows: Row[R]) -> Mapping[tuple[str, str], int]:
    """Return the place of each row in its table, by type and kind."""
    return MappingProxyType({(row.make.type, row.kind.value): number for number, row in enumerate(rows)})


_ORDERS: Final[Mapping[DeviceKind, Mapping[tuple[str, str], int]]] = MappingProxyType(
    {DeviceKind.ZONE: _order(*ZONE, *BYPASS), DeviceKind.PERIPHERAL: _order(*PERIPHERAL)}
)


def panel_part(uid: str, facts: PanelFacts, *, bypass: bool, before: Part | None = None) -> Part:
    """Return a panel with its zones and peripherals.

    `bypass` False: the panel refuses to bypass zones. `before`: the part of the same panel as it was. A zone or
    peripheral that does not tell something for once, as while it is offline, keeps the feature it has.
    """
    parts = [Part((device_of(uid, facts.device),), tuple(panel_features(uid, facts)))]
    parts += [zone_part(uid, facts.device.id, zone, bypass=bypass) for zone in facts.zones or ()]
    parts += [peripheral_part(uid, facts.device.id, one) for one in facts.peripherals or ()]
    if before is None:
        return joined(parts)
    kept = _by_device(before)
    barred = _barred(uid, facts, bypass=bypass)
    own = parts[0].devices[0].id
    return joined(
        part if part.devices[0].id == own else _with_kept(part, kept.get(part.devices[0].id, ()), barred)
        for part in parts
    )


def panel_outline(uid: str, facts: PanelFacts, *, bypass: bool) -> Hashable:
    """Return what `panel_part` depends on: while it is the same, so is the part."""
    return (
        uid,
        device_of(uid, facts.device),
        facts.device.mode,
        facts.device.upgrade is None,
        partition_ids(facts),
        bypass,
        tuple(zone_outline(zone) for zone in facts.zones or ()),
        tuple(peripheral_outline(one) for one in facts.peripherals or ()),
    )


def device_part(uid: str, device: DeviceRecord, seen: Iterable[SeenDetection]) -> Part:
    """Return a device that is no panel. `seen`: what it was seen to tell."""
    return Part((device_of(uid, device),), tuple(other_features(uid, device, seen)))


def hub_part(uid: str, data: Mapping[str, Any], options: Mapping[str, Any] = _NO_OPTIONS) -> Part:
    """Return the receiver itself. `data` and `options` as in `systems.settings`."""
    hub = Device(
        id=uid,
        name=NAME,
        kind=DeviceKind.PLATFORM,
        manufacturer=MANUFACTURER,
        model=NAME,
        url=data.get(settings.URL),
        service=True,
    )
    return Part((hub,), tuple(features(HUB, uid, bool(options.get(settings.PUSH, True)), None)))


def assemble(parts: Iterable[Part]) -> Inventory:
    """Put parts together, that of the receiver first. Of two things with one id the first one counts.

    Zones come last: they are most, and where there is not room for all of them, every panel still has its partitions.
    """
    return assembled(parts, last=lambda feature: isinstance(feature.address, ZoneAddress))


def _by_device(part: Part) -> dict[str, list[Feature]]:
    """Return the features of a part by their device."""
    found: dict[str, list[Feature]] = {}
    for feature in part.features:
        found.setdefault(feature.device_id, []).append(feature)
    return found


def _barred(uid: str, facts: PanelFacts, *, bypass: bool) -> frozenset[tuple[str, str]]:
    """Return device and type of what is not kept: switches of zones that cannot be bypassed."""
    return frozenset(
        (zone_id(uid, facts.device.id, zone.id), row.make.type)
        for zone in facts.zones or ()
        if not (bypass and zone.bypass_allowed)
        for row in BYPASS
    )


def _with_kept(part: Part, before: Iterable[Feature], barred: frozenset[tuple[str, str]]) -> Part:
    """Return the part of a zone or peripheral with the features it had, in the order of the tables."""
    made = {feature.id: feature for feature in part.features}
    missing = [one for one in before if one.id not in made and (one.device_id, one.type) not in barred]
    if not missing:
        return part
    order = _ORDERS[part.devices[0].kind]
    every = sorted((*part.features, *missing), key=lambda one: order.get((one.type, one.kind.value), len(order)))
    return Part(part.devices, tuple(every))
