"""Moving cameras, presets and patrols (§3.5)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import unpaged
from simulators.hikcentral.registry import Call, Parameter, Refuse, array, endpoint, number, text
from simulators.hikcentral.state import OFFLINE, Camera, Patrol, PtzCommand

from .cameras import camera_of

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

CAMERA = text("cameraIndexCode", required=True, longest=64)
MOST_PRESETS, MOST_PATROLS = 256, 8
PRESET = number("presetIndex", 1, MOST_PRESETS, required=True)
PATROL = number("patrolIndex", 1, MOST_PATROLS, required=True)
MOVES = frozenset(
    ("LEFT", "RIGHT", "UP", "DOWN", "LEFT_UP", "LEFT_DOWN", "RIGHT_UP", "RIGHT_DOWN", "ZOOM_IN", "ZOOM_OUT",
     "FOCUS_NEAR", "IRIS_ENLARGE", "IRIS_REDUCE")
)  # fmt: skip
FAR = frozenset(("FOCUS_FAR", "FOUCS_FAR"))
"""The dictionary's spelling and the request table's."""
GOTO_PRESET, RUN_PATROL = "GOTO_PRESET", "RUN_PATROL"
START, STOP = 0, 1
POINT: tuple[Parameter, ...] = (
    number("presetIndex", 1, MOST_PRESETS, required=True),
    text("presetName", longest=128),
    number("speed", 1, 40, required=True),
    number("dwellTime", 15, 30, required=True),
)


def _moving_camera(platform: HikCentralSimulator, call: Call) -> Camera:
    """Return the camera. Raises Refuse when it is offline or cannot move (195)."""
    camera = camera_of(platform, call)
    if camera.status == OFFLINE:
        raise Refuse("129")
    if "ptz" not in camera.capabilities.split(","):
        raise Refuse("195")
    return camera


@endpoint(
    "video/v1/ptzs/controlling",
    CAMERA,
    number("action", required=True, among=(START, STOP)),
    text("command", required=True, longest=16),
    number("speed", 20, 60),
    number("presetIndex", 1, MOST_PRESETS),
    number("patrolIndex", 1, MOST_PATROLS),
)
def control(platform: HikCentralSimulator, call: Call) -> str:
    """Start or stop a movement (L10293)."""
    camera, options = _moving_camera(platform, call), platform.options
    command = call.text("command").upper()
    known = FAR if options.focus_far == "both" else {options.focus_far}
    if command not in MOVES | known | {GOTO_PRESET, RUN_PATROL}:
        raise Refuse("2", f"command {command}")
    if command not in (GOTO_PRESET, RUN_PATROL) and call.body.get("speed") is None:
        raise Refuse("0x00072001", "speed is required")
    if camera.id in options.occupied:
        raise Refuse("133")
    if options.needs_live_view and camera.id not in platform.state.viewed:
        raise Refuse("2", "live view is not started")
    preset = patrol = None
    if command == GOTO_PRESET:
        preset = _named(platform.state.presets, camera, call.body.get("presetIndex"), "presetIndex")
    if command == RUN_PATROL:
        index = call.body.get("patrolIndex", call.body.get("PatrolIndex"))
        patrol = _named(platform.state.patrols, camera, index, "patrolIndex")
        platform.state.patrols[camera.id][patrol].running = call.body["action"] == START
    speed = call.body.get("speed")
    platform.state.ptz_log.append(
        PtzCommand(camera.id, command, int(call.body["action"]), speed, preset, patrol, platform.now())
    )
    return ""


def _named(kept: dict[str, dict[int, Any]], camera: Camera, index: object, name: str) -> int:
    """Return the number of a preset or patrol the camera has. Raises Refuse when it is missing or unknown."""
    if not isinstance(index, int):
        raise Refuse("0x00072001", f"{name} is required")
    if index not in kept.get(camera.id, {}):
        raise Refuse("128")
    return index


@endpoint("video/v1/presets/searches", CAMERA)
def presets(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the presets of a camera (L10222)."""
    rows = sorted(platform.state.presets.get(camera_of(platform, call).id, {}).items())
    return unpaged(rows, lambda row: {"presetName": row[1], "presetIndex": row[0]})


@endpoint("video/v1/presets/addition", CAMERA, text("presetName", required=True, longest=128), PRESET)
def add_preset(platform: HikCentralSimulator, call: Call) -> str:
    """Keep where a camera looks as a preset, in the place of one with that number (L10094)."""
    camera = _moving_camera(platform, call)
    platform.state.presets.setdefault(camera.id, {})[call.body["presetIndex"]] = call.text("presetName")
    return ""


@endpoint("video/v1/presets/deletion", CAMERA, PRESET)
def delete_preset(platform: HikCentralSimulator, call: Call) -> str:
    """Forget a preset (L10158)."""
    camera = _moving_camera(platform, call)
    del platform.state.presets[camera.id][
        _named(platform.state.presets, camera, call.body["presetIndex"], "presetIndex")
    ]
    return ""


@endpoint("video/v1/patrols/searches", CAMERA)
def patrols(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the patrols of a camera, without their points (L10025)."""
    rows = sorted(platform.state.patrols.get(camera_of(platform, call).id, {}).items())
    return unpaged(rows, lambda row: {"patrolName": row[1].name, "patrolIndex": row[0]})


@endpoint("video/v1/patrols/patrolIndex/patrolInfo", CAMERA, PATROL)
def patrol(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one patrol with its points (L9963)."""
    camera = camera_of(platform, call)
    index = _named(platform.state.patrols, camera, call.body["patrolIndex"], "patrolIndex")
    found = platform.state.patrols[camera.id][index]
    return {"patrolName": found.name, "patrolIndex": index, "patrolPointInfoList": found.points}


@endpoint(
    "video/v1/patrols/addition",
    CAMERA,
    text("patrolName", longest=128),
    PATROL,
    array("patrolPointInfoList", required=True),
)
def add_patrol(platform: HikCentralSimulator, call: Call) -> str:
    """Keep a patrol (L9814)."""
    camera = _moving_camera(platform, call)
    points = call.body["patrolPointInfoList"]
    for point in points:
        if not isinstance(point, dict):
            raise Refuse("0x00072003", "patrolPointInfoList")
        for row in POINT:
            row.check(point)
        _named(platform.state.presets, camera, point["presetIndex"], "presetIndex")
    index = call.body["patrolIndex"]
    platform.state.patrols.setdefault(camera.id, {})[index] = Patrol(index, call.text("patrolName"), points)
    return ""


@endpoint("video/v1/patrols/deletion", CAMERA, PATROL)
def delete_patrol(platform: HikCentralSimulator, call: Call) -> str:
    """Forget a patrol (L9901)."""
    camera = _moving_camera(platform, call)
    del platform.state.patrols[camera.id][
        _named(platform.state.patrols, camera, call.body["patrolIndex"], "patrolIndex")
    ]
    return ""
