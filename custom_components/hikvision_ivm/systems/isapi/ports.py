"""Terminals of a device and of the cameras behind it (isapi-core §3.3, X.2)."""

from collections.abc import Collection, Iterable, Mapping
import re
from typing import Final

from lxml import etree

from ..transport.xml import find
from .documents import descendants, number, word
from .identity import stated
from .records import IoPort, Trigger

_INPUTS: Final = ("SysCap/IOCap/IOInputPortNums", "IOCap/IOInputPortNums")
_OUTPUTS: Final = ("SysCap/IOCap/IOOutputPortNums", "IOCap/IOOutputPortNums")
_PLAUSIBLE: Final = 256


_NUMBERED: Final = re.compile(r"(?:alarm\s*)?(?:in|out|input|output|local|remote|ip)?\W*[a-z]?\W*\d+", re.IGNORECASE)
"""What a factory calls a terminal: `Input 1`, `A<-2`, `Remote 301`. It says no more than the number."""


def given_name(name: str | None) -> str | None:
    """Return the name somebody gave a terminal, None if it is the factory's."""
    return None if name is None or _NUMBERED.fullmatch(name) else name


def stated_inputs(capabilities: Mapping[str, str]) -> int:
    """Return the number of inputs the device states; none stated means that it has none."""
    return min(stated(capabilities, *_INPUTS), _PLAUSIBLE)


def stated_outputs(capabilities: Mapping[str, str]) -> int:
    """Return the number of outputs the device states."""
    return min(stated(capabilities, *_OUTPUTS), _PLAUSIBLE)


def numbered(count: int, *, output: bool) -> tuple[IoPort, ...]:
    """Return ports of which nothing is known but their number: devices count from 1."""
    return tuple(IoPort(id=str(index), output=output) for index in range(1, count + 1))


def _channel_of(port: int, channels: Collection[int]) -> int | None:
    """Return the channel of a digital port: 301 is port 1 of channel 3."""
    return port // 100 if port // 100 in channels else None


def _port(element: etree._Element, channels: Collection[int], *, output: bool, proxied: bool) -> IoPort | None:
    """Read one terminal, or None if it has no number."""
    port = number(element, "id")
    if not port:
        return None
    pulse: int | None = None
    power = find(element, "PowerOnState")
    if power is not None and (word(power, "outputState") or "").casefold() == "pulse":
        pulse = number(power, "pulseDuration") or 0
    return IoPort(
        id=str(port),
        output=output,
        proxied=proxied,
        channel=_channel_of(port, channels) if proxied else None,
        name=given_name(word(element, "name")),
        use=word(element, "IOUseType"),
        pulse=pulse,
    )


def listed(root: etree._Element, channels: Collection[int] = ()) -> tuple[IoPort, ...]:
    """Read the terminals of any list: own or of attached cameras, inputs, outputs or both.

    `channels` are the numbers of the device's channels. Ids are unique among inputs and among outputs only (T17).
    """
    found: dict[tuple[bool, bool, str], IoPort] = {}
    for name, output, proxied in (
        ("IOInputPort", False, False),
        ("IOOutputPort", True, False),
        ("IOProxyInputPort", False, True),
        ("IOProxyOutputPort", True, True),
    ):
        for element in descendants(root, name):
            port = _port(element, channels, output=output, proxied=proxied)
            # A recorder may list the terminals of cameras it does not have.
            if port is not None and (not proxied or port.channel is not None):
                found.setdefault((output, proxied, port.id), port)
    return tuple(found.values())


def triggered(triggers: Iterable[Trigger], channels: Collection[int], known: Iterable[IoPort]) -> tuple[IoPort, ...]:
    """Return inputs that only a trigger names: those of cameras behind a recorder."""
    have = {(port.proxied, port.id) for port in known if not port.output}
    return tuple(
        IoPort(id=trigger.port, output=False, proxied=True, channel=_channel_of(int(trigger.port), channels))
        for trigger in triggers
        if trigger.type == "io" and trigger.proxied and trigger.port and (True, trigger.port) not in have
    )


def states_of(root: etree._Element) -> Mapping[tuple[bool, str], bool]:
    """Read a list of port states, or a single one: (is output, id) → active. What says neither is left out."""
    found: dict[tuple[bool, str], bool] = {}
    for element in descendants(root, "IOPortStatus"):
        port = number(element, "ioPortID")
        kind = (word(element, "ioPortType") or "").casefold()
        state = (word(element, "ioState") or "").casefold()
        if port is not None and kind in ("input", "output") and state in ("active", "inactive"):
            found[kind == "output", str(port)] = state == "active"
    return found
