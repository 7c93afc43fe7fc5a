"""Ids of devices and features of an account, and where they lie (ivm §9, "Registry")."""

from hashlib import sha256
import re
from typing import Final
from urllib.parse import quote

from .records import ChannelAddress, ChannelRecord, DeviceRecord

_NO_ID: Final = re.compile(r"[^0-9A-Za-z.-]+")


def uid_of(user_id: str) -> str:
    """Return what ids of devices begin with."""
    return f"ivm_{_plain(user_id)}"


def org_id(uid: str, org: str) -> str:
    """Return the id of an organisation's device."""
    return f"{uid}_org_{_plain(org)}"


def device_id(uid: str, device: str) -> str:
    """Return the id of a device."""
    return f"{uid}_{_plain(device)}"


def channel_id(uid: str, device: DeviceRecord, channel: str) -> str:
    """Return the id of the device that a channel's features lie on: a camera is its one channel itself."""
    own = device_id(uid, device.id)
    return own if device.is_single else f"{own}_{_plain(channel)}"


def dc(channel: ChannelRecord | ChannelAddress) -> str:
    """Return the part of a path that names a channel."""
    id_ = channel.id if isinstance(channel, ChannelRecord) else channel.channel
    return f"devices/{quote(channel.device, safe='')}/channels/{quote(id_, safe='')}"


def feature_id(device: str, type_: str, kind: str, part: str = "") -> str:
    """Return the id of a feature of a device, as `Feature` derives it."""
    return f"{device}_{type_}_{kind}_{part}" if part else f"{device}_{type_}_{kind}"


def _plain(id_: str) -> str:
    """Return an id of the cloud without signs that none should have; two that differ stay different."""
    plain = _NO_ID.sub("-", id_)
    return plain if plain == id_ else f"{plain}-{sha256(id_.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
