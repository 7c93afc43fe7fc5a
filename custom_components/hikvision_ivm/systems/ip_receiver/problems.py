"""What only the owner of a receiver can change (ip-receiver §1.4, §3.2)."""

from collections.abc import Iterable
from typing import Final

from ..errors import InsufficientRightsError, SystemFailure
from ..model import Problem
from .client import ReceiverClient
from .records import DeviceRecord
from .refresh import What

RECEIVER: Final = "receiver"
"""Topic of the problems of the receiver itself."""
DEVICES: Final = "devices"
"""Topic of the problems of devices behind it."""
ARMING: Final = "arming"
"""Topic of partitions that could not be armed."""
PARTS: Final = "inventory"
"""Topic of what could not be read."""
STATES: Final = "states"
"""Topic of panels whose state is not known any more."""

LEFT_OUT: Final = "left_out_receiver"
WRONG_KEY: Final = 1
OTHER_PROTOCOL: Final = 3
"""`offlineHint` of a device that is offline (2, 0 and 4: the network, which may pass)."""
UNAUTHORISED: Final = "unauth"
INACTIVE: Final = "inactive"
"""`activeStatus` of a device that cannot be used."""
MOST_NAMED: Final = 5


def receiver_problems(client: ReceiverClient) -> list[Problem]:
    """Return what the receiver said of itself."""
    problems = []
    if client.is_held:
        problems.append(Problem(key="receiver_locked", severe=True))
    if client.reboot_required:
        problems.append(Problem(key="reboot_required_receiver"))
    if client.risk_password:
        problems.append(Problem(key="weak_password"))
    return problems


def left_out(parts: Iterable[tuple[DeviceRecord, What]]) -> list[Problem]:
    """Return what could not be read of panels, as one problem that asking again may solve."""
    words = _listed(f"{device.name} ({what.value})" for device, what in parts)
    return [Problem(key=LEFT_OUT, placeholders={"parts": words}, fixable=True)] if words else []


def unreadable(failures: Iterable[tuple[DeviceRecord, SystemFailure]]) -> list[Problem]:
    """Return why the state of panels is not known any more: the account may not see it, or something fails."""
    denied: dict[str, DeviceRecord] = {}
    failing: dict[str, str] = {}
    for device, error in failures:
        if isinstance(error, InsufficientRightsError):
            denied[device.id] = device
        else:
            failing.setdefault(device.id, f"{device.name} ({error})")
    problems = []
    if denied:
        placeholders = {"names": _names(list(denied.values())), "count": str(len(denied))}
        problems.append(Problem(key="panels_denied", placeholders=placeholders))
    if failing:
        problems.append(Problem(key="panels_unreadable", placeholders={"panels": _listed(failing.values())}))
    return problems


def device_problems(devices: Iterable[DeviceRecord]) -> list[Problem]:
    """Return what keeps devices from being reached."""
    every = list(devices)
    problems = [problem for device in every if device.online is False and (problem := _offline(device)) is not None]
    if found := [device for device in every if device.active == UNAUTHORISED]:
        placeholders = {"names": _names(found), "count": str(len(found))}
        problems.append(Problem(key="devices_unauthorised", placeholders=placeholders))
    if found := [device for device in every if device.active == INACTIVE]:
        placeholders = {"names": _names(found), "count": str(len(found))}
        problems.append(Problem(key="devices_inactive", placeholders=placeholders))
    return problems


def _offline(device: DeviceRecord) -> Problem | None:
    """Return why a device is offline, if its owner can change that."""
    if device.offline_hint == WRONG_KEY:
        return Problem(key="panel_offline_key", subject=device.id, placeholders={"name": device.name})
    if device.offline_hint == OTHER_PROTOCOL:
        return Problem(key="panel_offline_protocol", subject=device.id, placeholders={"name": device.name})
    return None


def _names(devices: list[DeviceRecord]) -> str:
    """Name some devices."""
    return _listed(device.name for device in devices)


def _listed(words: Iterable[str]) -> str:
    """Put the first of some words in a row."""
    found = sorted(words)
    return ", ".join(found[:MOST_NAMED]) + (", …" if len(found) > MOST_NAMED else "")
