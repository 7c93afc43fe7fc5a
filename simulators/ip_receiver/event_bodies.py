"""Bodies of what the stream tells about panels and devices: header, reports, reviews, states (ip-receiver §4)."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("event_codes.csv")
NOBODY = "-1,-1,-1,-1,-1,-1,-1,NONE"


def _descriptions() -> dict[str, str]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["hik_code"]: row["description"] for row in csv.DictReader(file)}


DESCRIPTIONS = _descriptions()
"""Text of each of the 328 codes of Appendix D."""


def stamp(moment: datetime) -> str:
    """Print a time with its zone, as in `dateTime`."""
    return moment.isoformat(timespec="seconds")


def naive(moment: datetime) -> str:
    """Print a time without its zone, as in `triggerTime`."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def header(
    kind: str, moment: datetime, *, index: str | None = None, channel: str | None = "1", name: str | None = None,
    text: str = "", state: str = "active", count: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Return the header that all alerts share (L1140-1173)."""
    return {
        **({"channelID": channel} if channel is not None else {}),
        "dateTime": stamp(moment),
        "activePostCount": count,
        "eventType": kind,
        "eventState": state,
        "eventDescription": text or kind,
        **({"devIndex": index} if index is not None else {}),
        **({"channelName": name} if name is not None else {}),
    }


def parameters(user: str | None, number: int, zone: int | None, *, by_network: bool = False) -> str:
    """Return `CIDParam`: eight values, -1 for those that say nothing (L1458-1482)."""
    if user is None and zone is None:
        return NOBODY
    who = ("2" if by_network else "1", str(number)) if user is not None else ("-1", "-1")
    return ",".join((*who, "-1" if zone is None else str(zone), "-1", "-1", "-1", "-1", user or "NONE"))


def report(
    code: str, kind: int, moment: datetime, *, partition: int | None, zone: int | None, who: str, uuid: str,
    has_video: int,
) -> dict[str, Any]:  # fmt: skip
    """Return the object `CIDAlarm` (L1397-1455)."""
    return {
        **({"subSys": partition} if partition is not None else {}),
        **({"zoneNo": zone} if zone is not None else {}),
        "CIDCode": code,
        "CIDType": kind,
        "CIDDescribe": DESCRIPTIONS.get(code, code),
        "timeZoneIdx": 15,
        "triggerTime": naive(moment),
        "uploadTime": naive(moment),
        "CIDParam": who,
        "UUID": uuid,
        "isVideo": has_video,
        "isTalk": 0,
    }
