"""What only the owner of a receiver can change (ip-receiver §1.4, §3.2)."""

from collections.abc import Iterable, Mapping
from typing import Final

from ..model import Problem
from .client import ReceiverClient
from .records import DeviceRecord
from .refresh import What

RECEIVER: Final = "receiver"
"""Topic of the problems of the receiver itself."""
DEVICES: Final = "devices"
"""Topic of the problems of devices behind it."""
PARTS: Final = "inventory"
"""Topic of what could not be read."""

LEFT_OUT: Final = "left_out_receiver"
OFFLINE: Final[Mapping[int | None, str]] = {1: "panel_offline_key", 3: "panel_offline_protocol"}
"""`offlineHint` of a device that is offline → the problem it is."""
NOT_USABLE: Final = {"unauth": "devices_unauthorised", "inactive": "devices_inactive"}
"""`activeStatus` → the problem it is."""
MOST_NAMED: Final = 5


def receiver_problems(client: ReceiverClient) -> list[Problem]:
    """Return what the receiver said of itself."""
    problems = []
    if client.reboot_required:
        problems.append(Problem(key="reboot_required_receiver"))
    if client.risk_password:
        problems.append(Problem(key="weak_password"))
    return problems


def left_out(parts: Iterable[tuple[DeviceRecord, What]]) -> list[Problem]:
    """Return what could not be read of panels, as one problem that asking again may solve."""
    named = sorted(f"{device.name} ({what.value})" for device, what in parts)
    if not named:
        return []
    words = ", ".join(named[:MOST_NAMED]) + (", …" if len(named) > MOST_NAMED else "")
    return [Problem(key=LEFT_OUT, placeholders={"parts": words}, fixable=True)]


def device_problems(devices: Iterable[DeviceRecord]) -> list[Problem]:
    """Return what keeps devices from being reached."""
    every = list(devices)
    problems = [
        Problem(key=key, subject=device.id, placeholders={"name": device.name})
        for device in every
        if device.online is False and (key := OFFLINE.get(device.offline_hint)) is not None
    ]
    for word, key in NOT_USABLE.items():
        if found := [device for device in every if device.active == word]:
            problems.append(Problem(key=key, placeholders={"names": _names(found), "count": str(len(found))}))
    return problems


def _names(devices: list[DeviceRecord]) -> str:
    """Name some devices."""
    named = ", ".join(sorted(device.name for device in devices)[:MOST_NAMED])
    return f"{named}, …" if len(devices) > MOST_NAMED else named
