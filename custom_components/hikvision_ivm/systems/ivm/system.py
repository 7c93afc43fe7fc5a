"""Huawei Cloud IVM as a system: one enterprise account (ivm §9)."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
import logging
from typing import Any, ClassVar, Final, Self, override

import aiohttp

from .. import settings
from ..background import Background
from ..base import PushReply, PushRequest, Runtime, Sink, System, Tier
from ..errors import NotFoundError, QuotaError, SystemFailure
from ..model import (
    ButtonFeature,
    CameraFeature,
    Feature,
    Identity,
    ImageFeature,
    Inventory,
    NumberFeature,
    Picture,
    Problem,
    Recording,
    Report,
    SelectFeature,
    SwitchFeature,
)
from ..transport.address import addresses
from ..transport.http import HttpClient, Policy
from . import diagnostics as exporting
from .actions import ACTIONS, Actions
from .budget import Budget
from .channel import EventChannel
from .channel_features import Key
from .channel_settings import ChannelSettings
from .client import IvmClient
from .commands import Commands, parts_of
from .context import Context
from .details import Details
from .features_device import MANUFACTURER, NAME
from .inventory import Stock
from .learning import GROW_SECONDS, Learning
from .licences import licence_values
from .places import uid_of
from .problems import LEFT_OUT, PARTS, STATES, TAKEN, left_out, state_problems
from .readings import applied, outside_of, readings_of
from .records import ROOT_ORG, ChannelAddress, Facts
from .register import Changed
from .seen import with_seen
from .status_values import org_values, status_report
from .wishes import status_seconds

_LOGGER = logging.getLogger(__name__)

DETAIL_SECONDS: Final = 60.0
"""Between two turns of what is asked of each channel; how much one turn asks is a matter of the budget."""
INVENTORY_SECONDS: Final = 900.0
STRAINED_FACTOR: Final = 3.0
"""Periods are so much longer while the cloud says that it is called too often."""
STRANGER_SECONDS: Final = 30.0
"""Least time between two lists that were asked for because of something nobody knew."""
SETTLE_SECONDS: Final = 2.0
"""Time that the cloud gets to have a new device in its lists."""


class IvmSystem(System):
    """An account, with the organisations that are imported."""

    id: ClassVar[str] = "ivm"
    manufacturer: ClassVar[str] = MANUFACTURER
    actions: ClassVar[frozenset[str]] = ACTIONS
    from_internet: ClassVar[bool] = True
    silent_tiers: ClassVar[frozenset[Tier]] = frozenset({Tier.DETAIL, Tier.INVENTORY})
    feature_types: ClassVar[frozenset[str]] = frozenset(
        {"binary_sensor", "button", "camera", "event", "image", "number", "select", "sensor", "switch"}
    )

    def __init__(self, client: IvmClient, options: Mapping[str, Any], runtime: Runtime) -> None:
        """`options` as in `systems.settings`. Does no I/O."""
        self.client = client
        self._options = options
        self._runtime = runtime
        self._uid = uid_of(client.user_id)
        self._sink: Sink | None = None
        self._wanted: Collection[str] = ()
        self._background = Background()
        self._budget = Budget(runtime)
        self._stock = Stock(client, self._uid, options, runtime, self._budget, self._finished)
        context = Context(
            client=client, runtime=runtime, options=options, uid=self._uid, background=self._background,
            facts=lambda: self._stock.facts, inventory=lambda: self._stock.inventory, deliver=self._deliver,
            wanted=lambda: self._wanted, packages_since=self._stock.register.packages_since,
        )  # fmt: skip
        self._events = EventChannel(
            context, adopt=self._stock.adopt, stale=self._stale, told=self._told, gone=self._gone
        )  # fmt: skip
        self._parts = parts_of(context, self._events)
        self._commands = Commands(self._parts, self._budget)
        self._actions = Actions(self._parts)
        self._details = Details(
            context, self._budget, readings_of(self._parts), outside=outside_of(self._parts, self._target),
            learnt=lambda place: self._learning.learnt(place),
        )  # fmt: skip
        self._learning = Learning(
            runtime, self._background, self._stock, self._parts,
            absent=lambda key: self._details.refused.get(key, frozenset()), reconsider=self._details.reconsider,
            grown=self._grown,
        )  # fmt: skip
        self._meeting: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None
        self._met_at = float("-inf")
        self._withheld: tuple[Facts, frozenset[Key], Sequence[Problem]] | None = None

    @classmethod
    @override
    def create(
        cls,
        session: aiohttp.ClientSession,
        data: Mapping[str, Any],
        options: Mapping[str, Any],
        runtime: Runtime,
    ) -> Self:
        """Make an instance from a config entry's data and options."""
        verify = data.get(settings.VERIFY_SSL, True)

        def elsewhere(url: str) -> HttpClient:
            policy = Policy(own_login=True, secret_paths=True)
            return HttpClient(session, url, None, runtime=runtime, policy=policy, verify_ssl=verify)

        http = HttpClient(
            session, data[settings.URL], None, runtime=runtime, policy=Policy(own_login=True, secret_paths=True),
            fingerprint=data.get(settings.FINGERPRINT), verify_ssl=verify,
        )  # fmt: skip
        keys = data[settings.ACCESS_KEY], data[settings.SECRET_KEY]
        client = IvmClient(http, str(data[settings.USER_ID]), *keys, runtime, connect=elsewhere)
        return cls(client, options, runtime)

    @classmethod
    @override
    def addresses(cls, text: str) -> Sequence[str]:
        """Turn what a user typed into the base address: HTTPS unless plain HTTP was typed. Raises `InvalidAddressError`."""
        return addresses(text)[:1]

    # what exists

    @override
    async def identify(self) -> Identity:
        """Prove keys and rights: a token, and the first level of organisations."""
        await self.client.call("GET", f"device-orgs/{ROOT_ORG}/sub-orgs")
        return Identity(unique_id=self.client.user_id, name=NAME)

    @override
    async def inventory(self) -> Inventory:
        """Read what exists: organisations, devices with their channels, channels, what is booked."""
        await self._stock.read(whole=True)
        self._stock.build()
        self._events.ready()
        return self._stock.inventory

    @override
    async def offer(self) -> Mapping[str, Mapping[str, str]]:
        """Read which organisations there are."""
        return await self._stock.offer()

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        """Offer the organisations, imported or not."""
        return self._stock.choices(option)

    def _finished(self, inventory: Inventory, facts: Facts) -> Inventory:
        """Return an inventory with what messages told and channels were asked for."""
        return with_seen(applied(self._parts, inventory), facts, self._uid, self._runtime.memory)

    def _replaced(self, sink: Sink, devices: Iterable[str] = (), channels: Iterable[Key] = ()) -> None:
        """Deliver an inventory that is other than before, and what is known of what may be new in it."""
        sink.inventory(self._stock.inventory)
        self._events.ready()
        facts, changed = self._stock.facts, tuple(devices)
        keys = {(id_, one) for id_ in changed if id_ in facts.devices for one in facts.devices[id_].channels}
        if changed:
            self._report(sink, status_report(self._uid, facts, changed))
        self._tell_known(sink, keys | set(channels))

    def _tell_known(self, sink: Sink, channels: Collection[Key] | None = None) -> None:
        """Deliver what is known without asking: of some channels, or of all (None)."""
        features = self._stock.inventory.features.values()
        some = [one for one in features if isinstance(one.address, ChannelAddress)
                and (channels is None or one.address.key in channels)]  # fmt: skip
        parts = self._parts
        for kept in (parts.live, parts.ptz.numbers, parts.presets, parts.cruises):
            report = kept.report(some)
            if report.values:
                sink.report(report)
        read: tuple[ChannelSettings[Any, Any], ...] = (
            parts.plans, parts.recording_streams, parts.alarm_plans, parts.streams, *parts.retention.values(),
        )  # fmt: skip
        for key in {one.address.key for one in some if isinstance(one.address, ChannelAddress)}:
            for settings_ in read:
                settings_.tell(ChannelAddress(*key))

    def _grown(self, channels: Collection[Key]) -> None:
        """Features follow what was learnt of channels."""
        if self._sink is not None:
            self._replaced(self._sink, channels=channels)

    # values

    @override
    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        """Return the seconds between polls. States are read as often when they are pushed: a push may be lost."""
        factor = STRAINED_FACTOR if self.client.strained else 1.0
        return {
            Tier.STATUS: status_seconds(self._options) * factor,
            Tier.DETAIL: DETAIL_SECONDS * factor,
            Tier.INVENTORY: INVENTORY_SECONDS * factor,
        }

    def _begin(self, sink: Sink, wanted: Collection[str]) -> None:
        """Remember where to deliver and what somebody looks at."""
        self._sink, self._wanted = sink, wanted

    def _target(self) -> Sink:
        """Return where to deliver: lists are read only after somebody asked for it."""
        if self._sink is None:
            raise RuntimeError("nothing is polled yet")
        return self._sink

    def _deliver(self, report: Report) -> None:
        """Deliver what was read or is known."""
        if self._sink is not None and (report.values or report.available or report.occurrences):
            self._sink.report(report)

    def _report(self, sink: Sink, report: Report) -> None:
        """Deliver values of those features that exist."""
        features, devices = self._stock.inventory.features, self._stock.inventory.devices
        values = {id_: value for id_, value in report.values.items() if id_ in features}
        available = {id_: there for id_, there in report.available.items() if id_ in devices}
        sink.report(Report(values=values, available=available, occurrences=report.occurrences))

    @override
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """Deliver what set-up read and what is kept here, then ask channels for the rest."""
        self._begin(sink, wanted)
        self._report(sink, status_report(self._uid, self._stock.facts))
        self._tell_booked(sink)
        self._tell_known(sink)
        self._tell_problems(sink)
        await self._details.prime(wanted)
        self._tell_problems(sink)

    @override
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Read one tier and deliver it."""
        self._begin(sink, wanted)
        match tier:
            case Tier.STATUS:
                await self._poll_states(sink)
            case Tier.DETAIL:
                await self._details.slice(wanted)
                self._tell_problems(sink)
            case Tier.INVENTORY if not self._stock.is_recent:
                await self._renew(sink)

    async def _poll_states(self, sink: Sink) -> None:
        """Read the states of everything, and deliver what is other than before."""
        before = self._stock.facts
        try:
            changed = await self._stock.read_states()
        except SystemFailure as error:
            if not isinstance(error, QuotaError):
                self._events.note_answer(answered=False)
            raise
        self._events.note_answer(answered=True)
        self._learning.rebooked(before, changed)
        self._take(changed, sink, replaced=bool(changed) and self._stock.renew(changed))
        if self._events.callbacks.tells_states and _turned(before, self._stock.facts, changed):
            self._events.note_missed()

    async def _renew(self, sink: Sink, *, whole: bool = False) -> None:
        """Read what exists, and deliver what is other than before."""
        before = self._stock.facts
        changed = await self._stock.read(whole=whole)
        self._learning.rebooked(before, changed)
        self._take(changed, sink, replaced=self._stock.build())
        self._tell_booked(sink)

    def _take(self, changed: Changed, sink: Sink, *, replaced: bool) -> None:
        """Deliver what is other than before of some devices; `replaced`: the inventory is, too."""
        if replaced:
            self._replaced(sink, changed)
        elif changed:
            self._report(sink, status_report(self._uid, self._stock.facts, changed))
        self._events.review()
        self._tell_problems(sink)

    def _tell_booked(self, sink: Sink) -> None:
        """Deliver what is booked."""
        self._report(sink, Report(values=licence_values(self._uid, self._stock.licences)))

    def _tell_problems(self, sink: Sink) -> None:
        """Deliver what only the owner can change."""
        facts, resting = self._stock.facts, self._details.unpaid
        if self._withheld is None or self._withheld[0] is not facts or self._withheld[1] != resting:
            self._withheld = facts, resting, state_problems(facts, resting)
        sink.problems(STATES, self._withheld[2])
        sink.problems(PARTS, left_out(self._stock.failed))

    # push

    @property
    @override
    def posts(self) -> bool:
        """Whether the cloud posts what happens, unless the owner switched that off."""
        return bool(self._options.get(settings.PUSH, True))

    @override
    async def listen(self, sink: Sink) -> None:
        """Keep the subscriptions standing."""
        self._sink = sink
        await self._events.listen(sink)

    @override
    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in what the cloud posted."""
        return await self._events.receive(request, sink)

    @override
    async def leave(self) -> None:
        """Take back the subscriptions: this entry is removed for good."""
        await self._events.leave()

    def _told(self, device: str, channel: str, changes: Mapping[str, Any]) -> None:
        """A message told of a device or channel; its values are delivered already."""
        changed = self._stock.tell(device, channel, changes)
        if changed and self._sink is not None and self._stock.renew(changed):
            self._replaced(self._sink, changed)
        elif changed:
            self._recount()

    def _gone(self, device: str) -> None:
        """A device does not belong to the account any more."""
        changed = self._stock.drop(device)
        if changed and self._sink is not None and self._stock.renew(changed):
            self._replaced(self._sink)
            self._recount()

    def _recount(self) -> None:
        """Tell soon how much there is in organisations: one message may tell of many channels."""
        if self._counting is None or self._counting.done():
            self._counting = self._background.start(self._counted())

    async def _counted(self) -> None:
        """Wait for more, then count."""
        await self._runtime.sleep(GROW_SECONDS)
        if self._sink is not None:
            self._report(self._sink, Report(values=org_values(self._uid, self._stock.facts)))

    def _stale(self) -> None:
        """Read the lists soon: something turned up that nobody knows."""
        if self._sink is not None and (self._meeting is None or self._meeting.done()):
            self._meeting = self._background.start(self._meet(self._sink))

    async def _meet(self, sink: Sink) -> None:
        """Wait a moment, and read the lists."""
        now = self._runtime.monotonic()
        await self._runtime.sleep(max(SETTLE_SECONDS, self._met_at + STRANGER_SECONDS - now))
        self._met_at = self._runtime.monotonic()
        try:
            await self._renew(sink)
        except SystemFailure as error:
            _LOGGER.debug("The lists could not be read again: %s", error)

    # commands

    @override
    async def camera_image(self, feature: CameraFeature, width: int | None, height: int | None) -> Picture:
        """Let the cloud take a picture."""
        return await self._parts.snapshots.still(feature)

    @override
    async def stream_source(self, feature: CameraFeature) -> str | None:
        """Ask for a fresh address."""
        return await self._parts.live.stream_source(feature)

    @override
    def stream_life(self, feature: CameraFeature) -> float | None:
        """Return how long that address is good for."""
        return self._parts.live.life(feature)

    @override
    async def recordings(self, feature: CameraFeature, start: datetime, end: datetime) -> Sequence[Recording]:
        """List recordings."""
        return await self._parts.playback.recordings(feature, start, end, store=_store(feature))

    @override
    async def playback_source(self, feature: CameraFeature, start: datetime, end: datetime) -> str:
        """Ask for the address of a recording."""
        return await self._parts.playback.source(feature, start, end, store=_store(feature))

    @override
    async def playback_ended(self, source: str) -> None:
        """Revoke the address of a recording."""
        await self._parts.playback.revoke(source)

    @override
    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch a heat map, or the picture of the last event."""
        return await self._commands.image(feature)

    @override
    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Switch a way of recording, or a cruise."""
        await self._commands.switch(feature, on=on, sink=sink)

    @override
    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Carry out a button."""
        await self._commands.press(feature, sink)

    @override
    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose an option."""
        await self._commands.select(feature, option, sink)

    @override
    async def set_number(self, feature: NumberFeature, value: float, sink: Sink) -> None:
        """Set a number."""
        await self._commands.set_number(feature, value, sink)

    @override
    async def act(
        self, action: str, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
    ) -> Mapping[str, Any]:
        """Carry out an action."""
        try:
            return await self._actions.act(action, features, arguments, sink)
        except NotFoundError:
            self._stale()
            raise

    @override
    async def fix(self, problem: Problem) -> None:
        """Read again what could not be read, or take the place of another program, as the owner agreed."""
        if problem.key == TAKEN:
            await self._events.take_over()
        elif problem.key == LEFT_OUT:
            await self._renew(self._target(), whole=True)
            if self._stock.failed:
                raise next(iter(self._stock.failed.values()))
        else:
            await super().fix(problem)

    # the end

    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen: counts and causes, without names, ids or addresses."""
        return {
            "account": exporting.facts_report(self._stock.facts),
            "licences": exporting.licences_report(self._stock.licences),
            "client": exporting.client_report(self.client),
            "failed": exporting.failed_report(self._stock.failed),
            "short": sorted(self._stock.short),
            "unknown": self._stock.strange.report(),
            "requests_wanted_per_minute": round(self._details.minutes(self._wanted), 2),
            "requests_left": self._budget.left,
            "events": self._events.diagnostics(),
        }

    @override
    async def close(self) -> None:
        """Stop what moves, revoke addresses; the subscriptions stay, for a reload is short."""
        self._sink = None
        await self._commands.close()
        await self._background.cancel()


def _store(feature: CameraFeature) -> str:
    """Return the one store that a feature names, empty for several."""
    return feature.stores[0] if len(feature.stores) == 1 else ""


def _turned(before: Facts, after: Facts, devices: Collection[str]) -> bool:
    """Whether a device that was known came or went."""
    return any(
        id_ in before.devices and id_ in after.devices and before.devices[id_].online != after.devices[id_].online
        for id_ in devices
    )
