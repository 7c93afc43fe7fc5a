"""Tests of calendars."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import DOMAIN as CALENDAR_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hikvision_ivm.calendar import shown as as_event
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, CalendarFeature, Report, Unknown, Value
from custom_components.hikvision_ivm.systems.values import CalendarEntry

from .fake_system import HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

VISITORS = CalendarFeature(device_id=HUB, kind=Kind.VISITORS, editable=True)
READ_ONLY = CalendarFeature(device_id=HUB, kind=Kind.VISITORS)
CALENDAR_ID = "calendar.recorder_visitors"
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
ANN = CalendarEntry(
    start=START, end=START + timedelta(hours=1), summary="Ann", uid="17", description="Meeting", location="Gate"
)
TOKYO = timezone(timedelta(hours=9))


def state(hass: HomeAssistant) -> State:
    """Return what the calendar shows."""
    found = hass.states.get(CALENDAR_ID)
    assert found is not None
    return found


async def create(hass: HomeAssistant, **told: Any) -> None:
    """Make an entry by an action."""
    await hass.services.async_call(
        CALENDAR_DOMAIN, "create_event", {ATTR_ENTITY_ID: CALENDAR_ID, "summary": "Ben", **told}, blocking=True
    )


async def ask(hass_ws_client: WebSocketGenerator, command: str, **told: Any) -> dict[str, Any]:
    """Do as Home Assistant's calendar page does and return the answer."""
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": f"calendar/event/{command}", "entity_id": CALENDAR_ID, **told})
    answer: dict[str, Any] = await client.receive_json()
    return answer


async def test_next_visit(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    """The calendar shows what comes next, is on while it lasts and off afterwards, by itself."""
    freezer.move_to(START - timedelta(minutes=5))
    system.has(VISITORS)
    await set_up()
    assert state(hass).state == "off"
    assert "message" not in state(hass).attributes
    system.report({VISITORS.id: ANN})
    facts = state(hass).attributes
    assert (facts["message"], facts["description"], facts["location"]) == ("Ann", "Meeting", "Gate")
    assert facts["all_day"] is False
    for minutes, expected in ((6, "on"), (60, "off")):
        freezer.tick(timedelta(minutes=minutes))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert state(hass).state == expected


async def test_facts_of_the_next_visit(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What actions need of the next visit is shown, and goes with it; of one that cannot be shown, nothing is."""
    facts = {"appointment_id": "17", "status": "expected", "host": "Ben"}
    system.has(VISITORS)
    await set_up()
    before = set(state(hass).attributes)
    system.report({VISITORS.id: replace(ANN, details=facts)})
    assert facts.items() <= state(hass).attributes.items()
    lost: tuple[Value | Unknown, ...] = (UNKNOWN, replace(ANN, start=ANN.start.replace(tzinfo=None), details=facts))
    for gone in lost:
        system.report({VISITORS.id: replace(ANN, details=facts)})
        assert state(hass).attributes["appointment_id"] == "17"
        system.sink.report(Report(values={VISITORS.id: gone}))
        assert set(state(hass).attributes) == before


async def test_list(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """The system is asked for the stretch that is looked at."""
    system.has(VISITORS)
    await set_up()
    system.dates = [ANN]
    found = await hass.services.async_call(
        CALENDAR_DOMAIN,
        "get_events",
        {ATTR_ENTITY_ID: CALENDAR_ID, "start_date_time": START, "end_date_time": START + timedelta(days=1)},
        blocking=True,
        return_response=True,
    )
    assert found is not None
    listed: Any = found[CALENDAR_ID]
    (event,) = listed["events"]
    assert (event["summary"], event["description"], event["location"]) == ("Ann", "Meeting", "Gate")
    assert datetime.fromisoformat(event["start"]) == ANN.start
    assert datetime.fromisoformat(event["end"]) == ANN.end
    (call,) = [call for call in system.calls if call[0] == "calendar_entries"]
    assert call == ("calendar_entries", VISITORS.id, START, START + timedelta(days=1))


async def test_a_list_that_fails(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A failure is told in words and is no empty calendar."""
    system.has(VISITORS)
    await set_up()
    system.failures["calendar_entries"] = errors.UnlicensedError(function="visitors")
    with pytest.raises(HomeAssistantError) as failed:
        await hass.services.async_call(
            CALENDAR_DOMAIN,
            "get_events",
            {ATTR_ENTITY_ID: CALENDAR_ID, "duration": {"days": 1}},
            blocking=True,
            return_response=True,
        )
    assert failed.value.translation_key == "unlicensed"


@pytest.mark.parametrize(
    ("told", "start", "end"),
    [
        (
            {"start_date_time": "2026-11-20T14:00:00+00:00", "end_date_time": "2026-11-20T15:30:00+00:00"},
            datetime(2026, 11, 20, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
        ),
        (
            {"start_date_time": "2026-11-20T14:00:00", "end_date_time": "2026-11-20T15:30:00"},
            datetime(2026, 11, 20, 5, 0, tzinfo=UTC),
            datetime(2026, 11, 20, 6, 30, tzinfo=UTC),
        ),
        (
            {"start_date": "2026-11-20", "end_date": "2026-11-22"},
            datetime(2026, 11, 19, 15, 0, tzinfo=UTC),
            datetime(2026, 11, 21, 15, 0, tzinfo=UTC),
        ),
    ],
    ids=["with zone", "in the zone of the house", "whole days"],
)
async def test_create(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, told: dict[str, str], start: datetime, end: datetime
) -> None:
    """Times without zone and whole days are those of the house; nothing reaches the system without a zone."""
    await hass.config.async_set_time_zone("Asia/Tokyo")
    system.has(VISITORS)
    await set_up()
    await create(hass, description="Training", location="Gate", **told)
    (entry,) = system.dates
    assert (entry.uid, entry.summary, entry.description, entry.location) == ("", "Ben", "Training", "Gate")
    assert (entry.start, entry.end) == (start, end)
    assert entry.start.tzinfo is not None and entry.end.tzinfo is not None


async def test_update_and_delete(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    """An entry is changed and deleted by its identity."""
    system.has(VISITORS)
    await set_up()
    change = {"summary": "Ann", "dtstart": "2026-11-21", "dtend": "2026-11-22"}
    assert (await ask(hass_ws_client, "update", uid="17", event=change))["success"]
    (entry,) = system.dates
    assert (entry.uid, entry.start) == ("17", dt_util.start_of_local_day(date(2026, 11, 21)))
    assert (entry.description, entry.location) == ("", "")
    assert (await ask(hass_ws_client, "delete", uid="17"))["success"]
    assert system.dates == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("create", {"event": {"summary": "x", "dtstart": "2026-11-21", "dtend": "2026-11-22", "rrule": "FREQ=DAILY"}}),
        (
            "update",
            {
                "uid": "1",
                "event": {"summary": "x", "dtstart": "2026-11-21", "dtend": "2026-11-22", "rrule": "FREQ=DAILY"},
            },
        ),
        (
            "update",
            {
                "uid": "1",
                "recurrence_id": "2",
                "event": {"summary": "x", "dtstart": "2026-11-21", "dtend": "2026-11-22"},
            },
        ),
        ("delete", {"uid": "1", "recurrence_id": "2"}),
    ],
)
async def test_repetition_is_refused_in_words(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    command: str,
    told: dict[str, Any],
) -> None:
    """A visit cannot repeat: nothing is sent, and the user reads why."""
    system.has(VISITORS)
    await set_up()
    answer = await ask(hass_ws_client, command, **told)
    assert not answer["success"]
    assert "cannot repeat" in answer["error"]["message"]
    assert not [call for call in system.calls if "calendar" in str(call[0])]


async def test_who_looks_sees_a_change(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    """The calendar page reads anew after an entry was made, also when the next one stays the same."""
    system.has(VISITORS)
    await set_up()
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "calendar/event/subscribe",
            "entity_id": CALENDAR_ID,
            "start": START.isoformat(),
            "end": (START + timedelta(days=1)).isoformat(),
        }
    )
    assert (await client.receive_json())["success"]
    assert (await client.receive_json())["event"]["events"] == []
    await create(hass, start_date_time=START.isoformat(), end_date_time=(START + timedelta(hours=1)).isoformat())
    (event,) = (await client.receive_json())["event"]["events"]
    assert event["summary"] == "Ben"


async def test_read_only(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A calendar that cannot be edited offers no editing."""
    system.has(READ_ONLY)
    await set_up()
    assert state(hass).attributes["supported_features"] == 0
    with pytest.raises(ServiceNotSupported):
        await create(hass, start_date="2026-11-20", end_date="2026-11-21")


def test_entries_with_strange_times() -> None:
    """An end before the begin is the begin, and a time that could be anywhere is not shown."""
    naive = CalendarEntry(start=datetime(2026, 11, 20), end=datetime(2026, 11, 21), summary="x")
    assert as_event(naive) is None
    backwards = as_event(CalendarEntry(start=START, end=START - timedelta(hours=1), summary="x"))
    assert backwards is not None and backwards.end == backwards.start == START
    abroad = as_event(CalendarEntry(start=START.astimezone(TOKYO), end=ANN.end, summary="x"))
    assert abroad is not None and abroad.start == START
