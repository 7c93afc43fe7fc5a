"""The checkout as the checks see it: files read once, broken ones reported once."""

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
import json
from pathlib import Path
import string
from typing import Any

import yaml

DOMAIN = "hikvision_ivm"


class Project:
    """A checkout. A file that cannot be read counts as empty, and is named in `unreadable`."""

    def __init__(self, root: Path) -> None:
        """`root`: the top folder of the checkout."""
        self.root = root
        self.component = root / "custom_components" / DOMAIN
        self.unreadable: list[str] = []

    def name(self, path: Path) -> str:
        """Return the path as messages show it."""
        return path.relative_to(self.root).as_posix()

    def json(self, path: Path) -> dict[str, Any]:
        """Read an object from a JSON file; {} if the file is absent or broken."""
        return self._load(path, json.loads)

    def yaml(self, path: Path) -> dict[str, Any]:
        """Read a mapping from a YAML file; {} if the file is absent or broken."""
        return self._load(path, yaml.safe_load)

    def _load(self, path: Path, parse: Callable[[str], object]) -> dict[str, Any]:
        if not path.is_file():
            return {}
        try:
            content = parse(path.read_text(encoding="utf-8"))
        except (ValueError, yaml.YAMLError) as error:
            self._complain(f"{self.name(path)}: cannot be parsed: {error}")
            return {}
        if not isinstance(content, dict):
            self._complain(f"{self.name(path)}: the top level is no mapping")
            return {}
        return content

    def _complain(self, problem: str) -> None:
        if problem not in self.unreadable:
            self.unreadable.append(problem)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The content of manifest.json."""
        return self.json(self.component / "manifest.json")

    @cached_property
    def english(self) -> dict[str, Any]:
        """The content of translations/en.json."""
        return self.json(self.component / "translations" / "en.json")

    @cached_property
    def modules(self) -> dict[Path, ast.Module]:
        """Every Python file of the project's own folders, parsed."""
        parsed: dict[Path, ast.Module] = {}
        for folder in ("custom_components", "simulators", "benchmarks", "scripts", "tests"):
            for path in sorted((self.root / folder).rglob("*.py")):
                try:
                    parsed[path] = ast.parse(path.read_text(encoding="utf-8"))
                except SyntaxError as error:
                    self._complain(f"{self.name(path)}: {error}")
        return parsed

    def modules_below(self, *folders: str) -> Iterator[tuple[Path, ast.Module]]:
        """Iterate over the parsed files below folders of the checkout."""
        for path, module in self.modules.items():
            if any(path.is_relative_to(self.root / folder) for folder in folders):
                yield path, module

    @property
    def component_folder(self) -> str:
        """The component's folder relative to the checkout."""
        return self.name(self.component)


type Check = Callable[[Project], Iterator[str]]


def placeholders(text: str) -> set[str]:
    """Return the names in braces. Raises ValueError for unbalanced braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def leaves(node: dict[str, Any], path: str) -> Iterator[tuple[str, object]]:
    """Iterate over path and value of everything below a mapping that is no mapping itself."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.{key}")
        else:
            yield f"{path}.{key}", value


def imported(module: ast.Module, *, run_time_only: bool) -> Iterator[tuple[int, int, str]]:
    """Iterate over imports as (line, level, dotted name); `from a import b` gives `a.b`."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(module):
        if node in skipped:
            skipped.update(ast.iter_child_nodes(node))
        elif run_time_only and isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            skipped.update(node.body)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, 0, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, node.level, ".".join(part for part in (node.module, alias.name) if part)
