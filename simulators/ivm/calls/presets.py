"""Presets and cruise tracks, of HOLO devices only (ivm §3.6 and §3.7)."""

from base64 import b64encode
import re
from typing import Any

from simulators.ivm.build import thumbnail
from simulators.ivm.checks import array, either, integer, text, word
from simulators.ivm.errors import PARAMETER, RefusedError
from simulators.ivm.routes import DC, Call, operation
from simulators.ivm.state import Channel, Cruise, Preset

from .ptz import check_lock

NAME = text("preset_name", 1, 128, required=True)
INDEX = either("preset_index", 1, 512, required=True)
NAME_FORM = re.compile(r"[\w \-.]{1,128}")
LAST_INDEX = 512
KINDS = ("CRUISE_TRACK", "MODEL_TRACK", "PAN_TRACK", "TILT_TRACK")
POINT = (
    integer("preset_index", 1, 512, required=True), integer("dwel_time", 30, 3600), integer("dwell_time", 30, 3600),
    integer("speed_level", 0, 10), integer("speedLevel", 0, 10),
)  # fmt: skip
CRUISE_ID = integer("cruises_id", 1, required=True)
TRACK = (
    word("cruise_type", *KINDS, required=True), text("cruise_name", 1, 128, required=True),
    array("cruise_points", 1, required=True, fields=POINT),
)  # fmt: skip


def _address(channel: Channel) -> dict[str, Any]:
    return {"device_id": channel.device.id, "channel_id": channel.id}


def _index(call: Call, channel: Channel) -> int:
    """Return the index of a body in the form that is arranged, of a preset that is there."""
    sent = call.body["preset_index"]
    _check_form(call)
    if sent not in channel.presets:
        raise RefusedError(PARAMETER, "no such preset")
    return int(sent)


def _check_form(call: Call) -> None:
    wanted = call.cloud.preset_index
    sent = call.sent["preset_index"]
    if wanted != "both" and isinstance(sent, str) is not (wanted == "string"):
        raise RefusedError("IVM.10020008" if wanted == "integer" else PARAMETER, f"preset_index must be {wanted}")


def _name(call: Call) -> str:
    name: str = call.body["preset_name"]
    if NAME_FORM.fullmatch(name) is None:
        raise RefusedError(PARAMETER, "preset_name has other characters")
    return name


@operation("15.1", "GET", f"{DC}/preset-position")
def presets(call: Call) -> Any:
    """All presets with their thumbnails."""
    channel = call.holo_channel("preset")
    return {
        "preset_positions": [
            {
                "preset_index": preset.index,
                "preset_name": preset.name,
                "jpg_base64": b64encode(thumbnail(channel, preset)).decode(),
            }
            for _, preset in sorted(channel.presets.items())
        ]
    }


@operation("15.2", "POST", f"{DC}/preset-position", body=(NAME, integer("index", 1, 512)))
def save(call: Call) -> Any:
    """A camera wants an index, a recorder's channel chooses one itself (L10670)."""
    channel = call.holo_channel("preset")
    index = call.body["index"]
    if (index is not None) is not channel.device.is_direct:
        raise RefusedError(PARAMETER, "index is for directly connected devices, and needed there")
    if index is None:
        index = next((number for number in range(1, LAST_INDEX + 1) if number not in channel.presets), None)
        if index is None:
            raise RefusedError("IVM.90000010")
    channel.presets[index] = Preset(index, _name(call), b"")
    channel.ptz.preset = index
    return {**_address(channel), "preset_index": index}


@operation("15.3", "DELETE", f"{DC}/preset-position", body=(INDEX,))
def delete(call: Call) -> Any:
    """Tracks lose the point, too."""
    channel = call.holo_channel("preset")
    index = _index(call, channel)
    del channel.presets[index]
    for cruise in channel.cruises.values():
        cruise.points = [point for point in cruise.points if point[0] != index]
    return {**_address(channel), "preset_index": index}


@operation("15.4", "PUT", f"{DC}/preset-position", body=(INDEX, NAME))
def edit(call: Call) -> Any:
    """Take a new thumbnail; whether the position is saved again is a knob."""
    channel = call.holo_channel("preset")
    preset = channel.presets[_index(call, channel)]
    preset.name, preset.jpeg = _name(call), b""
    preset.saved += 1
    if call.cloud.edit_moves_preset:
        channel.ptz.preset = preset.index
    return {**_address(channel), "preset_index": preset.index, "preset_name": preset.name}


@operation("15.5", "POST", f"{DC}/preset-position/move", body=(text("control_token", 1, required=True), INDEX))
def go(call: Call) -> Any:
    """Here the lock is called `control_token` (L10914)."""
    channel = call.holo_channel("preset")
    channel.need_unmasked()
    index = _index(call, channel)
    check_lock(call, channel, call.body["control_token"])
    channel.ptz.preset, channel.ptz.moving = index, None
    return _address(channel)


@operation("15.6", "GET", f"{DC}/cruise-track/list")
def cruises(call: Call) -> Any:
    """All tracks, without points."""
    channel = call.holo_channel("cruise")
    return {
        **_address(channel),
        "cruises_ids": [
            {
                "cruises_id": cruise.id,
                "cruises_name": cruise.name,
                "enable_cruise": "OPEN" if cruise.enabled else "CLOSE",
            }
            for _, cruise in sorted(channel.cruises.items())
        ],
    }


def _cruise(channel: Channel, number: int) -> Cruise:
    if number not in channel.cruises:
        raise RefusedError(PARAMETER, "no such cruise track")
    return channel.cruises[number]


@operation("15.7", "GET", f"{DC}/cruise-track", query=(CRUISE_ID,))
def cruise_detail(call: Call) -> Any:
    """One track with its points."""
    channel = call.holo_channel("cruise")
    cruise = _cruise(channel, call.query["cruises_id"])
    return {
        "cruises_id": cruise.id,
        "cruise_type": cruise.kind,
        "cruise_name": cruise.name,
        "cruise_points": [
            {
                "preset_index": index,
                "dwell_time": dwell,
                "speed_level": speed,
                "jpg_base64": b64encode(thumbnail(channel, channel.presets[index])).decode(),
            }
            for index, dwell, speed in cruise.points
        ],
    }


def _points(call: Call, channel: Channel) -> list[tuple[int, int, int]]:
    """Read points in any spelling that is arranged (ivm §3.7)."""
    wanted = call.cloud.cruise_fields
    points = []
    for item in call.body["cruise_points"]:
        names = ("dwel_time", "dwell_time") if wanted == "both" else (wanted,)
        dwell = next((item[name] for name in names if item[name] is not None), None)
        speed = item["speed_level"] if item["speed_level"] is not None else item["speedLevel"]
        if dwell is None or speed is None or item["preset_index"] not in channel.presets:
            raise RefusedError(PARAMETER, "a point is not complete, or its preset is not there")
        points.append((item["preset_index"], dwell, speed))
    if call.body["cruise_type"] != "CRUISE_TRACK":
        raise RefusedError("IVM.20160001")
    return points


@operation("15.8", "POST", f"{DC}/cruise-track", body=TRACK)
def create_cruise(call: Call) -> Any:
    """Devices have CRUISE_TRACK only (L11080)."""
    channel = call.holo_channel("cruise")
    points = _points(call, channel)
    number = max(channel.cruises, default=0) + 1
    channel.cruises[number] = Cruise(number, call.body["cruise_name"], call.body["cruise_type"], points)
    return {**_address(channel), "cruises_id": number}


@operation("15.9", "DELETE", f"{DC}/cruise-track", body=(CRUISE_ID,))
def delete_cruise(call: Call) -> Any:
    """Delete a track."""
    channel = call.holo_channel("cruise")
    cruise = _cruise(channel, call.body["cruises_id"])
    del channel.cruises[cruise.id]
    return {**_address(channel), "cruises_id": cruise.id}


@operation("15.10", "PUT", f"{DC}/cruise-track", body=(CRUISE_ID, *TRACK))
def edit_cruise(call: Call) -> Any:
    """Replace a track."""
    channel = call.holo_channel("cruise")
    cruise = _cruise(channel, call.body["cruises_id"])
    cruise.points = _points(call, channel)
    cruise.name, cruise.kind = call.body["cruise_name"], call.body["cruise_type"]
    return {**_address(channel), "cruises_id": cruise.id}


@operation("15.11", "PUT", f"{DC}/cruise-track/enable", body=(
    CRUISE_ID, word("enable_cruise", "OPEN", "CLOSE", required=True),
))  # fmt: skip
def enable_cruise(call: Call) -> Any:
    """One at a time runs."""
    channel = call.holo_channel("cruise")
    cruise = _cruise(channel, call.body["cruises_id"])
    if call.body["enable_cruise"] == "OPEN":
        for other in channel.cruises.values():
            other.enabled = False
        channel.ptz.preset = None
    cruise.enabled = call.body["enable_cruise"] == "OPEN"
    return {**_address(channel), "cruises_id": cruise.id, "enable_cruise": call.body["enable_cruise"]}
