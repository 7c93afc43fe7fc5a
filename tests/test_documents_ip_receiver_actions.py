"""docs/ip_receiver.md shows every action with its fields, and examples that Home Assistant takes and that do what they say."""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components import automation
from homeassistant.components.automation.config import ValidationStatus, async_validate_config_item
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.selector import SelectSelector
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
import yaml

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.raw_events import EVENT
from custom_components.hikvision_ivm.services import CONFIG_ENTRY, schema
from custom_components.hikvision_ivm.services_alarm import ALARM_ROWS
from custom_components.hikvision_ivm.services_fields import Action
from custom_components.hikvision_ivm.systems.ip_receiver.system import IpReceiverSystem
from tests.documents import TEXTS, blocks, quoted, records, section

PAGE = TEXTS["docs/ip_receiver.md"]
HEADINGS = re.findall(r"^### (Actions (?:on|for) .+)$", PAGE, re.MULTILINE)
ACTIONS: Mapping[str, Action] = {row.name: row for row in ALARM_ROWS}
NEEDED = re.compile(r"\*\*`(\w+)`\*\*")


def told(heading: str) -> list[dict[str, str]]:
    """Return the rows of the tables below a heading."""
    return records(section(heading, PAGE))


def told_actions() -> dict[str, dict[str, str]]:
    """Return the row of every action."""
    found = [row for heading in HEADINGS for row in told(heading) if "Action" in row]
    assert len(found) == len({row["Action"] for row in found})
    return {row["Action"].strip("`"): row for row in found}


def test_every_action() -> None:
    """The tables name exactly the actions that this system offers, and all of them exist."""
    assert sorted(told_actions()) == sorted(ACTIONS) == sorted(IpReceiverSystem.actions)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=[*ACTIONS])
def test_every_field(action: Action) -> None:
    """An action is shown with its fields, those that are needed in bold, whether it answers and who may call it."""
    row = told_actions()[action.name]
    assert quoted(row["Fields"]) == [argument.name for argument in action.arguments]
    assert NEEDED.findall(row["Fields"]) == [argument.name for argument in action.arguments if argument.required]
    assert row["Answer"].startswith("(") is (action.answer is SupportsResponse.OPTIONAL)
    assert (row["Answer"] == "–") is (action.answer is SupportsResponse.NONE)
    assert row["Admin"] == ("yes" if action.admin else "–")
    if action.one_of:
        assert "give exactly one of " + " and ".join(f"`{name}`" for name in action.one_of) in row["What it does"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_field_is_explained(heading: str) -> None:
    """Every field of a group of actions is explained, with all that can be chosen."""
    actions = [ACTIONS[row["Action"].strip("`")] for row in told(heading) if "Action" in row]
    meanings = {name: row["What to give"] for row in told(heading) if "Field" in row for name in quoted(row["Field"])}
    arguments = {argument.name: argument for action in actions for argument in action.arguments}
    assert meanings.keys() == arguments.keys()
    for name, argument in arguments.items():
        if isinstance(argument.selector, SelectSelector):
            for option in argument.selector.config["options"]:
                assert f"`{option}`" in meanings[name], name


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
        "event", DOMAIN, "1", config_entry=entry, suggested_object_id="house_panel_event"
    )
    hass.states.async_set("event.house_panel_event", "2026-11-20T10:00:00+00:00", {"uuid": "0b7c"})
    data = {
        name: Template(value, hass).async_render() if isinstance(value, str) else value
        for name, value in step.get("data", {}).items()
    }
    schema(action)({**data, **step.get("target", {})})
    assert data.get(CONFIG_ENTRY, "") == ("" if action.targets else entry.entry_id)
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


async def run(hass: HomeAssistant, alias: str, before: str, after: str, **attributes: Any) -> None:
    """Let an automation watch its first entity change."""
    config = AUTOMATIONS[alias]
    entity_ids = config["triggers"][0]["entity_id"]
    entity_id = entity_ids if isinstance(entity_ids, str) else entity_ids[0]
    hass.states.async_set(entity_id, before)
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [config]})
    await hass.async_block_till_done()
    hass.states.async_set(entity_id, after, attributes)
    await hass.async_block_till_done()


@pytest.mark.parametrize(("after", "times"), [("triggered", 1), ("pending", 0), ("unknown", 0)])
async def test_an_alarm(hass: HomeAssistant, after: str, times: int) -> None:
    """It names the zones in alarm and shows the picture."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    await run(hass, "An alarm at the house", "armed_away", after, alarm_zones=["Hall", "Front door"])
    assert len(calls) == times
    if times:
        assert calls[0].data["message"] == "Hall, Front door"
        assert calls[0].data["data"]["image"] == "/api/image_proxy/image.house_event_picture"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"event_type": "duress", "restored": False, "user": "Ann"}, "Duress: Ann"),
        ({"event_type": "duress", "restored": False}, "Duress: unknown user"),
        ({"event_type": "duress", "restored": True}, None),
        ({"event_type": "panic", "restored": False}, None),
    ],
)
async def test_duress(hass: HomeAssistant, attributes: dict[str, Any], message: str | None) -> None:
    """Only duress is told, with the user if the panel named one."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    moments = ("2026-11-20T09:00:00+00:00", "2026-11-20T10:00:00+00:00")
    await run(hass, "Somebody disarms under threat", *moments, **attributes)
    assert [call.data["message"] for call in calls] == ([] if message is None else [message])


@pytest.mark.parametrize(("after", "times"), [("on", 1), ("off", 0), ("unknown", 0)])
async def test_water(hass: HomeAssistant, after: str, times: int) -> None:
    """A relay is switched when there is water."""
    calls = async_mock_service(hass, DOMAIN, "set_outputs")
    await run(hass, "Water in the bathroom", "unknown", after)
    assert len(calls) == times
    if times:
        assert calls[0].data["state"] == "on"


def test_every_field_on_the_bus() -> None:
    """The page of events names the event and its fields as that of the other systems does."""
    assert EVENT in quoted(section("Every event on the bus", PAGE))
    fields = [
        {name for row in _bus(text) for name in quoted(row["Field"])} for text in (PAGE, TEXTS["docs/hikcentral.md"])
    ]
    assert fields[0] == fields[1]


def _bus(text: str) -> list[dict[str, str]]:
    """Return the table of what is fired."""
    return records(section("Every event on the bus", text))
