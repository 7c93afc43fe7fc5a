"""The ISAPI system: one device at one address, its channels below it."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
import logging
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self, override

import aiohttp

from ..base import PushHealth, PushReply, PushRequest, PushState, Runtime, Sink, System, Tier
from ..errors import InsufficientRightsError, ProtocolError, UnsupportedError
from ..model import (
    ButtonFeature,
    CameraFeature,
    Feature,
    Identity,
    ImageFeature,
    Inventory,
    Picture,
    Problem,
    Report,
    SwitchFeature,
)
from ..settings import (
    ALLOW_BASIC,
    CHANNELS,
    CONFIRM_LOGIN,
    DEVICE_PUSH,
    FINGERPRINT,
    PASSWORD,
    PUSH,
    URL,
    USERNAME,
    VERIFY_SSL,
)
from ..transport.address import addresses
from ..transport.gate import CredentialGate
from ..transport.http import Credentials, HttpClient, Policy
from . import diagnostics as exporting, poll as polling
from .client import IsapiClient
from .details import Details
from .features import build
from .inventory import INPUTS, STORAGE, InventoryReader
from .media import Snapshots, stream_address
from .outputs import REBOOT, Outputs
from .poll import Poll
from .problems import Problems, left_out
from .receive import receive
from .recording import Recording
from .records import Facts, IoPort, Setting, Stream, UnitKind
from .router import EventRouter
from .seen import with_seen
from .settings import Settings
from .status import read_refusal
from .stream import AlertStream, picture_of

_LOGGER = logging.getLogger(__name__)

PROBLEMS: Final = "device"
"""Topic of the problems that are found by looking."""
PARTS: Final = "inventory"
"""Topic of the parts that the inventory had to do without."""
_RECENT_SECONDS: Final = 300.0
"""Seconds for which an inventory is recent enough after a reconnect."""


class IsapiSystem(System):
    """A Hikvision-compatible device and what hangs on it."""

    id: ClassVar[str] = "isapi"
    manufacturer: ClassVar[str] = "Hikvision"
    feature_types: ClassVar[frozenset[str]] = frozenset(
        {"binary_sensor", "button", "camera", "event", "image", "sensor", "switch"}
    )

    def __init__(
        self, http: HttpClient, credentials: Credentials, options: Mapping[str, Any], runtime: Runtime
    ) -> None:
        """`options` as in `systems.settings`. Does no I/O."""
        self._http = http
        self._credentials = credentials
        self._options = options
        self._runtime = runtime
        self._recording = Recording()
        self.client = IsapiClient(http, runtime, on_answer=self._recording.take)
        self._reader = InventoryReader(self.client)
        self._settings = Settings(self.client, runtime)
        self._outputs = Outputs(self.client, runtime)
        self._pressing = asyncio.Lock()
        self._setting = asyncio.Lock()
        self._snapshots = Snapshots(self.client, runtime)
        self._problems = Problems(self.client, runtime)
        self._poll = Poll(self.client, runtime)
        self._details = Details(self.client, self._settings, runtime)
        self._router: EventRouter | None = None
        self._stream: AlertStream | None = None
        self._facts: Facts | None = None
        self._inventory: Inventory | None = None
        self._ports_asked = False
        self._read_at = float("-inf")

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
        credentials = Credentials(username=data[USERNAME], password=data[PASSWORD])
        http = HttpClient(
            session,
            data[URL],
            credentials,
            runtime=runtime,
            policy=Policy(allow_basic=data.get(ALLOW_BASIC, False)),
            fingerprint=data.get(FINGERPRINT),
            verify_ssl=data.get(VERIFY_SSL, True),
            read_refusal=read_refusal,
            gate=CredentialGate(runtime, confirm=options.get(CONFIRM_LOGIN, True)),
        )
        return cls(http, credentials, options, runtime)

    @classmethod
    @override
    def addresses(cls, text: str) -> Sequence[str]:
        """Turn what a user typed into the base addresses to try, best first. Raises `InvalidAddressError`."""
        return addresses(text)

    # what exists

    @override
    async def identify(self) -> Identity:
        """Prove address, credentials and rights with one document."""
        return await self._reader.identify()

    @override
    async def inventory(self) -> Inventory:
        """Read what exists, within the budgets of `inventory.py`."""
        facts = await self._reader.read()
        self._read_at = self._runtime.monotonic()
        return self._use(facts)

    @property
    def facts(self) -> Facts:
        """What was read. Raises `ProtocolError` before the first inventory."""
        if self._facts is None:
            raise ProtocolError(reason="the inventory was not read yet")
        return self._facts

    @property
    def clock_offset(self) -> float | None:
        """Seconds by which the device's clock is ahead, None if unknown."""
        return self._problems.clock_offset

    def _build(self) -> Inventory:
        """Make the inventory of the facts, and of what the device sent without having listed it."""
        inventory = build(self.facts, self._options)
        return with_seen(inventory, self.facts, self._options, self._runtime.memory)

    def _use(self, facts: Facts) -> Inventory:
        """Take over facts; returns their inventory."""
        self._facts = facts
        self._settings.capabilities = facts.capabilities
        inventory = self._inventory = self._build()
        self._poll.use(facts, inventory)
        self._details.use(inventory)
        if self._router is None:
            self._router = EventRouter(facts, inventory, self._runtime, grow=self._grow, host=self.client.host)
            self._stream = AlertStream(self._http, self._router, self._runtime)
        else:
            self._router.update(facts, inventory)
        return inventory

    def _grow(self) -> Inventory:
        """Build the inventory anew after the device sent something unlisted."""
        inventory = self._inventory = self._build()
        self._poll.use(self.facts, inventory)
        self._details.use(inventory)
        return inventory

    def _renew(self, facts: Facts, sink: Sink) -> None:
        """Take over facts and deliver the inventory if it changed."""
        before = self._inventory
        inventory = self._use(facts)
        if inventory != before:
            sink.inventory(inventory)
            if self._router is not None and self._stream is not None and self._stream.healthy:
                sink.report(self._router.settle(0.0))

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        """Offer the channels of the last inventory, imported or not."""
        if option != CHANNELS or self._facts is None:
            return {}
        channels = self._facts.channels.values()
        return (
            {str(one.number): f"{one.number}: {one.name}" if one.name else str(one.number) for one in channels}
            if len(channels) > 1
            else {}
        )

    # values

    @override
    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        """Return the seconds between polls; see `poll.py`."""
        kind = self._facts.kind if self._facts is not None else UnitKind.CAMERA
        return polling.periods(kind, push_healthy=push_healthy, complete=not self._reader.missed)

    @override
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """Deliver what the inventory read on its way, then read states, problems and details."""
        start = self.client.requests
        sink.report(self._already_read())
        sink.report(await self._poll.status(wanted, health=False))
        sink.problems(PROBLEMS, await self._problems.check(self.facts))
        facts = await self._reader.complete()
        if facts is not None:
            self._renew(facts, sink)
        sink.problems(PARTS, left_out(self.client, self._reader.failed))
        async for report in self._details.burst(wanted, self._away(), spent=self.client.requests - start):
            sink.report(report)
        self._drop_refused(sink)
        self._tell_problems(sink)
        if refused := len(self.client.refused):
            _LOGGER.info(
                "%s (%s) does not offer, or not to this account, %d of the documents it was asked for; they are listed"
                " under 'refused' in its diagnostics and not asked for again",
                self.facts.identity.name,
                self.client.host,
                refused,
            )

    def _tell_problems(self, sink: Sink) -> None:
        """Deliver the problems as they were judged last."""
        sink.problems(PROBLEMS, self._problems.known(self.facts))

    def _already_read(self) -> Report:
        """Return the values in the documents of the inventory."""
        documents = self._reader.documents
        values = dict(self._poll.health(self.facts.health))
        if STORAGE in documents:
            values.update(self._poll.storage(documents[STORAGE]))
        if INPUTS in documents:
            values.update(self._poll.signals(documents[INPUTS]))
        return Report(values=values)

    def _away(self) -> set[str]:
        """Return the ids of channels whose camera is not there: they would refuse everything."""
        channels = self.facts.channels
        return {
            channels[number].device_id
            for number, there in self._poll.online.items()
            if not there and number in channels
        }

    def _drop_refused(self, sink: Sink) -> None:
        """Take back switches whose document the device turned out not to have, and bring back what it has again."""
        refused, before = self.client.refused, self.facts.refused
        if before.keys() - refused.keys() or not self._details.paths.isdisjoint(refused.keys() - before.keys()):
            self._renew(replace(self.facts, refused=MappingProxyType(dict(refused))), sink)

    @override
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Read one tier and deliver it."""
        match tier:
            case Tier.STATUS:
                sink.report(await self._poll.status(wanted))
                if self._problems.answered(self._poll.booted):
                    self._tell_problems(sink)
            case Tier.DETAIL:
                sink.report(await self._details.slice(wanted, self._away(), self.facts.kind))
                self._drop_refused(sink)
            case Tier.COUNTERS:
                sink.report(await self._poll.counters())
                await self._problems.regain()
                sink.problems(PROBLEMS, await self._problems.check(self.facts))
            case Tier.INVENTORY:
                if self._reader.missed or self._runtime.monotonic() - self._read_at >= _RECENT_SECONDS:
                    facts = await self._reader.read()
                    self._read_at = self._runtime.monotonic()
                    self._renew(facts, sink)
                    sink.problems(PARTS, left_out(self.client, self._reader.failed))
                    self._tell_problems(sink)
                    sink.report(self._already_read())

    # push

    @override
    async def listen(self, sink: Sink) -> None:
        """Keep the event stream open, unless the user switched it off."""
        if self._stream is None or not self._options.get(PUSH, True):
            sink.push_health(PushHealth(PushState.OFF))
            return
        await self._stream.listen(sink)

    @property
    @override
    def posts(self) -> bool:
        """Whether the user lets the device post its events."""
        return self._options.get(DEVICE_PUSH) is True

    @override
    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Take in what the device posted to us."""
        if self._router is None:
            return PushReply(status=503)
        return receive(request, self._router, sink)

    # commands

    @override
    async def camera_image(self, feature: CameraFeature, width: int | None, height: int | None) -> Picture:
        """Take a still picture."""
        return await self._snapshots.take(_stream_of(feature).id)

    @override
    async def stream_source(self, feature: CameraFeature) -> str | None:
        """Return the RTSP address with credentials."""
        if self._problems.rtsp_port is None and not self._ports_asked:
            self._ports_asked = True
            await self._problems.read_ports()
        return stream_address(self._http.base_url, self._credentials, _stream_of(feature).id, self._problems.rtsp_port)

    @override
    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the picture that the last event named."""
        path = self._router.picture_path(feature.id) if self._router is not None else None
        if path is None:
            return None
        response = await self._http.request("GET", path)
        if response.status != 200 or not response.content_type.startswith("image/"):
            return None
        return picture_of(response.body, response.content_type)

    @override
    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Turn a setting or an output on or off and report what was read back.

        Settings one after the other: they may share a document or exclude each other, and what a right allows is told by
        what was written meanwhile. Outputs keep their own order.
        """
        if isinstance(feature.address, IoPort):
            with self._judging_rights(feature, sink):
                state = await self._outputs.switch(feature.address, on)
                sink.report(Report(values={feature.id: on if state is None else state}))
            return
        async with self._setting:
            with self._judging_rights(feature, sink):
                sink.report(await self._settings.write(feature, on))

    @override
    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Reboot, or let an output pulse, one after the other: a device that is at it answers "busy"."""
        async with self._pressing:
            await self._press(feature, sink)

    async def _press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Carry out one button."""
        with self._judging_rights(feature, sink):
            if isinstance(feature.address, IoPort):
                await self._outputs.pulse(feature.address)
            else:
                await self._outputs.reboot()
                self._problems.restarting()

    @contextmanager
    def _judging_rights(self, feature: Feature, sink: Sink) -> Iterator[None]:
        """Tell which right is missing if a command fails for want of it, and take that back when one works."""
        match feature.address:
            case Setting(path=path):
                pass
            case IoPort() as port:
                path = Outputs.path(port)
            case _:
                path = REBOOT
        settings, written = self._settings, self._settings.written
        try:
            yield
        except InsufficientRightsError:
            self._problems.denied(path)
            self._tell_problems(sink)
            raise
        if isinstance(feature.address, Setting) and settings.written == written:
            # It was as it should be, so that nothing was written and nothing is proven.
            return
        if self._problems.granted(path):
            self._tell_problems(sink)

    @override
    async def fix(self, problem: Problem) -> None:
        """Mend a problem after the user agreed."""
        await self._problems.fix(self.facts, problem)
        self._read_at = float("-inf")

    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, masked."""
        return exporting.report(
            self._recording,
            refused=self.client.refused,
            counters={
                "requests": self.client.requests,
                "answers": self.client.answers,
                "malformed": dict(self.client.malformed),
                "failed": dict(self._reader.failed),
                "router": self._router.diagnostics() if self._router is not None else {},
            },
            stream=self._stream.diagnostics() if self._stream is not None else {},
            unknown_types=self._router.unknown_types if self._router is not None else {},
            clock_offset=self.clock_offset,
        )

    @override
    async def close(self) -> None:
        """Stop what is under way; nothing is left behind on the device."""
        await self._snapshots.close()
        await self._outputs.close()


def _stream_of(feature: CameraFeature) -> Stream:
    """Return the stream of a camera. Raises `UnsupportedError` for a camera of another system."""
    if not isinstance(feature.address, Stream):
        raise UnsupportedError(function=feature.kind)
    return feature.address
