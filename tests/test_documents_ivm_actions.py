"""docs/huawei_ivm.md shows every action with its fields, and examples that Home Assistant takes and that do what they say."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.raw_events import EVENT
from custom_components.hikvision_ivm.services_cloud import CLOUD_ROWS
from custom_components.hikvision_ivm.services_fields import Action
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
from tests.documented_actions import ActionPage
from tests.documents import ENGLISH, TEXTS, quoted, records, rows, section

SHARED = {
    "ptz", "goto_preset", "set_preset", "delete_preset", "run_patrol", "stop_patrol", "get_live_url", "get_playback_url",
}  # fmt: skip
"""Actions that other systems have, too."""
PAGE = ActionPage(
    "docs/huawei_ivm.md",
    {name: action for name, action in ACTIONS.items() if name in SHARED | {row.name for row in CLOUD_ROWS}},
)


def test_every_action() -> None:
    """The tables name exactly the actions that this system offers, and all of them exist."""
    assert sorted(PAGE.told_actions()) == sorted(PAGE.actions) == sorted(OF_SYSTEM)


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
        "event", DOMAIN, "1", config_entry=entry, suggested_object_id="gate_detection"
    )
    hass.states.async_set("event.gate_detection", "2026-11-20T10:00:00+00:00", {"alarm_uuid": "D1_0_x_20261120_1"})
    data, taken = PAGE.check_step(hass, entry, step)
    if "sections" in data:
        assert asked_plan(taken).sections
    assert set(data.get("alarm_types", ())) <= {row.code for row in RECORDING_TYPES}


# automations


@pytest.mark.parametrize("alias", PAGE.automations)
async def test_automations_are_valid(hass: HomeAssistant, alias: str) -> None:
    """Home Assistant takes every example."""
    await PAGE.check_automation(hass, alias)


@pytest.mark.parametrize(
    ("before", "attributes", "message"),
    [
        ("2026-11-20T09:00:00+00:00", {"event_type": "human"}, "Gate: human_detection"),
        ("2026-11-20T09:00:00+00:00", {"event_type": "parking"}, None),
        ("unavailable", {"event_type": "human"}, None),
    ],
)
async def test_somebody_at_the_gate(
    hass: HomeAssistant, before: str, attributes: dict[str, Any], message: str | None
) -> None:
    """People and crossed lines are told with a picture; nothing old after a restart."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    told_facts = {"channel_name": "Gate", "alarm_type": "human_detection", **attributes}
    await PAGE.watch(hass, "Somebody at the gate", before, "2026-11-20T10:00:00+00:00", **told_facts)
    assert [call.data["message"] for call in calls] == ([] if message is None else [message])


@pytest.mark.parametrize(("before", "after", "times"), [("off", "on", 1), ("on", "off", 0), ("unknown", "on", 0)])
async def test_the_dome(hass: HomeAssistant, before: str, after: str, times: int) -> None:
    """Motion turns another camera."""
    calls = async_mock_service(hass, DOMAIN, "goto_preset")
    await PAGE.watch(hass, "The dome looks at the gate", before, after)
    assert [call.data["preset"] for call in calls] == ["Gate"] * times


# events


def test_every_alarm_type() -> None:
    """The table names every alarm type, with what becomes of it."""
    found = {quoted(row["Alarm type"])[0]: row for row in PAGE.told("Alarm types")}
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
    found = [row["Types"] for row in PAGE.told("Events") if "Types" in row]
    assert [quoted(row) for row in found] == [[kind.value for kind in kinds] for kinds in types]
    analysed = {word for row in rows(section("Analysis", PAGE.text)) for word in quoted(row[1])}
    assert analysed <= {kind.value for kind in CHANNEL_EVENT_TYPES}


def test_every_field_on_the_bus() -> None:
    """The page of events names the event and its fields as those of the other systems do."""
    assert EVENT in quoted(section("Every event on the bus", PAGE.text))
    fields = [
        {name for row in records(section("Every event on the bus", text)) for name in quoted(row["Field"])}
        for text in (PAGE.text, TEXTS["docs/hikcentral.md"])
    ]
    assert fields[0] == fields[1]
