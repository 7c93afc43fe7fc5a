"""Reading what exists on a device, from list calls (isapi-core §4.2, isapi-events §2.5).

Requests until the inventory is complete, the login's challenge included:

* camera, at most 8: challenge, deviceInfo, capabilities, streams, triggers, status, storage, and one of: event types per
  channel (several sensors), all terminals, names of the inputs;
* recorder, at most 14, whatever the number of channels: challenge, deviceInfo, capabilities, streams, triggers, status,
  storage, analogue inputs, network cameras, inputs, outputs, inputs and outputs of the cameras.

Only where the list of streams is refused are streams asked for one by one. What is left over waits for `complete`.
Triggers of a camera that are in no list and were found by then are read with every later inventory, too.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
import logging
from types import MappingProxyType
from typing import Final

from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    NotActivatedError,
    ProtocolError,
    SystemFailure,
    UnsupportedError,
)
from ..model import Identity
from ..transport.xml import Element
from . import channels, ports, triggers
from .client import INFO, IsapiClient
from .documents import capabilities_of, is_root, word
from .health import health_of
from .identity import identity_of, local_inputs, proxied_inputs, unit_kind
from .records import Channel, Facts, Health, IoPort, Stream, Trigger, UnitKind
from .storage import disks_of

_LOGGER = logging.getLogger(__name__)

CAPABILITIES: Final = "System/capabilities"
STREAMS: Final = "Streaming/channels"
TRIGGERS: Final = "Event/triggers"
STATUS: Final = "System/status"
STORAGE: Final = "ContentMgmt/Storage"
INPUTS: Final = "System/Video/inputs/channels"
PROXY: Final = "ContentMgmt/InputProxy/channels"
TERMINALS: Final = "System/IO"
TERMINAL_INPUTS: Final = "System/IO/inputs"
TERMINAL_OUTPUTS: Final = "System/IO/outputs"
PROXY_INPUTS: Final = "ContentMgmt/IOProxy/inputs"
PROXY_OUTPUTS: Final = "ContentMgmt/IOProxy/outputs"
CHANNEL_EVENTS: Final = "Event/channels/capabilities"

_ROOTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        INFO: ("DeviceInfo",),
        CAPABILITIES: ("DeviceCap",),
        STREAMS: ("StreamingChannelList", "StreamingChannel"),
        TRIGGERS: ("EventTriggerList", "EventNotification", "EventTrigger"),
        STATUS: ("DeviceStatus",),
        STORAGE: ("storage", "hddList"),
        INPUTS: ("VideoInputChannelList", "VideoInput", "VideoInputChannel"),
        PROXY: ("InputProxyChannelList", "InputProxyChannel"),
        TERMINALS: ("IOPortList",),
        TERMINAL_INPUTS: ("IOInputPortList", "IOInputPort"),
        TERMINAL_OUTPUTS: ("IOOutputPortList", "IOOutputPort"),
        PROXY_INPUTS: ("IOProxyInputPortList", "IOProxyInputPort"),
        PROXY_OUTPUTS: ("IOProxyOutputPortList", "IOProxyOutputPort"),
        CHANNEL_EVENTS: ("ChannelEventCapList", "ChannelEventCap"),
    }
)
"""What a document must be to be believed."""


def _expected(path: str) -> tuple[str, ...]:
    """Return the roots a document may have; an item is expected like its list."""
    return _ROOTS.get(path) or _ROOTS[path.rpartition("/")[0]]


type Documents = Mapping[str, Element]
"""Path → the last document that was understood."""


def _true(capabilities: Mapping[str, str], *paths: str) -> bool:
    """Whether a capability is set."""
    return any(capabilities.get(path, "").casefold() in ("true", "1") for path in paths)


def _streams(documents: Documents) -> channels.Streams:
    """Return the streams by channel: from the list, else from those that were asked for one by one."""
    if (listed := documents.get(STREAMS)) is not None:
        return channels.streams_of(listed)
    found: dict[int, tuple[Stream, ...]] = {}
    for path, root in documents.items():
        if path.startswith(f"{STREAMS}/"):
            for channel, streams in channels.streams_of(root).items():
                found[channel] = (*found.get(channel, ()), *streams)
    return found


def _ports(
    documents: Documents,
    capabilities: Mapping[str, str],
    known: Mapping[int, Channel],
    events: Iterable[Trigger],
) -> tuple[IoPort, ...]:
    """Return the terminals: listed, else counted."""
    found: list[IoPort] = []
    whole = documents.get(TERMINALS)
    for path, output, count in (
        (TERMINAL_INPUTS, False, ports.stated_inputs(capabilities)),
        (TERMINAL_OUTPUTS, True, ports.stated_outputs(capabilities)),
    ):
        root = documents.get(path, whole)
        listed = [] if root is None else [port for port in ports.listed(root) if port.output is output]
        if root is None or (path not in documents and not listed):
            listed = [*ports.numbered(count, output=output)]
        found.extend(listed)
    for path in (PROXY_INPUTS, PROXY_OUTPUTS):
        if path in documents:
            found.extend(ports.listed(documents[path], known))
    found.extend(ports.triggered(events, known, found))
    return tuple(found)


def _triggers(documents: Documents, known: Collection[int]) -> tuple[Trigger, ...]:
    """Return the triggers: listed, found one by one, and named in the capabilities of channels."""
    found: list[Trigger] = []
    for path, root in documents.items():
        if path == TRIGGERS or path.startswith(f"{TRIGGERS}/"):
            found.extend(triggers.triggers_of(root))
    if CHANNEL_EVENTS in documents:
        found.extend(triggers.of_channel_capabilities(documents[CHANNEL_EVENTS], found))
    return triggers.settle(found, known)


def facts_of(
    documents: Documents, *, url: str | None = None, refused: Mapping[str, str] = MappingProxyType({})
) -> Facts:
    """Turn documents into facts. Only `INFO` must be there; every other part may be missing.

    Raises `ProtocolError` if the device does not say who it is.
    """
    info = documents[INFO]
    identity = identity_of(info)
    device_type = word(info, "deviceType") or ""
    capabilities = capabilities_of(documents[CAPABILITIES]) if CAPABILITIES in documents else {}
    kind = unit_kind(device_type, capabilities)
    inputs = channels.inputs_of(documents[INPUTS]) if INPUTS in documents else None
    proxied = channels.proxied_of(documents[PROXY], identity.unique_id) if PROXY in documents else None
    known = channels.channels_of(
        kind,
        identity.unique_id,
        _streams(documents),
        inputs,
        proxied,
        (local_inputs(capabilities), proxied_inputs(capabilities)),
    )
    events = _triggers(documents, known)
    signals = {item.number: item.signal for item in (inputs or {}).values() if item.signal is not None}
    return Facts(
        identity=identity,
        kind=kind,
        device_type=device_type,
        capabilities=MappingProxyType(dict(capabilities)),
        channels=known,
        triggers=events,
        ports=_ports(documents, capabilities, known, events),
        disks=disks_of(documents[STORAGE]) if STORAGE in documents else (),
        health=health_of(documents[STATUS]) if STATUS in documents else Health(),
        video_signal=MappingProxyType(signals),
        manufacturer=word(info, "manufacturer"),
        hardware=word(info, "hardwareVersion"),
        url=url,
        refused=MappingProxyType(dict(refused)),
    )


class InventoryReader:
    """Reads one device, again and again; what fails once keeps its last document.

    `failed`: path → why its last reading failed. `missed`: those of them that may answer next time. `documents`: what
    facts are made of.
    """

    def __init__(self, client: IsapiClient) -> None:
        """Does no I/O."""
        self.documents: dict[str, Element] = {}
        self.failed: dict[str, str] = {}
        self.missed: set[str] = set()
        self.identity: Identity | None = None
        self._client = client
        self._fresh = False
        self._lost: ConnectionFailedError | None = None
        self._left: list[str] = []

    async def identify(self) -> Identity:
        """Read who answers. Raises any `SystemFailure`; `ProtocolError` for what is no ISAPI device."""
        try:
            root = await self._client.get(INFO, remember=False)
        except UnsupportedError as error:
            raise ProtocolError(str(error), reason="it is no ISAPI device") from error
        identity = identity_of(root)
        if self.identity is not None and self.identity.unique_id != identity.unique_id:
            raise ProtocolError("another device answers", reason="another device answers at this address")
        self.documents[INFO] = root
        self.identity = identity
        self._fresh = True
        self._client.remember_for(f"{identity.unique_id} {identity.firmware or ''}")
        return identity

    async def read(self) -> Facts:
        """Read everything the budget allows.

        Raises what `identify` raises, `AuthenticationError` and `NotActivatedError` at any time, and
        `ConnectionFailedError` when nothing answers any more.
        """
        if not self._fresh:
            await self.identify()
        self._fresh = False
        self.failed.clear()
        self.missed.clear()
        self._lost = None
        answers = self._client.answers
        await self._part(CAPABILITIES)
        capabilities = capabilities_of(self.documents[CAPABILITIES]) if CAPABILITIES in self.documents else None
        kind = unit_kind(word(self.documents[INFO], "deviceType") or "", capabilities or {})
        await self._parts(self._first(kind, capabilities))
        if self._client.answers == answers:
            self._raise_lost()
        await self._parts(self._second(kind, capabilities or {}))
        if STREAMS not in self.documents and self._client.answers > answers:
            await self._probe_streams()
        self.missed -= self._client.refused.keys()
        facts = self.facts()
        self._left = self._left_over(facts)
        return facts

    async def complete(self) -> Facts | None:
        """Read what was left over; None if there was nothing, or nothing of it answered."""
        left, self._left = self._left, []
        self._lost = None
        before = len(self.documents)
        await self._parts(left)
        return self.facts() if len(self.documents) > before else None

    def _raise_lost(self) -> None:
        """Raise the failure of the connection, if there was one."""
        if self._lost is not None:
            raise self._lost

    def facts(self) -> Facts:
        """Make facts of the documents that were read last. Raises nothing after `identify`."""
        return facts_of(self.documents, url=self._client.http.base_url, refused=self._client.refused)

    def _first(self, kind: UnitKind, capabilities: Mapping[str, str] | None) -> list[str]:
        """Return what is asked of every device of a kind."""
        paths = [STREAMS, TRIGGERS, STATUS, STORAGE]
        if kind is UnitKind.CAMERA:
            return paths
        if capabilities is None or local_inputs(capabilities):
            paths.append(INPUTS)
        if capabilities is None or proxied_inputs(capabilities):
            paths.append(PROXY)
        if capabilities and ports.stated_inputs(capabilities):
            paths.append(TERMINAL_INPUTS)
        if capabilities and ports.stated_outputs(capabilities):
            paths.append(TERMINAL_OUTPUTS)
        return paths

    def _second(self, kind: UnitKind, capabilities: Mapping[str, str]) -> list[str]:
        """Return what is asked after the first answers are known."""
        if kind is UnitKind.RECORDER:
            if PROXY not in self.documents or not channels.proxied_of(self.documents[PROXY], ""):
                return []
            flags = ((PROXY_INPUTS, "RacmCap/isSupportIOInputProxy"), (PROXY_OUTPUTS, "RacmCap/isSupportIOOutputProxy"))
            return [path for path, flag in flags if _true(capabilities, flag)]
        if STREAMS not in self.documents:
            return [INPUTS]
        unlisted = [path for path in self.documents if path.startswith(f"{TRIGGERS}/")]
        again: list[str] = [path for path in (CHANNEL_EVENTS, TERMINALS, INPUTS) if path in self.documents]
        if again:
            return again + unlisted
        if len(_streams(self.documents)) > 1 and _true(capabilities, "isSupportChannelEventCap"):
            return [CHANNEL_EVENTS]
        return [TERMINALS] if self._has_terminals(capabilities) else [INPUTS]

    @staticmethod
    def _has_terminals(capabilities: Mapping[str, str]) -> bool:
        """Whether the device states inputs or outputs."""
        return bool(ports.stated_inputs(capabilities) or ports.stated_outputs(capabilities))

    def _left_over(self, facts: Facts) -> list[str]:
        """Return what the inventory would gain from, but the budget did not allow."""
        if facts.kind is UnitKind.RECORDER:
            return []
        left: list[str] = [INPUTS]
        if len(facts.channels) > 1 and _true(facts.capabilities, "isSupportChannelEventCap"):
            left.append(CHANNEL_EVENTS)
        if TERMINALS not in self.documents:
            if ports.stated_inputs(facts.capabilities):
                left.append(TERMINAL_INPUTS)
            if ports.stated_outputs(facts.capabilities):
                left.append(TERMINAL_OUTPUTS)
        if _true(facts.capabilities, "SmartCap/isSupportSceneChangeDetection") and TRIGGERS in self.documents:
            # Some cameras leave this trigger out of their list.
            listed = {trigger.channel for trigger in facts.triggers if trigger.type == "scenechangedetection"}
            left.extend(
                f"{TRIGGERS}/scenechangedetection-{channel}" for channel in facts.channels if channel not in listed
            )
        return [path for path in left if path not in self.documents]

    async def _probe_streams(self) -> None:
        """Ask for the main and the sub stream of every channel, because the list is refused."""
        numbers = list(self.facts().channels)
        await self._parts([f"{STREAMS}/{number}01" for number in numbers])
        await self._parts([f"{STREAMS}/{number}02" for number in numbers if f"{STREAMS}/{number}01" in self.documents])

    async def _parts(self, paths: Iterable[str]) -> None:
        """Read several parts at the same time; the transport limits how many."""
        results = await asyncio.gather(*(self._part(path) for path in paths), return_exceptions=True)
        for result in results:
            if result is not None:
                raise result

    async def _part(self, path: str) -> None:
        """Read one part; a failure is noted and leaves the last document in place."""
        try:
            root = await self._client.get(path)
            if not is_root(root, *_expected(path)):
                self._client.malformed[path] += 1
                raise ProtocolError(f"{path}: another document", reason="another document")
        except AuthenticationError, NotActivatedError:
            raise
        except ConnectionFailedError as error:
            self._lost = error
            self.failed[path] = str(error)
            self.missed.add(path)
        except SystemFailure as error:
            self.failed[path] = str(error)
            _LOGGER.debug("%s was left out: %s", path, error)
        else:
            self.documents[path] = root
            self.failed.pop(path, None)
            self.missed.discard(path)
