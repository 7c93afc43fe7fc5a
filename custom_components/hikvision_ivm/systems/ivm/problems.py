"""What only the owner of an account can change (ivm §1.12, §5.3)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ..errors import SystemFailure
from ..model import Problem
from .capabilities import Package, PackageState, is_unpaid, package_state
from .features import channels_of
from .records import ChannelRecord, DeviceRecord, Facts
from .status_values import is_frozen

STATES: Final = "states"
"""Topic of what is frozen, unpaid or without a service."""
PARTS: Final = "inventory"
"""Topic of what could not be read."""
LEFT_OUT: Final = "left_out_ivm"
TAKEN: Final = "ivm_callback_taken"
MOST_NAMED: Final = 10
LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "organisations": ("organisations", "组织"),
    "device_orgs": ("organisations of devices", "设备所属组织"),
    "walk": ("organisations of devices", "设备所属组织"),
    "channels": ("details of channels", "通道详情"),
    "licences": ("what is booked", "已订购的资源"),
}
"""List that was asked for → words for it, in English and Chinese."""


def state_problems(facts: Facts, resting: Collection[tuple[str, str]] = ()) -> list[Problem]:
    """Return what the cloud withholds, each sort as one problem that names devices and channels.

    `resting`: channels of which a call was refused because a bill is open; lists do not tell of every bill.
    """
    frozen: list[str] = []
    unpaid: list[str] = []
    unserved: list[str] = []
    for device in facts.devices.values():
        whole = is_frozen(device)
        if whole:
            frozen.append(_name(device))
        for channel in channels_of(facts, device):
            name = _name(device, channel)
            if not whole and is_frozen(device, channel):
                frozen.append(name)
            if is_unpaid(channel) or channel.key in resting:
                unpaid.append(name)
            elif package_state(channel, Package.MANAGEMENT) is PackageState.CLOSED:
                unserved.append(name)
    problems: list[Problem] = []
    if frozen:
        problems.append(Problem(key="ivm_frozen", placeholders={"names": _named(frozen)}))
    if unpaid:
        problems.append(Problem(key="ivm_unpaid", placeholders={"names": _named(unpaid)}))
    if unserved:
        problems.append(Problem(key="ivm_no_service", placeholders={"names": _named(unserved)}))
    return problems


def left_out(failed: Mapping[str, SystemFailure]) -> list[Problem]:
    """Return what could not be read, as one problem that asking again may solve."""
    if not failed:
        return []
    told = [(LISTS[name], error.code or error.key) for name, error in failed.items()]
    english, chinese = ("; ".join(sorted({f"{words[place]} ({why})" for words, why in told})) for place in (0, 1))
    placeholders = {"parts": english, "parts_zh": chinese}
    return [Problem(key=LEFT_OUT, placeholders=placeholders, fixable=True)]


def _name(device: DeviceRecord, channel: ChannelRecord | None = None) -> str:
    """Return what people call a device or channel."""
    own = device.name or device.id
    if channel is None or device.is_single:
        return own
    return f"{own}: {channel.name or channel.id}"


def _named(names: Iterable[str]) -> str:
    """Name some of many."""
    every = sorted(names)
    return ", ".join(every[:MOST_NAMED]) + (f", … (+{len(every) - MOST_NAMED})" if len(every) > MOST_NAMED else "")
