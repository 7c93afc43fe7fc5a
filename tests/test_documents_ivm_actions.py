"""docs/huawei_ivm.md shows every action with its fields, and examples that Home Assistant takes and that do what they say."""

from collections.abc import Iterator
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
from custom_components.hikvision_ivm.raw_events import EVENT
from custom_components.hikvision_ivm.services import CONFIG_ENTRY, schema
from custom_components.hikvision_ivm.services_cloud import CLOUD_ROWS
from custom_components.hikvision_ivm.services_fields import Action, Argument
from custom_components.hikvision_ivm.services_table import ACTIONS
from custom_components.hikvision_ivm.systems.ivm.actions import ACTIONS as OF_SYSTEM
from custom_components.hikvision_ivm.systems.ivm.alarm_types import (
    ALARM_TYPES,
    CHANNEL_EVENT_TYPES,
    DEVICE_EVENT_TYPES,
    RECORDING_TYPES,
    SENSOR_KINDS,
    TENANT_EVENT_TYPES,
)
from custom_components.hikvision_ivm.systems.ivm.plans import asked_plan
from tests.documents import ENGLISH, TEXTS, blocks, quoted, records, rows, section

PAGE = TEXTS["docs/huawei_ivm.md"]
HEADINGS = re.findall(r"^### (Actions (?:on|for) .+)$", PAGE, re.MULTILINE)
NEEDED = re.compile(r"\*\*`(\w+)`\*\*")
SHARED = {
    "ptz", "goto_preset", "set_preset", "delete_preset", "run_patrol", "stop_patrol", "get_live_url", "get_playback_url",
}  # fmt: skip
"""Actions that other systems have, too."""
OFFERED = {name: action for name, action in ACTIONS.items() if name in SHARED | {row.name for row in CLOUD_ROWS}}


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


def test_every_action() -> None:
    """The tables name exactly the actions that this system offers."""
    assert sorted(told_actions()) == sorted(OFFERED) == sorted(OF_SYSTEM)


@pytest.mark.parametrize("action", OFFERED.values(), ids=[*OFFERED])
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
        for words in bounds(argument):
            assert words in meanings[name], name


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
    action = OFFERED[step["action"].partition(".")[2]]
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "event", DOMAIN, "1", config_entry=entry, suggested_object_id="gate_detection"
    )
    hass.states.async_set("event.gate_detection", "2026-11-20T10:00:00+00:00", {"alarm_uuid": "D1_0_x_20261120_1"})
    data = {
        name: Template(value, hass).async_render() if isinstance(value, str) else value
        for name, value in step.get("data", {}).items()
    }
    taken = schema(action)({**data, **step.get("target", {})})
    assert data.get(CONFIG_ENTRY, "") == ("" if action.targets else entry.entry_id)
    assert ("response_variable" in step) is (action.answer is SupportsResponse.ONLY)
    if "sections" in data:
        assert asked_plan(taken).sections
    assert set(data.get("alarm_types", ())) <= {row.code for row in RECORDING_TYPES}


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
    """Let an automation watch its entity change."""
    entity_id = AUTOMATIONS[alias]["triggers"][0]["entity_id"]
    hass.states.async_set(entity_id, before)
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [AUTOMATIONS[alias]]})
    await hass.async_block_till_done()
    hass.states.async_set(entity_id, after, attributes)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("before", "attributes", "message"),
    [
        ("2026-11-20T09:00:00+00:00", {"event_type": "human"}, "Gate: human_detection"),
        ("2026-11-20T09:00:00+00:00", {"event_type": "human", "late": True}, None),
        ("2026-11-20T09:00:00+00:00", {"event_type": "parking"}, None),
        ("unavailable", {"event_type": "human"}, None),
    ],
)
async def test_somebody_at_the_gate(
    hass: HomeAssistant, before: str, attributes: dict[str, Any], message: str | None
) -> None:
    """People and crossed lines are told with a picture; nothing late, and nothing old after a restart."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    told_facts = {"channel_name": "Gate", "alarm_type": "human_detection", **attributes}
    await run(hass, "Somebody at the gate", before, "2026-11-20T10:00:00+00:00", **told_facts)
    assert [call.data["message"] for call in calls] == ([] if message is None else [message])


@pytest.mark.parametrize(("before", "after", "times"), [("off", "on", 1), ("on", "off", 0), ("unknown", "on", 0)])
async def test_the_dome(hass: HomeAssistant, before: str, after: str, times: int) -> None:
    """Motion turns another camera."""
    calls = async_mock_service(hass, DOMAIN, "goto_preset")
    await run(hass, "The dome looks at the gate", before, after)
    assert [call.data["preset"] for call in calls] == ["Gate"] * times


# events


def test_every_alarm_type() -> None:
    """The table names every alarm type, with what becomes of it."""
    found = {quoted(row["Alarm type"])[0]: row for row in told("Alarm types")}
    assert found.keys() == ALARM_TYPES.keys()
    for code, alarm in ALARM_TYPES.items():
        row = found[code]
        sensor = str(ENGLISH["entity"]["binary_sensor"].get(alarm.kind, {}).get("name")).replace("{part}", "")
        assert row["Class of the cloud"] == alarm.classification
        assert row["Event type"] == (f"`{alarm.kind}`" if alarm.callback else "–")
        assert row["Binary sensor"] == (sensor if alarm.callback and alarm.kind in SENSOR_KINDS else "–")
        assert row["Can be recorded"] == ("yes" if alarm.recording else "–")


def test_every_event_type() -> None:
    """The table of event types names exactly what can be told."""
    types = (CHANNEL_EVENT_TYPES, DEVICE_EVENT_TYPES, TENANT_EVENT_TYPES)
    found = [row["Types"] for row in told("Events") if "Types" in row]
    assert [quoted(row) for row in found] == [[kind.value for kind in kinds] for kinds in types]
    analysed = {word for row in rows(section("Analysis", PAGE)) for word in quoted(row[1])}
    assert analysed <= {kind.value for kind in CHANNEL_EVENT_TYPES}


def test_every_field_on_the_bus() -> None:
    """The page of events names the event and its fields as those of the other systems do."""
    assert EVENT in quoted(section("Every event on the bus", PAGE))
    fields = [
        {name for row in records(section("Every event on the bus", text)) for name in quoted(row["Field"])}
        for text in (PAGE, TEXTS["docs/hikcentral.md"])
    ]
    assert fields[0] == fields[1]
