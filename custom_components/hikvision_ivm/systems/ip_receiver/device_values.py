"""What the list of devices tells of a device's features (ip-receiver §3.2). Pure: from a record to values."""

from collections.abc import Mapping
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, Unknown, Value
from .places import device_id, feature_id
from .records import ConnectionMode, DeviceRecord, OnlineBy

WRONG_KEY: Final = 1
CLOUD_BROKEN: Final = 4
"""Values of `offlineHint`: the key does not match; the link by the maker's cloud fails in a dual connection."""


def device_values(uid: str, device: DeviceRecord) -> dict[str, Value | Unknown]:
    """Return values by feature id, whether the device has the feature or not."""
    own = device_id(uid, device.id)
    return {
        feature_id(own, "binary_sensor", Kind.ONLINE.value): UNKNOWN if device.online is None else device.online,
        feature_id(own, "binary_sensor", Kind.UPDATE_AVAILABLE.value): UNKNOWN
        if device.upgrade is None
        else device.upgrade,
    }


def device_statuses(device: DeviceRecord) -> Mapping[Kind, bool | None]:
    """Return what the list proves of the key and of the link to the cloud; None: nothing, events tell them."""
    return {Kind.DEVICE_KEY: _wrong_key(device), Kind.CLOUD_LINK: _cloud_link(device)}


def _by_cloud(device: DeviceRecord) -> bool:
    """Whether it is the maker's cloud through which a device is online."""
    dual = device.mode is ConnectionMode.DUAL and device.online_by is OnlineBy.HPP
    return dual or device.mode is ConnectionMode.HPP


def _wrong_key(device: DeviceRecord) -> bool | None:
    """Whether the key of the direct connection is wrong; a device that is online by it has the right one."""
    if device.online and not _by_cloud(device):
        return False
    return True if device.offline_hint == WRONG_KEY else None


def _cloud_link(device: DeviceRecord) -> bool | None:
    """Whether a device reaches the maker's cloud."""
    if device.online and _by_cloud(device):
        return True
    return False if device.offline_hint == CLOUD_BROKEN else None


def device_available(device: DeviceRecord) -> bool:
    """Whether a device can be reached by the receiver; `unknown` is not offline."""
    return device.online is not False
