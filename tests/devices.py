"""Recorded answers of real devices. They are not part of the project: tests that use them skip where they are absent."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "HIKVISION_IVM_RECORDINGS"
"""Environment variable that names the folder; otherwise it lies beside the checkout."""


def folder() -> Path:
    """Return where recordings are looked for."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "devices"
    return Path(os.environ.get(VARIABLE) or beside)


def names() -> list[str]:
    """Return the file names of all recordings, none where there are none."""
    return sorted(path.name for path in folder().glob("*.json") if path.name != "facts.json")


def recording(name: str) -> dict[str, Any]:
    """Return one recording."""
    loaded: dict[str, Any] = json.loads((folder() / name).read_text(encoding="utf-8"))
    return loaded


def facts(name: str) -> dict[str, Any]:
    """Return what is in a recording. Skips the test if nobody counted it."""
    path = folder() / "facts.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if name not in known:
        pytest.skip(f"nobody counted what is in {name}")
    return dict(known[name])


def every() -> list[Any]:
    """Return the parameters for a test of every recording; one that skips where there are none."""
    missing = pytest.mark.skip(reason=f"no recordings: set {VARIABLE}")
    return [pytest.param(name, id=name) for name in names()] or [pytest.param("", marks=missing, id="none")]
