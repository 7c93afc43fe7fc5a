"""What the features of devices, channels and organisations are now (ivm §1.12). Pure: from records to reports.

The keys are ids of features, whether they exist or not. What was never told is unknown, which is never off.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, BinarySensorFeature, Report, SensorFeature, Unknown, Value
from .capabilities import is_unpaid
from .features import channels_of
from .features_channel import CARD_WORDS
from .places import channel_id, device_id, feature_id, org_id
from .records import ChannelRecord, DeviceRecord, Facts, firmware_of

_FROZEN: Final = "UNAVAILABLE"
"""How words begin for what the cloud withholds."""
_NORMAL: Final = "NORMAL"
_MASKED: Final[Mapping[str, bool]] = MappingProxyType({"OPEN": True, "CLOSE": False})
_CARD_FAILED: Final[Mapping[str, bool]] = MappingProxyType({"ok": False, "error": True, "formatting": False})
"""A card that is not there has neither failed nor not."""

type Read = Callable[[DeviceRecord, ChannelRecord], Value | None]


def is_online(device: DeviceRecord, channel: ChannelRecord) -> bool | None:
    """Whether a channel is online: never while its device is not."""
    return False if device.online is False else channel.online


def is_frozen(device: DeviceRecord, channel: ChannelRecord | None = None) -> bool | None:
    """Whether a device, or a channel or its device, is frozen by the cloud; None if that is not known.

    A word that nobody knows says neither.
    """
    told = [one.system_state for one in (device, channel) if one is not None and one.system_state is not None]
    if any(word.startswith(_FROZEN) for word in told):
        return True
    return False if _NORMAL in told else None


def is_available(device: DeviceRecord, channel: ChannelRecord) -> bool:
    """Whether a channel can be reached; one of which nothing is known can."""
    return is_online(device, channel) is not False and channel.valid is not False


def _card(channel: ChannelRecord) -> str | None:
    """Return the word for the state of the storage card."""
    return CARD_WORDS.get(channel.storage_card or "")


_CHANNEL: Final[tuple[tuple[str, Kind, Read], ...]] = (
    (BinarySensorFeature.type, Kind.ONLINE, is_online),
    (BinarySensorFeature.type, Kind.FROZEN, is_frozen),
    (BinarySensorFeature.type, Kind.UNPAID, lambda device, channel: is_unpaid(channel)),
    (SensorFeature.type, Kind.STORAGE_CARD, lambda device, channel: _card(channel)),
    (SensorFeature.type, Kind.FIRMWARE, firmware_of),
    (BinarySensorFeature.type, Kind.DISK_PROBLEM, lambda device, channel: _CARD_FAILED.get(_card(channel) or "")),
    (BinarySensorFeature.type, Kind.PRIVACY_MASK, lambda device, channel: _MASKED.get(channel.mask or "")),
)


def status_report(uid: str, facts: Facts, devices: Iterable[str] | None = None) -> Report:
    """Return values and reachability of some devices with their channels; of all, and of organisations, if none are named.

    Devices that are not imported are left out.
    """
    wanted = facts.devices if devices is None else [id_ for id_ in devices if id_ in facts.devices]
    values: dict[str, Value | Unknown] = {}
    available: dict[str, bool] = {}
    for id_ in wanted:
        _take(uid, facts, facts.devices[id_], values, available)
    values.update(org_values(uid, facts))
    return Report(values=values, available=available)


def _take(
    uid: str, facts: Facts, device: DeviceRecord, values: dict[str, Value | Unknown], available: dict[str, bool]
) -> None:
    """Add what is known of a device and its channels."""
    own = device_id(uid, device.id)
    available[own] = device.online is not False
    if not device.is_single:
        values[feature_id(own, BinarySensorFeature.type, Kind.ONLINE)] = _or_unknown(device.online)
        values[feature_id(own, BinarySensorFeature.type, Kind.FROZEN)] = _or_unknown(is_frozen(device))
        values[feature_id(own, SensorFeature.type, Kind.FIRMWARE)] = _or_unknown(device.firmware)
    for channel in channels_of(facts, device):
        place = channel_id(uid, device, channel.id)
        available[place] = is_available(device, channel)
        for type_, kind, read in _CHANNEL:
            values[feature_id(place, type_, kind)] = _or_unknown(read(device, channel))


def org_values(uid: str, facts: Facts) -> dict[str, Value | Unknown]:
    """Return how many imported channels organisations have, with those below, and how many of them are online.

    Where nothing is known of any of them, that is not known either.
    """
    totals, online, known = (dict.fromkeys(facts.orgs, 0) for _ in range(3))
    for device in facts.devices.values():
        states = [is_online(device, channel) for channel in channels_of(facts, device)]
        for org in device.orgs:
            if org in totals:
                totals[org] += len(states)
                online[org] += states.count(True)
                known[org] += len(states) - states.count(None)
    found: dict[str, Value | Unknown] = {}
    for org in facts.orgs:
        own = org_id(uid, org)
        found[feature_id(own, SensorFeature.type, Kind.CHANNELS_TOTAL)] = totals[org]
        told = known[org] > 0 or totals[org] == 0
        found[feature_id(own, SensorFeature.type, Kind.CHANNELS_ONLINE)] = online[org] if told else UNKNOWN
    return found


def _or_unknown(value: Value | None) -> Value | Unknown:
    """Return a value, or that there is none."""
    return UNKNOWN if value is None else value
