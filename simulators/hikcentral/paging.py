"""Lists, a page at a time (§1.7)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .registry import Call, Refuse

if TYPE_CHECKING:
    from .platform import HikCentralSimulator


def paged[Row](
    platform: HikCentralSimulator,
    call: Call,
    rows: Sequence[Row],
    render: Callable[[Row], Any],
    *,
    index: str = "pageNo",
) -> dict[str, Any]:
    """Return one page as `total`, `pageNo` (or `index`), `pageSize` and `list`.

    Raises Refuse (0x00072004) when the platform is set to find such a page too long.
    """
    page = call.page
    part = rows[page.start : page.start + page.size]
    longest = platform.options.longest_page
    if longest is not None and len(part) > longest:
        raise Refuse("0x00072004")
    return {"total": len(rows), index: page.number, "pageSize": page.size, "list": [render(row) for row in part]}


def unpaged[Row](rows: Sequence[Row], render: Callable[[Row], Any]) -> dict[str, Any]:
    """Return a list that is not cut into pages: `total` and `list`."""
    return {"total": len(rows), "list": [render(row) for row in rows]}
