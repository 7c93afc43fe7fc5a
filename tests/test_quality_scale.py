"""The quality scale says of every rule what is true; for the documents this can be looked up."""

from pathlib import Path
import re
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
RULES: dict[str, Any] = yaml.safe_load((ROOT / "custom_components/hikvision_ivm/quality_scale.yaml").read_text())[
    "rules"
]

PAGES = ("README.md", "docs/isapi.md", "docs/hikcentral.md", "docs/ip_receiver.md", "docs/huawei_ivm.md")
SECTIONS = {
    "docs-actions": r"actions",
    "docs-configuration-parameters": r"options",
    "docs-data-update": r"update|push|poll|how data",
    "docs-examples": r"example|automation",
    "docs-installation-instructions": r"install|set.?up|prepar",
    "docs-installation-parameters": r"set.?up|fields|parameters",
    "docs-known-limitations": r"limit",
    "docs-removal-instructions": r"remov",
    "docs-supported-devices": r"devices|models",
    "docs-supported-functions": r"entit|functions|what you get",
    "docs-troubleshooting": r"troubleshoot",
    "docs-use-cases": r"use cases?|good for|what .* for",
}
"""Rule → what a heading of the documents must say."""


def status(rule: str) -> str:
    """Return the status of a rule."""
    row = RULES[rule]
    return str(row["status"] if isinstance(row, dict) else row)


def headings() -> list[str]:
    """Return every heading of the documents."""
    texts = [(ROOT / page).read_text() for page in PAGES if (ROOT / page).is_file()]
    return [line for text in texts for line in text.splitlines() if re.match(r"#+ ", line)]


def test_every_rule_is_there() -> None:
    """All 54 rules have a status, and an exemption has its reason."""
    assert len(RULES) == 54
    for rule, row in RULES.items():
        assert status(rule) in {"done", "todo", "exempt"}, rule
        if status(rule) == "exempt":
            assert row["comment"].strip(), rule
    assert {rule for rule in RULES if status(rule) == "todo"} <= SECTIONS.keys() | {"docs-high-level-description"}


@pytest.mark.parametrize(("rule", "words"), SECTIONS.items())
def test_documented_means_documented(rule: str, words: str) -> None:
    """A rule about documents counts as done exactly when they have its section."""
    found = any(re.search(words, heading, re.IGNORECASE) for heading in headings())
    assert status(rule) == ("done" if found else "todo")


def test_high_level_description() -> None:
    """It is done exactly when the README says what this is before it says anything else."""
    readme = ROOT / "README.md"
    described = readme.is_file() and re.match(r"# .+\n\n[A-Z!\[]", readme.read_text()) is not None
    assert status("docs-high-level-description") == ("done" if described else "todo")


def test_nothing_is_exempt_that_exists() -> None:
    """Exemptions end when the thing appears."""
    component = ROOT / "custom_components/hikvision_ivm"
    assert (status("action-setup") == "exempt") is not (component / "services.yaml").is_file()
    assert (status("docs-actions") == "exempt") is not (component / "services.yaml").is_file()
    assert (status("docs-triggers") == "exempt") is not (component / "triggers.yaml").is_file()
    assert (status("docs-conditions") == "exempt") is not (component / "conditions.yaml").is_file()
