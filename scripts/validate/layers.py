"""Which part may import which."""

from collections.abc import Iterator
from pathlib import Path

from .project import DOMAIN, Check, Project, imported

SHARED_FOLDER = "transport"


def layers_kept(project: Project) -> Iterator[str]:
    """Systems know no Home Assistant and no sibling; platforms know no system; simulators know no integration."""
    folder = project.component / "systems"
    systems = {path.parent.name for path in folder.glob("*/__init__.py")} - {SHARED_FOLDER}
    for path, module in project.modules_below("custom_components", "simulators"):
        for line, level, name in imported(module, run_time_only=False):
            target = _absolute(project.root, path, level, name)
            reached = _system_of(target, systems)
            problem = None
            if path.is_relative_to(project.root / "simulators"):
                if target.startswith("custom_components"):
                    problem = f"a simulator imports {target}"
            elif not path.is_relative_to(folder):
                if reached:
                    problem = f"only systems/__init__.py knows the folder {reached}"
            elif target.split(".", maxsplit=1)[0] == "homeassistant":
                problem = "a system imports Home Assistant"
            elif reached and path.relative_to(folder).parts[0] not in {reached, "__init__.py"}:
                problem = f"the system {reached} is nobody else's"
            if problem:
                yield f"{project.name(path)}:{line}: {problem}"


def _absolute(root: Path, path: Path, level: int, name: str) -> str:
    if level == 0:
        return name
    package = path.relative_to(root).parts[:-level]
    return ".".join((*package, name))


def _system_of(target: str, systems: set[str]) -> str | None:
    """Return the system whose folder an import reaches into."""
    prefix = f"custom_components.{DOMAIN}.systems."
    word = target.removeprefix(prefix).split(".", maxsplit=1)[0]
    return word if target.startswith(prefix) and word in systems else None


CHECKS: tuple[Check, ...] = (layers_kept,)
