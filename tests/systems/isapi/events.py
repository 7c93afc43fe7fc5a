"""Devices, messages and a sink for the tests of events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest

from custom_components.hikvision_ivm.systems.base import PushHealth, Runtime
from custom_components.hikvision_ivm.systems.isapi.features import build
from custom_components.hikvision_ivm.systems.isapi.places import Sender
from custom_components.hikvision_ivm.systems.isapi.records import (
    Channel,
    ChannelOrigin,
    Facts,
    IoPort,
    Trigger,
    UnitKind,
)
from custom_components.hikvision_ivm.systems.isapi.router import EventRouter
from custom_components.hikvision_ivm.systems.isapi.seen import with_seen
from custom_components.hikvision_ivm.systems.model import Identity, Inventory, Occurrence, Problem, Report
from tests.devices import VARIABLE, folder

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
CAMERA = "DS-2CD2043G2-I20260101AAWRX00000001"
RECORDER = "DS-7608NI-I20260101CCRRX00000002WCVU"


class Clock:
    """Time that only tests move."""

    def __init__(self) -> None:
        """Begin at `START`."""
        self.seconds = 0.0

    def runtime(self, **settings: Any) -> Runtime:
        """Return a runtime that lives in this time; sleeping passes it at once."""
        return Runtime(now=lambda: START + timedelta(seconds=self.seconds), monotonic=lambda: self.seconds, **settings)


@dataclass
class RecordingSink:
    """Keeps what a system delivers; `on_report` is called with every report."""

    reports: list[Report] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    health: list[PushHealth] = field(default_factory=list)
    told: list[tuple[str, tuple[Problem, ...]]] = field(default_factory=list)
    on_report: Callable[[Report], None] | None = None
    on_health: Callable[[PushHealth], None] | None = None

    def report(self, report: Report) -> None:
        """Keep a report."""
        self.reports.append(report)
        if self.on_report is not None:
            self.on_report(report)

    def inventory(self, inventory: Inventory) -> None:
        """Keep an inventory."""
        self.inventories.append(inventory)

    def push_health(self, health: PushHealth) -> None:
        """Keep a state."""
        self.health.append(health)
        if self.on_health is not None:
            self.on_health(health)

    def problems(self, topic: str, problems: Sequence[Problem]) -> None:
        """Keep problems."""
        self.told.append((topic, tuple(problems)))

    @property
    def occurrences(self) -> list[Occurrence]:
        """Return everything that happened, in order."""
        return [occurrence for report in self.reports for occurrence in report.occurrences]


def trigger(event_type: str, channel: int | None = None, *, recurrence: str | None = None) -> Trigger:
    """Return a trigger that is delivered."""
    return Trigger(
        id=f"{event_type}-{channel}",
        type=event_type,
        channel=channel,
        methods=frozenset({"center"}),
        recurrence=recurrence,
    )


def camera(triggers: Iterable[Trigger] | None = None, *, ports: tuple[IoPort, ...] = ()) -> Facts:
    """Return a camera with one channel."""
    if triggers is None:
        words = ("vmd", "fielddetection", "linedetection", "videoloss", "pir", "facedetection", "thermometry")
        triggers = [*(trigger(word, 1) for word in words), trigger("anpr", 1), trigger("diskfull")]
    return Facts(
        identity=Identity(unique_id=CAMERA, name="Yard", serial=CAMERA, mac="ac:b9:2f:00:00:01"),
        kind=UnitKind.CAMERA,
        device_type="IPCamera",
        channels={1: Channel(number=1, device_id=CAMERA, origin=ChannelOrigin.LOCAL)},
        triggers=tuple(triggers),
        ports=ports,
    )


def proxied(number: int, **settings: Any) -> Channel:
    """Return a network camera behind the recorder; `{n}` in texts is its number."""
    given = {"source_port": 1, "mac": f"ac:b9:2f:00:01:{number:02x}", "serial": f"CAM2026AAWRX{number:08d}"}
    given |= {"address": f"192.0.2.{100 + number}"}
    return Channel(
        number=number, device_id=f"{RECORDER}_{number}", origin=ChannelOrigin.PROXIED, **{**given, **settings}
    )


def recorder(
    channels: Iterable[Channel] | int = 4,
    *,
    words: Iterable[str] = ("vmd", "fielddetection", "videoloss"),
    ports: tuple[IoPort, ...] = (),
) -> Facts:
    """Return a recorder with some network cameras."""
    if isinstance(channels, int):
        channels = [proxied(number) for number in range(1, channels + 1)]
    by_number = {channel.number: channel for channel in channels}
    return Facts(
        identity=Identity(unique_id=RECORDER, name="Recorder", serial=RECORDER, mac="c0:56:e3:00:00:02"),
        kind=UnitKind.RECORDER,
        device_type="NVR",
        channels=by_number,
        triggers=tuple(trigger(word, number) for word in words for number in by_number),
        ports=ports,
    )


@dataclass
class Rig:
    """A router with everything around it."""

    facts: Facts
    clock: Clock
    router: EventRouter
    sink: RecordingSink
    inventory: Inventory
    runtime: Runtime
    build: Callable[[], Inventory]

    def feature(self, kind: str, *, device: str = "", part: str = "", of: str = "binary_sensor") -> str:
        """Return the id of a feature."""
        return "_".join(word for word in (device or self.facts.device_id, of, kind, part) if word)


def rig(facts: Facts, *, options: Mapping[str, Any] | None = None, host: str = "192.0.2.1") -> Rig:
    """Build a router as the system does."""
    clock = Clock()
    runtime = clock.runtime()
    chosen = options or {}

    def inventory() -> Inventory:
        return with_seen(build(facts, chosen), facts, chosen, runtime.memory)

    first = inventory()
    router = EventRouter(facts, first, runtime, grow=inventory, host=host)
    return Rig(facts, clock, router, RecordingSink(), first, runtime, inventory)


def alert_xml(
    event_type: str = "fielddetection",
    state: str = "active",
    *,
    channel: object = 1,
    time: str | None = "2026-11-20T12:00:00+00:00",
    count: object = 1,
    region: str | None = None,
    target: str | None = None,
    extra: str = "",
    namespace: str = "http://www.hikvision.com/ver20/XMLSchema",
) -> bytes:
    """Return a message as a camera writes it; None leaves an element out."""
    rows = [f'<EventNotificationAlert version="2.0"{f" xmlns={namespace!r}" if namespace else ""}>']
    fields = {"channelID": channel, "dateTime": time, "activePostCount": count, "eventType": event_type}
    fields |= {"eventState": state}
    rows += [f"<{name}>{escape(str(text))}</{name}>" for name, text in fields.items() if text is not None]
    if region is not None or target is not None:
        rows.append("<DetectionRegionList><DetectionRegionEntry>")
        rows += [f"<regionID>{region}</regionID>"] if region is not None else []
        rows += [f"<detectionTarget>{target}</detectionTarget>"] if target is not None else []
        rows.append("</DetectionRegionEntry></DetectionRegionList>")
    rows += [extra, "</EventNotificationAlert>"]
    return "\n".join(row for row in rows if row).encode()


def part(body: bytes, content_type: str = 'application/xml; charset="UTF-8"', *, boundary: str = "boundary") -> bytes:
    """Return a part of the stream as devices frame it."""
    head = f"--{boundary}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body + b"\r\n"


HEARTBEAT = alert_xml("videoloss", "inactive", channel="", count=0)


def take(rig: Rig, body: bytes, sender: Sender | None = None) -> Occurrence | None:
    """Hand a message over and return what happened by it, if one thing did."""
    before = len(rig.sink.occurrences)
    rig.router.take(body, "application/xml", rig.sink, sender)
    new = rig.sink.occurrences[before:]
    assert len(new) <= 1
    return new[0] if new else None


def happened(rig: Rig, body: bytes, sender: Sender | None = None) -> Occurrence:
    """Hand a message over that must mean something."""
    occurrence = take(rig, body, sender)
    assert occurrence is not None
    return occurrence


def at(seconds: float) -> str:
    """Return a device's time."""
    return (START + timedelta(seconds=seconds)).isoformat()


def io(state: str = "active", *, port: str = "", dynamic: str = "", channel: object = "", when: float = 0) -> bytes:
    """Return the message of a terminal."""
    extra = f"<inputIOPortID>{port}</inputIOPortID><dynInputIOPortID>{dynamic}</dynInputIOPortID>"
    return alert_xml("IO", state, channel=channel, extra=extra, time=at(when))


PORTS = (
    IoPort(id="1", output=False),
    IoPort(id="1", output=True),
    IoPort(id="2", output=False),
    IoPort(id="301", output=False, proxied=True, channel=3),
)


def identified(*, mac: str = "", serial: str = "", address: str = "", channel: int = 1, event: str = "VMD") -> bytes:
    """Return a push that says who sends it."""
    extra = f"<macAddress>{mac}</macAddress><ipAddress>{address}</ipAddress>"
    extra += f"<Extensions><serialNumber>{serial}\n</serialNumber></Extensions>"
    return alert_xml(event, channel=channel, extra=extra)


def recorded(name: str) -> bytes:
    """Return a recorded body, or skip where there are none."""
    path = folder() / "events" / name
    if not path.is_file():
        pytest.skip(f"no recorded answers: {name} is neither in ${VARIABLE} nor beside the checkout")
    return path.read_bytes()
