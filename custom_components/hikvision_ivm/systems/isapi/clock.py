"""Times as a device tells them, and whether they can be believed (isapi-events §1.2, §1.3)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_TOLERANCE: Final = timedelta(minutes=10)
"""A device whose clock is further off does not know the time; then the arrival counts."""
_NAIVE_TOLERANCE: Final = timedelta(minutes=5)
"""Smaller, because the zone of a time without one is guessed to a quarter of an hour."""
_QUARTER: Final = 900.0
_WIDEST_ZONE: Final = 14 * 3600.0


class DeviceClock:
    """Judges the times in messages. `offset`: seconds by which the device's clock was ahead at the last live message."""

    __slots__ = ("_zone", "offset")

    def __init__(self) -> None:
        """Start without knowledge."""
        self.offset: float | None = None
        self._zone: timezone | None = None

    def moment(self, told: datetime | None, received: datetime, *, late: bool = False) -> datetime | None:
        """Return what the device told, with a time zone, or None if it is not plausible.

        `late`: a message from before, so that only the future is refused.
        """
        if told is None:
            return None
        try:
            if told.tzinfo is None:
                return self._guess(told, received, late=late)
            ahead = told - received
            offset = told.utcoffset()
        except OverflowError:  # a year at the end of the calendar
            return None
        if late:
            return told if ahead <= _TOLERANCE else None
        self.offset = ahead.total_seconds()
        if abs(ahead) > _TOLERANCE:
            return None
        if offset is not None and (self._zone is None or self._zone.utcoffset(None) != offset):
            self._zone = timezone(offset)
        return told

    def _guess(self, told: datetime, received: datetime, *, late: bool) -> datetime | None:
        """Give a time without zone the zone of earlier messages, or the nearest quarter of an hour."""
        if self._zone is not None:
            moment = told.replace(tzinfo=self._zone)
        elif late:  # nothing to guess the zone by
            return None
        else:
            apart = (told.replace(tzinfo=UTC) - received).total_seconds()
            if abs(apart) > _WIDEST_ZONE + _NAIVE_TOLERANCE.total_seconds():
                return None
            moment = told.replace(tzinfo=timezone(timedelta(seconds=round(apart / _QUARTER) * _QUARTER)))
        ahead = moment - received
        if late:
            return moment if ahead <= _TOLERANCE else None
        return moment if abs(ahead) <= _NAIVE_TOLERANCE else None
