"""What the features of a peripheral are now (ip-receiver §3.12). Pure: from a record to values by feature id."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, Unknown, Value
from .places import feature_id, peripheral_id
from .records import PeripheralKind, PeripheralRecord

POWER_SUPPLIES: Final = ("battery", "dc12v")
_CONNECTED: Final[Mapping[str, bool]] = MappingProxyType(
    {"online": True, "on": True, "off": True, "offline": False, "heartbeatabnormal": False}
)
_ON: Final[Mapping[str, bool]] = MappingProxyType({"on": True, "off": False})
OFFLINE: Final = "offline"


def status_of(peripheral: PeripheralRecord) -> str:
    """Return the status of a peripheral in lower case, empty if it was not said."""
    return (peripheral.status or "").lower()


def is_on(peripheral: PeripheralRecord) -> bool | None:
    """Whether a relay or a siren is on; the documentation glosses "on" as "open", which is no polarity (trap T11)."""
    return _ON.get(status_of(peripheral))


def _power(peripheral: PeripheralRecord) -> str | None:
    """Return what a siren runs on."""
    return peripheral.power if peripheral.power in POWER_SUPPLIES else None


_READ: Final[tuple[tuple[str, Kind, Callable[[PeripheralRecord], Value | None]], ...]] = (
    ("binary_sensor", Kind.ONLINE, lambda one: _CONNECTED.get(status_of(one))),
    ("binary_sensor", Kind.TAMPER, lambda one: one.tampered),
    ("binary_sensor", Kind.BATTERY_LOW, lambda one: one.battery_low),
    ("sensor", Kind.BATTERY_LEVEL, lambda one: one.battery_level),
    ("sensor", Kind.SIGNAL, lambda one: one.signal),
    ("sensor", Kind.TEMPERATURE, lambda one: one.temperature),
    ("sensor", Kind.POWER_SUPPLY, _power),
)
_SWITCHED: Final[Mapping[PeripheralKind, tuple[str, Kind]]] = MappingProxyType(
    {
        PeripheralKind.OUTPUT: ("switch", Kind.RELAY),
        PeripheralKind.SIREN: ("binary_sensor", Kind.SIREN_SOUNDING),
    }
)


def peripheral_values(uid: str, device: str, peripheral: PeripheralRecord) -> dict[str, Value | Unknown]:
    """Return the values of everything a peripheral could have, by feature id, whether it has the feature or not."""
    own = peripheral_id(uid, device, peripheral)
    found = {(type_, kind): read(peripheral) for type_, kind, read in _READ}
    if (switched := _SWITCHED.get(peripheral.kind)) is not None:
        found[switched] = is_on(peripheral)
    return {
        feature_id(own, type_, kind.value): UNKNOWN if value is None else value
        for (type_, kind), value in found.items()
    }


def peripheral_available(peripheral: PeripheralRecord) -> bool:
    """Whether a peripheral can be reached by its panel; one that does not say so counts as reached."""
    return status_of(peripheral) != OFFLINE
