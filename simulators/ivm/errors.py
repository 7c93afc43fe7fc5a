"""The error table (ivm §1.9) and how a refusal is told (ivm §1.7, shapes C and D)."""

from collections.abc import Mapping
import csv
from dataclasses import dataclass
from pathlib import Path

SUCCESS = "IVM.0"
PARAMETER = "IVM.10020001"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table."""

    code: str
    status: int
    message: str


def _read() -> Mapping[str, Row]:
    with (Path(__file__).parent / "error_codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Row(row["code"], int(row["status"]), row["message"]) for row in csv.DictReader(file)}


ERRORS = _read()
"""Every code of the documentation with its HTTP status and words; of the three that are printed twice, the first."""


class RefusedError(Exception):
    """A call that is refused with a code of the table."""

    def __init__(self, code: str, why: str = "") -> None:
        """`why` is for whoever reads the log of requests; the wire has the table's words only."""
        super().__init__(f"{code} {ERRORS[code].message}{f' ({why})' if why else ''}")
        self.code = code
        self.why = why


def refusal(code: str) -> tuple[int, dict[str, str]]:
    """Return status and body of a refused call (shape D)."""
    row = ERRORS[code]
    return row.status, {"error_code": code, "error_msg": row.message}


def result(code: str = SUCCESS) -> dict[str, str]:
    """Return what became of one item of a batch (shape C)."""
    return {"code": code, "msg": ERRORS[code].message}
