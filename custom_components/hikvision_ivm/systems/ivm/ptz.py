"""Moving cameras (ivm §3.5).

The cloud knows start and stop only; see `movement.py` for what follows from that. Every movement goes on until it is
stopped (`NON_POINT`): devices that speak GB28181 know nothing else, and cameras zoom and focus on in the other mode, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
import re
from types import MappingProxyType
from typing import Any, Final

from ..errors import UnsupportedError
from ..kinds import Kind
from ..local_numbers import Local, LocalNumbers
from ..model import Feature, NumberFeature
from ..movement import Movement, Movements, nothing_moves
from .capabilities import Gate
from .codes import LockLostError, OccupiedError
from .context import Context
from .control_locks import ControlLocks, Use
from .places import dc
from .records import ChannelAddress, Protocol

STOP: Final = "STOP"
ZOOM_STOP: Final = "ZOOM_STOP"
FOCUS_STOP: Final = "FI_STOP"
STOP_PAUSES: Final = (0.5, 1.0, 2.0)
OLDEST_FIRMWARE: Final = 10
"""First main version of firmware that moves diagonally and focuses by itself."""
_NO_PTZ: Final = "IVM.20002008"


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the cloud. `stop` ends it, empty: it ends by itself. `new`: not for firmware of old."""

    word: str
    stop: str
    new: bool = False


COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "left": Command("LEFT", STOP),
        "right": Command("RIGHT", STOP),
        "up": Command("UP", STOP),
        "down": Command("DOWN", STOP),
        "left_up": Command("UPPER_LEFT", STOP, new=True),
        "left_down": Command("LOWER_LEFT", STOP, new=True),
        "right_up": Command("UPPER_RIGHT", STOP, new=True),
        "right_down": Command("LOWER_RIGHT", STOP, new=True),
        "zoom_in": Command("IN", ZOOM_STOP),
        "zoom_out": Command("OUT", ZOOM_STOP),
        "focus_near": Command("FOCUS_NEAR", FOCUS_STOP),
        "focus_far": Command("FOCUS_FAR", FOCUS_STOP),
        "iris_enlarge": Command("IRIS_OPEN", FOCUS_STOP),
        "iris_reduce": Command("IRIS_CLOSE", FOCUS_STOP),
        "auto_focus": Command("AUTO_FOCUS", "", new=True),
    }
)
"""What an action may say → the cloud's command."""

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

LOCAL: Final[Mapping[Kind, Local]] = MappingProxyType(
    {
        # The cloud's own default is 10, the fastest.
        Kind.PTZ_SPEED: Local(minimum=1, maximum=10, step=1, default=5),
        Kind.PTZ_DURATION: Local(minimum=0.3, maximum=10, step=0.1, default=0.5, unit="s"),
    }
)

_MAIN_VERSION: Final = re.compile(r"(?<![\d.])(\d{1,3})\.\d")
_E_SERIES: Final = re.compile(r"E\d", re.IGNORECASE)

type Refused = Callable[[ChannelAddress, Gate], None]
"""Told what turned out not to be there."""
type Moved = Callable[[ChannelAddress], None]
"""Told when a camera left the place where it was."""


class Ptz:
    """The moving cameras of one account.

    `moved` and `refused` may be set by whoever wants to know. `numbers` keeps speed and time of each camera.
    """

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.moved: Moved = lambda channel: None
        self.refused: Refused = lambda channel, gate: None
        self.numbers = LocalNumbers(context.runtime, LOCAL, _owner)
        self._context = context
        self._locks = ControlLocks(context.client)
        self._movements: Movements[tuple[str, str]] = Movements(context.runtime, stop_pauses=STOP_PAUSES)
        self._last: dict[tuple[str, str], Command] = {}

    def speed(self, channel: ChannelAddress) -> int:
        """Return the speed that is set for a camera, 1 to 10."""
        return round(self.numbers.get(Kind.PTZ_SPEED, id_of(channel)))

    async def press(self, feature: Feature) -> None:
        """Carry out a button. Raises `UnsupportedError` for one of something else, and what a command raises."""
        channel = channel_of(feature)
        if feature.kind is Kind.PTZ_STOP:
            await self.stop(channel)
        elif feature.kind in BUTTONS:
            await self.move(channel, BUTTONS[feature.kind])
        else:
            raise UnsupportedError(function=feature.kind)

    async def move(
        self, channel: ChannelAddress, command: str, *, speed: float | None = None, duration: float | None = None
    ) -> None:
        """Move a camera for some seconds and stop it; returns when it was stopped, by whatever.

        `command`: a key of `COMMANDS`. `speed` 1 to 10; speed and `duration` (0.3 to 10 s) are the camera's own numbers if
        not given. Raises `OccupiedError` while somebody else moves the camera, `UnsupportedError`, `DeviceOfflineError`,
        and the client's errors; a start that got no answer is not repeated, but stopped.
        """
        order, pace = COMMANDS[command], self.speed(channel) if speed is None else round(speed)
        self._check(channel, order)
        if not order.stop:
            await self.alone(channel, partial(self._send, channel, order.word, pace), moves=False)
            return
        if duration is None:
            duration = self.numbers.get(Kind.PTZ_DURATION, id_of(channel))
        holder = object()
        movement = Movement(
            name=self._context.name(channel),
            start=lambda: self._start(channel, order, pace, holder),
            stop=lambda: self._order(channel, partial(self._send, channel, order.stop, pace)),
            seconds=duration,
            moved=lambda: self.moved(channel),
            ended=lambda: self._locks.let_go(channel, holder),
            refused=lambda error: nothing_moves(error) or isinstance(error, (OccupiedError, LockLostError)),
        )
        await self._movements.move(channel.key, movement)

    async def stop(self, channel: ChannelAddress) -> None:
        """End our movement of a camera; if there is none, tell it to stop whatever it does."""
        await self._movements.stop(channel.key, self._context.name(channel), lambda: self._stand(channel))

    async def alone(self, channel: ChannelAddress, order: Use[Any], *, moves: bool = True) -> None:
        """Give an order that ends by itself, with the right to move; ends our movement of the camera first.

        `moves`: the camera looks elsewhere afterwards.
        """

        async def give() -> None:
            await self._order(channel, order)
            if moves:
                self.moved(channel)

        await self._movements.alone(channel.key, give)

    async def close(self) -> None:
        """Stop every camera that moves because of us, and give back the right to move them."""
        await self._movements.close()
        await self._locks.close()

    # commands

    async def _start(self, channel: ChannelAddress, order: Command, speed: int, holder: object) -> None:
        """Let a camera begin to move. It is ours until it stands."""
        self._locks.hold(channel, holder)
        self._last[channel.key] = order
        more = {"heartbeat_mode": "OPEN"} if order.stop == STOP and self._is_e_series(channel) else {}
        await self._order(channel, partial(self._send, channel, order.word, speed, **more))

    async def _stand(self, channel: ChannelAddress) -> None:
        """Tell a camera to stop: turning and zooming have each a word of their own (L2521)."""
        last = self._last.get(channel.key)
        for word in dict.fromkeys(((last.stop or STOP) if last is not None else STOP, STOP, ZOOM_STOP)):
            await self._order(channel, partial(self._send, channel, word, self.speed(channel)))

    async def _order(self, channel: ChannelAddress, order: Use[Any]) -> None:
        """Give an order in the camera's turn."""
        try:
            await self._locks.use(channel, order)
        except UnsupportedError as error:
            if error.code == _NO_PTZ:
                self.refused(channel, Gate.PTZ)
            raise

    async def _send(self, channel: ChannelAddress, word: str, speed: int, token: str, **more: str) -> None:
        """Send one command; the token bears another name here (§6.1 row 13)."""
        body = {"direction": word, "control_lock": token, "speed": speed, "mode": "NON_POINT", **more}
        await self._context.client.call("POST", f"{dc(channel)}/ptz/angle-spin", body=body)

    # what a camera can

    def _check(self, channel: ChannelAddress, order: Command) -> None:
        """Raise `UnsupportedError` for what the firmware is known to be too old for."""
        if not order.new:
            return
        device, known = self._context.device(channel.device), self._context.channel(*channel.key)
        if device is None or device.protocol is not Protocol.HOLO:
            return
        told = (known.firmware if known is not None else None) or (device.firmware if device.is_single else None)
        version = _MAIN_VERSION.search(told or "")
        if version is not None and int(version[1]) < OLDEST_FIRMWARE:
            function = order.word.lower().replace("_", " ")
            raise UnsupportedError(
                function=f"{function} of {self._context.name(channel)} with firmware below {OLDEST_FIRMWARE}.0"
            )

    def _is_e_series(self, channel: ChannelAddress) -> bool:
        """Whether a camera turns on only while its heart is said to beat (L2527)."""
        device, known = self._context.device(channel.device), self._context.channel(*channel.key)
        if device is None or device.protocol is not Protocol.HOLO:
            return False
        model = (known.model if known is not None else None) or (device.model if device.is_single else None)
        return _E_SERIES.match(model or "") is not None


def id_of(channel: ChannelAddress) -> str:
    """Return what is remembered of a channel under."""
    return f"{channel.device}/{channel.channel}"


def channel_of(feature: Feature) -> ChannelAddress:
    """Return the channel of a feature, without its detail. Raises `UnsupportedError` for a feature of something else."""
    address = feature.address
    if not isinstance(address, ChannelAddress):
        raise UnsupportedError(function=feature.kind)
    return ChannelAddress(address.device, address.channel) if address.detail else address


def _owner(feature: NumberFeature) -> str | None:
    """Return the channel that a number belongs to."""
    return id_of(feature.address) if isinstance(feature.address, ChannelAddress) else None
