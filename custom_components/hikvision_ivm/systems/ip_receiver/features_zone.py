"""What a zone becomes: a device below its panel, with what it tells of itself (ip-receiver §3.10, §5.5)."""

from collections.abc import Hashable
from typing import Final

from ..kinds import Kind
from ..model import (
    BinarySensorFeature,
    Device,
    DeviceKind,
    ImageFeature,
    SelectFeature,
    SensorFeature,
    Source,
    SwitchFeature,
)
from ..parts import Part, Row, features, has
from .detectors import model_of, shape_of, takes_pictures
from .identity import MANUFACTURER
from .places import device_id, zone_id
from .records import ZoneAddress, ZoneRecord
from .zone_condition import zone_name
from .zone_values import DEACTIVATIONS, NOT_RELATED, status_of

ZONE: Final[tuple[Row[ZoneRecord], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ZONE, rank=0, more=lambda zone: {"shape": shape_of(zone)}),
    Row(make=BinarySensorFeature, kind=Kind.ZONE_ALARM, rank=1, when=lambda zone: zone.alarm is not None),
    Row(make=BinarySensorFeature, kind=Kind.TAMPER, rank=1, when=lambda zone: zone.tampered is not None),
    Row(
        make=BinarySensorFeature,
        kind=Kind.BATTERY_LOW,
        rank=3,
        when=lambda zone: zone.wireless and zone.battery_low is not None,
    ),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=3, when=lambda zone: zone.status is not None),
    Row(
        make=BinarySensorFeature,
        kind=Kind.PROBLEM,
        rank=3,
        when=lambda zone: any((zone.status, zone.health, zone.water, zone.smoke, zone.heat)),
    ),
    Row(make=BinarySensorFeature, kind=Kind.SHOCK, rank=3, when=lambda zone: zone.shock is not None),
    Row(make=BinarySensorFeature, kind=Kind.TILT, rank=3, when=lambda zone: zone.tilt is not None),
    Row(make=BinarySensorFeature, kind=Kind.PIRCAM_LINK, rank=3, when=lambda zone: zone.pircam is not None),
    Row(
        make=BinarySensorFeature,
        kind=Kind.SHIELDED,
        rank=5,
        enabled=False,
        when=lambda zone: zone.shielded is not None,
    ),
    Row(
        make=BinarySensorFeature, kind=Kind.ZONE_ARMED, rank=5, enabled=False, when=lambda zone: zone.armed is not None
    ),
    Row(
        make=SensorFeature,
        kind=Kind.TEMPERATURE,
        rank=4,
        source=Source.POLL,
        when=lambda zone: zone.temperature is not None,
        more={"unit": "°C"},
    ),
    Row(
        make=SensorFeature,
        kind=Kind.HUMIDITY,
        rank=4,
        source=Source.POLL,
        when=lambda zone: zone.humidity is not None,
        more={"unit": "%"},
    ),
    Row(
        make=SensorFeature,
        kind=Kind.SIGNAL,
        rank=4,
        source=Source.POLL,
        enabled=False,
        when=lambda zone: zone.wireless and zone.signal is not None,
    ),
    Row(
        make=SensorFeature,
        kind=Kind.BATTERY_LEVEL,
        rank=4,
        source=Source.POLL,
        when=lambda zone: zone.wireless and zone.battery_level is not None,
        more={"unit": "%"},
    ),
    Row(
        make=SelectFeature,
        kind=Kind.DEACTIVATION_ONCE,
        rank=2,
        source=Source.POLL,
        when=lambda zone: zone.deactivated_once is not None,
        more={"options": DEACTIVATIONS},
    ),
    Row(
        make=SelectFeature,
        kind=Kind.DEACTIVATION,
        rank=2,
        source=Source.POLL,
        when=lambda zone: zone.deactivated is not None,
        more={"options": DEACTIVATIONS},
    ),
    Row(make=ImageFeature, kind=Kind.EVENT_PICTURE, rank=3, when=takes_pictures),
)
BYPASS: Final[tuple[Row[ZoneRecord], ...]] = (
    Row(
        make=SwitchFeature,
        kind=Kind.ZONE_BYPASS,
        rank=2,
        when=lambda zone: zone.bypassed is not None and zone.bypass_allowed,
    ),
)
"""Of panels that do not refuse to bypass zones."""


def zone_part(uid: str, panel: str, zone: ZoneRecord, *, bypass: bool) -> Part:
    """Return the device of a zone and its features. `panel`: id of its panel's record."""
    own = zone_id(uid, panel, zone.id)
    device = Device(
        id=own,
        name=zone_name(zone),
        kind=DeviceKind.ZONE,
        parent=device_id(uid, panel),
        manufacturer=MANUFACTURER,
        model=model_of(zone),
        firmware=zone.firmware,
    )
    rows = (*ZONE, *BYPASS) if bypass else ZONE
    used = status_of(zone) != NOT_RELATED
    return Part((device,), tuple(features(rows, own, zone, ZoneAddress(panel, zone.id), used=used)))


def zone_outline(zone: ZoneRecord) -> Hashable:
    """Return what `zone_part` depends on."""
    return (
        zone.id,
        zone.name,
        model_of(zone),
        zone.firmware,
        shape_of(zone),
        status_of(zone) == NOT_RELATED,
        has(ZONE, zone),
        has(BYPASS, zone),
    )
