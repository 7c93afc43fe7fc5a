"""The contract between Home Assistant's side and a system.

A system gets an `aiohttp.ClientSession`, the data and options of its config entry, and a `Runtime` that owns time,
chance and memory. It never imports Home Assistant.
"""

from abc import ABC, abstractmethod
from asyncio import sleep
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
import random
import time
from typing import Any, ClassVar, Protocol, Self

import aiohttp

from .errors import UnsupportedError
from .model import (
    AlarmPanelFeature,
    ButtonFeature,
    CalendarFeature,
    CameraFeature,
    Feature,
    Identity,
    ImageFeature,
    Inventory,
    LightFeature,
    LockFeature,
    NumberFeature,
    Picture,
    Problem,
    Recording,
    Report,
    SelectFeature,
    SirenFeature,
    SwitchFeature,
    UpdateFeature,
)
from .values import ArmMode, CalendarEntry


class Tier(StrEnum):
    """What a poll reads. Each tier has its own period."""

    STATUS = "status"
    """What changes by itself and should be seen soon: online states, inputs, load."""
    DETAIL = "detail"
    """Settings that change seldom: enable flags, modes. Read in slices."""
    COUNTERS = "counters"
    """Totals that grow slowly: disks, people, health of storage, the clock."""
    INVENTORY = "inventory"
    """What exists. A poll of this tier delivers a whole inventory to the sink."""


class PushState(StrEnum):
    """State of the push channel."""

    OFF = "off"
    CONNECTING = "connecting"
    HEALTHY = "healthy"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class PushHealth:
    """State of the push channel; `reason` is the key of the error that ended it, if one did."""

    state: PushState
    reason: str = ""


class Sink(Protocol):
    """Where a system delivers; implemented by the coordinator. Every call is cheap and from the event loop."""

    def report(self, report: Report) -> None:
        """Apply values, availability and occurrences."""

    def inventory(self, inventory: Inventory) -> None:
        """Replace the inventory: entities appear and are offered for removal without a reload."""

    def push_health(self, health: PushHealth) -> None:
        """Tell how the push channel is. Becoming healthy again makes the coordinator poll everything once."""

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Replace the problems of a topic; an empty sequence solves them all."""


@dataclass(slots=True)
class Runtime:
    """Time, chance and memory, injected so that tests own them.

    `memory` outlives restarts: what a device refused (per firmware), what was seen. Its keys are strings, its values
    JSON; `remember()` is called after it was changed. `zone`: for times that come without one. `post_address` tells the
    address under which a system can post to us, None if there is none; it is a secret.
    """

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = sleep
    random: Callable[[], float] = random.random
    memory: MutableMapping[str, Any] = field(default_factory=dict)
    remember: Callable[[], None] = field(default=lambda: None)
    zone: tzinfo = UTC
    post_address: Callable[[], str | None] = field(default=lambda: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """A request that a system sent to us; `path` is what follows the secret part."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    remote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReply:
    """Our answer to a `PushRequest`."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class System(ABC):
    """One instance of a system: a device, a receiver, a platform, a tenant."""

    id: ClassVar[str]
    """The system's id in config entries."""
    manufacturer: ClassVar[str]
    actions: ClassVar[frozenset[str]] = frozenset()
    """Names of the actions that `act` carries out."""
    accepted: ClassVar[PushReply] = PushReply()
    """What is answered to a message that is still being taken in."""
    from_internet: ClassVar[bool] = False
    """Whether it posts from anywhere in the internet. Then the address for it is that under which Home Assistant is reached
    from outside, everybody who knows it may post, and nothing is ever refused there: the system would stop to post."""
    feature_types: ClassVar[frozenset[str]] = frozenset()
    """Every `Feature.type` it may offer, so that nothing else is loaded for it; empty: any."""
    silent_tiers: ClassVar[frozenset[Tier]] = frozenset()
    """Tiers whose poll may end well although nothing answered: they neither probe nor prove that the system is there."""

    @classmethod
    @abstractmethod
    def create(
        cls,
        session: aiohttp.ClientSession,
        data: Mapping[str, Any],
        options: Mapping[str, Any],
        runtime: Runtime,
    ) -> Self:
        """Make an instance from a config entry's data and options. Does no I/O."""

    @classmethod
    @abstractmethod
    def addresses(cls, text: str) -> Sequence[str]:
        """Turn what a user typed into the base URLs to try, best first.

        Raises `InvalidAddressError`.
        """

    @abstractmethod
    async def identify(self) -> Identity:
        """Prove address, credentials and rights with as few requests as possible. Raises any `SystemFailure`."""

    @abstractmethod
    async def inventory(self) -> Inventory:
        """Read what exists, from list calls. A part that is refused is left out and becomes a problem."""

    @abstractmethod
    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        """Seconds between polls of each tier; a tier that is not named is not polled."""

    @abstractmethod
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """Read, in the background and few at a time, the details the inventory left open.

        `wanted` holds the ids of the features somebody looks at; it is live, entities may join while this runs.
        """

    @abstractmethod
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Read one tier and deliver it. Raises `SystemFailure` only if the whole system is out of reach."""

    async def listen(self, sink: Sink) -> None:
        """Run the push channel until cancelled: connect, read, reconnect with jittered back-off, tell its health.

        Returns at once for a system that has none. Raises `AuthenticationError` when only the user can help.
        """
        sink.push_health(PushHealth(PushState.OFF))

    @property
    def posts(self) -> bool:
        """Whether the system posts to us, so that the address for it has to be open."""
        return False

    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Authenticate, parse and deliver what the system posted to us."""
        return PushReply(status=404)

    @abstractmethod
    async def close(self) -> None:
        """Give back what the system holds on the other side. The session is not ours to close."""

    @abstractmethod
    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, with secrets removed, as JSON."""

    def choices(self, option: str) -> Mapping[str, str]:
        """Offer what an option can select from: stored value → text, in the device's order.

        `option` is a name of `settings`, such as `channels`. Includes what is not imported at the moment. Empty: this
        system has nothing to choose there. Answered from the last inventory, without I/O.
        """
        return {}

    async def offer(self) -> Mapping[str, Mapping[str, str]]:
        """Read what a user can choose from at set-up, before there is an inventory: option → as `choices`."""
        return {}

    async def leave(self) -> None:  # noqa: B027 - most systems are asked for nothing that lasts
        """Take back what the other side was asked to do for good: the entry is being removed. Raises `SystemFailure`."""

    async def fix(self, problem: Problem) -> None:
        """Mend a fixable problem after the user agreed."""
        raise UnsupportedError(function=problem.key)

    # Commands. Each returns after the system accepted it and its effect was read back or is on its way by push.

    async def camera_image(self, feature: CameraFeature, width: int | None, height: int | None) -> Picture:
        """Take a still picture; `width` and `height` (pixels) are hints."""
        raise UnsupportedError(function=feature.kind)

    async def stream_source(self, feature: CameraFeature) -> str | None:
        """Return the address of the live stream, with credentials, or None. Never to be shown or logged."""
        raise UnsupportedError(function=feature.kind)

    def stream_life(self, feature: CameraFeature) -> float | None:
        """Return the seconds until the stream that was opened last should get another address; None: it needs none."""
        return None

    async def recordings(self, feature: CameraFeature, start: datetime, end: datetime) -> Sequence[Recording]:
        """List what was recorded between two moments, oldest first, in `feature.stores` where it names any."""
        raise UnsupportedError(function=feature.kind)

    async def playback_source(self, feature: CameraFeature, start: datetime, end: datetime) -> str:
        """Return the address of a recording in `feature.stores`, with credentials. Raises `NotPlayableError`.

        Never to be shown or logged.
        """
        raise UnsupportedError(function=feature.kind)

    async def playback_ended(self, source: str) -> None:  # noqa: B027 - most addresses end by themselves
        """Take back the address of a recording that is not played any more."""

    async def calendar_entries(
        self, feature: CalendarFeature, start: datetime, end: datetime
    ) -> Sequence[CalendarEntry]:
        """List the entries that touch a stretch of time, oldest first."""
        raise UnsupportedError(function=feature.kind)

    async def save_calendar_entry(self, feature: CalendarFeature, entry: CalendarEntry, sink: Sink) -> None:
        """Make an entry (its `uid` is empty) or change the one of its `uid`."""
        raise UnsupportedError(function=feature.kind)

    async def delete_calendar_entry(self, feature: CalendarFeature, uid: str, sink: Sink) -> None:
        """Delete the entry of a `uid`."""
        raise UnsupportedError(function=feature.kind)

    async def act(
        self, action: str, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
    ) -> Mapping[str, Any]:
        """Carry out one of `actions` on some features (none: on the system itself) and return what it found, as JSON.

        Raises `InvalidArgumentError` before anything was sent.
        """
        raise UnsupportedError(function=action)

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the picture of an image feature that did not arrive with an occurrence."""
        return None

    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        """Turn a switch on or off and confirm it."""
        raise UnsupportedError(function=feature.kind)

    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Carry out a button."""
        raise UnsupportedError(function=feature.kind)

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Choose an option and confirm it."""
        raise UnsupportedError(function=feature.kind)

    async def set_number(self, feature: NumberFeature, value: float, sink: Sink) -> None:
        """Set a number, in the feature's unit, and confirm it."""
        raise UnsupportedError(function=feature.kind)

    async def lock(self, feature: LockFeature, action: str, sink: Sink) -> None:
        """Carry out `lock`, `unlock` or `open`."""
        raise UnsupportedError(function=feature.kind)

    async def arm(self, feature: AlarmPanelFeature, mode: ArmMode, sink: Sink) -> None:
        """Arm a partition."""
        raise UnsupportedError(function=feature.kind)

    async def disarm(self, feature: AlarmPanelFeature, sink: Sink) -> None:
        """Disarm a partition."""
        raise UnsupportedError(function=feature.kind)

    async def siren(self, feature: SirenFeature, *, on: bool, sink: Sink, **settings: Any) -> None:
        """Turn a siren on (with `tone`, `duration` in seconds, `volume` 0 to 1) or off."""
        raise UnsupportedError(function=feature.kind)

    async def light(self, feature: LightFeature, *, on: bool, brightness: int | None, sink: Sink) -> None:
        """Turn a light on (`brightness` 0 to 255 or None) or off."""
        raise UnsupportedError(function=feature.kind)

    async def install(self, feature: UpdateFeature, sink: Sink) -> None:
        """Install the firmware on offer."""
        raise UnsupportedError(function=feature.kind)
