"""Reading the documents: their blocks, sections, tables and quoted words."""

import ast
from itertools import pairwise
import json
from pathlib import Path
import re

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components/hikvision_ivm"
ENGLISH = json.loads((COMPONENT / "translations/en.json").read_text(encoding="utf-8"))
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCUMENTS}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SEPARATOR = re.compile(r"\|[-| ]+\|")
"""The line below the head of a table."""


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return [match[2] for match in FENCE.finditer(text) if match[1] == language]


def prose(text: str) -> str:
    """Return a document without its code blocks."""
    return FENCE.sub("", text)


def section(heading: str, text: str) -> str:
    """Return what is below a heading, up to the next heading of any level."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,6}} |\Z)", prose(text), re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[2]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all tables, without their heads."""
    return [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line, following in pairwise([*text.splitlines(), ""])
        if line.startswith("|") and not SEPARATOR.fullmatch(line) and not SEPARATOR.fullmatch(following)
    ]


def quoted(text: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def anchor(heading: str) -> str:
    """Return by what a link leads to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def problem_keys(*places: str) -> set[str]:
    """Return the keys of the problems that files, or all files of folders, of the integration make."""
    found = set()
    for file in (file for place in places for file in [COMPONENT / place, *(COMPONENT / place).rglob("*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8") if file.is_file() else "")
        constants = {
            node.target.id if isinstance(node, ast.AnnAssign) else node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            and isinstance(node.value, ast.Constant)
            and isinstance(node.target if isinstance(node, ast.AnnAssign) else node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                (key,) = [word.value for word in node.keywords if word.arg == "key"] or [ast.Constant("")]
                found.add(str(key.value if isinstance(key, ast.Constant) else constants.get(ast.unparse(key), "")))
    return found - {""}


def records(text: str) -> list[dict[str, str]]:
    """Return the rows of all tables, each by the head of its columns."""
    found: list[dict[str, str]] = []
    heads: list[str] = []
    for line, following in pairwise([*text.splitlines(), ""]):
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split(" | ")]
        if SEPARATOR.fullmatch(following):
            heads = cells
        elif line.startswith("|") and not SEPARATOR.fullmatch(line):
            assert len(cells) == len(heads), line
            found.append(dict(zip(heads, cells, strict=True)))
    return found
