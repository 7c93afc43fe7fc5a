"""Which video channels a device has and which streams they carry (isapi-core §3.4.1, §3.9, §4.2 to §4.4, X.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from lxml import etree

from ..transport.xml import as_bool, find
from .documents import descendants, number, word
from .identity import mac_of
from .records import Channel, ChannelOrigin, Stream, UnitKind

type Streams = Mapping[int, tuple[Stream, ...]]
"""Channel number → its streams, by number."""

_MAX_CHANNEL: Final = 9999


@dataclass(frozen=True, slots=True)
class Input:
    """A local video input. `signal`: whether it gets a picture, None if the device does not tell."""

    number: int
    name: str | None
    signal: bool | None
    enabled: bool


def channel_id(device_id: str, channel: int) -> str:
    """Return the id of a channel that is a device of its own."""
    return f"{device_id}_{channel}"


def _stream(element: etree._Element) -> tuple[int, Stream] | None:
    """Read one stream and its channel, or None if it says neither."""
    stream_id = number(element, "id")
    if stream_id is None:
        return None
    hundreds, units = divmod(stream_id, 100)
    channel = number(element, "Video/videoInputChannelID", "Video/dynVideoInputChannelID")
    if not channel:
        # Some firmware leaves the input out; a camera with one input also numbers its streams 1 and 2.
        channel = hundreds or 1
    if not 0 < channel <= _MAX_CHANNEL:
        return None
    rate = number(element, "Video/maxFrameRate")
    return channel, Stream(
        id=str(stream_id),
        number=units or 1,
        enabled=as_bool(word(element, "enabled")) is not False,
        name=word(element, "channelName"),
        codec=word(element, "Video/videoCodecType"),
        width=number(element, "Video/videoResolutionWidth") or None,
        height=number(element, "Video/videoResolutionHeight") or None,
        rate=rate / 100 if rate else None,
        audio=as_bool(word(element, "Audio/enabled")) is True,
    )


def streams_of(root: etree._Element) -> Streams:
    """Read the list of streams, or a single one, grouped by video input. Raises nothing: what says nothing is left out."""
    found: dict[int, dict[str, Stream]] = {}
    for element in descendants(root, "StreamingChannel"):
        if (read := _stream(element)) is not None:
            channel, stream = read
            found.setdefault(channel, {}).setdefault(stream.id, stream)
    return {
        channel: tuple(sorted(streams.values(), key=lambda stream: (stream.number, int(stream.id))))
        for channel, streams in sorted(found.items())
    }


def inputs_of(root: etree._Element) -> Mapping[int, Input]:
    """Read the list of local video inputs."""
    found: dict[int, Input] = {}
    for element in descendants(root, "VideoInputChannel"):
        channel = number(element, "id")
        if not channel or channel > _MAX_CHANNEL:
            continue
        description = word(element, "resDesc")
        signal = None if description is None else "NO VIDEO" not in description.upper()
        enabled = as_bool(word(element, "videoInputEnabled")) is not False
        found.setdefault(channel, Input(channel, word(element, "name"), signal, enabled))
    return found


def proxied_of(root: etree._Element, device_id: str) -> Mapping[int, Channel]:
    """Read the list of network cameras behind a recorder; entries without a source are not configured."""
    found: dict[int, Channel] = {}
    for element in descendants(root, "InputProxyChannel"):
        channel = number(element, "id")
        source = find(element, "sourceInputPortDescriptor")
        if not channel or channel > _MAX_CHANNEL or source is None:
            continue
        found.setdefault(
            channel,
            Channel(
                number=channel,
                device_id=channel_id(device_id, channel),
                origin=ChannelOrigin.PROXIED,
                name=word(element, "name"),
                model=word(source, "model"),
                serial=word(source, "serialNumber"),
                firmware=word(source, "firmwareVersion"),
                mac=mac_of(word(source, "macAddress", "MACAddress")),
                address=word(source, "ipAddress", "ipv6Address", "hostName"),
                source_port=number(source, "srcInputPort"),
                protocol=word(source, "proxyProtocol"),
            ),
        )
    return found


def camera_channels(device_id: str, streams: Streams, inputs: Mapping[int, Input] | None) -> Mapping[int, Channel]:
    """Return the sensors of a camera: the groups of its streams, else its inputs, else the one it must have.

    The only channel of a camera is the camera itself; several are devices of their own below it.
    """
    numbers = list(streams) or list(inputs or {}) or [1]
    names = {item.number: item.name for item in (inputs or {}).values()}
    return {
        channel: Channel(
            number=channel,
            device_id=device_id if len(numbers) == 1 else channel_id(device_id, channel),
            origin=ChannelOrigin.LOCAL,
            name=names.get(channel) or next((stream.name for stream in streams.get(channel, ()) if stream.name), None),
            streams=streams.get(channel, ()),
        )
        for channel in numbers
    }


def recorder_channels(
    device_id: str,
    streams: Streams,
    inputs: Mapping[int, Input] | None,
    proxied: Mapping[int, Channel] | None,
    capacity: tuple[int, int],
) -> Mapping[int, Channel]:
    """Return the channels of a recorder, analogue ones first.

    `inputs` and `proxied` are None where the device did not give that list; then the streams tell which of its
    `capacity` (analogue inputs, network cameras) are in use.
    """
    analogue, network = capacity
    found: dict[int, Channel] = {}

    def add(channel: int, name: str | None, origin: ChannelOrigin) -> None:
        found[channel] = Channel(number=channel, device_id=channel_id(device_id, channel), origin=origin, name=name)

    if inputs is not None:
        for item in inputs.values():
            if item.enabled:
                add(item.number, item.name, ChannelOrigin.LOCAL)
    elif analogue:
        for channel in streams:
            if channel <= analogue:
                add(channel, None, ChannelOrigin.LOCAL)
    if proxied is not None:
        taken = max(found, default=0)
        for channel, camera in proxied.items():
            # Two lists with the same number: the network camera comes after the analogue inputs.
            place = channel if channel not in found else channel + taken
            if place not in found:
                found[place] = replace(camera, number=place, device_id=channel_id(device_id, place))
    elif network:
        for channel in streams:
            if channel > analogue and channel not in found:
                add(channel, None, ChannelOrigin.PROXIED)
    return {channel: replace(found[channel], streams=streams.get(channel, ())) for channel in sorted(found)}


def channels_of(
    kind: UnitKind,
    device_id: str,
    streams: Streams,
    inputs: Mapping[int, Input] | None,
    proxied: Mapping[int, Channel] | None,
    capacity: tuple[int, int],
) -> Mapping[int, Channel]:
    """Return the channels of a device by number."""
    if kind is UnitKind.CAMERA:
        return MappingProxyType(dict(camera_channels(device_id, streams, inputs)))
    return MappingProxyType(dict(recorder_channels(device_id, streams, inputs, proxied, capacity)))
