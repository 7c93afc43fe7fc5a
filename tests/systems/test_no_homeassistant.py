"""Nothing below `systems/` knows Home Assistant, and no system knows another."""

import ast
from pathlib import Path
import subprocess
import sys

import pytest

PACKAGE = Path(__file__).parents[2] / "custom_components" / "hikvision_ivm"
SYSTEMS = PACKAGE / "systems"
SHARED = {"transport"}
FILES = sorted(SYSTEMS.rglob("*.py"))
FOLDERS = sorted(path.parent.name for path in SYSTEMS.glob("*/__init__.py") if path.parent.name not in SHARED)

IMPORT_ALL = """
import importlib, sys, types

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"homeassistant", "custom_components", "simulators", "voluptuous", "probatio"}:
            raise ImportError(f"{name} is not to be imported here")

sys.meta_path.insert(0, Block())
package = types.ModuleType("integration")
package.__path__ = [sys.argv[1]]
sys.modules["integration"] = package
for name in sys.argv[2:]:
    importlib.import_module(name)
print(len(sys.argv[2:]), "homeassistant" in sys.modules)
"""


def imported(path: Path) -> list[tuple[str, ...]]:
    """Return what a file imports, as the parts of absolute module names; ours begin with `integration`."""
    here = ("integration", *path.relative_to(PACKAGE).with_suffix("").parts)
    found: list[tuple[str, ...]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            found += [(*module, alias.name) for alias in node.names]
    return found


def test_every_module_imports_without_homeassistant() -> None:
    """All modules of all systems are imported in a process in which Home Assistant cannot be."""
    names = [
        ".".join(("integration", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in FILES
    ]
    assert len(names) > 15
    run = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(PACKAGE), *names], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [str(len(names)), "False"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SYSTEMS)))
def test_no_forbidden_import(path: Path) -> None:
    """Not in a function either, nor of another system, nor of anything above `systems`."""
    own = path.relative_to(SYSTEMS).parts[0]
    others = set(FOLDERS) - {own}
    for name in imported(path):
        assert name[0] not in {"homeassistant", "custom_components", "simulators", "tests"}, name
        if name[0] != "integration":
            continue
        assert name[1] == "systems", f"{name} is above the systems"
        if path != SYSTEMS / "__init__.py":
            assert len(name) < 3 or name[2] not in others, f"{name} is another system"
        if own in SHARED:
            assert name[2] in SHARED | {"base", "errors", "model", "kinds"}, f"{name} is above the transport"


def test_the_check_sees_imports() -> None:
    """The files of one system import the shared layer, and the check above notices it."""
    seen = {name[:3] for path in FILES for name in imported(path)}
    assert {("integration", "systems", "transport"), ("integration", "systems", "errors")} <= seen
