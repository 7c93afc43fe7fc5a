"""The platform's event types (L18823-19465): code, name, category and type of the source."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("event_types.csv")


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the table."""

    code: int
    name: str
    category: str
    source_type: str


@lru_cache(maxsize=1)
def event_types() -> dict[int, EventType]:
    """Return the table by code."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = [
            EventType(int(row["code"]), row["name"], row["category"], row["source_type"].partition("/")[0])
            for row in csv.DictReader(file)
        ]
    return {row.code: row for row in rows}


def source_type_of(code: int) -> str:
    """Return the type of an event's source; `camera` for codes that are not in the table."""
    row = event_types().get(code)
    return row.source_type if row else "camera"


def ability_of(code: int, source_type: str) -> str:
    """Return the family a notification names: video, access, plates, and more (the list is open)."""
    if code in (130, 131, 131622):
        return "event_veh"
    row = event_types().get(code)
    if source_type in ("door", "acsDevice") or (row and row.category.startswith("card_swiping")):
        return "event_acs"
    return {
        "ioIn": "event_io",
        "mobileDevice": "event_mobile",
        "mobileVehicle": "event_mobile",
        "fallRadar": "event_health",
        "livefeatureRadar": "event_health",
        "alarminput": "event_health",
    }.get(source_type, "event_vss")
