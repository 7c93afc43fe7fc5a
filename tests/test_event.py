"""Tests of event entities."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from homeassistant.components.event import DoorbellEventType
from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import EventFeature, Phase, Source, Target

from .fake_system import CHANNEL, NOW, FakeSystem, occurrence

type SetUp = Callable[[], Awaitable[FakeSystem]]

DETECTION = EventFeature(
    device_id=CHANNEL,
    kind=Kind.DETECTION,
    source=Source.PUSH,
    event_types=(Kind.LINE_CROSSING, Kind.PLATE, Kind.UNKNOWN_EVENT),
)
BELL = EventFeature(
    device_id=CHANNEL, kind=Kind.DOORBELL, source=Source.PUSH, event_types=(Kind.INTERCOM, Kind.DOORBELL)
)
STRICT = EventFeature(device_id=CHANNEL, kind=Kind.PIR, source=Source.PUSH, event_types=(Kind.PIR,))


ACCESS = EventFeature(
    device_id=CHANNEL,
    kind=Kind.ACCESS,
    source=Source.BOTH,
    event_types=(Kind.ACCESS_GRANTED, Kind.DOOR_CLOSED, Kind.UNKNOWN_EVENT),
)


def shown(hass: HomeAssistant, entity_id: str = "event.gate_detection") -> State:
    """Return what an event entity shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def test_facts_of_an_occurrence(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Everything an automation may ask for is there, and nothing that was not told."""
    system.has(DETECTION)
    await set_up()
    assert shown(hass).state == "unknown"
    system.happen(
        occurrence(
            Kind.LINE_CROSSING,
            Phase.START,
            DETECTION,
            code="linedetection",
            channel="1",
            target=Target.HUMAN,
            region="2",
            time=NOW - timedelta(seconds=1),
            details={"direction": "leftToRight", "code": "must not win"},
        )
    )
    facts = dict(shown(hass).attributes)
    for common in ("event_types", "friendly_name"):
        facts.pop(common)
    assert facts == {
        "event_type": "line_crossing",
        "code": "linedetection",
        "channel": "1",
        "target": "human",
        "region": "2",
        "device_time": "2026-11-20T11:59:59+00:00",
        "direction": "leftToRight",
    }


async def test_plate_person_and_late(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What was fetched after an outage says so."""
    system.has(DETECTION)
    await set_up()
    system.happen(occurrence(Kind.PLATE, Phase.PULSE, DETECTION, plate="B AB 123", person="owner", late=True))
    facts = shown(hass).attributes
    assert (facts["plate"], facts["person"], facts["late"]) == ("B AB 123", "owner", True)


@pytest.mark.parametrize("phase", [Phase.ONGOING, Phase.END])
async def test_repeats_and_ends_are_no_events(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, phase: Phase
) -> None:
    """What was going on when the connection was made is not replayed as new."""
    system.has(DETECTION)
    await set_up()
    system.happen(occurrence(Kind.LINE_CROSSING, phase, DETECTION))
    assert shown(hass).state == "unknown"


async def test_what_becomes_known_later(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """More facts of the same event are shown with it, without telling that it happened again."""
    system.has(DETECTION)
    await set_up()
    begun = {"event_id": "7", "status": "started", "level": "low"}
    more = {"event_id": "7", "status": "updated", "level": "high", "linked": "Gate"}
    system.happen(occurrence(Kind.LINE_CROSSING, Phase.START, DETECTION, details=begun))
    before = shown(hass)
    for phase, details in (
        (Phase.ONGOING, {**more, "event_id": "8"}),
        (Phase.ONGOING, {"status": "updated"}),
        (Phase.END, more),
        (Phase.ONGOING, {**begun, "status": "picture"}),
    ):
        system.happen(occurrence(Kind.LINE_CROSSING, phase, DETECTION, details=details))
        assert shown(hass) is before
    system.happen(occurrence(Kind.LINE_CROSSING, Phase.ONGOING, DETECTION, details=more))
    facts = shown(hass).attributes
    assert (facts["level"], facts["linked"], facts["status"]) == ("high", "Gate", "started")
    assert shown(hass).state == before.state
    learned = shown(hass)
    system.happen(occurrence(Kind.LINE_CROSSING, Phase.ONGOING, DETECTION, details=more))
    assert shown(hass) is learned
    system.happen(occurrence(Kind.PLATE, Phase.PULSE, DETECTION, details={"event_id": "9"}))
    assert not {"level", "linked", "status"} & set(shown(hass).attributes)


async def test_every_event_counts(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Two events in one report are two changes."""
    system.has(DETECTION)
    await set_up()
    seen: list[Any] = []
    hass.bus.async_listen("state_changed", lambda event: seen.append(event.data["new_state"].state))
    system.happen(*(occurrence(Kind.LINE_CROSSING, Phase.START, DETECTION) for _ in range(3)))
    await hass.async_block_till_done()
    assert len(set(seen)) == 3


async def test_what_ends_is_told_where_it_has_a_word(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A door that closes is an event of its own, and the event's own word is there beside its kind."""
    system.has(ACCESS)
    await set_up()
    granted = {"event": "access_granted_by_face", "door": "Main"}
    system.happen(occurrence(Kind.ACCESS_GRANTED, Phase.PULSE, ACCESS, code="196893", details=granted))
    facts = shown(hass, "event.gate_access").attributes
    assert (facts["event_type"], facts["event"], facts["code"]) == ("access_granted", granted["event"], "196893")
    system.happen(occurrence(Kind.DOOR_CLOSED, Phase.PULSE, ACCESS, code="199169", details={"event": "door_closed"}))
    assert shown(hass, "event.gate_access").attributes["event_type"] == "door_closed"


async def test_unknown_code_keeps_its_word(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A code that nobody knows, or a kind that was not announced, is an unknown event with its raw code."""
    system.has(DETECTION)
    await set_up()
    system.happen(occurrence(Kind.UNKNOWN_EVENT, Phase.START, DETECTION, code="newThing"))
    assert (shown(hass).attributes["event_type"], shown(hass).attributes["code"]) == ("unknown_event", "newThing")
    system.happen(occurrence(Kind.FACE, Phase.START, DETECTION, code="facedetection"))
    assert (shown(hass).attributes["event_type"], shown(hass).attributes["code"]) == ("unknown_event", "facedetection")


async def test_a_kind_without_place_is_counted(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """An entity that has no type for an occurrence does not fail, it counts."""
    system.has(STRICT)
    await set_up()
    system.happen(occurrence(Kind.FACE, Phase.START, STRICT))
    assert shown(hass, "event.gate_pir").state == "unknown"
    assert entry.runtime_data.statistics["events_without_type"] == 1


async def test_doorbell_rings(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A bell uses the word that Home Assistant's doorbell triggers wait for."""
    system.has(BELL)
    await set_up()
    system.happen(occurrence(Kind.DOORBELL, Phase.PULSE, BELL))
    facts = shown(hass, "event.gate_doorbell").attributes
    assert facts["device_class"] == "doorbell"
    assert facts["event_type"] == DoorbellEventType.RING
    assert facts["event_types"] == ["ring", "intercom"]
    system.happen(occurrence(Kind.INTERCOM, Phase.PULSE, BELL))
    assert shown(hass, "event.gate_doorbell").attributes["event_type"] == "intercom"
