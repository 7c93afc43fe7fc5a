"""Tests of repairs: they follow the problems, they say what will be changed, and they mend through the system."""

import ast
from collections.abc import Iterator, Mapping
from http import HTTPStatus
import json
from pathlib import Path
import string
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm import repairs
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.failures import CHINESE
from custom_components.hikvision_ivm.systems import SYSTEMS, errors
from custom_components.hikvision_ivm.systems.model import Problem
from tests.flow_system import SERIAL, FlowSystem

COMPONENT = Path(repairs.__file__).parent
SILENT = Problem(key="events_not_notified", placeholders={"events": "motion (1, 2)"}, fixable=True)
RIGHT = Problem(key="missing_right", subject="preview", placeholders={"right": "Live View"})
LOCKED = Problem(key="account_locked", placeholders={"minutes": ""}, severe=True)

type Client = TestClient[Any, Any]


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": FlowSystem}):
        yield


async def add_entry(hass: HomeAssistant, unique_id: str = SERIAL) -> MockConfigEntry:
    """Add an entry that is not set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Recorder",
        unique_id=unique_id,
        data={"system": "isapi", "url": "http://192.0.2.10", "webhook_id": "hook"},
    )
    entry.add_to_hass(hass)
    await async_get_integration(hass, DOMAIN)
    return entry


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Set up an entry."""
    entry = await add_entry(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


@pytest.fixture
async def client(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Client:
    """Return an administrator at Home Assistant's interface."""
    assert await async_setup_component(hass, "repairs", {})
    return await hass_client()


def keys(issue_registry: ir.IssueRegistry) -> list[str | None]:
    """Return the texts of our issues."""
    return sorted(str(i.translation_key) for (domain, _), i in issue_registry.issues.items() if domain == DOMAIN)


def the_issue(issue_registry: ir.IssueRegistry) -> ir.IssueEntry:
    """Return our only issue."""
    (issue,) = (issue for (domain, _), issue in issue_registry.issues.items() if domain == DOMAIN)
    return issue


async def start(client: Client, issue_id: str) -> dict[str, Any]:
    """Open the repair."""
    answer = await client.post("/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id})
    assert answer.status == HTTPStatus.OK
    step: dict[str, Any] = await answer.json()
    return step


async def agree(client: Client, step: Mapping[str, Any]) -> dict[str, Any]:
    """Submit the repair."""
    answer = await client.post(f"/api/repairs/issues/fix/{step['flow_id']}", json={})
    assert answer.status == HTTPStatus.OK
    result: dict[str, Any] = await answer.json()
    return result


async def test_issues_follow_problems(hass: HomeAssistant, issue_registry: ir.IssueRegistry) -> None:
    """A topic replaces its own issues only; a solved problem vanishes; entries do not disturb each other."""
    one, two = await add_entry(hass, "one"), await add_entry(hass, "two")
    repairs.async_sync_problems(hass, one, "events", [SILENT])
    repairs.async_sync_problems(hass, one, "rights", [RIGHT, LOCKED])
    repairs.async_sync_problems(hass, two, "events", [SILENT])
    assert keys(issue_registry) == ["account_locked", "events_not_notified", "events_not_notified", "missing_right"]
    repairs.async_sync_problems(hass, one, "rights", [LOCKED])
    assert keys(issue_registry) == ["account_locked", "events_not_notified", "events_not_notified"]
    repairs.async_sync_problems(hass, one, "events", [])
    repairs.async_sync_problems(hass, one, "right", [])
    assert keys(issue_registry) == ["account_locked", "events_not_notified"]
    repairs.async_clear_problems(hass, one)
    assert keys(issue_registry) == ["events_not_notified"]


async def test_what_an_issue_says(hass: HomeAssistant, issue_registry: ir.IssueRegistry) -> None:
    """Severity, texts and the way to the documentation."""
    entry = await add_entry(hass)
    documentation = (await async_get_integration(hass, DOMAIN)).documentation
    assert documentation is not None
    repairs.async_sync_problems(hass, entry, "login", [LOCKED])
    issue = the_issue(issue_registry)
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.is_fixable is False
    assert issue.translation_placeholders == {"device": "Recorder", "minutes": "–"}
    assert issue.learn_more_url == f"{documentation}/blob/main/docs/isapi.md#repairs"
    assert issue.data is None
    repairs.async_sync_problems(hass, entry, "login", [RIGHT])
    issue = the_issue(issue_registry)
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_placeholders == {"device": "Recorder", "right": "Live View"}


@pytest.mark.parametrize(("language", "parts"), [("en", "channels"), ("zh-Hans", "通道"), ("de", "channels")])
async def test_words_in_the_language_of_home_assistant(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    client: Client,
    issue_registry: ir.IssueRegistry,
    language: str,
    parts: str,
) -> None:
    """What code supplies to a text is Chinese where Home Assistant is, in the issue and where it is mended."""
    hass.config.language = language
    problem = Problem(key="left_out", placeholders={"parts": "channels", "parts_zh": "通道"}, fixable=True)
    repairs.async_sync_problems(hass, entry, "x", [problem])
    issue = the_issue(issue_registry)
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["parts"] == parts
    step = await start(client, issue.issue_id)
    assert step["description_placeholders"]["parts"] == parts


async def test_issue_belongs_to_its_entry_where_that_is_possible(hass: HomeAssistant) -> None:
    """From 2026.11 Home Assistant deletes an issue with its entry if it is told whose it is."""
    entry = await add_entry(hass)
    for owned in (True, False):
        with patch.object(repairs, "_OWNED", owned), patch.object(ir, "async_create_issue") as create:
            repairs.async_sync_problems(hass, entry, "rights", [RIGHT])
        assert create.call_args.kwargs.get("config_entry_id") == (entry.entry_id if owned else None)


async def test_unload_clears(hass: HomeAssistant, entry: MockConfigEntry, issue_registry: ir.IssueRegistry) -> None:
    """A system that does not run has no problems to show."""
    entry.runtime_data.set_problems("events", [SILENT])
    assert keys(issue_registry) == ["events_not_notified"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert keys(issue_registry) == []


async def test_mend(entry: MockConfigEntry, client: Client, issue_registry: ir.IssueRegistry) -> None:
    """The question names what will be changed; after the answer the system mends exactly that problem."""
    system = entry.runtime_data.system
    entry.runtime_data.set_problems("events", [SILENT])
    step = await start(client, the_issue(issue_registry).issue_id)
    assert step["type"] == "form"
    assert step["step_id"] == "confirm"
    assert step["description_placeholders"]["events"] == "motion (1, 2)"
    assert step["description_placeholders"]["device"] == "Recorder"
    assert system.fixed == []
    result = await agree(client, step)
    assert result["type"] == "create_entry"
    assert system.fixed == [SILENT]
    assert keys(issue_registry) == []


@pytest.mark.no_fail_on_log_exception
@pytest.mark.parametrize(
    ("failure", "key", "reason"),
    [
        (errors.ConnectionFailedError(reason="refused"), "cannot_connect", "refused"),
        (errors.ResponseTimeoutError(reason="10 s"), "cannot_connect", "10 s"),
        (errors.AuthenticationError(), "invalid_auth", ""),
        (errors.InsufficientRightsError(right="parameterConfig"), "insufficient_rights", ""),
        (errors.RejectedError(reason="VMD-1 (not supported)"), "fix_failed", "VMD-1 (not supported)"),
        (errors.NotConfirmedError(wanted="center", found=""), "fix_failed", "not_confirmed"),
        (ZeroDivisionError(), "unknown", ""),
    ],
)
async def test_mending_fails_then_works(
    entry: MockConfigEntry,
    client: Client,
    issue_registry: ir.IssueRegistry,
    failure: Exception,
    key: str,
    reason: str,
) -> None:
    """A failure is told in the dialog and leaves the issue; the same dialog works once the cause is gone."""
    system = entry.runtime_data.system
    entry.runtime_data.set_problems("events", [SILENT])
    step = await start(client, the_issue(issue_registry).issue_id)

    def fail(problem: Problem) -> None:
        raise failure

    system.on_fix = fail
    result = await agree(client, step)
    assert result["type"] == "form"
    assert result["errors"] == {"base": key}
    assert result["description_placeholders"]["reason"] == reason
    assert result["description_placeholders"]["events"] == "motion (1, 2)"
    assert keys(issue_registry) == ["events_not_notified"]
    system.on_fix = None
    assert (await agree(client, result))["type"] == "create_entry"
    assert keys(issue_registry) == []


async def test_solved_meanwhile(entry: MockConfigEntry, client: Client, issue_registry: ir.IssueRegistry) -> None:
    """Nothing is changed for a problem that solved itself while the dialog was open."""
    system = entry.runtime_data.system
    entry.runtime_data.set_problems("events", [SILENT])
    step = await start(client, the_issue(issue_registry).issue_id)
    entry.runtime_data.set_problems("events", [])
    assert (await agree(client, step))["type"] == "create_entry"
    assert system.fixed == []


async def test_mend_while_not_loaded(
    hass: HomeAssistant, entry: MockConfigEntry, client: Client, issue_registry: ir.IssueRegistry
) -> None:
    """Without its system running the dialog says so, and works once it runs."""
    other = await add_entry(hass, "other")
    repairs.async_sync_problems(hass, other, "events", [SILENT])
    step = await start(client, the_issue(issue_registry).issue_id)
    result = await agree(client, step)
    assert result["errors"] == {"base": "not_loaded"}
    assert keys(issue_registry) == ["events_not_notified"]
    other.mock_state(hass, ConfigEntryState.LOADED)
    other.runtime_data = entry.runtime_data
    assert (await agree(client, result))["type"] == "create_entry"
    assert entry.runtime_data.system.fixed == [SILENT]
    other.mock_state(hass, ConfigEntryState.NOT_LOADED)


async def test_mend_after_the_entry_is_gone(
    hass: HomeAssistant, entry: MockConfigEntry, client: Client, issue_registry: ir.IssueRegistry
) -> None:
    """A dialog that outlived its entry says so."""
    other = await add_entry(hass, "other")
    repairs.async_sync_problems(hass, other, "events", [SILENT])
    step = await start(client, the_issue(issue_registry).issue_id)
    with patch.object(hass.config_entries, "async_get_entry", return_value=None):
        result = await agree(client, step)
    assert result["errors"] == {"base": "not_loaded"}
    assert result["description_placeholders"]["device"] == ""


async def test_issue_without_data(hass: HomeAssistant) -> None:
    """An issue of an older version, without data, can at least be confirmed."""
    flow = await repairs.async_create_fix_flow(hass, "x", None)
    # Older versions of Home Assistant read the id from the flow, newer ones from its context.
    flow.hass, flow.handler, flow.context, flow.issue_id = hass, DOMAIN, {"issue_id": "x"}, "x"
    assert (await flow.async_step_init())["step_id"] == "confirm"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_has_a_chapter_on_repairs(system: str) -> None:
    """The link of an issue leads somewhere."""
    assert "\n## Repairs\n" in (COMPONENT.parent.parent / f"docs/{repairs.PAGES.get(system, system)}.md").read_text(
        encoding="utf-8"
    )


# Every problem has its text


def _problems() -> Iterator[tuple[str, frozenset[str], bool]]:
    """Find key, placeholders and whether it can be mended of every problem that the code makes."""
    for path in COMPONENT.rglob("*.py"):
        tree = ast.parse(path.read_text())
        members = {node for found in ast.walk(tree) if isinstance(found, ast.ClassDef) for node in found.body}
        named = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and node not in members
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        if path == COMPONENT / "repairs.py":
            continue
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Problem"):
                continue
            given = {word.arg: word.value for word in call.keywords}
            key, placeholders = (
                named[node.id] if isinstance(node, ast.Name) else node
                for node in (given["key"], given.get("placeholders", ast.Dict([], [])))
            )
            fixable = given.get("fixable", ast.Constant(False))
            assert isinstance(key, ast.Constant), ast.unparse(call)
            assert isinstance(placeholders, ast.Dict), ast.unparse(call)
            assert isinstance(fixable, ast.Constant), ast.unparse(call)
            names = {str(name.value) for name in placeholders.keys if isinstance(name, ast.Constant)}
            chinese = {name for name in names if name.endswith(CHINESE)}
            assert {name.removesuffix(CHINESE) for name in chinese} <= names, key.value
            yield str(key.value), frozenset(names - chinese), bool(fixable.value)


def _placeholders(text: str) -> set[str]:
    """Return the placeholders of a text."""
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_every_problem_has_exactly_its_text() -> None:
    """Each problem that can be made has a text that uses its placeholders and no others, and no text is left over."""
    texts = json.loads((COMPONENT / "translations/en.json").read_text())["issues"]
    problems = set(_problems())
    assert {"events_not_notified", "too_many_entities"} <= {key for key, _, _ in problems}
    for key, given, fixable in problems:
        assert ("fix_flow" in texts[key]) is fixable, key
        body = texts[key]["fix_flow"]["step"]["confirm"]["description"] if fixable else texts[key]["description"]
        assert _placeholders(body) - {"device"} == given, key
        assert _placeholders(texts[key]["title"]) <= given | {"device"}, key
        if fixable:
            assert texts[key]["fix_flow"]["error"].keys() == {*repairs.FIX_ERRORS.values(), *OTHER_ERRORS}, key
    assert texts.keys() == {key for key, _, _ in problems}


OTHER_ERRORS = {"fix_failed", "not_loaded", "unknown"}
