"""The middle: takes what a system reports, keeps it, and tells exactly the entities it concerns."""

from asyncio import Event as Flag, Task, current_task, timeout
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .availability import Link, Reachability
from .changes import Belongings, Changes
from .consent import async_follow_consent
from .const import ENTITY_LIMIT, GRACE_SECONDS, LOGGER, PLATFORMS
from .devices import async_register_devices, async_withdraw_entity
from .failures import BLOCKED, LOGIN, login_problems, pause_after, shown
from .latch import Latch
from .polling import Poller
from .raw_events import async_fire_occurrence
from .repairs import async_sync_problems
from .room import Room
from .sink import CoordinatorSink, FeatureListener
from .systems import settings
from .systems.base import PushHealth, PushReply, PushRequest, PushState, Runtime, System, Tier
from .systems.errors import AuthenticationError, HeldBackError, QuotaError, SystemFailure
from .systems.model import (
    UNKNOWN,
    BinarySensorFeature,
    Feature,
    Identity,
    Inventory,
    Occurrence,
    Problem,
    Report,
    Source,
    SwitchFeature,
    Unknown,
    Value,
)
from .systems.picture_store import Pictures

type IvmConfigEntry = ConfigEntry[IvmCoordinator]

PUSH_WAIT_SECONDS = 5.0
"""How long details wait for the push channel, so that nothing is missed between reading and listening."""

RETRY_SECONDS = 60.0
"""Pause before details are read again, or the push channel is started again after an unforeseen fault."""

NOTHING = Inventory({}, {})


class IvmCoordinator:
    """One config entry at run time.

    `values` holds what is known, by feature id. `statistics` counts what happened: `reports`, `values` (changed),
    `occurrences`, `polls`, `failed_polls`, `resyncs`, and what was set aside: `stray_values`, `stray_occurrences`,
    `failed_listeners`.
    """

    def __init__(self, hass: HomeAssistant, entry: IvmConfigEntry, system: System, runtime: Runtime) -> None:
        """Take over a system; nothing is asked of it yet."""
        self.hass = hass
        self.entry = entry
        self.system = system
        self.sink = CoordinatorSink(self)
        self.identity: Identity | None = None
        self.inventory = NOTHING
        self.values: dict[str, Value] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.push_health = PushHealth(PushState.CONNECTING)
        self.statistics: Counter[str] = Counter()
        self._room = Room(hass, entry.entry_id, ENTITY_LIMIT)
        self.pictures = Pictures()
        self._raw_events = entry.options.get(settings.RAW_EVENTS) is True
        self._runtime = runtime
        self._since = dt_util.utcnow()
        self._listeners: dict[str, FeatureListener] = {}
        self._adders: dict[type[Feature], Callable[[list[Feature]], None]] = {}
        self._belongings = Belongings()
        self._reachability = Reachability()
        self._latch = Latch(hass.loop, runtime.monotonic, self._hold_expired)
        self._poll_link = Link(hass.loop, GRACE_SECONDS, self._poll_link_changed)
        self._push_link = Link(hass.loop, GRACE_SECONDS, self._push_link_changed)
        self._poller = Poller(hass, entry, runtime, poll=self._poll, periods=self._periods, silent=system.silent_tiers)
        self._tasks: set[Task[None]] = set()
        self._push_settled = Flag()
        self._primed = False
        self._stopped = False
        self.locked_out = False

    # life

    async def async_identify(self) -> Identity:
        """Prove that the system answers and is the one this entry stands for. Raises any `SystemFailure`."""
        self.identity = await self.system.identify()
        return self.identity

    async def async_take_inventory(self) -> None:
        """Read what exists and register its devices. Raises any `SystemFailure`."""
        inventory = await self.system.inventory()
        async_follow_consent(self.hass, self.entry, inventory, self._runtime)
        self.replace_inventory(inventory)

    @callback
    def async_start(self) -> None:
        """Begin to listen, to read details and to poll. Entities exist by now."""
        self._push_link.fail("")
        self._poller.start()
        for work, name in ((self._listen, "listen"), (self._prime, "prime")):
            if not self.locked_out:
                self._spawn(work(), name)

    @callback
    def async_halt(self) -> None:
        """Stop every timer and task. What is known stays."""
        self._stopped = True
        self._poller.stop()
        self._latch.close()
        self._poll_link.close()
        self._push_link.close()
        self._cancel_tasks()

    async def async_close(self) -> None:
        """Stop, and give back what the system holds on the other side."""
        self.async_halt()
        try:
            await self.system.close()
        except SystemFailure as error:
            LOGGER.debug("%s: no proper farewell: %s", self.entry.title, error)

    # entities

    @property
    def platforms(self) -> list[Platform]:
        """What entities of this system may need; the others are not loaded for it."""
        offered = self.system.feature_types
        return [platform for platform in PLATFORMS if not offered or platform in offered]

    @property
    def surplus(self) -> Collection[str]:
        """Ids of features for which there is no room: their entities start disabled."""
        return self._room.surplus

    @property
    def wanted(self) -> Collection[str]:
        """Ids of the features that have an entity: a live view."""
        return self._listeners.keys()

    @callback
    def async_add_platform[F: Feature](self, feature_type: type[F], add: Callable[[list[F]], None]) -> None:
        """Let a platform add the features of its type, those that exist and those that will appear."""
        add(list(self.inventory.of(feature_type)))

        def add_later(features: list[Feature]) -> None:
            add([feature for feature in features if isinstance(feature, feature_type)])

        self._adders[feature_type] = add_later

    @callback
    def async_subscribe(self, feature_id: str, listener: FeatureListener) -> None:
        """Tell an entity what concerns its feature."""
        self._listeners[feature_id] = listener

    @callback
    def async_unsubscribe(self, feature_id: str) -> None:
        """Tell it no more."""
        self._listeners.pop(feature_id, None)

    def is_available(self, feature: Feature) -> bool:
        """Whether what is known of a feature can be trusted: it exists, its way works, its device is reachable."""
        if feature.id not in self.inventory.features:
            return False
        if (source := feature.source) is Source.ALWAYS:
            return True
        working = source is not Source.PUSH and self._poll_link.working
        if not working and source is not Source.POLL:
            working = self._push_link.working
        unreachable = self._reachability.unreachable
        return working and (not unreachable or self._belongings.judge(feature) not in unreachable)

    # reports

    @callback
    def apply(self, report: Report) -> None:
        """Take in what a poll read or a push brought. Costs what changed, not what exists."""
        if self._stopped:
            return
        self.statistics["reports"] += 1
        changed: dict[str, None] = {}
        values, latch = self.values, self._latch
        for feature_id, value in report.values.items():
            if latch and feature_id in latch:
                latch.release(feature_id)
            known = values.get(feature_id, UNKNOWN)
            if known is value or (known == value and type(known) is type(value)):
                continue
            self._set(feature_id, value, changed)
        if report.available:
            self._devices_turned(self._reachability.update(report.available), changed)
        for occurrence in report.occurrences:
            self._switch(occurrence, changed)
        self._tell(changed)
        for occurrence in report.occurrences:
            self._occurred(occurrence)

    def _set(self, feature_id: str, value: Value | Unknown, changed: dict[str, None]) -> None:
        """Keep a value that differs from the known one."""
        if feature_id not in self.inventory.features:
            self.statistics["stray_values"] += 1
            return
        if value is UNKNOWN:
            self.values.pop(feature_id, None)
        else:
            self.values[feature_id] = value
        self.statistics["values"] += 1
        changed[feature_id] = None

    def _switch(self, occurrence: Occurrence, changed: dict[str, None]) -> None:
        """Let an occurrence turn its binary sensors on or off."""
        for feature_id in occurrence.features:
            feature = self.inventory.features.get(feature_id)
            if not isinstance(feature, BinarySensorFeature):
                continue
            hold = feature.hold if occurrence.hold is None else occurrence.hold
            state = self._latch.take(feature_id, occurrence.phase, hold, late=occurrence.late)
            if state is not None and self.values.get(feature_id) is not state:
                self._set(feature_id, state, changed)

    def _occurred(self, occurrence: Occurrence) -> None:
        """Pass an occurrence on to the entities it names, and to everybody where the user wants that."""
        self.statistics["occurrences"] += 1
        if self._raw_events:
            async_fire_occurrence(self.hass, self.entry, occurrence, self.inventory.features)
        for feature_id in occurrence.features:
            if feature_id not in self.inventory.features:
                self.statistics["stray_occurrences"] += 1
            elif (listener := self._listeners.get(feature_id)) is not None:
                try:
                    listener.occurred(occurrence)
                except Exception:  # noqa: BLE001 - as below
                    self._listener_failed()

    def _hold_expired(self, feature_id: str) -> None:
        """Turn off what was not repeated in its hold time."""
        changed: dict[str, None] = {}
        self._set(feature_id, False, changed)
        self._tell(changed)

    def _tell(self, feature_ids: Iterable[str]) -> None:
        """Let the entities of these features write their state."""
        listeners = self._listeners
        for feature_id in feature_ids:
            if (listener := listeners.get(feature_id)) is not None:
                try:
                    listener.feature_updated()
                except Exception:  # noqa: BLE001 - any fault of one entity must not cost the others their report
                    self._listener_failed()

    def _listener_failed(self) -> None:
        """Tell of a fault of an entity, which harms neither the others nor the stream that the report came from."""
        self.statistics["failed_listeners"] += 1
        LOGGER.exception("%s: an entity could not take in a report", self.entry.title)

    # inventory

    @callback
    def replace_inventory(self, inventory: Inventory) -> None:
        """Take over another set of devices and features: entities appear, those of vanished features go unavailable."""
        if self._stopped:
            return
        before, self.inventory = self.inventory, inventory
        changes = Changes.between(before, inventory)
        if changes.devices:
            async_register_devices(self.hass, self.entry, inventory, before, self.system.manufacturer)
            self._reachability.replace(inventory)
        self._belongings.replace(inventory, changes)
        self._show_push_state()
        if changes.added or changes.gone:
            self._room.replace(inventory, changes)
            self.set_problems("entities", self._room.problems)
        for feature in changes.gone:
            self._drop(feature)
        new: dict[type[Feature], list[Feature]] = {}
        for feature in changes.added:
            if feature.id not in self._listeners:
                new.setdefault(type(feature), []).append(feature)
        for feature in (*changes.added, *changes.replaced):
            if (listener := self._listeners.get(feature.id)) is not None:
                try:
                    listener.feature_replaced(feature)
                except Exception:  # noqa: BLE001 - as above
                    self._listener_failed()
        for feature_type, features in new.items():
            if (add := self._adders.get(feature_type)) is not None:
                add(features)

    def _drop(self, feature: Feature) -> None:
        """Forget what is known of a feature that exists no more; what was only offered on a hint leaves no entity."""
        if (
            feature.id not in self.values
            and isinstance(feature, SwitchFeature)
            and feature.device_id in self.inventory.devices
        ):
            async_withdraw_entity(self.hass, feature.type, feature.id, self._since)
        self.values.pop(feature.id, None)
        self._latch.release(feature.id)
        self.pictures.put(feature.id, None)
        self._tell((feature.id,))

    @callback
    def set_problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Replace the problems of a topic and show them as repairs."""
        if tuple(problems) != self.problems.get(topic, ()):
            self.problems[topic] = tuple(problems)
            async_sync_problems(self.hass, self.entry, topic, problems)

    # availability

    def _devices_turned(self, device_ids: Collection[str], changed: dict[str, None]) -> None:
        """Take note of devices that became reachable or unreachable: all their entities change."""
        lost = [device_id for device_id in device_ids if device_id in self._reachability.unreachable]
        for device_id in device_ids:
            changed.update(dict.fromkeys(self._belongings.of(device_id)))
        endless = [feature_id for feature_id in self._latch.endless() if feature_id in changed]
        self._forget(endless, changed)
        for words, ids in (("unreachable", lost), ("reachable again", [d for d in device_ids if d not in lost])):
            if ids:
                names = ", ".join(sorted(self.inventory.devices[device_id].name for device_id in ids))
                LOGGER.info("%s: %s: %s", self.entry.title, words, names)

    def _forget(self, feature_ids: Iterable[str], changed: dict[str, None]) -> None:
        """Make unknown what waits for an end that may have been missed."""
        for feature_id in feature_ids:
            self._latch.release(feature_id)
            self._set(feature_id, UNKNOWN, changed)

    def _poll_link_changed(self) -> None:
        """Polling failed for the grace time, or works again."""
        self._link_changed(self._poll_link, "polling", {Source.POLL, Source.BOTH})

    def _push_link_changed(self) -> None:
        """The push channel was away for the grace time, or is back."""
        self._link_changed(self._push_link, "push channel", {Source.PUSH, Source.BOTH})

    def _link_changed(self, link: Link, name: str, sources: Collection[Source]) -> None:
        """Say once that a way is lost or back, and let its entities show it."""
        if link.working:
            LOGGER.info("%s: %s works again", self.entry.title, name)
        else:
            LOGGER.info("%s: %s is lost: %s", self.entry.title, name, link.reason or "no answer")
        self._tell([f.id for f in self.inventory.features.values() if f.source in sources])

    @callback
    def set_push_health(self, health: PushHealth) -> None:
        """Take note of the push channel's state; coming back makes everything be read once."""
        before, self.push_health = self.push_health, health
        if self._stopped or self.locked_out:
            return
        if health.state is not PushState.CONNECTING:
            self._push_settled.set()
        match health.state:
            case PushState.HEALTHY:
                self._push_link.succeed()
            case PushState.OFF:
                self._push_link.lose("off")
            case _:
                self._push_link.fail(health.reason)
        if before.state is health.state:
            return
        self._show_push_state()
        if PushState.HEALTHY in (before.state, health.state):
            self._poller.reschedule()
        if health.state is PushState.HEALTHY and self._primed:
            self.statistics["resyncs"] += 1
            changed: dict[str, None] = {}
            self._forget(self._latch.endless(), changed)
            self._tell(changed)
            self._poller.resync()

    def _show_push_state(self) -> None:
        """Tell the features that stand for the push channel; while it connects, what was known stays."""
        if self.push_health.state in (PushState.HEALTHY, PushState.DOWN):
            healthy = self.push_health.state is PushState.HEALTHY
            self.apply(Report(values=dict.fromkeys(self._belongings.push, healthy)))

    # work in the background

    def _periods(self) -> Mapping[Tier, float]:
        """Seconds between polls at the moment."""
        return self.system.periods(push_healthy=self.push_health.state is PushState.HEALTHY)

    async def _poll(self, tier: Tier) -> float | None:
        """Poll one tier; returns None if that worked, else for how many seconds it is better not to try again."""
        self.statistics["polls"] += 1
        pause = await self._attempt(self.system.poll(tier, self.sink, self.wanted), f"polling {tier}", tier)
        self.statistics["failed_polls"] += pause is not None
        return pause

    async def _prime(self) -> None:
        """Read the details once the push channel stands, or does not come."""
        try:
            async with timeout(PUSH_WAIT_SECONDS):
                await self._push_settled.wait()
        except TimeoutError:
            LOGGER.debug("%s: reading details before the push channel stands", self.entry.title)
        self._primed = True
        while (pause := await self._attempt(self.system.prime(self.sink, self.wanted), "reading details")) is not None:
            if self.locked_out:
                return
            await self._runtime.sleep(max(pause, RETRY_SECONDS))

    async def _attempt(self, work: Awaitable[None], name: str, tier: Tier = Tier.DETAIL) -> float | None:
        """Read something, and return as `_poll`; a failure counts against polling."""
        try:
            await work
        except SystemFailure as error:
            if not isinstance(error, HeldBackError):
                self._poll_link.fail(str(error), pause_after(error) if isinstance(error, QuotaError) else 0.0)
            if not self.authentication_failed(error) and isinstance(error, BLOCKED):
                self.set_problems(LOGIN, login_problems(error))
            return pause_after(error)
        except Exception as error:  # noqa: BLE001 - a fault in reading one answer must not end polling for good
            LOGGER.exception("%s: %s broke", self.entry.title, name)
            self._poll_link.fail(type(error).__name__)
            return 0.0
        if tier not in self.system.silent_tiers:
            self._poll_link.succeed()
            self.set_problems(LOGIN, ())
        return None

    async def _listen(self) -> None:
        """Keep the push channel running until the entry is unloaded or the user has to act."""
        while True:
            try:
                await self.system.listen(self.sink)
            except SystemFailure as error:
                self.set_push_health(PushHealth(PushState.DOWN, error.key))
                if self.authentication_failed(error):
                    return
            except Exception:  # noqa: BLE001 - events must come back after any fault
                LOGGER.exception("%s: the push channel broke", self.entry.title)
                self.set_push_health(PushHealth(PushState.DOWN, SystemFailure.key))
            else:
                return
            await self._runtime.sleep(RETRY_SECONDS)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run in the background, for as long as the entry is loaded."""
        task = self.entry.async_create_background_task(self.hass, work, f"{self.entry.title}: {name}")
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _cancel_tasks(self) -> None:
        """Cancel what runs in the background, save the task that asks for it."""
        for task in self._tasks - {current_task()}:
            task.cancel()

    async def receive(self, request: PushRequest) -> PushReply:
        """Let the system take in what it posted to us."""
        return await self.system.receive(request, self.sink)

    # failures

    @callback
    def authentication_failed(self, error: SystemFailure) -> bool:
        """Ask the user for credentials if it was them, once, and send nothing until then; returns whether it was."""
        if not isinstance(error, AuthenticationError):
            return False
        if error.pending:
            # It passes without the user, who may want to know why nothing works meanwhile.
            self.set_problems(LOGIN, login_problems(error))
            return False
        if self._stopped:
            return True
        if problems := login_problems(error):
            # Also when another request was refused before and only this one says why.
            self.set_problems(LOGIN, problems)
        if self.locked_out:
            return True
        if self.push_health.state is not PushState.OFF:
            self.set_push_health(PushHealth(PushState.DOWN, error.key))
        self.locked_out = True
        LOGGER.info("%s: credentials were refused: %s", self.entry.title, error)
        self._poller.stop()
        self._cancel_tasks()
        self._poll_link.lose(error.key)
        self._push_link.lose(error.key)
        self.entry.async_start_reauth(self.hass)
        return True

    @callback
    def command_failed(self, error: SystemFailure) -> HomeAssistantError:
        """Turn a failed command into what Home Assistant shows: the user's mistake, or a failure."""
        self.authentication_failed(error)
        return shown(error)
