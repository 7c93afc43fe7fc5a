"""Calendars: dates that a system keeps, such as those of visitors."""

from collections.abc import Awaitable, Mapping
from datetime import date, datetime
from typing import Any, override

from homeassistant.components.calendar import (
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_LOCATION,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEntityFeature,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.errors import InvalidArgumentError
from .systems.kinds import Kind
from .systems.model import CalendarFeature
from .systems.values import CalendarEntry

# One command at a time: changing an entry may give it another identity on the other side.
PARALLEL_UPDATES = 1

CALENDARS = by_kind(CalendarEntityDescription, {Kind.VISITORS: {}})

EDITING = CalendarEntityFeature.CREATE_EVENT | CalendarEntityFeature.UPDATE_EVENT | CalendarEntityFeature.DELETE_EVENT


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the calendars of an entry."""
    async_add_features(entry.runtime_data, CalendarFeature, CALENDARS, IvmCalendar, async_add_entities)


def shown(entry: CalendarEntry) -> CalendarEvent | None:
    """Return an entry as Home Assistant shows it; None if its times cannot be shown."""
    if entry.start.tzinfo is None or entry.end.tzinfo is None:
        return None
    return CalendarEvent(
        start=entry.start,
        end=max(entry.start, entry.end),
        summary=entry.summary,
        description=entry.description or None,
        location=entry.location or None,
        uid=entry.uid or None,
    )


def moment(told: date) -> datetime:
    """Return the moment of a time, or of the beginning of a day, which is how entries of whole days are told."""
    return dt_util.as_local(told) if isinstance(told, datetime) else dt_util.start_of_local_day(told)


class IvmCalendar(IvmEntity[CalendarFeature], CalendarEntity):
    """Dates that a system keeps. It knows no repetition."""

    @property
    @override
    def supported_features(self) -> CalendarEntityFeature:
        """Editing, where the system lets us."""
        return EDITING if self.feature.editable else CalendarEntityFeature(0)

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """What is on or comes next; None if there is none or it is unknown."""
        return shown(known) if isinstance(known := self.known, CalendarEntry) else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Further facts of what is on or comes next, such as the ids that actions take; None if there is none."""
        known = self.known
        return dict(known.details) if isinstance(known, CalendarEntry) and shown(known) is not None else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what touches a stretch of time, oldest first."""
        entries = await self.command(self.coordinator.system.calendar_entries(self.feature, start_date, end_date))
        return [event for entry in entries if (event := shown(entry)) is not None]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Make an entry."""
        await self._async_edit(self._save("", kwargs))

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change an entry."""
        self._refuse_repetition(recurrence_id)
        await self._async_edit(self._save(uid, event))

    @override
    async def async_delete_event(
        self, uid: str, recurrence_id: str | None = None, recurrence_range: str | None = None
    ) -> None:
        """Delete an entry."""
        self._refuse_repetition(recurrence_id)
        await self._async_edit(self.coordinator.system.delete_calendar_entry(self.feature, uid, self.coordinator.sink))

    def _save(self, uid: str, told: Mapping[str, Any]) -> Awaitable[None]:
        """Prepare to make an entry, or to change the one of a `uid`."""
        self._refuse_repetition(told.get(EVENT_RRULE))
        entry = CalendarEntry(
            uid=uid,
            start=moment(told[EVENT_START]),
            end=moment(told[EVENT_END]),
            summary=told[EVENT_SUMMARY],
            description=told.get(EVENT_DESCRIPTION) or "",
            location=told.get(EVENT_LOCATION) or "",
        )
        return self.coordinator.system.save_calendar_entry(self.feature, entry, self.coordinator.sink)

    def _refuse_repetition(self, told: str | None) -> None:
        """Raise if something was told of a repetition."""
        if told:
            reason = "entries of this calendar cannot repeat; make one for each date"
            raise self.coordinator.command_failed(InvalidArgumentError(field="recurrence", reason=reason))

    async def _async_edit(self, work: Awaitable[None]) -> None:
        """Carry out a change, and let who looks at the calendar read it anew."""
        await self.command(work)
        self.async_write_ha_state()
