"""Which device is which: a panel that is added to the receiver again gets another `devIndex` (ip-receiver §1.1).

What a device was first known by stays its id for good: its serial number, or its index where it told none. A device that
turns up under a new index is recognised by its serial number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
import re
from typing import Any, Final

from ..base import Runtime
from .places import index_key
from .records import DeviceRecord

MEMORY: Final = "ip_receiver_devices"
MOST: Final = 10_000
_NO_ID: Final = re.compile(r"[^0-9A-Za-z.-]+")


class KnownDevices:
    """Gives devices their ids, and remembers them over restarts."""

    def __init__(self, runtime: Runtime) -> None:
        """Take over what is remembered; what is not understood is forgotten."""
        self._runtime = runtime
        self._rows: dict[str, tuple[str, str | None]] = {}
        stored = runtime.memory.get(MEMORY)
        for key, row in stored.items() if isinstance(stored, Mapping) else ():
            if isinstance(row, (list, tuple)) and len(row) == 2 and isinstance(row[0], str):
                self._rows[str(key)] = (row[0], row[1] if isinstance(row[1], str) else None)

    def id_of(self, index: str) -> str | None:
        """Return the id of the device that has, or had, an index."""
        row = self._rows.get(index_key(index))
        return None if row is None else row[0]

    def assign(self, listed: Iterable[DeviceRecord]) -> dict[str, DeviceRecord]:
        """Return devices by id. Of two with one id, the one that is online counts, else the one listed last."""
        devices: dict[str, DeviceRecord] = {}
        before = dict(self._rows)
        for record in listed:
            key = index_key(record.index)
            id_ = self._id(key, record)
            self._rows[key] = (id_, record.serial or (before[key][1] if key in before else None))
            known = devices.get(id_)
            if known is None or record.online is True or known.online is not True:
                devices[id_] = replace(record, id=id_)
        if self._rows != before:
            self._remember({index_key(one.index) for one in devices.values()})
        return devices

    def _id(self, key: str, record: DeviceRecord) -> str:
        """Return the id of a device."""
        if key in self._rows:
            return self._rows[key][0]
        if record.serial is None:
            return key
        for id_, serial in self._rows.values():
            if serial == record.serial:
                return id_
        return _NO_ID.sub("-", record.serial)

    def _remember(self, listed: set[str]) -> None:
        """Store the rows; when they become too many, those of devices that are gone go first."""
        if len(self._rows) > MOST:
            self._rows = {key: row for key, row in self._rows.items() if key in listed}
        stored: dict[str, Any] = {key: list(row) for key, row in self._rows.items()}
        self._runtime.memory[MEMORY] = stored
        self._runtime.remember()
