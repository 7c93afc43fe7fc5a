"""The fake system with what flows, repairs, diagnostics and the secret address need besides."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, override

import aiohttp

from custom_components.hikvision_ivm.systems.base import PushReply, PushRequest, Runtime, Sink
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    Device,
    DeviceKind,
    Identity,
    Problem,
    Report,
    SensorFeature,
)
from tests.fake_system import FakeSystem

SERIAL = "DS-7608NXI-I20820200101CCRR12345678WCVU"
MAC = "aa:bb:cc:dd:ee:ff"


async def accept(request: PushRequest) -> PushReply:
    """Answer what was posted with success."""
    return PushReply(body=b"OK")


class FlowSystem(FakeSystem):
    """A recorder with one camera.

    `offered`: channels to choose from. `fixed`: problems that were to be mended; `on_fix` may refuse. `requests`: what
    was posted; `on_receive` answers. `told`: diagnostics. `options`: those it was made with.
    """

    def __init__(self) -> None:
        """Begin with one value of each sort."""
        super().__init__()
        self.identity = Identity(unique_id=SERIAL, name="Recorder")
        camera = f"{SERIAL}_1"
        self.devices = [
            Device(
                id=SERIAL,
                name="Recorder",
                kind=DeviceKind.RECORDER,
                manufacturer="Hikvision",
                model="DS-7608NXI-I2",
                serial=SERIAL,
                firmware="V4.62.210",
                mac=MAC,
            ),
            Device(id=camera, name="Front door", kind=DeviceKind.CAMERA, parent=SERIAL, model="DS-2CD"),
        ]
        motion = BinarySensorFeature(device_id=camera, kind=Kind.MOTION)
        last = SensorFeature(device_id=camera, kind=Kind.LAST_EVENT)
        load = SensorFeature(device_id=SERIAL, kind=Kind.CPU_USAGE, unit="%")
        disk = SensorFeature(device_id=SERIAL, kind=Kind.DISK_STATE, part="1", options=("ok", "error"))
        self.has(motion, last, load, disk)
        self.details = Report(values={motion.id: True, last.id: "plate AB-123 of Jane Roe", load.id: 12, disk.id: "ok"})
        self.tiers = {}
        self.offered: Mapping[str, str] = {"1": "1: Front door", "2": "2: Garage", "10": "10: Gate"}
        self.fixed: list[Problem] = []
        self.on_fix: Callable[[Problem], None] | None = None
        self.requests: list[PushRequest] = []
        self.on_receive: Callable[[PushRequest], Awaitable[PushReply]] = accept
        self.told: Mapping[str, Any] = {}
        self.options: Mapping[str, Any] = {}

    @classmethod
    @override
    def create(
        cls, session: aiohttp.ClientSession, data: Mapping[str, Any], options: Mapping[str, Any], runtime: Runtime
    ) -> Self:
        made = cls()
        made.options = options
        return made

    @override
    async def listen(self, sink: Sink) -> None:
        """Have no push channel."""
        if self.health is not None:
            sink.push_health(self.health)

    @property
    @override
    def posts(self) -> bool:
        return bool(self.options.get("device_push"))

    @override
    async def receive(self, request: PushRequest, sink: Sink) -> PushReply:
        self.requests.append(request)
        return await self.on_receive(request)

    @override
    def diagnostics(self) -> Mapping[str, Any]:
        return self.told

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        return self.offered if option == "channels" else {}

    @override
    async def fix(self, problem: Problem) -> None:
        self.fixed.append(problem)
        if self.on_fix is not None:
            self.on_fix(problem)
