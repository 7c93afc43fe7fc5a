"""Ids of devices and features behind a receiver (ip-receiver §5.1)."""

import re
from typing import Final

from .records import ALL_PARTITIONS, PanelFacts, PeripheralRecord

_NO_ID: Final = re.compile(r"[^0-9A-Za-z.-]+")


def index_key(index: str) -> str:
    """Return what a `devIndex` is compared by: it is printed in either case, with and without hyphens."""
    return index.strip().lower().replace("-", "")


def device_id(uid: str, device: str) -> str:
    """Return the id of a device behind the receiver `uid`."""
    return f"{uid}_{device}"


def zone_id(uid: str, device: str, zone: int) -> str:
    """Return the id of a zone's device."""
    return f"{uid}_{device}_zone_{zone}"


def peripheral_id(uid: str, device: str, peripheral: PeripheralRecord) -> str:
    """Return the id of a peripheral's device."""
    return f"{uid}_{device}_{peripheral.kind.value}_{_NO_ID.sub('-', peripheral.key)}"


def feature_id(device: str, type_: str, kind: str, part: str = "") -> str:
    """Return the id of a feature of a device, as `Feature` derives it."""
    return f"{device}_{type_}_{kind}_{part}" if part else f"{device}_{type_}_{kind}"


def partition_ids(facts: PanelFacts) -> tuple[int, ...]:
    """Return the partitions of a panel in use, in order; of one that does not list them, those its zones name.

    A panel of which neither says anything has one pseudo-partition, `ALL_PARTITIONS`. Empty: nothing was read yet.
    """
    if facts.partitions is not None:
        return tuple(sorted(one.id for one in facts.partitions if one.enabled is not False))
    if facts.zones is None:
        return ()
    named = sorted({number for zone in facts.zones for number in zone.partitions if number > 0})
    return tuple(named) or (ALL_PARTITIONS,)
