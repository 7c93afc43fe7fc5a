"""What tests and the demonstration let happen to devices: they go offline, inputs are triggered, doors are moved by hand.

Mixed into the platform, so that it reads `platform.set_input("1", on=True)`.
"""

import asyncio

from .domains.acts import DomainActs
from .state import CLOSED, DOOR_OFFLINE, HELD_CLOSED, HELD_OPEN, OFFLINE, ONLINE, OPEN, AlarmInput, Door

INPUT_ALARM = 589825
STARTED = 1
LINK_EVENTS = {"encodeDevice": (66311, 66306), "mobileDevice": (641, 642)}
"""Events of devices that are online again, and that are offline."""
DOOR_EVENTS = {
    HELD_OPEN: (198401, 198913),
    CLOSED: (199169, 199942),
    OPEN: (199941, 198913),
    HELD_CLOSED: (198148, 199942),
}
"""Events of a door that comes into a state."""
LEFT_EVENTS = {HELD_OPEN: (198402,), HELD_CLOSED: (198150,)}
"""Events of a door that leaves a state."""


class DeviceActs(DomainActs):
    """Everything that can happen to devices."""

    def set_online(self, source_type: str, source: str, online: bool, *, push: bool = True) -> None:
        """Let a camera, device, door or input go offline or come back; an encoder takes its cameras and inputs along."""
        platform = self._platform
        thing, status = platform.state.sources(source_type)[source], ONLINE if online else OFFLINE
        if isinstance(thing, Door):
            thing.state = CLOSED if online else DOOR_OFFLINE
        elif isinstance(thing, AlarmInput):
            thing.network_status = status
        else:
            thing.status = status
        if source_type in ("encodeDevice", "acsDevice", "mobileDevice"):
            self._take_along(source_type, source, status)
        if source_type in LINK_EVENTS:
            platform.happen(LINK_EVENTS[source_type][not online], source_type, source, status=0, data={}, push=push)

    def _take_along(self, source_type: str, source: str, status: int) -> None:
        state = self._platform.state
        for camera in state.cameras.values():
            if (camera.parent_type, camera.parent) == (source_type, source):
                camera.status = status
        for terminal in state.inputs.values():
            if (terminal.device_type, terminal.device) == (source_type, source):
                terminal.network_status = status
        for door in state.doors.values():
            if source_type == "acsDevice" and door.controller == source:
                door.state = CLOSED if status == ONLINE else DOOR_OFFLINE

    def set_input(self, source: str, on: bool, *, push: bool = True) -> str:
        """Trigger an alarm input, or let go of it. Returns the id of the event; "" when nothing was to end."""
        platform = self._platform
        if on:
            return platform.happen(INPUT_ALARM, "ioIn", source, status=STARTED, push=push)
        return self.end_newest(INPUT_ALARM, source, push=push)

    def end_newest(self, code: int, source: str, *, push: bool = True) -> str:
        """End the newest event of a source that is not over. Returns its id; "" when there is none."""
        platform = self._platform
        for record in reversed(platform.state.records):
            if (record.code, record.source) == (code, source) and record.stop is None:
                platform.events.end(record.event_id, push=push)
                return record.event_id
        return ""

    def move_door(self, door: str, state: int, *, push: bool = True) -> None:
        """Let a door come into a state (`doorState`) without a command, with the events that tell of it."""
        platform = self._platform
        target = platform.state.doors[door]
        if target.state == state:
            return
        codes = (*LEFT_EVENTS.get(target.state, ()), *DOOR_EVENTS.get(state, ()))
        target.state = state
        for code in codes:
            platform.happen(code, "door", door, status=0, data={}, push=push)

    async def restart(self, seconds: float = 0.0, *, forget_subscriptions: bool = False) -> None:
        """Go away for a while and come back on the same port; live addresses end, and subscriptions if asked for."""
        platform = self._platform
        reachable, platform.reachable = platform.reachable, False
        await platform.stop_answering()
        platform.live_paths.expire()
        if forget_subscriptions:
            platform.subscriptions.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            platform.reachable = reachable
        await platform.listen()
