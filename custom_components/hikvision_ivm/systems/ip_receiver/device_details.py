"""What a message of a camera, an infrared camera or a door station says besides that it happened (ip-receiver §4.2)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..model import Target
from ..transport.json import Fields
from .alerts import Alert, partition_and_zone, regions
from .device_events import DeviceEvent, Owner, part_of

type Facts = dict[str, str | int | float | bool]

_TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {"human": Target.HUMAN, "vehicle": Target.VEHICLE, "others": Target.OTHER, "other": Target.OTHER}
)
_THERMAL: Final = ("TMA", "TMPA", "TDA")
_NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "currTemperature": "temperature",
        "ruleTemperature": "rule_temperature",
        "currTemperatureDiff": "temperature_difference",
        "ruleTemperatureDiff": "rule_temperature_difference",
        "fireMaxTemperature": "temperature",
        "presetNo": "preset",
    }
)
_TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "thermometryUnit": "temperature_unit",
        "temperatureUnit": "temperature_unit",
        "ruleType": "rule",
        "alarmType": "rule",
        "alarmRule": "comparison",
    }
)
_VISIT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "periodNumber": "phase",
        "communityNumber": "community",
        "buildingNumber": "building",
        "unitNumber": "unit",
        "floorNumber": "floor",
        "roomNumber": "room",
    }
)


def device_facts(alert: Alert) -> tuple[Facts, str | None, Target | None]:
    """Return further facts of a message, the region it is about, and what was detected there.

    Temperatures are in `temperature_unit`, distances in metres; values are not checked for range (T28).
    """
    facts: Facts = {}
    partition, zone = partition_and_zone(alert)
    if partition:
        facts["partition"] = partition
    if zone is not None:
        facts["zone"] = zone
    if (name := alert.root.text("zoneName")) is not None:
        facts["zone_name"] = name
    if (name := alert.root.text("channelName")) is not None:
        facts["channel_name"] = name
    if (port := alert.root.integer("inputIOPortID")) is not None:
        facts["port"] = port
    region, target = _region(alert, facts)
    visit = alert.root.child("VoiceTalkEvent")
    if (name := visit.text("deviceName")) is not None:
        facts["device_name"] = name
    _texts(visit.child("target"), _VISIT, facts)
    return facts, region, target


def _region(alert: Alert, facts: Facts) -> tuple[str | None, Target | None]:
    """Take what the first region says of itself; of several, all are named."""
    entries = regions(alert)
    named = [name for entry in entries if (name := entry.text("regionID")) is not None]
    target = None
    for entry in entries[:1]:
        target = _TARGETS.get((entry.text("detectionTarget") or "").lower())
        for place in (*(entry.child(name) for name in _THERMAL), entry.child("FireDetection")):
            _thermal(place, facts)
    return ",".join(dict.fromkeys(named)) or None, target


def _thermal(place: Fields, facts: Facts) -> None:
    """Take what was measured."""
    for name, word in _NUMBERS.items():
        if (number := place.number(name)) is not None:
            facts[word] = number
    _texts(place, _TEXTS, facts)
    # -1 stands for a distance that was not measured.
    if (distance := place.number("targetDistance")) is not None and distance >= 0:
        facts["distance"] = distance
    if (sensor := place.child("sensorInfo").text("sensorName")) is not None:
        facts["sensor"] = sensor


def _texts(place: Fields, names: Mapping[str, str], facts: Facts) -> None:
    """Take words."""
    for name, word in names.items():
        if (text := place.text(name)) is not None:
            facts[word] = text


def part_in(row: DeviceEvent, alert: Alert) -> str:
    """Return what of a device an event is about, as part of an id."""
    if row.owner is Owner.DEVICE:
        return ""
    port = alert.root.text("inputIOPortID") if row.owner is Owner.PORT else None
    return part_of(port or alert.channel)
