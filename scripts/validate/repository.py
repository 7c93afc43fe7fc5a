"""What the repository as a whole must have: HACS's file, documents, licence, quality scale, workflows."""

from collections.abc import Iterator
import re
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionException, AwesomeVersionStrategy
import voluptuous as vol

from .project import Check, Project

HACS = vol.Schema(
    {
        vol.Required("name"): str,
        vol.Optional("content_in_root"): bool,
        vol.Optional("country"): vol.Any(str, [str]),
        vol.Optional("filename"): str,
        vol.Optional("hacs"): str,
        vol.Optional("hide_default_branch"): bool,
        vol.Optional("homeassistant"): str,
        vol.Optional("persistent_directory"): str,
        vol.Optional("render_readme"): bool,
        vol.Optional("zip_release"): bool,
    }
)
RULES = {
    "action-exceptions",
    "action-setup",
    "appropriate-polling",
    "async-dependency",
    "brands",
    "common-modules",
    "config-entry-unloading",
    "config-flow",
    "config-flow-test-coverage",
    "dependency-transparency",
    "devices",
    "diagnostics",
    "discovery",
    "discovery-update-info",
    "docs-actions",
    "docs-conditions",
    "docs-configuration-parameters",
    "docs-data-update",
    "docs-examples",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-installation-parameters",
    "docs-known-limitations",
    "docs-removal-instructions",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-triggers",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-event-setup",
    "entity-translations",
    "entity-unavailable",
    "entity-unique-id",
    "exception-translations",
    "has-entity-name",
    "icon-translations",
    "inject-websession",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "reconfiguration-flow",
    "repair-issues",
    "runtime-data",
    "stale-devices",
    "strict-typing",
    "test-before-configure",
    "test-before-setup",
    "test-coverage",
    "unique-config-entry",
}
STATUSES = {"done", "exempt", "todo"}
README_COMMANDS = ("scripts/develop", "scripts/test")


def hacs_file(project: Project) -> Iterator[str]:
    """hacs.json as HACS and the Marketplace read it."""
    hacs = project.json(project.root / "hacs.json")
    try:
        HACS(hacs)
    except vol.Invalid as error:
        yield str(error)
    if hacs.get("zip_release") and not str(hacs.get("filename", "")).endswith(".zip"):
        yield "zip_release needs a filename that ends in .zip"
    try:
        AwesomeVersion(str(hacs.get("homeassistant", "")), ensure_strategy=[AwesomeVersionStrategy.CALVER])
    except AwesomeVersionException:
        yield f"homeassistant {hacs.get('homeassistant')} is no version"


def one_integration(project: Project) -> Iterator[str]:
    """HACS downloads the first folder below custom_components, so there is one."""
    found = sorted(path.parent.name for path in (project.root / "custom_components").glob("*/manifest.json"))
    if found != [project.component.name]:
        yield f"custom_components must hold {project.component.name} alone, not {', '.join(found) or 'nothing'}"


def quality_scale(project: Project) -> Iterator[str]:
    """All rules are answered, and an exemption says why."""
    rules: dict[str, Any] = project.yaml(project.component / "quality_scale.yaml").get("rules", {})
    for rule in sorted(RULES - set(rules)):
        yield f"{rule} is not answered"
    for rule in sorted(set(rules) - RULES):
        yield f"{rule} is no rule"
    for rule, answer in rules.items():
        status = answer.get("status") if isinstance(answer, dict) else answer
        if status not in STATUSES:
            yield f"{rule}: {status} is no status"
        elif status == "exempt" and not (isinstance(answer, dict) and answer.get("comment")):
            yield f"{rule} is exempt without a comment"


def documents(project: Project) -> Iterator[str]:
    """README with its two commands and whole links, and the licence."""
    readme = project.root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    for command in README_COMMANDS:
        if command not in text:
            yield f"README.md does not name {command}"
    for page in sorted(project.root.glob("*.md")) + sorted((project.root / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                yield f"{project.name(page)}: the link {target} leads nowhere"
    licence = project.root / "LICENSE"
    if not licence.is_file() or "Apache License" not in licence.read_text(encoding="utf-8")[:200]:
        yield "LICENSE is not the Apache License"


def workflows(project: Project) -> Iterator[str]:
    """HACS validation, hassfest and the tests run on every change."""
    folder = project.root / ".github" / "workflows"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml")))
    for part in ("hacs/action@", "home-assistant/actions/hassfest@", "scripts/test", "scripts/lint"):
        if part not in text:
            yield f"no workflow uses {part}"
    for path in sorted(folder.glob("*.yml")):
        project.yaml(path)
    for action in re.findall(r"uses:\s*(\S+)", text):
        if "@" not in action:
            yield f"the action {action} has no version"


CHECKS: tuple[Check, ...] = (hacs_file, one_integration, quality_scale, documents, workflows)
