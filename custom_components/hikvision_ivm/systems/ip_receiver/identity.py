"""Who a receiver is (ip-receiver §7, "Receiver identity").

It tells neither a serial number nor a version, and an address may change. What tells two receivers apart is what hangs
on them: an entry gets an id when it is made, and hashes of its devices by which the receiver is recognised later.
"""

from collections.abc import Collection, Iterable, Mapping
import hashlib
from typing import Any, Final
from uuid import uuid4

from ..base import Runtime
from ..model import Identity
from ..settings import IDENTITY, MARKS
from .places import index_key
from .records import DeviceRecord

NAME: Final = "IP Receiver Pro"
MANUFACTURER: Final = "Hikvision"
MEMORY: Final = "ip_receiver_marks"
MOST_MARKS: Final = 64


def marks_of(devices: Iterable[DeviceRecord]) -> set[str]:
    """Return hashes of serial numbers, and of the index of a device that tells none."""
    return {_hash(device.serial or index_key(device.index)) for device in devices}


def identity_of(devices: Collection[DeviceRecord], data: Mapping[str, Any], runtime: Runtime) -> Identity:
    """Return who answers: the receiver of the entry, unless none of its devices was ever seen on that one."""
    found = marks_of(devices)
    known = data.get(IDENTITY)
    stored = {*map(str, data.get(MARKS) or ()), *map(str, runtime.memory.get(MEMORY) or ())}
    same = known is not None and (not stored or not found or not stored.isdisjoint(found))
    if same:
        remember(found, runtime)
    own = f"ip_receiver_{min(found)[:16] if found else uuid4().hex[:16]}"
    return Identity(unique_id=str(known) if same else own, name=NAME, marks=tuple(sorted(found)[:MOST_MARKS]))


def remember(found: Iterable[str], runtime: Runtime) -> None:
    """Keep by what the receiver is recognised: over the years every device may be replaced."""
    kept = sorted(found)[:MOST_MARKS]
    if kept and runtime.memory.get(MEMORY) != kept:
        runtime.memory[MEMORY] = kept
        runtime.remember()


def _hash(text: str) -> str:
    """Return the begin of a text's SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
