"""The rhythm of polling: every tier in its own period, one probe while the system is out of reach."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .systems.base import Runtime, Tier

RETRY_SECONDS = 10.0
"""First delay after a failed poll; it doubles up to the tier's period."""

RESYNC_SECONDS = 30.0
"""Least time between two complete polls, so that a flapping push channel does not wear the device out."""

JITTER = 0.1
"""Share of a delay by which it is shortened or lengthened at random."""


class _Schedule:
    """State of one tier: its timer, its last poll (monotonic seconds), how often in a row it failed, and the pause then."""

    __slots__ = ("failures", "last", "lock", "pause", "timer")

    def __init__(self, now: float) -> None:
        """Begin as if it had been polled just now: set-up read it."""
        self.timer: asyncio.TimerHandle | None = None
        self.lock = asyncio.Lock()
        self.last = now
        self.failures = 0
        self.pause = 0.0

    def cancel(self) -> None:
        """Stop the timer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Poller:
    """Polls the tiers of one system. While one failed, only the quickest tier probes; the others wait for it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        runtime: Runtime,
        *,
        poll: Callable[[Tier], Awaitable[float | None]],
        periods: Callable[[], Mapping[Tier, float]],
        silent: Collection[Tier] = (),
    ) -> None:
        """`periods` tells the seconds between polls now; `silent` as `System.silent_tiers`.

        `poll` reads a tier and returns None if that worked, else for how many seconds it is better not to try again.
        """
        self._hass = hass
        self._entry = entry
        self._runtime = runtime
        self._poll = poll
        self._periods = periods
        self._silent = silent
        self._schedules: dict[Tier, _Schedule] = {}
        self._owed: set[Tier] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._resync_timer: asyncio.TimerHandle | None = None
        self._resynced: float | None = None
        self._running = False
        self.reachable = True

    def start(self) -> None:
        """Set the timers."""
        self._running = True
        self.reschedule()

    def stop(self) -> None:
        """Cancel timers and what runs; nothing is polled until the next start."""
        self._running = False
        for schedule in self._schedules.values():
            schedule.cancel()
        if self._resync_timer is not None:
            self._resync_timer.cancel()
            self._resync_timer = None
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    def reschedule(self) -> None:
        """Set the timers anew: the periods may have changed."""
        if not self._running:
            return
        periods = self._periods()
        for tier in {**periods, **self._schedules}:
            self._arm(tier, periods)

    def resync(self) -> None:
        """Poll every tier once, now or as soon as the last time is long enough ago."""
        if not self._running or self._resync_timer is not None:
            return
        wait = 0.0
        if self._resynced is not None:
            wait = max(0.0, self._resynced + RESYNC_SECONDS - self._runtime.monotonic())
        self._resync_timer = self._hass.loop.call_later(wait, self._fire_resync)

    def _fire_resync(self) -> None:
        """Begin the complete poll."""
        self._resync_timer = None
        self._resynced = self._runtime.monotonic()
        self._spawn(self._run_all(tuple(self._periods())), "resync")

    async def _run_all(self, tiers: tuple[Tier, ...]) -> None:
        """Poll several tiers, one after the other."""
        for tier in tiers:
            await self._run(tier)

    async def _run(self, tier: Tier) -> None:
        """Poll one tier and set its next timer; a second caller waits and then polls again."""
        schedule = self._schedule(tier)
        async with schedule.lock:
            schedule.cancel()
            schedule.last = self._runtime.monotonic()
            pause = await self._poll(tier)
            schedule.last = self._runtime.monotonic()
            schedule.pause = pause or 0.0
            schedule.failures = 0 if pause is None else schedule.failures + 1
        if not self._running:
            return
        periods = self._periods()
        self._arm(tier, periods)
        if pause is None:
            self._owed.discard(tier)
            if self.reachable or tier not in self._silent:
                self._recover()
        elif self.reachable:
            self.reachable = False
            self._arm_probe(self._probe(periods) or tier, pause)

    def _recover(self) -> None:
        """The system answers again: poll what waited for that."""
        self.reachable = True
        if owed := tuple(self._owed):
            self._owed.clear()
            self._spawn(self._run_all(owed), "owed")

    def _fire(self, tier: Tier) -> None:
        """Poll a tier whose time has come, or let it wait for the probe."""
        self._schedule(tier).timer = None
        if self.reachable or tier is self._probe(self._periods()):
            self._spawn(self._run(tier), tier)
        else:
            self._owed.add(tier)

    def _schedule(self, tier: Tier) -> _Schedule:
        """Return the state of a tier."""
        return self._schedules.setdefault(tier, _Schedule(self._runtime.monotonic()))

    def _arm(self, tier: Tier, periods: Mapping[Tier, float]) -> None:
        """Set the timer of a tier by its period, or sooner after a failure. A tier without period is not polled."""
        schedule = self._schedule(tier)
        schedule.cancel()
        if (period := periods.get(tier)) is None:
            return
        if schedule.failures:
            period = min(period, RETRY_SECONDS * 2.0 ** min(schedule.failures - 1, 16))
        wait = max(0.0, schedule.last + self._uneven(period, schedule.pause) - self._runtime.monotonic())
        schedule.timer = self._hass.loop.call_later(wait, self._fire, tier)

    def _arm_probe(self, probe: Tier, pause: float) -> None:
        """Let the probing tier look soon, whatever its period, but not before a pause is over."""
        schedule = self._schedule(probe)
        schedule.cancel()
        schedule.timer = self._hass.loop.call_later(self._uneven(0.0, pause) or RETRY_SECONDS, self._fire, probe)

    def _uneven(self, delay: float, pause: float) -> float:
        """Return a delay, or instead of it a pause that was asked for, which is never shortened."""
        chance = self._runtime.random()
        return pause * (1.0 + JITTER * chance) if pause else delay * (1.0 - JITTER + 2.0 * JITTER * chance)

    def _probe(self, periods: Mapping[Tier, float]) -> Tier | None:
        """Return the tier that looks whether the system is back: the quickest that proves it."""
        proving = [tier for tier in periods if tier not in self._silent]
        return min(proving, key=periods.__getitem__, default=None)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run in the background, for as long as the entry is loaded."""
        task = self._entry.async_create_background_task(self._hass, work, f"{self._entry.title}: poll {name}")
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
