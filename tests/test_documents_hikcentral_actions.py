"""docs/hikcentral.md shows every action with its fields, and examples that Home Assistant takes and that do what they say."""

from collections.abc import Iterator, Mapping
import re
from typing import Any

from homeassistant.components import automation
from homeassistant.components.automation.config import ValidationStatus, async_validate_config_item
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.selector import NumberSelector, SelectSelector
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
import yaml

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.options_checks import (
    PLAYBACK_WORDS,
    check_playback_template,
    check_stream_template,
)
from custom_components.hikvision_ivm.services import CONFIG_ENTRY, schema
from custom_components.hikvision_ivm.services_fields import Action, Argument
from custom_components.hikvision_ivm.services_table import ACTIONS
from custom_components.hikvision_ivm.systems.hikcentral import HikCentralSystem
from custom_components.hikvision_ivm.systems.hikcentral.event_types import EVENT_TYPES
from custom_components.hikvision_ivm.systems.kinds import Kind
from tests.documents import TEXTS, blocks, quoted, records, section

PAGE = TEXTS["docs/hikcentral.md"]
HEADINGS = re.findall(r"^### (Actions (?:on|for) .+)$", PAGE, re.MULTILINE)
PLATFORM = "hikcentral_professional"
OFFERED = {name: action for name, action in ACTIONS.items() if name in HikCentralSystem.actions}
NEEDED = re.compile(r"\*\*`(\w+)`\*\*")


def told(heading: str) -> list[dict[str, str]]:
    """Return the rows of the tables below a heading."""
    return records(section(heading, PAGE))


def told_actions() -> dict[str, dict[str, str]]:
    """Return the row of every action."""
    found = [row for heading in HEADINGS for row in told(heading) if "Action" in row]
    assert len(found) == len({row["Action"] for row in found})
    return {row["Action"].strip("`"): row for row in found}


def bounds(argument: Argument) -> Iterator[str]:
    """Iterate over what has to be said of a field: limits, or the words that can be chosen."""
    if isinstance(argument.selector, NumberSelector):
        yield f"{argument.selector.config['min']:g} to {argument.selector.config['max']:g}"
    elif isinstance(argument.selector, SelectSelector):
        yield from (f"`{option}`" for option in argument.selector.config["options"])


# actions


def test_every_action() -> None:
    """The tables name exactly the actions that this system offers, and all of them exist."""
    assert sorted(told_actions()) == sorted(OFFERED) == sorted(HikCentralSystem.actions)


@pytest.mark.parametrize("action", OFFERED.values(), ids=[*OFFERED])
def test_every_field(action: Action) -> None:
    """An action is shown with its fields, those that are needed in bold, whether it answers and who may call it."""
    row = told_actions()[action.name]
    assert quoted(row["Fields"]) == [argument.name for argument in action.arguments]
    assert NEEDED.findall(row["Fields"]) == [argument.name for argument in action.arguments if argument.required]
    answers = {SupportsResponse.NONE: row["Answer"] == "–", SupportsResponse.OPTIONAL: row["Answer"].startswith("(")}
    assert answers.get(action.answer, row["Answer"][0] not in "(–"), row["Answer"]
    assert row["Admin"] == ("yes" if action.admin else "–")


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_field_is_explained(heading: str) -> None:
    """Every field of a group of actions is explained, with its limits, choices and default."""
    actions = [ACTIONS[row["Action"].strip("`")] for row in told(heading) if "Action" in row]
    meanings = {name: row["What to give"] for row in told(heading) if "Field" in row for name in quoted(row["Field"])}
    arguments = {argument.name: argument for action in actions for argument in action.arguments}
    assert meanings.keys() == arguments.keys()
    for name, argument in arguments.items():
        for words in bounds(argument):
            assert words in meanings[name], name
        if isinstance(argument.default, str):
            assert f"`{argument.default}` (if nothing is given)" in meanings[name], name


# examples of actions

STEPS: list[dict[str, Any]] = [
    step
    for text in blocks(PAGE, "yaml")
    for parsed in [yaml.safe_load(text)]
    for step in (parsed if isinstance(parsed, list) else parsed.get("actions", []))
    if step.get("action", "").startswith(f"{DOMAIN}.")
]


@pytest.mark.parametrize("step", STEPS, ids=[step["action"] for step in STEPS])
async def test_examples_of_actions(hass: HomeAssistant, step: dict[str, Any]) -> None:
    """An example is a step of a script, and its fields, once templates are filled, are such as the action takes."""
    cv.SCRIPT_SCHEMA([step])
    action = ACTIONS[step["action"].partition(".")[2]]
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "binary_sensor", DOMAIN, "1", config_entry=entry, suggested_object_id=f"{PLATFORM}_event_stream"
    )
    trigger = {"event": {"data": {"action": "ACKNOWLEDGE 0123456789abcdef"}}}
    data = {
        name: Template(value, hass).async_render({"trigger": trigger}) if isinstance(value, str) else value
        for name, value in step.get("data", {}).items()
    }
    schema(action)({**data, **step.get("target", {})})
    assert data.get(CONFIG_ENTRY, "") == ("" if action.targets else entry.entry_id)
    if action.answer is SupportsResponse.ONLY:
        assert "response_variable" in step
    elif action.answer is SupportsResponse.NONE:
        assert "response_variable" not in step


# automations

AUTOMATIONS = {
    parsed["alias"]: parsed for text in blocks(PAGE, "yaml") for parsed in [yaml.safe_load(text)] if "alias" in parsed
}


@pytest.mark.parametrize("alias", AUTOMATIONS)
async def test_automations_are_valid(hass: HomeAssistant, alias: str) -> None:
    """Home Assistant takes every example as it stands, and it is written as Home Assistant writes them today."""
    checked = await async_validate_config_item(hass, "0", {"id": "0", **AUTOMATIONS[alias]})
    assert checked is not None
    assert checked.validation_status is ValidationStatus.OK, checked.validation_error
    assert not {"trigger", "condition", "action", "service", "platform"} & AUTOMATIONS[alias].keys()


async def happened(hass: HomeAssistant, alias: str, **attributes: Any) -> None:
    """Let an automation run, and its event entity tell something."""
    config = AUTOMATIONS[alias]
    entity_ids = config["triggers"][0]["entity_id"]
    entity_id = entity_ids if isinstance(entity_ids, str) else entity_ids[0]
    hass.states.async_set(entity_id, "2026-11-20T09:00:00+00:00")
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [config]})
    await hass.async_block_till_done()
    hass.states.async_set(entity_id, "2026-11-20T10:00:00+00:00", attributes)
    await hass.async_block_till_done()


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
    other = AUTOMATIONS["Acknowledge a door alarm from the phone"]
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
        r"'(\w+)'", AUTOMATIONS["An unknown card is shown at the laboratory"]["conditions"][0]["value_template"]
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
    config = AUTOMATIONS["A visitor arrives"]
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    hass.states.async_set(config["triggers"][0]["entity_id"], before)
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [config]})
    await hass.async_block_till_done()
    hass.states.async_set(config["triggers"][0]["entity_id"], after)
    await hass.async_block_till_done()
    assert len(calls) == times


# addresses of one's own


def test_examples_of_addresses() -> None:
    """The examples of addresses are taken, and the table names every word."""
    streams, recordings = (text.strip() for text in blocks(PAGE, "text"))
    check_stream_template(streams)
    check_playback_template(recordings)
    named = {word.strip("{}") for row in told("Pictures and streams") for word in quoted(row["Word"])}
    assert named == PLAYBACK_WORDS
