"""When entities are available: by the way their value reaches us, and by the device they belong to."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Mapping

from .systems.model import Inventory


class Link:
    """One way to the system, polling or push. It counts as lost only after it failed for the grace time."""

    def __init__(self, loop: AbstractEventLoop, grace: float, changed: Callable[[], None]) -> None:
        """`grace` in seconds; `changed` is called after `working` turned."""
        self._loop = loop
        self._grace = grace
        self._changed = changed
        self._timer: TimerHandle | None = None
        self.working = True
        self.reason = ""

    def succeed(self) -> None:
        """Take note that it works."""
        self._cancel()
        self.reason = ""
        self._turn(working=True)

    def fail(self, reason: str, pause: float = 0.0) -> None:
        """Take note that it failed; `reason` in plain words or as a key, without secrets.

        `pause`: seconds for which the other side wants to be left alone. The grace time begins after them, since it is
        for trying again.
        """
        self.reason = reason
        if self.working and self._timer is None:
            self._timer = self._loop.call_later(pause + self._grace, self._turn_lost)

    def lose(self, reason: str) -> None:
        """Give it up at once: nothing will repair it without the user."""
        self._cancel()
        self.reason = reason
        self._turn(working=False)

    def close(self) -> None:
        """Cancel the timer."""
        self._cancel()

    def _turn_lost(self) -> None:
        """Grace is over."""
        self._timer = None
        self._turn(working=False)

    def _turn(self, *, working: bool) -> None:
        """Change, and tell it, if it is a change."""
        if working is not self.working:
            self.working = working
            self._changed()

    def _cancel(self) -> None:
        """Stop the grace time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Reachability:
    """Which devices are reachable behind their system; a device is not if what it hangs on is not."""

    def __init__(self) -> None:
        """Begin without devices."""
        self._parents: Mapping[str, str | None] = {}
        self._children: dict[str, list[str]] = {}
        self._told: set[str] = set()
        self.unreachable: set[str] = set()

    def replace(self, inventory: Inventory) -> None:
        """Take over another set of devices; what was told of those that stay is kept."""
        self._parents = {device.id: device.parent for device in inventory.devices.values()}
        self._children = {}
        for device_id, parent in self._parents.items():
            if parent is not None:
                self._children.setdefault(parent, []).append(device_id)
        self._told &= self._parents.keys()
        self.unreachable = set()
        for device_id, parent in self._parents.items():
            if device_id in self._told or parent in self.unreachable:
                self.unreachable.add(device_id)

    def update(self, available: Mapping[str, bool]) -> set[str]:
        """Take in what was told of devices and return those whose state it changed, descendants included."""
        changed: set[str] = set()
        for device_id, reachable in available.items():
            if device_id not in self._parents or reachable is (device_id not in self._told):
                continue
            if reachable:
                self._told.discard(device_id)
            else:
                self._told.add(device_id)
            self._spread(device_id, changed)
        return changed

    def _spread(self, device_id: str, changed: set[str]) -> None:
        """Recompute a device and what hangs on it, as far down as something changes."""
        pending = [device_id]
        while pending:
            current = pending.pop()
            lost = current in self._told or self._parents[current] in self.unreachable
            if lost is (current in self.unreachable):
                continue
            changed ^= {current}
            if lost:
                self.unreachable.add(current)
            else:
                self.unreachable.discard(current)
            pending.extend(self._children.get(current, ()))
