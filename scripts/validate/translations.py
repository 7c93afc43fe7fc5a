"""translations/*.json: shape, texts, other languages, and the keys that the code names."""

import ast
from collections.abc import Iterator
import re
from typing import Any

from homeassistant.const import Platform

from .project import Check, Project, leaves, placeholders

SECTIONS = {
    "application_credentials",
    "common",
    "conditions",
    "config",
    "config_panel",
    "config_subentries",
    "conversation",
    "device",
    "device_automation",
    "entity",
    "entity_component",
    "exceptions",
    "issues",
    "options",
    "preview_features",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}
KEY = re.compile(r"(?!.*[_-]{2})[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
ADDRESS = re.compile(r"((https?|ftp|mqtt)://|www\.)[a-z0-9]", re.IGNORECASE)
FLOW_FILES = ("config_flow.py", "flow_*.py", "options_flow.py")


def sections_known(project: Project) -> Iterator[str]:
    """Top-level sections and the keys below them."""
    if not project.english:
        yield "translations/en.json is missing"
    if (project.component / "strings.json").exists():
        yield "strings.json belongs to Home Assistant's own build; ship translations/en.json only"
    for section in sorted(set(project.english) - SECTIONS):
        yield f"the section {section} does not exist"
    for platform, entries in project.english.get("entity", {}).items():
        if platform not in {known.value for known in Platform}:
            yield f"entity.{platform} is no platform"
        for key in entries:
            if not KEY.fullmatch(key):
                yield f"entity.{platform}.{key} is no valid key"


def texts_clean(project: Project) -> Iterator[str]:
    """What no text may contain."""
    for path in sorted((project.component / "translations").glob("*.json")):
        for place, text in leaves(project.json(path), path.stem):
            if not isinstance(text, str):
                yield f"{place} is no text"
                continue
            yield from (f"{place} {problem}" for problem in _faults(place, text))


def _faults(place: str, text: str) -> Iterator[str]:
    if "<" in text and ">" in text:
        yield "contains HTML"
    if ADDRESS.search(text):
        yield "contains an address; use a placeholder"
    if text != text.strip() or not text:
        yield "is empty or begins or ends with a space"
    if re.search(r"'\{\w+\}'", text):
        yield "has a placeholder between single quotes"
    if "[%key:" in text:
        yield "refers to another text, which custom integrations cannot"
    try:
        names = placeholders(text)
    except ValueError as error:
        yield f"has unbalanced braces: {error}"
        return
    for name in sorted(names):
        if not name.isidentifier():
            yield f"has a placeholder {{{name}}} that is no identifier"
        elif ".state." in place:
            yield "is the text of a state and has a placeholder"


def flows_complete(project: Project) -> Iterator[str]:
    """Every field of every form has a name and a description."""
    flows = {"config": project.english.get("config", {}), "options": project.english.get("options", {})}
    for kind, flow in project.english.get("config_subentries", {}).items():
        flows[f"config_subentries.{kind}"] = flow
        if "entry_type" not in flow or "user" not in flow.get("initiate_flow", {}):
            yield f"config_subentries.{kind} lacks entry_type or initiate_flow.user"
    for name, flow in flows.items():
        for step, texts in flow.get("step", {}).items():
            for scope in (texts, *texts.get("sections", {}).values()):
                names, described = set(scope.get("data", {})), set(scope.get("data_description", {}))
                for field in sorted(names ^ described):
                    yield f"{name}.step.{step}: {field} has no {'name' if field in described else 'description'}"


def messages_complete(project: Project) -> Iterator[str]:
    """Issues, services and exceptions have what Home Assistant demands of them."""
    for key, issue in project.english.get("issues", {}).items():
        if "title" not in issue or ("description" in issue) == ("fix_flow" in issue):
            yield f"issues.{key} needs a title and either a description or a fix_flow"
    for key, exception in project.english.get("exceptions", {}).items():
        if set(exception) != {"message"}:
            yield f"exceptions.{key} needs a message and nothing else"
    for key, service in project.english.get("services", {}).items():
        for scope in (service, *service.get("fields", {}).values()):
            if not {"name", "description"} <= set(scope):
                yield f"services.{key} lacks a name or a description"


def languages_equal(project: Project) -> Iterator[str]:
    """Other languages have the same keys and placeholders as English, none less and none more."""
    english = dict(leaves(project.english, ""))
    for path in sorted((project.component / "translations").glob("*.json")):
        if path.stem == "en":
            continue
        other = dict(leaves(project.json(path), ""))
        for place in sorted(set(english) - set(other)):
            yield f"{path.stem}{place} is missing"
        for place in sorted(set(other) - set(english)):
            yield f"{path.stem}{place} does not exist in English"
        for place in sorted(set(english) & set(other)):
            try:
                same = placeholders(str(english[place])) == placeholders(str(other[place]))
            except ValueError:
                continue  # texts_clean tells
            if not same:
                yield f"{path.stem}{place} has other placeholders than English"


def errors_translated(project: Project) -> Iterator[str]:
    """Every key of the error tree has a message, with no placeholder that the error might not carry."""
    messages = project.english.get("exceptions", {})
    for path, module in project.modules_below(f"{project.component_folder}/systems"):
        if path.name != "errors.py":
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef) and (key := _own_key(node)) and key not in messages:
                yield f"exceptions.{key} of {node.name} is missing"


def _own_key(node: ast.ClassDef) -> str | None:
    """Return the text that a class assigns to `key`."""
    for statement in node.body:
        targets: list[ast.expr] = []
        value: ast.expr | None = None
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign):
            targets, value = [statement.target], statement.value
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if names == ["key"] and isinstance(value, ast.Constant):
            return str(value.value)
    return None


def flow_keys_exist(project: Project) -> Iterator[str]:
    """Steps and reasons that a flow names literally are translated."""
    for pattern in FLOW_FILES:
        for path in sorted(project.component.glob(pattern)):
            flows = ("options",) if path.name == "options_flow.py" else ("config", "options")
            sections = [project.english.get(flow, {}) for flow in flows]
            for call in (node for node in ast.walk(project.modules[path]) if isinstance(node, ast.Call)):
                yield from (f"{path.name}:{call.lineno}: {text}" for text in _unknown_words(call, sections))


def _unknown_words(call: ast.Call, sections: list[dict[str, Any]]) -> Iterator[str]:
    for keyword in call.keywords:
        where = {"step_id": "step", "reason": "abort"}.get(keyword.arg or "")
        if where and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
            word = keyword.value.value
            if not any(word in section.get(where, {}) for section in sections):
                yield f"{where}.{word} is not translated"


CHECKS: tuple[Check, ...] = (
    sections_known,
    texts_clean,
    flows_complete,
    messages_complete,
    languages_equal,
    errors_translated,
    flow_keys_exist,
)
