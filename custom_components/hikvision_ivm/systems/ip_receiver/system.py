"""Hik IP Receiver Pro as a system: one receiver and everything behind it (ip-receiver §5)."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
import logging
from typing import Any, ClassVar, Final, Self, override

import aiohttp

from .. import settings
from ..background import Background
from ..base import PushHealth, PushState, Runtime, Sink, System, Tier
from ..errors import SystemFailure, TooManySessionsError, UnsupportedError
from ..kinds import Kind
from ..model import (
    AlarmPanelFeature,
    ButtonFeature,
    Feature,
    Identity,
    ImageFeature,
    Inventory,
    Picture,
    Problem,
    Report,
    SelectFeature,
    SwitchFeature,
)
from ..transport.address import addresses
from ..transport.gate import CredentialGate
from ..transport.http import Credentials, HttpClient, Policy
from ..values import ArmMode
from . import diagnostics as exporting
from .catalogue import Catalogue
from .client import ReceiverClient
from .commands import ACTIONS, Commands
from .device_events import SeenDetection
from .device_values import device_values
from .identity import identity_of, marks_of, remember
from .known import KnownDevices
from .media import ACTION as DOWNLOAD, Media
from .panel import PanelState
from .panels import Panels
from .places import device_id
from .problems import (
    ARMING,
    DEVICES,
    LEFT_OUT,
    PARTS,
    RECEIVER,
    STATES,
    device_problems,
    left_out,
    receiver_problems,
    unreadable,
)
from .reading import Reader
from .records import DeviceRecord, Facts, PanelFacts, ZoneAddress
from .refresh import ALL, Refresher, What, doubtful
from .router import EventRouter
from .status import read_refusal
from .stream import EventStream

_LOGGER = logging.getLogger(__name__)

INVENTORY_SECONDS: Final = 300.0
RECENT_SECONDS: Final = 30.0
"""Seconds for which the list that told who answers is recent enough to be the inventory, too."""
STRANGER_SECONDS: Final = 30.0
"""Least time between two lists that were asked for because of a device nobody knew."""
SETTLE_SECONDS: Final = 1.0


class _Heard:
    """A sink that notices when events come no more, and when they come again: some may have been missed."""

    def __init__(self, sink: Sink, turned: Callable[[PushState], None]) -> None:
        """`turned` is called before it is told how the channel is."""
        self.report = sink.report
        self.inventory = sink.inventory
        self.problems = sink.problems
        self._sink = sink
        self._turned = turned

    def push_health(self, health: PushHealth) -> None:
        """Tell how the channel is."""
        self._turned(health.state)
        self._sink.push_health(health)


class IpReceiverSystem(System):
    """A receiver as one user, with the devices behind it that are imported."""

    id: ClassVar[str] = "ip_receiver"
    manufacturer: ClassVar[str] = "Hikvision"
    actions: ClassVar[frozenset[str]] = frozenset({*ACTIONS, DOWNLOAD})
    feature_types: ClassVar[frozenset[str]] = frozenset(
        {"alarm_control_panel", "binary_sensor", "button", "event", "image", "select", "sensor", "switch"}
    )

    def __init__(
        self, client: ReceiverClient, data: Mapping[str, Any], options: Mapping[str, Any], runtime: Runtime
    ) -> None:
        """`data` and `options` as in `systems.settings`. Does no I/O."""
        self.client = client
        self._data = data
        self._options = options
        self._runtime = runtime
        self._uid = str(data.get(settings.IDENTITY) or "ip_receiver")
        self._sink: Sink | None = None
        self._wanted: Collection[str] = ()
        self._background = Background()
        self._reader = Reader(client)
        self._known = KnownDevices(runtime)
        self._devices: dict[str, DeviceRecord] = {}
        self._listed: dict[str, DeviceRecord] = {}
        self._listed_at = float("-inf")
        self._renewing = asyncio.Lock()
        self._strange_at = float("-inf")
        self._strangers: asyncio.Task[None] | None = None
        self._panels = Panels(
            self._uid, self._reader, runtime, options, self._background,
            deliver=self._deliver, changed=self._rebuild, gone=self._stranger, untold=lambda: self._stream.doubt(),
            zones_read=lambda *read: self._router.zones_read(*read), watch=self._watch,
        )  # fmt: skip
        self._refresher = Refresher(
            runtime, self._background, self._panels.look, lambda id_: (p := self._panels.get(id_)) is not None and p.unsettled
        )  # fmt: skip
        self._media = Media(client, runtime, self._background)
        self._router = EventRouter(
            self._uid, runtime, options, panel=self._panels.get, device=self._device, stranger=lambda _: self._stranger(),
            settled=self._settled, media=self._media, adopt_seen=self._adopt_seen, left_out=self._is_left_out,
        )  # fmt: skip
        self._stream = EventStream(client, self._take, runtime)
        self._commands = Commands(
            self._uid, client, runtime, options, self._background,
            panel=self._panels.get, look=self._look, soon=self._settled,
        )  # fmt: skip
        self._catalogue = Catalogue(
            self._uid, data, options,
            panel=self._panels.get, seen=self._router.seen, refuses_bypass=self._commands.is_bypass_refused,
        )  # fmt: skip

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
        credentials = Credentials(username=data[settings.USERNAME], password=data[settings.PASSWORD])

        def connect(gate: CredentialGate, *, secret_paths: bool = False) -> HttpClient:
            policy = Policy(allow_basic=data.get(settings.ALLOW_BASIC, False), secret_paths=secret_paths)
            return HttpClient(
                session, data[settings.URL], credentials, runtime=runtime, policy=policy, gate=gate, read_refusal=read_refusal,
                fingerprint=data.get(settings.FINGERPRINT), verify_ssl=data.get(settings.VERIFY_SSL, True),
            )  # fmt: skip

        main = CredentialGate(runtime, confirm=options.get(settings.CONFIRM_LOGIN, True))
        media = connect(CredentialGate(runtime, confirm=False), secret_paths=True)
        client = ReceiverClient(connect(main), media, runtime)
        return cls(client, data, options, runtime)

    @classmethod
    @override
    def addresses(cls, text: str) -> Sequence[str]:
        """Turn what a user typed into the base addresses to try, best first. Raises `InvalidAddressError`."""
        return addresses(text)

    # what exists

    @override
    async def identify(self) -> Identity:
        """Prove address and credentials with the list of devices, which also tells who answers."""
        self.client.check_lock()
        return identity_of((await self._list()).values(), self._data, self._runtime)

    async def _list(self) -> dict[str, DeviceRecord]:
        """Read the list of devices."""
        listed = self._known.assign(await self._reader.devices())
        self._listed, self._listed_at = listed, self._runtime.monotonic()
        return listed

    @override
    async def offer(self) -> Mapping[str, Mapping[str, str]]:
        """Read which devices there are."""
        await self._recent()
        return {settings.PANELS: self.choices(settings.PANELS)}

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        """Offer the devices, imported or not."""
        if option != settings.PANELS:
            return {}
        return {device.id: device.name for device in sorted(self._listed.values(), key=lambda one: one.name.casefold())}

    async def _recent(self) -> dict[str, DeviceRecord]:
        """Return the list of devices, read a moment ago at most."""
        if self._runtime.monotonic() - self._listed_at > RECENT_SECONDS:
            await self._list()
        return self._listed

    @override
    async def inventory(self) -> Inventory:
        """Read which devices there are, and of each panel its partitions, zones and peripherals."""
        async with self._renewing:
            self._use(await self._recent())
            await self._panels.look_all(ALL)
            self._catalogue.build(self._devices)
            return self._catalogue.inventory

    def _use(self, listed: Mapping[str, DeviceRecord]) -> list[str]:
        """Take over the list of devices; return the ids of panels that are new."""
        chosen = self._options.get(settings.PANELS)
        before = self._devices
        self._devices = {id_: one for id_, one in listed.items() if chosen is None or id_ in chosen}
        for id_, device in self._devices.items():
            old = before.get(id_)
            if old is not None and (old.mode, old.online_by, old.firmware, old.index) != (
                device.mode, device.online_by, device.firmware, device.index,
            ):  # fmt: skip
                self.client.forget(id_)
                self._reader.forget(id_)
            if old is not None and device.online is True and old.online is not True:
                # Nobody asked it while it was away.
                self._refresher.soon(id_, ALL)
        remember(marks_of(listed.values()), self._runtime)
        return self._panels.use(self._devices.values())

    def _watch(self, panel: PanelState) -> None:
        """Follow a new panel: what was bypassed for an arming, and what could not be armed."""
        self._commands.watch(panel)
        panel.on_problems = self._tell_arming

    def _rebuild(self, device_id_: str) -> None:
        """Make the features of one device anew, and deliver them if they are others."""
        if self._sink is not None and self._catalogue.renew(device_id_):
            self._sink.inventory(self._catalogue.inventory)

    def _adopt_seen(self, seen: SeenDetection) -> None:
        """Something is detected by a device for the first time."""
        self._rebuild(seen.device)

    async def _renew(self, sink: Sink) -> None:
        """Read which devices there are, and what is new behind them; deliver what changed."""
        async with self._renewing:
            new = self._use(await self._list())
            await self._panels.look_all(ALL, only=new)
            if self._catalogue.build(self._devices):
                sink.inventory(self._catalogue.inventory)
            sink.report(self._device_report())
            for id_ in new:
                if (state := self._panels.get(id_)) is not None:
                    sink.report(state.everything())
        self._tell_problems(sink)
        self._router.retry_strangers(sink)

    def _device_report(self) -> Report:
        """Tell what the list says of devices."""
        values: dict[str, Any] = {}
        available: dict[str, bool] = {}
        for id_, device in self._devices.items():
            values |= device_values(self._uid, device) | self._router.listed(device)
            if device.online is not None:
                available[device_id(self._uid, id_)] = device.online
        return Report(values=self._catalogue.offered(values), available=available)

    # values

    @override
    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        """Return the seconds between polls: zones, partitions, peripherals, and the list of devices."""
        zone_seconds = float(self._options.get(settings.ZONE_SECONDS) or settings.ZONE_SECONDS_DEFAULT)
        zones, partitions, peripherals = self._panels.periods(zone_seconds, pushed=push_healthy)
        return {
            Tier.STATUS: zones,
            Tier.DETAIL: partitions,
            Tier.COUNTERS: peripherals,
            Tier.INVENTORY: INVENTORY_SECONDS,
        }

    def _begin(self, sink: Sink, wanted: Collection[str]) -> None:
        """Remember where to deliver and what somebody looks at."""
        self._sink = sink
        self._wanted = wanted
        self._router.wanted = wanted

    @override
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """Deliver what set-up read, and read what it did not get."""
        self._begin(sink, wanted)
        sink.report(self._router.remembered())
        sink.report(self._device_report())
        for state in self._panels:
            sink.report(state.everything())
        self._tell_problems(sink)

    @override
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Read one tier and deliver it."""
        self._begin(sink, wanted)
        try:
            self._check_held(tier)
            await self._poll(tier, sink)
            self._check_held(tier)
        except TooManySessionsError:
            self._tell_problems(sink)
            raise
        self._tell_problems(sink)

    def _check_held(self, tier: Tier) -> None:
        """Raise `TooManySessionsError` if a tier cannot be read at all for now."""
        asked = (
            ()
            if tier is Tier.INVENTORY
            else [state.device for state in self._panels if state.device.online is not False]
        )
        self.client.check_held([device.id for device in asked])

    async def _poll(self, tier: Tier, sink: Sink) -> None:
        """Read one tier."""
        match tier:
            case Tier.STATUS if len(self._panels):
                await self._panels.sweep(What.ZONES)
            case Tier.DETAIL:
                await self._panels.sweep(What.PARTITIONS)
            case Tier.COUNTERS:
                await self._panels.sweep(What.PERIPHERALS)
            case Tier.STATUS | Tier.INVENTORY:
                await self._renew(sink)

    def _deliver(self, report: Report) -> None:
        """Deliver what was read or ran out; before anybody listens it is kept by the panels."""
        if self._sink is not None and (report.values or report.available or report.occurrences):
            self._sink.report(report)

    async def _look(self, id_: str, what: Collection[What]) -> None:
        """Read some of a panel because of a command. Raises `SystemFailure`."""
        self._panels.note(id_)
        await self._panels.look(id_, what)
        self._panels.note(id_)

    # push

    @override
    async def listen(self, sink: Sink) -> None:
        """Keep one subscription for all devices."""
        self._sink = sink
        if not self._options.get(settings.PUSH, True):
            sink.push_health(PushHealth(PushState.OFF))
            return
        await self._stream.listen(_Heard(sink, self._turned))

    def _turned(self, state: PushState) -> None:
        """Events come no more, or again: some are missed, or may have been."""
        self._router.missed()
        if state is PushState.HEALTHY:
            self._panels.missed()

    def _take(self, body: bytes, sink: Sink) -> bool:
        """Take one message; returns whether it was a heartbeat."""
        alert = self._router.take(body, sink)
        return alert is not None and alert.sign_of_life

    def _device(self, index: str) -> DeviceRecord | None:
        """Return the device of an index, if it is imported."""
        id_ = self._known.id_of(index)
        return None if id_ is None else self._devices.get(id_)

    def _is_left_out(self, index: str) -> bool:
        """Whether a device is known and is not to be imported."""
        id_ = self._known.id_of(index)
        return id_ in self._listed and id_ not in self._devices

    def _settled(self, id_: str, kind: Kind | None = None) -> None:
        """An event told of a panel, None: a command: look at it soon."""
        self._panels.note(id_)
        self._refresher.soon(id_, doubtful(kind))

    def _stranger(self) -> None:
        """Read the list of devices soon: somebody turned up, or is gone."""
        if self._sink is not None and (self._strangers is None or self._strangers.done()):
            self._strangers = self._background.start(self._meet_strangers(self._sink))

    async def _meet_strangers(self, sink: Sink) -> None:
        """Wait a moment, read the list, and route what waited for it."""
        now = self._runtime.monotonic()
        await self._runtime.sleep(max(SETTLE_SECONDS, self._strange_at + STRANGER_SECONDS - now))
        self._strange_at = self._runtime.monotonic()
        try:
            await self._renew(sink)
        except SystemFailure as error:
            _LOGGER.debug("The list of devices could not be read again: %s", error)

    # commands

    @override
    async def arm(self, feature: AlarmPanelFeature, mode: ArmMode, sink: Sink) -> None:
        """Arm a partition."""
        await self._commands.arm(feature, mode)

    @override
    async def disarm(self, feature: AlarmPanelFeature, sink: Sink) -> None:
        """Disarm a partition."""
        await self._commands.disarm(feature)

    @override
    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Switch a relay, or bypass a zone."""
        try:
            await self._commands.switch(feature, on=on)
        except UnsupportedError:
            if isinstance(feature.address, ZoneAddress):
                # The panel bypasses nothing: its switches go.
                self._rebuild(feature.address.device)
            raise

    @override
    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose how far a zone is deactivated."""
        await self._commands.select(feature, option)

    @override
    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Clear the alarm of a partition."""
        await self._commands.press(feature)

    @override
    async def act(
        self, action: str, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
    ) -> Mapping[str, Any]:
        """Carry out an action."""
        if action == DOWNLOAD:
            return await self._media.download(arguments)
        return await self._commands.act(action, features, arguments)

    @override
    async def image(self, feature: ImageFeature) -> Picture | None:
        """Return the last picture of a panel or zone, if it is held."""
        return self._media.picture(feature)

    # end

    @override
    async def close(self) -> None:
        """Take the subscription back and end everything under way."""
        self._sink = None
        await self._background.cancel()
        await self._stream.close()

    # what is wrong

    def _tell_problems(self, sink: Sink) -> None:
        """Deliver what only the owner can change."""
        problems: list[Problem] = receiver_problems(self.client)
        sink.problems(RECEIVER, problems)
        sink.problems(DEVICES, device_problems(self._devices.values()))
        sink.problems(PARTS, left_out(self._panels.left_out()))
        sink.problems(STATES, unreadable(self._panels.lasting()))
        self._tell_arming()

    def _tell_arming(self) -> None:
        """Deliver which partitions could not be armed."""
        if self._sink is not None:
            self._sink.problems(ARMING, [problem for state in self._panels for problem in state.problems])

    @override
    async def fix(self, problem: Problem) -> None:
        """Ask again for what could not be read."""
        if problem.key != LEFT_OUT:
            await super().fix(problem)
        for device, what in self._panels.left_out():
            await self._panels.read(device.id, what)

    @property
    def facts(self) -> Facts:
        """Everything that is known behind the receiver."""
        panels: dict[str, PanelFacts] = {state.device.id: state.facts for state in self._panels}
        return Facts(devices=self._devices, panels=panels)

    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen: counts and causes, without names, numbers of devices or addresses."""
        return {
            **exporting.facts_report(self.facts),
            "client": exporting.client_report(self.client),
            "stream": self._stream.diagnostics(),
            "events": self._router.diagnostics(),
            "media": self._media.diagnostics(),
            "left_out": exporting.left_out_report(self._reader.left_out),
        }
