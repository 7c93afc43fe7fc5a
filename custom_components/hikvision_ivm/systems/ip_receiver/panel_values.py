"""What the features of partitions and of a whole panel show (ip-receiver §5.2, §5.7)."""

from collections.abc import Collection, Container, Iterable, Mapping
from typing import Final, NamedTuple

from ..kinds import Kind
from ..model import UNKNOWN, Report, Unknown, Value
from ..values import AlarmPanelValue, ArmState
from .book import Change
from .features_panel import partition_part
from .partitions import Partition, whole
from .peripheral_values import peripheral_available, peripheral_values
from .places import device_id, feature_id, peripheral_id, zone_id
from .records import PeripheralRecord, ZoneRecord
from .zone_condition import is_left_out, stands_against, zone_name
from .zone_values import changed_values, zone_available, zone_values

NOTHING: Final = Report()
_UNKNOWN: Final = AlarmPanelValue()


class Told:
    """What a report is made of."""

    __slots__ = ("available", "values")

    def __init__(self, values: Mapping[str, Value | Unknown]) -> None:
        """`values` come first."""
        self.values: dict[str, Value | Unknown] = dict(values)
        self.available: dict[str, bool] = {}

    def add(
        self,
        device: str,
        before: Mapping[str, Value | Unknown] | None,
        after: Mapping[str, Value | Unknown],
        reachable: tuple[bool | None, bool],
    ) -> None:
        """Add a zone or peripheral: what differs from `before`, and whether it can be reached if that turned."""
        known = before or {}
        self.values.update({id_: value for id_, value in after.items() if id_ not in known or known[id_] != value})
        if reachable[0] is not reachable[1]:
            self.available[device] = reachable[1]

    def add_zone(self, uid: str, device: str, change: Change[ZoneRecord]) -> None:
        """Add what changed about a zone."""
        old, new = change
        self.add(
            zone_id(uid, device, new.id),
            None,
            zone_values(uid, device, new) if old is None else changed_values(uid, device, old, new),
            (None if old is None else zone_available(old), zone_available(new)),
        )

    def add_peripheral(self, uid: str, device: str, change: Change[PeripheralRecord]) -> None:
        """The same for a peripheral."""
        old, new = change
        self.add(
            peripheral_id(uid, device, new),
            None if old is None else peripheral_values(uid, device, old),
            peripheral_values(uid, device, new),
            (None if old is None else peripheral_available(old), peripheral_available(new)),
        )

    @property
    def report(self) -> Report:
        """All of it."""
        return Report(values=self.values, available=self.available) if self.values or self.available else NOTHING


class _Condition(NamedTuple):
    """What about a zone is worth telling on its partition."""

    name: str
    is_open: bool
    is_alarm: bool
    is_out: bool


def _condition(zone: ZoneRecord) -> _Condition | None:
    """Return whether a zone stands against arming, is in alarm, is left out; None: nothing of that."""
    found = stands_against(zone), zone.alarm is True, is_left_out(zone)
    return _Condition(zone_name(zone), *found) if any(found) else None


class PanelValues:
    """Computes values of one panel and remembers which were told, so that only what changed is told again.

    Most zones are quiet, so only the others are kept: an event costs what there is to tell, not what the panel has.
    """

    def __init__(self, uid: str, device: str) -> None:
        """`device`: the id of its record."""
        self._own = device_id(uid, device)
        self._whole = feature_id(self._own, "alarm_control_panel", Kind.PANEL)
        self._ids: dict[int, tuple[str, str, str, str]] = {}
        self._told: dict[str, Value | Unknown] = {}
        self._notable: dict[int, _Condition] = {}
        self._places: dict[int, int] = {}

    def forget(self) -> None:
        """Tell everything again."""
        self._told.clear()

    def arrange(self, zones: Iterable[ZoneRecord]) -> None:
        """Take over all zones; values name them in this order."""
        found = {zone.id: _condition(zone) for zone in zones}
        self._places = {id_: place for place, id_ in enumerate(found)}
        self._notable = {id_: condition for id_, condition in found.items() if condition is not None}

    def note(self, zone: ZoneRecord, *, only_alarm: bool = False) -> None:
        """Take over one zone that is other than before, or of which `only_alarm` is."""
        condition = self._alarm_turned(zone) if only_alarm else _condition(zone)
        if condition is None:
            self._notable.pop(zone.id, None)
            return
        is_new = zone.id not in self._notable
        self._notable[zone.id] = condition
        if is_new and len(self._notable) > 1:
            self._notable = dict(sorted(self._notable.items(), key=self._place))

    def _alarm_turned(self, zone: ZoneRecord) -> _Condition | None:
        """Return what is worth telling of a zone that is as it was except for its alarm."""
        before, is_alarm = self._notable.get(zone.id), zone.alarm is True
        if before is None:
            return _Condition(zone_name(zone), False, True, False) if is_alarm else None
        found = is_alarm or before.is_open or before.is_out
        return _Condition(before.name, before.is_open, is_alarm, before.is_out) if found else None

    @property
    def in_alarm(self) -> frozenset[int]:
        """Ids of the zones in alarm."""
        return frozenset([id_ for id_, one in self._notable.items() if one.is_alarm])

    def _place(self, item: tuple[int, object]) -> int:
        """Return where a zone stands among all."""
        return self._places[item[0]]

    def of(
        self,
        partitions: Iterable[tuple[Partition, Container[int]]],
        every: Collection[Partition],
        *,
        zones_known: bool,
    ) -> dict[str, Value | Unknown]:
        """Return what changed: of `partitions`, each with the ids of its zones, and of the panel, which has `every`.

        `zones_known` False: the zones were never read.
        """
        new: dict[str, Value | Unknown] = {}
        for part, own in partitions:
            panel, open_zones, last_user, last_alarm_zone = self._names(part.number)
            value = self._value(part.state, part.changed_by, own)
            self._tell(new, panel, UNKNOWN if value == _UNKNOWN else value)
            self._tell(new, open_zones, len(value.open_zones) if zones_known else UNKNOWN)
            self._tell(new, last_user, part.last_user or UNKNOWN)
            self._tell(new, last_alarm_zone, part.last_alarm_zone or UNKNOWN)
        if len(every) > 1:
            last = max(every, key=lambda part: part.changed_at)
            value = self._value(whole(part.state for part in every), last.changed_by, None)
            self._tell(new, self._whole, UNKNOWN if value == _UNKNOWN else value)
        return new

    def _tell(self, new: dict[str, Value | Unknown], name: str, value: Value | Unknown) -> None:
        """Add a value to what is new, and remember it, if it was not told like this before."""
        told = self._told.get(name)
        if told is not value and (told is None or told != value):
            new[name] = self._told[name] = value

    def _names(self, number: int) -> tuple[str, str, str, str]:
        """Return the ids of the features of a partition."""
        if (found := self._ids.get(number)) is None:
            part = partition_part(number)
            found = self._ids[number] = (
                feature_id(self._own, "alarm_control_panel", Kind.PARTITION, part),
                feature_id(self._own, "sensor", Kind.OPEN_ZONES, part),
                feature_id(self._own, "sensor", Kind.LAST_USER, part),
                feature_id(self._own, "sensor", Kind.LAST_ALARM_ZONE, part),
            )
        return found

    def _value(self, state: ArmState | None, changed_by: str | None, zones: Container[int] | None) -> AlarmPanelValue:
        """Put a state and its zones (None: all) together."""
        if not (own := [one for id_, one in self._notable.items() if zones is None or id_ in zones]):
            return AlarmPanelValue(state=state, changed_by=changed_by)
        return AlarmPanelValue(
            state=state,
            changed_by=changed_by,
            open_zones=tuple([one.name for one in own if one.is_open]),
            alarm_zones=tuple([one.name for one in own if one.is_alarm]),
            bypassed_zones=tuple([one.name for one in own if one.is_out]),
        )
