"""HikCentral Professional as a system: one partner on one platform (hikcentral §7)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self, override

import aiohttp

from .. import settings
from ..base import PushReply, PushRequest, Runtime, Sink, System, Tier
from ..errors import InsufficientRightsError, NotFoundError, ProtocolError, SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import (
    ButtonFeature,
    CalendarFeature,
    CameraFeature,
    Feature,
    Identity,
    ImageFeature,
    Inventory,
    LockFeature,
    NumberFeature,
    Picture,
    Problem,
    Recording,
    Report,
    SelectFeature,
    SirenFeature,
    SwitchFeature,
)
from ..picture_store import Pictures
from ..transport.gate import CredentialGate
from ..transport.http import HttpClient
from ..values import CalendarEntry
from . import commands, diagnostics as exporting, domains, event_actions
from .address import addresses
from .channel import EventChannel
from .client import HikCentralClient
from .context import Context
from .details import Details
from .features import build, seen_faces
from .identity import identify, own_id
from .inventory import InventoryReader
from .lists import Lists
from .naming import Naming
from .offers import choices
from .places import device_id
from .poll import periods
from .polled import read_due
from .problems import (
    ACCESS,
    DOOR_RIGHT,
    HOLD_RIGHT,
    OUTPUT_RIGHT,
    PARTS,
    PTZ_RIGHT,
    Problems,
    door_right,
    left_out,
    right_of,
)  # fmt: skip
from .receive import ACCEPTED
from .recording import Recordings
from .records import Facts
from .refresh import Refresher
from .seen import with_seen
from .servers import Servers
from .signature import Keys
from .status import Status
from .tracking import PICTURE_BYTES, TrackingSink

type Action = Callable[[Context, Sequence[Feature], Mapping[str, Any], Sink], Awaitable[Mapping[str, Any]]]

ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {**commands.ACTIONS, **domains.ACTIONS, **event_actions.ACTIONS}
)
"""Name of an action → what carries it out."""
THREAD_FEATURES: Final = 500
"""More records than these are turned into features beside the event loop."""
RECENT_SECONDS: Final = 120.0
"""Seconds for which an inventory is recent enough for a poll that asks for everything after a reconnect."""


class HikCentralSystem(System):
    """A partner on a platform, with whatever it may see."""

    id: ClassVar[str] = "hikcentral"
    manufacturer: ClassVar[str] = "Hikvision"
    actions: ClassVar[frozenset[str]] = frozenset(ACTIONS)
    accepted: ClassVar[PushReply] = ACCEPTED

    def __init__(
        self, client: HikCentralClient, data: Mapping[str, Any], options: Mapping[str, Any], runtime: Runtime
    ) -> None:
        """`data` and `options` as in `systems.settings`. Does no I/O."""
        self.client = client
        self._data = data
        self._options = options
        self._runtime = runtime
        self._uid = str(data.get(settings.IDENTITY) or own_id(data[settings.APP_KEY]))
        self._facts: Facts | None = None
        self._inventory = Inventory({}, {})
        self._made_of: tuple[Facts, frozenset[str], frozenset[str]] | None = None
        self._sink: Sink | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._lists = Lists(client)
        self._reader = InventoryReader(client, self._lists, options)
        self._problems = Problems(client)
        self._status = Status(
            client, self._lists, runtime, self._uid, on_stranger=lambda: self._refresher.stranger()
        )  # fmt: skip
        self._refresher = Refresher(runtime, self._status, self._refreshed, self._read_again)
        self._events = EventChannel(
            client, runtime, options, self._uid, adopt=self._adopt,
            on_stale=self._refresher.stale, on_stranger=self._refresher.stranger,
        )  # fmt: skip
        self._context = Context(
            client=client, runtime=runtime, options=options, uid=self._uid, facts=lambda: self.facts,
            inventory=lambda: self._inventory, router=lambda: self._events.router,
        )  # fmt: skip
        self._commands = commands.Commands(self._context)
        self._domains = domains.Domains(self._context)
        self._matters = (
            Servers(self._context, self._lists), Recordings(self._context, self._lists), *self._domains.matters,
        )  # fmt: skip
        self._details = Details(self._context, self._replace)
        self._events.router.reader_name = self._details.readers.name
        self._pictures = Pictures(PICTURE_BYTES)
        self._naming = Naming(self._domains.names, lambda: self._inventory)
        self._commands.live.last_picture = lambda camera: self._pictures.get(device_id(self._uid, "cam", camera.id))

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
        http = HttpClient(
            session, data[settings.URL], None, runtime=runtime, fingerprint=data.get(settings.FINGERPRINT),
            verify_ssl=data.get(settings.VERIFY_SSL, True),
        )  # fmt: skip
        client = HikCentralClient(
            http, Keys(data[settings.APP_KEY], data[settings.APP_SECRET]), runtime, user_id=str(data.get(settings.USER_ID) or ""),
            domain=str(options.get(settings.NETWORK_DOMAIN) or ""),
            gate=CredentialGate(runtime, confirm=options.get(settings.CONFIRM_LOGIN, True)),
        )  # fmt: skip
        return cls(client, data, options, runtime)

    @classmethod
    @override
    def addresses(cls, text: str) -> Sequence[str]:
        """Turn what a user typed into the base address to use. Raises `InvalidAddressError`."""
        return addresses(text)

    # what exists

    @override
    async def identify(self) -> Identity:
        """Prove address, key and rights."""
        return await identify(self.client, self._data)

    @property
    def facts(self) -> Facts:
        """What was read. Raises `ProtocolError` before the first inventory."""
        if self._facts is None:
            raise ProtocolError(reason="the inventory was not read yet")
        return self._facts

    @override
    async def inventory(self) -> Inventory:
        """Read what exists: one request for 500 of each list."""
        async with self._reading:
            facts = await self._reader.read()
            self._read_at = self._runtime.monotonic()
            return await self._use(facts)

    @override
    async def offer(self) -> Mapping[str, Mapping[str, str]]:
        """Read sites and areas."""
        return await self._reader.offer()

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        """Offer sites, areas and outputs of the last inventory, imported or not."""
        return {} if self._facts is None else choices(self._facts, option)

    async def _use(self, facts: Facts) -> Inventory:
        """Take over facts; returns their inventory."""
        memory, known = self._runtime.memory, self._inventory
        refused, faces = frozenset(self.client.refused), seen_faces(memory)
        made_of = facts, refused, faces
        if made_of == self._made_of:
            # Only states are others: what exists is the same, and nothing has to be made or indexed anew.
            self._facts = facts
            return known

        def make() -> Inventory:
            made = build(
                facts, self._uid, self._options, url=self.client.base_url, refused=refused, faces=faces, known=known
            )  # fmt: skip
            return with_seen(made, facts, self._options, memory)

        many = len(facts.cameras) + len(facts.doors) + len(facts.inputs) + len(facts.outputs) > THREAD_FEATURES
        made = await asyncio.to_thread(make) if many else make()
        # An event may have let something appear meanwhile.
        inventory = self._details.apply(with_seen(made, facts, self._options, memory))
        self._facts, self._made_of = facts, made_of
        self._adopt(inventory)
        return inventory

    def _adopt(self, inventory: Inventory) -> None:
        """Take over an inventory, read or grown."""
        self._inventory = inventory
        self._status.use(self.facts, inventory)
        self._events.update(self.facts, inventory)

    def _replace(self, inventory: Inventory, sink: Sink) -> None:
        """Take over and deliver an inventory in which features changed or appeared."""
        self._adopt(inventory)
        sink.inventory(inventory)

    async def _read_again(self) -> None:
        """Read what exists, because something turned up that is not known. Raises `SystemFailure`."""
        if self._sink is not None:
            await self._renew(self._sink)

    async def _renew(self, sink: Sink) -> None:
        """Read what exists, and deliver it if it changed."""
        async with self._reading:
            before = self._inventory
            facts = await self._reader.read()
            self._read_at = self._runtime.monotonic()
            inventory = await self._use(facts)
        if inventory != before:
            sink.inventory(inventory)
            self._commands.begin(inventory, sink)
            self._details.begin(inventory, sink)
        self._tell_problems(sink)

    def _tell_problems(self, sink: Sink) -> None:
        """Deliver what only the owner can change, as it is judged now."""
        sink.problems(ACCESS, self._problems.access())
        sink.problems(PARTS, left_out(self._reader.left_out()))

    # values

    @override
    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        """Return the seconds between polls; see `poll.py`."""
        return periods(
            push_healthy=push_healthy, strained=self.client.strained, retry=self._reader.retry_seconds
        )  # fmt: skip

    def _take(self, sink: Sink, wanted: Collection[str]) -> Sink:
        """Remember where to deliver and what somebody looks at; returns the sink to deliver to."""
        self._events.use_wanted(wanted)
        self._sink = self._tracked(sink)
        return self._sink

    def _tracked(self, sink: Sink) -> TrackingSink:
        """Return a sink for what is told beside polls."""
        return TrackingSink(sink, self._status, self._pictures, self._naming)

    def _refreshed(self, report: Report) -> None:
        """Deliver what was read again because of an event."""
        if self._sink is not None:
            self._sink.report(report)

    @override
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """Deliver what is known without asking, then read states, counters and a first slice of details."""
        tracked = self._take(sink, wanted)
        self._commands.begin(self._inventory, tracked)
        self._details.begin(self._inventory, tracked)
        self._tell_problems(tracked)
        await self._asking(self._poll_status, sink)
        sink.report(await read_due(self._matters, wanted))
        await self._details.slice(wanted, tracked)
        self._tell_problems(tracked)

    @override
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Read one tier and deliver it."""
        tracked = self._take(sink, wanted)
        match tier:
            case Tier.STATUS:
                await self._asking(self._poll_status, sink)
                self._tell_problems(tracked)
            case Tier.COUNTERS:
                sink.report(await read_due(self._matters, wanted))
            case Tier.DETAIL:
                await self._details.slice(wanted, tracked)
            case Tier.INVENTORY if self._runtime.monotonic() - self._read_at >= RECENT_SECONDS:
                await self._asking(self._renew, tracked)

    async def _poll_status(self, sink: Sink) -> None:
        """Read the states of everything that lists tell."""
        sink.report(await self._status.read())

    async def _asking(self, work: Callable[[Sink], Awaitable[None]], sink: Sink) -> None:
        """Do something that asks for all there is; what it ends with tells whether the platform answers at all."""
        try:
            await work(sink)
        except SystemFailure as error:
            self._events.note_answer(answered=False)
            self._problems.last = error
            self._tell_problems(sink)
            raise
        self._events.note_answer(answered=True)
        self._problems.last = None

    # push

    @property
    @override
    def posts(self) -> bool:
        """Whether the platform posts its events, unless the owner switched that off."""
        return bool(self._options.get(settings.PUSH, True))

    @override
    async def listen(self, sink: Sink) -> None:
        """Keep events coming, and look again at what they make doubtful."""
        self._sink = tracked = self._tracked(sink)
        looking = asyncio.create_task(self._refresher.run())
        try:
            await self._events.listen(tracked)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    @override
    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in what the platform posted."""
        return await self._events.receive(request, self._sink or self._tracked(sink))

    @override
    async def leave(self) -> None:
        """Take back the subscription: this entry is removed for good."""
        if self.posts:
            await self._events.unsubscribe()

    # commands

    async def _command[T](self, work: Awaitable[T], sink: Sink, subject: str = "") -> T:
        """Carry out a command; learn from its failure what only the owner can change, or what exists no more."""
        try:
            result = await work
        except InsufficientRightsError as error:
            self._problems.denied(error, subject)
            self._tell_problems(sink)
            raise
        except NotFoundError:
            self._refresher.stranger()
            raise
        if self._problems.granted(subject):
            self._tell_problems(sink)
        return result

    @override
    async def camera_image(self, feature: CameraFeature, width: int | None, height: int | None) -> Picture:
        """There is no snapshot: the stream has it, or the last event had one."""
        return await self._commands.live.still(feature)

    @override
    async def stream_source(self, feature: CameraFeature) -> str | None:
        """Ask for a fresh address."""
        return await self._commands.live.stream_source(feature)

    @override
    async def recordings(self, feature: CameraFeature, start: datetime, end: datetime) -> Sequence[Recording]:
        """List recordings."""
        return await self._commands.playback.recordings(feature, start, end)

    @override
    async def playback_source(self, feature: CameraFeature, start: datetime, end: datetime) -> str:
        """Ask for the address of a recording."""
        return await self._commands.playback.source(feature, start, end)

    @override
    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the picture of a parking space, or of the last event."""
        if feature.kind is Kind.SPACE_PICTURE:
            return await self._domains.parking.image(feature)
        return await self._events.pictures.image(feature)

    @override
    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Switch an output."""
        tracked = self._tracked(sink)
        await self._command(self._commands.switch(feature, on=on, sink=tracked), tracked, OUTPUT_RIGHT)

    @override
    async def siren(self, feature: SirenFeature, *, on: bool, sink: Sink, **settings: Any) -> None:
        """Switch an output that is a siren, for `duration` seconds if they are given."""
        tracked = self._tracked(sink)
        work = self._commands.siren(feature, on=on, sink=tracked, duration=settings.get("duration"))
        await self._command(work, tracked, OUTPUT_RIGHT)

    @override
    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Carry out a button."""
        tracked = self._tracked(sink)
        match feature.kind:
            case Kind.RESUBSCRIBE:
                self.client.renew()
                await self._events.resubscribe(tracked)
            case Kind.ACKNOWLEDGE:
                await self._command(event_actions.acknowledge_last(self._context), tracked, "acknowledge")
            case Kind.APPLY_PERMISSIONS:
                await self._command(self._domains.permissions.press(feature), tracked, "permissions")
            case _:
                right = OUTPUT_RIGHT if feature.kind is Kind.OUTPUT_PULSE else PTZ_RIGHT
                await self._command(self._commands.press(feature, tracked), tracked, right)

    @override
    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose the mode of a door, a preset or a patrol."""
        tracked = self._tracked(sink)
        right = door_right(option) if feature.kind is Kind.DOOR_MODE else PTZ_RIGHT
        await self._command(self._commands.select(feature, option, tracked), tracked, right)

    @override
    async def set_number(self, feature: NumberFeature, value: float, sink: Sink) -> None:
        """Set a number that is kept here."""
        await self._commands.set_number(feature, value, sink)

    @override
    async def lock(self, feature: LockFeature, action: str, sink: Sink) -> None:
        """Carry out `lock`, `unlock` or `open`."""
        tracked = self._tracked(sink)
        right = HOLD_RIGHT if self._options.get(settings.LOCK_STAYS) and action != "open" else DOOR_RIGHT
        await self._command(self._commands.lock(feature, action, tracked), tracked, right)

    @override
    async def calendar_entries(
        self, feature: CalendarFeature, start: datetime, end: datetime
    ) -> Sequence[CalendarEntry]:
        """List reservations of visitors."""
        return await self._domains.visitors.entries(feature, start, end)

    @override
    async def save_calendar_entry(self, feature: CalendarFeature, entry: CalendarEntry, sink: Sink) -> None:
        """Make or change a reservation."""
        await self._command(self._domains.visitors.save(feature, entry, sink), sink, "visitors")

    @override
    async def delete_calendar_entry(self, feature: CalendarFeature, uid: str, sink: Sink) -> None:
        """Cancel a reservation."""
        await self._command(self._domains.visitors.delete(feature, uid, sink), sink, "visitors")

    @override
    async def act(
        self, action: str, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
    ) -> Mapping[str, Any]:
        """Carry out an action."""
        if (carry_out := ACTIONS.get(action)) is None:
            raise UnsupportedError(function=action)
        tracked = self._tracked(sink)
        right = right_of(action, arguments)
        return await self._command(carry_out(self._context, features, arguments, tracked), tracked, right)

    @override
    async def fix(self, problem: Problem) -> None:
        """Ask again for what was refused or could not be read, and look whether it works now."""
        self.client.renew()
        self._read_at = float("-inf")
        await self._reader.read()
        if not self._reader.complete:
            raise ProtocolError(reason="; ".join(self._reader.left_out()))

    # the end

    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, without secrets and without what it is about."""
        return {
            "platform": exporting.facts_report(self._facts or Facts()),
            "client": exporting.client_report(self.client),
            "inventory_reader": exporting.reader_report(self._reader),
            "events": self._events.diagnostics(),
        }

    @override
    async def close(self) -> None:
        """Stop what moves, switch off what is on for a while; the subscription stays, for a reload is short."""
        await self._naming.close()
        await self._commands.close()
        await self._domains.close()
        await self._events.close()
