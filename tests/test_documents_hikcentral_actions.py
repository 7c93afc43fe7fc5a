"""docs/hikcentral.md shows every action with its fields, and examples that Home Assistant takes and that do what they say."""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.options_checks import (
    PLAYBACK_WORDS,
    check_playback_template,
    check_stream_template,
)
from custom_components.hikvision_ivm.services_fields import Action
from custom_components.hikvision_ivm.services_table import ACTIONS
from custom_components.hikvision_ivm.systems.hikcentral import HikCentralSystem
from custom_components.hikvision_ivm.systems.hikcentral.event_types import EVENT_TYPES
from custom_components.hikvision_ivm.systems.kinds import Kind
from tests.documented_actions import ActionPage
from tests.documents import blocks, quoted

PAGE = ActionPage(
    "docs/hikcentral.md", {name: action for name, action in ACTIONS.items() if name in HikCentralSystem.actions}
)
PLATFORM = "hikcentral_professional"


def test_every_action() -> None:
    """The tables name exactly the actions that this system offers, and all of them exist."""
    assert sorted(PAGE.told_actions()) == sorted(PAGE.actions) == sorted(HikCentralSystem.actions)


@pytest.mark.parametrize("action", PAGE.actions.values(), ids=[*PAGE.actions])
def test_every_field(action: Action) -> None:
    """An action is shown as it is."""
    PAGE.check_fields(action)


@pytest.mark.parametrize("heading", PAGE.headings)
def test_every_field_is_explained(heading: str) -> None:
    """Every field of a group of actions is explained."""
    PAGE.check_explanations(heading)


# examples of actions


@pytest.mark.parametrize("step", PAGE.steps, ids=[step["action"] for step in PAGE.steps])
async def test_examples_of_actions(hass: HomeAssistant, step: dict[str, Any]) -> None:
    """An example is a step of a script, and such as the action takes."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "binary_sensor", DOMAIN, "1", config_entry=entry, suggested_object_id=f"{PLATFORM}_event_stream"
    )
    trigger = {"event": {"data": {"action": "ACKNOWLEDGE 0123456789abcdef"}}}
    PAGE.check_step(hass, entry, step, trigger=trigger)


# automations


@pytest.mark.parametrize("alias", PAGE.automations)
async def test_automations_are_valid(hass: HomeAssistant, alias: str) -> None:
    """Home Assistant takes every example."""
    await PAGE.check_automation(hass, alias)


async def happened(hass: HomeAssistant, alias: str, **attributes: Any) -> None:
    """Let an automation run, and its event entity tell something."""
    await PAGE.watch(hass, alias, "2026-11-20T09:00:00+00:00", "2026-11-20T10:00:00+00:00", **attributes)


@pytest.mark.parametrize(
    ("attributes", "times"),
    [
        ({"event_type": Kind.DOOR_FORCED, "event_id": "7"}, 1),
        ({"event_type": Kind.DURESS, "event_id": "7", "late": False}, 1),
        ({"event_type": Kind.DOOR_OPENED, "event_id": "7"}, 0),
        ({"event_type": Kind.DOOR_FORCED, "event_id": "7", "late": True}, 0),
    ],
)
async def test_a_forced_door_is_told_and_acknowledged(
    hass: HomeAssistant, attributes: Mapping[str, Any], times: int
) -> None:
    """With a picture and a way to acknowledge it, which hands on the id; nothing else is told, and nothing late."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    acknowledged = async_mock_service(hass, DOMAIN, "acknowledge_event")
    await happened(hass, "A door is forced", **attributes)
    assert len(calls) == times
    if not times:
        return
    assert calls[0].data["data"]["image"].startswith("/api/camera_proxy/camera.")
    (offered,) = calls[0].data["data"]["actions"]
    other = PAGE.automations["Acknowledge a door alarm from the phone"]
    found = await async_validate_config_item(hass, "1", {"id": "1", **other})
    assert found is not None
    condition = found["conditions"][0]["value_template"]
    condition.hass = hass
    event = {"trigger": {"event": {"data": {"action": offered["action"]}}}}
    assert condition.async_render(event) is True
    (step,) = found["actions"]
    assert step["data"]["event_id"].async_render(event) in {"7", 7}
    assert not acknowledged


@pytest.mark.parametrize(("event", "times"), [("card_not_found", 1), ("access_granted_by_card", 0)])
async def test_an_unknown_card(hass: HomeAssistant, event: str, times: int) -> None:
    """Cards that nobody knows are told, others are not; its words exist."""
    slugs = {row.slug for row in EVENT_TYPES.values()}
    words = re.findall(
        r"'(\w+)'", PAGE.automations["An unknown card is shown at the laboratory"]["conditions"][0]["value_template"]
    )
    assert event in slugs
    assert {*words[:3]} <= slugs
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    await happened(hass, "An unknown card is shown at the laboratory", event=event)
    assert len(calls) == times


@pytest.mark.parametrize(
    ("attributes", "times"),
    [
        ({"event_type": Kind.PLATE, "plate": "B AB 1234"}, 1),
        ({"event_type": Kind.PLATE, "plate": "B XY 9999"}, 0),
        ({"event_type": Kind.PLATE}, 0),
        ({"event_type": Kind.PLATE, "plate": "B AB 1234", "late": True}, 0),
    ],
)
async def test_a_known_plate(hass: HomeAssistant, attributes: Mapping[str, Any], times: int) -> None:
    """It opens the gate; an unknown one, or one of yesterday, does not."""
    calls = async_mock_service(hass, DOMAIN, "alarm_output")
    await happened(hass, "A known plate opens the gate", **attributes)
    assert len(calls) == times


@pytest.mark.parametrize(("before", "after", "times"), [("1", "2", 1), ("2", "1", 0), ("unknown", "3", 0)])
async def test_a_visitor_arrives(hass: HomeAssistant, before: str, after: str, times: int) -> None:
    """One more is told; a new day, and the first number of all, are not."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    await PAGE.watch(hass, "A visitor arrives", before, after)
    assert len(calls) == times


# addresses of one's own


def test_examples_of_addresses() -> None:
    """The examples of addresses are taken, and the table names every word."""
    streams, recordings = (text.strip() for text in blocks(PAGE.text, "text"))
    check_stream_template(streams)
    check_playback_template(recordings)
    named = {word.strip("{}") for row in PAGE.told("Pictures and streams") for word in quoted(row["Word"])}
    assert named == PLAYBACK_WORDS
