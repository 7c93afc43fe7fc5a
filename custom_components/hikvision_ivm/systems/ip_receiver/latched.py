"""What no list of a panel tells, only its reports: what ails the panel itself (ip-receiver §5.6).

A cause and what ends it are two codes. What was told last is remembered over a restart; before the first report nothing
is known. Several causes of one kind are kept apart: mains power is back only when each of its two losses is over.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..base import Runtime
from ..kinds import Kind
from .event_codes import restore_of
from .places import device_id, feature_id


@dataclass(frozen=True, slots=True)
class Latch:
    """One thing that is latched. `codes` tell its causes; `inverted`: its value says that all is well."""

    kind: Kind
    codes: tuple[str, ...]
    inverted: bool = False


LATCHES: Final = (
    Latch(Kind.AC_LOST, ("1301", "1339")),
    Latch(Kind.EXPANDER_AC_LOST, ("1342",)),
    Latch(Kind.EXTERNAL_POWER_LOST, ("1349",)),
    Latch(Kind.SYSTEM_BATTERY_LOW, ("1302",)),
    Latch(Kind.BATTERY_FAULT, ("1310", "1311", "1313", "1314")),
    Latch(Kind.OVERCURRENT, ("1312", "1319", "1328")),
    Latch(Kind.TAMPER, ("1137", "1341")),
    Latch(Kind.WIRED_NETWORK, ("1931",), inverted=True),
    Latch(Kind.WIFI, ("1922",), inverted=True),
    Latch(Kind.CELLULAR, ("1920",), inverted=True),
    Latch(Kind.SIM_FAULT, ("1921",)),
    Latch(Kind.ATP_MAIN, ("1351",), inverted=True),
    Latch(Kind.ATP_BACKUP, ("1352",), inverted=True),
    Latch(Kind.REPORT_FAILED, ("1359",)),
    Latch(Kind.IP_CONFLICT, ("1930",)),
    Latch(Kind.RADIO_JAMMED, ("1923",)),
    Latch(Kind.TEST_MODE, ("1607",)),
    Latch(Kind.KEYPAD_LOCKED, ("1862",)),
    Latch(Kind.TAG_READER_LOCKED, ("1864",)),
)
"""Every code has one that ends it: what never ends is never latched."""

STATUSES: Final[Mapping[Kind, bool]] = MappingProxyType({Kind.DEVICE_KEY: False, Kind.CLOUD_LINK: True})
"""What messages of their own tell as `normal` or `abnormal`, and what `normal` is as a value (§4.2 rows 7 to 9)."""

MEMORY: Final = "ip_receiver_latched"
"""Key in the runtime's memory: device → code or kind → whether it is on. The receiver itself is the device ``."""
MOST_DEVICES: Final = 2_000

_BY_CODE: Final[Mapping[str, tuple[Latch, str, bool]]] = MappingProxyType(
    {
        each: (latch, code, on)
        for latch in LATCHES
        for code in latch.codes
        for each, on in ((code, True), (restore_of(code) or code, False))
    }
)
"""Code as it comes → what it turns, under which cause, and which way."""


def is_latched(code: str) -> bool:
    """Whether a code is about the panel itself, so that its zone number means nothing."""
    return code in _BY_CODE


class Latched:
    """What is latched of every device, under ids of features."""

    def __init__(self, uid: str, runtime: Runtime) -> None:
        """Take over what is remembered; what makes no sense is left out."""
        self._uid = uid
        self._runtime = runtime
        self._known: dict[str, dict[str, bool]] = dict(_rows(runtime.memory.get(MEMORY)))
        self._listed: dict[str, Mapping[Kind, bool | None]] = {}
        self._told: set[tuple[str, Kind]] = set()

    @property
    def devices(self) -> list[str]:
        """Ids of the devices of which something is known."""
        return [device for device in self._known if device]

    def take(self, device: str, code: str) -> dict[str, bool]:
        """Take a code and return what it makes of a feature; empty if it turns none."""
        row = _BY_CODE.get(code)
        if row is None:
            return {}
        latch, cause, on = row
        self._keep(device, cause, on)
        return self._value(device, latch)

    def take_status(self, device: str | None, kind: Kind, *, normal: bool) -> dict[str, bool]:
        """Take the state of a link or key, None: of the receiver itself, and return what it makes of the feature."""
        value = STATUSES[kind] is normal
        self._keep(device or "", kind.value, value)
        self._told.add((device or "", kind))
        return {self._id(device or "", kind): value}

    def take_list(self, device: str, proven: Mapping[Kind, bool | None]) -> dict[str, bool]:
        """Take what the list of devices proves of a link and a key, and return what it makes of features.

        A list may lag behind an event, and a device may stay online for a while with a key that is wrong. So it has no
        say in what an event told, until it proves something else than before, or events were missed.
        """
        before = self._listed.get(device, {})
        self._listed[device] = proven
        found: dict[str, bool] = {}
        for kind, value in proven.items():
            if value is None or ((device, kind) in self._told and before.get(kind, value) is value):
                continue
            self._told.discard((device, kind))
            found[self._id(device, kind)] = value
            if kind.value in self._known.get(device, {}):
                self._keep(device, kind.value, value)
        return found

    def missed(self) -> None:
        """Events are missed, or may have been: lists count again."""
        self._told.clear()

    def remembered(self, devices: Iterable[str]) -> dict[str, bool]:
        """Return everything that is known of the receiver and of some devices."""
        found: dict[str, bool] = {}
        for device in ("", *devices):
            known = self._known.get(device, {})
            for kind in STATUSES:
                if kind.value in known:
                    found[self._id(device, kind)] = known[kind.value]
            for latch in LATCHES:
                found |= self._value(device, latch)
        return found

    def _keep(self, device: str, name: str, on: bool) -> None:
        """Remember what was told; the device that was silent for longest gives way."""
        known = self._known.pop(device, {})
        while len(self._known) >= MOST_DEVICES:
            del self._known[next(iter(self._known))]
        self._known[device] = known
        if known.get(name) is not on:
            known[name] = on
            self._runtime.memory[MEMORY] = self._known
            self._runtime.remember()

    def _value(self, device: str, latch: Latch) -> dict[str, bool]:
        """Return the value of a feature, by its id; empty if nothing is known."""
        known = self._known.get(device, {})
        told = [known[code] for code in latch.codes if code in known]
        return {self._id(device, latch.kind): any(told) is not latch.inverted} if told else {}

    def _id(self, device: str, kind: Kind) -> str:
        """Return the id of the binary sensor of a device."""
        owner = device_id(self._uid, device) if device else self._uid
        return feature_id(owner, "binary_sensor", kind.value)


def _rows(stored: object) -> Iterator[tuple[str, dict[str, bool]]]:
    """Yield what is remembered of devices."""
    names = {*_BY_CODE, *(kind.value for kind in STATUSES)}
    for device, row in stored.items() if isinstance(stored, Mapping) else ():
        if isinstance(row, Mapping):
            yield str(device), {str(name): on for name, on in row.items() if name in names and isinstance(on, bool)}
