"""What the receiver itself and devices that are no panel become (ip-receiver §3.2, §4.2, §5.1)."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import BinarySensorFeature, Device, DeviceKind, EventFeature, Feature, ImageFeature, Source
from ..parts import Row, features
from .device_events import EVENTS, Role, SeenDetection, device_type, event_types, has_doorbell
from .identity import MANUFACTURER
from .places import device_id
from .records import DeviceAddress, DeviceRecord
from .running import REPEAT_SECONDS

OTHER: Final[tuple[Row[DeviceRecord], ...]] = (
    Row(
        make=EventFeature,
        kind=Kind.DEVICE_EVENT,
        rank=1,
        source=Source.PUSH,
        more=lambda device: {"event_types": event_types(device)},
    ),
    Row(
        make=EventFeature,
        kind=Kind.DOORBELL,
        rank=0,
        source=Source.PUSH,
        when=has_doorbell,
        more={"event_types": (Kind.DOORBELL,)},
    ),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=1),
    Row(
        make=BinarySensorFeature,
        kind=Kind.UPDATE_AVAILABLE,
        rank=5,
        source=Source.POLL,
        when=lambda device: device.upgrade is not None,
    ),
)
HUB: Final[tuple[Row[bool], ...]] = (
    Row(
        make=BinarySensorFeature,
        kind=Kind.EVENT_STREAM,
        rank=0,
        source=Source.ALWAYS,
        when=lambda pushed: pushed,
    ),
    Row(make=BinarySensorFeature, kind=Kind.CLOUD_LINK, rank=0, source=Source.PUSH),
    Row(
        make=EventFeature,
        kind=Kind.DEVICE_EVENT,
        rank=0,
        source=Source.PUSH,
        more={"event_types": (Kind.UNKNOWN_EVENT,)},
    ),
)
"""Of the receiver; the record is whether events are subscribed to."""

_DEVICE_KINDS: Final[Mapping[int, DeviceKind]] = MappingProxyType(
    {0: DeviceKind.ALARM_PANEL, 1: DeviceKind.ENCODER, 2: DeviceKind.ACCESS_CONTROLLER}
)
_HELD: Final = frozenset(row.kind for row in EVENTS.values() if row.role is Role.LASTS)
_SEEN_RANK: Final = 3


def device_of(uid: str, device: DeviceRecord) -> Device:
    """Return a device behind the receiver."""
    number = 0 if device.is_panel else device_type(device)
    return Device(
        id=device_id(uid, device.id),
        name=device.name,
        kind=_DEVICE_KINDS.get(-1 if number is None else number, DeviceKind.OTHER),
        parent=uid,
        manufacturer=None if device.source == _THIRD_PARTY else MANUFACTURER,
        model=device.model,
        serial=device.serial,
        firmware=device.firmware,
        area=device.site,
        place=() if device.site is None else (device.site,),
    )


_THIRD_PARTY: Final = 2
"""Value of `devSource`."""


def other_features(uid: str, device: DeviceRecord, seen: Iterable[SeenDetection]) -> Iterator[Feature]:
    """Make the features of a device that is no panel. `seen`: what it was seen to tell, of itself and of others."""
    own, address = device_id(uid, device.id), DeviceAddress(device.id)
    yield from features(OTHER, own, device, address)
    for one in dict.fromkeys(seen):
        if one.device != device.id:
            continue
        if one.kind is Kind.EVENT_PICTURE:
            yield ImageFeature(device_id=own, kind=one.kind, address=address, rank=_SEEN_RANK)
        else:
            yield seen_sensor(own, one, address)


def seen_sensor(own: str, seen: SeenDetection, address: object) -> BinarySensorFeature:
    """Return the sensor of a detection that appears when it is first seen."""
    return BinarySensorFeature(
        device_id=own,
        kind=seen.kind,
        part=seen.channel,
        address=address,
        rank=_SEEN_RANK,
        source=Source.PUSH,
        hold=REPEAT_SECONDS if seen.kind in _HELD else None,
    )
