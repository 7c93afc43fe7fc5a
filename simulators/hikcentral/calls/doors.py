"""Doors, their readers, and opening them (§3.1, §3.11)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged, unpaged
from simulators.hikcentral.registry import PAGE, Call, Json, Refuse, array, endpoint, number, text
from simulators.hikcentral.state import CLOSED, DOOR_OFFLINE, HELD_CLOSED, HELD_OPEN, OPEN, Door, Reader

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

DOOR = text("doorIndexCode", required=True, longest=64)
MOST_DOORS = 10
REMAIN_OPEN, CLOSE, OPEN_ONCE, REMAIN_CLOSED = range(4)
STATES = {REMAIN_OPEN: HELD_OPEN, CLOSE: CLOSED, OPEN_ONCE: OPEN, REMAIN_CLOSED: HELD_CLOSED}
EVENTS = {REMAIN_OPEN: 198922, CLOSE: 199171, OPEN_ONCE: 198919, REMAIN_CLOSED: 199172}
"""What the platform reports of a remote command."""


def _door(door: Door) -> dict[str, Any]:
    """Print a door (L16177)."""
    return {
        "doorIndexCode": door.id,
        "doorName": door.name,
        "doorNo": door.number,
        "acsDevIndexCode": door.controller,
        "regionIndexCode": door.region,
        "doorState": door.state,
    }


def _reader(reader: Reader) -> dict[str, Any]:
    """Print a reader (L17413)."""
    row: dict[str, Any] = {"indexCode": reader.id, "name": reader.name}
    return row if reader.enabled is None else row | {"enable": reader.enabled}


def _stateless(data: Json) -> Json:
    """Print doors of an area as the sample does: without a state (L5250)."""
    rows = [{key: value for key, value in row.items() if key != "doorState"} for row in data["list"]]
    return data | {"list": rows}


@endpoint("resource/v1/acsDoor/acsDoorList", *PAGE, cached=True)
def doors(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List all doors (L4924)."""
    return paged(platform, call, list(platform.state.doors.values()), _door)


@endpoint(
    "resource/v1/acsDoor/region/acsDoorList", *PAGE, text("regionIndexCode", required=True, longest=64),
    sample=_stateless,
)  # fmt: skip
def doors_of_region(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the doors of an area (L5181)."""
    region = call.text("regionIndexCode")
    return paged(platform, call, [door for door in platform.state.doors.values() if door.region == region], _door)


@endpoint(
    "resource/v1/acsDoor/advance/acsDoorList",
    *PAGE,
    text("doorName", longest=32),
    text("acsDevIndexCode", longest=64),
    text("regionIndexCode", required=True, longest=64),
)
def search(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the doors of an area that meet all conditions; the name is a part of it (L5014)."""
    name, controller = call.text("doorName").casefold(), call.text("acsDevIndexCode")
    rows = [
        door
        for door in platform.state.doors.values()
        if door.region == call.text("regionIndexCode")
        and name in door.name.casefold()
        and controller in ("", door.controller)
    ]
    return paged(platform, call, rows, _door)


@endpoint("resource/v1/acsDoor/indexCode/acsDoorInfo", DOOR)
def door(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one door (L5119)."""
    found = platform.state.doors.get(call.text("doorIndexCode"))
    if found is None:
        raise Refuse("0x00072202")
    return _door(found)


@endpoint("resource/v1/reader/search", DOOR, text("readerIndexCode", longest=64), cached=True, since=(2, 0, 0))
def readers(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the readers of a door, without pages (L5274)."""
    place, wanted = call.text("doorIndexCode"), call.text("readerIndexCode")
    if place not in platform.state.doors:
        raise Refuse("0x00072202")
    rows = [reader for reader in platform.state.readers.values() if reader.door == place and wanted in ("", reader.id)]
    return unpaged(rows, _reader)


@endpoint(
    "acs/v1/door/doControl",
    array("doorIndexCodes", required=True, longest=MOST_DOORS),
    number("controlType", required=True, among=(0, 1, 2, 3)),
    sample=lambda results: [results],
)
def control(platform: HikCentralSimulator, call: Call) -> list[dict[str, Any]]:
    """Command doors; each has a result of its own, and moves a little later (L14171)."""
    ids = call.body["doorIndexCodes"]
    if not all(isinstance(item, str) for item in ids):
        raise Refuse("0x00072003", "doorIndexCodes")
    return [_control(platform, item, int(call.body["controlType"])) for item in ids]


def _control(platform: HikCentralSimulator, wanted: str, kind: int) -> dict[str, Any]:
    target = platform.state.doors.get(wanted)
    code = platform.options.door_results.get(wanted, 0)
    if target is None:
        code = 128
    elif target.state == DOOR_OFFLINE:
        code = code or 129
    if target is not None and not code:
        if kind == REMAIN_CLOSED and platform.options.control_three == "remain_open":
            kind = REMAIN_OPEN
        platform.later(platform.options.door_delay, lambda: _move(platform, target, kind))
    words = {0: "Success", 128: "The door does not exist", 129: "The device is offline"}.get(code, "Failed")
    return {"doorIndexCode": wanted, "controlResultCode": code, "controlResultDesc": words}


def _move(platform: HikCentralSimulator, target: Door, kind: int) -> None:
    """Let a door follow a command; one that was opened closes by itself, unless it got another command."""
    target.state = STATES[kind]
    platform.happen(EVENTS[kind], "door", target.id, data={})
    if kind != OPEN_ONCE:
        return

    target.openings += 1
    opening = target.openings

    def close() -> None:
        if target.state == OPEN and target.openings == opening:
            target.state = CLOSED

    platform.later(platform.options.open_seconds, close)
