"""The ways in which a device can be made to fail; `fault_table` names them.

Each row has a path it applies to unless another is given, and what it does to the device. Faults of answers go through
`DeviceServer.fault`; faults of the stream change how alerts are framed from now on or do one thing at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
import re
from typing import TYPE_CHECKING, Literal

from simulators.wire.xml import DECLARATION

from .answers import ISAPI, STD_CGI, Answer

if TYPE_CHECKING:
    from .device import IsapiSimulator

type Inject = Callable[[IsapiSimulator, str, int | None], object]
type Area = Literal["document", "picture", "write", "stream", "login", "device"]

ALERT_STREAM = "Event/notification/alertStream"
PICTURE = "Streaming/channels/*/picture"
REPEATED = re.compile(rb"(<([A-Za-z]+)(?: [^>]*)?>.*?</\2>\s*)(?:<\2(?: [^>]*)?>.*?</\2>\s*)+(?=</\w+>\s*$)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """One fault."""

    area: Area
    path: str
    """Path it applies to unless another is given; `*` is a wildcard."""
    inject: Inject
    words: str
    """What happens, for a reader."""


def answered(code: int, sub: str, *, http: int | None = None, method: str | None = None) -> Inject:
    """Answer with a ResponseStatus instead."""

    def inject(device: IsapiSimulator, path: str, times: int | None) -> object:
        return device.fault(
            path, method=method, times=times, instead=lambda asked: device.speech.status(asked, code, sub, http=http)
        )

    return inject


def after_reboot(device: IsapiSimulator, path: str, times: int | None) -> object:
    """Do what a write asks, and answer that it takes effect after a reboot."""
    return device.fault(
        path,
        method="PUT",
        times=times,
        change=lambda answer: device.speech.status(path, 7, "rebootRequired") if answer.status == 200 else answer,
    )


def without_content(device: IsapiSimulator, path: str, times: int | None) -> object:
    """Do what a write asks, and answer without a body."""
    return device.fault(
        path, method="PUT", times=times, change=lambda answer: Answer(204) if answer.status == 200 else answer
    )


def changed(change: Callable[[bytes], bytes], *, method: str | None = "GET") -> Inject:
    """Change the body of the right answer."""

    def inject(device: IsapiSimulator, path: str, times: int | None) -> object:
        return device.fault(
            path, method=method, times=times, change=lambda answer: replace(answer, body=change(answer.body))
        )

    return inject


def plain(
    *,
    method: str | None = None,
    status: int | None = None,
    body: bytes | None = None,
    content_type: str | None = None,
    headers: Mapping[str, str] | None = None,
    drop: bool = False,
    cut: int | None = None,
    delay: float = 0.0,
    default_times: int | None = None,
    before_login: bool = False,
) -> Inject:
    """Inject a fault of `DeviceServer.fault` with these settings."""

    def inject(device: IsapiSimulator, path: str, times: int | None) -> object:
        return device.fault(
            path, method=method, times=default_times if times is None else times, status=status, body=body,
            content_type=content_type, headers=headers, drop=drop, cut=cut, delay=delay, before_login=before_login,
        )  # fmt: skip

    return inject


def twice_error(device: IsapiSimulator, path: str, times: int | None) -> object:
    """Answer 3/deviceError with 200 twice, then the picture."""
    return answered(3, "deviceError", http=200)(device, path, 2 if times is None else times)


def mixed_namespaces(body: bytes) -> bytes:
    """Give the inner elements namespaces of their own, and none to some."""
    marks = (f' xmlns="{ISAPI}"', f' xmlns="{STD_CGI}"', ' xmlns=""')
    count = 0

    def mark(match: re.Match[bytes]) -> bytes:
        nonlocal count
        count += 1
        return match[1] + (marks[count % 3].encode() if count > 1 else b"") + b">"

    return re.sub(rb"(<[A-Za-z]\w*)>", mark, body)


def gbk(body: bytes) -> bytes:
    """Put Chinese in another encoding than the declared one into a name."""
    name = "前门".encode("gb18030")
    return re.sub(rb"(<(deviceName|name|channelName)>)[^<]*", lambda match: match[1] + name, body)


def without_optional(body: bytes) -> bytes:
    """Leave out what a device need not say."""
    names = (
        b"deviceDescription|deviceLocation|systemContact|manufacturer|macAddress|firmwareReleasedDate|SmartCap|EventCap"
        b"|RacmCap|SecurityCap|channelName|Audio|Transport|videoInputChannelID|eventDescription|CPUList|MemoryList"
        b"|EventTriggerNotificationList|enabled|capacity"
    )
    pattern = rb"<(" + names + rb")(?: [^>]*)?(?:/>|>.*?</\1>)\s*"
    return re.sub(pattern, b"", body, flags=re.DOTALL)


def single_item(body: bytes) -> bytes:
    """Keep the first of repeated elements only."""
    return REPEATED.sub(rb"\1", body)


def empty_list(body: bytes) -> bytes:
    """Keep the root alone."""
    match = re.match(rb"(?:<\?xml[^>]*\?>\s*)?<([A-Za-z]+)([^>]*)>", body)
    return DECLARATION.encode() + b"<" + match[1] + match[2].rstrip(b"/") + b"/>" if match else body


def padded(body: bytes) -> bytes:
    """Put blanks and line ends around every text."""
    return re.sub(rb">([^<\s][^<]*)</", rb">\n   \1  </", body)


def other_case_root(body: bytes) -> bytes:
    """Change the case of the root's first letter, as some documents have it."""
    match = re.search(rb"<([A-Za-z]+)[ >]", body)
    if match is None:
        return body
    name = match[1]
    other = name[:1].swapcase() + name[1:]
    return body.replace(b"<" + name, b"<" + other, 1).replace(b"</" + name + b">", b"</" + other + b">")


def junk_numbers(body: bytes) -> bytes:
    """Replace every number by a word."""
    return re.sub(rb">\s*-?\d+(?:\.\d+)?\s*</", b">N/A</", body)


def entities(body: bytes) -> bytes:
    """Prepend a document type that reads a file and grows without end."""
    kind = (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>\n'
    )
    text = body.removeprefix(DECLARATION.encode())
    return DECLARATION.encode() + kind + re.sub(rb">([^<\s][^<]*)</", rb">\1&a;&c;</", text, count=1)


def framed(name: str) -> Inject:
    """Frame alerts another way from now on."""

    def inject(device: IsapiSimulator, _path: str, _times: int | None) -> object:
        device.framing = name
        return None

    return inject


def stream_head(value: str | None) -> Inject:
    """Send another Content-Type with streams opened from now on; `BOUNDARY` stands for the boundary."""

    def inject(device: IsapiSimulator, _path: str, _times: int | None) -> object:
        device.stream_content_type = None if value is None else value.replace("BOUNDARY", device.style.boundary)
        return None

    return inject


def do(action: Callable[[IsapiSimulator], object]) -> Inject:
    """Do something to the device at once."""

    def inject(device: IsapiSimulator, _path: str, _times: int | None) -> object:
        return action(device)

    return inject


def assign(name: str, value: object) -> Inject:
    """Set an attribute of the device."""
    return do(lambda device: setattr(device, name, value))


def stubborn(device: IsapiSimulator, path: str, _times: int | None) -> object:
    """Answer writes with OK and keep nothing."""
    device.stubborn.add(path)
    return None


def password(**flags: bool) -> Inject:
    """Change what the login probe says of the password."""
    return do(lambda device: device.password_flags.update(flags))


def row(area: Area, path: str, inject: Inject, words: str) -> FaultRow:
    """One row of the table."""
    return FaultRow(area=area, path=path, inject=inject, words=words)
