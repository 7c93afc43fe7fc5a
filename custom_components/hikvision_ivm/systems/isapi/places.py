"""Where a message belongs: to a channel, to a terminal, to the device itself, or nowhere known (isapi-events §1.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from .alert import Alert
from .event_types import EventType
from .records import Channel, ChannelOrigin, Facts, UnitKind

_DIGITAL: Final = 32
"""Old recorders count their network cameras from 33."""
_SERIAL_TAIL: Final = 9
"""Least length of a serial number's end that counts as the same serial: some devices put the model before it."""


class Place(NamedTuple):
    """Where something happened. `number`: the channel, the terminal's id, or None."""

    scope: Literal["channel", "port", "device", "lost"]
    number: int | str | None = None


DEVICE: Final = Place("device")
LOST: Final = Place("lost")
"""The message names a channel, a terminal or a sender that nobody knows."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posted a message to us: the address the request came from, None if unknown."""

    remote: str | None = None


class Places:
    """The map of one device, built once from what it listed; every look-up costs the same however long the lists."""

    def __init__(self, facts: Facts, host: str | None = None) -> None:
        """`host`: name or address under which we reach the device."""
        self._host = host
        self._mac = facts.identity.mac
        self._serial = _plain(facts.identity.serial)
        self._recorder = facts.kind is UnitKind.RECORDER
        self._channels = facts.channels
        proxied = sorted(number for number, channel in facts.channels.items() if _is_proxied(channel))
        self._digital = self._number_digital(proxied, hybrid=len(proxied) < len(facts.channels))
        self._by_mac = _group((channel.mac, channel) for channel in facts.channels.values())
        self._by_serial = _group((_plain(channel.serial), channel) for channel in facts.channels.values())
        self._by_address = _group((channel.address, channel) for channel in facts.channels.values())
        inputs = [port for port in facts.ports if not port.output]
        self._local_ports = {_number(port.id): port for port in inputs if not port.proxied}
        self._proxied_ports = {_number(port.id): port for port in inputs if port.proxied}

    def find(self, alert: Alert, row: EventType | None, sender: Sender | None) -> Place:
        """Return the place of a message. `sender` None: it came over the device's own stream, which decides."""
        owner = self._owner(alert, sender) if sender is not None and self._recorder else None
        if owner is LOST:
            return LOST
        if row is not None and row.scope == "port":
            return self._port(alert, owner)
        if isinstance(owner, Channel):
            return Place("channel", owner.number)
        if row is not None and row.scope == "device" and row.offered:
            return DEVICE
        return self._channel(alert)

    def _channel(self, alert: Alert) -> Place:
        """Resolve the channel in the order of isapi-events §1.4; never the first one for want of a better."""
        named = False
        for number in (alert.dynamic_channel, alert.channel):
            if not number:  # absent, empty or 0: the device itself
                continue
            named = True
            if number in self._channels:
                return Place("channel", number)
            if (digital := self._digital.get(number)) is not None:
                return Place("channel", digital)
        return LOST if named else DEVICE

    def _port(self, alert: Alert, owner: Channel | Place | None) -> Place:
        """Resolve the terminal; the channel says nothing, except whose terminal a camera behind a recorder means."""
        if isinstance(owner, Channel):
            port = self._proxied_ports.get(_combined(owner.number, alert.port or alert.dynamic_port))
            return Place("port", port.id) if port else Place("channel", owner.number)
        if alert.port is not None:
            number = _number(alert.port)
            if (port := self._local_ports.get(number) or self._proxied_ports.get(number)) is not None:
                return Place("port", port.id)
            if alert.dynamic_port is None:
                return Place("port", number) if _is_terminal(number) else LOST
        if alert.dynamic_port is not None:
            port = self._proxied_ports.get(_number(alert.dynamic_port))
            if port is None and alert.dynamic_channel:
                port = self._proxied_ports.get(_combined(alert.dynamic_channel, alert.dynamic_port))
            if port is not None:
                return Place("port", port.id)
        return LOST

    def _owner(self, alert: Alert, sender: Sender | None) -> Channel | Place | None:
        """Tell who speaks: a channel's own camera, `LOST` for a stranger, None for the device itself."""
        found: tuple[Channel, ...] = ()
        if alert.mac is not None:
            if alert.mac == self._mac:
                return None
            found = self._by_mac.get(alert.mac, ())
        if (serial := _plain(alert.serial)) is not None:
            if not found and _same_serial(serial, self._serial):
                return None
            found = _narrowed(found, self._by_serial.get(serial, ()))
        for address in (alert.address, sender.remote if sender else None):
            if address is None:
                continue
            address = address.removeprefix("::ffff:")
            if not found and address == self._host:
                return None
            found = _narrowed(found, self._by_address.get(address, ()))
        if found:
            return _lens(found, alert)
        strange = alert.mac is not None and self._mac is not None
        strange = strange or (serial is not None and self._serial is not None)
        return LOST if strange else None

    def _number_digital(self, proxied: list[int], *, hybrid: bool) -> Mapping[int, int]:
        """Map 33, 34, … to the numbers of the network cameras.

        Beside analogue inputs the count begins with the first network camera, whatever its number.
        """
        ports = [self._channels[number].source_port for number in proxied]
        if len(set(ports)) == len(ports) > 1 and None not in ports:
            return {_DIGITAL + port: number for port, number in zip(ports, proxied, strict=True) if port}
        if hybrid:
            return {_DIGITAL + index: number for index, number in enumerate(proxied, 1)}
        return {_DIGITAL + number: number for number in proxied}


def _narrowed(found: tuple[Channel, ...], group: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """Let a further mark choose among what the marks before it found: serials behind a recorder may be doubled."""
    return tuple(channel for channel in found if channel in group) or found or group


def _lens(channels: tuple[Channel, ...], alert: Alert) -> Channel | Place:
    """Choose among the channels of one camera by the number the camera uses itself."""
    if len(channels) == 1:
        return channels[0]
    own = alert.dynamic_channel or alert.channel
    matching = [channel for channel in channels if channel.source_port == own]
    return matching[0] if own and len(matching) == 1 else LOST


def _group(pairs: Iterable[tuple[str | None, Channel]]) -> Mapping[str, tuple[Channel, ...]]:
    """Collect the network cameras under a mark, leaving out those without."""
    groups: dict[str, tuple[Channel, ...]] = {}
    for mark, channel in pairs:
        if mark and _is_proxied(channel):
            groups[mark] = (*groups.get(mark, ()), channel)
    return groups


def _is_proxied(channel: Channel) -> bool:
    """Whether the channel is a network camera behind the device."""
    return channel.origin is ChannelOrigin.PROXIED


def _plain(serial: str | None) -> str | None:
    """Normalise a serial number; None if there is none."""
    return (serial or "").strip().casefold() or None


def _same_serial(told: str, known: str | None) -> bool:
    """Compare serials of which one may carry the model in front."""
    if known is None:
        return False
    shorter, longer = sorted((told, known), key=len)
    return told == known or (len(shorter) >= _SERIAL_TAIL and longer.endswith(shorter))


def _number(port: str) -> str:
    """Normalise a terminal's id: `01` is `1`."""
    return port.lstrip("0") or "0"


def _is_terminal(number: str) -> bool:
    """Whether a terminal that nobody listed can be one: a small positive number."""
    return number != "0" and number.isascii() and number.isdigit() and len(number) <= 3


def _combined(channel: int, port: str | None) -> str:
    """Return the id of a network camera's terminal at the recorder: 301 is terminal 1 of channel 3."""
    return f"{channel}{(port or '').rjust(2, '0')}"
