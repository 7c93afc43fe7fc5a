"""Times of the cloud: in Beijing's zone unless they say otherwise (ivm §1.11)."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..base import Runtime
from ..settings import PLATFORM_ZONE
from ..times import parse_time as parse_any

BEIJING: Final = ZoneInfo("Asia/Shanghai")
START_CODE: Final = "IVM.10020005"
END_CODE: Final = "IVM.10020006"
TIME_CODES: Final = frozenset({START_CODE, END_CODE})
"""Said to a time in a form that the cloud does not take."""

_COMPACT: Final = re.compile(r"(\d{4}-?\d{2}-?\d{2})[\sT]?(\d{2})(\d{2})(\d{2})(.*)", re.DOTALL)
_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")


def zone_of(options: Mapping[str, Any], runtime: Runtime) -> tzinfo:
    """Return the zone of times that come without one: the one that was chosen, else Beijing's."""
    return runtime.zone if options.get(PLATFORM_ZONE) else BEIJING


def parse_time(text: str | None, zone: tzinfo = BEIJING) -> datetime | None:
    """Return the moment of a time in any of the cloud's forms, with a time zone; None if it is none.

    `yyyy-MM-dd HH:mm:ss`, with `T`, fraction or offset, and without signs between the numbers.
    """
    if (found := parse_any(text, zone)) is not None or text is None:
        return found
    if (parts := _COMPACT.fullmatch(text.strip())) is None:
        return None
    date, hour, minute, second, rest = parts.groups()
    return parse_any(f"{_DATE.sub(r'\1-\2-\3', date)} {hour}:{minute}:{second}{rest}", zone)


def format_time(moment: datetime, zone: tzinfo = BEIJING, *, compact: bool = False) -> str:
    """Return a moment as `yyyy-MM-dd HH:mm:ss`; `compact`: as one table prints it, `HHmmss`.

    Raises ValueError for a moment without a time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(zone).strftime("%Y-%m-%d %H%M%S" if compact else "%Y-%m-%d %H:%M:%S")
