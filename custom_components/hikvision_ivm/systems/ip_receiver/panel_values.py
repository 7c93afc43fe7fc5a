"""What the features of partitions and of a whole panel show (ip-receiver §5.2, §5.7)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, Report, Unknown, Value
from ..values import AlarmPanelValue, ArmState
from .features_panel import partition_part
from .partitions import Partition, whole
from .places import device_id, feature_id
from .records import ZoneRecord
from .zone_condition import is_left_out, stands_against, zone_name

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

    @property
    def report(self) -> Report:
        """All of it."""
        return Report(values=self.values, available=self.available) if self.values or self.available else NOTHING


class PanelValues:
    """Computes values of one panel and remembers which were told, so that only what changed is told again."""

    def __init__(self, uid: str, device: str) -> None:
        """`device`: the id of its record."""
        self._own = device_id(uid, device)
        self._whole = feature_id(self._own, "alarm_control_panel", Kind.PANEL)
        self._ids: dict[int, tuple[str, str, str, str]] = {}
        self._told: dict[str, Value | Unknown] = {}
        self._seen: dict[int, tuple[ZoneRecord, tuple[str, bool, bool, bool]]] = {}

    def forget(self) -> None:
        """Tell everything again."""
        self._told.clear()

    def of(
        self,
        partitions: Iterable[tuple[Partition, Collection[ZoneRecord]]],
        every: Collection[Partition],
        zones: Collection[ZoneRecord],
        *,
        zones_known: bool,
    ) -> dict[str, Value | Unknown]:
        """Return what changed: of `partitions`, each with its zones, and of the panel, which has `every` and `zones`.

        `zones_known` False: the zones were never read.
        """
        values: dict[str, Value | Unknown] = {}
        for part, own in partitions:
            panel, open_zones, last_user, last_alarm_zone = self._names(part.number)
            value = self._value(part.state, part.changed_by, own)
            values[panel] = UNKNOWN if value == _UNKNOWN else value
            values[open_zones] = len(value.open_zones) if zones_known else UNKNOWN
            values[last_user] = part.last_user or UNKNOWN
            values[last_alarm_zone] = part.last_alarm_zone or UNKNOWN
        if len(every) > 1:
            last = max(every, key=lambda part: part.changed_at)
            value = self._value(whole(part.state for part in every), last.changed_by, zones)
            values[self._whole] = UNKNOWN if value == _UNKNOWN else value
        return self._new(values)

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

    def _value(self, state: ArmState | None, changed_by: str | None, zones: Iterable[ZoneRecord]) -> AlarmPanelValue:
        """Put a state and its zones together."""
        open_zones, alarm_zones, left_out = [], [], []
        for zone in zones:
            name, is_open, is_alarm, is_out = self._condition(zone)
            if is_open:
                open_zones.append(name)
            if is_alarm:
                alarm_zones.append(name)
            if is_out:
                left_out.append(name)
        return AlarmPanelValue(
            state=state,
            changed_by=changed_by,
            open_zones=tuple(open_zones),
            alarm_zones=tuple(alarm_zones),
            bypassed_zones=tuple(left_out),
        )

    def _condition(self, zone: ZoneRecord) -> tuple[str, bool, bool, bool]:
        """Return a zone's name, whether it stands against arming, is in alarm, is left out; found once for each record."""
        seen = self._seen.get(zone.id)
        if seen is not None and seen[0] is zone:
            return seen[1]
        found = (zone_name(zone), stands_against(zone), zone.alarm is True, is_left_out(zone))
        self._seen[zone.id] = (zone, found)
        return found

    def _new(self, values: Mapping[str, Value | Unknown]) -> dict[str, Value | Unknown]:
        """Return what was not told like this before, and remember it."""
        new = {name: value for name, value in values.items() if name not in self._told or self._told[name] != value}
        self._told.update(new)
        return new
