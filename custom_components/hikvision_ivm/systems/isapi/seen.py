"""Features for what no list of the device mentions, but what it sent all the same (isapi-events §2.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ..kinds import Kind
from ..model import BinarySensorFeature, EventFeature, Feature, ImageFeature, Inventory, Source
from .event_types import EVENT_TYPES, EventType
from .features import detection_sensor, doorbell, owner_of
from .records import Facts

SEEN: Final = "seen"
"""Key in the runtime's memory: list of `[canonical type, channel number | terminal id | None]`.

A picture is remembered as the type `event_picture`.
"""

type Seen = tuple[str, int | str | None]


def with_seen(inventory: Inventory, facts: Facts, options: Mapping[str, Any], memory: Mapping[str, Any]) -> Inventory:
    """Return the inventory with what was seen before; rows of the memory that make no sense are left out."""
    features: dict[str, Feature] = {}
    for event_type, number in _rows(memory.get(SEEN)):
        for feature in _features(inventory, facts, options, event_type, number, features):
            if feature.device_id in inventory.devices:
                features[feature.id] = feature
    return inventory.including(features=features.values()) if features else inventory


def _rows(stored: object) -> Iterator[Seen]:
    """Yield the rows that are ones."""
    for row in stored if isinstance(stored, list) else ():
        match row:
            case [str() as event_type, int() | str() | None as number] if not isinstance(number, bool):
                yield event_type, number


def _features(
    inventory: Inventory,
    facts: Facts,
    options: Mapping[str, Any],
    event_type: str,
    number: int | str | None,
    added: Mapping[str, Feature],
) -> Iterator[Feature]:
    """Yield what one row adds, or changes in what `added` holds already."""
    channel = number if isinstance(number, int) else None
    device_id = owner_of(facts, channel)
    if event_type == Kind.EVENT_PICTURE:
        yield ImageFeature(device_id=device_id, kind=Kind.EVENT_PICTURE, source=Source.PUSH)
        return
    row = EVENT_TYPES.get(event_type)
    if row is None or (isinstance(number, str) is not (row.scope == "port")):
        return
    if row.binary:
        sensor = _sensor(device_id, row, options, number)
        if sensor.id not in inventory.features:
            yield sensor
    if row.kind is Kind.DOORBELL:
        yield doorbell(device_id)
        return
    teller = EventFeature(device_id=device_id, kind=Kind.DEVICE_EVENT if channel is None else Kind.DETECTION)
    known = added.get(teller.id) or inventory.features.get(teller.id)
    if isinstance(known, EventFeature) and row.kind not in known.event_types:
        kinds = {*known.event_types, row.kind} - {Kind.UNKNOWN_EVENT}
        yield replace(known, event_types=(*sorted(kinds), Kind.UNKNOWN_EVENT))


def _sensor(
    device_id: str, row: EventType, options: Mapping[str, Any], number: int | str | None
) -> BinarySensorFeature:
    """Return the sensor of a detection, or of a terminal that the device does not list and so cannot be asked for."""
    part = number if isinstance(number, str) else ""
    if row.kind is Kind.ALARM_INPUT:
        return BinarySensorFeature(device_id=device_id, kind=row.kind, part=part, source=Source.PUSH)
    return detection_sensor(device_id, row, options, part=part)
