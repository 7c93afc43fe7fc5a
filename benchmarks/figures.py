"""What a benchmark yields, and how it is shown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
import json
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure.

    `reference` is what it is held against, in the same unit (None: none); `ratio` is value over reference; `target`
    says in words what must be reached, `met` whether it was.
    """

    name: str
    value: float
    unit: str
    target: str
    met: bool
    reference: float | None = None

    @property
    def ratio(self) -> float | None:
        """Value over reference."""
        return None if not self.reference else self.value / self.reference


def as_objects(figures: Sequence[Figure]) -> list[dict[str, object]]:
    """Figures as JSON objects: `name`, `value`, `unit`, `reference`, `ratio`, `target`, `met`."""
    return [
        {**{key: value for key, value in asdict(figure).items() if key not in ("target", "met")},
         "ratio": figure.ratio, "target": figure.target, "met": figure.met}
        for figure in figures
    ]  # fmt: skip


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures to a file."""
    path.write_text(json.dumps(as_objects(figures), indent=1) + "\n", encoding="utf-8")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for people."""
    rows = [("figure", "value", "reference", "ratio", "target", "met")]
    rows += [
        (
            figure.name,
            f"{figure.value:,.4g} {figure.unit}",
            "–" if figure.reference is None else f"{figure.reference:,.4g} {figure.unit}",
            "–" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.target,
            "yes" if figure.met else "NO",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
