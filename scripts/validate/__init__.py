"""Offline checks of the repository: what hassfest and HACS refuse, and the project's own rules."""

from pathlib import Path

from . import code, layers, manifest, repository, resources, translations
from .project import Check, Project

CHECKS: tuple[Check, ...] = (
    *manifest.CHECKS,
    *translations.CHECKS,
    *resources.CHECKS,
    *code.CHECKS,
    *layers.CHECKS,
    *repository.CHECKS,
)


def validate(root: Path) -> list[str]:
    """Return one sentence per violation in the checkout `root`; nothing when all is well."""
    project = Project(root)
    found = [f"{check.__name__}: {problem}" for check in CHECKS for problem in check(project)]
    return list(dict.fromkeys([*project.unreadable, *found]))
