"""Moving cameras (hikcentral §3.5).

The platform knows start and stop only. So a movement is a task of its own that starts, waits and always stops: when
its time is over, when it is cancelled, when its start got no answer, and when everything ends. A camera has one
movement at a time; a new one ends the old.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..background import Background, together, wait_for_end
from ..base import Sink
from ..errors import (
    AccessDisabledError,
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    QuotaError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from ..kinds import Kind
from ..model import Feature
from .arguments import number, targets, word
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
_REFUSALS: Final = (
    AccessDisabledError,
    AuthenticationError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    QuotaError,
    RejectedError,
    UnsupportedError,
)
"""After these nothing moves, so there is nothing to stop."""
_STOP_PAUSE: Final = 0.5
"""Seconds before the second try to stop, which harms nobody."""

type Moved = Callable[[Camera, Sink | None], None]
"""Told when a camera left the place where it was."""


@dataclass(slots=True, eq=False)
class _Movement:
    """One movement of one camera. `over` ends it early."""

    camera: Camera
    command: str
    speed: int
    sink: Sink | None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] = field(init=False)

    async def ended(self) -> None:
        """End it and wait until the camera was told to stop. Its failure belongs to whoever started it."""
        self.over.set()
        await asyncio.wait({self.task})


class Ptz:
    """The moving cameras of one platform. `moved` may be set by whoever keeps track of where cameras look."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.moved: Moved = _nobody
        self._client = context.client
        self._runtime = context.runtime
        self._numbers = context.part(Numbers)
        self._live = context.part(Live)
        self._movements: dict[str, _Movement] = {}
        self._last: dict[str, tuple[str, int]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._background = Background()
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
        movement = _Movement(camera, COMMANDS[command], self.speed(camera) if speed is None else round(speed), sink)
        if duration is None:
            duration = self._numbers.get(Kind.PTZ_DURATION, camera.id)
        async with self._lock(camera):
            if (old := self._movements.get(camera.id)) is not None:
                await old.ended()
            task = movement.task = self._background.start(self._run(movement, duration))
            self._movements[camera.id] = movement
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            # The task lives on without us until the camera was stopped.
            movement.over.set()
            raise
        task.result()

    async def stop(self, camera: Camera) -> None:
        """End our movement of a camera; if there is none, tell it to stop what it was told last."""
        async with self._lock(camera):
            if (movement := self._movements.get(camera.id)) is not None:
                await movement.ended()
                movement.task.result()
                return
            command, speed = self._last.get(camera.id, (COMMANDS["left"], self.speed(camera)))
            await asyncio.shield(self._background.start(self._send_stop(camera, command, speed)))

    async def call(self, camera: Camera, command: str, action: int = START, **more: int) -> None:
        """Give a command that ends by itself, such as going to a preset; ends our movement of the camera first."""
        async with self._lock(camera):
            if (movement := self._movements.get(camera.id)) is not None:
                await movement.ended()
            await self._visibly(camera, lambda: self._send(camera, command, action, self.speed(camera), **more))

    async def close(self) -> None:
        """Stop every camera that moves because of us."""
        while tasks := self._background.tasks:
            for movement in list(self._movements.values()):
                movement.over.set()
            await asyncio.wait(tasks)

    # one movement

    async def _run(self, movement: _Movement, duration: float) -> None:
        """Start, wait, stop. Nobody cancels this; `over` ends it early."""
        try:
            if not movement.over.is_set():
                await self._moving(movement, duration)
        finally:
            self._movements.pop(movement.camera.id, None)

    async def _moving(self, movement: _Movement, duration: float) -> None:
        """Start, wait, stop."""
        camera, command, speed = movement.camera, movement.command, movement.speed
        self._last[camera.id] = (command, speed)
        try:
            await self._visibly(camera, lambda: self._send(camera, command, START, speed))
        except SystemFailure as error:
            if _nothing_moves(error):
                raise
            # It may move all the same. That it could not be started is what matters to the caller.
            try:
                await self._send_stop(camera, command, speed)
            except SystemFailure as later:
                error.add_note(f"nor could it be stopped: {later}")
            raise
        self.moved(camera, movement.sink)
        try:
            await wait_for_end(self._runtime, duration, movement.over)
        finally:
            await self._send_stop(camera, command, speed)

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

    async def _send_stop(self, camera: Camera, command: str, speed: int) -> None:
        """Tell a camera to stop, with patience. Raises the last failure."""
        try:
            await self._send(camera, command, STOP, speed)
        except SystemFailure as first:
            _LOGGER.debug("%s was not told to stop: %s", camera.name, first)
            await self._runtime.sleep(_STOP_PAUSE)
            try:
                await self._send(camera, command, STOP, speed)
            except SystemFailure as error:
                _LOGGER.warning("%s may still be moving, it could not be told to stop: %s", camera.name, error)
                raise

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

    def _lock(self, camera: Camera) -> asyncio.Lock:
        """Return the lock of a camera: its commands reach the platform in their order."""
        return self._locks.setdefault(camera.id, asyncio.Lock())


def _nobody(camera: Camera, sink: Sink | None) -> None:
    """Tell nobody."""


def _nothing_moves(error: SystemFailure) -> bool:
    """Whether a start that failed certainly moves nothing. A timeout, also one inside the platform, tells nothing."""
    if isinstance(error, ConnectionFailedError):
        return not error.answered
    return isinstance(error, _REFUSALS) or error.code == OCCUPIED


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
