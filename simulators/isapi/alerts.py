"""Alerts, and how each generation of devices prints them (isapi-events §1.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
import json
from typing import Literal

from simulators.wire.xml import Value, document

from .answers import HIKVISION, ISAPI, PSIA
from .smart import SQUARE, coordinates

XML_PART = 'application/xml; charset="UTF-8"'
JSON_PART = 'application/json; charset="UTF-8"'
SELF_EXTENSION = "urn:selfextension:psiaext-ver10-xsd"
MOTION_TYPES = frozenset({"VMD", "VMDHumanVehicle"})


@dataclass(slots=True, kw_only=True)
class Alert:
    """Something that happened, before it is printed.

    `channel` None = no channel element, "" = empty ones. `extra` is added to the root as it is.
    """

    type: str
    state: str = "active"
    channel: int | Literal[""] | None = 1
    port: int | None = None
    target: str | None = None
    region: str | None = None
    sensitivity: int = 50
    plate: str | None = None
    relation: str | None = None
    """Type that a `duration` alert is about."""
    temperature: float | None = None
    description: str | None = None
    count: int | None = None
    """`activePostCount`; the device counts by itself when absent."""
    when: datetime | str | None = None
    """Device time, or the text to print as it is; now when absent."""
    picture: bytes | None = None
    picture_url: str | None = None
    retransmission: bool = False
    extra: Mapping[str, Value] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Free text that comes with it."""
        return self.description if self.description is not None else f"{self.type} alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a device says of itself in an alert."""

    address: str
    port: int
    mac: str
    serial: str
    proxied: frozenset[int]
    """Channels of attached cameras."""
    name_of: Callable[[int], str]


type Renderer = Callable[[Alert, Identity], str]


def timestamp(when: datetime | str | None, *, seconds: bool = True) -> str:
    """Print a time; without seconds as the document's own example does."""
    if when is None or isinstance(when, str):
        return when or ""
    return when.isoformat(timespec="seconds") if seconds else when.strftime("%Y-%m-%dT%H:%MZ")


def plate_block(alert: Alert) -> dict[str, Value]:
    """Number plate; an unread one is the word `unknown` with no confidence."""
    if alert.plate is None:
        return {}
    return {
        "ANPR": {
            "country": 51,
            "licensePlate": alert.plate,
            "line": 1,
            "direction": "forward",
            "confidenceLevel": 0 if alert.plate == "unknown" else 97,
            "plateColor": "white",
            "vehicleType": "vehicle",
        },
        "UUID": "d3b07384-d9a0-4c9b-8f6e-1f2b3c4d5e6f",
        "picNum": 1 if alert.picture else 0,
    }


def region_block(alert: Alert, *, rich: bool) -> dict[str, Value]:
    """List of regions with, on later devices, coordinates and target."""
    if alert.region is None and not (rich and alert.target):
        return {}
    entry: dict[str, Value] = {"regionID": alert.region or "1", "sensitivityLevel": alert.sensitivity}
    if rich:
        entry["RegionCoordinatesList"] = coordinates(SQUARE)
        if alert.target:
            entry["detectionTarget"] = alert.target
            entry["TargetRect"] = {"X": 0.6, "Y": 0.215278, "width": 0.135937, "height": 0.505556}
    return {"DetectionRegionList": {"DetectionRegionEntry": entry}}


def picture_block(alert: Alert) -> dict[str, Value]:
    """How a picture travels: as a part of its own, or by address."""
    if alert.picture_url is not None:
        return {
            "detectionPictureTransType": "url",
            "detectionPicturesNumber": 1,
            "bkgUrl": alert.picture_url,
            "URLCertificationType": "digest",
        }
    if alert.picture is not None:
        return {"detectionPictureTransType": "binary", "detectionPicturesNumber": 1}
    return {}


def common_tail(alert: Alert) -> dict[str, Value]:
    """Elements behind the description that all XML generations share."""
    body: dict[str, Value] = {}
    if alert.port is not None:
        body["dynInputIOPortID" if alert.port > 100 else "inputIOPortID"] = alert.port
    if alert.relation is not None:
        body["DurationList"] = {"Duration": {"relationEvent": alert.relation}}
    if alert.temperature is not None:
        body["currTemperature"] = alert.temperature
    return body | plate_block(alert)


def head(alert: Alert, identity: Identity, protocol: str = "protocol") -> dict[str, Value]:
    """Elements before the channel."""
    return {"ipAddress": identity.address, "portNo": identity.port, protocol: "HTTP", "macAddress": identity.mac}


def state_block(alert: Alert) -> dict[str, Value]:
    """Counter, type, state and words."""
    return {
        "activePostCount": alert.count if alert.count is not None else 1,
        "eventType": alert.type,
        "eventState": alert.state,
        "eventDescription": alert.words,
    }


def render_document(alert: Alert, identity: Identity) -> str:
    """Print as the published document does: no seconds, a region list with motion only."""
    body = head(alert, identity)
    if alert.channel is not None:
        body["channelID"] = alert.channel or None
    body["dateTime"] = timestamp(alert.when, seconds=False)
    body |= state_block(alert) | common_tail(alert)
    if alert.type in MOTION_TYPES:
        body |= region_block(alert, rich=False)
    return document("EventNotificationAlert", {**body, **alert.extra}, namespace=ISAPI)


def render_camera(alert: Alert, identity: Identity) -> str:
    """Print as cameras do: channel name, region with coordinates and target, no declaration."""
    body: dict[str, Value] = head(alert, identity)
    body["ipv6Address"] = "fe80::1"
    if alert.channel is not None:
        body["channelID"] = alert.channel or None
    body["dateTime"] = timestamp(alert.when)
    body |= state_block(alert) | common_tail(alert) | region_block(alert, rich=True)
    if alert.channel:
        body["channelName"] = identity.name_of(alert.channel)
    body |= picture_block(alert)
    if alert.retransmission or alert.picture:
        body["isDataRetransmission"] = alert.retransmission
    text = document("EventNotificationAlert", {**body, **alert.extra}, namespace=HIKVISION)
    return text.partition("\n")[2]


def extension_block(alert: Alert, identity: Identity, channel: int | None) -> dict[str, Value]:
    """Serial number and the pushed words of old recorders."""
    pushed = f"{alert.type}&&{identity.serial},{timestamp(alert.when)},{channel or ''},1.0"
    return {
        "Extensions": {
            "serialNumber": {"@xmlns": SELF_EXTENSION, "#text": f"{identity.serial}\n    "},
            "eventPush": {"@xmlns": SELF_EXTENSION, "#text": pushed},
        }
    }


def render_recorder(alert: Alert, identity: Identity) -> str:
    """Print as old recorders do: few elements, attached cameras as 32 + n, a serial number with blanks."""
    body: dict[str, Value] = {}
    number: int | None = None
    if alert.channel == "":
        body |= {"dynChannelID": None, "channelID": None}
    elif alert.channel is not None:
        number = alert.channel + 32 if alert.channel in identity.proxied else alert.channel
        body["channelID"] = number
    body["dateTime"] = timestamp(alert.when)
    body |= {name: value for name, value in state_block(alert).items() if name != "eventDescription"}
    body |= common_tail(alert) | region_block(alert, rich=False)
    body |= extension_block(alert, identity, number)
    return document("EventNotificationAlert", {**body, **alert.extra}, namespace=PSIA, version="1.0")


def render_recorder_dyn(alert: Alert, identity: Identity) -> str:
    """Print as newer recorders do: an own element for attached cameras, the other one empty."""
    body: dict[str, Value] = head(alert, identity, "protocolType")
    if alert.channel == "":
        body |= {"dynChannelID": None, "channelID": None}
    elif alert.channel is not None:
        dynamic = alert.channel in identity.proxied
        body |= {"dynChannelID": alert.channel, "channelID": None} if dynamic else {"channelID": alert.channel}
    body["dateTime"] = timestamp(alert.when)
    body |= state_block(alert) | common_tail(alert)
    if alert.target and alert.type in MOTION_TYPES:
        body["targetType"] = alert.target
        body |= region_block(alert, rich=False)
    else:
        body |= region_block(alert, rich=True)
    body |= picture_block(alert)
    return document("EventNotificationAlert", {**body, **alert.extra}, namespace=ISAPI).partition("\n")[2]


def render_door(alert: Alert, identity: Identity) -> str:
    """Print as door stations do: JSON, numbers as numbers."""
    body: dict[str, object] = {
        "ipAddress": identity.address,
        "portNo": identity.port,
        "protocol": "HTTP",
        "macAddress": identity.mac,
        "dateTime": timestamp(alert.when),
        "activePostCount": alert.count if alert.count is not None else 1,
        "eventType": alert.type,
        "eventState": alert.state,
        "eventDescription": alert.words,
    }
    if alert.channel is not None:
        body["channelID"] = alert.channel
    if alert.port is not None:
        body["inputIOPortID"] = alert.port
    if alert.target is not None:
        body["targetType"] = alert.target
    if alert.region is not None:
        body["DetectionRegionList"] = [{"DetectionRegionEntry": {"regionID": alert.region}}]
    return json.dumps(body | dict(alert.extra), indent=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One generation: framing, print and heartbeat of its stream."""

    name: str
    render: Renderer
    boundary: str = "boundary"
    content_type: str = "multipart/mixed; boundary=boundary"
    part_type: str = XML_PART
    heartbeat: Alert | None = None
    period: float = 10.0
    """Seconds between heartbeats."""
    lifetime: float | None = None
    """Seconds until the device closes a stream by itself."""


STYLES: Mapping[str, Style] = {
    style.name: style
    for style in (
        Style(name="document", render=render_document, boundary="<boundary>",
              content_type='multipart/mixed; boundary="<boundary>"'),
        Style(name="camera", render=render_camera,
              heartbeat=Alert(type="videoloss", state="inactive", count=0, channel=1)),
        Style(name="recorder", render=render_recorder, lifetime=40.0,
              heartbeat=Alert(type="videoloss", state="inactive", count=0, channel="")),
        Style(name="recorder_dyn", render=render_recorder_dyn,
              heartbeat=Alert(type="videoloss", state="inactive", count=0, channel="")),
        Style(name="door", render=render_door, boundary="MIME_boundary",
              content_type="multipart/mixed; boundary=MIME_boundary", part_type=JSON_PART,
              heartbeat=Alert(type="heartBeat", count=0, channel=1, description="heartBeat")),
        Style(name="door_xml", render=render_camera,
              heartbeat=Alert(type="other", state="inactive", count=0, channel=1, description="Heartbeat")),
        Style(name="hostile", render=render_camera,
              heartbeat=Alert(type="videoloss", state="inactive", count=0, channel="")),
    )
}  # fmt: skip
