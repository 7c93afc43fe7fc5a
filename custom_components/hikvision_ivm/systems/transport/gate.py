"""The credential gate: never more than one wrong login on our own (isapi-core §1.2).

Devices lock an account after a handful of wrong logins, so a wrong password must not be tried by every request that
happens to be under way. One gate guards one account on one device. A request takes a `Turn` before it sends
credentials and tells the turn how they were received.

    UNPROVEN ──accepted──▶ PROVEN ──cached nonce refused──▶ UNPROVEN
        │ refused
        ├──▶ LOCKED   the device said that the account is locked, and perhaps for how long
        ├──▶ PAUSED   first refusal: one confirming login is allowed after a pause
        │       │ accepted ──▶ PROVEN
        │       └ refused  ──▶ CLOSED
        └──▶ CLOSED   until `reset()`: the user acted

* UNPROVEN: one request leads and logs in, all others wait for its result. If it fails for another reason (no
  connection, cancelled), the next one leads.
* PROVEN: everything passes. When nothing is under way the first request leads again, and those that come while it is
  under way wait for it for a moment (`patience`), because a password that was changed on the device meanwhile would
  otherwise be tried by all of them at once. A request need not wait if another one, whichever, was accepted since it
  was made: its `mark` tells.
* PAUSED, CLOSED, LOCKED: requests waiting or coming later fail at once with `CredentialsBlockedError` (LOCKED with a
  known end: `AccountLockedError`) and are not sent.
* PAUSED: the request that was refused sleeps and then tries once more, because devices answer 401 while they start or
  are overloaded. If it was cancelled meanwhile, the first request after the pause takes its place. There is no
  confirming login when two logins may have been counted already, when it would be the last one before the lock, or
  when `confirm` is off (one login per user action, as in a config flow).
* LOCKED ends by a user's action only, and while the lock runs not even by that; one that is not about the credentials
  ends when it is over.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Final, Self

from ..base import Runtime
from ..errors import AccountLockedError, CredentialsBlockedError

CONFIRM_PAUSE: Final = 30.0
"""Seconds before the confirming login: long enough for a device that just started to know its users again, short
enough for somebody who waits for set-up."""

PATIENCE: Final = 0.5
"""Seconds that proven requests wait for the first one of a burst. A refusal comes before any work, so a device that
has not answered by then most likely accepted the credentials."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a device said with a 401: tries before the lock and seconds until it is over, None where it said nothing.

    `patient`: it is not about these credentials (our address is locked): after the lock they are tried again.
    """

    attempts_left: int | None = None
    unlock_seconds: float | None = None
    patient: bool = False

    @property
    def locked(self) -> bool:
        """Whether another login is useless now."""
        return self.attempts_left == 0 or (self.unlock_seconds is not None and self.unlock_seconds > 0)


class GateState(Enum):
    """State of a gate; see the module's description."""

    UNPROVEN = "unproven"
    PROVEN = "proven"
    PAUSED = "paused"
    CLOSED = "closed"
    LOCKED = "locked"


class CredentialGate:
    """Guards one account on one device; `state` and `refusal` tell why it is closed.

    `confirm`: whether one confirming login follows a refusal, after `pause` seconds. `patience`: seconds.
    """

    def __init__(
        self, runtime: Runtime, *, confirm: bool = True, pause: float = CONFIRM_PAUSE, patience: float = PATIENCE
    ) -> None:
        """Start unproven."""
        self.state = GateState.UNPROVEN
        self.refusal = Refusal()
        self.pause = pause
        self._runtime = runtime
        self._confirm = confirm
        self._patience = patience
        self._until = 0.0
        self._released = False
        self._leader: Turn | None = None
        self._under_way = 0
        self._proofs = 0
        self.acceptances = 0
        self._changed = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether ordinary requests are not sent now."""
        return self.state in {GateState.PAUSED, GateState.CLOSED, GateState.LOCKED}

    @property
    def pending(self) -> bool:
        """Whether the refusal still waits for its confirming login, or for the end of a lock."""
        return self.state is GateState.PAUSED or (self.state is GateState.LOCKED and self.refusal.patient)

    def check(self) -> None:
        """Raise `CredentialsBlockedError` or `AccountLockedError` for a request that may not be sent."""
        self._check(owner=False)

    def reset(self) -> None:
        """Open the gate: the user acted. A lock that still runs keeps it closed until it is over."""
        if self.state is GateState.LOCKED and self._until > self._runtime.monotonic():
            self._released = True
            return
        self.refusal = Refusal()
        self._become(GateState.UNPROVEN)

    def shut(self, refusal: Refusal) -> None:
        """Close the gate: the device refused the credentials in another way than by a 401."""
        if self.state not in {GateState.CLOSED, GateState.LOCKED}:
            self._shut(refusal)

    def unprove(self) -> None:
        """Let the next request prove the login again, alone: the device may have restarted."""
        if self.state is GateState.PROVEN:
            self._become(GateState.UNPROVEN)

    def turn(self, *, mark: int, confirming: bool = False) -> Turn:
        """Return the context of one request; entering it waits and may raise.

        `mark`: the gate's `acceptances` when the request was made, before it queued up for anything. `confirming`: the request was refused, slept through `wait_for_confirmation()` and tries once more.
        """
        return Turn(self, mark=mark, confirming=confirming)

    async def wait_for_confirmation(self) -> None:
        """Sleep until the confirming login is due."""
        await self._runtime.sleep(max(0.0, self._until - self._runtime.monotonic()))

    def _check(self, *, owner: bool) -> None:
        """As `check`; `owner` may do the confirming login now, whatever the clock says."""
        now = self._runtime.monotonic()
        if self.state is GateState.LOCKED:
            if self._until > now:
                seconds = self._until - now
                raise AccountLockedError("not sent: locked", unlock_seconds=seconds, pending=self.refusal.patient)
            if self._released or self.refusal.patient:
                self.reset()
        if self.state is GateState.PAUSED and (owner or (self._leader is None and now >= self._until)):
            return
        if self.closed:
            raise CredentialsBlockedError(
                "not sent: the device refused these credentials before",
                attempts_left=self.refusal.attempts_left,
                pending=self.pending,
            )

    async def enter(self, turn: Turn, *, mark: int, owner: bool) -> None:
        """Wait until `turn` may send; it leads if nobody else proves the login for it."""
        while True:
            self._check(owner=owner)
            proven = self.state is GateState.PROVEN
            if proven and mark != self.acceptances:
                break
            if self._leader is None:
                if not proven or not self._under_way:
                    self._leader = turn
                break
            if not proven:
                await self._changed.wait()
                continue
            try:
                async with asyncio.timeout(self._patience):
                    await self._changed.wait()
            except TimeoutError:
                break
        self._under_way += 1
        turn.seen = self._proofs

    def leave(self, turn: Turn) -> None:
        """Take back what `_enter` gave."""
        self._under_way -= 1
        if self._leader is turn:
            self._leader = None
        self._tell()

    def accepted(self, turn: Turn) -> None:
        """Let everybody pass who waits for `turn`."""
        self.acceptances += 1
        if self._leader is not turn:
            return
        self._leader = None
        if self.state is GateState.PROVEN:
            self._tell()
            return
        self._proofs += 1
        self.refusal = Refusal()
        self._become(GateState.PROVEN)

    async def doubt(self, turn: Turn) -> bool:
        """Make one of the requests whose cached nonce was refused lead, and the others wait for it."""
        while self._leader is not turn:
            if self.closed:
                self._check(owner=False)
            if turn.seen != self._proofs:
                turn.seen = self._proofs
                return False
            if self._leader is None:
                self._leader = turn
                break
            await self._changed.wait()
        if self.state is GateState.PROVEN:
            self._become(GateState.UNPROVEN)
        return True

    def refused(self, refusal: Refusal, logins: int) -> bool:
        """Close the gate; return whether a confirming login may follow."""
        if self.state in {GateState.CLOSED, GateState.LOCKED}:
            return False
        again = self._confirm and self.state is not GateState.PAUSED and logins < 2
        if not refusal.locked and again and (refusal.attempts_left is None or refusal.attempts_left > 1):
            self.refusal = refusal
            self._released = False
            self._until = self._runtime.monotonic() + self.pause
            self._become(GateState.PAUSED)
            return True
        self._shut(refusal)
        return False

    def _shut(self, refusal: Refusal) -> None:
        """Let nothing pass any more."""
        self.refusal = refusal
        self._released = False
        self._until = self._runtime.monotonic() + (refusal.unlock_seconds or 0.0)
        self._become(GateState.LOCKED if refusal.locked else GateState.CLOSED)

    def _become(self, state: GateState) -> None:
        """Change the state and wake whoever waits."""
        self.state = state
        self._tell()

    def _tell(self) -> None:
        """Wake whoever waits; each looks again for itself."""
        self._changed.set()
        self._changed = asyncio.Event()


class Turn:
    """The way of one request through the gate: an asynchronous context manager.

    `logins` counts the logins of this request that the device may have counted as wrong.
    """

    __slots__ = ("_confirming", "_gate", "_mark", "logins", "seen")

    def __init__(self, gate: CredentialGate, *, mark: int, confirming: bool) -> None:
        """Use `CredentialGate.turn`."""
        self._gate = gate
        self._mark = mark
        self._confirming = confirming
        self.logins = 0
        self.seen = 0

    async def __aenter__(self) -> Self:
        """Wait for whoever proves the login. Raises `CredentialsBlockedError` or `AccountLockedError`."""
        await self._gate.enter(self, mark=self._mark, owner=self._confirming)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one lead if this one led without a result."""
        self._gate.leave(self)

    def accepted(self) -> None:
        """Tell that the device accepted the credentials."""
        self._gate.accepted(self)

    async def doubt(self) -> bool:
        """Tell that a nonce used before was refused.

        Returns True if this request must prove the login with the fresh challenge it got, False if another one has
        done so meanwhile and its nonce should be used. Raises as entering does.
        """
        return await self._gate.doubt(self)

    def refused(self, refusal: Refusal) -> bool:
        """Tell that freshly computed credentials were refused, or that the device says it is locked.

        Returns whether this request has to try once more after `wait_for_confirmation()`.
        """
        return self._gate.refused(refusal, self.logins)
