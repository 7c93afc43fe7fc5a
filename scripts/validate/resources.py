"""icons.json, services.yaml and the brand's pictures."""

from collections.abc import Iterator
import re
import struct
from typing import Any

from homeassistant.helpers import selector
import voluptuous as vol

from .project import Check, Project, leaves

SERVICE_REGISTRATION = re.compile(
    r"async_register_platform_entity_service|async_register_admin_service|services\.(async_)?register\("
)
PNG = b"\x89PNG\r\n\x1a\n"
ICON_SIZES = {"icon.png": 256, "icon@2x.png": 512, "dark_icon.png": 256, "dark_icon@2x.png": 512}
LOGO_HEIGHTS = {
    "logo.png": (128, 256),
    "logo@2x.png": (256, 512),
    "dark_logo.png": (128, 256),
    "dark_logo@2x.png": (256, 512),
}


def icons_valid(project: Project) -> Iterator[str]:
    """Icons exist in form, and belong to a translated entity or service."""
    icons = project.json(project.component / "icons.json")
    if not icons:
        yield "icons.json is missing"
    for place, icon in leaves(icons, "icons"):
        if not re.fullmatch(r"mdi:[a-z0-9-]+", str(icon)):
            yield f"{place}: {icon} is no icon"
    for platform, entries in icons.get("entity", {}).items():
        for key, entry in entries.items():
            if key not in project.english.get("entity", {}).get(platform, {}):
                yield f"icons.entity.{platform}.{key} belongs to no translation"
            if "default" not in entry:
                yield f"icons.entity.{platform}.{key} has no default"
    for service in icons.get("services", {}):
        if service not in project.english.get("services", {}):
            yield f"icons.services.{service} belongs to no service"


def services_described(project: Project) -> Iterator[str]:
    """Services that the code registers are described, selectable and translated."""
    path = project.component / "services.yaml"
    code = "".join(file.read_text(encoding="utf-8") for file in sorted(project.component.rglob("*.py")))
    if SERVICE_REGISTRATION.search(code) and not path.is_file():
        yield "the code registers services, but services.yaml is missing"
    translated = project.english.get("services", {})
    services = project.yaml(path)
    for name in sorted(set(services) ^ set(translated)):
        yield f"{name} is {'not translated' if name in services else 'translated but not described'}"
    for name, service in services.items():
        yield from (f"{name}: {problem}" for problem in _service_faults(service or {}, translated.get(name, {})))


def _service_faults(service: dict[str, Any], texts: dict[str, Any]) -> Iterator[str]:
    if "target" in service:
        if "device" in (service["target"] or {}):
            yield "a target has no device filter; target entities"
        try:
            selector.TargetSelector.CONFIG_SCHEMA(service["target"])
        except vol.Invalid as error:
            yield f"target: {error}"
    fields: dict[str, Any] = {}
    for name, field in service.get("fields", {}).items():
        fields |= field["fields"] if "fields" in (field or {}) else {name: field or {}}
    for name, field in fields.items():
        if name not in texts.get("fields", {}):
            yield f"the field {name} is not translated"
        try:
            selector.validate_selector(field.get("selector"))
        except vol.Invalid as error:
            yield f"the selector of the field {name}: {error}"


def brand_pictures(project: Project) -> Iterator[str]:
    """The brand's pictures are there, PNG, and of the right size."""
    folder = project.component / "brand"
    for name in ("icon.png", "icon@2x.png", "logo.png"):
        if not (folder / name).is_file():
            yield f"brand/{name} is missing"
    for path in sorted(folder.glob("*")):
        head = path.read_bytes()[:24]
        if len(head) < 24 or not head.startswith(PNG):
            yield f"brand/{path.name} is no PNG"
            continue
        width, height = struct.unpack(">II", head[16:24])
        if path.name in ICON_SIZES:
            if (width, height) != (ICON_SIZES[path.name],) * 2:
                yield f"brand/{path.name} is {width}x{height}"
        elif path.name in LOGO_HEIGHTS:
            least, most = LOGO_HEIGHTS[path.name]
            if not least <= min(width, height) <= most:
                yield f"brand/{path.name}: the shorter side, {min(width, height)}, is not within {least} to {most}"
        else:
            yield f"brand/{path.name} is no name that Home Assistant looks for"


CHECKS: tuple[Check, ...] = (icons_valid, services_described, brand_pictures)
