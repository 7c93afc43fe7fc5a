"""What a peripheral becomes: a device below its panel (ip-receiver §3.12, §5.1)."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import BinarySensorFeature, Device, DeviceKind, SensorFeature, Source, SwitchFeature
from ..parts import Part, Row, features, has
from .identity import MANUFACTURER
from .peripheral_values import POWER_SUPPLIES, status_of
from .places import device_id, peripheral_id
from .records import PeripheralAddress, PeripheralKind, PeripheralRecord
from .zone_values import NOT_RELATED

PERIPHERAL: Final[tuple[Row[PeripheralRecord], ...]] = (
    Row(
        make=SwitchFeature,
        kind=Kind.RELAY,
        rank=0,
        when=lambda one: one.kind is PeripheralKind.OUTPUT,
        more=lambda one: {"ruled": is_ruled(one)},
    ),
    Row(
        make=BinarySensorFeature,
        kind=Kind.SIREN_SOUNDING,
        rank=3,
        when=lambda one: one.kind is PeripheralKind.SIREN and one.status is not None,
    ),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=3, when=lambda one: one.status is not None),
    Row(make=BinarySensorFeature, kind=Kind.TAMPER, rank=3, when=lambda one: one.tampered is not None),
    Row(make=BinarySensorFeature, kind=Kind.BATTERY_LOW, rank=3, when=lambda one: one.battery_low is not None),
    Row(
        make=SensorFeature,
        kind=Kind.BATTERY_LEVEL,
        rank=4,
        source=Source.POLL,
        when=lambda one: one.battery_level is not None,
        more={"unit": "%"},
    ),
    Row(
        make=SensorFeature,
        kind=Kind.TEMPERATURE,
        rank=4,
        source=Source.POLL,
        when=lambda one: one.temperature is not None,
        more={"unit": "°C"},
    ),
    Row(
        make=SensorFeature,
        kind=Kind.SIGNAL,
        rank=4,
        source=Source.POLL,
        enabled=False,
        when=lambda one: one.wireless is not False and one.signal is not None,
    ),
    Row(
        make=SensorFeature,
        kind=Kind.POWER_SUPPLY,
        rank=4,
        source=Source.POLL,
        when=lambda one: one.power is not None,
        more={"options": POWER_SUPPLIES},
    ),
)
NAMES: Final[Mapping[PeripheralKind, str]] = MappingProxyType(
    {
        PeripheralKind.OUTPUT_MODULE: "Output module",
        PeripheralKind.OUTPUT: "Relay",
        PeripheralKind.SIREN: "Siren",
        PeripheralKind.REPEATER: "Repeater",
        PeripheralKind.CARD_READER: "Card reader",
        PeripheralKind.EXTENSION: "Extension module",
        PeripheralKind.KEYPAD: "Keypad",
        PeripheralKind.REMOTE: "Keyfob",
    }
)
"""What a peripheral is called that has no name, before its number."""


BY_HAND: Final = "manualctrl"
_LINKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"alarm": "on alarm", "arming": "on arming", "disarming": "on disarming", BY_HAND: "manual control"}
)
"""What switches a relay, in lower case → in words. The panel may switch one back that is not controlled by hand."""


def peripheral_model(one: PeripheralRecord) -> str:
    """Return the model of a peripheral, else what it is; of a relay with what switches it."""
    if one.model is not None:
        return one.model
    linked = f" ({_LINKAGES.get(one.linkage.lower(), one.linkage)})" if one.linkage is not None else ""
    return f"{NAMES[one.kind]}{linked}"


def is_ruled(one: PeripheralRecord) -> bool:
    """Whether the panel switches a relay by itself, so that it may fight whoever does it by hand."""
    return one.linkage is not None and one.linkage.lower() != BY_HAND


def peripheral_name(one: PeripheralRecord) -> str:
    """Return what a peripheral is called."""
    return one.name or f"{NAMES[one.kind]} {one.seq if one.id is None else one.id}"


def peripheral_part(uid: str, panel: str, one: PeripheralRecord) -> Part:
    """Return the device of a peripheral and its features. `panel`: id of its panel's record."""
    own = peripheral_id(uid, panel, one)
    device = Device(
        id=own,
        name=peripheral_name(one),
        kind=DeviceKind.PERIPHERAL,
        parent=device_id(uid, panel),
        manufacturer=MANUFACTURER,
        model=peripheral_model(one),
        serial=one.seq,
    )
    address = PeripheralAddress(panel, one.kind, one.id, one.seq)
    used = status_of(one) != NOT_RELATED
    return Part((device,), tuple(features(PERIPHERAL, own, one, address, used=used)))


def peripheral_outline(one: PeripheralRecord) -> Hashable:
    """Return what `peripheral_part` depends on."""
    unused = status_of(one) == NOT_RELATED
    return (one.kind, one.id, one.seq, one.name, peripheral_model(one), unused, is_ruled(one), has(PERIPHERAL, one))
