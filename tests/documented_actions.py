"""What the pages of all systems are held to about actions: tables of them, their fields, examples, automations."""

from collections.abc import Iterator, Mapping
import re
from typing import Any, Final

from homeassistant.components import automation
from homeassistant.components.automation.config import ValidationStatus, async_validate_config_item
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import NumberSelector, SelectSelector
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
import yaml

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.services import CONFIG_ENTRY, schema
from custom_components.hikvision_ivm.services_fields import Action, Argument
from tests.documents import TEXTS, blocks, quoted, records, section

_NEEDED: Final = re.compile(r"\*\*`(\w+)`\*\*")
_OLD_WORDS: Final = frozenset({"trigger", "condition", "action", "service", "platform"})
"""As automations were written before."""


class ActionPage:
    """A page, and the `actions` it has to show.

    `headings`: of its groups of actions. `steps`: its examples of actions, as steps of a script. `automations`: its
    examples of automations, by name.
    """

    def __init__(self, page: str, actions: Mapping[str, Action]) -> None:
        """`page`: the path of the document."""
        self.text = TEXTS[page]
        self.actions = actions
        self.headings: list[str] = re.findall(r"^### (Actions (?:on|for) .+)$", self.text, re.MULTILINE)
        parsed = [yaml.safe_load(text) for text in blocks(self.text, "yaml")]
        self.steps: list[dict[str, Any]] = [
            step
            for one in parsed
            for step in (one if isinstance(one, list) else one.get("actions", []))
            if step.get("action", "").startswith(f"{DOMAIN}.")
        ]
        self.automations: dict[str, dict[str, Any]] = {one["alias"]: one for one in parsed if "alias" in one}

    def told(self, heading: str) -> list[dict[str, str]]:
        """Return the rows of the tables below a heading."""
        return records(section(heading, self.text))

    def told_actions(self) -> dict[str, dict[str, str]]:
        """Return the row of every action."""
        found = [row for heading in self.headings for row in self.told(heading) if "Action" in row]
        assert len(found) == len({row["Action"] for row in found})
        return {row["Action"].strip("`"): row for row in found}

    def check_fields(self, action: Action) -> None:
        """An action has its fields, those that are needed in bold, and says whether it answers and who may call it."""
        row = self.told_actions()[action.name]
        assert quoted(row["Fields"]) == [argument.name for argument in action.arguments]
        assert _NEEDED.findall(row["Fields"]) == [argument.name for argument in action.arguments if argument.required]
        assert (row["Answer"] == "–") is (action.answer is SupportsResponse.NONE)
        assert row["Answer"].startswith("(") is (action.answer is SupportsResponse.OPTIONAL)
        assert row["Admin"] == ("yes" if action.admin else "–")
        if action.one_of:
            *others, last = (f"`{name}`" for name in action.one_of)
            assert f"give exactly one of {', '.join(others)} and {last}" in row["What it does"]

    def check_explanations(self, heading: str) -> None:
        """Every field of a group of actions is explained, with its limits, choices and default."""
        told = self.told(heading)
        actions = [self.actions[row["Action"].strip("`")] for row in told if "Action" in row]
        meanings = {name: row["What to give"] for row in told if "Field" in row for name in quoted(row["Field"])}
        arguments = {argument.name: argument for action in actions for argument in action.arguments}
        assert meanings.keys() == arguments.keys()
        for name, argument in arguments.items():
            for words in _bounds(argument):
                assert words in meanings[name], name
            if isinstance(argument.default, str):
                assert f"`{argument.default}` (if nothing is given)" in meanings[name], name

    def check_step(
        self, hass: HomeAssistant, entry: MockConfigEntry, step: dict[str, Any], **variables: object
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """An example is a step of a script, and its fields are such as the action takes.

        Templates are filled from `variables`; an action without a target names `entry`. Returns the fields, and what
        the action makes of them.
        """
        cv.SCRIPT_SCHEMA([step])
        action = self.actions[step["action"].partition(".")[2]]
        data = {
            name: Template(value, hass).async_render(variables) if isinstance(value, str) else value
            for name, value in step.get("data", {}).items()
        }
        taken = schema(action)({**data, **step.get("target", {})})
        assert data.get(CONFIG_ENTRY, "") == ("" if action.targets else entry.entry_id)
        if action.answer is not SupportsResponse.OPTIONAL:
            assert ("response_variable" in step) is (action.answer is SupportsResponse.ONLY)
        return data, taken

    async def check_automation(self, hass: HomeAssistant, alias: str) -> None:
        """Home Assistant takes an example as it stands, and it is written as Home Assistant writes them today."""
        checked = await async_validate_config_item(hass, "0", {"id": "0", **self.automations[alias]})
        assert checked is not None
        assert checked.validation_status is ValidationStatus.OK, checked.validation_error
        assert not _OLD_WORDS & self.automations[alias].keys()

    async def watch(self, hass: HomeAssistant, alias: str, before: str, after: str, **attributes: Any) -> None:
        """Let an automation watch its first entity change."""
        config = self.automations[alias]
        entity_ids = config["triggers"][0]["entity_id"]
        entity_id = entity_ids if isinstance(entity_ids, str) else entity_ids[0]
        hass.states.async_set(entity_id, before)
        assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: [config]})
        await hass.async_block_till_done()
        hass.states.async_set(entity_id, after, attributes)
        await hass.async_block_till_done()


def _bounds(argument: Argument) -> Iterator[str]:
    """Yield what has to be said of a field: limits, or the words that can be chosen."""
    if isinstance(argument.selector, NumberSelector):
        yield f"{argument.selector.config['min']:g} to {argument.selector.config['max']:g}"
    elif isinstance(argument.selector, SelectSelector):
        yield from (f"`{option}`" for option in argument.selector.config["options"])
