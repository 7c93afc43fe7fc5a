"""A system without a network, whose every answer the test writes."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self, override

import aiohttp
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.systems.base import (
    PushHealth,
    PushReply,
    PushRequest,
    PushState,
    Runtime,
    Sink,
    System,
    Tier,
)
from custom_components.hikvision_ivm.systems.errors import UnsupportedError
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    AlarmPanelFeature,
    ButtonFeature,
    CalendarFeature,
    CameraFeature,
    Device,
    DeviceKind,
    Feature,
    Identity,
    ImageFeature,
    Inventory,
    LockFeature,
    NumberFeature,
    Occurrence,
    Phase,
    Picture,
    Problem,
    Report,
    SelectFeature,
    SirenFeature,
    SwitchFeature,
    Value,
)
from custom_components.hikvision_ivm.systems.values import AlarmPanelValue, ArmMode, ArmState, CalendarEntry, LockValue

HUB = "SN1"
CHANNEL = "SN1_ch1"
PASSWORD = "p@ss:/?#%&<>\"'ü"
STREAM_URL = "rtsp://admin:p%40ss@127.0.0.1:554/101"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

DEVICES = (
    Device(
        id=HUB,
        name="Recorder",
        kind=DeviceKind.RECORDER,
        model="NVR-1",
        serial="SN1",
        firmware="V1.0",
        mac="aa:bb:cc:dd:ee:ff",
        url="http://127.0.0.1",
    ),
    Device(id=CHANNEL, name="Gate", kind=DeviceKind.CAMERA, parent=HUB, model="CAM-1", mac="aa:bb:cc:dd:ee:01"),
)


def fake_entry(domain: str, **data: Any) -> MockConfigEntry:
    """Make a config entry of the fake system."""
    return MockConfigEntry(
        domain=domain,
        title="Recorder",
        unique_id=HUB,
        entry_id="entry",
        data={
            "system": "isapi",
            "url": "http://127.0.0.1",
            "username": "admin",
            "password": PASSWORD,
            "verify_ssl": True,
            **data,
        },
    )


def occurrence(kind: Kind, phase: Phase, *features: Feature, **facts: Any) -> Occurrence:
    """Make an occurrence that concerns some features."""
    facts = {"code": kind.value, "received": NOW, "device_id": CHANNEL, **facts}
    return Occurrence(kind=kind, phase=phase, features=tuple(feature.id for feature in features), **facts)


class FakeSystem(System):
    """Does what the test says, and writes down what is asked of it.

    `failures`: name of a method → what it raises. `reads`: tier → what a poll of it delivers. `details`: what priming
    delivers. `health`: how the push channel is once it is started. `dates`: the entries of every calendar.
    """

    id = "fake"
    manufacturer = "Acme"

    def __init__(self) -> None:
        """Begin with a recorder and one camera, without features."""
        self.identity = Identity(unique_id=HUB, name="Recorder")
        self.devices: list[Device] = list(DEVICES)
        self.features: list[Feature] = []
        self.failures: dict[str, Exception] = {}
        self.reads: dict[Tier, Report] = {}
        self.details = Report()
        self.health: PushHealth | None = PushHealth(PushState.HEALTHY)
        self.tiers: dict[Tier, float] = {Tier.STATUS: 60.0, Tier.DETAIL: 600.0}
        self.push_stretch = 10.0
        self.calls: list[tuple[object, ...]] = []
        self.picture = Picture(content=b"\xff\xd8still", content_type="image/jpeg")
        self.event_picture: Picture | None = None
        self.stream_url: str | None = STREAM_URL
        self.life: float | None = None
        self.dates: list[CalendarEntry] = []
        self.created: dict[str, Any] = {}
        self.closed = 0
        self.primed_for: Collection[str] = ()
        self.hold: asyncio.Event | None = None
        self.runtime = Runtime()
        self._sink: Sink | None = None

    def factory(self) -> type[System]:
        """Return a class whose instances are this one system."""
        instance = self

        class Factory(FakeSystem):
            """Makes always the same instance."""

            @classmethod
            @override
            def create(
                cls,
                session: aiohttp.ClientSession,
                data: Mapping[str, Any],
                options: Mapping[str, Any],
                runtime: Runtime,
            ) -> Any:
                instance.created = {"session": session, "data": data, "options": options}
                instance.runtime = runtime
                runtime.monotonic = asyncio.get_running_loop().time
                return instance

        return Factory

    @property
    def sink(self) -> Sink:
        """Where to deliver, once the push channel or a poll was started."""
        assert self._sink is not None
        return self._sink

    def has(self, *features: Feature) -> None:
        """Own these features, and no others."""
        self.features = list(features)

    def report(
        self,
        values: Mapping[str, Value] | None = None,
        *,
        available: Mapping[str, bool] | None = None,
        occurrences: Sequence[Occurrence] = (),
    ) -> None:
        """Push something."""
        self.sink.report(Report(values=values or {}, available=available or {}, occurrences=occurrences))

    def happen(self, *occurrences: Occurrence) -> None:
        """Push occurrences."""
        self.report(occurrences=occurrences)

    def push(self, state: PushState, reason: str = "") -> None:
        """Tell how the push channel is."""
        self.sink.push_health(PushHealth(state, reason))

    def count(self, *call: object) -> int:
        """How often something was asked."""
        return sum(made[: len(call)] == call for made in self.calls)

    def _called(self, *call: object) -> None:
        """Write a call down, and fail if it shall."""
        self.calls.append(call)
        if (failure := self.failures.get(str(call[0]))) is not None:
            raise failure

    @classmethod
    @override
    def create(
        cls,
        session: aiohttp.ClientSession,
        data: Mapping[str, Any],
        options: Mapping[str, Any],
        runtime: Runtime,
    ) -> Self:
        return cls()

    @classmethod
    @override
    def addresses(cls, text: str) -> Sequence[str]:
        return (text,)

    @override
    async def identify(self) -> Identity:
        self._called("identify")
        return self.identity

    @override
    async def inventory(self) -> Inventory:
        self._called("inventory")
        return Inventory.build(self.devices, self.features)

    @override
    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        stretch = self.push_stretch if push_healthy else 1.0
        return {tier: period * stretch for tier, period in self.tiers.items()}

    @override
    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        self._sink = sink
        self.primed_for = wanted
        self._called("prime")
        sink.report(self.details)

    @override
    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        self._sink = sink
        self._called("poll", tier)
        if self.hold is not None:
            await self.hold.wait()
        if tier is Tier.INVENTORY:
            sink.inventory(Inventory.build(self.devices, self.features))
        sink.report(self.reads.get(tier, Report()))

    @override
    async def listen(self, sink: Sink) -> None:
        self._sink = sink
        self._called("listen")
        if self.health is not None:
            sink.push_health(self.health)
            if self.health.state is PushState.OFF:
                return
        await asyncio.Event().wait()

    @override
    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        self._called("receive", request.path)
        return PushReply(body=b"ok")

    @override
    async def leave(self) -> None:
        self._called("leave")

    @override
    async def close(self) -> None:
        self.closed += 1
        self._called("close")

    @override
    def diagnostics(self) -> Mapping[str, Any]:
        return {"calls": len(self.calls)}

    @override
    async def fix(self, problem: Problem) -> None:
        self._called("fix", problem.key)

    @override
    async def camera_image(self, feature: CameraFeature, width: int | None, height: int | None) -> Picture:
        self._called("camera_image", feature.id, width, height)
        return self.picture

    @override
    async def stream_source(self, feature: CameraFeature) -> str | None:
        self._called("stream_source", feature.id)
        return self.stream_url

    @override
    def stream_life(self, feature: CameraFeature) -> float | None:
        return self.life

    @override
    async def image(self, feature: ImageFeature) -> Picture | None:
        self._called("image", feature.id)
        return self.event_picture

    @override
    async def switch(self, feature: SwitchFeature, *, on: bool, sink: Sink) -> None:
        self._called("switch", feature.id, on)
        sink.report(Report(values={feature.id: on}))

    @override
    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        if feature.kind is Kind.ELECTRIC_LOCK:
            raise UnsupportedError(function=feature.kind)
        self._called("press", feature.id)

    @override
    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        self._called("select", feature.id, option)
        sink.report(Report(values={feature.id: option}))

    @override
    async def set_number(self, feature: NumberFeature, value: float, sink: Sink) -> None:
        self._called("set_number", feature.id, value)
        sink.report(Report(values={feature.id: value}))

    @override
    async def lock(self, feature: LockFeature, action: str, sink: Sink) -> None:
        self._called("lock", feature.id, action)
        sink.report(Report(values={feature.id: LockValue(locked=action == "lock", open=action == "open")}))

    @override
    async def arm(self, feature: AlarmPanelFeature, mode: ArmMode, sink: Sink) -> None:
        self._called("arm", feature.id, mode)
        sink.report(Report(values={feature.id: AlarmPanelValue(state=ArmState.ARMING)}))

    @override
    async def disarm(self, feature: AlarmPanelFeature, sink: Sink) -> None:
        self._called("disarm", feature.id)
        sink.report(Report(values={feature.id: AlarmPanelValue(state=ArmState.DISARMED)}))

    @override
    async def siren(self, feature: SirenFeature, *, on: bool, sink: Sink, **settings: Any) -> None:
        self._called("siren", feature.id, on, settings)
        sink.report(Report(values={feature.id: on}))

    @override
    async def calendar_entries(
        self, feature: CalendarFeature, start: datetime, end: datetime
    ) -> Sequence[CalendarEntry]:
        self._called("calendar_entries", feature.id, start, end)
        return [entry for entry in self.dates if entry.start < end and entry.end > start]

    @override
    async def save_calendar_entry(self, feature: CalendarFeature, entry: CalendarEntry, sink: Sink) -> None:
        self._called("save_calendar_entry", feature.id, entry)
        self.dates.append(entry)

    @override
    async def delete_calendar_entry(self, feature: CalendarFeature, uid: str, sink: Sink) -> None:
        self._called("delete_calendar_entry", feature.id, uid)
        self.dates = [entry for entry in self.dates if entry.uid != uid]


def ids(features: Iterable[Feature]) -> set[str]:
    """Ids of some features."""
    return {feature.id for feature in features}


async def set_up[S](hass: HomeAssistant, entry: MockConfigEntry, kind: type[S]) -> S:
    """Set an entry up and return its system."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    system = entry.runtime_data.system
    assert isinstance(system, kind)
    return system
