"""Moving cameras (hikcentral §3.5).

The platform knows start and stop only; see `movement.py` for what follows from that.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import number, targets, word
from ..background import together
from ..base import Sink
from ..errors import BusyError, DeviceFailureError, RejectedError, SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import Feature
from ..movement import Movement, Movements, nothing_moves
from .codes import OCCUPIED
from .live import Live
from .local import LOCAL, Numbers
from .records import Camera

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

CONTROL: Final = "video/v1/ptzs/controlling"
START: Final = 0
STOP: Final = 1

FOCUS_FAR: Final = "FOCUS_FAR"
_FOCUS_FAR_MISSPELT: Final = "FOUCS_FAR"
"""How the table of the request prints it; the dictionary of values has the other (T20)."""
_MISSPELT_CODES: Final = frozenset({"2", "0x00072002", "7"})

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "left": "LEFT",
        "right": "RIGHT",
        "up": "UP",
        "down": "DOWN",
        "left_up": "LEFT_UP",
        "left_down": "LEFT_DOWN",
        "right_up": "RIGHT_UP",
        "right_down": "RIGHT_DOWN",
        "zoom_in": "ZOOM_IN",
        "zoom_out": "ZOOM_OUT",
        "focus_near": "FOCUS_NEAR",
        "focus_far": FOCUS_FAR,
        "iris_enlarge": "IRIS_ENLARGE",
        "iris_reduce": "IRIS_REDUCE",
    }
)
"""What an action may say → the platform's command."""

BUTTONS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.PTZ_LEFT: "left",
        Kind.PTZ_RIGHT: "right",
        Kind.PTZ_UP: "up",
        Kind.PTZ_DOWN: "down",
        Kind.PTZ_ZOOM_IN: "zoom_in",
        Kind.PTZ_ZOOM_OUT: "zoom_out",
    }
)

_UNSEEN_CODES: Final = frozenset({"1", "2", "4", "5", "7", "192", "194", "0x00052301"})
"""How a command may fail because nobody watches the camera: the call is for use "after starting live view", and which
code says so is not documented."""
type Moved = Callable[[Camera, Sink | None], None]
"""Told when a camera left the place where it was."""


class Ptz:
    """The moving cameras of one platform. `moved` may be set by whoever keeps track of where cameras look."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.moved: Moved = _nobody
        self._client = context.client
        self._numbers = context.part(Numbers)
        self._live = context.part(Live)
        self._movements: Movements[str] = Movements(context.runtime)
        self._last: dict[str, tuple[str, int]] = {}
        self._focus_far = FOCUS_FAR

    def speed(self, camera: Camera) -> int:
        """Return the speed that is set for a camera, 20 to 60."""
        return round(self._numbers.get(Kind.PTZ_SPEED, camera.id))

    async def press(self, feature: Feature, sink: Sink) -> None:
        """Carry out a button. Raises `UnsupportedError` for one of something else, and what a command raises."""
        camera = camera_of(feature)
        if feature.kind is Kind.PTZ_STOP:
            await self.stop(camera)
        elif feature.kind in BUTTONS:
            await self.move(camera, BUTTONS[feature.kind], sink=sink)
        else:
            raise UnsupportedError(function=feature.kind)

    async def move(
        self,
        camera: Camera,
        command: str,
        *,
        speed: float | None = None,
        duration: float | None = None,
        sink: Sink | None = None,
    ) -> None:
        """Move a camera for some seconds and stop it; returns when it was stopped, by whatever.

        `command`: a key of `COMMANDS`. `speed` 20 to 60; speed and `duration` are the camera's own numbers if not
        given. Raises `BusyError` while somebody else moves the camera, `DeviceOfflineError`, and the client's errors;
        a start that got no answer is not repeated, but stopped.
        """
        word, pace = COMMANDS[command], self.speed(camera) if speed is None else round(speed)
        if duration is None:
            duration = self._numbers.get(Kind.PTZ_DURATION, camera.id)
        movement = Movement(
            name=camera.name,
            start=lambda: self._start(camera, word, pace),
            stop=lambda: self._send(camera, word, STOP, pace),
            seconds=duration,
            moved=lambda: self.moved(camera, sink),
            refused=lambda error: nothing_moves(error) or error.code == OCCUPIED,
        )
        await self._movements.move(camera.id, movement)

    async def stop(self, camera: Camera) -> None:
        """End our movement of a camera; if there is none, tell it to stop what it was told last."""
        await self._movements.stop(camera.id, camera.name, lambda: self._stop_last(camera))

    async def call(self, camera: Camera, command: str, action: int = START, **more: int) -> None:
        """Give a command that ends by itself, such as going to a preset; ends our movement of the camera first."""

        async def order() -> None:
            await self._visibly(camera, lambda: self._send(camera, command, action, self.speed(camera), **more))

        await self._movements.alone(camera.id, order)

    async def close(self) -> None:
        """Stop every camera that moves because of us."""
        await self._movements.close()

    # commands

    async def _start(self, camera: Camera, command: str, speed: int) -> None:
        """Let a camera begin to move."""
        self._last[camera.id] = (command, speed)
        await self._visibly(camera, lambda: self._send(camera, command, START, speed))

    async def _stop_last(self, camera: Camera) -> None:
        """Tell a camera to stop what it was told last."""
        command, speed = self._last.get(camera.id, (COMMANDS["left"], self.speed(camera)))
        await self._send(camera, command, STOP, speed)

    async def _visibly(self, camera: Camera, command: Callable[[], Awaitable[None]]) -> None:
        """Give a command; if it fails as one without a live view may, start one and give it once more."""
        try:
            await command()
        except (BusyError, DeviceFailureError, RejectedError) as error:
            if error.code == OCCUPIED:
                busy = BusyError(f"somebody else moves {camera.name} at the moment")
                busy.code = OCCUPIED
                raise busy from error
            if error.code not in _UNSEEN_CODES:
                raise
            try:
                await self._live.watch(camera)
            except SystemFailure as reason:
                _LOGGER.debug("No live view of %s to move it in: %s", camera.name, reason)
                raise error from reason
            await command()

    async def _send(self, camera: Camera, command: str, action: int, speed: int, **more: int) -> None:
        """Send one command; if the platform knows only the other spelling of `FOCUS_FAR`, in that."""
        body = {"cameraIndexCode": camera.id, "action": action, "command": command, "speed": speed, **more}
        if command != FOCUS_FAR:
            await self._client.call(CONTROL, body, writes=True)
            return
        try:
            await self._client.call(CONTROL, {**body, "command": self._focus_far}, writes=True)
        except (DeviceFailureError, RejectedError) as error:
            if error.code not in _MISSPELT_CODES:
                raise
            other = FOCUS_FAR if self._focus_far == _FOCUS_FAR_MISSPELT else _FOCUS_FAR_MISSPELT
            await self._client.call(CONTROL, {**body, "command": other}, writes=True)
            self._focus_far = other


def _nobody(camera: Camera, sink: Sink | None) -> None:
    """Tell nobody."""


def camera_of(feature: Feature) -> Camera:
    """Return the camera of a feature. Raises `UnsupportedError` for a feature of something else."""
    if not isinstance(feature.address, Camera):
        raise UnsupportedError(function=feature.kind)
    return feature.address


async def ptz(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Move cameras: `command` (a key of `COMMANDS`), `speed` 20 to 60, `duration` in seconds."""
    cameras = targets(features, Camera, "a camera")
    command = word(arguments, "command", COMMANDS)
    limits = LOCAL[Kind.PTZ_SPEED]
    speed = number(arguments, "speed", limits.minimum, limits.maximum)
    limits = LOCAL[Kind.PTZ_DURATION]
    duration = number(arguments, "duration", limits.minimum, limits.maximum)
    move = context.part(Ptz).move
    await together([move(each, command, speed=speed, duration=duration, sink=sink) for each in cameras])
    return {}


ACTIONS: Final = MappingProxyType({"ptz": ptz})
