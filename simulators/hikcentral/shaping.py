"""What the profiles make of an answer: `table` as documented, `sample` as printed, `hostile` as bad as can be.

`hostile` is the same for the same path and call, so that a test can be repeated; every object stays readable for a
client that takes nothing for granted: numbers come as text, totals are missing or wrong in type, there are unknown keys.
"""

from typing import Any, Literal

from .answers import success
from .registry import NO_DATA, Endpoint

type Profile = Literal["table", "sample", "hostile"]
PROFILES: tuple[Profile, ...] = ("table", "sample", "hostile")
SUBSCRIPTION = "eventService/v1/event"
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
    """Spoil an answer."""
    if isinstance(data, list):
        return [hostile(part, turn) for part in data]
    if data == "":
        return COMMAND_DATA[turn % len(COMMAND_DATA)]
    if isinstance(data, dict):
        spoiled = {key: _spoil(key, value) for key, value in data.items()}
        if "total" in spoiled:
            if turn % 3 == 0:
                del spoiled["total"]
            elif turn % 3 == 1:
                spoiled["total"] = str(data["total"])
        if data.get("list") == [] and turn % 2:
            del spoiled["list"]
        return spoiled
    return data


def _spoil(key: str, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return [_spoil(key, item) for item in value]
    if isinstance(value, dict):
        return {f"{name} ": _spoil(name, item) for name, item in value.items()} | {"futureField": {"nested": [None]}}
    return value


def renamed(**names: str) -> Any:
    """Make a shaper that prints some keys differently, at every depth: `renamed(status="status ")`."""

    def shape(data: Any) -> Any:
        if isinstance(data, list):
            return [shape(item) for item in data]
        if isinstance(data, dict):
            return {names.get(key, key): shape(value) for key, value in data.items()}
        return data

    return shape
