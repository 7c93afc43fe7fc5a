"""The fake system as a receiver that offers every action of alarm panels: a house with zones and relays."""

from typing import ClassVar

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.services_alarm import ALARM_ROWS
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    AlarmPanelFeature,
    BinarySensorFeature,
    Device,
    DeviceKind,
    Identity,
    SelectFeature,
    SwitchFeature,
)
from tests.platform_system import PlatformSystem, platform_entry

HOUSE = "ip_receiver_0011223344556677"
BARN = "ip_receiver_8899aabbccddeeff"
DEACTIVATIONS = ("off", "lid_only", "entirely")


class AlarmSystem(PlatformSystem):
    """A panel with two partitions, three zones and two relays."""

    actions: ClassVar[frozenset[str]] = frozenset(row.name for row in ALARM_ROWS)
    uid: ClassVar[str] = HOUSE
    name: ClassVar[str] = "House"

    def __init__(self) -> None:
        """Begin with everything online."""
        super().__init__()
        panel = self.uid
        self.identity = Identity(unique_id=panel, name=self.name, marks=("house",))
        zones = [
            Device(id=f"{panel}_zone_{number}", name=f"{self.name} {word}", kind=DeviceKind.ZONE, parent=panel)
            for number, word in enumerate(("door", "hall", "cellar"), 1)
        ]
        relays = [
            Device(
                id=f"{panel}_output_{number}",
                name=f"{self.name} relay {number}",
                kind=DeviceKind.PERIPHERAL,
                parent=panel,
            )
            for number in (1, 2)
        ]
        self.devices = [Device(id=panel, name=self.name, kind=DeviceKind.ALARM_PANEL), *zones, *relays]
        self.has(
            AlarmPanelFeature(device_id=panel, kind=Kind.PANEL),
            *(AlarmPanelFeature(device_id=panel, kind=Kind.PARTITION, part=str(number)) for number in (1, 2)),
            *(BinarySensorFeature(device_id=zone.id, kind=Kind.ZONE, shape="door") for zone in zones),
            *(SwitchFeature(device_id=zone.id, kind=Kind.ZONE_BYPASS) for zone in zones),
            *(
                SelectFeature(device_id=zone.id, kind=kind, options=DEACTIVATIONS)
                for zone in zones
                for kind in (Kind.DEACTIVATION, Kind.DEACTIVATION_ONCE)
            ),
            SelectFeature(device_id=zones[0].id, kind=Kind.PTZ_PRESET, options=("1",)),
            *(SwitchFeature(device_id=relay.id, kind=Kind.RELAY) for relay in relays),
        )


class OtherAlarmSystem(AlarmSystem):
    """A second receiver."""

    uid = BARN
    name = "Barn"


def alarm_entry(hass: HomeAssistant, *, other: bool = False, **options: object) -> MockConfigEntry:
    """Add an entry of a receiver."""
    made = OtherAlarmSystem if other else AlarmSystem
    return platform_entry(
        hass, options, system="barn" if other else "house", title=made.name, unique_id=made.uid, webhook_id=made.uid
    )
