"""What several domains need: ids, addresses of pictures, and rows printed otherwise."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import md5
from typing import Any

KEPT = 20_000
"""How many of each kind of record a platform keeps."""


def remember[Row](rows: list[Row], row: Row) -> None:
    """Add a record and forget the oldest ones."""
    rows.append(row)
    del rows[:-KEPT]


def token(seed: str) -> str:
    """Return an id of 32 hexadecimal digits that follows from `seed`."""
    return md5(seed.encode(), usedforsecurity=False).hexdigest()


def stored_picture(now: datetime, number: int) -> str:
    """Return an address of a picture on a storage server, as the samples print it."""
    return f"Vsm://PHQG#{now:%Y%m%d}#{now:%Y%m%d_%H%M%S}000.d:{number}:62692"


def rows_of(data: Any) -> list[dict[str, Any]]:
    """Return the rows of a list answer, for those that change how it is printed."""
    rows = data.get("list", []) if isinstance(data, Mapping) else []
    return [row for row in rows if isinstance(row, dict)]


def reprinted(data: Any, changes: Mapping[str, type], *, drop: tuple[str, ...] = ()) -> Any:
    """Return a list answer with fields of its rows as another type, or left out."""

    def changed(name: str, value: Any) -> Any:
        kind = changes.get(name)
        if kind is int:
            return int(value) if str(value).lstrip("-").isdecimal() else value
        return kind(value) if kind else value

    rows = [{name: changed(name, value) for name, value in row.items() if name not in drop} for row in rows_of(data)]
    return {**data, "list": rows}
