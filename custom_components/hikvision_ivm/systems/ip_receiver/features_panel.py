"""What an alarm panel becomes: its hardware, its events, its partitions (ip-receiver §5.2, §5.6, §5.7)."""

from collections.abc import Iterator
from typing import Final

from ..kinds import Kind
from ..model import (
    AlarmPanelFeature,
    BinarySensorFeature,
    ButtonFeature,
    EventFeature,
    Feature,
    ImageFeature,
    SensorFeature,
    Source,
)
from ..parts import Row, features
from .places import device_id, partition_ids
from .records import ALL_PARTITIONS, ConnectionMode, DeviceAddress, DeviceRecord, PanelFacts, PartitionAddress

FUNCTIONS: Final = (
    Kind.ALARM_CLEAR,
    Kind.ARC_SERVICE,
    Kind.ARM_DISARM,
    Kind.AUDIO,
    Kind.BATTERY,
    Kind.BURGLARY,
    Kind.BUS,
    Kind.BYPASS,
    Kind.COMMUNICATION,
    Kind.CREDENTIAL,
    Kind.DURESS,
    Kind.FIRE,
    Kind.GAS,
    Kind.MAINTENANCE,
    Kind.MEDICAL,
    Kind.OUTPUT,
    Kind.PANIC,
    Kind.PERIPHERAL_FAULT,
    Kind.PERIPHERAL_LINK,
    Kind.POWER,
    Kind.TAMPER,
    Kind.TEMPERATURE,
    Kind.TEST,
    Kind.VIDEO_ANALYTICS,
    Kind.VIDEO_FAULT,
    Kind.WATER,
    Kind.ZONE_FAULT,
)
"""The 27 functions of panel codes: event types of a panel."""


def _latched(kind: Kind, *, enabled: bool = True) -> Row[DeviceRecord]:
    """Return the row of what only events tell: no list mentions it, so that it is there from the start."""
    return Row(make=BinarySensorFeature, kind=kind, rank=1 if enabled else 5, source=Source.PUSH, enabled=enabled)


LATCHED: Final[tuple[Row[DeviceRecord], ...]] = (
    _latched(Kind.AC_LOST),
    _latched(Kind.SYSTEM_BATTERY_LOW),
    _latched(Kind.BATTERY_FAULT),
    _latched(Kind.TAMPER),
    _latched(Kind.WIRED_NETWORK),
    _latched(Kind.WIFI),
    _latched(Kind.CELLULAR),
    _latched(Kind.RADIO_JAMMED),
    _latched(Kind.EXPANDER_AC_LOST, enabled=False),
    _latched(Kind.EXTERNAL_POWER_LOST, enabled=False),
    _latched(Kind.OVERCURRENT, enabled=False),
    _latched(Kind.SIM_FAULT, enabled=False),
    _latched(Kind.ATP_MAIN, enabled=False),
    _latched(Kind.ATP_BACKUP, enabled=False),
    _latched(Kind.REPORT_FAILED, enabled=False),
    _latched(Kind.IP_CONFLICT, enabled=False),
    _latched(Kind.TEST_MODE, enabled=False),
    _latched(Kind.KEYPAD_LOCKED, enabled=False),
    _latched(Kind.TAG_READER_LOCKED, enabled=False),
)


def _by_cloud(device: DeviceRecord) -> bool:
    """Whether a device uses the maker's cloud."""
    return device.mode in {ConnectionMode.HPP, ConnectionMode.DUAL}


PANEL: Final[tuple[Row[DeviceRecord], ...]] = (
    Row(
        make=EventFeature,
        kind=Kind.PANEL_EVENT,
        rank=0,
        source=Source.PUSH,
        more={"event_types": (*FUNCTIONS, Kind.UNKNOWN_EVENT)},
    ),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=1),
    *LATCHED,
    Row(make=BinarySensorFeature, kind=Kind.DEVICE_KEY, rank=3),
    Row(make=BinarySensorFeature, kind=Kind.CLOUD_LINK, rank=3, when=_by_cloud),
    Row(
        make=BinarySensorFeature,
        kind=Kind.UPDATE_AVAILABLE,
        rank=5,
        source=Source.POLL,
        when=lambda device: device.upgrade is not None,
    ),
    Row(make=ImageFeature, kind=Kind.EVENT_PICTURE, rank=3),
)
PARTITION: Final[tuple[Row[int], ...]] = (
    Row(make=AlarmPanelFeature, kind=Kind.PARTITION, rank=0),
    Row(make=ButtonFeature, kind=Kind.CLEAR_ALARM, rank=2),
    Row(make=SensorFeature, kind=Kind.OPEN_ZONES, rank=2),
    Row(make=SensorFeature, kind=Kind.LAST_USER, rank=2),
    Row(make=SensorFeature, kind=Kind.LAST_ALARM_ZONE, rank=2),
)
WHOLE: Final[tuple[Row[None], ...]] = (Row(make=AlarmPanelFeature, kind=Kind.PANEL, rank=0),)
"""Of panels with several partitions: all of them taken together."""
ALL_PART: Final = "all"


def partition_part(partition: int) -> str:
    """Return the `part` of a partition's features."""
    return ALL_PART if partition == ALL_PARTITIONS else str(partition)


def panel_features(uid: str, facts: PanelFacts) -> Iterator[Feature]:
    """Make the features of a panel's own device."""
    own, panel = device_id(uid, facts.device.id), facts.device.id
    yield from features(PANEL, own, facts.device, DeviceAddress(panel))
    partitions = partition_ids(facts)
    if len(partitions) > 1:
        yield from features(WHOLE, own, None, PartitionAddress(panel, None))
    for number in partitions:
        address = PartitionAddress(panel, number)
        yield from features(PARTITION, own, number, address, part=partition_part(number))
