"""The fake system as a cloud account with an organisation and two cameras."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, override

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.base import PushReply, Sink
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    CameraFeature,
    Device,
    DeviceKind,
    Feature,
    Identity,
    Recording,
    Report,
)
from tests.fake_system import set_up
from tests.flow_system import FlowSystem

USER_ID = "800000000000000000000001"
UID = f"ivm_{USER_ID}"
URL = "https://api-ivm.myhuaweicloud.com"
ACCESS_KEY, SECRET_KEY = "AK7HXQ2M9LJ4", "sK+9x/Yz7Qw3Rt5U"
WEBHOOK_ID = "5ec2e7" * 10
ORGS = {"11": "Shops", "12": "Shops / North"}
GATE, YARD = f"{UID}_gate", f"{UID}_yard"


class CloudSystem(FlowSystem):
    """An account. `acted`: actions that were asked for; `answers`: what they tell, or why not.

    `asked`: stores, begin and end of every question for recordings; `recorded` and `playback` answer.
    """

    feature_types: ClassVar[frozenset[str]] = frozenset({"binary_sensor", "camera"})
    actions: ClassVar[frozenset[str]] = frozenset(
        {"ptz", "rename_preset", "snapshot", "list_recordings", "get_alarm_picture", "set_recording_plan",
         "set_alarm_recording", "get_people_counts", "refresh_callbacks", "get_playback_url", "get_live_url"}
    )  # fmt: skip
    accepted: ClassVar[PushReply] = PushReply()
    from_internet: ClassVar[bool] = True

    def __init__(self) -> None:
        """Begin with the gate in the shop and the yard in the north."""
        super().__init__()
        self.identity = Identity(unique_id=USER_ID, name="Huawei Cloud IVM")
        self.devices = [
            Device(id=UID, name="Huawei Cloud IVM", kind=DeviceKind.PLATFORM, service=True),
            Device(id=GATE, name="Gate", kind=DeviceKind.CAMERA, parent=UID, place=("Shops",)),
            Device(id=YARD, name="Yard", kind=DeviceKind.CAMERA, parent=UID, place=("Shops", "North")),
        ]
        gate = CameraFeature(
            device_id=GATE, kind=Kind.MAIN_STREAM, recordings=True, stores=("cloud", "device"), ptz=True
        )
        yard = CameraFeature(device_id=YARD, kind=Kind.MAIN_STREAM, recordings=True, stores=("cloud",))
        online = BinarySensorFeature(device_id=GATE, kind=Kind.ONLINE)
        self.has(gate, yard, online)
        self.details = Report(values={online.id: True})
        self.acted: list[tuple[str, tuple[str, ...], Mapping[str, Any]]] = []
        self.answers: dict[str, Mapping[str, Any] | SystemFailure] = {}
        self.asked: list[tuple[tuple[str, ...], datetime, datetime]] = []
        self.recorded: Sequence[Recording] = ()
        self.playback = "https://192.0.2.7:7081/vod/vod.m3u8?token=S3cretToken"

    @property
    @override
    def posts(self) -> bool:
        return bool(self.options.get("push", True))

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        return ORGS if option == "organisations" else {}

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
        self.asked.append((feature.stores, start, end))
        return self.recorded

    @override
    async def playback_source(self, feature: CameraFeature, start: datetime, end: datetime) -> str:
        self.asked.append((feature.stores, start, end))
        return self.playback


def cloud_entry(hass: HomeAssistant, options: Mapping[str, Any] | None = None, **more: Any) -> MockConfigEntry:
    """Add an entry of an account."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Huawei Cloud IVM",
        unique_id=USER_ID,
        data={
            "system": "ivm",
            "url": URL,
            "verify_ssl": True,
            "fingerprint": None,
            "user_id": USER_ID,
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "webhook_id": WEBHOOK_ID,
            **more,
        },
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


async def load(hass: HomeAssistant, entry: MockConfigEntry) -> CloudSystem:
    """Set an entry up and return its system."""
    return await set_up(hass, entry, CloudSystem)
