"""manifest.json and the components that the code uses."""

from collections.abc import Iterator
import re

from awesomeversion import AwesomeVersion, AwesomeVersionException, AwesomeVersionStrategy
from homeassistant.const import Platform
from packaging.requirements import InvalidRequirement, Requirement

from .project import Check, Project, imported

REQUIRED = ("domain", "name", "version", "documentation", "issue_tracker", "codeowners", "iot_class")
OPTIONAL = (
    "after_dependencies",
    "bluetooth",
    "config_flow",
    "dependencies",
    "dhcp",
    "disabled",
    "homekit",
    "import_executor",
    "integration_type",
    "loggers",
    "mqtt",
    "preview_features",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "ssdp",
    "usb",
    "zeroconf",
)
VERSIONS = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
IOT_CLASSES = {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"}
INTEGRATION_TYPES = {"device", "entity", "hardware", "helper", "hub", "service", "system"}
PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
DISCOVERY = {"bluetooth", "dhcp", "homekit", "mqtt", "ssdp", "usb", "zeroconf"}
ALWAYS_THERE = {
    "automation",
    "conversation",
    "default_config",
    "device_automation",
    "frontend",
    "group",
    "homeassistant",
    "media_source",
    "mjpeg",
    "onboarding",
    "panel_custom",
    "persistent_notification",
    "person",
    "script",
    "shopping_list",
    "stream",
    "sun",
    "system_health",
    "system_log",
    "timer",
    "webhook",
    "websocket_api",
    "zone",
}


def manifest_keys(project: Project) -> Iterator[str]:
    """Required, unknown and wrongly ordered keys."""
    manifest = project.manifest
    for key in REQUIRED:
        if not manifest.get(key):
            yield f"{key} is missing"
    for key in manifest:
        if key not in (*REQUIRED, *OPTIONAL):
            yield f"the key {key} is unknown to hassfest"
    if list(manifest) != ["domain", "name", *sorted(set(manifest) - {"domain", "name"})]:
        yield "the order is domain, name, then the rest by alphabet"


def manifest_values(project: Project) -> Iterator[str]:
    """Values that Home Assistant or HACS would not take."""
    manifest = project.manifest
    if manifest.get("domain") != project.component.name:
        yield "domain is not the name of the folder"
    try:
        AwesomeVersion(str(manifest.get("version", "")), ensure_strategy=VERSIONS)
    except AwesomeVersionException:
        yield f"version {manifest.get('version')} is none that Home Assistant loads"
    for key in ("documentation", "issue_tracker"):
        address = str(manifest.get(key, ""))
        if not address.startswith("https://") or "home-assistant.io/integrations" in address:
            yield f"{key} must be an https address of the project's own"
    owners = manifest.get("codeowners", [])
    if not isinstance(owners, list) or not all(str(owner).startswith("@") for owner in owners):
        yield "codeowners must be a list of @names"
    if manifest.get("iot_class") not in IOT_CLASSES:
        yield f"iot_class {manifest.get('iot_class')} does not exist"
    if manifest.get("integration_type", "hub") not in INTEGRATION_TYPES:
        yield f"integration_type {manifest['integration_type']} does not exist"
    if manifest.get("config_flow") and not (project.component / "config_flow.py").is_file():
        yield "config_flow is true, but there is no config_flow.py"


def discovery_matchers(project: Project) -> Iterator[str]:
    """Letter case and wildcards of what devices are found by."""
    for matcher in project.manifest.get("dhcp", []):
        address, host = matcher.get("macaddress", ""), matcher.get("hostname", "")
        if address and not re.fullmatch(r"[0-9A-F]{1,11}\*", address):
            yield f"dhcp: macaddress {address} must be upper case and end in a wildcard"
        if host != host.lower():
            yield f"dhcp: hostname {host} must be lower case"
    for matcher in project.manifest.get("zeroconf", []):
        if isinstance(matcher, dict):
            for key, value in (("name", matcher.get("name", "")), *matcher.get("properties", {}).items()):
                if value != value.lower():
                    yield f"zeroconf: {key} {value} must be lower case"


def requirements_met(project: Project) -> Iterator[str]:
    """Every requirement is bounded, and what tests and demo pin lies within the bounds."""
    for text in project.manifest.get("requirements", []):
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            yield f"{text}: {error}"
            continue
        if not requirement.url and not any(part.operator in {"==", "<", "<=", "~="} for part in requirement.specifier):
            yield f"{text} has no upper bound"
        for name in ("requirements_test.txt", "requirements_develop.txt"):
            path = project.root / name
            pins = dict(PIN.findall(path.read_text(encoding="utf-8"))) if path.is_file() else {}
            pinned = pins.get(requirement.name)
            if pinned is None or not requirement.specifier.contains(pinned):
                yield f"{name} pins {requirement.name} to {pinned}, which is not {requirement.specifier}"


def dependencies_declared(project: Project) -> Iterator[str]:
    """Importing a component demands that it is declared, with hassfest's exceptions."""
    manifest = project.manifest
    declared = {*manifest.get("dependencies", []), *manifest.get("after_dependencies", [])}
    if twice := set(manifest.get("dependencies", [])) & set(manifest.get("after_dependencies", [])):
        yield f"declared as both kinds of dependency: {', '.join(sorted(twice))}"
    platforms = {platform.value for platform in Platform}
    own = {path.stem for path in project.component.glob("*.py")}
    allowed = declared | ALWAYS_THERE | platforms | own | (DISCOVERY & set(manifest))
    for path, module in project.modules_below(project.component_folder):
        for line, level, name in imported(module, run_time_only=True):
            parts = name.split(".")
            if level == 0 and parts[:2] == ["homeassistant", "components"] and len(parts) > 2:
                component = parts[2]
                if component not in allowed and not component.startswith("input_"):
                    yield f"{project.name(path)}:{line}: {component} is imported but not declared in the manifest"


CHECKS: tuple[Check, ...] = (
    manifest_keys,
    manifest_values,
    discovery_matchers,
    requirements_met,
    dependencies_declared,
)
