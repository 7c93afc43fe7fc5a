"""A system without a wire, whose answers a test writes down; for what lies above the systems."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, Self

import aiohttp

from custom_components.hikvision_ivm.systems.base import PushReply, PushRequest, Runtime, Sink, System, Tier
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    Device,
    DeviceKind,
    Identity,
    Inventory,
    Problem,
    Report,
    SensorFeature,
)

SERIAL = "DS-7608NXI-I20820200101CCRR12345678WCVU"
IDENTITY = Identity(unique_id=SERIAL, name="Recorder", model="DS-7608NXI-I2", serial=SERIAL)
MAC = "aa:bb:cc:dd:ee:ff"


def inventory() -> Inventory:
    """Return a recorder with one camera, which has a motion sensor and a reading that is personal."""
    recorder = Device(
        id=SERIAL,
        name="Recorder",
        kind=DeviceKind.RECORDER,
        manufacturer="Hikvision",
        model="DS-7608NXI-I2",
        serial=SERIAL,
        firmware="V4.62.210",
        mac=MAC,
    )
    camera = Device(id=f"{SERIAL}_1", name="Front door", kind=DeviceKind.CAMERA, parent=SERIAL, model="DS-2CD")
    return Inventory.build(
        (recorder, camera),
        (
            BinarySensorFeature(device_id=camera.id, kind=Kind.MOTION),
            SensorFeature(device_id=camera.id, kind=Kind.LAST_EVENT),
            SensorFeature(device_id=recorder.id, kind=Kind.CPU_USAGE, unit="%"),
            SensorFeature(device_id=recorder.id, kind=Kind.DISK_STATE, part="1", options=("ok", "error")),
        ),
    )


async def _accept(request: PushRequest) -> PushReply:
    """Answer what was posted with success."""
    return PushReply(body=b"OK")


class FlowSystem(System):
    """Set `fixed`, `on_fix` and the like before or after the entry was set up."""

    id: ClassVar[str] = "isapi"
    manufacturer: ClassVar[str] = "Hikvision"

    def __init__(self, data: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Keep the settings."""
        self.data = data
        self.options = options
        self.offered: Mapping[str, str] = {"1": "1: Front door", "2": "2: Garage", "10": "10: Gate"}
        self.fixed: list[Problem] = []
        self.on_fix: Callable[[Problem], None] | None = None
        self.requests: list[PushRequest] = []
        self.on_receive: Callable[[PushRequest], Awaitable[PushReply]] = _accept
        self.told: Mapping[str, Any] = {}
        self.sink: Sink | None = None

    @classmethod
    def create(
        cls, session: aiohttp.ClientSession, data: Mapping[str, Any], options: Mapping[str, Any], runtime: Runtime
    ) -> Self:
        """Make an instance."""
        return cls(data, options)

    @classmethod
    def addresses(cls, text: str) -> Sequence[str]:
        """Take the address as it is."""
        return [text]

    async def identify(self) -> Identity:
        """Answer as the recorder."""
        return IDENTITY

    async def inventory(self) -> Inventory:
        """Return the recorder and its camera."""
        return inventory()

    def periods(self, *, push_healthy: bool) -> Mapping[Tier, float]:
        """Never poll."""
        return {}

    async def prime(self, sink: Sink, wanted: Collection[str]) -> None:
        """Deliver one value of each sort."""
        self.sink = sink
        sink.report(
            Report(
                values={
                    f"{SERIAL}_1_binary_sensor_motion": True,
                    f"{SERIAL}_1_sensor_last_event": "plate AB-123 of Jane Roe",
                    f"{SERIAL}_sensor_cpu_usage": 12,
                    f"{SERIAL}_sensor_disk_state_1": "ok",
                }
            )
        )

    async def poll(self, tier: Tier, sink: Sink, wanted: Collection[str]) -> None:
        """Bring nothing."""

    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        """Answer as the test wants."""
        self.requests.append(request)
        return await self.on_receive(request)

    async def close(self) -> None:
        """Hold nothing."""

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what the test wrote down."""
        return self.told

    def choices(self, option: str) -> Mapping[str, str]:
        """Offer three channels."""
        return self.offered if option == "channels" else {}

    async def fix(self, problem: Problem) -> None:
        """Mend, or fail as the test wants."""
        self.fixed.append(problem)
        if self.on_fix is not None:
            self.on_fix(problem)
