"""What the profiles make of an answer: `table` as documented, `sample` as printed, `hostile` as bad as can be.

`hostile` is the same for the same path and call, so that a test can be repeated; every object stays readable for a
client that takes nothing for granted: numbers come as text, totals are missing or wrong in type, there are unknown keys.
"""

import json
from typing import Any, Literal

from .answers import success
from .registry import NO_DATA, Endpoint

type Profile = Literal["table", "sample", "hostile"]
PROFILES: tuple[Profile, ...] = ("table", "sample", "hostile")
SUBSCRIPTION = "eventService/v1/event"
MANY_ROWS = 3
"""Lists of so many rows end with one whose statuses nobody knows, and an empty object."""
STATUS_KEYS = frozenset(("status", "doorState", "networkStatus", "recordingStatus"))
UNKNOWN_STATUS = "99"
COMMAND_DATA: tuple[Any, ...] = ("", None, [], NO_DATA)
"""What hostile commands answer in turn instead of the empty text."""


def envelope(profile: Profile, endpoint: Endpoint, data: Any, turn: int) -> bytes:
    """Return the whole body for a handler's data; `turn` counts the calls of this path."""
    if profile == "sample":
        shaped = endpoint.sample(data) if endpoint.sample is not None and isinstance(data, dict | list) else data
        numeric = endpoint.path.startswith(SUBSCRIPTION) and "ubscription" in endpoint.path
        return success(shaped, code=0 if numeric else "0")
    if profile == "hostile":
        codes: tuple[str | int, ...] = ("0", 0, " 0 ")
        return success(hostile(data, turn), code=codes[turn % len(codes)], msg="ok")
    return success(data)


def hostile(data: Any, turn: int) -> Any:
    """Spoil an answer; `turn` counts the calls of its path."""
    if data == "":
        return COMMAND_DATA[turn % len(COMMAND_DATA)]
    if not isinstance(data, dict):
        return _spoil("", data, turn)
    spoiled = {key: _spoil(key, value, turn) for key, value in data.items()}
    if "total" in spoiled:
        if turn % 3 == 0:
            del spoiled["total"]
        elif turn % 3 == 1:
            spoiled["total"] = str(data["total"])
    rows = data.get("list")
    if rows == [] and turn % 2:
        del spoiled["list"]
    if isinstance(rows, list) and len(rows) >= MANY_ROWS and isinstance(rows[-1], dict):
        for key in STATUS_KEYS.intersection(rows[-1]):
            spoiled["list"][-1][f"{key} "] = UNKNOWN_STATUS
        spoiled["list"].append({})
    return spoiled


def _spoil(key: str, value: Any, turn: int) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return [_spoil(key, item, turn) for item in value]
    if isinstance(value, dict):
        spoiled = {f"{name} ": _spoil(name, item, turn) for name, item in value.items()}
        return spoiled | {"futureField": {"nested": [None]}}
    if turn % 2 and key.endswith("ndexCode") and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def notification(profile: Profile, message: dict[str, Any], turn: int) -> dict[str, Any]:
    """Shape a push; `turn` counts the pushes. Nothing an event needs is lost, whatever the profile."""
    if profile == "table":
        return message
    params = message["params"]
    events = [(_sample_event if profile == "sample" else _hostile_event)(event, turn) for event in params["events"]]
    single = profile == "hostile" and len(events) == 1 and turn % 2 == 0
    return message | {"params": params | {"events": events[0] if single else events}}


def _sample_event(event: dict[str, Any], turn: int) -> dict[str, Any]:
    """Print an event as the sample does: without a level (L18188)."""
    return {key: value for key, value in event.items() if key != "eventLvl"}


def _hostile_event(event: dict[str, Any], turn: int) -> dict[str, Any]:
    """Spoil an event: numbers as text, the parent's key spelled rightly, data as text, blanks in the time."""
    spoiled = {key: str(value) if isinstance(value, int) else value for key, value in event.items()}
    spoiled["srcParentIndex"] = spoiled.pop("srcParentIdex")
    spoiled["happenTime"] = spoiled["happenTime"].replace("T", "T ")
    if turn % 3 == 0:
        spoiled["data"] = json.dumps(event["data"])
    elif not event["data"]:
        spoiled["data"] = None if turn % 3 == 1 else ""
    return spoiled | {"futureField": [{}]}


def renamed(**names: str) -> Any:
    """Make a shaper that prints some keys differently, at every depth: `renamed(status="status ")`."""

    def shape(data: Any) -> Any:
        if isinstance(data, list):
            return [shape(item) for item in data]
        if isinstance(data, dict):
            return {names.get(key, key): shape(value) for key, value in data.items()}
        return data

    return shape
