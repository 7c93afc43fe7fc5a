"""Which reports came lately: none is told twice, and a report finds the pictures of it (ip-receiver §4.4).

A report and the message that names its clip may come in either order. They have one UUID; where it is missing, device,
code, zone and the moment on the panel's clock tell that they belong together.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..base import Runtime
from .alerts import Cid

SECONDS: Final = 600.0
"""For so long the same report is the same event."""
UNDATED_SECONDS: Final = 60.0
"""The same for reports without a moment: a panel may give all of them one UUID."""
MOST: Final = 2_000

type Key = tuple[object, ...]


@dataclass(slots=True)
class _Told:
    """An event that was told. `owed`: by its clip, so that the report is still to be expected."""

    uuid: str | None
    owed: bool = False


class Recent:
    """The reports and clips of the last minutes."""

    def __init__(self, runtime: Runtime) -> None:
        """Nothing came yet."""
        self._runtime = runtime
        # A plain dictionary would look through all it has lost before it finds its oldest key.
        self._seen: OrderedDict[Key, float] = OrderedDict()
        self._told: OrderedDict[Key, _Told] = OrderedDict()

    def is_double(self, what: Key, *, dated: bool) -> bool:
        """Take note of a message; whether the same came before."""
        now = self._runtime.monotonic()
        before = self._seen.get(what)
        self._seen[what] = now
        if before is not None:
            self._seen.move_to_end(what)
        elif len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return before is not None and now - before <= (SECONDS if dated else UNDATED_SECONDS)

    def is_repeated(self, device: str, cid: Cid, time: datetime | None) -> bool:
        """Take note of a report; whether it was delivered before. One without UUID and moment cannot be told apart.

        `time`: of the message. Without a UUID it counts too: a panel whose clock stands still tells one moment for all.
        """
        if cid.uuid is None and cid.triggered is None:
            return False
        told = time if cid.uuid is None else None
        what = (device, cid.uuid, cid.code, cid.partition, cid.number, cid.triggered, cid.user, told)
        return self.is_double(what, dated=cid.triggered is not None)

    def report(self, device: str, cid: Cid) -> bool:
        """Take note of a new report; whether it is to be told, because no clip of it came before."""
        keys = _keys(device, cid)
        for key in keys:
            before = self._told.get(key)
            if before is not None and before.owed:
                before.owed = False
                return False
        self._note(keys, _Told(cid.uuid))
        return True

    def clip(self, device: str, cid: Cid) -> tuple[bool, str | None]:
        """Take note of a clip; whether its event is to be told, because no report of it came, and its UUID."""
        keys = _keys(device, cid)
        for key in keys:
            if (before := self._told.get(key)) is not None:
                return False, cid.uuid or before.uuid
        self._note(keys, _Told(cid.uuid, owed=True))
        return bool(keys), cid.uuid

    def _note(self, keys: list[Key], told: _Told) -> None:
        """Keep an event under all its keys; the oldest gives way."""
        for key in keys:
            if key in self._told:
                self._told.move_to_end(key)
            self._told[key] = told
        while len(self._told) > MOST:
            self._told.popitem(last=False)


def _keys(device: str, cid: Cid) -> list[Key]:
    """Return what an event is known by, the surest first."""
    keys: list[Key] = []
    if cid.uuid is not None:
        keys.append((device, cid.uuid, cid.code))
    if cid.triggered is not None:
        keys.append((device, cid.code, cid.number, cid.triggered))
    return keys
