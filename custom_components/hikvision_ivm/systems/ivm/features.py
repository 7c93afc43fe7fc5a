"""From facts to devices and features, device by device (ivm §9). Pure, without I/O.

A part of the inventory depends on its device alone, with its channels. `device_outline` tells cheaply whether there would
be any difference: states come and go all the time, features hardly.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from ..model import Device, Feature, Inventory
from ..parts import Part, assemble, features, joined
from ..settings import STREAMS
from .features_channel import channel_features, view_of
from .features_device import APART, DEVICE, channel_device, device_of, org_names, org_part, tenant_part
from .learnt import NO_LESSONS, NOTHING, Lessons
from .licences import Licence
from .places import channel_id, device_id
from .records import ChannelRecord, DeviceAddress, DeviceRecord, Facts
from .wishes import Wishes

__all__ = ["Part", "build", "device_outline", "device_part", "org_part", "orgs_part", "tenant_part"]


def streams_of(options: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the streams that are wanted besides the main one; None for all of them."""
    chosen = options.get(STREAMS)
    return frozenset(map(str, chosen)) if isinstance(chosen, (list, tuple, set, frozenset)) else None


def device_part(
    uid: str,
    facts: Facts,
    device: DeviceRecord,
    *,
    streams: frozenset[str] | None = None,
    lessons: Lessons = NO_LESSONS,
) -> Part:
    """Return a device with its channels. `lessons`: what was found out of them; `streams` as in `ChannelView`."""
    own = device_id(uid, device.id)
    devices: list[Device] = [device_of(uid, device, facts)]
    made: list[Feature] = list(features(DEVICE, own, device, DeviceAddress(device.id)))
    if not device.is_single:
        made += features(APART, own, device, DeviceAddress(device.id))
    for channel in channels_of(facts, device):
        view = view_of(device, channel, streams, lessons.get(channel.key, NOTHING))
        if not device.is_single:
            devices.append(channel_device(uid, device, channel, facts))
        made += channel_features(channel_id(uid, device, channel.id), device.id, channel.id, view)
    return Part(tuple(devices), tuple(made))


def device_outline(
    facts: Facts, device: DeviceRecord, *, streams: frozenset[str] | None = None, lessons: Lessons = NO_LESSONS
) -> Hashable:
    """Return what `device_part` depends on: while it is the same, so is the part."""
    return (
        device.name,
        device.type,
        device.model,
        device.manufacturer,
        device.firmware,
        device.mac,
        device.org_name,
        device.orgs,
        org_names(facts, device.orgs[-1] if device.orgs else None),
        tuple(
            (
                channel.id,
                channel.name,
                channel.model,
                channel.firmware,
                view_of(device, channel, streams, lessons.get(channel.key, NOTHING)),
            )
            for channel in channels_of(facts, device)
        ),
    )


def channels_of(facts: Facts, device: DeviceRecord) -> Iterable[ChannelRecord]:
    """Return the channels of a device."""
    return (facts.channels[device.id, one] for one in device.channels if (device.id, one) in facts.channels)


def orgs_part(uid: str, facts: Facts) -> Part:
    """Return all organisations that hold something, those above first."""
    return joined(org_part(uid, org, facts) for org in facts.orgs.values())


def build(
    uid: str,
    facts: Facts,
    options: Mapping[str, Any],
    *,
    licences: Iterable[Licence] = (),
    lessons: Lessons = NO_LESSONS,
) -> Inventory:
    """Return everything at once."""
    streams = streams_of(options)
    return assemble(
        [
            tenant_part(uid, Wishes.of(options), licences=licences),
            orgs_part(uid, facts),
            *(device_part(uid, facts, device, streams=streams, lessons=lessons) for device in facts.devices.values()),
        ]
    )
