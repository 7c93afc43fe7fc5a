"""PTZ (ivm §3.5): a lock, commands that extend it, a release."""

from datetime import timedelta
from typing import Any

from simulators.ivm.checks import integer, text, word
from simulators.ivm.errors import RefusedError
from simulators.ivm.routes import DC, Call, operation
from simulators.ivm.state import Channel, Move

LOCK_LIFE = timedelta(minutes=2)
SHORTEST = timedelta(seconds=0.3)
"""Commands that follow sooner may leave a camera turning (L2498)."""
MOVES = frozenset({"LEFT", "UP", "RIGHT", "DOWN", "UPPER_LEFT", "UPPER_RIGHT", "LOWER_LEFT", "LOWER_RIGHT"})
ZOOMS = frozenset({"IN", "OUT"})
FOCUSES = frozenset({"FOCUS_FAR", "FOCUS_NEAR", "IRIS_OPEN", "IRIS_CLOSE"})
STOPS = frozenset({"STOP", "ZOOM_STOP", "FI_STOP"})
ABILITY_OF = {
    **dict.fromkeys(MOVES, "ptzspin"), **dict.fromkeys(ZOOMS, "zoom"), "FOCUS_FAR": "autofocus",
    "FOCUS_NEAR": "autofocus", "AUTO_FOCUS": "autofocus", "IRIS_OPEN": "iris", "IRIS_CLOSE": "iris",
}  # fmt: skip


def ptz_channel(call: Call) -> Channel:
    """Return the channel of the path if it is a PTZ that can be used now. Raises RefusedError."""
    channel = call.channel()
    channel.need_managed()
    channel.need_online()
    if "ptz" not in channel.abilities:
        raise RefusedError("IVM.20002008")
    channel.need_unmasked()
    return channel


@operation("8.1", "GET", f"{DC}/control-lock")
def acquire(call: Call) -> Any:
    """One at a time: who comes second is refused until the lock is released or two minutes old."""
    channel = ptz_channel(call)
    ptz = channel.ptz
    if ptz.busy or (ptz.token is not None and ptz.expires is not None and ptz.expires > call.now):
        raise RefusedError("IVM.20000029")
    if ptz.token is not None:
        ptz.expired_token = ptz.token
    ptz.token = f"{call.cloud.chance.getrandbits(128):032x}"
    ptz.expires = call.now + LOCK_LIFE
    return {"control_token": ptz.token}


@operation("8.2", "POST", f"{DC}/control-lock")
def release(call: Call) -> Any:
    """No token is sent (L2433)."""
    channel = ptz_channel(call)
    channel.ptz.expired_token = channel.ptz.token or channel.ptz.expired_token
    channel.ptz.token = channel.ptz.expires = None
    return {"device_id": channel.device.id, "channel_id": channel.id}


def check_lock(call: Call, channel: Channel, token: str) -> None:
    """Raise RefusedError unless a token holds the lock; extend it."""
    ptz = channel.ptz
    expired = ptz.expires is not None and ptz.expires <= call.now
    if token == ptz.expired_token or (token == ptz.token and expired):
        raise RefusedError("IVM.20002001")
    if token != ptz.token:
        raise RefusedError("IVM.20002009")
    ptz.expires = call.now + LOCK_LIFE


@operation("8.3", "POST", f"{DC}/ptz/angle-spin", body=(
    word("direction", *MOVES, *ZOOMS, *FOCUSES, *STOPS, "AUTO_FOCUS", required=True, code="IVM.20002007"),
    text("control_lock", 1, required=True, code="IVM.20002009"),
    integer("speed", 1, 10, default=10), word("mode", "POINT", "NON_POINT", default="POINT", code="IVM.20002007"),
    word("heartbeat_mode", "OPEN", "CLOSE", default="CLOSE"),
))  # fmt: skip
def spin(call: Call) -> Any:
    """Carry a command out; what is continuous goes on until it is stopped."""
    channel = ptz_channel(call)
    body = call.body
    check_lock(call, channel, body["control_lock"])
    direction, mode = body["direction"], body["mode"]
    if channel.device.is_gb and mode == "POINT":
        raise RefusedError("IVM.20002007", "GB devices accept NON_POINT only")
    if (needed := ABILITY_OF.get(direction)) is not None and needed not in channel.abilities:
        raise RefusedError("IVM.20002007", f"without {needed}")
    ptz = channel.ptz
    if ptz.log and call.now - ptz.log[-1].moment < SHORTEST:
        ptz.runaway = True
    ptz.log.append(Move(call.now, direction, body["speed"], mode))
    move(channel, direction, continuous=mode == "NON_POINT")
    return {"device_id": channel.device.id, "channel_id": channel.id}


def move(channel: Channel, direction: str, *, continuous: bool) -> None:
    """Let a command have its effect (L2521-L2526)."""
    ptz = channel.ptz
    if direction in MOVES:
        ptz.preset = None
        ptz.moving = direction if continuous else None
        ptz.steps += not continuous
    elif direction in ZOOMS:
        # Cameras that speak HOLO zoom and focus on until they are stopped, in either mode.
        ptz.zooming = direction
    elif direction in FOCUSES:
        ptz.focusing = direction
    elif direction == "STOP":
        ptz.moving = None
        if not channel.device.is_direct or channel.device.is_gb or channel.model.startswith("E"):
            ptz.zooming = None
    elif direction == "ZOOM_STOP":
        ptz.zooming = None
    elif direction == "FI_STOP":
        ptz.focusing = None
