"""The fake system as a receiver with two panels behind it."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import BinarySensorFeature, Device, DeviceKind, Identity, Report
from tests.fake_system import set_up
from tests.flow_system import FlowSystem

UID = "ip_receiver_0011223344556677"
PASSWORD = "Rec3iver+Secret"
WEBHOOK_ID = "5ec2e7" * 10
PANELS = {"Q1": "House", "Q2": "Barn"}


class ReceiverSystem(FlowSystem):
    """A receiver with two panels."""

    feature_types: ClassVar[frozenset[str]] = frozenset({"binary_sensor"})

    def __init__(self) -> None:
        """Begin with both panels online."""
        super().__init__()
        self.identity = Identity(unique_id=UID, name="IP Receiver Pro", marks=("house", "barn"))
        panels = [
            Device(id=f"{UID}_{serial}", name=name, kind=DeviceKind.ALARM_PANEL, parent=UID, serial=serial)
            for serial, name in PANELS.items()
        ]
        self.devices = [Device(id=UID, name="IP Receiver Pro", kind=DeviceKind.PLATFORM, service=True), *panels]
        online = [BinarySensorFeature(device_id=panel.id, kind=Kind.ONLINE) for panel in panels]
        self.has(*online)
        self.details = Report(values={feature.id: True for feature in online})

    @override
    def choices(self, option: str) -> Mapping[str, str]:
        return PANELS if option == "panels" else {}


def receiver_entry(hass: HomeAssistant, options: Mapping[str, Any] | None = None, **more: Any) -> MockConfigEntry:
    """Add an entry of a receiver."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="IP Receiver Pro",
        unique_id=UID,
        data={
            "system": "ip_receiver",
            "url": "https://receiver.example:8443",
            "verify_ssl": True,
            "fingerprint": None,
            "allow_basic": False,
            "username": "watcher",
            "password": PASSWORD,
            "identity": UID,
            "marks": ["house", "barn"],
            "webhook_id": WEBHOOK_ID,
            **more,
        },
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


async def load(hass: HomeAssistant, entry: MockConfigEntry) -> ReceiverSystem:
    """Set an entry up and return its system."""
    return await set_up(hass, entry, ReceiverSystem)
