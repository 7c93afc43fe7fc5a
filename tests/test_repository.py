"""The offline checks hold for this repository, and each of them finds the fault it is there for."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from scripts.validate import CHECKS, code, layers, manifest, repository, resources, translations, validate
from scripts.validate.project import DOMAIN, Check, Project

ROOT = Path(__file__).parent.parent
COMPONENT = f"custom_components/{DOMAIN}"
MANIFEST = f"{COMPONENT}/manifest.json"
ENGLISH = f"{COMPONENT}/translations/en.json"
ICONS = f"{COMPONENT}/icons.json"
SERVICES = f"{COMPONENT}/services.yaml"
SCALE = f"{COMPONENT}/quality_scale.yaml"
COPIED = ("hacs.json", "LICENSE", "README.md", "requirements_test.txt", "requirements_develop.txt", ".github", "docs")

type Edit = Callable[[Path], None]


def in_json(name: str, edit: Callable[[dict[str, Any]], object]) -> Edit:
    """Make an edit of the object in a JSON file."""

    def apply(root: Path) -> None:
        path = root / name
        content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        edit(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return apply


def put(name: str, *keys: str, value: object) -> Edit:
    """Make an edit that sets a value deep in a JSON file."""

    def edit(content: dict[str, Any]) -> None:
        for key in keys[:-1]:
            content = content.setdefault(key, {})
        content[keys[-1]] = value

    return in_json(name, edit)


def drop(name: str, key: str) -> Edit:
    """Make an edit that removes a key from a JSON file."""
    return in_json(name, lambda content: content.pop(key))


def replace(name: str, old: str, new: str) -> Edit:
    """Make an edit of a text that must be there."""

    def apply(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")

    return apply


def write(name: str, text: str) -> Edit:
    """Make an edit that writes a whole file."""

    def apply(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    return apply


def remove(name: str) -> Edit:
    """Make an edit that deletes a file."""
    return lambda root: (root / name).unlink()


def png(width: int, height: int) -> bytes:
    """Return the head of a PNG."""
    return resources.PNG + b"\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4)


def picture(name: str, content: bytes) -> Edit:
    """Make an edit that replaces a brand picture."""

    def apply(root: Path) -> None:
        (root / COMPONENT / "brand" / name).write_bytes(content)

    return apply


def service(**fields: object) -> Edit:
    """Make an edit that adds a translated service with one field."""

    def apply(root: Path) -> None:
        texts = {"name": "Try", "description": "Try it.", "fields": {"one": {"name": "One", "description": "A field."}}}
        put(ENGLISH, "services", "try", value=texts)(root)
        write(SERVICES, json.dumps({"try": fields}))(root)

    return apply


def module(text: str, name: str = "extra.py") -> Edit:
    """Make an edit that adds a module to the integration."""
    return write(f"{COMPONENT}/{name}", text)


TEXT = ("config", "step", "user", "title")
FAULTS: tuple[tuple[Check, Edit, str], ...] = (
    (manifest.manifest_keys, drop(MANIFEST, "version"), "version is missing"),
    (manifest.manifest_keys, put(MANIFEST, "min_version", value="1"), "min_version is unknown"),
    (manifest.manifest_keys, put(MANIFEST, "after_dependencies", value=["a"]), "the order is"),
    (manifest.manifest_values, put(MANIFEST, "domain", value="other"), "not the name of the folder"),
    (manifest.manifest_values, put(MANIFEST, "version", value="one"), "version one"),
    (manifest.manifest_values, put(MANIFEST, "documentation", value="http://a"), "documentation must be"),
    (manifest.manifest_values, put(MANIFEST, "issue_tracker", value=""), "issue_tracker must be"),
    (manifest.manifest_values, put(MANIFEST, "codeowners", value=["someone"]), "codeowners"),
    (manifest.manifest_values, put(MANIFEST, "iot_class", value="local"), "iot_class local"),
    (manifest.manifest_values, put(MANIFEST, "integration_type", value="thing"), "integration_type thing"),
    (manifest.manifest_values, remove(f"{COMPONENT}/config_flow.py"), "no config_flow.py"),
    (manifest.discovery_matchers, put(MANIFEST, "dhcp", value=[{"macaddress": "aabbcc*"}]), "upper case"),
    (manifest.discovery_matchers, put(MANIFEST, "dhcp", value=[{"macaddress": "AABBCCDDEEFF"}]), "wildcard"),
    (manifest.discovery_matchers, put(MANIFEST, "dhcp", value=[{"hostname": "DS-*"}]), "hostname DS-*"),
    (manifest.discovery_matchers, put(MANIFEST, "zeroconf", value=[{"type": "_a", "name": "DS*"}]), "name DS*"),
    (manifest.requirements_met, put(MANIFEST, "requirements", value=["lxml>=6"]), "no upper bound"),
    (manifest.requirements_met, put(MANIFEST, "requirements", value=["lxml<6"]), "which is not <6"),
    (manifest.requirements_met, put(MANIFEST, "requirements", value=["not a package"]), "not a package"),
    (manifest.requirements_met, put(MANIFEST, "requirements", value=["absent==1"]), "pins absent to None"),
    (manifest.dependencies_declared, module("from homeassistant.components import mqtt\n"), "mqtt is imported"),
    (manifest.dependencies_declared, module("import homeassistant.components.hue.const\n"), "hue is imported"),
    (manifest.dependencies_declared, put(MANIFEST, "after_dependencies", value=["http"]), "both kinds"),
    (translations.sections_known, remove(ENGLISH), "en.json is missing"),
    (translations.sections_known, write(f"{COMPONENT}/strings.json", "{}"), "strings.json"),
    (translations.sections_known, put(ENGLISH, "extra", value={}), "section extra"),
    (translations.sections_known, put(ENGLISH, "entity", "cam", value={}), "entity.cam is no platform"),
    (translations.sections_known, put(ENGLISH, "entity", "sensor", "a__b", value={}), "a__b is no valid key"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value="<b>Bold</b>"), "HTML"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value="See http://example.com"), "an address"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value=" Space"), "a space"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value=""), "is empty"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value="Of '{name}'"), "single quotes"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value="[%key:common::a%]"), "refers to another"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value="Of {a b}"), "no identifier"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value="Of {a"), "unbalanced"),
    (translations.texts_clean, put(ENGLISH, *TEXT, value=3), "is no text"),
    (translations.texts_clean, put(ENGLISH, "entity", "sensor", "a", "state", "b", value="{c}"), "text of a state"),
    (translations.flows_complete, put(ENGLISH, "config", "step", "x", "data", "y", value="Y"), "no description"),
    (translations.flows_complete, put(ENGLISH, "options", "step", "x", "data_description", "y", value="Y"), "no name"),
    (translations.flows_complete, put(ENGLISH, "config_subentries", "x", value={}), "lacks entry_type"),
    (translations.messages_complete, put(ENGLISH, "issues", "x", "title", value="X"), "issues.x needs"),
    (translations.messages_complete, put(ENGLISH, "exceptions", "x", "title", value="X"), "exceptions.x needs"),
    (translations.messages_complete, put(ENGLISH, "services", "x", "name", value="X"), "services.x lacks"),
    (translations.languages_equal, write(f"{COMPONENT}/translations/de.json", "{}"), "de.config"),
    (translations.languages_equal, write(f"{COMPONENT}/translations/de.json", '{"x": "X"}'), "de.x does not exist"),
    (translations.errors_translated, put(ENGLISH, "exceptions", value={}), "exceptions.invalid_auth"),
    (translations.flow_keys_exist, put(ENGLISH, "config", "step", value={}), "step.user"),
    (translations.flow_keys_exist, put(ENGLISH, "config", "abort", value={}), "abort."),
    (resources.icons_valid, remove(ICONS), "icons.json is missing"),
    (resources.icons_valid, put(ICONS, "entity", "sensor", "a", "default", value="fa:cog"), "fa:cog is no icon"),
    (resources.icons_valid, put(ICONS, "entity", "sensor", "a", "default", value="mdi:cog"), "no translation"),
    (resources.icons_valid, put(ICONS, "entity", "sensor", "a", "state", "b", value="mdi:cog"), "no default"),
    (resources.icons_valid, put(ICONS, "services", "nothing", "service", value="mdi:cog"), "no service"),
    (resources.services_described, remove(SERVICES), "services.yaml is missing"),
    (resources.services_described, write(SERVICES, "other:\n"), "other is not translated"),
    (resources.services_described, put(ENGLISH, "services", "x", value={}), "translated but not described"),
    (resources.services_described, service(target={"device": {}}), "no device filter"),
    (resources.services_described, service(target={"entity": "text"}), "target:"),
    (resources.services_described, service(fields={"one": {}}), "selector of the field one"),
    (resources.services_described, service(fields={"one": {"selector": {"nonsense": {}}}}), "selector of the field"),
    (resources.services_described, service(fields={"two": {"selector": {"text": {}}}}), "two is not translated"),
    (resources.brand_pictures, remove(f"{COMPONENT}/brand/icon.png"), "icon.png is missing"),
    (resources.brand_pictures, picture("icon.png", b"GIF89a"), "is no PNG"),
    (resources.brand_pictures, picture("icon.png", png(255, 256)), "255x256"),
    (resources.brand_pictures, picture("logo.png", png(900, 64)), "the shorter side, 64"),
    (resources.brand_pictures, picture("banner.png", png(9, 9)), "no name"),
    (code.parallel_updates_set, module('"""A platform."""\n', "vacuum.py"), "vacuum.py does not set"),
    (code.exceptions_translated, module('raise HomeAssistantError("Broken")\n'), "needs a translation"),
    (code.exceptions_translated, module("raise UpdateFailed(translation_key='a')\n"), "needs a translation"),
    (
        code.exceptions_translated,
        module("raise ServiceValidationError(translation_domain=DOMAIN, translation_key='absent')\n"),
        "exceptions.absent is not translated",
    ),
    (code.names_translated, module("class A:\n    _attr_name = 'Door'\n"), "_attr_name is a literal"),
    (code.names_translated, module("self._attr_icon = f'mdi:{name}'\n"), "_attr_icon is a literal"),
    (code.sizes_kept, module("a = 1\n" * 501), "has 501 lines"),
    (code.sizes_kept, module("def f():\n" + "    a = 1\n" * 60), "f has 61 lines"),
    (code.nothing_unfinished, module("a = 1  # " + "TO" + "DO later\n"), "extra.py:1"),
    (code.nothing_unfinished, module("a = 1  # pragma: " + "no cover\n"), "extra.py:1"),
    (layers.layers_kept, module("from .systems.isapi import client\n"), "knows the folder isapi"),
    (layers.layers_kept, module("import homeassistant.core\n", "systems/extra.py"), "imports Home Assistant"),
    (layers.layers_kept, module("from .isapi.client import x\n", "systems/base.py"), "isapi is nobody else's"),
    (layers.layers_kept, write("simulators/x.py", f"import custom_components.{DOMAIN}\n"), "a simulator imports"),
    (repository.hacs_file, write("hacs.json", "{}"), "name"),
    (repository.hacs_file, put("hacs.json", "extra", value=1), "extra"),
    (repository.hacs_file, put("hacs.json", "zip_release", value=True), "ends in .zip"),
    (repository.hacs_file, put("hacs.json", "homeassistant", value="new"), "homeassistant new"),
    (repository.one_integration, write("custom_components/other/manifest.json", "{}"), "other"),
    (repository.quality_scale, write(SCALE, "rules:\n  brands: done\n"), "test-coverage is not answered"),
    (repository.quality_scale, write(SCALE, "rules:\n  luck: done\n"), "luck is no rule"),
    (repository.quality_scale, write(SCALE, "rules:\n  brands: perhaps\n"), "perhaps is no status"),
    (repository.quality_scale, write(SCALE, "rules:\n  brands: exempt\n"), "without a comment"),
    (repository.documents, write("README.md", "# Nothing\n"), "does not name scripts/develop"),
    (repository.documents, write("docs/page.md", "[there](nowhere.md)\n"), "nowhere.md leads nowhere"),
    (repository.documents, write("LICENSE", "All rights reserved\n"), "LICENSE is not"),
    (repository.workflows, remove(".github/workflows/validate.yml"), "hacs/action@"),
    (repository.workflows, write(".github/workflows/x.yml", "- uses: actions/checkout\n"), "has no version"),
)


@pytest.fixture(name="copy")
def copy_of_repository(tmp_path: Path) -> Path:
    """Copy what the checks read, without tests, simulators and tools."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        elif source.is_file():
            shutil.copy(source, tmp_path / name)
    shutil.copytree(ROOT / COMPONENT, tmp_path / COMPONENT, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_repository_is_valid() -> None:
    """No check complains."""
    assert validate(ROOT) == []


@pytest.mark.parametrize(("check", "edit", "expected"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_fault_is_found(copy: Path, check: Check, edit: Edit, expected: str) -> None:
    """One fault, one complaint that names it; nothing of the kind before."""
    assert not any(expected in problem for problem in check(Project(copy)))
    edit(copy)
    problems = list(check(Project(copy)))
    assert any(expected in problem for problem in problems), problems


def test_every_check_is_proven() -> None:
    """No check without a fault that it finds."""
    assert {check for check, _, _ in FAULTS} == set(CHECKS)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (MANIFEST, "{", "manifest.json: cannot be parsed"),
        (ENGLISH, "[]", "en.json: the top level is no mapping"),
        (SCALE, "a: [", "quality_scale.yaml: cannot be parsed"),
        (f"{COMPONENT}/extra.py", "def", "extra.py: "),
    ],
)
def test_broken_file_is_named(copy: Path, name: str, text: str, expected: str) -> None:
    """A file that cannot be read gives a sentence, not a traceback."""
    write(name, text)(copy)
    assert any(expected in problem for problem in validate(copy))


def test_code_under_type_checking_needs_no_dependency(copy: Path) -> None:
    """What is imported for annotations alone is no dependency; what comes after it is."""
    module("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import homeassistant.components.hue\n")(copy)
    assert not any("hue" in problem for problem in manifest.dependencies_declared(Project(copy)))
