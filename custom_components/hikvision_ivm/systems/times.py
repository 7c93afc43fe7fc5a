"""Reading and writing the times of platforms (hikcentral §1.8, ivm §1.11)."""

from datetime import datetime, timedelta, timezone, tzinfo
import re
from typing import Final

_FORM: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:\s*[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\s*\d{2}:?\d{2}|[+-]\s*\d{2})?",
    re.IGNORECASE,
)
_LONGEST: Final = 64


def parse_time(text: str | None, zone: tzinfo) -> datetime | None:
    """Return the moment of one of the platform's many forms, with a time zone; None if it is not a time.

    Blanks around `T` and the offset, a missing offset (then `zone` counts) and fractions of any length are accepted.
    """
    if not text or len(text) > _LONGEST or (found := _FORM.fullmatch(text.strip())) is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")), tzinfo=zone,
        )  # fmt: skip
        return moment if offset is None else moment.replace(tzinfo=_zone(offset))
    except ValueError:
        return None


def _zone(offset: str) -> tzinfo:
    """Return the zone of `Z`, `+08:00`, `+0800`, `+ 08:00` or `+08`. Raises ValueError."""
    plain = re.sub(r"[\s:]", "", offset).upper()
    if plain == "Z":
        plain = "+0000"
    delta = timedelta(hours=int(plain[1:3]), minutes=int(plain[3:5] or 0))
    return timezone(-delta if plain[0] == "-" else delta)


def format_time(moment: datetime) -> str:
    """Return a moment as `yyyy-MM-ddTHH:mm:ss+HH:MM`. Raises ValueError for one without a time zone."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    # Offsets of the platform have minutes only, and neither `Z` nor fractions.
    return moment.replace(microsecond=0).isoformat(timespec="seconds")[:25]
