"""How the platform prints times (§1.8)."""

from datetime import datetime


def stamp(moment: datetime) -> str:
    """Print as requests and most answers do: `2018-07-26T15:00:00+08:00`."""
    return moment.isoformat(timespec="seconds")


def fine_stamp(moment: datetime) -> str:
    """Print as pushes do: `2018-07-26T15:00:00.000+08:00`."""
    return moment.isoformat(timespec="milliseconds")


def spaced_stamp(moment: datetime) -> str:
    """Print as the text of the push format does, with a blank after the T (L18128)."""
    return fine_stamp(moment).replace("T", "T ")


def plain_stamp(moment: datetime) -> str:
    """Print local time without an offset, as some samples do: `2018-08-10 20:00:00`."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
