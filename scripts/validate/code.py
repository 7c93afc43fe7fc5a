"""Rules about the code that no linter knows."""

import ast
from collections.abc import Iterator
import re

from homeassistant.const import Platform

from .project import Check, Project

MOST_LINES = 500
MOST_TEST_LINES = 800
MOST_FUNCTION_LINES = 60
TRANSLATED_ERRORS = {
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "PlatformNotReady",
    "ServiceValidationError",
    "UpdateFailed",
}
UNFINISHED = re.compile(r"#\s*(TODO|FIXME|XXX)\b|pragma:\s*no (cover|branch)", re.IGNORECASE)
OWN_FOLDERS = ("custom_components", "simulators", "benchmarks", "scripts", "tests")


def parallel_updates_set(project: Project) -> Iterator[str]:
    """Every platform says how many updates and commands run at once."""
    for platform in Platform:
        path = project.component / f"{platform.value}.py"
        if (module := project.modules.get(path)) is None:
            continue
        names = {
            target.id
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        names |= {
            node.target.id
            for node in module.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        if "PARALLEL_UPDATES" not in names:
            yield f"{project.name(path)} does not set PARALLEL_UPDATES"


def exceptions_translated(project: Project) -> Iterator[str]:
    """Errors that Home Assistant shows carry a translation, and the translation exists."""
    messages = project.english.get("exceptions", {})
    for path, module in project.modules_below(project.component_folder):
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or _called(node) not in TRANSLATED_ERRORS:
                continue
            place = f"{project.name(path)}:{node.lineno}"
            words = {keyword.arg: keyword.value for keyword in node.keywords}
            if node.args or not {"translation_domain", "translation_key"} <= set(words):
                yield f"{place}: {_called(node)} needs a translation, not a literal text"
                continue
            key = words["translation_key"]
            if isinstance(key, ast.Constant) and str(key.value) not in messages:
                yield f"{place}: exceptions.{key.value!s} is not translated"


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rsplit(".", 1)[-1]


def names_translated(project: Project) -> Iterator[str]:
    """Names and icons of entities come from translations, never from literals in the code."""
    for path, module in project.modules_below(project.component_folder):
        for node in ast.walk(module):
            if not isinstance(node, ast.Assign):
                continue
            for target in node.targets:
                word = ast.unparse(target).rsplit(".", 1)[-1]
                literal = isinstance(node.value, ast.JoinedStr) or (
                    isinstance(node.value, ast.Constant) and node.value.value is not None
                )
                if word in {"_attr_name", "_attr_icon"} and literal:
                    yield f"{project.name(path)}:{node.lineno}: {word} is a literal"


def sizes_kept(project: Project) -> Iterator[str]:
    """Files and functions stay short enough to be read at once."""
    for path, module in project.modules_below(*OWN_FOLDERS):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        most = MOST_TEST_LINES if path.is_relative_to(project.root / "tests") else MOST_LINES
        if lines > most:
            yield f"{project.name(path)} has {lines} lines; split it below {most}"
        for node in ast.walk(module):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MOST_FUNCTION_LINES:
                    yield f"{project.name(path)}:{node.lineno}: {node.name} has {length} lines"


def nothing_unfinished(project: Project) -> Iterator[str]:
    """No marks of unfinished work, and nothing hidden from the coverage."""
    for path, _ in project.modules_below(*OWN_FOLDERS):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if UNFINISHED.search(line) and "re.compile" not in line:
                yield f"{project.name(path)}:{number}: {line.strip()}"


CHECKS: tuple[Check, ...] = (
    parallel_updates_set,
    exceptions_translated,
    names_translated,
    sizes_kept,
    nothing_unfinished,
)
