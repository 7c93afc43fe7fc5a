"""What a receiver knows: devices, their partitions, zones and peripherals, printed again only after a change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .plans import OtherKind, PanelPlan

ALL_PARTITIONS = 0xFFFFFFFF
OFF = "off"
IN_USE = frozenset({"online", "trigger", "breakDown", "heartbeatAbnormal", "offline"})


class Members(dict[str, Any]):
    """Members of a JSON object; `changed` is called whenever one is set or taken away."""

    __slots__ = ("changed",)

    def __init__(self, members: Mapping[str, Any], changed: Callable[[], None]) -> None:
        """Copy the members."""
        super().__init__(members)
        self.changed = changed

    def __setitem__(self, key: str, value: Any) -> None:
        """Set one."""
        super().__setitem__(key, value)
        self.changed()

    def __delitem__(self, key: str) -> None:
        """Take one away."""
        super().__delitem__(key)
        self.changed()

    def pop(self, key: str, *default: Any) -> Any:
        """Take one away and return it."""
        self.changed()
        return super().pop(key, *default)

    def update(self, *others: Any, **members: Any) -> None:
        """Set several."""
        super().update(*others, **members)
        self.changed()

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Set one that is not there."""
        self.changed()
        return super().setdefault(key, default)

    def clear(self) -> None:
        """Take all away."""
        super().clear()
        self.changed()


class Record:
    """One object of a list, as on the wire. `fields` may be changed at any time; inner objects must be replaced whole."""

    __slots__ = ("fields", "printed", "revision")

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """`fields`: without the object's own name around them."""
        self.revision = 0
        self.printed: tuple[object, bytes] | None = None
        """The last print, with what it was made from and how."""
        self.fields = Members(fields, self._changed)

    def _changed(self) -> None:
        self.revision += 1

    @property
    def id(self) -> int | None:
        """Its number, where it has one."""
        found = self.fields.get("id")
        return found if isinstance(found, int) else None

    @property
    def name(self) -> str:
        """Its name, or nothing."""
        return str(self.fields.get("name", ""))

    def print(self, way: object, write: Callable[[Mapping[str, Any]], bytes]) -> bytes:
        """Return its JSON, from the last time if nothing changed; `way`: whatever else the print depends on."""
        key = (self.revision, way)
        if self.printed is None or self.printed[0] != key:
            self.printed = (key, write(self.fields))
        return self.printed[1]


class Zone(Record):
    """A zone (ip-receiver §3.10)."""

    __slots__ = ("code",)

    def __init__(self, fields: Mapping[str, Any], code: str) -> None:
        """`code`: what its alarm is reported as."""
        super().__init__(fields)
        self.code = code

    @property
    def number(self) -> int:
        """Its id."""
        return int(self.fields["id"])

    @property
    def partitions(self) -> list[int]:
        """Every partition it belongs to."""
        return list(dict.fromkeys([self.fields["subSystemNo"], *self.fields.get("linkageSubSystem", [])]))

    @property
    def open(self) -> bool:
        """Whether it keeps a panel from being armed."""
        return self.fields.get("status") in {"trigger", "offline", "breakDown"} or self.fields.get(
            "magnetOpenStatus", False
        )

    @property
    def silenced(self) -> bool:
        """Whether it gives no alarm: bypassed or deactivated."""
        words = (self.fields.get("oneTimeDeactivationMode"), self.fields.get("deactivationMode"))
        return bool(self.fields.get("bypassed")) or "entirely" in words


class Partition(Record):
    """A partition (ip-receiver §3.9). `arming` and `alarm` as on the wire."""

    __slots__ = ()

    @property
    def arming(self) -> str:
        """How it is armed: `stay`, `away`, `disarm` or `arming`."""
        return str(self.fields["arming"])

    @arming.setter
    def arming(self, word: str) -> None:
        self.fields["arming"] = word

    @property
    def alarm(self) -> bool:
        """Whether it is in alarm."""
        return bool(self.fields["alarm"])

    @alarm.setter
    def alarm(self, on: bool) -> None:
        self.fields["alarm"] = on


@dataclass(slots=True)
class Device:
    """A device of the list; `fields` as in `Device` (ip-receiver §3.2)."""

    record: Record
    kind: OtherKind | None = None
    """None: a panel."""
    channels: int = 1
    posts: dict[tuple[str, int], int] = field(default_factory=dict)
    """How often an event that lasts was told, by type and channel."""

    @property
    def fields(self) -> Members:
        """Its members on the wire."""
        return self.record.fields

    @property
    def index(self) -> str:
        """The devIndex."""
        return str(self.fields["devIndex"])

    @property
    def serial(self) -> str:
        """Its serial number, or nothing."""
        return str(self.fields.get("devSerial", ""))

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.fields["devName"])

    @property
    def is_online(self) -> bool:
        """Whether the receiver reaches it."""
        return self.fields.get("devStatus") == "online"

    @property
    def by_otap(self) -> bool:
        """Whether it is reached by OTAP."""
        mode = self.fields.get("connectionMode")
        return mode == 4 or self.fields.get("devSource") == 7 or (mode == 2 and self.fields.get("onlineType") == 2)


@dataclass(slots=True)
class PanelState(Device):
    """A panel with all it has."""

    plan: PanelPlan = field(default_factory=PanelPlan)
    partitions: dict[int, Partition] = field(default_factory=dict)
    zones: dict[int, Zone] = field(default_factory=dict)
    peripherals: dict[str, list[Record]] = field(default_factory=dict)
    """By the name of the list."""
    last_codes: dict[int, str] = field(default_factory=dict)
    """The code that a zone gave alarm with, by its id."""

    @property
    def outputs(self) -> list[Record]:
        """Relays."""
        return self.peripherals.get("OutputList", [])

    @property
    def sirens(self) -> list[Record]:
        """Sirens."""
        return self.peripherals.get("SirenList", [])

    @property
    def can_deactivate(self) -> bool:
        """Whether zones can be deactivated."""
        return any("deactivationMode" in zone.fields for zone in self.zones.values())

    def zones_of(self, partitions: Iterable[int]) -> list[Zone]:
        """Return the zones that belong to one of some partitions."""
        wanted = set(partitions)
        return [zone for zone in self.zones.values() if not wanted.isdisjoint(zone.partitions)]

    def enabled(self) -> list[int]:
        """Return the partitions in use."""
        return [number for number, partition in self.partitions.items() if partition.fields.get("enabled", True)]
