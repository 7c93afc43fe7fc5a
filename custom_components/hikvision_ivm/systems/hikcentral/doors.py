"""Commands to doors (hikcentral §3.11, T3, T4).

A command is sent once. What it did is read back, whether it was answered or not, for a cut connection does not tell
whether the door moved.

The documentation prints "remain open" for two of the four commands, 0 and 3, and says elsewhere that one can hold a
door closed. So 3 is tried on one door, under watch, before it is believed: should that door stand open afterwards, it
is closed at once, and 3 is not sent any more.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import targets, word
from ..background import Background
from ..base import Sink
from ..errors import (
    DeviceFailureError,
    DeviceOfflineError,
    InvalidArgumentError,
    NotConfirmedError,
    SystemFailure,
    UnsupportedError,
)
from ..model import Feature, LockFeature, Report, SelectFeature, Unknown, Value
from ..settings import LOCK_STAYS
from ..transport.json import Fields, as_text, fields, listed
from ..values import LockValue
from .codes import failure, normal
from .door_values import CLOSED, MODES, OFFLINE, OPEN, REMAIN_CLOSED, REMAIN_OPEN, STATES, door_value
from .outcome import unsure
from .records import Door
from .related import Related

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

CONTROL: Final = "acs/v1/door/doControl"
STATE: Final = "resource/v1/acsDoor/indexCode/acsDoorInfo"
MOST: Final = 10
"""Doors that one command may name."""
MEMORY: Final = "door_hold"
"""Key in the runtime's memory: what the platform's version was found to take command 3 for."""

_PAUSES: Final = (1.0, 1.0, 2.0, 2.0)
"""Seconds before each look at a door after a command; controllers tell the platform with a delay."""
_WATCH_PAUSES: Final = (0.3, 0.7, 1.0, 2.0, 2.0)
"""The same after command 3: a door that opens by it should not stand open for long."""
_CLOSE_PAUSES: Final = (0.0, 1.0, 3.0, 10.0)
"""Seconds before each try to close a door that was opened by accident."""


class Mode(StrEnum):
    """What a door can be told; the words of the action."""

    REMAIN_OPEN = "remain_open"
    CLOSE = "close"
    OPEN = "open"
    REMAIN_CLOSED = "remain_closed"


_CONTROL_TYPES: Final[Mapping[Mode, int]] = MappingProxyType(
    {Mode.REMAIN_OPEN: 0, Mode.CLOSE: 1, Mode.OPEN: 2, Mode.REMAIN_CLOSED: 3}
)
_PROOFS: Final[Mapping[Mode, frozenset[int]]] = MappingProxyType(
    {
        Mode.REMAIN_OPEN: frozenset({REMAIN_OPEN}),
        Mode.CLOSE: frozenset({CLOSED, REMAIN_CLOSED}),
        Mode.OPEN: frozenset({OPEN, REMAIN_OPEN}),
        Mode.REMAIN_CLOSED: frozenset({REMAIN_CLOSED}),
    }
)
"""States that show that a command was carried out."""
_CHANGING: Final[Mapping[Mode, str]] = MappingProxyType(
    {
        Mode.REMAIN_OPEN: "unlocking",
        Mode.CLOSE: "locking",
        Mode.OPEN: "opening",
        Mode.REMAIN_CLOSED: "locking",
    }
)
_SELECTED: Final[Mapping[str, tuple[Mode, frozenset[int]]]] = MappingProxyType(
    {
        "remain_open": (Mode.REMAIN_OPEN, _PROOFS[Mode.REMAIN_OPEN]),
        # Closing ends both ways of staying; somebody may be walking through at the moment.
        "normal": (Mode.CLOSE, frozenset({CLOSED, OPEN})),
        "remain_closed": (Mode.REMAIN_CLOSED, _PROOFS[Mode.REMAIN_CLOSED]),
    }
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a command to one door. `state`: as it was read last, None if unknown."""

    door: Door
    state: int | None = None
    error: SystemFailure | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    """A command. `proof`: states that show that it was carried out."""

    mode: Mode
    proof: frozenset[int]
    sink: Sink

    @property
    def accepted(self) -> Collection[int]:
        """States that do not contradict it.

        A door that was opened once may have fallen shut again, or waits for somebody to push it.
        """
        return self.proof | {CLOSED} if self.mode is Mode.OPEN else self.proof


class Doors:
    """The doors of one platform."""

    def __init__(self, context: Context) -> None:
        """Does no I/O. Whether locks hold a door until told otherwise is the option `lock_stays`."""
        self._client = context.client
        self._runtime = context.runtime
        self._facts = context.facts
        self._related = context.part(Related)
        self._stays = context.options.get(LOCK_STAYS) is True
        self._turns: dict[str, int] = {}
        self._trial = asyncio.Lock()
        self._sending: dict[str, asyncio.Lock] = {}
        self._following = Background()
        self._holding = Background()

    # commands

    async def lock(self, feature: LockFeature, action: str, sink: Sink) -> None:
        """Carry out `lock`, `unlock` or `open`, and report what was read back.

        Raises `DeviceOfflineError`, `NotConfirmedError` when the door does something else, `UnsupportedError`, and the
        client's errors; after a timeout the state is read and reported, and the timeout raised unless the door obeyed.
        """
        door = _door_of(feature)
        mode = self._mode_of(action)
        result = (await self.control((door,), mode, sink))[0]
        if mode is Mode.REMAIN_CLOSED and self.hold_opens:
            # It was found out just now. To be closed is what a lock is for.
            if result.state in _PROOFS[Mode.CLOSE]:
                return
            result = (await self.control((door,), Mode.CLOSE, sink))[0]
        if result.error is not None:
            raise result.error

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose one of `MODES`. Raises as `lock`, and `InvalidArgumentError` for anything else."""
        door = _door_of(feature)
        if option not in _SELECTED:
            raise InvalidArgumentError(field="option", reason=f"is none of {', '.join(MODES)}")
        mode, proof = _SELECTED[option]
        result = (await self.control((door,), mode, sink, proof=proof))[0]
        if result.error is not None:
            raise result.error

    async def control(
        self, doors: Sequence[Door], mode: Mode, sink: Sink, *, proof: frozenset[int] | None = None
    ) -> Sequence[Result]:
        """Give a command to at most ten doors, in one call, and tell what became of each; reports what was read back.

        Only the very first commands to stay closed go to one door at a time. Raises `InvalidArgumentError` for more
        than ten, and `UnsupportedError` where the platform is known to take "remain closed" for the opposite.
        """
        if not 0 < len(doors) <= MOST:
            raise InvalidArgumentError(field="entity_id", reason=f"a command takes 1 to {MOST} doors, not {len(doors)}")
        order = _Order(mode, _PROOFS[mode] if proof is None else proof, sink)
        if mode is not Mode.REMAIN_CLOSED:
            return await asyncio.shield(self._following.start(self._carry_out(doors, order)))
        results: list[Result] = []
        waiting = list(doors)
        while waiting and self.hold_opens is None:
            results += await asyncio.shield(self._holding.start(self._try_to_hold(waiting.pop(0), order)))
        if waiting and self.hold_opens:
            error = UnsupportedError(
                function="holding a door closed: this platform takes the command for the opposite, close the door instead"
            )
            if not results:
                raise error
            return results + [Result(door, error=error) for door in waiting]
        if waiting:
            results += await asyncio.shield(self._holding.start(self._carry_out(waiting, order)))
        return results

    @property
    def hold_opens(self) -> bool | None:
        """Whether the platform takes command 3 for "remain open"; None: not found out yet."""
        known = self._runtime.memory.get(MEMORY)
        if not isinstance(known, Mapping) or known.get("version") != self._facts().version:
            return None
        opens = known.get("opens")
        return opens if isinstance(opens, bool) else None

    async def state(self, door: Door) -> int | None:
        """Read the state of a door; None if the platform does not tell it. Raises `SystemFailure`."""
        return fields(await self._client.call(STATE, {"doorIndexCode": door.id})).integer("doorState")

    async def close(self) -> None:
        """Stop following doors. One that may stand open by accident is seen to first."""
        for task in self._following.tasks:
            task.cancel()
        while tasks := self._following.tasks | self._holding.tasks:
            await asyncio.wait(tasks)

    # one command

    async def _carry_out(self, doors: Sequence[Door], order: _Order) -> list[Result]:
        """Send a command and follow the doors."""
        async with self._trial:
            pass  # a door under trial is left alone until it is known to be closed
        return await self._send_and_follow(doors, order)

    async def _try_to_hold(self, door: Door, order: _Order) -> list[Result]:
        """Tell one door to stay closed, under watch, and learn what the platform takes that for."""
        async with self._trial:
            if self.hold_opens:
                return [Result(door, error=NotConfirmedError(wanted=order.mode, found=STATES[REMAIN_OPEN]))]
            return await self._send_and_follow((door,), order)

    async def _send_and_follow(self, doors: Sequence[Door], order: _Order) -> list[Result]:
        """Send a command and follow each door until it shows it, or does not."""
        before: Mapping[str, int | None] = {}
        if order.mode is Mode.REMAIN_CLOSED:
            looks = await asyncio.gather(*(self._look(door) for door in doors))
            before = {door.id: state for door, state in zip(doors, looks, strict=True)}
        turns = self._announce(doors, order)
        errors = await self._send(doors, order.mode)
        return await asyncio.gather(
            *(self._follow(door, order, errors[door.id], turns[door.id], before.get(door.id)) for door in doors)
        )

    def _announce(self, doors: Sequence[Door], order: _Order) -> dict[str, int]:
        """Tell that doors are about to change; whoever followed one before stops doing so."""
        turns = {}
        values: dict[str, Value | Unknown] = {}
        for door in doors:
            turns[door.id] = self._turns[door.id] = self._turns.get(door.id, 0) + 1
            for feature in self._related.of(door):
                if isinstance(feature, LockFeature):
                    values[feature.id] = LockValue(changing=_CHANGING[order.mode])
        order.sink.report(Report(values=values))
        return turns

    async def _send(self, doors: Sequence[Door], mode: Mode) -> Mapping[str, SystemFailure | None]:
        """Send a command once; return what went wrong with each door."""
        body = {"doorIndexCodes": [door.id for door in doors], "controlType": _CONTROL_TYPES[mode]}
        async with AsyncExitStack() as stack:
            # Two commands to one door do not overtake each other.
            for lock in (self._sending.setdefault(id_, asyncio.Lock()) for id_ in sorted(door.id for door in doors)):
                await stack.enter_async_context(lock)
            try:
                answer = listed(await self._client.call(CONTROL, body, writes=True))
            except SystemFailure as error:
                return {door.id: error for door in doors}
        by_door = {entry.text("doorIndexCode"): entry for entry in answer}
        if len(doors) == 1 and len(answer) == 1:
            by_door = {doors[0].id: answer[0]}
        return {door.id: _entry_error(door, by_door.get(door.id)) for door in doors}

    async def _follow(
        self, door: Door, order: _Order, error: SystemFailure | None, turn: int, before: int | None
    ) -> Result:
        """Read a door until it shows what it was told, report what it shows, and judge."""
        holds = order.mode is Mode.REMAIN_CLOSED
        opened = holds and before not in {None, REMAIN_OPEN}
        read, state = False, None
        for pause in (_WATCH_PAUSES if holds else _PAUSES) if error is None or unsure(error) else (0.0,):
            if pause:
                await self._runtime.sleep(pause)
            try:
                state = await self.state(door)
                read = True
            except SystemFailure as unread:
                _LOGGER.debug("The state of door %s could not be read: %s", door.name, unread)
            if self._turns[door.id] != turn:
                return Result(door, None, error)
            if state in order.proof or (opened and state == REMAIN_OPEN):
                break
        self._report(door, state, order.sink)
        if holds and state == REMAIN_OPEN:
            if opened:
                self._learn(opens=True)
            return await self._close_again(door, order.sink, turn)
        if holds and state == REMAIN_CLOSED and before not in {None, REMAIN_CLOSED}:
            self._learn(opens=False)
        return Result(door, state, _judge(door, order, error, state, read=read))

    async def _close_again(self, door: Door, sink: Sink, turn: int) -> Result:
        """Close a door that stands open although it was told to stay closed. Closing twice harms nobody."""
        state: int | None = REMAIN_OPEN
        for pause in _CLOSE_PAUSES:
            if pause:
                await self._runtime.sleep(pause)
            if self._turns[door.id] != turn:
                return Result(door)
            error = (await self._send((door,), Mode.CLOSE))[door.id]
            await self._runtime.sleep(_PAUSES[0])
            state = await self._look(door)
            if error is None and state not in {None, REMAIN_OPEN}:
                self._report(door, state, sink)
                return Result(door, state, NotConfirmedError(door.name, wanted="remain_closed", found="remain_open"))
        _LOGGER.error("Door %s stands open after it was told to stay closed, and could not be closed", door.name)
        self._report(door, state, sink)
        return Result(door, state, DeviceFailureError(reason=f"{door.name} may stand open; close it by hand"))

    async def _look(self, door: Door) -> int | None:
        """Read the state of a door, None if that fails."""
        try:
            return await self.state(door)
        except SystemFailure as error:
            _LOGGER.debug("The state of door %s could not be read: %s", door.name, error)
            return None

    def _report(self, door: Door, state: int | None, sink: Sink) -> None:
        """Deliver what is known of a door."""
        features = self._related.of(door)
        values = {feature.id: value for feature in features if (value := door_value(feature, state)) is not None}
        known = {feature.device_id: state != OFFLINE for feature in features} if state is not None else {}
        sink.report(Report(values=values, available=known))

    # what command 3 means

    def _mode_of(self, action: str) -> Mode:
        """Return the command of a lock's action. Raises `UnsupportedError`."""
        match action:
            case "open":
                return Mode.OPEN
            case "unlock":
                return Mode.REMAIN_OPEN if self._stays else Mode.OPEN
            case "lock":
                return Mode.REMAIN_CLOSED if self._stays and not self.hold_opens else Mode.CLOSE
        raise UnsupportedError(function=action)

    def _learn(self, *, opens: bool) -> None:
        """Remember what the platform takes command 3 for."""
        if self.hold_opens is opens:
            return
        self._runtime.memory[MEMORY] = {"version": self._facts().version, "opens": opens}
        self._runtime.remember()
        if opens:
            _LOGGER.warning(
                "The platform at %s takes the command to keep a door closed for the one to keep it open; doors are"
                " closed the ordinary way instead",
                self._client.base_url,
            )


def _door_of(feature: Feature) -> Door:
    """Return the door of a feature. Raises `UnsupportedError` for a feature of something else."""
    if not isinstance(feature.address, Door):
        raise UnsupportedError(function=feature.kind)
    return feature.address


def _entry_error(door: Door, entry: Fields | None) -> SystemFailure | None:
    """Return what the platform says went wrong with a door; None if nothing, or if it says nothing of it."""
    told = as_text(entry["controlResultCode"]) if entry is not None and "controlResultCode" in entry else None
    if entry is None or told is None or (code := normal(told)) == "0":
        return None
    error = failure(code, f"{door.name}: {entry.text('controlResultDesc') or ''}", CONTROL)
    return _offline(door) if isinstance(error, DeviceOfflineError) else error


def _offline(door: Door) -> DeviceOfflineError:
    """Return the error of a door that the platform does not reach."""
    return DeviceOfflineError(f"{door.name} is offline", device=door.name)


def _judge(
    door: Door, order: _Order, error: SystemFailure | None, state: int | None, *, read: bool
) -> SystemFailure | None:
    """Return what is to be raised, given what the platform said and what the door shows."""
    if error is not None:
        return None if unsure(error) and state in order.proof else error
    if state == OFFLINE:
        return _offline(door)
    if state in order.accepted or (read and state is None):
        # A platform that does not tell states has accepted the command all the same.
        return None
    return NotConfirmedError(
        door.name, wanted=order.mode, found=STATES.get(state, "unknown") if state is not None else "unknown"
    )


async def door_control(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Give a command to at most ten doors: `mode` is one of `Mode`. Returns `results`, one for each door.

    Raises what went wrong with one door, or `DeviceFailureError` naming all doors that failed; the others were
    commanded all the same.
    """
    doors = targets(features, Door, "a door")
    mode = Mode(word(arguments, "mode", tuple(Mode)))
    results = await context.part(Doors).control(doors, mode, sink)
    failed = [result for result in results if result.error is not None]
    if len(results) == 1 and failed and failed[0].error is not None:
        raise failed[0].error
    if failed:
        raise DeviceFailureError(reason="; ".join(f"{each.door.name}: {_words(each.error)}" for each in failed))
    return {
        "results": [
            {
                "door": each.door.id,
                "name": each.door.name,
                "state": STATES.get(each.state) if each.state is not None else None,
            }
            for each in results
        ]
    }


def _words(error: SystemFailure | None) -> str:
    """Return what went wrong, in words."""
    if isinstance(error, NotConfirmedError):
        return f"it is {error.placeholders['found'].replace('_', ' ')}"
    return str(error)


ACTIONS: Final = MappingProxyType({"door_control": door_control})
