"""docs/ip_receiver.md shows every action with its fields, and examples that Home Assistant takes and that do what they say."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.raw_events import EVENT
from custom_components.hikvision_ivm.services_alarm import ALARM_ROWS
from custom_components.hikvision_ivm.services_fields import Action
from custom_components.hikvision_ivm.systems.ip_receiver.system import IpReceiverSystem
from tests.documented_actions import ActionPage
from tests.documents import TEXTS, quoted, records, section

PAGE = ActionPage("docs/ip_receiver.md", {row.name: row for row in ALARM_ROWS})


def test_every_action() -> None:
    """The tables name exactly the actions that this system offers, and all of them exist."""
    assert sorted(PAGE.told_actions()) == sorted(PAGE.actions) == sorted(IpReceiverSystem.actions)


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
        "event", DOMAIN, "1", config_entry=entry, suggested_object_id="house_panel_event"
    )
    hass.states.async_set("event.house_panel_event", "2026-11-20T10:00:00+00:00", {"uuid": "0b7c"})
    PAGE.check_step(hass, entry, step)


# automations


@pytest.mark.parametrize("alias", PAGE.automations)
async def test_automations_are_valid(hass: HomeAssistant, alias: str) -> None:
    """Home Assistant takes every example."""
    await PAGE.check_automation(hass, alias)


@pytest.mark.parametrize(("after", "times"), [("triggered", 1), ("pending", 0), ("unknown", 0)])
async def test_an_alarm(hass: HomeAssistant, after: str, times: int) -> None:
    """It names the zones in alarm and shows the picture."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    await PAGE.watch(hass, "An alarm at the house", "armed_away", after, alarm_zones=["Hall", "Front door"])
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
    await PAGE.watch(hass, "Somebody disarms under threat", *moments, **attributes)
    assert [call.data["message"] for call in calls] == ([] if message is None else [message])


@pytest.mark.parametrize(("after", "times"), [("on", 1), ("off", 0), ("unknown", 0)])
async def test_water(hass: HomeAssistant, after: str, times: int) -> None:
    """A relay is switched when there is water."""
    calls = async_mock_service(hass, DOMAIN, "set_outputs")
    await PAGE.watch(hass, "Water in the bathroom", "unknown", after)
    assert len(calls) == times
    if times:
        assert calls[0].data["state"] == "on"


def test_every_field_on_the_bus() -> None:
    """The page of events names the event and its fields as that of the other systems does."""
    assert EVENT in quoted(section("Every event on the bus", PAGE.text))
    fields = [
        {name for row in _bus(text) for name in quoted(row["Field"])}
        for text in (PAGE.text, TEXTS["docs/hikcentral.md"])
    ]
    assert fields[0] == fields[1]


def _bus(text: str) -> list[dict[str, str]]:
    """Return the table of what is fired."""
    return records(section("Every event on the bus", text))
