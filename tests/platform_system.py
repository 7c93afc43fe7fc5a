"""The fake system as a platform: sites, cameras with recordings, doors, an output, actions and a way to post to us."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, override

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.services_table import ACTIONS
from custom_components.hikvision_ivm.systems.base import PushReply, Sink
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    CameraFeature,
    Device,
    DeviceKind,
    Feature,
    Identity,
    LockFeature,
    Recording,
    SwitchFeature,
)
from tests.fake_system import set_up
from tests.flow_system import FlowSystem

UID = "hikcentral_0011223344556677"
SECRET = "5ec2e7" * 10
ACCEPTED = b'{"code":"0"}'


def camera_device(number: int, name: str, *place: str, uid: str = UID) -> Device:
    """Make a camera somewhere."""
    return Device(id=f"{uid}_cam_{number}", name=name, kind=DeviceKind.CAMERA, parent=uid, place=place)


def stream(device: Device, kind: Kind = Kind.MAIN_STREAM, *, recordings: bool = True) -> CameraFeature:
    """Make a stream of a camera."""
    return CameraFeature(device_id=device.id, kind=kind, ptz=True, recordings=recordings)


class PlatformSystem(FlowSystem):
    """A platform with two sites.

    `acted`: what `act` was asked for, as action, feature ids, arguments; `answers`: what it answers, or raises.
    `recorded`: recordings of any camera; `asked`: for which stretch of time; `playback`: address of a recording.
    """

    actions: ClassVar[frozenset[str]] = frozenset(ACTIONS)
    accepted: ClassVar[PushReply] = PushReply(body=ACCEPTED, content_type="application/json")
    uid: ClassVar[str] = UID

    def __init__(self) -> None:
        """Begin with three cameras, two doors and an output."""
        super().__init__()
        uid = self.uid
        self.identity = Identity(unique_id=uid, name="Campus", marks=("key:1", "serial"))
        hub = Device(id=uid, name="Campus", kind=DeviceKind.PLATFORM, service=True)
        gate = camera_device(1, "Gate", "North", "Hall 1/2", uid=uid)
        yard = camera_device(2, "Yard", "North", uid=uid)
        roof = camera_device(3, "Roof", "South", uid=uid)
        doors = [
            Device(id=f"{uid}_door_{number}", name=f"Door {number}", kind=DeviceKind.DOOR, parent=uid)
            for number in range(1, 13)
        ]
        self.devices = [hub, gate, yard, roof, *doors]
        self.has(
            stream(gate),
            stream(gate, Kind.SUB_STREAM),
            stream(yard),
            stream(roof, recordings=False),
            *(LockFeature(device_id=door.id, kind=Kind.DOOR_LOCK) for door in doors),
            SwitchFeature(device_id=uid, kind=Kind.ALARM_OUTPUT, part="7"),
        )
        self.details = self.details.__class__()
        self.acted: list[tuple[str, tuple[str, ...], Mapping[str, Any]]] = []
        self.answers: dict[str, Mapping[str, Any] | SystemFailure] = {}
        self.recorded: Sequence[Recording] | SystemFailure = ()
        self.asked: list[tuple[str, datetime, datetime]] = []
        self.playback: str | SystemFailure = "rtsp://user:s3cret@127.0.0.1:9/1"

    @property
    @override
    def posts(self) -> bool:
        return self.options.get("push", True) is True

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        return {
            "sites": {"1": "North", "2": "South"},
            "areas": {"1/1": "North / Hall 1/2", "2/1": "South / Roof"},
            "sirens": {"7": "Output 7"},
        }.get(option, {})

    @override
    async def act(
        self, action: str, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
    ) -> Mapping[str, Any]:
        self.acted.append((action, tuple(feature.id for feature in features), arguments))
        answer = self.answers.get(action, {})
        if isinstance(answer, SystemFailure):
            raise answer
        return answer

    @override
    async def recordings(self, feature: CameraFeature, start: datetime, end: datetime) -> Sequence[Recording]:
        self.asked.append((feature.id, start, end))
        if isinstance(self.recorded, SystemFailure):
            raise self.recorded
        return self.recorded

    @override
    async def playback_source(self, feature: CameraFeature, start: datetime, end: datetime) -> str:
        self.asked.append((feature.id, start, end))
        if isinstance(self.playback, SystemFailure):
            raise self.playback
        return self.playback


class OtherPlatform(PlatformSystem):
    """A second platform."""

    uid = "hikcentral_8899aabbccddeeff"


def platform_entry(hass: HomeAssistant, options: Mapping[str, Any] | None = None, **more: Any) -> MockConfigEntry:
    """Add an entry of a platform."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=more.pop("title", "Campus"),
        unique_id=more.pop("unique_id", UID),
        data={
            "system": "hikcentral",
            "url": "https://127.0.0.1",
            "app_key": "20000001",
            "app_secret": "secret",
            "user_id": "",
            "webhook_id": SECRET,
            **more,
        },
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


async def load(hass: HomeAssistant, entry: MockConfigEntry) -> PlatformSystem:
    """Set an entry up and return its system."""
    return await set_up(hass, entry, PlatformSystem)
