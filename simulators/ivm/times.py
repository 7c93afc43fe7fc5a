"""How the cloud prints and reads times (ivm §1.11)."""

from datetime import datetime, timedelta, timezone
import re

BEIJING = timezone(timedelta(hours=8))
_COLONS = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_COMPACT = re.compile(r"\d{4}-\d{2}-\d{2} \d{6}")


def stamp(moment: datetime) -> str:
    """Print as queries and lists do: `2020-07-15 14:32:00`, Beijing time."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def iso_stamp(moment: datetime) -> str:
    """Print as pushes do: `2023-02-10T14:20:11+08:00`."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def compact_stamp(moment: datetime) -> str:
    """Print as in alarm ids: `20230210142011`."""
    return moment.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def read_stamp(text: str, *, colons: bool = True, compact: bool = False) -> datetime:
    """Read `yyyy-MM-dd HH:mm:ss`, or `HHmmss` where it is allowed. Raises ValueError."""
    if colons and _COLONS.fullmatch(text):
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    if compact and _COMPACT.fullmatch(text):
        return datetime.strptime(text, "%Y-%m-%d %H%M%S").replace(tzinfo=BEIJING)
    raise ValueError(f"{text!r} is no time")
