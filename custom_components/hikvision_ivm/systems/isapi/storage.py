"""Disks, cards and network volumes (isapi-core X.2)."""

from typing import Final

from lxml import etree

from .documents import amount, descendants, word
from .records import Disk

_SOUND: Final = frozenset({"ok", "idle", "sleeping", "normal", "active", "formatting", "formating", "online"})
_PLAUSIBLE: Final = 256
"""Disks and volumes; the largest recorders have 48. A longer list is no list of disks."""


def disks_of(root: etree._Element) -> tuple[Disk, ...]:
    """Read the list of disks; disks and network volumes share one row of numbers on every device seen."""
    found: dict[str, Disk] = {}
    for name, network in (("hdd", False), ("nas", True)):
        for element in descendants(root, name):
            disk_id = word(element, "id")
            if disk_id is None or len(found) >= _PLAUSIBLE:
                continue
            if disk_id in found:
                disk_id = f"{name}{disk_id}"
            found.setdefault(
                disk_id,
                Disk(
                    id=disk_id,
                    network=network,
                    name=word(element, "path", "hddName") if network else word(element, "hddName"),
                    status=word(element, "status"),
                    capacity=amount(element, "capacity"),
                    free=amount(element, "freeSpace"),
                ),
            )
    return tuple(found.values())


def is_problem(disk: Disk) -> bool | None:
    """Whether the device complains about a disk; None if it says nothing. Free space 0 is normal with overwriting."""
    return None if disk.status is None else disk.status.casefold() not in _SOUND
