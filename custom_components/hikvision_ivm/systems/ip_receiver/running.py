"""What goes on, and which part of it a message tells (ip-receiver §4.2).

An event that lasts is repeated until it is told as `inactive`; `activePostCount` counts the repeats. Not every device
tells the end, and some count on over the next one, so what was not repeated for a while counts as over.
"""

from collections.abc import Hashable
from typing import Final

import orjson

from ..base import Runtime
from ..kinds import Kind
from ..model import Phase
from .alerts import Alert
from .device_events import DeviceEvent, Role

REPEAT_SECONDS: Final = 30.0
"""Something that is repeated with a growing count goes on for so long without a repeat."""
BOUNCE_SECONDS: Final = 2.0
"""A moment that is counted on within this time is a repeat: nobody rings twice so soon, but a station may tell twice."""
MOST_RUNNING: Final = 2_000

_HEADER: Final = frozenset({"datetime", "datatime", "activepostcount", "eventstate"})
"""What differs between two repeats of the same, in lower case."""

type Key = tuple[str, Kind, str]


class Running:
    """What is going on, by device, kind and part: channel, port or zone."""

    def __init__(self, runtime: Runtime, hold: float) -> None:
        """`hold`: seconds for which something goes on that says nothing of its repeats."""
        self._runtime = runtime
        self.hold = hold
        self._since: dict[Key, tuple[float, int | None, Hashable]] = {}

    def take(self, alert: Alert, device: str, row: DeviceEvent, part: str) -> Phase:
        """Take note of a message of a device and return what it tells.

        Two moments are told apart by the time they were at, and events that are in no table by what they say.
        """
        said: Hashable = None
        patience = BOUNCE_SECONDS
        if row.role is Role.MOMENT:
            said = alert.time
        elif row.kind is Kind.UNKNOWN_EVENT:
            said, patience = content(alert), REPEAT_SECONDS
        return self.phase(
            (device, row.kind, part), active=alert.active is not False, count=alert.count,
            lasts=row.role is Role.CONDITION, said=said, patience=patience,
        )  # fmt: skip

    def phase(
        self,
        key: Key,
        *,
        active: bool,
        count: int | None,
        lasts: bool = False,
        said: Hashable = None,
        patience: float = REPEAT_SECONDS,
    ) -> Phase:
        """Take note of a message and return what it tells.

        `count`: `activePostCount`. One that begins anew tells that the end of the last was missed. `lasts`: it goes on
        until its end is told, repeated or not. `said`: what tells it from another one of its kind; one that says
        something else is a repeat only if it is counted on within `patience` seconds.
        """
        now = self._runtime.monotonic()
        before = self._since.pop(key, None)
        if not active:
            return Phase.END
        while len(self._since) >= MOST_RUNNING:
            del self._since[next(iter(self._since))]
        self._since[key] = now, count, said
        if before is None:
            return Phase.START
        at, last, told = before
        growth = 0 if count is None or last is None else count - last
        if growth < 0:
            return Phase.START
        if lasts:
            return Phase.ONGOING
        if said is not None and told is not None and said != told:
            return Phase.ONGOING if growth and now - at <= patience else Phase.START
        seconds = max(REPEAT_SECONDS, self.hold) if growth else self.hold
        return Phase.ONGOING if now - at <= seconds else Phase.START

    def forget(self, key: Key) -> None:
        """Something else ended it."""
        self._since.pop(key, None)


def content(alert: Alert) -> int:
    """Return what stands for everything a message says besides when, and how often it was told."""
    said = {name: value for name, value in alert.root.raw.items() if name.strip().lower() not in _HEADER}
    return hash(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
