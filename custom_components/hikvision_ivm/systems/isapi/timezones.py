"""The time zone a device is set to, in the POSIX form with the vendor's own idea of summer time (isapi-core §3.1.4)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
import re
from typing import Final

_OFFSET: Final = r"([+-]?\d{1,3}(?::\d{1,2}){0,2})"
_NAME: Final = r"(?:<[^>]*>|[A-Za-z]+)"
_ZONE: Final = re.compile(rf"^{_NAME}{_OFFSET}(?:({_NAME}){_OFFSET}?(?:,([^,]+),([^,]+))?)?$")
_RULE: Final = re.compile(rf"^M(\d{{1,2}})\.(\d)\.(\d)(?:/{_OFFSET})?$")
_LONGEST_SAVING: Final = timedelta(hours=2)
_CHANGE_TIME: Final = timedelta(hours=2)
"""Time of day of a change that does not name one."""


def _seconds(text: str) -> timedelta:
    """Read `[+-]hh[:mm[:ss]]`."""
    negative = text.startswith("-")
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    hours, minutes, seconds = [*parts, 0, 0][:3]
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -span if negative else span


@dataclass(frozen=True, slots=True)
class _Change:
    """When summer time begins or ends: the `week`th (5: last) `weekday` (0: Sunday) of a month, at a time of day."""

    month: int
    week: int
    weekday: int
    at: timedelta

    def in_year(self, year: int) -> datetime:
        """Return the local moment of the change."""
        first = date(year, self.month, 1)
        ahead = (self.weekday - (first.weekday() + 1)) % 7
        day = first + timedelta(days=ahead + 7 * (self.week - 1))
        while day.month != self.month:
            day -= timedelta(days=7)
        return datetime(day.year, day.month, day.day) + self.at


def _change(text: str) -> _Change | None:
    """Read a rule of the form `Mm.w.d/time`."""
    found = _RULE.match(text.strip())
    if found is None:
        return None
    month, week, weekday = (int(found[number]) for number in (1, 2, 3))
    if not (1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6):
        return None
    return _Change(month, week, weekday, _seconds(found[4]) if found[4] else _CHANGE_TIME)


def _saving(text: str | None, standard: timedelta) -> timedelta:
    """Return by how much summer time is ahead of standard time.

    POSIX puts the whole offset there, this vendor's devices the difference.
    """
    if not text:
        return timedelta(hours=1)
    value = _seconds(text)
    return value if timedelta(0) < value <= _LONGEST_SAVING else -value - standard


def utc_offset(zone: str, local: datetime) -> timedelta | None:
    """Return what a naive local time is ahead of UTC in a zone such as `CST-1:00:00DST01:00:00,M3.5.0,M10.5.0`.

    None for a zone that cannot be read.
    """
    found = _ZONE.match(zone.strip())
    if found is None:
        return None
    standard = -_seconds(found[1])
    if abs(standard) > timedelta(hours=14):
        return None
    if found[2] is None:
        return standard
    start, end = (_change(found[number]) if found[number] else None for number in (4, 5))
    if start is None or end is None:
        return None
    begins, ends = start.in_year(local.year), end.in_year(local.year)
    summer = begins <= local < ends if begins < ends else not ends <= local < begins
    return standard + _saving(found[3], standard) if summer else standard
