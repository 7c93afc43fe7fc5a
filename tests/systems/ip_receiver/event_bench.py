"""A router with devices that a test makes up, and what it told whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from typing import Any, cast

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver.alerts import Link
from custom_components.hikvision_ivm.systems.ip_receiver.device_events import SeenDetection
from custom_components.hikvision_ivm.systems.ip_receiver.media import Media
from custom_components.hikvision_ivm.systems.ip_receiver.numbering import MEMORY
from custom_components.hikvision_ivm.systems.ip_receiver.panel import PanelState
from custom_components.hikvision_ivm.systems.ip_receiver.places import index_key
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord, PanelEvent, PanelFacts, ZoneRecord
from custom_components.hikvision_ivm.systems.ip_receiver.router import EventRouter
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Report
from tests.systems.sinks import KeepingSink
from tests.systems.transport.clock import Clock

UID = "ip_receiver_00"
LEARNED = {MEMORY: {"Q1": "same"}}
"""What is remembered of a panel whose reports name zones by their ids."""
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
PANEL = DeviceRecord(id="Q1", index="6F0D-1", name="House", serial="Q1", source=3, type=0)
CAMERA = DeviceRecord(id="V1", index="V-1", name="Yard", serial="V1", source=4, type=1)
DOOR = DeviceRecord(id="A1", index="A-1", name="Gate", serial="A1", source=5, type=2)
HOUSE = f"{UID}_Q1"
ZONES = (
    ZoneRecord(id=0, name="Front door", status="online", alarm=False, partition=1, number=11),
    ZoneRecord(id=1, name="Hall", status="online", alarm=False, partition=2, number=12),
    ZoneRecord(id=2, name="Garage", status="trigger", alarm=False, partition=2, number=13),
)


class FakePanel:
    """Keeps the events that it is told, and answers with what a test wants."""

    def __init__(self, device: DeviceRecord = PANEL, zones: tuple[ZoneRecord, ...] | None = ZONES) -> None:
        """`answer`: what the next event changes."""
        self.device = device
        self.zones = zones
        self.events: list[PanelEvent] = []
        self.renumbered: list[int] = []
        self.answer = Report()

    @property
    def facts(self) -> PanelFacts:
        """What is known."""
        return PanelFacts(device=self.device, zones=self.zones)

    @property
    def in_alarm(self) -> frozenset[int] | None:
        """Ids of the zones in alarm."""
        return None if self.zones is None else frozenset(zone.id for zone in self.zones if zone.alarm)

    def zone(self, number: int) -> ZoneRecord | None:
        """Return a zone by its id."""
        return next((zone for zone in self.zones or () if zone.id == number), None)

    def renumber(self, zones: Iterable[int]) -> None:
        """Keep which zones turned out to have given alarm."""
        self.renumbered.extend(zones)

    def take_event(self, event: PanelEvent) -> Report:
        """Keep it."""
        self.events.append(event)
        return self.answer


@dataclass
class Expected:
    """Pictures somebody was told to fetch."""

    links: tuple[Link, ...]
    uuid: str | None
    occurrence: Occurrence

    @property
    def urls(self) -> list[str]:
        """Where they lie."""
        return [link.url for link in self.links]


@dataclass
class FakeMedia:
    """Keeps what it is told to fetch."""

    told: list[Expected] = field(default_factory=list)

    def expect(self, links: tuple[Link, ...], uuid: str | None, occurrence: Occurrence, sink: object) -> None:
        """Keep it."""
        self.told.append(Expected(tuple(links), uuid, occurrence))


class Bench:
    """A router; `take` feeds it, everything else tells what it did."""

    def __init__(self, options: Mapping[str, Any] | None = None, memory: dict[str, Any] | None = None) -> None:
        """A house, a camera and a door station are there."""
        self.clock = Clock()
        self.remembered = 0
        base = self.clock.runtime
        self.runtime = Runtime(
            monotonic=base.monotonic, sleep=base.sleep, now=lambda: self.now, memory={} if memory is None else memory,
            remember=self._remember,
        )  # fmt: skip
        self.now = NOW
        self.panel = FakePanel()
        self.devices = {index_key(each.index): each for each in (PANEL, CAMERA, DOOR)}
        self.panels = {PANEL.id: self.panel}
        self.media = FakeMedia()
        self.sink = KeepingSink()
        self.asked: list[str] = []
        self.settled: list[str] = []
        self.settled_by: list[Kind | None] = []
        self.adopted: list[SeenDetection] = []
        self.left_out: set[str] = set()
        self.router = EventRouter(
            UID, self.runtime, options or {}, panel=lambda id_: cast("PanelState | None", self.panels.get(id_)),
            device=self.devices.get, stranger=self.asked.append, settled=self._settled,
            media=cast(Media, self.media), adopt_seen=self.adopted.append, left_out=lambda index: index in self.left_out,
        )  # fmt: skip

    def _settled(self, device: str, kind: Kind | None) -> None:
        self.settled.append(device)
        self.settled_by.append(kind)

    def _remember(self) -> None:
        self.remembered += 1
        json.dumps(self.runtime.memory)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.passes(seconds)
        self.now += timedelta(seconds=seconds)

    def take(self, type_: str = "CIDAlarm", *, device: DeviceRecord | None = PANEL, **root: Any) -> list[Occurrence]:
        """Feed a message; return what it told. None in `root`: without the field."""
        header = {
            "channelID": "1", "dateTime": self.now.isoformat(), "activePostCount": 1, "eventType": type_,
            "eventState": "active", "devIndex": None if device is None else device.index, **root,
        }  # fmt: skip
        told = {name: value for name, value in header.items() if value is not None}
        before = len(self.sink.occurrences)
        self.router.take(json.dumps({"EventNotificationAlert": told}).encode(), self.sink)
        return self.sink.occurrences[before:]

    def report(self, code: str, *, device: DeviceRecord = PANEL, **cid: Any) -> list[Occurrence]:
        """Feed a report."""
        told = {name: value for name, value in {"CIDCode": code, **cid}.items() if value is not None}
        return self.take(device=device, CIDAlarm=told)

    def review(
        self, code: str | None, url: str = "/a.mp4", *, device: DeviceRecord = PANEL, **cid: Any
    ) -> list[Occurrence]:
        """Feed the word that there is a clip."""
        told = {name: value for name, value in {"CIDCode": code, "videoURL": url, **cid}.items() if value is not None}
        return self.take("videoReview", device=device, VideoReview={"HikCIDParams": told})
